/* The layout of the results file, its numbers, and that identical or resumed runs give identical files. */
#define _POSIX_C_SOURCE 200809L
#include "h5.h"
#include "provenance.h"
#include "results_example.h"

#include <hdf5_hl.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/needlework-results-XXXXXX";

static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL, "no folder for the test");
}

static void tear_down(void)
{
    static const char *const names[] = {"a.h5", "b.h5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_folder(names[i]));
    rmdir(folder);
}

TestSuite(results, .init = set_up, .fini = tear_down);

static void must(enum status status, const char *what)
{
    cr_assert(status == OK, "%s: status %d, wanted OK: %s", what, (int)status, status_count() ? status_message(0) : "(no sentence)");
}

static hid_t opened(const char *path)
{
    hid_t file = H5_NONE;
    must(h5_open(path, &file), "open");
    return file;
}

/* ---- layout ---------------------------------------------------------------------------------------------------------------------- */

struct expected {
    const char *path;
    int rank;
    hsize_t size[4];
};

/* 29 days on 8 x 6 x 5 cells: profiles on 0 7 14 21 28, snapshots on 0 14 28, 84 steps, 2 sessions. */
static const struct expected layout[] = {
    {"time", 1, {29}},
    {"collagen_gain", 1, {29}},
    {"epidermal_closure", 1, {29}},
    {"profiles/time", 1, {5}},
    {"profiles/z", 1, {5}},
    {"profiles/tgfb", 2, {5, 5}},
    {"fields/time", 1, {3}},
    {"fields/z", 1, {5}},
    {"fields/y", 1, {6}},
    {"fields/x", 1, {8}},
    {"fields/z_extent", 1, {5}},
    {"fields/collagen_i_new", 4, {3, 5, 6, 8}},
    {"fields/fibroblasts", 4, {3, 5, 6, 8}},
    {"means/time", 1, {29}},
    {"means/fibroblasts", 1, {29}},
    {"means/barrier", 1, {29}},
    {"surface/time", 1, {3}},
    {"surface/y", 1, {6}},
    {"surface/x", 1, {8}},
    {"surface/epidermis", 3, {3, 6, 8}},
    {"sessions/number", 1, {2}},
    {"sessions/scheduled", 1, {2}},
    {"sessions/performed", 1, {2}},
    {"sessions/closure", 1, {2}},
    {"sessions/deficit", 1, {2}},
    {"ledger/tgfb/initial", 0, {0}},
    {"ledger/tgfb/produced", 0, {0}},
    {"ledger/tgfb/lost", 0, {0}},
    {"ledger/tgfb/boundary", 0, {0}},
    {"ledger/tgfb/injury", 0, {0}},
    {"ledger/tgfb/stored", 0, {0}},
    {"ledger/tgfb/error", 0, {0}},
    {"steps/time", 1, {84}},
    {"steps/dt", 1, {84}},
    {"steps/error", 1, {84}},
    {"steps/solves", 1, {84}},
    {"provenance/configuration_given", 0, {0}},
    {"provenance/configuration_resolved", 0, {0}},
};

Test(results, layout_is_complete)
{
    const char *path = in_folder("a.h5");
    must(example_write(path, false, UNIT_CELL, 28), "write");
    hid_t file = opened(path);
    for (size_t i = 0; i < sizeof layout / sizeof *layout; i++) {
        hsize_t size[4] = {0};
        hid_t dataset = H5Dopen2(file, layout[i].path, H5P_DEFAULT);
        cr_assert(dataset >= 0, "/%s is missing", layout[i].path);
        hid_t space = H5Dget_space(dataset);
        int rank = H5Sget_simple_extent_dims(space, size, NULL);
        cr_expect(rank == layout[i].rank, "/%s has rank %d, wanted %d", layout[i].path, rank, layout[i].rank);
        for (int a = 0; a < rank; a++)
            cr_expect(size[a] == layout[i].size[a], "/%s: extent %d is %d, wanted %d", layout[i].path, a, (int)size[a],
                      (int)layout[i].size[a]);
        H5Sclose(space);
        H5Dclose(dataset);
    }
    H5Fclose(file);
}

/* What every dataset and group must have, called for each object of the file. */
static herr_t check_object(hid_t file, const char *name, const H5O_info_t *info, void *user)
{
    char text[256];
    unsigned order = 0;
    size_t *datasets = user;
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    cr_expect(info->mtime == 0 && info->ctime == 0, "%s has an object time", name);
    if (info->type == H5O_TYPE_GROUP) {
        hid_t list = H5Gget_create_plist(object);
        H5Pget_link_creation_order(list, &order);
        cr_expect(order == (H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "group %s does not track the order of its links", name);
        H5Pclose(list);
    } else {
        cr_expect(h5_read_text(object, "units", text, sizeof text) && text[0], "%s has no units", name);
        cr_expect(h5_read_text(object, "long_name", text, sizeof text) && text[0], "%s has no long_name", name);
        hid_t list = H5Dget_create_plist(object), space = H5Dget_space(object);
        H5Pget_attr_creation_order(list, &order);
        cr_expect(order == (H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "%s does not track the order of its attributes", name);
        for (int a = 0; a < H5Sget_simple_extent_ndims(space) && H5DSis_scale(object) <= 0; a++)
            cr_expect(H5DSget_num_scales(object, (unsigned)a) == 1, "axis %d of %s has no scale", a, name);
        H5Sclose(space);
        H5Pclose(list);
        ++*datasets;
    }
    H5Oclose(object);
    return 0;
}

Test(results, every_dataset_has_units_name_scales_and_order)
{
    const char *path = in_folder("a.h5");
    size_t datasets = 0;
    must(example_write(path, false, AXISYMMETRIC, 28), "write");
    hid_t file = opened(path);
    H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, check_object, &datasets, H5O_INFO_BASIC | H5O_INFO_TIME);
    cr_expect(datasets > 60, "only %zu datasets seen", datasets);
    H5Fclose(file);
}

Test(results, fields_are_compressed_float32_with_checksum)
{
    const char *path = in_folder("a.h5");
    must(example_write(path, false, UNIT_CELL, 14), "write");
    hid_t file = opened(path), dataset = H5Dopen2(file, "fields/tgfb", H5P_DEFAULT), list = H5Dget_create_plist(dataset);
    hid_t type = H5Dget_type(dataset);
    const H5Z_filter_t wanted[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32};
    cr_expect(H5Tequal(type, H5T_IEEE_F32LE) > 0, "/fields/tgfb is not float32");
    cr_assert(H5Pget_nfilters(list) == 3, "%d filters, wanted 3", H5Pget_nfilters(list));
    for (unsigned i = 0; i < 3; i++) {
        unsigned flags = 0, values[4] = {0}, config = 0;
        size_t n = 4;
        char name[32];
        H5Z_filter_t filter = H5Pget_filter2(list, i, &flags, &n, values, sizeof name, name, &config);
        cr_expect(filter == wanted[i], "filter %u is %d, wanted %d", i, (int)filter, (int)wanted[i]);
    }
    H5Tclose(type);
    H5Pclose(list);
    H5Dclose(dataset);
    H5Fclose(file);
}

static void expect_text(hid_t object, const char *name, const char *wanted)
{
    char text[512];
    cr_assert(h5_read_text(object, name, text, sizeof text), "the attribute %s is missing", name);
    cr_expect(!strcmp(text, wanted), "%s is '%s', wanted '%s'", name, text, wanted);
}

static void expect_number(hid_t object, const char *name, double wanted)
{
    double value = -1.0;
    cr_assert(h5_read_number(object, name, &value), "the attribute %s is missing", name);
    cr_expect(value == wanted || (isnan(value) && isnan(wanted)), "%s is %g, wanted %g", name, value, wanted);
}

Test(results, root_says_what_it_is)
{
    const char *path = in_folder("a.h5");
    char text[512], wanted[PROVENANCE_SHA256];
    must(example_write(path, false, UNIT_CELL, 1), "write");
    hid_t file = opened(path), provenance = h5_child(file, "provenance", H5I_GROUP), host = h5_child(provenance, "host", H5I_GROUP);
    expect_text(file, "Conventions", "CF-1.10");
    expect_text(file, "title", "Example");
    expect_number(file, "complete", 1.0);
    expect_number(file, "collagen_onset", 17.5);
    expect_number(file, "barrier_recovery_time", NAN);
    expect_number(file, "sessions_performed", 1.0);
    hid_t attribute = H5Aopen(file, "sessions_performed", H5P_DEFAULT), type = H5Aget_type(attribute);
    cr_expect(H5Tget_class(type) == H5T_INTEGER, "sessions_performed is not an integer");
    H5Tclose(type);
    H5Aclose(attribute);
    cr_expect(h5_read_text(file, "source", text, sizeof text) && strstr(text, "needlework "), "source is '%s'", text);
    cr_expect(h5_read_text(file, "history", text, sizeof text), "no history");
    must(provenance_sha256(example_about.resolved, wanted), "SHA-256");
    expect_text(provenance, "configuration_sha256", wanted);
    expect_text(provenance, "contraindications_overridden", "none");
    expect_number(provenance, "channels", 1.0);
    expect_number(host, "threads", 2.0);
    expect_number(host, "wall_seconds", 12.5);
    h5_close(host);
    h5_close(provenance);
    H5Fclose(file);
}

Test(results, sha256_is_that_of_the_standard)
{
    char hex[PROVENANCE_SHA256];
    must(provenance_sha256("abc", hex), "SHA-256"); /* FIPS 180-4, example */
    cr_expect(!strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), "SHA-256 of abc is %s", hex);
}

/* ---- numbers --------------------------------------------------------------------------------------------------------------------- */

Test(results, fields_profiles_and_surface_come_back)
{
    const char *path = in_folder("a.h5");
    struct example example;
    static float field[3][5][6][8], top[3][6][8];
    static double profile[5][5];
    must(example_begin(&example, path, false, AXISYMMETRIC), "create");
    for (int day = 0; day <= 28; day++)
        must(example_day(&example, day), "day");
    must(example_publish(&example), "publish");
    hid_t file = opened(path);
    const struct grid *grid = example.grid;
    const size_t nx = grid->axis[0].n, ny = grid->axis[1].n, nz = grid->axis[2].n;
    cr_assert(nx == 8 && nz == 5 && ny <= 6, "the grid is %zu x %zu x %zu", nx, ny, nz);
    float *f = &field[0][0][0][0], *e = &top[0][0][0];
    must(H5LTread_dataset_float(file, "fields/tgfb", f) < 0 ? ERR_IO : OK, "read field");
    must(H5LTread_dataset_float(file, "surface/barrier", e) < 0 ? ERR_IO : OK, "read surface");
    must(H5LTread_dataset_double(file, "profiles/tgfb", &profile[0][0]) < 0 ? ERR_IO : OK, "read profile");
    for (size_t t = 0; t < 3; t++)
        for (size_t k = 0; k < nz; k++)
            for (size_t j = 0; j < ny; j++)
                for (size_t i = 0; i < nx; i++) {
                    const double x = grid->axis[0].center[i], y = grid->axis[1].center[j], z = grid->axis[2].center[k];
                    const float volume = (float)example_value(1, 14.0 * (double)t, x, y, z);
                    const float surface = (float)example_value(4, 14.0 * (double)t, x, y, 0.0);
                    cr_assert(f[i + nx * (j + ny * (k + nz * t))] == volume, "field at %zu %zu %zu %zu is %g, wanted %g", t, k, j, i,
                              (double)f[i + nx * (j + ny * (k + nz * t))], (double)volume);
                    cr_assert(e[i + nx * (j + ny * t)] == surface, "surface at %zu %zu %zu is %g, wanted %g", t, j, i,
                              (double)e[i + nx * (j + ny * t)], (double)surface);
                }
    /* The lateral mean of 2 (1 + x + 10 y + 100 z) + t over a disc, y = y0: of cells at radius x weighted by their volume. */
    double x = 0.0, weight = 0.0;
    for (size_t i = 0; i < nx; i++) {
        x += grid->axis[0].center[i] * grid->axis[0].extent[i];
        weight += grid->axis[0].extent[i];
    }
    for (size_t k = 0; k < nz; k++) {
        const double wanted = example_value(1, 28.0, x / weight, grid->axis[1].center[0], grid->axis[2].center[k]);
        cr_expect(fabs(profile[4][k] - wanted) < 1e-12 * wanted, "profile at layer %zu is %.15g, wanted %.15g", k, profile[4][k], wanted);
    }
    H5Fclose(file);
    must(example_end(&example, true), "close");
}

Test(results, steps_are_kept_in_order_whatever_their_number)
{
    const char *path = in_folder("a.h5");
    struct example example;
    enum { N = 2500 };
    must(example_begin(&example, path, false, WELL_MIXED), "create");
    for (int i = 1; i <= N; i++)
        must(results_step(example.results, i, 1.0, 0.25, 3.0), "step");
    must(example_end(&example, true), "close");
    double *time = NULL;
    hid_t file = opened(path), group = h5_child(file, "steps", H5I_GROUP);
    size_t n = h5_read_row(group, "time", 10000, &time);
    cr_expect(n == N, "%zu steps, wanted %d", n, N);
    for (size_t i = 0; i < n; i++)
        cr_assert(time[i] == (double)(i + 1), "step %zu ends at %g, wanted %g", i, time[i], (double)(i + 1));
    free(time);
    h5_close(group);
    H5Fclose(file);
}

Test(results, model_without_surface_has_no_surface_group)
{
    const char *path = in_folder("a.h5");
    struct model model = example_model;
    struct grid *grid = NULL;
    struct results *results = NULL;
    const double width[2] = {0.1, 0.1}, spacing[3] = {0.1, 0.1, 0.1}, numbers[3] = {1.0, 2.0, 3.0};
    model.surface = NULL;
    model.n_surface = 0;
    must(grid_box(WELL_MIXED, width, 0.1, spacing, 1.0, &grid), "grid");
    must(results_create(path, false, &model, grid, NULL, &example_about, &results), "create");
    const double *const y[] = {numbers, numbers, numbers};
    must(results_series(results, 0.0, numbers, numbers, NULL), "series");
    must(results_snapshot(results, 0.0, y, NULL), "snapshot");
    must(results_close(&results, true, 0.0), "close");
    hid_t file = opened(path);
    cr_expect(H5Lexists(file, "surface", H5P_DEFAULT) == 0, "there is a group /surface");
    H5Fclose(file);
    grid_destroy(&grid);
}

/* ---- identical ------------------------------------------------------------------------------------------------------------------- */

static struct {
    hid_t other;
    size_t compared;
} comparison;

static void compare_values(const char *name, hid_t one, hid_t two, bool attribute)
{
    hid_t type = attribute ? H5Aget_type(one) : H5Dget_type(one), type2 = attribute ? H5Aget_type(two) : H5Dget_type(two);
    hid_t space = attribute ? H5Aget_space(one) : H5Dget_space(one), space2 = attribute ? H5Aget_space(two) : H5Dget_space(two);
    if (H5Tdetect_class(type, H5T_VLEN) <= 0 && H5Tdetect_class(type, H5T_REFERENCE) <= 0 && H5Tis_variable_str(type) <= 0) {
        cr_assert(H5Tequal(type, type2) > 0 && H5Sextent_equal(space, space2) > 0, "%s differs in type or shape", name);
        size_t bytes = H5Tget_size(type) * (size_t)H5Sget_simple_extent_npoints(space);
        void *a = calloc(1, bytes + 1), *b = calloc(1, bytes + 1);
        if (attribute
                ? H5Aread(one, type, a) < 0 || H5Aread(two, type, b) < 0
                : H5Dread(one, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, a) < 0 || H5Dread(two, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, b) < 0)
            cr_assert(false, "%s cannot be read", name);
        cr_expect(memcmp(a, b, bytes) == 0, "%s differs", name);
        comparison.compared++;
        free(a);
        free(b);
    }
    H5Sclose(space2);
    H5Sclose(space);
    H5Tclose(type2);
    H5Tclose(type);
}

static herr_t compare_attribute(hid_t object, const char *name, const H5A_info_t *info, void *other)
{
    (void)info;
    hid_t one = H5Aopen(object, name, H5P_DEFAULT), two = H5Aopen(*(hid_t *)other, name, H5P_DEFAULT);
    cr_assert(two >= 0, "the attribute %s is missing", name);
    compare_values(name, one, two, true);
    H5Aclose(two);
    H5Aclose(one);
    return 0;
}

static herr_t compare_object(hid_t file, const char *name, const H5O_info_t *info, void *user)
{
    (void)user;
    if (!strncmp(name, "provenance/host", 15))
        return 0;
    hid_t one = H5Oopen(file, name, H5P_DEFAULT), two = H5Oopen(comparison.other, name, H5P_DEFAULT);
    cr_assert(two >= 0, "%s is missing", name);
    H5Aiterate2(one, H5_INDEX_NAME, H5_ITER_INC, NULL, compare_attribute, &two);
    if (info->type == H5O_TYPE_DATASET)
        compare_values(name, one, two, false);
    H5Oclose(two);
    H5Oclose(one);
    return 0;
}

static void expect_same(const char *a, const char *b)
{
    hid_t one = opened(a), two = opened(b);
    comparison.compared = 0;
    comparison.other = two;
    H5Ovisit2(one, H5_INDEX_NAME, H5_ITER_INC, compare_object, NULL, H5O_INFO_BASIC);
    comparison.other = one;
    H5Ovisit2(two, H5_INDEX_NAME, H5_ITER_INC, compare_object, NULL, H5O_INFO_BASIC);
    cr_expect(comparison.compared > 200, "only %zu values compared", comparison.compared);
    H5Fclose(two);
    H5Fclose(one);
}

static size_t file_bytes(const char *path, unsigned char *bytes, size_t size)
{
    FILE *stream = fopen(path, "rb");
    cr_assert(stream != NULL, "cannot open %s", path);
    size_t n = fread(bytes, 1, size, stream);
    fclose(stream);
    return n;
}

Test(results, same_input_gives_same_content_and_size)
{
    enum { MOST = 1 << 20 };
    static unsigned char a[MOST], b[MOST];
    must(example_write(in_folder("a.h5"), false, UNIT_CELL, 28), "first");
    sleep(1); /* so that the two differ in what may differ */
    must(example_write(in_folder("b.h5"), false, UNIT_CELL, 28), "second");
    expect_same(in_folder("a.h5"), in_folder("b.h5"));
    size_t n = file_bytes(in_folder("a.h5"), a, MOST), m = file_bytes(in_folder("b.h5"), b, MOST), different = 0;
    cr_assert(n == m && n < MOST, "%zu bytes and %zu bytes", n, m);
    for (size_t i = 0; i < n; i++)
        different += a[i] != b[i];
    /* two times of day and the checksum of the headers that hold them */
    cr_expect(different > 0 && different <= 24, "%zu bytes differ, wanted 1 to 24", different);
}

Test(results, resumed_run_equals_uninterrupted_run)
{
    struct example example;
    struct results *results = NULL;
    size_t rows[RESULTS_TABLES];
    const char *a = in_folder("a.h5"), *b = in_folder("b.h5");
    must(example_write(a, false, UNIT_CELL, 28), "uninterrupted");
    must(example_begin(&example, b, false, UNIT_CELL), "create");
    must(results_session(example.results, 1, 0.0, 0.0, 1.0, 0.0), "session");
    for (int day = 0; day <= 17; day++)
        must(example_day(&example, day), "day");
    must(results_rows(example.results, rows), "rows");
    for (int day = 18; day <= 45; day++)
        must(example_day(&example, day), "day beyond the checkpoint");
    must(results_session(example.results, 7, 1.0, 2.0, 3.0, 4.0), "session beyond the checkpoint");
    must(results_close(&example.results, false, 1.0), "interrupt");
    must(results_resume(b, &example_model, example.grid, example.surface, &example_about, rows, &results), "resume");
    example.results = results;
    for (int day = 18; day <= 28; day++)
        must(example_day(&example, day), "day again");
    must(results_session(example.results, 2, 42.0, NAN, 0.5, 0.2), "session");
    must(example_end(&example, true), "close");
    expect_same(a, b);
}

Test(results, resume_forgets_what_came_after_the_checkpoint)
{
    struct example example;
    struct results *results = NULL;
    size_t rows[RESULTS_TABLES], n;
    double *time = NULL;
    const char *path = in_folder("a.h5");
    must(example_begin(&example, path, false, UNIT_CELL), "create");
    for (int day = 0; day <= 45; day++) {
        must(example_day(&example, day), "day");
        if (day == 17)
            must(results_rows(example.results, rows), "rows");
    }
    must(results_ledger_write(example.results, "tgfb", "ng", &(struct results_ledger){.stored = 1.0}), "ledger");
    must(results_summary(example.results, "collagen_onset", 17.5), "summary");
    must(results_close(&example.results, true, 1.0), "close");
    must(results_resume(path, &example_model, example.grid, example.surface, &example_about, rows, &results), "resume");
    must(results_close(&results, false, 1.0), "close");
    hid_t file = opened(path), fields = h5_child(file, "fields", H5I_GROUP);
    cr_expect(H5Lexists(file, "ledger", H5P_DEFAULT) == 0 && H5Aexists(file, "collagen_onset") == 0, "the end is still there");
    n = h5_read_row(file, "time", 100, &time);
    cr_expect(n == 18, "%zu rows, wanted 18", n);
    free(time);
    n = h5_read_row(fields, "time", 100, &time);
    cr_expect(n == 2, "%zu snapshots, wanted 2", n);
    free(time);
    expect_number(file, "complete", 0.0);
    h5_close(fields);
    H5Fclose(file);
    must(example_end(&example, false), "free");
}

Test(results, resume_refuses_another_grid_and_leaves_the_file_alone)
{
    enum { MOST = 1 << 20 };
    static unsigned char before[MOST], after[MOST];
    const char *path = in_folder("a.h5");
    const double width[2] = {0.4, 0.3}, spacing[3] = {0.1, 0.05, 0.1};
    const size_t rows[RESULTS_TABLES] = {3, 3, 1, 1, 1, 1, 3}, many[RESULTS_TABLES] = {500, 500, 1, 1, 1, 1, 3};
    struct grid *grid = NULL, *surface = NULL;
    struct results *results = NULL;
    must(example_write(path, false, UNIT_CELL, 28), "write");
    size_t n = file_bytes(path, before, MOST);
    must(grid_box(UNIT_CELL, width, 0.5, spacing, 1.0, &grid), "grid");
    must(grid_surface(grid, &surface), "surface");
    enum status other = results_resume(path, &example_model, grid, surface, &example_about, rows, &results);
    cr_expect(other == ERR_IO && status_count() == 1 && strstr(status_message(0), "fields has no dataset") && results == NULL,
              "another grid: status %d, '%s'", (int)other, status_count() ? status_message(0) : "");
    enum status beyond = results_resume(path, &example_model, grid, surface, &example_about, many, &results);
    cr_expect(beyond == ERR_IO && status_count() == 2 && strstr(status_message(1), "500 rows"), "too many rows: '%s'", status_message(1));
    cr_expect(file_bytes(path, after, MOST) == n && !memcmp(before, after, n), "the file was changed");
    status_clear();
    grid_destroy(&surface);
    grid_destroy(&grid);
}
