/* The table of commands, and the commands that need no file of their own: from arguments to one call.  Each prints to stdout and returns
 * the exit code of the program. */
#ifndef NEEDLEWORK_COMMANDS_H
#define NEEDLEWORK_COMMANDS_H

#include "arguments.h"
#include "status.h"

/* What the positional arguments of a command are, for completion.  ACTIONS: the first word of each alternative of its usage. */
enum commands_words {
    WORDS_NONE,
    WORDS_CONFIGS,
    WORDS_RESULTS,
    WORDS_FOLDERS,
    WORDS_MODELS,
    WORDS_DEVICES,
    WORDS_ACTIONS,
    WORDS_PLOTS,
    WORDS_EXAMPLES
};

/* A command: the options it takes as letters of the table in arguments.c (NULL: it reads all its words itself), how many positional
 * arguments and of what kind, and what help says. */
struct command {
    const char *name, *options, *usage, *summary, *details;
    size_t least, most;
    enum commands_words words;
    enum status (*run)(const struct arguments *);
    void (*more)(FILE *stream); /* further lines of help, NULL = none */
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

/* The sheet `man needlework` shows (roff), the completion for a shell, both from the tables. */
enum status commands_manual(const struct arguments *a);
enum status commands_completion(const struct arguments *a);

/* The configurations that came with the program: their list, or the text of one; the first of them run and drawn. */
enum status commands_examples(const struct arguments *a);
enum status commands_quickstart(const struct arguments *a);

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
