/* V11, V12: what grows into a pattern and what does not. */
#include "verify_internal.h"

#include <gsl/gsl_poly.h>
#include <math.h>
#include <stdlib.h>

/* ---- V11: Schnakenberg, a = 0.1, b = 0.9: the larger eigenvalue of [[0.8, 1], [-1.8, -1]] - k^2 diag(1, d) ---- */

static double dispersion(double k2, double d)
{
    const double trace = -0.2 - k2 * (1.0 + d), determinant = (0.8 - k2) * (-1.0 - d * k2) + 1.8;
    return 0.5 * (trace + sqrt(trace * trace - 4.0 * determinant));
}

/* Amplitude of the cosine over all cells, of the activator. */
static double ripple(const struct lab *lab, double wave)
{
    double along = 0.0, square = 0.0;
    for (size_t c = 0; c < lab->grid->cells; c++) {
        const double here = cos(wave * lab->grid->axis[0].center[c]);
        along += here * lab_species(lab, "activator")[c];
        square += here * here;
    }
    return along / square;
}

/* Growth rate of one half wave on 32 cells, whose width is such that its semi-discrete k^2 is the given one.  Measured from day 10 on,
 * when the other eigenmode has died out. */
static enum status growth(double k2, double d, double *rate)
{
    enum { N = 32 };
    static const double FROM = 10.0, TO = 30.0;
    const double h = 2.0 * sin(M_PI / (2 * N)) / sqrt(k2), wave = M_PI / (N * h);
    const struct setting set[] = {{"substrate_diffusivity", d}, {"ripple", 1e-3}, {"wave_x", wave}, {NULL, 0.0}};
    const struct lab_axis axis[3] = {{N, 0.0, N * h, 0.0, false}, lab_one, lab_one};
    struct lab lab;
    double start = 0.0;
    enum status status = lab_create(model_find("schnakenberg"), set, SLAB, axis, 1e-8, &lab);
    if (status == OK)
        status = lab_run(&lab, FROM);
    if (status == OK) {
        start = ripple(&lab, wave);
        status = lab_run(&lab, TO);
    }
    if (status == OK)
        *rate = log(ripple(&lab, wave) / start) / (TO - FROM);
    lab_destroy(&lab);
    return status;
}

/* The ratio of diffusivities at which the critical mode neither grows nor decays, by a parabola through three measured rates. */
static enum status critical_ratio(double *d)
{
    const double k2 = 0.5 * (0.8 - 1.0 / 8.56762746), at[3] = {8.3, 8.6, 8.9};
    double rate[3];
    for (int i = 0; i < 3; i++) {
        const enum status status = growth(k2, at[i], &rate[i]);
        if (status != OK)
            return status;
    }
    const double first = (rate[1] - rate[0]) / (at[1] - at[0]);
    const double second = ((rate[2] - rate[1]) / (at[2] - at[1]) - first) / (at[2] - at[0]);
    double x[2] = {NAN, NAN}; /* rate[0] + first x + second x (x - (at[1] - at[0])) = 0, x = d - at[0] */
    gsl_poly_solve_quadratic(second, first - second * (at[1] - at[0]), rate[0], &x[0], &x[1]);
    *d = at[0] + (fabs(x[0] - 0.3) < fabs(x[1] - 0.3) ? x[0] : x[1]);
    return OK;
}

enum status verify_schnakenberg(struct report *report)
{
    static const struct {
        double k2;
        const char *quantity;
    } rows[] = {
        {0.31854, "the same, simulated: growth rate at k^2 = 0.31854"}, {0.19, "the same at k^2 = 0.19, below the band: decays"},
        {0.21, "the same at k^2 = 0.21, within the band: grows"},       {0.49, "the same at k^2 = 0.49, within the band: grows"},
        {0.51, "the same at k^2 = 0.51, above the band: decays"},
    };
    double observed;
    verify_value(report, "Schnakenberg d = 10: largest rate by the formula", 0.057191, dispersion(0.31854, 10.0), 1e-6);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const enum status status = growth(rows[i].k2, 10.0, &observed);
        if (status != OK)
            return status;
        verify_value(report, rows[i].quantity, dispersion(rows[i].k2, 10.0), observed, 1e-4);
    }
    const enum status status = critical_ratio(&observed);
    if (status == OK)
        verify_value(report, "critical ratio of diffusivities", 8.56762746, observed, 2e-3);
    return status;
}

/* ---- V12: Gray & Scott ---- */

static enum status homogeneous(struct report *report)
{
    static const struct lab_axis axis[3] = {{1, 0.0, 1.0, 0.0, false}, {1, 0.0, 1.0, 0.0, false}, {1, 0.0, 1.0, 0.0, false}};
    static const struct setting set[] = {{"feed", 0.06}, {"kill", 0.05}, {"square_x", 0.5}, {"square_z", 0.5}, {NULL, 0.0}};
    struct lab lab;
    enum status status = lab_create(model_find("gray_scott"), set, WELL_MIXED, axis, 1e-7, &lab);
    if (status == OK)
        status = lab_run(&lab, 2000.0);
    if (status == OK) {
        const double root = sqrt(1.0 - 4.0 * 0.11 * 0.11 / 0.06);
        verify_value(report, "Gray-Scott, F = 0.06, k = 0.05: homogeneous u", 0.5 * (1.0 - root), lab_species(&lab, "substrate")[0], 1e-6);
        verify_value(report, "the same: homogeneous v", 0.06 / 0.11 * 0.5 * (1.0 + root), lab_species(&lab, "catalyst")[0], 1e-6);
    }
    lab_destroy(&lab);
    return status;
}

/* Number of connected regions with v > 0.2 (by edges), and the share of the area they cover. */
static size_t count_regions(const struct lab *lab, double *share)
{
    const size_t n = lab->grid->cells, nx = lab->grid->axis[0].n;
    const double *v = lab_species(lab, "catalyst");
    size_t *stack = malloc(n * sizeof *stack), regions = 0, covered = 0;
    bool *seen = calloc(n, sizeof *seen);
    for (size_t seed = 0; stack && seen && seed < n; seed++) {
        size_t depth = 0;
        if (seen[seed] || v[seed] < 0.2)
            continue;
        regions++;
        seen[seed] = true;
        stack[depth++] = seed;
        while (depth > 0) {
            const size_t c = stack[--depth];
            const size_t next[4] = {c % nx > 0 ? c - 1 : c, c % nx + 1 < nx ? c + 1 : c, c >= nx ? c - nx : c, c + nx < n ? c + nx : c};
            covered++;
            for (int i = 0; i < 4; i++)
                if (!seen[next[i]] && v[next[i]] >= 0.2) {
                    seen[next[i]] = true;
                    stack[depth++] = next[i];
                }
        }
    }
    free(stack);
    free(seen);
    *share = (double)covered / (double)n;
    return regions;
}

/* Pearson's own spacing on a quarter of his square. */
static enum status pattern(double feed, double kill, double days, size_t *regions, double *share)
{
    const double width = 1.28;
    const struct setting set[] = {{"feed", feed}, {"kill", kill}, {"square_x", 0.5 * width}, {"square_z", 0.5 * width}, {NULL, 0.0}};
    const struct lab_axis side = {128, 0.0, width, 0.0, false}, axis[3] = {side, lab_one, side};
    struct lab lab;
    enum status status = lab_create(model_find("gray_scott"), set, SLAB, axis, 1e-3, &lab);
    if (status == OK)
        status = lab_run(&lab, days);
    if (status == OK)
        *regions = count_regions(&lab, share);
    lab_destroy(&lab);
    return status;
}

/* Spots multiply and each stays small, stripes fill the plane in one connected piece, and a square too weak goes out. */
enum status verify_gray_scott(struct report *report)
{
    size_t spots = 0, stripes = 0, nothing = 0;
    double share[3] = {0.0};
    enum status status = homogeneous(report);
    if (status == OK)
        status = pattern(0.035, 0.065, 6000.0, &spots, &share[0]);
    if (status == OK)
        status = pattern(0.055, 0.062, 6000.0, &stripes, &share[1]);
    if (status == OK)
        status = pattern(0.040, 0.070, 1000.0, &nothing, &share[2]);
    if (status != OK)
        return status;
    verify_at_most(report, "F = 0.035, k = 0.065, spots: mean area with v > 0.2 [mm2]", 0.01, share[0] * 1.28 * 1.28 / (double)spots);
    verify_at_most(report, "the same: 4, as many as on day 2000 / number on day 6000", 0.5, 4.0 / (double)spots);
    verify_value(report, "F = 0.055, k = 0.062: share of the area in stripes", 0.5, share[1], 0.1);
    verify_at_most(report, "the same: number of pieces", 2.0, (double)stripes);
    verify_at_most(report, "F = 0.04, k = 0.07: share of the area with v > 0.2", 0.0, share[2]);
    return OK;
}
