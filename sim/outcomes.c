#include "outcomes.h"

#include "model_use.h"
#include "state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TILE = 256 };

/* The cells of a region, whole layers of the grid, and how much of each lies in it. */
struct zone {
    size_t first, n;
    const double *weight; /* [n] of cells first, first + 1, ... */
    double *own;          /* `weight`, owned; NULL where it is borrowed */
    double total;
};

struct outcomes {
    const struct model *model; /* borrowed, like the next four */
    const double *params;
    const double *const *fixed;
    const struct grid *grid, *surface;
    size_t n_quantities, n_surface_quantities;
    struct zone zone[N_REGIONS];
    double *surface_weight[N_SURFACE_REGIONS]; /* REGION_SURFACE: borrowed */
    double surface_total[N_SURFACE_REGIONS];
    struct observation now, baseline; /* pointers into `means`, owned */
    double *means;
    double *scratch;                      /* readouts of a tile, owned */
    double latest, session;               /* time of the integrals; of the latest session */
    double *integral, *integrand, *shown; /* [n_integrals] up to and at `latest`, and up to the time asked for, owned */
};

/* Index of a region's means within the block of means: now or baseline. */
static void set_pointers(struct outcomes *o, struct observation *observation, double *block)
{
    for (int r = 0; r < N_REGIONS; r++)
        observation->mean[r] = block + (size_t)r * o->n_quantities;
    for (int r = 0; r < N_SURFACE_REGIONS; r++)
        observation->surface[r] = block + N_REGIONS * o->n_quantities + (size_t)r * o->n_surface_quantities;
    observation->integral = o->shown;
}

static double mouth_fraction(const struct outcomes *o)
{
    return o->surface && o->surface_total[REGION_SURFACE] > 0.0 ? o->surface_total[REGION_MOUTH] / o->surface_total[REGION_SURFACE] : 0.0;
}

static double sum(size_t n, const double *a)
{
    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        total += a[i];
    return total;
}

/* Keeps the layers of `full` that weigh anything, times the share of their columns (NULL: all of them). */
static enum status create_zone(const struct grid *grid, const double *full, const double *column, struct zone *zone)
{
    size_t end = grid->cells;
    zone->first = 0;
    while (zone->first < grid->cells && full[zone->first] <= 0.0)
        zone->first += grid->plane;
    while (end > zone->first && full[end - 1] <= 0.0)
        end -= grid->plane;
    zone->n = end - zone->first;
    zone->weight = zone->own = malloc((zone->n + 1) * sizeof *zone->own);
    if (!zone->own)
        return status_no_memory("the outcomes", zone->n * sizeof *zone->own);
    for (size_t c = 0; c < zone->n; c++)
        zone->own[c] = full[zone->first + c] * (column ? column[(zone->first + c) % grid->plane] : 1.0);
    zone->total = sum(zone->n, zone->own);
    return OK;
}

/* Weights of the layer that the model asks for into `full`; `other` is scratch of the same size. */
static void weigh_layer(const struct outcomes *o, double *full, double *other)
{
    const struct layer_depth *layer = &o->model->layer;
    const struct axis *z = &o->grid->axis[2];
    const double height = fmin(o->params[model_param(o->model, layer->height)], z->face[z->n]);
    const double bottom = fmin(o->params[model_param(o->model, layer->centre)] + 0.5 * height, z->face[z->n]);
    grid_weight_depth(o->grid, bottom, full);
    grid_weight_depth(o->grid, fmax(0.0, bottom - height), other);
    for (size_t c = 0; c < o->grid->cells; c++)
        full[c] -= other[c];
}

static enum status create_zones(struct outcomes *o, const double *core, const double *injured)
{
    const struct grid *grid = o->grid;
    double *full = malloc(2 * grid->cells * sizeof *full), *none = calloc(grid->plane, sizeof *none);
    enum status status = full && none ? OK : status_no_memory("the outcomes", 2 * grid->cells * sizeof *full);
    const double *const column[REGION_DERMIS] = {NULL, core ? core : none, injured ? injured : none};
    if (status == OK)
        grid_weight_depth(grid, OUTCOMES_SLAB, full);
    for (int r = 0; r < REGION_DERMIS && status == OK; r++)
        status = create_zone(grid, full, column[r], &o->zone[r]);
    if (status == OK && o->model->layer.centre) {
        weigh_layer(o, full, full + grid->cells);
        status = create_zone(grid, full, NULL, &o->zone[REGION_DEPTH]);
    }
    o->zone[REGION_DERMIS] = (struct zone){.n = grid->cells, .weight = grid->volume, .total = sum(grid->cells, grid->volume)};
    free(full);
    free(none);
    return status;
}

static enum status create_weights(struct outcomes *o, const double *core, const double *injured)
{
    const enum status status = create_zones(o, core, injured);
    if (status != OK || !o->surface)
        return status;
    o->surface_weight[REGION_MOUTH] = calloc(o->surface->cells, sizeof(double));
    if (!o->surface_weight[REGION_MOUTH])
        return status_no_memory("the outcomes", o->surface->cells * sizeof(double));
    o->surface_total[REGION_SURFACE] = sum(o->surface->cells, o->surface->volume);
    if (core)
        outcomes_set_mouths(o, core);
    return OK;
}

void outcomes_set_mouths(struct outcomes *outcomes, const double *core)
{
    struct outcomes *o = outcomes;
    if (!o->surface)
        return;
    for (size_t c = 0; c < o->surface->cells; c++)
        o->surface_weight[REGION_MOUTH][c] = o->surface->volume[c] * core[c];
    o->surface_total[REGION_MOUTH] = sum(o->surface->cells, o->surface_weight[REGION_MOUTH]);
}

enum status outcomes_create(const struct model *model, const double *params, const double *const *fixed, const struct grid *grid,
                            const struct grid *surface, const double *core, const double *injured, struct outcomes **outcomes)
{
    struct outcomes *o = calloc(1, sizeof *o);
    if (!o)
        return status_no_memory("the outcomes", sizeof *o);
    o->model = model;
    o->params = params;
    o->fixed = fixed;
    o->grid = grid;
    o->surface = surface;
    o->n_quantities = model->n_species + model->n_readouts;
    o->n_surface_quantities = model->n_surface + model->n_surface_readouts;
    const size_t block = N_REGIONS * o->n_quantities + N_SURFACE_REGIONS * o->n_surface_quantities;
    const size_t readouts = model->n_readouts > model->n_surface_readouts ? model->n_readouts : model->n_surface_readouts;
    o->means = calloc(2 * block + 1, sizeof *o->means);
    o->scratch = calloc(readouts * TILE + 1, sizeof *o->scratch);
    o->integral = calloc(3 * model->n_integrals + 1, sizeof *o->integral);
    enum status status = o->means && o->scratch && o->integral ? create_weights(o, core, injured)
                                                               : status_no_memory("the outcomes", 2 * block * sizeof(double));
    if (status != OK) {
        outcomes_destroy(&o);
        return status;
    }
    o->integrand = o->integral + model->n_integrals;
    o->shown = o->integrand + model->n_integrals;
    o->session = NAN;
    set_pointers(o, &o->now, o->means);
    set_pointers(o, &o->baseline, o->means + block);
    *outcomes = o;
    return OK;
}

void outcomes_destroy(struct outcomes **outcomes)
{
    if (!outcomes || !*outcomes)
        return;
    struct outcomes *o = *outcomes;
    for (int r = 0; r < N_REGIONS; r++)
        free(o->zone[r].own);
    free(o->surface_weight[REGION_MOUTH]);
    free(o->means);
    free(o->scratch);
    free(o->integral);
    free(o);
    *outcomes = NULL;
}

/* Readouts tile by tile, added to the sums of all regions. */
static void add_readouts(struct outcomes *o, const double *const *y, double *means)
{
    const struct model *model = o->model;
    const size_t n = o->grid->cells, first_quantity = model->n_species;
    const double *value[MODEL_MAX_SPECIES], *fixed[MODEL_MAX_SPECIES];
    double *q[MODEL_MAX_SPECIES];
    for (size_t r = 0; r < model->n_readouts; r++)
        q[r] = o->scratch + r * TILE;
    for (size_t first = 0; first < n; first += TILE) {
        const size_t count = n - first < TILE ? n - first : TILE;
        for (size_t s = 0; s < model->n_species; s++)
            value[s] = y[s] + first;
        for (size_t f = 0; f < model->n_fixed; f++)
            fixed[f] = o->fixed[f] + first;
        model->read(count, value, fixed, o->params, q);
        for (int region = 0; region < N_REGIONS; region++) {
            const struct zone *zone = &o->zone[region];
            const size_t from = first > zone->first ? first : zone->first, last = first + count, end = zone->first + zone->n;
            const size_t inside = (last < end ? last : end) > from ? (last < end ? last : end) - from : 0;
            for (size_t r = 0; r < model->n_readouts && inside; r++)
                means[(size_t)region * o->n_quantities + first_quantity + r] +=
                    state_dot(inside, zone->weight + (from - zone->first), q[r] + (from - first));
        }
    }
}

static void observe_surface(struct outcomes *o, const double *const *e, double *means)
{
    const struct model *model = o->model;
    double *q[MODEL_MAX_SPECIES];
    const double *value[MODEL_MAX_SPECIES];
    for (size_t r = 0; r < model->n_surface_readouts; r++)
        q[r] = o->scratch + r * TILE;
    const double *weight[N_SURFACE_REGIONS] = {o->surface_weight[REGION_MOUTH], o->surface->volume};
    for (size_t first = 0; first < o->surface->cells; first += TILE) {
        const size_t rest = o->surface->cells - first, count = rest < TILE ? rest : TILE;
        for (size_t s = 0; s < model->n_surface; s++)
            value[s] = e[s] + first;
        if (model->n_surface_readouts)
            model->read_surface(count, value, o->params, q);
        for (int r = 0; r < N_SURFACE_REGIONS; r++)
            for (size_t i = 0; i < o->n_surface_quantities; i++) {
                const double *of = i < model->n_surface ? value[i] : q[i - model->n_surface];
                means[(size_t)r * o->n_surface_quantities + i] += state_dot(count, weight[r] + first, of);
            }
    }
    for (int r = 0; r < N_SURFACE_REGIONS; r++)
        for (size_t i = 0; i < o->n_surface_quantities; i++)
            if (o->surface_total[r] > 0.0)
                means[(size_t)r * o->n_surface_quantities + i] /= o->surface_total[r];
}

static void observe(struct outcomes *o, const double *const *y, const double *const *e, double *means)
{
    const struct model *model = o->model;
    memset(means, 0, (N_REGIONS * o->n_quantities + N_SURFACE_REGIONS * o->n_surface_quantities) * sizeof *means);
    for (size_t s = 0; s < model->n_species; s++) {
        for (int r = 0; r < N_REGIONS; r++)
            means[(size_t)r * o->n_quantities + s] = state_dot(o->zone[r].n, o->zone[r].weight, y[s] + o->zone[r].first);
    }
    if (model->n_readouts)
        add_readouts(o, y, means);
    for (int r = 0; r < N_REGIONS; r++)
        for (size_t i = 0; i < o->n_quantities; i++)
            if (o->zone[r].total > 0.0)
                means[(size_t)r * o->n_quantities + i] /= o->zone[r].total;
    if (o->surface)
        observe_surface(o, e, means + N_REGIONS * o->n_quantities);
}

void outcomes_set_baseline(struct outcomes *outcomes, const double *const *y, const double *const *e)
{
    const size_t block = N_REGIONS * outcomes->n_quantities + N_SURFACE_REGIONS * outcomes->n_surface_quantities;
    observe(outcomes, y, e, outcomes->means + block);
    outcomes->baseline.mouth_fraction = mouth_fraction(outcomes);
}

/* Part of [from, to] after the integral's start, and the integral over it of the line from a to b. */
static double trapezoid(double from, double to, double start, double a, double b)
{
    if (!(to > from) || !(to > start))
        return 0.0;
    const double low = fmax(from, start), at_low = a + (b - a) * (low - from) / (to - from);
    return 0.5 * (to - low) * (at_low + b);
}

/* Sum of a readout over a zone, by weight. */
static double sum_readout(const struct outcomes *o, size_t readout, const struct zone *zone, const double *const *y)
{
    const double *value[MODEL_MAX_SPECIES], *fixed[MODEL_MAX_SPECIES];
    double *q[MODEL_MAX_SPECIES], total = 0.0;
    for (size_t r = 0; r < o->model->n_readouts; r++)
        q[r] = o->scratch + r * TILE;
    for (size_t done = 0; done < zone->n; done += TILE) {
        const size_t count = zone->n - done < TILE ? zone->n - done : TILE;
        for (size_t s = 0; s < o->model->n_species; s++)
            value[s] = y[s] + zone->first + done;
        for (size_t f = 0; f < o->model->n_fixed; f++)
            fixed[f] = o->fixed[f] + zone->first + done;
        o->model->read(count, value, fixed, o->params, q);
        total += state_dot(count, zone->weight + done, q[readout]);
    }
    return total;
}

static double integrand(const struct outcomes *o, size_t i, const double *const *y)
{
    const struct integral *row = &o->model->integrals[i];
    const struct zone *zone = &o->zone[row->region];
    const int quantity = model_quantity(o->model, row->quantity);
    if (quantity < 0 || zone->total <= 0.0)
        return 0.0;
    const size_t species = o->model->n_species, index = (size_t)quantity;
    const double total =
        index < species ? state_dot(zone->n, zone->weight, y[index] + zone->first) : sum_readout(o, index - species, zone, y);
    return total / zone->total;
}

void outcomes_evaluate(struct outcomes *outcomes, double time, const double *const *y, const double *const *e, double *out)
{
    struct outcomes *o = outcomes;
    observe(o, y, e, o->means);
    o->now.mouth_fraction = mouth_fraction(o);
    for (size_t i = 0; i < o->model->n_integrals; i++) {
        const double start = o->session + o->model->integrals[i].after;
        o->shown[i] = o->integral[i] + (time > o->latest ? trapezoid(o->latest, time, start, o->integrand[i], integrand(o, i, y)) : 0.0);
    }
    if (o->model->observe)
        o->model->observe(&o->now, &o->baseline, o->params, out);
}

void outcomes_means(const struct outcomes *outcomes, double *means, double *surface_means)
{
    const struct model *model = outcomes->model;
    memcpy(means, outcomes->now.mean[REGION_DERMIS], model->n_species * sizeof *means);
    if (outcomes->surface)
        memcpy(surface_means, outcomes->now.surface[REGION_SURFACE], model->n_surface * sizeof *surface_means);
}

void outcomes_integrate(struct outcomes *outcomes, double time, const double *const *y)
{
    struct outcomes *o = outcomes;
    for (size_t i = 0; i < o->model->n_integrals; i++) {
        const double value = integrand(o, i, y), start = o->session + o->model->integrals[i].after;
        o->integral[i] += trapezoid(o->latest, time, start, o->integrand[i], value);
        o->integrand[i] = value;
    }
    o->latest = time;
}

void outcomes_session(struct outcomes *outcomes, double time, const double *const *y)
{
    outcomes->session = time;
    outcomes->latest = time;
    for (size_t i = 0; i < outcomes->model->n_integrals; i++)
        outcomes->integrand[i] = integrand(outcomes, i, y);
}

void outcomes_parts(struct outcomes *outcomes, struct state_part *parts, size_t *n)
{
    struct outcomes *o = outcomes;
    const size_t block = N_REGIONS * o->n_quantities + N_SURFACE_REGIONS * o->n_surface_quantities;
    state_part_add(parts, n, "baseline", o->means + block, block * sizeof *o->means);
    if (o->surface) {
        state_part_add(parts, n, "mouths", o->surface_weight[REGION_MOUTH], o->surface->cells * sizeof(double));
        state_part_add(parts, n, "mouths_total", &o->surface_total[REGION_MOUTH], sizeof(double));
    }
    state_part_add(parts, n, "integrals", o->integral, 3 * o->model->n_integrals * sizeof *o->integral);
    state_part_add(parts, n, "integrals_time", &o->latest, sizeof o->latest);
    state_part_add(parts, n, "integrals_session", &o->session, sizeof o->session);
}
