#include "sweep.h"

#include "sweep_internal.h"

#include <stdbool.h>
#include <string.h>

static enum status plan(const char *spec, const struct arguments *a)
{
    return a->output ? sweep_plan(spec, a->output, a)
                     : status_fail(ERR_CONFIG, "sweep plan: needs -o DIR, the folder for the plan and everything that comes of it");
}

/* Options of one verb mean nothing to another: better said than ignored. */
static enum status check_options(const struct arguments *a, const char *verb)
{
    const struct {
        const char *option, *verbs;
        bool given;
    } rows[] = {{"--output", "plan and collect", a->output != NULL},
                {"--jobs", "run and submit", a->jobs != 0},
                {"--threads", "run and submit", a->threads != 0},
                {"--retry", "run and submit", a->retry},
                {"--index", "run", a->index >= 0},
                {"--count", "run", a->count != 0},
                {"--max-walltime", "run", a->max_seconds > 0.0},
                {"--slurm", "submit", a->slurm != NULL},
                {"--chunk", "submit", a->chunk != 0},
                {"--throttle", "submit", a->throttle != 0},
                {"--series", "collect", a->series}};
    enum status status = OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].given && !strstr(rows[i].verbs, verb))
            status = status_fail(ERR_CONFIG, "sweep %s: %s is an option of sweep %s", verb, rows[i].option, rows[i].verbs);
    return status;
}

enum status sweep_command(const struct arguments *a)
{
    static const char *const names[] = {"plan", "run", "submit", "status", "collect", NULL};
    enum status (*const verbs[])(const char *, const struct arguments *) = {plan, sweep_execute, sweep_submit, sweep_report, sweep_collect};
    for (size_t i = 0; names[i]; i++)
        if (strcmp(a->files[0], names[i]) == 0)
            return check_options(a, names[i]) == OK ? verbs[i](a->files[1], a) : ERR_CONFIG;
    const char *near = config_nearest(a->files[0], names);
    return near ? status_fail(ERR_CONFIG, "sweep: '%s' is unknown; did you mean '%s'?", a->files[0], near)
                : status_fail(ERR_CONFIG, "sweep: '%s' is none of plan, run, submit, status, collect", a->files[0]);
}
