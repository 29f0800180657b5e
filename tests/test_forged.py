"""Checkpoints with a whole seal that hold what no run leaves there: going on from them is refused or comes to an end, and never crashes.

NEEDLEWORK_FORGED=20 puts more hostile values into every part than the short form; scripts/sanitized.sh runs it under AddressSanitizer."""
import os
import random
import shutil
import struct

import h5py
import numpy
import pytest

from conftest import TOP, call
from test_resume import seal

MODELS = {
    "dermis": """
model: dermis
treatment: {sessions: 3, interval: 4 days, if_not_healed: postpone}
domain: {geometry: axisymmetric, spacing: 120 um, depth: 1 mm}
run: {duration: 12 days}
output: {timeseries: 6 hours, profiles: 2 days, snapshots: [0 days, 3 days, 10 days]}
parameters: {ageing_drift: 1e-3 /day}
""",
    "adler_2020": (TOP / "configs/published/adler_2020_pulse2.yaml").read_text(),  # with events, without sessions
}
NUMBER = int(os.environ.get("NEEDLEWORK_FORGED", 1))
STEPS = 12
WORDS = [struct.pack("<q", value) for value in (-1, 0, 1, 2, 5, 255, 1 << 40, (1 << 63) - 1, -(1 << 63), 86400000000)] + [
    struct.pack("<d", value) for value in (float("nan"), float("inf"), -1.0, 1e-320, 1e-9, 1e300)]


@pytest.fixture(scope="module", params=MODELS)
def stopped(request, tmp_path_factory):
    """A run that was stopped after some steps, with one of its checkpoints left."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "run.yaml").write_text(MODELS[request.param])
    done = call("run", folder / "run.yaml", "-o", folder / "run.h5", "--quiet", "--max-walltime", "0.000001 s")
    for _ in range(STEPS):
        assert done.returncode == 75, done.stderr
        done = call("resume", folder / "run.h5", "--quiet", "--max-walltime", "0.000001 s")
    newest = max(folder.glob("*.checkpoint.?"), key=lambda path: h5py.File(path).attrs["sequence"])
    for path in folder.glob("*.checkpoint.?"):
        if path != newest:
            path.unlink()
    (folder / "run.yaml").unlink()
    return newest


def parts(path):
    with h5py.File(path) as file:
        return {name: node[()].tobytes() for name, node in file.items() if node.shape}


def go_on(stopped, folder, name, content):
    """Resumes with these bytes in one part.  A result of it may be another one; time may be short."""
    shutil.copytree(stopped.parent, folder)
    path = folder / stopped.name
    with h5py.File(path, "r+") as file:
        file[name][...] = numpy.frombuffer(content, "u1")
    seal(path)
    done = call("resume", folder / "run.h5", "--quiet", "--max-walltime", "1 s", timeout=60)
    shutil.rmtree(folder)
    what = f"{name} = {content[:64].hex()}: exit code {done.returncode}: {done.stderr}"
    assert done.returncode in (0, 3, 4, 75), what
    assert done.returncode == 0 or "needlework: error: " in done.stderr, what
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, what
    return done


def word(content, at, value):
    return content[:8 * at] + value + content[8 * at + len(value):]


def test_hostile_values_in_every_part_are_survived(stopped, tmp_path):
    whole, chance, ends = parts(stopped), random.Random(3), {}
    assert {"time", "history", "timeline", "outputs", "series_gain"} < set(whole)
    fields = [name for name in whole if name.split("_")[-1].isdigit()]
    for name, content in whole.items():
        if name in fields and name not in chance.sample(fields, 3):
            continue
        for number in range(3 * NUMBER):
            value = chance.choice(WORDS)[:len(content)]
            forged = (value * len(content))[:len(content)] if number == 0 else word(content, chance.randrange(max(1, len(content) // 8)), value)
            code = go_on(stopped, tmp_path / "forged", name, forged).returncode
            ends[code] = ends.get(code, 0) + 1
    print(ends)
    assert ends[4] > 0 and ends[0] + ends.get(75, 0) > 0, ends


def integer(value, size=8):
    return value.to_bytes(size, "little", signed=True)


HURTS = {  # name: part, word, value
    "time before the run": ("time", 0, integer(-86400000000)),
    "time after the run": ("time", 0, integer(1 << 60)),
    "more history than there is": ("history", 0, integer(99, 4)),
    "no history": ("held", 0, integer(0, 4)),
    "more states than there are": ("held", 0, integer(1 << 30, 4)),
    "a step without length": ("wanted", 0, struct.pack("<d", 0.0)),
    "a step of almost no length": ("wanted", 0, struct.pack("<d", 1e-320)),
    "a step that is no number": ("wanted", 0, struct.pack("<d", float("nan"))),
    "a step backwards": ("dt", 0, struct.pack("<d", -1.0)),
    "a step before it without length": ("dt_before", 0, struct.pack("<d", 0.0)),
    "a drift from nowhere": ("drifted", 0, struct.pack("<d", float("nan"))),
    "rows of long ago": ("timeline", 0, integer(-(1 << 62))),
    "rows that never come": ("timeline", 0, integer(1 << 62)),
    "profiles of long ago": ("timeline", 1, integer(-(1 << 62))),
    "a snapshot that is not there": ("timeline", 2, integer(1 << 40)),
    "a snapshot of long ago": ("timeline", 2, integer(0)),
    "half begun": ("timeline", 3, integer(0, 4)),
    "no rows": ("outputs", 0, integer(0)),
    "rows beyond the series": ("outputs", 0, integer(1 << 40)),
    "rows beyond the file": ("outputs", 1, integer(1 << 40)),
    "a session of long ago": ("sessions", 6 + 1, integer(1)),
    "a session at the end of time": ("sessions", 6 + 1, integer((1 << 63) - 1)),
    "a session performed before time": ("sessions", 6 + 2, integer(-(1 << 62))),
    "a session performed after time": ("sessions", 2, integer((1 << 63) - 1)),
    "an event that is not there": ("events", 0, integer(1 << 40)),
}


@pytest.mark.parametrize("what", HURTS)
def test_what_no_run_leaves_is_refused(stopped, tmp_path, what):
    name, at, value = HURTS[what]
    whole = parts(stopped)
    if name not in whole:
        pytest.skip("this model has none")
    done = go_on(stopped, tmp_path / "forged", name, word(whole[name], at, value))
    assert done.returncode == 4, done.stderr
    assert "holds what no run of this configuration leaves in one" in done.stderr or "with 1099511627776 rows" in done.stderr, done.stderr


def test_the_checkpoint_that_is_forged_is_one_to_go_on_from(stopped, tmp_path):
    whole = parts(stopped)
    assert go_on(stopped, tmp_path / "whole", "time", whole["time"]).returncode in (0, 75)
