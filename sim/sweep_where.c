/* Constraints of a sweep: `where: needle.length < domain.depth`, comparisons of keys, numbers with units, and multiples of keys. */
#include "sweep_spec_internal.h"

#include "model_use.h"
#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 256 };
static const char *const relations[] = {"<", "<=", ">", ">=", "==", "!="};

static void trim(char *text)
{
    const size_t lead = strspn(text, " \t");
    memmove(text, text + lead, strlen(text) - lead + 1);
    for (size_t n = strlen(text); n > 0 && strchr(" \t", text[n - 1]); n--)
        text[n - 1] = '\0';
}

/* A key may be shortened to how it ends where that is clear: needle.length for treatment.needle.length. */
static const char *full_name(const char *name)
{
    const char *found = NULL;
    const size_t n = strlen(name);
    for (size_t key = 0; key < CONFIG_KEYS; key++) {
        const char *path = config_rows[key].path;
        const size_t length = strlen(path);
        if (strcmp(path, name) == 0)
            return path;
        if (length > n && path[length - n - 1] == '.' && strcmp(path + length - n, name) == 0) {
            if (found)
                return name;
            found = path;
        }
    }
    return found ? found : name;
}

/* KEY, NUMBER * KEY, or a quantity, whose unit waits for the other side. */
static bool read_side(struct sweep_spec *spec, const struct config_node *at, char *text, struct sweep_side *side)
{
    char *star = strchr(text, '*'), *name = text, reason[256];
    *side = (struct sweep_side){.factor = 1.0};
    if (star) {
        *star = '\0';
        name = star + 1;
        trim(name);
        trim(text);
        if (!units_parse(text, "1", &side->factor, reason, sizeof reason)) {
            config_document_error(spec->document, at, "where", "%s", reason);
            return false;
        }
    }
    side->has_setting = star || isalpha((unsigned char)*name);
    if (!side->has_setting)
        return true;
    if (!config_document_setting(spec->document, at, full_name(name), plan_vocabulary(), spec->model->name, &side->setting))
        return false;
    if (side->setting.type == CONFIG_NUMBER || side->setting.type == CONFIG_INTEGER)
        return true;
    config_document_error(spec->document, at, "where", "'%s' is no number", name);
    return false;
}

/* Both sides in the unit of one setting. */
static bool match_units(struct sweep_spec *spec, const struct config_node *at, struct sweep_constraint *c, const char *left,
                        const char *right)
{
    char reason[256];
    double scale;
    if (!c->left.has_setting && !c->right.has_setting) {
        config_document_error(spec->document, at, "where", "compares two numbers; name a key");
        return false;
    }
    if (c->left.has_setting && c->right.has_setting) {
        if (units_convert(1.0, c->right.setting.unit, c->left.setting.unit, &scale)) {
            c->right.factor *= scale;
            return true;
        }
        config_document_error(spec->document, at, "where", "%s [%s] and %s [%s] cannot be compared", c->left.setting.name,
                              c->left.setting.unit, c->right.setting.name, c->right.setting.unit);
        return false;
    }
    struct sweep_side *number = c->left.has_setting ? &c->right : &c->left;
    const struct sweep_side *key = c->left.has_setting ? &c->left : &c->right;
    if (units_parse(c->left.has_setting ? right : left, key->setting.unit, &number->constant, reason, sizeof reason))
        return true;
    config_document_error(spec->document, at, "where", "%s", reason);
    return false;
}

static void read_one(struct sweep_spec *spec, const struct config_node *node)
{
    struct sweep_constraint c = {0}, *larger;
    char left[TEXT], right[TEXT];
    if (!config_document_text(spec->document, node, "where", &c.text))
        return;
    const size_t first = strcspn(c.text, "<>=!"), length = strspn(c.text + first, "<>=!");
    size_t r = 0;
    while (r < 6 && (strlen(relations[r]) != length || strncmp(relations[r], c.text + first, length) != 0))
        r++;
    if (r == 6 || strlen(c.text) >= TEXT || strpbrk(c.text + first + length, "<>=!")) {
        config_document_error(spec->document, node, "where",
                              "needs one comparison (< <= > >= == !=), such as needle.length < domain.depth");
        return;
    }
    snprintf(left, sizeof left, "%.*s", (int)first, c.text);
    snprintf(right, sizeof right, "%s", c.text + first + length);
    trim(left);
    trim(right);
    c.relation = (enum sweep_relation)r;
    const bool good = read_side(spec, node, left, &c.left);
    if (!read_side(spec, node, right, &c.right) || !good || !match_units(spec, node, &c, left, right))
        return;
    if ((larger = sweep_spec_grow(spec->constraints, spec->n_constraints, sizeof *larger))) {
        larger[spec->n_constraints++] = c;
        spec->constraints = larger;
    }
}

void sweep_spec_read_constraints(struct sweep_spec *spec, const struct config_node *where)
{
    size_t n;
    if (where && where->kind != CONFIG_LIST)
        read_one(spec, where);
    else if (where && config_document_list(spec->document, where, "where", 1, 100, &n))
        for (const struct config_node *one = where->child; one; one = one->next)
            read_one(spec, one);
}

static double side_value(const struct sweep_side *side, const struct plan *plan)
{
    if (!side->has_setting)
        return side->constant;
    if (side->setting.key < 0)
        return plan->params ? side->factor * plan->params[model_param(plan->model, strchr(side->setting.name, '.') + 1)] : NAN;
    const enum config_key key = (enum config_key)side->setting.key;
    if (!config_has(plan->config, key))
        return NAN;
    return side->factor *
           (side->setting.type == CONFIG_INTEGER ? (double)config_integer(plan->config, key) : config_number(plan->config, key));
}

static bool holds(const struct sweep_constraint *c, const struct plan *plan)
{
    const double a = side_value(&c->left, plan), b = side_value(&c->right, plan);
    if (isnan(a) || isnan(b))
        return true;
    switch (c->relation) {
    case SWEEP_LESS:
        return a < b;
    case SWEEP_LESS_EQUAL:
        return a <= b;
    case SWEEP_GREATER:
        return a > b;
    case SWEEP_GREATER_EQUAL:
        return a >= b;
    case SWEEP_EQUAL:
        return a == b;
    default:
        return a != b;
    }
}

bool sweep_spec_allows(const struct sweep_spec *spec, const struct plan *plan)
{
    for (size_t i = 0; i < spec->n_constraints; i++)
        if (!holds(&spec->constraints[i], plan))
            return false;
    return true;
}
