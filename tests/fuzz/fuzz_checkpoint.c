/* libFuzzer: any bytes as a checkpoint.  What has no whole seal must be refused: HDF5 is not to see it.  What has one is left out: after
 * five million attempts the fuzzer forged it, as it watches the comparison of the digests, and a seal tells damage, not malice. */
#include "checkpoint.h"
#include "fuzz_file.h"
#include "seal.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char memory[4096];
    const struct state_part parts[] = {{.name = "outputs", .data = memory, .bytes = 64},
                                       {.name = "parameters", .data = memory, .bytes = 400}};
    struct checkpoint_identity identity;
    const char *name = fuzz_file(data, size, ".checkpoint.0");
    char path[64];
    snprintf(path, sizeof path, "%.*s", (int)(strlen(name) - strlen(".checkpoint.0")), name);
    if (!seal_holds(name) && (checkpoint_find(path, &identity) == OK || checkpoint_read(path, parts, 2, &identity) == OK))
        abort();
    status_clear();
    unlink(name);
    return 0;
}
