/* Shared by the files of run: what the loop carries along. */
#ifndef NEEDLEWORK_RUN_INTERNAL_H
#define NEEDLEWORK_RUN_INTERNAL_H

#include "checkpoint.h"
#include "progress.h"
#include "results.h"
#include "run.h"
#include "timeline.h"

/* Where the outputs stand; with the simulation, the loop and the series, all that a checkpoint needs. */
struct run_kept {
    size_t rows; /* of the series */
    size_t file_rows[RESULTS_TABLES];
};

struct run {
    const struct plan *plan;
    const char *path;
    struct simulation *simulation; /* owned, like the next ones */
    struct results *results;
    double *outcomes, *means, *surface_means;
    double *time, *gain; /* [capacity] rows of the series, for onset and peak */
    size_t capacity;
    struct timeline timeline; /* owns its list of snapshots */
    struct run_kept kept;
    struct checkpoint_identity identity;     /* of the latest checkpoint */
    char *resolved;                          /* the resolved configuration, owned */
    char *forced;                            /* how the checkpoint it was resumed from differs, "" when it does not; owned */
    double checkpoint_every, checkpoint_due; /* [s] of wall time since the start */
    double max_seconds;                      /* [s] of wall time, 0 = no limit */
    size_t steps_before;                     /* steps taken before this program resumed the run */
    struct progress progress;
};

/* run_summary.c */
enum status run_write_ledgers(struct run *run, double *worst);
enum status run_write_summary(struct run *run);
void run_print_summary(const struct run *run, double worst, double seconds);

/* run_checkpoint.c: writes the next checkpoint; goes on from the newest one (`force`: also one of another program or
 * configuration, see run.forced). */
enum status run_checkpoint(struct run *run);
enum status run_restore(struct run *run, bool force);
/* The file to be replaced stays as FILE.checkpoint.replaced until the first checkpoint is whole, or longer when the run may yet turn out to
 * be wrong (a session on unhealed skin with `if_not_healed: fail`).  run_put_back undoes the run: that file, or none, and no checkpoints.
 */
enum status run_first_checkpoint(struct run *run);
void run_put_back(const char *path);
/* A warning that names that file, if it is still there: after a kill before the first checkpoint was whole nothing else says so. */
void run_tell_replaced(const char *path);
/* Fills in program and configuration as they stand in checkpoints. */
enum status run_identify(struct run *run);

#endif
