/* What results.c (life cycle) and results_rows.c (rows) share. */
#ifndef NEEDLEWORK_RESULTS_INTERNAL_H
#define NEEDLEWORK_RESULTS_INTERNAL_H

#include "results.h"
#include "results_table.h"

enum { MEANS_ROWS, SERIES_ROWS }; /* of `row` */
enum table { SERIES, MEANS, PROFILES, FIELDS, SURFACE, SESSIONS, STEPS };
enum { STEPS_KEPT = 1024, ROWS_KEPT = 32 };
enum step_column { STEP_TIME, STEP_DT, STEP_ERROR, STEP_SOLVES, STEP_NUMBER, N_STEP_COLUMNS };

struct results {
    char *path;                /* as the user calls it, owned */
    char *live, *copy;         /* what HDF5 writes to, and its copy on the way to `path`; owned */
    const struct model *model; /* borrowed */
    hid_t file;
    bool broken;    /* a write failed: nothing more is written */
    bool published; /* `path` is of this run */
    struct results_table table[RESULTS_TABLES];
    size_t nx, ny, nz;
    double *weight;               /* [nx ny] lateral weights, sum 1, owned */
    double *profile;              /* [n_species nz], owned */
    const double **value;         /* [longest list of columns], owned */
    double *step[N_STEP_COLUMNS]; /* [STEPS_KEPT], the rows not yet written, owned */
    size_t n_steps, n_sessions;
    double *row[2]; /* [column][ROWS_KEPT] of MEANS and SERIES, rows not yet written, owned */
    double row_time[ROWS_KEPT];
    size_t n_rows;
};

/* Puts everything written so far on disk. */
enum status results_flush(struct results *results);
/* Writes the rows of the series and the steps that are still in memory. */
enum status results_write_rows(struct results *results);
/* The end of every call that writes, given how that went: after a failure the live file is given up.  Returns `status`. */
enum status results_settle(struct results *results, enum status status);

#endif
