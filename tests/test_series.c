/* The series in memory: the same numbers as a results file, flat memory, files of strangers survived. */
#define _GNU_SOURCE
#include "model_use.h"
#include "results.h"
#include "run.h"
#include "series.h"
#include "stop.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/needlework-series-XXXXXX", path[128];

static void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL, "no folder for the test");
    snprintf(path, sizeof path, "%s/run.h5", folder);
}

static void tear_down(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(series, .init = set_up, .fini = tear_down);

struct work {
    struct config *config;
    struct plan plan;
};

static struct work work_of(const char *text)
{
    struct work work = {NULL, {0}};
    cr_assert(config_parse(text, strlen(text), "test", plan_vocabulary(), &work.config) == OK, "%s", status_message(0));
    cr_assert(plan_create(work.config, 1, &work.plan) == OK, "%s", status_message(0));
    return work;
}

static void work_free(struct work *work)
{
    plan_destroy(&work->plan);
    config_destroy(&work->config);
}

/* Bitwise, so that NaN equals NaN. */
static void assert_same(const double *a, const double *b, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(memcmp(&a[i], &b[i], sizeof *a) == 0 || (isnan(a[i]) && isnan(b[i])), "%s, number %zu: %.17g and %.17g", what, i, a[i],
                  b[i]);
}

static void same_as_file(const char *text)
{
    struct work work = work_of(text);
    struct series memory = {0}, file = {0};
    const struct run_options options = {.output = path, .config_path = "test", .quiet = true};
    cr_assert(series_run(&work.plan, &memory) == OK, "%s", status_message(0));
    cr_assert(run_execute(&work.plan, &options) == OK, "%s", status_message(0));
    cr_assert(series_read(path, &file) == OK, "%s", status_message(0));
    cr_assert(file.model == memory.model && file.n == memory.n && file.n > 3, "%zu rows in the file, %zu in memory", file.n, memory.n);
    cr_assert(file.complete && memory.complete, "complete");
    assert_same(file.time, memory.time, file.n, "time");
    assert_same(file.values, memory.values, file.n * file.model->n_outcomes, "values");
    assert_same(file.summary, memory.summary, SUMMARY_KEYS, "summary");
    series_destroy(&file);
    series_destroy(&memory);
    work_free(&work);
}

/* Rows between steps, snapshots and sessions that steps must land on, an end that no interval divides. */
Test(series, has_the_numbers_of_a_file)
{
    same_as_file("model: dermis\ndomain: {geometry: axisymmetric, spacing: 60 um}\ntreatment: {sessions: 2, interval: 9.3 days}\n"
                 "run: {duration: 33.37 days}\noutput: {timeseries: 0.7 days, snapshots: [0.31 days, 9.3 days, 20 days]}\n");
}

Test(series, has_the_numbers_of_a_file_of_a_model_without_collagen)
{
    same_as_file("model: chemotaxis\ndomain: {geometry: slab, spacing: 100 um, width: 2 mm}\nrun: {duration: 3 days}\n");
}

Test(series, summary_is_not_empty)
{
    struct work work = work_of("model: dermis\ndomain: {geometry: well_mixed}\nrun: {duration: 120 days}\n");
    struct series series = {0};
    cr_assert(series_run(&work.plan, &series) == OK, "%s", status_message(0));
    cr_expect(series.summary[SUMMARY_SESSIONS_PERFORMED] == 1.0, "%g sessions, wanted 1", series.summary[SUMMARY_SESSIONS_PERFORMED]);
    cr_expect(series.summary[SUMMARY_FINAL_GAIN] ==
                  series_value(&series, series.n - 1, (size_t)model_outcome(series.model, "collagen_gain")),
              "final gain");
    series_destroy(&series);
    work_free(&work);
}

Test(series, stops_when_asked)
{
    struct work work = work_of("model: dermis\ndomain: {geometry: well_mixed}\nrun: {duration: 120 days}\n");
    struct series series = {0};
    stop_watch();
    raise(SIGUSR1);
    cr_expect(series_run(&work.plan, &series) == STOPPED, "a run that was asked to stop went on");
    cr_expect(!series.complete && series.n < 120 && isnan(series.summary[SUMMARY_FINAL_GAIN]), "%zu rows", series.n);
    series_destroy(&series);
    work_free(&work);
}

Test(series, takes_no_more_memory_run_after_run)
{
    struct work work = work_of("model: dermis\ndomain: {geometry: well_mixed}\nrun: {duration: 2 days}\n");
    struct series series = {0};
    size_t used[2] = {0, 0};
    for (int i = 0; i < 400; i++) {
        cr_assert(series_run(&work.plan, &series) == OK, "%s", status_message(0));
        if (i == 40 || i == 399)
            used[i == 399] = mallinfo2().uordblks;
    }
    /* Blocks that the allocator reuses are a little larger than asked for, now these, now those. */
    cr_expect(used[1] < used[0] + 20000, "%zu bytes after 41 runs, %zu after 400", used[0], used[1]);
    series_destroy(&series);
    work_free(&work);
}

Test(series, is_empty_and_has_a_reason_when_the_file_is_none)
{
    struct series series = {0};
    static const char *const contents[] = {"", "no HDF5 at all", "\x89HDF\r\n\x1a\n rubbish behind a true signature"};
    cr_expect(series_read("/nowhere/run.h5", &series) == ERR_IO && status_count() == 1, "a missing file");
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        FILE *stream = fopen(path, "wb");
        fputs(contents[i], stream);
        fclose(stream);
        status_clear();
        cr_expect(series_read(path, &series) == ERR_IO, "contents %zu were accepted", i);
        cr_expect(status_count() == 1 && strstr(status_message(0), "run.h5"), "message: %s", status_message(0));
        cr_expect(series.n == 0, "%zu rows", series.n);
    }
    series_destroy(&series);
}

/* Every 97th byte of a whole file turned over, one at a time: a reason or numbers, never a crash. */
Test(series, survives_damaged_files)
{
    struct work work = work_of("model: dermis\ndomain: {geometry: well_mixed}\nrun: {duration: 2 days}\n");
    const struct run_options options = {.output = path, .config_path = "test", .quiet = true};
    cr_assert(run_execute(&work.plan, &options) == OK, "%s", status_message(0));
    struct series series = {0};
    FILE *stream = fopen(path, "r+b");
    fseek(stream, 0, SEEK_END);
    const long size = ftell(stream);
    int refused = 0, tried = 0;
    for (long at = 0; at < 8000 && at < size; at += 97, tried++) {
        fseek(stream, at, SEEK_SET);
        const int byte = fgetc(stream);
        fseek(stream, at, SEEK_SET);
        fputc(byte ^ 0xff, stream);
        fflush(stream);
        refused += series_read(path, &series) != OK;
        status_clear();
        fseek(stream, at, SEEK_SET);
        fputc(byte, stream);
        fflush(stream);
    }
    fclose(stream);
    cr_expect(refused > 0 && refused < tried, "%d of %d damaged files refused", refused, tried);
    cr_expect(series_read(path, &series) == OK && series.n == 3, "the file as it was: %zu rows", series.n);
    series_destroy(&series);
    work_free(&work);
}
