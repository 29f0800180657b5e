"""Reads the rows of configs/calibration/*.csv, makes each protocol's run once, and says which rows are within their bands.

As a program: rows.py [CSV...] [--set KEY=VALUE]...   prints every row, outside ones marked."""
import concurrent.futures
import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

from expressions import Run, evaluate

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDER = TOP / "configs" / "calibration"
PROGRAM = os.path.abspath(os.environ.get("NEEDLEWORK", TOP / "build" / "needlework"))


def read(name):
    """Rows as dictionaries; low, high and value become numbers, NaN where empty."""
    with open(FOLDER / name, newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    for row in rows:
        for key in ("low", "high", "value"):
            row[key] = float(row[key] or "nan")
    return rows


def protocols():
    return yaml.safe_load((FOLDER / "protocols.yaml").read_text())


def arguments(protocol):
    """`depleted.yaml; treatment.sessions=2` as arguments of `needlework run`."""
    words = [word.strip() for word in protocol.split(";")]
    files = [str(FOLDER / word) for word in words if "=" not in word]
    return files + [part for word in words if "=" in word for part in ("--set", word)]


class Runs:
    """Every protocol is run once, when it is first asked for, two at a time."""

    def __init__(self, *extra):
        self.extra, self.protocols = extra, protocols()
        self.folder = tempfile.TemporaryDirectory()
        self.pool = concurrent.futures.ThreadPoolExecutor(2)
        self.future = {}

    def start(self, name):
        if name not in self.future:
            self.future[name] = self.pool.submit(self.make, name)
        return self.future[name]

    def start_all(self, rows):
        for row in rows:
            for name in [row["protocol"], *re.findall(r"(\w+):", row["expression"])]:
                self.start(name)

    def make(self, name):
        path = os.path.join(self.folder.name, f"{name}.h5")
        command = [PROGRAM, "run", *arguments(self.protocols[name]), *self.extra, "-o", path, "--quiet", "--threads", "1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        return Run(path)

    def __getitem__(self, name):
        return self.start(name).result()

    def value(self, row):
        return evaluate(row["expression"], self, row["protocol"])


def outside(row, value):
    """'' when the value lies within the band of its row, else a sentence; NaN is outside."""
    low = row["low"] if row["low"] == row["low"] else float("-inf")
    high = row["high"] if row["high"] == row["high"] else float("inf")
    if low <= value <= high:
        return ""
    return f"{row['row']} {row['observable']}: {value:.4g} is outside {low:g} to {high:g} ({row['source']})"


if __name__ == "__main__":
    sets = [part for i, word in enumerate(sys.argv) if word == "--set" for part in ("--set", sys.argv[i + 1])]
    files = [word for word in sys.argv[1:] if word.endswith(".csv")] or ["clinical.csv", "claims.csv", "structure.csv"]
    runs, wrong = Runs(*sets), 0
    tables = [row for name in files for row in read(name)]
    runs.start_all(tables)
    for row in tables:
        value = runs.value(row)
        wrong += bool(outside(row, value))
        print(f"{row['row']:5} {row['observable'][:60]:60} {value:10.4g}   {row['low']:g} to {row['high']:g} {'*** OUT' if outside(row, value) else ''}")
    print(f"{wrong} of {len(tables)} outside")
