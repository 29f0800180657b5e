/* A run again from what a results file says of itself, and whether the same comes out. */
#ifndef NEEDLEWORK_REPRODUCE_H
#define NEEDLEWORK_REPRODUCE_H

#include "status.h"

#include <stdbool.h>
#include <stdio.h>

struct reproduce_options {
    const char *plugin; /* file of the model, for a run of a plug-in */
    const char *output; /* where the new results go; NULL: nowhere, they are compared and removed */
    int threads;        /* 0 = as many as are of use */
    bool force, quiet;  /* quiet: no progress, only the verdict */
    double max_seconds; /* of wall time, 0 = no limit */
};

/* Runs the configuration in the provenance of `path` again and prints the agreement of every dataset to `stream`, the verdict last.
 * Everything but /provenance/host is compared: bit by bit when the file was made by this very build; by numbers, to the configuration's
 * run.tolerance, when it was made by another, or with another plug-in (which needs `force`).  Of an incomplete file the rows that it has
 * are compared.
 *
 * OK when they agree; ERR_CHECK, naming the largest difference, when not; ERR_IO when the file cannot be read or used; as run_execute
 * when the run fails (a run that fails numerically is compared with the file all the same). */
enum status reproduce_file(const char *path, const struct reproduce_options *options, FILE *stream);

/* reproduce_compare.c: prints how `path` (of a stranger: read in a child process) agrees with `again`, made by this build.  `tolerance` for
 * files of another build.  OK, ERR_CHECK or ERR_IO as above. */
enum status reproduce_compare(const char *path, const char *again, double tolerance, bool quiet, FILE *stream);

#endif
