/* Figures: the Python programs of analysis/, found beside the program and reached by name as `needlework plot KIND`. */
#ifndef NEEDLEWORK_PLOT_H
#define NEEDLEWORK_PLOT_H

#include "arguments.h"
#include "status.h"

#include <stdio.h>

struct plot_kind {
    const char *name, *script, *meaning;
};
extern const struct plot_kind plot_kinds[]; /* ends with an empty name */

/* Becomes the program of kind files[0] with the other words as its arguments: returns only when that cannot be started (ERR_IO) or the
 * kind is unknown (ERR_CONFIG). */
enum status plot_command(const struct arguments *arguments);

/* Draws the timeline of a results file and waits for it.  ERR_IO when that failed; why is said on stderr by then. */
enum status plot_timeline(const char *file, const char *picture);

/* A line for each kind. */
void plot_help(FILE *stream);

#endif
