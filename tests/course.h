/* Shared by tests that follow a treatment: a configuration given as text, its sessions held when due, its outcomes by name. */
#ifndef NEEDLEWORK_TESTS_COURSE_H
#define NEEDLEWORK_TESTS_COURSE_H

#include "numerics.h"
#include "plan.h"
#include "simulation.h"
#include "model_use.h"

#include <string.h>

struct course {
    struct config *config;
    struct plan *plan; /* of its own, because the simulation points to it */
    struct simulation *simulation;
};

static inline struct course course_begin(const char *yaml)
{
    struct course c = {.plan = malloc(sizeof(struct plan))};
    cr_assert(config_parse(yaml, strlen(yaml), "course", plan_vocabulary(), &c.config) == OK, "%s", status_message(0));
    cr_assert(plan_create(c.config, 1, c.plan) == OK, "%s", status_message(0));
    cr_assert(simulation_create(c.plan, &c.simulation) == OK, "%s", status_message(0));
    return c;
}

static inline void course_end(struct course *c)
{
    simulation_destroy(&c->simulation);
    plan_destroy(c->plan);
    free(c->plan);
    config_destroy(&c->config);
}

/* One step, or the session that is due now; false once `day` is reached (sessions of that very time are held). */
static inline bool course_step(struct course *c, double day)
{
    struct simulation *s = c->simulation;
    const int64_t until = stepper_ticks(day), now = stepper_time(s->stepper);
    struct session *session = simulation_next_session(s);
    if (session && session->due <= now)
        cr_assert(simulation_session(s, session) == OK, "%s", status_message(0));
    else if (now < until) {
        cr_assert(simulation_advance(s, session && session->due < until ? session->due : until) == OK, "%s", status_message(0));
        simulation_integrate(s);
    } else
        return false;
    return true;
}

static inline void course_go(struct course *c, double day)
{
    while (course_step(c, day)) {
    }
}

/* An outcome as it is now. */
static inline double course_outcome(struct course *c, const char *name)
{
    struct simulation *s = c->simulation;
    const int i = model_outcome(c->plan->model, name);
    const double *const *y, *const *e;
    cr_assert(i >= 0, "no outcome %s", name);
    stepper_state_at(s->stepper, stepper_time(s->stepper), &y, &e);
    outcomes_evaluate(s->outcomes, stepper_days(stepper_time(s->stepper)), y, e, s->out);
    return s->out[i];
}

/* A field as it is now, and a parameter. */
static inline const double *course_field(const struct course *c, const char *species)
{
    const int s = model_species(c->plan->model, species);
    cr_assert(s >= 0, "no species %s", species);
    return c->simulation->dermis->level[STATE_NOW][s];
}

static inline double course_parameter(const struct course *c, const char *name)
{
    const int p = model_param(c->plan->model, name);
    cr_assert(p >= 0, "no parameter %s", name);
    return c->plan->params[p];
}

#endif
