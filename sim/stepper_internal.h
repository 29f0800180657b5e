/* Shared by the files of stepper: the formula of a step, and one layer (dermis or surface) with its accounts. */
#ifndef NEEDLEWORK_STEPPER_INTERNAL_H
#define NEEDLEWORK_STEPPER_INTERNAL_H

#include "reaction.h"
#include "stepper.h"
#include "transport.h"

#define STEPPER_LOCAL  0.5  /* local error allowed per step, as a share of the user's tolerance */
#define STEPPER_SOLVE  0.1  /* algebraic error allowed, as a share of the tolerated local error */
#define STEPPER_WEIGHT 1e-2 /* of the species' scale: added to the root-mean-square that errors are relative to */

/* a0 y[n+1] + a1 y[n] + a2 y[n-1] + a3 y[n-2] = y'(t[n+1]), and the predictor from the same history. */
struct formula {
    int history; /* states used: 1 to 3 */
    double a[4]; /* [1/day] */
    struct reaction_predictor predictor;
    double error; /* local error / |y - predicted| */
    double dt;    /* [day] */
};

/* Sums over a species, kept at the levels of the history so that the formula of the fields integrates them too. */
struct account {
    double produced[STATE_LEVELS], lost[STATE_LEVELS], boundary[STATE_LEVELS];
    double initial, injury, before_event;
    double moved; /* in the last step, as a share of the error allowed per step; below RESTING the species is predicted to stay */
};

/* What the right-hand side of one species on one tile adds up to. */
struct tile_sums {
    double produced, square; /* sums of volume x production, of volume x present value squared */
    double lifted;           /* what was added to values just below 0 */
    bool negative;           /* a value is still below 0 */
    double least_loss;       /* the smallest loss coefficient, not below 0 */
};

/* What the solve of one species in one step found. */
struct verdict {
    double difference;               /* relative root-mean-square of y - predicted */
    double moved;                    /* likewise of y - present, as a share of the error allowed */
    double produced, lost, boundary; /* rates [unit mm3/day] */
    double sweeps;
    bool first_order, converged, finite;
};

struct layer {
    struct state *state;           /* borrowed */
    struct transport *transport;   /* owned */
    const struct species *species; /* borrowed */
    bool on_surface;
    double volume;                 /* total */
    double *diffusivity;           /* [n_species] owned */
    double *taxis;                 /* [n_species] chi, owned */
    int *toward;                   /* [n_species] or -1, owned */
    struct transport_faces *faces; /* [n_species]; arrays only for general species, owned */
    double **sensed;               /* [n_species] predicted state of the species that is followed, where there is one, owned */
    double *face_block;            /* owned */
    double **face_planes;          /* owned */
    bool any_general;
    struct account *account;              /* [n_species] owned */
    struct reaction_predictor *predictor; /* [n_species] of the step under way, owned */
    struct tile_sums *sums;               /* [tiles][n_species] owned */
    struct verdict *verdict;              /* [n_species] owned */
};

/* stepper_formula.c: history = number of states known (1 to 3); dt, dt1, dt2 the coming and the last two steps [day]. */
void formula_init(struct formula *formula, int history, double dt, double dt1, double dt2);
/* The first-order member for the same step. */
void formula_first_order(struct formula *formula, double dt);

/* Weights of the states at 0, -dt, -dt-dt1, -dt-dt1-dt2 (the first n of them) in the interpolant at x [day]. */
void formula_interpolate(int n, double x, double dt, double dt1, double dt2, double weight[STATE_LEVELS]);

/* stepper_species.c */
bool species_is_general(const struct layer *layer, size_t species);
void species_faces(const struct model *model, const double *params, struct layer *layer, size_t species);
/* Production -> right-hand side of the formula, for all species on one tile, whose rows are best still in the cache. */
void species_tile(struct layer *layer, const struct formula *formula, size_t tile);
void species_solve(const struct model *model, const double *params, struct layer *layer, struct transport_work *work,
                   const struct formula *formula, double tolerance, size_t species);

/* stepper_layer.c */
enum status layer_create(const struct model *model, const double *params, struct state *state, bool on_surface, struct layer *layer);
void layer_destroy(struct layer *layer);
/* Sum of weights x states now, before, older and the oldest one still held, not below 0, into the planes of loss. */
void layer_interpolate(struct layer *layer, const double weight[STATE_LEVELS], size_t species);
/* The predictors of the coming step: the formula's, or `stay` for species that hardly moved in the last one. */
void layer_predict(struct layer *layer, const struct formula *formula);
void layer_book(struct layer *layer, const struct formula *formula);

#endif
