/* The input of a fuzzer as a file, for readers of files: always the same one, in memory. */
#ifndef NEEDLEWORK_FUZZ_FILE_H
#define NEEDLEWORK_FUZZ_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline const char *fuzz_file(const uint8_t *data, size_t size, const char *suffix)
{
    static char path[64];
    snprintf(path, sizeof path, "/dev/shm/needlework-fuzz-%ld%s", (long)getpid(), suffix);
    FILE *stream = fopen(path, "wb");
    if (!stream || fwrite(data, 1, size, stream) != size || fclose(stream) != 0)
        exit(1);
    return path;
}

#endif
