"""The healing timeline and the reader of results files, on a file made from golden table G1 of the reference model (example_run.py).

Run with /usr/bin/python3 -m pytest tests/test_timeline.py."""

import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

import pictures
from example_run import bare, golden, write_run

ANALYSIS = pathlib.Path(__file__).resolve().parent.parent / "analysis"
sys.path.insert(0, str(ANALYSIS))
import results  # noqa: E402
import timeline  # noqa: E402


def command(*words):
    """The program as a process of its own."""
    return subprocess.run([sys.executable, str(ANALYSIS / "timeline.py"), *map(str, words)], capture_output=True, text=True)


def call(*words):
    return pictures.call(timeline.main, *words)


def test_one_command_draws_every_format_the_same_bytes_every_time(file, tmp_path):
    for suffix, head in (("png", b"\x89PNG\r\n"), ("svg", b"<?xml"), ("pdf", b"%PDF-")):
        done = (command if suffix == "svg" else call)(file, "-o", tmp_path / f"out.{suffix}")
        content = (tmp_path / f"out.{suffix}").read_bytes()
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert content.startswith(head) and len(content) > 20000
        assert call(file, "-o", tmp_path / f"again.{suffix}").returncode == 0
        assert (tmp_path / f"again.{suffix}").read_bytes() == content, suffix
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.pdf", "again.png", "again.svg", "out.pdf", "out.png", "out.svg"]


def test_pdf_embeds_its_fonts(file, tmp_path):
    assert call(file, "-o", tmp_path / "a.pdf").returncode == 0
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert pdf.count(b"/FontFile2") == len(set(re.findall(rb"/BaseFont /(\S+)", pdf))) > 0 and b"/Type3" not in pdf


def test_png_has_the_size_asked_for_and_a_description(file, tmp_path):
    from PIL import Image
    assert call(file, "-o", tmp_path / "a.png").returncode == 0
    assert call(file, "-o", tmp_path / "b.png", "--width", 6, "--dpi", 100).returncode == 0
    image = Image.open(tmp_path / "a.png")
    assert image.width == 1600 and Image.open(tmp_path / "b.png").width == 600
    assert "inflammation: day 0 to 11" in image.text["Description"]
    assert "total collagen, 90 % of peak: day 170" in image.text["Description"]


def svg_texts(file, tmp_path, *words):
    """Texts of the figure: matplotlib leaves each as a comment beside its outlines."""
    assert call(file, "-o", tmp_path / "texts.svg", *words).returncode == 0
    svg = (tmp_path / "texts.svg").read_text()
    return svg, [line.strip() for text in re.findall(r"<!-- (.*?) -->", svg, re.S) for line in text.split("\n")]


def test_svg_names_phases_marks_units_and_provenance(file, tmp_path):
    svg, texts = svg_texts(file, tmp_path)
    for wanted in ("Healing after one session", "haemostasis", "inflammation", "proliferation", "remodelling", "session 1", "day 0 to 11",
                   "lasting gain ≥ 1 %", "day 22", "90 % of peak", "day 170", "change (%)", "(× normal, right axis)", "% of normal", "1 d", "6 wk",
                   "12 mo",
                   "Needlework 0.1.0 · commit ad6de08aaa · configuration 0123456789ab · complete run",
                   "roller 1.5 · 1.5 mm needles, channels 0.9 mm deep · 250 channels/cm² · 1 session · cheek, 45 years"):
        assert wanted in texts, (wanted, texts)
    assert "secret" not in svg
    assert 'role="img"' in svg and "<title id=\"title\">Healing after one session</title>" in svg and "<desc id=\"desc\">" in svg


def test_title_style_and_signals_change_the_figure(file, tmp_path):
    svg, texts = svg_texts(file, tmp_path, "--title", "$\\frac & <b>$", "--style", "grey", "--signals")
    assert "TGF-β" in texts and "$\\frac &amp; &lt;b&gt;$" in texts
    colours = set(re.findall(r"(?:fill|stroke): #([0-9a-f]{6})", svg))
    assert colours and all(colour[:2] == colour[2:4] == colour[4:] for colour in colours), colours


def test_phases_follow_the_data(file):
    found = {phase.name: phase.spans for phase in timeline.phases.of(results.read(file))}
    time, values = np.arange(0, 365.01, 0.25), golden(np.arange(0, 365.01, 0.25))
    (start, stop), = found["inflammation"]
    assert start == pytest.approx(0, abs=1e-3) and stop == pytest.approx(time[values["erythema"] > 0.1][-1], abs=0.25)
    (start, stop), = found["proliferation"]
    assert (start, stop) == pytest.approx((time[values["fibroblasts"] > 1.1][0], time[values["fibroblasts"] > 1.1][-1]), abs=0.25)
    (start, stop), = found["haemostasis"]
    assert start < 0.01 and 1.5 < stop < 3
    assert found["remodelling"][-1][1] == 365


def test_spans_interpolates_crossings():
    time = np.array([0.0, 1, 2, 3, 4])
    assert timeline.phases.spans(time, np.array([0.0, 2, 0, 0, 4]), 1) == [(0.5, 1.5), (3.25, 4.0)]
    assert timeline.phases.spans(time, np.zeros(5), 1) == []


def test_sessions_postponed_and_not_given_are_told_apart(tmp_path):
    path = write_run(tmp_path / "s.h5", planned=(0, 42, 90), performed=(0, 49, np.nan))
    run = results.read(path)
    assert run.performed.tolist() == [0, 49]
    _, texts = svg_texts(path, tmp_path)
    assert "2, 7 d late" in texts and "3, not given" in texts


def test_reader_labels_what_it_returns(file):
    run = results.read(file)
    assert run.series["collagen_gain"].dims == ("time",) and run.series["collagen_gain"].shape == (1461,)
    assert float(run.series["collagen_gain"].sel(time=180)) == pytest.approx(0.12618)
    assert run.series["time"].dtype == float and run.series["time"].attrs["units"] == "days"
    assert run.field("tgfb1").dims == ("time", "z", "y", "x") and run.field("tgfb1").shape == (3, 12, 5, 5)
    assert run.profile("tgfb1").sel(z=1.47, method="nearest").shape == (209,)
    assert run.surface("barrier").sel(time=7).shape == (5, 5)
    assert run.means["clot"].shape == (1461,) and run.sessions["performed"].values.tolist() == [0]
    assert list(run.sessions) == ["number", "scheduled", "performed", "closure", "deficit"]
    assert run.summary["collagen_onset"] == 22.4 and run.settings["treatment"]["device"] == "roller_1.5"
    assert run.origin == {"version": "0.1.0", "commit": "ad6de08aaaabbbb", "configuration": "0123456789abcdef" * 4}
    assert run.complete and run.notes == []
    with pytest.raises(results.ResultsError, match="/fields/nothing is not in the file"):
        run.field("nothing")


def test_time_is_in_days_whatever_its_units(tmp_path):
    for units, scale in (("hours", 1 / 24), ("days since 2020-01-01", 1), ("weeks", 7), ("s", 1 / 86400)):
        run = results.read(write_run(tmp_path / "u.h5", units=units, scale=scale, performed=(14,), planned=(14,)))
        assert float(run.series["time"][-1]) == pytest.approx(365) and run.performed.tolist() == pytest.approx([14]), units
    with pytest.raises(results.ResultsError, match="/time has the units 'mm', which are no unit of time"):
        results.read(write_run(tmp_path / "u.h5", units="mm"))


def test_rows_ahead_of_time_are_cut(tmp_path):
    run = results.read(write_run(tmp_path / "r.h5", rows_ahead=3))
    assert run.series["collagen_gain"].shape == (366,) and not np.isnan(run.series["collagen_gain"]).any()


def test_incomplete_run_is_drawn_with_a_note(tmp_path):
    path = write_run(tmp_path / "i.h5", end=100, complete=0.0)
    done = call(path, "-o", tmp_path / "i.svg")
    assert done.returncode == 0 and done.stderr == "timeline.py: note: incomplete run, ends at day 100\n"
    assert "incomplete run, ends at day 100" in (tmp_path / "i.svg").read_text()
    assert "170" not in re.findall(r"<!-- day (\d+) -->", (tmp_path / "i.svg").read_text())  # a mark beyond the end


def test_missing_pieces_leave_the_rest(tmp_path):
    path = write_run(tmp_path / "m.h5", drop=("means", "erythema", "elastin_gain", "collagen_I_gain", "tropoelastin_ratio"))
    done = call(path, "-o", tmp_path / "m.svg")
    svg = (tmp_path / "m.svg").read_text()
    assert done.returncode == 0 and "/means is missing" in done.stderr
    assert "<!-- proliferation -->" in svg and "<!-- inflammation -->" not in svg and "<!-- Elastin -->" not in svg


@pytest.mark.parametrize("make, message", [
    (lambda p: p, "no such file"),
    (lambda p: p.mkdir() or p, "is a folder, not a results file"),
    (lambda p: p.write_text("hello") and p, "not an HDF5 file"),
    (lambda p: bare(p, other=[1.0]), "/time is missing, so this is not a results file of a run"),
    (lambda p: bare(p, time=[0.0, 1.0]), "there is a time but no outcome beside it, so this is not a results file of a run"),
    (lambda p: bare(p, time=[0.0], collagen_gain=[0.0]), "the time series has 1 row, so there is nothing to show yet"),
    (lambda p: bare(p, time=[0.0, 2.0, 1.0], collagen_gain=[0.0] * 3), "/time holds times that are not numbers or run backwards"),
    (lambda p: bare(p, time=[0.0, 1.0], u=[0.0, 1.0]), "none of the outcomes of a timeline is in the file (it has u)"),
    (lambda p: bare(p, time=[0.0, 0.0], collagen_gain=[0.0, 1.0]), "the run ends at day 0, so there is nothing to show yet"),
])
def test_unusable_file_ends_with_one_sentence(tmp_path, make, message):
    path = make(tmp_path / "bad.h5")
    done = call(path, "-o", tmp_path / "bad.png")
    assert (done.returncode, done.stdout, done.stderr) == (4, "", f"timeline.py: error: {path}: {message}\n")
    assert not (tmp_path / "bad.png").exists()


def test_cut_or_damaged_file_never_ends_in_a_traceback(file, tmp_path):
    whole = file.read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    done = call(tmp_path / "cut.h5", "-o", tmp_path / "cut.png")
    assert done.returncode == 4 and "damaged or cut short" in done.stderr and done.stderr.count("\n") == 1
    random = np.random.default_rng(1)
    for _ in range(60):
        content = bytearray(whole)
        for at in random.integers(0, 20000, 20):
            content[at] = random.integers(256)
        (tmp_path / "bad.h5").write_bytes(content)
        try:
            timeline.draw(results.read(tmp_path / "bad.h5"))
        except results.ResultsError as error:
            assert str(tmp_path / "bad.h5") in str(error)
        finally:
            timeline.plt.close("all")


@pytest.mark.parametrize("words, message", [
    (["-o", "x.gif"], "x.gif: the picture must end in .png, .svg or .pdf"),
    (["--width", "0"], "--width: 0 inches is outside 3 to 40 inches"),
    (["--dpi", "1e9"], "--dpi: 1e+09 is outside 30 to 1200"),
    (["--nonsense"], "unrecognized arguments: --nonsense"),
])
def test_wrong_arguments_end_with_2(file, words, message):
    done = call(file, *words)
    assert done.returncode == 2 and done.stderr.endswith(f"timeline.py: error: {message}\n")
    assert call().returncode == 2


def test_picture_that_cannot_be_written_ends_with_4(file, tmp_path):
    done = call(file, "-o", tmp_path / "no" / "a.png")
    assert (done.returncode, done.stderr) == (4, f"timeline.py: error: {tmp_path}/no/a.png: cannot be written (No such file or directory)\n")


def test_help_says_the_exit_codes():
    done = call("--help")
    assert done.returncode == 0 and "exit codes: 0 done, 2 wrong arguments, 4" in done.stdout


def test_spread_keeps_labels_apart():
    places = timeline.figure.spread([0.9, 0.95, 1.0], [0.1, 0.1, 0.1], 0, 1, 0.01)
    assert np.all(np.diff(places) >= 0.1099) and places[-1] <= 0.95 + 1e-9


def test_xarray_opens_the_file_in_one_line(file):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    with xarray.open_dataset(file, engine="h5netcdf", decode_times=False) as data:
        assert float(data["collagen_gain"].sel(time=180)) == pytest.approx(0.12618)
