#include "plan.h"

#include "events.h"
#include "model_use.h"
#include "state.h"
#include "stepper.h"
#include "transport.h"

#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double FINE_ENOUGH = 2.5;       /* cells per channel radius */
static const double BELOW_NEEDLE = 0.3;      /* [mm] of dermis wanted below the channel */
static const double NEAR = 1.5;              /* channel radii within which the radial cells of a cylinder are refined */
static const double PATCH_WIDTH = 2.0;       /* [mm] when none is given */
static const double VALUES_PER_THREAD = 1e5; /* cells x species that make another thread worth its barriers */
static const double VALUE_SECONDS = 1.0e-8;  /* of one core, per cell, species and step; measured, see sim/speed.md */

static size_t parameter_count(const char *model)
{
    const struct model *m = model_find(model);
    return m ? m->n_params : 0;
}

static struct config_parameter parameter(const char *model, size_t i)
{
    const struct param *p = &model_find(model)->params[i];
    return (struct config_parameter){p->name, p->unit, p->lo, p->hi};
}

/* A model of a plug-in that is there already; none is loaded from here, whoever wrote the configuration. */
static enum status other_model(const char *word, const char *path, const char *where, const char **name)
{
    const struct model *model = model_find(word);
    (void)path;
    *name = model ? model->name : NULL;
    if (!config_model_is_file(word))
        return OK;
    return status_fail(ERR_CONFIG, "%s: '%.80s' is a plug-in, and plug-ins are not loaded from here", where, word);
}

static const char *models[256]; /* names of the registry, ends with NULL */

static void list_models(void)
{
    for (size_t n = 0; model_registry[n] && n + 1 < sizeof models / sizeof *models; n++)
        models[n] = model_registry[n]->name;
}

const struct config_vocabulary *plan_vocabulary(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const struct config_vocabulary vocabulary = {models,          skin_site_names, device_names, treatment_conditions,
                                                        parameter_count, parameter,       other_model};
    pthread_once(&once, list_models);
    return &vocabulary;
}

static enum geometry geometry_of(const char *name)
{
    int g = 0;
    while (geometry_names[g + 1] && strcmp(geometry_names[g], name) != 0)
        g++;
    return (enum geometry)g;
}

/* `domain.width` is the full width of what repeats: twice the quarter cell, twice the radius. */
static void set_domain(struct plan *plan)
{
    const struct config *config = plan->config;
    const double *spacing;
    const size_t n = config_numbers(config, CONFIG_DOMAIN_SPACING, &spacing);
    plan->geometry = geometry_of(config_text(config, CONFIG_DOMAIN_GEOMETRY));
    for (size_t a = 0; a < 3; a++)
        plan->spacing[a] = n == 1 ? spacing[0] : n == 2 ? spacing[a == 2] : spacing[a];
    plan->depth = config_number(config, CONFIG_DOMAIN_DEPTH);
    plan->grading = config_number(config, CONFIG_DOMAIN_GRADING);
    const bool whole = plan->geometry == PATCH || plan->geometry == SLAB;
    double width = treatment_cell_width(&plan->treatment, plan->geometry);
    if (config_has(config, CONFIG_DOMAIN_WIDTH))
        width = config_number(config, CONFIG_DOMAIN_WIDTH) * (whole ? 1.0 : 0.5);
    else if (plan->geometry == PATCH)
        width = PATCH_WIDTH;
    plan->width[0] = plan->width[1] = width;
    const bool channel = plan->treated && plan->treatment.device.pattern != PATTERN_AREA;
    plan->refine = channel ? config_number(config, CONFIG_DOMAIN_REFINE) : 1.0;
    plan->near = channel ? NEAR * device_channel_radius(&plan->treatment.device) : 0.0;
    plan->cells = plan->geometry == AXISYMMETRIC
                      ? grid_cylinder_cells(width, plan->depth, plan->spacing, plan->grading, plan->near, plan->refine)
                      : grid_box_cells(plan->geometry, plan->width, plan->depth, plan->spacing, plan->grading);
}

static double memory(const struct plan *plan, int threads)
{
    const struct model *model = plan->model;
    const double layers = ceil(plan->depth / plan->spacing[2]), guard = plan->cells / fmax(1.0, layers);
    return state_bytes(plan->cells, guard, model->n_species, model->n_fixed) + state_bytes(guard, guard, model->n_surface, 0) +
           threads * transport_work_bytes(plan->cells, guard) + 6.0 * plan->cells * sizeof(double);
}

static void choose_threads(struct plan *plan, int wanted)
{
    const int available = omp_get_num_procs();
    if (wanted > available)
        status_warn("%d threads on %d processors: they will wait for each other", wanted, available);
    if (wanted > 0) {
        plan->threads = wanted;
        return;
    }
    const double useful = floor(plan->cells * (double)plan->model->n_species / VALUES_PER_THREAD);
    const int most = available < omp_get_max_threads() ? available : omp_get_max_threads();
    plan->threads = (int)fmax(1.0, fmin((double)most, useful));
}

static void warn_of_geometry(const struct plan *plan)
{
    const double radius = device_channel_radius(&plan->treatment.device);
    const double reach = device_channel_depth(&plan->treatment.device) - plan->treatment.epidermis;
    double coarsest = fmax(plan->spacing[0], plan->geometry == UNIT_CELL || plan->geometry == PATCH ? plan->spacing[1] : 0.0);
    if (plan->geometry == AXISYMMETRIC)
        coarsest /= plan->refine;
    if (plan->geometry == WELL_MIXED || plan->treatment.device.pattern == PATTERN_AREA)
        return;
    if (plan->geometry != PATCH && plan->width[0] <= radius && config_has(plan->config, CONFIG_DOMAIN_WIDTH))
        status_warn("domain.width: %.4g mm, narrower than the channel of %.4g mm", config_number(plan->config, CONFIG_DOMAIN_WIDTH),
                    2.0 * radius);
    if (radius / coarsest < FINE_ENOUGH)
        status_warn("domain.spacing: %.3g cells per channel radius (%.4g mm); at least %.2g are needed for values in the core",
                    radius / coarsest, radius, FINE_ENOUGH);
    if (plan->depth < reach + BELOW_NEEDLE - 1e-9)
        status_warn(
            "domain.depth: %.4g mm of dermis for a channel that ends %.4g mm deep in it; give at least %.2g mm more than the channel",
            plan->depth, reach, BELOW_NEEDLE);
}

/* More memory than the machine has is refused before anything is taken. */
static enum status check_memory(const struct plan *plan)
{
    const double have = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGE_SIZE);
    if (plan->bytes <= have)
        return OK;
    return status_fail(ERR_CONFIG, "domain: %.3g cells x %zu species need %.3g GB of memory, this machine has %.3g GB; use a wider spacing",
                       plan->cells, plan->model->n_species, plan->bytes / 1e9, have / 1e9);
}

static void estimate(struct plan *plan)
{
    const double days = stepper_days(plan->end), sessions = plan->treated ? (double)plan->treatment.sessions : 0.0;
    const double finer = cbrt(1e-3 / plan->tolerance);
    plan->steps = finer * (60.0 + 170.0 * sessions + days / 4.0);
    const double values = plan->cells * (double)plan->model->n_species;
    const double threads = fmin((double)plan->threads, (double)omp_get_num_procs());
    plan->seconds = plan->steps * values * VALUE_SECONDS / pow(threads, 0.8) + 1e-4 * days;
}

/* What site and device stand for, so that the resolved configuration does not depend on their tables. */
static void settle(struct plan *plan)
{
    const struct device *d = &plan->treatment.device;
    const struct {
        enum config_key key;
        double value;
    } rows[] = {{CONFIG_SKIN_EPIDERMIS, plan->skin.epidermis},
                {CONFIG_SKIN_DERMIS, plan->skin.dermis},
                {CONFIG_NEEDLE_LENGTH, d->length},
                {CONFIG_NEEDLE_DIAMETER, d->diameter},
                {CONFIG_NEEDLE_TAPER, d->taper},
                {CONFIG_NEEDLE_REACH, d->reach},
                {CONFIG_NEEDLE_RECOIL, d->recoil},
                {CONFIG_NEEDLE_REMOVAL, d->removal},
                {CONFIG_NEEDLE_BRUISE, d->bruise},
                {CONFIG_TREATMENT_DENSITY, plan->treatment.density}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        config_settle(plan->config, rows[i].key, rows[i].value);
}

enum status plan_create(struct config *config, int threads, struct plan *plan)
{
    *plan = (struct plan){.config = config, .model = model_find(config_text(config, CONFIG_MODEL))};
    const struct model *model = plan->model;
    plan->params = calloc(model->n_params + model->n_derived, sizeof *plan->params);
    if (!plan->params)
        return status_no_memory("the parameters", model->n_params * sizeof *plan->params);
    enum status status = skin_from_config(config, &plan->skin);
    if (status == OK)
        status = treatment_from_config(config, plan->skin.epidermis, &plan->treatment, plan->overridden, sizeof plan->overridden);
    if (status == OK)
        status = skin_parameters(config, model, plan->params);
    if (status == OK)
        status = events_check(model, plan->params);
    if (status != OK) {
        plan_destroy(plan);
        return status;
    }
    if (model->prepare)
        model->prepare(plan->params);
    settle(plan);
    plan->treated = model->injure && plan->treatment.sessions > 0;
    set_domain(plan);
    plan->tolerance = config_number(config, CONFIG_RUN_TOLERANCE);
    plan->end = stepper_ticks(config_number(config, CONFIG_RUN_DURATION));
    plan->series_every = stepper_ticks(config_number(config, CONFIG_OUTPUT_TIMESERIES));
    plan->profiles_every = stepper_ticks(config_number(config, CONFIG_OUTPUT_PROFILES));
    plan->n_snapshots = config_numbers(config, CONFIG_OUTPUT_SNAPSHOTS, &plan->snapshots);
    choose_threads(plan, threads);
    plan->bytes = memory(plan, plan->threads);
    estimate(plan);
    skin_warn(&plan->skin, model);
    if (plan->treated)
        warn_of_geometry(plan);
    status = check_memory(plan);
    if (status != OK)
        plan_destroy(plan);
    return status;
}

void plan_destroy(struct plan *plan)
{
    free(plan->params);
    plan->params = NULL;
}

char *plan_resolved(const struct plan *plan)
{
    const struct model *model = plan->model;
    struct config_parameter *list = calloc(model->n_params + 1, sizeof *list);
    char *text = NULL;
    if (list) {
        for (size_t i = 0; i < model->n_params; i++)
            list[i] = parameter(model->name, i);
        text = config_resolved(plan->config, list, plan->params, model->n_params);
    }
    free(list);
    return text;
}

static void print_sessions(const struct plan *plan, FILE *stream)
{
    const struct treatment *t = &plan->treatment;
    static const char *const otherwise[] = {"postponed until it is", "skipped", "the end of the run"};
    fprintf(stream, "# %s: channels %.4g mm deep, %.4g mm wide at the surface, %.4g per cm2\n", t->device.title,
            device_channel_depth(&t->device), 2.0 * device_channel_radius(&t->device), 100.0 * t->density);
    fprintf(stream, "# sessions%s, each given when the skin has healed (else %s):\n", t->shift ? ", every other one half a pitch away" : "",
            otherwise[t->if_not_healed]);
    for (size_t i = 0; i < t->sessions; i++) {
        fprintf(stream, "#   %zu on day %.6g%s\n", i + 1, t->first + (double)i * t->interval,
                stepper_ticks(t->first + (double)i * t->interval) > plan->end ? " (after the end of the run: not given)" : "");
        if (i == 9 && t->sessions > 11) {
            fprintf(stream, "#   ... and %zu more\n", t->sessions - 10);
            break;
        }
    }
}

static void print_domain(const struct plan *plan, FILE *stream)
{
    const struct model *model = plan->model;
    fprintf(stream, "# domain: %.0f cell%s", plan->cells, plan->cells > 1.0 ? "s" : "");
    if (plan->geometry == AXISYMMETRIC)
        fprintf(stream, ", a cylinder of %.4g mm radius, %.4g mm deep", plan->width[0], plan->depth);
    else if (plan->geometry == SLAB)
        fprintf(stream, ", %.4g mm wide, %.4g mm deep", plan->width[0], plan->depth);
    else if (plan->geometry != WELL_MIXED)
        fprintf(stream, ", %.4g x %.4g mm, %.4g mm deep%s", plan->width[0], plan->width[1], plan->depth,
                plan->geometry == UNIT_CELL ? " (a quarter of what repeats)" : "");
    fprintf(stream, "; %zu + %zu species\n", model->n_species, model->n_surface);
}

static void print_results(const struct plan *plan, FILE *stream)
{
    const struct model *model = plan->model;
    const double layers = plan->geometry == WELL_MIXED ? 1.0 : plan->depth / plan->spacing[2];
    const double rows = ceil((double)plan->end / (double)plan->series_every),
                 profiles = ceil((double)plan->end / (double)plan->profiles_every);
    size_t within = 0;
    for (size_t i = 0; i < plan->n_snapshots; i++)
        within += stepper_ticks(plan->snapshots[i]) <= plan->end;
    const double bytes = 4.0 * (double)within * plan->cells * (double)model->n_species +
                         8.0 * (rows * (double)(model->n_outcomes + model->n_species) + profiles * layers * (double)model->n_species);
    fprintf(stream, "# results: %.0f rows, %.0f profiles, %zu of %zu snapshots within the run; up to %.3g MB\n", rows + 1.0, profiles + 1.0,
            within, plan->n_snapshots, 1.0 + bytes / 1e6);
}

enum status plan_print(const struct plan *plan, FILE *stream)
{
    char *resolved = plan_resolved(plan);
    const struct model_origin *origin = model_origin(plan->model);
    if (!resolved)
        return status_no_memory("the configuration", 1);
    if (origin) { /* the first key is the model: as a file, so that what is printed can be read again */
        fputs("model: ", stream);
        config_print_text(stream, origin->path);
    }
    fprintf(stream, "%s#\n", origin ? resolved + strcspn(resolved, "\n") : resolved);
    if (origin)
        fprintf(stream, "# plug-in: the model %s, SHA-256 %s\n", plan->model->name, origin->sha256);
    free(resolved);
    if (plan->treated)
        print_sessions(plan, stream);
    else
        fprintf(stream, "# no needling%s\n", plan->model->injure ? "" : ": the model cannot be injured");
    events_print(plan->model, plan->params, stream);
    print_domain(plan, stream);
    print_results(plan, stream);
    fprintf(stream, "# memory: %.3g MB; about %.0f steps, %.2g s on %d thread%s\n", plan->bytes / 1e6, plan->steps, plan->seconds,
            plan->threads, plan->threads == 1 ? "" : "s");
    return OK;
}
