/* Carrying out runs of a sweep, one after the other, in one process.
 *
 * Whatever a run does (fail, be refused, stop) its fate is one entry of the worker's log; only a failure to write ends the worker. */
#ifndef NEEDLEWORK_SWEEP_WORKER_H
#define NEEDLEWORK_SWEEP_WORKER_H

#include "sweep_records.h"

struct sweep_worker {
    const struct sweep *sweep;
    struct sweep_log *log;
    struct series series;
    double *outcomes;
    float *values;
    size_t capacity; /* of values */
    int threads;     /* of each run */
};

enum status sweep_worker_create(const struct sweep *sweep, size_t first, size_t count, size_t number, int threads,
                                struct sweep_worker *worker);
void sweep_worker_destroy(struct sweep_worker *worker);

/* Carries out run i and records it.  *code is its exit code; STOPPED, when asked to stop, is not recorded.  Returns OK, or ERR_IO when the
 * entry could not be written. */
enum status sweep_worker_run(struct sweep_worker *worker, size_t i, enum status *code);
/* Records a run that killed its process again and again. */
enum status sweep_worker_give_up(struct sweep_worker *worker, size_t i, const char *message);

#endif
