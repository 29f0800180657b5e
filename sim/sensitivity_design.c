/* Where the runs of a table stand in the design, checked place by place. */
#include "sensitivity_internal.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A whole number from 0 to below `limit`, or `limit`. */
static size_t index_of(double value, size_t limit)
{
    return value >= 0 && value < (double)limit && value == floor(value) ? (size_t)value : limit;
}

enum status sensitivity_arrange(const struct sensitivity_table *t, size_t n_blocks, struct sensitivity_design *d)
{
    double samples = 0, replicates = 0;
    for (size_t r = 0; r < t->n_runs; r++) {
        samples = fmax(samples, t->sample[r] + 1);
        replicates = fmax(replicates, t->replicate[r] + 1);
    }
    if (samples * replicates * (double)n_blocks != (double)t->n_runs)
        return status_fail(ERR_IO, "the design is broken: %.0f samples of %zu runs, %.0f times, are not the %zu runs of the table", samples,
                           n_blocks, replicates, t->n_runs);
    *d = (struct sensitivity_design){(size_t)samples, n_blocks, (size_t)replicates, malloc(t->n_runs * sizeof *d->place)};
    if (!d->place)
        return status_no_memory("the design", t->n_runs * sizeof *d->place);
    for (size_t p = 0; p < t->n_runs; p++)
        d->place[p] = t->n_runs;
    for (size_t r = 0; r < t->n_runs; r++) {
        const size_t s = index_of(t->sample[r], d->n_samples), b = index_of(t->block[r], n_blocks);
        const size_t again = index_of(t->replicate[r], d->n_replicates);
        if (s == d->n_samples || b == n_blocks || again == d->n_replicates)
            return status_fail(ERR_IO, "the design is broken: row %zu has no place in it", r);
        size_t *place = &d->place[(s * n_blocks + b) * d->n_replicates + again];
        if (*place != t->n_runs)
            return status_fail(ERR_IO, "the design is broken: rows %zu and %zu have one place in it", *place, r);
        *place = r;
    }
    return OK;
}

/* Point of block b of a sample on the unit cube; the same in every replicate. */
static const double *point(const struct sensitivity_table *t, const struct sensitivity_design *d, size_t sample, size_t b)
{
    return t->unit + d->place[(sample * d->n_blocks + b) * d->n_replicates] * t->n_factors;
}

enum status sensitivity_check_saltelli(const struct sensitivity_table *t, const struct sensitivity_design *d)
{
    for (size_t s = 0; s < d->n_samples; s++)
        for (size_t i = 0; i < t->n_factors; i++) {
            const double *a = point(t, d, s, 0), *b = point(t, d, s, 1), *ab = point(t, d, s, 2 + i);
            for (size_t c = 0; c < t->n_factors; c++)
                if (!(ab[c] == (c == i ? b : a)[c]))
                    return status_fail(ERR_IO, "the design is broken: block %zu of sample %zu is not A with '%s' from B", 2 + i, s,
                                       t->factors[i]);
        }
    return OK;
}

void sensitivity_gather(const struct sensitivity_design *d, const double *values, const double *status, double *y)
{
    for (size_t p = 0; p < d->n_samples * d->n_blocks; p++) {
        double sum = 0;
        for (size_t again = 0; again < d->n_replicates; again++) {
            const size_t row = d->place[p * d->n_replicates + again];
            sum += status[row] == 0 ? values[row] : NAN;
        }
        y[p] = isfinite(sum) ? sum / (double)d->n_replicates : NAN;
    }
}

size_t sensitivity_keep_whole(const struct sensitivity_design *d, double *y)
{
    size_t kept = 0;
    for (size_t s = 0; s < d->n_samples; s++) {
        bool whole = true;
        for (size_t b = 0; b < d->n_blocks; b++)
            whole &= isfinite(y[s * d->n_blocks + b]) != 0;
        if (whole)
            memmove(y + kept++ * d->n_blocks, y + s * d->n_blocks, d->n_blocks * sizeof *y);
    }
    return kept;
}
