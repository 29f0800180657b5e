#define _POSIX_C_SOURCE 200809L /* strdup */
#include "results_internal.h"

#include "partial.h"
#include "provenance.h"
#include "seal.h"
#include "summary_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what the tables are --------------------------------------------------------------------------------------------------------- */

/* "day", not "days": see unit_name in h5.c; the origin is in the name, as there is no calendar date in a simulation. */
static const struct results_column time_mark = {"time", "day", "time since the first session", false};
static const struct results_column session_mark = {"session", "1", "row of the session", true};
static const struct results_column step_mark = {"step", "1", "number of the accepted step", true};

static const struct results_column session_columns[] = {
    {"number", "1", "number of the session, from 1", true},
    {"scheduled", "day", "planned time of the session", false},
    {"performed", "day", "time the session took place, NaN when it never did", false},
    {"closure", "1", "fraction of the mouths' area closed just before it", false},
    {"deficit", "1", "barrier deficit just before it, 1 = all mouths open", false},
};
static const struct results_column step_columns[] = {
    {"time", "day", "end of the step, since the first session", false},
    {"dt", "day", "length of the step", false},
    {"error", "1", "estimated error / tolerance", false},
    {"solves", "1", "sweeps over one field by the implicit solves of all species", false},
};

static void columns_of(const struct species *species, size_t n, struct results_column *columns)
{
    for (size_t s = 0; s < n; s++)
        columns[s] = (struct results_column){species[s].name, species[s].unit, species[s].meaning, false};
}

/* Calls create (or open, given the rows of a checkpoint) for every table of the file. */
static enum status visit_tables(struct results *r, const struct grid *grid, const struct grid *surface, const size_t *rows)
{
    const struct model *m = r->model;
    size_t n_all = m->n_species + m->n_surface;
    struct results_column *outcome = calloc(m->n_outcomes + 1, sizeof *outcome), *all = calloc(n_all + 1, sizeof *all);
    enum status status = outcome && all ? OK : status_no_memory("the tables of the results file", (n_all + 1) * sizeof *all);
    for (size_t i = 0; i < m->n_outcomes && outcome; i++)
        outcome[i] = (struct results_column){m->outcomes[i].name, m->outcomes[i].unit, m->outcomes[i].meaning, false};
    if (all) {
        columns_of(m->species, m->n_species, all);
        columns_of(m->surface, m->n_surface, all + m->n_species);
    }
    const struct results_column *top = all ? all + m->n_species : NULL;
    const struct results_table_spec spec[RESULTS_TABLES] = {
        [SERIES] = {.group = "/", .mark = time_mark, .axes = "", .columns = outcome, .n = m->n_outcomes},
        [MEANS] = {.group = "means", .mark = time_mark, .axes = "", .columns = all, .n = n_all, .prefix = "domain mean: "},
        [PROFILES] = {.group = "profiles",
                      .mark = time_mark,
                      .axes = "z",
                      .grid = grid,
                      .columns = all,
                      .n = m->n_species,
                      .prefix = "lateral mean: "},
        [FIELDS] = {.group = "fields", .mark = time_mark, .axes = "zyx", .grid = grid, .columns = all, .n = m->n_species, .field = true},
        [SURFACE] =
            {.group = "surface", .mark = time_mark, .axes = "yx", .grid = surface, .columns = top, .n = m->n_surface, .field = true},
        [SESSIONS] = {.group = "sessions", .mark = session_mark, .axes = "", .columns = session_columns, .n = 5, .auxiliary = "number"},
        [STEPS] = {.group = "steps", .mark = step_mark, .axes = "", .columns = step_columns, .n = 4, .auxiliary = "time"},
    };
    for (int t = 0; t < RESULTS_TABLES && !status; t++) {
        if (t == SURFACE && !(surface && m->n_surface))
            continue;
        status = rows ? results_table_open(r->path, r->file, &spec[t], rows[t], &r->table[t])
                      : results_table_create(r->path, r->file, &spec[t], &r->table[t]);
    }
    free(all);
    free(outcome);
    return status;
}

static enum status write_root(const struct results *r, const struct grid *grid, const struct results_about *about)
{
    char source[256], history[512], lower[SUMMARY_NAMES], hex[PROVENANCE_SHA256];
    enum status status = provenance_sha256(about->resolved ? about->resolved : "", hex);
    if (status)
        return status;
    snprintf(source, sizeof source, "needlework %s, model %s", provenance_version(), r->model->name);
    snprintf(history, sizeof history, "written by needlework %s from the configuration with SHA-256 %s", provenance_version(), hex);
    summary_lower_names(r->model, lower);
    const struct {
        const char *name, *value;
    } texts[] = {
        {"Conventions", "CF-1.10"},
        {"title", about->title && about->title[0] ? about->title : r->model->title ? r->model->title : r->model->name},
        {"source", source},
        {"history", history},
        {"model", r->model->name},
        {"geometry", geometry_names[grid->geometry]},
        {"lower_is_better", lower},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++)
        status = h5_text(r->path, r->file, texts[i].name, texts[i].value);
    return status ? status : h5_integer(r->path, r->file, "complete", 0);
}

/* ---- life cycle ------------------------------------------------------------------------------------------------------------------ */

static void release(struct results *r)
{
    if (!r)
        return;
    for (int t = 0; t < RESULTS_TABLES; t++)
        results_table_close(&r->table[t]);
    h5_close(r->file);
    for (int c = 0; c < N_STEP_COLUMNS; c++)
        free(r->step[c]);
    free(r->row[0]);
    free(r->row[1]);
    free(r->value);
    free(r->profile);
    free(r->weight);
    free(r->path);
    free(r->live);
    free(r->copy);
    free(r);
}

/* Without a trace on disk but what was published. */
static void give_up(struct results **results)
{
    if (*results)
        unlink((*results)->live); /* also what was made of it when its very first bytes failed */
    release(*results);
    *results = NULL;
}

/* Everything in memory, nothing on disk. */
static enum status allocate(const char *path, const struct model *model, const struct grid *grid, struct results **results)
{
    struct results *r = calloc(1, sizeof *r);
    if (!r)
        return status_no_memory("the results", sizeof *r);
    r->file = H5_NONE;
    r->model = model;
    r->nx = grid->axis[0].n, r->ny = grid->axis[1].n, r->nz = grid->axis[2].n;
    size_t columns = model->n_outcomes + model->n_species + model->n_surface + N_STEP_COLUMNS, length = strlen(path) + PARTIAL_MORE;
    bool got = (r->path = strdup(path)) && (r->live = malloc(length)) && (r->copy = malloc(length)) &&
               (r->weight = malloc(grid->plane * sizeof *r->weight)) &&
               (r->profile = malloc((model->n_species * r->nz + 1) * sizeof *r->profile)) &&
               (r->value = malloc(columns * sizeof *r->value)) &&
               (r->row[0] = malloc((model->n_species + model->n_surface + 1) * ROWS_KEPT * sizeof *r->row[0])) &&
               (r->row[1] = malloc((model->n_outcomes + 1) * ROWS_KEPT * sizeof *r->row[1]));
    for (int c = 0; c < N_STEP_COLUMNS; c++)
        got = got && (r->step[c] = malloc(STEPS_KEPT * sizeof *r->step[c]));
    if (!got) {
        release(r);
        return status_no_memory("the results", grid->plane * sizeof *r->weight);
    }
    double sum = 0.0;
    for (size_t j = 0; j < r->ny; j++)
        for (size_t i = 0; i < r->nx; i++)
            sum += r->weight[i + r->nx * j] = grid->axis[0].extent[i] * grid->axis[1].extent[j];
    for (size_t c = 0; c < grid->plane; c++)
        r->weight[c] /= sum;
    partial_name(path, r->live, length);
    partial_copy_name(path, r->copy, length);
    *results = r;
    return OK;
}

/* Refuses what must not be replaced; *made tells whether the folder had to be created. */
static enum status prepare_place(const char *path, bool force, char *folder, bool *made)
{
    struct stat file;
    const char *slash = strrchr(path, '/');
    if (stat(path, &file) == 0 && !S_ISREG(file.st_mode))
        return status_fail(ERR_IO, "%s: exists and is not a file", path);
    if (stat(path, &file) == 0 && !force)
        return status_fail(ERR_IO, "%s: exists already; it is replaced only with --force", path);
    *made = false;
    snprintf(folder, (size_t)(slash ? slash - path : 0) + 1, "%s", path);
    if (!folder[0] || stat(folder, &file) == 0)
        return OK;
    if (mkdir(folder, 0777) == 0 || errno == EEXIST) {
        *made = true;
        return OK;
    }
    return status_fail(ERR_IO, "%s: cannot create the folder %s: %s", path, folder, strerror(errno));
}

enum status results_create(const char *path, bool force, const struct model *model, const struct grid *grid, const struct grid *surface,
                           const struct results_about *about, struct results **results)
{
    struct results *r = NULL;
    bool made = false;
    char *folder = malloc(strlen(path) + 1);
    enum status status = folder ? OK : status_no_memory("a file name", strlen(path) + 1);
    h5_quiet();
    if (!status)
        status = prepare_place(path, force, folder, &made);
    if (!status)
        status = allocate(path, model, grid, &r);
    if (!status)
        status = h5_create(path, r->live, &r->file);
    if (!status)
        status = write_root(r, grid, about);
    if (!status)
        status = visit_tables(r, grid, surface, NULL);
    if (!status)
        status = provenance_write(path, r->file, model, about);
    if (!status)
        status = results_flush(r);
    if (status)
        give_up(&r);
    if (status && made)
        rmdir(folder);
    free(folder);
    *results = r;
    return status;
}

/* All bytes from one descriptor to the other; false with errno. */
static bool copy_bytes(int from, int to)
{
    enum { BLOCK = 1 << 16 };
    char *block = malloc(BLOCK);
    ssize_t n = block ? 1 : -1;
    while (n > 0) {
        n = read(from, block, BLOCK);
        for (ssize_t done = 0, more; done < n; done += more) { /* a full disk takes a part first, and says why at the rest */
            more = write(to, block + done, (size_t)(n - done));
            if (more <= 0) {
                n = -1;
                break;
            }
        }
    }
    free(block);
    return n == 0;
}

enum status results_copy(const char *path, const char *copy)
{
    const int from = open(path, O_RDONLY | O_CLOEXEC), to = from < 0 ? -1 : open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ok = to >= 0 && copy_bytes(from, to);
    int reason = errno;
    if (from >= 0)
        close(from);
    if (to >= 0 && close(to) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    return ok ? OK : status_fail(ERR_IO, "%s: cannot be copied to %s: %s", path, copy, strerror(reason));
}

/* What its owner allows others while the run goes on stays so; the file before this run does not count. */
static void keep_mode(const struct results *r, const char *name)
{
    struct stat file;
    if (r->published && stat(r->path, &file) == 0)
        chmod(name, file.st_mode & 0777); /* where that fails modes are nothing to keep */
}

enum status results_publish(struct results *r)
{
    enum status status = r->broken ? ERR_IO : results_settle(r, results_flush(r));
    if (!status)
        status = results_copy(r->live, r->copy);
    if (!status)
        status = seal_write(r->copy);
    if (!status)
        keep_mode(r, r->copy);
    if (!status && rename(r->copy, r->path) != 0)
        status = status_fail(ERR_IO, "%s: cannot be replaced by its next state: %s", r->path, strerror(errno));
    if (status)
        unlink(r->copy);
    r->published = r->published || !status;
    return status;
}

/* What an earlier end left behind: it will be written again. */
static enum status forget_end(const struct results *r)
{
    bool ok = H5Lexists(r->file, "ledger", H5P_DEFAULT) <= 0 || H5Ldelete(r->file, "ledger", H5P_DEFAULT) >= 0;
    for (int key = 0; key < SUMMARY_KEYS && ok; key++)
        ok = H5Aexists(r->file, summary_rows[key].name) <= 0 || H5Adelete(r->file, summary_rows[key].name) >= 0;
    return ok ? h5_integer(r->path, r->file, "complete", 0) : h5_fail(r->path, "cannot remove the summary");
}

enum status results_resume(const char *path, const struct model *model, const struct grid *grid, const struct grid *surface,
                           const struct results_about *about, const size_t rows[RESULTS_TABLES], struct results **results)
{
    struct results *r = NULL;
    char name[64];
    h5_quiet();
    enum status status = allocate(path, model, grid, &r);
    if (!status)
        status = results_copy(path, r->live);
    if (!status)
        status = h5_append(r->live, &r->file);
    if (!status && !(h5_read_text(r->file, "model", name, sizeof name) && !strcmp(name, model->name)))
        status = status_fail(ERR_IO, "%s: is not a results file of the model %s, or there is no memory to read which", path, model->name);
    if (!status)
        status = visit_tables(r, grid, surface, rows);
    for (int t = 0; t < RESULTS_TABLES && !status; t++)
        status = results_table_cut(&r->table[t]);
    if (!status)
        status = forget_end(r);
    if (!status)
        status = provenance_resumed(path, r->file, model, about);
    if (!status)
        status = results_flush(r);
    if (status) {
        give_up(&r);
    } else {
        r->n_sessions = rows[SESSIONS];
        r->published = true;
    }
    *results = r;
    return status;
}

/* The end of the live file; in `r`, memory only remains. */
static enum status close_file(struct results *r)
{
    for (int t = 0; t < RESULTS_TABLES; t++)
        results_table_close(&r->table[t]);
    const hid_t file = r->file;
    r->file = H5_NONE;
    return H5Fclose(file) < 0 ? h5_fail(r->path, "cannot close the file") : OK;
}

/* The closed live file, down to the disk, takes its place.  Only a complete one is not sealed: it is nobody's to go on with. */
static enum status take_place(const struct results *r, bool complete)
{
    enum status status = complete ? partial_sync(r->live) : seal_write(r->live);
    if (!status)
        keep_mode(r, r->live);
    if (!status && rename(r->live, r->path) != 0)
        status = status_fail(ERR_IO, "%s: cannot be renamed to %s: %s", r->live, r->path, strerror(errno));
    return status;
}

enum status results_close(struct results **results, bool complete, double wall_seconds)
{
    struct results *r = *results;
    if (!r)
        return OK;
    h5_quiet();
    enum status status = r->broken ? ERR_IO : results_write_rows(r); /* a broken one said its sentence then */
    if (!status)
        status = provenance_finish(r->path, r->file, wall_seconds);
    if (!status)
        status = h5_integer(r->path, r->file, "complete", complete);
    if (!status)
        status = results_flush(r);
    if (!status)
        status = close_file(r);
    if (!status)
        status = take_place(r, complete);
    if (status) {
        give_up(results);
        return status;
    }
    release(r);
    *results = NULL;
    return OK;
}

void results_discard(struct results **results)
{
    give_up(results);
}
