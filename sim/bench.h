/* What the solver costs on this machine, against its aims: bandwidth, phases of a step, a year, threads, sizes, memory.
 *
 * Everything is a ratio of figures of one run: one thread is timed in processor time, which does not count the neighbours on a busy
 * machine; threads are timed by the clock, in turns.  Work and precision against SUNDIALS comes from the program of tests/bench_sundials.c
 * where that stands beside this one. */
#ifndef NEEDLEWORK_BENCH_H
#define NEEDLEWORK_BENCH_H

#include "status.h"

#include <stdbool.h>

/* Prints the table to `stream`; full: larger grids, minutes instead of seconds.  A missed aim is no error. */
enum status bench_run(bool full, FILE *stream);

#endif
