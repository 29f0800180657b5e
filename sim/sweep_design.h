/* Designs of experiments: points in the unit cube, in the order of the runs.
 *
 *   grid      all combinations, the last dimension fastest; the i-th of n levels is (i + 1/2)/n
 *   list      the i-th of n points is (i + 1/2)/n in every dimension
 *   lhs       Latin hypercube: one point in each of `samples` strata of every dimension, at random within it
 *   sobol     the first points of Sobol's sequence, unscrambled (GSL: at most 40 dimensions)
 *   saltelli  A, B and A with its i-th column from B, for Sobol' indices; A and B side by side from one Sobol' sequence of 2 k dimensions
 *             without its first point, or, beyond 20 dimensions, two independent Latin hypercubes
 *   morris    `samples` trajectories of k + 1 points on `levels` levels (Morris 1991, Technometrics 33:161), each step p/(2(p - 1)) of one
 *             dimension, order and directions at random
 *
 * Saltelli et al 2010, Comput Phys Commun 181:259.  Tested in: tests/test_sweep_design.c. */
#ifndef NEEDLEWORK_SWEEP_DESIGN_H
#define NEEDLEWORK_SWEEP_DESIGN_H

#include "sweep_spec.h"

struct sweep_points {
    size_t n, k;
    double *unit;                /* [n x k], owned like the next ones */
    int *sample, *block, *moved; /* [n], see sim/README.md */
    size_t dropped;              /* points that the constraints refused */
    size_t capacity;
};

struct sweep_recipe {
    enum sweep_design design;
    size_t k;            /* dimensions; 0 = one point */
    const size_t *count; /* [k] levels of a grid; of a list, count[0] points */
    size_t samples;
    int levels;
    unsigned long seed;
    /* Whether a point is wanted; NULL = all are.  `user` is handed on. */
    bool (*allows)(void *user, const double *unit);
    void *user;
};

/* Points that are not wanted are left out of grid, list and lhs, replaced by later ones of sobol, and their whole trajectory drawn again by
 * morris; saltelli refuses.  ERR_CONFIG with the reason (too many dimensions, nothing left), ERR_IO when out of memory; nothing allocated.
 */
enum status sweep_design_points(const struct sweep_recipe *recipe, struct sweep_points *points);
void sweep_points_destroy(struct sweep_points *points);

#endif
