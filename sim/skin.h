/* The skin that is treated: site, age and conditions, and what they make of a model's parameters. */
#ifndef NEEDLEWORK_SKIN_H
#define NEEDLEWORK_SKIN_H

#include "config.h"
#include "model.h"
#include "status.h"

struct skin_site {
    const char *name;
    double epidermis, dermis; /* thickness [mm] */
    const char *source;
};

extern const struct skin_site skin_sites[]; /* ends with a NULL name */
extern const char *const skin_site_names[]; /* for the configuration's vocabulary, ends with NULL */
const struct skin_site *skin_site_find(const char *name);

struct skin {
    double epidermis, dermis;      /* thickness [mm] */
    double age;                    /* [years] */
    double collagen;               /* set point relative to healthy young skin [1]; NaN when not given */
    const char *const *conditions; /* [n_conditions], borrowed from the configuration */
    size_t n_conditions;
};

/* The skin of a configuration; `skin` is overwritten.  ERR_CONFIG when a layer has no thickness. */
enum status skin_from_config(const struct config *config, struct skin *skin);

/* The parameters of `model` in this skin:
 *
 *   p = default x ageing x modifiers of the conditions, ageing = max(floor, 1 - rate (age - 25)), 1 below 25 years
 *
 * and skin.collagen, when given, replaces the set point as a whole.
 *
 *   p    [n_params], overwritten; the derived constants behind them are the model's `prepare` to fill
 *
 * A product may leave the range of a parameter: ranges apply to what users type. */
void skin_modify(const struct skin *skin, const struct model *model, double *p);

/* Factor of the lesions among the conditions on a fixed field of `model`: the mean over depths [top, bottom] below the dermal-epidermal
 * junction, across[2] = distance [mm] from the middle of the lesion along x and y (0 where the cell of one channel stands for it).
 * Exactly 1 where there is none. */
double skin_lesion(const struct skin *skin, const struct model *model, const char *field, double top, double bottom,
                   const double across[2]);

/* Warns of conditions of which the model knows no effect. */
void skin_warn(const struct skin *skin, const struct model *model);

/* Likewise for the skin of a configuration, whose `parameters:` are final: not multiplied by anything. */
enum status skin_parameters(const struct config *config, const struct model *model, double *p);

#endif
