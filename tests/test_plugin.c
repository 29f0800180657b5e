/* Plug-ins from inside: who may load them, and that a model is there once, whoever asks. */
#define _GNU_SOURCE
#include "plan.h"
#include "plugin.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char mark[] = "/tmp/test_plugin_mark_XXXXXX";

/* From here on a loaded plug-in leaves a file. */
static void watch(void)
{
    close(mkstemp(mark));
    unlink(mark);
    setenv("PLUGIN_MARK", mark, 1);
}

static bool loaded(void)
{
    const bool yes = access(mark, F_OK) == 0;
    unlink(mark);
    return yes;
}

static enum status parse(const char *text, const struct config_vocabulary *vocabulary, struct config **config)
{
    return config_parse(text, strlen(text), "test.yaml", vocabulary, config);
}

Test(plugin, is_not_loaded_for_a_stranger, .init = watch)
{
    const char *set = "model=" PLUGIN;
    struct config *config = NULL;
    cr_expect(parse("model: " PLUGIN "\n", plan_vocabulary(), &config) == ERR_CONFIG, "a stranger's configuration was accepted");
    cr_expect(strstr(status_message(0), "test.yaml:1:8: model: '") && strstr(status_message(0), "not loaded from here"), "%s",
              status_message(0));
    cr_expect(config_read(NULL, 0, &set, 1, plan_vocabulary(), &config) == ERR_CONFIG && !config, "--set was accepted");
    cr_expect(!loaded() && !model_find("plugin_example"), "it was loaded");
    cr_assert(parse("model: " PLUGIN "\n", plugin_vocabulary(), &config) == OK && loaded(), "the watch does not see it: %s",
              status_message(2));
    config_destroy(&config);
    /* what is there already may be named by anybody */
    cr_expect(parse("model: plugin_example\n", plan_vocabulary(), &config) == OK, "not found by its name");
    config_destroy(&config);
}

Test(plugin, is_refused_once_and_for_all, .init = watch)
{
    const struct model *model = NULL;
    plugin_refuse();
    cr_expect(plugin_load(PLUGIN, "test", &model) == ERR_CONFIG && !model && !loaded(), "loaded all the same");
}

Test(plugin, counts_only_when_nothing_overrides_it, .init = watch)
{
    static const char of_plugin[] = "model=" PLUGIN;
    const char *sets[] = {of_plugin, "model=./nowhere.so", "model=fisher"};
    struct config *config = NULL;
    cr_assert(config_read(NULL, 0, sets, 3, plugin_vocabulary(), &config) == OK, "%s", status_message(0));
    cr_expect(!loaded() && strcmp(config_text(config, CONFIG_MODEL), "fisher") == 0, "model %s", config_text(config, CONFIG_MODEL));
    config_destroy(&config);
}

Test(plugin, stands_in_a_plan_by_its_name)
{
    struct config *config = NULL;
    struct plan plan = {0};
    cr_assert(parse("model: " PLUGIN "\nparameters: {boost: 3}\ndomain: {geometry: axisymmetric}\n", plugin_vocabulary(), &config) == OK &&
                  plan_create(config, 1, &plan) == OK,
              "%s", status_message(0));
    const struct model_origin *origin = model_origin(plan.model);
    cr_assert(origin && strcmp(origin->path, PLUGIN) == 0, "origin %s", origin ? origin->path : "none");
    cr_expect(strspn(origin->sha256, "0123456789abcdef") == 64 && strlen(origin->sha256) == 64, "SHA-256 %s", origin->sha256);
    cr_expect(plan.params[model_param(plan.model, "boost")] == 3.0, "the parameter was not set");
    char *resolved = plan_resolved(&plan);
    cr_expect(resolved && strncmp(resolved, "model: plugin_example\n", 22) == 0, "resolved: %.40s", resolved);
    free(resolved);
    plan_destroy(&plan);
    config_destroy(&config);
    cr_expect(!model_origin(model_find("dermis")), "a model of the program has an origin");
}

static void *load(void *model)
{
    plugin_load(PLUGIN, "test", model);
    return NULL;
}

Test(plugin, is_one_model_for_many_threads)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    const struct model *models[THREADS] = {NULL};
    for (size_t i = 0; i < THREADS; i++)
        cr_assert(pthread_create(&threads[i], NULL, load, &models[i]) == 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < THREADS; i++)
        cr_expect(models[i] && models[i] == model_find("plugin_example"), "thread %zu has %p", i, (const void *)models[i]);
}
