/* Fits parameters to observations, or says how the model stands against them.
 *
 * A specification (YAML) names protocols (configurations, overlays and settings as for `run`), observations (CSV: an expression about a
 * protocol's run with the value and tolerance or the band it should have) and parameters to fit with ranges and priors.  Nonlinear least
 * squares by GSL's trust region (Levenberg-Marquardt) from several starts; positive parameters are fitted as logarithms and stay within
 * their ranges.  The report tells what is met, intervals, correlations and the directions that the observations do not fix.
 * Method: Transtrum, Machta & Sethna 2011, Phys Rev E 83:036701 for the directions (eigenvectors of J'J in units of the priors).
 * Tested in: tests/test_calibrate.py. */
#ifndef NEEDLEWORK_CALIBRATE_H
#define NEEDLEWORK_CALIBRATE_H

#include "arguments.h"
#include "status.h"

/* `needlework calibrate SPEC`: OK when every observation is within its band, ERR_CHECK when one is not, ERR_CONFIG with everything that is
 * wrong with SPEC and what it names before anything runs, STOPPED when asked to stop (nothing is written then). */
enum status calibrate_command(const struct arguments *arguments);

#endif
