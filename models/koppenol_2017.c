/* Koppenol & Vermolen 2017, rigid: fibroblasts, myofibroblasts, a signalling molecule and collagen in a contracting scar that does not
 * move.
 *
 *     dN/dt   = div(D_F (N+M) grad N - chi_F N grad c) + r_F [1 + r_max c/(a1+c)] [1 - kap (N+M)] N^(1+q) - k_F c N - d_N N     (1)
 *     dM/dt   = div(D_F (N+M) grad M - chi_F M grad c) + r_F (1+r_max) c/(a1+c) [1 - kap (N+M)] M^(1+q) + k_F c N - d_M M       (2)
 *     dc/dt   = D_c lap c + k_c c/(a2+c) (N + e1 M) - d_c g c                                                                   (3)
 *     drho/dt = k_r [1 + k_max c/(a4+c)] (N + e1 M) - d_r g rho ,                 g = (N + e2 M) rho / (1 + a3 c)               (4)
 *
 * with q and k_r such that N = Nbar, M = c = 0, rho = rhobar is at rest: q = [ln d_N - ln(r_F (1 - kap Nbar))] / ln Nbar = -0.4151,
 * k_r = d_r rhobar^2.  The convection and dilution of the published model, which needs its mechanics, is left out.
 *
 * Species in cells/cm3 and g/cm3 as in the paper, lengths in mm: 1 cm2/day = 100 mm2/day.  The wound blends into healthy skin as half a
 * wave of sine across its edge.
 *
 * Traps: M^(1+q) has an infinite slope at M = 0, where a round-off would grow at any rate: linear below LEAST.  The diffusivity D_F (N+M)
 * vanishes with the cells; it is stated relative to that of healthy skin, D_F Nbar, which holds at the outer edge.  Taxis is negligible
 * (1e-10 cm/day) but there.  How far collagen overshoots depends on a3; no figure of the paper was at hand to compare with. */
#include "model.h"

#include <math.h>

enum { N, M, C, RHO, N_SPECIES };
/* clang-format off */
enum {
    DIFFUSIVITY_CELLS, CHI_F, DIFFUSIVITY_C, R_F, R_MAX, A_1, KAP, K_F, D_N, D_M, K_C, E_1, E_2, A_2, A_3, D_C, K_MAX, A_4, D_R, N_BAR,
    RHO_BAR, M_BAR, C_BAR, WOUND_N, WOUND_M, WOUND_C, WOUND_RHO, WOUND_RADIUS, WOUND_EDGE, OUTER_EXCHANGE, N_PARAMS
};
/* clang-format on */
enum { Q = N_PARAMS, K_R, N_ALL };
enum { COLLAGEN, MYOFIBROBLASTS, SIGNAL, FIBROBLASTS, COLLAGEN_CORE, N_OUTCOMES };

static const double LEAST = 1e-6; /* [1/cm3] */

#define HIGH    "literature: Koppenol & Vermolen 2017, doi 10.1007/s10237-017-0881-y [recalled, high confidence"
#define RECALL  HIGH "]"
#define CHECKED HIGH "; satisfies an identity of the model]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [N]   = {"n",   "1/cm3", 1e4,    1e4,  "diffusivity_cells", "c", "chi_f", true, "fibroblasts (N)"},
    [M]   = {"m",   "1/cm3", 0,      1e3,  "diffusivity_cells", "c", "chi_f", true, "myofibroblasts (M)"},
    [C]   = {"c",   "g/cm3", 0,      1e-8, "diffusivity_c", .meaning = "signalling molecule, such as TGF-b (c)"},
    [RHO] = {"rho", "g/cm3", 0.1125, 0.1,  .meaning = "collagen (rho)"},
};
static const struct param params[N_PARAMS] = {
    /*                       name                 default  unit              lo     hi     meaning and source */
    [DIFFUSIVITY_CELLS] = {"diffusivity_cells",   0.1,     "mm2/day",        0,     10,    "diffusivity of cells in healthy skin (D_F Nbar)",
        HIGH "; 1e-7 cm5/day x 1e4 /cm3]"},
    [CHI_F]         = {"chi_f",         0.2,     "mm2 cm3/g/day",  0,     100,   "chemotaxis of cells (chi_F)", HIGH "; 2e-3 cm5/g/day]"},
    [DIFFUSIVITY_C] = {"diffusivity_c", 0.29,    "mm2/day",        0,     10,    "diffusivity of the signal (D_c)", HIGH "; 2.9e-3 cm2/day]"},
    [R_F]           = {"r_f",           0.924,   "1/day",           0.2,   5,     "division of cells, densities in 1/cm3 (r_F)", RECALL},
    [R_MAX]         = {"r_max",         2,       "1",              0,     20,    "largest increase of division by the signal", RECALL},
    [A_1]           = {"a1",            1e-8,    "g/cm3",          1e-10, 1e-6,  "signal of half that increase", RECALL},
    [KAP]           = {"kap",           1e-6,    "cm3",            1e-8,  5e-6,  "crowding: 1 / the density at which division stops", RECALL},
    [K_F]           = {"k_f",           1.08e7,  "cm3/g/day",      0,     1e9,   "differentiation to myofibroblasts (k_F)", RECALL},
    [D_N]           = {"d_n",           0.02,    "1/day",          0.01,  0.2,   "death of fibroblasts (d_N)", CHECKED},
    [D_M]           = {"d_m",           0.06,    "1/day",          0,     10,    "death of myofibroblasts (d_M)", RECALL},
    [K_C]           = {"k_c",           4e-13,   "g/day",          0,     1e-11, "signal made per fibroblast (k_c)", RECALL},
    [E_1]           = {"e1",            2,       "1",              0,     10,    "signal and collagen: what a myofibroblast makes, in fibroblasts", RECALL},
    [E_2]           = {"e2",            0.5,     "1",              0,     10,    "protease: what a myofibroblast makes, in fibroblasts", RECALL},
    [A_2]           = {"a2",            1e-8,    "g/cm3",          1e-10, 1e-6,  "signal of half its own production", RECALL},
    [A_3]           = {"a3",            2e8,     "cm3/g",          0,     1e10,  "inhibition of protease by the signal", RECALL},
    [D_C]           = {"d_c",           5e-4,    "cm6/g/day",      0,     1e-2,  "proteolysis of the signal (d_c)", RECALL},
    [K_MAX]         = {"k_max",         10,      "1",              0,     100,   "largest increase of collagen by the signal", RECALL},
    [A_4]           = {"a4",            1e-9,    "g/cm3",          1e-11, 1e-6,  "signal of half that increase", RECALL},
    [D_R]           = {"d_r",           6e-6,    "cm6/g/day",      0,     1e-3,  "proteolysis of collagen (d_r)", CHECKED},
    [N_BAR]         = {"n_bar",         1e4,     "1/cm3",          1e3,   1e5,   "fibroblasts of healthy skin (Nbar)", CHECKED},
    [RHO_BAR]       = {"rho_bar",       0.1125,  "g/cm3",          0.01,  1,     "collagen of healthy skin (rhobar)", CHECKED},
    [M_BAR]         = {"m_bar",         0,       "1/cm3",          0,     1e5,   "myofibroblasts of healthy skin (Mbar)", RECALL},
    [C_BAR]         = {"c_bar",         0,       "g/cm3",          0,     1e-6,  "signal of healthy skin (cbar)", RECALL},
    [WOUND_N]       = {"wound_n",       2e3,     "1/cm3",          0,     1e5,   "fibroblasts in the wound", RECALL},
    [WOUND_M]       = {"wound_m",       0,       "1/cm3",          0,     1e5,   "myofibroblasts in the wound", RECALL},
    [WOUND_C]       = {"wound_c",       1e-8,    "g/cm3",          0,     1e-6,  "signal in the wound", RECALL},
    [WOUND_RHO]     = {"wound_rho",     0.01125, "g/cm3",          0,     1,     "collagen in the wound", RECALL},
    [WOUND_RADIUS]  = {"wound_radius",  10,      "mm",             0,     1e3,   "radius, or half width, of the wound",
        "assumed: 1 cm, that of the reference numbers; the papers use about 2 cm in 10 [recalled, low confidence]"},
    [WOUND_EDGE]    = {"wound_edge",    0.05,    "1",              1e-3,  1,     "half width of its edge / radius",
        "assumed: that of the reference numbers; the papers have a smooth edge"},
    [OUTER_EXCHANGE] = {"outer_exchange", 1e6,   "mm/day",         0,     1e9,   "exchange with healthy skin at the outer edge",
        "assumed: as good as a fixed value, the paper's far edge; 0: no flux, as between equal wounds"},
};
static const struct boundary boundaries[] = {
    {"n", FACE_X_HIGH, BOUNDARY_EXCHANGE, "n_bar", "outer_exchange"},
    {"m", FACE_X_HIGH, BOUNDARY_EXCHANGE, "m_bar", "outer_exchange"},
    {"c", FACE_X_HIGH, BOUNDARY_EXCHANGE, "c_bar", "outer_exchange"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [COLLAGEN]       = {"collagen",       "1",     "mean collagen over the domain / healthy"},
    [MYOFIBROBLASTS] = {"myofibroblasts", "1/cm3", "mean density of myofibroblasts over the domain"},
    [SIGNAL]         = {"signal",         "g/cm3", "mean of the signalling molecule over the domain"},
    [FIBROBLASTS]    = {"fibroblasts",    "1",     "mean density of fibroblasts over the domain / healthy"},
    [COLLAGEN_CORE]  = {"collagen_core",  "1",     "mean collagen in the needle channels / healthy; 0 without needles"},
};
/* clang-format on */

static void prepare(double *p)
{
    p[Q] = (log(p[D_N]) - log(p[R_F] * (1 - p[KAP] * p[N_BAR]))) / log(p[N_BAR]);
    p[K_R] = p[D_R] * p[RHO_BAR] * p[RHO_BAR];
}

/* 1 in the wound, 0 outside, half a wave of sine from radius (1 - edge) to radius (1 + edge). */
static double wounded(double radius, double edge, double x)
{
    const double from_edge = radius > 0 ? (x / radius - 1) / edge : 1;
    return from_edge <= -1 ? 1 : from_edge >= 1 ? 0 : 0.5 * (1 - sin(0.5 * M_PI * from_edge));
}

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        const double w = wounded(p[WOUND_RADIUS], p[WOUND_EDGE], at[0][i]);
        y[N][i] = p[N_BAR] + w * (p[WOUND_N] - p[N_BAR]);
        y[M][i] = p[M_BAR] + w * (p[WOUND_M] - p[M_BAR]);
        y[C][i] = p[C_BAR] + w * (p[WOUND_C] - p[C_BAR]);
        y[RHO][i] = p[RHO_BAR] + w * (p[WOUND_RHO] - p[RHO_BAR]);
    }
}

/* The powers are calls: no vectors here. */
static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod, double *const *loss)
{
    (void)fixed;
    const double *restrict cells = y[N], *restrict myo = y[M], *restrict signal = y[C], *restrict rho = y[RHO];
    double *restrict Pn = prod[N], *restrict Ln = loss[N], *restrict Pm = prod[M], *restrict Lm = loss[M];
    double *restrict Pc = prod[C], *restrict Lc = loss[C], *restrict Pr = prod[RHO], *restrict Lr = loss[RHO];
    const double r_F = p[R_F], r_max = p[R_MAX], a1 = p[A_1], kap = p[KAP], k_F = p[K_F], d_N = p[D_N], d_M = p[D_M], k_c = p[K_C];
    const double e1 = p[E_1], e2 = p[E_2], a2 = p[A_2], a3 = p[A_3], d_c = p[D_C], k_max = p[K_MAX], a4 = p[A_4], d_r = p[D_R];
    const double q = p[Q], k_r = p[K_R];
    for (size_t i = 0; i < n; i++) {
        const double c = signal[i], room = 1 - kap * (cells[i] + myo[i]), grow = fmax(room, 0), shrink = fmax(-room, 0);
        const double divide_n = r_F * (1 + r_max * c / (a1 + c)), divide_m = r_F * (1 + r_max) * c / (a1 + c);
        const double n_q = pow(fmax(cells[i], LEAST), q), m_q = pow(fmax(myo[i], LEAST), q);
        const double makers = cells[i] + e1 * myo[i], protease = (cells[i] + e2 * myo[i]) * rho[i] / (1 + a3 * c);
        Pn[i] = divide_n * grow * n_q * cells[i];                    /* (1) */
        Ln[i] = divide_n * shrink * n_q + k_F * c + d_N;             /* (1) */
        Pm[i] = divide_m * grow * m_q * myo[i] + k_F * c * cells[i]; /* (2) */
        Lm[i] = divide_m * shrink * m_q + d_M;                       /* (2) */
        Pc[i] = k_c * c / (a2 + c) * makers;                         /* (3) */
        Lc[i] = d_c * protease;                                      /* (3) */
        Pr[i] = k_r * (1 + k_max * c / (a4 + c)) * makers;           /* (4) */
        Lr[i] = d_r * protease;                                      /* (4) */
    }
}

/* D_F (N + M) relative to healthy skin; the same for both kinds of cells. */
static void mobility(size_t n, int which, const double *const *y, const double *p, double *factor)
{
    (void)which;
    const double per_cell = 1 / p[N_BAR];
    for (size_t i = 0; i < n; i++)
        factor[i] = per_cell * (y[N][i] + y[M][i]);
}

/* A needle leaves the paper's wound in its channel; a bruise does nothing. */
static void injure(size_t n, const double *s, const double *b, double removal, const double *p, double *const *y)
{
    (void)b;
    (void)removal;
    for (size_t i = 0; i < n; i++) {
        y[N][i] += s[i] * (p[WOUND_N] - y[N][i]);
        y[M][i] += s[i] * (p[WOUND_M] - y[M][i]);
        y[C][i] += s[i] * (p[WOUND_C] - y[C][i]);
        y[RHO][i] += s[i] * (p[WOUND_RHO] - y[RHO][i]);
    }
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    const double *mean = now->mean[REGION_DERMIS];
    out[COLLAGEN] = mean[RHO] / p[RHO_BAR];
    out[MYOFIBROBLASTS] = mean[M];
    out[SIGNAL] = mean[C];
    out[FIBROBLASTS] = mean[N] / p[N_BAR];
    out[COLLAGEN_CORE] = now->mean[REGION_CORE][RHO] / p[RHO_BAR];
}

const struct model koppenol_2017_model = {
    .name = "koppenol_2017",
    .title = "fibroblasts, myofibroblasts, signal and collagen in a scar, without mechanics (Koppenol & Vermolen)",
    .reference = "Koppenol & Vermolen 2017, Biomech Model Mechanobiol, doi 10.1007/s10237-017-0881-y; Egberts et al 2020, arXiv 2010.12897",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .n_derived = N_ALL - N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .boundaries = boundaries,
    .n_boundaries = 3,
    .prepare = prepare,
    .initial = initial,
    .react = react,
    .mobility = mobility,
    .injure = injure,
    .observe = observe,
};
