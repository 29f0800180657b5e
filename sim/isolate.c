#define _GNU_SOURCE /* memfd_create */
#include "isolate.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Added to the exit code of a child that came to its end: sanitizers leave with 1, which is not ERR_CHECK. */
enum { ENDED = 64 };

/* The child: what `print` prints, or else its sentence, goes to the shared file. */
static _Noreturn void child(enum status (*print)(const void *, FILE *), const void *job, unsigned seconds, FILE *shared)
{
    signal(SIGALRM, SIG_DFL);
    alarm(seconds);
    status_clear();
    const enum status status = print(job, shared);
    if (status != OK && status != ERR_CHECK) {
        rewind(shared);
        fprintf(shared, "%s%c", status_count() ? status_message(0) : "failed", '\0');
    }
    _exit(fflush(shared) == 0 ? ENDED + (int)status : ERR_IO);
}

/* Everything in a file, ended by a NUL. */
static char *whole(FILE *stream, size_t *length)
{
    const long size = fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : -1;
    char *bytes = size < 0 ? NULL : calloc((size_t)size + 1, 1);
    rewind(stream);
    if (bytes)
        *length = fread(bytes, 1, (size_t)size, stream);
    return bytes;
}

static pid_t wait_for(pid_t pid, int *ended)
{
    pid_t done;
    while ((done = waitpid(pid, ended, 0)) < 0 && errno == EINTR)
        continue;
    return done;
}

enum status isolate_print(const char *path, enum status (*print)(const void *job, FILE *stream), const void *job, unsigned seconds,
                          char **text, size_t *length)
{
    int ended = 0;
    const int descriptor = memfd_create("report", MFD_CLOEXEC);
    FILE *shared = descriptor < 0 ? NULL : fdopen(descriptor, "w+");
    fflush(stdout); /* what is buffered must not be printed twice */
    const pid_t pid = shared ? fork() : -1;
    if (pid == 0)
        child(print, job, seconds, shared);
    if (pid < 0 || wait_for(pid, &ended) != pid) {
        const int reason = errno;
        if (shared)
            fclose(shared);
        else if (descriptor >= 0)
            close(descriptor);
        return status_fail(ERR_IO, "%s: cannot start a process to read it: %s", path, strerror(reason));
    }
    size_t n = 0;
    char *bytes = whole(shared, &n);
    fclose(shared);
    if (!bytes)
        return status_no_memory("a report", 1);
    const bool came_back = WIFEXITED(ended) && WEXITSTATUS(ended) >= ENDED;
    const enum status status = came_back ? (enum status)(WEXITSTATUS(ended) - ENDED) : ERR_IO;
    if (status == OK || status == ERR_CHECK) {
        *text = bytes;
        *length = n;
        return status;
    }
    if (came_back)
        status_fail(status, "%s", bytes);
    else if (WIFSIGNALED(ended) && WTERMSIG(ended) == SIGALRM)
        status_fail(ERR_IO, "%s: is damaged: HDF5 did not come back from it within %u s", path, seconds);
    else
        status_fail(ERR_IO, "%s: is damaged: HDF5 cannot read it", path);
    free(bytes);
    return status;
}
