#include "grid.h"

#include <math.h>
#include <stdlib.h>

const char *const geometry_names[] = {"well_mixed", "axisymmetric", "slab", "unit_cell", "patch", NULL};

enum { VECTOR = 8 };                  /* doubles in the widest vector */
static const double UNIFORM_TO = 0.5; /* [mm] grading starts below the papillary slab and the usual channel */

static bool axis_allocate(struct axis *axis, size_t n)
{
    axis->n = n;
    axis->face = calloc(n + 1, sizeof(double));
    axis->center = calloc(n, sizeof(double));
    axis->extent = calloc(n, sizeof(double));
    axis->lower = calloc(n, sizeof(double));
    axis->upper = calloc(n, sizeof(double));
    return axis->face && axis->center && axis->extent && axis->lower && axis->upper;
}

/* Face area and cell volume of a radius both carry a factor 2 pi, which cancels in the couplings and is `turn` in the volume. */
static bool axis_init(struct axis *axis, const struct axis_spec *spec)
{
    const size_t n = spec->n;
    if (!axis_allocate(axis, n))
        return false;
    axis->periodic = spec->periodic;
    for (size_t i = 0; i <= n; i++)
        axis->face[i] = spec->face[i];
    for (size_t i = 0; i < n; i++) {
        const double lo = axis->face[i], hi = axis->face[i + 1];
        axis->center[i] = 0.5 * (lo + hi);
        axis->extent[i] = spec->radial ? 0.5 * (hi - lo) * (hi + lo) : hi - lo;
    }
    for (size_t i = 1; i < n; i++) {
        const double area = spec->radial ? axis->face[i] : 1.0;
        const double conductance = area / (axis->center[i] - axis->center[i - 1]);
        axis->lower[i] = conductance / axis->extent[i];
        axis->upper[i - 1] = conductance / axis->extent[i - 1];
    }
    if (spec->periodic && n > 1) {
        const double length = axis->face[n] - axis->face[0];
        const double conductance = 1.0 / (axis->center[0] - axis->center[n - 1] + length);
        axis->lower[0] = conductance / axis->extent[0];
        axis->upper[n - 1] = conductance / axis->extent[n - 1];
    }
    return true;
}

enum status grid_create(enum geometry geometry, const struct axis_spec spec[3], struct grid **grid)
{
    struct grid *g = calloc(1, sizeof *g);
    if (!g)
        return status_no_memory("the grid", sizeof *g);
    bool ok = true;
    for (int a = 0; a < 3 && ok; a++)
        ok = axis_init(&g->axis[a], &spec[a]);
    g->geometry = geometry;
    g->plane = spec[0].n * spec[1].n;
    g->cells = g->plane * spec[2].n;
    g->guard = (g->plane + VECTOR - 1) / VECTOR * VECTOR;
    g->turn = spec[0].radial ? 2.0 * M_PI : 1.0;
    g->volume = ok ? malloc(g->cells * sizeof(double)) : NULL;
    if (!g->volume) {
        grid_destroy(&g);
        return status_no_memory("the grid", spec[0].n * spec[1].n * spec[2].n * sizeof(double));
    }
    for (size_t k = 0, c = 0; k < spec[2].n; k++)
        for (size_t j = 0; j < spec[1].n; j++)
            for (size_t i = 0; i < spec[0].n; i++, c++)
                g->volume[c] = g->turn * g->axis[0].extent[i] * g->axis[1].extent[j] * g->axis[2].extent[k];
    *grid = g;
    return OK;
}

void grid_destroy(struct grid **grid)
{
    if (!grid || !*grid)
        return;
    for (int a = 0; a < 3; a++) {
        struct axis *axis = &(*grid)->axis[a];
        free(axis->face);
        free(axis->center);
        free(axis->extent);
        free(axis->lower);
        free(axis->upper);
    }
    free((*grid)->volume);
    free(*grid);
    *grid = NULL;
}

/* Sum of q + q^2 + ... + q^m. */
static double geometric(double q, double m)
{
    return fabs(q - 1.0) < 1e-12 ? m : q * (pow(q, m) - 1.0) / (q - 1.0);
}

static double uniform_count(double length, double h)
{
    return fmax(1.0, round(length / h));
}

/* Cells of the graded part below `UNIFORM_TO`: the fewest whose ratio stays within `grading`. */
static double graded_count(double rest, double h, double grading)
{
    return ceil(log1p(rest / h * (grading - 1.0) / grading) / log(grading) - 1e-9);
}

/* A rest of less than a cell is no part of its own: it would be a sliver. */
static bool is_graded(double depth, double h, double grading)
{
    return grading > 1.0 && depth > UNIFORM_TO + h;
}

static double depth_count(double depth, double h, double grading)
{
    if (!is_graded(depth, h, grading))
        return uniform_count(depth, h);
    const double even = uniform_count(UNIFORM_TO, h);
    return even + graded_count(depth - UNIFORM_TO, UNIFORM_TO / even, grading);
}

static void uniform_faces(double length, size_t n, double *face)
{
    for (size_t i = 0; i <= n; i++)
        face[i] = length * (double)i / (double)n;
}

static void depth_faces(double depth, double h, double grading, size_t n, double *face)
{
    if (!is_graded(depth, h, grading)) {
        uniform_faces(depth, n, face);
        return;
    }
    const size_t even = (size_t)uniform_count(UNIFORM_TO, h);
    uniform_faces(UNIFORM_TO, even, face);
    const double top = UNIFORM_TO / (double)even, rest = (depth - UNIFORM_TO) / top, m = (double)(n - even);
    double low = 0.5, high = grading; /* the ratio with which m cells fill the rest exactly, by bisection */
    for (int i = 0; i < 100; i++) {
        const double middle = 0.5 * (low + high);
        if (geometric(middle, m) < rest)
            low = middle;
        else
            high = middle;
    }
    for (size_t k = even + 1; k < n; k++)
        face[k] = UNIFORM_TO + top * geometric(high, (double)(k - even));
    face[n] = depth;
}

double grid_box_cells(enum geometry geometry, const double width[2], double depth, const double spacing[3], double grading)
{
    if (geometry == WELL_MIXED)
        return 1.0;
    const double nx = uniform_count(width[0], spacing[0]);
    const double ny = geometry == UNIT_CELL || geometry == PATCH ? uniform_count(width[1], spacing[1]) : 1.0;
    return nx * ny * depth_count(depth, spacing[2], grading);
}

enum status grid_box(enum geometry geometry, const double width[2], double depth, const double spacing[3], double grading,
                     struct grid **grid)
{
    const bool deep = geometry == UNIT_CELL || geometry == PATCH, one = geometry == WELL_MIXED;
    const size_t n[3] = {one ? 1 : (size_t)uniform_count(width[0], spacing[0]), deep ? (size_t)uniform_count(width[1], spacing[1]) : 1,
                         one ? 1 : (size_t)depth_count(depth, spacing[2], grading)};
    double *face[3] = {NULL, NULL, NULL};
    bool ok = true;
    for (int a = 0; a < 3; a++)
        ok = (face[a] = malloc((n[a] + 1) * sizeof(double))) != NULL && ok;
    enum status status = ok ? OK : status_no_memory("the grid", (n[0] + n[1] + n[2] + 3) * sizeof(double));
    if (status == OK) {
        uniform_faces(width[0], n[0], face[0]);
        uniform_faces(deep ? width[1] : 1.0, n[1], face[1]); /* flat geometries are 1 mm thick */
        if (one)
            uniform_faces(depth, 1, face[2]);
        else
            depth_faces(depth, spacing[2], grading, n[2], face[2]);
        const bool around = geometry == PATCH, radial = geometry == AXISYMMETRIC;
        const struct axis_spec spec[3] = {{n[0], face[0], around, radial}, {n[1], face[1], around, false}, {n[2], face[2], false, false}};
        status = grid_create(geometry, spec, grid);
    }
    for (int a = 0; a < 3; a++)
        free(face[a]);
    return status;
}

/* Faces of the refined radius: `even` narrow cells, then wider and wider ones up to h. With face = NULL only counts the cells. */
static size_t radial_faces(double radius, double h, double near, double refine, double *face)
{
    static const double WIDEN = 1.2;
    const double narrow = h / refine;
    const size_t even = (size_t)ceil(fmin(near, radius) / narrow - 1e-9);
    const double edge = fmin(radius, (double)even * narrow);
    size_t wider = 0;
    double reach = edge, width = narrow;
    while (reach < radius * (1.0 - 1e-9)) {
        width = fmin(width * WIDEN, h);
        reach += width;
        wider++;
    }
    if (!face)
        return even + wider;
    face[0] = 0.0; /* also when no cell is narrow */
    if (even > 0)
        uniform_faces(edge, even, face);
    const double shrink = wider ? (radius - edge) / (reach - edge) : 1.0; /* so that the last one ends at the radius */
    width = narrow;
    for (size_t i = even; i < even + wider; i++) {
        width = fmin(width * WIDEN, h);
        face[i + 1] = face[i] + shrink * width;
    }
    face[even + wider] = radius;
    return even + wider;
}

double grid_cylinder_cells(double radius, double depth, const double spacing[3], double grading, double near, double refine)
{
    return (double)radial_faces(radius, spacing[0], near, refine, NULL) * depth_count(depth, spacing[2], grading);
}

enum status grid_cylinder(double radius, double depth, const double spacing[3], double grading, double near, double refine,
                          struct grid **grid)
{
    const size_t nr = radial_faces(radius, spacing[0], near, refine, NULL), nz = (size_t)depth_count(depth, spacing[2], grading);
    double *face = malloc((nr + nz + 2) * sizeof *face);
    if (!face)
        return status_no_memory("the grid", (nr + nz + 2) * sizeof *face);
    const double one[2] = {0.0, 1.0};
    radial_faces(radius, spacing[0], near, refine, face);
    depth_faces(depth, spacing[2], grading, nz, face + nr + 1);
    const struct axis_spec spec[3] = {{nr, face, false, true}, {1, one, false, false}, {nz, face + nr + 1, false, false}};
    const enum status status = grid_create(AXISYMMETRIC, spec, grid);
    free(face);
    return status;
}

static struct axis_spec axis_spec_of(const struct grid *grid, int a)
{
    const bool radial = a == 0 && grid->geometry == AXISYMMETRIC;
    return (struct axis_spec){grid->axis[a].n, grid->axis[a].face, grid->axis[a].periodic, radial};
}

enum status grid_surface(const struct grid *grid, struct grid **surface)
{
    const double layer[2] = {0.0, 1.0}; /* height 1 mm: volumes are areas */
    const struct axis_spec spec[3] = {axis_spec_of(grid, 0), axis_spec_of(grid, 1), {1, layer, false, false}};
    return grid_create(grid->geometry, spec, surface);
}

enum status grid_coarsen(const struct grid *grid, const bool halve[3], struct grid **coarse)
{
    struct axis_spec spec[3];
    double *face[3] = {NULL, NULL, NULL};
    enum status status = OK;
    for (int a = 0; a < 3 && status == OK; a++) {
        spec[a] = axis_spec_of(grid, a);
        if (!halve[a] || spec[a].n == 1)
            continue;
        const size_t n = (spec[a].n + 1) / 2;
        face[a] = malloc((n + 1) * sizeof(double));
        if (!face[a]) {
            status = status_no_memory("a coarse grid", (n + 1) * sizeof(double));
            break;
        }
        for (size_t i = 0; i < n; i++)
            face[a][i] = spec[a].face[2 * i];
        face[a][n] = spec[a].face[spec[a].n];
        spec[a].face = face[a];
        spec[a].n = n;
    }
    if (status == OK)
        status = grid_create(grid->geometry, spec, coarse);
    for (int a = 0; a < 3; a++)
        free(face[a]);
    return status;
}

size_t grid_plane_bytes(const struct grid *grid)
{
    const size_t cells = (grid->cells + VECTOR - 1) / VECTOR * VECTOR;
    return (cells + 2 * grid->guard) * sizeof(double);
}

void grid_weight_depth(const struct grid *grid, double z, double *weight)
{
    const struct axis *depth = &grid->axis[2];
    for (size_t c = 0; c < grid->cells; c++) {
        const size_t k = c / grid->plane;
        const double above = fmin(depth->face[k + 1], z) - depth->face[k];
        weight[c] = grid->volume[c] * fmax(0.0, above) / (depth->face[k + 1] - depth->face[k]);
    }
}
