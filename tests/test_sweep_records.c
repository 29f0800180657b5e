/* The logs of a sweep: whatever is cut off or damaged, what is read was written. */
#define _GNU_SOURCE
#include "model_use.h"
#include "sweep_records.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 4, OUTCOMES = 2, ROWS = 3 };
static char folder[] = "/tmp/needlework-records-XXXXXX", path[128];
static struct sweep sweep;
static const char *const messages[RUNS] = {"", "the skin has not healed", "", ""};
static const int codes[RUNS] = {0, 2, 0, 0};

static void set_up(void)
{
    char records[128];
    cr_assert(mkdtemp(folder) != NULL, "no folder for the test");
    snprintf(records, sizeof records, "%s/records", folder);
    snprintf(path, sizeof path, "%s/records/0-4.w0.log", folder);
    sweep = (struct sweep){.dir = folder, .n = RUNS, .n_outcomes = OUTCOMES, .model = model_find("dermis"), .identity = "of a test"};
    cr_assert(sweep_folder(folder, "records") == OK, "%s", records);
}

static void tear_down(void)
{
    char records[128];
    unlink(path);
    snprintf(records, sizeof records, "%s/records", folder);
    rmdir(records);
    rmdir(folder);
}

TestSuite(sweep_records, .init = set_up, .fini = tear_down);

static double outcome(size_t i, size_t o)
{
    return (double)i + 0.1 * (double)o;
}

static void append(struct sweep_log *log, size_t i)
{
    double outcomes[OUTCOMES], time[ROWS] = {0.0, 1.0, 2.5};
    float *values = calloc(ROWS * sweep.model->n_outcomes, sizeof *values);
    for (size_t o = 0; o < OUTCOMES; o++)
        outcomes[o] = outcome(i, o);
    for (size_t k = 0; k < ROWS * sweep.model->n_outcomes; k++)
        values[k] = (float)(i + k);
    const struct sweep_record record = {i, codes[i], 0.5, outcomes, messages[i], codes[i] ? 0 : ROWS, time, values};
    cr_assert(sweep_records_append(log, &record) == OK, "%s", status_message(0));
    free(values);
}

static void write_all(void)
{
    struct sweep_log *log = NULL;
    cr_assert(sweep_records_open(&sweep, 0, RUNS, 0, &log) == OK, "%s", status_message(0));
    for (size_t i = 0; i < RUNS; i++)
        append(log, i);
    cr_assert(sweep_records_close(&log) == OK && !log, "close");
}

/* Counts the entries and checks that each is what was written. */
static enum status check(void *user, const struct sweep_record *r)
{
    size_t *n = user;
    cr_assert(r->index < RUNS && r->status == codes[r->index] && strcmp(r->message, messages[r->index]) == 0, "entry %zu: %d, '%s'",
              r->index, r->status, r->message);
    cr_assert(r->seconds == 0.5 && r->rows == (codes[r->index] ? 0 : ROWS), "entry %zu: %zu rows", r->index, r->rows);
    for (size_t o = 0; o < OUTCOMES; o++)
        cr_assert(r->outcomes[o] == outcome(r->index, o), "entry %zu: %g", r->index, r->outcomes[o]);
    for (size_t k = 0; k < r->rows * sweep.model->n_outcomes; k++)
        cr_assert(r->values[k] == (float)(r->index + k), "entry %zu: value %zu", r->index, k);
    cr_assert(r->rows == 0 || (r->time[0] == 0.0 && r->time[2] == 2.5), "entry %zu: time", r->index);
    (*n)++;
    return OK;
}

static size_t entries(void)
{
    size_t n = 0;
    cr_assert(sweep_records_read(&sweep, 0, RUNS, check, &n) == OK, "%s", status_message(0));
    return n;
}

static size_t load(char **bytes)
{
    FILE *stream = fopen(path, "rb");
    cr_assert(stream != NULL, "no log");
    fseek(stream, 0, SEEK_END);
    const size_t n = (size_t)ftell(stream);
    rewind(stream);
    *bytes = malloc(n);
    cr_assert(fread(*bytes, 1, n, stream) == n, "cannot be read");
    fclose(stream);
    return n;
}

static void store(const char *bytes, size_t n)
{
    FILE *stream = fopen(path, "wb");
    cr_assert(stream && fwrite(bytes, 1, n, stream) == n, "cannot be written");
    fclose(stream);
}

Test(sweep_records, reads_what_was_written)
{
    signed char states[RUNS];
    write_all();
    cr_expect(entries() == RUNS, "%zu entries", entries());
    cr_assert(sweep_records_states(&sweep, 0, RUNS, states) == OK, "states");
    for (size_t i = 0; i < RUNS; i++)
        cr_expect(states[i] == codes[i], "run %zu: %d", i, states[i]);
    cr_assert(sweep_records_states(&sweep, 2, 2, states) == OK && states[0] == 0 && states[1] == 0, "a slice");
}

Test(sweep_records, goes_on_after_a_cut_anywhere)
{
    char *bytes;
    write_all();
    const size_t n = load(&bytes);
    for (size_t length = 0; length < n; length += 1 + length % 7) {
        store(bytes, length);
        const size_t before = entries();
        cr_expect(before < RUNS, "%zu entries in %zu of %zu bytes", before, length, n);
        struct sweep_log *log = NULL;
        cr_assert(sweep_records_open(&sweep, 0, RUNS, 0, &log) == OK, "%zu bytes: %s", length, status_message(0));
        append(log, 3);
        cr_assert(sweep_records_close(&log) == OK, "close");
        cr_expect(entries() == before + 1, "%zu bytes: %zu entries, wanted %zu", length, entries(), before + 1);
    }
    free(bytes);
}

Test(sweep_records, never_reads_what_was_not_written)
{
    char *bytes;
    write_all();
    const size_t n = load(&bytes);
    for (size_t at = 128; at < n; at += 3) {
        bytes[at] ^= 0x10;
        store(bytes, n);
        cr_expect(entries() < RUNS, "byte %zu of %zu is not checked", at, n);
        bytes[at] ^= 0x10;
    }
    free(bytes);
}

Test(sweep_records, refuses_the_log_of_another_plan)
{
    size_t count = 0;
    struct sweep_log *log = NULL;
    write_all();
    strcpy(sweep.identity, "of another");
    cr_expect(sweep_records_read(&sweep, 0, RUNS, check, &count) == ERR_IO && count == 0, "read");
    cr_expect(sweep_records_open(&sweep, 0, RUNS, 0, &log) == ERR_IO && !log, "opened");
    cr_expect(strstr(status_message(0), "is not a log of this plan"), "%s", status_message(0));
}

Test(sweep_records, the_first_success_counts)
{
    struct sweep_log *log = NULL;
    signed char state;
    const double outcomes[OUTCOMES] = {0.0};
    struct sweep_record record = {.index = 1, .status = 3, .outcomes = outcomes, .message = "underflow"};
    cr_assert(sweep_records_open(&sweep, 0, RUNS, 0, &log) == OK, "%s", status_message(0));
    sweep_records_append(log, &record);
    cr_assert(sweep_records_states(&sweep, 1, 1, &state) == OK && state == 3, "%d, wanted 3", state);
    record.status = 0;
    sweep_records_append(log, &record);
    record.status = 2;
    sweep_records_append(log, &record);
    cr_assert(sweep_records_states(&sweep, 1, 1, &state) == OK && state == 0, "%d, wanted 0", state);
    sweep_records_close(&log);
}
