/* libFuzzer: every line of the input as one --set, over a configuration that is good. */
#include "config.h"
#include "plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 20 };
    const char *sets[MOST] = {"model=dermis"};
    size_t n = 1;
    struct config *config = NULL;
    struct plan plan = {0};
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *line = text, *next; line && n < MOST; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        sets[n++] = line;
    }
    if (config_read(NULL, 0, sets, n, plan_vocabulary(), &config) == OK && plan_create(config, 1, &plan) == OK)
        free(plan_resolved(&plan));
    plan_destroy(&plan);
    config_destroy(&config);
    status_clear();
    free(text);
    return 0;
}
