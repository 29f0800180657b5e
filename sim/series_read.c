/* The series of a results file: a child process reads it and passes on plain numbers (isolate.h), which are checked once more. */
#include "series_internal.h"

#include "h5.h"
#include "isolate.h"
#include "model_use.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MOST = 10000000, PATIENCE = 60 /* s */ };

/* What the child sends before the numbers: time [rows], then every outcome [rows]. */
struct head {
    char model[64];
    size_t rows, outcomes;
    double complete, summary[SUMMARY_KEYS];
};

static bool put(FILE *stream, const double *values, size_t n)
{
    return n == 0 || fwrite(values, sizeof *values, n, stream) == n;
}

/* One outcome, cut to the committed rows; NaN where there are none. */
static bool put_outcome(FILE *stream, hid_t file, const char *name, size_t rows, double *column)
{
    double *values = NULL;
    const size_t n = h5_read_row(file, name, ROWS_MOST, &values);
    for (size_t i = 0; i < rows; i++)
        column[i] = n >= rows ? values[i] : NAN;
    free(values);
    return put(stream, column, rows);
}

static bool put_numbers(FILE *stream, hid_t file, const struct model *model, const double *time, size_t rows)
{
    double *column = malloc((rows + 1) * sizeof *column);
    bool good = column && put(stream, time, rows);
    for (size_t i = 0; good && i < model->n_outcomes; i++)
        good = put_outcome(stream, file, model->outcomes[i].name, rows, column);
    free(column);
    return good;
}

static enum status send(const void *job, FILE *stream)
{
    const char *path = job;
    hid_t file = H5_NONE;
    struct head head = {.rows = 0};
    char source[32];
    double *time = NULL;
    h5_quiet();
    enum status status = h5_open(path, &file);
    if (status != OK)
        return status;
    const struct model *model = h5_read_text(file, "model", head.model, sizeof head.model) ? model_find(head.model) : NULL;
    if (!h5_read_text(file, "source", source, sizeof source) || strncmp(source, "needlework ", 11) != 0)
        status = status_fail(ERR_IO, "%s: is not a results file of needlework (its attribute source does not say so)", path);
    else if (!model)
        status = status_fail(ERR_IO, "%s: is of the model '%s', which this program does not have; a plug-in is named with --model", path,
                             head.model);
    if (status == OK) {
        head.rows = h5_read_row(file, "time", ROWS_MOST, &time);
        head.outcomes = model->n_outcomes;
        h5_read_number(file, "complete", &head.complete);
        for (int key = 0; key < SUMMARY_KEYS; key++)
            if (!summary_has(model, (enum summary_key)key) || !h5_read_number(file, summary_rows[key].name, &head.summary[key]))
                head.summary[key] = NAN;
        if (fwrite(&head, sizeof head, 1, stream) != 1 || !put_numbers(stream, file, model, time, head.rows))
            status = status_fail(ERR_IO, "%s: no memory to read it", path);
    }
    free(time);
    h5_close(file);
    return status;
}

/* The series from what the child sent, column by column. */
static enum status unpack(const char *path, const char *bytes, size_t length, struct series *series)
{
    struct head head;
    if (length < sizeof head)
        return status_fail(ERR_IO, "%s: cannot be read", path);
    memcpy(&head, bytes, sizeof head);
    head.model[sizeof head.model - 1] = '\0';
    const struct model *model = model_find(head.model);
    if (!model || head.outcomes != model->n_outcomes || head.rows > ROWS_MOST ||
        length != sizeof head + head.rows * (1 + head.outcomes) * sizeof(double))
        return status_fail(ERR_IO, "%s: cannot be read", path);
    const enum status status = series_prepare(series, model, head.rows);
    if (status != OK)
        return status;
    const char *at = bytes + sizeof head;
    memcpy(series->time, at, head.rows * sizeof(double));
    for (size_t o = 0; o < head.outcomes; o++)
        for (size_t i = 0; i < head.rows; i++)
            memcpy(&series->values[i * head.outcomes + o], at + ((1 + o) * head.rows + i) * sizeof(double), sizeof(double));
    memcpy(series->summary, head.summary, sizeof head.summary);
    series->n = head.rows;
    series->complete = head.complete > 0.5;
    return OK;
}

enum status series_read(const char *path, struct series *series)
{
    char *bytes = NULL;
    size_t length = 0;
    series->n = 0;
    series->complete = false;
    enum status status = isolate_print(path, send, path, PATIENCE, &bytes, &length);
    if (status == OK)
        status = unpack(path, bytes, length, series);
    free(bytes);
    return status;
}
