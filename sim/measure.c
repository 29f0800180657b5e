#include "measure.h"

#include "model_use.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum measure_kind kind;
    const char *name, *words;
} functions[] = {
    {MEASURE_FINAL, "final", "at the end"},
    {MEASURE_MAX, "max", "largest value"},
    {MEASURE_MIN, "min", "smallest value"},
    {MEASURE_MEAN, "mean", "mean over time"},
    {MEASURE_TIME_OF_MAX, "time_of_max", "time of the largest value"},
    {MEASURE_TIME_OF_MIN, "time_of_min", "time of the smallest value"},
    {MEASURE_TIME_TO, "time_to", "first time at"},
};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions, NAMES = 512, LONGEST = sizeof((struct measure *)0)->text };

/* text[0 .. n) without the blanks at its ends; false when it does not fit. */
static bool cut(char out[LONGEST], const char *text, size_t n)
{
    while (n > 0 && strchr(" \t", text[n - 1]))
        n--;
    while (n > 0 && strchr(" \t", *text))
        text++, n--;
    if (n >= LONGEST)
        return false;
    memcpy(out, text, n);
    out[n] = '\0';
    return true;
}

static bool fail(char *reason, size_t n, const char *name, const char *what, const char *const *names)
{
    const char *near = config_nearest(name, names);
    snprintf(reason, n, "'%.60s' %s%s%s%s", name, what, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return false;
}

/* Sets index and, for a plain name, whether it is an outcome or a number of the summary. */
static bool find(struct measure *m, const char *name, bool plain, char *reason, size_t n)
{
    const char *names[NAMES + SUMMARY_KEYS + 1] = {NULL};
    char what[128];
    size_t k = 0;
    const int outcome = model_outcome(m->model, name);
    if (outcome >= 0) {
        m->index = (size_t)outcome;
        return true;
    }
    for (size_t i = 0; i < m->model->n_outcomes && k < NAMES; i++)
        names[k++] = m->model->outcomes[i].name;
    for (int key = 0; key < SUMMARY_KEYS; key++) {
        if (!summary_has(m->model, (enum summary_key)key))
            continue;
        if (strcmp(summary_rows[key].name, name) == 0) {
            m->index = (size_t)key;
            m->kind = MEASURE_SUMMARY;
            if (!plain)
                snprintf(reason, n, "'%.60s' is one number of the whole run and has no values over time", name);
            return plain;
        }
        if (plain)
            names[k++] = summary_rows[key].name;
    }
    snprintf(what, sizeof what, "is no outcome of %.60s", m->model->name);
    return fail(reason, n, name, what, names);
}

/* NAME(inner) */
static bool parse_function(struct measure *m, const char *name, char *inner, char *reason, size_t n)
{
    const char *names[N_FUNCTIONS + 1] = {NULL};
    char outcome[LONGEST];
    size_t f = 0;
    for (size_t i = 0; i < N_FUNCTIONS; i++)
        names[i] = functions[i].name;
    while (f < N_FUNCTIONS && strcmp(functions[f].name, name) != 0)
        f++;
    if (f == N_FUNCTIONS)
        return fail(reason, n, name, "is no function", names);
    m->kind = functions[f].kind;
    const char *comma = strchr(inner, ',');
    if ((comma != NULL) != (m->kind == MEASURE_TIME_TO)) {
        snprintf(reason, n,
                 m->kind == MEASURE_TIME_TO ? "%s needs an outcome and a value, such as time_to(collagen_gain, 0.05)"
                                            : "%s takes one outcome",
                 name);
        return false;
    }
    cut(outcome, inner, comma ? (size_t)(comma - inner) : strlen(inner));
    if (!find(m, outcome, false, reason, n))
        return false;
    if (!comma)
        return true;
    cut(outcome, comma + 1, strlen(comma + 1));
    return units_parse(outcome, m->model->outcomes[m->index].unit, &m->argument, reason, n);
}

/* NAME@TIME */
static bool parse_at(struct measure *m, const char *name, const char *time, char *reason, size_t n)
{
    m->kind = MEASURE_AT;
    if (!find(m, name, false, reason, n) || !units_parse(time, "day", &m->argument, reason, n))
        return false;
    if (m->argument < 0.0)
        snprintf(reason, n, "'%.40s' is before the first session", time);
    return m->argument >= 0.0;
}

bool measure_parse(const char *text, const struct model *model, struct measure *measure, char *reason, size_t n)
{
    struct measure m = {.kind = MEASURE_FINAL, .model = model};
    char left[LONGEST], right[LONGEST];
    bool good;
    if (!cut(m.text, text, strlen(text))) {
        snprintf(reason, n, "an expression of %zu characters; at most %d", strlen(text), LONGEST - 1);
        return false;
    }
    const size_t length = strlen(m.text);
    const char *open = strchr(m.text, '('), *at = strchr(m.text, '@');
    if (open && m.text[length - 1] != ')') {
        snprintf(reason, n, "'%.60s' lacks its closing bracket", m.text);
        return false;
    }
    if (open) {
        cut(left, m.text, (size_t)(open - m.text));
        cut(right, open + 1, length - (size_t)(open - m.text) - 2);
        good = parse_function(&m, left, right, reason, n);
    } else if (at) {
        cut(left, m.text, (size_t)(at - m.text));
        cut(right, at + 1, strlen(at + 1));
        good = parse_at(&m, left, right, reason, n);
    } else {
        good = find(&m, m.text, true, reason, n);
    }
    if (good)
        *measure = m;
    return good;
}

/* On the line between rows i and i + 1. */
static double between(double t, double t0, double t1, double a, double b)
{
    return t1 > t0 ? a + (b - a) * (t - t0) / (t1 - t0) : b;
}

static double value_at(const struct series *s, size_t outcome, double time)
{
    const double slack = 1e-9;
    if (time < s->time[0] - slack || time > s->time[s->n - 1] + slack)
        return NAN;
    for (size_t i = 0; i + 1 < s->n; i++)
        if (time <= s->time[i + 1])
            return between(time, s->time[i], s->time[i + 1], series_value(s, i, outcome), series_value(s, i + 1, outcome));
    return series_value(s, s->n - 1, outcome);
}

/* The row of the largest value (sign = 1) or the smallest (-1), rows without a value aside. */
static size_t extreme(const struct series *s, size_t outcome, double sign)
{
    size_t best = 0;
    for (size_t i = 1; i < s->n; i++)
        if (sign * series_value(s, i, outcome) > sign * series_value(s, best, outcome) || isnan(series_value(s, best, outcome)))
            best = i;
    return best;
}

static double mean(const struct series *s, size_t outcome)
{
    const double length = s->time[s->n - 1] - s->time[0];
    double sum = 0.0;
    for (size_t i = 0; i + 1 < s->n; i++)
        sum += 0.5 * (s->time[i + 1] - s->time[i]) * (series_value(s, i, outcome) + series_value(s, i + 1, outcome));
    return length > 0.0 ? sum / length : series_value(s, 0, outcome);
}

static double time_to(const struct series *s, size_t outcome, double level)
{
    if (series_value(s, 0, outcome) == level)
        return s->time[0];
    for (size_t i = 0; i + 1 < s->n; i++) {
        const double a = series_value(s, i, outcome) - level, b = series_value(s, i + 1, outcome) - level;
        if ((a < 0.0 && b >= 0.0) || (a > 0.0 && b <= 0.0))
            return s->time[i] + (s->time[i + 1] - s->time[i]) * (a / (a - b));
    }
    return NAN;
}

double measure_value(const struct measure *measure, const struct series *series)
{
    const size_t o = measure->index;
    if (series->model != measure->model)
        return NAN;
    if (measure->kind == MEASURE_SUMMARY)
        return series->summary[o];
    if (series->n == 0)
        return NAN;
    switch (measure->kind) {
    case MEASURE_FINAL:
        return series->complete ? series_value(series, series->n - 1, o) : NAN;
    case MEASURE_AT:
        return value_at(series, o, measure->argument);
    case MEASURE_MAX:
        return series_value(series, extreme(series, o, 1.0), o);
    case MEASURE_MIN:
        return series_value(series, extreme(series, o, -1.0), o);
    case MEASURE_MEAN:
        return mean(series, o);
    case MEASURE_TIME_OF_MAX:
        return series->time[extreme(series, o, 1.0)];
    case MEASURE_TIME_OF_MIN:
        return series->time[extreme(series, o, -1.0)];
    default:
        return time_to(series, o, measure->argument);
    }
}

const char *measure_unit(const struct measure *measure)
{
    if (measure->kind == MEASURE_SUMMARY)
        return summary_rows[measure->index].unit;
    if (measure->kind >= MEASURE_TIME_OF_MAX)
        return "day";
    return measure->model->outcomes[measure->index].unit;
}

void measure_describe(const struct measure *measure, char *text, size_t n)
{
    if (measure->kind == MEASURE_SUMMARY) {
        snprintf(text, n, "%s", summary_rows[measure->index].meaning);
        return;
    }
    const struct outcome *outcome = &measure->model->outcomes[measure->index];
    char quantity[64];
    if (measure->kind == MEASURE_AT) {
        snprintf(text, n, "%s, on day %.6g", outcome->meaning, measure->argument);
        return;
    }
    size_t f = 0;
    while (functions[f].kind != measure->kind)
        f++;
    units_format(measure->argument, outcome->unit, quantity, sizeof quantity);
    snprintf(text, n, "%s, %s%s%s", outcome->meaning, functions[f].words, measure->kind == MEASURE_TIME_TO ? " " : "",
             measure->kind == MEASURE_TIME_TO ? quantity : "");
}
