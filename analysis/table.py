"""The layout of the table of a sweep (`needlework sweep collect`), known here and nowhere else in analysis/.

    found = table.read("results/study")        # the folder of a sweep, or its table.h5
    found.outcomes[0].values, found.factors[0].unit, found.status
    days, outcomes = table.series("results/study/table.h5")     # where it kept the outcomes over time

Files come from strangers: what cannot be used raises results.ResultsError with one sentence.  The writer is sim/sweep_table.c.
"""

import dataclasses
import os

import h5py
import numpy as np

import results
from results import ResultsError


@dataclasses.dataclass
class Column:
    """One column of the table of a sweep, a value for every run."""
    name: str
    unit: str
    values: np.ndarray        # numbers, NaN = none, or texts
    dimension: int = -1       # of the design that moves this factor
    low: float = np.nan       # range of the design
    high: float = np.nan
    scale: str = ""           # linear, log, list


@dataclasses.dataclass
class Table:
    """The collected table of a sweep, a row for every run of its plan."""
    path: str
    about: dict               # root attributes, texts and numbers: design, model, sweep, samples, ...
    dimensions: list          # names of the dimensions of the design
    unit: np.ndarray          # (run, dimension) place in the unit cube
    factors: list             # Columns
    outcomes: list            # Columns
    sample: np.ndarray
    block: np.ndarray
    replicate: np.ndarray
    status: np.ndarray        # 0 = done, > 0 = exit code of a failed run, -1 = never run

    @property
    def design(self):
        return str(self.about.get("design", ""))


def read(path):
    """The collected table of the sweep in a folder (its table.h5), or of such a file; raises ResultsError when it is none."""
    if os.path.isdir(path):
        folder, path = path, os.path.join(path, "table.h5")
        if not os.path.exists(path):
            raise ResultsError(f"{folder}: there is no table.h5; `needlework sweep collect {folder}` makes it")
    return results._isolated(_read, path)


def series(path):
    """(days, {outcome: array (run, time)}) of a collected sweep that kept its series; None when the file is no such table."""
    return results._isolated(_series, path)


def _series(path):
    with results._opened(path) as file:
        if "run" not in file or "status" not in file:
            return None
        if not isinstance(file.get("series"), h5py.Group):
            raise ResultsError(f"{path}: this table of a sweep holds no series (collect it with --series)")
        group, done = file["series"], file["status"][()] == 0
        time = results._time(group, path)
        found = {name: node[()][done].astype(float) for name, node in group.items()
                 if name != "time" and results._numbers(node) and node.shape == (done.size, time.size)}
        if not found or done.sum() < 2:
            raise ResultsError(f"{path}: an ensemble needs two runs or more, this table has {int(done.sum())} with series")
        return time, found


def _read(path):
    with results._opened(path) as file:
        if not isinstance(file.get("status"), h5py.Dataset) or "design" not in file.attrs:
            raise ResultsError(f"{path}: has no design or no status of runs, so this is not the table of a sweep")
        n = file["status"].size
        if n < 1 or n > results.MANY:
            raise ResultsError(f"{path}: claims {n} runs")
        roles = {"factor": [], "outcome": []}
        for name in sorted(file, key=lambda name: file.id.links.get_info(name.encode()).corder):
            node = file.get(name)
            if isinstance(node, h5py.Dataset) and results._text(node, "role") in roles and node.shape == (n,):
                roles[results._text(node, "role")].append(_column(name, node))
        if not roles["factor"] or not roles["outcome"]:
            raise ResultsError(f"{path}: there is no {'outcome' if roles['factor'] else 'factor'} in the table")
        design = [_design_column(file, name, n, path) for name in ("sample", "block", "replicate", "status")]
        dimensions = _words(file["dimension"]).tolist()
        unit = file["unit_value"][()].astype(float)
        if unit.shape != (n, len(dimensions)) or any(not 0 <= factor.dimension < len(dimensions) for factor in roles["factor"]):
            raise ResultsError(f"{path}: unit_value, dimension and the factors do not fit each other")
        about = {name: value for name, value in ((name, results._plain(value)) for name, value in results._attributes(file)) if value is not None}
        return Table(os.fspath(path), about, dimensions, unit, roles["factor"], roles["outcome"], *design)


def _words(node):
    return np.array([word.decode("utf-8", "replace").rstrip("\0") if isinstance(word, bytes) else str(word) for word in node[()]], object)


def _column(name, node):
    values = node[()].astype(float) if results._numbers(node) else _words(node)
    numbers = {key: results._plain(node.attrs[key]) if key in node.attrs else None for key in ("dimension", "low", "high")}
    low, high = (np.nan if isinstance(numbers[key], (str, type(None))) else numbers[key] for key in ("low", "high"))
    dimension = numbers["dimension"]
    return Column(name, results._text(node, "units"), values, int(dimension) if isinstance(dimension, float) else -1, low, high, results._text(node, "scale"))


def _design_column(file, name, n, path):
    if name not in file or not results._numbers(file[name]) or file[name].shape != (n,):
        raise ResultsError(f"{path}: column '{name}' is missing, so this is not the table of a sweep")
    return file[name][()].astype(int)
