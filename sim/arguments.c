#include "arguments.h"

#include "config.h"
#include "units.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { FLAG, TEXT, FILE_NAME, COUNT, WALL_TIME, ASSIGNMENT };

#define AT(field) offsetof(struct arguments, field)
/* Every option of every command: a letter by which commands name it, where its value goes, and what help says.  "-x" only for -o and -h. */
/* clang-format off */
static const struct row {
    char letter;
    const char *name;
    enum kind kind;
    size_t at;
    double lo, hi; /* of a COUNT */
    const char *usage, *meaning;
} rows[] = {
    {'o', "output", FILE_NAME, AT(output), 0, 0, "-o, --output FILE", "where the results go"},
    {'s', "set", ASSIGNMENT, AT(sets), 0, 0, "--set KEY=VALUE", "override one key; may be given again"},
    {'t', "threads", COUNT, AT(threads), 1, 1024, "--threads N", "number of threads; without it as many as are of use"},
    {'w', "max-walltime", WALL_TIME, AT(max_seconds), 0, 0, "--max-walltime TIME", "stop after this time (\"20 minutes\"), resumable"},
    {'f', "force", FLAG, AT(force), 0, 0, "--force", "replace existing results; resume: also from a checkpoint of another program or configuration; a plug-in may have changed"},
    {'q', "quiet", FLAG, AT(quiet), 0, 0, "--quiet", "neither progress nor summary; errors and warnings are shown"},
    {'m', "model", FILE_NAME, AT(model), 0, 0, "--model FILE.so", "the plug-in that the results are of: what they name themselves is never loaded"},
    {'F', "format", TEXT, AT(format), 0, 0, "--format FORMAT", "text, markdown or json"},
    {'k', "keys", FLAG, AT(keys), 0, 0, "--keys", "print the table of all keys as Markdown"},
    {'u', "full", FLAG, AT(full), 0, 0, "--full", "all of it: larger grids, minutes"},
    {'c', "csv", FLAG, AT(csv), 0, 0, "--csv", "comma-separated values instead of text"},
    {'y', "by", TEXT, AT(by), 0, 0, "--by OUTCOME", "sort by this outcome, as in `outcomes:` of a sweep (\"scar_index@90 days\"); without it final_collagen_gain"},
    {'b', "baseline", FILE_NAME, AT(baseline), 0, 0, "--baseline FILE", "the run that the others are compared to; without it the first"},
    {'e', "equal", TEXT, AT(equal), 0, 0, "--equal DOSE", "also at equal dose: channels, damage or depth-volume"},
    {'j', "jobs", COUNT, AT(jobs), 1, 1024, "--jobs N", "processes at a time; without it one per processor"},
    {'i', "index", COUNT, AT(index), 0, 1e8, "--index I", "only this run of the sweep, or with --count the first of some"},
    {'n', "count", COUNT, AT(count), 1, 1e8, "--count K", "how many runs from --index on"},
    {'r', "retry", FLAG, AT(retry), 0, 0, "--retry", "try failed runs again"},
    {'S', "series", FLAG, AT(series), 0, 0, "--series", "also the time series of all runs"},
    {'L', "slurm", TEXT, AT(slurm), 0, 0, "--slurm OPTIONS", "more options for sbatch: \"--partition=short --account=skin\""},
    {'C', "chunk", COUNT, AT(chunk), 1, 1e8, "--chunk K", "runs per task of the array; without it about an hour of them"},
    {'T', "throttle", COUNT, AT(throttle), 1, 1e6, "--throttle N", "tasks of the array at a time; without it as many as there is room for"},
    {'h', "help", FLAG, AT(help), 0, 0, "-h, --help", "this text"},
};
/* clang-format on */
enum { N_ROWS = sizeof rows / sizeof *rows };

static bool taken(const char *letters, const struct row *row)
{
    return row->letter == 'h' || strchr(letters, row->letter);
}

bool arguments_option(const char *letters, size_t i, struct arguments_option *option)
{
    const struct row *row = rows;
    while (row < rows + N_ROWS && (!taken(letters, row) || i-- > 0))
        row++;
    if (row == rows + N_ROWS)
        return false;
    *option =
        (struct arguments_option){row->name, row->usage, row->meaning, row->kind != FLAG, row->kind == FILE_NAME, row->kind == ASSIGNMENT};
    return true;
}

void arguments_help(const char *letters, FILE *stream)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strchr(letters, rows[i].letter))
            fprintf(stream, "  %-22s%s\n", rows[i].usage, rows[i].meaning);
}

static enum status read_count(const struct row *row, const char *text, long *count)
{
    char *end;
    const long n = strtol(text, &end, 10);
    if (end == text || *end || (double)n < row->lo || (double)n > row->hi)
        return status_fail(ERR_CONFIG, "--%s: '%s' is not a whole number from %.0f to %.0f", row->name, text, row->lo, row->hi);
    *count = n;
    return OK;
}

static enum status read_time(const struct row *row, const char *text, double *seconds)
{
    char reason[256];
    if (units_parse(text, "s", seconds, reason, sizeof reason) && *seconds > 0.0)
        return OK;
    return status_fail(ERR_CONFIG, "--%s: %s", row->name, *seconds > 0.0 ? reason : "a time above 0 is needed, such as \"20 minutes\"");
}

/* One option of the table with its value. */
static enum status read_value(const struct row *row, const char *text, struct arguments *a)
{
    void *at = (char *)a + row->at;
    switch (row->kind) {
    case FLAG:
        *(bool *)at = true;
        return OK;
    case COUNT:
        return read_count(row, text, at);
    case WALL_TIME:
        return read_time(row, text, at);
    case ASSIGNMENT:
        if (a->n_sets == ARGUMENTS_SETS_MAX)
            return status_fail(ERR_CONFIG, "--%s: at most %d times", row->name, ARGUMENTS_SETS_MAX);
        a->sets[a->n_sets++] = text;
        return OK;
    case FILE_NAME:
        if (!*text || text[strlen(text) - 1] == '/')
            return status_fail(ERR_CONFIG, "--%s: '%s' is not the name of a file", row->name, text);
        break;
    case TEXT:
        break;
    }
    *(const char **)at = text;
    return OK;
}

/* An option that the command does not have; `text` as it was written. */
static enum status unknown_option(const char *command, const char *letters, const char *text)
{
    const char *names[N_ROWS + 1] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < N_ROWS; i++)
        if (taken(letters, &rows[i]))
            names[n++] = rows[i].name;
    const char *near = config_nearest(text + strspn(text, "-"), names);
    return near ? status_fail(ERR_CONFIG, "%s: '%s' is not an option of this command; did you mean '--%s'?", command, text, near)
                : status_fail(ERR_CONFIG, "%s: '%s' is not an option of this command; see needlework %s --help", command, text, command);
}

/* What getopt_long found; `text`: the option as it was written. */
static enum status read_option(const char *command, const char *letters, int found, const char *text, struct arguments *a)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (found == rows[i].letter && taken(letters, &rows[i]))
            return read_value(&rows[i], optarg, a);
    if (found == ':')
        return status_fail(ERR_CONFIG, "%s: '%s' lacks its value; see needlework %s --help", command, text, command);
    return unknown_option(command, letters, text);
}

enum status arguments_read(int argc, char **argv, const char *letters, struct arguments *a)
{
    struct option options[N_ROWS + 1] = {{0}};
    for (size_t i = 0; i < N_ROWS; i++)
        options[i] = (struct option){rows[i].name, rows[i].kind == FLAG ? no_argument : required_argument, NULL, rows[i].letter};
    enum status status = OK;
    a->index = -1;
    opterr = 0;
    optind = 0; /* starts getopt afresh */
    for (;;) {
        const int found = getopt_long(argc, argv, ":o:h", options, NULL);
        if (found == -1)
            break;
        char text[64]; /* the option as it was written, or its long name */
        snprintf(text, sizeof text, "%s", argv[optind - 1]);
        if (found == '?' && optopt && strncmp(text, "--", 2) != 0)
            snprintf(text, sizeof text, "-%c", optopt); /* one letter of a group such as -xyz */
        for (size_t i = 0; i < N_ROWS; i++)
            if (found == rows[i].letter)
                snprintf(text, sizeof text, "--%s", rows[i].name);
        const enum status one = read_option(argv[0], letters, found, text, a);
        status = status == OK ? one : status;
    }
    a->files = (const char **)argv + optind;
    a->n_files = (size_t)(argc - optind);
    return status;
}

int arguments_format(const struct arguments *a, const char *const *formats)
{
    char list[128] = "";
    for (int i = 0; formats[i]; i++) {
        if (!a->format || strcmp(a->format, formats[i]) == 0)
            return i;
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", formats[i]);
    }
    status_fail(ERR_CONFIG, "--format: '%s' is none of %s", a->format, list);
    return -1;
}
