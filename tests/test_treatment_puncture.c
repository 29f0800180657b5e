/* Punctures: which share of every cell a session takes.  The golden numbers are those of the dermis model just after its first session
 * (specification, section 10, G1 and G3 at t = 0), where they are linear in the means of s and b. */
#include "numerics.h"
#include "treatment.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(observed, wanted)                                                                                                            \
    cr_assert((observed) == (size_t)(wanted), #observed " is %zu, wanted %zu", (size_t)(observed), (size_t)(wanted))

/* Area of a smooth-edged circle of radius 1: pi times this (the edge's second moment). */
static const double EDGE_AREA = 1.0 + 0.09 * (0.25 - 2.0 / (M_PI * M_PI));

static struct treatment protocol(const char *device)
{
    const struct device *d = device_find(device);
    return (struct treatment){
        .device = *d, .epidermis = 0.06, .density = d->density, .sessions = 1, .seed = 1, .directions = 4, .jitter = 0.1};
}

static struct grid *box(enum geometry geometry, double width, double depth, double hx, double hz)
{
    struct grid *grid = NULL;
    cr_assert(grid_box(geometry, (double[2]){width, width}, depth, (double[3]){hx, hx, hz}, 1.0, &grid) == OK, "no grid");
    return grid;
}

static struct puncture *punctured(const struct treatment *t, const struct grid *grid, size_t number)
{
    struct puncture *p = NULL;
    cr_assert(treatment_puncture(t, grid, number, &p) == OK, "no puncture: %s", status_message(0));
    return p;
}

static double integral(const struct grid *grid, const double *v)
{
    double sum = 0;
    for (size_t c = 0; c < grid->cells; c++)
        sum += grid->volume[c] * v[c];
    return sum;
}

/* Mean over the top 0.3 mm. */
static double slab_mean(const struct grid *grid, const double *v)
{
    double *w = malloc(grid->cells * sizeof *w), sum = 0, total = 0;
    grid_weight_depth(grid, 0.3, w);
    for (size_t c = 0; c < grid->cells; c++) {
        sum += w[c] * v[c];
        total += w[c];
    }
    free(w);
    return sum / total;
}

static double surface_area(const struct grid *grid, const double *v)
{
    double sum = 0;
    for (size_t c = 0; c < grid->plane; c++)
        sum += v[c] * grid->volume[c] / grid->axis[2].extent[0];
    return sum;
}

static double surface_mean(const struct grid *grid, const double *v)
{
    double area = 0;
    for (size_t c = 0; c < grid->plane; c++)
        area += grid->volume[c] / grid->axis[2].extent[0];
    return surface_area(grid, v) / area;
}

/* Volume of one channel below the epidermis, straight and then tapered to a point. */
static double channel_volume(const struct treatment *t)
{
    const double a = device_channel_radius(&t->device), depth = device_channel_depth(&t->device), taper = t->device.taper * depth;
    return EDGE_AREA * M_PI * a * a * (depth - taper - t->epidermis + taper / 3);
}

static void within_unity(const struct grid *grid, const struct puncture *p)
{
    for (size_t c = 0; c < grid->cells; c++) {
        cr_assert(p->channel[c] >= 0 && p->bruise[c] >= 0 && p->channel[c] + p->bruise[c] <= 1 + 1e-14, "cell %zu: s = %g, b = %g", c,
                  p->channel[c], p->bruise[c]);
        if (c < grid->plane)
            cr_assert(p->mouth[c] >= 0 && p->mouth[c] <= 1 + 1e-14 && p->core[c] >= 0 && p->core[c] <= p->injured[c] + 1e-14 &&
                          p->injured[c] <= 1 + 1e-14,
                      "column %zu: mouth = %g, core = %g, injured = %g", c, p->mouth[c], p->core[c], p->injured[c]);
    }
}

/* ---- the volume of a channel ---- */

static double volume_error(enum geometry geometry, double h)
{
    const struct treatment t = protocol("roller_1.5");
    struct grid *grid = box(geometry, treatment_cell_width(&t, geometry), 1.2, h, h);
    struct puncture *p = punctured(&t, grid, 0);
    const double shares = geometry == UNIT_CELL ? 4 : 1; /* of one channel in the domain */
    const double error = fabs(shares * integral(grid, p->channel) / channel_volume(&t) - 1);
    treatment_puncture_destroy(&p);
    grid_destroy(&grid);
    return error;
}

static const enum geometry refined[] = {AXISYMMETRIC, UNIT_CELL};
ParameterizedTestParameters(treatment_puncture, channel_volume_converges_with_second_order)
{
    return cr_make_param_array(enum geometry, (void *)(size_t)refined, 2, NULL);
}
ParameterizedTest(const enum geometry *geometry, treatment_puncture, channel_volume_converges_with_second_order)
{
    const double e1 = volume_error(*geometry, 0.06), e2 = volume_error(*geometry, 0.03), e3 = volume_error(*geometry, 0.015);
    cr_assert(e1 < 3e-3, "%s: relative error at 60 um %g, wanted below 3e-3", geometry_names[*geometry], e1);
    cr_assert(log2(e1 / e2) > 1.5 && log2(e2 / e3) > 1.5, "%s: orders %g and %g, wanted above 1.5 (errors %g %g %g)",
              geometry_names[*geometry], log2(e1 / e2), log2(e2 / e3), e1, e2, e3);
}

Test(treatment_puncture, unit_cell_and_cylinder_hold_the_same_channel)
{
    const struct treatment t = protocol("roller_1.5");
    struct grid *cell = box(UNIT_CELL, treatment_cell_width(&t, UNIT_CELL), 1.5, 0.02, 0.03);
    struct grid *cylinder = box(AXISYMMETRIC, treatment_cell_width(&t, AXISYMMETRIC), 1.5, 0.02, 0.03);
    struct puncture *a = punctured(&t, cell, 0), *b = punctured(&t, cylinder, 0);
    NEAR(4 * integral(cell, a->channel) / integral(cylinder, b->channel), 1, 2e-4);
    NEAR(4 * integral(cell, a->bruise) / integral(cylinder, b->bruise), 1, 2e-4);
    NEAR(surface_mean(cell, a->mouth) / surface_mean(cylinder, b->mouth), 1, 2e-4);
    NEAR(surface_mean(cell, a->core) / surface_mean(cylinder, b->core), 1, 1e-3);
    NEAR(surface_mean(cell, a->injured) / surface_mean(cylinder, b->injured), 1, 1e-3);
    treatment_puncture_destroy(&a);
    treatment_puncture_destroy(&b);
    grid_destroy(&cell);
    grid_destroy(&cylinder);
}

Test(treatment_puncture, nothing_below_the_end_of_the_channel)
{
    const struct treatment t = protocol("roller_1.5"); /* ends 0.9 - 0.06 = 0.84 mm below the junction */
    struct grid *grid = box(AXISYMMETRIC, 0.3, 1.5, 0.01, 0.05);
    struct puncture *p = punctured(&t, grid, 0);
    for (size_t k = 0; k < grid->axis[2].n; k++) {
        const double s = p->channel[grid->plane * k];
        if (grid->axis[2].face[k] >= 0.84)
            cr_assert(s == 0 && p->bruise[grid->plane * k] == 0, "layer %zu below the end: s = %g", k, s);
        else
            cr_assert(s > 0, "layer %zu above the end: s = %g, wanted > 0", k, s);
    }
    /* The cell the end cuts, 0.80-0.85: 0.8 of its height, mean radius half of that at its top, a (0.04 / 0.27): all within r < 0.01. */
    const double mean = 0.0625 * 0.5 * 0.04 / 0.27;
    NEAR(p->channel[grid->plane * 16], 0.8 * EDGE_AREA * mean * mean / (0.01 * 0.01), 1e-4);
    treatment_puncture_destroy(&p);
    grid_destroy(&grid);
}

/* ---- golden numbers of the dermis model ---- */

struct golden {
    double density, f1, clot, fibroblasts, capillaries, mouth;
};
static const struct golden goldens[] = {{2.5, -2.249, 0.0714, 0.9461, 0.9430, 0.0308}, {10, -8.997, 0.2856, 0.7843, 0.7720, 0.1230}};
ParameterizedTestParameters(treatment_puncture, reproduces_the_golden_numbers_at_day_zero)
{
    return cr_make_param_array(struct golden, (void *)(size_t)goldens, 2, NULL);
}
ParameterizedTest(const struct golden *g, treatment_puncture, reproduces_the_golden_numbers_at_day_zero)
{
    struct treatment t = protocol("roller_1.5");
    t.density = g->density;
    const double radius = treatment_cell_width(&t, AXISYMMETRIC);
    struct grid *grid = box(AXISYMMETRIC, radius, 1.5, radius / 48, 0.03);
    struct puncture *p = punctured(&t, grid, 0);
    const double s = slab_mean(grid, p->channel), b = slab_mean(grid, p->bruise);
    /* Half a unit of the last digit printed, and the error of the 8 radial samples the golden numbers were made with. */
    NEAR(-100 * t.device.removal * s, g->f1, 6e-4);
    NEAR(s + 0.4391 * b, g->clot, 6e-5);
    NEAR(1 - s - 0.25 * b, g->fibroblasts, 6e-5);
    NEAR(1 - 0.95 * s - 0.3 * b, g->capillaries, 6e-5);
    NEAR(surface_mean(grid, p->mouth), g->mouth, g->mouth < 0.1 ? 6e-5 : 6e-4);
    treatment_puncture_destroy(&p);
    grid_destroy(&grid);
}

/* ---- the other geometries ---- */

Test(treatment_puncture, well_mixed_is_the_mean_over_the_lattice_cell)
{
    const struct treatment t = protocol("roller_1.5");
    struct grid *one = box(WELL_MIXED, 1, 1.2, 1, 1), *fine = box(AXISYMMETRIC, treatment_cell_width(&t, AXISYMMETRIC), 1.2, 0.005, 0.005);
    struct puncture *a = punctured(&t, one, 0), *b = punctured(&t, fine, 0);
    const double volume = M_PI * pow(treatment_cell_width(&t, AXISYMMETRIC), 2) * 1.2;
    NEAR(a->channel[0] / (integral(fine, b->channel) / volume), 1, 1e-3);
    NEAR(a->bruise[0] / (integral(fine, b->bruise) / volume), 1, 1e-3);
    NEAR(a->mouth[0] / surface_mean(fine, b->mouth), 1, 1e-3);
    NEAR(a->core[0], 2.5 * M_PI * 0.0625 * 0.0625, 1e-12);
    NEAR(a->injured[0], 2.5 * M_PI * 0.125 * 0.125, 1e-12);
    treatment_puncture_destroy(&a);
    treatment_puncture_destroy(&b);
    grid_destroy(&one);
    grid_destroy(&fine);
}

Test(treatment_puncture, slab_cuts_furrows_one_pitch_apart)
{
    const struct treatment t = protocol("roller_1.5");
    const double pitch = 1 / sqrt(2.5), a = 0.0625;
    struct grid *grid = box(SLAB, 2 * pitch, 1.5, 0.01, 0.05);
    struct puncture *p = punctured(&t, grid, 0);
    NEAR(surface_area(grid, p->mouth), 4 * a, 1e-5); /* halves at both ends, one in the middle */
    NEAR(surface_area(grid, p->core), 4 * a, 1e-12);
    NEAR(surface_area(grid, p->injured), 8 * a, 1e-12);
    for (size_t i = 0; i < grid->plane; i++)
        NEAR(p->channel[i], p->channel[grid->plane - 1 - i], 1e-12);
    within_unity(grid, p);
    treatment_puncture_destroy(&p);
    grid_destroy(&grid);
}

Test(treatment_puncture, confluent_bruises_everything_down_to_its_depth)
{
    const struct treatment t = protocol("confluent");
    const enum geometry all[] = {WELL_MIXED, AXISYMMETRIC, SLAB, UNIT_CELL, PATCH};
    for (int g = 0; g < 5; g++) {
        struct grid *grid = box(all[g], 0.3, 0.16, 0.1, 0.04);
        struct puncture *p = punctured(&t, grid, 0);
        double height = 0, first = 0;
        for (size_t k = 0; k < grid->axis[2].n; k++)
            height += p->bruise[grid->plane * k] * grid->axis[2].extent[k];
        for (size_t c = 0; c < grid->cells; c++)
            first = fmax(first, p->channel[c]);
        NEAR(height, 0.1, 1e-14); /* from the dermal surface, not from the skin's */
        NEAR(first, 0, 0);
        NEAR(p->mouth[0], 1, 0);
        NEAR(p->core[grid->plane - 1], 1, 0);
        NEAR(p->injured[0], 1, 0);
        COUNT(p->channels, 0);
        treatment_puncture_destroy(&p);
        grid_destroy(&grid);
    }
}

Test(treatment_puncture, core_and_injured_areas_are_those_of_circles)
{
    const struct treatment t = protocol("roller_1.5");
    const double circle = M_PI * 0.0625 * 0.0625;
    struct grid *cylinder = box(AXISYMMETRIC, 0.3568, 0.1, 0.017, 0.1), *cell = box(UNIT_CELL, 0.3162, 0.1, 0.02, 0.1);
    struct puncture *a = punctured(&t, cylinder, 0), *b = punctured(&t, cell, 0);
    NEAR(surface_area(cylinder, a->core), circle, 1e-14);
    NEAR(surface_area(cylinder, a->injured), 4 * circle, 1e-14);
    NEAR(4 * surface_area(cell, b->core) / circle, 1, 5e-4);
    NEAR(surface_area(cell, b->injured) / circle, 1, 5e-4);
    treatment_puncture_destroy(&a);
    treatment_puncture_destroy(&b);
    grid_destroy(&cylinder);
    grid_destroy(&cell);
}

Test(treatment_puncture, unit_cell_is_symmetric_about_its_diagonal)
{
    struct treatment t = protocol("roller_1.5");
    t.density = 25; /* neighbours' bruises overlap across the walls */
    struct grid *grid = box(UNIT_CELL, treatment_cell_width(&t, UNIT_CELL), 1, 0.005, 0.1);
    struct puncture *p = punctured(&t, grid, 0);
    const size_t n = grid->axis[0].n;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) {
            NEAR(p->bruise[i + n * j], p->bruise[j + n * i], 1e-13);
            NEAR(p->channel[i + n * j], p->channel[j + n * i], 1e-13);
        }
    /* The far corner is bruised by nobody alone: sqrt(2) x 0.1 > 0.125 x 1.15 is false, so all four reach it. */
    cr_assert(p->bruise[n * n - 1] > 0, "far corner not bruised by the mirror images");
    within_unity(grid, p);
    treatment_puncture_destroy(&p);
    grid_destroy(&grid);
}

Test(treatment_puncture, mirror_images_count_in_the_unit_cell)
{
    struct treatment t = protocol("roller_1.5");
    t.density = 25; /* pitch 0.2 mm, bruise radius 0.125 mm: the wall at 0.1 mm is bruised from both sides */
    struct grid *cell = box(UNIT_CELL, 0.1, 0.1, 0.005, 0.1), *patch = box(PATCH, 0.4, 0.1, 0.005, 0.1);
    t.device.pattern = PATTERN_STAMP;
    t.jitter = 0;
    struct puncture *a = punctured(&t, cell, 0), *b = punctured(&t, patch, 0);
    COUNT(b->channels, 4);
    NEAR(16 * integral(cell, a->bruise) / integral(patch, b->bruise), 1, 2e-3); /* 4 quarters of 4 channels */
    NEAR(16 * integral(cell, a->channel) / integral(patch, b->channel), 1, 2e-3);
    treatment_puncture_destroy(&a);
    treatment_puncture_destroy(&b);
    grid_destroy(&cell);
    grid_destroy(&patch);
}

/* ---- union ---- */

Test(treatment_puncture, two_channels_in_one_place_count_once)
{
    struct treatment t = protocol("pen");
    t.device.drum = 0; /* all needles of the head in one point */
    t.device.needles = 2;
    t.density = 2;
    struct grid *grid = box(PATCH, 1, 1.5, 0.02, 0.1);
    struct puncture *two = punctured(&t, grid, 0);
    t.device.needles = 1;
    t.density = 1;
    struct puncture *one = punctured(&t, grid, 0);
    COUNT(two->channels, 2);
    COUNT(one->channels, 1);
    size_t full = 0;
    for (size_t c = 0; c < grid->cells; c++) {
        if (one->channel[c] > 1 - 1e-12) {
            full++;
            NEAR(two->channel[c], 1, 1e-12);
        }
        if (one->channel[c] + one->bruise[c] == 0)
            NEAR(two->channel[c] + two->bruise[c], 0, 0);
    }
    cr_assert(full > 20, "only %zu cells lie within the channel", full);
    /* Only the smooth edge is sharpened: the radius at half depth moves out by w/8, so the area by 2 x 0.3 / 8. */
    NEAR(integral(grid, two->channel) / integral(grid, one->channel), 1 + 2 * 0.3 / 8, 5e-3);
    within_unity(grid, two);
    treatment_puncture_destroy(&one);
    treatment_puncture_destroy(&two);
    grid_destroy(&grid);
}

Test(treatment_puncture, crowded_channels_never_take_more_than_the_cell)
{
    struct treatment t = protocol("pen");
    t.density = 60;
    struct grid *grid = box(PATCH, 1, 1.5, 0.025, 0.1);
    struct puncture *p = punctured(&t, grid, 0);
    within_unity(grid, p);
    const double alone = 60 * channel_volume(&t);
    cr_assert(integral(grid, p->channel) < 0.9 * alone, "united volume %g, wanted well below the sum %g", integral(grid, p->channel),
              alone);
    treatment_puncture_destroy(&p);
    grid_destroy(&grid);
}

/* ---- patches ---- */

Test(treatment_puncture, a_patch_conserves_its_channels_across_the_seam)
{
    struct treatment t = protocol("stamp");
    t.device = *device_find("roller_1.5");
    t.device.pattern = PATTERN_STAMP;
    t.jitter = 0.02; /* 4 x 3 lattice on 2 mm: no two bruises meet */
    struct grid *grid = box(PATCH, 2, 1.2, 0.025, 0.015);
    for (size_t number = 0; number < 4; number++) {
        struct puncture *p = punctured(&t, grid, number);
        COUNT(p->channels, 10);
        NEAR(integral(grid, p->channel) / (10 * channel_volume(&t)), 1, 1e-3);
        NEAR(surface_area(grid, p->mouth) / (10 * EDGE_AREA * M_PI * 0.0625 * 0.0625), 1, 1e-3);
        NEAR(surface_area(grid, p->core) / (10 * M_PI * 0.0625 * 0.0625), 1, 1e-3);
        NEAR(surface_area(grid, p->injured) / (40 * M_PI * 0.0625 * 0.0625), 1, 1e-3);
        within_unity(grid, p);
        treatment_puncture_destroy(&p);
    }
    grid_destroy(&grid);
}

Test(treatment_puncture, a_single_hole_is_centred_and_mirror_symmetric)
{
    const struct treatment t = protocol("punch");
    struct grid *grid = box(PATCH, 2, 0.2, 0.04, 0.1);
    struct puncture *p = punctured(&t, grid, 0);
    const size_t n = grid->axis[0].n;
    COUNT(p->channels, 1);
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) {
            NEAR(p->channel[i + n * j], p->channel[n - 1 - i + n * j], 1e-12);
            NEAR(p->channel[i + n * j], p->channel[i + n * (n - 1 - j)], 1e-12);
        }
    NEAR(surface_area(grid, p->core) / (M_PI * 0.25 * 0.25), 1, 1e-3);
    treatment_puncture_destroy(&p);
    grid_destroy(&grid);
}

Test(treatment_puncture, a_patch_too_small_for_one_channel_is_refused)
{
    const struct treatment t = protocol("roller_1.5");
    struct grid *grid = box(PATCH, 0.3, 0.2, 0.1, 0.1);
    struct puncture *p = NULL;
    cr_assert(treatment_puncture(&t, grid, 0, &p) == ERR_CONFIG && !p, "a patch without a channel passed");
    cr_assert(strcmp(status_message(0), "a patch 0.3 mm wide holds no channel at 250 /cm2") == 0, "message: %s", status_message(0));
    status_clear();
    grid_destroy(&grid);
}

Test(treatment_puncture, nobody_s_puncture_is_destroyed_safely)
{
    struct puncture *none = NULL;
    treatment_puncture_destroy(NULL);
    treatment_puncture_destroy(&none);
    cr_assert(none == NULL, "it exists");
}
