/* Tables as text: what is accepted, what is refused and where. */
#define _POSIX_C_SOURCE 200809L
#include "csv.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum status from_text(const char *text, struct csv *csv)
{
    char path[] = "/tmp/needlework-csv-XXXXXX";
    const int descriptor = mkstemp(path);
    cr_assert(descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text), "no file");
    close(descriptor);
    const enum status status = csv_read(path, csv);
    unlink(path);
    return status;
}

Test(csv, reads_names_units_quotes_and_remarks)
{
    struct csv csv;
    cr_assert(from_text("\xEF\xBB\xBF# a remark\n\nlength [mm], \"a, \"\"b\"\"\" ,empty\r\n1.5 , \"x,\ny\" ,\r\n\n# more\n2,z,\"\"\n",
                        &csv) == OK,
              "%s", status_message(0));
    cr_assert(csv.columns == 3 && csv.rows == 2, "%zu columns, %zu rows", csv.columns, csv.rows);
    cr_expect(strcmp(csv.names[0], "length") == 0 && strcmp(csv.units[0], "mm") == 0, "%s [%s]", csv.names[0], csv.units[0]);
    cr_expect(strcmp(csv.names[1], "a, \"b\"") == 0 && strcmp(csv.units[1], "") == 0, "%s [%s]", csv.names[1], csv.units[1]);
    cr_expect(strcmp(csv_cell(&csv, 0, 0), "1.5") == 0, "'%s'", csv_cell(&csv, 0, 0));
    cr_expect(strcmp(csv_cell(&csv, 0, 1), "x,\ny") == 0, "'%s'", csv_cell(&csv, 0, 1));
    cr_expect(strcmp(csv_cell(&csv, 0, 2), "") == 0 && strcmp(csv_cell(&csv, 1, 2), "") == 0, "empty cells");
    cr_expect(csv.lines[0] == 4 && csv.lines[1] == 8, "lines %zu and %zu", csv.lines[0], csv.lines[1]);
    csv_destroy(&csv);
}

Test(csv, reads_a_last_line_without_an_end)
{
    struct csv csv;
    cr_assert(from_text("a,b\n1,2", &csv) == OK && csv.rows == 1 && strcmp(csv_cell(&csv, 0, 1), "2") == 0, "last line");
    csv_destroy(&csv);
}

Test(csv, names_every_wrong_line)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", ":1: no header line"},
        {"# only a remark\n", ":2: no header line"},
        {"a,b\n1\n", ":2: 1 cell, the header names 2"},
        {"a,b\n1,2\n1,2,3\n", ":3: 3 cells, the header names 2"},
        {"a,a\n", ":1: two columns have the same name"},
        {"a,\n", ":1: a column without a name"},
        {"a,b\n1,\"open\n", ": a quote is not closed"},
        {"a,b\n\"x\" y,2\n", ":2: text after a closing quote"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct csv csv;
        status_clear();
        cr_expect(from_text(cases[i].text, &csv) == ERR_CONFIG, "case %zu was accepted", i);
        cr_expect(status_count() == 1 && strstr(status_message(0), cases[i].reason), "case %zu: %s", i, status_message(0));
        cr_expect(!csv.text && !csv.rows, "case %zu left something", i);
    }
}

Test(csv, stops_after_many_errors)
{
    struct csv csv;
    char text[2000] = "a,b\n";
    for (int i = 0; i < 500; i++)
        strcat(text, "1\n");
    cr_expect(from_text(text, &csv) == ERR_CONFIG && status_count() == 20, "%zu errors", status_count());
}

Test(csv, refuses_what_is_no_file)
{
    struct csv csv;
    cr_expect(csv_read("/nowhere.csv", &csv) == ERR_CONFIG && strstr(status_message(0), "cannot be read"), "%s", status_message(0));
    status_clear();
    cr_expect(csv_read("/tmp", &csv) == ERR_CONFIG && strstr(status_message(0), "not a file"), "%s", status_message(0));
}

Test(csv, reads_what_it_writes)
{
    static const char *const cells[] = {"plain", "a, b", "the \"best\"", "two\nlines", "\"", ""};
    enum { CELLS = sizeof cells / sizeof *cells };
    char text[200] = "";
    FILE *stream = fmemopen(text, sizeof text, "w");
    for (size_t i = 0; i < 2 * CELLS; i++) {
        if (i < CELLS)
            fprintf(stream, "c%zu", i);
        else
            csv_put(cells[i - CELLS], stream);
        fputc((i + 1) % CELLS ? ',' : '\n', stream);
    }
    fclose(stream);
    struct csv csv;
    cr_assert(from_text(text, &csv) == OK && csv.rows == 1 && csv.columns == CELLS, "%s", text);
    for (size_t i = 0; i < CELLS; i++)
        cr_expect(strcmp(csv_cell(&csv, 0, i), cells[i]) == 0, "'%s', wanted '%s'", csv_cell(&csv, 0, i), cells[i]);
    csv_destroy(&csv);
}
