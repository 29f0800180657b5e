#include "status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 100, LENGTH = 1024 }; /* sentences of either kind, bytes of one */

struct sentence {
    bool warning;
    char text[LENGTH];
};

static _Thread_local struct sentence *sentences;     /* [2 KEPT], owned, or spare; NULL until the first one */
static _Thread_local struct sentence spare[2];       /* where there is no memory to say so */
static _Thread_local size_t n_kept[2], n_dropped[2]; /* errors, warnings */

static void record(bool warning, const char *format, va_list arguments)
{
    if (!sentences)
        sentences = malloc(2 * KEPT * sizeof *sentences);
    if (!sentences)
        sentences = spare;
    if (n_kept[warning] == (sentences == spare ? 1 : KEPT)) { /* of its own kind: warnings must not push an error out */
        n_dropped[warning]++;
        return;
    }
    struct sentence *next = &sentences[n_kept[false] + n_kept[true]];
    next->warning = warning;
    vsnprintf(next->text, LENGTH, format, arguments);
    n_kept[warning]++;
}

enum status status_fail(enum status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(false, format, arguments);
    va_end(arguments);
    return code;
}

void status_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(true, format, arguments);
    va_end(arguments);
}

size_t status_count(void)
{
    return n_kept[false];
}

size_t status_warnings(void)
{
    return n_kept[true];
}

/* The i-th sentence of one kind. */
static const char *find(bool warning, size_t i)
{
    for (size_t k = 0; k < n_kept[false] + n_kept[true]; k++)
        if (sentences[k].warning == warning && i-- == 0)
            return sentences[k].text;
    return "";
}

const char *status_message(size_t i)
{
    return find(false, i);
}

const char *status_warning(size_t i)
{
    return find(true, i);
}

bool status_lacks_memory(void)
{
    for (size_t i = 0; i < n_kept[false]; i++)
        if (strstr(find(false, i), "out of memory"))
            return true;
    return false;
}

void status_print(FILE *stream)
{
    static const char *const kind[] = {"error", "warning"};
    for (size_t k = 0; k < n_kept[false] + n_kept[true]; k++)
        fprintf(stream, "needlework: %s: %s\n", kind[sentences[k].warning], sentences[k].text);
    for (int warning = 1; warning >= 0; warning--)
        if (n_dropped[warning])
            fprintf(stream, "needlework: %s: and %zu more\n", kind[warning], n_dropped[warning]);
    status_clear();
}

void status_clear(void)
{
    if (sentences != spare)
        free(sentences);
    sentences = NULL;
    n_kept[false] = n_kept[true] = n_dropped[false] = n_dropped[true] = 0;
}

enum status status_no_memory(const char *what, size_t bytes)
{
    return status_fail(ERR_IO, "out of memory for %s (%zu bytes)", what, bytes);
}
