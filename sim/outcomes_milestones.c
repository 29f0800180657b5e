/* Times at which outcomes cross thresholds: during a run, and from its series. */
#include "outcomes.h"

#include "model_use.h"

#include <math.h>

/* At least this share of the mouths is covered, and less than this much of the barrier and of erythema is left to heal. */
static const double CLOSED = 0.95, SEALED = 0.05, CALM = 0.1;

static double value(const struct model *model, const char *name, const double *out, double otherwise)
{
    const int i = model_outcome(model, name);
    return i < 0 ? otherwise : out[i];
}

int milestones_healed(const struct model *model, const double *out, double *closure, double *deficit)
{
    *closure = value(model, "epidermal_closure", out, 1.0);
    *deficit = value(model, "barrier_deficit", out, 0.0);
    return *closure >= CLOSED && *deficit < SEALED;
}

void milestones_init(struct milestones *milestones)
{
    *milestones = (struct milestones){.closure_time = NAN, .barrier_time = NAN, .downtime = NAN, .downtime_total = 0.0, .session = NAN};
    milestones->closed = milestones->sealed = milestones->calm = 1;
}

static void remember(struct milestones *m, const struct model *model, double time, const double *out)
{
    m->before = time;
    m->closure_before = value(model, "epidermal_closure", out, 1.0);
    m->deficit_before = value(model, "barrier_deficit", out, 0.0);
    m->erythema_before = value(model, "erythema", out, 0.0);
}

void milestones_session(struct milestones *milestones, const struct model *model, double time, const double *out)
{
    milestones->session = time;
    milestones->closed = milestones->sealed = milestones->calm = 0;
    remember(milestones, model, time, out);
}

/* Where the line from (t0, a) to (t1, b) meets `level`. */
static double crossing(double t0, double t1, double a, double b, double level)
{
    return b == a ? t1 : t0 + (t1 - t0) * fmin(1.0, fmax(0.0, (level - a) / (b - a)));
}

int milestones_waiting(const struct milestones *milestones)
{
    return !(milestones->closed && milestones->sealed && milestones->calm);
}

int milestones_look(struct milestones *milestones, const struct model *model, double time, const double *out)
{
    struct milestones *m = milestones;
    if (!milestones_waiting(m))
        return 0;
    double closure, deficit;
    milestones_healed(model, out, &closure, &deficit);
    const double erythema = value(model, "erythema", out, 0.0);
    if (!m->closed && closure >= CLOSED) {
        m->closed = 1;
        m->closure_time = fmax(crossing(m->before, time, m->closure_before, closure, CLOSED) - m->session,
                               isnan(m->closure_time) ? 0.0 : m->closure_time);
    }
    if (!m->sealed && deficit < SEALED) {
        m->sealed = 1;
        m->barrier_time = fmax(crossing(m->before, time, m->deficit_before, deficit, SEALED) - m->session,
                               isnan(m->barrier_time) ? 0.0 : m->barrier_time);
    }
    /* Inflammation rises before it falls: the last time that both hold. */
    if (!m->calm && m->sealed && erythema < CALM && (erythema <= m->erythema_before || time > m->session + 1.0)) {
        m->calm = 1;
        const double quiet = m->erythema_before < CALM ? m->before : crossing(m->before, time, m->erythema_before, erythema, CALM);
        const double sealed = m->deficit_before < SEALED ? m->before : crossing(m->before, time, m->deficit_before, deficit, SEALED);
        const double lasted = fmax(quiet, sealed) - m->session;
        m->downtime = fmax(lasted, isnan(m->downtime) ? 0.0 : m->downtime);
        m->downtime_total += lasted;
    }
    remember(m, model, time, out);
    return milestones_waiting(m);
}

double outcomes_onset(size_t n, const double *time, const double *gain, double threshold)
{
    size_t first = n; /* first row of the last stretch that stays up */
    while (first > 0 && gain[first - 1] >= threshold)
        first--;
    if (first == n)
        return NAN;
    return first == 0 ? time[0] : crossing(time[first - 1], time[first], gain[first - 1], gain[first], threshold);
}

double outcomes_peak(size_t n, const double *gain)
{
    double peak = NAN;
    for (size_t i = 0; i < n; i++)
        peak = fmax(peak, gain[i]);
    return peak;
}

double outcomes_time_to_share(size_t n, const double *time, const double *gain, double share)
{
    const double wanted = share * outcomes_peak(n, gain);
    if (!(wanted > 0.0))
        return NAN;
    for (size_t i = 0; i < n; i++)
        if (gain[i] >= wanted)
            return i == 0 ? time[0] : crossing(time[i - 1], time[i], gain[i - 1], gain[i], wanted);
    return NAN;
}
