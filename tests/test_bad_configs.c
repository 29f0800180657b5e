/* Every wrong configuration is answered by its exact message, within a second.
 *
 * tests/bad_configs/NAME.yaml holds one mistake or several, NAME.expected the messages, one per line.  What is too large or too odd for the
 * repository (100 MB, deep nesting, unreadable bytes) is made here, in a temporary folder. */
#define _POSIX_C_SOURCE 200809L
#include "config_vocabulary.h"
#include "partial.h"
#include "units.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const names[] = {
    "age_below_range",
    "age_out_of_range",
    "age_without_unit",
    "alias",
    "anchor_on_scalar",
    "boolean_quoted",
    "boolean_yes",
    "comma_decimal",
    "condition_twice",
    "condition_unknown",
    "conditions_not_a_list",
    "device_own_incomplete",
    "device_own_wrong",
    "device_unknown",
    "document_two",
    "dotted_key",
    "duplicate_key",
    "duplicate_parameter",
    "duplicate_section",
    "empty",
    "everything_at_once",
    "geometry_unknown",
    "hexadecimal",
    "infinite",
    "integer_fraction",
    "integer_huge",
    "integer_negative",
    "integer_octal",
    "integer_quoted",
    "integer_trailing",
    "key_is_list",
    "list_for_scalar",
    "list_for_section",
    "long_value",
    "long_value_utf8",
    "mapping_for_scalar",
    "merge_key",
    "model_missing",
    "model_unknown",
    "model_unknown_far",
    "not_a_number",
    "nul_character",
    "null_section",
    "null_value",
    "only_comments",
    "overflow",
    "parameter_at_top",
    "parameter_of_other_model",
    "parameter_range",
    "parameter_unit",
    "parameter_unknown",
    "scalar_for_section",
    "snapshots_backwards",
    "spacing_four",
    "spacing_unit",
    "syntax_bracket",
    "syntax_indent",
    "syntax_quote",
    "syntax_tab",
    "tag",
    "top_level_list",
    "top_level_scalar",
    "two_numbers",
    "unit_alone",
    "unit_dimension",
    "unit_unknown",
    "unknown_keys",
};
enum { N_NAMES = sizeof names / sizeof *names, TEXT = 16384 };

/* Reads `file` with the test vocabulary; returns the messages, one per line. */
static const char *messages_of(const char *file, enum status *status)
{
    static char text[TEXT];
    struct config *config = NULL;
    size_t used = 0;
    clock_t start = clock();
    *status = config_read(&file, 1, NULL, 0, &test_vocabulary, &config);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    cr_expect(seconds < 1.0, "%s: answered after %.2f s of processor time, wanted less than 1", file, seconds);
    cr_expect(*status == OK || !config, "%s: something was handed over in spite of an error", file);
    text[0] = '\0';
    for (size_t i = 0; i < status_count() && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", status_message(i));
    status_clear();
    config_destroy(&config);
    units_free();
    return text;
}

static void go_to(const char *folder)
{
    cr_assert(chdir(folder) == 0, "cannot enter %s", folder);
}

static void contents(const char *file, char *text)
{
    FILE *stream = fopen(file, "rb");
    cr_assert(stream, "cannot open %s", file);
    size_t n = fread(text, 1, TEXT - 1, stream);
    text[n] = '\0';
    fclose(stream);
}

ParameterizedTestParameters(bad_configs, gives_its_exact_messages)
{
    static int indices[N_NAMES];
    for (int i = 0; i < N_NAMES; i++)
        indices[i] = i;
    return cr_make_param_array(int, indices, N_NAMES);
}

ParameterizedTest(int *index, bad_configs, gives_its_exact_messages)
{
    char file[NAME_MAX], wanted[TEXT];
    enum status status;
    go_to(SOURCE_DIR "/tests/bad_configs");
    snprintf(file, sizeof file, "%s.expected", names[*index]);
    contents(file, wanted);
    snprintf(file, sizeof file, "%s.yaml", names[*index]);
    const char *observed = messages_of(file, &status);
    cr_expect(status == ERR_CONFIG, "%s: status %d, wanted %d", file, status, ERR_CONFIG);
    cr_expect(*wanted, "%s: no message is expected; a bad configuration has at least one", file);
    cr_expect_str_eq(observed, wanted, "%s\nobserved:\n%swanted:\n%s", file, observed, wanted);
}

Test(bad_configs, every_file_is_in_the_table)
{
    DIR *folder = opendir(SOURCE_DIR "/tests/bad_configs");
    int found = 0;
    cr_assert(folder, "tests/bad_configs is missing");
    for (struct dirent *entry; (entry = readdir(folder));) {
        char *suffix = strstr(entry->d_name, ".yaml");
        if (!suffix)
            continue;
        *suffix = '\0';
        bool listed = false;
        for (int i = 0; i < N_NAMES; i++)
            listed = listed || strcmp(names[i], entry->d_name) == 0;
        cr_expect(listed, "%s.yaml is not in the table", entry->d_name);
        found++;
    }
    closedir(folder);
    cr_expect(found == N_NAMES, "%d files, %d in the table", found, N_NAMES);
}

/* What the following tests write to. */
static char folder_name[PATH_MAX];

static void enter_temporary(void)
{
    cr_assert(partial_scratch(folder_name, sizeof folder_name) == OK, "no temporary folder");
    go_to(folder_name);
}

static void leave_temporary(void)
{
    unlink("bad.yaml");
    rmdir("bad.yaml");
    go_to("/");
    rmdir(folder_name);
}

TestSuite(bad_input, .init = enter_temporary, .fini = leave_temporary);

/* bad.yaml: `head`, then `unit` n times, then `tail`. */
static void write_repeated(const char *head, const char *unit, size_t n, const char *tail)
{
    FILE *stream = fopen("bad.yaml", "wb");
    cr_assert(stream, "cannot write bad.yaml");
    fputs(head, stream);
    for (size_t i = 0; i < n; i++)
        fputs(unit, stream);
    fputs(tail, stream);
    fclose(stream);
}

static void write_bytes(const void *bytes, size_t n)
{
    FILE *stream = fopen("bad.yaml", "wb");
    cr_assert(stream, "cannot write bad.yaml");
    fwrite(bytes, 1, n, stream);
    fclose(stream);
}

static void expect(const char *wanted)
{
    enum status status;
    const char *observed = messages_of("bad.yaml", &status);
    cr_expect(status == ERR_CONFIG, "status %d, wanted %d", status, ERR_CONFIG);
    cr_expect_str_eq(observed, wanted, "observed:\n%swanted:\n%s", observed, wanted);
}

Test(bad_input, missing_file_is_named)
{
    expect("bad.yaml: cannot be read: No such file or directory\n");
}

Test(bad_input, directory_is_refused)
{
    cr_assert(mkdir("bad.yaml", 0700) == 0, "cannot make a folder");
    expect("bad.yaml: is a directory, not a configuration\n");
}

Test(bad_input, unreadable_file_is_named)
{
    write_repeated("model: dermis\n", "", 0, "");
    cr_assert(chmod("bad.yaml", 0) == 0, "cannot change permissions");
    const uid_t before = geteuid(), nobody = 65534;
    if (before == 0) /* root can read everything */
        cr_assert(seteuid(nobody) == 0, "root cannot become nobody");
    expect("bad.yaml: cannot be read: Permission denied\n");
    cr_assert(seteuid(before) == 0, "cannot become oneself again");
}

Test(bad_input, hundred_megabytes_are_refused_unread)
{
    write_repeated("model: dermis\n", "", 0, "");
    cr_assert(truncate("bad.yaml", 100000000) == 0, "cannot make a large file");
    expect("bad.yaml: 100.0 MB is too large; a configuration has at most 1 MB\n");
}

Test(bad_input, endless_stream_is_cut)
{
    cr_assert(symlink("/dev/zero", "bad.yaml") == 0, "cannot link");
    expect("bad.yaml: is too large; a configuration has at most 1 MB\n");
}

Test(bad_input, deep_lists_are_refused)
{
    write_repeated("model: ", "[", 900000, "");
    expect("bad.yaml:1:15: nested more than 8 levels deep\n");
}

Test(bad_input, deep_mappings_are_refused)
{
    write_repeated("skin: ", "{a: ", 200000, "");
    expect("bad.yaml:1:35: nested more than 8 levels deep\n"
           "bad.yaml:1:8: skin.a: unknown key; one of site, epidermis, dermis, age, collagen, conditions\n");
}

Test(bad_input, alias_bomb_does_not_expand)
{
    FILE *stream = fopen("bad.yaml", "wb");
    cr_assert(stream, "cannot write bad.yaml");
    fputs("model: dermis\nparameters:\n  a0: &a0 [x, x]\n", stream);
    for (int i = 1; i < 3; i++)
        fprintf(stream, "  a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    fclose(stream);
    expect("bad.yaml:3:7: anchors ('&a0') are not supported; write the value where it is needed\n"
           "bad.yaml:4:7: anchors ('&a1') are not supported; write the value where it is needed\n"
           "bad.yaml:4:12: aliases ('*a0') are not supported; write the value out\n"
           "bad.yaml:4:17: aliases ('*a0') are not supported; write the value out\n"
           "bad.yaml:5:7: anchors ('&a2') are not supported; write the value where it is needed\n"
           "bad.yaml:5:12: aliases ('*a1') are not supported; write the value out\n"
           "bad.yaml:5:17: aliases ('*a1') are not supported; write the value out\n"
           "bad.yaml:3:3: parameters.a0: the model 'dermis' has no such parameter\n"
           "bad.yaml:4:3: parameters.a1: the model 'dermis' has no such parameter\n"
           "bad.yaml:5:3: parameters.a2: the model 'dermis' has no such parameter\n");
}

Test(bad_input, thousands_of_keys_are_refused)
{
    write_repeated("", "a: 1\n", 150000, "");
    enum status status;
    const char *observed = messages_of("bad.yaml", &status);
    cr_expect(strncmp(observed, "bad.yaml:1:1: a mapping of more than 1000 entries\n", 50) == 0, "observed:\n%.80s", observed);
}

Test(bad_input, thousands_of_numbers_are_refused)
{
    write_repeated("model: dermis\noutput: {snapshots: [", "1 day, ", 140000, "]}");
    expect("bad.yaml:2:21: a list of more than 1000 entries\n");
}

Test(bad_input, thousands_of_lists_are_refused)
{
    write_repeated("model: dermis\ntitle: [", "[1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9], ", 900, "]");
    expect("bad.yaml:2:20524: more than 10000 values and names\n");
}

Test(bad_input, thousands_of_documents_are_refused)
{
    write_repeated("", "--- {model: dermis}\n", 50000, "");
    expect("bad.yaml:2:1: a second document begins here; one file holds one configuration\n");
}

Test(bad_input, megabyte_in_one_name_is_clipped)
{
    write_repeated("model: dermis\n? ", "x", 900000, "\n: 1\n");
    expect(
        "bad.yaml:2:3: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...: unknown key; one of model, title, skin, treatment, "
        "domain, run, output, checkpoint, parameters, devices\n");
}

Test(bad_input, binary_rubbish_is_refused)
{
    static const unsigned char bytes[] = {0x7F, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0xFF, 0xFE, 0x80, 0, '\n', 3};
    write_bytes(bytes, sizeof bytes);
    expect("bad.yaml:1:1: not valid YAML: control characters are not allowed\n");
}

Test(bad_input, invalid_utf8_is_refused_where_it_stands)
{
    static const char bytes[] = "model: dermis\ntitle: caf\xE9 noir\n";
    write_bytes(bytes, sizeof bytes - 1);
    expect("bad.yaml:2:12: not valid YAML: invalid trailing UTF-8 octet\n");
}

Test(bad_input, utf16_is_refused)
{
    static const char bytes[] = "\xFF\xFEm\0o\0d\0e\0l\0:\0 \0d\0\n\0";
    write_bytes(bytes, sizeof bytes - 1);
    expect("bad.yaml:1:1: not valid YAML: invalid leading UTF-8 octet\n");
}

Test(bad_input, nul_bytes_are_refused)
{
    static const char bytes[] = "model: dermis\n\0skin: {age: 430 years}\n";
    write_bytes(bytes, sizeof bytes - 1);
    expect("bad.yaml:2:1: not valid YAML: control characters are not allowed\n");
}

Test(bad_input, terminal_escapes_are_not_passed_on)
{
    write_repeated("model: \"\\e[31mred\"\n", "", 0, "");
    expect("bad.yaml:1:8: model: ' [31mred' is unknown; one of dermis, sham\n");
}

Test(bad_input, hundreds_of_errors_stay_readable)
{
    FILE *stream = fopen("bad.yaml", "wb");
    cr_assert(stream, "cannot write bad.yaml");
    fputs("model: dermis\n", stream);
    for (int i = 0; i < 900; i++)
        fprintf(stream, "key_%d: 1\n", i);
    fclose(stream);
    enum status status;
    const char *file = "bad.yaml";
    struct config *config = NULL;
    status = config_read(&file, 1, NULL, 0, &test_vocabulary, &config);
    cr_expect(status == ERR_CONFIG && status_count() == 100, "status %d with %zu sentences, wanted %d with 100", status, status_count(),
              ERR_CONFIG);
    status_clear();
    units_free();
}
