/* The outcomes of one run as a table in memory: computed without any file, or read from a results file; the same numbers either way.
 *
 * A zeroed struct series is empty; series_run and series_read reuse the memory of the one they are given.  Runs may go on in several
 * threads at once, each with its own configuration, plan and series.  Tested in: tests/test_series.c. */
#ifndef NEEDLEWORK_SERIES_H
#define NEEDLEWORK_SERIES_H

#include "plan.h"
#include "status.h"
#include "summary.h"

#include <stdbool.h>
#include <stddef.h>

struct series {
    const struct model *model;    /* of the registry */
    size_t n;                     /* rows */
    double *time;                 /* [n] days, ascending, owned */
    double *values;               /* [n x model->n_outcomes], a row for every time, owned; NaN for an outcome that a file lacks */
    double summary[SUMMARY_KEYS]; /* NaN = never reached, or not of this model */
    bool complete;                /* the run reached its end */
    size_t capacity;              /* numbers there is room for in time and values together */
};

/* Carries out a plan and keeps its series.
 *
 * Returns OK with complete = true; ERR_NUMERICS, ERR_CONFIG (a session on unhealed skin with `if_not_healed: fail`) or STOPPED (see stop.h)
 * with the rows so far (n may be 0) and no summary; ERR_IO when out of memory.  The same numbers as in the file of run_execute. */
enum status series_run(const struct plan *plan, struct series *series);

/* The series of a results file, finished or not.  Files from strangers are survived: ERR_IO with the reason (not a results file, a model
 * that this program does not know, damaged), leaving the series empty. */
enum status series_read(const char *path, struct series *series);

/* The values of one outcome at row i. */
static inline double series_value(const struct series *series, size_t i, size_t outcome)
{
    return series->values[i * series->model->n_outcomes + outcome];
}

void series_destroy(struct series *series);

#endif
