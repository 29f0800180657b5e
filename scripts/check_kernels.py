#!/usr/bin/python3
"""Hot loops are vectorised, by both compilers.

Compiles every file of BUILD/compile_commands.json that holds `#pragma omp simd` or a function marked KERNEL, with its own flags: clang must
accept -Werror=pass-failed, gcc must report (-fopt-info-vec) every such loop and at least one loop in every KERNEL function.
usage: check_kernels.py BUILD | --self-test"""
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

PRAGMA = re.compile(r"^[ \t]*#[ \t]*pragma[ \t]+omp\b[^\n]*\bsimd\b(?:[^\n]*\\\n)*[^\n]*\n", re.M)
LOOP = re.compile(r"\s*for\b\s*")
KERNEL = re.compile(r"^(?:static )?KERNEL\b[^;{]*?(\w+)\([^;{]*\)\s*\{.*?^\}", re.M | re.S)
# One vector width for both; the clones of KERNEL functions differ in nothing else.
WIDTH = ["-O3", "-fopenmp-simd", "-mavx2", "-DNEEDLEWORK_NO_CLONES"]


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def closing(text, position):
    """Behind the bracket that closes the one at position."""
    depth = 0
    for i in range(position, len(text)):
        depth += (text[i] in "({") - (text[i] in ")}")
        if depth == 0:
            return i + 1
    return len(text)


def end_of_loop(text, position):
    """Behind the `for` statement that starts at position, or None when none does."""
    loop = LOOP.match(text, position)
    if not loop:
        return None
    body = closing(text, loop.end())
    inner = end_of_loop(text, body)
    if inner:
        return inner
    brace = re.compile(r"\s*\{").match(text, body)
    return closing(text, brace.end() - 1) if brace else text.index(";", body)


def flags_of(entry):
    words = shlex.split(entry["command"])
    keep, skip = [], False
    for word in words[1:]:
        if skip or word in ("-o", "-c"):
            skip = word == "-o"
        elif word != entry["file"] and not word.endswith(".c") and word != "-Werror":
            keep.append(word)
    return keep


def compile_with(compiler, extra, entry):
    command = [compiler, *flags_of(entry), *WIDTH, *extra, "-c", entry["file"], "-o", "/dev/null"]
    return subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)


def problems_of(entry):
    path = Path(entry["file"])
    text = path.read_text()
    loops = []  # first and last line; gcc reports either the loop or a line of its body
    for match in PRAGMA.finditer(text):
        end = end_of_loop(text, match.end())
        if end:
            loops.append((line_of(text, match.end()), line_of(text, end)))
    kernels = {match[1]: (line_of(text, match.start()), line_of(text, match.end())) for match in KERNEL.finditer(text)}
    if not loops and not kernels:
        return [], 0
    found = []
    clang = compile_with("clang-14", ["-Wno-unknown-warning-option", "-Werror=pass-failed"], entry)
    for line in clang.stderr.splitlines():
        if "error:" in line:
            found.append(f"clang: {line}")
    gcc = compile_with("gcc", ["-fopt-info-vec-optimized"], entry)
    if gcc.returncode:
        found += [f"gcc: {line}" for line in gcc.stderr.splitlines() if "error:" in line]
    vectorised = {int(row) for row in re.findall(rf"{re.escape(path.name)}:(\d+):\d+: optimized: (?:loop|.*loop) vectorized", gcc.stderr)}
    for first, last in loops:
        if not vectorised & set(range(first, last + 1)):
            found.append(f"{path.name}:{first}: gcc did not vectorise this loop")
    for name, (first, last) in kernels.items():
        if not vectorised & set(range(first, last + 1)):
            found.append(f"{path.name}:{first}: gcc vectorised no loop of KERNEL {name}")
    return found, len(loops) + len(kernels)


def problems(build):
    found, n = [], 0
    for entry in json.loads(Path(build, "compile_commands.json").read_text()):
        if Path(entry["file"]).parent.name in ("sim", "models"):
            more, count = problems_of(entry)
            found += more
            n += count
    if n == 0:
        found.append("no kernel loop found: the check would pass on anything")
    return found


def self_test():
    head = "#include <stddef.h>\n#define KERNEL\nextern double step(double);\n"
    loop = "KERNEL void add(size_t n, const double *restrict a,\n  double *restrict b)\n{\n%s    for (size_t i = 0; i < n; i++)\n        %s\n}\n"
    pragma = "#pragma omp simd\n"
    cases = [
        (loop % (pragma, "b[i] += a[i];"), 0),
        (loop % (pragma, "b[i] = step(a[i]);"), 3),  # clang, the loop, its kernel
        (loop % ("", "b[i] = step(a[i]);"), 1),  # the kernel without a pragma
        (loop % (pragma, "b[i] += a[i] +;"), 2),  # does not compile
        ("int model_empty;\n", 1),
    ]
    with tempfile.TemporaryDirectory() as folder:
        sim = Path(folder, "sim")
        sim.mkdir()
        for text, n in cases:
            file = sim / "kernel.c"
            file.write_text(head + text)
            entry = {"directory": folder, "file": str(file), "command": f"cc -Wall -o {file}.o -c {file}"}
            Path(folder, "compile_commands.json").write_text(json.dumps([entry]))
            got = problems(folder)
            assert (len(got) == 0) == (n == 0) and len(got) >= n, (text, got)


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    wrong = problems(sys.argv[1])
    print("\n".join(wrong))
    sys.exit(bool(wrong))
