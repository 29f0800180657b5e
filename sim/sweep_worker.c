#define _POSIX_C_SOURCE 200809L
#include "sweep_worker.h"

#include "clock.h"
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status sweep_worker_create(const struct sweep *sweep, size_t first, size_t count, size_t number, int threads,
                                struct sweep_worker *worker)
{
    *worker = (struct sweep_worker){.sweep = sweep, .threads = threads, .outcomes = calloc(sweep->n_outcomes + 1, sizeof(double))};
    if (!worker->outcomes)
        return status_no_memory("the outcomes", sweep->n_outcomes * sizeof(double));
    const enum status status = sweep_records_open(sweep, first, count, number, &worker->log);
    if (status != OK)
        sweep_worker_destroy(worker);
    return status;
}

void sweep_worker_destroy(struct sweep_worker *worker)
{
    sweep_records_close(&worker->log);
    series_destroy(&worker->series);
    free(worker->outcomes);
    free(worker->values);
    *worker = (struct sweep_worker){0};
}

/* With `keep: fields` a run writes an ordinary results file, DIR/runs/000/000123.h5, and its series are read from it. */
static enum status run_to_file(struct sweep_worker *w, size_t i, const struct plan *plan)
{
    char folder[64], name[96], path[SWEEP_PATH];
    snprintf(folder, sizeof folder, "runs/%03zu", i / 1000);
    snprintf(name, sizeof name, "%s/%06zu.h5", folder, i);
    sweep_path(w->sweep->dir, name, path);
    const struct run_options options = {.output = path, .config_path = path, .force = true, .quiet = true};
    enum status status = sweep_folder(w->sweep->dir, "runs");
    if (status == OK)
        status = sweep_folder(w->sweep->dir, folder);
    if (status == OK)
        status = run_execute(plan, &options);
    return status == OK ? series_read(path, &w->series) : status;
}

static enum status carry_out(struct sweep_worker *w, size_t i)
{
    const struct sweep *sweep = w->sweep;
    struct config *config = NULL;
    struct plan plan = {0};
    char hash[PROVENANCE_SHA256];
    enum status status = sweep_run_plan(sweep, i, w->threads, &config, &plan);
    char *resolved = status == OK ? plan_resolved(&plan) : NULL;
    if (status == OK)
        status = resolved ? provenance_sha256(resolved, hash) : status_no_memory("a configuration", 1);
    if (status == OK && strcmp(hash, sweep->hash[i]) != 0)
        status = status_fail(ERR_CONFIG,
                             "the configuration is not the one that was planned (SHA-256 %.12s, planned %.12s): another version "
                             "of the program, or base/ was changed",
                             hash, sweep->hash[i]);
    if (status == OK)
        status = sweep->keep == SWEEP_FIELDS ? run_to_file(w, i, &plan) : series_run(&plan, &w->series);
    free(resolved);
    plan_destroy(&plan);
    config_destroy(&config);
    return status;
}

/* The series as it is kept: single precision. */
static bool pack_values(struct sweep_worker *w)
{
    const size_t n = w->series.n * w->series.model->n_outcomes;
    if (n > w->capacity) {
        float *larger = realloc(w->values, n * sizeof *larger);
        if (!larger)
            return false;
        w->values = larger;
        w->capacity = n;
    }
    for (size_t k = 0; k < n; k++)
        w->values[k] = (float)w->series.values[k];
    return true;
}

static void evaluate(struct sweep_worker *w, bool good)
{
    const struct expression_run run = {.series = &w->series};
    for (size_t o = 0; o < w->sweep->n_outcomes; o++)
        w->outcomes[o] = good ? expression_value(&w->sweep->expressions[o], &run) : NAN;
}

enum status sweep_worker_run(struct sweep_worker *w, size_t i, enum status *code)
{
    char message[SWEEP_MESSAGE] = "";
    const double start = clock_seconds();
    status_clear();
    *code = carry_out(w, i);
    if (*code == STOPPED) {
        status_clear();
        return OK;
    }
    const bool good = *code == OK, keep = good && w->sweep->keep != SWEEP_OUTCOMES && pack_values(w);
    if (!good)
        snprintf(message, sizeof message, "%s", status_count() ? status_message(0) : "failed without a reason");
    status_clear(); /* what it warned of, the plan has said */
    evaluate(w, good);
    const struct sweep_record record = {.index = i,
                                        .status = (int)*code,
                                        .seconds = clock_seconds() - start,
                                        .outcomes = w->outcomes,
                                        .message = message,
                                        .rows = keep ? w->series.n : 0,
                                        .time = w->series.time,
                                        .values = w->values};
    return sweep_records_append(w->log, &record);
}

enum status sweep_worker_give_up(struct sweep_worker *w, size_t i, const char *message)
{
    evaluate(w, false);
    const struct sweep_record record = {.index = i, .status = ERR_CHECK, .outcomes = w->outcomes, .message = message};
    return sweep_records_append(w->log, &record);
}
