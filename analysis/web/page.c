/* What the page asks of the core: a configuration from settings, one simulation at a time, its outcomes and its cross-section.
 *
 * The core is the program's own, file by file; only the libraries under it that a browser lacks have stand-ins (standins/).  JavaScript
 * calls the exported functions below and is called back with every row of the series and every picture.  A row is what the program writes
 * into /NAME and /means/NAME, on the same days; a picture is the cross-section with the outcomes at that time, dense after a session. */
#include "model_use.h"
#include "summary.h"
#include "timeline.h"
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
};
enum { N_LAYERS = sizeof layers / sizeof *layers };

static struct page {
    struct config *config;
    struct plan plan;
    struct simulation *simulation;
    struct timeline timeline;
    double *outcomes, *means; /* of a row or picture */
    double *time, *gain;      /* [rows] of the series, for the summary */
    size_t rows, sessions;    /* rows told; sessions given */
    int64_t session;          /* the latest one, ticks */
    double next_picture;      /* log(1 + days since it / STRETCH) */
    unsigned char *picture;   /* [N_LAYERS][cells] */
    float *surface;           /* [surface species][surface cells] */
    char *text;               /* answer to the latest question */
} page;

/* clang-format off */
EM_JS(void, tell_row, (double day, const double *outcomes, const double *means), { Module.row(day, outcomes, means); })
EM_JS(void, tell_picture, (double day, int after, const double *outcomes, const double *means, const void *picture, const void *surface), {
    Module.picture(day, after, outcomes, means, picture, surface);
})
/* clang-format on */

static void forget(void)
{
    timeline_destroy(&page.timeline);
    simulation_destroy(&page.simulation);
    plan_destroy(&page.plan);
    config_destroy(&page.config);
    free(page.outcomes);
    free(page.means);
    free(page.time);
    free(page.gain);
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
    const struct model *model = page.plan.model;
    const size_t rows = timeline_rows(&page.plan);
    page.outcomes = calloc(model->n_outcomes, sizeof *page.outcomes);
    page.means = calloc(model->n_species + model->n_surface, sizeof *page.means);
    page.time = calloc(rows, sizeof *page.time);
    page.gain = calloc(rows, sizeof *page.gain);
    page.picture = malloc(N_LAYERS * page.simulation->grid->cells);
    page.surface = malloc(model->n_surface * page.simulation->surface_grid->cells * sizeof *page.surface);
    const bool all = page.outcomes && page.means && page.time && page.gain && page.picture && page.surface;
    return all ? timeline_create(page.simulation, &page.timeline) : status_no_memory("the page", rows * sizeof *page.time);
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

static enum status told_row(void *user, int64_t time)
{
    (void)user;
    observe(time);
    page.time[page.rows] = stepper_days(time);
    page.gain[page.rows++] = page.outcomes[model_outcome(page.plan.model, "collagen_gain")];
    tell_row(stepper_days(time), page.outcomes, page.means);
    return OK;
}

/* Pictures that fall due within the step, and one at its end where a session is about to change the state. */
static enum status told_step(void *user)
{
    const int64_t now = stepper_time(page.simulation->stepper);
    const struct session *session = simulation_next_session(page.simulation);
    (void)user;
    for (; picture_time() <= now; page.next_picture += PICTURE)
        picture(picture_time(), 0);
    if (now == page.plan.end || (session && session->due <= now))
        picture(now, 0);
    return OK;
}

/* The picture after a session begins the dense series anew. */
static enum status told_events(void *user)
{
    const size_t given = summary_sessions(page.simulation);
    (void)user;
    if (given == page.sessions)
        return OK;
    page.sessions = given;
    page.session = stepper_time(page.simulation->stepper);
    page.next_picture = PICTURE;
    picture(page.session, 1);
    return OK;
}

/* Back to the page after every step. */
static enum status pause(void *user)
{
    (void)user;
    return STOPPED;
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

/* Begins a simulation: the picture of untouched skin is told. */
EMSCRIPTEN_KEEPALIVE int page_begin(const char *sets)
{
    enum status status = (enum status)page_check(sets);
    if (status == OK)
        status = simulation_create(&page.plan, &page.simulation);
    if (status == OK)
        status = create_buffers();
    if (status != OK)
        return (int)status;
    picture(0, 0);
    page.next_picture = PICTURE;
    return 0;
}

/* One accepted step.  1 when the end has been reached, 0 when not, -1 on an error. */
EMSCRIPTEN_KEEPALIVE int page_step(void)
{
    static const struct timeline_sink sink = {.step = told_step, .series = told_row, .events = told_events, .pause = pause};
    const enum status status = timeline_run(&page.timeline, &sink, NULL);
    return status == OK ? 1 : status == STOPPED ? 0 : -1;
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
    fprintf(stream, ", \"taper\": %.9g", device->taper);
    print_axis(stream, "r", &page.simulation->grid->axis[0]);
    print_axis(stream, "z", &page.simulation->grid->axis[2]);
    fputc('}', stream);
    return answer(stream);
}

/* The summary of the run so far, as in the attributes of a results file, and the number of steps, as JSON. */
EMSCRIPTEN_KEEPALIVE const char *page_summary(void)
{
    double values[SUMMARY_KEYS];
    summary_compute(page.simulation, page.rows, page.time, page.gain, values);
    FILE *stream = question();
    fprintf(stream, "{\"steps\": %zu", stepper_counts(page.simulation->stepper).steps);
    for (int key = 0; key < SUMMARY_KEYS; key++)
        fprintf(stream, isnan(values[key]) ? ", \"%s\": null" : ", \"%s\": %.17g", summary_rows[key].name, values[key]);
    fputc('}', stream);
    return answer(stream);
}

/* What the core is made of, as JSON: version, outcomes, names of the means and of the surface, layers, devices. */
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
