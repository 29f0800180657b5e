#include "summary.h"

#include "model_use.h"

#include <math.h>

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
