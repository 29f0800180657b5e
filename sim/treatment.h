/* Sessions: when they are given, where the needles go, and which share of every cell a puncture takes.
 *
 * A channel is a tapered cylinder of radius a(z) = a min(1, (L - z) / (taper L)), z from the skin surface, L = its depth, with a smooth
 * edge: ramp(r; a, w) = 1 for r < a - w/2, 0 for r > a + w/2, else (1 - sin(pi (r - a)/w))/2, w = 0.3 a.  Channel s = ramp(r; a(z)),
 * bruise b = max(0, ramp(r; xi a(z)) - s).  Channels of one session are united per sub-sample, s = 1 - prod(1 - s_i),
 * b = min(1 - s, 1 - prod(1 - b_i)), then averaged over the cell: converges with order 2 in the cell size. */
#ifndef NEEDLEWORK_TREATMENT_H
#define NEEDLEWORK_TREATMENT_H

#include "device.h"
#include "grid.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>

enum if_not_healed { POSTPONE, SKIP, FAIL };

struct treatment {
    struct device device;
    double epidermis; /* thickness [mm]: z = 0 of the grid lies this deep below the skin surface */
    double density;   /* channels per area [/mm2] */
    size_t sessions;
    double first, interval; /* [day] */
    enum if_not_healed if_not_healed;
    unsigned long seed;
    size_t directions; /* roller */
    double jitter;     /* stamp [mm] */
    bool shift;        /* every other session half a pitch away */
};

/* The treatment of a configuration, with the protocol rules: contraindications among the conditions end in ERR_CONFIG unless overridden;
 * warns of an interval under 6 weeks, a needle that does not reach the dermis, ...  `overridden` lists what was overridden ("", or names
 * separated by ", "), at most n bytes. */
enum status treatment_from_config(const struct config *config, double epidermis, struct treatment *treatment, char *overridden, size_t n);

/* Names of all conditions that exist (contraindications, patient modifiers and lesions), for the configuration's vocabulary; ends with
 * NULL. */
extern const char *const treatment_conditions[];

/* What one session does to a grid.  All arrays have the cells of the grid (volume) or of its surface. */
struct puncture {
    size_t channels; /* placed; 0 when the whole area is injured */
    double *channel; /* s, share of the cell inside a channel [cells], owned */
    double *bruise;  /* b [cells], owned */
    double *mouth;   /* s at the skin surface [surface cells], owned */
    double *core;    /* area share with r < a, straight down, of every column [surface cells], owned */
    double *injured; /* likewise r < 2 a, owned */
};

/* Places the needles of session `number` (0-based; the number only matters for random patterns) on the grid.
 * On UNIT_CELL a quarter of a lattice cell, the channel in the corner x = y = 0, or, in every other session of a shifted treatment, in the
 * opposite one: a lattice moved by half a pitch along both axes keeps the mirror walls of the quarter, which need not grow; on AXISYMMETRIC
 * r = 0; on SLAB x = 0 (shifted: half a pitch) with the mirror images of a row; WELL_MIXED: the mean over the lattice cell; PATCH: the
 * pattern of the device, with random numbers of its own for every seed and session.  PATTERN_AREA: s = 0, b = 1 down to its depth, mouth =
 * core = injured = 1.
 *
 * ERR_IO when out of memory, ERR_CONFIG when a patch is too small for one channel, leaving *puncture unchanged.  Tested in:
 * test_treatment_puncture.c, test_treatment.c (patterns, protocol). */
enum status treatment_puncture(const struct treatment *treatment, const struct grid *grid, size_t number, struct puncture **puncture);
void treatment_puncture_destroy(struct puncture **puncture);

/* Centres of the channels of a session on a patch of width x width, periodic: x[i], y[i] [mm]; the caller frees both.  Exposed for
 * pictures and tests. */
enum status treatment_pattern(const struct treatment *treatment, double width, size_t number, size_t *n, double **x, double **y);

/* Half the pitch of the square lattice, or the radius of the cylinder, that holds one channel: [mm]. */
double treatment_cell_width(const struct treatment *treatment, enum geometry geometry);

#endif
