#!/usr/bin/python3
"""The layout of a Needlework results file, known here and nowhere else in analysis/.

    run = results.read("results/quickstart.h5")
    run.series["collagen_gain"]        # xarray, labelled with the time in days
    run.field("collagen_i_new")        # (time, z, y, x), read on demand; run.names["fields"] lists what there is
    run.ledger["error"]                # (species)

As a program it writes the snapshots as a flat netCDF file, for tools that do not look into groups (ParaView):

    analysis/results.py results/quickstart.h5 -o fields.nc

Files come from strangers and from runs that were stopped: rows are cut to the length of `time` (written last, the mark that a row is
whole), missing pieces leave a sentence in `run.notes`, and what cannot be used at all raises ResultsError with one sentence.
Layout: the results section of the interface; the writer is sim/results.c.
"""

import argparse
import dataclasses
import os
import pickle
import signal
import sys

import h5py
import numpy as np
import xarray

YEAR = 365.2422  # days, of UDUNITS-2 too
# Days per unit of time; `units` may go on with "since ...", which does not matter here.
DAYS = {"d": 1, "day": 1, "h": 1 / 24, "hr": 1 / 24, "hour": 1 / 24, "min": 1 / 1440, "minute": 1 / 1440, "s": 1 / 86400, "sec": 1 / 86400,
        "second": 1 / 86400, "week": 7, "month": YEAR / 12, "year": YEAR}
DAYS |= {f"{unit}s": days for unit, days in DAYS.items()}

MANY = 50_000_000  # no run writes this many rows

AXES = {"profiles": ("time", "z"), "fields": ("time", "z", "y", "x"), "surface": ("time", "y", "x")}
LARGEST = 4e9   # bytes of one array
LEDGER = ("initial", "produced", "lost", "boundary", "injury", "stored", "error")
STEPS = ("time", "dt", "error", "solves")

DAMAGE = (OSError, RuntimeError, KeyError, IndexError, ValueError, TypeError, OverflowError, MemoryError)  # what h5py says of damaged files


class ResultsError(Exception):
    """A file that cannot be used; str() is one sentence that names the file and the reason."""


@dataclasses.dataclass
class Results:
    path: str
    title: str
    series: xarray.Dataset    # outcomes over time; of a model without outcomes its means
    means: xarray.Dataset     # domain means of the species over their own time
    sessions: xarray.Dataset  # number, scheduled [d], performed [d, NaN = never], closure, deficit
    ledger: xarray.Dataset    # mass balance (species): initial, produced, lost, boundary, injury, stored, error; unit (species)
    steps: xarray.Dataset     # the integrator's record (step): time [d], dt [d], error, solves
    names: dict               # what there is to read on demand: {"profiles": [...], "fields": [...], "surface": [...]}
    summary: dict             # numbers among the root attributes
    about: dict               # texts among the root attributes: model, geometry, source, ...
    provenance: dict          # strings of /provenance, without /provenance/host
    settings: dict            # resolved configuration; {} when it is missing or PyYAML is
    complete: bool
    ending: str               # "complete run", or how it is not
    notes: list               # what is missing or odd, one sentence each

    @property
    def performed(self):
        """Times of the sessions that took place [d]."""
        times = self.sessions["performed"].values if "performed" in self.sessions else np.empty(0)
        return np.sort(times[np.isfinite(times)])

    @property
    def origin(self):
        """Version, commit (with + when the tree was dirty) and configuration hash, as far as the file tells."""
        def told(name):
            text = self.provenance.get(name, "").strip()
            return "" if text == "unknown" else text
        commit, dirty = told("git_commit"), told("git_dirty") in ("yes", "true", "1")
        return {"version": told("version"), "commit": commit + ("+" if commit and dirty else ""), "configuration": told("configuration_sha256")}

    def setting(self, *keys):
        """A value of the resolved configuration, such as setting("treatment", "needle", "length"); None when it is not there."""
        found = self.settings
        for key in keys:
            found = found.get(key) if isinstance(found, dict) and isinstance(key, str) else None
        return found

    def profile(self, name):
        """Lateral mean of a species (time, z)."""
        return self._array("profiles", name)

    def field(self, name):
        """Snapshots of a species (time, z, y, x)."""
        return self._array("fields", name)

    def surface(self, name):
        """The epidermal surface (time, y, x)."""
        return self._array("surface", name)

    def snapshots(self):
        """Times of the whole fields [d] and their shape (time, z, y, x); (empty, ()) when there are none."""
        return _isolated(_snapshots, self.path)

    def cut(self, names, row, group="fields"):
        """Species at row `row` of y: (time, z, x), of the surface (time, x); names that are not in the file are left out."""
        return _isolated(_cut, self.path, group, [name for name in names if name in self.names[group]], row)

    def _array(self, group, name):
        return _isolated(_read_array, self.path, group, name)


def read(path):
    """The run in file `path`; raises ResultsError when it is no results file or holds no time series."""
    return _isolated(_read, path)


def _isolated(function, path, *arguments):
    """function(path, ...) in a child process: the HDF5 library (1.10) crashes on some damaged files, which must not take this one along."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the last words of a crash
            signal.alarm(120)                              # or of an endless loop
            try:
                answer = function(path, *arguments)
            except Exception as error:
                answer = error
            with os.fdopen(send, "wb") as pipe:
                pickle.dump(answer, pipe)
        finally:
            os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    try:
        answer = pickle.loads(content)
    except (EOFError, pickle.UnpicklingError):
        answer = ResultsError(f"{path}: the HDF5 file is damaged (the HDF5 library cannot read it)")
    if isinstance(answer, Exception):
        raise answer
    return answer


def _read_array(path, group, name):
    with _opened(path) as file:
        if not isinstance(file.get(group), h5py.Group) or name not in file[group]:
            raise ResultsError(f"{path}: /{group}/{name} is not in the file")
        return _labelled(file[group], name, AXES[group], path)


def _snapshots(path):
    with _opened(path) as file:
        names = _names(file)["fields"]
        if not names:
            return np.empty(0), ()
        time = _time(file["fields"], path)
        return time, (time.size, *file["fields"][names[0]].shape[1:])


def _cut(path, group, names, row):
    with _opened(path) as file:
        return xarray.Dataset({name: _labelled(file[group], name, AXES[group], path, {"y": row}) for name in names})


def _read(path):
    with _opened(path) as file:
        notes = []
        series, means = _rows(file, path, notes, required=True), _group_rows(file, "means", path, notes)
        if not series.data_vars and means.data_vars:
            series = means
            notes.append("the model has no outcomes: the means of its species stand for them")
        if not series.data_vars:
            raise ResultsError(f"{path}: there is a time but no outcome beside it, so this is not a results file of a run")
        attributes = {name: _plain(value) for name, value in _attributes(file)}
        summary = {name: float(value) for name, value in attributes.items() if isinstance(value, (int, float))}
        provenance = _strings(file.get("provenance"))
        settings = _settings(provenance, notes)
        end = float(series["time"][-1])
        complete = summary.get("complete", 0.0) == 1.0
        ending = ("complete run" if complete else f"incomplete run, ends at day {end:.4g}" if "complete" in summary
                  else f"run of unknown completeness, ends at day {end:.4g}")
        if not complete:
            notes.append(ending)
        about = {name: value for name, value in attributes.items() if isinstance(value, str)}
        return Results(os.fspath(path), about.get("title", ""), series, means, _sessions(file, path, notes), _ledger(file),
                       _steps(file, path), _names(file), summary, about, provenance, settings, complete, ending, notes)


def _opened(path):
    if not os.path.exists(path):
        raise ResultsError(f"{path}: no such file")
    if os.path.isdir(path):
        raise ResultsError(f"{path}: is a folder, not a results file")
    if not os.access(path, os.R_OK):
        raise ResultsError(f"{path}: no permission to read")
    return _Reader(path)


class _Reader:
    """h5py.File as a context in which whatever the library finds wrong becomes a ResultsError."""

    def __init__(self, path):
        self.path, self.file = path, None

    def __enter__(self):
        try:
            self.file = h5py.File(self.path, "r")
        except BlockingIOError:
            raise ResultsError(f"{self.path}: another program is writing this file") from None
        except OSError as error:
            head = b"\x89HDF\r\n\x1a\n"
            with open(self.path, "rb") as file:
                known = file.read(len(head)) == head
            raise ResultsError(f"{self.path}: the HDF5 file is damaged or cut short ({str(error).split('(')[-1].rstrip(')')})" if known
                               else f"{self.path}: not an HDF5 file") from None
        return self.file

    def __exit__(self, kind, error, trace):
        self.file.close()
        if kind is not None and not issubclass(kind, ResultsError) and issubclass(kind, DAMAGE):
            raise ResultsError(f"{self.path}: the HDF5 file is damaged ({error.args[0] if error.args else kind.__name__})") from None
        return False


def _attributes(node):
    """Attributes that can be read; a type h5py does not know is skipped."""
    for name in node.attrs:
        try:
            yield name, node.attrs[name]
        except (OSError, TypeError, RuntimeError):
            continue


def _plain(value):
    """A Python string or float from what h5py returns for a scalar or an array of one; else None."""
    value = np.asarray(value).reshape(-1)
    if value.size != 1:
        return None
    value = value[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").rstrip("\0")
    if isinstance(value, str):
        return value
    return float(value) if np.issubdtype(type(value), np.number) or isinstance(value, np.bool_) else None


def _text(node, name):
    return str(_plain(node.attrs[name]) or "") if name in node.attrs else ""


def _days(node, path, what):
    """Factor from the units of a time to days."""
    units = _text(node, "units").strip().lower().split(" since ")[0].strip()
    factor = DAYS.get(units) if units else 1
    if factor is None:
        raise ResultsError(f"{path}: {what} has the units '{units}', which are no unit of time")
    return factor


def _numbers(node):
    return isinstance(node, h5py.Dataset) and node.dtype.kind in "fiu"


def _time(group, path):
    """Times of a group [d]."""
    what = (group.name.rstrip("/") or "") + "/time"
    if "time" not in group or not _numbers(group["time"]) or group["time"].ndim != 1:
        raise ResultsError(f"{path}: {what} is missing, so this is not a results file of a run")
    if group["time"].size > MANY:
        raise ResultsError(f"{path}: {what} claims {group['time'].size} rows, so the file is damaged")
    time = group["time"][()].astype(float) * _days(group["time"], path, what)
    if not np.isfinite(time).all() or np.any(np.diff(time) < 0):
        raise ResultsError(f"{path}: {what} holds times that are not numbers or run backwards")
    return time


def _describe(node):
    return {name: _text(node, name) for name in ("units", "long_name") if name in node.attrs}


def _rows(group, path, notes, required=False):
    """Every series (time) of a group."""
    time = _time(group, path)
    if required and time.size < 2:
        raise ResultsError(f"{path}: the time series has {time.size} row{'s' * (time.size != 1)}, so there is nothing to show yet")
    variables = {}
    for name, node in group.items():
        if name == "time" or not _numbers(node) or node.ndim != 1:
            continue
        if node.shape[0] < time.size:
            notes.append(f"{node.name} has {node.shape[0]} rows instead of {time.size} and is left out")
            continue
        values = node[: time.size].astype(float)
        values[~np.isfinite(values)] = np.nan
        if np.isnan(values).all():
            notes.append(f"{node.name} holds no number and is left out")
            continue
        variables[name] = ("time", values, _describe(node))
    return xarray.Dataset(variables, {"time": ("time", time, {"units": "days", "long_name": "time since the first session"})})


def _group_rows(file, name, path, notes):
    if not isinstance(file.get(name), h5py.Group) or "time" not in file[name]:
        notes.append(f"/{name} is missing")
        return xarray.Dataset()
    return _rows(file[name], path, notes)


def _sessions(file, path, notes):
    group = file.get("sessions")
    names = ("number", "scheduled", "performed", "closure", "deficit")
    found = [name for name in names if isinstance(group, h5py.Group) and name in group and _numbers(group[name]) and group[name].ndim == 1]
    if not found:
        notes.append("/sessions is missing")
        return xarray.Dataset()
    n = min(group[name].shape[0] for name in found)
    columns = {}
    for name in found:
        factor = _days(group[name], path, f"/sessions/{name}") if name in ("scheduled", "performed") else 1
        attributes = dict(_describe(group[name]), **({"units": "days"} if name in ("scheduled", "performed") else {}))
        columns[name] = ("session", group[name][:n].astype(float) * factor, attributes)
    return xarray.Dataset(columns)


def _ledger(file):
    group = file.get("ledger")
    if not isinstance(group, h5py.Group):
        return xarray.Dataset()
    rows = {name: node for name, node in group.items() if isinstance(node, h5py.Group)
            and all(column in node and _numbers(node[column]) and node[column].shape == () for column in LEDGER)}
    columns = {column: ("species", [float(node[column][()]) for node in rows.values()]) for column in LEDGER}
    columns["unit"] = ("species", [_text(node["stored"], "units") for node in rows.values()])
    return xarray.Dataset(columns, {"species": ("species", list(rows))})


def _steps(file, path):
    group = file.get("steps")
    found = [name for name in STEPS if isinstance(group, h5py.Group) and name in group and _numbers(group[name]) and group[name].ndim == 1]
    n = min((group[name].shape[0] for name in found), default=0)
    if n > MANY:
        raise ResultsError(f"{path}: /steps claims {n} rows, so the file is damaged")
    factor = {name: _days(group[name], path, f"/steps/{name}") if name in ("time", "dt") else 1 for name in found}
    return xarray.Dataset({name: ("step", group[name][:n].astype(float) * factor[name], _describe(group[name])) for name in found})


def _names(file):
    """Names of the arrays of every group that have its axes."""
    found = {}
    for group in ("profiles", "fields", "surface"):
        axes, node = AXES[group], file.get(group)
        found[group] = [name for name, array in node.items() if name not in axes and _numbers(array) and array.ndim == len(axes)
                        ] if isinstance(node, h5py.Group) else []
    return found


def _labelled(group, name, axes, path, fixed=None):
    """A dataset of a group with its coordinates, cut to the length of the group's time.  fixed: the one index to read of an axis."""
    fixed = fixed or {}
    time, node = _time(group, path), group[name]
    if not _numbers(node) or node.ndim != len(axes) or node.shape[0] < time.size:
        raise ResultsError(f"{path}: {node.name} is not an array over ({', '.join(axes)}) with a row for every time")
    if not all(0 <= i < node.shape[axes.index(axis)] for axis, i in fixed.items()):
        raise ResultsError(f"{path}: {node.name} has no row {fixed}, so the file is damaged")
    if node.size * 8 / np.prod([node.shape[axes.index(axis)] for axis in fixed] or [1]) > LARGEST:
        raise ResultsError(f"{path}: {node.name} claims {node.size} values, so the file is damaged or too large to draw")
    coordinates = {"time": ("time", time, {"units": "days"})}
    for i, axis in enumerate(axes[1:], start=1):
        if axis in group and axis not in fixed and group[axis].shape == (node.shape[i],):
            coordinates[axis] = (axis, group[axis][()].astype(float), _describe(group[axis]))
    where = (slice(0, time.size), *(fixed.get(axis, slice(None)) for axis in axes[1:]))
    return xarray.DataArray(node[where], coordinates, [axis for axis in axes if axis not in fixed], name, _describe(node))


def _strings(group):
    """Strings of /provenance, kept as attributes or as datasets."""
    if not isinstance(group, h5py.Group):
        return {}
    found = {name: _plain(value) for name, value in _attributes(group)}
    found.update({name: _plain(node[()]) for name, node in group.items() if isinstance(node, h5py.Dataset) and node.size == 1})
    return {name: value if isinstance(value, str) else f"{value:g}" for name, value in found.items() if value is not None}


def _settings(provenance, notes):
    """The resolved configuration as nested dictionaries."""
    text = provenance.get("configuration_resolved", "")
    if not text.strip():
        notes.append("the configuration is missing from /provenance")
        return {}
    try:
        import yaml
        settings = yaml.safe_load(text)
    except ImportError:
        notes.append("PyYAML is not installed, so the configuration is not read")
        return {}
    except yaml.YAMLError:
        settings = None
    if not isinstance(settings, dict):
        notes.append("the configuration in /provenance cannot be read")
        return {}
    return settings


def snapshots(run):
    """All snapshots as one dataset over (time, z, y, x), without the axes of a single cell: `y` of a section or a cylinder.

    z is the height above the dermal-epidermal junction, negative, upwards: VTK 9 sets image data with `positive = "down"` one cell off."""
    if not run.names["fields"]:
        raise ResultsError(f"{run.path}: there are no snapshots in the file")
    found = xarray.Dataset({name: run.field(name).astype("float32") for name in run.names["fields"]})
    found = found.squeeze([axis for axis in ("y", "x") if found.sizes.get(axis) == 1], drop=True)
    found = found.assign_coords(z=-found["z"]).isel(z=slice(None, None, -1))
    found["z"].attrs.update(long_name="height of the cell centre above the dermal-epidermal junction", positive="up")
    for axis in found.coords:
        found[axis].attrs.update(units="day" if axis == "time" else "mm", axis={"time": "T"}.get(axis, axis.upper()))
    return found.assign_attrs(Conventions="CF-1.10", title=run.title, source=run.about.get("source", ""), comment=run.ending)


def main(words=None):
    parser = argparse.ArgumentParser(prog="results.py", description="Write the snapshots of a run as a flat netCDF file, for ParaView and \
other tools that do not look into the groups of a file.", epilog="exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written")
    parser.add_argument("file", metavar="FILE", help="results of `needlework run`")
    parser.add_argument("-o", "--output", metavar="OUT", help="netCDF file to write (default: FILE with -fields.nc)")
    given = parser.parse_args(words)
    output = given.output or os.path.splitext(given.file)[0] + "-fields.nc"
    if os.path.exists(output) and os.path.exists(given.file) and os.path.samefile(output, given.file):
        parser.error(f"{output}: is the results file itself")
    partial = f"{output}.part"
    try:
        data = snapshots(read(given.file))
        encoding = {name: {"zlib": True, "complevel": 1} for name in data.data_vars} | {name: {"_FillValue": None} for name in data.coords}
        data.to_netcdf(partial, engine="netcdf4", encoding=encoding)
        os.replace(partial, output)
    except ResultsError as error:
        print(f"results.py: error: {error}", file=sys.stderr)
        return 4
    except OSError as error:
        if os.path.exists(partial):
            os.remove(partial)
        print(f"results.py: error: {output}: cannot be written ({error.strerror or error})", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
