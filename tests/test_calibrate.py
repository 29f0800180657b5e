"""`needlework calibrate` from outside: known parameters are found again, what cannot be known is said, wrong input is refused whole."""
import os
import random
import re
import sys

import numpy as np
import pytest
import yaml

from conftest import BUILD, SANITIZERS, TOP, call, run, sets

sys.path.insert(0, str(TOP / "tests/clinical"))
from expressions import Run, evaluate  # noqa: E402

CELL = "model: dermis\nskin: {age: 25 years, collagen: 0.6}\ndomain: {geometry: well_mixed}\nrun: {duration: 60 days}\noutput: {snapshots: []}\n"
EXPRESSIONS = ["max(tgfb)", "(tgfb@7 days - 1) / (max(tgfb) - 1)", "tgfb@3 days", "max(mmp)", "mmp@3 days", "mmp@10 days",
               "collagen_synthesis@30 days", "collagen_synthesis@60 days", "activated_fibroblasts@60 days / activated_fibroblasts@20 days",
               "twice:collagen_gain@60 days / collagen_gain@60 days"]
SPEC = """protocols:
  once: cell.yaml
  twice: cell.yaml; treatment.sessions=2; treatment.interval=20 days
observations: observations.csv
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cell.yaml").write_text(CELL)
    return tmp_path


def observe(folder, **truth):
    """Observations as an experiment with these parameters would give them, each good to 1 %."""
    values = sets(**{f"parameters__{name}": value for name, value in truth.items()}, run__tolerance="1e-5")
    runs = {}
    for name, more in (("once", []), ("twice", sets(treatment__sessions=2, treatment__interval="20 days"))):
        done = call("run", folder / "cell.yaml", *values, *more, "-o", folder / f"{name}.h5", "--quiet")
        assert done.returncode == 0, done.stderr
        runs[name] = Run(folder / f"{name}.h5")
    lines = ["row,protocol,expression,value,tolerance"]
    for i, expression in enumerate(EXPRESSIONS):
        value = evaluate(expression, runs, "once")
        lines.append(f"{i},once,{expression},{value!r},{abs(value) / 100!r}")
    (folder / "observations.csv").write_text("\n".join(lines) + "\n")


def intervals(report):
    """parameter -> (fitted, low, high, remark) of a report."""
    found = {}
    for line in report.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        match = re.fullmatch(r"(\S+) to (\S+)", cells[5]) if len(cells) == 7 else None
        if match:
            found[cells[0]] = (float(cells[4]), float(match[1]), float(match[2]), cells[6])
    return found


def test_known_parameters_are_found_again(folder):
    """Three parameters at other than their defaults: fitted within 1 %, inside their intervals, from every start."""
    truth = {"tgfb_loss": 1.4, "deactivation_rate": 0.013, "mmp_release": 1.0}
    observe(folder, tgfb_loss="1.4 /day", deactivation_rate="0.013 /day", mmp_release="1.0 /day")
    (folder / "spec.yaml").write_text(SPEC + "fit: {tgfb_loss: {}, deactivation_rate: {}, mmp_release: {}}\nstarts: 2\nseed: 3\n")
    done = call("calibrate", folder / "spec.yaml", "-o", folder / "out", "--quiet")
    assert done.returncode == 0 and done.stdout == "", done.stderr
    report = (folder / "out/report.md").read_text()
    fitted = intervals(report)
    for name, value in truth.items():
        at, low, high, remark = fitted[name]
        assert at == pytest.approx(value, rel=0.01) and low < value < high and high / low < 1.2 and remark == "", (name, fitted[name])
    assert "0 of 3 directions are not identified" in report and "10 of 10 observations are within their bands" in report
    starts = [float(line.split("|")[1]) for line in report.split("## Starts")[1].splitlines()[4:6]]
    assert max(starts) < 0.05, starts
    overlay = yaml.safe_load((folder / "out/fitted.yaml").read_text())["parameters"]
    assert float(overlay["tgfb_loss"].split()[0]) == pytest.approx(1.4, rel=0.01)
    path = run(folder / "again.h5", folder / "cell.yaml", folder / "out/fitted.yaml")
    assert evaluate("max(mmp)", {"once": Run(path)}, "once") == pytest.approx(evaluate("max(mmp)", {"once": Run(folder / "once.h5")}, "once"), rel=0.01)


def test_what_cannot_be_known_is_said(folder):
    """Recruitment enters as the product of two parameters: their product is found, the direction between them reported."""
    observe(folder, macrophage_recruitment="2 /day")
    (folder / "spec.yaml").write_text(
        SPEC + "fit: {macrophage_recruitment: {}, recruitment_factor: {from: 0.3, to: 3}, tgfb_loss: {}}\niterations: 15\n")
    done = call("calibrate", folder / "spec.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 3 directions are not identified" in done.stdout
    direction = next(line for line in done.stdout.splitlines() if line.strip().endswith("not identified") and "ln(" in line)
    parts = {name: float(part) for part, name in re.findall(r"([+-][\d.]+) ln\((\w+)\)", direction)}
    assert set(parts) == {"macrophage_recruitment", "recruitment_factor"}
    assert parts["macrophage_recruitment"] * parts["recruitment_factor"] < -0.4
    assert re.search(r"macrophage_recruitment\s+recruitment_factor\s+-(0\.9\d|1\.0)", done.stdout)
    numbers = {name: float(re.search(rf"^{name} .*?(\S+)  +\S+ to \S+ *(not .*)?$", done.stdout, re.M)[1]) for name in parts}
    assert numbers["macrophage_recruitment"] * numbers["recruitment_factor"] == pytest.approx(2, rel=0.02)


def test_intervals_are_what_the_tolerances_give(folder):
    """Parameters observed themselves: a to 5 %, the product a b to 3 %.  In logarithms the deviations are 5 % and sqrt(5^2 + 3^2) %,
    their correlation -5 / sqrt(5^2 + 3^2); the ranges, taken as weak priors, change that by less than 1 %."""
    (folder / "cell.yaml").write_text(CELL.replace("60 days", "1 day"))
    (folder / "observations.csv").write_text("row,protocol,expression,value,tolerance\n1,once,parameter(tgfb_loss),1.2,0.06\n"
                                             "2,once,parameter(tgfb_loss) * parameter(pdgf_loss),6,0.18\n")
    (folder / "spec.yaml").write_text(SPEC + "fit: {tgfb_loss: {}, pdgf_loss: {}}\n")
    done = call("calibrate", folder / "spec.yaml", "-o", folder / "new/out")
    fitted = intervals((folder / "new/out/report.md").read_text())
    for name, value, deviation in (("tgfb_loss", 1.2, 0.05), ("pdgf_loss", 5, np.hypot(0.05, 0.03))):
        at, low, high, _ = fitted[name]
        assert at == pytest.approx(value, rel=2e-3) and np.log(high / low) == pytest.approx(2 * 1.96 * deviation, rel=0.02), (name, fitted[name])
    correlation = re.search(r"tgfb_loss +pdgf_loss +(-[\d.]+)|pdgf_loss +tgfb_loss +(-[\d.]+)", done.stdout)
    assert float(correlation[1] or correlation[2]) == pytest.approx(-0.05 / np.hypot(0.05, 0.03), abs=0.01)


def test_a_prior_holds_what_observations_do_not_say(folder):
    observe(folder)
    (folder / "spec.yaml").write_text(SPEC + "fit: {elastin_loss: {prior: 3e-5 /day, spread: 1.2}}\n")
    done = call("calibrate", folder / "spec.yaml", "-o", folder / "out", "--quiet")
    at, low, high, remark = intervals((folder / "out/report.md").read_text())["elastin_loss"]
    assert done.returncode == 0 and at == pytest.approx(3e-5, rel=1e-3) and "not identified" in remark
    assert high / low == pytest.approx(1.2 ** (2 * 1.96), rel=0.05)


def test_an_observation_outside_its_band_is_exit_code_1(folder):
    (folder / "observations.csv").write_text("row,protocol,expression,low,high\na,once,max(tgfb),1,2\nb,once,max(tgfb),2,3\n")
    (folder / "spec.yaml").write_text(SPEC)
    done = call("calibrate", folder / "spec.yaml")
    assert done.returncode == 1 and "1 of 2 observations are outside their bands" in done.stderr
    assert re.search(r"^b .*OUTSIDE$", done.stdout, re.M) and not re.search(r"^a .*OUTSIDE$", done.stdout, re.M)


def test_results_are_replaced_only_when_asked(folder):
    (folder / "observations.csv").write_text("row,protocol,expression,low,high\na,once,max(tgfb),1,2\n")
    (folder / "spec.yaml").write_text(SPEC)
    assert call("calibrate", folder / "spec.yaml", "-o", folder / "out").returncode == 0
    before = (folder / "out/report.md").stat().st_mtime_ns
    done = call("calibrate", folder / "spec.yaml", "-o", folder / "out")
    assert done.returncode == 2 and "exists; --force replaces it" in done.stderr and (folder / "out/report.md").stat().st_mtime_ns == before
    assert call("calibrate", folder / "spec.yaml", "-o", folder / "out", "--force").returncode == 0
    assert (folder / "out/report.md").stat().st_mtime_ns > before and [p.name for p in (folder / "out").iterdir()] == ["report.md"]


def test_everything_wrong_is_told_at_once(folder):
    (folder / "broken.yaml").write_text("model: dermis\nskin: {age: 430 years}\n")
    (folder / "observations.csv").write_text("""row,protocol,expression,value,tolerance,low,high
a,onec,max(tgfb),1,0.1,,
b,once,max(tgbf),1,0.1,,
c,once,max(tgfb,1,0.1,,
d,once,collagen_gain,1,0.1,,
e,once,max(tgfb),1,-1,,
f,once,max(tgfb),,,3,2
g,once,max(tgfb),one,,1,2
h,once,max(tgfb),,,,
i,once,twice:max(tgfb) + max(once:tgfb),,,1,2
j,once,parameter(tgfb_los),,,1,2
k,once,tgfb@-3 days,,,1,2
l,once,first(tgfb),,,1,2
""")
    (folder / "spec.yaml").write_text(SPEC.replace("observations:", "  bad: broken.yaml\nobservations:") + """fit:
  tgfb_los: {}
  mmp_release: {from: 5 /day}
  mmp_loss: {from: 3 /day, to: 1 /day}
  clot_lysis: {prior: 0.1}
starst: 3
iterations: 0
""")
    done = call("calibrate", folder / "spec.yaml", "-o", folder / "out")
    wanted = [
        r"broken\.yaml:2:13: skin\.age: 430 years is outside", r"spec\.yaml:4:8: protocols\.bad: cannot be used",
        r"observations\.csv:2: protocol: 'onec' is not among the protocols; did you mean 'once'\?",
        r"observations\.csv:3: expression: character 5: 'tgbf' is no outcome; did you mean 'tgfb'\?",
        r"observations\.csv:4: expression: character 9: '\)' wanted at the end", r"observations\.csv:5: expression: .* no number; say when",
        r"observations\.csv:6: tolerance: -1 is not above 0", r"observations\.csv:7: low: 3 is above high, 2",
        r"observations\.csv:8: value: 'one' is no number", r"observations\.csv:9: give value and tolerance, or low or high",
        r"observations\.csv:10: expression: .*another run within a function", r"observations\.csv:11: .*'tgfb_los' is no parameter; did you mean 'tgfb_loss'",
        r"observations\.csv:12: expression: character 6: ", r"observations\.csv:13: expression: .*'first' wants a comparison",
        r"spec\.yaml:7:3: fit\.tgfb_los: the model 'dermis' has no such parameter; did you mean 'tgfb_loss'", r"spec\.yaml:8:\d+: fit\.mmp_release\.from: 5 /day is outside",
        r"spec\.yaml:9:3: fit\.mmp_loss: from 3 to 1 is no range", r"spec\.yaml:10:\d+: fit\.clot_lysis\.prior: .*unit", r"spec\.yaml:11:1: starst: unknown key; did you mean 'starts'",
        r"spec\.yaml:12:13: iterations: 0 is outside",
    ]
    assert done.returncode == 2 and done.stdout == "" and not (folder / "out").exists()
    missing = [message for message in wanted if not re.search(message, done.stderr)]
    assert not missing, (missing, done.stderr)


@pytest.mark.parametrize("what, message", [
    ("observations: observations.csv\n", "protocols: is missing"),
    ("protocols: {once: cell.yaml}\n", "observations: is missing"),
    ("protocols: {once: cell.yaml}\nobservations: nowhere.csv\n", "nowhere.csv"),
    ("protocols: nowhere.yaml\nobservations: observations.csv\n", "nowhere.yaml"),
    ("protocols: {once: cell.yaml; treatment.sessions=two}\nobservations: observations.csv\n", "treatment.sessions"),
    ("protocols: {once: ''}\nobservations: observations.csv\n", "names no configuration"),
    ("protocols: {once: cell.yaml, other: ../other.yaml}\nobservations: observations.csv\n", "other.yaml"),
    ("protocols: {once: cell.yaml; parameters.mmp_loss=1 /day}\nobservations: observations.csv\nfit: {mmp_loss: {}}\n", "fit it or give it"),
    ("protocols: {once: cell.yaml}\nobservations: observations.csv\nfit: {mmp_loss: {}, mmp_release: {}}\n", "2 parameters to fit to 1 observations"),
    ("protocols: [once]\nobservations: observations.csv\n", "protocols"),
    ("- once\n", "mapping"),
], ids=str)
def test_a_wrong_specification_is_refused(folder, what, message):
    (folder / "observations.csv").write_text("row,protocol,expression,low,high\na,once,max(tgfb),1,2\n")
    (folder / "spec.yaml").write_text(what)
    done = call("calibrate", folder / "spec.yaml", "-o", folder / "out")
    assert done.returncode == 2 and message in done.stderr and not (folder / "out").exists(), done.stderr


def test_damaged_specifications_and_tables_are_survived(folder):
    """Bytes changed, lost and doubled at random: refused, or run, but never a crash."""
    good = {"spec.yaml": SPEC + "fit: {mmp_loss: {from: 0.6 /day, spread: 1.3}}\niterations: 1\n",
            "observations.csv": 'row,observable,protocol,expression,value,low,high,source\n1,"the, peak",once,"max(tgfb, 0 days, 7 days) / (tgfb@1 hour + 1)",1,0.5,2,a\n'}
    (folder / "cell.yaml").write_text(CELL.replace("60 days", "1 day"))
    random.seed(7)
    for k in range(60):
        for name, text in good.items():
            data = bytearray(text.encode())
            for _ in range(random.choice([0, 1, 1, 3])):
                i = random.randrange(len(data))
                data[i:i + 1] = random.choice([b"", bytes([random.randrange(256)]), data[i:i + 9] * 2, b"(", b":", b"}", b"\n", b'"'])
            (folder / name).write_bytes(data)
        done = call("calibrate", folder / "spec.yaml", "--quiet", errors="replace")
        assert done.returncode in (0, 1, 2), (k, done.returncode, done.stderr, (folder / "spec.yaml").read_bytes(), (folder / "observations.csv").read_bytes())


@pytest.mark.skipif(SANITIZERS, reason="sanitizers take the place of malloc, as fault.so does")
def test_failing_allocation_is_an_error_and_leaves_nothing(folder):
    """The allocations of reading, and some of those of fitting, fail, one at a time."""
    (folder / "cell.yaml").write_text(CELL.replace("60 days", "1 day"))
    (folder / "observations.csv").write_text("row,protocol,expression,value,tolerance\n1,once,parameter(tgfb_loss),1.2,0.06\n")
    (folder / "spec.yaml").write_text(SPEC + "fit: {tgfb_loss: {}}\niterations: 1\n")
    environment = os.environ | {"LD_PRELOAD": str(BUILD / "fault.so"), "FAULT_REPORT": str(folder / "report")}

    def reported(allocation):
        done = call("calibrate", folder / "spec.yaml", "--quiet", "--threads", "1", env=environment | {"FAULT_ALLOC": str(allocation)})
        words = (folder / "report").read_text().split()
        return done, dict(zip(words[::2], words[1::2]))

    allocations = int(reported(0)[1]["allocations"])
    assert allocations > 200
    for n in [*range(1, 60), *range(60, allocations, 50)]:
        done, report = reported(n)
        assert report["failed"] != "nothing" and report["unfreed"] == "0", f"allocation {n}: {report}"
        assert done.returncode == 0 or "out of memory" in done.stderr, f"allocation {n}: {done.returncode} {done.stderr}"
