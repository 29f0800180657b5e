/* The one table of commands: dispatch, `--help`, the man page and shell completion are all made from it. */
#include "calibrate.h"
#include "commands.h"
#include "compare.h"
#include "plot.h"
#include "provenance.h"
#include "sensitivity.h"
#include "sweep.h"

#include <stdio.h>

/* clang-format off */
const struct command commands_table[] = {
    {"run", "ostwfq", "CONFIG [OVERLAY...] [-o FILE] [--set KEY=VALUE]... [--threads N] [--max-walltime TIME] [--force] [--quiet]",
     "simulate a configuration and write its results",
     "Overlays are merged over CONFIG in order, --set comes last: --set treatment.needle.length=\"1.0 mm\".\n"
     "Without -o the results go to results/<name of CONFIG>.h5.  An existing file is refused without --force.\n"
     "SIGINT, SIGTERM, SIGUSR1 and --max-walltime end the run after a checkpoint, with exit code 75.\n",
     1, 1000, WORDS_CONFIGS, commands_run, NULL},
    {"resume", "mtwfq", "FILE [--model FILE.so] [--threads N] [--max-walltime TIME] [--force] [--quiet]",
     "go on with an interrupted run from its checkpoint",
     "FILE is the results file; the result is the same to the last bit as that of an uninterrupted run.\n"
     "A checkpoint of another version of the program or of another configuration is refused without --force, which records what differs.\n",
     1, 1, WORDS_RESULTS, commands_resume, NULL},
    {"check", "stk", "CONFIG [OVERLAY...] [--set KEY=VALUE]... [--threads N] | --keys",
     "validate a configuration; print it resolved, with sessions, cells, memory and time",
     "The output is itself a valid configuration.  --keys prints the table of all keys as Markdown.\n",
     0, 1000, WORDS_CONFIGS, commands_check, NULL},
    {"models", "F", "[NAME | FILE.so] [--format text|markdown|json|vary|outcomes]",
     "list models, or species, parameters and outcomes of one",
     "--format vary: the parameters of a model with their ranges, to be screened by a sweep; outcomes: what can be read off a run.\n", 0, 1, WORDS_MODELS, commands_models, NULL},
    {"devices", "F", "[NAME] [--format text|markdown|json]",
     "list needle devices and their geometry", "", 0, 1, WORDS_DEVICES, commands_devices, NULL},
    {"reproduce", "motwfq", "FILE [--model FILE.so] [-o NEW] [--threads N] [--max-walltime TIME] [--force] [--quiet]",
     "run again from a results file's own provenance, and compare",
     "One line per dataset (and per attribute that differs), all but /provenance/host.  A file of this very build must agree bit by bit, one of another build\n"
     "within run.tolerance of each dataset's largest value.  Exit code 0: it does; 1: it differs; 4: FILE cannot be used.\n",
     1, 1, WORDS_RESULTS, commands_reproduce, NULL},
    {"info", "", "FILE",
     "what made a results file, is it complete, what came out", "", 1, 1, WORDS_RESULTS, commands_info, NULL},
    {"compare", "mcybe", "FILE FILE... [--model FILE.so] [--by OUTCOME] [--baseline FILE] [--equal channels|damage|depth-volume] [--csv]",
     "outcomes of several runs side by side, best first",
     "Rows: outcomes; the dose; the outcome sorted by per session, per channel, per damaged volume and per day of downtime; differences to the\n"
     "baseline.  Doses are per cm2 of skin and by the device's nominal geometry, summed over the sessions that took place:\n"
     "  channels       treatment.density                                              [/cm2]\n"
     "  damage         channels x area of a channel's mouth                           [mm2/cm2]\n"
     "  depth-volume   channels x volume of a channel below the epidermis             [mm3/cm2], the damaged volume\n"
     "--equal scales the outcome in proportion to the dose, to that of the baseline, and prints the density at which the doses are equal.\n"
     "Runs of different models are refused; incomplete ones are marked.\n",
     1, 1000, WORDS_RESULTS, compare_command, NULL},
    {"bench", "u", "[--full]",
     "measure this machine and the solver on it, against its aims",
     "Half a minute; --full takes larger grids, minutes and 2 GB.  A missed aim is printed and is no error.\n",
     0, 0, WORDS_NONE, commands_bench, NULL},
    {"verify", "uF", "[PROBLEM] [--full] [--format text|markdown]",
     "solve problems with known answers and compare, or only one of V1 to V16",
     "One row per quantity: expected, observed, order of convergence.  The exit code is 1 when a row fails.\n", 0, 1, WORDS_NONE, commands_verify, NULL},
    {"calibrate", "otfq", "SPEC [-o DIR] [--threads N] [--force] [--quiet]",
     "fit parameters to observations, or say how the model stands against them",
     "SPEC names protocols, observations (CSV) and the parameters to fit; the report goes to stdout, and with -o to DIR/report.md and\n"
     "DIR/fitted.yaml, an overlay for `run`.  Exit code 1: an observation is outside its band.\n",
     1, 1, WORDS_CONFIGS, calibrate_command, NULL},
    {"sweep", "ojtinwqrLCTS", "plan SPEC -o DIR | run DIR [--jobs N] [--threads N] [--index I [--count K]] [--max-walltime TIME] [--retry] |\n"
     "                 submit DIR [--slurm OPTIONS] [--chunk K] [--throttle N] [--jobs N] [--retry] | status DIR | collect DIR [-o FILE] [--series]",
     "many runs of one configuration: plan them, run them here or with Slurm, collect one table",
     "run: one thread per run and a process per processor, which gives the most runs an hour; more --threads only for runs that do not fit\n"
     "into memory side by side.  Finished runs are skipped, so the same command goes on after whatever happened; the exit code is 1 when runs\n"
     "failed, 75 after SIGTERM, SIGINT, SIGUSR1 or --max-walltime.  submit: a job array of such runs of slices, only of those not yet done.\n"
     "collect: DIR/table.h5 and DIR/table.csv, one row per run, failed ones included.  The specification is described in sim/sweeps.md.\n",
     2, 2, WORDS_ACTIONS, sweep_command, NULL},
    {"sensitivity", "c", "DIR [--csv]",
     "which factors matter: Morris' measures or Sobol' indices of a collected sweep",
     "DIR is a sweep whose design is morris or saltelli, or its table.  The most influential factor comes first, every figure with its\n"
     "95 % interval.  Runs without a value are left out, and their number is told.\n",
     1, 1, WORDS_FOLDERS, sensitivity_command, NULL},
    {"plot", NULL, "KIND FILE... [OPTION...]",
     "draw results: a timeline, a film, a page for the browser, ...",
     "needlework plot KIND --help lists the options of one kind.  Needs Python with numpy, matplotlib, h5py, xarray and yaml: that of the\n"
     "distribution, else the python3 on the PATH; NEEDLEWORK_PYTHON names another.\n",
     1, 100000, WORDS_PLOTS, plot_command, plot_help},
    {"quickstart", "stq", "[--set KEY=VALUE]... [--threads N] [--quiet]",
     "from nothing to a figure: a year of healing skin, run and drawn in this folder",
     "Writes quickstart.yaml (a copy to change), quickstart.h5 and quickstart-timeline.png, and overwrites none of them.\n",
     0, 0, WORDS_NONE, commands_quickstart, NULL},
    {"examples", "", "[NAME]",
     "list the configurations that come with the program, or print one",
     "needlework examples patch > patch.yaml: a copy to change and run.\n",
     0, 1, WORDS_EXAMPLES, commands_examples, NULL},
    {"manual", "", "",
     "the manual page: needlework manual | man -l -", "", 0, 0, WORDS_NONE, commands_manual, NULL},
    {"completion", "", "bash | zsh | fish",
     "completion of commands, options, models, devices and keys by the TAB key",
     "bash: eval \"$(needlework completion bash)\" in ~/.bashrc.  zsh: a file _needlework in a folder of $fpath.  fish: a file\n"
     "~/.config/fish/completions/needlework.fish.  Both ask bash.  The package brings all three along.\n",
     1, 1, WORDS_ACTIONS, commands_completion, NULL},
    {0},
};
/* clang-format on */

const struct commands_exit commands_exits[] = {
    {OK, "done"},
    {ERR_CHECK, "a check failed"},
    {ERR_CONFIG, "wrong command or configuration (nothing written)"},
    {ERR_NUMERICS, "numerics failed"},
    {ERR_IO, "reading or writing failed"},
    {STOPPED, "stopped on request (resumable)"},
    {0, NULL},
};

void commands_help(FILE *stream)
{
    fprintf(stream, "needlework %s - how skin heals after microneedling\n\n", provenance_version());
    for (const struct command *c = commands_table; c->name; c++)
        fprintf(stream, "  needlework %-11s %s\n", c->name, c->summary);
    fprintf(stream, "\n  needlework COMMAND --help, needlework --version\n\nExit codes:\n");
    for (const struct commands_exit *e = commands_exits; e->meaning; e++)
        fprintf(stream, "  %2d  %s\n", (int)e->code, e->meaning);
}

void commands_help_one(const struct command *command, FILE *stream)
{
    fprintf(stream, "needlework %s %s\n\n%s.\n%s", command->name, command->usage, command->summary, command->details);
    if (command->more)
        command->more(stream);
    fprintf(stream, "%s", command->options && command->options[0] ? "\n" : "");
    arguments_help(command->options ? command->options : "", stream);
}
