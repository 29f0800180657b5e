#include "transport_internal.h"

#include "model.h"
#include "state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A level whose off-diagonal share is below WEAK is solved by a few sweeps; coarser ones are not visited. */
static const double WEAK = 0.6;
static const double NEGLIGIBLE = 0.05;   /* below this share the last sweep alone does */
static const double REDUCTION = 0.15;    /* error left by one cycle, at most */
static const double BOTTOM_ERROR = 0.05; /* error left by the sweeps on the last level visited */
static const double SMOOTH_FROM = 0.3;   /* smoothing is for eigenvalues of (diagonal^-1 matrix) above this */
enum { MAX_CYCLES = 40, SMOOTHING = 2, MAX_SWEEPS = 12 };

enum status transport_work_create(const struct transport *transport, bool general, struct transport_work **work)
{
    struct transport_work *w = calloc(1, sizeof *w);
    if (!w)
        return status_no_memory("the solver", sizeof *w);
    enum { OWN = 3, FINE = 3, GENERAL = 12 }; /* y, rhs, loss | inverse, other, guess | face, link */
    w->n_levels = transport->n_levels;
    w->planes = calloc(transport->n_levels * (OWN + FINE + GENERAL), sizeof *w->planes);
    w->row = malloc(transport->level[0].grid->axis[0].n * sizeof *w->row);
    bool ok = w->planes && w->row;
    for (size_t l = 0; l < w->n_levels && ok; l++) {
        const struct grid *grid = transport->level[l].grid;
        double **p = w->planes + l * (OWN + FINE + GENERAL);
        const size_t count = (l ? (size_t)OWN : 1) + 2 + (general ? (size_t)GENERAL : 0);
        w->block[l] = state_planes(grid, count, p);
        ok = w->block[l] != NULL;
        if (!ok)
            break;
        struct scratch *s = &w->scratch[l];
        s->inverse = *p++;
        s->other = *p++;
        if (l == 0) {
            w->guess = *p++;
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
    return (cells + 2.0 * guard) * sizeof(double) * (3.0 + 5.0 / 7.0); /* the coarser levels sum to 1/7 in three dimensions */
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

static void sweep(struct solve *solve, size_t l, double *y, double omega, double *out)
{
    const struct level *level = &solve->transport->level[l];
    const struct scratch *s = &solve->work->scratch[l];
    if (solve->general)
        transport_sweep_links(level->grid, s->link, y, s->rhs, s->inverse, omega, out);
    else
        transport_sweep(level, solve->diffusivity, y, s->rhs, s->inverse, omega, out);
    solve->sweeps += (double)level->grid->cells / (double)solve->transport->level[0].grid->cells;
}

/* An even number m of Jacobi sweeps whose weights are the reciprocal Chebyshev points of [low, high]. */
static void chebyshev(struct solve *solve, size_t l, double low, double high, int m)
{
    struct scratch *s = &solve->work->scratch[l];
    const double middle = 0.5 * (high + low), radius = 0.5 * (high - low);
    for (int i = 0; i < m; i += 2) {
        sweep(solve, l, s->y, 1.0 / (middle - radius * cos(M_PI * (2 * i + 1) / (2 * m))), s->other);
        sweep(solve, l, s->other, 1.0 / (middle - radius * cos(M_PI * (2 * i + 3) / (2 * m))), s->y);
    }
}

/* Sweeps that leave `error` of every component when the spectrum is [1 - theta, 1 + theta]: 1 / T_m(1 / theta) <= error. */
static int sweeps_needed(double theta, double error)
{
    if (theta <= 0.0)
        return 2;
    const int m = (int)ceil(acosh(1.0 / error) / acosh(1.0 / fmin(theta, 1.0 - 1e-12)));
    return m > MAX_SWEEPS ? MAX_SWEEPS : m + m % 2;
}

static void cycle(struct solve *solve, size_t l)
{
    struct scratch *s = &solve->work->scratch[l];
    if (l == solve->bottom) {
        chebyshev(solve, l, 1.0 - s->theta, 1.0 + s->theta, sweeps_needed(s->theta, BOTTOM_ERROR));
        return;
    }
    const struct level *fine = &solve->transport->level[l], *coarse = fine + 1;
    struct scratch *c = s + 1;
    const double low = fmax(SMOOTH_FROM, 1.0 - s->theta), high = 1.0 + s->theta;
    chebyshev(solve, l, low, high, SMOOTHING);
    sweep(solve, l, s->y, 1.0, s->other);
    transport_residual(fine->grid->cells, s->y, s->inverse, s->other);
    transport_restrict(fine, coarse, s->other, c->rhs);
    memset(c->y, 0, coarse->grid->cells * sizeof *c->y);
    cycle(solve, l + 1);
    transport_prolong(fine, coarse, c->y, solve->work->row, s->y);
    chebyshev(solve, l, low, high, SMOOTHING);
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
            transport_restrict(level - 1, level, s[l - 1].loss, s[l].loss);
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
            s[l].theta = spread / (least + spread);
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

void transport_solve(const struct transport *transport, struct transport_work *work, const struct transport_problem *problem, double *y,
                     struct transport_result *result)
{
    const struct grid *grid = transport->level[0].grid;
    const size_t n = grid->cells;
    struct solve solve = {transport, work, problem->diffusivity, problem->faces != NULL, 0, 0.0};
    struct scratch *s = &work->scratch[0];
    union {
        const double *given;
        double *stored;
    } rhs = {problem->rhs}, loss = {problem->loss}; /* only ever read on level 0 */
    s->y = y;
    s->rhs = rhs.stored;
    s->loss = loss.stored;
    prepare(&solve, problem);
    double total_volume = 0.0, change = 0.0;
    for (size_t c = 0; c < n; c++)
        total_volume += grid->volume[c];
    *result = (struct transport_result){.factor = 1.0, .converged = s->theta <= NEGLIGIBLE};
    for (int i = 0; i < MAX_CYCLES && !result->converged && !isnan(change); i++) {
        memcpy(work->guess, y, n * sizeof *y);
        cycle(&solve, 0);
        change = sqrt(transport_difference(n, grid->volume, y, work->guess) / total_volume);
        result->converged = REDUCTION * change <= problem->accuracy;
    }
    clip(n, y);
    sweep(&solve, 0, y, 1.0, s->other);
    result->minimum = transport_minimum(n, s->other);
    const double given = state_dot(n, grid->volume, problem->rhs);
    const double taken = problem->shift * state_dot(n, grid->volume, s->other) + state_dot3(n, grid->volume, problem->loss, s->other);
    if (given > 0.0 && taken > 0.0)
        result->factor = given / taken;
    scale(n, result->factor, s->other, y);
    result->floored = state_floor(n, problem->floor, grid->volume, y);
    result->sweeps = solve.sweeps;
}
