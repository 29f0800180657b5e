/* The only file that names models. */
#include "model.h"

extern const struct model dermis_model, diffusion_model, fisher_model, gray_scott_model, schnakenberg_model, template_model;

const struct model *const model_registry[] = {
    &dermis_model, &diffusion_model, &fisher_model, &gray_scott_model, &schnakenberg_model, &template_model, NULL,
};
