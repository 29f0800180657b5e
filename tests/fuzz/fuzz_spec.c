/* libFuzzer: any bytes as the specification of a sweep, of a calibration, and as an expression. */
#include "calibrate_internal.h"
#include "expression.h"
#include "fuzz_file.h"
#include "model_use.h"
#include "plugin.h"
#include "sweep_spec.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char base[] = "/dev/shm/needlework-fuzz-base.yaml", *const runs[] = {"usual", "other", NULL};
    static bool written;
    struct sweep_spec sweep = {0};
    struct calibrate_spec calibration = {0};
    struct expression expression;
    char reason[256], text[256];
    plugin_refuse(); /* no specification makes a fuzzer load code */
    if (!written) {  /* seeds name it as their base */
        FILE *stream = fopen(base, "w");
        if (!stream || fputs("model: dermis\ndomain: {geometry: axisymmetric, spacing: 100 um}\n", stream) < 0 || fclose(stream) != 0)
            exit(1);
        written = true;
    }
    const char *path = fuzz_file(data, size, ".yaml");
    if (sweep_spec_read(path, &sweep) == OK)
        sweep_spec_destroy(&sweep);
    status_clear();
    calibrate_spec_read(path, &calibration);
    calibrate_spec_destroy(&calibration);
    status_clear();
    snprintf(text, sizeof text, "%.*s", (int)(size < 255 ? size : 255), (const char *)data);
    expression_parse(text, model_find("dermis"), runs, 0, &expression, reason, sizeof reason);
    status_clear();
    unlink(path);
    return 0;
}
