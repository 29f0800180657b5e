#define _POSIX_C_SOURCE 200809L /* strdup */
#include "h5.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON = 200, TEXT_LIMIT = 1 << 20 };
static const unsigned ORDER = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

/* HDF5 1.10 frees a file whose closing failed (full disk) but keeps its id, and its handler at exit would use it once more. */
void h5_quiet(void)
{
    static bool first = true;
    if (first)
        H5dont_atexit();
    first = false;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* The innermost entry of the stack says what the system said, as "error message = '...'"; else its own description will do. */
static herr_t innermost(unsigned n, const H5E_error2_t *error, void *reason)
{
    static const char key[] = "error message = '";
    const char *system = error->desc ? strstr(error->desc, key) : NULL;
    if (system) {
        system += sizeof key - 1;
        snprintf(reason, REASON, "%.*s", (int)strcspn(system, "'"), system);
        return 1;
    }
    if (n == 0 && error->desc)
        snprintf(reason, REASON, "%.*s", REASON / 2, error->desc);
    return 0;
}

enum status h5_fail(const char *path, const char *format, ...)
{
    char reason[REASON] = "", sentence[2 * REASON];
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, reason);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return status_fail(ERR_IO, "%s: %s%s%s", path, sentence, reason[0] ? ": " : "", reason);
}

void h5_close(hid_t id)
{
    if (id < 0)
        return;
    switch (H5Iget_type(id)) {
    case H5I_FILE:
        H5Fclose(id);
        break;
    case H5I_GROUP:
        H5Gclose(id);
        break;
    case H5I_DATASET:
        H5Dclose(id);
        break;
    case H5I_DATASPACE:
        H5Sclose(id);
        break;
    case H5I_DATATYPE:
        H5Tclose(id);
        break;
    case H5I_ATTR:
        H5Aclose(id);
        break;
    case H5I_GENPROP_LST:
        H5Pclose(id);
        break;
    default:
        break;
    }
}

/* ---- writing --------------------------------------------------------------------------------------------------------------------- */

/* No lock: some cluster file systems know none.  Strong close: whatever is still open goes with the file.  No sieve buffer: HDF5 would keep
 * small data until the dataset is closed, and H5Dwrite would say yes to what the disk refuses then (scripts/faults.py found it). */
hid_t h5_access(void)
{
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list >= 0 && (H5Pset_file_locking(list, false, true) < 0 || H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) < 0 ||
                      H5Pset_sieve_buf_size(list, 0) < 0)) {
        H5Pclose(list);
        return H5_NONE;
    }
    return list;
}

enum status h5_create(const char *path, const char *temporary, hid_t *file)
{
    enum status status = OK;
    hid_t access = h5_access(), creation = H5Pcreate(H5P_FILE_CREATE), made = H5_NONE;
    if (access >= 0 && creation >= 0 && H5Pset_link_creation_order(creation, ORDER) >= 0 &&
        H5Pset_attr_creation_order(creation, ORDER) >= 0 && H5Pset_obj_track_times(creation, false) >= 0)
        made = H5Fcreate(temporary, H5F_ACC_EXCL, creation, access);
    if (made < 0)
        status = h5_fail(path, "cannot create the file");
    else
        *file = made;
    h5_close(creation);
    h5_close(access);
    return status;
}

enum status h5_append(const char *path, hid_t *file)
{
    hid_t access = h5_access(), opened = access < 0 ? H5_NONE : H5Fopen(path, H5F_ACC_RDWR, access);
    enum status status = opened < 0 ? h5_fail(path, "cannot open the file to write") : OK;
    if (!status)
        *file = opened;
    h5_close(access);
    return status;
}

enum status h5_group(const char *path, hid_t parent, const char *name, hid_t *group)
{
    enum status status = OK;
    hid_t made = H5_NONE, creation = H5_NONE;
    htri_t exists = H5Lexists(parent, name, H5P_DEFAULT);
    if (exists > 0) {
        made = H5Gopen2(parent, name, H5P_DEFAULT);
    } else if (exists == 0) {
        creation = H5Pcreate(H5P_GROUP_CREATE);
        if (creation >= 0 && H5Pset_link_creation_order(creation, ORDER) >= 0 && H5Pset_attr_creation_order(creation, ORDER) >= 0 &&
            H5Pset_obj_track_times(creation, false) >= 0)
            made = H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    if (made < 0)
        status = h5_fail(path, "cannot create the group %s", name);
    else
        *group = made;
    h5_close(creation);
    return status;
}

enum status h5_text(const char *path, hid_t object, const char *name, const char *value)
{
    enum status status = OK;
    size_t length = strlen(value);
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), attribute = H5_NONE;
    /* A zero-length string does not exist in HDF5: one NUL stands for it, which readers strip. */
    if (type >= 0 && space >= 0 && H5Tset_size(type, length ? length : 1) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0 &&
        H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, type, value) < 0)
        status = h5_fail(path, "cannot write the attribute %s", name);
    h5_close(attribute);
    h5_close(space);
    h5_close(type);
    return status;
}

static enum status scalar_attribute(const char *path, hid_t object, const char *name, hid_t stored, hid_t given, const void *value)
{
    enum status status = OK;
    hid_t space = H5Screate(H5S_SCALAR), attribute = H5_NONE;
    htri_t exists = H5Aexists(object, name);
    if (exists > 0)
        attribute = H5Aopen(object, name, H5P_DEFAULT);
    else if (exists == 0 && space >= 0)
        attribute = H5Acreate2(object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, given, value) < 0)
        status = h5_fail(path, "cannot write the attribute %s", name);
    h5_close(attribute);
    h5_close(space);
    return status;
}

enum status h5_number(const char *path, hid_t object, const char *name, double value)
{
    return scalar_attribute(path, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

enum status h5_integer(const char *path, hid_t object, const char *name, long value)
{
    return scalar_attribute(path, object, name, H5T_STD_I32LE, H5T_NATIVE_LONG, &value);
}

/* Creation properties of a dataset; what was never written reads as NaN. */
static hid_t creation_list(const struct h5_shape *shape)
{
    const double nothing = NAN;
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    bool chunked = shape->compressed || (shape->rank > 0 && shape->size[0] == 0);
    if (list >= 0 && H5Pset_obj_track_times(list, false) >= 0 && H5Pset_attr_creation_order(list, ORDER) >= 0 &&
        (H5Tget_class(shape->type) != H5T_FLOAT || H5Pset_fill_value(list, H5T_NATIVE_DOUBLE, &nothing) >= 0) &&
        (!chunked || H5Pset_chunk(list, shape->rank, shape->chunk) >= 0) &&
        (!shape->compressed || (H5Pset_shuffle(list) >= 0 && H5Pset_deflate(list, 1) >= 0 && H5Pset_fletcher32(list) >= 0)))
        return list;
    h5_close(list);
    return H5_NONE;
}

/* xarray turns every variable in "days" (or hours, ..., any plural it knows) into timedelta64[ns], whose axes and selections are in
 * nanoseconds; "day" is the same unit to UDUNITS and stays the number it is (pydata/xarray issue 2085). */
static const char *unit_name(const char *unit)
{
    static const char *const pairs[][2] = {
        {"days", "day"}, {"hours", "hour"}, {"minutes", "minute"}, {"seconds", "second"}, {"", "1"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (!strcmp(unit, pairs[i][0]))
            return pairs[i][1];
    return unit;
}

enum status h5_dataset(const char *path, hid_t group, const char *name, const char *unit, const char *long_name,
                       const struct h5_shape *shape, hid_t *dataset)
{
    enum status status = OK;
    hsize_t most[H5_RANK];
    for (int a = 0; a < shape->rank; a++)
        most[a] = shape->size[a] ? shape->size[a] : H5S_UNLIMITED;
    hid_t made = H5_NONE, list = creation_list(shape);
    hid_t space = shape->rank ? H5Screate_simple(shape->rank, shape->size, most) : H5Screate(H5S_SCALAR);
    if (list >= 0 && space >= 0)
        made = H5Dcreate2(group, name, shape->type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    if (made < 0)
        status = h5_fail(path, "cannot create the dataset %s", name);
    if (!status)
        status = h5_text(path, made, "units", unit_name(unit ? unit : "1"));
    if (!status)
        status = h5_text(path, made, "long_name", long_name ? long_name : name);
    h5_close(space);
    h5_close(list);
    if (status)
        h5_close(made);
    else
        *dataset = made;
    return status;
}

enum status h5_long_text(const char *path, hid_t group, const char *name, const char *long_name, const char *value)
{
    enum status status = OK;
    hid_t type = H5Tcopy(H5T_C_S1), dataset = H5_NONE;
    if (type < 0 || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        status = h5_fail(path, "cannot write %s", name);
        goto done;
    }
    status = h5_dataset(path, group, name, "1", long_name, &(struct h5_shape){.type = type}, &dataset);
    if (!status && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
        status = h5_fail(path, "cannot write %s", name);
done:
    h5_close(dataset);
    h5_close(type);
    return status;
}

/* ---- reading --------------------------------------------------------------------------------------------------------------------- */

enum status h5_open(const char *path, hid_t *file)
{
    hid_t access = h5_access(), opened = H5Fopen(path, H5F_ACC_RDONLY, access);
    enum status status = opened < 0 ? h5_fail(path, "cannot read the file") : OK;
    if (!status)
        *file = opened;
    h5_close(access);
    return status;
}

hid_t h5_child(hid_t parent, const char *name, H5I_type_t kind)
{
    H5L_info_t link;
    if (parent < 0 || H5Lexists(parent, name, H5P_DEFAULT) <= 0 || H5Lget_info(parent, name, &link, H5P_DEFAULT) < 0 ||
        link.type != H5L_TYPE_HARD)
        return H5_NONE;
    hid_t child = H5Oopen(parent, name, H5P_DEFAULT);
    if (child >= 0 && H5Iget_type(child) == kind)
        return child;
    h5_close(child);
    return H5_NONE;
}

/* Number of elements of a dataspace if its rank is as expected, else 0. */
static size_t elements(hid_t space, int rank)
{
    hssize_t n = space >= 0 && H5Sget_simple_extent_ndims(space) == rank ? H5Sget_simple_extent_npoints(space) : 0;
    return n > 0 ? (size_t)n : 0;
}

static bool is_number(hid_t type)
{
    H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    return (class == H5T_FLOAT || class == H5T_INTEGER) && H5Tget_size(type) <= 16;
}

bool h5_read_text(hid_t object, const char *name, char *text, size_t size)
{
    bool found = false;
    char *whole = NULL;
    hid_t attribute = object >= 0 && H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : H5_NONE;
    hid_t type = attribute < 0 ? H5_NONE : H5Aget_type(attribute), space = attribute < 0 ? H5_NONE : H5Aget_space(attribute);
    hid_t memory = H5Tcopy(H5T_C_S1);
    text[0] = '\0';
    if (type < 0 || memory < 0 || H5Tget_class(type) != H5T_STRING || elements(space, 0) != 1)
        goto done;
    bool variable = H5Tis_variable_str(type) > 0;
    size_t length = variable ? H5T_VARIABLE : H5Tget_size(type) + 1;
    if ((!variable && length > TEXT_LIMIT) || H5Tset_size(memory, length) < 0 || H5Tset_cset(memory, H5Tget_cset(type)) < 0)
        goto done;
    if (!variable && !(whole = calloc(1, length)))
        goto done;
    found = (variable ? H5Aread(attribute, memory, &whole) : H5Aread(attribute, memory, whole)) >= 0 && whole;
    if (found)
        snprintf(text, size, "%s", whole);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?';
    if (variable)
        H5free_memory(whole);
    else
        free(whole);
done:
    h5_close(memory);
    h5_close(space);
    h5_close(type);
    h5_close(attribute);
    return found;
}

bool h5_read_number(hid_t object, const char *name, double *value)
{
    hid_t attribute = object >= 0 && H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : H5_NONE;
    hid_t type = attribute < 0 ? H5_NONE : H5Aget_type(attribute), space = attribute < 0 ? H5_NONE : H5Aget_space(attribute);
    bool found = is_number(type) && elements(space, 0) == 1 && H5Aread(attribute, H5T_NATIVE_DOUBLE, value) >= 0;
    h5_close(space);
    h5_close(type);
    h5_close(attribute);
    return found;
}

/* A dataset of numbers stored in this very file: no external or virtual storage. */
static bool is_own_numbers(hid_t dataset)
{
    hid_t type = H5Dget_type(dataset), list = H5Dget_create_plist(dataset);
    bool own = is_number(type) && list >= 0 && H5Pget_external_count(list) == 0 && H5Pget_layout(list) != H5D_VIRTUAL;
    h5_close(list);
    h5_close(type);
    return own;
}

bool h5_read_scalar(hid_t group, const char *name, double *value)
{
    hid_t dataset = h5_child(group, name, H5I_DATASET), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    bool found = dataset >= 0 && is_own_numbers(dataset) && elements(space, 0) == 1 &&
                 H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0;
    h5_close(space);
    h5_close(dataset);
    return found;
}

size_t h5_read_row(hid_t group, const char *name, size_t limit, double **values)
{
    hid_t dataset = h5_child(group, name, H5I_DATASET), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    size_t n = dataset >= 0 && is_own_numbers(dataset) ? elements(space, 1) : 0;
    double *row = n && n <= limit ? malloc(n * sizeof *row) : NULL;
    if (row && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, row) >= 0) {
        *values = row;
    } else {
        free(row);
        n = 0;
    }
    h5_close(space);
    h5_close(dataset);
    return n;
}

char *h5_read_long_text(hid_t group, const char *name)
{
    char *stored = NULL, *text = NULL;
    hid_t dataset = h5_child(group, name, H5I_DATASET), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    hid_t type = dataset < 0 ? H5_NONE : H5Dget_type(dataset), memory = H5Tcopy(H5T_C_S1);
    if (type >= 0 && memory >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0 && elements(space, 0) == 1 &&
        H5Tset_size(memory, H5T_VARIABLE) >= 0 && H5Tset_cset(memory, H5Tget_cset(type)) >= 0 &&
        H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, &stored) >= 0 && stored)
        text = strdup(stored);
    H5free_memory(stored);
    h5_close(memory);
    h5_close(type);
    h5_close(space);
    h5_close(dataset);
    return text;
}
