/* `sweep plan`: the specification and its design -> one configuration per run, every one of them checked -> DIR. */
#define _GNU_SOURCE
#include "sweep_internal.h"

#include "model_use.h"
#include "partial.h"
#include "plugin.h"
#include "progress.h"
#include "results.h"
#include "sweep_records.h"
#include "timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN = 10, TEXT = 1024 };

struct planner {
    struct sweep_spec spec;
    struct sweep sweep;
    struct sweep_points points;
    double seconds, bytes, rows; /* sums and largest of all runs */
    size_t wrong, warned;
    char *said[SHOWN]; /* sentences about wrong runs, owned */
};

/* ---- points -> columns
 * -------------------------------------------------------------------------------------------------------------------- */

/* Whether a point meets the constraints.  One whose configuration is wrong does: what is wrong is said later, of all such runs together. */
static bool allows(void *user, const double *unit)
{
    const struct sweep_spec *spec = user;
    const size_t n = spec->n_sets + spec->n_factors;
    const char **sets = calloc(n + 1, sizeof *sets);
    char(*texts)[TEXT] = calloc(spec->n_factors + 1, sizeof *texts);
    struct config *config = NULL;
    struct plan plan = {0};
    bool allowed = true;
    for (size_t i = 0; sets && texts && i < spec->n_sets; i++)
        sets[i] = spec->sets[i];
    for (size_t f = 0; sets && texts && f < spec->n_factors; f++) {
        sweep_factor_set(&spec->factors[f], unit[spec->factors[f].dimension], texts[f], TEXT);
        sets[spec->n_sets + f] = texts[f];
    }
    if (sets && texts && config_read((const char *const *)spec->base, spec->n_base, sets, n, plugin_vocabulary(), &config) == OK) {
        if (plan_create(config, 1, &plan) != OK)
            plan = (struct plan){.config = config, .model = spec->model};
        allowed = sweep_spec_allows(spec, &plan);
    }
    plan_destroy(&plan);
    config_destroy(&config);
    status_clear();
    free(texts);
    free(sets);
    return allowed;
}

static enum status make_points(struct planner *p)
{
    const struct sweep_spec *spec = &p->spec;
    size_t *count = calloc(spec->n_dimensions + 1, sizeof *count);
    if (!count)
        return status_no_memory("the design", spec->n_dimensions * sizeof *count);
    for (size_t f = spec->n_factors; f-- > 0;)
        count[spec->factors[f].dimension] = spec->factors[f].n;
    const struct sweep_recipe recipe = {.design = spec->design,
                                        .k = spec->n_dimensions,
                                        .count = count,
                                        .samples = (size_t)spec->samples,
                                        .levels = (int)spec->levels,
                                        .seed = (unsigned long)spec->seed,
                                        .allows = spec->n_constraints ? allows : NULL,
                                        .user = (void *)spec};
    const enum status status = sweep_design_points(&recipe, &p->points);
    free(count);
    return status;
}

static enum status fill_column(struct sweep_column *c, const struct sweep_factor *f, const struct sweep *s)
{
    snprintf(c->name, sizeof c->name, "%s", f->setting.name);
    snprintf(c->unit, sizeof c->unit, "%s", f->setting.unit);
    snprintf(c->scale, sizeof c->scale, "%s", sweep_scale_names[f->scale]);
    c->dimension = f->dimension;
    c->low = f->low;
    c->high = f->high;
    for (size_t k = 0; f->texts && k < f->n; k++)
        c->width = strlen(f->texts[k]) + 1 > c->width ? strlen(f->texts[k]) + 1 : c->width;
    if (f->texts)
        c->texts = calloc(s->n, c->width);
    else
        c->numbers = calloc(s->n, sizeof *c->numbers);
    if (!c->texts && !c->numbers)
        return status_no_memory("the values of a factor", s->n * sizeof *c->numbers);
    for (size_t i = 0; i < s->n; i++) {
        const double u = s->unit[i * s->n_dimensions + f->dimension];
        if (c->texts)
            strcpy(c->texts + i * c->width, f->texts[sweep_factor_index(f, u)]);
        else
            c->numbers[i] = sweep_factor_number(f, u);
    }
    return OK;
}

static char **copy_texts(char *const *texts, size_t n)
{
    char **copy = calloc(n + 1, sizeof *copy);
    for (size_t i = 0; copy && i < n; i++)
        copy[i] = strdup(texts[i]);
    return copy;
}

/* The rows of the design, once for every replicate. */
static enum status fill_design(struct planner *p)
{
    struct sweep *s = &p->sweep;
    const struct sweep_points *points = &p->points;
    const size_t k = points->k;
    s->n = points->n * (size_t)s->replicates;
    s->sample = malloc(s->n * sizeof *s->sample);
    s->block = malloc(s->n * sizeof *s->block);
    s->moved = malloc(s->n * sizeof *s->moved);
    s->replicate = malloc(s->n * sizeof *s->replicate);
    s->hash = calloc(s->n + 1, sizeof *s->hash);
    s->unit = malloc((s->n * k + 1) * sizeof *s->unit);
    if (!s->sample || !s->block || !s->moved || !s->replicate || !s->hash || !s->unit)
        return status_no_memory("the plan", s->n * (sizeof *s->hash + (k + 2) * sizeof *s->unit));
    for (size_t r = 0, i = 0; r < (size_t)s->replicates; r++)
        for (size_t j = 0; j < points->n; j++, i++) {
            s->sample[i] = points->sample[j];
            s->block[i] = points->block[j];
            s->moved[i] = points->moved[j];
            s->replicate[i] = (int)r;
            memcpy(s->unit + i * k, points->unit + j * k, k * sizeof *s->unit);
        }
    return OK;
}

static enum status fill_sweep(struct planner *p)
{
    const struct sweep_spec *spec = &p->spec;
    struct sweep *s = &p->sweep;
    s->model = spec->model;
    s->keep = spec->keep;
    s->samples = spec->samples;
    s->levels = spec->design == SWEEP_MORRIS ? spec->levels : 0;
    s->seed = spec->seed;
    s->replicates = spec->replicates;
    s->first_seed = spec->first_seed;
    snprintf(s->title, sizeof s->title, "%s", spec->title);
    snprintf(s->design, sizeof s->design, "%s", sweep_design_names[spec->design]);
    s->base = copy_texts(spec->base, s->n_base = spec->n_base);
    s->sets = copy_texts(spec->sets, s->n_sets = spec->n_sets);
    s->dimensions = copy_texts(spec->dimensions, s->n_dimensions = spec->n_dimensions);
    s->outcomes = calloc(spec->n_outcomes + 1, sizeof *s->outcomes);
    s->columns = calloc(spec->n_factors + 1, sizeof *s->columns);
    if (!s->base || !s->sets || !s->dimensions || !s->outcomes || !s->columns)
        return status_no_memory("the plan", spec->n_factors * sizeof *s->columns);
    for (size_t i = 0; i < spec->n_outcomes; i++, s->n_outcomes++)
        s->outcomes[i] = strdup(spec->outcomes[i].text);
    enum status status = fill_design(p);
    for (size_t f = 0; f < spec->n_factors && status == OK; f++, s->n_columns++)
        status = fill_column(&s->columns[f], &spec->factors[f], s);
    return status;
}

/* ---- every run, checked
 * ------------------------------------------------------------------------------------------------------------------- */

/* Keeps what is wrong with run i for the end. */
static void note_wrong(struct planner *p, size_t i)
{
    char values[400], text[1000];
    sweep_run_describe(&p->sweep, i, values, sizeof values);
    snprintf(text, sizeof text, "run %zu (%s): %s", i, values, status_count() ? status_message(0) : "cannot be planned");
    if (p->wrong < SHOWN)
        p->said[p->wrong] = strdup(text);
    p->wrong++;
    status_clear();
}

/* Warnings are shown once, of the first run that has any. */
static void note_warnings(struct planner *p, size_t i)
{
    if (status_warnings() == 0)
        return;
    if (p->warned++ == 0) {
        char values[400];
        sweep_run_describe(&p->sweep, i, values, sizeof values);
        fprintf(stderr, "needlework: warning: of run %zu (%s):\n", i, values);
        status_print(stderr);
    }
    status_clear();
}

static enum status check_run(struct planner *p, size_t i)
{
    struct config *config = NULL;
    struct plan plan = {0};
    enum status status = sweep_run_plan(&p->sweep, i, 1, &config, &plan);
    if (status == ERR_CONFIG) {
        note_wrong(p, i);
        return OK;
    }
    char *resolved = status == OK ? plan_resolved(&plan) : NULL;
    if (status == OK)
        status = resolved ? provenance_sha256(resolved, p->sweep.hash[i]) : status_no_memory("a configuration", 1);
    p->seconds += plan.seconds;
    p->bytes = fmax(p->bytes, plan.bytes);
    p->rows += status == OK ? (double)(timeline_rows(&plan) - 1) : 0.0;
    free(resolved);
    plan_destroy(&plan);
    config_destroy(&config);
    if (status == OK)
        note_warnings(p, i);
    return status;
}

static enum status check_runs(struct planner *p, const char *spec, bool quiet)
{
    struct progress progress;
    enum status status = OK;
    progress_init(&progress, quiet);
    for (size_t i = 0; i < p->sweep.n && status == OK; i++) {
        status = check_run(p, i);
        if (i % 100 == 99)
            progress_count(&progress, i + 1, p->sweep.n, "runs planned");
    }
    progress_finish(&progress);
    if (status != OK)
        return status;
    for (size_t i = 0; i < p->wrong && i < SHOWN; i++)
        status_fail(ERR_CONFIG, "%s: %s", spec, p->said[i] ? p->said[i] : "");
    if (p->wrong > SHOWN)
        status_fail(ERR_CONFIG, "%s: and %zu more of %zu runs cannot be planned", spec, p->wrong - SHOWN, p->sweep.n);
    if (p->warned > 1)
        status_warn("%zu of %zu runs have warnings", p->warned, p->sweep.n);
    p->sweep.run_seconds = p->seconds / (double)p->sweep.n;
    p->sweep.run_bytes = p->bytes;
    p->sweep.rows = p->rows / (double)p->sweep.n;
    if (p->wrong == 0 && sweep_record_bytes(&p->sweep) > SWEEP_RECORD_MOST)
        return status_fail(ERR_CONFIG,
                           "keep: the series of a run take %.3g MB, at most %.3g; give a longer output.timeseries or keep outcomes",
                           sweep_record_bytes(&p->sweep) / 1e6, SWEEP_RECORD_MOST / 1e6);
    return p->wrong ? ERR_CONFIG : OK;
}

/* One checksum of all configurations, of a plug-in and of what is kept of them: records of another plan are told apart by it. */
static enum status identify(struct sweep *s)
{
    const struct model_origin *origin = model_origin(s->model);
    size_t n = (s->n + 1) * (PROVENANCE_SHA256 - 1) + 64, used = 0;
    for (size_t i = 0; i < s->n_outcomes; i++)
        n += strlen(s->outcomes[i]) + 1;
    char *all = malloc(n);
    if (!all)
        return status_no_memory("a checksum", n);
    for (size_t i = 0; i < s->n; i++)
        used += (size_t)sprintf(all + used, "%.64s", s->hash[i]);
    for (size_t i = 0; i < s->n_outcomes; i++)
        used += (size_t)sprintf(all + used, "%s\n", s->outcomes[i]);
    sprintf(all + used, "%s%s", sweep_keep_names[s->keep], origin ? origin->sha256 : "");
    const enum status status = provenance_sha256(all, s->identity);
    free(all);
    return status;
}

/* ---- the folder -------------------------------------------------------------------------------------------------------------------- */

enum status sweep_folder(const char *dir, const char *name)
{
    char path[SWEEP_PATH];
    if (mkdir(sweep_path(dir, name, path), 0777) == 0 || errno == EEXIST)
        return OK;
    return status_fail(ERR_IO, "%s: cannot be made: %s", path, strerror(errno));
}

static enum status write_text(const char *dir, const char *name, const char *text)
{
    char path[SWEEP_PATH];
    FILE *stream = fopen(sweep_path(dir, name, path), "w");
    const bool good = stream && fputs(text, stream) >= 0 && fflush(stream) == 0 && fsync(fileno(stream)) == 0;
    if (stream)
        fclose(stream);
    return good ? OK : status_fail(ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
}

/* Copies the base configuration and its overlays; from now on the sweep is made from these. */
static enum status copy_base(struct sweep *s)
{
    enum status status = OK;
    for (size_t b = 0; b < s->n_base && status == OK; b++) {
        const char *slash = strrchr(s->base[b], '/');
        char name[512], path[SWEEP_PATH];
        snprintf(name, sizeof name, "base/%zu-%.400s", b, slash ? slash + 1 : s->base[b]);
        status = results_copy(s->base[b], sweep_path(s->dir, name, path));
        char *copy = strdup(name);
        if (status == OK && !copy)
            status = status_no_memory("a path", strlen(name));
        if (status == OK) {
            free(s->base[b]);
            s->base[b] = copy;
        } else {
            free(copy);
        }
    }
    return status;
}

static enum status write_folder(struct planner *p, const char *dir)
{
    struct sweep *s = &p->sweep;
    const char *source = config_document_source(p->spec.document);
    enum status status = partial_folder(dir);
    if (status != OK)
        return status;
    if (!(s->dir = strdup(dir)))
        return status_no_memory("a path", strlen(dir));
    status = sweep_folder(dir, "base");
    if (status == OK)
        status = sweep_folder(dir, "records");
    if (status == OK)
        status = copy_base(s);
    if (status == OK)
        status = sweep_plugin_copy(s);
    if (status == OK)
        status = write_text(dir, "sweep.yaml", source);
    if (status == OK)
        status = sweep_manifest_write(s, source);
    return status;
}

void sweep_print_parallel(const struct sweep *s, FILE *stream)
{
    const size_t chunk = s->n < 1000 ? (s->n + 15) / 16 : s->n < 100000 ? (s->n + 99) / 100 : 1000;
    fprintf(stream, "  seq 0 %zu %zu | parallel -j \"$(nproc)\" needlework sweep run %s --index {} --count %zu --jobs 1 --quiet\n", chunk,
            s->n - 1, s->dir, chunk);
}

static void print_plan(const struct planner *p)
{
    const struct sweep *s = &p->sweep;
    const double bytes = sweep_record_bytes(s) * (double)s->n, hours = s->run_seconds * (double)s->n / 3600.0;
    printf("%s: %zu runs of %s, %s over %zu dimension%s", s->dir, s->n, s->model->name, s->design, s->n_dimensions,
           s->n_dimensions == 1 ? "" : "s");
    printf(s->replicates > 1 ? ", %ld replicates\n" : "\n", s->replicates);
    if (p->points.dropped)
        printf("constraints      refused %zu %s\n", p->points.dropped,
               p->spec.design == SWEEP_MORRIS ? "trajectories, drawn again" : "points");
    printf("time             about %.2g core-hours (%.2g s a run), to be taken as an order of magnitude\n", hours, s->run_seconds);
    printf("memory           %.3g MB a run\n", s->run_bytes / 1e6);
    printf("disk             %.3g MB of records%s\n", bytes / 1e6, s->keep == SWEEP_FIELDS ? ", and a results file of every run" : "");
    printf("run it           needlework sweep run %s\n", s->dir);
    printf("with Slurm       needlework sweep submit %s\n", s->dir);
    printf("with GNU parallel\n");
    sweep_print_parallel(s, stdout);
}

enum status sweep_plan(const char *spec, const char *dir, const struct arguments *a)
{
    struct planner p = {0};
    char path[SWEEP_PATH];
    if (access(sweep_path(dir, "manifest.h5", path), F_OK) == 0)
        return status_fail(ERR_CONFIG, "%s: holds a sweep that was planned already; plans are never changed, choose another folder", dir);
    enum status status = sweep_spec_read(spec, &p.spec);
    if (status != OK)
        return status;
    status = make_points(&p);
    if (status == OK)
        status = fill_sweep(&p);
    if (status == OK)
        status = check_runs(&p, spec, a->quiet);
    if (status == OK)
        status = identify(&p.sweep);
    if (status == OK)
        status = write_folder(&p, dir);
    if (status == OK)
        print_plan(&p);
    for (size_t i = 0; i < SHOWN; i++)
        free(p.said[i]);
    sweep_points_destroy(&p.points);
    sweep_close(&p.sweep);
    sweep_spec_destroy(&p.spec);
    return status;
}
