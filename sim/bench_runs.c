/* Whole years as processes of their own, grids of many sizes, and threads in turns. */
#define _DEFAULT_SOURCE
#include "bench_internal.h"

#include "clock.h"
#include "partial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMES = 3, LONGEST = 4096 /* path */ };
/* All threads together reach this many times the bandwidth of one: there is room for a second thread. */
static const double QUIET = 1.8;

/* This program with other arguments, silent; seconds of processor and on the wall. */
static enum status spawn(const char *const *arguments, double *processor, double *wall)
{
    const double start = clock_seconds();
    union {
        const char *const *given;
        char *const *wanted;
    } argv = {arguments}; /* execv does not write to them */
    const pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr))
            execv("/proc/self/exe", argv.wanted);
        _exit(127);
    }
    int code = 0;
    struct rusage usage;
    if (child < 0 || wait4(child, &code, 0, &usage) != child || code != 0)
        return status_fail(ERR_IO, "bench: the program could not be started again");
    *wall = clock_seconds() - start;
    *processor = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    return OK;
}

/* Median of several runs of a configuration in a folder of its own. */
static enum status year(const char *yaml, double *processor, double *wall)
{
    char folder[LONGEST], config[LONGEST + 16], results[LONGEST + 16];
    double p[TIMES], w[TIMES];
    enum status status = partial_scratch(folder, sizeof folder);
    if (status != OK)
        return status;
    snprintf(config, sizeof config, "%s/year.yaml", folder);
    snprintf(results, sizeof results, "%s/year.h5", folder);
    FILE *file = fopen(config, "w");
    status = file && fputs(yaml, file) >= 0 ? OK : status_fail(ERR_IO, "bench: %s cannot be written", config);
    if (file)
        fclose(file);
    const char *const arguments[] = {"needlework", "run", config, "-o", results, "--force", "--quiet", "--threads", "1", NULL};
    for (int t = 0; t < TIMES && status == OK; t++)
        status = spawn(arguments, &p[t], &w[t]);
    if (status == OK) {
        *processor = bench_median(TIMES, p);
        *wall = bench_median(TIMES, w);
    }
    unlink(results);
    unlink(config);
    rmdir(folder);
    return status;
}

static enum status start_up(struct bench *bench)
{
    const char *const arguments[] = {"needlework", "--version", NULL};
    double p[TIMES], w[TIMES];
    for (int t = 0; t < TIMES; t++) {
        const enum status status = spawn(arguments, &p[t], &w[t]);
        if (status != OK)
            return status;
    }
    bench_row(bench, "start-up", 1e3 * bench_median(TIMES, w), "ms", 0.0);
    return OK;
}

/* The stepping alone, for what outcomes, output and start-up add. */
static enum status stepping(const char *yaml, double *processor, size_t *steps, double *values)
{
    struct bench_case c;
    enum status status = bench_case_create(yaml, 1, &c);
    const double start = bench_processor();
    if (status == OK)
        status = bench_case_steps(&c, 0);
    while (status == OK && stepper_time(c.simulation->stepper) < c.plan.end)
        status = bench_case_steps(&c, 1);
    *processor = bench_processor() - start;
    if (status == OK) {
        *steps = stepper_counts(c.simulation->stepper).steps;
        *values = (double)c.simulation->grid->cells * (double)c.plan.model->n_species;
    }
    bench_case_destroy(&c);
    return status;
}

enum status bench_years(struct bench *bench)
{
    double processor = 0.0, wall = 0.0, alone = 0.0, values = 1.0;
    size_t steps = 1;
    enum status status = start_up(bench);
    if (status == OK)
        status = year(BENCH_QUICKSTART, &processor, &wall);
    if (status == OK)
        status = stepping(BENCH_QUICKSTART, &alone, &steps, &values);
    if (status == OK) {
        const double sweep = values * sizeof(double) / bench->triad;
        bench_row(bench, "year, quickstart: whole process, processor time", processor, "s", 0.0);
        bench_row(bench, "year, quickstart: whole process, on the wall", wall, "s", 0.0);
        bench_row(bench, "year, quickstart: steps", (double)steps, "steps", 0.0);
        bench_row(bench, "year, quickstart: outcomes, output and start-up", 100.0 * (processor - alone) / processor, "% of the time", 0.0);
        bench_row(bench, "year, quickstart: whole process", processor / sweep, "sweeps over all fields", 12000.0);
        bench_row(bench, "year, quickstart: whole process, to reach for", processor / sweep, "sweeps over all fields", 5000.0);
        status = year(BENCH_CYLINDER, &processor, &wall);
    }
    if (status == OK)
        status = stepping(BENCH_CYLINDER, &alone, &steps, &values);
    if (status == OK) {
        bench_row(bench, "year, cylinder of 20 um: on the wall", wall, "s", 0.0);
        bench_row(bench, "year, cylinder of 20 um: outcomes, output and start-up", 100.0 * (processor - alone) / processor, "% of the time",
                  0.0);
        bench_row(bench, "year, cylinder of 20 um: whole process", processor, "s of processor", 0.3);
        bench_row(bench, "year, cylinder of 20 um: whole process, to reach for", processor, "s of processor", 0.1);
    }
    return status;
}

/* Diffusion of two species, one closed and one fed through a face, on n x n x n cells of 20 um. */
static void diffusion(size_t n, char *yaml, size_t size)
{
    const double width = 0.02 * (double)n;
    snprintf(yaml, size,
             "model: diffusion\nparameters: {decay: 1 /day, source: 1 /day, cosine_amplitude: 0.5, cosine_x: 12 /mm, cosine_y: 12 /mm, "
             "cosine_z: 12 /mm}\n"
             "domain: {geometry: unit_cell, spacing: 20 um, width: %.4f mm, depth: %.4f mm}\nrun: {duration: 12 months}\n",
             2.0 * width, width);
}

/* ns per cell and step, past the first steps after the start. */
static enum status cost(const char *yaml, size_t skip, size_t steps, double *ns, double *sweeps, double *arrays, double *cells)
{
    struct bench_case c;
    enum status status = bench_case_create(yaml, 1, &c);
    if (status == OK)
        status = bench_case_steps(&c, skip);
    if (status == OK) {
        const double before = stepper_counts(c.simulation->stepper).sweeps, start = bench_processor();
        const size_t tried = stepper_counts(c.simulation->stepper).rejected;
        status = bench_case_steps(&c, steps);
        const struct stepper_counts counts = stepper_counts(c.simulation->stepper);
        *cells = (double)c.simulation->grid->cells;
        *ns = 1e9 * (bench_processor() - start) / *cells / (double)(steps + counts.rejected - tried);
        *sweeps = (counts.sweeps - before) / (double)steps / (double)c.plan.model->n_species;
        *arrays = c.plan.bytes / (*cells * (double)c.plan.model->n_species * sizeof(double));
    }
    bench_case_destroy(&c);
    return status;
}

enum status bench_sizes(struct bench *bench)
{
    static const size_t sides[] = {32, 64, 128, 192};
    static const double spacings[] = {20.0, 14.0, 10.0};
    const size_t n_sides = bench->full ? 4 : 2, n_spacings = bench->full ? 3 : 2;
    double ns, sweeps, arrays, cells, least = HUGE_VAL, most = 0.0;
    char text[128], yaml[512];
    for (size_t i = 0; i < n_sides; i++) {
        diffusion(sides[i], yaml, sizeof yaml);
        const enum status status = cost(yaml, 12, 8, &ns, &sweeps, &arrays, &cells);
        if (status != OK)
            return status;
        snprintf(text, sizeof text, "size: diffusion, %zu^3 (%.1f sweeps per species and step)", sides[i], sweeps);
        bench_row(bench, text, ns, "ns per cell and step", 0.0);
        least = fmin(least, ns);
        most = fmax(most, ns);
    }
    bench_row(bench, "size: diffusion, dearest / cheapest", most / least, "ratio", 1.5);
    least = HUGE_VAL;
    most = 0.0;
    for (size_t i = 0; i < n_spacings; i++) {
        snprintf(yaml, sizeof yaml, BENCH_DERMIS "domain: {geometry: unit_cell, spacing: %g um, depth: 1.5 mm}\n", spacings[i]);
        const enum status status = cost(yaml, 20, bench->full ? 20 : 5, &ns, &sweeps, &arrays, &cells);
        if (status != OK)
            return status;
        snprintf(text, sizeof text, "size: dermis, %.0f cells of %g um (%.1f sweeps)", cells, spacings[i], sweeps);
        bench_row(bench, text, ns, "ns per cell and step", 0.0);
        snprintf(text, sizeof text, "memory: dermis, %.0f cells of %g um, everything", cells, spacings[i]);
        bench_row(bench, text, arrays, "arrays per species", 6.0);
        least = fmin(least, ns);
        most = fmax(most, ns);
    }
    bench_row(bench, "size: dermis, dearest / cheapest", most / least, "ratio", 1.5);
    return OK;
}

/* Steps by one and by `threads` threads in turns; the ratio of the medians. */
static enum status speed_up(const char *yaml, int threads, size_t steps, double *ratio)
{
    enum { TURNS = 7 };
    struct bench_case one, many;
    double single[TURNS], multiple[TURNS];
    enum status status = bench_case_create(yaml, 1, &one);
    if (status == OK)
        status = bench_case_create(yaml, threads, &many);
    else
        many = (struct bench_case){0};
    if (status == OK)
        status = bench_case_steps(&one, 8);
    if (status == OK)
        status = bench_case_steps(&many, 8);
    for (int t = 0; t < TURNS && status == OK; t++) {
        const double start = clock_seconds();
        status = bench_case_steps(&one, steps);
        const double middle = clock_seconds();
        if (status == OK)
            status = bench_case_steps(&many, steps);
        single[t] = middle - start;
        multiple[t] = clock_seconds() - middle;
    }
    if (status == OK)
        *ratio = bench_median(TURNS, single) / bench_median(TURNS, multiple);
    bench_case_destroy(&many);
    bench_case_destroy(&one);
    return status;
}

enum status bench_threads(struct bench *bench)
{
    char yaml[512], text[128];
    const size_t side = bench->full ? 128 : 64;
    diffusion(side, yaml, sizeof yaml);
    const double gain = bench->triad_all / bench->triad;
    const bool quiet = gain >= QUIET;
    bench_row(bench, "threads: bandwidth, all against 1", gain, quiet ? "times (quiet)" : "times (no room)", 0.0);
    for (int threads = 2; threads <= bench->processors;
         threads = threads < bench->processors && 2 * threads > bench->processors ? bench->processors : 2 * threads) {
        double ratio;
        enum status status = speed_up(yaml, threads, bench->full ? 2 : 4, &ratio);
        if (status != OK)
            return status;
        snprintf(text, sizeof text, "threads: diffusion, %zu^3, %d against 1", side, threads);
        bench_row(bench, text, ratio, "times as fast", threads > 2 ? 0.0 : quiet ? -1.7 : -0.9);
        status = speed_up(BENCH_QUICKSTART, threads, 4, &ratio);
        if (status != OK)
            return status;
        snprintf(text, sizeof text, "threads: dermis, quickstart, %d against 1", threads);
        bench_row(bench, text, ratio, "times as fast", -0.9);
    }
    return OK;
}

/* The last line of bench_sundials, which is built with the tests where SUNDIALS is installed. */
enum status bench_rivals(struct bench *bench)
{
    static const char marker[] = "outcomes ";
    char path[4096], command[4200], line[512], best[512] = "";
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "bench_sundials");
    if (n <= 0)
        return OK;
    path[n] = 0;
    strcpy(strrchr(path, '/') + 1, "bench_sundials");
    if (strchr(path, '\'') || access(path, X_OK) != 0) {
        fprintf(bench->stream, "work and precision: bench_sundials was not built (it needs SUNDIALS)\n");
        return OK;
    }
    snprintf(command, sizeof command, "'%s' %d", path, bench->full ? 40 : 60);
    FILE *pipe = popen(command, "r");
    while (pipe && fgets(line, sizeof line, pipe))
        memcpy(best, line, sizeof best);
    const char *at = strstr(best, marker);
    if (!pipe || pclose(pipe) != 0 || !at)
        return status_fail(ERR_IO, "bench: bench_sundials failed");
    bench_row(bench,
              bench->full ? "work and precision: best of SUNDIALS / this, 40 um" : "work and precision: best of SUNDIALS / this, 60 um",
              strtod(at + strlen(marker), NULL), "times the time", -10.0);
    return OK;
}
