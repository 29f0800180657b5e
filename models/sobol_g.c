/* Sobol's g function, a yardstick of sensitivity analysis:
 *
 *     value = product over i of (|4 xi - 2| + ai) / (1 + ai) ,     xi uniform in 0..1.
 *
 * The variance of a factor is Vi = 1/(3 (1 + ai)^2), that of any group of factors the product of theirs, that of the function
 * product(1 + Vi) - 1: the smaller ai, the more xi matters.  Nothing happens in the tissue: the shortest run will do. */
#include "model.h"

#include <math.h>
#include <string.h>

enum { REST, N_SPECIES };
enum { N_FACTORS = 8, X1 = 0, A1 = N_FACTORS, N_PARAMS = 2 * N_FACTORS };
enum { VALUE, N_OUTCOMES };

#define PLACE  "assumed: a place where no factor vanishes"
#define WEIGHT "literature: Saltelli et al 2010, Comput Phys Commun 181:259, the same eight [recalled]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [REST] = {"rest", "1", 1, 1, .meaning = "a substance that stays as it is"},
};
static const struct param params[N_PARAMS] = {
    [X1]     = {"x1", 0.25, "1", 0, 1,   "first argument",          PLACE},
    [X1 + 1] = {"x2", 0.25, "1", 0, 1,   "second argument",         PLACE},
    [X1 + 2] = {"x3", 0.25, "1", 0, 1,   "third argument",          PLACE},
    [X1 + 3] = {"x4", 0.25, "1", 0, 1,   "fourth argument",         PLACE},
    [X1 + 4] = {"x5", 0.25, "1", 0, 1,   "fifth argument",          PLACE},
    [X1 + 5] = {"x6", 0.25, "1", 0, 1,   "sixth argument",          PLACE},
    [X1 + 6] = {"x7", 0.25, "1", 0, 1,   "seventh argument",        PLACE},
    [X1 + 7] = {"x8", 0.25, "1", 0, 1,   "eighth argument",         PLACE},
    [A1]     = {"a1", 0,    "1", 0, 1e3, "how little x1 matters",   WEIGHT},
    [A1 + 1] = {"a2", 1,    "1", 0, 1e3, "how little x2 matters",   WEIGHT},
    [A1 + 2] = {"a3", 4.5,  "1", 0, 1e3, "how little x3 matters",   WEIGHT},
    [A1 + 3] = {"a4", 9,    "1", 0, 1e3, "how little x4 matters",   WEIGHT},
    [A1 + 4] = {"a5", 99,   "1", 0, 1e3, "how little x5 matters",   WEIGHT},
    [A1 + 5] = {"a6", 99,   "1", 0, 1e3, "how little x6 matters",   WEIGHT},
    [A1 + 6] = {"a7", 99,   "1", 0, 1e3, "how little x7 matters",   WEIGHT},
    [A1 + 7] = {"a8", 99,   "1", 0, 1e3, "how little x8 matters",   WEIGHT},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [VALUE] = {"value", "1", "the function"},
};
/* clang-format on */

static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod, double *const *loss)
{
    (void)y;
    (void)fixed;
    (void)p;
    memset(prod[REST], 0, n * sizeof(double));
    memset(loss[REST], 0, n * sizeof(double));
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)now;
    (void)before;
    double value = 1;
    for (int i = 0; i < N_FACTORS; i++)
        value *= (fabs(4 * p[X1 + i] - 2) + p[A1 + i]) / (1 + p[A1 + i]);
    out[VALUE] = value;
}

const struct model sobol_g_model = {
    .name = "sobol_g",
    .title = "Sobol's g function, to check sensitivity indices",
    .reference = "Saltelli & Sobol' 1995, Reliab Eng Syst Saf 50:225 [recalled]",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .react = react,
    .observe = observe,
};
