/* What a model says about itself, as text, Markdown or JSON: one writer of tables, three spellings. */
#include "json.h"
#include "model_use.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 9, CELL = 256 };

struct cell {
    const char *text; /* NULL: `number` */
    double number;
};

/* One table: its columns are named, `fill` writes the cells of a row. */
struct table {
    const char *key, *title;
    const char *column[COLUMNS]; /* ends with NULL where there are fewer */
    size_t rows;
    void (*fill)(const struct model *model, size_t row, struct cell *cells);
};

/* The shortest decimal form that reads back to the same double. */
static void format_number(double x, char *text, size_t n)
{
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, n, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            return;
    }
}

static const char *plain(struct cell cell, char buffer[CELL])
{
    if (cell.text)
        return cell.text;
    format_number(cell.number, buffer, CELL);
    return buffer;
}

static void markdown_string(const char *text, FILE *stream)
{
    for (const char *c = text; *c; c++) {
        if (strchr("|*_`<\\", *c))
            fputc('\\', stream);
        fputc(*c == '\n' ? ' ' : *c, stream);
    }
}

static void write_json(const struct model *m, const struct table *t, FILE *stream)
{
    fprintf(stream, ",\n \"%s\": [", t->key);
    for (size_t r = 0; r < t->rows; r++) {
        struct cell cells[COLUMNS] = {{NULL, 0}};
        t->fill(m, r, cells);
        fprintf(stream, "%s\n  {", r ? "," : "");
        for (size_t i = 0; i < COLUMNS && t->column[i]; i++) {
            char buffer[CELL];
            fprintf(stream, "%s\"%s\": ", i ? ", " : "", t->column[i]);
            if (cells[i].text)
                json_put(cells[i].text, stream);
            else
                fputs(plain(cells[i], buffer), stream);
        }
        fputc('}', stream);
    }
    fputs("]", stream);
}

static void write_markdown(const struct model *m, const struct table *t, FILE *stream)
{
    fprintf(stream, "\n### %s\n\n", t->title);
    for (size_t i = 0; i < COLUMNS && t->column[i]; i++)
        fprintf(stream, "| %s ", t->column[i]);
    fputs("|\n", stream);
    for (size_t i = 0; i < COLUMNS && t->column[i]; i++)
        fputs("|---", stream);
    fputs("|\n", stream);
    for (size_t r = 0; r < t->rows; r++) {
        struct cell cells[COLUMNS] = {{NULL, 0}};
        t->fill(m, r, cells);
        for (size_t i = 0; i < COLUMNS && t->column[i]; i++) {
            char buffer[CELL];
            fputs(i ? " " : "| `", stream);
            if (i)
                markdown_string(plain(cells[i], buffer), stream);
            else
                fputs(plain(cells[i], buffer), stream);
            fputs(i ? " |" : "` |", stream);
        }
        fputc('\n', stream);
    }
}

static void write_text(const struct model *m, const struct table *t, FILE *stream)
{
    char buffer[CELL];
    int width[COLUMNS] = {0};
    for (size_t r = 0; r < t->rows; r++) {
        struct cell cells[COLUMNS] = {{NULL, 0}};
        t->fill(m, r, cells);
        for (size_t i = 0; i < COLUMNS && t->column[i]; i++) {
            const int length = (int)strlen(plain(cells[i], buffer)), head = (int)strlen(t->column[i]);
            width[i] = length > width[i] ? length : width[i];
            width[i] = head > width[i] ? head : width[i];
        }
    }
    fprintf(stream, "\n%s\n", t->title);
    for (size_t r = 0; r <= t->rows; r++) {
        struct cell cells[COLUMNS] = {{NULL, 0}};
        if (r)
            t->fill(m, r - 1, cells);
        for (size_t i = 0; i < COLUMNS && t->column[i]; i++) {
            const bool last = i + 1 == COLUMNS || !t->column[i + 1];
            fprintf(stream, "  %-*s", last ? 0 : width[i], r ? plain(cells[i], buffer) : t->column[i]);
        }
        fputc('\n', stream);
    }
}

static struct cell text(const char *s)
{
    return (struct cell){s ? s : "", 0};
}

static struct cell number(double x)
{
    return (struct cell){NULL, x};
}

static void species_row(const struct species *s, struct cell *c)
{
    const struct cell cells[] = {text(s->name),        text(s->unit),   number(s->healthy), number(s->scale),
                                 text(s->diffusivity), text(s->toward), text(s->meaning)};
    memcpy(c, cells, sizeof cells);
}

static void volume_rows(const struct model *m, size_t r, struct cell *c)
{
    species_row(&m->species[r], c);
}

static void surface_rows(const struct model *m, size_t r, struct cell *c)
{
    species_row(&m->surface[r], c);
}

static void param_rows(const struct model *m, size_t r, struct cell *c)
{
    const struct param *p = &m->params[r];
    const struct cell cells[] = {text(p->name), number(p->value), text(p->unit),  number(p->lo),
                                 number(p->hi), text(p->meaning), text(p->source)};
    memcpy(c, cells, sizeof cells);
}

static void readout_rows(const struct model *m, size_t r, struct cell *c)
{
    const bool volume = r < m->n_readouts;
    const struct readout *x = volume ? &m->readouts[r] : &m->surface_readouts[r - m->n_readouts];
    const struct cell cells[] = {text(x->name), text(x->unit), text(volume ? "volume" : "surface"), text(x->meaning)};
    memcpy(c, cells, sizeof cells);
}

static void outcome_rows(const struct model *m, size_t r, struct cell *c)
{
    const struct outcome *x = &m->outcomes[r];
    const struct cell cells[] = {text(x->name), text(x->unit), text(x->meaning)};
    memcpy(c, cells, sizeof cells);
}

static void modifier_rows(const struct model *m, size_t r, struct cell *c)
{
    const struct modifier *x = &m->modifiers[r];
    const struct cell cells[] = {text(x->condition), text(x->param), number(x->factor), text(x->source)};
    memcpy(c, cells, sizeof cells);
}

static void ageing_rows(const struct model *m, size_t r, struct cell *c)
{
    const struct ageing *x = &m->ageing[r];
    const struct cell cells[] = {text(x->param), number(x->rate), number(x->floor), text(x->source)};
    memcpy(c, cells, sizeof cells);
}

static void lesion_rows(const struct model *m, size_t r, struct cell *c)
{
    const struct lesion *x = &m->lesions[r];
    const struct cell cells[] = {text(x->condition), text(x->field),   number(x->factor),
                                 number(x->depth),   number(x->width), text(x->width > 0 ? x->shape == LESION_BAND ? "band" : "disc" : ""),
                                 text(x->source)};
    memcpy(c, cells, sizeof cells);
}

static void boundary_rows(const struct model *m, size_t r, struct cell *c)
{
    static const char *const faces[N_FACES] = {"x low", "x high", "y low", "y high", "z low", "z high"};
    const struct boundary *x = &m->boundaries[r];
    const struct cell cells[] = {text(x->species), text(faces[x->face]), text(x->kind == BOUNDARY_FIXED ? "fixed" : "exchange"),
                                 text(x->value), text(x->rate)};
    memcpy(c, cells, sizeof cells);
}

static void event_rows(const struct model *m, size_t r, struct cell *c)
{
    const struct event *x = &m->events[r];
    const struct cell cells[] = {text(x->name),     text(x->kind == EVENT_ADD ? "adds to" : "sets"),
                                 text(x->target),   text(x->value),
                                 text(x->start),    text(x->duration),
                                 text(x->interval), text(x->count),
                                 text(x->meaning)};
    memcpy(c, cells, sizeof cells);
}

void model_describe(const struct model *m, enum model_format format, FILE *stream)
{
    /* clang-format off */
    const struct table tables[] = {
        {"species", "Species", {"name", "unit", "healthy", "scale", "diffusivity", "toward", "meaning"}, m->n_species, volume_rows},
        {"surface", "Species of the surface", {"name", "unit", "healthy", "scale", "diffusivity", "toward", "meaning"}, m->n_surface,
         surface_rows},
        {"parameters", "Parameters", {"name", "default", "unit", "low", "high", "meaning", "source"}, m->n_params, param_rows},
        {"boundaries", "Boundaries (zero flux elsewhere)", {"species", "face", "kind", "value", "rate"}, m->n_boundaries, boundary_rows},
        {"events", "Scheduled changes", {"name", "kind", "target", "value", "start", "duration", "interval", "count", "meaning"},
         m->n_events, event_rows},
        {"readouts", "Readouts", {"name", "unit", "where", "meaning"}, m->n_readouts + m->n_surface_readouts, readout_rows},
        {"outcomes", "Outcomes", {"name", "unit", "meaning"}, m->n_outcomes, outcome_rows},
        {"conditions", "Conditions: factor on a parameter", {"condition", "parameter", "factor", "source"}, m->n_modifiers, modifier_rows},
        {"lesions", "Conditions that are a place: factor on a fixed field, down to a depth, within a width (mm; 0: without end)",
         {"condition", "field", "factor", "depth", "width", "shape", "source"}, m->n_lesions, lesion_rows},
        {"ageing", "Age: factor max(floor, 1 - rate (age - 25 years)) on a parameter", {"parameter", "rate", "floor", "source"},
         m->n_ageing, ageing_rows},
    };
    /* clang-format on */
    if (format == MODEL_JSON) {
        fputs("{\"name\": ", stream);
        json_put(m->name, stream);
        fputs(", \"title\": ", stream);
        json_put(m->title, stream);
        fputs(", \"reference\": ", stream);
        json_put(m->reference, stream);
    } else if (format == MODEL_MARKDOWN) {
        fprintf(stream, "## `%s`\n\n", m->name);
        markdown_string(m->title, stream);
        fputs(".  Reference: ", stream);
        markdown_string(m->reference, stream);
        fputc('\n', stream);
    } else {
        fprintf(stream, "%s: %s\nreference: %s\n", m->name, m->title, m->reference);
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (format == MODEL_JSON)
            write_json(m, &tables[i], stream);
        else if (tables[i].rows > 0 && format == MODEL_MARKDOWN)
            write_markdown(m, &tables[i], stream);
        else if (tables[i].rows > 0)
            write_text(m, &tables[i], stream);
    }
    fputs(format == MODEL_JSON ? "}\n" : "\n", stream);
}

void model_vary(const struct model *m, FILE *stream)
{
    fputs("vary:\n", stream);
    for (size_t i = 0; i < m->n_params; i++) {
        const struct param *p = &m->params[i];
        const double low = fmax(p->lo, p->value - 0.2 * fabs(p->value)), high = fmin(p->hi, p->value + 0.2 * fabs(p->value));
        const char *unit = strcmp(p->unit, "1") == 0 ? "" : p->unit, *space = *unit ? " " : "";
        if (low < high)
            fprintf(stream, "  parameters.%s: {from: %.6g%s%s, to: %.6g%s%s}\n", p->name, low, space, unit, high, space, unit);
        else
            fprintf(stream, "  # %s: %g by default, no range around it\n", p->name, p->value);
    }
}

void model_index(const struct model *const *models, FILE *stream)
{
    fputs("| model | species | parameters | outcomes | what it is |\n|---|---|---|---|---|\n", stream);
    for (; *models; models++) {
        const struct model *m = *models;
        fprintf(stream, "| [`%s`](#%s) | %zu | %zu | %zu | ", m->name, m->name, m->n_species + m->n_surface, m->n_params, m->n_outcomes);
        markdown_string(m->title, stream);
        fputs(" |\n", stream);
    }
    fputc('\n', stream);
}

void model_outcomes(const struct model *m, FILE *stream)
{
    if (!m->n_outcomes) {
        fprintf(stream, "\n## `%s`\n\nNo outcomes; the means of its species are in every results file.\n", m->name);
        return;
    }
    fprintf(stream, "\n## `%s`\n\nDefined in `models/%s.c`.\n\n| outcome | unit | meaning |\n|---|---|---|\n", m->name, m->name);
    for (size_t i = 0; i < m->n_outcomes; i++) {
        fprintf(stream, "| `%s` | %s | ", m->outcomes[i].name, m->outcomes[i].unit);
        markdown_string(m->outcomes[i].meaning, stream);
        fputs(" |\n", stream);
    }
}
