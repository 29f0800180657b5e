/* Checkpoints: the blocks of memory that determine how a run goes on, in a file of their own.
 *
 * FILE.checkpoint.0 and .1 are written in turn: a new file, closed, synced, renamed over the older one, its folder synced, so that one
 * whole checkpoint exists at any moment.  A file states its format, the program and the configuration that wrote it; its seal is verified
 * before it is read.  The seal tells damage, not malice: a child process lets HDF5 read the file and passes on plain bytes, as many as the
 * parts have.  What the bytes mean is for the caller to check (timeline_restored).  Tested in: test_resume.py, test_forged.py,
 * fuzz_checkpoint. */
#ifndef NEEDLEWORK_CHECKPOINT_H
#define NEEDLEWORK_CHECKPOINT_H

#include "state.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>

/* What a checkpoint belongs to; `sequence` counts the checkpoints of a run from 1. */
struct checkpoint_identity {
    char program[128];      /* version and commit */
    char configuration[65]; /* SHA-256 of the resolved configuration */
    long sequence;
    const char *resolved; /* the resolved configuration itself, written to say later what differs; borrowed, not read back */
};

/* Writes checkpoint number identity->sequence of the results file `path`.  ERR_IO, leaving the other checkpoint as it is. */
enum status checkpoint_write(const char *path, const struct checkpoint_identity *identity, const struct state_part *parts, size_t n);

/* The identity of the newest readable checkpoint of `path`; ERR_IO when there is none. */
enum status checkpoint_find(const char *path, struct checkpoint_identity *identity);

/* Fills the parts from the newest checkpoint that is whole (or, when it is damaged, from the other one); `identity` says which.  ERR_IO
 * when there is none, or its blocks have other sizes than the parts, which are in disorder then. */
enum status checkpoint_read(const char *path, const struct state_part *parts, size_t n, struct checkpoint_identity *identity);

/* The resolved configuration in the newest readable checkpoint, owned by the caller; NULL when there is none. */
char *checkpoint_configuration(const char *path);

/* Removes both: the run is complete. */
void checkpoint_remove(const char *path);

#endif
