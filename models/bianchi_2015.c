/* Bianchi, Painter & Sherratt 2015: lymphatic vessels grow into a wound under TGF-b and VEGF.
 *
 *     dp/dt = -a_p T_L p                                                                          (0)  platelets' enzymes
 *     dT/dt = (a_p p + a_M M)(T_L + r1 M) - d1 T                                                  (1)  active TGF-b
 *     dM/dt = s_M + alpha b1 T^2/(b2 + T^4) + beta r2 M (1 - M/k1) - d2 M - rho C M               (2)  macrophages
 *     dV/dt = s_V + r3 M - d3 V - gamma V L                                                       (3)  VEGF
 *     dL/dt = (c1 + V/(c2 + c3 V)) L/(1 + c4 T) + (s_L + b3 V^2/(b4 + V^4)) f(C)
 *             - (M + L + C) L/k2 - sigma (delta1 + delta2 V) L                                    (4)  lymphatic endothelial cells
 *     dC/dt = sigma (delta1 + delta2 V) L                                                         (5)  lymphatic capillaries
 *     f = max(0, 1 - C/C*),   sigma = 1 where L + C >= L*, else 0
 *
 * days, pg/mm3, cells/mm3.  The paper writes p0 exp(-a_p T_L t) for the platelets: kernels know no time, so p is a species of its own
 * that starts at p0 and decays at just that rate.
 *
 * Traps: active TGF-b lives for 2 minutes (d1 = 500/d), the fastest of all; sigma is a step that switches once, within a step of the
 * integrator, whose error control finds the place. */
#include "model.h"

enum { T, M, V, L, C, P, N_SPECIES };
/* clang-format off */
enum {
    A_P, P_0, A_M, T_L, R_1, D_1, S_M, ALPHA, B_1, B_2, BETA, R_2, K_1, D_2, RHO, S_V, R_3, D_3, GAMMA, C_1, C_2, C_3, C_4, S_L, B_3, B_4,
    C_STAR, K_2, L_STAR, DELTA_1, DELTA_2, INITIAL_T, INITIAL_M, INITIAL_V, INITIAL_L, INITIAL_C, N_PARAMS
};
/* clang-format on */

#define SEEN "literature: Bianchi et al 2015 [seen: BIOMD0000000722]"

/* clang-format off */
static const struct species species[N_SPECIES] = {
    /* healthy: the model starts with the wound and knows no unwounded tissue */
    [T] = {"t", "pg/mm3", 0, 10,   .meaning = "active TGF-b (T)"},
    [M] = {"m", "1/mm3",  0, 1000, .meaning = "macrophages (M), cells/mm3"},
    [V] = {"v", "pg/mm3", 0, 0.1,  .meaning = "VEGF (V)"},
    [L] = {"l", "1/mm3",  0, 100,  .meaning = "lymphatic endothelial cells (L), cells/mm3"},
    [C] = {"c", "1/mm3",  0, 100,  .meaning = "lymphatic capillaries (C), cells/mm3"},
    [P] = {"p", "pg/mm3", 0, 1,    .meaning = "enzymes of platelets that activate TGF-b (p), p0 exp(-a_p T_L t)"},
};
static const struct param params[N_PARAMS] = {
    /*              name         default  unit            lo     hi    meaning                                             source */
    [A_P]       = {"a_p",        0.029,  "mm3/pg/day",    0,     1,    "activation of TGF-b by platelets' enzymes (a_p)",  SEEN},
    [P_0]       = {"p0",         2.5e5,  "pg/mm3",        0,     1e7,  "platelets' enzymes at the start (p0)",             SEEN},
    [A_M]       = {"a_m",        0.45,   "mm3/day",       0,     10,   "activation of TGF-b per macrophage (a_M)",         SEEN},
    [T_L]       = {"t_l",        18,     "pg/mm3",        0,     1e3,  "latent TGF-b, constant (T_L)",                     SEEN},
    [R_1]       = {"r1",         3e-5,   "pg",            0,     1,    "latent TGF-b per macrophage (r1)",                 SEEN},
    [D_1]       = {"d1",         500,    "1/day",         0,     1e4,  "decay of active TGF-b (d1)",                       SEEN},
    [S_M]       = {"s_m",        542,    "1/mm3/day",     0,     1e5,  "supply of macrophages (s_M)",                      SEEN},
    [ALPHA]     = {"alpha",      0.5,    "1",             0,     1,    "share of monocytes that become macrophages (alpha)", SEEN},
    [B_1]       = {"b1",         8e8,    "pg2/mm9/day",   0,     1e12, "chemotaxis of monocytes (b1)",                     SEEN},
    [B_2]       = {"b2",         8.1e9,  "pg4/mm12",      1,     1e12, "TGF-b at which it saturates, to the 4th (b2)",     SEEN},
    [BETA]      = {"beta",       0.005,  "1",             0,     1,    "share of macrophages that divide (beta)",          SEEN},
    [R_2]       = {"r2",         1.22,   "1/day",         0,     10,   "rate of their division (r2)",                      SEEN},
    [K_1]       = {"k1",         6e5,    "1/mm3",         1,     1e8,  "carrying capacity of macrophages (k1)",            SEEN},
    [D_2]       = {"d2",         0.2,    "1/day",         0,     10,   "removal of macrophages (d2)",                      SEEN},
    [RHO]       = {"rho",        1e-5,   "mm3/day",       0,     1,    "drainage of macrophages per capillary cell (rho)", SEEN},
    [S_V]       = {"s_v",        1.9,    "pg/mm3/day",    0,     1e3,  "supply of VEGF (s_V)",                             SEEN},
    [R_3]       = {"r3",         0.0019, "pg/day",        0,     1,    "VEGF made per macrophage (r3)",                    SEEN},
    [D_3]       = {"d3",         11,     "1/day",         0,     100,  "decay of VEGF (d3)",                               SEEN},
    [GAMMA]     = {"gamma",      0.0014, "mm3/day",       0,     1,    "VEGF used per endothelial cell (gamma)",           SEEN},
    [C_1]       = {"c1",         0.42,   "1/day",         0,     10,   "division of endothelial cells (c1)",               SEEN},
    [C_2]       = {"c2",         42,     "pg.day/mm3",    0.1,   1e4,  "VEGF in their division (c2)",                      SEEN},
    [C_3]       = {"c3",         4.1,    "day",           0,     100,  "its saturation (c3)",                              SEEN},
    [C_4]       = {"c4",         0.24,   "mm3/pg",        0,     10,   "inhibition of their division by TGF-b (c4)",       SEEN},
    [S_L]       = {"s_l",        500,    "1/mm3/day",     0,     1e5,  "supply of endothelial cells (s_L)",                SEEN},
    [B_3]       = {"b3",         1e7,    "pg2/mm9/day",   0,     1e12, "chemotaxis of endothelial cells (b3)",             SEEN},
    [B_4]       = {"b4",         8.1e9,  "pg4/mm12",      1,     1e12, "VEGF at which it saturates, to the 4th (b4)",      SEEN},
    [C_STAR]    = {"c_star",     1e4,    "1/mm3",         100,    1e7,  "capillaries that end the supply (C*)",             SEEN},
    [K_2]       = {"k2",         471000, "1/mm3",         1,     1e8,  "crowding of endothelial cells (k2)",               SEEN},
    [L_STAR]    = {"l_star",     1e4,    "1/mm3",         100,   1e7,  "density at which they form capillaries (L*)",      SEEN},
    [DELTA_1]   = {"delta1",     0.05,   "1/day",         0,     10,   "formation of capillaries (delta1)",                SEEN},
    [DELTA_2]   = {"delta2",     0.001,  "mm3/pg/day",    0,     10,   "formation of capillaries under VEGF (delta2)",     SEEN},
    [INITIAL_T] = {"initial_t",  30,     "pg/mm3",        0,     1e5,  "active TGF-b at the start",                        SEEN},
    [INITIAL_M] = {"initial_m",  1875,   "1/mm3",         0,     1e6,  "macrophages at the start",                         SEEN},
    [INITIAL_V] = {"initial_v",  0.5,    "pg/mm3",        0,     1e5,  "VEGF at the start",                                SEEN},
    [INITIAL_L] = {"initial_l",  0,      "1/mm3",         0,     1e6,  "endothelial cells at the start",                   SEEN},
    [INITIAL_C] = {"initial_c",  0,      "1/mm3",         0,     1e6,  "capillaries at the start",                         SEEN},
};
/* clang-format on */

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)at;
    (void)fixed;
    static const int start[N_SPECIES] = {[T] = INITIAL_T, [M] = INITIAL_M, [V] = INITIAL_V, [L] = INITIAL_L, [C] = INITIAL_C, [P] = P_0};
    for (size_t s = 0; s < N_SPECIES; s++)
        for (size_t i = 0; i < n; i++)
            y[s][i] = p[start[s]];
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *q, double *const *prod,
                         double *const *loss)
{
    (void)fixed;
    const double *restrict t = y[T], *restrict m = y[M], *restrict v = y[V], *restrict l = y[L], *restrict c = y[C], *restrict p = y[P];
    double *restrict P_t = prod[T], *restrict P_m = prod[M], *restrict P_v = prod[V], *restrict P_l = prod[L], *restrict P_c = prod[C],
                     *restrict P_p = prod[P];
    double *restrict L_t = loss[T], *restrict L_m = loss[M], *restrict L_v = loss[V], *restrict L_l = loss[L], *restrict L_c = loss[C],
                     *restrict L_p = loss[P];
    const double a_p = q[A_P], a_m = q[A_M], t_l = q[T_L], r1 = q[R_1], d1 = q[D_1], d2 = q[D_2], d3 = q[D_3], gamma = q[GAMMA];
    const double s_m = q[S_M], alpha_b1 = q[ALPHA] * q[B_1], b2 = q[B_2], growth_m = q[BETA] * q[R_2], per_k1 = 1 / q[K_1], rho = q[RHO];
    const double s_v = q[S_V], r3 = q[R_3], c1 = q[C_1], c2 = q[C_2], c3 = q[C_3], c4 = q[C_4], s_l = q[S_L], b3 = q[B_3], b4 = q[B_4];
    const double per_c_star = 1 / q[C_STAR], per_k2 = 1 / q[K_2], l_star = q[L_STAR], delta1 = q[DELTA_1], delta2 = q[DELTA_2];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double t2 = t[i] * t[i], v2 = v[i] * v[i];
        const double gap = 1 - c[i] * per_c_star, f = gap > 0 ? gap : 0;
        const double sprouting = l[i] + c[i] >= l_star ? delta1 + delta2 * v[i] : 0; /* sigma (delta1 + delta2 V) */
        const double growth_l = (c1 + v[i] / (c2 + c3 * v[i])) / (1 + c4 * t[i]);
        P_p[i] = 0; /* (0) */
        L_p[i] = a_p * t_l;
        P_t[i] = (a_p * p[i] + a_m * m[i]) * (t_l + r1 * m[i]); /* (1) */
        L_t[i] = d1;
        P_m[i] = s_m + alpha_b1 * t2 / (b2 + t2 * t2) + growth_m * m[i]; /* (2) */
        L_m[i] = growth_m * m[i] * per_k1 + d2 + rho * c[i];
        P_v[i] = s_v + r3 * m[i]; /* (3) */
        L_v[i] = d3 + gamma * l[i];
        P_l[i] = growth_l * l[i] + (s_l + b3 * v2 / (b4 + v2 * v2)) * f; /* (4) */
        L_l[i] = (m[i] + l[i] + c[i]) * per_k2 + sprouting;
        P_c[i] = sprouting * l[i]; /* (5) */
        L_c[i] = 0;
    }
}

const struct model bianchi_2015_model = {
    .name = "bianchi_2015",
    .title = "lymphangiogenesis in a wound under TGF-b and VEGF",
    .reference = "Bianchi, Painter & Sherratt 2015, J Theor Biol, arXiv 1501.00421 [seen: BioModels BIOMD0000000722]",
    .species = species,
    .n_species = N_SPECIES,
    .params = params,
    .n_params = N_PARAMS,
    .initial = initial,
    .react = react,
};
