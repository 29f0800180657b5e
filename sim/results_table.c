#include "results_table.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARK_CHUNK = 512 }; /* rows */

/* Names of the spatial axes by their index in the grid, and of their attribute. */
static const char *const axis_names[] = {"x", "y", "z"};
static const char *const axis_letters[] = {"X", "Y", "Z"};

static int axis_index(char letter)
{
    return letter - 'x';
}

/* ---- making ---------------------------------------------------------------------------------------------------------------------- */

static enum status set_scale(const char *path, hid_t dataset, const char *name, const char *axis)
{
    if (H5DSset_scale(dataset, name) < 0)
        return h5_fail(path, "cannot make %s a dimension", name);
    return axis ? h5_text(path, dataset, "axis", axis) : OK;
}

static const char *position_meaning(enum geometry geometry, int a)
{
    if (geometry == AXISYMMETRIC && a < 2)
        return a ? "unused: one cell around the axis" : "radius: distance of the cell centre from the axis of the channel";
    return a == 2   ? "depth of the cell centre below the dermal-epidermal junction"
           : a == 1 ? "position of the cell centre along y"
                    : "position of the cell centre along x";
}

/* A number per cell of one axis, attached to the axis's scale unless it is that scale itself. */
static enum status axis_values(const char *path, hid_t group, const char *name, const char *unit, const char *meaning,
                               const struct axis *axis, const double *value, hid_t scale, hid_t *dataset)
{
    const struct h5_shape shape = {.type = H5T_IEEE_F64LE, .rank = 1, .size = {axis->n}};
    enum status status = h5_dataset(path, group, name, unit, meaning, &shape, dataset);
    if (!status && scale >= 0 && H5DSattach_scale(*dataset, scale, 0) < 0)
        status = h5_fail(path, "cannot attach the axis of %s", name);
    if (!status && H5Dwrite(*dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0)
        status = h5_fail(path, "cannot write %s", name);
    return status;
}

/* Cell centres as the scale of the axis, and extents: the product of the three and of cell_volume_factor is the volume of a cell. */
static enum status make_axis(const char *path, hid_t group, const struct grid *grid, int a, hid_t *scale)
{
    const struct axis *axis = &grid->axis[a];
    bool radial = grid->geometry == AXISYMMETRIC && a == 0;
    char name[16];
    hid_t extent = H5_NONE;
    enum status status =
        axis_values(path, group, axis_names[a], "mm", position_meaning(grid->geometry, a), axis, axis->center, H5_NONE, scale);
    if (!status)
        status = set_scale(path, *scale, axis_names[a], axis_letters[a]);
    if (!status && a == 2)
        status = h5_text(path, *scale, "positive", "down");
    snprintf(name, sizeof name, "%s_extent", axis_names[a]);
    if (!status)
        status = axis_values(path, group, name, radial ? "mm2" : "mm",
                             radial ? "extent of the cell along the radius, (outer^2 - inner^2) / 2" : "extent of the cell", axis,
                             axis->extent, *scale, &extent);
    h5_close(extent);
    return status;
}

/* One row of scalars is 8 bytes: 512 rows to a chunk, so that a year of days is one allocation.  Profiles get about as many bytes, fields a
 * chunk of at most 1 MB, which is what HDF5 caches. */
static struct h5_shape data_shape(const struct results_table_spec *spec, const struct results_table *table)
{
    struct h5_shape shape = {.type = spec->field ? H5T_IEEE_F32LE : H5T_IEEE_F64LE, .rank = table->rank, .compressed = spec->field};
    hsize_t cells = 1, rows = MARK_CHUNK;
    for (int a = 1; a < table->rank; a++) {
        shape.size[a] = table->size[a];
        shape.chunk[a] = spec->field && table->size[a] > 64 ? 64 : table->size[a];
        cells *= shape.chunk[a];
    }
    while (rows > 1 && (spec->field || rows * cells > MARK_CHUNK))
        rows /= 2;
    shape.chunk[0] = rows;
    return shape;
}

static enum status make_column(const char *path, hid_t group, const struct results_table_spec *spec, const struct results_table *table,
                               const struct results_column *column, const hid_t *scale, hid_t *dataset)
{
    char meaning[512];
    struct h5_shape shape = data_shape(spec, table);
    if (column->count)
        shape.type = H5T_STD_I32LE;
    snprintf(meaning, sizeof meaning, "%s%s", spec->prefix ? spec->prefix : "", column->meaning ? column->meaning : column->name);
    enum status status = h5_dataset(path, group, column->name, column->unit, meaning, &shape, dataset);
    for (int a = 0; a < table->rank && !status; a++)
        if (H5DSattach_scale(*dataset, scale[a], (unsigned)a) < 0)
            status = h5_fail(path, "cannot attach the axes of %s", column->name);
    if (!status && spec->auxiliary && strcmp(spec->auxiliary, column->name) != 0)
        status = h5_text(path, *dataset, "coordinates", spec->auxiliary);
    return status;
}

static enum status make_mark(const char *path, hid_t group, const struct results_column *mark, hid_t *dataset)
{
    const struct h5_shape shape = {.type = mark->count ? H5T_STD_I32LE : H5T_IEEE_F64LE, .rank = 1, .size = {0}, .chunk = {MARK_CHUNK}};
    enum status status = h5_dataset(path, group, mark->name, mark->unit, mark->meaning, &shape, dataset);
    return status ? status : set_scale(path, *dataset, mark->name, mark->count ? NULL : "T");
}

/* ---- life cycle ------------------------------------------------------------------------------------------------------------------ */

static enum status prepare(const char *path, const struct results_table_spec *spec, struct results_table *table)
{
    *table = (struct results_table){.path = path, .n = spec->n, .rank = 1 + (int)strlen(spec->axes)};
    snprintf(table->group, sizeof table->group, "%s", spec->group);
    for (int a = 1; a < table->rank; a++)
        table->size[a] = spec->grid->axis[axis_index(spec->axes[a - 1])].n;
    table->data = malloc((spec->n + 1) * sizeof *table->data);
    if (!table->data)
        return status_no_memory("the tables of the results file", (spec->n + 1) * sizeof *table->data);
    for (size_t c = 0; c <= spec->n; c++)
        table->data[c] = H5_NONE;
    return OK;
}

enum status results_table_create(const char *path, hid_t file, const struct results_table_spec *spec, struct results_table *table)
{
    struct results_table made;
    hid_t group = H5_NONE, scale[H5_RANK] = {H5_NONE, H5_NONE, H5_NONE, H5_NONE};
    enum status status = prepare(path, spec, &made);
    if (!status)
        status = h5_group(path, file, spec->group, &group);
    if (!status)
        status = make_mark(path, group, &spec->mark, &made.data[spec->n]);
    scale[0] = status ? H5_NONE : made.data[spec->n];
    for (int a = 1; a < made.rank && !status; a++)
        status = make_axis(path, group, spec->grid, axis_index(spec->axes[a - 1]), &scale[a]);
    if (!status && made.rank > 2)
        status = h5_number(path, group, "cell_volume_factor", spec->grid->turn);
    for (size_t c = 0; c < spec->n && !status; c++)
        status = make_column(path, group, spec, &made, &spec->columns[c], scale, &made.data[c]);
    for (int a = 1; a < H5_RANK; a++)
        h5_close(scale[a]);
    h5_close(group);
    if (status)
        results_table_close(&made);
    else
        *table = made;
    return status;
}

void results_table_close(struct results_table *table)
{
    for (size_t c = 0; table->data && c <= table->n; c++)
        h5_close(table->data[c]);
    free(table->data);
    *table = (struct results_table){.n = 0};
}

/* ---- rows ------------------------------------------------------------------------------------------------------------------------ */

/* Grows a dataset by n rows and writes them. */
static enum status append(const struct results_table *table, hid_t dataset, int rank, size_t n, const double *value)
{
    enum status status = OK;
    hsize_t whole[H5_RANK], first[H5_RANK] = {table->rows}, count[H5_RANK];
    memcpy(whole, table->size, sizeof whole);
    memcpy(count, table->size, sizeof count);
    whole[0] = table->rows + n;
    count[0] = n;
    hid_t source = H5Screate_simple(rank, count, NULL), target = H5_NONE;
    if (source < 0 || H5Dset_extent(dataset, whole) < 0 || (target = H5Dget_space(dataset)) < 0 ||
        H5Sselect_hyperslab(target, H5S_SELECT_SET, first, NULL, count, NULL) < 0 ||
        H5Dwrite(dataset, H5T_NATIVE_DOUBLE, source, target, H5P_DEFAULT, value) < 0)
        status = h5_fail(table->path, "cannot write row %llu of %s", (unsigned long long)table->rows, table->group);
    h5_close(target);
    h5_close(source);
    return status;
}

enum status results_table_append(struct results_table *table, size_t n, const double *const *values, const double *mark)
{
    enum status status = OK;
    if (!table->data || n == 0)
        return OK;
    for (size_t c = 0; c < table->n && !status; c++)
        status = append(table, table->data[c], table->rank, n, values[c]);
    if (!status)
        status = append(table, table->data[table->n], 1, n, mark);
    if (!status)
        table->rows += n;
    return status;
}

/* ---- again ----------------------------------------------------------------------------------------------------------------------- */

/* The dataset, if it is of the expected shape and has that many rows. */
static hid_t reopen(hid_t group, const char *name, const struct results_table *table, int rank, hsize_t rows)
{
    hsize_t size[H5_RANK] = {0};
    hid_t found = h5_child(group, name, H5I_DATASET), space = found < 0 ? H5_NONE : H5Dget_space(found);
    bool fits =
        space >= 0 && H5Sget_simple_extent_ndims(space) == rank && H5Sget_simple_extent_dims(space, size, NULL) == rank && size[0] >= rows;
    for (int a = 1; a < rank; a++)
        fits = fits && size[a] == table->size[a];
    h5_close(space);
    if (fits)
        return found;
    h5_close(found);
    return H5_NONE;
}

enum status results_table_open(const char *path, hid_t file, const struct results_table_spec *spec, hsize_t rows,
                               struct results_table *table)
{
    struct results_table made;
    hid_t group = H5_NONE;
    enum status status = prepare(path, spec, &made);
    if (!status && !strcmp(spec->group, "/"))
        group = H5Gopen2(file, "/", H5P_DEFAULT);
    else if (!status)
        group = h5_child(file, spec->group, H5I_GROUP);
    for (size_t c = 0; c <= spec->n && !status; c++) {
        bool mark = c == spec->n;
        const char *name = mark ? spec->mark.name : spec->columns[c].name;
        made.data[c] = reopen(group, name, &made, mark ? 1 : made.rank, rows);
        if (made.data[c] < 0)
            status = status_fail(ERR_IO, "%s: %s has no dataset %s of the expected shape with %llu rows", path, spec->group, name,
                                 (unsigned long long)rows);
    }
    made.rows = rows;
    h5_close(group);
    if (status)
        results_table_close(&made);
    else
        *table = made;
    return status;
}

enum status results_table_cut(struct results_table *table)
{
    hsize_t size[H5_RANK];
    memcpy(size, table->size, sizeof size);
    size[0] = table->rows;
    for (size_t c = 0; table->data && c <= table->n; c++)
        if (H5Dset_extent(table->data[c], size) < 0)
            return h5_fail(table->path, "cannot cut %s to %llu rows", table->group, (unsigned long long)table->rows);
    return OK;
}
