/* Designs: where their points lie. */
#include "sweep_design.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct sweep_points points_of(struct sweep_recipe recipe)
{
    struct sweep_points points;
    cr_assert(sweep_design_points(&recipe, &points) == OK, "%s", status_count() ? status_message(0) : "failed");
    return points;
}

Test(sweep_design, grid_has_all_combinations_last_fastest)
{
    const size_t count[] = {2, 3};
    struct sweep_points p = points_of((struct sweep_recipe){.design = SWEEP_GRID, .k = 2, .count = count});
    cr_assert(p.n == 6, "%zu points, wanted 6", p.n);
    for (size_t i = 0; i < 6; i++) {
        const double wanted[2] = {((double)(i / 3) + 0.5) / 2.0, ((double)(i % 3) + 0.5) / 3.0};
        cr_expect(p.unit[2 * i] == wanted[0] && p.unit[2 * i + 1] == wanted[1] && p.sample[i] == (int)i && p.moved[i] == -1,
                  "point %zu is (%g, %g), wanted (%g, %g)", i, p.unit[2 * i], p.unit[2 * i + 1], wanted[0], wanted[1]);
    }
    sweep_points_destroy(&p);
}

Test(sweep_design, hypercube_has_one_point_in_every_stratum)
{
    enum { N = 50, K = 4 };
    struct sweep_points p = points_of((struct sweep_recipe){.design = SWEEP_LHS, .k = K, .samples = N, .seed = 3});
    cr_assert(p.n == N, "%zu points", p.n);
    for (size_t d = 0; d < K; d++) {
        int hits[N] = {0};
        for (size_t i = 0; i < N; i++)
            hits[(int)(p.unit[i * K + d] * N)]++;
        for (size_t s = 0; s < N; s++)
            cr_expect(hits[s] == 1, "dimension %zu, stratum %zu: %d points", d, s, hits[s]);
    }
    size_t together = 0;
    for (size_t i = 0; i < N; i++)
        together += (int)(p.unit[i * K] * N) == (int)(p.unit[i * K + 1] * N);
    cr_expect(together < N / 4, "two dimensions go together in %zu of %d points", together, N);
    struct sweep_points same = points_of((struct sweep_recipe){.design = SWEEP_LHS, .k = K, .samples = N, .seed = 3}),
                        other = points_of((struct sweep_recipe){.design = SWEEP_LHS, .k = K, .samples = N, .seed = 4});
    cr_expect(memcmp(p.unit, same.unit, N * K * sizeof(double)) == 0, "the same seed gives other points");
    cr_expect(memcmp(p.unit, other.unit, N * K * sizeof(double)) != 0, "another seed gives the same points");
    sweep_points_destroy(&other);
    sweep_points_destroy(&same);
    sweep_points_destroy(&p);
}

Test(sweep_design, sobol_is_the_unscrambled_sequence)
{
    static const double wanted[4][2] = {{0.5, 0.5}, {0.75, 0.25}, {0.25, 0.75}, {0.375, 0.375}};
    struct sweep_points p = points_of((struct sweep_recipe){.design = SWEEP_SOBOL, .k = 2, .samples = 4});
    for (size_t i = 0; i < 4; i++)
        cr_expect(p.unit[2 * i] == wanted[i][0] && p.unit[2 * i + 1] == wanted[i][1], "point %zu is (%g, %g)", i, p.unit[2 * i],
                  p.unit[2 * i + 1]);
    sweep_points_destroy(&p);
    const struct sweep_recipe most = {.design = SWEEP_SOBOL, .k = 40, .samples = 4}, more = {.design = SWEEP_SOBOL, .k = 41, .samples = 4};
    p = points_of(most);
    sweep_points_destroy(&p);
    cr_expect(sweep_design_points(&more, &p) == ERR_CONFIG && strstr(status_message(0), "at most 40 dimensions"), "%s", status_message(0));
}

static void check_saltelli(size_t k)
{
    enum { N = 16 };
    size_t same = 0;
    struct sweep_points p = points_of((struct sweep_recipe){.design = SWEEP_SALTELLI, .k = k, .samples = N, .seed = 1});
    cr_assert(p.n == N * (k + 2), "%zu points, wanted %zu", p.n, N * (k + 2));
    for (size_t j = 0; j < N; j++) {
        const double *a = p.unit + j * (k + 2) * k, *b = a + k;
        for (size_t m = 0; m < k + 2; m++) {
            const size_t i = j * (k + 2) + m;
            cr_expect(p.sample[i] == (int)j && p.block[i] == (int)m && p.moved[i] == (m < 2 ? -1 : (int)m - 2), "row %zu of sample %zu", m,
                      j);
            for (size_t d = 0; d < k && m >= 2; d++)
                cr_expect(p.unit[i * k + d] == (d == m - 2 ? b[d] : a[d]), "sample %zu, matrix %zu, dimension %zu", j, m, d);
        }
        for (size_t d = 0; d < k; d++)
            same += a[d] == b[d]; /* two dimensions of Sobol's sequence meet now and then */
    }
    cr_expect(same < N * k / 4, "A and B are the same in %zu of %zu places", same, N * k);
    sweep_points_destroy(&p);
}

Test(sweep_design, saltelli_exchanges_one_column)
{
    check_saltelli(3);
    check_saltelli(25); /* beyond Sobol's 40 dimensions for both matrices */
}

static void check_morris(size_t k, int levels)
{
    enum { R = 30 };
    struct sweep_points p = points_of((struct sweep_recipe){.design = SWEEP_MORRIS, .k = k, .samples = R, .levels = levels, .seed = 2});
    const double delta = (double)levels / (2.0 * (levels - 1));
    cr_assert(p.n == R * (k + 1), "%zu points", p.n);
    for (size_t r = 0; r < R; r++) {
        int moved[64] = {0};
        for (size_t step = 0; step <= k; step++) {
            const size_t i = r * (k + 1) + step;
            cr_expect(p.sample[i] == (int)r && p.block[i] == (int)step, "row %zu", i);
            cr_expect((step == 0) == (p.moved[i] == -1), "row %zu moves %d", i, p.moved[i]);
            for (size_t d = 0; d < k; d++) {
                const double u = p.unit[i * k + d], level = u * (levels - 1);
                cr_expect(u >= 0.0 && u <= 1.0 && fabs(level - round(level)) < 1e-12, "%g is no level", u);
                if (step == 0)
                    continue;
                const double before = p.unit[(i - 1) * k + d];
                if ((int)d == p.moved[i])
                    cr_expect(fabs(fabs(u - before) - delta) < 1e-12, "a step of %g, wanted %g", u - before, delta);
                else
                    cr_expect(memcmp(&u, &before, sizeof u) == 0, "dimension %zu moved too", d);
            }
            if (step)
                moved[p.moved[i]]++;
        }
        for (size_t d = 0; d < k; d++)
            cr_expect(moved[d] == 1, "trajectory %zu moves dimension %zu %d times", r, d, moved[d]);
    }
    sweep_points_destroy(&p);
}

Test(sweep_design, morris_moves_every_dimension_once_by_half_the_levels)
{
    check_morris(1, 4);
    check_morris(5, 4);
    check_morris(7, 6);
}

static bool lower_half(void *user, const double *unit)
{
    const size_t *k = user;
    double sum = 0.0;
    for (size_t d = 0; d < *k; d++)
        sum += unit[d];
    return sum < 0.5 * (double)*k + 0.3;
}

static bool never(void *user, const double *unit)
{
    (void)user, (void)unit;
    return false;
}

Test(sweep_design, constraints_keep_the_meaning_of_a_design)
{
    size_t k = 3;
    struct sweep_recipe r = {.design = SWEEP_MORRIS, .k = k, .samples = 10, .levels = 4, .seed = 1, .allows = lower_half, .user = &k};
    struct sweep_points p = points_of(r);
    cr_expect(p.n == 40 && p.dropped > 0, "morris: %zu points, %zu trajectories refused", p.n, p.dropped);
    for (size_t i = 0; i < p.n; i++)
        cr_expect(lower_half(&k, p.unit + i * k), "point %zu was not wanted", i);
    sweep_points_destroy(&p);
    r.design = SWEEP_SOBOL;
    p = points_of(r);
    cr_expect(p.n == 10 && p.dropped > 0, "sobol: %zu points", p.n);
    sweep_points_destroy(&p);
    r.design = SWEEP_LHS;
    p = points_of(r);
    cr_expect(p.n + p.dropped == 10 && p.dropped > 0, "lhs: %zu points", p.n);
    sweep_points_destroy(&p);
    r.design = SWEEP_SALTELLI;
    cr_expect(sweep_design_points(&r, &p) == ERR_CONFIG && strstr(status_message(0), "saltelli"), "%s", status_message(0));
    for (int design = SWEEP_LHS; design <= SWEEP_MORRIS; design++) {
        r.design = (enum sweep_design)design;
        r.allows = never;
        cr_expect(sweep_design_points(&r, &p) == ERR_CONFIG, "design %d: points where none is allowed", design);
    }
}

Test(sweep_design, refuses_more_than_can_be_kept)
{
    const size_t count[] = {100000, 100000};
    const struct sweep_recipe r = {.design = SWEEP_GRID, .k = 2, .count = count};
    struct sweep_points p;
    cr_expect(sweep_design_points(&r, &p) == ERR_CONFIG && strstr(status_message(0), "1e+10 points"), "%s", status_message(0));
}
