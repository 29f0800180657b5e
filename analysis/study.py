"""A collected sweep prepared for figures: dimensions with their levels, outcomes in the units of a reader, names as words."""

import csv
import dataclasses
import io
import os
import re
import subprocess

import numpy as np

import results
import table as tables

PROGRAM = os.environ.get("NEEDLEWORK", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "needlework"))
# What a unit of the table is called, and how many of that make one.
UNITS = {"1": ("", 1), "": ("", 1), "day": ("days", 1), "d": ("days", 1), "/mm2": ("/cm²", 100), "1/mm2": ("/cm²", 100), "mm2/day": ("mm²/day", 1),
         "mm2": ("mm²", 1), "year": ("years", 1)}


@dataclasses.dataclass(eq=False)
class Quantity:
    """A column as it is shown."""
    key: str             # its name in the table
    label: str           # with its unit
    name: str            # without
    unit: str            # "" = none
    values: np.ndarray   # in that unit, or texts


@dataclasses.dataclass(eq=False)
class Dimension:
    """A direction of the design: the factors it moves together, and the levels it takes."""
    name: str
    factors: list         # Quantities
    place: np.ndarray     # of every run in 0..1
    level: np.ndarray     # of every run, an index
    ticks: list           # what each level is called, one line per factor
    numeric: bool

    @property
    def label(self):
        return "\n".join(factor.label for factor in self.factors)

    @property
    def title(self):
        return self.factors[0].name if len(self.factors) == 1 else words(self.name)

    def positions(self):
        """Where each level stands along an axis: its value where there is one, else one after the other."""
        if not self.numeric or len(self.factors) > 1:
            return np.arange(len(self.ticks))
        return np.array([self.factors[0].values[self.level == i][0] for i in range(len(self.ticks))])


def words(key):
    """treatment.needle.length -> needle length; the name of a parameter stays as it is."""
    parts = key.split(".")
    if parts[0] == "parameters":
        return parts[-1]
    return " ".join(parts[-2:] if parts[-2:-1] == ["needle"] else parts[-1:]).replace("_", " ")


def shown(value, digits=4):
    """A value of a factor as text."""
    return value if isinstance(value, str) else f"{float(value):.{digits}g}" if abs(value) < 10**digits else f"{float(value):.0f}"


def factor_quantity(column):
    unit, scale, values = *UNITS.get(column.unit, (column.unit, 1)), column.values
    if values.dtype != object:
        weeks = unit == "days" and np.all(values % 7 == 0) and np.all(values >= 7)
        unit, values = ("weeks", values / 7) if weeks else (unit, values * scale)
    else:
        unit = ""
    name = words(column.name)
    return Quantity(column.name, f"{name} ({unit})" if unit else name, name, unit, values)


def outcome_quantity(column):
    """Gains are shown in percent, everything else in its own unit."""
    unit, scale = UNITS.get(column.unit, (column.unit, 1))
    if not unit and re.search(r"_gain\b", column.name) and not column.name.startswith("time"):
        unit, scale = "%", 100
    name = re.sub(r"\s*@\s*", " at ", column.name.replace("_", " "))
    return Quantity(column.name, f"{name} ({unit})" if unit else name, name, unit, np.where(np.isfinite(column.values), column.values, np.nan) * scale)


class Study:
    """The sweep in a folder; raises results.ResultsError when there is no usable table."""

    def __init__(self, path):
        self.path, self.table = os.fspath(path), tables.read(path)
        table = self.table
        self.design, self.done = table.design, table.status == 0
        self.failed, self.missing = int((table.status > 0).sum()), int((table.status < 0).sum())
        self.outcomes = [outcome_quantity(column) for column in table.outcomes]
        self.dimensions = [self._dimension(i, name) for i, name in enumerate(table.dimensions)]
        if not self.done.any():
            raise results.ResultsError(f"{table.path}: none of its {self.done.size} runs is done, so there is nothing to show yet")

    def _dimension(self, i, name):
        factors = [factor_quantity(column) for column in self.table.factors if column.dimension == i]
        if not factors:
            raise results.ResultsError(f"{self.table.path}: nothing in the table belongs to the dimension '{name}'")
        place = self.table.unit[:, i]
        _, first, level = np.unique(np.round(place, 9), return_index=True, return_inverse=True)
        ticks = ["\n".join(shown(factor.values[row], 4 if len(factors) == 1 else 3) for factor in factors) for row in first] if len(first) <= 50 else []
        return Dimension(name, factors, place, level, ticks, factors[0].values.dtype != object)

    def outcome(self, name):
        for outcome in self.outcomes:
            if name in (outcome.key, outcome.name):
                return outcome
        raise results.ResultsError(f"{self.table.path}: there is no outcome '{name}' (it has {', '.join(o.key for o in self.outcomes)})")

    def burdens(self):
        """Outcomes of which little is wanted: those of the model's own names first, then expressions of them, max(scar_index)."""
        lower = set(str(self.table.about.get("lower_is_better", "")).split())
        found = [outcome for outcome in self.outcomes if lower & set(re.findall(r"\w+", outcome.key))]
        return sorted(found, key=lambda outcome: outcome.key not in lower)

    def dimension(self, name):
        for dimension in self.dimensions:
            if name in (dimension.name, dimension.title) or any(name in (f.key, f.name) for f in dimension.factors):
                return dimension
        raise results.ResultsError(f"{self.table.path}: there is no factor '{name}' (it has {', '.join(d.name for d in self.dimensions)})")

    def is_grid(self):
        return self.design in ("grid", "list") and all(dimension.ticks for dimension in self.dimensions)

    def indices(self):
        """Rows of `needlework sensitivity`, numbers as floats."""
        try:
            done = subprocess.run([PROGRAM, "sensitivity", self.table.path, "--csv"], capture_output=True, text=True)
        except OSError as error:
            raise results.ResultsError(f"{PROGRAM}: cannot be run ({error.strerror}); NEEDLEWORK names another program") from None
        if done.returncode:
            raise results.ResultsError(done.stderr.strip().split("error: ", 1)[-1])
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        return [{key: value if key in ("outcome", "unit", "factor") else float(value) if value else np.nan for key, value in row.items()}
                for row in rows]

    def origin(self):
        """What this is and what is not in it, in one line."""
        about = self.table.about
        runs = f"{self.done.size} runs" + (f", {self.failed} failed" if self.failed else "") + (f", {self.missing} missing" if self.missing else "")
        return " · ".join(str(part) for part in (about.get("source", ""), f"sweep {about['sweep']}" if about.get("sweep") else "",
                                                 f"design {self.design}", runs) if part)
