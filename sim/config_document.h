/* A YAML document that is not a configuration (what to vary, what to fit): the tree as it stands, and checks of its nodes.
 *
 * Like a configuration nothing is believed: every wrong node records `FILE:LINE:COLUMN: PATH: reason` and reading goes on, so that all
 * errors are reported at once; config_document_status tells at the end whether there were any.  The same limits hold: 1 MB, nested 8 deep,
 * 1000 entries in a list or mapping, 10000 nodes; what is longer belongs into a CSV file (csv.h).
 * Tested in: tests/test_config_document.c. */
#ifndef NEEDLEWORK_CONFIG_DOCUMENT_H
#define NEEDLEWORK_CONFIG_DOCUMENT_H

#include "config.h"

enum config_kind { CONFIG_SCALAR, CONFIG_LIST, CONFIG_MAPPING, CONFIG_BROKEN /* already reported: keep quiet */ };

/* A node of a file.  Line and column count from 1, columns in characters.  All memory belongs to the document. */
struct config_node {
    enum config_kind kind;
    bool plain; /* scalar without quotes */
    const char *file;
    size_t line, column;
    const char *text;          /* scalar */
    struct config_node *key;   /* of the entries of a mapping */
    struct config_node *child; /* first entry */
    struct config_node *next;  /* next entry of the same list or mapping */
};

struct config_document;

/* Reads a file, or a text that messages call `name`.  OK also when some of it is wrong (see config_document_status); ERR_CONFIG when there
 * is nothing to check (no such file, not YAML, not a mapping), ERR_IO when out of memory, with *document untouched. */
enum status config_document_read(const char *file, struct config_document **document);
enum status config_document_parse(const char *text, size_t bytes, const char *name, struct config_document **document);
void config_document_destroy(struct config_document **document);

/* The mapping that is the whole document, its text as it was read, and whether anything was wrong so far: OK or ERR_CONFIG (ERR_IO when
 * memory ran out on the way). */
const struct config_node *config_document_root(const struct config_document *document);
const char *config_document_source(const struct config_document *document);
enum status config_document_status(const struct config_document *document);

/* Records `FILE:LINE:COLUMN: PATH: reason` (no place when at is NULL, no path when it is ""). */
void config_document_error(struct config_document *document, const struct config_node *at, const char *path, const char *format, ...)
    STATUS_PRINTF(4, 5);

/* Whether the node is a mapping with readable keys, none twice and, unless `names` (ends with NULL) is NULL, all among the names. */
bool config_document_mapping(struct config_document *document, const struct config_node *node, const char *path, const char *const *names);
/* Whether it is a list of least to most entries; *n is their number. */
bool config_document_list(struct config_document *document, const struct config_node *node, const char *path, size_t least, size_t most,
                          size_t *n);
/* The entry of a mapping by its key, NULL when there is none (or `mapping` is NULL or no mapping). */
const struct config_node *config_document_find(const struct config_node *mapping, const char *key);
/* Likewise, with "is missing" recorded. */
const struct config_node *config_document_need(struct config_document *document, const struct config_node *mapping, const char *path,
                                               const char *key);

/* One scalar each; false, with the error recorded and the value untouched, when it is wrong.  A number has a unit unless `unit` is "1"; a
 * text is borrowed from the document. */
bool config_document_number(struct config_document *document, const struct config_node *node, const char *path, const char *unit, double lo,
                            double hi, double *value);
bool config_document_integer(struct config_document *document, const struct config_node *node, const char *path, double lo, double hi,
                             long *value);
bool config_document_boolean(struct config_document *document, const struct config_node *node, const char *path, bool *value);
bool config_document_choice(struct config_document *document, const struct config_node *node, const char *path, const char *const *names,
                            size_t *index);
bool config_document_text(struct config_document *document, const struct config_node *node, const char *path, const char **value);

/* What can be set in a configuration: a key of the table, or `parameters.NAME` of a model. */
struct config_setting {
    char name[192];
    int key; /* enum config_key, -1 for a parameter */
    enum config_type type;
    const char *unit;           /* of numbers and lists of numbers */
    double lo, hi;              /* closed range [unit] */
    const char *const *choices; /* NULL: any name, or none of that type */
};

/* The setting called `name`; false, with the error recorded at the node and the nearest name, when there is none of that name. */
bool config_document_setting(struct config_document *document, const struct config_node *at, const char *name,
                             const struct config_vocabulary *vocabulary, const char *model, struct config_setting *setting);

#endif
