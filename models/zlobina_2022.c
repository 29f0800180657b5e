/* Zlobina, Xue & Gomez 2022: a wound closes from its edge over temporary tissue that macrophages make; a treatment turns M1 into M2.
 *
 *     da/dt  = -a m1                                                                       debris
 *     dm1/dt = D lap m1 + beta a - a m1 - gamma_1 m1 - h - theta m1                        inflammatory macrophages
 *     dm2/dt = D lap m2 + h - gamma_2 m2 + theta m1                                        repair macrophages
 *     dc/dt  = m2 - mu c                                                                   temporary tissue
 *     dn/dt  = D_n div(c grad n) + alpha c n (1 - n)                                       new tissue
 *     h      = rho m1^5 / (kappa^5 + m1^5) ,   theta = amplitude exp(-((x - centre)/width)^2 / 1.25) during the treatment
 *
 * Half a wound, 3 mm in 100 cells of 0.03 mm, centre at x = 0; one cell more, beyond the wound, is new tissue already (n = 1).  Use this
 * spacing: the front, sqrt(D_n/alpha) = 0.013 mm, is narrower than a cell, so that the lattice belongs to the model.  After the authors'
 * code, with two liberties and one loyalty:
 *  - the code has D_n c lap n; the conservative form differs by grad c, which is 0 without treatment and moves healing by 0.03 % with it;
 *  - `place` and `theta_shape` are not substances: they say where the last cell, the cell beyond and the treatment are, and do not change;
 *  - quirk of the code, kept because treated healing depends on it (33.2 days against 30.4): m2 enters the last cell of the wound with D_n
 *    instead of D, while its neighbour feels it with D.  No flux does that.  `m2_last` is m2 of the last cell: it spreads with D_n between
 *    that cell and its neighbour only, where it is held at m2, as m2 in the last cell is held at m2_last.  `edge_quirk` = 0 mends it. */
#include "model.h"

#include <math.h>

enum { A, M1, M2, C, N, M2_LAST, PLACE, SHAPE, N_SPECIES };
/* clang-format off */
enum {
    DIFFUSIVITY_M, DIFFUSIVITY_N, BETA, GAMMA_1, GAMMA_2, RHO, KAPPA, MU, ALPHA, THETA, TREATED_THETA, TREATMENT_START,
    TREATMENT_DURATION, THETA_CENTRE, THETA_WIDTH, WOUND_WIDTH, CELL, EDGE_QUIRK, N_PARAMS
};
/* clang-format on */
enum { NEW_TISSUE, DEBRIS, INFLAMMATORY, REPAIR, TEMPORARY_TISSUE, N_OUTCOMES };

static const double HOLD = 1e6; /* [1/day] with which a value is held where it must be */

#define SEEN "literature: Zlobina, Xue & Gomez 2022 [seen: Fan-Lu/EnhancingWoundHealingUsingDRL envs/env.py, cfgs/config.py]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    [A]       = {"a",  "1", 0, 1, .meaning = "debris (a)"},
    [M1]      = {"m1", "1", 0, 1, "diffusivity_m", .mobility = true, .meaning = "inflammatory macrophages (m1)"},
    [M2]      = {"m2", "1", 0, 1, "diffusivity_m", .mobility = true, .meaning = "repair macrophages (m2)"},
    [C]       = {"c",  "1", 0, 1, .meaning = "temporary tissue (c)"},
    [N]       = {"n",  "1", 1, 1, "diffusivity_n", .mobility = true, .meaning = "new tissue, 1 = unwounded (n)"},
    [M2_LAST] = {"m2_last", "1", 0, 1, "diffusivity_n", .mobility = true, .meaning = "repair macrophages in the last cell of the wound"},
    [PLACE]   = {"place",   "1", 0, 1, .meaning = "0 in the wound, 1 in its last cell, 2 beyond: does not change"},
    [SHAPE]   = {"theta_shape", "1", 0, 1, .meaning = "treatment here / its amplitude: does not change"},
};
static const struct param params[N_PARAMS] = {
    /*                   name             default unit       lo    hi    meaning                                        source */
    [DIFFUSIVITY_M] = {"diffusivity_m",   0.32,   "mm2/day", 0,    100,  "diffusivity of macrophages (D)",              SEEN},
    [DIFFUSIVITY_N] = {"diffusivity_n",   3e-4,   "mm2/day", 0,    10,   "diffusivity of new tissue at c = 1 (Dn)",     SEEN},
    [BETA]          = {"beta",            1,      "1/day",   0,    100,  "recruitment by debris (beta)",                SEEN},
    [GAMMA_1]       = {"gamma_1",         0.1,    "1/day",   0,    100,  "loss of m1 (g1)",                             SEEN},
    [GAMMA_2]       = {"gamma_2",         0.1,    "1/day",   0,    100,  "loss of m2 (g2)",                             SEEN},
    [RHO]           = {"rho",             0.1,    "1/day",   0,    100,  "largest rate of m1 turning m2 (rho), q = 5",  SEEN},
    [KAPPA]         = {"kappa",           0.05,   "1",       1e-3, 10,   "m1 of half that rate (kap)",                  SEEN},
    [MU]            = {"mu",              0.2,    "1/day",   0,    100,  "loss of temporary tissue (mu)",               SEEN},
    [ALPHA]         = {"alpha",           1.8,    "1/day",   0,    100,  "growth of new tissue at c = 1 (al)",          SEEN},
    [THETA]         = {"theta",           0,      "1/day",   0,    100,  "m1 turned m2 by treatment: amplitude now",
        "assumed: 0, untreated; the treatment sets it"},
    [TREATED_THETA] = {"treated_theta",   1,      "1/day",   0,    100,  "amplitude during the treatment",
        "assumed: 1, that of the reference number; the paper's amplitude and ramp are unknown"},
    [TREATMENT_START]    = {"treatment_start",    2, "day",  0,    1e4,  "when the treatment begins (t1)",              SEEN},
    [TREATMENT_DURATION] = {"treatment_duration", 0, "day",  0,    1e4,  "how long it lasts (dt); 0: untreated",
        SEEN ": 2 when treated"},
    [THETA_CENTRE]  = {"theta_centre",    2.415,  "mm",      0,    100,  "where it is strongest, cell 80 counted from 0", SEEN},
    [THETA_WIDTH]   = {"theta_width",     0.3,    "mm",      1e-3, 100,  "how wide it is, 10 cells",                    SEEN},
    [WOUND_WIDTH]   = {"wound_width",     3,      "mm",      0,    100,  "half width of the wound, 100 cells",          SEEN},
    [CELL]          = {"cell",            0.03,   "mm",      1e-3, 1,    "width of a cell (L)",                         SEEN},
    [EDGE_QUIRK]    = {"edge_quirk",      1,      "1",       0,    1,    "1: the last cell as in the code, 0: like any other",
        SEEN ": Dn where D is meant"},
};
static const struct event events[] = {
    {"treatment", EVENT_SET, "theta", "treated_theta", "treatment_start", "treatment_duration",
        .meaning = "a field that turns inflammatory macrophages into repair macrophages"},
};
static const struct outcome outcomes[N_OUTCOMES] = {
    [NEW_TISSUE]       = {"new_tissue",       "1", "mean of new tissue over the domain"},
    [DEBRIS]           = {"debris",           "1", "mean of debris over the domain"},
    [INFLAMMATORY]     = {"inflammatory",     "1", "mean of inflammatory macrophages over the domain"},
    [REPAIR]           = {"repair",           "1", "mean of repair macrophages over the domain"},
    [TEMPORARY_TISSUE] = {"temporary_tissue", "1", "mean of temporary tissue over the domain"},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        const double x = at[0][i], off = (x - p[THETA_CENTRE]) / p[THETA_WIDTH];
        const double place = x >= p[WOUND_WIDTH] ? 2 : x >= p[WOUND_WIDTH] - p[CELL] ? 1 : 0;
        y[A][i] = 1;
        y[N][i] = place == 2 ? 1 : 0;
        y[PLACE][i] = place;
        y[SHAPE][i] = exp(-off * off / 1.25);
    }
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict a = y[A], *restrict m1 = y[M1], *restrict m2 = y[M2], *restrict c = y[C], *restrict tissue = y[N];
    const double *restrict m2_last = y[M2_LAST], *restrict place = y[PLACE], *restrict shape = y[SHAPE];
    double *restrict Pa = prod[A], *restrict La = loss[A], *restrict P1 = prod[M1], *restrict L1 = loss[M1];
    double *restrict P2 = prod[M2], *restrict L2 = loss[M2], *restrict Pc = prod[C], *restrict Lc = loss[C];
    double *restrict Pn = prod[N], *restrict Ln = loss[N], *restrict Pl = prod[M2_LAST], *restrict Ll = loss[M2_LAST];
    double *restrict Pp = prod[PLACE], *restrict Lp = loss[PLACE], *restrict Ps = prod[SHAPE], *restrict Ls = loss[SHAPE];
    const double beta = p[BETA], gamma_1 = p[GAMMA_1], gamma_2 = p[GAMMA_2], rho = p[RHO], mu = p[MU], alpha = p[ALPHA], theta = p[THETA];
    const double kappa5 = pow(p[KAPPA], 5), held = HOLD * p[EDGE_QUIRK];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double m4 = m1[i] * m1[i] * m1[i] * m1[i], turn = rho * m4 / (kappa5 + m4 * m1[i]); /* h / m1 */
        const double treated = theta * shape[i], repair = (turn + treated) * m1[i];
        const double beyond = place[i] > 1.5 ? 1 : 0, wound = place[i] < 0.5 ? 1 : 0, last = 1 - wound - beyond;
        Pa[i] = 0;
        La[i] = m1[i];
        P1[i] = beta * a[i];
        L1[i] = a[i] + gamma_1 + turn + treated;
        P2[i] = repair + held * last * m2_last[i];
        L2[i] = gamma_2 + held * last;
        Pc[i] = m2[i];
        Lc[i] = mu;
        Pn[i] = alpha * c[i] * tissue[i] + HOLD * beyond;
        Ln[i] = alpha * c[i] * tissue[i] + HOLD * beyond;
        Pl[i] = HOLD * wound * m2[i] + last * repair;
        Ll[i] = HOLD * (wound + beyond) + last * gamma_2;
        Pp[i] = Lp[i] = Ps[i] = Ls[i] = 0;
    }
}

/* Faces by the mean of `place`: 0 within the wound, 0.5 into its last cell, 1.5 to what is beyond, which macrophages do not cross. */
static void mobility(size_t n, int which, const double *const *y, const double *p, double *factor)
{
    (void)p;
    const double *place = y[PLACE], *c = y[C];
    for (size_t i = 0; i < n; i++)
        factor[i] = which == N ? c[i] : which == M2_LAST ? (place[i] > 0.25 && place[i] < 0.75 ? 1 : 0) : (place[i] < 1.25 ? 1 : 0);
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    (void)before;
    (void)p;
    const double *mean = now->mean[REGION_DERMIS];
    out[NEW_TISSUE] = mean[N];
    out[DEBRIS] = mean[A];
    out[INFLAMMATORY] = mean[M1];
    out[REPAIR] = mean[M2];
    out[TEMPORARY_TISSUE] = mean[C];
}

const struct model zlobina_2022_model = {
    .name = "zlobina_2022",
    .title = "macrophages, temporary and new tissue under a treatment that turns M1 into M2 (Zlobina, Xue & Gomez)",
    .reference = "Zlobina, Xue & Gomez 2022, Front Appl Math Stat, doi 10.3389/fams.2022.791064",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .outcomes = outcomes,
    .n_outcomes = N_OUTCOMES,
    .events = events,
    .n_events = 1,
    .initial = initial,
    .react = react,
    .mobility = mobility,
    .observe = observe,
};
