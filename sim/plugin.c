#define _GNU_SOURCE /* realpath, dlopen */
#include "plugin.h"

#include "plan.h"
#include "seal.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const unsigned layout[] = MODEL_LAYOUT;
static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
static bool refused;

static bool ends_with(const char *word, const char *end)
{
    const size_t n = strlen(word), m = strlen(end);
    return n > m && strcmp(word + n - m, end) == 0;
}

void plugin_refuse(void)
{
    refused = true;
}

/* Where the file is, and what is in it. */
static enum status find_file(const char *path, const char *where, char real[PATH_MAX], char sha256[SEAL_SHA256])
{
    struct stat about;
    if (refused)
        return status_fail(ERR_CONFIG, "%s: %s: plug-ins are refused here", where, path);
    if (!realpath(path, real) || stat(real, &about) != 0)
        return status_fail(ERR_CONFIG, "%s: %s cannot be read: %s", where, path, strerror(errno));
    if (ends_with(path, ".c"))
        return status_fail(ERR_CONFIG,
                           "%s: %s is source text; compile it: cc -O3 -shared -fPIC $(pkg-config --cflags needlework-model) %s -o %.*s.so",
                           where, path, path, (int)strlen(path) - 2, path);
    if (!S_ISREG(about.st_mode))
        return status_fail(ERR_CONFIG, "%s: %s is not a file", where, path);
    if (!seal_sha256(real, sha256))
        return status_fail(ERR_CONFIG, "%s: %s cannot be read: %s", where, path, strerror(errno));
    return OK;
}

/* The model in an open plug-in, if it is one that this program can use. */
static enum status find_model(void *handle, const char *path, const char *where, const struct model **model)
{
    const struct model_plugin *plugin = dlsym(handle, "needlework_plugin");
    if (!plugin)
        return status_fail(ERR_CONFIG, "%s: %s holds no model: its source must end with NEEDLEWORK_PLUGIN(...), as model.h says", where,
                           path);
    if (plugin->abi != MODEL_ABI)
        return status_fail(
            ERR_CONFIG, "%s: %s was compiled against version %u of the contract of models (model.h), this program has %d; compile it again",
            where, path, plugin->abi, MODEL_ABI);
    if (memcmp(plugin->layout, layout, sizeof layout) != 0)
        return status_fail(ERR_CONFIG,
                           "%s: %s was compiled against another contract of models (model.h) than this program; compile it again", where,
                           path);
    const size_t before = status_count();
    if (model_check(plugin->model) != OK)
        return status_fail(ERR_CONFIG, "%s: %s breaks the contract of models: %zu violation%s, named above", where, path,
                           status_count() - before, status_count() - before == 1 ? "" : "s");
    *model = plugin->model;
    return OK;
}

/* A model of this name that is there already: the same one, or a reason to refuse; *model stays NULL when there is none. */
static enum status find_namesake(const char *name, const char *path, const char *where, const char *sha256, const struct model **model)
{
    const struct model *other = model_find(name);
    const struct model_origin *origin = other ? model_origin(other) : NULL;
    if (other && !origin)
        return status_fail(ERR_CONFIG, "%s: the model in %s is called '%s' like one of the program; give it a name of its own", where, path,
                           name);
    if (origin && strcmp(origin->sha256, sha256) != 0)
        return status_fail(ERR_CONFIG, "%s: the model in %s is called '%s' like the one loaded from %s; give it a name of its own", where,
                           path, name, origin->path);
    *model = other;
    return OK;
}

/* Loads a file that was found. */
static enum status load(const char *path, const char *where, const char *real, const char *sha256, const struct model **model)
{
    const struct model *found = NULL, *same = NULL;
    void *handle = dlopen(real, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *why = dlerror(), *reason = why ? why : "unknown reason";
        const size_t n = strlen(real);
        if (strncmp(reason, real, n) == 0 && reason[n] == ':')
            reason += n + 1 + strspn(reason + n + 1, " ");
        return status_fail(ERR_CONFIG, "%s: %s is not a shared object that this machine can load: %s", where, path, reason);
    }
    enum status status = find_model(handle, path, where, &found);
    if (status == OK)
        status = find_namesake(found->name, path, where, sha256, &same);
    if (status == OK && !same)
        status = model_add(found, real, sha256);
    if (status != OK || same)
        dlclose(handle);
    if (status == OK)
        *model = same ? same : found;
    return status;
}

/* dlopen would hand out the old code of a file that was written again. */
static enum status find_loaded(const char *path, const char *where, const char *real, const char *sha256, const struct model **model)
{
    const struct model *found = model_from(real);
    if (!found)
        return OK;
    if (strcmp(model_origin(found)->sha256, sha256) != 0)
        return status_fail(ERR_CONFIG, "%s: %s has changed since this program loaded it; start the program again", where, path);
    *model = found;
    return OK;
}

enum status plugin_load(const char *path, const char *where, const struct model **model)
{
    char real[PATH_MAX], sha256[SEAL_SHA256];
    const struct model *found = NULL;
    enum status status = find_file(path, where, real, sha256);
    if (status != OK)
        return status;
    pthread_mutex_lock(&alone);
    status = find_loaded(path, where, real, sha256, &found);
    if (status == OK && !found)
        status = load(path, where, real, sha256, &found);
    pthread_mutex_unlock(&alone);
    if (status == OK)
        *model = found;
    return status;
}

static enum status other_model(const char *word, const char *path, const char *where, const char **name)
{
    const struct model *model = NULL;
    const enum status status = config_model_is_file(word) ? plugin_load(path, where, &model) : OK;
    model = model || status != OK ? model : model_find(word);
    *name = model ? model->name : NULL;
    return status;
}

static struct config_vocabulary vocabulary;

static void make_vocabulary(void)
{
    vocabulary = *plan_vocabulary();
    vocabulary.other_model = other_model;
}

const struct config_vocabulary *plugin_vocabulary(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_vocabulary);
    return &vocabulary;
}
