/* The life of a configuration: files and settings in, checked values out. */
#include "config_internal.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config_block {
    struct config_block *next;
    size_t bytes, used;
    max_align_t memory[];
};

void *config_allocate(struct config_reader *reader, size_t bytes)
{
    enum { BLOCK = 16384 };
    struct config_block **first = &reader->config->blocks;
    const size_t unit = sizeof(max_align_t);
    bytes = (bytes + unit - 1) / unit * unit;
    if (!*first || (*first)->bytes - (*first)->used < bytes) {
        size_t size = bytes > BLOCK ? bytes : BLOCK;
        struct config_block *block = calloc(1, sizeof *block + size);
        if (!block) {
            reader->out_of_memory = true;
            return NULL;
        }
        *block = (struct config_block){.next = *first, .bytes = size};
        *first = block;
    }
    void *memory = (char *)(*first)->memory + (*first)->used;
    (*first)->used += bytes;
    return memory;
}

/* `array` of n elements with room for one more: the same, or a copy of twice the size (the arena keeps the old one). */
void *config_grow(struct config_reader *reader, void *array, size_t n, size_t size)
{
    if (n & (n - 1)) /* room for the next power of two is there */
        return array;
    void *larger = config_allocate(reader, (n ? 2 * n : 1) * size);
    if (larger && n)
        memcpy(larger, array, n * size);
    return larger;
}

char *config_copy(struct config_reader *reader, const char *text, size_t bytes)
{
    char *copy = config_allocate(reader, bytes + 1);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

void config_error(struct config_reader *reader, const struct config_node *at, const char *path, const char *format, ...)
{
    char reason[CONFIG_REASON_MAX], place[CONFIG_REASON_MAX] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (at)
        snprintf(place, sizeof place, "%s:%zu:%zu: ", at->file, at->line, at->column);
    status_fail(ERR_CONFIG, "%s%s%s%s", place, path, *path ? ": " : "", reason);
    reader->errors++;
}

void config_destroy(struct config **config)
{
    if (!*config)
        return;
    for (struct config_block *block = (*config)->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(*config);
    *config = NULL;
}

/* The file's name without folders: where it lay does not belong to what was asked for. */
static const char *base_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

/* Appends "# LABEL" and the text, ending with a line end, to the source. */
static void keep_source(struct config_reader *reader, const char *label, const char *text, size_t bytes)
{
    const char *before = reader->config->source ? reader->config->source : "";
    size_t old = strlen(before), room = old + strlen(label) + bytes + 5;
    char *source = config_allocate(reader, room);
    if (!source)
        return;
    bool ends = bytes == 0 || text[bytes - 1] == '\n';
    snprintf(source, room, "%s# %s\n%.*s%s", before, label, (int)bytes, text, ends ? "" : "\n");
    reader->config->source = source;
}

enum status config_begin(struct config_reader *reader, const struct config_vocabulary *vocabulary, size_t n_trees)
{
    *reader = (struct config_reader){.vocabulary = vocabulary, .config = calloc(1, sizeof *reader->config)};
    if (reader->config)
        reader->trees = config_allocate(reader, (n_trees + 1) * sizeof(struct config_node *));
    if (reader->trees)
        return OK;
    config_destroy(&reader->config);
    return status_no_memory("the configuration", sizeof *reader->config);
}

/* Checks what was read and hands it over, or frees it. */
static enum status end(struct config_reader *reader, struct config **config)
{
    enum status status = OK;
    if (!reader->out_of_memory)
        config_check(reader);
    if (reader->out_of_memory)
        status = status_no_memory("the configuration", CONFIG_BYTES_MAX);
    else if (reader->errors)
        status = ERR_CONFIG;
    if (status == OK)
        *config = reader->config;
    else
        config_destroy(&reader->config);
    return status;
}

static void add_tree(struct config_reader *reader, struct config_node *tree)
{
    if (tree)
        reader->trees[reader->n_trees++] = tree;
}

static void add_sets(struct config_reader *reader, const char *const *sets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add_tree(reader, config_yaml_set(reader, sets[i]));
        keep_source(reader, "--set", sets[i], strlen(sets[i]));
    }
}

enum status config_read(const char *const *files, size_t n_files, const char *const *sets, size_t n_sets,
                        const struct config_vocabulary *vocabulary, struct config **config)
{
    struct config_reader reader;
    enum status status = config_begin(&reader, vocabulary, n_files + n_sets);
    if (status != OK)
        return status;
    for (size_t i = 0; i < n_files; i++) {
        const char *text;
        size_t bytes;
        add_tree(&reader, config_yaml_read(&reader, files[i], &text, &bytes));
        keep_source(&reader, base_name(files[i]), text, bytes);
    }
    add_sets(&reader, sets, n_sets);
    return end(&reader, config);
}

enum status config_parse_set(const char *text, size_t bytes, const char *name, const char *const *sets, size_t n_sets,
                             const struct config_vocabulary *vocabulary, struct config **config)
{
    struct config_reader reader;
    enum status status = config_begin(&reader, vocabulary, 1 + n_sets);
    if (status != OK)
        return status;
    add_tree(&reader, config_yaml_parse(&reader, text, bytes, name));
    if (bytes <= CONFIG_BYTES_MAX)
        keep_source(&reader, base_name(name), text, bytes);
    add_sets(&reader, sets, n_sets);
    return end(&reader, config);
}

enum status config_parse(const char *text, size_t bytes, const char *name, const struct config_vocabulary *vocabulary,
                         struct config **config)
{
    return config_parse_set(text, bytes, name, NULL, 0, vocabulary, config);
}

bool config_has(const struct config *config, enum config_key key)
{
    return config->values[key].has;
}

void config_settle(struct config *config, enum config_key key, double value)
{
    struct config_value *v = &config->values[key];
    if (v->has)
        return;
    v->has = true;
    v->number = value;
}

double config_number(const struct config *config, enum config_key key)
{
    assert(config_rows[key].type == CONFIG_NUMBER && config->values[key].has);
    return config->values[key].has ? config->values[key].number : NAN;
}

long config_integer(const struct config *config, enum config_key key)
{
    assert(config_rows[key].type == CONFIG_INTEGER && config->values[key].has);
    return (long)config->values[key].number;
}

bool config_flag(const struct config *config, enum config_key key)
{
    assert(config_rows[key].type == CONFIG_BOOLEAN);
    return config->values[key].number != 0.0;
}

const char *config_text(const struct config *config, enum config_key key)
{
    assert(config_rows[key].type == CONFIG_CHOICE || config_rows[key].type == CONFIG_TEXT_VALUE);
    return config->values[key].text;
}

size_t config_numbers(const struct config *config, enum config_key key, const double **numbers)
{
    assert(config_rows[key].type == CONFIG_NUMBER_LIST);
    *numbers = config->values[key].numbers;
    return config->values[key].n;
}

size_t config_names(const struct config *config, enum config_key key, const char *const **names)
{
    assert(config_rows[key].type == CONFIG_NAME_LIST);
    *names = config->values[key].names;
    return config->values[key].n;
}

bool config_parameter_value(const struct config *config, const char *name, double *value)
{
    for (size_t i = 0; i < config->n_parameters; i++) {
        if (strcmp(config->parameters[i].name, name) != 0)
            continue;
        *value = config->parameters[i].value;
        return true;
    }
    return false;
}

size_t config_device_count(const struct config *config)
{
    return config->n_devices;
}

const struct config_device *config_device(const struct config *config, size_t i)
{
    return &config->devices[i];
}

const char *config_where(const struct config *config, enum config_key key, char *buffer, size_t n)
{
    const struct config_node *at = config->values[key].at;
    if (at)
        snprintf(buffer, n, "%s:%zu:%zu: %s", at->file, at->line, at->column, config_rows[key].path);
    else
        snprintf(buffer, n, "%s", config_rows[key].path);
    return buffer;
}

const char *config_source(const struct config *config)
{
    return config->source ? config->source : "";
}
