/* Waugh & Sherratt 2007: macrophages, growth factors, fibroblasts and matrix in normal, diabetic and treated wounds.
 *
 *     dphi_i/dt = alpha K(T)       + k1 k2 phi_i S - d1 phi_i       S = 1 - [k3 (phi_i + phi_r) + k5 F + k6 C]     (1)
 *     dphi_r/dt = (1 - alpha) K(T) + k1 k2 phi_r S - d1 phi_r       alpha = -0.197 log10(H) + 0.4407               (2)
 *     dT/dt     = k4 phi_i + k7 F            + g A_T - d2 T         K(T) = -2.47 T^3 + 21.94 T^2 + 6.41 T + 1.75   (3)
 *     dP/dt     = k8 (phi_i + phi_r) + k9 F  + g A_P - d3 P         M(P) = 15.333 P^3 - 167.21 P^2 + 452.38 P + 2.6593   (4)
 *     dF/dt     = M(P) + k10 F S             + g A_F - d4 F                                                        (5)
 *     dC/dt     = k11 F f(T) g(C)            + g A_C - d5 F C       f(T) = 0.0092 T^3 - 0.1552 T^2 + 0.6279 T + 0.2527   (6)
 *     dH/dt     = k12 F                      + g A_H - d6 H         g(C) = -4.33e-10 C^3 + 9e-7 C^2 - 5.5e-4 C + 0.13    (7)
 *
 * days, cells/mm3, pg/mm3 (T, P), ug/mm3 (C, H).  Well mixed.  The graft g is 0, or 1 for a day after each Apligraf (event `graft`).
 *
 * The paper's parameter sets: A normal (the defaults), B diabetic, C diabetic with 5 grafts, D with 8 stronger ones: configs/published/.
 *
 * Traps: alpha takes the logarithm to base 10 (the natural one gives alpha > 1).  The polynomials are fits.  K falls below 0 above T = 9.17
 * and M between P = 5.03 and 5.87: cut off at 0, out of reach of these equations.  g falls below 0 above C = 1259 and pulls C back there:
 * as the loss that it is, not cut off; it decreases all the way from C = 931 on, so it needs no other form above 1300, and C is never below
 * 0. f is positive everywhere (least 0.026 at T = 8.6).  alpha leaves 0 to 1 for H outside 0.0015 to 173: held at the ends. */
#include "model.h"

#include <math.h>

enum { PHI_I, PHI_R, T, P, F, C, H, N_SPECIES };
/* clang-format off */
enum {
    K_1, K_2, K_3, K_4, K_5, K_6, K_7, K_8, K_9, K_10, K_11, K_12, D_1, D_2, D_3, D_4, D_5, D_6, INITIAL_PHI_I, INITIAL_PHI_R, INITIAL_T,
    INITIAL_P, INITIAL_F, INITIAL_C, INITIAL_H, A_T, A_P, A_F, A_C, A_H, GRAFT, GRAFT_ON, GRAFT_START, GRAFT_DURATION, GRAFT_INTERVAL,
    GRAFTS, N_PARAMS
};
/* clang-format on */

#define SEEN "literature: Waugh & Sherratt 2007 [seen: BioModels MODEL1006230106 (A), 003 (B), 099 (C), 102 (D)]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    /* healthy: the state at rest of set A, computed */
    [PHI_I] = {"phi_i", "1/mm3",  5.73839,   10,  .meaning = "inflammatory macrophages (phi_I), cells/mm3"},
    [PHI_R] = {"phi_r", "1/mm3",  6.26513,   10,  .meaning = "repair macrophages (phi_R), cells/mm3"},
    [T]     = {"t",     "pg/mm3", 0.064024, 0.1, .meaning = "TGF-b (T)"},
    [P]     = {"p",     "pg/mm3", 0.0619758, 0.1, .meaning = "PDGF (P)"},
    [F]     = {"f",     "1/mm3",  45.2334,    50,  .meaning = "fibroblasts (F), cells/mm3"},
    [C]     = {"c",     "ug/mm3", 1249.52,  500, .meaning = "collagen (C)"},
    [H]     = {"h",     "ug/mm3", 0.646192,  0.1, .meaning = "hyaluronan (H)"},
};
static const struct param params[N_PARAMS] = {
    /*                   name             default  unit         lo    hi    meaning                                              source */
    [K_1]            = {"k1",             0.05,    "1",         0,    1,    "share of macrophages that divide (k1)",             SEEN},
    [K_2]            = {"k2",             0.693,   "1/day",     0,    10,   "rate of their division (k2)",                       SEEN},
    [K_3]            = {"k3",             0.002,   "mm3",       0,    1,    "crowding per macrophage (k3)",                      SEEN},
    [K_4]            = {"k4",             0.07,    "pg/day",    0,    10,   "TGF-b made per inflammatory macrophage (k4)",       SEEN},
    [K_5]            = {"k5",             0.0025,  "mm3",       0,    1,    "crowding per fibroblast (k5)",                      SEEN},
    [K_6]            = {"k6",             0.0004,  "mm3/ug",    0,    1,    "crowding per collagen (k6)",                        SEEN},
    [K_7]            = {"k7",             0.004,   "pg/day",    0,    10,   "TGF-b made per fibroblast (k7)",                    SEEN},
    [K_8]            = {"k8",             0.015,   "pg/day",    0,    10,   "PDGF made per macrophage (k8)",                     SEEN},
    [K_9]            = {"k9",             0.0015,  "pg/day",    0,    10,   "PDGF made per fibroblast (k9)",                     SEEN},
    [K_10]           = {"k10",            0.924,   "1/day",     0,    10,   "division of fibroblasts (k10)",                     SEEN},
    [K_11]           = {"k11",            20,      "ug/day",    0,    100,  "collagen made per fibroblast (k11): A 20, B-D 5",   SEEN},
    [K_12]           = {"k12",            0.01,    "ug/day",    0,    10,   "hyaluronan made per fibroblast (k12): A 0.01, B-D 0.001", SEEN},
    [D_1]            = {"d1",             0.2,     "1/day",     0,    10,   "emigration and death of macrophages (d1)",          SEEN},
    [D_2]            = {"d2",             9.1,     "1/day",     0,    100,  "decay of TGF-b (d2)",                               SEEN},
    [D_3]            = {"d3",             4,       "1/day",     0,    100,  "decay of PDGF (d3)",                                SEEN},
    [D_4]            = {"d4",             1,       "1/day",     0,    10,   "emigration and death of fibroblasts (d4): A 1, B-D 2.5", SEEN},
    [D_5]            = {"d5",             1.5e-5,  "mm3/day",   0,    1,    "remodelling of collagen per fibroblast (d5)",       SEEN},
    [D_6]            = {"d6",             0.7,     "1/day",     0,    10,   "decay of hyaluronan (d6)",                          SEEN},
    [INITIAL_PHI_I]  = {"initial_phi_i",  200,     "1/mm3",     0,    1e4,  "inflammatory macrophages at the start",             SEEN},
    [INITIAL_PHI_R]  = {"initial_phi_r",  200,     "1/mm3",     0,    1e4,  "repair macrophages at the start",                   SEEN},
    [INITIAL_T]      = {"initial_t",      6,       "pg/mm3",    0,    9,    "TGF-b at the start",                                SEEN},
    [INITIAL_P]      = {"initial_p",      2,       "pg/mm3",    0,    5,    "PDGF at the start",                                 SEEN},
    [INITIAL_F]      = {"initial_f",      50,      "1/mm3",     0,    1e4,  "fibroblasts at the start",                          SEEN},
    [INITIAL_C]      = {"initial_c",      10,      "ug/mm3",    0,    1300, "collagen at the start",                             SEEN},
    [INITIAL_H]      = {"initial_h",      0.01,    "ug/mm3",    1e-6, 100,  "hyaluronan at the start",                           SEEN},
    [A_T]            = {"a_t",            0.4,     "pg/mm3/day", 0,   100,  "TGF-b from a graft (A_T)",                          SEEN},
    [A_P]            = {"a_p",            1,       "pg/mm3/day", 0,   100,  "PDGF from a graft (A_P)",                           SEEN},
    [A_F]            = {"a_f",            1550,    "1/mm3/day", 0,    1e5,  "fibroblasts from a graft (A_F): C 1550, D 8000",    SEEN},
    [A_C]            = {"a_c",            0.45,    "ug/mm3/day", 0,   1e3,  "collagen from a graft (A_C): C 0.45, D 18.75",      SEEN},
    [A_H]            = {"a_h",            2.5,     "ug/mm3/day", 0,   1e3,  "hyaluronan from a graft (A_H): C 2.5, D 80",        SEEN},
    [GRAFT]          = {"graft",          0,       "1",         0,    1,    "whether a graft is releasing now (g); the event sets it",
        "assumed: no graft but by the event"},
    [GRAFT_ON]       = {"graft_on",       1,       "1",         0,    1,    "what the event sets it to",
        "assumed: 1, the whole of A_T ... A_H"},
    [GRAFT_START]    = {"graft_start",    28,      "day",       0,    1e4,  "when the first graft is given",                     SEEN},
    [GRAFT_DURATION] = {"graft_duration", 1,       "day",       0,    1e4,  "how long it releases",                              SEEN},
    [GRAFT_INTERVAL] = {"graft_interval", 7,       "day",       0.01, 1e4,  "time from one graft to the next",                   SEEN},
    [GRAFTS]         = {"grafts",         0,       "1",         0,    1000, "number of grafts: A, B none, C 5, D 8",             SEEN},
};
static const struct event events[] = {
    {"graft", EVENT_SET, "graft", "graft_on", "graft_start", "graft_duration", "graft_interval", "grafts",
        "Apligraf, engineered skin: growth factors, fibroblasts and matrix"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)at;
    (void)fixed;
    for (size_t s = 0; s < N_SPECIES; s++)
        for (size_t i = 0; i < n; i++)
            y[s][i] = p[INITIAL_PHI_I + s];
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict phi_i = y[PHI_I], *restrict phi_r = y[PHI_R], *restrict t = y[T], *restrict pd = y[P], *restrict f = y[F],
                           *restrict c = y[C], *restrict h = y[H];
    double *restrict P_i = prod[PHI_I], *restrict P_r = prod[PHI_R], *restrict P_t = prod[T], *restrict P_p = prod[P],
                     *restrict P_f = prod[F], *restrict P_c = prod[C], *restrict P_h = prod[H];
    double *restrict L_i = loss[PHI_I], *restrict L_r = loss[PHI_R], *restrict L_t = loss[T], *restrict L_p = loss[P],
                     *restrict L_f = loss[F], *restrict L_c = loss[C], *restrict L_h = loss[H];
    const double k3 = p[K_3], k4 = p[K_4], k5 = p[K_5], k6 = p[K_6], k7 = p[K_7], k8 = p[K_8], k9 = p[K_9], k10 = p[K_10];
    const double k11 = p[K_11], k12 = p[K_12], d1 = p[D_1], d2 = p[D_2], d3 = p[D_3], d4 = p[D_4], d5 = p[D_5], d6 = p[D_6];
    const double division = p[K_1] * p[K_2], graft = p[GRAFT];
    const double a_t = graft * p[A_T], a_p = graft * p[A_P], a_f = graft * p[A_F], a_c = graft * p[A_C], a_h = graft * p[A_H];

    /* alpha first, in a plane that is overwritten below: the logarithm keeps its loop from being vectorised */
    for (size_t i = 0; i < n; i++)
        P_i[i] = fmin(1, fmax(0, -0.197 * log10(fmax(h[i], 1e-9)) + 0.4407));
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double alpha = P_i[i];
        const double fit_k = ((-2.47 * t[i] + 21.94) * t[i] + 6.41) * t[i] + 1.75;
        const double fit_m = ((15.333 * pd[i] - 167.21) * pd[i] + 452.38) * pd[i] + 2.6593;
        const double fit_f = ((0.0092 * t[i] - 0.1552) * t[i] + 0.6279) * t[i] + 0.2527;
        const double fit_g = ((-4.33e-10 * c[i] + 9e-7) * c[i] - 5.5e-4) * c[i] + 0.13;
        const double monocytes = fit_k > 0 ? fit_k : 0, immigrants = fit_m > 0 ? fit_m : 0;
        const double crowding = k3 * (phi_i[i] + phi_r[i]) + k5 * f[i] + k6 * c[i]; /* 1 - S */
        const double synthesis = k11 * f[i] * fit_f;
        P_i[i] = alpha * monocytes + division * phi_i[i]; /* (1) */
        L_i[i] = division * crowding + d1;
        P_r[i] = (1 - alpha) * monocytes + division * phi_r[i]; /* (2) */
        L_r[i] = division * crowding + d1;
        P_t[i] = k4 * phi_i[i] + k7 * f[i] + a_t; /* (3) */
        L_t[i] = d2;
        P_p[i] = k8 * (phi_i[i] + phi_r[i]) + k9 * f[i] + a_p; /* (4) */
        L_p[i] = d3;
        P_f[i] = immigrants + k10 * f[i] + a_f; /* (5) */
        L_f[i] = k10 * crowding + d4;
        P_c[i] = synthesis * (fit_g > 0 ? fit_g : 0) + a_c; /* (6) */
        L_c[i] = synthesis * (fit_g < 0 ? -fit_g : 0) / (c[i] > 1 ? c[i] : 1) + d5 * f[i];
        P_h[i] = k12 * f[i] + a_h; /* (7) */
        L_h[i] = d6;
    }
}

const struct model waugh_sherratt_2007_model = {
    .name = "waugh_sherratt_2007",
    .title = "fibroblasts and matrix in normal, diabetic and grafted wounds",
    .reference = "Waugh & Sherratt 2007, Wound Repair Regen 15:556 [seen: BioModels MODEL1006230106, 003, 099, 102, authors' sets A to D]",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .events = events,
    .n_events = sizeof events / sizeof *events,
    .initial = initial,
    .react = react,
};
