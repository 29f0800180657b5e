/* The collected table of a sweep as far as sensitivity analysis needs it, and the same rearranged by the design. */
#ifndef NEEDLEWORK_SENSITIVITY_INTERNAL_H
#define NEEDLEWORK_SENSITIVITY_INTERNAL_H

#include "status.h"

#include <stddef.h>
#include <stdio.h>

enum { SENSITIVITY_NAME = 256, SENSITIVITY_UNIT = 64 };

struct sensitivity_outcome {
    char name[SENSITIVITY_NAME], unit[SENSITIVITY_UNIT];
    double *values; /* [n_runs], NaN = none; owned */
};

struct sensitivity_table {
    char design[32];
    size_t n_runs, n_factors, n_outcomes;
    double *sample, *block, *replicate, *status; /* [n_runs] owned */
    double *unit;                                /* [n_runs][n_factors] place in 0..1, owned */
    char (*factors)[SENSITIVITY_NAME];           /* [n_factors] owned */
    struct sensitivity_outcome *outcomes;        /* [n_outcomes] owned */
};

/* Reads the table at `path`; zero-initialise it before, destroy it whatever comes back.  ERR_IO, naming what is missing, when the file is
 * no table of a sweep. */
enum status sensitivity_table_read(const char *path, struct sensitivity_table *table);
void sensitivity_table_destroy(struct sensitivity_table *table);

/* Where the runs stand in the design: row of (sample, block) in `place`[n_samples][n_blocks][n_replicates], owned by the caller. */
struct sensitivity_design {
    size_t n_samples, n_blocks, n_replicates;
    size_t *place;
};

/* For `n_blocks` runs a sample; zero-initialise and free `place`.  ERR_IO when a place is empty or taken twice. */
enum status sensitivity_arrange(const struct sensitivity_table *table, size_t n_blocks, struct sensitivity_design *design);

/* That block 0 of every sample is A, 1 is B, and 2 + i is A with its i-th coordinate from B.  ERR_IO where it is not. */
enum status sensitivity_check_saltelli(const struct sensitivity_table *table, const struct sensitivity_design *design);

/* y[n_samples][n_blocks]: means over replicates, NaN when one of them failed, is missing or has no value. */
void sensitivity_gather(const struct sensitivity_design *design, const double *values, const double *status, double *y);

/* Moves the samples with all their values to the front of y; returns how many there are. */
size_t sensitivity_keep_whole(const struct sensitivity_design *design, double *y);

#endif
