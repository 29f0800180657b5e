/* Many short runs in one process through the library: reading, planning, running, writing, reading back - and flat memory.
 *
 * usage: soak [RUNS [MEBIBYTES]]       default: 60 runs; fails when the resident memory grew by more than 4 MiB after the first tenth
 *
 * A day holds 86,400 runs of a second, which the quickstart takes: that many were run once (tests/README.md).  One run is six days on a
 * coarse cylinder with two sessions, so that what recurs in each run - reading, planning, opening, closing - is most of it: three by
 * needlework.h (one step by step, all of them behind a configuration that is refused), then one by run_execute (results file and
 * checkpoint in $TMPDIR or /tmp), which is read back by a child and by series_read. */
#define _GNU_SOURCE
#include "config.h"
#include "needlework.h"
#include "plan.h"
#include "results.h"
#include "run.h"
#include "series.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char text[] = "model: dermis\ntreatment: {sessions: 2, interval: 3 days}\n"
                           "domain: {geometry: axisymmetric, spacing: 100 um, depth: 1 mm}\nrun: {duration: 6 days}\n"
                           "output: {timeseries: 12 hours, profiles: 2 days, snapshots: [0 days, 3 days]}\n";

/* Resident memory [MiB] */
static double resident(void)
{
    long pages = 0;
    FILE *stream = fopen("/proc/self/statm", "r");
    const int found = stream ? fscanf(stream, "%*d %ld", &pages) : 0;
    if (stream)
        fclose(stream);
    return found == 1 ? (double)pages * (double)sysconf(_SC_PAGE_SIZE) / 1048576.0 : -1.0;
}

/* One run through the public header, all of its outcomes and fields read at the end. */
static bool in_memory(bool step_by_step)
{
    struct needlework *run = NULL;
    double sum = 0.0;
    if (needlework_create("model: dermis\nskin: {age: 430 years}\n", NULL, 1, &run) != NEEDLEWORK_ERROR_CONFIG)
        return false;
    int code = needlework_create(text, NULL, 1, &run);
    while (code == NEEDLEWORK_OK && needlework_time(run) < needlework_end(run))
        code = step_by_step ? needlework_step(run) : needlework_advance(run, needlework_end(run));
    for (size_t i = 0; code == NEEDLEWORK_OK && i < needlework_outcome_count(run); i++)
        sum += needlework_outcomes(run)[i];
    for (size_t i = 0; code == NEEDLEWORK_OK && i < needlework_field_count(run); i++)
        sum += needlework_field(run, i, NULL, NULL)[0];
    if (code != NEEDLEWORK_OK)
        printf("%s\n", needlework_error());
    needlework_destroy(&run);
    return code == NEEDLEWORK_OK && isfinite(sum);
}

/* One run into a file, which is read back twice. */
static bool into_file(const char *path, FILE *nowhere)
{
    const struct run_options options = {.output = path, .config_path = path, .force = true, .quiet = true};
    struct config *config = NULL;
    struct plan plan = {0};
    struct series series = {0};
    enum status status = config_parse(text, strlen(text), "soak", plan_vocabulary(), &config);
    if (status == OK)
        status = plan_create(config, 1, &plan);
    if (status == OK)
        status = run_execute(&plan, &options);
    if (status == OK)
        status = results_info(path, nowhere);
    if (status == OK)
        status = series_read(path, &series);
    series_destroy(&series);
    plan_destroy(&plan);
    config_destroy(&config);
    if (status != OK)
        status_print(stdout);
    status_clear();
    return status == OK;
}

int main(int argc, char **argv)
{
    static const long percent[] = {1, 10, 50, 100};
    enum { MARKS = sizeof percent / sizeof *percent };
    const long runs = argc > 1 ? atol(argv[1]) : 60;
    const double most = argc > 2 ? atof(argv[2]) : 4.0;
    const char *above = getenv("TMPDIR");
    char folder[200], path[240];
    double mark[MARKS] = {0.0};
    FILE *nowhere = fopen("/dev/null", "w");
    snprintf(folder, sizeof folder, "%s/needlework-soak-XXXXXX", above ? above : "/tmp");
    bool good = runs >= 10 && nowhere && mkdtemp(folder);
    snprintf(path, sizeof path, "%s/run.h5", folder);
    for (long i = 0, m = 0; i < runs && good; i++) {
        good = i % 4 == 3 ? into_file(path, nowhere) : in_memory(i % 4 == 1);
        for (; m < MARKS && (i + 1) * 100 >= percent[m] * runs; m++) {
            mark[m] = resident();
            printf("%ld %% (%ld runs): %.1f MiB resident\n", percent[m], i + 1, mark[m]);
            fflush(stdout);
        }
    }
    unlink(path);
    rmdir(folder);
    if (nowhere)
        fclose(nowhere);
    if (!good)
        printf("a run failed\n");
    return !good || mark[MARKS - 1] - mark[1] > most;
}
