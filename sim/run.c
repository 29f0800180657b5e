#include "run_internal.h"

#include "plugin.h"
#include "seal.h"
#include "stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status create_buffers(struct run *run)
{
    const struct plan *plan = run->plan;
    const struct model *model = plan->model;
    const size_t rows = run->capacity = timeline_rows(plan);
    run->outcomes = calloc(model->n_outcomes + 1, sizeof *run->outcomes);
    run->means = calloc(model->n_species + 1, sizeof *run->means);
    run->surface_means = calloc(model->n_surface + 1, sizeof *run->surface_means);
    run->time = calloc(rows, sizeof *run->time);
    run->gain = calloc(rows, sizeof *run->gain);
    if (!run->outcomes || !run->means || !run->surface_means || !run->time || !run->gain)
        return status_no_memory("the series", 2 * rows * sizeof(double));
    return OK;
}

/* A new results file, or the one to go on with, cut back to the checkpoint. */
static enum status open_results(struct run *run, const struct run_options *options)
{
    const struct plan *plan = run->plan;
    const struct simulation *s = run->simulation;
    char *resolved = plan_resolved(plan);
    if (!resolved)
        return status_no_memory("the configuration", 1);
    struct results_about about = {.title = config_has(plan->config, CONFIG_TITLE) ? config_text(plan->config, CONFIG_TITLE) : "",
                                  .given = options->given ? options->given : config_source(plan->config),
                                  .resolved = resolved,
                                  .overridden = plan->overridden,
                                  .channels = s->channels,
                                  .threads = plan->threads};
    enum status status;
    if (options->resume) {
        status = run_restore(run, options->force);
        about.forced = run->forced;
        if (status == OK)
            status = results_resume(run->path, plan->model, s->grid, s->surface_grid, &about, run->kept.file_rows, &run->results);
        if (status == ERR_IO)
            run_tell_replaced(run->path);
    } else {
        status = results_create(run->path, options->force, plan->model, s->grid, s->surface_grid, &about, &run->results);
        if (status == OK)
            status = run_first_checkpoint(run);
    }
    free(resolved);
    return status;
}

static enum status write_series(void *user, int64_t time)
{
    struct run *run = user;
    const int gain = model_outcome(run->plan->model, "collagen_gain");
    simulation_observe(run->simulation, time, run->outcomes, run->means, run->surface_means);
    run->time[run->kept.rows] = stepper_days(time);
    run->gain[run->kept.rows++] = gain < 0 ? NAN : run->outcomes[gain];
    return results_series(run->results, stepper_days(time), run->outcomes, run->means, run->surface_means);
}

static enum status write_profile(void *user, int64_t time)
{
    struct run *run = user;
    const double *const *y, *const *e;
    stepper_state_at(run->simulation->stepper, time, &y, &e);
    return results_profile(run->results, stepper_days(time), y);
}

static enum status write_snapshot(void *user, int64_t time)
{
    struct run *run = user;
    const double *const *y, *const *e;
    stepper_state_at(run->simulation->stepper, time, &y, &e);
    return results_snapshot(run->results, stepper_days(time), y, e);
}

static enum status write_step(void *user)
{
    struct run *run = user;
    const struct stepper *stepper = run->simulation->stepper;
    const double days = stepper_days(stepper_time(stepper)), dt = stepper_last_dt(stepper);
    progress_show(&run->progress, days / stepper_days(run->plan->end), days, dt);
    return results_step(run->results, days, dt, stepper_last_error(stepper), stepper_last_sweeps(stepper));
}

/* A checkpoint when it is due, and the end when somebody asked for it or the time is up. */
static enum status keep_or_stop(void *user)
{
    struct run *run = user;
    const double seconds = progress_seconds(&run->progress);
    const bool stop = stop_requested() || (run->max_seconds > 0.0 && seconds > run->max_seconds);
    if (!stop && seconds < run->checkpoint_due)
        return OK;
    const enum status status = run_checkpoint(run);
    run->checkpoint_due = progress_seconds(&run->progress) + run->checkpoint_every;
    if (status != OK || !stop)
        return status;
    progress_finish(&run->progress);
    const struct model_origin *plugin = model_origin(run->plan->model);
    return status_fail(STOPPED, "stopped on day %.6g; `needlework resume %s%s%s` goes on",
                       stepper_days(stepper_time(run->simulation->stepper)), run->path, plugin ? " --model " : "",
                       plugin ? plugin->path : "");
}

static enum status loop(struct run *run)
{
    static const struct timeline_sink sink = {
        .step = write_step, .series = write_series, .profile = write_profile, .snapshot = write_snapshot, .pause = keep_or_stop};
    progress_from(&run->progress, stepper_days(stepper_time(run->simulation->stepper)) / stepper_days(run->plan->end));
    return timeline_run(&run->timeline, &sink, run);
}

static enum status execute(struct run *run, const struct run_options *options)
{
    enum status status = create_buffers(run);
    if (status == OK)
        status = run_identify(run);
    if (status == OK)
        status = simulation_create(run->plan, &run->simulation);
    if (status == OK)
        status = timeline_create(run->simulation, &run->timeline);
    if (status == OK)
        status = open_results(run, options);
    if (status == OK) {
        run->checkpoint_every = run->checkpoint_due = config_number(run->plan->config, CONFIG_CHECKPOINT_EVERY);
        run->steps_before = stepper_counts(run->simulation->stepper).steps;
        stop_watch();
        run->max_seconds = options->max_seconds;
        status = loop(run);
    } else if (!run->results) {
        return status;
    }
    const bool ended = status == OK || status == ERR_NUMERICS;
    double worst = 0.0;
    enum status wrote = ended ? run_write_ledgers(run, &worst) : OK;
    if (wrote == OK && ended && run->kept.rows > 0)
        wrote = run_write_summary(run);
    const double seconds = progress_finish(&run->progress);
    if (wrote == OK && (ended || status == STOPPED))
        wrote = results_close(&run->results, status == OK, seconds);
    else
        results_discard(&run->results);
    if (status == OK)
        status = wrote;
    if (status == OK)
        run_forget(run->path);
    if (status == ERR_CONFIG)
        run_put_back(run->path);
    if (status == OK && !options->quiet && !options->given)
        run_print_summary(run, worst, seconds);
    return status;
}

/* results/NAME.h5 for .../NAME.yaml */
static char *default_path(const char *config_path)
{
    const char *slash = strrchr(config_path, '/'), *base = slash ? slash + 1 : config_path, *dot = strrchr(base, '.');
    const size_t length = dot && dot > base ? (size_t)(dot - base) : strlen(base), n = length + sizeof "results/.h5";
    char *path = malloc(n);
    if (path)
        snprintf(path, n, "results/%.*s.h5", (int)length, base);
    return path;
}

enum status run_execute(const struct plan *plan, const struct run_options *options)
{
    struct run run = {.plan = plan};
    char *path = options->output ? NULL : default_path(options->config_path);
    run.path = options->output ? options->output : path;
    progress_init(&run.progress, options->quiet);
    const enum status status = run.path ? execute(&run, options) : status_no_memory("the file name", 1);
    timeline_destroy(&run.timeline);
    simulation_destroy(&run.simulation);
    free(run.outcomes);
    free(run.means);
    free(run.surface_means);
    free(run.time);
    free(run.gain);
    free(run.resolved);
    free(run.forced);
    free(path);
    return status;
}

enum status run_resume(const struct run_options *options, int threads)
{
    char *text = NULL;
    struct config *config = NULL;
    struct plan plan = {0};
    enum status status =
        seal_is_broken(options->output) ? status_fail(ERR_IO, "%s: is damaged: its seal is of another content", options->output) : OK;
    if (status == OK)
        status = plugin_for_results(options->output, options->plugin, options->force);
    if (status == OK)
        status = results_text(options->output, "configuration_resolved", &text);
    if (status == OK)
        status = config_parse(text, strlen(text), options->output, plan_vocabulary(), &config);
    if (status == OK)
        status = plan_create(config, threads, &plan);
    if (status == OK)
        status = run_execute(&plan, options);
    plan_destroy(&plan);
    config_destroy(&config);
    free(text);
    return status;
}
