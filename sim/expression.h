/* A number read off one or several runs, named by an expression: the outcomes of a sweep, what runs are compared by, the observations of a
 * calibration.
 *
 *   collagen_gain@90 days               an outcome at a time, linear between rows; also (a / b)@90 days
 *   final(collagen_gain)                at the end of a complete run; in an expression about one run also the outcome by itself
 *   max(tgfb), min, mean, integral      over the whole run, or a part: max(tgfb, 0 days, 7 days)
 *   time_of_max(tgfb), time_of_min      time of the (first) largest or smallest value, parts likewise
 *   time_to(collagen_gain, 5 %)         first time at which it reaches a value [its unit], from below or from above, parts likewise
 *   first(tgfb < 1.1)                   first time at which it holds, linear between rows; last(...) the last time; parts likewise
 *   rate(fibroblasts)                   d ln / dt, one value per row
 *   collagen_onset                      a number of the run's summary (see summary.h)
 *   + - * / ( ) and numbers             outcomes element by element
 *
 * and, about several runs of one model:
 *
 *   other:max(tgfb)                     read off another run
 *   parameter(tgfb_loss)                as the run used it
 *
 * Tested in: tests/test_expression.c, and against a second implementation (tests/clinical/expressions.py) on every row of
 * configs/calibration/. */
#ifndef NEEDLEWORK_EXPRESSION_H
#define NEEDLEWORK_EXPRESSION_H

#include "model.h"
#include "series.h"

#include <stdbool.h>
#include <stddef.h>

enum { EXPRESSION_NODES = 64, EXPRESSION_UNIT = 64 };

struct expression_node {
    int operation;     /* enum operation of expression_internal.h */
    int left, right;   /* nodes, -1 = none */
    size_t index, run; /* outcome, summary key or parameter; of which run */
    double number;     /* or time [day], or level [unit of `left`] */
    double begin, end; /* [day] of a part */
    bool series;       /* one value per row of `run` */
};

struct expression {
    const char *text;          /* borrowed */
    const struct model *model; /* borrowed */
    struct expression_node node[EXPRESSION_NODES];
    int nodes, root;
};

/* A run to read off; borrowed. */
struct expression_run {
    const struct series *series;
    const double *params; /* [n_params]; NULL in an expression about one run */
};

/* Parses `text` about runs of `model`; `runs`: their names (ends with NULL), `usual`: the index of the one that is meant without a name.
 * NULL: about one run.  False with the reason ("character 5: 'tgf' is no outcome; did you mean 'tgfb'?"), leaving *expression undefined. */
bool expression_parse(const char *text, const struct model *model, const char *const *runs, size_t usual, struct expression *expression,
                      char *reason, size_t n);

/* Whether it reads anything off that run. */
bool expression_uses(const struct expression *expression, size_t run);

/* The number; NaN when it is never reached, lies outside a series, or a series is empty or of another model.  Threads: any number at once.
 */
double expression_value(const struct expression *expression, const struct expression_run *runs);

/* Its unit ("1" = dimensionless), and what it is in words. */
void expression_unit(const struct expression *expression, char unit[EXPRESSION_UNIT]);
void expression_describe(const struct expression *expression, char *text, size_t n);

/* Whether it is a time at which something happens. */
bool expression_is_time(const struct expression *expression);
/* The only outcome or number of the summary that it is read off, NULL when there are several or none. */
const char *expression_subject(const struct expression *expression);

#endif
