"""`needlework reproduce`: a file that is what it says, and every way in which one is not."""
import os
import shutil

import h5py
import numpy
import pytest

from conftest import call, content

CONFIG = "model: dermis\ndomain: {geometry: axisymmetric, spacing: 60 um, depth: 1.2 mm}\nrun: {duration: 20 days}\n"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reproduce")
    (folder / "run.yaml").write_text(CONFIG)
    done = call("run", folder / "run.yaml", "--set", "skin.age=60 years", "-o", folder / "run.h5", "--quiet")
    assert done.returncode == 0, done.stderr
    return folder / "run.h5"


@pytest.fixture
def copy(original, tmp_path):
    return shutil.copy(original, tmp_path / "copy.h5")


def verdict(done):
    return done.stdout.splitlines()[-1]


def test_the_same_build_gives_the_same_bits_and_leaves_nothing(original, tmp_path):
    done = call("reproduce", original, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "run again by the same build" in done.stdout
    with h5py.File(original) as file:
        names = []
        file.visititems(lambda name, node: names.append(name) if isinstance(node, h5py.Dataset) else None)
    for name in names:
        assert f"  /{name} ".ljust(55) + "same bits\n" in done.stdout, name
    total, same = (int(word) for word in verdict(done).split() if word.isdigit())
    assert total == same > 3 * len(names)
    assert not list(tmp_path.iterdir())


def test_what_is_made_again_may_be_kept_and_is_the_same_file(original, tmp_path):
    new = tmp_path / "new.h5"
    assert call("reproduce", original, "-o", new, "--quiet").returncode == 0
    assert content(new) == content(original)
    refused = call("reproduce", original, "-o", new)
    assert refused.returncode == 4 and "only with --force" in refused.stderr
    assert call("reproduce", original, "-o", new, "--force", "--quiet").returncode == 0
    refused = call("reproduce", original, "-o", original, "--force")
    assert refused.returncode == 2 and "what the results are made from" in refused.stderr


def change(path, what):
    with h5py.File(path, "r+") as file:
        what(file)


def next_bit(file):
    file["collagen_gain"][7] = numpy.nextafter(file["collagen_gain"][7], 1.0)


def in_a_field(file):
    file["fields/tgfb1"][1, 3, 0, 1] *= 1.5


def other_attribute(file):
    file.attrs["peak_collagen_gain"] = file.attrs["peak_collagen_gain"] + 0.25


def other_text(file):
    file["tgfb"].attrs.modify("units", numpy.bytes_(b"kg"))


def one_less(file):
    del file["means/tgfb1"]


def one_more(file):
    file["profiles/strange"] = [1.0]


def other_shape(file):
    file["inflammation"].resize((5,))


def other_type(file):
    values = file["mmp"][()].astype("f4")
    del file["mmp"]
    file["mmp"] = values


def elsewhere(file):
    n = file["mmp"].shape[0]
    del file["mmp"]
    layout = h5py.VirtualLayout((n,), "f8")
    layout[:] = h5py.VirtualSource("/etc/hostname", "mmp", (n,))
    file.create_virtual_dataset("mmp", layout)


def missing_value(file):
    file["mmp"][3] = numpy.nan


@pytest.mark.parametrize("what, name", [
    (next_bit, "/collagen_gain"), (in_a_field, "/fields/tgfb1"), (other_attribute, "/@peak_collagen_gain"), (other_text, "/tgfb@units"),
    (one_less, "/means/tgfb1"), (one_more, "/profiles/strange"), (other_shape, "/inflammation"), (other_type, "/mmp"), (elsewhere, "/mmp"),
    (missing_value, "/mmp")])
def test_every_difference_is_named(copy, what, name):
    change(copy, what)
    done = call("reproduce", copy)
    assert done.returncode == 1, done.stdout
    lines = [line.split()[0] for line in done.stdout.splitlines()[1:-1] if not line.endswith("same bits")]
    assert name in lines and all(line.split("@")[0] == name.split("@")[0] for line in lines), lines
    assert f" {name}" in verdict(done)


def test_a_file_of_another_build_is_judged_by_numbers(copy):
    change(copy, lambda file: file["provenance"].attrs.modify("compiler", numpy.bytes_(b"Other 1.0")))
    done = call("reproduce", copy)
    assert done.returncode == 0 and "Other 1.0; run again by another build" in done.stdout
    assert "within 1.0e-03 of their largest value (run.tolerance)" in verdict(done)

    def rounding(file):
        file["tgfb"][5] *= 1.0 + 1e-9
    change(copy, rounding)
    done = call("reproduce", copy)
    assert done.returncode == 0 and "in /tgfb" in verdict(done)

    def too_much(file):
        file["tgfb"][5] += 0.01 * file["tgfb"][()].max()
    change(copy, too_much)
    done = call("reproduce", copy)
    assert done.returncode == 1 and "in /tgfb" in verdict(done)


def test_the_rows_of_an_interrupted_run_are_compared(tmp_path):
    config, results = tmp_path / "run.yaml", tmp_path / "run.h5"
    config.write_text(CONFIG.replace("60 um", "20 um").replace("20 days", "100 days"))
    assert call("run", config, "-o", results, "--quiet", "--max-walltime", "0.02 s").returncode == 75
    done = call("reproduce", results)
    assert done.returncode == 0, done.stdout
    assert "it is incomplete: its rows are compared" in done.stdout
    change(results, lambda file: file["means/tgfb1"].write_direct(numpy.array([9.9]), dest_sel=numpy.s_[:1]))
    assert call("reproduce", results).returncode == 1


def test_what_cannot_be_used_is_an_error_of_reading(copy, tmp_path):
    for path, bytes_ in ((tmp_path / "text.h5", b"not HDF5"), (tmp_path / "empty.h5", b"")):
        path.write_bytes(bytes_)
        assert call("reproduce", path).returncode == 4
    assert call("reproduce", tmp_path / "nothing.h5").returncode == 4

    def other_configuration(file):
        del file["provenance/configuration_resolved"]
        file["provenance"].create_dataset("configuration_resolved", data="modle: dermis\n", dtype=h5py.string_dtype())
    change(copy, other_configuration)
    done = call("reproduce", copy)
    assert done.returncode == 4 and "did you mean 'model'" in done.stderr and "cannot use the configuration" in done.stderr
