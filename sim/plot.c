#define _GNU_SOURCE
#include "plot.h"

#include "config.h"
#include "place.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* clang-format off */
const struct plot_kind plot_kinds[] = {
    {"timeline", "timeline.py", "the healing timeline of one run"},
    {"film", "animate.py", "a film of healing skin (.mp4, .gif), or one frame"},
    {"lesson", "lesson.py", "a printable lesson: figure, questions, answers"},
    {"report", "report.py", "one page for the browser about 1 to 8 runs"},
    {"compare", "compare.py", "2 to 8 runs side by side"},
    {"sweep", "sweep.py", "what a collected sweep taught"},
    {"published", "published.py", "the published models of wound healing on one page"},
    {"fields", "results.py", "the snapshots as netCDF, for ParaView"},
    {0},
};
/* clang-format on */
enum { N_KINDS = sizeof plot_kinds / sizeof *plot_kinds - 1 };

void plot_help(FILE *stream)
{
    fprintf(stream, "\n");
    for (size_t i = 0; i < N_KINDS; i++)
        fprintf(stream, "  %-10s %s\n", plot_kinds[i].name, plot_kinds[i].meaning);
}

/* Python: the one that NEEDLEWORK_PYTHON names; else the distribution's, whatever comes first on the PATH.  launch.py goes on to the PATH's
 * when that one lacks a package. */
static const char *python(void)
{
    const char *named = getenv("NEEDLEWORK_PYTHON");
    if (named && *named)
        return named;
    return access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
}

/* Becomes Python with `script`; `words` are its arguments.  Returns when that fails. */
static enum status start(const struct plot_kind *kind, const char *const *words, size_t n)
{
    char launcher[PATH_MAX], program[PATH_MAX];
    if (!place_file("analysis/launch.py", launcher, sizeof launcher))
        return status_fail(ERR_IO, "plot: the folder analysis/ is not where it belongs, beside the program or in its share/needlework");
    if (place_program(program, sizeof program)) /* for those that run something themselves */
        setenv("NEEDLEWORK", program, 1);
    const char **argv = calloc(n + 6, sizeof *argv);
    if (!argv)
        return status_no_memory("the command line", (n + 6) * sizeof *argv);
    const char *const head[] = {python(), "-B", launcher, kind->script, kind->name}; /* -B: leave nothing in a system folder */
    memcpy(argv, head, sizeof head);
    memcpy(argv + sizeof head / sizeof *head, words, n * sizeof *words);
    union { /* execvp takes pointers to char that it never writes to */
        const char **given;
        char *const *wanted;
    } arguments = {argv};
    execvp(argv[0], arguments.wanted);
    const enum status status = status_fail(ERR_IO, "plot: %s cannot be started (%s); install python3, or let NEEDLEWORK_PYTHON name one",
                                           argv[0], strerror(errno));
    free(argv);
    return status;
}

enum status plot_command(const struct arguments *a)
{
    const char *names[N_KINDS + 1] = {NULL};
    for (size_t i = 0; i < N_KINDS; i++) {
        if (strcmp(a->files[0], plot_kinds[i].name) == 0)
            return start(&plot_kinds[i], a->files + 1, a->n_files - 1);
        names[i] = plot_kinds[i].name;
    }
    struct config_hint hint;
    return status_fail(ERR_CONFIG, "plot: '%s' is unknown%s", a->files[0],
                       config_hint(&hint, a->files[0], names, "; `needlework plot --help` lists what can be drawn"));
}

enum status plot_timeline(const char *file, const char *picture)
{
    const char *const words[] = {file, "-o", picture};
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        const enum status status = start(&plot_kinds[0], words, sizeof words / sizeof *words);
        status_print(stderr);
        _exit((int)status);
    }
    int code = 0;
    while (child > 0 && waitpid(child, &code, 0) == -1 && errno == EINTR)
        ;
    return child > 0 && code == 0
               ? OK
               : status_fail(ERR_IO, "%s was not drawn; later: needlework plot timeline %s -o %s", picture, file, picture);
}
