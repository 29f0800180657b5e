/* Shared by the files of transport: the levels of the hierarchy and the scratch of a thread. */
#ifndef NEEDLEWORK_TRANSPORT_INTERNAL_H
#define NEEDLEWORK_TRANSPORT_INTERNAL_H

#include "grid.h"
#include "transport.h"

#include <stdint.h>

enum { TRANSPORT_MAX_LEVELS = 24, TRANSPORT_SPAN = 1024 /* cells of thin planes that are swept by one call */ };

/* How the values of one axis are carried between a level and the next coarser one. */
struct transfer {
    size_t *parent;  /* [n] coarse cell that holds fine cell i, owned */
    size_t *partner; /* [n] second coarse cell for linear interpolation, owned */
    double *weight;  /* [n] weight of the partner, owned */
};

struct level {
    struct grid *grid; /* borrowed on level 0, owned below */
    bool wrap_x, wrap_y;
    size_t planes;                       /* in a span: a power of 2 */
    double *west, *east, *south, *north; /* [plane] couplings per unit D [1/mm2]; 0 at walls and across the periodic seam, owned */
    double *lateral;                     /* [plane] their sum, seam included, owned */
    double strongest;                    /* largest sum of all six couplings */
    struct transfer to_coarse[3];
};

struct transport {
    size_t n_levels;
    double volume; /* of the whole grid */
    struct level level[TRANSPORT_MAX_LEVELS];
};

/* Fields of one level. On level 0, y, rhs and loss are the caller's. */
struct scratch {
    double *y, *rhs, *loss;
    double *inverse; /* 1 / diagonal */
    double *last;    /* level 0: the last sweep, which is the solution but for its scaling */
    double *face[6]; /* general problems: mobility and velocity on lower faces */
    double *link[6]; /* general problems: coefficients of the west, east, south, north, upper (k-1), lower (k+1) neighbours */
    double theta;    /* bound of the off-diagonal row sum / diagonal */
};

struct transport_work {
    struct scratch scratch[TRANSPORT_MAX_LEVELS];
    size_t n_levels;
    double *start;                       /* the iterate at the start of a cycle */
    double *ring;                        /* four spans between two sweeps, and one of residuals, owned through */
    double *ring_block;                  /* itself, with guards, owned */
    double *row;                         /* one coarse row */
    double *block[TRANSPORT_MAX_LEVELS]; /* owned */
    double **planes;                     /* owned */
};

/* transport_kernels.c: everything that passes over all cells of a level. */
/* Planes z = const of a level: plane k begins at base + (k & mask) x cells of a plane.  A whole field has mask WHOLE. */
struct planes {
    double *base;
    size_t mask;
};
#define WHOLE SIZE_MAX
/* Some planes of a level, done by one call because they are small: first to first + count - 1. */
struct span {
    size_t first, count;
};

/* 1 / diagonal; loss and inverse are whole fields. */
void transport_invert(const struct level *level, struct span span, double shift, double diffusivity, const double *loss, double *inverse);
/* One weighted Jacobi sweep: to = from + omega (inverse (rhs + couplings x neighbours) - from); rhs, inverse and links are whole fields.
 * `from` also holds the planes before and after the span; what is beyond a wall is not looked at. */
void transport_sweep(const struct level *level, struct span span, double diffusivity, struct planes from, const double *rhs,
                     const double *inverse, double omega, struct planes to);
void transport_sweep_links(const struct grid *grid, struct span span, double *const link[6], struct planes from, const double *rhs,
                           const double *inverse, double omega, struct planes to);
/* From a sweep with omega = 1, out = y + residual / diagonal: turns `out` into the residual. */
void transport_residual(size_t n, const double *y, const double *inverse, double *out);
double transport_difference(size_t n, const double *volume, const double *a, const double *b);

/* transport_links.c: coefficients of general problems. */
void transport_links(const struct grid *grid, double shift, double diffusivity, const double *loss, double *const face[6],
                     struct scratch *scratch);
void transport_coarsen_faces(const struct level *fine, const struct level *coarse, double *const from[6], double *const to[6]);

/* transport_levels.c: between levels. */
/* Adds volume x value of fine plane k (`from` is the plane) to the coarse cells, which transport_restrict_end divides by their volume. */
void transport_restrict(const struct level *fine, const struct level *coarse, size_t k, const double *from, double *to);
void transport_restrict_end(const struct level *coarse, double *to);
/* Adds the trilinear interpolation of a coarse field to fine plane k; `row` is scratch for one coarse row. */
void transport_prolong(const struct level *fine, const struct level *coarse, size_t k, const double *from, double *row, double *to);

#endif
