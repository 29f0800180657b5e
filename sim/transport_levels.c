/* The hierarchy of grids: built once, and how values are carried between neighbouring levels. */
#include "transport_internal.h"

#include <math.h>
#include <stdlib.h>

/* An axis is coarsened when even its weakest coupling is at least this share of the strongest one of the other axes: waves along an axis
 * that is weak anywhere are not smoothed there, and a grid without that axis could not carry their correction. */
static const double STRONG = 0.4;

/* Weakest and strongest coupling along an axis; the missing neighbour of a wall does not count. */
static void coupling_range(const struct axis *axis, double *weakest, double *strongest)
{
    *weakest = HUGE_VAL;
    *strongest = 0.0;
    for (size_t i = 0; i < axis->n; i++) {
        const double coupling = fmax(axis->lower[i], axis->upper[i]);
        *weakest = fmin(*weakest, coupling);
        *strongest = fmax(*strongest, coupling);
    }
}

/* Where no axis is strong everywhere (a refined radius over a graded depth) the least weak one is coarsened. */
static bool choose_axes(const struct grid *grid, bool halve[3])
{
    double weakest[3], strongest[3], share[3], best = 0.0;
    for (int a = 0; a < 3; a++)
        coupling_range(&grid->axis[a], &weakest[a], &strongest[a]);
    for (int a = 0; a < 3; a++) {
        const double others = fmax(strongest[(a + 1) % 3], strongest[(a + 2) % 3]);
        share[a] = grid->axis[a].n == 1 ? 0.0 : others > 0.0 ? weakest[a] / others : 1.0;
        best = fmax(best, share[a]);
    }
    for (int a = 0; a < 3; a++)
        halve[a] = share[a] > 0.0 && share[a] >= fmin(STRONG, best);
    return best > 0.0;
}

static enum status fill_couplings(struct level *level)
{
    const struct axis *x = &level->grid->axis[0], *y = &level->grid->axis[1], *z = &level->grid->axis[2];
    const size_t plane = level->grid->plane;
    for (level->planes = 1; 2 * level->planes * plane <= TRANSPORT_SPAN;)
        level->planes *= 2;
    double *block = calloc(5 * plane, sizeof *block);
    if (!block)
        return status_no_memory("the grid hierarchy", 5 * plane * sizeof *block);
    level->west = block;
    level->east = block + plane;
    level->south = block + 2 * plane;
    level->north = block + 3 * plane;
    level->lateral = block + 4 * plane;
    level->wrap_x = x->periodic && x->n > 1;
    level->wrap_y = y->periodic && y->n > 1;
    double lateral = 0.0, vertical = 0.0;
    for (size_t c = 0; c < plane; c++) {
        const size_t i = c % x->n, j = c / x->n;
        level->west[c] = i > 0 ? x->lower[i] : 0.0;
        level->east[c] = i + 1 < x->n ? x->upper[i] : 0.0;
        level->south[c] = j > 0 ? y->lower[j] : 0.0;
        level->north[c] = j + 1 < y->n ? y->upper[j] : 0.0;
        level->lateral[c] = x->lower[i] + x->upper[i] + y->lower[j] + y->upper[j];
        lateral = fmax(lateral, level->lateral[c]);
    }
    for (size_t k = 0; k < z->n; k++)
        vertical = fmax(vertical, z->lower[k] + z->upper[k]);
    level->strongest = lateral + vertical;
    return OK;
}

/* Linear interpolation between the centres of coarse cells; constant beyond the outermost ones. */
static enum status transfer_create(const struct axis *fine, const struct axis *coarse, struct transfer *transfer)
{
    const size_t n = fine->n, m = coarse->n;
    transfer->parent = calloc(n, sizeof *transfer->parent);
    transfer->partner = calloc(n, sizeof *transfer->partner);
    transfer->weight = calloc(n, sizeof *transfer->weight);
    if (!transfer->parent || !transfer->partner || !transfer->weight)
        return status_no_memory("the grid hierarchy", n * 3 * sizeof(double));
    const double length = fine->face[n] - fine->face[0];
    for (size_t i = 0; i < n; i++) {
        const size_t parent = m == n ? i : i / 2;
        const double offset = fine->center[i] - coarse->center[parent];
        transfer->parent[i] = transfer->partner[i] = parent;
        const bool up = offset > 0.0, edge = up ? parent + 1 == m : parent == 0;
        if (offset == 0.0 || (edge && !coarse->periodic) || m == 1)
            continue;
        const size_t partner = up ? (parent + 1) % m : (parent + m - 1) % m;
        double distance = fabs(coarse->center[partner] - coarse->center[parent]);
        if (edge)
            distance = length - distance;
        transfer->partner[i] = partner;
        transfer->weight[i] = fabs(offset) / distance;
    }
    return OK;
}

enum status transport_create(const struct grid *grid, struct transport **transport)
{
    struct transport *t = calloc(1, sizeof *t);
    if (!t)
        return status_no_memory("the grid hierarchy", sizeof *t);
    union {
        const struct grid *borrowed;
        struct grid *stored;
    } top = {grid}; /* level 0 is never freed or changed */
    t->level[0].grid = top.stored;
    for (size_t c = 0; c < grid->cells; c++)
        t->volume += grid->volume[c];
    enum status status = fill_couplings(&t->level[0]);
    t->n_levels = 1;
    bool halve[3];
    while (status == OK && t->n_levels < TRANSPORT_MAX_LEVELS && choose_axes(t->level[t->n_levels - 1].grid, halve)) {
        struct level *fine = &t->level[t->n_levels - 1], *coarse = fine + 1;
        status = grid_coarsen(fine->grid, halve, &coarse->grid);
        if (status != OK)
            break;
        t->n_levels++;
        status = fill_couplings(coarse);
        for (int a = 0; a < 3 && status == OK; a++)
            status = transfer_create(&fine->grid->axis[a], &coarse->grid->axis[a], &fine->to_coarse[a]);
    }
    if (status != OK) {
        transport_destroy(&t);
        return status;
    }
    *transport = t;
    return OK;
}

void transport_destroy(struct transport **transport)
{
    if (!transport || !*transport)
        return;
    for (size_t l = 0; l < (*transport)->n_levels; l++) {
        struct level *level = &(*transport)->level[l];
        for (int a = 0; a < 3; a++) {
            free(level->to_coarse[a].parent);
            free(level->to_coarse[a].partner);
            free(level->to_coarse[a].weight);
        }
        free(level->west); /* the first of its block */
        if (l > 0)
            grid_destroy(&level->grid);
    }
    free(*transport);
    *transport = NULL;
}

void transport_restrict(const struct level *fine, const struct level *coarse, size_t k, const double *from, double *to)
{
    const struct grid *f = fine->grid, *c = coarse->grid;
    const size_t nx = f->axis[0].n, ny = f->axis[1].n;
    const size_t *px = fine->to_coarse[0].parent, *py = fine->to_coarse[1].parent, *pz = fine->to_coarse[2].parent;
    for (size_t j = 0; j < ny; j++) {
        const double *value = from + j * nx, *volume = f->volume + (k * ny + j) * nx;
        double *row = to + (pz[k] * c->axis[1].n + py[j]) * c->axis[0].n;
        for (size_t i = 0; i < nx; i++)
            row[px[i]] += volume[i] * value[i];
    }
}

void transport_restrict_end(const struct level *coarse, double *to)
{
    for (size_t i = 0; i < coarse->grid->cells; i++)
        to[i] /= coarse->grid->volume[i];
}

void transport_prolong(const struct level *fine, const struct level *coarse, size_t k, const double *from, double *row, double *to)
{
    const struct grid *f = fine->grid, *c = coarse->grid;
    const struct transfer *x = &fine->to_coarse[0], *y = &fine->to_coarse[1], *z = &fine->to_coarse[2];
    const size_t nx = f->axis[0].n, ny = f->axis[1].n, mx = c->axis[0].n, my = c->axis[1].n;
    for (size_t j = 0; j < ny; j++) {
        const double *a = from + (z->parent[k] * my + y->parent[j]) * mx, *b = from + (z->parent[k] * my + y->partner[j]) * mx;
        const double *d = from + (z->partner[k] * my + y->parent[j]) * mx, *e = from + (z->partner[k] * my + y->partner[j]) * mx;
        const double wy = y->weight[j], wz = z->weight[k];
        const double wa = (1 - wz) * (1 - wy), wb = (1 - wz) * wy, wd = wz * (1 - wy), we = wz * wy;
        for (size_t i = 0; i < mx; i++)
            row[i] = wa * a[i] + wb * b[i] + wd * d[i] + we * e[i];
        double *out = to + (k * ny + j) * nx;
        for (size_t i = 0; i < nx; i++)
            out[i] += (1 - x->weight[i]) * row[x->parent[i]] + x->weight[i] * row[x->partner[i]];
    }
}
