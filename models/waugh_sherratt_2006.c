/* Waugh & Sherratt 2006: inflammatory and repair macrophages under TGF-b, in normal and diabetic wounds.
 *
 *     dphi_i/dt = alpha K(T)       + k1 k2 phi_i [1 - k3 (phi_i + phi_r)] - d1 phi_i          (1)
 *     dphi_r/dt = (1 - alpha) K(T) + k1 k2 phi_r [1 - k3 (phi_i + phi_r)] - d1 phi_r          (2)
 *     dT/dt     = k4 phi_i - d2 T                                                             (3)
 *     K(T)      = -2.47 T^3 + 21.94 T^2 + 6.41 T + 1.75        monocytes that migrate in
 *
 * days, cells/mm3, pg/mm3.  Well mixed, nothing moves.  alpha = 0.5: normal, ends at 6 + 6 cells; alpha = 0.8: diabetic, ends at 906 + 226
 * cells (chronic inflammation).  BIOMD0000000681 treats a diabetic wound by setting alpha to 0.2 from day 22 on: the event `treatment`.
 *
 * Trap: K is a fit for T up to about 9 and falls below 0 beyond 9.17.  It is cut off at 0 there, out of reach of these equations. */
#include "model.h"

#include <math.h>

enum { PHI_I, PHI_R, T, N_SPECIES };
/* clang-format off */
enum {
    ALPHA, K_1, K_2, K_3, K_4, D_1, D_2, INITIAL_PHI_I, INITIAL_PHI_R, INITIAL_T, TREATED_ALPHA, TREATMENT_START, TREATMENT_DURATION,
    N_PARAMS
};
/* clang-format on */

#define SEEN     "literature: Waugh & Sherratt 2006 [seen: BIOMD0000000679, 680]"
#define SEEN_681 "literature: Waugh & Sherratt 2006 [seen: BIOMD0000000681]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    /* healthy: the state at rest of the normal wound, computed */
    [PHI_I] = {"phi_i", "1/mm3",  6.36505,   100, .meaning = "inflammatory macrophages (phi_I), cells/mm3"},
    [PHI_R] = {"phi_r", "1/mm3",  6.36505,   100, .meaning = "repair macrophages (phi_R), cells/mm3"},
    [T]     = {"t",     "pg/mm3", 0.0489619, 1,   .meaning = "TGF-b (T)"},
};
static const struct param params[N_PARAMS] = {
    /*                     name             default unit      lo   hi   meaning                                          source */
    [ALPHA]           = {"alpha",           0.5,   "1",       0,   1,   "share of monocytes that become inflammatory (alpha)",
        "literature: Waugh & Sherratt 2006, normal 0.5 [recalled, high confidence], diabetic 0.8 [seen: BIOMD0000000680]"},
    [K_1]             = {"k1",              0.05,  "1",       0,   1,   "share of macrophages that divide (k1)",          SEEN},
    [K_2]             = {"k2",              0.693, "1/day",   0,   10,  "rate of their division (k2)",                    SEEN},
    [K_3]             = {"k3",              0.002, "mm3",     0,   1,   "1 / largest density of macrophages (k3)",        SEEN},
    [K_4]             = {"k4",              0.07,  "pg/day",  0,   10,  "TGF-b made per inflammatory macrophage (k4)",    SEEN},
    [D_1]             = {"d1",              0.2,   "1/day",   0,   10,  "emigration and death of macrophages (d1)",       SEEN},
    [D_2]             = {"d2",              9.1,   "1/day",   0,   100, "decay of TGF-b (d2)",                            SEEN},
    [INITIAL_PHI_I]   = {"initial_phi_i",   200,   "1/mm3",   0,   1e4, "inflammatory macrophages at the start",          SEEN},
    [INITIAL_PHI_R]   = {"initial_phi_r",   200,   "1/mm3",   0,   1e4, "repair macrophages at the start",                SEEN},
    [INITIAL_T]       = {"initial_t",       6,     "pg/mm3",  0,   9,   "TGF-b at the start",                             SEEN},
    [TREATED_ALPHA]   = {"treated_alpha",   0.2,   "1",       0,   1,   "alpha under treatment",                          SEEN_681},
    [TREATMENT_START] = {"treatment_start", 22,    "day",     0,   1e4, "when the treatment begins",                      SEEN_681},
    [TREATMENT_DURATION] = {"treatment_duration", 0, "day",   0,   1e4, "how long it lasts; 0: untreated",
        "assumed: untreated unless asked for; without end in BIOMD0000000681"},
};
static const struct event events[] = {
    {"treatment", EVENT_SET, "alpha", "treated_alpha", "treatment_start", "treatment_duration",
        .meaning = "monocytes become repair macrophages rather than inflammatory ones"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)at;
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        y[PHI_I][i] = p[INITIAL_PHI_I];
        y[PHI_R][i] = p[INITIAL_PHI_R];
        y[T][i] = p[INITIAL_T];
    }
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict phi_i = y[PHI_I], *restrict phi_r = y[PHI_R], *restrict t = y[T];
    double *restrict P_i = prod[PHI_I], *restrict L_i = loss[PHI_I];
    double *restrict P_r = prod[PHI_R], *restrict L_r = loss[PHI_R];
    double *restrict P_t = prod[T], *restrict L_t = loss[T];
    const double alpha = p[ALPHA], growth = p[K_1] * p[K_2], k3 = p[K_3], k4 = p[K_4], d1 = p[D_1], d2 = p[D_2];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double fit = ((-2.47 * t[i] + 21.94) * t[i] + 6.41) * t[i] + 1.75;
        const double migration = fit > 0 ? fit : 0; /* the fit's own range ends at T = 9.17 */
        const double crowding = growth * k3 * (phi_i[i] + phi_r[i]);
        P_i[i] = alpha * migration + growth * phi_i[i]; /* (1) */
        L_i[i] = crowding + d1;
        P_r[i] = (1 - alpha) * migration + growth * phi_r[i]; /* (2) */
        L_r[i] = crowding + d1;
        P_t[i] = k4 * phi_i[i]; /* (3) */
        L_t[i] = d2;
    }
}

const struct model waugh_sherratt_2006_model = {
    .name = "waugh_sherratt_2006",
    .title = "macrophages and TGF-b in normal and diabetic wounds",
    .reference = "Waugh & Sherratt 2006, Bull Math Biol 68:197 [seen: BioModels BIOMD0000000679, 680, 681; normal alpha recalled]",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .events = events,
    .n_events = sizeof events / sizeof *events,
    .initial = initial,
    .react = react,
};
