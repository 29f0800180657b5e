/* Expressions about a run: what they mean, and what is said of wrong ones. */
#include "measure.h"
#include "model_use.h"
#include "units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Rows on days 0, 1, 3, 4 of outcome 0: 0, 2, -2, 1. */
static double time[4] = {0.0, 1.0, 3.0, 4.0};
static double *values;

static struct series series_of(const struct model *model)
{
    static const double first[4] = {0.0, 2.0, -2.0, 1.0};
    values = calloc(4 * model->n_outcomes, sizeof *values);
    struct series series = {.model = model, .n = 4, .time = time, .values = values, .complete = true};
    for (size_t i = 0; i < 4; i++)
        values[i * model->n_outcomes + (size_t)model_outcome(model, "tgfb")] = first[i];
    for (int key = 0; key < SUMMARY_KEYS; key++)
        series.summary[key] = 100.0 + key;
    return series;
}

Test(measure, reads_the_line_between_rows)
{
    static const struct {
        const char *text;
        double value;
        const char *unit;
    } cases[] = {
        {"tgfb", 1.0, "1"},
        {"final(tgfb)", 1.0, "1"},
        {"  tgfb@ 2 days", 0.0, "1"},
        {"tgfb@12 hours", 1.0, "1"},
        {"tgfb@0 days", 0.0, "1"},
        {"tgfb@4 days", 1.0, "1"},
        {"tgfb@5 days", NAN, "1"},
        {"max(tgfb)", 2.0, "1"},
        {"min( tgfb )", -2.0, "1"},
        {"mean(tgfb)", (1.0 + 0.0 - 0.5) / 4.0, "1"},
        {"time_of_max(tgfb)", 1.0, "day"},
        {"time_of_min(tgfb)", 3.0, "day"},
        {"time_to(tgfb, 0.5)", 0.25, "day"},
        {"time_to(tgfb, -100 %)", 2.5, "day"},
        {"time_to(tgfb, 0)", 0.0, "day"},
        {"time_to(tgfb,3)", NAN, "day"},
        {"collagen_onset", 100.0 + SUMMARY_ONSET, "day"},
        {"sessions_performed", 100.0, "1"},
    };
    const struct model *model = model_find("dermis");
    const struct series series = series_of(model);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct measure m;
        char reason[256] = "";
        cr_assert(measure_parse(cases[i].text, model, &m, reason, sizeof reason), "%s: %s", cases[i].text, reason);
        const double value = measure_value(&m, &series);
        cr_expect((isnan(value) && isnan(cases[i].value)) || fabs(value - cases[i].value) < 1e-12, "%s is %g, wanted %g", cases[i].text,
                  value, cases[i].value);
        cr_expect(strcmp(measure_unit(&m), cases[i].unit) == 0, "%s is in %s, wanted %s", cases[i].text, measure_unit(&m), cases[i].unit);
    }
    free(values);
    units_free();
}

Test(measure, says_what_is_wrong)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"tgbf", "'tgbf' is no outcome of dermis; did you mean 'tgfb'?"},
        {"final_colagen_gain", "'final_colagen_gain' is no outcome of dermis; did you mean 'final_collagen_gain'?"},
        {"maxx(tgfb)", "'maxx' is no function; did you mean 'max'?"},
        {"max(tgbf)", "'tgbf' is no outcome of dermis; did you mean 'tgfb'?"},
        {"max(tgfb", "'max(tgfb' lacks its closing bracket"},
        {"max(tgfb, 3)", "max takes one outcome"},
        {"time_to(tgfb)", "time_to needs an outcome and a value, such as time_to(collagen_gain, 0.05)"},
        {"tgfb@90", "'90' has no unit; give it in day"},
        {"tgfb@90 mm", "'90 mm' is not a time; give it in day"},
        {"tgfb@-1 day", "'-1 day' is before the first session"},
        {"downtime@3 days", "'downtime' is one number of the whole run and has no values over time"},
        {"max(downtime)", "'downtime' is one number of the whole run and has no values over time"},
        {"", "'' is no outcome of dermis"},
        {"@", "'' is no outcome of dermis"},
        {")", "')' is no outcome of dermis"},
        {"(", "'(' lacks its closing bracket"},
        {"()", "'' is no function"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct measure m = {.index = 77};
        char reason[256] = "";
        cr_expect(!measure_parse(cases[i].text, model_find("dermis"), &m, reason, sizeof reason), "%s was accepted", cases[i].text);
        cr_expect(strcmp(reason, cases[i].reason) == 0, "%s: '%s', wanted '%s'", cases[i].text, reason, cases[i].reason);
        cr_expect(m.index == 77, "%s: touched", cases[i].text);
    }
    units_free();
}

Test(measure, refuses_what_does_not_fit)
{
    char text[400], reason[64] = "";
    struct measure m;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    cr_expect(!measure_parse(text, model_find("dermis"), &m, reason, sizeof reason) && strstr(reason, "399 characters"), "%s", reason);
}

Test(measure, is_nan_where_there_is_nothing)
{
    struct measure m;
    char reason[256];
    cr_assert(measure_parse("max(tgfb)", model_find("dermis"), &m, reason, sizeof reason), "%s", reason);
    const struct series empty = {.model = model_find("dermis")}, other = {.model = model_find("fisher")};
    cr_expect(isnan(measure_value(&m, &empty)) && isnan(measure_value(&m, &other)), "a number from nothing");
    struct series stopped = series_of(model_find("dermis"));
    stopped.complete = false;
    cr_assert(measure_parse("tgfb", model_find("dermis"), &m, reason, sizeof reason), "%s", reason);
    cr_expect(isnan(measure_value(&m, &stopped)), "the end of a run that did not reach it");
    free(values);
}
