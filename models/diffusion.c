/* Diffusion with source and decay, for problems with known answers and for first experiments:
 *
 *     dc/dt = div(D grad c) + source(x) - k c        for `substance` (walls closed) and `supplied` (held at `supply` at z = 0).
 *
 * `substance` starts as level + amplitude cos(kx x) cos(ky y) cos(kz z) + spot exp(-|r - centre|^2 / (2 width^2)): a cosine of wave number
 * k decays with D k^2; the spot is the heat kernel of age width^2 / (2 D).  `supplied` starts at 0 and ends as
 * supply cosh((Lz - z)/l) / cosh(Lz/l), l = sqrt(D/k).  `source` may be given as a map. */
#include "model.h"

#include <math.h>

enum { SUBSTANCE, SUPPLIED, N_SPECIES };
enum { DIFFUSIVITY, DECAY, SOURCE, SUPPLY, LEVEL, AMPLITUDE, WAVE_X, WAVE_Y, WAVE_Z, SPOT, SPOT_WIDTH, SPOT_X, SPOT_Y, SPOT_Z, N_PARAMS };
enum { SOURCE_MAP, N_FIXED };
enum { MEAN_SUBSTANCE, MEAN_SUPPLIED, N_OUTCOMES };

#define FREE "assumed: set by the problem"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [SUBSTANCE] = {"substance", "1", 0, 1, "diffusivity", .meaning = "substance between closed walls (c)"},
    [SUPPLIED]  = {"supplied",  "1", 0, 1, "diffusivity", .meaning = "substance held at `supply` at z = 0 (c)"},
};
static const struct param params[N_PARAMS] = {
    [DIFFUSIVITY] = {"diffusivity",      0.29, "mm2/day", 0,    100, "diffusivity (D)",
        "literature: growth factors, Murphy 2012, Koppenol 2017: 2.9e-3 cm2/day"},
    [DECAY]       = {"decay",            0,    "1/day",   0,    1e4, "decay (k)", FREE},
    [SOURCE]      = {"source",           0,    "1/day",   0,    1e4, "source of `substance` where no map is given", FREE},
    [SUPPLY]      = {"supply",           1,    "1",       0,    1e4, "value of `supplied` at z = 0", FREE},
    [LEVEL]       = {"level",            1,    "1",       0,    1e4, "uniform part of the start", FREE},
    [AMPLITUDE]   = {"cosine_amplitude", 0,    "1",       0,    1e4, "amplitude of the cosine, at most level", FREE},
    [WAVE_X]      = {"cosine_x",         0,    "1/mm",    0,    1e4, "wave number along x (kx)", FREE},
    [WAVE_Y]      = {"cosine_y",         0,    "1/mm",    0,    1e4, "wave number along y (ky)", FREE},
    [WAVE_Z]      = {"cosine_z",         0,    "1/mm",    0,    1e4, "wave number along z (kz)", FREE},
    [SPOT]        = {"spot",             0,    "1",       0,    1e6, "height of the spot", FREE},
    [SPOT_WIDTH]  = {"spot_width",       0.1,  "mm",      1e-4, 1e3, "standard deviation of the spot", FREE},
    [SPOT_X]      = {"spot_x",           0,    "mm",      0,    1e3, "centre of the spot, x", FREE},
    [SPOT_Y]      = {"spot_y",           0,    "mm",      0,    1e3, "centre of the spot, y", FREE},
    [SPOT_Z]      = {"spot_z",           0,    "mm",      0,    1e3, "centre of the spot, z", FREE},
};
static const struct fixed_field fixed_fields[N_FIXED] = {
    [SOURCE_MAP] = {"source", "source", NULL, "source of `substance` [1/day]"},
};
static const struct boundary boundaries[] = {
    {"supplied", FACE_Z_LOW, BOUNDARY_FIXED, "supply", NULL},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [MEAN_SUBSTANCE] = {"mean_substance", "1", "mean of `substance` over the domain"},
    [MEAN_SUPPLIED]  = {"mean_supplied",  "1", "mean of `supplied` over the domain"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    const double *x = at[0], *v = at[1], *z = at[2];
    const double rwidth2 = 0.5 / (p[SPOT_WIDTH] * p[SPOT_WIDTH]);
    for (size_t i = 0; i < n; i++) {
        const double dx = x[i] - p[SPOT_X], dy = v[i] - p[SPOT_Y], dz = z[i] - p[SPOT_Z];
        const double wave = cos(p[WAVE_X] * x[i]) * cos(p[WAVE_Y] * v[i]) * cos(p[WAVE_Z] * z[i]);
        const double start = p[LEVEL] + p[AMPLITUDE] * wave + p[SPOT] * exp(-(dx * dx + dy * dy + dz * dz) * rwidth2);
        y[SUBSTANCE][i] = start > 0 ? start : 0;
    }
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)y;
    const double *restrict source = fixed[SOURCE_MAP];
    double *restrict Pc = prod[SUBSTANCE], *restrict Lc = loss[SUBSTANCE], *restrict Ps = prod[SUPPLIED], *restrict Ls = loss[SUPPLIED];
    const double k = p[DECAY];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        Pc[i] = source[i];
        Lc[i] = k;
        Ps[i] = 0;
        Ls[i] = k;
    }
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    out[MEAN_SUBSTANCE] = now->mean[REGION_DERMIS][SUBSTANCE];
    out[MEAN_SUPPLIED] = now->mean[REGION_DERMIS][SUPPLIED];
}

const struct model diffusion_model = {
    .name = "diffusion",
    .title = "diffusion with source and decay",
    .reference = "Crank 1975, The Mathematics of Diffusion",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .fixed = fixed_fields,
    .n_fixed = N_FIXED,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .boundaries = boundaries,
    .n_boundaries = 1,
    .initial = initial,
    .react = react,
    .observe = observe,
};
