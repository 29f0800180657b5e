#include "status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 100, LENGTH = 1024 };

struct sentence {
    bool warning;
    char text[LENGTH];
};

static _Thread_local struct sentence *sentences; /* [KEPT], NULL until the first one */
static _Thread_local size_t n_kept, n_errors, n_dropped;

static void record(bool warning, const char *format, va_list arguments)
{
    if (!sentences)
        sentences = malloc(KEPT * sizeof *sentences);
    if (!sentences || n_kept == KEPT) {
        n_dropped++;
        return;
    }
    sentences[n_kept].warning = warning;
    vsnprintf(sentences[n_kept].text, LENGTH, format, arguments);
    n_kept++;
    n_errors += !warning;
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
    return n_errors;
}

size_t status_warnings(void)
{
    return n_kept - n_errors;
}

/* The i-th sentence of one kind. */
static const char *find(bool warning, size_t i)
{
    for (size_t k = 0; k < n_kept; k++)
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

void status_print(FILE *stream)
{
    for (size_t k = 0; k < n_kept; k++)
        fprintf(stream, "needlework: %s: %s\n", sentences[k].warning ? "warning" : "error", sentences[k].text);
    if (n_dropped)
        fprintf(stream, "needlework: error: and %zu more\n", n_dropped);
    status_clear();
}

void status_clear(void)
{
    free(sentences);
    sentences = NULL;
    n_kept = n_errors = n_dropped = 0;
}

enum status status_no_memory(const char *what, size_t bytes)
{
    return status_fail(ERR_IO, "out of memory for %s (%zu bytes)", what, bytes);
}
