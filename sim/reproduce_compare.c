#include "reproduce.h"

#include "h5.h"
#include "isolate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 8, NAME = 256, PATH = 1024, TEXT = 4096, BLOCK = 1 << 17 /* values */ };
/* By numbers, what is smaller than this (in its own unit) counts as this: a quotient of two rounding errors says nothing. */
static const double SMALL = 1e-6;

struct job {
    const char *path, *again;
    double tolerance;
    bool quiet;
};

struct comparison {
    FILE *stream;     /* NULL: only the verdict */
    bool by_numbers;  /* of another build */
    double tolerance; /* then */
    bool incomplete;  /* the file ends before the run does */
    size_t things, same, agree;
    double worst; /* largest difference / largest value of its dataset */
    char where[PATH];
};

/* ---- verdicts -------------------------------------------------------------------------------------------------------------------- */

/* Notes one dataset or attribute: off = 0 the same bits, INFINITY what cannot be expressed as a number (`why`). */
static void note(struct comparison *c, const char *path, double off, const char *why)
{
    c->things++;
    c->same += off == 0.0;
    c->agree += off == 0.0 || (c->by_numbers && off <= c->tolerance);
    if (off > c->worst || (off > 0.0 && !c->where[0])) {
        c->worst = off;
        snprintf(c->where, sizeof c->where, "%s", path);
    }
    if (!c->stream || (off == 0.0 && strchr(path, '@'))) /* attributes are many */
        return;
    if (off == 0.0)
        fprintf(c->stream, "  %-52s same bits\n", path);
    else if (off < INFINITY)
        fprintf(c->stream, "  %-52s off by %.1e of its largest value\n", path, off);
    else
        fprintf(c->stream, "  %-52s %s\n", path, why);
}

static void join(char out[PATH], const char *path, const char *separator, const char *name)
{
    char clean[NAME];
    snprintf(clean, sizeof clean, "%s", name);
    for (char *byte = clean; *byte; byte++) /* names of strangers hold anything */
        if ((unsigned char)*byte < ' ' || *byte == 127)
            *byte = '?';
    snprintf(out, PATH, "%.700s%s%s", strcmp(path, "/") == 0 && *separator == '/' ? "" : path, separator, clean);
}

/* What differs between builds by right: who made it, the steps it took, and sums of rounding errors. */
static bool belongs_to_build(const char *path)
{
    const char *last = strrchr(path, '/');
    return strncmp(path, "/provenance", 11) == 0 || strncmp(path, "/steps", 6) == 0 || strcmp(path, "/@source") == 0 ||
           strcmp(path, "/@history") == 0 || (strncmp(path, "/ledger", 7) == 0 && last && strcmp(last, "/error") == 0);
}

static bool is_left_out(const struct comparison *c, const char *path)
{
    if (strncmp(path, "/provenance/host", 16) == 0)
        return true;
    if (c->incomplete && (strncmp(path, "/ledger", 7) == 0 || strncmp(path, "/@", 2) == 0))
        return true;
    return c->by_numbers && belongs_to_build(path);
}

/* ---- numbers --------------------------------------------------------------------------------------------------------------------- */

struct extremes {
    double difference, largest;
    bool bits; /* all the same so far */
};

static void look(struct extremes *e, const double *a, const double *b, size_t n)
{
    e->bits = e->bits && memcmp(a, b, n * sizeof *a) == 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(a[i]) && isnan(b[i]))
            continue;
        e->largest = fmax(e->largest, fmax(fabs(a[i]), fabs(b[i])));
        if (a[i] != b[i])
            e->difference = fmax(e->difference, isfinite(a[i] - b[i]) ? fabs(a[i] - b[i]) : INFINITY);
    }
}

/* 0 for the same bits; a difference without size (-0, another NaN) is not nothing. */
static double off(const struct comparison *c, const struct extremes *e)
{
    if (e->bits)
        return 0.0;
    const double least = c->by_numbers ? SMALL : 0.0, scale = fmax(e->largest, least);
    return e->difference == 0.0 ? 1e-300 : e->difference / scale;
}

/* ---- datasets -------------------------------------------------------------------------------------------------------------------- */

static bool is_number(hid_t type)
{
    const H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    return class == H5T_FLOAT || class == H5T_INTEGER;
}

/* Rank (-1 = none to be used) and extents; values must lie in this very file, not in another one it points to. */
static int shape_of(hid_t dataset, hsize_t size[H5_RANK])
{
    const hid_t space = H5Dget_space(dataset), list = H5Dget_create_plist(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (rank > H5_RANK || list < 0 || H5Pget_external_count(list) != 0 || H5Pget_layout(list) == H5D_VIRTUAL ||
        (rank > 0 && H5Sget_simple_extent_dims(space, size, NULL) < 0))
        rank = -1;
    h5_close(list);
    h5_close(space);
    return rank;
}

/* `rows` rows from `first` on, or everything of a scalar. */
static bool read_rows(hid_t dataset, int rank, const hsize_t size[H5_RANK], hsize_t first, hsize_t rows, double *values)
{
    hsize_t start[H5_RANK] = {first}, count[H5_RANK];
    memcpy(count, size, sizeof count);
    count[0] = rows;
    if (rank == 0)
        return H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    const hid_t from = H5Dget_space(dataset), to = H5Screate_simple(rank, count, NULL);
    const bool ok = from >= 0 && to >= 0 && H5Sselect_hyperslab(from, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                    H5Dread(dataset, H5T_NATIVE_DOUBLE, to, from, H5P_DEFAULT, values) >= 0;
    h5_close(to);
    h5_close(from);
    return ok;
}

/* Two datasets of one shape, block by block over their first `rows` rows.  False when one cannot be read. */
static bool compare_values(hid_t one, hid_t other, int rank, const hsize_t size[H5_RANK], hsize_t rows, struct extremes *e)
{
    size_t row = 1;
    for (int a = 1; a < rank; a++)
        row *= size[a];
    if (row == 0)
        return true;
    const hsize_t most = row >= BLOCK ? 1 : BLOCK / row;
    double *values = malloc(2 * (size_t)most * row * sizeof *values);
    bool ok = values != NULL;
    for (hsize_t first = 0; ok && first < rows; first += most) {
        const hsize_t n = rows - first < most ? rows - first : most;
        double *second = values + (size_t)most * row;
        ok = read_rows(one, rank, size, first, n, values) && read_rows(other, rank, size, first, n, second);
        if (ok)
            look(e, values, second, (size_t)n * row);
    }
    free(values);
    return ok;
}

/* How many rows of a growing table of the group are whole: what its mark has. */
static hsize_t marked_rows(hid_t group)
{
    static const char *const marks[] = {"time", "session", "step"};
    hsize_t size[H5_RANK] = {0};
    for (int m = 2; m >= 0; m--) {
        const hid_t mark = h5_child(group, marks[m], H5I_DATASET);
        const int rank = mark < 0 ? -1 : shape_of(mark, size);
        h5_close(mark);
        if (rank == 1)
            return size[0];
    }
    return HSIZE_UNDEF;
}

static void compare_texts(struct comparison *c, hid_t one, hid_t other, const char *name, const char *path)
{
    char *a = h5_read_long_text(one, name), *b = h5_read_long_text(other, name);
    const bool same = a && b && strcmp(a, b) == 0;
    note(c, path, same ? 0.0 : INFINITY, "another text");
    free(a);
    free(b);
}

static void compare_datasets(struct comparison *c, hid_t old_group, hid_t new_group, const char *name, const char *path)
{
    const hid_t old = h5_child(old_group, name, H5I_DATASET), new = h5_child(new_group, name, H5I_DATASET);
    const hid_t old_type = old < 0 ? H5_NONE : H5Dget_type(old), new_type = H5Dget_type(new);
    hsize_t old_size[H5_RANK] = {0}, new_size[H5_RANK] = {0};
    const int rank = shape_of(new, new_size);
    struct extremes e = {.bits = true};
    if (old < 0) {
        note(c, path, INFINITY, "is missing");
    } else if (!is_number(new_type)) {
        compare_texts(c, old_group, new_group, name, path);
    } else if (H5Tequal(old_type, new_type) <= 0 || shape_of(old, old_size) != rank) {
        note(c, path, INFINITY, "has another type or rank");
    } else {
        hsize_t rows = rank ? new_size[0] : 1, marked = HSIZE_UNDEF;
        if (c->incomplete && rank && old_size[0] <= rows) {
            marked = marked_rows(old_group);
            rows = marked < old_size[0] ? marked : old_size[0];
            old_size[0] = new_size[0];
        }
        if (memcmp(old_size, new_size, sizeof old_size) != 0)
            note(c, path, INFINITY, "has another shape");
        else if (!compare_values(old, new, rank, new_size, rows, &e))
            note(c, path, INFINITY, "cannot be read");
        else
            note(c, path, off(c, &e), "holds a value where the other has none");
    }
    h5_close(new_type);
    h5_close(old_type);
    h5_close(new);
    h5_close(old);
}

/* ---- attributes ------------------------------------------------------------------------------------------------------------------ */

/* Scalar numbers and texts: the program writes no others, but for the references of the dimension scales. */
static void compare_attributes(struct comparison *c, hid_t old, hid_t new, const char *path)
{
    char name[NAME], where[PATH], a[TEXT], b[TEXT];
    for (hsize_t i = 0; H5Aget_name_by_idx(new, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) >= 0; i++) {
        double x = 0.0, y = 0.0;
        join(where, path, "@", name);
        if (is_left_out(c, where))
            continue;
        if (h5_read_number(new, name, &y)) {
            struct extremes e = {.bits = true};
            const bool there = h5_read_number(old, name, &x);
            look(&e, &x, &y, 1);
            note(c, where, there ? off(c, &e) : INFINITY, there ? "holds a value where the other has none" : "is missing");
        } else if (h5_read_text(new, name, b, sizeof b)) {
            const bool same = h5_read_text(old, name, a, sizeof a) && strcmp(a, b) == 0;
            note(c, where, same ? 0.0 : INFINITY, "another text");
        }
    }
}

/* ---- groups ---------------------------------------------------------------------------------------------------------------------- */

/* What only the file has. */
static void find_more(struct comparison *c, hid_t old, hid_t new, const char *path)
{
    char name[NAME], where[PATH];
    for (hsize_t i = 0; H5Lget_name_by_idx(old, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) >= 0; i++) {
        join(where, path, "/", name);
        if (!is_left_out(c, where) && H5Lexists(new, name, H5P_DEFAULT) <= 0)
            note(c, where, INFINITY, "is in this file alone");
    }
}

static void compare_groups(struct comparison *c, hid_t old, hid_t new, const char *path, int depth)
{
    char name[NAME], where[PATH];
    compare_attributes(c, old, new, path);
    for (hsize_t i = 0; H5Lget_name_by_idx(new, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) >= 0; i++) {
        join(where, path, "/", name);
        if (is_left_out(c, where))
            continue;
        const hid_t new_group = h5_child(new, name, H5I_GROUP);
        const hid_t old_object = h5_child(old, name, new_group < 0 ? H5I_DATASET : H5I_GROUP);
        if (new_group < 0) {
            compare_datasets(c, old, new, name, where);
            const hid_t new_dataset = h5_child(new, name, H5I_DATASET);
            if (old_object >= 0)
                compare_attributes(c, old_object, new_dataset, where);
            h5_close(new_dataset);
        } else if (old_object < 0) {
            note(c, where, INFINITY, "is missing");
        } else if (depth < DEEPEST) {
            compare_groups(c, old_object, new_group, where, depth + 1);
        }
        h5_close(old_object);
        h5_close(new_group);
    }
    find_more(c, old, new, path);
}

/* ---- files ----------------------------------------------------------------------------------------------------------------------- */

/* Whether the same build made both; the name of the file's maker for the report. */
static bool same_build(hid_t old, hid_t new, char maker[TEXT])
{
    static const char *const names[] = {"version", "git_commit", "git_dirty", "compiler", "flags", "libraries"};
    const hid_t one = h5_child(old, "provenance", H5I_GROUP), other = h5_child(new, "provenance", H5I_GROUP);
    char a[TEXT], b[TEXT], source[NAME], compiler[NAME];
    bool same = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        same = h5_read_text(one, names[i], a, sizeof a) && h5_read_text(other, names[i], b, sizeof b) && strcmp(a, b) == 0 && same;
    const bool plugin = h5_read_text(other, "plugin_sha256", b, sizeof b);
    if (h5_read_text(one, "plugin_sha256", a, sizeof a) || plugin)
        same = plugin && strcmp(a, b) == 0 && same;
    const bool known = h5_read_text(old, "source", source, sizeof source) && h5_read_text(one, "compiler", compiler, sizeof compiler);
    snprintf(maker, TEXT, "%s%s%s", known ? source : "an unknown program", known ? ", " : "", known ? compiler : "");
    h5_close(other);
    h5_close(one);
    return same;
}

static enum status conclude(const struct comparison *c, FILE *stream)
{
    fprintf(stream, "  %zu datasets and attributes: %zu the same bits", c->things, c->same);
    if (c->by_numbers)
        fprintf(stream, ", %zu more within %.1e of their largest value (run.tolerance)", c->agree - c->same, c->tolerance);
    if (c->where[0] && c->worst < INFINITY)
        fprintf(stream, "; largest relative difference %.1e in %s", c->worst, c->where);
    else if (c->where[0])
        fprintf(stream, "; %s cannot be compared", c->where);
    fprintf(stream, "\n");
    return c->things > 0 && c->agree == c->things ? OK : ERR_CHECK;
}

static enum status print(const void *argument, FILE *stream)
{
    const struct job *job = argument;
    struct comparison c = {.stream = job->quiet ? NULL : stream, .tolerance = job->tolerance};
    hid_t old = H5_NONE, new = H5_NONE;
    char maker[TEXT];
    double complete = 0.0, ended = 0.0;
    h5_quiet();
    enum status status = h5_open(job->path, &old);
    if (status == OK)
        status = h5_open(job->again, &new);
    if (status == OK) {
        c.by_numbers = !same_build(old, new, maker);
        h5_read_number(old, "complete", &complete);
        h5_read_number(new, "complete", &ended);
        c.incomplete = ended != 0.0 && complete == 0.0;
        fprintf(stream, "%s: made by %s; run again by %s build%s\n", job->path, maker, c.by_numbers ? "another" : "the same",
                c.incomplete ? "; it is incomplete: its rows are compared" : "");
        compare_groups(&c, old, new, "/", 0);
        status = conclude(&c, stream);
    }
    h5_close(new);
    h5_close(old);
    return status;
}

enum status reproduce_compare(const char *path, const char *again, double tolerance, bool quiet, FILE *stream)
{
    const struct job job = {path, again, tolerance, quiet};
    char *text = NULL;
    size_t length = 0;
    const enum status status = isolate_print(path, print, &job, 0, &text, &length);
    if (status != OK && status != ERR_CHECK)
        return status;
    fwrite(text, 1, length, stream);
    free(text);
    return status == OK ? OK : status_fail(ERR_CHECK, "%s: the run made again is not the same", path);
}
