#include "expression.h"

#include "config.h"
#include "model_use.h"
#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum operation {
    NUMBER,
    OUTCOME,
    SUMMARY,
    PARAMETER,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    NEGATE,
    AT_TIME,
    RATE,
    MAX,
    MIN,
    TIME_OF_MAX,
    TIME_OF_MIN,
    INTEGRAL,
    FIRST,
    LAST
};

static const struct {
    const char *name;
    enum operation operation;
} functions[] = {
    {"max", MAX},   {"min", MIN},   {"time_of_max", TIME_OF_MAX}, {"time_of_min", TIME_OF_MIN}, {"integral", INTEGRAL}, {"first", FIRST},
    {"last", LAST}, {"rate", RATE}, {"parameter", PARAMETER}};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions, NAME = 64, DEPTH = 32 };

struct parser {
    const char *text, *at;
    const struct model *model;
    const char *const *runs;
    size_t run;  /* the one that is read off now */
    bool inside; /* a function of this run's time */
    int depth;
    struct expression *out;
    char *reason;
    size_t n;
    bool failed;
};

static int fail(struct parser *p, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int fail(struct parser *p, const char *at, const char *format, ...)
{
    if (!p->failed) {
        char what[256];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(what, sizeof what, format, arguments);
        va_end(arguments);
        snprintf(p->reason, p->n, "character %zu: %s", (size_t)(at - p->text) + 1, what);
    }
    p->failed = true;
    return -1;
}

static int node(struct parser *p, struct expression_node made)
{
    if (p->failed)
        return -1;
    if (p->out->nodes == EXPRESSION_NODES)
        return fail(p, p->at, "longer than %d terms", EXPRESSION_NODES);
    p->out->node[p->out->nodes] = made;
    return p->out->nodes++;
}

static void blanks(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static bool take(struct parser *p, char c)
{
    blanks(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

static bool need(struct parser *p, char c)
{
    if (!take(p, c) && !p->failed)
        fail(p, p->at, *p->at ? "'%c' wanted, found '%.20s'" : "'%c' wanted at the end", c, p->at);
    return !p->failed;
}

static bool name(struct parser *p, char out[NAME])
{
    size_t n = 0;
    blanks(p);
    while (isalnum((unsigned char)p->at[n]) || p->at[n] == '_')
        n++;
    if (n == 0 || n >= NAME)
        return false;
    memcpy(out, p->at, n);
    out[n] = '\0';
    p->at += n;
    return true;
}

/* "90 days" up to a comma or a bracket. */
static double days(struct parser *p)
{
    char quantity[NAME], reason[128];
    double value = NAN;
    blanks(p);
    const char *begin = p->at;
    size_t n = strspn(begin, "0123456789.eE");
    n += strspn(begin + n, " ");
    while (isalpha((unsigned char)begin[n]))
        n++;
    if (n >= NAME) {
        fail(p, begin, "'%.20s...' is no time", begin);
        return NAN;
    }
    memcpy(quantity, begin, n);
    quantity[n] = '\0';
    p->at = begin + n;
    if (!units_parse(quantity, "day", &value, reason, sizeof reason))
        fail(p, begin, "%s", reason);
    else if (value < 0)
        fail(p, begin, "'%s' is before the start", quantity);
    return value;
}

static int suggest(struct parser *p, const char *at, const char *what, const char *wanted, const char *const *names)
{
    const char *near = config_nearest(wanted, names);
    return fail(p, at, "'%s' is no %s%s%s%s", wanted, what, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int sum(struct parser *p);

/* A bare name: an outcome of the run, or a number of its summary. */
static int leaf(struct parser *p, const char *at, const char *wanted)
{
    const char *names[MODEL_MAX_SPECIES + 256 + SUMMARY_KEYS] = {NULL};
    const int outcome = model_outcome(p->model, wanted);
    size_t n = 0;
    if (outcome >= 0)
        return node(p, (struct expression_node){.operation = OUTCOME, .index = (size_t)outcome, .run = p->run, .series = true});
    for (size_t i = 0; i < p->model->n_outcomes && n < 256; i++)
        names[n++] = p->model->outcomes[i].name;
    for (int key = 0; key < SUMMARY_KEYS; key++) {
        if (summary_has(p->model, (enum summary_key)key) && strcmp(wanted, summary_rows[key].name) == 0)
            return node(p, (struct expression_node){.operation = SUMMARY, .index = (size_t)key, .run = p->run});
        names[n++] = summary_rows[key].name;
    }
    return suggest(p, at, "outcome", wanted, names);
}

static int parameter(struct parser *p)
{
    char wanted[NAME] = "";
    const char *at = p->at, *names[512] = {NULL};
    if (!name(p, wanted))
        return fail(p, p->at, "the name of a parameter wanted");
    const int index = model_param(p->model, wanted);
    for (size_t i = 0; i < p->model->n_params && i < 511; i++)
        names[i] = p->model->params[i].name;
    if (index < 0)
        return suggest(p, at, "parameter", wanted, names);
    return need(p, ')') ? node(p, (struct expression_node){.operation = PARAMETER, .index = (size_t)index, .run = p->run}) : -1;
}

/* NAME( was read. */
static int function(struct parser *p, const char *at, const char *wanted)
{
    const char *names[N_FUNCTIONS + 1] = {NULL};
    size_t f = 0;
    for (size_t i = 0; i < N_FUNCTIONS; i++)
        names[i] = functions[i].name;
    while (f < N_FUNCTIONS && strcmp(names[f], wanted) != 0)
        f++;
    if (f == N_FUNCTIONS)
        return suggest(p, at, "function", wanted, names);
    if (functions[f].operation == PARAMETER)
        return parameter(p);
    const bool outer = p->inside;
    p->inside = true;
    struct expression_node made = {.operation = (int)functions[f].operation,
                                   .left = sum(p),
                                   .right = -1,
                                   .run = p->run,
                                   .begin = -INFINITY,
                                   .end = INFINITY,
                                   .series = functions[f].operation == RATE};
    if (made.operation == FIRST || made.operation == LAST) {
        /* first(a < b): where b - a > 0 */
        const bool below = take(p, '<');
        if (!below && !take(p, '>'))
            return fail(p, p->at, "'%s' wants a comparison, such as %s(collagen_gain > 0.01)", wanted, wanted);
        const int other = sum(p);
        made.left = node(p, (struct expression_node){.operation = SUBTRACT,
                                                     .left = below ? other : made.left,
                                                     .right = below ? made.left : other,
                                                     .run = p->run,
                                                     .series = true});
        if (!p->failed && !p->out->node[p->out->node[made.left].left].series && !p->out->node[p->out->node[made.left].right].series)
            return fail(p, at, "'%s' wants an outcome, not two numbers", wanted);
    }
    p->inside = outer;
    if (p->failed)
        return -1;
    if (!p->out->node[made.left].series)
        return fail(p, at, "'%s' wants an outcome over time, not a number", wanted);
    if (take(p, ',')) {
        made.begin = days(p);
        if (!need(p, ','))
            return -1;
        made.end = days(p);
        if (!p->failed && !(made.begin < made.end))
            return fail(p, at, "the part of the time from %g to %g days is empty", made.begin, made.end);
    }
    return need(p, ')') ? node(p, made) : -1;
}

/* NAME: was read: the factor behind it belongs to another run. */
static int factor(struct parser *p);
static int elsewhere(struct parser *p, const char *at, const char *wanted)
{
    const size_t usual = p->run;
    size_t run = 0;
    if (p->inside)
        return fail(p, at, "another run within a function of this run's time; write %s:max(...)", wanted);
    while (p->runs[run] && strcmp(p->runs[run], wanted) != 0)
        run++;
    if (!p->runs[run])
        return suggest(p, at, "protocol", wanted, p->runs);
    p->run = run;
    const int made = factor(p);
    p->run = usual;
    return made;
}

static int factor(struct parser *p)
{
    char wanted[NAME] = "";
    int made;
    if (p->depth == DEPTH)
        return fail(p, p->at, "nested deeper than %d", DEPTH);
    p->depth++;
    const bool negative = take(p, '-');
    blanks(p);
    const char *at = p->at;
    if (negative) {
        made = factor(p);
        const bool series = made >= 0 && p->out->node[made].series;
        made = node(p, (struct expression_node){.operation = NEGATE, .left = made, .right = -1, .run = p->run, .series = series});
    } else if (take(p, '(')) {
        made = sum(p);
        need(p, ')');
    } else if (isdigit((unsigned char)*at) || *at == '.') {
        char *end;
        const double number = strtod(at, &end);
        p->at = end;
        made = isfinite(number)
                   ? node(p, (struct expression_node){.operation = NUMBER, .number = number, .left = -1, .right = -1, .run = p->run})
                   : fail(p, at, "no finite number");
    } else if (!name(p, wanted)) {
        made = fail(p, at, *at ? "an outcome, a number or '(' wanted, found '%.20s'" : "an outcome or a number wanted at the end%s", at);
    } else if (take(p, '(')) {
        made = function(p, at, wanted);
    } else if (take(p, ':')) {
        made = elsewhere(p, at, wanted);
    } else {
        made = leaf(p, at, wanted);
    }
    if (made >= 0 && take(p, '@')) {
        if (!p->out->node[made].series)
            return fail(p, at, "only an outcome has a value @ a time");
        const struct expression_node of = {
            .operation = AT_TIME, .left = made, .right = -1, .run = p->out->node[made].run, .number = days(p)};
        made = node(p, of);
    }
    p->depth--;
    return p->failed ? -1 : made;
}

static int binary(struct parser *p, enum operation operation, int left, int right)
{
    if (p->failed)
        return -1;
    const struct expression_node *a = &p->out->node[left], *b = &p->out->node[right];
    if (a->series && b->series && a->run != b->run)
        return fail(p, p->at, "outcomes of two runs over time do not combine; take a value of each first");
    return node(p, (struct expression_node){.operation = (int)operation,
                                            .left = left,
                                            .right = right,
                                            .run = a->series ? a->run : b->run,
                                            .series = a->series || b->series});
}

static int product(struct parser *p)
{
    int left = factor(p);
    while (!p->failed) {
        if (take(p, '*'))
            left = binary(p, MULTIPLY, left, factor(p));
        else if (take(p, '/'))
            left = binary(p, DIVIDE, left, factor(p));
        else
            break;
    }
    return left;
}

static int sum(struct parser *p)
{
    int left = product(p);
    while (!p->failed) {
        if (take(p, '+'))
            left = binary(p, ADD, left, product(p));
        else if (take(p, '-'))
            left = binary(p, SUBTRACT, left, product(p));
        else
            break;
    }
    return left;
}

bool expression_parse(const char *text, const struct model *model, const char *const *runs, size_t usual, struct expression *expression,
                      char *reason, size_t n)
{
    struct parser p = {.text = text, .at = text, .model = model, .runs = runs, .run = usual, .out = expression, .reason = reason, .n = n};
    expression->nodes = 0;
    expression->root = sum(&p);
    blanks(&p);
    if (!p.failed && *p.at)
        fail(&p, p.at, "nothing wanted after the expression, found '%.20s'", p.at);
    if (!p.failed && expression->node[expression->root].series)
        fail(&p, text, "an outcome over time is no number; say when (@90 days) or which (max(...))");
    return !p.failed;
}

bool expression_uses(const struct expression *expression, size_t run)
{
    for (int i = 0; i < expression->nodes; i++) {
        const int operation = expression->node[i].operation;
        if (expression->node[i].run == run && (operation == OUTCOME || operation == SUMMARY || operation == PARAMETER))
            return true;
    }
    return false;
}

/* ---- evaluation ---------------------------------------------------------------------------------------------------------------- */

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

static double reduce(const struct expression *e, const struct expression_node *x, const struct expression_run *runs)
{
    const struct series *s = runs[x->run].series;
    size_t low = 0, high = s->n;
    while (low < s->n && s->time[low] < x->begin)
        low++;
    while (high > low && s->time[high - 1] > x->end)
        high--;
    if (low >= high)
        return NAN;
    if (x->operation == FIRST || x->operation == LAST)
        return cross(e, x, runs, low, high - 1);
    const double sign = x->operation == MIN || x->operation == TIME_OF_MIN ? -1 : 1;
    double best = at_row(e, x->left, runs, low), when = s->time[low], area = 0, before = best;
    for (size_t row = low + 1; row < high; row++) {
        const double y = at_row(e, x->left, runs, row);
        area += 0.5 * (before + y) * (s->time[row] - s->time[row - 1]);
        before = y;
        if (sign * y > sign * best) {
            best = y;
            when = s->time[row];
        }
    }
    return x->operation == INTEGRAL ? area : x->operation == MAX || x->operation == MIN ? best : when;
}

static double at_time(const struct expression *e, const struct expression_node *x, const struct expression_run *runs)
{
    const struct series *s = runs[x->run].series;
    const double t = x->number;
    if (s->n == 0 || t < s->time[0] || t > s->time[s->n - 1])
        return NAN;
    size_t row = 1;
    while (row + 1 < s->n && s->time[row] < t)
        row++;
    if (row >= s->n || t == s->time[0])
        return at_row(e, x->left, runs, 0);
    if (t == s->time[row])
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
    return number(expression, expression->root, runs);
}
