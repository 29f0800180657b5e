/* The configurations that came with the program, by name: list, print, and run the first one. */
#define _GNU_SOURCE
#include "commands.h"
#include "config.h"
#include "place.h"
#include "plot.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXAMPLES_MAX = 1000 };

struct examples {
    char folder[PATH_MAX];
    char *names[EXAMPLES_MAX + 1]; /* "skins/aged", sorted, owned; ends with NULL */
    size_t n;
};

static void forget(struct examples *examples)
{
    for (size_t i = 0; i < examples->n; i++)
        free(examples->names[i]);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    const int kinds = ((*a)->fts_info == FTS_D) - ((*b)->fts_info == FTS_D); /* files before folders */
    return kinds ? kinds : strcmp((*a)->fts_name, (*b)->fts_name);
}

/* All .yaml files below the folder of configurations. */
static enum status find(struct examples *examples)
{
    if (!place_file("configs", examples->folder, sizeof examples->folder))
        return status_fail(ERR_IO, "the folder configs/ is not where it belongs, beside the program or in its share/needlework");
    char *const roots[] = {examples->folder, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (!tree)
        return status_fail(ERR_IO, "%s: cannot be read (%s)", examples->folder, strerror(errno));
    const size_t skip = strlen(examples->folder) + 1;
    enum status status = OK;
    for (FTSENT *entry; status == OK && examples->n < EXAMPLES_MAX && (entry = fts_read(tree));) {
        const size_t length = entry->fts_pathlen;
        if (entry->fts_info != FTS_F || length < skip + 6 || strcmp(entry->fts_path + length - 5, ".yaml") != 0)
            continue;
        char *name = strndup(entry->fts_path + skip, length - skip - 5);
        if (!name)
            status = status_no_memory("the list of examples", length);
        else
            examples->names[examples->n++] = name;
    }
    fts_close(tree);
    return status;
}

static FILE *open_example(const struct examples *examples, const char *name)
{
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s/%s.yaml", examples->folder, name);
    return length > 0 && (size_t)length < sizeof path ? fopen(path, "r") : NULL;
}

/* "name   what its first line, a comment, says". */
static void print_line(const struct examples *examples, const char *name)
{
    char line[400] = "";
    FILE *file = open_example(examples, name);
    if (file && !fgets(line, sizeof line, file))
        line[0] = '\0';
    if (file)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
    const char *text = line + strspn(line, "# ");
    printf("%-38s %s\n", name, line[0] == '#' ? text : "");
}

static enum status copy(FILE *from, FILE *to)
{
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, from)) > 0;)
        if (fwrite(block, 1, n, to) != n)
            return ERR_IO;
    return ferror(from) ? ERR_IO : OK;
}

static enum status print_example(const struct examples *examples, const char *name)
{
    for (size_t i = 0; i < examples->n; i++) {
        if (strcmp(name, examples->names[i]) != 0)
            continue;
        FILE *file = open_example(examples, name);
        const enum status status = file ? copy(file, stdout) : ERR_IO;
        if (file)
            fclose(file);
        return status == OK ? OK : status_fail(ERR_IO, "%s/%s.yaml cannot be read", examples->folder, name);
    }
    struct config_hint hint;
    return status_fail(ERR_CONFIG, "example: '%s' is unknown%s", name,
                       config_hint(&hint, name, (const char *const *)examples->names, "; `needlework examples` lists them"));
}

enum status commands_examples(const struct arguments *a)
{
    struct examples *examples = calloc(1, sizeof *examples);
    if (!examples)
        return status_no_memory("the list of examples", sizeof *examples);
    enum status status = find(examples);
    if (status == OK && a->n_files)
        status = print_example(examples, a->files[0]);
    else if (status == OK) {
        for (size_t i = 0; i < examples->n; i++)
            print_line(examples, examples->names[i]);
        printf("\nneedlework examples NAME > NAME.yaml makes a copy to change; the files: %s\n", examples->folder);
    }
    forget(examples);
    free(examples);
    return status;
}

/* ---- quickstart ---------------------------------------------------------------------------------------------------------------------- */

static const char config_name[] = "quickstart.yaml", results_name[] = "quickstart.h5", picture_name[] = "quickstart-timeline.png";

/* Nothing of the user's is overwritten, and no error leaves half a copy. */
static enum status take_copy(void)
{
    const char *const names[] = {config_name, results_name, picture_name};
    char path[PATH_MAX];
    enum status status = OK;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (access(names[i], F_OK) == 0)
            status = status_fail(ERR_CONFIG, "%s is already here; run `needlework quickstart` in another folder", names[i]);
    if (status != OK)
        return status;
    if (!place_file("configs/quickstart.yaml", path, sizeof path))
        return status_fail(ERR_IO, "configs/quickstart.yaml is not where it belongs, beside the program or in its share/needlework");
    FILE *from = fopen(path, "r"), *to = from ? fopen(config_name, "wx") : NULL;
    if (!to)
        status = status_fail(ERR_IO, "%s cannot be %s (%s)", from ? config_name : path, from ? "written" : "read", strerror(errno));
    else if (copy(from, to) != OK)
        status = status_fail(ERR_IO, "%s cannot be written (%s)", config_name, strerror(errno));
    if (to && fclose(to) && status == OK)
        status = status_fail(ERR_IO, "%s cannot be written (%s)", config_name, strerror(errno));
    if (to && status != OK)
        unlink(config_name);
    if (from)
        fclose(from);
    return status;
}

enum status commands_quickstart(const struct arguments *a)
{
    enum status status = take_copy();
    if (status != OK)
        return status;
    const char *files[] = {config_name};
    struct arguments run = *a;
    run.files = files;
    run.n_files = 1;
    run.output = results_name;
    status = commands_run(&run);
    if (status == STOPPED)
        fprintf(stderr, "needlework: %s can be resumed; afterwards: needlework plot timeline %s\n", results_name, results_name);
    if (status == ERR_CONFIG)
        unlink(config_name);
    if (status == OK)
        status = plot_timeline(results_name, picture_name);
    if (status == OK && !a->quiet)
        printf("\nLook at %s.  Then:\n"
               "  needlework info %s                   what made this file, outcomes, mass balance\n"
               "  needlework plot report %s            everything about it on one page for the browser\n"
               "  needlework plot lesson                          a sheet of questions for a class, with answers\n"
               "  needlework run %s --set treatment.needle.length=\"1.0 mm\" -o shorter.h5\n"
               "  needlework examples                             more configurations\n",
               picture_name, results_name, results_name, config_name);
    return status;
}
