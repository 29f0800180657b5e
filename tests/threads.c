/* Simulations in threads of one process through the library: created, moved, read and destroyed at once, some of them on two OpenMP threads
 * each, one with a plug-in, and with configurations that fail in between - and every bit as in runs one after the other.
 *
 * usage: threads PLUGIN.so [THREADS [ROUNDS]]     default: 4 threads, 2 rounds of four runs each; exit code 1 when a number differs
 *
 * A plain program: ThreadSanitizer (scripts/races.sh) and Criterion do not go together. */
#define _POSIX_C_SOURCE 200809L
#include "needlework.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 4, MOST = 64, MOST_THREADS = 64 };

static const char *texts[RUNS] = {
    "model: dermis\ndomain: {geometry: axisymmetric, spacing: 80 um, depth: 1 mm}\nrun: {duration: 5 days}\n",
    "model: dermis\ndomain: {geometry: well_mixed}\ntreatment: {sessions: 2, interval: 8 days}\nrun: {duration: 20 days}\n",
    "model: dermis\ndomain: {geometry: slab, spacing: 100 um, width: 1 mm, depth: 1 mm}\nrun: {duration: 3 days}\n",
    NULL, /* of the plug-in */
};

/* The outcomes at the end, by steps and looks that depend on `how`; false when anything went wrong. */
static int outcomes_of(int which, int how, double out[MOST])
{
    struct needlework *run = NULL;
    if (needlework_create("model: dermis\nskin: {age: 430 years}\n", NULL, 1, &run) != NEEDLEWORK_ERROR_CONFIG ||
        !strstr(needlework_error(), "skin.age"))
        return 0;
    int code = needlework_create(texts[which], NULL, 1 + how % 2, &run);
    if (code == NEEDLEWORK_OK && how % 3 == 0)
        code = needlework_advance(run, 0.37 * needlework_end(run));
    while (code == NEEDLEWORK_OK && needlework_time(run) < needlework_end(run))
        code = needlework_step(run);
    if (code == NEEDLEWORK_OK && needlework_outcome_count(run) <= MOST)
        memcpy(out, needlework_outcomes(run), needlework_outcome_count(run) * sizeof *out);
    else
        fprintf(stderr, "run %d: %s\n", which, needlework_error());
    needlework_destroy(&run);
    return code == NEEDLEWORK_OK;
}

struct task {
    int number, rounds, wrong;
    double (*wanted)[MOST];
};

static void *work(void *user)
{
    struct task *task = user;
    for (int i = 0; i < task->rounds * RUNS; i++) {
        const int which = (i + task->number) % RUNS;
        double got[MOST] = {0.0};
        if (!outcomes_of(which, i + task->number, got) || memcmp(got, task->wanted[which], sizeof got) != 0)
            task->wrong++;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static double wanted[RUNS][MOST];
    const int n = argc > 2 ? atoi(argv[2]) : 4, rounds = argc > 3 ? atoi(argv[3]) : 2;
    char of_plugin[5000];
    pthread_t thread[MOST_THREADS];
    struct task task[MOST_THREADS];
    int wrong = 0;
    if (argc < 2 || n < 1 || n > MOST_THREADS)
        return 2;
    snprintf(of_plugin, sizeof of_plugin, "model: %s\ndomain: {geometry: axisymmetric}\nrun: {duration: 2 days}\n", argv[1]);
    texts[RUNS - 1] = of_plugin;
    for (int i = 0; i < n; i++) { /* the first runs of the process: whatever is set up once is set up by all of them at once */
        task[i] = (struct task){i, 1, 0, wanted};
        wrong += pthread_create(&thread[i], NULL, work, &task[i]) != 0;
    }
    for (int i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
    for (int which = 0; which < RUNS; which++)
        wrong += !outcomes_of(which, 0, wanted[which]);
    for (int i = 0; i < n; i++) {
        task[i] = (struct task){i, rounds, 0, wanted};
        wrong += pthread_create(&thread[i], NULL, work, &task[i]) != 0;
    }
    for (int i = 0; i < n; i++) {
        pthread_join(thread[i], NULL);
        wrong += task[i].wrong;
    }
    printf("%d threads, %d runs each: %d wrong\n", n, rounds * RUNS, wrong);
    return wrong != 0;
}
