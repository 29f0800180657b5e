#!/usr/bin/env bash
# Brings the generated parts of the documentation up to date with build/needlework; with --check only says whether they are.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
"$python" scripts/generate.py build/needlework "$@"
