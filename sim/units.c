/* UDUNITS-2 behind the functions of units.h.
 *
 * UDUNITS reads more than a quantity should be: "3 mm" is a unit to it (three millimetres), so is "day @ 5" (an offset) and "log(re 1 mm)".
 * Hence the number is scanned here, scale factors inside the unit are refused, and only proportional conversions pass.  Where the factor
 * or its inverse is a whole number the conversion multiplies or divides by exactly that: 70 um is the double 0.07 mm; other results are
 * rounded to 15 digits, so that 12 months and 1 year are the same double. */
#define _POSIX_C_SOURCE 200809L
#include "units.h"

#include "place.h"

#include <ctype.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <udunits2.h>

enum { TEXT_MAX = 100 }; /* longest quantity [bytes] */

/* UDUNITS keeps the state of its parser in variables of its own: one thread at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ut_system *units; /* owned; NULL until first use */
static locale_t plain;   /* the "C" locale: decimal points whatever the environment says */

/* The database: the one the environment names, else the one that came with the program (a bundle for machines without UDUNITS-2), else
 * the library's own. */
static ut_system *database(void)
{
    char path[PATH_MAX];
    return ut_read_xml(!getenv("UDUNITS2_XML_PATH") && place_file("udunits/udunits2.xml", path, sizeof path) ? path : NULL);
}

static bool ready(void)
{
    if (!plain)
        plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!units) {
        ut_set_error_message_handler(ut_ignore);
        units = database();
    }
    return plain && units;
}

void units_free(void)
{
    if (units)
        ut_free_system(units);
    if (plain)
        freelocale(plain);
    units = NULL;
    plain = (locale_t)0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static const char *digits_end(const char *text)
{
    while (is_digit(*text))
        text++;
    return text;
}

/* The end of the decimal number at the start of `text`, or NULL when there is none.  No hexadecimal, no "inf", no "nan". */
static const char *number_end(const char *text)
{
    if (*text == '+' || *text == '-')
        text++;
    const char *end = digits_end(text);
    size_t n = (size_t)(end - text);
    if (*end == '.') {
        const char *fraction = end + 1;
        end = digits_end(fraction);
        n += (size_t)(end - fraction);
    }
    if (n == 0)
        return NULL;
    if (*end == 'e' || *end == 'E') {
        const char *exponent = end + 1 + (end[1] == '+' || end[1] == '-');
        if (is_digit(*exponent))
            end = digits_end(exponent);
    }
    return end;
}

/* "064": octal to YAML 1.1 and to C, 64 to everybody else. */
static bool leading_zero(const char *text)
{
    text += *text == '+' || *text == '-';
    return text[0] == '0' && is_digit(text[1]);
}

/* Whether a unit has characters that no unit has, or digits other than exponents: "mm2", "mm-2" and "mm^-2" are units; "3 mm", "mm 5" and
 * "mm2.5" would scale the number unseen.  UDUNITS also overlooks a bracket too many. */
static bool malformed(const char *unit)
{
    int open = 0;
    for (const char *c = unit; *c && open >= 0; c++) {
        open += (*c == '(') - (*c == ')');
        if (!is_letter(*c) && !is_digit(*c) && !strchr(" /.*^+-%()_", *c))
            return true;
        if (!is_digit(*c))
            continue;
        char before = c > unit ? c[-1] : ' ';
        if ((before == '-' || before == '+') && c - 1 > unit)
            before = c[-2];
        if (!is_letter(before) && !is_digit(before) && before != '^' && before != ')')
            return true;
    }
    return open != 0 || (strchr(unit, '%') && strcmp(unit, "%") != 0);
}

/* The unit of a text such as "mm", "/cm2", "1/cm2" or "" (= "1"); NULL when UDUNITS does not know it.  The caller frees it. */
static ut_unit *find(const char *text)
{
    char full[TEXT_MAX + 2];
    if (strlen(text) > TEXT_MAX)
        return NULL;
    snprintf(full, sizeof full, "%s%s", text[0] == '/' || !text[0] ? "1" : "", text);
    return ut_parse(units, full, UT_UTF8);
}

/* The double nearest to the first 15 significant digits of `value`: drops what the conversion factor's own rounding added. */
static double tidy(double value)
{
    char text[40];
    locale_t before = uselocale(plain);
    snprintf(text, sizeof text, "%.15g", value);
    value = strtod(text, NULL);
    uselocale(before);
    return value;
}

/* value -> *converted when the two units are proportional. */
static bool convert(double value, const ut_unit *from, const ut_unit *to, double *converted)
{
    cv_converter *there = ut_get_converter((ut_unit *)from, (ut_unit *)to);
    cv_converter *back = ut_get_converter((ut_unit *)to, (ut_unit *)from);
    bool done = false;
    if (there && back) {
        double zero = cv_convert_double(there, 0.0), factor = cv_convert_double(there, 1.0), inverse = cv_convert_double(back, 1.0);
        done = zero == 0.0 && isfinite(factor) && isfinite(inverse); /* neither shifted (degC) nor logarithmic: those move zero */
        double result;
        if (fabs(factor - round(factor)) <= 1e-12 * factor)
            result = value * round(factor);
        else if (fabs(inverse - round(inverse)) <= 1e-12 * inverse)
            result = value / round(inverse);
        else
            result = tidy(value * factor);
        done = done && isfinite(result);
        if (done)
            *converted = result;
    }
    if (there)
        cv_free(there);
    if (back)
        cv_free(back);
    return done;
}

/* units_convert by a thread that holds the lock. */
static bool between(double value, const char *from, const char *to, double *converted)
{
    if (!ready())
        return false;
    ut_unit *a = find(from), *b = find(to);
    bool done = a && b && convert(value, a, b, converted);
    ut_free(a);
    ut_free(b);
    return done;
}

bool units_convert(double value, const char *from, const char *to, double *converted)
{
    pthread_mutex_lock(&lock);
    const bool done = between(value, from, to, converted);
    pthread_mutex_unlock(&lock);
    return done;
}

/* What a quantity in `want` is called. */
static const char *dimension(const char *want)
{
    static const char *const words[][2] = {
        {"1", "a plain number"},
        {"mm", "a length"},
        {"day", "a time"},
        {"mm2", "an area"},
        {"/mm2", "a number per area"},
        {"/day", "a rate (1 / time)"},
        {"mm/day", "a speed"},
        {"mm2/day", "a diffusivity"},
        {"kg/m3", "a mass concentration"},
    };
    double one;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (between(1.0, want, words[i][0], &one))
            return words[i][1];
    return NULL;
}

static bool wrong(char *reason, size_t n, const char *text, const char *what, const char *want)
{
    snprintf(reason, n, "'%s' %s", text, what);
    size_t used = strlen(reason);
    if (want && used < n)
        snprintf(reason + used, n - used, strcmp(want, "1") == 0 ? "; give it as a plain number" : "; give it in %s", want);
    return false;
}

/* The end of the number at the start of `text` as *value, or false with the reason. */
static bool scan(const char *text, const char *want, const char **end, double *value, char *reason, size_t n)
{
    *end = number_end(text);
    if (!*end) {
        const char *word = text + strspn(text, "+-.");
        bool special = strncasecmp(word, "inf", 3) == 0 || strncasecmp(word, "nan", 3) == 0;
        return wrong(reason, n, text, special ? "is not a finite number" : "is not a number", want);
    }
    if (leading_zero(text))
        return wrong(reason, n, text, "has a leading zero", NULL);
    if (**end == ',' && is_digit((*end)[1]))
        return wrong(reason, n, text, "has a comma; write a decimal point", NULL);
    char digits[TEXT_MAX + 1];
    snprintf(digits, sizeof digits, "%.*s", (int)(*end - text), text);
    locale_t before = uselocale(plain);
    *value = strtod(digits, NULL);
    uselocale(before);
    return isfinite(*value) || wrong(reason, n, text, "is not a finite number", NULL);
}

/* `number` in `unit` -> *value in `want`, or false with the reason; `text` is the whole quantity. */
static bool in_unit(const char *text, double number, const char *unit, const char *want, double *value, char *reason, size_t n)
{
    if (!*unit && strcmp(want, "1") != 0)
        return wrong(reason, n, text, "has no unit", want);
    if (strcmp(unit, want) == 0 || !*unit) {
        *value = number;
        return true;
    }
    if (strncmp(unit, "1/", 2) == 0 || strncmp(unit, "1 /", 3) == 0)
        unit += 1 + strspn(unit + 1, " ");
    if (malformed(unit))
        return wrong(reason, n, text, "is not one number and one unit", want);
    ut_unit *from = find(unit);
    bool known = from != NULL;
    ut_free(from);
    if (known && between(number, unit, want, value))
        return true;
    if (!known && strcmp(want, "1") != 0)
        return wrong(reason, n, text, "has a unit that UDUNITS-2 does not know", want);
    char what[64];
    const char *word = dimension(want);
    snprintf(what, sizeof what, word ? "is not %s" : "does not convert", word);
    return wrong(reason, n, text, what, word && strcmp(want, "1") == 0 ? NULL : want);
}

/* units_parse by a thread that holds the lock. */
static bool parse(const char *text, const char *want, double *value, char *reason, size_t n)
{
    if (!ready()) {
        snprintf(reason, n, "the database of UDUNITS-2 cannot be read (package libudunits2-data, variable UDUNITS2_XML_PATH)");
        return false;
    }
    char trimmed[TEXT_MAX + 1];
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t", text[length - 1]))
        length--;
    if (length > TEXT_MAX) {
        snprintf(reason, n, "a quantity of %zu characters; at most %d are read", length, TEXT_MAX);
        return false;
    }
    memcpy(trimmed, text, length);
    trimmed[length] = '\0';

    double number;
    const char *end;
    return scan(trimmed, want, &end, &number, reason, n) && in_unit(trimmed, number, end + strspn(end, " \t"), want, value, reason, n);
}

bool units_parse(const char *text, const char *want, double *value, char *reason, size_t n)
{
    pthread_mutex_lock(&lock);
    const bool done = parse(text, want, value, reason, n);
    pthread_mutex_unlock(&lock);
    return done;
}

void units_format(double value, const char *unit, char *text, size_t n)
{
    char number[40];
    pthread_mutex_lock(&lock);
    locale_t before = ready() ? uselocale(plain) : (locale_t)0;
    pthread_mutex_unlock(&lock);
    if (value == rint(value) && fabs(value) < 1e15) {
        snprintf(number, sizeof number, "%.0f", value);
    } else {
        for (int digits = 1; digits <= 17; digits++) {
            snprintf(number, sizeof number, "%.*g", digits, value);
            if (strtod(number, NULL) == value)
                break;
        }
    }
    if (before)
        uselocale(before);
    bool bare = !unit || !*unit || strcmp(unit, "1") == 0;
    snprintf(text, n, bare ? "%s" : "%s %s", number, unit);
}
