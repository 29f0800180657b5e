/* Numbers with units, by UDUNITS-2.  The solver works in mm and day; conversion happens only at the edges.
 *
 * A quantity is text such as "1.5 mm", "6 weeks", "250 /cm2", "0.29 mm2/day", "40 %" or, where the wanted unit is "1", a bare number.
 * Any thread may call these functions at any time, except units_free. */
#ifndef NEEDLEWORK_UNITS_H
#define NEEDLEWORK_UNITS_H

#include <stdbool.h>
#include <stddef.h>

/* Parses `text` and converts to `want` (a unit UDUNITS-2 knows; "1" = dimensionless; a leading "/" is allowed).
 *
 *   value    the number in `want`, finite; untouched on failure
 *   reason   why it failed, one clause without a full stop ("'6 kg' is not a time; give it in day"), at most n bytes
 *
 * False when the number is malformed, not finite, followed by anything else, has no unit where one is needed, or one of another dimension.
 */
bool units_parse(const char *text, const char *want, double *value, char *reason, size_t n);

/* Converts `value` between two units; false when they do not convert. */
bool units_convert(double value, const char *from, const char *to, double *converted);

/* Writes `value unit` in the shortest decimal form that reads back to the same double: "1.5 mm", "0.001" for unit "1". */
void units_format(double value, const char *unit, char *text, size_t n);

/* Frees the unit system (leak checks) when no other thread is here; it is read again on next use. */
void units_free(void);

#endif
