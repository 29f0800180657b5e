/* Cooper, Segal, Diegelmann & Reynolds 2015: the inflammatory phase of a wound, with pathogen, debris, neutrophils and macrophages.
 *
 *     dP/dt  = kpg P (1 - P/pinf) - kpb sb P / (mub + kbp P) - kpn P N (1 + ken E) - kpm P f2 (1 + kem E)     (1)
 *     dPt/dt = mun N - kptn Pt N (1 + ken N) - kptm Pt f2 (1 + kem E) - mupt Pt                               (2)
 *     dM/dt  = smr R1 / (mumr + R1) - mum M                                                                   (3)
 *     dN/dt  = snr R2 / (munr + R2) / (1 + (E/ENinf)^2) - mun N - knm N f2                                    (4)
 *     f2 = M / (1 + (N/Ninf)^2 + (C/Cm1)^2)
 *     R1 = (kmpt Pt + kmp P + kmm M / (1 + (E/EMinf)^2) + kmn N) / (1 + (C/Cm2)^2),   R2 = (knpt Pt + knp P) / (1 + (C/Cn)^2)
 *
 * Days; amounts in the model's own units.  E (estradiol) and C (cortisol) are given systemic levels, 0 in the authors' run: parameters.
 *
 * Trap: the SBML has (1 + ken N) in the debris term of (2); by analogy with (1) the paper probably means (1 + ken E), which without
 * estradiol is 1.  Kept as in the SBML. */
#include "model.h"

enum { P, PT, M, N, N_SPECIES };
/* clang-format off */
enum {
    KPG, PINF, KPB, SB, MUB, KBP, KPN, KPM, KEN, KEM, KPTN, KPTM, MUN, MUPT, SMR, MUMR, MUM, SNR, MUNR, ENINF, EMINF, KNM, NINF, CM1, CM2,
    CN, KMPT, KMP, KMM, KMN, KNPT, KNP, E, C, INITIAL_P, INITIAL_PT, INITIAL_M, INITIAL_N, N_PARAMS
};
/* clang-format on */

#define SEEN "literature: Cooper et al 2015 [seen: BIOMD0000000855]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [P]  = {"p",  "1", 0, 0.1, .meaning = "pathogen (P)"},
    [PT] = {"pt", "1", 0, 1,   .meaning = "platelets and tissue debris (Pt)"},
    [M]  = {"m",  "1", 0, 0.1, .meaning = "macrophages (M)"},
    [N]  = {"n",  "1", 0, 0.1, .meaning = "neutrophils (N)"},
};
static const struct param params[N_PARAMS] = {
    /*               name        default  unit     lo     hi    meaning                                              source */
    [KPG]        = {"kpg",       14.4,   "1/day",  0,     100,  "growth of pathogen",                                SEEN},
    [PINF]       = {"pinf",      20,     "1",      0.1,   1e3,  "carrying capacity of pathogen",                     SEEN},
    [KPB]        = {"kpb",       14.4,   "1/day",  0,     100,  "destruction of pathogen by the background response", SEEN},
    [SB]         = {"sb",        0.12,   "1/day",  0,     10,   "supply of the background response",                 SEEN},
    [MUB]        = {"mub",       0.048,  "1/day",  1e-3,  10,   "decay of the background response",                  SEEN},
    [KBP]        = {"kbp",       0.2,    "1/day",  0,     10,   "use of the background response by pathogen",        SEEN},
    [KPN]        = {"kpn",       35.03,  "1/day",  0,     1e3,  "destruction of pathogen by neutrophils",            SEEN},
    [KPM]        = {"kpm",       34.8,   "1/day",  0,     1e3,  "destruction of pathogen by macrophages",            SEEN},
    [KEN]        = {"ken",       5.37,   "1",      0,     100,  "effect of estradiol on neutrophils",                SEEN},
    [KEM]        = {"kem",       4.97,   "1",      0,     100,  "effect of estradiol on macrophages",                SEEN},
    [KPTN]       = {"kptn",      2.03,   "1/day",  0,     100,  "removal of debris by neutrophils",                  SEEN},
    [KPTM]       = {"kptm",      3.16,   "1/day",  0,     100,  "removal of debris by macrophages",                  SEEN},
    [MUN]        = {"mun",       1.02,   "1/day",  0,     10,   "death of neutrophils, which become debris",         SEEN},
    [MUPT]       = {"mupt",      0.37,   "1/day",  0,     10,   "decay of debris",                                   SEEN},
    [SMR]        = {"smr",       0.17,   "1/day",  0,     10,   "supply of resting macrophages",                     SEEN},
    [MUMR]       = {"mumr",      0.54,   "1/day",  1e-3,  10,   "decay of resting macrophages",                      SEEN},
    [MUM]        = {"mum",       0.5,    "1/day",  0,     10,   "decay of macrophages",                              SEEN},
    [SNR]        = {"snr",       0.38,   "1/day",  0,     10,   "supply of resting neutrophils",                     SEEN},
    [MUNR]       = {"munr",      3.3,    "1/day",  1e-3,  10,   "decay of resting neutrophils",                      SEEN},
    [ENINF]      = {"en_inf",    6.8,    "1",      0.1,   100,  "estradiol that halves the recruitment of neutrophils (ENinf)", SEEN},
    [EMINF]      = {"em_inf",    5,      "1",      0.1,   100,  "estradiol that halves the self-recruitment of macrophages (EMinf)", SEEN},
    [KNM]        = {"knm",       6.42,   "1/day",  0,     100,  "removal of neutrophils by macrophages",             SEEN},
    [NINF]       = {"ninf",      0.11,   "1",      1e-3,  10,   "neutrophils that halve the phagocytosis of macrophages (Ninf)", SEEN},
    [CM1]        = {"cm1",       72.84,  "1",      0.1,   1e3,  "cortisol that halves the phagocytosis of macrophages (Cm1)", SEEN},
    [CM2]        = {"cm2",       13.06,  "1",      0.1,   1e3,  "cortisol that halves the recruitment of macrophages (Cm2)", SEEN},
    [CN]         = {"cn",        175.72, "1",      0.1,   1e3,  "cortisol that halves the recruitment of neutrophils (Cn)", SEEN},
    [KMPT]       = {"kmpt",      41.5,   "1/day",  0,     1e3,  "recruitment of macrophages by debris",              SEEN},
    [KMP]        = {"kmp",       18.52,  "1/day",  0,     1e3,  "recruitment of macrophages by pathogen",            SEEN},
    [KMM]        = {"kmm",       0.06,   "1/day",  0,     10,   "recruitment of macrophages by macrophages",         SEEN},
    [KMN]        = {"kmn",       10.58,  "1/day",  0,     1e3,  "recruitment of macrophages by neutrophils",         SEEN},
    [KNPT]       = {"knpt",      2.97,   "1/day",  0,     100,  "recruitment of neutrophils by debris",              SEEN},
    [KNP]        = {"knp",       17.58,  "1/day",  0,     1e3,  "recruitment of neutrophils by pathogen",            SEEN},
    [E]          = {"estradiol", 0,      "1",      0,     100,  "systemic estradiol (E)",                            SEEN},
    [C]          = {"cortisol",  0,      "1",      0,     1e3,  "systemic cortisol (C)",                             SEEN},
    [INITIAL_P]  = {"initial_p", 0.1,    "1",      0,     20,   "pathogen at the start",                             SEEN},
    [INITIAL_PT] = {"initial_pt", 2,     "1",      0,     20,   "debris at the start",                               SEEN},
    [INITIAL_M]  = {"initial_m", 0,      "1",      0,     20,   "macrophages at the start",                          SEEN},
    [INITIAL_N]  = {"initial_n", 0.1,    "1",      0,     20,   "neutrophils at the start",                          SEEN},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)at;
    (void)fixed;
    for (size_t s = 0; s < N_SPECIES; s++)
        for (size_t i = 0; i < n; i++)
            y[s][i] = p[INITIAL_P + s];
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict pathogen = y[P], *restrict pt = y[PT], *restrict m = y[M], *restrict neutrophil = y[N];
    double *restrict P_p = prod[P], *restrict P_pt = prod[PT], *restrict P_m = prod[M], *restrict P_n = prod[N];
    double *restrict L_p = loss[P], *restrict L_pt = loss[PT], *restrict L_m = loss[M], *restrict L_n = loss[N];
    const double e = p[E], c = p[C], mun = p[MUN], mupt = p[MUPT], mum = p[MUM], ken = p[KEN];
    const double kpg = p[KPG], crowding = p[KPG] / p[PINF], background = p[KPB] * p[SB], mub = p[MUB], kbp = p[KBP];
    const double kpn = p[KPN] * (1 + p[KEN] * e), kpm = p[KPM] * (1 + p[KEM] * e), kptn = p[KPTN], kptm = p[KPTM] * (1 + p[KEM] * e);
    const double smr = p[SMR], mumr = p[MUMR], munr = p[MUNR], knm = p[KNM], per_ninf = 1 / p[NINF];
    const double snr = p[SNR] / (1 + (e / p[ENINF]) * (e / p[ENINF]));
    const double calmed = 1 + (c / p[CM1]) * (c / p[CM1]);
    const double to_m = 1 / (1 + (c / p[CM2]) * (c / p[CM2])), to_n = 1 / (1 + (c / p[CN]) * (c / p[CN]));
    const double kmpt = to_m * p[KMPT], kmp = to_m * p[KMP], kmn = to_m * p[KMN];
    const double kmm = to_m * p[KMM] / (1 + (e / p[EMINF]) * (e / p[EMINF])), knpt = to_n * p[KNPT], knp = to_n * p[KNP];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double crowd = neutrophil[i] * per_ninf;
        const double f2 = m[i] / (calmed + crowd * crowd);
        const double r1 = kmpt * pt[i] + kmp * pathogen[i] + kmm * m[i] + kmn * neutrophil[i];
        const double r2 = knpt * pt[i] + knp * pathogen[i];
        P_p[i] = kpg * pathogen[i]; /* (1) */
        L_p[i] = crowding * pathogen[i] + background / (mub + kbp * pathogen[i]) + kpn * neutrophil[i] + kpm * f2;
        P_pt[i] = mun * neutrophil[i]; /* (2), with N where E is meant */
        L_pt[i] = kptn * neutrophil[i] * (1 + ken * neutrophil[i]) + kptm * f2 + mupt;
        P_m[i] = smr * r1 / (mumr + r1); /* (3) */
        L_m[i] = mum;
        P_n[i] = snr * r2 / (munr + r2); /* (4) */
        L_n[i] = mun + knm * f2;
    }
}

const struct model cooper_2015_model = {
    .name = "cooper_2015",
    .title = "the inflammatory phase: pathogen, debris, macrophages, neutrophils",
    .reference = "Cooper, Segal, Diegelmann & Reynolds 2015, J Theor Biol, PubMed 25446708 [seen: BioModels BIOMD0000000855]",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .initial = initial,
    .react = react,
};
