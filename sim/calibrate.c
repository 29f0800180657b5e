#define _POSIX_C_SOURCE 200809L
#include "calibrate.h"

#include "calibrate_internal.h"
#include "partial.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4096 };

enum part { REPORT, OVERLAY, PARTS };
static const char *const part_names[PARTS] = {"report.md", "fitted.yaml"};

/* ERR_CONFIG when the folder already holds results and they may not be replaced. */
static enum status check_folder(const char *folder, bool force)
{
    for (int i = 0; i < PARTS && !force; i++) {
        char path[PATH];
        struct stat there;
        snprintf(path, sizeof path, "%s/%s", folder, part_names[i]);
        if (stat(path, &there) == 0)
            return status_fail(ERR_CONFIG, "%s exists; --force replaces it", path);
    }
    return OK;
}

/* The file appears whole or not at all. */
static enum status write_part(const struct calibrate_spec *spec, const struct calibrate_fit *fit, const char *folder, enum part part)
{
    char path[PATH], part_path[PATH + 8];
    snprintf(path, sizeof path, "%s/%s", folder, part_names[part]);
    snprintf(part_path, sizeof part_path, "%s.part", path);
    FILE *file = fopen(part_path, "w");
    if (!file)
        return status_fail(ERR_IO, "cannot write %s: %s", part_path, strerror(errno));
    if (part == REPORT)
        calibrate_report(spec, fit, true, file);
    else
        calibrate_overlay(spec, fit, file);
    const bool whole = fflush(file) == 0 && fsync(fileno(file)) == 0 && !ferror(file);
    if ((fclose(file) != 0) | !whole || rename(part_path, path) != 0) {
        const enum status status = status_fail(ERR_IO, "cannot write %s: %s", path, strerror(errno));
        unlink(part_path);
        return status;
    }
    return OK;
}

static enum status write_folder(const struct calibrate_spec *spec, const struct calibrate_fit *fit, const char *folder)
{
    enum status status = partial_folder(folder);
    if (status == OK)
        status = write_part(spec, fit, folder, REPORT);
    if (status == OK && fit->n_fit)
        status = write_part(spec, fit, folder, OVERLAY);
    return status;
}

/* As many threads as asked for, else one per processor, 64 at most. */
static int threads_for(long asked)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return asked > 0 ? (int)asked : cores < 1 ? 1 : cores > 64 ? 64 : (int)cores;
}

enum status calibrate_command(const struct arguments *arguments)
{
    struct calibrate_spec spec;
    struct calibrate_fit fit = {0};
    enum status status = calibrate_spec_read(arguments->files[0], &spec);
    if (status == OK && arguments->output)
        status = check_folder(arguments->output, arguments->force);
    if (status == OK) {
        stop_watch();
        status = calibrate_solve(&spec, threads_for(arguments->threads), arguments->quiet, &fit);
    }
    if (status == OK && arguments->output)
        status = write_folder(&spec, &fit, arguments->output);
    if (status == OK && !arguments->quiet)
        calibrate_report(&spec, &fit, false, stdout);
    if (status == OK && calibrate_missed(&spec, &fit) > 0)
        status =
            status_fail(ERR_CHECK, "%zu of %zu observations are outside their bands", calibrate_missed(&spec, &fit), spec.n_observations);
    calibrate_fit_destroy(&fit);
    calibrate_spec_destroy(&spec);
    return status;
}
