#!/usr/bin/env bash
# Everything that must hold before a change is accepted; this is what .ci/run does.  One line per check; all run even when one fails.
# The last line is the test runner's own count.        usage: check.sh [CHECK...]   (default: all)
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
export NEEDLEWORK_WERROR=ON
logs=build/check
limit=900 # seconds, for each check
mkdir -p "$logs"

self_tests()
{
    local script
    for script in check_layers check_symbols check_tree check_kernels count_tests generate mutate; do
        "$python" "scripts/$script.py" --self-test || return
    done
    scripts/same_bits.sh --self-test && scripts/races.sh --self-test && scripts/fuzz.sh --self-test
}

preset()
{
    cmake --preset "$1" && cmake --build --preset "$1" --parallel "$jobs"
}

build_gcc()
{
    configure build -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=gcc -DNEEDLEWORK_TESTS=ON -DNEEDLEWORK_WERROR=ON &&
        cmake --build build --parallel "$jobs"
}

sanitized_tests()
{
    preset asan && ctest --preset asan --no-tests=error --timeout 900 && scripts/sanitized.sh
}

checks=(
    "packages      install_packages run test package web check"
    "self-tests    self_tests"
    "gcc           build_gcc"
    "clang         preset clang"
    "tree          $python scripts/check_tree.py"
    "format        scripts/format.sh --check"
    "layers        $python scripts/check_layers.py"
    "symbols       $python scripts/check_symbols.py build/libneedlework.a build/libneedlework.so sim/needlework.h"
    "kernels       $python scripts/check_kernels.py build"
    "generated     scripts/generate.sh --check"
    "quickstart    scripts/quickstart.sh"
    "bits          scripts/same_bits.sh"
    "faults        scripts/faults.py --every 150"
    "kills         scripts/kills.py 10"
    "draws         build/draws 200 && build/draws 40 1 sohutskay_2021 && build/draws 40 1 schnakenberg"
    "soak          build/soak 60"
    "valgrind      scripts/valgrind.sh"
    "fuzz          preset fuzz && scripts/fuzz.sh"
    "races         preset tsan && scripts/races.sh"
    "sanitizers    sanitized_tests"
    "web           analysis/web/build.sh build/web/needlework.html && command -v chromium"
    "tests         scripts/test.sh"
)

if [ "${1:-}" = --run ]; then
    eval "$2"
    exit
fi
failed=() n=0
for check in "${checks[@]}"; do
    read -r title command <<<"$check"
    [ $# = 0 ] || [[ " $* " == *" $title "* ]] || continue
    n=$((n + 1)) start=$SECONDS
    # A process of its own, where `set -e` holds, and that ends by itself whatever hangs in it.
    if timeout -k 10 "$limit" bash scripts/check.sh --run "$command" >"$logs/$title.log" 2>&1 </dev/null; then
        printf 'ok    %-12s %4d s\n' "$title" $((SECONDS - start))
    else
        [ $((SECONDS - start)) -lt "$limit" ] || echo "stopped after $limit s" >>"$logs/$title.log"
        printf 'FAIL  %-12s %4d s   (%s)\n' "$title" $((SECONDS - start)) "$logs/$title.log"
        tail -n 40 "$logs/$title.log" | sed 's/^/      /'
        failed+=("$title")
    fi
done
[ "$n" -gt 0 ] || { echo "no check of this name: $*" >&2 && exit 2; }
echo
echo "checks: $((n - ${#failed[@]})) of $n ok${failed[*]:+, FAILED: ${failed[*]}}"
[ ! -f "$logs/tests.log" ] || [ $# != 0 ] || tail -n 1 "$logs/tests.log"
[ ${#failed[@]} = 0 ]
