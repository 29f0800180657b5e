/* libFuzzer: any bytes as a configuration.  What is accepted must print as a configuration that is accepted and prints the same. */
#include "config.h"
#include "plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *resolved(const char *text, size_t bytes)
{
    struct config *config = NULL;
    struct plan plan = {0};
    char *printed = NULL;
    if (config_parse(text, bytes, "fuzz.yaml", plan_vocabulary(), &config) == OK && plan_create(config, 1, &plan) == OK)
        printed = plan_resolved(&plan);
    plan_destroy(&plan);
    config_destroy(&config);
    return printed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *once = resolved((const char *)data, size);
    status_clear();
    if (once) {
        char *twice = resolved(once, strlen(once));
        if (!twice || strcmp(once, twice) != 0)
            abort();
        free(twice);
    }
    free(once);
    status_clear();
    return 0;
}
