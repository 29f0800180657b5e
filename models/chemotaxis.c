/* Cells that follow the gradient of a fixed attractant c:
 *
 *     dn/dt = D lap n - div(chi n grad c) ,     c = amplitude (1 + cos(kx x) cos(ky y) cos(kz z)) / 2 .
 *
 * Nothing is born or lost; between closed walls the cells settle as n = A exp(chi c / D), A from their number. */
#include "model.h"

#include <math.h>

enum { CELL, ATTRACTANT, N_SPECIES };
enum { MOTILITY, SENSITIVITY, DENSITY, AMPLITUDE, WAVE_X, WAVE_Y, WAVE_Z, N_PARAMS };
enum { MEAN_CELL, N_OUTCOMES };

#define FREE "assumed: set by the problem"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [CELL]       = {"cell",       "1", 1, 1, "motility", "attractant", "sensitivity", .meaning = "cells (n)"},
    [ATTRACTANT] = {"attractant", "1", 0, 1, .meaning = "attractant, which does not change (c)"},
};
static const struct param params[N_PARAMS] = {
    [MOTILITY]    = {"motility",    0.1,     "mm2/day", 0, 100,  "random motility (D)", "literature: Keller & Segel 1971, in units of the problem"},
    [SENSITIVITY] = {"sensitivity", 0.2,     "mm2/day", 0, 100,  "chemotactic sensitivity (chi)",
        "literature: Keller & Segel 1971, in units of the problem"},
    [DENSITY]     = {"density",     1,       "1",       0, 1e4,  "uniform density at the start", FREE},
    [AMPLITUDE]   = {"amplitude",   1,       "1",       0, 1e4,  "largest attractant", FREE},
    [WAVE_X]      = {"wave_x",      3.14159, "1/mm",    0, 1e3,  "wave number of the attractant along x (kx)", FREE},
    [WAVE_Y]      = {"wave_y",      0,       "1/mm",    0, 1e3,  "wave number of the attractant along y (ky)", FREE},
    [WAVE_Z]      = {"wave_z",      0,       "1/mm",    0, 1e3,  "wave number of the attractant along z (kz)", FREE},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [MEAN_CELL] = {"mean_cell", "1", "mean of the cells over the domain, which does not change"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        const double wave = cos(p[WAVE_X] * at[0][i]) * cos(p[WAVE_Y] * at[1][i]) * cos(p[WAVE_Z] * at[2][i]);
        y[CELL][i] = p[DENSITY];
        y[ATTRACTANT][i] = 0.5 * p[AMPLITUDE] * (1 + wave);
    }
}

static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod, double *const *loss)
{
    (void)y;
    (void)fixed;
    (void)p;
    for (int s = 0; s < N_SPECIES; s++)
        for (size_t i = 0; i < n; i++)
            prod[s][i] = loss[s][i] = 0;
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    out[MEAN_CELL] = now->mean[REGION_DERMIS][CELL];
}

const struct model chemotaxis_model = {
    .name = "chemotaxis",
    .title = "cells that gather where an attractant is",
    .reference = "Keller & Segel 1971, J Theor Biol 30:225",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .initial = initial,
    .react = react,
    .observe = observe,
};
