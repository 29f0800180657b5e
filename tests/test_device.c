/* The table of devices, and what a configuration makes of one. */
#include "device.h"

#include "numerics.h"

#include <string.h>

static const char *const models[] = {"toy", NULL}, *const sites[] = {"cheek", NULL}, *const none[] = {NULL};
static size_t no_parameters(const char *model)
{
    (void)model;
    return 0;
}
static struct config_parameter no_parameter(const char *model, size_t i)
{
    (void)model, (void)i;
    return (struct config_parameter){0};
}

/* The device of `text`, or its status and the first message. */
static enum status made(const char *text, struct device *device, char message[300])
{
    const struct config_vocabulary vocabulary = {models, sites, device_names, none, no_parameters, no_parameter, NULL};
    struct config *config = NULL;
    enum status status = config_parse(text, strlen(text), "t.yaml", &vocabulary, &config);
    if (status == OK)
        status = device_from_config(config, device);
    snprintf(message, 300, "%s", status == OK ? "" : status_message(0));
    status_clear();
    /* strings are borrowed from the configuration: keep what outlives it */
    if (status == OK)
        device->name = device->title = device->source = NULL;
    config_destroy(&config);
    return status;
}

Test(device, table_and_names_agree)
{
    size_t n = 0;
    for (; device_table[n].name; n++) {
        const struct device *d = &device_table[n];
        cr_assert(device_names[n] && strcmp(d->name, device_names[n]) == 0, "row %zu is %s, the names have %s", n, d->name,
                  device_names[n]);
        cr_assert(device_find(d->name) == d, "%s is not found", d->name);
        cr_assert(d->title && *d->title && d->source && *d->source, "%s has no title or source", d->name);
        cr_assert(d->needles >= d->rows && d->rows >= 1 && d->density > 0, "%s: %g needles in %g rows", d->name, d->needles, d->rows);
        cr_assert(device_channel_depth(d) > 0 && device_channel_radius(d) > 0, "%s makes no channel", d->name);
    }
    cr_assert(device_names[n] == NULL, "names go on with %s", device_names[n]);
    cr_assert(n == 10, "%zu devices, wanted 10", n);
    cr_assert(device_find("roller") == NULL, "found a device that does not exist");
}

Test(device, channels_follow_the_evidence)
{
    const struct device *mf8 = device_find("roller_1.5"), *pen = device_find("pen"), *stamp = device_find("stamp");
    NEAR(device_channel_depth(mf8), 0.9, 1e-15);
    NEAR(device_channel_radius(mf8), 0.0625, 1e-15);
    NEAR(mf8->needles, 192, 0);
    NEAR(100 * mf8->density, 250, 1e-12);
    NEAR(device_channel_depth(pen), 1.425, 1e-12);
    NEAR(100 * pen->density, 400, 1e-12);
    NEAR(device_channel_depth(stamp), 0.462, 1e-12);
    NEAR(device_channel_radius(device_find("roller_0.5")), 0.035, 1e-15); /* 70.7 um measured [S:kalluri] */
    NEAR(device_find("punch")->removal, 1, 0);
    NEAR(device_channel_depth(device_find("confluent")), 0.1, 1e-15);
}

Test(device, named_device_is_taken_as_it_is)
{
    struct device d;
    char message[300];
    cr_assert(made("model: toy\n", &d, message) == OK, "%s", message);
    NEAR(d.length, 1.5, 0);
    cr_assert(made("model: toy\ntreatment: {device: pen}\n", &d, message) == OK, "%s", message);
    NEAR(d.reach, 0.95, 0);
    NEAR(d.density, 4, 0);
}

Test(device, single_properties_override)
{
    struct device d;
    char message[300];
    const char *text = "model: toy\ntreatment:\n  device: roller_1.5\n  density: 400 /cm2\n"
                       "  needle: {length: 2 mm, diameter: 0.2 mm, taper: 0.5, reach: 0.7, recoil: 0.6, removal: 0.1, bruise: 1.5}\n";
    cr_assert(made(text, &d, message) == OK, "%s", message);
    NEAR(device_channel_depth(&d), 1.4, 1e-12);
    NEAR(device_channel_radius(&d), 0.06, 1e-12);
    NEAR(d.taper, 0.5, 0);
    NEAR(d.removal, 0.1, 0);
    NEAR(d.bruise, 1.5, 0);
    NEAR(d.density, 4, 1e-12);
    NEAR(d.rows, 8, 0); /* untouched */
}

Test(device, own_device_is_like_another_but_for_what_it_says)
{
    struct device d;
    char message[300];
    const char *text = "model: toy\ndevices:\n  mine: {like: pen, length: 1 mm, needles: 36, density: 800 /cm2}\n"
                       "treatment: {device: mine, needle: {removal: 0.5}}\n";
    cr_assert(made(text, &d, message) == OK, "%s", message);
    cr_assert(d.pattern == PATTERN_STROKES, "pattern %d", (int)d.pattern);
    NEAR(d.length, 1, 1e-15);
    NEAR(d.needles, 36, 0);
    NEAR(d.density, 8, 1e-12);
    NEAR(d.reach, 0.95, 0);
    NEAR(d.removal, 0.5, 0);
}

Test(device, what_makes_no_channel_is_refused)
{
    struct device d = {.length = 123};
    char message[300];
    const char *few = "model: toy\ndevices:\n  mine: {like: roller_1.5, needles: 4}\ntreatment: {device: mine}\n";
    cr_assert(made(few, &d, message) == ERR_CONFIG, "4 needles in 8 rows passed");
    cr_assert(strcmp(message, "device mine makes no channel: 4 needles cannot fill 8 rows") == 0, "message: %s", message);
    const char *like = "model: toy\ndevices:\n  mine: {like: rollr_1.5}\ntreatment: {device: mine}\n";
    cr_assert(made(like, &d, message) == ERR_CONFIG, "like nothing passed");
    cr_assert(strstr(message, "rollr_1.5") && strstr(message, "roller_1.5"), "message: %s", message);
    const char *taken = "model: toy\ndevices:\n  pen: {like: stamp}\ntreatment: {device: pen}\n";
    cr_assert(made(taken, &d, message) == ERR_CONFIG, "a second pen passed");
    NEAR(d.length, 123, 0); /* untouched on failure */
}

Test(device, examples_make_channels)
{
    static const char *const files[] = {"pen-36-needles", "roller-540-needles", "coring-array"};
    const struct config_vocabulary vocabulary = {models, sites, device_names, none, no_parameters, no_parameter, NULL};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[512];
        const char *paths[] = {path}, *model = "model=toy";
        struct config *config = NULL;
        struct device d;
        snprintf(path, sizeof path, "%s/configs/devices/%s.yaml", SOURCE_DIR, files[i]);
        cr_assert(config_read(paths, 1, &model, 1, &vocabulary, &config) == OK, "%s: %s", files[i], status_message(0));
        cr_assert(device_from_config(config, &d) == OK, "%s: %s", files[i], status_message(0));
        cr_assert(device_find(d.name) == NULL, "%s: uses the built-in %s", files[i], d.name);
        config_destroy(&config);
    }
}

static char *described(const struct device *device, enum device_format format)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    device_describe(device, format, stream);
    fclose(stream);
    return text;
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

Test(device, describes_one_and_all_in_three_formats)
{
    char *text = described(device_find("roller_1.5"), DEVICE_TEXT), *table = described(NULL, DEVICE_MARKDOWN);
    char *json = described(NULL, DEVICE_JSON), *one = described(device_find("pen"), DEVICE_JSON), *all = described(NULL, DEVICE_TEXT);
    cr_assert(strstr(text, "0.9 mm deep") && strstr(text, "0.125 mm wide") && strstr(text, "250 /cm2") && strstr(text, "192 needles"), "%s",
              text);
    cr_assert(count(table, "\n") == 12 + 1 + 12 && count(table, "|") == 12 * 13 + 12 * 3, "%zu lines, %zu bars", count(table, "\n"),
              count(table, "|"));
    cr_assert(count(json, "\"name\"") == 10 && count(json, "{") == count(json, "}") && json[0] == '[', "%s", json);
    cr_assert(strncmp(one, "{\"name\": \"pen\"", 14) == 0 && count(one, "\"name\"") == 1, "%s", one);
    cr_assert(strstr(one, "\"channel_depth\": {\"value\": 1.42"), "%s", one);
    cr_assert(count(all, "source") == 10, "%zu sources", count(all, "source"));
    free(text);
    free(table);
    free(json);
    free(one);
    free(all);
}

Test(device, json_escapes_what_users_write)
{
    struct device odd = *device_find("pen");
    odd.name = "a\"b\\c\n";
    char *json = described(&odd, DEVICE_JSON);
    cr_assert(strncmp(json, "{\"name\": \"a\\\"b\\\\c\\u000a\"", 23) == 0, "%s", json);
    free(json);
}
