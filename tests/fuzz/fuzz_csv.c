/* libFuzzer: any bytes as comma-separated values.  Every cell of what is accepted can be read. */
#include "csv.h"
#include "fuzz_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv csv = {0};
    size_t length = 0;
    const char *path = fuzz_file(data, size, ".csv");
    if (csv_read(path, &csv) == OK)
        for (size_t row = 0; row < csv.rows; row++)
            for (size_t column = 0; column < csv.columns; column++)
                length += strlen(csv_cell(&csv, row, column));
    if (length > size)
        abort();
    csv_destroy(&csv);
    status_clear();
    unlink(path);
    return 0;
}
