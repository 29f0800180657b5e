/* Slurm, by its own commands: sbatch, squeue, scontrol. */
#ifndef NEEDLEWORK_SWEEP_JOBS_H
#define NEEDLEWORK_SWEEP_JOBS_H

#include "status.h"

#include <stdbool.h>
#include <stdio.h>

/* Runs a program and keeps what it prints (at most n - 1 bytes).  ERR_IO with its last words when it cannot be started or fails. */
enum status sweep_jobs_call(char *const *argv, char *output, size_t n);

/* The jobs that were submitted for a sweep (DIR/submit/N.job): those still in the queue, by state.  Nothing when there are none. */
enum status sweep_jobs_print(const char *dir, FILE *stream);

/* Whether a job submitted earlier is still in the queue; its number into `job`. */
bool sweep_jobs_queued(const char *dir, char job[64]);

#endif
