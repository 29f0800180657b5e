/* libFuzzer: any bytes as a results file, for everything that reads one.  The reading is done by child processes. */
#define _GNU_SOURCE
#include "fuzz_children.h"
#include "fuzz_file.h"
#include "reproduce.h"
#include "results.h"
#include "series.h"

#include <string.h>
#include <time.h>

int nanosleep(const struct timespec *wanted, struct timespec *left);

/* A file that another process may be writing is tried again after a while: here none is. */
int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    (void)wanted, (void)left;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    struct series series = {0};
    char *text = NULL;
    const char *path = fuzz_file(data, size, ".h5"), *good = getenv("FUZZ_GOOD");
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    results_info(path, nowhere);
    if (results_text(path, "configuration_resolved", &text) == OK)
        free(text);
    if (good)
        reproduce_compare(path, good, 1e-3, false, nowhere);
    series_read(path, &series);
    series_destroy(&series);
    status_clear();
    unlink(path);
    return 0;
}
