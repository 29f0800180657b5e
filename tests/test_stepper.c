/* Accuracy in time: order against a reference integrator, steady states, interpolation, events, exact landing. */
#include "rig.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <string.h>

/* u drives v, v drives w, which is 100 times faster and consumes u: nonlinear, stiff, with a transient of every speed. */
static void cascade_react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                          double *const *loss)
{
    (void)fixed, (void)p;
    for (size_t i = 0; i < n; i++) {
        const double u = y[0][i], v = y[1][i], w = y[2][i];
        prod[0][i] = 0.5;
        loss[0][i] = 0.2 + 4.0 * w;
        prod[1][i] = 8.0 * u * u / (1.0 + u * u);
        loss[1][i] = 2.0;
        prod[2][i] = 100.0 * v;
        loss[2][i] = 100.0;
    }
}
static const struct species cascade_species[] = {
    {.name = "u", .healthy = 2.0, .scale = 1.0}, {.name = "v", .healthy = 0.1, .scale = 1.0}, {.name = "w", .healthy = 0.0, .scale = 1.0}};
static const struct model cascade = {.name = "cascade", .species = cascade_species, .n_species = 3, .react = cascade_react};

static int cascade_slope(double t, const double *y, double *f, void *unused)
{
    (void)t, (void)unused;
    f[0] = 0.5 - (0.2 + 4.0 * y[2]) * y[0];
    f[1] = 8.0 * y[0] * y[0] / (1.0 + y[0] * y[0]) - 2.0 * y[1];
    f[2] = 100.0 * (y[1] - y[2]);
    return GSL_SUCCESS;
}

/* From the state y at t0 to t1, to 1e-12. */
static void reference(double t0, double t1, double *y)
{
    gsl_odeiv2_system system = {cascade_slope, NULL, 3, NULL};
    gsl_odeiv2_driver *driver = gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 1e-4, 1e-13, 1e-13);
    cr_assert(gsl_odeiv2_driver_apply(driver, &t0, t1, y) == GSL_SUCCESS, "no reference");
    gsl_odeiv2_driver_free(driver);
}

/* Largest error over all species at all the times, relative to the scale; an event adds to u at the first of them. */
static double cascade_error(double tolerance, bool event, bool between, double *steps)
{
    struct rig rig = rig_create(&cascade, NULL, one_cell(), tolerance, 1, NULL);
    const double times[] = {0.3, 0.55, 1.0, 1.7, 2.6, 4.0};
    double exact[3] = {2.0, 0.1, 0.0}, at = 0.0, worst = 0.0;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        reference(at, times[i], exact);
        at = times[i];
        const double *const *y, *const *e;
        const int64_t tick = stepper_ticks(times[i]);
        if (between) /* read off the step that passes by */
            while (stepper_time(rig.stepper) < tick)
                cr_assert(stepper_advance(rig.stepper, stepper_ticks(5.0)) == OK, "failed");
        else
            rig_run(&rig, times[i]);
        stepper_state_at(rig.stepper, tick, &y, &e);
        for (int s = 0; s < 3; s++)
            worst = fmax(worst, fabs(y[s][0] - exact[s]));
        if (event && i == 0) {
            stepper_event_before(rig.stepper);
            rig.dermis->level[STATE_NOW][0][0] += 1.5;
            stepper_event_after(rig.stepper);
            exact[0] += 1.5;
        }
    }
    *steps = (double)stepper_counts(rig.stepper).steps;
    rig_free(&rig);
    return worst;
}

static void check_order(bool event, bool between, double least)
{
    double first = 0.0, first_steps = 0.0, last = HUGE_VAL, steps = 0.0;
    for (double tolerance = 1e-2; tolerance > 5e-6; tolerance *= 0.1) {
        const double error = cascade_error(tolerance, event, between, &steps);
        cr_assert(error < last, "tolerance %g: error %.3g after %.3g", tolerance, error, last);
        cr_assert(error < 10.0 * tolerance, "tolerance %g: error %.3g", tolerance, error);
        if (first_steps == 0.0) {
            first = error;
            first_steps = steps;
        }
        last = error;
    }
    const double order = log(first / last) / log(steps / first_steps);
    cr_assert(order > least, "order %.2f over %.0f to %.0f steps (errors %.3g, %.3g), wanted %.2f", order, first_steps, steps, first, last,
              least);
}

Test(stepper, order_in_time_is_above_two_on_a_stiff_nonlinear_system)
{
    check_order(false, false, 2.4);
}

Test(stepper, an_event_costs_no_order)
{
    check_order(true, false, 2.4);
}

Test(stepper, values_between_steps_are_as_good_as_at_steps)
{
    check_order(false, true, 2.4);
}

Test(stepper, both_ends_of_the_last_step_are_the_states_themselves)
{
    struct rig rig = rig_create(&cascade, NULL, one_cell(), 1e-3, 1, NULL);
    const double *const *y, *const *e;
    for (int step = 0; step < 30; step++) {
        const double before = rig_now(&rig, 0)[0];
        const int64_t began = stepper_time(rig.stepper);
        cr_assert(stepper_advance(rig.stepper, stepper_ticks(10.0)) == OK, "failed");
        stepper_state_at(rig.stepper, began, &y, &e);
        NEAR(y[0][0], before, 1e-14);
        stepper_state_at(rig.stepper, stepper_time(rig.stepper), &y, &e);
        NEAR(y[0][0], rig_now(&rig, 0)[0], 0.0);
        cr_assert(e == NULL, "a surface where there is none");
    }
    rig_free(&rig);
}

/* What was before the event must not bend the curve after it. */
Test(stepper, values_between_steps_ignore_the_time_before_an_event)
{
    struct rig rig = rig_create(&cascade, NULL, one_cell(), 1e-3, 1, NULL);
    rig_run(&rig, 0.3);
    for (int i = 0; i < 6; i++) {
        stepper_event_before(rig.stepper);
        rig.dermis->level[STATE_NOW][0][0] += 1.5;
        stepper_event_after(rig.stepper);
        const double from = rig_now(&rig, 0)[0];
        cr_assert(stepper_advance(rig.stepper, stepper_ticks(1.0)) == OK, "failed");
        const double to = rig_now(&rig, 0)[0];
        const double *const *y, *const *e;
        stepper_state_at(rig.stepper, stepper_time(rig.stepper) - stepper_ticks(0.5 * stepper_last_dt(rig.stepper)), &y, &e);
        NEAR(y[0][0], 0.5 * (from + to), 0.05 * fabs(to - from) + 1e-9);
    }
    rig_free(&rig);
}

Test(stepper, lands_on_every_tick_asked_for)
{
    struct rig rig = rig_create(&cascade, NULL, one_cell(), 1e-2, 1, NULL);
    uint64_t seed = 23;
    int64_t until = 0;
    for (int i = 0; i < 60; i++) {
        until += 1 + (int64_t)(pow(noise(&seed), 12.0) * 1e11);
        while (stepper_time(rig.stepper) < until) {
            cr_assert(stepper_advance(rig.stepper, until) == OK, "failed on the way to tick %lld", (long long)until);
            cr_assert(stepper_time(rig.stepper) <= until, "tick %lld passed: %lld", (long long)until, (long long)stepper_time(rig.stepper));
        }
    }
    cr_assert(stepper_time(rig.stepper) == until, "at %lld, wanted %lld", (long long)stepper_time(rig.stepper), (long long)until);
    for (int s = 0; s < 3; s++)
        cr_assert(isfinite(rig_now(&rig, (size_t)s)[0]), "species %d is lost", s);
    rig_free(&rig);
}

Test(stepper, ticks_are_microseconds_and_come_back_as_the_same_day)
{
    cr_assert(stepper_ticks(1.0) == STEPPER_DAY && stepper_ticks(1.0 / 86400.0) == 1000000, "%lld ticks", (long long)stepper_ticks(1.0));
    for (double day = 0.0; day < 4000.0; day += 17.123)
        cr_assert(stepper_ticks(stepper_days(stepper_ticks(day))) == stepper_ticks(day), "day %g", day);
}

/* A stable fixed point with everything coupled: it must not move in a century, at any tolerance. */
static void rest_react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                       double *const *loss)
{
    (void)fixed, (void)p;
    for (size_t i = 0; i < n; i++) {
        prod[0][i] = 3.0 * y[1][i] / (0.4 + y[1][i]); /* u = 0.7, v = 0.3 */
        loss[0][i] = 3.0 / 0.7 * 0.3 / (0.4 + 0.3);
        prod[1][i] = 40.0 * y[0][i];
        loss[1][i] = 40.0 * 0.7 / 0.3;
    }
}
static const struct species rest_species[] = {
    {.name = "u", .healthy = 0.7, .scale = 1.0, .diffusivity = "d"},
    {.name = "v", .healthy = 0.3, .scale = 1.0, .diffusivity = "d", .toward = "u", .taxis = "chi"}};
static const struct param rest_params[] = {{.name = "d", .value = 0.29}, {.name = "chi", .value = 0.1}};
static const struct model rest = {
    .name = "rest", .species = rest_species, .n_species = 2, .params = rest_params, .n_params = 2, .react = rest_react};

Test(stepper, a_fixed_point_does_not_move_in_a_century)
{
    const double params[] = {0.29, 0.1};
    for (double tolerance = 1e-2; tolerance > 5e-5; tolerance *= 0.1) {
        struct rig rig = rig_create(&rest, params, make_box(UNIT_CELL, 0.2, 0.16, 0.3, 0.02, 0.02, 0.03, 1.0), tolerance, 1, NULL);
        rig_run(&rig, 36500.0);
        for (size_t s = 0; s < 2; s++)
            for (size_t c = 0; c < rig.grid->cells; c++)
                NEAR(rig_now(&rig, s)[c] / rest_species[s].healthy, 1.0, 1e-10);
        cr_assert(stepper_counts(rig.stepper).steps < 80, "%zu steps to rest", stepper_counts(rig.stepper).steps);
        rig_free(&rig);
    }
}

/* Source in the middle, decay everywhere, a fixed value on top, exchange below: the discrete steady state is found and then kept. */
enum { SOURCE, DECAY, SPREAD, TOP, BELOW, RATE, N_PARAMS };
static void source_react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        prod[0][i] = p[SOURCE] * y[1][i];
        loss[0][i] = p[DECAY];
        prod[1][i] = loss[1][i] = 0.0;
    }
}
static const struct param source_params[N_PARAMS] = {{.name = "source"}, {.name = "decay"}, {.name = "spread"},
                                                     {.name = "top"},    {.name = "below"}, {.name = "rate"}};
static const struct species source_species[] = {{.name = "c", .scale = 1.0, .diffusivity = "spread"}, {.name = "where", .scale = 1.0}};
static const struct boundary source_boundaries[] = {{"c", FACE_Z_LOW, BOUNDARY_FIXED, "top", NULL},
                                                    {"c", FACE_Z_HIGH, BOUNDARY_EXCHANGE, "below", "rate"}};
static const struct model source = {.name = "source",
                                    .species = source_species,
                                    .n_species = 2,
                                    .params = source_params,
                                    .n_params = N_PARAMS,
                                    .boundaries = source_boundaries,
                                    .n_boundaries = 2,
                                    .react = source_react};

static double in_the_middle(const struct grid *grid, int s, size_t c)
{
    return s == 1 && fabs(centre(grid, c, 2) - 0.5) < 0.1 && centre(grid, c, 0) < 0.2 ? 1.0 : 0.0;
}

/* Largest residual of production - loss + transport + boundaries, relative to the production. */
static double imbalance(const struct rig *rig, const double *p)
{
    const size_t n = rig->grid->cells, nz = rig->grid->axis[2].n;
    double *loss = calloc(n, sizeof *loss), *out = calloc(n, sizeof *out), worst = 0.0;
    const double *y = rig_now(rig, 0);
    apply_operator(rig->grid, p[DECAY], p[SPREAD], loss, NULL, NULL, y, out);
    for (size_t c = 0; c < n; c++) {
        const double height = measure(rig->grid, c, 2);
        const size_t k = place(rig->grid, c, 2);
        double residual = p[SOURCE] * rig_now(rig, 1)[c] - out[c];
        if (k == 0)
            residual += p[SPREAD] / (0.5 * height) / height * (p[TOP] - y[c]);
        if (k + 1 == nz)
            residual += 1.0 / (0.5 * height / p[SPREAD] + 1.0 / p[RATE]) / height * (p[BELOW] - y[c]);
        worst = fmax(worst, fabs(residual));
    }
    free(loss);
    free(out);
    return worst;
}

Test(stepper, steady_states_are_those_of_the_grid_whatever_the_step)
{
    const double p[N_PARAMS] = {[SOURCE] = 4.0, [DECAY] = 1.5, [SPREAD] = 0.05, [TOP] = 0.4, [BELOW] = 0.1, [RATE] = 0.3};
    struct rig rig = rig_create(&source, p, make_box(SLAB, 0.6, 0.0, 1.1, 0.05, 0.0, 0.04, 1.1), 1e-2, 1, in_the_middle);
    rig_run(&rig, 20.0);
    double was = imbalance(&rig, p);
    for (int i = 0; i < 25; i++) { /* ever longer steps */
        cr_assert(stepper_advance(rig.stepper, stepper_ticks(1e6)) == OK, "failed");
        const double is = imbalance(&rig, p);
        cr_assert(is <= fmax(1.5 * was, 1e-12), "step of %.3g d: imbalance %.3g after %.3g", stepper_last_dt(rig.stepper), is, was);
        was = is;
    }
    AT_LEAST(stepper_last_dt(rig.stepper), 1e4);
    AT_MOST(was, 1e-11);
    rig_free(&rig);
}
