/* A serum on needled skin: it seeps through the surface, pours into open channels, spreads, is cleared, and the channels close.
 *
 *     dc/dt = D lap c - k c + e o (reservoir - c) ,   inflow at z = 0: permeability (reservoir - c) ,   do/dt = - closing o
 *
 * o is the open share of a place: a session sets it to the channel's.  A channel that stays open holds c -> reservoir e/(e + k) down to its
 * end; the tissue between lives on what spreads from it, over l = sqrt(D/k).  Intact skin is at rest with
 *     c = B exp(-z/l), B = h reservoir / (h + D/l), h = permeability (skin deeper than a few l) ,
 * where the run starts: serum_uptake is what the skin holds, hence clears, relative to that.
 * Limits: a channel's mouth and its depth open and close alike; the front of the epidermis is not followed (the model dermis does that). */
#include "model.h"

#include <math.h>

enum { SERUM, OPEN, N_SPECIES };
enum { DIFFUSIVITY, CLEARANCE, RESERVOIR, PERMEABILITY, EXCHANGE, CLOSING, DEEP, DEEP_HEIGHT, N_PARAMS };
enum { UPTAKE, SLAB, DEPTH, OPEN_SHARE, N_OUTCOMES };

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [SERUM] = {"serum",        "1", 0, 0.01, "diffusivity", .meaning = "concentration in the skin (c)"},
    [OPEN]  = {"open_channel", "1", 0, 0.1,  .meaning = "share of the place that is an open channel (o), 0 to 1"},
};
static const struct param params[N_PARAMS] = {
    [DIFFUSIVITY]  = {"diffusivity",  19,    "mm2/day", 1e-6, 1000, "diffusivity in dermis (D)",
        "published form, fitted: log D [cm2/s] = -4.15 - 0.655 log(molar mass), Kretsos 2008 Int J Pharm (recalled), caffeine 194 g/mol"},
    [CLEARANCE]    = {"clearance",    140,   "1/day",   0.01, 1e4,  "clearance by dermal capillaries (k)",
        "assumed: blood flow of dermis, about 0.1 mL/min/mL, takes all that it meets"},
    [RESERVOIR]    = {"reservoir",    1,     "1",       0,    1e6,  "concentration in the formulation, in units of the skin's",
        "assumed: unit of concentration"},
    [PERMEABILITY] = {"permeability", 0.038, "mm/day",  1e-6, 1e4,  "permeability of intact skin (h)",
        "literature: caffeine, 1.59e-4 cm/h from an emulsion, forearms of 12 people (PMID 8289121)"},
    [EXCHANGE]     = {"exchange",     160,   "1/day",   0,    1e5,  "renewal of the fluid in an open channel from the surface (e)",
        "assumed: water column 0.9 mm long, pi2 D/(4 L2), D = 53 mm2/day of caffeine in water"},
    [CLOSING]      = {"closing",      4.8,   "1/day",   0,    100,  "closing of channels",
        "literature: calcein pores closed 12-18 h after needling (Kalluri 2011): 5 % open after 15 h; occluded up to 40 h (Gupta 2011)"},
    [DEEP]         = {"deep_depth",   0.6,   "mm",      0,    6,    "depth at which serum_deep is read",
        "assumed: within the reach of a 1.5 mm roller, out of reach through intact skin"},
    [DEEP_HEIGHT]  = {"deep_height",  0.1,   "mm",      0.01, 1,    "height of the layer it is read from", "assumed: a few cells"},
};
static const struct boundary boundaries[] = {
    {"serum", FACE_Z_LOW, BOUNDARY_EXCHANGE, "reservoir", "permeability"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [UPTAKE]     = {"serum_uptake",  "1", "what the skin holds and clears / in intact skin"},
    [SLAB]       = {"serum_slab",    "1", "mean concentration of the papillary slab / formulation"},
    [DEPTH]      = {"serum_deep",    "1", "mean concentration at deep_depth / formulation"},
    [OPEN_SHARE] = {"open_channels", "1", "share of the papillary slab that is open channel"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    const double l = sqrt(p[DIFFUSIVITY] / p[CLEARANCE]), h = p[PERMEABILITY];
    const double surface = h * p[RESERVOIR] / (h + p[DIFFUSIVITY] / l);
    for (size_t i = 0; i < n; i++)
        y[SERUM][i] = surface * exp(-at[2][i] / l);
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict o = y[OPEN];
    double *restrict Pc = prod[SERUM], *restrict Lc = loss[SERUM], *restrict Po = prod[OPEN], *restrict Lo = loss[OPEN];
    const double k = p[CLEARANCE], e = p[EXCHANGE], in = e * p[RESERVOIR], closing = p[CLOSING];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        Pc[i] = in * o[i];
        Lc[i] = k + e * o[i];
        Po[i] = 0;
        Lo[i] = closing;
    }
}

static void injure(size_t n, const double *s, const double *b, double removal, const double *p, double *const *y)
{
    (void)b, (void)removal, (void)p;
    for (size_t i = 0; i < n; i++)
        y[OPEN][i] += (1 - y[OPEN][i]) * s[i];
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    const double held = before->mean[REGION_DERMIS][SERUM], full = p[RESERVOIR] > 0 ? p[RESERVOIR] : 1;
    out[UPTAKE] = held > 0 ? now->mean[REGION_DERMIS][SERUM] / held : 1;
    out[SLAB] = now->mean[REGION_SLAB][SERUM] / full;
    out[DEPTH] = now->mean[REGION_DEPTH][SERUM] / full;
    out[OPEN_SHARE] = now->mean[REGION_SLAB][OPEN];
}

const struct model serum_model = {
    .name = "serum",
    .title = "a serum on needled skin",
    .reference = "Crank 1975, The Mathematics of Diffusion, section 3.3.4: surface resistance; closing after Kalluri 2011 AAPS J 13:473",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .boundaries = boundaries,
    .n_boundaries = 1,
    .layer = {"deep_depth", "deep_height"},
    .initial = initial,
    .react = react,
    .injure = injure,
    .observe = observe,
};
