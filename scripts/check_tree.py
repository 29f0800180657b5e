#!/usr/bin/python3
"""The tree stays readable: top-level folders are the six of the architecture, each with a README.md; a long file says why."""
import subprocess
import sys
from pathlib import Path

FOLDERS = {"configs", "models", "sim", "analysis", "tests", "scripts"}
LONGEST = 500  # lines, for files without "Long because ..." in the first 15
SOURCES = (".c", ".h", ".py", ".sh")


def problems(files, read):
    """files: paths of all tracked files; read: the text of one."""
    found = []
    folders = {path.split("/")[0] for path in files if "/" in path and not path.startswith(".")}
    found += [f"top-level folder {folder} is not one of {' '.join(sorted(FOLDERS))}" for folder in sorted(folders - FOLDERS)]
    found += [f"{folder}/README.md is missing" for folder in sorted(FOLDERS) if f"{folder}/README.md" not in files]
    for path in files:
        if path.endswith(SOURCES):
            lines = read(path).splitlines()
            if len(lines) > LONGEST and not any("Long because" in line for line in lines[:15]):
                found.append(f"{path}: {len(lines)} lines and no 'Long because ...' at its head")
    return found


def self_test():
    good = {f"{folder}/README.md": "" for folder in FOLDERS} | {".ci/run": "", "README.md": "", "sim/a.c": "x\n" * 500}
    good["sim/b.c"] = "/* Long because it is a table. */\n" + "x\n" * 600
    assert problems(good, good.get) == [], problems(good, good.get)
    for name, text, message in (
        ("docs/a.md", "", "top-level folder docs"),
        ("sim/c.c", "x\n" * 501, "sim/c.c: 501 lines"),
        ("sim/b.c", "x\n" * 600 + "/* Long because */", "sim/b.c: 601 lines"),
    ):
        bad = good | {name: text}
        got = problems(bad, bad.get)
        assert len(got) == 1 and message in got[0], got
    del good["sim/README.md"]
    assert problems(good, good.get) == ["sim/README.md is missing"]


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    top = Path(__file__).resolve().parent.parent
    listing = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=top, check=True, capture_output=True, text=True).stdout
    tracked = [path for path in listing.split("\0") if path and (top / path).is_file()]
    wrong = problems(tracked, lambda path: (top / path).read_text(errors="replace"))
    print("\n".join(wrong))
    sys.exit(bool(wrong) or not tracked)
