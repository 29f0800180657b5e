/* The clock on the wall, for how long things take; never part of a result. */
#ifndef NEEDLEWORK_CLOCK_H
#define NEEDLEWORK_CLOCK_H

double clock_seconds(void); /* since some moment of the past; only differences mean something */

#endif
