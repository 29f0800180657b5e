/* The share of every cell that one session takes.
 *
 *   across   every column of cells is sampled at midpoints of equal parts (of a radius: weighted by r); channels are united per sample
 *   down     a cell cut by the channel's end gets the part above it, with the mean radius over that part: a(z) is piecewise linear, so
 *            that mean is exact, and the error of the channel's volume is of order 2 in the cell's height
 *
 * All geometries are one case: channels at some places of the plane, repeated with a period along each axis (mirror walls repeat with
 * twice the width), of which those matter whose bruise touches the grid.  Each column keeps a list of its own channels, so that the cost
 * grows with the injured area and not with cells x channels. */
#include "treatment.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FINE = 16,          /* samples per axis of a column, where columns are few */
    COARSE = 8,         /* on a patch */
    MIXED_SAMPLES = 256 /* of the only cell of a well-mixed domain, along r and along z */
};
static const double EDGE = 0.3; /* width of the smooth edge / radius */

/* 1 within radius a, 0 outside, smooth over EDGE a. */
static double ramp(double r, double a)
{
    const double t = (r - a) / (EDGE * a);
    if (t <= -0.5)
        return 1.0;
    return t < 0.5 ? 0.5 * (1.0 - sin(M_PI * t)) : 0.0; /* NaN of a = r = 0 falls through to 0 */
}

struct sample {
    double x, y, weight;
};

/* Places of channels and, for every column of cells, those whose bruise touches it: item[start[c] .. start[c + 1]). */
struct channels {
    size_t n;
    double *x, *y;        /* [n], owned */
    size_t *start, *item; /* [plane + 1] and [start[plane]], owned */
};

/* The part of a channel within a cell between depths z0 < z1 below the skin surface: the share of its height above the channel's end,
 * and the mean radius over that share. */
struct slice {
    double share, radius;
};

static struct slice slice(const struct device *device, double z0, double z1)
{
    const double a = device_channel_radius(device), end = device_channel_depth(device), straight = end * (1.0 - device->taper);
    const double bottom = fmin(z1, end);
    if (z0 >= bottom)
        return (struct slice){0.0, 0.0};
    const double turn = fmin(fmax(straight, z0), bottom); /* straight above, tapered below */
    double area = turn - z0;
    if (turn < bottom)
        area += (bottom - turn) * (end - 0.5 * (turn + bottom)) / (end - straight);
    return (struct slice){(bottom - z0) / (z1 - z0), a * area / (bottom - z0)};
}

/* s and b of a column whose channels all have radius a here. */
static void unite(const struct sample *sample, size_t n, const struct channels *channels, size_t column, double a, double bruise, double *s,
                  double *b)
{
    *s = *b = 0.0;
    for (size_t m = 0; m < n; m++) {
        double intact = 1.0, unbruised = 1.0;
        for (size_t q = channels->start[column]; q < channels->start[column + 1]; q++) {
            const size_t c = channels->item[q];
            const double dx = sample[m].x - channels->x[c], dy = sample[m].y - channels->y[c], r = sqrt(dx * dx + dy * dy),
                         core = ramp(r, a);
            intact *= 1.0 - core;
            unbruised *= 1.0 - fmax(0.0, ramp(r, bruise * a) - core);
        }
        *s += sample[m].weight * (1.0 - intact);
        *b += sample[m].weight * fmin(intact, 1.0 - unbruised);
    }
}

/* Share of a column within `radius` of any channel: a sample counts by how far the circle's edge, taken straight, cuts its part dx x dy. */
static double covered(const struct sample *sample, size_t n, const double part[2], const struct channels *channels, size_t column,
                      double radius)
{
    double share = 0.0;
    for (size_t m = 0; m < n; m++) {
        double open = 1.0;
        for (size_t q = channels->start[column]; q < channels->start[column + 1]; q++) {
            const size_t c = channels->item[q];
            const double dx = fabs(sample[m].x - channels->x[c]), dy = fabs(sample[m].y - channels->y[c]), r = sqrt(dx * dx + dy * dy);
            const double width = r > 0 ? (part[0] * dx + part[1] * dy) / r : part[0];
            open *= 1.0 - fmin(1.0, fmax(0.0, 0.5 + (radius - r) / width));
        }
        share += sample[m].weight * (1.0 - open);
    }
    return share;
}

/* Share of a ring r0 < r < r1 within `radius`. */
static double ring_covered(double r0, double r1, double radius)
{
    const double outer = fmin(r1, radius);
    return outer > r0 ? (outer - r0) * (outer + r0) / ((r1 - r0) * (r1 + r0)) : 0.0;
}

/* Samples of column (i, j): per_axis along x and y, or as many in all along x alone on grids without y. */
static size_t sample_column(const struct grid *grid, size_t column, size_t per_axis, struct sample *sample, double part[2])
{
    const size_t nx = grid->axis[0].n, i = column % nx, j = column / nx;
    const bool flat = grid->geometry == SLAB, radial = grid->geometry == AXISYMMETRIC;
    const size_t mx = flat || radial ? per_axis * per_axis : per_axis, my = flat || radial ? 1 : per_axis;
    const double x0 = grid->axis[0].face[i], wx = grid->axis[0].face[i + 1] - x0;
    const double y0 = grid->axis[1].face[j], wy = grid->axis[1].face[j + 1] - y0;
    part[0] = wx / (double)mx;
    part[1] = wy / (double)my;
    for (size_t q = 0; q < my; q++)
        for (size_t p = 0; p < mx; p++) {
            struct sample *s = &sample[p + mx * q];
            s->x = x0 + part[0] * ((double)p + 0.5);
            s->y = my > 1 ? y0 + part[1] * ((double)q + 0.5) : 0.0;
            s->weight = (radial ? s->x / (x0 + 0.5 * wx) : 1.0) / (double)(mx * my);
        }
    return mx * my;
}

/* A place and its repetitions c + m period within [low, high]: from *first on, how many. */
static size_t repetitions(double c, double period, double low, double high, double *first)
{
    const double m0 = ceil((low - c) / period), m1 = floor((high - c) / period);
    *first = m0;
    return m1 >= m0 ? (size_t)(m1 - m0) + 1 : 0;
}

static double last_face(const struct axis *axis)
{
    return axis->face[axis->n];
}

/* All channels, repetitions included, whose circle of radius `reach` may touch the grid.  place: n centres within one period. */
static enum status repeat(const struct grid *grid, const double period[2], double reach, size_t n, const double *const place[2],
                          struct channels *channels)
{
    size_t total = 0;
    for (int counted = 0; counted < 2; counted++) { /* first count, then place */
        if (counted) {
            channels->x = malloc((total + 1) * sizeof(double));
            channels->y = malloc((total + 1) * sizeof(double));
            if (!channels->x || !channels->y)
                return status_no_memory("channels", 2 * total * sizeof(double));
        }
        total = 0;
        for (size_t c = 0; c < n; c++) {
            double first[2];
            size_t m[2];
            for (int a = 0; a < 2; a++)
                m[a] = repetitions(place[a][c], period[a], -reach, last_face(&grid->axis[a]) + reach, &first[a]);
            for (size_t q = 0; q < m[0] * m[1]; q++, total++)
                if (counted) {
                    channels->x[total] = place[0][c] + (first[0] + (double)(q % m[0])) * period[0];
                    channels->y[total] = place[1][c] + (first[1] + (double)(q / m[0])) * period[1];
                }
        }
    }
    channels->n = total;
    return OK;
}

/* Cells [*from, *to) of an axis that an interval touches. */
static void touched(const struct axis *axis, double low, double high, size_t *from, size_t *to)
{
    size_t i = 0;
    while (i < axis->n && axis->face[i + 1] <= low)
        i++;
    *from = i;
    while (i < axis->n && axis->face[i] < high)
        i++;
    *to = i;
}

/* The list of every column, by counting first. */
static enum status list(const struct grid *grid, double reach, struct channels *channels)
{
    const bool flat = grid->geometry == SLAB || grid->geometry == AXISYMMETRIC;
    channels->start = calloc(grid->plane + 2, sizeof(size_t));
    if (!channels->start)
        return status_no_memory("the channels of each column", grid->plane * sizeof(size_t));
    size_t *const start = channels->start;
    for (int counted = 0; counted < 2; counted++) {
        if (counted) {
            for (size_t c = 0; c <= grid->plane; c++)
                start[c + 1] += start[c];
            channels->item = malloc((start[grid->plane + 1] + 1) * sizeof(size_t));
            if (!channels->item)
                return status_no_memory("the channels of each column", start[grid->plane + 1] * sizeof(size_t));
        }
        for (size_t q = 0; q < channels->n; q++) {
            size_t i0, i1, j0 = 0, j1 = 1;
            touched(&grid->axis[0], channels->x[q] - reach, channels->x[q] + reach, &i0, &i1);
            if (!flat)
                touched(&grid->axis[1], channels->y[q] - reach, channels->y[q] + reach, &j0, &j1);
            for (size_t j = j0; j < j1; j++)
                for (size_t i = i0; i < i1; i++) {
                    const size_t column = i + grid->axis[0].n * j;
                    if (counted)
                        channels->item[start[column + 1]++] = q; /* start[c + 1] runs from the begin of c to its end */
                    else
                        start[column + 2]++;
                }
        }
    }
    return OK;
}

static void channels_free(struct channels *channels)
{
    free(channels->x);
    free(channels->y);
    free(channels->start);
    free(channels->item);
}

/* Where the channels of a session are: `channels` is filled, `placed` counted once each. */
static enum status channels_init(const struct treatment *t, const struct grid *grid, size_t number, struct channels *channels,
                                 size_t *placed)
{
    const double a = device_channel_radius(&t->device);
    const double reach = a * fmax(2.0, (1.0 + 0.5 * EDGE) * fmax(1.0, t->device.bruise)); /* 2 a: `injured` */
    const double width = last_face(&grid->axis[0]), depth = last_face(&grid->axis[1]);
    const bool between = t->shift && number % 2 == 1;
    double period[2] = {DBL_MAX, DBL_MAX}, origin[2] = {0.0, 0.0}, *x = NULL, *y = NULL;
    const double *place[2] = {&origin[0], &origin[1]};
    enum status status = OK;
    *placed = 1;
    switch (grid->geometry) {
    case PATCH:
        assert(fabs(width - depth) <= 1e-9 * width);
        period[0] = period[1] = width;
        status = treatment_pattern(t, width, number, placed, &x, &y);
        place[0] = x;
        place[1] = y;
        break;
    case UNIT_CELL:
        period[0] = 2.0 * width;
        period[1] = 2.0 * depth;
        origin[0] = between ? width : 0.0;
        origin[1] = between ? depth : 0.0;
        break;
    case SLAB:
        period[0] = 2.0 * treatment_cell_width(t, SLAB);
        origin[0] = between ? 0.5 * period[0] : 0.0;
        break;
    default:
        break;
    }
    if (status == OK)
        status = repeat(grid, period, reach, *placed, place, channels);
    if (status == OK)
        status = list(grid, reach, channels);
    free(x);
    free(y);
    return status;
}

/* Mouth, core and injured zone of one column, seen from above. */
static void puncture_surface(const struct treatment *t, const struct grid *grid, const struct channels *channels, size_t column,
                             struct puncture *p)
{
    struct sample sample[FINE * FINE];
    double part[2], bruised;
    const double a = device_channel_radius(&t->device);
    const size_t n = sample_column(grid, column, FINE, sample, part);
    unite(sample, n, channels, column, a, t->device.bruise, &p->mouth[column], &bruised);
    if (grid->geometry == AXISYMMETRIC) {
        const double *const face = grid->axis[0].face + column;
        p->core[column] = ring_covered(face[0], face[1], a);
        p->injured[column] = ring_covered(face[0], face[1], 2.0 * a);
    } else {
        p->core[column] = covered(sample, n, part, channels, column, a);
        p->injured[column] = covered(sample, n, part, channels, column, 2.0 * a);
    }
}

static void puncture_column(const struct treatment *t, const struct grid *grid, const struct channels *channels, size_t column,
                            struct puncture *p)
{
    struct sample sample[FINE * FINE];
    double part[2], radius = -1.0, s = 0.0, b = 0.0;
    const size_t n = sample_column(grid, column, grid->geometry == PATCH ? COARSE : FINE, sample, part);
    const double *const face = grid->axis[2].face;
    for (size_t k = 0; k < grid->axis[2].n; k++) {
        const struct slice cut = slice(&t->device, t->epidermis + face[k], t->epidermis + face[k + 1]);
        if (cut.share <= 0.0)
            break;
        if (cut.radius != radius) /* the same all the way down to the taper */
            unite(sample, n, channels, column, cut.radius, t->device.bruise, &s, &b);
        radius = cut.radius;
        p->channel[column + grid->plane * k] = cut.share * s;
        p->bruise[column + grid->plane * k] = cut.share * b;
    }
}

/* The only cell holds the mean over the cylinder around one channel and over the depth of the cell. */
static void puncture_mixed(const struct treatment *t, const struct grid *grid, struct puncture *p)
{
    const double a = device_channel_radius(&t->device), outer = treatment_cell_width(t, WELL_MIXED), height = last_face(&grid->axis[2]);
    struct sample sample[MIXED_SAMPLES];
    double x = 0.0, y = 0.0, s, b;
    size_t start[2] = {0, 1}, item = 0;
    const struct channels one = {1, &x, &y, start, &item};
    for (size_t m = 0; m < MIXED_SAMPLES; m++) {
        const double r = ((double)m + 0.5) / MIXED_SAMPLES;
        sample[m] = (struct sample){r * outer, 0.0, 2.0 * r / MIXED_SAMPLES};
    }
    for (size_t k = 0; k < MIXED_SAMPLES; k++) {
        const double z0 = height * (double)k / MIXED_SAMPLES, z1 = height * (double)(k + 1) / MIXED_SAMPLES;
        const struct slice cut = slice(&t->device, t->epidermis + z0, t->epidermis + z1);
        unite(sample, MIXED_SAMPLES, &one, 0, cut.radius, t->device.bruise, &s, &b);
        p->channel[0] += cut.share * s / MIXED_SAMPLES;
        p->bruise[0] += cut.share * b / MIXED_SAMPLES;
    }
    unite(sample, MIXED_SAMPLES, &one, 0, a, t->device.bruise, &p->mouth[0], &b);
    p->core[0] = ring_covered(0.0, outer, a);
    p->injured[0] = ring_covered(0.0, outer, 2.0 * a);
    p->channels = 1;
}

/* Bruise everywhere down to the depth of the injury, counted from the dermal surface; no channel. */
static void puncture_area(const struct treatment *t, const struct grid *grid, struct puncture *p)
{
    const double depth = device_channel_depth(&t->device);
    for (size_t c = 0; c < grid->cells; c++) {
        const double *const face = grid->axis[2].face + c / grid->plane;
        p->bruise[c] = fmin(1.0, fmax(0.0, (depth - face[0]) / (face[1] - face[0])));
    }
    for (size_t c = 0; c < grid->plane; c++)
        p->mouth[c] = p->core[c] = p->injured[c] = 1.0;
}

static enum status puncture_channels(const struct treatment *t, const struct grid *grid, size_t number, struct puncture *p)
{
    struct channels channels = {0};
    const enum status status = channels_init(t, grid, number, &channels, &p->channels);
    if (status == OK)
        for (size_t column = 0; column < grid->plane; column++) {
            if (channels.start[column] == channels.start[column + 1])
                continue;
            puncture_surface(t, grid, &channels, column, p);
            puncture_column(t, grid, &channels, column, p);
        }
    channels_free(&channels);
    return status;
}

enum status treatment_puncture(const struct treatment *treatment, const struct grid *grid, size_t number, struct puncture **puncture)
{
    struct puncture *p = calloc(1, sizeof *p);
    if (!p)
        return status_no_memory("a puncture", sizeof *p);
    p->channel = calloc(grid->cells, sizeof(double));
    p->bruise = calloc(grid->cells, sizeof(double));
    p->mouth = calloc(grid->plane, sizeof(double));
    p->core = calloc(grid->plane, sizeof(double));
    p->injured = calloc(grid->plane, sizeof(double));
    enum status status = OK;
    if (!p->channel || !p->bruise || !p->mouth || !p->core || !p->injured)
        status = status_no_memory("a puncture", (2 * grid->cells + 3 * grid->plane) * sizeof(double));
    else if (treatment->device.pattern == PATTERN_AREA)
        puncture_area(treatment, grid, p);
    else if (grid->geometry == WELL_MIXED)
        puncture_mixed(treatment, grid, p);
    else
        status = puncture_channels(treatment, grid, number, p);
    if (status == OK)
        *puncture = p;
    else
        treatment_puncture_destroy(&p);
    return status;
}

void treatment_puncture_destroy(struct puncture **puncture)
{
    if (!puncture || !*puncture)
        return;
    free((*puncture)->channel);
    free((*puncture)->bruise);
    free((*puncture)->mouth);
    free((*puncture)->core);
    free((*puncture)->injured);
    free(*puncture);
    *puncture = NULL;
}
