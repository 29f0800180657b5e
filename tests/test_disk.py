"""Disks that fill, folders that cannot be written or go away, under a real program.  Single faults of the system: scripts/faults.py."""
import os
import shutil
import signal
import subprocess
import time

import pytest

from conftest import PROGRAM, call, content

CONFIG = """
model: dermis
treatment: {sessions: 2, interval: 20 days}
domain: {geometry: axisymmetric, spacing: 30 um, depth: 1.2 mm}
run: {duration: 60 days}
output: {timeseries: 3 hours, profiles: 1 day, snapshots: [0 days, 3 days, 30 days]}
checkpoint: {every: 1 s}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("disk") / "run.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture(scope="module")
def whole(config):
    done = call("run", config, "-o", config.parent / "whole.h5", "--quiet")
    assert done.returncode == 0, done.stderr
    return content(config.parent / "whole.h5")


def on_a_disk_of_its_own(size, script, tmp_path, *arguments):
    """Runs a bash script where $disk is an empty tmpfs of that size, in a mount namespace of its own; its output."""
    (tmp_path / "disk").mkdir()
    begin = ["unshare", "--user", "--map-root-user", "--mount", "bash", "-euc"]
    if subprocess.run([*begin, f"mount -t tmpfs tmpfs {tmp_path}/disk"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    return subprocess.run([*begin, f"disk={tmp_path}/disk\nmount -t tmpfs -o size={size} tmpfs $disk\n{script}", "bash", *map(str, arguments)],
                          capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("size", ["20k", "200k", "800k", "1200k", "1600k"])
def test_a_full_disk_is_said_and_when_there_is_room_again_the_run_goes_on(config, whole, tmp_path, size):
    done = on_a_disk_of_its_own(size, """
        code=0; "$1" run "$2" -o $disk/run.h5 --quiet || code=$?
        echo "code $code"; ls $disk
        mount -o remount,size=100m $disk
        if [ -e $disk/run.h5 ]; then h5dump $disk/run.h5 > "$3"; "$1" resume $disk/run.h5 --quiet
        else "$1" run "$2" -o $disk/run.h5 --quiet; fi
        cp $disk/run.h5 "$3"; echo "left: $(ls $disk)"
        """, tmp_path, PROGRAM, config, tmp_path / "run.h5")
    assert done.returncode == 0 and "code 4\n" in done.stdout, done.stdout + done.stderr
    assert "No space left on device" in done.stderr and ".partial" not in done.stdout
    assert "left: run.h5\n" in done.stdout
    assert content(tmp_path / "run.h5") == whole


@pytest.mark.parametrize("size", ["20k", "300k", "400k"])
def test_a_full_disk_keeps_the_file_to_be_replaced_until_there_is_another(config, tmp_path, size):
    done = on_a_disk_of_its_own(size, """
        echo "somebody's work" > $disk/run.h5
        code=0; "$1" run "$2" -o $disk/run.h5 --quiet --force || code=$?
        echo "code $code: $(cat $disk/run.h5), $(ls $disk)"
        """, tmp_path, PROGRAM, config)
    assert done.stdout == "code 4: somebody's work, run.h5\n" and "No space left on device" in done.stderr, done.stdout + done.stderr


def test_a_folder_that_cannot_be_written_is_said(config, tmp_path):
    done = on_a_disk_of_its_own("1m", """
        mount -o remount,ro $disk
        "$1" run "$2" -o $disk/run.h5 --quiet
        """, tmp_path, PROGRAM, config)
    assert done.returncode == 4 and "run.h5: cannot create the file: Read-only file system" in done.stderr


def test_a_disk_that_becomes_read_only_during_the_run_is_said_and_resumed_later(config, whole, tmp_path):
    done = on_a_disk_of_its_own("100m", """
        code=0; "$1" run "$2" -o $disk/run.h5 --quiet --max-walltime "0.02 s" || code=$?
        echo "stopped $code"
        mount -o remount,ro $disk
        code=0; "$1" resume $disk/run.h5 --quiet || code=$?
        echo "resumed $code"
        mount -o remount,rw $disk
        "$1" resume $disk/run.h5 --quiet
        cp $disk/run.h5 "$3"
        """, tmp_path, PROGRAM, config, tmp_path / "run.h5")
    assert done.returncode == 0 and "stopped 75\nresumed 4\n" in done.stdout, done.stdout + done.stderr
    assert "Read-only file system" in done.stderr
    assert content(tmp_path / "run.h5") == whole


def test_a_folder_that_vanishes_during_the_run_is_said(config, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    fine = ["--set", "domain.spacing=10 um", "--set", "domain.geometry=unit_cell"]
    run = subprocess.Popen([PROGRAM, "run", config, *fine, "-o", folder / "run.h5", "--quiet"], stderr=subprocess.PIPE, text=True)
    while not (folder / "run.h5.checkpoint.0").exists():
        assert run.poll() is None, run.communicate()[1]
        time.sleep(0.01)
    shutil.rmtree(folder)
    run.send_signal(signal.SIGTERM)
    _, message = run.communicate(timeout=60)
    assert run.returncode == 4 and "No such file or directory" in message and not folder.exists()


def test_an_existing_file_is_replaced_with_force_only(config, tmp_path):
    path = tmp_path / "run.h5"
    path.write_text("somebody's work")
    done = call("run", config, "-o", path)
    assert done.returncode == 4 and "exists already; it is replaced only with --force" in done.stderr
    assert path.read_text() == "somebody's work" and os.listdir(tmp_path) == ["run.h5"]
