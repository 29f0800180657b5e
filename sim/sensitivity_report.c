/* From the table of a sweep to the lines of `needlework sensitivity`. */
#include "csv.h"
#include "isolate.h"
#include "sensitivity.h"
#include "sensitivity_internal.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATIENCE = 600 /* s */, FEWEST = 2 /* samples to estimate from */ };

/* ---- printing ---------------------------------------------------------------------------------------------------------------------- */

static void put_names(FILE *stream, const struct sensitivity_outcome *outcome, const char *factor)
{
    csv_put(outcome->name, stream);
    fputc(',', stream);
    csv_put(outcome->unit, stream);
    fputc(',', stream);
    csv_put(factor, stream);
}

/* NaN is an empty field. */
static void put_number(FILE *stream, double value)
{
    if (isfinite(value))
        fprintf(stream, ",%.9g", value);
    else
        fputc(',', stream);
}

/* fixed: three decimals, for what lies between 0 and 1. */
static void put_estimate(FILE *stream, bool csv, const struct sensitivity_estimate *e, bool fixed)
{
    if (csv) {
        put_number(stream, e->value);
        put_number(stream, e->low);
        put_number(stream, e->high);
        return;
    }
    char range[64];
    snprintf(range, sizeof range, fixed ? "%.3f to %.3f" : "%.4g to %.4g", e->low, e->high);
    fprintf(stream, fixed ? "  %10.3f  %-24s" : "  %10.4g  %-24s", e->value, range);
}

static int width_of(const struct sensitivity_table *t)
{
    size_t width = 6;
    for (size_t i = 0; i < t->n_factors; i++)
        width = strlen(t->factors[i]) > width ? strlen(t->factors[i]) : width;
    return (int)width;
}

/* ---- one outcome ------------------------------------------------------------------------------------------------------------------- */

struct report {
    const struct sensitivity_table *table;
    struct sensitivity_design design;
    double *unit;                        /* [n_samples][n_blocks][n_factors], morris */
    double *y, *effects;                 /* [n_samples][n_blocks]; [n_factors][n_samples], morris */
    struct sensitivity_sobol *indices;   /* [n_factors] */
    struct sensitivity_morris *measures; /* [n_factors] */
    double *sizes;                       /* [n_factors] by which factors are ranked */
    size_t *order;                       /* [n_factors] the most influential first */
    bool csv;
    FILE *stream;
};

static bool is_morris(const struct sensitivity_table *t)
{
    return strcmp(t->design, "morris") == 0;
}

/* Ranks by `sizes`, largest first; what is no number counts as 0. */
static void rank(struct report *r)
{
    for (size_t i = 0; i < r->table->n_factors; i++)
        r->sizes[i] = isfinite(r->sizes[i]) ? -r->sizes[i] : 0;
    gsl_sort_index(r->order, r->sizes, 1, r->table->n_factors);
}

static void put_heading(struct report *r, const struct sensitivity_outcome *outcome)
{
    const bool has_unit = outcome->unit[0] && strcmp(outcome->unit, "1") != 0;
    fprintf(r->stream, "\n%s%s%s%s\n", outcome->name, has_unit ? " [" : "", has_unit ? outcome->unit : "", has_unit ? "]" : "");
}

static void put_factor(struct report *r, const struct sensitivity_outcome *outcome, size_t i)
{
    if (!r->csv)
        fprintf(r->stream, "  %-*s", width_of(r->table), r->table->factors[i]);
    else
        put_names(r->stream, outcome, r->table->factors[i]);
}

static enum status report_sobol(struct report *r, const struct sensitivity_outcome *outcome)
{
    const size_t k = r->table->n_factors, all = r->design.n_samples, n = sensitivity_keep_whole(&r->design, r->y);
    if (n < FEWEST)
        return status_fail(ERR_IO, "%s: %zu of %zu samples have all their values; %d are needed at least", outcome->name, n, all, FEWEST);
    const enum status status = sensitivity_sobol(n, k, r->y, r->indices);
    if (status != OK)
        return status;
    for (size_t i = 0; i < k; i++)
        r->sizes[i] = r->indices[i].total.value;
    rank(r);
    if (!r->csv) {
        put_heading(r, outcome);
        if (n < all)
            fprintf(r->stream, "  %zu of %zu samples left out, for a run of theirs without a value\n", all - n, all);
        if (isnan(r->indices[0].total.value))
            fprintf(r->stream, "  does not vary\n");
        fprintf(r->stream, "  %-*s  %10s  %-24s  %10s  %s\n", width_of(r->table), "factor", "first", "95 %", "total", "95 %");
    }
    for (size_t rank = 0; rank < k; rank++) {
        const struct sensitivity_sobol *found = &r->indices[r->order[rank]];
        put_factor(r, outcome, r->order[rank]);
        put_estimate(r->stream, r->csv, &found->first, true);
        put_estimate(r->stream, r->csv, &found->total, true);
        if (r->csv)
            fprintf(r->stream, ",%zu,%zu", n, all - n);
        fputc('\n', r->stream);
    }
    return OK;
}

static enum status report_morris(struct report *r, const struct sensitivity_outcome *outcome)
{
    const size_t k = r->table->n_factors, n = r->design.n_samples;
    enum status status = sensitivity_effects(n, k, r->unit, r->y, r->effects);
    if (status == OK)
        status = sensitivity_morris(n, k, r->effects, r->measures);
    size_t left = 0;
    for (size_t i = 0; status == OK && i < k; i++) {
        r->sizes[i] = r->measures[i].mu_star.value;
        left += r->measures[i].effects;
    }
    if (status == OK && left == 0)
        return status_fail(ERR_IO, "%s: no two neighbouring runs have a value", outcome->name);
    if (status != OK)
        return status;
    rank(r);
    if (!r->csv) {
        put_heading(r, outcome);
        if (left < n * k)
            fprintf(r->stream, "  %zu of %zu effects left out, for a run without a value\n", n * k - left, n * k);
        fprintf(r->stream, "  %-*s  %10s  %-24s  %11s  %11s  %s\n", width_of(r->table), "factor", "mu*", "95 %", "mu", "sigma", "effects");
    }
    for (size_t rank = 0; rank < k; rank++) {
        const struct sensitivity_morris *found = &r->measures[r->order[rank]];
        put_factor(r, outcome, r->order[rank]);
        put_estimate(r->stream, r->csv, &found->mu_star, false);
        if (!r->csv) {
            fprintf(r->stream, "  %11.4g  %11.4g  %zu\n", found->mu, found->sigma, found->effects);
            continue;
        }
        put_number(r->stream, found->mu);
        put_number(r->stream, found->sigma);
        fprintf(r->stream, ",%zu,%zu\n", found->effects, n - found->effects);
    }
    return OK;
}

/* ---- all of it --------------------------------------------------------------------------------------------------------------------- */

static enum status report_create(const char *path, const struct sensitivity_table *t, struct report *r)
{
    const bool morris = is_morris(t);
    const size_t k = t->n_factors;
    if (!morris && strcmp(t->design, "saltelli") != 0)
        return status_fail(ERR_CONFIG, "%s: no indices from the design '%s'; plan the sweep with `design: morris` or `design: saltelli`",
                           path, t->design);
    enum status status = sensitivity_arrange(t, morris ? k + 1 : k + 2, &r->design);
    if (status == OK && !morris)
        status = sensitivity_check_saltelli(t, &r->design);
    if (status != OK)
        return status;
    const size_t points = r->design.n_samples * r->design.n_blocks;
    r->y = calloc(points, sizeof *r->y);
    r->effects = calloc(k * r->design.n_samples, sizeof *r->effects);
    r->unit = calloc(morris ? points * k : 1, sizeof *r->unit);
    r->indices = calloc(k, sizeof *r->indices);
    r->measures = calloc(k, sizeof *r->measures);
    r->sizes = calloc(k, sizeof *r->sizes);
    r->order = calloc(k, sizeof *r->order);
    if (!r->y || !r->effects || !r->unit || !r->indices || !r->measures || !r->sizes || !r->order)
        return status_no_memory("the indices", points * k * sizeof *r->unit);
    for (size_t p = 0; morris && p < points; p++)
        memcpy(r->unit + p * k, t->unit + r->design.place[p * r->design.n_replicates] * k, k * sizeof *r->unit);
    return OK;
}

static void report_destroy(struct report *r)
{
    free(r->order);
    free(r->sizes);
    free(r->measures);
    free(r->indices);
    free(r->unit);
    free(r->effects);
    free(r->y);
    free(r->design.place);
}

static void put_head(const char *path, const struct report *r)
{
    const struct sensitivity_table *t = r->table;
    const bool morris = is_morris(t);
    if (r->csv) {
        fprintf(r->stream, morris ? "outcome,unit,factor,mu_star,mu_star_low,mu_star_high,mu,sigma,effects,left_out\n"
                                  : "outcome,unit,factor,first,first_low,first_high,total,total_low,total_high,samples,left_out\n");
        return;
    }
    size_t failed = 0, missing = 0;
    for (size_t row = 0; row < t->n_runs; row++) {
        failed += t->status[row] > 0;
        missing += t->status[row] < 0;
    }
    fprintf(r->stream, "%s: %s, %zu factors, %zu %s", path, morris ? "Morris screening" : "Sobol' indices", t->n_factors,
            r->design.n_samples, morris ? "trajectories" : "samples");
    if (r->design.n_replicates > 1)
        fprintf(r->stream, ", %zu times", r->design.n_replicates);
    fprintf(r->stream, ", %zu runs\n%zu failed, %zu missing; intervals: %d resamplings\n", t->n_runs, failed, missing,
            SENSITIVITY_RESAMPLES);
}

struct job {
    const char *path;
    bool csv;
};

static enum status print_job(const void *given, FILE *stream)
{
    const struct job *job = given;
    struct sensitivity_table table = {.n_runs = 0};
    struct report r = {.table = &table, .csv = job->csv, .stream = stream};
    enum status status = sensitivity_table_read(job->path, &table);
    if (status == OK)
        status = report_create(job->path, &table, &r);
    if (status == OK)
        put_head(job->path, &r);
    for (size_t o = 0; status == OK && o < table.n_outcomes; o++) {
        sensitivity_gather(&r.design, table.outcomes[o].values, table.status, r.y);
        status = is_morris(&table) ? report_morris(&r, &table.outcomes[o]) : report_sobol(&r, &table.outcomes[o]);
    }
    report_destroy(&r);
    sensitivity_table_destroy(&table);
    return status;
}

enum status sensitivity_command(const struct arguments *a)
{
    char path[4096], *text = NULL;
    size_t length = 0;
    struct stat info;
    const bool folder = stat(a->files[0], &info) == 0 && S_ISDIR(info.st_mode);
    snprintf(path, sizeof path, folder ? "%s/table.h5" : "%s", a->files[0]);
    if (stat(path, &info) != 0)
        return folder ? status_fail(ERR_IO, "%s: there is no table.h5; `needlework sweep collect %s` makes it", a->files[0], a->files[0])
                      : status_fail(ERR_IO, "%s: no such sweep", path);
    const struct job job = {path, a->csv};
    const enum status status = isolate_print(path, print_job, &job, PATIENCE, &text, &length);
    if (status == OK)
        fwrite(text, 1, length, stdout);
    free(text);
    return status;
}
