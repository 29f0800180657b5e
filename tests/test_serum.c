/* The serum on needled skin: rest before the needles, depth and window after them.  Its profiles on intact and on wholly open skin are held
 * to their exact solutions by the verification (V3). */
#include "course.h"

#define SERUM(rest) "model: serum\ndomain: {geometry: axisymmetric, spacing: 25 um, depth: 2.5 mm}\n" rest
#define ROLLER      "treatment: {device: roller_1.5, density: 250 /cm2}\n"

Test(serum, intact_skin_is_at_rest_from_the_start)
{
    struct course c = course_begin(SERUM("treatment: {sessions: 0}\nrun: {tolerance: 1e-6}\n"));
    course_go(&c, 5);
    NEAR(course_outcome(&c, "serum_uptake"), 1, 2e-3); /* cells of 25 um against the exact profile */
    course_end(&c);
}

/* do/dt = - closing o */
Test(serum, channels_close_exponentially)
{
    struct course c = course_begin(SERUM(ROLLER "run: {tolerance: 1e-5}\n"));
    course_go(&c, 0);
    const double open = course_outcome(&c, "open_channels");
    AT_LEAST(open, 0.02); /* the channel's area over the cylinder's: 0.03 */
    for (double day = 0.25; day <= 1; day += 0.25) {
        course_go(&c, day);
        NEAR(course_outcome(&c, "open_channels") / open, exp(-4.8 * day), 1e-4);
    }
    course_end(&c);
}

/* The window: open within the hour, all but shut after a day and a half, gone after three. */
Test(serum, uptake_rises_at_once_and_ends_with_the_channels)
{
    struct course c = course_begin(SERUM(ROLLER));
    course_go(&c, 0.04);
    const double peak = course_outcome(&c, "serum_uptake");
    AT_LEAST(peak, 30);
    course_go(&c, 1.5);
    AT_MOST(course_outcome(&c, "serum_uptake"), 1.3);
    course_go(&c, 3);
    NEAR(course_outcome(&c, "serum_uptake"), 1, 0.01);
    course_end(&c);

    /* another picture of the same: area of open mouths and intact skin side by side over a half space of dermis */
    struct course dermis = course_begin("model: dermis\ndomain: {geometry: axisymmetric, spacing: 25 um, depth: 1.2 mm}\n" ROLLER);
    course_go(&dermis, 0);
    const double robin = course_outcome(&dermis, "serum_uptake");
    cr_assert(robin / peak > 0.5 && robin / peak < 3, "through mouths %g, along channels %g times intact skin", robin, peak);
    course_end(&dermis);
}

/* Through channels the serum is where the needles were, through intact skin it is not. */
Test(serum, reaches_as_deep_as_the_needles)
{
    double before = 0;
    static const char *const device[] = {"roller_home", "roller_0.5", "roller_1.0", "roller_1.5"};
    for (size_t i = 0; i < 4; i++) {
        char yaml[256];
        snprintf(yaml, sizeof yaml, SERUM("treatment: {device: %s, density: 250 /cm2}\n"), device[i]);
        struct course c = course_begin(yaml);
        const double intact = course_outcome(&c, "serum_deep");
        course_go(&c, 0.04);
        const double now = course_outcome(&c, "serum_deep");
        AT_LEAST(now, fmax(before, intact));
        if (i == 3)
            AT_LEAST(now, 20 * intact);
        before = now;
        course_end(&c);
    }
}
