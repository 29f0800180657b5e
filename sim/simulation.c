#include "simulation.h"

#include "model_use.h"
#include "reaction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a session of the plan does to the grid, and where the channels are that outcomes look into. */
static enum status create_outcomes(struct simulation *s)
{
    const struct plan *plan = s->plan;
    struct puncture *first = NULL;
    enum status status = plan->treated ? treatment_puncture(&plan->treatment, s->grid, 0, &first) : OK;
    if (status != OK)
        return status;
    s->channels = first ? first->channels : 0;
    status = outcomes_create(plan->model, s->params, (const double *const *)s->dermis->fixed, s->grid, s->surface_grid,
                             first ? first->core : NULL, first ? first->injured : NULL, &s->outcomes);
    treatment_puncture_destroy(&first);
    return status;
}

/* Static fields: the parameter everywhere, times the lesions of the skin. */
static void set_fixed(struct simulation *s)
{
    const struct model *model = s->plan->model;
    const struct grid *grid = s->grid;
    const bool wide = grid->geometry == SLAB || grid->geometry == PATCH;
    const double half[2] = {0.5 * grid->axis[0].face[grid->axis[0].n], 0.5 * grid->axis[1].face[grid->axis[1].n]};
    for (size_t f = 0; f < model->n_fixed; f++) {
        const double value = s->params[model_param(model, model->fixed[f].param)];
        for (size_t c = 0; c < grid->cells; c++) {
            const double *const z = &grid->axis[2].face[c / grid->plane];
            const double x = grid_center(grid, 0, c), y = grid_center(grid, 1, c);
            const double across[2] = {wide ? x - half[0] : 0.0, grid->geometry == PATCH ? y - half[1] : 0.0};
            s->dermis->fixed[f][c] = value * skin_lesion(&s->plan->skin, model, model->fixed[f].name, z[0], z[1], across);
        }
    }
}

static enum status create_sessions(struct simulation *s)
{
    const struct treatment *t = &s->plan->treatment;
    s->n_sessions = s->plan->treated ? t->sessions : 0;
    s->sessions = calloc(s->n_sessions + 1, sizeof *s->sessions);
    if (!s->sessions)
        return status_no_memory("the sessions", s->n_sessions * sizeof *s->sessions);
    for (size_t i = 0; i < s->n_sessions; i++) {
        struct session *session = &s->sessions[i];
        session->scheduled = session->due = stepper_ticks(t->first + (double)i * t->interval);
        session->performed = -1;
        session->closure = session->deficit = NAN;
        session->settled = session->due > s->plan->end;
    }
    return OK;
}

static enum status create_parts(struct simulation *s)
{
    const struct plan *plan = s->plan;
    const struct model *model = plan->model;
    enum status status = plan->geometry == AXISYMMETRIC
                             ? grid_cylinder(plan->width[0], plan->depth, plan->spacing, plan->grading, plan->near, plan->refine, &s->grid)
                             : grid_box(plan->geometry, plan->width, plan->depth, plan->spacing, plan->grading, &s->grid);
    if (status == OK)
        status = state_create(s->grid, model->n_species, model->n_fixed, &s->dermis);
    if (status == OK && model->n_surface)
        status = grid_surface(s->grid, &s->surface_grid);
    if (status == OK && model->n_surface)
        status = state_create(s->surface_grid, model->n_surface, 0, &s->surface);
    if (status == OK) {
        set_fixed(s);
        status = reaction_start(model, s->params, s->dermis, s->surface);
    }
    if (status == OK)
        status = create_outcomes(s);
    if (status == OK)
        status = stepper_create(model, s->params, s->dermis, s->surface, plan->tolerance, plan->threads, &s->stepper);
    if (status == OK)
        status = create_sessions(s);
    if (status == OK)
        status = events_create(model, plan->params, plan->end, &s->events);
    return status;
}

enum status simulation_create(const struct plan *plan, struct simulation **simulation)
{
    struct simulation *s = calloc(1, sizeof *s);
    if (!s)
        return status_no_memory("the simulation", sizeof *s);
    s->plan = plan;
    const size_t n_params = plan->model->n_params + plan->model->n_derived;
    s->out = calloc(plan->model->n_outcomes + 1, sizeof *s->out);
    s->params = calloc(n_params + 1, sizeof *s->params);
    if (s->params)
        memcpy(s->params, plan->params, n_params * sizeof *s->params);
    const enum status status = s->out && s->params
                                   ? create_parts(s)
                                   : status_no_memory("outcomes and parameters", (plan->model->n_outcomes + n_params) * sizeof *s->out);
    if (status != OK) {
        simulation_destroy(&s);
        return status;
    }
    const double *const *y, *const *e;
    stepper_state_at(s->stepper, 0, &y, &e);
    outcomes_set_baseline(s->outcomes, y, e);
    milestones_init(&s->milestones);
    *simulation = s;
    return OK;
}

void simulation_destroy(struct simulation **simulation)
{
    if (!simulation || !*simulation)
        return;
    struct simulation *s = *simulation;
    events_destroy(&s->events);
    free(s->sessions);
    free(s->out);
    stepper_destroy(&s->stepper);
    outcomes_destroy(&s->outcomes);
    state_destroy(&s->surface);
    state_destroy(&s->dermis);
    grid_destroy(&s->surface_grid);
    grid_destroy(&s->grid);
    free(s->params);
    free(s);
    *simulation = NULL;
}

/* Outcomes of the present state into `out`. */
static void look(struct simulation *s)
{
    const double *const *y, *const *e;
    const int64_t now = stepper_time(s->stepper);
    stepper_state_at(s->stepper, now, &y, &e);
    outcomes_evaluate(s->outcomes, stepper_days(now), y, e, s->out);
}

enum status simulation_advance(struct simulation *simulation, int64_t until)
{
    const enum status status = stepper_advance(simulation->stepper, until);
    if (status != OK)
        return status;
    if (milestones_waiting(&simulation->milestones)) {
        look(simulation);
        milestones_look(&simulation->milestones, simulation->plan->model, stepper_days(stepper_time(simulation->stepper)), simulation->out);
    }
    return OK;
}

void simulation_integrate(struct simulation *simulation)
{
    const double *const *y, *const *e;
    const int64_t now = stepper_time(simulation->stepper);
    stepper_state_at(simulation->stepper, now, &y, &e);
    outcomes_integrate(simulation->outcomes, stepper_days(now), y);
}

int64_t simulation_next_change(const struct simulation *simulation)
{
    return events_next(simulation->events);
}

void simulation_change(struct simulation *simulation)
{
    events_apply(simulation->events, simulation->stepper, simulation->dermis, simulation->params);
}

struct session *simulation_next_session(struct simulation *simulation)
{
    for (size_t i = 0; i < simulation->n_sessions; i++)
        if (!simulation->sessions[i].settled)
            return &simulation->sessions[i];
    return NULL;
}

/* A day later.  The following sessions wait for it: they keep their order, and their distance to nothing but the rule. */
static void postpone(struct simulation *s, struct session *session)
{
    session->due += STEPPER_DAY;
    session->settled = session->due > s->plan->end;
}

/* A value below 0 after a needle, if only by rounding, would end some steps later as a step that cannot shrink. */
static enum status check_injured(const struct species *species, const struct state *state)
{
    for (size_t i = 0; i < state->n_species; i++) {
        const double least = state_minimum(state->grid->cells, state->level[STATE_NOW][i]);
        if (least < 0.0)
            return status_fail(ERR_NUMERICS, "%s: the model leaves it at %.3g after a needle; it must be 0 or more", species[i].name,
                               least);
    }
    return OK;
}

static enum status injure(struct simulation *s, size_t number)
{
    const struct plan *plan = s->plan;
    const struct model *model = plan->model;
    struct puncture *puncture = NULL;
    const enum status status = treatment_puncture(&plan->treatment, s->grid, number, &puncture);
    if (status != OK)
        return status;
    stepper_event_before(s->stepper);
    model->injure(s->grid->cells, puncture->channel, puncture->bruise, plan->treatment.device.removal, s->params,
                  s->dermis->level[STATE_NOW]);
    if (s->surface && model->injure_surface)
        model->injure_surface(s->surface_grid->cells, puncture->mouth, s->params, s->surface->level[STATE_NOW]);
    enum status checked = check_injured(model->species, s->dermis);
    if (checked == OK && s->surface)
        checked = check_injured(model->surface, s->surface);
    stepper_event_after(s->stepper);
    outcomes_set_mouths(s->outcomes, puncture->core);
    treatment_puncture_destroy(&puncture);
    return checked;
}

enum status simulation_session(struct simulation *simulation, struct session *session)
{
    struct simulation *s = simulation;
    const int64_t now = stepper_time(s->stepper);
    const size_t number = (size_t)(session - s->sessions);
    look(s);
    if (!milestones_healed(s->plan->model, s->out, &session->closure, &session->deficit)) {
        if (s->plan->treatment.if_not_healed == FAIL)
            return status_fail(ERR_CONFIG,
                               "session %zu on day %.6g: the skin has not healed (%.0f %% of the mouths covered, barrier deficit %.0f %%)",
                               number + 1, stepper_days(now), 100.0 * session->closure, 100.0 * session->deficit);
        if (s->plan->treatment.if_not_healed == POSTPONE)
            postpone(s, session);
        else
            session->settled = true;
        return OK;
    }
    const enum status status = injure(s, number);
    if (status != OK)
        return status;
    session->performed = now;
    session->settled = true;
    const double *const *y, *const *e;
    stepper_state_at(s->stepper, now, &y, &e);
    outcomes_session(s->outcomes, stepper_days(now), y);
    look(s);
    milestones_session(&s->milestones, s->plan->model, stepper_days(now), s->out);
    return OK;
}

void simulation_observe(struct simulation *simulation, int64_t time, double *outcomes, double *means, double *surface_means)
{
    const double *const *y, *const *e;
    stepper_state_at(simulation->stepper, time, &y, &e);
    outcomes_evaluate(simulation->outcomes, stepper_days(time), y, e, outcomes);
    outcomes_means(simulation->outcomes, means, surface_means);
}

void simulation_parts(struct simulation *simulation, struct state_part *parts, size_t *n)
{
    stepper_parts(simulation->stepper, parts, n);
    outcomes_parts(simulation->outcomes, parts, n);
    events_parts(simulation->events, parts, n);
    state_part_add(parts, n, "milestones", &simulation->milestones, sizeof simulation->milestones);
    state_part_add(parts, n, "sessions", simulation->sessions, simulation->n_sessions * sizeof *simulation->sessions);
}

bool simulation_restored(struct simulation *simulation)
{
    const struct simulation *s = simulation;
    const int64_t end = s->plan->end;
    bool possible = stepper_restored(s->stepper, end) && events_restored(s->events, s->params);
    for (size_t i = 0; possible && i < s->n_sessions; i++) {
        const struct session *session = &s->sessions[i];
        possible =
            (session->settled || (session->due >= 0 && session->due <= end)) && session->performed >= -1 && session->performed <= end;
    }
    return possible;
}
