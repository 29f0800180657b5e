#!/usr/bin/env bash
# The program and the library of the preset `asan` (AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer) in the Python tests: what a
# sanitizer finds ends the process with another exit code than the tests want.  The C tests run under ctest --preset asan.
# usage: sanitized.sh [TEST... | all]        default: disk reproduce calibrate compare, some 40 s of processor time; all: every tests/**/test_*.py
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -gt 0 ] || set -- disk reproduce calibrate compare
[ "$*" != all ] || set -- '*'
export ASAN_OPTIONS=allocator_may_return_null=1 # damaged files ask for anything
export NEEDLEWORK=$top/build-asan/needlework OMP_WAIT_POLICY=passive LSAN_OPTIONS="suppressions=$top/scripts/leaks.txt:print_suppressions=0"
[ -x "$NEEDLEWORK" ] || { echo "$NEEDLEWORK is missing: cmake --preset asan && cmake --build --preset asan" >&2 && exit 2; }

tests=() hosts=()
for name; do
    mapfile -t found < <(find tests -name "test_$name.py" | sort)
    [ ${#found[@]} -gt 0 ] || { echo "no test of this name: $name" >&2 && exit 2; }
    for file in "${found[@]}"; do
        if grep -q 'ctypes\.CDLL' "$file"; then hosts+=("$file"); else tests+=("$file"); fi
    done
done
result=0
[ ${#tests[@]} = 0 ] || "$python" -m pytest -q -p no:cacheprovider "${tests[@]}" || result=$?
# Python with the library in its own process: the sanitizers come before all else, and what Python leaks is not looked for.
[ ${#hosts[@]} = 0 ] || LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 "$python" -m pytest -q -p no:cacheprovider "${hosts[@]}" || result=$?
exit "$result"
