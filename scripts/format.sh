#!/usr/bin/env bash
# Formats the C files in place (version 14: others differ); with --check only says which are not.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
mode=(-i)
[ "${1:-}" != --check ] || mode=(--dry-run -Werror)
find sim models tests analysis -name '*.[ch]' -print0 | xargs -0 clang-format-14 "${mode[@]}"
