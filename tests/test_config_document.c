/* Documents: every wrong node reported at its place, all at once. */
#include "config_document.h"
#include "config_vocabulary.h"
#include "units.h"

#include <criterion/criterion.h>
#include <string.h>

static struct config_document *document_of(const char *text)
{
    struct config_document *document = NULL;
    cr_assert(config_document_parse(text, strlen(text), "spec.yaml", &document) == OK, "%s", status_message(0));
    return document;
}

static void expect_message(size_t i, const char *wanted)
{
    cr_expect(i < status_count() && strcmp(status_message(i), wanted) == 0, "message %zu is '%s', wanted '%s'", i,
              i < status_count() ? status_message(i) : "(none)", wanted);
}

Test(config_document, gives_checked_values)
{
    struct config_document *document = document_of("length: 1.5 mm\nn: 3\nyes: true\nname: lhs\nlist: [a, b]\nin: {x: 2 weeks}\n");
    const struct config_node *root = config_document_root(document);
    static const char *const names[] = {"length", "n", "yes", "name", "list", "in", NULL}, *const choices[] = {"grid", "lhs", NULL};
    double number = 0.0;
    long n = 0;
    bool yes = false;
    size_t index = 0, entries = 0;
    const char *text = NULL;
    cr_expect(config_document_mapping(document, root, "", names), "mapping");
    cr_expect(config_document_number(document, config_document_find(root, "length"), "length", "um", 0, 1e4, &number) && number == 1500.0,
              "%g um", number);
    cr_expect(config_document_integer(document, config_document_find(root, "n"), "n", 1, 9, &n) && n == 3, "%ld", n);
    cr_expect(config_document_boolean(document, config_document_find(root, "yes"), "yes", &yes) && yes, "yes");
    cr_expect(config_document_choice(document, config_document_find(root, "name"), "name", choices, &index) && index == 1, "%zu", index);
    cr_expect(config_document_text(document, config_document_find(root, "name"), "name", &text) && strcmp(text, "lhs") == 0, "%s", text);
    cr_expect(config_document_list(document, config_document_find(root, "list"), "list", 1, 2, &entries) && entries == 2, "%zu", entries);
    const struct config_node *x = config_document_find(config_document_find(root, "in"), "x");
    cr_expect(x && config_document_number(document, x, "in.x", "day", 0, 100, &number) && number == 14.0, "%g days", number);
    cr_expect(!config_document_find(root, "other") && !config_document_find(NULL, "x"), "what is not there");
    cr_expect(config_document_status(document) == OK && status_count() == 0, "%s", status_message(0));
    cr_expect(strncmp(config_document_source(document), "length: 1.5 mm\n", 15) == 0, "source");
    config_document_destroy(&document);
    units_free();
}

Test(config_document, reports_all_errors_at_their_places)
{
    struct config_document *document = document_of("samlpes: 3\nlength: 15 kg\nn: 12\nn: 4\nlist: 3\nname: lsh\nin: {y: 1}\n");
    const struct config_node *root = config_document_root(document);
    static const char *const names[] = {"length", "n", "samples", "name", "list", "in", NULL}, *const choices[] = {"grid", "lhs", NULL};
    double number;
    long n;
    size_t index, entries;
    cr_expect(!config_document_mapping(document, root, "", names), "mapping");
    cr_expect(!config_document_number(document, config_document_find(root, "length"), "length", "mm", 0, 9, &number), "length");
    cr_expect(!config_document_integer(document, config_document_find(root, "n"), "n", 1, 9, &n), "n");
    cr_expect(!config_document_list(document, config_document_find(root, "list"), "list", 1, 2, &entries), "list");
    cr_expect(!config_document_choice(document, config_document_find(root, "name"), "name", choices, &index), "name");
    cr_expect(!config_document_need(document, config_document_find(root, "in"), "in", "x"), "x");
    expect_message(0, "spec.yaml:1:1: samlpes: unknown key; did you mean 'samples'?");
    expect_message(1, "spec.yaml:4:1: n: given twice (first in line 3)");
    expect_message(2, "spec.yaml:2:9: length: '15 kg' is not a length; give it in mm");
    expect_message(3, "spec.yaml:3:4: n: 12 is outside 1 to 9");
    expect_message(4, "spec.yaml:5:7: list: needs a list, such as [one, two], not a single value");
    expect_message(5, "spec.yaml:6:7: name: 'lsh' is unknown; did you mean 'lhs'?");
    expect_message(6, "spec.yaml:7:1: in.x: is missing");
    cr_expect(config_document_status(document) == ERR_CONFIG, "status");
    config_document_destroy(&document);
    units_free();
}

Test(config_document, finds_settings_and_suggests)
{
    struct config_document *document = document_of("a: 1\n");
    const struct config_node *at = config_document_root(document)->child->key;
    struct config_setting setting;
    cr_expect(config_document_setting(document, at, "treatment.needle.length", &test_vocabulary, "dermis", &setting) &&
                  setting.key == CONFIG_NEEDLE_LENGTH && strcmp(setting.unit, "mm") == 0 && setting.hi == 6.0,
              "a key");
    cr_expect(config_document_setting(document, at, "parameters.tgfb_loss", &test_vocabulary, "dermis", &setting) && setting.key == -1,
              "a parameter");
    cr_expect(!config_document_setting(document, at, "treatment.needle.lenght", &test_vocabulary, "dermis", &setting), "typing error");
    cr_expect(!config_document_setting(document, at, "interval", &test_vocabulary, "dermis", &setting), "without its section");
    cr_expect(!config_document_setting(document, at, "tgfb_loss", &test_vocabulary, "dermis", &setting), "without parameters.");
    cr_expect(!config_document_setting(document, at, "parameters.tgfb_los", &test_vocabulary, "dermis", &setting), "wrong parameter");
    expect_message(0, "spec.yaml:1:1: treatment.needle.lenght: unknown key; did you mean 'treatment.needle.length'?");
    expect_message(1, "spec.yaml:1:1: interval: unknown key; did you mean 'treatment.interval'?");
    expect_message(2, "spec.yaml:1:1: tgfb_loss: unknown key; did you mean 'parameters.tgfb_loss'?");
    expect_message(3, "spec.yaml:1:1: parameters.tgfb_los: the model 'dermis' has no such parameter; did you mean 'tgfb_loss'?");
    config_document_destroy(&document);
}

Test(config_document, refuses_what_is_no_document)
{
    static const char *const texts[] = {"", "just text", "[a, b]", "a: [1, 2", "a: 1\n---\nb: 2\n", "a: *b\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct config_document *document = NULL;
        status_clear();
        enum status status = config_document_parse(texts[i], strlen(texts[i]), "spec.yaml", &document);
        if (status == OK)
            status = config_document_status(document);
        cr_expect(status == ERR_CONFIG && status_count() > 0, "'%s' was accepted", texts[i]);
        config_document_destroy(&document);
    }
    struct config_document *document = NULL;
    cr_expect(config_document_read("/nowhere.yaml", &document) == ERR_CONFIG && !document, "a missing file");
}
