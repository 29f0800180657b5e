"""Two years, forty sessions, ten rows a day: the clock does not drift and nothing is missed."""
import h5py
import numpy as np
import pytest

from conftest import call

CONFIG = """
model: dermis
treatment: {device: roller_0.5, sessions: 40, interval: 18 days}
domain: {geometry: axisymmetric, spacing: 100 um, depth: 1 mm}
run: {duration: 24 months}
output: {timeseries: 0.1 days, profiles: 0.7 days, snapshots: [0 days, 0.3 days, 100.1 days, 365.123456 days, 702 days, 24 months]}
"""
@pytest.fixture(scope="module")
def years(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    (folder / "run.yaml").write_text(CONFIG)
    done = call("run", folder / "run.yaml", "-o", folder / "run.h5", "--quiet")
    assert done.returncode == 0, done.stderr
    with h5py.File(folder / "run.h5") as file:
        yield file


def ticks(days):
    """The clock of the program: whole microseconds."""
    return np.rint(np.asarray(days) * 86400e6).astype(np.int64)


def test_every_row_is_there_on_its_microsecond(years):
    end = ticks(years["time"][-1])
    for group, every in (("/", 0.1), ("profiles", 0.7)):
        time = ticks(years[group]["time"][()])
        wanted = np.append(np.arange(0, end, ticks(every)), end)
        assert len(time) == len(wanted) and np.array_equal(time, wanted), f"{group}: {len(time)} rows, wanted {len(wanted)}"
    assert len(years["time"]) > 7300
    assert np.array_equal(years["means/time"][()], years["time"][()])


def test_every_session_took_place_when_it_was_planned(years):
    scheduled, performed = years["sessions/scheduled"][()], years["sessions/performed"][()]
    assert np.array_equal(ticks(scheduled), ticks(18.0 * np.arange(40)))
    assert np.array_equal(scheduled, performed)
    assert years.attrs["sessions_performed"] == 40
    # Each one reopens the epidermis: the barrier is open in the first row after it, and was closed in the row of it.
    rows = np.searchsorted(ticks(years["time"][()]), ticks(scheduled))
    deficit = years["barrier_deficit"][()]
    assert (deficit[rows + 1] > 0.5).all() and (deficit[rows] < 0.05).all()


def test_every_snapshot_is_there_and_the_steps_meet_sessions_and_snapshots(years):
    wanted = ticks([0.0, 0.3, 100.1, 365.123456, 702.0, years["time"][-1]])
    assert np.array_equal(ticks(years["fields/time"][()]), wanted)
    steps = ticks(years["steps/time"][()])
    assert np.isin(np.append(wanted[1:], ticks(18.0 * np.arange(1, 40))), steps).all()


def test_the_steps_add_up_to_the_clock(years):
    steps, dt = ticks(years["steps/time"][()]), ticks(years["steps/dt"][()])
    assert (dt > 0).all() and np.array_equal(np.cumsum(dt), steps)
    assert steps[-1] == ticks(years["time"][-1])
    assert np.array_equal(years["steps/step"][()], np.arange(1, len(steps) + 1))


def test_the_skin_comes_to_no_harm(years):
    for name, node in years["means"].items():
        assert np.isfinite(node[()]).all() and (node[()] >= 0).all(), name
    for name in years["ledger"]:
        ledger = {key: float(value[()]) for key, value in years["ledger"][name].items()}
        turned = sum(abs(ledger[key]) for key in ("initial", "produced", "lost", "boundary", "injury"))
        assert abs(ledger["error"]) <= 1e-10 * max(turned, 1e-6), name
