/* For readers whose work is done by child processes, where HDF5 may crash: the parent must get an answer, and what the program itself does
 * must not be at fault; scripts/fuzz.sh looks through the reports of AddressSanitizer for its files.
 *
 * The children count what they cover in memory that they share with the parent: so the fuzzer is led by what they reach. */
#ifndef NEEDLEWORK_FUZZ_CHILDREN_H
#define NEEDLEWORK_FUZZ_CHILDREN_H

#include "h5.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* clang's counters, one for each edge, begin with a page: the files that are linked first, the readers, are on whole pages then. */
__asm__(".pushsection __sancov_cntrs,\"aw\",@progbits\n.balign 4096\n.popsection");
/* Where they are.  clang declares their symbols itself in every file, so C cannot name them too. */
__asm__(".pushsection .data\n.balign 8\ncounters_range: .quad __start___sancov_cntrs, __stop___sancov_cntrs\n.popsection");
extern const uintptr_t counters_range[2];

/* Nobody waits a minute for a child that hangs in HDF5. */
unsigned alarm(unsigned seconds)
{
    const struct itimerval wait = {.it_value.tv_sec = seconds < 2 ? seconds : 2};
    setitimer(ITIMER_REAL, &wait, NULL);
    return 0;
}

/* The whole pages of the counters become shared memory; the rest of the last page stays private. */
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

#endif
