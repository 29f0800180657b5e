/* Needle devices.  Every number carries the tag of the evidence table it comes from: [S:key] read, [S2:key] second-hand, [R-h/m/l]
 * recalled with high, medium or low confidence, [D] derived; "assumed" where there is nothing better.  Two rules hold for all needles:
 *
 *   channel depth = reach x length       the skin gives way under a roller; a pen or a stamp drives straight in
 *   channel width = recoil x diameter    elastic recoil closes half of it again (770 um roller: 140 um base, 71 um channel [S:kalluri])
 */
#include "device.h"

#include "json.h"

#include <math.h>
#include <string.h>

#define RECOIL      "recoil 0.5: 71 um channel of a 140 um needle [S:kalluri]; removal 0.73, bruise 2.0, taper 0.3: fitted, dermis model"
#define REACH_LONG  "reach 0.6 of >= 1 mm (0.5-0.7) [R-m]"
#define REACH_SHORT "reach 0.3 of < 0.8 mm (0.2-0.4; 770 um: 0.20 [S:kalluri])"
#define DRUM        "drum of the Dermaroller MF8, 192 needles in 8 rows on 20 mm x 20 mm [S:schwarz]"
#define PASSES      "250 /cm2 after 15 passes [S2:agrawal, R-h]"

/* A long table: one row per device, its source below it. */
/* clang-format off */
const struct device device_table[] = {
    {.name = "roller_home",
     .title = "home roller, 0.25 mm",
     .pattern = PATTERN_ROLLER,
     .length = 0.25, .diameter = 0.07, .taper = 0.3, .reach = 0.3, .recoil = 0.5, .removal = 0.73, .bruise = 2.0,
     .density = 2.5, .needles = 192, .rows = 8, .drum = 20, .drum_width = 20,
     .source = "length 0.2-0.3 mm and diameter 0.07 mm of a home roller [S2:agrawal]; " REACH_SHORT "; " PASSES "; drum assumed like MF8; "
               RECOIL},
    {.name = "roller_0.5",
     .title = "clinical roller, 0.5 mm",
     .pattern = PATTERN_ROLLER,
     .length = 0.5, .diameter = 0.14, .taper = 0.3, .reach = 0.3, .recoil = 0.5, .removal = 0.73, .bruise = 2.0,
     .density = 2.5, .needles = 192, .rows = 8, .drum = 20, .drum_width = 20,
     .source = "length CIT8 [R-m]; diameter assumed: base of a 770 um roller needle [S:kalluri]; " REACH_SHORT "; " PASSES
               "; drum assumed like MF8; " RECOIL},
    {.name = "roller_1.0",
     .title = "medical roller, 1.0 mm",
     .pattern = PATTERN_ROLLER,
     .length = 1.0, .diameter = 0.25, .taper = 0.3, .reach = 0.6, .recoil = 0.5, .removal = 0.73, .bruise = 2.0,
     .density = 2.5, .needles = 192, .rows = 8, .drum = 20, .drum_width = 20,
     .source = "length [S2:agrawal]; diameter and drum assumed like MF8; " REACH_LONG "; " PASSES "; " RECOIL},
    {.name = "roller_1.5",
     .title = "medical roller, 1.5 mm (Dermaroller MF8)",
     .pattern = PATTERN_ROLLER,
     .length = 1.5, .diameter = 0.25, .taper = 0.3, .reach = 0.6, .recoil = 0.5, .removal = 0.73, .bruise = 2.0,
     .density = 2.5, .needles = 192, .rows = 8, .drum = 20, .drum_width = 20,
     .source = "needle 0.25 mm x 1.5 mm and " DRUM "; " REACH_LONG "; " PASSES "; " RECOIL},
    {.name = "roller_2.0",
     .title = "medical roller, 2.0 mm",
     .pattern = PATTERN_ROLLER,
     .length = 2.0, .diameter = 0.25, .taper = 0.3, .reach = 0.6, .recoil = 0.5, .removal = 0.73, .bruise = 2.0,
     .density = 2.5, .needles = 192, .rows = 8, .drum = 20, .drum_width = 20,
     .source = "length [S2:agrawal]; diameter and drum assumed like MF8; " REACH_LONG "; " PASSES "; " RECOIL},
    {.name = "roller_3.0",
     .title = "surgical roller, 3.0 mm, under anaesthesia",
     .pattern = PATTERN_ROLLER,
     .length = 3.0, .diameter = 0.25, .taper = 0.3, .reach = 0.6, .recoil = 0.5, .removal = 0.73, .bruise = 2.0,
     .density = 2.5, .needles = 192, .rows = 8, .drum = 20, .drum_width = 20,
     .source = "length [S:busch]; diameter and drum assumed like MF8; " REACH_LONG "; " PASSES "; " RECOIL},
    {.name = "pen",
     .title = "motor pen, 12 needles, 1.5 mm",
     .pattern = PATTERN_STROKES,
     .length = 1.5, .diameter = 0.20, .taper = 0.3, .reach = 0.95, .recoil = 0.5, .removal = 0.73, .bruise = 2.0,
     .density = 4.0, .needles = 12, .rows = 1, .drum = 4, .drum_width = 4,
     .source = "12 needles, 0.25-2.5 mm [S2:droracle] (9-36 [S:termedia]); reach 0.95 (0.85-1.05) [S:sasaki]; diameter 0.20 mm and 4 mm "
               "head assumed, range 0.07-0.25 mm [S2:agrawal]; 400 /cm2 (200-1000) [D]; " RECOIL},
    {.name = "stamp",
     .title = "stamp, 0.6 mm",
     .pattern = PATTERN_STAMP,
     .length = 0.6, .diameter = 0.25, .taper = 0.3, .reach = 0.77, .recoil = 0.5, .removal = 0.73, .bruise = 2.0,
     .density = 2.5, .needles = 36, .rows = 6, .drum = 12, .drum_width = 12,
     .source = "600 um needles reach 460 um, 0.77 [S:donnelly600]; diameter, 36 needles on 12 mm x 12 mm assumed; 250 /cm2 assumed: the "
               "roller's dose; " RECOIL},
    {.name = "punch",
     .title = "cored hole, 0.5 mm: a reference injury, not a treatment",
     .pattern = PATTERN_SINGLE,
     .length = 1.5, .diameter = 0.5, .taper = 0.01, .reach = 1.0, .recoil = 1.0, .removal = 1.0, .bruise = 2.0,
     .density = 0.125, .needles = 1, .rows = 1, .drum = 0.5, .drum_width = 0.5,
     .source = "excision a = 0.25 mm with everything removed and a cylindrical wall; 12.5 /cm2 assumed: one hole alone on 1.6 mm radius "
               "(dermis model, C11)"},
    {.name = "confluent",
     .title = "full-area injury from the dermal surface down: a reference injury, not a treatment",
     .pattern = PATTERN_AREA,
     .length = 0.1, .diameter = 0.25, .taper = 0.01, .reach = 1.0, .recoil = 1.0, .removal = 0.0, .bruise = 1.0,
     .density = 2.5, .needles = 1, .rows = 1, .drum = 0, .drum_width = 0,
     .source = "full-area resurfacing (dermis model, C10): all bruise, no channel; depth 0.1 mm assumed; density only sets the width of the "
               "domain"},
    {.name = NULL},
};
/* clang-format on */

const char *const device_names[] = {"roller_home", "roller_0.5", "roller_1.0", "roller_1.5", "roller_2.0", "roller_3.0",
                                    "pen",         "stamp",      "punch",      "confluent",  NULL};

const struct device *device_find(const char *name)
{
    for (const struct device *d = device_table; d->name; d++)
        if (strcmp(d->name, name) == 0)
            return d;
    return NULL;
}

double device_channel_depth(const struct device *device)
{
    return device->reach * device->length;
}

double device_channel_radius(const struct device *device)
{
    return 0.5 * device->recoil * device->diameter;
}

/* One property, as tables, files and messages know it. */
struct property {
    const char *key, *unit;
    size_t offset;
    bool positive;  /* must be > 0, not only >= 0 */
    double highest; /* largest legal value */
    int own;        /* enum config_device_property, or -1 */
    int config;     /* enum config_key of the override, or -1 */
};
#define FIELD(member) #member, .offset = offsetof(struct device, member)
/* clang-format off */
static const struct property properties[] = {
    {FIELD(length), .unit = "mm", .positive = true, .highest = 20, .own = CONFIG_DEVICE_LENGTH, .config = CONFIG_NEEDLE_LENGTH},
    {FIELD(diameter), .unit = "mm", .positive = true, .highest = 20, .own = CONFIG_DEVICE_DIAMETER, .config = CONFIG_NEEDLE_DIAMETER},
    {FIELD(taper), .unit = "1", .highest = 1, .own = CONFIG_DEVICE_TAPER, .config = CONFIG_NEEDLE_TAPER},
    {FIELD(reach), .unit = "1", .positive = true, .highest = 2, .own = CONFIG_DEVICE_REACH, .config = CONFIG_NEEDLE_REACH},
    {FIELD(recoil), .unit = "1", .positive = true, .highest = 2, .own = CONFIG_DEVICE_RECOIL, .config = CONFIG_NEEDLE_RECOIL},
    {FIELD(removal), .unit = "1", .highest = 1, .own = CONFIG_DEVICE_REMOVAL, .config = CONFIG_NEEDLE_REMOVAL},
    {FIELD(bruise), .unit = "1", .highest = 10, .own = CONFIG_DEVICE_BRUISE, .config = CONFIG_NEEDLE_BRUISE},
    {FIELD(density), .unit = "mm-2", .positive = true, .highest = 1000, .own = CONFIG_DEVICE_DENSITY, .config = CONFIG_TREATMENT_DENSITY},
    {FIELD(needles), .unit = "1", .positive = true, .highest = 10000, .own = CONFIG_DEVICE_NEEDLES, .config = -1},
    {FIELD(rows), .unit = "1", .positive = true, .highest = 10000, .own = -1, .config = -1},
    {FIELD(drum), .unit = "mm", .highest = 100, .own = -1, .config = -1},
    {FIELD(drum_width), .unit = "mm", .highest = 100, .own = -1, .config = -1},
};
/* clang-format on */
enum { N_PROPERTIES = sizeof properties / sizeof *properties };

static double *field(struct device *device, const struct property *property)
{
    return (double *)(void *)((char *)device + property->offset);
}

static double value(const struct device *device, const struct property *property)
{
    return *(const double *)(const void *)((const char *)device + property->offset);
}

static const struct config_device *own_device(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config_device_count(config); i++)
        if (strcmp(config_device(config, i)->name, name) == 0)
            return config_device(config, i);
    return NULL;
}

/* Every property in its range, so that a channel results. */
static enum status makes_channel(const struct device *device)
{
    enum status status = OK;
    for (size_t i = 0; i < N_PROPERTIES; i++) {
        const struct property *p = &properties[i];
        const double v = value(device, p);
        if (!(v >= 0 && v <= p->highest && isfinite(v)) || (p->positive && v <= 0))
            status = status_fail(ERR_CONFIG, "device %s makes no channel: its %s is %g; it must be %s 0 and at most %g %s", device->name,
                                 p->key, v, p->positive ? "above" : "at least", p->highest, p->unit);
    }
    if (status == OK && device->needles < device->rows)
        status = status_fail(ERR_CONFIG, "device %s makes no channel: %g needles cannot fill %g rows", device->name, device->needles,
                             device->rows);
    return status;
}

enum status device_from_config(const struct config *config, struct device *device)
{
    const char *name = config_text(config, CONFIG_TREATMENT_DEVICE);
    const struct config_device *own = own_device(config, name);
    const char *like = own ? own->like : name;
    const struct device *named = like ? device_find(like) : NULL;
    if (!named) { /* only where the vocabulary of the configuration is not device_names */
        char where[256];
        return status_fail(ERR_CONFIG, "%s: there is no device '%s'", config_where(config, CONFIG_TREATMENT_DEVICE, where, sizeof where),
                           like ? like : name);
    }
    struct device made = *named;
    if (own) {
        made.name = own->name;
        made.title = "device of the configuration";
        made.source = "the configuration (devices), the rest like the named device";
    }
    for (size_t i = 0; i < N_PROPERTIES; i++) {
        const struct property *p = &properties[i];
        if (own && p->own >= 0 && !isnan(own->property[p->own]))
            *field(&made, p) = own->property[p->own];
        if (p->config >= 0 && config_has(config, (enum config_key)p->config))
            *field(&made, p) = config_number(config, (enum config_key)p->config);
    }
    const enum status status = makes_channel(&made);
    if (status == OK)
        *device = made;
    return status;
}

static const char *const pattern_names[] = {"roller", "strokes", "stamp", "single", "area"};

static void text_one(const struct device *d, FILE *stream)
{
    fprintf(stream, "%s: %s\n", d->name, d->title);
    fprintf(stream, "  needle    %g mm long, %g mm in diameter\n", d->length, d->diameter);
    if (d->pattern == PATTERN_AREA)
        fprintf(stream, "  injury    the whole area, %g mm deep from the dermal surface\n", device_channel_depth(d));
    else
        fprintf(stream,
                "  channel   %g mm deep from the skin surface, %g mm wide; tapers over the last %g %%, bruise %g radii, %g %% removed\n",
                device_channel_depth(d), 2 * device_channel_radius(d), 100 * d->taper, d->bruise, 100 * d->removal);
    if (d->pattern == PATTERN_ROLLER)
        fprintf(stream, "  drum      %g mm x %g mm, %g needles in %g rows\n", d->drum, d->drum_width, d->needles, d->rows);
    else if (d->pattern == PATTERN_STROKES || d->pattern == PATTERN_STAMP)
        fprintf(stream, "  head      %g needles on %g mm x %g mm\n", d->needles, d->drum, d->drum);
    fprintf(stream, "  density   %g /cm2, %s\n  source    %s\n", 100 * d->density, pattern_names[d->pattern], d->source);
}

static void markdown_head(FILE *stream)
{
    fprintf(stream, "| device | pattern | length mm | diameter mm | channel depth mm | channel width mm | taper | reach | recoil | removal "
                    "| bruise | density /cm2 |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n");
}

static void markdown_one(const struct device *d, FILE *stream)
{
    fprintf(stream, "| `%s`: %s | %s | %g | %g | %g | %g | %g | %g | %g | %g | %g | %g |\n", d->name, d->title, pattern_names[d->pattern],
            d->length, d->diameter, device_channel_depth(d), 2 * device_channel_radius(d), d->taper, d->reach, d->recoil, d->removal,
            d->bruise, 100 * d->density);
}

static void markdown_sources(const struct device *device, FILE *stream)
{
    fprintf(stream, "\n| device | source |\n|---|---|\n");
    for (const struct device *d = device ? device : device_table; d->name; d++) {
        fprintf(stream, "| `%s` | %s |\n", d->name, d->source);
        if (device)
            break;
    }
}

static void json_one(const struct device *d, FILE *stream)
{
    fprintf(stream, "{\"name\": ");
    json_put(d->name, stream);
    fprintf(stream, ", \"title\": ");
    json_put(d->title, stream);
    fprintf(stream, ", \"pattern\": \"%s\"", pattern_names[d->pattern]);
    for (size_t i = 0; i < N_PROPERTIES; i++)
        fprintf(stream, ", \"%s\": {\"value\": %.15g, \"unit\": \"%s\"}", properties[i].key, value(d, &properties[i]), properties[i].unit);
    fprintf(stream, ", \"channel_depth\": {\"value\": %.15g, \"unit\": \"mm\"}, \"channel_radius\": {\"value\": %.15g, \"unit\": \"mm\"}",
            device_channel_depth(d), device_channel_radius(d));
    fprintf(stream, ", \"source\": ");
    json_put(d->source, stream);
    fputc('}', stream);
}

static void describe_one(const struct device *device, enum device_format format, FILE *stream)
{
    if (format == DEVICE_TEXT)
        text_one(device, stream);
    else if (format == DEVICE_MARKDOWN)
        markdown_one(device, stream);
    else
        json_one(device, stream);
}

void device_describe(const struct device *device, enum device_format format, FILE *stream)
{
    if (format == DEVICE_MARKDOWN)
        markdown_head(stream);
    if (format == DEVICE_JSON && !device)
        fprintf(stream, "[\n");
    if (device)
        describe_one(device, format, stream);
    for (const struct device *d = device_table; !device && d->name; d++) {
        if (d != device_table && format != DEVICE_MARKDOWN)
            fprintf(stream, format == DEVICE_JSON ? ",\n" : "\n");
        describe_one(d, format, stream);
    }
    if (format == DEVICE_MARKDOWN)
        markdown_sources(device, stream);
    else if (format == DEVICE_JSON)
        fprintf(stream, device ? "\n" : "\n]\n");
}
