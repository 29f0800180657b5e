#!/usr/bin/python3
"""Every write and every allocation fails once: the program says so, loses nothing, and goes on when the fault is gone.

usage: faults.py [--every N] [--only files|resume|memory|libraries|limits] [--seed S]
N: every N-th place, of the program's own memory ten times as many (default 1: all of them)

build/fault.so (tests/fault.c) makes the n-th operation of a run fail: open, write, fsync, fallocate, ftruncate, close and rename of
anything under its folder, or an allocation.
  files      a run, with ENOSPC, EDQUOT and EIO in turn, once for that operation alone and once for all that follow as well
  resume     the same while an interrupted run is resumed
  memory     the n-th allocation of the program itself fails, in run, resume, check, info, reproduce, models, devices
  libraries  every allocation fails, those of libyaml, UDUNITS, GSL, HDF5, OpenSSL, OpenMP and the C library included, each in a copy of the
             process: run, resume, check, info, reproduce, models, compare, sweep plan
  limits     the whole process gets so much address space and no more (ulimit -v): N x 4 kB more each time, from where it can be loaded to
             where it comes to its end
Held for each: exit code 4 with a sentence that names the reason, or 0 with the result and the words of an undisturbed run; no other file left
behind; afterwards the same command, without faults, ends with the same bits; none of the program's own memory unfreed.  Where a library's
request is refused the program ends at once (sim/main_memory.c), leaving at most a file on its way (*.partial)."""
import argparse
import collections
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py

TOP = Path(__file__).resolve().parent.parent
PROGRAM, SHIM = os.environ.get("NEEDLEWORK", str(TOP / "build/needlework")), str(TOP / "build/fault.so")
REASONS = {"ENOSPC": "No space left on device", "EDQUOT": "Disk quota exceeded", "EIO": "Input/output error"}
CONFIG = """
model: dermis
treatment: {sessions: 2, interval: 6 days}
domain: {geometry: axisymmetric, spacing: 120 um, depth: 1 mm}
run: {duration: 12 days}
output: {timeseries: 6 hours, profiles: 2 days, snapshots: [0 days, 3 days, 10 days]}
checkpoint: {every: 1 s}
"""
CLOCK = "0.01"  # a checkpoint every hundred looks at the clock


def content(path):
    """Everything in a results file but /provenance/host, for comparison."""
    found = {}

    def visit(name, node):
        if name.startswith("provenance/host"):
            return
        for key in node.attrs:
            if key not in ("DIMENSION_LIST", "REFERENCE_LIST"):
                found[name, key] = repr(node.attrs[key])
        if isinstance(node, h5py.Dataset):
            found[name] = node.shape, node.dtype.str, node[()].tobytes() if node.dtype != object else node[()]

    with h5py.File(path) as file:
        visit("/", file)
        file.visititems(visit)
    return found


class Failure(Exception):
    pass


def call(*arguments, limit=None, **faults):
    """Runs the program under the shim, or with a limit [bytes] of its address space; returns the process and the shim's report as a dict (empty
    when it was killed or ended at once)."""
    def bound():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    with tempfile.NamedTemporaryFile(dir=call.folder) as report:
        environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1", "LD_PRELOAD": SHIM, "FAULT_CLOCK": CLOCK,
                       "FAULT_UNDER": str(call.folder / "results"), "FAULT_REPORT": report.name, "TMPDIR": str(call.folder)}
        environment.update((f"FAULT_{name.upper()}", str(value)) for name, value in faults.items())
        if limit:
            del environment["LD_PRELOAD"]
        done = subprocess.run([PROGRAM, *map(str, arguments)], env=environment, capture_output=True, text=True, errors="replace",
                              preexec_fn=bound if limit else None, timeout=7200 if "each" in faults else 120)
        words = Path(report.name).read_text().split()
    return done, dict(zip(words[::2], words[1::2]))


class Places:
    """The folder of the runs, the undisturbed result, and what to do before and after each fault."""

    def __init__(self, folder):
        call.folder = self.folder = folder
        self.results = folder / "results" / "run.h5"
        (folder / "run.yaml").write_text(CONFIG)
        self.clear()
        done, self.run_report = call("run", folder / "run.yaml", "-o", self.results, "--quiet")
        if done.returncode or self.run_report["unfreed"] != "0":
            raise Failure(f"the undisturbed run: {done.stderr} {self.run_report}")
        self.whole = content(self.results)
        shutil.copy(self.results, folder / "whole.h5")

    def clear(self):
        shutil.rmtree(self.results.parent, ignore_errors=True)
        self.results.parent.mkdir()

    def interrupt(self):
        """An interrupted run, the same each time: killed at two thirds of its writing, kept aside after the first time."""
        kept = self.folder / "interrupted"
        if not kept.exists():
            self.clear()
            done, _ = call("run", self.folder / "run.yaml", "-o", self.results, "--quiet", at=2 * int(self.run_report["operations"]) // 3, kill=1)
            if done.returncode != -signal.SIGKILL:
                raise Failure("the run was not killed")
            shutil.copytree(self.results.parent, kept)
        shutil.rmtree(self.results.parent, ignore_errors=True)
        shutil.copytree(kept, self.results.parent)

    def go_on(self):
        """After the fault: resume what there is to resume, or run again; the same bits, and nothing beside them."""
        names = {path.name for path in self.results.parent.iterdir()}
        if names & {"run.h5.checkpoint.0", "run.h5.checkpoint.1"}:
            done, _ = call("resume", self.results, "--quiet")
        else:
            done, _ = call("run", self.folder / "run.yaml", "-o", self.results, "--quiet", *(["--force"] if "run.h5" in names else []))
        if done.returncode:
            raise Failure(f"going on afterwards: exit code {done.returncode}: {done.stderr}")
        self.same()

    def finish(self):
        """No checkpoint is left: the file is complete, or its run had not come to its first checkpoint and begins again."""
        with h5py.File(self.results) as file:
            complete = file.attrs["complete"] == 1
        self.same() if complete else self.go_on()

    def same(self):
        if content(self.results) != self.whole:
            raise Failure("another result")
        others = [path.name for path in self.results.parent.iterdir() if path.name != "run.h5"]
        if others:
            raise Failure(f"left behind: {others}")


def judge(done, report, reasons):
    """Exit code 0, or 4 with one of the reasons in its sentence; nothing unfreed.  Returns how it ended, for the table."""
    if report.get("unfreed") != "0":
        raise Failure(f"{report.get('unfreed')} allocations were not freed; exit code {done.returncode}: {done.stderr}")
    if done.returncode == 0:
        return "done all the same"
    errors = [line for line in done.stderr.splitlines() if "error: " in line]
    if done.returncode < 0:
        raise Failure(f"crashed with signal {-done.returncode} in {report.get('died')}: {done.stderr}")
    if done.returncode != 4 or not errors or not any(reason in errors[0] for reason in reasons):
        raise Failure(f"exit code {done.returncode}: {done.stderr}")
    return "exit code 4"


def files(places, every, seed, resume):
    """Faults of writing, in a run or while it is resumed."""
    def prepare():
        places.interrupt() if resume else places.clear()
        return ("resume", places.results, "--quiet") if resume else ("run", places.folder / "run.yaml", "-o", places.results, "--quiet")
    done, report = call(*prepare())
    total = int(report["operations"])
    for n in range(1 + random.Random(seed).randrange(every), total + 1, every):
        for keep in ({}, {"keep": 1}):
            error = list(REASONS)[n % 3]
            done, report = call(*prepare(), at=n, errno=error, **keep)
            try:
                ended = judge(done, report, [REASONS[error]])
                places.same() if done.returncode == 0 else places.go_on()
            except Failure as failure:
                yield n, total, report.get("failed"), f"{error}{' and all that follows' if keep else ''}: {failure}"
            else:
                yield n, total, f"{report['failed']}: {ended}", None


def memory(places, every, seed):
    """Faults of allocation, in every command that allocates."""
    whole, finer = places.folder / "whole.h5", -(-every // 10)
    commands = {"run": ["run", places.folder / "run.yaml", "-o", places.results, "--quiet"], "resume": ["resume", places.results, "--quiet"],
                "check": ["check", places.folder / "run.yaml", "--set", "devices.mine={like: pen}"], "info": ["info", whole],
                "reproduce": ["reproduce", whole, "--quiet"], "models": ["models", "dermis"], "devices": ["devices"]}
    for name, arguments in commands.items():
        prepare = places.interrupt if name == "resume" else places.clear
        prepare()
        _, report = call(*arguments)
        total = int(report["allocations"])
        for n in range(1 + seed % finer, total + 1, finer):
            prepare()
            done, report = call(*arguments, alloc=n)
            try:
                ended = judge(done, report, ["out of memory", "memory"])
                if name in ("run", "resume"):
                    places.same() if done.returncode == 0 else places.go_on()
            except Failure as failure:
                yield n, total, f"memory of {name}", str(failure)
            else:
                yield n, total, f"memory of {name}: {ended}", None


def refusal(done, wanted):
    """Out of memory somewhere: exit code 4 with nothing but the program's own sentences, or 0 with the output `wanted`.  Returns how it ended."""
    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("needlework: error: ")]
    if done.returncode == 0 and not errors and done.stdout == wanted:
        return "done all the same"
    if done.returncode != 4 or not errors or "memory" not in errors[0] or any(not line.startswith("needlework: ") for line in lines):
        raise Failure(f"exit code {done.returncode}: {done.stderr}" + ("" if done.stdout == wanted else ", other words on standard output"))
    library = re.search(r"out of memory for (\S+|another thread)(?: \(\d+ bytes\))?; allow", errors[0])
    return f"{library[1]}: ended at once" if library else "exit code 4"


def commands_of(places):
    """What is done where memory is refused: {name: arguments}."""
    folder, whole = places.folder, places.folder / "whole.h5"
    (folder / "sweep.yaml").write_text("base: run.yaml\ndesign: grid\nvary: {treatment.needle.length: [1.0 mm, 1.5 mm]}\noutcomes: [final_collagen_gain]\n")
    return {"check": ["check", folder / "run.yaml"], "run": ["run", folder / "run.yaml", "-o", places.results, "--quiet"],
            "resume": ["resume", places.results, "--quiet"], "info": ["info", whole],
            "reproduce": ["reproduce", whole, "--quiet"], "models": ["models", "dermis"], "compare": ["compare", whole, whole],
            "sweep": ["sweep", "plan", folder / "sweep.yaml", "-o", places.results.parent / "sweep"]}


def prepare(places, name):
    places.interrupt() if name == "resume" else places.clear()


def afterwards(places, name, arguments, done):
    """What stands on the disk after a refusal must not hinder the next command; one that only reads leaves nothing."""
    left = [path.name for path in places.results.parent.iterdir()]
    if name in ("run", "resume"):
        places.same() if done.returncode == 0 else places.go_on()
    elif name == "sweep" and done.returncode:
        again, _ = call(*arguments)
        if again.returncode:
            raise Failure(f"planning again: exit code {again.returncode}: {again.stderr}")
    elif name != "sweep" and left:
        raise Failure(f"left behind: {left}")


def singly(places, name, arguments, n, wanted):
    """The n-th allocation of all fails in a process of its own; returns how it ended."""
    prepare(places, name)
    done, report = call(*arguments, libraries=1, alloc=n)
    ended = refusal(done, wanted)
    if report.get("unfreed", "0") != "0":
        raise Failure(f"{report['unfreed']} allocations were not freed")
    if done.returncode == 0 and report["failed"] == "nothing":
        raise Failure("no allocation failed")
    afterwards(places, name, arguments, done)
    return ended


def libraries(places, every, seed):
    """Faults of allocation in whatever the program calls: each in a copy of the process that shall end at once with its sentence.  What does
    not (the program's own requests) is done again in a process of its own, and so are twenty of the others."""
    for name, arguments in commands_of(places).items():
        prepare(places, name)
        whole, _ = call(*arguments)
        prepare(places, name)
        each = places.folder / f"each.{name}"
        done, report = call(*arguments, libraries=1, each=each, first=1 + seed % every, every=every)
        if (done.returncode, done.stdout, done.stderr) != (whole.returncode, whole.stdout, whole.stderr):
            yield 0, 0, name, f"beside its failing copies: exit code {done.returncode}: {done.stderr}"
        ends, total = [tuple(map(int, line.split())) for line in each.read_text().splitlines()], int(report["allocations"])
        at_once = [n for n, code in ends if code == 4]
        said = Path(f"{each}.said").read_text(errors="replace").splitlines()
        ended = re.compile(r"needlework: error: out of memory for (\S+) \(\d+ bytes\); allow the program more .*")
        whose = [match[1] for match in map(ended.fullmatch, said) if match]
        others = [line for line in said if not line.startswith("needlework: ")]
        if len(whose) != len(at_once) or others:
            yield 0, total, name, f"{len(whose)} sentences of {len(at_once)} copies; besides: {others[:3]}"
        for n, library in zip(at_once, whose):
            yield n, total, f"{name}: {library}: ended at once", None
        for n in [n for n, code in ends if code != 4] + at_once[:: len(at_once) // 20 + 1]:
            try:
                yield n, total, f"{name}: by itself: {singly(places, name, arguments, n, whole.stdout)}", None
            except Failure as failure:
                yield n, total, name, str(failure)


def limits(places, every, seed):
    """Limits of the whole process; below them the loader finds no room for the libraries."""
    for name, arguments in commands_of(places).items():
        prepare(places, name)
        whole, _ = call(*arguments)
        limit, loaded, borne = 20 << 20, False, 0
        while borne < 10:
            limit += every * 4096
            prepare(places, name)
            done, _ = call(*arguments, limit=limit)
            borne = borne + 1 if done.returncode == 0 else 0
            loaded = loaded or done.returncode != 127
            try:
                if loaded:
                    ended = refusal(done, whole.stdout)
                    afterwards(places, name, arguments, done)
            except Failure as failure:
                yield limit, 0, f"memory of {name}", str(failure)
            else:
                if loaded:
                    yield limit, 0, f"{name}: {ended}", None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", choices=["files", "resume", "memory", "libraries", "limits"])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    counts, failures = collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder))
        parts = {"files": files(places, asked.every, asked.seed, False), "resume": files(places, asked.every, asked.seed, True),
                 "memory": memory(places, asked.every, asked.seed),
                 "libraries": libraries(places, asked.every, asked.seed),
                 "limits": limits(places, asked.every, asked.seed)}
        for part in [asked.only] if asked.only else parts:
            for n, total, what, failure in parts[part]:
                counts[part, re.sub(r"64|^p", "", what) if not failure else "FAILED"] += 1
                if failure:
                    failures.append(f"{part}, {what} {n} of {total}: {failure}")
                    print(failures[-1], flush=True)
    for (part, what), number in sorted(counts.items()):
        print(f"{part:8} {what:60} {number:6}")
    print(f"{sum(counts.values())} faults, {len(failures)} not borne")
    return 1 if failures or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
