/* The published models without space: what their papers (or an independent computation, as the document of published models says) report,
 * and every trajectory against GSL on the equations written out once more, as bare right-hand sides and in the models' own units of time.
 * Each case runs its configuration in configs/published/.  Tolerance: 1e-3 of a species' largest value at every row of the series; the
 * reference numbers as stated where they are used. */
#include "model_use.h"
#include "plan.h"
#include "simulation.h"

#include "numerics.h"

#include <criterion/parameterized.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 7, ROWS = 2001 };

/* ---- the program: means at every row ---- */

struct series {
    size_t n_species, rows;
    double every; /* [day] */
    double value[ROWS][MOST];
    char name[MOST][16];
};

static struct simulation *begin(const char *name, struct config **config, struct plan *plan)
{
    char path[512];
    snprintf(path, sizeof path, "%s/configs/published/%s.yaml", SOURCE_DIR, name);
    const char *const paths[] = {path};
    struct simulation *simulation = NULL;
    enum status status = config_read(paths, 1, NULL, 0, plan_vocabulary(), config);
    if (status == OK)
        status = plan_create(*config, 1, plan);
    if (status == OK)
        status = simulation_create(plan, &simulation);
    cr_assert(status == OK, "%s: %s", path, status_count() ? status_message(0) : "failed");
    return simulation;
}

static void end(struct simulation *simulation, struct plan *plan, struct config *config)
{
    simulation_destroy(&simulation);
    plan_destroy(plan);
    config_destroy(&config);
}

/* Steps to the next change or to `until`, like run.c. */
static void step(struct simulation *s, int64_t until)
{
    const int64_t change = simulation_next_change(s), target = change < until ? change : until;
    cr_assert(simulation_advance(s, target) == OK, "%s", status_count() ? status_message(0) : "failed");
}

/* The run of a configuration, or its first days with other rows where `every` > 0. */
static struct series *compute(const char *name, double every)
{
    struct config *config = NULL;
    struct plan plan;
    struct simulation *s = begin(name, &config, &plan);
    static struct series out;
    double outcomes[8];
    const int64_t interval = every > 0 ? stepper_ticks(every) : plan.series_every;
    out = (struct series){.n_species = plan.model->n_species, .every = stepper_days(interval)};
    for (size_t i = 0; i < out.n_species; i++)
        snprintf(out.name[i], sizeof out.name[i], "%s", plan.model->species[i].name);
    int64_t row = 0;
    for (;;) {
        const int64_t now = stepper_time(s->stepper);
        while (row <= now && row <= plan.end && out.rows < ROWS) {
            simulation_observe(s, row, outcomes, out.value[out.rows++], NULL);
            row += interval;
        }
        if (simulation_next_change(s) <= now)
            simulation_change(s);
        if (now >= plan.end || out.rows == ROWS)
            break;
        step(s, plan.end);
    }
    end(s, &plan, config);
    return &out;
}

static double at(const struct series *series, const char *species, double days)
{
    const size_t row = (size_t)lround(days / series->every);
    cr_assert(row < series->rows && fabs((double)row * series->every - days) < 1e-9, "no row on day %g", days);
    for (size_t i = 0; i < series->n_species; i++)
        if (strcmp(series->name[i], species) == 0)
            return series->value[row][i];
    cr_assert_fail("no species %s", species);
    return NAN;
}

/* ---- the equations once more ---- */

struct waugh {
    double alpha, k11, k12, d4, a[5];
    bool graft;
};

static double cubic(double x, double a, double b, double c, double d)
{
    return a * x * x * x + b * x * x + c * x + d;
}

static int waugh_2006(double t, const double *y, double *f, void *data)
{
    const struct waugh *w = data;
    const double K = cubic(y[2], -2.47, 21.94, 6.41, 1.75), S = 1 - 0.002 * (y[0] + y[1]);
    (void)t;
    f[0] = w->alpha * K + 0.05 * 0.693 * y[0] * S - 0.2 * y[0];
    f[1] = (1 - w->alpha) * K + 0.05 * 0.693 * y[1] * S - 0.2 * y[1];
    f[2] = 0.07 * y[0] - 9.1 * y[2];
    return GSL_SUCCESS;
}

static int waugh_2007(double t, const double *y, double *f, void *data)
{
    const struct waugh *w = data;
    const double g = w->graft ? 1 : 0;
    const double K = cubic(y[2], -2.47, 21.94, 6.41, 1.75), M = cubic(y[3], 15.333, -167.21, 452.38, 2.6593);
    const double fT = cubic(y[2], 0.0092, -0.1552, 0.6279, 0.2527), gC = cubic(y[5], -4.33e-10, 9e-7, -5.5e-4, 0.13);
    const double alpha = -0.197 * log10(y[6]) + 0.4407, S = 1 - (0.002 * (y[0] + y[1]) + 0.0025 * y[4] + 0.0004 * y[5]);
    (void)t;
    f[0] = alpha * K + 0.05 * 0.693 * y[0] * S - 0.2 * y[0];
    f[1] = (1 - alpha) * K + 0.05 * 0.693 * y[1] * S - 0.2 * y[1];
    f[2] = 0.07 * y[0] + 0.004 * y[4] + g * w->a[0] - 9.1 * y[2];
    f[3] = 0.015 * (y[0] + y[1]) + 0.0015 * y[4] + g * w->a[1] - 4 * y[3];
    f[4] = M + 0.924 * y[4] * S + g * w->a[2] - w->d4 * y[4];
    f[5] = w->k11 * y[4] * fT * gC + g * w->a[3] - 1.5e-5 * y[4] * y[5];
    f[6] = w->k12 * y[4] + g * w->a[4] - 0.7 * y[6];
    return GSL_SUCCESS;
}

/* y[5], the platelets' enzymes, is an explicit function of time here, as in the paper. */
static int bianchi(double t, const double *y, double *f, void *data)
{
    const double T = y[0], M = y[1], V = y[2], L = y[3], C = y[4];
    const double open = C < 1e4 ? 1 - C / 1e4 : 0, sigma = L + C < 1e4 ? 0 : 1;
    (void)data;
    f[0] = (0.029 * 2.5e5 * exp(-0.029 * 18 * t) + 0.45 * M) * (18 + 3e-5 * M) - 500 * T;
    f[1] = 542 + 0.5 * 8e8 * T * T / (8.1e9 + pow(T, 4)) + 0.005 * 1.22 * M * (1 - M / 6e5) - 0.2 * M - 1e-5 * C * M;
    f[2] = 1.9 + 0.0019 * M - 11 * V - 0.0014 * V * L;
    f[3] = (0.42 + V / (42 + 4.1 * V)) * L / (1 + 0.24 * T) + (500 + 1e7 * V * V / (8.1e9 + pow(V, 4))) * open - (M + L + C) * L / 471000 -
           sigma * (0.05 + 0.001 * V) * L;
    f[4] = sigma * (0.05 + 0.001 * V) * L;
    f[5] = -0.029 * 18 * 2.5e5 * exp(-0.029 * 18 * t);
    return GSL_SUCCESS;
}

static int cooper(double t, const double *y, double *f, void *data)
{
    const double P = y[0], Pt = y[1], M = y[2], N = y[3], E = 0, C = 0;
    const double f2 = M / (1 + pow(N / 0.11, 2) + pow(C / 72.84, 2));
    const double R1 = (41.5 * Pt + 18.52 * P + 0.06 * M + 10.58 * N) / (1 + pow(C / 13.06, 2));
    const double R2 = (2.97 * Pt + 17.58 * P) / (1 + pow(C / 175.72, 2));
    (void)t;
    (void)data;
    f[0] = 14.4 * P * (1 - P / 20) - 14.4 * 0.12 * P / (0.048 + 0.2 * P) - 35.03 * P * N * (1 + 5.37 * E) - 34.8 * P * f2 * (1 + 4.97 * E);
    f[1] = -2.03 * Pt * N * (1 + 5.37 * N) - 3.16 * Pt * f2 * (1 + 4.97 * E) + 1.02 * N - 0.37 * Pt;
    f[2] = 0.17 * R1 / (0.54 + R1) - 0.5 * M;
    f[3] = 0.38 * R2 / (3.3 + R2) / (1 + pow(E / 6.8, 2)) - 1.02 * N - 6.42 * N * f2;
    return GSL_SUCCESS;
}

/* per hour */
static int reynolds(double t, const double *y, double *f, void *data)
{
    const double P = y[0], N = y[1], D = y[2], C = y[3], calm = 1 + pow(C / 0.28, 2);
    const double v = N / calm, fs = pow(v, 6) / (pow(0.06, 6) + pow(v, 6)), R = (0.01 * N + 0.1 * P + 0.02 * D) / calm;
    const double z = (N + 48 * D) / calm;
    (void)t;
    (void)data;
    f[0] = 0.3 * P * (1 - P / 20) - 0.6 * 0.005 * P / (0.002 + 0.01 * P) - 1.8 * v * P;
    f[1] = 0.08 * R / (0.12 + R) - 0.05 * N;
    f[2] = 0.35 * fs - 0.02 * D;
    f[3] = 0.0125 + 0.04 * z / (1 + z) - 0.1 * C;
    return GSL_SUCCESS;
}

static int adler(double t, const double *y, double *f, void *data)
{
    const double mF = y[0], M = y[1], c = y[2], P = y[3], inflow = *(const double *)data;
    (void)t;
    f[0] = mF * (0.9 * P / (1e9 + P) * (1 - mF / 1e6) - 0.3);
    f[1] = M * (0.8 * c / (1e9 + c) - 0.3) + inflow;
    f[2] = 1440 * (470 * mF - 940 * M * c / (1e9 + c)) - 2 * c;
    f[3] = 1440 * (70 * M + 240 * mF - 510 * mF * P / (1e9 + P)) - 2 * P;
    return GSL_SUCCESS;
}

/* ---- their schedules: what holds after `day`; every change falls on a row ---- */

static void constant(double day, void *data)
{
    (void)day;
    (void)data;
}

static void treated(double day, void *data)
{
    ((struct waugh *)data)->alpha = day >= 22 ? 0.2 : 0.8;
}

static void grafts(int n, double day, struct waugh *w)
{
    const double since = day - 28;
    w->graft = since >= 0 && since < 7 * n && fmod(since, 7) < 1;
}

static void five_grafts(double day, void *data)
{
    grafts(5, day, data);
}

static void eight_grafts(double day, void *data)
{
    grafts(8, day, data);
}

static void two_days(double day, void *data)
{
    *(double *)data = day < 2 ? 1e6 : 0;
}

static void four_days(double day, void *data)
{
    *(double *)data = day < 4 ? 1e6 : 0;
}

static struct waugh normal = {.alpha = 0.5}, diabetic = {.alpha = 0.8}, treatment = {.alpha = 0.8};
static struct waugh set_a = {.k11 = 20, .k12 = 0.01, .d4 = 1}, set_b = {.k11 = 5, .k12 = 0.001, .d4 = 2.5};
static struct waugh set_c = {.k11 = 5, .k12 = 0.001, .d4 = 2.5, .a = {0.4, 1, 1550, 0.45, 2.5}};
static struct waugh set_d = {.k11 = 5, .k12 = 0.001, .d4 = 2.5, .a = {0.4, 1, 8000, 18.75, 80}};
static double inflow;

static const struct reference {
    const char *name;
    int (*rhs)(double t, const double *y, double *f, void *data);
    void (*schedule)(double day, void *data);
    void *data;
    double per_day, days; /* the right-hand side's units of time in a day; length of the run */
    size_t n;
    double start[MOST];
} references[] = {
    {"waugh_sherratt_2006_normal", waugh_2006, constant, &normal, 1, 200, 3, {200, 200, 6}},
    {"waugh_sherratt_2006_diabetic", waugh_2006, constant, &diabetic, 1, 200, 3, {200, 200, 6}},
    {"waugh_sherratt_2006_treated", waugh_2006, treated, &treatment, 1, 200, 3, {200, 200, 6}},
    {"waugh_sherratt_2007_a", waugh_2007, constant, &set_a, 1, 200, 7, {200, 200, 6, 2, 50, 10, 0.01}},
    {"waugh_sherratt_2007_b", waugh_2007, constant, &set_b, 1, 200, 7, {200, 200, 6, 2, 50, 10, 0.01}},
    {"waugh_sherratt_2007_c", waugh_2007, five_grafts, &set_c, 1, 200, 7, {200, 200, 6, 2, 50, 10, 0.01}},
    {"waugh_sherratt_2007_d", waugh_2007, eight_grafts, &set_d, 1, 200, 7, {200, 200, 6, 2, 50, 10, 0.01}},
    {"bianchi_2015", bianchi, constant, NULL, 1, 60, 6, {30, 1875, 0.5, 0, 0, 2.5e5}},
    {"cooper_2015", cooper, constant, NULL, 1, 10, 4, {0.1, 2, 0, 0.1}},
    {"reynolds_2006", reynolds, constant, NULL, 24, 100.0 / 24, 4, {1, 0, 0, 0.125}},
    {"adler_2020_pulse2", adler, two_days, &inflow, 1, 200, 4, {1, 1, 0, 0}},
    {"adler_2020_pulse4", adler, four_days, &inflow, 1, 200, 4, {1, 1, 0, 0}},
};

/* rk8pd, 8th order, tolerance 1e-11, relative, and 1e-9 (smaller: the step of sigma in `bianchi` cannot be met), from row to row. */
static void integrate(const struct reference *r, const struct series *series, double exact[ROWS][MOST])
{
    double y[MOST], clock = 0;
    gsl_odeiv2_system system = {r->rhs, NULL, r->n, r->data};
    gsl_odeiv2_driver *driver = gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 1e-6, 1e-9, 1e-11);
    memcpy(y, r->start, sizeof y);
    for (size_t row = 0; row < series->rows; row++) {
        const double day = (double)row * series->every;
        if (row > 0)
            cr_assert(gsl_odeiv2_driver_apply(driver, &clock, day * r->per_day, y) == GSL_SUCCESS, "%s: GSL fails on day %g", r->name, day);
        memcpy(exact[row], y, r->n * sizeof *y);
        r->schedule(day + 1e-9, r->data);
        gsl_odeiv2_driver_reset_hstart(driver, 1e-6);
    }
    gsl_odeiv2_driver_free(driver);
}

ParameterizedTestParameters(published_ode, follows_an_independent_integration)
{
    static int index[sizeof references / sizeof *references];
    for (size_t i = 0; i < sizeof index / sizeof *index; i++)
        index[i] = (int)i;
    return cr_make_param_array(int, index, sizeof index / sizeof *index);
}

ParameterizedTest(int *index, published_ode, follows_an_independent_integration, .timeout = 120)
{
    const struct reference *r = &references[*index];
    static double exact[ROWS][MOST];
    const struct series *series = compute(r->name, 0);
    cr_assert(series->n_species == r->n, "%s: %zu species, wanted %zu", r->name, series->n_species, r->n);
    AT_MOST(fabs((double)(series->rows - 1) * series->every - r->days), 1e-9);
    integrate(r, series, exact);
    for (size_t s = 0; s < r->n; s++) {
        double largest = 0, worst = 0, day = 0;
        for (size_t row = 0; row < series->rows; row++)
            largest = fmax(largest, fabs(exact[row][s]));
        for (size_t row = 0; row < series->rows; row++) {
            const double off = fabs(series->value[row][s] - exact[row][s]);
            if (!(off <= worst)) {
                worst = off;
                day = (double)row * series->every;
            }
        }
        if (getenv("PUBLISHED_ODE_VERBOSE"))
            fprintf(stderr, "%-30s %-6s largest %-12.6g error %.2g on day %g\n", r->name, series->name[s], largest, worst / largest, day);
        cr_assert(worst <= 1e-3 * largest, "%s: %s is off by %.2g of its largest value %g on day %g, wanted 1e-3", r->name, series->name[s],
                  worst / largest, largest, day);
    }
}

/* ---- production and loss against the bare right-hand sides, also at states that no trajectory meets ---- */

/* Up to here the states are random; inside the ranges of the fits. */
static const double *bounds(const struct reference *r)
{
    static const double waugh[] = {1000, 1000, 9, 5, 3000, 1300, 150}, lymph[] = {300, 1e4, 5, 2e4, 2e4, 0}, few[] = {3, 3, 3, 3};
    static const double fibrosis[] = {1e6, 3e6, 2e9, 1e11};
    return r->rhs == bianchi ? lymph : r->rhs == adler ? fibrosis : r->n == 4 ? few : waugh;
}

ParameterizedTestParameters(published_ode, splits_the_right_hand_side_without_remainder)
{
    static int index[sizeof references / sizeof *references];
    for (size_t i = 0; i < sizeof index / sizeof *index; i++)
        index[i] = (int)i;
    return cr_make_param_array(int, index, sizeof index / sizeof *index);
}

ParameterizedTest(int *index, published_ode, splits_the_right_hand_side_without_remainder)
{
    const struct reference *r = &references[*index];
    struct config *config = NULL;
    struct plan plan;
    struct simulation *s = begin(r->name, &config, &plan);
    uint64_t seed = 1;
    r->schedule(10, r->data); /* neither graft nor injury nor treatment */
    for (int trial = 0; trial < 1000; trial++) {
        double y[MOST], f[MOST], prod[MOST], loss[MOST], *to_prod[MOST], *to_loss[MOST];
        const double *of[MOST];
        for (size_t i = 0; i < r->n; i++) {
            y[i] = r->rhs == bianchi && i == 5 ? 2.5e5 : bounds(r)[i] * (0.001 + 0.999 * noise(&seed));
            of[i] = &y[i];
            to_prod[i] = &prod[i];
            to_loss[i] = &loss[i];
        }
        r->rhs(0, y, f, r->data);
        plan.model->react(1, of, NULL, plan.params, to_prod, to_loss);
        for (size_t i = 0; i < r->n; i++) {
            const double observed = prod[i] - loss[i] * y[i];
            cr_assert(fabs(observed - f[i] * r->per_day) <= 1e-11 * (prod[i] + loss[i] * y[i]), "%s: d%s/dt is %.15g, wanted %.15g",
                      r->name, plan.model->species[i].name, observed, f[i] * r->per_day);
        }
    }
    end(s, &plan, config);
}

/* ---- what the document of published models gives ---- */

/* Every number there has 5 or 6 digits; the configurations are good to this, relative: */
static const double DIGITS = 2e-4;

static void expect_values(const struct series *series, double day, size_t n, const double *wanted)
{
    for (size_t i = 0; i < n; i++) {
        const double observed = at(series, series->name[i], day);
        cr_assert(fabs(observed - wanted[i]) <= DIGITS * wanted[i], "%s is %.6g on day %g, wanted %.6g within %g", series->name[i],
                  observed, day, wanted[i], DIGITS * wanted[i]);
    }
}

Test(published_ode, waugh_sherratt_2006_normal_wound_calms_down)
{
    const struct series *s = compute("waugh_sherratt_2006_normal", 0);
    expect_values(s, 1, 3, (double[]){204.154, 204.154, 1.58018});
    expect_values(s, 10, 3, (double[]){110.679, 110.679, 0.859075});
    expect_values(s, 30, 3, (double[]){17.3393, 17.3393, 0.134585});
    expect_values(s, 200, 3, (double[]){6.36505, 6.36505, 0.0489619});
}

Test(published_ode, waugh_sherratt_2006_diabetic_wound_stays_inflamed)
{
    const struct series *s = compute("waugh_sherratt_2006_diabetic", 0);
    expect_values(s, 1, 3, (double[]){232.913, 181.734, 1.78374});
    expect_values(s, 10, 3, (double[]){476.361, 140.036, 3.61705});
    expect_values(s, 200, 3, (double[]){905.773, 226.443, 6.96748});
}

Test(published_ode, waugh_sherratt_2006_fit_is_used_inside_its_range)
{
    static const double y[3] = {200, 200, 6};
    double prod[3], loss[3];
    const struct model *m = model_find("waugh_sherratt_2006");
    double p[32];
    for (size_t i = 0; i < m->n_params; i++)
        p[i] = m->params[i].value;
    m->react(1, (const double *const[]){&y[0], &y[1], &y[2]}, NULL, p, (double *const[]){&prod[0], &prod[1], &prod[2]},
             (double *const[]){&loss[0], &loss[1], &loss[2]});
    NEAR(prod[0] - 0.05 * 0.693 * 200, 0.5 * 296.53, 1e-9); /* K(6), as the SBML has it */
    for (const char *const *name = (const char *const[]){"waugh_sherratt_2006_diabetic", "waugh_sherratt_2007_d", NULL}; *name; name++) {
        const struct series *s = compute(*name, 0);
        for (size_t row = 0; row < s->rows; row++)
            AT_MOST(s->value[row][2], 9.17);
    }
}

Test(published_ode, waugh_sherratt_2007_normal_values)
{
    const struct series *s = compute("waugh_sherratt_2007_a", 0);
    expect_values(s, 0.9, 7, (double[]){211.763, 198.996, 1.73054, 1.63571, 208.588, 203.517, 1.04637});
    expect_values(s, 1, 7, (double[]){210.053, 198.444, 1.72114, 1.62901, 215.108, 222.765, 1.18037});
    expect_values(s, 5, 7, (double[]){133.112, 163.692, 1.14288, 1.2304, 236.622, 710.645, 3.27748});
    expect_values(s, 10, 7, (double[]){66.7795, 96.9351, 0.60867, 0.708966, 196.679, 1225.73, 2.97175});
    expect_values(s, 30, 7, (double[]){7.8241, 11.2466, 0.089755, 0.0977033, 66.2019, 1250.68, 1.01367});
}

Test(published_ode, waugh_sherratt_2007_diabetic_values)
{
    const struct series *s = compute("waugh_sherratt_2007_b", 0);
    expect_values(s, 0.9, 7, (double[]){226.912, 187.235, 1.80188, 1.62039, 129.319, 59.4312, 0.077994});
    expect_values(s, 5, 7, (double[]){207.078, 153.744, 1.65714, 1.415, 133.553, 227.246, 0.184995});
    expect_values(s, 10, 7, (double[]){170.927, 124.067, 1.37819, 1.1676, 129.255, 331.881, 0.186577});
    expect_values(s, 30, 7, (double[]){43.2537, 27.6724, 0.363113, 0.295397, 61.9054, 499.64, 0.0966763});
    expect_values(s, 100, 7, (double[]){10.9827, 3.37403, 0.0914141, 0.0597525, 15.7677, 558.918, 0.0225327});
}

/* Highest value of a species and when, by the parabola through the highest row and its neighbours. */
static void expect_peak(const struct series *series, const char *species, double wanted, double wanted_day)
{
    size_t top = 1;
    for (size_t row = 1; row + 1 < series->rows; row++)
        if (at(series, species, (double)row * series->every) > at(series, species, (double)top * series->every))
            top = row;
    const double day = (double)top * series->every, y = at(series, species, day);
    const double left = at(series, species, day - series->every), right = at(series, species, day + series->every);
    const double shift = 0.5 * (left - right) / (left - 2 * y + right);
    NEAR(y - 0.25 * (left - right) * shift, wanted, DIGITS * wanted);
    NEAR(day + shift * series->every, wanted_day, 0.01);
}

Test(published_ode, waugh_sherratt_2007_peaks)
{
    const struct series *a = compute("waugh_sherratt_2007_a", 0.01);
    expect_peak(a, "phi_i", 218.95, 0.304);
    expect_peak(a, "f", 241.35, 2.869);
    expect_peak(a, "c", 1252.2, 17.12);
    expect_peak(a, "h", 3.3076, 5.886);
    const struct series *b = compute("waugh_sherratt_2007_b", 0.01);
    expect_peak(b, "f", 134.70, 2.159);
}

Test(published_ode, adler_2020_two_days_heal_and_four_scar)
{
    const struct series *heals = compute("adler_2020_pulse2", 0);
    AT_MOST(at(heals, "mf", 70), 1.0);
    AT_MOST(at(heals, "m", 70), 1.0);
    const struct series *scars = compute("adler_2020_pulse4", 0);
    NEAR(at(scars, "c", 200), 6e8, DIGITS * 6e8);
    AT_LEAST(at(scars, "mf", 200), 1e5);
    AT_LEAST(at(scars, "m", 200), 1e3);
}
