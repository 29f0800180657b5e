/* Scheduled changes: when they happen, what they leave behind, and that a run can stop and go on between them. */
#include "events.h"
#include "model_use.h"
#include "plan.h"
#include "simulation.h"

#include "rig.h"

#include <stdio.h>
#include <string.h>

/* dy/dt = supply - y: known between all changes. */
enum { Y, N_SPECIES };
enum { SUPPLY, STRENGTH, DOSE, WINDOW_START, WINDOW_LENGTH, WINDOW_EVERY, WINDOWS, DOSE_START, DOSE_EVERY, DOSES, N_PARAMS };
enum { TWICE = N_PARAMS, N_ALL };

static const struct species species[N_SPECIES] = {{"pool", "mg", 1, 1, .meaning = "y"}};
static const struct param params[N_PARAMS] = {
    {"supply", 0, "mg/day", 0, 10, "supply", "assumed: a test"},
    {"strength", 2, "mg/day", 0, 10, "supply in a window", "assumed: a test"},
    {"dose", 3, "mg", 0, 10, "dose", "assumed: a test"},
    {"window_start", 1, "day", 0, 10, "start", "assumed: a test"},
    {"window_length", 0.5, "day", 0, 10, "length", "assumed: a test"},
    {"window_every", 0.5, "day", 1e-3, 10, "interval", "assumed: a test"},
    {"windows", 1, "1", 0, 1e7, "count", "assumed: a test"},
    {"dose_start", 0, "day", 0, 10, "start", "assumed: a test"},
    {"dose_every", 1, "day", 1e-3, 10, "interval", "assumed: a test"},
    {"doses", 0, "1", 0, 1e7, "count", "assumed: a test"},
};
static const struct event schedule[] = {
    {"window", EVENT_SET, "supply", "strength", "window_start", "window_length", "window_every", "windows", "supply"},
    {"dose", EVENT_ADD, "pool", "dose", "dose_start", NULL, "dose_every", "doses", "a dose"},
};

static void prepare(double *p)
{
    p[TWICE] = 2 * p[SUPPLY];
}

static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod, double *const *loss)
{
    (void)y, (void)fixed;
    for (size_t i = 0; i < n; i++) {
        prod[Y][i] = 0.5 * p[TWICE]; /* stale unless prepared again */
        loss[Y][i] = 1;
    }
}

static const struct model model = {.name = "pulses",
                                   .title = "t",
                                   .reference = "r",
                                   .species = species,
                                   .n_species = N_SPECIES,
                                   .params = params,
                                   .n_params = N_PARAMS,
                                   .n_derived = N_ALL - N_PARAMS,
                                   .events = schedule,
                                   .n_events = 2,
                                   .prepare = prepare,
                                   .react = react};

static void defaults(double p[N_ALL])
{
    for (size_t i = 0; i < N_PARAMS; i++)
        p[i] = params[i].value;
    prepare(p);
}

/* Runs until `days`, carrying out what is due, also at the end. */
static double run(const double base[N_ALL], double days, double *injury, size_t *changes)
{
    double now[N_ALL];
    memcpy(now, base, sizeof now);
    struct rig rig = rig_create(&model, now, one_cell(), 1e-7, 1, NULL);
    struct events *events = NULL;
    const int64_t end = stepper_ticks(days);
    cr_assert(events_check(&model, base) == OK && events_create(&model, base, end, &events) == OK);
    *changes = 0;
    for (;;) {
        const int64_t time = stepper_time(rig.stepper);
        *changes += events_next(events) <= time;
        events_apply(events, rig.stepper, rig.dermis, now);
        cr_assert(events_next(events) > time, "a change is left on day %g", stepper_days(time));
        if (time >= end)
            break;
        rig_run(&rig, stepper_days(events_next(events) < end ? events_next(events) : end));
    }
    const double y = rig_now(&rig, Y)[0];
    const struct ledger ledger = stepper_ledger(rig.stepper, false, Y);
    *injury = ledger.injury;
    NEAR(ledger.error, 0, 1e-12);
    events_destroy(&events);
    rig_free(&rig);
    return y;
}

Test(events, a_model_of_them_keeps_the_contract)
{
    cr_assert(model_check(&model) == OK, "%s", status_count() ? status_message(0) : "");
}

Test(events, a_window_supplies_exactly_as_long_as_it_lasts)
{
    double base[N_ALL], injury;
    size_t changes;
    defaults(base);
    const double y = run(base, 3, &injury, &changes);
    NEAR(y, exp(-3) + 2 * (1 - exp(-0.5)) * exp(-1.5), 1e-6);
    NEAR(injury, 0, 0);
    cr_assert_eq(changes, 2);
}

Test(events, windows_that_touch_are_one_window)
{
    double base[N_ALL], injury;
    size_t changes;
    defaults(base);
    base[WINDOWS] = 3; /* days 1 to 2.5: an end and a beginning at 1.5 and at 2 */
    NEAR(run(base, 3, &injury, &changes), exp(-3) + 2 * (1 - exp(-1.5)) * exp(-0.5), 1e-6);
    cr_assert_eq(changes, 4);
}

Test(events, doses_are_added_at_the_start_between_and_at_the_end)
{
    double base[N_ALL], injury;
    size_t changes;
    defaults(base);
    base[WINDOWS] = 0;
    base[DOSES] = 10; /* days 0 to 9, four of them within the run */
    const double y = run(base, 3, &injury, &changes);
    NEAR(y, exp(-3) + 3 * (exp(-3) + exp(-2) + exp(-1) + 1), 2e-6);
    NEAR(injury, 4 * 3, 1e-12);
    cr_assert_eq(changes, 4);
}

Test(events, without_effect_do_not_disturb_the_integration)
{
    double base[N_ALL], injury;
    size_t changes;
    defaults(base);
    base[STRENGTH] = base[SUPPLY];
    base[DOSE] = 0;
    base[DOSES] = 10;
    run(base, 3, &injury, &changes);
    cr_assert_eq(changes, 0);
}

static void refused(const double base[N_ALL], const char *message)
{
    cr_assert(events_check(&model, base) == ERR_CONFIG, "accepted, wanted: %s", message);
    cr_assert(strcmp(status_message(0), message) == 0, "said '%s', wanted '%s'", status_message(0), message);
    status_clear();
}

Test(events, that_cannot_be_are_refused)
{
    double base[N_ALL];
    defaults(base);
    base[WINDOWS] = 2.5;
    refused(base, "parameters.windows: 2.5 is not a whole number up to 1e+06");
    base[WINDOWS] = 2e6;
    refused(base, "parameters.windows: 2e+06 is not a whole number up to 1e+06");
    base[WINDOWS] = 2;
    base[WINDOW_LENGTH] = 0.6;
    refused(base, "parameters.window_length: 'window' lasts 0.6 days and cannot come every 0.5 days (parameters.window_every)");
    base[WINDOWS] = 1;
    cr_assert(events_check(&model, base) == OK);
}

Test(events, are_printed_where_they_happen)
{
    double base[N_ALL];
    defaults(base);
    base[DOSES] = 4;
    char text[512] = "";
    FILE *file = tmpfile();
    events_print(&model, base, file);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    cr_assert_str_eq(text, "# window: supply is 2 mg/day on day 1 for 0.5 days\n# dose: pool gains 3 mg on day 0, 4 times every 1 days\n");
}

/* ---- a whole simulation, stopped within a window ---- */

static const char *const PULSES = "model: waugh_sherratt_2007\ndomain: {geometry: well_mixed}\nrun: {duration: 50 days}\n"
                                  "parameters: {grafts: 3, graft_start: 10 days, a_f: 800 /mm3/day}\n";

static void advance(struct simulation *s, int64_t until)
{
    while (stepper_time(s->stepper) < until) {
        const int64_t change = simulation_next_change(s);
        cr_assert(simulation_advance(s, change < until ? change : until) == OK);
        if (simulation_next_change(s) <= stepper_time(s->stepper))
            simulation_change(s);
    }
}

static size_t list_parts(struct simulation *s, struct state_part **parts)
{
    size_t n = 0;
    simulation_parts(s, NULL, &n);
    *parts = calloc(n, sizeof **parts);
    n = 0;
    simulation_parts(s, *parts, &n);
    return n;
}

Test(events, a_checkpoint_within_a_window_goes_on_to_the_same_bits)
{
    struct config *config = NULL;
    struct plan plan;
    struct simulation *s[2] = {NULL, NULL};
    struct state_part *parts[2];
    cr_assert(config_parse(PULSES, strlen(PULSES), "pulses", plan_vocabulary(), &config) == OK && plan_create(config, 1, &plan) == OK, "%s",
              status_count() ? status_message(0) : "");
    for (int i = 0; i < 2; i++)
        cr_assert(simulation_create(&plan, &s[i]) == OK);
    advance(s[0], stepper_ticks(17.5)); /* within the second graft */
    const int graft = model_param(plan.model, "graft");
    NEAR(s[0]->params[graft], 1, 0);
    const size_t n = list_parts(s[0], &parts[0]);
    cr_assert_eq(list_parts(s[1], &parts[1]), n);
    for (size_t i = 0; i < n; i++) {
        cr_assert(parts[0][i].bytes == parts[1][i].bytes && strcmp(parts[0][i].name, parts[1][i].name) == 0);
        memcpy(parts[1][i].data, parts[0][i].data, parts[0][i].bytes);
    }
    cr_assert(simulation_restored(s[1]));
    NEAR(s[1]->params[graft], 1, 0);
    for (int i = 0; i < 2; i++)
        advance(s[i], plan.end);
    NEAR(s[1]->params[graft], 0, 0);
    for (size_t i = 0; i < plan.model->n_species; i++)
        cr_assert(s[0]->dermis->level[STATE_NOW][i][0] == s[1]->dermis->level[STATE_NOW][i][0], "%s differs", plan.model->species[i].name);
    cr_assert(s[0]->dermis->level[STATE_NOW][4][0] > 10, "the fibroblasts are gone");
    for (int i = 0; i < 2; i++) {
        free(parts[i]);
        simulation_destroy(&s[i]);
    }
    plan_destroy(&plan);
    config_destroy(&config);
}
