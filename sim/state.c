#define _POSIX_C_SOURCE 200112L
#include "state.h"

#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double *state_planes(const struct grid *grid, size_t count, double **plane)
{
    const size_t step = grid_plane_bytes(grid) / sizeof(double);
    void *block = NULL;
    if (posix_memalign(&block, 64, (count ? count : 1) * step * sizeof(double)))
        return NULL;
    memset(block, 0, (count ? count : 1) * step * sizeof(double));
    for (size_t i = 0; i < count; i++)
        plane[i] = (double *)block + i * step + grid->guard;
    return block;
}

enum status state_create(const struct grid *grid, size_t n_species, size_t n_fixed, struct state **state)
{
    const size_t count = n_species * STATE_PLANES_PER_SPECIES + n_fixed;
    struct state *s = calloc(1, sizeof *s);
    double **planes = calloc(count ? count : 1, sizeof *planes);
    double *block = s && planes ? state_planes(grid, count, planes) : NULL;
    if (!block) {
        free(planes);
        free(s);
        return status_no_memory("the fields", count * grid_plane_bytes(grid));
    }
    *s = (struct state){.grid = grid, .n_species = n_species, .n_fixed = n_fixed, .block = block, .planes = planes};
    for (size_t l = 0; l < STATE_LEVELS; l++)
        s->level[l] = planes + l * n_species;
    s->loss = planes + STATE_LEVELS * n_species;
    s->fixed = s->loss + n_species;
    *state = s;
    return OK;
}

void state_destroy(struct state **state)
{
    if (!state || !*state)
        return;
    free((*state)->planes);
    free((*state)->block);
    free(*state);
    *state = NULL;
}

double state_bytes(double cells, double guard, size_t n_species, size_t n_fixed)
{
    return (cells + 2.0 * guard) * sizeof(double) * (double)(n_species * STATE_PLANES_PER_SPECIES + n_fixed);
}

void state_rotate(struct state *state)
{
    double **oldest = state->level[STATE_OLDER];
    for (size_t l = STATE_OLDER; l > STATE_NEXT; l--)
        state->level[l] = state->level[l - 1];
    state->level[STATE_NEXT] = oldest;
}

static double lanes_total(const double *lane)
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

KERNEL double state_dot(size_t n, const double *restrict a, const double *restrict b)
{
    double lane[STATE_LANES] = {0.0}, rest = 0.0;
    const size_t whole = n - n % STATE_LANES;
    for (size_t i = 0; i < whole; i += STATE_LANES)
#pragma omp simd
        for (size_t j = 0; j < STATE_LANES; j++)
            lane[j] += a[i + j] * b[i + j];
    for (size_t i = whole; i < n; i++)
        rest += a[i] * b[i];
    return lanes_total(lane) + rest;
}

KERNEL double state_dot3(size_t n, const double *restrict a, const double *restrict b, const double *restrict c)
{
    double lane[STATE_LANES] = {0.0}, rest = 0.0;
    const size_t whole = n - n % STATE_LANES;
    for (size_t i = 0; i < whole; i += STATE_LANES)
#pragma omp simd
        for (size_t j = 0; j < STATE_LANES; j++)
            lane[j] += a[i + j] * b[i + j] * c[i + j];
    for (size_t i = whole; i < n; i++)
        rest += a[i] * b[i] * c[i];
    return lanes_total(lane) + rest;
}

KERNEL double state_minimum(size_t n, const double *restrict a)
{
    double lane[STATE_LANES], least = HUGE_VAL;
    const size_t whole = n - n % STATE_LANES;
    for (size_t j = 0; j < STATE_LANES; j++)
        lane[j] = HUGE_VAL;
    for (size_t i = 0; i < whole; i += STATE_LANES)
#pragma omp simd
        for (size_t j = 0; j < STATE_LANES; j++)
            lane[j] = a[i + j] < lane[j] ? a[i + j] : lane[j];
    for (size_t i = whole; i < n; i++)
        least = fmin(least, a[i]);
    for (size_t j = 0; j < STATE_LANES; j++)
        least = fmin(least, lane[j]);
    return least;
}

KERNEL double state_floor(size_t n, double floor, const double *restrict volume, double *restrict y)
{
    double lane[STATE_LANES] = {0.0}, rest = 0.0;
    const size_t whole = n - n % STATE_LANES;
    for (size_t i = 0; i < whole; i += STATE_LANES)
#pragma omp simd
        for (size_t j = 0; j < STATE_LANES; j++) {
            const double value = y[i + j], kept = value > 0.0 && value < floor ? 0.0 : value; /* keeps NaN */
            lane[j] += volume[i + j] * (value - kept);
            y[i + j] = kept;
        }
    for (size_t i = whole; i < n; i++) {
        const double value = y[i], kept = value > 0.0 && value < floor ? 0.0 : value;
        rest += volume[i] * (value - kept);
        y[i] = kept;
    }
    return lanes_total(lane) + rest;
}

double state_total(const struct state *state, size_t species)
{
    return state_dot(state->grid->cells, state->grid->volume, state->level[STATE_NOW][species]);
}

void state_part_add(struct state_part *parts, size_t *n, const char *name, void *data, size_t bytes)
{
    if (parts) {
        snprintf(parts[*n].name, sizeof parts[*n].name, "%s", name);
        parts[*n].data = data;
        parts[*n].bytes = bytes;
    }
    ++*n;
}

void state_parts(struct state *state, const char *layer, struct state_part *parts, size_t *n)
{
    static const char *const levels[STATE_LEVELS] = {NULL, "now", "before", "older"};
    for (size_t l = STATE_NOW; l < STATE_LEVELS; l++)
        for (size_t s = 0; s < state->n_species; s++) {
            char name[56];
            snprintf(name, sizeof name, "%s_%s_%zu", layer, levels[l], s);
            state_part_add(parts, n, name, state->level[l][s], state->grid->cells * sizeof(double));
        }
}
