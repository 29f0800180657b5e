#define _POSIX_C_SOURCE 200809L
#include "stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t requested;

static void note(int number)
{
    requested = 1;
    if (number == SIGINT)
        signal(SIGINT, SIG_DFL); /* the next one ends the program: results and checkpoints are whole at any moment */
}

void stop_watch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
}

bool stop_requested(void)
{
    return requested != 0;
}
