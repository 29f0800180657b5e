/* The verification report: problems with known answers, solved by the program's own solver. */
#ifndef NEEDLEWORK_VERIFY_H
#define NEEDLEWORK_VERIFY_H

#include "status.h"

#include <stdbool.h>
#include <stdio.h>

enum verify_format { VERIFY_TEXT, VERIFY_MARKDOWN };

/* Runs every problem, or only the one called `only` (NULL: all), and prints one row per quantity.  `full` refines further.  The output
 * holds no times and is the same for every run of a build.  ERR_CHECK with every failed row named; ERR_CONFIG when `only` is unknown. */
enum status verify_report(const char *only, bool full, enum verify_format format, FILE *stream);

#endif
