#!/usr/bin/env bash
# Proves the two commands on a bare Debian 12: a minimal system in a scratch folder (debootstrap, root needed), a clean clone of HEAD in
# it, no git, no python but what quickstart.sh installs, and a decoy python3 first on the PATH.
# usage: fresh-machine.sh [--clone-only | --package] [--keep]      --clone-only: a clean clone on this machine, no root needed
# --package: the packages of scripts/package.sh instead of a clone, each on a bare machine of its own, from their installation to a figure.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
clone_only=false package=false keep=false
for option in "$@"; do
    case $option in
    --clone-only) clone_only=true ;;
    --package) package=true ;;
    --keep) keep=true ;;
    *) echo "usage: $0 [--clone-only | --package] [--keep]" >&2 && exit 2 ;;
    esac
done
scratch=$(mktemp -d "${TMPDIR:-/tmp}/needlework-fresh.XXXXXX")
leave()
{
    if $keep; then
        echo "kept: $scratch"
    else
        rm -rf --one-file-system "$scratch"
    fi
}
trap leave EXIT
commit=$(git rev-parse --short HEAD)
[ -z "$(git status --porcelain --untracked-files=no)" ] || echo "note: uncommitted changes are not part of this proof"

# both PLACE COMMAND...: runs the two commands, the first one twice, through COMMAND, from another folder, and says how they went.
both()
{
    local code=0 script start result report=() place=$1
    shift
    for script in quickstart quickstart test; do
        printf '\n---- scripts/%s.sh on %s ----\n' "$script" "$place"
        start=$SECONDS
        result=ok
        "$@" "$script" </dev/null || { result=FAILED && code=1; }
        report+=("$(printf '%-6s  %-10s  %4d s  %s' "$result" "$script" $((SECONDS - start)) "$place")")
        [ "$code" = 0 ] || break
    done
    printf '\n%s, commit %s\n' "$place" "$commit"
    printf '  %s\n' "${report[@]}"
    return "$code"
}

# The decoy: a python3 that is not the distribution's must not be picked up.
decoy()
{
    mkdir -p "$1"
    printf '#!/bin/sh\necho "this python3 is a decoy" >&2\nexit 1\n' >"$1/python3"
    chmod +x "$1/python3"
}

if $clone_only; then
    git clone -q --no-hardlinks "$top" "$scratch/needlework"
    decoy "$scratch/decoy"
    in_clone()
    {
        (cd / && PATH=$scratch/decoy:$PATH "$scratch/needlework/scripts/$1.sh")
    }
    both "a clean clone" in_clone
    exit
fi

[ "$(id -u)" = 0 ] || { echo "debootstrap needs root; without it: $0 --clone-only" >&2 && exit 2; }
command -v debootstrap >/dev/null || { echo "needs the package debootstrap" >&2 && exit 2; }

# Debian's suites as this machine is set up to reach them.
# shellcheck disable=SC2016
targets=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 ~ /^bookworm(-updates|-security)?$/ && $3 == "main" { print "deb", $0 }' | sort -u)
mirror=$(awk '$3 == "bookworm" { print $2; exit }' <<<"$targets")
[ -n "$mirror" ] || { echo "no bookworm among this machine's apt sources" >&2 && exit 2; }
include=()
[[ "$mirror" != https:* ]] || include=(--include=ca-certificates)
root=$scratch/root
echo "building a minimal Debian 12 in $root"
logged "$scratch/debootstrap.log" debootstrap --variant=minbase "${include[@]}" bookworm "$root" "$mirror"
echo "$targets" >"$root/etc/apt/sources.list"
# Of this machine's apt configuration what concerns fetching (proxies, certificates), with the files it names.
apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/00host" || true
while read -r file; do
    [ ! -f "$file" ] || install -D "$file" "$root$file"
done < <(grep -o '"/[^"]*"' "$root/etc/apt/apt.conf.d/00host" | tr -d '"')
[ ! -d /usr/local/share/ca-certificates ] || cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
debian="Debian $(cat "$root/etc/debian_version")"

# inside ROOT COMMAND: a shell command there.  Own mounts and processes, gone with it; Criterion needs /dev/shm, Slurm the processors and the control groups in /sys.
inside()
{
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child env -i TERM=dumb HOME=/root root="$1" command="$2" bash -ec '
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount -t tmpfs tmpfs "$root/dev/shm" -o mode=1777 || { mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"; }
        mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
        exec chroot "$root" env PATH=/opt/decoy:/usr/bin:/bin:/usr/sbin:/sbin bash -ec "$command"'
}

# step_inside WHAT ROOT COMMAND: says how it went and how long it took.
report=()
step_inside()
{
    local start=$SECONDS code=0
    printf '\n---- %s ----\n%s\n' "$1" "$3"
    inside "$2" "$3" </dev/null || code=$?
    report+=("$(printf '%-6s  %4d s  %s' "$([ "$code" = 0 ] && echo ok || echo FAILED)" $((SECONDS - start)) "$1")")
    [ "$code" = 0 ] || { printf '  %s\n' "${report[@]}" && exit 1; }
}

if $package; then
    scripts/package.sh
    deb=$(echo build/package/needlework_*.deb) archive=$(echo build/package/needlework-*.tar.gz)
    short='--set run.duration="3 days" --quiet'
    for name in deb apptainer; do
        cp -a "$root" "$scratch/$name"
    done
    cp "$deb" "$scratch/deb/opt/"

    mkdir "$root/opt/elsewhere" # Lmod cannot have blanks in a path; tests/test_install.py has them
    tar -xf "$archive" -C "$root/opt/elsewhere" --strip-components=1
    step_inside "archive on a machine without any of its libraries: a run, and a sentence instead of a figure" "$root" "
        find / -xdev -path '/opt/*' -prune -o -regex '.*/lib\(hdf5\|gsl\|yaml\|udunits\|gomp\|curl\).*' -print -o -name udunits -print | grep . && exit 1
        cd /root && /opt/elsewhere/bin/needlework verify V1
        /opt/elsewhere/bin/needlework quickstart $short && exit 1
        /opt/elsewhere/bin/needlework info quickstart.h5 | grep -E 'state +complete'"
    step_inside "archive with Python beside it: a figure" "$root" "
        apt-get update >/dev/null && apt-get install --yes --no-install-recommends python3-matplotlib python3-h5py python3-xarray python3-yaml >/dev/null
        cd /root && /opt/elsewhere/bin/needlework plot timeline quickstart.h5 && ls -l quickstart-timeline.png"
    step_inside "archive as a module of Lmod" "$root" "
        apt-get install --yes --no-install-recommends lmod >/dev/null && set +e && . /usr/share/lmod/8*/init/bash
        module use /opt/elsewhere/share/modulefiles && module load needlework && module list && set -e && needlework --version
        [ \"\$NEEDLEWORK_SHARE\" = /opt/elsewhere/share/needlework ] && module unload needlework && ! command -v needlework"

    step_inside "first command: the Debian package" "$scratch/deb" "
        apt-get update >/dev/null; cd /opt && apt-get install --yes --no-install-recommends ./${deb##*/} >/root/apt.log; grep 'disk space' /root/apt.log"
    step_inside "second command: quickstart" "$scratch/deb" "cd /root && needlework quickstart && ls -l quickstart*"
    step_inside "... films, pages, lessons, completion, manual, library and removal" "$scratch/deb" "
        apt-get install --yes --no-install-recommends ffmpeg >/dev/null; cd /root && needlework plot film quickstart.h5 -o film.mp4 && needlework plot report quickstart.h5 -o r.html && needlework plot lesson -o l.pdf
        apt-get install --yes --no-install-recommends man-db bash-completion gcc libc6-dev pkg-config >/dev/null
        man -w needlework; set +e; . /etc/bash_completion; set -e; _completion_loader needlework || true; complete -p needlework
        printf '#include <needlework/needlework.h>\nint main(void) { return needlework_version() == 0; }\n' >a.c
        gcc a.c \$(pkg-config --cflags --libs needlework) && ./a.out && ls -l film.mp4 r.html l.pdf
        apt-get purge --yes needlework >/dev/null && ! find /usr -name '*needlework*' | grep ."

    # What Apptainer would do with scripts/needlework.def: its sections, run in a bare Debian.
    section()
    {
        awk -v name="%$1" '/^%/ { inside = $1 == name; next } inside' scripts/needlework.def
    }
    read -r from to < <(section files | sed '/^ *$/d')
    cp "$from" "$scratch/apptainer$to"
    step_inside "%post of needlework.def" "$scratch/apptainer" "{ $(section post); } >/root/apt.log"
    step_inside "%test and %runscript of needlework.def" "$scratch/apptainer" "($(section environment); $(section test)); set -- --version; $(section runscript)"
    printf '\n%s, bare, commit %s\n' "$debian" "$commit"
    printf '  %s\n' "${report[@]}"
    exit
fi

git clone -q --no-hardlinks "$top" "$root/opt/needlework"
decoy "$root/opt/decoy"
in_clone()
{
    inside "$root" "cd / && exec /opt/needlework/scripts/$1.sh"
}
both "a bare $debian" in_clone
