/* Shared by the tests of published models: a configuration of configs/published/, ready to run. */
#ifndef NEEDLEWORK_TESTS_PUBLISHED_H
#define NEEDLEWORK_TESTS_PUBLISHED_H

#include "numerics.h"
#include "plan.h"
#include "simulation.h"
#include "model_use.h"

#include <stdio.h>

struct paper {
    struct config *config;
    struct plan plan;
    struct simulation *simulation;
};

/* configs/published/<name>.yaml with up to three settings over it, NULL = none. */
static inline void paper_open(struct paper *paper, const char *name, const char *a, const char *b, const char *c)
{
    char path[512];
    const char *file = path, *sets[] = {a, b, c};
    size_t n = 0;
    while (n < 3 && sets[n])
        n++;
    snprintf(path, sizeof path, "%s/configs/published/%s.yaml", SOURCE_DIR, name);
    cr_assert(config_read(&file, 1, sets, n, plan_vocabulary(), &paper->config) == OK, "%s", status_message(0));
    cr_assert(plan_create(paper->config, 1, &paper->plan) == OK, "%s", status_message(0));
    cr_assert(simulation_create(&paper->plan, &paper->simulation) == OK, "%s", status_message(0));
}

static inline void paper_close(struct paper *paper)
{
    simulation_destroy(&paper->simulation);
    plan_destroy(&paper->plan);
    config_destroy(&paper->config);
}

static inline double paper_time(const struct paper *paper)
{
    return stepper_days(stepper_time(paper->simulation->stepper));
}

/* One accepted step, not beyond `day`, and the changes scheduled for its end. */
static inline void paper_step(struct paper *paper, double day)
{
    struct simulation *s = paper->simulation;
    simulation_change(s);
    const int64_t change = simulation_next_change(s), end = stepper_ticks(day);
    cr_assert(simulation_advance(s, change < end ? change : end) == OK, "%s", status_message(0));
    simulation_change(s);
}

static inline void paper_run(struct paper *paper, double day)
{
    while (stepper_time(paper->simulation->stepper) < stepper_ticks(day))
        paper_step(paper, day);
}

static inline const double *paper_field(const struct paper *paper, const char *species)
{
    const int s = model_species(paper->plan.model, species);
    cr_assert(s >= 0, "no species %s", species);
    return paper->simulation->dermis->level[STATE_NOW][s];
}

/* Within a share of what is wanted; says how far off it is. */
static inline void within(const char *what, double observed, double wanted, double share)
{
    cr_assert(fabs(observed - wanted) <= share * fabs(wanted), "%s is %.6g, wanted %.6g within %.3g %% (off by %.3g %%)", what, observed,
              wanted, 100 * share, 100 * (observed / wanted - 1));
}

#define WITHIN(observed, wanted, share) within(#observed, observed, wanted, share)

#endif
