/* The configuration of one run of a sweep: base, fixed settings, its values, its seed. */
#include "sweep_internal.h"

#include "model_use.h"
#include "plugin.h"
#include "units.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 1024 };

enum status sweep_run_plan(const struct sweep *s, size_t i, int threads, struct config **config, struct plan *plan)
{
    const size_t n_sets = s->n_sets + s->n_columns + 2;
    const char **files = calloc(s->n_base, sizeof *files), **sets = calloc(n_sets, sizeof *sets);
    char(*paths)[SWEEP_PATH] = calloc(s->n_base, sizeof *paths), (*texts)[TEXT] = calloc(n_sets, sizeof *texts);
    size_t n = 0;
    enum status status = OK;
    if (!files || !sets || !paths || !texts) {
        status = status_no_memory("a configuration", n_sets * sizeof *texts);
        goto done;
    }
    for (size_t b = 0; b < s->n_base; b++)
        files[b] = s->dir ? sweep_path(s->dir, s->base[b], paths[b]) : s->base[b];
    for (size_t k = 0; k < s->n_sets; k++)
        sets[n++] = s->sets[k];
    if (model_origin(s->model)) { /* by its name: where it was loaded from is no matter of the configuration */
        snprintf(texts[n], TEXT, "model=%s", s->model->name);
        sets[n] = texts[n];
        n++;
    }
    for (size_t c = 0; c < s->n_columns; c++) {
        const struct sweep_column *column = &s->columns[c];
        char quantity[80];
        if (column->numbers)
            units_format(column->numbers[i], column->unit, quantity, sizeof quantity);
        snprintf(texts[n], TEXT, "%s=%s", column->name, column->numbers ? quantity : column->texts + i * column->width);
        sets[n] = texts[n];
        n++;
    }
    if (s->replicates > 1) {
        snprintf(texts[n], TEXT, "treatment.seed=%ld", s->first_seed + s->replicate[i]);
        sets[n] = texts[n];
        n++;
    }
    status = config_read(files, s->n_base, sets, n, plugin_vocabulary(), config);
    if (status == OK && (status = plan_create(*config, threads, plan)) != OK)
        config_destroy(config);
done:
    free(texts);
    free(paths);
    free(sets);
    free(files);
    return status;
}

void sweep_run_describe(const struct sweep *s, size_t i, char *text, size_t n)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t c = 0; c < s->n_columns && used < n; c++) {
        const struct sweep_column *column = &s->columns[c];
        char quantity[80];
        if (column->numbers)
            units_format(column->numbers[i], column->unit, quantity, sizeof quantity);
        used += (size_t)snprintf(text + used, n - used, "%s%s=%s", c ? ", " : "", column->name,
                                 column->numbers ? quantity : column->texts + i * column->width);
    }
}
