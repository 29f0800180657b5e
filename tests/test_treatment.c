/* Protocol rules and patterns. */
#include "numerics.h"
#include "treatment.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(observed, wanted)                                                                                                            \
    cr_assert((observed) == (size_t)(wanted), #observed " is %zu, wanted %zu", (size_t)(observed), (size_t)(wanted))

static struct treatment protocol(const char *device)
{
    const struct device *d = device_find(device);
    return (struct treatment){
        .device = *d, .epidermis = 0.06, .density = d->density, .sessions = 1, .seed = 1, .directions = 4, .jitter = 0.1};
}

/* ---- patterns ---- */

static const char patterned[][16] = {"roller_1.5", "pen", "stamp"};
ParameterizedTestParameters(treatment, pattern_is_exact_periodic_and_reproducible)
{
    return cr_make_param_array(char[16], (void *)(size_t)patterned, 3, NULL);
}
ParameterizedTest(char (*device)[16], treatment, pattern_is_exact_periodic_and_reproducible)
{
    struct treatment t = protocol(*device);
    const double widths[] = {0.7, 2, 4, 9.3}, densities[] = {2.5, 4.3, 10};
    for (int w = 0; w < 4; w++)
        for (int d = 0; d < 3; d++) {
            size_t n, m;
            double *x, *y, *x2, *y2;
            t.density = densities[d];
            t.seed = 7;
            cr_assert(treatment_pattern(&t, widths[w], 2, &n, &x, &y) == OK, "%s: no pattern", *device);
            cr_assert(n == (size_t)round(densities[d] * widths[w] * widths[w]), "%s: %zu channels", *device, n);
            for (size_t i = 0; i < n; i++)
                cr_assert(x[i] >= 0 && x[i] < widths[w] && y[i] >= 0 && y[i] < widths[w], "%s: (%g, %g) is off the patch", *device, x[i],
                          y[i]);
            cr_assert(treatment_pattern(&t, widths[w], 2, &m, &x2, &y2) == OK, "no second pattern");
            cr_assert(n == m && !memcmp(x, x2, n * sizeof *x) && !memcmp(y, y2, n * sizeof *y), "%s: same seed, other pattern", *device);
            free(x2);
            free(y2);
            cr_assert(treatment_pattern(&t, widths[w], 3, &m, &x2, &y2) == OK, "no third pattern");
            cr_assert(memcmp(x, x2, n * sizeof *x), "%s: another session, same pattern", *device);
            free(x2);
            free(y2);
            t.seed = 8;
            cr_assert(treatment_pattern(&t, widths[w], 2, &m, &x2, &y2) == OK, "no fourth pattern");
            cr_assert(memcmp(x, x2, n * sizeof *x), "%s: another seed, same pattern", *device);
            free(x2);
            free(y2);
            free(x);
            free(y);
        }
}

Test(treatment, next_session_is_not_the_next_seed)
{
    struct treatment t = protocol("pen");
    size_t n, m;
    double *x, *y, *x2, *y2;
    cr_assert(treatment_pattern(&t, 4, 1, &n, &x, &y) == OK, "no pattern");
    t.seed = 2;
    cr_assert(treatment_pattern(&t, 4, 0, &m, &x2, &y2) == OK, "no pattern");
    cr_assert(memcmp(x, x2, n * sizeof *x), "seed 1 session 1 equals seed 2 session 0");
    free(x);
    free(y);
    free(x2);
    free(y2);
}

/* Distance of v from a multiple of `step`. */
static double off(double v, double step)
{
    return fabs(v - step * round(v / step));
}

Test(treatment, one_roller_pass_prints_the_drum)
{
    struct treatment t = protocol("roller_1.5");
    t.directions = 1;
    t.density = 0.1; /* below the 0.153 /mm2 of one pass */
    size_t n;
    double *x, *y;
    cr_assert(treatment_pattern(&t, 30, 0, &n, &x, &y) == OK, "no pattern");
    COUNT(n, 90);
    for (size_t i = 1; i < n; i++) {
        NEAR(off(x[i] - x[0], M_PI * 20 * 8 / 192), 0, 1e-9);
        NEAR(off(y[i] - y[0], 20.0 / 8), 0, 1e-9);
    }
    free(x);
    free(y);
}

Test(treatment, roller_passes_alternate_in_direction)
{
    struct treatment t = protocol("roller_1.5");
    t.directions = 2;
    size_t n, upright = 0;
    double *x, *y;
    t.density = 0.30; /* two passes, the second thinned */
    cr_assert(treatment_pattern(&t, 40, 0, &n, &x, &y) == OK, "no pattern");
    for (size_t i = n - 100; i < n; i++) /* the second pass runs along y */
        upright += off(y[i] - y[n - 1], M_PI * 20 * 8 / 192) < 1e-9 && off(x[i] - x[n - 1], 20.0 / 8) < 1e-9;
    COUNT(upright, 100);
    free(x);
    free(y);
}

Test(treatment, cell_width_holds_one_channel)
{
    const struct treatment t = protocol("roller_1.5");
    NEAR(treatment_cell_width(&t, AXISYMMETRIC), 0.3568248, 1e-7);
    NEAR(treatment_cell_width(&t, UNIT_CELL), 0.3162278, 1e-7);
}

/* ---- protocol ---- */

static const char *const models[] = {"toy", NULL}, *const sites[] = {"cheek", NULL};
static size_t no_parameters(const char *model)
{
    (void)model;
    return 0;
}
static struct config_parameter no_parameter(const char *model, size_t i)
{
    (void)model, (void)i;
    return (struct config_parameter){0};
}

/* The treatment of `text`; messages (errors and warnings) as they would be printed. */
static enum status planned(const char *text, struct treatment *t, char *overridden, char messages[2000])
{
    const struct config_vocabulary vocabulary = {models, sites, device_names, treatment_conditions, no_parameters, no_parameter, NULL};
    struct config *config = NULL;
    cr_assert(config_parse(text, strlen(text), "t.yaml", &vocabulary, &config) == OK, "%s", status_message(0));
    const enum status status = treatment_from_config(config, 0.06, t, overridden, 100);
    memset(messages, 0, 2000);
    FILE *stream = fmemopen(messages, 1999, "w");
    status_print(stream);
    fclose(stream);
    config_destroy(&config);
    return status;
}

static const char contraindications[][16] = {"isotretinoin", "radiation",      "open_wound",     "skin_infection",
                                             "pregnancy",    "breast_feeding", "keloid_history", "poor_healing"};
ParameterizedTestParameters(treatment, contraindication_is_refused_unless_overridden)
{
    return cr_make_param_array(char[16], (void *)(size_t)contraindications, 8, NULL);
}
ParameterizedTest(char (*name)[16], treatment, contraindication_is_refused_unless_overridden)
{
    struct treatment t = {.sessions = 77};
    char text[300], overridden[100], messages[2000], wanted[100];
    snprintf(text, sizeof text, "model: toy\nskin: {conditions: [smoker, %s]}\n", *name);
    cr_assert(planned(text, &t, overridden, messages) == ERR_CONFIG, "%s passed", *name);
    snprintf(wanted, sizeof wanted, "needlework: error: t.yaml:2:20: skin.conditions: %s is a contraindication: ", *name);
    cr_assert(strncmp(messages, wanted, strlen(wanted)) == 0, "message: %s", messages);
    COUNT(t.sessions, 77); /* untouched */
    snprintf(text, sizeof text, "model: toy\nskin: {conditions: [smoker, %s]}\ntreatment: {override_contraindications: true}\n", *name);
    cr_assert(planned(text, &t, overridden, messages) == OK, "%s", messages);
    cr_assert(strcmp(overridden, *name) == 0, "overridden: %s", overridden);
    COUNT(t.sessions, 1);
}

Test(treatment, all_contraindications_are_reported_at_once)
{
    struct treatment t;
    char overridden[100], messages[2000];
    cr_assert(planned("model: toy\nskin: {conditions: [pregnancy, radiation]}\n", &t, overridden, messages) == ERR_CONFIG, "passed");
    cr_assert(strstr(messages, "pregnancy is a") && strstr(messages, "radiation is a"), "messages: %s", messages);
    const char *text = "model: toy\nskin: {conditions: [pregnancy, radiation]}\ntreatment: {override_contraindications: true}\n";
    cr_assert(planned(text, &t, overridden, messages) == OK, "%s", messages);
    cr_assert(strcmp(overridden, "pregnancy, radiation") == 0, "overridden: %s", overridden);
}

Test(treatment, modifiers_are_no_contraindication)
{
    struct treatment t;
    char overridden[100], messages[2000];
    cr_assert(planned("model: toy\nskin: {conditions: [smoker, diabetes]}\n", &t, overridden, messages) == OK, "%s", messages);
    cr_assert(*overridden == '\0' && *messages == '\0', "overridden: %s, messages: %s", overridden, messages);
}

Test(treatment, plan_is_read)
{
    struct treatment t;
    char overridden[100], messages[2000];
    const char *text =
        "model: toy\ntreatment: {device: stamp, sessions: 3, interval: 8 weeks, first: 2 days, if_not_healed: skip, seed: 9,\n"
        "  directions: 3, jitter: 0.2 mm, density: 300 /cm2}\n";
    cr_assert(planned(text, &t, overridden, messages) == OK, "%s", messages);
    COUNT(t.sessions, 3);
    COUNT(t.directions, 3);
    COUNT(t.seed, 9);
    NEAR(t.interval, 56, 1e-9);
    NEAR(t.first, 2, 1e-12);
    NEAR(t.jitter, 0.2, 1e-12);
    NEAR(t.density, 3, 1e-12);
    NEAR(t.epidermis, 0.06, 0);
    cr_assert(t.if_not_healed == SKIP && t.device.pattern == PATTERN_STAMP, "if_not_healed %d, pattern %d", t.if_not_healed,
              t.device.pattern);
    cr_assert(*messages == '\0', "messages: %s", messages);
}

static const char warned[][2][110] = {
    {"treatment: {sessions: 2, interval: 4 weeks}", "an interval of 28 days is under 6 weeks"},
    {"treatment: {device: roller_home, needle: {length: 0.15 mm}}", "roller_home does not reach the dermis: its channels are 0.045 mm"},
    {"treatment: {density: 8000 /cm2}", "channels merge: they are 0.125 mm wide"},
};
ParameterizedTestParameters(treatment, doubtful_plans_are_warned_of)
{
    return cr_make_param_array(char[2][110], (void *)(size_t)warned, 3, NULL);
}
ParameterizedTest(char (*row)[2][110], treatment, doubtful_plans_are_warned_of)
{
    struct treatment t;
    char text[300], overridden[100], messages[2000];
    snprintf(text, sizeof text, "model: toy\n%s\n", (*row)[0]);
    cr_assert(planned(text, &t, overridden, messages) == OK, "%s", messages);
    cr_assert(strstr(messages, (*row)[1]) && strstr(messages, "warning"), "wanted '%s', messages: %s", (*row)[1], messages);
}

Test(treatment, one_session_or_six_weeks_give_no_warning)
{
    struct treatment t;
    char overridden[100], messages[2000];
    cr_assert(planned("model: toy\ntreatment: {sessions: 1, interval: 1 day}\n", &t, overridden, messages) == OK, "%s", messages);
    cr_assert(*messages == '\0', "messages: %s", messages);
    cr_assert(planned("model: toy\ntreatment: {sessions: 3, interval: 6 weeks}\n", &t, overridden, messages) == OK, "%s", messages);
    cr_assert(*messages == '\0', "messages: %s", messages);
}

Test(treatment, a_patch_without_a_channel_is_refused_early)
{
    struct treatment t;
    char overridden[100], messages[2000];
    cr_assert(planned("model: toy\ndomain: {geometry: patch, width: 0.4 mm}\n", &t, overridden, messages) == ERR_CONFIG, "passed");
    cr_assert(strstr(messages, "a patch 0.4 mm wide holds no channel at 250 /cm2; one takes 0.632 mm"), "messages: %s", messages);
}
