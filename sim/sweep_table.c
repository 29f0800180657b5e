/* Columns of a sweep in HDF5: netCDF-4, one dimension `run`, a role on every dataset. */
#define _GNU_SOURCE
#include "sweep_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <hdf5_hl.h>

/* A dataset along `scale` with its role; stored = its type. */
static enum status column(const char *path, hid_t file, const char *name, const char *unit, const char *meaning, const char *role,
                          hid_t scale, size_t n, hid_t stored, hid_t given, const void *values, hid_t *kept)
{
    const struct h5_shape shape = {.type = stored, .rank = 1, .size = {n}};
    hid_t dataset = H5_NONE;
    enum status status = h5_dataset(path, file, name, unit, meaning, &shape, &dataset);
    if (status == OK)
        status = h5_text(path, dataset, "role", role);
    if (status == OK && H5Dwrite(dataset, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        status = h5_fail(path, "cannot write %s", name);
    if (status == OK && scale >= 0 && H5DSattach_scale(dataset, scale, 0) < 0)
        status = h5_fail(path, "cannot attach the axis of %s", name);
    if (status == OK && scale < 0 && H5DSset_scale(dataset, name) < 0)
        status = h5_fail(path, "cannot make %s an axis", name);
    if (status == OK && kept)
        *kept = dataset;
    else
        h5_close(dataset);
    return status;
}

enum status sweep_table_numbers(const char *path, hid_t file, const char *name, const char *unit, const char *meaning, const char *role,
                                hid_t scale, size_t n, const double *values)
{
    return column(path, file, name, unit, meaning, role, scale, n, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values, NULL);
}

enum status sweep_table_integers(const char *path, hid_t file, const char *name, const char *meaning, const char *role, hid_t scale,
                                 size_t n, const int *values)
{
    return column(path, file, name, "1", meaning, role, scale, n, H5T_STD_I32LE, H5T_NATIVE_INT, values, NULL);
}

/* Texts of any length, as netCDF-4 has them: its library crashes on columns of fixed-length strings (netCDF 4.9.0). */
static enum status strings(const char *path, hid_t file, const char *name, const char *meaning, const char *role, hid_t scale, size_t n,
                           const char *const *texts, hid_t *kept)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    enum status status = OK;
    if (type < 0 || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)
        status = h5_fail(path, "cannot write %s", name);
    else
        status = column(path, file, name, "1", meaning, role, scale, n, type, type, texts, kept);
    h5_close(type);
    return status;
}

enum status sweep_table_strings(const char *path, hid_t file, const char *name, const char *meaning, const char *role, hid_t scale,
                                size_t n, const char *const *texts)
{
    return strings(path, file, name, meaning, role, scale, n, texts, NULL);
}

enum status sweep_table_texts(const char *path, hid_t file, const char *name, const char *meaning, const char *role, hid_t scale, size_t n,
                              const char *texts, size_t width)
{
    const char **pointers = malloc((n + 1) * sizeof *pointers);
    if (!pointers)
        return status_no_memory(name, n * sizeof *pointers);
    for (size_t i = 0; i < n; i++)
        pointers[i] = texts + i * width;
    const enum status status = strings(path, file, name, meaning, role, scale, n, pointers, NULL);
    free(pointers);
    return status;
}

static enum status unit_values(const char *path, hid_t file, const struct sweep *s, hid_t run, hid_t dimension)
{
    const struct h5_shape shape = {.type = H5T_IEEE_F64LE, .rank = 2, .size = {s->n, s->n_dimensions}};
    hid_t dataset = H5_NONE;
    enum status status = h5_dataset(path, file, "unit_value", "1", "coordinate of the dimension between 0 and 1", &shape, &dataset);
    if (status == OK)
        status = h5_text(path, dataset, "role", "design");
    if (status == OK && (H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, s->unit) < 0 ||
                         H5DSattach_scale(dataset, run, 0) < 0 || H5DSattach_scale(dataset, dimension, 1) < 0))
        status = h5_fail(path, "cannot write unit_value");
    h5_close(dataset);
    return status;
}

static enum status factor(const char *path, hid_t file, const struct sweep *s, const struct sweep_column *c, hid_t run)
{
    enum status status = c->numbers ? sweep_table_numbers(path, file, c->name, c->unit, c->name, "factor", run, s->n, c->numbers)
                                    : sweep_table_texts(path, file, c->name, c->name, "factor", run, s->n, c->texts, c->width);
    if (status != OK)
        return status;
    hid_t dataset = H5Dopen2(file, c->name, H5P_DEFAULT);
    status = h5_integer(path, dataset, "dimension", (long)c->dimension);
    if (status == OK)
        status = h5_text(path, dataset, "scale", c->scale);
    if (status == OK && c->numbers)
        status = h5_number(path, dataset, "low", c->low);
    if (status == OK && c->numbers)
        status = h5_number(path, dataset, "high", c->high);
    h5_close(dataset);
    return status;
}

enum status sweep_table_design(const char *path, hid_t file, const struct sweep *s, hid_t *run_scale)
{
    const struct {
        const char *name, *meaning;
        const int *values;
    } rows[] = {{"sample", "base point, or trajectory", s->sample},
                {"block", "matrix of the design (0 = A, 1 = B, 2 + i = A with column i of B), or step of the trajectory", s->block},
                {"moved", "dimension that differs from the base point, or moved in this step; -1 = none", s->moved},
                {"replicate", "repetition with another seed", s->replicate}};
    int *index = malloc(s->n * sizeof *index);
    hid_t dimension = H5_NONE;
    if (!index)
        return status_no_memory("the index", s->n * sizeof *index);
    for (size_t i = 0; i < s->n; i++)
        index[i] = (int)i;
    enum status status =
        column(path, file, "run", "1", "index of the run", "index", H5_NONE, s->n, H5T_STD_I32LE, H5T_NATIVE_INT, index, run_scale);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == OK; i++)
        status = sweep_table_integers(path, file, rows[i].name, rows[i].meaning, "design", *run_scale, s->n, rows[i].values);
    if (status == OK && s->n_dimensions)
        status = strings(path, file, "dimension", "what is varied", "design", H5_NONE, s->n_dimensions, (const char *const *)s->dimensions,
                         &dimension);
    if (status == OK && s->n_dimensions)
        status = unit_values(path, file, s, *run_scale, dimension);
    for (size_t c = 0; c < s->n_columns && status == OK; c++)
        status = factor(path, file, s, &s->columns[c], *run_scale);
    h5_close(dimension);
    free(index);
    return status;
}

enum status sweep_table_about(const char *path, hid_t file, const struct sweep *s, const char *title)
{
    char source[256], history[320], lower[SUMMARY_NAMES], now[32];
    const time_t seconds = time(NULL);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &utc);
    snprintf(source, sizeof source, "needlework %s", provenance_version());
    snprintf(history, sizeof history, "%s: %s", now, title);
    summary_lower_names(s->model, lower);
    const struct {
        const char *name, *value;
    } texts[] = {{"Conventions", "CF-1.10"}, {"title", s->title[0] ? s->title : title},
                 {"source", source},         {"history", history},
                 {"design", s->design},      {"model", s->model->name},
                 {"lower_is_better", lower}};
    const struct {
        const char *name;
        long value;
    } numbers[] = {{"runs", (long)s->n},  {"dimensions", (long)s->n_dimensions}, {"samples", s->samples},
                   {"levels", s->levels}, {"replicates", s->replicates},         {"seed", s->seed}};
    enum status status = OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == OK; i++)
        status = h5_text(path, file, texts[i].name, texts[i].value);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && status == OK; i++)
        status = h5_integer(path, file, numbers[i].name, numbers[i].value);
    return status;
}

enum status sweep_table_finish(const char *path, const char *temporary, hid_t file, enum status status)
{
    if (file >= 0 && H5Fclose(file) < 0 && status == OK)
        status = h5_fail(path, "cannot close the file");
    const int descriptor = status == OK ? open(temporary, O_RDONLY | O_CLOEXEC) : -1;
    if (status == OK && (descriptor < 0 || fsync(descriptor) != 0 || rename(temporary, path) != 0))
        status = status_fail(ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    if (status != OK && file >= 0)
        unlink(temporary);
    return status;
}
