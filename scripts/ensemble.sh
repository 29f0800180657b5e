#!/usr/bin/env bash
# Bands of uncertainty around a healing timeline: runs an ensemble (configs/ensembles/) and draws its base run with the bands.
#     scripts/ensemble.sh configs/ensembles/parameters.yaml       # to results/ensembles/parameters/timeline.png
case ${1:-} in
"" | -*) echo "usage: ensemble.sh SPEC [OPTION OF analysis/timeline.py]..." >&2 && exit 2 ;;
esac
spec=$(readlink -e "$1") || { echo "ensemble.sh: $1: no such file" >&2; exit 2; }
shift
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
folder=results/ensembles/$(basename "$spec" .yaml)
base=$(dirname "$spec")/$(sed -n 's/^base: *//p' "$spec")

plan_sweep "$spec" "$folder"
"$needlework" sweep run "$folder"
"$needlework" sweep collect "$folder" --series
"$needlework" run "$base" -o "$folder/base.h5" --force --quiet
"$python" analysis/timeline.py "$folder/base.h5" --ensemble "$folder/table.h5" -o "$folder/timeline.png" "$@"
ls "$folder"/*.png
