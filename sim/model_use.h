/* What the program does with models: finds, checks and describes them. */
#ifndef NEEDLEWORK_MODEL_USE_H
#define NEEDLEWORK_MODEL_USE_H

#include "model.h"
#include "status.h"

/* The registered models, ending with NULL, and one by name (NULL when there is none). */
extern const struct model *const model_registry[];
const struct model *model_find(const char *name);

/* Where a model of a plug-in comes from (plugin.h); NULL for a model of the program. */
struct model_origin {
    const char *path;   /* absolute */
    const char *sha256; /* of the file, in hexadecimal */
};
const struct model_origin *model_origin(const struct model *model);
/* The model loaded from this file, or NULL. */
const struct model *model_from(const char *path);
/* Adds a model to those that model_find finds, for as long as the program runs; path and sha256 are copied.  Whoever reads may do so at the
 * same time, whoever adds must be alone.  ERR_IO when out of memory. */
enum status model_add(const struct model *model, const char *path, const char *sha256);

/* Index of a parameter or species by name, or -1. */
int model_param(const struct model *model, const char *name);
int model_species(const struct model *model, const char *name);
int model_outcome(const struct model *model, const char *name);
/* Index into the means of an observation: a species or a readout, or -1. */
int model_quantity(const struct model *model, const char *name);

/* Checks a model against this contract: names unique and snake_case, ranges, sources, references between tables resolve, functions
 * present where tables need them.  ERR_CHECK with every violation recorded. */
enum status model_check(const struct model *model);

/* Species, parameters with unit, range and source, outcomes, modifiers. */
enum model_format { MODEL_TEXT, MODEL_MARKDOWN, MODEL_JSON };
void model_describe(const struct model *model, enum model_format format, FILE *stream);

/* Markdown: a table of contents of models (NULL ends them), with links to their headings; the outcomes of one. */
void model_index(const struct model *const *models, FILE *stream);
void model_outcomes(const struct model *model, FILE *stream);

/* Every parameter with a range of 20 % to either side of its default, within what is allowed, as `vary` of a sweep; what is 0 by default
 * or may not change stands in a comment. */
void model_vary(const struct model *model, FILE *stream);

#endif
