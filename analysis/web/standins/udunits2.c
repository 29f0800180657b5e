#include "udunits2.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH, TIME, MASS, N_DIMENSIONS };

struct ut_system {
    int unused;
};
struct ut_unit {
    double factor; /* of the coherent unit: m, s, kg */
    int power[N_DIMENSIONS];
};
struct cv_converter {
    double factor;
};

#define YEAR 31556925.9747 /* [s], tropical, as UDUNITS-2 has it */

static const struct {
    const char *name;
    struct ut_unit unit;
} table[] = {
    {"1", {1.0, {0}}},
    {"%", {0.01, {0}}},
    {"m", {1.0, {1, 0, 0}}},
    {"cm", {1e-2, {1, 0, 0}}},
    {"mm", {1e-3, {1, 0, 0}}},
    {"um", {1e-6, {1, 0, 0}}},
    {"s", {1.0, {0, 1, 0}}},
    {"second", {1.0, {0, 1, 0}}},
    {"minute", {60.0, {0, 1, 0}}},
    {"hour", {3600.0, {0, 1, 0}}},
    {"day", {86400.0, {0, 1, 0}}},
    {"week", {604800.0, {0, 1, 0}}},
    {"month", {YEAR / 12.0, {0, 1, 0}}},
    {"year", {YEAR, {0, 1, 0}}},
    {"kg", {1.0, {0, 0, 1}}},
    {"g", {1e-3, {0, 0, 1}}},
    {"ng", {1e-12, {0, 0, 1}}},
    {"mL", {1e-6, {3, 0, 0}}},
    {"L", {1e-3, {3, 0, 0}}},
};

static ut_system only;

void ut_ignore(void)
{
}

void ut_set_error_message_handler(ut_error_handler handler)
{
    (void)handler;
}

ut_system *ut_read_xml(const char *path)
{
    (void)path;
    return &only;
}

void ut_free_system(ut_system *system)
{
    (void)system;
}

/* A name of n letters, perhaps in the plural. */
static const struct ut_unit *find(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const size_t length = strlen(table[i].name);
        const bool plural = n == length + 1 && length > 2 && name[length] == 's';
        if ((n == length || plural) && strncmp(table[i].name, name, length) == 0)
            return &table[i].unit;
    }
    return NULL;
}

static void multiply(struct ut_unit *unit, const struct ut_unit *by, int power)
{
    unit->factor *= pow(by->factor, power);
    for (int d = 0; d < N_DIMENSIONS; d++)
        unit->power[d] += power * by->power[d];
}

ut_unit *ut_parse(const ut_system *system, const char *text, ut_encoding encoding)
{
    static const char digits[] = "-0123456789", ends[] = "-0123456789 ./*^";
    struct ut_unit made = {1.0, {0}}, *unit;
    int sign = 1;
    (void)system;
    (void)encoding;
    while (*text) {
        if (strchr(" .*/", *text)) {
            if (*text++ == '/')
                sign = -1;
            continue;
        }
        const size_t n = *text == '1' ? 1 : strcspn(text, ends);
        const struct ut_unit *named = n ? find(text, n) : NULL;
        if (!named)
            return NULL;
        text += n + (text[n] == '^');
        multiply(&made, named, sign * (strchr(digits, *text) && *text ? atoi(text) : 1));
        text += strspn(text, digits);
        sign = 1;
    }
    unit = malloc(sizeof *unit);
    if (unit)
        *unit = made;
    return unit;
}

void ut_free(ut_unit *unit)
{
    free(unit);
}

cv_converter *ut_get_converter(ut_unit *from, ut_unit *to)
{
    cv_converter *converter = malloc(sizeof *converter);
    if (!converter || memcmp(from->power, to->power, sizeof from->power) != 0) {
        free(converter);
        return NULL;
    }
    converter->factor = from->factor / to->factor;
    return converter;
}

double cv_convert_double(const cv_converter *converter, double value)
{
    return converter->factor * value;
}

void cv_free(cv_converter *converter)
{
    free(converter);
}
