/* Specifications: what they mean, and that everything wrong is named at its place, all at once. */
#define _GNU_SOURCE
#include "sweep_spec.h"
#include "units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/needlework-spec-XXXXXX", path[128];

static void put(const char *name, const char *text)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *stream = fopen(path, "w");
    cr_assert(stream && fputs(text, stream) >= 0, "cannot write %s", path);
    fclose(stream);
}

static void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL, "no folder for the test");
    put("base.yaml", "model: dermis\ntreatment: {device: roller_1.5}\n");
}

static void tear_down(void)
{
    static const char *const names[] = {"base.yaml", "spec.yaml", "points.csv"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    units_free();
}

TestSuite(sweep_spec, .init = set_up, .fini = tear_down);

static enum status read_spec(const char *text, struct sweep_spec *spec)
{
    put("spec.yaml", text);
    status_clear();
    return sweep_spec_read(path, spec);
}

static struct sweep_spec spec_of(const char *text)
{
    struct sweep_spec spec;
    cr_assert(read_spec(text, &spec) == OK, "%s", status_count() ? status_message(0) : "failed");
    return spec;
}

static void expect_number(const struct sweep_factor *f, double u, double wanted)
{
    const double value = sweep_factor_number(f, u);
    cr_expect(fabs(value - wanted) <= 1e-12 * fabs(wanted), "%s at %g is %.17g, wanted %.17g", f->setting.name, u, value, wanted);
}

Test(sweep_spec, values_follow_their_scale)
{
    struct sweep_spec spec = spec_of("base: base.yaml\ndesign: lhs\nsamples: 5\nvary:\n"
                                     "  treatment.needle.length: {from: 0.5 mm, to: 1.5 mm}\n"
                                     "  parameters.tgfb_loss: {from: 0.5 /day, to: 2 /day, scale: log}\n"
                                     "  treatment.sessions: {from: 1, to: 4}\n"
                                     "  treatment.interval: {from: 2 weeks, to: 8 weeks, steps: 4}\n"
                                     "  skin.age: [30 years, 50 years]\n"
                                     "  skin.conditions: [[], [smoker, diabetes]]\n"
                                     "  treatment.device: [pen, stamp]\n");
    const struct sweep_factor *f = spec.factors;
    char text[128];
    cr_assert(spec.n_factors == 7 && spec.n_dimensions == 7, "%zu factors", spec.n_factors);
    expect_number(&f[0], 0.25, 0.75);
    expect_number(&f[1], 0.5, 1.0);
    expect_number(&f[1], 1.0, 2.0);
    expect_number(&f[2], 0.0, 1.0);
    expect_number(&f[2], 0.74, 3.0);
    expect_number(&f[2], 1.0, 4.0);
    expect_number(&f[3], 0.0, 14.0);
    expect_number(&f[3], 0.3, 28.0);
    expect_number(&f[3], 0.999, 56.0);
    expect_number(&f[4], 0.6, 50.0);
    sweep_factor_set(&f[5], 0.7, text, sizeof text);
    cr_expect(strcmp(text, "skin.conditions=[smoker, diabetes]") == 0, "%s", text);
    sweep_factor_set(&f[6], 0.2, text, sizeof text);
    cr_expect(strcmp(text, "treatment.device=pen") == 0, "%s", text);
    sweep_factor_set(&f[2], 0.3, text, sizeof text);
    cr_expect(strcmp(text, "treatment.sessions=2") == 0, "%s", text);
    cr_expect(spec.n_outcomes == SUMMARY_KEYS, "%zu outcomes without a list", spec.n_outcomes);
    sweep_spec_destroy(&spec);
}

Test(sweep_spec, linked_keys_share_a_dimension)
{
    struct sweep_spec spec =
        spec_of("base: [base.yaml]\ndesign: grid\nset: {domain.spacing: 40 um, skin.conditions: [smoker]}\nvary:\n"
                "  size: {link: {treatment.needle.length: [1 mm, 2 mm], treatment.needle.diameter: [0.2 mm, 0.3 mm]}}\n"
                "  treatment.sessions: [1, 2, 3]\noutcomes: [downtime]\n");
    cr_assert(spec.n_factors == 3 && spec.n_dimensions == 2, "%zu factors, %zu dimensions", spec.n_factors, spec.n_dimensions);
    cr_expect(strcmp(spec.dimensions[0], "size") == 0 && strcmp(spec.dimensions[1], "treatment.sessions") == 0, "names");
    cr_expect(spec.factors[0].dimension == 0 && spec.factors[1].dimension == 0 && spec.factors[2].dimension == 1, "dimensions");
    cr_expect(spec.n_sets == 2 && strcmp(spec.sets[0], "domain.spacing=40 um") == 0 &&
                  strcmp(spec.sets[1], "skin.conditions=[smoker]") == 0,
              "sets");
    sweep_spec_destroy(&spec);
}

Test(sweep_spec, a_list_may_come_from_a_table)
{
    put("points.csv",
        "treatment.needle.length [um],treatment.sessions,parameters.tgfb_loss\n500,1,1 /day\n750 um,2,1.5 /day\n1000,3,2 /day\n");
    struct sweep_spec spec = spec_of("base: base.yaml\ndesign: list\nlist: points.csv\n");
    cr_assert(spec.n_factors == 3 && spec.n_dimensions == 3 && spec.factors[0].n == 3, "%zu factors", spec.n_factors);
    expect_number(&spec.factors[0], 0.5, 0.75);
    expect_number(&spec.factors[0], 0.9, 1.0);
    expect_number(&spec.factors[2], 0.5, 1.5);
    sweep_spec_destroy(&spec);
    put("points.csv", "treatment.needle.length [um],treatment.sessions\n500,1\n7500,0.5\n");
    cr_expect(read_spec("base: base.yaml\ndesign: list\nlist: points.csv\n", &spec) == ERR_CONFIG, "a wrong table was accepted");
    cr_expect(status_count() == 2 && strstr(status_message(0), "points.csv:3:1: treatment.needle.length: 7500 um (7.5 mm) is outside"),
              "%s", status_message(0));
    cr_expect(strstr(status_message(1), "points.csv:3:2: treatment.sessions: '0.5' is not a whole number"), "%s", status_message(1));
}

static bool allows(const char *where, const char *base)
{
    char text[512];
    struct config *config = NULL;
    struct plan plan;
    snprintf(text, sizeof text, "base: base.yaml\ndesign: grid\nvary: {treatment.sessions: [1]}\nwhere: %s\n", where);
    struct sweep_spec spec = spec_of(text);
    cr_assert(config_parse(base, strlen(base), "base", plan_vocabulary(), &config) == OK, "%s", status_message(0));
    cr_assert(plan_create(config, 1, &plan) == OK, "%s", status_message(0));
    const bool allowed = sweep_spec_allows(&spec, &plan);
    plan_destroy(&plan);
    config_destroy(&config);
    sweep_spec_destroy(&spec);
    return allowed;
}

Test(sweep_spec, constraints_compare_in_one_unit)
{
    static const char base[] =
        "model: dermis\ntreatment: {needle: {length: 1.0 mm}, interval: 6 weeks, sessions: 2}\ndomain: {depth: 1.5 mm}\n"
        "run: {duration: 90 days}\n";
    static const struct {
        const char *where;
        bool holds;
    } cases[] = {
        {"needle.length < domain.depth", true},
        {"needle.length > domain.depth", false},
        {"2 * needle.length < domain.depth", false},
        {"treatment.needle.length <= 1000 um", true},
        {"treatment.needle.length == 1 mm", true},
        {"treatment.needle.length != 1 mm", false},
        {"0.9 mm < needle.length", true},
        {"[needle.length >= 1 mm, treatment.interval > 50 days]", false},
        {"3 * treatment.interval < run.duration", false},
        {"2 * treatment.interval < run.duration", true},
        {"treatment.sessions >= 2", true},
        {"parameters.tgfb_loss < 0.1 /day", false},
        {"checkpoint.every > run.duration", false}, /* 600 s, 90 days */
        {"domain.width > 3 mm", true},              /* it has no value */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(allows(cases[i].where, base) == cases[i].holds, "%s", cases[i].where);
}

Test(sweep_spec, everything_wrong_is_named_at_its_place)
{
    struct sweep_spec spec;
    cr_expect(read_spec("base: base.yaml\n"
                        "desing: grid\n"
                        "design: grid\n"
                        "samples: 3\n"
                        "vary:\n"
                        "  treatment.needle.lenght: [1 mm]\n"
                        "  treatment.needle.length: [0.5 mm, 15 mm, 3 kg]\n"
                        "  treatment.interval: {from: 8 weeks, to: 2 weeks, steps: 3}\n"
                        "  skin.age: {from: 20 years, to: 60 years}\n"
                        "  model: [dermis, fisher]\n"
                        "  domain.geometry: [slab, cube]\n"
                        "  parameters.tgfb_loss: {from: 0 /day, to: 2 /day, steps: 3, scale: log}\n"
                        "  treatment.density: {form: 1 /mm2, to: 2 /mm2, steps: 2}\n"
                        "where: needle.length << domain.depth\n"
                        "outcomes: [final_colagen_gain, scar_index@90, downtime, downtime]\n",
                        &spec) == ERR_CONFIG,
              "accepted");
    static const char *const wanted[] = {
        "spec.yaml:2:1: desing: unknown key; did you mean 'design'?",
        "spec.yaml:4:10: samples: a grid has as many points as its values give",
        "spec.yaml:6:3: treatment.needle.lenght: unknown key; did you mean 'treatment.needle.length'?",
        "spec.yaml:7:37: treatment.needle.length: 15 mm is outside 0.01 to 6 mm",
        "spec.yaml:7:44: treatment.needle.length: '3 kg' is not a length; give it in mm",
        "spec.yaml:8:43: treatment.interval: `to` must be above `from`",
        "spec.yaml:9:13: skin.age: needs `steps` in a grid",
        "spec.yaml:10:3: model: models have different parameters and outcomes: plan a sweep for each",
        "spec.yaml:11:27: domain.geometry: 'cube' is unknown",
        "spec.yaml:12:32: parameters.tgfb_loss: ",
        "spec.yaml:13:23: treatment.density.form: unknown key; did you mean 'from'?",
        "spec.yaml:14:8: where: needs one comparison",
        "spec.yaml:15:12: outcomes: character 1: 'final_colagen_gain' is no outcome; did you mean 'final_collagen_gain'?",
        "spec.yaml:15:32: outcomes: character 12: '90' has no unit",
        "spec.yaml:15:57: outcomes: 'downtime' is listed twice",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(i < status_count() && strstr(status_message(i), wanted[i]), "message %zu is '%s', wanted '%s'", i,
                  i < status_count() ? status_message(i) : "(none)", wanted[i]);
    cr_expect(status_count() == sizeof wanted / sizeof *wanted, "%zu messages", status_count());
}

Test(sweep_spec, refuses_what_has_no_meaning)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"design: grid\nvary: {skin.age: [30 years]}\n", "base: is missing"},
        {"base: nowhere.yaml\ndesign: grid\nvary: {skin.age: [30 years]}\n", "nowhere.yaml: cannot be read"},
        {"base: base.yaml\nvary: {skin.age: [30 years]}\n", "design: is missing"},
        {"base: base.yaml\ndesign: grid\n", "vary: is missing"},
        {"base: base.yaml\ndesign: lhs\nvary: {skin.age: [30 years]}\n", "samples: is missing"},
        {"base: base.yaml\ndesign: list\nvary: {skin.age: [30 years], treatment.sessions: [1, 2]}\n", "as many values of every key"},
        {"base: base.yaml\ndesign: grid\nvary: {a: {link: {skin.age: [30 years], treatment.sessions: [1, 2]}}}\n", "as many values each"},
        {"base: base.yaml\ndesign: morris\nsamples: 3\nlevels: 5\nvary: {skin.age: {from: 20 years, to: 60 years}}\n", "must be even"},
        {"base: base.yaml\ndesign: grid\nreplicates: 2\nvary: {treatment.seed: [1, 2]}\n", "the seed is what replicates vary"},
        {"base: base.yaml\ndesign: grid\nvary: {skin.age: 30 years}\n", "needs a list"},
        {"base: base.yaml\ndesign: grid\nvary: {skin.age: []}\n", "at least 1"},
        {"base: base.yaml\ndesign: grid\nset: {domain.spacing: 5 kg}\nvary: {skin.age: [30 years]}\n", "'5 kg' is not a length"},
        {"base: base.yaml\ndesign: grid\nvary: {skin.age: [30 years]}\nwhere: skin.age < domain.depth\n", "cannot be compared"},
        {"base: base.yaml\ndesign: grid\nvary: {skin.age: [30 years]}\nwhere: skin.age < 3\n", "'3' has no unit"},
        {"base: base.yaml\ndesign: grid\nvary: {skin.age: [30 years]}\nwhere: 1 < 2\n", "compares two numbers"},
        {"base: base.yaml\ndesign: grid\nvary: {skin.age: [30 years]}\nwhere: treatment.device == 3\n", "is no number"},
        {"base: base.yaml\ndesign: grid\nlist: points.csv\n", "a file of points is of the design `list`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sweep_spec spec;
        bool found = false;
        cr_expect(read_spec(cases[i].text, &spec) == ERR_CONFIG, "case %zu was accepted", i);
        for (size_t k = 0; k < status_count(); k++)
            found = found || strstr(status_message(k), cases[i].reason);
        cr_expect(found, "case %zu: '%s', wanted '%s'", i, status_count() ? status_message(0) : "", cases[i].reason);
    }
}
