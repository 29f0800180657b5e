/* The two sections whose keys the table does not know: `parameters`, named by the model, and `devices`, named by the user. */
#include "config_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void check_parameter(struct config_reader *reader, const struct config_node *entry, const char *path)
{
    const struct config_vocabulary *vocabulary = reader->vocabulary;
    struct config *config = reader->config;
    size_t i = 0, k = 0;
    while (reader->parameters[i] && strcmp(reader->parameters[i], entry->key->text) != 0)
        i++;
    if (!reader->parameters[i]) {
        struct config_hint hint;
        config_error(reader, entry->key, path, "the model '%s' has no such parameter%s", reader->model,
                     config_hint(&hint, entry->key->text, (const char *const *)reader->parameters, ""));
        return;
    }
    struct config_parameter row = vocabulary->parameter(reader->model, i);
    double value;
    if (!config_check_number(reader, entry, path, row.unit, row.lo, row.hi, &value))
        return;
    while (k < config->n_parameters && strcmp(config->parameters[k].name, row.name) != 0)
        k++;
    if (k == config->n_parameters) {
        struct config_assignment *larger = config_grow(reader, config->parameters, k, sizeof *larger);
        if (!larger)
            return;
        config->parameters = larger;
        config->n_parameters++;
    }
    config->parameters[k] = (struct config_assignment){.name = row.name, .unit = row.unit, .value = value};
}

/* Parameters are named, limited and measured by the model; without one they cannot be checked, and its lack is reported elsewhere. */
void config_check_parameters(struct config_reader *reader, const struct config_node *section)
{
    char path[CONFIG_PATH_MAX];
    if (!config_check_mapping(reader, section, "parameters"))
        return;
    for (const struct config_node *entry = section->child; entry; entry = entry->next) {
        if (entry->key->kind == CONFIG_SCALAR)
            config_join(path, "parameters", entry->key->text);
        if (config_check_entry(reader, section, entry, path) && reader->parameters)
            check_parameter(reader, entry, path);
    }
}

/* The device of this name among the user's own, added when it is new; NULL when out of memory. */
static struct config_device *own_device(struct config_reader *reader, const struct config_node *entry)
{
    struct config *config = reader->config;
    size_t n = config->n_devices;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(config->devices[i].name, entry->key->text) == 0) {
            reader->device_at[i] = entry;
            return &config->devices[i];
        }
    }
    struct config_device *larger = config_grow(reader, config->devices, n, sizeof *larger);
    const struct config_node **places = config_grow(reader, reader->device_at, n, sizeof *places);
    if (!larger || !places)
        return NULL;
    config->devices = larger;
    reader->device_at = places;
    places[n] = entry;
    larger[n].name = entry->key->text;
    for (size_t i = 0; i < CONFIG_DEVICE_PROPERTIES; i++)
        larger[n].property[i] = NAN;
    config->n_devices++;
    return &larger[n];
}

static void check_property(struct config_reader *reader, const struct config_node *entry, const char *path, struct config_device *device)
{
    const char *name = entry->key->text;
    size_t i = 0;
    if (strcmp(name, "like") == 0) {
        if (config_check_name(reader, entry, path, reader->vocabulary->devices))
            device->like = entry->text;
        return;
    }
    while (i < CONFIG_DEVICE_PROPERTIES && strcmp(config_properties[i].name, name) != 0)
        i++;
    if (i == CONFIG_DEVICE_PROPERTIES) {
        const char *names[CONFIG_DEVICE_PROPERTIES + 2] = {"like"};
        char hint[256];
        for (size_t k = 0; k < CONFIG_DEVICE_PROPERTIES; k++)
            names[k + 1] = config_properties[k].name;
        config_suggest(name, names, hint, sizeof hint);
        config_error(reader, entry->key, path, "unknown property%s", hint);
        return;
    }
    const struct config_row *row = config_properties[i].row;
    double *value = &device->property[i];
    if (row->type == CONFIG_INTEGER)
        config_check_integer(reader, entry, path, row, value);
    else
        config_check_number(reader, entry, path, row->unit, row->lo, row->hi, value);
}

/* Names of the user's own devices: they are written unquoted and found again in paths. */
static bool is_name(const char *text)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char other[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    return *text && strchr(first, *text) && strlen(text) < 40 && !text[strspn(text, other)];
}

static void check_device(struct config_reader *reader, const struct config_node *device, const char *path)
{
    const char *const *named = reader->vocabulary->devices;
    if (!is_name(device->key->text)) {
        config_error(reader, device->key, path, "a device's name is a letter followed by letters, digits, '_', '-' or '.', at most 39");
        return;
    }
    for (size_t i = 0; named && named[i]; i++) {
        if (strcmp(named[i], device->key->text) != 0)
            continue;
        config_error(reader, device->key, path, "is a device of the program; choose another name");
        return;
    }
    struct config_device *own = config_check_mapping(reader, device, path) ? own_device(reader, device) : NULL;
    for (const struct config_node *entry = own ? device->child : NULL; entry; entry = entry->next) {
        char property[CONFIG_PATH_MAX];
        if (entry->key->kind == CONFIG_SCALAR)
            config_join(property, path, entry->key->text);
        if (config_check_entry(reader, device, entry, property))
            check_property(reader, entry, property, own);
    }
}

void config_check_devices(struct config_reader *reader, const struct config_node *section)
{
    char path[CONFIG_PATH_MAX];
    if (!config_check_mapping(reader, section, "devices"))
        return;
    for (const struct config_node *entry = section->child; entry; entry = entry->next) {
        if (entry->key->kind == CONFIG_SCALAR)
            config_join(path, "devices", entry->key->text);
        if (config_check_entry(reader, section, entry, path))
            check_device(reader, entry, path);
    }
}

static bool has_entry(const struct config_node *mapping, const char *name)
{
    for (const struct config_node *entry = mapping->child; entry; entry = entry->next)
        if (entry->key->kind == CONFIG_SCALAR && strcmp(entry->key->text, name) == 0)
            return true;
    return false;
}

void config_check_devices_complete(struct config_reader *reader)
{
    for (size_t i = 0; i < reader->config->n_devices && !reader->broken; i++) {
        const struct config_device *device = &reader->config->devices[i];
        char path[CONFIG_PATH_MAX];
        config_join(path, "devices", device->name);
        if (!device->like && !has_entry(reader->device_at[i], "like"))
            config_error(reader, reader->device_at[i]->key, path, "needs 'like', the named device it resembles");
    }
}
