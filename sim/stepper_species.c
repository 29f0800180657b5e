/* One species, one step: right-hand side, positivity, implicit solve, and the sums for error estimate and ledger. */
#include "stepper_internal.h"

#include "model_use.h"

#include <math.h>

enum { SPAN = 1024 };                /* cells whose rows stay in the first caches */
static const double FLOOR = 1e-20;   /* of the species' scale: below it a value is 0 */
static const double VANISHED = 10.0; /* floors: a right-hand side that is negative by no more is that of a value falling below the floor */

bool species_is_general(const struct layer *layer, size_t species)
{
    return layer->species[species].mobility || layer->taxis[species] != 0.0;
}

void species_faces(const struct model *model, const double *params, struct layer *layer, size_t species)
{
    struct transport_faces *faces = &layer->faces[species];
    if (layer->species[species].mobility)
        reaction_mobility(model, params, layer->predictor, layer->state, layer->on_surface, (int)species, faces->mobility);
    if (layer->taxis[species] != 0.0) {
        const size_t toward = (size_t)layer->toward[species];
        reaction_predict(layer->state, toward, &layer->predictor[toward], 0, layer->state->grid->cells, layer->sensed[species]);
        transport_velocity(layer->state->grid, layer->taxis[species], layer->sensed[species], faces->velocity);
    }
}

/* rhs = prod - a1 now - a2 before - a3 older, and whether it is negative anywhere. */
KERNEL static void history_rhs(size_t n, const double *restrict a, const double *restrict now, const double *restrict before,
                               const double *restrict older, double *restrict prod)
{
    const double a1 = a[1], a2 = a[2], a3 = a[3];
#pragma omp simd
    for (size_t c = 0; c < n; c++)
        prod[c] -= a1 * now[c] + a2 * before[c] + a3 * older[c];
}

KERNEL static void divide(size_t n, double shift, const double *restrict loss, double *restrict y)
{
#pragma omp simd
    for (size_t c = 0; c < n; c++)
        y[c] /= shift + loss[c];
}

/* Sets values in (-least, 0) to 0; returns the amount added, sum of volume x value, and tells whether any is still negative. */
KERNEL static double lift(size_t n, double least, const double *restrict volume, double *restrict rhs, bool *negative)
{
    double lane[2][STATE_LANES] = {{0.0}}, rest = 0.0, minimum = 0.0;
    const size_t whole = n - n % STATE_LANES;
    for (size_t i = 0; i < whole; i += STATE_LANES)
#pragma omp simd
        for (size_t j = 0; j < STATE_LANES; j++) {
            const double value = rhs[i + j], kept = value < 0.0 && value > -least ? 0.0 : value;
            lane[0][j] += volume[i + j] * (kept - value);
            lane[1][j] = kept < lane[1][j] ? kept : lane[1][j];
            rhs[i + j] = kept;
        }
    for (size_t i = whole; i < n; i++) {
        const double value = rhs[i], kept = value < 0.0 && value > -least ? 0.0 : value;
        rest += volume[i] * (kept - value);
        minimum = fmin(minimum, kept);
        rhs[i] = kept;
    }
    for (size_t j = 0; j < STATE_LANES; j++) {
        rest += lane[0][j];
        minimum = fmin(minimum, lane[1][j]);
    }
    *negative = *negative || minimum < 0.0;
    return rest;
}

/* Adds sum of volume (y - predicted)^2 to *missed, and of volume (y - now)^2 to *moved. */
KERNEL static void miss(size_t n, const struct reaction_predictor *predictor, const double *restrict volume, const double *restrict y,
                        const double *restrict now, const double *restrict before, const double *restrict older, double *missed,
                        double *moved)
{
    const double a = predictor->now, b = predictor->before, d = predictor->older;
    double lane[2][STATE_LANES] = {{0.0}};
    const size_t whole = n - n % STATE_LANES;
    for (size_t i = 0; i < whole; i += STATE_LANES)
#pragma omp simd
        for (size_t j = 0; j < STATE_LANES; j++) {
            const size_t c = i + j;
            const double guess = a * now[c] + b * before[c] + d * older[c], off = y[c] - (guess > 0.0 ? guess : 0.0), step = y[c] - now[c];
            lane[0][j] += volume[c] * off * off;
            lane[1][j] += volume[c] * step * step;
        }
    for (size_t c = whole; c < n; c++) {
        const double guess = a * now[c] + b * before[c] + d * older[c], off = y[c] - (guess > 0.0 ? guess : 0.0), step = y[c] - now[c];
        *missed += volume[c] * off * off;
        *moved += volume[c] * step * step;
    }
    for (size_t j = 0; j < STATE_LANES; j++) {
        *missed += lane[0][j];
        *moved += lane[1][j];
    }
}

/* Adds boundary exchange to loss and rhs; its coefficients go to g. */
static void add_boundaries(const struct model *model, const double *params, const struct layer *layer, size_t species, double *g)
{
    for (size_t b = 0; b < model->n_boundaries; b++) {
        const struct boundary *row = &model->boundaries[b];
        g[b] = 0.0;
        if (layer->on_surface || model_species(model, row->species) != (int)species)
            continue;
        const double rate = row->kind == BOUNDARY_FIXED ? HUGE_VAL : params[model_param(model, row->rate)];
        g[b] = transport_boundary(layer->state->grid, (int)row->face, layer->diffusivity[species], rate,
                                  params[model_param(model, row->value)], layer->state->loss[species],
                                  layer->state->level[STATE_NEXT][species]);
    }
}

/* Net inflow and the part of `lost` that went out through faces. */
static double boundary_inflow(const struct model *model, const double *params, const struct layer *layer, const double *g, const double *y,
                              double *out)
{
    double inflow = 0.0;
    *out = 0.0;
    for (size_t b = 0; b < model->n_boundaries; b++) {
        if (g[b] == 0.0)
            continue;
        const int face = (int)model->boundaries[b].face;
        inflow += g[b] * transport_boundary_sum(layer->state->grid, face, params[model_param(model, model->boundaries[b].value)], y);
        *out -= g[b] * transport_boundary_sum(layer->state->grid, face, 0.0, y);
    }
    return inflow;
}

void species_tile(struct layer *layer, const struct formula *formula, size_t tile)
{
    const struct state *state = layer->state;
    size_t first;
    const size_t n = reaction_tile_cells(state->grid->cells, tile, &first);
    const double *const volume = state->grid->volume + first;
    struct tile_sums *const sums = layer->sums + tile * state->n_species;
    for (size_t s = 0; s < state->n_species; s++) {
        const double *const now = state->level[STATE_NOW][s] + first, *const before = state->level[STATE_BEFORE][s] + first;
        double *const rhs = state->level[STATE_NEXT][s] + first;
        const double least = VANISHED * FLOOR * layer->species[s].scale * formula->a[0];
        sums[s] = (struct tile_sums){.produced = state_dot(n, volume, rhs), .square = state_dot3(n, volume, now, now)};
        history_rhs(n, formula->a, now, before, state->level[STATE_OLDER][s] + first, rhs);
        sums[s].lifted = lift(n, least, volume, rhs, &sums[s].negative);
        sums[s].least_loss = fmax(0.0, state_minimum(n, state->loss[s] + first));
    }
}

/* The sums of all tiles, in their order; the first-order member of the formula where the history made the right-hand side negative.
 * a[4]: the coefficients that are used; size: root-mean-square of the present state; lifted: rate added to stay positive. */
static bool settle_rhs(const struct formula *formula, const struct layer *layer, size_t species, double *a, double *produced, double *size,
                       double *lifted, double *least_loss)
{
    const struct state *state = layer->state;
    const size_t n = state->grid->cells, tiles = reaction_tiles(n);
    bool negative = false;
    double square = 0.0;
    *produced = *lifted = 0.0;
    *least_loss = HUGE_VAL;
    for (size_t tile = 0; tile < tiles; tile++) {
        const struct tile_sums *sums = &layer->sums[tile * state->n_species + species];
        *produced += sums->produced;
        square += sums->square;
        *lifted += sums->lifted;
        *least_loss = fmin(*least_loss, sums->least_loss);
        negative = negative || sums->negative;
    }
    *size = sqrt(square / layer->volume);
    for (int i = 0; i < 4; i++)
        a[i] = formula->a[i];
    if (formula->history == 1 || !negative)
        return false;
    double *const rhs = state->level[STATE_NEXT][species];
    struct formula first = *formula;
    formula_first_order(&first, formula->dt);
    for (int i = 1; i < 4; i++)
        a[i] = first.a[i] - formula->a[i]; /* what the history still lacks */
    history_rhs(n, a, state->level[STATE_NOW][species], state->level[STATE_BEFORE][species], state->level[STATE_OLDER][species], rhs);
    for (int i = 0; i < 4; i++)
        a[i] = first.a[i];
    *lifted += lift(n, HUGE_VAL, state->grid->volume, rhs, &negative); /* round-off of the subtraction where the state is 0 */
    return true;
}

/* The first guess of a solve: the prediction once more, which costs less than keeping it. */
struct guess {
    const struct state *state;
    const struct reaction_predictor *predictor;
    size_t species;
};

static void fill_guess(const void *context, size_t first, size_t n, double *values)
{
    const struct guess *guess = context;
    reaction_predict(guess->state, guess->species, guess->predictor, first, n, values);
}

/* The limited second-order part of taxis as a known term, unless that would leave less than nothing somewhere; what its taking back added.
 */
static double sharpen_taxis(const struct grid *grid, double *const velocity[3], const double *predicted, double *rhs)
{
    bool negative = false;
    transport_limited_correction(grid, velocity, predicted, 1.0, rhs);
    lift(grid->cells, 0.0, grid->volume, rhs, &negative);
    if (!negative)
        return 0.0;
    transport_limited_correction(grid, velocity, predicted, -1.0, rhs);
    return lift(grid->cells, HUGE_VAL, grid->volume, rhs, &negative); /* round-off */
}

void species_solve(const struct model *model, const double *params, struct layer *layer, struct transport_work *work,
                   const struct formula *formula, double tolerance, size_t species)
{
    struct state *state = layer->state;
    const struct grid *grid = state->grid;
    const size_t n = grid->cells;
    const double scale = layer->species[species].scale;
    double *const y = state->level[STATE_NEXT][species], *const rhs = y, *const loss = state->loss[species];
    double *const now = state->level[STATE_NOW][species];
    struct verdict *v = &layer->verdict[species];
    double a[4], g[MODEL_MAX_BOUNDARIES] = {0.0}, floored = 0.0, lifted, size, least_loss;
    const struct guess guess = {state, &layer->predictor[species], species};
    struct transport_result result = {.solution = NULL};
    *v = (struct verdict){.converged = true};
    v->first_order = settle_rhs(formula, layer, species, a, &v->produced, &size, &lifted, &least_loss);
    size += STEPPER_WEIGHT * scale;
    if (model->n_boundaries)
        add_boundaries(model, params, layer, species, g);
    if (layer->diffusivity[species] > 0.0 || layer->taxis[species] != 0.0) {
        const bool general = species_is_general(layer, species);
        const struct transport_problem problem = {.shift = a[0],
                                                  .diffusivity = layer->diffusivity[species],
                                                  .loss = loss,
                                                  .rhs = rhs,
                                                  .faces = general ? &layer->faces[species] : NULL,
                                                  .least_loss = least_loss,
                                                  .accuracy = STEPPER_SOLVE * tolerance * size,
                                                  .fill = fill_guess,
                                                  .context = &guess};
        if (layer->taxis[species] != 0.0 && !v->first_order) {
            double *const predicted = transport_work_guess(work);
            fill_guess(&guess, 0, n, predicted);
            lifted += sharpen_taxis(grid, layer->faces[species].velocity, predicted, rhs);
        }
        transport_solve(layer->transport, work, &problem, &result);
        v->converged = result.converged && result.minimum >= 0.0;
        v->sweeps = result.sweeps;
    }
    const double *const before = state->level[STATE_BEFORE][species], *const older = state->level[STATE_OLDER][species];
    double missed = 0.0, moved = 0.0;
    for (size_t first = 0; first < n; first += SPAN) {
        const size_t count = n - first < SPAN ? n - first : SPAN;
        if (result.solution) {
            floored += transport_take(&result, grid->volume, FLOOR * scale, first, count, y + first);
        } else {
            divide(count, a[0], loss + first, y + first);
            floored += state_floor(count, FLOOR * scale, grid->volume + first, y + first);
        }
        v->lost += state_dot3(count, grid->volume + first, loss + first, y + first);
        miss(count, &layer->predictor[species], grid->volume + first, y + first, now + first, before + first, older + first, &missed,
             &moved);
    }
    double out = 0.0;
    if (model->n_boundaries)
        v->boundary = boundary_inflow(model, params, layer, g, y, &out);
    v->lost += a[0] * floored - lifted - out;
    const double off = sqrt(missed / layer->volume);
    v->difference = off / size;
    v->moved = sqrt(moved / layer->volume) / size / tolerance;
    v->finite = isfinite(off) && isfinite(v->lost);
}
