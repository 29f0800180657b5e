#!/usr/bin/python3
"""Plants faults, one at a time, in a copy of the tree and says which tests see them: tests that cannot fail are worth nothing.

usage: mutate.py            plants every fault (about ten minutes); names the first two tests that see it
       mutate.py --self-test        whether the tree still holds what each fault replaces
A fault is an exact piece of text and what replaces it; the copy is of the committed tree.  Exit code 1 when more than one survives."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TESTS = """test_grid test_transport test_transport_faces test_stepper test_stepper_balance test_outcomes test_treatment_puncture test_models
test_dermis test_golden test_verify""".split()
FAULTS = [
    ("wrong face area of a cylinder", "sim/grid.c", "spec->radial ? axis->face[i] : 1.0", "spec->radial ? axis->center[i] : 1.0"),
    ("missing factor r in a volume", "sim/grid.c", "spec->radial ? 0.5 * (hi - lo) * (hi + lo) : hi - lo", "hi - lo"),
    ("a lost term: TGF-b1 made by myofibroblasts", "models/dermis.c", " + kTm * m[i]", ""),
    ("wrong coefficient at a changed step ratio", "sim/stepper_formula.c", "-dt - dt1 - dt2}", "-dt - 2.0 * dt1}"),
    ("halo off by one in z", "sim/transport_kernels.c", "above * up[c]", "above * up[c + 1]"),
    ("a swapped species: mature collagen I from III", "models/dermis.c", "Pz1[i] = kz * x1[i]", "Pz1[i] = kz * x3[i]"),
    ("mass not made exact after a solve", "sim/transport.c", ".factor = solve.given > 0.0 && solve.taken > 0.0 ? solve.given / solve.taken : 1.0", ".factor = 1.0"),
    ("keratinocyte mobility W, not W squared", "models/dermis.c", "out[i] = yK * W[i] * W[i];", "out[i] = yK * W[i];"),
    ("injury booked with the wrong sign", "sim/stepper.c", "account->injury += state_total", "account->injury -= state_total"),
    ("papillary slab too thin", "sim/outcomes.h", "#define OUTCOMES_SLAB 0.3", "#define OUTCOMES_SLAB 0.25"),
    ("third weight of the predictor lost", "sim/stepper_formula.c",
     "extrapolation_weight(history + 1, x, 3)", "0.0 * extrapolation_weight(history + 1, x, 3)"),
    ("one wall open: upper neighbour across the last layer", "sim/grid.c", "for (size_t i = 1; i < n; i++) {\n        const double area",
     "axis->upper[n - 1] = 1.0;\n    for (size_t i = 1; i < n; i++) {\n        const double area"),
]


def run(*command, folder, **options):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, **options)


def build(folder):
    return run("cmake", "--build", "build", "--parallel", str(os.cpu_count()), "--target", *TESTS, folder=folder).returncode == 0


def failing(folder):
    environment = dict(os.environ, OMP_NUM_THREADS="2", OMP_WAIT_POLICY="passive")
    seen = []
    for test in TESTS:
        if len(seen) == 2:
            break
        try:
            if run(f"build/{test}", "-j1", folder=folder, env=environment, timeout=60).returncode:
                seen.append(test)
        except subprocess.TimeoutExpired:
            seen.append(f"{test} (time)")
    return seen


def stale():
    return [f"{path} no longer holds {old!r}: renew the fault '{name}'" for name, path, old, _ in FAULTS if old not in (TOP / path).read_text()]


def main():
    survived = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        archive = subprocess.run(["git", "-C", TOP, "archive", "HEAD"], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x"], cwd=folder, input=archive, check=True)
        run("cmake", "-B", "build", "-DCMAKE_BUILD_TYPE=Release", folder=folder, check=True)
        if not build(folder) or failing(folder):
            sys.exit("the tests do not pass before anything is planted")
        for name, path, old, new in FAULTS:
            source = folder / path
            text = source.read_text()
            source.write_text(text.replace(old, new, 1))
            seen = failing(folder) if build(folder) else ["the compiler"]
            source.write_text(text)
            survived += not seen
            print(f"{'seen    ' if seen else 'SURVIVED'}  {name}: {', '.join(seen) or 'no test failed'}", flush=True)
    print(f"{len(FAULTS) - survived} of {len(FAULTS)} faults seen")
    return survived > 0


wrong = stale()
if wrong or sys.argv[1:] == ["--self-test"]:
    sys.exit("\n".join(wrong) or 0)
sys.exit(main())
