/* A topical that enters through the surface, spreads and is cleared:
 *
 *     dc/dt = D lap c - k c ,     inflow at z = 0: permeability (reservoir - c) .
 *
 * Between walls it ends as c = B cosh((Lz - z)/l), l = sqrt(D/k), B = h reservoir / (h cosh(Lz/l) + D/l sinh(Lz/l)), h = permeability. */
#include "model.h"

enum { C, N_SPECIES };
enum { DIFFUSIVITY, CLEARANCE, RESERVOIR, PERMEABILITY, N_PARAMS };
enum { MEAN_C, N_OUTCOMES };

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [C] = {"topical", "1", 0, 1, "diffusivity", .meaning = "concentration in the skin (c)"},
};
static const struct param params[N_PARAMS] = {
    [DIFFUSIVITY]  = {"diffusivity",  0.29, "mm2/day", 1e-6, 100, "diffusivity (D)", "literature: Murphy 2012, Koppenol 2017: 2.9e-3 cm2/day"},
    [CLEARANCE]    = {"clearance",    9.1,  "1/day",   0,    1e4, "clearance (k)", "assumed: set by the problem"},
    [RESERVOIR]    = {"reservoir",    1,    "1",       0,    1e9, "concentration in the formulation, in units of the skin's",
        "assumed: unit of concentration"},
    [PERMEABILITY] = {"permeability", 1,    "mm/day",  1e-9, 1e4, "permeability of the barrier (h)", "assumed: set by the problem"},
};
static const struct boundary boundaries[] = {
    {"topical", FACE_Z_LOW, BOUNDARY_EXCHANGE, "reservoir", "permeability"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [MEAN_C] = {"mean_topical", "1", "mean concentration over the domain"},
};
/* clang-format on */

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)y;
    (void)fixed;
    double *restrict P = prod[C], *restrict L = loss[C];
    const double k = p[CLEARANCE];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        P[i] = 0;
        L[i] = k;
    }
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    out[MEAN_C] = now->mean[REGION_DERMIS][C];
}

const struct model topical_model = {
    .name = "topical",
    .title = "a topical that enters through the surface",
    .reference = "Crank 1975, The Mathematics of Diffusion, section 3.3.4: surface resistance",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .boundaries = boundaries,
    .n_boundaries = 1,
    .react = react,
    .observe = observe,
};
