/* How skin heals after microneedling, as a library: create a run from a configuration, step, read outcomes and fields, destroy.
 *
 *     struct needlework *run;
 *     if (needlework_create("model: dermis\ndomain: {geometry: axisymmetric}\n", NULL, 1, &run) != NEEDLEWORK_OK)
 *         return puts(needlework_error());
 *     needlework_advance(run, 28.0);
 *     printf("%g\n", needlework_outcome(run, "collagen_gain"));
 *     needlework_destroy(&run);
 *
 * Steps, sessions and scheduled changes are those of `needlework run` with the same configuration, and so are the numbers, to the last bit.
 * Nothing is written or printed.  Configuration keys, models and outcomes: the program's own pages (`needlework models dermis`).
 *
 * Units   mm and day; each outcome and field tells its own ("1" = none).
 * Text    UTF-8, owned by the library; never to be freed or changed.
 * Memory  what a function returns belongs to the run and lives until it is destroyed; values of outcomes and fields until the next call
 *         that moves the run (step, advance, settle).  The table of units that the first run reads stays (0.3 MB).
 *         The library takes memory from your malloc.  Its own requests, when refused, are NEEDLEWORK_ERROR_MEMORY; those of UDUNITS-2,
 *         OpenSSL and OpenMP may crash within these libraries or end your program.
 * Errors  functions returning int give NEEDLEWORK_OK or a code; needlework_error() says why, in this thread.  The numbers of outcomes,
 *         fields, axes and sessions count from 0; one that there is not yields NULL or NaN.  A run must not be NULL but for destroy.
 * Threads one run belongs to one thread at a time, reading included; different runs may be created, moved, read and destroyed in
 *         different threads at once.  Nothing of a run lies outside of it but the code of plug-ins, which stays.  Creating a run calls
 *         UDUNITS-2, under a lock of the library's own: a program that calls UDUNITS-2 itself must not do so elsewhere meanwhile.
 * ABI     a program built against this header runs with every library of the same NEEDLEWORK_ABI (the number behind .so).
 *
 * Tested in: tests/test_needlework.c, tests/threads.c, tests/test_library.py.  Examples: share/doc/needlework/examples. */
#ifndef NEEDLEWORK_H
#define NEEDLEWORK_H

#include <stddef.h>

#define NEEDLEWORK_API __attribute__((visibility("default")))
#define NEEDLEWORK_ABI 0

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that runs, "0.1.0". */
NEEDLEWORK_API const char *needlework_version(void);

/* What went wrong: the exit codes of the program.  More may come. */
enum needlework_code {
    NEEDLEWORK_OK = 0,
    NEEDLEWORK_ERROR_CONFIG = 2,   /* the configuration, the protocol (a session on unhealed skin, `if_not_healed: fail`) or the call */
    NEEDLEWORK_ERROR_NUMERICS = 3, /* step underflow or a value that is not finite: species, place and time are named */
    NEEDLEWORK_ERROR_MEMORY = 4    /* out of memory */
};

/* Why the latest call of this thread that failed did so: one or more lines (a configuration reports all its errors at once, as
 * FILE:LINE:COLUMN: KEY: reason) without a line end behind the last one; "" before any.  Valid until the next failure in this thread. */
NEEDLEWORK_API const char *needlework_error(void);

/* A configuration may name a plug-in (`model: ./my_model.so`): code that is loaded into your program.  From this call on none is, in no
 * thread: for a program whose configurations come from strangers.  Not to be called while a run is created. */
NEEDLEWORK_API void needlework_refuse_plugins(void);

/* One simulation in memory. */
struct needlework;

/* A run at time 0, before its first session.
 *
 *   text      the configuration as YAML
 *   files     ... or the names of one or more files, ending with NULL: each is merged over the ones before
 *   settings  "KEY=VALUE" as behind --set of the program, ending with NULL; may itself be NULL
 *   threads   > 0, or 0: as many as the size of the run makes useful.  One is best where several runs go on at once
 *
 * NEEDLEWORK_ERROR_CONFIG or NEEDLEWORK_ERROR_MEMORY leave *run unchanged and nothing behind.  Messages call `text` "configuration". */
NEEDLEWORK_API int needlework_create(const char *text, const char *const *settings, int threads, struct needlework **run);
NEEDLEWORK_API int needlework_create_from_files(const char *const *files, const char *const *settings, int threads,
                                                struct needlework **run);
/* Frees the run and sets it to NULL; NULL is accepted. */
NEEDLEWORK_API void needlework_destroy(struct needlework **run);

/* What the user should know of the configuration, one line each; "" = nothing. */
NEEDLEWORK_API const char *needlework_warnings(const struct needlework *run);
/* The configuration with every default and parameter filled in, as YAML that makes the same run. */
NEEDLEWORK_API const char *needlework_configuration(const struct needlework *run);

/* Where the run stands, and where it ends [day since its start]. */
NEEDLEWORK_API double needlework_time(const struct needlework *run);
NEEDLEWORK_API double needlework_end(const struct needlework *run);

/* Moves the run to `day`, needlework_time <= day <= needlework_end, giving the sessions and changes that are due before it.  Values between
 * two steps are interpolated as for the rows of a results file: where one looks does not change how the run goes on. */
NEEDLEWORK_API int needlework_advance(struct needlework *run, double day);
/* Moves the run to the end of the step it is in, or, when it stands there, over the next one.  Nothing happens at the end of the run. */
NEEDLEWORK_API int needlework_step(struct needlework *run);
/* Gives the sessions and carries out the changes due at the present time.  Until then, and in the rows of a results file, values at that
 * time are those just before; after it those of the fresh channels, as in a snapshot.  Calling it is optional: moving on does the same. */
NEEDLEWORK_API int needlework_settle(struct needlework *run);
/* A run whose move failed stays readable where it stopped, and further moves fail with the same code. */

/* Outcomes at the present time, relative to the same skin before treatment unless a unit is given.
 * needlework_outcomes: [needlework_outcome_count] values; needlework_outcome: one by its name, NaN when the model has none of that name;
 * needlework_outcome_find: the number of an outcome, -1 when there is none. */
NEEDLEWORK_API size_t needlework_outcome_count(const struct needlework *run);
NEEDLEWORK_API const char *needlework_outcome_name(const struct needlework *run, size_t i);
NEEDLEWORK_API const char *needlework_outcome_unit(const struct needlework *run, size_t i);
NEEDLEWORK_API const char *needlework_outcome_meaning(const struct needlework *run, size_t i);
NEEDLEWORK_API int needlework_outcome_find(const struct needlework *run, const char *name);
NEEDLEWORK_API const double *needlework_outcomes(struct needlework *run);
NEEDLEWORK_API double needlework_outcome(struct needlework *run, const char *name);

/* Sessions that were planned; the day one was given [day], NaN while it was not. */
NEEDLEWORK_API size_t needlework_session_count(const struct needlework *run);
NEEDLEWORK_API double needlework_session(const struct needlework *run, size_t i);

/* Fields at the present time: species of the dermis, then those on its surface, the solver's own memory.
 *
 *   shape, stride   [3] in the order z, y, x (a field of the surface has one z): the value at (k, j, i) stands at
 *                   k stride[0] + j stride[1] + i stride[2] of what is returned; each may be NULL.  x is fastest and the whole contiguous:
 *                   stride is {shape[1] shape[2], shape[2], 1} */
NEEDLEWORK_API size_t needlework_field_count(const struct needlework *run);
NEEDLEWORK_API const char *needlework_field_name(const struct needlework *run, size_t i);
NEEDLEWORK_API const char *needlework_field_unit(const struct needlework *run, size_t i);
NEEDLEWORK_API const char *needlework_field_meaning(const struct needlework *run, size_t i);
NEEDLEWORK_API int needlework_field_find(const struct needlework *run, const char *name);
NEEDLEWORK_API const double *needlework_field(struct needlework *run, size_t i, size_t shape[3], size_t stride[3]);

/* The grid of the dermis: of a unit cell the quarter that is computed.  Axis 0 = z, downwards from the dermal-epidermal junction, 1 = y,
 * 2 = x, which is the radius of a cylinder.
 * needlework_centres: *n positions of cell centres [mm]; needlework_faces: *n positions of the faces between them [mm], one more;
 * needlework_volumes: [z][y][x] of the cells [mm3]; needlework_geometry: as in the key domain.geometry. */
NEEDLEWORK_API const char *needlework_geometry(const struct needlework *run);
NEEDLEWORK_API const double *needlework_centres(const struct needlework *run, int axis, size_t *n);
NEEDLEWORK_API const double *needlework_faces(const struct needlework *run, int axis, size_t *n);
NEEDLEWORK_API const double *needlework_volumes(const struct needlework *run);

#ifdef __cplusplus
}
#endif

#endif
