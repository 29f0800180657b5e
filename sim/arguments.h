/* The command line: one table of options, and what was said with them.  Commands state which options they take. */
#ifndef NEEDLEWORK_ARGUMENTS_H
#define NEEDLEWORK_ARGUMENTS_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { ARGUMENTS_SETS_MAX = 1000 };

/* What the command line said; texts are borrowed from argv, NULL or 0 where an option was not given. */
struct arguments {
    const char **files; /* positional */
    size_t n_files;
    const char *sets[ARGUMENTS_SETS_MAX];
    size_t n_sets;
    const char *slurm; /* options for sbatch */
    const char *model; /* file of a plug-in */
    const char *output, *format, *by, *baseline, *equal;
    long threads, jobs, count, chunk, throttle;
    long index;         /* -1 = not given */
    double max_seconds; /* of wall time, 0 = no limit */
    bool force, retry, series, quiet, keys, full, csv, help;
};

/* Reads the options and then the positional arguments of a command.  argv[0]: its name, for messages; `letters`: the options it takes, as
 * in the table of arguments.c.  ERR_CONFIG with every wrong option recorded. */
enum status arguments_read(int argc, char **argv, const char *letters, struct arguments *arguments);

/* One option, for those who describe them. */
struct arguments_option {
    const char *name;  /* without its two hyphens */
    const char *usage; /* "-o, --output FILE" */
    const char *meaning;
    bool value, file, repeated; /* takes a value; which is the name of a file; may be given again */
};

/* Fills `option` with the i-th one that a command with these letters takes; false when i is their number. */
bool arguments_option(const char *letters, size_t i, struct arguments_option *option);

/* A line of help for each of the options. */
void arguments_help(const char *letters, FILE *stream);

/* The index of arguments->format in `formats` (ends with NULL; the first when none was given); -1 with the error recorded. */
int arguments_format(const struct arguments *arguments, const char *const *formats);

#endif
