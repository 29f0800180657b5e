/* The solver against CVODE on the same discretised dermis, for a year after a session: two integrators that share the grid's couplings
 * and the model, and nothing else.  Built when SUNDIALS is found. */
#include "reference_case.h"
#include "reference_sundials.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>

static const double FACTOR = 10.0;            /* allowed: error of a field / tolerance */
static const double DEFAULT_TOLERANCE = 1e-3; /* of the program */
static const double OUTCOMES = 0.01;          /* allowed error of outcomes at the default tolerance */
static const double EXACT = 1e-8;             /* tolerance of CVODE */

/* Worst field and worst outcome at one tolerance; prints a row. */
static void measure(const char *yaml, double tolerance, struct reference_case *exact_case, double *const *exact, double *field,
                    double *outcome)
{
    struct reference_case c;
    double *at[REFERENCE_DAYS], seconds;
    const char *name = "", *outcome_name = "";
    cr_assert(reference_case_create(yaml, tolerance, &c) && reference_fields_create(&c, at), "no case");
    cr_assert(reference_case_run(&c, at, &seconds), "tolerance %g: the run failed", tolerance);
    printf("%.0e  %5zu ", tolerance, stepper_counts(c.simulation->stepper).steps);
    *field = 0.0;
    for (size_t d = 0; d < REFERENCE_DAYS; d++) {
        const double error = reference_field_error(&c, at[d], exact[d], &name);
        cr_expect(error <= FACTOR * tolerance, "tolerance %g, day %g: %s is off by %.2g, wanted at most %.2g", tolerance, reference_day[d],
                  name, error, FACTOR * tolerance);
        printf(" %8.1e", error);
        *field = fmax(*field, error);
    }
    *outcome = reference_outcome_error(exact_case, at, exact, &outcome_name);
    printf("   %8.1e (%s)\n", *outcome, outcome_name);
    reference_fields_destroy(at);
    reference_case_destroy(&c);
}

static void check(const char *yaml)
{
    static const double tolerances[] = {1e-2, 1e-3, 1e-4, 1e-5};
    struct reference_case c;
    struct reference_counts counts;
    double *exact[REFERENCE_DAYS], before[2] = {HUGE_VAL, HUGE_VAL};
    cr_assert(reference_case_create(yaml, DEFAULT_TOLERANCE, &c) && reference_fields_create(&c, exact), "no case");
    const struct reference_options options = {CVODE_BLOCK, EXACT, 1e-2, 5};
    cr_assert(reference_sundials(c.ode, &options, REFERENCE_DAYS, reference_day, exact, &counts) == 0, "CVODE failed");
    printf("%zu cells; CVODE %ld steps, %ld right-hand sides.  Worst field at the days, worst outcome:\n", c.simulation->grid->cells,
           counts.steps, counts.rhs);
    printf("tolerance steps");
    for (size_t d = 0; d < REFERENCE_DAYS; d++)
        printf(" %8g", reference_day[d]);
    printf("   outcome\n");
    for (size_t i = 0; i < sizeof tolerances / sizeof *tolerances; i++) {
        double field, outcome;
        measure(yaml, tolerances[i], &c, exact, &field, &outcome);
        cr_expect(field < 0.5 * before[0] && outcome < 0.5 * before[1],
                  "tolerance %g: errors %.2g and %.2g of fields and outcomes after %.2g and %.2g at the tolerance before", tolerances[i],
                  field, outcome, before[0], before[1]);
        if (tolerances[i] <= DEFAULT_TOLERANCE)
            cr_expect(outcome <= OUTCOMES, "tolerance %g: an outcome is off by %.2g, wanted at most %g", tolerances[i], outcome, OUTCOMES);
        before[0] = field;
        before[1] = outcome;
    }
    reference_fields_destroy(exact);
    reference_case_destroy(&c);
}

#define SESSION "model: dermis\ntreatment: {device: roller_1.5, density: 250 /cm2}\nrun: {duration: 366 days}\n"

Test(sundials, fields_and_outcomes_follow_the_tolerance_in_three_dimensions)
{
    check(SESSION "domain: {geometry: unit_cell, spacing: [40 um, 40 um, 80 um], depth: 1.5 mm}\n");
}

Test(sundials, fields_and_outcomes_follow_the_tolerance_in_a_cylinder)
{
    check(SESSION "domain: {geometry: axisymmetric, spacing: 40 um, depth: 1.5 mm}\n");
}
