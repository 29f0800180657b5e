"""Results files from strangers: damaged at random, or made to hurt.  Every reader says what is wrong, in time, and none crashes.

NEEDLEWORK_CORRUPTIONS=2000 tries more random damage than the short form."""
import os
import random
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest

from conftest import TOP, call

sys.path.insert(0, str(TOP / "analysis"))
import results  # noqa: E402

CONFIG = "model: dermis\ndomain: {geometry: axisymmetric, spacing: 100 um, depth: 1 mm}\nrun: {duration: 10 days}\n"
NUMBER = int(os.environ.get("NEEDLEWORK_CORRUPTIONS", 12))


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    (folder / "run.yaml").write_text(CONFIG)
    assert call("run", folder / "run.yaml", "-o", folder / "run.h5", "--quiet").returncode == 0
    return folder / "run.h5"


def survive(path, good, drawn=False, every=True):
    """All readers (without `every` two of them); returns how they ended, for the eye."""
    ends = []
    for arguments, codes in ((("info", path), (0, 4)), (("compare", path, good), (0, 1, 4)), (("reproduce", path, "--quiet"), (0, 1, 2, 3, 4)),
                             (("resume", path), (2, 4)))[:4 if every else 1]:
        done = call(*arguments, timeout=100, errors="replace")
        assert done.returncode in codes, (arguments, done.returncode, done.stderr)
        assert done.returncode == 0 or "needlework: error: " in done.stderr or done.stdout, (arguments, done.stderr)
        ends.append(done.returncode)
    try:
        run = results.read(path)
        for name in run.names["fields"][:2]:
            run.field(name)
        ends.append("read")
    except results.ResultsError as error:
        assert str(path) in str(error)
        ends.append("refused")
    if drawn:
        done = subprocess.run([str(TOP / "analysis/timeline.py"), path, "-o", f"{path}.png"], capture_output=True, text=True, timeout=100)
        assert done.returncode in (0, 4) and "Traceback" not in done.stderr, done.stderr
        ends.append(done.returncode)
    return ends


def damage(content, chance):
    """Cuts, flips, overwrites, exchanges; mostly in the first part, where the structure is."""
    content = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 3, 30))):
        size = len(content)
        at = int(size * chance.random() ** chance.choice((1, 4)))
        kind = chance.randrange(6)
        if kind == 0:
            content[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            content[at:at + 8] = chance.choice((b"\xff" * 8, b"\0" * 8, b"\0\0\0\0\0\0\0\x80", (size * 2).to_bytes(8, "little")))
        elif kind == 2:
            content[at:at + 512] = chance.randbytes(512)
        elif kind == 3 and size > 4096:
            del content[max(at, 100):]
        elif kind == 4:
            other = chance.randrange(size)
            content[at:at + 64], content[other:other + 64] = content[other:other + 64], content[at:at + 64]
        else:
            content[at:at + 4096] = bytes(min(4096, size - at))
    return bytes(content)


def test_random_damage_is_survived_by_every_reader(good, tmp_path):
    content, chance, path = good.read_bytes(), random.Random(8), tmp_path / "damaged.h5"
    ends = {}
    for number in range(NUMBER):
        path.write_bytes(damage(content, chance))
        end = str(survive(path, good, drawn=number % 8 == 7, every=number % 4 == 0))
        ends[end] = ends.get(end, 0) + 1
    print(ends)  # info (compare, reproduce, resume), results.py (timeline.py)
    assert len(ends) > 1


def replaced(name, **how):
    def make(file):
        del file[name]
        file.create_dataset(name, **how)
    return make


def with_text(name, text):
    def make(file):
        file[name].attrs["units"] = text
    return make


def circle(file):
    file["fields/again"] = file["/"]
    file["ledger/more"] = file["ledger"]


def links(file):
    for name in ("time", "collagen_gain", "means"):
        del file[name]
    file["time"], file["collagen_gain"] = h5py.SoftLink("/nowhere"), h5py.ExternalLink("/etc/passwd", "/")
    file["means"] = h5py.SoftLink("/means")


def names(file):
    for i in range(1000):
        file[f"{i}\x1b[2J\n" + "x" * 200] = 1.0


ROWS = (1 << 40,)
HOSTILE = {
    "text for numbers": replaced("collagen_gain", data=np.array([b"x"] * 11)),
    "text for time": replaced("time", data=np.array([b"monday"] * 11)),
    "a group for a dataset": lambda file: (file.__delitem__("time"), file.create_group("time")),
    "no rows": replaced("time", shape=(0,), maxshape=(None,), dtype="f8"),
    "one number for a row": replaced("time", data=1.0),
    "two axes for one": replaced("time", data=np.zeros((11, 11))),
    "times that are not numbers": replaced("time", data=np.full(11, np.nan)),
    "times that run backwards": replaced("time", data=np.arange(11.0)[::-1]),
    "a thousand billion rows": replaced("time", shape=ROWS, maxshape=(None,), chunks=(1 << 20,), dtype="f8"),
    "a thousand billion values": replaced("collagen_gain", shape=ROWS, chunks=(1 << 20,), dtype="f8"),
    "a thousand billion steps": replaced("steps/dt", shape=ROWS, chunks=(1 << 20,), dtype="f8"),
    "a field as large as the world": replaced("fields/tgfb1", shape=(2, 1 << 16, 1 << 16, 64), chunks=(1, 64, 64, 64), dtype="f4"),
    "compound values": replaced("mmp", data=np.zeros(11, dtype=[("a", "f8"), ("b", "i4")])),
    "a long unit": with_text("mmp", "x" * 60000),
    "a unit of escapes": with_text("time", "\x1b]0;owned\x07"),
    "a unit of numbers": with_text("time", np.arange(100.0)),
    "a ledger of rows": replaced("ledger/mmp/lost", data=np.zeros(1000)),
    "another ledger": lambda file: (file.__delitem__("ledger"), file.create_dataset("ledger", data=1.0)),
    "a circle of groups": circle,
    "links to elsewhere": links,
    "a thousand names": names,
    "another configuration": replaced("provenance/configuration_resolved", data="[" * 100000, dtype=h5py.string_dtype()),
    "no configuration": lambda file: file["provenance"].__delitem__("configuration_resolved"),
    "numbers for a configuration": replaced("provenance/configuration_resolved", data=np.arange(5.0)),
    "a grid larger than the machine": replaced("provenance/configuration_resolved", dtype=h5py.string_dtype(),
                                               data="model: dermis\ndomain: {geometry: patch, spacing: 0.5 um, width: 50 mm}\n"),
    "another model": lambda file: file.attrs.modify("model", np.bytes_(b"nobody's")),
    "a model of numbers": lambda file: (file.attrs.__delitem__("model"), file.attrs.create("model", np.arange(9.0))),
    "complete is a text": lambda file: (file.attrs.__delitem__("complete"), file.attrs.create("complete", "yes")),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_made_to_hurt_is_survived_by_every_reader(good, tmp_path, what):
    path = shutil.copy(good, tmp_path / "hostile.h5")
    with h5py.File(path, "r+") as file:
        HOSTILE[what](file)
    ends = survive(path, good, drawn=what in ("text for time", "two axes for one", "a unit of escapes"))
    assert set(ends) != {0, "read"} or what in ("complete is a text",), ends


def test_the_readers_are_tested_on_a_file_that_they_can_read(good):
    assert survive(good, good, drawn=True) == [0, 0, 0, 4, "read", 0]
