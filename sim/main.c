/* Arguments -> command -> message, exit code. */
#define _GNU_SOURCE
#include "bench.h"
#include "config.h"
#include "device.h"
#include "model.h"
#include "plan.h"
#include "provenance.h"
#include "results.h"
#include "run.h"
#include "units.h"
#include "verify.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SETS = 1000 };

/* What the command line said. */
struct arguments {
    const char **files; /* positional, borrowed from argv */
    size_t n_files;
    const char *sets[MOST_SETS];
    size_t n_sets;
    const char *output, *format;
    int threads;
    double max_seconds; /* of wall time, 0 = no limit */
    bool force, quiet, keys, full;
};

static enum status read_config(const struct arguments *a, struct config **config)
{
    return config_read(a->files, a->n_files, a->sets, a->n_sets, plan_vocabulary(), config);
}

/* Results that would take the place of a configuration they are made from are refused, also with --force. */
static enum status check_output(const struct arguments *a)
{
    struct stat output, input;
    if (!a->output || stat(a->output, &output) != 0)
        return OK;
    for (size_t i = 0; i < a->n_files; i++)
        if (stat(a->files[i], &input) == 0 && input.st_dev == output.st_dev && input.st_ino == output.st_ino)
            return status_fail(ERR_CONFIG, "--output: %s is the configuration", a->output);
    return OK;
}

static enum status command_run(const struct arguments *a)
{
    struct config *config = NULL;
    struct plan plan = {0};
    enum status status = check_output(a);
    if (status == OK)
        status = read_config(a, &config);
    if (status == OK)
        status = plan_create(config, a->threads, &plan);
    if (status == OK) {
        signal(SIGPIPE, SIG_IGN); /* whoever reads the progress may leave; the work goes on */
        const struct run_options options = {a->output, a->files[0], a->force, a->quiet, false, a->max_seconds};
        status_print(stderr); /* warnings come before the work */
        status = run_execute(&plan, &options);
    }
    plan_destroy(&plan);
    config_destroy(&config);
    return status;
}

static enum status command_resume(const struct arguments *a)
{
    const struct run_options options = {a->files[0], a->files[0], a->force, a->quiet, true, a->max_seconds};
    signal(SIGPIPE, SIG_IGN);
    return run_resume(&options, a->threads);
}

static enum status command_check(const struct arguments *a)
{
    struct config *config = NULL;
    struct plan plan = {0};
    if (a->keys) {
        config_write_markdown(stdout);
        return OK;
    }
    enum status status = read_config(a, &config);
    if (status == OK)
        status = plan_create(config, a->threads, &plan);
    if (status == OK)
        status = plan_print(&plan, stdout);
    plan_destroy(&plan);
    config_destroy(&config);
    return status;
}

/* Index of a->format among text, markdown, json; -1 with the error recorded. */
static int format_index(const struct arguments *a)
{
    static const char *const formats[] = {"text", "markdown", "json", NULL};
    for (int i = 0; formats[i]; i++)
        if (!a->format || strcmp(a->format, formats[i]) == 0)
            return i;
    status_fail(ERR_CONFIG, "--format: '%s' is none of text, markdown, json", a->format);
    return -1;
}

static enum status unknown_name(const char *what, const char *name, const char *const *names)
{
    const char *near = config_nearest(name, names);
    return near ? status_fail(ERR_CONFIG, "%s: '%s' is unknown; did you mean '%s'?", what, name, near)
                : status_fail(ERR_CONFIG, "%s: '%s' is unknown; `needlework %ss` lists them", what, name, what);
}

static enum status command_models(const struct arguments *a)
{
    const int format = format_index(a);
    if (format < 0)
        return ERR_CONFIG;
    if (a->n_files == 1) {
        const struct model *model = model_find(a->files[0]);
        if (!model)
            return unknown_name("model", a->files[0], plan_vocabulary()->models);
        model_describe(model, (enum model_format)format, stdout);
        return OK;
    }
    for (const struct model *const *m = model_registry; *m; m++) {
        if (format == MODEL_TEXT) {
            printf("%-16s %s\n", (*m)->name, (*m)->title);
            continue;
        }
        if (format == MODEL_JSON)
            printf(m == model_registry ? "[" : ",\n");
        model_describe(*m, (enum model_format)format, stdout);
    }
    if (format == MODEL_JSON)
        printf("]\n");
    return OK;
}

static enum status command_devices(const struct arguments *a)
{
    const int format = format_index(a);
    if (format < 0)
        return ERR_CONFIG;
    const struct device *device = a->n_files == 1 ? device_find(a->files[0]) : NULL;
    if (a->n_files == 1 && !device)
        return unknown_name("device", a->files[0], device_names);
    device_describe(device, (enum device_format)format, stdout);
    return OK;
}

static enum status command_info(const struct arguments *a)
{
    return results_info(a->files[0], stdout);
}

static enum status command_bench(const struct arguments *a)
{
    return bench_run(a->full, stdout);
}

static enum status command_verify(const struct arguments *a)
{
    const int format = format_index(a);
    if (format < 0)
        return ERR_CONFIG;
    if (format == MODEL_JSON)
        return status_fail(ERR_CONFIG, "--format: verify prints text or markdown");
    return verify_report(a->n_files == 1 ? a->files[0] : NULL, a->full, format == MODEL_MARKDOWN ? VERIFY_MARKDOWN : VERIFY_TEXT, stdout);
}

/* The commands: options they take as a getopt string subset, and how many positional arguments. */
/* clang-format off */
static const struct command {
    const char *name, *options, *usage, *summary, *details;
    size_t least, most;
    enum status (*run)(const struct arguments *);
} commands[] = {
    {"run", "ostwfq", "CONFIG [OVERLAY...] [-o FILE] [--set KEY=VALUE]... [--threads N] [--max-walltime TIME] [--force] [--quiet]",
     "simulate a configuration and write its results",
     "Overlays are merged over CONFIG in order, --set comes last: --set treatment.needle.length=\"1.0 mm\".\n"
     "Without -o the results go to results/<name of CONFIG>.h5.  An existing file is refused without --force.\n"
     "SIGINT, SIGTERM, SIGUSR1 and --max-walltime end the run after a checkpoint, with exit code 75.\n",
     1, 1000, command_run},
    {"resume", "twfq", "FILE [--threads N] [--max-walltime TIME] [--force] [--quiet]",
     "go on with an interrupted run from its checkpoint",
     "FILE is the results file; the result is the same to the last bit as that of an uninterrupted run.\n"
     "A checkpoint of another version of the program is refused without --force.\n",
     1, 1, command_resume},
    {"check", "stk", "CONFIG [OVERLAY...] [--set KEY=VALUE]... [--threads N] | --keys",
     "validate a configuration; print it resolved, with sessions, cells, memory and time",
     "The output is itself a valid configuration.  --keys prints the table of all keys as Markdown.\n",
     0, 1000, command_check},
    {"models", "F", "[NAME] [--format text|markdown|json]",
     "list models, or species, parameters and outcomes of one", "", 0, 1, command_models},
    {"devices", "F", "[NAME] [--format text|markdown|json]",
     "list needle devices and their geometry", "", 0, 1, command_devices},
    {"info", "", "FILE",
     "what made a results file, is it complete, what came out", "", 1, 1, command_info},
    {"bench", "u", "[--full]",
     "measure this machine and the solver on it, against its aims",
     "Half a minute; --full takes larger grids, minutes and 2 GB.  A missed aim is printed and is no error.\n",
     0, 0, command_bench},
    {"verify", "uF", "[PROBLEM] [--full] [--format text|markdown]",
     "solve problems with known answers and compare, or only one of V1 to V15",
     "One row per quantity: expected, observed, order of convergence.  The exit code is 1 when a row fails.\n", 0, 1, command_verify},
};
/* clang-format on */
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"set", required_argument, NULL, 's'},
    {"threads", required_argument, NULL, 't'},
    {"max-walltime", required_argument, NULL, 'w'},
    {"force", no_argument, NULL, 'f'},
    {"quiet", no_argument, NULL, 'q'},
    {"format", required_argument, NULL, 'F'},
    {"keys", no_argument, NULL, 'k'},
    {"full", no_argument, NULL, 'u'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};
static const struct {
    int option;
    const char *usage, *meaning;
} option_help[] = {
    {'o', "-o, --output FILE", "where the results go"},
    {'s', "--set KEY=VALUE", "override one key; may be given again"},
    {'t', "--threads N", "number of threads; without it as many as are of use"},
    {'w', "--max-walltime TIME", "stop after this time (\"20 minutes\"), resumable"},
    {'f', "--force", "replace existing results; resume: also with another version of the program"},
    {'q', "--quiet", "neither progress nor summary; errors and warnings are shown"},
    {'F', "--format FORMAT", "text, markdown or json"},
    {'k', "--keys", "print the table of all keys as Markdown"},
    {'u', "--full", "all of it: larger grids, minutes"},
};

static void print_help(FILE *stream)
{
    fprintf(stream, "needlework %s - how skin heals after microneedling\n\n", provenance_version());
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(stream, "  needlework %-8s %s\n", commands[i].name, commands[i].summary);
    fprintf(stream, "\n  needlework COMMAND --help, needlework --version\n"
                    "\nExit codes: 0 done, 1 a check failed, 2 wrong command or configuration (nothing written), 3 numerics failed,\n"
                    "4 reading or writing failed, 75 stopped on request (resumable).\n");
}

static void print_command_help(const struct command *command)
{
    printf("needlework %s %s\n\n%s.\n%s", command->name, command->usage, command->summary, command->details);
    printf("%s", command->options[0] ? "\n" : "");
    for (size_t i = 0; i < sizeof option_help / sizeof *option_help; i++)
        if (strchr(command->options, option_help[i].option))
            printf("  %-22s%s\n", option_help[i].usage, option_help[i].meaning);
}

static enum status read_threads(const char *text, int *threads)
{
    char *end;
    const long n = strtol(text, &end, 10);
    if (end == text || *end || n < 1 || n > 1024)
        return status_fail(ERR_CONFIG, "--threads: '%s' is not a whole number from 1 to 1024", text);
    *threads = (int)n;
    return OK;
}

static enum status read_walltime(const char *text, double *seconds)
{
    char reason[256];
    if (units_parse(text, "s", seconds, reason, sizeof reason) && *seconds > 0.0)
        return OK;
    return status_fail(ERR_CONFIG, "--max-walltime: %s", *seconds > 0.0 ? reason : "a time above 0 is needed, such as \"20 minutes\"");
}

/* An option that the command does not have; `text` as it was written. */
static enum status unknown_option(const struct command *command, const char *text)
{
    const char *names[sizeof long_options / sizeof *long_options] = {NULL};
    size_t n = 0;
    for (const struct option *o = long_options; o->name; o++)
        if (o->val == 'h' || strchr(command->options, o->val))
            names[n++] = o->name;
    const char *near = config_nearest(text + strspn(text, "-"), names);
    return near ? status_fail(ERR_CONFIG, "%s: '%s' is not an option of this command; did you mean '--%s'?", command->name, text, near)
                : status_fail(ERR_CONFIG, "%s: '%s' is not an option of this command; see needlework %s --help", command->name, text,
                              command->name);
}

/* One option; `help` is set when help was asked for.  `text`: the option as it was written. */
static enum status read_option(const struct command *command, int option, const char *text, struct arguments *a, bool *help)
{
    if (option == 'h') {
        *help = true;
        return OK;
    }
    if (option == ':')
        return status_fail(ERR_CONFIG, "%s: '%s' lacks its value; see needlework %s --help", command->name, text, command->name);
    if (option == '?' || !strchr(command->options, option))
        return unknown_option(command, text);
    switch (option) {
    case 'o':
        if (!*optarg || optarg[strlen(optarg) - 1] == '/')
            return status_fail(ERR_CONFIG, "--output: '%s' is not the name of a file", optarg);
        a->output = optarg;
        break;
    case 's':
        if (a->n_sets == MOST_SETS)
            return status_fail(ERR_CONFIG, "--set: at most %d times", MOST_SETS);
        a->sets[a->n_sets++] = optarg;
        break;
    case 't':
        return read_threads(optarg, &a->threads);
    case 'w':
        return read_walltime(optarg, &a->max_seconds);
    case 'f':
        a->force = true;
        break;
    case 'q':
        a->quiet = true;
        break;
    case 'k':
        a->keys = true;
        break;
    case 'u':
        a->full = true;
        break;
    default:
        a->format = optarg;
        break;
    }
    return OK;
}

static enum status run_command(const struct command *command, int argc, char **argv)
{
    struct arguments *a = calloc(1, sizeof *a);
    if (!a)
        return status_no_memory("the command line", sizeof *a);
    enum status status = OK;
    bool help = false;
    opterr = 0;
    for (;;) {
        const int option = getopt_long(argc, argv, ":o:h", long_options, NULL);
        if (option == -1)
            break;
        char text[64]; /* the option as it was written, or its long name */
        snprintf(text, sizeof text, "%s", argv[optind - 1]);
        if (option == '?' && optopt && strncmp(text, "--", 2) != 0)
            snprintf(text, sizeof text, "-%c", optopt); /* one letter of a group such as -xyz */
        for (const struct option *o = long_options; o->name; o++)
            if (o->val == option)
                snprintf(text, sizeof text, "--%s", o->name);
        const enum status one = read_option(command, option, text, a, &help);
        status = status == OK ? one : status;
    }
    a->files = (const char **)argv + optind;
    a->n_files = (size_t)(argc - optind);
    if (help)
        print_command_help(command);
    else if (status == OK &&
             (a->n_files < command->least || a->n_files > command->most || (!a->keys && command->options[0] == 's' && !a->n_files)))
        status = status_fail(ERR_CONFIG, "usage: needlework %s %s", command->name, command->usage);
    else if (status == OK)
        status = command->run(a);
    free(a);
    return status;
}

static enum status dispatch(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || (strcmp(argv[1], "help") == 0 && argc == 2)) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? ERR_CONFIG : OK;
    }
    if (strcmp(argv[1], "help") == 0) { /* help COMMAND = COMMAND --help */
        char option[] = "--help", *swapped[] = {argv[0], argv[2], option, NULL};
        return strcmp(argv[2], "help") == 0 ? dispatch(2, swapped) : dispatch(3, swapped);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("needlework %s\n", provenance_version());
        return OK;
    }
    const char *names[N_COMMANDS + 1] = {NULL};
    for (size_t i = 0; i < N_COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(argv[1], commands[i].name) == 0)
            return run_command(&commands[i], argc - 1, argv + 1);
    }
    const char *near = config_nearest(argv[1], names);
    return near ? status_fail(ERR_CONFIG, "'%s' is not a command; did you mean '%s'?", argv[1], near)
                : status_fail(ERR_CONFIG, "'%s' is not a command; see needlework --help", argv[1]);
}

/* Threads that wait at a barrier must sleep: spinning ones make a run many times slower as soon as anybody else uses the machine.  The
 * OpenMP library reads its policy before main begins, so it is set and the program starts once more. */
static void wait_passively(char **argv)
{
    if (getenv("OMP_WAIT_POLICY") || setenv("OMP_WAIT_POLICY", "passive", 1))
        return;
    execv("/proc/self/exe", argv); /* returns only when it fails: then on as before */
}

/* A closed standard stream leaves its number to the next file that is opened: messages would be written into the results. */
static void fill_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDONLY) == -1)
            return;
}

int main(int argc, char **argv)
{
    fill_standard_streams();
    wait_passively(argv);
    enum status status = dispatch(argc, argv);
    if (fflush(stdout) && status == OK)
        status = status_fail(ERR_IO, "standard output cannot be written");
    status_print(stderr);
    units_free();
    return (int)status;
}
