/* Diffusion and taxis of one species, implicit: solves, to a stated accuracy,
 *
 *     (shift + loss) y - div(D m grad y) + div(v y) = rhs ,     D, m, loss, shift, rhs >= 0,  no flux through walls,
 *
 * on a finite-volume grid, with first-order upwind for the taxis velocity v.  The matrix is an M-matrix: y >= 0.
 *
 * Method: geometric multigrid, V-cycles of Chebyshev-weighted Jacobi sweeps (every sweep vectorises and gives the same bits on any number
 * of threads), coarsened along the strongly coupled axes, only as deep as diffusion dominates: weak diffusion costs a few sweeps on the
 * finest grid.  The last sweep is a plain Jacobi sweep from a non-negative iterate, hence non-negative; the result is then scaled by a
 * factor 1 + O(algebraic error) so that sum V (shift + loss) y = sum V rhs holds to round-off: conservation does not depend on how
 * accurately the system was solved.  Tested in tests/test_transport.c. */
#ifndef NEEDLEWORK_TRANSPORT_H
#define NEEDLEWORK_TRANSPORT_H

#include "grid.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>

struct transport;      /* the hierarchy of grids; read-only once made, shared by all threads */
struct transport_work; /* scratch of one thread */

/* State-dependent coefficients on the lower faces of every cell (towards smaller x, y, z); NULL arrays: m = 1, v = 0. */
struct transport_faces {
    double *mobility[3]; /* m [1], [cells] with guards */
    double *velocity[3]; /* v [mm/day], positive towards larger x, y, z */
};

struct transport_problem {
    double shift;                        /* [1/day] */
    double diffusivity;                  /* D [mm2/day] */
    const double *loss;                  /* [1/day] */
    const double *rhs;                   /* [unit/day] */
    const struct transport_faces *faces; /* NULL: m = 1, v = 0 */
    double least_loss;                   /* no loss is smaller (0 is always true) [1/day] */
    double accuracy;                     /* wanted root-mean-square algebraic error [unit] */
    /* Writes n values >= 0 of the first guess, from cell `first` on: called as the guess is needed, so that it stays in the cache. */
    void (*fill)(const void *context, size_t first, size_t n, double *guess);
    const void *context;
};

struct transport_result {
    const double *solution; /* to be taken by transport_take; in the scratch, until the next solve */
    double sweeps;          /* over the finest grid, coarser ones counted by their cells */
    double factor;          /* the conservative scaling, 1 but for the algebraic error */
    double minimum;         /* smallest value before it: negative only where rhs was */
    bool converged;         /* false when the cycle limit was reached first */
};

enum status transport_create(const struct grid *grid, struct transport **transport);
void transport_destroy(struct transport **transport);
/* `general`: room for problems with faces. */
enum status transport_work_create(const struct transport *transport, bool general, struct transport_work **work);
void transport_work_destroy(struct transport_work **work);
double transport_work_bytes(double cells, double guard);

/* The first guess is problem->fill's or, without it, what stands in transport_work_guess. */
void transport_solve(const struct transport *transport, struct transport_work *work, const struct transport_problem *problem,
                     struct transport_result *result);
double *transport_work_guess(const struct transport_work *work);

/* n values of the solution from cell `first` on, scaled, into y[0 .. n), which may have been part of the right-hand side.  Values below
 * `floor` become 0; returns the amount that removed, sum of volume x value. */
double transport_take(const struct transport_result *result, const double *volume, double floor, size_t first, size_t n, double *y);

/* Taxis velocity v = chi grad s on the lower faces of all three axes: overwritten. */
void transport_velocity(const struct grid *grid, double chi, const double *s, double *const velocity[3]);

/* Adds sign x -div(v (y_face - y_upwind)) to rhs, y_face a van Leer limited second-order face value of y: the explicit part of the taxis.
 */
void transport_limited_correction(const struct grid *grid, double *const velocity[3], const double *y, double sign, double *rhs);

/* Adds the exchange through a face to the cells that touch it, loss += g, rhs += g value, and returns the coefficient
 * g = area / (volume (w / 2 / D + 1 / rate)) [1/day]; rate = infinity for a fixed value at the face. */
double transport_boundary(const struct grid *grid, int face, double diffusivity, double rate, double value, double *loss, double *rhs);

/* sum of volume (value - y) over the cells that touch a face: with g, the inflow through it. */
double transport_boundary_sum(const struct grid *grid, int face, double value, const double *y);

#endif
