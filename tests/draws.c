/* Extreme but legal parameters: random draws over the full range of every parameter of a model (uniform; by the logarithm where the range
 * spans more than a factor of 100), each a year with up to three sessions on a coarse cylinder.
 *
 * usage: draws [N [SEED [MODEL]]]          default: 200 1 dermis; scripts/check.sh runs the default, 10,000 were run once (tests/README.md)
 *
 * After every step: no value is negative or not finite.  At the end: the ledger closes, the outcomes are finite or not defined.  A run of
 * more than STEPS steps creeps.  Failures are listed by frequency; the exit code is 1 when there is one. */
#define _GNU_SOURCE
#include "config.h"
#include "model_use.h"
#include "plan.h"
#include "stepper.h"
#include "timeline.h"

#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 50000, KINDS = 200, TEXT = 1 << 15 };

static struct {
    char what[160];
    char first[1100]; /* sentence and draw of the first time */
    size_t times;
} kinds[KINDS];
static size_t n_kinds;

static void count(const char *what, const char *sentence, long draw)
{
    size_t k = 0;
    while (k < n_kinds && strcmp(kinds[k].what, what) != 0)
        k++;
    if (k == KINDS)
        return;
    if (k == n_kinds) {
        n_kinds++;
        snprintf(kinds[k].what, sizeof kinds[k].what, "%s", what);
        snprintf(kinds[k].first, sizeof kinds[k].first, "draw %ld: %.1000s", draw, sentence);
    }
    kinds[k].times++;
}

/* One draw as a configuration. */
static void draw(gsl_rng *rng, const struct model *model, char text[TEXT])
{
    static const char *const devices[] = {"roller_0.5", "roller_1.5", "roller_3.0", "pen", "stamp"};
    size_t n =
        (size_t)snprintf(text, TEXT,
                         "model: %s\nskin: {age: %lu years}\n"
                         "treatment: {device: %s, sessions: %lu, interval: %lu days}\n"
                         "domain: {geometry: axisymmetric, spacing: 120 um, depth: 1 mm}\n"
                         "run: {duration: 365 days}\noutput: {timeseries: 30 days, profiles: 365 days, snapshots: []}\nparameters:\n",
                         model->name, 18 + gsl_rng_uniform_int(rng, 83), devices[gsl_rng_uniform_int(rng, 5)],
                         1 + gsl_rng_uniform_int(rng, 3), 7 + gsl_rng_uniform_int(rng, 50));
    for (size_t i = 0; i < model->n_params && n < TEXT - 200; i++) {
        const struct param *p = &model->params[i];
        const double u = gsl_rng_uniform(rng);
        const bool wide = p->lo > 0.0 && p->hi / p->lo > 100.0;
        const double value = wide ? p->lo * pow(p->hi / p->lo, u) : p->lo + u * (p->hi - p->lo);
        n += (size_t)snprintf(text + n, TEXT - n, "  %s: %.17g %s\n", p->name, fmin(fmax(value, p->lo), p->hi),
                              strcmp(p->unit, "1") ? p->unit : "");
    }
}

struct watch {
    struct simulation *simulation;
    size_t steps;
    char wrong[160], sentence[300];
};

static bool is_whole(struct watch *w, const struct state *state, const struct species *species)
{
    for (size_t s = 0; state && s < state->n_species; s++)
        for (size_t c = 0; c < state->grid->cells; c++) {
            const double value = state->level[STATE_NOW][s][c];
            if (isfinite(value) && value >= 0.0)
                continue;
            snprintf(w->wrong, sizeof w->wrong, "%s %s", species[s].name, isfinite(value) ? "negative" : "not finite");
            snprintf(w->sentence, sizeof w->sentence, "%g on day %g", value, stepper_days(stepper_time(w->simulation->stepper)));
            return false;
        }
    return true;
}

static enum status look(void *user)
{
    struct watch *w = user;
    const struct model *model = w->simulation->plan->model;
    if (++w->steps > STEPS) {
        snprintf(w->wrong, sizeof w->wrong, "creeps");
        snprintf(w->sentence, sizeof w->sentence, "%d steps, the last of %g days, on day %g", STEPS,
                 stepper_last_dt(w->simulation->stepper), stepper_days(stepper_time(w->simulation->stepper)));
    }
    return !w->wrong[0] && is_whole(w, w->simulation->dermis, model->species) && is_whole(w, w->simulation->surface, model->surface)
               ? OK
               : ERR_CHECK;
}

/* The worst gap of the ledger / turnover. */
static double gap(const struct simulation *s, const struct model *model)
{
    double worst = 0.0;
    for (size_t i = 0; i < model->n_species; i++) {
        const struct ledger l = stepper_ledger(s->stepper, false, i);
        const double turned = fabs(l.initial) + fabs(l.produced) + fabs(l.lost) + fabs(l.boundary) + fabs(l.injury);
        worst = fmax(worst, fabs(l.error) / fmax(turned, 1e-6 * model->species[i].scale));
    }
    return worst;
}

/* The first words of a numerical failure: the species. */
static void name_failure(const char *sentence, char what[160])
{
    const char *reason = strrchr(sentence, ':');
    snprintf(what, 160, "%.*s", (int)strcspn(sentence, " "), sentence);
    if (reason && strstr(sentence, "not a finite"))
        snprintf(what + strlen(what), 160 - strlen(what), ": not finite");
}

static void run(const char *text, long number, size_t *steps, double *worst)
{
    static const struct timeline_sink sink = {.step = look};
    struct config *config = NULL;
    struct plan plan = {0};
    struct timeline timeline = {0};
    struct watch w = {0};
    char what[160];
    enum status status = config_parse(text, strlen(text), "draw", plan_vocabulary(), &config);
    if (status == OK)
        status = plan_create(config, 1, &plan);
    if (status == OK)
        status = simulation_create(&plan, &w.simulation);
    if (status == OK)
        status = timeline_create(w.simulation, &timeline);
    if (status == OK) {
        status = timeline_run(&timeline, &sink, &w);
        timeline_destroy(&timeline);
    }
    *steps = w.steps;
    const double off = status == OK ? gap(w.simulation, plan.model) : 0.0;
    *worst = fmax(*worst, off);
    if (w.wrong[0])
        count(w.wrong, w.sentence, number);
    else if (status == ERR_NUMERICS) {
        name_failure(status_message(0), what);
        count(what, status_message(0), number);
    } else if (status != OK)
        count("set-up", status_message(0), number);
    else if (off > 1e-9)
        count("ledger", "does not close", number);
    simulation_destroy(&w.simulation);
    plan_destroy(&plan);
    config_destroy(&config);
    status_clear();
}

static int ascending(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const long n = argc > 1 ? atol(argv[1]) : 200, seed = argc > 2 ? atol(argv[2]) : 1, only = argc > 4 ? atol(argv[4]) : -1;
    const struct model *model = model_find(argc > 3 ? argv[3] : "dermis");
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t *steps = calloc(n > 0 ? (size_t)n : 1, sizeof *steps), failed = 0;
    char *text = malloc(TEXT);
    double worst = 0.0;
    if (n < 1 || !model || !rng || !steps || !text)
        return 2;
    gsl_rng_set(rng, (unsigned long)seed);
    for (long i = 0; i < n; i++) {
        draw(rng, model, text);
        if (only >= 0 && i == only)
            printf("%s", text);
        else if (only < 0)
            run(text, i, &steps[i], &worst);
    }
    for (size_t k = 0; k < n_kinds; k++) {
        printf("%6zu x  %-40s %s\n", kinds[k].times, kinds[k].what, kinds[k].first);
        failed += kinds[k].times;
    }
    qsort(steps, (size_t)n, sizeof *steps, ascending);
    if (only < 0)
        printf("%ld draws of %zu parameters of %s, seed %ld: %zu failed; steps: median %zu, 99 %% below %zu, most %zu; worst ledger %.1e\n",
               n, model->n_params, model->name, seed, failed, steps[n / 2], steps[99 * n / 100], steps[n - 1], worst);
    free(text);
    free(steps);
    gsl_rng_free(rng);
    return failed > 0;
}
