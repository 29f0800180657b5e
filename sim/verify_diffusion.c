/* V1, V2, V15: a point source spreads as the heat kernel and round; a cosine decays at its eigenvalue, on any spacing and between any
 * walls. */
#include "verify_internal.h"

#include <gsl/gsl_sf_bessel.h>
#include <math.h>

/* ---- V1: one corner cell holds everything; by mirror symmetry the corner is the centre of the whole space ---- */

struct kernel {
    double d, t;
    int dimensions;
};

static double heat_kernel(const double at[3], const void *context)
{
    const struct kernel *k = context;
    double r2 = 0.0;
    for (int a = 0; a < k->dimensions; a++)
        r2 += at[a] * at[a];
    return exp(-r2 / (4.0 * k->d * k->t)) / pow(4.0 * M_PI * k->d * k->t, 0.5 * k->dimensions);
}

static enum status point_source(int dimensions, size_t n, double length, double diffusivity, double tolerance, struct lab *lab)
{
    static const enum geometry geometry[4] = {WELL_MIXED, SLAB, SLAB, UNIT_CELL};
    const struct lab_axis side = {n, 0.0, length, 0.0, false};
    const struct lab_axis axis[3] = {side, dimensions > 1 ? side : lab_one, dimensions > 2 ? side : lab_one};
    const struct setting set[] = {{"diffusivity", diffusivity}, {"level", 0.0}, {NULL, 0.0}};
    const enum status status = lab_create(model_find("diffusion"), set, geometry[dimensions], axis, tolerance, lab);
    if (status == OK)
        lab_species(lab, "substance")[0] = pow(0.5 * (double)n / length, dimensions); /* mass 1 in the whole space */
    return status;
}

enum status verify_heat_kernel(struct report *report)
{
    static const size_t cells[4][4] = {{0, 0, 0, 0}, {25, 50, 100, 200}, {16, 32, 64, 128}, {8, 16, 32, 64}};
    static const char *const quantity[4] = {"", "point source in 1-D, L2 error at D t = 1", "point source in 2-D, L2 error at D t = 1",
                                            "point source in 3-D, L2 error at D t = 1"};
    static const double most[4] = {0.0, 2e-3, 4e-3, 2e-2};
    for (int dimensions = 1; dimensions <= 3; dimensions++) {
        double size[4], error[4];
        const size_t n = report->full ? 4 : 3;
        for (size_t i = 0; i < n; i++) {
            struct lab lab;
            enum status status = point_source(dimensions, cells[dimensions][i], 8.0, 1.0, 1e-5, &lab);
            if (status == OK)
                status = lab_run(&lab, 1.0);
            if (status != OK) {
                lab_destroy(&lab);
                return status;
            }
            const struct kernel kernel = {1.0, 1.0, dimensions};
            size[i] = (double)cells[dimensions][i];
            error[i] = lab_distance(&lab, lab_species(&lab, "substance"), heat_kernel, &kernel, 2);
            lab_destroy(&lab);
        }
        verify_order(report, quantity[dimensions], 2.0, most[dimensions], n, size, error);
    }
    return OK;
}

/* The kernel on a grid, per cell, seen from the corner cell and its mirror images; t in units of h^2 / D. */
static double lattice_kernel(int i, int j, double t)
{
    return (gsl_sf_bessel_In_scaled(i, 2.0 * t) + gsl_sf_bessel_In_scaled(i + 1, 2.0 * t)) *
           (gsl_sf_bessel_In_scaled(j, 2.0 * t) + gsl_sf_bessel_In_scaled(j + 1, 2.0 * t));
}

/* Cells (0, 3) on the axis and (2, 2) on the diagonal lie equally far, sqrt(50)/2 h, from the corner.  On the grid itself their exact
 * ratio is 27 at D t / h^2 = 0.025 and falls to 1.02 at 2.8, so the continuous kernel is the measure only from then on. */
enum status verify_isotropy(struct report *report)
{
    enum { N = 40 };
    struct lab lab;
    enum status status = point_source(2, N, N, 1.0, 1e-3, &lab);
    double lattice = 0.0, round = 0.0;
    while (status == OK && lab_time(&lab) < 20.0) {
        status = lab_advance(&lab, 20.0);
        const double t = lab_time(&lab), ratio = lab_species(&lab, "substance")[3] / lab_species(&lab, "substance")[2 + 2 * N];
        if (t > 0.1)
            lattice = fmax(lattice, fabs(ratio * lattice_kernel(2, 2, t) / lattice_kernel(0, 3, t) - 1.0));
        if (t > 3.0)
            round = fmax(round, fabs(ratio - 1.0));
    }
    lab_destroy(&lab);
    if (status != OK)
        return status;
    verify_at_most(report, "axis / diagonal, tolerance 1e-3, D t/h^2 from 3: off 1", 0.02, round);
    verify_at_most(report, "the same from 0.1: off the exact semi-discrete ratio", 0.02, lattice);
    return OK;
}

/* ---- V2: cosine modes ---- */

struct mode {
    enum geometry geometry;
    struct lab_axis axis[3];
    double wave[3];
};

/* D = 1, amplitude 0.5 around 1. */
static enum status create_mode(const struct mode *mode, double tolerance, struct lab *lab)
{
    const struct setting set[] = {{"diffusivity", 1.0},        {"cosine_amplitude", 0.5},   {"cosine_x", mode->wave[0]},
                                  {"cosine_y", mode->wave[1]}, {"cosine_z", mode->wave[2]}, {NULL, 0.0}};
    return lab_create(model_find("diffusion"), set, mode->geometry, mode->axis, tolerance, lab);
}

static double wave_at(const double at[3], const void *context)
{
    const struct mode *mode = context;
    return cos(mode->wave[0] * at[0]) * cos(mode->wave[1] * at[1]) * cos(mode->wave[2] * at[2]);
}

/* Component of y along the mode. */
static double amplitude(const struct lab *lab, const struct mode *mode, const double *y)
{
    double along = 0.0, square = 0.0;
    for (size_t c = 0; c < lab->grid->cells; c++) {
        double at[3];
        lab_position(lab, c, at);
        const double wave = wave_at(at, mode);
        along += lab->grid->volume[c] * wave * y[c];
        square += lab->grid->volume[c] * wave * wave;
    }
    return along / square;
}

/* Rate of decay over the time t, and the steps taken. */
static enum status decay_rate(const struct mode *mode, double t, double tolerance, double *rate, double *steps)
{
    struct lab lab;
    enum status status = create_mode(mode, tolerance, &lab);
    if (status == OK)
        status = lab_run(&lab, t);
    if (status == OK) {
        *rate = log(0.5 / amplitude(&lab, mode, lab_species(&lab, "substance"))) / t;
        *steps = lab_steps(&lab);
    }
    lab_destroy(&lab);
    return status;
}

/* Sum over the axes of (4 D / h^2) sin^2(k h / 2). */
static double semidiscrete_rate(const struct mode *mode)
{
    double rate = 0.0;
    for (int a = 0; a < 3; a++) {
        const double h = (mode->axis[a].hi - mode->axis[a].lo) / (double)mode->axis[a].n, s = 2.0 * sin(0.5 * mode->wave[a] * h) / h;
        rate += s * s;
    }
    return rate;
}

static enum status semidiscrete(struct report *report)
{
    const struct mode box = {
        UNIT_CELL, {{10, 0, 1.0, 0, false}, {8, 0, 1.6, 0, false}, {20, 0, 1.0, 0, false}}, {M_PI, 2 * M_PI / 1.6, 3 * M_PI}};
    const struct mode patch = {PATCH, {{10, 0, 1.0, 0, true}, {16, 0, 2.0, 0, true}, {8, 0, 1.0, 0, false}}, {2 * M_PI, M_PI, 2 * M_PI}};
    double rate, steps, exact;
    enum status status = decay_rate(&box, 0.01, 1e-7, &rate, &steps);
    if (status == OK) {
        exact = semidiscrete_rate(&box);
        verify_value(report, "cosine (1, 2, 3) in a closed box: semi-discrete rate", exact, rate, 1e-4 * exact);
        status = decay_rate(&patch, 0.01, 1e-7, &rate, &steps);
    }
    if (status == OK) {
        exact = semidiscrete_rate(&patch);
        verify_value(report, "cosine in a periodic patch: semi-discrete rate", exact, rate, 1e-4 * exact);
    }
    return status;
}

/* Against the continuous rate, on a graded axis too. */
static enum status space_order(struct report *report, const char *quantity, bool periodic, double stretch)
{
    double size[4], error[4], rate, steps;
    const size_t n = report->full ? 4 : 3;
    for (size_t i = 0; i < n; i++) {
        size[i] = (double)(16 << i);
        const struct mode mode = {SLAB, {{(size_t)size[i], 0, 1.0, stretch, periodic}, lab_one, lab_one}, {2 * M_PI, 0, 0}};
        const enum status status = decay_rate(&mode, 0.05, 1e-7, &rate, &steps);
        if (status != OK)
            return status;
        error[i] = fabs(rate / (4 * M_PI * M_PI) - 1.0);
    }
    verify_order(report, quantity, 2.0, 1.5e-2, n, size, error);
    return OK;
}

static enum status time_order(struct report *report)
{
    const struct mode mode = {SLAB, {{32, 0, 1.0, 0, false}, lab_one, lab_one}, {M_PI, 0, 0}};
    double size[5], error[5], rate, tolerance = 1e-3;
    const size_t n = report->full ? 5 : 4;
    for (size_t i = 0; i < n; i++, tolerance *= 0.1) {
        const enum status status = decay_rate(&mode, 0.2, tolerance, &rate, &size[i]);
        if (status != OK)
            return status;
        error[i] = fabs(rate / semidiscrete_rate(&mode) - 1.0);
    }
    verify_order(report, "order in time: rate by steps, tolerance 1e-3 to 1e-6", 2.0, 1e-4, n, size, error);
    return OK;
}

enum status verify_cosine(struct report *report)
{
    enum status status = semidiscrete(report);
    if (status == OK)
        status = space_order(report, "zero flux: rate of decay", false, 0.0);
    if (status == OK)
        status = space_order(report, "periodic: rate of decay", true, 0.0);
    if (status == OK)
        status = space_order(report, "zero flux, cells growing 1 : 3: rate of decay", false, 0.5);
    return status == OK ? time_order(report) : status;
}

/* ---- V15: a cosine along z does not care how wide the cells are ---- */

enum status verify_spacing(struct report *report)
{
    static const char *const quantity[] = {"cosine along z, dz = dx: rate", "cosine along z, dz = dx / 2: rate / cubic rate",
                                           "cosine along z, dz = 2 dx: rate / cubic rate"};
    static const size_t across[] = {8, 4, 16};
    double rate[3], steps;
    for (int i = 0; i < 3; i++) {
        const struct lab_axis side = {across[i], 0, 0.5, 0, false};
        const struct mode mode = {UNIT_CELL, {side, side, {16, 0, 1.0, 0, false}}, {0, 0, M_PI}};
        const enum status status = decay_rate(&mode, 0.05, 1e-6, &rate[i], &steps);
        if (status != OK)
            return status;
        if (i == 0)
            verify_value(report, quantity[i], semidiscrete_rate(&mode), rate[i], 1e-3);
        else
            verify_value(report, quantity[i], 1.0, rate[i] / rate[0], 1e-6);
    }
    return OK;
}
