/* Work in a child process: what it prints and what it says come back; its death does not. */
#define _GNU_SOURCE
#include "isolate.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static enum status behave(const void *job, FILE *stream)
{
    const char *how = job;
    fprintf(stream, "printed");
    if (!strcmp(how, "crash"))
        raise(SIGSEGV);
    if (!strcmp(how, "leave")) /* as sanitizers do */
        _exit(ERR_CHECK);
    if (!strcmp(how, "exit")) /* as HDF5 does when its start fails */
        _exit(255);
    if (!strcmp(how, "starve"))
        _exit(ERR_IO);
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
    expect("exit", ERR_IO, "file: is damaged: HDF5 cannot read it");
    expect("starve", ERR_IO, "file: out of memory while it was read");
    expect("hang", ERR_IO, "file: is damaged: HDF5 did not come back from it within 1 s");
}

/* ---- streams --------------------------------------------------------------------------------------------------------------------- */

enum { MUCH = 1 << 22 }; /* bytes, many times what a pipe holds */

/* As many bytes as asked for, or more or less than that. */
static enum status pour(const void *job, FILE *stream)
{
    static char bytes[1 << 16];
    const char *how = job;
    size_t rest = MUCH;
    rest += strcmp(how, "long") == 0;
    rest -= strcmp(how, "short") == 0;
    memset(bytes, 'x', sizeof bytes);
    for (size_t n; rest > 0; rest -= n) {
        n = rest < sizeof bytes ? rest : sizeof bytes;
        if (fwrite(bytes, 1, n, stream) != n)
            return ERR_IO;
        if (rest < MUCH / 2 && !strcmp(how, "crash"))
            raise(SIGSEGV);
        if (rest < MUCH / 2 && !strcmp(how, "starve"))
            _exit(ERR_IO);
        while (rest < MUCH / 2 && !strcmp(how, "hang"))
            pause();
        while (!strcmp(how, "chatter"))
            putc('x', stream);
    }
    return strcmp(how, "fail") ? OK : status_fail(ERR_IO, "not handed over");
}

static bool drink(void *taker, int descriptor)
{
    char *bytes = taker;
    size_t done = 0;
    for (ssize_t n; done < MUCH && (n = read(descriptor, bytes + done, MUCH - done)) > 0;)
        done += (size_t)n;
    return done == MUCH;
}

static void expect_stream(const char *how, enum status wanted)
{
    char *bytes = calloc(1, MUCH);
    const enum status status = isolate_stream("file", pour, how, 1, drink, bytes);
    cr_expect(status == wanted, "%s: status %d, wanted %d", how, (int)status, (int)wanted);
    cr_expect(status_count() == (wanted == ERR_IO), "%s: said '%s'", how, status_message(0));
    for (size_t i = 0; status == OK && i < MUCH; i++)
        cr_assert(bytes[i] == 'x', "%s: byte %zu differs", how, i);
    free(bytes);
    cr_expect(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "%s: a child is left", how);
}

Test(isolate, what_is_poured_through_a_pipe_arrives_whole)
{
    expect_stream("pour", OK);
}

Test(isolate, too_little_too_much_an_error_death_and_hanging_are_no_stream, .timeout = 30)
{
    for (const char *const *how = (const char *const[]){"short", "long", "chatter", "fail", "crash", "hang", NULL}; *how; how++)
        expect_stream(*how, ERR_CHECK);
}

Test(isolate, no_memory_is_no_damage)
{
    expect_stream("starve", ERR_IO);
    cr_expect(!strcmp(status_message(0), "file: out of memory while it was read"), "said '%s'", status_message(0));
}
