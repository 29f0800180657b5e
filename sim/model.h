/* The contract of a model: what the solver must know about a biology, and nothing else.
 *
 * A model is one `const struct model` in one file: of models/, or of your own, a plug-in (see the end).  It states production P >= 0 and
 * loss coefficient L >= 0 of every species,
 *
 *     dy/dt = div(D grad y) - div(chi y grad s) + P(y) - L(y) y ,
 *
 * never a bare right-hand side: that is what makes positivity and stiff decay cheap.  Its functions are pure maps of arrays: no allocation,
 * no locks, no printing, no state.  The solver owns time, space, threads and files.  Units: mm and day; every species keeps its own unit.
 * Where a table row refers to a parameter or species it gives the name; an omitted name means none. */
#ifndef NEEDLEWORK_MODEL_H
#define NEEDLEWORK_MODEL_H

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
struct param {
    const char *name;
    double value; /* default [unit] */
    const char *unit;
    double lo, hi; /* closed range [unit] */
    const char *meaning;
    const char *source; /* citation and place; "assumed: why" where there is none */
};

struct species {
    const char *name, *unit;
    double healthy; /* value in unwounded tissue [unit] where model.initial is NULL or leaves it alone */
    double scale;   /* typical magnitude [unit], > 0: errors below tolerance * scale do not matter */
    const char *diffusivity; /* parameter D [mm2/day] */
    const char *toward;      /* species s whose gradient is followed, */
    const char *taxis;       /* and the parameter chi [mm2/day per unit of s] */
    bool mobility;           /* D is multiplied by model.mobility */
    const char *meaning;
};

/* Coefficient fields: the same value everywhere (a parameter) unless the skin gives a map; they rest, or, where `drift` names a rate
 * [1/day], decay: d field/dt = - rate field, exactly. */
struct fixed_field { const char *name, *param, *drift, *meaning; };

/* A pointwise quantity computed from the state, averaged over regions for the outcomes. */
struct readout { const char *name, *unit, *meaning; };

/* Where things are averaged. */
enum region {
    REGION_SLAB,    /* papillary slab, 0 to 0.3 mm below the dermal-epidermal junction */
    REGION_CORE,    /* inside the original channel over the same 0.3 mm, by area weights of cut cells */
    REGION_INJURED, /* within two channel radii, same depth */
    REGION_DERMIS,  /* the whole domain */
    REGION_DEPTH,   /* a layer of its own, model.layer, over the whole width */
    N_REGIONS
};
enum surface_region { REGION_MOUTH, REGION_SURFACE, N_SURFACE_REGIONS }; /* the channel mouths; the whole surface */

/* The layer REGION_DEPTH: |z - centre| < height / 2, moved up to the lowest layer of that height where the domain ends above it. */
struct layer_depth { const char *centre, *height; }; /* parameters [mm] */

/* The time integral of a region's mean of a species or readout, counted from `after` days after the latest session on. */
struct integral { const char *name; enum region region; const char *quantity; double after; const char *meaning; };

struct outcome { const char *name, *unit, *meaning; };

/* What an outcome is computed from.  Means are over the cells of a region by volume; index: species first, then readouts. */
struct observation {
    const double *mean[N_REGIONS];            /* [n_species + n_readouts] */
    const double *surface[N_SURFACE_REGIONS]; /* [n_surface + n_surface_readouts] */
    const double *integral;                   /* [n_integrals] */
    double mouth_fraction;                    /* area of the mouths / area of skin; 0 when there is no channel */
};

/* A patient condition multiplies a parameter.  Ageing multiplies by max(floor, 1 - rate (age - 25)), and by 1 below 25 years. */
struct modifier { const char *condition, *param; double factor; const char *source; };
struct ageing { const char *param; double rate, floor; const char *source; };

/* A condition that is a place in the skin multiplies a fixed field there: down to `depth` below the dermal-epidermal junction and, on skin
 * wider than the cell of one channel (slab, patch), up to width / 2 from its middle; 0 = without end.  Edges are smooth: a raised cosine
 * from 3/4 to 5/4 of either. */
enum lesion_shape { LESION_BAND, LESION_DISC }; /* across x; across x and y */
struct lesion { const char *condition, *field; double factor, depth, width; enum lesion_shape shape; const char *source; };

/* Boundary of a species on a face (zero flux where none is given). */
enum { MODEL_MAX_SPECIES = 64, MODEL_MAX_BOUNDARIES = 64 }; /* volume and surface species each */

enum face { FACE_X_LOW, FACE_X_HIGH, FACE_Y_LOW, FACE_Y_HIGH, FACE_Z_LOW, FACE_Z_HIGH, N_FACES };
enum boundary_kind { BOUNDARY_FIXED, BOUNDARY_EXCHANGE };
struct boundary {
    const char *species;
    enum face face;
    enum boundary_kind kind;
    const char *value; /* parameter: value at, or just beyond, the face [unit of the species] */
    const char *rate;  /* parameter: exchange velocity [mm/day], BOUNDARY_EXCHANGE only */
};

/* A scheduled change other than needles.  Times, amounts and counts are parameters; the schedule follows from their values at the start.
 * Days count from the start of the run.  What is due at the time of a session or an output comes after the output, before the session. */
enum event_kind {
    EVENT_ADD, /* adds `value` [unit of the species] to a species, everywhere, at once */
    EVENT_SET  /* gives a parameter `value` for `duration`, then its own value again; not one of transport or of a fixed field */
};
struct event {
    const char *name;
    enum event_kind kind;
    const char *target;   /* species or parameter */
    const char *value;    /* parameter, like the next ones */
    const char *start;    /* [day] */
    const char *duration; /* [day], EVENT_SET only */
    const char *interval; /* [day] from one start to the next; with */
    const char *count;    /* how many times, 0 = never; both omitted: once */
    const char *meaning;
};

/* Arrays of arrays are indexed [species][cell]; n cells at once; inputs and outputs never overlap; p holds the parameters followed by
 * the derived constants.  Kernels run concurrently on different cells. */
struct model {
    const char *name, *title, *reference;
    const struct species *species;         size_t n_species;
    const struct species *surface;         size_t n_surface;         /* species on the epidermal surface */
    const struct param *params;            size_t n_params;
    size_t n_derived;                                                /* constants that prepare adds behind the parameters */
    const struct fixed_field *fixed;       size_t n_fixed;
    const struct readout *readouts;        size_t n_readouts;
    const struct readout *surface_readouts; size_t n_surface_readouts;
    const struct integral *integrals;      size_t n_integrals;
    struct layer_depth layer;                                        /* where REGION_DEPTH lies; names omitted: nowhere */
    const struct outcome *outcomes;        size_t n_outcomes;
    const char *const *lower;                                        /* those of which the lower value is the better one; ends with NULL */
    const struct modifier *modifiers;      size_t n_modifiers;
    const struct ageing *ageing;           size_t n_ageing;
    const struct lesion *lesions;          size_t n_lesions;
    const struct boundary *boundaries;     size_t n_boundaries;
    const struct event *events;            size_t n_events;
    const char *set_point;  /* the parameter that skin.collagen sets */
    double surface_depth;   /* what the surface sees below it: the mean over this depth [mm] */

    /* Writes p[n_params .. n_params + n_derived) from p[0 .. n_params). */
    void (*prepare)(double *p);
    /* Unwounded state at the points (at[0], at[1], at[2]) = (x, y, z) [mm]; y holds species[].healthy on entry. */
    void (*initial)(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y);
    /* Production [unit/day] and loss coefficient [1/day] of every species: overwritten, all >= 0. */
    void (*react)(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod, double *const *loss);
    /* Likewise on the surface; below[species] = mean of the volume species over surface_depth. */
    void (*react_surface)(size_t n, const double *const *e, const double *const *below, const double *p, double *const *prod,
                          double *const *loss);
    /* Factor >= 0 on the diffusivity of `species` at faces whose mean state is y. */
    void (*mobility)(size_t n, int species, const double *const *y, const double *p, double *factor);
    void (*mobility_surface)(size_t n, int species, const double *const *e, const double *p, double *factor);
    /* A puncture: channel fraction s, bruise fraction b of every cell (s + b <= 1), fraction of matrix removed; changes y in place and
     * leaves it alone where s = b = 0. */
    void (*injure)(size_t n, const double *s, const double *b, double removal, const double *p, double *const *y);
    void (*injure_surface)(size_t n, const double *mouth, const double *p, double *const *e);
    void (*read)(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *q);
    void (*read_surface)(size_t n, const double *const *e, const double *p, double *const *q);
    /* All outcomes now, relative to the observation before the first session. */
    void (*observe)(const struct observation *now, const struct observation *before, const double *p, double *out);
};

/* clang-format on */

/* Hot loops are compiled for several vector widths, chosen when the program starts (not by clang 14, whose choosers of static functions
 * of one name collide). */
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&                       \
    !defined(NEEDLEWORK_NO_CLONES)
#define KERNEL __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define KERNEL
#endif

/* A plug-in: a model outside the program.  Its file is that of any model and says at its end which one it holds,
 *
 *     NEEDLEWORK_PLUGIN(my_model);
 *
 * compiled by `cc -O3 -shared -fPIC $(pkg-config --cflags needlework-model) my_model.c -o my_model.so` (the flags are those of the program:
 * strict arithmetic, the same bits on every machine) and named in a configuration: `model: ./my_model.so`.  It exports one symbol. */
enum { MODEL_ABI = 1 }; /* to be raised when something above changes its meaning; a changed size is noticed without */
/* clang-format off */
#define MODEL_LAYOUT                                                                                                                        \
    {                                                                                                                                       \
        sizeof(struct model), sizeof(struct param), sizeof(struct species), sizeof(struct fixed_field), sizeof(struct readout),             \
        sizeof(struct integral), sizeof(struct outcome), sizeof(struct observation), sizeof(struct modifier), sizeof(struct ageing),        \
        sizeof(struct lesion), sizeof(struct boundary), sizeof(struct event), N_REGIONS, N_SURFACE_REGIONS, N_FACES                         \
    }
/* clang-format on */
struct model_plugin {
    unsigned abi;        /* first, and never moved: MODEL_ABI when it was compiled */
    unsigned layout[16]; /* MODEL_LAYOUT then */
    const struct model *model;
};
#ifdef NEEDLEWORK_IN_TREE /* the same file as a model of the program: registry.c names it */
#define NEEDLEWORK_PLUGIN(its_model) extern const struct model its_model
#else
#define NEEDLEWORK_PLUGIN(its_model)                                                                                                       \
    extern __attribute__((visibility("default"))) const struct model_plugin needlework_plugin;                                             \
    const struct model_plugin needlework_plugin = {MODEL_ABI, MODEL_LAYOUT, &its_model}
#endif

#endif
