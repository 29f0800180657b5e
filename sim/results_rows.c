#define _GNU_SOURCE /* fallocate */
#include "results_internal.h"

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file descriptor below HDF5, or NULL. */
static int *descriptor(const struct results *r)
{
    void *handle = NULL;
    return H5Fget_vfd_handle(r->file, H5P_DEFAULT, &handle) < 0 ? NULL : handle;
}

/* Filtered chunks get their place in the file only when flushed, so what several tables need is added up until then.  Where the file system
 * cannot reserve space this says OK, and a full disk is noticed later. */
enum status results_reserve(struct results *r, double bytes)
{
    struct stat file;
    haddr_t end = 0;
    const int *handle = descriptor(r);
    if (bytes <= 0.0 || !handle || fstat(*handle, &file) || H5Fget_eoa(r->file, &end) < 0)
        return OK;
    r->reserved += bytes;
    if (fallocate(*handle, 0, 0, (off_t)end + (off_t)r->reserved) == 0 || !(errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
        return OK;
    const char *reason = strerror(errno);
    if (ftruncate(*handle, file.st_size) != 0)
        reason = strerror(errno);
    return status_fail(ERR_IO, "%s: cannot write: %s", r->path, reason);
}

enum status results_flush(struct results *r)
{
    haddr_t end = 0;
    if (H5Fflush(r->file, H5F_SCOPE_LOCAL) < 0)
        return h5_fail(r->path, "cannot write");
    const int *handle = r->reserved > 0.0 && H5Fget_eoa(r->file, &end) >= 0 ? descriptor(r) : NULL;
    r->reserved = 0.0;
    if (handle && ftruncate(*handle, (off_t)end) != 0)
        return status_fail(ERR_IO, "%s: cannot give back reserved space: %s", r->path, strerror(errno));
    return OK;
}

/* Room for one row of each of the tables (a set of 1 << table), for the rows and steps in memory where they are among them: all of it
 * before the first is appended, so that a full disk leaves nothing half done. */
static enum status reserve_rows(struct results *r, unsigned tables)
{
    double bytes = 0.0;
    for (unsigned t = 0; t < RESULTS_TABLES; t++)
        if (tables & 1u << t)
            bytes += results_table_space(&r->table[t], t == STEPS ? r->n_steps : t == SERIES || t == MEANS ? r->n_rows : 1);
    return results_reserve(r, bytes);
}

static enum status append_steps(struct results *r)
{
    size_t n = r->n_steps;
    r->n_steps = 0;
    return results_table_append(&r->table[STEPS], n, (const double *const *)r->step, r->step[STEP_NUMBER]);
}

enum status results_abandon(struct results *r, enum status status)
{
    r->broken = true;
    return status;
}

/* The end of every call that appends rows, given how that went: data to disk, then their marks to disk, or the file is given up. */
static enum status settle(struct results *r, enum status status)
{
    if (!status)
        status = results_flush(r);
    for (int t = 0; t < RESULTS_TABLES && !status; t++) {
        status = results_reserve(r, results_table_mark_space(&r->table[t]));
        if (!status)
            status = results_table_commit(&r->table[t]);
    }
    if (!status)
        status = results_flush(r);
    return status ? results_abandon(r, status) : OK;
}

static enum status append_rows(struct results *r, enum table table, size_t columns, const double *rows, size_t n)
{
    for (size_t c = 0; c < columns; c++)
        r->value[c] = rows + c * ROWS_KEPT;
    return results_table_append(&r->table[table], n, r->value, r->row_time);
}

enum status results_write_rows(struct results *r)
{
    const struct model *m = r->model;
    const size_t n = r->n_rows;
    enum status status = reserve_rows(r, 1u << MEANS | 1u << STEPS | 1u << SERIES);
    r->n_rows = 0;
    r->written = clock_seconds();
    if (!status)
        status = append_rows(r, MEANS, m->n_species + m->n_surface, r->row[MEANS_ROWS], n);
    if (!status)
        status = append_steps(r);
    if (!status)
        status = append_rows(r, SERIES, m->n_outcomes, r->row[SERIES_ROWS], n);
    return settle(r, status);
}

/* ---- rows ------------------------------------------------------------------------------------------------------------------------ */

/* Rows come by the hundred in a fast run, and each costs a write per column: they are kept until they are ROWS_KEPT or a second old. */
enum status results_series(struct results *results, double time, const double *outcomes, const double *means, const double *surface_means)
{
    struct results *r = results;
    const struct model *m = r->model;
    if (r->broken)
        return ERR_IO;
    for (size_t s = 0; s < m->n_species + m->n_surface; s++)
        r->row[MEANS_ROWS][s * ROWS_KEPT + r->n_rows] = s < m->n_species ? means[s] : surface_means[s - m->n_species];
    for (size_t i = 0; i < m->n_outcomes; i++)
        r->row[SERIES_ROWS][i * ROWS_KEPT + r->n_rows] = outcomes[i];
    r->row_time[r->n_rows++] = time;
    return r->n_rows == ROWS_KEPT || clock_seconds() - r->written > 1.0 ? results_write_rows(r) : OK;
}

enum status results_profile(struct results *results, double time, const double *const *y)
{
    struct results *r = results;
    size_t plane = r->nx * r->ny;
    if (r->broken)
        return ERR_IO;
    for (size_t s = 0; s < r->model->n_species; s++) {
        double *mean = r->profile + s * r->nz;
        r->value[s] = mean;
        for (size_t k = 0; k < r->nz; k++) {
            const double *layer = y[s] + k * plane;
            mean[k] = 0.0;
            for (size_t c = 0; c < plane; c++)
                mean[k] += r->weight[c] * layer[c];
        }
    }
    enum status status = reserve_rows(r, 1u << PROFILES);
    if (!status)
        status = results_table_append(&r->table[PROFILES], 1, r->value, &time);
    return settle(r, status);
}

enum status results_snapshot(struct results *results, double time, const double *const *y, const double *const *e)
{
    if (results->broken)
        return ERR_IO;
    enum status status = reserve_rows(results, 1u << FIELDS | 1u << SURFACE);
    if (!status)
        status = results_table_append(&results->table[FIELDS], 1, y, &time);
    if (!status)
        status = results_table_append(&results->table[SURFACE], 1, e, &time);
    return settle(results, status);
}

enum status results_session(struct results *results, size_t number, double scheduled, double performed, double closure, double deficit)
{
    if (results->broken)
        return ERR_IO;
    const double row = (double)++results->n_sessions, n = (double)number;
    const double *const values[] = {&n, &scheduled, &performed, &closure, &deficit};
    enum status status = reserve_rows(results, 1u << SESSIONS);
    if (!status)
        status = results_table_append(&results->table[SESSIONS], 1, values, &row);
    return settle(results, status);
}

enum status results_step(struct results *results, double time, double dt, double error, double solves)
{
    struct results *r = results;
    if (r->broken)
        return ERR_IO;
    const double row[N_STEP_COLUMNS] = {time, dt, error, solves, (double)(r->table[STEPS].rows + r->n_steps + 1)};
    for (int c = 0; c < N_STEP_COLUMNS; c++)
        r->step[c][r->n_steps] = row[c];
    return ++r->n_steps < STEPS_KEPT ? OK : results_write_rows(r);
}

enum status results_rows(struct results *results, size_t rows[RESULTS_TABLES])
{
    struct results *r = results;
    enum status status = r->broken ? ERR_IO : results_write_rows(r);
    if (status)
        return status;
    for (int t = 0; t < RESULTS_TABLES; t++)
        rows[t] = (size_t)r->table[t].rows;
    return OK;
}

/* ---- at the end ------------------------------------------------------------------------------------------------------------------ */

static enum status write_scalar(const char *path, hid_t group, const char *name, const char *unit, const char *meaning, double value)
{
    enum status status = OK;
    hid_t dataset = h5_child(group, name, H5I_DATASET);
    if (dataset < 0)
        status = h5_dataset(path, group, name, unit, meaning, &(struct h5_shape){.type = H5T_IEEE_F64LE}, &dataset);
    if (!status && H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
        status = h5_fail(path, "cannot write the ledger's %s", name);
    h5_close(dataset);
    return status;
}

enum status results_ledger_write(struct results *results, const char *species, const char *unit, const struct results_ledger *ledger)
{
    struct results *r = results;
    hid_t all = H5_NONE, group = H5_NONE;
    if (r->broken)
        return ERR_IO;
    const struct {
        const char *name, *meaning;
        double value;
    } rows[] = {
        {"initial", "amount before the run", ledger->initial},
        {"produced", "amount produced", ledger->produced},
        {"lost", "amount lost by decay, consumption and conversion", ledger->lost},
        {"boundary", "amount that came in through the boundaries", ledger->boundary},
        {"injury", "amount that the needles added (negative: removed)", ledger->injury},
        {"stored", "amount at the end", ledger->stored},
        {"error", "initial + produced - lost + boundary + injury - stored", ledger->error},
    };
    enum status status = results_reserve(r, 65536.0);
    if (!status)
        status = h5_group(r->path, r->file, "ledger", &all);
    if (!status)
        status = h5_group(r->path, all, species, &group);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !status; i++)
        status = write_scalar(r->path, group, rows[i].name, unit, rows[i].meaning, rows[i].value);
    h5_close(group);
    h5_close(all);
    return status ? results_abandon(r, status) : OK;
}

enum status results_summary(struct results *results, const char *name, double value)
{
    struct results *r = results;
    if (r->broken)
        return ERR_IO;
    enum status status = !strcmp(name, "sessions_performed") && isfinite(value) ? h5_integer(r->path, r->file, name, lround(value))
                                                                                : h5_number(r->path, r->file, name, value);
    return status ? results_abandon(r, status) : OK;
}
