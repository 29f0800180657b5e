#include "compare.h"

#include "config.h"
#include "model_use.h"
#include "plan.h"
#include "plugin.h"
#include "results.h"
#include "series.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const equal_names[] = {"as run", "channels", "damage", "depth-volume", NULL};

/* ---- the dose ------------------------------------------------------------------------------------------------------------------------ */

struct compare_dose compare_dose_of(const struct device *device, double epidermis)
{
    const double per_cm2 = 100.0 * device->density, a = device_channel_radius(device), depth = device_channel_depth(device);
    if (device->pattern == PATTERN_AREA)
        return (struct compare_dose){NAN, NAN, NAN, NAN};
    /* A cylinder down to `turn`, a cone of radius `width` there below it; only what lies below the epidermis counts. */
    const double turn = fmax(depth * (1.0 - device->taper), epidermis), width = a * fmin(1.0, (depth - turn) / (device->taper * depth));
    const double volume = epidermis < depth ? M_PI * (a * a * (turn - epidermis) + width * width * (depth - turn) / 3.0) : 0.0;
    return (struct compare_dose){per_cm2, depth, per_cm2 * M_PI * a * a, per_cm2 * volume};
}

/* Of a whole run, in the measure that is asked for. */
static double dose_in(const struct compare_run *run, enum compare_equal equal)
{
    const double sessions = run->summary[SUMMARY_SESSIONS_PERFORMED];
    return sessions * (equal == COMPARE_CHANNELS ? run->dose.channels : equal == COMPARE_DAMAGE ? run->dose.area : run->dose.volume);
}

/* The part of the resolved configuration from "skin:" on, up to the next section. */
static enum status skin_of(const char *resolved, char **skin)
{
    const char *start = strstr(resolved, "\nskin:"), *end = start ? strstr(start, "\ntreatment:") : NULL;
    *skin = end ? strndup(start, (size_t)(end - start)) : NULL;
    return end && !*skin ? status_no_memory("the skin of a run", (size_t)(end - start)) : OK;
}

/* Dose and skin by the file's own configuration; unknown when it has none that this program understands.  ERR_IO when out of memory. */
static enum status read_configuration(struct compare_run *run)
{
    char *text = NULL;
    struct config *config = NULL;
    struct device device;
    run->dose = (struct compare_dose){NAN, NAN, NAN, NAN};
    enum status status = results_text(run->path, "configuration_resolved", &text);
    if (status == OK)
        status = config_parse(text, strlen(text), run->path, plan_vocabulary(), &config);
    if (status == OK)
        status = device_from_config(config, &device);
    if (status == OK && config_has(config, CONFIG_SKIN_EPIDERMIS))
        run->dose = compare_dose_of(&device, config_number(config, CONFIG_SKIN_EPIDERMIS));
    if (status == OK)
        status = skin_of(text, &run->skin);
    if (!status_lacks_memory())
        status_clear(); /* what is wrong with it is no error of this command; the report says that the dose is unknown */
    config_destroy(&config);
    free(text);
    return status_lacks_memory() ? ERR_IO : OK;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

/* What sort of number the chosen outcome is; later is worse. */
static void classify(struct compare *c)
{
    const bool time = expression_is_time(&c->by);
    const char *subject = expression_subject(&c->by), *name = subject ? subject : "";
    expression_unit(&c->by, c->unit);
    c->lower = time || summary_lower(c->by.model, name);
    c->shared = !time && (ends_with(name, "_gain") || strncmp(name, "scar_", 5) == 0 || strcmp(name, "downtime_total") == 0);
}

/* One file; the first one decides on the model. */
static enum status read_run(struct compare *c, const char *by, struct series *series, struct compare_run *run)
{
    char reason[256];
    const enum status status = series_read(run->path, series);
    if (status != OK)
        return status;
    if (!c->by.model) {
        if (!expression_parse(by, series->model, NULL, 0, &c->by, reason, sizeof reason))
            return status_fail(ERR_CONFIG, "--by: %s", reason);
        classify(c);
    } else if (c->by.model != series->model) {
        return status_fail(ERR_CONFIG, "%s is a run of %s, %s of %s: different models are not compared", c->run[0].path, c->by.model->name,
                           run->path, series->model->name);
    }
    if (series->n == 0)
        return status_fail(ERR_IO, "%s: has no rows yet, so there is nothing to compare", run->path);
    const int scar = model_outcome(series->model, "scar_index");
    run->complete = series->complete;
    run->end = series->time[series->n - 1];
    run->by = expression_value(&c->by, &(struct expression_run){.series = series});
    run->scar = scar >= 0 ? series_value(series, series->n - 1, (size_t)scar) : NAN;
    memcpy(run->summary, series->summary, sizeof run->summary);
    return read_configuration(run);
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------------------- */

/* A new row; NULL when there is no memory, which compare_create notices by the missing row. */
static double *add(struct compare *c, enum compare_section section, const char *unit, const char *format, ...) STATUS_PRINTF(4, 5);
static double *add(struct compare *c, enum compare_section section, const char *unit, const char *format, ...)
{
    double *value = c->n_rows < COMPARE_ROWS_MOST ? malloc(c->n * sizeof *value) : NULL;
    if (!value)
        return NULL;
    struct compare_row *row = &c->row[c->n_rows++];
    va_list list;
    va_start(list, format);
    vsnprintf(row->name, sizeof row->name, format, list);
    va_end(list);
    snprintf(row->unit, sizeof row->unit, "%s", unit);
    row->section = section;
    row->value = value;
    return value;
}

static bool add_outcomes(struct compare *c)
{
    double *value = add(c, COMPARE_OUTCOMES, c->unit, "%s", c->by.text);
    for (size_t i = 0; value && i < c->n; i++)
        value[i] = c->run[i].by;
    for (int key = 0; value && key < SUMMARY_KEYS; key++) {
        const bool same = strcmp(c->by.text, summary_rows[key].name) == 0;
        if (key == SUMMARY_SESSIONS_PERFORMED || same || !summary_has(c->by.model, (enum summary_key)key))
            continue;
        value = add(c, COMPARE_OUTCOMES, summary_rows[key].unit, "%s", summary_rows[key].name);
        for (size_t i = 0; value && i < c->n; i++)
            value[i] = c->run[i].summary[key];
    }
    if (value && model_outcome(c->by.model, "scar_index") >= 0 && strcmp(c->by.text, "scar_index") != 0) {
        value = add(c, COMPARE_OUTCOMES, "1", "scar_index");
        for (size_t i = 0; value && i < c->n; i++)
            value[i] = c->run[i].scar;
    }
    return value;
}

static bool add_doses(struct compare *c)
{
    double *sessions = add(c, COMPARE_DOSE, "1", "sessions"), *channels = add(c, COMPARE_DOSE, "/cm2", "channels_per_session"),
           *depth = add(c, COMPARE_DOSE, "mm", "channel_depth"), *area = add(c, COMPARE_DOSE, "mm2/cm2", "channel_area_per_session"),
           *volume = add(c, COMPARE_DOSE, "mm3/cm2", "channel_volume_per_session"),
           *all = add(c, COMPARE_DOSE, "mm3/cm2", "damaged_volume");
    const bool good = sessions && channels && depth && area && volume && all;
    for (size_t i = 0; good && i < c->n; i++) {
        const struct compare_run *run = &c->run[i];
        sessions[i] = run->summary[SUMMARY_SESSIONS_PERFORMED];
        channels[i] = run->dose.channels;
        depth[i] = run->dose.depth;
        area[i] = run->dose.area;
        volume[i] = run->dose.volume;
        all[i] = dose_in(run, COMPARE_DEPTH_VOLUME);
    }
    return good;
}

static double ratio(double a, double b)
{
    return b > 0.0 ? a / b : NAN;
}

/* "day cm2" of "day" and "cm2". */
static const char *times(const char *unit, const char *other, char text[24])
{
    snprintf(text, 24, "%.11s%s%s", strcmp(unit, "1") == 0 ? "" : unit, strcmp(unit, "1") == 0 ? "" : " ", other);
    return text;
}

static bool add_shares(struct compare *c)
{
    const char *unit = c->unit, *by = c->by.text;
    char text[3][24];
    if (!c->shared)
        return true;
    double *session = add(c, COMPARE_SHARES, unit, "%s per session", by),
           *channel = add(c, COMPARE_SHARES, times(unit, "cm2", text[0]), "%s per channel", by),
           *volume = add(c, COMPARE_SHARES, times(unit, "cm2/mm3", text[1]), "%s per damaged volume", by),
           *day = add(c, COMPARE_SHARES, times(unit, "1/day", text[2]), "%s per day of downtime", by);
    const bool good = session && channel && volume && day;
    for (size_t i = 0; good && i < c->n; i++) {
        const struct compare_run *run = &c->run[i];
        session[i] = ratio(run->by, run->summary[SUMMARY_SESSIONS_PERFORMED]);
        channel[i] = ratio(run->by, dose_in(run, COMPARE_CHANNELS));
        volume[i] = ratio(run->by, dose_in(run, COMPARE_DEPTH_VOLUME));
        day[i] = ratio(run->by, run->summary[SUMMARY_DOWNTIME_TOTAL]);
    }
    return good;
}

static bool add_differences(struct compare *c)
{
    const size_t n_rows = c->n_rows;
    bool good = true;
    for (size_t r = 0; good && r < n_rows; r++) {
        if (c->row[r].section != COMPARE_OUTCOMES)
            continue;
        double *value = add(c, COMPARE_DIFFERENCES, c->row[r].unit, "difference of %.150s", c->row[r].name);
        good = value;
        for (size_t i = 0; good && i < c->n; i++)
            value[i] = c->row[r].value[i] - c->row[r].value[c->baseline];
    }
    return good;
}

/* In proportion to the dose, a straight line through no treatment: what a first guess is worth, and the density to find out by. */
static bool add_equal(struct compare *c)
{
    if (c->equal == COMPARE_AS_RUN)
        return true;
    double *value = add(c, COMPARE_AT_EQUAL_DOSE, c->unit, "%.120s at equal %s", c->by.text, equal_names[c->equal]);
    double *density = add(c, COMPARE_AT_EQUAL_DOSE, "/cm2", "treatment.density at equal %s", equal_names[c->equal]);
    for (size_t i = 0; value && density && i < c->n; i++) {
        const double factor = ratio(dose_in(&c->run[c->baseline], c->equal), dose_in(&c->run[i], c->equal));
        value[i] = c->run[i].by * factor;
        density[i] = c->run[i].dose.channels * factor;
    }
    return value && density;
}

/* ---- order and life cycle --------------------------------------------------------------------------------------------------------------
 */

static int by_key(const void *a, const void *b)
{
    const struct compare_run *x = a, *y = b;
    if (isnan(x->key) || isnan(y->key))
        return isnan(x->key) - isnan(y->key);
    return (x->key > y->key) - (x->key < y->key);
}

/* Sorts the runs, equal ones as they were given, and finds the baseline again. */
static enum status sort(struct compare *c)
{
    const struct compare_run *base = &c->run[c->baseline];
    const char *path = base->path;
    const double dose = dose_in(base, c->equal);
    if (c->equal != COMPARE_AS_RUN && !c->shared)
        return status_fail(ERR_CONFIG, "--equal: %s is not 0 without treatment, so it cannot be scaled with the dose", c->by.text);
    if (c->equal != COMPARE_AS_RUN && !(dose > 0.0))
        return status_fail(ERR_CONFIG, "--equal: the dose of the baseline %s is %s", path, isnan(dose) ? "not known" : "0");
    for (size_t i = 0; i < c->n; i++) {
        struct compare_run *run = &c->run[i];
        const double scaled = c->equal == COMPARE_AS_RUN ? run->by : run->by * ratio(dose, dose_in(run, c->equal));
        run->key = c->lower ? scaled : -scaled;
    }
    for (size_t i = 1; i < c->n; i++) /* by insertion: stable, and there are few */
        for (size_t j = i; j > 0 && by_key(&c->run[j - 1], &c->run[j]) > 0; j--) {
            const struct compare_run other = c->run[j];
            c->run[j] = c->run[j - 1];
            c->run[j - 1] = other;
        }
    for (c->baseline = 0; c->run[c->baseline].path != path; c->baseline++)
        ;
    return OK;
}

/* The paths and, when it is not among them, the baseline. */
static enum status gather(const char *const *paths, size_t n, const char *baseline, struct compare *c)
{
    c->run = calloc(n + 1, sizeof *c->run);
    if (!c->run)
        return status_no_memory("the runs", (n + 1) * sizeof *c->run);
    for (size_t i = 0; i < n; i++)
        c->run[i].path = paths[i];
    c->n = n;
    if (baseline) {
        for (c->baseline = 0; c->baseline < n && strcmp(paths[c->baseline], baseline) != 0; c->baseline++)
            ;
        if (c->baseline == n)
            c->run[c->n++].path = baseline;
    }
    return c->n >= 2 ? OK : status_fail(ERR_CONFIG, "compare: %s alone; there must be two runs to compare", paths[0]);
}

enum status compare_create(const char *const *paths, size_t n, const char *by, const char *baseline, enum compare_equal equal,
                           struct compare **compare)
{
    struct compare *c = calloc(1, sizeof *c);
    struct series series = {0};
    if (!c)
        return status_no_memory("a comparison", sizeof *c);
    c->equal = equal;
    enum status status = gather(paths, n, baseline, c);
    for (size_t i = 0; status == OK && i < c->n; i++)
        status = read_run(c, by ? by : "final_collagen_gain", &series, &c->run[i]);
    if (status == OK)
        status = sort(c);
    if (status == OK && !(add_outcomes(c) && add_doses(c) && add_shares(c) && add_differences(c) && add_equal(c)))
        status = status_no_memory("the rows of a comparison", c->n * sizeof(double));
    series_destroy(&series);
    if (status != OK)
        compare_destroy(&c);
    else
        *compare = c;
    return status;
}

void compare_destroy(struct compare **compare)
{
    struct compare *c = *compare;
    if (!c)
        return;
    for (size_t i = 0; c->run && i < c->n; i++)
        free(c->run[i].skin);
    for (size_t r = 0; r < c->n_rows; r++)
        free(c->row[r].value);
    free(c->run);
    free(c);
    *compare = NULL;
}

enum status compare_command(const struct arguments *a)
{
    struct compare *compare = NULL;
    int equal = COMPARE_AS_RUN;
    if (a->equal) {
        for (equal = COMPARE_CHANNELS; equal_names[equal] && strcmp(equal_names[equal], a->equal) != 0; equal++)
            ;
        if (!equal_names[equal])
            return status_fail(ERR_CONFIG, "--equal: '%s' is none of channels, damage, depth-volume", a->equal);
    }
    enum status status = OK;
    for (size_t i = 0; a->model && i < a->n_files && status == OK; i++)
        status = plugin_for_results(a->files[i], a->model, true);
    if (status == OK) {
        status_print(stderr); /* that a plug-in has changed: reading configurations forgets what was said */
        status = compare_create(a->files, a->n_files, a->by, a->baseline, (enum compare_equal)equal, &compare);
    }
    if (status == OK && a->csv)
        compare_print_csv(compare, stdout);
    else if (status == OK)
        compare_print(compare, stdout);
    compare_destroy(&compare);
    return status;
}
