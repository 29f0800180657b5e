/* How far a long computation is: a line that renews itself on a terminal, a plain line every 10 % otherwise. */
#ifndef NEEDLEWORK_PROGRESS_H
#define NEEDLEWORK_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    bool quiet, terminal;
    double start, shown; /* [s] wall clock; when the line was last renewed */
    double from;         /* share of the way done before the start */
    int tenths;          /* of the way already reported */
};

void progress_init(struct progress *progress, bool quiet);
/* A resumed computation begins at this share of the way. */
void progress_from(struct progress *progress, double share);
/* `share` of the way (0 to 1), simulated `days`, present step `dt` [day]. */
void progress_show(struct progress *progress, double share, double days, double dt);
/* Likewise for a number of things, of which `done` are done: "1234 of 10000 runs, 3 failed, 12 %, 45 s left". */
void progress_count(struct progress *progress, size_t done, size_t total, const char *what);
/* Seconds since progress_init. */
double progress_seconds(const struct progress *progress);
/* Clears the line; returns the seconds since progress_init. */
double progress_finish(struct progress *progress);

/* "45 s", "3 min 10 s", "2 h 05 min" into text. */
void progress_duration(double seconds, char *text, unsigned long n);

#endif
