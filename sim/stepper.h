/* Error-controlled time integration of all species, unsplit, second order or better, positive and conservative.
 *
 * Method: variable-step backward differentiation (BDF) of order 3 with a quadratic predictor y*: production and loss coefficients are taken
 * at y*, loss and transport are implicit,
 *
 *     a0 y[n+1] + a1 y[n] + a2 y[n-1] + a3 y[n-2] = P(y*) - L(y*) y[n+1] + transport(y[n+1]) ,
 *
 * one evaluation of the model and one scalar M-matrix solve per species and step; a constant steady state is exact for any step.  The local
 * error is estimated from y - y* (Milne) as that of the order-2 formula.  A species whose right-hand side would be negative somewhere takes
 * the first-order member (backward Euler, positive) for that step, which is counted.  After an event the history starts again at order 1
 * with a step small enough for the tolerance.  Mass balance: production, loss and boundary exchange are summed by the formula that
 * advances the fields, so that the ledger closes to round-off.
 *
 * A species that hardly moved in the last step is predicted to stay: extrapolated noise would grow at rest.
 *
 * Time is an integer number of microseconds: events and outputs are met exactly.
 * Reference: Hairer & Wanner, Solving ODEs II, ch. V.1; Ascher, Ruuth & Wetton, SIAM J. Numer. Anal. 32 (1995) 797 (IMEX multistep). */
#ifndef NEEDLEWORK_STEPPER_H
#define NEEDLEWORK_STEPPER_H

#include "model.h"
#include "state.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEPPER_DAY INT64_C(86400000000) /* ticks (microseconds) per day */

int64_t stepper_ticks(double days); /* rounded to the nearest */
double stepper_days(int64_t ticks);

/* Mass balance of one species [unit mm3] (surface species: [unit mm2]). */
struct ledger {
    double initial, produced, lost, boundary, injury, stored, error;
};

struct stepper;

struct stepper_counts {
    size_t steps, rejected, first_order; /* accepted; repeated smaller; species x steps taken by the positive first-order member */
    double sweeps;                       /* of one species over the grid, all together */
};

/* Borrows everything; `params` is the prepared parameter set.  The state NOW of both layers is the initial state; `surface` may be NULL. */
enum status stepper_create(const struct model *model, const double *params, struct state *dermis, struct state *surface, double tolerance,
                           int threads, struct stepper **stepper);
void stepper_destroy(struct stepper **stepper);

/* Takes one accepted step, not beyond `until`, which is met exactly (none when it has been).  ERR_NUMERICS, leaving the last good state,
 * when the step would shrink without end; the message names species, place and time. */
enum status stepper_advance(struct stepper *stepper, int64_t until);

/* Around a change of the state from outside: `before` remembers the masses, `after` books the difference as injury and starts anew. */
void stepper_event_before(struct stepper *stepper);
void stepper_event_after(struct stepper *stepper);

/* The state at a time within the last step: itself at its end, else the interpolant through the states known (third order, not below 0),
 * which overwrites the planes of production.  Valid until the next step; e is NULL without a surface. */
void stepper_state_at(struct stepper *stepper, int64_t time, const double *const **y, const double *const **e);

int64_t stepper_time(const struct stepper *stepper);
double stepper_last_dt(const struct stepper *stepper);    /* [day] */
double stepper_last_error(const struct stepper *stepper); /* estimated local error / tolerance */
double stepper_last_sweeps(const struct stepper *stepper);
struct stepper_counts stepper_counts(const struct stepper *stepper);

/* Ledger of species s of the dermis (on_surface = false) or the surface. */
struct ledger stepper_ledger(const struct stepper *stepper, bool on_surface, size_t species);

/* What a checkpoint must keep of the integrator and of both layers, see state_part_add. */
void stepper_parts(struct stepper *stepper, struct state_part *parts, size_t *n);
/* Whether they may have come from a run that ends at `end`: what is counted and divided by is in range.  Fields are not looked at. */
bool stepper_restored(const struct stepper *stepper, int64_t end);

#endif
