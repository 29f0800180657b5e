/* A number read off a run, named by a short expression:
 *
 *   scar_index@90 days        an outcome at a time
 *   final_collagen_gain       a number of the run's summary (see summary.h)
 *   collagen_gain             an outcome at the end of the run, final(collagen_gain) likewise
 *   max(tgfb), min(tgfb)      largest and smallest value
 *   mean(tgfb)                mean over time (trapezoidal rule)
 *   time_of_max(tgfb)         time of the (first) largest value; time_of_min
 *   time_to(collagen_gain, 5 %)   first time at which the outcome reaches a value, from below or from above; NaN = never
 *
 * The series is a line between its rows.  Tested in: tests/test_measure.c. */
#ifndef NEEDLEWORK_MEASURE_H
#define NEEDLEWORK_MEASURE_H

#include "series.h"

enum measure_kind {
    MEASURE_SUMMARY,
    MEASURE_FINAL,
    MEASURE_AT,
    MEASURE_MAX,
    MEASURE_MIN,
    MEASURE_MEAN,
    MEASURE_TIME_OF_MAX,
    MEASURE_TIME_OF_MIN,
    MEASURE_TIME_TO
};

struct measure {
    enum measure_kind kind;
    const struct model *model;
    size_t index;    /* of the outcome, or enum summary_key */
    double argument; /* [day] of MEASURE_AT; [unit of the outcome] of MEASURE_TIME_TO */
    char text[128];  /* the expression as it was given, blanks at its ends removed */
};

/* Parses an expression about runs of `model`.
 *
 *   measure   untouched on failure
 *   reason    why it failed, one clause with the nearest name ("'scar_idnex' is no outcome of dermis; did you mean 'scar_index'?"), at most
 *             n bytes */
bool measure_parse(const char *text, const struct model *model, struct measure *measure, char *reason, size_t n);

/* The number; NaN when it is never reached, lies outside the series, or the series is of another model or empty. */
double measure_value(const struct measure *measure, const struct series *series);

/* Its unit ("1" = dimensionless) and what it is, in words. */
const char *measure_unit(const struct measure *measure);
void measure_describe(const struct measure *measure, char *text, size_t n);

#endif
