#!/usr/bin/python3
"""kill -9 at random moments of a run with frequent output and checkpoints: every time `resume` ends with the same bits.

usage: kills.py [N] [--seed S]        default: 10 moments; 200 were tried once (tests/README.md)

Half of the moments are operations on the disk (just before the n-th open, write, sync, rename ...), by build/fault.so; the others are
moments on the clock.  A checkpoint comes every hundred looks at the clock, some thirty in a run.  Every second resume is killed as well.
At every kill the results file, once it is there, must be readable by h5py with every row that its time announces."""
import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py

from faults import CLOCK, PROGRAM, SHIM, Failure, Places, call


def readable(path):
    """Whether h5py reads every announced row of the series, the means and the fields."""
    try:
        with h5py.File(path) as file:
            for group in (file, file["means"], file["fields"], file["profiles"]):
                rows = group["time"].shape[0]
                for node in group.values():
                    if isinstance(node, h5py.Dataset) and node.maxshape[:1] == (None,):
                        if node.shape[0] < rows:
                            return False
                        node[:rows]
        return True
    except (OSError, KeyError, RuntimeError):
        return False


def killed(places, moments, seconds, arguments):
    """Starts the program and kills it; False when it had ended before."""
    if moments.random() < 0.5:
        return call(*arguments, at=moments.randrange(1, int(places.run_report["operations"])), kill=1)[0].returncode == -signal.SIGKILL
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1", "LD_PRELOAD": SHIM, "FAULT_CLOCK": CLOCK}
    run = subprocess.Popen([PROGRAM, *map(str, arguments)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moments.uniform(0.0, seconds))
    run.kill()
    return run.wait() == -signal.SIGKILL


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n", type=int, nargs="?", default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    moments, failures = random.Random(asked.seed), []
    count = dict.fromkeys(("kills", "before the file was there", "the file readable", "files on their way left behind, then removed"), 0)
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder))
        run, resume = ["run", places.folder / "run.yaml", "-o", places.results, "--quiet"], ["resume", places.results, "--quiet"]
        places.clear()
        begun = time.monotonic()
        call(*run)
        seconds = time.monotonic() - begun
        number = 0
        while number < asked.n:
            places.clear()
            arguments = run
            while number < asked.n and killed(places, moments, seconds, arguments):
                number += 1
                count["kills"] += 1
                if not places.results.exists():
                    count["before the file was there"] += 1
                    break
                if readable(places.results):
                    count["the file readable"] += 1
                else:
                    failures.append(f"kill {number}: the file cannot be read")
                if not any(Path(f"{places.results}.checkpoint.{i}").exists() for i in "01") or moments.random() < 0.5:
                    break
                arguments = resume
            count["files on their way left behind, then removed"] += any(places.results.parent.glob("run.h5.*.partial"))
            try:
                places.go_on() if any(places.results.parent.glob("*.checkpoint.?")) or not places.results.exists() else places.finish()
            except Failure as failure:
                failures.append(f"kill {number}: {failure}")
    print(f"{count['kills']} kills: " + ", ".join(f"{what} {times}" for what, times in count.items() if what != "kills"))
    print("\n".join(failures) or "every run ended with the same bits")
    return 1 if failures or not count["kills"] else 0


if __name__ == "__main__":
    sys.exit(main())
