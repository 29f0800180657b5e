/* The run: a configuration in, a results file and a summary out. */
#ifndef NEEDLEWORK_RUN_H
#define NEEDLEWORK_RUN_H

#include "plan.h"
#include "status.h"

struct run_options {
    const char *output; /* results file; NULL: results/<name of the configuration>.h5 */
    const char *config_path;
    bool force, quiet;
    bool resume;        /* go on with `output` from its checkpoint */
    double max_seconds; /* of wall time, then checkpoint and STOPPED; 0 = no limit */
    const char *plugin; /* file of the model, for a resumed run of a plug-in */
    const char *given;  /* configuration as given, of a run that is made again (no summary then); NULL: that of the plan */
};

/* Carries out a plan: progress to stderr, summary to stdout.  The results file is whole at any moment and says whether it is complete: with
 * OK, ERR_NUMERICS and STOPPED it holds every row, after ERR_IO or a kill those up to the latest checkpoint.  STOPPED, ERR_IO and a kill
 * leave a checkpoint to resume from; with ERR_CONFIG (a session on unhealed skin with `if_not_healed: fail`) no file is left, or the one
 * that was to be replaced with `force`. */
enum status run_execute(const struct plan *plan, const struct run_options *options);

/* Goes on with the results file `options->output` from its newest checkpoint, with the configuration that stands in it: the result is
 * the same to the last bit as that of an uninterrupted run.  A plug-in must be named (`plugin`) and be the one the run was begun with,
 * unless `force`.  threads = 0: as many as are useful. */
enum status run_resume(const struct run_options *options, int threads);

/* Removes checkpoints and copies of a results file: nobody will go on with it. */
void run_forget(const char *path);

#endif
