/* When a library is refused memory, the program says so and ends: UDUNITS, HDF5, OpenSSL and GSL crash, exit or go on with other words when
 * their malloc returns NULL (tests/robustness.md).
 *
 * The program's own malloc and its kin, which every library calls as well (ELF looks into the program first), hand each request on to
 * whoever comes next: the C library, or what LD_PRELOAD names.  What is refused to
 *   the program's own code   returns NULL, which it handles, but for a child that reads a file: nothing is lost with that (isolate.h);
 *   a library, up to MOST    ends the program as kill -9 does, with exit code 4: the next command removes what was on its way, a run is
 *                            resumed from its checkpoint;
 *   a library, beyond MOST   returns NULL: HDF5 asks for any size that a damaged file names, and can refuse the file.
 * A thread that OpenMP cannot start ends the program likewise.  Only the program does so; libneedlework.so leaves memory to its user.
 * Sanitizers take malloc's place themselves: there this file is left out.  Tested in: scripts/faults.py (libraries, limits). */
#define _GNU_SOURCE /* RTLD_NEXT, dladdr */
#include "isolate.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 1 << 26, TEXT = 512 }; /* bytes; MOST: no library needs as much here (a chunk of our results: 1 MB) */

extern const char __executable_start[], etext[]; /* of the linker: where the program's own code lies */

#define ADVICE "; allow the program more (ulimit -v, --mem), or compute with a wider spacing or fewer threads\n"
#define CALLER __builtin_return_address(0)

static bool own(const void *caller)
{
    return !isolate_in_child && (uintptr_t)caller >= (uintptr_t)__executable_start && (uintptr_t)caller < (uintptr_t)etext;
}

/* The library that holds a place in the code, without its folder and what follows ".so". */
static void library(const void *place, char *name, size_t n)
{
    Dl_info info = {.dli_fname = NULL};
    const char *path = dladdr(place, &info) && info.dli_fname ? info.dli_fname : "a library", *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path, *suffix = strstr(base, ".so");
    snprintf(name, n, "%.*s", suffix ? (int)(suffix - base) : (int)strlen(base), base);
}

/* One sentence, whatever the number of threads; nothing here takes memory. */
static _Noreturn void end(const char *sentence)
{
    static atomic_flag said = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&said))
        pause();
    const ssize_t written = write(STDERR_FILENO, sentence, strlen(sentence));
    (void)written; /* standard error may be closed */
    _exit(ERR_IO);
}

/* What a library is told: `found`, or nothing any more. */
static void *answer(void *found, size_t n, const void *caller)
{
    char name[64], sentence[TEXT];
    if (found || n == 0 || n > MOST)
        return found;
    library(caller, name, sizeof name);
    snprintf(sentence, sizeof sentence, "needlework: error: out of memory for %s (%zu bytes)" ADVICE, name, n);
    end(sentence);
}

/* ---- the functions themselves ---------------------------------------------------------------------------------------------------- */

static struct {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void *(*memalign)(size_t, size_t);
    int (*thread)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
} next;

/* Before the first thread: the libraries' own start asks for memory already. */
static void find(void)
{
    if (next.malloc)
        return;
    *(void **)&next.calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&next.realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)&next.memalign = dlsym(RTLD_NEXT, "memalign");
    *(void **)&next.thread = dlsym(RTLD_NEXT, "pthread_create");
    *(void **)&next.malloc = dlsym(RTLD_NEXT, "malloc");
}

/* The program's own request is handed on by a jump: whoever comes next sees who asked (tests/fault.c). */
void *malloc(size_t n)
{
    find();
    return own(CALLER) ? next.malloc(n) : answer(next.malloc(n), n, CALLER);
}

void *calloc(size_t n, size_t size)
{
    find();
    return own(CALLER) ? next.calloc(n, size) : answer(next.calloc(n, size), size && n > SIZE_MAX / size ? SIZE_MAX : n * size, CALLER);
}

void *realloc(void *old, size_t n)
{
    find();
    return own(CALLER) ? next.realloc(old, n) : answer(next.realloc(old, n), n, CALLER);
}

void *memalign(size_t alignment, size_t n)
{
    find();
    return own(CALLER) ? next.memalign(alignment, n) : answer(next.memalign(alignment, n), n, CALLER);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    find();
    const int code = next.thread(thread, attributes, start, argument);
    if (code != 0 && !own(CALLER))
        end("needlework: error: out of memory for another thread" ADVICE);
    return code;
}
