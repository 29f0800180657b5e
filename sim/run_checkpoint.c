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

void run_tell_replaced(const char *path)
{
    char aside[LONGEST];
    replaced_path(path, aside);
    if (access(aside, F_OK) == 0)
        status_warn("%s: is what stood in the place of the results before this run", aside);
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
    /* Of a run that was killed.  What cannot be removed (somebody else's) may be the file itself by another name: not to be written to. */
    if (unlink(aside) != 0 && errno != ENOENT)
        return status_fail(ERR_IO, "%s: cannot be removed: %s", aside, strerror(errno));
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
static void print_lines_apart(const char *text, const char *other, size_t most, FILE *out)
{
    enum { WIDEST = 200 }; /* bytes shown of a line */
    size_t n = 0;
    while (*text && n < most) {
        const size_t length = strcspn(text, "\n"), blanks = strspn(text, " ");
        if (blanks < length && !has_line(other, text, length)) {
            size_t shown = length - blanks < WIDEST ? length - blanks : WIDEST;
            while (shown && (text[blanks + shown] & 0xC0) == 0x80) /* not within a character */
                shown--;
            fprintf(out, "%s'%.*s'", n++ ? ", " : "", (int)shown, text + blanks);
        }
        text += length + (text[length] == '\n');
    }
    if (n == 0)
        fputs("nothing", out);
}

static void print_configurations(const struct run *run, size_t most, FILE *out)
{
    char *text = checkpoint_configuration(run->path);
    fputs("the checkpoint is of another configuration", out);
    if (text) {
        fputs(": it has ", out);
        print_lines_apart(text, run->resolved, most, out);
        fputs(" where the results file has ", out);
        print_lines_apart(run->resolved, text, most, out);
    } else { /* written before checkpoints kept it */
        fputs(", which it does not hold", out);
    }
    free(text);
}

/* How the checkpoint differs from the results file and this program, "" when it does not; owned by the caller. */
static char *describe(const struct run *run, const struct checkpoint_identity *found, size_t most)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        return NULL;
    const bool configuration = strcmp(found->configuration, run->identity.configuration) != 0;
    if (configuration)
        print_configurations(run, most, out);
    if (strcmp(found->program, run->identity.program) != 0)
        fprintf(out, "%s written by needlework %s, this is %s", configuration ? "; it was" : "the checkpoint was", found->program,
                run->identity.program);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* The checkpoint must be of this program and of the configuration in the results file, or else the difference goes on record. */
static enum status check_identity(struct run *run, const struct checkpoint_identity *found, bool force)
{
    enum { TOLD = 4, RECORDED = 50 }; /* lines of a configuration; an attribute ends at 64 kB */
    char *text = describe(run, found, TOLD);
    enum status status = OK;
    if (!text)
        status = status_no_memory("a message", 1);
    else if (text[0] && !force)
        status = status_fail(ERR_CONFIG, "%s: %s; --force goes on all the same", run->path, text);
    else if (text[0])
        status_warn("%s: %s; going on all the same", run->path, text);
    free(text);
    if (status == OK && !(run->forced = describe(run, found, RECORDED)))
        status = status_no_memory("a record", 1);
    return status;
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
    if (status == OK && !timeline_restored(&run->timeline, run->kept.rows))
        status = status_fail(ERR_IO, "%s: the checkpoint holds what no run of this configuration leaves in one", run->path);
    run->identity.sequence = found.sequence;
    return status;
}
