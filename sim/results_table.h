/* One table of the results file: datasets of one group that grow by rows along a shared unlimited axis; the mark is the
 * coordinate of that axis. */
#ifndef NEEDLEWORK_RESULTS_TABLE_H
#define NEEDLEWORK_RESULTS_TABLE_H

#include "grid.h"
#include "h5.h"

struct results_column {
    const char *name, *unit, *meaning;
    bool count;
}; /* count: stored as an integer */

struct results_table {
    const char *path; /* file as the user calls it, borrowed */
    char group[32];   /* "/", "/profiles", ... for messages */
    hid_t *data;      /* [n], then the mark */
    size_t n;         /* 0 = this table does not exist */
    hsize_t rows;
    int rank;              /* of the data */
    hsize_t size[H5_RANK]; /* of one row: size[0] is not used */
};

/* What to make: `mark` is the growing axis, then the spatial axes named in `axes` ("zyx", "yx", "z" or ""), slowest first. */
struct results_table_spec {
    const char *group;
    struct results_column mark;
    const char *axes;
    const struct grid *grid; /* geometry of the axes, NULL when there are none */
    const struct results_column *columns;
    size_t n;
    const char *prefix;    /* before every meaning, e.g. "lateral mean: " */
    const char *auxiliary; /* column that tells the place along the growing axis (CF `coordinates`), NULL = the mark does */
    bool field;            /* float32 and compressed */
};

/* Makes the group and its datasets.  On failure *table is unchanged. */
enum status results_table_create(const char *path, hid_t file, const struct results_table_spec *spec, struct results_table *table);
/* Adds n rows: values[column][row x cells of a row], mark[row].  After a failure the table is in disorder. */
enum status results_table_append(struct results_table *table, size_t n, const double *const *values, const double *mark);
/* Opens the same table again, if it has all its columns with `rows` rows at least; what is beyond goes when it is cut. */
enum status results_table_open(const char *path, hid_t file, const struct results_table_spec *spec, hsize_t rows,
                               struct results_table *table);
enum status results_table_cut(struct results_table *table);
void results_table_close(struct results_table *table);

#endif
