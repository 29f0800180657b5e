/* The configuration: what is given, defaulted, merged, set and printed.  Wrong ones: test_bad_configs.c. */
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

static const char example[] = "model: dermis\n"
                              "title: \"three: \\\"sessions\\\" \\L of caf\xC3\xA9\"\n"
                              "skin:\n"
                              "  site: forearm\n"
                              "  age: 38.5 years\n"
                              "  collagen: 60 %\n"
                              "  conditions: [smoker, diabetes]\n"
                              "treatment:\n"
                              "  device: my_1.2\n"
                              "  needle: {length: 1.5 mm, diameter: 250 um, reach: 0.6, removal: 0.73}\n"
                              "  density: 250 /cm2\n"
                              "  sessions: 3\n"
                              "  interval: 4 weeks\n"
                              "  if_not_healed: skip\n"
                              "  override_contraindications: true\n"
                              "  seed: 4294967295\n"
                              "domain: {geometry: patch, spacing: [20 um, 30 um, 10 um], width: 4 mm}\n"
                              "run: {duration: 3 months, tolerance: 1e-4}\n"
                              "output: {snapshots: [0 days, 33.3 hours, 1 year]}\n"
                              "parameters: {tgfb_loss: 1.2 /day, dose: 3 AU}\n"
                              "devices:\n"
                              "  my_1.2: {like: pen, length: 1.2 mm, needles: 36}\n";

Test(config, every_kind_of_value_is_read_in_the_unit_of_its_row)
{
    parse(example);
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
    parse(example);
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
        cr_expect(config_given(config, (enum config_key)key) == (key == CONFIG_MODEL), "%s: given?", config_rows[key].path);
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
        if (config && i == 1)
            cr_expect(config_number(config, CONFIG_RUN_DURATION) <= config_rows[CONFIG_RUN_DURATION].hi, "beyond the limit");
        clean();
    }
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
        {"treatment.sessions",          "--set:1:1: 'treatment.sessions' is not of the form KEY=VALUE, such as treatment.sessions=3"},
        {"=3",                          "--set:1:1: '=3' is not of the form KEY=VALUE, such as treatment.sessions=3"                },
        {"",                            "--set:1:1: '' is not of the form KEY=VALUE, such as treatment.sessions=3"                  },
        {"skin..age=3",                 "--set:1:1: 'skin..age=3' is not of the form KEY=VALUE, such as treatment.sessions=3"       },
        {"treatment.sessions=3.5",      "--set:1:20: treatment.sessions: '3.5' is not a whole number"                               },
        {"treatment.interval=6 kg",     "--set:1:20: treatment.interval: '6 kg' is not a time; give it in day"                      },
        {"skin.age=",                   "--set:1:10: skin.age: has no value"                                                        },
        {"skin=3",                      "--set:1:6: skin: needs settings below it (a mapping), not a single value"                  },
        {"skin.age.years=45",           "--set:1:10: skin.age: needs a single value, not a mapping"                                 },
        {"skin.conditions=[smoker, x]", "--set:1:26: skin.conditions: 'x' is unknown; one of smoker, diabetes, isotretinoin"        },
        {"treatment.device=[pen",       "--set:2:1: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence" },
        {"run.duration=&a 3 days",      "--set:1:14: anchors ('&a') are not supported; write the value where it is needed"          },
        {"run={<<: 3}",                 "--set:1:6: merge keys ('<<') are not supported; use an overlay file"                       },
        {"devices.pen.length=3 mm",     "--set:1:9: devices.pen: is a device of the program; choose another name"                   },
        {"parameters.tgfb_los=3 /day",  "--set:1:12: parameters.tgfb_los: the model 'dermis' has no such parameter; did you mean "
                                       "'tgfb_loss'?"                                         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect(set(cases[i].set) == ERR_CONFIG, "--set '%s' was accepted", cases[i].set);
        cr_expect_str_eq(status_message(0), cases[i].wanted, "--set '%s'\nobserved %s\nwanted   %s", cases[i].set, status_message(0),
                         cases[i].wanted);
        clean();
    }
}

/* Whether two configurations have the same values, bit by bit. */
static void expect_equal(const struct config *a, const struct config *b)
{
    for (size_t i = 0; i < CONFIG_KEYS; i++) {
        enum config_key key = (enum config_key)i;
        const char *path = config_rows[i].path, *const * names_a, *const * names_b;
        const double *numbers_a, *numbers_b;
        cr_expect(config_has(a, key) == config_has(b, key), "%s: lost or found", path);
        if (!config_has(a, key) || !config_has(b, key))
            continue;
        switch (config_rows[i].type) {
        case CONFIG_NUMBER:
            cr_expect(config_number(a, key) == config_number(b, key), "%s: %.17g became %.17g", path, config_number(a, key),
                      config_number(b, key));
            break;
        case CONFIG_INTEGER:
            cr_expect(config_integer(a, key) == config_integer(b, key), "%s: changed", path);
            break;
        case CONFIG_BOOLEAN:
            cr_expect(config_flag(a, key) == config_flag(b, key), "%s: changed", path);
            break;
        case CONFIG_CHOICE:
        case CONFIG_TEXT_VALUE:
            cr_expect_str_eq(config_text(a, key), config_text(b, key), "%s: '%s' became '%s'", path, config_text(a, key),
                             config_text(b, key));
            break;
        case CONFIG_NUMBER_LIST:
            cr_assert(config_numbers(a, key, &numbers_a) == config_numbers(b, key, &numbers_b), "%s: another length", path);
            for (size_t k = 0; k < config_numbers(a, key, &numbers_a); k++)
                cr_expect(numbers_a[k] == numbers_b[k], "%s[%zu]: %.17g became %.17g", path, k, numbers_a[k], numbers_b[k]);
            break;
        case CONFIG_NAME_LIST:
            cr_assert(config_names(a, key, &names_a) == config_names(b, key, &names_b), "%s: another length", path);
            for (size_t k = 0; k < config_names(a, key, &names_a); k++)
                cr_expect_str_eq(names_a[k], names_b[k], "%s[%zu]: changed", path, k);
            break;
        }
    }
}

static struct config *read_back(const char *text)
{
    struct config *again = NULL;
    cr_assert(text, "no text");
    enum status status = config_parse(text, strlen(text), "resolved.yaml", &test_vocabulary, &again);
    cr_assert(status == OK, "the resolved configuration is refused: %s\n%s", status_message(0), text);
    return again;
}

Test(config, resolved_text_reads_back_to_the_same_settings_and_text)
{
    parse(example);
    char *text = config_resolved(config, NULL, NULL, 0);
    struct config *again = read_back(text);
    char *text_again = config_resolved(again, NULL, NULL, 0);
    double loss;
    expect_equal(config, again);
    cr_expect_str_eq(text, text_again, "observed:\n%s\nwanted:\n%s", text_again, text);
    cr_expect(config_parameter_value(again, "tgfb_loss", &loss) && loss == 1.2, "tgfb_loss: %.17g", loss);
    cr_expect(config_device_count(again) == 1 && config_device(again, 0)->property[CONFIG_DEVICE_LENGTH] == 1.2, "the device is lost");
    config_destroy(&again);
    free(text);
    free(text_again);
}

Test(config, resolved_defaults_read_as_a_person_would_write_them)
{
    static const char wanted[] = "model: dermis\n"
                                 "skin:\n"
                                 "    site: cheek\n"
                                 "    age: 45 years\n"
                                 "    conditions: []\n"
                                 "treatment:\n"
                                 "    device: roller_1.5\n"
                                 "    directions: 4\n"
                                 "    jitter: 0.1 mm\n"
                                 "    sessions: 1\n"
                                 "    interval: 6 weeks\n"
                                 "    first: 0 day\n"
                                 "    if_not_healed: postpone\n"
                                 "    override_contraindications: false\n"
                                 "    seed: 1\n"
                                 "domain:\n"
                                 "    geometry: unit_cell\n"
                                 "    spacing: [0.02 mm]\n"
                                 "    grading: 1\n"
                                 "    depth: 1.5 mm\n"
                                 "run:\n"
                                 "    duration: 1 year\n"
                                 "    tolerance: 0.001\n"
                                 "output:\n"
                                 "    timeseries: 1 day\n"
                                 "    profiles: 1 week\n"
                                 "    snapshots: [0 day, 1 week, 4 weeks, 90 days, 365 days]\n"
                                 "checkpoint:\n"
                                 "    every: 10 minutes\n"
                                 "parameters:\n"
                                 "    tgfb_loss: 0.3 /day\n"
                                 "    dose: 5 AU\n";
    static const struct config_parameter used[] = {
        {"tgfb_loss", "/day", 0.0, 1.0},
        {"dose",      "AU",   0.0, 9.0}
    };
    static const double values[] = {0.3, 5.0};
    parse("model: dermis\nparameters: {tgfb_loss: 2 /day}\n");
    char *text = config_resolved(config, used, values, 2);
    cr_expect_str_eq(text, wanted, "observed:\n%s\nwanted:\n%s", text, wanted);
    free(text);
}

Test(config, random_doubles_survive_the_resolved_text)
{
    srand(7);
    for (int i = 0; i < 200; i++) {
        char yaml[400];
        double r[5];
        for (int k = 0; k < 5; k++)
            r[k] = (double)rand() / RAND_MAX;
        snprintf(yaml, sizeof yaml,
                 "model: dermis\nskin: {age: %.17g years}\nrun: {duration: %.17g hours}\ntreatment: {density: %.17g /cm2, "
                 "interval: %.17g weeks}\ncheckpoint: {every: %.17g minutes}\n",
                 20.0 + r[0], 1.0 + 1e4 * r[1], 1.0 + 1e3 * r[2], 1.0 + 50.0 * r[3], 1.0 + r[4]);
        parse(yaml);
        char *text = config_resolved(config, NULL, NULL, 0);
        struct config *again = read_back(text);
        expect_equal(config, again);
        config_destroy(&again);
        config_destroy(&config);
        free(text);
    }
}

Test(config, titles_of_any_characters_survive_the_resolved_text)
{
    static const char *const titles[] = {"plain",
                                         "null",
                                         "~",
                                         "''",
                                         "'true'",
                                         "'# not a comment'",
                                         "\"a\\tb\\nc\\e\\x7F\\x85\"",
                                         "\"\\u2028\\uFEFF\"",
                                         "' - '",
                                         "\"\\\\\"",
                                         "\xF0\x9F\xA7\xB5",
                                         "'a: b'",
                                         "- a",
                                         "\"\\uE000 \\U0001F9F5\""};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        char yaml[200];
        snprintf(yaml, sizeof yaml, "model: dermis\ntitle: %s\n", titles[i]);
        if (config_parse(yaml, strlen(yaml), "t", &test_vocabulary, &config) != OK) {
            cr_expect(i == 1 || i == 2 || i == 12, "%s: refused: %s", titles[i], status_message(0));
            clean();
            continue;
        }
        char *text = config_resolved(config, NULL, NULL, 0);
        struct config *again = read_back(text);
        expect_equal(config, again);
        config_destroy(&again);
        config_destroy(&config);
        free(text);
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
    static const char *const names[] = {"interval", "if_not_healed", "sessions", "seed", NULL};
    static const struct set_case cases[] = {
        {"intervall",     "interval"     },
        {"intreval",      "interval"     },
        {"INTERVAL",      "interval"     },
        {"sesions",       "sessions"     },
        {"sede",          "seed"         },
        {"if-not-healed", "if_not_healed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *near = config_nearest(cases[i].set, names);
        cr_expect(near && strcmp(near, cases[i].wanted) == 0, "%s: observed %s, wanted %s", cases[i].set, near ? near : "none",
                  cases[i].wanted);
    }
    cr_expect(!config_nearest("weather", names), "weather is near to %s", config_nearest("weather", names));
    cr_expect(!config_nearest("", names) && !config_nearest("x", names) && !config_nearest("seed", NULL), "near to nothing");
}

Test(config, markdown_has_a_row_for_every_key)
{
    char *text = NULL;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);
    cr_assert(stream, "no memory");
    config_write_markdown(stream);
    fclose(stream);
    for (size_t key = 0; key < CONFIG_KEYS; key++) {
        char row[100];
        snprintf(row, sizeof row, "| `%s` | ", config_rows[key].path);
        cr_expect(strstr(text, row), "no row for %s", config_rows[key].path);
    }
    static const char age[] = "| `skin.age` | `45 years` | 18 to 100 years | ";
    cr_expect(strstr(text, age), "the row of skin.age differs from %s", age);
    free(text);
}
