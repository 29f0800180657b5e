#!/usr/bin/python3
"""Exported symbols say where they live: each starts with the name of its file, its first word or the rest of it (stepper_layer.c:
stepper_layer_..., stepper_..., layer_...).
Only main ends the program: nothing in the library calls exit or its kin (Criterion would even count such a test as passed).
The shared library exports what its header declares (NEEDLEWORK_API), no more and no less.

usage: check_symbols.py LIBRARY.a LIBRARY.so HEADER | --self-test"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# In models/, `model_<file>` is the model of <file>.  registry.c holds what the contract in sim/model.h declares; an enumeration's names
# are called after the enumeration.
ALSO = {"registry": "model_", "grid": "geometry_names"}
DECLARED = re.compile(r"^NEEDLEWORK_API\s[^;]*?\b(\w+)\(", re.M)
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


def surface(library, header):
    """What a shared library exports and its header does not declare, or the other way round."""
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout.splitlines()
    exported = {line.split()[-1].split("@")[0] for line in lines if line.split()[-2] != "A"}  # A: the version of the symbols
    declared = set(DECLARED.findall(Path(header).read_text()))
    return [f"{library} exports {name}, which {header} does not declare" for name in sorted(exported - declared)] + [
        f"{library} lacks {name}" for name in sorted(declared - exported)
    ]


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
        shared, header = Path(folder, "shared.so"), Path(folder, "shared.h")
        subprocess.run(["gcc", "-shared", "-fPIC", good.with_suffix(".c"), "-o", shared], check=True)
        header.write_text("NEEDLEWORK_API int *config_x(void);\nNEEDLEWORK_API void keys_add(void),\n    x;\nNEEDLEWORK_API int\nconfig_keys_print(void);")
        assert surface(shared, header) == [f"{shared} exports config_rows, which {header} does not declare"], surface(shared, header)
        header.write_text(header.read_text() + "\nNEEDLEWORK_API extern const int config_rows(), y;\nNEEDLEWORK_API int other(int config_z(int));")
        assert surface(shared, header) == [f"{shared} lacks other"], surface(shared, header)


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    wrong = problems(sys.argv[1]) + surface(*sys.argv[2:])
    print("\n".join(wrong))
    sys.exit(bool(wrong))
