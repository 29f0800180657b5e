/* Sessions at other places: the lattice moved by half a pitch, what it is refused for, and whose mouths the closure is read from. */
#include "course.h"

static struct treatment roller(double density, bool shift)
{
    const struct device *d = device_find("roller_1.5");
    return (struct treatment){
        .device = *d, .epidermis = 0.06, .density = density, .sessions = 4, .seed = 1, .directions = 4, .shift = shift};
}

static struct puncture *session(const struct treatment *t, const struct grid *grid, size_t number)
{
    struct puncture *p = NULL;
    cr_assert(treatment_puncture(t, grid, number, &p) == OK, "%s", status_message(0));
    return p;
}

/* Channel fraction of a column at the skin's surface by brute force: 64 x 64 samples, distance to the nearest place of the lattice. */
static double sampled(const struct grid *grid, size_t column, double pitch, double offset, double radius)
{
    enum { N = 64 };
    const double *x = grid->axis[0].face + column % grid->axis[0].n, *y = grid->axis[1].face + column / grid->axis[0].n;
    double sum = 0;
    for (int i = 0; i < N * N; i++) {
        const double dx = remainder(x[0] + (x[1] - x[0]) * (i % N + 0.5) / N - offset, pitch);
        const double dy = remainder(y[0] + (y[1] - y[0]) * (i / N + 0.5) / N - offset, pitch);
        const double t = (hypot(dx, dy) - radius) / (0.3 * radius);
        sum += t <= -0.5 ? 1 : t >= 0.5 ? 0 : 0.5 * (1 - sin(M_PI * t));
    }
    return sum / (N * N);
}

/* The quarter cell holds a quarter of the lattice's own channel in even sessions, of the one between in odd ones. */
Test(shift, quarter_cell_holds_either_lattice)
{
    const struct treatment t = roller(2.5, true), same = roller(2.5, false);
    const double pitch = 1 / sqrt(2.5), a = device_channel_radius(&t.device);
    struct grid *grid = make_box(UNIT_CELL, 0.5 * pitch, 0.5 * pitch, 1.2, 0.02, 0.02, 0.05, 1.0);
    struct puncture *unshifted = session(&same, grid, 0);
    for (size_t number = 0; number < 4; number++) {
        struct puncture *p = session(&t, grid, number), *q = session(&same, grid, number);
        const double offset = number % 2 ? 0.5 * pitch : 0;
        for (size_t c = 0; c < grid->plane; c++) {
            const double wanted = sampled(grid, c, pitch, offset, a);
            cr_assert(fabs(p->mouth[c] - wanted) < 2e-3, "session %zu, column %zu: mouth %.5f, wanted %.5f", number, c, p->mouth[c],
                      wanted);
            cr_assert(q->mouth[c] == unshifted->mouth[c], "session %zu moves without being told to", number);
        }
        treatment_puncture_destroy(&p);
        treatment_puncture_destroy(&q);
    }
    treatment_puncture_destroy(&unshifted);
    grid_destroy(&grid);
}

Test(shift, a_row_of_walls_moves_by_half_a_pitch)
{
    const struct treatment t = roller(2.5, true);
    const double half = treatment_cell_width(&t, SLAB);
    struct grid *grid = make_box(SLAB, 4 * half, 0, 1.2, half / 16, 0, 0.05, 1.0);
    struct puncture *even = session(&t, grid, 0), *odd = session(&t, grid, 1);
    for (size_t i = 0; i + 16 < grid->axis[0].n; i++)
        NEAR(odd->mouth[i + 16], even->mouth[i], 1e-12);
    cr_assert(even->mouth[0] > 0.9 && odd->mouth[0] == 0, "mouths of %g and %g at x = 0", even->mouth[0], odd->mouth[0]);
    treatment_puncture_destroy(&even);
    treatment_puncture_destroy(&odd);
    grid_destroy(&grid);
}

Test(shift, is_refused_with_the_reason_where_there_is_no_other_place)
{
    static const struct {
        const char *yaml, *reason;
    } cases[] = {{"domain: {geometry: axisymmetric}\ntreatment: {shift: true}\n", "has no second place"},
                 {"domain: {geometry: well_mixed}\ntreatment: {shift: true}\n", "one cell has no places"},
                 {"domain: {geometry: patch}\ntreatment: {shift: true}\n", "places the needles of every session anew"},
                 {"domain: {geometry: unit_cell}\ntreatment: {device: confluent, shift: true}\n", "leaves no place out"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char yaml[256];
        struct config *config = NULL;
        struct plan plan;
        snprintf(yaml, sizeof yaml, "model: dermis\n%s", cases[i].yaml);
        cr_assert(config_parse(yaml, strlen(yaml), "shift.yaml", plan_vocabulary(), &config) == OK, "%s", status_message(0));
        cr_assert(plan_create(config, 1, &plan) == ERR_CONFIG, "%s is accepted", cases[i].yaml);
        cr_assert(strstr(status_message(0), cases[i].reason) && strstr(status_message(0), "shift.yaml:3:"), "said '%s', wanted '%s'",
                  status_message(0), cases[i].reason);
        status_clear();
        config_destroy(&config);
    }
}

/* The second session opens other mouths than the first; they are the ones that must close before the third. */
static void closure_is_read_from_the_latest_mouths(const char *domain)
{
    char yaml[512];
    snprintf(yaml, sizeof yaml, "model: dermis\ntreatment: {sessions: 2, interval: 10 days, density: 250 /cm2%s\n", domain);
    struct course c = course_begin(yaml);
    course_go(&c, 9.99);
    NEAR(course_outcome(&c, "epidermal_closure"), 1, 1e-12);
    course_go(&c, 10);
    AT_MOST(course_outcome(&c, "epidermal_closure"), 0.5);
    course_go(&c, 15);
    NEAR(course_outcome(&c, "epidermal_closure"), 1, 1e-12);
    course_end(&c);
}

Test(shift, closure_is_that_of_the_latest_channels)
{
    closure_is_read_from_the_latest_mouths(", shift: true}\ndomain: {geometry: unit_cell, spacing: 40 um, depth: 0.6 mm}");
    closure_is_read_from_the_latest_mouths("}\ndomain: {geometry: patch, width: 1.3 mm, spacing: [40 um, 40 um, 60 um], depth: 0.3 mm}");
}

/* What moving half a pitch changes: channels are not emptied a second time and so keep more matrix, fresh skin is emptied in their place
 * and the slab loses more elastin.  Its collagen gain differs by a few per cent only: cells between the channels make it either way. */
Test(shift, spares_old_channels_and_empties_new_ones)
{
    double gain[2], core[2], elastin[2];
    for (int shift = 0; shift < 2; shift++) {
        char yaml[512];
        snprintf(yaml, sizeof yaml,
                 "model: dermis\ntreatment: {sessions: 2, interval: 42 days, density: 250 /cm2, shift: %s}\n"
                 "domain: {geometry: unit_cell, spacing: 40 um, depth: 0.9 mm}\n",
                 shift ? "true" : "false");
        struct course c = course_begin(yaml);
        course_go(&c, 43);
        core[shift] = course_outcome(&c, "collagen_core");
        course_go(&c, 180);
        gain[shift] = course_outcome(&c, "collagen_gain");
        elastin[shift] = course_outcome(&c, "elastin_gain");
        course_end(&c);
    }
    AT_LEAST(core[1], core[0] + 0.2);
    AT_MOST(elastin[1], elastin[0] - 0.005);
    NEAR(gain[1] / gain[0], 1, 0.06);
}
