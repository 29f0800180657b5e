#define _POSIX_C_SOURCE 200809L
#include "csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BYTES_MAX = 100000000, COLUMNS_MAX = 1000, ERRORS_MAX = 20 };

struct reader {
    const char *path;
    struct csv *csv;
    size_t line, errors;
    bool out_of_memory;
    char *at;
};

static void wrong(struct reader *r, const char *reason)
{
    status_fail(ERR_CONFIG, "%s:%zu: %s", r->path, r->line, reason);
    r->errors++;
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]))
        text[--n] = '\0';
    return text;
}

/* What stands between quotes, unfolded in place; the cursor goes to the comma or line end behind them. */
static char *quoted(struct reader *r)
{
    char *from = ++r->at, *to = from;
    while (*r->at && (*r->at != '"' || r->at[1] == '"')) {
        r->at += *r->at == '"';
        r->line += *r->at == '\n';
        *to++ = *r->at++;
    }
    if (!*r->at)
        wrong(r, "a quote is not closed");
    else
        r->at++;
    const size_t rest = strcspn(r->at, ",\n");
    if (rest > strspn(r->at, " \t\r"))
        wrong(r, "text after a closing quote");
    r->at += rest;
    *to = '\0'; /* before the closing quote or on it */
    return from;
}

/* The next cell of the line; *last: the line ends with it. */
static char *cell(struct reader *r, bool *last)
{
    r->at += strspn(r->at, " \t");
    const bool in_quotes = *r->at == '"';
    char *text = in_quotes ? quoted(r) : r->at;
    if (!in_quotes)
        r->at += strcspn(r->at, ",\n");
    *last = *r->at != ',';
    if (*r->at)
        *r->at++ = '\0';
    return in_quotes ? text : trim(text);
}

/* `name [unit]` -> name and unit. */
static void split_unit(char *text, char **name, char **unit)
{
    const size_t n = strlen(text);
    char *open = strrchr(text, '[');
    *name = text;
    *unit = text + n;
    if (!open || text[n - 1] != ']')
        return;
    text[n - 1] = *open = '\0';
    *unit = trim(open + 1);
    *name = trim(text);
}

static void read_header(struct reader *r)
{
    struct csv *csv = r->csv;
    bool last = false;
    while (!last && csv->columns < COLUMNS_MAX) {
        split_unit(cell(r, &last), &csv->names[csv->columns], &csv->units[csv->columns]);
        if (!*csv->names[csv->columns])
            wrong(r, "a column without a name");
        for (size_t i = 0; i < csv->columns; i++)
            if (strcmp(csv->names[i], csv->names[csv->columns]) == 0 && *csv->names[i])
                wrong(r, "two columns have the same name");
        csv->columns++;
    }
    if (!last)
        wrong(r, "more than 1000 columns");
}

static bool grow(struct reader *r)
{
    struct csv *csv = r->csv;
    if (csv->rows < csv->capacity)
        return true;
    const size_t rows = csv->capacity ? 2 * csv->capacity : 64;
    char **cells = realloc(csv->cells, rows * csv->columns * sizeof *cells);
    csv->cells = cells ? cells : csv->cells;
    size_t *lines = realloc(csv->lines, rows * sizeof *lines);
    csv->lines = lines ? lines : csv->lines;
    csv->capacity = cells && lines ? rows : csv->capacity;
    r->out_of_memory = !cells || !lines;
    return !r->out_of_memory;
}

static void read_row(struct reader *r)
{
    struct csv *csv = r->csv;
    const size_t line = r->line;
    size_t n = 0;
    for (bool last = false; !last; n++) {
        char *text = cell(r, &last);
        if (n < csv->columns)
            csv->cells[csv->rows * csv->columns + n] = text;
    }
    csv->lines[csv->rows] = line;
    if (n == csv->columns) {
        csv->rows++;
        return;
    }
    char reason[96];
    snprintf(reason, sizeof reason, "%zu cell%s, the header names %zu", n, n == 1 ? "" : "s", csv->columns);
    wrong(r, reason);
}

/* Lines without content: blank, or a remark. */
static bool skip_line(struct reader *r)
{
    const char *text = r->at + strspn(r->at, " \t\r");
    if (*text != '\n' && *text != '#' && *text != '\0')
        return false;
    r->at += strcspn(r->at, "\n");
    r->at += *r->at == '\n';
    return true;
}

static enum status parse(struct reader *r)
{
    for (; *r->at && r->errors < ERRORS_MAX && !r->out_of_memory; r->line++) {
        if (skip_line(r))
            continue;
        if (!r->csv->columns)
            read_header(r);
        else if (grow(r))
            read_row(r);
    }
    if (r->out_of_memory)
        return status_no_memory("a table", r->csv->rows * r->csv->columns * sizeof(char *));
    if (!r->csv->columns && !r->errors)
        wrong(r, "no header line with the names of the columns");
    return r->errors ? ERR_CONFIG : OK;
}

/* The file as text ended by a NUL. */
static enum status load(const char *path, char **text)
{
    struct stat info;
    FILE *stream = fopen(path, "rb");
    enum status status = OK;
    if (!stream || fstat(fileno(stream), &info) != 0)
        status = status_fail(ERR_CONFIG, "%s: cannot be read: %s", path, strerror(errno));
    else if (!S_ISREG(info.st_mode))
        status = status_fail(ERR_CONFIG, "%s: is not a file", path);
    else if (info.st_size > BYTES_MAX)
        status = status_fail(ERR_CONFIG, "%s: %.1f MB is too large; a table has at most %d MB", path, (double)info.st_size / 1e6,
                             BYTES_MAX / 1000000);
    else if (!(*text = calloc((size_t)info.st_size + 1, 1)))
        status = status_no_memory(path, (size_t)info.st_size);
    else if (fread(*text, 1, (size_t)info.st_size, stream) != (size_t)info.st_size)
        status = status_fail(ERR_CONFIG, "%s: cannot be read: %s", path, strerror(errno));
    else if (strlen(*text) != (size_t)info.st_size)
        status = status_fail(ERR_CONFIG, "%s: contains a NUL character", path);
    if (stream)
        fclose(stream);
    return status;
}

enum status csv_read(const char *path, struct csv *csv)
{
    struct reader r = {.path = path, .csv = csv, .line = 1};
    *csv = (struct csv){0};
    enum status status = load(path, &csv->text);
    csv->names = calloc(COLUMNS_MAX, sizeof *csv->names);
    csv->units = calloc(COLUMNS_MAX, sizeof *csv->units);
    if (status == OK && (!csv->names || !csv->units))
        status = status_no_memory("a table", 2 * COLUMNS_MAX * sizeof *csv->names);
    if (status == OK) {
        static const char mark[] = "\xEF\xBB\xBF"; /* some programs write it before UTF-8 */
        r.at = csv->text + (strncmp(csv->text, mark, 3) == 0 ? 3 : 0);
        status = parse(&r);
    }
    if (status != OK)
        csv_destroy(csv);
    return status;
}

void csv_destroy(struct csv *csv)
{
    free(csv->names);
    free(csv->units);
    free(csv->cells);
    free(csv->lines);
    free(csv->text);
    *csv = (struct csv){0};
}

void csv_put(const char *text, FILE *stream)
{
    if (!strpbrk(text, ",\"\n\r")) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}
