#define _DEFAULT_SOURCE /* madvise */
#include "checkpoint.h"

#include "h5.h"
#include "isolate.h"
#include "partial.h"
#include "seal.h"

#include <errno.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FORMAT = 2, LONGEST = 4096, PIECE = 1 << 18 /* bytes */, PATIENCE = 60 /* s, for what comes first and again for every piece */ };

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
    return partial_sync(dirname(folder)); /* the renaming */
}

/* ---- reading: what is said to HDF5 is said in a child process ----------------------------------------------------------------------- */

/* One file: what the child is to send, and where the parent puts it. */
struct reading {
    const char *name;
    struct checkpoint_identity *identity;
    const struct state_part *parts;
    size_t n;
    const struct state_part *missing; /* the first one that did not come whole, for the parent to say */
};

static bool possible(double sequence)
{
    return sequence >= 1.0 && sequence < INT32_MAX;
}

static bool read_identity(hid_t file, struct checkpoint_identity *identity)
{
    double format = 0.0, sequence = 0.0;
    const bool ok = h5_read_number(file, "format", &format) && format == FORMAT && h5_read_number(file, "sequence", &sequence) &&
                    possible(sequence) && h5_read_text(file, "program", identity->program, sizeof identity->program) &&
                    h5_read_text(file, "configuration", identity->configuration, sizeof identity->configuration);
    identity->sequence = ok ? (long)sequence : 0;
    return ok;
}

/* The pages of a part are the parent's alone again: else each would be copied when it is filled in. */
static void let_go(const struct state_part *part)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), data = (uintptr_t)part->data, from = (data + page - 1) / page * page,
                    to = (data + part->bytes) / page * page;
    if (to > from)
        madvise((void *)from, to - from, MADV_DONTNEED);
}

static bool send_piece(hid_t dataset, hid_t space, hsize_t first, hsize_t n, FILE *stream)
{
    unsigned char piece[PIECE]; /* not from the heap: what cannot be read is damaged, what is short of memory is not */
    alarm(PATIENCE);
    const hid_t memory = H5Screate_simple(1, &n, NULL);
    const bool ok = memory >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, NULL, &n, NULL) >= 0 &&
                    H5Dread(dataset, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, piece) >= 0 && fwrite(piece, 1, n, stream) == n;
    h5_close(memory);
    return ok;
}

/* As it was written: in one stretch of this very file. */
static bool is_plain(hid_t dataset)
{
    const hid_t list = H5Dget_create_plist(dataset);
    const bool plain = list >= 0 && H5Pget_layout(list) == H5D_CONTIGUOUS && H5Pget_external_count(list) == 0;
    h5_close(list);
    return plain;
}

static bool send_part(hid_t file, const struct state_part *part, FILE *stream)
{
    if (part->bytes == 0)
        return true;
    const hid_t dataset = h5_child(file, part->name, H5I_DATASET), space = dataset < 0 ? H5_NONE : H5Dget_space(dataset);
    hsize_t size = 0;
    bool ok = space >= 0 && is_plain(dataset) && H5Sget_simple_extent_ndims(space) == 1 &&
              H5Sget_simple_extent_dims(space, &size, NULL) == 1 && size == part->bytes;
    for (hsize_t first = 0; ok && first < size; first += PIECE)
        ok = send_piece(dataset, space, first, size - first < PIECE ? size - first : PIECE, stream);
    h5_close(space);
    h5_close(dataset);
    return ok;
}

static hid_t open_file(const char *name)
{
    h5_quiet();
    const hid_t access = h5_access(), file = access < 0 ? H5_NONE : H5Fopen(name, H5F_ACC_RDONLY, access);
    h5_close(access);
    return file;
}

/* The child: the identity, then the parts one after the other. */
static enum status send(const void *job, FILE *stream)
{
    const struct reading *reading = job;
    struct checkpoint_identity identity = {.resolved = NULL};
    for (size_t i = 0; i < reading->n; i++)
        let_go(&reading->parts[i]);
    const hid_t file = open_file(reading->name);
    bool ok = file >= 0 && read_identity(file, &identity) && fwrite(&identity, sizeof identity, 1, stream) == 1;
    for (size_t i = 0; i < reading->n && ok; i++)
        ok = send_part(file, &reading->parts[i], stream);
    h5_close(file);
    return ok ? OK : ERR_IO;
}

static bool receive(int descriptor, void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t n = read(descriptor, (char *)data + done, bytes - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* The parent: nothing but bytes, as many as there must be. */
static bool take(void *taker, int descriptor)
{
    struct reading *reading = taker;
    struct checkpoint_identity *identity = reading->identity;
    bool ok = receive(descriptor, identity, sizeof *identity);
    identity->program[sizeof identity->program - 1] = identity->configuration[sizeof identity->configuration - 1] = '\0';
    identity->resolved = NULL;
    ok = ok && possible((double)identity->sequence);
    for (size_t i = 0; i < reading->n && ok; i++) {
        ok = receive(descriptor, reading->parts[i].data, reading->parts[i].bytes);
        reading->missing = ok ? NULL : &reading->parts[i];
    }
    return ok;
}

/* Reads one file: its identity, and the parts if any.  ERR_CHECK when it is damaged or does not fit, with nothing recorded. */
static enum status read_file(struct reading *reading)
{
    return seal_holds(reading->name) ? isolate_stream(reading->name, send, reading, PATIENCE, take, reading) : ERR_CHECK;
}

/* The readable checkpoints of a run, newest first, their number, and the identity of the newest. */
static enum status candidates(const char *path, char names[2][LONGEST], struct checkpoint_identity *newest, int *found)
{
    struct checkpoint_identity identity[2] = {{.sequence = 0}, {.sequence = 0}};
    bool there[2];
    for (long i = 0; i < 2; i++) {
        checkpoint_path(path, i + 1, "", names[i]);
        const enum status status = read_file(&(struct reading){.name = names[i], .identity = &identity[i]});
        if (status == ERR_IO)
            return status;
        there[i] = status == OK;
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
    *found = (int)there[0] + (int)there[1];
    return OK;
}

static enum status none(const char *path, const char *kind, char names[2][LONGEST])
{
    const bool any = access(names[0], F_OK) == 0 || access(names[1], F_OK) == 0;
    return status_fail(ERR_IO, "%s: no %s checkpoint (%s.checkpoint.0 or .1) to resume from%s", path, kind, path,
                       any ? ": what is there is damaged, or there is no memory to read it" : "");
}

enum status checkpoint_find(const char *path, struct checkpoint_identity *identity)
{
    char names[2][LONGEST];
    int found = 0;
    const enum status status = candidates(path, names, identity, &found);
    return status == OK && found == 0 ? none(path, "readable", names) : status;
}

static enum status print_configuration(const void *job, FILE *stream)
{
    const hid_t file = open_file(job);
    char *text = file < 0 ? NULL : h5_read_long_text(file, "configuration_resolved");
    if (text)
        fputs(text, stream);
    free(text);
    h5_close(file);
    return OK;
}

char *checkpoint_configuration(const char *path)
{
    char names[2][LONGEST], *text = NULL;
    struct checkpoint_identity newest;
    size_t length = 0;
    int found = 0;
    if (candidates(path, names, &newest, &found) != OK || found == 0 ||
        isolate_print(names[0], print_configuration, names[0], PATIENCE, &text, &length) != OK)
        return NULL;
    for (char *c = text; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\n') || *c == 127)
            *c = '?';
    if (length > 0)
        return text;
    free(text);
    return NULL;
}

enum status checkpoint_read(const char *path, const struct state_part *parts, size_t n, struct checkpoint_identity *identity)
{
    char names[2][LONGEST];
    int found = 0;
    enum status status = candidates(path, names, identity, &found);
    for (int i = found; status == OK && i < 2; i++)
        if (access(names[i], F_OK) == 0)
            status_warn("%s: is damaged%s", names[i], found ? "; going on from the other checkpoint" : "");
    for (int i = 0; i < found && status == OK; i++) {
        struct reading reading = {.name = names[i], .identity = identity, .parts = parts, .n = n};
        status = read_file(&reading);
        if (status != ERR_CHECK)
            return status;
        if (reading.missing)
            status_warn("%s: does not fit this run or is damaged: it has no whole %s of %zu bytes", names[i], reading.missing->name,
                        reading.missing->bytes);
        else
            status_warn("%s: is damaged", names[i]);
        status = OK;
    }
    return status == OK ? none(path, "whole", names) : status;
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
