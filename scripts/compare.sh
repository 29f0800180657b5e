#!/usr/bin/env bash
# Rollers against pen against stamp: runs configs/compare/ and draws them side by side, results/compare/compare.png.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
begin compare 3

build_program

step "running configs/compare/"
mkdir -p results/compare
files=()
for file in configs/compare/*.yaml; do
    files+=("results/compare/$(basename "$file" .yaml).h5")
    build/needlework run "$file" -o "${files[-1]}" --force
done

step "comparing them"
build/needlework compare "${files[@]}"
"$python" analysis/compare.py "${files[@]}" -o results/compare/compare.png --title "Rollers, pen and stamp: three sessions each"
echo "results/compare/compare.png"
