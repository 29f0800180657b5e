/* What came of the runs of a sweep: logs that are only ever appended to, one per worker, each entry with a checksum.
 *
 * A log is DIR/records/FIRST-COUNT.wWORKER.log: 128 bytes that say of which plan it is, then entries.  An entry is written by one call, so
 * a killed worker loses at most the run it was at; what a machine that lost its power left unfinished is cut off when the log is opened to
 * write, and is not read.  Where two entries speak of one run, the first success counts, or else the last failure.
 * Numbers are as the machine has them; a log of a machine with another order of bytes is refused.  Tested in: tests/test_sweep_records.c.
 */
#ifndef NEEDLEWORK_SWEEP_RECORDS_H
#define NEEDLEWORK_SWEEP_RECORDS_H

#include "sweep_internal.h"

struct sweep_record {
    size_t index;           /* of the run */
    int status;             /* exit code of the run: 0 = done */
    double seconds;         /* of wall time */
    const double *outcomes; /* [n_outcomes of the sweep], NaN after a failure; borrowed like the next ones */
    const char *message;    /* why it failed, "" when it did not */
    size_t rows;            /* of the series kept, 0 = none */
    const double *time;     /* [rows] day */
    const float *values;    /* [rows x n_outcomes of the model] */
};

struct sweep_log;

/* Opens the log of a worker, cut to its last whole entry.  ERR_IO, with nothing to close, when it cannot be or is of another plan. */
enum status sweep_records_open(const struct sweep *sweep, size_t first, size_t count, size_t worker, struct sweep_log **log);
/* Appends one entry: on disk within a second or so.  ERR_IO, with the log as it was, when the disk is full. */
enum status sweep_records_append(struct sweep_log *log, const struct sweep_record *record);
/* NULL is accepted.  ERR_IO when the last entries may not be on disk. */
enum status sweep_records_close(struct sweep_log **log);

/* Tells `entry` of every whole entry of runs in [first, first + count), log by log, oldest first.  ERR_IO when a log cannot be read or is
 * of another plan, or what `entry` returns. */
enum status sweep_records_read(const struct sweep *sweep, size_t first, size_t count,
                               enum status (*entry)(void *user, const struct sweep_record *record), void *user);

/* The exit code of every run of [first, first + count) into status[count]; SWEEP_MISSING where there is none. */
enum { SWEEP_MISSING = -1 };
enum status sweep_records_states(const struct sweep *sweep, size_t first, size_t count, signed char *status);

/* Bytes of one entry, as planned; more than SWEEP_RECORD_MOST are refused. */
enum { SWEEP_RECORD_MOST = 1 << 28 };
double sweep_record_bytes(const struct sweep *sweep);

#endif
