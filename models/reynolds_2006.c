/* Reynolds et al 2006: acute inflammation that limits itself, reduced to four variables.
 *
 *     dP/dt = kpg P (1 - P/pinf) - kpm sm P / (mum + kmp P) - kpn f(N) P                      (1)  pathogen
 *     dN/dt = snr R / (munr + R) - mun N,     R = f(knn N + knp P + knd D)                    (2)  activated phagocytes
 *     dD/dt = kdn fs(f(N)) - mud D,           fs(v) = v^6 / (xdn^6 + v^6)                     (3)  damage
 *     dC/dt = sc + kcn z / (1 + z) - muc C,   z = f(N + kcnd D)                               (4)  anti-inflammatory mediator
 *     f(v) = v / (1 + (C/cinf)^2)
 *
 * The paper counts hours: rates are given per hour, and prepare() turns them into rates per day.  A run of 100 h is one of 4.17 days. */
#include "model.h"

enum { P, N, D, C, N_SPECIES };
/* clang-format off */
enum {
    KPG, PINF, KPM, SM, MUM, KMP, KPN, SNR, MUNR, MUN, KNN, KNP, KND, KDN, XDN, MUD, SC, KCN, KCND, MUC, CINF, INITIAL_P, INITIAL_N,
    INITIAL_D, INITIAL_C, N_PARAMS
};
/* clang-format on */
/* Derived: rates per day; squares and powers of the scales. */
enum { kpg = N_PARAMS, crowding, background, kpn, snr, mun, kdn, mud, sc, kcn, muc, per_cinf2, xdn6, N_ALL };

#define SEEN "literature: Reynolds et al 2006 [seen: BIOMD0000000714]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [P] = {"p", "1", 0,     0.1, .meaning = "pathogen (P), 1e6/cm3"},
    [N] = {"n", "1", 0,     0.1, .meaning = "activated phagocytes (N*), the paper's units"},
    [D] = {"d", "1", 0,     0.1, .meaning = "tissue damage (D)"},
    [C] = {"c", "1", 0.125, 0.1, .meaning = "anti-inflammatory mediator (C_A)"},
};
static const struct param params[N_PARAMS] = {
    /*              name         default  unit      lo    hi   meaning                                                source */
    [KPG]       = {"kpg",        0.3,    "1/hour",  0,    10,  "growth of pathogen (k_pg)",                           SEEN},
    [PINF]      = {"pinf",       20,     "1",       0.1,  1e3, "carrying capacity of pathogen (p_inf)",               SEEN},
    [KPM]       = {"kpm",        0.6,    "1/hour",  0,    10,  "destruction of pathogen by the local response (k_pm)", SEEN},
    [SM]        = {"sm",         0.005,  "1/hour",  0,    10,  "supply of the local response (s_m)",                  SEEN},
    [MUM]       = {"mum",        0.002,  "1/hour",  1e-4, 10,  "decay of the local response (mu_m)",                  SEEN},
    [KMP]       = {"kmp",        0.01,   "1/hour",  0,    10,  "use of the local response by pathogen (k_mp)",        SEEN},
    [KPN]       = {"kpn",        1.8,    "1/hour",  0,    100, "destruction of pathogen by phagocytes (k_pn)",        SEEN},
    [SNR]       = {"snr",        0.08,   "1/hour",  0,    10,  "supply of resting phagocytes (s_nr)",                 SEEN},
    [MUNR]      = {"munr",       0.12,   "1/hour",  1e-3, 10,  "decay of resting phagocytes (mu_nr)",                 SEEN},
    [MUN]       = {"mun",        0.05,   "1/hour",  0,    10,  "decay of activated phagocytes (mu_n)",                SEEN},
    [KNN]       = {"knn",        0.01,   "1/hour",  0,    10,  "activation of phagocytes by phagocytes (k_nn)",       SEEN},
    [KNP]       = {"knp",        0.1,    "1/hour",  0,    10,  "activation of phagocytes by pathogen (k_np)",         SEEN},
    [KND]       = {"knd",        0.02,   "1/hour",  0,    10,  "activation of phagocytes by damage (k_nd)",           SEEN},
    [KDN]       = {"kdn",        0.35,   "1/hour",  0,    10,  "largest damage by phagocytes (k_dn)",                 SEEN},
    [XDN]       = {"xdn",        0.06,   "1",       1e-2, 10,  "phagocytes that do half of it (x_dn)",                SEEN},
    [MUD]       = {"mud",        0.02,   "1/hour",  0,    10,  "repair of damage (mu_d)",                             SEEN},
    [SC]        = {"sc",         0.0125, "1/hour",  0,    10,  "supply of the mediator (s_c)",                        SEEN},
    [KCN]       = {"kcn",        0.04,   "1/hour",  0,    10,  "largest production of the mediator (k_cn)",           SEEN},
    [KCND]      = {"kcnd",       48,     "1",       0,    1e3, "damage against phagocytes in that production (k_cnd)", SEEN},
    [MUC]       = {"muc",        0.1,    "1/hour",  0,    10,  "decay of the mediator (mu_c)",                        SEEN},
    [CINF]      = {"cinf",       0.28,   "1",       1e-2, 10,  "mediator that halves phagocytes and signals (c_inf)", SEEN},
    [INITIAL_P] = {"initial_p",  1,      "1",       0,    20,  "pathogen at the start",                               SEEN},
    [INITIAL_N] = {"initial_n",  0,      "1",       0,    20,  "activated phagocytes at the start",                   SEEN},
    [INITIAL_D] = {"initial_d",  0,      "1",       0,    20,  "damage at the start",                                 SEEN},
    [INITIAL_C] = {"initial_c",  0.125,  "1",       0,    20,  "mediator at the start: at rest, sc / muc",            SEEN},
};
/* clang-format on */

static void prepare(double *p)
{
    static const double HOURS = 24; /* per day */
    p[kpg] = HOURS * p[KPG];
    p[crowding] = HOURS * p[KPG] / p[PINF];
    p[background] = HOURS * p[KPM] * p[SM]; /* over mum + kmp P, a ratio of rates per hour */
    p[kpn] = HOURS * p[KPN];
    p[snr] = HOURS * p[SNR]; /* R and munr stay per hour: only their ratio counts */
    p[mun] = HOURS * p[MUN];
    p[kdn] = HOURS * p[KDN];
    p[mud] = HOURS * p[MUD];
    p[sc] = HOURS * p[SC];
    p[kcn] = HOURS * p[KCN];
    p[muc] = HOURS * p[MUC];
    p[per_cinf2] = 1 / (p[CINF] * p[CINF]);
    p[xdn6] = p[XDN] * p[XDN] * p[XDN] * p[XDN] * p[XDN] * p[XDN];
}

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)at;
    (void)fixed;
    for (size_t s = 0; s < N_SPECIES; s++)
        for (size_t i = 0; i < n; i++)
            y[s][i] = p[INITIAL_P + s];
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *q, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict p = y[P], *restrict phagocyte = y[N], *restrict d = y[D], *restrict c = y[C];
    double *restrict P_p = prod[P], *restrict P_n = prod[N], *restrict P_d = prod[D], *restrict P_c = prod[C];
    double *restrict L_p = loss[P], *restrict L_n = loss[N], *restrict L_d = loss[D], *restrict L_c = loss[C];
    const double growth = q[kpg], crowd = q[crowding], local = q[background], mum = q[MUM], kmp = q[KMP], kill = q[kpn];
    const double supply = q[snr], munr = q[MUNR], knn = q[KNN], knp = q[KNP], knd = q[KND], kcnd = q[KCND];
    const double decay_n = q[mun], decay_d = q[mud], decay_c = q[muc], damage = q[kdn], x6 = q[xdn6];
    const double source = q[sc], mediator = q[kcn], scale = q[per_cinf2];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double calm = 1 / (1 + c[i] * c[i] * scale);
        const double f = phagocyte[i] * calm, f3 = f * f * f;
        const double r = (knn * phagocyte[i] + knp * p[i] + knd * d[i]) * calm;
        const double z = (phagocyte[i] + kcnd * d[i]) * calm;
        P_p[i] = growth * p[i]; /* (1) */
        L_p[i] = crowd * p[i] + local / (mum + kmp * p[i]) + kill * f;
        P_n[i] = supply * r / (munr + r); /* (2) */
        L_n[i] = decay_n;
        P_d[i] = damage * f3 * f3 / (x6 + f3 * f3); /* (3) */
        L_d[i] = decay_d;
        P_c[i] = source + mediator * z / (1 + z); /* (4) */
        L_c[i] = decay_c;
    }
}

const struct model reynolds_2006_model = {
    .name = "reynolds_2006",
    .title = "acute inflammation that limits itself",
    .reference = "Reynolds et al 2006, J Theor Biol, the reduced model [seen: BioModels BIOMD0000000714]",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .n_derived = N_ALL - N_PARAMS,
    .prepare = prepare,
    .initial = initial,
    .react = react,
};
