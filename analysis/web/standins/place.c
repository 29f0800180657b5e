/* No program file and nothing beside it in a browser. */
#include "place.h"

bool place_program(char *path, size_t n)
{
    (void)path, (void)n;
    return false;
}

bool place_file(const char *name, char *path, size_t n)
{
    (void)name, (void)path, (void)n;
    return false;
}
