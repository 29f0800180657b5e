/* Scheduled changes other than needles, as a model's table `events` states them: doses added to a species, windows in which a parameter
 * has another value.  They are met exactly, like sessions, and the model never asks what time it is. */
#ifndef NEEDLEWORK_EVENTS_H
#define NEEDLEWORK_EVENTS_H

#include "model.h"
#include "state.h"
#include "status.h"
#include "stepper.h"

#include <stdint.h>
#include <stdio.h>

struct events;

/* The values that a schedule takes from its parameters: whole counts, repetitions that do not overlap, not more than a million. ERR_CONFIG
 * with everything that is wrong. */
enum status events_check(const struct model *model, const double *params);

/* The schedule up to `end` [ticks] from checked parameters; `params` [n_params] is borrowed: what a window returns to. */
enum status events_create(const struct model *model, const double *params, int64_t end, struct events **events);
void events_destroy(struct events **events);

/* Time of the next change [ticks]; INT64_MAX when none is left. */
int64_t events_next(const struct events *events);

/* Carries out every change due at the present time of the stepper: ends of windows, then beginnings and doses, each in the order of the
 * table.  Changes the species of `dermis` and the parameters `now` [n_params + n_derived], which are prepared again; the stepper starts
 * anew.  Does nothing when nothing is due. */
void events_apply(struct events *events, struct stepper *stepper, struct state *dermis, double *now);

/* One comment line per event that happens at all. */
void events_print(const struct model *model, const double *params, FILE *stream);

/* What a checkpoint must keep, see state_part_add. */
void events_parts(struct events *events, struct state_part *parts, size_t *n);
/* Sets `now`, as events_apply changed it up to there, from the parameters given at creation; false when there is no such place. */
bool events_restored(const struct events *events, double *now);

#endif
