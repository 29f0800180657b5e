"""Bands of uncertainty: the spread of an outcome over many runs, from whatever holds them.

    ensemble.read(["results/members"])     # results files, or folders of them: quantiles over the runs
    ensemble.read(["results/sweep/table.h5"])   # `needlework sweep collect --series`: quantiles over the runs that were done
    ensemble.read(["bands.csv"])           # columns time_days, outcome, low, median, high: as they are

Quantiles: 5 to 95 % (low, high) and 25 to 75 % (inner), linear between order statistics; at each time over the runs that got there, and only
where at least half of them did.  Fewer than MANY runs show their whole range instead.
"""

import csv
import dataclasses
import os

import numpy as np

import results
import table as tables

MANY = 10  # runs from which quantiles make sense


@dataclasses.dataclass
class Band:
    time: np.ndarray  # [d]
    low: np.ndarray
    high: np.ndarray
    inner: object = None  # (low, high) of the middle half

    def through(self, change):
        """The band in another unit; `change` is an increasing function of an array."""
        return Band(self.time, change(self.low), change(self.high), self.inner and tuple(map(change, self.inner)))


@dataclasses.dataclass
class Ensemble:
    text: str    # for the footnote
    bands: dict  # outcome: Band
    notes: list


def read(paths):
    """The bands of all these files; raises results.ResultsError when there is nothing to draw."""
    files = [file for path in paths for file in _files(path)]
    if len(files) == 1 and files[0].lower().endswith(".csv"):
        return _ready_made(files[0])
    if len(files) == 1:
        table = tables.series(files[0])
        if table is not None:
            return _over(table[0], table[1], f"{len(next(iter(table[1].values())))} runs of {os.path.basename(files[0])}", [])
    members, notes = [], []
    for file in files:
        try:
            members.append(results.read(file).series)
        except results.ResultsError as error:
            notes.append(f"left out of the ensemble: {error}")
    if len(members) < 2:
        reason = f" ({notes[0]})" if notes else ""
        raise results.ResultsError(f"{', '.join(map(str, paths))}: an ensemble needs two runs or more, found {len(members)}{reason}")
    time = max((member["time"].values for member in members), key=lambda rows: (rows[-1], rows.size))
    names = sorted({name for member in members for name in member.data_vars})
    return _over(time, {name: np.array([_on(time, member, name) for member in members if name in member]) for name in names},
                 f"{len(members)} runs", notes)


def _files(path):
    if not os.path.isdir(path):
        return [os.fspath(path)]
    found = sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names if name.endswith(".h5"))
    if not found:
        raise results.ResultsError(f"{path}: there is no .h5 file in this folder")
    return found


def _on(time, member, name):
    """A series at other times; NaN beyond its end."""
    own = member["time"].values
    return np.interp(time, own, member[name].values, right=np.nan)


def _over(time, series, text, notes):
    """Quantiles over the rows of every array (run, time)."""
    bands, few = {}, max(len(rows) for rows in series.values()) < MANY
    for name, rows in series.items():
        there = np.isfinite(rows).sum(axis=0) >= max(2, len(rows) / 2)
        if there.sum() > 1:
            low, a, b, high = np.nanquantile(rows[:, there], [0, 0.25, 0.75, 1] if few else [0.05, 0.25, 0.75, 0.95], axis=0)
            bands[name] = Band(time[there], low, high, None if few else (a, b))
    return Ensemble(("whole range of " if few else "5 to 95 % (darker: 25 to 75 %) of ") + text, bands, notes)


def _ready_made(path):
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        columns = {}
        for row in rows:
            columns.setdefault(row["outcome"].strip(), []).append([float(row[name]) for name in ("time_days", "low", "high")])
    except OSError as error:
        raise results.ResultsError(f"{path}: cannot be read ({error.strerror})") from None
    except (KeyError, TypeError, ValueError, AttributeError, csv.Error):
        raise results.ResultsError(f"{path}: a table of bands has the columns time_days, outcome, low, median, high and numbers in them") from None
    bands = {}
    for name, values in columns.items():
        time, low, high = np.array(sorted(values)).T
        if not np.isfinite(time).all():
            raise results.ResultsError(f"{path}: time_days of {name} holds something else than numbers")
        bands[name] = Band(time, low, high)
    if not bands:
        raise results.ResultsError(f"{path}: there is no row in this table")
    return Ensemble(f"low to high of {os.path.basename(path)}", bands, [])
