#include "reference_sundials.h"

#include <arkode/arkode_arkstep.h>
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <time.h>

const char *const reference_method_names[] = {"CVODE BDF, GMRES, diagonal", "CVODE BDF, GMRES, blocks", "ARKODE IMEX, GMRES, diagonal",
                                              NULL};

enum { KRYLOV = 10, MOST_STEPS = 2000000 };

struct run {
    struct reference_ode *ode;
    const struct reference_options *options;
    size_t size;
    double *scale;             /* [size] */
    double *jacobian, *factor; /* blocks, or the diagonal in `jacobian` alone */
    double *moved, *f0, *f1;   /* scratch for difference quotients */
};

static double *values(N_Vector v)
{
    return N_VGetArrayPointer_Serial(v);
}

/* --- vector operations: the distribution's are scalar loops and would be half of the time --- */
enum { WIDE = 8 };

static realtype dot(N_Vector a, N_Vector b)
{
    return state_dot((size_t)N_VGetLength_Serial(a), values(a), values(b));
}

KERNEL static realtype weighted_norm(N_Vector a, N_Vector w)
{
    const size_t n = (size_t)N_VGetLength_Serial(a), whole = n - n % WIDE;
    const double *restrict x = values(a), *restrict y = values(w);
    double lane[WIDE] = {0.0}, sum = 0.0;
    for (size_t i = 0; i < whole; i += WIDE)
#pragma omp simd
        for (size_t j = 0; j < WIDE; j++)
            lane[j] += x[i + j] * y[i + j] * x[i + j] * y[i + j];
    for (size_t i = whole; i < n; i++)
        sum += x[i] * y[i] * x[i] * y[i];
    for (size_t j = 0; j < WIDE; j++)
        sum += lane[j];
    return sqrt(sum / (double)n);
}

KERNEL static void linear_sum(realtype a, N_Vector vx, realtype b, N_Vector vy, N_Vector vz)
{
    const size_t n = (size_t)N_VGetLength_Serial(vx);
    const double *x = values(vx), *y = values(vy);
    double *z = values(vz);
#pragma omp simd /* z may be x or y: still independent from place to place */
    for (size_t i = 0; i < n; i++)
        z[i] = a * x[i] + b * y[i];
}

KERNEL static void product(N_Vector vx, N_Vector vy, N_Vector vz)
{
    const size_t n = (size_t)N_VGetLength_Serial(vx);
    const double *x = values(vx), *y = values(vy);
    double *z = values(vz);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        z[i] = x[i] * y[i];
}

KERNEL static void quotient(N_Vector vx, N_Vector vy, N_Vector vz)
{
    const size_t n = (size_t)N_VGetLength_Serial(vx);
    const double *x = values(vx), *y = values(vy);
    double *z = values(vz);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        z[i] = x[i] / y[i];
}

static N_Vector vector(size_t n, SUNContext context)
{
    N_Vector v = N_VNew_Serial((sunindextype)n, context);
    v->ops->nvdotprod = dot;
    v->ops->nvwrmsnorm = weighted_norm;
    v->ops->nvlinearsum = linear_sum;
    v->ops->nvprod = product;
    v->ops->nvdiv = quotient;
    return v;
}

static int rhs(realtype t, N_Vector y, N_Vector f, void *data)
{
    (void)t;
    reference_ode_rhs(((struct run *)data)->ode, values(y), values(f));
    return 0;
}

static int slow(realtype t, N_Vector y, N_Vector f, void *data)
{
    (void)t;
    reference_ode_slow(((struct run *)data)->ode, values(y), values(f));
    return 0;
}

static int fast(realtype t, N_Vector y, N_Vector f, void *data)
{
    (void)t;
    reference_ode_fast(((struct run *)data)->ode, values(y), values(f));
    return 0;
}

/* --- blocks: cell groups of 8, so that the factorisation is a vector loop; no pivoting, a vanishing pivot asks for a smaller step --- */
static size_t block_values(const struct reference_part *part)
{
    return (part->cells + WIDE - 1) / WIDE * WIDE * part->n_species * part->n_species;
}

static double *block_entry(double *blocks, size_t n, size_t c, size_t row, size_t column)
{
    return blocks + ((c / WIDE * n + row) * n + column) * WIDE + c % WIDE;
}

/* J of one part by moving one species everywhere at a time. */
static void difference(struct run *run, const struct reference_part *part, const double *y, double *blocks)
{
    const size_t n = part->n_species, cells = part->cells;
    for (size_t t = 0; t < n; t++) {
        double *moved = run->moved + part->offset + t * cells;
        const double *from = y + part->offset + t * cells;
        const double by = 1e-7 * run->scale[part->offset + t * cells];
        for (size_t c = 0; c < cells; c++)
            moved[c] = from[c] + by;
        reference_ode_reaction(run->ode, run->moved, run->f1);
        for (size_t s = 0; s < n; s++)
            for (size_t c = 0; c < cells; c++) {
                const size_t at = part->offset + s * cells + c;
                *block_entry(blocks, n, c, s, t) = (run->f1[at] - run->f0[at]) / by;
            }
        memcpy(moved, from, cells * sizeof *moved);
    }
}

KERNEL static bool factorise(size_t n, double *restrict a)
{
    double least = HUGE_VAL;
    for (size_t p = 0; p < n; p++) {
        double inverse[WIDE];
        for (size_t w = 0; w < WIDE; w++) {
            const double pivot = a[(p * n + p) * WIDE + w];
            least = fmin(least, fabs(pivot));
            inverse[w] = 1.0 / pivot;
            a[(p * n + p) * WIDE + w] = inverse[w];
        }
        for (size_t r = p + 1; r < n; r++) {
            double *restrict row = a + r * n * WIDE;
            const double *restrict top = a + p * n * WIDE;
            for (size_t w = 0; w < WIDE; w++)
                row[p * WIDE + w] *= inverse[w];
            for (size_t q = p + 1; q < n; q++)
#pragma omp simd
                for (size_t w = 0; w < WIDE; w++)
                    row[q * WIDE + w] -= row[p * WIDE + w] * top[q * WIDE + w];
        }
    }
    return least > 1e-12;
}

KERNEL static void substitute(size_t n, const double *restrict a, double *restrict x)
{
    for (size_t r = 1; r < n; r++)
        for (size_t q = 0; q < r; q++)
#pragma omp simd
            for (size_t w = 0; w < WIDE; w++)
                x[r * WIDE + w] -= a[(r * n + q) * WIDE + w] * x[q * WIDE + w];
    for (size_t r = n; r-- > 0;) {
        for (size_t q = r + 1; q < n; q++)
#pragma omp simd
            for (size_t w = 0; w < WIDE; w++)
                x[r * WIDE + w] -= a[(r * n + q) * WIDE + w] * x[q * WIDE + w];
        for (size_t w = 0; w < WIDE; w++)
            x[r * WIDE + w] *= a[(r * n + r) * WIDE + w];
    }
}

static void new_blocks(struct run *run, const double *y)
{
    double *blocks = run->jacobian;
    memcpy(run->moved, y, run->size * sizeof *y);
    reference_ode_reaction(run->ode, y, run->f0);
    for (size_t p = 0; p < 2; p++) {
        const struct reference_part part = reference_ode_part(run->ode, p);
        memset(blocks, 0, block_values(&part) * sizeof *blocks);
        difference(run, &part, y, blocks);
        reference_ode_couplings(run->ode, p, run->f1);
        for (size_t s = 0; s < part.n_species; s++)
            for (size_t c = 0; c < part.cells; c++)
                *block_entry(blocks, part.n_species, c, s, s) -= run->f1[s * part.cells + c];
        blocks += block_values(&part);
    }
}

static int setup_blocks(struct run *run, const double *y, booleantype ok, booleantype *current, double gamma)
{
    double *block = run->factor;
    const double *jacobian = run->jacobian;
    if (!ok)
        new_blocks(run, y);
    *current = !ok;
    for (size_t p = 0; p < 2; p++) {
        const struct reference_part part = reference_ode_part(run->ode, p);
        const size_t n = part.n_species;
        for (size_t g = 0; g < (part.cells + WIDE - 1) / WIDE; g++, block += n * n * WIDE, jacobian += n * n * WIDE) {
            for (size_t i = 0; i < n * n * WIDE; i++)
                block[i] = -gamma * jacobian[i];
            for (size_t s = 0; s < n; s++)
                for (size_t w = 0; w < WIDE; w++)
                    block[(s * n + s) * WIDE + w] += 1.0;
            if (!factorise(n, block))
                return 1;
        }
    }
    return 0;
}

static void solve_blocks(struct run *run, const double *r, double *z)
{
    const double *block = run->factor;
    for (size_t p = 0; p < 2; p++) {
        const struct reference_part part = reference_ode_part(run->ode, p);
        const size_t n = part.n_species;
        for (size_t g = 0; g < (part.cells + WIDE - 1) / WIDE; g++, block += n * n * WIDE) {
            double x[MODEL_MAX_SPECIES * WIDE] = {0.0};
            const size_t first = g * WIDE, count = part.cells - first < WIDE ? part.cells - first : WIDE;
            for (size_t s = 0; s < n; s++)
                memcpy(x + s * WIDE, r + part.offset + s * part.cells + first, count * sizeof *x);
            substitute(n, block, x);
            for (size_t s = 0; s < n; s++)
                memcpy(z + part.offset + s * part.cells + first, x + s * WIDE, count * sizeof *x);
        }
    }
}

/* --- what SUNDIALS calls --- */
static int setup(realtype t, N_Vector y, N_Vector f, booleantype ok, booleantype *current, realtype gamma, void *data)
{
    (void)t;
    (void)f;
    struct run *run = data;
    if (run->options->method == CVODE_BLOCK)
        return setup_blocks(run, values(y), ok, current, gamma);
    *current = !ok;
    if (!ok)
        reference_ode_diagonal(run->ode, values(y), run->jacobian);
    return 0;
}

static int precondition(realtype t, N_Vector y, N_Vector f, N_Vector r, N_Vector z, realtype gamma, realtype delta, int side, void *data)
{
    (void)t;
    (void)y;
    (void)f;
    (void)delta;
    (void)side;
    struct run *run = data;
    if (run->options->method == CVODE_BLOCK) {
        solve_blocks(run, values(r), values(z));
        return 0;
    }
    const double *restrict from = values(r), *restrict diagonal = run->jacobian;
    double *restrict to = values(z);
#pragma omp simd
    for (size_t i = 0; i < run->size; i++)
        to[i] = from[i] / (1.0 - gamma * diagonal[i]);
    return 0;
}

static int integrate_cvode(struct run *run, SUNContext context, N_Vector y, N_Vector floor, SUNLinearSolver solver, size_t n,
                           const double *day, double *const *at, struct reference_counts *counts)
{
    void *memory = CVodeCreate(CV_BDF, context);
    double t;
    long krylov = 0;
    int flag = CVodeInit(memory, rhs, 0.0, y);
    flag += CVodeSVtolerances(memory, run->options->tolerance, floor);
    flag += CVodeSetUserData(memory, run);
    flag += CVodeSetMaxOrd(memory, run->options->order);
    flag += CVodeSetMaxNumSteps(memory, MOST_STEPS);
    flag += CVodeSetLinearSolver(memory, solver, NULL);
    flag += CVodeSetPreconditioner(memory, setup, precondition);
    for (size_t i = 0; i < n && flag == 0; i++) {
        flag = CVode(memory, day[i], y, &t, CV_NORMAL) < 0;
        memcpy(at[i], values(y), run->size * sizeof(double));
    }
    CVodeGetNumSteps(memory, &counts->steps);
    CVodeGetNumRhsEvals(memory, &counts->rhs);
    CVodeGetNumLinRhsEvals(memory, &krylov);
    CVodeGetNumPrecSolves(memory, &counts->solves);
    counts->rhs += krylov;
    CVodeFree(&memory);
    return flag;
}

static int integrate_arkode(struct run *run, SUNContext context, N_Vector y, N_Vector floor, SUNLinearSolver solver, size_t n,
                            const double *day, double *const *at, struct reference_counts *counts)
{
    void *memory = ARKStepCreate(slow, fast, 0.0, y, context);
    double t;
    long explicit_rhs = 0, krylov = 0;
    int flag = ARKStepSStolerances(memory, run->options->tolerance, run->options->tolerance);
    flag += ARKStepSVtolerances(memory, run->options->tolerance, floor);
    flag += ARKStepSetOrder(memory, run->options->order);
    flag += ARKStepSetUserData(memory, run);
    flag += ARKStepSetMaxNumSteps(memory, MOST_STEPS);
    flag += ARKStepSetLinearSolver(memory, solver, NULL);
    flag += ARKStepSetPreconditioner(memory, setup, precondition);
    for (size_t i = 0; i < n && flag == 0; i++) {
        flag = ARKStepEvolve(memory, day[i], y, &t, ARK_NORMAL) < 0;
        memcpy(at[i], values(y), run->size * sizeof(double));
    }
    ARKStepGetNumSteps(memory, &counts->steps);
    ARKStepGetNumRhsEvals(memory, &explicit_rhs, &counts->rhs);
    ARKStepGetNumLinRhsEvals(memory, &krylov);
    ARKStepGetNumPrecSolves(memory, &counts->solves);
    counts->rhs += explicit_rhs + krylov;
    ARKStepFree(&memory);
    return flag;
}

static bool allocate(struct run *run)
{
    size_t blocks = run->size;
    if (run->options->method == CVODE_BLOCK) {
        blocks = 0;
        for (size_t p = 0; p < 2; p++) {
            const struct reference_part part = reference_ode_part(run->ode, p);
            blocks += block_values(&part);
        }
    }
    run->scale = malloc(run->size * sizeof(double));
    run->jacobian = malloc(blocks * sizeof(double));
    run->factor = malloc((run->options->method == CVODE_BLOCK ? blocks : 1) * sizeof(double));
    run->moved = malloc(run->size * sizeof(double));
    run->f0 = malloc(run->size * sizeof(double));
    run->f1 = malloc(run->size * sizeof(double));
    if (!run->scale || !run->jacobian || !run->factor || !run->moved || !run->f0 || !run->f1)
        return false;
    for (size_t p = 0; p < 2; p++) {
        const struct reference_part part = reference_ode_part(run->ode, p);
        for (size_t s = 0; s < part.n_species; s++)
            for (size_t c = 0; c < part.cells; c++)
                run->scale[part.offset + s * part.cells + c] = part.species[s].scale;
    }
    return true;
}

int reference_sundials(struct reference_ode *ode, const struct reference_options *options, size_t n, const double *day, double *const *at,
                       struct reference_counts *counts)
{
    struct run run = {.ode = ode, .options = options, .size = reference_ode_size(ode)};
    SUNContext context = NULL;
    int flag = SUNContext_Create(NULL, &context) || !allocate(&run);
    *counts = (struct reference_counts){0};
    if (flag == 0) {
        N_Vector y = vector(run.size, context), least = vector(run.size, context);
        SUNLinearSolver solver = SUNLinSol_SPGMR(y, SUN_PREC_LEFT, KRYLOV, context);
        reference_ode_state(ode, values(y));
        for (size_t i = 0; i < run.size; i++)
            values(least)[i] = options->tolerance * options->floor * run.scale[i];
        const clock_t start = clock();
        flag = (options->method == ARKODE_IMEX ? integrate_arkode : integrate_cvode)(&run, context, y, least, solver, n, day, at, counts);
        counts->seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        SUNLinSolFree(solver);
        N_VDestroy(y);
        N_VDestroy(least);
    }
    SUNContext_Free(&context);
    free(run.scale);
    free(run.jacobian);
    free(run.factor);
    free(run.moved);
    free(run.f0);
    free(run.f1);
    return flag;
}
