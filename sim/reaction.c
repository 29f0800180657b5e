#include "reaction.h"

#include <math.h>
#include <stdlib.h>

enum { TILE = 256 };

size_t reaction_tiles(size_t cells)
{
    return (cells + TILE - 1) / TILE;
}

size_t reaction_tile_cells(size_t cells, size_t tile, size_t *first)
{
    *first = tile * TILE;
    return cells - *first < TILE ? cells - *first : TILE;
}

KERNEL static void predict(size_t n, const struct reaction_predictor *predictor, const double *restrict now, const double *restrict before,
                           const double *restrict older, double *restrict next)
{
    const double a = predictor->now, b = predictor->before, c = predictor->older;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double y = a * now[i] + b * before[i] + c * older[i];
        next[i] = y > 0.0 ? y : 0.0;
    }
}

void reaction_predict(const struct state *state, size_t species, const struct reaction_predictor *predictor, size_t first, size_t n,
                      double *next)
{
    predict(n, predictor, state->level[STATE_NOW][species] + first, state->level[STATE_BEFORE][species] + first,
            state->level[STATE_OLDER][species] + first, next);
}

/* Production and loss of the state y [species][n]. */
static void react_span(const struct model *model, const double *params, struct state *state, const double *const *y, size_t first, size_t n)
{
    const double *fixed[MODEL_MAX_SPECIES];
    double *prod[MODEL_MAX_SPECIES], *loss[MODEL_MAX_SPECIES];
    for (size_t s = 0; s < state->n_species; s++) {
        prod[s] = state->level[STATE_NEXT][s] + first;
        loss[s] = state->loss[s] + first;
    }
    for (size_t f = 0; f < state->n_fixed; f++)
        fixed[f] = state->fixed[f] + first;
    model->react(n, y, fixed, params, prod, loss);
}

void reaction_tile(const struct model *model, const double *params, const struct reaction_predictor *predictor, struct state *state,
                   size_t tile)
{
    _Alignas(64) double predicted[MODEL_MAX_SPECIES][TILE];
    const double *y[MODEL_MAX_SPECIES];
    size_t first;
    const size_t n = reaction_tile_cells(state->grid->cells, tile, &first);
    for (size_t s = 0; s < state->n_species; s++) {
        reaction_predict(state, s, &predictor[s], first, n, predicted[s]);
        y[s] = predicted[s];
    }
    react_span(model, params, state, y, first, n);
}

/* Mean of the predicted dermis over the top `depth`, layer by layer. */
static void look_below(const struct state *dermis, const struct reaction_predictor *predictor, double depth, double *const *below)
{
    const struct axis *z = &dermis->grid->axis[2];
    const size_t plane = dermis->grid->plane;
    const double reach = fmin(depth, z->face[z->n]);
    for (size_t s = 0; s < dermis->n_species; s++) {
        for (size_t c = 0; c < plane; c++)
            below[s][c] = 0.0;
        for (size_t k = 0; k < z->n && z->face[k] < reach; k++) {
            const double weight = (fmin(z->face[k + 1], reach) - z->face[k]) / reach;
            const double *now = dermis->level[STATE_NOW][s] + k * plane, *before = dermis->level[STATE_BEFORE][s] + k * plane;
            const double *older = dermis->level[STATE_OLDER][s] + k * plane;
            const double a = predictor[s].now, b = predictor[s].before, d = predictor[s].older;
            for (size_t c = 0; c < plane; c++)
                below[s][c] += weight * fmax(0.0, a * now[c] + b * before[c] + d * older[c]);
        }
    }
}

void reaction_surface(const struct model *model, const double *params, const struct reaction_predictor *dermis_predictor,
                      const struct reaction_predictor *predictor, const struct state *dermis, struct state *surface, double *const *below,
                      double *const *e)
{
    const double *on[MODEL_MAX_SPECIES], *under[MODEL_MAX_SPECIES];
    look_below(dermis, dermis_predictor, model->surface_depth, below);
    for (size_t s = 0; s < surface->n_species; s++) {
        reaction_predict(surface, s, &predictor[s], 0, surface->grid->cells, e[s]);
        on[s] = e[s];
    }
    for (size_t s = 0; s < dermis->n_species; s++)
        under[s] = below[s];
    model->react_surface(surface->grid->cells, on, under, params, surface->level[STATE_NEXT], surface->loss);
}

static void set_healthy(const struct species *species, struct state *state)
{
    for (size_t s = 0; s < state->n_species; s++)
        for (size_t c = 0; c < state->grid->cells; c++)
            state->level[STATE_NOW][s][c] = species[s].healthy;
}

enum status reaction_start(const struct model *model, const double *params, struct state *dermis, struct state *surface)
{
    const size_t n = dermis->grid->cells;
    set_healthy(model->species, dermis);
    if (surface)
        set_healthy(model->surface, surface);
    if (!model->initial)
        return OK;
    double *block = malloc(3 * n * sizeof *block), *at[3] = {block, block + n, block + 2 * n};
    if (!block)
        return status_no_memory("the initial state", 3 * n * sizeof *block);
    for (int a = 0; a < 3; a++)
        for (size_t c = 0; c < n; c++)
            at[a][c] = grid_center(dermis->grid, a, c);
    model->initial(n, (const double *const *)at, (const double *const *)dermis->fixed, params, dermis->level[STATE_NOW]);
    free(block);
    return OK;
}

/* Means over the lower faces of a span of cells along axis a; at a wall, the cell's own value. */
static void face_means(const struct state *state, size_t species, const struct reaction_predictor *predictor, int a, size_t first, size_t n,
                       double *mean)
{
    const struct grid *grid = state->grid;
    const size_t step = grid_step(grid, a);
    const bool whole = first >= step; /* the lower neighbours are a span as well */
    double here[TILE], low[TILE];
    reaction_predict(state, species, predictor, first, n, here);
    if (whole)
        reaction_predict(state, species, predictor, first - step, n, low);
    for (size_t i = 0; i < n; i++) {
        const size_t c = first + i, at = grid_index(grid, a, c);
        if (at == 0)
            low[i] = here[i];
        if (at == 0 && grid->axis[a].periodic)
            reaction_predict(state, species, predictor, c + (grid->axis[a].n - 1) * step, 1, &low[i]);
        else if (at > 0 && !whole)
            reaction_predict(state, species, predictor, c - step, 1, &low[i]);
        mean[i] = 0.5 * (here[i] + low[i]);
    }
}

void reaction_mobility(const struct model *model, const double *params, const struct reaction_predictor *predictor,
                       const struct state *state, bool on_surface, int species, double *const mobility[3])
{
    const size_t cells = state->grid->cells;
    double mean[MODEL_MAX_SPECIES][TILE];
    const double *y[MODEL_MAX_SPECIES];
    for (size_t s = 0; s < state->n_species; s++)
        y[s] = mean[s];
    for (int a = 0; a < 3; a++)
        for (size_t first = 0; first < cells; first += TILE) {
            const size_t n = cells - first < TILE ? cells - first : TILE;
            for (size_t s = 0; s < state->n_species; s++)
                face_means(state, s, &predictor[s], a, first, n, mean[s]);
            (on_surface ? model->mobility_surface : model->mobility)(n, species, y, params, mobility[a] + first);
        }
}
