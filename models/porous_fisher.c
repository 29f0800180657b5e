/* Growth and migration that is faster where the population is dense, with a sharp front:
 *
 *     du/dt = div(D u^n grad u) + r u (1 - u) ,     start: u = max(0, 1 - exp(steepness (x - front))) .
 *
 * With n = 1 and steepness sqrt(r / (2 D)) the start is the exact wave, which moves unchanged at sqrt(r D / 2); u = 0 before it.  With
 * r = 0 this is the porous medium equation, whose Barenblatt solutions spread from a point. */
#include "model.h"

#include <math.h>

enum { U, N_SPECIES };
enum { DIFFUSIVITY, EXPONENT, GROWTH, FRONT, STEEPNESS, N_PARAMS };
enum { COVERAGE, N_OUTCOMES };

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [U] = {"population", "1", 0, 1, "diffusivity", .mobility = true, .meaning = "population / carrying capacity (u)"},
};
static const struct param params[N_PARAMS] = {
    [DIFFUSIVITY] = {"diffusivity", 1,          "mm2/day", 0,    100, "diffusivity at u = 1 (D)", "assumed: Murray's dimensionless units"},
    [EXPONENT]    = {"exponent",    1,          "1",       0.5,  4,   "power of u in the diffusivity (n)", "literature: Murray 2002, I, 13.4"},
    [GROWTH]      = {"growth",      1,          "1/day",   0,    100, "growth rate (r)", "assumed: Murray's dimensionless units"},
    [FRONT]       = {"front",       5,          "mm",      0,    1e4, "where the front starts", "assumed: set by the problem"},
    [STEEPNESS]   = {"steepness",   0.70710678, "1/mm",    1e-3, 1e9, "steepness of the start",
        "literature: Murray 2002, I, 13.4: sqrt(r / (2 D)) for the exact wave"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [COVERAGE] = {"coverage", "1", "mean of the population over the domain"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++)
        y[U][i] = fmax(0, 1 - exp(p[STEEPNESS] * (at[0][i] - p[FRONT])));
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

static void mobility(size_t n, int moving, const double *const *y, const double *p, double *factor)
{
    (void)moving;
    for (size_t i = 0; i < n; i++)
        factor[i] = pow(y[U][i], p[EXPONENT]);
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    out[COVERAGE] = now->mean[REGION_DERMIS][U];
}

const struct model porous_fisher_model = {
    .name = "porous_fisher",
    .title = "a sharp travelling front, or the porous medium equation",
    .reference = "Murray 2002, Mathematical Biology I, section 13.4; Barenblatt 1952, Prikl Mat Mekh 16:67",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .initial = initial,
    .react = react,
    .mobility = mobility,
    .observe = observe,
};
