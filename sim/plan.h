/* A checked run before anything is allocated: what `check` prints and `run` carries out. */
#ifndef NEEDLEWORK_PLAN_H
#define NEEDLEWORK_PLAN_H

#include "config.h"
#include "grid.h"
#include "model.h"
#include "skin.h"
#include "status.h"
#include "treatment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan {
    struct config *config; /* borrowed; optional keys are settled with what was derived for them */
    const struct model *model;
    double *params; /* [n_params + n_derived], prepared, owned */
    struct skin skin;
    bool treated; /* the model can be injured and sessions > 0 */
    struct treatment treatment;
    char overridden[256]; /* contraindications overridden */
    enum geometry geometry;
    double width[2], depth, spacing[3], grading; /* [mm] of what is computed: a quarter of a unit cell, the radius of a cylinder */
    double near, refine;                         /* cylinder: radial cells up to `near` [mm] are `refine` times narrower */
    double cells, bytes;                         /* doubles: no overflow for absurd grids */
    double tolerance;
    int64_t end, series_every, profiles_every; /* ticks */
    const double *snapshots;                   /* [day], borrowed from the configuration */
    size_t n_snapshots;
    int threads;           /* chosen */
    double steps, seconds; /* estimates */
};

/* Fills `plan`; ERR_CONFIG with everything that is wrong, or when the memory is not there.  threads = 0: as many as are useful. */
enum status plan_create(struct config *config, int threads, struct plan *plan);
void plan_destroy(struct plan *plan);

/* What the configuration reader must know of models, sites, devices and conditions.  Nothing is loaded by it: see plugin_vocabulary. */
const struct config_vocabulary *plan_vocabulary(void);

/* Prints the resolved configuration (itself valid input), then sessions, cells, memory and time as comments. */
enum status plan_print(const struct plan *plan, FILE *stream);

/* The configuration with every default and the parameters as used; the caller frees it. */
char *plan_resolved(const struct plan *plan);

#endif
