/* Which factors matter, from the runs of a sweep: Sobol' indices and Morris' elementary effects, each with a bootstrap interval.
 *
 *   first  S  = V(E(y | x)) / V(y)         what fixing the factor would take from the variance on average
 *   total  ST = 1 - V(E(y | rest)) / V(y)  what is left of the variance when everything else is fixed
 *   mu*    mean of |dy/dx| over the trajectories, x on the unit interval; mu without the bars; sigma = standard deviation of dy/dx
 *
 * S by Saltelli et al 2010 (Comput Phys Commun 181:259, table 2b), ST by Jansen 1999 (ibid., 2f), mu* by Campolongo et al 2007.
 * Intervals: 95 %, percentiles of SENSITIVITY_RESAMPLES resamplings of whole samples (rows of the design), the same ones every time.
 * Arrays are dense, the last axis fastest; n samples or trajectories, k factors. */
#ifndef NEEDLEWORK_SENSITIVITY_H
#define NEEDLEWORK_SENSITIVITY_H

#include "arguments.h"
#include "status.h"

#include <stddef.h>

enum { SENSITIVITY_RESAMPLES = 1000 };

/* NaN throughout where the outcome does not vary or nothing is left to estimate from. */
struct sensitivity_estimate {
    double value, low, high;
};
struct sensitivity_sobol {
    struct sensitivity_estimate first, total;
};
struct sensitivity_morris {
    struct sensitivity_estimate mu_star;
    double mu, sigma; /* sigma: NaN for fewer than two effects */
    size_t effects;   /* how many there were */
};

/* Sobol' indices [k] from y[n][k + 2], finite: row j holds y at A_j, at B_j, and at A_j with its i-th coordinate taken from B_j.
 * ERR_IO when the memory is not there; n >= 2.  Tested in: test_sensitivity, against Ishigami's and Sobol's functions. */
enum status sensitivity_sobol(size_t n, size_t k, const double *y, struct sensitivity_sobol *indices);

/* Elementary effects [k][n] from trajectories: unit[n][k + 1][k] coordinates in 0..1, y[n][k + 1]; NaN where a y is missing (NaN).
 * ERR_IO, naming the trajectory, when one does not move every factor exactly once, one at a time. */
enum status sensitivity_effects(size_t n, size_t k, const double *unit, const double *y, double *effects);

/* Morris' measures [k] from effects [k][n], NaN = missing. */
enum status sensitivity_morris(size_t n, size_t k, const double *effects, struct sensitivity_morris *measures);

/* `needlework sensitivity DIR`: prints the indices of every outcome of a collected sweep (DIR/table.h5), most influential factor first.
 * ERR_CONFIG when its design gives no indices, ERR_IO when the table is not there, damaged, or its design broken. */
enum status sensitivity_command(const struct arguments *a);

#endif
