/* The only file that names models. */
#include "model.h"

extern const struct model adler_2020_model, bianchi_2015_model, chemotaxis_model, cooper_2015_model, dermis_model, diffusion_model,
    fisher_model, gray_scott_model, ishigami_model, koppenol_2017_model, porous_fisher_model, reynolds_2006_model, schnakenberg_model,
    serum_model, sherratt_murray_1990_model, sobol_g_model, sohutskay_2021_model, template_model, topical_model, waugh_sherratt_2006_model,
    waugh_sherratt_2007_model, zlobina_2022_model;

const struct model *const model_registry[] = {
    &adler_2020_model,
    &bianchi_2015_model,
    &chemotaxis_model,
    &cooper_2015_model,
    &dermis_model,
    &diffusion_model,
    &fisher_model,
    &gray_scott_model,
    &ishigami_model,
    &koppenol_2017_model,
    &porous_fisher_model,
    &reynolds_2006_model,
    &schnakenberg_model,
    &serum_model,
    &sherratt_murray_1990_model,
    &sobol_g_model,
    &sohutskay_2021_model,
    &template_model,
    &topical_model,
    &waugh_sherratt_2006_model,
    &waugh_sherratt_2007_model,
    &zlobina_2022_model,
    NULL,
};
