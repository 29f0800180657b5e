/* Shared by the sweep_spec*.c files. */
#ifndef NEEDLEWORK_SWEEP_SPEC_INTERNAL_H
#define NEEDLEWORK_SWEEP_SPEC_INTERNAL_H

#include "sweep_spec.h"

/* The entries of `vary`, or the columns of the file under `list`.  Errors are recorded in the document. */
void sweep_spec_read_factors(struct sweep_spec *spec, const struct config_node *vary);
void sweep_spec_read_list(struct sweep_spec *spec, const struct config_node *list);
/* `where`: one comparison or a list of them. */
void sweep_spec_read_constraints(struct sweep_spec *spec, const struct config_node *where);
/* `array` of n elements with room for one more, zeroed; NULL, with the error recorded and the old one left, when there is no memory. */
void *sweep_spec_grow(void *array, size_t n, size_t size);
/* FILE beside the specification, or else as seen from the working directory; malloc'd; NULL, with the error recorded, without memory. */
char *sweep_spec_find(const struct config_node *node);

#endif
