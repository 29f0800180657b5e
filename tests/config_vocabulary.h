/* A small vocabulary for the tests of the configuration: they need no model, device or skin to exist. */
#ifndef NEEDLEWORK_TEST_CONFIG_VOCABULARY_H
#define NEEDLEWORK_TEST_CONFIG_VOCABULARY_H

#include "config.h"

#include <string.h>

static const char *const test_models[] = {"dermis", "sham", NULL};
static const char *const test_sites[] = {"cheek", "forearm", NULL};
static const char *const test_devices[] = {"roller_1.0", "roller_1.5", "pen", NULL};
static const char *const test_conditions[] = {"smoker", "diabetes", "isotretinoin", NULL};

static const struct config_parameter test_parameters[] = {
    {"tgfb_loss", "/day", 0.1, 10.0},
    {"collagen_gain", "1", 0.0, 5.0},
    {"tgfb_spread", "mm2/day", 0.0, 10.0},
    {"dose", "AU", 0.0, 1e9}, /* a unit UDUNITS-2 does not know */
};

/* Only "dermis" has parameters. */
static size_t test_parameter_count(const char *model)
{
    return strcmp(model, "dermis") == 0 ? sizeof test_parameters / sizeof *test_parameters : 0;
}

static struct config_parameter test_parameter(const char *model, size_t i)
{
    (void)model;
    return test_parameters[i];
}

static const struct config_vocabulary test_vocabulary = {
    .models = test_models,
    .sites = test_sites,
    .devices = test_devices,
    .conditions = test_conditions,
    .parameter_count = test_parameter_count,
    .parameter = test_parameter,
};

/* A configuration with a value of every kind. */
static const char test_example[] = "model: dermis\n"
                                   "title: \"three: \\\"sessions\\\" \\L of caf\xC3\xA9\"\n"
                                   "skin:\n"
                                   "  site: forearm\n"
                                   "  age: 38.5 years\n"
                                   "  collagen: 60 %\n"
                                   "  conditions: [smoker, diabetes]\n"
                                   "treatment:\n"
                                   "  device: my_1.2\n"
                                   "  needle: {length: 1.5 mm, diameter: 250 um, reach: 0.6, removal: 0.73}\n"
                                   "  density: 250 /cm2\n"
                                   "  sessions: 3\n"
                                   "  interval: 4 weeks\n"
                                   "  if_not_healed: skip\n"
                                   "  override_contraindications: true\n"
                                   "  seed: 4294967295\n"
                                   "domain: {geometry: patch, spacing: [20 um, 30 um, 10 um], width: 4 mm}\n"
                                   "run: {duration: 3 months, tolerance: 1e-4}\n"
                                   "output: {snapshots: [0 days, 33.3 hours, 1 year]}\n"
                                   "parameters: {tgfb_loss: 1.2 /day, dose: 3 AU}\n"
                                   "devices:\n"
                                   "  my_1.2: {like: pen, length: 1.2 mm, needles: 36}\n";

#endif
