/* The protocol: what a configuration asks for, and the rules under which it may be given. */
#include "treatment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Contraindications of the clinic.  They are stated as such whatever their evidence: for isotretinoin a normal healing was seen
 * [S:bagatin], for radiation no factor was found; a model may still carry a modifier for an overridden run. */
static const struct contraindication {
    const char *name, *reason;
} contraindications[] = {
    {"isotretinoin", "skin on isotretinoin within the last 3 months is not needled, for fear of poor healing and scars"},
    {"radiation", "skin irradiated within the last 12 months recruits too few cells to heal reliably"},
    {"open_wound", "an open cut, wound or abrasion must close before skin is needled"},
    {"skin_infection", "needles would carry herpes or another infection of the skin into its depth"},
    {"pregnancy", "safety in pregnancy has not been studied"},
    {"breast_feeding", "safety during breast-feeding has not been studied"},
    {"keloid_history", "skin that forms keloids may answer every channel with a scar"},
    {"poor_healing", "a history of bad scars or poor healing predicts scars instead of repair"},
};
enum { N_CONTRAINDICATIONS = sizeof contraindications / sizeof *contraindications };

const char *const treatment_conditions[] = {"isotretinoin",   "radiation",      "open_wound",    "skin_infection", "pregnancy",
                                            "breast_feeding", "keloid_history", "poor_healing",  "smoker",         "diabetes",
                                            "wrinkle",        "stretch_mark",   "atrophic_scar", "photoaged",      NULL};

static const struct contraindication *contraindication_find(const char *name)
{
    for (size_t i = 0; i < N_CONTRAINDICATIONS; i++)
        if (strcmp(contraindications[i].name, name) == 0)
            return &contraindications[i];
    return NULL;
}

/* Refuses contraindications, or lists them in `overridden`. */
static enum status check_conditions(const struct config *config, char *overridden, size_t n)
{
    const char *const *names;
    const size_t n_names = config_names(config, CONFIG_SKIN_CONDITIONS, &names);
    const bool override = config_flag(config, CONFIG_TREATMENT_OVERRIDE);
    enum status status = OK;
    if (n)
        overridden[0] = '\0';
    for (size_t i = 0; i < n_names; i++) {
        const struct contraindication *c = contraindication_find(names[i]);
        if (!c)
            continue;
        char where[256];
        const size_t used = n ? strlen(overridden) : 0;
        if (override && used + 2 + strlen(c->name) < n)
            snprintf(overridden + used, n - used, "%s%s", used ? ", " : "", c->name);
        else if (!override)
            status =
                status_fail(ERR_CONFIG, "%s: %s is a contraindication: %s (treatment.override_contraindications: true simulates it anyway)",
                            config_where(config, CONFIG_SKIN_CONDITIONS, where, sizeof where), c->name, c->reason);
    }
    return status;
}

/* A patch that is too small to hold one channel cannot be treated. */
static enum status check_patch(const struct config *config, const struct treatment *t)
{
    const enum pattern pattern = t->device.pattern;
    if (strcmp(config_text(config, CONFIG_DOMAIN_GEOMETRY), geometry_names[PATCH]) != 0 || !config_has(config, CONFIG_DOMAIN_WIDTH) ||
        pattern == PATTERN_SINGLE || pattern == PATTERN_AREA)
        return OK;
    const double width = config_number(config, CONFIG_DOMAIN_WIDTH);
    char where[256];
    if (round(t->density * width * width) >= 1)
        return OK;
    return status_fail(ERR_CONFIG, "%s: a patch %g mm wide holds no channel at %g /cm2; one takes %.3g mm",
                       config_where(config, CONFIG_DOMAIN_WIDTH, where, sizeof where), width, 100 * t->density, 1 / sqrt(t->density));
}

/* Only a lattice has places between its places. */
static enum status check_shift(const struct config *config, const struct treatment *t)
{
    static const struct {
        const char *geometry, *reason;
    } without[] = {{"axisymmetric", "a cylinder around one channel has no second place for it"},
                   {"well_mixed", "one cell has no places"},
                   {"patch", "a patch places the needles of every session anew, see treatment.seed"}};
    const char *geometry = config_text(config, CONFIG_DOMAIN_GEOMETRY), *reason = NULL;
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strcmp(geometry, without[i].geometry) == 0)
            reason = without[i].reason;
    if (t->device.pattern == PATTERN_AREA)
        reason = "an injury of the whole area leaves no place out";
    char where[256];
    if (!t->shift || !reason)
        return OK;
    return status_fail(ERR_CONFIG, "%s: sessions cannot be shifted: %s; shift: true is for unit_cell and slab",
                       config_where(config, CONFIG_TREATMENT_SHIFT, where, sizeof where), reason);
}

/* What is allowed but probably not meant. */
static void warn(const struct treatment *t)
{
    const double depth = device_channel_depth(&t->device), width = 2 * device_channel_radius(&t->device), pitch = 1 / sqrt(t->density);
    if (t->device.pattern != PATTERN_AREA) {
        if (depth <= t->epidermis)
            status_warn("%s does not reach the dermis: its channels are %g mm deep and the epidermis is %g mm thick", t->device.name, depth,
                        t->epidermis);
        if (width >= pitch)
            status_warn("channels merge: they are %g mm wide and, at %g /cm2, %.3g mm apart", width, 100 * t->density, pitch);
    }
    if (t->sessions > 1 && t->interval < 42 - 1e-6) /* 6 weeks to round-off */
        status_warn("an interval of %g days is under 6 weeks: new collagen is not yet laid down when the next session injures it",
                    t->interval);
}

static enum if_not_healed if_not_healed(const char *name)
{
    return strcmp(name, "skip") == 0 ? SKIP : strcmp(name, "fail") == 0 ? FAIL : POSTPONE;
}

enum status treatment_from_config(const struct config *config, double epidermis, struct treatment *treatment, char *overridden, size_t n)
{
    struct treatment t = {
        .epidermis = epidermis,
        .sessions = (size_t)config_integer(config, CONFIG_TREATMENT_SESSIONS),
        .first = config_number(config, CONFIG_TREATMENT_FIRST),
        .interval = config_number(config, CONFIG_TREATMENT_INTERVAL),
        .if_not_healed = if_not_healed(config_text(config, CONFIG_TREATMENT_IF_NOT_HEALED)),
        .seed = (unsigned long)config_integer(config, CONFIG_TREATMENT_SEED),
        .directions = (size_t)config_integer(config, CONFIG_TREATMENT_DIRECTIONS),
        .jitter = config_number(config, CONFIG_TREATMENT_JITTER),
        .shift = config_flag(config, CONFIG_TREATMENT_SHIFT),
    };
    enum status status = check_conditions(config, overridden, n);
    if (device_from_config(config, &t.device) != OK)
        return ERR_CONFIG;
    t.density = t.device.density;
    if (check_patch(config, &t) != OK)
        status = ERR_CONFIG;
    if (check_shift(config, &t) != OK)
        status = ERR_CONFIG;
    if (status != OK)
        return status;
    warn(&t);
    *treatment = t;
    return OK;
}

double treatment_cell_width(const struct treatment *treatment, enum geometry geometry)
{
    if (geometry == AXISYMMETRIC || geometry == WELL_MIXED)
        return 1 / sqrt(M_PI * treatment->density);
    return 0.5 / sqrt(treatment->density);
}
