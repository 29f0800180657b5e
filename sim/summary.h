/* What a run comes down to: the root attributes of its results file, the last columns of a sweep.
 *
 * NaN = never reached.  The same code serves files, series in memory and sweeps.  Tested in: tests/test_series.c. */
#ifndef NEEDLEWORK_SUMMARY_H
#define NEEDLEWORK_SUMMARY_H

#include "simulation.h"

#include <stdbool.h>
#include <stddef.h>

enum summary_key {
    SUMMARY_SESSIONS_PERFORMED,
    SUMMARY_ONSET,
    SUMMARY_TIME_TO_90_PERCENT,
    SUMMARY_TIME_TO_95_PERCENT,
    SUMMARY_PEAK_GAIN,
    SUMMARY_FINAL_GAIN,
    SUMMARY_FIRST_SESSION_GAIN,
    SUMMARY_CLOSURE_TIME,
    SUMMARY_BARRIER_TIME,
    SUMMARY_DOWNTIME,
    SUMMARY_DOWNTIME_TOTAL,
    SUMMARY_KEYS
};

struct summary_row {
    const char *name, *unit, *meaning;
};
extern const struct summary_row summary_rows[SUMMARY_KEYS];

/* Whether runs of this model have the row: all but the sessions need the outcome `collagen_gain`. */
bool summary_has(const struct model *model, enum summary_key key);

/* Sessions given so far. */
size_t summary_sessions(const struct simulation *simulation);

/* The whole summary of a simulation at its present time.
 *
 *   time, gain   [n] rows of the series so far: day, collagen_gain (NaN where the model has none); n >= 1
 *   values       [SUMMARY_KEYS], overwritten; NaN where the model does not have the row */
void summary_compute(const struct simulation *simulation, size_t n, const double *time, const double *gain, double *values);

#endif
