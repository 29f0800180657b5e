#!/usr/bin/env bash
# Every test: sets up like quickstart.sh, builds with tests, runs the C and the Python tests.  The last line is the count of all cases.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
begin test 4

step "installing system packages"
install_packages run test package

step "building the program and its tests"
configure build -DCMAKE_BUILD_TYPE=Release -DNEEDLEWORK_TESTS=ON -DNEEDLEWORK_WERROR="${NEEDLEWORK_WERROR:-OFF}"
cmake --build build --parallel "$jobs"

# Every test program uses two threads.
step "running the C tests"
rm -f build/ctest.xml build/pytest.xml
ctest --test-dir build --output-on-failure --no-tests=error --timeout 600 --parallel $(((jobs + 1) / 2)) --output-junit ctest.xml \
    --test-output-size-passed 10000000 --test-output-size-failed 10000000 </dev/null || true

step "running the Python tests"
"$python" -m pytest -q -p no:cacheprovider --junitxml=build/pytest.xml tests </dev/null || true

trap - EXIT # the count is the last line
echo
"$python" scripts/count_tests.py build/ctest.xml build/pytest.xml
