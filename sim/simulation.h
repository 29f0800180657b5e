/* One simulation in memory: everything a plan asks for, created in order and destroyed in reverse.  No files, no clock on the wall. */
#ifndef NEEDLEWORK_SIMULATION_H
#define NEEDLEWORK_SIMULATION_H

#include "events.h"
#include "outcomes.h"
#include "plan.h"
#include "state.h"
#include "stepper.h"

struct session {
    int64_t scheduled, due; /* ticks; due moves when it is postponed */
    int64_t performed;      /* ticks, -1 = not (yet) */
    double closure;         /* share of the mouths covered just before it; NaN = not looked at */
    double deficit;         /* likewise the barrier deficit */
    int settled;            /* performed or given up; no bool, as a checkpoint may hold any bytes */
};

struct simulation {
    const struct plan *plan;          /* borrowed */
    double *params;                   /* [n_params + n_derived] as they are now: events change them, owned */
    struct events *events;            /* owned */
    struct grid *grid, *surface_grid; /* owned; the surface is NULL when the model has none */
    struct state *dermis, *surface;   /* owned */
    size_t channels;                  /* of the first session */
    struct outcomes *outcomes;        /* owned */
    struct stepper *stepper;          /* owned */
    struct milestones milestones;
    struct session *sessions; /* [n_sessions] owned */
    size_t n_sessions;
    double *out; /* [n_outcomes] scratch, owned */
};

enum status simulation_create(const struct plan *plan, struct simulation **simulation);
void simulation_destroy(struct simulation **simulation);

/* One accepted step towards `until`, which is met exactly; milestones follow. */
enum status simulation_advance(struct simulation *simulation, int64_t until);
/* Brings the time integrals up to the present: after the outputs within the last step. */
void simulation_integrate(struct simulation *simulation);

/* Scheduled changes of the model: when the next is due [ticks, INT64_MAX = never]; carries out what is due now. */
int64_t simulation_next_change(const struct simulation *simulation);
void simulation_change(struct simulation *simulation);

/* The first session not settled yet, or NULL; it may be due since an earlier one was postponed. */
struct session *simulation_next_session(struct simulation *simulation);

/* At the due time of a session: gives it, or postpones it by a day, skips it, or fails (ERR_CONFIG) when the skin has not healed. */
enum status simulation_session(struct simulation *simulation, struct session *session);

/* Outcomes [n_outcomes] and means of species and surface species at a time within the last step. */
void simulation_observe(struct simulation *simulation, int64_t time, double *outcomes, double *means, double *surface_means);

/* What a checkpoint must keep of the whole simulation, see state_part_add. */
void simulation_parts(struct simulation *simulation, struct state_part *parts, size_t *n);
/* To be called when the parts have been filled in: sets the parameters as events left them; false when no run of the plan could have left
 * such parts.  Fields may hold any numbers: the solver judges them. */
bool simulation_restored(struct simulation *simulation);

#endif
