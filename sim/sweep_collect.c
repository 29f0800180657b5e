/* `sweep collect`: the logs -> one row per run, in HDF5 and as comma-separated values. */
#define _GNU_SOURCE
#include "csv.h"
#include "partial.h"
#include "sweep_records.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hdf5_hl.h>

struct table {
    const struct sweep *sweep;
    double *outcomes;                  /* [n_outcomes][n] */
    double *seconds;                   /* [n] */
    int *status;                       /* [n] */
    char **messages;                   /* [n], NULL where there is none, owned */
    size_t rows;                       /* of the series: those of the first run that kept any */
    double *time;                      /* [rows] */
    size_t done, failed, missing, odd; /* odd: done, but with other times than the first */
};

/* ---- logs -> memory ---------------------------------------------------------------------------------------------------------------- */

static enum status add_entry(void *user, const struct sweep_record *r)
{
    struct table *t = user;
    const size_t n = t->sweep->n, i = r->index;
    if (t->status[i] == OK)
        return OK;
    t->status[i] = r->status;
    t->seconds[i] = r->seconds;
    for (size_t o = 0; o < t->sweep->n_outcomes; o++)
        t->outcomes[o * n + i] = r->outcomes[o];
    free(t->messages[i]);
    t->messages[i] = *r->message ? strdup(r->message) : NULL;
    return *r->message && !t->messages[i] ? status_no_memory("a message", strlen(r->message)) : OK;
}

static enum status fill(struct table *t)
{
    const struct sweep *s = t->sweep;
    t->outcomes = malloc((s->n * s->n_outcomes + 1) * sizeof *t->outcomes);
    t->seconds = malloc(s->n * sizeof *t->seconds);
    t->status = malloc(s->n * sizeof *t->status);
    t->messages = calloc(s->n, sizeof *t->messages);
    if (!t->outcomes || !t->seconds || !t->status || !t->messages)
        return status_no_memory("the table", s->n * (s->n_outcomes + 3) * sizeof(double));
    for (size_t i = 0; i < s->n * s->n_outcomes; i++)
        t->outcomes[i] = NAN;
    for (size_t i = 0; i < s->n; i++) {
        t->seconds[i] = NAN;
        t->status[i] = SWEEP_MISSING;
    }
    const enum status status = sweep_records_read(s, 0, s->n, add_entry, t);
    for (size_t i = 0; i < s->n; i++) {
        t->done += t->status[i] == OK;
        t->failed += t->status[i] > OK;
        t->missing += t->status[i] == SWEEP_MISSING;
    }
    return status;
}

static void empty(struct table *t)
{
    for (size_t i = 0; t->messages && i < t->sweep->n; i++)
        free(t->messages[i]);
    free(t->outcomes);
    free(t->seconds);
    free(t->status);
    free(t->messages);
    free(t->time);
}

/* ---- HDF5 -------------------------------------------------------------------------------------------------------------------------- */

static enum status write_messages(const char *path, hid_t file, const struct table *t, hid_t run)
{
    const size_t n = t->sweep->n;
    const char **texts = calloc(n, sizeof *texts);
    if (!texts)
        return status_no_memory("the messages", n * sizeof *texts);
    for (size_t i = 0; i < n; i++)
        texts[i] = t->messages[i] ? t->messages[i] : "";
    const enum status status =
        sweep_table_strings(path, file, "message", "why the run failed; empty = it did not", "status", run, n, texts);
    free(texts);
    return status;
}

/* An expression as the name of a dataset: HDF5 takes "/" for a folder. */
static void dataset_name(const char *expression, char name[4 * SWEEP_NAME])
{
    size_t n = 0;
    for (; *expression && n + 5 < 4 * SWEEP_NAME; expression++)
        if (*expression == '/')
            n += (size_t)sprintf(name + n, "over");
        else
            name[n++] = *expression;
    name[n] = '\0';
}

static enum status write_columns(const char *path, hid_t file, const struct table *t, hid_t run)
{
    const struct sweep *s = t->sweep;
    enum status status = OK;
    for (size_t o = 0; o < s->n_outcomes && status == OK; o++) {
        char name[4 * SWEEP_NAME], unit[EXPRESSION_UNIT], meaning[512];
        expression_unit(&s->expressions[o], unit);
        expression_describe(&s->expressions[o], meaning, sizeof meaning);
        dataset_name(s->outcomes[o], name);
        status = sweep_table_numbers(path, file, name, unit, meaning, "outcome", run, s->n, t->outcomes + o * s->n);
    }
    if (status == OK)
        status =
            sweep_table_integers(path, file, "status", "exit code of the run: 0 = done, -1 = not run yet", "status", run, s->n, t->status);
    if (status == OK)
        status = sweep_table_numbers(path, file, "seconds", "s", "wall time of the run", "status", run, s->n, t->seconds);
    if (status == OK)
        status = write_messages(path, file, t, run);
    if (status == OK)
        status = sweep_table_texts(path, file, "configuration_sha256", "SHA-256 of the resolved configuration", "status", run, s->n,
                                   s->hash[0], sizeof s->hash[0]);
    return status;
}

static enum status write_counts(const char *path, hid_t file, const struct table *t)
{
    enum status status = h5_integer(path, file, "done", (long)t->done);
    if (status == OK)
        status = h5_integer(path, file, "failed", (long)t->failed);
    if (status == OK)
        status = h5_integer(path, file, "missing", (long)t->missing);
    return status;
}

/* ---- series ------------------------------------------------------------------------------------------------------------------------ */

/* One dataset per outcome of the model, written run by run: rows of a run that are not there read as NaN. */
struct series_writer {
    struct table *table;
    const char *path;
    hid_t group, run;
    hid_t *datasets; /* [n_outcomes of the model] */
    bool *written;   /* [n] */
    float *column;   /* [rows] */
};

static enum status create_series(struct series_writer *w, const struct sweep_record *r)
{
    struct table *t = w->table;
    const struct model *model = t->sweep->model;
    hid_t time = H5_NONE;
    t->rows = r->rows;
    t->time = malloc(r->rows * sizeof *t->time);
    w->column = malloc(r->rows * sizeof *w->column);
    if (!t->time || !w->column)
        return status_no_memory("the series", r->rows * sizeof *t->time);
    memcpy(t->time, r->time, r->rows * sizeof *t->time);
    const hsize_t per_chunk = 1 + 65536 / r->rows < t->sweep->n ? 1 + 65536 / r->rows : t->sweep->n;
    const struct h5_shape line = {.type = H5T_IEEE_F64LE, .rank = 1, .size = {r->rows}}, sheet = {.type = H5T_IEEE_F32LE,
                                                                                                  .rank = 2,
                                                                                                  .size = {t->sweep->n, r->rows},
                                                                                                  .chunk = {per_chunk, r->rows},
                                                                                                  .compressed = true};
    enum status status = h5_dataset(w->path, w->group, "time", "day", "time since the first session", &line, &time);
    if (status == OK && (H5Dwrite(time, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, t->time) < 0 || H5DSset_scale(time, "time") < 0))
        status = h5_fail(w->path, "cannot write the time of the series");
    for (size_t o = 0; o < model->n_outcomes && status == OK; o++) {
        const struct outcome *outcome = &model->outcomes[o];
        status = h5_dataset(w->path, w->group, outcome->name, outcome->unit, outcome->meaning, &sheet, &w->datasets[o]);
        if (status == OK && (H5DSattach_scale(w->datasets[o], w->run, 0) < 0 || H5DSattach_scale(w->datasets[o], time, 1) < 0))
            status = h5_fail(w->path, "cannot attach the axes of %s", outcome->name);
    }
    h5_close(time);
    return status;
}

static enum status write_run(struct series_writer *w, const struct sweep_record *r)
{
    const size_t columns = w->table->sweep->model->n_outcomes;
    const hsize_t start[2] = {r->index, 0}, count[2] = {1, r->rows}, n = r->rows;
    hid_t memory = H5Screate_simple(1, &n, NULL);
    enum status status = memory < 0 ? h5_fail(w->path, "cannot write the series") : OK;
    for (size_t o = 0; o < columns && status == OK; o++) {
        for (size_t i = 0; i < r->rows; i++)
            w->column[i] = r->values[i * columns + o];
        hid_t space = H5Dget_space(w->datasets[o]);
        if (space < 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
            H5Dwrite(w->datasets[o], H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, w->column) < 0)
            status = h5_fail(w->path, "cannot write the series of run %zu", r->index);
        h5_close(space);
    }
    h5_close(memory);
    return status;
}

static enum status add_series(void *user, const struct sweep_record *r)
{
    struct series_writer *w = user;
    struct table *t = w->table;
    if (r->status != OK || r->rows == 0 || w->written[r->index])
        return OK;
    w->written[r->index] = true;
    enum status status = t->rows ? OK : create_series(w, r);
    if (status != OK)
        return status;
    if (r->rows == t->rows && memcmp(r->time, t->time, t->rows * sizeof *t->time) == 0)
        return write_run(w, r);
    t->odd++;
    return OK;
}

static enum status write_series(const char *path, hid_t file, struct table *t, hid_t run)
{
    const size_t columns = t->sweep->model->n_outcomes;
    struct series_writer w = {.table = t,
                              .path = path,
                              .group = H5_NONE,
                              .run = run,
                              .datasets = malloc((columns + 1) * sizeof *w.datasets),
                              .written = calloc(t->sweep->n, sizeof *w.written)};
    enum status status = w.datasets && w.written ? h5_group(path, file, "series", &w.group) : status_no_memory("the series", t->sweep->n);
    for (size_t o = 0; w.datasets && o < columns; o++)
        w.datasets[o] = H5_NONE;
    if (status == OK)
        status = sweep_records_read(t->sweep, 0, t->sweep->n, add_series, &w);
    for (size_t o = 0; w.datasets && o < columns; o++)
        h5_close(w.datasets[o]);
    h5_close(w.group);
    free(w.datasets);
    free(w.written);
    free(w.column);
    if (status == OK && t->rows == 0)
        status_warn("no series: the sweep does not keep them, or no run is done");
    if (status == OK && t->odd)
        status_warn("%zu runs have other times in their series than the first and are left out of it: duration or output are varied",
                    t->odd);
    return status;
}

static enum status write_h5(const char *path, struct table *t, bool series)
{
    char temporary[SWEEP_PATH + PARTIAL_MORE];
    hid_t file = H5_NONE, run = H5_NONE;
    partial_name(path, temporary, sizeof temporary);
    h5_quiet();
    enum status status = h5_create(path, temporary, &file);
    if (status == OK)
        status = sweep_table_about(path, file, t->sweep, "table of a sweep");
    if (status == OK)
        status = write_counts(path, file, t);
    if (status == OK)
        status = sweep_table_design(path, file, t->sweep, &run);
    if (status == OK)
        status = write_columns(path, file, t, run);
    if (status == OK && series)
        status = write_series(path, file, t, run);
    h5_close(run);
    return sweep_table_finish(path, temporary, file, status);
}

/* ---- comma-separated values -------------------------------------------------------------------------------------------------------- */

static void put_name(FILE *stream, const char *name, const char *unit)
{
    char text[512];
    snprintf(text, sizeof text, strcmp(unit, "1") == 0 ? "%s" : "%s [%s]", name, unit);
    fputc(',', stream);
    csv_put(text, stream);
}

/* The shortest decimal that reads back to the same number; nothing for NaN. */
static void put_number(FILE *stream, double value)
{
    char text[32];
    fputc(',', stream);
    if (isnan(value))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, stream);
}

static void put_header(FILE *stream, const struct sweep *s)
{
    fputs("run,sample,block,moved,replicate", stream);
    for (size_t c = 0; c < s->n_columns; c++)
        put_name(stream, s->columns[c].name, s->columns[c].numbers ? s->columns[c].unit : "1");
    for (size_t o = 0; o < s->n_outcomes; o++) {
        char unit[EXPRESSION_UNIT];
        expression_unit(&s->expressions[o], unit);
        put_name(stream, s->outcomes[o], unit);
    }
    fputs(",status,seconds [s],message,configuration_sha256\n", stream);
}

static void put_row(FILE *stream, const struct table *t, size_t i)
{
    const struct sweep *s = t->sweep;
    fprintf(stream, "%zu,%d,%d,%d,%d", i, s->sample[i], s->block[i], s->moved[i], s->replicate[i]);
    for (size_t c = 0; c < s->n_columns; c++)
        if (s->columns[c].numbers) {
            put_number(stream, s->columns[c].numbers[i]);
        } else {
            fputc(',', stream);
            csv_put(s->columns[c].texts + i * s->columns[c].width, stream);
        }
    for (size_t o = 0; o < s->n_outcomes; o++)
        put_number(stream, t->outcomes[o * s->n + i]);
    fprintf(stream, ",%d", t->status[i]);
    put_number(stream, t->seconds[i]);
    fputc(',', stream);
    csv_put(t->messages[i] ? t->messages[i] : "", stream);
    fprintf(stream, ",%s\n", s->hash[i]);
}

static enum status write_csv(const char *path, const struct table *t)
{
    char temporary[SWEEP_PATH + PARTIAL_MORE];
    partial_name(path, temporary, sizeof temporary);
    FILE *stream = fopen(temporary, "w");
    if (!stream)
        return status_fail(ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    put_header(stream, t->sweep);
    for (size_t i = 0; i < t->sweep->n; i++)
        put_row(stream, t, i);
    const bool good = fflush(stream) == 0 && !ferror(stream) && fsync(fileno(stream)) == 0;
    const int reason = errno;
    fclose(stream);
    if (good && rename(temporary, path) == 0)
        return OK;
    unlink(temporary);
    return status_fail(ERR_IO, "%s: cannot be written: %s", path, strerror(good ? errno : reason));
}

/* FILE.h5 -> FILE.csv; anything else gets .csv appended. */
static void csv_path(const char *path, char csv[SWEEP_PATH])
{
    const size_t n = strlen(path);
    const bool h5 = n > 3 && strcmp(path + n - 3, ".h5") == 0;
    snprintf(csv, SWEEP_PATH, "%.*s.csv", (int)(h5 ? n - 3 : n), path);
}

enum status sweep_collect(const char *dir, const struct arguments *a)
{
    struct sweep sweep;
    char own[SWEEP_PATH], csv[SWEEP_PATH];
    const char *path = a->output ? a->output : sweep_path(dir, "table.h5", own);
    enum status status = sweep_open(dir, &sweep);
    if (status != OK)
        return status;
    struct table table = {.sweep = &sweep};
    csv_path(path, csv);
    status = fill(&table);
    if (status == OK)
        status = write_h5(path, &table, a->series);
    if (status == OK)
        status = write_csv(csv, &table);
    if (status == OK && !a->quiet)
        printf("%s and %s: %zu runs, %zu done, %zu failed, %zu missing\n", path, csv, sweep.n, table.done, table.failed, table.missing);
    empty(&table);
    sweep_close(&sweep);
    return status;
}
