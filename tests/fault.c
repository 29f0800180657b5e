/* Injects faults into a program: LD_PRELOAD this library.  See scripts/faults.py.
 *
 *   FAULT_UNDER    folder: operations on files opened for writing under it are counted: open, write, pwrite, fsync, ftruncate, fallocate,
 *                  close, rename
 *   FAULT_AT       the number (from 1) of the operation that fails; FAULT_ALLOC: of the allocation called for by the program itself
 *   FAULT_LIBRARIES  with FAULT_ALLOC: allocations of all libraries count as well, whose requests come through sim/main_memory.c
 *   FAULT_EACH     file: instead, each such allocation (FAULT_FIRST and every FAULT_EVERY-th after it) fails in a copy of the process that
 *                  shall end then and there; the process itself goes on untouched.  The file gets a line "N CODE" for each: its exit
 *                  code, -1 when a signal ended it, SURVIVED when it went on (it is stopped at once); FILE.said gets their messages
 *   FAULT_ERRNO    what the failing operation says; with FAULT_KEEP all that follow fail too, as on a disk that stays full
 *   FAULT_CLOCK    seconds that every look at the monotonic clock takes: what depends on time happens at the same place in every run
 *   FAULT_REPORT   file for "operations N allocations N unfreed N failed NAME died WHERE", written at the end or when the program
 *                  crashes: NAME = the operation, or who called for memory, WHERE = the object that crashed, "-" when none did
 *   FAULT_KILL     with FAULT_AT: kill -9 instead of failing
 * Allocations are counted over the process and its children in one sequence. */
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
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024, KEPT = 1 << 20, FRAMES = 64, SURVIVED = 77 };
static bool watched[DESCRIPTORS], ready, keep, deadly, libraries, doomed;
static const char *under, *report;
static long operations, fail_at, fail_allocation, each_first, each_step;
static int each = -1, said = -1;
static int reason = EIO;
static double tick;
static struct {
    long allocations;
    char failed[80];
} alone, *common = &alone; /* in memory that children share */
static uintptr_t program_from, program_to, guard_from = UINTPTR_MAX, guard_to;
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

/* Where the program's own malloc and its kin lie, which hand on what libraries ask for; none in programs that have none. */
static void find_guard(void)
{
    static const char *const names[] = {"malloc", "calloc", "realloc", "memalign"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Dl_info info;
        const ElfW(Sym) *symbol = NULL;
        const uintptr_t from = (uintptr_t)dlsym(RTLD_DEFAULT, names[i]);
        if (from < program_from || from >= program_to || !dladdr1((void *)from, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol)
            continue;
        guard_from = from < guard_from ? from : guard_from;
        guard_to = from + symbol->st_size > guard_to ? from + symbol->st_size : guard_to;
    }
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
    const int n = snprintf(text, sizeof text, "operations %ld allocations %ld unfreed %zu failed %s died %s\n", operations,
                           common->allocations, unfreed, common->failed, died),
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

/* FAULT_EACH: where the copies' ends and their messages are written. */
static void open_each(const char *name)
{
    char path[4096];
    if (!name)
        return;
    snprintf(path, sizeof path, "%s.said", name);
    each = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    said = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    dl_iterate_phdr(first_object, NULL);
    find_guard();
    void *shared = mmap(NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared != MAP_FAILED)
        common = shared;
    snprintf(common->failed, sizeof common->failed, "nothing");
    under = getenv("FAULT_UNDER"), report = getenv("FAULT_REPORT");
    fail_at = number("FAULT_AT"), fail_allocation = number("FAULT_ALLOC");
    keep = getenv("FAULT_KEEP") != NULL, deadly = getenv("FAULT_KILL") != NULL, libraries = getenv("FAULT_LIBRARIES") != NULL;
    open_each(getenv("FAULT_EACH"));
    each_first = number("FAULT_FIRST"), each_step = number("FAULT_EVERY");
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

/* A copy of the process that outlived its fault (FAULT_EACH), about to ask for memory or to change the disk. */
static void stop_survivor(void)
{
    if (doomed)
        _exit(SURVIVED);
}

static bool is_under(const char *path)
{
    stop_survivor();
    return ready && under && path && strncmp(path, under, strlen(under)) == 0;
}

static bool is_watched(int file)
{
    if (file != STDERR_FILENO)
        stop_survivor();
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
        snprintf(common->failed, sizeof common->failed, "%s", name);
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

static bool within(const void *place, uintptr_t from, uintptr_t to)
{
    return (uintptr_t)place >= from && (uintptr_t)place < to;
}

static bool own(const void *caller)
{
    return ready && within(caller, program_from, program_to) && !within(caller, guard_from, guard_to);
}

/* A copy of the process, in which this is true: the n-th allocation fails there, and only there. */
static bool in_copy(long n)
{
    int ended = 0;
    char line[64];
    if (each < 0 || n < each_first || (n - each_first) % each_step != 0)
        return false;
    const pid_t copy = fork();
    if (copy == 0) {
        dup2(said, STDERR_FILENO);
        ready = false;
        return doomed = true;
    }
    while (copy > 0 && waitpid(copy, &ended, 0) < 0 && errno == EINTR)
        continue;
    const int length = snprintf(line, sizeof line, "%ld %d\n", n, copy > 0 && WIFEXITED(ended) ? WEXITSTATUS(ended) : -1);
    if (write(each, line, (size_t)length) != length)
        abort();
    return false;
}

/* Counts an allocation; true, with errno, when it is to fail. */
static bool refused(const void *caller)
{
    stop_survivor();
    if (!ready || !(libraries || own(caller)))
        return false;
    const long n = __atomic_add_fetch(&common->allocations, 1, __ATOMIC_RELAXED);
    if (n != fail_allocation && !in_copy(n))
        return false;
    if (within(caller, guard_from, guard_to))
        snprintf(common->failed, sizeof common->failed, "library");
    else
        object(caller, common->failed, sizeof common->failed);
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

void *memalign(size_t alignment, size_t n)
{
    return refused(CALLER) ? NULL : given(CALLER, __libc_memalign(alignment, n));
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return refused(CALLER) ? NULL : given(CALLER, __libc_memalign(alignment, n));
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
    REAL(char *, "strdup", const char *);
    if (!own(CALLER) || guard_to) /* asks malloc, which in a program with its own is the program's */
        return given(CALLER, real(text));
    char *copy = refused(CALLER) ? NULL : given(CALLER, __libc_malloc(strlen(text) + 1));
    return copy ? strcpy(copy, text) : NULL;
}

void free(void *old)
{
    stop_survivor();
    forget(old);
    __libc_free(old);
}

/* ---- report ---------------------------------------------------------------------------------------------------------------------- */

__attribute__((destructor)) static void end(void)
{
    write_report("-");
}
