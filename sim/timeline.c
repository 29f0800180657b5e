#include "timeline.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum status timeline_create(struct simulation *simulation, struct timeline *timeline)
{
    const struct plan *plan = simulation->plan;
    *timeline = (struct timeline){.simulation = simulation, .snapshots = calloc(plan->n_snapshots + 1, sizeof(int64_t))};
    if (!timeline->snapshots)
        return status_no_memory("the times of the snapshots", plan->n_snapshots * sizeof(int64_t));
    for (size_t i = 0; i < plan->n_snapshots; i++)
        if (stepper_ticks(plan->snapshots[i]) <= plan->end)
            timeline->snapshots[timeline->n_snapshots++] = stepper_ticks(plan->snapshots[i]);
    qsort(timeline->snapshots, timeline->n_snapshots, sizeof *timeline->snapshots, ascending);
    return OK;
}

void timeline_destroy(struct timeline *timeline)
{
    free(timeline->snapshots);
    timeline->snapshots = NULL;
}

size_t timeline_rows(const struct plan *plan)
{
    return (size_t)(plan->end / plan->series_every) + 3;
}

/* The next time of a series, whose last row is the end of the run. */
static int64_t following(int64_t time, int64_t every, int64_t end)
{
    const int64_t next = time + every;
    return time < end && next > end ? end : next;
}

/* Calls `output` for every row of a series that is due, `*next` being the first. */
static enum status due(const struct timeline *timeline, int64_t *next, int64_t every, enum status (*output)(void *, int64_t), void *user)
{
    const int64_t now = stepper_time(timeline->simulation->stepper), end = timeline->simulation->plan->end;
    enum status status = OK;
    while (status == OK && *next <= now && *next <= end) {
        status = output ? output(user, *next) : OK;
        *next = following(*next, every, end);
    }
    return status;
}

/* Rows of series and profiles that fall due within the last step, then the integrals up to its end. */
static enum status within_step(struct timeline *timeline, const struct timeline_sink *sink, void *user)
{
    const struct plan *plan = timeline->simulation->plan;
    enum status status = due(timeline, &timeline->kept.next_series, plan->series_every, sink->series, user);
    if (status == OK)
        status = due(timeline, &timeline->kept.next_profile, plan->profiles_every, sink->profile, user);
    simulation_integrate(timeline->simulation);
    return status;
}

static bool snapshot_by(const struct timeline *timeline, int64_t time)
{
    return timeline->kept.next_snapshot < timeline->n_snapshots && timeline->snapshots[timeline->kept.next_snapshot] <= time;
}

/* Scheduled changes, session and snapshot due now: the snapshot last, so that it shows the fresh channels. */
static enum status meet_events(struct timeline *timeline, const struct timeline_sink *sink, void *user)
{
    struct simulation *simulation = timeline->simulation;
    const int64_t now = stepper_time(simulation->stepper);
    enum status status = OK;
    simulation_change(simulation);
    struct session *session = simulation_next_session(simulation);
    while (status == OK && session && session->due <= now) {
        status = simulation_session(simulation, session);
        session = simulation_next_session(simulation);
    }
    if (status == OK && sink->events)
        status = sink->events(user);
    if (status == OK && snapshot_by(timeline, now)) {
        status = sink->snapshot ? sink->snapshot(user, now) : OK;
        while (snapshot_by(timeline, now))
            timeline->kept.next_snapshot++;
    }
    return status;
}

static int64_t next_event(const struct timeline *timeline)
{
    int64_t next = timeline->simulation->plan->end;
    const struct session *session = simulation_next_session(timeline->simulation);
    if (session && session->due < next)
        next = session->due;
    if (simulation_next_change(timeline->simulation) < next)
        next = simulation_next_change(timeline->simulation);
    if (snapshot_by(timeline, next))
        next = timeline->snapshots[timeline->kept.next_snapshot];
    return next;
}

static bool is_row(const struct timeline *timeline, int64_t time, int64_t every)
{
    const int64_t now = stepper_time(timeline->simulation->stepper), end = timeline->simulation->plan->end;
    return time > now && time <= end && (time % every == 0 || time == end);
}

bool timeline_restored(const struct timeline *timeline, size_t rows)
{
    const struct timeline_kept *kept = &timeline->kept;
    const struct plan *plan = timeline->simulation->plan;
    const int64_t now = stepper_time(timeline->simulation->stepper), written = kept->next_series / plan->series_every;
    if (!simulation_restored(timeline->simulation))
        return false;
    if (!kept->begun)
        return now == 0 && rows == 0 && kept->next_series == 0 && kept->next_profile == 0 && kept->next_snapshot == 0;
    return is_row(timeline, kept->next_series, plan->series_every) && is_row(timeline, kept->next_profile, plan->profiles_every) &&
           rows == (size_t)written + (kept->next_series % plan->series_every != 0) && kept->next_snapshot <= timeline->n_snapshots &&
           next_event(timeline) > now;
}

enum status timeline_step(struct timeline *timeline, const struct timeline_sink *sink, void *user)
{
    timeline->target = next_event(timeline);
    const enum status status = simulation_advance(timeline->simulation, timeline->target);
    return status == OK && sink->step ? sink->step(user) : status;
}

enum status timeline_settle(struct timeline *timeline, const struct timeline_sink *sink, void *user)
{
    timeline->kept.begun = 1;
    const enum status status = within_step(timeline, sink, user);
    const bool event = stepper_time(timeline->simulation->stepper) == timeline->target;
    return status == OK && event ? meet_events(timeline, sink, user) : status;
}

enum status timeline_run(struct timeline *timeline, const struct timeline_sink *sink, void *user)
{
    const struct simulation *simulation = timeline->simulation;
    const int64_t end = simulation->plan->end;
    enum status status = timeline->kept.begun ? OK : timeline_settle(timeline, sink, user);
    while (status == OK && stepper_time(simulation->stepper) < end) {
        status = timeline_step(timeline, sink, user);
        if (status == OK)
            status = timeline_settle(timeline, sink, user);
        if (status == OK && sink->pause && stepper_time(simulation->stepper) < end)
            status = sink->pause(user);
    }
    return status;
}
