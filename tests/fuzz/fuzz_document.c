/* libFuzzer: any bytes as the YAML of a specification (sweeps, calibrations): every check of every node. */
#include "config_document.h"
#include "plan.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct config_document *document, const struct config_node *node, int depth)
{
    static const char *const names[] = {"grid", "lhs", "sobol", NULL};
    struct config_setting setting;
    const char *text = NULL;
    double number = 0.0;
    size_t n = 0;
    long integer = 0;
    bool flag = false;
    for (; node && depth < 20; node = node->next) {
        config_document_number(document, node, "vary.from", "mm", 0.0, 6.0, &number);
        config_document_integer(document, node, "samples", 1.0, 1e6, &integer);
        config_document_boolean(document, node, "flag", &flag);
        config_document_choice(document, node, "design", names, &n);
        config_document_list(document, node, "vary", 1, 5, &n);
        config_document_mapping(document, node, "base", depth % 2 ? names : NULL);
        if (config_document_text(document, node, "outcome", &text))
            config_document_setting(document, node, text, plan_vocabulary(), "dermis", &setting);
        look(document, node->key, depth + 1);
        look(document, node->child, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_document *document = NULL;
    if (config_document_parse((const char *)data, size, "fuzz.yaml", &document) == OK) {
        look(document, config_document_root(document), 0);
        config_document_need(document, config_document_root(document), "", "base");
        if (!config_document_source(document))
            abort();
        config_document_status(document);
    }
    config_document_destroy(&document);
    status_clear();
    return 0;
}
