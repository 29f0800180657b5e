/* The arithmetic of sensitivity analysis: pure functions over arrays, no files. */
#include "sensitivity.h"

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double TAIL = 0.025;    /* on either side of the interval */
static const unsigned long SEED = 1; /* of the resamplings: the same table gives the same intervals */

/* Percentiles of the estimates that are numbers; sorts them. */
static void interval(double *estimates, size_t n, struct sensitivity_estimate *estimate)
{
    size_t kept = 0;
    for (size_t r = 0; r < n; r++)
        if (isfinite(estimates[r]))
            estimates[kept++] = estimates[r];
    estimate->low = estimate->high = NAN;
    if (kept == 0)
        return;
    gsl_sort(estimates, 1, kept);
    estimate->low = gsl_stats_quantile_from_sorted_data(estimates, 1, kept, TAIL);
    estimate->high = gsl_stats_quantile_from_sorted_data(estimates, 1, kept, 1 - TAIL);
}

/* Indices of the samples pick[0..n) (NULL: each once) into out[2 i] = S, out[2 i + 1] = ST; scratch[2 k].
 * y counts from its mean over all samples, which keeps the products small. */
static void indices_of(size_t n, size_t k, const double *y, double mean, const size_t *pick, double *scratch, double *out)
{
    double sum = 0, squares = 0;
    double *product = scratch, *square = scratch + k;
    for (size_t i = 0; i < 2 * k; i++)
        scratch[i] = 0;
    for (size_t j = 0; j < n; j++) {
        const double *row = y + (pick ? pick[j] : j) * (k + 2);
        const double a = row[0] - mean, b = row[1] - mean;
        sum += a + b;
        squares += a * a + b * b;
        for (size_t i = 0; i < k; i++) {
            const double d = row[2 + i] - row[0];
            product[i] += b * d;
            square[i] += d * d;
        }
    }
    const double centre = sum / (double)(2 * n), variance = squares / (double)(2 * n) - centre * centre;
    for (size_t i = 0; i < k; i++) {
        out[2 * i] = variance > 0 ? product[i] / (double)n / variance : NAN;
        out[2 * i + 1] = variance > 0 ? square[i] / (double)(2 * n) / variance : NAN;
    }
}

static double mean_of_samples(size_t n, size_t k, const double *y, bool *varies)
{
    double sum = 0, low = y[0], high = y[0];
    for (size_t j = 0; j < n; j++)
        for (size_t c = 0; c < 2; c++) {
            const double value = y[j * (k + 2) + c];
            sum += value;
            low = fmin(low, value);
            high = fmax(high, value);
        }
    *varies = high > low;
    return sum / (double)(2 * n);
}

static void draw(const gsl_rng *rng, size_t n, size_t *pick)
{
    for (size_t j = 0; j < n; j++)
        pick[j] = gsl_rng_uniform_int(rng, n);
}

enum status sensitivity_sobol(size_t n, size_t k, const double *y, struct sensitivity_sobol *indices)
{
    enum status status = OK;
    bool varies;
    const double mean = mean_of_samples(n, k, y, &varies);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t *pick = malloc(n * sizeof *pick);
    double *out = malloc(4 * k * sizeof *out), *estimates = malloc(2 * k * SENSITIVITY_RESAMPLES * sizeof *estimates);
    if (!rng || !pick || !out || !estimates) {
        status = status_no_memory("the resamplings", 2 * k * SENSITIVITY_RESAMPLES * sizeof *estimates);
        goto done;
    }
    gsl_rng_set(rng, SEED);
    for (size_t r = 0; varies && r < SENSITIVITY_RESAMPLES; r++) {
        draw(rng, n, pick);
        indices_of(n, k, y, mean, pick, out + 2 * k, out);
        for (size_t i = 0; i < 2 * k; i++)
            estimates[i * SENSITIVITY_RESAMPLES + r] = out[i];
    }
    indices_of(n, k, y, mean, NULL, out + 2 * k, out);
    for (size_t i = 0; i < 2 * k; i++) {
        struct sensitivity_estimate *estimate = i % 2 ? &indices[i / 2].total : &indices[i / 2].first;
        *estimate = (struct sensitivity_estimate){NAN, NAN, NAN};
        if (varies) {
            estimate->value = out[i];
            interval(estimates + i * SENSITIVITY_RESAMPLES, SENSITIVITY_RESAMPLES, estimate);
        }
    }
done:
    free(estimates);
    free(out);
    free(pick);
    gsl_rng_free(rng);
    return status;
}

/* The factor that one step moves, or k when it moves none or several. */
static size_t moved(size_t k, const double *from, const double *to)
{
    size_t which = k, n = 0;
    for (size_t i = 0; i < k; i++)
        if (to[i] != from[i]) {
            which = i;
            n++;
        }
    return n == 1 ? which : k;
}

enum status sensitivity_effects(size_t n, size_t k, const double *unit, const double *y, double *effects)
{
    bool *seen = calloc(n * k, sizeof *seen);
    if (!seen)
        return status_no_memory("the trajectories", n * k);
    enum status status = OK;
    for (size_t t = 0; t < n && status == OK; t++)
        for (size_t step = 0; step < k && status == OK; step++) {
            const size_t at = t * (k + 1) + step;
            const size_t i = moved(k, unit + at * k, unit + (at + 1) * k);
            if (i == k)
                status =
                    status_fail(ERR_IO, "the design is broken: step %zu of trajectory %zu does not move exactly one factor", step + 1, t);
            else if (seen[t * k + i])
                status = status_fail(ERR_IO, "the design is broken: trajectory %zu moves one factor twice", t);
            else {
                seen[t * k + i] = true;
                effects[i * n + t] = (y[at + 1] - y[at]) / (unit[(at + 1) * k + i] - unit[at * k + i]);
            }
        }
    free(seen);
    return status;
}

/* Mean of |effect| of the trajectories pick[0..n) (NULL: each once) that have one; NaN when none has. */
static double mean_size(size_t n, const double *effects, const size_t *pick)
{
    double sum = 0;
    size_t kept = 0;
    for (size_t j = 0; j < n; j++) {
        const double effect = effects[pick ? pick[j] : j];
        if (isfinite(effect)) {
            sum += fabs(effect);
            kept++;
        }
    }
    return kept > 0 ? sum / (double)kept : NAN;
}

/* mu, sigma and their number; scratch[n]. */
static void moments(size_t n, const double *effects, double *scratch, struct sensitivity_morris *measure)
{
    measure->effects = 0;
    for (size_t t = 0; t < n; t++)
        if (isfinite(effects[t]))
            scratch[measure->effects++] = effects[t];
    measure->mu = measure->effects > 0 ? gsl_stats_mean(scratch, 1, measure->effects) : NAN;
    measure->sigma = measure->effects > 1 ? gsl_stats_sd(scratch, 1, measure->effects) : NAN;
}

enum status sensitivity_morris(size_t n, size_t k, const double *effects, struct sensitivity_morris *measures)
{
    enum status status = OK;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t *pick = malloc(n * sizeof *pick);
    double *scratch = malloc(n * sizeof *scratch), *estimates = malloc(k * SENSITIVITY_RESAMPLES * sizeof *estimates);
    if (!rng || !pick || !scratch || !estimates) {
        status = status_no_memory("the resamplings", k * SENSITIVITY_RESAMPLES * sizeof *estimates);
        goto done;
    }
    gsl_rng_set(rng, SEED);
    for (size_t r = 0; r < SENSITIVITY_RESAMPLES; r++) {
        draw(rng, n, pick);
        for (size_t i = 0; i < k; i++)
            estimates[i * SENSITIVITY_RESAMPLES + r] = mean_size(n, effects + i * n, pick);
    }
    for (size_t i = 0; i < k; i++) {
        measures[i].mu_star.value = mean_size(n, effects + i * n, NULL);
        interval(estimates + i * SENSITIVITY_RESAMPLES, SENSITIVITY_RESAMPLES, &measures[i].mu_star);
        moments(n, effects + i * n, scratch, &measures[i]);
    }
done:
    free(estimates);
    free(scratch);
    free(pick);
    gsl_rng_free(rng);
    return status;
}
