/* The passes of the Helmholtz solve.  One plane z = const at a time: couplings within it vary with (x, y) only, those across it are
 * constants, so each plane is one long vector loop; neighbours beyond a wall are read from the guards with weight 0. */
#include "model.h"
#include "state.h"
#include "transport_internal.h"

#include <math.h>

enum { WIDE = 64 }; /* cells: shorter rows are swept as one long plane */

KERNEL void transport_invert(const struct level *level, struct span span, double shift, double diffusivity, const double *restrict loss,
                             double *restrict inverse)
{
    const struct axis *z = &level->grid->axis[2];
    const size_t n = level->grid->plane;
    const double *restrict lateral = level->lateral;
    for (size_t k = span.first; k < span.first + span.count; k++) {
        const double base = shift + diffusivity * (z->lower[k] + z->upper[k]), *restrict l = loss + k * n;
        double *restrict out = inverse + k * n;
#pragma omp simd
        for (size_t c = 0; c < n; c++)
            out[c] = 1.0 / (base + l[c] + diffusivity * lateral[c]);
    }
}

/* What a sweep over plane k reads and writes.  Beyond a wall the plane itself is read: its coupling is 0. */
struct rows {
    const double *above, *here, *below, *rhs, *inverse;
    double *out;
};

static inline struct rows rows_of(size_t k, size_t nz, size_t n, struct planes from, const double *rhs, const double *inverse,
                                  struct planes to)
{
    return (struct rows){.above = from.base + ((k > 0 ? k - 1 : k) & from.mask) * n,
                         .here = from.base + (k & from.mask) * n,
                         .below = from.base + ((k + 1 < nz ? k + 1 : k) & from.mask) * n,
                         .rhs = rhs + k * n,
                         .inverse = inverse + k * n,
                         .out = to.base + (k & to.mask) * n};
}

/* out = y + omega (inverse (rhs + sum of couplings x neighbours) - y) */
KERNEL static void sweep_box(const struct level *level, struct span span, double d, struct planes from, const double *rhs,
                             const double *inverse, double omega, struct planes to)
{
    const struct axis *z = &level->grid->axis[2];
    const size_t n = level->grid->plane, nx = level->grid->axis[0].n;
    const double *restrict w = level->west, *restrict e = level->east, *restrict s = level->south, *restrict t = level->north;
    for (size_t k = span.first; k < span.first + span.count; k++) {
        const struct rows p = rows_of(k, z->n, n, from, rhs, inverse, to);
        const double *restrict y = p.here, *restrict up = p.above, *restrict down = p.below, *restrict b = p.rhs, *restrict i = p.inverse;
        const double above = d * z->lower[k], below = d * z->upper[k];
        double *restrict out = p.out;
#pragma omp simd
        for (size_t c = 0; c < n; c++) {
            const double *restrict here = y + c;
            const double lateral = w[c] * here[-1] + e[c] * here[1] + s[c] * *(here - nx) + t[c] * here[nx];
            const double flux = d * lateral + above * up[c] + below * down[c];
            out[c] = y[c] + omega * (i[c] * (b[c] + flux) - y[c]);
        }
    }
}

/* The same row by row: couplings along y are the same all along a row and those along x in every row, so that wide planes need not fetch
 * four planes of couplings as well. */
KERNEL static void sweep_wide(const struct level *level, struct span span, double d, struct planes from, const double *rhs,
                              const double *inverse, double omega, struct planes to)
{
    const struct axis *z = &level->grid->axis[2];
    const size_t n = level->grid->plane, nx = level->grid->axis[0].n;
    const double *restrict w = level->west, *restrict e = level->east;
    for (size_t k = span.first; k < span.first + span.count; k++) {
        const struct rows p = rows_of(k, z->n, n, from, rhs, inverse, to);
        const double above = d * z->lower[k], below = d * z->upper[k];
        for (size_t row = 0; row < n; row += nx) {
            const double *restrict y = p.here + row, *restrict up = p.above + row, *restrict down = p.below + row;
            const double *restrict b = p.rhs + row, *restrict inv = p.inverse + row;
            const double s = level->south[row], t = level->north[row];
            double *restrict out = p.out + row;
#pragma omp simd
            for (size_t i = 0; i < nx; i++) {
                const double *restrict here = y + i;
                const double lateral = w[i] * here[-1] + e[i] * here[1] + s * *(here - nx) + t * here[nx];
                const double flux = d * lateral + above * up[i] + below * down[i];
                out[i] = y[i] + omega * (inv[i] * (b[i] + flux) - y[i]);
            }
        }
    }
}

/* The same without neighbours along y. */
KERNEL static void sweep_flat(const struct level *level, struct span span, double d, struct planes from, const double *rhs,
                              const double *inverse, double omega, struct planes to)
{
    const struct axis *z = &level->grid->axis[2];
    const size_t n = level->grid->plane;
    const double *restrict w = level->west, *restrict e = level->east;
    for (size_t k = span.first; k < span.first + span.count; k++) {
        const struct rows p = rows_of(k, z->n, n, from, rhs, inverse, to);
        const double *restrict y = p.here, *restrict up = p.above, *restrict down = p.below, *restrict b = p.rhs, *restrict i = p.inverse;
        const double above = d * z->lower[k], below = d * z->upper[k];
        double *restrict out = p.out;
#pragma omp simd
        for (size_t c = 0; c < n; c++) {
            const double *restrict here = y + c;
            const double flux = d * (w[c] * here[-1] + e[c] * here[1]) + above * up[c] + below * down[c];
            out[c] = y[c] + omega * (i[c] * (b[c] + flux) - y[c]);
        }
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

void transport_sweep(const struct level *level, struct span span, double diffusivity, struct planes from, const double *rhs,
                     const double *inverse, double omega, struct planes to)
{
    const struct grid *grid = level->grid;
    const size_t n = grid->plane;
    (grid->axis[1].n == 1      ? sweep_flat
     : grid->axis[0].n >= WIDE ? sweep_wide
                               : sweep_box)(level, span, diffusivity, from, rhs, inverse, omega, to);
    if (level->wrap_x || level->wrap_y)
        for (size_t k = span.first; k < span.first + span.count; k++)
            plane_seam(level, diffusivity, omega, from.base + (k & from.mask) * n, inverse + k * n, to.base + (k & to.mask) * n);
}

KERNEL static void sweep_links(const struct grid *grid, struct span span, double *const link[6], struct planes from, const double *rhs,
                               const double *inverse, double omega, struct planes to)
{
    const size_t n = grid->plane, nx = grid->axis[0].n;
    for (size_t k = span.first; k < span.first + span.count; k++) {
        const struct rows p = rows_of(k, grid->axis[2].n, n, from, rhs, inverse, to);
        const double *restrict w = link[0] + k * n, *restrict e = link[1] + k * n, *restrict s = link[2] + k * n;
        const double *restrict t = link[3] + k * n, *restrict u = link[4] + k * n, *restrict v = link[5] + k * n;
        const double *restrict y = p.here, *restrict up = p.above, *restrict down = p.below, *restrict b = p.rhs, *restrict i = p.inverse;
        double *restrict out = p.out;
#pragma omp simd
        for (size_t c = 0; c < n; c++) {
            const double *restrict here = y + c;
            const double lateral = w[c] * here[-1] + e[c] * here[1] + s[c] * *(here - nx) + t[c] * here[nx];
            const double flux = lateral + u[c] * up[c] + v[c] * down[c];
            out[c] = y[c] + omega * (i[c] * (b[c] + flux) - y[c]);
        }
    }
}

/* Cells beside the periodic seam, whose neighbours the long loop takes from the wrong row: once more, from their own ones (not by taking
 * the wrong share back: its round-off could leave an empty cell negative). */
static void seam_cell(const struct grid *grid, size_t c, double *const link[6], struct rows p, double omega)
{
    const size_t nx = grid->axis[0].n, plane = grid->plane, ny = plane / nx, i = c % nx, j = c / nx;
    const double *here = p.here + c;
    const double west = i > 0 ? here[-1] : here[nx - 1], east = i + 1 < nx ? here[1] : *(here + 1 - nx);
    const double south = j > 0 ? *(here - nx) : here[plane - nx], north = j + 1 < ny ? here[nx] : *(here + nx - plane);
    const double lateral = link[0][c] * west + link[1][c] * east + link[2][c] * south + link[3][c] * north;
    const double flux = lateral + link[4][c] * p.above[c] + link[5][c] * p.below[c];
    p.out[c] = *here + omega * (p.inverse[c] * (p.rhs[c] + flux) - *here);
}

static void seam_links(const struct grid *grid, double *const link[6], struct rows p, double omega)
{
    const size_t nx = grid->axis[0].n, ny = grid->axis[1].n;
    for (size_t i = 0; i < nx; i++) {
        seam_cell(grid, i, link, p, omega);
        seam_cell(grid, (ny - 1) * nx + i, link, p, omega);
    }
    for (size_t j = 0; j < ny; j++) {
        seam_cell(grid, j * nx, link, p, omega);
        seam_cell(grid, j * nx + nx - 1, link, p, omega);
    }
}

void transport_sweep_links(const struct grid *grid, struct span span, double *const link[6], struct planes from, const double *rhs,
                           const double *inverse, double omega, struct planes to)
{
    const size_t n = grid->plane;
    sweep_links(grid, span, link, from, rhs, inverse, omega, to);
    if (!grid->axis[0].periodic && !grid->axis[1].periodic)
        return;
    for (size_t k = span.first; k < span.first + span.count; k++) {
        const size_t at = k * n;
        double *const here[6] = {link[0] + at, link[1] + at, link[2] + at, link[3] + at, link[4] + at, link[5] + at};
        seam_links(grid, here, rows_of(k, grid->axis[2].n, n, from, rhs, inverse, to), omega);
    }
}

KERNEL void transport_residual(size_t n, const double *restrict y, const double *restrict inverse, double *restrict out)
{
#pragma omp simd
    for (size_t c = 0; c < n; c++)
        out[c] = (out[c] - y[c]) / inverse[c];
}

/* sum of volume (a - b)^2, in an order that does not depend on the vector width */
KERNEL double transport_difference(size_t n, const double *restrict volume, const double *restrict a, const double *restrict b)
{
    double lane[STATE_LANES] = {0.0}, rest = 0.0;
    const size_t whole = n - n % STATE_LANES;
    for (size_t i = 0; i < whole; i += STATE_LANES)
#pragma omp simd
        for (size_t j = 0; j < STATE_LANES; j++)
            lane[j] += volume[i + j] * (a[i + j] - b[i + j]) * (a[i + j] - b[i + j]);
    for (size_t i = whole; i < n; i++)
        rest += volume[i] * (a[i] - b[i]) * (a[i] - b[i]);
    for (size_t j = 0; j < STATE_LANES; j++)
        rest += lane[j];
    return rest;
}
