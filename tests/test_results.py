"""The results file as its users open it: xarray with both engines, h5py, ncdump, h5diff.

The file is made by build/write_example (tests/write_example.c)."""
import os
import re
import shutil
import subprocess

import h5py
import numpy as np
import pytest
import xarray
from conftest import BUILD, content

ENGINES = ["netcdf4", "h5netcdf"]
AXES = {"profiles": ("time", "z"), "fields": ("time", "z", "y", "x"), "surface": ("time", "y", "x"), "means": ("time",),
        "sessions": ("session",), "steps": ("step",)}


def write(path, geometry="unit_cell", days=28):
    subprocess.run([BUILD / "write_example", path, geometry, str(days)], check=True)
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write(tmp_path_factory.mktemp("results") / "run.h5")


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def datasets(file):
    found = {}
    file.visititems(lambda name, node: found.update({name: node}) if isinstance(node, h5py.Dataset) else None)
    return found


@pytest.mark.parametrize("engine", [None] + ENGINES)
def test_healing_timeline_opens_at_once_with_time_in_days(path, engine):
    with xarray.open_dataset(path, engine=engine) as run:
        assert dict(run.sizes) == {"time": 29}
        assert run.time.dtype == float and run.time.attrs["units"] == "day"
        assert run.time.attrs["long_name"] == "time since the first session" and run.time.attrs["axis"] == "T"
        assert list(run.data_vars) == ["collagen_gain", "epidermal_closure", "downtime_so_far"]
        assert float(run.collagen_gain.sel(time=7)) == 0.07
        assert float(run.collagen_gain.interp(time=7.5)) == pytest.approx(0.075)
        assert run.attrs["Conventions"] == "CF-1.10" and run.attrs["complete"] == 1 and run.attrs["collagen_onset"] == 17.5


@pytest.mark.parametrize("engine", ENGINES)
def test_no_variable_in_days_becomes_a_timedelta(path, engine):
    for group in [None, *AXES]:
        with xarray.open_dataset(path, engine=engine, group=group) as part:
            for name, variable in part.variables.items():
                assert variable.dtype.kind in "fi", f"{group}/{name} is {variable.dtype}"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("group", AXES)
def test_groups_have_named_dimensions(path, engine, group):
    with xarray.open_dataset(path, engine=engine, group=group) as part:
        axes = AXES[group]
        assert set(part.dims) == set(axes)
        data = [name for name in part.data_vars if not name.endswith("_extent")]
        assert data
        for name in data:
            assert part[name].dims == axes, name
            assert part[name].attrs["units"] and part[name].attrs["long_name"], name


@pytest.mark.parametrize("engine", ENGINES)
def test_fields_carry_positions_and_values(path, engine):
    with xarray.open_dataset(path, engine=engine, group="fields") as fields:
        point = fields.tgfb.sel(time=14).sel(x=0.21, y=0.1, z=0.33, method="nearest")
        x, y, z = (float(point[axis]) for axis in "xyz")
        assert float(point) == pytest.approx(2 * (1 + x + 10 * y + 100 * z) + 14, rel=1e-6)
        assert fields.tgfb.dtype == np.float32
        assert [fields[axis].attrs["units"] for axis in "xyz"] == ["mm"] * 3
        assert [fields[axis].attrs["axis"] for axis in "xyz"] == ["X", "Y", "Z"]
        volume = (fields.x_extent * fields.y_extent * fields.z_extent).sum() * fields.attrs["cell_volume_factor"]
        assert float(volume) == pytest.approx(0.4 * 0.3 * 0.5)


@pytest.mark.parametrize("engine", ENGINES)
def test_radius_is_called_x_and_says_so(tmp_path, engine):
    with xarray.open_dataset(write(tmp_path / "run.h5", "axisymmetric"), engine=engine, group="fields") as fields:
        assert "radius" in fields.x.attrs["long_name"] and fields.x_extent.attrs["units"] == "mm2"
        volume = (fields.x_extent * fields.y_extent * fields.z_extent).sum() * fields.attrs["cell_volume_factor"]
        height, outer = float(fields.z_extent.sum()), np.sqrt(2 * float(fields.x_extent.sum()))
        assert float(volume) == pytest.approx(np.pi * outer**2 * height)


@pytest.mark.parametrize("engine", ENGINES)
def test_steps_plot_over_time_and_a_session_never_held_is_nan(path, engine):
    with xarray.open_dataset(path, engine=engine, group="steps") as steps:
        assert "time" in steps.dt.coords and steps.sizes["step"] == 84
    with xarray.open_dataset(path, engine=engine, group="sessions") as sessions:
        assert sessions.number.values.tolist() == [1, 2]
        assert np.isnan(sessions.performed.values).tolist() == [False, True]


def test_every_dataset_has_units_and_long_name(path):
    with h5py.File(path) as file:
        found = datasets(file)
        assert len(found) > 60
        for name, node in found.items():
            assert text(node.attrs["units"]) and text(node.attrs["long_name"]), name
            for kind in ("units", "long_name"):
                length = h5py.check_string_dtype(node.attrs.get_id(kind).dtype).length
                assert length is not None, f"{name}:{kind} is of variable length"


def test_nothing_is_compound_or_an_enumeration(path):
    with h5py.File(path) as file:
        for name, node in datasets(file).items():
            assert node.dtype.kind in "fiO", f"{name} is {node.dtype}"
            assert h5py.check_enum_dtype(node.dtype) is None, f"{name} is an enumeration"


def test_ncdump_reads_the_whole_file(path):
    if not shutil.which("ncdump"):
        pytest.skip("ncdump is not installed (netcdf-bin)")
    head = subprocess.run(["ncdump", "-h", path], check=True, capture_output=True, text=True).stdout
    for wanted in ('time = UNLIMITED ; // (29 currently)', 'time:units = "day"', "float tgfb(time, z, y, x) ;", "double tgfb(time, z) ;",
                   "float barrier(time, y, x) ;", "double performed(session) ;", "double dt(step) ;", ':Conventions = "CF-1.10"',
                   "group: ledger {", ":configuration_sha256 = ", "group: host {"):
        assert wanted in head, wanted
    assert "phony" not in head
    body = subprocess.run(["ncdump", path], check=True, capture_output=True, text=True).stdout
    assert re.search(r"collagen_gain = 0, 0.01, 0.02,", body)
    assert "skin: {site: cheek, age: 45 years}" in body


def test_two_runs_are_identical_outside_the_host(path, tmp_path):
    other = write(tmp_path / "another name.h5")
    one, two = content(path), content(other)
    assert one == two and len(one) > 200
    host = os.uname().nodename.encode()
    assert len(host) < 4 or not [name for name, value in one.items() if host in value[-1] or os.fsencode(tmp_path) in value[-1]]
    with h5py.File(other) as file:
        assert "another name.h5" in text(file["provenance/host"].attrs["command"])


def test_h5diff_finds_no_difference_outside_the_host(path, tmp_path):
    if not shutil.which("h5diff"):
        pytest.skip("h5diff is not installed (hdf5-tools)")
    other = write(tmp_path / "run.h5")
    command = ["h5diff", "--exclude-path=/provenance/host", path, other]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0 and not run.stdout, run.stdout + run.stderr
    with h5py.File(other, "r+") as file:
        file["means/tgfb"][3] += 1e-9
    assert subprocess.run(command, capture_output=True).returncode == 1


def test_file_can_be_read_at_any_moment_of_a_run(tmp_path):
    target, seen, states = tmp_path / "run.h5", [], set()
    writer = subprocess.Popen([BUILD / "write_example", target, "unit_cell", "1000000"])
    try:
        while len(states) < 10:
            assert writer.poll() is None, "the writer ended"
            if not target.exists():
                continue
            with h5py.File(target) as file:
                seen.append(file["time"].shape[0])
                assert file["collagen_gain"].shape[0] == seen[-1] and file["collagen_gain"][-1] == (seen[-1] - 1) / 100
            states.add(seen[-1])
        info = subprocess.run([BUILD / "write_example", "--info", target], capture_output=True, text=True)
        assert info.returncode == 0 and "incomplete" in info.stdout, info.stderr
    finally:
        writer.kill()
        writer.wait()
    assert seen == sorted(seen) and all(rows % 50 == 0 for rows in seen), seen
