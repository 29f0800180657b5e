/* The table of commands, and the commands that need no file of their own: from arguments to one call.  Each prints to stdout and returns
 * the exit code of the program. */
#ifndef NEEDLEWORK_COMMANDS_H
#define NEEDLEWORK_COMMANDS_H

#include "arguments.h"
#include "status.h"

/* A command: the options it takes as letters of the table in arguments.c, how many positional arguments, and what help says. */
struct command {
    const char *name, *options, *usage, *summary, *details;
    size_t least, most;
    enum status (*run)(const struct arguments *);
};
enum { COMMANDS_MAX = 40 };                   /* names that a misspelt one is compared with */
extern const struct command commands_table[]; /* ends with an empty name */

/* What the program's exit codes mean; ends with an empty meaning. */
struct commands_exit {
    enum status code;
    const char *meaning;
};
extern const struct commands_exit commands_exits[];

/* All commands with their summaries; one of them with its options. */
void commands_help(FILE *stream);
void commands_help_one(const struct command *command, FILE *stream);

enum status commands_run(const struct arguments *a);
enum status commands_resume(const struct arguments *a);
enum status commands_check(const struct arguments *a);
enum status commands_models(const struct arguments *a);
enum status commands_devices(const struct arguments *a);
enum status commands_reproduce(const struct arguments *a);
enum status commands_info(const struct arguments *a);
enum status commands_bench(const struct arguments *a);
enum status commands_verify(const struct arguments *a);

#endif
