"""The healing timeline and the reader of results files, on a file made from golden table G1 of the reference model.

Run with /usr/bin/python3 -m pytest tests/test_timeline.py.  The file is written as the interface says: dimension scales on every axis,
fixed-length string attributes, creation order tracked.
"""

import contextlib
import io
import pathlib
import re
import subprocess
import sys
import types

import h5py
import numpy as np
import pytest

ANALYSIS = pathlib.Path(__file__).resolve().parent.parent / "analysis"
sys.path.insert(0, str(ANALYSIS))
import results  # noqa: E402
import timeline  # noqa: E402

# Golden table G1 (one session, 250/cm2, phi = 0.6).  Its row at 0 is just after the session, that of a results file just before: see HEALTHY.
G1 = np.array([
    # t    F1 %    F2 %    F3 %    n/n0    z/z0     F8      fib     a        m        B          T          Q          E
    # then te, el-1 %, V, F9b, F10
    [0,   -2.249, -2.249, -2.249, 0.9775, 0.97751, 0.8691, 0.9461, 0,       0,       0.0714,    0.01956,   0.05241,   0,
     0.978, -2.249, 0.9430, 0.0308, 1],
    [1,   -2.552, -2.515, -2.750, 0.7840, 0.97699, 0.3798, 0.9527, 0.00287, 0.00304, 0.05609,   0.05729,   0.1263,    0.05972,
     1.014, -2.344, 0.9456, 0.00775, 0.9987],
    [3,   -3.069, -3.022, -3.316, 0.6363, 0.97358, 0.7084, 0.9939, 0.01184, 0.01078, 0.02277,   0.04691,   0.0864,    0.09585,
     1.126, -2.975, 0.9584, 2.33e-05, 1.0011],
    [7,   -2.816, -2.967, -2.022, 1.0308, 0.96965, 1.5158, 1.1635, 0.04811, 0.01312, 0.002411,  0.02474,   0.01897,   0.01828,
     1.426, -3.669, 0.9827, 0, 1.0189],
    [14,  -0.952, -1.462, 1.726,  1.8339, 0.96918, 2.3138, 1.4192, 0.12978, 0.00987, 0.0001676, 0.01197,   0.001953,  0.000337,
     1.965, -3.612, 0.9960, 0, 1.0913],
    [28,   2.052,  1.321,  5.888, 1.9176, 0.97045, 2.2359, 1.4298, 0.16774, 0.00296, 9.57e-06,  0.0018,    6.454e-05, 2.5e-07,
     2.169, -3.067, 0.9992, 0, 1.2248],
    [42,   4.236,  3.472,  8.249, 1.6731, 0.97312, 1.9297, 1.3240, 0.15056, 0.00074, 9.19e-07,  0.000328,  5.19e-06,  1.2e-09,
     2.003, -2.541, 0.9996, 0, 1.2723],
    [90,   8.974,  8.247, 12.788, 1.2578, 0.98843, 1.4048, 1.1231, 0.09078, 0.00001, 3.4e-10,   2.36e-06,  1.87e-09,  0,
     1.527, -1.298, 1, 0, 1.2245],
    [180, 12.618, 12.164, 14.998, 1.0543, 1.02435, 1.1164, 1.0221, 0.03547, 0,       0,         0,         0,         0,
     1.177, -0.231, 1, 0, 1.1039],
    [270, 13.636, 13.449, 14.616, 1.0140, 1.05619, 1.0414, 1.0040, 0.01424, 0,       0,         0,         0,         0,
     1.066, 0.180, 1, 0, 1.0446],
    [365, 13.734, 13.741, 13.695, 1.0044, 1.08132, 1.0161, 1.0007, 0.00554, 0,       0,         0,         0,         0,
     1.025, 0.356, 1, 0, 1.0178]])
COLUMNS = "t F1 F2 F3 n z F8 fib a m B T Q E te el V F9b F10".split()
HEALTHY = dict.fromkeys("F1 F2 F3 a m B T Q E el F9b".split(), 0) | dict.fromkeys("n z F8 fib te V F10".split(), 1)
NEW_SHARE = 0.0131338  # n1b + n3b, labile share of healthy collagen
MOUTHS = 0.0308        # area share of the channel mouths
CONFIGURATION = """\
model: dermis
skin: {site: cheek, age: 45 years, conditions: []}
treatment:
  device: roller_1.5
  needle: {length: 1.5 mm, diameter: 0.25 mm, reach: 0.6}
  density: 2.5 /mm2
  sessions: 1
  interval: 42 day
"""


def monotone(x, y, at):
    """Piecewise cubic through the points without overshoot (Fritsch and Carlson 1980)."""
    h, slope = np.diff(x), np.diff(y) / np.diff(x)
    d = np.zeros_like(y)
    same = slope[:-1] * slope[1:] > 0
    w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    d[1:-1][same] = (w1 + w2)[same] / (w1[same] / slope[:-1][same] + w2[same] / slope[1:][same])
    d[0], d[-1] = slope[0], slope[-1]
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(h) - 1)
    u = (at - x[i]) / h[i]
    return ((1 + 2 * u) * (1 - u) ** 2 * y[i] + u * (1 - u) ** 2 * h[i] * d[i] + u**2 * (3 - 2 * u) * y[i + 1]
            + u**2 * (u - 1) * h[i] * d[i + 1])


def golden(time):
    column = {name: monotone(np.log1p(G1[:, 0]), G1[:, i], np.log1p(time)) for i, name in enumerate(COLUMNS)}
    for name, value in HEALTHY.items():
        column[name] = np.where(time > 0, column[name], value)
    gain = column["F1"] / 100
    inflammation = np.maximum(column["Q"], 0)
    return {
        "collagen_gain": gain, "collagen_I_gain": column["F2"] / 100, "collagen_III_gain": column["F3"] / 100,
        "new_collagen_fraction": NEW_SHARE * column["n"] / (1 + gain), "mature_collagen_gain": column["z"] - 1,
        "collagen_synthesis": column["F8"], "elastin_gain": column["el"] / 100, "tropoelastin_ratio": column["te"],
        "tgfb": 1 + column["T"] / 0.146, "inflammation": inflammation, "mmp": column["E"], "fibroblasts": column["fib"],
        "activated_fibroblasts": column["a"], "myofibroblasts": column["m"], "perfusion": column["V"],
        "epidermal_closure": np.where((time > 0) & (time < 0.67), time / 0.67 * 0.95, 1.0),
        "barrier_deficit": np.where(time < 1, 1 - 0.75 * time, np.maximum(column["F9b"], 0) / MOUTHS) * (time > 0),
        "epidermal_thickness": column["F10"], "erythema": inflammation / (inflammation + 0.05), "clot": np.maximum(column["B"], 0)}


def attribute(node, name, value):
    node.attrs[name] = np.bytes_(value) if isinstance(value, str) else value


def write_run(path, end=365, step=1.0, complete=1.0, units="days", scale=1.0, drop=(), rows_ahead=0, planned=(0,), performed=(0,)):
    """A results file of one session; `scale` days per unit of time, `rows_ahead` rows written before their time."""
    time = np.arange(0, end + step / 2, step)
    values = golden(time)
    order = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    order.set_link_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
    order.set_attr_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
    order.set_attr_phase_change(64, 32)  # h5py cannot add more than 8 tracked attributes otherwise
    with h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, order)) as file:
        for name, value in (("Conventions", "CF-1.10"), ("title", "Healing after one session"), ("source", "needlework 0.1.0"),
                            ("history", "made by a test")):
            attribute(file, name, value)
        for name, value in (("collagen_onset", 22.4), ("collagen_time_to_90_percent", 169.6), ("peak_collagen_gain", 0.1374),
                            ("final_collagen_gain", 0.1373), ("epidermal_closure_time", 0.67), ("barrier_recovery_time", 1.9),
                            ("sessions_performed", 1.0), ("complete", complete)):
            file.attrs[name] = value

        def dataset(group, name, data, axes, unit="1"):
            node = group.create_dataset(name, data=data)
            attribute(node, "units", unit)
            attribute(node, "long_name", name.replace("_", " "))
            for i, axis in enumerate(axes):
                if axis == name:
                    node.make_scale(axis)
                else:
                    node.dims[i].attach_scale(group[axis])

        def clock(group, at):
            dataset(group, "time", at / scale, ["time"], units)

        clock(file, time)
        for name, value in values.items():
            if name not in drop and name != "clot":
                value = np.concatenate([value, np.full(rows_ahead, np.nan)])
                node = file.create_dataset(name, data=value)
                attribute(node, "units", "1")
                attribute(node, "long_name", name.replace("_", " "))
                if not rows_ahead:
                    node.dims[0].attach_scale(file["time"])
        if "means" not in drop:
            clock(file.create_group("means"), time)
            dataset(file["means"], "clot", values["clot"], ["time"])
        z, x = np.linspace(0.03, 1.47, 12), np.linspace(0.01, 0.31, 5)
        for name, times, axes, shape in (("profiles", time[::7], ["time", "z"], (12,)),
                                         ("fields", np.array([0.0, 7.0, 28.0]), ["time", "z", "y", "x"], (12, 5, 5)),
                                         ("surface", np.array([0.0, 7.0, 28.0]), ["time", "y", "x"], (5, 5))):
            group = file.create_group(name)
            clock(group, times)
            for axis in axes[1:]:
                dataset(group, axis, z if axis == "z" else x, [axis], "mm")
            dataset(group, "barrier" if name == "surface" else "tgfb1", np.ones((len(times), *shape), np.float32), axes)
        sessions = file.create_group("sessions")
        for name, value in (("number", np.arange(1, len(planned) + 1)), ("scheduled", planned), ("performed", performed),
                            ("closure", np.ones(len(planned)))):
            node = sessions.create_dataset(name, data=np.array(value, float) / (scale if name in ("scheduled", "performed") else 1))
            attribute(node, "units", units if name in ("scheduled", "performed") else "1")
        provenance = file.create_group("provenance")
        provenance["configuration_resolved"] = np.bytes_(CONFIGURATION)
        for name, value in (("configuration_sha256", "0123456789abcdef" * 4),
                            ("version", "0.1.0"), ("git_commit", "ad6de08aaaabbbb"), ("git_dirty", "no")):
            attribute(provenance, name, value)
        attribute(provenance.create_group("host"), "name", "secret.example")
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run") / "run.h5", step=0.25)


def command(*words):
    """The program as a process of its own."""
    return subprocess.run([sys.executable, str(ANALYSIS / "timeline.py"), *map(str, words)], capture_output=True, text=True)


def call(*words):
    """The program in this process, for speed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = timeline.main([str(word) for word in words])
        except SystemExit as leaving:
            code = leaving.code
    timeline.plt.close("all")
    return types.SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


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


def bare(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, value in datasets.items():
            file[name] = value
    return path


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


if __name__ == "__main__":  # for looking at the figure: test_timeline.py FILE
    write_run(sys.argv[1], step=float(sys.argv[2]) if len(sys.argv) > 2 else 0.25)
