/* The factors of a sweep: what `vary` says of every key, and where a coordinate in [0, 1] leads. */
#include "sweep_spec_internal.h"

#include "csv.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 512 };

static bool is_number(const struct config_setting *s)
{
    return s->type == CONFIG_NUMBER || s->type == CONFIG_INTEGER || s->type == CONFIG_NUMBER_LIST;
}

/* ---- listed values ----------------------------------------------------------------------------------------------------------------- */

static bool read_number(struct sweep_spec *spec, const struct config_setting *s, const struct config_node *node, double *value)
{
    long whole = 0;
    if (s->type != CONFIG_INTEGER)
        return config_document_number(spec->document, node, s->name, s->unit, s->lo, s->hi, value);
    if (!config_document_integer(spec->document, node, s->name, s->lo, s->hi, &whole))
        return false;
    *value = (double)whole;
    return true;
}

/* A list of names, as YAML. */
static bool read_names(struct sweep_spec *spec, const struct config_setting *s, const struct config_node *node, char text[TEXT])
{
    size_t n = 0, used = 1;
    if (!config_document_list(spec->document, node, s->name, 0, 20, &n))
        return false;
    strcpy(text, "[");
    for (const struct config_node *name = node->child; name; name = name->next) {
        const char *word;
        if (!config_document_text(spec->document, name, s->name, &word))
            return false;
        used += (size_t)snprintf(text + used, TEXT - used, "%s%s", word, name->next ? ", " : "");
        if (used + 2 > TEXT) {
            config_document_error(spec->document, node, s->name, "is too long");
            return false;
        }
    }
    strcpy(text + used, "]");
    return true;
}

static bool read_text(struct sweep_spec *spec, const struct config_setting *s, const struct config_node *node, char text[TEXT])
{
    bool flag;
    size_t index;
    const char *word = node->text;
    if (s->type == CONFIG_NAME_LIST)
        return read_names(spec, s, node, text);
    if (s->type == CONFIG_BOOLEAN ? !config_document_boolean(spec->document, node, s->name, &flag)
        : s->choices              ? !config_document_choice(spec->document, node, s->name, s->choices, &index)
                                  : !config_document_text(spec->document, node, s->name, &word))
        return false;
    if (strlen(word) < TEXT && !strpbrk(word, ":#{}[],&*!|>'\"%@`")) {
        strcpy(text, word);
        return true;
    }
    config_document_error(spec->document, node, s->name, "a plain name is needed");
    return false;
}

/* One more listed value. */
static void add_value(struct sweep_spec *spec, struct sweep_factor *f, const struct config_node *node)
{
    char text[TEXT];
    double value = NAN;
    if (is_number(&f->setting)) {
        if (!read_number(spec, &f->setting, node, &value))
            return;
        double *numbers = sweep_spec_grow(f->numbers, f->n, sizeof *numbers);
        if (!numbers)
            return;
        numbers[f->n++] = value;
        f->numbers = numbers;
        f->low = f->n == 1 ? value : fmin(f->low, value);
        f->high = f->n == 1 ? value : fmax(f->high, value);
    } else if (read_text(spec, &f->setting, node, text)) {
        const char **texts = sweep_spec_grow(f->texts, f->n, sizeof *texts);
        char *copy = malloc(strlen(text) + 1);
        f->texts = texts ? texts : f->texts;
        if (texts && copy)
            texts[f->n++] = strcpy(copy, text);
        else if (!copy)
            status_no_memory("the specification", strlen(text) + 1);
        if (!texts)
            free(copy);
    }
}

static void read_values(struct sweep_spec *spec, struct sweep_factor *f, const struct config_node *list)
{
    size_t n;
    if (!config_document_list(spec->document, list, f->setting.name, 1, 1000, &n))
        return;
    f->scale = SWEEP_SCALE_LIST;
    for (const struct config_node *value = list->child; value; value = value->next)
        add_value(spec, f, value);
}

/* ---- ranges ------------------------------------------------------------------------------------------------------------------------ */

double sweep_factor_number(const struct sweep_factor *f, double u)
{
    if (f->n)
        return f->numbers ? f->numbers[sweep_factor_index(f, u)] : NAN;
    if (f->setting.type == CONFIG_INTEGER)
        return fmin(f->high, f->low + floor(u * (f->high - f->low + 1.0)));
    if (f->scale == SWEEP_SCALE_LOG)
        return fmin(f->high, fmax(f->low, exp(log(f->low) + u * (log(f->high) - log(f->low)))));
    return f->low + u * (f->high - f->low);
}

size_t sweep_factor_index(const struct sweep_factor *f, double u)
{
    const double i = floor(u * (double)f->n);
    return i < 0.0 ? 0 : i >= (double)f->n ? f->n - 1 : (size_t)i;
}

void sweep_factor_set(const struct sweep_factor *f, double u, char *text, size_t n)
{
    char quantity[80];
    if (f->texts) {
        snprintf(text, n, "%s=%s", f->setting.name, f->texts[sweep_factor_index(f, u)]);
        return;
    }
    units_format(sweep_factor_number(f, u), f->setting.unit, quantity, sizeof quantity);
    snprintf(text, n, "%s=%s", f->setting.name, quantity);
}

/* {from, to, steps}: the values, equally spaced on the factor's scale. */
static void list_steps(struct sweep_factor *f, size_t steps)
{
    double *numbers = calloc(steps, sizeof *numbers);
    if (!numbers) {
        status_no_memory("the values of a factor", steps * sizeof *numbers);
        return;
    }
    for (size_t i = 0; i < steps; i++) {
        const double share = steps > 1 ? (double)i / (double)(steps - 1) : 0.0;
        numbers[i] =
            f->scale == SWEEP_SCALE_LOG ? exp(log(f->low) + share * (log(f->high) - log(f->low))) : f->low + share * (f->high - f->low);
        if (f->setting.type == CONFIG_INTEGER)
            numbers[i] = round(numbers[i]);
    }
    numbers[0] = f->low;
    numbers[steps - 1] = f->high;
    f->numbers = numbers;
    f->n = steps;
}

static void read_range(struct sweep_spec *spec, struct sweep_factor *f, const struct config_node *range)
{
    static const char *const keys[] = {"from", "to", "steps", "scale", NULL}, *const scales[] = {"linear", "log", NULL};
    const struct config_setting *s = &f->setting;
    if (!config_document_mapping(spec->document, range, s->name, keys))
        return;
    const struct config_node *from = config_document_need(spec->document, range, s->name, "from"),
                             *to = config_document_need(spec->document, range, s->name, "to"),
                             *steps = config_document_find(range, "steps"), *scale = config_document_find(range, "scale");
    size_t index = 0;
    long n = 0;
    bool good = from && to && is_number(s);
    if (!is_number(s))
        config_document_error(spec->document, range, s->name, "is no number; list its values");
    good = good && read_number(spec, s, from, &f->low);
    good = good && read_number(spec, s, to, &f->high);
    good = (!scale || config_document_choice(spec->document, scale, s->name, scales, &index)) && good;
    good = (!steps || config_document_integer(spec->document, steps, s->name, 2.0, 1e6, &n)) && good;
    if (good && f->high <= f->low)
        config_document_error(spec->document, to, s->name, "`to` must be above `from`");
    else if (good && index == SWEEP_SCALE_LOG && f->low <= 0.0)
        config_document_error(spec->document, from, s->name, "a logarithmic scale begins above 0");
    else if (good && !steps && spec->design <= SWEEP_LIST)
        config_document_error(spec->document, range, s->name, "needs `steps` in a %s", sweep_design_names[spec->design]);
    else if (good && s->type == CONFIG_INTEGER && (double)n > f->high - f->low + 1.0)
        config_document_error(spec->document, steps, s->name, "%ld steps, but there are %.0f whole numbers", n, f->high - f->low + 1.0);
    f->scale = (enum sweep_scale)index;
    if (good && n)
        list_steps(f, (size_t)n);
}

/* ---- the entries of `vary` --------------------------------------------------------------------------------------------------------- */

static struct sweep_factor *add_factor(struct sweep_spec *spec, const struct config_node *at, const char *name)
{
    struct config_setting setting;
    if (!config_document_setting(spec->document, at, name, plan_vocabulary(), spec->model->name, &setting))
        return NULL;
    const char *wrong = NULL;
    if (setting.key == CONFIG_MODEL)
        wrong = "models have different parameters and outcomes: plan a sweep for each";
    else if (setting.key == CONFIG_TREATMENT_SEED && spec->replicates > 1)
        wrong = "the seed is what replicates vary";
    for (size_t i = 0; i < spec->n_factors; i++)
        if (strcmp(spec->factors[i].setting.name, name) == 0)
            wrong = "is varied twice";
    if (wrong) {
        config_document_error(spec->document, at, name, "%s", wrong);
        return NULL;
    }
    struct sweep_factor *larger = sweep_spec_grow(spec->factors, spec->n_factors, sizeof *larger);
    if (!larger)
        return NULL;
    spec->factors = larger;
    larger[spec->n_factors] = (struct sweep_factor){.setting = setting, .dimension = spec->n_dimensions, .low = NAN, .high = NAN};
    return &larger[spec->n_factors++];
}

static void read_factor(struct sweep_spec *spec, const struct config_node *entry)
{
    struct sweep_factor *factor = add_factor(spec, entry->key, entry->key->text);
    if (factor && entry->kind == CONFIG_MAPPING)
        read_range(spec, factor, entry);
    else if (factor)
        read_values(spec, factor, entry);
}

static void add_dimension(struct sweep_spec *spec, const char *name)
{
    char **larger = sweep_spec_grow(spec->dimensions, spec->n_dimensions, sizeof *larger), *copy = malloc(strlen(name) + 1);
    spec->dimensions = larger ? larger : spec->dimensions;
    if (!larger || !copy) {
        if (!copy)
            status_no_memory("the specification", strlen(name) + 1);
        free(copy);
        return;
    }
    larger[spec->n_dimensions++] = strcpy(copy, name);
}

/* Keys that move together: NAME: {link: {KEY: ..., KEY: ...}}. */
static void read_link(struct sweep_spec *spec, const struct config_node *entry, const struct config_node *link)
{
    static const char *const keys[] = {"link", NULL};
    const size_t first = spec->n_factors;
    if (!config_document_mapping(spec->document, entry, entry->key->text, keys) ||
        !config_document_mapping(spec->document, link, entry->key->text, NULL))
        return;
    for (const struct config_node *one = link->child; one; one = one->next)
        read_factor(spec, one);
    for (size_t i = first; i < spec->n_factors; i++)
        if (spec->factors[i].n != spec->factors[first].n)
            config_document_error(spec->document, entry->key, entry->key->text, "linked keys need as many values each; %s has %zu, %s %zu",
                                  spec->factors[first].setting.name, spec->factors[first].n, spec->factors[i].setting.name,
                                  spec->factors[i].n);
}

void sweep_spec_read_factors(struct sweep_spec *spec, const struct config_node *vary)
{
    if (!config_document_mapping(spec->document, vary, "vary", NULL))
        return;
    for (const struct config_node *entry = vary->child; entry; entry = entry->next) {
        const struct config_node *link = config_document_find(entry, "link");
        if (link)
            read_link(spec, entry, link);
        else
            read_factor(spec, entry);
        add_dimension(spec, entry->key->text);
    }
    for (size_t i = 1; i < spec->n_factors && spec->design == SWEEP_LIST; i++)
        if (spec->factors[i].n != spec->factors[0].n)
            config_document_error(spec->document, vary->key, "vary", "a list needs as many values of every key; %s has %zu, %s %zu",
                                  spec->factors[0].setting.name, spec->factors[0].n, spec->factors[i].setting.name, spec->factors[i].n);
}

/* A column of the file is a factor; its cells are checked like values in YAML, at FILE:LINE. */
static void read_column(struct sweep_spec *spec, const struct config_node *list, const char *path, const struct csv *csv, size_t column)
{
    struct config_node at = *list;
    char text[TEXT];
    at.file = path;
    at.line = 1;
    at.column = column + 1;
    struct sweep_factor *factor = add_factor(spec, &at, csv->names[column]);
    if (!factor)
        return;
    factor->scale = SWEEP_SCALE_LIST;
    for (size_t row = 0; row < csv->rows; row++) {
        const char *cell = csv_cell(csv, row, column);
        const bool bare = is_number(&factor->setting) && *csv->units[column] && !strchr(cell, ' ');
        snprintf(text, sizeof text, "%s%s%s", cell, bare ? " " : "", bare ? csv->units[column] : "");
        struct config_node node = {
            .kind = CONFIG_SCALAR, .plain = true, .file = path, .line = csv->lines[row], .column = column + 1, .text = text};
        add_value(spec, factor, &node);
    }
}

void sweep_spec_read_list(struct sweep_spec *spec, const struct config_node *list)
{
    const char *text;
    struct csv csv;
    if (spec->design != SWEEP_LIST)
        config_document_error(spec->document, list->key, "list", "a file of points is of the design `list`");
    char *path = config_document_text(spec->document, list, "list", &text) ? sweep_spec_find(list) : NULL;
    if (!path)
        return;
    if (csv_read(path, &csv) != OK) {
        config_document_error(spec->document, list, "list", "cannot be used");
        free(path);
        return;
    }
    if (csv.rows == 0)
        config_document_error(spec->document, list, "list", "%s holds no points", path);
    for (size_t column = 0; column < csv.columns && csv.rows > 0; column++) {
        const size_t before = spec->n_factors;
        read_column(spec, list, path, &csv, column);
        if (spec->n_factors > before)
            add_dimension(spec, spec->factors[before].setting.name);
    }
    csv_destroy(&csv);
    free(path);
}
