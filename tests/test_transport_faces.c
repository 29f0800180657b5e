/* Transport with coefficients on faces: mobility, taxis, boundaries. */
#include "transport.h"

#include "numerics.h"
#include "state.h"

#include <string.h>

enum { Y, RHS, LOSS, EXACT, OTHER, MX, MY, MZ, VX, VY, VZ, PLANES };

struct bench {
    struct grid *grid; /* owned */
    struct transport *transport;
    struct transport_work *work;
    double *plane[PLANES], *block;
    struct transport_faces faces;
    struct transport_problem problem;
    struct transport_result result;
    double floor, floored;
};

static void bench_init(struct bench *b, struct grid *grid)
{
    *b = (struct bench){.grid = grid};
    cr_assert(transport_create(grid, &b->transport) == OK && transport_work_create(b->transport, true, &b->work) == OK, "no solver");
    b->block = state_planes(grid, PLANES, b->plane);
    b->faces = (struct transport_faces){{b->plane[MX], b->plane[MY], b->plane[MZ]}, {b->plane[VX], b->plane[VY], b->plane[VZ]}};
    b->problem = (struct transport_problem){
        .shift = 1.0, .diffusivity = 1.0, .loss = b->plane[LOSS], .rhs = b->plane[RHS], .faces = &b->faces, .accuracy = 1e-12};
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

enum { SHAPES = 6 };
static const char *const shape_names[SHAPES] = {"cube", "flat cells", "graded depth", "refined cylinder", "odd patch", "uneven slab"};
static struct grid *shape(int which)
{
    const double spacing[3] = {0.04, 0.04, 0.02};
    struct grid *grid = NULL;
    switch (which) {
    case 0:
        return make_box(UNIT_CELL, 0.16, 0.16, 0.16, 0.01, 0.01, 0.01, 1.0);
    case 1:
        return make_box(UNIT_CELL, 0.8, 0.8, 0.3, 0.08, 0.08, 0.01, 1.0);
    case 2:
        return make_box(UNIT_CELL, 0.1, 0.1, 2.4, 0.02, 0.02, 0.02, 1.15);
    case 3:
        cr_assert(grid_cylinder(0.5, 1.0, spacing, 1.12, 0.12, 4.0, &grid) == OK, "no grid");
        return grid;
    case 4:
        return make_box(PATCH, 0.17, 0.13, 0.11, 0.01, 0.01, 0.01, 1.0);
    default:
        return make_box(SLAB, 0.6, 0.0, 0.8, 0.01, 0.0, 0.02, 1.0);
    }
}

static double narrowest(const struct grid *grid)
{
    double h = HUGE_VAL;
    for (int a = 0; a < 3; a++)
        for (size_t i = 0; i < grid->axis[a].n && grid->axis[a].n > 1; i++)
            h = fmin(h, grid->axis[a].face[i + 1] - grid->axis[a].face[i]);
    return h;
}

/* Rough mobilities between 0 and 2, velocities towards a rough attractant with Peclet numbers up to `peclet` per cell. */
static void rough_faces(struct bench *b, double peclet)
{
    uint64_t seed = 11;
    for (size_t c = 0; c < b->grid->cells; c++) {
        b->plane[OTHER][c] = noise(&seed) + cos(5.0 * centre(b->grid, c, 0)) + sin(7.0 * centre(b->grid, c, 2));
        for (int a = 0; a < 3; a++)
            b->plane[MX + a][c] = 2.0 * noise(&seed) * noise(&seed);
    }
    transport_velocity(b->grid, peclet * b->problem.diffusivity, b->plane[OTHER], b->faces.velocity);
}

Test(transport, faces_of_one_and_no_velocity_change_nothing)
{
    for (int w = 0; w < SHAPES; w++) {
        struct bench b;
        bench_init(&b, shape(w));
        uint64_t seed = 3;
        for (size_t c = 0; c < b.grid->cells; c++) {
            b.plane[RHS][c] = noise(&seed);
            for (int a = 0; a < 3; a++)
                b.plane[MX + a][c] = 1.0;
        }
        b.problem.diffusivity = 0.01;
        solve(&b);
        memcpy(b.plane[OTHER], b.plane[Y], b.grid->cells * sizeof(double));
        memset(b.plane[Y], 0, b.grid->cells * sizeof(double));
        b.problem.faces = NULL;
        solve(&b);
        AT_MOST(distance(b.grid, b.plane[Y], b.plane[OTHER]), 3e-12);
        bench_free(&b);
    }
}

Test(transport, solves_systems_with_rough_faces_to_the_accuracy_asked_for)
{
    for (int w = 0; w < SHAPES; w++)
        for (double peclet = 0.0; peclet < 5.0; peclet += 2.0)
            for (double ratio = 1e-3; ratio < 2e3; ratio *= 10.0) {
                struct bench b;
                bench_init(&b, shape(w));
                const double h = narrowest(b.grid), accuracy = 1e-7;
                b.problem.diffusivity = ratio * h * h;
                b.problem.accuracy = accuracy;
                rough_faces(&b, peclet);
                uint64_t seed = 5;
                for (size_t c = 0; c < b.grid->cells; c++) {
                    b.plane[EXACT][c] = 0.5 + noise(&seed);
                    b.plane[LOSS][c] = 0.3 * noise(&seed);
                }
                apply_operator(b.grid, 1.0, b.problem.diffusivity, b.plane[LOSS], b.faces.mobility, b.faces.velocity, b.plane[EXACT],
                               b.plane[RHS]);
                solve(&b);
                const double error = distance(b.grid, b.plane[Y], b.plane[EXACT]);
                /* On jumps as large as these the cycles may not do; then the solver must say so, for the step is repeated smaller. */
                cr_assert(b.result.converged || ratio > 5.0, "%s, D dt/h2 %g, Peclet %g: not converged (error %.3g)", shape_names[w], ratio,
                          peclet, error);
                cr_assert(error <= 2.0 * accuracy || !b.result.converged,
                          "%s, D dt/h2 %g, Peclet %g: error %.3g, wanted %.3g (%.1f sweeps)", shape_names[w], ratio, peclet, error,
                          accuracy, b.result.sweeps);
                bench_free(&b);
            }
}

Test(transport, faces_conserve_and_keep_the_sign)
{
    for (int w = 0; w < SHAPES; w++)
        for (double peclet = 0.0; peclet < 50.0; peclet += 20.0)
            for (double ratio = 1e-3; ratio < 1e5; ratio *= 100.0) {
                struct bench b;
                bench_init(&b, shape(w));
                const double h = narrowest(b.grid);
                b.problem.diffusivity = ratio * h * h;
                b.problem.accuracy = 1e-3;
                rough_faces(&b, peclet);
                b.plane[RHS][0] = 1.0; /* beside the seam of a patch */
                b.plane[RHS][b.grid->cells - 1] = 1e-9;
                solve(&b);
                cr_assert(b.result.minimum >= 0.0, "%s, D dt/h2 %g, Peclet %g: minimum %g", shape_names[w], ratio, peclet,
                          b.result.minimum);
                const double wanted = total(b.grid, b.plane[RHS]);
                NEAR(total(b.grid, b.plane[Y]), wanted, 1e-13 * wanted);
                bench_free(&b);
            }
}

/* -(D m u')' summed over x and z + k u = f with m = 1 + sin/2 of both, u = 2 + cos cos. */
static double mobility_error(size_t n, enum geometry geometry, double grading)
{
    struct bench b;
    bench_init(&b, make_box(geometry, 1.0, 0.1, 1.3, 1.0 / (double)n, 0.1, 1.3 / (double)n, grading));
    const double d = 0.7, k = 3.0, kx = M_PI / 1.0, kz = M_PI / 1.3;
    for (size_t c = 0; c < b.grid->cells; c++) {
        const double x = centre(b.grid, c, 0), z = centre(b.grid, c, 2), m = 1.0 + 0.5 * sin(2.0 * x + z);
        const double xl = b.grid->axis[0].face[place(b.grid, c, 0)], zl = b.grid->axis[2].face[place(b.grid, c, 2)];
        const double u = cos(kx * x) * cos(kz * z), ux = -kx * sin(kx * x) * cos(kz * z), uz = -kz * cos(kx * x) * sin(kz * z);
        const double mx = cos(2.0 * x + z), mz = 0.5 * cos(2.0 * x + z), radial = geometry == AXISYMMETRIC ? m * ux / x : 0.0;
        b.plane[MX][c] = 1.0 + 0.5 * sin(2.0 * xl + z);
        b.plane[MY][c] = 1.0;
        b.plane[MZ][c] = 1.0 + 0.5 * sin(2.0 * x + zl);
        b.plane[EXACT][c] = 2.0 + u;
        b.plane[LOSS][c] = k;
        b.plane[RHS][c] = -d * (mx * ux + mz * uz - m * (kx * kx + kz * kz) * u + radial) + k * (2.0 + u);
    }
    b.faces.velocity[0] = b.faces.velocity[1] = b.faces.velocity[2] = NULL;
    b.problem.shift = 0.0;
    b.problem.diffusivity = d;
    solve(&b);
    const double error = distance(b.grid, b.plane[Y], b.plane[EXACT]);
    bench_free(&b);
    return error;
}

Test(transport, mobility_is_second_order_against_a_manufactured_solution)
{
    const enum geometry geometries[] = {SLAB, AXISYMMETRIC};
    for (int g = 0; g < 2; g++) {
        double coarse = mobility_error(16, geometries[g], 1.0);
        for (size_t n = 32; n <= 128; n *= 2) {
            const double fine = mobility_error(n, geometries[g], 1.0), order = log2(coarse / fine);
            cr_assert(order > 1.9 && order < 2.2, "%s, %zu cells: order %.3f (errors %.3g, %.3g)", geometry_names[geometries[g]], n, order,
                      coarse, fine);
            coarse = fine;
        }
    }
}

/* V10: cells move towards a fixed bump; implicit steps until nothing moves. */
struct steady {
    double error, mass, least;
};
static struct steady taxis_steady(size_t n, bool corrected)
{
    struct bench b;
    bench_init(&b, make_box(SLAB, 1.0, 0.0, 0.5, 1.0 / (double)n, 0.0, 1.0 / (double)n, 1.0));
    const double d = 0.1, chi = 0.3;
    double scale = 0.0;
    for (size_t c = 0; c < b.grid->cells; c++) {
        const double attractant = cos(M_PI * centre(b.grid, c, 0)) * cos(2.0 * M_PI * centre(b.grid, c, 2));
        b.plane[OTHER][c] = attractant;
        b.plane[EXACT][c] = exp(chi * attractant / d);
        b.plane[Y][c] = 1.0;
    }
    transport_velocity(b.grid, chi, b.plane[OTHER], b.faces.velocity);
    scale = total(b.grid, b.plane[Y]) / total(b.grid, b.plane[EXACT]);
    for (size_t c = 0; c < b.grid->cells; c++)
        b.plane[EXACT][c] *= scale;
    b.faces.mobility[0] = b.faces.mobility[1] = b.faces.mobility[2] = NULL;
    b.problem.shift = 2.0;
    b.problem.diffusivity = d;
    b.problem.accuracy = 1e-9;
    struct steady s = {.least = HUGE_VAL};
    const double mass = total(b.grid, b.plane[Y]);
    for (int step = 0; step < 150; step++) {
        for (size_t c = 0; c < b.grid->cells; c++)
            b.plane[RHS][c] = b.problem.shift * b.plane[Y][c];
        if (corrected)
            transport_limited_correction(b.grid, b.faces.velocity, b.plane[Y], 1.0, b.plane[RHS]);
        solve(&b);
        s.least = fmin(s.least, b.result.minimum);
        cr_assert(b.result.converged, "step %d: not converged", step);
    }
    s.mass = total(b.grid, b.plane[Y]) / mass - 1.0;
    s.error = distance(b.grid, b.plane[Y], b.plane[EXACT]);
    bench_free(&b);
    return s;
}

Test(transport, taxis_reaches_its_steady_state_conserves_and_stays_positive)
{
    double upwind = taxis_steady(16, false).error, limited = taxis_steady(16, true).error;
    for (size_t n = 32; n <= 64; n *= 2) {
        const struct steady first = taxis_steady(n, false), second = taxis_steady(n, true);
        const double order_1 = log2(upwind / first.error), order_2 = log2(limited / second.error);
        cr_assert(order_1 > 0.8, "upwind, %zu cells: order %.3f (%.3g, %.3g)", n, order_1, upwind, first.error);
        cr_assert(order_2 > 1.6, "limited, %zu cells: order %.3f (%.3g, %.3g)", n, order_2, limited, second.error);
        AT_MOST(second.error, 0.3 * first.error);
        AT_MOST(fabs(first.mass), 1e-12);
        AT_MOST(fabs(second.mass), 1e-12);
        AT_LEAST(first.least, 0.0);
        AT_LEAST(second.least, 0.0);
        upwind = first.error;
        limited = second.error;
    }
}

Test(transport, the_limited_correction_moves_mass_but_makes_none)
{
    for (int w = 0; w < SHAPES; w++) {
        struct bench b;
        bench_init(&b, shape(w));
        rough_faces(&b, 3.0);
        uint64_t seed = 13;
        for (size_t c = 0; c < b.grid->cells; c++)
            b.plane[EXACT][c] = noise(&seed);
        double moved = 0.0;
        transport_limited_correction(b.grid, b.faces.velocity, b.plane[EXACT], 1.0, b.plane[RHS]);
        for (size_t c = 0; c < b.grid->cells; c++)
            moved += b.grid->volume[c] * fabs(b.plane[RHS][c]);
        AT_LEAST(moved, 1e-9);
        AT_MOST(fabs(total(b.grid, b.plane[RHS])), 1e-13 * moved);
        transport_limited_correction(b.grid, b.faces.velocity, b.plane[EXACT], -1.0, b.plane[RHS]);
        for (size_t c = 0; c < b.grid->cells; c++)
            AT_MOST(fabs(b.plane[RHS][c]), 1e-9);
        bench_free(&b);
    }
}

/* Exchange on top, a fixed value below, nothing lost: a straight line, exact on any grid; then what flows in flows out. */
Test(transport, a_boundary_pair_gives_the_exact_line)
{
    const double d = 0.4, rate = 0.9, out = 3.0, in = 0.5, depth = 1.4;
    for (double grading = 1.0; grading < 1.3; grading += 0.2) {
        struct bench b;
        bench_init(&b, make_box(SLAB, 0.3, 0.0, depth, 0.1, 0.0, 0.02, grading));
        const double top = transport_boundary(b.grid, 4, d, rate, out, b.plane[LOSS], b.plane[RHS]);
        const double bottom = transport_boundary(b.grid, 5, d, HUGE_VAL, in, b.plane[LOSS], b.plane[RHS]);
        const double flux = (out - in) / (1.0 / rate + depth / d);
        b.problem.faces = NULL;
        b.problem.shift = 0.0;
        b.problem.diffusivity = d;
        solve(&b);
        for (size_t c = 0; c < b.grid->cells; c++)
            NEAR(b.plane[Y][c], out - flux / rate - flux / d * centre(b.grid, c, 2), 1e-9);
        NEAR(top * transport_boundary_sum(b.grid, 4, out, b.plane[Y]), flux * 0.3, 1e-8);
        NEAR(bottom * transport_boundary_sum(b.grid, 5, in, b.plane[Y]), -flux * 0.3, 1e-8);
        bench_free(&b);
    }
}

/* Exchange at x = 1 (or r = 1), decay inside. */
static double exchange_error(size_t n)
{
    struct bench b;
    bench_init(&b, make_box(SLAB, 1.0, 0.0, 0.2, 1.0 / (double)n, 0.0, 0.1, 1.0));
    const double d = 0.3, k = 2.0, rate = 0.8, lambda = sqrt(d / k);
    const double amplitude = rate * 2.0 / (rate * cosh(1.0 / lambda) + d / lambda * sinh(1.0 / lambda));
    for (size_t c = 0; c < b.grid->cells; c++) {
        b.plane[LOSS][c] = k;
        b.plane[EXACT][c] = amplitude * cosh(centre(b.grid, c, 0) / lambda);
    }
    transport_boundary(b.grid, 1, d, rate, 2.0, b.plane[LOSS], b.plane[RHS]);
    b.problem.faces = NULL;
    b.problem.shift = 0.0;
    b.problem.diffusivity = d;
    solve(&b);
    const double error = distance(b.grid, b.plane[Y], b.plane[EXACT]);
    bench_free(&b);
    return error;
}

Test(transport, exchange_through_a_face_is_second_order)
{
    double coarse = exchange_error(16);
    for (size_t n = 32; n <= 256; n *= 2) {
        const double fine = exchange_error(n), order = log2(coarse / fine);
        cr_assert(order > 1.9 && order < 2.1, "%zu cells: order %.3f (errors %.3g, %.3g)", n, order, coarse, fine);
        coarse = fine;
    }
}

/* A sink at the wall makes the rows there stiff, and the conservative scaling weighs errors there by the flux into it: ten times the
 * accuracy is what is left (600 cells). */
Test(transport, the_scaling_hardly_spoils_a_solution_with_an_absorbing_wall)
{
    for (double accuracy = 1e-8; accuracy < 1e-2; accuracy *= 100.0) {
        struct bench b;
        bench_init(&b, make_box(SLAB, 0.1, 0.0, 3.0, 0.05, 0.0, 0.005, 1.0));
        uint64_t seed = 17;
        transport_boundary(b.grid, 4, 1.0, HUGE_VAL, 0.0, b.plane[LOSS], b.plane[RHS]);
        for (size_t c = 0; c < b.grid->cells; c++)
            b.plane[EXACT][c] = (0.5 + noise(&seed)) * sin(M_PI * centre(b.grid, c, 2) / 6.0);
        b.problem.faces = NULL;
        b.problem.shift = 0.01;
        b.problem.accuracy = accuracy;
        apply_operator(b.grid, 0.01, 1.0, b.plane[LOSS], NULL, NULL, b.plane[EXACT], b.plane[RHS]);
        solve(&b);
        const double error = distance(b.grid, b.plane[Y], b.plane[EXACT]);
        cr_assert(b.result.converged && error <= 10.0 * accuracy, "error %.3g, wanted %.3g (factor - 1 = %.3g, %.1f sweeps)", error,
                  accuracy, b.result.factor - 1.0, b.result.sweeps);
        bench_free(&b);
    }
}

Test(transport, no_diffusion_or_no_rate_means_no_exchange)
{
    struct bench b;
    bench_init(&b, make_box(SLAB, 0.1, 0.0, 0.1, 0.05, 0.0, 0.05, 1.0));
    NEAR(transport_boundary(b.grid, 4, 0.0, HUGE_VAL, 2.0, b.plane[LOSS], b.plane[RHS]), 0.0, 0.0);
    NEAR(transport_boundary(b.grid, 4, 1.0, 0.0, 2.0, b.plane[LOSS], b.plane[RHS]), 0.0, 0.0);
    NEAR(total(b.grid, b.plane[RHS]) + total(b.grid, b.plane[LOSS]), 0.0, 0.0);
    bench_free(&b);
}
