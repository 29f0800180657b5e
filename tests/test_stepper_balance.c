/* Balance, sign, threads and failure of the stepper on models that use every coupling. */
#include "rig.h"

#include <math.h>
#include <string.h>

/* Prey and hunter: the hunter follows the prey, both diffuse, the prey's mobility falls with the hunter's density; a cover on the surface
 * sees the prey below it and creeps by a mobility of its own.  Exchange at the bottom, a fixed value at one side. */
enum { D, CHI, GROW, EAT, DIE, OUTSIDE, RATE, N_PARAMS };
static const struct param params[N_PARAMS] = {{.name = "d"},   {.name = "chi"},     {.name = "grow"}, {.name = "eat"},
                                              {.name = "die"}, {.name = "outside"}, {.name = "rate"}};
enum { PREY, HUNTER, STILL, N_SPECIES };
static const struct species species[N_SPECIES] = {
    [PREY] = {.name = "prey", .scale = 1.0, .diffusivity = "d", .mobility = true},
    [HUNTER] = {.name = "hunter", .scale = 1.0, .diffusivity = "d", .toward = "prey", .taxis = "chi"},
    [STILL] = {.name = "still", .scale = 1.0},
};
static const struct species surface[] = {{.name = "cover", .scale = 1.0, .diffusivity = "d", .mobility = true},
                                         {.name = "seeker", .scale = 1.0, .diffusivity = "d", .toward = "cover", .taxis = "chi"}};
static const struct boundary boundaries[] = {{"prey", FACE_Z_HIGH, BOUNDARY_EXCHANGE, "outside", "rate"},
                                             {"hunter", FACE_Z_LOW, BOUNDARY_FIXED, "outside", NULL}};

static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod, double *const *loss)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        const double u = y[PREY][i], v = y[HUNTER][i];
        prod[PREY][i] = p[GROW] * u;
        loss[PREY][i] = p[GROW] * u + p[EAT] * v;
        prod[HUNTER][i] = p[EAT] * u * v;
        loss[HUNTER][i] = p[DIE];
        prod[STILL][i] = p[DIE] * v;
        loss[STILL][i] = p[EAT] * u;
    }
}

static void react_surface(size_t n, const double *const *e, const double *const *below, const double *p, double *const *prod,
                          double *const *loss)
{
    for (size_t i = 0; i < n; i++) {
        prod[0][i] = p[GROW] * below[PREY][i];
        loss[0][i] = p[DIE] * (1.0 + e[1][i]);
        prod[1][i] = p[GROW] * 0.1;
        loss[1][i] = p[DIE];
    }
}

static void mobility(size_t n, int s, const double *const *y, const double *p, double *factor)
{
    (void)s, (void)p;
    for (size_t i = 0; i < n; i++)
        factor[i] = 1.0 / (1.0 + y[HUNTER][i]);
}

static void mobility_surface(size_t n, int s, const double *const *e, const double *p, double *factor)
{
    (void)s, (void)p;
    for (size_t i = 0; i < n; i++)
        factor[i] = 0.2 + e[1][i];
}

static const struct model hunt = {.name = "hunt",
                                  .species = species,
                                  .n_species = N_SPECIES,
                                  .surface = surface,
                                  .n_surface = 2,
                                  .params = params,
                                  .n_params = N_PARAMS,
                                  .boundaries = boundaries,
                                  .n_boundaries = 2,
                                  .surface_depth = 0.13,
                                  .react = react,
                                  .react_surface = react_surface,
                                  .mobility = mobility,
                                  .mobility_surface = mobility_surface};
static const double lively[N_PARAMS] = {[D] = 0.05, [CHI] = 0.03, [GROW] = 2.0, [EAT] = 3.0, [DIE] = 1.0, [OUTSIDE] = 0.3, [RATE] = 0.2};

/* A block of prey, a distant block of hunters, nothing elsewhere: jumps and empty space. */
static double blocks(const struct grid *grid, int s, size_t c)
{
    const double x = centre(grid, c, 0), z = centre(grid, c, 2);
    switch (s) {
    case PREY:
        return x < 0.25 && z < 0.3 ? 1.0 : 0.0;
    case HUNTER:
        return x > 0.3 && z > 0.2 ? 0.8 : 0.0;
    case STILL:
        return x > 0.4 ? 2.0 : 0.0;
    default:
        return x < 0.2 ? 1.0 : 0.0;
    }
}

static struct grid *small_box(enum geometry geometry)
{
    return make_box(geometry, 0.5, 0.4, 0.7, 0.05, 0.05, 0.05, 1.15);
}

static void check_ledgers(const struct rig *rig, double closure)
{
    for (int layer = 0; layer < 2; layer++)
        for (size_t s = 0; s < (layer ? 2u : (size_t)N_SPECIES); s++) {
            const struct ledger l = stepper_ledger(rig->stepper, layer == 1, s);
            const double size = fabs(l.initial) + fabs(l.produced) + fabs(l.lost) + fabs(l.boundary) + fabs(l.injury) + 1e-30;
            cr_assert(fabs(l.error) <= closure * size,
                      "layer %d, species %zu: %.17g + %.17g - %.17g + %.17g + %.17g is not %.17g (off by %.3g of %.3g)", layer, s,
                      l.initial, l.produced, l.lost, l.boundary, l.injury, l.stored, l.error, size);
            NEAR(l.initial + l.produced - l.lost + l.boundary + l.injury - l.stored, l.error, 1e-15 * size);
        }
}

Test(stepper, ledgers_close_with_everything_going_on)
{
    const enum geometry geometries[] = {AXISYMMETRIC, SLAB, UNIT_CELL, PATCH};
    for (int g = 0; g < 4; g++) {
        struct rig rig = rig_create(&hunt, lively, small_box(geometries[g]), 1e-2, 1, blocks);
        for (int visit = 0; visit < 3; visit++) {
            rig_run(&rig, 1.7 * (visit + 1));
            check_ledgers(&rig, 1e-12);
            stepper_event_before(rig.stepper);
            for (size_t c = 0; c < rig.grid->cells / 3; c++)
                rig.dermis->level[STATE_NOW][PREY][c] = 0.1 * visit;
            rig.surface->level[STATE_NOW][0][0] = 0.0;
            stepper_event_after(rig.stepper);
            check_ledgers(&rig, 1e-12);
        }
        const struct ledger prey = stepper_ledger(rig.stepper, false, PREY), hunter = stepper_ledger(rig.stepper, false, HUNTER);
        cr_assert(prey.produced > 0 && prey.lost > 0 && prey.injury < 0 && prey.boundary != 0 && hunter.boundary != 0,
                  "nothing happened: %g %g %g %g", prey.produced, prey.lost, prey.injury, hunter.boundary);
        rig_free(&rig);
    }
}

Test(stepper, nothing_made_or_lost_keeps_every_mass_for_a_year)
{
    double p[N_PARAMS] = {[D] = 0.05, [CHI] = 0.03, [OUTSIDE] = 0.0, [RATE] = 0.0};
    static struct model closed;
    closed = hunt;
    closed.n_boundaries = 0;
    const enum geometry geometries[] = {AXISYMMETRIC, SLAB, UNIT_CELL, PATCH};
    for (int g = 0; g < 4; g++) {
        struct rig rig = rig_create(&closed, p, small_box(geometries[g]), 1e-2, 1, blocks);
        rig_run(&rig, 365.0);
        for (size_t s = 0; s < N_SPECIES; s++) {
            const struct ledger l = stepper_ledger(rig.stepper, false, s);
            NEAR(l.stored / l.initial, 1.0, 1e-12);
        }
        rig_free(&rig);
    }
}

Test(stepper, no_field_is_ever_negative_and_fallbacks_are_counted)
{
    double p[N_PARAMS];
    size_t fallbacks = 0;
    memcpy(p, lively, sizeof p);
    p[EAT] = 60.0; /* the prey is wiped out within minutes where hunters are */
    for (double tolerance = 0.3; tolerance > 5e-4; tolerance *= 0.1) {
        struct rig rig = rig_create(&hunt, p, small_box(UNIT_CELL), tolerance, 1, blocks);
        while (stepper_time(rig.stepper) < stepper_ticks(6.0)) {
            cr_assert(stepper_advance(rig.stepper, stepper_ticks(6.0)) == OK, "%s", status_message(0));
            for (size_t s = 0; s < N_SPECIES; s++)
                for (size_t c = 0; c < rig.grid->cells; c++)
                    cr_assert(rig_now(&rig, s)[c] >= 0.0, "%s is %g in cell %zu on day %g", species[s].name, rig_now(&rig, s)[c], c,
                              stepper_days(stepper_time(rig.stepper)));
            const double *const *y, *const *e;
            stepper_state_at(rig.stepper, stepper_time(rig.stepper) - stepper_ticks(0.3 * stepper_last_dt(rig.stepper)), &y, &e);
            for (size_t c = 0; c < rig.grid->cells; c++)
                cr_assert(y[PREY][c] >= 0.0 && y[HUNTER][c] >= 0.0, "%g, %g between steps", y[PREY][c], y[HUNTER][c]);
        }
        fallbacks += stepper_counts(rig.stepper).first_order;
        check_ledgers(&rig, 1e-12);
        rig_free(&rig);
    }
    cr_assert(fallbacks > 0, "%zu fallbacks", fallbacks);
}

Test(stepper, any_number_of_threads_gives_the_same_bits)
{
    enum { RUNS = 4 };
    const int threads[RUNS] = {1, 2, 3, 5};
    struct rig rig[RUNS];
    for (int r = 0; r < RUNS; r++) {
        rig[r] = rig_create(&hunt, lively, make_box(PATCH, 0.48, 0.4, 0.5, 0.02, 0.02, 0.04, 1.0), 1e-3, threads[r], blocks);
        for (int step = 0; step < 25; step++)
            cr_assert(stepper_advance(rig[r].stepper, stepper_ticks(2.0)) == OK, "failed");
        cr_assert(stepper_time(rig[r].stepper) == stepper_time(rig[0].stepper), "%d threads took other steps", threads[r]);
        for (size_t s = 0; s < N_SPECIES; s++)
            cr_assert(memcmp(rig_now(&rig[r], s), rig_now(&rig[0], s), rig[0].grid->cells * sizeof(double)) == 0,
                      "%d threads: other bits in %s", threads[r], species[s].name);
        for (size_t s = 0; s < 2; s++)
            cr_assert(memcmp(rig[r].surface->level[STATE_NOW][s], rig[0].surface->level[STATE_NOW][s],
                             rig[0].surface_grid->cells * sizeof(double)) == 0,
                      "%d threads: other bits in %s", threads[r], surface[s].name);
    }
    for (int r = 0; r < RUNS; r++)
        rig_free(&rig[r]);
}

/* A far tail that sinks below the floor of what is kept, cell by cell, is no reason to step at first order. */
static void fade_react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                       double *const *loss)
{
    (void)y, (void)fixed, (void)p;
    for (size_t i = 0; i < n; i++) {
        prod[0][i] = 0.0;
        loss[0][i] = 1.0;
    }
}
static const struct species fade_species[] = {{.name = "c", .scale = 1.0}};
static const struct model fade = {.name = "fade", .species = fade_species, .n_species = 1, .react = fade_react};
static double tail(const struct grid *grid, int s, size_t c)
{
    (void)s;
    return exp(-60.0 * centre(grid, c, 0));
}

Test(stepper, vanishing_tails_cost_nothing_and_are_booked)
{
    struct rig rig = rig_create(&fade, NULL, make_box(SLAB, 1.0, 0.0, 0.1, 0.01, 0.0, 0.1, 1.0), 1e-3, 1, tail);
    rig_run(&rig, 5.0);
    const struct stepper_counts counts = stepper_counts(rig.stepper);
    cr_assert(counts.first_order == 0 && counts.rejected == 0, "%zu fallbacks, %zu repeated of %zu steps", counts.first_order,
              counts.rejected, counts.steps);
    cr_assert(rig_now(&rig, 0)[99] == 0.0 && rig_now(&rig, 0)[60] > 0.0, "tail %g, %g", rig_now(&rig, 0)[99], rig_now(&rig, 0)[60]);
    NEAR(rig_now(&rig, 0)[0] / exp(-5.0 - 0.3), 1.0, 0.02);
    const struct ledger l = stepper_ledger(rig.stepper, false, 0);
    NEAR(l.error / l.initial, 0.0, 1e-14);
    rig_free(&rig);
    /* The floor is relative to the species' scale: with a huge one it removes what the ledger would miss. */
    static struct species coarse_species;
    coarse_species = fade_species[0];
    coarse_species.scale = 1e12;
    const struct model coarse = {.name = "fade", .species = &coarse_species, .n_species = 1, .react = fade_react};
    rig = rig_create(&coarse, NULL, make_box(SLAB, 1.0, 0.0, 0.1, 0.01, 0.0, 0.1, 1.0), 1e-3, 1, tail);
    rig_run(&rig, 0.01);
    const struct ledger floored = stepper_ledger(rig.stepper, false, 0);
    cr_assert(rig_now(&rig, 0)[50] == 0.0, "the floor is not where it should be: %g", rig_now(&rig, 0)[50]);
    NEAR(floored.error / floored.initial, 0.0, 1e-11); /* 1e-8 was removed */
    rig_free(&rig);
}

/* The same hunt in a mirror: x -> -x must be the same to round-off, on top of the chosen accuracy of the solves. */
static double mirrored(const struct grid *grid, int s, size_t c)
{
    const size_t nx = grid->axis[0].n, i = c % nx;
    return blocks(grid, s, c - i + (nx - 1 - i));
}

Test(stepper, a_mirror_changes_nothing)
{
    double p[N_PARAMS];
    memcpy(p, lively, sizeof p);
    struct rig one = rig_create(&hunt, p, make_box(PATCH, 0.4, 0.3, 0.5, 0.05, 0.05, 0.05, 1.0), 1e-3, 1, blocks);
    struct rig other = rig_create(&hunt, p, make_box(PATCH, 0.4, 0.3, 0.5, 0.05, 0.05, 0.05, 1.0), 1e-3, 1, mirrored);
    rig_run(&one, 1.0);
    rig_run(&other, 1.0);
    const size_t nx = one.grid->axis[0].n;
    for (size_t s = 0; s < N_SPECIES; s++)
        for (size_t c = 0; c < one.grid->cells; c++) {
            const size_t i = c % nx, mirror = c - i + (nx - 1 - i);
            NEAR(rig_now(&other, s)[mirror], rig_now(&one, s)[c], 1e-11);
        }
    rig_free(&one);
    rig_free(&other);
}

/* A point source against the exact kernel of the grid, I_n products, along the axis and along the diagonal. */
static double point(const struct grid *grid, int s, size_t c)
{
    return s == HUNTER && place(grid, c, 0) == 20 && place(grid, c, 1) == 20 && place(grid, c, 2) == 20 ? 1e4 : 0.0;
}

Test(stepper, a_point_source_spreads_round)
{
    const double p[N_PARAMS] = {[D] = 0.05};
    static struct model free_space;
    free_space = hunt;
    free_space.n_boundaries = 0;
    struct rig rig = rig_create(&free_space, p, make_box(PATCH, 0.41, 0.41, 0.41, 0.01, 0.01, 0.01, 1.0), 1e-3, 2, point);
    rig_run(&rig, 12.5 * 1e-4 / 0.05); /* D t / h2 = 12.5 */
    const double *y = rig_now(&rig, HUNTER);
    const size_t n = 41, o = 20 + n * (20 + n * 20);
    const double kernel = pow(4.0 * M_PI * 12.5, -1.5) * 1e4;
    NEAR(y[o + 5] / y[o + 3 + 4 * n], 1.0, 0.02);
    NEAR(y[o + 5 * n * n] / y[o + 4 + 3 * n], 1.0, 0.02);
    NEAR(y[o + 10] / y[o + 6 * n + 8 * n * n], 1.0, 0.06); /* the grid's own kernel: 1.036 */
    NEAR(y[o] / kernel, 1.0, 0.03);
    NEAR(y[o + 5] / (kernel * exp(-25.0 / 50.0)), 1.0, 0.02);
    rig_free(&rig);
}

/* y' = y2 from 1: infinite at t = 1, in the one cell where it starts. */
static void explode_react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                          double *const *loss)
{
    (void)fixed;
    for (size_t i = 0; i < n; i++) {
        prod[0][i] = p[0] * y[0][i] * y[0][i];
        loss[0][i] = 0.0;
        prod[1][i] = p[1] * y[0][i] > 1.5 ? NAN : 0.0; /* not a number from day 1/3 on */
        loss[1][i] = 0.0;
    }
}
static const struct species explode_species[] = {{.name = "flame", .scale = 1.0}, {.name = "smoke", .scale = 1.0}};
static const struct param explode_params[] = {{.name = "burn"}, {.name = "choke"}};
static const struct model explode = {
    .name = "explode", .species = explode_species, .n_species = 2, .params = explode_params, .n_params = 2, .react = explode_react};
static double spark(const struct grid *grid, int s, size_t c)
{
    return s == 0 && place(grid, c, 0) == 2 && place(grid, c, 2) == 1 ? 1.0 : 0.0;
}

static void check_failure(const double *p, const char *name, double day)
{
    struct rig rig = rig_create(&explode, p, make_box(SLAB, 0.5, 0.0, 0.3, 0.1, 0.0, 0.1, 1.0), 1e-3, 1, spark);
    enum status status = OK;
    for (int i = 0; i < 100000 && status == OK && stepper_time(rig.stepper) < stepper_ticks(2.0); i++)
        status = stepper_advance(rig.stepper, stepper_ticks(2.0));
    cr_assert(status == ERR_NUMERICS && status_count() == 1, "status %d, day %g", (int)status, stepper_days(stepper_time(rig.stepper)));
    const char *message = status_message(0);
    double x = 0, y = 0, z = 0, when = 0;
    cr_assert(strncmp(message, name, strlen(name)) == 0, "%s", message);
    cr_assert(sscanf(message + strlen(name), " at x = %lf mm, y = %lf mm, z = %lf mm, day %lf", &x, &y, &z, &when) == 4, "%s", message);
    cr_assert(fabs(x - 0.25) < 1e-9 && fabs(z - 0.15) < 1e-9 && fabs(when - day) < 0.02, "%s", message);
    for (size_t c = 0; c < rig.grid->cells; c++)
        cr_assert(isfinite(rig_now(&rig, 0)[c]) && isfinite(rig_now(&rig, 1)[c]), "the last good state is gone");
    rig_free(&rig);
}

Test(stepper, an_explosion_ends_with_species_place_and_time)
{
    const double p[] = {1.0, 0.0};
    check_failure(p, "flame", 1.0);
}

Test(stepper, not_a_number_ends_with_species_place_and_time)
{
    const double p[] = {1.0, 1.0};
    check_failure(p, "smoke", 1.0 / 3.0);
}
