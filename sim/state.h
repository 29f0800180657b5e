/* All fields of one layer (the dermis, or the epidermal surface): one aligned block, one owner.
 *
 * Every species has five planes: the state now, two before it (history of the multistep integrator), the loss coefficient, and one that
 * is the production, then the right-hand side, then the state being computed.  A plane is `cells` contiguous values with `guard` finite
 * ones before and after it, 64-byte aligned. */
#ifndef NEEDLEWORK_STATE_H
#define NEEDLEWORK_STATE_H

#include "grid.h"
#include "status.h"

#include <stddef.h>

enum { STATE_NEXT, STATE_NOW, STATE_BEFORE, STATE_OLDER, STATE_LEVELS };
enum { STATE_PLANES_PER_SPECIES = STATE_LEVELS + 1 };

struct state {
    const struct grid *grid; /* borrowed */
    size_t n_species, n_fixed;
    double **level[STATE_LEVELS]; /* [level][species][cell] */
    double **loss;                /* [species][cell] loss coefficient; between steps anybody's scratch */
    double **fixed;               /* [n_fixed][cell] static coefficient fields */
    double *block;                /* owned */
    double **planes;              /* owned: the pointers above */
};

enum status state_create(const struct grid *grid, size_t n_species, size_t n_fixed, struct state **state);
void state_destroy(struct state **state);

/* Bytes that state_create will take. */
double state_bytes(double cells, double guard, size_t n_species, size_t n_fixed);

/* The computed state becomes the present one; the oldest planes will be overwritten next. */
void state_rotate(struct state *state);

/* Sum of volume x value over the present state of a species. */
double state_total(const struct state *state, size_t species);

/* `count` planes of one grid, zeroed, with guards: plane[i] are overwritten, the block to free is returned (NULL: out of memory). */
double *state_planes(const struct grid *grid, size_t count, double **plane);

/* Running sums that a sum over cells is made of, whatever the vector width of the machine: the same bits everywhere. */
enum { STATE_LANES = 8 };

/* Sum of a[i] b[i], in an order that depends on n only; likewise of three factors. */
double state_dot(size_t n, const double *a, const double *b);
double state_dot3(size_t n, const double *a, const double *b, const double *c);

/* Infinity when n is 0. */
double state_minimum(size_t n, const double *a);

/* Sets values in (0, floor) to 0 and returns the amount removed, sum of volume x value. */
double state_floor(size_t n, double floor, const double *volume, double *y);

/* A block of memory that, with the others, determines how a run goes on: what a checkpoint keeps.  `data` is borrowed. */
struct state_part {
    char name[56]; /* "dermis_now_3" */
    void *data;
    size_t bytes;
};
/* Appends one part to a list of n, counting it; only counts when parts is NULL. */
void state_part_add(struct state_part *parts, size_t *n, const char *name, void *data, size_t bytes);
/* The planes of the present state and of the history, names prefixed by `layer`. */
void state_parts(struct state *state, const char *layer, struct state_part *parts, size_t *n);

#endif
