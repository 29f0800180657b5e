#include "transport_internal.h"

#include "model.h"
#include "state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A level whose off-diagonal share is below WEAK is solved by a few sweeps; coarser ones are not visited. */
static const double WEAK = 0.8;
static const double NEGLIGIBLE = 0.05;  /* below this share the last sweep alone does */
static const double FIRST_CYCLE = 0.05; /* share of its own change that the first cycle leaves as error: 996 of 1000 solves of a year */
static const double REDUCTION = 0.15;   /* error left by one more cycle, unless the cycles themselves show more */
static const double SLOWEST = 0.98;
static const double BOTTOM_ERROR = 0.05; /* error left by the sweeps on the last level visited */
static const double SMOOTH_FROM = 0.3;   /* smoothing is for eigenvalues of (diagonal^-1 matrix) above this */
enum { MAX_CYCLES = 40, SMOOTHING = 2, MAX_SWEEPS = 12 };

enum status transport_work_create(const struct transport *transport, bool general, struct transport_work **work)
{
    struct transport_work *w = calloc(1, sizeof *w);
    if (!w)
        return status_no_memory("the solver", sizeof *w);
    enum { OWN = 3, FINE = 2, GENERAL = 12 }; /* y, rhs, loss or first, start | inverse, other | face, link */
    w->n_levels = transport->n_levels;
    w->planes = calloc(transport->n_levels * (OWN + FINE + GENERAL), sizeof *w->planes);
    w->row = malloc(transport->level[0].grid->axis[0].n * sizeof *w->row);
    bool ok = w->planes && w->row;
    for (size_t l = 0; l < w->n_levels && ok; l++) {
        const struct grid *grid = transport->level[l].grid;
        double **p = w->planes + l * (OWN + FINE + GENERAL);
        const size_t count = (l ? (size_t)OWN : 2) + FINE + (general ? (size_t)GENERAL : 0);
        w->block[l] = state_planes(grid, count, p);
        ok = w->block[l] != NULL;
        if (!ok)
            break;
        struct scratch *s = &w->scratch[l];
        s->inverse = *p++;
        s->other = *p++;
        if (l == 0) {
            w->first = *p++;
            w->start = *p++;
        } else {
            s->y = *p++;
            s->rhs = *p++;
            s->loss = *p++;
        }
        for (int i = 0; i < 6 && general; i++) {
            s->face[i] = *p++;
            s->link[i] = *p++;
        }
    }
    if (!ok) {
        transport_work_destroy(&w);
        return status_no_memory("the solver", 5 * grid_plane_bytes(transport->level[0].grid));
    }
    *work = w;
    return OK;
}

void transport_work_destroy(struct transport_work **work)
{
    if (!work || !*work)
        return;
    for (size_t l = 0; l < (*work)->n_levels; l++)
        free((*work)->block[l]);
    free((*work)->planes);
    free((*work)->row);
    free(*work);
    *work = NULL;
}

double transport_work_bytes(double cells, double guard)
{
    return (cells + 2.0 * guard) * sizeof(double) * (4.0 + 5.0 / 7.0); /* the coarser levels sum to 1/7 in three dimensions */
}

/* What one solve needs besides the scratch. */
struct solve {
    const struct transport *transport;
    struct transport_work *work;
    double diffusivity;
    bool general;
    size_t bottom; /* last level visited */
    double sweeps;
};

static void sweep(const struct solve *solve, size_t l, size_t k, const double *y, double omega, double *out)
{
    const struct level *level = &solve->transport->level[l];
    const struct scratch *s = &solve->work->scratch[l];
    if (solve->general)
        transport_sweep_links(level->grid, k, s->link, y, s->rhs, s->inverse, omega, out);
    else
        transport_sweep(level, k, solve->diffusivity, y, s->rhs, s->inverse, omega, out);
}

/* What else passes over a level while its planes are in the cache. */
enum { PLAIN = 0, RESTRICT = 1, PROLONG = 2, REMEMBER = 4, COMPARE = 8 };

/* Two Jacobi sweeps y -> other -> y, the second one plane behind the first, so that memory is passed over once.  PROLONG: the correction
 * of the coarser level is added ahead of the first sweep; RESTRICT: the residual is restricted behind the second; REMEMBER: y is copied
 * to the start before; COMPARE: returns sum V (y - start)^2 after. */
static double sweep_twice(struct solve *solve, size_t l, double first, double second, int also)
{
    const struct level *fine = &solve->transport->level[l], *coarse = fine + 1;
    const struct scratch *s = &solve->work->scratch[l], *c = s + 1;
    const size_t nz = fine->grid->axis[2].n, n = fine->grid->plane;
    double *const start = solve->work->start, changed = 0.0;
    for (size_t k = 0; k < nz + 2; k++) {
        if (also & PROLONG && k == 0)
            transport_prolong(fine, coarse, 0, c->y, solve->work->row, s->y);
        if (also & PROLONG && k + 1 < nz)
            transport_prolong(fine, coarse, k + 1, c->y, solve->work->row, s->y);
        if (k < nz) {
            if (also & REMEMBER)
                memcpy(start + k * n, s->y + k * n, n * sizeof *start);
            sweep(solve, l, k, s->y, first, s->other);
        }
        if (k >= 1 && k <= nz) {
            const size_t at = (k - 1) * n;
            sweep(solve, l, k - 1, s->other, second, s->y);
            if (also & COMPARE)
                changed += transport_difference(n, fine->grid->volume + at, s->y + at, start + at);
        }
        if (also & RESTRICT && k >= 2) {
            const size_t at = (k - 2) * n;
            sweep(solve, l, k - 2, s->y, 1.0, s->other);
            transport_residual(n, s->y + at, s->inverse + at, s->other + at);
            transport_restrict(fine, coarse, k - 2, s->other, c->rhs);
        }
    }
    solve->sweeps += (also & RESTRICT ? 3.0 : 2.0) * (double)fine->grid->cells / (double)solve->transport->level[0].grid->cells;
    return changed;
}

/* An even number m of sweeps whose weights are the reciprocal Chebyshev points of [low, high]; `before` goes with the first two, `after`
 * with the last two. */
static double chebyshev(struct solve *solve, size_t l, double low, double high, int m, int before, int after)
{
    const double middle = 0.5 * (high + low), radius = 0.5 * (high - low);
    double changed = 0.0;
    for (int i = 0; i < m; i += 2)
        changed = sweep_twice(solve, l, 1.0 / (middle - radius * cos(M_PI * (2 * i + 1) / (2 * m))),
                              1.0 / (middle - radius * cos(M_PI * (2 * i + 3) / (2 * m))),
                              (i == 0 ? before : PLAIN) | (i + 2 == m ? after : PLAIN));
    return changed;
}

/* Sweeps that leave `error` of every component when the spectrum is [1 - theta, 1 + theta]: 1 / T_m(1 / theta) <= error. */
static int sweeps_needed(double theta, double error)
{
    if (theta <= 0.0)
        return 2;
    const int m = (int)ceil(acosh(1.0 / error) / acosh(1.0 / fmin(theta, 1.0 - 1e-12)));
    return m > MAX_SWEEPS ? MAX_SWEEPS : m + m % 2;
}

/* One V-cycle from level l down; on the finest level returns sum V (change of y)^2. */
static double cycle(struct solve *solve, size_t l)
{
    const struct scratch *s = &solve->work->scratch[l], *c = s + 1;
    const int remember = l == 0 ? REMEMBER : PLAIN, compare = l == 0 ? COMPARE : PLAIN;
    if (l == solve->bottom)
        return chebyshev(solve, l, 1.0 - s->theta, 1.0 + s->theta, sweeps_needed(s->theta, BOTTOM_ERROR), remember, compare);
    const struct level *coarse = &solve->transport->level[l + 1];
    const double low = fmax(SMOOTH_FROM, 1.0 - s->theta), high = 1.0 + s->theta;
    memset(c->rhs, 0, coarse->grid->cells * sizeof *c->rhs);
    memset(c->y, 0, coarse->grid->cells * sizeof *c->y);
    chebyshev(solve, l, low, high, SMOOTHING, remember, RESTRICT);
    transport_restrict_end(coarse, c->rhs);
    cycle(solve, l + 1);
    return chebyshev(solve, l, low, high, SMOOTHING, PROLONG, compare);
}

static void restrict_loss(const struct level *fine, const struct level *coarse, const double *from, double *to)
{
    memset(to, 0, coarse->grid->cells * sizeof *to);
    for (size_t k = 0; k < fine->grid->axis[2].n; k++)
        transport_restrict(fine, coarse, k, from, to);
    transport_restrict_end(coarse, to);
}

/* Diagonals from the finest level down to the first where diffusion is weak. */
static void prepare(struct solve *solve, const struct transport_problem *problem)
{
    const struct transport *t = solve->transport;
    struct scratch *s = solve->work->scratch;
    const double least = problem->shift + fmax(0.0, transport_minimum(t->level[0].grid->cells, problem->loss));
    for (size_t l = 0;; l++) {
        const struct level *level = &t->level[l];
        if (l > 0)
            restrict_loss(level - 1, level, s[l - 1].loss, s[l].loss);
        if (solve->general) {
            double *face[6];
            for (int q = 0; q < 6; q++)
                face[q] = l > 0 ? s[l].face[q] : q < 3 ? problem->faces->mobility[q] : problem->faces->velocity[q - 3];
            if (l > 0) {
                double *from[6];
                for (int q = 0; q < 6; q++)
                    from[q] = l > 1 ? s[l - 1].face[q] : q < 3 ? problem->faces->mobility[q] : problem->faces->velocity[q - 3];
                transport_coarsen_faces(level - 1, level, from, face);
            }
            transport_links(level->grid, problem->shift, problem->diffusivity, s[l].loss, face, &s[l]);
        } else {
            const double spread = problem->diffusivity * level->strongest;
            transport_invert(level, problem->shift, problem->diffusivity, s[l].loss, s[l].inverse);
            s[l].theta = spread > 0.0 ? spread / (least + spread) : 0.0;
        }
        solve->bottom = l;
        if (s[l].theta < WEAK || l + 1 == t->n_levels)
            return;
    }
}

KERNEL static void clip(size_t n, double *restrict y)
{
#pragma omp simd
    for (size_t c = 0; c < n; c++)
        y[c] = y[c] > 0.0 ? y[c] : 0.0;
}

KERNEL static void scale(size_t n, double factor, const double *restrict x, double *restrict y)
{
#pragma omp simd
    for (size_t c = 0; c < n; c++)
        y[c] = factor * x[c];
}

/* The last sweep, from a non-negative iterate; returns the root-mean-square change where diffusion is weak, else 0. */
static double last_sweep(const struct solve *solve, const struct transport_problem *problem, double *y, double *given, double *taken,
                         struct transport_result *result)
{
    const struct grid *grid = solve->transport->level[0].grid;
    const struct scratch *s = &solve->work->scratch[0];
    double *const other = s->other;
    const size_t n = grid->plane, nz = grid->axis[2].n;
    double changed = 0.0;
    *given = *taken = 0.0;
    result->minimum = HUGE_VAL;
    clip(n, y);
    for (size_t k = 0; k < nz; k++) {
        const size_t at = k * n;
        const double *volume = grid->volume + at;
        if (k + 1 < nz)
            clip(n, y + at + n);
        sweep(solve, 0, k, y, 1.0, other);
        result->minimum = fmin(result->minimum, transport_minimum(n, other + at));
        *given += state_dot(n, volume, problem->rhs + at);
        *taken += problem->shift * state_dot(n, volume, other + at) + state_dot3(n, volume, problem->loss + at, other + at);
        if (s->theta <= NEGLIGIBLE)
            changed += transport_difference(n, volume, other + at, y + at);
    }
    return sqrt(changed / solve->transport->volume);
}

/* The last sweep, then the scaling that makes the balance exact.  Where diffusion is weak a sweep leaves at most `theta` of the error: its
 * own change tells when one more is needed. */
static void finish(struct solve *solve, const struct transport_problem *problem, double *guess, double *y, struct transport_result *result)
{
    const struct grid *grid = solve->transport->level[0].grid;
    const struct scratch *s = &solve->work->scratch[0];
    const size_t n = grid->plane, nz = grid->axis[2].n;
    double given, taken, changed = last_sweep(solve, problem, guess, &given, &taken, result);
    for (int i = 1; i < MAX_SWEEPS && s->theta / (1.0 - s->theta) * changed > problem->accuracy; i++) {
        memcpy(guess, s->other, grid->cells * sizeof *guess);
        changed = last_sweep(solve, problem, guess, &given, &taken, result);
        solve->sweeps += 1.0;
    }
    if (given > 0.0 && taken > 0.0)
        result->factor = given / taken;
    for (size_t k = 0; k < nz; k++) {
        const size_t at = k * n;
        scale(n, result->factor, s->other + at, y + at);
        result->floored += state_floor(n, problem->floor, grid->volume + at, y + at);
    }
}

double *transport_work_guess(const struct transport_work *work)
{
    return work->first;
}

void transport_solve(const struct transport *transport, struct transport_work *work, const struct transport_problem *problem, double *guess,
                     double *y, struct transport_result *result)
{
    struct solve solve = {transport, work, problem->diffusivity, problem->faces != NULL, 0, 1.0};
    struct scratch *s = &work->scratch[0];
    union {
        const double *given;
        double *stored;
    } rhs = {problem->rhs}, loss = {problem->loss}; /* only ever read on level 0 */
    s->y = guess;
    s->rhs = rhs.stored;
    s->loss = loss.stored;
    prepare(&solve, problem);
    double change = 0.0;
    *result = (struct transport_result){.factor = 1.0, .converged = s->theta <= NEGLIGIBLE};
    for (int i = 0; i < MAX_CYCLES && !result->converged && !isnan(change); i++) {
        const double last = change;
        change = sqrt(cycle(&solve, 0) / transport->volume);
        const double rate = i > 0 ? fmin(SLOWEST, fmax(REDUCTION, change / last)) : FIRST_CYCLE;
        result->converged = rate / (1.0 - rate) * change <= problem->accuracy;
    }
    finish(&solve, problem, guess, y, result);
    result->sweeps = solve.sweeps;
}
