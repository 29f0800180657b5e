/* What is said at the end of a run: ledger and summary into the results file, a summary for people to stdout. */
#include "run_internal.h"

#include "model_use.h"
#include "summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double volume(const struct grid *grid)
{
    double sum = 0.0;
    for (size_t c = 0; c < grid->cells; c++)
        sum += grid->volume[c];
    return sum;
}

enum status run_write_ledgers(struct run *run, double *worst)
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

enum status run_write_summary(struct run *run)
{
    const struct simulation *s = run->simulation;
    enum status status = OK;
    for (size_t i = 0; i < s->n_sessions && status == OK; i++) {
        const struct session *session = &s->sessions[i];
        status = results_session(run->results, i + 1, stepper_days(session->scheduled),
                                 session->performed >= 0 ? stepper_days(session->performed) : NAN, session->closure, session->deficit);
    }
    double values[SUMMARY_KEYS];
    summary_compute(s, run->kept.rows, run->time, run->gain, values);
    for (int key = 0; key < SUMMARY_KEYS && status == OK; key++)
        if (summary_has(run->plan->model, (enum summary_key)key))
            status = results_summary(run->results, summary_rows[key].name, values[key]);
    return status;
}

/* Value of an outcome's row nearest to `day`, from the series kept for the summary. */
static double gain_on(const struct run *run, double day)
{
    for (size_t i = 0; i < run->kept.rows; i++)
        if (run->time[i] >= day - 1e-6)
            return run->gain[i];
    return run->gain[run->kept.rows - 1];
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
    print_gain(run->gain[run->kept.rows - 1], "at the end\n");
    if (summary_sessions(run->simulation) > 1) {
        double values[SUMMARY_KEYS];
        summary_compute(run->simulation, run->kept.rows, run->time, run->gain, values);
        printf("first session    ");
        print_gain(values[SUMMARY_FIRST_SESSION_GAIN], "before the second\n");
    }
    const double onset = outcomes_onset(run->kept.rows, run->time, run->gain, 0.01);
    print_days("onset (+1 %)     ", onset, "day %.1f");
    if (!isnan(onset))
        print_days("; 90 % of the peak ", outcomes_time_to_share(run->kept.rows, run->time, run->gain, 0.9), "on day %.0f");
    print_days("\nhealing          epidermis closed ", healing->closure_time, "after %.2f days");
    print_days(", barrier back ", healing->barrier_time, "after %.2f days");
    print_days(", downtime ", healing->downtime, "%.1f days\n");
    if (isnan(healing->downtime))
        printf("\n");
}

void run_print_summary(const struct run *run, double worst, double seconds)
{
    const struct plan *plan = run->plan;
    const struct simulation *s = run->simulation;
    const struct stepper_counts counts = stepper_counts(s->stepper);
    const double days = stepper_days(plan->end), cells = (double)s->grid->cells;
    const size_t performed = summary_sessions(s);
    printf("%s: %.6g day%s, %zu of %zu session%s, %.0f cell%s\n", plan->model->name, days, days == 1.0 ? "" : "s", performed, s->n_sessions,
           s->n_sessions == 1 ? "" : "s", cells, cells > 1.0 ? "s" : "");
    if (performed && model_outcome(plan->model, "collagen_gain") >= 0)
        print_healing(run);
    printf("mass balance     closes to %.1e (worst species)\n", worst);
    printf("solver           %zu steps, %zu repeated, %.1f sweeps per step, %d thread%s\n", counts.steps, counts.rejected,
           counts.sweeps / (double)counts.steps, plan->threads, plan->threads == 1 ? "" : "s");
    printf("time             %.2f s, %.0f ns per cell and step\n", seconds,
           1e9 * seconds / (double)(counts.steps - run->steps_before) / cells);
    printf("results          %s\n", run->path);
}
