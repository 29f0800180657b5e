#define _GNU_SOURCE
#include "sweep_jobs.h"

#include "sweep_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT = 1 << 20, NOT_THERE = 127 };

/* What a child prints, cut to n - 1 bytes; the rest is read and dropped. */
static void read_all(int descriptor, char *output, size_t n)
{
    size_t used = 0;
    char rest[4096];
    for (;;) {
        const bool room = used + 1 < n;
        const ssize_t got = room ? read(descriptor, output + used, n - 1 - used) : read(descriptor, rest, sizeof rest);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += room ? (size_t)got : 0;
    }
    output[used] = '\0';
}

/* The exit code of a program, NOT_THERE when there is no such program, -1 when it did not end by itself. */
static int call(char *const *argv, char *output, size_t n)
{
    int pipes[2], how = 0;
    output[0] = '\0';
    if (pipe(pipes) != 0)
        return -1;
    const pid_t child = fork();
    if (child == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        dup2(pipes[1], STDERR_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        execvp(argv[0], argv);
        _exit(NOT_THERE);
    }
    close(pipes[1]);
    if (child > 0)
        read_all(pipes[0], output, n);
    close(pipes[0]);
    if (child < 0 || waitpid(child, &how, 0) != child || !WIFEXITED(how))
        return -1;
    return WEXITSTATUS(how);
}

enum status sweep_jobs_call(char *const *argv, char *output, size_t n)
{
    const int code = call(argv, output, n);
    if (code == 0)
        return OK;
    if (code == NOT_THERE && !output[0])
        return status_fail(ERR_IO, "%s: cannot be started: is Slurm installed here?", argv[0]);
    output[strcspn(output, "\n")] = '\0';
    return status_fail(ERR_IO, "%s failed: %s", argv[0], output[0] ? output : "without a word");
}

/* The number of the last job submitted from DIR; false when there is none. */
static bool last_job(const char *dir, char job[64])
{
    char name[64], path[SWEEP_PATH];
    bool found = false;
    for (int i = 0;; i++) {
        snprintf(name, sizeof name, "submit/%d.job", i);
        FILE *stream = fopen(sweep_path(dir, name, path), "r");
        if (!stream)
            return found;
        found = fscanf(stream, "%63[0-9]", job) == 1 || found;
        fclose(stream);
    }
}

/* The states of a job's tasks, one a line; NULL with *code set when they cannot be had (1: not in the queue any more). */
static char *states_of(const char *job, int *code)
{
    char number[64], *output = malloc(OUTPUT);
    char squeue[] = "squeue", header[] = "-h", each[] = "-r", option[] = "-j", format[] = "-o", state[] = "%T";
    snprintf(number, sizeof number, "%s", job);
    char *const argv[] = {squeue, header, each, option, number, format, state, NULL};
    *code = output ? call(argv, output, OUTPUT) : -1;
    if (*code == 0 && output[0])
        return output;
    *code = *code == 0 ? 1 : *code;
    free(output);
    return NULL;
}

bool sweep_jobs_queued(const char *dir, char job[64])
{
    int code;
    char *states = last_job(dir, job) ? states_of(job, &code) : NULL;
    free(states);
    return states != NULL;
}

enum status sweep_jobs_print(const char *dir, FILE *stream)
{
    struct {
        char name[32];
        size_t n;
    } kinds[16] = {{{0}, 0}};
    char job[64];
    int code = 0;
    if (!last_job(dir, job))
        return OK;
    char *states = states_of(job, &code);
    fprintf(stream, "job %-13s", job);
    if (!states) {
        fprintf(stream, code == NOT_THERE ? "the queue cannot be asked: squeue is not here\n" : "no longer in the queue\n");
        return OK;
    }
    for (char *line = strtok(states, "\n"); line; line = strtok(NULL, "\n")) {
        size_t k = 0;
        while (k < 15 && kinds[k].n && strcmp(kinds[k].name, line) != 0)
            k++;
        snprintf(kinds[k].name, sizeof kinds[k].name, "%.31s", line);
        kinds[k].n++;
    }
    for (size_t k = 0; k < 16 && kinds[k].n; k++)
        fprintf(stream, "%s%zu task%s %s", k ? ", " : "", kinds[k].n, kinds[k].n == 1 ? "" : "s", kinds[k].name);
    fprintf(stream, "\n");
    free(states);
    return OK;
}
