/* Runs side by side: outcomes, what they cost in sessions, channels, damage and downtime, differences to one of them, and the same at
 * equal dose.
 *
 * The dose of a session is that of the device's nominal geometry per area of skin (a(z) as in treatment.h, z from the skin surface):
 *
 *   channels       N = treatment.density                          [/cm2]
 *   area           N pi a(0)^2, the mouths of the channels        [mm2/cm2]
 *   volume         N int pi a(z)^2 dz below the epidermis         [mm3/cm2]
 *
 * and that of a run is the sum over the sessions that took place.  Tested in: test_compare.c, tests/test_compare.py. */
#ifndef NEEDLEWORK_COMPARE_H
#define NEEDLEWORK_COMPARE_H

#include "arguments.h"
#include "device.h"
#include "expression.h"
#include "status.h"
#include "summary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a dose is measured by; the names on the command line are compare_equal_names. */
enum compare_equal { COMPARE_AS_RUN, COMPARE_CHANNELS, COMPARE_DAMAGE, COMPARE_DEPTH_VOLUME };

/* Of one session; all NaN when the device makes no channels or the file does not tell. */
struct compare_dose {
    double channels; /* [/cm2] */
    double depth;    /* of a channel below the skin surface [mm] */
    double area;     /* [mm2/cm2] */
    double volume;   /* [mm3/cm2] */
};

/* The dose of a device whose density is in effect, on skin with this epidermis [mm]. */
struct compare_dose compare_dose_of(const struct device *device, double epidermis);

struct compare_run {
    const char *path; /* borrowed */
    bool complete;
    double end; /* last row [day], NaN without rows */
    double summary[SUMMARY_KEYS];
    double scar; /* scar_index at the end, NaN where the model has none */
    double by;   /* the chosen outcome, as it was */
    double key;  /* what it is sorted by */
    struct compare_dose dose;
    char *skin; /* the skin of its configuration as text, NULL when the file does not tell; owned */
};

/* One row of numbers, a number for every run; NaN = not reached or not known. */
struct compare_row {
    enum compare_section { COMPARE_OUTCOMES, COMPARE_DOSE, COMPARE_SHARES, COMPARE_DIFFERENCES, COMPARE_AT_EQUAL_DOSE } section;
    char name[192], unit[24];
    double *value; /* [n], owned */
};

enum { COMPARE_ROWS_MOST = 64 };
struct compare {
    struct expression by;       /* about one run */
    char unit[EXPRESSION_UNIT]; /* of it */
    bool lower;                 /* the lower value of it is the better one */
    bool shared;                /* it is 0 without treatment, so that it may be divided by a dose */
    enum compare_equal equal;
    size_t n;
    struct compare_run *run; /* [n], best first, owned */
    size_t baseline;
    size_t n_rows;
    struct compare_row row[COMPARE_ROWS_MOST];
};

/* Reads the files (2 or more, or 1 and a baseline) and computes the rows.
 *
 *   by         outcome to sort by, an expression about one run (expression.h), borrowed; NULL = final_collagen_gain
 *   baseline   the file that the others are compared to, read as well if it is not among `paths`; NULL = the first
 *
 * ERR_IO for a file that cannot be used; ERR_CONFIG when the models differ, there is no such outcome, or `equal` is asked of an outcome
 * or a baseline that has no dose.  *compare is untouched then. */
enum status compare_create(const char *const *paths, size_t n, const char *by, const char *baseline, enum compare_equal equal,
                           struct compare **compare);
void compare_destroy(struct compare **compare);

/* As text for people, or one line per run for programs. */
void compare_print(const struct compare *compare, FILE *stream);
void compare_print_csv(const struct compare *compare, FILE *stream);

/* needlework compare */
enum status compare_command(const struct arguments *a);

#endif
