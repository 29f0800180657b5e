/* Weights of the variable-step BDF formulae and their predictors, by Lagrange interpolation through the known times. */
#include "stepper_internal.h"

/* Weights w[i] of the values at x[0..n) in the interpolant's derivative at x[0]. */
static void derivative_weights(int n, const double *x, double *w)
{
    w[0] = 0.0;
    for (int i = 1; i < n; i++) {
        double numerator = 1.0, denominator = x[i] - x[0];
        for (int j = 1; j < n; j++)
            if (j != i) {
                numerator *= x[0] - x[j];
                denominator *= x[i] - x[j];
            }
        w[i] = numerator / denominator;
        w[0] -= w[i];
    }
}

/* Weight of the value at x[i] in the interpolant through x[1..n) at x[0]. */
static double extrapolation_weight(int n, const double *x, int i)
{
    double weight = 1.0;
    for (int j = 1; j < n; j++)
        if (j != i)
            weight *= (x[0] - x[j]) / (x[i] - x[j]);
    return i < n ? weight : 0.0;
}

void formula_init(struct formula *formula, int history, double dt, double dt1, double dt2)
{
    const double x[4] = {0.0, -dt, -dt - dt1, -dt - dt1 - dt2};
    *formula = (struct formula){.history = history, .dt = dt};
    derivative_weights(history + 1, x, formula->a);
    formula->predictor.now = extrapolation_weight(history + 1, x, 1);
    formula->predictor.before = extrapolation_weight(history + 1, x, 2);
    formula->predictor.older = extrapolation_weight(history + 1, x, 3);
    /* Quadratic predictor: y - y* = dt (dt + dt1) (dt + dt1 + dt2) / 6 y''';  BDF2: dt^2 (dt + dt1)^2 / (6 (2 dt + dt1)) y'''. */
    formula->error = history == 3 ? dt * (dt + dt1) / ((2.0 * dt + dt1) * (dt + dt1 + dt2)) : history == 2 ? 1.0 / 6.0 : 0.5;
}

void formula_first_order(struct formula *formula, double dt)
{
    formula->a[0] = 1.0 / dt;
    formula->a[1] = -1.0 / dt;
    formula->a[2] = formula->a[3] = 0.0;
    formula->error = 0.5;
}

void formula_interpolate(int n, double x, double dt, double dt1, double dt2, double weight[STATE_LEVELS])
{
    const double at[4] = {0.0, -dt, -dt - dt1, -dt - dt1 - dt2};
    for (int i = 0; i < STATE_LEVELS; i++) {
        weight[i] = i < n ? 1.0 : 0.0;
        for (int j = 0; j < n && i < n; j++)
            if (j != i)
                weight[i] *= (x - at[j]) / (at[i] - at[j]);
    }
}
