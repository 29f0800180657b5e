/* The library: the numbers of the program, runs that know nothing of each other, errors that leave nothing behind. */
#define _GNU_SOURCE
#include "needlework.h"
#include "plan.h"
#include "run.h"
#include "series.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char cylinder[] =
    "model: dermis\ndomain: {geometry: axisymmetric, spacing: 60 um}\ntreatment: {sessions: 2, interval: 9.3 days}\n"
    "run: {duration: 33.37 days}\noutput: {timeseries: 0.7 days, snapshots: [0.31 days, 9.3 days, 20 days]}\n";
static const char slab[] =
    "model: chemotaxis\ndomain: {geometry: slab, spacing: 100 um, width: 2 mm}\nrun: {duration: 3 days}\noutput: {timeseries: 5 hours}\n";
static const char mixed[] = "model: dermis\ndomain: {geometry: well_mixed}\nrun: {duration: 60 days}\n";

static struct needlework *created(const char *text, const char *const *settings)
{
    struct needlework *run = NULL;
    cr_assert(needlework_create(text, settings, 1, &run) == NEEDLEWORK_OK, "%s", needlework_error());
    return run;
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void assert_row(struct needlework *run, const double *wanted, size_t row)
{
    const double *got = needlework_outcomes(run);
    for (size_t i = 0; i < needlework_outcome_count(run); i++)
        cr_assert(same(got[i], wanted[i]), "row %zu, day %.17g, %s: %.17g, wanted %.17g", row, needlework_time(run),
                  needlework_outcome_name(run, i), got[i], wanted[i]);
}

/* The results file of the program, read back. */
static struct series file_of(const char *text)
{
    char folder[] = "/tmp/needlework-library-XXXXXX", path[64];
    cr_assert(mkdtemp(folder) != NULL, "no folder for the test");
    snprintf(path, sizeof path, "%s/run.h5", folder);
    struct config *config = NULL;
    struct plan plan = {0};
    struct series series = {0};
    const struct run_options options = {.output = path, .config_path = "test", .quiet = true};
    cr_assert(config_parse(text, strlen(text), "test", plan_vocabulary(), &config) == OK && plan_create(config, 1, &plan) == OK &&
                  run_execute(&plan, &options) == OK && series_read(path, &series) == OK,
              "%s", status_message(0));
    plan_destroy(&plan);
    config_destroy(&config);
    unlink(path);
    rmdir(folder);
    return series;
}

/* Rows between steps, snapshots and sessions that steps must land on, an end that no interval divides. */
static void same_as_program(const char *text)
{
    struct series file = file_of(text);
    struct needlework *run = created(text, NULL);
    cr_assert(file.n > 3 && needlework_outcome_count(run) == file.model->n_outcomes, "%zu rows", file.n);
    for (size_t row = 0; row < file.n; row++) {
        cr_assert(needlework_advance(run, file.time[row]) == NEEDLEWORK_OK, "%s", needlework_error());
        cr_assert(same(needlework_time(run), file.time[row]), "day %.17g, wanted %.17g", needlework_time(run), file.time[row]);
        assert_row(run, file.values + row * file.model->n_outcomes, row);
    }
    cr_expect(same(needlework_time(run), needlework_end(run)), "the last row is not the end");
    needlework_destroy(&run);
    series_destroy(&file);
}

Test(needlework, gives_the_rows_of_a_results_file)
{
    same_as_program(cylinder);
    same_as_program(slab);
}

/* Steps, looks at odd times, fields and settling in between: the end is the same to the last bit. */
Test(needlework, goes_on_alike_wherever_one_looks)
{
    struct needlework *plain = created(cylinder, NULL), *curious = created(cylinder, NULL);
    cr_assert(needlework_advance(plain, needlework_end(plain)) == NEEDLEWORK_OK, "%s", needlework_error());
    for (int i = 0; needlework_time(curious) < needlework_end(curious); i++) {
        const double odd = fmin(needlework_end(curious), needlework_time(curious) + 0.013 * (i % 7));
        const int code = i % 2 ? needlework_step(curious) : needlework_advance(curious, odd);
        cr_assert(code == NEEDLEWORK_OK, "%s", needlework_error());
        cr_assert(isfinite(needlework_outcome(curious, "collagen_gain")) && needlework_field(curious, 3, NULL, NULL)[5] >= 0.0, "a look");
        cr_assert(i % 3 || needlework_settle(curious) == NEEDLEWORK_OK, "%s", needlework_error());
    }
    assert_row(curious, needlework_outcomes(plain), 0);
    for (size_t i = 0; i < needlework_field_count(plain); i++) {
        size_t shape[3];
        const double *a = needlework_field(plain, i, shape, NULL), *b = needlework_field(curious, i, NULL, NULL);
        cr_expect(memcmp(a, b, shape[0] * shape[1] * shape[2] * sizeof *a) == 0, "%s differs", needlework_field_name(plain, i));
    }
    needlework_destroy(&plain);
    needlework_destroy(&curious);
}

Test(needlework, runs_in_turns_are_those_alone)
{
    static const char *const texts[] = {cylinder, slab, mixed};
    enum { N = 3, LOOKS = 20, MOST = 64 };
    double alone[N][MOST];
    for (int r = 0; r < N; r++) {
        struct needlework *run = created(texts[r], NULL);
        cr_assert(needlework_outcome_count(run) <= MOST, "%zu outcomes", needlework_outcome_count(run));
        cr_assert(needlework_advance(run, needlework_end(run)) == NEEDLEWORK_OK, "%s", needlework_error());
        memcpy(alone[r], needlework_outcomes(run), needlework_outcome_count(run) * sizeof(double));
        needlework_destroy(&run);
    }
    struct needlework *run[N];
    for (int r = 0; r < N; r++)
        run[r] = created(texts[r], NULL);
    for (int i = 1; i <= LOOKS; i++)
        for (int r = 0; r < N; r++)
            cr_assert(needlework_advance(run[r], needlework_end(run[r]) * i / LOOKS) == NEEDLEWORK_OK, "%s", needlework_error());
    for (int r = 0; r < N; r++) {
        assert_row(run[r], alone[r], (size_t)r);
        needlework_destroy(&run[r]);
    }
}

Test(needlework, session_is_given_when_the_run_moves_on)
{
    struct needlework *run = created(mixed, (const char *const[]){"treatment.sessions=2", "treatment.interval=6 weeks", NULL});
    const int clot = needlework_field_find(run, "clot");
    cr_assert(clot >= 0 && needlework_session_count(run) == 2 && needlework_session(run, 0) != needlework_session(run, 0), "at the start");
    const double before = needlework_field(run, (size_t)clot, NULL, NULL)[0];
    cr_assert(needlework_settle(run) == NEEDLEWORK_OK && needlework_settle(run) == NEEDLEWORK_OK, "%s", needlework_error());
    const double after = needlework_field(run, (size_t)clot, NULL, NULL)[0];
    cr_expect(before == 0.0 && after > 0.0, "clot before %g, after %g", before, after);
    cr_expect(needlework_time(run) == 0.0 && needlework_session(run, 0) == 0.0, "session on day %g", needlework_session(run, 0));
    cr_assert(needlework_advance(run, 42.0) == NEEDLEWORK_OK, "%s", needlework_error());
    cr_expect(isnan(needlework_session(run, 1)), "the session of day 42 was given before it");
    cr_assert(needlework_step(run) == NEEDLEWORK_OK, "%s", needlework_error());
    cr_expect(needlework_session(run, 1) == 42.0 && isnan(needlework_session(run, 2)), "day %g", needlework_session(run, 1));
    needlework_destroy(&run);
}

Test(needlework, configuration_makes_the_same_run)
{
    const char *const files[] = {SOURCE_DIR "/configs/axisymmetric.yaml", SOURCE_DIR "/configs/skins/aged.yaml", NULL};
    const char *const settings[] = {"run.duration=10 days", "domain.spacing=60 um", "domain.depth=0.9 mm", NULL};
    struct needlework *run = NULL, *again = NULL;
    cr_assert(needlework_create_from_files(files, settings, 0, &run) == NEEDLEWORK_OK, "%s", needlework_error());
    again = created(needlework_configuration(run), NULL);
    cr_expect(needlework_end(run) == 10.0 && strstr(needlework_configuration(run), "age: ") != NULL, "%s", needlework_configuration(run));
    cr_expect(strstr(needlework_warnings(run), "domain.depth: 0.9 mm") == needlework_warnings(run), "warnings: %s",
              needlework_warnings(run));
    cr_assert(needlework_advance(run, 10.0) == NEEDLEWORK_OK && needlework_advance(again, 10.0) == NEEDLEWORK_OK, "%s", needlework_error());
    assert_row(again, needlework_outcomes(run), 0);
    needlework_destroy(&run);
    needlework_destroy(&again);
}

Test(needlework, fields_lie_on_the_grid)
{
    struct needlework *run = created(slab, (const char *const[]){"domain.depth=1 mm", NULL});
    size_t shape[3], stride[3], n[3], faces;
    const double *values = needlework_field(run, 0, shape, stride);
    cr_assert(values && shape[0] == 10 && shape[1] == 1 && shape[2] == 20, "%zu x %zu x %zu", shape[0], shape[1], shape[2]);
    cr_expect(stride[0] == 20 && stride[1] == 20 && stride[2] == 1, "strides %zu %zu %zu", stride[0], stride[1], stride[2]);
    double volume = 0.0;
    for (size_t c = 0; c < shape[0] * shape[1] * shape[2]; c++)
        volume += needlework_volumes(run)[c];
    for (int axis = 0; axis < 3; axis++) {
        const double *centre = needlework_centres(run, axis, &n[axis]), *face = needlework_faces(run, axis, &faces);
        cr_assert(n[axis] == shape[axis] && faces == n[axis] + 1, "axis %d: %zu centres, %zu faces", axis, n[axis], faces);
        for (size_t i = 0; i < n[axis]; i++)
            cr_expect(face[i] < centre[i] && centre[i] < face[i + 1], "axis %d, cell %zu", axis, i);
        volume /= face[n[axis]] - face[0];
    }
    cr_expect(fabs(volume - 1.0) < 1e-12, "volumes add up to %.17g of the box", volume);
    cr_expect(strcmp(needlework_geometry(run), "slab") == 0, "%s", needlework_geometry(run));
    needlework_destroy(&run);
}

Test(needlework, surface_follows_the_dermis)
{
    struct needlework *run = created(cylinder, NULL);
    size_t below[3], above[3];
    const size_t last = needlework_field_count(run) - 1;
    cr_assert(needlework_field(run, 0, below, NULL) && needlework_field(run, last, above, NULL), "no field");
    cr_expect(below[0] > 1 && above[0] == 1 && above[2] == below[2], "%zu layers below, %zu above", below[0], above[0]);
    for (size_t i = 0; i <= last; i++)
        cr_expect(needlework_field_find(run, needlework_field_name(run, i)) == (int)i && *needlework_field_unit(run, i) &&
                      *needlework_field_meaning(run, i),
                  "field %zu, %s", i, needlework_field_name(run, i));
    for (size_t i = 0; i < needlework_outcome_count(run); i++)
        cr_expect(needlework_outcome_find(run, needlework_outcome_name(run, i)) == (int)i && *needlework_outcome_unit(run, i) &&
                      *needlework_outcome_meaning(run, i),
                  "outcome %zu, %s", i, needlework_outcome_name(run, i));
    needlework_destroy(&run);
}

Test(needlework, what_is_not_there_is_null_or_nan)
{
    struct needlework *run = created(slab, NULL);
    const size_t fields = needlework_field_count(run), outcomes = needlework_outcome_count(run);
    size_t n = 7;
    cr_expect(!needlework_field(run, fields, NULL, NULL) && !needlework_field_name(run, fields) && !needlework_field_unit(run, fields) &&
                  !needlework_field_meaning(run, fields) && needlework_field_find(run, "nothing") == -1,
              "a field");
    cr_expect(!needlework_outcome_name(run, outcomes) && !needlework_outcome_unit(run, outcomes) &&
                  !needlework_outcome_meaning(run, outcomes) && isnan(needlework_outcome(run, "nothing")),
              "an outcome");
    cr_expect(!needlework_centres(run, 3, &n) && n == 0 && !needlework_faces(run, -1, NULL) && isnan(needlework_session(run, 0)),
              "an axis");
    needlework_destroy(&run);
    needlework_destroy(&run);
    needlework_destroy(NULL);
}

/* Message and code of a configuration that must be refused. */
static void assert_refused(const char *text, const char *const *settings, int threads, const char *message)
{
    struct needlework *const none = (struct needlework *)&none, *run = none;
    const int code = needlework_create(text, settings, threads, &run);
    cr_expect(code == NEEDLEWORK_ERROR_CONFIG && run == none, "code %d", code);
    cr_expect(strcmp(needlework_error(), message) == 0, "'%s', wanted '%s'", needlework_error(), message);
}

Test(needlework, says_all_that_is_wrong)
{
    cr_expect(strcmp(needlework_error(), "") == 0, "an error before any");
    assert_refused("model: dermis\nskin: {age: 430 years}\nrun: {duratoin: 1 day}\n", NULL, 1,
                   "configuration:2:13: skin.age: 430 years is outside 18 to 100 years\n"
                   "configuration:3:7: run.duratoin: unknown key; did you mean 'duration'?");
    assert_refused(mixed, (const char *const[]){"run.tolerance=1 day", NULL}, 1,
                   "--set:1:15: run.tolerance: '1 day' is not a plain number");
    assert_refused(mixed, NULL, -1, "threads: -1 is less than 0");
    assert_refused("", NULL, 1, "configuration:1:1: holds no settings");
    const char *const files[] = {"/nowhere/at-all.yaml", NULL};
    struct needlework *run = NULL;
    cr_expect(needlework_create_from_files(files, NULL, 1, &run) == NEEDLEWORK_ERROR_CONFIG && !run &&
                  strstr(needlework_error(), "/nowhere/at-all.yaml"),
              "%s", needlework_error());
}

Test(needlework, plug_in_is_loaded_unless_refused)
{
    const char *const settings[] = {"model=" PLUGIN, "run.duration=2 days", "treatment.interval=6 weeks", NULL};
    struct needlework *run = created(mixed, settings), *const none = (struct needlework *)&none;
    cr_expect(needlework_advance(run, 2.0) == NEEDLEWORK_OK && needlework_outcome_find(run, "factor_slab") >= 0, "%s", needlework_error());
    needlework_destroy(&run);
    needlework_refuse_plugins();
    run = none;
    cr_expect(needlework_create(mixed, settings, 1, &run) == NEEDLEWORK_ERROR_CONFIG && run == none, "a plug-in was loaded");
    cr_expect(strstr(needlework_error(), "plug-ins are refused here"), "%s", needlework_error());
}

Test(needlework, moves_forward_only_and_not_beyond_the_end)
{
    struct needlework *run = created(mixed, NULL);
    cr_assert(needlework_advance(run, 10.0) == NEEDLEWORK_OK, "%s", needlework_error());
    cr_expect(needlework_advance(run, 9.0) == NEEDLEWORK_ERROR_CONFIG && needlework_advance(run, NAN) == NEEDLEWORK_ERROR_CONFIG, "back");
    cr_expect(needlework_advance(run, 60.1) == NEEDLEWORK_ERROR_CONFIG, "beyond the end");
    cr_expect(strcmp(needlework_error(), "day 60.1 is not between the present, day 10, and the end of the run, day 60") == 0, "%s",
              needlework_error());
    cr_expect(needlework_time(run) == 10.0 && needlework_advance(run, 60.0) == NEEDLEWORK_OK, "a refused move did something");
    cr_expect(needlework_step(run) == NEEDLEWORK_OK && needlework_time(run) == 60.0, "day %g", needlework_time(run));
    needlework_destroy(&run);
}

Test(needlework, failed_run_stays_readable_and_where_it_is)
{
    static const char *const settings[] = {"treatment.sessions=2", "treatment.interval=1 day", "treatment.if_not_healed=fail", NULL};
    struct needlework *run = created(cylinder, settings);
    cr_expect(needlework_advance(run, 5.0) == NEEDLEWORK_ERROR_CONFIG, "a session on open skin was given");
    cr_expect(strstr(needlework_error(), "session 2 on day 1: the skin has not healed"), "%s", needlework_error());
    cr_expect(needlework_time(run) == 1.0 && needlework_outcome(run, "barrier_deficit") > 0.05, "day %g", needlework_time(run));
    cr_expect(needlework_step(run) == NEEDLEWORK_ERROR_CONFIG && needlework_settle(run) == NEEDLEWORK_ERROR_CONFIG, "it went on");
    cr_expect(strcmp(needlework_error(), "the run failed on day 1 and cannot go on") == 0, "%s", needlework_error());
    needlework_destroy(&run);
}

Test(needlework, leaves_nothing_behind)
{
    size_t used[2] = {0, 0};
    for (int i = 0; i < 300; i++) {
        struct needlework *run = i % 3 ? created(mixed, NULL) : NULL;
        cr_assert(run || needlework_create("model: dermsi\n", NULL, 1, &run) == NEEDLEWORK_ERROR_CONFIG, "accepted");
        cr_assert(!run || needlework_advance(run, 1.0) == NEEDLEWORK_OK, "%s", needlework_error());
        needlework_destroy(&run);
        if (i == 30 || i == 299)
            used[i == 299] = mallinfo2().uordblks;
    }
    cr_expect(used[1] < used[0] + 20000, "%zu bytes after 31 runs, %zu after 300", used[0], used[1]);
}

Test(needlework, version_is_numbers_and_points)
{
    cr_expect(needlework_version()[0] != '\0' && strspn(needlework_version(), "0123456789.") == strlen(needlework_version()), "%s",
              needlework_version());
}
