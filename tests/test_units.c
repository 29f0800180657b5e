/* Quantities in text: what is read, what is refused and in which words, and that numbers survive being written. */
#include "units.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(units, .fini = units_free);

struct quantity {
    const char *text, *want;
    double value;
};

static void check_values(const struct quantity *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = -1.0;
        char reason[300] = "";
        bool read = units_parse(cases[i].text, cases[i].want, &value, reason, sizeof reason);
        cr_expect(read, "'%s' in %s: refused: %s", cases[i].text, cases[i].want, reason);
        cr_expect(value == cases[i].value, "'%s' in %s: observed %.17g, wanted %.17g", cases[i].text, cases[i].want, value, cases[i].value);
    }
}

Test(units, quantities_of_the_interface_convert_exactly)
{
    static const struct quantity cases[] = {
        {"1.5 mm", "mm", 1.5},
        {"20 um", "mm", 0.02},
        {"70 um", "mm", 0.07}, /* 70 * 0.001 is another double */
        {"33 µm", "mm", 0.033},
        {"6 weeks", "day", 42.0},
        {"72 hours", "day", 3.0},
        {"10 minutes", "s", 600.0},
        {"12 months", "day", 365.24219878125},
        {"1 year", "day", 365.24219878125},
        {"45 years", "years", 45.0},
        {"250 /cm2", "/mm2", 2.5},
        {"250 1/cm2", "/mm2", 2.5},
        {"250 cm-2", "/mm2", 2.5},
        {"1.2 /day", "/day", 1.2},
        {"0.29 mm2/day", "mm2/day", 0.29},
        {"24 /day", "/hour", 1.0},
        {"40 %", "1", 0.4},
        {"1e-3", "1", 1e-3},
        {"3 ng/mL", "g/L", 3e-6},
        {"4 mm2/(day)", "mm2/day", 4.0},
    };
    check_values(cases, sizeof cases / sizeof *cases);
}

Test(units, spelling_of_the_number_is_free)
{
    static const struct quantity cases[] = {
        {"1.5mm", "mm", 1.5},       {"  7 days ", "day", 7.0}, {"+.5 mm", "mm", 0.5}, {"5. mm", "mm", 5.0}, {"-3 mm", "mm", -3.0},
        {"1.5E+3mm", "mm", 1500.0}, {"0.25", "1", 0.25},       {"0", "1", 0.0},       {"5 AU", "AU", 5.0}, /* unknown to UDUNITS-2, but
                                                                       literally what is wanted */
    };
    check_values(cases, sizeof cases / sizeof *cases);
}

struct refusal {
    const char *text, *want, *reason;
};

static void check_reasons(const struct refusal *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = 77.0;
        char reason[300] = "";
        cr_expect(!units_parse(cases[i].text, cases[i].want, &value, reason, sizeof reason), "'%s' in %s: read as %.17g", cases[i].text,
                  cases[i].want, value);
        cr_expect_str_eq(reason, cases[i].reason, "'%s' in %s: observed \"%s\", wanted \"%s\"", cases[i].text, cases[i].want, reason,
                         cases[i].reason);
        cr_expect(value == 77.0, "'%s': the output was touched", cases[i].text);
    }
}

Test(units, what_is_no_number_is_refused)
{
    static const struct refusal cases[] = {
        {"", "mm", "'' is not a number; give it in mm"},
        {"mm", "mm", "'mm' is not a number; give it in mm"},
        {"nan mm", "mm", "'nan mm' is not a finite number; give it in mm"},
        {"-inf", "1", "'-inf' is not a finite number; give it as a plain number"},
        {"1e400 mm", "mm", "'1e400 mm' is not a finite number"},
        {"064 mm", "mm", "'064 mm' has a leading zero"},
        {"1,5 mm", "mm", "'1,5 mm' has a comma; write a decimal point"},
        {"64abc", "1", "'64abc' is not a plain number"},
        {"0x10", "1", "'0x10' is not a plain number"},
        {"1.2.3 mm", "mm", "'1.2.3 mm' is not one number and one unit; give it in mm"},
        {"1 2 mm", "mm", "'1 2 mm' is not one number and one unit; give it in mm"},
        {"3 mm 5", "mm", "'3 mm 5' is not one number and one unit; give it in mm"},
        {"5 %%", "1", "'5 %%' is not one number and one unit; give it as a plain number"},
    };
    check_reasons(cases, sizeof cases / sizeof *cases);
}

Test(units, missing_wrong_or_shifted_units_are_refused)
{
    static const struct refusal cases[] = {
        {"45", "years", "'45' has no unit; give it in years"},
        {"0", "day", "'0' has no unit; give it in day"},
        {"6 kg", "day", "'6 kg' is not a time; give it in day"},
        {"6 m", "years", "'6 m' is not a time; give it in years"},
        {"2 days", "mm", "'2 days' is not a length; give it in mm"},
        {"250 /cm", "/mm2", "'250 /cm' is not a number per area; give it in /mm2"},
        {"3 days", "/day", "'3 days' is not a rate (1 / time); give it in /day"},
        {"3 mm/day", "mm2/day", "'3 mm/day' is not a diffusivity; give it in mm2/day"},
        {"0.5 mm", "1", "'0.5 mm' is not a plain number"},
        {"6 weks", "day", "'6 weks' has a unit that UDUNITS-2 does not know; give it in day"},
        {"1.5 mm)", "mm", "'1.5 mm)' is not one number and one unit; give it in mm"},
        {"1.5 mm\"", "mm", "'1.5 mm\"' is not one number and one unit; give it in mm"},
        {"2 days since 2000-01", "day", "'2 days since 2000-01' is not one number and one unit; give it in day"},
        {"5 degC", "K", "'5 degC' does not convert; give it in K"},
        {"5 mm", "AU", "'5 mm' does not convert; give it in AU"},
    };
    check_reasons(cases, sizeof cases / sizeof *cases);
}

Test(units, long_text_is_refused_without_reading_it)
{
    enum { LONG = 1000000 };
    char *text = malloc(LONG + 1), reason[300];
    double value;
    cr_assert(text, "no memory for the test");
    for (size_t i = 0; i < LONG; i++)
        text[i] = '(';
    text[LONG] = '\0';
    text[0] = '1';
    cr_expect(!units_parse(text, "mm", &value, reason, sizeof reason), "a megabyte of brackets was read");
    cr_expect_str_eq(reason, "a quantity of 1000000 characters; at most 100 are read", "observed \"%s\"", reason);
    text[100] = '\0';
    cr_expect(!units_parse(text, "mm", &value, reason, sizeof reason), "a hundred brackets were read");
    free(text);
}

Test(units, reason_fits_a_short_buffer)
{
    char reason[12] = "";
    double value;
    cr_expect(!units_parse("6 kilograms", "day", &value, reason, sizeof reason), "6 kilograms was read as a time");
    cr_expect_str_eq(reason, "'6 kilogram", "observed \"%s\"", reason);
}

Test(units, written_numbers_read_back_to_the_same_double)
{
    static const double special[] = {0.0, 0.1, 1.0 / 3.0, 1e-300, 1.7976931348623157e308, 5e-324, 123456789012345678.0, 365.24219878125,
                                     -2.5};
    size_t n_special = sizeof special / sizeof *special;
    srand(1);
    for (size_t i = 0; i < 2000; i++) {
        double value = i < n_special ? special[i] : ldexp((double)rand() / RAND_MAX - 0.5, rand() % 200 - 100), back = -1.0;
        char text[64], reason[300] = "";
        units_format(value, "mm2/day", text, sizeof text);
        bool read = units_parse(text, "mm2/day", &back, reason, sizeof reason);
        cr_assert(read && back == value, "%.17g was written as '%s' and read as %.17g %s", value, text, back, reason);
    }
}

Test(units, numbers_are_written_short)
{
    static const struct quantity cases[] = {
        {"1.5 mm", "mm", 1.5}, {"2.5 /mm2", "/mm2", 2.5},     {"0.001", "1", 1e-3},  {"1e-08", "1", 1e-8},
        {"600 s", "s", 600.0}, {"1234.5 day", "day", 1234.5}, {"0 day", "day", 0.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        units_format(cases[i].value, cases[i].want, text, sizeof text);
        cr_expect_str_eq(text, cases[i].text, "observed '%s', wanted '%s'", text, cases[i].text);
    }
}

Test(units, conversion_needs_equal_dimensions)
{
    double value = 77.0;
    cr_expect(units_convert(2.0, "/cm2", "/mm2", &value) && value == 0.02, "2 /cm2: observed %.17g /mm2, wanted 0.02", value);
    cr_expect(!units_convert(2.0, "mm", "day", &value), "mm became day");
    cr_expect(!units_convert(2.0, "nonsense", "day", &value), "nonsense became day");
    cr_expect(value == 0.02, "a failed conversion touched its output");
}

Test(units, freed_system_is_read_again)
{
    double value;
    units_free();
    units_free();
    cr_expect(units_convert(1.0, "cm", "mm", &value) && value == 10.0, "1 cm after units_free: observed %.17g mm, wanted 10", value);
}
