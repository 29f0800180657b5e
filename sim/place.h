/* Where the program is, and the files that came with it: share/needlework beside the folder of an installed program, wherever that was
 * moved to, or the top of the tree of one that is still in its build folder. */
#ifndef NEEDLEWORK_PLACE_H
#define NEEDLEWORK_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* The absolute path of the program, or of libneedlework.so in somebody else's; false when it is longer than n or not known. */
bool place_program(char *path, size_t n);

/* The path of a file that came with the program ("configs/quickstart.yaml"); false when there is none. */
bool place_file(const char *name, char *path, size_t n);

#endif
