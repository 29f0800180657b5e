/* The smallest legal model: one substance that is supplied and taken up,
 *
 *     dc/dt = div(D grad c) + supply - [uptake / (half + c)] c .
 *
 * To add a model: copy this file, fill the tables, state production and loss of every species; then either compile it by itself, a plug-in,
 * or name it in registry.c and CMakeLists.txt (adding-a-model.md does both).  sim/model.h lists what else a model may have. */
#include "model.h"

enum { C, N_SPECIES };
enum { DIFFUSIVITY, SUPPLY, UPTAKE, HALF, N_PARAMS };

/* clang-format off */
static const struct species species[N_SPECIES] = {
    /*      name         unit healthy scale diffusivity */
    [C] = {"substance", "1",  1,      1,    "diffusivity", .meaning = "the substance, 1 = healthy (c)"},
};
static const struct param params[N_PARAMS] = {
    /*                name               default unit       lo    hi   meaning                       source */
    [DIFFUSIVITY] = {"diffusivity",      0.1,    "mm2/day", 0,    10,  "diffusivity (D)",            "assumed: an example"},
    [SUPPLY]      = {"supply",           0.5,    "1/day",   0,    100, "supply",                     "assumed: equals healthy uptake"},
    [UPTAKE]      = {"uptake",           1,      "1/day",   0,    100, "largest uptake",             "assumed: an example"},
    [HALF]        = {"half_saturation",  1,      "1",       0.01, 10,  "value at half of it (half)", "assumed: an example"},
};
/* clang-format on */

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict c = y[C];
    double *restrict P = prod[C], *restrict L = loss[C];
    const double supply = p[SUPPLY], uptake = p[UPTAKE], half = p[HALF];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        P[i] = supply;
        L[i] = uptake / (half + c[i]);
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

NEEDLEWORK_PLUGIN(template_model);
