/* Problems with state-dependent faces: mobility factors, taxis velocities, boundaries. */
#include "transport_internal.h"

#include <math.h>

/* Index of the lower neighbour of cell c along axis a, or `cells` at a wall. */
static size_t lower_neighbour(const struct grid *grid, int a, size_t c)
{
    const size_t n = grid->axis[a].n, step = grid_step(grid, a);
    if (grid_index(grid, a, c) > 0)
        return c - step;
    return grid->axis[a].periodic && n > 1 ? c + (n - 1) * step : grid->cells;
}

/* Area of the lower (side 0) or upper face of cell i / its volume [1/mm]. */
static double face_share(const struct grid *grid, int a, size_t i, int side)
{
    const struct axis *axis = &grid->axis[a];
    const double area = a == 0 && grid->geometry == AXISYMMETRIC ? axis->face[i + (size_t)side] : 1.0;
    return area / axis->extent[i];
}

static double face_distance(const struct grid *grid, int a, size_t i)
{
    const struct axis *axis = &grid->axis[a];
    if (i > 0)
        return axis->center[i] - axis->center[i - 1];
    return axis->center[0] - axis->center[axis->n - 1] + axis->face[axis->n] - axis->face[0];
}

void transport_links(const struct grid *grid, double shift, double diffusivity, const double *loss, double *const face[6],
                     struct scratch *scratch)
{
    double *diagonal = scratch->inverse;
    double theta = 0.0;
    for (size_t c = 0; c < grid->cells; c++) {
        diagonal[c] = shift + loss[c];
        for (int l = 0; l < 6; l++)
            scratch->link[l][c] = 0.0;
    }
    for (int a = 0; a < 3; a++)
        for (size_t c = 0; c < grid->cells; c++) {
            const size_t low = lower_neighbour(grid, a, c);
            if (low == grid->cells)
                continue;
            const size_t i = grid_index(grid, a, c), il = grid_index(grid, a, low);
            const double m = face[a] ? face[a][c] : 1.0, v = face[3 + a] ? face[3 + a][c] : 0.0;
            const double up = fmax(v, 0.0), down = fmax(-v, 0.0);
            const double here = face_share(grid, a, i, 0), there = face_share(grid, a, il, 1);
            const double spread_here = diffusivity * m * grid->axis[a].lower[i], spread_there = diffusivity * m * grid->axis[a].upper[il];
            scratch->link[2 * a][c] = spread_here + up * here;
            scratch->link[2 * a + 1][low] = spread_there + down * there;
            diagonal[c] += spread_here + down * here;
            diagonal[low] += spread_there + up * there;
        }
    for (size_t c = 0; c < grid->cells; c++) {
        double sum = 0.0;
        for (int l = 0; l < 6; l++)
            sum += scratch->link[l][c];
        theta = fmax(theta, sum / diagonal[c]);
        scratch->inverse[c] = 1.0 / diagonal[c];
    }
    scratch->theta = fmin(theta, 1.0);
}

/* Coarse faces carry the area-weighted mean of the fine faces they consist of. */
void transport_coarsen_faces(const struct level *fine, const struct level *coarse, double *const from[6], double *const to[6])
{
    const struct grid *f = fine->grid, *g = coarse->grid;
    const size_t *parent[3] = {fine->to_coarse[0].parent, fine->to_coarse[1].parent, fine->to_coarse[2].parent};
    for (int q = 0; q < 6; q++) {
        const int a = q % 3;
        for (size_t c = 0; c < g->cells && to[q]; c++)
            to[q][c] = 0.0;
        for (size_t c = 0; c < f->cells && to[q]; c++) {
            const size_t at[3] = {grid_index(f, 0, c), grid_index(f, 1, c), grid_index(f, 2, c)};
            if (at[a] > 0 && parent[a][at[a] - 1] == parent[a][at[a]])
                continue; /* inside a coarse cell */
            const size_t p[3] = {parent[0][at[0]], parent[1][at[1]], parent[2][at[2]]};
            double share = 1.0;
            for (int b = 0; b < 3; b++)
                if (b != a)
                    share *= f->axis[b].extent[at[b]] / g->axis[b].extent[p[b]];
            to[q][p[0] + g->axis[0].n * (p[1] + g->axis[1].n * p[2])] += share * (from[q] ? from[q][c] : q < 3 ? 1.0 : 0.0);
        }
    }
}

void transport_velocity(const struct grid *grid, double chi, const double *s, double *const velocity[3])
{
    for (int a = 0; a < 3; a++)
        for (size_t c = 0; c < grid->cells; c++) {
            const size_t low = lower_neighbour(grid, a, c);
            velocity[a][c] = low == grid->cells ? 0.0 : chi * (s[c] - s[low]) / face_distance(grid, a, grid_index(grid, a, c));
        }
}

/* Half the van Leer limited slope across a cell, from the differences on its two sides. */
static double half_slope(double behind, double ahead)
{
    const double product = behind * ahead;
    return product > 0.0 ? product / (behind + ahead) : 0.0;
}

void transport_limited_correction(const struct grid *grid, double *const velocity[3], const double *y, double sign, double *rhs)
{
    for (int a = 0; a < 3; a++)
        for (size_t c = 0; c < grid->cells; c++) {
            const size_t low = lower_neighbour(grid, a, c);
            const double v = velocity[a][c];
            if (low == grid->cells || v == 0.0)
                continue;
            const size_t n = grid->axis[a].n, step = grid_step(grid, a);
            const size_t i = grid_index(grid, a, c), next = i + 1 < n                ? c + step
                                                            : grid->axis[a].periodic ? c + step - n * step
                                                                                     : grid->cells;
            const size_t before = lower_neighbour(grid, a, low);
            const double across = y[c] - y[low];
            double more;
            if (v > 0.0)
                more = before == grid->cells ? 0.0 : half_slope(y[low] - y[before], across);
            else
                more = next == grid->cells ? 0.0 : -half_slope(across, y[next] - y[c]);
            const double flux = sign * v * more;
            rhs[c] += flux * face_share(grid, a, i, 0);
            rhs[low] -= flux * face_share(grid, a, grid_index(grid, a, low), 1);
        }
}

/* The cells that touch a face: index = first + i step[0] + j step[1] for i < n[0], j < n[1], the faster axis first. */
struct patch {
    size_t first, step[2], n[2];
};

static struct patch face_patch(const struct grid *grid, int face)
{
    const int a = face / 2, fast = a == 0 ? 1 : 0, slow = a == 2 ? 1 : 2;
    return (struct patch){.first = face % 2 ? (grid->axis[a].n - 1) * grid_step(grid, a) : 0,
                          .step = {grid_step(grid, fast), grid_step(grid, slow)},
                          .n = {grid->axis[fast].n, grid->axis[slow].n}};
}

double transport_boundary(const struct grid *grid, int face, double diffusivity, double rate, double value, double *loss, double *rhs)
{
    const int a = face / 2, side = face % 2;
    const struct axis *axis = &grid->axis[a];
    const struct patch patch = face_patch(grid, face);
    const size_t edge = side ? axis->n - 1 : 0;
    const double half = 0.5 * (axis->face[edge + 1] - axis->face[edge]);
    const double g = face_share(grid, a, edge, side) / (half / diffusivity + 1.0 / rate);
    for (size_t j = 0; j < patch.n[1]; j++)
        for (size_t i = 0; i < patch.n[0]; i++) {
            const size_t c = patch.first + j * patch.step[1] + i * patch.step[0];
            loss[c] += g;
            rhs[c] += g * value;
        }
    return g;
}

double transport_boundary_sum(const struct grid *grid, int face, double value, const double *y)
{
    const struct patch patch = face_patch(grid, face);
    double sum = 0.0;
    for (size_t j = 0; j < patch.n[1]; j++)
        for (size_t i = 0; i < patch.n[0]; i++) {
            const size_t c = patch.first + j * patch.step[1] + i * patch.step[0];
            sum += grid->volume[c] * (value - y[c]);
        }
    return sum;
}
