/* Sweeps: many runs of one base configuration with other values, planned once, run anywhere, collected into one table.
 *
 *   DIR/sweep.yaml       the specification, a copy;   DIR/base    the base configuration and its overlays, copies
 *   DIR/manifest.h5      one row per run: values, design, configuration hash; never changed
 *   DIR/records/FIRST-COUNT.wN.log    what came of the runs, appended to (sweep_records.h);   DIR/runs   results files, with `keep: fields`
 *   DIR/submit           batch scripts and logs;   DIR/table.h5, DIR/table.csv   what `collect` makes of it all
 * See sim/README.md.  Tested in: tests/test_sweep.py. */
#ifndef NEEDLEWORK_SWEEP_H
#define NEEDLEWORK_SWEEP_H

#include "arguments.h"
#include "status.h"

/* `needlework sweep plan SPEC -o DIR | run DIR | submit DIR | status DIR | collect DIR`: files[0] is the verb. */
enum status sweep_command(const struct arguments *a);

#endif
