/* Doses by hand, order, differences, equal dose; what is refused.  The command from outside: test_compare.py. */
#define _GNU_SOURCE
#include "compare.h"
#include "model_use.h"
#include "run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 3 };
static char folder[] = "/tmp/needlework-compare-XXXXXX", path[RUNS + 1][128];

static void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL, "no folder for the test");
    for (int i = 0; i <= RUNS; i++)
        snprintf(path[i], sizeof path[i], "%s/%d.h5", folder, i);
}

static void tear_down(void)
{
    for (int i = 0; i <= RUNS; i++)
        unlink(path[i]);
    rmdir(folder);
}

TestSuite(compare, .init = set_up, .fini = tear_down);

static void make(const char *file, const char *text)
{
    struct config *config = NULL;
    struct plan plan = {0};
    const struct run_options options = {.output = file, .config_path = "test", .quiet = true};
    cr_assert(config_parse(text, strlen(text), "test", plan_vocabulary(), &config) == OK, "%s", status_message(0));
    cr_assert(plan_create(config, 1, &plan) == OK, "%s", status_message(0));
    cr_assert(run_execute(&plan, &options) == OK, "%s", status_message(0));
    plan_destroy(&plan);
    config_destroy(&config);
    status_clear();
}

#define COMMON                                                                                                                             \
    "domain: {geometry: well_mixed, depth: 1 mm}\nrun: {duration: 60 days}\noutput: {snapshots: [0 days]}\nskin: {epidermis: 0.06 mm}\n"
/* One session with 250 /cm2, two with 400 /cm2, none. */
static void make_three(void)
{
    make(path[0], "model: dermis\n" COMMON "treatment: {device: roller_1.5}\n");
    make(path[1], "model: dermis\n" COMMON "treatment: {device: roller_1.5, density: 400 /cm2, sessions: 2, interval: 6 weeks}\n");
    make(path[2], "model: dermis\n" COMMON "treatment: {sessions: 0}\n");
}

static const double *row(const struct compare *c, const char *name)
{
    for (size_t r = 0; r < c->n_rows; r++)
        if (strcmp(c->row[r].name, name) == 0)
            return c->row[r].value;
    cr_assert(false, "there is no row '%s'", name);
    return NULL;
}

static void expect_near(double observed, double wanted, const char *what)
{
    cr_expect(fabs(observed - wanted) <= 1e-12 * fabs(wanted), "%s: %.15g, wanted %.15g", what, observed, wanted);
}

static enum status compare(const char *by, const char *baseline, enum compare_equal equal, struct compare **c)
{
    const char *const paths[] = {path[0], path[1], path[2]};
    return compare_create(paths, RUNS, by, baseline, equal, c);
}

Test(compare, dose_of_a_roller_by_hand)
{
    /* 0.9 mm deep, radius 0.0625 mm, the last 0.27 mm a cone; 0.06 mm of it in the epidermis: pi a^2 (0.57 + 0.27 / 3) */
    const struct compare_dose dose = compare_dose_of(device_find("roller_1.5"), 0.06);
    expect_near(dose.channels, 250, "channels per cm2");
    expect_near(dose.depth, 0.9, "depth");
    expect_near(dose.area, 250 * M_PI * 0.0625 * 0.0625, "area");
    expect_near(dose.volume, 250 * M_PI * 0.0625 * 0.0625 * 0.66, "volume");
}

Test(compare, dose_counts_only_what_is_below_the_epidermis)
{
    struct device needle = *device_find("roller_1.5");
    needle.taper = 1.0; /* a cone from the surface on */
    needle.length = 1.0, needle.reach = 1.0, needle.diameter = 2.0, needle.recoil = 1.0, needle.density = 0.01;
    expect_near(compare_dose_of(&needle, 0.5).volume, M_PI * 0.25 * 0.5 / 3.0, "lower half of a cone of 1 mm");
    expect_near(compare_dose_of(&needle, 0.0).volume, M_PI / 3.0, "the cone");
    cr_expect(compare_dose_of(&needle, 1.5).volume == 0.0, "a channel that ends in the epidermis");
    cr_expect(isnan(compare_dose_of(device_find("confluent"), 0.06).volume), "the whole area has no channels");
}

Test(compare, sorts_best_first_and_names_the_baseline)
{
    make_three();
    struct compare *c = NULL;
    cr_assert(compare(NULL, NULL, COMPARE_AS_RUN, &c) == OK, "%s", status_message(0));
    const double *gain = row(c, "final_collagen_gain");
    cr_expect(gain[0] >= gain[1] && gain[1] >= gain[2], "%g, %g, %g", gain[0], gain[1], gain[2]);
    cr_expect(c->run[c->baseline].path == path[0], "baseline %s", c->run[c->baseline].path);
    compare_destroy(&c);
    cr_assert(compare("downtime_total", path[2], COMPARE_AS_RUN, &c) == OK, "%s", status_message(0));
    const double *days = row(c, "downtime_total");
    cr_expect(c->lower && days[0] < days[1] && days[1] < days[2], "%g, %g, %g", days[0], days[1], days[2]);
    cr_expect(c->baseline == 0 && c->run[0].path == path[2], "no treatment has no downtime");
    compare_destroy(&c);
    static const struct {
        const char *by;
        bool lower;
    } cases[] = {{"max(erythema)", true}, {"time_of_max(tgfb)", true},    {"pigment_fraction", true},
                 {"perfusion", false},    {"final_collagen_gain", false}, {"follicle_signal", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(compare(cases[i].by, NULL, COMPARE_AS_RUN, &c) == OK, "%s", status_message(0));
        cr_expect(c->lower == cases[i].lower, "%s", cases[i].by);
        compare_destroy(&c);
    }
}

Test(compare, shares_are_the_outcome_divided)
{
    make_three();
    struct compare *c = NULL;
    cr_assert(compare("scar_index@30 days", NULL, COMPARE_AS_RUN, &c) == OK, "%s", status_message(0));
    for (size_t i = 0; i < RUNS; i++) {
        const double by = row(c, "scar_index@30 days")[i], sessions = row(c, "sessions")[i];
        if (c->run[i].path == path[2]) {
            cr_expect(isnan(row(c, "scar_index@30 days per session")[i]), "nothing can be divided by no session");
            continue;
        }
        const double channels = c->run[i].path == path[0] ? 250 : 800, volume = channels * M_PI * 0.0625 * 0.0625 * 0.66;
        cr_expect(sessions == (c->run[i].path == path[0] ? 1 : 2) && by > 0.0, "%g sessions, %g", sessions, by);
        expect_near(row(c, "damaged_volume")[i], volume, "damaged volume");
        expect_near(row(c, "scar_index@30 days per session")[i], by / sessions, "per session");
        expect_near(row(c, "scar_index@30 days per channel")[i], by / channels, "per channel");
        expect_near(row(c, "scar_index@30 days per damaged volume")[i], by / volume, "per volume");
        expect_near(row(c, "scar_index@30 days per day of downtime")[i], by / row(c, "downtime_total")[i], "per day of downtime");
    }
    compare_destroy(&c);
}

Test(compare, differences_are_those_to_the_baseline)
{
    make_three();
    struct compare *c = NULL;
    cr_assert(compare(NULL, path[1], COMPARE_AS_RUN, &c) == OK, "%s", status_message(0));
    const double *days = row(c, "downtime_total"), *difference = row(c, "difference of downtime_total");
    for (size_t i = 0; i < RUNS; i++)
        cr_expect(difference[i] == days[i] - days[c->baseline], "%g, %g, %g", days[i], days[c->baseline], difference[i]);
    cr_expect(strcmp(c->run[c->baseline].path, path[1]) == 0 && difference[c->baseline] == 0.0, "baseline %zu", c->baseline);
    compare_destroy(&c);
}

Test(compare, equal_dose_is_a_straight_line_and_says_the_density)
{
    make_three();
    static const enum compare_equal equal[] = {COMPARE_CHANNELS, COMPARE_DAMAGE, COMPARE_DEPTH_VOLUME};
    static const char *const names[] = {"channels", "damage", "depth-volume"};
    for (int e = 0; e < 3; e++) {
        struct compare *c = NULL;
        char text[2][64];
        snprintf(text[0], sizeof text[0], "final_collagen_gain at equal %s", names[e]);
        snprintf(text[1], sizeof text[1], "treatment.density at equal %s", names[e]);
        cr_assert(compare(NULL, path[0], equal[e], &c) == OK, "%s", status_message(0));
        for (size_t i = 0; i < RUNS; i++) { /* the same needle: all three doses are in proportion to the channels */
            const double factor = c->run[i].path == path[0] ? 1.0 : 250.0 / 800.0, gain = row(c, "final_collagen_gain")[i];
            if (c->run[i].path == path[2])
                cr_expect(isnan(row(c, text[0])[i]) && i == RUNS - 1, "no dose cannot be scaled, and comes last");
            else
                expect_near(row(c, text[0])[i], gain * factor, names[e]);
            if (c->run[i].path == path[1])
                expect_near(row(c, text[1])[i], 125.0, "two sessions of 125 /cm2 are one of 250 /cm2");
        }
        compare_destroy(&c);
    }
}

Test(compare, a_run_again_at_the_density_it_says_has_the_dose)
{
    make(path[0], "model: dermis\n" COMMON "treatment: {device: roller_1.5}\n");
    make(path[1], "model: dermis\n" COMMON "treatment: {device: pen, needle: {length: 0.8 mm}}\n");
    struct compare *c = NULL;
    const char *const paths[] = {path[1]};
    cr_assert(compare_create(paths, 1, NULL, path[0], COMPARE_DEPTH_VOLUME, &c) == OK, "%s", status_message(0));
    const size_t pen = 1 - c->baseline;
    char text[512];
    snprintf(text, sizeof text, "model: dermis\n" COMMON "treatment: {device: pen, needle: {length: 0.8 mm}, density: %.17g /cm2}\n",
             row(c, "treatment.density at equal depth-volume")[pen]);
    make(path[2], text);
    const double wanted = row(c, "damaged_volume")[c->baseline];
    compare_destroy(&c);
    const char *const again[] = {path[2], path[0]};
    cr_assert(compare_create(again, 2, NULL, NULL, COMPARE_AS_RUN, &c) == OK, "%s", status_message(0));
    for (int i = 0; i < 2; i++)
        expect_near(row(c, "damaged_volume")[i], wanted, "damaged volume");
    compare_destroy(&c);
}

static void expect_refused(enum status status, enum status wanted, const char *words)
{
    cr_expect(status == wanted && status_count() > 0 && strstr(status_message(0), words), "%d: %s", (int)status,
              status_count() ? status_message(0) : "");
    status_clear();
}

Test(compare, refuses_what_cannot_be_compared)
{
    make_three();
    make(path[3], "model: fisher\nrun: {duration: 1 day}\n");
    struct compare *c = NULL;
    const char *const mixed[] = {path[0], path[3]}, *const alone[] = {path[0]}, *const missing[] = {path[0], "/nowhere/run.h5"};
    expect_refused(compare_create(mixed, 2, NULL, NULL, COMPARE_AS_RUN, &c), ERR_CONFIG, "different models are not compared");
    expect_refused(compare_create(alone, 1, NULL, NULL, COMPARE_AS_RUN, &c), ERR_CONFIG, "there must be two runs");
    expect_refused(compare_create(missing, 2, NULL, NULL, COMPARE_AS_RUN, &c), ERR_IO, "/nowhere/run.h5");
    expect_refused(compare("final_colagen_gain", NULL, COMPARE_AS_RUN, &c), ERR_CONFIG, "did you mean 'final_collagen_gain'?");
    expect_refused(compare("collagen_onset", NULL, COMPARE_CHANNELS, &c), ERR_CONFIG, "is not 0 without treatment");
    expect_refused(compare("perfusion", NULL, COMPARE_DAMAGE, &c), ERR_CONFIG, "is not 0 without treatment");
    expect_refused(compare(NULL, path[2], COMPARE_CHANNELS, &c), ERR_CONFIG, "the dose of the baseline");
    cr_expect(c == NULL, "untouched");
}

Test(compare, models_without_collagen_are_compared_by_another_outcome)
{
    make(path[0], "model: fisher\nrun: {duration: 1 day}\n");
    struct compare *c = NULL;
    const char *const twice[] = {path[0], path[0]};
    expect_refused(compare_create(twice, 2, NULL, NULL, COMPARE_AS_RUN, &c), ERR_CONFIG, "final_collagen_gain");
    const char *outcome = model_find("fisher")->n_outcomes ? model_find("fisher")->outcomes[0].name : "sessions_performed";
    cr_assert(compare_create(twice, 2, outcome, NULL, COMPARE_AS_RUN, &c) == OK, "%s", status_message(0));
    cr_expect(c->n == 2 && strcmp(c->row[0].name, outcome) == 0, "%s", c->row[0].name);
    compare_destroy(&c);
}
