/* Shared by series.c and series_read.c. */
#ifndef NEEDLEWORK_SERIES_INTERNAL_H
#define NEEDLEWORK_SERIES_INTERNAL_H

#include "series.h"

/* Empties the series and makes room for `rows` rows of the model. */
enum status series_prepare(struct series *series, const struct model *model, size_t rows);

#endif
