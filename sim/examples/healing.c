/* Heals a wound in memory, week by week.   usage: healing [KEY=VALUE]...      such as treatment.needle.length="1 mm"
 *
 *     cc healing.c -o healing $(pkg-config --cflags --libs needlework)      or with the CMakeLists.txt beside this file */
#include <needlework/needlework.h>
#include <stdio.h>

static const char *const one_channel = "model: dermis\n"
                                       "treatment: {device: roller_1.5}\n"
                                       "domain: {geometry: axisymmetric}\n"
                                       "run: {duration: 12 weeks}\n";

int main(int argc, char **argv)
{
    (void)argc; /* the list of settings ends with NULL, as argv does */
    struct needlework *run = NULL;
    int code = needlework_create(one_channel, (const char *const *)(argv + 1), 1, &run);
    if (code == NEEDLEWORK_OK)
        printf("%6s %14s %8s %20s\n", "day", "collagen_gain", "closure", "TGF-b1 at the wound");
    for (double day = 0.0; code == NEEDLEWORK_OK && day <= needlework_end(run); day += 7.0) {
        code = needlework_advance(run, day);
        const int which = needlework_field_find(run, "tgfb1");
        const double *tgfb1 = which < 0 ? NULL : needlework_field(run, (size_t)which, NULL, NULL);
        printf("%6g %14.6f %8.3f %20.6g\n", needlework_time(run), needlework_outcome(run, "collagen_gain"),
               needlework_outcome(run, "epidermal_closure"), tgfb1 ? tgfb1[0] : 0.0); /* on the axis, below the epidermis */
    }
    if (code != NEEDLEWORK_OK)
        fprintf(stderr, "%s\n", needlework_error());
    needlework_destroy(&run);
    return code;
}
