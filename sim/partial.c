#define _POSIX_C_SOURCE 200809L /* mkdtemp */
#include "partial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOST = 256 };

/* FNV-1a of the host's name. */
static uint32_t machine(void)
{
    char host[HOST] = "";
    uint32_t hash = 2166136261u;
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    for (const char *c = host; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return hash;
}

static const char ENDING[] = ".partial", COPY[] = ".copy.partial";

/* Whether `name` is base + own + PROCESS + one of the endings, of a process that is no more.  own: ".MACHINE-" of this machine. */
static bool is_left(const char *name, const char *base, const char *own)
{
    const size_t n = strlen(base), m = strlen(own);
    char *end;
    if (strncmp(name, base, n) != 0 || strncmp(name + n, own, m) != 0)
        return false;
    const long process = strtol(name + n + m, &end, 10);
    return process > 0 && (strcmp(end, ENDING) == 0 || strcmp(end, COPY) == 0) && kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

static void name_of(const char *path, const char *ending, char *name, size_t n)
{
    snprintf(name, n, "%s.%08lx-%ld%s", path, (unsigned long)machine(), (long)getpid(), ending);
}

void partial_copy_name(const char *path, char *name, size_t n)
{
    name_of(path, COPY, name, n);
}

void partial_name(const char *path, char *name, size_t n)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const int before = (int)(base - path);
    char own[16];
    snprintf(own, sizeof own, ".%08lx-", (unsigned long)machine());
    snprintf(name, n, "%.*s", before, path);
    DIR *folder = opendir(before ? name : ".");
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        if (is_left(entry->d_name, base, own) && (size_t)before + strlen(entry->d_name) < n) {
            snprintf(name, n, "%.*s%s", before, path, entry->d_name);
            unlink(name);
        }
    if (folder)
        closedir(folder);
    name_of(path, ENDING, name, n);
}

enum status partial_sync(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const bool ok = file >= 0 && fsync(file) == 0;
    const int reason = errno;
    if (file >= 0)
        close(file);
    return ok ? OK : status_fail(ERR_IO, "%s: cannot be written to the disk: %s", path, strerror(reason));
}

enum status partial_folder(const char *folder)
{
    const char *slash = strrchr(folder, '/');
    char *above = slash ? strndup(folder, (size_t)(slash - folder)) : NULL;
    if (slash && !above)
        return status_no_memory("a path", strlen(folder));
    if (above)
        mkdir(above, 0777); /* what is wrong with it shows in the next line */
    free(above);
    return mkdir(folder, 0777) == 0 || errno == EEXIST ? OK : status_fail(ERR_IO, "%s: cannot be made: %s", folder, strerror(errno));
}

enum status partial_scratch(char *folder, size_t n)
{
    const char *root = getenv("TMPDIR");
    snprintf(folder, n, "%s/needlework-XXXXXX", root && *root ? root : "/tmp");
    return mkdtemp(folder) ? OK : status_fail(ERR_IO, "%s: cannot create a folder for the run: %s", folder, strerror(errno));
}
