/* Which program, which libraries, which configuration made a results file: /provenance, the same for identical runs, and /provenance/host
 * for everything else (machine, times, threads, command). */
#ifndef NEEDLEWORK_PROVENANCE_H
#define NEEDLEWORK_PROVENANCE_H

#include "h5.h"
#include "results.h"

enum { PROVENANCE_SHA256 = 65 };

/* "0.1.0 (commit 0123abc)" or "0.1.0 (commit 0123abc, modified)", as the program was built. */
const char *provenance_version(void);
/* SHA-256 of a text in hexadecimal. */
enum status provenance_sha256(const char *text, char hex[PROVENANCE_SHA256]);

/* Writes both groups; host times are completed by provenance_finish. */
enum status provenance_write(const char *path, hid_t file, const struct model *model, const struct results_about *about);
enum status provenance_resumed(const char *path, hid_t file, const struct model *model, const struct results_about *about);
enum status provenance_finish(const char *path, hid_t file, double wall_seconds);

#endif
