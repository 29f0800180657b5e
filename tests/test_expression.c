/* Expressions: values on a series written by hand, and the place and reason of every mistake. */
#include "expression.h"

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
        series[r] = (struct series){.model = &model, .n = ROWS, .time = time, .values = values[r]};
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
    static const char *const rows[] = {"first(rise > 100)", "last(fall > 9)", "rise@6 days", "max(rise, 2.5 days, 3.5 days)"};
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
