#include "verify_internal.h"

#include <math.h>
#include <string.h>

/* Every problem of the report, in its order. */
static const struct problem {
    const char *name;
    enum status (*run)(struct report *);
} problems[] = {
    {"V1", verify_heat_kernel},   {"V1", verify_isotropy},    {"V2", verify_cosine},        {"V3", verify_decay_length},
    {"V3", verify_exchange},      {"V4", verify_flux},        {"V5", verify_disc},          {"V6", verify_fisher},
    {"V7", verify_ablowitz},      {"V8", verify_porous},      {"V9", verify_barenblatt},    {"V10", verify_chemotaxis},
    {"V11", verify_schnakenberg}, {"V12", verify_gray_scott}, {"V13", verify_manufactured}, {"V14", verify_invariants},
    {"V15", verify_spacing},      {"V16", verify_tolerance},
};
enum { N_PROBLEMS = sizeof problems / sizeof *problems };

static const double LESS = 0.2;  /* an observed order may be lower by this */
static const double DUST = 1e-2; /* share of a bound below which only the magnitude matters */

static void print_row(struct report *report, const char *quantity, const char *expected, const char *observed, const char *order, bool pass)
{
    const char *const row = report->format == VERIFY_MARKDOWN ? "| %s | %s | %s | %s | %s | %s |\n" : "%-4s %-58s %-23s %-10s %-5s %s\n";
    fprintf(report->stream, row, report->problem, quantity, expected, observed, order, pass ? "pass" : "FAIL");
    fflush(report->stream); /* whoever waits sees it grow */
    report->rows++;
    if (!pass) {
        report->failed++;
        status_fail(ERR_CHECK, "%s: %s: observed %s, expected %s", report->problem, quantity, observed, expected);
    }
}

static void put_head(const struct report *report)
{
    if (report->format == VERIFY_MARKDOWN)
        fprintf(report->stream, "| | quantity | expected | observed | order | |\n|---|---|---|---|---|---|\n");
    else
        fprintf(report->stream, "%-4s %-58s %-23s %-10s %-5s\n", "", "quantity", "expected", "observed", "order");
}

void verify_value(struct report *report, const char *quantity, double expected, double observed, double allowed)
{
    char wanted[64], found[32];
    snprintf(wanted, sizeof wanted, "%.6g +- %.2g", expected, allowed);
    snprintf(found, sizeof found, "%.6g", observed);
    print_row(report, quantity, wanted, found, "", fabs(observed - expected) <= allowed);
}

void verify_at_most(struct report *report, const char *quantity, double most, double observed)
{
    char wanted[64], found[32];
    snprintf(wanted, sizeof wanted, "at most %.3g", most);
    if (observed < DUST * most)
        snprintf(found, sizeof found, "< %.0e", DUST * most);
    else
        snprintf(found, sizeof found, "%.2g", observed);
    print_row(report, quantity, wanted, found, "", observed <= most);
}

void verify_order(struct report *report, const char *quantity, double order, double most, size_t n, const double *size, const double *error)
{
    char wanted[64], found[32], power[16];
    const double observed = log(error[0] / error[n - 1]) / log(size[n - 1] / size[0]);
    snprintf(wanted, sizeof wanted, "order %.2g, <= %.1e", order, most);
    snprintf(found, sizeof found, "%.2g", error[n - 1]);
    snprintf(power, sizeof power, "%.2f", observed);
    print_row(report, quantity, wanted, found, power, observed >= order - LESS && error[n - 1] <= most);
}

enum status verify_report(const char *only, bool full, enum verify_format format, FILE *stream)
{
    struct report report = {.stream = stream, .format = format, .full = full};
    bool known = !only;
    for (size_t i = 0; i < N_PROBLEMS && !known; i++)
        known = strcmp(only, problems[i].name) == 0;
    if (!known)
        return status_fail(ERR_CONFIG, "verify: '%s' is not a problem; there are V1 to V16", only);
    put_head(&report);
    for (size_t i = 0; i < N_PROBLEMS; i++) {
        report.problem = problems[i].name;
        if (only && strcmp(only, problems[i].name) != 0)
            continue;
        const enum status status = problems[i].run(&report);
        if (status == ERR_IO)
            return status; /* no memory: nothing can be said */
        if (status != OK)
            print_row(&report, "the solver gave up", "a solution", "none", "", false);
    }
    fprintf(stream, "%s%zu rows, %zu failed\n", format == VERIFY_MARKDOWN ? "\n" : "", report.rows, report.failed);
    return report.failed ? ERR_CHECK : OK;
}
