"""Cross-sections in the timeline and bands of ensembles, in every geometry; no text may overlap another or leave the picture."""
import shutil
import sys

import h5py
import numpy as np
import pytest

import conftest
import pictures
from example_run import bare, write_run

sys.path.insert(0, str(conftest.TOP / "analysis"))
import ensemble  # noqa: E402
import results  # noqa: E402
import section  # noqa: E402
import timeline  # noqa: E402


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    """Runs of every kind of space, coarse: {name: results}."""
    folder, roller = tmp_path_factory.mktemp("shapes"), conftest.TOP / "configs/axisymmetric.yaml"
    slab = {"domain__geometry": "slab", "domain__width": "1.2 mm", "domain__spacing": "40 um"}
    many = {"treatment__sessions": 6, "run__duration": "24 months", "output__snapshots": "[0 days, 3 days, 42 days, 90 days, 730 days]"}
    kinds = {
        "month": {"run__duration": "30 days"}, "six": many | {"domain__spacing": "40 um"}, "slab": slab | {"run__duration": "100 days"},
        "two": slab | {"run__duration": "60 days", "treatment__sessions": 2, "output__snapshots": "[0 days, 41.99 days, 42 days, 50 days]"},
        "well_mixed": {"domain__geometry": "well_mixed"},
        "patch": {"domain__geometry": "patch", "domain__width": "1 mm", "domain__spacing": "50 um", "run__duration": "10 days"}}
    return {name: results.read(conftest.run(folder / f"{name}.h5", roller, **values)) for name, values in kinds.items()}


def sections_of(fig):
    return {ax.get_label(): ax for ax in fig.axes if ax.get_label().startswith("cross-section of day ")}


def test_cross_sections_stand_in_the_order_of_days_with_room_between(year):
    fig, _, alt = timeline.draw(results.read(year))
    found = sections_of(fig)
    assert list(found) == [f"cross-section of day {day}" for day in (0, 7, 28, 90, 365)]
    assert [ax.get_title() for ax in found.values()] == [f"day {day}" for day in (0, 7, 28, 90, 365)]
    spots = [ax.get_window_extent() for ax in found.values()]
    assert all(left.x1 < right.x0 for left, right in zip(spots, spots[1:])) and len(next(iter(found.values())).images) == 1
    assert "cross-sections of the skin on day 0, 7, 28, 90, 365" in alt
    assert sections_of(timeline.draw(results.read(year), sections=False)[0]) == {}


def test_no_text_overlaps_or_is_clipped_in_any_geometry(shapes, year):
    for name, run in (shapes | {"year": results.read(year)}).items():
        for options in ({}, {"signals": True}, {"grey": True, "sections": False}) if name == "six" else ({},):
            fig, _, _ = timeline.draw(run, **options)
            assert pictures.trouble(fig) == [], (name, options)
            assert bool(sections_of(fig)) == (name != "well_mixed" and options.get("sections", True)), name
            timeline.plt.close(fig)


def test_a_surface_without_numbers_is_said_to_be_damage(shapes, tmp_path):
    for shape in ((0, 20, 20), (3, 0, 0)):
        path = shutil.copy(shapes["patch"].path, tmp_path / "bad.h5")
        with h5py.File(path, "a") as file:
            del file["surface/keratinocyte"], file["surface/time"]
            file["surface/keratinocyte"], file["surface/time"] = np.zeros(shape), np.zeros(shape[0])
        with pytest.raises(results.ResultsError, match="bad.h5: /surface/keratinocyte holds no number, so the file is damaged"):
            section.read(results.read(path))


def test_the_check_of_overlaps_sees_one():
    fig, ax = timeline.plt.subplots()
    ax.annotate("one", (0.5, 0.5), xytext=(0.2, 0.2), arrowprops={"arrowstyle": "-"})
    assert pictures.trouble(fig) == []
    ax.text(0.21, 0.21, "two")
    fig.text(0.98, 0.5, "outside")
    assert set(pictures.trouble(fig)) == {"'one' overlaps 'two'", "'outside' leaves the picture"}


def test_a_section_shows_the_wound_and_its_healing(year):
    cut = section.read(results.read(year))
    collagen = section.LAYERS["collagen"]
    wounded, healed = (cut.value(cut.at(day), collagen) for day in (0, 365))
    depth = np.searchsorted(cut.z, 0.2)
    middle = wounded.shape[1] // 2
    assert wounded[depth, middle] == pytest.approx(27, abs=1) and wounded[depth, 0] == pytest.approx(100, abs=0.5)  # removal 0.73
    assert healed[depth, middle] > 80 and healed[depth, 0] > 105
    assert np.array_equal(wounded, wounded[:, ::-1]) and cut.span == (-cut.width, cut.width)
    assert 0.9 < cut.wound < 1.3  # channels of 0.9 mm
    mouth = cut.pixels(cut.at(0)["keratinocyte"])
    assert mouth[middle] < 0.05 and mouth[0] == 1 and cut.pixels(cut.at(365)["keratinocyte"]).min() > 0.99
    kind = section.CELLS[0]
    before, after = (section.dots(cut, cut.at(day), kind, cut.wound) for day in (0, 365))
    inside = [np.sum((abs(at[:, 0]) < 0.05) & (at[:, 1] < 0.5)) for at in (before, after)]
    assert inside[0] == 0 < inside[1] and len(before) > 50  # fibroblasts died in the channel and came back


def test_a_section_is_interpolated_between_snapshots_but_never_across_a_session(shapes):
    cut = section.read(shapes["two"])
    assert cut.days.tolist() == [0, 41.99, 42, 50] and cut.sessions.tolist() == [0, 42]
    assert cut.weights(0) == (0, 0, 0.0) or cut.weights(0)[2] == 0
    i, j, w = cut.weights(10)
    assert (i, j) == (0, 1) and w == pytest.approx(np.log1p(10 / 4) / np.log1p(41.99 / 4))
    clot = [float(cut.at(day)["clot"].max()) for day in (41.995, 42.0, 46)]
    assert clot[0] < 0.01 and clot[1] > 0.9 and 0.01 < clot[2] < 0.9
    assert cut.weights(60)[2] == 0 and cut.days[cut.weights(60)[0]] == 50


def test_damaged_snapshots_leave_the_curves(year, tmp_path):
    path = tmp_path / "bad.h5"
    path.write_bytes(year.read_bytes())
    with h5py.File(path, "a") as file:
        file["fields/z"][3] = np.nan
    run = results.read(path)
    fig, _, _ = timeline.draw(run)
    assert sections_of(fig) == {} and run.notes == [f"no cross-sections: {path}: /fields/z or /fields/x does not grow, so the file is damaged"]


def members(folder, number):
    time = np.arange(0, 60.5, 5.0)
    for i in range(number):
        bare(folder / f"m{i}.h5", time=time, collagen_gain=0.001 * (i - 4) * time)
    return folder


def test_ensemble_of_runs_becomes_a_band_of_quantiles(tmp_path, shapes):
    folder = members(tmp_path, 12)
    spread = ensemble.read([folder])
    runs = np.array([results.read(path).series["collagen_gain"].values for path in sorted(folder.iterdir())])
    band = spread.bands["collagen_gain"]
    assert spread.text == "5 to 95 % (darker: 25 to 75 %) of 12 runs" and band.time[-1] == 60
    assert np.allclose(band.low, np.quantile(runs, 0.05, axis=0)) and np.allclose(band.inner[1], np.quantile(runs, 0.75, axis=0))
    few = ensemble.read(sorted(folder.iterdir())[:3])
    assert few.text == "whole range of 3 runs" and few.bands["collagen_gain"].inner is None
    fig, _, _ = timeline.draw(shapes["well_mixed"], spread=spread)
    panel = next(ax for ax in fig.axes if ax.get_legend() and ax.get_legend().get_title().get_text() == "Collagen")
    edge = panel.collections[0].get_paths()[0].vertices
    assert (edge[:, 1].min(), edge[:, 1].max()) == pytest.approx((100 * band.low.min(), 100 * band.high.max())) and len(panel.collections) == 2
    assert any("Bands: 5 to 95 %" in text for text, _ in pictures.boxes(fig)) and pictures.trouble(fig) == []


def test_band_of_a_signal_is_in_percent_of_the_peak_of_the_run(tmp_path):
    time = np.arange(0, 60.5, 5.0)
    shape = np.exp(-time / 20) * time
    for i in range(3):
        bare(tmp_path / f"m{i}.h5", time=time, erythema=0.01 * (i + 1) * shape)
    run = results.read(tmp_path / "m1.h5")
    line = next(panel for panel in timeline.panels(run, True, ensemble.read([tmp_path])) if panel.title == "Signals").lines[0]
    assert [values.max() for values in (line.band.low, line.value, line.band.high)] == pytest.approx([50, 100, 150])


def test_ensemble_of_a_ready_made_table(file, tmp_path):
    table = tmp_path / "bands.csv"
    table.write_text("# calibrated\ntime_days,outcome,low,median,high\n0,collagen_gain,0,0,0\n180,collagen_gain,0.1,0.12,0.2\n")
    assert pictures.call(timeline.main, file, "--ensemble", table, "-o", tmp_path / "t.svg").returncode == 0
    assert "Bands: low to high of bands.csv." in (tmp_path / "t.svg").read_text()


@pytest.mark.parametrize("make, message", [
    (lambda p: p.mkdir() or p, "there is no .h5 file in this folder"),
    (lambda p: p.with_suffix(".csv").write_text("a,b\n1,2\n") and p.with_suffix(".csv"), "a table of bands has the columns time_days"),
    (lambda p: p.with_suffix(".csv").write_text("time_days,outcome,low,median,high\n") and p.with_suffix(".csv"), "there is no row"),
    (lambda p: write_run(p), "an ensemble needs two runs or more, found 1"),
    (lambda p: bare(p, run=[0, 1], status=[0, 0]), "this table of a sweep holds no series"),
])
def test_unusable_ensemble_ends_with_one_sentence(file, tmp_path, make, message):
    path = make(tmp_path / "ensemble")
    done = pictures.call(timeline.main, file, "--ensemble", path, "-o", tmp_path / "t.png")
    assert done.returncode == 4 and str(path) in done.stderr and message in done.stderr and done.stderr.count("\n") == 1


def test_ensemble_of_a_sweep_with_series(file, tmp_path):
    path = bare(tmp_path / "table.h5", run=[0, 1, 2], status=[0, 3, 0])
    with h5py.File(path, "a") as table:
        table["series/time"] = [0.0, 100.0]
        table["series/collagen_gain"] = [[0.0, 0.1], [np.nan, np.nan], [0.0, 0.3]]
        table["series/time"].attrs["units"] = np.bytes_("day")
    spread = ensemble.read([path])
    assert spread.text == "whole range of 2 runs of table.h5"
    assert spread.bands["collagen_gain"].low.tolist() == [0, 0.1] and spread.bands["collagen_gain"].high.tolist() == [0, 0.3]
