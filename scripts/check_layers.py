#!/usr/bin/python3
"""Dependencies point one way: reads the #include lines of sim/ and models/ and names every one that points up.

A file belongs to the module its name starts with (config_keys.c to config) and may include its own layer and lower ones; modules of one
layer must not need each other in a circle.  models/*.c see the contract and the C library only; nothing includes a file of models/."""
import re
import sys
import tempfile
from pathlib import Path

LAYERS = [
    ["status", "place", "isolate", "partial", "seal", "units", "progress", "stop", "csv", "json", "clock"],
    ["config"],
    ["arguments", "model"],
    ["device", "skin", "grid"],
    ["treatment", "state"],
    ["transport", "reaction", "surface"],
    ["stepper"],
    ["outcomes", "events", "summary_rows"],
    ["h5"],
    ["results", "checkpoint", "plan"],
    ["simulation", "plugin"],
    ["summary", "timeline"],
    ["series", "needlework"],
    ["expression"],
    ["run"],
    ["sweep", "compare", "sensitivity", "calibrate", "verify", "bench", "reproduce", "plot"],
    ["commands"],
    ["main"],
]
PART_OF = {"provenance": "results"}
GENERATED = {"version.h"}  # by scripts/version.cmake, into the build folder
LAYER = {module: level for level, modules in enumerate(LAYERS) for module in modules}
LIBC = set(
    """assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool stddef
    stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype""".split()
)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def module_of(stem):
    """The longest module name that starts the file's name, or None."""
    stem = PART_OF.get(stem, stem)
    return max((m for m in LAYER if stem == m or stem.startswith(m + "_")), key=len, default=None)


def includes(path):
    text = path.read_text()
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(2)) + 1, match[1] == "<", match[2]


def circle(edges):
    """One circle among the modules of a layer, as a list, or None."""

    def visit(node, trail):
        if node in trail:
            return trail[trail.index(node) :] + [node]
        for following in sorted(edges.get(node, ())):
            found = visit(following, trail + [node])
            if found:
                return found
        return None

    return next((found for node in sorted(edges) if (found := visit(node, []))), None)


def problems(top):
    sim, models = Path(top, "sim"), Path(top, "models")
    found, edges = [], {}
    names = {path.name for path in sim.glob("*.h")}
    for path in sorted(sim.glob("*.[ch]")):
        where, mine = f"sim/{path.name}", module_of(path.stem)
        if mine is None:
            found.append(f"{where}: not a module of the architecture; give it a place in LAYERS of scripts/check_layers.py")
            continue
        for line, system, name in includes(path):
            if system or name in GENERATED:
                continue
            theirs = module_of(Path(name).stem)
            if name not in names:
                found.append(f'{where}:{line}: "{name}" is not a header of sim/')
            elif theirs is None or LAYER[theirs] > LAYER[mine]:
                found.append(f'{where}:{line}: "{name}" is above {mine}')
            elif theirs != mine and LAYER[theirs] == LAYER[mine]:
                edges.setdefault(mine, set()).add(theirs)
    if trail := circle(edges):
        found.append("circle within a layer: " + " -> ".join(trail))
    for path in sorted(models.glob("*.[ch]")):
        for line, system, name in includes(path):
            if not (Path(name).stem in LIBC and name.endswith(".h") if system else name == "model.h"):
                found.append(f"models/{path.name}:{line}: {name} is neither the contract (model.h) nor the C library")
    return found


def self_test():
    good = {
        "sim/status.h": "#include <stdio.h>",
        "sim/config.h": '#include "status.h"',
        "sim/config_keys.c": '#include "config.h"\n#include <yaml.h>',
        "sim/grid.h": "",
        "sim/state.h": '  #  include "grid.h"',
        "sim/treatment.h": '#include "state.h"',
        "models/one.c": '#include "model.h"\n#include <math.h>',
    }
    planted = {
        "sim/config.h": ('#include "grid.h"', "above config"),
        "sim/config_keys.c": ('\n\n#include "state.h"', "sim/config_keys.c:3"),
        "sim/state.h": ('#include "treatment.h"', "circle"),
        "sim/grid.h": ('#include "../models/one.c"', "not a header of sim"),
        "sim/novel.c": ("", "not a module"),
        "models/one.c": ('#include "grid.h"', "neither"),
        "models/two.c": ("#include <hdf5.h>", "neither"),
    }

    def tree(files):
        with tempfile.TemporaryDirectory() as top:
            for name, text in files.items():
                Path(top, name).parent.mkdir(exist_ok=True)
                Path(top, name).write_text(text)
            return problems(top)

    assert tree(good) == [], tree(good)
    for name, (text, message) in planted.items():
        got = tree({**good, name: text})
        assert len(got) == 1 and message in got[0], (name, got)


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    wrong = problems(Path(__file__).resolve().parent.parent)
    print("\n".join(wrong))
    sys.exit(bool(wrong))
