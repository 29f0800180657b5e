"""Runs and sweeps on a real Slurm: a private cluster of one node, started and stopped by scripts/slurm/."""
import os
import shutil
import subprocess
import time

import pytest

from conftest import PROGRAM, TOP, call
from test_resume import CONFIG, same_bits

missing = [program for program in ("slurmctld", "slurmd", "munged", "sbatch")
           if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")]
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or bool(missing), reason="only root can start Slurm's daemons" if not missing
                                else f"{', '.join(missing)} not installed (packages slurm-wlm and munge)")
SCRIPTS = TOP / "scripts/slurm"


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        self.environment = {**os.environ, "SLURM_CONF": f"{folder}/slurm.conf", "NEEDLEWORK": PROGRAM}

    def __call__(self, *command, check=True):
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, env=self.environment, timeout=60, cwd=TOP)
        assert done.returncode == 0 or not check, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def job(self, number):
        """What `scontrol show job` says, as a dictionary."""
        return dict(word.split("=", 1) for word in self("scontrol", "show", "job", number).split() if "=" in word)

    def wait(self, what, seconds=60):
        """Until what() is true; a requeued job is let in at once, where Slurm would wait for two minutes."""
        end = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < end, f"nothing happened within {seconds} s:\n{self('squeue')}{self('scontrol', 'show', 'job')}"
            time.sleep(0.1)
        return found

    def let_in(self, number):
        return self("scontrol", "update", f"JobId={number}", "StartTime=now", check=False)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slurm") / "cluster"
    started = subprocess.run([SCRIPTS / "up.sh", folder], capture_output=True, text=True, timeout=60)
    assert started.returncode == 0, started.stdout + started.stderr
    try:
        yield Cluster(folder)
    finally:
        stopped = subprocess.run([SCRIPTS / "down.sh", folder], capture_output=True, text=True, timeout=60)
    assert stopped.returncode == 0, stopped.stderr
    assert not daemons(folder), daemons(folder)


def daemons(folder):
    """Command lines of living processes that were started for this cluster."""
    found = []
    for process in os.listdir("/proc"):
        if process.isdigit():
            try:
                with open(f"/proc/{process}/cmdline", "rb") as file:
                    line = file.read().decode(errors="replace").replace("\0", " ")
            except OSError:
                continue
            if f"{folder}/" in line:
                found.append(line)
    return found


def test_a_run_told_to_stop_goes_back_to_the_queue_and_ends_with_the_same_bits(cluster, tmp_path):
    (tmp_path / "run.yaml").write_text(CONFIG)
    whole, results, log = tmp_path / "whole.h5", tmp_path / "run.h5", tmp_path / "log"
    done = call("run", tmp_path / "run.yaml", "-o", whole, "--quiet", "--threads", 1)
    assert done.returncode == 0, done.stderr
    number = cluster("sbatch", "--parsable", "--cpus-per-task=1", "--time=5", f"--output={log}", SCRIPTS / "run.sbatch", tmp_path / "run.yaml",
                     results).strip()
    cluster.wait(lambda: (tmp_path / "run.h5.checkpoint.0").exists())
    cluster("scancel", "--batch", "--signal=USR1", number)  # what --signal=B:USR1@120 does when the time limit is near
    cluster.wait(lambda: cluster.job(number)["Restarts"] == "1")
    assert "stopped with exit code 75; back to the queue" in log.read_text()
    assert call("info", results).stdout.count("incomplete, ") == 1
    cluster.wait(lambda: cluster.job(number)["JobState"] == "PENDING")
    cluster.let_in(number)
    state = cluster.wait(lambda: cluster.job(number)["JobState"] in ("COMPLETED", "FAILED") and cluster.job(number))
    assert state["JobState"] == "COMPLETED" and state["ExitCode"] == "0:0", log.read_text()
    assert same_bits(results, whole)


def test_a_finished_run_that_is_queued_again_is_left_alone(cluster, tmp_path):
    (tmp_path / "run.yaml").write_text("model: ishigami\ndomain: {geometry: well_mixed}\nrun: {duration: 0.001 day}\n")
    results, log = tmp_path / "run.h5", tmp_path / "log"
    submit = ("sbatch", "--parsable", "--wait", "--cpus-per-task=1", f"--output={log}", SCRIPTS / "run.sbatch", tmp_path / "run.yaml", results)
    cluster(*submit)
    content = results.read_bytes()
    cluster(*submit)
    assert results.read_bytes() == content and "is complete" in log.read_text()
