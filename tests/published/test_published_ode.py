"""The published models without space, through the program: rows where they are wanted, numbers in /means, schedules that survive a stop."""
import h5py
import numpy as np
import pytest
from conftest import TOP, call, content, run

FOLDER = TOP / "configs/published"
RUNS = {"waugh_sherratt_2006_normal": (200, 0.1), "waugh_sherratt_2006_diabetic": (200, 0.1), "waugh_sherratt_2006_treated": (200, 0.1),
        "waugh_sherratt_2007_a": (200, 0.1), "waugh_sherratt_2007_b": (200, 0.1), "waugh_sherratt_2007_c": (200, 0.1),
        "waugh_sherratt_2007_d": (200, 0.1), "bianchi_2015": (60, 0.1), "cooper_2015": (10, 0.05), "reynolds_2006": (100 / 24, 1 / 24),
        "adler_2020_pulse2": (200, 0.1), "adler_2020_pulse4": (200, 0.1)}


@pytest.mark.parametrize("name", RUNS)
def test_rows_are_where_they_are_wanted(name, tmp_path):
    days, every = RUNS[name]
    with h5py.File(run(tmp_path / "x.h5", FOLDER / f"{name}.yaml")) as file:
        at = file["means/time"][()]
        assert len(at) == round(days / every) + 1 and np.abs(at - every * np.arange(len(at))).max() < 1e-8
        for species, values in file["means"].items():
            assert np.isfinite(values).all() and values[()].min() >= 0, species


def test_numbers_of_the_paper_are_in_the_results(tmp_path):
    with h5py.File(run(tmp_path / "x.h5", FOLDER / "waugh_sherratt_2007_a.yaml")) as file:
        wanted = {"phi_i": 66.7795, "phi_r": 96.9351, "t": 0.60867, "p": 0.708966, "f": 196.679, "c": 1225.73, "h": 2.97175}
        for species, value in wanted.items():
            assert file["means"][species][100] == pytest.approx(value, rel=2e-4), species


def test_a_row_at_the_time_of_a_change_shows_the_state_before_it(tmp_path):
    with_grafts = run(tmp_path / "c.h5", FOLDER / "waugh_sherratt_2007_c.yaml")
    without = run(tmp_path / "b.h5", FOLDER / "waugh_sherratt_2007_c.yaml", parameters__grafts=0)
    with h5py.File(with_grafts) as c, h5py.File(without) as b:
        difference = c["means/f"][()] - b["means/f"][()]
    assert np.abs(difference[:281]).max() < 1e-3 and difference[281] > 100
    assert difference[290] > difference[289] and difference[291] < difference[290]


def test_a_run_stopped_many_times_ends_with_the_same_numbers(tmp_path):
    config = FOLDER / "waugh_sherratt_2007_d.yaml"
    slow = ["--set", "run.tolerance=1e-8"]  # some thousand steps
    whole = tmp_path / "whole.h5"
    assert call("run", config, *slow, "-o", whole, "--quiet").returncode == 0
    path, stops = tmp_path / "stopped.h5", 0
    done = call("run", config, *slow, "-o", path, "--quiet", "--max-walltime", "20 ms")
    while done.returncode != 0 and stops < 300:
        stops += 1
        done = call("resume", path, "--quiet", "--max-walltime", f"{20 + 5 * stops} ms")  # more and more, should the machine be busy
    mine, theirs = content(path, ["provenance", "steps"]), content(whole, ["provenance", "steps"])
    assert done.returncode == 0 and stops > 0 and [name for name in theirs if mine.get(name) != theirs[name]] == []


def test_impossible_schedules_are_refused():
    config = FOLDER / "waugh_sherratt_2007_c.yaml"
    done = call("check", config, "--set", "parameters.grafts=2.5")
    assert done.returncode == 2 and "parameters.grafts: 2.5 is not a whole number" in done.stderr
    done = call("check", config, "--set", "parameters.graft_duration=8 days")
    assert done.returncode == 2 and "'graft' lasts 8 days and cannot come every 7 days" in done.stderr
    assert "# graft: graft is 1 on day 28 for 1 day, 5 times every 7 days\n" in call("check", config).stdout


@pytest.mark.parametrize("name", ["waugh_sherratt_2006", "waugh_sherratt_2007", "bianchi_2015", "cooper_2015", "reynolds_2006", "adler_2020"])
def test_a_model_says_where_it_is_from(name):
    text = call("models", name).stdout
    assert name.split("_")[-1] in text.splitlines()[1] and "[seen: " in text
    assert ("recalled" in text) == (name == "waugh_sherratt_2006")
