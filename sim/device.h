/* Needle devices: a table of named ones, and what a configuration makes of one. */
#ifndef NEEDLEWORK_DEVICE_H
#define NEEDLEWORK_DEVICE_H

#include "config.h"
#include "status.h"

/* How a device places its channels on a patch; the other geometries treat all but AREA as one channel of a regular lattice. */
enum pattern { PATTERN_ROLLER, PATTERN_STROKES, PATTERN_STAMP, PATTERN_SINGLE, PATTERN_AREA };

struct device {
    const char *name, *title;
    enum pattern pattern;
    double length;     /* needle length [mm] */
    double diameter;   /* needle diameter [mm] */
    double taper;      /* tapering end / channel depth [1] */
    double reach;      /* channel depth below the skin surface / needle length [1] */
    double recoil;     /* channel diameter / needle diameter [1] */
    double removal;    /* fraction of matrix removed in the channel [1] */
    double bruise;     /* bruise radius / channel radius [1] */
    double density;    /* channels per area, all passes together [/mm2] */
    double needles;    /* on the drum, cartridge or stamp [1] */
    double rows;       /* circles of needles along the drum's axis (roller) [1] */
    double drum;       /* drum diameter (roller) or side of the head (pen, stamp) [mm] */
    double drum_width; /* drum width (roller) [mm] */
    const char *source;
};

extern const struct device device_table[]; /* ends with a NULL name */
extern const char *const device_names[];   /* for the configuration's vocabulary, ends with NULL */
const struct device *device_find(const char *name);

/* The device of a configuration: a named one or one of `devices`, with single properties overridden.  `device` is overwritten; its
 * strings are borrowed from the table or the configuration.  ERR_CONFIG when `like` names nothing or a property makes no channel. */
enum status device_from_config(const struct config *config, struct device *device);

/* Depth of the channel below the skin surface (of PATTERN_AREA: of the injury below the dermal surface) [mm], and its radius at the
 * surface [mm]. */
double device_channel_depth(const struct device *device);
double device_channel_radius(const struct device *device);

enum device_format { DEVICE_TEXT, DEVICE_MARKDOWN, DEVICE_JSON };
/* One device, or with NULL the whole table. */
void device_describe(const struct device *device, enum device_format format, FILE *stream);

#endif
