/* The numbers that a run comes down to: the root attributes of its results file, the first choice of a sweep, the rows of a comparison. */
#ifndef NEEDLEWORK_SUMMARY_ROWS_H
#define NEEDLEWORK_SUMMARY_ROWS_H

#include "model.h"

#include <stdbool.h>

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
    bool lower; /* the lower value is the better one */
};
extern const struct summary_row summary_rows[SUMMARY_KEYS];

/* Whether runs of this model have the row: all but the sessions need the outcome `collagen_gain`. */
bool summary_has(const struct model *model, enum summary_key key);

/* Whether the lower value of an outcome of the model, or of a row that it has, is the better one. */
bool summary_lower(const struct model *model, const char *name);

/* The names for which summary_lower holds, separated by blanks ("" = none): the root attribute `lower_is_better` of runs and sweeps. */
enum { SUMMARY_NAMES = 4096 };
void summary_lower_names(const struct model *model, char names[SUMMARY_NAMES]);

#endif
