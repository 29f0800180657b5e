/* Shared by the files of bench. */
#ifndef NEEDLEWORK_BENCH_INTERNAL_H
#define NEEDLEWORK_BENCH_INTERNAL_H

#include "bench.h"
#include "simulation.h"

struct bench {
    FILE *stream;
    bool full;
    int processors;
    double triad, triad_all; /* [byte/s] of one thread, of all */
    int passed, missed;
};

/* A configuration of the benchmark, all the way to a simulation. */
struct bench_case {
    struct config *config;
    struct plan plan;
    struct simulation *simulation;
};
enum status bench_case_create(const char *yaml, int threads, struct bench_case *c);
void bench_case_destroy(struct bench_case *c);
/* Gives the session that is due at the start, if there is one, then takes `steps` steps. */
enum status bench_case_steps(struct bench_case *c, size_t steps);

double bench_processor(void);                 /* [s] that this process has used */
double bench_median(size_t n, double *value); /* sorts */

/* One line.  aim > 0: at most the aim passes; aim < 0: at least -aim; 0: a figure without an aim. */
void bench_row(struct bench *bench, const char *quantity, double value, const char *unit, double aim);

/* The sections, in the order of the table. */
enum status bench_phases(struct bench *bench);
enum status bench_years(struct bench *bench);
enum status bench_sizes(struct bench *bench);
enum status bench_threads(struct bench *bench);
enum status bench_rivals(struct bench *bench);

#define BENCH_DERMIS                                                                                                                       \
    "model: dermis\nskin: {site: cheek, age: 45 years}\ntreatment: {device: roller_1.5, density: 250 /cm2}\nrun: {duration: 12 months}\n"
#define BENCH_QUICKSTART BENCH_DERMIS "domain: {geometry: unit_cell, spacing: 20 um, depth: 1.5 mm}\n"
#define BENCH_CYLINDER   BENCH_DERMIS "domain: {geometry: axisymmetric, spacing: 20 um, depth: 1.5 mm}\n"

#endif
