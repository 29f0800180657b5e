"""The ready studies of configs/sweeps/, each in a small version: from the specification to the table and the figure."""
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
    spec = yaml.safe_load((TOP / "configs/sweeps/screening.yaml").read_text())
    listed = yaml.safe_load(call("models", "dermis", "--format", "vary").stdout)["vary"]
    told = {line.split("`")[1] for line in call("models", "dermis", "--format", "markdown").stdout.split("### Parameters")[1].split("###")[0]
            .splitlines() if line.startswith("| `")}
    assert spec["vary"] == listed and {key.split(".")[1] for key in listed} == told


def test_one_command_goes_from_the_specification_to_the_figure(tmp_path):
    """scripts/sweep.sh, twice: what is done is not done again; another specification of that name is refused."""
    name = f"test-{os.getpid()}"
    folder = TOP / "results/sweeps" / name
    spec = small(TOP / "configs/sweeps/diameter-pitch.yaml", tmp_path).rename(tmp_path / f"{name}.yaml")
    command = [TOP / "scripts/sweep.sh", spec, "--figure", "lines"]
    try:
        for _ in range(2):
            done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NEEDLEWORK": PROGRAM})
            assert done.returncode == 0, done.stderr
            assert done.stdout.endswith(f"results/sweeps/{name}/lines.png\n") and (folder / "lines.png").exists()
            written = (folder / "manifest.h5").stat().st_mtime_ns
        assert (folder / "manifest.h5").stat().st_mtime_ns == written
        spec.write_text(spec.read_text() + "seed: 2\n")
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NEEDLEWORK": PROGRAM})
        assert done.returncode == 2 and "was planned from another specification" in done.stderr
    finally:
        shutil.rmtree(folder, ignore_errors=True)
