#define _POSIX_C_SOURCE 200809L
/* Reading what to fit: the specification, its protocols and its tables of observations, with every error at once. */
#include "calibrate_internal.h"

#include "config_document.h"
#include "model_use.h"
#include "plugin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 1024, WORDS = 64 };

/* folder of `beside` + name, or the name itself when it is absolute */
static void place(char out[PATH], const char *beside, const char *name)
{
    const char *slash = strrchr(beside, '/');
    const int folder = name[0] == '/' || !slash ? 0 : (int)(slash - beside) + 1;
    snprintf(out, PATH, "%.*s%s", folder, beside, name);
}

/* Reads the configurations, overlays and settings of "a.yaml; b.yaml; treatment.sessions=2" and plans the run. */
static enum status plan_protocol(const struct calibrate_spec *spec, const char *beside, char *text, struct calibrate_protocol *protocol)
{
    char paths[WORDS][PATH], tolerance[64], model[PATH + 8] = "model=";
    const char *files[WORDS], *sets[WORDS + 1];
    size_t n_files = 0, n_sets = 0;
    snprintf(tolerance, sizeof tolerance, "run.tolerance=%g", spec->tolerance);
    sets[n_sets++] = tolerance;
    for (char *word = text, *next; word; word = next) {
        next = strchr(word, ';');
        if (next)
            *next++ = '\0';
        while (*word == ' ')
            word++;
        for (size_t n = strlen(word); n > 0 && word[n - 1] == ' '; n--)
            word[n - 1] = '\0';
        if (!*word)
            continue;
        if (n_files == WORDS || n_sets == WORDS)
            return status_fail(ERR_CONFIG, "more than %d words", WORDS);
        if (strncmp(word, model, 6) == 0 && config_model_is_file(word + 6)) {
            place(model + 6, beside, word + 6);
            sets[n_sets++] = model;
        } else if (strchr(word, '=')) {
            sets[n_sets++] = word;
        } else {
            place(paths[n_files], beside, word);
            files[n_files] = paths[n_files];
            n_files++;
        }
    }
    if (n_files == 0)
        return status_fail(ERR_CONFIG, "names no configuration; write FILE; KEY=VALUE; ...");
    enum status status = config_read(files, n_files, sets, n_sets, plugin_vocabulary(), &protocol->config);
    return status == OK ? plan_create(protocol->config, 1, &protocol->plan) : status;
}

/* Errors within a protocol are told with their own place; one more says where it was asked for. */
static void read_protocols(struct calibrate_spec *spec, struct config_document *document, const struct config_node *node, const char *file)
{
    if (!config_document_mapping(document, node, "protocols", NULL))
        return;
    for (const struct config_node *entry = node->child; entry; entry = entry->next) {
        const char *text;
        char path[256];
        snprintf(path, sizeof path, "protocols.%.200s", entry->key->text ? entry->key->text : "");
        if (!config_document_text(document, entry, path, &text))
            continue;
        if (strspn(entry->key->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(entry->key->text) ||
            strlen(entry->key->text) > 60) {
            config_document_error(document, entry->key, path, "a name of at most 60 letters, digits and _ is needed");
            continue;
        }
        if (spec->n_protocols == CALIBRATE_PROTOCOLS) {
            config_document_error(document, entry->key, path, "more than %d protocols", CALIBRATE_PROTOCOLS);
            return;
        }
        struct calibrate_protocol *protocol = &spec->protocols[spec->n_protocols];
        char *words = strdup(text);
        protocol->name = strdup(entry->key->text);
        if (!words || !protocol->name) {
            free(words);
            free(protocol->name);
            config_document_error(document, entry, path, "out of memory");
            return;
        }
        spec->names[spec->n_protocols++] = protocol->name;
        const size_t errors = status_count();
        if (plan_protocol(spec, file, words, protocol) != OK)
            config_document_error(document, entry, path, "cannot be used (see above)");
        else if (errors == 0)
            status_clear(); /* warnings about grids are for those who run them */
        free(words);
        const struct model *model = protocol->plan.model;
        if (model && !spec->model)
            spec->model = model;
        else if (model && model != spec->model)
            config_document_error(document, entry, path, "is of the model %s, but all must be of %s", model->name, spec->model->name);
    }
}

static double cell_number(const struct calibrate_spec *spec, size_t table, size_t row, int column, double otherwise, bool *good)
{
    const struct csv *csv = &spec->tables[table];
    const char *text = column < 0 ? "" : csv_cell(csv, row, (size_t)column);
    if (!*text)
        return otherwise;
    char *end;
    const double value = strtod(text, &end);
    if (*end || !isfinite(value) || strpbrk(text, "xX")) {
        status_fail(ERR_CONFIG, "%s:%zu: %s: '%.40s' is no number", spec->files[table], csv->lines[row], csv->names[column], text);
        *good = false;
    }
    return value;
}

static int find_column(const struct csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->names[i], name) == 0)
            return (int)i;
    return -1;
}

static size_t find_protocol(const struct calibrate_spec *spec, const char *name)
{
    size_t i = 0;
    while (i < spec->n_protocols && strcmp(spec->protocols[i].name, name) != 0)
        i++;
    return i;
}

enum { ROW, OBSERVABLE, PROTOCOL, EXPRESSION, VALUE, TOLERANCE, LOW, HIGH, GRADE, SOURCE, COLUMNS };
static const char *const columns[COLUMNS + 1] = {"row", "observable", "protocol", "expression", "value", "tolerance",
                                                 "low", "high",       "grade",    "source",     NULL};

static bool read_observation(struct calibrate_spec *spec, size_t table, size_t row, const int *at, struct calibrate_observation *o)
{
    const struct csv *csv = &spec->tables[table];
    const char *file = spec->files[table];
    const size_t line = csv->lines[row];
    bool good = true;
    char reason[512];
    *o = (struct calibrate_observation){0};
    o->row = csv_cell(csv, row, (size_t)at[ROW]);
    o->text = csv_cell(csv, row, (size_t)at[EXPRESSION]);
    o->what = at[OBSERVABLE] < 0 ? o->text : csv_cell(csv, row, (size_t)at[OBSERVABLE]);
    o->source = at[SOURCE] < 0 ? "" : csv_cell(csv, row, (size_t)at[SOURCE]);
    o->value = cell_number(spec, table, row, at[VALUE], NAN, &good);
    o->tolerance = cell_number(spec, table, row, at[TOLERANCE], NAN, &good);
    o->low = cell_number(spec, table, row, at[LOW], -INFINITY, &good);
    o->high = cell_number(spec, table, row, at[HIGH], INFINITY, &good);
    if (!isnan(o->tolerance) && !(o->tolerance > 0)) {
        status_fail(ERR_CONFIG, "%s:%zu: tolerance: %g is not above 0", file, line, o->tolerance);
        good = false;
    }
    if (!(o->low <= o->high)) {
        status_fail(ERR_CONFIG, "%s:%zu: low: %g is above high, %g", file, line, o->low, o->high);
        good = false;
    }
    if (good && isinf(o->low) && isinf(o->high)) {
        if (isnan(o->value) || isnan(o->tolerance)) {
            status_fail(ERR_CONFIG, "%s:%zu: give value and tolerance, or low or high", file, line);
            good = false;
        }
        o->low = o->value - 2 * o->tolerance; /* the band of a bare value: two standard deviations */
        o->high = o->value + 2 * o->tolerance;
    }
    const char *name = csv_cell(csv, row, (size_t)at[PROTOCOL]);
    o->protocol = find_protocol(spec, name);
    if (o->protocol == spec->n_protocols) {
        struct config_hint hint;
        status_fail(ERR_CONFIG, "%s:%zu: protocol: '%.60s' is not among the protocols%s", file, line, name,
                    config_hint(&hint, name, spec->names, ""));
        return false;
    }
    if (!spec->model)
        return false;
    if (!expression_parse(o->text, spec->model, spec->names, o->protocol, &o->expression, reason, sizeof reason)) {
        status_fail(ERR_CONFIG, "%s:%zu: expression: %s", file, line, reason);
        return false;
    }
    for (size_t i = 0; i < spec->n_protocols; i++)
        spec->protocols[i].used |= expression_uses(&o->expression, i);
    return good;
}

/* False when something is wrong with the table. */
static bool read_table(struct calibrate_spec *spec, size_t table)
{
    const struct csv *csv = &spec->tables[table];
    const char *file = spec->files[table];
    int at[COLUMNS];
    bool good = true;
    for (int i = 0; i < COLUMNS; i++)
        at[i] = find_column(csv, columns[i]);
    for (size_t i = 0; i < csv->columns; i++) {
        int known = 0;
        while (known < COLUMNS && strcmp(columns[known], csv->names[i]) != 0)
            known++;
        if (known < COLUMNS)
            continue;
        struct config_hint hint;
        status_fail(ERR_CONFIG, "%s: unknown column '%.60s'%s", file, csv->names[i], config_hint(&hint, csv->names[i], columns, ""));
        good = false;
    }
    for (int i = ROW; i <= EXPRESSION; i++)
        if (at[i] < 0 && i != OBSERVABLE) {
            status_fail(ERR_CONFIG, "%s: the column '%s' is missing", file, columns[i]);
            good = false;
        }
    if (!good)
        return false;
    if (spec->n_observations + csv->rows > CALIBRATE_OBSERVATIONS) {
        status_fail(ERR_CONFIG, "%s: more than %d observations", file, CALIBRATE_OBSERVATIONS);
        return false;
    }
    const size_t room = (spec->n_observations + csv->rows + 1) * sizeof *spec->observations;
    struct calibrate_observation *larger = realloc(spec->observations, room);
    if (!larger) {
        status_no_memory("the observations", room);
        return false;
    }
    spec->observations = larger;
    for (size_t row = 0; row < csv->rows; row++)
        if (read_observation(spec, table, row, at, &spec->observations[spec->n_observations]))
            spec->n_observations++;
        else
            good = false;
    return good;
}

/* One file or a list of files; false when one of them is wrong. */
static bool read_tables(struct calibrate_spec *spec, struct config_document *document, const struct config_node *node)
{
    size_t n = 1;
    bool good = true;
    if (node->kind == CONFIG_LIST && !config_document_list(document, node, "observations", 1, CALIBRATE_TABLES, &n))
        return false;
    for (const struct config_node *entry = node->kind == CONFIG_LIST ? node->child : node; n > 0; n--, entry = entry->next) {
        const char *name;
        char path[PATH];
        if (!config_document_text(document, entry, "observations", &name)) {
            good = false;
            continue;
        }
        place(path, spec->path, name);
        if (csv_read(path, &spec->tables[spec->n_tables]) != OK) {
            good = false;
            continue;
        }
        spec->files[spec->n_tables] = strdup(path);
        if (!spec->files[spec->n_tables++]) {
            status_no_memory("the name of a file", strlen(path));
            return false;
        }
        good = read_table(spec, spec->n_tables - 1) && good;
    }
    return good;
}

/* What is fitted is given by no protocol, and starts within its range. */
static void read_prior(struct calibrate_spec *spec, struct config_document *document, const struct config_node *entry, const char *path,
                       struct calibrate_parameter *p)
{
    for (size_t i = 0; i < spec->n_protocols; i++) {
        double given;
        if (spec->protocols[i].config && config_parameter_value(spec->protocols[i].config, p->param->name, &given))
            config_document_error(document, entry->key, path, "is given by the protocol '%s': fit it or give it", spec->protocols[i].name);
    }
    if (!(p->prior >= p->from && p->prior <= p->to))
        config_document_error(document, entry->key, path, "starts at %g, outside its range %g to %g", p->prior, p->from, p->to);
}

static void read_parameter(struct calibrate_spec *spec, struct config_document *document, const struct config_node *entry)
{
    static const char *const keys[] = {"from", "to", "prior", "spread", NULL};
    const char *name = entry->key->text;
    char path[256], inner[300];
    snprintf(path, sizeof path, "fit.%.200s", name);
    const int index = model_param(spec->model, name);
    if (index < 0) {
        const char *names[1024] = {NULL};
        for (size_t i = 0; i < spec->model->n_params && i < 1023; i++)
            names[i] = spec->model->params[i].name;
        struct config_hint hint;
        config_document_error(document, entry->key, path, "the model '%s' has no such parameter%s", spec->model->name,
                              config_hint(&hint, name, names, ""));
        return;
    }
    if (spec->n_fit == CALIBRATE_FIT) {
        config_document_error(document, entry->key, path, "more than %d parameters to fit", CALIBRATE_FIT);
        return;
    }
    const struct param *param = &spec->model->params[index];
    struct calibrate_parameter p = {
        .param = param, .index = (size_t)index, .from = param->lo, .to = param->hi, .prior = param->value, .spread = NAN};
    if (!config_document_mapping(document, entry, path, keys))
        return;
    double *const values[] = {&p.from, &p.to, &p.prior};
    for (int i = 0; i < 3; i++) {
        const struct config_node *node = config_document_find(entry, keys[i]);
        snprintf(inner, sizeof inner, "%s.%s", path, keys[i]);
        if (node && !config_document_number(document, node, inner, param->unit, param->lo, param->hi, values[i]))
            return;
    }
    p.logarithmic = p.from > 0;
    const struct config_node *spread = config_document_find(entry, "spread");
    snprintf(inner, sizeof inner, "%s.spread", path);
    if (spread &&
        !config_document_number(document, spread, inner, p.logarithmic ? "1" : param->unit, p.logarithmic ? 1.001 : 1e-12, 1e6, &p.spread))
        return;
    if (!(p.from < p.to)) {
        config_document_error(document, entry->key, path, "from %g to %g is no range", p.from, p.to);
        return;
    }
    read_prior(spec, document, entry, path, &p);
    spec->fit[spec->n_fit++] = p;
}

static void read_fit(struct calibrate_spec *spec, struct config_document *document, const struct config_node *node)
{
    if (!config_document_mapping(document, node, "fit", NULL) || !spec->model)
        return;
    for (const struct config_node *entry = node->child; entry; entry = entry->next)
        read_parameter(spec, document, entry);
}

/* Protocols stand in the specification, or in a file of their own that several specifications share. */
static enum status read_protocol_section(struct calibrate_spec *spec, struct config_document *document, const struct config_node *node)
{
    struct config_document *apart = NULL;
    char path[PATH];
    if (node->kind != CONFIG_SCALAR) {
        read_protocols(spec, document, node, spec->path);
        return OK;
    }
    place(path, spec->path, node->text);
    enum status status = config_document_read(path, &apart);
    if (status != OK)
        return status;
    read_protocols(spec, apart, config_document_root(apart), path);
    status = config_document_status(apart);
    config_document_destroy(&apart);
    return status;
}

static enum status read_document(struct calibrate_spec *spec, struct config_document *document)
{
    static const char *const keys[] = {"title", "protocols", "observations", "fit", "starts", "iterations", "seed", "tolerance", NULL};
    const struct config_node *root = config_document_root(document), *node;
    const char *title = "";
    bool good = config_document_mapping(document, root, "", keys);
    if ((node = config_document_find(root, "title")))
        good = config_document_text(document, node, "title", &title) && good;
    if (!(spec->title = strdup(title)))
        return status_no_memory("the title", strlen(title) + 1);
    struct {
        const char *key;
        double lo, hi;
        long *value;
    } whole[] = {{"starts", 1, 1000, &spec->starts}, {"iterations", 1, 1000, &spec->iterations}, {"seed", 0, 4294967295.0, &spec->seed}};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if ((node = config_document_find(root, whole[i].key)))
            good = config_document_integer(document, node, whole[i].key, whole[i].lo, whole[i].hi, whole[i].value) && good;
    if ((node = config_document_find(root, "tolerance")))
        good = config_document_number(document, node, "tolerance", "1", 1e-8, 1e-1, &spec->tolerance) && good;
    enum status status = good ? OK : ERR_CONFIG;
    if ((node = config_document_need(document, root, "", "protocols")) && read_protocol_section(spec, document, node) != OK)
        status = ERR_CONFIG;
    if ((node = config_document_need(document, root, "", "observations")) && !read_tables(spec, document, node))
        status = ERR_CONFIG;
    if ((node = config_document_find(root, "fit")))
        read_fit(spec, document, node);
    return config_document_status(document) != OK ? config_document_status(document) : status;
}

enum status calibrate_spec_read(const char *path, struct calibrate_spec *spec)
{
    struct config_document *document = NULL;
    *spec = (struct calibrate_spec){.path = path, .starts = 1, .iterations = 30, .seed = 1, .tolerance = 1e-4};
    spec->protocols = calloc(CALIBRATE_PROTOCOLS, sizeof *spec->protocols);
    if (!spec->protocols)
        return status_no_memory("the protocols", CALIBRATE_PROTOCOLS * sizeof *spec->protocols);
    enum status status = config_document_read(path, &document);
    if (status == OK)
        status = read_document(spec, document);
    config_document_destroy(&document);
    if (status == OK && spec->n_observations == 0)
        status = status_fail(ERR_CONFIG, "%s: there is no observation", path);
    size_t known = spec->n_observations;
    for (size_t i = 0; i < spec->n_fit; i++)
        known += isnan(spec->fit[i].spread) ? 0 : 1;
    if (status == OK && known < spec->n_fit)
        status = status_fail(ERR_CONFIG, "%s: %zu parameters to fit to %zu observations and priors; fit fewer or give a spread", path,
                             spec->n_fit, known);
    return status;
}

void calibrate_spec_destroy(struct calibrate_spec *spec)
{
    for (size_t i = 0; i < spec->n_protocols; i++) {
        plan_destroy(&spec->protocols[i].plan);
        config_destroy(&spec->protocols[i].config);
        free(spec->protocols[i].name);
    }
    for (size_t i = 0; i < spec->n_tables; i++) {
        csv_destroy(&spec->tables[i]);
        free(spec->files[i]);
    }
    free(spec->protocols);
    free(spec->observations);
    free(spec->title);
    *spec = (struct calibrate_spec){0};
}
