/* What can go wrong, and in which words.
 *
 * A failing site records one sentence (or several: a configuration reports all its errors at once) and returns a code; callers only
 * pass the code on; main prints the sentences and turns the code into the exit code of the program.  Sentences are kept per thread. */
#ifndef NEEDLEWORK_STATUS_H
#define NEEDLEWORK_STATUS_H

#include <stdbool.h>
#include <stdio.h>

/* The values are the exit codes of the program. */
enum status {
    OK = 0,
    ERR_CHECK = 1,    /* the program ran, a check or some runs failed */
    ERR_CONFIG = 2,   /* the command, the configuration or the protocol is wrong; nothing written */
    ERR_NUMERICS = 3, /* step underflow or non-finite value */
    ERR_IO = 4,       /* reading, writing or memory failed */
    STOPPED = 75      /* stopped on request, resumable */
};

#define STATUS_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Records one sentence and returns `code`.  After 100 errors, and after 100 warnings, only their number is kept. */
enum status status_fail(enum status code, const char *format, ...) STATUS_PRINTF(2, 3);

/* Likewise for something the user should know but that does not stop the program; `status_print` tells errors from warnings. */
void status_warn(const char *format, ...) STATUS_PRINTF(1, 2);

/* The sentences so far: `status_count()` errors, the i-th one (0 <= i < count); likewise the warnings.  Valid until status_clear. */
size_t status_count(void);
size_t status_warnings(void);
const char *status_message(size_t i);
const char *status_warning(size_t i);

/* Whether one of the errors so far says "out of memory". */
bool status_lacks_memory(void);

/* Prints every recorded warning and error as `needlework: warning: ...` / `needlework: error: ...`, then forgets them. */
void status_print(FILE *stream);
void status_clear(void);

/* Shorthand for a failed allocation: "out of memory for <what> (<bytes> bytes)". */
enum status status_no_memory(const char *what, size_t bytes);

#endif
