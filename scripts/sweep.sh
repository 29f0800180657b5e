#!/usr/bin/env bash
# A study from its specification to its figure: plans, runs on this machine, collects, draws.  What is done already is not done again.
#     scripts/sweep.sh configs/sweeps/clinical-roller.yaml                    # to results/sweeps/clinical-roller/
#     scripts/sweep.sh configs/sweeps/clinical-roller.yaml --figure pareto    # options of analysis/sweep.py
case ${1:-} in
"" | -*) echo "usage: sweep.sh SPEC [OPTION OF analysis/sweep.py]..." >&2 && exit 2 ;;
esac
spec=$(readlink -e "$1") || { echo "sweep.sh: $1: no such file" >&2; exit 2; }
shift
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
folder=results/sweeps/$(basename "$spec" .yaml)
failed=0

plan_sweep "$spec" "$folder"
"$needlework" sweep run "$folder" || failed=$?
[ "$failed" -le 1 ] || exit "$failed" # 1: some runs failed, which the table says
"$needlework" sweep collect "$folder"
if grep -Eq '^design: *(morris|saltelli)' "$spec"; then
    "$needlework" sensitivity "$folder" >"$folder/sensitivity.txt"
    echo "$folder/sensitivity.txt"
fi
"$python" analysis/sweep.py "$folder" "$@"
ls "$folder"/*.png
exit "$failed"
