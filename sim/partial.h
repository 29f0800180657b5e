/* Files on their way: what is not whole yet stands beside its place as PATH.MACHINE-PROCESS.partial until it is renamed; a copy of that,
 * made while it still grows, as PATH.MACHINE-PROCESS.copy.partial.
 *
 * MACHINE is a number made of the host's name, so that runs on several machines of a cluster do not meet in a common folder.
 * Tested in: tests/test_partial.c, scripts/kills.py. */
#ifndef NEEDLEWORK_PARTIAL_H
#define NEEDLEWORK_PARTIAL_H

#include "status.h"

#include <stddef.h>

enum { PARTIAL_MORE = 48 }; /* characters at most that the name has more than PATH, the NUL included */

/* The name for this process; removes what processes of this machine that are gone (kill -9) have left for the same PATH.
 *
 *   path   of the file to be
 *   name   [n] overwritten, n >= strlen(path) + PARTIAL_MORE */
void partial_name(const char *path, char *name, size_t n);
/* The name of the copy, likewise; removes nothing. */
void partial_copy_name(const char *path, char *name, size_t n);

/* What was written to a file, or renamed in a folder, is on the disk when this returns OK; ERR_IO when it cannot be put there. */
enum status partial_sync(const char *path);

/* Makes a folder for results, and the one above it where that is missing too; one that is there is good.
 *
 *   folder   without a slash at its end
 *
 * Returns ERR_IO when it cannot be made. */
enum status partial_folder(const char *folder);

/* Makes a new folder for what nobody asked to keep, in $TMPDIR, else in /tmp.
 *
 *   folder   [n] overwritten by its path
 *
 * Returns ERR_IO when it cannot be made. */
enum status partial_scratch(char *folder, size_t n);

#endif
