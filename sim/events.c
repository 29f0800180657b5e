#include "events.h"

#include "model_use.h"
#include "units.h"

#include <math.h>
#include <stdlib.h>

static const double MOST = 1e6; /* repetitions of one event */

enum action { END, BEGIN }; /* of a window; a dose only begins */

struct change {
    int64_t time; /* ticks */
    enum action action;
    size_t event;
};

struct events {
    const struct model *model; /* borrowed */
    const double *params;      /* borrowed */
    struct change *changes;    /* [n] in order, owned */
    size_t n, next;
};

/* An event with the values of its parameters. */
struct schedule {
    const char *name;
    double value, start, duration, interval, count;
};

static double value_of(const struct model *model, const double *params, const char *name, double otherwise)
{
    return name ? params[model_param(model, name)] : otherwise;
}

static struct schedule schedule_of(const struct model *model, const double *params, size_t e)
{
    const struct event *x = &model->events[e];
    return (struct schedule){.name = x->name,
                             .value = value_of(model, params, x->value, 0.0),
                             .start = value_of(model, params, x->start, 0.0),
                             .duration = value_of(model, params, x->duration, 0.0),
                             .interval = value_of(model, params, x->interval, 0.0),
                             .count = value_of(model, params, x->count, 1.0)};
}

/* Whether it changes anything. */
static bool happens(const struct model *model, const double *params, size_t e)
{
    const struct event *x = &model->events[e];
    const struct schedule s = schedule_of(model, params, e);
    return s.count > 0.0 && (x->kind == EVENT_ADD ? s.value > 0.0 : s.duration > 0.0 && s.value != value_of(model, params, x->target, 0.0));
}

enum status events_check(const struct model *model, const double *params)
{
    enum status status = OK;
    for (size_t e = 0; e < model->n_events; e++) {
        const struct event *x = &model->events[e];
        const struct schedule s = schedule_of(model, params, e);
        if (s.count != floor(s.count) || s.count > MOST)
            status = status_fail(ERR_CONFIG, "parameters.%s: %g is not a whole number up to %g", x->count, s.count, MOST);
        else if (s.count > 1.0 && s.duration > s.interval)
            status = status_fail(ERR_CONFIG, "parameters.%s: '%s' lasts %g days and cannot come every %g days (parameters.%s)", x->duration,
                                 x->name, s.duration, s.interval, x->interval);
    }
    return status;
}

static int in_order(const void *a, const void *b)
{
    const struct change *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (x->action != y->action)
        return x->action < y->action ? -1 : 1;
    return (x->event > y->event) - (x->event < y->event);
}

/* Writes the changes of one event up to `end`, or only counts them. */
static size_t list_changes(const struct events *events, size_t e, int64_t end, struct change *out)
{
    const struct schedule s = schedule_of(events->model, events->params, e);
    const bool window = events->model->events[e].kind == EVENT_SET;
    size_t n = 0;
    if (!happens(events->model, events->params, e))
        return 0;
    for (double i = 0.0; i < s.count; i++) {
        const double begin = s.start + i * s.interval;
        const struct change change[2] = {{stepper_ticks(begin), BEGIN, e}, {stepper_ticks(begin + s.duration), END, e}};
        for (size_t k = 0; k < (window ? 2 : 1); k++) {
            if (change[k].time > end)
                return n;
            if (out)
                out[n] = change[k];
            n++;
        }
    }
    return n;
}

enum status events_create(const struct model *model, const double *params, int64_t end, struct events **events)
{
    struct events *x = calloc(1, sizeof *x);
    if (!x)
        return status_no_memory("the events", sizeof *x);
    x->model = model;
    x->params = params;
    size_t n = 0;
    for (size_t e = 0; e < model->n_events; e++)
        n += list_changes(x, e, end, NULL);
    x->changes = calloc(n + 1, sizeof *x->changes);
    if (!x->changes) {
        free(x);
        return status_no_memory("the events", n * sizeof *x->changes);
    }
    for (size_t e = 0; e < model->n_events; e++)
        x->n += list_changes(x, e, end, x->changes + x->n);
    qsort(x->changes, x->n, sizeof *x->changes, in_order);
    *events = x;
    return OK;
}

void events_destroy(struct events **events)
{
    if (!events || !*events)
        return;
    free((*events)->changes);
    free(*events);
    *events = NULL;
}

int64_t events_next(const struct events *events)
{
    return events->next < events->n ? events->changes[events->next].time : INT64_MAX;
}

/* Of a window: a parameter; of a dose: nothing. */
static void set(const struct events *events, const struct change *change, double *now)
{
    const struct event *x = &events->model->events[change->event];
    const int target = x->kind == EVENT_SET ? model_param(events->model, x->target) : -1;
    if (target >= 0)
        now[target] = change->action == BEGIN ? value_of(events->model, events->params, x->value, 0.0) : events->params[target];
}

/* Of a dose: a species; of a window: nothing. */
static void add(const struct events *events, const struct change *change, struct state *dermis)
{
    const struct model *model = events->model;
    const struct event *x = &model->events[change->event];
    if (x->kind != EVENT_ADD)
        return;
    const double value = value_of(model, events->params, x->value, 0.0);
    double *y = dermis->level[STATE_NOW][model_species(model, x->target)];
    for (size_t c = 0; c < dermis->grid->cells; c++)
        y[c] += value;
}

void events_apply(struct events *events, struct stepper *stepper, struct state *dermis, double *now)
{
    const int64_t time = stepper_time(stepper);
    if (events_next(events) > time)
        return;
    stepper_event_before(stepper);
    for (; events_next(events) <= time; events->next++) {
        set(events, &events->changes[events->next], now);
        add(events, &events->changes[events->next], dermis);
    }
    if (events->model->prepare)
        events->model->prepare(now);
    stepper_event_after(stepper);
}

void events_print(const struct model *model, const double *params, FILE *stream)
{
    for (size_t e = 0; e < model->n_events; e++) {
        const struct event *x = &model->events[e];
        const struct schedule s = schedule_of(model, params, e);
        if (!happens(model, params, e))
            continue;
        const char *unit =
            x->kind == EVENT_SET ? model->params[model_param(model, x->target)].unit : model->species[model_species(model, x->target)].unit;
        char value[64];
        units_format(s.value, unit, value, sizeof value);
        fprintf(stream, "# %s: %s %s %s", x->name, x->target, x->kind == EVENT_SET ? "is" : "gains", value);
        fprintf(stream, " on day %.6g", s.start);
        if (x->kind == EVENT_SET)
            fprintf(stream, " for %.6g day%s", s.duration, s.duration == 1.0 ? "" : "s");
        if (s.count > 1.0)
            fprintf(stream, ", %.0f times every %.6g days", s.count, s.interval);
        fputc('\n', stream);
    }
}

void events_parts(struct events *events, struct state_part *parts, size_t *n)
{
    state_part_add(parts, n, "events", &events->next, sizeof events->next);
}

bool events_restored(const struct events *events, double *now)
{
    if (events->next > events->n)
        return false;
    for (size_t i = 0; i < events->next; i++)
        set(events, &events->changes[i], now);
    if (events->next > 0 && events->model->prepare)
        events->model->prepare(now);
    return true;
}
