/* Injects faults into a program: LD_PRELOAD this library.  See scripts/faults.py.
 *
 *   FAULT_UNDER    folder: operations on files opened for writing under it are counted: open, write, pwrite, fsync, ftruncate, fallocate,
 *                  close, rename
 *   FAULT_AT       the number (from 1) of the operation that fails; FAULT_ALLOC: of the allocation called for by the program itself
 *   FAULT_LIBRARIES  with FAULT_ALLOC: allocations of all libraries count as well
 *   FAULT_ERRNO    what the failing operation says; with FAULT_KEEP all that follow fail too, as on a disk that stays full
 *   FAULT_CLOCK    seconds that every look at the monotonic clock takes: what depends on time happens at the same place in every run
 *   FAULT_REPORT   file for "operations N allocations N setup N unfreed N failed NAME died WHERE", written at the end or when the program
 *                  crashes: setup = allocations before the first checkpoint took its name, NAME = the operation, or the object that called
 *                  for memory, WHERE = the object that crashed, "-" when none did
 *   FAULT_KILL     with FAULT_AT: kill -9 instead of failing */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024, KEPT = 1 << 20, FRAMES = 64 };
static bool watched[DESCRIPTORS], ready, keep, deadly, libraries;
static const char *under, *report;
static long operations, fail_at, allocations, fail_allocation, setup;
static int reason = EIO;
static double tick;
static char failed[80] = "nothing";
static uintptr_t program_from, program_to;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *kept[KEPT]; /* what the program itself has allocated and not freed: open addressing, 1 = freed */

/* ---- settings -------------------------------------------------------------------------------------------------------------------- */

static int first_object(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size, (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr, to = from + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X))
            program_from = from, program_to = to;
    }
    return 1;
}

/* The object that holds a place in the code, without its folder and what follows ".so". */
static void object(const void *place, char *name, size_t n)
{
    Dl_info info = {.dli_fname = NULL};
    const char *path = dladdr(place, &info) && info.dli_fname ? info.dli_fname : "unknown", *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path, *suffix = strstr(base, ".so");
    snprintf(name, n, "%.*s", suffix ? (int)(suffix - base) : (int)strlen(base), base);
}

static void write_report(const char *died)
{
    size_t unfreed = 0;
    char text[300];
    if (!ready || !report)
        return;
    ready = false;
    for (size_t i = 0; i < KEPT; i++)
        unfreed += kept[i] && kept[i] != (void *)1;
    const int n = snprintf(text, sizeof text, "operations %ld allocations %ld setup %ld unfreed %zu failed %s died %s\n", operations,
                           allocations, setup, unfreed, failed, died),
              file = open(report, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file >= 0 && write(file, text, (size_t)n) == n)
        close(file);
}

/* A crash: whose code was it? */
static void crash(int signal_number)
{
    void *frames[FRAMES];
    char name[80] = "unknown";
    const int n = backtrace(frames, FRAMES);
    for (int i = 0; i < n; i++) {
        object(frames[i], name, sizeof name);
        if (strcmp(name, "libc") != 0 && strcmp(name, "fault") != 0)
            break;
    }
    write_report(name);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    dl_iterate_phdr(first_object, NULL);
    under = getenv("FAULT_UNDER"), report = getenv("FAULT_REPORT");
    fail_at = number("FAULT_AT"), fail_allocation = number("FAULT_ALLOC");
    keep = getenv("FAULT_KEEP") != NULL, deadly = getenv("FAULT_KILL") != NULL, libraries = getenv("FAULT_LIBRARIES") != NULL;
    tick = getenv("FAULT_CLOCK") ? atof(getenv("FAULT_CLOCK")) : 0.0;
    const char *name = getenv("FAULT_ERRNO");
    reason = name && !strcmp(name, "ENOSPC") ? ENOSPC : name && !strcmp(name, "EDQUOT") ? EDQUOT : EIO;
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
    void *frame;
    backtrace(&frame, 1);      /* loads what it needs now */
    static char room[1 << 16]; /* a stack of its own: HDF5 recurs without end when its start fails */
    sigaltstack(&(stack_t){.ss_sp = room, .ss_size = sizeof room}, NULL);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        sigaction(crashes[i], &(struct sigaction){.sa_handler = crash, .sa_flags = SA_ONSTACK}, NULL);
    ready = getenv("OMP_WAIT_POLICY") != NULL; /* the program starts itself anew to set it: that is not counted */
}

/* ---- files ----------------------------------------------------------------------------------------------------------------------- */

#define REAL(result, name, ...)                                                                                                            \
    static result (*real)(__VA_ARGS__);                                                                                                    \
    if (!real)                                                                                                                             \
    *(void **)&real = dlsym(RTLD_NEXT, name)

static bool is_under(const char *path)
{
    return ready && under && path && strncmp(path, under, strlen(under)) == 0;
}

static bool is_watched(int file)
{
    return ready && file >= 0 && file < DESCRIPTORS && watched[file];
}

/* Counts an operation; true, with errno, when it is to fail. */
static bool fails(const char *name)
{
    const long n = __atomic_add_fetch(&operations, 1, __ATOMIC_RELAXED);
    if (!fail_at || n < fail_at || (n > fail_at && !keep))
        return false;
    if (deadly)
        kill(getpid(), SIGKILL);
    if (n == fail_at)
        snprintf(failed, sizeof failed, "%s", name);
    errno = reason;
    return true;
}

static int opened(int file)
{
    if (file >= 0 && file < DESCRIPTORS)
        watched[file] = true;
    return file;
}

static bool writes(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY;
}

static mode_t mode_of(int flags, va_list arguments)
{
    return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(function)                                                                                                                     \
    int function(const char *path, int flags, ...)                                                                                         \
    {                                                                                                                                      \
        REAL(int, #function, const char *, int, ...);                                                                                      \
        va_list arguments;                                                                                                                 \
        va_start(arguments, flags);                                                                                                        \
        const mode_t mode = mode_of(flags, arguments);                                                                                     \
        va_end(arguments);                                                                                                                 \
        if (!is_under(path) || !writes(flags))                                                                                             \
            return real(path, flags, mode);                                                                                                \
        return fails("open") ? -1 : opened(real(path, flags, mode));                                                                       \
    }
OPEN(open)
OPEN(open64)

#define PASS(result, function, parameters, call, ...)                                                                                      \
    result function parameters                                                                                                             \
    {                                                                                                                                      \
        REAL(result, #function, __VA_ARGS__);                                                                                              \
        return is_watched(file) && fails(#function) ? -1 : real call;                                                                      \
    }
PASS(ssize_t, write, (int file, const void *data, size_t n), (file, data, n), int, const void *, size_t)
PASS(ssize_t, pwrite, (int file, const void *data, size_t n, off_t at), (file, data, n, at), int, const void *, size_t, off_t)
PASS(ssize_t, pwrite64, (int file, const void *data, size_t n, off64_t at), (file, data, n, at), int, const void *, size_t, off64_t)
PASS(int, fsync, (int file), (file), int)
PASS(int, ftruncate, (int file, off_t n), (file, n), int, off_t)
PASS(int, ftruncate64, (int file, off64_t n), (file, n), int, off64_t)
PASS(int, fallocate, (int file, int mode, off_t at, off_t n), (file, mode, at, n), int, int, off_t, off_t)
PASS(int, fallocate64, (int file, int mode, off64_t at, off64_t n), (file, mode, at, n), int, int, off64_t, off64_t)

int close(int file)
{
    REAL(int, "close", int);
    const bool fail = is_watched(file) && fails("close");
    if (file >= 0 && file < DESCRIPTORS)
        watched[file] = false;
    const int done = real(file);
    errno = fail ? reason : errno;
    return fail ? -1 : done;
}

int rename(const char *from, const char *to)
{
    REAL(int, "rename", const char *, const char *);
    if (!setup && is_under(to) && strstr(to, ".checkpoint."))
        setup = allocations;
    return is_under(to) && fails("rename") ? -1 : real(from, to);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static double passed = 1000.0;
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    if (!ready || tick <= 0.0 || clock != CLOCK_MONOTONIC)
        return real(clock, now);
    passed += tick;
    *now = (struct timespec){(time_t)passed, (long)(1e9 * (passed - (double)(time_t)passed))};
    return 0;
}

/* ---- memory ---------------------------------------------------------------------------------------------------------------------- */

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *old);

static void **find(const void *pointer, bool add)
{
    void **room = NULL;
    for (size_t i = ((uintptr_t)pointer >> 4) % KEPT, tried = 0; tried < KEPT; i = (i + 1) % KEPT, tried++) {
        if (kept[i] == pointer)
            return &kept[i];
        if (kept[i] == (void *)1 && !room)
            room = &kept[i];
        if (!kept[i])
            return add ? (room ? room : &kept[i]) : NULL;
    }
    return NULL;
}

static void *remember(void *pointer)
{
    pthread_mutex_lock(&lock);
    void **place = pointer ? find(pointer, true) : NULL;
    if (place)
        *place = pointer;
    pthread_mutex_unlock(&lock);
    return pointer;
}

static void forget(void *pointer)
{
    pthread_mutex_lock(&lock);
    void **place = pointer ? find(pointer, false) : NULL;
    if (place)
        *place = (void *)1;
    pthread_mutex_unlock(&lock);
}

static bool own(const void *caller)
{
    return ready && (uintptr_t)caller >= program_from && (uintptr_t)caller < program_to;
}

/* Counts an allocation; true, with errno, when it is to fail. */
static bool refused(const void *caller)
{
    if (!ready || !(libraries || own(caller)))
        return false;
    const long n = __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
    if (n != fail_allocation)
        return false;
    object(caller, failed, sizeof failed);
    errno = ENOMEM;
    return true;
}

#define CALLER __builtin_return_address(0)

/* What the program itself gets is remembered. */
static void *given(const void *caller, void *pointer)
{
    return own(caller) ? remember(pointer) : pointer;
}

void *malloc(size_t n)
{
    return refused(CALLER) ? NULL : given(CALLER, __libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
    return refused(CALLER) ? NULL : given(CALLER, __libc_calloc(n, size));
}

void *realloc(void *old, size_t n)
{
    if (refused(CALLER))
        return NULL;
    if (own(CALLER))
        forget(old);
    return given(CALLER, __libc_realloc(old, n));
}

int posix_memalign(void **pointer, size_t alignment, size_t n)
{
    if (refused(CALLER))
        return ENOMEM;
    *pointer = given(CALLER, __libc_memalign(alignment, n));
    return *pointer ? 0 : ENOMEM;
}

char *strdup(const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = refused(CALLER) ? NULL : given(CALLER, __libc_malloc(n));
    return copy ? memcpy(copy, text, n) : NULL;
}

void free(void *old)
{
    forget(old);
    __libc_free(old);
}

/* ---- report ---------------------------------------------------------------------------------------------------------------------- */

__attribute__((destructor)) static void end(void)
{
    write_report("-");
}
