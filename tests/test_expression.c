/* Expressions: values on a series written by hand, and the place and reason of every mistake. */
#include "expression.h"
#include "model_use.h"
#include "units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { ROWS = 5, OUTCOMES = 2 };

static const struct outcome outcomes[] = {{"rise", "1", ""}, {"fall", "1", ""}};
static const struct param params[] = {{"speed", 3, "1", 0, 9, "", ""}};
static const struct model model = {.name = "toy", .outcomes = outcomes, .n_outcomes = OUTCOMES, .params = params, .n_params = 1};
static const char *const runs[] = {"one", "two", NULL};

/* rise = time^2 (of run two: twice that), fall = 8 - 2 time, at days 0, 1, 2, 4, 5 */
static double value_of(const char *text, char *reason, size_t n)
{
    static double time[ROWS] = {0, 1, 2, 4, 5}, values[2][ROWS * OUTCOMES];
    const double speed[2] = {3, 4};
    struct series series[2];
    struct expression_run both[2];
    struct expression expression;
    for (int r = 0; r < 2; r++) {
        for (size_t i = 0; i < ROWS; i++) {
            values[r][OUTCOMES * i] = (r + 1) * time[i] * time[i];
            values[r][OUTCOMES * i + 1] = 8 - 2 * time[i];
        }
        series[r] = (struct series){.model = &model, .n = ROWS, .time = time, .values = values[r], .complete = true};
        series[r].summary[SUMMARY_SESSIONS_PERFORMED] = 7 + r;
        both[r] = (struct expression_run){&series[r], &speed[r]};
    }
    *reason = '\0';
    return expression_parse(text, &model, runs, 0, &expression, reason, n) ? expression_value(&expression, both) : NAN;
}

Test(expression, values)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"1 + 2 * 3 - 4 / 8", 6.5},
        {"-(2 - 5) * 2", 6},
        {"2 - 3 - 4", -5},
        {"8 / 4 / 2", 1},
        {"rise@2 days", 4},
        {"rise@3 days", 10},
        {"rise@ 1.5 days", 2.5},
        {"rise@24 hours", 1},
        {"two:rise@2 days", 8},
        {"two:rise@2 days / rise@2 days", 2},
        {"(rise + fall)@1 day", 7},
        {"(rise / fall)@2 days", 1},
        {"-rise@2 days", -4},
        {"max(rise)", 25},
        {"max(rise, 0 days, 2 days)", 4},
        {"min(fall)", -2},
        {"max(rise * fall)", 16},
        {"time_of_max(rise * fall)", 2},
        {"time_of_min(fall, 1 day, 2 days)", 2},
        {"integral(fall)", 15},
        {"integral(1 * rise, 1 day, 4 days)", 22.5},
        {"first(rise > 10)", 3},
        {"first(rise > -1)", 0},
        {"first(fall < 5)", 1.5},
        {"last(fall > 1)", 3.5},
        {"last(rise < 2.5, 0 days, 2 days)", 1.5},
        {"first(5 > fall)", 1.5},
        {"first(rise > fall)", 2},
        {"two:first(rise > 12)", 2 + 1.0 / 3},
        {"parameter(speed)", 3},
        {"two:parameter(speed) / parameter(speed)", 4.0 / 3},
        {"sessions_performed", 7},
        {"two:sessions_performed", 8},
        {"rate(8 - fall)@5 days", 0.22314355131420976}, /* ln(10 / 8) at the end */
        {"mean(fall)", 3},
        {"mean(fall, 1 day, 4 days)", 3},
        {"mean(fall, 2 days, 3 days)", 4},
        {"final(rise)", 25},
        {"two:final(rise)", 50},
        {"time_to(rise, 10)", 3},
        {"time_to(rise, 0)", 0},
        {"time_to(fall, 5)", 1.5},
        {"time_to(fall, -100 %, 2 days, 5 days)", 4.5},
    };
    char reason[256];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double value = value_of(rows[i].text, reason, sizeof reason);
        cr_expect(fabs(value - rows[i].value) <= 1e-9, "%s is %.17g, wanted %.17g %s", rows[i].text, value, rows[i].value, reason);
    }
}

/* y = t^2 + 1 on days 1, 2, 4: the slope at day 2 of the parabola through the three logarithms. */
Test(expression, rate_is_second_order_inside)
{
    char reason[256];
    const double wanted = (1 * (log(17.0) - log(5.0)) + 4 * (log(5.0) - log(2.0))) / 6;
    const double value = value_of("rate(rise + 1)@2 days", reason, sizeof reason);
    cr_expect(fabs(value - wanted) < 1e-12, "rate is %.17g, wanted %.17g %s", value, wanted, reason);
}

Test(expression, what_never_happens_is_nan)
{
    static const char *const rows[] = {"first(rise > 100)", "time_to(rise, 100)", "time_to(rise, 1, 2 days, 5 days)",
                                       "last(fall > 9)",    "rise@6 days",        "max(rise, 2.5 days, 3.5 days)"};
    char reason[256];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double value = value_of(rows[i], reason, sizeof reason);
        cr_expect(isnan(value) && !*reason, "%s is %g, wanted none %s", rows[i], value, reason);
    }
}

Test(expression, mistakes_are_told_with_their_place)
{
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"", "character 1: an outcome or a number wanted at the end"},
        {"ris@2 days", "character 1: 'ris' is no outcome; did you mean 'rise'?"},
        {"1 + (rise@2 days", "character 17: ')' wanted at the end"},
        {"rise", "character 1: an outcome over time is no number; say when (@90 days) or which (max(...))"},
        {"max(rise)@2 days", "character 1: only an outcome has a value @ a time"},
        {"rise@2", "character 6: '2' has no unit"},
        {"rise@2 mm", "character 6: '2 mm' is not a time"},
        {"max(3)", "character 1: 'max' wants an outcome over time, not a number"},
        {"maxx(rise)", "character 1: 'maxx' is no function; did you mean 'max'?"},
        {"max(rise, 3 days, 2 days)", "character 1: the part of the time from 3 to 2 days is empty"},
        {"max(two:rise)", "character 5: another run within a function of this run's time; write two:max(...)"},
        {"three:max(rise)", "character 1: 'three' is no protocol"},
        {"rise + two:rise", "character 16: outcomes of two runs over time do not combine; take a value of each first"},
        {"parameter(sped)", "character 11: 'sped' is no parameter; did you mean 'speed'?"},
        {"first(rise)", "character 11: 'first' wants a comparison, such as first(collagen_gain > 0.01)"},
        {"first(1 > 2)", "character 1: 'first' wants an outcome, not two numbers"},
        {"time_to(rise)", "character 13: 'time_to' wants a value, such as time_to(collagen_gain, 5 %)"},
        {"time_to(rise, 5 days)", "character 15: '5 days' is not a plain number"},
        {"rise@-1 day", "character 6: '-1 day' is before the start"},
        {"max(sessions_performed)", "character 1: 'max' wants an outcome over time, not a number"},
        {"1 2", "character 3: nothing wanted after the expression, found '2'"},
        {"1 + $", "character 5: an outcome, a number or '(' wanted, found '$'"},
        {"1e999", "character 1: no finite number"},
    };
    char reason[256];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        value_of(rows[i].text, reason, sizeof reason);
        cr_expect(strncmp(reason, rows[i].reason, strlen(rows[i].reason)) == 0, "%s: '%s', wanted '%s'", rows[i].text, reason,
                  rows[i].reason);
    }
}

Test(expression, depth_and_length_are_bounded)
{
    char text[5000], reason[256];
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    value_of(text, reason, sizeof reason);
    cr_expect(strstr(reason, "nested deeper than") != NULL, "brackets: '%s'", reason);
    memset(text, '-', sizeof text - 1);
    value_of(text, reason, sizeof reason);
    cr_expect(strstr(reason, "nested deeper than") != NULL, "signs: '%s'", reason);
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "1+", 2);
    text[sizeof text - 2] = '\0';
    value_of(text, reason, sizeof reason);
    cr_expect(strstr(reason, "longer than") != NULL, "terms: '%s'", reason);
}

Test(expression, knows_what_it_is_read_off)
{
    struct expression expression;
    char reason[256];
    cr_assert(expression_parse("two:max(rise) / 2", &model, runs, 0, &expression, reason, sizeof reason), "%s", reason);
    cr_expect(!expression_uses(&expression, 0) && expression_uses(&expression, 1), "only run two is read");
}

/* Rows on days 0, 1, 3, 4 of tgfb: 0, 2, -2, 1. */
static struct series one_run(const struct model *dermis)
{
    static double time[4] = {0.0, 1.0, 3.0, 4.0};
    static const double tgfb[4] = {0.0, 2.0, -2.0, 1.0};
    double *values = calloc(4 * dermis->n_outcomes, sizeof *values);
    struct series series = {.model = dermis, .n = 4, .time = time, .values = values, .complete = true};
    for (size_t i = 0; i < 4; i++)
        values[i * dermis->n_outcomes + (size_t)model_outcome(dermis, "tgfb")] = tgfb[i];
    for (int key = 0; key < SUMMARY_KEYS; key++)
        series.summary[key] = 100.0 + key;
    return series;
}

Test(expression, about_one_run)
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
        {"integral(tgfb)", 0.5, "day"},
        {"2 * downtime - 1", 2.0 * (100 + SUMMARY_DOWNTIME) - 1.0, "day"},
        {"max(tgfb) / downtime", 2.0 / (100 + SUMMARY_DOWNTIME), "1/(day)"},
        {"downtime / collagen_onset", (100.0 + SUMMARY_DOWNTIME) / (100 + SUMMARY_ONSET), "1"},
        {"downtime * collagen_onset", (100.0 + SUMMARY_DOWNTIME) * (100 + SUMMARY_ONSET), "day day"},
        {"rate(tgfb + 3)@0 days", 0.51082562376599072, "/day"}, /* ln(5 / 3) */
    };
    const struct model *dermis = model_find("dermis");
    struct series series = one_run(dermis);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expression e;
        char reason[256] = "", unit[EXPRESSION_UNIT];
        cr_assert(expression_parse(cases[i].text, dermis, NULL, 0, &e, reason, sizeof reason), "%s: %s", cases[i].text, reason);
        const double value = expression_value(&e, &(struct expression_run){.series = &series});
        expression_unit(&e, unit);
        cr_expect((isnan(value) && isnan(cases[i].value)) || fabs(value - cases[i].value) < 1e-12, "%s is %g, wanted %g", cases[i].text,
                  value, cases[i].value);
        cr_expect(strcmp(unit, cases[i].unit) == 0, "%s is in %s, wanted %s", cases[i].text, unit, cases[i].unit);
    }
    free(series.values);
    units_free();
}

Test(expression, mistakes_about_one_run)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"final_colagen_gain", "character 1: 'final_colagen_gain' is no outcome; did you mean 'final_collagen_gain'?"},
        {"max(tgbf)", "character 5: 'tgbf' is no outcome; did you mean 'tgfb'?"},
        {"parameter(tgfb_loss)", "character 11: parameters are known in a calibration only"},
        {"other:tgfb", "character 1: there is only one run here, and 'other' is not known"},
        {"tgfb@90", "character 6: '90' has no unit; give it in day"},
        {"@", "character 1: an outcome, a number or '(' wanted, found '@'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expression e;
        char reason[256] = "";
        cr_expect(!expression_parse(cases[i].text, model_find("dermis"), NULL, 0, &e, reason, sizeof reason), "%s was accepted",
                  cases[i].text);
        cr_expect(strcmp(reason, cases[i].reason) == 0, "%s: '%s', wanted '%s'", cases[i].text, reason, cases[i].reason);
    }
    units_free();
}

Test(expression, is_nan_where_there_is_nothing)
{
    const struct model *dermis = model_find("dermis");
    struct expression largest, end;
    char reason[256];
    cr_assert(expression_parse("max(tgfb)", dermis, NULL, 0, &largest, reason, sizeof reason), "%s", reason);
    cr_assert(expression_parse("tgfb", dermis, NULL, 0, &end, reason, sizeof reason), "%s", reason);
    const struct series empty = {.model = dermis}, other = {.model = model_find("fisher"), .n = 4};
    cr_expect(isnan(expression_value(&largest, &(struct expression_run){.series = &empty})), "a number from no rows");
    cr_expect(isnan(expression_value(&largest, &(struct expression_run){.series = &other})), "a number from another model");
    struct series stopped = one_run(dermis);
    stopped.complete = false;
    cr_expect(isnan(expression_value(&end, &(struct expression_run){.series = &stopped})), "the end of a run that did not reach it");
    free(stopped.values);
}

Test(expression, says_what_it_is)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"rise@36 hours", "height, on day 1.5"},
        {"rise", "height, at the end"},
        {"max(rise)", "height, largest value"},
        {"time_to(rise, 5 %)", "height, first time at 0.05"},
        {"max(rise, 0 days, 2 days)", "max(rise, 0 days, 2 days)"},
        {"first(rise > 1)", "first(rise > 1)"},
        {"rise@1 day / 2", "rise@1 day / 2"},
        {"downtime", "longest time from a session until erythema and barrier deficit are small"},
    };
    static const struct outcome named[] = {{"rise", "1", "height"}, {"collagen_gain", "1", ""}};
    static const struct model toy = {.name = "toy", .outcomes = named, .n_outcomes = 2};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expression e;
        char reason[256] = "", words[128];
        cr_assert(expression_parse(cases[i].text, &toy, NULL, 0, &e, reason, sizeof reason), "%s: %s", cases[i].text, reason);
        expression_describe(&e, words, sizeof words);
        cr_expect(strcmp(words, cases[i].words) == 0, "%s: '%s', wanted '%s'", cases[i].text, words, cases[i].words);
    }
    units_free();
}
