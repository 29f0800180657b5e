/* Sensitivity indices against functions whose indices are known. */
#include "sensitivity.h"

#include "model_use.h"

#include <criterion/criterion.h>
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };

#define PI 3.141592653589793

struct problem {
    const char *model;
    size_t k;
    double lo, hi;
    double first[MOST], total[MOST]; /* analytic */
};

/* From the parts of the variance, see models/ishigami.c. */
static struct problem ishigami(void)
{
    struct problem f = {.model = "ishigami", .k = 3, .lo = -PI, .hi = PI};
    const double a = 7, b = 0.1, p4 = pow(PI, 4), p8 = p4 * p4;
    const double v1 = 0.5 * pow(1 + b * p4 / 5, 2), v2 = a * a / 8, v13 = 8 * b * b * p8 / 225, v = v1 + v2 + v13;
    const double first[] = {v1 / v, v2 / v, 0}, total[] = {(v1 + v13) / v, v2 / v, v13 / v};
    memcpy(f.first, first, sizeof first);
    memcpy(f.total, total, sizeof total);
    return f;
}

static struct problem sobol_g(void)
{
    struct problem f = {.model = "sobol_g", .k = 8, .lo = 0, .hi = 1};
    static const double a[] = {0, 1, 4.5, 9, 99, 99, 99, 99};
    double all = 1, part[MOST];
    for (size_t i = 0; i < f.k; i++) {
        part[i] = 1 / (3 * (1 + a[i]) * (1 + a[i]));
        all *= 1 + part[i];
    }
    for (size_t i = 0; i < f.k; i++) {
        f.first[i] = part[i] / (all - 1);
        f.total[i] = part[i] * all / (1 + part[i]) / (all - 1);
    }
    return f;
}

/* The function itself, as shipped. */
static double value(const struct problem *f, const double *unit)
{
    const struct model *m = model_find(f->model);
    double p[32], out[1];
    for (size_t i = 0; i < m->n_params; i++)
        p[i] = m->params[i].value;
    for (size_t i = 0; i < f->k; i++)
        p[i] = f->lo + (f->hi - f->lo) * unit[i];
    const struct observation nothing = {.mouth_fraction = 0};
    m->observe(&nothing, &nothing, p, out);
    return out[0];
}

/* y[n][k + 2] of a design from Sobol's sequence (quasi) or a random one; the caller frees. */
static double *evaluate(const struct problem *f, size_t n, gsl_rng *rng)
{
    const size_t k = f->k;
    double *y = malloc(n * (k + 2) * sizeof *y);
    gsl_qrng *quasi = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)(2 * k));
    for (size_t j = 0; j < n; j++) {
        double point[2 * MOST], mixed[MOST];
        gsl_qrng_get(quasi, point);
        for (size_t i = 0; i < 2 * k && rng; i++)
            point[i] = gsl_rng_uniform(rng);
        double *row = y + j * (k + 2);
        row[0] = value(f, point);
        row[1] = value(f, point + k);
        for (size_t i = 0; i < k; i++) {
            memcpy(mixed, point, k * sizeof *mixed);
            mixed[i] = point[k + i];
            row[2 + i] = value(f, mixed);
        }
    }
    gsl_qrng_free(quasi);
    return y;
}

static void expect_within(const char *what, size_t i, struct sensitivity_estimate e, double wanted, double width)
{
    cr_assert(e.low <= wanted && wanted <= e.high, "%s of factor %zu: %.4f, interval %.4f to %.4f, without the analytic %.4f", what, i + 1,
              e.value, e.low, e.high, wanted);
    cr_assert(e.low <= e.value && e.value <= e.high && e.high - e.low < width,
              "%s of factor %zu: %.4f in %.4f to %.4f, wanted narrower than %g", what, i + 1, e.value, e.low, e.high, width);
}

static void check_analytic(const struct problem *f, size_t n, double near)
{
    struct sensitivity_sobol found[MOST];
    double *y = evaluate(f, n, NULL);
    cr_assert(sensitivity_sobol(n, f->k, y, found) == OK);
    for (size_t i = 0; i < f->k; i++) {
        expect_within("first index", i, found[i].first, f->first[i], 0.15);
        expect_within("total index", i, found[i].total, f->total[i], 0.15);
        cr_assert(fabs(found[i].first.value - f->first[i]) < near && fabs(found[i].total.value - f->total[i]) < near,
                  "factor %zu: %.4f and %.4f, wanted %.4f and %.4f", i + 1, found[i].first.value, found[i].total.value, f->first[i],
                  f->total[i]);
    }
    free(y);
}

Test(sensitivity, knows_the_published_indices_of_ishigami)
{
    const struct problem f = ishigami();
    static const double first[] = {0.3139, 0.4424, 0}, total[] = {0.5576, 0.4424, 0.2437};
    for (size_t i = 0; i < f.k; i++)
        cr_assert(fabs(f.first[i] - first[i]) < 5e-5 && fabs(f.total[i] - total[i]) < 5e-5, "%g %g", f.first[i], f.total[i]);
}

Test(sensitivity, meets_the_indices_of_ishigami)
{
    const struct problem f = ishigami();
    check_analytic(&f, 4096, 0.01);
}

Test(sensitivity, meets_the_indices_of_sobol_g)
{
    const struct problem f = sobol_g();
    check_analytic(&f, 4096, 0.01);
}

/* 60 studies of 3 factors by chance: 95 % of 360 intervals hold the truth, so 320 or fewer (89 %) would be a wrong interval, as would all.
 */
Test(sensitivity, has_intervals_that_hold_the_truth_as_often_as_they_say)
{
    const struct problem f = ishigami();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int held = 0, all = 0;
    for (int study = 0; study < 60; study++) {
        struct sensitivity_sobol found[MOST];
        double *y = evaluate(&f, 256, rng);
        cr_assert(sensitivity_sobol(256, f.k, y, found) == OK);
        for (size_t i = 0; i < f.k; i++) {
            held += found[i].first.low <= f.first[i] && f.first[i] <= found[i].first.high;
            held += found[i].total.low <= f.total[i] && f.total[i] <= found[i].total.high;
            all += 2;
        }
        free(y);
    }
    gsl_rng_free(rng);
    cr_assert(held > 320 && held < all, "%d of %d intervals hold the analytic index", held, all);
}

/* Three samples of one factor, by hand: A = 1, 2, 6, B = 2, 6, 1; the first factor is all there is, so AB = B. */
Test(sensitivity, of_the_only_factor_is_one)
{
    static const double y[] = {1, 2, 2, 2, 6, 6, 6, 1, 1};
    struct sensitivity_sobol found;
    cr_assert(sensitivity_sobol(3, 1, y, &found) == OK);
    /* mean 3, variance (4 + 1 + 9) 2 / 6 = 14/3; sum b (ab - a) = -1*1 + 3*4 + -2*-5 = 21; sum (ab - a)^2 = 42 */
    cr_assert(fabs(found.first.value - 21.0 / 3 / (14.0 / 3)) < 1e-14, "%g", found.first.value);
    cr_assert(fabs(found.total.value - 42.0 / 6 / (14.0 / 3)) < 1e-14, "%g", found.total.value);
}

Test(sensitivity, does_not_depend_on_unit_and_origin_of_the_outcome)
{
    const struct problem f = ishigami();
    struct sensitivity_sobol found[MOST], scaled[MOST];
    double *y = evaluate(&f, 512, NULL);
    cr_assert(sensitivity_sobol(512, f.k, y, found) == OK);
    for (size_t i = 0; i < 512 * (f.k + 2); i++)
        y[i] = 1000 + 1e-3 * y[i];
    cr_assert(sensitivity_sobol(512, f.k, y, scaled) == OK);
    for (size_t i = 0; i < f.k; i++)
        cr_assert(fabs(found[i].first.value - scaled[i].first.value) < 1e-7 && fabs(found[i].total.high - scaled[i].total.high) < 1e-7,
                  "factor %zu: %.12g against %.12g", i, found[i].first.value, scaled[i].first.value);
    free(y);
}

Test(sensitivity, of_an_outcome_that_stays_is_no_number)
{
    static const double y[] = {5, 5, 5, 5, 5, 5};
    struct sensitivity_sobol found;
    cr_assert(sensitivity_sobol(2, 1, y, &found) == OK);
    cr_assert(isnan(found.first.value) && isnan(found.total.value) && isnan(found.total.low), "%g %g", found.first.value,
              found.total.value);
}

/* ---- Morris ---- */

/* Trajectories of four levels through the unit cube. */
static void trajectories(gsl_rng *rng, size_t n, size_t k, double *unit)
{
    for (size_t t = 0; t < n; t++) {
        double *at = unit + t * (k + 1) * k;
        size_t order[MOST];
        for (size_t i = 0; i < k; i++) {
            at[i] = (double)gsl_rng_uniform_int(rng, 4) / 3;
            order[i] = i;
        }
        for (size_t step = 0; step < k; step++) {
            const size_t other = step + gsl_rng_uniform_int(rng, k - step), i = order[other];
            order[other] = order[step];
            memcpy(at + k, at, k * sizeof *at);
            at += k;
            at[i] += at[i] < 0.5 ? 2.0 / 3 : -2.0 / 3;
        }
    }
}

enum { N = 40, K = 3 };
struct study {
    double unit[N * (K + 1) * K], y[N * (K + 1)], effects[K * N];
    struct sensitivity_morris found[K];
};

/* y = 3 x1 - 2 x2 + 4 x1 x3, where the effect of x1 is 3 + 4 x3, of x2 -2, of x3 4 x1. */
static struct study *study(void)
{
    struct study *s = calloc(1, sizeof *s);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    trajectories(rng, N, K, s->unit);
    gsl_rng_free(rng);
    for (size_t r = 0; r < N * (K + 1); r++) {
        const double *x = s->unit + r * K;
        s->y[r] = 3 * x[0] - 2 * x[1] + 4 * x[0] * x[2];
    }
    return s;
}

Test(sensitivity, finds_elementary_effects)
{
    struct study *s = study();
    cr_assert(sensitivity_effects(N, K, s->unit, s->y, s->effects) == OK, "%s", status_message(0));
    cr_assert(sensitivity_morris(N, K, s->effects, s->found) == OK);
    const struct sensitivity_morris *m = s->found;
    cr_assert(fabs(m[1].mu + 2) < 1e-12 && fabs(m[1].mu_star.value - 2) < 1e-12 && m[1].sigma < 1e-12 && m[1].effects == N,
              "linear factor: mu %g, mu* %g, sigma %g", m[1].mu, m[1].mu_star.value, m[1].sigma);
    cr_assert(fabs(m[1].mu_star.high - m[1].mu_star.low) < 1e-12);
    /* x3 and x1 are uniform on {0, 1/3, 2/3, 1}: mean 1/2, standard deviation sqrt(5)/6 */
    cr_assert(m[0].mu_star.low < 5 && m[0].mu_star.high > 5 && fabs(m[0].sigma - 4 * sqrt(5) / 6) < 0.4, "mu* %g in %g to %g, sigma %g",
              m[0].mu_star.value, m[0].mu_star.low, m[0].mu_star.high, m[0].sigma);
    cr_assert(m[2].mu_star.low < 2 && m[2].mu_star.high > 2 && fabs(m[2].mu - m[2].mu_star.value) < 1e-12);
    free(s);
}

Test(sensitivity, leaves_out_the_effects_of_a_missing_run_only)
{
    struct study *s = study();
    s->y[5 * (K + 1) + 1] = NAN; /* between the first and the second step of trajectory 5 */
    cr_assert(sensitivity_effects(N, K, s->unit, s->y, s->effects) == OK);
    cr_assert(sensitivity_morris(N, K, s->effects, s->found) == OK);
    size_t left = 0;
    for (size_t i = 0; i < K; i++)
        left += s->found[i].effects;
    cr_assert(left == N * K - 2, "%zu effects are left of %d, wanted 2 fewer", left, N * K);
    cr_assert(isfinite(s->found[0].mu_star.value) && isfinite(s->found[0].mu_star.high));
    free(s);
}

static void expect_broken(struct study *s, const char *message)
{
    cr_assert(sensitivity_effects(N, K, s->unit, s->y, s->effects) == ERR_IO);
    cr_assert(strstr(status_message(0), message), "said '%s', wanted '%s'", status_message(0), message);
    status_clear();
}

Test(sensitivity, refuses_a_broken_trajectory)
{
    struct study *s = study();
    double *second = s->unit + (7 * (K + 1) + 1) * K, *third = second + K;
    const size_t before = second[0] != second[-K] ? 0 : second[1] != second[1 - K] ? 1 : 2;
    double kept[K];
    memcpy(kept, third, sizeof kept);
    memcpy(third, second, sizeof kept);
    expect_broken(s, "step 2 of trajectory 7 does not move exactly one factor");
    third[before] += 0.1; /* the factor of the step before, once more */
    expect_broken(s, "trajectory 7 moves one factor twice");
    memcpy(third, kept, sizeof kept);
    third[before] += 0.1;
    expect_broken(s, "step 2 of trajectory 7 does not move exactly one factor");
    free(s);
}
