#!/usr/bin/python3
"""Writes what the program knows about itself into the documentation, so that nothing is stated twice by hand.

A block between `<!-- generated: needlework models --format markdown -->` and `<!-- end generated -->` holds what that command prints.
usage: generate.py PROGRAM [--check] | --self-test        --check: change nothing, exit code 1 when a block is out of date"""
import difflib
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"(<!-- generated: needlework (.*?) -->\n).*?(<!-- end generated -->)", re.S)
OPEN = re.compile(r"<!-- generated:")
# What must be documented somewhere: the models' tables, the configuration keys, the devices, the verification (seconds).
REQUIRED = {"models --format markdown", "check --keys", "devices --format markdown", "verify --format markdown"}


def regenerate(text, program, seen):
    def block(match):
        seen.add(match[2])
        out = subprocess.run([program, *shlex.split(match[2])], check=True, capture_output=True, text=True).stdout
        assert out.strip(), f"needlework {match[2]} prints nothing"
        return f"{match[1]}\n{out.strip()}\n\n{match[3]}"

    assert len(OPEN.findall(text)) == len(BLOCK.findall(text)), "a generated block does not end"
    return BLOCK.sub(block, text)


def generate(top, program, check):
    seen, wrong = set(), []
    for path in sorted(top.glob("*.md")) + sorted(p for folder in ("configs", "models", "sim") for p in (top / folder).rglob("*.md")):
        old = path.read_text()
        name = str(path.relative_to(top))
        try:
            new = regenerate(old, program, seen)
        except (AssertionError, subprocess.CalledProcessError) as error:
            wrong.append(f"{name}: {error} {getattr(error, 'stderr', '') or ''}".strip())
            continue
        if new != old and check:
            diff = difflib.unified_diff(old.splitlines(), new.splitlines(), name, "what the program says", lineterm="", n=0)
            wrong.append("\n".join([f"{name} is out of date; run scripts/generate.sh", *list(diff)[:20]]))
        elif new != old:
            path.write_text(new)
            print(f"wrote {name}")
    wrong += [f"no document holds <!-- generated: needlework {command} -->" for command in sorted(REQUIRED - seen)]
    return wrong


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        for name in ("configs", "models", "sim"):
            (top / name).mkdir()
        readme = top / "models/README.md"

        def blocks(inside):
            return "".join(f"# {c}\n<!-- generated: needlework {c} -->\n{inside}<!-- end generated -->\nby hand\n" for c in sorted(REQUIRED))

        readme.write_text(blocks("old\n"))
        assert len(generate(top, "echo", True)) == 1 and "old" in readme.read_text()
        assert generate(top, "echo", False) == [] and "old" not in readme.read_text() and readme.read_text().count("by hand") == len(REQUIRED)
        assert generate(top, "echo", True) == []
        for program in ("true", "false"):
            assert generate(top, program, True) != []
        readme.write_text(blocks("").replace("<!-- end generated -->", "", 1))
        assert generate(top, "echo", True) != []
        readme.write_text("nothing")
        assert len(generate(top, "echo", True)) == len(REQUIRED)


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    wrong = generate(Path(__file__).resolve().parent.parent, Path(sys.argv[1]).resolve(), "--check" in sys.argv)
    print("\n".join(wrong))
    sys.exit(bool(wrong))
