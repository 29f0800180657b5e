/* Shared by the tests of the solver: assertions with numbers, small grids, and the transport operator assembled once more from nothing but
 * the positions of faces (no code, coupling or volume in common with what is tested). */
#ifndef NEEDLEWORK_TESTS_NUMERICS_H
#define NEEDLEWORK_TESTS_NUMERICS_H

#include "grid.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define NEAR(observed, wanted, tolerance)                                                                                                  \
    cr_assert(fabs((observed) - (wanted)) <= (tolerance), #observed " is %.17g, wanted %.17g within %g", (double)(observed),               \
              (double)(wanted), (double)(tolerance))
#define AT_MOST(observed, most)                                                                                                            \
    cr_assert((observed) <= (most), #observed " is %.6g, wanted at most %.6g", (double)(observed), (double)(most))
#define AT_LEAST(observed, least)                                                                                                          \
    cr_assert((observed) >= (least), #observed " is %.6g, wanted at least %.6g", (double)(observed), (double)(least))

static inline struct grid *make_box(enum geometry geometry, double wx, double wy, double depth, double hx, double hy, double hz,
                                    double grading)
{
    const double width[2] = {wx, wy}, spacing[3] = {hx, hy, hz};
    struct grid *grid = NULL;
    cr_assert(grid_box(geometry, width, depth, spacing, grading, &grid) == OK, "no grid");
    return grid;
}

/* One axis of a grid as a function of the cell. */
static inline size_t place(const struct grid *grid, size_t cell, int a)
{
    return a == 0 ? cell % grid->axis[0].n : a == 1 ? cell / grid->axis[0].n % grid->axis[1].n : cell / grid->plane;
}

static inline double centre(const struct grid *grid, size_t cell, int a)
{
    const double *face = grid->axis[a].face + place(grid, cell, a);
    return 0.5 * (face[0] + face[1]);
}

/* Measure of a cell along one axis and area of its lower face there; radius: per angle. */
static inline double measure(const struct grid *grid, size_t cell, int a)
{
    const double *face = grid->axis[a].face + place(grid, cell, a);
    const bool radial = a == 0 && grid->geometry == AXISYMMETRIC;
    return radial ? 0.5 * (face[1] * face[1] - face[0] * face[0]) : face[1] - face[0];
}

/* out = (shift + loss) y - div(D m grad y) + div(v y), upwind; face values on the lower faces, NULL: m = 1, v = 0. */
static inline void apply_operator(const struct grid *grid, double shift, double diffusivity, const double *loss, double *const mobility[3],
                                  double *const velocity[3], const double *y, double *out)
{
    for (size_t c = 0; c < grid->cells; c++)
        out[c] = (shift + loss[c]) * y[c];
    for (int a = 0; a < 3; a++) {
        const size_t n = grid->axis[a].n, step = a == 0 ? 1 : a == 1 ? grid->axis[0].n : grid->plane;
        const double *face = grid->axis[a].face;
        for (size_t c = 0; c < grid->cells; c++) {
            const size_t i = place(grid, c, a);
            if (i == 0 && (!grid->axis[a].periodic || n == 1))
                continue;
            const size_t low = i > 0 ? c - step : c + (n - 1) * step;
            const double distance = centre(grid, c, a) - centre(grid, low, a) + (i > 0 ? 0.0 : face[n] - face[0]);
            const double area = a == 0 && grid->geometry == AXISYMMETRIC ? face[i] : 1.0;
            const double m = mobility && mobility[a] ? mobility[a][c] : 1.0, v = velocity && velocity[a] ? velocity[a][c] : 0.0;
            const double flux = -diffusivity * m * (y[c] - y[low]) / distance + (v > 0.0 ? v * y[low] : v * y[c]);
            out[c] -= area * flux / measure(grid, c, a);
            out[low] += area * flux / measure(grid, low, a);
        }
    }
}

/* Uniform in [0, 1), the same everywhere. */
static inline double noise(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* Root of the mean over the volume of (a - b)^2. */
static inline double distance(const struct grid *grid, const double *a, const double *b)
{
    double sum = 0.0, volume = 0.0;
    for (size_t c = 0; c < grid->cells; c++) {
        sum += grid->volume[c] * (a[c] - b[c]) * (a[c] - b[c]);
        volume += grid->volume[c];
    }
    return sqrt(sum / volume);
}

static inline double total(const struct grid *grid, const double *y)
{
    double sum = 0.0;
    for (size_t c = 0; c < grid->cells; c++)
        sum += grid->volume[c] * y[c];
    return sum;
}

#endif
