#include "expression_internal.h"

#include "config.h"
#include "model_use.h"
#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum operation operation;
    bool part; /* of the time may be given */
} functions[] = {{"final", FINAL, false},
                 {"max", MAX, true},
                 {"min", MIN, true},
                 {"mean", MEAN, true},
                 {"integral", INTEGRAL, true},
                 {"time_of_max", TIME_OF_MAX, true},
                 {"time_of_min", TIME_OF_MIN, true},
                 {"time_to", TIME_TO, true},
                 {"first", FIRST, true},
                 {"last", LAST, true},
                 {"rate", RATE, false},
                 {"parameter", PARAMETER, false}};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions, NAME = 64, NAMES = 1024, DEPTH = 32 };

struct parser {
    const char *text, *at;
    const struct model *model;
    const char *const *runs; /* NULL: about one run */
    size_t run;              /* the one that is read off now */
    bool inside;             /* a function of this run's time */
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

/* A number with a unit of `length` characters from here on. */
static double quantity(struct parser *p, size_t length, const char *unit)
{
    char text[NAME], reason[128];
    double value = NAN;
    const char *begin = p->at;
    while (length > 0 && isspace((unsigned char)begin[length - 1]))
        length--;
    if (length >= NAME) {
        fail(p, begin, "'%.20s...' is no quantity", begin);
        return NAN;
    }
    memcpy(text, begin, length);
    text[length] = '\0';
    p->at = begin + length;
    if (!units_parse(text, unit, &value, reason, sizeof reason))
        fail(p, begin, "%s", reason);
    return value;
}

/* "90 days", whatever stands behind it. */
static double days(struct parser *p)
{
    blanks(p);
    const char *begin = p->at;
    size_t n = begin[0] == '-';
    n += strspn(begin + n, "0123456789.eE");
    n += strspn(begin + n, " ");
    while (isalpha((unsigned char)begin[n]))
        n++;
    const double value = quantity(p, n, "day");
    if (value < 0)
        fail(p, begin, "'%.*s' is before the start", (int)n, begin);
    return value;
}

static int suggest(struct parser *p, const char *at, const char *what, const char *wanted, const char *const *names)
{
    struct config_hint hint;
    return fail(p, at, "'%s' is no %s%s", wanted, what, config_hint(&hint, wanted, names, ""));
}

static int sum(struct parser *p);
static int binary(struct parser *p, enum operation operation, int left, int right);

/* A bare name: an outcome of the run, or a number of its summary. */
static int leaf(struct parser *p, const char *at, const char *wanted)
{
    const char *names[NAMES + SUMMARY_KEYS + 1] = {NULL};
    const int outcome = model_outcome(p->model, wanted);
    size_t n = 0;
    if (outcome >= 0)
        return node(p, (struct expression_node){
                           .operation = OUTCOME, .left = -1, .right = -1, .index = (size_t)outcome, .run = p->run, .series = true});
    for (size_t i = 0; i < p->model->n_outcomes && n < NAMES; i++)
        names[n++] = p->model->outcomes[i].name;
    for (int key = 0; key < SUMMARY_KEYS; key++) {
        if (!summary_has(p->model, (enum summary_key)key))
            continue;
        if (strcmp(wanted, summary_rows[key].name) == 0)
            return node(p, (struct expression_node){.operation = SUMMARY, .left = -1, .right = -1, .index = (size_t)key, .run = p->run});
        names[n++] = summary_rows[key].name;
    }
    return suggest(p, at, "outcome", wanted, names);
}

static int parameter(struct parser *p)
{
    char wanted[NAME] = "";
    const char *at = p->at, *names[NAMES + 1] = {NULL};
    if (!p->runs)
        return fail(p, at, "parameters are known in a calibration only");
    if (!name(p, wanted))
        return fail(p, p->at, "the name of a parameter wanted");
    const int index = model_param(p->model, wanted);
    for (size_t i = 0; i < p->model->n_params && i < NAMES; i++)
        names[i] = p->model->params[i].name;
    if (index < 0)
        return suggest(p, at, "parameter", wanted, names);
    return need(p, ')')
               ? node(p, (struct expression_node){.operation = PARAMETER, .left = -1, .right = -1, .index = (size_t)index, .run = p->run})
               : -1;
}

/* first(left < right): the node of what is looked for where it is above 0. */
static int comparison(struct parser *p, const char *at, const char *wanted, int left)
{
    const bool below = take(p, '<');
    if (!below && !take(p, '>'))
        return fail(p, p->at, "'%s' wants a comparison, such as %s(collagen_gain > 0.01)", wanted, wanted);
    const int right = sum(p);
    if (p->failed)
        return -1;
    if (!p->out->node[left].series && !p->out->node[right].series)
        return fail(p, at, "'%s' wants an outcome, not two numbers", wanted);
    return binary(p, SUBTRACT, below ? right : left, below ? left : right);
}

/* time_to(left, LEVEL) */
static double level(struct parser *p, const char *wanted, int left)
{
    char unit[EXPRESSION_UNIT];
    if (!take(p, ',')) {
        fail(p, p->at, "'%s' wants a value, such as %s(collagen_gain, 5 %%)", wanted, wanted);
        return NAN;
    }
    blanks(p);
    expression_node_unit(p->out, left, unit);
    return quantity(p, strcspn(p->at, ",)"), unit);
}

static void part(struct parser *p, const char *at, struct expression_node *made)
{
    made->begin = days(p);
    if (!need(p, ','))
        return;
    made->end = days(p);
    if (!p->failed && !(made->begin < made->end))
        fail(p, at, "the part of the time from %g to %g days is empty", made->begin, made->end);
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
    const enum operation operation = functions[f].operation;
    if (operation == PARAMETER)
        return parameter(p);
    const bool outer = p->inside;
    p->inside = true;
    int left = sum(p);
    if (!p->failed && (operation == FIRST || operation == LAST))
        left = comparison(p, at, wanted, left);
    p->inside = outer;
    if (p->failed)
        return -1;
    if (!p->out->node[left].series)
        return fail(p, at, "'%s' wants an outcome over time, not a number", wanted);
    struct expression_node made = {.operation = (int)operation,
                                   .left = left,
                                   .right = -1,
                                   .run = p->run,
                                   .number = operation == TIME_TO ? level(p, wanted, left) : NAN,
                                   .begin = -INFINITY,
                                   .end = INFINITY,
                                   .series = operation == RATE};
    if (!p->failed && functions[f].part && take(p, ','))
        part(p, at, &made);
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
    if (!p->runs)
        return fail(p, at, "there is only one run here, and '%s' is not known", wanted);
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
    *expression = (struct expression){.text = text, .model = model};
    expression->root = sum(&p);
    blanks(&p);
    if (!p.failed && *p.at)
        fail(&p, p.at, "nothing wanted after the expression, found '%.20s'", p.at);
    if (!p.failed && !runs && expression->node[expression->root].series)
        expression->root =
            node(&p, (struct expression_node){
                         .operation = FINAL, .left = expression->root, .right = -1, .run = usual, .begin = -INFINITY, .end = INFINITY});
    if (!p.failed && expression->node[expression->root].series)
        fail(&p, text, "an outcome over time is no number; say when (@90 days) or which (max(...))");
    return !p.failed;
}
