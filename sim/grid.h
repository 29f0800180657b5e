/* Tensor-product finite-volume grid; geometry only, no fields.
 *
 * All five geometries are one thing: three axes of cell widths, and per axis the face/volume factors that make x either a Cartesian axis
 * or the radius of a cylinder.  A cell (i, j, k) lies at i + nx (j + ny k) of a plane of `cells` values: x fastest, no padding within,
 * `guard` readable values before and after each plane, so that a neighbour may be read with weight 0 across a wall.
 * z = 0 is the dermal-epidermal junction, z grows downwards.  Lengths in mm. */
#ifndef NEEDLEWORK_GRID_H
#define NEEDLEWORK_GRID_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>

enum geometry { WELL_MIXED, AXISYMMETRIC, SLAB, UNIT_CELL, PATCH };
extern const char *const geometry_names[]; /* indexed by enum geometry, ends with NULL */

struct axis {
    size_t n;
    bool periodic;
    double *face;   /* [n + 1] positions [mm], owned */
    double *center; /* [n] midpoints [mm], owned */
    double *extent; /* [n] width [mm]; of a radius (r1^2 - r0^2)/2 [mm2], so that the product over the axes is a volume, owned */
    /* Diffusive coupling to the lower and upper neighbour, face area / (cell volume x distance of centres) [1/mm2]; 0 at walls.
     * On a periodic axis the outermost entries couple to the other end. owned */
    double *lower, *upper;
};

struct grid {
    enum geometry geometry;
    struct axis axis[3];
    size_t cells;   /* nx ny nz */
    size_t plane;   /* nx ny */
    size_t guard;   /* values readable before and after a plane of fields: one layer, rounded up to whole vectors */
    double turn;    /* volume = turn x product of extents: 2 pi for a cylinder, 1 otherwise */
    double *volume; /* [cells] [mm3], owned */
};

/* Distance in a plane from a cell to its upper neighbour along axis a, and how far along it cell c lies. */
static inline size_t grid_step(const struct grid *grid, int a)
{
    return a == 0 ? 1 : a == 1 ? grid->axis[0].n : grid->plane;
}
static inline size_t grid_index(const struct grid *grid, int a, size_t c)
{
    return c / grid_step(grid, a) % grid->axis[a].n;
}
/* The middle of a cell along axis a [mm]. */
static inline double grid_center(const struct grid *grid, int a, size_t c)
{
    return grid->axis[a].center[grid_index(grid, a, c)];
}

/* Positions of the faces of one axis, n + 1 of them. */
struct axis_spec {
    size_t n;
    const double *face;
    bool periodic;
    bool radial;
};

/* A grid from the faces of its three axes.  ERR_IO when out of memory, leaving *grid unchanged. */
enum status grid_create(enum geometry geometry, const struct axis_spec spec[3], struct grid **grid);
/* n cells of equal height down to `depth`, or, with grading > 1, equal down to 0.5 mm and growing by at most that ratio below. */
enum status grid_box(enum geometry geometry, const double width[2], double depth, const double spacing[3], double grading,
                     struct grid **grid);
/* A cylinder whose radial cells are `refine` times narrower than spacing[0] up to radius `near` and widen outwards by at most 1.2 each:
 * the edge of a channel, where fields are steep, is resolved at little cost. */
enum status grid_cylinder(double radius, double depth, const double spacing[3], double grading, double near, double refine,
                          struct grid **grid);
double grid_cylinder_cells(double radius, double depth, const double spacing[3], double grading, double near, double refine);
/* Number of cells grid_box would make, without making it (doubles: no overflow). */
double grid_box_cells(enum geometry geometry, const double width[2], double depth, const double spacing[3], double grading);
/* The surface z = 0 of a grid, as a grid with one layer. */
enum status grid_surface(const struct grid *grid, struct grid **surface);
/* The grid of half the resolution along the axes for which halve[a] is set (pairs of cells merged, an odd last one kept). */
enum status grid_coarsen(const struct grid *grid, const bool halve[3], struct grid **coarse);
void grid_destroy(struct grid **grid);

/* Bytes of one plane of fields with its guards. */
size_t grid_plane_bytes(const struct grid *grid);

/* Weights [cells] = cell volume x fraction of the cell above depth z; overwritten. */
void grid_weight_depth(const struct grid *grid, double z, double *weight);

#endif
