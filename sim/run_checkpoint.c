/* A run's checkpoints: the simulation's memory, the series so far, and how many rows of the results file belong to them. */
#include "run_internal.h"

#include "provenance.h"
#include "seal.h"

#include <stdio.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST = 4096 }; /* path */

static void run_parts(struct run *run, struct state_part *parts, size_t *n)
{
    simulation_parts(run->simulation, parts, n);
    state_part_add(parts, n, "timeline", &run->timeline.kept, sizeof run->timeline.kept);
    state_part_add(parts, n, "outputs", &run->kept, sizeof run->kept);
    state_part_add(parts, n, "series_time", run->time, run->capacity * sizeof *run->time);
    state_part_add(parts, n, "series_gain", run->gain, run->capacity * sizeof *run->gain);
}

static struct state_part *create_parts(struct run *run, size_t *n)
{
    *n = 0;
    run_parts(run, NULL, n);
    struct state_part *parts = calloc(*n, sizeof *parts);
    *n = 0;
    if (parts)
        run_parts(run, parts, n);
    return parts;
}

enum status run_identify(struct run *run)
{
    run->resolved = plan_resolved(run->plan);
    if (!run->resolved)
        return status_no_memory("the configuration", 1);
    run->identity.resolved = run->resolved;
    snprintf(run->identity.program, sizeof run->identity.program, "%s", provenance_version());
    return provenance_sha256(run->resolved, run->identity.configuration);
}

/* FILE.checkpoint.results is a copy of the results file as of the latest checkpoint: HDF5 updates a file in many places, and a kill in
 * between can leave it unreadable.  Copies FILE to it, or back. */
static enum status copy_whole(const char *path, bool back)
{
    char whole[LONGEST], partial[LONGEST + 16];
    snprintf(whole, sizeof whole, "%s.checkpoint.results", path);
    snprintf(partial, sizeof partial, "%s.partial", whole);
    const char *from = back ? whole : path, *to = back ? path : whole;
    if (back && !seal_holds(whole))
        return status_fail(ERR_IO, "%s: is damaged; remove it to go on from %s itself", whole, path);
    enum status status = results_copy(from, partial);
    if (status == OK && !back)
        status = seal_write(partial);
    if (status == OK && rename(partial, to) != 0)
        status = status_fail(ERR_IO, "%s: cannot be renamed: %s", partial, strerror(errno));
    if (status != OK)
        unlink(partial);
    return status;
}

enum status run_restore_file(const char *path)
{
    char whole[LONGEST];
    snprintf(whole, sizeof whole, "%s.checkpoint.results", path);
    return access(whole, F_OK) == 0 ? copy_whole(path, true) : OK;
}

static void replaced_path(const char *path, char out[LONGEST])
{
    snprintf(out, LONGEST, "%s.checkpoint.replaced", path);
}

enum status run_set_aside(const char *path)
{
    char aside[LONGEST];
    replaced_path(path, aside);
    const enum status status = access(path, F_OK) == 0 ? results_copy(path, aside) : OK;
    if (status != OK)
        unlink(aside);
    return status;
}

void run_put_back(const char *path)
{
    char aside[LONGEST];
    replaced_path(path, aside);
    if (rename(aside, path) != 0)
        unlink(path);
}

void run_forget_checkpoints(const char *path)
{
    char whole[LONGEST], partial[LONGEST + 16];
    snprintf(whole, sizeof whole, "%s.checkpoint.results", path);
    snprintf(partial, sizeof partial, "%s.partial", whole);
    unlink(whole);
    unlink(partial);
    checkpoint_remove(path);
}

void run_forget(const char *path)
{
    char aside[LONGEST];
    replaced_path(path, aside);
    unlink(aside);
    run_forget_checkpoints(path);
}

enum status run_checkpoint(struct run *run)
{
    size_t n;
    struct state_part *parts = create_parts(run, &n);
    if (!parts)
        return status_no_memory("the checkpoint", 1);
    enum status status = results_rows(run->results, run->kept.file_rows);
    run->identity.sequence++;
    if (status == OK)
        status = copy_whole(run->path, false);
    if (status == OK)
        status = checkpoint_write(run->path, &run->identity, parts, n);
    free(parts);
    return status;
}

/* Whether a text has this line. */
static bool has_line(const char *text, const char *line, size_t length)
{
    for (; text; text = strchr(text, '\n'), text = text ? text + 1 : NULL)
        if (strncmp(text, line, length) == 0 && (text[length] == '\n' || text[length] == '\0'))
            return true;
    return false;
}

/* The first lines of one resolved configuration that the other has not, as "'age: 60 years', 'sessions: 2'". */
static void lines_apart(const char *text, const char *other, char *out, size_t size)
{
    enum { MOST = 4 };
    size_t used = 0;
    out[0] = '\0';
    for (int n = 0; *text && n < MOST && used < size;) {
        const size_t length = strcspn(text, "\n"), blanks = strspn(text, " ");
        if (blanks < length && !has_line(other, text, length)) {
            used += (size_t)snprintf(out + used, size - used, "%s'%.*s'", n ? ", " : "", (int)(length - blanks), text + blanks);
            n++;
        }
        text += length + (text[length] == '\n');
    }
}

static enum status other_configuration(const struct run *run)
{
    char theirs[512], ours[512], *text = checkpoint_configuration(run->path);
    if (!text) /* written before checkpoints kept it */
        return status_fail(ERR_CONFIG, "%s: the checkpoint is of another configuration, which it does not hold", run->path);
    lines_apart(text, run->resolved, theirs, sizeof theirs);
    lines_apart(run->resolved, text, ours, sizeof ours);
    free(text);
    return status_fail(ERR_CONFIG, "%s: the checkpoint is of another configuration: it has %s where the results file has %s", run->path,
                       theirs[0] ? theirs : "nothing", ours[0] ? ours : "nothing");
}

/* The checkpoint must be of this program and of the configuration in the results file. */
static enum status check_identity(const struct run *run, const struct checkpoint_identity *found, bool force)
{
    if (strcmp(found->configuration, run->identity.configuration) != 0)
        return other_configuration(run);
    if (strcmp(found->program, run->identity.program) == 0)
        return OK;
    if (!force)
        return status_fail(ERR_CONFIG, "%s: the checkpoint was written by needlework %s, this is %s; --force goes on all the same",
                           run->path, found->program, run->identity.program);
    status_warn("%s: begun by needlework %s, resumed by %s", run->path, found->program, run->identity.program);
    return OK;
}

enum status run_restore(struct run *run, bool force)
{
    struct checkpoint_identity found;
    size_t n;
    enum status status = checkpoint_find(run->path, &found);
    if (status == OK)
        status = check_identity(run, &found, force);
    if (status != OK)
        return status;
    struct state_part *parts = create_parts(run, &n);
    if (!parts)
        return status_no_memory("the checkpoint", 1);
    status = checkpoint_read(run->path, parts, n, &found);
    free(parts);
    run->identity.sequence = found.sequence;
    return status;
}
