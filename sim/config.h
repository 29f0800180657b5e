/* From YAML files and --set to checked settings: one table of keys (config_keys.c), one value per key.
 *
 * Overlays are merged in order, --set comes last.  Nothing is believed: every error of all files is reported at once, each as
 * `FILE:LINE:COLUMN: KEY: reason`, with the nearest valid name for an unknown one.  Values are kept in the unit of the table. */
#ifndef NEEDLEWORK_CONFIG_H
#define NEEDLEWORK_CONFIG_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>

enum config_key {
    CONFIG_MODEL,                   /* choice, required */
    CONFIG_TITLE,                   /* text, free */
    CONFIG_SKIN_SITE,               /* choice: cheek ... */
    CONFIG_SKIN_EPIDERMIS,          /* [mm], optional: else from the site */
    CONFIG_SKIN_DERMIS,             /* [mm], optional: else from the site */
    CONFIG_SKIN_AGE,                /* [years] */
    CONFIG_SKIN_COLLAGEN,           /* [1], optional: else from the age */
    CONFIG_SKIN_CONDITIONS,         /* list of names */
    CONFIG_TREATMENT_DEVICE,        /* choice: a named device or one under `devices` */
    CONFIG_NEEDLE_LENGTH,           /* treatment.needle.length [mm], optional like the next ones: else the device's */
    CONFIG_NEEDLE_DIAMETER,         /* [mm] */
    CONFIG_NEEDLE_TAPER,            /* [1] tapering end / channel depth */
    CONFIG_NEEDLE_REACH,            /* [1] channel depth / needle length */
    CONFIG_NEEDLE_RECOIL,           /* [1] channel diameter / needle diameter */
    CONFIG_NEEDLE_REMOVAL,          /* [1] matrix removed in the channel */
    CONFIG_NEEDLE_BRUISE,           /* [1] bruise radius / channel radius */
    CONFIG_TREATMENT_DENSITY,       /* [/mm2], optional: else the device's */
    CONFIG_TREATMENT_DIRECTIONS,    /* integer: roller directions on a patch */
    CONFIG_TREATMENT_JITTER,        /* [mm]: random displacement of stamp needles on a patch */
    CONFIG_TREATMENT_SESSIONS,      /* integer */
    CONFIG_TREATMENT_INTERVAL,      /* [day] */
    CONFIG_TREATMENT_FIRST,         /* [day] */
    CONFIG_TREATMENT_IF_NOT_HEALED, /* choice: postpone skip fail */
    CONFIG_TREATMENT_OVERRIDE,      /* treatment.override_contraindications, boolean */
    CONFIG_TREATMENT_SEED,          /* integer */
    CONFIG_TREATMENT_SHIFT,         /* flag: every other session between the places of the one before */
    CONFIG_DOMAIN_GEOMETRY,         /* choice: well_mixed axisymmetric slab unit_cell patch */
    CONFIG_DOMAIN_SPACING,          /* 1 to 3 lengths [mm]: one for all axes, or x, y, z (r, z) */
    CONFIG_DOMAIN_GRADING,          /* [1] ratio of neighbouring cell heights below 0.5 mm; 1 = uniform */
    CONFIG_DOMAIN_REFINE,           /* [1] axisymmetric: radial cells at the channel are this much narrower */
    CONFIG_DOMAIN_DEPTH,            /* [mm] */
    CONFIG_DOMAIN_WIDTH,            /* [mm], optional: else from the density */
    CONFIG_RUN_DURATION,            /* [day] */
    CONFIG_RUN_TOLERANCE,           /* [1] */
    CONFIG_OUTPUT_TIMESERIES,       /* [day] interval */
    CONFIG_OUTPUT_PROFILES,         /* [day] interval */
    CONFIG_OUTPUT_SNAPSHOTS,        /* list of times [day] */
    CONFIG_CHECKPOINT_EVERY,        /* [s] of wall time */
    CONFIG_KEYS
};

enum config_type { CONFIG_NUMBER, CONFIG_INTEGER, CONFIG_BOOLEAN, CONFIG_CHOICE, CONFIG_TEXT_VALUE, CONFIG_NUMBER_LIST, CONFIG_NAME_LIST };

/* One row of the table of keys. */
struct config_row {
    const char *path; /* "treatment.interval" */
    enum config_type type;
    const char *unit;           /* of numbers and limits; "1" = dimensionless */
    const char *initial;        /* default as it would be written; NULL = optional, "" = required */
    double lo, hi;              /* closed range of numbers and integers [unit] */
    const char *const *choices; /* of CONFIG_CHOICE and CONFIG_NAME_LIST where the table knows them; else NULL: see config_vocabulary */
    const char *meaning;
};
extern const struct config_row config_rows[CONFIG_KEYS];

/* What the reader must know of modules above it, as data.  Lists end with NULL; without a list (NULL) any name is accepted. */
struct config_parameter {
    const char *name, *unit;
    double lo, hi; /* closed range [unit] */
};
struct config_vocabulary {
    const char *const *models, *const *sites, *const *devices, *const *conditions;
    /* Parameters of a model (name is one of `models`): their number, and the i-th one. */
    size_t (*parameter_count)(const char *model);
    struct config_parameter (*parameter)(const char *model, size_t i);
    /* A model that is none of `models`, as the word in the configuration and as the path it is when it is one (relative to the file that
     * says it; `where`: "FILE:LINE:COLUMN: model").  OK with its name, or with NULL when there is none; else the reason is recorded.  NULL:
     * there are no others. */
    enum status (*other_model)(const char *word, const char *path, const char *where, const char **name);
};

/* A device of the user's own, under `devices.<name>`: what it is like, and the properties that differ (NaN = not given). */
enum config_device_property {
    CONFIG_DEVICE_LENGTH,
    CONFIG_DEVICE_DIAMETER,
    CONFIG_DEVICE_TAPER,
    CONFIG_DEVICE_REACH,
    CONFIG_DEVICE_RECOIL,
    CONFIG_DEVICE_REMOVAL,
    CONFIG_DEVICE_BRUISE,
    CONFIG_DEVICE_DENSITY,
    CONFIG_DEVICE_NEEDLES,
    CONFIG_DEVICE_PROPERTIES
};
struct config_device {
    const char *name, *like;                   /* borrowed from the config */
    double property[CONFIG_DEVICE_PROPERTIES]; /* units as the treatment.needle keys; density [/mm2]; needles [1] */
};

struct config;

/* Reads files[0], merges files[1..] over it, then applies `sets` ("KEY=VALUE", VALUE as in YAML).
 * Returns ERR_CONFIG with every error recorded, a file that is missing or cannot be read among them, ERR_IO when out of memory; nothing
 * allocated is left then and *config is untouched.  A file has at most 1 MB; anchors, aliases, tags and merge keys are refused. */
enum status config_read(const char *const *files, size_t n_files, const char *const *sets, size_t n_sets,
                        const struct config_vocabulary *vocabulary, struct config **config);
/* Likewise from text; `name` stands for the file in messages. */
enum status config_parse(const char *text, size_t bytes, const char *name, const struct config_vocabulary *vocabulary,
                         struct config **config);
enum status config_parse_set(const char *text, size_t bytes, const char *name, const char *const *sets, size_t n_sets,
                             const struct config_vocabulary *vocabulary, struct config **config);
void config_destroy(struct config **config);

bool config_has(const struct config *config, enum config_key key); /* has a value: given or by default */
double config_number(const struct config *config, enum config_key key);
long config_integer(const struct config *config, enum config_key key);
bool config_flag(const struct config *config, enum config_key key);
const char *config_text(const struct config *config, enum config_key key); /* choice or text; NULL without a value */
size_t config_numbers(const struct config *config, enum config_key key, const double **numbers);
size_t config_names(const struct config *config, enum config_key key, const char *const **names);

/* Whether a model is given as a file (a plug-in) rather than by its name: the word has a '/' in it or ends with ".so". */
bool config_model_is_file(const char *word);

/* Gives an optional number that was left out the value derived for it (a device's needle, a site's thickness), so that the resolved
 * configuration says what was used; does nothing when it has a value. */
void config_settle(struct config *config, enum config_key key, double value);

/* The value of `parameters.<name>` in the parameter's own unit; false when not given. */
bool config_parameter_value(const struct config *config, const char *name, double *value);
size_t config_device_count(const struct config *config);
const struct config_device *config_device(const struct config *config, size_t i);

/* "FILE:LINE:COLUMN: KEY" where the key was given, "KEY" for a default.  For errors found by modules above: buffer is overwritten. */
const char *config_where(const struct config *config, enum config_key key, char *buffer, size_t n);

/* The configuration as given (all files and --set, concatenated with comments), owned by the config. */
const char *config_source(const struct config *config);

/* The configuration with every default filled in, as YAML that config_parse accepts and that gives the same settings.
 * `parameters`, `values`: n parameters as used (NULL, 0: those given).  Times are written in the unit in which they are whole numbers.
 * The caller frees the text; NULL when out of memory. */
char *config_resolved(const struct config *config, const struct config_parameter *parameters, const double *values, size_t n);

/* A text as YAML that reads back to the same: names as they are, anything else in quotes. */
void config_print_text(FILE *stream, const char *text);

/* The nearest of `names` (ends with NULL) to `name`, or NULL when none is near: for "did you mean". */
const char *config_nearest(const char *name, const char *const *names);
/* What a message about an unknown name ends with: "; did you mean 'x'?", or `otherwise` when none is near.  Returns the text in buffer. */
struct config_hint {
    char text[160];
};
const char *config_hint(struct config_hint *buffer, const char *name, const char *const *names, const char *otherwise);

/* Writes the table of keys as Markdown. */
void config_write_markdown(FILE *stream);

#endif
