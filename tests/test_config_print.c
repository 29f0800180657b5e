/* The configuration as text: the resolved one reads back to the same settings, the table becomes Markdown. */
#define _POSIX_C_SOURCE 200809L
#include "config_vocabulary.h"
#include "units.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config *config;

static void clean(void)
{
    config_destroy(&config);
    status_clear();
    units_free();
}

TestSuite(config_print, .fini = clean);

static void parse(const char *text)
{
    enum status status = config_parse(text, strlen(text), "test.yaml", &test_vocabulary, &config);
    cr_assert(status == OK, "refused: %s", status_message(0));
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

Test(config_print, resolved_text_reads_back_to_the_same_settings_and_text)
{
    parse(test_example);
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

Test(config_print, resolved_text_reads_as_a_person_would_write_it)
{
    static const char *const fragments[] = {
        ("model: dermis\nskin:\n    site: cheek\n    age: 45 years\n    conditions: []\ntreatment:\n    device: roller_1.5\n    needle:\n"
         "        length: 1.5 mm\n        reach: 0.6\n"),
        "\n    sessions: 1\n    interval: 6 weeks\n",
        "\n    override_contraindications: false\n",
        "\ndomain:\n    geometry: unit_cell\n    spacing: [0.02 mm]\n",
        "\nrun:\n    duration: 1 year\n    tolerance: 0.001\n",
        "\noutput:\n    timeseries: 1 day\n    profiles: 1 week\n    snapshots: [0 day, 1 week, 4 weeks, 90 days, 365 days]\n",
        "\ncheckpoint:\n    every: 10 minutes\nparameters:\n    tgfb_loss: 0.3 /day\n    dose: 5 AU\n",
    };
    static const struct config_parameter used[] = {{"tgfb_loss", "/day", 0.0, 1.0}, {"dose", "AU", 0.0, 9.0}};
    static const double values[] = {0.3, 5.0};
    parse("model: dermis\nparameters: {tgfb_loss: 2 /day}\ntreatment: {needle: {reach: 0.6, length: 1500 um}}\n");
    char *text = config_resolved(config, used, values, 2);
    const char *from = text;
    for (size_t i = 0; from && i < sizeof fragments / sizeof *fragments; i++) {
        const char *found = strstr(from, fragments[i]);
        cr_assert(found && (i > 0 || found == text), "missing:\n%s\nin:\n%s", fragments[i], text);
        from = found + 1;
    }
    free(text);
}

Test(config_print, random_doubles_survive_the_resolved_text)
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

Test(config_print, almost_whole_times_are_not_rounded)
{
    parse("model: dermis\nrun: {duration: 365.2421987812501 days}\ntreatment: {interval: 41.99999999999999 days}\n");
    char *text = config_resolved(config, NULL, NULL, 0);
    struct config *again = read_back(text);
    expect_equal(config, again);
    config_destroy(&again);
    free(text);
}

Test(config_print, titles_of_any_characters_survive_the_resolved_text)
{
    static const char *const titles[] = {"plain",
                                         "null",
                                         "'null'",
                                         "'~'",
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
            cr_expect(i == 1 || i == 4 || i == 14, "%s: refused: %s", titles[i], status_message(0));
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

Test(config_print, markdown_has_a_row_for_every_key)
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
