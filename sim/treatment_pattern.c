/* Where the needles go on a patch of width x width with periodic sides.
 *
 *   roller   the drum prints a regular lattice, pi drum rows / needles along the path by drum_width / rows across it.  Passes follow each
 *            other in `directions` directions spread evenly over 180 degrees, each with a phase of its own, until the density is reached;
 *            neighbouring paths are taken to join without a gap
 *   strokes  the pen's head, a grid of needles, comes down at random places under random angles (a Poisson process of heads)
 *   stamp    a lattice as square as the number of channels allows, at a random place, every needle displaced within a disc of `jitter`
 *   single   one channel in the centre
 *   area     none
 *
 * The number of channels is exactly round(density width^2): the last pass, head or lattice is thinned at random. */
#include "treatment.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

struct point {
    double x, y;
};

/* What is placed so far, and room for one pass. */
struct placing {
    double width;
    size_t wanted, placed, in_pass;
    struct point *point; /* [wanted], owned */
    struct point *pass;  /* points of the pass at hand, owned */
    gsl_rng rng[1];      /* its state owned: gsl_rng_alloc would end the program where there is no memory */
};

/* Sessions of one seed and seeds of one session must not share their numbers, so sessions are far apart. */
static unsigned long session_seed(unsigned long seed, size_t number)
{
    return seed + 1000003UL * (unsigned long)number;
}

static double wrap(double x, double width)
{
    const double wrapped = x - width * floor(x / width);
    return wrapped < width ? wrapped : 0.0;
}

/* Takes the pass, or a random choice of it where it is more than is wanted. */
static void take(struct placing *p)
{
    const size_t missing = p->wanted - p->placed, taken = p->in_pass < missing ? p->in_pass : missing;
    gsl_ran_choose(p->rng, p->point + p->placed, taken, p->pass, p->in_pass, sizeof *p->pass);
    p->placed += taken;
    p->in_pass = 0;
}

static double roller_along(const struct device *d)
{
    return M_PI * d->drum * d->rows / d->needles;
}

static double roller_across(const struct device *d)
{
    return d->drum_width / d->rows;
}

/* One pass in direction `angle`: the points of a lattice of random phase that fall on the patch. */
static void roll(struct placing *p, const struct device *d, double angle)
{
    const double along = roller_along(d), across = roller_across(d), half = 0.5 * p->width, reach = M_SQRT2 * half;
    const double c = cos(angle), s = sin(angle);
    const double first = along * gsl_rng_uniform(p->rng) - along * ceil(reach / along);
    const double left = across * gsl_rng_uniform(p->rng) - across * ceil(reach / across);
    for (double u = first; u <= reach; u += along)
        for (double v = left; v <= reach; v += across) {
            const double x = half + c * u - s * v, y = half + s * u + c * v;
            if (x >= 0 && x < p->width && y >= 0 && y < p->width)
                p->pass[p->in_pass++] = (struct point){x, y};
        }
}

static size_t head_needles(const struct device *d)
{
    return (size_t)fmax(1.0, round(d->needles));
}

/* The head comes down once. */
static void strike(struct placing *p, const struct device *d)
{
    const size_t n = head_needles(d), columns = (size_t)ceil(sqrt((double)n)), rows = (n + columns - 1) / columns;
    const double pitch = d->drum / (double)columns, x = p->width * gsl_rng_uniform(p->rng), y = p->width * gsl_rng_uniform(p->rng);
    const double angle = 2 * M_PI * gsl_rng_uniform(p->rng), c = cos(angle), s = sin(angle);
    for (size_t i = 0; i < n; i++) {
        const double u = pitch * ((double)(i % columns) - 0.5 * (double)(columns - 1));
        const double v = pitch * ((double)(i / columns) - 0.5 * (double)(rows - 1));
        p->pass[p->in_pass++] = (struct point){wrap(x + c * u - s * v, p->width), wrap(y + s * u + c * v, p->width)};
    }
}

static void stamp(struct placing *p, double jitter)
{
    const size_t rows = (size_t)ceil(sqrt((double)p->wanted)), columns = (p->wanted + rows - 1) / rows;
    const double x = p->width * gsl_rng_uniform(p->rng), y = p->width * gsl_rng_uniform(p->rng);
    for (size_t i = 0; i < rows * columns; i++) {
        const double r = jitter * sqrt(gsl_rng_uniform(p->rng)), angle = 2 * M_PI * gsl_rng_uniform(p->rng);
        const double u = x + p->width * (double)(i % columns) / (double)columns + r * cos(angle);
        const double v = y + p->width * (double)(i / columns) / (double)rows + r * sin(angle);
        p->pass[p->in_pass++] = (struct point){wrap(u, p->width), wrap(v, p->width)};
    }
}

/* Most points of one pass. */
static size_t pass_room(const struct treatment *t, double width, size_t wanted)
{
    const struct device *d = &t->device;
    const double diagonal = M_SQRT2 * width;
    switch (d->pattern) {
    case PATTERN_ROLLER:
        return (size_t)((diagonal / roller_along(d) + 3) * (diagonal / roller_across(d) + 3));
    case PATTERN_STROKES:
        return head_needles(d);
    case PATTERN_STAMP:
        return (size_t)(2 * sqrt((double)wanted)) + wanted + 2;
    default:
        return 1;
    }
}

static void place(struct placing *p, const struct treatment *t)
{
    const size_t directions = t->directions ? t->directions : 1;
    for (size_t pass = 0; p->placed < p->wanted; pass++) {
        switch (t->device.pattern) {
        case PATTERN_ROLLER:
            roll(p, &t->device, M_PI * (double)(pass % directions) / (double)directions);
            break;
        case PATTERN_STROKES:
            strike(p, &t->device);
            break;
        case PATTERN_STAMP:
            stamp(p, t->jitter);
            break;
        default:
            p->pass[p->in_pass++] = (struct point){0.5 * p->width, 0.5 * p->width};
        }
        take(p);
    }
}

static size_t wanted_channels(const struct treatment *t, double width)
{
    if (t->device.pattern == PATTERN_AREA)
        return 0;
    return t->device.pattern == PATTERN_SINGLE ? 1 : (size_t)round(t->density * width * width);
}

enum status treatment_pattern(const struct treatment *treatment, double width, size_t number, size_t *n, double **x, double **y)
{
    assert(width > 0);
    struct placing p = {.width = width, .wanted = wanted_channels(treatment, width)};
    if (p.wanted == 0 && treatment->device.pattern != PATTERN_AREA)
        return status_fail(ERR_CONFIG, "a patch %g mm wide holds no channel at %g /cm2", width, 100 * treatment->density);
    const size_t room = pass_room(treatment, width, p.wanted), slots = p.wanted ? p.wanted : 1;
    double *px = malloc(slots * sizeof *px), *py = malloc(slots * sizeof *py);
    p.point = malloc(slots * sizeof *p.point);
    p.pass = malloc(room * sizeof *p.pass);
    *p.rng = (gsl_rng){.type = gsl_rng_mt19937, .state = malloc(gsl_rng_mt19937->size)};
    enum status status = OK;
    if (!px || !py || !p.point || !p.pass || !p.rng->state) {
        status = status_no_memory("a pattern of channels", (2 * slots + room) * sizeof *p.point);
        free(px);
        free(py);
        goto done;
    }
    gsl_rng_set(p.rng, session_seed(treatment->seed, number));
    place(&p, treatment);
    for (size_t i = 0; i < p.placed; i++) {
        px[i] = p.point[i].x;
        py[i] = p.point[i].y;
    }
    *n = p.placed;
    *x = px;
    *y = py;
done:
    free(p.point);
    free(p.pass);
    free(p.rng->state);
    return status;
}
