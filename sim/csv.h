/* Comma-separated values (RFC 4180) as text with its place: what is too long to be written in YAML.
 *
 * The first line names the columns, `name` or `name [unit]`.  Empty lines and lines that begin with # are skipped, blanks around a cell are
 * dropped, "quoted, text" may hold commas and "" for a quote.  Tested in: tests/test_csv.c. */
#ifndef NEEDLEWORK_CSV_H
#define NEEDLEWORK_CSV_H

#include "status.h"

#include <stddef.h>
#include <stdio.h>

struct csv {
    size_t rows, columns;
    char **names, **units; /* [columns]; unit "" when none is given */
    char **cells;          /* [rows x columns], row by row */
    size_t *lines;         /* [rows] line of the file, from 1 */
    char *text;            /* everything the pointers point into */
    size_t capacity;
};

/* Reads a file of at most 100 MB and 1000 columns.  ERR_CONFIG with every wrong line recorded as `FILE:LINE: ...` (or as soon as there
 * are 20), ERR_IO when out of memory; *csv is empty then. */
enum status csv_read(const char *path, struct csv *csv);
static inline const char *csv_cell(const struct csv *csv, size_t row, size_t column)
{
    return csv->cells[row * csv->columns + column];
}
void csv_destroy(struct csv *csv);

/* Writes one cell, in quotes where it must be. */
void csv_put(const char *text, FILE *stream);

#endif
