/* The commands that need no file of their own: from arguments to one call.  Each prints to stdout and returns the exit code of the program.
 */
#ifndef NEEDLEWORK_COMMANDS_H
#define NEEDLEWORK_COMMANDS_H

#include "arguments.h"
#include "status.h"

enum status commands_run(const struct arguments *a);
enum status commands_resume(const struct arguments *a);
enum status commands_check(const struct arguments *a);
enum status commands_models(const struct arguments *a);
enum status commands_devices(const struct arguments *a);
enum status commands_reproduce(const struct arguments *a);
enum status commands_info(const struct arguments *a);
enum status commands_bench(const struct arguments *a);
enum status commands_verify(const struct arguments *a);

#endif
