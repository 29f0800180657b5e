#define _POSIX_C_SOURCE 200809L
#include "sweep_spec_internal.h"

#include "model_use.h"
#include "plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const sweep_design_names[] = {"grid", "list", "lhs", "sobol", "saltelli", "morris", NULL};
const char *const sweep_keep_names[] = {"outcomes", "series", "fields", NULL};
const char *const sweep_scale_names[] = {"linear", "log", "list", NULL};

void *sweep_spec_grow(void *array, size_t n, size_t size)
{
    char *larger = realloc(array, (n + 1) * size);
    if (larger)
        memset(larger + n * size, 0, size);
    else
        status_no_memory("the specification", (n + 1) * size);
    return larger;
}

char *sweep_spec_find(const struct config_node *node)
{
    const char *slash = strrchr(node->file, '/'), *name = node->text;
    const size_t folder = slash && *name != '/' ? (size_t)(slash - node->file) + 1 : 0, n = folder + strlen(name) + 1;
    char *path = malloc(n);
    if (!path) {
        status_no_memory("the specification", n);
        return NULL;
    }
    snprintf(path, n, "%.*s%s", (int)folder, node->file, name);
    if (access(path, F_OK) != 0 && access(name, F_OK) == 0)
        strcpy(path, name);
    return path;
}

static void add_text(char ***list, size_t *n, char *text)
{
    char **larger = text ? sweep_spec_grow(*list, *n, sizeof *larger) : NULL;
    if (!larger) {
        free(text);
        return;
    }
    larger[(*n)++] = text;
    *list = larger;
}

/* `base`: one file or a list, the first the configuration, the others overlays. */
static void read_base(struct sweep_spec *spec, const struct config_node *root)
{
    const struct config_node *base = config_document_need(spec->document, root, "", "base");
    size_t n = 1;
    const char *text;
    if (!base || (base->kind == CONFIG_LIST && !config_document_list(spec->document, base, "base", 1, 100, &n)))
        return;
    for (const struct config_node *file = base->kind == CONFIG_LIST ? base->child : base; n > 0; file = file->next, n--)
        if (config_document_text(spec->document, file, "base", &text))
            add_text(&spec->base, &spec->n_base, sweep_spec_find(file));
}

/* One value as YAML text: "3 mm", "[a, b]". */
static bool flow_text(const struct config_node *node, char *text, size_t n)
{
    size_t used = 0;
    if (node->kind == CONFIG_SCALAR)
        return (size_t)snprintf(text, n, "%s", node->text) < n;
    used += (size_t)snprintf(text, n, "[");
    for (const struct config_node *child = node->child; child && used < n; child = child->next)
        used += (size_t)snprintf(text + used, n - used, "%s%s", child->text ? child->text : "", child->next ? ", " : "");
    if (used < n)
        used += (size_t)snprintf(text + used, n - used, "]");
    return used < n;
}

/* `set`: fixed settings, written with dots. */
static void read_sets(struct sweep_spec *spec, const struct config_node *set)
{
    if (!set || !config_document_mapping(spec->document, set, "set", NULL))
        return;
    for (const struct config_node *entry = set->child; entry; entry = entry->next) {
        char value[1024], path[256];
        snprintf(path, sizeof path, "set.%.200s", entry->key->text);
        if (entry->kind == CONFIG_MAPPING)
            config_document_error(spec->document, entry, path, "needs one value; write the key with dots, such as domain.spacing: 40 um");
        else if (entry->kind == CONFIG_BROKEN || !flow_text(entry, value, sizeof value))
            config_document_error(spec->document, entry, path, "is too long");
        else {
            char *file = strcmp(entry->key->text, "model") == 0 && config_model_is_file(value) ? sweep_spec_find(entry) : NULL;
            const size_t n = strlen(entry->key->text) + strlen(file ? file : value) + 2;
            char *text = malloc(n);
            if (text)
                snprintf(text, n, "%s=%s", entry->key->text, file ? file : value);
            else
                status_no_memory("the specification", n);
            free(file);
            add_text(&spec->sets, &spec->n_sets, text);
        }
    }
}

/* The base configuration with the fixed settings: which model it is of, and that it is right. */
static enum status read_model(struct sweep_spec *spec)
{
    struct config *config = NULL;
    const enum status status = config_read((const char *const *)spec->base, spec->n_base, (const char *const *)spec->sets, spec->n_sets,
                                           plugin_vocabulary(), &config);
    if (status != OK)
        return status;
    spec->model = model_find(config_text(config, CONFIG_MODEL));
    spec->first_seed = config_integer(config, CONFIG_TREATMENT_SEED);
    config_destroy(&config);
    return OK;
}

static void read_count(struct sweep_spec *spec, const struct config_node *root, const char *key, double lo, double hi, long *value)
{
    const struct config_node *node = config_document_find(root, key);
    if (node)
        config_document_integer(spec->document, node, key, lo, hi, value);
}

static void read_design(struct sweep_spec *spec, const struct config_node *root)
{
    const struct config_node *design = config_document_need(spec->document, root, "", "design"), *keep = config_document_find(root, "keep");
    size_t index = 0;
    if (design && config_document_choice(spec->document, design, "design", sweep_design_names, &index))
        spec->design = (enum sweep_design)index;
    if (keep && config_document_choice(spec->document, keep, "keep", sweep_keep_names, &index))
        spec->keep = (enum sweep_keep)index;
    read_count(spec, root, "samples", 1.0, 1e8, &spec->samples);
    read_count(spec, root, "levels", 2.0, 1000.0, &spec->levels);
    read_count(spec, root, "seed", 0.0, 2147483647.0, &spec->seed);
    read_count(spec, root, "replicates", 1.0, 1e6, &spec->replicates);
    const bool sampled = spec->design >= SWEEP_LHS;
    if (design && sampled && !config_document_find(root, "samples"))
        config_document_error(spec->document, design, "samples", "is missing: how many points a design of this kind has");
    if (!sampled && config_document_find(root, "samples"))
        config_document_error(spec->document, config_document_find(root, "samples"), "samples",
                              "a %s has as many points as its values give", sweep_design_names[spec->design]);
    if (spec->levels % 2)
        config_document_error(spec->document, config_document_find(root, "levels"), "levels",
                              "must be even (Morris' design steps over half)");
}

static void add_outcome(struct sweep_spec *spec, const struct config_node *node, const char *text)
{
    struct expression *larger;
    char reason[256];
    for (size_t i = 0; i < spec->n_outcomes; i++) {
        if (strcmp(spec->outcomes[i].text, text) != 0)
            continue;
        config_document_error(spec->document, node, "outcomes", "'%s' is listed twice", text);
        return;
    }
    if (strlen(text) >= SWEEP_NAME) {
        config_document_error(spec->document, node, "outcomes", "an expression of %zu characters; at most %d", strlen(text),
                              SWEEP_NAME - 1);
        return;
    }
    if (!(larger = sweep_spec_grow(spec->outcomes, spec->n_outcomes, sizeof *larger)))
        return;
    spec->outcomes = larger;
    if (expression_parse(text, spec->model, NULL, 0, &larger[spec->n_outcomes], reason, sizeof reason))
        spec->n_outcomes++;
    else
        config_document_error(spec->document, node, "outcomes", "%s", reason);
}

/* Without a list: the summary of the run, and for models without collagen every outcome at the end. */
static void read_outcomes(struct sweep_spec *spec, const struct config_node *list)
{
    size_t n = 0;
    const bool collagen = summary_has(spec->model, SUMMARY_FINAL_GAIN);
    for (int key = 0; !list && collagen && key < SUMMARY_KEYS; key++)
        add_outcome(spec, NULL, summary_rows[key].name);
    for (size_t i = 0; !list && !collagen && i < spec->model->n_outcomes; i++)
        add_outcome(spec, NULL, spec->model->outcomes[i].name);
    if (list && config_document_list(spec->document, list, "outcomes", 1, 500, &n)) {
        const char *text;
        for (const struct config_node *entry = list->child; entry; entry = entry->next)
            if (config_document_text(spec->document, entry, "outcomes", &text))
                add_outcome(spec, entry, text);
    }
    if (!list && spec->n_outcomes == 0)
        config_document_error(spec->document, NULL, "outcomes", "the model '%s' has none", spec->model->name);
}

/* What needs the model: the rest of the specification. */
static void read_content(struct sweep_spec *spec, const struct config_node *root)
{
    const struct config_node *vary = config_document_find(root, "vary"), *list = config_document_find(root, "list");
    if (vary && list)
        config_document_error(spec->document, list->key, "list", "either `list` (a file) or `vary`, not both");
    else if (vary)
        sweep_spec_read_factors(spec, vary);
    else if (list)
        sweep_spec_read_list(spec, list);
    else if (spec->replicates < 2)
        config_document_error(spec->document, root, "vary", "is missing: the keys to vary");
    sweep_spec_read_constraints(spec, config_document_find(root, "where"));
    read_outcomes(spec, config_document_find(root, "outcomes"));
}

enum status sweep_spec_read(const char *file, struct sweep_spec *spec)
{
    static const char *const keys[] = {"base",       "set",  "title", "design", "samples",  "levels", "seed",
                                       "replicates", "vary", "list",  "where",  "outcomes", "keep",   NULL};
    *spec = (struct sweep_spec){.title = "", .levels = 4, .seed = 1, .replicates = 1, .keep = SWEEP_SERIES};
    enum status status = config_document_read(file, &spec->document);
    if (status != OK)
        return status;
    const struct config_node *root = config_document_root(spec->document), *title = config_document_find(root, "title");
    config_document_mapping(spec->document, root, "", keys);
    if (title)
        config_document_text(spec->document, title, "title", &spec->title);
    read_base(spec, root);
    read_sets(spec, config_document_find(root, "set"));
    read_design(spec, root);
    if (spec->n_base > 0)
        status = read_model(spec);
    if (spec->model)
        read_content(spec, root);
    const enum status all = config_document_status(spec->document);
    status = status == OK ? all : status;
    if (status == OK && status_count() > 0)
        status = ERR_IO; /* out of memory, recorded above */
    if (status != OK)
        sweep_spec_destroy(spec);
    return status;
}

void sweep_spec_destroy(struct sweep_spec *spec)
{
    for (size_t i = 0; i < spec->n_base; i++)
        free(spec->base[i]);
    for (size_t i = 0; i < spec->n_sets; i++)
        free(spec->sets[i]);
    for (size_t i = 0; i < spec->n_factors; i++) {
        for (size_t k = 0; spec->factors[i].texts && k < spec->factors[i].n; k++)
            free((char *)spec->factors[i].texts[k]);
        free(spec->factors[i].texts);
        free(spec->factors[i].numbers);
    }
    for (size_t i = 0; i < spec->n_dimensions; i++)
        free(spec->dimensions[i]);
    free(spec->base);
    free(spec->sets);
    free(spec->factors);
    free(spec->dimensions);
    free(spec->constraints);
    free(spec->outcomes);
    config_document_destroy(&spec->document);
    *spec = (struct sweep_spec){0};
}
