/* A number computed from the outcomes of one or several runs, as the observations of a calibration need it:
 *
 *   collagen_gain@90 days               an outcome at a time, linear between rows; also (a / b)@90 days
 *   max(tgfb), min, time_of_max, time_of_min, integral     over the whole run, or a part: max(tgfb, 0 days, 7 days)
 *   first(tgfb < 1.1)                   first time at which it holds, linear between rows; last(...) the last time; parts likewise
 *   rate(fibroblasts)                   d ln / dt, one value per row
 *   collagen_onset                      a number of the run's summary (see summary.h)
 *   parameter(tgfb_loss)                as the run used it
 *   other:max(tgfb)                     read off another run of the same model
 *   + - * / ( ) and numbers             outcomes element by element
 *
 * It is `measure` with arithmetic, parts of the time and several runs.  Tested in: tests/test_expression.c, and against a second
 * implementation (tests/clinical/expressions.py) on every row of configs/calibration/. */
#ifndef NEEDLEWORK_EXPRESSION_H
#define NEEDLEWORK_EXPRESSION_H

#include "series.h"

enum { EXPRESSION_NODES = 64 };

struct expression_node {
    int operation;     /* enum operation of expression.c */
    int left, right;   /* nodes, -1 = none */
    size_t index, run; /* outcome, summary key or parameter; of which run */
    double number;     /* or time [day] */
    double begin, end; /* [day] of a part */
    bool series;       /* one value per row of `run` */
};

struct expression {
    struct expression_node node[EXPRESSION_NODES];
    int nodes, root;
};

/* A run to read off; borrowed. */
struct expression_run {
    const struct series *series;
    const double *params; /* [n_params] */
};

/* Parses `text` about runs of `model`; `runs`: their names (ends with NULL), `usual`: the index of the one that is meant without a name.
 * False with the reason ("character 5: 'tgf' is no outcome of dermis; did you mean 'tgfb'?"), leaving *expression undefined. */
bool expression_parse(const char *text, const struct model *model, const char *const *runs, size_t usual, struct expression *expression,
                      char *reason, size_t n);

/* Whether it reads anything off that run. */
bool expression_uses(const struct expression *expression, size_t run);

/* The number; NaN when it is never reached, lies outside a series, or memory is short.  Threads: any number at once. */
double expression_value(const struct expression *expression, const struct expression_run *runs);

#endif
