/* What the files of calibrate share: what is asked for, the runs, and what came out. */
#ifndef NEEDLEWORK_CALIBRATE_INTERNAL_H
#define NEEDLEWORK_CALIBRATE_INTERNAL_H

#include "csv.h"
#include "expression.h"
#include "plan.h"
#include "progress.h"

#include <stdio.h>

enum { CALIBRATE_PROTOCOLS = 200, CALIBRATE_FIT = 40, CALIBRATE_TABLES = 10, CALIBRATE_OBSERVATIONS = 2000 };

struct calibrate_protocol {
    char *name;            /* owned */
    struct config *config; /* owned */
    struct plan plan;      /* at the run.tolerance of the specification */
    bool used;             /* an observation is read off it */
};

struct calibrate_observation {
    const char *row, *what, *text, *source; /* borrowed from the tables */
    size_t protocol;
    struct expression expression;
    double value, tolerance; /* NaN = none */
    double low, high;        /* the band; infinite where it is open */
};

struct calibrate_parameter {
    const struct param *param;
    size_t index;
    double from, to; /* range of the fit [unit] */
    double prior;    /* where the fit starts, and its centre when there is a spread */
    double spread;   /* prior: one standard deviation, a factor when logarithmic, else in the unit; NaN = none */
    bool logarithmic;
};

struct calibrate_spec {
    const char *path;
    char *title;
    const struct model *model;
    const char *names[CALIBRATE_PROTOCOLS + 1]; /* of the protocols, for expressions */
    struct calibrate_protocol *protocols;
    size_t n_protocols;
    struct csv tables[CALIBRATE_TABLES];
    char *files[CALIBRATE_TABLES];
    size_t n_tables;
    struct calibrate_observation *observations;
    size_t n_observations;
    struct calibrate_parameter fit[CALIBRATE_FIT];
    size_t n_fit;
    long starts, iterations, seed;
    double tolerance;
};

/* Reads and checks everything: ERR_CONFIG with all errors, FILE:LINE:COLUMN where there is one.  Destroy `spec` also on failure. */
enum status calibrate_spec_read(const char *path, struct calibrate_spec *spec);
void calibrate_spec_destroy(struct calibrate_spec *spec);

/* Values of all observations at `points` sets of fitted parameters.
 *
 *   at      [points x n_fit] values [unit]; may be NULL when n_fit = 0
 *   values  [points x n_observations], overwritten; NaN where a run failed or an expression has no value
 *   failed  number of runs that failed, added to
 *
 * Returns OK, STOPPED or ERR_IO.  Runs go on in `threads` threads. */
enum status calibrate_evaluate(const struct calibrate_spec *spec, int threads, size_t points, const double *at, double *values,
                               size_t *failed);

/* (value - wanted) / tolerance, or the distance from the band in quarters of its width; NaN counts as 10. */
double calibrate_residual(const struct calibrate_observation *observation, double value);
bool calibrate_met(const struct calibrate_observation *observation, double value);

/* Coordinates of the fit: logarithm where logarithmic. */
double calibrate_coordinate(const struct calibrate_parameter *parameter, double value);
double calibrate_value(const struct calibrate_parameter *parameter, double coordinate);
/* Standard deviation of what is known of a parameter before the observations: its prior, else a uniform range. */
double calibrate_before(const struct calibrate_parameter *parameter);

struct calibrate_start {
    double cost; /* sum of squared residuals, priors included */
    double at[CALIBRATE_FIT];
    int iterations;
    bool converged;
};

struct calibrate_fit {
    size_t n_fit, n_starts;
    double fitted[CALIBRATE_FIT];    /* [unit] */
    double deviation[CALIBRATE_FIT]; /* of the coordinates, observations and priors together */
    double correlation[CALIBRATE_FIT][CALIBRATE_FIT];
    double information[CALIBRATE_FIT];              /* eigenvalues of J'J in units of the priors, ascending */
    double direction[CALIBRATE_FIT][CALIBRATE_FIT]; /* [k][parameter], of length 1 */
    struct calibrate_start *starts;                 /* [n_starts] best first, owned */
    double *before, *after;                         /* [n_observations] values with the shipped and the fitted parameters, owned */
    double cost_before;
    size_t runs, failed;
};

/* Carries out the fit (or one evaluation when there is nothing to fit). */
enum status calibrate_solve(const struct calibrate_spec *spec, int threads, bool quiet, struct calibrate_fit *fit);
void calibrate_fit_destroy(struct calibrate_fit *fit);

/* The report, as text for a terminal or as Markdown, and the fitted parameters as an overlay. */
void calibrate_report(const struct calibrate_spec *spec, const struct calibrate_fit *fit, bool markdown, FILE *stream);
void calibrate_overlay(const struct calibrate_spec *spec, const struct calibrate_fit *fit, FILE *stream);
size_t calibrate_missed(const struct calibrate_spec *spec, const struct calibrate_fit *fit);

#endif
