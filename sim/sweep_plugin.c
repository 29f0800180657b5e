/* A sweep of a plug-in carries it along, as base/NAME.so, and says in its manifest which outcomes it has: `status` and `collect` load no
 * code, only `run` does. */
#define _POSIX_C_SOURCE 200809L
#include "sweep_internal.h"

#include "model_use.h"
#include "plugin.h"
#include "results.h"
#include "seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a manifest says of a model that the program does not have: enough to read records and write tables. */
struct sweep_plugin {
    char file[512], sha256[SEAL_SHA256]; /* under DIR */
    struct model model;                  /* name and outcomes only */
    char *name, *text;                   /* owned, what the model points to */
    struct outcome *outcomes;            /* owned */
};

void sweep_plugin_destroy(struct sweep *s)
{
    if (s->plugin) {
        free(s->plugin->name);
        free(s->plugin->text);
        free(s->plugin->outcomes);
    }
    free(s->plugin);
    s->plugin = NULL;
}

enum status sweep_plugin_copy(const struct sweep *s)
{
    const struct model_origin *origin = model_origin(s->model);
    char name[512], path[SWEEP_PATH], sha256[SEAL_SHA256];
    if (!origin)
        return OK;
    snprintf(name, sizeof name, "base/%.400s.so", s->model->name);
    const enum status status = results_copy(origin->path, sweep_path(s->dir, name, path));
    if (status == OK && (!seal_sha256(path, sha256) || strcmp(sha256, origin->sha256) != 0))
        return status_fail(ERR_IO, "%s: is not what was loaded from %s; it has changed since", path, origin->path);
    return status;
}

enum status sweep_plugin_write(const char *path, hid_t group, const struct sweep *s)
{
    const struct model *model = s->model;
    const struct model_origin *origin = model_origin(model);
    char *text = NULL;
    size_t bytes;
    if (!origin)
        return OK;
    FILE *stream = open_memstream(&text, &bytes);
    for (size_t i = 0; stream && i < model->n_outcomes; i++)
        fprintf(stream, "%s\t%s\t%s\n", model->outcomes[i].name, model->outcomes[i].unit, model->outcomes[i].meaning);
    if (!stream || fclose(stream) != 0) {
        free(text);
        return status_no_memory("the outcomes of a plug-in", 1);
    }
    enum status status = h5_text(path, group, "plugin_sha256", origin->sha256);
    if (status == OK)
        status = h5_long_text(path, group, "plugin_outcomes", "outcomes of the plug-in: name, unit, meaning", text);
    free(text);
    return status;
}

/* The outcomes of `text`, whose tabs and line ends become the ends of strings. */
static bool split_outcomes(struct sweep_plugin *p)
{
    enum { MOST = 1000 };
    size_t n = 0;
    for (const char *c = p->text; *c; c++)
        n += *c == '\n';
    p->outcomes = n <= MOST ? calloc(n + 1, sizeof *p->outcomes) : NULL;
    char *at = p->text;
    for (size_t i = 0; p->outcomes && i < n; i++) {
        char *end = strchr(at, '\n'), *unit = strchr(at, '\t'), *meaning = unit ? strchr(unit + 1, '\t') : NULL;
        if (!meaning || meaning > end)
            return false;
        *end = *unit = *meaning = '\0';
        p->outcomes[i] = (struct outcome){at, unit + 1, meaning + 1};
        at = end + 1;
    }
    p->model = (struct model){.name = p->name, .outcomes = p->outcomes, .n_outcomes = n};
    return p->outcomes != NULL;
}

bool sweep_plugin_read(hid_t group, const char *name, struct sweep *s)
{
    struct sweep_plugin *p = s->plugin = calloc(1, sizeof *p);
    if (!p || !h5_read_text(group, "plugin_sha256", p->sha256, sizeof p->sha256) || strpbrk(name, "/."))
        return false;
    snprintf(p->file, sizeof p->file, "base/%.400s.so", name);
    p->name = strdup(name);
    p->text = h5_read_long_text(group, "plugin_outcomes");
    if (!p->name || !p->text || !split_outcomes(p))
        return false;
    s->model = &p->model;
    return true;
}

enum status sweep_plugin_load(struct sweep *s)
{
    char path[SWEEP_PATH], where[SWEEP_PATH + 16];
    const struct model *model = NULL;
    if (!s->plugin)
        return OK;
    snprintf(where, sizeof where, "%s: plug-in", s->dir);
    const enum status status = plugin_load(sweep_path(s->dir, s->plugin->file, path), where, &model);
    if (status != OK)
        return status;
    if (strcmp(model->name, s->plugin->name) != 0 || strcmp(model_origin(model)->sha256, s->plugin->sha256) != 0)
        return status_fail(ERR_CONFIG, "%s: is not the plug-in that the sweep was planned with (SHA-256 %.12s, not %.12s)", path,
                           model_origin(model)->sha256, s->plugin->sha256);
    s->model = model;
    for (size_t i = 0; i < s->n_outcomes; i++) /* parsed with the same outcomes of the description */
        s->expressions[i].model = model;
    return OK;
}
