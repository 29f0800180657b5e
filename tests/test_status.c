/* Sentences: errors and warnings are kept apart, and what is not kept is counted as what it was. */
#define _POSIX_C_SOURCE 200809L
#include "status.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 100 }; /* of each kind, as status.h says */

static char *printed(void)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    cr_assert(stream != NULL);
    status_print(stream);
    fclose(stream);
    return text;
}

Test(status, an_error_after_many_warnings_is_kept)
{
    for (int i = 0; i < KEPT + 50; i++)
        status_warn("warning %d", i);
    cr_assert(status_fail(ERR_IO, "late") == ERR_IO);
    cr_assert(status_count() == 1 && strcmp(status_message(0), "late") == 0, "%zu errors, the first '%s'", status_count(),
              status_message(0));
    cr_assert(status_warnings() == KEPT, "%zu warnings kept, wanted %d", status_warnings(), KEPT);
    char *text = printed();
    cr_assert(strstr(text, "needlework: error: late\n") && strstr(text, "needlework: warning: and 50 more\n"), "printed %s", text);
    cr_assert(!strstr(text, "error: and"), "a warning is counted as an error: %s", text);
    free(text);
}

Test(status, what_is_beyond_the_hundredth_error_is_counted)
{
    for (int i = 0; i < KEPT + 30; i++)
        status_fail(ERR_CONFIG, "error %d", i);
    status_warn("kept");
    cr_assert(status_count() == KEPT && strcmp(status_message(KEPT - 1), "error 99") == 0, "%zu errors, the last '%s'", status_count(),
              status_message(KEPT - 1));
    cr_assert(strcmp(status_warning(0), "kept") == 0, "the first warning is '%s'", status_warning(0));
    char *text = printed();
    cr_assert(strstr(text, "needlework: error: and 30 more\n") && !strstr(text, "warning: and"), "printed %s", text);
    free(text);
    cr_assert(status_count() == 0 && status_warnings() == 0, "printing does not forget");
}
