/* V10: cells that follow a fixed attractant settle as n = A exp(chi c / D), all of them there, none negative. */
#include "verify_internal.h"

#include <math.h>

enum { MOST = 4 };

struct settled {
    double wave[3], slope, scale;
}; /* chi c / D = slope (1 + cos cos cos) / 2 */

static double settled_cells(const double at[3], const void *context)
{
    const struct settled *s = context;
    const double wave = cos(s->wave[0] * at[0]) * cos(s->wave[1] * at[1]) * cos(s->wave[2] * at[2]);
    return s->scale * exp(0.5 * s->slope * (1.0 + wave));
}

/* The factor A from the number of cells. */
static void normalise(const struct lab *lab, double mass, struct settled *s)
{
    double sum = 0.0;
    s->scale = 1.0;
    for (size_t c = 0; c < lab->grid->cells; c++) {
        double at[3];
        lab_position(lab, c, at);
        sum += lab->grid->volume[c] * settled_cells(at, s);
    }
    s->scale = mass / sum;
}

/* Runs to the steady state; error of it, relative change of mass, smallest value ever. */
static enum status settle(enum geometry geometry, const struct lab_axis axis[3], double slope, double *error, double *drift, double *least)
{
    const double wave = M_PI / axis[0].hi;
    const bool flat = axis[1].n == 1;
    const struct setting set[] = {{"sensitivity", 0.1 * slope},
                                  {"wave_x", wave},
                                  {"wave_y", flat ? 0.0 : M_PI / axis[1].hi},
                                  {"wave_z", flat ? 0.0 : M_PI / axis[2].hi},
                                  {NULL, 0.0}};
    struct lab lab;
    enum status status = lab_create(model_find("chemotaxis"), set, geometry, axis, 1e-5, &lab);
    const double mass = status == OK ? state_total(lab.dermis, 0) : 0.0;
    const double end = 30.0 / (0.1 * wave * wave); /* 30 relaxation times */
    *least = HUGE_VAL;
    while (status == OK && lab_time(&lab) < end - 1e-6) {
        status = lab_advance(&lab, end);
        for (size_t c = 0; c < lab.grid->cells; c++)
            *least = fmin(*least, lab_species(&lab, "cell")[c]);
    }
    if (status == OK) {
        struct settled s = {{set[1].value, set[2].value, set[3].value}, slope, 1.0};
        normalise(&lab, mass, &s);
        *error = lab_distance(&lab, lab_species(&lab, "cell"), settled_cells, &s, 2);
        *drift = fabs(state_total(lab.dermis, 0) / mass - 1.0);
    }
    lab_destroy(&lab);
    return status;
}

static enum status space_order(struct report *report, const char *quantity, double stretch)
{
    double size[MOST], error[MOST], drift, least;
    const size_t n = report->full ? MOST : MOST - 1;
    for (size_t i = 0; i < n; i++) {
        const struct lab_axis axis[3] = {{(size_t)32 << i, 0.0, 1.0, stretch, false}, lab_one, lab_one};
        size[i] = (double)axis[0].n;
        const enum status status = settle(SLAB, axis, 4.0, &error[i], &drift, &least);
        if (status != OK)
            return status;
    }
    verify_order(report, quantity, 2.0, 1e-3, n, size, error);
    return OK;
}

enum status verify_chemotaxis(struct report *report)
{
    double error, drift = 0.0, least = 0.0;
    enum status status = space_order(report, "steady n = A exp(chi c / D), chi c / D to 4, L2 error", 0.0);
    if (status == OK)
        status = space_order(report, "the same, cells growing 1 : 3", 0.5);
    if (status != OK)
        return status;
    /* cells wider than the layer they gather in: the limiter acts, the values must still be positive */
    const size_t coarse = report->full ? 16 : 8;
    const struct lab_axis box[3] = {{coarse, 0.0, 1.0, 0.0, false}, {coarse + 2, 0.0, 1.5, 0.0, false}, {coarse + 4, 0.0, 0.8, 0.3, false}};
    status = settle(UNIT_CELL, box, 40.0, &error, &drift, &least);
    if (status != OK)
        return status;
    verify_at_most(report, "steep taxis in 3-D, chi c / D to 40: change of mass", 1e-12, drift);
    verify_at_most(report, "the same: smallest density, negative part", 0.0, fmax(0.0, -least));
    return OK;
}
