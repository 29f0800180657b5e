/* A layer: a state with its transport, coefficients and accounts. */
#include "stepper_internal.h"

#include "model_use.h"

#include <stdlib.h>
#include <string.h>

/* Of the error allowed per step.  Extrapolating a movement that small predicts noise, and multiplies it by up to 7 each step: with steps
 * much longer than the reaction times a fixed point would slowly leave its place. */
static const double RESTING = 0.01;

static double param_or_zero(const struct model *model, const double *params, const char *name)
{
    return name ? params[model_param(model, name)] : 0.0;
}

static enum status create_faces(struct layer *layer, size_t n)
{
    size_t count = 0;
    for (size_t s = 0; s < n; s++)
        count += 3 * (size_t)layer->species[s].mobility + 4 * (size_t)(layer->taxis[s] != 0.0);
    layer->any_general = count > 0;
    layer->face_planes = calloc(count + 1, sizeof *layer->face_planes);
    layer->face_block = layer->face_planes ? state_planes(layer->state->grid, count, layer->face_planes) : NULL;
    if (!layer->face_block)
        return status_no_memory("the faces", count * grid_plane_bytes(layer->state->grid));
    double **plane = layer->face_planes;
    for (size_t s = 0; s < n; s++) {
        for (int a = 0; a < 3; a++) {
            layer->faces[s].mobility[a] = layer->species[s].mobility ? *plane++ : NULL;
            layer->faces[s].velocity[a] = layer->taxis[s] != 0.0 ? *plane++ : NULL;
        }
        layer->sensed[s] = layer->taxis[s] != 0.0 ? *plane++ : NULL;
    }
    return OK;
}

enum status layer_create(const struct model *model, const double *params, struct state *state, bool on_surface, struct layer *layer)
{
    const size_t n = state->n_species;
    *layer = (struct layer){.state = state, .species = on_surface ? model->surface : model->species, .on_surface = on_surface};
    layer->diffusivity = calloc(n, sizeof *layer->diffusivity);
    layer->taxis = calloc(n, sizeof *layer->taxis);
    layer->toward = calloc(n, sizeof *layer->toward);
    layer->faces = calloc(n, sizeof *layer->faces);
    layer->account = calloc(n, sizeof *layer->account);
    layer->predictor = calloc(n, sizeof *layer->predictor);
    layer->verdict = calloc(n, sizeof *layer->verdict);
    layer->sensed = calloc(n, sizeof *layer->sensed);
    layer->sums = calloc(reaction_tiles(state->grid->cells) * n, sizeof *layer->sums);
    if (!layer->diffusivity || !layer->taxis || !layer->toward || !layer->faces || !layer->account || !layer->verdict ||
        !layer->predictor || !layer->sensed || !layer->sums)
        return status_no_memory("the stepper", n * sizeof *layer->account);
    for (size_t c = 0; c < state->grid->cells; c++)
        layer->volume += state->grid->volume[c];
    for (size_t s = 0; s < n; s++) {
        const struct species *species = &layer->species[s];
        layer->diffusivity[s] = param_or_zero(model, params, species->diffusivity);
        layer->taxis[s] = param_or_zero(model, params, species->taxis);
        layer->toward[s] = -1;
        for (size_t t = 0; t < n && species->toward; t++)
            if (strcmp(layer->species[t].name, species->toward) == 0) /* of the same layer */
                layer->toward[s] = (int)t;
        layer->account[s].initial = state_total(state, s);
    }
    const enum status status = transport_create(state->grid, &layer->transport);
    return status == OK ? create_faces(layer, n) : status;
}

void layer_destroy(struct layer *layer)
{
    transport_destroy(&layer->transport);
    free(layer->face_block);
    free(layer->face_planes);
    free(layer->diffusivity);
    free(layer->taxis);
    free(layer->toward);
    free(layer->faces);
    free(layer->account);
    free(layer->predictor);
    free(layer->verdict);
    free(layer->sensed);
    free(layer->sums);
}

KERNEL static void blend(size_t n, const double *restrict weight, const double *restrict now, const double *restrict before,
                         const double *restrict older, const double *restrict oldest, double *restrict out)
{
    const double w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3];
#pragma omp simd
    for (size_t c = 0; c < n; c++) {
        const double y = w0 * now[c] + w1 * before[c] + w2 * older[c] + w3 * oldest[c];
        out[c] = y > 0.0 ? y : 0.0;
    }
}

void layer_interpolate(struct layer *layer, const double weight[STATE_LEVELS], size_t species)
{
    struct state *state = layer->state;
    blend(state->grid->cells, weight, state->level[STATE_NOW][species], state->level[STATE_BEFORE][species],
          state->level[STATE_OLDER][species], state->level[STATE_NEXT][species], state->loss[species]);
}

/* The value at t[n+1] of a sum whose rate there is `rate`, by the formula that advanced the field. */
static double advance_sum(const double *a, const double *sum, double rate)
{
    return (rate - a[1] * sum[STATE_NOW] - a[2] * sum[STATE_BEFORE] - a[3] * sum[STATE_OLDER]) / a[0];
}

static void shift_sum(double *sum)
{
    for (int l = STATE_OLDER; l > STATE_NEXT; l--)
        sum[l] = sum[l - 1];
}

void layer_predict(struct layer *layer, const struct formula *formula)
{
    const struct reaction_predictor stay = {1.0, 0.0, 0.0};
    for (size_t s = 0; s < layer->state->n_species; s++)
        layer->predictor[s] = layer->account[s].moved < RESTING ? stay : formula->predictor;
}

void layer_book(struct layer *layer, const struct formula *formula)
{
    struct formula first = *formula;
    formula_first_order(&first, formula->dt);
    for (size_t s = 0; s < layer->state->n_species; s++) {
        struct account *account = &layer->account[s];
        const struct verdict *v = &layer->verdict[s];
        const double *a = v->first_order ? first.a : formula->a;
        account->moved = v->moved;
        account->produced[STATE_NEXT] = advance_sum(a, account->produced, v->produced);
        account->lost[STATE_NEXT] = advance_sum(a, account->lost, v->lost);
        account->boundary[STATE_NEXT] = advance_sum(a, account->boundary, v->boundary);
        shift_sum(account->produced);
        shift_sum(account->lost);
        shift_sum(account->boundary);
    }
    state_rotate(layer->state);
}
