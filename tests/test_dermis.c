/* The dermis model alone: its fixed point, the wound operator row by row, and the confluent bruise against an independent solution
 * (specification section 10, G4: LSODA, relative tolerance 1e-10, phi 0.6, all patient factors 1).
 * Long because the kernel is held against the equations of the specification written out once more, term by term. */
#include "model_use.h"
#include "numerics.h"

#include <criterion/criterion.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPECIES = 22, SURFACE = 4, PARAMS = 160, QUANTITIES = 64, OUTCOMES = 64 };

static const struct model *model;
static double params[PARAMS], phi = 1;
static double springy = 1; /* elastin_set_point */
static const double *const fixed[] = {&phi, &springy};

static int S(const char *name)
{
    const int i = model_species(model, name);
    cr_assert(i >= 0, "no species %s", name);
    return i;
}

static int P(const char *name)
{
    const int i = model_param(model, name);
    cr_assert(i >= 0, "no parameter %s", name);
    return i;
}

/* Index into the means. */
static int M(const char *name)
{
    const int i = model_quantity(model, name);
    cr_assert(i >= 0, "no quantity %s", name);
    return i;
}

static int O(const char *name)
{
    const int i = model_outcome(model, name);
    cr_assert(i >= 0, "no outcome %s", name);
    return i;
}

static void start(void)
{
    model = model_find("dermis");
    cr_assert(model && model->n_species == SPECIES && model->n_surface == SURFACE && model->n_params + model->n_derived <= PARAMS &&
              model->n_species + model->n_readouts <= QUANTITIES && model->n_outcomes <= OUTCOMES);
    for (size_t i = 0; i < model->n_params; i++)
        params[i] = model->params[i].value;
    model->prepare(params);
}

TestSuite(dermis, .init = start);

/* One cell: a state and pointers to its members. */
struct cell {
    double value[SPECIES], *at[SPECIES];
};

static void bind(struct cell *c)
{
    for (int s = 0; s < SPECIES; s++)
        c->at[s] = &c->value[s];
}

static void healthy(struct cell *c)
{
    bind(c);
    for (int s = 0; s < SPECIES; s++)
        c->value[s] = model->species[s].healthy;
    model->initial(1, NULL, fixed, params, c->at);
}

static void react(const struct cell *c, double *prod, double *loss)
{
    double *p[SPECIES], *l[SPECIES];
    for (int s = 0; s < SPECIES; s++) {
        p[s] = &prod[s];
        l[s] = &loss[s];
    }
    model->react(1, (const double *const *)c->at, fixed, params, p, l);
}

/* Means of species and readouts of one cell. */
static void quantities(const struct cell *c, double *mean)
{
    double *q[QUANTITIES];
    for (size_t r = 0; r < model->n_readouts; r++)
        q[r] = &mean[SPECIES + r];
    memcpy(mean, c->value, sizeof c->value);
    model->read(1, (const double *const *)c->at, fixed, params, q);
}

/* ---- healthy skin ---- */

static double imbalance(void)
{
    struct cell c;
    double prod[SPECIES], loss[SPECIES], worst = 0;
    healthy(&c);
    react(&c, prod, loss);
    for (int s = 0; s < SPECIES; s++)
        if (prod[s] + loss[s] * c.value[s] > 0)
            worst = fmax(worst, fabs(prod[s] - loss[s] * c.value[s]) / fmax(prod[s], loss[s] * c.value[s]));
    return worst;
}

Test(dermis, does_not_move_when_healthy_at_any_set_point)
{
    for (int i = 300; i <= 1000; i++) {
        phi = i / 1000.0;
        springy = 1.3 - phi;
        cr_assert(imbalance() <= 1e-15, "phi = %g: |P - L y| / P is %g, wanted <= 1e-15", phi, imbalance());
    }
}

Test(dermis, does_not_move_when_healthy_for_any_parameters)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int trial = 0; trial < 1000; trial++) {
        for (size_t i = 0; i < model->n_params; i++)
            params[i] = model->params[i].lo + (model->params[i].hi - model->params[i].lo) * gsl_rng_uniform(rng);
        params[P("ageing_drift")] = 0; /* the set point would not stay either */
        model->prepare(params);
        phi = params[P("collagen_set_point")];
        cr_assert(imbalance() <= 2e-15, "trial %d: |P - L y| / P is %g, wanted <= 2e-15", trial, imbalance());
    }
    gsl_rng_free(rng);
}

Test(dermis, epidermis_does_not_move_when_healthy)
{
    double e[SURFACE], prod[SURFACE], loss[SURFACE], *pp[SURFACE], *pl[SURFACE];
    const double *pe[SURFACE], *below[SPECIES];
    struct cell c;
    healthy(&c);
    for (int s = 0; s < SPECIES; s++)
        below[s] = c.at[s];
    for (int s = 0; s < SURFACE; s++) {
        e[s] = model->surface[s].healthy;
        pe[s] = &e[s], pp[s] = &prod[s], pl[s] = &loss[s];
    }
    model->react_surface(1, pe, below, params, pp, pl);
    for (int s = 0; s < SURFACE; s++)
        cr_assert(prod[s] == loss[s] * e[s], "%s: P %.17g, L y %.17g", model->surface[s].name, prod[s], loss[s] * e[s]);
}

Test(dermis, has_the_derived_constants_of_the_specification)
{
    static const struct {
        const char *name;
        double value, digit;
    } wanted[] = {{"n1b", 0.0079674, 1e-7}, {"x1b", 0.027665, 1e-6}, {"z1b", 0.80437, 1e-5}, {"n3b", 0.0051664, 1e-7},
                  {"x3b", 0.0051482, 1e-7}, {"z3b", 0.14969, 1e-5},  {"kx1", 0.01541, 1e-5}, {"kx3", 0.0069475, 1e-7},
                  {"s1", 0.0032157, 1e-7},  {"s3", 0.0020415, 1e-7}};
    cr_assert_eq(model->n_derived, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < model->n_derived; i++)
        cr_assert(fabs(params[model->n_params + i] - wanted[i].value) <= 0.5001 * wanted[i].digit, "%s is %.9g, wanted %g", wanted[i].name,
                  params[model->n_params + i], wanted[i].value);
    struct cell c;
    healthy(&c);
    for (int s = 0; s < SPECIES; s++)
        NEAR(c.value[s], model->species[s].healthy, 5e-5 * model->species[s].healthy);
}

Test(dermis, inflammation_cannot_sustain_itself)
{
    const double gain = params[P("inflammation_macrophage")] * params[P("macrophage_recruitment")] /
                        (params[P("inflammation_half_saturation")] * params[P("inflammation_loss")] *
                         (params[P("macrophage_switch")] + params[P("macrophage_loss")]));
    NEAR(gain, 0.297, 0.0005);
}

/* Section 3 of the specification written down once more, plainly and with the symbols of the paper. */
static void plain_reaction(const double *y, double *prod, double *loss)
{
#define p(name)                           params[P(name)]
#define is(name, production, coefficient) (prod[S(name)] = (production), loss[S(name)] = (coefficient))
    const double B = y[0], PD = y[1], T1 = y[2], G = y[3], Q = y[4], M1 = y[5], MM = y[6], f = y[7], a = y[8], m = y[9], E = y[10];
    const double n1 = y[11], n3 = y[12], x1 = y[13], x3 = y[14], z1 = y[15], z3 = y[16], te = y[17], V = y[20];
    const double *derived = params + model->n_params, kx1 = derived[6], kx3 = derived[7], s1 = derived[8], s3 = derived[9];
    const double Te = p("tgfb_factor") * T1, Ft = f + a + m, Mac = M1 + MM;
    const double hA = (Te + G) / (p("activation_half_saturation") + Te + G), Th = Te / (1 + G / p("tgfb3_antagonism"));
    const double hm = pow(Th, 2) / (pow(p("differentiation_half_saturation"), 2) + pow(Th, 2));
    const double hP = PD / (p("pdgf_half_saturation") + PD), hQ = Q / (p("inflammation_half_saturation") + Q);
    const double iQ = p("inflammation_inhibition") / (p("inflammation_inhibition") + Q);
    const double off = p("dedifferentiation_rate") * p("dedifferentiation_tgfb") / (p("dedifferentiation_tgfb") + Th);
    const double C = n1 + n3 + x1 + x3 + z1 + z3;
    const double st = p("activated_synthesis_factor") / (1 + pow(C / p("crowding_collagen"), 4));
    const double d = fmax(0, 1 - C / phi), rf = p("repair_resting_share"), w = a + m + rf * d * f;
    const double ell = w / (p("incorporation_half_saturation") + w),
                 pro = p("proliferation_factor") * p("fibroblast_proliferation") * hP * iQ;
    const double stim = a + m + hA * f, ka = p("activation_rate"), km = p("differentiation_rate"), kr = p("deactivation_rate");
    const double v =
        p("capillary_factor") * (p("capillary_regrowth") + p("capillary_regrowth_macrophage") * MM / (p("capillary_half_saturation") + MM));
    const double A1 = p("synthesis_activated"), Am = p("synthesis_myofibroblast"), wr1 = p("repair_synthesis_i");
    const double ysyn = p("synthesis_i_factor"), ysyn3 = p("synthesis_iii_factor");
    const double Syn1 = s1 * (phi * f * iQ * iQ + ysyn * st * (A1 * a * iQ * iQ + Am * m) + d * wr1 * w * iQ * iQ);
    const double Syn3 =
        s3 * (phi * f * iQ + ysyn3 * st * (p("synthesis_iii_resting") * hA * f * iQ + p("synthesis_iii_ratio") * (A1 * a * iQ + Am * m)) +
              d * (ysyn3 * p("repair_synthesis_iii") * (a + m) + wr1 * rf * d * f) * iQ);
    const double kxa = p("incorporation_rate"), xi3 = p("incorporation_iii_ratio"), kz = p("collagen_maturation");
    const double age = p("ageing_drift"), kd = p("collagen_degradation") + age, gE = p("mmp_collagen_new"), gx = p("mmp_collagen_linked"),
                 dz = p("collagen_mature_loss") + age;
    const double s12 = p("macrophage_switch"), dM = p("macrophage_loss"), dT = p("tgfb_loss"), df = p("fibroblast_turnover");

    is("clot", 0, p("clot_lysis") + p("clot_lysis_macrophage") * Mac);
    is("pdgf", p("pdgf_clot") * B + p("pdgf_macrophage") * Mac, p("pdgf_loss"));
    is("tgfb1", p("tgfb1_clot") * B + p("tgfb1_macrophage") * MM + p("tgfb1_myofibroblast") * m, dT);
    is("tgfb3", p("tgfb3_macrophage") * MM, dT);
    is("inflammation", p("inflammation_clot") * B + p("inflammation_macrophage") * M1, p("inflammation_loss"));
    is("macrophage_m1", p("recruitment_factor") * p("macrophage_recruitment") * hQ * V, s12 + dM);
    is("macrophage_m2", s12 * M1, dM);
    is("fibroblast", 2 * df * f / (1 + Ft * Ft) + pro * f + kr * a, df + pro * Ft / p("fibroblast_capacity") + ka * hA * iQ + km * hm);
    is("activated_fibroblast", ka * hA * iQ * f + off * m, kr + km * hm);
    is("myofibroblast", km * hm * (f + a), p("myofibroblast_apoptosis") + off);
    is("mmp", p("mmp_factor") * p("mmp_release") * hQ * hQ * (f + a), p("mmp_loss"));
    is("collagen_i_new", Syn1, kd + kx1 + kxa * ell + gE * E);
    is("collagen_iii_new", Syn3, kd + kx3 + xi3 * kxa * ell + gE * E);
    is("collagen_i_incorporated", (kx1 + kxa * ell) * n1, p("collagen_i_turnover") + age + kz + gx * E);
    is("collagen_iii_incorporated", (kx3 + xi3 * kxa * ell) * n3, p("collagen_iii_turnover") + age + kz + gx * E);
    is("collagen_i_mature", kz * x1, dz + gx * E);
    is("collagen_iii_mature", kz * x3, dz + gx * E);
    is("tropoelastin", p("tropoelastin_turnover") * (f + ysyn * p("tropoelastin_gain") * stim), p("tropoelastin_turnover"));
    is("elastin", p("elastin_loss") * springy * te * (1 + p("elastin_crosslinking_gain") * ell), p("elastin_loss") + p("mmp_elastin") * E);
    is("hyaluronan", p("hyaluronan_turnover") * (f + p("hyaluronan_gain") * stim), p("hyaluronan_turnover"));
    is("capillary", v * V, v * V);
    is("pigment", 0, p("pigment_clearance") * Mac);
#undef p
#undef is
}

Test(dermis, kernel_agrees_with_the_equations_written_plainly)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int trial = 0; trial < 300; trial++) {
        for (size_t i = 0; i < model->n_params; i++)
            params[i] = model->params[i].lo + (model->params[i].hi - model->params[i].lo) * gsl_rng_uniform(rng);
        model->prepare(params);
        phi = 0.5 + 0.5 * gsl_rng_uniform(rng);
        springy = 0.5 + 0.5 * gsl_rng_uniform(rng);
        struct cell c;
        double prod[SPECIES], loss[SPECIES], wanted_prod[SPECIES], wanted_loss[SPECIES];
        bind(&c);
        for (int s = 0; s < SPECIES; s++) /* with and without a deficit of collagen */
            c.value[s] = 1.5 * model->species[s].scale * gsl_rng_uniform(rng);
        react(&c, prod, loss);
        plain_reaction(c.value, wanted_prod, wanted_loss);
        for (int s = 0; s < SPECIES; s++)
            cr_assert(fabs(prod[s] - wanted_prod[s]) <= 1e-13 * wanted_prod[s] && fabs(loss[s] - wanted_loss[s]) <= 1e-13 * wanted_loss[s],
                      "%s: P %.15g and L %.15g, wanted %.15g and %.15g", model->species[s].name, prod[s], loss[s], wanted_prod[s],
                      wanted_loss[s]);
    }
    gsl_rng_free(rng);
}

/* ---- a bruise over the whole area ---- */

static int derivative(double t, const double *y, double *dydt, void *unused)
{
    (void)t, (void)unused;
    struct cell c;
    double loss[SPECIES];
    bind(&c);
    memcpy(c.value, y, sizeof c.value);
    react(&c, dydt, loss);
    for (int s = 0; s < SPECIES; s++)
        dydt[s] -= loss[s] * y[s];
    return GSL_SUCCESS;
}

enum { T, F1, F8, FIB, A, MYO, TGF, INF, M2, MMP, TE, EL, HY, X_X0, Z_Z0, COLUMNS };
static const char *const column[COLUMNS] = {"t", "F1", "F8", "fib", "a", "m", "T", "Q", "M2", "E", "te", "el", "hy", "x/x0", "z/z0"};
/* clang-format off */
static const double reference[][COLUMNS] = {
    /* day, F1 %, F8, fib, a, m, T, Q, M2, E, te, el - 1 %, hy, x/x0, z/z0 - 1 % */
    {0, 0, 0.08973, 0.75, 0, 0, 0.12031, 0.32234, 0, 0, 1, 0, 1, 1, 0},
    {1, -0.5192, 1.37398, 0.75737, 0.002801, 0.060165, 0.37277, 0.79101, 0.089859, 0.35353, 1.1175, -0.6469, 1.38642, 1.00192, -0.349},
    {3, -0.6665, 4.25463, 0.76786, 0.010295, 0.187497, 0.27399, 0.38357, 0.55935, 0.47827, 1.4119, -3.9741, 1.99954, 1.05833, -2.1689},
    {7, 1.4333, 5.21551, 0.85185, 0.056904, 0.220695, 0.13621, 0.032295, 1.0214, 0.068649, 1.9082, -7.1427, 2.45245, 1.50987, -3.9733},
    {14, 6.225, 5.47291, 1.08128, 0.188551, 0.215393, 0.10811, 0.0024191, 0.45412, 0.00074004, 2.7299, -7.0865, 3.07472, 2.77117, -4.0661},
    {28, 14.6647, 4.5976, 1.14351, 0.346408, 0.183949, 0.077169, 2.4072e-05, 0.034158, 8.4139e-08, 3.531, -5.8129, 3.19314,
     5.41998, -3.5067},
    {42, 20.565, 3.31582, 1.06719, 0.414334, 0.120395, 0.050556, 4.0024e-07, 0.0021312, 1.3076e-11, 3.5775, -4.3444,
     2.97202, 7.33331, -2.5362},
    {90, 29.7332, 1.47358, 0.99666, 0.36481, 0.003102, 0.0013742, 7.155e-11, 1.4775e-07, 1.7814e-19, 2.6483, -0.1808,
     2.16034, 9.3641, 2.1503},
    {180, 37.2971, 1.13167, 0.99881, 0.155466, 1e-6, 2.2368e-07, 2.6356e-17, 5.0394e-15, 2.4305e-32, 1.6865, 3.9198,
     1.48666, 9.01623, 11.5714},
    {270, 40.6039, 1.04658, 0.99976, 0.065525, 0, 3.5548e-11, 9.7105e-24, 1.1439e-21, 3.5186e-45, 1.2896, 5.6565, 1.20539,
     7.64215, 19.7793},
    {365, 41.6215, 1.0177, 0.99996, 0.026323, 0, 3.4749e-15, 1.571e-30, 1.8053e-28, 3.2841e-53, 1.1164, 6.4102, 1.08257, 5.99433, 26.4865},
};
/* clang-format on */

Test(dermis, confluent_bruise_follows_the_independent_reference)
{
    phi = 0.6;
    struct cell c;
    double mean0[QUANTITIES], mean[QUANTITIES], peak[COLUMNS] = {0}, t = 0;
    const double channel = 0, bruise = 1;
    healthy(&c);
    quantities(&c, mean0);
    model->injure(1, &channel, &bruise, 0.73, params, c.at);
    for (size_t r = 0; r < sizeof reference / sizeof *reference; r++)
        for (int k = 0; k < COLUMNS; k++)
            peak[k] = fmax(peak[k], fabs(reference[r][k]));

    gsl_odeiv2_system system = {derivative, NULL, SPECIES, NULL};
    gsl_odeiv2_driver *driver = gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 1e-4, 1e-16, 1e-10);
    for (size_t r = 0; r < sizeof reference / sizeof *reference; r++) {
        if (reference[r][T] > 0)
            cr_assert(gsl_odeiv2_driver_apply(driver, &t, reference[r][T], c.value) == GSL_SUCCESS);
        quantities(&c, mean);
        const double x = mean[M("collagen_i_incorporated")] + mean[M("collagen_iii_incorporated")];
        const double x0 = mean0[M("collagen_i_incorporated")] + mean0[M("collagen_iii_incorporated")];
        const double observed[COLUMNS] = {
            t,
            100 * (mean[M("collagen")] / mean0[M("collagen")] - 1),
            (mean[M("synthesis_I")] + mean[M("synthesis_III")]) / (mean0[M("synthesis_I")] + mean0[M("synthesis_III")]),
            mean[M("fibroblasts")],
            mean[M("activated_fibroblast")],
            mean[M("myofibroblast")],
            mean[M("tgfb1")],
            mean[M("inflammation")],
            mean[M("macrophage_m2")],
            mean[M("mmp")],
            mean[M("tropoelastin")],
            100 * (mean[M("elastin")] - 1),
            mean[M("hyaluronan")],
            x / x0,
            100 * (mean[M("mature_collagen")] / mean0[M("mature_collagen")] - 1),
        };
        /* 0.1 % of the value, or of what the printed digits leave open */
        for (int k = 0; k < COLUMNS; k++)
            cr_assert(fabs(observed[k] - reference[r][k]) <= 1e-3 * fabs(reference[r][k]) + 1e-5 * peak[k],
                      "day %g: %s is %.6g, wanted %.6g", t, column[k], observed[k], reference[r][k]);
    }
    gsl_odeiv2_driver_free(driver);
}

/* ---- the wound ---- */

Test(dermis, wound_changes_every_species_as_specified)
{
    const double s = 0.3, b = 0.45, rem = 0.73, e = s + 0.4391 * b, cells = 1 - s - 0.25 * b, matrix = 1 - rem * s;
    const struct {
        const char *name;
        double factor, added;
    } wanted[SPECIES] = {
        {"clot", 1 - e, e},
        {"pdgf", 1, 1.2 * e},
        {"tgfb1", 1, 0.274 * e},
        {"tgfb3", 1, 0},
        {"inflammation", 1, 0.7341 * e},
        {"macrophage_m1", 1 - s, 0},
        {"macrophage_m2", 1 - s, 0},
        {"fibroblast", cells, 0},
        {"activated_fibroblast", cells, 0},
        {"myofibroblast", cells, 0},
        {"mmp", 1, 0},
        {"collagen_i_new", matrix, 0},
        {"collagen_iii_new", matrix, 0},
        {"collagen_i_incorporated", matrix, 0},
        {"collagen_iii_incorporated", matrix, 0},
        {"collagen_i_mature", matrix, 0},
        {"collagen_iii_mature", matrix, 0},
        {"tropoelastin", matrix, 0},
        {"elastin", matrix, 0},
        {"hyaluronan", matrix, 0},
        {"capillary", 1 - 0.95 * s - 0.3 * b, 0},
        {"pigment", 1 - 0.9 * s, 0},
    };
    struct cell c;
    bind(&c);
    for (int k = 0; k < SPECIES; k++)
        c.value[k] = 0.1 + 0.03 * k;
    model->injure(1, &s, &b, rem, params, c.at);
    for (int k = 0; k < SPECIES; k++)
        cr_assert(fabs(c.value[S(wanted[k].name)] - (wanted[k].factor * (0.1 + 0.03 * S(wanted[k].name)) + wanted[k].added)) < 1e-15,
                  "%s is %.15g", wanted[k].name, c.value[S(wanted[k].name)]);
}

Test(dermis, wound_opens_the_epidermis_over_the_mouth)
{
    double value[SURFACE] = {0.9, 0.8, 1.1, 0.2}, *at[SURFACE] = {&value[0], &value[1], &value[2], &value[3]};
    const double mouth = 0.25, wanted[SURFACE] = {0.675, 0.6, 1.1, 0.2};
    model->injure_surface(1, &mouth, params, at);
    for (int k = 0; k < SURFACE; k++)
        NEAR(value[k], wanted[k], 1e-15);
}

Test(dermis, nothing_is_left_of_a_cored_cell)
{
    const double s = 1, b = 0;
    struct cell c;
    healthy(&c);
    model->injure(1, &s, &b, 1, params, c.at);
    static const char *const gone[] = {"fibroblast", "collagen_i_new", "collagen_i_mature", "elastin", "hyaluronan"};
    for (size_t k = 0; k < sizeof gone / sizeof *gone; k++)
        cr_assert(c.value[S(gone[k])] == 0, "%s is %g", gone[k], c.value[S(gone[k])]);
    NEAR(c.value[S("clot")], 1, 0);
}

/* ---- epidermis ---- */

Test(dermis, epidermis_follows_its_equations)
{
    struct cell c;
    healthy(&c);
    c.value[S("activated_fibroblast")] = 0.2;
    c.value[S("inflammation")] = 0.05;
    params[P("keratinocyte_factor")] = 0.8;
    double prod[SURFACE], loss[SURFACE], *pp[SURFACE], *pl[SURFACE], factor;
    const double K = 0.3, W = 0.6, e[SURFACE] = {K, 0.4, 1.2, W}, *pe[SURFACE], *below[SPECIES];
    for (int s = 0; s < SPECIES; s++)
        below[s] = c.at[s];
    for (int s = 0; s < SURFACE; s++)
        pe[s] = &e[s], pp[s] = &prod[s], pl[s] = &loss[s];
    model->react_surface(1, pe, below, params, pp, pl);
    NEAR(prod[0], 0.8 * (2.4 * K + 1e-5), 1e-15);
    NEAR(loss[0], 0.8 * (2.4 * K + 1e-5), 1e-15);
    NEAR(prod[1], 0.8 * 8 * (1 + K * K) * 0.75 * 0.75, 1e-14);
    NEAR(loss[1], prod[1], 0);
    NEAR(prod[2], 0.07 * K * (1 + 0.9 * 0.2 / (0.32 + 0.2)), 1e-15);
    NEAR(loss[2], 0.07, 0);
    NEAR(prod[3], 0.8 * 1.5 * (1 - K), 1e-15);
    NEAR(loss[3], 0.8 * 1.5, 1e-15);
    model->mobility_surface(1, 0, pe, params, &factor);
    NEAR(factor, 0.8 * W * W, 1e-15);
    cr_assert(model->surface[0].mobility && strcmp(model->surface[0].diffusivity, "keratinocyte_diffusivity") == 0);
}

/* ---- patients ---- */

Test(dermis, patients_have_the_factors_of_the_specification)
{
    static const struct {
        const char *condition, *param;
        double factor;
    } wanted[] = {
        {"smoker", "synthesis_i_factor", 0.82},
        {"smoker", "synthesis_iii_factor", 0.78},
        {"smoker", "mmp_factor", 1.744186},
        {"smoker", "keratinocyte_factor", 0.8},
        {"diabetes", "fibroblast_diffusivity", 0.25},
        {"diabetes", "activated_fibroblast_diffusivity", 0.25},
        {"diabetes", "mmp_factor", 2},
        {"diabetes", "capillary_factor", 0.3},
        {"diabetes", "keratinocyte_factor", 0.7},
        {"keloid_history", "activated_synthesis_factor", 2.5},
        {"keloid_history", "tgfb_factor", 1.75},
        {"isotretinoin", "synthesis_i_factor", 1},
        {"radiation", "recruitment_factor", 0.5},
        {"radiation", "proliferation_factor", 0.5},
        {"radiation", "keratinocyte_factor", 0.7},
        {"poor_healing", "keratinocyte_factor", 0.7},
        {"poor_healing", "mmp_factor", 1.5},
        {"poor_healing", "capillary_factor", 0.5},
    };
    cr_assert_eq(model->n_modifiers, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < model->n_modifiers; i++) {
        const struct modifier *m = &model->modifiers[i];
        cr_assert(strcmp(m->condition, wanted[i].condition) == 0 && strcmp(m->param, wanted[i].param) == 0 &&
                      fabs(m->factor - wanted[i].factor) < 1e-6,
                  "%s %s %g, wanted %s %s %g", m->condition, m->param, m->factor, wanted[i].condition, wanted[i].param, wanted[i].factor);
    }
}

Test(dermis, age_lowers_set_point_synthesis_and_closure)
{
    static const struct {
        const char *param;
        double at_45, at_95;
    } wanted[] = {{"collagen_set_point", 0.85, 0.475},
                  {"synthesis_i_factor", 0.89, 0.68},
                  {"synthesis_iii_factor", 0.89, 0.68},
                  {"keratinocyte_factor", 0.868, 0.538}};
    cr_assert_eq(model->n_ageing, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < model->n_ageing; i++) {
        const struct ageing *a = &model->ageing[i];
        cr_assert_str_eq(a->param, wanted[i].param);
        NEAR(fmax(a->floor, 1 - 20 * a->rate), wanted[i].at_45, 1e-12);
        NEAR(fmax(a->floor, 1 - 70 * a->rate), wanted[i].at_95, 1e-12);
    }
}

/* ---- what is read off ---- */

Test(dermis, synthesis_readouts_are_the_productions)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    params[P("tgfb_factor")] = 1.75;
    for (int trial = 0; trial < 100; trial++) {
        struct cell c;
        double prod[SPECIES], loss[SPECIES], mean[QUANTITIES];
        bind(&c);
        for (int s = 0; s < SPECIES; s++)
            c.value[s] = 2 * model->species[s].scale * gsl_rng_uniform(rng);
        react(&c, prod, loss);
        quantities(&c, mean);
        cr_assert(mean[M("synthesis_I")] == prod[S("collagen_i_new")] && mean[M("synthesis_III")] == prod[S("collagen_iii_new")],
                  "synthesis read %g and %g, produced %g and %g", mean[M("synthesis_I")], mean[M("synthesis_III")],
                  prod[S("collagen_i_new")], prod[S("collagen_iii_new")]);
    }
    gsl_rng_free(rng);
}

/* An observation whose regions all see the same means. */
struct view {
    double mean[N_REGIONS][QUANTITIES], surface[N_SURFACE_REGIONS][SURFACE + 2], integral[3];
    struct observation observation;
};

static void look(struct view *v, const double *mean, double mouth_fraction)
{
    static const double surface[SURFACE + 2] = {1, 1, 1, 0, 1, 0};
    for (int r = 0; r < N_REGIONS; r++) {
        memcpy(v->mean[r], mean, sizeof v->mean[r]);
        v->observation.mean[r] = v->mean[r];
    }
    for (int r = 0; r < N_SURFACE_REGIONS; r++) {
        memcpy(v->surface[r], surface, sizeof surface);
        v->observation.surface[r] = v->surface[r];
    }
    memset(v->integral, 0, sizeof v->integral);
    v->observation.integral = v->integral;
    v->observation.mouth_fraction = mouth_fraction;
}

static void check_baseline(const double *out)
{
    static const char *const ones[] = {"collagen_synthesis",
                                       "collagen_core",
                                       "collagen_I_synthesis",
                                       "collagen_III_synthesis",
                                       "collagen_I_synthesis_injured",
                                       "collagen_III_synthesis_injured",
                                       "tropoelastin_ratio",
                                       "tgfb",
                                       "fibroblasts",
                                       "perfusion",
                                       "epidermal_closure",
                                       "epidermal_thickness",
                                       "strength_core",
                                       "hyaluronan",
                                       "blood_flow",
                                       "roughness",
                                       "serum_uptake",
                                       "pigment_fraction"};
    for (size_t i = 0; i < model->n_outcomes; i++) {
        const char *name = model->outcomes[i].name;
        double wanted = 0;
        for (size_t k = 0; k < sizeof ones / sizeof *ones; k++)
            wanted = strcmp(name, ones[k]) == 0 ? 1 : wanted;
        if (strncmp(name, "new_collagen", 12) == 0)
            wanted = params[model->n_params] + params[model->n_params + 3]; /* n1b + n3b */
        if (strncmp(name, "collagen_III_fraction", 21) == 0)
            wanted = 0.16;
        if (strcmp(name, "collagen_turnover") == 0)
            wanted = params[model->n_params + 8] + params[model->n_params + 9]; /* s1 + s3 */
        cr_assert(fabs(out[i] - wanted) <= 1e-15, "%s is %.17g before treatment, wanted %.17g", name, out[i], wanted);
    }
}

Test(dermis, outcomes_before_treatment_are_zero_or_one)
{
    struct cell c;
    double mean[QUANTITIES], out[OUTCOMES];
    static struct view before, now;
    phi = 0.85;
    healthy(&c);
    quantities(&c, mean);
    look(&before, mean, 0.03);
    look(&now, mean, 0.03);
    model->observe(&now.observation, &before.observation, params, out);
    check_baseline(out);
}

Test(dermis, outcomes_without_a_channel_stay_at_their_baseline)
{
    struct cell c;
    double mean[QUANTITIES], out[OUTCOMES];
    static struct view before, now;
    healthy(&c);
    quantities(&c, mean);
    look(&before, mean, 0);
    look(&now, mean, 0);
    struct view *views[] = {&before, &now};
    for (int v = 0; v < 2; v++) { /* no cell is in the channel, none near it, no mouth */
        memset(views[v]->mean[REGION_CORE], 0, sizeof views[v]->mean[0]);
        memset(views[v]->mean[REGION_INJURED], 0, sizeof views[v]->mean[0]);
        memset(views[v]->surface[REGION_MOUTH], 0, sizeof views[v]->surface[0]);
    }
    model->observe(&now.observation, &before.observation, params, out);
    check_baseline(out);
}

Test(dermis, outcomes_are_what_their_names_say)
{
    struct cell c;
    double mean[QUANTITIES], out[OUTCOMES];
    static struct view before, now;
    phi = 0.6;
    healthy(&c);
    quantities(&c, mean);
    look(&before, mean, 0.03);
    look(&now, mean, 0.03);

    double *slab = now.mean[REGION_SLAB], *core = now.mean[REGION_CORE], *dermis = now.mean[REGION_DERMIS];
    const double *slab0 = before.mean[REGION_SLAB];
    slab[M("collagen")] = 1.2 * slab0[M("collagen")];
    slab[M("collagen_I")] = 1.1 * slab0[M("collagen_I")];
    slab[M("collagen_III")] = 1.5 * slab0[M("collagen_III")];
    slab[M("new_collagen")] = 0.03;
    slab[M("mature_collagen")] = 1.05 * slab0[M("mature_collagen")];
    slab[M("strength")] = 1.08 * slab0[M("strength")];
    slab[M("synthesis_I")] = 3 * slab0[M("synthesis_I")];
    now.mean[REGION_INJURED][M("synthesis_III")] = 4 * slab0[M("synthesis_III")];
    slab[M("tgfb1")] = 0.06;
    slab[M("inflammation")] = 0.15;
    slab[M("hyaluronan")] = 1.8;
    slab[M("fibroblasts")] = 1.4;
    dermis[M("collagen")] = 1.1 * slab0[M("collagen")];
    dermis[M("hyaluronan")] = 1.4;
    core[M("collagen")] = 1.3 * slab0[M("collagen")];
    core[M("collagen_III")] = 0.25 * core[M("collagen")];
    core[M("strength")] = 0.5 * slab0[M("strength")];
    core[M("myofibroblast")] = 0.02;
    now.integral[0] = 0.4;
    now.integral[1] = 0.3;
    now.integral[2] = 0.2;
    slab[M("pigment")] = 0.7;
    slab[M("capillary")] = 0.9;
    now.surface[REGION_MOUTH][SURFACE] = 0.7;         /* covered */
    now.surface[REGION_SURFACE][SURFACE + 1] = 0.012; /* 1 - S */
    now.surface[REGION_SURFACE][2] = 1.25;
    model->observe(&now.observation, &before.observation, params, out);

    const struct {
        const char *name;
        double value;
    } wanted[] = {
        {"collagen_gain", 0.2},
        {"collagen_I_gain", 0.1},
        {"collagen_III_gain", 0.5},
        {"new_collagen_fraction", 0.03 / (1.2 * 0.6)},
        {"mature_collagen_gain", 0.05},
        {"collagen_synthesis", (3 * 0.0032157227 + 0.00204149) / (0.0032157227 + 0.00204149)},
        {"collagen_I_synthesis", 3},
        {"collagen_III_synthesis_injured", 4},
        {"collagen_core", 1.3},
        {"collagen_III_fraction", 0.16 * 1.5 / 1.2},
        {"collagen_III_fraction_core", 0.25},
        {"strength_core", 0.5},
        {"stiffness_gain", 0.08},
        {"tgfb", 1.4},
        {"inflammation", 0.15},
        {"erythema", 0.75},
        {"fibroblasts", 1.4},
        {"hyaluronan", 1.8},
        {"dermal_density_gain", 0.2 + 0.075 * 0.8},
        {"dermal_thickness_gain", 0.5 * 0.1 + 0.075 * 0.4},
        {"myofibroblasts_core", 0.02},
        {"epidermal_closure", 0.7},
        {"barrier_deficit", 0.4},
        {"epidermal_thickness", 1.25},
        {"blood_flow", 0.9 * (1 + 8 * 0.75)},
        {"roughness", exp(-1.1 * (0.2 + 0.075 * 0.8))},
        {"pigment_fraction", 0.7},
        {"follicle_signal", 0.3 / 0.9261},
        {"follicle_tgfb", 0.2 / 0.4508},
        {"scar_myofibroblasts", 0.1},
        {"scar_collagen_III", 0.25 / 0.16 - 1.25},
        {"scar_excess", 0.2},
        {"scar_index", 0.1 + 0.25 / 0.16 - 1.25 + 0.2},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_assert(fabs(out[O(wanted[i].name)] - wanted[i].value) <= 1e-8, "%s is %.9g, wanted %.9g", wanted[i].name, out[O(wanted[i].name)],
                  wanted[i].value);
}

Test(dermis, myofibroblasts_are_counted_in_the_channel_from_day_14)
{
    cr_assert_eq(model->n_integrals, 3);
    cr_assert(model->integrals[0].region == REGION_CORE && model->integrals[0].after == 14 &&
              strcmp(model->integrals[0].quantity, "myofibroblast") == 0);
    NEAR(model->surface_depth, 0.1, 0);
    cr_assert_str_eq(model->set_point, "collagen_set_point");
}
