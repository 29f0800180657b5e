#!/usr/bin/env bash
# No data race: clang's ThreadSanitizer, with its OpenMP and archer, over a week of the quickstart on two threads and over simulations in
# four threads of one process (tests/threads.c).  (gcc's reports false races.)
# usage: races.sh [BUILD] | --self-test        default: build-tsan, built by the preset `tsan`
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
archer=$(find /usr/lib/llvm-14/lib -name libarcher.so -print -quit)
[ -n "$archer" ] || {
    echo "libarcher.so is missing (package libomp-14-dev)"
    exit 1
}
export OMP_TOOL_LIBRARIES=$archer OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive
export ARCHER_OPTIONS="verbose=1" TSAN_OPTIONS="ignore_noninstrumented_modules=1 exitcode=66 halt_on_error=1"

# watched LOG COMMAND...: fails on a race, and when archer was not at work.
watched()
{
    local log=$1 code=0
    shift
    "$@" >"$log" 2>&1 </dev/null || code=$?
    if ! grep -q "Archer detected OpenMP application with TSan" "$log"; then
        echo "archer is not at work:" && tail -n 20 "$log"
        return 1
    elif [ "$code" != 0 ]; then
        grep -A 12 "WARNING: ThreadSanitizer" "$log" | head -n 60 || tail -n 20 "$log"
        echo "exit code $code"
        return 1
    fi
}

if [ "${1:-}" = --self-test ]; then
    cat >"$scratch/race.c" <<'END'
#include <stdio.h>
int main(void)
{
    static double a[1000];
    double sum = 0.0;
#pragma omp parallel for
    for (int i = 0; i < 1000; i++)
        a[i] = i;
#ifdef RACE
#pragma omp parallel for
#else
#pragma omp parallel for reduction(+ : sum)
#endif
    for (int i = 0; i < 1000; i++)
        sum += a[i];
    return !printf("%g\n", sum);
}
END
    for race in "" -DRACE; do
        # shellcheck disable=SC2086
        clang-14 $race -g -O1 -fopenmp -fsanitize=thread "$scratch/race.c" -o "$scratch/race$race"
    done
    watched "$scratch/log" "$scratch/race"
    ! watched "$scratch/log" "$scratch/race-DRACE" >/dev/null || {
        echo "the planted race was not seen"
        exit 1
    }
    exit
fi

build=${1:-build-tsan}
watched "$scratch/log" "$build/needlework" run configs/quickstart.yaml --set run.duration="7 days" --threads 2 -o "$scratch/out.h5" --quiet
watched "$scratch/log" "$build/threads" "$build/plugin_example.so" 4 1
