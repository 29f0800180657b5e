/* Text -> tree of nodes, by the events of libyaml.
 *
 * Only the part of YAML that a reader can see through is accepted: mappings, lists and scalars in one document.  Anchors, aliases, merge
 * keys, tags and further documents are refused where they stand, so nothing expands and every value is where it seems to be.  Sizes are
 * bounded (config_internal.h), which bounds the time of everything that follows. */
#define _POSIX_C_SOURCE 200809L
#include "config_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <yaml.h>

struct builder {
    struct config_reader *reader;
    yaml_parser_t parser;
    const char *name; /* of the file, owned by the arena */
    const char *text; /* borrowed */
    size_t column0;   /* what precedes the first line (in --set) */
    size_t nodes;
    struct config_node *last; /* scalar read */
    bool stop;                /* an error after which reading is pointless was recorded */
};

static struct config_node *node_create(struct builder *b, enum config_kind kind, yaml_mark_t at)
{
    struct config_node *node = config_allocate(b->reader, sizeof *node);
    if (!node) {
        b->stop = true;
        return NULL;
    }
    node->kind = kind;
    node->file = b->name;
    node->line = at.line + 1;
    node->column = at.column + 1 + (at.line == 0 ? b->column0 : 0);
    return node;
}

static void stop_at(struct builder *b, yaml_mark_t at, const char *reason)
{
    struct config_node *node = node_create(b, CONFIG_BROKEN, at);
    if (node)
        config_error(b->reader, node, "", "%s", reason);
    b->stop = b->reader->broken = true;
}

/* libyaml gives unreadable bytes by their offset. */
static yaml_mark_t mark_of_byte(const char *text, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset; i++) {
        mark.column = text[i] == '\n' ? 0 : mark.column + 1;
        mark.line += text[i] == '\n';
    }
    return mark;
}

static void syntax_error(struct builder *b)
{
    const yaml_parser_t *p = &b->parser;
    char reason[CONFIG_REASON_MAX];
    if (b->last)
        b->last->kind = CONFIG_BROKEN; /* a missing bracket makes it swallow the next line */
    if (p->error == YAML_MEMORY_ERROR) {
        b->reader->out_of_memory = b->stop = true;
        return;
    }
    snprintf(reason, sizeof reason, "not valid YAML: %s%s%s", p->problem ? p->problem : "unreadable", p->context ? " " : "",
             p->context ? p->context : "");
    stop_at(b, p->error == YAML_READER_ERROR ? mark_of_byte(b->text, p->problem_offset) : p->problem_mark, reason);
}

static bool next(struct builder *b, yaml_event_t *event)
{
    if (b->stop)
        return false;
    if (!yaml_parser_parse(&b->parser, event)) {
        syntax_error(b);
        return false;
    }
    return true;
}

/* Anchors and tags: recorded, and the content read all the same. */
static void refuse_extras(struct builder *b, const struct config_node *node, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct config_clip clip;
    if (anchor)
        config_error(b->reader, node, "", "anchors ('&%s') are not supported; write the value where it is needed",
                     config_clip(&clip, (const char *)anchor));
    if (tag)
        config_error(b->reader, node, "", "tags (beginning with '!') are not supported");
}

static struct config_node *scalar(struct builder *b, const yaml_event_t *event)
{
    struct config_node *node = node_create(b, CONFIG_SCALAR, event->start_mark);
    if (!node)
        return NULL;
    refuse_extras(b, node, event->data.scalar.anchor, event->data.scalar.tag);
    const char *value = (const char *)event->data.scalar.value;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = config_copy(b->reader, value, event->data.scalar.length);
    if (!node->text) {
        b->stop = true;
        return NULL;
    }
    b->last = node;
    if (strlen(value) != event->data.scalar.length) {
        config_error(b->reader, node, "", "the text contains a NUL character");
        node->kind = CONFIG_BROKEN;
    }
    return node;
}

static struct config_node *build(struct builder *b, yaml_event_t *event, int depth);

/* The next entry of a list or mapping, or NULL at its end. */
static struct config_node *entry(struct builder *b, const struct config_node *parent, yaml_event_type_t end, int depth)
{
    yaml_event_t event;
    if (!next(b, &event))
        return NULL;
    if (event.type == end) {
        yaml_event_delete(&event);
        return NULL;
    }
    struct config_node *key = build(b, &event, depth);
    if (parent->kind == CONFIG_LIST || !key || !next(b, &event))
        return parent->kind == CONFIG_LIST ? key : NULL;
    struct config_node *value = build(b, &event, depth);
    if (!value)
        return NULL;
    value->key = key;
    if (key->kind == CONFIG_LIST || key->kind == CONFIG_MAPPING)
        config_error(b->reader, key, "", "a key must be a name, not a list or mapping");
    if (key->kind == CONFIG_SCALAR && key->plain && strcmp(key->text, "<<") == 0) {
        config_error(b->reader, key, "", "merge keys ('<<') are not supported; use an overlay file");
        key->kind = CONFIG_BROKEN;
    }
    return value;
}

static struct config_node *collection(struct builder *b, const yaml_event_t *event, int depth)
{
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    struct config_node *node = node_create(b, list ? CONFIG_LIST : CONFIG_MAPPING, event->start_mark);
    if (!node)
        return NULL;
    if (list)
        refuse_extras(b, node, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    else
        refuse_extras(b, node, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    char reason[CONFIG_REASON_MAX];
    if (depth >= CONFIG_DEPTH_MAX) {
        snprintf(reason, sizeof reason, "nested more than %d levels deep", CONFIG_DEPTH_MAX);
        stop_at(b, event->start_mark, reason);
    }
    struct config_node **tail = &node->child, *child;
    yaml_event_type_t end = list ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
    for (size_t n = 0; (child = entry(b, node, end, depth + 1)); n++) {
        *tail = child;
        tail = &child->next;
        if (n == CONFIG_ENTRIES_MAX) {
            snprintf(reason, sizeof reason, "a %s of more than %d entries", list ? "list" : "mapping", CONFIG_ENTRIES_MAX);
            stop_at(b, event->start_mark, reason);
        }
    }
    if (list && b->stop)
        node->kind = CONFIG_BROKEN; /* cut short */
    return node;
}

/* The node that begins with `event`, which is consumed; NULL only when out of memory. */
static struct config_node *build(struct builder *b, yaml_event_t *event, int depth)
{
    struct config_node *node = NULL;
    if (++b->nodes > CONFIG_NODES_MAX) {
        char reason[CONFIG_REASON_MAX];
        snprintf(reason, sizeof reason, "more than %d values and names", CONFIG_NODES_MAX);
        if (!b->stop)
            stop_at(b, event->start_mark, reason);
        node = node_create(b, CONFIG_BROKEN, event->start_mark);
    } else if (event->type == YAML_SCALAR_EVENT) {
        node = scalar(b, event);
    } else if (event->type == YAML_ALIAS_EVENT) {
        struct config_clip clip;
        node = node_create(b, CONFIG_BROKEN, event->start_mark);
        if (node)
            config_error(b->reader, node, "", "aliases ('*%s') are not supported; write the value out",
                         config_clip(&clip, (const char *)event->data.alias.anchor));
    } else {
        node = collection(b, event, depth);
    }
    yaml_event_delete(event);
    return node;
}

/* The one document of the stream; NULL when there is none. */
static struct config_node *document(struct builder *b)
{
    struct config_node *root = NULL;
    yaml_event_t event;
    while (next(b, &event)) {
        if (event.type == YAML_DOCUMENT_START_EVENT && root)
            stop_at(b, event.start_mark, "a second document begins here; one file holds one configuration");
        bool end = event.type == YAML_STREAM_END_EVENT;
        if (event.type >= YAML_ALIAS_EVENT && event.type <= YAML_MAPPING_START_EVENT) {
            root = build(b, &event, 0);
            continue;
        }
        yaml_event_delete(&event);
        if (end)
            break;
    }
    return root;
}

static struct config_node *parse(struct config_reader *reader, const char *text, size_t bytes, const char *name, size_t column0)
{
    struct builder b = {.reader = reader, .name = config_copy(reader, name, strlen(name)), .text = text, .column0 = column0};
    if (!b.name || !yaml_parser_initialize(&b.parser)) {
        reader->out_of_memory = true;
        return NULL;
    }
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, bytes);
    struct config_node *root = document(&b);
    yaml_parser_delete(&b.parser);
    if (!root && !b.stop)
        root = node_create(&b, CONFIG_SCALAR, (yaml_mark_t){0});
    if (root && root->kind == CONFIG_SCALAR && !root->text) {
        root->text = "";
        root->plain = true;
    }
    return root;
}

struct config_node *config_yaml_parse(struct config_reader *reader, const char *text, size_t bytes, const char *name)
{
    if (bytes <= CONFIG_BYTES_MAX)
        return parse(reader, text, bytes, name, 0);
    config_error(reader, NULL, name, "%.1f MB is too large; a configuration has at most %g MB", (double)bytes / 1e6,
                 CONFIG_BYTES_MAX / 1e6);
    reader->broken = true;
    return NULL;
}

/* At most CONFIG_BYTES_MAX + 1 bytes of a stream (a pipe does not say how many will come); NULL without memory. */
static char *slurp(FILE *stream, size_t *n)
{
    char *buffer = NULL;
    for (size_t room = 16384;; room *= 2) {
        const size_t most = room <= CONFIG_BYTES_MAX ? room : CONFIG_BYTES_MAX + 1;
        char *larger = realloc(buffer, most);
        if (!larger) {
            free(buffer);
            return NULL;
        }
        buffer = larger;
        *n += fread(buffer + *n, 1, most - *n, stream);
        if (*n < most || most > CONFIG_BYTES_MAX)
            return buffer;
    }
}

static struct config_node *read_stream(struct config_reader *reader, FILE *stream, const char *file, const char **text, size_t *bytes)
{
    size_t n = 0;
    char *buffer = slurp(stream, &n);
    struct config_node *root = NULL;
    if (!buffer) {
        reader->out_of_memory = true;
        return NULL;
    }
    if (ferror(stream))
        config_error(reader, NULL, file, "cannot be read: %s", strerror(errno));
    else if (n > CONFIG_BYTES_MAX)
        config_error(reader, NULL, file, "is too large; a configuration has at most %g MB", CONFIG_BYTES_MAX / 1e6);
    else if ((*text = config_copy(reader, buffer, n)))
        root = config_yaml_parse(reader, *text, *bytes = n, file);
    free(buffer);
    return root;
}

struct config_node *config_yaml_read(struct config_reader *reader, const char *file, const char **text, size_t *bytes)
{
    struct config_node *root = NULL;
    struct stat info;
    *text = "";
    *bytes = 0;
    FILE *stream = fopen(file, "rb");
    if (!stream || fstat(fileno(stream), &info) != 0)
        config_error(reader, NULL, file, "cannot be read: %s", strerror(errno));
    else if (S_ISDIR(info.st_mode))
        config_error(reader, NULL, file, "is a directory, not a configuration");
    else if (S_ISREG(info.st_mode) && info.st_size > CONFIG_BYTES_MAX)
        config_error(reader, NULL, file, "%.1f MB is too large; a configuration has at most %g MB", (double)info.st_size / 1e6,
                     CONFIG_BYTES_MAX / 1e6);
    else
        root = read_stream(reader, stream, file, text, bytes);
    if (stream)
        fclose(stream);
    reader->broken = reader->broken || !root;
    return root;
}

static struct config_node *set_node(struct config_reader *reader, enum config_kind kind, size_t column)
{
    struct config_node *node = config_allocate(reader, sizeof *node);
    if (node)
        *node = (struct config_node){.kind = kind, .plain = true, .file = "--set", .line = 1, .column = column};
    return node;
}

/* The mapping {NAME: value} with NAME = set[from .. to). */
static struct config_node *wrap(struct config_reader *reader, const char *set, size_t from, size_t to, struct config_node *value)
{
    struct config_node *mapping = set_node(reader, CONFIG_MAPPING, from + 1), *key = set_node(reader, CONFIG_SCALAR, from + 1);
    if (!mapping || !key || !(key->text = config_copy(reader, set + from, to - from)))
        return NULL;
    value->key = key;
    mapping->child = value;
    return mapping;
}

/* Where the last name of the path set[0 .. end) begins.  Names of devices may contain dots: devices.my_1.5.length. */
static size_t last_name(const char *set, size_t end)
{
    const size_t devices = strlen("devices.");
    size_t from = end;
    bool inside = end > devices && strncmp(set, "devices.", devices) == 0;
    while (from > 0 && set[from - 1] != '.')
        from--;
    /* what lies between "devices." and the property is one name: taken whole once the property is off */
    if (inside && from > devices && set[end] == '.')
        from = devices;
    return from;
}

struct config_node *config_yaml_set(struct config_reader *reader, const char *set)
{
    struct config_node *place = set_node(reader, CONFIG_SCALAR, 1);
    size_t end = strcspn(set, "=");
    bool names = end > 0 && set[0] != '.' && set[end - 1] != '.';
    for (size_t i = 0; i < end; i++)
        names = names && set[i] > ' ' && set[i] <= '~' && (set[i] != '.' || set[i + 1] != '.');
    if (!place || !names || set[end] != '=' || strlen(set) > CONFIG_BYTES_MAX) {
        struct config_clip clip;
        config_error(reader, place, "", "'%s' is not of the form KEY=VALUE, such as treatment.sessions=3", config_clip(&clip, set));
        reader->broken = true;
        return NULL;
    }
    struct config_node *node = parse(reader, set + end + 1, strlen(set + end + 1), "--set", end + 1);
    while (node && end > 0) {
        size_t from = last_name(set, end);
        node = wrap(reader, set, from, end, node);
        end = from > 0 ? from - 1 : 0;
    }
    return node;
}
