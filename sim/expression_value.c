/* Expressions: their value on runs, their unit and their meaning. */
#include "expression_internal.h"

#include "units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool expression_uses(const struct expression *expression, size_t run)
{
    for (int i = 0; i < expression->nodes; i++) {
        const int operation = expression->node[i].operation;
        if (expression->node[i].run == run && (operation == OUTCOME || operation == SUMMARY || operation == PARAMETER))
            return true;
    }
    return false;
}

static double combine(int operation, double a, double b)
{
    switch (operation) {
    case ADD:
        return a + b;
    case SUBTRACT:
        return a - b;
    case MULTIPLY:
        return a * b;
    default:
        return a / b;
    }
}

static double number(const struct expression *e, int i, const struct expression_run *runs);

/* The value of a node at a row of its run. */
static double at_row(const struct expression *e, int i, const struct expression_run *runs, size_t row)
{
    const struct expression_node *x = &e->node[i];
    if (!x->series)
        return number(e, i, runs);
    const struct series *s = runs[x->run].series;
    if (x->operation == OUTCOME)
        return series_value(s, row, x->index);
    if (x->operation == NEGATE)
        return -at_row(e, x->left, runs, row);
    if (x->operation == RATE) {
        /* second order on rows of unequal distance, one-sided at the ends */
        const size_t a = row > 0 ? row - 1 : 0, b = row + 1 < s->n ? row + 1 : row;
        const double y = log(at_row(e, x->left, runs, row)), ya = log(at_row(e, x->left, runs, a)), yb = log(at_row(e, x->left, runs, b));
        const double ha = s->time[row] - s->time[a], hb = s->time[b] - s->time[row];
        if (a == row || b == row)
            return (yb - ya) / (s->time[b] - s->time[a]);
        return (ha * ha * (yb - y) + hb * hb * (y - ya)) / (ha * hb * (ha + hb));
    }
    return combine(x->operation, at_row(e, x->left, runs, row), at_row(e, x->right, runs, row));
}

static double crossing(double t0, double t1, double y0, double y1)
{
    return t0 + (t1 - t0) * y0 / (y0 - y1);
}

/* first: from row `low` up; last: from row `high` down; y > 0 is looked for. */
static double cross(const struct expression *e, const struct expression_node *x, const struct expression_run *runs, size_t low, size_t high)
{
    const struct series *s = runs[x->run].series;
    double before = NAN;
    for (size_t k = 0; k <= high - low; k++) {
        const size_t row = x->operation == FIRST ? low + k : high - k, previous = x->operation == FIRST ? row - 1 : row + 1;
        const double y = at_row(e, x->left, runs, row);
        if (y > 0)
            return k == 0 ? s->time[row] : crossing(s->time[previous], s->time[row], before, y);
        before = y;
    }
    return NAN;
}

static double time_to(const struct expression *e, const struct expression_node *x, const struct expression_run *runs, size_t low,
                      size_t high)
{
    const struct series *s = runs[x->run].series;
    double before = at_row(e, x->left, runs, low) - x->number;
    if (before == 0)
        return s->time[low];
    for (size_t row = low + 1; row <= high; row++) {
        const double y = at_row(e, x->left, runs, row) - x->number;
        if ((before < 0 && y >= 0) || (before > 0 && y <= 0))
            return crossing(s->time[row - 1], s->time[row], before, y);
        before = y;
    }
    return NAN;
}

/* The first largest (sign = 1) or smallest (-1) value, rows without a value aside, or its time. */
static double extreme(const struct expression *e, const struct expression_node *x, const struct expression_run *runs, size_t low,
                      size_t high)
{
    const struct series *s = runs[x->run].series;
    const double sign = x->operation == MIN || x->operation == TIME_OF_MIN ? -1 : 1;
    double best = at_row(e, x->left, runs, low), when = s->time[low];
    for (size_t row = low + 1; row <= high; row++) {
        const double y = at_row(e, x->left, runs, row);
        if (sign * y > sign * best || isnan(best)) {
            best = y;
            when = s->time[row];
        }
    }
    return x->operation == MAX || x->operation == MIN ? best : when;
}

static double area(const struct expression *e, const struct expression_node *x, const struct expression_run *runs, size_t low, size_t high)
{
    const struct series *s = runs[x->run].series;
    double sum = 0, before = at_row(e, x->left, runs, low);
    for (size_t row = low + 1; row <= high; row++) {
        const double y = at_row(e, x->left, runs, row);
        sum += 0.5 * (before + y) * (s->time[row] - s->time[row - 1]);
        before = y;
    }
    return sum;
}

/* A series, or a part of it, as one number. */
static double reduce(const struct expression *e, const struct expression_node *x, const struct expression_run *runs)
{
    const struct series *s = runs[x->run].series;
    size_t low = 0, end = s->n;
    while (low < s->n && s->time[low] < x->begin)
        low++;
    while (end > low && s->time[end - 1] > x->end)
        end--;
    if (low == end)
        return NAN;
    const size_t high = end - 1;
    switch (x->operation) {
    case FINAL:
        return s->complete ? at_row(e, x->left, runs, high) : NAN;
    case FIRST:
    case LAST:
        return cross(e, x, runs, low, high);
    case TIME_TO:
        return time_to(e, x, runs, low, high);
    case INTEGRAL:
        return area(e, x, runs, low, high);
    case MEAN:
        return high > low ? area(e, x, runs, low, high) / (s->time[high] - s->time[low]) : at_row(e, x->left, runs, low);
    default:
        return extreme(e, x, runs, low, high);
    }
}

static double at_time(const struct expression *e, const struct expression_node *x, const struct expression_run *runs)
{
    const double slack = 1e-9; /* [day] times that are the same but for rounding */
    const struct series *s = runs[x->run].series;
    const double t = x->number;
    if (s->n == 0 || t < s->time[0] - slack || t > s->time[s->n - 1] + slack)
        return NAN;
    size_t row = 0;
    while (row + 1 < s->n && s->time[row] < t)
        row++;
    if (row == 0 || t >= s->time[row])
        return at_row(e, x->left, runs, row);
    const double a = at_row(e, x->left, runs, row - 1), b = at_row(e, x->left, runs, row);
    return a + (b - a) * (t - s->time[row - 1]) / (s->time[row] - s->time[row - 1]);
}

static double number(const struct expression *e, int i, const struct expression_run *runs)
{
    const struct expression_node *x = &e->node[i];
    switch (x->operation) {
    case NUMBER:
        return x->number;
    case SUMMARY:
        return runs[x->run].series->summary[x->index];
    case PARAMETER:
        return runs[x->run].params[x->index];
    case NEGATE:
        return -number(e, x->left, runs);
    case AT_TIME:
        return at_time(e, x, runs);
    case ADD:
    case SUBTRACT:
    case MULTIPLY:
    case DIVIDE:
        return combine(x->operation, number(e, x->left, runs), number(e, x->right, runs));
    default:
        return reduce(e, x, runs);
    }
}

double expression_value(const struct expression *expression, const struct expression_run *runs)
{
    for (int i = 0; i < expression->nodes; i++) {
        const struct expression_node *x = &expression->node[i];
        if ((x->operation == OUTCOME || x->operation == SUMMARY) && runs[x->run].series->model != expression->model)
            return NAN;
    }
    return number(expression, expression->root, runs);
}

/* ---- unit and meaning ------------------------------------------------------------------------------------------------------------ */

/* Of a product or quotient; "?" when it does not fit. */
static void combine_units(int operation, const char *a, const char *b, char unit[EXPRESSION_UNIT])
{
    const bool one = strcmp(a, "1") == 0, other = strcmp(b, "1") == 0;
    int n;
    if (operation == DIVIDE && strcmp(a, b) == 0)
        n = snprintf(unit, EXPRESSION_UNIT, "1");
    else if (other)
        n = snprintf(unit, EXPRESSION_UNIT, "%s", a);
    else if (operation == DIVIDE)
        n = snprintf(unit, EXPRESSION_UNIT, "%s/(%s)", a, b);
    else
        n = one ? snprintf(unit, EXPRESSION_UNIT, "%s", b) : snprintf(unit, EXPRESSION_UNIT, "%s %s", a, b);
    if (n >= EXPRESSION_UNIT)
        strcpy(unit, "?");
}

void expression_node_unit(const struct expression *e, int i, char unit[EXPRESSION_UNIT])
{
    const struct expression_node *x = &e->node[i];
    char left[EXPRESSION_UNIT] = "1", right[EXPRESSION_UNIT] = "1";
    if (x->left >= 0)
        expression_node_unit(e, x->left, left);
    if (x->right >= 0)
        expression_node_unit(e, x->right, right);
    switch (x->operation) {
    case OUTCOME:
        snprintf(unit, EXPRESSION_UNIT, "%s", e->model->outcomes[x->index].unit);
        break;
    case SUMMARY:
        snprintf(unit, EXPRESSION_UNIT, "%s", summary_rows[x->index].unit);
        break;
    case PARAMETER:
        snprintf(unit, EXPRESSION_UNIT, "%s", e->model->params[x->index].unit);
        break;
    case MULTIPLY:
    case DIVIDE:
        combine_units(x->operation, left, right, unit);
        break;
    case INTEGRAL:
        combine_units(MULTIPLY, left, "day", unit);
        break;
    case RATE:
        strcpy(unit, "/day");
        break;
    case TIME_OF_MAX:
    case TIME_OF_MIN:
    case TIME_TO:
    case FIRST:
    case LAST:
        strcpy(unit, "day");
        break;
    default: /* numbers beside a quantity have its unit */
        strcpy(unit, strcmp(left, "1") == 0 ? right : left);
    }
}

void expression_unit(const struct expression *expression, char unit[EXPRESSION_UNIT])
{
    expression_node_unit(expression, expression->root, unit);
}

void expression_describe(const struct expression *e, char *text, size_t n)
{
    static const char *const words[LAST + 1] = {
        [FINAL] = "at the end",
        [MAX] = "largest value",
        [MIN] = "smallest value",
        [MEAN] = "mean over time",
        [INTEGRAL] = "integral over time",
        [TIME_OF_MAX] = "time of the largest value",
        [TIME_OF_MIN] = "time of the smallest value",
    };
    const struct expression_node *x = &e->node[e->root], *of = x->left >= 0 ? &e->node[x->left] : NULL;
    const bool part = isfinite(x->end) && x->begin < x->end;
    char quantity[EXPRESSION_UNIT];
    if (x->operation == SUMMARY) {
        snprintf(text, n, "%s", summary_rows[x->index].meaning);
    } else if (!of || of->operation != OUTCOME || part) {
        snprintf(text, n, "%s", e->text);
    } else if (x->operation == AT_TIME) {
        snprintf(text, n, "%s, on day %.6g", e->model->outcomes[of->index].meaning, x->number);
    } else if (x->operation == TIME_TO) {
        units_format(x->number, e->model->outcomes[of->index].unit, quantity, sizeof quantity);
        snprintf(text, n, "%s, first time at %s", e->model->outcomes[of->index].meaning, quantity);
    } else if (words[x->operation]) {
        snprintf(text, n, "%s, %s", e->model->outcomes[of->index].meaning, words[x->operation]);
    } else {
        snprintf(text, n, "%s", e->text);
    }
}

bool expression_is_time(const struct expression *expression)
{
    const int operation = expression->node[expression->root].operation;
    return operation >= TIME_OF_MAX && operation <= LAST;
}

const char *expression_subject(const struct expression *expression)
{
    const char *subject = NULL;
    int n = 0;
    for (int i = 0; i < expression->nodes; i++) {
        const struct expression_node *x = &expression->node[i];
        if (x->operation != OUTCOME && x->operation != SUMMARY)
            continue;
        subject = x->operation == OUTCOME ? expression->model->outcomes[x->index].name : summary_rows[x->index].name;
        n++;
    }
    return n == 1 ? subject : NULL;
}
