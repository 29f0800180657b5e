/* What can go wrong with a results file: existing files, missing folders, kill -9, a full disk, files from strangers. */
#define _GNU_SOURCE /* usleep, mkdtemp */
#include "h5.h"
#include "results_example.h"
#include "seal.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* HDF5 1.10 loses some of its own memory when a file cannot be closed properly or is damaged. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

enum { MOST = 1 << 20 };
static char folder[] = "/tmp/needlework-trouble-XXXXXX";
static char path[128], other[128];

static void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL, "no folder for the test");
    snprintf(path, sizeof path, "%s/a.h5", folder);
    snprintf(other, sizeof other, "%s/b.h5", folder);
}

static void tear_down(void)
{
    unlink(path);
    unlink(other);
    rmdir(folder);
}

/* The folder holds the results file if `file`, and nothing else: no half file, no empty folder. */
static void expect_folder(bool file)
{
    DIR *entries = opendir(folder);
    size_t others = 0;
    bool found = false;
    for (const struct dirent *entry; (entry = readdir(entries));)
        if (!strcmp(entry->d_name, "a.h5"))
            found = true;
        else
            others += entry->d_name[0] != '.';
    closedir(entries);
    cr_expect(found == file && others == 0, "results file: %d, wanted %d; other things in the folder: %zu, wanted 0", found, file, others);
}

TestSuite(results_trouble, .init = set_up, .fini = tear_down, .timeout = 120);

static void must(enum status status, const char *what)
{
    cr_assert(status == OK, "%s: status %d, wanted OK: %s", what, (int)status, status_count() ? status_message(0) : "(no sentence)");
}

/* Exactly one sentence, which is "<path>: <reason>". */
static void expect_sentence(enum status status, const char *file, const char *reason)
{
    char wanted[512];
    snprintf(wanted, sizeof wanted, "%s: %s", file, reason);
    cr_assert(status == ERR_IO, "status %d, wanted %d", (int)status, (int)ERR_IO);
    cr_assert(status_count() == 1, "%zu sentences, wanted 1", status_count());
    cr_expect(!strcmp(status_message(0), wanted), "said '%s', wanted '%s'", status_message(0), wanted);
    status_clear();
}

static size_t file_bytes(const char *name, unsigned char *bytes)
{
    FILE *stream = fopen(name, "rb");
    cr_assert(stream != NULL, "cannot open %s", name);
    size_t n = fread(bytes, 1, MOST, stream);
    fclose(stream);
    return n;
}

static void write_bytes(const char *name, const unsigned char *bytes, size_t n)
{
    FILE *stream = fopen(name, "wb");
    cr_assert(stream && fwrite(bytes, 1, n, stream) == n && fclose(stream) == 0, "cannot write %s", name);
}

/* ---- places ---------------------------------------------------------------------------------------------------------------------- */

Test(results_trouble, existing_file_is_refused_and_kept)
{
    static unsigned char before[MOST], after[MOST];
    must(example_write(path, false, UNIT_CELL, 1), "write");
    size_t n = file_bytes(path, before);
    expect_sentence(example_write(path, false, UNIT_CELL, 2), path, "exists already; it is replaced only with --force");
    cr_expect(file_bytes(path, after) == n && !memcmp(before, after, n), "the refused file was changed");
    must(example_write(path, true, UNIT_CELL, 2), "write with force");
    cr_expect(file_bytes(path, after) != n || memcmp(before, after, n), "the file was not replaced with force");
    expect_folder(true);
}

/* A pipe stands for every device: a test must not come near one of the system's. */
Test(results_trouble, folder_and_pipe_are_not_replaced_even_with_force)
{
    struct stat kind;
    expect_sentence(example_write(folder, true, UNIT_CELL, 1), folder, "exists and is not a file");
    cr_assert(mkfifo(path, 0600) == 0, "no pipe");
    expect_sentence(example_write(path, true, UNIT_CELL, 1), path, "exists and is not a file");
    cr_expect(stat(path, &kind) == 0 && S_ISFIFO(kind.st_mode), "the pipe is gone");
    unlink(path);
    expect_folder(false);
}

Test(results_trouble, one_missing_folder_is_made)
{
    char inside[256], deep[300];
    snprintf(inside, sizeof inside, "%s/results/a.h5", folder);
    must(example_write(inside, false, UNIT_CELL, 1), "write into a new folder");
    cr_expect(unlink(inside) == 0, "%s was not written", inside);
    snprintf(deep, sizeof deep, "%s/results", folder);
    rmdir(deep);
}

Test(results_trouble, two_missing_folders_are_an_error)
{
    char deep[256], reason[256];
    snprintf(deep, sizeof deep, "%s/one/two/a.h5", folder);
    snprintf(reason, sizeof reason, "cannot create the folder %s/one/two: No such file or directory", folder);
    expect_sentence(example_write(deep, false, UNIT_CELL, 1), deep, reason);
    expect_folder(false);
}

Test(results_trouble, unwritable_folder_is_an_error)
{
    expect_sentence(example_write("/proc/a.h5", false, UNIT_CELL, 1), "/proc/a.h5", "cannot create the file: No such file or directory");
}

/* ---- kill -9 --------------------------------------------------------------------------------------------------------------------- */

/* Every row that its mark announces is there, with the numbers of example_day. */
static size_t check_rows(const char *name)
{
    hid_t file = H5_NONE;
    double *time = NULL, *gain = NULL, *step = NULL, *dt = NULL, complete = -1.0;
    must(h5_open(name, &file), "open");
    hid_t steps = h5_child(file, "steps", H5I_GROUP);
    size_t n = h5_read_row(file, "time", 1000000, &time), m = h5_read_row(file, "collagen_gain", 1000000, &gain);
    size_t n_steps = h5_read_row(steps, "step", 1000000, &step), n_dt = h5_read_row(steps, "dt", 1000000, &dt);
    cr_expect(m >= n && n_dt >= n_steps, "%zu times, %zu gains; %zu steps, %zu lengths", n, m, n_steps, n_dt);
    for (size_t i = 0; i < n; i++)
        cr_assert(time[i] == (double)i && gain[i] == (double)i / 100.0, "row %zu is %g, %g", i, time[i], gain[i]);
    for (size_t i = 0; i < n_steps; i++)
        cr_assert(step[i] == (double)(i + 1) && dt[i] == 1.0 / 3.0, "step %zu is %g, %g", i, step[i], dt[i]);
    cr_expect(h5_read_number(file, "complete", &complete) && complete == 0.0, "complete is %g, wanted 0", complete);
    free(time);
    free(gain);
    free(step);
    free(dt);
    h5_close(steps);
    h5_close(file);
    return n;
}

enum { PUBLISHED = 10 }; /* days from one publication to the next */

/* A child writes day after day, publishes what it has on days 0, 10, 20 ..., and tells each day through a pipe. */
static void kill_after(int days, useconds_t delay)
{
    int tell[2];
    char byte;
    cr_assert(pipe(tell) == 0, "no pipe");
    pid_t child = fork();
    cr_assert(child >= 0, "no child");
    if (child == 0) {
        struct example example;
        if (example_begin(&example, path, true, UNIT_CELL) == OK)
            for (int day = 0;
                 example_day(&example, day) == OK && (day % PUBLISHED || example_publish(&example) == OK) && write(tell[1], "d", 1) == 1;
                 day++)
                ;
        _exit(1);
    }
    close(tell[1]);
    for (int day = 0; day < days; day++)
        cr_assert(read(tell[0], &byte, 1) == 1, "the child stopped by itself on day %d", day);
    usleep(delay);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (; read(tell[0], &byte, 1) == 1; days++)
        ;
    close(tell[0]);
    size_t rows = check_rows(path);
    cr_expect(rows % PUBLISHED == 1 && rows + PUBLISHED > (size_t)days && rows <= (size_t)days + 1, "%zu rows after %d days were told",
              rows, days);
    cr_expect(seal_holds(path), "the file has no seal");
    unlink(path);
}

Test(results_trouble, kill_9_leaves_what_was_published_last)
{
    for (int i = 0; i < 25; i++)
        kill_after(1 + 40 * (i % 5), (useconds_t)(137 * i));
    must(example_write(path, false, UNIT_CELL, 1), "write");
    expect_folder(true); /* what the killed ones left beside it is gone */
}

/* ---- full disk ------------------------------------------------------------------------------------------------------------------- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0, "no limit");
    signal(SIGXFSZ, SIG_IGN);
}

Test(results_trouble, full_disk_leaves_what_was_published_last)
{
    for (rlim_t bytes = 200000; bytes < 1000000; bytes += 66667) {
        struct example example;
        int day = 0;
        enum status status;
        limit_files(RLIM_INFINITY);
        must(example_begin(&example, path, false, UNIT_CELL), "create");
        while (!(status = example_day(&example, day)) && day < 20)
            day++;
        must(example_publish(&example), "publish");
        limit_files(bytes);
        while (!(status = example_day(&example, ++day)) && day < 20000)
            ;
        cr_expect(status == ERR_IO && status_count() == 1 && strstr(status_message(0), "a.h5: cannot write row ") &&
                      strstr(status_message(0), ": File too large"),
                  "status %d, said '%s'", (int)status, status_count() ? status_message(0) : "(nothing)");
        status_clear();
        cr_expect(example_day(&example, day + 1) == ERR_IO && status_count() == 0, "a row after the failure: wanted ERR_IO, no sentence");
        cr_expect(example_end(&example, true) == ERR_IO && status_count() == 0, "closing after the failure: wanted ERR_IO, no sentence");
        size_t rows = check_rows(path);
        cr_expect(rows == 21 && day > 21, "%zu rows, wanted 21; %d days given", rows, day);
        expect_folder(true);
        unlink(path);
    }
}

Test(results_trouble, full_disk_when_publishing_leaves_what_was_published_before)
{
    struct example example;
    must(example_begin(&example, path, false, UNIT_CELL), "create");
    must(example_day(&example, 0), "day");
    must(example_publish(&example), "publish");
    must(example_day(&example, 1), "day");
    limit_files(20000);
    cr_expect(example_publish(&example) == ERR_IO && status_count() == 1 && strstr(status_message(0), "File too large"), "said '%s'",
              status_message(0));
    cr_expect(check_rows(path) == 1, "not the state published first");
    limit_files(RLIM_INFINITY);
    results_discard(&example.results);
    expect_folder(true);
    cr_expect(example_end(&example, true) == OK && check_rows(path) == 1, "closing after that wrote something");
}

Test(results_trouble, full_disk_at_creation_leaves_nothing)
{
    char inside[256];
    snprintf(inside, sizeof inside, "%s/results/a.h5", folder);
    limit_files(2000);
    expect_sentence(example_write(path, false, UNIT_CELL, 1), path, "cannot write z: File too large");
    expect_sentence(example_write(inside, false, UNIT_CELL, 1), inside, "cannot write z: File too large");
    expect_folder(false);
}

Test(results_trouble, full_disk_at_creation_keeps_the_file_to_be_replaced)
{
    static unsigned char before[MOST], after[MOST];
    must(example_write(path, false, UNIT_CELL, 1), "write");
    size_t n = file_bytes(path, before);
    limit_files(2000);
    expect_sentence(example_write(path, true, UNIT_CELL, 1), path, "cannot write z: File too large");
    cr_expect(file_bytes(path, after) == n && !memcmp(before, after, n), "the file to be replaced was changed");
    expect_folder(true);
}

/* ---- files of strangers ---------------------------------------------------------------------------------------------------------- */

static enum status info(const char *name, char *text, size_t size)
{
    FILE *stream = fmemopen(text, size, "w");
    enum status status = results_info(name, stream);
    fclose(stream);
    return status;
}

Test(results_trouble, info_tells_origin_state_outcomes_ledger_and_steps)
{
    static char text[MOST];
    static const char *const wanted[] = {
        "state           complete, 201 rows to day 200\n",
        "made by         needlework ",
        "overridden      none\n",
        "  1                      0               0               1               0\n",
        "  2                     42           never             0.5             0.2\n",
        "  collagen_onset                        17.5 day\n",
        "  barrier_recovery_time          not reached\n",
        "  downtime                      not recorded\n",
        "outcomes                             6 weeks    6 months   12 months         end\n",
        "  collagen_gain                         0.42        1.83           -           2 \n",
        "  tgfb                           10            5            3            0           -1           11            0\n",
        "steps: 600, of 0.333 to 0.333 days (median 0.333), 1200 implicit solves\n",
    };
    must(example_write(path, false, UNIT_CELL, 200), "write");
    must(info(path, text, sizeof text), "info");
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(strstr(text, wanted[i]) != NULL, "'%s' is not in\n%s", wanted[i], text);
    expect_folder(true);
}

Test(results_trouble, info_says_when_a_run_is_incomplete)
{
    static char text[MOST];
    struct example example;
    must(example_begin(&example, path, false, UNIT_CELL), "create");
    must(example_publish(&example), "publish");
    must(info(path, text, sizeof text), "info on a file of a run under way");
    cr_expect(strstr(text, "incomplete, no rows"), "said\n%s", text);
    must(example_day(&example, 0), "day");
    must(example_publish(&example), "publish");
    must(info(path, text, sizeof text), "info on a file of a run under way");
    cr_expect(strstr(text, "incomplete, 1 rows to day 0"), "said\n%s", text);
    must(example_end(&example, false), "close");
}

Test(results_trouble, info_refuses_what_is_no_results_file)
{
    static char text[MOST];
    expect_sentence(info(path, text, sizeof text), path, "cannot read the file: No such file or directory");
    write_bytes(path, (const unsigned char *)"model: dermis\n", 14);
    expect_sentence(info(path, text, sizeof text), path, "cannot read the file: file signature not found");
    unlink(path);
    H5Fclose(H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT));
    expect_sentence(info(path, text, sizeof text), path, "is not a results file of needlework (its attribute source does not say so)");
}

/* One that says it is ours, with everything of the wrong type, shape or size. */
static void write_hostile(void)
{
    static char long_text[60000];
    const hsize_t huge[1] = {20000000}, chunk[1] = {1 << 16}, two[2] = {2, 2};
    hid_t file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT), list = H5Pcreate(H5P_DATASET_CREATE);
    memset(long_text, 27, sizeof long_text - 1); /* escape */
    H5Pset_chunk(list, 1, chunk);
    must(h5_text(path, file, "source", "needlework 9"), "source");
    must(h5_text(path, file, "title", long_text), "title");
    must(h5_text(path, file, "complete", "yes"), "complete");
    must(h5_text(path, file, "collagen_onset", "soon"), "onset");
    hid_t space = H5Screate_simple(1, huge, huge), square = H5Screate_simple(2, two, two), text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 1 << 30);
    H5Dclose(H5Dcreate2(file, "time", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Dclose(H5Dcreate2(file, "collagen_gain", H5T_IEEE_F64LE, square, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hid_t ledger = H5Gcreate2(file, "ledger", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(H5Gcreate2(ledger, "evil\33[2J", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_soft("/ledger", ledger, "circle", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("/etc/passwd", "/", file, "steps", H5P_DEFAULT, H5P_DEFAULT);
    hid_t sessions = H5Gcreate2(file, "sessions", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(H5Dcreate2(sessions, "number", text, square, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Dclose(H5Dcreate2(file, "provenance", H5T_IEEE_F64LE, square, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    h5_close(sessions);
    h5_close(ledger);
    h5_close(text);
    h5_close(square);
    h5_close(space);
    h5_close(list);
    h5_close(file);
}

Test(results_trouble, info_survives_wrong_types_and_hostile_sizes)
{
    static char text[MOST];
    char *configuration = NULL;
    h5_quiet();
    write_hostile();
    must(info(path, text, sizeof text), "info");
    cr_expect(strstr(text, "incomplete, no rows") && strstr(text, "steps: not recorded"), "said\n%s", text);
    cr_expect(strchr(text, 27) == NULL, "an escape character reached the terminal");
    expect_sentence(results_text(path, "configuration_given", &configuration), path, "has no /provenance/configuration_given");
    cr_expect(configuration == NULL, "the text was touched");
}

/* Cut short or with bytes overwritten, 400 times: an error or what can still be read, never a crash. */
Test(results_trouble, info_survives_damaged_files)
{
    static unsigned char good[MOST], bad[MOST];
    static char text[MOST];
    unsigned state = 12345;
    size_t refused = 0;
    must(example_write(path, false, UNIT_CELL, 28), "write");
    size_t n = file_bytes(path, good);
    for (int i = 0; i < 400; i++) {
        size_t length = n, changes = (size_t)1 << (i % 9);
        memcpy(bad, good, n);
        if (i % 4 == 0)
            length = n * (size_t)i / 400;
        for (size_t c = 0; c < changes; c++) {
            state = state * 1664525u + 1013904223u;
            bad[(state >> 8) % n] = (unsigned char)(state >> 3);
        }
        write_bytes(other, bad, length);
        enum status status = info(other, text, sizeof text);
        cr_assert(status == OK || (status == ERR_IO && status_count() == 1), "status %d with %zu sentences", (int)status, status_count());
        refused += status != OK;
        status_clear();
    }
    cr_expect(refused > 50 && refused < 400, "%zu of 400 refused", refused);
}

Test(results_trouble, configuration_comes_back)
{
    char *text = NULL;
    must(example_write(path, false, UNIT_CELL, 1), "write");
    must(results_text(path, "configuration_resolved", &text), "read");
    cr_expect(!strcmp(text, example_about.resolved), "read '%s', wanted '%s'", text, example_about.resolved);
    free(text);
}
