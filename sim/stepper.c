#include "stepper_internal.h"

#include "model_use.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static const double SAFETY = 0.9;
static const double GROWTH = 1.5; /* largest step ratio: keeps the order-3 formula zero-stable (limit 1.534) */
static const double SHRINK = 0.2;
static const double FIRST_DT = 1e-4; /* [day] tried after an event */
static const int64_t SHORTEST = 100; /* ticks (microseconds) */

struct stepper {
    const struct model *model; /* borrowed */
    const double *params;      /* borrowed */
    struct layer layer[2];     /* dermis, surface */
    int n_layers;
    int threads;
    struct transport_work **work;        /* [threads] owned */
    struct transport_work *surface_work; /* owned */
    double **below, *below_block;        /* [n_species] what the surface sees, then [n_surface] itself as predicted, owned */
    size_t *order;                       /* species of the dermis, costly ones first, owned */
    double tolerance;
    int64_t time;
    double dt, dt_before, dt_older; /* last three steps [day] */
    double wanted;                  /* next step the error allows [day] */
    int history;                    /* states the formula uses, 1 to 3 */
    int held;                       /* states since the last event that are still held, 1 to 4 */
    double error, sweeps;           /* of the last step */
    double drifted;                 /* day of the fixed fields that drift */
    struct stepper_counts counts;
};

int64_t stepper_ticks(double days)
{
    return (int64_t)llround(days * (double)STEPPER_DAY);
}

double stepper_days(int64_t ticks)
{
    return (double)ticks / (double)STEPPER_DAY;
}

static enum status create_parts(struct stepper *stepper, struct state *dermis, struct state *surface)
{
    const struct model *model = stepper->model;
    enum status status = layer_create(model, stepper->params, dermis, false, &stepper->layer[0]);
    stepper->n_layers = 1;
    if (status == OK && surface) {
        stepper->n_layers = 2;
        status = layer_create(model, stepper->params, surface, true, &stepper->layer[1]);
        if (status == OK)
            status = transport_work_create(stepper->layer[1].transport, stepper->layer[1].any_general, &stepper->surface_work);
        const size_t planes = model->n_species + model->n_surface;
        stepper->below = calloc(planes, sizeof *stepper->below);
        stepper->below_block = stepper->below ? state_planes(surface->grid, planes, stepper->below) : NULL;
        if (status == OK && !stepper->below_block)
            status = status_no_memory("the surface", planes * grid_plane_bytes(surface->grid));
    }
    stepper->work = calloc((size_t)stepper->threads, sizeof *stepper->work);
    stepper->order = calloc(model->n_species, sizeof *stepper->order);
    if (status == OK && (!stepper->work || !stepper->order))
        status = status_no_memory("the stepper", model->n_species * sizeof *stepper->order);
    for (int i = 0; i < stepper->threads && status == OK; i++)
        status = transport_work_create(stepper->layer[0].transport, stepper->layer[0].any_general, &stepper->work[i]);
    return status;
}

enum status stepper_create(const struct model *model, const double *params, struct state *dermis, struct state *surface, double tolerance,
                           int threads, struct stepper **stepper)
{
    struct stepper *s = calloc(1, sizeof *s);
    if (!s)
        return status_no_memory("the stepper", sizeof *s);
    *s = (struct stepper){
        .model = model, .params = params, .tolerance = tolerance, .threads = threads, .history = 1, .held = 1, .wanted = FIRST_DT};
    const enum status status = create_parts(s, dermis, surface);
    if (status != OK) {
        stepper_destroy(&s);
        return status;
    }
    size_t place = 0;
    for (int mobile = 1; mobile >= 0; mobile--)
        for (size_t i = 0; i < model->n_species; i++)
            if ((s->layer[0].diffusivity[i] > 0.0 || s->layer[0].taxis[i] != 0.0) == (mobile == 1))
                s->order[place++] = i;
    *stepper = s;
    return OK;
}

void stepper_destroy(struct stepper **stepper)
{
    if (!stepper || !*stepper)
        return;
    struct stepper *s = *stepper;
    for (int i = 0; i < s->n_layers; i++)
        layer_destroy(&s->layer[i]);
    for (int i = 0; i < s->threads && s->work; i++)
        transport_work_destroy(&s->work[i]);
    free(s->work);
    transport_work_destroy(&s->surface_work);
    free(s->below_block);
    free(s->below);
    free(s->order);
    free(s);
    *stepper = NULL;
}

/* The whole surface is one job: it is small, and its species wait for each other's predictions. */
static void advance_surface(struct stepper *stepper, const struct formula *formula)
{
    struct layer *surface = &stepper->layer[1];
    reaction_surface(stepper->model, stepper->params, stepper->layer[0].predictor, surface->predictor, stepper->layer[0].state,
                     surface->state, stepper->below, stepper->below + stepper->model->n_species);
    for (size_t tile = 0; tile < reaction_tiles(surface->state->grid->cells); tile++)
        species_tile(surface, formula, tile);
    for (size_t s = 0; s < surface->state->n_species; s++)
        if (species_is_general(surface, s))
            species_faces(stepper->model, stepper->params, surface, s);
    for (size_t s = 0; s < surface->state->n_species; s++)
        species_solve(stepper->model, stepper->params, surface, stepper->surface_work, formula, STEPPER_LOCAL * stepper->tolerance, s);
}

static double drift_rate(const struct stepper *stepper, size_t field)
{
    const char *name = stepper->model->fixed[field].drift;
    return name ? stepper->params[model_param(stepper->model, name)] : 0.0;
}

/* Fixed fields that drift are those of the end of the step under way. */
static void drift(struct stepper *stepper, double day)
{
    const struct state *state = stepper->layer[0].state;
    for (size_t f = 0; f < state->n_fixed; f++) {
        const double rate = drift_rate(stepper, f), factor = exp(-rate * (day - stepper->drifted));
        for (size_t c = 0; c < state->grid->cells && rate > 0.0; c++)
            state->fixed[f][c] *= factor;
    }
    stepper->drifted = day;
}

/* Tiles, then species: two barriers a step (three when a species moves by state-dependent faces). */
static void compute(struct stepper *stepper, const struct formula *formula)
{
    struct layer *dermis = &stepper->layer[0];
    const struct model *model = stepper->model;
    const size_t tiles = reaction_tiles(dermis->state->grid->cells), n = dermis->state->n_species;
    const size_t jobs = n + (stepper->n_layers == 2 ? 1 : 0);
    for (int l = 0; l < stepper->n_layers; l++)
        layer_predict(&stepper->layer[l], formula);
    drift(stepper, stepper_days(stepper->time) + formula->dt);
#pragma omp parallel num_threads(stepper->threads)
    {
#pragma omp for schedule(static)
        for (size_t tile = 0; tile < tiles; tile++) {
            reaction_tile(model, stepper->params, dermis->predictor, dermis->state, tile);
            species_tile(dermis, formula, tile);
        }
        if (dermis->any_general) {
#pragma omp for schedule(dynamic, 1)
            for (size_t s = 0; s < n; s++)
                if (species_is_general(dermis, s))
                    species_faces(model, stepper->params, dermis, s);
        }
#pragma omp for schedule(dynamic, 1)
        for (size_t job = 0; job < jobs; job++) {
            if (job < n)
                species_solve(model, stepper->params, dermis, stepper->work[omp_get_thread_num()], formula,
                              STEPPER_LOCAL * stepper->tolerance, stepper->order[job]);
            else
                advance_surface(stepper, formula);
        }
    }
}

/* Local error / allowed error, the worst species; HUGE_VAL where a solve failed. */
static double judge(const struct stepper *stepper, const struct formula *formula, int *layer_at, size_t *species_at)
{
    const double allowed = STEPPER_LOCAL * stepper->tolerance;
    double worst = 0.0;
    for (int l = 0; l < stepper->n_layers; l++)
        for (size_t s = 0; s < stepper->layer[l].state->n_species; s++) {
            const struct verdict *v = &stepper->layer[l].verdict[s];
            /* With the quadratic predictor y - y* is all of the error of backward Euler. */
            const double factor = v->first_order ? fmax(formula->history == 3 ? 1.0 : 0.5, formula->error) : formula->error;
            double error = factor * v->difference / allowed;
            if (formula->history == 1)
                error *= v->difference; /* y - y[n] is one order lower than the error of backward Euler */
            if (!v->finite || !v->converged)
                error = HUGE_VAL;
            if (error > worst) {
                worst = error;
                *layer_at = l;
                *species_at = s;
            }
        }
    return worst;
}

static enum status fail(const struct stepper *stepper, int l, size_t s)
{
    const struct layer *layer = &stepper->layer[l];
    const struct grid *grid = layer->state->grid;
    size_t at = 0;
    double worst = -1.0;
    for (size_t c = 0; c < grid->cells; c++) {
        const double next = layer->state->level[STATE_NEXT][s][c], off = fabs(next - layer->state->level[STATE_NOW][s][c]);
        if (!isfinite(next) || off > worst) {
            at = c;
            worst = off;
            if (!isfinite(next))
                break;
        }
    }
    return status_fail(ERR_NUMERICS, "%s at x = %.4g mm, y = %.4g mm, z = %.4g mm, day %.6g: %s; the step cannot shrink further",
                       layer->species[s].name, grid_center(grid, 0, at), grid_center(grid, 1, at), l == 1 ? 0.0 : grid_center(grid, 2, at),
                       stepper_days(stepper->time),
                       layer->verdict[s].finite ? "the error stays above the tolerance" : "not a finite number");
}

/* The step in ticks: what the error allows, cut into equal parts of the way to `until`. */
static int64_t choose_step(const struct stepper *stepper, int64_t until)
{
    const int64_t rest = until - stepper->time;
    const double parts = ceil((double)rest / (double)STEPPER_DAY / stepper->wanted);
    if (parts <= 1.0)
        return rest;
    const int64_t step = (int64_t)ceil((double)rest / parts);
    return step < rest ? step : rest;
}

enum status stepper_advance(struct stepper *stepper, int64_t until)
{
    if (until <= stepper->time)
        return OK;
    for (;;) {
        const int64_t ticks = choose_step(stepper, until);
        struct formula formula;
        formula_init(&formula, stepper->history, stepper_days(ticks), stepper->dt, stepper->dt_before);
        compute(stepper, &formula);
        int layer_at = 0;
        size_t species_at = 0;
        const double error = judge(stepper, &formula, &layer_at, &species_at);
        const double power = stepper->history == 3 ? 1.0 / 3.0 : 0.5;
        if (error > 1.0) {
            if (ticks <= SHORTEST)
                return fail(stepper, layer_at, species_at);
            stepper->wanted = formula.dt * fmax(SHRINK, fmin(0.8, SAFETY * pow(error, -power)));
            stepper->counts.rejected++;
            continue;
        }
        stepper->sweeps = 0.0;
        for (int l = 0; l < stepper->n_layers; l++) {
            for (size_t s = 0; s < stepper->layer[l].state->n_species; s++) {
                stepper->counts.first_order += stepper->layer[l].verdict[s].first_order;
                stepper->sweeps += stepper->layer[l].verdict[s].sweeps;
            }
            layer_book(&stepper->layer[l], &formula);
        }
        stepper->time += ticks;
        stepper->dt_older = stepper->dt_before;
        stepper->dt_before = stepper->dt;
        stepper->dt = formula.dt;
        stepper->wanted = formula.dt * fmin(GROWTH, SAFETY * pow(fmax(error, 1e-12), -power));
        stepper->history += stepper->history < 3;
        stepper->held += stepper->held < STATE_LEVELS;
        stepper->error = error;
        stepper->counts.steps++;
        stepper->counts.sweeps += stepper->sweeps;
        return OK;
    }
}

void stepper_event_before(struct stepper *stepper)
{
    for (int l = 0; l < stepper->n_layers; l++)
        for (size_t s = 0; s < stepper->layer[l].state->n_species; s++)
            stepper->layer[l].account[s].before_event = state_total(stepper->layer[l].state, s);
}

void stepper_event_after(struct stepper *stepper)
{
    for (int l = 0; l < stepper->n_layers; l++)
        for (size_t s = 0; s < stepper->layer[l].state->n_species; s++) {
            struct account *account = &stepper->layer[l].account[s];
            account->injury += state_total(stepper->layer[l].state, s) - account->before_event;
        }
    stepper->history = stepper->held = 1;
    stepper->wanted = FIRST_DT;
}

void stepper_state_at(struct stepper *stepper, int64_t time, const double *const **y, const double *const **e)
{
    struct layer *dermis = &stepper->layer[0], *surface = stepper->n_layers == 2 ? &stepper->layer[1] : NULL;
    const bool at_end = time == stepper->time;
    if (!at_end) {
        double weight[STATE_LEVELS];
        formula_interpolate(stepper->held, stepper_days(time - stepper->time), stepper->dt, stepper->dt_before, stepper->dt_older, weight);
#pragma omp parallel for schedule(static) num_threads(stepper->threads)
        for (size_t s = 0; s < dermis->state->n_species; s++)
            layer_interpolate(dermis, weight, s);
        for (size_t s = 0; surface && s < surface->state->n_species; s++)
            layer_interpolate(surface, weight, s);
    }
    *y = (const double *const *)(at_end ? dermis->state->level[STATE_NOW] : dermis->state->loss);
    *e = surface ? (const double *const *)(at_end ? surface->state->level[STATE_NOW] : surface->state->loss) : NULL;
}

int64_t stepper_time(const struct stepper *stepper)
{
    return stepper->time;
}

double stepper_last_dt(const struct stepper *stepper)
{
    return stepper->dt;
}

double stepper_last_error(const struct stepper *stepper)
{
    return stepper->error;
}

double stepper_last_sweeps(const struct stepper *stepper)
{
    return stepper->sweeps;
}

struct stepper_counts stepper_counts(const struct stepper *stepper)
{
    return stepper->counts;
}

struct ledger stepper_ledger(const struct stepper *stepper, bool on_surface, size_t species)
{
    const struct layer *layer = &stepper->layer[on_surface];
    const struct account *account = &layer->account[species];
    struct ledger ledger = {.initial = account->initial,
                            .produced = account->produced[STATE_NOW],
                            .lost = account->lost[STATE_NOW],
                            .boundary = account->boundary[STATE_NOW],
                            .injury = account->injury,
                            .stored = state_total(layer->state, species)};
    ledger.error = ledger.initial + ledger.produced - ledger.lost + ledger.boundary + ledger.injury - ledger.stored;
    return ledger;
}

void stepper_parts(struct stepper *stepper, struct state_part *parts, size_t *n)
{
    static const char *const names[2] = {"dermis", "surface"};
    state_part_add(parts, n, "time", &stepper->time, sizeof stepper->time);
    state_part_add(parts, n, "dt", &stepper->dt, sizeof stepper->dt);
    state_part_add(parts, n, "dt_before", &stepper->dt_before, sizeof stepper->dt_before);
    state_part_add(parts, n, "dt_older", &stepper->dt_older, sizeof stepper->dt_older);
    state_part_add(parts, n, "wanted", &stepper->wanted, sizeof stepper->wanted);
    state_part_add(parts, n, "history", &stepper->history, sizeof stepper->history);
    state_part_add(parts, n, "held", &stepper->held, sizeof stepper->held);
    state_part_add(parts, n, "counts", &stepper->counts, sizeof stepper->counts);
    state_part_add(parts, n, "drifted", &stepper->drifted, sizeof stepper->drifted);
    const struct state *dermis = stepper->layer[0].state;
    for (size_t f = 0; f < dermis->n_fixed; f++)
        if (drift_rate(stepper, f) > 0.0)
            state_part_add(parts, n, stepper->model->fixed[f].name, dermis->fixed[f], dermis->grid->cells * sizeof(double));
    for (int l = 0; l < stepper->n_layers; l++) {
        struct layer *layer = &stepper->layer[l];
        char name[32];
        snprintf(name, sizeof name, "%s_account", names[l]);
        state_part_add(parts, n, name, layer->account, layer->state->n_species * sizeof *layer->account);
        state_parts(layer->state, names[l], parts, n);
    }
}

bool stepper_restored(const struct stepper *stepper, int64_t end)
{
    const struct stepper *s = stepper;
    const double dt[STATE_LEVELS - 1] = {s->dt, s->dt_before, s->dt_older}, most = stepper_days(end);
    bool possible = s->time >= 0 && s->time <= end && s->held >= 1 && s->held <= STATE_LEVELS &&
                    s->history == (s->held < 3 ? s->held : 3) && isfinite(s->wanted) && s->wanted * (double)STEPPER_DAY >= 0.5 &&
                    s->drifted >= 0.0 && s->drifted <= most;
    for (int i = 0; possible && i < s->held - 1; i++)
        possible = dt[i] > 0.0 && dt[i] <= most;
    return possible;
}
