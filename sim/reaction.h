/* Where the model is called: on tiles of a few hundred cells, so that a tile's 3 x n_species rows stay in the cache of one core. */
#ifndef NEEDLEWORK_REACTION_H
#define NEEDLEWORK_REACTION_H

#include "model.h"
#include "state.h"
#include "transport.h"

#include <stddef.h>

/* Weights of the present and the two earlier states in the predicted one; the prediction is never below 0. */
struct reaction_predictor {
    double now, before, older;
};

size_t reaction_tiles(size_t cells);
/* The cells of a tile are first to first + the number returned. */
size_t reaction_tile_cells(size_t cells, size_t tile, size_t *first);

/* The predicted values of n cells of one species from `first` on, overwritten. */
void reaction_predict(const struct state *state, size_t species, const struct reaction_predictor *predictor, size_t first, size_t n,
                      double *next);

/* On one tile of the dermis: production (into level NEXT) and loss of the state predicted by predictor [n_species]. */
void reaction_tile(const struct model *model, const double *params, const struct reaction_predictor *predictor, struct state *state,
                   size_t tile);

/* The whole surface at once. below[species] [surface cells] is overwritten with the mean of the predicted dermis over the model's
 * surface_depth, and e[surface species] with the predicted surface; the dermis itself is only read in NOW, BEFORE and OLDER. */
void reaction_surface(const struct model *model, const double *params, const struct reaction_predictor *dermis_predictor,
                      const struct reaction_predictor *predictor, const struct state *dermis, struct state *surface, double *const *below,
                      double *const *e);

/* Unwounded skin: species from their tables, then the model's own words.  The static fields are there; `surface` may be NULL. */
enum status reaction_start(const struct model *model, const double *params, struct state *dermis, struct state *surface);

/* Mobility factors of a species on the lower faces of all axes, from face means of the predicted state. on_surface chooses the model's
 * function. */
void reaction_mobility(const struct model *model, const double *params, const struct reaction_predictor *predictor,
                       const struct state *state, bool on_surface, int species, double *const mobility[3]);

#endif
