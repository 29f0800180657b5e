#include "series_internal.h"

#include "model_use.h"
#include "stop.h"
#include "timeline.h"

#include <math.h>
#include <stdlib.h>

enum status series_prepare(struct series *series, const struct model *model, size_t rows)
{
    const size_t numbers = (rows + 1) * (model->n_outcomes + 1);
    series->model = model;
    series->n = 0;
    series->complete = false;
    for (int key = 0; key < SUMMARY_KEYS; key++)
        series->summary[key] = NAN;
    if (numbers > series->capacity) {
        double *larger = realloc(series->time, numbers * sizeof *larger);
        if (!larger)
            return status_no_memory("the series", numbers * sizeof *larger);
        series->time = larger;
        series->capacity = numbers;
    }
    series->values = series->time + rows + 1;
    return OK;
}

void series_destroy(struct series *series)
{
    free(series->time);
    *series = (struct series){0};
}

/* A run whose rows are kept. */
struct keeper {
    struct series *series;
    struct simulation *simulation;
    double *means, *surface_means; /* not kept */
};

static enum status keep_row(void *user, int64_t time)
{
    struct keeper *k = user;
    struct series *s = k->series;
    simulation_observe(k->simulation, time, s->values + s->n * s->model->n_outcomes, k->means, k->surface_means);
    s->time[s->n++] = stepper_days(time);
    return OK;
}

static enum status stop_when_asked(void *user)
{
    const struct keeper *k = user;
    return stop_requested() ? status_fail(STOPPED, "stopped on day %.6g", stepper_days(stepper_time(k->simulation->stepper))) : OK;
}

static enum status summarise(const struct keeper *k)
{
    struct series *s = k->series;
    const int outcome = model_outcome(s->model, "collagen_gain");
    double *gain = malloc(s->n * sizeof *gain);
    if (!gain)
        return status_no_memory("the summary", s->n * sizeof *gain);
    for (size_t i = 0; i < s->n; i++)
        gain[i] = outcome < 0 ? NAN : series_value(s, i, (size_t)outcome);
    summary_compute(k->simulation, s->n, s->time, gain, s->summary);
    free(gain);
    return OK;
}

static enum status execute(struct keeper *k)
{
    static const struct timeline_sink sink = {.series = keep_row, .pause = stop_when_asked};
    struct timeline timeline;
    enum status status = timeline_create(k->simulation, &timeline);
    if (status != OK)
        return status;
    status = timeline_run(&timeline, &sink, k);
    timeline_destroy(&timeline);
    if (status == OK)
        status = summarise(k);
    k->series->complete = status == OK;
    return status;
}

enum status series_run(const struct plan *plan, struct series *series)
{
    const struct model *model = plan->model;
    struct keeper k = {.series = series};
    enum status status = series_prepare(series, model, timeline_rows(plan));
    if (status == OK && !(k.means = calloc(model->n_species + model->n_surface + 1, sizeof *k.means)))
        status = status_no_memory("means", model->n_species * sizeof *k.means);
    if (status == OK)
        status = simulation_create(plan, &k.simulation);
    if (status == OK) {
        k.surface_means = k.means + model->n_species;
        status = execute(&k);
    }
    simulation_destroy(&k.simulation);
    free(k.means);
    return status;
}
