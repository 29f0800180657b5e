"""The figures of a sweep: what they show, on tables made by a test; structure, not pixels."""
import pathlib
import subprocess
import sys

import h5py
import matplotlib
import numpy as np
import pytest

import pictures
import sweep_table
from sweep_table import Factor

ANALYSIS = pathlib.Path(__file__).resolve().parent.parent / "analysis"
sys.path.insert(0, str(ANALYSIS))
import results  # noqa: E402
import study as studies  # noqa: E402
import sweep  # noqa: E402
import table as sweep_tables  # noqa: E402

LENGTH = Factor("treatment.needle.length", values=[0.5, 1.0, 1.5, 2.0], unit="mm")
DENSITY = Factor("treatment.density", values=[1.0, 2.5, 4.0], unit="/mm2")
INTERVAL = Factor("treatment.interval", values=[14.0, 42.0], unit="day")
RANGES = [Factor("treatment.needle.length", 0.5, 2, "mm"), Factor("treatment.density", 1, 6, "/mm2"), Factor("parameters.tgfb_loss", 0.5, 2, "1/day")]


def gain(length, density, *_):
    return 0.04 * np.array(length) * np.array(density)


def down(length, density, *_):
    return 0.5 * np.array(length) + 0.1 * np.array(density) + 0.3


OUTCOMES = {"final_collagen_gain": ("1", gain), "scar_index@90 days": ("1", lambda a, b, *_: 0.01 * np.array(a) ** 2), "downtime": ("day", down)}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A table of every design in a folder of its own; two runs of the grid failed."""
    top = tmp_path_factory.mktemp("tables")
    random = np.random.default_rng(1)
    plans = {"grid": ([LENGTH, DENSITY, INTERVAL], sweep_table.grid(4, 3, 2), {4: 3, 5: 3}), "line": ([LENGTH, INTERVAL], sweep_table.grid(4, 2), {}),
             "lhs": (RANGES, (random.random((120, 3)), np.arange(120), np.zeros(120, int)), {0: 4}),
             "saltelli": (RANGES, sweep_table.saltelli(64, RANGES), {}), "morris": (RANGES, sweep_table.morris(12, RANGES), {3: 3})}
    for name, (factors, plan, status) in plans.items():
        (top / name).mkdir()
        sweep_table.write(top / name / "table.h5", "grid" if name == "line" else name, factors, plan, OUTCOMES, status)
    return top


def drawn(path, *arguments, **options):
    """(figure, texts, description) after checking that no text is cut or lies on another."""
    fig, _, alt = sweep.draw(studies.Study(path), *arguments, **options)
    assert pictures.trouble(fig) == []
    texts = [text for text, _ in pictures.boxes(fig)]
    matplotlib.pyplot.close(fig)
    return fig, texts, alt


def test_table_is_read_with_units_and_in_the_order_it_was_made(tables):
    table = sweep_tables.read(tables / "grid")
    assert [o.name for o in table.outcomes] == ["final_collagen_gain", "scar_index@90 days", "downtime"]
    assert [(f.name, f.unit, f.dimension, f.scale) for f in table.factors][1] == ("treatment.density", "/mm2", 1, "list")
    assert table.dimensions[2] == "treatment.interval" and table.unit.shape == (24, 3) and table.design == "grid"
    assert table.status.tolist().count(3) == 2 and np.isnan(table.outcomes[0].values[4]) and table.about["sweep"] == "study"


@pytest.mark.parametrize("design, kind", [("grid", "heat"), ("line", "heat"), ("lhs", "lines"), ("saltelli", "indices"), ("morris", "indices")])
def test_the_figure_follows_from_the_design(tables, design, kind):
    assert sweep.suited(studies.Study(tables / design)) == kind


def test_heat_maps_have_a_panel_for_every_level_and_outcome(tables):
    fig, texts, _ = drawn(tables / "grid")
    maps = [ax for ax in fig.axes if ax.images]
    assert len(maps) == 6 and [ax.get_title() for ax in maps[:2]] == ["interval 2 weeks", "interval 6 weeks"]
    assert maps[-1].get_xlabel() == "needle length (mm)" and maps[0].get_ylabel() == "density (/cm²)"
    assert [t.get_text() for t in maps[-1].get_xticklabels()] == ["0.5", "1", "1.5", "2"]
    assert [t.get_text() for t in maps[0].get_yticklabels()] == ["100", "250", "400"]
    assert "final collagen gain (%)" in texts and "scar index at 90 days" in texts and "downtime (days)" in texts
    cells = maps[0].images[0].get_array()
    assert cells[1, 2] == pytest.approx(100 * 0.04 * 1.5 * 2.5)
    assert np.isnan(np.ma.filled(cells, np.nan)[2, 0]) and len([p for p in maps[0].patches if p.get_hatch()]) == 1  # the failed run
    assert any("24 runs, 2 failed" in text for text in texts)


def test_heat_maps_of_two_dimensions_stand_side_by_side(tables):
    fig, _, _ = drawn(tables / "line", outcomes=["downtime", "final_collagen_gain"])
    maps = [ax for ax in fig.axes if ax.images]
    assert len(maps) == 2 and maps[0].get_position().y0 == pytest.approx(maps[1].get_position().y0)


def test_lines_have_bands_over_what_else_varies(tables):
    fig, texts, alt = drawn(tables / "grid", "lines", factors=["needle length", "interval"])
    first = fig.axes[0]
    assert first.get_ylabel() == "final collagen gain (%)" and len(first.lines) == 2 and len(first.collections) == 2
    assert first.lines[0].get_xdata().tolist() == [0.5, 1, 1.5, 2]
    assert first.lines[0].get_ydata()[3] == pytest.approx(np.mean([8, 20, 32]))
    assert [t.get_text() for t in fig.legends[0].get_texts()] == ["2", "6"] and "bands the range over density" in alt


def test_a_sample_is_drawn_as_runs_median_and_band(tables):
    fig, texts, _ = drawn(tables / "lhs")
    assert len(fig.axes) == 9
    assert [ax.get_xlabel() for ax in fig.axes[6:]] == ["needle length (mm)", "density (/cm²)", "tgfb_loss (1/day)"]
    assert all(len(ax.lines) == 2 and len(ax.lines[0].get_xdata()) == 119 for ax in fig.axes)
    middle = fig.axes[6].lines[1].get_ydata()
    assert np.all(np.diff(middle) > 0), middle  # downtime grows with length


def test_tornado_ranks_factors_by_their_range(tables):
    fig, _, _ = drawn(tables / "grid", "tornado", outcomes=["downtime"])
    assert [t.get_text() for t in fig.axes[0].get_yticklabels()] == ["needle length\n0.5 to 2 mm", "density\n100 to 400 /cm²", "interval\n2 to 6 weeks"]
    wide = fig.axes[0].patches[0]
    low, high = 0.25 + 0.1 * np.mean([1, 2.5]) + 0.3, 1 + 0.1 * np.mean([1, 2.5, 4]) + 0.3  # the runs of 0.5 mm and 4 /mm2 failed
    ends = sorted(p.get_x() + p.get_width() for p in (wide, fig.axes[0].patches[1]))
    assert ends == pytest.approx([low, high], abs=0.03)


def test_sobol_indices_are_bars_with_their_intervals(tables):
    fig, texts, alt = drawn(tables / "saltelli", outcomes=["scar_index@90 days", "downtime"])
    first = fig.axes[0]
    assert first.get_yticklabels()[0].get_text() == "needle length" and len(first.patches) == 6
    rows = studies.Study(tables / "saltelli").indices()
    wanted = {row["factor"]: row for row in rows if row["outcome"] == "scar_index@90 days"}["treatment.needle.length"]
    assert first.patches[0].get_width() == pytest.approx(wanted["first"]) and first.patches[3].get_width() == pytest.approx(wanted["total"])
    whisker = first.collections[0].get_segments()[0]
    assert whisker[:, 0] == pytest.approx([wanted["first_low"], wanted["first_high"]])
    assert "scar index at 90 days depends most on needle length" in alt


def test_morris_measures_are_bars_and_a_cloud(tables):
    fig, _, alt = drawn(tables / "morris", outcomes=["final_collagen_gain"])
    left, cloud = fig.axes
    rows = [row for row in studies.Study(tables / "morris").indices() if row["outcome"] == "final_collagen_gain"]
    assert [p.get_width() for p in left.patches] == pytest.approx([100 * row["mu_star"] for row in rows])
    assert cloud.lines[1].get_ydata() == pytest.approx([100 * row["sigma"] for row in rows])
    assert left.get_yticklabels()[0].get_text().endswith("  1") and "%" in left.get_xlabel()


def test_pareto_front_is_what_no_run_beats(tables):
    study = studies.Study(tables / "grid")
    fig, texts, alt = drawn(tables / "grid", "pareto")
    x, y = study.outcome("downtime").values, study.outcome("final_collagen_gain").values
    front = fig.axes[0].lines[2]
    for a, b in zip(front.get_xdata(), front.get_ydata()):
        assert not np.any((x <= a) & (y >= b) & ((x < a) | (y > b)))
    assert len(front.get_xdata()) > 2 and np.all(np.diff(front.get_ydata()) >= 0)
    beaten = {(a, b) for a, b in zip(x, y) if np.isfinite(a)} - set(zip(front.get_xdata(), front.get_ydata()))
    assert all(np.any((x <= a) & (y >= b) & ((x < a) | (y > b))) for a, b in beaten)
    assert fig.axes[0].get_xlabel() == "downtime (days), less is better"


def test_the_table_says_of_which_outcome_little_is_wanted(tables, tmp_path):
    def burdens(names, outcomes):
        path = sweep_table.write(tmp_path / "table.h5", "grid", [INTERVAL], sweep_table.grid(2), {name: ("1", lambda a: a) for name in outcomes})
        with h5py.File(path, "a") as file:
            file.attrs["lower_is_better"] = np.bytes_(names)
        return [outcome.key for outcome in studies.Study(path).burdens()]

    assert burdens("width height", ["a", "max(width)", "heights", "height"]) == ["height", "max(width)"]
    assert burdens("", ["downtime"]) == []


@pytest.mark.parametrize("key, name", [("treatment.needle.length", "needle length"), ("treatment.if_not_healed", "if not healed"),
                                       ("parameters.tgfb_loss", "tgfb_loss"), ("skin.age", "age")])
def test_names_are_words(key, name):
    assert studies.words(key) == name


def test_linked_factors_share_an_axis(tmp_path):
    path = sweep_table.write(tmp_path / "table.h5", "grid", [LENGTH, INTERVAL], sweep_table.grid(4, 2), {"gain": ("1", lambda a, b: a)})
    with h5py.File(path, "r+") as file:
        linked = file.create_dataset("treatment.density", data=2.0 / np.array(file["treatment.needle.length"]))
        for key, value in {"role": "factor", "units": "/mm2", "dimension": 0}.items():
            linked.attrs[key] = np.bytes_(value) if isinstance(value, str) else value
    fig, _, _ = drawn(path)
    assert fig.axes[0].get_xlabel() == "needle length (mm)\ndensity (/cm²)"
    assert [t.get_text() for t in fig.axes[0].get_xticklabels()][:2] == ["0.5\n400", "1\n200"]


def test_words_as_levels(tmp_path):
    device = Factor("treatment.device", values=["roller_1.5", "pen", "stamp"])
    path = sweep_table.write(tmp_path / "table.h5", "list", [device], sweep_table.grid(3), {"gain": ("1", lambda a: [1, 2, 3])})
    fig, _, _ = drawn(path)
    assert [t.get_text() for t in fig.axes[0].get_xticklabels()] == ["roller_1.5", "pen", "stamp"]


# ---- the program ----


def call(*words):
    return subprocess.run([sys.executable, str(ANALYSIS / "sweep.py"), *map(str, words)], capture_output=True, text=True)


def test_one_command_draws_the_same_file_every_time(tables, tmp_path):
    for suffix, head in (("png", b"\x89PNG\r\n"), ("svg", b"<?xml")):
        done = call(tables / "line", "-o", tmp_path / f"a.{suffix}")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert sweep.main([str(tables / "line"), "-o", str(tmp_path / f"b.{suffix}")]) == 0
        assert (tmp_path / f"a.{suffix}").read_bytes().startswith(head)
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    assert sweep.main([str(tables / "line"), "--figure", "pareto"]) == 0 and (tables / "line" / "pareto.png").exists()


@pytest.mark.parametrize("words, code, message", [
    (["--outcome", "gains"], 4, "there is no outcome 'gains' (it has final_collagen_gain, scar_index@90 days, downtime)"),
    (["--factor", "width"], 4, "there is no factor 'width' (it has treatment.needle.length, treatment.density, treatment.interval)"),
    (["--figure", "indices"], 4, "no indices from the design 'grid'"),
    (["-o", "x.gif"], 2, "x.gif: the picture must end in .png, .svg or .pdf"),
    (["--figure", "cake"], 2, "invalid choice: 'cake'"),
    (["--width", "1"], 2, "--width: 1 inches is outside 6 to 40 inches"),
    (["-o", "/nowhere/x.png"], 4, "/nowhere/x.png: cannot be written"),
])
def test_what_cannot_be_drawn_is_told(tables, capsys, words, code, message):
    try:
        returned = sweep.main([str(tables / "grid"), *words])
    except SystemExit as end:
        returned = end.code
    assert returned == code and message in capsys.readouterr().err


def test_unusable_tables_end_with_one_sentence(tables, tmp_path, capsys):
    (tmp_path / "text.h5").write_text("run\n")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    (tmp_path / "bare").mkdir()
    none = sweep_table.write(tmp_path / "none.h5", "grid", [INTERVAL], sweep_table.grid(2), {"gain": ("1", lambda a: a)}, {0: 3, 1: -1})
    for path, message in ((tmp_path / "text.h5", "not an HDF5 file"), (tmp_path / "bare", "`needlework sweep collect"),
                          (tmp_path / "empty.h5", "so this is not the table of a sweep"), (none, "none of its 2 runs is done"),
                          (tmp_path / "absent", "no such file")):
        assert sweep.main([str(path)]) == 4
        said = capsys.readouterr().err
        assert message in said and said.count("\n") == 1, said
    whole = (tables / "grid" / "table.h5").read_bytes()
    random = np.random.default_rng(1)
    for _ in range(40):
        content = bytearray(whole)
        for at in random.integers(0, len(whole), 25):
            content[at] = random.integers(256)
        (tmp_path / "bad.h5").write_bytes(content)
        try:
            studies.Study(tmp_path / "bad.h5")
        except results.ResultsError as error:
            assert str(tmp_path / "bad.h5") in str(error)
