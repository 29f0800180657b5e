/* Diffusion with constant coefficients: the linear system, its solver, and the continuous problem behind it. */
#include "transport.h"

#include "numerics.h"
#include "state.h"

#include <gsl/gsl_sf_bessel.h>
#include <string.h>

enum { Y, RHS, LOSS, EXACT, OTHER, PLANES };

struct bench {
    struct grid *grid; /* owned */
    struct transport *transport;
    struct transport_work *work;
    double *plane[PLANES], *block;
    struct transport_problem problem;
    struct transport_result result;
    double floor, floored;
};

static struct bench bench_on(struct grid *grid)
{
    struct bench b = {.grid = grid};
    cr_assert(transport_create(grid, &b.transport) == OK && transport_work_create(b.transport, false, &b.work) == OK, "no solver");
    b.block = state_planes(grid, PLANES, b.plane);
    b.problem = (struct transport_problem){.shift = 1.0, .diffusivity = 1.0, .loss = b.plane[LOSS], .rhs = b.plane[RHS], .accuracy = 1e-12};
    return b;
}

static void bench_free(struct bench *b)
{
    free(b->block);
    transport_work_destroy(&b->work);
    transport_destroy(&b->transport);
    grid_destroy(&b->grid);
}

static void solve(struct bench *b)
{
    const size_t n = b->grid->cells;
    memcpy(transport_work_guess(b->work), b->plane[Y], n * sizeof(double));
    transport_solve(b->transport, b->work, &b->problem, &b->result);
    b->floored = transport_take(&b->result, b->grid->volume, b->floor, 0, n, b->plane[Y]);
}

enum { SHAPES = 9 };
static const char *const shape_names[SHAPES] = {"cube",      "flat cells", "tall cells", "graded depth", "refined cylinder",
                                                "odd patch", "slab",       "two cells",  "uneven patch"};
static struct grid *shape(int which)
{
    const double spacing[3] = {0.04, 0.04, 0.02};
    struct grid *grid = NULL;
    switch (which) {
    case 0:
        return make_box(UNIT_CELL, 0.24, 0.24, 0.24, 0.01, 0.01, 0.01, 1.0);
    case 1:
        return make_box(UNIT_CELL, 0.8, 0.8, 0.3, 0.08, 0.08, 0.01, 1.0);
    case 2:
        return make_box(UNIT_CELL, 0.2, 0.2, 1.6, 0.01, 0.01, 0.08, 1.0);
    case 3:
        return make_box(UNIT_CELL, 0.2, 0.2, 2.4, 0.02, 0.02, 0.02, 1.15);
    case 4:
        cr_assert(grid_cylinder(0.5, 1.6, spacing, 1.12, 0.12, 4.0, &grid) == OK, "no grid");
        return grid;
    case 5:
        return make_box(PATCH, 0.37, 0.23, 0.31, 0.01, 0.01, 0.01, 1.0);
    case 6:
        return make_box(SLAB, 1.0, 0.0, 1.5, 0.01, 0.0, 0.01, 1.0);
    case 7:
        return make_box(PATCH, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 1.0);
    default:
        return make_box(PATCH, 0.4, 0.4, 0.4, 0.01, 0.08, 0.02, 1.0);
    }
}

/* Noise on long waves on a level: nothing that the solver likes. */
static void rough(const struct grid *grid, double *y)
{
    uint64_t seed = 7;
    for (size_t c = 0; c < grid->cells; c++)
        y[c] = 1.0 + 0.8 * noise(&seed) +
               0.9 * cos(M_PI * centre(grid, c, 0) / grid->axis[0].face[grid->axis[0].n]) *
                   cos(M_PI * centre(grid, c, 2) / grid->axis[2].face[grid->axis[2].n]);
}

/* The smallest cell width and so the largest D dt / h2 of a grid. */
static double narrowest(const struct grid *grid)
{
    double h = HUGE_VAL;
    for (int a = 0; a < 3; a++)
        for (size_t i = 0; i < grid->axis[a].n && grid->axis[a].n > 1; i++)
            h = fmin(h, grid->axis[a].face[i + 1] - grid->axis[a].face[i]);
    return h;
}

/* Solves a system with a known rough solution from a bad guess; returns the true error. */
static double error_of(struct bench *b, double ratio, double accuracy, double decay)
{
    const double h = narrowest(b->grid);
    rough(b->grid, b->plane[EXACT]);
    for (size_t c = 0; c < b->grid->cells; c++) {
        b->plane[LOSS][c] = decay * centre(b->grid, c, 2);
        b->plane[Y][c] = 0.0;
    }
    b->problem.shift = 10.0;
    b->problem.diffusivity = ratio * h * h * b->problem.shift;
    b->problem.accuracy = accuracy;
    apply_operator(b->grid, b->problem.shift, b->problem.diffusivity, b->plane[LOSS], NULL, NULL, b->plane[EXACT], b->plane[RHS]);
    solve(b);
    return distance(b->grid, b->plane[Y], b->plane[EXACT]);
}

Test(transport, solves_the_system_to_the_accuracy_asked_for_at_every_step_size)
{
    const double ratios[] = {1e-4, 1e-3, 5e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4}, accuracies[] = {1e-3, 1e-6, 1e-11};
    for (int w = 0; w < SHAPES; w++) {
        struct bench b = bench_on(shape(w));
        for (size_t r = 0; r < sizeof ratios / sizeof *ratios; r++)
            for (size_t a = 0; a < 3; a++)
                for (double decay = 0.0; decay < 60.0; decay += 50.0) {
                    const double error = error_of(&b, ratios[r], accuracies[a], decay);
                    cr_assert(b.result.converged, "%s, D dt/h2 %g: not converged", shape_names[w], ratios[r]);
                    cr_assert(error <= 1.5 * accuracies[a],
                              "%s, D dt/h2 %g, decay %g: error %.3g, wanted %.3g (%.1f sweeps, factor - 1 = %.2g)", shape_names[w],
                              ratios[r], decay, error, accuracies[a], b.result.sweeps, b.result.factor - 1.0);
                }
        bench_free(&b);
    }
}

/* The work of a solve does not depend on the step: 1e-4 of the cold guess's error. */
Test(transport, costs_a_bounded_number_of_sweeps_at_every_step_size)
{
    for (int w = 0; w < SHAPES; w++) {
        struct bench b = bench_on(shape(w));
        for (double ratio = 1e-2; ratio <= 1.1e4; ratio *= 10.0) {
            error_of(&b, ratio, 1.5e-4, 0.0);
            const double most = w == 3 || w == 4 ? 100.0 : 60.0; /* couplings that change their order within the grid cost more */
            cr_assert(b.result.sweeps <= most, "%s, D dt/h2 %g: %.1f sweeps", shape_names[w], ratio, b.result.sweeps);
        }
        bench_free(&b);
    }
}

Test(transport, conserves_the_sum_however_loosely_it_solves)
{
    for (int w = 0; w < SHAPES; w++) {
        struct bench b = bench_on(shape(w));
        for (double accuracy = 1e-10; accuracy < 1.0; accuracy *= 1e3)
            for (double ratio = 1e-3; ratio < 1e5; ratio *= 1e2) {
                const double h = narrowest(b.grid);
                rough(b.grid, b.plane[RHS]);
                memset(b.plane[Y], 0, b.grid->cells * sizeof(double));
                b.problem.diffusivity = ratio * h * h;
                b.problem.accuracy = accuracy;
                solve(&b);
                const double before = total(b.grid, b.plane[RHS]), after = total(b.grid, b.plane[Y]);
                cr_assert(fabs(after - before) <= 1e-13 * before, "%s, accuracy %g: %.17g became %.17g", shape_names[w], accuracy, before,
                          after);
            }
        bench_free(&b);
    }
}

Test(transport, cosine_modes_decay_by_the_exact_semi_discrete_eigenvalue)
{
    struct bench b = bench_on(make_box(UNIT_CELL, 0.6, 0.5, 0.4, 0.05, 0.02, 0.04, 1.0));
    const double length[3] = {0.6, 0.5, 0.4}, h[3] = {0.05, 0.02, 0.04}, d = 0.29;
    const int modes[][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {2, 1, 3}, {11, 0, 0}, {3, 20, 9}};
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
        for (double dt = 1e-4; dt < 20.0; dt *= 50.0) {
            double eigenvalue = 0.0;
            for (int a = 0; a < 3; a++)
                eigenvalue += 4.0 * d / (h[a] * h[a]) * pow(sin(modes[m][a] * M_PI * h[a] / (2.0 * length[a])), 2.0);
            for (size_t c = 0; c < b.grid->cells; c++) {
                double wave = 1.0;
                for (int a = 0; a < 3; a++)
                    wave *= cos(modes[m][a] * M_PI * centre(b.grid, c, a) / length[a]);
                b.plane[RHS][c] = (1.5 + wave) / dt;
                b.plane[Y][c] = 1.5;
                b.plane[EXACT][c] = 1.5 + wave / (1.0 + dt * eigenvalue);
            }
            b.problem.shift = 1.0 / dt;
            b.problem.diffusivity = d;
            solve(&b);
            const double error = distance(b.grid, b.plane[Y], b.plane[EXACT]);
            cr_assert(error < 1e-11, "mode %d %d %d, dt %g: error %.3g", modes[m][0], modes[m][1], modes[m][2], dt, error);
        }
    bench_free(&b);
}

Test(transport, waves_around_a_patch_decay_by_their_eigenvalue)
{
    struct bench b = bench_on(make_box(PATCH, 0.6, 0.5, 0.1, 0.05, 0.025, 0.05, 1.0));
    const double d = 0.5, dt = 0.03;
    const double eigenvalue = 4.0 * d * (pow(sin(M_PI * 0.05 / 0.6) / 0.05, 2.0) + pow(sin(3.0 * M_PI * 0.025 / 0.5) / 0.025, 2.0));
    for (size_t c = 0; c < b.grid->cells; c++) {
        const double wave = sin(2.0 * M_PI * centre(b.grid, c, 0) / 0.6 + 6.0 * M_PI * centre(b.grid, c, 1) / 0.5);
        b.plane[RHS][c] = (1.5 + wave) / dt;
        b.plane[Y][c] = 1.5;
        b.plane[EXACT][c] = wave; /* the travelling phase needs both directions: only a scheme that wraps keeps its shape */
    }
    b.problem.shift = 1.0 / dt;
    b.problem.diffusivity = d;
    solve(&b);
    for (size_t c = 0; c < b.grid->cells; c++)
        NEAR(b.plane[Y][c], 1.5 + b.plane[EXACT][c] / (1.0 + dt * eigenvalue), 1e-11);
    bench_free(&b);
}

/* V15: the rate along z must not know dx, and approach the continuous one with dz alone. */
Test(transport, unequal_spacing_gives_the_same_rate_as_cubes)
{
    const double dt = 0.01, d = 1.0, h = 0.02;
    for (double dz = 0.5 * h; dz < 2.5 * h; dz *= 2.0) {
        struct bench b = bench_on(make_box(UNIT_CELL, 0.2, 0.2, 0.4, h, h, dz, 1.0));
        for (size_t c = 0; c < b.grid->cells; c++)
            b.plane[Y][c] = b.plane[RHS][c] = 1.5 + cos(M_PI * centre(b.grid, c, 2) / 0.4);
        for (size_t c = 0; c < b.grid->cells; c++)
            b.plane[RHS][c] /= dt;
        b.problem.shift = 1.0 / dt;
        b.problem.diffusivity = d;
        solve(&b);
        const double kept = (b.plane[Y][0] - 1.5) / (b.plane[RHS][0] * dt - 1.5), rate = (1.0 / kept - 1.0) / dt;
        const double k = M_PI / 0.4;
        cr_assert(fabs(rate / (k * k) - 1.0) < 1.1 * pow(k * dz, 2.0) / 12.0, "dz = %g dx: rate %.6g, wanted %.6g", dz / h, rate, k * k);
        bench_free(&b);
    }
}

/* A reflected point source in the corner of a unit cell: same distance, same value. */
Test(transport, a_point_source_spreads_round_in_one_step)
{
    struct bench b = bench_on(make_box(PATCH, 0.61, 0.61, 0.61, 0.01, 0.01, 0.01, 1.0));
    const size_t n = 61, middle = 30;
    for (double ratio = 25.0; ratio < 200.0; ratio *= 2.0) {
        memset(b.plane[RHS], 0, b.grid->cells * sizeof(double));
        memset(b.plane[Y], 0, b.grid->cells * sizeof(double));
        b.plane[RHS][middle + n * (middle + n * middle)] = 1e6;
        b.problem.diffusivity = ratio * 1e-4;
        b.problem.accuracy = 1e-9;
        solve(&b);
        const double axis = b.plane[Y][middle + 10 + n * (middle + n * middle)],
                     diagonal = b.plane[Y][middle + 6 + n * (middle + 8 + n * middle)];
        const double upward = b.plane[Y][middle + n * (middle + 6 + n * (middle + 8))];
        NEAR(axis / diagonal, 1.0, 0.02);
        NEAR(upward / diagonal, 1.0, 1e-6);
    }
    bench_free(&b);
}

/* Fast stepping has to keep the far tail: every cell is reached, none turns negative. */
Test(transport, a_point_source_leaves_no_cell_negative)
{
    for (int w = 0; w < SHAPES; w++) {
        struct bench b = bench_on(shape(w));
        const double h = narrowest(b.grid);
        for (double ratio = 1e-3; ratio < 1e5; ratio *= 10.0)
            for (double accuracy = 1e-8; accuracy < 1.0; accuracy *= 100.0) {
                memset(b.plane[RHS], 0, b.grid->cells * sizeof(double));
                memset(b.plane[Y], 0, b.grid->cells * sizeof(double));
                b.plane[RHS][b.grid->cells / 2] = 1.0;
                b.problem.diffusivity = ratio * h * h;
                b.problem.accuracy = accuracy;
                solve(&b);
                cr_assert(b.result.minimum >= 0.0, "%s, D dt/h2 %g: minimum %g", shape_names[w], ratio, b.result.minimum);
                for (size_t c = 0; c < b.grid->cells; c++)
                    cr_assert(b.plane[Y][c] >= 0.0, "%s, D dt/h2 %g: %g in cell %zu", shape_names[w], ratio, b.plane[Y][c], c);
                NEAR(total(b.grid, b.plane[Y]), b.grid->volume[b.grid->cells / 2], 1e-13 * b.grid->volume[b.grid->cells / 2]);
            }
        bench_free(&b);
    }
}

Test(transport, tiny_values_are_removed_and_accounted_for)
{
    struct bench b = bench_on(shape(6));
    b.plane[RHS][b.grid->cells / 2] = 1.0;
    b.problem.diffusivity = 1e-5;
    b.floor = 1e-6;
    solve(&b);
    AT_LEAST(b.floored, 1e-12);
    NEAR(total(b.grid, b.plane[Y]) + b.floored, b.grid->volume[0], 1e-13 * b.grid->volume[0]);
    for (size_t c = 0; c < b.grid->cells; c++)
        cr_assert(b.plane[Y][c] == 0.0 || b.plane[Y][c] >= 1e-6, "%g in cell %zu", b.plane[Y][c], c);
    bench_free(&b);
}

Test(transport, the_answer_does_not_depend_on_what_was_solved_before)
{
    for (int w = 0; w < SHAPES; w++) {
        struct bench b = bench_on(shape(w));
        error_of(&b, 300.0, 1e-6, 20.0);
        memcpy(b.plane[OTHER], b.plane[Y], b.grid->cells * sizeof(double));
        error_of(&b, 0.02, 1e-3, 0.0);
        error_of(&b, 1e4, 1e-3, 5.0);
        error_of(&b, 300.0, 1e-6, 20.0);
        cr_assert(memcmp(b.plane[OTHER], b.plane[Y], b.grid->cells * sizeof(double)) == 0, "%s: other bits", shape_names[w]);
        bench_free(&b);
    }
}

/* V3 along z, a fixed value on top: u0 cosh((H - z)/l) / cosh(H/l). */
static double decay_error(double h, double grading, double *cells)
{
    struct bench b = bench_on(make_box(SLAB, 0.2, 0.0, 1.2, 0.1, 0.0, h, grading));
    const double d = 0.29, k = 2.9, lambda = sqrt(d / k);
    for (size_t c = 0; c < b.grid->cells; c++) {
        b.plane[EXACT][c] = 2.0 * cosh((1.2 - centre(b.grid, c, 2)) / lambda) / cosh(1.2 / lambda);
        b.plane[LOSS][c] = k;
    }
    transport_boundary(b.grid, 4, d, HUGE_VAL, 2.0, b.plane[LOSS], b.plane[RHS]);
    b.problem.shift = 0.0;
    b.problem.diffusivity = d;
    solve(&b);
    const double error = distance(b.grid, b.plane[Y], b.plane[EXACT]);
    *cells = (double)b.grid->axis[2].n;
    bench_free(&b);
    return error;
}

Test(transport, steady_decay_is_second_order_on_uniform_and_graded_depth)
{
    for (int graded = 0; graded < 2; graded++) {
        double cells[2], coarse = decay_error(0.05, graded ? 1.2 : 1.0, cells), h = 0.025, grading = 1.2;
        for (int i = 0; i < 3; i++, h *= 0.5) {
            grading = sqrt(grading); /* a family of similar grids */
            const double fine = decay_error(h, graded ? grading : 1.0, cells + 1), order = log(coarse / fine) / log(cells[1] / cells[0]);
            cr_assert(order > 1.9 && order < 2.3, "%s depth, h = %g: order %.3f (errors %.3g, %.3g)", graded ? "graded" : "uniform", h,
                      order, coarse, fine);
            coarse = fine;
            cells[0] = cells[1];
        }
        AT_MOST(coarse, 2e-3);
    }
}

/* V5: uniform source in r < a; V4: flux J through the cylinder r = a. Faces fall on a. */
static double radial_error(int which, double h)
{
    const double d = 0.29, k = 9.1, lambda = sqrt(d / k), a = 0.1, far = 1.6, flat[2] = {0.0, 1.0};
    const double start = which == 5 ? 0.0 : a;
    const size_t n = (size_t)lround((far - start) / h);
    double *face = malloc((n + 1) * sizeof *face);
    for (size_t i = 0; i <= n; i++)
        face[i] = start + (far - start) * (double)i / (double)n;
    const struct axis_spec spec[3] = {{n, face, false, true}, {1, flat, false, false}, {1, flat, false, false}};
    struct grid *grid = NULL;
    cr_assert(grid_create(AXISYMMETRIC, spec, &grid) == OK, "no grid");
    free(face);
    struct bench b = bench_on(grid);
    const double q = a / lambda, i1 = gsl_sf_bessel_I1(far / lambda), k1 = gsl_sf_bessel_K1(far / lambda);
    const double iq = gsl_sf_bessel_I1(q), kq = gsl_sf_bessel_K1(q);
    for (size_t c = 0; c < n; c++) {
        const double r = centre(grid, c, 0), i0 = gsl_sf_bessel_I0(r / lambda), k0 = gsl_sf_bessel_K0(r / lambda);
        b.plane[LOSS][c] = k;
        b.plane[RHS][c] = which == 5 && r < a ? k : 0.0;
        if (which == 4)
            b.plane[EXACT][c] = lambda / d * (k0 * i1 + i0 * k1) / (kq * i1 - iq * k1);
        else /* with the wall at `far`, which the formula of the infinite plane does not know */
            b.plane[EXACT][c] = r < a ? 1.0 - q * (kq - iq * k1 / i1) * i0 : q * iq * (k0 + i0 * k1 / i1);
    }
    if (which == 4)
        b.plane[RHS][0] = a / measure(grid, 0, 0);
    b.problem.shift = 0.0;
    b.problem.diffusivity = d;
    solve(&b);
    const double error = distance(grid, b.plane[Y], b.plane[EXACT]) / distance(grid, b.plane[EXACT], b.plane[OTHER]);
    bench_free(&b);
    return error;
}

Test(transport, cylinders_are_second_order_against_bessel_functions)
{
    for (int which = 4; which <= 5; which++) {
        double coarse = radial_error(which, 0.02);
        for (double h = 0.01; h > 0.002; h *= 0.5) {
            const double fine = radial_error(which, h), order = log2(coarse / fine);
            cr_assert(order > 1.9 && order < 2.3, "V%d, h = %g: order %.3f (errors %.3g, %.3g)", which, h, order, coarse, fine);
            coarse = fine;
        }
        AT_MOST(coarse, 1e-3);
    }
}

Test(transport, not_a_number_comes_out_as_not_a_number)
{
    struct bench b = bench_on(shape(0));
    for (int plane = RHS; plane <= LOSS; plane++)
        for (double ratio = 1e-3; ratio < 1e4; ratio *= 1e3) {
            error_of(&b, ratio, 1e-3, 1.0);
            b.plane[plane][100] = NAN;
            solve(&b);
            cr_assert(isnan(total(b.grid, b.plane[Y])), "D dt/h2 %g: the sum is %g", ratio, total(b.grid, b.plane[Y]));
        }
    bench_free(&b);
}
