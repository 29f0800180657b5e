"""Runs and sweeps on a real Slurm: a private cluster of one node, started and stopped by scripts/slurm/."""
import csv
import os
import shutil
import signal
import subprocess
import time

import h5py
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
        """Until what() is true."""
        end = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < end, f"nothing happened within {seconds} s:\n{self('squeue')}{self('scontrol', 'show', 'job')}"
            time.sleep(0.1)
        return found

    def let_in(self, number):
        """Starts a requeued job soon, where Slurm would wait for two minutes, for what is left of its first life to go: within the same second
        the node still takes its credential for the revoked one ("Job credential revoked")."""
        self.wait(lambda: number not in self.steps())
        time.sleep(2)
        self("scontrol", "update", f"JobId={number}", "StartTime=now", check=False)

    def steps(self):
        """Jobs that still have a process on the node, whatever the queue says."""
        return {line.split("[")[1].split(".")[0] for process, line in commands()
                if line.startswith("slurmstepd: [") and belongs(process, f"SLURM_CONF={self.folder}/slurm.conf")}

    def restart_daemon(self):
        """Kills the daemon of the node, and starts it again."""
        os.kill(int((self.folder / "slurmd.pid").read_text()), signal.SIGKILL)
        self.wait(lambda: not any(line.startswith("slurmd ") for line in daemons(self.folder)))
        self("/usr/sbin/slurmd", "-f", f"{self.folder}/slurm.conf")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slurm") / "cluster"
    started = subprocess.run([SCRIPTS / "up.sh", folder], capture_output=True, text=True, timeout=60)
    assert started.returncode == 0, started.stdout + started.stderr
    # Stops the cluster also when this process is killed.
    guard = subprocess.Popen(["/bin/sh", "-c", f"tail --pid={os.getpid()} -f /dev/null; exec '{SCRIPTS}/down.sh' '{folder}'"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield Cluster(folder)
    finally:
        os.killpg(guard.pid, signal.SIGKILL)
        guard.wait()
        stopped = subprocess.run([SCRIPTS / "down.sh", folder], capture_output=True, text=True, timeout=60)
    assert stopped.returncode == 0, stopped.stderr
    assert not daemons(folder), daemons(folder)


def commands():
    """(process, command line) of everything that runs."""
    for process in os.listdir("/proc"):
        try:
            with open(f"/proc/{int(process)}/cmdline", "rb") as file:
                yield process, file.read().decode(errors="replace").replace("\0", " ")
        except (OSError, ValueError):
            continue


def belongs(process, setting):
    """Whether a process was started with a setting in its environment."""
    try:
        with open(f"/proc/{process}/environ", "rb") as file:
            return setting.encode() in file.read().split(b"\0")
    except OSError:
        return False


def daemons(folder):
    """Command lines of what was started for this cluster."""
    return [line for _, line in commands() if f"{folder}/" in line]


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


# ---- a sweep as a job array ----

STUDY = """
base: base.yaml
design: grid
set: {domain.spacing: 30 um}
vary:
  treatment.needle.length: {from: 0.6 mm, to: 1.4 mm, steps: 16}
  treatment.density: [150 /cm2, 250 /cm2, 350 /cm2, 450 /cm2, 550 /cm2]
outcomes: [final_collagen_gain, downtime]
"""
RUNS, CHUNK = 80, 10


def workers(folder):
    """Processes of `sweep run` in this folder that a task started: {pid: index of its first run}."""
    found = {}
    for process in os.listdir("/proc"):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                words = file.read().decode().split("\0")
            if words[1:4] == ["sweep", "run", "."] and os.readlink(f"/proc/{process}/cwd") == str(folder):
                with open(f"/proc/{process}/stat") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
                found[int(process)] = (parent, int(words[words.index("--index") + 1]))
        except (OSError, ValueError, IndexError):
            continue
    return {process: index for process, (parent, index) in found.items() if parent not in found}


def test_every_run_of_a_disturbed_array_ends_exactly_once_in_the_table(cluster, tmp_path):
    (tmp_path / "base.yaml").write_text("model: dermis\ndomain: {geometry: axisymmetric}\n")
    (tmp_path / "study.yaml").write_text(STUDY)
    calm, folder = tmp_path / "calm", tmp_path / "array"
    for where in (calm, folder):
        done = call("sweep", "plan", tmp_path / "study.yaml", "-o", where)
        assert done.returncode == 0, done.stderr
    said = cluster(PROGRAM, "sweep", "submit", folder, "--chunk", CHUNK, "--slurm", "--time=5 --mem-per-cpu=200")
    number = said.split()[1].rstrip(":")
    assert f"{RUNS // CHUNK} tasks" in said and cluster("squeue", "-h", "-r", "-j", number).count("\n") == RUNS // CHUNK == 8

    def tasks():
        """Array tasks in the queue: {index: (job, state, reason)}."""
        lines = cluster("squeue", "-h", "-r", "-j", number, "-o", "%K %A %t %r", check=False).splitlines()
        return {int(task): rest for task, *rest in (line.split(" ", 3) for line in lines)}

    def requeued(task):
        """Whether a task waits to be started again, nothing of it being left on the node; then it is let in at once."""
        job, state, reason = tasks().get(task, ("", "", ""))
        if state != "PD" or "Begin" not in reason or job in cluster.steps():
            return False
        cluster.let_in(job)
        return True

    process, first = next(iter(cluster.wait(lambda: workers(folder)).items()))
    os.kill(process, signal.SIGKILL)                                             # one task loses its process
    cluster.wait(lambda: requeued(first // CHUNK))
    chosen = cluster.wait(lambda: [task for task, (_, state, _) in tasks().items() if state == "R" and task != first // CHUNK])[0]
    cluster("scontrol", "requeue", f"{number}_{chosen}")                         # another is told by Slurm to start again
    cluster.wait(lambda: requeued(chosen))
    cluster.wait(lambda: workers(folder))
    cluster.restart_daemon()                                                     # and the daemon of the node dies and comes back

    def over():
        left = tasks()
        for task in left:
            requeued(task)
        return not left
    cluster.wait(over, seconds=240)

    assert call("sweep", "collect", folder).returncode == 0
    assert call("sweep", "run", calm, "--quiet").returncode == 0 and call("sweep", "collect", calm).returncode == 0
    with h5py.File(folder / "table.h5") as table, h5py.File(calm / "table.h5") as wanted:
        assert table["run"][()].tolist() == list(range(RUNS)) and table["status"][()].tolist() == [0] * RUNS
        for name in ("configuration_sha256", "final_collagen_gain", "downtime"):
            assert table[name][()].tolist() == wanted[name][()].tolist(), name
    rows = list(csv.DictReader(open(folder / "table.csv")))
    assert [int(row["run"]) for row in rows] == list(range(RUNS)) and {row["status"] for row in rows} == {"0"}
    again = cluster(PROGRAM, "sweep", "submit", folder)
    assert "nothing to submit, no run is missing" in again
