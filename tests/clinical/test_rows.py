"""The model against what was observed in people and animals, and against what people are told: every row of configs/calibration/*.csv.

One test for each row of the calibration table and for each claim; rows of one protocol share its run."""
import re

import pytest

from conftest import call
from rows import FOLDER, Runs, outside, read

TABLES = {name: read(f"{name}.csv") for name in ("clinical", "claims", "structure")}
# Rows of the specification that the shipped parameters miss; whoever makes one of them hold takes it off this list.
MISSED = {
    "S1 day of the first lasting gain of 1 % in a depleted slab",
    "S7 (1000 - 500) / (250 - 125) per cm2",
    "N8 hole of 0.3 mm at day 14: 75 / 25 years in absolute terms",
}


@pytest.fixture(scope="module")
def runs():
    runs = Runs()
    runs.start_all(row for table in TABLES.values() for row in table)
    return runs


def each(table):
    names = list(dict.fromkeys(row["row"] for row in TABLES[table]))
    return pytest.mark.parametrize("name", names, ids=[name.replace(" ", "_") for name in names])


def check(runs, table, name):
    rows = [row for row in TABLES[table] if row["row"] == name]
    wrong = {f"{row['row']} {row['observable']}": outside(row, runs.value(row)) for row in rows}
    missed = {line for line in wrong if wrong[line]}
    known = {line for line in MISSED if line in wrong}
    assert missed <= known, "\n".join(wrong[line] for line in missed - known)
    assert known <= missed, f"now within the band, take it off the list: {known - missed}"


@each("clinical")
def test_observation(runs, name):
    check(runs, "clinical", name)


@each("claims")
def test_claim(runs, name):
    check(runs, "claims", name)


@each("structure")
def test_specification(runs, name):
    check(runs, "structure", name)


def test_every_line_has_a_band_and_a_source():
    assert {row["row"] for row in TABLES["clinical"]} == {f"C{i:02}" for i in range(1, 22)}
    for table in TABLES.values():
        for row in table:
            assert row["source"] and row["grade"] in ("A", "B", "C"), row
            assert row["low"] == row["low"] or row["high"] == row["high"], row


def test_basal_synthesis_is_what_the_ledger_says(runs):
    """The outcome of row C17 by another route: what the year's ledger produced, per day and per collagen."""
    ledger = runs["untreated"].ledger
    pools = [name for name in ledger if name.startswith("collagen_i")]
    made = sum(ledger[name]["produced"] for name in ("collagen_i_new", "collagen_iii_new"))
    flux = made / sum(ledger[name]["initial"] for name in pools) / runs["untreated"].time[-1]
    assert len(pools) == 6 and flux == pytest.approx(runs["untreated"].series["collagen_turnover"][0], rel=1e-6)


def test_calibrate_says_the_same(runs, tmp_path):
    """`needlework calibrate` and this module read the same numbers off the same protocols, each in its own way."""
    (tmp_path / "spec.yaml").write_text(f"protocols: {FOLDER}/protocols.yaml\nobservations: {FOLDER}/clinical.csv\ntolerance: 1e-3\n")
    done = call("calibrate", tmp_path / "spec.yaml", "-o", tmp_path / "out", "--quiet")
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in (tmp_path / "out/report.md").read_text().splitlines()]
    told = [float(cells[5]) for cells in lines if re.fullmatch(r"C\d\d", cells[0])]
    assert done.returncode in (0, 1) and len(told) == len(TABLES["clinical"]), done.stderr
    for row, value in zip(TABLES["clinical"], told):
        assert value == pytest.approx(runs.value(row), rel=1e-3, abs=1e-12), row


def test_the_shipped_report_is_what_the_model_says(runs):
    """configs/calibration/report.md (scripts/calibration.sh) has every row, all within their bands, with the values of this program."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in (FOLDER / "report.md").read_text().splitlines()]
    told = {(cells[0], cells[1]): (float(cells[5]), cells[6]) for cells in lines if len(cells) == 9 and re.match(r"[-+]\d", cells[7])}
    rows = TABLES["clinical"] + TABLES["claims"]
    assert len(told) == len(rows)
    for row in rows:
        value, remark = told[row["row"], row["observable"]]
        assert remark == "" and value == pytest.approx(runs.value(row), rel=0.01, abs=1e-4), row


# ---- the bands have teeth: a parameter at a wrong value puts the rows that depend on it outside -----------------------------------------

WRONG = {
    "tgfb_loss=2 /day": ["C10", "C12"],
    "deactivation_rate=0.02 /day": ["C10"],
    "inflammation_loss=6 /day": ["C06", "C08"],
    "differentiation_rate=0.8 /day": ["C04", "C11"],
    "repair_synthesis_iii=8": ["C11", "C12"],
    "incorporation_rate=0.03 /day": ["C11"],
    "mmp_elastin=0.003 /day": ["C18"],
    "crowding_collagen=1": ["C13"],
    "collagen_maturation=0.0055 /day": ["full effect"],
}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_parameter_is_seen(wrong):
    runs = Runs("--set", "parameters." + wrong)
    for name in WRONG[wrong]:
        rows = [row for table in TABLES.values() for row in table if row["row"] == name]
        runs.start_all(rows)
        assert any(outside(row, runs.value(row)) for row in rows), f"{name} still holds with {wrong}"
