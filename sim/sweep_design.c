#include "sweep_design.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

enum { SOBOL_MOST = 40, TRIES = 1000 };

static bool add(struct sweep_points *p, const double *unit, size_t sample, size_t block, int moved)
{
    if (p->n == p->capacity) {
        const size_t n = p->capacity ? 2 * p->capacity : 256;
        double *u = realloc(p->unit, n * (p->k + 1) * sizeof *u);
        p->unit = u ? u : p->unit;
        int *s = realloc(p->sample, n * sizeof *s);
        p->sample = s ? s : p->sample;
        int *b = realloc(p->block, n * sizeof *b);
        p->block = b ? b : p->block;
        int *m = realloc(p->moved, n * sizeof *m);
        p->moved = m ? m : p->moved;
        if (!u || !s || !b || !m)
            return false;
        p->capacity = n;
    }
    memcpy(p->unit + p->n * p->k, unit, p->k * sizeof *unit);
    p->sample[p->n] = (int)sample;
    p->block[p->n] = (int)block;
    p->moved[p->n++] = moved;
    return true;
}

static bool wanted(const struct sweep_recipe *r, const double *unit)
{
    return !r->allows || r->allows(r->user, unit);
}

/* A point of a design that may lose points. */
static bool add_if_wanted(const struct sweep_recipe *r, struct sweep_points *p, const double *unit, size_t sample)
{
    if (wanted(r, unit))
        return add(p, unit, sample, 0, -1);
    p->dropped++;
    return true;
}

static bool grid(const struct sweep_recipe *r, struct sweep_points *p, double *u)
{
    size_t total = 1;
    bool good = true;
    for (size_t d = 0; d < r->k; d++)
        total *= r->count[d];
    for (size_t i = 0; i < total && good; i++) {
        size_t rest = i;
        for (size_t d = r->k; d-- > 0; rest /= r->count[d])
            u[d] = ((double)(rest % r->count[d]) + 0.5) / (double)r->count[d];
        good = add_if_wanted(r, p, u, i);
    }
    return good;
}

static bool list(const struct sweep_recipe *r, struct sweep_points *p, double *u)
{
    const size_t n = r->k ? r->count[0] : 1;
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        for (size_t d = 0; d < r->k; d++)
            u[d] = ((double)i + 0.5) / (double)n;
        good = add_if_wanted(r, p, u, i);
    }
    return good;
}

/* [n][k] points of a Latin hypercube into `cube`. */
static bool hypercube(gsl_rng *random, size_t n, size_t k, double *cube)
{
    size_t *order = malloc((n + 1) * sizeof *order);
    for (size_t d = 0; d < k && order; d++) {
        for (size_t i = 0; i < n; i++)
            order[i] = i;
        gsl_ran_shuffle(random, order, n, sizeof *order);
        for (size_t i = 0; i < n; i++)
            cube[i * k + d] = ((double)order[i] + gsl_rng_uniform(random)) / (double)n;
    }
    free(order);
    return order != NULL;
}

static bool lhs(const struct sweep_recipe *r, gsl_rng *random, struct sweep_points *p)
{
    double *cube = malloc((r->samples * r->k + 1) * sizeof *cube);
    bool good = cube && hypercube(random, r->samples, r->k, cube);
    for (size_t i = 0; i < r->samples && good; i++)
        good = add_if_wanted(r, p, cube + i * r->k, i);
    free(cube);
    return good;
}

static bool sobol(const struct sweep_recipe *r, struct sweep_points *p, double *u)
{
    gsl_qrng *sequence = r->k ? gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)r->k) : NULL;
    bool good = sequence || r->k == 0;
    for (size_t i = 0; good && p->n < r->samples && p->dropped < TRIES * r->samples; i++) {
        if (sequence)
            gsl_qrng_get(sequence, u);
        good = add_if_wanted(r, p, u, i);
    }
    if (sequence)
        gsl_qrng_free(sequence);
    return good;
}

/* Rows of A and B side by side, [n][2 k]. */
static bool two_matrices(const struct sweep_recipe *r, gsl_rng *random, double *both)
{
    const size_t n = r->samples, k = r->k;
    if (2 * k > SOBOL_MOST)
        return hypercube(random, n, 2 * k, both);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)(2 * k));
    if (!sequence)
        return false;
    gsl_qrng_get(sequence, both); /* one half everywhere: the same in A and B */
    for (size_t i = 0; i < n; i++)
        gsl_qrng_get(sequence, both + 2 * k * i);
    gsl_qrng_free(sequence);
    return true;
}

static bool saltelli(const struct sweep_recipe *r, gsl_rng *random, struct sweep_points *p, double *u)
{
    const size_t n = r->samples, k = r->k;
    double *both = malloc((n * 2 * k + 1) * sizeof *both);
    bool good = both && two_matrices(r, random, both);
    for (size_t i = 0; i < n && good; i++) {
        const double *a = both + 2 * k * i, *b = a + k;
        good = add(p, a, i, 0, -1) && add(p, b, i, 1, -1);
        for (size_t d = 0; d < k && good; d++) {
            memcpy(u, a, k * sizeof *u);
            u[d] = b[d];
            good = add(p, u, i, 2 + d, (int)d);
        }
    }
    free(both);
    return good;
}

/* One trajectory into `path` [k + 1][k], the dimension moved at each step into `moved`. */
static void trajectory(const struct sweep_recipe *r, gsl_rng *random, double *path, int *moved)
{
    const size_t k = r->k;
    const int p = r->levels, half = p / 2;
    for (size_t d = 0; d < k; d++) {
        const int low = (int)gsl_rng_uniform_int(random, (unsigned long)half); /* low + half is a level too */
        const bool up = gsl_rng_uniform_int(random, 2) == 0;
        path[d] = (double)(up ? low : low + half) / (double)(p - 1);
        /* where it goes when it is its turn, kept in the last row until then */
        path[k * k + d] = (double)(up ? low + half : low) / (double)(p - 1);
        moved[1 + d] = (int)d;
    }
    moved[0] = -1;
    gsl_ran_shuffle(random, moved + 1, k, sizeof *moved);
    double *goal = path + k * k;
    for (size_t step = 1; step < k; step++) {
        memcpy(path + step * k, path + (step - 1) * k, k * sizeof *path);
        path[step * k + (size_t)moved[step]] = goal[moved[step]];
    }
}

static bool morris(const struct sweep_recipe *r, gsl_rng *random, struct sweep_points *p)
{
    const size_t k = r->k;
    double *path = malloc((k + 1) * (k + 1) * sizeof *path);
    int *moved = malloc((k + 1) * sizeof *moved);
    bool good = path && moved;
    for (size_t i = 0; i < r->samples && good; i++) {
        bool all = false;
        for (int tries = 0; tries < TRIES && !all; tries++) {
            trajectory(r, random, path, moved);
            all = true;
            for (size_t step = 0; step <= k && all; step++)
                all = wanted(r, path + step * k);
            p->dropped += !all;
        }
        for (size_t step = 0; step <= k && good && all; step++)
            good = add(p, path + step * k, i, step, moved[step]);
    }
    free(moved);
    free(path);
    return good;
}

static enum status check(const struct sweep_recipe *r)
{
    if (r->design == SWEEP_SOBOL && r->k > SOBOL_MOST)
        return status_fail(ERR_CONFIG, "design: Sobol' sequences have at most %d dimensions (GSL), %zu are varied; use lhs", SOBOL_MOST,
                           r->k);
    if (r->design == SWEEP_SALTELLI && r->allows)
        return status_fail(ERR_CONFIG, "where: a saltelli design loses its meaning without some of its points; vary within ranges instead");
    if (r->k == 0 && (r->design == SWEEP_SALTELLI || r->design == SWEEP_MORRIS))
        return status_fail(ERR_CONFIG, "vary: nothing is varied");
    double points = r->design == SWEEP_GRID ? 1.0 : (double)r->samples;
    for (size_t d = 0; d < r->k && r->design == SWEEP_GRID; d++)
        points *= (double)r->count[d];
    points *= r->design == SWEEP_SALTELLI ? (double)r->k + 2.0 : r->design == SWEEP_MORRIS ? (double)r->k + 1.0 : 1.0;
    if (points > 1e8)
        return status_fail(ERR_CONFIG, "design: %.3g points; at most 1e8", points);
    return OK;
}

enum status sweep_design_points(const struct sweep_recipe *r, struct sweep_points *points)
{
    enum status status = check(r);
    if (status != OK)
        return status;
    *points = (struct sweep_points){.k = r->k};
    double *u = calloc(r->k + 1, sizeof *u);
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    bool good = u && random;
    if (good) {
        gsl_rng_set(random, r->seed);
        good = r->design == SWEEP_GRID       ? grid(r, points, u)
               : r->design == SWEEP_LIST     ? list(r, points, u)
               : r->design == SWEEP_LHS      ? lhs(r, random, points)
               : r->design == SWEEP_SOBOL    ? sobol(r, points, u)
               : r->design == SWEEP_SALTELLI ? saltelli(r, random, points, u)
                                             : morris(r, random, points);
    }
    if (!good)
        status = status_no_memory("the points of the design", r->samples * (r->k + 1) * sizeof *u);
    else if (points->n == 0)
        status = status_fail(ERR_CONFIG, "where: no point meets all constraints");
    else if (r->design == SWEEP_MORRIS && points->n < r->samples * (r->k + 1))
        status = status_fail(ERR_CONFIG, "where: %d trajectories in a row did not meet all constraints; widen them or vary less", TRIES);
    else if (r->design == SWEEP_SOBOL && points->n < r->samples)
        status = status_fail(ERR_CONFIG, "where: fewer than one point in %d meets all constraints", TRIES);
    if (status != OK)
        sweep_points_destroy(points);
    if (random)
        gsl_rng_free(random);
    free(u);
    return status;
}

void sweep_points_destroy(struct sweep_points *points)
{
    free(points->unit);
    free(points->sample);
    free(points->block);
    free(points->moved);
    *points = (struct sweep_points){0};
}
