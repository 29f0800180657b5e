#define _GNU_SOURCE
#include "partial.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH = 200 };

static void touch(const char *path)
{
    FILE *stream = fopen(path, "w");
    cr_assert_not_null(stream, "%s", path);
    fclose(stream);
}

/* The number of a process that is no more. */
static long gone(void)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    return (long)child;
}

/* `name` with the number of its process replaced. */
static void of_process(const char *name, long process, char other[PATH])
{
    const char *dash = strrchr(name, '-');
    snprintf(other, PATH, "%.*s-%ld.partial", (int)(dash - name), name, process);
}

Test(partial, leftovers_of_dead_processes_go_and_nothing_else)
{
    char folder[] = "/tmp/needlework-partial-XXXXXX", path[PATH], name[PATH], dead[PATH], copy[PATH + 8], living[PATH], foreign[PATH],
         longer[PATH];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run.h5", folder);
    partial_name(path, name, sizeof name);
    cr_assert(strncmp(name, path, strlen(path)) == 0 && strlen(name) < strlen(path) + PARTIAL_MORE, "%s", name);
    of_process(name, gone(), dead);
    of_process(name, (long)getppid(), living);
    snprintf(foreign, sizeof foreign, "%s.%08x-%ld.partial", path, 0u, gone());
    snprintf(longer, sizeof longer, "%s/run.h5.other%s", folder, dead + strlen(path));
    snprintf(copy, sizeof copy, "%.*s.copy.partial", (int)(strlen(dead) - strlen(".partial")), dead);
    const char *const all[] = {dead, copy, living, foreign, longer};
    for (size_t i = 0; i < 5; i++)
        touch(all[i]);
    partial_name(path, name, sizeof name);
    for (size_t i = 0; i < 2; i++)
        cr_expect(access(all[i], F_OK) != 0, "%s is still there", all[i]);
    for (size_t i = 2; i < 5; i++)
        cr_expect(access(all[i], F_OK) == 0, "%s is gone", all[i]);
    for (size_t i = 2; i < 5; i++)
        unlink(all[i]);
    rmdir(folder);
}

Test(partial, a_copy_on_its_way_has_a_name_of_its_own)
{
    char name[PATH], copy[PATH];
    partial_name("run.h5", name, sizeof name);
    partial_copy_name("run.h5", copy, sizeof copy);
    const size_t stem = strlen(name) - strlen(".partial");
    cr_expect(!strncmp(name, copy, stem) && !strcmp(copy + stem, ".copy.partial") && strlen(copy) < strlen("run.h5") + PARTIAL_MORE, "%s",
              copy);
}

Test(partial, works_in_the_folder_of_the_program)
{
    char folder[] = "/tmp/needlework-partial-XXXXXX", name[PATH], dead[PATH];
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
    partial_name("run.h5", name, sizeof name);
    of_process(name, gone(), dead);
    touch(dead);
    partial_name("run.h5", name, sizeof name);
    cr_expect(access(dead, F_OK) != 0, "%s is still there", dead);
    unlink(dead);
    rmdir(folder);
}

Test(partial, scratch_is_made_where_TMPDIR_says)
{
    char above[] = "/tmp/needlework-partial-XXXXXX", folder[PATH];
    cr_assert(mkdtemp(above) && setenv("TMPDIR", above, 1) == 0);
    cr_assert(partial_scratch(folder, sizeof folder) == OK && strncmp(folder, above, strlen(above)) == 0, "%s, wanted under %s", folder,
              above);
    cr_expect(rmdir(folder) == 0 && rmdir(above) == 0, "%s is no empty folder", folder);
    cr_expect(partial_scratch(folder, sizeof folder) == ERR_IO && strstr(status_message(0), above), "%s", status_message(0));
    setenv("TMPDIR", "", 1);
    cr_expect(partial_scratch(folder, sizeof folder) == OK && strncmp(folder, "/tmp/needlework-", 16) == 0, "%s", folder);
    rmdir(folder);
}
