/* Sites, age and conditions. */
#include "skin.h"

#include "numerics.h"
#include "treatment.h"

#include <string.h>

enum { PHI, SYNTHESIS, CLOSURE, MMP, PLAIN, N_PARAMS };
static const struct param params[N_PARAMS] = {
    [PHI] = {"collagen_set_point", 1.0, "1", 0.4, 1, "set point", "assumed: test"},
    [SYNTHESIS] = {"synthesis", 1.0, "1", 0.5, 2, "synthesis", "assumed: test"},
    [CLOSURE] = {"closure", 2.0, "1", 0.5, 5, "closure", "assumed: test"},
    [MMP] = {"mmp", 3.0, "1", 0.5, 5, "mmp", "assumed: test"},
    [PLAIN] = {"plain", 7.0, "mm", 0.5, 50, "nothing changes it", "assumed: test"},
};
/* The factors of the dermis model, section 7. */
static const struct ageing ageing[] = {
    {"collagen_set_point", 0.0075, 0.4, "test"}, {"synthesis", 0.0055, 0.68, "test"}, {"closure", 0.0066, 0.2, "test"}};
static const struct modifier modifiers[] = {{"smoker", "synthesis", 0.82, "test"},
                                            {"smoker", "mmp", 1.5, "test"},
                                            {"diabetes", "mmp", 2.0, "test"},
                                            {"diabetes", "closure", 0.7, "test"}};
static const struct model toy = {.name = "toy",
                                 .params = params,
                                 .n_params = N_PARAMS,
                                 .ageing = ageing,
                                 .n_ageing = 3,
                                 .modifiers = modifiers,
                                 .n_modifiers = 4,
                                 .set_point = "collagen_set_point"};

static const char *const models[] = {"toy", NULL};
static size_t parameter_count(const char *model)
{
    (void)model;
    return N_PARAMS;
}
static struct config_parameter parameter(const char *model, size_t i)
{
    (void)model;
    return (struct config_parameter){params[i].name, params[i].unit, params[i].lo, params[i].hi};
}
static const struct config_vocabulary vocabulary = {models,          skin_site_names, device_names, treatment_conditions,
                                                    parameter_count, parameter,       NULL};

static struct config *configured(const char *text)
{
    struct config *config = NULL;
    cr_assert(config_parse(text, strlen(text), "t.yaml", &vocabulary, &config) == OK, "%s", status_message(0));
    return config;
}

static void parameters(const char *text, double *p)
{
    struct config *config = configured(text);
    cr_assert(skin_parameters(config, &toy, p) == OK, "%s", status_message(0));
    config_destroy(&config);
}

static const struct skin young = {.epidermis = 0.06, .dermis = 1.5, .age = 20, .collagen = NAN};

Test(skin, sites_and_names_agree)
{
    size_t n = 0;
    for (; skin_sites[n].name; n++) {
        const struct skin_site *s = &skin_sites[n];
        cr_assert(skin_site_names[n] && strcmp(s->name, skin_site_names[n]) == 0, "row %zu is %s, the names have %s", n, s->name,
                  skin_site_names[n]);
        cr_assert(skin_site_find(s->name) == s, "%s is not found", s->name);
        cr_assert(s->epidermis >= 0.02 && s->epidermis <= 0.5 && s->dermis >= 0.3 && s->dermis <= 6, "%s: %g and %g mm", s->name,
                  s->epidermis, s->dermis);
        cr_assert(s->source && (strstr(s->source, "20") || strstr(s->source, "assumed")), "%s has no source", s->name);
    }
    cr_assert(n >= 10 && skin_site_names[n] == NULL, "%zu sites, names go on", n);
    cr_assert(skin_site_find("tail") == NULL, "found a site that does not exist");
}

Test(skin, young_healthy_skin_has_the_default_parameters)
{
    double p[N_PARAMS];
    skin_modify(&young, &toy, p);
    for (int i = 0; i < N_PARAMS; i++)
        NEAR(p[i], params[i].value, 0);
}

Test(skin, ageing_is_linear_to_its_floor)
{
    double p[N_PARAMS];
    struct skin skin = young;
    skin.age = 45;
    skin_modify(&skin, &toy, p);
    NEAR(p[PHI], 0.85, 1e-15);
    NEAR(p[SYNTHESIS], 0.89, 1e-15);
    NEAR(p[CLOSURE], 2 * 0.868, 1e-15);
    NEAR(p[MMP], 3, 0);
    skin.age = 25;
    skin_modify(&skin, &toy, p);
    NEAR(p[PHI], 1, 0);
    skin.age = 90; /* 1 - 0.0055 x 65 = 0.6425 < 0.68 */
    skin_modify(&skin, &toy, p);
    NEAR(p[SYNTHESIS], 0.68, 0);
    NEAR(p[PHI], 0.5125, 1e-15);
}

Test(skin, conditions_multiply_once_each_on_top_of_age)
{
    double p[N_PARAMS];
    const char *const conditions[] = {"diabetes", "smoker", "keloid_history", "smoker"};
    struct skin skin = young;
    skin.age = 45;
    skin.conditions = conditions;
    skin.n_conditions = 4;
    skin_modify(&skin, &toy, p);
    NEAR(p[SYNTHESIS], 0.89 * 0.82, 1e-15);
    NEAR(p[MMP], 3 * 1.5 * 2, 1e-15);
    NEAR(p[CLOSURE], 2 * 0.868 * 0.7, 1e-15);
    NEAR(p[PHI], 0.85, 1e-15);
}

Test(skin, collagen_replaces_the_set_point_and_nothing_else)
{
    double p[N_PARAMS];
    struct skin skin = young;
    skin.age = 45;
    skin.collagen = 0.6;
    skin_modify(&skin, &toy, p);
    NEAR(p[PHI], 0.6, 0);
    NEAR(p[SYNTHESIS], 0.89, 1e-15);
}

Test(skin, typed_parameters_are_final)
{
    double p[N_PARAMS];
    parameters(
        "model: toy\nskin: {age: 45 years, conditions: [smoker], collagen: 0.6}\nparameters: {synthesis: 1.25, collagen_set_point: 0.9}\n",
        p);
    NEAR(p[SYNTHESIS], 1.25, 0);
    NEAR(p[PHI], 0.9, 0);
    NEAR(p[MMP], 4.5, 1e-15);
    NEAR(p[CLOSURE], 2 * 0.868, 1e-12);
    NEAR(p[PLAIN], 7, 0);
}

Test(skin, site_gives_the_layers_and_single_ones_override)
{
    struct config *config = configured("model: toy\n");
    struct skin skin;
    cr_assert(skin_from_config(config, &skin) == OK, "%s", status_message(0));
    NEAR(skin.epidermis, 0.06, 0);
    NEAR(skin.dermis, 1.5, 0);
    cr_assert(isnan(skin.collagen) && skin.n_conditions == 0, "collagen %g, %zu conditions", skin.collagen, skin.n_conditions);
    config_destroy(&config);
    config = configured("model: toy\nskin: {site: periorbital, epidermis: 55 um, age: 60 years, conditions: [smoker, diabetes]}\n");
    cr_assert(skin_from_config(config, &skin) == OK, "%s", status_message(0));
    NEAR(skin.epidermis, 0.055, 1e-15);
    NEAR(skin.dermis, 0.76, 0);
    NEAR(skin.age, 60, 1e-12);
    cr_assert(skin.n_conditions == 2 && strcmp(skin.conditions[1], "diabetes") == 0, "%zu conditions", skin.n_conditions);
    config_destroy(&config);
}
