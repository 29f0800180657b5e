/* A planned sweep, shared by the verbs: what DIR/manifest.h5 says. */
#ifndef NEEDLEWORK_SWEEP_INTERNAL_H
#define NEEDLEWORK_SWEEP_INTERNAL_H

#include "arguments.h"
#include "h5.h"
#include "provenance.h"
#include "sweep_design.h"
#include "sweep_spec.h"

enum { SWEEP_PATH = 4096, SWEEP_MESSAGE = 512 };

/* The values of one varied key: numbers in its unit, or texts. */
struct sweep_column {
    char name[SWEEP_NAME], unit[64], scale[16];
    size_t dimension;
    double low, high;
    double *numbers; /* [n], owned, or */
    char *texts;     /* [n x width], each ended by NULs, owned */
    size_t width;
};

struct sweep {
    char *dir; /* owned, as are all below */
    size_t n;  /* runs */
    int *sample, *block, *moved, *replicate;
    char (*hash)[PROVENANCE_SHA256]; /* SHA-256 of the resolved configuration */
    double *unit;                    /* [n x n_dimensions] */
    char **dimensions;
    size_t n_dimensions;
    struct sweep_column *columns;
    size_t n_columns;
    char **base, **sets, **outcomes; /* files under DIR; fixed settings; what is read off a run */
    size_t n_base, n_sets, n_outcomes;
    struct expression *expressions; /* [n_outcomes] the same, parsed */
    const struct model *model;
    struct sweep_plugin *plugin; /* what the manifest says of a model that is a plug-in; NULL: a model of the program */
    char title[256], design[16];
    enum sweep_keep keep;
    long samples, levels, seed, replicates, first_seed;
    double run_seconds, run_bytes, rows; /* estimates of one run: [s] on one core, [B] of memory; rows of its series */
    char identity[PROVENANCE_SHA256];    /* of all configurations together */
};

/* Reads DIR/manifest.h5: ERR_IO when it is not there or damaged, leaving nothing to destroy. */
enum status sweep_open(const char *dir, struct sweep *sweep);
void sweep_close(struct sweep *sweep);

/* sweep_plugin.c: a plug-in is copied into DIR and described in the group of the manifest (nothing is done for a model of the program);
 * `read` makes a model of the description, false when it is damaged; `load` puts the plug-in itself in its place, ERR_CONFIG when it is
 * another. */
enum status sweep_plugin_copy(const struct sweep *sweep);
enum status sweep_plugin_write(const char *path, hid_t group, const struct sweep *sweep);
bool sweep_plugin_read(hid_t group, const char *name, struct sweep *sweep);
enum status sweep_plugin_load(struct sweep *sweep);
void sweep_plugin_destroy(struct sweep *sweep);

/* Writes DIR/manifest.h5, all or nothing. */
enum status sweep_manifest_write(const struct sweep *sweep, const char *specification);

/* The configuration of run i and its plan, both owned by the caller.  Its sources are the files under DIR, or, while there is no DIR yet,
 * those that `base` names.  ERR_CONFIG with everything that is wrong, and nothing to destroy. */
enum status sweep_run_plan(const struct sweep *sweep, size_t i, int threads, struct config **config, struct plan *plan);
/* Its values for a message: "key=value, key=value", cut to n. */
void sweep_run_describe(const struct sweep *sweep, size_t i, char *text, size_t n);

/* DIR/NAME; returns path [SWEEP_PATH]. */
char *sweep_path(const char *dir, const char *name, char *path);
/* Folder DIR/NAME, made if it is missing. */
enum status sweep_folder(const char *dir, const char *name);

/* The design, role by role, as in the manifest and the table: `run` scale, sample ... replicate, dimension, unit_value, factors. */
enum status sweep_table_design(const char *path, hid_t file, const struct sweep *sweep, hid_t *run_scale);
enum status sweep_table_numbers(const char *path, hid_t file, const char *name, const char *unit, const char *meaning, const char *role,
                                hid_t scale, size_t n, const double *values);
enum status sweep_table_integers(const char *path, hid_t file, const char *name, const char *meaning, const char *role, hid_t scale,
                                 size_t n, const int *values);
enum status sweep_table_strings(const char *path, hid_t file, const char *name, const char *meaning, const char *role, hid_t scale,
                                size_t n, const char *const *texts);
/* texts: n rows of `width` bytes, each ended or filled by NULs. */
enum status sweep_table_texts(const char *path, hid_t file, const char *name, const char *meaning, const char *role, hid_t scale, size_t n,
                              const char *texts, size_t width);
/* Root attributes that say which sweep it is. */
enum status sweep_table_about(const char *path, hid_t file, const struct sweep *sweep, const char *title);
/* Closes `temporary`, puts it on disk and renames it to path; after a failure it is removed instead. */
enum status sweep_table_finish(const char *path, const char *temporary, hid_t file, enum status status);

/* The verbs. */
enum status sweep_plan(const char *spec, const char *dir, const struct arguments *a);
enum status sweep_execute(const char *dir, const struct arguments *a);
enum status sweep_submit(const char *dir, const struct arguments *a);
enum status sweep_report(const char *dir, const struct arguments *a);
enum status sweep_collect(const char *dir, const struct arguments *a);

/* One line that runs the sweep by GNU parallel. */
void sweep_print_parallel(const struct sweep *sweep, FILE *stream);

#endif
