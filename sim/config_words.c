/* Words for messages: clipped quotations, the nearest name, lists of names, ranges. */
#include "config_internal.h"
#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 48 }; /* longer names are near to nothing */

const char *config_clip(struct config_clip *buffer, const char *text)
{
    size_t n = 0, most = sizeof buffer->text - 4;
    const char *c = text;
    for (; *c && n < most; c++)
        buffer->text[n++] = (unsigned char)*c < ' ' || *c == 127 ? ' ' : *c;
    if (*c) {
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) /* not in the middle of a character */
            n--;
        memcpy(buffer->text + n, "...", 3);
        n += 3;
    }
    buffer->text[n] = '\0';
    return buffer->text;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b, letter case aside (optimal string alignment); at least
 * `enough` when that many are needed. */
static size_t distance(const char *a, const char *b, size_t enough)
{
    size_t m = strlen(a), n = strlen(b), row[3][NAME_MAX_LENGTH + 1];
    size_t *before = row[0], *last = row[1], *now = row[2];
    if ((m > n ? m - n : n - m) >= enough)
        return enough;
    for (size_t j = 0; j <= n; j++)
        last[j] = j;
    for (size_t i = 1; i <= m; i++) {
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            int p = tolower((unsigned char)a[i - 1]), q = tolower((unsigned char)b[j - 1]);
            now[j] = least(last[j - 1] + (p != q), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && p == tolower((unsigned char)b[j - 2]) && q == tolower((unsigned char)a[i - 2]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[n];
}

const char *config_nearest(const char *name, const char *const *names)
{
    size_t length = strlen(name), best = (length + 2) / 3 + 1; /* up to a third wrong */
    const char *nearest = NULL;
    if (length == 0 || length > NAME_MAX_LENGTH)
        return NULL;
    for (; names && *names; names++) {
        if (strlen(*names) > NAME_MAX_LENGTH)
            continue;
        size_t d = distance(name, *names, best);
        if (d < best && d < strlen(*names)) {
            best = d;
            nearest = *names;
        }
    }
    return nearest;
}

const char *config_hint(struct config_hint *buffer, const char *name, const char *const *names, const char *otherwise)
{
    const char *nearest = config_nearest(name, names);
    if (nearest)
        snprintf(buffer->text, sizeof buffer->text, "; did you mean '%s'?", nearest);
    else
        snprintf(buffer->text, sizeof buffer->text, "%s", otherwise);
    return buffer->text;
}

void config_suggest(const char *name, const char *const *names, char *buffer, size_t n)
{
    const char *nearest = config_nearest(name, names);
    buffer[0] = '\0';
    if (nearest) {
        snprintf(buffer, n, "; did you mean '%s'?", nearest);
        return;
    }
    size_t used = 0;
    for (size_t i = 0; names && names[i]; i++) {
        if (used + strlen(names[i]) + 12 > n) {
            snprintf(buffer + used, n - used, ", ...");
            return;
        }
        used += (size_t)snprintf(buffer + used, n - used, "%s%s", i ? ", " : names[1] ? "; one of " : "; it can be ", names[i]);
    }
}

bool config_is_null(const struct config_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
    for (size_t i = 0; words[i]; i++)
        if (node->kind == CONFIG_SCALAR && node->plain && strcmp(node->text, words[i]) == 0)
            return true;
    return false;
}

void config_quantity(double value, const char *unit, char *text, size_t n)
{
    static const char *const times[] = {"year", "week", "day", "hour", "minute", NULL};
    bool time = strcmp(unit, "day") == 0 || strcmp(unit, "s") == 0;
    char reason[CONFIG_REASON_MAX];
    for (size_t i = 0; time && value != 0.0 && times[i]; i++) {
        double other, back;
        if (!units_convert(value, unit, times[i], &other) || fabs(other - round(other)) > 1e-9 * fabs(other))
            continue;
        snprintf(text, n, "%.0f %s%s", other, times[i], round(other) == 1.0 ? "" : "s");
        if (units_parse(text, unit, &back, reason, sizeof reason) && back == value)
            return;
    }
    units_format(value, unit, text, n);
}

void config_range(double lo, double hi, const char *unit, char *text, size_t n)
{
    char low[64], high[64];
    config_quantity(lo, unit, low, sizeof low);
    config_quantity(hi, unit, high, sizeof high);
    char *low_unit = strchr(low, ' '), *high_unit = strchr(high, ' ');
    if (low_unit && high_unit && (lo == 0.0 || strcmp(low_unit, high_unit) == 0))
        *low_unit = '\0';
    snprintf(text, n, "%s to %s", low, high);
}
