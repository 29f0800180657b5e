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
enum { MAX_CYCLES = 40, SMOOTHING = 2, MAX_SWEEPS = 12, BETWEEN = 4, RING = BETWEEN + 1 /* spans */ };

enum status transport_work_create(const struct transport *transport, bool general, struct transport_work **work)
{
    struct transport_work *w = calloc(1, sizeof *w);
    if (!w)
        return status_no_memory("the solver", sizeof *w);
    enum { OWN = 4, GENERAL = 12 }; /* inverse, y, rhs, loss (on the finest inverse, y, last, start) | face, link */
    w->n_levels = transport->n_levels;
    w->planes = calloc(transport->n_levels * (OWN + GENERAL), sizeof *w->planes);
    w->row = malloc(transport->level[0].grid->axis[0].n * sizeof *w->row);
    const size_t plane = transport->level[0].grid->plane, guard = (plane + 7) / 8 * 8;
    const size_t ring = (RING * (plane > TRANSPORT_SPAN ? plane : TRANSPORT_SPAN) + 7) / 8 * 8 + 2 * guard;
    w->ring_block = aligned_alloc(64, ring * sizeof *w->ring_block);
    w->ring = w->ring_block ? w->ring_block + guard : NULL;
    if (w->ring)
        memset(w->ring_block, 0, ring * sizeof *w->ring_block);
    bool ok = w->planes && w->row && w->ring;
    for (size_t l = 0; l < w->n_levels && ok; l++) {
        const struct grid *grid = transport->level[l].grid;
        double **p = w->planes + l * (OWN + GENERAL);
        const size_t count = OWN + (general ? (size_t)GENERAL : 0);
        w->block[l] = state_planes(grid, count, p);
        ok = w->block[l] != NULL;
        if (!ok)
            break;
        struct scratch *s = &w->scratch[l];
        s->inverse = *p++;
        s->y = *p++;
        if (l == 0) {
            s->last = *p++;
            w->start = *p++;
        } else {
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
    free((*work)->ring_block);
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
    const struct transport_problem *problem;
    bool general, fresh; /* fresh: the finest level has not been visited yet */
    size_t bottom;       /* last level visited */
    double sweeps;
    /* Of the last sweep: smallest value, sums of V rhs and of V (shift + loss) y, and of V (its change)^2 where diffusion is weak. */
    double minimum, given, taken, moved;
};

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

static void sweep(const struct solve *solve, size_t l, struct span span, struct planes from, double omega, struct planes to)
{
    const struct level *level = &solve->transport->level[l];
    const struct scratch *s = &solve->work->scratch[l];
    if (solve->general)
        transport_sweep_links(level->grid, span, s->link, from, s->rhs, s->inverse, omega, to);
    else
        transport_sweep(level, span, solve->problem->diffusivity, from, s->rhs, s->inverse, omega, to);
}

/* Span b of a level; empty before the first (b = -1, -2) and after the last one. */
static struct span span_of(const struct level *level, size_t b)
{
    const size_t nz = level->grid->axis[2].n, first = b * level->planes;
    if (b >= nz || first >= nz)
        return (struct span){0, 0};
    return (struct span){first, nz - first < level->planes ? nz - first : level->planes};
}

/* What else passes over a level while its planes are in the cache.  Finest level: FRESH: first guess and diagonal are made; REMEMBER: y is
 * copied to the start; COMPARE: returns sum V (y - start)^2; LAST: the last sweep follows.  PROLONG: the correction of the coarser level
 * is added before; RESTRICT: the residual is restricted after. */
enum { PLAIN = 0, RESTRICT = 1, PROLONG = 2, REMEMBER = 4, COMPARE = 8, FRESH = 16, LAST = 32 };

/* The last sweep, a plain Jacobi sweep from a non-negative iterate, hence non-negative; with the sums of the balance. */
static void last_sweep(struct solve *solve, struct span span)
{
    const struct grid *grid = solve->transport->level[0].grid;
    const struct transport_problem *problem = solve->problem;
    const struct scratch *s = &solve->work->scratch[0];
    const size_t n = span.count * grid->plane, at = span.first * grid->plane;
    const double *const volume = grid->volume + at;
    double *const last = s->last + at;
    sweep(solve, 0, span, (struct planes){s->y, WHOLE}, 1.0, (struct planes){s->last, WHOLE});
    solve->minimum = fmin(solve->minimum, state_minimum(n, last));
    solve->given += state_dot(n, volume, problem->rhs + at);
    solve->taken += problem->shift * state_dot(n, volume, last) + state_dot3(n, volume, problem->loss + at, last);
    if (s->theta <= NEGLIGIBLE)
        solve->moved += transport_difference(n, volume, last, s->y + at);
}

static void last_begin(struct solve *solve)
{
    solve->minimum = HUGE_VAL;
    solve->given = solve->taken = solve->moved = 0.0;
}

/* A span before any sweep of this pass comes near. */
static void look_ahead(struct solve *solve, size_t l, struct span span, int also, double *guess)
{
    const struct level *level = &solve->transport->level[l];
    const struct transport_problem *problem = solve->problem;
    const struct scratch *s = &solve->work->scratch[l];
    const size_t n = level->grid->plane;
    if (also & PROLONG)
        for (size_t k = span.first; k < span.first + span.count; k++)
            transport_prolong(level, level + 1, k, s[1].y, solve->work->row, s->y);
    if (also & FRESH && problem->fill)
        problem->fill(problem->context, span.first * n, span.count * n, guess + span.first * n);
    if (also & FRESH && !solve->general)
        transport_invert(level, span, problem->shift, problem->diffusivity, s->loss, s->inverse);
}

static void restrict_residual(struct solve *solve, size_t l, struct span span)
{
    const struct level *fine = &solve->transport->level[l];
    const struct scratch *s = &solve->work->scratch[l];
    const size_t n = fine->grid->plane, at = span.first * n;
    double *const residual = solve->work->ring + BETWEEN * fine->planes * n;
    sweep(solve, l, span, (struct planes){s->y, WHOLE}, 1.0, (struct planes){residual, fine->planes - 1});
    transport_residual(span.count * n, s->y + at, s->inverse + at, residual);
    for (size_t k = 0; k < span.count; k++)
        transport_restrict(fine, fine + 1, span.first + k, residual + k * n, s[1].rhs);
}

/* Two Jacobi sweeps and what else is to be done, each one span behind the one before, so that memory is passed over once; what is between
 * the sweeps lives in a ring. */
static double pass(struct solve *solve, size_t l, double first, double second, int also)
{
    const struct level *level = &solve->transport->level[l];
    const struct grid *grid = level->grid;
    const struct scratch *s = &solve->work->scratch[l];
    const size_t n = grid->plane, spans = (grid->axis[2].n + level->planes - 1) / level->planes;
    const bool filled = also & FRESH && solve->problem->fill; /* the guess goes where it will be compared with */
    const struct planes y = {s->y, WHOLE}, from = {filled ? solve->work->start : s->y, WHOLE};
    const struct planes between = {solve->work->ring, BETWEEN * level->planes - 1};
    double *const start = solve->work->start, changed = 0.0;
    if (also & LAST)
        last_begin(solve);
    look_ahead(solve, l, span_of(level, 0), also, start);
    for (size_t b = 0; b < spans + 2; b++) {
        const struct span now = span_of(level, b), before = span_of(level, b - 1), older = span_of(level, b - 2);
        const size_t at = before.first * n;
        look_ahead(solve, l, span_of(level, b + 1), also, start);
        if (also & REMEMBER && !filled)
            memcpy(start + now.first * n, s->y + now.first * n, now.count * n * sizeof *start);
        sweep(solve, l, now, from, first, between);
        sweep(solve, l, before, between, second, y);
        if (also & COMPARE && before.count)
            changed += transport_difference(before.count * n, grid->volume + at, s->y + at, start + at);
        if (also & LAST && before.count)
            clip(before.count * n, s->y + at);
        if (also & LAST && older.count)
            last_sweep(solve, older);
        if (also & RESTRICT && older.count)
            restrict_residual(solve, l, older);
    }
    solve->sweeps += (also & (RESTRICT | LAST) ? 3.0 : 2.0) * (double)grid->cells / (double)solve->transport->level[0].grid->cells;
    return changed;
}

/* The last sweep alone. */
static void last_pass(struct solve *solve, int also)
{
    const struct level *level = &solve->transport->level[0];
    const size_t n = level->grid->plane, spans = (level->grid->axis[2].n + level->planes - 1) / level->planes;
    double *const y = solve->work->scratch[0].y;
    last_begin(solve);
    for (size_t b = 0; b <= spans; b++) {
        const struct span now = span_of(level, b);
        look_ahead(solve, 0, now, also, y);
        if (now.count)
            clip(now.count * n, y + now.first * n);
        if (b > 0)
            last_sweep(solve, span_of(level, b - 1));
    }
    solve->sweeps += 1.0;
}

/* An even number m of sweeps whose weights are the reciprocal Chebyshev points of [low, high]; `before` goes with the first two, `after`
 * with the last two. */
static double chebyshev(struct solve *solve, size_t l, double low, double high, int m, int before, int after)
{
    const double middle = 0.5 * (high + low), radius = 0.5 * (high - low);
    double changed = 0.0;
    for (int i = 0; i < m; i += 2)
        changed =
            pass(solve, l, 1.0 / (middle - radius * cos(M_PI * (2 * i + 1) / (2 * m))),
                 1.0 / (middle - radius * cos(M_PI * (2 * i + 3) / (2 * m))), (i == 0 ? before : PLAIN) | (i + 2 == m ? after : PLAIN));
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
    const int before = l > 0 ? PLAIN : REMEMBER | (solve->fresh ? FRESH : PLAIN), after = l > 0 ? PLAIN : COMPARE | LAST;
    solve->fresh = false;
    if (l == solve->bottom)
        return chebyshev(solve, l, 1.0 - s->theta, 1.0 + s->theta, sweeps_needed(s->theta, BOTTOM_ERROR), before, after);
    const struct level *coarse = &solve->transport->level[l + 1];
    const double low = fmax(SMOOTH_FROM, 1.0 - s->theta), high = 1.0 + s->theta;
    memset(c->rhs, 0, coarse->grid->cells * sizeof *c->rhs);
    memset(c->y, 0, coarse->grid->cells * sizeof *c->y);
    chebyshev(solve, l, low, high, SMOOTHING, before, RESTRICT);
    transport_restrict_end(coarse, c->rhs);
    cycle(solve, l + 1);
    return chebyshev(solve, l, low, high, SMOOTHING, PROLONG, after);
}

static void restrict_loss(const struct level *fine, const struct level *coarse, const double *from, double *to)
{
    memset(to, 0, coarse->grid->cells * sizeof *to);
    for (size_t k = 0; k < fine->grid->axis[2].n; k++)
        transport_restrict(fine, coarse, k, from + k * fine->grid->plane, to);
    transport_restrict_end(coarse, to);
}

/* Diagonals from the finest level down to the first where diffusion is weak. */
static void prepare(struct solve *solve, const struct transport_problem *problem)
{
    const struct transport *t = solve->transport;
    struct scratch *s = solve->work->scratch;
    const double least = problem->shift + problem->least_loss;
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
            if (l > 0) /* that of the finest level is made by the first pass */
                transport_invert(level, (struct span){0, level->grid->axis[2].n}, problem->shift, problem->diffusivity, s[l].loss,
                                 s[l].inverse);
            s[l].theta = spread > 0.0 ? spread / (least + spread) : 0.0;
        }
        solve->bottom = l;
        if (s[l].theta < WEAK || l + 1 == t->n_levels)
            return;
    }
}

double transport_take(const struct transport_result *result, const double *volume, double floor, size_t first, size_t n, double *y)
{
    scale(n, result->factor, result->solution + first, y);
    return state_floor(n, floor, volume + first, y);
}

double *transport_work_guess(const struct transport_work *work)
{
    return work->scratch[0].y;
}

void transport_solve(const struct transport *transport, struct transport_work *work, const struct transport_problem *problem,
                     struct transport_result *result)
{
    struct solve solve = {.transport = transport, .work = work, .problem = problem, .general = problem->faces != NULL, .fresh = true};
    struct scratch *s = &work->scratch[0];
    union {
        const double *given;
        double *stored;
    } rhs = {problem->rhs}, loss = {problem->loss}; /* only ever read on level 0 */
    s->rhs = rhs.stored;
    s->loss = loss.stored;
    prepare(&solve, problem);
    double change = 0.0;
    bool converged = s->theta <= NEGLIGIBLE;
    if (converged)
        last_pass(&solve, FRESH);
    for (int i = 0; i < MAX_CYCLES && !converged && !isnan(change); i++) {
        const double last = change;
        change = sqrt(cycle(&solve, 0) / transport->volume);
        const double rate = i > 0 ? fmin(SLOWEST, fmax(REDUCTION, change / last)) : FIRST_CYCLE;
        converged = rate / (1.0 - rate) * change <= problem->accuracy;
    }
    /* Where diffusion is weak a sweep leaves at most `theta` of the error: its own change tells when one more is needed. */
    for (int i = 1; i < MAX_SWEEPS && s->theta / (1.0 - s->theta) * sqrt(solve.moved / transport->volume) > problem->accuracy; i++) {
        memcpy(s->y, s->last, transport->level[0].grid->cells * sizeof *s->y);
        last_pass(&solve, PLAIN);
    }
    *result = (struct transport_result){.solution = s->last,
                                        .sweeps = solve.sweeps,
                                        .factor = solve.given > 0.0 && solve.taken > 0.0 ? solve.given / solve.taken : 1.0,
                                        .minimum = solve.minimum,
                                        .converged = converged};
}
