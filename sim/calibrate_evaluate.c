/* The runs of a calibration: every protocol at every set of parameters, several at once, and what the observations are there. */
#include "calibrate_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double NO_VALUE = 10; /* residual of an observation that has no value: far, but finite, so that the fit can turn back */

double calibrate_residual(const struct calibrate_observation *o, double value)
{
    const bool closed = isfinite(o->low) && isfinite(o->high);
    const double quarter =
        closed && o->high > o->low ? 0.25 * (o->high - o->low) : 0.05 * fmax(fabs(isfinite(o->low) ? o->low : o->high), 1e-3);
    if (!isfinite(value))
        return NO_VALUE;
    if (!isnan(o->value))
        return (value - o->value) / (isnan(o->tolerance) ? quarter : o->tolerance);
    return value < o->low ? (value - o->low) / quarter : value > o->high ? (value - o->high) / quarter : 0.0;
}

bool calibrate_met(const struct calibrate_observation *o, double value)
{
    return value >= o->low && value <= o->high;
}

double calibrate_coordinate(const struct calibrate_parameter *p, double value)
{
    return p->logarithmic ? log(value) : value;
}

double calibrate_value(const struct calibrate_parameter *p, double coordinate)
{
    return fmin(p->to, fmax(p->from, p->logarithmic ? exp(coordinate) : coordinate));
}

double calibrate_before(const struct calibrate_parameter *p)
{
    if (!isnan(p->spread))
        return p->logarithmic ? log(p->spread) : p->spread;
    return (calibrate_coordinate(p, p->to) - calibrate_coordinate(p, p->from)) / sqrt(12.0);
}

/* One run and the parameters it used; n = 0 rows when it failed. */
struct task {
    struct series series;
    double *params; /* owned */
    enum status status;
    bool failed;
};

static void carry_out(const struct calibrate_spec *spec, const struct calibrate_protocol *protocol, const double *at, struct task *task)
{
    const struct model *model = spec->model;
    struct plan plan = protocol->plan; /* its own parameters, the rest borrowed */
    memcpy(task->params, plan.params, (model->n_params + model->n_derived) * sizeof *task->params);
    for (size_t i = 0; i < spec->n_fit; i++)
        task->params[spec->fit[i].index] = at[i];
    if (model->prepare)
        model->prepare(task->params);
    plan.params = task->params;
    plan.tolerance = spec->tolerance;
    task->status = series_run(&plan, &task->series);
    task->failed = task->status != OK;
    if (task->failed)
        task->series.n = 0;
    status_clear(); /* of this thread: a run that fails has no values, and is counted */
}

static enum status create_tasks(const struct calibrate_spec *spec, size_t n, struct task **tasks)
{
    const size_t params = spec->model->n_params + spec->model->n_derived;
    *tasks = calloc(n, sizeof **tasks);
    double *block = calloc(n * params, sizeof *block);
    if (!*tasks || !block) {
        free(*tasks);
        free(block);
        *tasks = NULL;
        return status_no_memory("runs", n * params * sizeof *block);
    }
    for (size_t i = 0; i < n; i++)
        (*tasks)[i].params = block + i * params;
    return OK;
}

static void destroy_tasks(struct task *tasks, size_t n)
{
    for (size_t i = 0; tasks && i < n; i++)
        series_destroy(&tasks[i].series);
    if (tasks)
        free(tasks[0].params);
    free(tasks);
}

/* Values of the observations at one point from the runs of all its protocols. */
static void observe(const struct calibrate_spec *spec, const struct task *tasks, double *values)
{
    struct expression_run runs[CALIBRATE_PROTOCOLS];
    for (size_t i = 0; i < spec->n_protocols; i++)
        runs[i] = (struct expression_run){&tasks[i].series, tasks[i].params};
    for (size_t k = 0; k < spec->n_observations; k++) {
        const struct calibrate_observation *o = &spec->observations[k];
        bool complete = true;
        for (size_t i = 0; i < spec->n_protocols; i++)
            complete = complete && !(tasks[i].failed && expression_uses(&o->expression, i));
        values[k] = complete ? expression_value(&o->expression, runs) : NAN;
    }
}

enum status calibrate_evaluate(const struct calibrate_spec *spec, int threads, size_t points, const double *at, double *values,
                               size_t *failed)
{
    const size_t protocols = spec->n_protocols, together = 1 + 4 * (size_t)threads / protocols; /* points at once: work for all threads */
    struct task *tasks;
    enum status status = create_tasks(spec, together * protocols, &tasks);
    for (size_t first = 0; status == OK && first < points; first += together) {
        const size_t n = (points - first < together ? points - first : together) * protocols;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
        for (size_t i = 0; i < n; i++)
            if (spec->protocols[i % protocols].used)
                carry_out(spec, &spec->protocols[i % protocols], at ? at + (first + i / protocols) * spec->n_fit : NULL, &tasks[i]);
        for (size_t i = 0; i < n; i++) {
            *failed += tasks[i].failed;
            if (tasks[i].status == STOPPED || tasks[i].status == ERR_IO)
                status = tasks[i].status;
        }
        for (size_t i = 0; i < n / protocols; i++)
            observe(spec, tasks + i * protocols, values + (first + i) * spec->n_observations);
    }
    destroy_tasks(tasks, together * protocols);
    if (status == STOPPED)
        return status_fail(STOPPED, "stopped; nothing was written");
    return status == ERR_IO ? status_no_memory("a run", 1) : status;
}
