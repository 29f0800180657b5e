/* Checked values -> YAML that reads back to the same values; the table of keys -> Markdown. */
#define _POSIX_C_SOURCE 200809L
#include "config_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The code point at *c, which is moved behind it; the text is valid UTF-8, libyaml saw to that. */
static unsigned decode(const char **c)
{
    unsigned char lead = (unsigned char)*(*c)++;
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    unsigned point = more == 0 ? lead : lead & (0x3Fu >> more);
    for (; more > 0 && **c; more--)
        point = point << 6 | ((unsigned char)*(*c)++ & 0x3F);
    return point;
}

void config_print_text(FILE *stream, const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    struct config_node node = {.kind = CONFIG_SCALAR, .plain = true, .text = text};
    if (*text && !strchr("0123456789_.-", *text) && !text[strspn(text, letters)] && !config_is_null(&node)) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    while (*text) {
        const char *from = text;
        unsigned point = decode(&text);
        bool line_end = point == 0x2028 || point == 0x2029, marker = point == 0xFEFF || point == 0xFFFE || point == 0xFFFF;
        if (point == '"' || point == '\\')
            fprintf(stream, "\\%c", (int)point);
        else if (point < ' ' || (point >= 0x7F && point < 0xA0) || line_end || marker)
            fprintf(stream, "\\u%04X", point);
        else
            fwrite(from, 1, (size_t)(text - from), stream);
    }
    fputc('"', stream);
}

static void print_number(FILE *stream, double value, const char *unit)
{
    char text[128];
    config_quantity(value, unit, text, sizeof text);
    fputs(text, stream);
}

static void print_value(FILE *stream, const struct config_row *row, const struct config_value *value)
{
    switch (row->type) {
    case CONFIG_NUMBER:
    case CONFIG_INTEGER:
        print_number(stream, value->number, row->unit);
        break;
    case CONFIG_BOOLEAN:
        fputs(value->number != 0.0 ? "true" : "false", stream);
        break;
    case CONFIG_CHOICE:
    case CONFIG_TEXT_VALUE:
        config_print_text(stream, value->text);
        break;
    case CONFIG_NUMBER_LIST:
    case CONFIG_NAME_LIST:
        fputc('[', stream);
        for (size_t i = 0; i < value->n; i++) {
            fputs(i ? ", " : "", stream);
            if (row->type == CONFIG_NUMBER_LIST)
                print_number(stream, value->numbers[i], row->unit);
            else
                config_print_text(stream, value->names[i]);
        }
        fputc(']', stream);
        break;
    }
}

/* Opens the sections of `path` that `previous` was not in, and writes the indented last name: "    length: ". */
static void print_key(FILE *stream, const char *path, const char *previous)
{
    int indent = 0;
    bool same = true;
    for (const char *name = path, *dot; (dot = strchr(name, '.')); name = dot + 1, indent += 4) {
        same = same && strncmp(previous, path, (size_t)(dot - path) + 1) == 0;
        if (!same)
            fprintf(stream, "%*s%.*s:\n", indent, "", (int)(dot - name), name);
    }
    const char *last = strrchr(path, '.');
    fprintf(stream, "%*s%s: ", indent, "", last ? last + 1 : path);
}

static void print_devices(FILE *stream, const struct config *config)
{
    for (size_t i = 0; i < config->n_devices; i++) {
        const struct config_device *device = &config->devices[i];
        fprintf(stream, "%s    ", i ? "" : "devices:\n");
        config_print_text(stream, device->name);
        fputs(":\n        like: ", stream);
        config_print_text(stream, device->like);
        fputc('\n', stream);
        for (size_t k = 0; k < CONFIG_DEVICE_PROPERTIES; k++) {
            if (isnan(device->property[k]))
                continue;
            fprintf(stream, "        %s: ", config_properties[k].name);
            print_number(stream, device->property[k], config_properties[k].row->unit);
            fputc('\n', stream);
        }
    }
}

static void print_parameter(FILE *stream, const char *name, const char *unit, double value)
{
    fprintf(stream, "    %s: ", name);
    print_number(stream, value, unit);
    fputc('\n', stream);
}

char *config_resolved(const struct config *config, const struct config_parameter *parameters, const double *values, size_t n)
{
    char *text = NULL;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);
    const char *previous = "";
    if (!stream)
        return NULL;
    for (size_t key = 0; key < CONFIG_KEYS; key++) {
        if (!config->values[key].has)
            continue;
        print_key(stream, config_rows[key].path, previous);
        print_value(stream, &config_rows[key], &config->values[key]);
        fputc('\n', stream);
        previous = config_rows[key].path;
    }
    if (parameters ? n > 0 : config->n_parameters > 0)
        fputs("parameters:\n", stream);
    for (size_t i = 0; parameters && i < n; i++)
        print_parameter(stream, parameters[i].name, parameters[i].unit, values[i]);
    for (size_t i = 0; !parameters && i < config->n_parameters; i++)
        print_parameter(stream, config->parameters[i].name, config->parameters[i].unit, config->parameters[i].value);
    print_devices(stream, config);
    bool complete = !ferror(stream);
    if (fclose(stream) == 0 && complete)
        return text;
    free(text);
    return NULL;
}

/* What a key accepts: a range, the choices, or the kind of text. */
static void describe_values(const struct config_row *row, char *text, size_t n)
{
    char range[128] = "";
    size_t used = 0;
    if (row->unit)
        config_range(row->lo, row->hi, row->unit, range, sizeof range);
    text[0] = '\0';
    for (size_t i = 0; row->choices && row->choices[i]; i++)
        used += (size_t)snprintf(text + used, n - used, "%s`%s`", i ? ", " : "", row->choices[i]);
    if (row->choices)
        return;
    const char *const words[] = {
        [CONFIG_NUMBER] = "",         [CONFIG_INTEGER] = "whole, ",         [CONFIG_BOOLEAN] = "`true`, `false`", [CONFIG_CHOICE] = "name",
        [CONFIG_TEXT_VALUE] = "text", [CONFIG_NUMBER_LIST] = "list, each ", [CONFIG_NAME_LIST] = "list of names",
    };
    snprintf(text, n, "%s%s", words[row->type], range);
}

static bool same_section(const char *a, const char *b)
{
    const size_t n = strcspn(a, "."), m = strcspn(b, ".");
    return !a[n] || !b[m] ? !a[n] && !b[m] : n == m && strncmp(a, b, n) == 0;
}

/* Heading and table head of the section of a key; keys without a dot are those of the top level. */
static void markdown_head(const char *path, FILE *stream)
{
    const int n = (int)strcspn(path, ".");
    if (path[n])
        fprintf(stream, "\n## `%.*s`\n\n", n, path);
    fputs("| key | default | values | meaning |\n|---|---|---|---|\n", stream);
}

void config_write_markdown(FILE *stream)
{
    const char *section = NULL; /* first key of the present one */
    for (size_t key = 0; key < CONFIG_KEYS; key++) {
        const struct config_row *row = &config_rows[key];
        char values[256];
        if (!section || !same_section(section, row->path))
            markdown_head(section = row->path, stream);
        describe_values(row, values, sizeof values);
        fprintf(stream, "| `%s` | ", row->path);
        if (row->initial && *row->initial)
            fprintf(stream, "`%s`", row->initial);
        else
            fputs(row->initial ? "required" : "", stream);
        fprintf(stream, " | %s | %s |\n", values, row->meaning);
    }
    markdown_head("parameters.", stream);
    fputs("| `parameters.NAME` | the model's | see `needlework models` | any parameter of the model |\n", stream);
    markdown_head("devices.", stream);
    fputs("| `devices.NAME.like` | required | name | the named device that yours resembles |\n", stream);
    for (size_t i = 0; i < CONFIG_DEVICE_PROPERTIES; i++) {
        char values[256];
        describe_values(config_properties[i].row, values, sizeof values);
        fprintf(stream, "| `devices.NAME.%s` | that device's | %s | %s |\n", config_properties[i].name, values,
                i == CONFIG_DEVICE_NEEDLES ? config_properties[i].row->meaning : "as in `treatment`");
    }
}
