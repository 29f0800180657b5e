/* Models outside the program: shared objects that end with NEEDLEWORK_PLUGIN (model.h).
 *
 * A plug-in is code, and code runs only because the user says so: in a configuration of theirs or on the command line.  What a results file
 * or any other file of a stranger names is never loaded: plan_vocabulary() knows the models of the program and those already loaded,
 * plugin_vocabulary() loads.
 * Tested in: tests/test_plugin.c, tests/test_plugins.py. */
#ifndef NEEDLEWORK_PLUGIN_H
#define NEEDLEWORK_PLUGIN_H

#include "config.h"
#include "model_use.h"

/* Loads the plug-in `path`, checks it against the contract and adds its model to those that model_find finds; one that is there already is
 * not loaded again.  Threads may call it at the same time.
 *
 *   where    what sentences begin with: "FILE:LINE:COLUMN: model", "--model"
 *   model    its model, which lives as long as the program; untouched on failure
 *
 * ERR_CONFIG, every violation of the contract recorded, when it is not there, is no shared object, holds no model, was compiled against
 * another contract, breaks it, has the name of another model, or has changed since it was loaded. */
enum status plugin_load(const char *path, const char *where, const struct model **model);

/* Makes the model of the results file `path` known, if it is of a plug-in: that is loaded from the file that the user names, never from
 * what the results file says.
 *
 *   named    what --model says; NULL: nothing
 *   force    a plug-in of another SHA-256 than the one that made the file is a warning, no error
 *
 * OK when the model is there; ERR_CONFIG when the plug-in was not named, does not fit the file, or as plugin_load; ERR_IO as results_model.
 */
enum status plugin_for_results(const char *path, const char *named, bool force);

/* As plan_vocabulary(), for configurations of the user: a model that is a file is loaded. */
const struct config_vocabulary *plugin_vocabulary(void);

/* From now on plugin_load refuses everything: for a program whose configurations come from strangers. */
void plugin_refuse(void);

#endif
