/* Published models in space against the reference numbers that go with them: what their papers, their authors' codes or independent
 * implementations report.  Configurations are the shipped ones; the comments say where the numbers come from. */
#include "published.h"

enum { MOST_STEPS = 20000 };

/* ---- Sherratt & Murray 1990 ---- */

/* Computed independently (Strang splitting, up to 1600 cells), extrapolated to h, dt -> 0: healing times 20.63, 21.95, 46.08, 42.4. */
struct closure {
    size_t n;
    double time[MOST_STEPS], radius[MOST_STEPS], most_chemical[MOST_STEPS];
    double healed; /* when the density at the centre reaches 0.8 */
};

/* Where the density reaches 0.8: 0 when everywhere. */
static double wound_radius(const struct paper *paper)
{
    const double *n = paper_field(paper, "n"), *x = paper->simulation->grid->axis[0].center;
    size_t i = paper->simulation->grid->cells;
    while (i > 0 && n[i - 1] >= 0.8)
        i--;
    if (i == 0 || i == paper->simulation->grid->cells)
        return i ? paper->simulation->grid->axis[0].face[i] : 0;
    return x[i - 1] + (x[i] - x[i - 1]) * (0.8 - n[i - 1]) / (n[i] - n[i - 1]);
}

static double largest(const struct paper *paper, const char *species)
{
    const double *y = paper_field(paper, species);
    double most = 0;
    for (size_t i = 0; i < paper->simulation->grid->cells; i++)
        most = fmax(most, y[i]);
    return most;
}

/* Runs until healed, or until `until`. */
static void close_wound(struct paper *paper, double until, struct closure *c)
{
    *c = (struct closure){.n = 0, .healed = NAN};
    double before = 0, time = 0;
    while (paper_time(paper) < until && isnan(c->healed)) {
        paper_step(paper, until);
        const double centre_density = paper_field(paper, "n")[0], now = paper_time(paper);
        cr_assert(c->n < MOST_STEPS, "more than %d steps", MOST_STEPS);
        c->time[c->n] = now;
        c->radius[c->n] = wound_radius(paper);
        c->most_chemical[c->n++] = largest(paper, "c");
        if (centre_density >= 0.8)
            c->healed = time + (now - time) * (0.8 - before) / (centre_density - before);
        before = centre_density;
        time = now;
    }
}

/* Linear in time between steps. */
static double at_time(const struct closure *c, const double *value, double t)
{
    size_t i = 1;
    while (i + 1 < c->n && c->time[i] < t)
        i++;
    return value[i - 1] + (value[i] - value[i - 1]) * (t - c->time[i - 1]) / (c->time[i] - c->time[i - 1]);
}

static double speed(const struct closure *c, double from, double to)
{
    return (at_time(c, c->radius, from) - at_time(c, c->radius, to)) / (to - from);
}

static struct closure closure; /* large */

/* The paper's figure: radius of the wound at 10, 20, ... 90 % of the time to heal. */
static void check_course(const double wanted[9])
{
    for (int k = 1; k <= 9; k++) {
        const double radius = at_time(&closure, closure.radius, 0.1 * k * closure.healed);
        cr_expect(fabs(radius - wanted[k - 1]) <= 0.0025, "radius at %d %% is %.4f, wanted %.3f", 10 * k, radius, wanted[k - 1]);
    }
}

Test(sherratt_murray_1990, round_wound_closes_with_activator)
{
    static const double wanted[9] = {.973, .897, .794, .692, .589, .485, .379, .267, .147};
    struct paper paper;
    paper_open(&paper, "sherratt_murray_1990_activator", NULL, NULL, NULL);
    NEAR(paper.plan.params[paper.plan.model->n_params], 0.5266272189, 1e-9); /* beta */
    close_wound(&paper, 30, &closure);
    WITHIN(closure.healed, 20.63, 0.005);
    check_course(wanted);
    WITHIN(speed(&closure, 5, 10), 0.0499, 0.01);
    /* The document says 1.66 on day 10; LSODA on 400 and 800 cells gives 1.6337 and 1.6332, and 2.0565 and 2.0551 on day 18.25. */
    WITHIN(at_time(&closure, closure.most_chemical, 10), 1.633, 0.005);
    WITHIN(at_time(&closure, closure.most_chemical, 18.25), 2.06, 0.005);
    paper_close(&paper);
}

Test(sherratt_murray_1990, round_wound_closes_with_inhibitor)
{
    static const double wanted[9] = {.961, .869, .761, .650, .539, .431, .327, .227, .129};
    struct paper paper;
    paper_open(&paper, "sherratt_murray_1990_inhibitor", NULL, NULL, NULL);
    close_wound(&paper, 60, &closure);
    WITHIN(closure.healed, 46.08, 0.005);
    check_course(wanted);
    WITHIN(speed(&closure, 10, 30), 0.0237, 0.01);
    paper_close(&paper);
}

#define STRIP "domain.geometry=slab"

Test(sherratt_murray_1990, straight_wound_closes_later_with_activator_and_earlier_with_inhibitor)
{
    struct paper paper;
    paper_open(&paper, "sherratt_murray_1990_activator", STRIP, "domain.width=1 mm", NULL);
    close_wound(&paper, 30, &closure);
    WITHIN(closure.healed, 21.95, 0.005);
    paper_close(&paper);
    paper_open(&paper, "sherratt_murray_1990_inhibitor", STRIP, "domain.width=1 mm", NULL);
    close_wound(&paper, 60, &closure);
    WITHIN(closure.healed, 42.4, 0.005);
    paper_close(&paper);
}

/* In a long strip the activator's front is pushed from behind; the inhibitor's must not run away on noise ahead of it, at 0.087. */
Test(sherratt_murray_1990, fronts_keep_their_speed_in_a_long_strip)
{
    struct paper paper;
    paper_open(&paper, "sherratt_murray_1990_activator", STRIP, "domain.width=6 mm", "parameters.wound_radius=6 mm");
    close_wound(&paper, 40, &closure);
    WITHIN(speed(&closure, 20, 40), 0.0478, 0.01);
    paper_close(&paper);
    paper_open(&paper, "sherratt_murray_1990_inhibitor", STRIP, "domain.width=6 mm", "parameters.wound_radius=6 mm");
    close_wound(&paper, 60, &closure);
    AT_MOST(speed(&closure, 30, 60), 0.04); /* 0.033; a cut-off decides, see the model; runaway: 0.074 to 0.089 */
    paper_close(&paper);
}

Test(sherratt_murray_1990, unwounded_skin_stays_unwounded)
{
    static const char *const variants[] = {"sherratt_murray_1990_activator", "sherratt_murray_1990_inhibitor"};
    for (int v = 0; v < 2; v++) {
        struct paper paper;
        paper_open(&paper, variants[v], "parameters.wound_radius=0 mm", NULL, NULL);
        paper_run(&paper, 20);
        for (size_t i = 0; i < paper.simulation->grid->cells; i++) {
            NEAR(paper_field(&paper, "n")[i], 1, 1e-9);
            NEAR(paper_field(&paper, "c")[i], 1, 1e-9);
        }
        paper_close(&paper);
    }
}

/* ---- Koppenol & Vermolen 2017, rigid ---- */

/* Computed independently (300 and 600 cells, same to four digits); regression numbers of the equations, not of the paper's figure. */
struct course {
    double m_peak, m_day, c_peak, c_day, rho_peak, rho_day; /* at the centre */
};

/* The largest value so far, and when. */
static void note(double value, double day, double *peak, double *when)
{
    if (value > *peak) {
        *peak = value;
        *when = day;
    }
}

static const double RHO_BAR = 0.1125;

static void run_centre(struct paper *paper, double until, struct course *course)
{
    while (paper_time(paper) < until) {
        paper_step(paper, until);
        const double day = paper_time(paper);
        note(paper_field(paper, "m")[0], day, &course->m_peak, &course->m_day);
        note(paper_field(paper, "c")[0], day, &course->c_peak, &course->c_day);
        note(paper_field(paper, "rho")[0] / RHO_BAR, day, &course->rho_peak, &course->rho_day);
    }
}

Test(koppenol_2017, constants_keep_healthy_skin_at_rest)
{
    struct paper paper;
    paper_open(&paper, "koppenol_2017_wound", "parameters.wound_radius=0 mm", NULL, NULL);
    const double *p = paper.plan.params + paper.plan.model->n_params;
    NEAR(p[0], -0.415069, 5e-7);
    WITHIN(p[1], 7.59375e-8, 1e-12);
    paper_run(&paper, 365);
    for (size_t i = 0; i < paper.simulation->grid->cells; i++) {
        WITHIN(paper_field(&paper, "n")[i], 1e4, 1e-9);
        WITHIN(paper_field(&paper, "rho")[i], RHO_BAR, 1e-9);
        NEAR(paper_field(&paper, "m")[i] + paper_field(&paper, "c")[i], 0, 1e-30);
    }
    paper_close(&paper);
}

/* d(P - L y)/dy of one species at the healthy state. */
static double eigenvalue(const struct paper *paper, size_t species, double lower, double upper)
{
    const struct model *model = paper->plan.model;
    double y[2][4] = {{1e4, 0, 0, RHO_BAR}, {1e4, 0, 0, RHO_BAR}};
    double rate[2];
    y[0][species] = lower;
    y[1][species] = upper;
    for (int i = 0; i < 2; i++) {
        double prod[4], loss[4], *P[4], *L[4];
        const double *state[4];
        for (int s = 0; s < 4; s++) {
            state[s] = &y[i][s];
            P[s] = &prod[s];
            L[s] = &loss[s];
        }
        model->react(1, state, NULL, paper->plan.params, P, L);
        rate[i] = prod[species] - loss[species] * y[i][species];
    }
    return (rate[1] - rate[0]) / (upper - lower);
}

Test(koppenol_2017, healthy_skin_returns_at_the_rates_of_the_analysis)
{
    struct paper paper;
    paper_open(&paper, "koppenol_2017_wound", NULL, NULL, NULL);
    WITHIN(eigenvalue(&paper, 0, 9999, 10001), -0.00850, 1e-3);
    WITHIN(eigenvalue(&paper, 1, 0, 1e-9), -0.06, 1e-9);
    WITHIN(eigenvalue(&paper, 2, 0, 1e-14), -0.1625, 1e-4);
    WITHIN(eigenvalue(&paper, 3, RHO_BAR * 0.9999, RHO_BAR * 1.0001), -0.0135, 1e-6);
    paper_close(&paper);
}

Test(koppenol_2017, straight_wound_overshoots_and_regresses)
{
    static const struct {
        double day, m, rho;
    } wanted[] = {{5, 1175, .201}, {14, 3176, .549}, {21, NAN, .950}, {30, 5124, 1.58}, {365, NAN, 1.447}};
    struct paper paper;
    struct course course = {0};
    paper_open(&paper, "koppenol_2017_wound", NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        run_centre(&paper, wanted[i].day, &course);
        WITHIN(paper_field(&paper, "rho")[0] / RHO_BAR, wanted[i].rho, 0.003);
        if (!isnan(wanted[i].m))
            WITHIN(paper_field(&paper, "m")[0], wanted[i].m, 0.002);
    }
    WITHIN(course.m_peak, 7708, 0.002);
    WITHIN(course.m_day, 98.2, 0.01);
    WITHIN(course.c_peak, 1.206e-7, 0.002);
    WITHIN(course.c_day, 69.7, 0.01);
    WITHIN(course.rho_peak, 9.42, 0.002);
    WITHIN(course.rho_day, 114, 0.01);
    paper_close(&paper);
}

Test(koppenol_2017, round_wound_overshoots_less_and_earlier)
{
    struct paper paper;
    struct course course = {0};
    paper_open(&paper, "koppenol_2017_wound", "domain.geometry=axisymmetric", "domain.width=60 mm", "domain.refine=1");
    run_centre(&paper, 365, &course);
    WITHIN(course.m_peak, 7500, 0.002);
    WITHIN(course.m_day, 91.5, 0.01);
    WITHIN(course.rho_peak, 8.61, 0.002);
    WITHIN(course.rho_day, 107.3, 0.01);
    WITHIN(paper_field(&paper, "rho")[0] / RHO_BAR, 1.361, 0.002);
    paper_close(&paper);
}

/* The headline of scale: 12 minutes of diffusion take the signal out of a needle channel, and it fills slowly, without a scar. */
Test(koppenol_2017, needle_channel_fills_without_a_scar)
{
    struct paper paper;
    struct course course = {0};
    paper_open(&paper, "koppenol_2017_channel", NULL, NULL, NULL);
    run_centre(&paper, 1, &course);
    AT_MOST(paper_field(&paper, "c")[0], 1.05e-10);
    run_centre(&paper, 14, &course);
    WITHIN(paper_field(&paper, "rho")[0] / RHO_BAR, .233, 0.003);
    run_centre(&paper, 90, &course);
    WITHIN(paper_field(&paper, "rho")[0] / RHO_BAR, .636, 0.003);
    run_centre(&paper, 365, &course);
    WITHIN(paper_field(&paper, "rho")[0] / RHO_BAR, .989, 0.003);
    WITHIN(course.m_peak, 38.7, 0.005);
    WITHIN(course.m_day, 9.7, 0.02);
    AT_MOST(course.rho_peak, 1);
    paper_close(&paper);
}

/* ---- Zlobina, Xue & Gomez 2022 ---- */

struct inflammation {
    double m1, m1_day, m2, m2_day, c, c_day, healed; /* at the centre; healed: n reaches 0.95 there */
};

static struct inflammation run_zlobina(const char *name, const char *setting)
{
    struct paper paper;
    struct inflammation r = {.healed = NAN};
    double before = 0, time = 0;
    paper_open(&paper, name, setting, NULL, NULL);
    while (isnan(r.healed) && paper_time(&paper) < 50) {
        paper_step(&paper, 50);
        const double now = paper_time(&paper), n = paper_field(&paper, "n")[0];
        note(paper_field(&paper, "m1")[0], now, &r.m1, &r.m1_day);
        note(paper_field(&paper, "m2")[0], now, &r.m2, &r.m2_day);
        note(paper_field(&paper, "c")[0], now, &r.c, &r.c_day);
        if (n >= 0.95)
            r.healed = time + (now - time) * (0.95 - before) / (n - before);
        before = n;
        time = now;
    }
    paper_close(&paper);
    return r;
}

/* Computed independently from the authors' code (RK2, dt 5e-4). */
Test(zlobina_2022, untreated_wound_heals_in_41_days)
{
    const struct inflammation r = run_zlobina("zlobina_2022_untreated", NULL);
    WITHIN(r.healed, 41.33, 0.001);
    WITHIN(r.m1, 0.5945, 0.0005);
    WITHIN(r.m1_day, 2.10, 0.02);
    WITHIN(r.m2, 0.5914, 0.0005);
    WITHIN(r.m2_day, 9.34, 0.02);
    WITHIN(r.c, 2.3126, 0.0005);
    WITHIN(r.c_day, 14.45, 0.02);
}

/* 30.41 without the quirk of the code: the same equations in Python. */
Test(zlobina_2022, treated_wound_heals_in_33_days)
{
    WITHIN(run_zlobina("zlobina_2022_treated", NULL).healed, 33.16, 0.001);
    WITHIN(run_zlobina("zlobina_2022_treated", "parameters.edge_quirk=0").healed, 30.41, 0.001);
}

/* ---- Sohutskay, Tepole & Voytik-Harbin 2021, rigid ---- */

/* The authors' result at the centre, with mechanics on a coarse mesh (from their VTK files), and an independent rigid two-dimensional one.
 */
static const struct {
    double hours, c, rho, phi, rigid_c, rigid_rho, rigid_phi; /* c [1e-5 g/mm3] */
} sohutskay[] = {
    {48, 9.545, -1.3, .4104, 9.530, 7.6, .4105},    {96, 9.068, 33.6, .3931, 9.084, 113, .3961},
    {144, 8.647, 184.4, .3855, 8.654, 353, .3975},  {192, 8.276, 467.3, .3976, 8.231, 701, .4238},
    {240, 7.899, 863.5, .4372, 7.801, 1125, .4789}, {288, 7.490, 1330, .5060, 7.363, 1587, .5606},
    {324, 7.155, 1693, .5743, NAN, NAN, NAN},
};

/* Over the wound as it was. */
static double mean_in_wound(const struct paper *paper, const char *species)
{
    const struct grid *grid = paper->simulation->grid;
    double sum = 0, volume = 0;
    for (size_t i = 0; i < grid->cells; i++)
        if (grid->axis[0].center[i] < 7.5) {
            sum += grid->volume[i] * paper_field(paper, species)[i];
            volume += grid->volume[i];
        }
    return sum / volume;
}

static double cytokine_formula(double hours)
{
    const double c0 = 1e-4, decay = 1e-3, D = 0.01208, R = 7.5;
    return c0 * exp(-decay * hours) * (1 - exp(-R * R / (4 * D * hours)));
}

Test(sohutskay_2021, centre_of_the_wound_follows_the_authors)
{
    struct paper paper;
    paper_open(&paper, "sohutskay_2021", NULL, NULL, NULL);
    double before = 0;
    for (size_t i = 0; i < sizeof sohutskay / sizeof *sohutskay; i++) {
        paper_run(&paper, sohutskay[i].hours / 24);
        const double c = 1e5 * paper_field(&paper, "c")[0], rho = paper_field(&paper, "rho")[0], phi = paper_field(&paper, "phi")[0];
        WITHIN(c, sohutskay[i].c, 0.02);
        WITHIN(c, 1e5 * cytokine_formula(sohutskay[i].hours), 0.02);
        WITHIN(phi, sohutskay[i].phi, 0.12);
        AT_LEAST(rho, before); /* cells: order and growth only, their mesh oscillates */
        before = rho;
        if (isnan(sohutskay[i].rigid_c))
            continue;
        WITHIN(c, sohutskay[i].rigid_c, 0.005);
        WITHIN(phi, sohutskay[i].rigid_phi, 0.02);
        if (sohutskay[i].hours >= 96)
            WITHIN(rho, sohutskay[i].rigid_rho, 0.10); /* fibres of one direction there, their mean over the plane here */
        if (sohutskay[i].hours == 48)
            WITHIN(mean_in_wound(&paper, "rho"), 222, 0.10);
        if (sohutskay[i].hours == 288)
            WITHIN(mean_in_wound(&paper, "rho"), 1719, 0.10);
    }
    paper_close(&paper);
}

Test(sohutskay_2021, cytokine_without_production_is_the_analytic_one)
{
    struct paper paper;
    paper_open(&paper, "sohutskay_2021", "parameters={p_cr: 0 g/hour, p_cth: 0 g2/mm3/hour}", NULL, NULL);
    for (size_t i = 0; i < sizeof sohutskay / sizeof *sohutskay; i++) {
        paper_run(&paper, sohutskay[i].hours / 24);
        WITHIN(paper_field(&paper, "c")[0], cytokine_formula(sohutskay[i].hours), 0.0005);
    }
    paper_close(&paper);
}

Test(sohutskay_2021, healthy_skin_rests_without_stretch_and_drifts_up_slowly_with_it)
{
    struct paper paper;
    paper_open(&paper, "sohutskay_2021", "parameters={wound_radius: 0 mm, g_th: 50}", NULL, NULL);
    paper_run(&paper, 14);
    WITHIN(paper_field(&paper, "rho")[0], 1000, 1e-9);
    WITHIN(paper_field(&paper, "phi")[0], 1, 1e-5); /* K_phi has six digits */
    NEAR(paper_field(&paper, "c")[0], 0, 1e-20);
    paper_close(&paper);
    paper_open(&paper, "sohutskay_2021", "parameters.wound_radius=0 mm", NULL, NULL);
    paper_run(&paper, 14);
    AT_LEAST(paper_field(&paper, "rho")[0], 1001);
    AT_MOST(paper_field(&paper, "rho")[0], 1050);
    paper_close(&paper);
}
