"""What tests of the real program share: where it is, how to call it, and a few runs made once.

NEEDLEWORK names another program than build/needlework."""
import os
import pathlib
import re
import subprocess

import h5py
import pytest

import example_run

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.path.abspath(os.environ.get("NEEDLEWORK", TOP / "build" / "needlework"))
BUILD = pathlib.Path(PROGRAM).parent


def _sanitizers():
    """The options that built the program with sanitizers, for what tests compile: [] as a rule."""
    cache = BUILD / "CMakeCache.txt"
    found = re.search(r"^NEEDLEWORK_SANITIZE:\w+=(.+)$", cache.read_text(), re.M) if cache.exists() else None
    return [f"-fsanitize={found[1]}", "-fno-sanitize-recover=all", "-g1"] if found else []


SANITIZERS = _sanitizers()


def call(*arguments, **options):
    """Runs `needlework ARGUMENTS`; returns its code, stdout and stderr."""
    return subprocess.run([PROGRAM, *map(str, arguments)], **{"capture_output": True, "text": True, "timeout": 300} | options)


def sets(**values):
    """--set options; `__` stands for the dot: sets(run__duration="1 day")."""
    return [part for key, value in values.items() for part in ("--set", f"{key.replace('__', '.')}={value}")]


def run(path, *arguments, **values):
    """A run that must succeed; returns the path of its results."""
    done = call("run", *arguments, *sets(**values), "-o", path, "--quiet")
    assert done.returncode == 0, done.stderr
    return path


def content(path, without=("provenance/host",)):
    """Datasets and attributes of a file as {name or name@attribute: (type, shape, bytes)}: all but what says where and when it was made."""
    found = {}

    def visit(name, node):
        if name.startswith(tuple(without)):
            return
        values = {f"{name}@{key}": node.attrs[key] for key in node.attrs if key not in ("DIMENSION_LIST", "REFERENCE_LIST")}
        if isinstance(node, h5py.Dataset):
            values[name] = node[()]
        for key, value in values.items():
            found[key] = (value,) if isinstance(value, (bytes, str)) else (str(value.dtype), value.shape, value.tobytes())

    with h5py.File(path) as file:
        visit("/", file)
        file.visititems(visit)
    return found


@pytest.fixture(scope="session")
def fast(tmp_path_factory):
    """A configuration of one channel that runs in half a second."""
    path = tmp_path_factory.mktemp("config") / "fast.yaml"
    path.write_text("model: dermis\ndomain: {geometry: axisymmetric}\n")
    return path


@pytest.fixture(scope="session")
def year(tmp_path_factory):
    """configs/axisymmetric.yaml: one session, 12 months."""
    return run(tmp_path_factory.mktemp("year") / "year.h5", TOP / "configs/axisymmetric.yaml")


@pytest.fixture(scope="session")
def untreated(tmp_path_factory):
    return run(tmp_path_factory.mktemp("untreated") / "untreated.h5", TOP / "configs/untreated.yaml")


@pytest.fixture(scope="session")
def box(tmp_path_factory):
    """30 days in three dimensions, coarse."""
    return run(tmp_path_factory.mktemp("box") / "box.h5", TOP / "configs/quickstart.yaml", domain__spacing="25 um",
               run__duration="30 days", treatment__sessions=2, treatment__interval="10 days")


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    """A run made from the golden table, a row every six hours."""
    return example_run.write_run(tmp_path_factory.mktemp("run") / "run.h5", step=0.25)
