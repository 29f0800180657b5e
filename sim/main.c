/* Arguments -> command -> message, exit code. */
#define _GNU_SOURCE
#include "arguments.h"
#include "commands.h"
#include "config.h"
#include "provenance.h"
#include "units.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static enum status run_command(const struct command *command, int argc, char **argv)
{
    struct arguments *a = calloc(1, sizeof *a);
    if (!a)
        return status_no_memory("the command line", sizeof *a);
    enum status status = OK;
    if (command->options) {
        status = arguments_read(argc, argv, command->options, a);
    } else {
        a->files = (const char **)argv + 1;
        a->n_files = (size_t)(argc - 1);
        a->help = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
    }
    if (a->help)
        commands_help_one(command, stdout);
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
        commands_help(argc < 2 ? stderr : stdout);
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
    const char *names[COMMANDS_MAX + 1] = {NULL};
    size_t n = 0;
    for (const struct command *c = commands_table; c->name; c++) {
        if (strcmp(argv[1], c->name) == 0)
            return run_command(c, argc - 1, argv + 1);
        if (n < COMMANDS_MAX)
            names[n++] = c->name;
    }
    struct config_hint hint;
    return status_fail(ERR_CONFIG, "'%s' is not a command%s", argv[1], config_hint(&hint, argv[1], names, "; see needlework --help"));
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

enum { STACK = 1 << 19 /* bytes that are enough */, PAGE = 4096 };

static __attribute__((noinline)) void touch_stack(void)
{
    volatile char room[STACK];
    for (size_t i = 0; i < sizeof room; i += PAGE)
        room[i] = 0;
}

/* The stack grows when it is used, and a process that may not grow dies of it: what is ever needed is taken now, if it is there. */
static enum status take_stack(void)
{
    void *as_much = mmap(NULL, 2 * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (as_much == MAP_FAILED)
        return status_no_memory("the stack", STACK);
    munmap(as_much, 2 * STACK);
    touch_stack();
    return OK;
}

int main(int argc, char **argv)
{
    fill_standard_streams();
    wait_passively(argv);
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is then an error of writing, like a full disk */
    enum status status = take_stack();
    if (status == OK)
        status = dispatch(argc, argv);
    if (fflush(stdout) && status == OK)
        status = status_fail(ERR_IO, "standard output cannot be written");
    status_print(stderr);
    units_free();
    return (int)status;
}
