/* Adler et al 2020: myofibroblasts and macrophages keep each other alive by growth factors, or both vanish.
 *
 *     dmF/dt = mF [ l1 P/(k1 + P) (1 - mF/K) - mu1 ]              (1)  myofibroblasts
 *     dM/dt  = M [ l2 c/(k2 + c) - mu2 ] + I(t)                   (2)  macrophages; I = pulse of inflow
 *     dc/dt  = b1 mF - a1 M c/(k2 + c) - g c                      (3)  CSF
 *     dP/dt  = b2 M + b3 mF - a2 mF P/(k1 + P) - g P              (4)  PDGF
 *
 * Cells and molecules in the wound.  Secretion and uptake are published per cell and minute: prepare() turns them into rates per day.
 * A pulse of 2 days heals, one of 4 days ends in hot fibrosis, where c = k2 mu2 / (l2 - mu2) = 6e8 exactly.  The pulse is the event
 * `injury`.
 *
 * Single cells decide: the growth of the first myofibroblast by factors of 1e5 carries its relative error along, so that scales are small.
 */
#include "model.h"

enum { MF, M, C, P, N_SPECIES };
/* clang-format off */
enum {
    L_1, L_2, MU_1, MU_2, K, K_1, K_2, B_1, B_2, B_3, A_1, A_2, G, INITIAL_MF, INITIAL_M, INITIAL_C, INITIAL_P, INFLOW, INJURY_INFLOW,
    INJURY_START, INJURY_DURATION, N_PARAMS
};
/* clang-format on */
/* Derived: molecules per cell and day. */
enum { b1 = N_PARAMS, b2, b3, a1, a2, N_ALL };

#define SEEN "literature: Adler et al 2020 [seen: code copies of the model]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [MF] = {"mf", "1", 0, 1,   .meaning = "myofibroblasts (mF), cells"},
    [M]  = {"m",  "1", 0, 1,   .meaning = "macrophages (M), cells"},
    [C]  = {"c",  "1", 0, 1e6, .meaning = "CSF (c), molecules"},
    [P]  = {"p",  "1", 0, 1e6, .meaning = "PDGF (P), molecules"},
};
static const struct param params[N_PARAMS] = {
    /*                    name          default unit       lo     hi    meaning                                          source */
    [L_1]             = {"l1",          0.9,  "1/day",     0,     10,   "largest proliferation of myofibroblasts (lambda1)", SEEN},
    [L_2]             = {"l2",          0.8,  "1/day",     0,     10,   "largest proliferation of macrophages (lambda2)", SEEN},
    [MU_1]            = {"mu1",         0.3,  "1/day",     0,     10,   "removal of myofibroblasts (mu1)",               SEEN},
    [MU_2]            = {"mu2",         0.3,  "1/day",     0,     10,   "removal of macrophages (mu2)",                  SEEN},
    [K]               = {"capacity",    1e6,  "1",         1,     1e9,  "carrying capacity of myofibroblasts (K), cells", SEEN},
    [K_1]             = {"k1",          1e9,  "1",         1,     1e12, "PDGF of half the effect (k1), molecules",       SEEN},
    [K_2]             = {"k2",          1e9,  "1",         1,     1e12, "CSF of half the effect (k2), molecules",        SEEN},
    [B_1]             = {"b1",          470,  "1/minute",  0,     1e5,  "CSF made per myofibroblast (beta1)",            SEEN},
    [B_2]             = {"b2",          70,   "1/minute",  0,     1e5,  "PDGF made per macrophage (beta2)",              SEEN},
    [B_3]             = {"b3",          240,  "1/minute",  0,     1e5,  "PDGF made per myofibroblast (beta3)",           SEEN},
    [A_1]             = {"a1",          940,  "1/minute",  0,     1e5,  "largest uptake of CSF per macrophage (alpha1)", SEEN},
    [A_2]             = {"a2",          510,  "1/minute",  0,     1e5,  "largest uptake of PDGF per myofibroblast (alpha2)", SEEN},
    [G]               = {"g",           2,    "1/day",     0,     100,  "decay of growth factors (gamma)",               SEEN},
    [INITIAL_MF]      = {"initial_mf",  1,    "1",         0,     1e9,  "myofibroblasts at the start",                   SEEN},
    [INITIAL_M]       = {"initial_m",   1,    "1",         0,     1e9,  "macrophages at the start",                      SEEN},
    [INITIAL_C]       = {"initial_c",   0,    "1",         0,     1e12, "CSF at the start",
        "assumed: none; it relaxes within a day and the code copies put it in balance with the cells"},
    [INITIAL_P]       = {"initial_p",   0,    "1",         0,     1e12, "PDGF at the start",
        "assumed: none; it relaxes within a day and the code copies put it in balance with the cells"},
    [INFLOW]          = {"inflow",      0,    "1/day",     0,     1e9,  "inflow of macrophages (I); the event sets it",
        "literature: Adler et al 2020, none but the pulse [seen: code copies of the model]"},
    [INJURY_INFLOW]   = {"injury_inflow", 1e6, "1/day",    0,     1e9,  "inflow of macrophages during the injury (A_0)", SEEN},
    [INJURY_START]    = {"injury_start", 0,   "day",       0,     1e4,  "when the injury begins",                        SEEN},
    [INJURY_DURATION] = {"injury_duration", 2, "day",      0,     1e4,  "how long it lasts: 2 days heal, 4 days scar",   SEEN},
};
static const struct event events[] = {
    {"injury", EVENT_SET, "inflow", "injury_inflow", "injury_start", "injury_duration", .meaning = "macrophages flow in"},
};
/* clang-format on */

static void prepare(double *p)
{
    static const double MINUTES = 1440; /* per day */
    p[b1] = MINUTES * p[B_1];
    p[b2] = MINUTES * p[B_2];
    p[b3] = MINUTES * p[B_3];
    p[a1] = MINUTES * p[A_1];
    p[a2] = MINUTES * p[A_2];
}

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)at;
    (void)fixed;
    for (size_t s = 0; s < N_SPECIES; s++)
        for (size_t i = 0; i < n; i++)
            y[s][i] = p[INITIAL_MF + s];
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *q, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict mf = y[MF], *restrict m = y[M], *restrict c = y[C], *restrict p = y[P];
    double *restrict P_mf = prod[MF], *restrict P_m = prod[M], *restrict P_c = prod[C], *restrict P_p = prod[P];
    double *restrict L_mf = loss[MF], *restrict L_m = loss[M], *restrict L_c = loss[C], *restrict L_p = loss[P];
    const double l1 = q[L_1], l2 = q[L_2], mu1 = q[MU_1], mu2 = q[MU_2], per_capacity = 1 / q[K], k1 = q[K_1], k2 = q[K_2], g = q[G];
    const double csf_mf = q[b1], pdgf_m = q[b2], pdgf_mf = q[b3], csf_uptake = q[a1], pdgf_uptake = q[a2], inflow = q[INFLOW];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double by_csf = 1 / (k2 + c[i]), by_pdgf = 1 / (k1 + p[i]);
        const double growth = l1 * p[i] * by_pdgf;
        P_mf[i] = growth * mf[i]; /* (1) */
        L_mf[i] = growth * mf[i] * per_capacity + mu1;
        P_m[i] = l2 * c[i] * by_csf * m[i] + inflow; /* (2) */
        L_m[i] = mu2;
        P_c[i] = csf_mf * mf[i]; /* (3) */
        L_c[i] = csf_uptake * m[i] * by_csf + g;
        P_p[i] = pdgf_m * m[i] + pdgf_mf * mf[i]; /* (4) */
        L_p[i] = pdgf_uptake * mf[i] * by_pdgf + g;
    }
}

const struct model adler_2020_model = {
    .name = "adler_2020",
    .title = "the fibrosis circuit: an injury heals or scars",
    .reference = "Adler et al 2020, iScience 23:100841 [seen: code copies of the model]",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .n_derived = N_ALL - N_PARAMS,
    .events = events,
    .n_events = sizeof events / sizeof *events,
    .prepare = prepare,
    .initial = initial,
    .react = react,
};
