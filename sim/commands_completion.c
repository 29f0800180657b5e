/* Completion for bash, made from the tables that `--help` prints and from those of keys, models, devices and figures.  The script needs
 * nothing but bash itself.  zsh and fish ask it: they start bash with the words of the line. */
#include "commands.h"
#include "config.h"
#include "device.h"
#include "model_use.h"
#include "plan.h"
#include "plot.h"

#include <stdio.h>
#include <string.h>

static void names(const char *const *list)
{
    for (; *list; list++)
        printf(" %s", *list);
}

/* The alternatives "text|markdown|json" behind `--name ` in a usage; nothing when it has no such choice. */
static size_t choice(const char *usage, const char *name, const char **start)
{
    char wanted[64];
    const int length = snprintf(wanted, sizeof wanted, "--%s ", name);
    const char *found = strstr(usage, wanted);
    if (!found)
        return 0;
    *start = found + length;
    const size_t n = strcspn(*start, " ]");
    return memchr(*start, '|', n) ? n : 0;
}

static void alternatives(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        putchar(text[i] == '|' ? ' ' : text[i]);
}

/* The first word of each alternative of a usage: "plan SPEC ... | run DIR ..." gives plan and run. */
static void actions(const char *usage)
{
    for (const char *c = usage; *c;) {
        c += strspn(c, " \n|");
        const size_t n = strcspn(c, " |");
        printf(" %.*s", (int)n, c);
        c += strcspn(c, "|");
    }
}

static void options_of(const struct command *command)
{
    struct arguments_option option;
    printf("    %s) words=\"", command->name);
    for (size_t i = 0; command->options && arguments_option(command->options, i, &option); i++)
        printf("%s--%s", i ? " " : "", option.name);
    printf("\" ;;\n");
}

/* What follows an option: "COMMAND --OPTION" -> words, or kind of file. */
static void values_of(const struct command *command)
{
    struct arguments_option option;
    for (size_t i = 0; command->options && arguments_option(command->options, i, &option); i++) {
        const char *start = NULL;
        const size_t n = choice(command->usage, option.name, &start);
        if (!option.value)
            continue;
        printf("    \"%s --%s\")", command->name, option.name);
        if (option.repeated)
            printf(" _needlework_set ;;\n");
        else if (option.file)
            printf(" _needlework_files ;;\n");
        else {
            printf(" words=\"");
            alternatives(start, n);
            printf("\" ;;\n");
        }
    }
}

static void positional(const struct command *command)
{
    static const char *const calls[] = {
        [WORDS_NONE] = ":",
        [WORDS_CONFIGS] = "_needlework_files yaml",
        [WORDS_RESULTS] = "_needlework_files h5",
        [WORDS_FOLDERS] = "_needlework_files",
        [WORDS_EXAMPLES] = "words=$(\"${COMP_WORDS[0]}\" examples 2>/dev/null | sed '/^$/,$d; s/ .*//')",
    };
    printf("    %s) ", command->name);
    const bool first = command->words == WORDS_ACTIONS || command->words == WORDS_PLOTS;
    if (first)
        printf("if [ \"$COMP_CWORD\" != 2 ]; then _needlework_files; else ");
    if (first || command->words == WORDS_MODELS || command->words == WORDS_DEVICES)
        printf("words=\"");
    if (command->words == WORDS_MODELS)
        names(plan_vocabulary()->models);
    else if (command->words == WORDS_DEVICES)
        names(device_names);
    else if (command->words == WORDS_ACTIONS)
        actions(command->usage);
    else if (command->words == WORDS_PLOTS)
        for (const struct plot_kind *k = plot_kinds; k->name; k++)
            printf(" %s", k->name);
    else
        printf("%s", calls[command->words]);
    if (first || command->words == WORDS_MODELS || command->words == WORDS_DEVICES)
        printf("\"");
    printf("%s ;;\n", first ? "; fi" : "");
}

/* KEY -> the words its value may be; the keys with a "=" each. */
static void keys(void)
{
    const struct config_vocabulary *vocabulary = plan_vocabulary();
    printf("_needlework_value()\n{\n    case $1 in\n");
    for (size_t i = 0; i < CONFIG_KEYS; i++) {
        const struct config_row *row = &config_rows[i];
        const char *const *list = row->choices;
        list = i == CONFIG_MODEL ? vocabulary->models : i == CONFIG_SKIN_SITE ? vocabulary->sites : list;
        list = i == CONFIG_TREATMENT_DEVICE ? vocabulary->devices : i == CONFIG_SKIN_CONDITIONS ? vocabulary->conditions : list;
        if (!list && row->type != CONFIG_BOOLEAN)
            continue;
        printf("    %s) words=\"", row->path);
        if (row->type == CONFIG_BOOLEAN)
            printf("true false");
        else if (row->type == CONFIG_NAME_LIST)
            for (; *list; list++)
                printf(" [%s]", *list);
        else
            names(list);
        printf("\" ;;\n");
    }
    printf("    esac\n}\n\n_needlework_keys=\"");
    for (size_t i = 0; i < CONFIG_KEYS; i++)
        printf("%s%s=", i ? " " : "", config_rows[i].path);
    printf("\"\n_needlework_parameters=\"");
    for (const struct model *const *m = model_registry; *m; m++)
        for (size_t i = 0; i < (*m)->n_params; i++)
            printf("parameters.%s= ", (*m)->params[i].name);
    printf("\"\n\n");
}

static const char helpers[] =
    "# Files whose name ends in .$1, and folders; any file when there is none.\n"
    "_needlework_files()\n"
    "{\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    [ -z \"${1-}\" ] || mapfile -t COMPREPLY < <(compgen -f -X \"!*.$1\" -- \"$word\"; compgen -d -- \"$word\")\n"
    "    [ ${#COMPREPLY[@]} != 0 ] || mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
    "}\n"
    "\n"
    "# KEY=VALUE.  Where \"=\" does not part words, the key stays in front of each value.\n"
    "_needlework_set()\n"
    "{\n"
    "    case $word in\n"
    "    *=*)\n"
    "        prefix=${word%%=*}= word=${word#*=}\n"
    "        _needlework_value \"${prefix%=}\"\n"
    "        ;;\n"
    "    *)\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        words=\"$_needlework_keys parameters.\"\n"
    "        [[ $word != parameters.* ]] || words=$_needlework_parameters\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "\n";

static const char body[] =
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words= prefix= option=\n"
    "    COMPREPLY=()\n"
    "    # bash takes KEY=VALUE apart: KEY, =, VALUE.\n"
    "    if [ \"$word\" = = ]; then\n"
    "        option=$before word=\n"
    "        [ \"${COMP_WORDS[COMP_CWORD - 2]}\" != --set ] || { _needlework_value \"$before\" && option==; }\n"
    "    elif [ \"$before\" = = ] && [ \"$COMP_CWORD\" -gt 2 ]; then\n"
    "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "        [ \"${COMP_WORDS[COMP_CWORD - 3]}\" != --set ] || { _needlework_value \"$option\" && option==; }\n"
    "    else\n"
    "        option=$before\n"
    "    fi\n"
    "    [ \"$option\" != -o ] || option=--output\n";

/* bash -c ASK - WORD...: what the last of these words may become, one in a line. */
#define ASK                                                                                                                                \
    "'eval \"$(\"$1\" completion bash)\"\n"                                                                                                \
    "    compopt() { [ \"$2\" != filenames ] || files=1; }\n"                                                                              \
    "    files= COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n"                                                                              \
    "    _needlework\n"                                                                                                                    \
    "    for word in \"${COMPREPLY[@]}\"; do\n"                                                                                            \
    "        [ -z \"$files\" ] || [ ! -d \"$word\" ] || word+=/\n"                                                                         \
    "        printf \"%s\\n\" \"$word\"\n"                                                                                                 \
    "    done'"

static const char zsh[] = "#compdef needlework\n"
                          "# Completion of needlework for zsh, made by `needlework completion zsh`.\n"
                          "local -a found=(${(f)\"$(bash -c " ASK " - \"${(@Q)words[1,CURRENT]}\" 2>/dev/null)\"})\n"
                          "compadd -S \"\" -- ${(M)found:#*[/=.]}\n"
                          "compadd -- ${found:#*[/=.]}\n";

static const char fish[] = "# Completion of needlework for fish, made by `needlework completion fish`.\n"
                           "function __needlework\n"
                           "    bash -c " ASK " - (commandline -opc) (commandline -ct) 2>/dev/null\n"
                           "end\n"
                           "complete -c needlework -f -a '(__needlework)'\n";

static void print_bash(void)
{
    printf("# Completion of needlework for bash, made by `needlework completion bash`.\n\n");
    keys();
    printf("%s_needlework()\n{\n%s", helpers, body);
    printf("    if [ \"$COMP_CWORD\" = 1 ] || { [ \"$COMP_CWORD\" = 2 ] && [ \"$command\" = help ]; }; then\n        words=\"");
    for (const struct command *c = commands_table; c->name; c++)
        printf("%s ", c->name);
    printf("help --help --version\"\n    else\n    case \"$command $option\" in\n    *' =') ;;\n");
    for (const struct command *c = commands_table; c->name; c++)
        values_of(c);
    printf("    *)\n    case \"$command $word\" in\n"
           "    'plot -'*) words=--help; [ \"$COMP_CWORD\" = 2 ] ||\n"
           "        words=$(\"${COMP_WORDS[0]}\" plot \"${COMP_WORDS[2]}\" --help 2>/dev/null | grep -oE -- '--[a-z-]+') ;;\n"
           "    *' -'*) case $command in\n");
    for (const struct command *c = commands_table; c->name; c++)
        options_of(c);
    printf("    esac ;;\n    *) case $command in\n");
    for (const struct command *c = commands_table; c->name; c++)
        positional(c);
    printf("    esac ;;\n    esac ;;\n    esac\n    fi\n"
           "    [ -z \"$words\" ] || mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -W \"$words\" -- \"$word\")\n}\n"
           "complete -F _needlework needlework\n");
}

enum status commands_completion(const struct arguments *a)
{
    const char *shell = a->files[0];
    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        fputs(zsh, stdout);
    else if (strcmp(shell, "fish") == 0)
        fputs(fish, stdout);
    else
        return status_fail(ERR_CONFIG, "completion: '%s' is none of bash, zsh, fish", shell);
    return OK;
}
