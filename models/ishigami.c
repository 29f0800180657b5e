/* The Ishigami function, a yardstick of sensitivity analysis:
 *
 *     value = sin x1 + a sin^2 x2 + b x3^4 sin x1 ,     x1, x2, x3 uniform in -pi..pi.
 *
 * Its variance is a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2, of which x1 alone explains (1 + b pi^4/5)^2/2, x2 a^2/8, x1 and x3 together
 * 8 b^2 pi^8/225, and x3 alone nothing.  Nothing happens in the tissue: the shortest run will do. */
#include "model.h"

#include <math.h>
#include <string.h>

enum { REST, N_SPECIES };
enum { X1, X2, X3, A, B, N_PARAMS };
enum { VALUE, N_OUTCOMES };

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [REST] = {"rest", "1", 1, 1, .meaning = "a substance that stays as it is"},
};
static const struct param params[N_PARAMS] = {
    [X1] = {"x1", 1,   "1", -M_PI, M_PI, "first argument",                  "assumed: any place where no term vanishes"},
    [X2] = {"x2", 1,   "1", -M_PI, M_PI, "second argument",                 "assumed: any place where no term vanishes"},
    [X3] = {"x3", 1,   "1", -M_PI, M_PI, "third argument",                  "assumed: any place where no term vanishes"},
    [A]  = {"a",  7,   "1", 0,     100,  "weight of the second (a)",        "literature: Ishigami & Homma 1990; Saltelli et al 2000"},
    [B]  = {"b",  0.1, "1", 0,     100,  "weight of the third (b)",         "literature: Sobol' & Levitan 1999; Saltelli et al 2000"},
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
    const double s1 = sin(p[X1]), s2 = sin(p[X2]), square = p[X3] * p[X3];
    out[VALUE] = s1 + p[A] * s2 * s2 + p[B] * square * square * s1;
}

const struct model ishigami_model = {
    .name = "ishigami",
    .title = "the Ishigami function, to check sensitivity indices",
    .reference = "Ishigami & Homma 1990, Proc ISUMA 90, 398 [recalled]",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .react = react,
    .observe = observe,
};
