#include "summary.h"

#include "model_use.h"

#include <math.h>

const struct summary_row summary_rows[SUMMARY_KEYS] = {
    [SUMMARY_SESSIONS_PERFORMED] = {"sessions_performed", "1", "sessions given"},
    [SUMMARY_ONSET] = {"collagen_onset", "day", "time from which on the collagen gain stays at or above 1 %"},
    [SUMMARY_TIME_TO_90_PERCENT] = {"collagen_time_to_90_percent", "day", "time at which the collagen gain reaches 90 % of its peak"},
    [SUMMARY_TIME_TO_95_PERCENT] = {"collagen_time_to_95_percent", "day", "time at which the collagen gain reaches 95 % of its peak"},
    [SUMMARY_PEAK_GAIN] = {"peak_collagen_gain", "1", "largest collagen gain"},
    [SUMMARY_FINAL_GAIN] = {"final_collagen_gain", "1", "collagen gain at the end"},
    [SUMMARY_FIRST_SESSION_GAIN] = {"first_session_gain", "1",
                                    "what the first session brought: collagen gain just before the second, or at the end without one"},
    [SUMMARY_CLOSURE_TIME] = {"epidermal_closure_time", "day", "longest time from a session until 95 % of the mouths are covered"},
    [SUMMARY_BARRIER_TIME] = {"barrier_recovery_time", "day", "longest time from a session until the barrier deficit is below 5 %"},
    [SUMMARY_DOWNTIME] = {"downtime", "day", "longest time from a session until erythema and barrier deficit are small"},
    [SUMMARY_DOWNTIME_TOTAL] = {"downtime_total", "day", "sum of the downtimes of all sessions"},
};

bool summary_has(const struct model *model, enum summary_key key)
{
    return key == SUMMARY_SESSIONS_PERFORMED || model_outcome(model, "collagen_gain") >= 0;
}

size_t summary_sessions(const struct simulation *simulation)
{
    size_t performed = 0;
    for (size_t i = 0; i < simulation->n_sessions; i++)
        performed += simulation->sessions[i].performed >= 0;
    return performed;
}

/* The gain just before the second session that took place (the row of that time, or the line between its neighbours). */
static double first_session_gain(const struct simulation *simulation, size_t n, const double *time, const double *gain)
{
    size_t performed = 0;
    for (size_t i = 0; i < simulation->n_sessions; i++)
        if (simulation->sessions[i].performed >= 0 && ++performed == 2) {
            const double at = stepper_days(simulation->sessions[i].performed);
            size_t row = 1;
            while (row + 1 < n && time[row] < at)
                row++;
            return n < 2 ? gain[0]
                         : gain[row - 1] + (gain[row] - gain[row - 1]) * fmin(1.0, (at - time[row - 1]) / (time[row] - time[row - 1]));
        }
    return performed ? gain[n - 1] : NAN;
}

void summary_compute(const struct simulation *simulation, size_t n, const double *time, const double *gain, double *values)
{
    const struct milestones *healing = &simulation->milestones;
    const double all[SUMMARY_KEYS] = {
        [SUMMARY_SESSIONS_PERFORMED] = (double)summary_sessions(simulation),
        [SUMMARY_ONSET] = outcomes_onset(n, time, gain, 0.01),
        [SUMMARY_TIME_TO_90_PERCENT] = outcomes_time_to_share(n, time, gain, 0.9),
        [SUMMARY_TIME_TO_95_PERCENT] = outcomes_time_to_share(n, time, gain, 0.95),
        [SUMMARY_PEAK_GAIN] = outcomes_peak(n, gain),
        [SUMMARY_FINAL_GAIN] = gain[n - 1],
        [SUMMARY_FIRST_SESSION_GAIN] = first_session_gain(simulation, n, time, gain),
        [SUMMARY_CLOSURE_TIME] = healing->closure_time,
        [SUMMARY_BARRIER_TIME] = healing->barrier_time,
        [SUMMARY_DOWNTIME] = healing->downtime,
        [SUMMARY_DOWNTIME_TOTAL] = healing->downtime_total,
    };
    for (int key = 0; key < SUMMARY_KEYS; key++)
        values[key] = summary_has(simulation->plan->model, (enum summary_key)key) ? all[key] : NAN;
}
