"""Runs side by side: `needlework compare` from outside (its arithmetic: test_compare.c), and the picture: what it shows, in which order,
what it refuses.  Doses are checked by hand, and the two against each other."""
import csv
import io
import math
import re
import sys

import h5py
import numpy as np
import pictures
import pytest
from conftest import TOP, run
from conftest import call as needlework

sys.path.insert(0, str(TOP / "analysis"))
import compare  # noqa: E402
import figure  # noqa: E402
import results  # noqa: E402


def call(*words):
    done = pictures.call(compare.main, *words)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def three(fast, tmp_path_factory):
    """A roller, a pen and no treatment, with few rows."""
    folder = tmp_path_factory.mktemp("three")
    few = dict(run__duration="200 days", output__timeseries="5 days", output__profiles="50 days", output__snapshots="[0 days]")
    return [run(folder / f"{name}.h5", fast, **few, **{"treatment__" + key: value for key, value in settings.items()})
            for name, settings in (("untreated", {"sessions": 0}), ("roller", {"device": "roller_1.5"}),
                                   ("pen", {"device": "pen", "needle__length": "1 mm", "sessions": 2}))]


@pytest.fixture(scope="module")
def runs(three):
    return [results.read(path) for path in three]


def texts(fig):
    return [text.get_text() for text in fig.findobj(compare.plt.Text) if text.get_text()]


# ---- the command ---------------------------------------------------------------------------------------------------------------------


def table(*words):
    done = needlework("compare", *words, "--csv")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return {row["file"]: {name: float(value) if value else math.nan for name, value in row.items() if name != "file"}
            for row in csv.DictReader(io.StringIO(done.stdout))}


def test_table_holds_the_numbers_of_the_files_best_first(three, runs):
    found = table(*three)
    assert list(found) == [str(three[2]), str(three[1]), str(three[0])] and [row["rank"] for row in found.values()] == [1, 2, 3]
    for one in runs:
        row, given = found[str(one.path)], compare.dose(one)
        for name in ("final_collagen_gain", "collagen_onset", "downtime", "downtime_total", "epidermal_closure_time"):
            unit = "" if name.endswith("gain") else " [day]"
            assert row[name + unit] == pytest.approx(one.summary[name], rel=1e-8, nan_ok=True)
        assert row["scar_index"] == pytest.approx(float(one.series["scar_index"][-1]), rel=1e-8)
        assert row["channels_per_session [/cm2]"] == pytest.approx(given.channels) and row["sessions"] == given.sessions
        assert row["channel_area_per_session [mm2/cm2]"] == pytest.approx(given.area, rel=1e-8)
        assert row["damaged_volume [mm3/cm2]"] == pytest.approx(given.damage, rel=1e-8)
        assert row["difference of final_collagen_gain"] == pytest.approx(one.summary["final_collagen_gain"] - runs[0].summary["final_collagen_gain"])


def test_table_at_equal_damaged_volume(three, runs):
    found = table(*three, "--baseline", three[1], "--equal", "depth-volume")
    roller, pen = runs[1], runs[2]
    factor = compare.dose(roller).damage / compare.dose(pen).damage
    row = found[str(three[2])]
    assert row["final_collagen_gain at equal depth-volume"] == pytest.approx(pen.summary["final_collagen_gain"] * factor)
    assert row["treatment.density at equal depth-volume [/cm2]"] == pytest.approx(400 * factor)
    assert row["final_collagen_gain per damaged volume [cm2/mm3]"] == pytest.approx(pen.summary["final_collagen_gain"] / compare.dose(pen).damage)


def test_text_says_what_must_be_known(three, tmp_path, fast):
    other = run(tmp_path / "older.h5", fast, run__duration="60 days", skin__age="70 years", output__snapshots="[0 days]")
    with h5py.File(other, "r+") as file:
        file.attrs["complete"] = 0
        del file["provenance/configuration_resolved"]
    done = needlework("compare", three[1], other, "--by", "collagen_synthesis@20 days")
    assert done.returncode == 0, done.stderr
    for words in ("2 runs of dermis, best first by collagen_synthesis@20 days (higher is better)", "older.h5: INCOMPLETE, day 60", "(baseline)",
                  "older.h5 is incomplete", "end at different times", "older.h5 has no dose", "is not 0 without treatment"):
        assert words in done.stdout, words
    assert max(map(len, done.stdout.splitlines())) < 160


@pytest.mark.parametrize("words, message", [
    ([], "usage: needlework compare FILE FILE..."),
    (["a.h5", "b.h5", "--equal", "price"], "--equal: 'price' is none of channels, damage, depth-volume"),
    (["a.h5", "b.h5", "--basline", "a.h5"], "did you mean '--baseline'?"),
])
def test_wrong_command_ends_with_2(words, message):
    done = needlework("compare", *words)
    assert done.returncode == 2 and message in done.stderr and done.stdout == ""


def test_command_survives_files_of_strangers(three, tmp_path):
    whole, random = three[1].read_bytes(), np.random.default_rng(7)
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.h5").write_text("hello")
    for name in ("cut.h5", "text.h5", "none.h5"):
        done = needlework("compare", three[0], tmp_path / name)
        assert done.returncode == 4 and name in done.stderr and done.stdout == "", done.stderr
    for _ in range(25):
        content = bytearray(whole)
        for at in random.integers(0, 40000, 20):
            content[at] = random.integers(256)
        (tmp_path / "bad.h5").write_bytes(content)
        done = needlework("compare", three[0], tmp_path / "bad.h5")
        assert done.returncode in (0, 2, 4) and (done.returncode == 0 or "bad.h5" in done.stderr), done.stderr


# ---- the picture -------------------------------------------------------------------------------------------------------------------------


def test_volume_of_a_tapered_channel_by_hand():
    # 0.9 mm deep, radius 0.0625 mm, the last 30 % a cone; below 0.06 mm: a cylinder of 0.57 mm and a cone of 0.27 mm
    assert compare.channel_volume(0.0625, 0.9, 0.3, 0.06) == pytest.approx(math.pi * 0.0625**2 * (0.57 + 0.27 / 3), rel=1e-12)
    assert compare.channel_volume(0.0625, 0.9, 0.3, 0.9) == 0.0
    assert compare.channel_volume(1.0, 1.0, 1.0, 0.5) == pytest.approx(math.pi * 0.5**2 * 0.5 / 3)  # the lower half of a cone
    z = np.linspace(0.7, 0.9, 100001)
    radius = 0.0625 * np.minimum(1, (0.9 - z) / 0.27)
    assert compare.channel_volume(0.0625, 0.9, 0.3, 0.7) == pytest.approx(np.trapz(math.pi * radius**2, z), rel=1e-6)


def test_dose_is_that_of_the_device_in_the_file(runs):
    roller = compare.dose(runs[1])
    assert (roller.channels, roller.sessions) == (250, 1) and roller.depth == pytest.approx(0.9)
    assert roller.area == pytest.approx(250 * math.pi * 0.0625**2)
    assert roller.volume == pytest.approx(250 * math.pi * 0.0625**2 * 0.66) and roller.damage == roller.volume
    pen = compare.dose(runs[2])
    assert (pen.channels, pen.sessions, pen.damage) == (400, 2, 2 * pen.volume) and pen.depth == pytest.approx(0.95)
    assert compare.dose(runs[0]).damage == 0


def test_runs_are_ordered_best_first_and_every_panel_names_its_axes(runs):
    fig, title, alt, notes = compare.draw(runs)
    shown = texts(fig)
    assert title == "3 treatments compared" and notes == []
    for axes, (x, y) in zip(fig.axes[-3:], (("time since the first session", "change of collagen, upper 0.3 mm (%)"),
                                            ("change of collagen at the end (%)", "depth in the dermis (mm)"),
                                            ("downtime, all sessions (days)", "collagen gain at the end (%)"))):
        assert (axes.get_xlabel(), axes.get_ylabel()) == (x, y)
        assert {line.get_label() for line in axes.lines} >= {"roller", "pen", "untreated"}
    names = [text for text in shown if text in ("roller", "pen", "untreated")]
    assert names == ["pen", "roller", "untreated"]
    gains = [100 * run.summary["final_collagen_gain"] for run in runs]
    assert gains[2] > gains[1] > gains[0]
    bars = next(axes for axes in fig.axes if axes.get_gid() == "bars Collagen gain\nat the end")
    assert [bar.get_width() for bar in bars.patches] == pytest.approx([gains[2], gains[1], gains[0]])
    per_volume = next(axes for axes in fig.axes if axes.get_gid() == "bars Gain per\ndamaged volume")
    assert [bar.get_width() for bar in per_volume.patches] == pytest.approx([gains[2] / compare.dose(runs[2]).damage,
                                                                            gains[1] / compare.dose(runs[1]).damage])
    assert "best first by final collagen gain" in alt and alt.count("400 /cm² · 0.95 mm deep · 2 sessions") == 1 and "no session" in alt


def test_profile_is_the_change_of_total_collagen_over_depth(runs):
    entry = compare.entries_of(runs, None, "final_collagen_gain")[0]
    depth, change = compare.depth_profile(entry)
    with h5py.File(entry.run.path) as file:
        group = file["profiles"]
        total = sum(group[name][()] for name in group if name.startswith("collagen_"))
        assert change == pytest.approx(100 * (total[-1] / total[0] - 1)) and depth == pytest.approx(group["z"][()])
    # the slab of the outcome is the top 0.3 mm: its mean agrees
    assert change[depth < 0.3].mean() == pytest.approx(100 * entry.run.summary["final_collagen_gain"], rel=1e-3)


def test_pareto_front_by_hand():
    assert figure.pareto([3, 1, 2, 2, 4], [5, 1, 3, 2, 5]) == [1, 2, 0]
    assert figure.pareto([1, 1, math.nan], [2, 2, 9]) == [0, 1] and figure.pareto([], []) == []


def test_points_and_front_of_the_trade_off(runs):
    fig, _, alt, _ = compare.draw(runs, against="scar_index")
    axes = fig.axes[-1]
    points = {line.get_label(): (line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if (line.get_gid() or "").startswith("point")}
    for name, one in zip(("untreated", "roller", "pen"), runs):
        assert points[name] == pytest.approx((float(one.series["scar_index"][-1]), 100 * one.summary["final_collagen_gain"]))
    assert "Not beaten in both final collagen gain and scar index: untreated, roller, pen" in alt
    assert axes.get_xlabel().startswith("scar index at the end")


def test_a_number_too_small_for_its_bar_is_below_what_is_shown():
    assert [compare.digits(value, 1e-6) for value in (1e-6, -1e-6, 0)] == ["< 0.0001", "> −0.0001", "0.0000"]
    assert compare.digits(0.001, 1) == "< 0.01"


def test_lower_is_better_where_it_is(runs):
    assert [entry.label for entry in compare.entries_of(runs, None, "downtime")] == ["untreated", "roller", "pen"]
    entries = compare.entries_of(runs, None, "collagen_onset")
    assert entries[-1].label == "untreated"  # never reached: last
    assert entries[0].run.summary["collagen_onset"] < entries[1].run.summary["collagen_onset"]
    lower = [name for name in (*runs[0].series, *runs[0].summary) if compare.lower_is_better(runs[0], name)]
    assert {"erythema", "pigment_fraction", "scar_index", "downtime", "epidermal_closure_time"} <= set(lower)
    assert not {"collagen_gain", "perfusion", "final_collagen_gain", "follicle_signal"} & set(lower)


@pytest.mark.parametrize("many", [2, 8])
def test_no_text_overlaps_or_leaves_the_picture(runs, many):
    names = [f"a rather long name of a treatment {i}" for i in range(many)]
    fig, *_ = compare.draw([runs[1 + i % 2] for i in range(many)], names)
    badges = "'[1-8]' overlaps '[1-8]'"  # of eight runs of which four are the same, the numbers may touch
    assert [sentence for sentence in pictures.trouble(fig) if many == 2 or not re.fullmatch(badges, sentence)] == []


def test_differences_that_matter_are_said(three, tmp_path, fast):
    other = run(tmp_path / "old.h5", fast, run__duration="60 days", skin__age="70 years", output__snapshots="[0 days]")
    with h5py.File(other, "r+") as file:
        file.attrs["complete"] = 0
    code, _, stderr = call(three[1], other, "-o", tmp_path / "x.svg", "--name", "roller", "--name", "older")
    assert code == 0
    for sentence in ("end at different times (day 60, 200)", "older: incomplete run, ends at day 60.", "differ in the skin"):
        assert sentence in stderr
    svg = (tmp_path / "x.svg").read_text()
    assert "INCOMPLETE" in svg and "<desc id=\"desc\">Comparison of 2 simulated treatments" in svg
    assert re.search(r"<!-- older -->", svg)


def test_runs_of_different_models_are_refused(three, tmp_path):
    fisher = run(tmp_path / "fisher.h5", TOP / "configs/fisher.yaml")
    code, _, stderr = call(three[0], fisher, "-o", tmp_path / "x.png")
    assert code == 2 and "runs of different models are not compared" in stderr and not (tmp_path / "x.png").exists()


@pytest.mark.parametrize("words, message", [
    (["a.h5"], "2 to 8 files are compared, not 1"),
    (["a.h5"] * 9, "2 to 8 files are compared, not 9"),
    (["a.h5", "b.h5", "--name", "one"], "--name: 1 names for 2 files"),
    (["a.h5", "b.h5", "-o", "x.gif"], "x.gif: the picture must end in .png, .svg or .pdf"),
])
def test_wrong_arguments_end_with_2(words, message):
    code, _, stderr = call(*words)
    assert code == 2 and stderr.endswith(f"compare.py: error: {message}\n")


def test_files_of_strangers_end_with_4(three, tmp_path):
    (tmp_path / "bad.h5").write_bytes(three[0].read_bytes()[:5000])
    for path, message in ((tmp_path / "none.h5", "no such file"), (tmp_path / "bad.h5", "damaged or cut short")):
        code, _, stderr = call(three[0], path, "-o", tmp_path / "x.png")
        assert code == 4 and message in stderr and stderr.count("\n") == 1
    assert call(*three, "-o", tmp_path / "no/x.png")[0] == 4
    code, _, stderr = call(*three, "--by", "nonsense", "-o", tmp_path / "x.png")
    assert code == 2 and "nonsense is in none of the files; they have " in stderr


def test_settings_of_strangers_are_survived(three, tmp_path):
    path = tmp_path / "odd.h5"
    path.write_bytes(three[1].read_bytes())
    for text in ("treatment: 3\nskin: []\n", "treatment: {needle: {length: long, reach: deep}, density: 1, device: [x]}\ndevices: 7\n", "model: dermis\n"):
        with h5py.File(path, "r+") as file:
            del file["provenance/configuration_resolved"]
            file["provenance"].create_dataset("configuration_resolved", data=np.bytes_(text))
        entry, _ = compare.entries_of([results.read(path), results.read(three[0])], None, "final_collagen_gain")
        assert math.isnan(entry.dose.damage) and compare.describe(entry) == "1 session" and compare.depth_profile(entry) is not None
    compare.plt.close(compare.draw([results.read(path), results.read(three[0])])[0])


def test_help_shows_defaults():
    code, stdout, _ = call("--help")
    assert code == 0 and "default: final_collagen_gain" in " ".join(stdout.split()) and "exit codes" in stdout


