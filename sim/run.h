/* The run: a configuration in, a results file and a summary out. */
#ifndef NEEDLEWORK_RUN_H
#define NEEDLEWORK_RUN_H

#include "plan.h"
#include "status.h"

struct run_options {
    const char *output; /* results file; NULL: results/<name of the configuration>.h5 */
    const char *config_path;
    bool force, quiet;
};

/* Carries out a plan: progress to stderr, summary to stdout.  Whatever it returns, the results file holds every row written so far and
 * says whether it is complete; with ERR_CONFIG (a session on unhealed skin with `if_not_healed: fail`) no file is left. */
enum status run_execute(const struct plan *plan, const struct run_options *options);

#endif
