/* One node -> one checked value, by the type of its row. */
#include "config_internal.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void config_join(char *path, const char *section, const char *name)
{
    struct config_clip clip;
    snprintf(path, CONFIG_PATH_MAX, "%s%s%s", section, *section ? "." : "", config_clip(&clip, name));
}

const char *config_kind_name(const struct config_node *node)
{
    return node->kind == CONFIG_LIST ? "a list" : node->kind == CONFIG_MAPPING ? "a mapping" : "a single value";
}

static bool check_scalar(struct config_reader *reader, const struct config_node *node, const char *path)
{
    if (node->kind == CONFIG_BROKEN)
        return false;
    if (config_is_null(node))
        config_error(reader, node, path, "has no value");
    else if (node->kind != CONFIG_SCALAR)
        config_error(reader, node, path, "needs a single value, not %s", config_kind_name(node));
    else
        return true;
    return false;
}

bool config_check_mapping(struct config_reader *reader, const struct config_node *node, const char *path)
{
    if (config_is_null(node))
        config_error(reader, node, path, "has nothing in it; write settings below it or leave it out");
    else if (node->kind == CONFIG_SCALAR || node->kind == CONFIG_LIST)
        config_error(reader, node, path, "needs settings below it (a mapping), not %s", config_kind_name(node));
    return node->kind == CONFIG_MAPPING;
}

/* Limits are closed; what a unit conversion rounds beyond one counts as the limit. */
static bool in_range(double *value, double lo, double hi)
{
    const double slack = 1e-12;
    if (*value < lo - slack * fabs(lo) || *value > hi + slack * fabs(hi))
        return false;
    *value = fmin(fmax(*value, lo), hi);
    return true;
}

/* What follows the number in a quantity that units_parse accepts. */
static const char *unit_of(const char *quantity)
{
    const char *c = quantity + strspn(quantity, "+-.0123456789");
    if ((*c == 'e' || *c == 'E') && strspn(c + 1, "+-0123456789") > 0)
        c += 1 + strspn(c + 1, "+-0123456789");
    return c + strspn(c, " ");
}

static void out_of_range(struct config_reader *reader, const struct config_node *node, const char *path, double value, double lo, double hi,
                         const char *unit)
{
    struct config_clip clip;
    char range[128], note[80] = "", rounded[40];
    config_range(lo, hi, unit, range, sizeof range);
    if (!strstr(range, unit_of(node->text))) { /* the value in the unit of the range */
        snprintf(rounded, sizeof rounded, "%.6g", value);
        snprintf(note, sizeof note, " (%s%s%s)", rounded, strcmp(unit, "1") == 0 ? "" : " ", strcmp(unit, "1") == 0 ? "" : unit);
    }
    config_error(reader, node, path, "%s%s is outside %s", config_clip(&clip, node->text), note, range);
}

bool config_check_number(struct config_reader *reader, const struct config_node *node, const char *path, const char *unit, double lo,
                         double hi, double *value)
{
    char reason[CONFIG_REASON_MAX];
    double number;
    if (!check_scalar(reader, node, path))
        return false;
    if (!units_parse(node->text, unit, &number, reason, sizeof reason)) {
        config_error(reader, node, path, "%s", reason);
        return false;
    }
    double limited = number;
    if (!in_range(&limited, lo, hi)) {
        out_of_range(reader, node, path, number, lo, hi, unit);
        return false;
    }
    *value = limited;
    return true;
}

bool config_check_integer(struct config_reader *reader, const struct config_node *node, const char *path, const struct config_row *row,
                          double *value)
{
    struct config_clip clip;
    if (!check_scalar(reader, node, path))
        return false;
    const char *text = node->text, *digits = text + (text[0] == '+' || text[0] == '-');
    const char *wrong = NULL;
    if (!node->plain)
        wrong = "is text in quotes; write a whole number without";
    else if (!*digits || digits[strspn(digits, "0123456789")])
        wrong = "is not a whole number";
    else if (digits[0] == '0' && digits[1])
        wrong = "has a leading zero";
    if (wrong) {
        config_error(reader, node, path, "'%s' %s", config_clip(&clip, text), wrong);
        return false;
    }
    double number = strtod(text, NULL);
    if (!in_range(&number, row->lo, row->hi)) {
        out_of_range(reader, node, path, number, row->lo, row->hi, "1");
        return false;
    }
    *value = number;
    return true;
}

bool config_check_boolean(struct config_reader *reader, const struct config_node *node, const char *path, double *value)
{
    struct config_clip clip;
    if (!check_scalar(reader, node, path))
        return false;
    bool yes = strcmp(node->text, "true") == 0, no = strcmp(node->text, "false") == 0;
    if (!node->plain || (!yes && !no)) {
        config_error(reader, node, path, "'%s' is neither true nor false%s", config_clip(&clip, node->text),
                     node->plain ? "" : " but text in quotes");
        return false;
    }
    *value = yes;
    return true;
}

bool config_check_name(struct config_reader *reader, const struct config_node *node, const char *path, const char *const *names)
{
    struct config_clip clip;
    char hint[256];
    if (!check_scalar(reader, node, path))
        return false;
    for (size_t i = 0; names && names[i]; i++)
        if (strcmp(node->text, names[i]) == 0)
            return true;
    if (!names)
        return true;
    config_suggest(node->text, names, hint, sizeof hint);
    config_error(reader, node, path, "'%s' is unknown%s", config_clip(&clip, node->text), hint);
    return false;
}

bool config_check_text(struct config_reader *reader, const struct config_node *node, const char *path)
{
    const size_t most = 1000;
    if (!check_scalar(reader, node, path))
        return false;
    if (strlen(node->text) <= most)
        return true;
    config_error(reader, node, path, "a text of %zu bytes; at most %zu are kept", strlen(node->text), most);
    return false;
}

const char *const *config_choices(const struct config_reader *reader, enum config_key key)
{
    switch (key) {
    case CONFIG_MODEL:
        return reader->vocabulary->models;
    case CONFIG_SKIN_SITE:
        return reader->vocabulary->sites;
    case CONFIG_SKIN_CONDITIONS:
        return reader->vocabulary->conditions;
    case CONFIG_TREATMENT_DEVICE:
        return (const char *const *)reader->devices;
    default:
        return config_rows[key].choices;
    }
}

static size_t count(const struct config_node *list)
{
    size_t n = 0;
    for (const struct config_node *child = list->child; child; child = child->next)
        n++;
    return n;
}

bool config_model_is_file(const char *word)
{
    const size_t n = strlen(word);
    return strchr(word, '/') || (n > 3 && strcmp(word + n - 3, ".so") == 0);
}

/* Of the models of plug-ins only the one that counts is loaded (config_check.c); another file was overridden. */
static bool check_model(struct config_reader *reader, const struct config_node *node, const char *path, struct config_value *value)
{
    const bool counts = node == reader->model_at;
    value->text = counts ? reader->model : node->text;
    if (counts)
        return value->text != NULL;
    if (node->kind == CONFIG_SCALAR && reader->vocabulary->other_model && config_model_is_file(node->text))
        return true;
    return config_check_name(reader, node, path, reader->vocabulary->models);
}

/* A list of numbers, or one number without brackets. */
static bool number_list(struct config_reader *reader, const struct config_node *node, enum config_key key, struct config_value *value)
{
    const struct config_row *row = &config_rows[key];
    bool single = node->kind != CONFIG_LIST, good = true;
    size_t n = single ? 1 : count(node), i = 0;
    double *numbers = config_allocate(reader, (n + 1) * sizeof *numbers);
    if (!numbers || (single && !check_scalar(reader, node, row->path)))
        return false;
    if (key == CONFIG_DOMAIN_SPACING && (n < 1 || n > 3)) {
        config_error(reader, node, row->path, "a list of %zu lengths; one, two or three are needed", n);
        return false;
    }
    for (const struct config_node *child = single ? node : node->child; i < n; child = child->next, i++) {
        if (!config_check_number(reader, child, row->path, row->unit, row->lo, row->hi, &numbers[i])) {
            good = false;
        } else if (good && key == CONFIG_OUTPUT_SNAPSHOTS && i > 0 && numbers[i] <= numbers[i - 1]) {
            struct config_clip clip;
            config_error(reader, child, row->path, "'%s' is not later than the time before it", config_clip(&clip, child->text));
            good = false;
        }
    }
    value->numbers = numbers;
    value->n = n;
    return good;
}

static bool name_list(struct config_reader *reader, const struct config_node *node, enum config_key key, struct config_value *value)
{
    const char *path = config_rows[key].path;
    bool good = true;
    if (node->kind == CONFIG_BROKEN)
        return false;
    if (node->kind != CONFIG_LIST) {
        config_error(reader, node, path, "needs a list, such as [one, two] or []");
        return false;
    }
    size_t n = count(node), i = 0;
    const char **names = config_allocate(reader, (n + 1) * sizeof *names);
    if (!names)
        return false;
    for (const struct config_node *child = node->child; child; child = child->next) {
        bool known = config_check_name(reader, child, path, config_choices(reader, key));
        for (size_t j = 0; known && j < i; j++) {
            if (strcmp(names[j], child->text) != 0)
                continue;
            config_error(reader, child, path, "'%s' is listed twice", child->text);
            known = false;
        }
        good = good && known;
        if (known)
            names[i++] = child->text;
    }
    value->names = names;
    value->n = i;
    return good;
}

static bool check_typed(struct config_reader *reader, const struct config_node *node, enum config_key key, struct config_value *value)
{
    const struct config_row *row = &config_rows[key];
    switch (row->type) {
    case CONFIG_NUMBER:
        return config_check_number(reader, node, row->path, row->unit, row->lo, row->hi, &value->number);
    case CONFIG_INTEGER:
        return config_check_integer(reader, node, row->path, row, &value->number);
    case CONFIG_BOOLEAN:
        return config_check_boolean(reader, node, row->path, &value->number);
    case CONFIG_CHOICE:
        if (key == CONFIG_MODEL)
            return check_model(reader, node, row->path, value);
        value->text = node->text;
        return config_check_name(reader, node, row->path, config_choices(reader, key));
    case CONFIG_TEXT_VALUE:
        value->text = node->text;
        return config_check_text(reader, node, row->path);
    case CONFIG_NUMBER_LIST:
        return number_list(reader, node, key, value);
    case CONFIG_NAME_LIST:
        return name_list(reader, node, key, value);
    }
    return false;
}

void config_check_value(struct config_reader *reader, const struct config_node *node, enum config_key key, bool given)
{
    struct config_value *value = &reader->config->values[key], checked = {.has = true, .at = given ? node : NULL};
    if (check_typed(reader, node, key, &checked))
        *value = checked;
    else
        value->at = node; /* given, if wrongly: not missing */
}
