# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside it: where things are, how to speak, how to install.  Not a program.
set -euo pipefail
unset CDPATH PYTHONPATH PYTHONHOME
# The distribution's tools first: another python3, cmake or h5cc on the PATH (conda, pyenv) would be found by the build.
export PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH LC_ALL=C.UTF-8 PYTHONNOUSERSITE=1 MPLBACKEND=Agg
python=/usr/bin/python3
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
needlework=${NEEDLEWORK:-build/needlework}
cd "$top"

# begin NAME STEPS: from here on `step` counts, and leaving early says which step failed.
begin()
{
    name=$1 steps=$2 number=0 current=start
    trap 'code=$?; [ "$code" = 0 ] || printf "\n%s: FAILED while %s (exit code %s)\n" "$name" "$current" "$code" >&2; exit "$code"' EXIT
}

step()
{
    current=$1 number=$((number + 1))
    printf '\n[%s/%s] %s\n' "$number" "$steps" "$current"
}

# logged FILE COMMAND...: output to FILE; its end is shown when the command fails.
logged()
{
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 </dev/null || {
        local code=$?
        tail -n 40 "$log" >&2
        echo "(all of it: $log)" >&2
        return "$code"
    }
}

# install_packages USE...: installs what packages.txt lists for these uses and is missing; nothing missing = no sudo, no network.
install_packages()
{
    local wanted missing=() package as_root=()
    # shellcheck disable=SC2207
    wanted=($(awk -v uses=" $* " '!/^#/ && index(uses, " " $1 " ") { print $2 }' scripts/packages.txt))
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "No apt on this machine: nothing is installed.  Going on with what is here; needed (Debian's names):"
        echo "  ${wanted[*]}"
        return
    fi
    for package in "${wanted[@]}"; do
        # One line for each architecture; "not-installed" is a state too.
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        echo "All ${#wanted[@]} system packages are there; nothing to install."
        return
    fi
    echo "Installing ${#missing[@]} of ${#wanted[@]} system packages with apt (log: build/packages.log):"
    printf '%s ' "${missing[@]}" | fold -s -w 100 | sed 's/^/  /'
    echo
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "You are not root and there is no sudo.  Ask an administrator for: apt-get install ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
        [ -t 0 ] || as_root=(sudo -n)
        "${as_root[@]}" -v
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
    local install=("${as_root[@]}" install --no-install-recommends "${missing[@]}")
    # A machine that never fetched the lists, or whose lists have grown old, needs an update first.
    if ! apt-cache show --no-all-versions "${missing[@]}" >/dev/null 2>&1 || ! logged build/packages.log "${install[@]}" 2>/dev/null; then
        echo "  (fetching the package lists)"
        logged build/packages-update.log "${as_root[@]}" update
        logged build/packages.log "${install[@]}"
    fi
}

# configure BUILD OPTION...: a tree that was configured elsewhere (a moved or copied folder) is configured afresh.
configure()
{
    local build=$1 fresh=()
    shift
    [ ! -f "$build/CMakeCache.txt" ] || grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" "$build/CMakeCache.txt" || fresh=(--fresh)
    logged "$build/configure.log" cmake -S . -B "$build" "${fresh[@]}" "$@"
}

# build_program OPTION...: the step that makes build/needlework.
build_program()
{
    step "building build/needlework"
    configure build -DCMAKE_BUILD_TYPE=Release "$@"
    cmake --build build --target needlework --parallel "$jobs"
}

# plan_sweep SPEC FOLDER: a folder that was planned before must have been planned from this specification.
plan_sweep()
{
    if [ ! -e "$2/manifest.h5" ]; then
        mkdir -p "$(dirname "$2")"
        "$needlework" sweep plan "$1" -o "$2"
    elif ! cmp -s "$1" "$2/sweep.yaml"; then
        echo "$(basename "$0"): $2 was planned from another specification; move it away first" >&2
        exit 2
    fi
}
