#include "run.h"

#include "progress.h"
#include "results.h"
#include "simulation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the loop carries along. */
struct run {
    const struct plan *plan;
    const char *path;
    struct simulation *simulation; /* owned, like the next ones */
    struct results *results;
    double *outcomes, *means, *surface_means;
    double *time, *gain; /* rows of the series, for onset and peak */
    size_t rows;
    int64_t *snapshots; /* ticks, ascending */
    size_t n_snapshots, next_snapshot;
    int64_t next_series, next_profile;
    struct progress progress;
};

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum status create_buffers(struct run *run)
{
    const struct plan *plan = run->plan;
    const struct model *model = plan->model;
    const size_t rows = (size_t)(plan->end / plan->series_every) + 3;
    run->outcomes = calloc(model->n_outcomes + 1, sizeof *run->outcomes);
    run->means = calloc(model->n_species + 1, sizeof *run->means);
    run->surface_means = calloc(model->n_surface + 1, sizeof *run->surface_means);
    run->time = calloc(rows, sizeof *run->time);
    run->gain = calloc(rows, sizeof *run->gain);
    run->snapshots = calloc(plan->n_snapshots + 1, sizeof *run->snapshots);
    if (!run->outcomes || !run->means || !run->surface_means || !run->time || !run->gain || !run->snapshots)
        return status_no_memory("the series", 2 * rows * sizeof(double));
    for (size_t i = 0; i < plan->n_snapshots; i++)
        if (stepper_ticks(plan->snapshots[i]) <= plan->end)
            run->snapshots[run->n_snapshots++] = stepper_ticks(plan->snapshots[i]);
    qsort(run->snapshots, run->n_snapshots, sizeof *run->snapshots, ascending);
    return OK;
}

static enum status create_results(struct run *run, const struct run_options *options)
{
    const struct plan *plan = run->plan;
    char *resolved = plan_resolved(plan);
    if (!resolved)
        return status_no_memory("the configuration", 1);
    const struct results_about about = {.title = config_has(plan->config, CONFIG_TITLE) ? config_text(plan->config, CONFIG_TITLE) : "",
                                        .given = config_source(plan->config),
                                        .resolved = resolved,
                                        .overridden = plan->overridden,
                                        .channels = run->simulation->channels,
                                        .threads = plan->threads};
    const enum status status =
        results_create(run->path, options->force, plan->model, run->simulation->grid, run->simulation->surface_grid, &about, &run->results);
    free(resolved);
    return status;
}

static enum status write_series(struct run *run, int64_t time)
{
    const int gain = model_outcome(run->plan->model, "collagen_gain");
    simulation_observe(run->simulation, time, run->outcomes, run->means, run->surface_means);
    run->time[run->rows] = stepper_days(time);
    run->gain[run->rows++] = gain < 0 ? NAN : run->outcomes[gain];
    return results_series(run->results, stepper_days(time), run->outcomes, run->means, run->surface_means);
}

static enum status write_profile(struct run *run, int64_t time)
{
    const double *const *y, *const *e;
    stepper_state_at(run->simulation->stepper, time, &y, &e);
    return results_profile(run->results, stepper_days(time), y);
}

/* The next time of a series, whose last row is the end of the run. */
static int64_t following(int64_t time, int64_t every, int64_t end)
{
    const int64_t next = time + every;
    return time < end && next > end ? end : next;
}

/* Rows of series and profiles that fall due within the last step, then the integrals up to its end. */
static enum status write_due(struct run *run)
{
    const int64_t now = stepper_time(run->simulation->stepper), end = run->plan->end;
    enum status status = OK;
    while (status == OK && run->next_series <= now && run->next_series <= end) {
        status = write_series(run, run->next_series);
        run->next_series = following(run->next_series, run->plan->series_every, end);
    }
    while (status == OK && run->next_profile <= now && run->next_profile <= end) {
        status = write_profile(run, run->next_profile);
        run->next_profile = following(run->next_profile, run->plan->profiles_every, end);
    }
    simulation_integrate(run->simulation);
    return status;
}

/* Session and snapshot due now: the session first, so that a snapshot at its time shows the fresh channels. */
static enum status meet_events(struct run *run)
{
    const int64_t now = stepper_time(run->simulation->stepper);
    enum status status = OK;
    struct session *session = simulation_next_session(run->simulation);
    while (status == OK && session && session->due <= now) {
        status = simulation_session(run->simulation, session);
        session = simulation_next_session(run->simulation);
    }
    if (status == OK && run->next_snapshot < run->n_snapshots && run->snapshots[run->next_snapshot] <= now) {
        const double *const *y, *const *e;
        stepper_state_at(run->simulation->stepper, now, &y, &e);
        status = results_snapshot(run->results, stepper_days(now), y, e);
        while (run->next_snapshot < run->n_snapshots && run->snapshots[run->next_snapshot] <= now)
            run->next_snapshot++;
    }
    return status;
}

static int64_t next_event(const struct run *run)
{
    int64_t next = run->plan->end;
    const struct session *session = simulation_next_session(run->simulation);
    if (session && session->due < next)
        next = session->due;
    if (run->next_snapshot < run->n_snapshots && run->snapshots[run->next_snapshot] < next)
        next = run->snapshots[run->next_snapshot];
    return next;
}

static enum status loop(struct run *run)
{
    struct simulation *s = run->simulation;
    struct stepper *stepper = s->stepper;
    enum status status = write_due(run);
    if (status == OK)
        status = meet_events(run);
    while (status == OK && stepper_time(stepper) < run->plan->end) {
        const int64_t target = next_event(run);
        status = simulation_advance(s, target);
        if (status != OK)
            break;
        const double days = stepper_days(stepper_time(stepper));
        status = results_step(run->results, days, stepper_last_dt(stepper), stepper_last_error(stepper), stepper_last_sweeps(stepper));
        if (status == OK)
            status = write_due(run);
        if (status == OK && stepper_time(stepper) == target)
            status = meet_events(run);
        progress_show(&run->progress, days / stepper_days(run->plan->end), days, stepper_last_dt(stepper));
    }
    return status;
}

static double volume(const struct grid *grid)
{
    double sum = 0.0;
    for (size_t c = 0; c < grid->cells; c++)
        sum += grid->volume[c];
    return sum;
}

static enum status write_ledgers(struct run *run, double *worst)
{
    const struct model *model = run->plan->model;
    enum status status = OK;
    *worst = 0.0;
    for (size_t i = 0; i < model->n_species + model->n_surface && status == OK; i++) {
        const bool on_surface = i >= model->n_species;
        const size_t s = on_surface ? i - model->n_species : i;
        const struct species *species = on_surface ? &model->surface[s] : &model->species[s];
        const struct ledger l = stepper_ledger(run->simulation->stepper, on_surface, s);
        const struct results_ledger row = {l.initial, l.produced, l.lost, l.boundary, l.injury, l.stored, l.error};
        const double turned = fabs(l.initial) + fabs(l.produced) + fabs(l.lost) + fabs(l.boundary) + fabs(l.injury);
        /* Where next to nothing is turned over, round-off is measured against a little of the usual amount. */
        const double size = volume(on_surface ? run->simulation->surface_grid : run->simulation->grid);
        *worst = fmax(*worst, fabs(l.error) / fmax(turned, 1e-6 * species->scale * size));
        char unit[64];
        snprintf(unit, sizeof unit, strcmp(species->unit, "1") == 0 ? "%.0smm%s" : "%s mm%s", species->unit, on_surface ? "2" : "3");
        status = results_ledger_write(run->results, species->name, unit, &row);
    }
    return status;
}

static enum status write_summary(struct run *run)
{
    const struct simulation *s = run->simulation;
    const struct model *model = run->plan->model;
    size_t performed = 0;
    enum status status = OK;
    for (size_t i = 0; i < s->n_sessions && status == OK; i++) {
        const struct session *session = &s->sessions[i];
        performed += session->performed >= 0;
        status = results_session(run->results, i + 1, stepper_days(session->scheduled),
                                 session->performed >= 0 ? stepper_days(session->performed) : NAN, session->closure);
    }
    if (status == OK)
        status = results_summary(run->results, "sessions_performed", (double)performed);
    if (model_outcome(model, "collagen_gain") < 0)
        return status;
    const struct {
        const char *name;
        double value;
    } rows[] = {
        {"collagen_onset",              outcomes_onset(run->rows,                            run->time, run->gain, 0.01)},
        {"collagen_time_to_90_percent",                    outcomes_time_to_share(run->rows,                                                                  run->time, run->gain, 0.9)},
        {"collagen_time_to_95_percent", outcomes_time_to_share(run->rows, run->time, run->gain, 0.95)},
        {"peak_collagen_gain",                    outcomes_peak(run->rows,                                                                   run->gain)},
        {"final_collagen_gain", run->gain[run->rows - 1]                   },
        {"epidermal_closure_time",                    s->milestones.closure_time                                                                 },
        {"barrier_recovery_time",          s->milestones.barrier_time                  },
        {"downtime",                             s->milestones.downtime                                                           },
        {"downtime_total",                             s->milestones.downtime_total                                     }
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == OK; i++)
        status = results_summary(run->results, rows[i].name, rows[i].value);
    return status;
}

/* Value of an outcome's row nearest to `day`, from the series kept for the summary. */
static double gain_on(const struct run *run, double day)
{
    for (size_t i = 0; i < run->rows; i++)
        if (run->time[i] >= day - 1e-6)
            return run->gain[i];
    return run->gain[run->rows - 1];
}

static void print_gain(double gain, const char *when)
{
    const double percent = 100.0 * gain;
    printf("%+.2f %% %s", fabs(percent) < 0.005 ? 0.0 : percent, when);
}

static void print_days(const char *label, double days, const char *format)
{
    printf("%s", label);
    if (isnan(days))
        printf("not reached");
    else
        printf(format, days);
}

static void print_healing(const struct run *run)
{
    const double end = stepper_days(run->plan->end);
    const struct milestones *healing = &run->simulation->milestones;
    printf("collagen gain    ");
    if (end >= 42.0)
        print_gain(gain_on(run, 42.0), "at 6 weeks, ");
    if (end >= 182.0)
        print_gain(gain_on(run, 182.0), "at 6 months, ");
    print_gain(run->gain[run->rows - 1], "at the end\n");
    const double onset = outcomes_onset(run->rows, run->time, run->gain, 0.01);
    print_days("onset (+1 %)     ", onset, "day %.1f");
    if (!isnan(onset))
        print_days("; 90 % of the peak ", outcomes_time_to_share(run->rows, run->time, run->gain, 0.9), "on day %.0f");
    print_days("\nhealing          epidermis closed ", healing->closure_time, "after %.2f days");
    print_days(", barrier back ", healing->barrier_time, "after %.2f days");
    print_days(", downtime ", healing->downtime, "%.1f days\n");
    if (isnan(healing->downtime))
        printf("\n");
}

static void print_summary(const struct run *run, double worst, double seconds)
{
    const struct plan *plan = run->plan;
    const struct simulation *s = run->simulation;
    const struct stepper_counts counts = stepper_counts(s->stepper);
    const double days = stepper_days(plan->end), cells = (double)s->grid->cells;
    size_t performed = 0;
    for (size_t i = 0; i < s->n_sessions; i++)
        performed += s->sessions[i].performed >= 0;
    printf("%s: %.6g day%s, %zu of %zu session%s, %.0f cell%s\n", plan->model->name, days, days == 1.0 ? "" : "s", performed, s->n_sessions,
           s->n_sessions == 1 ? "" : "s", cells, cells > 1.0 ? "s" : "");
    if (performed && model_outcome(plan->model, "collagen_gain") >= 0)
        print_healing(run);
    printf("mass balance     closes to %.1e (worst species)\n", worst);
    printf("solver           %zu steps, %zu repeated, %.1f sweeps per step, %d thread%s\n", counts.steps, counts.rejected,
           counts.sweeps / (double)counts.steps, plan->threads, plan->threads == 1 ? "" : "s");
    printf("time             %.2f s, %.0f ns per cell and step\n", seconds, 1e9 * seconds / (double)counts.steps / cells);
    printf("results          %s\n", run->path);
}

static enum status execute(struct run *run, const struct run_options *options)
{
    enum status status = create_buffers(run);
    if (status == OK)
        status = simulation_create(run->plan, &run->simulation);
    if (status == OK)
        status = create_results(run, options);
    if (status != OK)
        return status;
    status = loop(run);
    const bool complete = status == OK;
    double worst = 0.0;
    enum status wrote = status == ERR_IO ? OK : write_ledgers(run, &worst);
    if (wrote == OK && run->rows > 0 && status != ERR_IO)
        wrote = write_summary(run);
    const double seconds = progress_finish(&run->progress);
    const enum status closed = results_close(&run->results, complete && wrote == OK, seconds);
    if (status == ERR_CONFIG)
        unlink(run->path);
    if (status == OK)
        status = wrote != OK ? wrote : closed;
    if (status == OK && !options->quiet)
        print_summary(run, worst, seconds);
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
    simulation_destroy(&run.simulation);
    free(run.outcomes);
    free(run.means);
    free(run.surface_means);
    free(run.time);
    free(run.gain);
    free(run.snapshots);
    free(path);
    return status;
}
