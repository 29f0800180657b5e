#include "reaction.h"

#include <math.h>

enum { TILE = 256 };

size_t reaction_tiles(size_t cells)
{
    return (cells + TILE - 1) / TILE;
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

static void predict_span(const struct state *state, const struct reaction_predictor *predictor, size_t first, size_t n)
{
    for (size_t s = 0; s < state->n_species; s++)
        predict(n, &predictor[s], state->level[STATE_NOW][s] + first, state->level[STATE_BEFORE][s] + first,
                state->level[STATE_OLDER][s] + first, state->level[STATE_NEXT][s] + first);
}

static void react_span(const struct model *model, const double *params, struct state *state, double *const *level, size_t first, size_t n)
{
    const double *y[MODEL_MAX_SPECIES], *fixed[MODEL_MAX_SPECIES];
    double *prod[MODEL_MAX_SPECIES], *loss[MODEL_MAX_SPECIES];
    for (size_t s = 0; s < state->n_species; s++) {
        y[s] = level[s] + first;
        prod[s] = state->prod[s] + first;
        loss[s] = state->loss[s] + first;
    }
    for (size_t f = 0; f < state->n_fixed; f++)
        fixed[f] = state->fixed[f] + first;
    model->react(n, y, fixed, params, prod, loss);
}

void reaction_tile(const struct model *model, const double *params, const struct reaction_predictor *predictor, struct state *state,
                   size_t tile)
{
    const size_t first = tile * TILE, rest = state->grid->cells - first, n = rest < TILE ? rest : TILE;
    predict_span(state, predictor, first, n);
    react_span(model, params, state, state->level[STATE_NEXT], first, n);
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
                      const struct reaction_predictor *predictor, const struct state *dermis, struct state *surface, double *const *below)
{
    const double *e[MODEL_MAX_SPECIES], *under[MODEL_MAX_SPECIES];
    look_below(dermis, dermis_predictor, model->surface_depth, below);
    predict_span(surface, predictor, 0, surface->grid->cells);
    for (size_t s = 0; s < surface->n_species; s++)
        e[s] = surface->level[STATE_NEXT][s];
    for (size_t s = 0; s < dermis->n_species; s++)
        under[s] = below[s];
    model->react_surface(surface->grid->cells, e, under, params, surface->prod, surface->loss);
}

/* Face means of a span of cells along x, y or z, then the model's factor. */
void reaction_mobility(const struct model *model, const double *params, const struct state *state, bool on_surface, int species,
                       double *const mobility[3])
{
    const struct grid *grid = state->grid;
    double mean[MODEL_MAX_SPECIES][TILE];
    const double *y[MODEL_MAX_SPECIES];
    for (size_t s = 0; s < state->n_species; s++)
        y[s] = mean[s];
    for (int a = 0; a < 3; a++) {
        const size_t step = a == 0 ? 1 : a == 1 ? grid->axis[0].n : grid->plane, length = grid->axis[a].n;
        for (size_t first = 0; first < grid->cells; first += TILE) {
            const size_t n = grid->cells - first < TILE ? grid->cells - first : TILE;
            for (size_t s = 0; s < state->n_species; s++) {
                const double *value = state->level[STATE_NEXT][s];
                for (size_t i = 0; i < n; i++) {
                    const size_t c = first + i, at = c / step % length;
                    const size_t low = at > 0 ? c - step : grid->axis[a].periodic ? c + (length - 1) * step : c;
                    mean[s][i] = 0.5 * (value[c] + value[low]);
                }
            }
            (on_surface ? model->mobility_surface : model->mobility)(n, species, y, params, mobility[a] + first);
        }
    }
}

double reaction_imbalance(const struct model *model, const double *params, struct state *state)
{
    double worst = 0.0;
    double **now = state->level[STATE_NOW];
    for (size_t first = 0; first < state->grid->cells; first += TILE) {
        const size_t rest = state->grid->cells - first, n = rest < TILE ? rest : TILE;
        react_span(model, params, state, now, first, n);
    }
    for (size_t s = 0; s < state->n_species; s++)
        for (size_t c = 0; c < state->grid->cells; c++) {
            const double gain = state->prod[s][c], drain = state->loss[s][c] * now[s][c];
            if (gain + drain > 0.0)
                worst = fmax(worst, fabs(gain - drain) / (gain + drain));
        }
    return worst;
}
