/* The passes of the Helmholtz solve.  One plane z = const at a time: couplings within it vary with (x, y) only, those across it are
 * constants, so each plane is one long vector loop; neighbours beyond a wall are read from the guards with weight 0. */
#include "model.h"
#include "transport_internal.h"

#include <math.h>

enum { WIDE = 64 }; /* cells: shorter rows are swept as one long plane */

KERNEL static void plane_invert(size_t n, double base, double d, const double *restrict lateral, const double *restrict loss,
                                double *restrict inverse)
{
#pragma omp simd
    for (size_t c = 0; c < n; c++)
        inverse[c] = 1.0 / (base + loss[c] + d * lateral[c]);
}

void transport_invert(const struct level *level, double shift, double diffusivity, const double *loss, double *inverse)
{
    const struct grid *grid = level->grid;
    const struct axis *z = &grid->axis[2];
    for (size_t k = 0; k < z->n; k++) {
        const double base = shift + diffusivity * (z->lower[k] + z->upper[k]);
        plane_invert(grid->plane, base, diffusivity, level->lateral, loss + k * grid->plane, inverse + k * grid->plane);
    }
}

/* out = y + omega (inverse (rhs + sum of couplings x neighbours) - y) */
KERNEL static void plane_sweep(size_t n, size_t nx, size_t plane, double d, double above, double below, double omega,
                               const struct level *level, const double *restrict y, const double *restrict rhs,
                               const double *restrict inverse, double *restrict out)
{
    const double *restrict w = level->west, *restrict e = level->east, *restrict s = level->south, *restrict t = level->north;
#pragma omp simd
    for (size_t c = 0; c < n; c++) {
        const double *restrict here = y + c;
        const double lateral = w[c] * here[-1] + e[c] * here[1] + s[c] * *(here - nx) + t[c] * here[nx];
        const double flux = d * lateral + above * *(here - plane) + below * here[plane];
        out[c] = y[c] + omega * (inverse[c] * (rhs[c] + flux) - y[c]);
    }
}

/* The same row by row: couplings along y are the same all along a row and those along x in every row, so that wide planes need not fetch
 * four planes of couplings as well. */
KERNEL static void plane_sweep_rows(size_t ny, size_t nx, size_t plane, double d, double above, double below, double omega,
                                    const struct level *level, const double *restrict y, const double *restrict rhs,
                                    const double *restrict inverse, double *restrict out)
{
    const double *restrict w = level->west, *restrict e = level->east;
    for (size_t j = 0; j < ny; j++) {
        const size_t row = j * nx;
        const double s = level->south[row], t = level->north[row];
#pragma omp simd
        for (size_t i = 0; i < nx; i++) {
            const double *restrict here = y + row + i;
            const double lateral = w[i] * here[-1] + e[i] * here[1] + s * *(here - nx) + t * here[nx];
            const double flux = d * lateral + above * *(here - plane) + below * here[plane];
            out[row + i] = *here + omega * (inverse[row + i] * (rhs[row + i] + flux) - *here);
        }
    }
}

/* The same without neighbours along y. */
KERNEL static void plane_sweep_flat(size_t n, size_t plane, double d, double above, double below, double omega, const struct level *level,
                                    const double *restrict y, const double *restrict rhs, const double *restrict inverse,
                                    double *restrict out)
{
    const double *restrict w = level->west, *restrict e = level->east;
#pragma omp simd
    for (size_t c = 0; c < n; c++) {
        const double *restrict here = y + c;
        const double flux = d * (w[c] * here[-1] + e[c] * here[1]) + above * *(here - plane) + below * here[plane];
        out[c] = y[c] + omega * (inverse[c] * (rhs[c] + flux) - y[c]);
    }
}

/* The couplings across the periodic seam, which the long loops leave out. */
static void plane_seam(const struct level *level, double d, double omega, const double *y, const double *inverse, double *out)
{
    const struct axis *x = &level->grid->axis[0], *b = &level->grid->axis[1];
    const size_t nx = x->n, ny = b->n;
    if (level->wrap_x)
        for (size_t j = 0; j < ny; j++) {
            const size_t first = j * nx, last = first + nx - 1;
            out[first] += omega * inverse[first] * d * x->lower[0] * y[last];
            out[last] += omega * inverse[last] * d * x->upper[nx - 1] * y[first];
        }
    if (level->wrap_y)
        for (size_t i = 0; i < nx; i++) {
            const size_t last = (ny - 1) * nx + i;
            out[i] += omega * inverse[i] * d * b->lower[0] * y[last];
            out[last] += omega * inverse[last] * d * b->upper[ny - 1] * y[i];
        }
}

void transport_sweep(const struct level *level, size_t k, double diffusivity, const double *y, const double *rhs, const double *inverse,
                     double omega, double *out)
{
    const struct grid *grid = level->grid;
    const size_t n = grid->plane, at = k * n;
    const double above = diffusivity * grid->axis[2].lower[k], below = diffusivity * grid->axis[2].upper[k];
    if (grid->axis[1].n == 1)
        plane_sweep_flat(n, n, diffusivity, above, below, omega, level, y + at, rhs + at, inverse + at, out + at);
    else if (grid->axis[0].n >= WIDE)
        plane_sweep_rows(grid->axis[1].n, grid->axis[0].n, n, diffusivity, above, below, omega, level, y + at, rhs + at, inverse + at,
                         out + at);
    else
        plane_sweep(n, grid->axis[0].n, n, diffusivity, above, below, omega, level, y + at, rhs + at, inverse + at, out + at);
    if (level->wrap_x || level->wrap_y)
        plane_seam(level, diffusivity, omega, y + at, inverse + at, out + at);
}

KERNEL static void span_sweep_links(size_t n, size_t nx, size_t plane, double omega, double *const *link, const double *restrict y,
                                    const double *restrict rhs, const double *restrict inverse, double *restrict out)
{
    const double *restrict w = link[0], *restrict e = link[1], *restrict s = link[2], *restrict t = link[3];
    const double *restrict u = link[4], *restrict v = link[5];
#pragma omp simd
    for (size_t c = 0; c < n; c++) {
        const double *restrict here = y + c;
        const double lateral = w[c] * here[-1] + e[c] * here[1] + s[c] * *(here - nx) + t[c] * here[nx];
        const double flux = lateral + u[c] * *(here - plane) + v[c] * here[plane];
        out[c] = y[c] + omega * (inverse[c] * (rhs[c] + flux) - y[c]);
    }
}

/* Cells beside the periodic seam, whose neighbours the long loop takes from the wrong row: once more, from their own ones (not by taking
 * the wrong share back: its round-off could leave an empty cell negative). */
static void seam_cell(const struct grid *grid, size_t c, double *const link[6], const double *y, const double *rhs, const double *inverse,
                      double omega, double *out)
{
    const size_t nx = grid->axis[0].n, plane = grid->plane, ny = plane / nx, i = c % nx, j = c / nx % ny;
    const double *here = y + c;
    const double west = i > 0 ? here[-1] : here[nx - 1], east = i + 1 < nx ? here[1] : *(here + 1 - nx);
    const double south = j > 0 ? *(here - nx) : here[plane - nx], north = j + 1 < ny ? here[nx] : *(here + nx - plane);
    const double lateral = link[0][c] * west + link[1][c] * east + link[2][c] * south + link[3][c] * north;
    const double flux = lateral + link[4][c] * *(here - plane) + link[5][c] * here[plane];
    out[c] = y[c] + omega * (inverse[c] * (rhs[c] + flux) - y[c]);
}

static void seam_links(const struct grid *grid, size_t first, double *const link[6], const double *y, const double *rhs,
                       const double *inverse, double omega, double *out)
{
    const size_t nx = grid->axis[0].n, ny = grid->axis[1].n;
    for (size_t i = 0; i < nx; i++) {
        seam_cell(grid, first + i, link, y, rhs, inverse, omega, out);
        seam_cell(grid, first + (ny - 1) * nx + i, link, y, rhs, inverse, omega, out);
    }
    for (size_t j = 0; j < ny; j++) {
        seam_cell(grid, first + j * nx, link, y, rhs, inverse, omega, out);
        seam_cell(grid, first + j * nx + nx - 1, link, y, rhs, inverse, omega, out);
    }
}

void transport_sweep_links(const struct grid *grid, size_t k, double *const link[6], const double *y, const double *rhs,
                           const double *inverse, double omega, double *out)
{
    const size_t at = k * grid->plane;
    double *const here[6] = {link[0] + at, link[1] + at, link[2] + at, link[3] + at, link[4] + at, link[5] + at};
    span_sweep_links(grid->plane, grid->axis[0].n, grid->plane, omega, here, y + at, rhs + at, inverse + at, out + at);
    if (grid->axis[0].periodic || grid->axis[1].periodic)
        seam_links(grid, at, link, y, rhs, inverse, omega, out);
}

KERNEL void transport_residual(size_t n, const double *restrict y, const double *restrict inverse, double *restrict out)
{
#pragma omp simd
    for (size_t c = 0; c < n; c++)
        out[c] = (out[c] - y[c]) / inverse[c];
}

enum { LANES = 8 };

/* sum of volume (a - b)^2, in an order that does not depend on the vector width */
KERNEL double transport_difference(size_t n, const double *restrict volume, const double *restrict a, const double *restrict b)
{
    double lane[LANES] = {0.0}, rest = 0.0;
    const size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
#pragma omp simd
        for (size_t j = 0; j < LANES; j++)
            lane[j] += volume[i + j] * (a[i + j] - b[i + j]) * (a[i + j] - b[i + j]);
    for (size_t i = whole; i < n; i++)
        rest += volume[i] * (a[i] - b[i]) * (a[i] - b[i]);
    for (size_t j = 0; j < LANES; j++)
        rest += lane[j];
    return rest;
}

KERNEL double transport_minimum(size_t n, const double *restrict a)
{
    double lane[LANES], least = HUGE_VAL;
    const size_t whole = n - n % LANES;
    for (size_t j = 0; j < LANES; j++)
        lane[j] = HUGE_VAL;
    for (size_t i = 0; i < whole; i += LANES)
#pragma omp simd
        for (size_t j = 0; j < LANES; j++)
            lane[j] = a[i + j] < lane[j] ? a[i + j] : lane[j];
    for (size_t i = whole; i < n; i++)
        least = fmin(least, a[i]);
    for (size_t j = 0; j < LANES; j++)
        least = fmin(least, lane[j]);
    return least;
}
