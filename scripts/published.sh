#!/usr/bin/env bash
# Runs the library of published models (configs/published/) and draws it on one page, results/published/published.png.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
begin published 3

build_program

step "running configs/published/"
mkdir -p results/published
for file in configs/published/*.yaml; do
    build/needlework run "$file" -o "results/published/$(basename "$file" .yaml).h5" --force
done

step "drawing results/published/published.png"
"$python" analysis/published.py results/published -o results/published/published.png
