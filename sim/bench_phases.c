/* A step of the quickstart, phase by phase, on a state taken from a run: three days after the session, where signals are steep. */
#include "bench_internal.h"
#include "stepper_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES = 9 };

struct phases {
    struct bench_case c;
    struct layer layer;
    struct transport_work *work;
    struct formula formula;
};

static enum status create(struct phases *p)
{
    enum status status = bench_case_create(BENCH_QUICKSTART, 1, &p->c);
    double dt[3] = {0.0};
    if (status == OK)
        status = bench_case_steps(&p->c, 0);
    while (status == OK && stepper_time(p->c.simulation->stepper) < 3 * STEPPER_DAY) {
        status = bench_case_steps(&p->c, 1);
        dt[2] = dt[1];
        dt[1] = dt[0];
        dt[0] = stepper_last_dt(p->c.simulation->stepper);
    }
    if (status == OK)
        status = layer_create(p->c.plan.model, p->c.plan.params, p->c.simulation->dermis, false, &p->layer);
    if (status == OK)
        status = transport_work_create(p->layer.transport, false, &p->work);
    formula_init(&p->formula, 3, dt[0], dt[0], dt[1]);
    for (size_t s = 0; status == OK && s < p->c.plan.model->n_species; s++)
        p->layer.predictor[s] = p->formula.predictor;
    return status;
}

static void react(struct phases *p)
{
    struct state *state = p->c.simulation->dermis;
    for (size_t tile = 0; tile < reaction_tiles(state->grid->cells); tile++) {
        reaction_tile(p->c.plan.model, p->c.plan.params, p->layer.predictor, state, tile);
        species_tile(&p->layer, &p->formula, tile);
    }
}

/* The same tile again and again: what its arithmetic takes when memory takes nothing. */
static void react_cached(struct phases *p)
{
    struct state *state = p->c.simulation->dermis;
    for (size_t tile = 0; tile < reaction_tiles(state->grid->cells); tile++) {
        reaction_tile(p->c.plan.model, p->c.plan.params, p->layer.predictor, state, 0);
        species_tile(&p->layer, &p->formula, 0);
    }
}

static void solve(struct phases *p)
{
    for (size_t s = 0; s < p->c.simulation->dermis->n_species; s++)
        species_solve(p->c.plan.model, p->c.plan.params, &p->layer, p->work, &p->formula, STEPPER_LOCAL * p->c.plan.tolerance, s);
}

/* Transport alone with its first guess; leaves the right-hand sides; returns the sweeps. */
static double transport(struct phases *p)
{
    struct state *state = p->c.simulation->dermis;
    double sweeps = 0.0;
    for (size_t s = 0; s < state->n_species; s++) {
        if (p->layer.diffusivity[s] <= 0.0)
            continue;
        const double scale = p->layer.species[s].scale;
        const double size = sqrt(
            state_dot3(state->grid->cells, state->grid->volume, state->level[STATE_NOW][s], state->level[STATE_NOW][s]) / p->layer.volume);
        const struct transport_problem problem = {.shift = p->formula.a[0],
                                                  .diffusivity = p->layer.diffusivity[s],
                                                  .loss = state->loss[s],
                                                  .rhs = state->level[STATE_NEXT][s],
                                                  .accuracy = STEPPER_SOLVE * STEPPER_LOCAL * p->c.plan.tolerance *
                                                              (size + STEPPER_WEIGHT * scale)};
        struct transport_result result;
        reaction_predict(state, s, &p->layer.predictor[s], 0, state->grid->cells, transport_work_guess(p->work));
        transport_solve(p->layer.transport, p->work, &problem, &result);
        sweeps += result.sweeps;
    }
    return sweeps;
}

static double elapsed(void (*phase)(struct phases *), struct phases *p)
{
    const double start = bench_processor();
    phase(p);
    return bench_processor() - start;
}

static void observe(struct phases *p)
{
    double means[2 * MODEL_MAX_SPECIES];
    simulation_observe(p->c.simulation, stepper_time(p->c.simulation->stepper), p->c.simulation->out, means, means + MODEL_MAX_SPECIES);
}

static void print(struct bench *bench, struct phases *p)
{
    double reacting[TIMES], cached[TIMES], solving[TIMES], moving[TIMES], observing[TIMES], sweeps = 0.0;
    for (int t = 0; t < TIMES; t++) {
        cached[t] = elapsed(react_cached, p);
        reacting[t] = elapsed(react, p);
        solving[t] = elapsed(solve, p);
        react(p); /* the solution has taken the place of the right-hand sides */
        const double start = bench_processor();
        sweeps = transport(p);
        moving[t] = bench_processor() - start;
        observing[t] = elapsed(observe, p);
    }
    const struct state *state = p->c.simulation->dermis;
    const double cells = (double)state->grid->cells, ns = 1e9 / cells, values = cells * (double)state->n_species * sizeof(double);
    const double r = bench_median(TIMES, reacting), a = bench_median(TIMES, cached), s = bench_median(TIMES, solving);
    const double m = bench_median(TIMES, moving), o = bench_median(TIMES, observing);
    size_t mobile = 0;
    for (size_t i = 0; i < state->n_species; i++)
        mobile += p->layer.diffusivity[i] > 0.0;
    /* Planes that must pass: 3 states read, right-hand side and loss written; error and ledger: 3 states, new state and loss read; a
     * first guess: 3 states read, 1 plane written; a sweep: y, right-hand side and diagonal read, y written. */
    const double least_r = 5.0 * values / bench->triad, least_e = 5.0 * values / bench->triad;
    const double least_m = 4.0 * (sweeps + (double)mobile) * cells * sizeof(double) / bench->triad;
    bench_row(bench, "step: predict, react, right-hand side", r * ns, "ns per cell", 0.0);
    bench_row(bench, "step: error and ledger, species at rest", (s - m) * ns, "ns per cell", 0.0);
    bench_row(bench, "step: transport", m * ns, "ns per cell", 0.0);
    bench_row(bench, "step: transport, sweeps per moving species", sweeps / (double)mobile, "sweeps", 0.0);
    bench_row(bench, "step: all", (r + s) * ns, "ns per cell", 0.0);
    bench_row(bench, "a row of outcomes", o * ns, "ns per cell", 0.0);
    bench_row(bench, "bound / time: predict, react, right-hand side, arithmetic in the cache", a / r, "of the time",
              fmax(least_r, a) == a ? -0.6 : 0.0);
    bench_row(bench, "bound / time: predict, react, right-hand side, bandwidth", least_r / r, "of the time",
              fmax(least_r, a) == a ? 0.0 : -0.6);
    bench_row(bench, "bound / time: error and ledger, bandwidth", least_e / (s - m), "of the time", -0.6);
    bench_row(bench, "bound / time: transport, bandwidth if nothing stayed in cache", least_m / m, "of the time", -0.6);
}

enum status bench_phases(struct bench *bench)
{
    struct phases *p = calloc(1, sizeof *p);
    if (!p)
        return status_no_memory("the benchmark", sizeof *p);
    const enum status status = create(p);
    if (status == OK)
        print(bench, p);
    transport_work_destroy(&p->work);
    if (p->layer.state)
        layer_destroy(&p->layer);
    bench_case_destroy(&p->c);
    free(p);
    return status;
}
