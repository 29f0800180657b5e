#!/usr/bin/env bash
# Rubbish for everything that reads: libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer (preset `fuzz`, tests/fuzz/fuzz_*.c).
# usage: fuzz.sh [SECONDS [HARNESS...]] | --self-test       default: 8 seconds each; a corpus grows in $FUZZ_KEEP when that is set
#
# It begins from tests/fuzz/corpus.tar.gz (minimised, from the long runs), every configuration of the repository, and a results file and
# a checkpoint made on the spot.  results, checkpoint: the reading child processes may die inside HDF5, which is what they are for; a
# report that names a file of sim/ before it names HDF5 is a failure.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export ASAN_OPTIONS=allocator_may_return_null=1 LSAN_OPTIONS="suppressions=$top/scripts/leaks.txt" OMP_WAIT_POLICY=passive

# ours PROGRAM REPORT...: the reports of the sanitizers whose first frame outside the C library and the sanitizer is of this program
ours()
{
    "$python" - "$@" <<'END'
import re, subprocess, sys
program, reports = sys.argv[1], {name: open(name, errors="replace").read() for name in sys.argv[2:]}
# Only a place in the program is written down while it runs: to look up names takes a second, and thousands of children die within HDF5.
place = re.compile(re.escape(program) + r"\+(0x[0-9a-f]+)\)")
places = sorted({at for text in reports.values() for at in place.findall(text)})
said = subprocess.run(["llvm-symbolizer-14", "--obj=" + program, "--no-inlines", "--output-style=GNU"], input="\n".join(places), text=True,
                      capture_output=True, check=True).stdout.splitlines() if places else []
names = dict(zip(places, zip(said[::2], said[1::2])))
for name, text in reports.items():
    error = re.search(r"^.*/(?:sim|models)/\S+: runtime error: .*", text, re.M)
    frames = [place.sub(lambda at: " ".join(names[at[1]]), frame) for frame in re.findall(r"^ +#\d+ .*", text, re.M)]
    first = error[0] if error else next((frame for frame in frames if "libhdf5" in frame or re.search(r"/(sim|models)/", frame)), "")
    if first and "libhdf5" not in first:
        print(name, first)
END
}

if [ "${1:-}" = --self-test ]; then
    # A program with both faults of its own, by the sanitizer; and a report that is HDF5's.
    mkdir "$scratch/sim"
    cat >"$scratch/sim/fault.c" <<'END'
#include <limits.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
    char *memory = malloc((size_t)argc);
    int most = INT_MAX - 2 + argc;
    if (argv[1][0] == 'm')
        memset(memory, 0, (size_t)argc + 1);
    else
        memory[0] = (char)(most + argc);
    return memory[0];
}
END
    clang-14 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all "$scratch/sim/fault.c" -o "$scratch/fault"
    for kind in memory overflow; do
        ! ASAN_OPTIONS=symbolize=0:log_path=$scratch/$kind "$scratch/fault" "$kind" || exit 1
        [ -n "$(ours "$scratch/fault" "$scratch/$kind".*)" ] || exit 1
    done
    printf '    #0 0x1 (/x/fuzz+0x1)\n    #1 0x2 in H5MM_xfree (/lib/libhdf5_serial.so.103+0x1)\n    #2 0x3 in h5_open /x/sim/h5.c:1:1\n' >"$scratch/theirs"
    [ -z "$(ours "$scratch/fault" "$scratch/theirs")" ]
    exit
fi

seconds=${1:-8}
shift $(($# ? 1 : 0))
[ $# -gt 0 ] || set -- config set document spec csv checkpoint results
build=$top/build-fuzz
corpus=${FUZZ_KEEP:-$scratch/corpus}
mkdir -p "$corpus"/{config,set,document,spec,csv,checkpoint,results} "$scratch"/{reports,seeds}
tar -xzf tests/fuzz/corpus.tar.gz -C "$scratch/seeds"
cp -rn "$scratch/seeds/." "$corpus"
for file in configs/*.yaml configs/*/*.yaml tests/bad_configs/*.yaml; do
    cp "$file" "$corpus/config/$(basename "$file")"
    cp "$file" "$corpus/document/$(basename "$file")"
done
for file in configs/sweeps/*.yaml configs/calibration/*.yaml; do
    sed 's/^base:.*/base: needlework-fuzz-base.yaml/' "$file" >"$corpus/spec/$(basename "$file")"
done
printf 'model: /proc/self/exe\nparameters: {x: 1}\n' >"$corpus/config/plugin" # nothing a fuzzer makes up may be loaded
printf 'model=./plugin.so\n' >"$corpus/set/plugin"
printf 'base: needlework-fuzz-base.yaml\nset: {model: /proc/self/exe}\ndesign: grid\n' >"$corpus/spec/plugin"
grep -ohE '[a-z_]{3,}' configs/*.yaml configs/*/*.yaml sim/config_keys.c | sort -u | sed 's/.*/"&"/' >"$scratch/words"
printf 'model: fisher\ndomain: {geometry: well_mixed}\nrun: {duration: 2 days}\n' >"$scratch/tiny.yaml"
"$build/needlework" run "$scratch/tiny.yaml" -o "$scratch/good.h5" --quiet
"$build/needlework" run "$scratch/tiny.yaml" -o "$scratch/cut.h5" --quiet --max-walltime "0.000001 s" 2>/dev/null || true
cp "$scratch/good.h5" "$scratch/cut.h5" "$corpus/results"
cp "$scratch/cut.h5.checkpoint.0" "$corpus/checkpoint/whole"
export FUZZ_GOOD=$scratch/good.h5

code=0
for name; do
    options=
    # Children are copies of the fuzzer: what it keeps of freed memory would be copied each time.
    case $name in
        results) most=200000 options=:symbolize=0:quarantine_size_mb=1 ;;
        checkpoint) most=20000 options=:symbolize=0:quarantine_size_mb=1 ;;
        *) most=4096 ;;
    esac
    ended=0
    ASAN_OPTIONS="$ASAN_OPTIONS$options:log_path=$scratch/reports/$name" "$build/fuzz_$name" "$corpus/$name" -dict="$scratch/words" -timeout=10 \
        -rss_limit_mb=1024 -max_len="$most" -max_total_time="$seconds" -artifact_prefix="$scratch/reports/found-$name-" -close_fd_mask=3 \
        -print_final_stats=1 >"$scratch/$name.log" 2>&1 </dev/null || ended=$?
    [ "$name" != spec ] || rm -f /dev/shm/needlework-fuzz-base.yaml # the one base of its seeds
    printf '%-12s %9s executions\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/$name.log")"
    reports=("$scratch/reports/$name".*)
    [ -e "${reports[0]}" ] || reports=()
    found=$([ ${#reports[@]} = 0 ] || ours "$build/fuzz_$name" "${reports[@]}")
    if [ "$ended" != 0 ] || [ -n "$found" ]; then
        code=1
        mkdir -p build/fuzz
        cp "$scratch"/reports/* build/fuzz/ 2>/dev/null || true
        echo "$name: exit code $ended; what was found is in build/fuzz" && echo "$found" && tail -n 20 "$scratch/$name.log"
    fi
done
exit "$code"
