/* The smallest legal model: one substance that is made and lost,
 *
 *     dc/dt = div(D grad c) + supply - loss c .
 *
 * To add a model: copy this file, fill the tables, state production and loss of every species, name it in registry.c and CMakeLists.txt.
 * The tests over all models then check it; sim/model.h lists what else a model may have. */
#include "model.h"

enum { C, N_SPECIES };
enum { DIFFUSIVITY, SUPPLY, LOSS, N_PARAMS };

static const struct species species[N_SPECIES] = {
  /*       name         unit healthy scale diffusivity */
    [C] = {"substance", "1", 1.0, 1.0, "diffusivity", .meaning = "the substance, 1 = healthy (c)"},
};
static const struct param params[N_PARAMS] = {
  /*                 name          default unit       lo   hi    meaning              source */
    [DIFFUSIVITY] = {"diffusivity", 0.1, "mm2/day", 0.0, 10.0,  "diffusivity (D)",  "assumed: an example"                       },
    [SUPPLY] = {"supply",      0.5, "1/day",   0.0, 100.0, "production",       "assumed: equals the loss of healthy tissue"},
    [LOSS] = {"loss",        0.5, "1/day",   0.0, 100.0, "loss coefficient", "assumed: an example"                       },
};

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)y;
    (void)fixed;
    double *restrict P = prod[C], *restrict L = loss[C];
    const double supply = p[SUPPLY], k = p[LOSS];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        P[i] = supply;
        L[i] = k;
    }
}

const struct model template_model = {
    .name = "template",
    .title = "the smallest legal model",
    .reference = "none: copy it to start a model of your own",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .react = react,
};
