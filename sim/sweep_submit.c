/* `sweep submit`: what is missing -> a Slurm job array of `sweep run --index I --count K`.
 *
 * DIR/submit/N.tasks has a line "I K" for every task, DIR/submit/N.sbatch is the script, DIR/submit/N.job the number of the job.  A task
 * that is told to stop (SIGUSR1 from Slurm a minute before its time is up) ends with 75 and goes back to the queue; one whose process was
 * killed does so too, three times at most.  Whatever is left after that is submitted by the same command once more. */
#define _GNU_SOURCE
#include "sweep_jobs.h"
#include "sweep_records.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wordexp.h>

static const double TASK_SECONDS = 3600.0; /* aim for the length of a task */
enum { ARRAY_MOST = 1001, OPTIONS = 64 };  /* tasks of an array, where Slurm does not say */

struct submission {
    const struct sweep *sweep;
    signed char *states;
    size_t number, chunk, tasks, runs; /* of this submission; runs per task; tasks and runs with something to do */
    long jobs, threads, throttle;
    bool retry;     /* failed runs too */
    double seconds; /* of a run */
    char program[SWEEP_PATH], job[64];
};

/* MaxArraySize of the cluster. */
static size_t array_limit(void)
{
    char output[65536], scontrol[] = "scontrol", show[] = "show", config[] = "config";
    char *const argv[] = {scontrol, show, config, NULL};
    size_t most = ARRAY_MOST;
    if (sweep_jobs_call(argv, output, sizeof output) != OK) {
        status_clear(); /* sbatch will say what is wrong */
        return most;
    }
    const char *line = strstr(output, "MaxArraySize"), *value = line ? strchr(line, '=') : NULL;
    if (value && sscanf(value + 1, "%zu", &most) != 1)
        most = ARRAY_MOST;
    return most ? most : 1;
}

/* Wall time of a run: as measured, where some are done, else as estimated. */
struct mean {
    double sum;
    size_t n;
};

static enum status add_time(void *user, const struct sweep_record *record)
{
    struct mean *mean = user;
    mean->sum += record->seconds;
    mean->n++;
    return OK;
}

static bool has_missing(const struct submission *s, size_t first)
{
    for (size_t i = first; i < first + s->chunk && i < s->sweep->n; i++)
        if (s->states[i] == SWEEP_MISSING)
            return true;
    return false;
}

static void choose_chunks(struct submission *s, const struct arguments *a)
{
    const size_t n = s->sweep->n, most = array_limit();
    const double fit = floor(TASK_SECONDS * (double)s->jobs / fmax(s->seconds, 1e-3));
    size_t chunk = a->chunk ? (size_t)a->chunk : fit < 1.0 ? 1 : fit > (double)n ? n : (size_t)fit;
    if (!a->chunk && chunk > (n + 15) / 16) /* sixteen tasks at least, so that a cluster is of use */
        chunk = (n + 15) / 16;
    if ((n + chunk - 1) / chunk > most) {
        chunk = (n + most - 1) / most;
        status_warn("an array has at most %zu tasks here: %zu runs per task", most, chunk);
    }
    s->chunk = chunk;
    for (size_t first = 0; first < n; first += chunk)
        s->tasks += has_missing(s, first);
    for (size_t i = 0; i < n; i++)
        s->runs += s->states[i] == SWEEP_MISSING;
}

static FILE *create(const struct submission *s, const char *ending, char path[SWEEP_PATH])
{
    char name[64];
    snprintf(name, sizeof name, "submit/%zu.%s", s->number, ending);
    FILE *stream = fopen(sweep_path(s->sweep->dir, name, path), "w");
    if (!stream)
        status_fail(ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    return stream;
}

static enum status finish(FILE *stream, const char *path)
{
    const bool good = fflush(stream) == 0 && !ferror(stream);
    fclose(stream);
    return good ? OK : status_fail(ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
}

static enum status write_tasks(const struct submission *s)
{
    char path[SWEEP_PATH];
    FILE *stream = create(s, "tasks", path);
    if (!stream)
        return ERR_IO;
    for (size_t first = 0; first < s->sweep->n; first += s->chunk)
        if (has_missing(s, first))
            fprintf(stream, "%zu %zu\n", first, s->chunk);
    return finish(stream, path);
}

/* For the shell, between single quotes. */
static void put_quoted(FILE *stream, const char *text)
{
    fputc('\'', stream);
    for (; *text; text++)
        fprintf(stream, *text == '\'' ? "'\\''" : "%c", *text);
    fputc('\'', stream);
}

/* What the batch script asks of Slurm; --slurm overrides it. */
static void write_demands(FILE *stream, const struct submission *s)
{
    const double plan = (double)s->sweep->n * (300.0 + 8.0 * (double)(2 * s->sweep->n_columns + s->sweep->n_outcomes)) / 1e6;
    const double seconds = 300.0 + 3.0 * s->seconds * ceil((double)s->chunk / (double)s->jobs);
    fprintf(stream,
            "#!/usr/bin/env bash\n"
            "# Made by `needlework sweep submit`: line SLURM_ARRAY_TASK_ID + 1 of submit/%zu.tasks says which runs are this task's.\n"
            "#SBATCH --job-name=needlework-sweep\n"
            "#SBATCH --array=0-%zu%s",
            s->number, s->tasks - 1, s->throttle ? "" : "\n");
    if (s->throttle)
        fprintf(stream, "%%%ld\n", s->throttle);
    fprintf(stream,
            "#SBATCH --ntasks=1\n"
            "#SBATCH --cpus-per-task=%ld\n"
            "#SBATCH --mem-per-cpu=%.0fM\n"
            "#SBATCH --time=%.0f\n"
            "#SBATCH --signal=B:USR1@60\n"
            "#SBATCH --requeue\n"
            "#SBATCH --open-mode=append\n"
            "#SBATCH --output=submit/%zu-%%a.log\n",
            s->jobs * s->threads,
            ceil(100.0 + 1.5 * s->sweep->run_bytes / 1e6 / (double)s->threads + plan / (double)(s->jobs * s->threads)),
            ceil(seconds / 60.0), s->number);
}

static enum status write_script(const struct submission *s)
{
    char path[SWEEP_PATH];
    FILE *stream = create(s, "sbatch", path);
    if (!stream)
        return ERR_IO;
    write_demands(stream, s);
    fprintf(stream,
            "set -uo pipefail\n"
            "read -r index count < <(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" submit/%zu.tasks)\n"
            "export OMP_NUM_THREADS=%ld OMP_WAIT_POLICY=passive\n",
            s->number, s->threads);
    put_quoted(stream, s->program);
    fprintf(stream,
            " sweep run . --index \"$index\" --count \"$count\" --threads %ld --jobs $((${SLURM_CPUS_PER_TASK:-%ld} / %ld))%s --quiet &\n"
            "run=$! cancelled=\n"
            "trap 'kill -USR1 $run' USR1                  # the time is nearly up\n"
            "trap 'cancelled=yes; kill -TERM $run' TERM   # scancel: stop, and do not come back\n"
            "# `wait` comes back early, with 128 + its number, when a signal arrives.\n"
            "while wait \"$run\"; code=$?; [ \"$code\" -gt 128 ] && kill -0 \"$run\" 2>/dev/null; do :; done\n"
            "# 75: stopped on request; 138: the request came before anything had begun; 137: killed, for want of memory perhaps.\n"
            "case $code in\n"
            "75 | 138) again=yes ;;\n"
            "137) [ \"${SLURM_RESTART_COUNT:-0}\" -lt 3 ] && again=yes || again= ;;\n"
            "*) again= ;;\n"
            "esac\n"
            "if [ -z \"$cancelled\" ] && [ -n \"$again\" ]; then\n"
            "    echo \"ended with $code; back to the queue\"\n"
            "    scontrol requeue \"$SLURM_JOB_ID\"\n"
            "fi\n"
            "exit \"$code\"\n",
            s->threads, s->jobs * s->threads, s->threads, s->retry ? " --retry" : "");
    return finish(stream, path);
}

/* sbatch with the user's options, in DIR. */
static enum status submit(struct submission *s, const char *options)
{
    char directory[SWEEP_PATH + 16], script[SWEEP_PATH], name[64], path[SWEEP_PATH], output[4096];
    char sbatch[] = "sbatch", parsable[] = "--parsable";
    char *argv[OPTIONS + 5] = {sbatch, parsable, directory};
    size_t n = 3;
    wordexp_t words = {0};
    snprintf(directory, sizeof directory, "--chdir=%s", s->sweep->dir);
    if (options && wordexp(options, &words, WRDE_NOCMD | WRDE_UNDEF) != 0)
        return status_fail(ERR_CONFIG, "--slurm: '%s' is not a list of options", options);
    for (size_t i = 0; i < words.we_wordc && i < OPTIONS; i++)
        argv[n++] = words.we_wordv[i];
    snprintf(name, sizeof name, "submit/%zu.sbatch", s->number);
    argv[n] = sweep_path(s->sweep->dir, name, script);
    enum status status = sweep_jobs_call(argv, output, sizeof output);
    if (options)
        wordfree(&words);
    if (status != OK)
        return status;
    snprintf(s->job, sizeof s->job, "%.*s", (int)strspn(output, "0123456789"), output);
    FILE *stream = create(s, "job", path);
    if (!stream)
        return ERR_IO;
    fprintf(stream, "%s\n", s->job);
    return finish(stream, path);
}

/* The first number not used yet. */
static size_t next_number(const char *dir)
{
    char name[64], path[SWEEP_PATH];
    for (size_t i = 0;; i++) {
        snprintf(name, sizeof name, "submit/%zu.job", i);
        if (access(sweep_path(dir, name, path), F_OK) != 0)
            return i;
    }
}

static enum status prepare(struct submission *s, const struct arguments *a)
{
    const struct sweep *sweep = s->sweep;
    struct mean mean = {0.0, 0};
    const ssize_t length = readlink("/proc/self/exe", s->program, sizeof s->program - 1);
    s->program[length > 0 ? length : 0] = '\0';
    s->threads = a->threads ? a->threads : 1;
    s->jobs = a->jobs ? a->jobs : 1;
    s->throttle = a->throttle;
    s->retry = a->retry;
    if (!(s->states = malloc(sweep->n)))
        return status_no_memory("the states of the runs", sweep->n);
    enum status status = sweep_records_states(sweep, 0, sweep->n, s->states);
    for (size_t i = 0; i < sweep->n && s->retry; i++)
        s->states[i] = s->states[i] > OK ? SWEEP_MISSING : s->states[i];
    if (status == OK)
        status = sweep_records_read(sweep, 0, sweep->n, add_time, &mean);
    s->seconds = mean.n ? mean.sum / (double)mean.n : sweep->run_seconds;
    if (status == OK)
        choose_chunks(s, a);
    if (status == OK)
        status = sweep_folder(sweep->dir, "submit");
    s->number = next_number(sweep->dir);
    return status;
}

static void print_submission(const struct submission *s)
{
    printf("job %s: %zu task%s of up to %zu runs, %zu runs to do\n", s->job, s->tasks, s->tasks == 1 ? "" : "s", s->chunk, s->runs);
    printf("follow it        needlework sweep status %s\n", s->sweep->dir);
    printf("                 squeue -j %s\n", s->job);
    printf("                 tail %s/submit/%zu-*.log\n", s->sweep->dir, s->number);
    printf("stop it          scancel %s\n", s->job);
    printf("when it is over  needlework sweep collect %s, or submit once more: only what is missing is done\n", s->sweep->dir);
}

enum status sweep_submit(const char *dir, const struct arguments *a)
{
    struct sweep sweep;
    char job[64], *whole = realpath(dir, NULL); /* the job begins elsewhere */
    enum status status = sweep_open(whole ? whole : dir, &sweep);
    free(whole);
    if (status != OK)
        return status;
    struct submission *s = calloc(1, sizeof *s);
    if (s && sweep_jobs_queued(sweep.dir, job))
        status = status_fail(ERR_CONFIG, "%s: job %s is in the queue still; wait for it, or `scancel %s` first", dir, job, job);
    else if (s) {
        s->sweep = &sweep;
        status = prepare(s, a);
    } else {
        status = status_no_memory("the job", sizeof *s);
    }
    if (status == OK && s->tasks == 0) {
        printf("%s: nothing to submit, no run is missing\n", dir);
    } else if (status == OK) {
        status = write_tasks(s);
        if (status == OK)
            status = write_script(s);
        if (status == OK)
            status = submit(s, a->slurm);
        if (status == OK)
            print_submission(s);
    }
    if (s)
        free(s->states);
    free(s);
    sweep_close(&sweep);
    return status;
}
