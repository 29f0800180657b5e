"""Claims that are about what is done rather than about a number: devices, repeats, refusals, what a run reports."""
import json

import h5py
import numpy as np
import pytest

from conftest import TOP, call, run, sets

QUICK = TOP / "configs/axisymmetric.yaml"


def test_named_devices_from_home_to_clinic():
    """Home roller 0.2-0.3 mm, clinical rollers 0.5-2.0 mm, surgical roller 3 mm, pen, stamp."""
    devices = {device["name"]: device["length"]["value"] for device in json.loads(call("devices", "--format", "json").stdout)}
    assert 0.2 <= devices["roller_home"] <= 0.3
    assert [devices[f"roller_{length}"] for length in ("0.5", "1.0", "1.5", "2.0", "3.0")] == [0.5, 1.0, 1.5, 2.0, 3.0]
    assert {"pen", "stamp"} <= set(devices)


def test_hundreds_of_channels_on_a_patch(tmp_path):
    path = run(tmp_path / "x.h5", TOP / "configs/patch.yaml", run__duration="0.01 day", domain__width="10 mm", domain__spacing="200 um",
               output__snapshots="[]")
    with h5py.File(path) as file:
        assert file["provenance"].attrs["channels"] == 250


@pytest.mark.parametrize("rule, given", [("postpone", 3), ("skip", 1), ("fail", None)])
def test_repeats_wait_for_the_epidermis(tmp_path, rule, given):
    """Sessions half a day apart: the mouths are open, so that the next one is postponed, skipped or refused, and the file says so."""
    values = sets(treatment__sessions=3, treatment__interval="12 hours", treatment__if_not_healed=rule, run__duration="8 days")
    done = call("run", QUICK, *values, "-o", tmp_path / "x.h5", "--quiet")
    if given is None:
        assert done.returncode == 2 and "the skin has not healed" in done.stderr and not (tmp_path / "x.h5").exists()
        return
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "x.h5") as file:
        sessions = {name: file["sessions"][name][:] for name in file["sessions"]}
    took_place = np.isfinite(sessions["performed"])
    assert sessions["scheduled"].tolist() == [0, 0.5, 1] and took_place.sum() == given
    assert (np.diff(sessions["performed"][took_place]) > 1).all()  # in their order; it takes longer than a day to heal
    assert (sessions["closure"][took_place][1:] >= 0.95).all() and (sessions["deficit"][took_place][1:] < 0.05).all()


@pytest.mark.parametrize("condition", ["isotretinoin", "open_wound", "radiation", "skin_infection", "pregnancy", "keloid_history"])
def test_not_for_everyone(condition):
    done = call("check", QUICK, *sets(skin__conditions=f"[{condition}]"))
    assert done.returncode == 2 and f"{condition} is a contraindication: " in done.stderr
    done = call("check", QUICK, *sets(skin__conditions=f"[{condition}]", treatment__override_contraindications="true"))
    modelled = condition in ("keloid_history", "radiation", "isotretinoin")  # factors, or evidence that there is no effect
    assert done.returncode == 0 and ("is not known to the model" in done.stderr) != modelled, done.stderr


def test_the_first_session_is_reported_apart(tmp_path):
    path = run(tmp_path / "x.h5", QUICK, treatment__sessions=3, treatment__interval="6 weeks", run__duration="6 months")
    with h5py.File(path) as file:
        first = np.interp(42, file["time"][:], file["collagen_gain"][:])
        assert file.attrs["first_session_gain"] == pytest.approx(first, rel=1e-9) and 0.005 < first < 0.5 * file.attrs["final_collagen_gain"]
    path = run(tmp_path / "y.h5", QUICK, run__duration="2 months")
    with h5py.File(path) as file:
        assert file.attrs["first_session_gain"] == file["collagen_gain"][-1]


@pytest.mark.parametrize("site", ["periorbital", "back"])
def test_sites_differ(tmp_path, site):
    """The same needle in thin and thick skin: it reaches less deep into the dermis below a thicker epidermis."""
    def depth(**values):
        path = run(tmp_path / "x.h5", QUICK, "--force", run__duration="1 day", **values)
        with h5py.File(path) as file:
            return file["means/clot"][-1]
    there, cheek = depth(skin__site=site), depth(skin__site="cheek")
    assert there > cheek if site == "periorbital" else there < cheek, (there, cheek)
