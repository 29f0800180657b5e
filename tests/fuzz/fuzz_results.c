/* libFuzzer: any bytes as a results file, for everything that reads one.  The reading is done by child processes, where HDF5 may crash;
 * the parent must get an answer, and what the program itself reads must not be at fault: scripts/fuzz.sh looks through the reports of
 * AddressSanitizer for its files.
 *
 * The children count what they cover in memory that they share with the parent: so the fuzzer is led by what they reach. */
#define _GNU_SOURCE
#include "fuzz_file.h"
#include "h5.h"
#include "reproduce.h"
#include "results.h"
#include "series.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int nanosleep(const struct timespec *wanted, struct timespec *left);

/* Where clang's counters are, one for each edge.  It declares their symbols itself in every file, so C cannot name them too. */
__asm__(".pushsection .data\n.balign 8\ncounters_range: .quad __start___sancov_cntrs, __stop___sancov_cntrs\n.popsection");
extern const uintptr_t counters_range[2];

/* A file that another process may be writing is tried again after a while: here none is. */
int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    (void)wanted, (void)left;
    return 0;
}

/* The whole pages of the counters become shared memory; the rest of the first and the last page stay private. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (counters_range[0] + page - 1) / page * page,
                    to = counters_range[1] / page * page;
    if (to > from && mmap((void *)from, to - from, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        exit(1);
    h5_quiet();
    H5open(); /* once, not in every child */
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
