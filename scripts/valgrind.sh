#!/usr/bin/env bash
# valgrind's memcheck over one short run, its resumption and `info`: no invalid access, no use of what was never set, no leak of ours.
# usage: valgrind.sh [PROGRAM]        default: build/needlework
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program=$(realpath "${1:-build/needlework}")
cat >"$scratch/run.yaml" <<'END'
model: dermis
domain: {geometry: axisymmetric, spacing: 150 um, depth: 0.9 mm}
run: {duration: 1 days}
output: {timeseries: 3 hours, profiles: 12 hours, snapshots: [0 days]}
END
# With the policy set the program does not start itself anew, which valgrind would not follow.
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1

# checked CODE ARGUMENT...: the program must end with CODE and without a complaint.
checked()
{
    local wanted=$1 code=0
    shift
    valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --log-file="$scratch/log.%p" \
        "$program" "$@" >"$scratch/out" 2>&1 </dev/null || code=$?
    cat "$scratch"/log.* >"$scratch/log"
    if [ "$code" != "$wanted" ] || [ -s "$scratch/log" ]; then
        echo "needlework $*: exit code $code, wanted $wanted" && tail -n 40 "$scratch/log" "$scratch/out"
        return 1
    fi
    rm "$scratch"/log*
}
checked 75 run "$scratch/run.yaml" -o "$scratch/run.h5" --quiet --max-walltime "0.001 s"
checked 0 resume "$scratch/run.h5" --quiet
checked 0 info "$scratch/run.h5"
checked 4 info "$scratch/run.yaml"
echo "run, resume and info: no complaint"
