/* What the page asks of the core: a configuration from settings, one simulation at a time, its outcomes and its cross-section.
 *
 * The core is the program's own, file by file; only the libraries under it that a browser lacks have stand-ins (standins/).  JavaScript
 * calls the exported functions below and is called back with every row of the series and every picture.  A row is what the program writes
 * into /NAME and /means/NAME, on the same days; a picture is the cross-section with the outcomes at that time, dense after a session. */
#include "outcomes.h"
#include "simulation.h"
#include "version.h"

#include <emscripten.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 64, MOST_SPECIES = 6 };
static const double STRETCH = 4.0;  /* [day]: pictures follow each other evenly in log(1 + days since a session / STRETCH), */
static const double PICTURE = 0.02; /* by this much */

extern const struct model dermis_model;
const struct model *const model_registry[] = {&dermis_model, NULL};

/* A layer of the picture: the sum of some species, 255 = `full` and more. */
static const struct layer {
    const char *name;
    double full; /* [unit of the species] */
    const char *species[MOST_SPECIES + 1];
} layers[] = {
    {"collagen",
     1.4,
     {"collagen_i_new", "collagen_iii_new", "collagen_i_incorporated", "collagen_iii_incorporated", "collagen_i_mature",
      "collagen_iii_mature"}},
    {"young_collagen", 0.6, {"collagen_i_new", "collagen_iii_new", "collagen_i_incorporated", "collagen_iii_incorporated"}},
    {"clot", 1.0, {"clot"}},
    {"inflammation", 0.6, {"inflammation"}},
    {"tgfb", 0.3, {"tgfb1", "tgfb3"}},
    {"macrophages", 1.0, {"macrophage_m1", "macrophage_m2"}},
    {"fibroblasts", 2.0, {"fibroblast"}},
    {"activated", 0.5, {"activated_fibroblast", "myofibroblast"}},
    {"capillaries", 1.0, {"capillary"}},
    {"elastin", 1.4, {"elastin"}},
};
enum { N_LAYERS = sizeof layers / sizeof *layers };

static struct page {
    struct config *config;
    struct plan plan;
    struct simulation *simulation;
    double *outcomes, *means; /* of a row or picture */
    double *time, *gain;      /* [capacity] of the rows, for onset and peak */
    size_t rows;
    int64_t next_row, session; /* session: the latest one, ticks */
    double next_picture;       /* log(1 + days since the session / STRETCH) */
    int64_t *stops;            /* snapshots of the plan, which the program's steps meet: [n_stops] ticks */
    size_t n_stops, next_stop;
    unsigned char *picture; /* [N_LAYERS][cells] */
    float *surface;         /* [surface species][surface cells] */
    char *text;             /* answer to the latest question */
} page;

/* clang-format off */
EM_JS(void, tell_row, (double day, const double *outcomes, const double *means), { Module.row(day, outcomes, means); })
EM_JS(void, tell_picture, (double day, int after, const double *outcomes, const double *means, const void *picture, const void *surface), {
    Module.picture(day, after, outcomes, means, picture, surface);
})
/* clang-format on */

static void forget(void)
{
    simulation_destroy(&page.simulation);
    plan_destroy(&page.plan);
    config_destroy(&page.config);
    free(page.outcomes);
    free(page.means);
    free(page.time);
    free(page.gain);
    free(page.stops);
    free(page.picture);
    free(page.surface);
    free(page.text);
    page = (struct page){0};
}

/* A stream into page.text, which `answer` closes. */
static FILE *question(void)
{
    static size_t bytes;
    free(page.text);
    page.text = NULL;
    return open_memstream(&page.text, &bytes);
}

static const char *answer(FILE *stream)
{
    fclose(stream);
    return page.text;
}

/* `sets`: KEY=VALUE in lines. */
static enum status read_settings(const char *sets, struct config **config)
{
    char *lines = strdup(sets), *next = lines, *line;
    const char *set[MOST_SETS];
    size_t n = 0;
    if (!lines)
        return status_no_memory("the settings", strlen(sets));
    while ((line = strsep(&next, "\n")) && n < MOST_SETS)
        if (*line)
            set[n++] = line;
    const enum status status = config_read(NULL, 0, set, n, plan_vocabulary(), config);
    free(lines);
    return status;
}

static enum status create_buffers(void)
{
    const struct plan *plan = &page.plan;
    const struct model *model = plan->model;
    const size_t rows = (size_t)(plan->end / plan->series_every) + 3;
    page.outcomes = calloc(model->n_outcomes, sizeof *page.outcomes);
    page.means = calloc(model->n_species + model->n_surface, sizeof *page.means);
    page.time = calloc(rows, sizeof *page.time);
    page.gain = calloc(rows, sizeof *page.gain);
    page.stops = calloc(plan->n_snapshots + 1, sizeof *page.stops);
    page.picture = malloc(N_LAYERS * page.simulation->grid->cells);
    page.surface = malloc(model->n_surface * page.simulation->surface_grid->cells * sizeof *page.surface);
    if (!page.outcomes || !page.means || !page.time || !page.gain || !page.stops || !page.picture || !page.surface)
        return status_no_memory("the page", rows * sizeof *page.time);
    for (size_t i = 0; i < plan->n_snapshots; i++)
        if (stepper_ticks(plan->snapshots[i]) <= plan->end)
            page.stops[page.n_stops++] = stepper_ticks(plan->snapshots[i]);
    return OK;
}

/* Layers and surface of a state: bytes and floats for the canvas. */
static void draw(const double *const *y, const double *const *e)
{
    const struct model *model = page.plan.model;
    const size_t cells = page.simulation->grid->cells, columns = page.simulation->surface_grid->cells;
    for (size_t l = 0; l < N_LAYERS; l++) {
        const double *species[MOST_SPECIES];
        size_t n = 0;
        for (; layers[l].species[n]; n++)
            species[n] = y[model_species(model, layers[l].species[n])];
        for (size_t c = 0; c < cells; c++) {
            double sum = 0.0;
            for (size_t s = 0; s < n; s++)
                sum += species[s][c];
            page.picture[l * cells + c] = (unsigned char)lrint(255.0 * fmin(1.0, sum / layers[l].full));
        }
    }
    for (size_t s = 0; s < model->n_surface; s++)
        for (size_t c = 0; c < columns; c++)
            page.surface[s * columns + c] = (float)e[s][c];
}

static void observe(int64_t time)
{
    simulation_observe(page.simulation, time, page.outcomes, page.means, page.means + page.plan.model->n_species);
}

static void picture(int64_t time, int after)
{
    const double *const *y, *const *e;
    observe(time);
    stepper_state_at(page.simulation->stepper, time, &y, &e);
    draw(y, e);
    tell_picture(stepper_days(time), after, page.outcomes, page.means, page.picture, page.surface);
}

static int64_t picture_time(void)
{
    return page.session + stepper_ticks(STRETCH * expm1(page.next_picture));
}

/* Rows and pictures that fall due within the last step, then the integrals up to its end. */
static void tell_due(void)
{
    const int64_t now = stepper_time(page.simulation->stepper), end = page.plan.end, every = page.plan.series_every;
    while (page.next_row <= now && page.next_row <= end) {
        observe(page.next_row);
        page.time[page.rows] = stepper_days(page.next_row);
        page.gain[page.rows++] = page.outcomes[model_outcome(page.plan.model, "collagen_gain")];
        tell_row(stepper_days(page.next_row), page.outcomes, page.means);
        page.next_row = page.next_row < end && page.next_row + every > end ? end : page.next_row + every;
    }
    for (; picture_time() <= now; page.next_picture += PICTURE)
        picture(picture_time(), 0);
    if (now == end)
        picture(now, 0);
    simulation_integrate(page.simulation);
}

static size_t performed(void)
{
    size_t n = 0;
    for (size_t i = 0; i < page.simulation->n_sessions; i++)
        n += page.simulation->sessions[i].performed >= 0;
    return n;
}

/* Sessions due now; the picture after one begins the dense series anew. */
static enum status meet_events(void)
{
    const int64_t now = stepper_time(page.simulation->stepper);
    const size_t before = performed();
    const enum status status = simulation_meet_events(page.simulation);
    while (page.next_stop < page.n_stops && page.stops[page.next_stop] <= now)
        page.next_stop++;
    if (status != OK || performed() == before)
        return status;
    page.session = now;
    page.next_picture = PICTURE;
    picture(now, 1);
    return OK;
}

/* Errors and warnings of the latest call as lines "needlework: error: ...", "" when there are none. */
EMSCRIPTEN_KEEPALIVE const char *page_messages(void)
{
    FILE *stream = question();
    status_print(stream);
    return answer(stream);
}

/* Whether the program would accept these settings: its status; the reasons are in page_messages.  The simulation under way is lost. */
EMSCRIPTEN_KEEPALIVE int page_check(const char *sets)
{
    forget();
    status_clear();
    enum status status = read_settings(sets, &page.config);
    if (status == OK)
        status = plan_create(page.config, 1, &page.plan);
    return (int)status;
}

/* Begins a simulation: rows and pictures of day 0 are told. */
EMSCRIPTEN_KEEPALIVE int page_begin(const char *sets)
{
    enum status status = (enum status)page_check(sets);
    if (status == OK)
        status = simulation_create(&page.plan, &page.simulation);
    if (status == OK)
        status = create_buffers();
    if (status != OK)
        return (int)status;
    tell_due();
    return (int)meet_events();
}

/* One accepted step.  1 when the end has been reached, 0 when not, -1 on an error. */
EMSCRIPTEN_KEEPALIVE int page_step(void)
{
    int64_t target = simulation_next_event(page.simulation);
    if (page.next_stop < page.n_stops && page.stops[page.next_stop] < target)
        target = page.stops[page.next_stop];
    if (simulation_advance(page.simulation, target) != OK)
        return -1;
    tell_due();
    if (stepper_time(page.simulation->stepper) < target)
        return 0;
    if (target < page.plan.end)
        picture(target, 0); /* the last one before a session */
    if (meet_events() != OK)
        return -1;
    return target == page.plan.end;
}

EMSCRIPTEN_KEEPALIVE double page_day(void)
{
    return stepper_days(stepper_time(page.simulation->stepper));
}

static void print_axis(FILE *stream, const char *name, const struct axis *axis)
{
    fprintf(stream, ", \"%s\": [", name);
    for (size_t i = 0; i <= axis->n; i++)
        fprintf(stream, "%s%.9g", i ? ", " : "", axis->face[i]);
    fputc(']', stream);
}

/* The channel, the grid and the length of what has begun, as JSON. */
EMSCRIPTEN_KEEPALIVE const char *page_shape(void)
{
    const struct plan *plan = &page.plan;
    const struct device *device = &plan->treatment.device;
    FILE *stream = question();
    fprintf(stream, "{\"days\": %.17g, \"cells\": %zu, \"epidermis\": %.9g, \"channel_depth\": %.9g, \"channel_radius\": %.9g", //
            stepper_days(plan->end), page.simulation->grid->cells, plan->skin.epidermis, device_channel_depth(device),
            device_channel_radius(device));
    fprintf(stream, ", \"taper\": %.9g, \"bruise\": %.9g, \"species\": %zu", device->taper, device->bruise, plan->model->n_species);
    print_axis(stream, "r", &page.simulation->grid->axis[0]);
    print_axis(stream, "z", &page.simulation->grid->axis[2]);
    fputc('}', stream);
    return answer(stream);
}

static void print_days(FILE *stream, const char *name, double value)
{
    if (isnan(value))
        fprintf(stream, ", \"%s\": null", name);
    else
        fprintf(stream, ", \"%s\": %.17g", name, value);
}

/* The summary of the run so far, as in the attributes of a results file, and the solver's own account, as JSON. */
EMSCRIPTEN_KEEPALIVE const char *page_summary(void)
{
    const struct simulation *s = page.simulation;
    const struct stepper_counts counts = stepper_counts(s->stepper);
    FILE *stream = question();
    fprintf(stream, "{\"steps\": %zu, \"sessions_performed\": %zu", counts.steps, performed());
    print_days(stream, "collagen_onset", outcomes_onset(page.rows, page.time, page.gain, 0.01));
    print_days(stream, "collagen_time_to_90_percent", outcomes_time_to_share(page.rows, page.time, page.gain, 0.9));
    print_days(stream, "peak_collagen_gain", outcomes_peak(page.rows, page.gain));
    print_days(stream, "final_collagen_gain", page.gain[page.rows - 1]);
    print_days(stream, "epidermal_closure_time", s->milestones.closure_time);
    print_days(stream, "barrier_recovery_time", s->milestones.barrier_time);
    print_days(stream, "downtime", s->milestones.downtime);
    print_days(stream, "downtime_total", s->milestones.downtime_total);
    fprintf(stream, ", \"sessions\": [");
    for (size_t i = 0; i < s->n_sessions; i++)
        fprintf(stream, s->sessions[i].performed < 0 ? "%s[%.9g, null]" : "%s[%.9g, %.9g]", i ? ", " : "",
                stepper_days(s->sessions[i].scheduled), stepper_days(s->sessions[i].performed));
    fprintf(stream, "]}");
    return answer(stream);
}

/* What the core is made of, as JSON: version, outcomes, species, layers, devices, ranges of the settings. */
EMSCRIPTEN_KEEPALIVE const char *page_about(void)
{
    const struct model *model = &dermis_model;
    FILE *stream = question();
    fprintf(stream, "{\"version\": \"%s\", \"commit\": \"%s\", \"modified\": %d, \"compiler\": \"%s\"", VERSION_NUMBER, VERSION_COMMIT,
            VERSION_MODIFIED, VERSION_COMPILER);
    fprintf(stream, ", \"outcomes\": [");
    for (size_t i = 0; i < model->n_outcomes; i++)
        fprintf(stream, "%s{\"name\": \"%s\", \"unit\": \"%s\", \"meaning\": \"%s\"}", i ? ", " : "", model->outcomes[i].name,
                model->outcomes[i].unit, model->outcomes[i].meaning);
    fprintf(stream, "], \"means\": [");
    for (size_t i = 0; i < model->n_species + model->n_surface; i++)
        fprintf(stream, "%s\"%s\"", i ? ", " : "",
                i < model->n_species ? model->species[i].name : model->surface[i - model->n_species].name);
    fprintf(stream, "], \"surface\": [");
    for (size_t i = 0; i < model->n_surface; i++)
        fprintf(stream, "%s\"%s\"", i ? ", " : "", model->surface[i].name);
    fprintf(stream, "], \"layers\": [");
    for (size_t i = 0; i < N_LAYERS; i++)
        fprintf(stream, "%s{\"name\": \"%s\", \"full\": %.9g}", i ? ", " : "", layers[i].name, layers[i].full);
    fprintf(stream, "], \"devices\": ");
    device_describe(NULL, DEVICE_JSON, stream);
    fputc('}', stream);
    return answer(stream);
}

/* The configuration with every default, as `needlework check` prints it; "" before a configuration was accepted. */
EMSCRIPTEN_KEEPALIVE const char *page_resolved(void)
{
    FILE *stream = question();
    char *resolved = page.plan.model ? plan_resolved(&page.plan) : NULL;
    fputs(resolved ? resolved : "", stream);
    free(resolved);
    return answer(stream);
}

/* A pattern of channels on a patch: not on this page, which computes the surroundings of one. */
enum status treatment_pattern(const struct treatment *treatment, double width, size_t number, size_t *n, double **x, double **y)
{
    (void)treatment, (void)width, (void)number, (void)n, (void)x, (void)y;
    return status_fail(ERR_CONFIG, "domain.geometry: patches are not computed in the browser");
}
