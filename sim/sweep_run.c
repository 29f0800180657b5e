/* `sweep run`: a pool of processes on this machine, one run at a time each.
 *
 * The runs that are missing stand in one list; a counter in shared memory says which is next.  A worker that dies takes no more than its
 * present run with it: the parent starts another one with that run, at most DEATHS times, then the run is recorded as failed.  When the
 * parent dies its workers are told to stop.  Two parents never work on the same slice: the first log of a slice is locked. */
#define _GNU_SOURCE
#include "progress.h"
#include "stop.h"
#include "sweep_worker.h"
#include "units.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <omp.h>

enum { DEATHS = 3, JOBS_MOST = 1024, IDLE = -1 };

/* In memory shared with the workers. */
struct board {
    size_t next, done, failed; /* next of the list; runs finished */
    long present[JOBS_MOST];   /* what each worker is at: index into the list, IDLE = nothing */
};

struct pool {
    const struct sweep *sweep;
    size_t first, count;
    size_t *list; /* [n] runs to do */
    size_t n, jobs;
    int threads;
    bool stopping;
    int lock;
    struct board *board;
    pid_t workers[JOBS_MOST]; /* 0 = none */
    struct {
        long at;
        int deaths;
    } last[JOBS_MOST]; /* the run a worker died of, and how often */
    bool broken;       /* a worker could not go on and has said why */
    struct progress progress;
};

/* ---- a worker ---------------------------------------------------------------------------------------------------------------------- */

static enum status do_run(struct pool *p, struct sweep_worker *w, long at, enum status *code)
{
    const enum status status = sweep_worker_run(w, p->list[at], code);
    if (status != OK || *code == STOPPED)
        return status;
    __atomic_add_fetch(&p->board->done, 1, __ATOMIC_RELAXED);
    if (*code != OK)
        __atomic_add_fetch(&p->board->failed, 1, __ATOMIC_RELAXED);
    return OK;
}

/* `at`: the run its predecessor died of, or IDLE; it is given up when that happened too often. */
static enum status work(struct pool *p, size_t number, long at, bool give_up)
{
    struct sweep_worker w;
    enum status code = OK, status = sweep_worker_create(p->sweep, p->first, p->count, number, p->threads, &w);
    if (status != OK)
        return status;
    if (at != IDLE && give_up) {
        char message[96];
        snprintf(message, sizeof message, "the process that carried it out was killed %d times, out of memory perhaps", DEATHS);
        status = sweep_worker_give_up(&w, p->list[at], message);
        __atomic_add_fetch(&p->board->done, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&p->board->failed, 1, __ATOMIC_RELAXED);
        at = IDLE;
    }
    while (status == OK && code != STOPPED && !stop_requested()) {
        if (at == IDLE)
            at = (long)__atomic_fetch_add(&p->board->next, 1, __ATOMIC_RELAXED);
        if ((size_t)at >= p->n)
            break;
        p->board->present[number] = at;
        status = do_run(p, &w, at, &code);
        at = IDLE;
    }
    p->board->present[number] = IDLE;
    const enum status closed = sweep_records_close(&w.log);
    sweep_worker_destroy(&w);
    return status == OK ? closed : status;
}

static enum status start(struct pool *p, size_t number, long at, bool give_up)
{
    const pid_t parent = getpid();
    p->board->present[number] = at;
    fflush(stdout);
    fflush(stderr);
    const pid_t child = fork();
    if (child < 0)
        return status_fail(ERR_IO, "cannot start a process: %s", strerror(errno));
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            _exit(STOPPED);
        status_clear();
        const enum status status = work(p, number, at, give_up);
        status_print(stderr);
        _exit(status == OK ? 0 : (int)status);
    }
    p->workers[number] = child;
    return OK;
}

/* ---- the parent
 * -------------------------------------------------------------------------------------------------------------------------- */

/* A worker has ended: by itself, or else another one takes over. */
static enum status ended(struct pool *p, size_t number, int how)
{
    const long at = p->board->present[number];
    p->workers[number] = 0;
    if (WIFEXITED(how)) {
        p->broken = p->broken || WEXITSTATUS(how) != 0;
        return OK;
    }
    if (p->stopping)
        return OK;
    p->last[number].deaths = at != IDLE && p->last[number].at == at ? p->last[number].deaths + 1 : 1;
    p->last[number].at = at;
    if (at != IDLE)
        status_warn("run %zu: its process was killed by signal %d%s", p->list[at], WTERMSIG(how),
                    p->last[number].deaths < DEATHS ? "; it begins again" : "; given up");
    status_print(stderr);
    return start(p, number, at, p->last[number].deaths >= DEATHS);
}

static void tell_all(const struct pool *p, int number)
{
    for (size_t w = 0; w < p->jobs; w++)
        if (p->workers[w] > 0)
            kill(p->workers[w], number);
}

static size_t alive(const struct pool *p)
{
    size_t n = 0;
    for (size_t w = 0; w < p->jobs; w++)
        n += p->workers[w] > 0;
    return n;
}

static void show(struct pool *p)
{
    char what[64] = "runs";
    if (p->board->failed)
        snprintf(what, sizeof what, "runs, %zu failed", p->board->failed);
    progress_count(&p->progress, p->board->done, p->n, what);
}

static void stop_if_asked(struct pool *p, double max_seconds)
{
    const bool late = max_seconds > 0.0 && progress_seconds(&p->progress) > max_seconds;
    if (p->stopping || !(stop_requested() || late || p->broken))
        return;
    p->stopping = true;
    tell_all(p, SIGTERM);
}

/* Waits for the workers, starts others in place of dead ones, passes on the wish to stop. */
static enum status supervise(struct pool *p, double max_seconds)
{
    const struct timespec patience = {.tv_nsec = 200000000};
    sigset_t child;
    enum status status = OK;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    while (alive(p) > 0) {
        int how = 0;
        const pid_t who = waitpid(-1, &how, WNOHANG);
        for (size_t w = 0; who > 0 && w < p->jobs; w++)
            if (p->workers[w] == who) {
                const enum status next = ended(p, w, how);
                status = status == OK ? next : status;
            }
        if (status != OK && !p->stopping) {
            p->stopping = true;
            tell_all(p, SIGTERM);
        }
        stop_if_asked(p, max_seconds);
        show(p);
        if (who <= 0)
            sigtimedwait(&child, NULL, &patience);
    }
    return status;
}

/* How the runs of the slice stand. */
struct tally {
    size_t done, failed, missing;
};

static enum status take_stock(const struct pool *p, signed char *states, struct tally *tally)
{
    const enum status status = sweep_records_states(p->sweep, p->first, p->count, states);
    *tally = (struct tally){0};
    for (size_t i = 0; i < p->count; i++) {
        tally->done += states[i] == OK;
        tally->failed += states[i] > OK;
        tally->missing += states[i] == SWEEP_MISSING;
    }
    return status;
}

/* One parent for a slice: whoever comes second is refused, unless the first is about to end. */
static enum status lock_slice(struct pool *p)
{
    char name[96], path[SWEEP_PATH];
    snprintf(name, sizeof name, "records/%zu-%zu.w0.log", p->first, p->count);
    p->lock = open(sweep_path(p->sweep->dir, name, path), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (p->lock < 0)
        return status_fail(ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    for (int tries = 0; flock(p->lock, LOCK_EX | LOCK_NB) != 0; tries++) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            status_warn("%s: cannot be locked (%s): make sure that nobody else works on these runs", path, strerror(errno));
            return OK;
        }
        if (tries == 30 || stop_requested())
            return status_fail(ERR_IO, "%s: another `sweep run` is at work on these runs", path);
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return OK;
}

static enum status run_pool(struct pool *p, const struct arguments *a)
{
    enum status status = OK;
    sigset_t child;
    for (size_t w = 0; w < p->jobs; w++)
        p->last[w].at = IDLE;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    progress_init(&p->progress, a->quiet);
    for (size_t w = 0; w < p->jobs && status == OK; w++)
        status = start(p, w, IDLE, false);
    const enum status end = supervise(p, a->max_seconds);
    progress_finish(&p->progress);
    return status == OK ? end : status;
}

/* What is to be said at the end, and the exit code; both after what stands in the logs. */
static enum status conclude(const struct pool *p, const struct arguments *a, signed char *states)
{
    const char *dir = p->sweep->dir;
    const double seconds = progress_seconds(&p->progress);
    struct tally tally;
    const enum status status = take_stock(p, states, &tally);
    if (status != OK)
        return status;
    if (!a->quiet) {
        printf("%s: %zu of %zu runs done", dir, tally.done, p->count);
        if (tally.failed)
            printf(", %zu failed", tally.failed);
        if (p->n)
            printf("; %zu in %.1f s by %zu process%s, %.3g a second", p->board->done, seconds, p->jobs, p->jobs == 1 ? "" : "es",
                   (double)p->board->done / seconds);
        printf("\n");
    }
    if (p->broken)
        return ERR_IO;
    if (tally.missing)
        return status_fail(STOPPED, "%s: stopped with %zu of %zu runs to do; the same command goes on", dir, tally.missing, p->count);
    return tally.failed ? status_fail(ERR_CHECK, "%s: %zu of %zu runs failed; `needlework sweep status %s` says why", dir, tally.failed,
                                      p->count, dir)
                        : OK;
}

static void choose_jobs(struct pool *p, const struct arguments *a)
{
    const long processors = omp_get_num_procs(), wanted = a->jobs ? a->jobs : processors / p->threads;
    p->jobs = (size_t)(wanted < 1 ? 1 : wanted > JOBS_MOST ? JOBS_MOST : wanted);
    p->jobs = p->jobs > p->n ? p->n : p->jobs;
    if ((long)p->jobs * p->threads > processors)
        status_warn("%zu processes of %d thread%s on %ld processors: they will wait for each other", p->jobs, p->threads,
                    p->threads == 1 ? "" : "s", processors);
    status_print(stderr);
}

static enum status execute(struct pool *p, const struct arguments *a)
{
    struct tally tally;
    signed char *states = malloc(p->count + 1);
    p->list = malloc((p->count + 1) * sizeof *p->list);
    p->board = mmap(NULL, sizeof *p->board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    enum status status =
        states && p->list && p->board != MAP_FAILED ? lock_slice(p) : status_no_memory("the list of runs", p->count * sizeof *p->list);
    if (status == OK)
        status = take_stock(p, states, &tally);
    for (size_t i = 0; i < p->count && status == OK; i++)
        if (states[i] == SWEEP_MISSING || (states[i] > OK && a->retry))
            p->list[p->n++] = p->first + i;
    if (status == OK) {
        choose_jobs(p, a);
        status = run_pool(p, a);
    }
    if (status == OK)
        status = conclude(p, a, states);
    if (p->board != MAP_FAILED)
        munmap(p->board, sizeof *p->board);
    free(states);
    return status;
}

/* --index and --count, or all. */
static enum status choose_slice(struct pool *p, const struct arguments *a)
{
    const size_t n = p->sweep->n;
    if (a->index >= 0 && (size_t)a->index >= n)
        return status_fail(ERR_CONFIG, "--index: %s has the runs 0 to %zu", p->sweep->dir, n - 1);
    if (a->count && a->index < 0)
        return status_fail(ERR_CONFIG, "--count: needs --index, the first of the runs");
    p->first = a->index >= 0 ? (size_t)a->index : 0;
    p->count = a->index < 0 ? n : a->count ? (size_t)a->count : 1;
    p->count = p->count > n - p->first ? n - p->first : p->count;
    return OK;
}

enum status sweep_execute(const char *dir, const struct arguments *a)
{
    struct sweep sweep;
    struct pool *p = calloc(1, sizeof *p);
    if (!p)
        return status_no_memory("the workers", sizeof *p);
    enum status status = sweep_open(dir, &sweep);
    if (status == OK) {
        stop_watch();
        signal(SIGPIPE, SIG_IGN); /* whoever reads the progress may leave; the work goes on */
        p->sweep = &sweep;
        p->lock = -1;
        p->threads = a->threads ? (int)a->threads : 1;
        status = sweep_plugin_load(&sweep);
        if (status == OK)
            status = choose_slice(p, a);
        if (status == OK)
            status = execute(p, a);
        if (p->lock >= 0)
            close(p->lock);
        sweep_close(&sweep);
    }
    free(p->list);
    free(p);
    return status;
}
