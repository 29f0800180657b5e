/* The table of configuration keys: everything the reader, the printer and configs/keys.md know of them.  Adding a key is one enumerator
 * in config.h and one row here.  Rows follow the order of the sections in a configuration; a section's keys stay together. */
#include "config_internal.h"

#define YEAR   365.24219878125 /* [day], UDUNITS-2's */
#define MINUTE (1.0 / 1440.0)  /* [day] */

static const char *const geometries[] = {"well_mixed", "axisymmetric", "slab", "unit_cell", "patch", NULL};
static const char *const if_not_healed[] = {"postpone", "skip", "fail", NULL};

/* clang-format off */
const struct config_row config_rows[CONFIG_KEYS] = {
    /* key                            path, type, unit, default (NULL: optional, "": required), range, choices, meaning */
    [CONFIG_MODEL] = {"model", CONFIG_CHOICE, NULL, "", 0, 0, NULL,
        "the biology: a name from `needlework models`, or a model of your own: `./my_model.so`, beside the file that says so"},
    [CONFIG_TITLE] = {"title", CONFIG_TEXT_VALUE, NULL, NULL, 0, 0, NULL,
        "free text, kept with the results"},

    [CONFIG_SKIN_SITE] = {"skin.site", CONFIG_CHOICE, NULL, "cheek", 0, 0, NULL,
        "where on the body: sets the thickness of epidermis and dermis"},
    [CONFIG_SKIN_EPIDERMIS] = {"skin.epidermis", CONFIG_NUMBER, "mm", NULL, 0.02, 0.5, NULL,
        "thickness of the epidermis, instead of the site's"},
    [CONFIG_SKIN_DERMIS] = {"skin.dermis", CONFIG_NUMBER, "mm", NULL, 0.3, 6.0, NULL,
        "thickness of the dermis, instead of the site's"},
    [CONFIG_SKIN_AGE] = {"skin.age", CONFIG_NUMBER, "years", "45 years", 18.0, 100.0, NULL,
        "age: scales the parameters that decline with it"},
    [CONFIG_SKIN_COLLAGEN] = {"skin.collagen", CONFIG_NUMBER, "1", NULL, 0.3, 1.2, NULL,
        "set point of the tissue relative to healthy young skin, instead of what the age gives"},
    [CONFIG_SKIN_CONDITIONS] = {"skin.conditions", CONFIG_NAME_LIST, NULL, "[]", 0, 0, NULL,
        "patient conditions: modifiers of the model and contraindications"},

    [CONFIG_TREATMENT_DEVICE] = {"treatment.device", CONFIG_CHOICE, NULL, "roller_1.5", 0, 0, NULL,
        "a name from `needlework devices`, or one of your own under `devices`"},
    [CONFIG_NEEDLE_LENGTH] = {"treatment.needle.length", CONFIG_NUMBER, "mm", NULL, 0.01, 6.0, NULL,
        "needle length, instead of the device's (like the next ones)"},
    [CONFIG_NEEDLE_DIAMETER] = {"treatment.needle.diameter", CONFIG_NUMBER, "mm", NULL, 0.01, 20.0, NULL,
        "needle diameter"},
    [CONFIG_NEEDLE_TAPER] = {"treatment.needle.taper", CONFIG_NUMBER, "1", NULL, 0.01, 1.0, NULL,
        "length of the tapering end / channel depth"},
    [CONFIG_NEEDLE_REACH] = {"treatment.needle.reach", CONFIG_NUMBER, "1", NULL, 0.05, 1.5, NULL,
        "channel depth / needle length"},
    [CONFIG_NEEDLE_RECOIL] = {"treatment.needle.recoil", CONFIG_NUMBER, "1", NULL, 0.05, 2.0, NULL,
        "channel diameter / needle diameter"},
    [CONFIG_NEEDLE_REMOVAL] = {"treatment.needle.removal", CONFIG_NUMBER, "1", NULL, 0.0, 1.0, NULL,
        "fraction of the matrix removed in the channel"},
    [CONFIG_NEEDLE_BRUISE] = {"treatment.needle.bruise", CONFIG_NUMBER, "1", NULL, 1.0, 10.0, NULL,
        "bruise radius / channel radius"},
    [CONFIG_TREATMENT_DENSITY] = {"treatment.density", CONFIG_NUMBER, "/mm2", NULL, 0.001, 100.0, NULL,
        "channels per area of skin, all passes together, instead of the device's"},
    [CONFIG_TREATMENT_DIRECTIONS] = {"treatment.directions", CONFIG_INTEGER, "1", "4", 1, 16, NULL,
        "directions a roller is rolled in (patch)"},
    [CONFIG_TREATMENT_JITTER] = {"treatment.jitter", CONFIG_NUMBER, "mm", "0.1 mm", 0.0, 2.0, NULL,
        "random displacement of a stamp's needles (patch)"},
    [CONFIG_TREATMENT_SESSIONS] = {"treatment.sessions", CONFIG_INTEGER, "1", "1", 0, 1000, NULL,
        "number of sessions"},
    [CONFIG_TREATMENT_INTERVAL] = {"treatment.interval", CONFIG_NUMBER, "day", "6 weeks", 0.01, 5.0 * YEAR, NULL,
        "time between sessions; under 6 weeks warns"},
    [CONFIG_TREATMENT_FIRST] = {"treatment.first", CONFIG_NUMBER, "day", "0 days", 0.0, 10.0 * YEAR, NULL,
        "time of the first session"},
    [CONFIG_TREATMENT_IF_NOT_HEALED] = {"treatment.if_not_healed", CONFIG_CHOICE, NULL, "postpone", 0, 0, if_not_healed,
        "what to do with a session while the epidermis is still open"},
    [CONFIG_TREATMENT_OVERRIDE] = {"treatment.override_contraindications", CONFIG_BOOLEAN, NULL, "false", 0, 0, NULL,
        "run in spite of a contraindication; recorded in the results"},
    [CONFIG_TREATMENT_SEED] = {"treatment.seed", CONFIG_INTEGER, "1", "1", 0, 4294967295.0, NULL,
        "seed of the random placement of needles (patch)"},
    [CONFIG_TREATMENT_SHIFT] = {"treatment.shift", CONFIG_BOOLEAN, NULL, "false", 0, 0, NULL,
        "every other session half a pitch away along x and y, between the places of the one before (unit_cell, slab)"},

    [CONFIG_DOMAIN_GEOMETRY] = {"domain.geometry", CONFIG_CHOICE, NULL, "unit_cell", 0, 0, geometries,
        "shape of the computed piece of dermis"},
    [CONFIG_DOMAIN_SPACING] = {"domain.spacing", CONFIG_NUMBER_LIST, "mm", "20 um", 0.0005, 1.0, NULL,
        "cell size: one for all axes, or [x, y, z] ([r, z] where axisymmetric)"},
    [CONFIG_DOMAIN_GRADING] = {"domain.grading", CONFIG_NUMBER, "1", "1", 1.0, 1.3, NULL,
        "ratio of neighbouring cell heights below 0.5 mm; 1 = uniform"},
    [CONFIG_DOMAIN_REFINE] = {"domain.refine", CONFIG_NUMBER, "1", "3", 1.0, 10.0, NULL,
                              "axisymmetric: how much narrower the radial cells are up to 1.5 channel radii; 1 = all equal"},
    [CONFIG_DOMAIN_DEPTH] = {"domain.depth", CONFIG_NUMBER, "mm", "1.5 mm", 0.02, 6.0, NULL,
        "depth of dermis, from the dermal-epidermal junction down"},
    [CONFIG_DOMAIN_WIDTH] = {"domain.width", CONFIG_NUMBER, "mm", NULL, 0.05, 300.0, NULL,
        "width of a patch or slab; in the other geometries it follows from the density unless given (an isolated channel)"},

    [CONFIG_RUN_DURATION] = {"run.duration", CONFIG_NUMBER, "day", "12 months", 0.001, 20.0 * YEAR, NULL,
        "simulated time"},
    [CONFIG_RUN_TOLERANCE] = {"run.tolerance", CONFIG_NUMBER, "1", "1e-3", 1e-8, 0.1, NULL,
        "accepted relative error of one time step"},

    [CONFIG_OUTPUT_TIMESERIES] = {"output.timeseries", CONFIG_NUMBER, "day", "1 day", MINUTE, YEAR, NULL,
        "interval of the outcomes"},
    [CONFIG_OUTPUT_PROFILES] = {"output.profiles", CONFIG_NUMBER, "day", "7 days", MINUTE, YEAR, NULL,
        "interval of the lateral means"},
    [CONFIG_OUTPUT_SNAPSHOTS] = {"output.snapshots", CONFIG_NUMBER_LIST, "day", "[0 days, 7 days, 28 days, 90 days, 365 days]",
        0.0, 20.0 * YEAR, NULL, "times of the whole fields, increasing"},

    [CONFIG_CHECKPOINT_EVERY] = {"checkpoint.every", CONFIG_NUMBER, "s", "10 minutes", 1.0, 604800.0, NULL,
        "wall time between checkpoints"},
};

static const struct config_row needles = {"needles", CONFIG_INTEGER, "1", NULL, 1, 10000, NULL, "needles on the drum, cartridge or stamp"};

const struct config_property config_properties[CONFIG_DEVICE_PROPERTIES] = {
    [CONFIG_DEVICE_LENGTH] = {"length", &config_rows[CONFIG_NEEDLE_LENGTH]},
    [CONFIG_DEVICE_DIAMETER] = {"diameter", &config_rows[CONFIG_NEEDLE_DIAMETER]},
    [CONFIG_DEVICE_TAPER] = {"taper", &config_rows[CONFIG_NEEDLE_TAPER]},
    [CONFIG_DEVICE_REACH] = {"reach", &config_rows[CONFIG_NEEDLE_REACH]},
    [CONFIG_DEVICE_RECOIL] = {"recoil", &config_rows[CONFIG_NEEDLE_RECOIL]},
    [CONFIG_DEVICE_REMOVAL] = {"removal", &config_rows[CONFIG_NEEDLE_REMOVAL]},
    [CONFIG_DEVICE_BRUISE] = {"bruise", &config_rows[CONFIG_NEEDLE_BRUISE]},
    [CONFIG_DEVICE_DENSITY] = {"density", &config_rows[CONFIG_TREATMENT_DENSITY]},
    [CONFIG_DEVICE_NEEDLES] = {"needles", &needles},
};
/* clang-format on */
