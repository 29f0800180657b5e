"""The ready studies of configs/sweeps/, each in a small version: from the specification to the table and the figure."""
import json
import os
import shutil
import subprocess
import sys

import h5py
import matplotlib
import numpy as np
import pytest
import yaml

import pictures
from conftest import PROGRAM, TOP, call

sys.path.insert(0, str(TOP / "analysis"))
import study as studies  # noqa: E402
import sweep  # noqa: E402

STUDIES = sorted((TOP / "configs/sweeps").glob("*.yaml"))
COARSE = {"domain.spacing": "100 um", "run.duration": "40 days", "run.tolerance": "1e-2"}


def ends(values):
    """The first and the last of listed values, also of linked keys; a range stays."""
    if isinstance(values, list):
        return values[:: len(values) - 1]
    return {"link": {key: ends(inner) for key, inner in values["link"].items()}} if "link" in values else values


def small(path, folder):
    """The specification with coarse runs, and the least that its design allows."""
    spec = yaml.safe_load(path.read_text())
    spec["base"] = str((path.parent / spec["base"]).resolve())
    spec["set"] = {**spec.get("set", {}), **COARSE}
    spec["vary"] = {key: ends(values) for key, values in spec["vary"].items()}
    if "samples" in spec:
        spec["samples"] = 1
    (folder / path.name).write_text(yaml.safe_dump(spec, sort_keys=False, width=1000))
    return folder / path.name


def test_there_are_studies():
    assert {path.stem for path in STUDIES} >= {"clinical-roller", "diameter-pitch", "screening"}


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_study_runs_small_and_is_drawn(path, tmp_path):
    folder = tmp_path / "sweep"
    for words in (("plan", small(path, tmp_path), "-o", folder), ("run", folder, "--quiet"), ("collect", folder)):
        done = call("sweep", *words)
        assert done.returncode == 0, done.stderr
    with h5py.File(folder / "table.h5") as table:
        assert set(table["status"][()]) == {0} and table.attrs["missing"] == 0
        assert np.isfinite(table["final_collagen_gain"][()]).all()
    fig, title, _ = sweep.draw(studies.Study(folder))
    assert pictures.trouble(fig) == [] and title == yaml.safe_load(path.read_text())["title"]
    matplotlib.pyplot.close(fig)


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_study_can_be_planned_as_it_stands(path, tmp_path):
    done = call("sweep", "plan", path, "-o", tmp_path / "sweep")
    assert done.returncode == 0, done.stderr


def test_screening_takes_in_every_parameter():
    """But those that are 0 by default, which it names."""
    spec = yaml.safe_load((TOP / "configs/sweeps/screening.yaml").read_text())
    told = call("models", "dermis", "--format", "vary").stdout
    listed = yaml.safe_load(told)["vary"]
    defaults = {row["name"]: row for row in json.loads(call("models", "dermis", "--format", "json").stdout)["parameters"]}
    left_out = {name for name, row in defaults.items() if row["default"] == 0}
    assert spec["vary"] == listed and {key.split(".")[1] for key in listed} == set(defaults) - left_out
    assert all(f"  # {name}: 0 by default" in told for name in left_out)
    for key, ends_ in listed.items():
        row = defaults[key.split(".")[1]]
        low, high = (float(str(ends_[end]).split()[0]) for end in ("from", "to"))
        assert row["low"] <= low <= row["default"] <= high <= row["high"] and low < high, key


def test_one_command_goes_from_the_specification_to_the_figure(tmp_path):
    """scripts/sweep.sh, twice: what is done is not done again; another specification of that name is refused."""
    name = f"test-{os.getpid()}"
    folder = TOP / "results/sweeps" / name
    spec = small(TOP / "configs/sweeps/diameter-pitch.yaml", tmp_path).rename(tmp_path / f"{name}.yaml")
    command = [TOP / "scripts/sweep.sh", spec, "--figure", "lines"]
    written = []
    try:
        for _ in range(2):
            done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NEEDLEWORK": PROGRAM})
            assert done.returncode == 0, done.stderr
            assert done.stdout.endswith(f"results/sweeps/{name}/lines.png\n") and (folder / "lines.png").exists()
            written.append({path: path.stat().st_mtime_ns for path in [folder / "manifest.h5", *(folder / "records").iterdir()]})
        assert written[0] == written[1] and len(written[0]) > 1
        spec.write_text(spec.read_text() + "seed: 2\n")
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NEEDLEWORK": PROGRAM})
        assert done.returncode == 2 and "was planned from another specification" in done.stderr
    finally:
        shutil.rmtree(folder, ignore_errors=True)
