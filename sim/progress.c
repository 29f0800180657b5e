#define _POSIX_C_SOURCE 200112L
#include "progress.h"

#include "clock.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

void progress_init(struct progress *progress, bool quiet)
{
    *progress = (struct progress){.quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1, .start = clock_seconds()};
    progress->shown = progress->start;
}

void progress_duration(double seconds, char *text, unsigned long n)
{
    const double minutes = floor(seconds / 60.0), hours = floor(seconds / 3600.0);
    if (!(seconds < 1e9))
        snprintf(text, n, "unknown");
    else if (seconds < 60.0)
        snprintf(text, n, "%.0f s", seconds);
    else if (seconds < 3600.0)
        snprintf(text, n, "%.0f min %02.0f s", minutes, seconds - 60.0 * minutes);
    else
        snprintf(text, n, "%.0f h %02.0f min", hours, minutes - 60.0 * hours);
}

void progress_from(struct progress *progress, double share)
{
    progress->from = share;
    progress->tenths = (int)(10.0 * share);
}

double progress_seconds(const struct progress *progress)
{
    return clock_seconds() - progress->start;
}

/* Shows a line when it is time for one. */
static void show(struct progress *progress, double share, const char *line)
{
    const double now = clock_seconds();
    char left[32];
    progress_duration((now - progress->start) * (1.0 - share) / fmax(share - progress->from, 1e-9), left, sizeof left);
    if (progress->terminal && now - progress->shown > 0.2) {
        fprintf(stderr, "\r%s, %3.0f %%, %s left\033[K", line, 100.0 * share, left);
        fflush(stderr);
        progress->shown = now;
    } else if (!progress->terminal && (int)(10.0 * share) > progress->tenths) {
        progress->tenths = (int)(10.0 * share);
        fprintf(stderr, "%s, %d %%, %s left\n", line, 10 * progress->tenths, left);
    }
}

void progress_show(struct progress *progress, double share, double days, double dt)
{
    char line[64];
    if (progress->quiet)
        return;
    snprintf(line, sizeof line, progress->terminal ? "day %8.2f, step %8.2e d" : "day %.2f, step %.2e d", days, dt);
    show(progress, share, line);
}

void progress_count(struct progress *progress, size_t done, size_t total, const char *what)
{
    char line[128];
    if (progress->quiet || total == 0)
        return;
    snprintf(line, sizeof line, "%zu of %zu %s", done, total, what);
    show(progress, (double)done / (double)total, line);
}

double progress_finish(struct progress *progress)
{
    if (!progress->quiet && progress->terminal)
        fprintf(stderr, "\r\033[K");
    return progress_seconds(progress);
}
