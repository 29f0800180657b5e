#define _POSIX_C_SOURCE 200809L
#include "checkpoint.h"

#include "h5.h"
#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FORMAT = 2, LONGEST = 4096 };

static void checkpoint_path(const char *path, long sequence, const char *suffix, char *out)
{
    snprintf(out, LONGEST, "%s.checkpoint.%ld%s", path, (sequence + 1) % 2, suffix); /* the first one is .0 */
}

static enum status write_part(const char *path, hid_t file, const struct state_part *part)
{
    if (part->bytes == 0)
        return OK;
    const hsize_t size = part->bytes;
    const hid_t space = H5Screate_simple(1, &size, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(list, 0);
    const hid_t dataset = H5Dcreate2(file, part->name, H5T_NATIVE_UINT8, space, H5P_DEFAULT, list, H5P_DEFAULT);
    enum status status = OK;
    if (dataset < 0 || H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, part->data) < 0)
        status = h5_fail(path, "cannot write the checkpoint's %s", part->name);
    h5_close(dataset);
    h5_close(list);
    h5_close(space);
    return status;
}

static enum status write_file(const char *path, const struct checkpoint_identity *identity, const struct state_part *parts, size_t n)
{
    h5_quiet();
    const hid_t access = h5_access(), file = access < 0 ? H5_NONE : H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    enum status status = file < 0 ? h5_fail(path, "cannot create the checkpoint") : OK;
    h5_close(access);
    if (status == OK)
        status = h5_text(path, file, "program", identity->program);
    if (status == OK)
        status = h5_text(path, file, "configuration", identity->configuration);
    if (status == OK)
        status = h5_long_text(path, file, "configuration_resolved", "configuration with every default", identity->resolved);
    if (status == OK)
        status = h5_integer(path, file, "sequence", identity->sequence);
    if (status == OK)
        status = h5_integer(path, file, "format", FORMAT);
    for (size_t i = 0; i < n && status == OK; i++)
        status = write_part(path, file, &parts[i]);
    if (status == OK && H5Fflush(file, H5F_SCOPE_LOCAL) < 0)
        status = h5_fail(path, "cannot write the checkpoint");
    if (file >= 0 && H5Fclose(file) < 0 && status == OK)
        status = h5_fail(path, "cannot close the checkpoint");
    return status;
}

/* Renamings within a folder, down to the disk. */
static enum status sync_folder(const char *path)
{
    const int descriptor = open(path, O_RDONLY);
    const bool ok = descriptor >= 0 && fsync(descriptor) == 0;
    const int reason = errno;
    if (descriptor >= 0)
        close(descriptor);
    return ok ? OK : status_fail(ERR_IO, "%s: cannot be synced to disk: %s", path, strerror(reason));
}

enum status checkpoint_write(const char *path, const struct checkpoint_identity *identity, const struct state_part *parts, size_t n)
{
    char name[LONGEST], temporary[LONGEST], folder[LONGEST];
    checkpoint_path(path, identity->sequence, "", name);
    checkpoint_path(path, identity->sequence, ".partial", temporary);
    snprintf(folder, sizeof folder, "%s", name);
    enum status status = write_file(temporary, identity, parts, n);
    if (status == OK)
        status = seal_write(temporary);
    if (status == OK && rename(temporary, name) != 0)
        status = status_fail(ERR_IO, "%s: cannot rename the finished checkpoint: %s", name, strerror(errno));
    if (status != OK) {
        unlink(temporary);
        return status;
    }
    return sync_folder(dirname(folder));
}

static bool read_identity(hid_t file, struct checkpoint_identity *identity)
{
    double format = 0.0, sequence = 0.0;
    const bool ok = h5_read_number(file, "format", &format) && format == FORMAT && h5_read_number(file, "sequence", &sequence) &&
                    h5_read_text(file, "program", identity->program, sizeof identity->program) &&
                    h5_read_text(file, "configuration", identity->configuration, sizeof identity->configuration);
    identity->sequence = (long)sequence;
    return ok;
}

static bool read_part(hid_t file, const struct state_part *part)
{
    if (part->bytes == 0)
        return true;
    const hid_t dataset = h5_child(file, part->name, H5I_DATASET), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    hsize_t size = 0;
    const bool ok = space >= 0 && H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, &size, NULL) == 1 &&
                    size == part->bytes && H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, part->data) >= 0;
    h5_close(space);
    h5_close(dataset);
    return ok;
}

/* Opens one file to read, or gives a negative number and records nothing.  HDF5, which a damaged file can crash, only sees what the seal
 * vouches for. */
static hid_t open_file(const char *name)
{
    if (!seal_holds(name))
        return H5_NONE;
    h5_quiet();
    const hid_t access = h5_access(), file = access < 0 ? H5_NONE : H5Fopen(name, H5F_ACC_RDONLY, access);
    h5_close(access);
    return file;
}

/* Reads one file: its identity, and the parts unless there are none.  Nothing is recorded when it fails. */
static bool read_file(const char *name, struct checkpoint_identity *identity, const struct state_part *parts, size_t n)
{
    const hid_t file = open_file(name);
    if (file < 0)
        return false;
    bool ok = read_identity(file, identity);
    for (size_t i = 0; i < n && ok; i++)
        ok = read_part(file, &parts[i]);
    h5_close(file);
    return ok;
}

/* The readable checkpoints of a run, newest first, and the identity of the newest; returns their number. */
static int candidates(const char *path, char names[2][LONGEST], struct checkpoint_identity *newest)
{
    struct checkpoint_identity identity[2] = {{.sequence = 0}, {.sequence = 0}};
    bool there[2];
    for (long i = 0; i < 2; i++) {
        checkpoint_path(path, i + 1, "", names[i]);
        there[i] = read_file(names[i], &identity[i], NULL, 0);
    }
    /* An unreadable one goes last. */
    if (there[1] && (!there[0] || identity[1].sequence > identity[0].sequence)) {
        char first[LONGEST];
        memcpy(first, names[0], LONGEST);
        memcpy(names[0], names[1], LONGEST);
        memcpy(names[1], first, LONGEST);
        identity[0] = identity[1];
    }
    *newest = identity[0];
    return (int)there[0] + (int)there[1];
}

enum status checkpoint_find(const char *path, struct checkpoint_identity *identity)
{
    char names[2][LONGEST];
    if (candidates(path, names, identity) > 0)
        return OK;
    return status_fail(ERR_IO, "%s: no readable checkpoint (%s.checkpoint.0 or .1) to resume from", path, path);
}

char *checkpoint_configuration(const char *path)
{
    char names[2][LONGEST];
    struct checkpoint_identity newest;
    const hid_t file = candidates(path, names, &newest) > 0 ? open_file(names[0]) : H5_NONE;
    char *text = file < 0 ? NULL : h5_read_long_text(file, "configuration_resolved");
    h5_close(file);
    return text;
}

enum status checkpoint_read(const char *path, const struct state_part *parts, size_t n, struct checkpoint_identity *identity)
{
    char names[2][LONGEST];
    const int found = candidates(path, names, identity);
    for (int i = found; i < 2; i++)
        if (access(names[i], F_OK) == 0)
            status_warn("%s: is damaged%s", names[i], found ? "; going on from the other checkpoint" : "");
    for (int i = 0; i < found; i++) {
        if (read_file(names[i], identity, parts, n))
            return OK;
        status_warn("%s: does not fit this run", names[i]);
    }
    return status_fail(ERR_IO, "%s: no whole checkpoint (%s.checkpoint.0 or .1) to resume from", path, path);
}

void checkpoint_remove(const char *path)
{
    char name[LONGEST];
    for (long i = 0; i < 2; i++) {
        checkpoint_path(path, i, "", name);
        unlink(name);
        checkpoint_path(path, i, ".partial", name); /* of a program that was killed */
        unlink(name);
    }
}
