/* V3, V4, V5: steady profiles of diffusion with decay, driven by a fixed value, an exchange, an imposed flux and a source. */
#include "verify_internal.h"

#include <gsl/gsl_sf_bessel.h>
#include <math.h>

static const double D = 0.29, DECAY = 9.1; /* of growth factors: verification.md, V5 */
enum { MOST = 4 };

/* What a family of steady problems has in common. */
struct profile {
    const struct model *model;
    const char *species, *quantity;
    const struct setting *set;
    enum geometry geometry;
    struct lab_axis axis[3];
    int along; /* the axis that is refined */
    lab_exact *exact;
    void (*prepare)(struct lab *); /* NULL: as the model starts */
    double most;
};

static enum status steady(const struct profile *profile, size_t n, double tolerance, struct lab *lab)
{
    struct lab_axis axis[3] = {profile->axis[0], profile->axis[1], profile->axis[2]};
    axis[profile->along].n = n;
    enum status status = lab_create(profile->model, profile->set, profile->geometry, axis, tolerance, lab);
    if (status == OK && profile->prepare)
        profile->prepare(lab);
    return status == OK ? lab_run(lab, 40.0 / DECAY) : status;
}

static enum status steady_order(struct report *report, const struct profile *profile)
{
    double size[MOST], error[MOST];
    const size_t n = report->full ? MOST : MOST - 1;
    for (size_t i = 0; i < n; i++) {
        struct lab lab;
        size[i] = (double)(profile->axis[profile->along].n << i);
        const enum status status = steady(profile, (size_t)size[i], 1e-6, &lab);
        if (status == OK)
            error[i] = lab_distance(&lab, lab_species(&lab, profile->species), profile->exact, &lab, 2);
        lab_destroy(&lab);
        if (status != OK)
            return status;
    }
    verify_order(report, profile->quantity, 2.0, profile->most, n, size, error);
    return OK;
}

/* ---- V3: fixed value and exchange at z = 0, no flux at L = 1 ---- */

static double decay_profile(const double at[3], const void *context)
{
    (void)context;
    const double lambda = sqrt(D / DECAY);
    return cosh((1.0 - at[2]) / lambda) / cosh(1.0 / lambda);
}

enum status verify_decay_length(struct report *report)
{
    static const struct setting set[] = {{"diffusivity", D}, {"decay", DECAY}, {NULL, 0.0}};
    struct profile profile = {model_find("diffusion"),
                              "supplied",
                              "fixed value: u0 cosh((L - z)/l) / cosh(L/l)",
                              set,
                              SLAB,
                              {lab_one, lab_one, {16, 0, 1.0, 0, false}},
                              2,
                              decay_profile,
                              NULL,
                              1e-3};
    enum status status = steady_order(report, &profile);
    profile.quantity = "fixed value, cells growing 1 : 3";
    profile.axis[2].stretch = 0.5;
    return status == OK ? steady_order(report, &profile) : status;
}

static double exchange_profile(const double at[3], const void *context)
{
    const struct lab *lab = context;
    const double lambda = sqrt(D / DECAY), h = lab_param(lab, "permeability");
    return h * cosh((1.0 - at[2]) / lambda) / (h * cosh(1.0 / lambda) + D / lambda * sinh(1.0 / lambda));
}

/* Skin that is nothing but open channel: the formulation comes in everywhere, at a rate e, and through the surface. */
static double open_profile(const double at[3], const void *context)
{
    const struct lab *lab = context;
    const double e = lab_param(lab, "exchange"), h = lab_param(lab, "permeability"), lambda = sqrt(D / (DECAY + e));
    const double rest = e / (DECAY + e);
    return rest + (1.0 - rest) * h * cosh((1.0 - at[2]) / lambda) / (h * cosh(1.0 / lambda) + D / lambda * sinh(1.0 / lambda));
}

static void open_everywhere(struct lab *lab)
{
    const int open = model_species(lab->model, "open_channel");
    for (size_t c = 0; c < lab->grid->cells; c++)
        lab->dermis->level[STATE_NOW][open][c] = 1.0;
}

static enum status verify_serum(struct report *report)
{
    static const struct setting set[] = {{"diffusivity", D}, {"clearance", DECAY}, {"permeability", 0.8},
                                         {"exchange", 5.0},  {"closing", 0.0},     {NULL, 0.0}};
    struct profile profile = {model_find("serum"),
                              "serum",
                              "serum on intact skin: the same",
                              set,
                              SLAB,
                              {lab_one, lab_one, {16, 0, 1.0, 0, false}},
                              2,
                              exchange_profile,
                              NULL,
                              1e-3};
    enum status status = steady_order(report, &profile);
    profile.quantity = "serum on skin that is open everywhere: exchange and source e (reservoir - c)";
    profile.exact = open_profile;
    profile.prepare = open_everywhere;
    return status == OK ? steady_order(report, &profile) : status;
}

enum status verify_exchange(struct report *report)
{
    static const struct setting set[] = {{"diffusivity", D}, {"clearance", DECAY}, {"permeability", 0.8}, {NULL, 0.0}};
    const struct profile profile = {model_find("topical"),
                                    "topical",
                                    "exchange: flux h (reservoir - c) through the surface",
                                    set,
                                    SLAB,
                                    {lab_one, lab_one, {16, 0, 1.0, 0, false}},
                                    2,
                                    exchange_profile,
                                    NULL,
                                    1e-3};
    const enum status status = steady_order(report, &profile);
    return status == OK ? verify_serum(report) : status;
}

/* ---- V4: flux J into an annulus through r = a: an exchange so slow, with a reservoir so full, that what is inside does not matter ---- */

static const double INNER = 0.1, OUTER = 1.1, FLUX = 1.0, SLOW = 1e-9;

static double flux_profile(const double at[3], const void *context)
{
    (void)context;
    const double l = sqrt(D / DECAY), a = INNER / l, r = at[0] / l, R = OUTER / l;
    const double i1 = gsl_sf_bessel_I1(R), k1 = gsl_sf_bessel_K1(R);
    return FLUX * l / D * (gsl_sf_bessel_K0(r) * i1 + gsl_sf_bessel_I0(r) * k1) / (gsl_sf_bessel_K1(a) * i1 - k1 * gsl_sf_bessel_I1(a));
}

enum status verify_flux(struct report *report)
{
    static const struct boundary inner = {"topical", FACE_X_LOW, BOUNDARY_EXCHANGE, "reservoir", "permeability"};
    static const struct setting set[] = {
        {"diffusivity", D}, {"clearance", DECAY}, {"permeability", SLOW}, {"reservoir", FLUX / SLOW}, {NULL, 0.0}};
    struct model model = *model_find("topical");
    model.boundaries = &inner;
    const struct profile profile = {&model, "topical",    "flux J through a cylinder r = a (slow exchange, annulus)",
                                    set,    AXISYMMETRIC, {{20, INNER, OUTER, 0, false}, lab_one, lab_one},
                                    0,      flux_profile, NULL,
                                    2e-3};
    return steady_order(report, &profile);
}

/* ---- V5: source s = k in r < a, so that c k / s = c ---- */

static const double RADIUS = 0.1, FAR = 2.5; /* e^(-FAR/l) = 1e-6 */

static double disc_profile(const double at[3], const void *context)
{
    (void)context;
    const double l = sqrt(D / DECAY), a = RADIUS / l, r = at[0] / l;
    return r < a ? 1.0 - a * gsl_sf_bessel_K1(a) * gsl_sf_bessel_I0(r) : a * gsl_sf_bessel_I1(a) * gsl_sf_bessel_K0(r);
}

static void fill_disc(struct lab *lab)
{
    for (size_t c = 0; c < lab->grid->cells; c++)
        lab->dermis->fixed[0][c] = lab->grid->axis[0].center[c % lab->grid->axis[0].n] < RADIUS ? DECAY : 0.0;
}

enum status verify_disc(struct report *report)
{
    static const struct setting set[] = {{"diffusivity", D}, {"decay", DECAY}, {"level", 0.0}, {NULL, 0.0}};
    const struct profile profile = {model_find("diffusion"),
                                    "substance",
                                    "source in a disc r < a",
                                    set,
                                    AXISYMMETRIC,
                                    {{50, 0, FAR, 0, false}, lab_one, lab_one},
                                    0,
                                    disc_profile,
                                    fill_disc,
                                    2e-3};
    struct lab lab;
    enum status status = steady(&profile, 2500, 1e-6, &lab);
    if (status == OK) {
        const double *c = lab_species(&lab, "substance");
        const size_t a = 100; /* cells within r < a */
        verify_value(report, "source in a disc: c k / s at 0, by cells h/2 and 3h/2", 0.19972, (9.0 * c[0] - c[1]) / 8.0, 1e-5);
        verify_value(report, "source in a disc: c k / s at a", 0.13570, 0.5 * (c[a - 1] + c[a]), 1e-5);
        verify_value(report, "source in a disc: c k / s at 2a", 0.05798, 0.5 * (c[2 * a - 1] + c[2 * a]), 1e-5);
    }
    lab_destroy(&lab);
    return status == OK ? steady_order(report, &profile) : status;
}
