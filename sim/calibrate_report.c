/* What came out of a calibration, for people: Markdown and text from the same tables, and the fitted parameters as an overlay. */
#include "calibrate_internal.h"

#include "units.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 256, MOST_COLUMNS = 12 };

static const double NINETY_FIVE = 1.959964; /* standard deviations on either side of a 95 % interval */
static const double WEAK = 1.0;             /* information below which a direction is known no better than before */

/* A table: as Markdown, or with columns as wide as their widest cell. */
struct table {
    size_t columns, rows, capacity;
    char (*cell)[CELL];
    bool markdown;
    FILE *stream;
};

static void row(struct table *t, ...)
{
    va_list arguments;
    if ((t->rows + 1) * t->columns > t->capacity) {
        const size_t capacity = 2 * (t->rows + 1) * t->columns;
        char(*larger)[CELL] = realloc(t->cell, capacity * sizeof *larger);
        if (!larger)
            return; /* a row less, and no crash */
        t->cell = larger;
        t->capacity = capacity;
    }
    va_start(arguments, t);
    for (size_t i = 0; i < t->columns; i++)
        snprintf(t->cell[t->rows * t->columns + i], CELL, "%s", va_arg(arguments, const char *));
    va_end(arguments);
    t->rows++;
}

/* Characters, not bytes. */
static int width(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

static void print(struct table *t)
{
    int widest[MOST_COLUMNS] = {0};
    for (size_t r = 0; r < t->rows; r++)
        for (size_t i = 0; i < t->columns; i++)
            widest[i] = width(t->cell[r * t->columns + i]) > widest[i] ? width(t->cell[r * t->columns + i]) : widest[i];
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t i = 0; i < t->columns; i++) {
            const char *text = t->cell[r * t->columns + i];
            if (!t->markdown) {
                const bool last = i + 1 == t->columns;
                fprintf(t->stream, "%s%*s%s", text, last ? 0 : widest[i] - width(text) + 2, "", last ? "\n" : "");
                continue;
            }
            fprintf(t->stream, "| ");
            for (; *text; text++)
                fprintf(t->stream, *text == '|' ? "\\|" : "%c", *text);
            fprintf(t->stream, i + 1 == t->columns ? " |\n" : " ");
        }
        for (size_t i = 0; r == 0 && t->markdown && i < t->columns; i++)
            fprintf(t->stream, i + 1 == t->columns ? "|---|\n" : "|---");
    }
    free(t->cell);
    fprintf(t->stream, "\n");
}

static const char *number(char text[CELL], double value)
{
    snprintf(text, CELL, isnan(value) ? "none" : "%.4g", value);
    return text;
}

static void heading(bool markdown, FILE *stream, const char *text)
{
    fprintf(stream, markdown ? "## %s\n\n" : "%s\n", text);
}

size_t calibrate_missed(const struct calibrate_spec *spec, const struct calibrate_fit *fit)
{
    size_t missed = 0;
    for (size_t i = 0; i < spec->n_observations; i++)
        missed += calibrate_met(&spec->observations[i], fit->after[i]) ? 0 : 1;
    return missed;
}

static void band(const struct calibrate_observation *o, char text[CELL])
{
    if (isinf(o->low))
        snprintf(text, CELL, "at most %.4g", o->high);
    else if (isinf(o->high))
        snprintf(text, CELL, "at least %.4g", o->low);
    else
        snprintf(text, CELL, "%.4g to %.4g", o->low, o->high);
}

static void observations(const struct calibrate_spec *spec, const struct calibrate_fit *fit, bool markdown, FILE *stream)
{
    struct table t = {.columns = markdown ? 9 : 7, .markdown = markdown, .stream = stream};
    const bool fitted = fit->n_fit > 0;
    heading(markdown, stream, "Observations");
    if (markdown)
        row(&t, "row", "observable", "protocol", "observed", "band", fitted ? "before" : "model", fitted ? "fitted" : "", "residual",
            "source");
    else
        row(&t, "row", "observable", "observed", "band", fitted ? "before" : "model", fitted ? "fitted" : "", "");
    for (size_t i = 0; i < spec->n_observations; i++) {
        const struct calibrate_observation *o = &spec->observations[i];
        char observed[CELL] = "", between[CELL], before[CELL], after[CELL], residual[CELL], name[CELL];
        const bool met = calibrate_met(o, fit->after[i]);
        band(o, between);
        if (!isnan(o->value))
            snprintf(observed, CELL, "%.4g", o->value);
        number(before, fit->before[i]);
        if (!fitted)
            snprintf(after, CELL, "%s", met || !markdown ? "" : "**outside**");
        else
            snprintf(after, CELL, met || !markdown ? "%.4g" : "%.4g **outside**", fit->after[i]);
        snprintf(residual, CELL, "%+.2f", calibrate_residual(o, fit->after[i]));
        snprintf(name, CELL, "%s", spec->protocols[o->protocol].name);
        if (markdown)
            row(&t, o->row, o->what, name, observed, between, before, after, residual, o->source);
        else
            row(&t, o->row, o->what, observed, between, before, after, met ? "" : "OUTSIDE");
    }
    print(&t);
}

static bool identified(const struct calibrate_fit *fit, const struct calibrate_spec *spec, size_t i)
{
    return fit->deviation[i] < calibrate_before(&spec->fit[i]) * sqrt(1.0 / (1.0 + WEAK));
}

static void parameters(const struct calibrate_spec *spec, const struct calibrate_fit *fit, bool markdown, FILE *stream)
{
    struct table t = {.columns = 7, .markdown = markdown, .stream = stream};
    heading(markdown, stream, "Parameters");
    row(&t, "parameter", "unit", "range", "prior", "fitted", "95 % interval", "");
    for (size_t i = 0; i < fit->n_fit; i++) {
        const struct calibrate_parameter *p = &spec->fit[i];
        const double at = calibrate_coordinate(p, fit->fitted[i]), reach = NINETY_FIVE * fit->deviation[i];
        const double low = calibrate_value(p, at - reach), high = calibrate_value(p, at + reach);
        const double margin = 0.01 * (calibrate_coordinate(p, p->to) - calibrate_coordinate(p, p->from));
        const bool edge = at - calibrate_coordinate(p, p->from) < margin || calibrate_coordinate(p, p->to) - at < margin;
        char range[CELL], prior[CELL], fitted[CELL], interval[CELL];
        snprintf(range, CELL, "%.4g to %.4g", p->from, p->to);
        if (isnan(p->spread))
            snprintf(prior, CELL, "none (starts at %.4g)", p->prior);
        else
            snprintf(prior, CELL, p->logarithmic ? "%.4g, factor %.3g" : "%.4g, +- %.3g", p->prior, p->spread);
        snprintf(fitted, CELL, "%.4g", fit->fitted[i]);
        snprintf(interval, CELL, "%.4g to %.4g", low, high);
        row(&t, p->param->name, p->param->unit, range, prior, fitted, interval,
            !identified(fit, spec, i) ? (edge ? "not identified; at the end of its range" : "not identified by the observations")
            : edge                    ? "at the end of its range"
                                      : "");
    }
    print(&t);
}

static void correlations(const struct calibrate_spec *spec, const struct calibrate_fit *fit, bool markdown, FILE *stream)
{
    struct table t = {.columns = 3, .markdown = markdown, .stream = stream};
    heading(markdown, stream, "Correlations above 0.5");
    row(&t, "parameter", "parameter", "correlation");
    for (size_t i = 0; i < fit->n_fit; i++)
        for (size_t j = i + 1; j < fit->n_fit; j++) {
            char value[CELL];
            snprintf(value, CELL, "%+.3f", fit->correlation[i][j]);
            if (fabs(fit->correlation[i][j]) > 0.5)
                row(&t, spec->fit[i].param->name, spec->fit[j].param->name, value);
        }
    if (t.rows == 1)
        row(&t, "none", "", "");
    print(&t);
}

/* "+0.71 ln(a) -0.71 ln(b)": what counts for a tenth of the direction and more. */
static void describe(const struct calibrate_spec *spec, const struct calibrate_fit *fit, size_t k, char text[CELL])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < fit->n_fit; i++) {
        const double part = fit->direction[k][i];
        if (part * part < 0.1 || used >= CELL)
            continue;
        used += (size_t)snprintf(text + used, CELL - used, spec->fit[i].logarithmic ? "%s%+.2f ln(%s)" : "%s%+.2f %s", used ? " " : "",
                                 part, spec->fit[i].param->name);
    }
}

static void directions(const struct calibrate_spec *spec, const struct calibrate_fit *fit, bool markdown, FILE *stream)
{
    struct table t = {.columns = 3, .markdown = markdown, .stream = stream};
    size_t weak = 0;
    heading(markdown, stream, "Directions, the least known first");
    row(&t, "information", "direction", "");
    for (size_t k = 0; k < fit->n_fit; k++) {
        char value[CELL], text[CELL];
        weak += fit->information[k] < WEAK ? 1 : 0;
        snprintf(value, CELL, "%.3g", fit->information[k]);
        describe(spec, fit, k, text);
        row(&t, value, text, fit->information[k] < WEAK ? "not identified" : "");
    }
    print(&t);
    fprintf(
        stream,
        "Information: how much the observations say along a direction, in units of what was known before (the spread of a prior, else the\n"
        "range); below 1 they do not fix it. %zu of %zu directions are not identified.\n\n",
        weak, fit->n_fit);
}

static void starts(const struct calibrate_fit *fit, const struct calibrate_spec *spec, bool markdown, FILE *stream)
{
    struct table t = {.columns = 4, .markdown = markdown, .stream = stream};
    heading(markdown, stream, "Starts, the best first");
    row(&t, "sum of squares", "iterations", "converged", "parameters");
    for (size_t s = 0; s < fit->n_starts; s++) {
        char cost[CELL], iterations[CELL], at[CELL] = "";
        size_t used = 0;
        snprintf(cost, CELL, "%.5g", fit->starts[s].cost);
        snprintf(iterations, CELL, "%d", fit->starts[s].iterations);
        for (size_t i = 0; i < fit->n_fit && used < CELL; i++)
            used += (size_t)snprintf(at + used, CELL - used, "%s%.4g", i ? ", " : "", fit->starts[s].at[i]);
        row(&t, cost, iterations, fit->starts[s].converged ? "yes" : "no", at);
    }
    print(&t);
    fprintf(stream, "Sum of squares where the priors are: %.5g.  Seed of the starts: %ld.\n\n", fit->cost_before, spec->seed);
}

void calibrate_report(const struct calibrate_spec *spec, const struct calibrate_fit *fit, bool markdown, FILE *stream)
{
    const size_t missed = calibrate_missed(spec, fit);
    fprintf(stream, "%s%s\n\n", markdown ? "# " : "", *spec->title ? spec->title : "Calibration");
    fprintf(stream, "Model `%s`: %zu of %zu observations are within their bands", spec->model->name, spec->n_observations - missed,
            spec->n_observations);
    if (fit->n_fit)
        fprintf(stream, " with %zu fitted parameter%s", fit->n_fit, fit->n_fit == 1 ? "" : "s");
    fprintf(stream, ". %zu runs%s, relative tolerance %g.\n", fit->runs, fit->failed ? "" : " (none failed)", spec->tolerance);
    if (fit->failed)
        fprintf(stream, "%zu runs failed; what is read off them counts as far away.\n", fit->failed);
    fprintf(stream, "\n");
    if (fit->n_fit) {
        parameters(spec, fit, markdown, stream);
        directions(spec, fit, markdown, stream);
        correlations(spec, fit, markdown, stream);
        starts(fit, spec, markdown, stream);
    }
    observations(spec, fit, markdown, stream);
    if (markdown)
        fprintf(stream,
                "Residual: (model - observed) / tolerance; where there is no tolerance, in quarters of the band; where only a band was\n"
                "observed, the distance from it.\n");
}

void calibrate_overlay(const struct calibrate_spec *spec, const struct calibrate_fit *fit, FILE *stream)
{
    fprintf(stream, "# Overlay: parameters of %s fitted by `needlework calibrate %s`: run CONFIG with it.\nparameters:\n",
            spec->model->name, spec->path);
    for (size_t i = 0; i < fit->n_fit; i++) {
        const struct param *p = spec->fit[i].param;
        const bool bare = strcmp(p->unit, "1") == 0;
        fprintf(stream, "  %s: %.6g%s%s    # %.6g before\n", p->name, fit->fitted[i], bare ? "" : " ", bare ? "" : p->unit,
                spec->fit[i].prior);
    }
}
