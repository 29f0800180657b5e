/* Trees -> checked values: the walk over the keys of all files.
 *
 * Files are applied in order, so a later value replaces an earlier one, and each is checked where it stands. */
#include "config_internal.h"

#include <stdio.h>
#include <string.h>

bool config_check_entry(struct config_reader *reader, const struct config_node *section, const struct config_node *entry, const char *path)
{
    if (entry->key->kind != CONFIG_SCALAR)
        return false;
    for (const struct config_node *other = section->child; other != entry; other = other->next) {
        if (other->key->kind != CONFIG_SCALAR || strcmp(other->key->text, entry->key->text) != 0)
            continue;
        config_error(reader, entry->key, path, "given twice (first in line %zu)", other->key->line);
        return false;
    }
    return true;
}

/* Whether `path` names a section of the table, such as "treatment.needle". */
static bool is_section(const char *path)
{
    size_t n = strlen(path);
    for (size_t key = 0; key < CONFIG_KEYS; key++)
        if (strncmp(config_rows[key].path, path, n) == 0 && config_rows[key].path[n] == '.')
            return true;
    return false;
}

int config_find_key(const char *path)
{
    for (int key = 0; key < CONFIG_KEYS; key++)
        if (strcmp(config_rows[key].path, path) == 0)
            return key;
    return -1;
}

/* The names allowed in a section, without repetition: names[] points into text[]. */
struct siblings {
    char text[CONFIG_KEYS + 2][40];
    const char *names[CONFIG_KEYS + 3];
};

static void list_siblings(const char *section, struct siblings *list)
{
    size_t n = 0, skip = *section ? strlen(section) + 1 : 0;
    for (size_t key = 0; key < CONFIG_KEYS; key++) {
        const char *path = config_rows[key].path;
        if (skip && (strncmp(path, section, skip - 1) != 0 || path[skip - 1] != '.'))
            continue;
        snprintf(list->text[n], sizeof list->text[n], "%.*s", (int)strcspn(path + skip, "."), path + skip);
        if (n == 0 || strcmp(list->text[n], list->text[n - 1]) != 0)
            n++;
    }
    if (!skip) {
        strcpy(list->text[n++], "parameters");
        strcpy(list->text[n++], "devices");
    }
    for (size_t i = 0; i < n; i++)
        list->names[i] = list->text[i];
    list->names[n] = NULL;
}

static void unknown_key(struct config_reader *reader, const struct config_node *key, const char *section, const char *path)
{
    char hint[256];
    for (size_t i = 0; i < CONFIG_KEYS; i++) {
        const char *leaf = strrchr(config_rows[i].path, '.');
        if (strcmp(config_rows[i].path, key->text) == 0) {
            config_error(reader, key, path, "in a file, write sections as mappings, not with dots");
            return;
        }
        if (leaf && strcmp(leaf + 1, key->text) == 0) {
            config_error(reader, key, path, "unknown key; did you mean '%s'?", config_rows[i].path);
            return;
        }
    }
    for (size_t i = 0; reader->parameters && reader->parameters[i]; i++) {
        if (strcmp(reader->parameters[i], key->text) == 0) {
            config_error(reader, key, path, "unknown key; did you mean 'parameters.%s'?", key->text);
            return;
        }
    }
    struct siblings list;
    list_siblings(section, &list);
    config_suggest(key->text, list.names, hint, sizeof hint);
    config_error(reader, key, path, "unknown key%s", hint);
}

static void check_section(struct config_reader *reader, const struct config_node *section, const char *name)
{
    for (const struct config_node *entry = section->child; entry; entry = entry->next) {
        char path[CONFIG_PATH_MAX];
        if (entry->key->kind == CONFIG_SCALAR)
            config_join(path, name, entry->key->text);
        if (!config_check_entry(reader, section, entry, path))
            continue;
        int key = strchr(entry->key->text, '.') ? -1 : config_find_key(path);
        if (key >= 0)
            config_check_value(reader, entry, (enum config_key)key, true);
        else if (!*name && strcmp(path, "parameters") == 0)
            config_check_parameters(reader, entry);
        else if (!*name && strcmp(path, "devices") == 0)
            config_check_devices(reader, entry);
        else if (strchr(entry->key->text, '.') || !is_section(path))
            unknown_key(reader, entry->key, name, path);
        else if (config_check_mapping(reader, entry, path))
            check_section(reader, entry, path);
    }
}

/* Whatever was not given has its default; what has none is required or optional. */
static void fill_defaults(struct config_reader *reader)
{
    for (size_t key = 0; key < CONFIG_KEYS; key++) {
        const struct config_row *row = &config_rows[key];
        if (reader->config->values[key].has || reader->config->values[key].at || !row->initial)
            continue;
        if (*row->initial) {
            struct config_node *node = config_yaml_parse(reader, row->initial, strlen(row->initial), "default");
            if (node)
                config_check_value(reader, node, (enum config_key)key, false);
        } else if (!reader->broken) {
            char hint[256];
            config_suggest("", config_choices(reader, (enum config_key)key), hint, sizeof hint);
            config_error(reader, reader->n_trees ? reader->trees[0] : NULL, row->path, "is missing and has no default%s", hint);
        }
    }
}

static bool is_key(const struct config_node *entry, const char *name)
{
    return entry->key->kind == CONFIG_SCALAR && strcmp(entry->key->text, name) == 0;
}

static const struct config_node *entries(const struct config_node *node)
{
    return node && node->kind == CONFIG_MAPPING ? node->child : NULL;
}

/* A model that is not in the list: the word, or the file that it names beside the one that says so. */
static void find_other_model(struct config_reader *reader, const struct config_node *node)
{
    const char *slash = strrchr(node->file, '/'), *name = NULL;
    const size_t folder = slash && node->text[0] != '/' ? (size_t)(slash - node->file) + 1 : 0;
    const size_t n = folder + strlen(node->text) + 1, m = strlen(node->file) + 64;
    char *path = config_allocate(reader, n), *where = config_allocate(reader, m);
    if (!path || !where)
        return;
    snprintf(path, n, "%.*s%s", (int)folder, node->file, node->text);
    snprintf(where, m, "%s:%zu:%zu: model", node->file, node->line, node->column);
    const bool failed = reader->vocabulary->other_model(node->text, path, where, &name) != OK;
    reader->errors += failed;
    reader->model = name;
    reader->model_at = failed || name ? node : NULL;
}

/* The model that counts (the last one given), so that parameters of every file are checked against it. */
static void find_model(struct config_reader *reader)
{
    const struct config_vocabulary *vocabulary = reader->vocabulary;
    const struct config_node *node = NULL;
    for (size_t i = 0; i < reader->n_trees; i++)
        for (const struct config_node *entry = entries(reader->trees[i]); entry; entry = entry->next)
            if (is_key(entry, "model") && entry->kind == CONFIG_SCALAR)
                node = entry;
    for (size_t i = 0; node && vocabulary->models && vocabulary->models[i]; i++)
        if (strcmp(vocabulary->models[i], node->text) == 0)
            reader->model = vocabulary->models[i];
    if (node && !reader->model && vocabulary->other_model)
        find_other_model(reader, node);
    if (!reader->model)
        return;
    size_t n = vocabulary->parameter_count ? vocabulary->parameter_count(reader->model) : 0;
    reader->parameters = config_allocate(reader, (n + 1) * sizeof *reader->parameters);
    for (size_t i = 0; reader->parameters && i < n; i++)
        reader->parameters[i] = vocabulary->parameter(reader->model, i).name;
}

static void add_device(struct config_reader *reader, size_t *n, const char *name)
{
    const char **larger = config_grow(reader, reader->devices, *n, sizeof *larger);
    if (!larger)
        return;
    reader->devices = larger;
    larger[(*n)++] = name;
}

/* The names treatment.device may have: the vocabulary's and those of the user's own devices. */
static void find_devices(struct config_reader *reader)
{
    size_t n = 0;
    if (!reader->vocabulary->devices)
        return;
    for (const char *const *name = reader->vocabulary->devices; *name; name++)
        add_device(reader, &n, *name);
    for (size_t i = 0; i < reader->n_trees; i++)
        for (const struct config_node *section = entries(reader->trees[i]); section; section = section->next)
            for (const struct config_node *own = is_key(section, "devices") ? entries(section) : NULL; own; own = own->next)
                if (own->key->kind == CONFIG_SCALAR)
                    add_device(reader, &n, own->key->text);
    add_device(reader, &n, NULL);
}

void config_check(struct config_reader *reader)
{
    find_model(reader);
    find_devices(reader);
    for (size_t i = 0; i < reader->n_trees && !reader->out_of_memory; i++) {
        const struct config_node *tree = reader->trees[i];
        if (config_is_null(tree)) {
            config_error(reader, tree, "", "holds no settings");
            reader->broken = true;
        } else if (tree->kind == CONFIG_SCALAR || tree->kind == CONFIG_LIST) {
            config_error(reader, tree, "", "needs settings (KEY: VALUE), not %s", config_kind_name(tree));
            reader->broken = true;
        } else if (tree->kind == CONFIG_MAPPING) {
            check_section(reader, tree, "");
        }
    }
    config_check_devices_complete(reader);
    fill_defaults(reader);
}
