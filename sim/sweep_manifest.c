/* DIR/manifest.h5: written once, read by every verb.  A child process tries to read it first, so that a damaged one kills only the child.
 */
#include "sweep_internal.h"

#include "isolate.h"
#include "model_use.h"
#include "partial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS_MOST = 100000000 };

char *sweep_path(const char *dir, const char *name, char *path)
{
    snprintf(path, SWEEP_PATH, "%s/%s", dir, name);
    return path;
}

void sweep_close(struct sweep *s)
{
    char **const lists[] = {s->dimensions, s->base, s->sets, s->outcomes};
    const size_t sizes[] = {s->n_dimensions, s->n_base, s->n_sets, s->n_outcomes};
    for (size_t l = 0; l < 4; l++) {
        for (size_t i = 0; lists[l] && i < sizes[l]; i++)
            free(lists[l][i]);
        free(lists[l]);
    }
    for (size_t c = 0; s->columns && c < s->n_columns; c++) {
        free(s->columns[c].numbers);
        free(s->columns[c].texts);
    }
    free(s->columns);
    free(s->sample);
    free(s->block);
    free(s->moved);
    free(s->replicate);
    free(s->hash);
    free(s->unit);
    free(s->expressions);
    free(s->dir);
    sweep_plugin_destroy(s);
    *s = (struct sweep){0};
}

/* ---- writing ----------------------------------------------------------------------------------------------------------------------- */

/* Lines of texts as one dataset of /specification. */
static enum status write_lines(const char *path, hid_t group, const char *name, const char *meaning, char *const *lines, size_t n)
{
    size_t length = 1;
    for (size_t i = 0; i < n; i++)
        length += strlen(lines[i]) + 1;
    char *text = calloc(length, 1);
    if (!text)
        return status_no_memory(name, length);
    for (size_t i = 0, used = 0; i < n; i++)
        used += (size_t)sprintf(text + used, "%s\n", lines[i]);
    const enum status status = h5_long_text(path, group, name, meaning, text);
    free(text);
    return status;
}

static enum status write_specification(const char *path, hid_t file, const struct sweep *s, const char *specification)
{
    hid_t group = H5_NONE;
    enum status status = h5_group(path, file, "specification", &group);
    if (status == OK)
        status = h5_long_text(path, group, "text", "the specification as it was read", specification);
    if (status == OK)
        status = write_lines(path, group, "base", "configuration and overlays, in order", s->base, s->n_base);
    if (status == OK)
        status = write_lines(path, group, "set", "settings of all runs", s->sets, s->n_sets);
    if (status == OK)
        status = write_lines(path, group, "outcomes", "what is kept of every run", s->outcomes, s->n_outcomes);
    if (status == OK)
        status = h5_text(path, group, "keep", sweep_keep_names[s->keep]);
    if (status == OK)
        status = h5_number(path, group, "first_seed", (double)s->first_seed);
    if (status == OK)
        status = h5_number(path, group, "run_seconds", s->run_seconds);
    if (status == OK)
        status = h5_number(path, group, "run_bytes", s->run_bytes);
    if (status == OK)
        status = h5_number(path, group, "rows", s->rows);
    if (status == OK)
        status = h5_text(path, group, "identity", s->identity);
    if (status == OK)
        status = sweep_plugin_write(path, group, s);
    h5_close(group);
    return status;
}

enum status sweep_manifest_write(const struct sweep *s, const char *specification)
{
    char path[SWEEP_PATH], temporary[SWEEP_PATH + PARTIAL_MORE];
    hid_t file = H5_NONE, run = H5_NONE;
    partial_name(sweep_path(s->dir, "manifest.h5", path), temporary, sizeof temporary);
    h5_quiet();
    enum status status = h5_create(path, temporary, &file);
    if (status == OK)
        status = sweep_table_about(path, file, s, "plan of a sweep");
    if (status == OK)
        status = sweep_table_design(path, file, s, &run);
    if (status == OK)
        status = sweep_table_texts(path, file, "configuration_sha256", "SHA-256 of the resolved configuration", "status", run, s->n,
                                   s->hash[0], sizeof s->hash[0]);
    if (status == OK)
        status = write_specification(path, file, s, specification);
    h5_close(run);
    return sweep_table_finish(path, temporary, file, status);
}

/* ---- reading ----------------------------------------------------------------------------------------------------------------------- */

/* The lines of a text; what follows the last line end is dropped. */
static bool read_lines(hid_t group, const char *name, char ***lines, size_t *n)
{
    char *text = h5_read_long_text(group, name);
    size_t count = 0;
    for (const char *c = text; c && *c; c++)
        count += *c == '\n';
    char **list = text ? calloc(count + 1, sizeof *list) : NULL;
    bool good = list != NULL;
    const char *at = text;
    for (size_t i = 0; i < count && good; i++) {
        const size_t length = strcspn(at, "\n");
        list[i] = calloc(length + 1, 1);
        good = list[i] != NULL;
        if (good)
            memcpy(list[i], at, length);
        at += length + 1;
    }
    free(text);
    *lines = list;
    *n = list ? count : 0;
    return good;
}

static bool read_integers(hid_t file, const char *name, size_t n, int **values)
{
    double *row = NULL;
    const size_t found = h5_read_row(file, name, RUNS_MOST, &row);
    int *numbers = found == n ? malloc((n + 1) * sizeof *numbers) : NULL;
    for (size_t i = 0; numbers && i < n; i++)
        numbers[i] = row[i] >= -1.0 && row[i] < 2e9 ? (int)row[i] : -1;
    free(row);
    *values = numbers;
    return numbers != NULL;
}

/* Texts of any length -> [n x width], the longest with its NUL. */
static bool pack_texts(char *const *texts, size_t n, char **packed, size_t *width)
{
    enum { LONGEST = 4096 };
    *width = 1;
    for (size_t i = 0; i < n; i++) {
        const size_t length = texts[i] ? strnlen(texts[i], LONGEST) : 0;
        *width = length + 1 > *width ? length + 1 : *width;
    }
    *packed = calloc(n + 1, *width);
    for (size_t i = 0; *packed && i < n; i++)
        memcpy(*packed + i * *width, texts[i] ? texts[i] : "", texts[i] ? strnlen(texts[i], *width - 1) : 0);
    return *packed != NULL;
}

/* A column of texts. */
static bool read_texts(hid_t file, const char *name, size_t n, char **texts, size_t *width)
{
    hid_t dataset = h5_child(file, name, H5I_DATASET), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    hid_t type = dataset < 0 ? H5_NONE : H5Dget_type(dataset), memory = H5Tcopy(H5T_C_S1);
    hsize_t size[H5_RANK] = {0};
    char **rows = calloc(n + 1, sizeof *rows);
    bool good = rows && type >= 0 && space >= 0 && memory >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0 &&
                H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, size, NULL) == 1 && size[0] == n &&
                H5Tset_size(memory, H5T_VARIABLE) >= 0 && H5Tset_cset(memory, H5Tget_cset(type)) >= 0 &&
                H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0;
    if (good) {
        good = pack_texts(rows, n, texts, width);
        H5Dvlen_reclaim(memory, space, H5P_DEFAULT, rows);
    }
    free(rows);
    h5_close(memory);
    h5_close(type);
    h5_close(space);
    h5_close(dataset);
    return good;
}

static bool read_column(hid_t file, const char *name, size_t n, struct sweep_column *c)
{
    double dimension = -1.0;
    hid_t dataset = h5_child(file, name, H5I_DATASET);
    c->low = c->high = NAN;
    snprintf(c->name, sizeof c->name, "%s", name);
    h5_read_text(dataset, "units", c->unit, sizeof c->unit);
    h5_read_text(dataset, "scale", c->scale, sizeof c->scale);
    h5_read_number(dataset, "dimension", &dimension);
    h5_read_number(dataset, "low", &c->low);
    h5_read_number(dataset, "high", &c->high);
    h5_close(dataset);
    c->dimension = dimension >= 0.0 ? (size_t)dimension : 0;
    return h5_read_row(file, name, RUNS_MOST, &c->numbers) == n || read_texts(file, name, n, &c->texts, &c->width);
}

struct names {
    char (*name)[SWEEP_NAME];
    size_t n;
    bool good;
};

/* Collects the datasets of role "factor", in the order they were made. */
static herr_t add_factor(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    struct names *names = user;
    char role[16];
    (void)info;
    hid_t dataset = h5_child(group, name, H5I_DATASET);
    if (dataset >= 0 && h5_read_text(dataset, "role", role, sizeof role) && strcmp(role, "factor") == 0 && strlen(name) < SWEEP_NAME) {
        void *larger = realloc(names->name, (names->n + 1) * sizeof *names->name);
        names->good = names->good && larger;
        if (larger) {
            names->name = larger;
            strcpy(names->name[names->n++], name);
        }
    }
    h5_close(dataset);
    return 0;
}

static bool read_factors(hid_t file, struct sweep *s)
{
    struct names names = {NULL, 0, true};
    hsize_t at = 0;
    bool good = H5Literate(file, H5_INDEX_CRT_ORDER, H5_ITER_INC, &at, add_factor, &names) >= 0 && names.good;
    s->columns = good ? calloc(names.n + 1, sizeof *s->columns) : NULL;
    good = s->columns != NULL;
    for (size_t c = 0; c < names.n && good; c++, s->n_columns++)
        good = read_column(file, names.name[c], s->n, &s->columns[c]);
    free(names.name);
    return good;
}

/* The coordinates [n x k], and the names of the dimensions. */
static bool read_dimensions(hid_t file, struct sweep *s, size_t k)
{
    char *texts = NULL;
    size_t width = 0;
    hid_t dataset = h5_child(file, "unit_value", H5I_DATASET), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    hsize_t size[H5_RANK] = {0};
    s->dimensions = calloc(k + 1, sizeof *s->dimensions);
    s->unit = calloc(s->n * k + 1, sizeof *s->unit);
    bool good = s->dimensions && s->unit;
    if (k && good)
        good = space >= 0 && H5Sget_simple_extent_ndims(space) == 2 && H5Sget_simple_extent_dims(space, size, NULL) == 2 &&
               size[0] == s->n && size[1] == k && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, s->unit) >= 0 &&
               read_texts(file, "dimension", k, &texts, &width);
    for (size_t d = 0; d < k && good; d++, s->n_dimensions++)
        good = (s->dimensions[d] = strdup(texts + d * width)) != NULL;
    free(texts);
    h5_close(space);
    h5_close(dataset);
    return good;
}

static bool read_hashes(hid_t file, struct sweep *s)
{
    char *texts = NULL;
    size_t width = 0;
    s->hash = calloc(s->n + 1, sizeof *s->hash);
    const bool good = s->hash && read_texts(file, "configuration_sha256", s->n, &texts, &width);
    for (size_t i = 0; i < s->n && good; i++)
        snprintf(s->hash[i], sizeof s->hash[i], "%s", texts + i * width);
    free(texts);
    return good;
}

static bool read_specification(hid_t file, struct sweep *s)
{
    char keep[16] = "", model[64] = "";
    double first_seed = 0.0, number[4] = {0.0};
    static const char *const names[] = {"samples", "levels", "replicates", "seed"};
    hid_t group = h5_child(file, "specification", H5I_GROUP);
    bool good = read_lines(group, "base", &s->base, &s->n_base) && read_lines(group, "set", &s->sets, &s->n_sets) &&
                read_lines(group, "outcomes", &s->outcomes, &s->n_outcomes) && h5_read_text(group, "keep", keep, sizeof keep) &&
                h5_read_number(group, "first_seed", &first_seed) && h5_read_number(group, "run_seconds", &s->run_seconds) &&
                h5_read_number(group, "run_bytes", &s->run_bytes) && h5_read_number(group, "rows", &s->rows) &&
                h5_read_text(group, "identity", s->identity, sizeof s->identity) && h5_read_text(file, "model", model, sizeof model) &&
                h5_read_text(file, "design", s->design, sizeof s->design);
    for (size_t i = 0; i < 4; i++)
        good = good && h5_read_number(file, names[i], &number[i]) && fabs(number[i]) < 1e10;
    h5_read_text(file, "title", s->title, sizeof s->title);
    s->model = good ? model_find(model) : NULL;
    if (good && H5Aexists(group, "plugin_sha256") > 0)
        good = sweep_plugin_read(group, model, s);
    h5_close(group);
    s->keep = strcmp(keep, "fields") == 0 ? SWEEP_FIELDS : strcmp(keep, "series") == 0 ? SWEEP_SERIES : SWEEP_OUTCOMES;
    s->first_seed = (long)first_seed;
    s->samples = (long)number[0];
    s->levels = (long)number[1];
    s->replicates = (long)number[2];
    s->seed = (long)number[3];
    return good && s->model != NULL;
}

static enum status read_expressions(const char *path, struct sweep *s)
{
    char reason[256];
    s->expressions = calloc(s->n_outcomes + 1, sizeof *s->expressions);
    if (!s->expressions)
        return status_no_memory("the outcomes", s->n_outcomes * sizeof *s->expressions);
    for (size_t i = 0; i < s->n_outcomes; i++)
        if (!expression_parse(s->outcomes[i], s->model, NULL, 0, &s->expressions[i], reason, sizeof reason))
            return status_fail(ERR_IO, "%s: the outcome '%s' cannot be read: %s", path, s->outcomes[i], reason);
    return OK;
}

static enum status read_all(const char *path, struct sweep *s)
{
    hid_t file = H5_NONE;
    double dimensions = 0.0, *run = NULL;
    h5_quiet();
    enum status status = h5_open(path, &file);
    if (status != OK)
        return status;
    s->n = h5_read_row(file, "run", RUNS_MOST, &run);
    free(run);
    const bool good = s->n > 0 && h5_read_number(file, "dimensions", &dimensions) && dimensions >= 0.0 && dimensions < 1e5 &&
                      read_specification(file, s) && read_integers(file, "sample", s->n, &s->sample) &&
                      read_integers(file, "block", s->n, &s->block) && read_integers(file, "moved", s->n, &s->moved) &&
                      read_integers(file, "replicate", s->n, &s->replicate) && read_dimensions(file, s, (size_t)dimensions) &&
                      read_factors(file, s) && read_hashes(file, s);
    h5_close(file);
    return good ? read_expressions(path, s) : status_fail(ERR_IO, "%s: is not the plan of a sweep, or damaged", path);
}

static enum status try_to_read(const void *job, FILE *stream)
{
    struct sweep s = {0};
    (void)stream;
    const enum status status = read_all(job, &s);
    sweep_close(&s);
    return status;
}

enum status sweep_open(const char *dir, struct sweep *s)
{
    char path[SWEEP_PATH], *nothing = NULL;
    size_t length = 0;
    *s = (struct sweep){0};
    if (access(sweep_path(dir, "manifest.h5", path), F_OK) != 0)
        return status_fail(ERR_CONFIG, "%s: holds no planned sweep; `needlework sweep plan SPEC -o %s` makes one", dir, dir);
    enum status status = isolate_print(path, try_to_read, path, 600, &nothing, &length);
    free(nothing);
    if (status == OK)
        status = read_all(path, s);
    if (status == OK && !(s->dir = strdup(dir)))
        status = status_no_memory("a path", strlen(dir));
    if (status != OK)
        sweep_close(s);
    return status;
}
