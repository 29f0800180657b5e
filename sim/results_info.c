/* Reads results files, its own and those of strangers: everything is checked before it is used, what is missing is said to be missing.
 * HDF5 1.10 itself can be led to free wild pointers by a damaged file (AddressSanitizer shows it), so a child process does the reading. */
#include "h5.h"
#include "isolate.h"
#include "results.h"
#include "summary_rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 64, TEXT = 1024, ROWS = 10000000, NAMES = 500, WIDTH = 30, PATIENCE = 60 /* s */ };

/* ---- names in the order they were made ---------------------------------------------------------------------------------------------- */

struct names {
    char (*name)[NAME];
    size_t n;
};

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    struct names *names = user;
    (void)group, (void)info;
    if (names->n < NAMES && strlen(name) < NAME)
        strcpy(names->name[names->n++], name);
    return names->n == NAMES;
}

static void list(hid_t group, struct names *names)
{
    hsize_t at = 0;
    names->n = 0;
    if (group >= 0 && H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, &at, add_name, names) < 0) {
        at = 0, names->n = 0;
        H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &at, add_name, names);
    }
}

/* A name of a stranger may hold anything: control characters are not passed on to the terminal. */
static void clean_text(char *text)
{
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?';
}

static void put_name(FILE *stream, const char *name, int width)
{
    char clean[NAME];
    snprintf(clean, sizeof clean, "%s", name);
    clean_text(clean);
    fprintf(stream, "  %-*s", width, clean);
}

static void put_text(FILE *stream, hid_t object, const char *attribute, const char *label)
{
    char text[TEXT];
    fprintf(stream, "  %-16s%s\n", label, h5_read_text(object, attribute, text, sizeof text) ? text : "not recorded");
}

/* ---- sections -------------------------------------------------------------------------------------------------------------------- */

static void print_origin(hid_t root, FILE *stream)
{
    hid_t provenance = h5_child(root, "provenance", H5I_GROUP), host = h5_child(provenance, "host", H5I_GROUP);
    double value;
    put_text(stream, root, "title", "title");
    put_text(stream, root, "source", "made by");
    put_text(stream, root, "geometry", "geometry");
    if (H5Aexists(provenance, "plugin_sha256") > 0)
        put_text(stream, provenance, "plugin_sha256", "plug-in");
    if (h5_read_number(provenance, "channels", &value))
        fprintf(stream, "  %-16s%.0f\n", "channels", value);
    put_text(stream, provenance, "configuration_sha256", "configuration");
    put_text(stream, provenance, "contraindications_overridden", "overridden");
    put_text(stream, provenance, "git_commit", "commit");
    put_text(stream, provenance, "git_dirty", "modified");
    put_text(stream, provenance, "compiler", "compiler");
    put_text(stream, provenance, "libraries", "libraries");
    put_text(stream, host, "hostname", "host");
    put_text(stream, host, "started", "started");
    put_text(stream, host, "ended", "ended");
    if (h5_read_number(host, "wall_seconds", &value)) {
        fprintf(stream, "  %-16s%.4g s", "wall time", value);
        if (h5_read_number(host, "threads", &value))
            fprintf(stream, " on %.0f thread%s", value, value > 1.0 ? "s" : "");
        fprintf(stream, "\n");
    }
    h5_close(host);
    h5_close(provenance);
}

static void print_state(hid_t root, const double *time, size_t n, FILE *stream)
{
    double complete = 0.0;
    h5_read_number(root, "complete", &complete);
    if (n && complete > 0.5)
        fprintf(stream, "  %-16scomplete, %zu rows to day %.6g\n", "state", n, time[n - 1]);
    else if (n)
        fprintf(stream, "  %-16sincomplete, %zu rows to day %.6g\n", "state", n, time[n - 1]);
    else
        fprintf(stream, "  %-16sincomplete, no rows\n", "state");
}

static void print_summary(hid_t root, FILE *stream)
{
    double value;
    fprintf(stream, "\nsummary\n");
    for (const struct summary_row *row = summary_rows; row < summary_rows + SUMMARY_KEYS; row++)
        if (!h5_read_number(root, row->name, &value))
            fprintf(stream, "  %-*s%12s\n", WIDTH, row->name, "not recorded");
        else if (isnan(value))
            fprintf(stream, "  %-*s%12s\n", WIDTH, row->name, "not reached");
        else
            fprintf(stream, "  %-*s%12.5g %s\n", WIDTH, row->name, value, strcmp(row->unit, "1") == 0 ? "" : row->unit);
}

static void print_sessions(hid_t root, FILE *stream)
{
    static const char *const names[] = {"number", "scheduled", "performed", "closure", "deficit"};
    double *column[5] = {NULL};
    size_t n = SIZE_MAX;
    hid_t group = h5_child(root, "sessions", H5I_GROUP);
    for (int c = 0; c < 5; c++) {
        size_t rows = h5_read_row(group, names[c], ROWS, &column[c]);
        n = rows < n ? rows : n;
    }
    if (n)
        fprintf(stream, "\n%-10s%16s%16s%16s%16s\n", "session", "planned [day]", "performed [day]", "closure before", "barrier deficit");
    for (size_t i = 0; i < n && i < NAMES; i++) {
        fprintf(stream, "  %-8.0f%16.6g", column[0][i], column[1][i]);
        if (isnan(column[2][i]))
            fprintf(stream, "%16s", "never");
        else
            fprintf(stream, "%16.6g", column[2][i]);
        fprintf(stream, "%16.4g%16.4g\n", column[3][i], column[4][i]);
    }
    for (int c = 0; c < 5; c++)
        free(column[c]);
    h5_close(group);
}

/* The row nearest to `day`, at most one day away, or n. */
static size_t nearest(const double *time, size_t n, double day)
{
    size_t best = n;
    double distance = 1.0;
    for (size_t i = 0; i < n; i++)
        if (fabs(time[i] - day) <= distance) {
            distance = fabs(time[i] - day);
            best = i;
        }
    return best;
}

static void print_outcomes(hid_t root, const double *time, size_t n, struct names *names, FILE *stream)
{
    static const char *const when[] = {"6 weeks", "6 months", "12 months", "end"}; /* months of UDUNITS */
    const size_t row[] = {nearest(time, n, 42.0), nearest(time, n, 182.62), nearest(time, n, 365.24), n ? n - 1 : 0};
    char unit[NAME];
    fprintf(stream, "\n%-*s", WIDTH + 2, "outcomes");
    for (int w = 0; w < 4; w++)
        fprintf(stream, "%12s", when[w]);
    fprintf(stream, "\n");
    list(root, names);
    for (size_t i = 0; i < names->n; i++) {
        double *value = NULL;
        size_t rows = strcmp(names->name[i], "time") ? h5_read_row(root, names->name[i], ROWS, &value) : 0;
        if (rows == 0)
            continue;
        hid_t dataset = h5_child(root, names->name[i], H5I_DATASET);
        put_name(stream, names->name[i], WIDTH);
        for (int w = 0; w < 4; w++)
            if (row[w] < n && row[w] < rows)
                fprintf(stream, "%12.5g", value[row[w]]);
            else
                fprintf(stream, "%12s", "-");
        fprintf(stream, " %s\n", h5_read_text(dataset, "units", unit, sizeof unit) && strcmp(unit, "1") ? unit : "");
        h5_close(dataset);
        free(value);
    }
}

static void print_ledger(hid_t root, struct names *names, FILE *stream)
{
    static const char *const columns[] = {"initial", "produced", "lost", "boundary", "injury", "stored", "error"};
    hid_t group = h5_child(root, "ledger", H5I_GROUP);
    list(group, names);
    fprintf(stream, "\n%-*s", 22, names->n ? "ledger" : "ledger: not recorded");
    for (int c = 0; c < 7 && names->n; c++)
        fprintf(stream, "%13s", columns[c]);
    fprintf(stream, "\n");
    for (size_t i = 0; i < names->n; i++) {
        hid_t species = h5_child(group, names->name[i], H5I_GROUP);
        put_name(stream, names->name[i], 20);
        for (int c = 0; c < 7; c++) {
            double value;
            if (h5_read_scalar(species, columns[c], &value))
                fprintf(stream, "%13.5g", value);
            else
                fprintf(stream, "%13s", "-");
        }
        fprintf(stream, "\n");
        h5_close(species);
    }
    h5_close(group);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_steps(hid_t root, FILE *stream)
{
    double *dt = NULL, *solves = NULL, sum = 0.0;
    hid_t group = h5_child(root, "steps", H5I_GROUP);
    size_t n = h5_read_row(group, "dt", ROWS, &dt), m = h5_read_row(group, "solves", ROWS, &solves);
    for (size_t i = 0; i < m; i++)
        sum += solves[i];
    if (n) {
        qsort(dt, n, sizeof *dt, ascending);
        fprintf(stream, "\nsteps: %zu, of %.3g to %.3g days (median %.3g), %.0f implicit solves\n", n, dt[0], dt[n - 1], dt[n / 2], sum);
    } else {
        fprintf(stream, "\nsteps: not recorded\n");
    }
    free(dt);
    free(solves);
    h5_close(group);
}

static enum status print_all(const void *job, FILE *stream)
{
    const char *path = job;
    hid_t file = H5_NONE;
    double *time = NULL;
    char text[NAME];
    struct names names = {malloc(NAMES * sizeof *names.name), 0};
    h5_quiet();
    enum status status = names.name ? h5_open(path, &file) : status_no_memory("names", NAMES * sizeof *names.name);
    if (!status && !(h5_read_text(file, "source", text, sizeof text) && !strncmp(text, "needlework ", 11)))
        status = status_fail(ERR_IO, "%s: is not a results file of needlework (its attribute source does not say so)", path);
    if (!status) {
        size_t n = h5_read_row(file, "time", ROWS, &time);
        fprintf(stream, "%s\n", path);
        print_state(file, time, n, stream);
        print_origin(file, stream);
        print_sessions(file, stream);
        print_summary(file, stream);
        print_outcomes(file, time, n, &names, stream);
        print_ledger(file, &names, stream);
        print_steps(file, stream);
    }
    h5_close(file);
    free(time);
    free(names.name);
    return status;
}

struct wanted {
    const char *path, *name;
};

static enum status print_text(const void *job, FILE *stream)
{
    const char *path = ((const struct wanted *)job)->path, *name = ((const struct wanted *)job)->name;
    hid_t file = H5_NONE;
    h5_quiet();
    enum status status = h5_open(path, &file);
    if (status)
        return status;
    hid_t group = h5_child(file, "provenance", H5I_GROUP);
    char *text = h5_read_long_text(group, name);
    if (text)
        fputs(text, stream);
    else
        status = status_fail(ERR_IO, "%s: has no /provenance/%s", path, name);
    free(text);
    h5_close(group);
    h5_close(file);
    return status;
}

static enum status print_model(const void *job, FILE *stream)
{
    const char *path = job;
    struct results_model model = {.name = ""};
    hid_t file = H5_NONE;
    h5_quiet();
    const enum status status = h5_open(path, &file);
    if (status)
        return status;
    hid_t provenance = h5_child(file, "provenance", H5I_GROUP), host = h5_child(provenance, "host", H5I_GROUP);
    h5_read_text(file, "model", model.name, sizeof model.name);
    h5_read_text(provenance, "plugin_sha256", model.sha256, sizeof model.sha256);
    h5_read_text(host, "plugin", model.path, sizeof model.path);
    h5_close(host);
    h5_close(provenance);
    h5_close(file);
    fwrite(&model, sizeof model, 1, stream);
    return OK;
}

/* ---- in a child process ------------------------------------------------------------------------------------------------------------ */

enum status results_info(const char *path, FILE *stream)
{
    char *text = NULL;
    size_t length = 0;
    enum status status = isolate_print(path, print_all, path, PATIENCE, &text, &length);
    if (!status && (fwrite(text, 1, length, stream) != length || fflush(stream) != 0))
        status = status_fail(ERR_IO, "cannot print what is in %s: %s", path, strerror(errno));
    free(text);
    return status;
}

enum status results_text(const char *path, const char *name, char **text)
{
    const struct wanted wanted = {path, name};
    size_t length = 0;
    return isolate_print(path, print_text, &wanted, PATIENCE, text, &length);
}

enum status results_model(const char *path, struct results_model *model)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status = isolate_print(path, print_model, path, PATIENCE, &bytes, &length);
    if (!status && length != sizeof *model)
        status = status_fail(ERR_IO, "%s: cannot be read", path);
    if (!status) {
        memcpy(model, bytes, sizeof *model);
        model->name[sizeof model->name - 1] = model->sha256[sizeof model->sha256 - 1] = model->path[sizeof model->path - 1] = '\0';
        clean_text(model->name);
        clean_text(model->sha256);
        clean_text(model->path);
    }
    free(bytes);
    return status;
}
