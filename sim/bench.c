#define _POSIX_C_SOURCE 200809L
#include "bench_internal.h"

#include "clock.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double bench_processor(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(size_t n, double *value)
{
    qsort(value, n, sizeof *value, ascending);
    return value[n / 2];
}

void bench_row(struct bench *bench, const char *quantity, double value, const char *unit, double aim)
{
    fprintf(bench->stream, "%-58s %10.4g  %-22s", quantity, value, unit);
    if (aim != 0.0) {
        const bool pass = aim > 0.0 ? value <= aim : value >= -aim;
        fprintf(bench->stream, " %s %-7g %s", aim > 0.0 ? "<=" : ">=", aim > 0.0 ? aim : -aim, pass ? "pass" : "FAIL");
        bench->passed += pass;
        bench->missed += !pass;
    }
    fprintf(bench->stream, "\n");
    fflush(bench->stream);
}

enum status bench_case_create(const char *yaml, int threads, struct bench_case *c)
{
    *c = (struct bench_case){0};
    enum status status = config_parse(yaml, strlen(yaml), "bench", plan_vocabulary(), &c->config);
    if (status == OK)
        status = plan_create(c->config, threads, &c->plan);
    if (status == OK)
        status = simulation_create(&c->plan, &c->simulation);
    if (status == OK)
        status_clear(); /* warnings of coarse grids */
    return status;
}

void bench_case_destroy(struct bench_case *c)
{
    simulation_destroy(&c->simulation);
    plan_destroy(&c->plan);
    config_destroy(&c->config);
}

enum status bench_case_steps(struct bench_case *c, size_t steps)
{
    struct session *session = simulation_next_session(c->simulation);
    enum status status = OK;
    if (session && session->due <= stepper_time(c->simulation->stepper))
        status = simulation_session(c->simulation, session);
    for (size_t i = 0; i < steps && status == OK; i++)
        status = simulation_advance(c->simulation, c->plan.end);
    return status;
}

/* a = b + s c on arrays far larger than any cache (McCalpin's STREAM); the median of several, as of all other figures, in
 * bytes of the three arrays. */
static double triad(int threads)
{
    enum { TIMES = 9 };
    const size_t n = (size_t)1 << 24;
    double *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b), *c = malloc(n * sizeof *c), rate[TIMES] = {0.0};
    if (a && b && c)
        for (int t = 0; t < TIMES; t++) {
            const double start = threads == 1 ? bench_processor() : clock_seconds();
#pragma omp parallel for simd schedule(static) num_threads(threads)
            for (size_t i = 0; i < n; i++) {
                if (t == 0) { /* first touch by the thread that will use it */
                    b[i] = 1.0;
                    c[i] = 2.0;
                }
                a[i] = b[i] + 3.0 * c[i];
            }
            const double spent = (threads == 1 ? bench_processor() : clock_seconds()) - start;
            rate[t] = 3.0 * (double)(n * sizeof *a) / spent;
        }
    free(a);
    free(b);
    free(c);
    return bench_median(TIMES - 1, rate + 1); /* the first one also fetched the pages */
}

static void bandwidth(struct bench *bench)
{
    bench->processors = omp_get_num_procs();
    bench->triad = triad(1);
    bench->triad_all = bench->processors > 1 ? triad(bench->processors) : bench->triad;
    bench_row(bench, "bandwidth: triad, 1 thread", 1e-9 * bench->triad, "GB/s", 0.0);
    char text[64];
    snprintf(text, sizeof text, "bandwidth: triad, %d threads", bench->processors);
    bench_row(bench, text, 1e-9 * bench->triad_all, "GB/s", 0.0);
}

enum status bench_run(bool full, FILE *stream)
{
    enum status (*const sections[])(struct bench *) = {bench_phases, bench_years, bench_sizes, bench_threads, bench_rivals};
    struct bench bench = {.stream = stream, .full = full};
    enum status status = OK;
    bandwidth(&bench);
    for (size_t i = 0; i < sizeof sections / sizeof *sections && status == OK; i++)
        status = sections[i](&bench);
    fprintf(stream, "aims: %d met, %d missed%s\n", bench.passed, bench.missed, full ? "" : " (short form)");
    return status;
}
