#!/usr/bin/env bash
# The program of the preset `asan` (AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer) in the Python tests that start it: what a
# sanitizer finds ends the program with another exit code than the tests want.  The C tests run under ctest --preset asan.
# usage: sanitized.sh [TEST... | all]        default: disk reproduce calibrate compare, some 40 s of processor time
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -gt 0 ] || set -- disk reproduce calibrate compare
[ "$1" != all ] || set -- disk reproduce calibrate compare sensitivity results long sweep resume corrupted cli run
export ASAN_OPTIONS=allocator_may_return_null=1 # damaged files ask for anything
export NEEDLEWORK=$top/build-asan/needlework OMP_WAIT_POLICY=passive LSAN_OPTIONS="suppressions=$top/scripts/leaks.txt:print_suppressions=0"
[ -x "$NEEDLEWORK" ] || { echo "$NEEDLEWORK is missing: cmake --preset asan && cmake --build --preset asan" >&2 && exit 2; }
tests=("${@/#/tests/test_}")
"$python" -m pytest -q -p no:cacheprovider "${tests[@]/%/.py}"
