/* libFuzzer: any bytes as a checkpoint of a tiny run.  In fifteen cases of sixteen the harness puts the seal on them itself, so that the
 * child process shows them to HDF5; what has no whole seal must be refused.  From what can be restored the run goes on for a few steps:
 * refused, or without an access out of bounds, whatever the parts hold. */
#define _GNU_SOURCE
#include "fuzz_children.h"
#include "fuzz_file.h"
#include "run_internal.h"
#include "seal.h"

#include <string.h>

enum { STEPS = 8, PARTS = 64 };

/* scripts/fuzz.sh makes a checkpoint of the same run, to begin with. */
static const char CONFIG[] = "model: fisher\ndomain: {geometry: well_mixed}\nrun: {duration: 2 days}\n";

static struct plan plan;
static struct timeline timeline;
static struct run_kept kept;
static double *rows[2]; /* time and gain */
static int steps;

static void prepare(void)
{
    static struct simulation *simulation;
    struct config *config = NULL;
    if (config_parse(CONFIG, strlen(CONFIG), "tiny", plan_vocabulary(), &config) != OK || plan_create(config, 1, &plan) != OK ||
        simulation_create(&plan, &simulation) != OK || timeline_create(simulation, &timeline) != OK)
        abort();
    for (int i = 0; i < 2; i++)
        rows[i] = calloc(timeline_rows(&plan), sizeof *rows[i]);
}

static size_t list_parts(struct state_part *parts)
{
    size_t n = 0;
    const size_t bytes = timeline_rows(&plan) * sizeof *rows[0];
    simulation_parts(timeline.simulation, parts, &n);
    state_part_add(parts, &n, "timeline", &timeline.kept, sizeof timeline.kept);
    state_part_add(parts, &n, "outputs", &kept, sizeof kept);
    state_part_add(parts, &n, "series_time", rows[0], bytes);
    state_part_add(parts, &n, "series_gain", rows[1], bytes);
    return n;
}

static enum status write_row(void *user, int64_t time)
{
    (void)user;
    rows[0][kept.rows] = rows[1][kept.rows] = (double)time;
    kept.rows++;
    return OK;
}

static enum status stop_soon(void *user)
{
    (void)user;
    return ++steps < STEPS ? OK : STOPPED;
}

static void go_on(void)
{
    static const struct timeline_sink sink = {.series = write_row, .pause = stop_soon};
    steps = 0;
    if (timeline_restored(&timeline, kept.rows))
        timeline_run(&timeline, &sink, NULL);
}

/* A draw that any change of the input changes. */
static unsigned draw(const uint8_t *data, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = 31 * sum + data[i];
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct state_part parts[PARTS];
    struct checkpoint_identity identity;
    if (!timeline.simulation)
        prepare();
    const char *name = fuzz_file(data, size, ".checkpoint.0");
    char path[64];
    snprintf(path, sizeof path, "%.*s", (int)(strlen(name) - strlen(".checkpoint.0")), name);
    if (draw(data, size) % 16 != 0 && seal_write(name) != OK)
        exit(1);
    const bool restored = checkpoint_read(path, parts, list_parts(parts), &identity) == OK;
    if (restored && !seal_holds(name))
        abort();
    if (restored)
        go_on();
    if (draw(data, size) % 4 == 1)
        free(checkpoint_configuration(path));
    status_clear();
    unlink(name);
    return 0;
}
