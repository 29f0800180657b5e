#include "reference_ode.h"

#include "model_use.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells x species at once, so that the model's rows stay in the cache. */
enum { TILE = 256 };

struct part {
    const struct grid *grid;
    const struct species *species;
    size_t n_species, offset; /* of its first value in y */
    double diffusivity[MODEL_MAX_SPECIES];
    double volume;
};

struct reference_ode {
    const struct simulation *simulation;
    const struct model *model;
    struct part part[2]; /* dermis, surface */
    size_t n_parts, size;
    double *prod, *loss; /* [size] owned */
    double *below;       /* [species][surface cell] owned */
    double *face;        /* [surface cell] mean state of all surface species at faces, then mobility, owned */
    const double *view[2][MODEL_MAX_SPECIES];
};

static void init_part(struct reference_ode *ode, size_t p, const struct grid *grid, const struct species *species, size_t n)
{
    const struct plan *plan = ode->simulation->plan;
    struct part *part = &ode->part[p];
    *part = (struct part){.grid = grid, .species = species, .n_species = n, .offset = ode->size};
    for (size_t s = 0; s < n; s++)
        part->diffusivity[s] = species[s].diffusivity ? plan->params[model_param(plan->model, species[s].diffusivity)] : 0.0;
    for (size_t c = 0; c < grid->cells; c++)
        part->volume += grid->volume[c];
    ode->size += n * grid->cells;
    ode->n_parts = p + 1;
}

static bool within_limits(const struct model *model, const struct grid *grid)
{
    bool ok = model->n_boundaries == 0;
    for (int a = 0; a < 3; a++)
        ok = ok && !grid->axis[a].periodic;
    for (size_t s = 0; s < model->n_species; s++)
        ok = ok && !model->species[s].taxis && !model->species[s].mobility;
    for (size_t s = 0; s < model->n_surface; s++)
        ok = ok && !model->surface[s].taxis;
    return ok;
}

struct reference_ode *reference_ode_create(const struct simulation *simulation)
{
    const struct model *model = simulation->plan->model;
    if (!within_limits(model, simulation->grid))
        return NULL;
    struct reference_ode *ode = calloc(1, sizeof *ode);
    if (!ode)
        return NULL;
    ode->simulation = simulation;
    ode->model = model;
    init_part(ode, 0, simulation->grid, model->species, model->n_species);
    if (simulation->surface_grid)
        init_part(ode, 1, simulation->surface_grid, model->surface, model->n_surface);
    const size_t plane = simulation->grid->plane;
    ode->prod = malloc(ode->size * sizeof(double));
    ode->loss = malloc(ode->size * sizeof(double));
    ode->below = malloc(plane * model->n_species * sizeof(double));
    ode->face = malloc(plane * (model->n_surface + 1) * sizeof(double));
    if (!ode->prod || !ode->loss || !ode->below || !ode->face)
        reference_ode_destroy(&ode);
    return ode;
}

void reference_ode_destroy(struct reference_ode **ode)
{
    if (!*ode)
        return;
    free((*ode)->prod);
    free((*ode)->loss);
    free((*ode)->below);
    free((*ode)->face);
    free(*ode);
    *ode = NULL;
}

size_t reference_ode_size(const struct reference_ode *ode)
{
    return ode->size;
}

struct reference_part reference_ode_part(const struct reference_ode *ode, size_t p)
{
    const struct part *part = &ode->part[p];
    return p < ode->n_parts ? (struct reference_part){part->species, part->n_species, part->grid->cells, part->offset}
                            : (struct reference_part){0};
}

void reference_ode_state(const struct reference_ode *ode, double *y)
{
    for (size_t p = 0; p < ode->n_parts; p++) {
        const struct part *part = &ode->part[p];
        const struct state *state = p == 0 ? ode->simulation->dermis : ode->simulation->surface;
        for (size_t s = 0; s < part->n_species; s++)
            memcpy(y + part->offset + s * part->grid->cells, state->level[STATE_NOW][s], part->grid->cells * sizeof *y);
    }
}

void reference_ode_view(struct reference_ode *ode, const double *y, const double *const **dermis, const double *const **surface)
{
    for (size_t p = 0; p < ode->n_parts; p++)
        for (size_t s = 0; s < ode->part[p].n_species; s++)
            ode->view[p][s] = y + ode->part[p].offset + s * ode->part[p].grid->cells;
    *dermis = ode->view[0];
    *surface = ode->n_parts == 2 ? ode->view[1] : NULL;
}

/* Production and loss of the dermis. */
static void react(struct reference_ode *ode, const double *y)
{
    const struct state *state = ode->simulation->dermis;
    const size_t cells = state->grid->cells, n = ode->model->n_species;
    const double *at[MODEL_MAX_SPECIES], *fixed[MODEL_MAX_SPECIES];
    double *prod[MODEL_MAX_SPECIES], *loss[MODEL_MAX_SPECIES];
    for (size_t first = 0; first < cells; first += TILE) {
        for (size_t s = 0; s < n; s++) {
            at[s] = y + s * cells + first;
            prod[s] = ode->prod + s * cells + first;
            loss[s] = ode->loss + s * cells + first;
        }
        for (size_t f = 0; f < state->n_fixed; f++)
            fixed[f] = state->fixed[f] + first;
        ode->model->react(cells - first < TILE ? cells - first : TILE, at, fixed, ode->simulation->plan->params, prod, loss);
    }
}

/* The same of the surface, which sees the mean over the layers down to surface_depth, the last one in part. */
static void react_surface(struct reference_ode *ode, const double *y)
{
    const struct part *dermis = &ode->part[0], *surface = &ode->part[1];
    const struct axis *z = &dermis->grid->axis[2];
    const size_t plane = dermis->grid->plane;
    const double depth = fmin(ode->model->surface_depth, z->face[z->n]);
    const double *at[MODEL_MAX_SPECIES], *below[MODEL_MAX_SPECIES];
    double *prod[MODEL_MAX_SPECIES], *loss[MODEL_MAX_SPECIES];
    for (size_t s = 0; s < dermis->n_species; s++) {
        double *mean = ode->below + s * plane;
        below[s] = mean;
        memset(mean, 0, plane * sizeof *mean);
        for (size_t k = 0; k < z->n && z->face[k] < depth; k++) {
            const double share = (fmin(z->face[k + 1], depth) - z->face[k]) / depth;
            for (size_t c = 0; c < plane; c++)
                mean[c] += share * y[s * dermis->grid->cells + k * plane + c];
        }
    }
    for (size_t s = 0; s < surface->n_species; s++) {
        at[s] = y + surface->offset + s * plane;
        prod[s] = ode->prod + surface->offset + s * plane;
        loss[s] = ode->loss + surface->offset + s * plane;
    }
    ode->model->react_surface(plane, at, below, ode->simulation->plan->params, prod, loss);
}

static void evaluate(struct reference_ode *ode, const double *y)
{
    react(ode, y);
    if (ode->n_parts == 2)
        react_surface(ode, y);
}

/* f += D div grad y.  Beyond a wall a row is its own neighbour: no flux. */
KERNEL static void diffuse(const struct grid *grid, double d, const double *restrict y, double *restrict f)
{
    const struct axis *ax = &grid->axis[0], *ay = &grid->axis[1], *az = &grid->axis[2];
    const size_t nx = ax->n, ny = ay->n, nz = az->n;
    const double *restrict west = ax->lower, *restrict east = ax->upper;
    for (size_t k = 0; k < nz; k++)
        for (size_t j = 0; j < ny; j++) {
            const size_t at = (k * ny + j) * nx;
            const double *restrict row = y + at, *restrict south = j > 0 ? row - nx : row, *restrict north = j + 1 < ny ? row + nx : row;
            const double *restrict up = k > 0 ? row - grid->plane : row, *restrict down = k + 1 < nz ? row + grid->plane : row;
            const double ds = d * ay->lower[j], dn = d * ay->upper[j], du = d * az->lower[k], dd = d * az->upper[k];
            double *restrict out = f + at;
#pragma omp simd
            for (size_t i = 0; i < nx; i++)
                out[i] += ds * (south[i] - row[i]) + dn * (north[i] - row[i]) + du * (up[i] - row[i]) + dd * (down[i] - row[i]);
#pragma omp simd
            for (size_t i = 1; i < nx; i++)
                out[i] += d * west[i] * (row[i - 1] - row[i]);
#pragma omp simd
            for (size_t i = 0; i < nx - 1; i++)
                out[i] += d * east[i] * (row[i + 1] - row[i]);
        }
}

/* Likewise with the surface's mobility at the faces along x and y. */
static void diffuse_surface(struct reference_ode *ode, size_t moving, const double *y, double *f)
{
    const struct part *part = &ode->part[1];
    const struct grid *grid = part->grid;
    const size_t n = grid->cells, nx = grid->axis[0].n;
    const double *e = y + part->offset, *own = e + moving * n, *face[MODEL_MAX_SPECIES];
    double *mobility = ode->face + part->n_species * n, *out = f + part->offset + moving * n;
    for (size_t s = 0; s < part->n_species; s++)
        face[s] = ode->face + s * n;
    for (int a = 0; a < 2; a++) {
        const size_t step = a == 0 ? 1 : nx;
        for (size_t c = 0; c < n; c++) {
            const size_t i = a == 0 ? c % nx : c / nx, low = i > 0 ? c - step : c;
            for (size_t s = 0; s < part->n_species; s++)
                ode->face[s * n + c] = 0.5 * (e[s * n + c] + e[s * n + low]);
        }
        ode->model->mobility_surface(n, (int)moving, face, ode->simulation->plan->params, mobility);
        for (size_t c = 0; c < n; c++) {
            const size_t i = a == 0 ? c % nx : c / nx;
            if (i == 0)
                continue;
            const double drive = part->diffusivity[moving] * mobility[c] * (own[c] - own[c - step]);
            out[c] -= grid->axis[a].lower[i] * drive;
            out[c - step] += grid->axis[a].upper[i - 1] * drive;
        }
    }
}

static void add_transport(struct reference_ode *ode, const double *y, double *f)
{
    for (size_t p = 0; p < ode->n_parts; p++) {
        const struct part *part = &ode->part[p];
        for (size_t s = 0; s < part->n_species; s++) {
            const size_t at = part->offset + s * part->grid->cells;
            if (part->species[s].mobility)
                diffuse_surface(ode, s, y, f);
            else if (part->diffusivity[s] > 0.0)
                diffuse(part->grid, part->diffusivity[s], y + at, f + at);
        }
    }
}

KERNEL static void combine(size_t n, const double *restrict prod, const double *restrict loss, const double *restrict y, double *restrict f)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        f[i] = prod[i] - loss[i] * y[i];
}

void reference_ode_reaction(struct reference_ode *ode, const double *y, double *f)
{
    evaluate(ode, y);
    combine(ode->size, ode->prod, ode->loss, y, f);
}

void reference_ode_rhs(struct reference_ode *ode, const double *y, double *f)
{
    reference_ode_reaction(ode, y, f);
    add_transport(ode, y, f);
}

void reference_ode_slow(struct reference_ode *ode, const double *y, double *slow)
{
    evaluate(ode, y);
    memcpy(slow, ode->prod, ode->size * sizeof *slow);
}

void reference_ode_fast(struct reference_ode *ode, const double *y, double *fast)
{
    evaluate(ode, y);
    const double *restrict loss = ode->loss;
#pragma omp simd
    for (size_t i = 0; i < ode->size; i++)
        fast[i] = -loss[i] * y[i];
    add_transport(ode, y, fast);
}

void reference_ode_couplings(const struct reference_ode *ode, size_t p, double *sum)
{
    const struct part *part = &ode->part[p];
    for (size_t s = 0; p < ode->n_parts && s < part->n_species; s++)
        for (size_t c = 0; c < part->grid->cells; c++) {
            const struct grid *grid = part->grid;
            const size_t i[3] = {c % grid->axis[0].n, c / grid->axis[0].n % grid->axis[1].n, c / grid->plane};
            double all = 0.0;
            for (int a = 0; a < 3; a++)
                all += grid->axis[a].lower[i[a]] + grid->axis[a].upper[i[a]];
            sum[s * grid->cells + c] = part->diffusivity[s] * all;
        }
}

void reference_ode_diagonal(struct reference_ode *ode, const double *y, double *diagonal)
{
    evaluate(ode, y);
    for (size_t p = 0; p < ode->n_parts; p++)
        reference_ode_couplings(ode, p, diagonal + ode->part[p].offset);
    for (size_t i = 0; i < ode->size; i++)
        diagonal[i] = -ode->loss[i] - diagonal[i];
}

double reference_ode_norm(const struct reference_ode *ode, size_t s, const double *y, const double *z)
{
    const struct part *part = &ode->part[s < ode->part[0].n_species ? 0 : 1];
    const size_t n = part->grid->cells, at = part->offset + (part == ode->part ? s : s - ode->part[0].n_species) * n;
    double sum = 0.0;
    for (size_t c = 0; c < n; c++) {
        const double off = y[at + c] - (z ? z[at + c] : 0.0);
        sum += part->grid->volume[c] * off * off;
    }
    return sqrt(sum / part->volume);
}
