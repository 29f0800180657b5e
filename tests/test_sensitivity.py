"""`needlework sensitivity` from outside: what it prints of a table, what it leaves out, and what it refuses."""
import csv
import io

import h5py
import numpy as np
import pytest

import sweep_table
from conftest import call
from sweep_table import ANGLES, ishigami


def indices(path, *options):
    """{(outcome, factor): row of numbers} as CSV."""
    done = call("sensitivity", path, "--csv", *options)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return {(row["outcome"], row["factor"]): {key: float(value) if value else np.nan for key, value in row.items()
                                              if key not in ("outcome", "unit", "factor")} for row in csv.DictReader(io.StringIO(done.stdout))}


@pytest.fixture(scope="module")
def sobol(tmp_path_factory):
    """A sweep with two outcomes, in its own folder."""
    folder = tmp_path_factory.mktemp("sobol")
    sweep_table.write(folder / "table.h5", "saltelli", ANGLES, sweep_table.saltelli(2048, ANGLES),
                      {"value@90 days": ("1", ishigami), "time_to(gain, 0.1)": ("day", lambda a, b, c: 20 + 4 * b)})
    return folder


def test_indices_of_ishigami_lie_in_their_intervals(sobol):
    found = indices(sobol)
    for name, first, total in (("x1", 0.3139, 0.5576), ("x2", 0.4424, 0.4424), ("x3", 0, 0.2437)):
        row = found["value@90 days", f"parameters.{name}"]
        assert row["first_low"] < first < row["first_high"] and row["total_low"] < total < row["total_high"], (name, row)
        assert row["first_high"] - row["first_low"] < 0.2 and (row["samples"], row["left_out"]) == (2048, 0)
    linear = found["time_to(gain, 0.1)", "parameters.x2"]
    assert linear["total"] == pytest.approx(1, abs=0.08) and found["time_to(gain, 0.1)", "parameters.x1"]["total"] == 0


def test_text_has_every_outcome_and_the_most_influential_factor_first(sobol):
    done = call("sensitivity", sobol)
    lines = done.stdout.splitlines()
    assert lines[0] == f"{sobol}/table.h5: Sobol' indices, 3 factors, 2048 samples, 10240 runs"
    assert lines[1].startswith("0 failed, 0 missing")
    at = lines.index("value@90 days")
    assert lines[at + 1].split() == ["factor", "first", "95", "%", "total", "95", "%"]
    assert [line.split()[0] for line in lines[at + 2 : at + 5]] == ["parameters.x1", "parameters.x2", "parameters.x3"]
    at = lines.index("time_to(gain, 0.1) [day]")
    assert lines[at + 2].split()[0] == "parameters.x2"


def test_the_table_itself_may_be_named(sobol):
    assert call("sensitivity", sobol / "table.h5").stdout == call("sensitivity", sobol).stdout


def test_samples_with_a_failed_run_are_left_out_and_told(tmp_path):
    plan = sweep_table.saltelli(200, ANGLES)
    whole = sweep_table.write(tmp_path / "whole.h5", "saltelli", ANGLES, plan, {"value": ("1", ishigami)})
    kept = [array[5 * 3 :] for array in plan]
    fewer = sweep_table.write(tmp_path / "fewer.h5", "saltelli", ANGLES, (kept[0], kept[1] - 3, kept[2]), {"value": ("1", ishigami)})
    holes = sweep_table.write(tmp_path / "holes.h5", "saltelli", ANGLES, plan, {"value": ("1", ishigami)}, {0: 3, 4: 4, 6: -1, 11: 2})
    done = call("sensitivity", holes)
    assert "3 of 200 samples left out" in done.stdout and "3 failed, 1 missing" in done.stdout
    found, wanted = indices(holes), indices(fewer)
    for key, row in found.items():
        assert {**row, "left_out": 0} == wanted[key]
    assert indices(whole) != found


def test_replicates_are_averaged(tmp_path):
    unit, sample, block = sweep_table.saltelli(300, ANGLES)
    single = sweep_table.write(tmp_path / "single.h5", "saltelli", ANGLES, (unit, sample, block), {"value": ("1", ishigami)})
    noise = np.random.default_rng(2).normal(size=len(unit))
    twice = [np.concatenate([array, array]) for array in (unit, sample, block)]
    values = np.concatenate([noise, -noise]) + ishigami(*(-np.pi + 2 * np.pi * twice[0].T))
    double = sweep_table.write(tmp_path / "double.h5", "saltelli", ANGLES, twice, {"value": ("1", values)},
                               replicate=np.repeat([0, 1], len(unit)))
    for key, row in indices(double).items():
        assert row == pytest.approx(indices(single)[key], abs=1e-6)


@pytest.fixture(scope="module")
def screening(tmp_path_factory):
    path = tmp_path_factory.mktemp("morris") / "table.h5"
    factors = [sweep_table.Factor(name) for name in ("a", "b", "c", "idle")]
    return sweep_table.write(path, "morris", factors, sweep_table.morris(30, factors),
                             {"gain": ("%", lambda a, b, c, idle: 3 * a - 2 * b + 4 * a * c)}, {7: 3}, variable=False)


def test_morris_measures(screening):
    found = {factor: row for (_, factor), row in indices(screening).items()}
    assert found["b"]["mu"] == pytest.approx(-2) and found["b"]["mu_star"] == pytest.approx(2)
    assert found["b"]["sigma"] == pytest.approx(0, abs=1e-9)
    assert found["a"]["mu_star_low"] < 5 < found["a"]["mu_star_high"] and found["a"]["sigma"] > 1
    assert found["idle"]["mu_star"] == found["idle"]["mu_star_high"] == 0
    assert sum(row["left_out"] for row in found.values()) == 2 and sum(row["effects"] for row in found.values()) == 118
    text = call("sensitivity", screening).stdout
    assert "Morris screening, 4 factors, 30 trajectories, 150 runs" in text and "2 of 120 effects left out" in text and "gain [%]" in text


def change(path, name, change_):
    with h5py.File(path, "r+") as file:
        values = file[name][()]
        change_(values)
        file[name][...] = values


@pytest.mark.parametrize("name, at, value, message", [
    ("sample", 6, 0, "the design is broken: rows 1 and 6 have one place in it"),
    ("block", 3, 7, "the design is broken: row 3 has no place in it"),
    ("block", 3, 2.5, "the design is broken: row 3 has no place in it"),
    ("sample", 3, 1000, "the design is broken: 1001 samples of 5 runs, 1 times, are not the 100 runs of the table"),
    ("unit_value", (12, 0), 0.5, "the design is broken: block 2 of sample 2 is not A with 'parameters.x1' from B"),
])
def test_broken_designs_are_refused(tmp_path, name, at, value, message):
    plan = [array.astype(float) for array in sweep_table.saltelli(20, ANGLES)]
    path = sweep_table.write(tmp_path / "table.h5", "saltelli", ANGLES, plan, {"value": ("1", ishigami)})

    def break_(values):
        values[at] = value
    change(path, name, break_)
    done = call("sensitivity", path)
    assert (done.returncode, done.stdout) == (4, "") and message in done.stderr


def test_a_broken_trajectory_is_refused(tmp_path):
    factors = ANGLES
    path = sweep_table.write(tmp_path / "table.h5", "morris", factors, sweep_table.morris(5, factors), {"value": ("1", ishigami)})

    def shift(values):
        values[1] = 1 - values[1]
    change(path, "unit_value", shift)
    done = call("sensitivity", path)
    assert done.returncode == 4 and "of trajectory 0 does not move exactly one factor" in done.stderr


def test_other_designs_have_no_indices(tmp_path):
    path = sweep_table.write(tmp_path / "table.h5", "grid", ANGLES, sweep_table.grid(2, 2, 2), {"value": ("1", ishigami)})
    done = call("sensitivity", path)
    assert done.returncode == 2 and "no indices from the design 'grid'; plan the sweep with `design: morris` or `design: saltelli`" in done.stderr


def test_too_few_whole_samples_are_refused(tmp_path):
    path = sweep_table.write(tmp_path / "table.h5", "saltelli", ANGLES, sweep_table.saltelli(2, ANGLES), {"value": ("1", ishigami)}, {0: 3})
    done = call("sensitivity", path)
    assert done.returncode == 4 and "value: 1 of 2 samples have all their values; 2 are needed at least" in done.stderr


def test_an_outcome_that_does_not_vary_is_told(tmp_path):
    path = sweep_table.write(tmp_path / "table.h5", "saltelli", ANGLES, sweep_table.saltelli(9, ANGLES), {"value": ("1", lambda *x: 0 * x[0] + 3)})
    assert "does not vary" in call("sensitivity", path).stdout
    assert np.isnan(indices(path)["value", "parameters.x1"]["first"])


def test_what_is_no_table_is_refused_with_a_reason(tmp_path, sobol):
    for make, message in (
        (lambda p: None, "no such sweep"),
        (lambda p: p.mkdir(), f"there is no table.h5; `needlework sweep collect {tmp_path}/x` makes it"),
        (lambda p: p.write_text("run,status\n"), "cannot read the file"),
        (lambda p: h5py.File(p, "w").close(), "the attribute 'design' is missing"),
    ):
        path = tmp_path / "x"
        if path.is_dir():
            path.rmdir()
        make(path)
        done = call("sensitivity", path)
        assert (done.returncode, done.stdout) == (4, "") and message in done.stderr, done.stderr
        if path.is_file():
            path.unlink()
    for name in ("unit_value", "dimension", "status", "value@90 days"):
        content = (sobol / "table.h5").read_bytes()
        (tmp_path / "less.h5").write_bytes(content)
        with h5py.File(tmp_path / "less.h5", "r+") as file:
            del file[name]
            if name == "value@90 days":
                del file["time_to(gain, 0.1)"]
        done = call("sensitivity", tmp_path / "less.h5")
        assert done.returncode == 4 and ("no outcome" if "@" in name else name) in done.stderr, done.stderr


def test_damaged_tables_end_with_one_sentence(screening, tmp_path):
    whole = screening.read_bytes()
    random = np.random.default_rng(1)
    for _ in range(40):
        content = bytearray(whole)
        for at in random.integers(0, len(whole), 30):
            content[at] = random.integers(256)
        (tmp_path / "bad.h5").write_bytes(content)
        done = call("sensitivity", tmp_path / "bad.h5")
        assert done.returncode in (0, 2, 4) and (done.returncode == 0 or done.stderr.count("\n") == 1), done.stderr


# ---- from the specification of a sweep to its indices ----

PI = 3.141592653589793


def study(folder, model, samples, factors, design="saltelli"):
    """Plans, runs and collects a sweep over parameters of a model; {name: (from, to)}."""
    (folder / "base.yaml").write_text(f"model: {model}\ndomain: {{geometry: well_mixed}}\nrun: {{duration: 0.001 day}}\n")
    vary = "".join(f"  parameters.{name}: {{from: {low}, to: {high}}}\n" for name, (low, high) in factors.items())
    (folder / "study.yaml").write_text(f"base: base.yaml\ndesign: {design}\nsamples: {samples}\nvary:\n{vary}outcomes: [value]\nkeep: outcomes\n")
    for words in (("plan", folder / "study.yaml", "-o", folder / "sweep"), ("run", folder / "sweep", "--quiet"), ("collect", folder / "sweep")):
        done = call("sweep", *words)
        assert done.returncode == 0, done.stderr
    return {factor.split(".")[1]: row for (_, factor), row in indices(folder / "sweep").items()}


def expect(found, wanted, near=0.03):
    for name, (first, total) in wanted.items():
        row = found[name]
        assert row["first_low"] < first < row["first_high"] and row["total_low"] < total < row["total_high"], (name, first, total, row)
        assert abs(row["first"] - first) < near and abs(row["total"] - total) < near, (name, first, total, row)


def test_a_sweep_meets_the_indices_of_ishigami(tmp_path):
    a, b = 7, 0.1
    v1, v2, v13 = 0.5 * (1 + b * PI**4 / 5) ** 2, a**2 / 8, 8 * b**2 * PI**8 / 225
    v = v1 + v2 + v13
    expect(study(tmp_path, "ishigami", 1024, {f"x{i}": (-PI, PI) for i in (1, 2, 3)}),
           {"x1": (v1 / v, (v1 + v13) / v), "x2": (v2 / v, v2 / v), "x3": (0, v13 / v)})


def test_a_sweep_meets_the_indices_of_sobol_g(tmp_path):
    part = [1 / (3 * (1 + a) ** 2) for a in (0, 1, 4.5, 9, 99, 99, 99, 99)]
    v = np.prod([1 + x for x in part]) - 1
    expect(study(tmp_path, "sobol_g", 512, {f"x{i}": (0, 1) for i in range(1, 9)}),
           {f"x{i + 1}": (x / v, x * (v + 1) / (1 + x) / v) for i, x in enumerate(part)})


def test_a_screening_finds_what_is_linear_and_what_is_not(tmp_path):
    """Between x = 0 and 0.5 the g function is linear in each argument; where a is large it hardly matters."""
    found = study(tmp_path, "sobol_g", 40, {f"x{i}": (0, 0.5) for i in range(1, 9)}, "morris")
    order = sorted(found, key=lambda name: -found[name]["mu_star"])
    assert order[:4] == ["x1", "x2", "x3", "x4"]
    assert all(row["mu"] == pytest.approx(-row["mu_star"]) and row["effects"] == 40 for row in found.values())
    assert found["x8"]["mu_star"] < 0.05 * found["x1"]["mu_star"] and found["x1"]["sigma"] > 0
