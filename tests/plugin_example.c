/* A plug-in for the tests: cells grow back into a channel, faster where a factor that leaks from it has spread.  Macros plant faults. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

enum { CELLS, FACTOR, N_SPECIES };
enum { MIGRATION, SPREAD, GROWTH, BOOST, CLEARANCE, N_PARAMS };
enum { CLOSURE, FACTOR_SLAB, N_OUTCOMES };

#ifndef NAME
#define NAME "plugin_example"
#endif
#ifndef RATE
#define RATE 1.0
#endif
#ifndef BURST
#define BURST 1.0
#endif
#ifndef LEFT
#define LEFT 0.0
#endif
#ifndef SOURCE
#define SOURCE "assumed: an example"
#endif

static const struct species species[N_SPECIES] = {
    [CELLS] = {"cells", "1", 1, 1, "migration", .meaning = "cells, 1 = unwounded"},
    [FACTOR] = {"factor", "1", 0, 1, "spread", .meaning = "growth factor, 1 = in a fresh channel"},
};
static const struct param params[N_PARAMS] = {
    [MIGRATION] = {"migration", 0.01, "mm2/day", 0, 1, "migration of cells", SOURCE},
    [SPREAD] = {"spread", 0.1, "mm2/day", 0, 10, "diffusivity of the factor", SOURCE},
    [GROWTH] = {"growth", RATE, "1/day", 0, 100, "mitosis", SOURCE},
    [BOOST] = {"boost", 2, "1", 0, 100, "mitosis gained at a factor of 1", SOURCE},
    [CLEARANCE] = {"clearance", 1, "1/day", 0, 100, "loss of the factor", SOURCE},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [CLOSURE] = {"closure", "1", "cells in the channel / unwounded"},
    [FACTOR_SLAB] = {"factor_slab", "1", "growth factor, mean of the slab"},
};

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict c = y[CELLS], *restrict g = y[FACTOR];
    const double growth = p[GROWTH], boost = p[BOOST], clearance = p[CLEARANCE];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double mitosis = growth * (1 + boost * g[i]) * c[i];
        prod[CELLS][i] = mitosis;
        loss[CELLS][i] = mitosis;
        prod[FACTOR][i] = 0;
        loss[FACTOR][i] = clearance;
    }
}

static void injure(size_t n, const double *s, const double *b, double removal, const double *p, double *const *y)
{
    (void)b, (void)removal, (void)p;
    for (size_t i = 0; i < n; i++) {
        y[CELLS][i] *= s[i] < 1 ? 1 - s[i] : LEFT;
        y[FACTOR][i] += BURST * s[i];
    }
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before, (void)p;
    out[CLOSURE] = now->mean[REGION_CORE][CELLS];
    out[FACTOR_SLAB] = now->mean[REGION_SLAB][FACTOR];
}

static const struct model example = {
    .name = NAME,
    .title = "cells that close a channel",
    .reference = "none: an example for the tests",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .react = react,
    .injure = injure,
    .observe = observe,
};

/* Leaves a file behind as soon as it is loaded. */
__attribute__((constructor)) static void mark(void)
{
    const char *path = getenv("PLUGIN_MARK");
    FILE *stream = path ? fopen(path, "w") : NULL;
    if (stream)
        fclose(stream);
}

#ifdef OTHER_ABI
const struct model_plugin needlework_plugin = {OTHER_ABI, MODEL_LAYOUT, &example};
#elif defined(OTHER_LAYOUT)
const struct model_plugin needlework_plugin = {MODEL_ABI, {1, 2, 3}, &example};
#elif defined(UNDEFINED)
void no_such_function(void);
void (*const pointer)(void) = no_such_function;
NEEDLEWORK_PLUGIN(example);
#elif !defined(NO_SYMBOL)
NEEDLEWORK_PLUGIN(example);
#else
const struct model *const unused = &example;
#endif
