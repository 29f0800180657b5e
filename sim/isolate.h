/* Work on files from strangers, in a child process: HDF5 1.10 can crash, hang or free wild pointers on a damaged file (AddressSanitizer
 * shows it), and then only the child dies. */
#ifndef NEEDLEWORK_ISOLATE_H
#define NEEDLEWORK_ISOLATE_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Calls print(job, stream) in a child process, for at most `seconds` (0 = any time), and hands over what it printed.
 *
 *   path     the file it reads, for messages
 *   print    returns OK, ERR_CHECK, or an error with its sentence recorded; must not use threads
 *   text     malloc'd, ended by a NUL, owned by the caller; untouched unless OK or ERR_CHECK is returned
 *   length   bytes of the text, likewise
 *
 * Returns what `print` returned, its first sentence recorded here too; ERR_IO when the child died, took too long or was refused memory.
 * Tested in: test_results_trouble, test_isolate. */
enum status isolate_print(const char *path, enum status (*print)(const void *job, FILE *stream), const void *job, unsigned seconds,
                          char **text, size_t *length);

/* For what is too large to be held twice: while the child prints, take(taker, descriptor) reads it from a pipe, and says whether it got all
 * that it wanted.  `print` may ask for more time with alarm().
 *
 * Returns OK when `print` returned OK and printed what was taken, no more and no less; ERR_CHECK when not, or when the child died or took
 * too long, with nothing recorded; ERR_IO when there is no process to be had or the child was refused memory.  Tested in: test_isolate. */
enum status isolate_stream(const char *path, enum status (*print)(const void *job, FILE *stream), const void *job, unsigned seconds,
                           bool (*take)(void *taker, int descriptor), void *taker);

/* Whether this process is such a child: the program lets it end where it is refused memory, whoever asked (main_memory.c). */
extern bool isolate_in_child;

#endif
