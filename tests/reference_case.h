/* A treated dermis from the moment after its first session on: what this solver and SUNDIALS are both given, and how they are compared.
 * Errors are root-mean-squares over the volume, relative to the field's own root-mean-square then + 1 % of the species' scale, which is
 * what the solver's tolerance refers to. */
#ifndef NEEDLEWORK_TESTS_REFERENCE_CASE_H
#define NEEDLEWORK_TESTS_REFERENCE_CASE_H

#include "reference_ode.h"

enum { REFERENCE_DAYS = 8 };
extern const double reference_day[REFERENCE_DAYS]; /* after the session */

struct reference_case {
    struct config *config;
    struct plan plan;
    struct simulation *simulation;
    struct reference_ode *ode;
};

/* From the text of a configuration, at this tolerance and one thread; a message on stderr and false when it cannot be. */
bool reference_case_create(const char *yaml, double tolerance, struct reference_case *c);
void reference_case_destroy(struct reference_case *c);

/* at[REFERENCE_DAYS], each reference_ode_size values; false when out of memory. */
bool reference_fields_create(const struct reference_case *c, double **at);
void reference_fields_destroy(double **at);

/* This solver through reference_day into at; seconds of one processor, without the copying.  False when it failed. */
bool reference_case_run(struct reference_case *c, double *const *at, double *seconds);

/* Largest error of a field, and which one. */
double reference_field_error(const struct reference_case *c, const double *y, const double *exact, const char **worst);

/* Largest error of an outcome at any of the days, relative to its largest magnitude in all of them, and which one.  Time integrals count
 * as 0 on both sides. */
double reference_outcome_error(struct reference_case *c, double *const *at, double *const *exact, const char **worst);

#endif
