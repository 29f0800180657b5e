#!/usr/bin/env bash
# One answer: the same file, bit for bit, from 1, 2, 3, 4 and 8 threads (only /provenance/host may differ), and the same numbers from the
# other compiler's build where there is one (`needlework reproduce` states how close).
# usage: same_bits.sh [PROGRAM [CONFIG [OPTION...]]] | --self-test      default: build/needlework and 60 days of the quickstart
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# h5diff exits with 0 on data sets it cannot compare (another shape): silence is the proof, not the exit code.
same()
{
    local said
    if ! said=$(h5diff -c --exclude-path /provenance/host "$1" "$2" 2>&1) || [ -n "$said" ]; then
        printf '%s\n' "$said" "$(basename "$1") and $(basename "$2") differ" | head -n 20
        return 1
    fi
}

if [ "${1:-}" = --self-test ]; then
    "$python" - "$scratch" <<'END'
import sys, h5py, numpy
for name, value, n, extra, host in (("a", 1.0, 3, 0, "x"), ("host", 1.0, 3, 0, "y"), ("bit", numpy.nextafter(1.0, 2.0), 3, 0, "x"),
                                    ("sign", 1.0, 3, -0.0, "x"), ("shape", 1.0, 4, 0, "x"), ("more", 1.0, 3, 0, "x"), ("note", 1.0, 3, 0, "x")):
    with h5py.File(f"{sys.argv[1]}/{name}.h5", "w") as f:
        f["x"], f["zero"], f["gap"], f["provenance/host/name"] = [value] * n, float(extra), float("nan"), host
        if name == "more":
            f["y"] = 1.0
        f.attrs["peak"] = 2.0 if name == "note" else 1.0
END
    same "$scratch/a.h5" "$scratch/host.h5"
    for other in bit sign shape more note; do
        ! same "$scratch/a.h5" "$scratch/$other.h5" >/dev/null || {
            echo "the difference in $other.h5 was not seen"
            exit 1
        }
    done
    exit
fi

program=${1:-build/needlework} config=${2:-configs/quickstart.yaml}
[ $# -gt 2 ] && options=("${@:3}") || options=(--set run.duration="60 days")
code=0
for threads in 1 2 3 4 8; do
    OMP_WAIT_POLICY=passive "$program" run "$config" "${options[@]}" --threads "$threads" -o "$scratch/$threads.h5" --quiet
    [ "$threads" = 1 ] || same "$scratch/1.h5" "$scratch/$threads.h5" || code=1
done
[ ! -x build-clang/needlework ] || build-clang/needlework reproduce "$scratch/1.h5" --quiet || code=1
exit "$code"
