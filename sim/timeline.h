/* The one loop over time: steps of a simulation, the outputs that fall due within them, and the events between them.
 *
 * Who wants the outputs is told through a table of functions, so that a results file, a series in memory and a resumed run all go through
 * the same steps, which is what makes their numbers the same to the last bit. */
#ifndef NEEDLEWORK_TIMELINE_H
#define NEEDLEWORK_TIMELINE_H

#include "simulation.h"

/* Where the outputs stand: all that a checkpoint must keep of the loop. */
struct timeline_kept {
    int64_t next_series, next_profile; /* ticks */
    size_t next_snapshot;
    int begun; /* the outputs at time 0 have been asked for */
};

/* What is asked for; `user` is handed on; NULL = not wanted.  A failure ends the loop. */
struct timeline_sink {
    enum status (*step)(void *user);                   /* a step was accepted */
    enum status (*series)(void *user, int64_t time);   /* a row is due at a time within the last step, see simulation_observe */
    enum status (*profile)(void *user, int64_t time);  /* likewise lateral means, see stepper_state_at */
    enum status (*events)(void *user);                 /* sessions and changes that were due now have been met */
    enum status (*snapshot)(void *user, int64_t time); /* the fields now, after the session of that time */
    enum status (*pause)(void *user);                  /* all outputs up to now are out, the end is not reached: stop or go on */
};

struct timeline {
    struct simulation *simulation; /* borrowed */
    int64_t *snapshots;            /* [n_snapshots] ticks within the run, ascending, owned */
    size_t n_snapshots;
    int64_t target; /* ticks: the event that the last step went towards */
    struct timeline_kept kept;
};

/* ERR_IO when out of memory, with nothing to destroy. */
enum status timeline_create(struct simulation *simulation, struct timeline *timeline);
void timeline_destroy(struct timeline *timeline);

/* Rows a series of this plan has at most. */
size_t timeline_rows(const struct plan *plan);

/* When `kept` and the parts of the simulation have been filled in from a checkpoint: see simulation_restored; false also when rows,
 * snapshots or events would be past that are still to come, or the series has another number of rows by now than `rows`. */
bool timeline_restored(const struct timeline *timeline, size_t rows);

/* One step towards the next event; then what it brings about: the outputs due within it, the integrals up to its end, and there the event.
 * Between the two, and not later, all times within the step can be observed.  A timeline begins with settling what is due at time 0. */
enum status timeline_step(struct timeline *timeline, const struct timeline_sink *sink, void *user);
enum status timeline_settle(struct timeline *timeline, const struct timeline_sink *sink, void *user);

/* Both, again and again, from where the simulation stands to the end of the plan. */
enum status timeline_run(struct timeline *timeline, const struct timeline_sink *sink, void *user);

#endif
