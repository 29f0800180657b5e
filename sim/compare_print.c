/* A comparison as text, runs as columns, and as CSV, runs as lines. */
#include "compare.h"
#include "csv.h"

#include <math.h>
#include <string.h>

enum { NAME = 42, WIDTH = 12, ABREAST = 8 /* runs beside each other */ };

static void put_value(FILE *stream, enum compare_section section, double value)
{
    if (isnan(value))
        fprintf(stream, "%*s", WIDTH, "-");
    else
        fprintf(stream, section == COMPARE_DIFFERENCES ? "%+*.4g" : "%*.4g", WIDTH, value);
}

static void with_unit(const struct compare_row *row, size_t skip, char name[sizeof row->name + sizeof row->unit + 4])
{
    const bool unit = strcmp(row->unit, "1") != 0;
    snprintf(name, sizeof row->name + sizeof row->unit + 4, "%s%s%s%s", row->name + skip, unit ? " [" : "", row->unit + (unit ? 0 : 1),
             unit ? "]" : "");
}

/* `skip`: what the name begins with and the title of the section says already. */
static void put_row(FILE *stream, const struct compare_row *row, size_t skip, size_t from, size_t to)
{
    char name[sizeof row->name + sizeof row->unit + 4];
    with_unit(row, skip, name);
    fprintf(stream, "  %-*s", NAME, name);
    if (strlen(name) > NAME)
        fprintf(stream, "\n  %*s", NAME, "");
    for (size_t i = from; i < to; i++)
        put_value(stream, row->section, row->value[i]);
    fputc('\n', stream);
}

static void put_section(const struct compare *c, enum compare_section section, const char *title, size_t from, size_t to, FILE *stream)
{
    const size_t skip = section == COMPARE_DIFFERENCES ? strlen("difference of ") : section == COMPARE_SHARES ? strlen(c->by.text) + 1 : 0;
    bool begun = false;
    for (size_t r = 0; r < c->n_rows; r++) {
        if (c->row[r].section != section)
            continue;
        if (!begun) {
            fprintf(stream, "\n%-*s", NAME + 2, title);
            for (size_t i = from; i < to; i++)
                fprintf(stream, "%*zu", WIDTH, i + 1);
            fputc('\n', stream);
        }
        begun = true;
        put_row(stream, &c->row[r], skip, from, to);
    }
}

/* What must be known before the numbers are believed. */
static void put_remarks(const struct compare *c, FILE *stream)
{
    bool ends = false, skins = false;
    for (size_t i = 0; i < c->n; i++) {
        ends |= fabs(c->run[i].end - c->run[0].end) > 0.5;
        skins |= c->run[i].skin && c->run[0].skin && strcmp(c->run[i].skin, c->run[0].skin) != 0;
    }
    for (size_t i = 0; i < c->n; i++)
        if (!c->run[i].complete)
            fprintf(stream, "note: %s is incomplete: values at its end are those of day %.4g, milestones are missing\n", c->run[i].path,
                    c->run[i].end);
    for (size_t i = 0; i < c->n; i++)
        if (isnan(c->run[i].dose.channels))
            fprintf(stream, "note: %s has no dose: no channels, or its configuration is not known\n", c->run[i].path);
    if (ends)
        fprintf(stream, "note: the runs end at different times, so values at the end are not of the same day\n");
    if (skins)
        fprintf(stream, "note: the runs differ in the skin, not only in the treatment\n");
    if (!c->shared)
        fprintf(stream, "note: %s is not 0 without treatment, so it is not divided by sessions, channels, volume or downtime\n",
                c->by.text);
    if (c->equal != COMPARE_AS_RUN)
        fprintf(
            stream,
            "note: \"at equal dose\" is in proportion to the dose, which is a guess: to know, run again with --set treatment.density\n");
}

void compare_print(const struct compare *c, FILE *stream)
{
    fprintf(stream, "%zu runs of %s, best first by %s%s (%s is better)\n\n", c->n, c->by.model->name, c->by.text,
            c->equal == COMPARE_AS_RUN ? "" : " at equal dose", c->lower ? "lower" : "higher");
    for (size_t i = 0; i < c->n; i++)
        fprintf(stream, "%4zu  %s: %s, day %.4g%s\n", i + 1, c->run[i].path, c->run[i].complete ? "complete" : "INCOMPLETE", c->run[i].end,
                i == c->baseline ? " (baseline)" : "");
    for (size_t from = 0; from < c->n; from += ABREAST) {
        const size_t to = from + ABREAST < c->n ? from + ABREAST : c->n;
        char title[64];
        put_section(c, COMPARE_OUTCOMES, "outcomes", from, to, stream);
        put_section(c, COMPARE_DOSE, "dose", from, to, stream);
        put_section(c, COMPARE_SHARES, c->by.text, from, to, stream);
        snprintf(title, sizeof title, "run - baseline %zu", c->baseline + 1);
        put_section(c, COMPARE_DIFFERENCES, title, from, to, stream);
        snprintf(title, sizeof title, "at the dose of baseline %zu", c->baseline + 1);
        put_section(c, COMPARE_AT_EQUAL_DOSE, title, from, to, stream);
    }
    fprintf(stream, "\n- = not reached or not known\n");
    put_remarks(c, stream);
}

void compare_print_csv(const struct compare *c, FILE *stream)
{
    fputs("rank,file,complete,baseline,end [day]", stream);
    for (size_t r = 0; r < c->n_rows; r++) {
        char name[sizeof c->row[r].name + sizeof c->row[r].unit + 4];
        with_unit(&c->row[r], 0, name);
        fputc(',', stream);
        csv_put(name, stream);
    }
    for (size_t i = 0; i < c->n; i++) {
        fprintf(stream, "\n%zu,", i + 1);
        csv_put(c->run[i].path, stream);
        fprintf(stream, ",%d,%d,%.9g", c->run[i].complete, i == c->baseline, c->run[i].end);
        for (size_t r = 0; r < c->n_rows; r++)
            if (isnan(c->row[r].value[i]))
                fputc(',', stream);
            else
                fprintf(stream, ",%.9g", c->row[r].value[i]);
    }
    fputc('\n', stream);
}
