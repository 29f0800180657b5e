#define _GNU_SOURCE
#include "commands.h"

#include "bench.h"
#include "config.h"
#include "device.h"
#include "model_use.h"
#include "plan.h"
#include "plugin.h"
#include "reproduce.h"
#include "results.h"
#include "run.h"
#include "summary_rows.h"
#include "verify.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum status read_config(const struct arguments *a, struct config **config)
{
    return config_read(a->files, a->n_files, a->sets, a->n_sets, plugin_vocabulary(), config);
}

static bool same_file(const char *one, const char *other)
{
    struct stat a, b;
    return one && other && stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Results that would take the place of what they are made from (the files, and the plug-in `model` unless NULL) are refused, also with
 * --force. */
static enum status check_output(const struct arguments *a, const char *model)
{
    bool same = same_file(a->output, model);
    for (size_t i = 0; i < a->n_files; i++)
        same = same || same_file(a->output, a->files[i]);
    return same ? status_fail(ERR_CONFIG, "--output: %s is what the results are made from", a->output) : OK;
}

enum status commands_run(const struct arguments *a)
{
    struct config *config = NULL;
    struct plan plan = {0};
    enum status status = check_output(a, NULL);
    if (status == OK)
        status = read_config(a, &config);
    if (status == OK)
        status = plan_create(config, (int)a->threads, &plan);
    if (status == OK && model_origin(plan.model))
        status = check_output(a, model_origin(plan.model)->path);
    if (status == OK) {
        signal(SIGPIPE, SIG_IGN); /* whoever reads the progress may leave; the work goes on */
        const struct run_options options = {
            .output = a->output, .config_path = a->files[0], .force = a->force, .quiet = a->quiet, .max_seconds = a->max_seconds};
        status_print(stderr); /* warnings come before the work */
        status = run_execute(&plan, &options);
    }
    plan_destroy(&plan);
    config_destroy(&config);
    return status;
}

enum status commands_resume(const struct arguments *a)
{
    const struct run_options options = {.output = a->files[0],
                                        .config_path = a->files[0],
                                        .plugin = a->model,
                                        .force = a->force,
                                        .quiet = a->quiet,
                                        .resume = true,
                                        .max_seconds = a->max_seconds};
    signal(SIGPIPE, SIG_IGN);
    return run_resume(&options, (int)a->threads);
}

enum status commands_reproduce(const struct arguments *a)
{
    const struct reproduce_options options = {a->model, a->output, (int)a->threads, a->force, a->quiet, a->max_seconds};
    const enum status status = check_output(a, a->model);
    return status == OK ? reproduce_file(a->files[0], &options, stdout) : status;
}

enum status commands_check(const struct arguments *a)
{
    struct config *config = NULL;
    struct plan plan = {0};
    if (a->keys) {
        config_write_markdown(stdout);
        return OK;
    }
    if (!a->n_files)
        return status_fail(ERR_CONFIG, "usage: needlework check CONFIG [OVERLAY...] [--set KEY=VALUE]...; see needlework check --help");
    enum status status = read_config(a, &config);
    if (status == OK)
        status = plan_create(config, (int)a->threads, &plan);
    if (status == OK)
        status = plan_print(&plan, stdout);
    plan_destroy(&plan);
    config_destroy(&config);
    return status;
}

static const char *const formats[] = {"text", "markdown", "json", NULL};

static enum status unknown_name(const char *what, const char *name, const char *const *names)
{
    const char *near = config_nearest(name, names);
    return near ? status_fail(ERR_CONFIG, "%s: '%s' is unknown; did you mean '%s'?", what, name, near)
                : status_fail(ERR_CONFIG, "%s: '%s' is unknown; `needlework %ss` lists them", what, name, what);
}

/* Markdown: every outcome of every model, and what every run comes down to. */
static void print_outcomes(void)
{
    printf("## Of a run\n\nRoot attributes of the results file, and outcomes of sweeps; defined in `sim/summary_rows.c`.\n\n"
           "| outcome | unit | meaning |\n|---|---|---|\n");
    for (size_t i = 0; i < SUMMARY_KEYS; i++)
        printf("| `%s` | %s | %s |\n", summary_rows[i].name, summary_rows[i].unit, summary_rows[i].meaning);
    for (const struct model *const *m = model_registry; *m; m++)
        if ((*m)->n_outcomes)
            model_outcomes(*m, stdout);
}

enum status commands_models(const struct arguments *a)
{
    static const char *const spellings[] = {"text", "markdown", "json", "vary", "outcomes", NULL};
    const int format = arguments_format(a, spellings);
    const bool vary = format == MODEL_JSON + 1, outcomes = format == MODEL_JSON + 2;
    if (format < 0)
        return ERR_CONFIG;
    if (vary && a->n_files == 0)
        return status_fail(ERR_CONFIG, "--format vary: of which model? `needlework models` lists them");
    if (a->n_files == 1) {
        const struct model *model = config_model_is_file(a->files[0]) ? NULL : model_find(a->files[0]);
        if (config_model_is_file(a->files[0]) && plugin_load(a->files[0], "models", &model) != OK)
            return ERR_CONFIG;
        if (!model)
            return unknown_name("model", a->files[0], plan_vocabulary()->models);
        if (vary)
            model_vary(model, stdout);
        else if (outcomes)
            model_outcomes(model, stdout);
        else
            model_describe(model, (enum model_format)format, stdout);
        return OK;
    }
    if (outcomes) {
        print_outcomes();
        return OK;
    }
    if (format == MODEL_MARKDOWN)
        model_index(model_registry, stdout);
    for (const struct model *const *m = model_registry; *m; m++) {
        if (format == MODEL_TEXT) {
            printf("%-16s %s\n", (*m)->name, (*m)->title);
            continue;
        }
        if (format == MODEL_JSON)
            printf(m == model_registry ? "[" : ",\n");
        model_describe(*m, (enum model_format)format, stdout);
    }
    if (format == MODEL_JSON)
        printf("]\n");
    return OK;
}

enum status commands_devices(const struct arguments *a)
{
    const int format = arguments_format(a, formats);
    if (format < 0)
        return ERR_CONFIG;
    const struct device *device = a->n_files == 1 ? device_find(a->files[0]) : NULL;
    if (a->n_files == 1 && !device)
        return unknown_name("device", a->files[0], device_names);
    device_describe(device, (enum device_format)format, stdout);
    return OK;
}

enum status commands_info(const struct arguments *a)
{
    return results_info(a->files[0], stdout);
}

enum status commands_bench(const struct arguments *a)
{
    return bench_run(a->full, stdout);
}

enum status commands_verify(const struct arguments *a)
{
    static const char *const tables[] = {"text", "markdown", NULL};
    const int format = arguments_format(a, tables);
    if (format < 0)
        return ERR_CONFIG;
    return verify_report(a->n_files == 1 ? a->files[0] : NULL, a->full, format ? VERIFY_MARKDOWN : VERIFY_TEXT, stdout);
}
