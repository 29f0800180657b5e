#define _GNU_SOURCE /* memfd_create, pipe2 */
#include "isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

bool isolate_in_child;

/* ENDED: added to the exit code of a child that came to its end: sanitizers leave with 1, which is not ERR_CHECK, HDF5 with 255.
 * NO_MEMORY: of a child that did not, for want of memory (main_memory.c). */
enum { ENDED = 64, NO_MEMORY = ERR_IO };

/* The child: what `print` prints, or else its sentence, goes to the shared file (or into the pipe, where no one asks for a sentence). */
static _Noreturn void child(enum status (*print)(const void *, FILE *), const void *job, unsigned seconds, FILE *shared)
{
    isolate_in_child = true;
    signal(SIGALRM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    alarm(seconds);
    status_clear();
    const enum status status = print(job, shared);
    if (status != OK && status != ERR_CHECK) {
        rewind(shared);
        fprintf(shared, "%s%c", status_count() ? status_message(0) : "failed", '\0');
    }
    _exit(fflush(shared) == 0 ? ENDED + (int)status : NO_MEMORY);
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

static enum status no_process(const char *path, int reason)
{
    return status_fail(ERR_IO, "%s: cannot start a process to read it: %s", path, strerror(reason));
}

static bool lacked_memory(int ended)
{
    return WIFEXITED(ended) && WEXITSTATUS(ended) == NO_MEMORY;
}

static enum status no_memory(const char *path)
{
    return status_fail(ERR_IO, "%s: out of memory while it was read", path);
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
        return no_process(path, reason);
    }
    size_t n = 0;
    char *bytes = whole(shared, &n);
    fclose(shared);
    if (!bytes)
        return status_no_memory("a report", 1);
    const bool came_back = WIFEXITED(ended) && WEXITSTATUS(ended) >= ENDED && WEXITSTATUS(ended) <= ENDED + STOPPED;
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
    else if (lacked_memory(ended))
        no_memory(path);
    else
        status_fail(ERR_IO, "%s: is damaged: HDF5 cannot read it", path);
    free(bytes);
    return status;
}

static bool at_end(int descriptor)
{
    char more;
    ssize_t n;
    while ((n = read(descriptor, &more, 1)) < 0 && errno == EINTR)
        continue;
    return n == 0;
}

enum status isolate_stream(const char *path, enum status (*print)(const void *job, FILE *stream), const void *job, unsigned seconds,
                           bool (*take)(void *taker, int descriptor), void *taker)
{
    int ends[2], ended = 0;
    const bool piped = pipe2(ends, O_CLOEXEC) == 0;
    FILE *in = piped ? fdopen(ends[1], "w") : NULL;
    fflush(stdout);
    const pid_t pid = in ? fork() : -1;
    const int reason = errno;
    if (pid == 0) {
        close(ends[0]); /* or it would wait for itself to read */
        child(print, job, seconds, in);
    }
    if (in)
        fclose(in);
    else if (piped)
        close(ends[1]);
    const bool taken = pid > 0 && take(taker, ends[0]) && at_end(ends[0]);
    if (piped)
        close(ends[0]);
    if (pid > 0 && !taken)
        kill(pid, SIGKILL); /* nobody waits for what it may still do */
    if (pid < 0 || wait_for(pid, &ended) != pid)
        return no_process(path, reason);
    if (lacked_memory(ended))
        return no_memory(path);
    return taken && WIFEXITED(ended) && WEXITSTATUS(ended) == ENDED + OK ? OK : ERR_CHECK;
}
