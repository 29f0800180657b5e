#!/usr/bin/env bash
# Bands of uncertainty around a healing timeline: runs an ensemble (configs/ensembles/) and draws its base run with the bands.
#     scripts/ensemble.sh configs/ensembles/parameters.yaml       # to results/ensembles/parameters/timeline.png
case ${1:-} in
"" | -*) echo "usage: ensemble.sh SPEC [OPTION OF analysis/timeline.py]..." >&2 && exit 2 ;;
esac
spec=$(readlink -f "$1") && shift
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
needlework=${NEEDLEWORK:-build/needlework}
folder=results/ensembles/$(basename "$spec" .yaml)
base=$(dirname "$spec")/$(sed -n 's/^base: *//p' "$spec")

if [ ! -e "$folder/manifest.h5" ]; then
    mkdir -p results/ensembles
    "$needlework" sweep plan "$spec" -o "$folder"
elif ! cmp -s "$spec" "$folder/sweep.yaml"; then
    echo "ensemble.sh: $folder was planned from another specification; move it away first" >&2
    exit 2
fi
"$needlework" sweep run "$folder"
"$needlework" sweep collect "$folder" --series
"$needlework" run "$base" -o "$folder/base.h5" --force --quiet
"$python" analysis/timeline.py "$folder/base.h5" --ensemble "$folder/table.h5" -o "$folder/timeline.png" "$@"
ls "$folder"/*.png
