/* The results file: one HDF5 file that netCDF-4 tools read as well.  Layout: results.md.
 *
 * HDF5 writes to a file beside it (partial.h); the file itself is replaced as a whole whenever a state is published, and at the end, so
 * that it can be read at any moment, also after a kill.  Nothing that differs between two identical runs (host, wall time, threads) is
 * outside /provenance/host.  Tested in: tests/test_results.c, tests/test_results_trouble.c, scripts/kills.py. */
#ifndef NEEDLEWORK_RESULTS_H
#define NEEDLEWORK_RESULTS_H

#include "grid.h"
#include "model.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>

struct results;

/* What the file says about its origin.  All borrowed for the call. */
struct results_about {
    const char *title;      /* root title */
    const char *given;      /* configuration as given */
    const char *resolved;   /* configuration as resolved; its SHA-256 is written beside it */
    const char *overridden; /* contraindications overridden, "" = none */
    size_t channels;        /* channels in the domain */
    int threads;
    const char *forced; /* of a run resumed from a checkpoint of another program or configuration: what differs; else NULL or "" */
};

/* The mass balance of one species: initial + produced - lost + boundary + injury = stored, error = what is missing. */
struct results_ledger {
    double initial, produced, lost, boundary, injury, stored, error;
};

/* Begins what will be `path` (ERR_IO when it exists and not `force`, or nothing can be written beside it).  `surface` may be NULL when the
 * model has no surface species. */
enum status results_create(const char *path, bool force, const struct model *model, const struct grid *grid, const struct grid *surface,
                           const struct results_about *about, struct results **results);

/* One row of the time series: outcomes [n_outcomes] and domain means of the species, then of the surface species. */
enum status results_series(struct results *results, double time, const double *outcomes, const double *means, const double *surface_means);
/* One row of lateral means, from planes y[species][cells]. */
enum status results_profile(struct results *results, double time, const double *const *y);
/* One snapshot of volume and surface fields. */
enum status results_snapshot(struct results *results, double time, const double *const *y, const double *const *e);
/* One planned session; performed = NaN when it never took place.  Closure and barrier deficit are those just before it. */
enum status results_session(struct results *results, size_t number, double scheduled, double performed, double closure, double deficit);
/* The integrator's record of one accepted step: buffered, written with the next row. */
enum status results_step(struct results *results, double time, double dt, double error, double solves);
enum status results_ledger_write(struct results *results, const char *species, const char *unit, const struct results_ledger *ledger);
/* A number among the root attributes; NaN = never reached (`sessions_performed` is stored as an integer). */
enum status results_summary(struct results *results, const char *name, double value);
/* Host facts known only at the end, then the file takes its place, sealed unless it is complete; `complete` is 1 only when the run reached
 * its end.  ERR_IO when something could not be written, now or before: `path` is then as it was published last.  NULL is accepted. */
enum status results_close(struct results **results, bool complete, double wall_seconds);
/* The end of a run that failed: `path` stays as it was published last.  NULL is accepted. */
void results_discard(struct results **results);

/* Where a checkpoint stands: the rows of every table so far, to be kept with the checkpoint.  All buffered rows are written first. */
enum { RESULTS_TABLES = 7 };
enum status results_rows(struct results *results, size_t rows[RESULTS_TABLES]);
/* Replaces `path` by a sealed copy of what results_rows found.  ERR_IO, `path` being as it was, when that fails. */
enum status results_publish(struct results *results);
/* Goes on with the file of an interrupted run as if it had stopped at `rows`: whatever was written after them is forgotten.  `path` is not
 * changed before the next publication.  ERR_IO when the file is not of this model and grid or has fewer rows. */
enum status results_resume(const char *path, const struct model *model, const struct grid *grid, const struct grid *surface,
                           const struct results_about *about, const size_t rows[RESULTS_TABLES], struct results **results);

/* Copies a file as it is on disk; ERR_IO, with the copy in an unknown state, when that fails. */
enum status results_copy(const char *path, const char *copy);
/* A long text of /provenance ("configuration_given", "configuration_resolved"), malloc'd, owned by the caller. */
enum status results_text(const char *path, const char *name, char **text);
/* Which model a file says it is of, and if that was a plug-in, of which SHA-256 and from where ("" when not).  Texts of a stranger without
 * control characters, to be shown and compared, nothing else. */
struct results_model {
    char name[64], sha256[65], path[256];
};
enum status results_model(const char *path, struct results_model *model);
/* Prints what made a file, whether it is complete, outcomes, ledger and solver summary; survives files from strangers. */
enum status results_info(const char *path, FILE *stream);

#endif
