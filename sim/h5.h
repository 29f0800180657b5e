/* HDF5 in the few words this program needs, so that its files are netCDF-4 files as well and every failure is one sentence.
 *
 * What makes them netCDF-4: creation order tracked and indexed on groups and attributes, fixed-length string attributes, a dimension
 * scale attached to every axis.  What makes two identical runs identical: no object times.  Ids are closed by h5_close whatever they are.
 * `path` is always the file as the user calls it, for the sentence. */
#ifndef NEEDLEWORK_H5_H
#define NEEDLEWORK_H5_H

#include "status.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

enum { H5_NONE = -1, H5_RANK = 4 };

/* Keeps HDF5 from printing its own error stack and from a crash at exit after a full disk; every entry point calls it before anything
 * else of HDF5. */
void h5_quiet(void);
/* Records "PATH: <sentence>: <reason>" with the reason of the HDF5 call that just failed, ERR_IO; call it before any clean-up. */
enum status h5_fail(const char *path, const char *format, ...) STATUS_PRINTF(2, 3);
/* How every file is opened or created, as an access list for the caller to close; negative when there is no memory for it. */
hid_t h5_access(void);
/* Closes any kind of id, nothing if there is none. */
void h5_close(hid_t id);

/* ---- writing --------------------------------------------------------------------------------------------------------------------- */

/* An empty file `temporary` that netCDF tools can read; refused when it exists. */
enum status h5_create(const char *path, const char *temporary, hid_t *file);
/* An existing file, to write more into it. */
enum status h5_append(const char *path, hid_t *file);
/* A group with tracked creation order, opened if it is there already. */
enum status h5_group(const char *path, hid_t parent, const char *name, hid_t *group);

/* Attributes; an existing number is replaced, an existing text is an error. */
enum status h5_text(const char *path, hid_t object, const char *name, const char *value);
enum status h5_number(const char *path, hid_t object, const char *name, double value);
enum status h5_integer(const char *path, hid_t object, const char *name, long value);

/* One dataset with its `units` and `long_name`.  A first extent of 0 is unlimited. */
struct h5_shape {
    hid_t type;
    int rank; /* 0 = scalar */
    hsize_t size[H5_RANK], chunk[H5_RANK];
    bool compressed; /* shuffle + deflate 1 + Fletcher-32 */
};
enum status h5_dataset(const char *path, hid_t group, const char *name, const char *unit, const char *long_name,
                       const struct h5_shape *shape, hid_t *dataset);
/* A long text (a configuration) as a scalar string dataset: attributes end at 64 kB. */
enum status h5_long_text(const char *path, hid_t group, const char *name, const char *long_name, const char *value);

/* ---- reading what strangers wrote: nothing is recorded, false or 0 when it is not there in the expected form ----------------------- */

/* Opens a file without locking it.  Recorded when it fails. */
enum status h5_open(const char *path, hid_t *file);
/* Opens a group or dataset through a hard link of `parent` (no soft or external link is followed). */
hid_t h5_child(hid_t parent, const char *name, H5I_type_t kind);
/* A scalar string attribute, cut to `size` - 1 bytes, control characters replaced. */
bool h5_read_text(hid_t object, const char *name, char *text, size_t size);
/* A scalar number: attribute of `object`, or dataset `name` of the group. */
bool h5_read_number(hid_t object, const char *name, double *value);
bool h5_read_scalar(hid_t group, const char *name, double *value);
/* A one-dimensional dataset of numbers, at most `limit` of them; *values is malloc'd, owned by the caller. */
size_t h5_read_row(hid_t group, const char *name, size_t limit, double **values);
/* A scalar string dataset as a malloc'd string, owned by the caller; NULL when there is none. */
char *h5_read_long_text(hid_t group, const char *name);

#endif
