/* A small model and a results file of it, for the tests of the results: the shape of `dermis` without its mathematics. */
#ifndef NEEDLEWORK_RESULTS_EXAMPLE_H
#define NEEDLEWORK_RESULTS_EXAMPLE_H

#include "results.h"

#include <math.h>
#include <stdlib.h>

static const struct species example_species[] = {
    {.name = "collagen_i_new", .unit = "mg/mL", .healthy = 1.0, .scale = 1.0, .meaning = "collagen I, not yet cross-linked"},
    {.name = "tgfb", .unit = "ng/mL", .healthy = 0.0, .scale = 1.0, .meaning = "transforming growth factor β"},
    {.name = "fibroblasts", .unit = "1", .healthy = 1.0, .scale = 1.0, .meaning = "resting fibroblasts / healthy density"},
};
static const struct species example_surface[] = {
    {.name = "epidermis", .unit = "1", .healthy = 1.0, .scale = 1.0, .meaning = "epidermal cover"},
    {.name = "barrier", .unit = "1", .healthy = 1.0, .scale = 1.0, .meaning = "stratum corneum"},
};
static const struct outcome example_outcomes[] = {
    {"collagen_gain", "1", "slab total of collagen / before treatment - 1"},
    {"epidermal_closure", "1", "fraction of the mouths' area that is closed"},
    {"downtime_so_far", "days", "time with visible erythema; the unit is in the plural on purpose"},
};
static const struct model example_model = {
    .name = "example",
    .title = "Example model",
    .reference = "none: a test",
    .species = example_species,
    .n_species = 3,
    .surface = example_surface,
    .n_surface = 2,
    .outcomes = example_outcomes,
    .n_outcomes = 3,
};
static const struct results_about example_about = {
    .title = "Example",
    .given = "model: example\n",
    .resolved = "model: example\nskin: {site: cheek, age: 45 years}\n",
    .overridden = "",
    .channels = 1,
    .threads = 2,
};

/* Value of everything at a place and time, so that a reader can check what it reads. */
static inline double example_value(size_t s, double time, double x, double y, double z)
{
    return (double)(s + 1) * (1.0 + x + 10.0 * y + 100.0 * z) + time;
}

struct example {
    struct grid *grid, *surface;
    double *y[3], *e[2];
    struct results *results;
};

static inline void example_fill(struct example *example, double time)
{
    for (size_t s = 0; s < 5; s++) {
        const struct grid *grid = s < 3 ? example->grid : example->surface;
        double *values = s < 3 ? example->y[s] : example->e[s - 3];
        for (size_t k = 0, c = 0; k < grid->axis[2].n; k++)
            for (size_t j = 0; j < grid->axis[1].n; j++)
                for (size_t i = 0; i < grid->axis[0].n; i++, c++)
                    values[c] =
                        example_value(s, time, grid->axis[0].center[i], grid->axis[1].center[j], s < 3 ? grid->axis[2].center[k] : 0.0);
    }
}

/* 8 x 6 x 5 cells of 0.05 x 0.05 x 0.1 mm, file opened. */
static inline enum status example_begin(struct example *example, const char *path, bool force, enum geometry geometry)
{
    const double width[2] = {0.4, 0.3}, spacing[3] = {0.05, 0.05, 0.1};
    *example = (struct example){.grid = NULL};
    enum status status = grid_box(geometry, width, 0.5, spacing, 1.0, &example->grid);
    if (!status)
        status = grid_surface(example->grid, &example->surface);
    for (size_t s = 0; s < 5 && !status; s++) {
        double **values = s < 3 ? &example->y[s] : &example->e[s - 3];
        *values = malloc(example->grid->cells * sizeof **values);
        status = *values ? OK : ERR_IO;
    }
    return status ? status
                  : results_create(path, force, &example_model, example->grid, example->surface, &example_about, &example->results);
}

/* One day: a row of the series, three steps, every seven days a profile, every fourteen a snapshot. */
static inline enum status example_day(struct example *example, int day)
{
    double t = day;
    const double outcomes[] = {t / 100.0, 1.0 - exp(-t), t}, means[] = {t, 2.0 * t, 3.0 * t}, tops[] = {4.0 * t, 5.0 * t};
    enum status status = OK;
    example_fill(example, t);
    for (int i = 0; i < 3 && day > 0 && !status; i++)
        status = results_step(example->results, t - 1.0 + (i + 1) / 3.0, 1.0 / 3.0, 0.5, 2.0);
    if (!status)
        status = results_series(example->results, t, outcomes, means, tops);
    if (!status && day % 7 == 0)
        status = results_profile(example->results, t, (const double *const *)example->y);
    if (!status && day % 14 == 0)
        status = results_snapshot(example->results, t, (const double *const *)example->y, (const double *const *)example->e);
    return status;
}

/* What there is so far becomes the file. */
static inline enum status example_publish(struct example *example)
{
    size_t rows[RESULTS_TABLES];
    const enum status status = results_rows(example->results, rows);
    return status ? status : results_publish(example->results);
}

static inline enum status example_end(struct example *example, bool complete)
{
    static const struct results_ledger ledger = {10.0, 5.0, 3.0, 0.0, -1.0, 11.0, 0.0};
    struct results *results = example->results;
    enum status status = OK;
    for (size_t s = 0; s < 3 && results && !status; s++)
        status = results_ledger_write(results, example_species[s].name, "mg/mL mm3", &ledger);
    if (results && !status)
        status = results_summary(results, "collagen_onset", 17.5);
    if (results && !status)
        status = results_summary(results, "barrier_recovery_time", NAN);
    if (results && !status)
        status = results_summary(results, "sessions_performed", 1.0);
    enum status closed = results_close(&example->results, complete, 12.5);
    for (size_t s = 0; s < 5; s++)
        free(s < 3 ? example->y[s] : example->e[s - 3]);
    grid_destroy(&example->surface);
    grid_destroy(&example->grid);
    return status ? status : closed;
}

enum { EXAMPLE_PUBLISHED = 50 }; /* days from one publication to the next */

/* The whole file of `days` days. */
static inline enum status example_write(const char *path, bool force, enum geometry geometry, int days)
{
    struct example example;
    enum status status = example_begin(&example, path, force, geometry);
    if (!status)
        status = results_session(example.results, 1, 0.0, 0.0, 1.0, 0.0);
    for (int day = 0; day <= days && !status; day++) {
        status = example_day(&example, day);
        if (!status && (day + 1) % EXAMPLE_PUBLISHED == 0)
            status = example_publish(&example);
    }
    if (!status)
        status = results_session(example.results, 2, 42.0, NAN, 0.5, 0.2);
    enum status closed = example_end(&example, !status);
    return status ? status : closed;
}

#endif
