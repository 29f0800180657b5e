/* Shared by the files of verify: the rows of the report, and a laboratory in which a model is set up on any grid. */
#ifndef NEEDLEWORK_VERIFY_INTERNAL_H
#define NEEDLEWORK_VERIFY_INTERNAL_H

#include "grid.h"
#include "model_use.h"
#include "state.h"
#include "stepper.h"
#include "verify.h"

/* ---- rows ---- */

struct report {
    FILE *stream;
    enum verify_format format;
    bool full;           /* refine further */
    const char *problem; /* the one that runs */
    size_t rows, failed;
};

/* |observed - expected| <= allowed */
void verify_value(struct report *report, const char *quantity, double expected, double observed, double allowed);
/* observed <= most; prints amounts far below as such, since round-off has no digits worth keeping */
void verify_at_most(struct report *report, const char *quantity, double most, double observed);
/* The last error is at most `most`, and from the first to the last the errors fall with the given power (less 0.2) of `size`: cells along
 * an axis, or steps.  Over the whole range, because an error at a front depends on where in its cell the front happens to be. */
void verify_order(struct report *report, const char *quantity, double order, double most, size_t n, const double *size,
                  const double *error);

/* ---- laboratory ---- */

/* Faces of one axis: n cells from lo to hi, the last one (1 + stretch) / (1 - stretch) times as wide as the first. */
struct lab_axis {
    size_t n;
    double lo, hi, stretch;
    bool periodic;
};
extern const struct lab_axis lab_one; /* an axis of one cell */
struct setting {
    const char *param;
    double value;
};

struct lab {
    const struct model *model; /* borrowed */
    double *params;            /* prepared, owned */
    struct grid *grid, *surface_grid;
    struct state *dermis, *surface; /* owned; the surface is NULL when the model has none */
    struct stepper *stepper;        /* owned; made by the first advance, so that the state may be changed before */
    double tolerance;
    int threads;
};

/* A model in its own initial state; parameters in `set`, which ends with a NULL name, replace the defaults and need not keep their range.
 */
enum status lab_create(const struct model *model, const struct setting *set, enum geometry geometry, const struct lab_axis axis[3],
                       double tolerance, struct lab *lab);
void lab_destroy(struct lab *lab);
/* One step, not beyond `days`; all steps up to `days`. */
enum status lab_advance(struct lab *lab, double days);
enum status lab_run(struct lab *lab, double days);
double lab_time(const struct lab *lab); /* [day] */
double lab_steps(const struct lab *lab);

/* The present values of a volume species [cells]; a parameter; where a cell is. */
double *lab_species(const struct lab *lab, const char *name);
double lab_param(const struct lab *lab, const char *name);
void lab_position(const struct lab *lab, size_t cell, double at[3]);

/* An exact solution at a place, and its volume-weighted distance from y: (int |y - exact|^q)^(1/q) / (int |exact|^q)^(1/q), q = 1 or 2. */
typedef double lab_exact(const double at[3], const void *context);
double lab_distance(const struct lab *lab, const double *y, lab_exact *exact, const void *context, int q);

/* Where y, which falls along x, passes `value`: linear between centres. */
double lab_front(const struct lab *lab, const double *y, double value);

/* ---- problems, each in a file of its family; a solver that gives up ends a problem with its status ---- */

enum status verify_heat_kernel(struct report *report);
enum status verify_isotropy(struct report *report);
enum status verify_cosine(struct report *report);
enum status verify_spacing(struct report *report);
enum status verify_decay_length(struct report *report);
enum status verify_exchange(struct report *report);
enum status verify_flux(struct report *report);
enum status verify_disc(struct report *report);
enum status verify_fisher(struct report *report);
enum status verify_ablowitz(struct report *report);
enum status verify_porous(struct report *report);
enum status verify_barenblatt(struct report *report);
enum status verify_chemotaxis(struct report *report);
enum status verify_schnakenberg(struct report *report);
enum status verify_gray_scott(struct report *report);
enum status verify_manufactured(struct report *report);
enum status verify_invariants(struct report *report);
enum status verify_tolerance(struct report *report);

#endif
