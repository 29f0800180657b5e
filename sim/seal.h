/* A SHA-256 behind the content of a file: damage is noticed before anybody parses it.  HDF5 reads a sealed file as if nothing were there.
 */
#ifndef NEEDLEWORK_SEAL_H
#define NEEDLEWORK_SEAL_H

#include "status.h"

#include <stdbool.h>

enum { SEAL_SHA256 = 65 };

/* Appends the seal to a finished file and brings it down to the disk.  ERR_IO, with the file in an unknown state, when that fails. */
enum status seal_write(const char *path);

/* Whether a file ends with the seal of what stands before it; nothing is recorded. */
bool seal_holds(const char *path);
/* Whether a file ends with a seal that is not of what stands before it: damaged.  Not of a file without a seal. */
bool seal_is_broken(const char *path);

/* The SHA-256 of a whole file in hexadecimal; false, with errno set and nothing recorded, when it cannot be read. */
bool seal_sha256(const char *path, char hex[SEAL_SHA256]);

#endif
