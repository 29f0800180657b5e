/* The contract of sim/model.h, held against every registered model.
 * Long because each clause of the contract also needs a model that breaks it. */
#include "model_use.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { N = 37, GUARD = 8, STRIDE = N + 2 * GUARD }; /* an odd number of cells, and values around each plane that nobody may touch */

#define EACH_MODEL(m) (const struct model *const *next_ = model_registry, *m; (m = *next_); next_++)

/* ---- one evaluation of everything a model can do ---- */

static const double SENTINEL = -123456.789;

/* Planes of N cells; plane[i] points behind the lower guard. */
struct planes {
    size_t n;
    double *block, **plane;
};

static struct planes planes_create(size_t n)
{
    struct planes p = {n, malloc((n * STRIDE + 1) * sizeof(double)), malloc((n + 1) * sizeof(double *))};
    for (size_t i = 0; i < n * STRIDE; i++)
        p.block[i] = SENTINEL;
    for (size_t i = 0; i < n; i++)
        p.plane[i] = p.block + i * STRIDE + GUARD;
    return p;
}

static void planes_free(struct planes *p)
{
    free(p->block);
    free(p->plane);
}

/* The planes from cell `first` on; the caller frees. */
static double **from(const struct planes *p, size_t first)
{
    double **moved = malloc((p->n + 1) * sizeof *moved);
    for (size_t i = 0; i < p->n; i++)
        moved[i] = p->plane[i] + first;
    return moved;
}

static void copy(const struct planes *source, struct planes *target)
{
    memcpy(target->block, source->block, source->n * STRIDE * sizeof(double));
}

/* Random inputs, fixed for a model. */
struct inputs {
    struct planes at, y, e, below, injury; /* injury: s, b, mouth */
};

/* Everything that comes out. */
struct outputs {
    struct planes initial, prod, loss, injured, read, surface_prod, surface_loss, surface_injured, surface_read, mobility, surface_mobility;
    double outcomes[256];
};

static double uniform(gsl_rng *rng, double lo, double hi)
{
    return lo + (hi - lo) * gsl_rng_uniform(rng);
}

static void fill(gsl_rng *rng, struct planes *p, const struct species *species)
{
    for (size_t s = 0; s < p->n; s++)
        for (size_t i = 0; i < N; i++)
            p->plane[s][i] = gsl_rng_uniform(rng) < 0.1 ? 0 : uniform(rng, 0, 3 * (species ? species[s].scale : 1)); /* zeros too */
}

static struct inputs inputs_create(const struct model *m, unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    struct inputs in = {planes_create(3), planes_create(m->n_species), planes_create(m->n_surface), planes_create(m->n_species),
                        planes_create(3)};
    fill(rng, &in.at, NULL);
    fill(rng, &in.y, m->species);
    fill(rng, &in.e, m->surface);
    fill(rng, &in.below, m->species);
    for (size_t i = 0; i < N; i++) {
        in.injury.plane[0][i] = i == 0 ? 1 : uniform(rng, 0, 1);
        in.injury.plane[1][i] = i == 1 ? 1 - in.injury.plane[0][i] : uniform(rng, 0, 1 - in.injury.plane[0][i]);
        in.injury.plane[2][i] = i == 0 ? 1 : uniform(rng, 0, 1);
    }
    gsl_rng_free(rng);
    return in;
}

static void inputs_free(struct inputs *in)
{
    planes_free(&in->at);
    planes_free(&in->y);
    planes_free(&in->e);
    planes_free(&in->below);
    planes_free(&in->injury);
}

static void outputs_free(struct outputs *out)
{
    struct planes *all[] = {&out->initial,
                            &out->prod,
                            &out->loss,
                            &out->injured,
                            &out->read,
                            &out->surface_prod,
                            &out->surface_loss,
                            &out->surface_injured,
                            &out->surface_read,
                            &out->mobility,
                            &out->surface_mobility};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        planes_free(all[i]);
}

#define READ_ONLY(planes) (const double *const *)(planes)

static void observe(const struct model *m, const double *p, double *out)
{
    static double mean[2][N_REGIONS][128], surface[2][N_SURFACE_REGIONS][128], integral[64];
    struct observation observation[2] = {{.integral = integral, .mouth_fraction = 0.3}, {.integral = integral, .mouth_fraction = 0}};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < 2 * N_REGIONS * 128; i++)
        (&mean[0][0][0])[i] = uniform(rng, 0.1, 2);
    for (size_t i = 0; i < 2 * N_SURFACE_REGIONS * 128; i++)
        (&surface[0][0][0])[i] = uniform(rng, 0.1, 2);
    for (size_t i = 0; i < 64; i++)
        integral[i] = uniform(rng, 0.1, 2);
    gsl_rng_free(rng);
    for (int o = 0; o < 2; o++) {
        for (int r = 0; r < N_REGIONS; r++)
            observation[o].mean[r] = mean[o][r];
        for (int r = 0; r < N_SURFACE_REGIONS; r++)
            observation[o].surface[r] = surface[o][r];
    }
    m->observe(&observation[0], &observation[1], p, out);
}

/* Calls every function of a model, `tile` cells at a time. */
static struct outputs evaluate(const struct model *m, const double *given, const struct inputs *in, size_t tile)
{
    double *p = malloc((m->n_params + m->n_derived + 1) * sizeof *p);
    memcpy(p, given, m->n_params * sizeof *p);
    if (m->prepare)
        m->prepare(p);
    struct planes fixed = planes_create(m->n_fixed);
    for (size_t f = 0; f < m->n_fixed; f++)
        for (size_t i = 0; i < N; i++)
            fixed.plane[f][i] = p[model_param(m, m->fixed[f].param)];
    struct outputs out = {planes_create(m->n_species), planes_create(m->n_species),  planes_create(m->n_species),
                          planes_create(m->n_species), planes_create(m->n_readouts), planes_create(m->n_surface),
                          planes_create(m->n_surface), planes_create(m->n_surface),  planes_create(m->n_surface_readouts),
                          planes_create(m->n_species), planes_create(m->n_surface),  {0}};
    copy(&in->y, &out.injured);
    copy(&in->e, &out.surface_injured);
    for (size_t s = 0; s < m->n_species; s++)
        for (size_t i = 0; i < N; i++)
            out.initial.plane[s][i] = m->species[s].healthy;

    for (size_t first = 0; first < N; first += tile) {
        const size_t n = N - first < tile ? N - first : tile;
        double **at = from(&in->at, first), **y = from(&in->y, first), **e = from(&in->e, first), **below = from(&in->below, first);
        double **map = from(&fixed, first), **start = from(&out.initial, first), **hurt = from(&out.injured, first);
        double **prod = from(&out.prod, first), **loss = from(&out.loss, first), **q = from(&out.read, first);
        double **sprod = from(&out.surface_prod, first), **sloss = from(&out.surface_loss, first), **sq = from(&out.surface_read, first);
        double **shurt = from(&out.surface_injured, first);
        m->react(n, READ_ONLY(y), READ_ONLY(map), p, prod, loss);
        if (m->initial)
            m->initial(n, READ_ONLY(at), READ_ONLY(map), p, start);
        if (m->injure)
            m->injure(n, in->injury.plane[0] + first, in->injury.plane[1] + first, 0.7, p, hurt);
        if (m->read)
            m->read(n, READ_ONLY(y), READ_ONLY(map), p, q);
        if (m->react_surface)
            m->react_surface(n, READ_ONLY(e), READ_ONLY(below), p, sprod, sloss);
        if (m->injure_surface)
            m->injure_surface(n, in->injury.plane[2] + first, p, shurt);
        if (m->read_surface)
            m->read_surface(n, READ_ONLY(e), p, sq);
        for (size_t s = 0; s < m->n_species; s++)
            if (m->species[s].mobility)
                m->mobility(n, (int)s, READ_ONLY(y), p, out.mobility.plane[s] + first);
        for (size_t s = 0; s < m->n_surface; s++)
            if (m->surface[s].mobility)
                m->mobility_surface(n, (int)s, READ_ONLY(e), p, out.surface_mobility.plane[s] + first);
        double **all[] = {at, y, e, below, map, start, hurt, prod, loss, q, sprod, sloss, sq, shurt};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            free(all[i]);
    }
    if (m->observe)
        observe(m, p, out.outcomes);
    planes_free(&fixed);
    free(p);
    return out;
}

static bool same_planes(const struct planes *a, const struct planes *b)
{
    return memcmp(a->block, b->block, a->n * STRIDE * sizeof(double)) == 0;
}

static bool same(const struct outputs *a, const struct outputs *b)
{
    return same_planes(&a->initial, &b->initial) && same_planes(&a->prod, &b->prod) && same_planes(&a->loss, &b->loss) &&
           same_planes(&a->injured, &b->injured) && same_planes(&a->read, &b->read) && same_planes(&a->surface_prod, &b->surface_prod) &&
           same_planes(&a->surface_loss, &b->surface_loss) && same_planes(&a->surface_injured, &b->surface_injured) &&
           same_planes(&a->surface_read, &b->surface_read) && same_planes(&a->mobility, &b->mobility) &&
           same_planes(&a->surface_mobility, &b->surface_mobility) && memcmp(a->outcomes, b->outcomes, sizeof a->outcomes) == 0;
}

static double *defaults(const struct model *m)
{
    double *p = malloc((m->n_params + 1) * sizeof *p);
    for (size_t i = 0; i < m->n_params; i++)
        p[i] = m->params[i].value;
    return p;
}

/* ---- the registry and the tables ---- */

Test(models, are_found_by_name)
{
    size_t n = 0;
    for
        EACH_MODEL(m)
        {
            cr_assert(model_find(m->name) == m, "model_find(\"%s\") finds another model: two of one name", m->name);
            n++;
        }
    cr_assert(n >= 6, "%zu models are registered, wanted at least 6", n);
    cr_assert_null(model_find("dermi"));
    cr_assert_null(model_find(""));
}

Test(models, keep_the_contract)
{
    for
        EACH_MODEL(m)
    cr_assert(model_check(m) == OK, "%s", status_message(0));
}

Test(models, name_the_class_of_every_source)
{
    static const char *const classes[] = {"literature: ", "published form, fitted: ", "assumed: "};
    for
        EACH_MODEL(m)
    for (size_t i = 0; i < m->n_params; i++) {
        bool known = false;
        for (size_t k = 0; k < 3; k++)
            known |= strncmp(m->params[i].source, classes[k], strlen(classes[k])) == 0 && m->params[i].source[strlen(classes[k])];
        cr_assert(known, "%s.%s: source '%s' names no class", m->name, m->params[i].name, m->params[i].source);
    }
}

Test(models, index_quantities_species_first)
{
    const struct model *m = model_find("dermis");
    cr_assert_eq(model_quantity(m, m->species[3].name), 3);
    cr_assert_eq(model_quantity(m, m->readouts[2].name), (int)m->n_species + 2);
    cr_assert_eq(model_quantity(m, "keratinocyte"), -1);
    cr_assert_eq(model_species(m, m->readouts[0].name), -1);
    cr_assert_eq(model_param(m, "tgfb_loss") >= 0, 1);
    cr_assert_eq(model_param(m, "dT"), -1);
    cr_assert_eq(model_outcome(m, m->outcomes[5].name), 5);
    cr_assert_eq(model_outcome(m, "collagen"), -1);
}

/* ---- the functions ---- */

static void check_guards(const struct model *m, const struct planes *p, const char *what)
{
    for (size_t s = 0; s < p->n; s++)
        for (int i = 0; i < GUARD; i++)
            cr_assert(p->plane[s][-1 - i] == SENTINEL && p->plane[s][N + i] == SENTINEL, "%s: %s of %zu written outside its cells", m->name,
                      what, s);
}

static void check_positive(const struct model *m, const struct planes *p, const char *what)
{
    for (size_t s = 0; s < p->n; s++)
        for (size_t i = 0; i < N; i++)
            cr_assert(isfinite(p->plane[s][i]) && p->plane[s][i] >= 0, "%s: %s of %zu is %g, wanted finite and >= 0", m->name, what, s,
                      p->plane[s][i]);
}

Test(models, produce_finite_non_negative_values_for_all_parameters)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for
        EACH_MODEL(m)
    for (unsigned long trial = 0; trial < 200; trial++) {
        double *p = defaults(m);
        for (size_t i = 0; i < m->n_params && trial > 0; i++) /* also the ends of the range */
            p[i] = trial % 3                    ? uniform(rng, m->params[i].lo, m->params[i].hi)
                   : gsl_rng_uniform(rng) < 0.5 ? m->params[i].lo
                                                : m->params[i].hi;
        struct inputs in = inputs_create(m, trial);
        struct outputs out = evaluate(m, p, &in, N);
        check_positive(m, &out.prod, "production");
        check_positive(m, &out.loss, "loss");
        check_positive(m, &out.surface_prod, "surface production");
        check_positive(m, &out.surface_loss, "surface loss");
        check_positive(m, &out.injured, "injured state");
        check_positive(m, &out.surface_injured, "injured surface");
        check_positive(m, &out.initial, "initial state");
        for (size_t s = 0; s < m->n_species; s++)
            for (size_t i = 0; i < N && m->species[s].mobility; i++)
                cr_assert(out.mobility.plane[s][i] >= 0, "%s: mobility %g", m->name, out.mobility.plane[s][i]);
        for (size_t s = 0; s < m->n_surface; s++)
            for (size_t i = 0; i < N && m->surface[s].mobility; i++)
                cr_assert(out.surface_mobility.plane[s][i] >= 0, "%s: mobility %g", m->name, out.surface_mobility.plane[s][i]);
        for (size_t i = 0; i < m->n_outcomes; i++)
            cr_assert(isfinite(out.outcomes[i]), "%s: outcome %s is %g", m->name, m->outcomes[i].name, out.outcomes[i]);
        outputs_free(&out);
        inputs_free(&in);
        free(p);
    }
    gsl_rng_free(rng);
}

Test(models, give_the_same_bits_for_any_tiling)
{
    static const size_t tiles[] = {1, 3, 8, 16};
    for
        EACH_MODEL(m)
        {
            double *p = defaults(m);
            struct inputs in = inputs_create(m, 1);
            struct outputs whole = evaluate(m, p, &in, N);
            for (size_t t = 0; t < sizeof tiles / sizeof *tiles; t++) {
                struct outputs tiled = evaluate(m, p, &in, tiles[t]);
                cr_assert(same(&whole, &tiled), "%s: %zu cells at a time give other bits than all at once", m->name, tiles[t]);
                outputs_free(&tiled);
            }
            outputs_free(&whole);
            inputs_free(&in);
            free(p);
        }
}

Test(models, write_nowhere_else)
{
    for
        EACH_MODEL(m)
        {
            double *p = defaults(m);
            struct inputs in = inputs_create(m, 2), before = inputs_create(m, 2);
            struct outputs out = evaluate(m, p, &in, 8);
            check_guards(m, &out.initial, "initial state");
            check_guards(m, &out.prod, "production");
            check_guards(m, &out.loss, "loss");
            check_guards(m, &out.injured, "injured state");
            check_guards(m, &out.read, "readout");
            check_guards(m, &out.surface_prod, "surface production");
            check_guards(m, &out.surface_loss, "surface loss");
            check_guards(m, &out.surface_injured, "injured surface");
            check_guards(m, &out.surface_read, "surface readout");
            check_guards(m, &out.mobility, "mobility");
            check_guards(m, &out.surface_mobility, "surface mobility");
            cr_assert(same_planes(&in.y, &before.y) && same_planes(&in.e, &before.e) && same_planes(&in.below, &before.below),
                      "%s: an input was changed", m->name);
            for (size_t s = 0; s < m->n_species; s++)
                for (size_t i = 0; i < N; i++)
                    cr_assert(out.prod.plane[s][i] != SENTINEL && out.loss.plane[s][i] != SENTINEL,
                              "%s: production or loss of %s not written", m->name, m->species[s].name);
            for (size_t s = 0; s < m->n_readouts; s++)
                cr_assert(out.read.plane[s][0] != SENTINEL, "%s: readout %s not written", m->name, m->readouts[s].name);
            outputs_free(&out);
            inputs_free(&in);
            inputs_free(&before);
            free(p);
        }
}

static bool named_by_transport(const struct model *m, const char *param)
{
    bool named = false;
    for (size_t s = 0; s < m->n_species + m->n_surface; s++) {
        const struct species *x = s < m->n_species ? &m->species[s] : &m->surface[s - m->n_species];
        named |= (x->diffusivity && strcmp(x->diffusivity, param) == 0) || (x->taxis && strcmp(x->taxis, param) == 0);
    }
    for (size_t b = 0; b < m->n_boundaries; b++)
        named |= strcmp(m->boundaries[b].value, param) == 0 || (m->boundaries[b].rate && strcmp(m->boundaries[b].rate, param) == 0);
    return named;
}

/* A parameter that only says where outcomes look. */
static bool named_by_layer(const struct model *m, const char *param)
{
    return m->layer.centre && (strcmp(m->layer.centre, param) == 0 || strcmp(m->layer.height, param) == 0);
}

/* A parameter of the schedule only. */
static bool named_by_events(const struct model *m, const char *param)
{
    bool named = false;
    for (size_t e = 0; e < m->n_events; e++) {
        const struct event *x = &m->events[e];
        const char *const names[] = {x->value, x->start, x->duration, x->interval, x->count};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            named |= names[i] && strcmp(names[i], param) == 0;
    }
    return named;
}

Test(models, have_no_parameter_without_effect)
{
    for
        EACH_MODEL(m)
        {
            /* from the middle of every range: a default of 0 may switch its neighbours off (the place of a spot of height 0) */
            double *p = defaults(m);
            for (size_t i = 0; i < m->n_params; i++)
                p[i] = 0.5 * (m->params[i].lo + fmin(m->params[i].hi, m->params[i].lo + 2));
            struct inputs in = inputs_create(m, 3);
            struct outputs usual = evaluate(m, p, &in, N);
            for (size_t i = 0; i < m->n_params; i++) {
                const char *const name = m->params[i].name;
                if (named_by_transport(m, name) || named_by_events(m, name) || named_by_layer(m, name))
                    continue;
                const double kept = p[i];
                p[i] *= 1.3;
                struct outputs changed = evaluate(m, p, &in, N);
                cr_assert(!same(&usual, &changed), "%s: parameter %s has no effect on anything", m->name, m->params[i].name);
                outputs_free(&changed);
                p[i] = kept;
            }
            outputs_free(&usual);
            inputs_free(&in);
            free(p);
        }
}

Test(models, leave_unwounded_cells_alone)
{
    for
        EACH_MODEL(m)
        {
            double *p = malloc((m->n_params + m->n_derived + 1) * sizeof *p);
            for (size_t i = 0; i < m->n_params; i++)
                p[i] = m->params[i].value;
            if (m->prepare)
                m->prepare(p);
            static const double none[N];
            struct inputs in = inputs_create(m, 4), before = inputs_create(m, 4);
            if (m->injure)
                m->injure(N, none, none, 1, p, in.y.plane);
            if (m->injure_surface)
                m->injure_surface(N, none, p, in.e.plane);
            cr_assert(same_planes(&in.y, &before.y) && same_planes(&in.e, &before.e), "%s: severity 0 changes the state", m->name);
            inputs_free(&in);
            inputs_free(&before);
            free(p);
        }
}

/* ---- checks and description ---- */

enum { C, N_SPECIES_BROKEN };
static const struct species broken_species[] = {{"cell", "1", 1, 1, "motility", .meaning = "cells"},
                                                {"cell", "1", 1, 1, .meaning = "again"}};
static void react_nothing(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                          double *const *loss)
{
    (void)y, (void)fixed, (void)p;
    for (size_t i = 0; i < n; i++)
        prod[0][i] = loss[0][i] = 0;
}
static const struct param sound_param = {"motility", 1, "mm2/day", 0, 2, "motility", "assumed: example"};

/* A legal model around one table each; the test breaks a copy. */
static struct model sound(const struct param *param)
{
    return (struct model){.name = "sound",
                          .title = "t",
                          .reference = "r",
                          .species = broken_species,
                          .n_species = 1,
                          .params = param,
                          .n_params = 1,
                          .react = react_nothing};
}

static void expect(const struct model *m, const char *message)
{
    const enum status status = model_check(m);
    if (!message) {
        cr_assert(status == OK, "a legal model fails: %s", status_message(0));
        return;
    }
    cr_assert(status == ERR_CHECK, "nothing found, wanted: %s", message);
    bool found = false;
    for (size_t i = 0; i < status_count(); i++)
        found |= strstr(status_message(i), message) != NULL;
    cr_assert(found, "said '%s', wanted '%s'", status_message(0), message);
    status_clear();
}

Test(models, that_break_the_contract_are_told_how)
{
    struct param p = sound_param;
    struct model m = sound(&p);
    expect(&m, NULL);

    static const struct {
        struct param param;
        const char *message;
    } params[] = {
        {{"motility", 3, "mm2/day", 0, 2, "motility", "assumed: example"}, "parameter 'motility': default 3 is outside its range 0 to 2"},
        {{"motility", NAN, "mm2/day", 0, 2, "motility", "assumed: example"}, "default nan is outside"},
        {{"motility", 1, "mm2/day", 0, 2, "motility", ""}, "parameter 'motility' has no source"},
        {{"motility", 1, NULL, 0, 2, "motility", "assumed: example"}, "parameter 'motility' has no unit"},
        {{"motility", 1, "mm2/day", 0, 2, "", "assumed: example"}, "parameter 'motility' has no meaning"},
        {{"motility", 1, "mm2/day", -1, 2, "motility", "assumed: example"}, "parameter 'motility' may be negative"},
        {{"speed", 1, "mm2/day", 0, 2, "motility", "assumed: example"},
         "species 'cell' refers to parameter 'motility', which does not exist"},
        {{"Motility", 1, "mm2/day", 0, 2, "motility", "assumed: example"}, "parameter 'Motility' is not snake_case"},
        {{"motility_", 1, "mm2/day", 0, 2, "motility", "assumed: example"}, "is not snake_case"},
        {{NULL, 1, "mm2/day", 0, 2, "motility", "assumed: example"}, "parameter 0 has no name"},
    };
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        p = params[i].param;
        expect(&m, params[i].message);
    }
    p = sound_param;

    static const struct readout readouts[] = {{"cell", "1", "the same name"}};
    static const struct outcome outcomes[] = {{"time", "1", "an axis"}};
    static const struct integral integrals[] = {{"dose", REGION_SLAB, "drug", 0, "dose"}};
    static const struct integral deep[] = {{"deep", REGION_DEPTH, "cell", 0, "a layer"}};
    static const struct modifier modifiers[] = {{"smoker", "motility", 3, "assumed"}};
    static const struct modifier stray[] = {{"smoker", "motion", 1, "assumed"}};
    static const struct ageing ageing[] = {{"motility", -0.1, 0, "assumed"}};
    static const struct fixed_field fixed[] = {{"map", "motion", NULL, "map"}}, drifting[] = {{"map", "motility", "motion", "map"}};
    static const struct boundary boundary[] = {{"cell", FACE_X_LOW, BOUNDARY_EXCHANGE, "motility", NULL}};
    static const struct boundary twice[] = {{"cell", FACE_X_LOW, BOUNDARY_FIXED, "motility", NULL},
                                            {"cell", FACE_X_LOW, BOUNDARY_FIXED, "motility", NULL}};
    static const char *const lower[] = {"dose", NULL};
    struct model b;
#define BROKEN(change, message)                                                                                                            \
    b = sound(&p);                                                                                                                         \
    change;                                                                                                                                \
    expect(&b, message)
    BROKEN(b.n_species = 2, "species 'cell' appears twice");
    BROKEN(b.n_species = 0, "between 1 and 64 are possible");
    BROKEN(b.react = NULL, "function react is missing");
    BROKEN(b.n_derived = 1, "function prepare is missing");
    BROKEN((b.readouts = readouts, b.n_readouts = 1), "function read is missing");
    BROKEN((b.readouts = readouts, b.n_readouts = 1), "readout 'cell' has the name of a species");
    BROKEN((b.outcomes = outcomes, b.n_outcomes = 1), "'time' is the name of an axis");
    BROKEN(b.lower = lower, "the lower value of 'dose' is said to be better, but there is no such outcome");
    BROKEN((b.integrals = integrals, b.n_integrals = 1), "integral 'dose' is of 'drug', which does not exist");
    BROKEN((b.integrals = deep, b.n_integrals = 1), "integral 'deep' is over a layer that the model does not place");
    BROKEN((b.layer = (struct layer_depth){"motility", NULL}), "a layer needs both a centre and a height");
    BROKEN((b.layer = (struct layer_depth){"motility", "thickness"}), "refers to parameter 'thickness'");
    BROKEN((b.modifiers = modifiers, b.n_modifiers = 1), "condition 'smoker' puts 'motility' at 3, outside 0 to 2");
    BROKEN((b.modifiers = stray, b.n_modifiers = 1), "condition 'smoker' refers to parameter 'motion'");
    BROKEN((b.ageing = ageing, b.n_ageing = 1), "puts 'motility' at 8.5, outside 0 to 2");
    BROKEN((b.fixed = fixed, b.n_fixed = 1), "fixed field 'map' refers to parameter 'motion'");
    BROKEN((b.fixed = drifting, b.n_fixed = 1), "fixed field 'map' refers to parameter 'motion'");
    BROKEN((b.boundaries = boundary, b.n_boundaries = 1), "a rate belongs to an exchange");
    BROKEN((b.boundaries = twice, b.n_boundaries = 2), "'cell' has two boundaries on one face");
    BROKEN(b.set_point = "phi", "refers to parameter 'phi'");
    BROKEN(b.surface_depth = 0.1, "a surface sees the tissue below it");
    BROKEN(b.n_params = 1, NULL);
    BROKEN((b.params = NULL), "parameter: 1 rows announced, no table");
    BROKEN(b.title = "", "no title");
}

/* A legal model with one event, to be broken. */
static struct model scheduled(const struct param *params, const struct event *events, size_t n_events)
{
    struct model m = sound(params);
    m.n_params = 6;
    m.events = events;
    m.n_events = n_events;
    return m;
}

Test(models, with_impossible_events_are_told_why)
{
    static const struct param params[] = {
        {"motility", 1, "mm2/day", 0, 2, "motility", "assumed: example"}, {"supply", 0, "1/day", 0, 2, "supply", "assumed: example"},
        {"dose", 1, "1/day", 0, 2, "dose", "assumed: example"},           {"day", 1, "day", 1e-3, 100, "a time", "assumed: example"},
        {"often", 3, "1", 0, 9, "a count", "assumed: example"},           {"odd", 0.5, "1/day", -1, 3, "odd", "assumed: example"},
    };
    static const struct {
        struct event event;
        const char *message;
    } cases[] = {
        {{"pulse", EVENT_SET, "supply", "dose", "day", "day", "day", "often", "m"}, NULL},
        {{"pulse", EVENT_ADD, "cell", "dose", "day", NULL, "day", "often", "m"}, NULL},
        {{"pulse", EVENT_ADD, "cell", "dose", "day", NULL, NULL, NULL, NULL}, "event 'pulse' has no meaning"},
        {{"Pulse", EVENT_ADD, "cell", "dose", "day", NULL, NULL, NULL, "m"}, "event 'Pulse' is not snake_case"},
        {{"pulse", EVENT_ADD, "drug", "dose", "day", NULL, NULL, NULL, "m"}, "adds to species 'drug', which does not exist"},
        {{"pulse", EVENT_ADD, "cell", "odd", "day", NULL, NULL, NULL, "m"}, "its value 'odd' may be -1"},
        {{"pulse", EVENT_ADD, "cell", "dose", NULL, NULL, NULL, NULL, "m"}, "its start is parameter '', which does not exist"},
        {{"pulse", EVENT_ADD, "cell", "dose", "day", "day", NULL, NULL, "m"}, "a duration belongs to a window"},
        {{"pulse", EVENT_SET, "supply", "dose", "day", NULL, NULL, NULL, "m"}, "a window has one"},
        {{"pulse", EVENT_SET, "cell", "dose", "day", "day", NULL, NULL, "m"}, "sets parameter 'cell', which does not exist"},
        {{"pulse", EVENT_SET, "motility", "dose", "day", "day", NULL, NULL, "m"}, "sets 'motility', a coefficient of transport"},
        {{"pulse", EVENT_SET, "supply", "odd", "day", "day", NULL, NULL, "m"}, "'odd' can leave the range 0 to 2 of 'supply'"},
        {{"pulse", EVENT_SET, "supply", "supply", "day", "day", NULL, NULL, "m"}, "its value 'supply' is changed by event 'pulse'"},
        {{"pulse", EVENT_SET, "supply", "dose", "day", "day", "day", NULL, "m"}, "repetition needs both an interval and a count"},
        {{"pulse", EVENT_SET, "supply", "dose", "day", "day", "often", "often", "m"}, "its interval 'often' may be 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct model m = scheduled(params, &cases[i].event, 1);
        expect(&m, cases[i].message);
    }
    static const struct event twice[] = {{"one", EVENT_SET, "supply", "dose", "day", "day", NULL, NULL, "m"},
                                         {"two", EVENT_SET, "supply", "dose", "day", "day", NULL, NULL, "m"}};
    const struct model m = scheduled(params, twice, 2);
    expect(&m, "events 'one' and 'two' set the same parameter");
}

static char *described(const struct model *m, enum model_format format)
{
    FILE *file = tmpfile();
    model_describe(m, format, file);
    const size_t n = (size_t)ftell(file);
    char *text = calloc(n + 1, 1);
    rewind(file);
    cr_assert(fread(text, 1, n, file) == n);
    fclose(file);
    return text;
}

Test(models, describe_every_parameter_in_every_format)
{
    for
        EACH_MODEL(m)
    for (int format = MODEL_TEXT; format <= MODEL_JSON; format++) {
        char *text = described(m, (enum model_format)format);
        for (size_t i = 0; i < m->n_params; i++)
            cr_assert(strstr(text, m->params[i].name), "%s: %s is missing in format %d", m->name, m->params[i].name, format);
        free(text);
    }
}

Test(models, describe_without_breaking_the_format)
{
    const struct param odd = {"motility", 0.1, "mm2/day", 0, 2, "a \"quoted\" | barred\\ \n", "assumed: 1e-300"};
    const struct model m = sound(&odd);
    char *json = described(&m, MODEL_JSON), *markdown = described(&m, MODEL_MARKDOWN);
    cr_assert(strstr(json, "\"default\": 0.1,") && strstr(json, "a \\\"quoted\\\" | barred\\\\ \\u000a\""), "JSON is\n%s", json);
    cr_assert(strstr(markdown, "\\| barred"), "Markdown is\n%s", markdown);
    int depth = 0;
    bool quoted = false;
    for (const char *c = json; *c; c++) {
        if (*c == '\\')
            c++;
        else if (*c == '"')
            quoted = !quoted;
        else if (!quoted)
            depth += (*c == '{' || *c == '[') - (*c == '}' || *c == ']');
    }
    cr_assert(depth == 0 && !quoted, "JSON ends at depth %d", depth);
    free(json);
    free(markdown);
}
