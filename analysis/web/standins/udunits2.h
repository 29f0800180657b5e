/* Stand-in for UDUNITS-2 in the browser, whose database is a folder of XML files: the few calls of sim/units.c, and the lengths, times,
 * concentrations and fractions that configurations use.  Proportional units only; anything else is unknown to it. */
#ifndef STANDIN_UDUNITS2_H
#define STANDIN_UDUNITS2_H

typedef struct ut_system ut_system;
typedef struct ut_unit ut_unit;
typedef struct cv_converter cv_converter;
typedef enum { UT_ASCII, UT_UTF8 } ut_encoding;
typedef void (*ut_error_handler)(void);

void ut_ignore(void);
void ut_set_error_message_handler(ut_error_handler handler);
ut_system *ut_read_xml(const char *path);
void ut_free_system(ut_system *system);

/* "1/cm2", "mm2/day", "6 weeks" without the 6; NULL when a name is unknown.  The caller frees it. */
ut_unit *ut_parse(const ut_system *system, const char *text, ut_encoding encoding);
void ut_free(ut_unit *unit);

/* NULL when the dimensions differ. */
cv_converter *ut_get_converter(ut_unit *from, ut_unit *to);
double cv_convert_double(const cv_converter *converter, double value);
void cv_free(cv_converter *converter);

#endif
