#include "sweep.h"

#include "sweep_internal.h"

#include <string.h>

static enum status plan(const char *spec, const struct arguments *a)
{
    return a->output ? sweep_plan(spec, a->output, a)
                     : status_fail(ERR_CONFIG, "sweep plan: needs -o DIR, the folder for the plan and everything that comes of it");
}

enum status sweep_command(const struct arguments *a)
{
    static const char *const names[] = {"plan", "run", "submit", "status", "collect", NULL};
    enum status (*const verbs[])(const char *, const struct arguments *) = {plan, sweep_execute, sweep_submit, sweep_report, sweep_collect};
    for (size_t i = 0; names[i]; i++)
        if (strcmp(a->files[0], names[i]) == 0)
            return verbs[i](a->files[1], a);
    const char *near = config_nearest(a->files[0], names);
    return near ? status_fail(ERR_CONFIG, "sweep: '%s' is unknown; did you mean '%s'?", a->files[0], near)
                : status_fail(ERR_CONFIG, "sweep: '%s' is none of plan, run, submit, status, collect", a->files[0]);
}
