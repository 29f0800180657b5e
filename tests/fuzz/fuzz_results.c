/* libFuzzer: any bytes as a results file, for everything that reads one.  The reading is done by child processes, where HDF5 may crash;
 * the parent must get an answer, and what the program itself reads must not be at fault: scripts/fuzz.sh looks through the reports of
 * AddressSanitizer for its files. */
#include "fuzz_file.h"
#include "reproduce.h"
#include "results.h"
#include "series.h"

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
