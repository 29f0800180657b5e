/* Work in a child process: what it prints and what it says come back; its death does not. */
#define _GNU_SOURCE
#include "isolate.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum status behave(const void *job, FILE *stream)
{
    const char *how = job;
    fprintf(stream, "printed");
    if (!strcmp(how, "crash"))
        raise(SIGSEGV);
    if (!strcmp(how, "leave")) /* as sanitizers do */
        _exit(ERR_CHECK);
    while (!strcmp(how, "hang"))
        pause();
    if (!strcmp(how, "differ"))
        return ERR_CHECK;
    return strcmp(how, "fail") ? OK : status_fail(ERR_IO, "file: no such thing");
}

static void expect(const char *how, enum status wanted, const char *sentence)
{
    char untouched[] = "untouched", *text = untouched;
    size_t length = 99;
    const enum status status = isolate_print("file", behave, how, 1, &text, &length);
    cr_expect(status == wanted, "%s: status %d, wanted %d", how, (int)status, (int)wanted);
    if (sentence) {
        cr_expect(text == untouched && length == 99, "%s: text or length changed", how);
        cr_expect(status_count() == 1 && !strcmp(status_message(0), sentence), "%s: said '%s', wanted '%s'", how, status_message(0),
                  sentence);
    } else {
        cr_assert(text != untouched, "%s: no text", how);
        cr_expect(length == 7 && !strcmp(text, "printed"), "%s: printed '%s' (%zu bytes)", how, text, length);
        free(text);
    }
    status_clear();
}

Test(isolate, what_is_printed_comes_back)
{
    expect("print", OK, NULL);
    expect("differ", ERR_CHECK, NULL);
}

Test(isolate, an_error_comes_back_as_its_sentence)
{
    expect("fail", ERR_IO, "file: no such thing");
}

Test(isolate, death_and_hanging_are_errors_and_end_the_child_alone)
{
    expect("crash", ERR_IO, "file: is damaged: HDF5 cannot read it");
    expect("leave", ERR_IO, "file: is damaged: HDF5 cannot read it");
    expect("hang", ERR_IO, "file: is damaged: HDF5 did not come back from it within 1 s");
}
