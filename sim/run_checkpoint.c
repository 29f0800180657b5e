/* A run's checkpoints: the simulation's memory, the series so far, and how many rows of the results file belong to them. */
#include "run_internal.h"

#include "provenance.h"

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

static void replaced_path(const char *path, char out[LONGEST])
{
    snprintf(out, LONGEST, "%s.checkpoint.replaced", path);
}

static void forget_replaced(const char *path)
{
    char aside[LONGEST];
    replaced_path(path, aside);
    unlink(aside);
}

/* Keeps the file that the run will replace, at no cost where the file system has hard links. */
static enum status set_aside(const char *path)
{
    char aside[LONGEST];
    replaced_path(path, aside);
    unlink(aside); /* of a run that was killed */
    return link(path, aside) == 0 || access(path, F_OK) != 0 ? OK : results_copy(path, aside);
}

void run_put_back(const char *path)
{
    char aside[LONGEST];
    replaced_path(path, aside);
    if (rename(aside, path) != 0 && errno == ENOENT)
        unlink(path);
    checkpoint_remove(path);
}

void run_forget(const char *path)
{
    forget_replaced(path);
    checkpoint_remove(path);
}

static enum status write_checkpoint(struct run *run)
{
    size_t n;
    struct state_part *parts = create_parts(run, &n);
    const enum status status = parts ? checkpoint_write(run->path, &run->identity, parts, n) : status_no_memory("the checkpoint", 1);
    free(parts);
    return status;
}

/* Comes before the checkpoint: a kill in between leaves a file with more rows than the checkpoint, which can be cut, and not with less. */
static enum status publish(struct run *run)
{
    const enum status status = results_rows(run->results, run->kept.file_rows);
    run->identity.sequence++;
    return status == OK ? results_publish(run->results) : status;
}

enum status run_checkpoint(struct run *run)
{
    const enum status status = publish(run);
    return status == OK ? write_checkpoint(run) : status;
}

enum status run_first_checkpoint(struct run *run)
{
    enum status status = set_aside(run->path);
    if (status == OK)
        status = publish(run);
    if (status != OK) {
        forget_replaced(run->path);
        return status;
    }
    checkpoint_remove(run->path); /* of an earlier run into the same file */
    status = write_checkpoint(run);
    if (status != OK)
        run_put_back(run->path);
    else if (!(run->plan->treated && run->plan->treatment.if_not_healed == FAIL))
        forget_replaced(run->path);
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
