"""The installed library: found by pkg-config, CMake and ctypes wherever the prefix was moved to; its numbers are the program's."""
import concurrent.futures
import ctypes
import os
import pathlib
import re
import subprocess
import sys
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_size_t, c_void_p

import h5py
import numpy as np
import pytest

from conftest import BUILD, PROGRAM, SANITIZERS, TOP, run

STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", *SANITIZERS]
TEXT = """model: dermis
domain: {geometry: axisymmetric, spacing: 60 um}
treatment: {sessions: 2, interval: 9.3 days}
run: {duration: 20 days}
output: {timeseries: 0.7 days, snapshots: [0 days, 4.5 days, 9.3 days, 20 days]}
"""


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """What `cmake --install` gives, moved elsewhere afterwards."""
    first, moved = tmp_path_factory.mktemp("first") / "a", tmp_path_factory.mktemp("moved") / "b"
    for component in ("runtime", "development"):
        subprocess.run(["cmake", "--install", BUILD, "--prefix", first, "--component", component],
                       check=True, capture_output=True)
    first.rename(moved)
    return moved


@pytest.fixture(scope="module")
def found(prefix):
    """The environment in which pkg-config and the loader find the moved prefix."""
    libraries = next(prefix.rglob("libneedlework.so")).parent
    return os.environ | {"PKG_CONFIG_PATH": f"{libraries}/pkgconfig", "LD_LIBRARY_PATH": str(libraries), "CMAKE_PREFIX_PATH": str(prefix),
                         "PATH": "/usr/bin:/bin", "OMP_WAIT_POLICY": "passive"}


@pytest.fixture(scope="module")
def examples(prefix):
    return prefix / "share/doc/needlework/examples"


@pytest.fixture(scope="module")
def library(prefix):
    lib = ctypes.CDLL(next(prefix.rglob("libneedlework.so.0")))
    lib.needlework_create.argtypes = [c_char_p, POINTER(c_char_p), c_int, POINTER(c_void_p)]
    lib.needlework_destroy.argtypes = [POINTER(c_void_p)]
    lib.needlework_error.restype = lib.needlework_version.restype = c_char_p
    lib.needlework_advance.argtypes = [c_void_p, c_double]
    lib.needlework_settle.argtypes = [c_void_p]
    for name in ("end", "time"):
        function = getattr(lib, f"needlework_{name}")
        function.argtypes, function.restype = [c_void_p], c_double
    for kind in ("outcome", "field"):
        count, name, unit = (getattr(lib, f"needlework_{kind}_{what}") for what in ("count", "name", "unit"))
        count.argtypes, count.restype = [c_void_p], c_size_t
        name.argtypes = unit.argtypes = [c_void_p, c_size_t]
        name.restype = unit.restype = c_char_p
    lib.needlework_outcomes.argtypes, lib.needlework_outcomes.restype = [c_void_p], POINTER(c_double)
    lib.needlework_field.argtypes = [c_void_p, c_size_t, POINTER(c_size_t), POINTER(c_size_t)]
    lib.needlework_field.restype = POINTER(c_double)
    lib.needlework_centres.argtypes, lib.needlework_centres.restype = [c_void_p, c_int, POINTER(c_size_t)], POINTER(c_double)
    return lib


def create(lib, text):
    made = c_void_p()
    code = lib.needlework_create(text.encode(), None, 1, byref(made))
    assert code == 0, lib.needlework_error().decode()
    return made


def advance(lib, made, day):
    assert lib.needlework_advance(made, day) == 0, lib.needlework_error().decode()


def names(lib, made, kind):
    count, name = (getattr(lib, f"needlework_{kind}_{what}") for what in ("count", "name"))
    return [name(made, i).decode() for i in range(count(made))]


def outcomes(lib, made):
    return np.ctypeslib.as_array(lib.needlework_outcomes(made), (lib.needlework_outcome_count(made),)).copy()


def field(lib, made, i):
    shape = (c_size_t * 3)()
    values = lib.needlework_field(made, i, shape, None)
    return np.ctypeslib.as_array(values, tuple(shape))


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    (folder / "run.yaml").write_text(TEXT)
    return run(folder / "run.h5", folder / "run.yaml")


def test_rows_of_the_program_to_the_last_bit(library, results):
    made = create(library, TEXT)
    known = names(library, made, "outcome")
    with h5py.File(results) as file:
        wanted = np.stack([file[name][:] for name in known], axis=1)
        assert [file[name].attrs["units"].decode() for name in known] == [
            library.needlework_outcome_unit(made, i).decode() for i in range(len(known))
        ]
        for row, day in enumerate(file["time"][:]):
            advance(library, made, day)
            got = outcomes(library, made)
            assert got.tobytes() == wanted[row].tobytes(), f"day {day}: {dict(zip(known, got - wanted[row]))}"
        assert library.needlework_time(made) == library.needlework_end(made) == file["time"][-1]
    library.needlework_destroy(byref(made))


def test_fields_are_the_snapshots(library, results):
    made = create(library, TEXT)
    known, n = names(library, made, "field"), c_size_t()
    with h5py.File(results) as file:
        for axis, name in enumerate("zyx"):
            centres = library.needlework_centres(made, axis, byref(n))
            assert np.array_equal(np.ctypeslib.as_array(centres, (n.value,)), file["fields"][name][:]), f"axis {name}"
        for row, day in enumerate(file["fields/time"][:]):
            advance(library, made, day)
            assert library.needlework_settle(made) == 0
            for i, name in enumerate(known):
                values = field(library, made, i).astype(np.float32)
                wanted = file["fields"][name][row] if name in file["fields"] else file["surface"][name][row][np.newaxis]
                assert np.array_equal(values, wanted), f"{name} on day {day}"
    library.needlework_destroy(byref(made))


def test_fields_are_not_copied(library):
    made = create(library, TEXT)
    assert library.needlework_settle(made) == 0
    before = field(library, made, 0)
    assert before.ctypes.data == field(library, made, 0).ctypes.data and before.max() > 0.0
    library.needlework_destroy(byref(made))


def test_python_threads_give_the_same_bits(library):
    """ctypes lets go of the interpreter's lock: these runs do go on at once."""

    def final(seed):
        made = create(library, TEXT + f"skin: {{age: {30 + seed % 3} years}}\n")
        advance(library, made, 20.0)
        values = outcomes(library, made).tobytes()
        library.needlework_destroy(byref(made))
        return values

    alone = [final(seed) for seed in range(3)]
    assert len(set(alone)) == 3
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(final, range(12))) == alone * 4


def test_installed_library_runs_plug_ins(library):
    made = create(library, f"model: {BUILD / 'plugin_example.so'}\nrun: {{duration: 2 days}}\n")
    advance(library, made, 2.0)
    assert "factor_slab" in names(library, made, "outcome") and np.isfinite(outcomes(library, made)).all()
    library.needlework_destroy(byref(made))


def rows(text):
    """The numbers of every line that starts with a day."""
    lines = [re.findall(r"[-+]?\d[\d.e-]*", re.sub(r"TGF-b1", "", line)) for line in text.splitlines() if re.match(r"(day )?\s*\d", line)]
    return np.array(lines, dtype=float)


@pytest.fixture(scope="module")
def twelve_weeks(tmp_path_factory):
    """Day and collagen gain of the examples' run by the program, every seven days."""
    folder = tmp_path_factory.mktemp("weeks")
    (folder / "run.yaml").write_text("model: dermis\ntreatment: {device: roller_1.5}\ndomain: {geometry: axisymmetric}\n")
    with h5py.File(run(folder / "run.h5", folder / "run.yaml", run__duration="12 weeks")) as file:
        return np.stack([file["time"][:], file["collagen_gain"][:]], axis=1)[::7]


def printed(command, found):
    done = subprocess.run(list(map(str, command)), env=found, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_weeks(text, twelve_weeks):
    got = rows(text)
    assert got.shape[0] == twelve_weeks.shape[0] == 13, text
    assert np.abs(got[:, :2] - twelve_weeks).max() <= 0.5e-6, text


@pytest.mark.parametrize("compiler", [["cc", "-std=c99"], ["c++", "-x", "c++", "-std=c++11"]], ids=["C99", "C++11"])
def test_example_by_pkg_config(compiler, examples, found, tmp_path, twelve_weeks):
    flags = printed(["pkg-config", "--cflags", "--libs", "needlework"], found).split()
    binary = tmp_path / "healing"
    printed([*compiler, *STRICT, examples / "healing.c", "-o", binary, *flags], found)
    assert_weeks(printed([binary], found), twelve_weeks)
    assert len(rows(printed([binary, "run.duration=1 week"], found))) == 2
    refused = subprocess.run([binary, "run.duration=1 weak"], env=found, capture_output=True, text=True)
    assert refused.returncode == 2 and "run.duration" in refused.stderr


def test_example_by_cmake(examples, found, tmp_path, twelve_weeks):
    printed(["cmake", "-S", examples, "-B", tmp_path], found)
    printed(["cmake", "--build", tmp_path], found)
    without_path = {name: value for name, value in found.items() if name != "LD_LIBRARY_PATH"}
    assert_weeks(printed([tmp_path / "healing"], without_path), twelve_weeks)


def test_cmake_refuses_another_version(examples, found, tmp_path):
    for version, accepted in (("0.1", True), ("0.2", False), ("1.0", False)):
        source = tmp_path / version
        source.mkdir()
        text = (examples / "CMakeLists.txt").read_text().replace("needlework REQUIRED", f"needlework {version} REQUIRED")
        (source / "CMakeLists.txt").write_text(text)
        (source / "healing.c").write_text((examples / "healing.c").read_text())
        done = subprocess.run(["cmake", "-S", source, "-B", source / "build"], env=found, capture_output=True, text=True)
        assert (done.returncode == 0) == accepted, f"{version}: {done.stderr}"


def test_example_in_python(examples, found, twelve_weeks):
    assert_weeks(printed([sys.executable, examples / "healing.py"], found), twelve_weeks)
    named = {name: value for name, value in found.items() if name != "LD_LIBRARY_PATH"}
    named["NEEDLEWORK_LIBRARY"] = str(pathlib.Path(found["LD_LIBRARY_PATH"]) / "libneedlework.so")
    assert len(rows(printed([sys.executable, examples / "healing.py", "run.duration=1 week"], named))) == 2
    refused = subprocess.run([sys.executable, examples / "healing.py", "run.duratoin=1 week"], env=found, capture_output=True, text=True)
    assert refused.returncode == 1 and "did you mean 'duration'" in refused.stderr


@pytest.mark.skipif(SANITIZERS, reason="sanitizers take the place of malloc, as fault.so does")
def test_failing_allocation_is_an_error_and_leaves_nothing(examples, prefix, found, tmp_path):
    """Every fifth allocation of creating, moving and reading a run fails, one at a time."""
    binary, report = tmp_path / "healing", tmp_path / "report"
    libraries = printed(["pkg-config", "--libs", "yaml-0.1", "gsl", "libcrypto"], found).split()
    printed(["cc", "-fopenmp", f"-I{prefix}/include", examples / "healing.c", BUILD / "libneedlework.a", "-o", binary, *libraries,
             "-ludunits2", "-lm"], found)
    environment = os.environ | {"LD_PRELOAD": str(BUILD / "fault.so"), "OMP_WAIT_POLICY": "passive", "FAULT_REPORT": str(report)}
    command = [binary, "run.duration=1 day", "domain.spacing=200 um"]
    whole = printed(command, environment)

    def reported(what):
        words = report.read_text().split()
        return dict(zip(words[::2], words[1::2]))[what]

    allocations = int(reported("allocations"))
    assert allocations > 100
    for n in range(1, allocations + 1, 5):
        done = subprocess.run(command, env=environment | {"FAULT_ALLOC": str(n)}, capture_output=True, text=True, timeout=60)
        assert reported("failed") != "nothing" and reported("unfreed") == "0", f"allocation {n}: {report.read_text()}"
        survived = done.returncode == 0 and done.stdout == whole  # without room for a warning
        assert survived or done.returncode == 4 and done.stderr.startswith("out of memory for "), f"{n}: {done.returncode} {done.stderr}"


def test_prefix_names_no_place(prefix):
    """No installed text of the library says where it was built or first installed."""
    places = [str(TOP), str(BUILD), "first0"]
    texts = [path for path in prefix.rglob("*") if path.suffix in (".pc", ".cmake", ".h")]
    assert len(texts) >= 6, texts
    for path in texts:
        assert not [place for place in places if place in path.read_text()], path


def test_shared_library_is_small_and_named(prefix):
    path = next(prefix.rglob("libneedlework.so.0"))
    dynamic = subprocess.run(["readelf", "-d", path], check=True, capture_output=True, text=True).stdout
    abi = re.search(r"NEEDLEWORK_ABI (\d+)", (prefix / "include/needlework/needlework.h").read_text())[1]
    assert f"soname: [libneedlework.so.{abi}]" in dynamic and "NODELETE" in dynamic
    assert "hdf5" not in dynamic and "RUNPATH" not in dynamic and "RPATH" not in dynamic, dynamic


def test_versions_agree(library, prefix, found):
    version = subprocess.run([PROGRAM, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    assert library.needlework_version().decode() == version
    assert printed(["pkg-config", "--modversion", "needlework"], found).strip() == version
    assert (prefix / "include/needlework/needlework.h").exists()
