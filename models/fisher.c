/* Fisher's equation, the front of a growing and migrating population:
 *
 *     du/dt = D lap u + r u (1 - u) ,     start: u = [1 + exp(steepness (x - front))]^-2 .
 *
 * A steep start becomes the front of speed 2 sqrt(r D) - (3/2) sqrt(D/r)/t.  With steepness sqrt(r / (6 D)) the start is the exact wave of
 * Ablowitz & Zeppetella, which moves unchanged at 5 sqrt(r D / 6). */
#include "model.h"

#include <math.h>

enum { U, N_SPECIES };
enum { DIFFUSIVITY, GROWTH, FRONT, STEEPNESS, N_PARAMS };
enum { COVERAGE, N_OUTCOMES };

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [U] = {"population", "1", 0, 1, "diffusivity", .meaning = "population / carrying capacity (u)"},
};
static const struct param params[N_PARAMS] = {
    [DIFFUSIVITY] = {"diffusivity", 1,   "mm2/day", 0,    100, "diffusivity (D)", "assumed: Fisher 1937 in its own units"},
    [GROWTH]      = {"growth",      1,   "1/day",   0,    100, "growth rate (r)", "assumed: Fisher 1937 in its own units"},
    [FRONT]       = {"front",       5,   "mm",      0,    1e4, "where the front starts", "assumed: set by the problem"},
    [STEEPNESS]   = {"steepness",   1e6, "1/mm",    1e-3, 1e9, "steepness of the start; 1e6 is a step",
        "literature: Ablowitz & Zeppetella 1979 for sqrt(r / (6 D))"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [COVERAGE] = {"coverage", "1", "mean of the population over the domain"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        const double root = 1 / (1 + exp(p[STEEPNESS] * (at[0][i] - p[FRONT])));
        y[U][i] = root * root;
    }
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict u = y[U];
    double *restrict P = prod[U], *restrict L = loss[U];
    const double r = p[GROWTH];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        P[i] = r * u[i];
        L[i] = r * u[i];
    }
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    out[COVERAGE] = now->mean[REGION_DERMIS][U];
}

const struct model fisher_model = {
    .name = "fisher",
    .title = "Fisher's travelling front",
    .reference = "Fisher 1937, Annals of Eugenics 7:355; Ablowitz & Zeppetella 1979, Bull Math Biol 41:835",
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
