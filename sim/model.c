/* Look-up, checks and description of models: everything about the contract that no model has to write. */
#include "model_use.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Models of plug-ins: a list that only grows, at its head. */
struct added {
    const struct model *model;
    struct model_origin origin;
    struct added *next;
    char text[]; /* path and sha256 */
};
static _Atomic(struct added *) added;

const struct model *model_find(const char *name)
{
    for (size_t i = 0; model_registry[i]; i++)
        if (strcmp(model_registry[i]->name, name) == 0)
            return model_registry[i];
    for (const struct added *a = added; a; a = a->next)
        if (strcmp(a->model->name, name) == 0)
            return a->model;
    return NULL;
}

const struct model *model_from(const char *path)
{
    for (const struct added *a = added; a; a = a->next)
        if (strcmp(a->origin.path, path) == 0)
            return a->model;
    return NULL;
}

const struct model_origin *model_origin(const struct model *model)
{
    for (const struct added *a = added; a; a = a->next)
        if (a->model == model)
            return &a->origin;
    return NULL;
}

enum status model_add(const struct model *model, const char *path, const char *sha256)
{
    const size_t n = strlen(path) + 1, m = strlen(sha256) + 1;
    struct added *a = malloc(sizeof *a + n + m);
    if (!a)
        return status_no_memory("a model", sizeof *a + n + m);
    a->model = model;
    a->origin = (struct model_origin){memcpy(a->text, path, n), memcpy(a->text + n, sha256, m)};
    a->next = added;
    added = a;
    return OK;
}

/* Index of `name` among n rows of a table whose first member is the name; -1 when absent. */
static int row_of(const void *table, size_t n, size_t row, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        const char *const *first = (const void *)((const char *)table + i * row);
        if (*first && strcmp(*first, name) == 0)
            return (int)i;
    }
    return -1;
}

#define FIND(table, n, name) row_of(table, n, sizeof *(table), name)

int model_param(const struct model *model, const char *name)
{
    return FIND(model->params, model->n_params, name);
}

int model_species(const struct model *model, const char *name)
{
    return FIND(model->species, model->n_species, name);
}

int model_outcome(const struct model *model, const char *name)
{
    return FIND(model->outcomes, model->n_outcomes, name);
}

int model_quantity(const struct model *model, const char *name)
{
    const int species = model_species(model, name);
    if (species >= 0)
        return species;
    const int readout = FIND(model->readouts, model->n_readouts, name);
    return readout < 0 ? -1 : (int)model->n_species + readout;
}

/* ---- checks ---- */

enum { LONGEST_NAME = 60 }; /* readers of results have room for it */

struct check {
    const struct model *model;
    enum status status;
};

static void wrong(struct check *c, const char *format, ...) STATUS_PRINTF(2, 3);
static void wrong(struct check *c, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    c->status = status_fail(ERR_CHECK, "model %s: %s", c->model->name, text);
}

/* Words of small letters and digits, or a Roman numeral (collagen_III), joined by single underscores. */
static bool snake_case(const char *name)
{
    if (!(name[0] >= 'a' && name[0] <= 'z'))
        return false;
    for (const char *word = name; word;) {
        const char *end = strchr(word, '_');
        const size_t length = end ? (size_t)(end - word) : strlen(word);
        if (length == 0 || (strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789") != length && strspn(word, "IVX") != length))
            return false;
        word = end ? end + 1 : NULL;
    }
    return true;
}

static bool given(const char *text)
{
    return text && text[0];
}

/* Names of a table: present, well formed, unique among themselves. */
static void check_names(struct check *c, const char *what, const void *table, size_t n, size_t row)
{
    if (n > 0 && !table) {
        wrong(c, "%s: %zu rows announced, no table", what, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = *(const char *const *)(const void *)((const char *)table + i * row);
        if (!given(name))
            wrong(c, "%s %zu has no name", what, i);
        else if (!snake_case(name))
            wrong(c, "%s '%s' is not snake_case", what, name);
        else if (strlen(name) > LONGEST_NAME)
            wrong(c, "%s '%s' has more than %d letters", what, name, LONGEST_NAME);
        else if (row_of(table, n, row, name) != (int)i)
            wrong(c, "%s '%s' appears twice", what, name);
    }
}

#define CHECK_NAMES(what, table, n) check_names(c, what, table, n, sizeof *(table))

static void check_texts(struct check *c, const char *what, const char *name, const char *unit, const char *meaning)
{
    if (!given(unit))
        wrong(c, "%s '%s' has no unit", what, name);
    if (!given(meaning))
        wrong(c, "%s '%s' has no meaning", what, name);
}

static void check_param_reference(struct check *c, const char *what, const char *name, const char *param)
{
    if (model_param(c->model, param) < 0)
        wrong(c, "%s '%s' refers to parameter '%s', which does not exist", what, name, param);
}

/* A coefficient of transport or exchange is never negative. */
static void check_rate(struct check *c, const char *what, const char *name, const char *param)
{
    check_param_reference(c, what, name, param);
    const int i = model_param(c->model, param);
    if (i >= 0 && !(c->model->params[i].lo >= 0))
        wrong(c, "%s '%s': parameter '%s' may be negative", what, name, param);
}

static void check_species(struct check *c, const char *what, const struct species *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct species *s = &table[i];
        if (!given(s->name))
            continue;
        check_texts(c, what, s->name, s->unit, s->meaning);
        if (!(isfinite(s->healthy) && s->healthy >= 0))
            wrong(c, "%s '%s': healthy value %g is not finite and >= 0", what, s->name, s->healthy);
        if (!(isfinite(s->scale) && s->scale > 0))
            wrong(c, "%s '%s': scale %g is not > 0", what, s->name, s->scale);
        if (s->diffusivity)
            check_rate(c, what, s->name, s->diffusivity);
        if (s->mobility && !s->diffusivity)
            wrong(c, "%s '%s' has a mobility but no diffusivity", what, s->name);
        if (!s->toward != !s->taxis)
            wrong(c, "%s '%s': taxis needs both a species and a coefficient", what, s->name);
        if (s->taxis)
            check_param_reference(c, what, s->name, s->taxis);
        if (s->toward && FIND(table, n, s->toward) < 0)
            wrong(c, "%s '%s' moves towards '%s', which does not exist", what, s->name, s->toward);
    }
}

static void check_params(struct check *c)
{
    for (size_t i = 0; i < c->model->n_params; i++) {
        const struct param *p = &c->model->params[i];
        if (!given(p->name))
            continue;
        check_texts(c, "parameter", p->name, p->unit, p->meaning);
        if (!given(p->source))
            wrong(c, "parameter '%s' has no source", p->name);
        if (!(isfinite(p->lo) && isfinite(p->hi) && p->lo <= p->value && p->value <= p->hi))
            wrong(c, "parameter '%s': default %g is outside its range %g to %g", p->name, p->value, p->lo, p->hi);
    }
}

/* A factor on a parameter must leave its default in range. */
static void check_factor(struct check *c, const char *what, const char *name, const char *param, double factor, const char *source)
{
    const int i = given(param) ? model_param(c->model, param) : -1;
    if (i < 0) {
        wrong(c, "%s '%s' refers to parameter '%s', which does not exist", what, name, param ? param : "");
        return;
    }
    const struct param *p = &c->model->params[i];
    if (!given(source))
        wrong(c, "%s '%s' of '%s' has no source", what, name, param);
    if (!(p->value * factor >= p->lo && p->value * factor <= p->hi))
        wrong(c, "%s '%s' puts '%s' at %g, outside %g to %g", what, name, param, p->value * factor, p->lo, p->hi);
}

static void check_modifiers(struct check *c)
{
    const struct model *m = c->model;
    for (size_t i = 0; i < m->n_modifiers; i++) {
        const struct modifier *x = &m->modifiers[i];
        if (!given(x->condition) || !snake_case(x->condition))
            wrong(c, "modifier %zu names no condition", i);
        else
            check_factor(c, "condition", x->condition, x->param, x->factor, x->source);
    }
    for (size_t i = 0; i < m->n_ageing; i++) {
        const struct ageing *x = &m->ageing[i];
        check_factor(c, "age", "100 years", x->param, fmax(x->floor, 1 - 75 * x->rate), x->source);
    }
}

static void check_lesions(struct check *c)
{
    const struct model *m = c->model;
    for (size_t i = 0; i < m->n_lesions; i++) {
        const struct lesion *x = &m->lesions[i];
        const int field = given(x->field) ? FIND(m->fixed, m->n_fixed, x->field) : -1;
        if (!given(x->condition) || !snake_case(x->condition))
            wrong(c, "lesion %zu names no condition", i);
        else if (field < 0)
            wrong(c, "lesion '%s' is of fixed field '%s', which does not exist", x->condition, given(x->field) ? x->field : "");
        else if (!(x->factor > 0 && isfinite(x->factor) && x->depth >= 0 && x->width >= 0))
            wrong(c, "lesion '%s' of '%s' has no factor > 0, or a negative depth or width", x->condition, x->field);
        else if (!given(x->source))
            wrong(c, "lesion '%s' of '%s' has no source", x->condition, x->field);
    }
}

static void check_boundaries(struct check *c)
{
    const struct model *m = c->model;
    for (size_t i = 0; i < m->n_boundaries; i++) {
        const struct boundary *b = &m->boundaries[i];
        const char *name = given(b->species) ? b->species : "";
        if (model_species(m, name) < 0)
            wrong(c, "boundary %zu is of species '%s', which does not exist", i, name);
        if ((int)b->face < 0 || b->face >= N_FACES)
            wrong(c, "boundary of '%s' is on no face", name);
        if (!given(b->value))
            wrong(c, "boundary of '%s' has no value", name);
        else
            check_param_reference(c, "boundary of", name, b->value);
        if ((b->kind == BOUNDARY_EXCHANGE) != given(b->rate))
            wrong(c, "boundary of '%s': a rate belongs to an exchange", name);
        else if (given(b->rate))
            check_rate(c, "boundary of", name, b->rate);
        for (size_t j = 0; j < i; j++)
            if (m->boundaries[j].face == b->face && given(m->boundaries[j].species) && strcmp(m->boundaries[j].species, name) == 0)
                wrong(c, "'%s' has two boundaries on one face", name);
    }
}

/* The stepper reads coefficients of transport once, and fixed fields are filled once: no event may change them. */
static bool read_once(const struct model *m, const char *param)
{
    bool found = false;
    for (size_t i = 0; i < m->n_species + m->n_surface; i++) {
        const struct species *s = i < m->n_species ? &m->species[i] : &m->surface[i - m->n_species];
        found |= (s->diffusivity && strcmp(s->diffusivity, param) == 0) || (s->taxis && strcmp(s->taxis, param) == 0);
    }
    for (size_t i = 0; i < m->n_fixed; i++)
        found |= given(m->fixed[i].param) && strcmp(m->fixed[i].param, param) == 0;
    return found;
}

/* A parameter with which an event describes itself: there, with a smallest value of `least` or more, and not changed by an event. */
static void check_event_param(struct check *c, const struct event *x, const char *what, const char *param, double least)
{
    const struct model *m = c->model;
    const int i = given(param) ? model_param(m, param) : -1;
    if (i < 0)
        wrong(c, "event '%s': its %s is parameter '%s', which does not exist", x->name, what, given(param) ? param : "");
    else if (!(m->params[i].lo >= least))
        wrong(c, "event '%s': its %s '%s' may be %g", x->name, what, param, m->params[i].lo);
    for (size_t e = 0; i >= 0 && e < m->n_events; e++)
        if (m->events[e].kind == EVENT_SET && given(m->events[e].target) && strcmp(m->events[e].target, param) == 0)
            wrong(c, "event '%s': its %s '%s' is changed by event '%s'", x->name, what, param, m->events[e].name);
}

static void check_event_target(struct check *c, const struct event *x)
{
    const struct model *m = c->model;
    const char *target = given(x->target) ? x->target : "";
    const int i = model_param(m, target), value = given(x->value) ? model_param(m, x->value) : -1;
    if (x->kind == EVENT_ADD && model_species(m, target) < 0)
        wrong(c, "event '%s' adds to species '%s', which does not exist", x->name, target);
    if (x->kind != EVENT_SET)
        return;
    if (i < 0)
        wrong(c, "event '%s' sets parameter '%s', which does not exist", x->name, target);
    else if (read_once(m, target))
        wrong(c, "event '%s' sets '%s', a coefficient of transport or a fixed field", x->name, target);
    else if (value >= 0 && (m->params[value].lo < m->params[i].lo || m->params[value].hi > m->params[i].hi))
        wrong(c, "event '%s': '%s' can leave the range %g to %g of '%s'", x->name, x->value, m->params[i].lo, m->params[i].hi, target);
}

static void check_events(struct check *c)
{
    const struct model *m = c->model;
    for (size_t e = 0; e < m->n_events; e++) {
        const struct event *x = &m->events[e];
        const bool window = x->kind == EVENT_SET;
        check_texts(c, "event", x->name, "1", x->meaning);
        check_event_target(c, x);
        check_event_param(c, x, "value", x->value, window ? -INFINITY : 0);
        check_event_param(c, x, "start", x->start, 0);
        if (window != given(x->duration))
            wrong(c, "event '%s': a duration belongs to a window, and a window has one", x->name);
        else if (window)
            check_event_param(c, x, "duration", x->duration, 0);
        if (given(x->interval) != given(x->count))
            wrong(c, "event '%s': repetition needs both an interval and a count", x->name);
        else if (given(x->interval)) {
            check_event_param(c, x, "interval", x->interval, 1e-6);
            check_event_param(c, x, "count", x->count, 0);
        }
        for (size_t f = 0; f < e; f++)
            if (window && m->events[f].kind == EVENT_SET && given(x->target) && given(m->events[f].target) &&
                strcmp(x->target, m->events[f].target) == 0)
                wrong(c, "events '%s' and '%s' set the same parameter", m->events[f].name, x->name);
    }
}

/* What is written side by side into one group of the results must not collide. */
static void check_datasets(struct check *c)
{
    static const char *const axes[] = {"time", "x", "y", "z"};
    const struct model *m = c->model;
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++)
        if (model_quantity(m, axes[i]) >= 0 || FIND(m->surface, m->n_surface, axes[i]) >= 0 || model_outcome(m, axes[i]) >= 0)
            wrong(c, "'%s' is the name of an axis", axes[i]);
    for (size_t i = 0; i < m->n_readouts; i++)
        if (given(m->readouts[i].name) && model_species(m, m->readouts[i].name) >= 0)
            wrong(c, "readout '%s' has the name of a species", m->readouts[i].name);
    for (size_t i = 0; i < m->n_surface; i++)
        if (given(m->surface[i].name) && model_quantity(m, m->surface[i].name) >= 0)
            wrong(c, "surface species '%s' has the name of a species or readout", m->surface[i].name);
    for (size_t i = 0; i < m->n_surface_readouts; i++)
        if (given(m->surface_readouts[i].name) && FIND(m->surface, m->n_surface, m->surface_readouts[i].name) >= 0)
            wrong(c, "surface readout '%s' has the name of a species", m->surface_readouts[i].name);
}

static void check_functions(struct check *c)
{
    const struct model *m = c->model;
    bool mobile = false, surface_mobile = false;
    for (size_t i = 0; i < m->n_species; i++)
        mobile |= m->species[i].mobility;
    for (size_t i = 0; i < m->n_surface; i++)
        surface_mobile |= m->surface[i].mobility;
    const struct {
        bool wanted, present;
        const char *name;
    } functions[] = {
        {true, m->react != NULL, "react"},
        {m->n_derived > 0, m->prepare != NULL, "prepare"},
        {m->n_surface > 0, m->react_surface != NULL, "react_surface"},
        {mobile, m->mobility != NULL, "mobility"},
        {surface_mobile, m->mobility_surface != NULL, "mobility_surface"},
        {m->n_readouts > 0, m->read != NULL, "read"},
        {m->n_surface_readouts > 0, m->read_surface != NULL, "read_surface"},
        {m->n_outcomes > 0, m->observe != NULL, "observe"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (functions[i].wanted && !functions[i].present)
            wrong(c, "function %s is missing", functions[i].name);
        else if (!functions[i].wanted && functions[i].present)
            wrong(c, "function %s is there but no table needs it", functions[i].name);
    }
    if (m->injure_surface && m->n_surface == 0)
        wrong(c, "function injure_surface is there but no table needs it");
}

/* Readouts, integrals, outcomes and fixed fields. */
static void check_observables(struct check *c)
{
    const struct model *m = c->model;
    for (size_t i = 0; i < m->n_readouts; i++)
        check_texts(c, "readout", m->readouts[i].name, m->readouts[i].unit, m->readouts[i].meaning);
    for (size_t i = 0; i < m->n_surface_readouts; i++)
        check_texts(c, "surface readout", m->surface_readouts[i].name, m->surface_readouts[i].unit, m->surface_readouts[i].meaning);
    for (size_t i = 0; i < m->n_outcomes; i++)
        check_texts(c, "outcome", m->outcomes[i].name, m->outcomes[i].unit, m->outcomes[i].meaning);
    for (size_t i = 0; m->lower && m->lower[i]; i++)
        if (model_outcome(m, m->lower[i]) < 0)
            wrong(c, "the lower value of '%s' is said to be better, but there is no such outcome", m->lower[i]);
    for (size_t i = 0; i < m->n_integrals; i++) {
        const struct integral *x = &m->integrals[i];
        check_texts(c, "integral", x->name, "day", x->meaning);
        if (!given(x->quantity) || model_quantity(m, x->quantity) < 0)
            wrong(c, "integral '%s' is of '%s', which does not exist", x->name, x->quantity ? x->quantity : "");
        if ((int)x->region < 0 || x->region >= N_REGIONS || !(x->after >= 0))
            wrong(c, "integral '%s' has no region or a negative start", x->name);
        if (x->region == REGION_DEPTH && !given(m->layer.centre))
            wrong(c, "integral '%s' is over a layer that the model does not place", x->name);
    }
    if (given(m->layer.centre) != given(m->layer.height))
        wrong(c, "a layer needs both a centre and a height");
    else if (given(m->layer.centre)) {
        check_rate(c, "layer of", m->name, m->layer.centre);
        check_rate(c, "layer of", m->name, m->layer.height);
    }
    for (size_t i = 0; i < m->n_fixed; i++) {
        check_texts(c, "fixed field", m->fixed[i].name, "1", m->fixed[i].meaning);
        check_param_reference(c, "fixed field", m->fixed[i].name, given(m->fixed[i].param) ? m->fixed[i].param : "");
        if (given(m->fixed[i].drift))
            check_rate(c, "fixed field", m->fixed[i].name, m->fixed[i].drift);
    }
}

enum status model_check(const struct model *model)
{
    struct check check = {model, OK}, *c = &check;
    if (!given(model->name) || !snake_case(model->name) || strlen(model->name) > LONGEST_NAME)
        return status_fail(ERR_CHECK, "a model has no snake_case name of at most %d letters", LONGEST_NAME);
    if (!given(model->title) || !given(model->reference))
        wrong(c, "no title or reference");
    if (model->n_species < 1 || model->n_species > MODEL_MAX_SPECIES || model->n_surface > MODEL_MAX_SPECIES)
        wrong(c, "%zu and %zu species, between 1 and %d are possible", model->n_species, model->n_surface, MODEL_MAX_SPECIES);
    if (model->n_boundaries > MODEL_MAX_BOUNDARIES)
        wrong(c, "more than %d boundaries", MODEL_MAX_BOUNDARIES);
    if (model->n_fixed > MODEL_MAX_SPECIES || model->n_readouts > MODEL_MAX_SPECIES || model->n_surface_readouts > MODEL_MAX_SPECIES)
        wrong(c, "more than %d fixed fields or readouts", MODEL_MAX_SPECIES);
    CHECK_NAMES("species", model->species, model->n_species);
    CHECK_NAMES("surface species", model->surface, model->n_surface);
    CHECK_NAMES("parameter", model->params, model->n_params);
    CHECK_NAMES("fixed field", model->fixed, model->n_fixed);
    CHECK_NAMES("readout", model->readouts, model->n_readouts);
    CHECK_NAMES("surface readout", model->surface_readouts, model->n_surface_readouts);
    CHECK_NAMES("integral", model->integrals, model->n_integrals);
    CHECK_NAMES("outcome", model->outcomes, model->n_outcomes);
    CHECK_NAMES("event", model->events, model->n_events);
    if (check.status != OK)
        return check.status; /* the other checks rely on names */

    check_species(c, "species", model->species, model->n_species);
    check_species(c, "surface species", model->surface, model->n_surface);
    check_params(c);
    check_observables(c);
    check_modifiers(c);
    check_lesions(c);
    check_boundaries(c);
    check_events(c);
    check_datasets(c);
    check_functions(c);
    if (model->set_point)
        check_param_reference(c, "set point of", model->name, model->set_point);
    if ((model->n_surface > 0) != (model->surface_depth > 0))
        wrong(c, "a surface sees the tissue below it down to a depth > 0, and only a surface does");
    return check.status;
}
