#include "reference_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const double reference_day[REFERENCE_DAYS] = {1.0, 3.0, 7.0, 14.0, 28.0, 90.0, 180.0, 365.0};

static enum status create(const char *yaml, double tolerance, struct reference_case *c)
{
    enum status status = config_parse(yaml, strlen(yaml), "case", plan_vocabulary(), &c->config);
    if (status == OK)
        status = plan_create(c->config, 1, &c->plan);
    c->plan.tolerance = tolerance;
    if (status == OK)
        status = simulation_create(&c->plan, &c->simulation);
    if (status == OK)
        status = simulation_session(c->simulation, simulation_next_session(c->simulation));
    return status;
}

bool reference_case_create(const char *yaml, double tolerance, struct reference_case *c)
{
    *c = (struct reference_case){0};
    if (create(yaml, tolerance, c) == OK)
        c->ode = reference_ode_create(c->simulation);
    if (!c->ode) {
        status_print(stderr);
        reference_case_destroy(c);
    }
    status_clear(); /* of the warning that the grid is coarse */
    return c->ode != NULL;
}

void reference_case_destroy(struct reference_case *c)
{
    reference_ode_destroy(&c->ode);
    simulation_destroy(&c->simulation);
    plan_destroy(&c->plan);
    config_destroy(&c->config);
}

bool reference_fields_create(const struct reference_case *c, double **at)
{
    bool ok = true;
    for (size_t d = 0; d < REFERENCE_DAYS; d++)
        ok = (at[d] = malloc(reference_ode_size(c->ode) * sizeof(double))) != NULL && ok;
    return ok;
}

void reference_fields_destroy(double **at)
{
    for (size_t d = 0; d < REFERENCE_DAYS; d++)
        free(at[d]);
}

static void copy(const struct reference_case *c, const double *const *y, const double *const *e, double *to)
{
    for (size_t p = 0; p < 2; p++) {
        const struct reference_part part = reference_ode_part(c->ode, p);
        for (size_t s = 0; s < part.n_species; s++)
            memcpy(to + part.offset + s * part.cells, p == 0 ? y[s] : e[s], part.cells * sizeof *to);
    }
}

bool reference_case_run(struct reference_case *c, double *const *at, double *seconds)
{
    struct stepper *stepper = c->simulation->stepper;
    clock_t spent = 0;
    for (size_t d = 0; d < REFERENCE_DAYS;) {
        const clock_t start = clock();
        if (simulation_advance(c->simulation, stepper_ticks(reference_day[REFERENCE_DAYS - 1])) != OK) {
            status_print(stderr);
            return false;
        }
        for (; d < REFERENCE_DAYS && stepper_ticks(reference_day[d]) <= stepper_time(stepper); d++) {
            const double *const *y, *const *e;
            stepper_state_at(stepper, stepper_ticks(reference_day[d]), &y, &e);
            copy(c, y, e, at[d]);
        }
        spent += clock() - start;
    }
    *seconds = (double)spent / CLOCKS_PER_SEC;
    return true;
}

double reference_field_error(const struct reference_case *c, const double *y, const double *exact, const char **worst)
{
    double most = 0.0;
    for (size_t p = 0, field = 0; p < 2; p++) {
        const struct reference_part part = reference_ode_part(c->ode, p);
        for (size_t s = 0; s < part.n_species; s++, field++) {
            const double size = reference_ode_norm(c->ode, field, exact, NULL) + 1e-2 * part.species[s].scale;
            const double error = reference_ode_norm(c->ode, field, y, exact) / size;
            if (error > most) {
                most = error;
                *worst = part.species[s].name;
            }
        }
    }
    return most;
}

double reference_outcome_error(struct reference_case *c, double *const *at, double *const *exact, const char **worst)
{
    enum { MOST = 256 };
    const size_t n = c->plan.model->n_outcomes;
    double off[MOST] = {0.0}, size[MOST] = {0.0}, seen[MOST] = {0.0}, wanted[MOST] = {0.0}, most = 0.0;
    const double *const *y, *const *e;
    for (size_t d = 0; d < REFERENCE_DAYS; d++) {
        reference_ode_view(c->ode, at[d], &y, &e);
        outcomes_evaluate(c->simulation->outcomes, 0.0, y, e, seen);
        reference_ode_view(c->ode, exact[d], &y, &e);
        outcomes_evaluate(c->simulation->outcomes, 0.0, y, e, wanted);
        for (size_t i = 0; i < n && i < MOST; i++) {
            off[i] = fmax(off[i], fabs(seen[i] - wanted[i]));
            size[i] = fmax(size[i], fabs(wanted[i]));
        }
    }
    for (size_t i = 0; i < n && i < MOST; i++)
        if (off[i] > most * size[i]) {
            most = off[i] / size[i];
            *worst = c->plan.model->outcomes[i].name;
        }
    return most;
}
