#!/usr/bin/env bash
# Rubbish for everything that reads: libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer (preset `fuzz`, tests/fuzz/fuzz_*.c).
# usage: fuzz.sh [SECONDS [HARNESS...]] | --self-test       default: 8 seconds each; a corpus grows in $FUZZ_KEEP when that is set
#
# It begins from tests/fuzz/corpus.tar.gz (minimised, from the long runs), every configuration of the repository, and a results file and
# a checkpoint made on the spot.  results: the reading child processes may die inside HDF5, which is what they are for; a report that
# names a file of sim/ before it names HDF5 is a failure.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export ASAN_OPTIONS=allocator_may_return_null=1 LSAN_OPTIONS="suppressions=$top/scripts/leaks.txt" OMP_WAIT_POLICY=passive

# ours REPORT...: the reports of AddressSanitizer whose first frame outside the C library and the sanitizer is of this program
ours()
{
    "$python" - "$@" <<'END'
import re, sys
for name in sys.argv[1:]:
    frames = re.findall(r"^ +#\d+ .*", open(name, errors="replace").read(), re.M)
    first = next((frame for frame in frames if "libhdf5" in frame or re.search(r"/(sim|models)/", frame)), "")
    if first and "libhdf5" not in first:
        print(name, first)
END
}

if [ "${1:-}" = --self-test ]; then
    printf '    #0 0x1 in free (/x/fuzz+0x1)\n    #1 0x2 in H5MM_xfree (/lib/libhdf5_serial.so.103+0x1)\n    #2 0x3 in h5_open /x/sim/h5.c:1:1\n' >"$scratch/theirs"
    printf '    #0 0x1 in memcpy (/x/fuzz+0x1)\n    #1 0x3 in add_name /x/sim/results_info.c:1:1\n    #2 0x2 in H5Literate (/lib/libhdf5.so+0x1)\n' >"$scratch/ours"
    [ -z "$(ours "$scratch/theirs")" ] && [ -n "$(ours "$scratch/ours")" ]
    exit
fi

seconds=${1:-8}
shift $(($# ? 1 : 0))
[ $# -gt 0 ] || set -- config set document spec csv checkpoint results
build=$top/build-fuzz
corpus=${FUZZ_KEEP:-$scratch/corpus}
mkdir -p "$corpus"/{config,set,document,spec,csv,checkpoint,results} "$scratch/reports"
tar -xzf tests/fuzz/corpus.tar.gz -C "$corpus"
for file in configs/*.yaml configs/*/*.yaml tests/bad_configs/*.yaml; do
    cp "$file" "$corpus/config/$(basename "$file")"
    cp "$file" "$corpus/document/$(basename "$file")"
done
for file in configs/sweeps/*.yaml configs/calibration/*.yaml; do
    sed 's/^base:.*/base: needlework-fuzz-base.yaml/' "$file" >"$corpus/spec/$(basename "$file")"
done
grep -ohE '[a-z_]{3,}' configs/*.yaml configs/*/*.yaml sim/config_keys.c | sort -u | sed 's/.*/"&"/' >"$scratch/words"
printf 'model: fisher\ndomain: {geometry: well_mixed}\nrun: {duration: 2 days}\n' >"$scratch/tiny.yaml"
"$build/needlework" run "$scratch/tiny.yaml" -o "$scratch/good.h5" --quiet
"$build/needlework" run "$scratch/tiny.yaml" -o "$scratch/cut.h5" --quiet --max-walltime "0.000001 s" 2>/dev/null || true
cp "$scratch/good.h5" "$scratch/cut.h5" "$corpus/results"
cp "$scratch/cut.h5.checkpoint.0" "$corpus/checkpoint/whole"
export FUZZ_GOOD=$scratch/good.h5

code=0
for name; do
    case $name in results) most=200000 ;; checkpoint) most=16384 ;; *) most=4096 ;; esac
    ended=0
    ASAN_OPTIONS="$ASAN_OPTIONS:log_path=$scratch/reports/$name" "$build/fuzz_$name" "$corpus/$name" -dict="$scratch/words" -timeout=10 \
        -rss_limit_mb=1024 -max_len="$most" -max_total_time="$seconds" -artifact_prefix="$scratch/reports/found-$name-" -close_fd_mask=3 \
        -print_final_stats=1 >"$scratch/$name.log" 2>&1 </dev/null || ended=$?
    printf '%-12s %9s executions\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/$name.log")"
    reports=("$scratch/reports/$name".*)
    [ -e "${reports[0]}" ] || reports=()
    found=$([ ${#reports[@]} = 0 ] || ours "${reports[@]}")
    if [ "$ended" != 0 ] || [ -n "$found" ]; then
        code=1
        mkdir -p build/fuzz
        cp "$scratch"/reports/* build/fuzz/ 2>/dev/null || true
        echo "$name: exit code $ended; what was found is in build/fuzz" && echo "$found" && tail -n 20 "$scratch/$name.log"
    fi
done
exit "$code"
