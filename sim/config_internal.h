/* Shared by the config*.c files only: text -> tree of nodes (config_yaml.c) -> checked values (config_check.c) -> text (config_print.c).
 *
 * Everything lives in one arena of the config, so that every way out is one free. */
#ifndef NEEDLEWORK_CONFIG_INTERNAL_H
#define NEEDLEWORK_CONFIG_INTERNAL_H

#include "config_document.h"

enum {
    CONFIG_BYTES_MAX = 1000000, /* largest file [bytes] */
    CONFIG_DEPTH_MAX = 8,       /* deepest nesting */
    CONFIG_ENTRIES_MAX = 1000,  /* longest list or mapping */
    CONFIG_NODES_MAX = 10000,   /* nodes of one file: bounds the time of every check */
    CONFIG_PATH_MAX = 192,      /* "treatment.needle.length" [bytes] */
    CONFIG_REASON_MAX = 512
};

struct config_value {
    bool has;
    double number; /* numbers, integers (exact) and booleans (0, 1) */
    const char *text;
    const double *numbers;
    const char *const *names;
    size_t n;                     /* length of numbers or names */
    const struct config_node *at; /* where it was given; NULL for a default */
};

struct config_assignment {
    const char *name, *unit;
    double value;
};

struct config_block;
struct config {
    struct config_block *blocks; /* the arena */
    struct config_value values[CONFIG_KEYS];
    struct config_assignment *parameters; /* given ones, in order of appearance */
    size_t n_parameters;
    struct config_device *devices;
    size_t n_devices;
    const char *source;
};

/* The properties of a device of the user's own: units and ranges are those of the treatment's keys. */
struct config_property {
    const char *name;
    const struct config_row *row;
};
extern const struct config_property config_properties[CONFIG_DEVICE_PROPERTIES];

/* A configuration being read. */
struct config_reader {
    struct config *config;
    const struct config_vocabulary *vocabulary;
    struct config_node **trees; /* one per file and --set, in order; owned by the arena */
    size_t n_trees;
    const char *model;                    /* a model of the vocabulary; NULL when none is given */
    const struct config_node *model_at;   /* where the one that counts was given, if it is none of the list and all is said about it */
    const char **parameters;              /* names of its parameters, ends with NULL */
    const char **devices;                 /* names of the vocabulary and of the user's own, ends with NULL; NULL: any */
    const struct config_node **device_at; /* where config->devices[i] was given */
    size_t errors;
    bool broken; /* a file could not be read to its end: what is missing may be there */
    bool out_of_memory;
};

/* Zeroed memory that lives as long as the config; NULL (and reader->out_of_memory) when there is none. */
void *config_allocate(struct config_reader *reader, size_t bytes);
/* `array` of n elements with room for one more: the same, or a copy twice as large (the arena keeps the old one). */
void *config_grow(struct config_reader *reader, void *array, size_t n, size_t size);
char *config_copy(struct config_reader *reader, const char *text, size_t bytes);

/* Records `FILE:LINE:COLUMN: PATH: reason` (no place when at is NULL, no path when it is ""). */
void config_error(struct config_reader *reader, const struct config_node *at, const char *path, const char *format, ...)
    STATUS_PRINTF(4, 5);

/* Writes at most 60 bytes of `text` for a message, control characters as blanks, "..." after what is longer.  Returns the text. */
struct config_clip {
    char text[64];
};
const char *config_clip(struct config_clip *buffer, const char *text);
/* "; did you mean 'x'?", or the list of names when none is near and the list is short, or "". */
void config_suggest(const char *name, const char *const *names, char *buffer, size_t n);
bool config_is_null(const struct config_node *node);
/* As units_format, but times in the unit in which they are whole numbers ("6 weeks"); reads back to the same double. */
void config_quantity(double value, const char *unit, char *text, size_t n);
/* "0.02 to 6 mm", "0.01 day to 5 years" */
void config_range(double lo, double hi, const char *unit, char *text, size_t n);

/* Text -> tree.  NULL when there is none; every error is recorded, with reader->broken where reading stopped early. */
struct config_node *config_yaml_parse(struct config_reader *reader, const char *text, size_t bytes, const char *name);
struct config_node *config_yaml_read(struct config_reader *reader, const char *file, const char **text, size_t *bytes);
/* "KEY=VALUE" -> the tree of a file that says the same. */
struct config_node *config_yaml_set(struct config_reader *reader, const char *set);

/* One node -> one checked value (config_values.c); `path` names the key in messages.  False, with the error recorded, when it is wrong. */
bool config_check_mapping(struct config_reader *reader, const struct config_node *node, const char *path);
bool config_check_number(struct config_reader *reader, const struct config_node *node, const char *path, const char *unit, double lo,
                         double hi, double *value);
bool config_check_integer(struct config_reader *reader, const struct config_node *node, const char *path, const struct config_row *row,
                          double *value);
bool config_check_boolean(struct config_reader *reader, const struct config_node *node, const char *path, double *value);
bool config_check_text(struct config_reader *reader, const struct config_node *node, const char *path);
bool config_check_name(struct config_reader *reader, const struct config_node *node, const char *path, const char *const *names);
void config_check_value(struct config_reader *reader, const struct config_node *node, enum config_key key, bool given);
const char *const *config_choices(const struct config_reader *reader, enum config_key key);
const char *config_kind_name(const struct config_node *node);
/* "SECTION.NAME", the name clipped; path holds CONFIG_PATH_MAX bytes. */
void config_join(char *path, const char *section, const char *name);

/* The key of the table called `path`, -1 when there is none. */
int config_find_key(const char *path);
/* A reader with an empty config and room for `n_trees` trees; ERR_IO, nothing allocated left, when out of memory (config.c). */
enum status config_begin(struct config_reader *reader, const struct config_vocabulary *vocabulary, size_t n_trees);

/* Trees -> checked values, in order, then the defaults (config_check.c). */
void config_check(struct config_reader *reader);
/* False for an entry whose key is unreadable or, with the error recorded, was there before. */
bool config_check_entry(struct config_reader *reader, const struct config_node *section, const struct config_node *entry, const char *path);

/* The sections whose keys are names of something else (config_sections.c). */
void config_check_parameters(struct config_reader *reader, const struct config_node *section);
void config_check_devices(struct config_reader *reader, const struct config_node *section);
void config_check_devices_complete(struct config_reader *reader);

#endif
