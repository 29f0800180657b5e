#!/usr/bin/env bash
# Draws how the dermis model answers to depth, density, width, sessions and interval (models/dose-response.png, half a minute) and writes
# the numbers beside it.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
begin dose_response 2

build_program

step "running and drawing models/dose-response.png"
"$python" analysis/dose_response.py -o models/dose-response.png --table models/dose-response.md
