/* Schnakenberg's activator and depleted substrate, the smallest Turing system:
 *
 *     du/dt = Du lap u + g (a - u + u^2 v)            dv/dt = Dv lap v + g (b - u^2 v) .
 *
 * Starts at the steady state u = a + b, v = b/(a + b)^2, the activator multiplied by 1 + ripple cos(kx x) cos(kz z).  For a = 0.1, b = 0.9,
 * Dv/Du = 10, g = Du = 1 the modes 0.2 < k^2 < 0.5 grow, k^2 = 0.31854 fastest, at 0.057191. */
#include "model.h"

#include <math.h>

enum { U, V, N_SPECIES };
enum { D_U, D_V, RATE, A, B, RIPPLE, WAVE_X, WAVE_Z, N_PARAMS };
enum { MEAN_U, MEAN_V, N_OUTCOMES };

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [U] = {"activator", "1", 1,   1, "activator_diffusivity", .meaning = "activator (u)"},
    [V] = {"substrate", "1", 0.9, 1, "substrate_diffusivity", .meaning = "depleted substrate (v)"},
};
static const struct param params[N_PARAMS] = {
    [D_U]    = {"activator_diffusivity", 1,       "mm2/day", 0,    100,  "diffusivity of the activator (Du)",
        "literature: Murray 2003, II, chapter 2, dimensionless"},
    [D_V]    = {"substrate_diffusivity", 10,      "mm2/day", 0,    1000, "diffusivity of the substrate (Dv)",
        "literature: Murray 2003, II, chapter 2: d = 10"},
    [RATE]   = {"rate",                  1,       "1/day",   1e-3, 10,   "rate of the reaction (g)",
        "literature: Murray 2003, II, chapter 2, dimensionless"},
    [A]      = {"activator_supply",      0.1,     "1",       0.01, 1,    "supply of the activator (a)",
        "literature: Murray 2003, II, chapter 2"},
    [B]      = {"substrate_supply",      0.9,     "1",       0.01, 2,    "supply of the substrate (b)",
        "literature: Murray 2003, II, chapter 2"},
    [RIPPLE] = {"ripple",                0.01,    "1",       0,    0.5,  "relative perturbation of the activator", "assumed: small"},
    [WAVE_X] = {"wave_x",                0.56440, "1/mm",    0,    1e3,  "wave number of the perturbation along x (kx)",
        "literature: fastest mode, k^2 = 0.31854"},
    [WAVE_Z] = {"wave_z",                0,       "1/mm",    0,    1e3,  "wave number of the perturbation along z (kz)",
        "assumed: perturbed along x only"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [MEAN_U] = {"mean_activator", "1", "mean of the activator over the domain"},
    [MEAN_V] = {"mean_substrate", "1", "mean of the substrate over the domain"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    const double u0 = p[A] + p[B], v0 = p[B] / (u0 * u0);
    for (size_t i = 0; i < n; i++) {
        y[U][i] = u0 * (1 + p[RIPPLE] * cos(p[WAVE_X] * at[0][i]) * cos(p[WAVE_Z] * at[2][i]));
        y[V][i] = v0;
    }
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict u = y[U], *restrict v = y[V];
    double *restrict Pu = prod[U], *restrict Lu = loss[U], *restrict Pv = prod[V], *restrict Lv = loss[V];
    const double g = p[RATE], ga = g * p[A], gb = g * p[B];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double u2 = u[i] * u[i];
        Pu[i] = ga + g * u2 * v[i];
        Lu[i] = g;
        Pv[i] = gb;
        Lv[i] = g * u2;
    }
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    out[MEAN_U] = now->mean[REGION_DERMIS][U];
    out[MEAN_V] = now->mean[REGION_DERMIS][V];
}

const struct model schnakenberg_model = {
    .name = "schnakenberg",
    .title = "Schnakenberg's Turing patterns",
    .reference = "Schnakenberg 1979, J Theor Biol 81:389; Murray 2003, Mathematical Biology II, chapter 2",
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
