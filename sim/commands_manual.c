/* The manual page in roff, made from the tables that `--help` prints. */
#include "commands.h"
#include "provenance.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Text that groff shows as it stands: a hyphen to be typed stays one, quotes and accents stay ASCII. */
static void text(const char *words, size_t n)
{
    for (size_t i = 0; i < n && words[i]; i++)
        switch (words[i]) {
        case '-':
            printf("\\-");
            break;
        case '\\':
            printf("\\e");
            break;
        case '\'':
            printf("\\(aq");
            break;
        case '`':
            printf("\\(ga");
            break;
        case '^':
            printf("\\(ha");
            break;
        case '~':
            printf("\\(ti");
            break;
        default:
            putchar(words[i]);
        }
}

static void line(const char *words, size_t n)
{
    if (n && words[0] == '.')
        printf("\\&");
    text(words, n);
    putchar('\n');
}

/* Lines as they are where they begin with blanks (tables), else filled. */
static void paragraph(const char *words)
{
    bool table = false;
    while (*words) {
        const size_t n = strcspn(words, "\n");
        const bool indented = words[0] == ' ';
        if (indented != table)
            printf(indented ? ".nf\n" : ".fi\n");
        table = indented;
        if (n)
            line(words, n);
        words += n + (words[n] == '\n');
    }
    if (table)
        printf(".fi\n");
}

static void one_option(const struct arguments_option *option)
{
    printf(".TP\n.B ");
    line(option->usage, strlen(option->usage));
    line(option->meaning, strlen(option->meaning));
}

/* A usage that spans lines, as one. */
static void usage(const struct command *command)
{
    printf(".B needlework ");
    line(command->name, strlen(command->name));
    for (const char *c = command->usage; *c; c += strspn(c, " \n")) {
        const size_t n = strcspn(c, "\n");
        line(c, n);
        c += n;
    }
}

static void one_command(const struct command *command)
{
    printf(".SS ");
    line(command->name, strlen(command->name));
    usage(command);
    printf(".PP\n%c", toupper((unsigned char)command->summary[0]));
    text(command->summary + 1, strlen(command->summary + 1));
    printf(".\n%s", command->details[0] ? ".PP\n" : "");
    paragraph(command->details);
    if (command->more) {
        printf(".nf\n");
        fflush(stdout);
        command->more(stdout);
        printf(".fi\n");
    }
    struct arguments_option option;
    for (size_t i = 0; command->options && arguments_option(command->options, i, &option); i++)
        if (strcmp(option.name, "help") != 0) /* every command has it */
            one_option(&option);
}

static void section(const char *name)
{
    printf(".SH %s\n", name);
}

enum status commands_manual(const struct arguments *a)
{
    (void)a;
    const char *version = provenance_version();
    printf(".\\\" Made by `needlework manual`.\n.TH NEEDLEWORK 1 \"\" \"Needlework %.*s\" \"User Commands\"\n.nh\n.ad l\n",
           (int)strcspn(version, " "), version);
    section("NAME");
    printf("needlework \\- how skin heals after microneedling\n");
    section("SYNOPSIS");
    printf(".B needlework\n.I COMMAND\n[\\fIARGUMENT\\fR ...]\n.br\n.B needlework \\-\\-help\n|\n.I COMMAND\n.B \\-\\-help\n|\n.B "
           "\\-\\-version\n");
    section("DESCRIPTION");
    printf(
        "Simulates needle channels in a piece of dermis, and fibroblasts, signals, collagen, elastin and epidermis as they heal, from a\n"
        "configuration (YAML) to a results file (HDF5, readable as netCDF\\-4) and from there to figures.\n"
        ".PP\n.B needlework quickstart\nmakes a first figure in the folder it is called in.\n");
    section("COMMANDS");
    for (const struct command *c = commands_table; c->name; c++)
        one_command(c);
    section("EXIT STATUS");
    for (const struct commands_exit *e = commands_exits; e->meaning; e++)
        printf(".TP\n.B %d\n%s\n", (int)e->code, e->meaning);
    section("ENVIRONMENT");
    printf(".TP\n.B NEEDLEWORK_PYTHON\nthe Python that draws figures\n"
           ".TP\n.B OMP_WAIT_POLICY\npassive unless set: waiting threads sleep\n"
           ".TP\n.B SLURM_JOB_ID\nnoted in results files\n"
           ".TP\n.B TMPDIR\nwhere reproduce and bench put runs that are not kept, instead of /tmp\n"
           ".TP\n.B UDUNITS2_XML_PATH\nanother database of units\n");
    section("SEE ALSO");
    printf(".BR ncdump (1),\n.BR sbatch (1)\n.PP\nThe folders share/needlework/configs (examples) and share/doc/needlework of the "
           "installation.\n");
    return OK;
}
