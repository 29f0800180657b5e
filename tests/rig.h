/* Shared by the tests of the stepper: a model on a grid, ready to run. */
#ifndef NEEDLEWORK_TESTS_RIG_H
#define NEEDLEWORK_TESTS_RIG_H

#include "numerics.h"
#include "state.h"
#include "status.h"
#include "stepper.h"

struct rig {
    struct grid *grid, *surface_grid; /* owned */
    struct state *dermis, *surface;   /* owned; surface NULL when the model has none */
    struct stepper *stepper;          /* owned */
};

/* Takes the grid.  Fields start at their healthy values, then at what `initial` says of cell c of species s (negative s: the surface). */
static inline struct rig rig_create(const struct model *model, const double *params, struct grid *grid, double tolerance, int threads,
                                    double (*initial)(const struct grid *grid, int s, size_t c))
{
    struct rig rig = {.grid = grid};
    enum status status = state_create(grid, model->n_species, 0, &rig.dermis);
    if (status == OK && model->n_surface) {
        status = grid_surface(grid, &rig.surface_grid);
        if (status == OK)
            status = state_create(rig.surface_grid, model->n_surface, 0, &rig.surface);
    }
    cr_assert(status == OK, "no memory");
    for (size_t s = 0; s < model->n_species; s++)
        for (size_t c = 0; c < grid->cells; c++)
            rig.dermis->level[STATE_NOW][s][c] = initial ? initial(grid, (int)s, c) : model->species[s].healthy;
    for (size_t s = 0; s < model->n_surface; s++)
        for (size_t c = 0; c < rig.surface_grid->cells; c++)
            rig.surface->level[STATE_NOW][s][c] = initial ? initial(rig.surface_grid, -1 - (int)s, c) : model->surface[s].healthy;
    cr_assert(stepper_create(model, params, rig.dermis, rig.surface, tolerance, threads, &rig.stepper) == OK, "no stepper: %s",
              status_count() ? status_message(0) : "");
    return rig;
}

static inline void rig_free(struct rig *rig)
{
    stepper_destroy(&rig->stepper);
    state_destroy(&rig->surface);
    state_destroy(&rig->dermis);
    grid_destroy(&rig->surface_grid);
    grid_destroy(&rig->grid);
}

static inline void rig_run(struct rig *rig, double days)
{
    const int64_t until = stepper_ticks(days);
    while (stepper_time(rig->stepper) < until)
        cr_assert(stepper_advance(rig->stepper, until) == OK, "%s", status_count() ? status_message(0) : "failed");
    cr_assert(stepper_time(rig->stepper) == until, "time is %g d, wanted %g", stepper_days(stepper_time(rig->stepper)), days);
}

static inline const double *rig_now(const struct rig *rig, size_t s)
{
    return rig->dermis->level[STATE_NOW][s];
}

static inline struct grid *one_cell(void)
{
    return make_box(WELL_MIXED, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0);
}

#endif
