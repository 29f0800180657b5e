/* The public face of one simulation: a plan, its simulation and its timeline behind one pointer, and the two times of a run - where the
 * integrator stands, which only whole steps move, and where the user looks, anywhere within the last step. */
#define _POSIX_C_SOURCE 200809L
#include "needlework.h"

#include "config.h"
#include "model_use.h"
#include "plan.h"
#include "plugin.h"
#include "timeline.h"

#include "version.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct needlework {
    struct config *config; /* owned */
    struct plan plan;
    struct simulation *simulation; /* owned */
    struct timeline timeline;
    char *resolved, *warnings;                    /* owned */
    double *outcomes;                             /* [n_outcomes] at `time` when `observed`, owned */
    int64_t time;                                 /* ticks: where the user looks, within the last step */
    bool settled;                                 /* what is due at the end of the last step has been carried out */
    bool observed;                                /* `outcomes` are those of `time`; likewise the fields, once asked for: */
    const double *const *dermis, *const *surface; /* [species][cell], borrowed; NULL = not asked for */
    enum status failed;                           /* OK, or why the run cannot go on */
};

static const struct timeline_sink nothing_wanted;
static _Thread_local char reason[16384];

const char *needlework_version(void)
{
    return VERSION_NUMBER;
}

const char *needlework_error(void)
{
    return reason;
}

/* Adds a line to a text of at most n bytes where there is room for it. */
static void add_line(char *text, size_t n, const char *line)
{
    const size_t used = strlen(text);
    if (used + strlen(line) + 2 <= n)
        snprintf(text + used, n - used, "%s%s", used ? "\n" : "", line);
}

/* What every function that can fail ends with: the sentences of this thread become the reason, when there is one to give. */
static int leave(enum status status)
{
    if (status != OK) {
        reason[0] = '\0';
        for (size_t i = 0; i < status_count(); i++)
            add_line(reason, sizeof reason, status_message(i));
    }
    status_clear();
    return (int)status;
}

void needlework_refuse_plugins(void)
{
    plugin_refuse();
}

static size_t length(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

static enum status keep_warnings(struct needlework *run)
{
    size_t room = 1;
    for (size_t i = 0; i < status_warnings(); i++)
        room += strlen(status_warning(i)) + 1;
    run->warnings = calloc(room, 1);
    if (!run->warnings)
        return status_no_memory("the warnings", room);
    for (size_t i = 0; i < status_warnings(); i++)
        add_line(run->warnings, room, status_warning(i));
    return OK;
}

/* All but the configuration, which has been read. */
static enum status prepare(struct needlework *run, int threads)
{
    enum status status = plan_create(run->config, threads, &run->plan);
    if (status == OK)
        status = keep_warnings(run);
    if (status == OK && !(run->resolved = plan_resolved(&run->plan)))
        status = status_no_memory("the configuration", 1);
    if (status == OK && !(run->outcomes = calloc(run->plan.model->n_outcomes + 1, sizeof *run->outcomes)))
        status = status_no_memory("the outcomes", run->plan.model->n_outcomes * sizeof *run->outcomes);
    if (status == OK)
        status = simulation_create(&run->plan, &run->simulation);
    if (status == OK)
        status = timeline_create(run->simulation, &run->timeline);
    return status;
}

static int create(const char *text, const char *const *files, const char *const *settings, int threads, struct needlework **run)
{
    status_clear();
    struct needlework *new = calloc(1, sizeof *new);
    enum status status = new ? OK : status_no_memory("the run", sizeof *new);
    if (status == OK && threads < 0)
        status = status_fail(ERR_CONFIG, "threads: %d is less than 0", threads);
    if (status == OK && text)
        status = config_parse_set(text, strlen(text), "configuration", settings, length(settings), plugin_vocabulary(), &new->config);
    else if (status == OK)
        status = config_read(files, length(files), settings, length(settings), plugin_vocabulary(), &new->config);
    if (status == OK)
        status = prepare(new, threads);
    if (status == OK)
        *run = new;
    else
        needlework_destroy(&new);
    return leave(status);
}

int needlework_create(const char *text, const char *const *settings, int threads, struct needlework **run)
{
    return create(text ? text : "", NULL, settings, threads, run);
}

int needlework_create_from_files(const char *const *files, const char *const *settings, int threads, struct needlework **run)
{
    return create(NULL, files, settings, threads, run);
}

void needlework_destroy(struct needlework **run)
{
    if (!run || !*run)
        return;
    timeline_destroy(&(*run)->timeline);
    simulation_destroy(&(*run)->simulation);
    free((*run)->outcomes);
    free((*run)->resolved);
    free((*run)->warnings);
    plan_destroy(&(*run)->plan);
    config_destroy(&(*run)->config);
    free(*run);
    *run = NULL;
}

const char *needlework_warnings(const struct needlework *run)
{
    return run->warnings;
}

const char *needlework_configuration(const struct needlework *run)
{
    return run->resolved;
}

double needlework_time(const struct needlework *run)
{
    return stepper_days(run->time);
}

double needlework_end(const struct needlework *run)
{
    return stepper_days(run->plan.end);
}

static int64_t integrated(const struct needlework *run)
{
    return stepper_time(run->simulation->stepper);
}

static void look_at(struct needlework *run, int64_t time)
{
    run->time = time;
    run->observed = false;
    run->dermis = NULL;
}

/* Whether a call may move the run; the failure of an earlier one is repeated. */
static enum status movable(const struct needlework *run)
{
    status_clear();
    return run->failed == OK ? OK : status_fail(run->failed, "the run failed on day %.6g and cannot go on", needlework_time(run));
}

static enum status settle(struct needlework *run)
{
    if (!run->settled)
        run->failed = timeline_settle(&run->timeline, &nothing_wanted, NULL);
    run->settled = true;
    look_at(run, integrated(run));
    return run->failed;
}

static enum status step(struct needlework *run)
{
    if (settle(run) != OK)
        return run->failed;
    run->failed = timeline_step(&run->timeline, &nothing_wanted, NULL);
    run->settled = run->failed != OK;
    look_at(run, integrated(run));
    return run->failed;
}

int needlework_step(struct needlework *run)
{
    enum status status = movable(run);
    if (status == OK && run->time < integrated(run))
        look_at(run, integrated(run));
    else if (status == OK && run->time < run->plan.end)
        status = step(run);
    return leave(status);
}

int needlework_advance(struct needlework *run, double day)
{
    enum status status = movable(run);
    if (status == OK && !(day >= needlework_time(run) && day <= needlework_end(run)))
        status = status_fail(ERR_CONFIG, "day %.6g is not between the present, day %.6g, and the end of the run, day %.6g", day,
                             needlework_time(run), needlework_end(run));
    const int64_t wanted = status == OK ? stepper_ticks(day) : 0;
    while (status == OK && integrated(run) < wanted)
        status = step(run);
    if (status == OK && wanted != run->time)
        look_at(run, wanted);
    return leave(status);
}

int needlework_settle(struct needlework *run)
{
    enum status status = movable(run);
    if (status == OK && run->time == integrated(run))
        status = settle(run);
    return leave(status);
}

/* The fields where the user looks. */
static void find_fields(struct needlework *run)
{
    if (!run->dermis)
        stepper_state_at(run->simulation->stepper, run->time, &run->dermis, &run->surface);
}

size_t needlework_outcome_count(const struct needlework *run)
{
    return run->plan.model->n_outcomes;
}

static const struct outcome *outcome_row(const struct needlework *run, size_t i)
{
    return i < run->plan.model->n_outcomes ? &run->plan.model->outcomes[i] : NULL;
}

const char *needlework_outcome_name(const struct needlework *run, size_t i)
{
    const struct outcome *row = outcome_row(run, i);
    return row ? row->name : NULL;
}

const char *needlework_outcome_unit(const struct needlework *run, size_t i)
{
    const struct outcome *row = outcome_row(run, i);
    return row ? row->unit : NULL;
}

const char *needlework_outcome_meaning(const struct needlework *run, size_t i)
{
    const struct outcome *row = outcome_row(run, i);
    return row ? row->meaning : NULL;
}

int needlework_outcome_find(const struct needlework *run, const char *name)
{
    return model_outcome(run->plan.model, name);
}

const double *needlework_outcomes(struct needlework *run)
{
    if (!run->observed) {
        find_fields(run);
        outcomes_evaluate(run->simulation->outcomes, stepper_days(run->time), run->dermis, run->surface, run->outcomes);
        run->observed = true;
    }
    return run->outcomes;
}

double needlework_outcome(struct needlework *run, const char *name)
{
    const int i = needlework_outcome_find(run, name);
    return i < 0 ? NAN : needlework_outcomes(run)[i];
}

size_t needlework_session_count(const struct needlework *run)
{
    return run->simulation->n_sessions;
}

double needlework_session(const struct needlework *run, size_t i)
{
    const struct simulation *simulation = run->simulation;
    return i < simulation->n_sessions && simulation->sessions[i].performed >= 0 ? stepper_days(simulation->sessions[i].performed) : NAN;
}

size_t needlework_field_count(const struct needlework *run)
{
    return run->plan.model->n_species + run->plan.model->n_surface;
}

static const struct species *field_row(const struct needlework *run, size_t i)
{
    const struct model *model = run->plan.model;
    if (i >= needlework_field_count(run))
        return NULL;
    return i < model->n_species ? &model->species[i] : &model->surface[i - model->n_species];
}

const char *needlework_field_name(const struct needlework *run, size_t i)
{
    const struct species *row = field_row(run, i);
    return row ? row->name : NULL;
}

const char *needlework_field_unit(const struct needlework *run, size_t i)
{
    const struct species *row = field_row(run, i);
    return row ? row->unit : NULL;
}

const char *needlework_field_meaning(const struct needlework *run, size_t i)
{
    const struct species *row = field_row(run, i);
    return row ? row->meaning : NULL;
}

int needlework_field_find(const struct needlework *run, const char *name)
{
    for (size_t i = 0; i < needlework_field_count(run); i++)
        if (strcmp(field_row(run, i)->name, name) == 0)
            return (int)i;
    return -1;
}

const double *needlework_field(struct needlework *run, size_t i, size_t shape[3], size_t stride[3])
{
    if (i >= needlework_field_count(run))
        return NULL;
    const size_t n_species = run->plan.model->n_species;
    const struct grid *grid = i < n_species ? run->simulation->grid : run->simulation->surface_grid;
    find_fields(run);
    for (int a = 0; a < 3 && shape; a++)
        shape[a] = grid->axis[2 - a].n;
    if (stride) {
        stride[0] = grid->plane;
        stride[1] = grid->axis[0].n;
        stride[2] = 1;
    }
    return i < n_species ? run->dermis[i] : run->surface[i - n_species];
}

const char *needlework_geometry(const struct needlework *run)
{
    return geometry_names[run->plan.geometry];
}

/* The grid counts x, y, z. */
static const struct axis *axis_of(const struct needlework *run, int axis)
{
    return axis >= 0 && axis < 3 ? &run->simulation->grid->axis[2 - axis] : NULL;
}

const double *needlework_centres(const struct needlework *run, int axis, size_t *n)
{
    const struct axis *a = axis_of(run, axis);
    if (n)
        *n = a ? a->n : 0;
    return a ? a->center : NULL;
}

const double *needlework_faces(const struct needlework *run, int axis, size_t *n)
{
    const struct axis *a = axis_of(run, axis);
    if (n)
        *n = a ? a->n + 1 : 0;
    return a ? a->face : NULL;
}

const double *needlework_volumes(const struct needlework *run)
{
    return run->simulation->grid->volume;
}
