/* Reads the collected table of a sweep: columns are told apart by their attribute `role`. */
#include "h5.h"
#include "sensitivity_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RUNS = 100000000, MOST_OUTCOMES = 1000, MOST_FACTORS = 10000, MOST_VALUES = 500000000 };

/* A column by its name, [n_runs] numbers. */
static enum status read_column(const char *path, hid_t file, const char *name, struct sensitivity_table *t, double **values)
{
    const size_t n = h5_read_row(file, name, MOST_RUNS, values);
    if (n == 0)
        return status_fail(ERR_IO, "%s: column '%s' is missing, so this is not the table of a sweep", path, name);
    if (t->n_runs && n != t->n_runs)
        return status_fail(ERR_IO, "%s: column '%s' has %zu rows where others have %zu", path, name, n, t->n_runs);
    t->n_runs = n;
    return OK;
}

/* unit_value[n_runs][n_factors], which also says how many factors there are. */
static enum status read_unit(const char *path, hid_t file, struct sensitivity_table *t)
{
    enum status status = OK;
    hsize_t size[2] = {0, 0};
    const hid_t dataset = h5_child(file, "unit_value", H5I_DATASET), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    if (space < 0 || H5Sget_simple_extent_ndims(space) != 2 || H5Sget_simple_extent_dims(space, size, NULL) < 0 || size[0] != t->n_runs ||
        size[1] < 1 || size[1] > MOST_FACTORS || size[0] * size[1] > MOST_VALUES) {
        status = status_fail(ERR_IO, "%s: 'unit_value' is missing, too large, or has no row for every run", path);
        goto done;
    }
    t->n_factors = (size_t)size[1];
    t->unit = calloc(t->n_runs * t->n_factors, sizeof *t->unit);
    if (!t->unit)
        status = status_no_memory("the design", t->n_runs * t->n_factors * sizeof *t->unit);
    else if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, t->unit) < 0)
        status = h5_fail(path, "cannot read unit_value");
done:
    h5_close(space);
    h5_close(dataset);
    return status;
}

/* A name of a stranger may hold anything: control characters are not passed on to the terminal. */
static void keep_name(const char *from, char *to)
{
    snprintf(to, SENSITIVITY_NAME, "%s", from);
    for (char *c = to; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?';
}

/* Names of the factors: strings of fixed or of variable length. */
static enum status read_factors(const char *path, hid_t file, struct sensitivity_table *t)
{
    enum status status = OK;
    char *fixed = NULL, **variable = NULL;
    const size_t k = t->n_factors;
    const hid_t dataset = h5_child(file, "dimension", H5I_DATASET), memory = H5Tcopy(H5T_C_S1);
    const hid_t type = dataset < 0 ? H5_NONE : H5Dget_type(dataset), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    t->factors = calloc(k, sizeof *t->factors);
    fixed = calloc(k, SENSITIVITY_NAME);
    variable = calloc(k, sizeof *variable);
    if (!t->factors || !fixed || !variable) {
        status = status_no_memory("the names of the factors", k * SENSITIVITY_NAME);
        goto done;
    }
    if (type < 0 || memory < 0 || H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != (hssize_t)k) {
        status = status_fail(ERR_IO, "%s: 'dimension' does not name the %zu factors", path, k);
        goto done;
    }
    const bool is_variable = H5Tis_variable_str(type) > 0;
    if (H5Tset_size(memory, is_variable ? H5T_VARIABLE : SENSITIVITY_NAME) < 0 || H5Tset_cset(memory, H5Tget_cset(type)) < 0 ||
        H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, is_variable ? (void *)variable : fixed) < 0) {
        status = h5_fail(path, "cannot read 'dimension'");
        goto done;
    }
    for (size_t i = 0; i < k; i++) {
        keep_name(!is_variable ? fixed + i * SENSITIVITY_NAME : variable[i] ? variable[i] : "", t->factors[i]);
        H5free_memory(variable[i]);
    }
done:
    free(variable);
    free(fixed);
    h5_close(space);
    h5_close(type);
    h5_close(memory);
    h5_close(dataset);
    return status;
}

/* The names of the columns whose role is "outcome", in the order they were made. */
struct search {
    const char *path;
    struct sensitivity_table *table;
    enum status status;
};

static herr_t add_outcome(hid_t file, const char *name, const H5L_info_t *info, void *user)
{
    struct search *search = user;
    struct sensitivity_table *t = search->table;
    char role[32];
    const hid_t dataset = h5_child(file, name, H5I_DATASET);
    (void)info;
    if (dataset >= 0 && h5_read_text(dataset, "role", role, sizeof role) && strcmp(role, "outcome") == 0 && t->n_outcomes < MOST_OUTCOMES) {
        struct sensitivity_outcome *outcome = &t->outcomes[t->n_outcomes];
        keep_name(name, outcome->name);
        if (!h5_read_text(dataset, "units", outcome->unit, sizeof outcome->unit))
            outcome->unit[0] = '\0';
        search->status = read_column(search->path, file, name, t, &outcome->values);
        if (search->status == OK)
            t->n_outcomes++;
    }
    h5_close(dataset);
    return search->status != OK;
}

static enum status read_outcomes(const char *path, hid_t file, struct sensitivity_table *t)
{
    struct search search = {path, t, OK};
    hsize_t at = 0;
    t->outcomes = calloc(MOST_OUTCOMES, sizeof *t->outcomes);
    if (!t->outcomes)
        return status_no_memory("the outcomes", MOST_OUTCOMES * sizeof *t->outcomes);
    if (H5Literate(file, H5_INDEX_CRT_ORDER, H5_ITER_INC, &at, add_outcome, &search) < 0 && search.status == OK)
        H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, (at = 0, t->n_outcomes = 0, &at), add_outcome, &search);
    if (search.status == OK && t->n_outcomes == 0)
        return status_fail(ERR_IO, "%s: there is no outcome in the table", path);
    return search.status;
}

enum status sensitivity_table_read(const char *path, struct sensitivity_table *t)
{
    hid_t file = H5_NONE;
    h5_quiet();
    enum status status = h5_open(path, &file);
    if (status == OK && !h5_read_text(file, "design", t->design, sizeof t->design))
        status = status_fail(ERR_IO, "%s: the attribute 'design' is missing, so this is not the table of a sweep", path);
    const struct {
        const char *name;
        double **values;
    } columns[] = {{"sample", &t->sample}, {"block", &t->block}, {"replicate", &t->replicate}, {"status", &t->status}};
    for (size_t i = 0; status == OK && i < sizeof columns / sizeof *columns; i++)
        status = read_column(path, file, columns[i].name, t, columns[i].values);
    if (status == OK)
        status = read_unit(path, file, t);
    if (status == OK)
        status = read_factors(path, file, t);
    if (status == OK)
        status = read_outcomes(path, file, t);
    h5_close(file);
    return status;
}

void sensitivity_table_destroy(struct sensitivity_table *t)
{
    for (size_t i = 0; i < t->n_outcomes; i++)
        free(t->outcomes[i].values);
    free(t->outcomes);
    free(t->factors);
    free(t->unit);
    free(t->status);
    free(t->replicate);
    free(t->block);
    free(t->sample);
    *t = (struct sensitivity_table){.n_runs = 0};
}
