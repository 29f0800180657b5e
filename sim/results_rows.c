#include "results_internal.h"

#include <math.h>
#include <string.h>

enum status results_flush(struct results *r)
{
    return H5Fflush(r->file, H5F_SCOPE_LOCAL) < 0 ? h5_fail(r->path, "cannot write") : OK;
}

static enum status append_steps(struct results *r)
{
    size_t n = r->n_steps;
    r->n_steps = 0;
    return results_table_append(&r->table[STEPS], n, (const double *const *)r->step, r->step[STEP_NUMBER]);
}

enum status results_settle(struct results *r, enum status status)
{
    r->broken = r->broken || status != OK;
    return status;
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
    r->n_rows = 0;
    enum status status = append_rows(r, MEANS, m->n_species + m->n_surface, r->row[MEANS_ROWS], n);
    if (!status)
        status = append_steps(r);
    if (!status)
        status = append_rows(r, SERIES, m->n_outcomes, r->row[SERIES_ROWS], n);
    return results_settle(r, status);
}

/* ---- rows ------------------------------------------------------------------------------------------------------------------------ */

/* Rows come by the hundred in a fast run, and each costs a write per column: they are kept until they are ROWS_KEPT. */
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
    return r->n_rows == ROWS_KEPT ? results_write_rows(r) : OK;
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
    return results_settle(r, results_table_append(&r->table[PROFILES], 1, r->value, &time));
}

enum status results_snapshot(struct results *results, double time, const double *const *y, const double *const *e)
{
    if (results->broken)
        return ERR_IO;
    enum status status = results_table_append(&results->table[FIELDS], 1, y, &time);
    if (!status)
        status = results_table_append(&results->table[SURFACE], 1, e, &time);
    return results_settle(results, status);
}

enum status results_session(struct results *results, size_t number, double scheduled, double performed, double closure, double deficit)
{
    if (results->broken)
        return ERR_IO;
    const double row = (double)++results->n_sessions, n = (double)number;
    const double *const values[] = {&n, &scheduled, &performed, &closure, &deficit};
    return results_settle(results, results_table_append(&results->table[SESSIONS], 1, values, &row));
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
    enum status status = h5_group(r->path, r->file, "ledger", &all);
    if (!status)
        status = h5_group(r->path, all, species, &group);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !status; i++)
        status = write_scalar(r->path, group, rows[i].name, unit, rows[i].meaning, rows[i].value);
    h5_close(group);
    h5_close(all);
    return results_settle(r, status);
}

enum status results_summary(struct results *results, const char *name, double value)
{
    struct results *r = results;
    if (r->broken)
        return ERR_IO;
    enum status status = !strcmp(name, "sessions_performed") && isfinite(value) ? h5_integer(r->path, r->file, name, lround(value))
                                                                                : h5_number(r->path, r->file, name, value);
    return results_settle(r, status);
}
