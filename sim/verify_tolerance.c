/* V16: what the user's tolerance buys.  Two sessions on a cylinder, the second on skin that is still healing; the outcomes at every row of
 * the series against those at a tolerance far below.  An order of the integrator shows only if the restart of its history after each
 * session costs none. */
#include "verify_internal.h"

#include "config.h"
#include "plan.h"
#include "series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const protocol = "model: dermis\ntreatment: {device: roller_1.5, density: 250 /cm2, sessions: 2, interval: 28 days}\n"
                                    "domain: {geometry: axisymmetric, spacing: 40 um}\nrun: {duration: 120 days, tolerance: %g}\n"
                                    "output: {timeseries: 6 hours, snapshots: [0 days]}\n";
static const double REFERENCE = 1e-6, SESSION = 28.0, AFTERWARDS = 4.0; /* [1], [day], [day] */
static const double tolerances[] = {1e-2, 1e-3, 1e-4, 1e-5};
enum { RUNS = sizeof tolerances / sizeof *tolerances };

static enum status run(double tolerance, struct series *series)
{
    char yaml[512];
    struct config *config = NULL;
    struct plan plan = {0};
    snprintf(yaml, sizeof yaml, protocol, tolerance);
    enum status status = config_parse(yaml, strlen(yaml), "verify", plan_vocabulary(), &config);
    if (status == OK)
        status = plan_create(config, 1, &plan);
    if (status == OK)
        status = series_run(&plan, series);
    if (status == OK)
        status_clear(); /* warnings: a short interval, a coarse grid */
    plan_destroy(&plan);
    config_destroy(&config);
    return status;
}

/* The worst outcome between two times, relative to its largest magnitude in the reference. */
static double distance(const struct series *a, const struct series *exact, double from, double to)
{
    double worst = 0.0;
    for (size_t o = 0; o < exact->model->n_outcomes; o++) {
        double largest = 0.0, off = 0.0;
        for (size_t i = 0; i < exact->n; i++) {
            largest = fmax(largest, fabs(series_value(exact, i, o)));
            if (exact->time[i] >= from && exact->time[i] <= to)
                off = fmax(off, fabs(series_value(a, i, o) - series_value(exact, i, o)));
        }
        worst = fmax(worst, largest > 0.0 ? off / largest : 0.0);
    }
    return worst;
}

enum status verify_tolerance(struct report *report)
{
    struct series exact = {0}, series = {0};
    double always[RUNS], fresh[RUNS], size[RUNS], growth = 0.0;
    enum status status = run(REFERENCE, &exact);
    for (int r = 0; r < RUNS && status == OK; r++) {
        status = run(tolerances[r], &series);
        if (status != OK)
            break;
        size[r] = tolerances[0] / tolerances[r];
        always[r] = distance(&series, &exact, 0.0, HUGE_VAL);
        fresh[r] = fmax(distance(&series, &exact, 0.0, AFTERWARDS), distance(&series, &exact, SESSION, SESSION + AFTERWARDS));
        growth = r > 0 ? fmax(growth, always[r] / always[r - 1]) : growth;
    }
    if (status == OK) {
        verify_order(report, "tolerance 1e-2 to 1e-5: worst outcome at any time", 1.0, 1e-4, RUNS, size, always);
        verify_order(report, "the same, 4 days from each of two sessions", 1.0, 1e-4, RUNS, size, fresh);
        verify_at_most(report, "error / error of ten times the tolerance", 1.0, growth);
        verify_at_most(report, "default tolerance: worst outcome at any time", 1e-2, always[1]);
    }
    series_destroy(&series);
    series_destroy(&exact);
    return status;
}
