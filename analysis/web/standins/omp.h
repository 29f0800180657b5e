/* Stand-in for OpenMP: the page computes on one thread, its pragmas are ignored. */
#ifndef STANDIN_OMP_H
#define STANDIN_OMP_H

static inline int omp_get_num_procs(void)
{
    return 1;
}

static inline int omp_get_max_threads(void)
{
    return 1;
}

static inline int omp_get_thread_num(void)
{
    return 0;
}

#endif
