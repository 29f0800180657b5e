/* Sohutskay, Tepole & Voytik-Harbin 2021, rigid: cells, a cytokine and collagen in a round wound that does not deform.
 *
 *     drho/dt = -div Q + [p + p_c c/(K_c+c) + p_th H] (1 - rho/K) rho - d rho                                                   (1)
 *     Q       = -3 D (1 - 0.9 phi) A0 grad rho / tr A0 - 3 X (1 - 0.9 phi) rho A0 grad c / tr A0 ,  A0 = kappa I + (1 - 3 kappa) a0 a0'
 *     dc/dt   = D_c lap c + (p_cr c + p_cth H) rho / (K_cc + c) - d_c c                                                         (2)
 *     dphi/dt = [q + q_c c/(K_q+c) + q_th H] rho / (K_phi + phi) - (d_phi + d_prc c rho) phi                                    (3)
 *     H       = 1 / (1 + exp(-g_th (J_e - th_e))) ,  J_e = 1
 *
 * What the reduction leaves out: deformation (J_e = 1), turning fibres (a0 and kappa stay as they are), plastic growth.  Around the axis of
 * the wound the cells see the mean of A0 over the plane, (1 - kappa) / 2 of its trace; kappa is carried as a species that does not change.
 * Parameters are per hour as in the code; prepare() turns them into days.  Diffusivities are in mm2/day: 1 mm2/h = 24 mm2/day.
 *
 * Taxis is negligible (1e-7 mm/h); its factor 3 (1 - 0.9 phi) (1 - kappa) / 2 is that of the wound's start, 0.671.
 * At the centre c = c0 exp(-d_c t) [1 - exp(-R^2 / (4 D_c t))] but for its production, which is 0.1 % of it.
 * Ranges: cells that divide or die within an hour; ten times the code's cells, motility, cytokine and turnover of collagen by cells; its
 * other values a hundred times and more.  Beyond, collagen turns over within minutes: no skin, and a step for each of them.
 * (rho, c, phi) = (1000, 0, 1) is at rest only for H = 0; with H = 0.0067 rho drifts up slowly. */
#include "model.h"

#include <math.h>

enum { RHO, C, PHI, KAPPA, N_SPECIES };
/* clang-format off */
enum {
    DIFFUSIVITY_RHO, CHI, DIFFUSIVITY_C, P_RHO, P_C, P_TH, K_C, K, D_RHO, TH_E, G_TH, P_CR, P_CTH, K_CC, D_C, Q_PHI, Q_C, Q_TH, K_Q,
    K_PHI, D_PHI, D_PRC, RHO_BAR, C_BAR, PHI_BAR, KAPPA_BAR, WOUND_RHO, WOUND_C, WOUND_PHI, WOUND_KAPPA, WOUND_RADIUS, OUTER_EXCHANGE,
    N_PARAMS
};
/* clang-format on */
/* Rates per day: of (1) base, by c, loss; of (2) p_cr, p_cth H, d_c; of (3) base, by c, d_phi, d_prc. */
enum { GROW = N_PARAMS, GROW_C, DIE, MAKE_C, MAKE_C0, DECAY, LAY, LAY_C, RESORB, RESORB_C, N_ALL };
enum { CELLS, CYTOKINE, COLLAGEN, COLLAGEN_CORE, N_OUTCOMES };

static const double HOURS = 24; /* per day */

#define CODE "literature: Sohutskay 2021 [seen: davidsohutskay/ACTA_2021_FE src/results_circle_wound.cpp"
#define SEEN CODE "]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [RHO]   = {"rho",   "1/mm3", 1000, 1000, "diffusivity_rho", "c", "chi", true, "cells (rho)"},
    [C]     = {"c",     "g/mm3", 0,    1e-4, "diffusivity_c", .meaning = "cytokine (c)"},
    [PHI]   = {"phi",   "1",     1,    1,    .meaning = "collagen, 1 = healthy (phi)"},
    [KAPPA] = {"kappa", "1",     0.23, 1,    .meaning = "dispersion of the fibres, 1/3 = isotropic (kappa): does not change"},
};
static const struct param params[N_PARAMS] = {
    /*                     name               default  unit           lo    hi    meaning and source */
    [DIFFUSIVITY_RHO] = {"diffusivity_rho",   1.9992,  "mm2/day",     0,    20,   "motility of cells (D)", CODE ": 0.0833 mm2/h]"},
    [CHI]             = {"chi",               0.0267,  "mm5/g/day",   0,    10,   "chemotaxis with its factor in the wound (X)",
        CODE ": 1.66e-3 mm5/g/h x 0.671 x 24; the code's sign is that of the flux]"},
    [DIFFUSIVITY_C]   = {"diffusivity_c",     0.28992, "mm2/day",     0,    100,  "diffusivity of the cytokine (D_c)",
        CODE ": 0.01208 mm2/h, after Murphy]"},
    [P_RHO]   = {"p",          0.017,   "1/hour",        0,    1,    "division of cells (p)", SEEN},
    [P_C]     = {"p_c",        0.0085,  "1/hour",        0,    1,    "division by the cytokine (p_c)", SEEN},
    [P_TH]    = {"p_th",       0.0085,  "1/hour",        0,    1,    "division by stretch (p_th)", SEEN},
    [K_C]     = {"k_c",        1e-5,    "g/mm3",         1e-7, 1e-3, "cytokine of half that division (K_c)", SEEN},
    [K]       = {"k",          1e4,     "1/mm3",         1e3,  1e5,  "capacity for cells (K)", SEEN},
    [D_RHO]   = {"d",          0.0153,  "1/hour",        0,    1,    "death of cells (d): p (1 - 1000/K)", SEEN},
    [TH_E]    = {"th_e",       2,       "1",             0.5,  10,   "stretch of half the response (th_e)", SEEN},
    [G_TH]    = {"g_th",       5,       "1",             0,    50,   "steepness of that response (g_th)", SEEN},
    [P_CR]    = {"p_cr",       9e-13,   "g/hour",        0,    1e-9, "cytokine made under cytokine (p_cr)", SEEN},
    [P_CTH]   = {"p_cth",      9e-12,   "g2/mm3/hour",   0,    1e-8, "cytokine made under stretch (p_cth)", SEEN},
    [K_CC]    = {"k_cc",       1,       "g/mm3",         1e-2, 100,  "cytokine of half saturation of its production (K_cc)", SEEN},
    [D_C]     = {"d_c",        1e-3,    "1/hour",        0,    1,    "decay of the cytokine (d_c)", SEEN},
    [Q_PHI]   = {"q",          2e-6,    "mm3/hour",      0,    2e-5, "collagen made per cell (q)", SEEN},
    [Q_C]     = {"q_c",        2e-6,    "mm3/hour",      0,    2e-5, "likewise by the cytokine (q_c)", SEEN},
    [Q_TH]    = {"q_th",       2e-6,    "mm3/hour",      0,    2e-5, "likewise by stretch (q_th)", SEEN},
    [K_Q]     = {"k_q",        1e-4,    "g/mm3",         1e-6, 1e-2, "cytokine of half that increase (K_q)", SEEN},
    [K_PHI]   = {"k_phi",      1.06186, "1",             0.1,  100,  "collagen that halves synthesis (K_phi): q 1000/d_phi - 1", SEEN},
    [D_PHI]   = {"d_phi",      9.7e-4,  "1/hour",        0,    0.1,  "turnover of collagen (d_phi)", SEEN},
    [D_PRC]   = {"d_prc",      4.85e-3, "mm6/g/hour",    0,    0.05, "turnover by cells under cytokine (d_prc)", SEEN},
    [RHO_BAR]     = {"rho_bar",     1000, "1/mm3", 0,    1e4,  "cells of healthy skin", SEEN},
    [C_BAR]       = {"c_bar",       0,    "g/mm3", 0,    1e-3, "cytokine of healthy skin", SEEN},
    [PHI_BAR]     = {"phi_bar",     1,    "1",     1e-3, 1,    "collagen of healthy skin", SEEN},
    [KAPPA_BAR]   = {"kappa_bar",   0.23, "1",     0,    1,    "dispersion of fibres in healthy skin", SEEN},
    [WOUND_RHO]   = {"wound_rho",   0,    "1/mm3", 0,    1e4,  "cells in the wound", SEEN},
    [WOUND_C]     = {"wound_c",     1e-4, "g/mm3", 0,    1e-3, "cytokine in the wound", SEEN},
    [WOUND_PHI]   = {"wound_phi",   0.43, "1",     0,    1,    "collagen in the wound", SEEN},
    [WOUND_KAPPA] = {"wound_kappa", 0.27, "1",     0,    1,    "dispersion of fibres in the wound", SEEN},
    [WOUND_RADIUS]   = {"wound_radius",   7.5, "mm",     0,    1e3,  "radius of the wound", SEEN},
    [OUTER_EXCHANGE] = {"outer_exchange", 1e6, "mm/day", 0,    1e9,  "exchange with healthy skin at the outer edge",
        "assumed: as good as the fixed values of the code; 0: no flux, as between equal wounds"},
};
static const struct boundary boundaries[] = {
    {"rho", FACE_X_HIGH, BOUNDARY_EXCHANGE, "rho_bar", "outer_exchange"},
    {"c",   FACE_X_HIGH, BOUNDARY_EXCHANGE, "c_bar",   "outer_exchange"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [CELLS]         = {"cells",         "1/mm3", "mean density of cells over the domain"},
    [CYTOKINE]      = {"cytokine",      "g/mm3", "mean of the cytokine over the domain"},
    [COLLAGEN]      = {"collagen",      "1",     "mean collagen over the domain / healthy"},
    [COLLAGEN_CORE] = {"collagen_core", "1",     "mean collagen in the needle channels / healthy; 0 without needles"},
};
/* clang-format on */

/* Per hour to per day; what stretch adds at J_e = 1. */
static void prepare(double *p)
{
    const double H = 1 / (1 + exp(-p[G_TH] * (1 - p[TH_E])));
    p[GROW] = HOURS * (p[P_RHO] + p[P_TH] * H);
    p[GROW_C] = HOURS * p[P_C];
    p[DIE] = HOURS * p[D_RHO];
    p[MAKE_C] = HOURS * p[P_CR];
    p[MAKE_C0] = HOURS * p[P_CTH] * H;
    p[DECAY] = HOURS * p[D_C];
    p[LAY] = HOURS * (p[Q_PHI] + p[Q_TH] * H);
    p[LAY_C] = HOURS * p[Q_C];
    p[RESORB] = HOURS * p[D_PHI];
    p[RESORB_C] = HOURS * p[D_PRC];
}

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        const int wound = at[0][i] < p[WOUND_RADIUS];
        y[RHO][i] = wound ? p[WOUND_RHO] : p[RHO_BAR];
        y[C][i] = wound ? p[WOUND_C] : p[C_BAR];
        y[PHI][i] = wound ? p[WOUND_PHI] : p[PHI_BAR];
        y[KAPPA][i] = wound ? p[WOUND_KAPPA] : p[KAPPA_BAR];
    }
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict rho = y[RHO], *restrict c = y[C], *restrict phi = y[PHI];
    double *restrict Pr = prod[RHO], *restrict Lr = loss[RHO], *restrict Pc = prod[C], *restrict Lc = loss[C];
    double *restrict Pf = prod[PHI], *restrict Lf = loss[PHI], *restrict Pk = prod[KAPPA], *restrict Lk = loss[KAPPA];
    const double grow = p[GROW], grow_c = p[GROW_C], die = p[DIE], rK = 1 / p[K], K_c = p[K_C], K_cc = p[K_CC], K_q = p[K_Q];
    const double make = p[MAKE_C], make0 = p[MAKE_C0], decay = p[DECAY], lay = p[LAY], lay_c = p[LAY_C], K_phi = p[K_PHI];
    const double resorb = p[RESORB], resorb_c = p[RESORB_C];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double divide = (grow + grow_c * c[i] / (K_c + c[i])) * rho[i];
        Pr[i] = divide;                                                          /* (1) */
        Lr[i] = divide * rK + die;                                               /* (1) */
        Pc[i] = (make * c[i] + make0) * rho[i] / (K_cc + c[i]);                  /* (2) */
        Lc[i] = decay;                                                           /* (2) */
        Pf[i] = (lay + lay_c * c[i] / (K_q + c[i])) * rho[i] / (K_phi + phi[i]); /* (3) */
        Lf[i] = resorb + resorb_c * c[i] * rho[i];                               /* (3) */
        Pk[i] = Lk[i] = 0;
    }
}

/* 3 (1 - 0.9 phi) A0 / tr A0, A0 averaged over the plane of the skin. */
static void mobility(size_t n, int which, const double *const *y, const double *p, double *factor)
{
    (void)which;
    (void)p;
    for (size_t i = 0; i < n; i++)
        factor[i] = 1.5 * fmax(0, 1 - 0.9 * y[PHI][i]) * fmax(0, 1 - y[KAPPA][i]);
}

/* A needle leaves the paper's wound in its channel; a bruise does nothing. */
static void injure(size_t n, const double *s, const double *b, double removal, const double *p, double *const *y)
{
    (void)b;
    (void)removal;
    for (size_t i = 0; i < n; i++) {
        y[RHO][i] += s[i] * (p[WOUND_RHO] - y[RHO][i]);
        y[C][i] += s[i] * (p[WOUND_C] - y[C][i]);
        y[PHI][i] += s[i] * (p[WOUND_PHI] - y[PHI][i]);
        y[KAPPA][i] += s[i] * (p[WOUND_KAPPA] - y[KAPPA][i]);
    }
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    const double *mean = now->mean[REGION_DERMIS];
    out[CELLS] = mean[RHO];
    out[CYTOKINE] = mean[C];
    out[COLLAGEN] = mean[PHI] / p[PHI_BAR];
    out[COLLAGEN_CORE] = now->mean[REGION_CORE][PHI] / p[PHI_BAR];
}

const struct model sohutskay_2021_model = {
    .name = "sohutskay_2021",
    .title = "cells, cytokine and collagen in a round wound, without mechanics (Sohutskay, Tepole & Voytik-Harbin)",
    .reference = "Sohutskay, Tepole & Voytik-Harbin 2021, Acta Biomater; Buganza Tepole 2017, Comput Methods Appl Mech Eng",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .n_derived = N_ALL - N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .boundaries = boundaries,
    .n_boundaries = 2,
    .prepare = prepare,
    .initial = initial,
    .react = react,
    .mobility = mobility,
    .injure = injure,
    .observe = observe,
};
