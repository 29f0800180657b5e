/* Gray and Scott's autocatalysis, which makes spots, stripes and self-replication:
 *
 *     du/dt = Du lap u - u v^2 + F (1 - u)            dv/dt = Dv lap v + u v^2 - (F + k) v .
 *
 * Starts at the trivial state (1, 0) but for a square of (1/2, 1/4) in the plane x, z, smoothly rippled by 1 % so that symmetry can break.
 * Pearson's dimensionless units are read as mm and day. */
#include "model.h"

#include <math.h>

enum { U, V, N_SPECIES };
enum { D_U, D_V, FEED, KILL, SQUARE_X, SQUARE_Z, SQUARE_SIZE, N_PARAMS };
enum { MEAN_U, MEAN_V, N_OUTCOMES };

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [U] = {"substrate", "1", 1, 1, "substrate_diffusivity", .meaning = "substrate (u)"},
    [V] = {"catalyst",  "1", 0, 1, "catalyst_diffusivity",  .meaning = "autocatalyst (v)"},
};
static const struct param params[N_PARAMS] = {
    [D_U]         = {"substrate_diffusivity", 2e-5, "mm2/day", 0,    1,   "diffusivity of the substrate (Du)", "literature: Pearson 1993"},
    [D_V]         = {"catalyst_diffusivity",  1e-5, "mm2/day", 0,    1,   "diffusivity of the catalyst (Dv)", "literature: Pearson 1993"},
    [FEED]        = {"feed",                  0.04, "1/day",   0,    0.3, "inflow (F)", "literature: Pearson 1993, figure 3"},
    [KILL]        = {"kill",                  0.06, "1/day",   0,    0.1, "removal of the catalyst (k)",
        "literature: Pearson 1993, figure 3"},
    [SQUARE_X]    = {"square_x",              1.25, "mm",      0,    1e3, "centre of the square, x",
        "literature: Pearson 1993, domain 2.5"},
    [SQUARE_Z]    = {"square_z",              1.25, "mm",      0,    1e3, "centre of the square, z",
        "literature: Pearson 1993, domain 2.5"},
    [SQUARE_SIZE] = {"square_size",           0.2,  "mm",      1e-3, 1e3, "side of the square",
        "literature: Pearson 1993, 20 of 256 points"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [MEAN_U] = {"mean_substrate", "1", "mean of the substrate over the domain"},
    [MEAN_V] = {"mean_catalyst",  "1", "mean of the catalyst over the domain"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    const double half = 0.5 * p[SQUARE_SIZE];
    for (size_t i = 0; i < n; i++) {
        const double dx = at[0][i] - p[SQUARE_X], dz = at[2][i] - p[SQUARE_Z];
        const bool inside = fabs(dx) < half && fabs(dz) < half;
        const double ripple = 1 + 0.01 * sin(37 * at[0][i] / half) * sin(53 * at[2][i] / half);
        y[U][i] = inside ? 0.5 * ripple : 1;
        y[V][i] = inside ? 0.25 * ripple : 0;
    }
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict u = y[U], *restrict v = y[V];
    double *restrict Pu = prod[U], *restrict Lu = loss[U], *restrict Pv = prod[V], *restrict Lv = loss[V];
    const double F = p[FEED], k = p[KILL];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double v2 = v[i] * v[i];
        Pu[i] = F;
        Lu[i] = v2 + F;
        Pv[i] = u[i] * v2;
        Lv[i] = F + k;
    }
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    out[MEAN_U] = now->mean[REGION_DERMIS][U];
    out[MEAN_V] = now->mean[REGION_DERMIS][V];
}

const struct model gray_scott_model = {
    .name = "gray_scott",
    .title = "Gray-Scott patterns",
    .reference = "Pearson 1993, Science 261:189",
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
