"""Interrupted runs: stopped, killed, resumed - and in the end the same bits as a run that nobody disturbed."""
import hashlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import h5py
import netCDF4
import numpy
import pytest
import xarray

from conftest import PROGRAM, content
from conftest import call as needlework

CONFIG = """
model: dermis
skin: {age: 45 years}
treatment: {device: roller_1.5, sessions: 2, interval: 20 days}
domain: {geometry: unit_cell, spacing: 30 um, depth: 1.2 mm}
run: {duration: 60 days}
output: {timeseries: 12 hours, profiles: 2 days, snapshots: [0 days, 3 days, 30 days]}
checkpoint: {every: 1 s}
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    config = folder / "run.yaml"
    config.write_text(CONFIG)
    done = needlework("run", config, "-o", folder / "run.h5", "--quiet", "--threads", 1)
    assert done.returncode == 0, done.stderr
    return config, folder / "run.h5"


def same_bits(one, other):
    """Every dataset and attribute outside /provenance/host."""
    mine, theirs = content(one), content(other)
    assert [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)] == []
    return True


def wait_for(path, run):
    """Until the file is there; a run that ends without it fails the test instead of hanging it."""
    while not path.exists():
        assert run.poll() is None, f"exit code {run.returncode} without {path}"
        time.sleep(0.005)


def seal(path):
    """As sim/seal.c does: h5py has cut the old seal off or left it in the middle, which is all the same to HDF5."""
    content = path.read_bytes()
    path.write_bytes(content + hashlib.sha256(content).digest() + b"\nneedlework seal")


def test_a_complete_run_leaves_no_checkpoint_and_cannot_be_resumed(undisturbed):
    _, results = undisturbed
    assert not list(results.parent.glob("*.checkpoint.*"))
    again = needlework("resume", results)
    assert again.returncode == 4
    assert "no readable checkpoint" in again.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_a_signal_ends_the_run_after_a_checkpoint_with_exit_code_75(undisturbed, tmp_path, number):
    config, whole = undisturbed
    results = tmp_path / "stopped.h5"
    run = subprocess.Popen([PROGRAM, "run", config, "-o", results, "--quiet", "--threads", "1"], stderr=subprocess.PIPE, text=True)
    wait_for(Path(f"{results}.checkpoint.0"), run)
    time.sleep(0.2)
    run.send_signal(number)
    _, message = run.communicate()
    assert run.returncode == 75, message
    assert f"`needlework resume {results}` goes on" in message
    with h5py.File(results) as file:
        assert file.attrs["complete"] == 0
    resumed = needlework("resume", results, "--quiet", "--threads", 2)
    assert resumed.returncode == 0, resumed.stderr
    assert same_bits(whole, results)
    assert not list(tmp_path.glob("*.checkpoint.*"))


def test_a_second_interrupt_ends_the_run_at_once_and_does_no_harm(undisturbed, tmp_path):
    config, whole = undisturbed
    ends = []
    for number in range(4):
        results = tmp_path / f"interrupted{number}.h5"
        run = subprocess.Popen([PROGRAM, "run", config, "-o", results, "--quiet", "--threads", "1"], stderr=subprocess.DEVNULL)
        wait_for(Path(f"{results}.checkpoint.0"), run)
        time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        time.sleep(0.001)  # two at once would count as one
        run.send_signal(signal.SIGINT)
        ends.append(run.wait())
        assert ends[-1] in (75, -signal.SIGINT), ends
        resumed = needlework("resume", results, "--quiet", "--threads", 2)
        assert resumed.returncode == 0, resumed.stderr
        assert same_bits(whole, results)
    assert -signal.SIGINT in ends, ends
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"interrupted{number}.h5" for number in range(4)]


def test_max_walltime_stops_again_and_again_and_the_bits_are_the_same(undisturbed, tmp_path):
    config, whole = undisturbed
    results = tmp_path / "slices.h5"
    code, slices = needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.1 s").returncode, 1
    while code == 75:
        code, slices = needlework("resume", results, "--quiet", "--max-walltime", "0.1 s", "--threads", 1 + slices % 3).returncode, slices + 1
        assert slices < 1000
    assert code == 0 and slices > 1
    assert same_bits(whole, results)


def test_killed_while_it_runs_or_resumes_a_run_ends_with_the_same_bits(undisturbed, tmp_path):
    config, whole = undisturbed
    moments, resumed = random.Random(1), 0
    for number in range(8):
        results = tmp_path / f"killed{number}.h5"
        run = subprocess.Popen([PROGRAM, "run", config, "-o", results, "--quiet", "--threads", "1"], stderr=subprocess.DEVNULL)
        if number % 2:  # however long a busy machine takes to begin
            wait_for(Path(f"{results}.checkpoint.0"), run)
        time.sleep(moments.uniform(0.03, 0.2))
        run.kill()
        run.wait()
        if not Path(f"{results}.checkpoint.0").exists():
            continue  # killed before it had begun
        with h5py.File(results) as file:
            assert file["time"].shape[0] <= file["collagen_gain"].shape[0]
        for _ in range(2):  # and once more while it resumes
            again = subprocess.Popen([PROGRAM, "resume", results, "--quiet", "--max-walltime", "0.1 s"], stderr=subprocess.DEVNULL)
            time.sleep(moments.uniform(0.01, 0.08))
            again.kill()
            again.wait()
        done = needlework("resume", results, "--quiet")
        if done.returncode == 4 and "no readable checkpoint" in done.stderr:
            done = needlework("info", results)  # the second resume had reached the end
        assert done.returncode == 0, done.stderr
        assert same_bits(whole, results)
        resumed += 1
    assert resumed > 0, "every run was killed before it had begun"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_a_file_of_another_user_that_cannot_be_replaced_stays(undisturbed):
    _, whole = undisturbed
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    with tempfile.TemporaryDirectory() as name:
        folder, results = Path(name), Path(name) / "run.h5"
        folder.chmod(0o1777)  # as /tmp: only the owner of a file may remove it
        (folder / "run.yaml").write_text("model: fisher\ndomain: {geometry: well_mixed}\nrun: {duration: 2 days}\n")
        shutil.copy(whole, results)
        results.chmod(0o666)
        try:
            for _ in range(2):
                refused = subprocess.run([PROGRAM, "run", folder / "run.yaml", "-o", results, "--force"], capture_output=True, text=True, **nobody)
                assert refused.returncode == 4 and "Operation not permitted" in refused.stderr, refused.stderr
                assert results.read_bytes() == whole.read_bytes()
        except PermissionError:
            pytest.skip("the program is where another user may not go")


def test_permissions_given_while_it_runs_stay(undisturbed, tmp_path):
    config, _ = undisturbed
    results = tmp_path / "private.h5"
    assert needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    results.chmod(0o600)
    for arguments, code in ((["--max-walltime", "0.03 s"], 75), ([], 0)):
        assert needlework("resume", results, "--quiet", *arguments).returncode == code
        assert results.stat().st_mode & 0o777 == 0o600


def test_killed_before_its_first_checkpoint_a_run_names_the_file_it_replaces(undisturbed, tmp_path):
    _, whole = undisturbed
    for name in ("run.h5", "run.h5.checkpoint.replaced"):
        shutil.copy(whole, tmp_path / name)
    refused = needlework("resume", tmp_path / "run.h5", "--quiet")
    assert refused.returncode == 4 and f"{tmp_path}/run.h5.checkpoint.replaced: is what stood in the place" in refused.stderr, refused.stderr


def test_a_damaged_checkpoint_gives_way_to_the_older_one(undisturbed, tmp_path):
    config, whole = undisturbed
    results = tmp_path / "damaged.h5"
    assert needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    newest = max(tmp_path.glob("*.checkpoint.?"), key=lambda path: h5py.File(path).attrs["sequence"])
    with open(newest, "r+b") as file:
        file.seek(newest.stat().st_size // 2)
        file.write(b"\xff" * 4096)
    resumed = needlework("resume", results, "--quiet")
    assert resumed.returncode == 0, resumed.stderr
    assert "is damaged; going on from the other checkpoint" in resumed.stderr
    assert same_bits(whole, results)


@pytest.mark.parametrize("how", [{"data": numpy.zeros(7, "u1")}, {"data": "text"}, {"data": numpy.zeros((8, 8))},
                                 {"shape": (1 << 40,), "chunks": (1 << 20,), "dtype": "u1"}, None])
def test_a_whole_checkpoint_of_other_blocks_is_refused(undisturbed, tmp_path, how):
    config, _ = undisturbed
    results = tmp_path / "other.h5"
    assert needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    for number in "01":
        with h5py.File(f"{results}.checkpoint.{number}", "r+") as file:
            del file["baseline"]
            if how:
                file.create_dataset("baseline", **how)
        seal(Path(f"{results}.checkpoint.{number}"))
    refused = needlework("resume", results)
    assert refused.returncode == 4 and "no whole checkpoint" in refused.stderr, refused.stderr
    assert refused.stderr.count("does not fit this run or is damaged: it has no whole baseline of ") == 2, refused.stderr


def test_a_damaged_results_file_is_refused_and_one_without_seal_is_not(undisturbed, tmp_path):
    config, whole = undisturbed
    results = tmp_path / "damaged.h5"
    assert needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    content = results.read_bytes()
    assert content.endswith(b"\nneedlework seal")
    for damaged, message in ((content[:5000] + bytes([content[5000] ^ 16]) + content[5001:], "is damaged: its seal is of another content"),
                             (content[:-1000], "truncated file"), (b"", "file signature not found")):
        results.write_bytes(damaged)
        refused = needlework("resume", results)
        assert refused.returncode == 4 and message in refused.stderr, refused.stderr
        assert results.read_bytes() == damaged
    results.write_bytes(content[:-48])
    assert needlework("resume", results, "--quiet").returncode == 0
    assert same_bits(whole, results)


def test_the_file_of_a_run_under_way_is_read_by_every_reader(undisturbed, tmp_path):
    config, _ = undisturbed
    results = tmp_path / "stopped.h5"
    assert needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    assert results.read_bytes().endswith(b"\nneedlework seal")
    with h5py.File(results) as file:
        rows, gain = file["time"].shape[0], file["collagen_gain"][()]
        assert rows >= 1
    with netCDF4.Dataset(results) as file:
        assert numpy.array_equal(file["collagen_gain"][:], gain) and file["fields"]["collagen_i_new"].shape[0] >= 1
    with xarray.open_dataset(results) as file:
        assert numpy.array_equal(file.collagen_gain, gain)
    head = subprocess.run(["ncdump", "-h", results], capture_output=True, text=True)
    assert head.returncode == 0 and f"time = UNLIMITED ; // ({rows} currently)" in head.stdout, head.stderr


def test_a_run_killed_between_its_end_and_the_removal_of_its_checkpoints_is_resumed(undisturbed, tmp_path):
    config, whole = undisturbed
    results = tmp_path / "ended.h5"
    assert needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    shutil.copy(whole, results)
    resumed = needlework("resume", results, "--quiet")
    assert resumed.returncode == 0, resumed.stderr
    assert same_bits(whole, results) and [path.name for path in tmp_path.iterdir()] == ["ended.h5"]


def checkpoints_of(one, other):  # `one` must have stopped at an earlier step than `other`, which would have too few rows
    for number in "01":
        shutil.copy(f"{one}.checkpoint.{number}", f"{other}.checkpoint.{number}")


def change_checkpoints(results, change):
    for number in "01":
        with h5py.File(f"{results}.checkpoint.{number}", "r+") as file:
            change(file)
        seal(Path(f"{results}.checkpoint.{number}"))


def test_a_checkpoint_of_another_configuration_is_refused_or_recorded(undisturbed, tmp_path):
    config, _ = undisturbed
    one, other = tmp_path / "one.h5", tmp_path / "other.h5"
    assert needlework("run", config, "-o", one, "--quiet", "--max-walltime", "0.001 s").returncode == 75
    changed = ["--set", "run.tolerance=2e-3", "--set", "skin.age=60 years"]
    assert needlework("run", config, *changed, "-o", other, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    checkpoints_of(one, other)
    before = other.read_bytes()
    refused = needlework("resume", other)
    assert refused.returncode == 2 and other.read_bytes() == before
    assert "another configuration: it has 'age: 45 years', " in refused.stderr and "where the results file has 'age: 60 years', " in refused.stderr
    assert "; --force goes on all the same" in refused.stderr
    forced = needlework("resume", other, "--force", "--quiet", "--max-walltime", "0.03 s")
    assert forced.returncode == 75 and "warning: " in forced.stderr and "has 'age: 60 years', " in forced.stderr, forced.stderr
    done = needlework("resume", other, "--quiet")  # its checkpoints are its own now
    assert done.returncode == 0, done.stderr
    with h5py.File(other) as file:
        host = file["provenance/host"].attrs
        said = host["resumed_1_forced"].decode()
        assert said.startswith("the checkpoint is of another configuration: it has 'age: 45 years', ")
        theirs, ours = said.split(" where the results file has ")
        assert "'tolerance: 2e-3'" not in theirs and "'age: 60 years'" in ours and "'tolerance: " in ours and "written by" not in said
        assert file.attrs["complete"] == 1 and host["resumed"] == 2 and "resumed_2_forced" not in host


def test_one_key_more_in_a_newer_program_is_recorded_with_both_programs(undisturbed, tmp_path):
    config, whole = undisturbed
    results = tmp_path / "run.h5"
    assert needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.03 s").returncode == 75

    def older(file):  # it knew one key less and was another program
        text = file["configuration_resolved"][()].decode()
        line = next(line for line in text.splitlines() if "tolerance:" in line)
        del file["configuration_resolved"]
        file.create_dataset("configuration_resolved", data=text.replace(line + "\n", ""), dtype=h5py.string_dtype())
        file.attrs.modify("configuration", numpy.bytes_(hashlib.sha256(b"older").hexdigest()))
        file.attrs.modify("program", numpy.bytes_(b"0.0.0"))

    change_checkpoints(results, older)
    refused = needlework("resume", results)
    assert refused.returncode == 2, refused.stderr
    assert "it has nothing where the results file has 'tolerance: " in refused.stderr and "; it was written by needlework 0.0.0, this is " in refused.stderr
    forced = needlework("resume", results, "--force", "--quiet")
    assert forced.returncode == 0, forced.stderr
    with h5py.File(results) as file:
        host = file["provenance/host"].attrs
        assert host["resumed_1_forced"].decode() in forced.stderr and "needlework 0.0.0, this is " + host["resumed_1_program"].decode() in forced.stderr
    assert same_bits(whole, results)


def test_a_checkpoint_of_another_configuration_that_does_not_fit_is_refused_even_with_force(undisturbed, tmp_path):
    config, whole = undisturbed
    for number, change in enumerate(("domain.spacing=25 um", "treatment.sessions=3", "run.duration=70 days")):
        one, other = tmp_path / f"one{number}.h5", tmp_path / f"other{number}.h5"
        assert needlework("run", config, "-o", one, "--quiet", "--max-walltime", "0.03 s").returncode == 75
        assert needlework("run", config, "--set", change, "-o", other, "--quiet", "--max-walltime", "0.03 s").returncode == 75
        checkpoints_of(one, other)
        before = other.read_bytes()
        refused = needlework("resume", other, "--force", "--quiet")
        assert refused.returncode == 4 and "does not fit this run" in refused.stderr and other.read_bytes() == before, refused.stderr
    assert not list(tmp_path.glob("*.partial"))


def test_a_checkpoint_of_another_program_is_refused_or_recorded(undisturbed, tmp_path):
    config, whole = undisturbed
    results = tmp_path / "run.h5"
    assert needlework("run", config, "-o", results, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    change_checkpoints(results, lambda file: file.attrs.modify("program", numpy.bytes_(b"0.0.0")))
    refused = needlework("resume", results)
    assert refused.returncode == 2 and "the checkpoint was written by needlework 0.0.0, this is " in refused.stderr and results.exists()
    forced = needlework("resume", results, "--force", "--quiet")
    assert forced.returncode == 0
    with h5py.File(results) as file:  # and the file says who went on
        host = file["provenance/host"].attrs
        assert host["resumed_1_forced"].decode() == "the checkpoint was written by needlework 0.0.0, this is " + host["resumed_1_program"].decode()
        assert host["resumed_1_forced"].decode() in forced.stderr
    assert same_bits(whole, results)


def test_a_checkpoint_that_does_not_hold_its_configuration_is_said(undisturbed, tmp_path):
    config, _ = undisturbed
    one, other = tmp_path / "one.h5", tmp_path / "other.h5"
    assert needlework("run", config, "-o", one, "--quiet", "--max-walltime", "0.001 s").returncode == 75
    assert needlework("run", config, "--set", "skin.age=60 years", "-o", other, "--quiet", "--max-walltime", "0.03 s").returncode == 75
    checkpoints_of(one, other)
    change_checkpoints(other, lambda file: file.pop("configuration_resolved"))
    refused = needlework("resume", other)
    assert refused.returncode == 2 and "of another configuration, which it does not hold" in refused.stderr


def test_sessions_at_other_places_resume_with_the_same_bits(tmp_path):
    """Closure is read from the mouths of the latest session, and the set point drifts: a checkpoint must keep both."""
    config = tmp_path / "shifted.yaml"
    config.write_text("model: dermis\ntreatment: {sessions: 2, interval: 10 days, shift: true}\n"
                      "domain: {geometry: unit_cell, spacing: 40 um, depth: 1 mm}\nrun: {duration: 12 days}\n"
                      "output: {timeseries: 2 hours, snapshots: [0 days]}\nparameters: {ageing_drift: 1e-3 /day}\n")
    whole, stopped = tmp_path / "whole.h5", tmp_path / "stopped.h5"
    assert needlework("run", config, "-o", whole, "--quiet", "--threads", 1).returncode == 0
    day = 0
    for slices in ("50 ms", "5 ms", "1 us"):  # the last one stops after every step, however fast the machine is
        code = needlework("run", config, "-o", stopped, "--quiet", "--force", "--threads", 1, "--max-walltime", slices).returncode
        while code == 75 and day <= 10:
            code = needlework("resume", stopped, "--quiet", "--threads", 1, "--max-walltime", slices).returncode
            with h5py.File(stopped) as file:
                day = file["steps/time"][-1]
        if code == 75:
            break
    assert code == 75 and day > 10
    assert needlework("resume", stopped, "--quiet", "--threads", 1).returncode == 0
    assert same_bits(whole, stopped)
    with h5py.File(whole) as file:
        assert min(file["epidermal_closure"][121:125]) < 0.5
