/* Stand-in for libyaml in the browser, where settings come one by one as KEY=VALUE: the event interface for a document that is one plain
 * scalar or one list of them, `[a, b]`.  Anything else is an error. */
#ifndef STANDIN_YAML_H
#define STANDIN_YAML_H

#include <stddef.h>

typedef unsigned char yaml_char_t;
typedef struct {
    size_t index, line, column;
} yaml_mark_t;
typedef enum { YAML_ANY_ENCODING, YAML_UTF8_ENCODING } yaml_encoding_t;
typedef enum { YAML_NO_ERROR, YAML_MEMORY_ERROR, YAML_READER_ERROR, YAML_SCANNER_ERROR } yaml_error_type_t;
typedef enum { YAML_ANY_SCALAR_STYLE, YAML_PLAIN_SCALAR_STYLE } yaml_scalar_style_t;
typedef enum {
    YAML_NO_EVENT,
    YAML_STREAM_START_EVENT,
    YAML_STREAM_END_EVENT,
    YAML_DOCUMENT_START_EVENT,
    YAML_DOCUMENT_END_EVENT,
    YAML_ALIAS_EVENT,
    YAML_SCALAR_EVENT,
    YAML_SEQUENCE_START_EVENT,
    YAML_SEQUENCE_END_EVENT,
    YAML_MAPPING_START_EVENT,
    YAML_MAPPING_END_EVENT
} yaml_event_type_t;

typedef struct {
    yaml_event_type_t type;
    struct {
        struct {
            yaml_char_t *anchor;
        } alias;
        struct {
            yaml_char_t *anchor, *tag, *value; /* value: of the parser, until its next event */
            size_t length;
            yaml_scalar_style_t style;
        } scalar;
        struct {
            yaml_char_t *anchor, *tag;
        } sequence_start, mapping_start;
    } data;
    yaml_mark_t start_mark;
} yaml_event_t;

typedef struct {
    yaml_error_type_t error;
    const char *problem, *context;
    size_t problem_offset;
    yaml_mark_t problem_mark;
    const char *text; /* borrowed, like all below private */
    size_t at, bytes;
    int stage;
    yaml_char_t scalar[1024];
} yaml_parser_t;

int yaml_parser_initialize(yaml_parser_t *parser);
void yaml_parser_set_encoding(yaml_parser_t *parser, yaml_encoding_t encoding);
void yaml_parser_set_input_string(yaml_parser_t *parser, const unsigned char *text, size_t bytes);
/* 1, or 0 with the parser's error, problem and problem_mark. */
int yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
void yaml_event_delete(yaml_event_t *event);
void yaml_parser_delete(yaml_parser_t *parser);

#endif
