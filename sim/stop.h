/* Being asked to stop: SIGTERM, SIGINT and SIGUSR1 let the present step finish; a second SIGINT ends the program at once. */
#ifndef NEEDLEWORK_STOP_H
#define NEEDLEWORK_STOP_H

#include <stdbool.h>

void stop_watch(void);
bool stop_requested(void);

#endif
