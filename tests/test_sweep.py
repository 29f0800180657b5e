"""Sweeps from outside: plan, run, interrupt in every way, collect; every run is exactly once in the table."""
import os
import re
import signal
import subprocess
import time

import h5py
import numpy as np
import pandas
import pytest
import xarray

from conftest import PROGRAM, call

BASE = "model: dermis\ndomain: {geometry: well_mixed}\nrun: {duration: 20 days}\n"
GRID = """base: base.yaml
design: grid
vary:
  treatment.needle.length: [0.5 mm, 1.0 mm, 1.5 mm]
  parameters.tgfb_loss: {from: 1 /day, to: 2 /day, steps: 4}
outcomes: [final_collagen_gain, scar_index@10 days, max(tgfb)]
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def planned(spec, folder="d", base=None):
    if base:
        open("base.yaml", "w").write(base)
    open("spec.yaml", "w").write(spec)
    done = call("sweep", "plan", "spec.yaml", "-o", folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def collected(folder="d", *options):
    done = call("sweep", "collect", folder, *options)
    assert done.returncode == 0, done.stderr
    return pandas.read_csv(f"{folder}/table.csv", float_precision="round_trip")


def test_a_grid_is_planned_run_and_collected(here):
    text = planned(GRID)
    assert "12 runs of dermis, grid over 2 dimensions" in text and "core-hours" in text and "parallel -j" in text and "MB of records" in text
    done = call("sweep", "run", "d", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    table = collected()
    assert list(table.run) == list(range(12)) and (table.status == 0).all()
    assert sorted(set(zip(table["treatment.needle.length [mm]"], table["parameters.tgfb_loss [1/day]"].round(12)))) == sorted(
        (length, round(1 + i / 3, 12)) for length in (0.5, 1.0, 1.5) for i in range(4))
    # the same numbers as an ordinary run
    for i in (0, 7):
        row = table.loc[i]
        path = here / f"{i}.h5"
        done = call("run", "base.yaml", "--set", f"treatment.needle.length={row['treatment.needle.length [mm]']} mm", "--set",
                    f"parameters.tgfb_loss={row['parameters.tgfb_loss [1/day]']!r} /day", "-o", path, "--quiet")
        assert done.returncode == 0, done.stderr
        with h5py.File(path) as file:
            assert file.attrs["final_collagen_gain"] == row.final_collagen_gain
            assert file["scar_index"][10] == row["scar_index@10 days"] and file["tgfb"][:].max() == row["max(tgfb)"]
            assert file["provenance"].attrs["configuration_sha256"].decode() == row.configuration_sha256
            with h5py.File("d/table.h5") as swept:
                assert swept.attrs["lower_is_better"] == file.attrs["lower_is_better"] and b"downtime" in file.attrs["lower_is_better"].split()


def test_the_folder_above_is_made_too_but_no_more(here):
    planned(GRID, "new/study")
    assert (here / "new/study/manifest.h5").exists()
    done = call("sweep", "plan", "spec.yaml", "-o", "other/new/study")
    assert done.returncode == 4 and "other/new/study: cannot be made: No such file or directory" in done.stderr
    assert not (here / "other").exists()


def test_the_table_opens_in_xarray_with_units_roles_and_series(here):
    planned(GRID)
    assert call("sweep", "run", "d", "--quiet").returncode == 0
    table = collected("d", "--series")
    with xarray.open_dataset("d/table.h5") as data, xarray.open_dataset("d/table.h5", group="series") as series:
        assert data.sizes == {"run": 12, "dimension": 2} and data.attrs["design"] == "grid" and data.attrs["done"] == 12
        length = data["treatment.needle.length"]
        assert length.attrs["units"] == "mm" and length.attrs["role"] == "factor" and length.attrs["scale"] == "list"
        assert (length.attrs["low"], length.attrs["high"], length.attrs["dimension"]) == (0.5, 1.5, 0)
        assert data["max(tgfb)"].attrs["role"] == "outcome" and data.seconds.attrs["units"] == "s"
        assert list(data.dimension.values) == ["treatment.needle.length", "parameters.tgfb_loss"]
        for name in ("final_collagen_gain", "scar_index@10 days", "max(tgfb)"):
            np.testing.assert_array_equal(data[name].values, table[name].values)
        assert series.collagen_gain.shape == (12, 21) and list(series.time.values) == list(range(21))
        np.testing.assert_array_equal(series.collagen_gain[:, -1].values, data.final_collagen_gain.values.astype("float32"))


def test_an_outcome_may_be_a_quotient(here):
    planned(GRID.replace("max(tgfb)]", "max(tgfb), max(tgfb) / tgfb@10 days, 'time_to(tgfb, 110 %, 1 day, 20 days)']"))
    assert call("sweep", "run", "d", "--quiet").returncode == 0
    table = collected("d", "--series")
    with xarray.open_dataset("d/table.h5") as data, xarray.open_dataset("d/table.h5", group="series") as series:
        quotient = data["max(tgfb) over tgfb@10 days"]  # a dataset's name has no slash
        assert quotient.attrs["units"] == "1" and quotient.attrs["long_name"] == "max(tgfb) / tgfb@10 days"
        np.testing.assert_allclose(quotient, series.tgfb.max("time") / series.tgfb[:, 10], rtol=1e-6)
        np.testing.assert_array_equal(quotient, table["max(tgfb) / tgfb@10 days"])
    reached = table["time_to(tgfb, 110 %, 1 day, 20 days) [day]"].dropna()
    assert 0 < reached.size < 12 and reached.between(1, 20).all()


def test_a_plan_is_immutable_and_stands_alone(here):
    planned(GRID)
    before = {path: path.read_bytes() for path in (here / "d").rglob("*") if path.is_file()}
    done = call("sweep", "plan", "spec.yaml", "-o", "d")
    assert done.returncode == 2 and "never changed" in done.stderr
    os.remove("base.yaml")
    os.remove("spec.yaml")
    assert {path: path.read_bytes() for path in before} == before
    assert call("sweep", "run", "d", "--quiet").returncode == 0
    assert (here / "d/sweep.yaml").read_text() == GRID
    (here / "d/base/0-base.yaml").write_text(BASE.replace("20 days", "21 days"))
    done = call("sweep", "run", "d", "--quiet")
    assert done.returncode == 0 # everything was done before the base was touched


def test_a_changed_base_is_noticed(here):
    planned(GRID)
    (here / "d/base/0-base.yaml").write_text(BASE.replace("20 days", "21 days"))
    done = call("sweep", "run", "d", "--quiet")
    assert done.returncode == 1
    assert collected().message.str.contains("not the one that was planned").all()


def test_running_again_does_nothing_and_slices_add_up(here):
    planned(GRID)
    for first in (0, 5, 10):
        assert call("sweep", "run", "d", "--index", first, "--count", 5, "--quiet").returncode == 0
    before = {path.name: path.stat().st_size for path in (here / "d/records").iterdir()}
    done = call("sweep", "run", "d")
    assert done.returncode == 0 and "12 of 12 runs done\n" in done.stdout
    assert sum(path.stat().st_size for path in (here / "d/records").iterdir()) <= sum(before.values()) + 128
    assert (collected().status == 0).all()
    assert "0 to do" in call("sweep", "status", "d").stdout


def test_failed_runs_are_recorded_with_their_message(here):
    planned(GRID.replace("  parameters", "  treatment.interval: [1 day, 30 days]\n  parameters").replace("steps: 4", "steps: 2"),
            base=BASE.replace("well_mixed}", "axisymmetric, spacing: 60 um}") + "treatment: {sessions: 2, if_not_healed: fail}\n")
    done = call("sweep", "run", "d")
    assert done.returncode == 1 and "6 of 12 runs failed" in done.stderr and "6 of 12 runs done, 6 failed" in done.stdout
    table = collected()
    failed = table[table["treatment.interval [day]"] == 1]
    assert (failed.status == 2).all() and failed.message.str.contains("the skin has not healed").all() and failed.final_collagen_gain.isna().all()
    assert (table[table["treatment.interval [day]"] == 30].status == 0).all() and len(table) == 12
    done = call("sweep", "run", "d", "--quiet")
    assert done.returncode == 1, "failed runs are not forgotten"
    status = call("sweep", "status", "d").stdout
    assert "6 done, 6 failed" in status and "exit code 2" in status and "has not healed" in status
    assert call("sweep", "run", "d", "--quiet", "--retry").returncode == 1


SLOW = """base: base.yaml
design: lhs
samples: 40
vary:
  treatment.needle.length: {from: 0.5 mm, to: 1.5 mm}
outcomes: [final_collagen_gain]
"""


def children(process):
    with open(f"/proc/{process}/task/{process}/children") as file:
        return [int(child) for child in file.read().split()]


def done_so_far(folder):
    return sum(path.stat().st_size for path in (folder / "records").iterdir())


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def identical(table, reference):
    columns = [name for name in table.columns if name != "seconds [s]"]
    pandas.testing.assert_frame_equal(table[columns], reference[columns], check_exact=True)


def test_every_run_is_in_the_table_exactly_once_whatever_is_killed(here):
    base = BASE.replace("well_mixed}", "axisymmetric, spacing: 60 um}")
    planned(SLOW, "reference", base)
    planned(SLOW, "d", base)
    assert call("sweep", "run", "reference", "--quiet").returncode == 0
    # workers, again and again
    sweep = subprocess.Popen([PROGRAM, "sweep", "run", "d", "--jobs", "2"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    wait_for(lambda: (here / "d/records/0-40.w1.log").exists())
    for _ in range(3):
        wait_for(lambda: len(children(sweep.pid)) == 2)
        size = done_so_far(here / "d")
        os.kill(children(sweep.pid)[0], signal.SIGKILL)
        wait_for(lambda: done_so_far(here / "d") > size)
    # the parent: its workers end too
    orphans = children(sweep.pid)
    sweep.kill()
    assert "was killed by signal 9" in sweep.communicate()[1]
    wait_for(lambda: not any(os.path.exists(f"/proc/{one}") for one in orphans))
    table = collected()
    assert (table.status == -1).any() and (table.status == 0).any() and len(table) == 40
    # an unfinished entry, as a machine without power leaves it
    log = max((here / "d/records").iterdir(), key=lambda path: path.stat().st_size)
    log.write_bytes(log.read_bytes()[:-5])
    # a request to stop
    sweep = subprocess.Popen([PROGRAM, "sweep", "run", "d", "--quiet"], stderr=subprocess.PIPE, text=True)
    size = done_so_far(here / "d")
    wait_for(lambda: done_so_far(here / "d") > size + 1000)
    sweep.send_signal(signal.SIGUSR1)
    assert "the same command goes on" in sweep.communicate()[1] and sweep.returncode == 75
    assert call("sweep", "run", "d", "--quiet").returncode == 0
    identical(collected(), collected("reference"))


def test_a_run_that_kills_its_process_is_given_up(here):
    planned("base: base.yaml\ndesign: list\nvary: {run.duration: [20 years, 1 day, 1 day]}\n",
            base=BASE.replace("well_mixed}", "axisymmetric, spacing: 5 um}"))
    sweep = subprocess.Popen([PROGRAM, "sweep", "run", "d", "--jobs", "1", "--quiet"], stderr=subprocess.PIPE, text=True)
    for _ in range(3):
        wait_for(lambda: (here / "d/records/0-3.w0.log").exists() and (here / "d/records/0-3.w0.log").stat().st_size >= 128)
        wait_for(lambda: children(sweep.pid)) # the first child of all reads the manifest, before there is a log
        (worker,) = children(sweep.pid)
        time.sleep(0.1)
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: worker not in children(sweep.pid))
    text = sweep.communicate()[1]
    table = collected()
    assert sweep.returncode == 1 and "given up" in text, text
    assert (table.status == [1, 0, 0]).all() and "killed 3 times" in table.message[0]


def test_a_limit_of_time_stops_and_is_resumable(here):
    planned(SLOW, base=BASE.replace("well_mixed}", "axisymmetric, spacing: 20 um}"))
    assert call("sweep", "run", "d", "--quiet", "--max-walltime", "1 ms").returncode == 75
    assert 0 < (collected().status == -1).sum() <= 40
    assert call("sweep", "run", "d", "--quiet").returncode == 0 and (collected().status == 0).all()


def test_two_on_the_same_runs_are_refused(here):
    planned(SLOW, base=BASE.replace("well_mixed}", "axisymmetric, spacing: 10 um}").replace("20 days", "2 years"))
    first = subprocess.Popen([PROGRAM, "sweep", "run", "d", "--quiet", "--jobs", "1"])
    try:
        wait_for(lambda: (here / "d/records/0-40.w0.log").exists())
        done = call("sweep", "run", "d", "--quiet")
        assert done.returncode == 4 and "another `sweep run` is at work" in done.stderr
    finally:
        first.terminate()
        assert first.wait(60) == 75


def test_records_of_another_plan_are_refused(here):
    planned(GRID, "one")
    planned(GRID.replace("steps: 4", "steps: 5"), "two")
    assert call("sweep", "run", "one", "--quiet").returncode == 0
    (here / "one/records/0-12.w0.log").rename(here / "two/records/0-12.w0.log")
    done = call("sweep", "run", "two", "--quiet")
    assert done.returncode == 4 and "is not a log of this plan" in done.stderr


def test_fields_are_kept_on_request(here):
    planned(GRID.replace("steps: 4", "steps: 2") + "keep: fields\n")
    assert call("sweep", "run", "d", "--quiet").returncode == 0
    files = sorted((here / "d/runs/000").iterdir())
    assert [path.name for path in files] == [f"{i:06d}.h5" for i in range(6)]
    table = collected()
    with h5py.File(files[3]) as file:
        assert file.attrs["final_collagen_gain"] == table.final_collagen_gain[3] and "fields" in file


def test_replicates_have_seeds_of_their_own(here):
    planned("base: base.yaml\ndesign: list\nreplicates: 3\nvary: {treatment.density: [100 /cm2, 250 /cm2]}\n",
            base="model: dermis\ndomain: {geometry: patch, spacing: 100 um, width: 1 mm, depth: 0.6 mm}\n"
                 "treatment: {seed: 7, device: stamp}\nrun: {duration: 1 day}\n")
    table = pandas.DataFrame({name: np.asarray(column) for name, column in h5py.File("d/manifest.h5").items()
                              if isinstance(column, h5py.Dataset) and column.ndim == 1 and column.shape[0] == 6})
    assert list(table.replicate) == [0, 0, 1, 1, 2, 2] and list(table["treatment.density"]) == [1.0, 2.5] * 3
    assert table.configuration_sha256.nunique() == 6


def test_a_damaged_manifest_is_survived(here):
    planned(GRID)
    path = here / "d/manifest.h5"
    whole = path.read_bytes()
    for at in range(0, len(whole), 997):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1:])
        done = call("sweep", "status", "d", errors="replace")
        assert done.returncode == 0 or done.returncode == 4 and "needlework: error: " in done.stderr, (at, done.returncode, done.stderr)
    path.write_bytes(whole[:1000])
    assert call("sweep", "run", "d").returncode == 4


def test_the_command_line_of_gnu_parallel_works(here):
    text = planned(GRID)
    line = next(line for line in text.splitlines() if "parallel -j" in line).strip()
    first, step, last = re.match(r"seq (\d+) (\d+) (\d+)", line).groups()
    slices = range(int(first), int(last) + 1, int(step))
    command = re.search(r"needlework (sweep run d .*)$", line)[1]
    for index in slices:
        assert call(*command.replace("{}", str(index)).split()).returncode == 0
    assert (collected().status == 0).all()


def test_submitting_without_slurm_says_so(here):
    planned(GRID)
    done = call("sweep", "submit", "d", env={"PATH": "/nowhere"})
    assert done.returncode == 4 and "is Slurm installed here?" in done.stderr


@pytest.mark.parametrize("arguments, message", [
    (("plan", "spec.yaml"), "needs -o DIR"), (("pla", "spec.yaml"), "did you mean 'plan'"), (("run", "nowhere"), "holds no planned sweep"),
    (("plan", "nowhere.yaml", "-o", "q"), "nowhere.yaml: cannot be read"), (("run", "d", "--index", 12), "the runs 0 to 11"),
    (("run", "d", "--count", 2), "needs --index"), (("run", "d", "--series"), "--series is an option of sweep collect"),
    (("collect", "d", "--jobs", 2), "--jobs is an option of sweep run and submit"),
])
def test_wrong_commands_are_refused(here, arguments, message):
    planned(GRID)
    done = call("sweep", *arguments)
    assert done.returncode == 2 and message in done.stderr and done.stdout == "" and not (here / "q").exists(), done.stderr


def test_combinations_that_cannot_be_are_named_and_nothing_is_written(here):
    (here / "spec.yaml").write_text(GRID.replace("vary:", "vary:\n  skin.conditions: [[], [radiation]]"))
    done = call("sweep", "plan", "spec.yaml", "-o", "d")
    assert done.returncode == 2 and not (here / "d").exists()
    assert "run 12 (skin.conditions=[radiation], treatment.needle.length=0.5 mm" in done.stderr and "and 2 more of 24 runs" in done.stderr
