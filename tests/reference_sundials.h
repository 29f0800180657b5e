/* The same equations integrated by SUNDIALS (Hindmarsh et al. 2005, ACM TOMS 31:363), one thread. */
#ifndef NEEDLEWORK_TESTS_REFERENCE_SUNDIALS_H
#define NEEDLEWORK_TESTS_REFERENCE_SUNDIALS_H

#include "reference_ode.h"

enum reference_method {
    CVODE_DIAGONAL, /* BDF, Newton-GMRES, preconditioned by the diagonal of losses and diffusion */
    CVODE_BLOCK,    /* the same, by the blocks of species at one place (difference quotients, LU in groups of cells) */
    ARKODE_IMEX,    /* additive Runge-Kutta: production explicit, losses and diffusion implicit, diagonal as above */
    N_REFERENCE_METHODS
};
extern const char *const reference_method_names[];

struct reference_options {
    enum reference_method method;
    double tolerance; /* relative */
    double floor;     /* errors are absolute below floor x the scale of the species */
    int order;        /* CVODE: the highest, 1 to 5; ARKODE: the order, 3 to 5 */
};

struct reference_counts {
    long steps, rhs, solves;
    double seconds; /* of one processor */
};

/* From the present state of the ode's simulation, taken as time 0, through ascending `day` [n] into at[n], each of reference_ode_size
 * values.  0 when it got there. */
int reference_sundials(struct reference_ode *ode, const struct reference_options *options, size_t n, const double *day, double *const *at,
                       struct reference_counts *counts);

#endif
