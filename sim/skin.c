/* Thickness of the layers by site.  Chopra 2015 (face, 10 heads, 39 places), Oltulu 2018 (six places of the body, n = 180), Oltulu's
 * face study (Selcuk Med J, six places, n = 180) and Lee & Hwang 2002 (28 places, 452 biopsies) were read as abstracts, which give the
 * extremes and not every place: a value without an extreme of its own is assumed within them. */
#include "skin.h"

#include "model_use.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define FACE "assumed within the face: 0.030-0.063 and 0.76-1.97 mm (Chopra 2015) [S:chopra]"
#define BODY "within six places of the body: 0.077-0.267 and 2.1-5.9 mm (Oltulu 2018) [S:oltulu]"

const struct skin_site skin_sites[] = {
    {"cheek", 0.060, 1.50, "0.05-0.06 and 1.2-1.6 mm [R-m], inside the range of Chopra 2015"},
    {"forehead", 0.050, 1.40, FACE},
    {"periorbital", 0.040, 0.76, "dermis: upper medial eyelid 0.759 mm (Chopra 2015) [S:chopra]; epidermis " FACE},
    {"perioral", 0.063, 1.20, "epidermis: upper lip 0.0626 mm (Chopra 2015) [S:chopra]; dermis " FACE},
    {"nose", 0.050, 1.97, "dermis: lower nasal sidewall 1.969 mm (Chopra 2015) [S:chopra]; epidermis " FACE},
    {"neck", 0.060, 1.40, "dermis: anterior neck 1.32-1.59 mm (Lee & Hwang 2002, abstract); epidermis assumed like the cheek"},
    {"scalp", 0.066, 1.50, "epidermis: 0.0659 mm, women (Selcuk Med J face study, abstract); dermis assumed within its 1.11-1.94 mm"},
    {"abdomen", 0.080, 2.20, "assumed " BODY},
    {"back", 0.080, 1.94, "dermis: 1.942 mm, the thickest of 28 places (Lee & Hwang 2002, abstract); epidermis assumed " BODY},
    {"breast", 0.077, 2.20, "epidermis: 0.0769 mm, women (Oltulu 2018) [S:oltulu]; dermis assumed " BODY},
    {"hand", 0.150, 2.10, "epidermis: dorsum 0.138-0.189 mm (Lee & Hwang 2002, abstract); dermis: 2.115 mm, women [S:oltulu]"},
    {NULL, 0, 0, NULL},
};

const char *const skin_site_names[] = {"cheek", "forehead", "periorbital", "perioral", "nose", "neck",
                                       "scalp", "abdomen",  "back",        "breast",   "hand", NULL};

const struct skin_site *skin_site_find(const char *name)
{
    for (const struct skin_site *site = skin_sites; site->name; site++)
        if (strcmp(site->name, name) == 0)
            return site;
    return NULL;
}

enum status skin_from_config(const struct config *config, struct skin *skin)
{
    const struct skin_site *site = skin_site_find(config_text(config, CONFIG_SKIN_SITE));
    assert(site); /* the vocabulary holds skin_site_names */
    struct skin made = {.epidermis = site->epidermis, .dermis = site->dermis, .collagen = NAN};
    if (config_has(config, CONFIG_SKIN_EPIDERMIS))
        made.epidermis = config_number(config, CONFIG_SKIN_EPIDERMIS);
    if (config_has(config, CONFIG_SKIN_DERMIS))
        made.dermis = config_number(config, CONFIG_SKIN_DERMIS);
    if (config_has(config, CONFIG_SKIN_COLLAGEN))
        made.collagen = config_number(config, CONFIG_SKIN_COLLAGEN);
    made.age = config_number(config, CONFIG_SKIN_AGE);
    made.n_conditions = config_names(config, CONFIG_SKIN_CONDITIONS, &made.conditions);

    char where[256];
    enum status status = OK;
    if (!(made.epidermis >= 0))
        status = status_fail(ERR_CONFIG, "%s: %g mm is no thickness", config_where(config, CONFIG_SKIN_EPIDERMIS, where, sizeof where),
                             made.epidermis);
    if (!(made.dermis > 0))
        status = status_fail(ERR_CONFIG, "%s: %g mm is no thickness", config_where(config, CONFIG_SKIN_DERMIS, where, sizeof where),
                             made.dermis);
    if (status == OK)
        *skin = made;
    return status;
}

/* The value of a parameter that a table of the model names (model_check: it exists). */
static double *parameter(const struct model *model, const char *name, double *p)
{
    const int i = model_param(model, name);
    assert(i >= 0);
    return &p[i];
}

static bool has_condition(const struct skin *skin, const char *condition)
{
    for (size_t i = 0; i < skin->n_conditions; i++)
        if (strcmp(skin->conditions[i], condition) == 0)
            return true;
    return false;
}

void skin_modify(const struct skin *skin, const struct model *model, double *p)
{
    for (size_t i = 0; i < model->n_params; i++)
        p[i] = model->params[i].value;
    const double years = fmax(0.0, skin->age - 25.0);
    for (size_t i = 0; i < model->n_ageing; i++)
        *parameter(model, model->ageing[i].param, p) *= fmax(model->ageing[i].floor, 1.0 - model->ageing[i].rate * years);
    for (size_t i = 0; i < model->n_modifiers; i++)
        if (has_condition(skin, model->modifiers[i].condition))
            *parameter(model, model->modifiers[i].param, p) *= model->modifiers[i].factor;
    if (model->set_point && !isnan(skin->collagen))
        *parameter(model, model->set_point, p) = skin->collagen;
}

/* 1 up to 3/4 of `size`, 0 beyond 5/4, a raised cosine between; 1 everywhere when the size is 0. */
static double within(double distance, double size)
{
    const double x = size > 0 ? distance / size : 0;
    return x <= 0.75 ? 1.0 : x >= 1.25 ? 0.0 : 0.5 * (1.0 + cos(2.0 * M_PI * (x - 0.75)));
}

double skin_lesion(const struct skin *skin, const struct model *model, const char *field, double top, double bottom, const double across[2])
{
    enum { SAMPLES = 8 };
    double mean = 0.0;
    if (skin->n_conditions == 0)
        return 1.0;
    for (int k = 0; k < SAMPLES; k++) {
        const double z = top + (bottom - top) * (k + 0.5) / SAMPLES;
        double factor = 1.0;
        for (size_t i = 0; i < model->n_lesions; i++) {
            const struct lesion *x = &model->lesions[i];
            if (strcmp(x->field, field) != 0 || !has_condition(skin, x->condition))
                continue;
            const double off = x->shape == LESION_DISC ? hypot(across[0], across[1]) : fabs(across[0]);
            factor *= 1.0 - (1.0 - x->factor) * within(z, x->depth) * within(off, 0.5 * x->width);
        }
        mean += factor / SAMPLES;
    }
    return mean;
}

void skin_warn(const struct skin *skin, const struct model *model)
{
    for (size_t c = 0; c < skin->n_conditions; c++) {
        bool known = false;
        for (size_t i = 0; i < model->n_modifiers; i++)
            known = known || strcmp(model->modifiers[i].condition, skin->conditions[c]) == 0;
        for (size_t i = 0; i < model->n_lesions; i++)
            known = known || strcmp(model->lesions[i].condition, skin->conditions[c]) == 0;
        if (!known)
            status_warn("skin.conditions: what %s changes is not known to the model %s: computed as if it were not there",
                        skin->conditions[c], model->name);
    }
}

enum status skin_parameters(const struct config *config, const struct model *model, double *p)
{
    struct skin skin;
    const enum status status = skin_from_config(config, &skin);
    if (status != OK)
        return status;
    skin_modify(&skin, model, p);
    for (size_t i = 0; i < model->n_params; i++)
        config_parameter_value(config, model->params[i].name, &p[i]);
    return OK;
}
