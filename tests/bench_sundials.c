/* Work and precision: this solver against SUNDIALS on the same discretised dermis, the same grid and one thread.
 *
 *     bench_sundials [SPACING]        spacing of the quickstart's unit cell [um], default 20
 *
 * One session, one year.  Error: worst outcome at 8 days against this solver at tolerance 1e-5 (tests/test_sundials.c compares that one
 * with CVODE).  Time: of one processor, without set-up; this solver is run before and after every competitor, so that a busy machine
 * slows both.  CVODE is also held to order 2: with higher orders it takes 5 times more steps here. */
#include "reference_case.h"
#include "reference_sundials.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double WANTED = 0.01; /* error of the outcomes */
static const double AIM = 10.0;    /* times faster than the better competitor */

static const struct reference_options runs[] = {
    {CVODE_DIAGONAL, 1e-2, 1e-2, 2}, {CVODE_DIAGONAL, 3e-3, 1e-2, 2}, {CVODE_DIAGONAL, 1e-3, 1e-2, 2}, {CVODE_DIAGONAL, 1e-2, 1e-2, 5},
    {CVODE_DIAGONAL, 1e-3, 1e-2, 5}, {CVODE_BLOCK, 1e-2, 1e-2, 2},    {CVODE_BLOCK, 3e-3, 1e-2, 2},    {CVODE_BLOCK, 1e-3, 1e-2, 2},
    {CVODE_BLOCK, 1e-2, 1e-2, 5},    {ARKODE_IMEX, 1e-2, 1e-2, 3},    {ARKODE_IMEX, 3e-3, 1e-2, 3},
};
static const double tolerances[] = {1e-2, 5e-3, 3e-3, 1e-3};

struct study {
    char yaml[512];
    struct reference_case base;
    double *exact[REFERENCE_DAYS], *at[REFERENCE_DAYS];
};

static bool own(struct study *study, double tolerance, double *const *at, double *seconds, size_t *steps)
{
    struct reference_case c;
    if (!reference_case_create(study->yaml, tolerance, &c))
        return false;
    const bool ok = reference_case_run(&c, at, seconds);
    *steps = stepper_counts(c.simulation->stepper).steps;
    reference_case_destroy(&c);
    return ok;
}

static void print_row(const char *name, double tolerance, int order, size_t steps, size_t rhs, double seconds, double error,
                      const char *worst)
{
    char of[8] = "";
    if (order)
        snprintf(of, sizeof of, "%d", order);
    printf("%-32s %2s  %7.0e %6zu %8zu %9.3f %9.1e  %s\n", name, of, tolerance, steps, rhs, seconds, error, worst);
    fflush(stdout);
}

/* The loosest tolerance that keeps the outcomes, and its time. */
static bool own_rows(struct study *study, double *tolerance, double *fastest)
{
    *fastest = HUGE_VAL;
    for (size_t i = 0; i < sizeof tolerances / sizeof *tolerances; i++) {
        double seconds, error;
        size_t steps;
        const char *worst = "";
        if (!own(study, tolerances[i], study->at, &seconds, &steps))
            return false;
        error = reference_outcome_error(&study->base, study->at, study->exact, &worst);
        print_row("needlework", tolerances[i], 0, steps, steps, seconds, error, worst);
        if (error <= WANTED && seconds < *fastest) {
            *fastest = seconds;
            *tolerance = tolerances[i];
        }
    }
    return *fastest < HUGE_VAL;
}

static bool competitors(struct study *study, double tolerance, double *ratio, const char **best)
{
    *ratio = HUGE_VAL;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct reference_counts counts;
        double before, after;
        size_t steps;
        const char *worst = "";
        if (!own(study, tolerance, study->at, &before, &steps))
            return false;
        const bool arrived = reference_sundials(study->base.ode, &runs[i], REFERENCE_DAYS, reference_day, study->at, &counts) == 0;
        const double error = arrived ? reference_outcome_error(&study->base, study->at, study->exact, &worst) : HUGE_VAL;
        if (!own(study, tolerance, study->at, &after, &steps))
            return false;
        print_row(reference_method_names[runs[i].method], runs[i].tolerance, runs[i].order, (size_t)counts.steps, (size_t)counts.rhs,
                  counts.seconds, error, worst);
        if (error <= WANTED && counts.seconds / (0.5 * (before + after)) < *ratio) {
            *ratio = counts.seconds / (0.5 * (before + after));
            *best = reference_method_names[runs[i].method];
        }
    }
    return true;
}

static bool compare(struct study *study)
{
    double seconds, tolerance = 0.0, fastest, ratio;
    size_t steps;
    const char *best = "";
    if (!own(study, 1e-5, study->exact, &seconds, &steps))
        return false;
    printf("%zu cells x %zu species\n%-32s %2s  %7s %6s %8s %9s %9s\n", study->base.simulation->grid->cells,
           study->base.plan.model->n_species, "", "order", "toler.", "steps", "rhs", "seconds", "error");
    if (!own_rows(study, &tolerance, &fastest) || !competitors(study, tolerance, &ratio, &best))
        return false;
    printf("at %g %% error of outcomes %.1f times faster than the best competitor (%s)   aim %g   %s\n", 100.0 * WANTED, ratio, best, AIM,
           ratio >= AIM ? "pass" : "FAIL");
    return true;
}

int main(int argc, char **argv)
{
    struct study study = {.yaml = ""};
    snprintf(study.yaml, sizeof study.yaml,
             "model: dermis\nskin: {site: cheek, age: 45 years}\ntreatment: {device: roller_1.5, density: 250 /cm2}\n"
             "domain: {geometry: unit_cell, spacing: %g um, depth: 1.5 mm}\nrun: {duration: 366 days}\n",
             argc > 1 ? strtod(argv[1], NULL) : 20.0);
    const bool ok = reference_case_create(study.yaml, 1e-3, &study.base) && reference_fields_create(&study.base, study.exact) &&
                    reference_fields_create(&study.base, study.at) && compare(&study);
    reference_fields_destroy(study.exact);
    reference_fields_destroy(study.at);
    reference_case_destroy(&study.base);
    return ok ? 0 : 1;
}
