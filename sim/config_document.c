#include "config_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config_document {
    struct config_reader reader; /* its config is empty and owns the arena */
    const struct config_node *root;
    const char *source;
};

static enum status create(struct config_document **document)
{
    struct config_document *d = calloc(1, sizeof *d);
    if (!d)
        return status_no_memory("a document", sizeof *d);
    const enum status status = config_begin(&d->reader, NULL, 0);
    if (status != OK)
        free(d);
    else
        *document = d;
    return status;
}

/* Hands over what was read, unless it is no mapping at all. */
static enum status finish(struct config_document *d, const struct config_node *root, struct config_document **document)
{
    d->root = root;
    if (root && !d->reader.out_of_memory && config_check_mapping(&d->reader, root, "")) {
        *document = d;
        return OK;
    }
    const enum status status = d->reader.out_of_memory ? status_no_memory("a document", CONFIG_BYTES_MAX) : ERR_CONFIG;
    config_document_destroy(&d);
    return status;
}

enum status config_document_read(const char *file, struct config_document **document)
{
    struct config_document *d = NULL;
    size_t bytes = 0;
    const enum status status = create(&d);
    if (status != OK)
        return status;
    const struct config_node *root = config_yaml_read(&d->reader, file, &d->source, &bytes);
    return finish(d, root, document);
}

enum status config_document_parse(const char *text, size_t bytes, const char *name, struct config_document **document)
{
    struct config_document *d = NULL;
    const enum status status = create(&d);
    if (status != OK)
        return status;
    d->source = config_copy(&d->reader, text, bytes);
    const struct config_node *root = d->source ? config_yaml_parse(&d->reader, d->source, bytes, name) : NULL;
    return finish(d, root, document);
}

void config_document_destroy(struct config_document **document)
{
    if (!*document)
        return;
    config_destroy(&(*document)->reader.config);
    free(*document);
    *document = NULL;
}

const struct config_node *config_document_root(const struct config_document *document)
{
    return document->root;
}

const char *config_document_source(const struct config_document *document)
{
    return document->source;
}

enum status config_document_status(const struct config_document *document)
{
    if (document->reader.out_of_memory)
        return status_no_memory("a document", CONFIG_BYTES_MAX);
    return document->reader.errors ? ERR_CONFIG : OK;
}

void config_document_error(struct config_document *document, const struct config_node *at, const char *path, const char *format, ...)
{
    char reason[CONFIG_REASON_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    config_error(&document->reader, at, path, "%s", reason);
}

static bool is_among(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool config_document_mapping(struct config_document *document, const struct config_node *node, const char *path, const char *const *names)
{
    struct config_reader *reader = &document->reader;
    if (!config_check_mapping(reader, node, path))
        return false;
    bool good = true;
    for (const struct config_node *entry = node->child; entry; entry = entry->next) {
        char name[CONFIG_PATH_MAX], hint[256];
        if (entry->key->kind == CONFIG_SCALAR)
            config_join(name, path, entry->key->text);
        if (!config_check_entry(reader, node, entry, name)) {
            good = false;
        } else if (names && !is_among(entry->key->text, names)) {
            config_suggest(entry->key->text, names, hint, sizeof hint);
            config_error(reader, entry->key, name, "unknown key%s", hint);
            good = false;
        }
    }
    return good;
}

bool config_document_list(struct config_document *document, const struct config_node *node, const char *path, size_t least, size_t most,
                          size_t *n)
{
    size_t count = 0;
    if (node->kind == CONFIG_BROKEN)
        return false;
    if (node->kind != CONFIG_LIST) {
        config_error(&document->reader, node, path, "needs a list, such as [one, two], not %s", config_kind_name(node));
        return false;
    }
    for (const struct config_node *child = node->child; child; child = child->next)
        count++;
    if (count < least || count > most) {
        config_error(&document->reader, node, path, "a list of %zu; %s %zu %s needed", count, count < least ? "at least" : "at most",
                     count < least ? least : most, (count < least ? least : most) == 1 ? "is" : "are");
        return false;
    }
    *n = count;
    return true;
}

const struct config_node *config_document_find(const struct config_node *mapping, const char *key)
{
    if (!mapping || mapping->kind != CONFIG_MAPPING)
        return NULL;
    for (const struct config_node *entry = mapping->child; entry; entry = entry->next)
        if (entry->key->kind == CONFIG_SCALAR && strcmp(entry->key->text, key) == 0)
            return entry;
    return NULL;
}

const struct config_node *config_document_need(struct config_document *document, const struct config_node *mapping, const char *path,
                                               const char *key)
{
    const struct config_node *node = config_document_find(mapping, key);
    char name[CONFIG_PATH_MAX];
    config_join(name, path, key);
    if (!node && mapping && mapping->kind == CONFIG_MAPPING && !document->reader.broken)
        config_error(&document->reader, mapping->key ? mapping->key : mapping, name, "is missing");
    return node;
}

bool config_document_number(struct config_document *document, const struct config_node *node, const char *path, const char *unit, double lo,
                            double hi, double *value)
{
    return config_check_number(&document->reader, node, path, unit, lo, hi, value);
}

bool config_document_integer(struct config_document *document, const struct config_node *node, const char *path, double lo, double hi,
                             long *value)
{
    const struct config_row row = {.lo = lo, .hi = hi};
    double number;
    if (!config_check_integer(&document->reader, node, path, &row, &number))
        return false;
    *value = (long)number;
    return true;
}

bool config_document_boolean(struct config_document *document, const struct config_node *node, const char *path, bool *value)
{
    double number;
    if (!config_check_boolean(&document->reader, node, path, &number))
        return false;
    *value = number != 0.0;
    return true;
}

bool config_document_choice(struct config_document *document, const struct config_node *node, const char *path, const char *const *names,
                            size_t *index)
{
    if (!config_check_name(&document->reader, node, path, names))
        return false;
    size_t i = 0;
    while (strcmp(names[i], node->text) != 0)
        i++;
    *index = i;
    return true;
}

bool config_document_text(struct config_document *document, const struct config_node *node, const char *path, const char **value)
{
    if (!config_check_text(&document->reader, node, path))
        return false;
    *value = node->text;
    return true;
}

/* `parameters.NAME` of a model. */
static bool parameter(struct config_document *document, const struct config_node *at, const char *name,
                      const struct config_vocabulary *vocabulary, const char *model, struct config_setting *setting)
{
    const char *short_name = name + strlen("parameters.");
    const size_t n = vocabulary->parameter_count(model);
    const char **names = config_allocate(&document->reader, (n + 1) * sizeof *names);
    for (size_t i = 0; names && i < n; i++) {
        const struct config_parameter row = vocabulary->parameter(model, i);
        names[i] = row.name;
        if (strcmp(row.name, short_name) != 0)
            continue;
        *setting = (struct config_setting){.key = -1, .type = CONFIG_NUMBER, .unit = row.unit, .lo = row.lo, .hi = row.hi};
        snprintf(setting->name, sizeof setting->name, "%s", name);
        return true;
    }
    struct config_hint hint;
    config_error(&document->reader, at, name, "the model '%s' has no such parameter%s", model, config_hint(&hint, short_name, names, ""));
    return false;
}

/* The nearest name among all keys and parameters: a parameter without its section counts as near. */
static void unknown_setting(struct config_document *document, const struct config_node *at, const char *name,
                            const struct config_vocabulary *vocabulary, const char *model)
{
    const char *names[CONFIG_KEYS + 1] = {NULL};
    struct config_clip clip;
    for (size_t i = 0; i < vocabulary->parameter_count(model); i++) {
        if (strcmp(vocabulary->parameter(model, i).name, name) != 0)
            continue;
        config_error(&document->reader, at, config_clip(&clip, name), "unknown key; did you mean 'parameters.%s'?", name);
        return;
    }
    for (size_t i = 0; i < CONFIG_KEYS; i++) {
        const char *leaf = strrchr(config_rows[i].path, '.');
        names[i] = config_rows[i].path;
        if (!leaf || strcmp(leaf + 1, name) != 0)
            continue;
        config_error(&document->reader, at, config_clip(&clip, name), "unknown key; did you mean '%s'?", config_rows[i].path);
        return;
    }
    struct config_hint hint;
    config_error(&document->reader, at, config_clip(&clip, name), "unknown key%s",
                 config_hint(&hint, name, names, "; `needlework check --keys` lists them"));
}

bool config_document_setting(struct config_document *document, const struct config_node *at, const char *name,
                             const struct config_vocabulary *vocabulary, const char *model, struct config_setting *setting)
{
    if (strncmp(name, "parameters.", strlen("parameters.")) == 0)
        return parameter(document, at, name, vocabulary, model, setting);
    const int key = config_find_key(name);
    if (key < 0) {
        unknown_setting(document, at, name, vocabulary, model);
        return false;
    }
    const struct config_row *row = &config_rows[key];
    *setting = (struct config_setting){
        .key = key, .type = row->type, .unit = row->unit ? row->unit : "1", .lo = row->lo, .hi = row->hi, .choices = row->choices};
    if (key == CONFIG_MODEL)
        setting->choices = vocabulary->models;
    else if (key == CONFIG_SKIN_SITE)
        setting->choices = vocabulary->sites;
    snprintf(setting->name, sizeof setting->name, "%s", name);
    return true;
}
