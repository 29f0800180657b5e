/* Many short runs in one process through the library: reading, planning, running, writing, reading back - and flat memory.
 *
 * usage: soak [RUNS [MEBIBYTES]]       default: 60 runs; fails when the resident memory grew by more than 4 MiB after the first third
 *
 * One run is 20 days on a coarse cylinder with two sessions, through run_execute (results file and checkpoint) and series_run in turn. */
#define _GNU_SOURCE
#include "config.h"
#include "plan.h"
#include "results.h"
#include "run.h"
#include "series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char text[] = "model: dermis\ntreatment: {sessions: 2, interval: 8 days}\n"
                           "domain: {geometry: axisymmetric, spacing: 100 um, depth: 1 mm}\nrun: {duration: 20 days}\n"
                           "output: {timeseries: 12 hours, profiles: 2 days, snapshots: [0 days, 10 days]}\n";

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

static enum status once(long number, const char *path, FILE *nowhere)
{
    struct config *config = NULL;
    struct plan plan = {0};
    struct series series = {0};
    enum status status = config_parse(text, strlen(text), "soak", plan_vocabulary(), &config);
    if (status == OK)
        status = plan_create(config, 1, &plan);
    if (status == OK && number % 2 == 0)
        status = series_run(&plan, &series);
    if (status == OK && number % 2 == 1) {
        const struct run_options options = {.output = path, .config_path = path, .force = true, .quiet = true};
        status = run_execute(&plan, &options);
        if (status == OK)
            status = results_info(path, nowhere);
        if (status == OK)
            status = series_read(path, &series);
    }
    series_destroy(&series);
    plan_destroy(&plan);
    config_destroy(&config);
    status_clear();
    return status;
}

int main(int argc, char **argv)
{
    const long runs = argc > 1 ? atol(argv[1]) : 60;
    const double most = argc > 2 ? atof(argv[2]) : 4.0;
    char folder[] = "/tmp/needlework-soak-XXXXXX", path[64];
    FILE *nowhere = fopen("/dev/null", "w");
    double early = 0.0, first = 0.0;
    enum status status = nowhere && mkdtemp(folder) ? OK : ERR_IO;
    snprintf(path, sizeof path, "%s/run.h5", folder);
    for (long i = 0; i < runs && status == OK; i++) {
        status = once(i, path, nowhere);
        if (i == 1)
            first = resident();
        if (i == runs / 3)
            early = resident();
    }
    const double last = resident();
    unlink(path);
    rmdir(folder);
    if (nowhere)
        fclose(nowhere);
    printf("%ld runs: %.1f MiB resident after the second, %.1f after a third of them, %.1f at the end\n", runs, first, early, last);
    if (status != OK)
        printf("a run failed with %d\n", (int)status);
    return status != OK || last - early > most;
}
