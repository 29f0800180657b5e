#!/usr/bin/env bash
# Proves the two commands on a bare Debian 12: a minimal system in a scratch folder (debootstrap, root needed), a clean clone of HEAD in
# it, no git, no python but what quickstart.sh installs, and a decoy python3 first on the PATH.
# usage: fresh-machine.sh [--clone-only] [--keep]      --clone-only: a clean clone on this machine, no root needed
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
clone_only=false keep=false
for option in "$@"; do
    case $option in
    --clone-only) clone_only=true ;;
    --keep) keep=true ;;
    *) echo "usage: $0 [--clone-only] [--keep]" >&2 && exit 2 ;;
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
git clone -q --no-hardlinks "$top" "$root/opt/needlework"
decoy "$root/opt/decoy"

# Own mounts and processes, gone with the command; Criterion needs /dev/shm, Slurm the processors and the control groups in /sys.
in_root()
{
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child env -i TERM=dumb HOME=/root root="$root" script="$1" bash -ec '
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount -t tmpfs tmpfs "$root/dev/shm" -o mode=1777 || { mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"; }
        exec chroot "$root" env PATH=/opt/decoy:/usr/bin:/bin:/usr/sbin:/sbin bash -c "cd / && exec /opt/needlework/scripts/$script.sh"'
}
both "a bare Debian $(cat "$root/etc/debian_version")" in_root
