/* What to vary and how: the specification of a sweep, read from YAML and checked as a whole.
 *
 * Keys: base, set, title, design, samples, levels, seed, replicates, vary, list, where, outcomes, keep (sim/README.md describes them).
 * Every wrong value is reported at its place, all at once.  Tested in: tests/test_sweep_spec.c. */
#ifndef NEEDLEWORK_SWEEP_SPEC_H
#define NEEDLEWORK_SWEEP_SPEC_H

#include "config_document.h"
#include "expression.h"
#include "plan.h"

enum { SWEEP_NAME = 192 }; /* bytes of the name of a factor or outcome */

enum sweep_design { SWEEP_GRID, SWEEP_LIST, SWEEP_LHS, SWEEP_SOBOL, SWEEP_SALTELLI, SWEEP_MORRIS };
extern const char *const sweep_design_names[]; /* ends with NULL */
/* What a run leaves behind: its outcomes, also its series, also its own results file. */
enum sweep_keep { SWEEP_OUTCOMES, SWEEP_SERIES, SWEEP_FIELDS };
extern const char *const sweep_keep_names[];

enum sweep_scale { SWEEP_SCALE_LINEAR, SWEEP_SCALE_LOG, SWEEP_SCALE_LIST };
extern const char *const sweep_scale_names[];

/* One key that is varied: listed values, or a range.  Its coordinate u in [0, 1] is that of its dimension. */
struct sweep_factor {
    struct config_setting setting;
    size_t dimension;       /* several factors of one dimension are linked */
    enum sweep_scale scale; /* LIST: the listed values are equally likely */
    double low, high;       /* of a range, or of listed numbers; NaN for texts */
    size_t n;               /* listed values, 0 = a range */
    double *numbers;        /* [n] in the unit of the setting, owned; or */
    const char **texts;     /* [n] as YAML, owned, the texts themselves too */
};

/* What must hold: left OP right, each side `factor x setting + constant`, in the unit of the setting (of the left one, if both have one).
 */
struct sweep_side {
    bool has_setting;
    struct config_setting setting;
    double factor, constant;
};
enum sweep_relation { SWEEP_LESS, SWEEP_LESS_EQUAL, SWEEP_GREATER, SWEEP_GREATER_EQUAL, SWEEP_EQUAL, SWEEP_UNEQUAL };
struct sweep_constraint {
    struct sweep_side left, right;
    enum sweep_relation relation;
    const char *text; /* borrowed */
};

struct sweep_spec {
    struct config_document *document; /* owned */
    const struct model *model;
    const char *title; /* borrowed */
    char **base;       /* [n_base] files, as they were found, owned */
    size_t n_base;
    char **sets; /* [n_sets] "KEY=VALUE", owned */
    size_t n_sets;
    long first_seed; /* treatment.seed of replicate 0 */
    enum sweep_design design;
    long samples, levels, seed, replicates;
    enum sweep_keep keep;
    struct sweep_factor *factors; /* [n_factors] owned */
    size_t n_factors;
    char **dimensions; /* [n_dimensions] names, owned */
    size_t n_dimensions;
    struct sweep_constraint *constraints; /* [n_constraints] owned */
    size_t n_constraints;
    struct expression *outcomes; /* [n_outcomes] about one run; owned */
    size_t n_outcomes;
};

/* ERR_CONFIG with everything that is wrong, leaving nothing to destroy. */
enum status sweep_spec_read(const char *file, struct sweep_spec *spec);
void sweep_spec_destroy(struct sweep_spec *spec);

/* The value of a factor at u in [0, 1]: of a range, or the index of the listed value. */
double sweep_factor_number(const struct sweep_factor *factor, double u);
size_t sweep_factor_index(const struct sweep_factor *factor, double u);

/* "KEY=VALUE" as --set takes it, for the value of a factor at u. */
void sweep_factor_set(const struct sweep_factor *factor, double u, char *text, size_t n);

/* Whether a plan meets all constraints; a key that has no value meets any.  plan->params may be NULL when there is only a configuration. */
bool sweep_spec_allows(const struct sweep_spec *spec, const struct plan *plan);

#endif
