"""Results in other people's tools: xarray, netCDF4, VTK (the reader that ParaView calls netCDF CF), and analysis/results.py itself.

ncdump, h5diff: test_results.py.  R: the commands of analysis/reading.md."""
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import xarray
from conftest import TOP

sys.path.insert(0, str(TOP / "analysis"))
import results  # noqa: E402


def flat(file, output):
    done = subprocess.run(["/usr/bin/python3", TOP / "analysis/results.py", file, "-o", output], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr
    return output


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
def test_xarray_opens_every_group_with_its_axes(box, engine):
    for group, axes in (("means", ("time",)), ("profiles", ("time", "z")), ("fields", ("time", "z", "y", "x"))):
        with xarray.open_dataset(box, group=group, engine=engine) as data:
            assert data["collagen_i_mature"].dims == axes
            assert all(np.issubdtype(data[axis].dtype, np.floating) for axis in axes) and data["time"].attrs["units"] == "day"
    with xarray.open_dataset(box, group="surface", engine=engine) as data:
        assert data["barrier"].dims == ("time", "y", "x")
    with xarray.open_dataset(box, engine=engine) as data:
        assert float(data.collagen_gain.sel(time=30)) == pytest.approx(data.attrs["final_collagen_gain"])


def vtk_reader(path):
    vtk = pytest.importorskip("vtk", reason="python3-vtk9 is not installed")
    reader = vtk.vtkNetCDFCFReader()
    reader.SetFileName(str(path))
    reader.SphericalCoordinatesOff()
    reader.UpdateInformation()
    information, key = reader.GetOutputInformation(0), vtk.vtkStreamingDemandDrivenPipeline.TIME_STEPS()
    return vtk, reader, [information.Get(key, i) for i in range(information.Length(key))]


def test_vtk_reads_the_timeline_of_a_results_file(box):
    _, reader, times = vtk_reader(box)
    with h5py.File(box) as file:
        assert times == file["time"][()].tolist()
        reader.UpdateTimeStep(30)
        assert reader.GetOutput().GetPointData().GetArray("collagen_gain").GetValue(0) == pytest.approx(file["collagen_gain"][30])


def test_vtk_reads_flat_snapshots_as_a_time_series_of_image_data(box, tmp_path):
    vtk, reader, times = vtk_reader(flat(box, tmp_path / "fields.nc"))
    with h5py.File(box) as file:
        assert times == file["fields/time"][()].tolist() and len(times) >= 3
        for step, day in enumerate(times):
            reader.UpdateTimeStep(day)
            image = reader.GetOutput()
            field = file["fields/collagen_i_mature"][step]
            assert isinstance(image, vtk.vtkImageData) and image.GetDimensions() == field.shape[::-1]
            values = np.array([image.GetPointData().GetArray("collagen_i_mature").GetValue(i) for i in range(field.size)])
            np.testing.assert_array_equal(values.astype("float32"), field[::-1].reshape(-1))  # upwards
        x, z = file["fields/x"][()], file["fields/z"][()]
        assert image.GetBounds()[:2] == pytest.approx((x[0], x[-1])) and image.GetBounds()[4:] == pytest.approx((-z[-1], -z[0]))


def test_vtk_reads_the_section_of_a_cylinder_with_its_unequal_cells(year, tmp_path):
    vtk, reader, times = vtk_reader(flat(year, tmp_path / "fields.nc"))
    reader.UpdateTimeStep(times[-1])
    grid = reader.GetOutput()
    with h5py.File(year) as file:
        assert isinstance(grid, vtk.vtkRectilinearGrid) and grid.GetDimensions() == (*file["fields/elastin"].shape[:0:-2], 1)
        x = [grid.GetXCoordinates().GetValue(i) for i in range(grid.GetDimensions()[0])]
        assert x == pytest.approx(file["fields/x"][()].tolist())


def test_flat_snapshots_are_the_fields_with_units_in_netcdf4_and_xarray(box, tmp_path):
    path = flat(box, tmp_path / "fields.nc")
    netcdf = pytest.importorskip("netCDF4")
    with netcdf.Dataset(path) as file:
        assert file.Conventions == "CF-1.10" and file["z"].positive == "up" and file["z"].units == "mm" and not file.groups
        assert {file[name].dimensions for name in file.variables if name not in file.dimensions} == {("time", "z", "y", "x")}
        assert all(hasattr(file[name], "units") and hasattr(file[name], "long_name") for name in file.variables if name != "time")
    run = results.read(box)
    with xarray.open_dataset(path) as data:
        assert set(data.data_vars) == set(run.names["fields"]) and data["time"].dtype == float
        np.testing.assert_array_equal(data["tgfb1"], run.field("tgfb1")[:, ::-1])


def test_reader_returns_labelled_arrays_of_everything(box):
    run = results.read(box)
    assert run.names["profiles"] == run.names["fields"] and "barrier" in run.names["surface"] and "x_extent" not in run.names["fields"]
    for name in run.names["fields"]:
        assert run.field(name).dims == ("time", "z", "y", "x") and run.field(name).attrs["units"] and run.profile(name).dims == ("time", "z")
    assert float(run.field("elastin").sel(time=7, z=0.7, method="nearest").mean()) > 0
    balance = run.ledger.sel(species="collagen_i_new")
    assert float(balance.initial + balance.produced - balance.lost + balance.boundary + balance.injury - balance.stored) == pytest.approx(
        float(balance.error), abs=1e-12) and str(balance.unit.values) == "mm3"
    assert float(run.steps.dt.sum()) == pytest.approx(30) and float(run.steps.time[-1]) == pytest.approx(30)
    assert run.about["model"] == "dermis" and run.about["geometry"] == "unit_cell" and run.complete


def test_array_that_crashes_the_library_is_one_sentence(box, tmp_path, monkeypatch):
    monkeypatch.setattr(results, "_read_array", lambda *_: os._exit(134))  # what a crash leaves behind: nothing
    with pytest.raises(results.ResultsError, match="the HDF5 file is damaged"):
        results.read(box).field("elastin")


def test_export_refuses_what_it_cannot_do(box, tmp_path):
    def call(*words):
        done = subprocess.run(["/usr/bin/python3", TOP / "analysis/results.py", *map(str, words)], capture_output=True, text=True)
        return done.returncode, done.stderr

    assert call(tmp_path / "none.h5") == (4, f"results.py: error: {tmp_path}/none.h5: no such file\n")
    code, message = call(box, "-o", tmp_path / "no" / "a.nc")
    assert code == 4 and "cannot be written" in message
    code, message = call(box, "-o", box)
    assert code == 2 and message.endswith("is the results file itself\n")
    with h5py.File(tmp_path / "bare.h5", "w") as file:
        file["time"], file["collagen_gain"] = [0.0, 1.0], [0.0, 0.1]
    assert call(tmp_path / "bare.h5") == (4, f"results.py: error: {tmp_path}/bare.h5: there are no snapshots in the file\n")
    assert call("--help")[0] == 0 and not list(tmp_path.glob("*.part"))
