/* What a clinician or designer reads off the state: region means, the model's outcomes, and the milestones of a run.
 *
 * Regions lie in the papillary slab, the top 0.3 mm (or the whole domain): the core and the injured zone are the columns with r < a and
 * r < 2 a of the original channels, weighted by the share of the area of cells they cut.  A model may name one more layer by its depth. */
#ifndef NEEDLEWORK_OUTCOMES_H
#define NEEDLEWORK_OUTCOMES_H

#include "grid.h"
#include "model.h"
#include "state.h"
#include "status.h"

#include <stddef.h>

#define OUTCOMES_SLAB 0.3 /* [mm] depth of the papillary slab */

struct outcomes;

/* core, injured: area shares of every column [surface cells], NULL when there is no channel; copied.  `surface` may be NULL, `params` and
 * `fixed` are borrowed. */
enum status outcomes_create(const struct model *model, const double *params, const double *const *fixed, const struct grid *grid,
                            const struct grid *surface, const double *core, const double *injured, struct outcomes **outcomes);
void outcomes_destroy(struct outcomes **outcomes);

/* The mouths of the session that is given now, area shares like `core` at creation: closure is that of the latest channels.  The core and
 * the injured zone stay those of the first session.  Nothing to do without a surface. */
void outcomes_set_mouths(struct outcomes *outcomes, const double *core);

/* Remembers the present state as the one before treatment: what outcomes are relative to. */
void outcomes_set_baseline(struct outcomes *outcomes, const double *const *y, const double *const *e);

/* All outcomes of a state at `time` [day]: out [n_outcomes], overwritten.  Integrals are those up to `time`, which must lie in the latest
 * interval given to outcomes_integrate. */
void outcomes_evaluate(struct outcomes *outcomes, double time, const double *const *y, const double *const *e, double *out);

/* Domain means of the species (and of the surface species) in the state that outcomes_evaluate saw last: means [n_species],
 * surface_means [n_surface], overwritten (the latter only with a surface). */
void outcomes_means(const struct outcomes *outcomes, double *means, double *surface_means);

/* Extends the time integrals to `time` by the trapezoidal rule; y is the state there.  After a session call outcomes_session first. */
void outcomes_integrate(struct outcomes *outcomes, double time, const double *const *y);
void outcomes_session(struct outcomes *outcomes, double time, const double *const *y);

/* What a checkpoint must keep: integrals and the baseline, see state_part_add. */
void outcomes_parts(struct outcomes *outcomes, struct state_part *parts, size_t *n);

/* Times read off as the run goes [day]; NaN = not reached. */
struct milestones {
    double closure_time;   /* longest of all sessions: from the session until 95 % of the mouths are covered */
    double barrier_time;   /* likewise until the barrier deficit is below 5 % */
    double downtime;       /* likewise until erythema < 0.1 and the barrier deficit < 0.05 */
    double downtime_total; /* sum over sessions */
    double session;        /* time of the latest session */
    double before, closure_before, deficit_before, erythema_before; /* the previous look */
    int closed, sealed, calm;                                       /* reached since the latest session */
};

void milestones_init(struct milestones *milestones);
void milestones_session(struct milestones *milestones, const struct model *model, double time, const double *out);
/* A look at the outcomes at `time`; nonzero while something is still awaited. */
int milestones_look(struct milestones *milestones, const struct model *model, double time, const double *out);
int milestones_waiting(const struct milestones *milestones);
/* Whether the outcomes of this moment allow another session: the epidermis has closed and the barrier is back. */
int milestones_healed(const struct model *model, const double *out, double *closure, double *deficit);

/* From a series of n gains: first time from which on the gain stays >= threshold; first time it reaches `share` of its peak; its peak.
 * Linear between rows; NaN when never. */
double outcomes_onset(size_t n, const double *time, const double *gain, double threshold);
double outcomes_time_to_share(size_t n, const double *time, const double *gain, double share);
double outcomes_peak(size_t n, const double *gain);

#endif
