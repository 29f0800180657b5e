/* The verification report passes, says the same every time, and sees what is wrong. */
#include "model_use.h"
#include "verify_internal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a report prints; the caller frees. */
static char *printed(const char *only, enum verify_format format, enum status *status)
{
    FILE *file = tmpfile();
    *status = verify_report(only, false, format, file);
    const size_t n = (size_t)ftell(file);
    char *text = calloc(n + 1, 1);
    rewind(file);
    cr_assert(fread(text, 1, n, file) == n);
    fclose(file);
    return text;
}

Test(verify, every_problem_passes)
{
    enum status status;
    char *text = printed(NULL, VERIFY_TEXT, &status), name[16];
    cr_assert(status == OK && !strstr(text, "FAIL"), "\n%s", text);
    for (int i = 1; i <= 15; i++) {
        snprintf(name, sizeof name, "\nV%d ", i);
        cr_assert(strstr(text, name), "V%d has no row", i);
    }
    free(text);
}

Test(verify, says_the_same_every_time)
{
    static const char *const problems[] = {"V2", "V9", "V13"};
    for (size_t i = 0; i < 3; i++) {
        enum status status;
        char *first = printed(problems[i], VERIFY_MARKDOWN, &status), *second = printed(problems[i], VERIFY_MARKDOWN, &status);
        cr_assert_str_eq(first, second);
        cr_assert(strstr(first, "|---|"), "no Markdown:\n%s", first);
        free(first);
        free(second);
    }
}

Test(verify, knows_its_problems)
{
    enum status status;
    char *text = printed("V17", VERIFY_TEXT, &status);
    cr_assert(status == ERR_CONFIG && !*text, "status %d, printed '%s'", (int)status, text);
    cr_assert_str_eq(status_message(0), "verify: 'V17' is not a problem; there are V1 to V16");
    free(text);
    status_clear();
}

/* Each kind of row fails on what it must not let pass, not-a-number included. */
Test(verify, a_wrong_row_fails)
{
    const double size[] = {8, 16, 32}, second[] = {0.16, 0.04, 0.01}, first[] = {0.16, 0.08, 0.04}, bad[] = {0.16, 0.04, NAN};
    struct report r = {.stream = tmpfile(), .problem = "V0"};
    verify_value(&r, "right", 1.0, 1.09, 0.1);
    verify_at_most(&r, "right", 1e-3, 1e-3);
    verify_order(&r, "right", 2.0, 0.02, 3, size, second);
    cr_assert(r.failed == 0 && status_count() == 0, "%zu of 3 right rows fail", r.failed);
    verify_value(&r, "too large", 1.0, 1.11, 0.1);
    verify_value(&r, "too small", 1.0, 0.89, 0.1);
    verify_value(&r, "no number", 1.0, NAN, 0.1);
    verify_at_most(&r, "too large", 1e-3, 1.1e-3);
    verify_at_most(&r, "no number", 1e-3, NAN);
    verify_order(&r, "order 1", 2.0, 1.0, 3, size, first);
    verify_order(&r, "error too large", 2.0, 0.005, 3, size, second);
    verify_order(&r, "no number", 2.0, 1.0, 3, size, bad);
    cr_assert(r.failed == 8 && r.rows == 11, "%zu of 8 wrong rows fail", r.failed);
    cr_assert_eq(status_count(), 8);
    cr_assert_str_eq(status_message(0), "V0: too large: observed 1.11, expected 1 +- 0.1");
    status_clear();
    fclose(r.stream);
}

/* A fault in the physics reaches a row: a cosine that decays with 1.01 D. */
Test(verify, a_planted_fault_is_seen)
{
    static const struct lab_axis axis[3] = {{16, 0, 1, 0, false}, {1, 0, 1, 0, false}, {1, 0, 1, 0, false}};
    struct report r = {.stream = tmpfile(), .problem = "V2"};
    for (int fault = 0; fault < 2; fault++) {
        const struct setting set[] = {{"diffusivity", fault ? 1.01 : 1.0}, {"cosine_amplitude", 0.5}, {"cosine_x", M_PI}, {NULL, 0}};
        struct lab lab;
        cr_assert(lab_create(model_find("diffusion"), set, SLAB, axis, 1e-6, &lab) == OK);
        cr_assert(lab_run(&lab, 0.1) == OK);
        const double h = 1.0 / 16, s = 2 * sin(0.5 * M_PI * h) / h;
        const double left = (lab_species(&lab, "substance")[0] - 1) / (0.5 * cos(0.5 * M_PI * h));
        verify_value(&r, "rate of decay", s * s, -log(left) / 0.1, 0.01);
        cr_assert(r.failed == (size_t)fault, "with D x %g %zu rows fail", fault ? 1.01 : 1.0, r.failed);
        lab_destroy(&lab);
    }
    status_clear();
    fclose(r.stream);
}
