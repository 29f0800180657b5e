/* V14: what must hold for any model, shown on the dermis model: healthy skin rests, nothing is lost from the books, nothing is negative,
 * and the answer depends neither on the direction of the axes, nor on the number of threads, nor on an interruption. */
#include "verify_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double RADIUS = 0.1, BOTTOM = 0.55; /* [mm] of the channel */
static const double WIDE = 0.5, LONG = 0.7, DEEP = 0.9;

/* An off-centre channel in a box; `swap` exchanges x and y, `mirror` turns x around. */
struct turn {
    bool swap, mirror;
};

static void channel(const struct lab *lab, struct turn turn, double *s, double *b, double *mouth)
{
    enum { FINE = 8 };
    const struct axis *axis = lab->grid->axis;
    for (size_t c = 0; c < lab->grid->cells; c++) {
        const size_t i = c % axis[0].n, j = c / axis[0].n % axis[1].n, k = c / lab->grid->plane;
        double inside = 0.0, near = 0.0;
        for (int q = 0; q < FINE * FINE; q++) {
            double x = axis[0].face[i] + axis[0].extent[i] * (q % FINE + 0.5) / FINE;
            double y = axis[1].face[j] + axis[1].extent[j] * (q / FINE + 0.5) / FINE;
            if (turn.swap) {
                const double other = x;
                x = y;
                y = other;
            }
            const double r = hypot((turn.mirror ? WIDE - x : x) - 0.4 * WIDE, y - 0.6 * LONG);
            inside += r < RADIUS;
            near += r < 2.0 * RADIUS;
        }
        const double share = fmin(1.0, fmax(0.0, (BOTTOM - axis[2].face[k]) / axis[2].extent[k])) / (FINE * FINE);
        s[c] = inside * share;
        b[c] = (near - inside) * share;
        if (k == 0)
            mouth[c] = inside / (FINE * FINE);
    }
}

/* The dermis on its way, injured on day 1/8. */
static enum status wounded(struct turn turn, int threads, double tolerance, struct lab *lab)
{
    const struct lab_axis wide = {8, 0.0, WIDE, 0.0, false}, length = {12, 0.0, LONG, 0.0, false};
    const struct lab_axis axis[3] = {turn.swap ? length : wide, turn.swap ? wide : length, {14, 0.0, DEEP, 0.3, false}};
    const struct model *model = model_find("dermis");
    enum status status = lab_create(model, NULL, UNIT_CELL, axis, tolerance, lab);
    if (status != OK)
        return status;
    lab->threads = threads;
    const size_t n = lab->grid->cells;
    double *injury = calloc(3 * n, sizeof *injury);
    status = injury ? lab_run(lab, 0.125) : status_no_memory("the channel", 3 * n * sizeof *injury);
    if (status == OK) {
        channel(lab, turn, injury, injury + n, injury + 2 * n);
        stepper_event_before(lab->stepper);
        model->injure(n, injury, injury + n, 0.73, lab->params, lab->dermis->level[STATE_NOW]);
        model->injure_surface(lab->grid->plane, injury + 2 * n, lab->params, lab->surface->level[STATE_NOW]);
        stepper_event_after(lab->stepper);
    }
    free(injury);
    return status;
}

/* ---- fixed point ---- */

static enum status fixed_point(struct report *report)
{
    static const struct lab_axis axis[3] = {{6, 0.0, 0.3, 0.0, false}, {5, 0.0, 0.4, 0.0, false}, {12, 0.0, 1.2, 0.4, false}};
    const struct model *model = model_find("dermis");
    struct lab lab;
    enum status status = lab_create(model, NULL, UNIT_CELL, axis, 1e-3, &lab);
    double start[MODEL_MAX_SPECIES], drift = 0.0;
    for (size_t s = 0; s < model->n_species && status == OK; s++)
        start[s] = lab.dermis->level[STATE_NOW][s][0];
    if (status == OK)
        status = lab_run(&lab, 365.0);
    for (size_t s = 0; s < model->n_species && status == OK; s++)
        for (size_t c = 0; c < lab.grid->cells; c++)
            drift =
                fmax(drift, fabs(lab.dermis->level[STATE_NOW][s][c] - start[s]) / (start[s] > 0.0 ? start[s] : model->species[s].scale));
    for (size_t s = 0; s < model->n_surface && status == OK; s++)
        for (size_t c = 0; c < lab.surface_grid->cells; c++)
            drift = fmax(drift, fabs(lab.surface->level[STATE_NOW][s][c] - model->surface[s].healthy));
    lab_destroy(&lab);
    if (status == OK)
        verify_at_most(report, "healthy dermis, 12 months: largest relative drift", 1e-10, drift);
    return status;
}

/* ---- mass and positivity ---- */

static double smallest(const struct state *state)
{
    double least = HUGE_VAL;
    for (size_t s = 0; s < state->n_species; s++)
        for (size_t c = 0; c < state->grid->cells; c++)
            least = fmin(least, state->level[STATE_NOW][s][c] < HUGE_VAL ? state->level[STATE_NOW][s][c] : -HUGE_VAL); /* NaN too */
    return least;
}

static double imbalance(const struct lab *lab)
{
    double worst = 0.0;
    for (int surface = 0; surface < 2; surface++)
        for (size_t s = 0; s < (surface ? lab->model->n_surface : lab->model->n_species); s++) {
            const struct ledger l = stepper_ledger(lab->stepper, surface, s);
            worst = fmax(worst, fabs(l.error) / (fabs(l.initial) + l.produced + l.lost + fabs(l.injury)));
        }
    return worst;
}

static enum status books(struct report *report)
{
    struct lab lab;
    enum status status = wounded((struct turn){false, false}, 1, 1e-3, &lab);
    double least = HUGE_VAL;
    while (status == OK && lab_time(&lab) < 56.0) {
        status = lab_advance(&lab, 56.0);
        least = fmin(least, fmin(smallest(lab.dermis), smallest(lab.surface)));
    }
    if (status == OK) {
        verify_at_most(report, "wounded dermis, 8 weeks: worst ledger error / turnover", 1e-12, imbalance(&lab));
        verify_at_most(report, "the same: negative part of the smallest value", 0.0, fmax(0.0, -least));
    }
    lab_destroy(&lab);
    return status;
}

/* ---- symmetry ---- */

/* The cell of a turned grid that holds what cell c of the plain one holds. */
static size_t turned(const struct grid *plain, struct turn turn, size_t c)
{
    const size_t nx = plain->axis[0].n, ny = plain->axis[1].n;
    const size_t i = c % nx, j = c / nx % ny, k = c / plain->plane, at = turn.mirror ? nx - 1 - i : i;
    return k * plain->plane + (turn.swap ? j + ny * at : at + nx * j);
}

static double asymmetry(const struct state *plain, const struct state *other, const struct species *species, struct turn turn)
{
    double worst = 0.0;
    for (size_t s = 0; s < plain->n_species; s++)
        for (size_t c = 0; c < plain->grid->cells; c++) {
            const double a = plain->level[STATE_NOW][s][c], b = other->level[STATE_NOW][s][turned(plain->grid, turn, c)];
            worst = fmax(worst, fabs(a - b) / species[s].scale);
        }
    return worst;
}

static enum status symmetry(struct report *report)
{
    static const struct turn turns[] = {{true, false}, {false, true}};
    static const char *const quantity[] = {"x and y exchanged, 2 weeks: largest difference / scale", "x mirrored, 2 weeks: the same"};
    struct lab plain, other;
    enum status status = wounded((struct turn){false, false}, 1, 1e-4, &plain);
    if (status == OK)
        status = lab_run(&plain, 14.0);
    for (size_t i = 0; i < 2 && status == OK; i++) {
        status = wounded(turns[i], 1, 1e-4, &other);
        if (status == OK)
            status = lab_run(&other, 14.0);
        if (status == OK)
            verify_at_most(report, quantity[i], 1e-9,
                           fmax(asymmetry(plain.dermis, other.dermis, plain.model->species, turns[i]),
                                asymmetry(plain.surface, other.surface, plain.model->surface, turns[i])));
        lab_destroy(&other);
    }
    lab_destroy(&plain);
    return status;
}

/* Taxis along all axes, (x, y, z) turned to (y, z, x). */
static enum status permutation(struct report *report)
{
    static const struct lab_axis axis[3] = {{8, 0.0, 0.5, 0.0, false}, {10, 0.0, 0.9, 0.0, false}, {12, 0.0, 0.7, 0.4, false}};
    struct lab lab[2] = {{0}};
    enum status status = OK;
    for (int i = 0; i < 2 && status == OK; i++) {
        const struct lab_axis here[3] = {axis[i], axis[i + 1], axis[(i + 2) % 3]};
        const struct setting set[] = {
            {"sensitivity", 1.0}, {"wave_x", M_PI / here[0].hi}, {"wave_y", M_PI / here[1].hi}, {"wave_z", M_PI / here[2].hi}, {NULL, 0.0}};
        status = lab_create(model_find("chemotaxis"), set, UNIT_CELL, here, 1e-4, &lab[i]);
        if (status == OK)
            status = lab_run(&lab[i], 1.0);
    }
    double worst = 0.0;
    for (size_t c = 0; c < 8 * 10 * 12 && status == OK; c++) {
        const size_t i = c % 8, j = c / 8 % 10, k = c / 80;
        worst = fmax(worst, fabs(lab_species(&lab[0], "cell")[c] - lab_species(&lab[1], "cell")[j + 10 * (k + 12 * i)]));
    }
    lab_destroy(&lab[0]);
    lab_destroy(&lab[1]);
    if (status == OK)
        verify_at_most(report, "axes turned x -> y -> z -> x, taxis: largest difference", 1e-9, worst);
    return status;
}

/* ---- one answer ---- */

static bool same_bits(const struct state *a, const struct state *b)
{
    bool same = true;
    for (size_t s = 0; s < a->n_species; s++)
        same = same && memcmp(a->level[STATE_NOW][s], b->level[STATE_NOW][s], a->grid->cells * sizeof(double)) == 0;
    return same;
}

static enum status threads(struct report *report)
{
    static const int number[] = {1, 2, 3, 5};
    struct lab one, other;
    double differ = 0.0;
    enum status status = wounded((struct turn){false, false}, 1, 1e-3, &one);
    if (status == OK)
        status = lab_run(&one, 14.0);
    for (size_t i = 1; i < 4 && status == OK; i++) {
        status = wounded((struct turn){false, false}, number[i], 1e-3, &other);
        if (status == OK)
            status = lab_run(&other, 14.0);
        differ += status == OK && !(same_bits(one.dermis, other.dermis) && same_bits(one.surface, other.surface));
        lab_destroy(&other);
    }
    lab_destroy(&one);
    if (status == OK)
        verify_at_most(report, "1, 2, 3, 5 threads, 2 weeks: runs that differ in a bit", 0.0, differ);
    return status;
}

/* All parts of a checkpoint one after the other into `memory`, or back. */
static void carry(struct stepper *stepper, char *memory, bool back)
{
    enum { MOST = 1024 };
    struct state_part parts[MOST];
    size_t n = 0;
    stepper_parts(stepper, NULL, &n);
    if (n > MOST)
        return; /* then the runs differ, and the row fails */
    n = 0;
    stepper_parts(stepper, parts, &n);
    for (size_t i = 0; i < n; memory += parts[i++].bytes)
        memcpy(back ? parts[i].data : memory, back ? memory : parts[i].data, parts[i].bytes);
}

/* A run that is taken up by a simulation made afresh from what a checkpoint keeps. */
static enum status restart(struct report *report)
{
    struct lab whole, second = {0};
    const struct turn plain = {false, false};
    enum status status = wounded(plain, 1, 1e-3, &whole);
    if (status == OK)
        status = lab_run(&whole, 7.0);
    char *memory = status == OK ? malloc(2 * (size_t)state_bytes((double)whole.grid->cells, (double)whole.grid->guard, 64, 0)) : NULL;
    if (status == OK && !memory)
        status = status_no_memory("a checkpoint", whole.grid->cells);
    if (status == OK) {
        carry(whole.stepper, memory, false);
        status = lab_run(&whole, 14.0);
    }
    if (status == OK)
        status = wounded(plain, 1, 1e-3, &second);
    if (status == OK) {
        carry(second.stepper, memory, true);
        status = lab_run(&second, 14.0);
    }
    if (status == OK)
        verify_at_most(report, "restart on day 7 from its parts: runs that differ in a bit", 0.0,
                       !(same_bits(whole.dermis, second.dermis) && same_bits(whole.surface, second.surface)));
    free(memory);
    lab_destroy(&second);
    lab_destroy(&whole);
    return status;
}

enum status verify_invariants(struct report *report)
{
    static enum status (*const all[])(struct report *) = {fixed_point, books, symmetry, permutation, threads, restart};
    enum status status = OK;
    for (size_t i = 0; i < sizeof all / sizeof *all && status == OK; i++)
        status = all[i](report);
    return status;
}
