#include "yaml.h"

#include <string.h>

enum { STREAM, DOCUMENT, CONTENT, ITEM, MORE, DOCUMENT_END, STREAM_END };

int yaml_parser_initialize(yaml_parser_t *parser)
{
    memset(parser, 0, sizeof *parser);
    return 1;
}

void yaml_parser_set_encoding(yaml_parser_t *parser, yaml_encoding_t encoding)
{
    (void)parser;
    (void)encoding;
}

void yaml_parser_set_input_string(yaml_parser_t *parser, const unsigned char *text, size_t bytes)
{
    parser->text = (const char *)text;
    parser->bytes = bytes;
}

static char peek(yaml_parser_t *p)
{
    while (p->at < p->bytes && p->text[p->at] == ' ')
        p->at++;
    return p->at < p->bytes ? p->text[p->at] : '\0';
}

static int fail(yaml_parser_t *p, const char *problem)
{
    p->error = YAML_SCANNER_ERROR;
    p->problem = problem;
    p->problem_mark = (yaml_mark_t){p->at, 0, p->at};
    return 0;
}

/* A plain scalar: up to `ends`, without the spaces behind it. */
static int scalar(yaml_parser_t *p, yaml_event_t *event, const char *ends)
{
    const char first = peek(p);
    const size_t from = p->at;
    if (first == '\0' || strchr("'\"{}&*!|>#@`%", first) || strchr(ends, first))
        return fail(p, "only plain values and lists of them are read here");
    while (p->at < p->bytes && !strchr(ends, p->text[p->at]))
        p->at++;
    size_t n = p->at - from;
    while (p->text[from + n - 1] == ' ')
        n--;
    if (n >= sizeof p->scalar || memchr(p->text + from, '\n', n))
        return fail(p, "a value must be one short line");
    memcpy(p->scalar, p->text + from, n);
    p->scalar[n] = '\0';
    event->type = YAML_SCALAR_EVENT;
    event->data.scalar.value = p->scalar;
    event->data.scalar.length = n;
    event->data.scalar.style = YAML_PLAIN_SCALAR_STYLE;
    return 1;
}

/* The next of `[a, b]`, behind its bracket. */
static int item(yaml_parser_t *p, yaml_event_t *event)
{
    if (peek(p) == ']' && p->stage == ITEM)
        p->stage = MORE;
    if (p->stage == MORE && peek(p) == ']') {
        p->at++;
        p->stage = DOCUMENT_END;
        event->type = YAML_SEQUENCE_END_EVENT;
        return 1;
    }
    if (p->stage == MORE) {
        if (peek(p) != ',')
            return fail(p, "expected ',' or ']'");
        p->at++;
    }
    p->stage = MORE;
    return scalar(p, event, ",]");
}

int yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
    memset(event, 0, sizeof *event);
    peek(parser);
    event->start_mark = (yaml_mark_t){parser->at, 0, parser->at};
    switch (parser->stage) {
    case STREAM:
    case DOCUMENT:
        event->type = parser->stage++ == STREAM ? YAML_STREAM_START_EVENT : YAML_DOCUMENT_START_EVENT;
        return 1;
    case CONTENT:
        if (peek(parser) == '[') {
            parser->at++;
            parser->stage = ITEM;
            event->type = YAML_SEQUENCE_START_EVENT;
            return 1;
        }
        parser->stage = DOCUMENT_END;
        return scalar(parser, event, "");
    case ITEM:
    case MORE:
        return item(parser, event);
    case DOCUMENT_END:
        if (peek(parser) != '\0')
            return fail(parser, "something follows the value");
        parser->stage = STREAM_END;
        event->type = YAML_DOCUMENT_END_EVENT;
        return 1;
    default:
        event->type = YAML_STREAM_END_EVENT;
        return 1;
    }
}

void yaml_event_delete(yaml_event_t *event)
{
    (void)event;
}

void yaml_parser_delete(yaml_parser_t *parser)
{
    (void)parser;
}
