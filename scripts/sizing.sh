#!/usr/bin/env bash
# What a run of a sweep costs, by geometry and spacing: the table in sim/sweeps.md.  Twelve months, one session, one thread; processor time
# without the start of the program.        usage: sizing.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'model: dermis\ndomain: {geometry: well_mixed}\n' >"$folder/well-mixed.yaml"

measure='
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime, used.ru_maxrss)'

one() # repetitions, configuration, settings
{
    printf 'base: %s\ndesign: list\nreplicates: %s\nset: {%s, run.duration: 12 months, treatment.sessions: 1}\noutcomes: [downtime]\n' \
        "$2" "$1" "$3" >"$folder/spec.yaml"
    rm -rf "$folder/sweep"
    build/needlework sweep plan "$folder/spec.yaml" -o "$folder/sweep" --quiet >/dev/null 2>&1
    "$python" -c "$measure" build/needlework sweep run "$folder/sweep" --jobs 1 --quiet |
        awk -v n="$1" -v what="$(basename "$2" .yaml), $3" \
            '{ printf "%-48s %8.4f s a run  %4.0f MB  %8.0f runs per core and hour\n", what, $1 / n, $2 / 1000, 3600 * n / $1 }'
}

one 100 "$folder/well-mixed.yaml" "output.timeseries: 1 day"
one 50 "$PWD/configs/axisymmetric.yaml" "domain.spacing: 60 um"
one 20 "$PWD/configs/axisymmetric.yaml" "domain.spacing: 40 um"
one 10 "$PWD/configs/axisymmetric.yaml" "domain.spacing: 20 um"
one 5 "$PWD/configs/slab.yaml" "domain.spacing: 20 um"
one 20 "$PWD/configs/quickstart.yaml" "domain.spacing: 40 um"
one 5 "$PWD/configs/quickstart.yaml" "domain.spacing: 20 um"
one 2 "$PWD/configs/patch.yaml" "domain.spacing: 40 um"
