/* The configuration: what is given, defaulted, merged and set.  Printed: test_config_print.c.  Wrong ones: test_bad_configs.c. */
#define _POSIX_C_SOURCE 200809L
#include "config_vocabulary.h"
#include "units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct config *config;

static void clean(void)
{
    config_destroy(&config);
    status_clear();
    units_free();
}

TestSuite(config, .fini = clean);

static void parse(const char *text)
{
    enum status status = config_parse(text, strlen(text), "test.yaml", &test_vocabulary, &config);
    cr_assert(status == OK, "refused: %s", status_message(0));
}

/* Parses "model: dermis" with one --set. */
static enum status set(const char *assignment)
{
    char name[] = "/tmp/needlework-XXXXXX";
    const char *file = name, *const sets[] = {assignment};
    int handle = mkstemp(name);
    cr_assert(handle >= 0 && write(handle, "model: dermis\n", 14) == 14, "no temporary file");
    close(handle);
    enum status status = config_read(&file, 1, sets, 1, &test_vocabulary, &config);
    unlink(name);
    return status;
}

static void expect_number(enum config_key key, double wanted)
{
    double observed = config_number(config, key);
    cr_expect(observed == wanted, "%s: observed %.17g, wanted %.17g", config_rows[key].path, observed, wanted);
}

static void expect_text(enum config_key key, const char *wanted)
{
    const char *observed = config_text(config, key);
    cr_expect_str_eq(observed, wanted, "%s: observed '%s', wanted '%s'", config_rows[key].path, observed, wanted);
}

Test(config, every_kind_of_value_is_read_in_the_unit_of_its_row)
{
    parse(test_example);
    expect_text(CONFIG_MODEL, "dermis");
    expect_text(CONFIG_SKIN_SITE, "forearm");
    expect_text(CONFIG_TREATMENT_DEVICE, "my_1.2");
    expect_text(CONFIG_TITLE, "three: \"sessions\" \xE2\x80\xA8 of caf\xC3\xA9");
    expect_number(CONFIG_SKIN_AGE, 38.5);
    expect_number(CONFIG_SKIN_COLLAGEN, 0.6);
    expect_number(CONFIG_NEEDLE_DIAMETER, 0.25);
    expect_number(CONFIG_TREATMENT_DENSITY, 2.5);
    expect_number(CONFIG_TREATMENT_INTERVAL, 28.0);
    expect_number(CONFIG_RUN_DURATION, 365.24219878125 / 4.0);
    cr_expect(config_integer(config, CONFIG_TREATMENT_SESSIONS) == 3, "sessions: %ld", config_integer(config, CONFIG_TREATMENT_SESSIONS));
    cr_expect(config_integer(config, CONFIG_TREATMENT_SEED) == 4294967295, "seed: %ld", config_integer(config, CONFIG_TREATMENT_SEED));
    cr_expect(config_flag(config, CONFIG_TREATMENT_OVERRIDE), "the override is lost");

    const double *spacing;
    const char *const *conditions;
    size_t n = config_numbers(config, CONFIG_DOMAIN_SPACING, &spacing);
    cr_expect(n == 3 && spacing[0] == 0.02 && spacing[1] == 0.03 && spacing[2] == 0.01, "spacing: %zu numbers", n);
    n = config_names(config, CONFIG_SKIN_CONDITIONS, &conditions);
    cr_expect(n == 2 && strcmp(conditions[0], "smoker") == 0 && strcmp(conditions[1], "diabetes") == 0, "conditions: %zu names", n);
}

Test(config, parameters_keep_their_own_unit)
{
    double value = 77.0;
    parse("model: dermis\nparameters: {tgfb_loss: 0.05 /hour, dose: 3 AU}\n");
    cr_expect(config_parameter_value(config, "tgfb_loss", &value) && value == 0.05 * 24.0, "tgfb_loss: observed %.17g", value);
    cr_expect(config_parameter_value(config, "dose", &value) && value == 3.0, "dose: observed %.17g", value);
    cr_expect(!config_parameter_value(config, "collagen_gain", &value), "collagen_gain was never given");
    cr_expect(value == 3.0, "the output was touched");
}

Test(config, own_device_has_the_given_properties_only)
{
    parse(test_example);
    cr_assert(config_device_count(config) == 1, "observed %zu devices", config_device_count(config));
    const struct config_device *device = config_device(config, 0);
    cr_expect_str_eq(device->name, "my_1.2", "observed '%s'", device->name);
    cr_expect_str_eq(device->like, "pen", "observed '%s'", device->like);
    cr_expect(device->property[CONFIG_DEVICE_LENGTH] == 1.2, "length %g", device->property[CONFIG_DEVICE_LENGTH]);
    cr_expect(device->property[CONFIG_DEVICE_NEEDLES] == 36.0, "needles %g", device->property[CONFIG_DEVICE_NEEDLES]);
    cr_expect(isnan(device->property[CONFIG_DEVICE_DENSITY]), "density %g, wanted none", device->property[CONFIG_DEVICE_DENSITY]);
}

Test(config, only_the_model_is_required)
{
    const double *snapshots;
    parse("model: sham\n");
    for (size_t key = 0; key < CONFIG_KEYS; key++) {
        cr_expect(config_has(config, (enum config_key)key) == (config_rows[key].initial != NULL), "%s: has?", config_rows[key].path);
    }
    expect_text(CONFIG_SKIN_SITE, "cheek");
    expect_text(CONFIG_TREATMENT_IF_NOT_HEALED, "postpone");
    expect_text(CONFIG_DOMAIN_GEOMETRY, "unit_cell");
    expect_number(CONFIG_TREATMENT_INTERVAL, 42.0);
    expect_number(CONFIG_RUN_DURATION, 365.24219878125);
    expect_number(CONFIG_CHECKPOINT_EVERY, 600.0);
    size_t n = config_numbers(config, CONFIG_OUTPUT_SNAPSHOTS, &snapshots);
    cr_expect(n == 5 && snapshots[0] == 0.0 && snapshots[4] == 365.0, "snapshots: %zu", n);
    cr_expect(config_text(config, CONFIG_TITLE) == NULL, "a title out of nowhere");
}

Test(config, table_has_every_key_once_with_a_meaning_and_a_range)
{
    for (size_t key = 0; key < CONFIG_KEYS; key++) {
        const struct config_row *row = &config_rows[key];
        cr_assert(row->path && row->meaning, "row %zu is incomplete", key);
        for (size_t other = 0; other < key; other++)
            cr_expect(strcmp(row->path, config_rows[other].path) != 0, "%s is there twice", row->path);
        bool numeric = row->type == CONFIG_NUMBER || row->type == CONFIG_INTEGER || row->type == CONFIG_NUMBER_LIST;
        cr_expect(numeric == (row->unit != NULL), "%s: a unit is for numbers", row->path);
        cr_expect(!numeric || row->lo < row->hi, "%s: empty range", row->path);
    }
}

Test(config, limits_are_closed_and_survive_conversion)
{
    static const char *const accepted[] = {"run.duration=20 years",   "run.duration=240 months",    "output.timeseries=1 minute",
                                           "output.profiles=1 year",  "treatment.interval=5 years", "treatment.first=10 years",
                                           "skin.age=18 years",       "skin.age=100 years",         "domain.spacing=0.5 um",
                                           "checkpoint.every=1 week", "treatment.sessions=0",       "treatment.density=10000 /cm2"};
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        cr_expect(set(accepted[i]) == OK, "%s: %s", accepted[i], status_message(0));
        clean();
    }
    cr_expect(set("output.timeseries=0.01666666666666666 hours") == OK, "a minute but for rounding: %s", status_message(0));
    cr_expect(config_number(config, CONFIG_OUTPUT_TIMESERIES) == config_rows[CONFIG_OUTPUT_TIMESERIES].lo, "beyond the limit");
    clean();
    static const char *const refused[] = {"run.duration=20.001 years", "skin.age=17.99 years", "treatment.sessions=1001",
                                          "domain.grading=0.999"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        cr_expect(set(refused[i]) == ERR_CONFIG, "%s was accepted", refused[i]);
        clean();
    }
}

/* Writes the files, reads them with the sets. */
static enum status read_files(const char *const *texts, size_t n, const char *const *sets, size_t n_sets)
{
    char folder[] = "/tmp/needlework-XXXXXX";
    static const char *const names[] = {"a.yaml", "b.yaml", "c.yaml"};
    cr_assert(mkdtemp(folder) && chdir(folder) == 0, "no temporary folder");
    for (size_t i = 0; i < n; i++) {
        FILE *stream = fopen(names[i], "w");
        cr_assert(stream, "cannot write %s", names[i]);
        fputs(texts[i], stream);
        fclose(stream);
    }
    enum status status = config_read(names, n, sets, n_sets, &test_vocabulary, &config);
    for (size_t i = 0; i < n; i++)
        unlink(names[i]);
    cr_assert(chdir("/") == 0 && rmdir(folder) == 0, "the temporary folder stays");
    return status;
}

Test(config, later_files_win_key_by_key_and_replace_lists_whole)
{
    static const char *const texts[] = {"model: dermis\n"
                                        "skin: {age: 30 years, conditions: [smoker, diabetes]}\n"
                                        "treatment: {needle: {length: 1 mm, reach: 0.6}, device: mine}\n"
                                        "parameters: {tgfb_loss: 1 /day, dose: 5 AU}\n"
                                        "devices: {mine: {like: pen, length: 1 mm, bruise: 3}}\n",
                                        "skin: {age: 60 years, conditions: [isotretinoin]}\n"
                                        "devices: {mine: {length: 2 mm}}\n",
                                        "treatment: {needle: {length: 2 mm}}\n"
                                        "parameters: {tgfb_loss: 2 /day}\n"};
    static const char *const sets[] = {"skin.age=70 years", "skin.age=65 years", "output.snapshots=[1 day, 1 week]",
                                       "treatment.needle={reach: 0.7}", "devices.mine.bruise=4"};
    cr_assert(read_files(texts, 3, sets, 5) == OK, "refused: %s", status_message(0));
    const char *const *conditions;
    const double *snapshots;
    double value;
    expect_number(CONFIG_SKIN_AGE, 65.0);
    expect_number(CONFIG_NEEDLE_LENGTH, 2.0);
    expect_number(CONFIG_NEEDLE_REACH, 0.7);
    size_t n = config_names(config, CONFIG_SKIN_CONDITIONS, &conditions);
    cr_expect(n == 1 && strcmp(conditions[0], "isotretinoin") == 0, "conditions were merged: %zu", n);
    n = config_numbers(config, CONFIG_OUTPUT_SNAPSHOTS, &snapshots);
    cr_expect(n == 2 && snapshots[1] == 7.0, "snapshots: %zu", n);
    cr_expect(config_parameter_value(config, "tgfb_loss", &value) && value == 2.0, "tgfb_loss: %g", value);
    cr_expect(config_parameter_value(config, "dose", &value) && value == 5.0, "dose: %g", value);
    const struct config_device *device = config_device(config, 0);
    cr_expect(config_device_count(config) == 1, "observed %zu devices", config_device_count(config));
    cr_expect(device->property[CONFIG_DEVICE_LENGTH] == 2.0, "length %g", device->property[CONFIG_DEVICE_LENGTH]);
    cr_expect(device->property[CONFIG_DEVICE_BRUISE] == 4.0, "bruise %g", device->property[CONFIG_DEVICE_BRUISE]);
}

Test(config, places_name_the_file_the_value_came_from)
{
    static const char *const texts[] = {"model: dermis\nskin:\n  age: 30 years\n", "skin:\n  site: forearm\n"};
    static const char *const sets[] = {"run.duration=3 months"};
    char where[200];
    cr_assert(read_files(texts, 2, sets, 1) == OK, "refused: %s", status_message(0));
    config_where(config, CONFIG_SKIN_AGE, where, sizeof where);
    cr_expect_str_eq(where, "a.yaml:3:8: skin.age", "observed %s", where);
    config_where(config, CONFIG_SKIN_SITE, where, sizeof where);
    cr_expect_str_eq(where, "b.yaml:2:9: skin.site", "observed %s", where);
    config_where(config, CONFIG_RUN_DURATION, where, sizeof where);
    cr_expect_str_eq(where, "--set:1:14: run.duration", "observed %s", where);
    config_where(config, CONFIG_DOMAIN_DEPTH, where, sizeof where);
    cr_expect_str_eq(where, "domain.depth", "observed %s", where);
}

Test(config, errors_of_all_files_are_reported_at_once)
{
    static const char *const texts[] = {"model: dermis\nskin: {age: 1 year}\n",
                                        "model: sham\nskin: {age: 3 mm}\nparameters: {dose: 1 AU}\n", "skin: [\n"};
    static const char *const sets[] = {"skin.agge=3 years", "run.duration"};
    static const char *const wanted[] = {
        "c.yaml:2:1: not valid YAML: did not find expected node content while parsing a flow node",
        "--set:1:1: 'run.duration' is not of the form KEY=VALUE, such as treatment.sessions=3",
        "a.yaml:2:13: skin.age: 1 year is outside 18 to 100 years",
        "b.yaml:2:13: skin.age: '3 mm' is not a time; give it in years",
        "b.yaml:3:14: parameters.dose: the model 'sham' has no such parameter",
        "--set:1:6: skin.agge: unknown key; did you mean 'age'?",
    };
    cr_expect(read_files(texts, 3, sets, 2) == ERR_CONFIG && !config, "accepted");
    cr_expect(status_count() == 6, "observed %zu errors, wanted 6", status_count());
    for (size_t i = 0; i < 6; i++)
        cr_expect_str_eq(status_message(i), wanted[i], "observed %s\nwanted %s", status_message(i), wanted[i]);
}

Test(config, model_given_later_satisfies_the_requirement)
{
    static const char *const texts[] = {"skin: {age: 30 years}\n"};
    static const char *const sets[] = {"model=dermis"};
    cr_expect(read_files(texts, 1, sets, 1) == OK, "refused: %s", status_message(0));
}

struct set_case {
    const char *set, *wanted;
};

Test(config, wrong_sets_are_placed_in_the_argument)
{
    static const struct set_case cases[] = {
        {"treatment.sessions", "--set:1:1: 'treatment.sessions' is not of the form KEY=VALUE, such as treatment.sessions=3"},
        {"=3", "--set:1:1: '=3' is not of the form KEY=VALUE, such as treatment.sessions=3"},
        {"", "--set:1:1: '' is not of the form KEY=VALUE, such as treatment.sessions=3"},
        {"skin..age=3", "--set:1:1: 'skin..age=3' is not of the form KEY=VALUE, such as treatment.sessions=3"},
        {"treatment.sessions=3.5", "--set:1:20: treatment.sessions: '3.5' is not a whole number"},
        {"treatment.interval=6 kg", "--set:1:20: treatment.interval: '6 kg' is not a time; give it in day"},
        {"skin.age=", "--set:1:10: skin.age: has no value"},
        {"skin=3", "--set:1:6: skin: needs settings below it (a mapping), not a single value"},
        {"skin.age.years=45", "--set:1:10: skin.age: needs a single value, not a mapping"},
        {"skin.conditions=[smoker, x]", "--set:1:26: skin.conditions: 'x' is unknown; one of smoker, diabetes, isotretinoin"},
        {"treatment.device=[pen", "--set:2:1: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence"},
        {"run.duration=&a 3 days", "--set:1:14: anchors ('&a') are not supported; write the value where it is needed"},
        {"run={<<: 3}", "--set:1:6: merge keys ('<<') are not supported; use an overlay file"},
        {"devices.pen.length=3 mm", "--set:1:9: devices.pen: is a device of the program; choose another name"},
        {"parameters.tgfb_los=3 /day", "--set:1:12: parameters.tgfb_los: the model 'dermis' has no such parameter; did you mean "
                                       "'tgfb_loss'?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect(set(cases[i].set) == ERR_CONFIG, "--set '%s' was accepted", cases[i].set);
        cr_expect_str_eq(status_message(0), cases[i].wanted, "--set '%s'\nobserved %s\nwanted   %s", cases[i].set, status_message(0),
                         cases[i].wanted);
        clean();
    }
}

Test(config, source_keeps_what_was_given_without_folders)
{
    static const char *const texts[] = {"model: dermis # why\n", "skin: {age: 30 years}"};
    static const char *const sets[] = {"run.duration=3 months"};
    static const char wanted[] = "# a.yaml\nmodel: dermis # why\n# b.yaml\nskin: {age: 30 years}\n# --set\nrun.duration=3 months\n";
    cr_assert(read_files(texts, 2, sets, 1) == OK, "refused: %s", status_message(0));
    cr_expect_str_eq(config_source(config), wanted, "observed:\n%s", config_source(config));
    config_destroy(&config);
    cr_assert(config_parse("model: sham\n", 12, "some/where/x.yaml", &test_vocabulary, &config) == OK, "refused");
    cr_expect_str_eq(config_source(config), "# x.yaml\nmodel: sham\n", "observed:\n%s", config_source(config));
}

Test(config, vocabulary_without_lists_accepts_any_name)
{
    static const struct config_vocabulary open = {.models = test_models};
    static const char text[] = "model: sham\nskin: {site: moon, conditions: [tall]}\ntreatment: {device: hammer}\n";
    cr_expect(config_parse(text, sizeof text - 1, "t", &open, &config) == OK, "refused: %s", status_message(0));
}

Test(config, nearest_name_forgives_typing_and_nothing_more)
{
    static const char *const names[] = {"interval", "if_not_healed", "sessions", "seed", "age", NULL};
    static const struct set_case cases[] = {
        {"intervall", "interval"}, {"intreval", "interval"},           {"INTERVAL", "interval"}, {"sesions", "sessions"},
        {"sede", "seed"},          {"if-not-healed", "if_not_healed"}, {"aeg", "age"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *near = config_nearest(cases[i].set, names);
        cr_expect(near && strcmp(near, cases[i].wanted) == 0, "%s: observed %s, wanted %s", cases[i].set, near ? near : "none",
                  cases[i].wanted);
    }
    cr_expect(!config_nearest("weather", names), "weather is near to %s", config_nearest("weather", names));
    cr_expect(!config_nearest("", names) && !config_nearest("x", names) && !config_nearest("seed", NULL), "near to nothing");
}
