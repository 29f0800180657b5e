#include "summary_rows.h"

#include "model_use.h"

#include <stdio.h>
#include <string.h>

const struct summary_row summary_rows[SUMMARY_KEYS] = {
    [SUMMARY_SESSIONS_PERFORMED] = {"sessions_performed", "1", "sessions given", false},
    [SUMMARY_ONSET] = {"collagen_onset", "day", "time from which on the collagen gain stays at or above 1 %", true},
    [SUMMARY_TIME_TO_90_PERCENT] = {"collagen_time_to_90_percent", "day", "time at which the collagen gain reaches 90 % of its peak", true},
    [SUMMARY_TIME_TO_95_PERCENT] = {"collagen_time_to_95_percent", "day", "time at which the collagen gain reaches 95 % of its peak", true},
    [SUMMARY_PEAK_GAIN] = {"peak_collagen_gain", "1", "largest collagen gain", false},
    [SUMMARY_FINAL_GAIN] = {"final_collagen_gain", "1", "collagen gain at the end", false},
    [SUMMARY_FIRST_SESSION_GAIN] = {"first_session_gain", "1",
                                    "what the first session brought: collagen gain just before the second, or at the end without one",
                                    false},
    [SUMMARY_CLOSURE_TIME] = {"epidermal_closure_time", "day", "longest time from a session until 95 % of the mouths are covered", true},
    [SUMMARY_BARRIER_TIME] = {"barrier_recovery_time", "day", "longest time from a session until the barrier deficit is below 5 %", true},
    [SUMMARY_DOWNTIME] = {"downtime", "day", "longest time from a session until erythema and barrier deficit are small", true},
    [SUMMARY_DOWNTIME_TOTAL] = {"downtime_total", "day", "sum of the downtimes of all sessions", true},
};

bool summary_has(const struct model *model, enum summary_key key)
{
    return key == SUMMARY_SESSIONS_PERFORMED || model_outcome(model, "collagen_gain") >= 0;
}

bool summary_lower(const struct model *model, const char *name)
{
    for (int key = 0; key < SUMMARY_KEYS; key++)
        if (strcmp(summary_rows[key].name, name) == 0 && summary_has(model, (enum summary_key)key))
            return summary_rows[key].lower;
    for (size_t i = 0; model->lower && model->lower[i]; i++)
        if (strcmp(model->lower[i], name) == 0)
            return true;
    return false;
}

void summary_lower_names(const struct model *model, char names[SUMMARY_NAMES])
{
    size_t n = 0;
    names[0] = '\0';
    for (size_t i = 0; model->lower && model->lower[i] && n < SUMMARY_NAMES; i++)
        n += (size_t)snprintf(names + n, SUMMARY_NAMES - n, "%s%s", n ? " " : "", model->lower[i]);
    for (int key = 0; key < SUMMARY_KEYS && n < SUMMARY_NAMES; key++)
        if (summary_rows[key].lower && summary_has(model, (enum summary_key)key))
            n += (size_t)snprintf(names + n, SUMMARY_NAMES - n, "%s%s", n ? " " : "", summary_rows[key].name);
}
