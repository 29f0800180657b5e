/* V13: the full dermis model with every coupling on and a solution chosen beforehand:
 *
 *     y = b [1 + A cos(w t + s) cos(p pi x / Lx) cos(q pi y / Ly) cos(r pi z / Lz)] ,     the surface likewise without z,
 *
 * p, q, r = 1 or 2, another combination for every species s.  A copy of dermis_model gets what the chosen solution leaves over,
 *
 *     R = dy/dt - div(D m grad y) + div(chi y grad s) - P(y) + L(y) y ,
 *
 * as production max(R, 0) and loss max(-R, 0) / y, both >= 0 as the contract wants.  Time is a species, `clock`, that is produced at rate
 * 1; place is told by fixed fields, and on the surface by species that rest.  On top of dermis: two species follow a gradient
 * (macrophage_m1, fibroblast) and hyaluronan has a mobility, so that every term of the solver is at work, on cells of unequal and growing
 * size. */
#include "verify_internal.h"

#include <math.h>
#include <string.h>

enum { COS_X, SIN_X, COS_Y, SIN_Y, COS_Z, SIN_Z, N_PLACES, N_SURFACE_PLACES = 4 }; /* of pi x / Lx ... */
enum { LENGTH_X, LENGTH_Y, LENGTH_Z, CHI_MACROPHAGE, CHI_FIBROBLAST, N_OWN };
enum { MOST_SPECIES = MODEL_MAX_SPECIES, SPAN = 64, MOST_PARAMS = 256, MOST = 4 };
static const double AMPLITUDE = 0.3, OMEGA = 2.0, END = 0.5;

static const struct param own[N_OWN] = {
    [LENGTH_X] = {"length_x", 0.6, "mm", 0, 10, "width", "assumed: set by the problem"},
    [LENGTH_Y] = {"length_y", 0.8, "mm", 0, 10, "breadth", "assumed: set by the problem"},
    [LENGTH_Z] = {"length_z", 1.0, "mm", 0, 10, "depth", "assumed: set by the problem"},
    [CHI_MACROPHAGE] = {"chi_macrophage", 0.05, "mm2/day", 0, 1, "taxis of macrophages", "assumed: set by the problem"},
    [CHI_FIBROBLAST] = {"chi_fibroblast", 0.02, "mm2/day", 0, 1, "taxis of fibroblasts", "assumed: set by the problem"},
};

/* The copy of dermis and its tables; filled once, read by the kernels. */
static struct {
    const struct model *dermis;
    struct model model;
    struct species species[MOST_SPECIES], surface[MOST_SPECIES];
    struct param params[MOST_PARAMS];
    struct fixed_field fixed[MODEL_MAX_SPECIES + N_PLACES];              /* dermis's, then the places */
    double diffusivity[MOST_SPECIES], surface_diffusivity[MOST_SPECIES]; /* of the parameters in use */
    size_t own;                                                          /* index of the first parameter of `own` */
    int hyaluronan, tropoelastin, macrophage, inflammation, fibroblast, pdgf;
} made;

/* ---- the chosen solution ---- */

/* A field with its derivatives at one place and time. */
struct jet {
    double value, rate, gradient[3], laplacian;
};

/* cos(p a) and -p k sin(p a) for p = 1 or 2, from cos a and sin a. */
static void factor(int p, double k, double cosine, double sine, double *value, double *slope)
{
    *value = p == 1 ? cosine : 2.0 * cosine * cosine - 1.0;
    *slope = -k * p * (p == 1 ? sine : 2.0 * sine * cosine);
}

/* Around which value a species varies: matrix below the set point, so that the deficit term is at work and smooth. */
static double centre(const struct species *species)
{
    if (strcmp(species->name, "collagen_i_mature") == 0)
        return 0.4;
    if (strcmp(species->name, "collagen_iii_mature") == 0)
        return 0.1;
    return strcmp(species->name, "keratinocyte") == 0 || strcmp(species->name, "keratinocyte_activation") == 0 ? 0.6 : species->scale;
}

/* place: [N_PLACES]; depth > 0: the mean over this depth instead of a value (gradients then mean nothing). */
static struct jet chosen(const struct species *table, size_t s, bool flat, const double *p, const double *place, double depth, double t)
{
    const int mode[3] = {1 + (int)(s % 2), 1 + (int)(s / 2 % 2), 1 + (int)(s / 4 % 2)};
    double value[3], slope[3], laplacian = 0.0;
    for (int a = 0; a < 3; a++) {
        const double k = M_PI / p[made.own + LENGTH_X + (size_t)a];
        factor(mode[a], k, place[2 * a], place[2 * a + 1], &value[a], &slope[a]);
        if (a == 2 && flat)
            value[a] = 1.0, slope[a] = 0.0;
        else
            laplacian -= k * k * mode[a] * mode[a];
        if (a == 2 && depth > 0.0)
            value[a] = sin(mode[a] * k * depth) / (mode[a] * k * depth);
    }
    const double b = centre(&table[s]), size = b * AMPLITUDE, phase = OMEGA * t + (double)s, swing = size * cos(phase);
    const double product = value[0] * value[1] * value[2];
    return (struct jet){
        .value = b + swing * product,
        .rate = -OMEGA * size * sin(phase) * product,
        .gradient = {swing * slope[0] * value[1] * value[2], swing * value[0] * slope[1] * value[2],
                     swing * value[0] * value[1] * slope[2]},
        .laplacian = swing * product * laplacian,
    };
}

static double dot(const struct jet *a, const struct jet *b)
{
    return a->gradient[0] * b->gradient[0] + a->gradient[1] * b->gradient[1] + a->gradient[2] * b->gradient[2];
}

/* div(D m grad y) - div(chi y grad s) of species s of the dermis; jet: all species there. */
static double transported(size_t s, const double *p, const struct jet *jet)
{
    const struct jet *y = &jet[s], *toward = NULL;
    double m = 1.0, chi = 0.0, m_slope = 0.0;
    if ((int)s == made.hyaluronan) {
        m = 0.5 + jet[made.tropoelastin].value;
        m_slope = dot(&jet[made.tropoelastin], y);
    }
    if ((int)s == made.macrophage) {
        toward = &jet[made.inflammation];
        chi = p[made.own + CHI_MACROPHAGE];
    } else if ((int)s == made.fibroblast) {
        toward = &jet[made.pdgf];
        chi = p[made.own + CHI_FIBROBLAST];
    }
    const double spread = made.diffusivity[s] * (m * y->laplacian + m_slope);
    return toward ? spread - chi * (dot(y, toward) + y->value * toward->laplacian) : spread;
}

/* ---- the kernels of the copy ---- */

static void add_residual(double residual, double value, double *prod, double *loss)
{
    *prod += fmax(residual, 0.0);
    *loss += fmax(-residual, 0.0) / value;
}

static void react_span(size_t n, size_t first, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                       double *const *loss)
{
    const size_t species = made.dermis->n_species;
    double value[MOST_SPECIES][SPAN], P[MOST_SPECIES][SPAN], L[MOST_SPECIES][SPAN];
    struct jet jet[SPAN][MOST_SPECIES];
    const double *at_value[MOST_SPECIES] = {NULL}, *at_fixed[MODEL_MAX_SPECIES];
    double *at_P[MOST_SPECIES] = {NULL}, *at_L[MOST_SPECIES] = {NULL};
    const size_t places = made.dermis->n_fixed;
    for (size_t f = 0; f < places; f++)
        at_fixed[f] = fixed[f] + first;
    for (size_t s = 0; s < species; s++) {
        at_value[s] = value[s], at_P[s] = P[s], at_L[s] = L[s];
        for (size_t i = 0; i < n; i++) {
            double place[N_PLACES];
            for (size_t f = 0; f < N_PLACES; f++)
                place[f] = fixed[places + f][first + i];
            jet[i][s] = chosen(made.species, s, false, p, place, 0.0, y[species][first + i]);
            value[s][i] = jet[i][s].value;
        }
    }
    made.dermis->react(n, at_value, at_fixed, p, at_P, at_L);
    for (size_t s = 0; s < species; s++)
        for (size_t i = 0; i < n; i++) {
            const double residual = jet[i][s].rate - transported(s, p, jet[i]) - P[s][i] + L[s][i] * value[s][i];
            add_residual(residual, value[s][i], &prod[s][first + i], &loss[s][first + i]);
        }
}

static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod, double *const *loss)
{
    const size_t clock = made.dermis->n_species;
    made.dermis->react(n, y, fixed, p, prod, loss);
    for (size_t i = 0; i < n; i++) {
        prod[clock][i] = 1.0;
        loss[clock][i] = 0.0;
    }
    for (size_t first = 0; first < n; first += SPAN)
        react_span(n - first < SPAN ? n - first : SPAN, first, y, fixed, p, prod, loss);
}

/* One cell of the surface at a time: there are few.  It carries its place as species, a cosine c as (c + 3) / 2: no species is negative. */
static void react_surface(size_t n, const double *const *e, const double *const *below, const double *p, double *const *prod,
                          double *const *loss)
{
    const struct model *dermis = made.dermis;
    const size_t rest = dermis->n_surface;
    dermis->react_surface(n, e, below, p, prod, loss);
    for (size_t s = rest; s < rest + N_SURFACE_PLACES; s++)
        for (size_t i = 0; i < n; i++)
            prod[s][i] = loss[s][i] = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double t = below[dermis->n_species][i],
                     place[N_PLACES] = {2.0 * e[rest][i] - 3.0, e[rest + 1][i], 2.0 * e[rest + 2][i] - 3.0, e[rest + 3][i], 1.0, 0.0};
        double value[MOST_SPECIES], under[MOST_SPECIES], P[MOST_SPECIES], L[MOST_SPECIES];
        const double *at_value[MOST_SPECIES] = {NULL}, *at_under[MOST_SPECIES] = {NULL};
        double *at_P[MOST_SPECIES] = {NULL}, *at_L[MOST_SPECIES] = {NULL};
        struct jet jet[MOST_SPECIES];
        for (size_t s = 0; s < dermis->n_species; s++) {
            under[s] = chosen(made.species, s, false, p, place, dermis->surface_depth, t).value;
            at_under[s] = &under[s];
        }
        for (size_t s = 0; s < rest; s++) {
            jet[s] = chosen(made.surface, s, true, p, place, 0.0, t);
            value[s] = jet[s].value;
            at_value[s] = &value[s], at_P[s] = &P[s], at_L[s] = &L[s];
        }
        dermis->react_surface(1, at_value, at_under, p, at_P, at_L);
        for (size_t s = 0; s < rest; s++) {
            const struct jet *w = &jet[rest - 1]; /* keratinocyte_activation, the last of them; mobility = its square x patient factor 1 */
            const double m = made.surface[s].mobility ? w->value * w->value : 1.0;
            const double m_slope = made.surface[s].mobility ? 2.0 * w->value * dot(w, &jet[s]) : 0.0;
            const double moved = made.surface_diffusivity[s] * (m * jet[s].laplacian + m_slope);
            add_residual(jet[s].rate - moved - P[s] + L[s] * value[s], value[s], &prod[s][i], &loss[s][i]);
        }
    }
}

static void mobility(size_t n, int moving, const double *const *y, const double *p, double *factor_out)
{
    (void)moving;
    (void)p;
    for (size_t i = 0; i < n; i++)
        factor_out[i] = 0.5 + y[made.tropoelastin][i];
}

/* ---- the copy ---- */

static void make_tables(void)
{
    const struct model *dermis = made.dermis;
    memcpy(made.species, dermis->species, dermis->n_species * sizeof *made.species);
    memcpy(made.surface, dermis->surface, dermis->n_surface * sizeof *made.surface);
    memcpy(made.params, dermis->params, dermis->n_params * sizeof *made.params);
    memcpy(made.params + made.own, own, sizeof own); /* what prepare writes lies between */
    made.species[dermis->n_species] = (struct species){.name = "clock", .unit = "day", .scale = 1.0};
    static const char *const places[N_PLACES] = {"cos_x", "sin_x", "cos_y", "sin_y", "cos_z", "sin_z"};
    for (size_t i = 0; i < N_PLACES; i++)
        made.fixed[dermis->n_fixed + i] = (struct fixed_field){places[i], "length_x", NULL, "place"};
    for (size_t i = 0; i < N_SURFACE_PLACES; i++)
        made.surface[dermis->n_surface + i] = (struct species){.name = places[i], .unit = "1", .scale = 1.0};
    memcpy(made.fixed, dermis->fixed, dermis->n_fixed * sizeof *made.fixed);
    made.hyaluronan = model_species(dermis, "hyaluronan");
    made.tropoelastin = model_species(dermis, "tropoelastin");
    made.macrophage = model_species(dermis, "macrophage_m1");
    made.inflammation = model_species(dermis, "inflammation");
    made.fibroblast = model_species(dermis, "fibroblast");
    made.pdgf = model_species(dermis, "pdgf");
    made.species[made.hyaluronan].mobility = true;
    made.species[made.macrophage].toward = "inflammation";
    made.species[made.macrophage].taxis = "chi_macrophage";
    made.species[made.fibroblast].toward = "pdgf";
    made.species[made.fibroblast].taxis = "chi_fibroblast";
}

static void make_model(void)
{
    const struct model *dermis = model_find("dermis");
    made.dermis = dermis;
    made.own = dermis->n_params + dermis->n_derived;
    make_tables();
    made.model = *dermis;
    made.model.species = made.species;
    made.model.n_species = dermis->n_species + 1;
    made.model.surface = made.surface;
    made.model.n_surface = dermis->n_surface + N_SURFACE_PLACES;
    made.model.params = made.params;
    made.model.n_params = made.own + N_OWN;
    made.model.n_derived = 0;
    made.model.fixed = made.fixed;
    made.model.n_fixed = dermis->n_fixed + N_PLACES;
    made.model.initial = NULL;
    made.model.react = react;
    made.model.react_surface = react_surface;
    made.model.mobility = mobility;
}

/* ---- running it ---- */

/* cos and sin of pi x / L of a place of the grid. */
static void place_of(const struct lab *lab, size_t cell, double place[N_PLACES])
{
    double at[3];
    lab_position(lab, cell, at);
    for (size_t a = 0; a < 3; a++) {
        place[2 * a] = cos(M_PI * at[a] / lab->params[made.own + LENGTH_X + a]);
        place[2 * a + 1] = sin(M_PI * at[a] / lab->params[made.own + LENGTH_X + a]);
    }
}

static void set_start(struct lab *lab)
{
    const struct model *dermis = made.dermis;
    for (size_t c = 0; c < lab->grid->cells; c++) {
        double place[N_PLACES];
        place_of(lab, c, place);
        for (size_t f = 0; f < N_PLACES; f++)
            lab->dermis->fixed[made.dermis->n_fixed + f][c] = place[f];
        for (size_t s = 0; s < dermis->n_species; s++)
            lab->dermis->level[STATE_NOW][s][c] = chosen(made.species, s, false, lab->params, place, 0.0, 0.0).value;
        if (c >= lab->grid->plane)
            continue;
        for (size_t s = 0; s < dermis->n_surface; s++)
            lab->surface->level[STATE_NOW][s][c] = chosen(made.surface, s, true, lab->params, place, 0.0, 0.0).value;
        for (size_t i = 0; i < N_SURFACE_PLACES; i++)
            lab->surface->level[STATE_NOW][dermis->n_surface + i][c] = i % 2 ? place[i] : 0.5 * (place[i] + 3.0);
    }
    for (size_t s = 0; s < dermis->n_species; s++)
        made.diffusivity[s] = made.species[s].diffusivity ? lab_param(lab, made.species[s].diffusivity) : 0.0;
    for (size_t s = 0; s < dermis->n_surface; s++)
        made.surface_diffusivity[s] = made.surface[s].diffusivity ? lab_param(lab, made.surface[s].diffusivity) : 0.0;
}

static enum status run_made(size_t refine, double tolerance, struct lab *lab)
{
    const struct lab_axis axis[3] = {{5 * refine, 0.0, own[LENGTH_X].value, 0.0, false},
                                     {4 * refine, 0.0, own[LENGTH_Y].value, -0.2, false},
                                     {8 * refine, 0.0, own[LENGTH_Z].value, 0.4, false}};
    enum status status = lab_create(&made.model, NULL, UNIT_CELL, axis, tolerance, lab);
    if (status != OK)
        return status;
    set_start(lab);
    return lab_run(lab, END);
}

enum { DIFFUSING, FOLLOWING, ON_SURFACE, N_KINDS };

/* Relative root-mean-square error of species i of the dermis, then of the surface. */
static double error_of(const struct lab *lab, size_t i, int *kind)
{
    const bool flat = i >= made.dermis->n_species;
    const size_t s = flat ? i - made.dermis->n_species : i;
    const struct grid *grid = flat ? lab->surface_grid : lab->grid;
    const double *y = (flat ? lab->surface : lab->dermis)->level[STATE_NOW][s];
    double off = 0.0, size = 0.0;
    for (size_t c = 0; c < grid->cells; c++) {
        double place[N_PLACES];
        place_of(lab, c, place);
        const double wanted = chosen(flat ? made.surface : made.species, s, flat, lab->params, place, 0.0, END).value;
        off += grid->volume[c] * (y[c] - wanted) * (y[c] - wanted);
        size += grid->volume[c] * wanted * wanted;
    }
    *kind = flat ? ON_SURFACE : (int)s == made.macrophage || (int)s == made.fibroblast ? FOLLOWING : DIFFUSING;
    return sqrt(off / size);
}

/* Of every kind the species of lowest order, and the largest error of any.  At tolerance 1e-6 time, not space, makes the error of mature
 * collagen and elastin, which hardly change. */
static enum status space_order(struct report *report)
{
    static const char *const quantity[N_KINDS] = {"dermis, all couplings: 20 species, the one of lowest order",
                                                  "the same: 2 species with taxis", "the same: 4 species of the surface"};
    const size_t n = report->full ? MOST : MOST - 1, species = made.dermis->n_species + made.dermis->n_surface;
    double size[MOST], error[2 * MODEL_MAX_SPECIES][MOST], worst = 0.0;
    int kind[2 * MODEL_MAX_SPECIES];
    for (size_t i = 0; i < n; i++) {
        struct lab lab;
        const enum status status = run_made((size_t)1 << i, 1e-7, &lab);
        for (size_t s = 0; s < species && status == OK; s++)
            error[s][i] = error_of(&lab, s, &kind[s]);
        lab_destroy(&lab);
        if (status != OK)
            return status;
        size[i] = (double)((size_t)1 << i);
    }
    for (int k = 0; k < N_KINDS; k++) {
        size_t least = species;
        for (size_t s = 0; s < species; s++) {
            if (kind[s] != k)
                continue;
            worst = fmax(worst, error[s][n - 1]);
            if (least == species || error[s][0] / error[s][n - 1] < error[least][0] / error[least][n - 1])
                least = s;
        }
        verify_order(report, quantity[k], 2.0, 2e-3, n, size, error[least]);
    }
    verify_at_most(report, "the same: largest error of all species", 2e-3, worst);
    return OK;
}

/* On one grid, against a run with a hundred times less tolerance than the last. */
static enum status time_order(struct report *report)
{
    enum { N = 3 };
    double size[N], error[N], tolerance = 1e-3;
    struct lab fine, lab;
    enum status status = run_made(1, 1e-7, &fine);
    for (int i = 0; i < N && status == OK; i++, tolerance *= 0.1) {
        status = run_made(1, tolerance, &lab);
        error[i] = 0.0;
        for (size_t s = 0; s < made.dermis->n_species && status == OK; s++) {
            const double *y = lab.dermis->level[STATE_NOW][s], *wanted = fine.dermis->level[STATE_NOW][s];
            double off = 0.0, square = 0.0;
            for (size_t c = 0; c < lab.grid->cells; c++) {
                off += (y[c] - wanted[c]) * (y[c] - wanted[c]);
                square += wanted[c] * wanted[c];
            }
            error[i] = fmax(error[i], sqrt(off / square));
        }
        size[i] = lab_steps(&lab);
        lab_destroy(&lab);
    }
    lab_destroy(&fine);
    if (status == OK)
        verify_order(report, "the same: order in time, tolerance 1e-3 to 1e-5", 2.0, 1e-4, N, size, error);
    return status;
}

enum status verify_manufactured(struct report *report)
{
    make_model();
    const enum status status = space_order(report);
    return status == OK ? time_order(report) : status;
}
