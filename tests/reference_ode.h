/* The equations that the stepper integrates, once more, as one system of ordinary differential equations
 *
 *     y' = f(y),     y = [species][cell] of the dermis, then [species][cell] of the surface,
 *
 * with the couplings of the finite-volume grid and nothing of the stepper: production P(y), loss L(y) y, diffusion, mobility from the
 * mean state at faces, and a surface that sees the mean of the dermis over the model's surface_depth.  For SUNDIALS, as a second opinion
 * on answers and as the competitor on speed.  Limits: no taxis, no boundaries, no mobility in the dermis, no periodic sides. */
#ifndef NEEDLEWORK_TESTS_REFERENCE_ODE_H
#define NEEDLEWORK_TESTS_REFERENCE_ODE_H

#include "simulation.h"

#include <stddef.h>

struct reference_ode;

/* A layer of y: species s of cell c is y[offset + s cells + c].  Part 0 is the dermis, part 1 the surface (empty when there is none). */
struct reference_part {
    const struct species *species;
    size_t n_species, cells, offset;
};

/* Borrows the simulation (model, parameters, grids, fixed fields), whose fields it neither reads nor writes.  NULL: out of memory, or a
 * model beyond the limits. */
struct reference_ode *reference_ode_create(const struct simulation *simulation);
void reference_ode_destroy(struct reference_ode **ode);

size_t reference_ode_size(const struct reference_ode *ode); /* values in y */
struct reference_part reference_ode_part(const struct reference_ode *ode, size_t part);

/* The present state of the simulation as y. */
void reference_ode_state(const struct reference_ode *ode, double *y);
/* Pointers to the species of y, as outcomes_evaluate wants them; valid until the next call. */
void reference_ode_view(struct reference_ode *ode, const double *y, const double *const **dermis, const double *const **surface);

/* f: overwritten. */
void reference_ode_rhs(struct reference_ode *ode, const double *y, double *f);
/* Its two parts, for IMEX methods: f = slow + fast, slow = P(y), fast = diffusion - L(y) y. */
void reference_ode_slow(struct reference_ode *ode, const double *y, double *slow);
void reference_ode_fast(struct reference_ode *ode, const double *y, double *fast);

/* P(y) - L(y) y alone: what happens in place. */
void reference_ode_reaction(struct reference_ode *ode, const double *y, double *f);

/* Sum of the couplings of a part's species to all neighbours, mobility at its largest, 1: [species][cell], overwritten. */
void reference_ode_couplings(const struct reference_ode *ode, size_t part, double *sum);
/* Diagonal of the Jacobian of `fast` without dL/dy: -(L + couplings). */
void reference_ode_diagonal(struct reference_ode *ode, const double *y, double *diagonal);

/* Root-mean-square over the volume, of species s (dermis first, then surface) of y - z; z = NULL: of y. */
double reference_ode_norm(const struct reference_ode *ode, size_t s, const double *y, const double *z);

#endif
