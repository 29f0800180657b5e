/* What a run comes down to: the root attributes of its results file, the last columns of a sweep.
 *
 * NaN = never reached.  The same code serves files, series in memory and sweeps.  Tested in: tests/test_series.c. */
#ifndef NEEDLEWORK_SUMMARY_H
#define NEEDLEWORK_SUMMARY_H

#include "simulation.h"
#include "summary_rows.h"

#include <stddef.h>

/* Sessions given so far. */
size_t summary_sessions(const struct simulation *simulation);

/* The whole summary of a simulation at its present time.
 *
 *   time, gain   [n] rows of the series so far: day, collagen_gain (NaN where the model has none); n >= 1
 *   values       [SUMMARY_KEYS], overwritten; NaN where the model does not have the row */
void summary_compute(const struct simulation *simulation, size_t n, const double *time, const double *gain, double *values);

#endif
