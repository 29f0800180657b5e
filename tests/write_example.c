/* Writes an example results file for test_results.py: write_example FILE [GEOMETRY [DAYS]], or write_example --info FILE. */
#include "results_example.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    enum status status = ERR_CONFIG;
    int geometry = UNIT_CELL;
    if (argc == 3 && !strcmp(argv[1], "--info"))
        status = results_info(argv[2], stdout);
    else if (argc >= 2) {
        for (int g = 0; argc > 2 && geometry_names[g]; g++)
            if (!strcmp(argv[2], geometry_names[g]))
                geometry = g;
        status = example_write(argv[1], false, (enum geometry)geometry, argc > 3 ? atoi(argv[3]) : 28);
    }
    status_print(stderr);
    return (int)status;
}
