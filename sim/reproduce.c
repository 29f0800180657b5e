#define _POSIX_C_SOURCE 200809L
#include "reproduce.h"

#include "config.h"
#include "partial.h"
#include "plan.h"
#include "plugin.h"
#include "results.h"
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST = 4096 }; /* path */

/* A place for results that nobody asked for. */
struct place {
    char folder[LONGEST], file[LONGEST + 16];
};

static enum status create_place(struct place *place)
{
    const enum status status = partial_scratch(place->folder, sizeof place->folder);
    snprintf(place->file, sizeof place->file, "%s/again.h5", place->folder);
    return status;
}

static void remove_place(const struct place *place)
{
    unlink(place->file);
    run_forget(place->file);
    rmdir(place->folder);
}

/* A configuration that was good for the program that wrote it, but not for this one, is a file that cannot be used. */
static enum status read_plan(const char *path, const char *text, int threads, struct config **config, struct plan *plan)
{
    const enum status status = config_parse(text, strlen(text), path, plan_vocabulary(), config);
    if (status == ERR_CONFIG)
        return status_fail(ERR_IO, "%s: this program cannot use the configuration in its provenance", path);
    return status == OK ? plan_create(*config, threads, plan) : status;
}

/* Runs the plan into `file` and compares; what was left by a run that was stopped stays where it is. */
static enum status run_and_compare(const char *path, const char *given, const char *file, const struct plan *plan,
                                   const struct reproduce_options *options, FILE *stream)
{
    const struct run_options run = {.output = file,
                                    .config_path = path,
                                    .force = options->force,
                                    .quiet = options->quiet,
                                    .max_seconds = options->max_seconds,
                                    .given = given};
    status_print(stderr); /* warnings come before the work */
    const enum status status = run_execute(plan, &run);
    if (status != OK && status != ERR_NUMERICS)
        return status;
    status_print(stderr);
    return reproduce_compare(path, file, plan->tolerance, options->quiet, stream);
}

enum status reproduce_file(const char *path, const struct reproduce_options *options, FILE *stream)
{
    char *resolved = NULL, *given = NULL;
    struct config *config = NULL;
    struct plan plan = {0};
    struct place place;
    enum status status = plugin_for_results(path, options->plugin, options->force);
    if (status == OK)
        status = results_text(path, "configuration_resolved", &resolved);
    if (status == OK)
        status = results_text(path, "configuration_given", &given);
    if (status == OK)
        status = read_plan(path, resolved, options->threads, &config, &plan);
    if (status == OK && options->output) {
        status = run_and_compare(path, given, options->output, &plan, options, stream);
    } else if (status == OK) {
        status = create_place(&place);
        if (status == OK) {
            status = run_and_compare(path, given, place.file, &plan, options, stream);
            remove_place(&place);
        }
        if (status == STOPPED) {
            status_clear();
            status = status_fail(STOPPED, "stopped; with -o NEW the run can be resumed");
        }
    }
    plan_destroy(&plan);
    config_destroy(&config);
    free(given);
    free(resolved);
    return status;
}
