/* Geometry: volumes, couplings, grading, coarsening, weights. */
#include "grid.h"

#include "numerics.h"

enum { SHAPES = 8 };

/* All geometries, with odd counts, unequal spacings and a graded depth among them. */
static struct grid *shape(int which)
{
    switch (which) {
    case 0:
        return make_box(WELL_MIXED, 0.7, 0.7, 1.3, 0.1, 0.1, 0.1, 1.0);
    case 1:
        return make_box(AXISYMMETRIC, 0.55, 0.0, 1.3, 0.05, 0.0, 0.1, 1.0);
    case 2:
        return make_box(AXISYMMETRIC, 0.5, 0.0, 2.1, 0.02, 0.0, 0.03, 1.15);
    case 3:
        return make_box(SLAB, 0.9, 0.0, 1.2, 0.1, 0.0, 0.05, 1.0);
    case 4:
        return make_box(UNIT_CELL, 0.7, 0.5, 0.6, 0.1, 0.05, 0.04, 1.0);
    case 5:
        return make_box(UNIT_CELL, 0.4, 0.4, 1.7, 0.1, 0.1, 0.05, 1.2);
    case 6:
        return make_box(PATCH, 0.9, 0.6, 0.8, 0.1, 0.05, 0.1, 1.0);
    default:
        return make_box(PATCH, 0.2, 0.3, 1.1, 0.1, 0.1, 0.05, 1.3);
    }
}

Test(grid, volumes_add_up_to_the_domain_in_every_geometry)
{
    const double wanted[SHAPES] = {0.7 * 1.0 * 1.3, M_PI * 0.55 * 0.55 * 1.3, M_PI * 0.5 * 0.5 * 2.1, 0.9 * 1.2,
                                   0.7 * 0.5 * 0.6, 0.4 * 0.4 * 1.7,          0.9 * 0.6 * 0.8,        0.2 * 0.3 * 1.1};
    for (int w = 0; w < SHAPES; w++) {
        struct grid *grid = shape(w);
        double sum = 0.0;
        for (size_t c = 0; c < grid->cells; c++)
            sum += grid->volume[c];
        cr_assert(fabs(sum - wanted[w]) <= 1e-13 * wanted[w], "shape %d: volume %.17g, wanted %.17g", w, sum, wanted[w]);
        cr_assert(grid->cells == grid->axis[0].n * grid->axis[1].n * grid->axis[2].n && grid->plane == grid->axis[0].n * grid->axis[1].n,
                  "shape %d: %zu cells, %zu in a plane", w, grid->cells, grid->plane);
        grid_destroy(&grid);
    }
}

Test(grid, every_volume_is_the_product_of_its_measures)
{
    for (int w = 0; w < SHAPES; w++) {
        struct grid *grid = shape(w);
        const double turn = grid->geometry == AXISYMMETRIC ? 2.0 * M_PI : 1.0;
        for (size_t c = 0; c < grid->cells; c++) {
            const double wanted = turn * measure(grid, c, 0) * measure(grid, c, 1) * measure(grid, c, 2);
            cr_assert(fabs(grid->volume[c] - wanted) <= 1e-14 * wanted, "shape %d, cell %zu: %.17g, wanted %.17g", w, c, grid->volume[c],
                      wanted);
        }
        grid_destroy(&grid);
    }
}

Test(grid, couplings_are_area_over_volume_and_distance)
{
    for (int w = 0; w < SHAPES; w++) {
        struct grid *grid = shape(w);
        for (int a = 0; a < 3; a++) {
            const struct axis *axis = &grid->axis[a];
            const bool radial = a == 0 && grid->geometry == AXISYMMETRIC;
            for (size_t i = 1; i < axis->n; i++) {
                const double between = 0.5 * (axis->face[i + 1] - axis->face[i - 1]), area = radial ? axis->face[i] : 1.0;
                const double r0 = axis->face[i], r1 = axis->face[i + 1], q = axis->face[i - 1];
                const double here = radial ? 0.5 * (r1 * r1 - r0 * r0) : r1 - r0, there = radial ? 0.5 * (r0 * r0 - q * q) : r0 - q;
                NEAR(axis->lower[i] * here * between, area, 1e-13 * area);
                NEAR(axis->upper[i - 1] * there * between, area, 1e-13 * area);
            }
            if (!axis->periodic)
                cr_assert(axis->lower[0] == 0.0 && axis->upper[axis->n - 1] == 0.0, "shape %d: axis %d leaks through its walls", w, a);
        }
        grid_destroy(&grid);
    }
}

/* What leaves a cell arrives in its neighbour: conservation of every scheme built on the couplings. */
Test(grid, couplings_are_symmetric_by_volume)
{
    for (int w = 0; w < SHAPES; w++) {
        struct grid *grid = shape(w);
        for (int a = 0; a < 3; a++) {
            const struct axis *axis = &grid->axis[a];
            for (size_t i = 0; i < axis->n; i++) {
                const size_t next = (i + 1) % axis->n;
                if (axis->n == 1 || (next == 0 && !axis->periodic))
                    continue;
                const double out = axis->extent[i] * axis->upper[i], in = axis->extent[next] * axis->lower[next];
                cr_assert(fabs(out - in) <= 4e-16 * fabs(out) && out > 0.0, "shape %d, axis %d, cell %zu: %.17g and %.17g", w, a, i, out,
                          in);
            }
        }
        grid_destroy(&grid);
    }
}

Test(grid, radial_factors_are_exact)
{
    struct grid *grid = make_box(AXISYMMETRIC, 0.5, 0.0, 0.4, 0.125, 0.0, 0.1, 1.0);
    const struct axis *r = &grid->axis[0];
    const double face[5] = {0.0, 0.125, 0.25, 0.375, 0.5}; /* exact in binary: no round-off to excuse */
    cr_assert(r->n == 4 && r->lower[0] == 0.0, "%zu cells, %g through the axis", r->n, r->lower[0]);
    for (size_t i = 0; i < 4; i++) {
        NEAR(r->extent[i], 0.5 * (face[i + 1] * face[i + 1] - face[i] * face[i]), 0.0);
        NEAR(r->center[i], 0.5 * (face[i + 1] + face[i]), 0.0);
    }
    NEAR(r->upper[0], 2.0 / (0.125 * 0.125), 1e-12); /* r1 / (h r1^2/2) */
    NEAR(r->lower[1], 0.125 / (0.125 * r->extent[1]), 1e-12);
    NEAR(grid->turn, 2.0 * M_PI, 0.0);
    grid_destroy(&grid);
}

Test(grid, only_a_patch_is_periodic_and_its_ends_are_neighbours)
{
    for (int w = 0; w < SHAPES; w++) {
        struct grid *grid = shape(w);
        for (int a = 0; a < 3; a++)
            cr_assert(grid->axis[a].periodic == (grid->geometry == PATCH && a < 2), "shape %d: axis %d", w, a);
        grid_destroy(&grid);
    }
    struct grid *grid = make_box(PATCH, 0.8, 0.6, 0.5, 0.1, 0.1, 0.1, 1.0);
    for (int a = 0; a < 2; a++) {
        NEAR(grid->axis[a].lower[0], 100.0, 1e-10);
        NEAR(grid->axis[a].upper[grid->axis[a].n - 1], 100.0, 1e-10);
        NEAR(grid->axis[a].lower[1], 100.0, 1e-10);
    }
    grid_destroy(&grid);
}

Test(grid, graded_depth_sums_exactly_and_grows_within_the_ratio)
{
    const double depths[] = {0.3, 0.5, 0.53, 0.6, 0.76, 1.0, 1.5, 2.1, 4.0, 6.0}, gradings[] = {1.01, 1.05, 1.15, 1.3, 2.0};
    const double spacings[] = {0.01, 0.02, 0.03, 0.1};
    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
        for (size_t g = 0; g < sizeof gradings / sizeof *gradings; g++)
            for (size_t h = 0; h < sizeof spacings / sizeof *spacings; h++) {
                struct grid *grid = make_box(SLAB, 0.3, 0.0, depths[d], 0.1, 0.0, spacings[h], gradings[g]);
                const struct axis *z = &grid->axis[2];
                cr_assert(z->face[0] == 0.0 && z->face[z->n] == depths[d], "depth %g ends at %.17g", depths[d], z->face[z->n]);
                for (size_t k = 1; k < z->n; k++) {
                    const double ratio = z->extent[k] / z->extent[k - 1];
                    cr_assert(ratio <= gradings[g] * (1.0 + 1e-9) && ratio > 0.5, "depth %g, h %g, grading %g: ratio %.12g at cell %zu",
                              depths[d], spacings[h], gradings[g], ratio, k);
                    cr_assert(z->face[k + 1] > 0.5 + 1e-9 || fabs(ratio - 1.0) < 1e-9, "graded above 0.5 mm: ratio %.12g at %g mm", ratio,
                              z->face[k]);
                }
                grid_destroy(&grid);
            }
}

Test(grid, grading_saves_cells)
{
    const double width[2] = {0.3, 0.3}, spacing[3] = {0.1, 0.1, 0.02};
    const double even = grid_box_cells(SLAB, width, 2.0, spacing, 1.0), graded = grid_box_cells(SLAB, width, 2.0, spacing, 1.2);
    NEAR(even, 300.0, 0.0);
    AT_MOST(graded, 3.0 * (25.0 + 16.0));
}

Test(grid, the_cells_announced_are_the_cells_made)
{
    for (int geometry = WELL_MIXED; geometry <= PATCH; geometry++)
        for (double depth = 0.3; depth < 3.0; depth += 0.173)
            for (double grading = 1.0; grading < 1.4; grading += 0.13) {
                const double width[2] = {0.37, 0.24}, spacing[3] = {0.05, 0.035, 0.041};
                const double announced = grid_box_cells((enum geometry)geometry, width, depth, spacing, grading);
                struct grid *grid = NULL;
                cr_assert(grid_box((enum geometry)geometry, width, depth, spacing, grading, &grid) == OK, "no grid");
                cr_assert(announced == (double)grid->cells, "%s, depth %g, grading %g: %g announced, %zu made", geometry_names[geometry],
                          depth, grading, announced, grid->cells);
                grid_destroy(&grid);
            }
}

Test(grid, a_refined_cylinder_is_narrow_near_the_channel_and_ends_at_its_radius)
{
    const double spacing[3] = {0.04, 0.04, 0.05};
    for (double refine = 1.0; refine <= 8.0; refine *= 2.0)
        for (double near = 0.0; near < 0.9; near += 0.11) {
            struct grid *grid = NULL;
            cr_assert(grid_cylinder(0.7, 1.3, spacing, 1.1, near, refine, &grid) == OK, "no grid");
            const struct axis *r = &grid->axis[0];
            NEAR(grid_cylinder_cells(0.7, 1.3, spacing, 1.1, near, refine), (double)grid->cells, 0.0);
            cr_assert(r->face[0] == 0.0 && r->face[r->n] == 0.7 && grid->geometry == AXISYMMETRIC, "ends at %.17g", r->face[r->n]);
            for (size_t i = 0; i < r->n; i++) {
                const double width = r->face[i + 1] - r->face[i], before = i > 0 ? r->face[i] - r->face[i - 1] : width;
                cr_assert(width > 0.0 && width <= 0.04 * (1 + 1e-9), "near %g, refine %g: width %g at %zu", near, refine, width, i);
                cr_assert(width <= 1.2 * (1 + 1e-9) * before, "near %g, refine %g: width %g after %g", near, refine, width, before);
                cr_assert(r->face[i + 1] > near + 1e-9 || width <= 0.04 / refine * (1 + 1e-9), "near %g, refine %g: width %g at r = %g",
                          near, refine, width, r->face[i]);
            }
            grid_destroy(&grid);
        }
}

Test(grid, coarsening_merges_pairs_and_keeps_the_volume)
{
    for (int w = 0; w < SHAPES; w++)
        for (int axes = 1; axes < 8; axes++) {
            struct grid *grid = shape(w), *coarse = NULL;
            const bool halve[3] = {axes & 1, axes & 2, axes & 4};
            cr_assert(grid_coarsen(grid, halve, &coarse) == OK, "no coarse grid");
            double *merged = calloc(coarse->cells, sizeof *merged);
            for (size_t c = 0; c < grid->cells; c++) {
                size_t at[3];
                for (int a = 0; a < 3; a++)
                    at[a] = halve[a] && grid->axis[a].n > 1 ? place(grid, c, a) / 2 : place(grid, c, a);
                merged[at[0] + coarse->axis[0].n * (at[1] + coarse->axis[1].n * at[2])] += grid->volume[c];
            }
            for (size_t c = 0; c < coarse->cells; c++)
                cr_assert(fabs(coarse->volume[c] - merged[c]) <= 1e-14 * merged[c],
                          "shape %d, axes %d, cell %zu: %.17g, its children %.17g", w, axes, c, coarse->volume[c], merged[c]);
            for (int a = 0; a < 3; a++)
                cr_assert(coarse->axis[a].n == (halve[a] ? (grid->axis[a].n + 1) / 2 : grid->axis[a].n) &&
                              coarse->axis[a].periodic == grid->axis[a].periodic,
                          "shape %d: axis %d has %zu of %zu cells", w, a, coarse->axis[a].n, grid->axis[a].n);
            free(merged);
            grid_destroy(&coarse);
            grid_destroy(&grid);
        }
}

Test(grid, weights_by_depth_cut_cells_in_proportion)
{
    for (int w = 0; w < SHAPES; w++) {
        struct grid *grid = shape(w), *surface = NULL;
        cr_assert(grid_surface(grid, &surface) == OK, "no surface");
        double *weight = calloc(grid->cells, sizeof *weight), area = 0.0, all = 0.0;
        for (size_t c = 0; c < surface->cells; c++)
            area += surface->volume[c];
        for (size_t c = 0; c < grid->cells; c++)
            all += grid->volume[c];
        NEAR(area * grid->axis[2].face[grid->axis[2].n], all, 1e-13 * all);
        const double depths[] = {0.0, 0.017, 0.3, 0.555};
        for (size_t d = 0; d < 4; d++) {
            grid_weight_depth(grid, depths[d], weight);
            double sum = 0.0;
            for (size_t c = 0; c < grid->cells; c++) {
                sum += weight[c];
                cr_assert(weight[c] >= 0.0 && weight[c] <= grid->volume[c] * (1 + 1e-15), "weight %g in %g", weight[c], grid->volume[c]);
            }
            cr_assert(fabs(sum - area * depths[d]) <= 1e-13 * all, "shape %d above %g mm: %.17g, wanted %.17g", w, depths[d], sum,
                      area * depths[d]);
        }
        grid_weight_depth(grid, 99.0, weight);
        for (size_t c = 0; c < grid->cells; c++)
            NEAR(weight[c], grid->volume[c], 1e-15 * grid->volume[c]);
        free(weight);
        grid_destroy(&surface);
        grid_destroy(&grid);
    }
}

Test(grid, guards_hold_a_whole_layer)
{
    for (int w = 0; w < SHAPES; w++) {
        struct grid *grid = shape(w);
        cr_assert(grid->guard >= grid->plane && grid->guard % 8 == 0, "guard %zu for a layer of %zu", grid->guard, grid->plane);
        cr_assert(grid_plane_bytes(grid) % 64 == 0 && grid_plane_bytes(grid) >= (grid->cells + 2 * grid->guard) * sizeof(double),
                  "%zu bytes for %zu cells", grid_plane_bytes(grid), grid->cells);
        grid_destroy(&grid);
        cr_assert(grid == NULL, "destroyed grid is not NULL");
    }
}
