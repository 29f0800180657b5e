/* The laboratory of the verification problems: a model on any grid, stepped by the program's own stepper. */
#include "verify_internal.h"

#include "reaction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct lab_axis lab_one = {1, 0.0, 1.0, 0.0, false};

static enum status create_grid(enum geometry geometry, const struct lab_axis axis[3], struct grid **grid)
{
    struct axis_spec spec[3];
    double *face[3] = {NULL, NULL, NULL};
    enum status status = OK;
    for (int a = 0; a < 3 && status == OK; a++) {
        const size_t n = axis[a].n;
        face[a] = malloc((n + 1) * sizeof(double));
        if (!face[a]) {
            status = status_no_memory("the grid", (n + 1) * sizeof(double));
            break;
        }
        for (size_t i = 0; i <= n; i++) {
            const double x = (double)i / (double)n;
            face[a][i] = axis[a].lo + (axis[a].hi - axis[a].lo) * (x + axis[a].stretch * x * (x - 1.0));
        }
        spec[a] = (struct axis_spec){n, face[a], axis[a].periodic, a == 0 && geometry == AXISYMMETRIC};
    }
    if (status == OK)
        status = grid_create(geometry, spec, grid);
    for (int a = 0; a < 3; a++)
        free(face[a]);
    return status;
}

static enum status set_initial(struct lab *lab)
{
    const struct model *model = lab->model;
    const size_t n = lab->grid->cells;
    for (size_t f = 0; f < model->n_fixed; f++)
        for (size_t c = 0; c < n; c++)
            lab->dermis->fixed[f][c] = lab_param(lab, model->fixed[f].param);
    return reaction_start(model, lab->params, lab->dermis, lab->surface);
}

enum status lab_create(const struct model *model, const struct setting *set, enum geometry geometry, const struct lab_axis axis[3],
                       double tolerance, struct lab *lab)
{
    *lab = (struct lab){.model = model, .tolerance = tolerance, .threads = 1};
    lab->params = calloc(model->n_params + model->n_derived + 1, sizeof *lab->params);
    if (!lab->params)
        return status_no_memory("the parameters", model->n_params * sizeof *lab->params);
    for (size_t i = 0; i < model->n_params; i++)
        lab->params[i] = model->params[i].value;
    for (; set && set->param; set++)
        lab->params[model_param(model, set->param)] = set->value;
    if (model->prepare)
        model->prepare(lab->params);
    enum status status = create_grid(geometry, axis, &lab->grid);
    if (status == OK)
        status = state_create(lab->grid, model->n_species, model->n_fixed, &lab->dermis);
    if (status == OK && model->n_surface)
        status = grid_surface(lab->grid, &lab->surface_grid);
    if (status == OK && model->n_surface)
        status = state_create(lab->surface_grid, model->n_surface, 0, &lab->surface);
    if (status == OK)
        status = set_initial(lab);
    if (status != OK)
        lab_destroy(lab);
    return status;
}

void lab_destroy(struct lab *lab)
{
    stepper_destroy(&lab->stepper);
    state_destroy(&lab->surface);
    state_destroy(&lab->dermis);
    grid_destroy(&lab->surface_grid);
    grid_destroy(&lab->grid);
    free(lab->params);
    lab->params = NULL;
}

enum status lab_advance(struct lab *lab, double days)
{
    enum status status = OK;
    if (!lab->stepper)
        status = stepper_create(lab->model, lab->params, lab->dermis, lab->surface, lab->tolerance, lab->threads, &lab->stepper);
    return status == OK ? stepper_advance(lab->stepper, stepper_ticks(days)) : status;
}

enum status lab_run(struct lab *lab, double days)
{
    enum status status = OK;
    while (status == OK && (!lab->stepper || stepper_time(lab->stepper) < stepper_ticks(days)))
        status = lab_advance(lab, days);
    return status;
}

double lab_time(const struct lab *lab)
{
    return lab->stepper ? stepper_days(stepper_time(lab->stepper)) : 0.0;
}

double lab_steps(const struct lab *lab)
{
    return lab->stepper ? (double)stepper_counts(lab->stepper).steps : 0.0;
}

double *lab_species(const struct lab *lab, const char *name)
{
    return lab->dermis->level[STATE_NOW][model_species(lab->model, name)];
}

double lab_param(const struct lab *lab, const char *name)
{
    return lab->params[model_param(lab->model, name)];
}

void lab_position(const struct lab *lab, size_t cell, double at[3])
{
    for (int a = 0; a < 3; a++)
        at[a] = grid_center(lab->grid, a, cell);
}

double lab_distance(const struct lab *lab, const double *y, lab_exact *exact, const void *context, int q)
{
    double off = 0.0, size = 0.0;
    for (size_t c = 0; c < lab->grid->cells; c++) {
        double at[3];
        lab_position(lab, c, at);
        const double wanted = exact(at, context), volume = lab->grid->volume[c];
        off += volume * (q == 1 ? fabs(y[c] - wanted) : (y[c] - wanted) * (y[c] - wanted));
        size += volume * (q == 1 ? fabs(wanted) : wanted * wanted);
    }
    return q == 1 ? off / size : sqrt(off / size);
}

double lab_front(const struct lab *lab, const double *y, double value)
{
    const struct axis *x = &lab->grid->axis[0];
    size_t i = x->n - 1;
    while (i > 0 && y[i - 1] < value)
        i--;
    if (i == 0)
        return x->center[0];
    return x->center[i - 1] + (x->center[i] - x->center[i - 1]) * (y[i - 1] - value) / (y[i - 1] - y[i]);
}
