"""Ensembles: ranges around the shipped values, and bands from a few of their runs."""
import json
import subprocess

import h5py
import numpy as np
import pytest
import yaml

from conftest import TOP, call, run

SPECS = sorted((TOP / "configs/ensembles").glob("*.yaml"))


def test_ranges_hold_the_shipped_values():
    """15 % to either side, as far as the range of the parameter goes: a spec whose model has moved on is out of date."""
    model = {p["name"]: p for p in json.loads(call("models", "dermis", "--format", "json").stdout)["parameters"]}
    vary = yaml.safe_load((TOP / "configs/ensembles/parameters.yaml").read_text())["vary"]
    assert len(vary) == 20
    for name, spread in vary.items():
        parameter = model[name.removeprefix("parameters.")]
        low, high = (float(str(spread[end]).split()[0]) for end in ("from", "to"))
        assert not parameter["source"].startswith("literature") or name.endswith("macrophage_loss"), name
        assert low == pytest.approx(max(parameter["low"], 0.85 * parameter["default"]), rel=2e-3), (name, low)
        assert high == pytest.approx(min(parameter["high"], 1.15 * parameter["default"]), rel=2e-3), (name, high)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_an_ensemble_gives_bands(tmp_path, spec):
    """Twelve runs of it: they differ, and the timeline is drawn with their bands."""
    text = spec.read_text().replace("../axisymmetric.yaml", str(TOP / "configs/axisymmetric.yaml"))
    small = yaml.safe_load(text) | {"samples": 12, "set": {"domain.spacing": "40 um"}}
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(small, sort_keys=False))
    for words in (["plan", tmp_path / "small.yaml", "-o", tmp_path / "runs"], ["run", tmp_path / "runs", "--quiet"],
                  ["collect", tmp_path / "runs", "--series"]):
        done = call("sweep", *words)
        assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "runs/table.h5") as file:
        gain = file["final_collagen_gain"][:]
    assert len(gain) == 12 and np.isfinite(gain).all() and 0.1 < np.ptp(gain) / gain.mean() < 2
    base = run(tmp_path / "base.h5", TOP / "configs/axisymmetric.yaml", domain__spacing="40 um")
    picture = tmp_path / "bands.svg"
    done = subprocess.run(["/usr/bin/python3", TOP / "analysis/timeline.py", base, "--ensemble", tmp_path / "runs/table.h5", "-o", picture],
                          capture_output=True, text=True)
    assert done.returncode == 0 and "12 runs" in picture.read_text(), done.stderr
