/* Work on files from strangers, in a child process: HDF5 1.10 can crash, hang or free wild pointers on a damaged file (AddressSanitizer
 * shows it), and then only the child dies. */
#ifndef NEEDLEWORK_ISOLATE_H
#define NEEDLEWORK_ISOLATE_H

#include "status.h"

#include <stddef.h>
#include <stdio.h>

/* Calls print(job, stream) in a child process, for at most `seconds` (0 = any time), and hands over what it printed.
 *
 *   path     the file it reads, for messages
 *   print    returns OK, ERR_CHECK, or an error with its sentence recorded; must not use threads
 *   text     malloc'd, ended by a NUL, owned by the caller; untouched unless OK or ERR_CHECK is returned
 *   length   bytes of the text, likewise
 *
 * Returns what `print` returned, its first sentence recorded here too; ERR_IO when the child died or took too long.
 * Tested in: test_results_trouble, test_isolate. */
enum status isolate_print(const char *path, enum status (*print)(const void *job, FILE *stream), const void *job, unsigned seconds,
                          char **text, size_t *length);

#endif
