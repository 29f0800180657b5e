/* `sweep status`: what the logs say of every run, and what the queue says of the jobs that were submitted. */
#define _GNU_SOURCE
#include "sweep_jobs.h"
#include "sweep_records.h"

#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASONS = 10 };

/* Failed runs, by what they said. */
struct reason {
    char message[SWEEP_MESSAGE];
    int status;
    size_t n, first;
};

struct report {
    const struct sweep *sweep;
    signed char *states;
    struct reason reasons[REASONS];
    size_t n_reasons;
    double seconds; /* of all runs done */
    size_t entries;
};

static enum status add_entry(void *user, const struct sweep_record *r)
{
    struct report *report = user;
    if (r->status == OK) {
        report->seconds += r->seconds;
        report->entries++;
        return OK;
    }
    size_t k = 0;
    if (report->states[r->index] == OK)
        return OK; /* failed once, done later */
    while (k < report->n_reasons && strcmp(report->reasons[k].message, r->message) != 0)
        k++;
    if (k == REASONS)
        return OK;
    struct reason *reason = &report->reasons[k];
    if (k == report->n_reasons) {
        *reason = (struct reason){.status = r->status, .first = r->index};
        snprintf(reason->message, sizeof reason->message, "%s", r->message);
        report->n_reasons++;
    }
    reason->n++;
    return OK;
}

static void print_states(const struct report *r)
{
    const struct sweep *s = r->sweep;
    size_t done = 0, failed = 0, missing = 0, first = s->n;
    for (size_t i = 0; i < s->n; i++) {
        done += r->states[i] == OK;
        failed += r->states[i] > OK;
        missing += r->states[i] == SWEEP_MISSING;
        if (r->states[i] == SWEEP_MISSING && first == s->n)
            first = i;
    }
    printf("%s: %zu runs, %zu done, %zu failed, %zu to do", s->dir, s->n, done, failed, missing);
    printf(missing ? " (the first is %zu)\n" : "\n", first);
    if (r->entries && missing) {
        const double each = r->seconds / (double)r->entries;
        printf("a run takes      %.3g s; what is to do about %.3g core-hours\n", each, each * (double)missing / 3600.0);
    }
    for (size_t k = 0; k < r->n_reasons; k++)
        printf("failed           %zu time%s with exit code %d, first run %zu: %s\n", r->reasons[k].n, r->reasons[k].n == 1 ? "" : "s",
               r->reasons[k].status, r->reasons[k].first, r->reasons[k].message);
    if (missing) {
        printf("go on            needlework sweep run %s\n", s->dir);
        printf("with GNU parallel\n");
        sweep_print_parallel(s, stdout);
    } else {
        printf("collect          needlework sweep collect %s\n", s->dir);
    }
}

enum status sweep_report(const char *dir, const struct arguments *a)
{
    struct sweep sweep;
    (void)a;
    enum status status = sweep_open(dir, &sweep);
    if (status != OK)
        return status;
    struct report *report = calloc(1, sizeof *report);
    signed char *states = malloc(sweep.n);
    status = report && states ? sweep_records_states(&sweep, 0, sweep.n, states) : status_no_memory("the report", sweep.n);
    if (status == OK) {
        report->sweep = &sweep;
        report->states = states;
        status = sweep_records_read(&sweep, 0, sweep.n, add_entry, report);
    }
    if (status == OK) {
        print_states(report);
        status = sweep_jobs_print(dir, stdout);
    }
    free(states);
    free(report);
    sweep_close(&sweep);
    return status;
}
