#define _GNU_SOURCE
#include "place.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool place_program(char *path, size_t n)
{
    static const char here; /* an address within the program or library that this is part of */
    char found[PATH_MAX];
    Dl_info info;
    struct link_map *map = NULL;
    /* The program itself has no name in the list of the loader. */
    const bool library = dladdr1(&here, &info, (void **)&map, RTLD_DL_LINKMAP) && map && map->l_name[0];
    if (!realpath(library ? map->l_name : "/proc/self/exe", found) || strlen(found) >= n)
        return false;
    strcpy(path, found);
    return true;
}

/* Whether `folder`/`name` is there, with its path. */
static bool there(const char *folder, const char *name, char *path, size_t n)
{
    const int length = snprintf(path, n, "%s/%s", folder, name);
    return length > 0 && (size_t)length < n && access(path, R_OK) == 0;
}

/* Takes the last part off a path. */
static bool parent(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

bool place_file(const char *name, char *path, size_t n)
{
    char folder[PATH_MAX], share[PATH_MAX + sizeof "/share/needlework"];
    if (!place_program(folder, sizeof folder) || !parent(folder))
        return false;
    const bool built = there(folder, "CMakeCache.txt", path, n);
    if (!parent(folder))
        return false;
    snprintf(share, sizeof share, "%s/share/needlework", folder);
    return there(built ? folder : share, name, path, n);
}
