/* Arguments -> command -> message, exit code. */
#define _GNU_SOURCE
#include "arguments.h"
#include "calibrate.h"
#include "commands.h"
#include "compare.h"
#include "config.h"
#include "provenance.h"
#include "sensitivity.h"
#include "sweep.h"
#include "units.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The commands: options they take as letters of the table in arguments.c, and how many positional arguments. */
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
     1, 1000, commands_run},
    {"resume", "twfq", "FILE [--threads N] [--max-walltime TIME] [--force] [--quiet]",
     "go on with an interrupted run from its checkpoint",
     "FILE is the results file; the result is the same to the last bit as that of an uninterrupted run.\n"
     "A checkpoint of another version of the program is refused without --force.\n",
     1, 1, commands_resume},
    {"check", "stk", "CONFIG [OVERLAY...] [--set KEY=VALUE]... [--threads N] | --keys",
     "validate a configuration; print it resolved, with sessions, cells, memory and time",
     "The output is itself a valid configuration.  --keys prints the table of all keys as Markdown.\n",
     0, 1000, commands_check},
    {"models", "F", "[NAME] [--format text|markdown|json|vary]",
     "list models, or species, parameters and outcomes of one",
     "--format vary: the parameters of a model with their ranges, to be screened by a sweep.\n", 0, 1, commands_models},
    {"devices", "F", "[NAME] [--format text|markdown|json]",
     "list needle devices and their geometry", "", 0, 1, commands_devices},
    {"reproduce", "otwfq", "FILE [-o NEW] [--threads N] [--max-walltime TIME] [--force] [--quiet]",
     "run again from a results file's own provenance, and compare",
     "One line per dataset (and per attribute that differs), all but /provenance/host.  A file of this very build must agree bit by bit, one of another build\n"
     "within run.tolerance of each dataset's largest value.  Exit code 0: it does; 1: it differs; 4: FILE cannot be used.\n",
     1, 1, commands_reproduce},
    {"info", "", "FILE",
     "what made a results file, is it complete, what came out", "", 1, 1, commands_info},
    {"compare", "cybe", "FILE FILE... [--by OUTCOME] [--baseline FILE] [--equal channels|damage|depth-volume] [--csv]",
     "outcomes of several runs side by side, best first",
     "Rows: outcomes; the dose; the outcome sorted by per session, per channel, per damaged volume and per day of downtime; differences to the\n"
     "baseline.  Doses are per cm2 of skin and by the device's nominal geometry, summed over the sessions that took place:\n"
     "  channels       treatment.density                                              [/cm2]\n"
     "  damage         channels x area of a channel's mouth                           [mm2/cm2]\n"
     "  depth-volume   channels x volume of a channel below the epidermis             [mm3/cm2], the damaged volume\n"
     "--equal scales the outcome in proportion to the dose, to that of the baseline, and prints the density at which the doses are equal.\n"
     "Runs of different models are refused; incomplete ones are marked.\n",
     1, 1000, compare_command},
    {"bench", "u", "[--full]",
     "measure this machine and the solver on it, against its aims",
     "Half a minute; --full takes larger grids, minutes and 2 GB.  A missed aim is printed and is no error.\n",
     0, 0, commands_bench},
    {"verify", "uF", "[PROBLEM] [--full] [--format text|markdown]",
     "solve problems with known answers and compare, or only one of V1 to V16",
     "One row per quantity: expected, observed, order of convergence.  The exit code is 1 when a row fails.\n", 0, 1, commands_verify},
    {"calibrate", "otfq", "SPEC [-o DIR] [--threads N] [--force] [--quiet]",
     "fit parameters to observations, or say how the model stands against them",
     "SPEC names protocols, observations (CSV) and the parameters to fit; the report goes to stdout, and with -o to DIR/report.md and\n"
     "DIR/fitted.yaml, an overlay for `run`.  Exit code 1: an observation is outside its band.\n",
     1, 1, calibrate_command},
    {"sweep", "ojtinwqrLCTS", "plan SPEC -o DIR | run DIR [--jobs N] [--threads N] [--index I [--count K]] [--max-walltime TIME] [--retry] |\n"
     "                 submit DIR [--slurm OPTIONS] [--chunk K] [--throttle N] [--jobs N] [--retry] | status DIR | collect DIR [-o FILE] [--series]",
     "many runs of one configuration: plan them, run them here or with Slurm, collect one table",
     "run: one thread per run and a process per processor, which gives the most runs an hour; more --threads only for runs that do not fit\n"
     "into memory side by side.  Finished runs are skipped, so the same command goes on after whatever happened; the exit code is 1 when runs\n"
     "failed, 75 after SIGTERM, SIGINT, SIGUSR1 or --max-walltime.  submit: a job array of such runs of slices, only of those not yet done.\n"
     "collect: DIR/table.h5 and DIR/table.csv, one row per run, failed ones included.  The specification is described in sim/README.md.\n",
     2, 2, sweep_command},
    {"sensitivity", "c", "DIR [--csv]",
     "which factors matter: Morris' measures or Sobol' indices of a collected sweep",
     "DIR is a sweep whose design is morris or saltelli, or its table.  The most influential factor comes first, every figure with its\n"
     "95 % interval.  Runs without a value are left out, and their number is told.\n",
     1, 1, sensitivity_command},
};
/* clang-format on */
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *stream)
{
    fprintf(stream, "needlework %s - how skin heals after microneedling\n\n", provenance_version());
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(stream, "  needlework %-11s %s\n", commands[i].name, commands[i].summary);
    fprintf(stream, "\n  needlework COMMAND --help, needlework --version\n"
                    "\nExit codes: 0 done, 1 a check failed, 2 wrong command or configuration (nothing written), 3 numerics failed,\n"
                    "4 reading or writing failed, 75 stopped on request (resumable).\n");
}

static void print_command_help(const struct command *command)
{
    printf("needlework %s %s\n\n%s.\n%s", command->name, command->usage, command->summary, command->details);
    printf("%s", command->options[0] ? "\n" : "");
    arguments_help(command->options, stdout);
}

static enum status run_command(const struct command *command, int argc, char **argv)
{
    struct arguments *a = calloc(1, sizeof *a);
    if (!a)
        return status_no_memory("the command line", sizeof *a);
    enum status status = arguments_read(argc, argv, command->options, a);
    if (a->help)
        print_command_help(command);
    else if (status == OK && (a->n_files < command->least || a->n_files > command->most))
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
