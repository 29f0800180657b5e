/* The fit: starts, trust region, and what the observations say about every parameter and about their combinations. */
#include "calibrate_internal.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double STEP = 0.02;              /* of the differences, in coordinates (2 %) or in that share of the range */
static const double XTOL = 1e-4, GTOL = 1e-8; /* of the trust region: the runs are good to about 1e-4 */

/* One problem in the coordinates t of the trust region: a logistic map keeps every parameter within its range. */
struct problem {
    const struct calibrate_spec *spec;
    int threads;
    struct calibrate_fit *fit; /* counts */
    struct progress *progress;
    size_t rows;                     /* observations and priors */
    double *at, *values, *residuals; /* scratch of 2 n_fit + 1 points */
    double *last, *last_residuals;   /* the point evaluated last, and its residuals */
    bool have_last;
    enum status status;
    long start, iteration;
};

static double share(double t)
{
    return 1.0 / (1.0 + exp(-t));
}

/* Parameter of fit i at trust-region coordinate t, and d coordinate / d t. */
static double coordinate(const struct calibrate_parameter *p, double t, double *slope)
{
    const double low = calibrate_coordinate(p, p->from), high = calibrate_coordinate(p, p->to), s = share(t);
    if (slope)
        *slope = (high - low) * s * (1.0 - s);
    return low + (high - low) * s;
}

static double inverse(const struct calibrate_parameter *p, double value)
{
    const double low = calibrate_coordinate(p, p->from), high = calibrate_coordinate(p, p->to);
    const double s = fmin(0.98, fmax(0.02, (calibrate_coordinate(p, value) - low) / (high - low)));
    return log(s / (1.0 - s));
}

static double step_of(const struct calibrate_parameter *p)
{
    return p->logarithmic ? STEP : STEP * (p->to - p->from);
}

/* Residuals of `points` sets of coordinates: observations, then one row for every prior with a spread. */
static enum status residuals(struct problem *problem, size_t points, const double *coordinates, double *out)
{
    const struct calibrate_spec *spec = problem->spec;
    for (size_t i = 0; i < points * spec->n_fit; i++)
        problem->at[i] = calibrate_value(&spec->fit[i % spec->n_fit], coordinates[i]);
    const enum status status = calibrate_evaluate(spec, problem->threads, points, problem->at, problem->values, &problem->fit->failed);
    for (size_t i = 0; i < spec->n_protocols; i++)
        problem->fit->runs += spec->protocols[i].used ? points : 0;
    for (size_t k = 0; k < points; k++) {
        double *row = out + k * problem->rows;
        for (size_t i = 0; i < spec->n_observations; i++)
            *row++ = calibrate_residual(&spec->observations[i], problem->values[k * spec->n_observations + i]);
        for (size_t i = 0; i < spec->n_fit; i++)
            if (!isnan(spec->fit[i].spread))
                *row++ = (coordinates[k * spec->n_fit + i] - calibrate_coordinate(&spec->fit[i], spec->fit[i].prior)) /
                         calibrate_before(&spec->fit[i]);
    }
    return status;
}

static double cost_of(const double *residual, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += residual[i] * residual[i];
    return sum;
}

static void to_coordinates(const struct problem *problem, const gsl_vector *t, double *out, double *slopes)
{
    for (size_t i = 0; i < problem->spec->n_fit; i++)
        out[i] = coordinate(&problem->spec->fit[i], gsl_vector_get(t, i), slopes ? &slopes[i] : NULL);
}

static int function(const gsl_vector *t, void *user, gsl_vector *f)
{
    struct problem *problem = user;
    double at[CALIBRATE_FIT];
    to_coordinates(problem, t, at, NULL);
    if (problem->status == OK)
        problem->status = residuals(problem, 1, at, problem->last_residuals);
    if (problem->status != OK)
        return GSL_EFAILED;
    memcpy(problem->last, at, problem->spec->n_fit * sizeof *at);
    problem->have_last = true;
    for (size_t i = 0; i < problem->rows; i++)
        gsl_vector_set(f, i, problem->last_residuals[i]);
    return GSL_SUCCESS;
}

/* Forward differences in the coordinates, all points at once; towards the inside at the upper end of a range. */
static int jacobian(const gsl_vector *t, void *user, gsl_matrix *J)
{
    struct problem *problem = user;
    const struct calibrate_spec *spec = problem->spec;
    const size_t n = spec->n_fit;
    double at[CALIBRATE_FIT], slope[CALIBRATE_FIT], step[CALIBRATE_FIT];
    double *points = problem->residuals + (2 * n + 1) * problem->rows; /* behind the residuals */
    to_coordinates(problem, t, at, slope);
    const size_t base = problem->have_last && memcmp(problem->last, at, n * sizeof *at) == 0 ? 0 : 1;
    for (size_t k = 0; k < n + base; k++) {
        memcpy(points + k * n, at, n * sizeof *at);
        if (k == n)
            continue;
        const struct calibrate_parameter *p = &spec->fit[k];
        step[k] = at[k] + step_of(p) > calibrate_coordinate(p, p->to) ? -step_of(p) : step_of(p);
        points[k * n + k] += step[k];
    }
    if (problem->status == OK)
        problem->status = residuals(problem, n + base, points, problem->residuals);
    if (problem->status != OK)
        return GSL_EFAILED;
    const double *zero = base ? problem->residuals + n * problem->rows : problem->last_residuals;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < problem->rows; i++)
            gsl_matrix_set(J, i, k, (problem->residuals[k * problem->rows + i] - zero[i]) / step[k] * slope[k]);
    return GSL_SUCCESS;
}

static void show(const struct problem *problem, double cost)
{
    if (problem->progress->quiet)
        return;
    const struct calibrate_spec *spec = problem->spec;
    const double done = (double)((problem->start - 1) * spec->iterations + problem->iteration) / (double)(spec->starts * spec->iterations);
    const double seconds = progress_seconds(problem->progress);
    char left[32];
    progress_duration(seconds * (1.0 - done) / fmax(done, 1e-9), left, sizeof left);
    fprintf(stderr, "%sstart %ld of %ld, iteration %ld, sum of squares %.4g, %zu runs, at most %s left%s",
            problem->progress->terminal ? "\r" : "", problem->start, spec->starts, problem->iteration, cost, problem->fit->runs, left,
            problem->progress->terminal ? "\033[K" : "\n");
}

/* Goes down from `start`, whose `at` holds the first guess in the parameters' own units. */
static enum status descend(struct problem *problem, struct calibrate_start *start)
{
    const struct calibrate_spec *spec = problem->spec;
    const size_t n = spec->n_fit;
    gsl_multifit_nlinear_fdf fdf = {.f = function, .df = jacobian, .n = problem->rows, .p = n, .params = problem};
    gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
    parameters.solver = gsl_multifit_nlinear_solver_svd; /* survives directions that no observation fixes */
    gsl_multifit_nlinear_workspace *work = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, problem->rows, n);
    gsl_vector *t = gsl_vector_alloc(n);
    int info = 0, code = work && t ? GSL_SUCCESS : GSL_ENOMEM;
    for (size_t i = 0; t && i < n; i++)
        gsl_vector_set(t, i, inverse(&spec->fit[i], start->at[i]));
    problem->iteration = 0;
    if (code == GSL_SUCCESS)
        code = gsl_multifit_nlinear_init(t, &fdf, work);
    while (code == GSL_SUCCESS && problem->iteration < spec->iterations && !start->converged) {
        problem->iteration++;
        code = gsl_multifit_nlinear_iterate(work);
        if (code == GSL_ENOPROG) { /* no step improves: as good as it gets with these runs */
            start->converged = true;
            code = GSL_SUCCESS;
        } else if (code == GSL_SUCCESS) {
            start->converged = gsl_multifit_nlinear_test(XTOL, GTOL, 0.0, &info, work) == GSL_SUCCESS;
        }
        show(problem, code == GSL_SUCCESS ? pow(gsl_blas_dnrm2(gsl_multifit_nlinear_residual(work)), 2) : NAN);
    }
    start->iterations = (int)problem->iteration;
    if (code == GSL_SUCCESS) {
        start->cost = pow(gsl_blas_dnrm2(gsl_multifit_nlinear_residual(work)), 2);
        for (size_t i = 0; i < n; i++)
            start->at[i] = calibrate_value(&spec->fit[i], coordinate(&spec->fit[i], gsl_vector_get(work->x, i), NULL));
    }
    gsl_multifit_nlinear_free(work);
    gsl_vector_free(t);
    if (problem->status != OK)
        return problem->status;
    return code == GSL_SUCCESS  ? OK
           : code == GSL_ENOMEM ? status_no_memory("the fit", problem->rows * n * sizeof(double))
                                : status_fail(ERR_NUMERICS, "the fit failed in iteration %ld: %s", problem->iteration, gsl_strerror(code));
}

static int by_cost(const void *a, const void *b)
{
    const double x = ((const struct calibrate_start *)a)->cost, y = ((const struct calibrate_start *)b)->cost;
    return (x > y) - (x < y);
}

/* The first start is where the priors are; the others are drawn within two spreads of them, or anywhere in the range. */
static void guess(const struct calibrate_spec *spec, gsl_rng *random, struct calibrate_start *start, bool first)
{
    for (size_t i = 0; i < spec->n_fit; i++) {
        const struct calibrate_parameter *p = &spec->fit[i];
        const double low = calibrate_coordinate(p, p->from), high = calibrate_coordinate(p, p->to),
                     middle = calibrate_coordinate(p, p->prior);
        const double u = gsl_rng_uniform(random), reach = 2.0 * calibrate_before(p);
        const double drawn = isnan(p->spread) ? low + u * (high - low) : middle + (2.0 * u - 1.0) * reach;
        start->at[i] = first ? p->prior : calibrate_value(p, drawn);
    }
}

/* Directions, and covariance and correlations of the coordinates, from the eigenvalues of J'J in units of what was known before. */
static void spread(struct calibrate_fit *fit, size_t n, const double *before, const gsl_vector *values, const gsl_matrix *vectors)
{
    double covariance[CALIBRATE_FIT][CALIBRATE_FIT] = {{0}};
    for (size_t k = 0; k < n; k++) {
        fit->information[k] = fmax(0.0, gsl_vector_get(values, k));
        for (size_t i = 0; i < n; i++)
            fit->direction[k][i] = gsl_matrix_get(vectors, i, k);
        for (size_t i = 0; i < n; i++) /* 1 / (1 + information) along every direction */
            for (size_t j = 0; j < n; j++)
                covariance[i][j] += before[i] * before[j] * fit->direction[k][i] * fit->direction[k][j] / (1.0 + fit->information[k]);
    }
    for (size_t i = 0; i < n; i++) {
        fit->deviation[i] = sqrt(covariance[i][i]);
        for (size_t j = 0; j < n; j++)
            fit->correlation[i][j] = covariance[i][j] / sqrt(covariance[i][i] * covariance[j][j]);
    }
}

/* What J'J of the observations says, beside the priors. */
static enum status interpret(struct calibrate_fit *fit, const struct calibrate_spec *spec, const gsl_matrix *observed)
{
    const size_t n = spec->n_fit;
    gsl_matrix *scaled = gsl_matrix_alloc(n, n), *vectors = gsl_matrix_alloc(n, n);
    gsl_vector *values = gsl_vector_alloc(n);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(n);
    const bool room = scaled && vectors && values && work;
    if (room) {
        double before[CALIBRATE_FIT];
        for (size_t i = 0; i < n; i++)
            before[i] = calibrate_before(&spec->fit[i]);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                gsl_matrix_set(scaled, i, j, gsl_matrix_get(observed, i, j) * before[i] * before[j]);
        gsl_eigen_symmv(scaled, values, vectors, work);
        gsl_eigen_symmv_sort(values, vectors, GSL_EIGEN_SORT_VAL_ASC);
        spread(fit, n, before, values, vectors);
    }
    gsl_matrix_free(scaled);
    gsl_matrix_free(vectors);
    gsl_vector_free(values);
    gsl_eigen_symmv_free(work);
    return room ? OK : status_no_memory("the intervals", n * n * sizeof(double));
}

/* Central differences at the best point: J'J of the observations, and their values there. */
static enum status look(struct problem *problem, struct calibrate_fit *fit)
{
    const struct calibrate_spec *spec = problem->spec;
    const size_t n = spec->n_fit, rows = problem->rows;
    double *points = problem->residuals + (2 * n + 1) * rows;
    for (size_t k = 0; k < 2 * n + 1; k++)
        for (size_t i = 0; i < n; i++)
            points[k * n + i] = calibrate_coordinate(&spec->fit[i], fit->fitted[i]) +
                                (k < 2 * n && k / 2 == i ? (k % 2 ? -1.0 : 1.0) * step_of(&spec->fit[i]) : 0.0);
    enum status status = residuals(problem, 2 * n + 1, points, problem->residuals);
    if (status != OK)
        return status;
    memcpy(fit->after, problem->values + 2 * n * spec->n_observations, spec->n_observations * sizeof *fit->after);
    gsl_matrix *observed = gsl_matrix_calloc(n, n);
    if (!observed)
        return status_no_memory("the intervals", n * n * sizeof(double));
    for (size_t o = 0; o < spec->n_observations; o++) {
        double slope[CALIBRATE_FIT];
        for (size_t i = 0; i < n; i++) {
            /* a point beyond its range was moved to the end: divide by the way really gone */
            const struct calibrate_parameter *p = &spec->fit[i];
            const double gone = calibrate_coordinate(p, calibrate_value(p, points[2 * i * n + i])) -
                                calibrate_coordinate(p, calibrate_value(p, points[(2 * i + 1) * n + i]));
            slope[i] = (problem->residuals[2 * i * rows + o] - problem->residuals[(2 * i + 1) * rows + o]) / gone;
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                *gsl_matrix_ptr(observed, i, j) += slope[i] * slope[j];
    }
    status = interpret(fit, spec, observed);
    gsl_matrix_free(observed);
    return status;
}

static enum status search(struct problem *problem, struct calibrate_fit *fit)
{
    const struct calibrate_spec *spec = problem->spec;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    enum status status = random ? OK : status_no_memory("random numbers", 1);
    if (status == OK)
        gsl_rng_set(random, (unsigned long)spec->seed);
    for (long s = 0; status == OK && s < spec->starts; s++) {
        problem->start = s + 1;
        guess(spec, random, &fit->starts[s], s == 0);
        status = descend(problem, &fit->starts[s]);
        fit->n_starts++;
    }
    gsl_rng_free(random);
    if (status != OK)
        return status;
    qsort(fit->starts, fit->n_starts, sizeof *fit->starts, by_cost);
    memcpy(fit->fitted, fit->starts[0].at, sizeof fit->fitted);
    return look(problem, fit);
}

enum status calibrate_solve(const struct calibrate_spec *spec, int threads, bool quiet, struct calibrate_fit *fit)
{
    struct progress progress;
    struct problem problem = {.spec = spec, .threads = threads, .fit = fit, .progress = &progress, .rows = spec->n_observations};
    const size_t n = spec->n_fit, points = 2 * n + 1;
    *fit = (struct calibrate_fit){.n_fit = n};
    progress_init(&progress, quiet);
    gsl_set_error_handler_off();
    for (size_t i = 0; i < n; i++)
        problem.rows += isnan(spec->fit[i].spread) ? 0 : 1;
    fit->starts = calloc((size_t)spec->starts, sizeof *fit->starts);
    fit->before = calloc(2 * spec->n_observations, sizeof *fit->before);
    problem.at = calloc(points * (n + spec->n_observations) + n + problem.rows, sizeof *problem.at);
    problem.residuals = calloc(points * (problem.rows + n), sizeof *problem.residuals);
    enum status status =
        fit->starts && fit->before && problem.at && problem.residuals ? OK : status_no_memory("the fit", points * problem.rows);
    if (status == OK) {
        double prior[CALIBRATE_FIT];
        fit->after = fit->before + spec->n_observations;
        problem.values = problem.at + points * n;
        problem.last = problem.values + points * spec->n_observations;
        problem.last_residuals = problem.last + n;
        for (size_t i = 0; i < n; i++)
            prior[i] = calibrate_coordinate(&spec->fit[i], spec->fit[i].prior);
        status = residuals(&problem, 1, prior, problem.residuals);
        fit->cost_before = cost_of(problem.residuals, problem.rows);
        memcpy(fit->before, problem.values, spec->n_observations * sizeof *fit->before);
        memcpy(fit->after, problem.values, spec->n_observations * sizeof *fit->after);
    }
    if (status == OK && n > 0)
        status = search(&problem, fit);
    progress_finish(&progress);
    free(problem.at);
    free(problem.residuals);
    return status;
}

void calibrate_fit_destroy(struct calibrate_fit *fit)
{
    free(fit->starts);
    free(fit->before);
    *fit = (struct calibrate_fit){0};
}
