#!/usr/bin/python3
"""Exported symbols say where they live: each starts with the name of its file, its first word or the rest of it (stepper_layer.c:
stepper_layer_..., stepper_..., layer_...).
Only main ends the program: nothing in the library calls exit or its kin (Criterion would even count such a test as passed).

usage: check_symbols.py LIBRARY.a | --self-test"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# In models/, `model_<file>` is the model of <file>.  registry.c holds what the contract in sim/model.h declares; an enumeration's names
# are called after the enumeration.
ALSO = {"registry": "model_", "grid": "geometry_names"}
ENDS = {"exit", "_Exit", "quick_exit", "abort"}  # not _exit: it ends a forked child


def problems(library):
    def nm(*options):
        return subprocess.run(["nm", *options, library], check=True, capture_output=True, text=True).stdout.splitlines()

    found, stem, n = [], None, 0
    for line in nm("-g", "--defined-only"):
        if line.endswith(".o:"):
            stem = re.sub(r"(\.c)?\.o:$", "", line)
            continue
        fields = line.split()
        if len(fields) < 2:
            continue
        n += 1
        symbol = fields[-1].split(".")[0]  # clones of a function for other vector widths: name.avx2
        first, _, rest = stem.partition("_")
        prefixes = (first + "_", (rest or first) + "_", ALSO.get(stem, first + "_"))
        if symbol not in (stem, first, f"model_{stem}") and not symbol.startswith(prefixes):
            found.append(f"{stem}.c exports {symbol}")
    for line in nm("-u"):
        if line.endswith(".o:"):
            stem = line
        elif line.split()[-1:] and line.split()[-1] in ENDS:
            found.append(f"{stem} calls {line.split()[-1]}")
    if n == 0:
        found.append(f"{library}: no symbols")
    return sorted(set(found))


def self_test():
    with tempfile.TemporaryDirectory() as folder:

        def library(name, text):
            source = Path(folder, name)
            source.write_text(text)
            subprocess.run(["gcc", "-c", source, "-o", f"{source}.o"], check=True)
            subprocess.run(["ar", "rcs", source.with_suffix(".a"), f"{source}.o"], check=True)
            return source.with_suffix(".a")

        good = library("config_keys.c", "int config_rows[2]; void config_keys_print(void) {} void keys_add(void) {} static int x; int *config_x(void) { return &x; }")
        assert problems(good) == [], problems(good)
        assert problems(library("wound.c", "int model_wound;")) == []
        bad = library("grid.c", "int gridlock; void grid_create(void) {} void helper(void) {}")
        assert problems(bad) == ["grid.c exports gridlock", "grid.c exports helper"], problems(bad)
        ends = library("skin.c", "#include <stdlib.h>\nvoid skin_end(void) { exit(1); }")
        assert problems(ends) == ["skin.c.o: calls exit"], problems(ends)
        assert problems(library("empty.c", "static int x; ")) != []


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    wrong = problems(sys.argv[1])
    print("\n".join(wrong))
    sys.exit(bool(wrong))
