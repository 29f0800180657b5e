/* Region means, time integrals, milestones and numbers read off a series. */
#include "outcomes.h"

#include "numerics.h"
#include "treatment.h"

#include <string.h>

/* A model that hands out everything it can observe. */
enum { N_OUTCOMES = 2 * N_REGIONS + 2 * N_SURFACE_REGIONS + 4 };
static void read_square(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *q)
{
    (void)fixed, (void)p;
    for (size_t i = 0; i < n; i++)
        q[0][i] = y[0][i] * y[0][i];
}
static void read_cover(size_t n, const double *const *e, const double *p, double *const *q)
{
    (void)p;
    for (size_t i = 0; i < n; i++)
        q[0][i] = e[0][i] * e[0][i];
}
static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)p;
    for (int r = 0; r < N_REGIONS; r++) {
        out[2 * r] = now->mean[r][0];
        out[2 * r + 1] = now->mean[r][1];
    }
    for (int r = 0; r < N_SURFACE_REGIONS; r++) {
        out[2 * N_REGIONS + 2 * r] = now->surface[r][0];
        out[2 * N_REGIONS + 2 * r + 1] = now->surface[r][1];
    }
    out[N_OUTCOMES - 4] = now->mouth_fraction;
    out[N_OUTCOMES - 3] = before->mean[REGION_DERMIS][0];
    out[N_OUTCOMES - 2] = now->integral[0];
    out[N_OUTCOMES - 1] = now->integral[1];
}
static const struct species species[] = {{.name = "c", .scale = 1.0}}, surface_species[] = {{.name = "cover", .scale = 1.0}};
static const struct readout readouts[] = {{.name = "square"}}, surface_readouts[] = {{.name = "cover_square"}};
static const struct integral integrals[] = {{"late", REGION_CORE, "c", 14.0, "after two weeks"},
                                            {"squares", REGION_SLAB, "square", 0.0, "of a readout"}};
static const struct param params[] = {{.name = "centre"}, {.name = "height"}};
static const double layer[] = {0.55, 0.13}; /* [mm] */
static const struct model mirror = {.name = "mirror",
                                    .params = params,
                                    .n_params = 2,
                                    .layer = {"centre", "height"},
                                    .species = species,
                                    .n_species = 1,
                                    .surface = surface_species,
                                    .n_surface = 1,
                                    .readouts = readouts,
                                    .n_readouts = 1,
                                    .surface_readouts = surface_readouts,
                                    .n_surface_readouts = 1,
                                    .integrals = integrals,
                                    .n_integrals = 2,
                                    .read = read_square,
                                    .read_surface = read_cover,
                                    .observe = observe};

struct view {
    struct grid *grid, *surface;
    struct puncture *puncture;
    double *y, *e;
    struct outcomes *outcomes;
};

static struct view view_on(struct grid *grid, const char *device)
{
    struct view v = {.grid = grid};
    const struct device *d = device_find(device);
    const struct treatment treatment = {
        .device = *d, .epidermis = 0.06, .density = d->density, .sessions = 1, .seed = 1, .directions = 4, .jitter = 0.0};
    cr_assert(grid_surface(grid, &v.surface) == OK && treatment_puncture(&treatment, grid, 0, &v.puncture) == OK, "no puncture");
    v.y = calloc(grid->cells, sizeof *v.y);
    v.e = calloc(v.surface->cells, sizeof *v.e);
    cr_assert(outcomes_create(&mirror, layer, NULL, grid, v.surface, v.puncture->core, v.puncture->injured, &v.outcomes) == OK, "none");
    return v;
}

static void view_free(struct view *v)
{
    outcomes_destroy(&v->outcomes);
    treatment_puncture_destroy(&v->puncture);
    free(v->y);
    free(v->e);
    grid_destroy(&v->surface);
    grid_destroy(&v->grid);
}

static void look(struct view *v, double time, double *out)
{
    outcomes_evaluate(v->outcomes, time, (const double *const *)&v->y, (const double *const *)&v->e, out);
}

enum { SHAPES = 4 };
static struct grid *shape(int which)
{
    switch (which) {
    case 0:
        return make_box(AXISYMMETRIC, 0.35, 0.0, 1.1, 0.02, 0.0, 0.07, 1.0); /* 0.3 mm cuts the fifth layer */
    case 1:
        return make_box(SLAB, 0.4, 0.0, 1.0, 0.02, 0.0, 0.04, 1.0);
    case 2:
        return make_box(UNIT_CELL, 0.3, 0.3, 0.9, 0.02, 0.02, 0.08, 1.2);
    default:
        return make_box(PATCH, 1.3, 1.3, 0.5, 0.04, 0.04, 0.06, 1.0);
    }
}

Test(outcomes, means_weigh_cut_cells_by_their_share)
{
    for (int w = 0; w < SHAPES; w++) {
        struct view v = view_on(shape(w), "roller_1.0");
        double sum[N_REGIONS] = {0}, square[N_REGIONS] = {0}, weight[N_REGIONS] = {0}, out[N_OUTCOMES];
        uint64_t seed = 29;
        for (size_t c = 0; c < v.grid->cells; c++) {
            const double *face = v.grid->axis[2].face + place(v.grid, c, 2), y = v.y[c] = noise(&seed) + face[0];
            const double inside = fmax(0.0, fmin(1.0, (0.3 - face[0]) / (face[1] - face[0]))) * v.grid->volume[c];
            const double deep = fmin(0.615, v.grid->axis[2].face[v.grid->axis[2].n]), above = fmax(face[0], deep - 0.13);
            const double within = fmax(0.0, fmin(face[1], deep) - above) / (face[1] - face[0]) * v.grid->volume[c];
            const double share[N_REGIONS] = {1.0, v.puncture->core[c % v.grid->plane], v.puncture->injured[c % v.grid->plane]};
            for (int r = 0; r < N_REGIONS; r++) {
                const double part = r == REGION_DERMIS ? v.grid->volume[c] : r == REGION_DEPTH ? within : inside * share[r];
                sum[r] += part * y;
                square[r] += part * y * y;
                weight[r] += part;
            }
        }
        look(&v, 0.0, out);
        for (int r = 0; r < N_REGIONS; r++) {
            NEAR(out[2 * r], sum[r] / weight[r], 1e-13);
            NEAR(out[2 * r + 1], square[r] / weight[r], 1e-13);
        }
        double means[1], surface_means[1];
        outcomes_means(v.outcomes, means, surface_means);
        NEAR(means[0], sum[REGION_DERMIS] / weight[REGION_DERMIS], 1e-13);
        view_free(&v);
    }
}

Test(outcomes, the_core_has_the_area_of_the_channels)
{
    const double a = device_channel_radius(device_find("roller_1.0")), quarter = 0.25 * M_PI * a * a;
    for (double h = 0.05; h > 0.004; h *= 0.5) {
        struct view v = view_on(make_box(UNIT_CELL, 0.3, 0.3, 0.9, h, h, 0.05, 1.0), "roller_1.0");
        double out[N_OUTCOMES];
        for (size_t c = 0; c < v.surface->cells; c++)
            v.e[c] = v.puncture->core[c];
        look(&v, 0.0, out);
        const double area = out[N_OUTCOMES - 4] * 0.09; /* share of the surface under the mouths */
        cr_assert(fabs(area / quarter - 1.0) < 0.02, "h = %g: core of %.6g mm2, wanted %.6g", h, area, quarter);
        NEAR(out[2 * N_REGIONS + 2 * REGION_SURFACE] * 0.09, area, 1e-13);
        AT_LEAST(out[2 * N_REGIONS + 2 * REGION_MOUTH], 0.5);
        view_free(&v);
    }
    struct view v = view_on(make_box(AXISYMMETRIC, 0.5, 0.0, 0.9, 0.03, 0.0, 0.05, 1.0), "roller_1.0");
    double out[N_OUTCOMES];
    look(&v, 0.0, out);
    NEAR(out[N_OUTCOMES - 4] * 0.25, a * a, 1e-13); /* rings are cut exactly */
    view_free(&v);
}

Test(outcomes, the_baseline_is_what_was_set)
{
    struct view v = view_on(shape(1), "roller_1.0");
    double out[N_OUTCOMES];
    for (size_t c = 0; c < v.grid->cells; c++)
        v.y[c] = 3.0;
    outcomes_set_baseline(v.outcomes, (const double *const *)&v.y, (const double *const *)&v.e);
    for (size_t c = 0; c < v.grid->cells; c++)
        v.y[c] = 5.0;
    look(&v, 1.0, out);
    NEAR(out[N_OUTCOMES - 3], 3.0, 1e-12);
    NEAR(out[2 * REGION_DERMIS], 5.0, 1e-12);
    view_free(&v);
}

Test(outcomes, without_a_channel_the_core_is_empty_and_nothing_is_divided_by_zero)
{
    struct grid *grid = shape(1), *surface = NULL;
    struct outcomes *outcomes = NULL;
    cr_assert(grid_surface(grid, &surface) == OK && outcomes_create(&mirror, layer, NULL, grid, surface, NULL, NULL, &outcomes) == OK,
              "none");
    double *y = calloc(grid->cells, sizeof *y), *e = calloc(surface->cells, sizeof *e), out[N_OUTCOMES];
    for (size_t c = 0; c < grid->cells; c++)
        y[c] = 2.0;
    outcomes_evaluate(outcomes, 0.0, (const double *const *)&y, (const double *const *)&e, out);
    NEAR(out[2 * REGION_CORE], 0.0, 0.0);
    NEAR(out[2 * REGION_SLAB], 2.0, 1e-14);
    NEAR(out[N_OUTCOMES - 4], 0.0, 0.0);
    for (int i = 0; i < N_OUTCOMES; i++)
        cr_assert(isfinite(out[i]), "outcome %d is %g", i, out[i]);
    free(y);
    free(e);
    outcomes_destroy(&outcomes);
    grid_destroy(&surface);
    grid_destroy(&grid);
}

/* c(t) is a broken line with corners at the steps: the trapezoidal rule is exact. */
static double line(double t)
{
    return 1.0 + 0.5 * t;
}
static double line_integral(double from, double to)
{
    return to > from ? (to - from) * (1.0 + 0.25 * (from + to)) : 0.0;
}

static void set_time(struct view *v, double t)
{
    for (size_t c = 0; c < v->grid->cells; c++)
        v->y[c] = line(t);
}

Test(outcomes, integrals_start_the_stated_time_after_the_latest_session)
{
    struct view v = view_on(shape(0), "roller_1.0");
    const double *const *y = (const double *const *)&v.y;
    double out[N_OUTCOMES], square = 0.0;
    set_time(&v, 0.0);
    outcomes_integrate(v.outcomes, 0.0, y);
    for (double t = 2.0; t <= 6.0; t += 2.0) { /* before any session nothing counts */
        set_time(&v, t);
        outcomes_integrate(v.outcomes, t, y);
    }
    look(&v, 6.0, out);
    NEAR(out[N_OUTCOMES - 2], 0.0, 0.0);
    outcomes_session(v.outcomes, 6.0, y);
    for (double t = 9.0; t <= 30.0; t += 3.0) { /* the window from day 20 on begins within a step */
        set_time(&v, t - 1.3);
        look(&v, t - 1.3, out); /* a row within the step */
        NEAR(out[N_OUTCOMES - 2], line_integral(20.0, t - 1.3), 1e-11);
        set_time(&v, t);
        outcomes_integrate(v.outcomes, t, y);
        square += 1.5 * (line(t - 3.0) * line(t - 3.0) + line(t) * line(t));
        look(&v, t, out);
        NEAR(out[N_OUTCOMES - 2], line_integral(20.0, t), 1e-11);
        NEAR(out[N_OUTCOMES - 1], square, 1e-10);
    }
    outcomes_session(v.outcomes, 30.0, y); /* a second session: two weeks are left out again, what was counted stays */
    for (double t = 36.0; t <= 60.0; t += 6.0) {
        set_time(&v, t);
        outcomes_integrate(v.outcomes, t, y);
    }
    look(&v, 60.0, out);
    NEAR(out[N_OUTCOMES - 2], line_integral(20.0, 30.0) + line_integral(44.0, 60.0), 1e-10);
    view_free(&v);
}

Test(outcomes, onset_is_when_the_gain_rises_for_good)
{
    const double t[] = {0, 10, 20, 30, 40, 50}, rising[] = {0, -1, 0, 2, 3, 4}, dipping[] = {0, 2, 0.5, 1.5, 2, 2};
    const double high[] = {2, 3, 3, 3, 3, 3}, low[] = {0, 0, 0, 0, 0, 0.9}, falling[] = {0, 2, 3, 3, 2, 0};
    NEAR(outcomes_onset(6, t, rising, 1.0), 25.0, 1e-12);
    NEAR(outcomes_onset(6, t, dipping, 1.0), 25.0, 1e-12);
    NEAR(outcomes_onset(6, t, high, 1.0), 0.0, 0.0);
    cr_assert(isnan(outcomes_onset(6, t, low, 1.0)), "never: %g", outcomes_onset(6, t, low, 1.0));
    cr_assert(isnan(outcomes_onset(6, t, falling, 1.0)), "lost again: %g", outcomes_onset(6, t, falling, 1.0));
    cr_assert(isnan(outcomes_onset(0, t, low, 1.0)), "no rows: %g", outcomes_onset(0, t, low, 1.0));
}

Test(outcomes, peak_and_the_time_to_a_share_of_it)
{
    const double t[] = {0, 10, 20, 30}, gain[] = {0, 2, 4, 3}, none[] = {0, -1, -2, 0}, first[] = {5, 2, 1, 1};
    NEAR(outcomes_peak(4, gain), 4.0, 0.0);
    NEAR(outcomes_time_to_share(4, t, gain, 0.9), 18.0, 1e-12);
    NEAR(outcomes_time_to_share(4, t, gain, 1.0), 20.0, 0.0);
    NEAR(outcomes_time_to_share(4, t, first, 0.9), 0.0, 0.0);
    cr_assert(isnan(outcomes_time_to_share(4, t, none, 0.9)), "no gain: %g", outcomes_time_to_share(4, t, none, 0.9));
    cr_assert(isnan(outcomes_peak(0, gain)), "no rows: %g", outcomes_peak(0, gain));
}

static const struct outcome healing_outcomes[] = {{.name = "epidermal_closure"}, {.name = "barrier_deficit"}, {.name = "erythema"}};
static const struct model healing = {.name = "healing", .outcomes = healing_outcomes, .n_outcomes = 3};

Test(outcomes, milestones_are_crossed_between_looks)
{
    struct milestones m;
    milestones_init(&m);
    cr_assert(!milestones_waiting(&m) && isnan(m.closure_time) && isnan(m.downtime), "waits before any session");
    const double rows[][4] = {/* day, closure, deficit, erythema */
                              {100.5, 0.45, 1.0, 0.5},
                              {101.0, 0.95, 0.9, 1.0}, /* closed at 101 */
                              {103.0, 1.0, 0.1, 0.6},
                              {104.0, 1.0, 0.0, 0.3},  /* sealed at 103.5 */
                              {106.0, 1.0, 0.0, 0.0}}; /* calm at 105 1/3 */
    milestones_session(&m, &healing, 100.0, (const double[3]){0.0, 1.0, 0.0});
    for (int i = 0; i < 5; i++) {
        cr_assert(milestones_waiting(&m), "waits for nothing on day %g", rows[i][0]);
        milestones_look(&m, &healing, rows[i][0], rows[i] + 1);
    }
    cr_assert(!milestones_waiting(&m), "still waiting");
    NEAR(m.closure_time, 1.0, 1e-12);
    NEAR(m.barrier_time, 3.5, 1e-12);
    NEAR(m.downtime, 16.0 / 3.0, 1e-12);
    NEAR(m.downtime_total, 16.0 / 3.0, 1e-12);
    /* A second, easier session: the longest counts, downtime adds up. */
    milestones_session(&m, &healing, 200.0, (const double[3]){0.0, 1.0, 0.0});
    milestones_look(&m, &healing, 200.1, (const double[3]){0.5, 0.5, 0.3});
    milestones_look(&m, &healing, 202.1, (const double[3]){1.0, 0.0, 0.0});
    cr_assert(!milestones_waiting(&m), "still waiting");
    NEAR(m.closure_time, 0.1 + 2.0 * 0.9, 1e-12);
    NEAR(m.barrier_time, 3.5, 1e-12);
    NEAR(m.downtime, 16.0 / 3.0, 1e-12);
    NEAR(m.downtime_total, 16.0 / 3.0 + 0.1 + 2.0 * 0.9, 1e-12);
}

Test(outcomes, what_is_never_reached_stays_open)
{
    struct milestones m;
    milestones_init(&m);
    milestones_session(&m, &healing, 0.0, (const double[3]){0.0, 1.0, 0.0});
    for (double t = 1.0; t < 50.0; t += 1.0)
        cr_assert(milestones_look(&m, &healing, t, (const double[3]){0.94, 0.06, 0.2}), "day %g: nothing awaited", t);
    cr_assert(isnan(m.closure_time) && isnan(m.barrier_time) && isnan(m.downtime) && m.downtime_total == 0.0, "%g %g %g %g", m.closure_time,
              m.barrier_time, m.downtime, m.downtime_total);
}
