/* Sherratt & Murray 1990: an epidermal wound closes by migration and by mitosis that a chemical activates or inhibits.
 *
 *     dn/dt = D lap n + s(c) n (2 - n) - n           n  cell density / unwounded density
 *     dc/dt = Dc lap c + lambda (g(n) - c)           c  chemical / unwounded concentration
 *
 *     activator:  s = 2 c_m (h - beta) c / (c_m^2 + c^2) + beta,     g = n (1 + alpha^2) / (n^2 + alpha^2),
 *                 beta = (1 + c_m^2 - 2 h c_m) / (1 - c_m)^2
 *     inhibitor:  s = ((h - 1) c + h) / (2 (h - 1) c + 1),           g = n
 *
 * s(1) = 1 and g(1) = 1: n = c = 1 is the unwounded state, held at the outer edge.  The wound is empty, n = c = 0.
 *
 * Dimensionless, as in the paper: here 1 mm stands for the radius of the wound (about 5 mm) and 1 day for the time 1/k of the cells'
 * turnover (k about 0.01/h).  The parameter `inhibitor` chooses: 0 = activator, 1 = inhibitor, a mixture of both s and g in between.
 *
 * Trap: ahead of the front of the inhibitor, where c = 0, cells grow at 2 h - 1 = 19 per unit of time, so that a round-off of 1e-300 of a
 * cell outruns the true front in a long domain (speed 2 sqrt(19 D) = 0.087 instead of 0.024).  Hence no mitosis below `least_density`. */
#include "model.h"

#include <math.h>

enum { N, C, N_SPECIES };
enum { INHIBITOR, DIFFUSIVITY_N, DIFFUSIVITY_C, LAMBDA, H, ALPHA, C_M, WOUND_RADIUS, UNWOUNDED, LEAST_DENSITY, N_PARAMS };
enum { BETA = N_PARAMS, N_ALL };
enum { OPEN_AREA = N_SPECIES, N_QUANTITIES };
enum { OPEN_FRACTION, MEAN_CELLS, MEAN_CHEMICAL, N_OUTCOMES };

static const double HEALED = 0.8; /* of the unwounded density: where the paper says the wound ends */

#define LITERATURE "literature: Sherratt & Murray 1990, 1991"
#define LISTING    " [seen: listings of Kreger 2015, Pac0S/Projet-Cicatrisation-EDO A1, A5, A7]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [N] = {"n", "1", 1, 1, "diffusivity_n", .meaning = "density of epidermal cells, 1 = unwounded (n)"},
    [C] = {"c", "1", 1, 1, "diffusivity_c", .meaning = "chemical that regulates mitosis, 1 = unwounded (c)"},
};
static const struct param params[N_PARAMS] = {
    /*                   name             default unit       lo    hi    meaning and source */
    [INHIBITOR]     = {"inhibitor",       0,    "1",       0,    1,    "0: the chemical activates mitosis, 1: it inhibits",
        LITERATURE ", two models" LISTING},
    [DIFFUSIVITY_N] = {"diffusivity_n",   5e-4, "mm2/day", 0,    10,   "diffusivity of cells (D)",
        LITERATURE ": activator 5e-4, inhibitor 1e-4" LISTING},
    [DIFFUSIVITY_C] = {"diffusivity_c",   0.45, "mm2/day", 0,    100,  "diffusivity of the chemical (Dc)",
        LITERATURE ": activator 0.45, inhibitor 0.85" LISTING},
    [LAMBDA]        = {"lambda",          30,   "1/day",   0,    1e4,  "decay of the chemical (lambda)",
        LITERATURE ": activator 30, inhibitor 5" LISTING},
    [H]             = {"h",               10,   "1",       1,    20,   "largest rate of mitosis (h)", LITERATURE ": 10 in both" LISTING},
    [ALPHA]         = {"alpha",           0.1,  "1",       1e-3, 1,    "density of the greatest production of activator (alpha)",
        LITERATURE ": 0.1" LISTING},
    [C_M]           = {"c_m",             40,   "1",       2,    1e3,  "activator at the largest rate of mitosis (c_m)",
        LITERATURE ": 40" LISTING},
    [WOUND_RADIUS]  = {"wound_radius",    1,    "mm",      0,    1e3,  "radius, or half width, of the wound: the unit of length",
        LITERATURE ": 1" LISTING},
    [UNWOUNDED]     = {"unwounded",       1,    "1",       0,    10,   "density and chemical at the outer edge",
        LITERATURE ": n = c = 1 at r = 1" LISTING},
    [LEAST_DENSITY] = {"least_density",   1e-12, "1",      0,    1,    "density below which there is no mitosis",
        "assumed: far less than a cell, far more than a round-off; without it noise outruns the front of the inhibitor in long domains"},
};
static const struct boundary boundaries[] = {
    {"n", FACE_X_HIGH, BOUNDARY_FIXED, "unwounded", NULL},
    {"c", FACE_X_HIGH, BOUNDARY_FIXED, "unwounded", NULL},
};
static const struct readout readouts[] = {
    {"open_area", "1", "1 where the density is below 0.8 of the unwounded, else 0"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [OPEN_FRACTION] = {"open_fraction", "1", "part of the domain that is open, n < 0.8: (wound radius / domain radius)^2 in a cylinder"},
    [MEAN_CELLS]    = {"mean_cells",    "1", "mean density of cells over the domain"},
    [MEAN_CHEMICAL] = {"mean_chemical", "1", "mean of the chemical over the domain"},
};
/* clang-format on */

static void prepare(double *p)
{
    const double c_m = p[C_M];
    p[BETA] = (1 + c_m * c_m - 2 * p[H] * c_m) / ((1 - c_m) * (1 - c_m));
}

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        const double inside = at[0][i] < p[WOUND_RADIUS] ? 0 : 1;
        y[N][i] = y[C][i] = p[UNWOUNDED] * inside;
    }
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict cells = y[N], *restrict c = y[C];
    double *restrict Pn = prod[N], *restrict Ln = loss[N], *restrict Pc = prod[C], *restrict Lc = loss[C];
    const double w = p[INHIBITOR], lambda = p[LAMBDA], h = p[H], beta = p[BETA], alpha2 = p[ALPHA] * p[ALPHA], least = p[LEAST_DENSITY];
    const double c_m2 = p[C_M] * p[C_M], rise = 2 * p[C_M] * (h - beta);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double activated = rise * c[i] / (c_m2 + c[i] * c[i]) + beta;
        const double inhibited = ((h - 1) * c[i] + h) / (2 * (h - 1) * c[i] + 1);
        const double s = (1 - w) * activated + w * inhibited;
        const double divide = s > 0 ? s : 0, shrink = s > 0 ? 0 : -s; /* s < 0 only for c_m far from the paper's */
        const double dividing = cells[i] > least ? cells[i] : 0;
        Pn[i] = 2 * divide * dividing + shrink * cells[i] * cells[i];
        Ln[i] = divide * dividing + 2 * shrink + 1;
        Pc[i] = lambda * cells[i] * ((1 - w) * (1 + alpha2) / (cells[i] * cells[i] + alpha2) + w);
        Lc[i] = lambda;
    }
}

KERNEL static void read(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *q)
{
    (void)fixed;
    const double *restrict cells = y[N];
    double *restrict open = q[OPEN_AREA - N_SPECIES];
    const double edge = HEALED * p[UNWOUNDED];
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        open[i] = cells[i] < edge ? 1 : 0;
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    out[OPEN_FRACTION] = now->mean[REGION_DERMIS][OPEN_AREA];
    out[MEAN_CELLS] = now->mean[REGION_DERMIS][N];
    out[MEAN_CHEMICAL] = now->mean[REGION_DERMIS][C];
}

const struct model sherratt_murray_1990_model = {
    .name = "sherratt_murray_1990",
    .title = "epidermal wound healing with a chemical that activates or inhibits mitosis (Sherratt & Murray)",
    .reference = "Sherratt & Murray 1990, Proc R Soc B 241:29; 1991, J Math Biol 29:389",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .n_derived = N_ALL - N_PARAMS,
    .readouts = readouts,
    .n_readouts = N_QUANTITIES - N_SPECIES,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .boundaries = boundaries,
    .n_boundaries = 2,
    .prepare = prepare,
    .initial = initial,
    .react = react,
    .read = read,
    .observe = observe,
};
