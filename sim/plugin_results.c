#include "plugin.h"

#include "results.h"

#include <string.h>

enum status plugin_for_results(const char *path, const char *named, bool force)
{
    struct results_model made;
    const struct model *model = NULL;
    enum status status = results_model(path, &made);
    if (status != OK)
        return status;
    if (!made.sha256[0])
        return named ? status_fail(ERR_CONFIG, "--model: %s is of the model '%s', which is none of a plug-in", path, made.name) : OK;
    if (!named)
        return status_fail(
            ERR_CONFIG,
            "%s: its model '%s' is a plug-in (of SHA-256 %.12s, once %s), and what a results file names is never loaded; name it "
            "with --model FILE.so",
            path, made.name, made.sha256, made.path);
    status = plugin_load(named, "--model", &model);
    if (status != OK)
        return status;
    const char *sha256 = model_origin(model)->sha256;
    if (strcmp(model->name, made.name) != 0)
        return status_fail(ERR_CONFIG, "--model: %s holds the model '%s', %s is of '%s'", named, model->name, path, made.name);
    if (strcmp(sha256, made.sha256) == 0)
        return OK;
    if (!force)
        return status_fail(ERR_CONFIG, "%s: was made with a plug-in of SHA-256 %.12s, %s has %.12s; --force goes on all the same", path,
                           made.sha256, named, sha256);
    status_warn("%s: was made with a plug-in of SHA-256 %.12s, %s has %.12s", path, made.sha256, named, sha256);
    return OK;
}
