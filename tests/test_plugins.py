"""Models outside the program, `model: ./my_model.so`: every command with one, every refusal, and that no file of a stranger loads code."""
import hashlib
import re
import shutil
import subprocess

import h5py
import numpy as np
import pytest

from conftest import SANITIZERS, TOP, call

CONFIG = """model: ./closure.so
domain: {geometry: axisymmetric, spacing: 40 um}
run: {duration: 14 days}
output: {timeseries: 12 hours, snapshots: []}
"""
SWEEP = """base: run.yaml
design: lhs
samples: 4
vary:
  parameters.growth: {from: 0.5 /day, to: 2 /day}
outcomes: [closure@7 days, max(factor_slab)]
"""


def build(path, *options):
    """tests/plugin_example.c as a plug-in; each -D changes something in it."""
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-fopenmp-simd", "-ffp-contract=off", f"-I{TOP}/sim", *SANITIZERS, *options,
                    TOP / "tests/plugin_example.c", "-o", path], check=True)
    return path


@pytest.fixture(scope="module")
def plugins(tmp_path_factory):
    """A model, and the same with more of the factor."""
    folder = tmp_path_factory.mktemp("plugins")
    build(folder / "closure.so")
    build(folder / "faster.so", "-DBURST=1.1")
    return folder


@pytest.fixture
def folder(tmp_path, plugins, monkeypatch):
    """A configuration with its plug-in, as working directory; whatever is loaded leaves the file `mark`."""
    shutil.copy(plugins / "closure.so", tmp_path)
    (tmp_path / "run.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLUGIN_MARK", str(tmp_path / "mark"))
    return tmp_path


def good(*arguments):
    done = call(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(code, *arguments):
    """A command that must fail with one sentence, which is returned."""
    done = call(*arguments)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert done.stderr.count("error:") == 1, done.stderr
    return done.stderr


def is_loaded(folder):
    there = (folder / "mark").exists()
    (folder / "mark").unlink(missing_ok=True)
    return there


# ---- every command ------------------------------------------------------------------------------------------------------------------


def test_a_run_records_the_plugin(folder):
    good("run", "run.yaml", "-o", "run.h5", "--quiet")
    digest = hashlib.sha256((folder / "closure.so").read_bytes()).hexdigest()
    with h5py.File("run.h5") as file:
        provenance, host = file["provenance"].attrs, file["provenance/host"].attrs
        assert provenance["plugin_sha256"].decode() == digest and host["plugin"].decode() == str(folder / "closure.so")
        assert provenance["model"] == b"plugin_example" and 0 < file["closure"][1] < 0.9 < file["closure"][-1]
        assert str(folder).encode() not in b"".join(bytes(value) for value in provenance.values() if isinstance(value, bytes))
    assert re.search(rf"plug-in +{digest}", good("info", "run.h5"))


def test_check_prints_what_it_can_read_again(folder):
    printed = good("check", "run.yaml")
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere/again.yaml").write_text(printed)
    assert good("check", "elsewhere/again.yaml") == printed and "closure.so" in printed.splitlines()[0]


def test_models_describes_a_plugin(folder):
    assert good("models", "./closure.so").startswith("plugin_example: cells that close a channel")
    assert "boost" in good("models", "closure.so", "--format", "vary") and '"plugin_example"' in good("models", "closure.so", "--format", "json")


def test_the_path_is_relative_to_the_file_that_says_it(folder):
    (folder / "deep/er").mkdir(parents=True)
    (folder / "deep/run.yaml").write_text(CONFIG.replace("./closure", "../closure"))
    (folder / "fisher.yaml").write_text("model: fisher\ndomain: {geometry: well_mixed}\n")
    good("check", "deep/run.yaml")
    good("check", "fisher.yaml", "deep/run.yaml")  # an overlay
    good("check", "fisher.yaml", "--set", "model=closure.so")  # the working directory
    good("check", "deep/run.yaml", "fisher.yaml", "--set", "model=./closure.so")
    is_loaded(folder)
    good("check", "run.yaml", "fisher.yaml")
    assert not is_loaded(folder), "a model that an overlay replaces was loaded"


def test_a_stopped_run_is_resumed_to_the_same_bits(folder):
    good("run", "run.yaml", "-o", "whole.h5", "--quiet")
    stopped = call("run", "run.yaml", "-o", "run.h5", "--quiet", "--max-walltime", "1e-6 s")
    assert stopped.returncode == 75 and f"needlework resume run.h5 --model {folder}/closure.so" in stopped.stderr, stopped.stderr
    shutil.move("closure.so", "moved.so")
    assert "name it with --model" in refused(2, "resume", "run.h5")
    good("resume", "run.h5", "--model", "moved.so", "--quiet")
    with h5py.File("whole.h5") as one, h5py.File("run.h5") as other:
        assert np.array_equal(one["closure"], other["closure"])


def test_reproduce_gives_the_same_bits(folder):
    good("run", "run.yaml", "-o", "run.h5", "--quiet")
    last = good("reproduce", "run.h5", "--model", "closure.so", "--quiet").splitlines()[-1]
    same, of = re.search(r"(\d+) datasets and attributes: (\d+) the same bits", last).groups()
    assert same == of and int(same) > 50


def test_compare(folder):
    good("run", "run.yaml", "-o", "one.h5", "--quiet")
    good("run", "run.yaml", "-o", "two.h5", "--quiet", "--set", "parameters.boost=0")
    table = good("compare", "one.h5", "two.h5", "--model", "closure.so", "--by", "closure@2 days", "--csv").splitlines()
    assert table[1].startswith("1,one.h5,") and table[2].startswith("2,two.h5,"), table


def test_sweep_sensitivity_and_calibrate(folder):
    (folder / "sweep.yaml").write_text(SWEEP)
    good("sweep", "plan", "sweep.yaml", "-o", "sweep", "--quiet")
    shutil.move("sweep", "moved")
    shutil.move("closure.so", "gone.so")  # it took its own along
    good("sweep", "run", "moved", "--quiet", "--jobs", "2")
    is_loaded(folder)
    good("sweep", "status", "moved")
    good("sweep", "collect", "moved", "--series")
    assert not is_loaded(folder), "reading records loaded code"
    with h5py.File("moved/table.h5") as table:
        growth, closure = table["parameters.growth"][()], table["closure@7 days"][()]
        assert np.all(np.diff(closure[np.argsort(growth)]) > 0) and "closure" in table["series"]
    shutil.move("gone.so", "closure.so")
    (folder / "morris.yaml").write_text(SWEEP.replace("lhs", "morris").replace("outcomes:", "  parameters.boost: {from: 0, to: 4}\noutcomes:"))
    for step in (["plan", "morris.yaml", "-o", "morris"], ["run", "morris"], ["collect", "morris"]):
        good("sweep", *step, "--quiet")
    assert "parameters.growth" in good("sensitivity", "morris")
    (folder / "spec").mkdir()
    (folder / "spec/fit.yaml").write_text("protocols:\n  one: ../run.yaml; model=../closure.so\nobservations: seen.csv\n")
    (folder / "spec/seen.csv").write_text("row,protocol,expression,value,tolerance\na,one,closure@14 days,1,0.05\n")
    assert "Model `plugin_example`" in good("calibrate", "spec/fit.yaml")


def test_a_sweep_may_set_its_model(folder):
    (folder / "spec").mkdir()
    (folder / "fisher.yaml").write_text(CONFIG.replace("./closure.so", "fisher"))
    (folder / "spec/sweep.yaml").write_text(SWEEP.replace("run.yaml", "../fisher.yaml\nset: {model: ../closure.so}"))
    good("sweep", "plan", "spec/sweep.yaml", "-o", "sweep", "--quiet")
    good("sweep", "run", "sweep", "--quiet")


# ---- what is refused ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options, reason", [
    (["-DOTHER_ABI=7u"], "version 7 of the contract of models .* compile it again"),
    (["-DOTHER_LAYOUT"], "another contract of models .* compile it again"),
    (["-DNO_SYMBOL"], "holds no model: its source must end with NEEDLEWORK_PLUGIN"),
    (["-DUNDEFINED"], "cannot be loaded|undefined symbol: no_such_function"),
    (['-DNAME="dermis"'], "called 'dermis' like one of the program; give it a name of its own"),
])
def test_a_plugin_that_does_not_fit_is_refused_in_one_sentence(folder, options, reason):
    build(folder / "closure.so", *options)
    message = refused(2, "run", "run.yaml", "-o", "run.h5")
    assert message.startswith("needlework: error: run.yaml:1:8: model: ") and re.search(reason, message), message
    assert not (folder / "run.h5").exists()


@pytest.mark.parametrize("content, reason", [
    (None, "./closure.so cannot be read: No such file or directory"),
    ("", "not a shared object that this machine can load: file too short"),
    ("#!/bin/sh\n" + 100 * "echo\n", "not a shared object that this machine can load: invalid ELF header"),
])
def test_a_file_that_is_no_plugin_is_refused(folder, content, reason):
    (folder / "closure.so").unlink()
    if content is not None:
        (folder / "closure.so").write_text(content)
    message = refused(2, "check", "run.yaml")
    assert message.startswith("needlework: error: run.yaml:1:8: model: ") and reason in message, message


def test_other_things_are_refused(folder):
    assert "--set:1:7: model: . is not a file" in refused(2, "check", "run.yaml", "--set", "model=./").replace("./", ".")
    shutil.copy(TOP / "models/template.c", "mine.c")
    assert "source text; compile it: cc -O3 -shared -fPIC" in refused(2, "check", "run.yaml", "--set", "model=./mine.c")
    assert "models: ./no.so cannot be read" in refused(2, "models", "./no.so")
    good("run", "run.yaml", "-o", "run.h5", "--quiet")
    for command in (["run", "run.yaml"], ["reproduce", "run.h5", "--model", "closure.so"]):
        assert "closure.so is what the results are made from" in refused(2, *command, "-o", "closure.so", "--force")


def test_every_violation_of_the_contract_is_told(folder):
    build(folder / "closure.so", '-DSOURCE=""', "-DRATE=1000")
    done = call("check", "run.yaml")
    errors = done.stderr.splitlines()
    assert done.returncode == 2 and len(errors) == 7, done.stderr
    assert sum("has no source" in error for error in errors) == 5 and "default 1000 is outside its range 0 to 100" in done.stderr
    assert "run.yaml:1:8: model: ./closure.so breaks the contract of models: 6 violations, named above" in errors[-1]


def test_a_needle_that_leaves_less_than_nothing_is_told(folder):
    build(folder / "closure.so", "-DLEFT=-1e-17")
    message = refused(3, "run", "run.yaml", "-o", "run.h5", "--quiet", "--set", "treatment.device=punch")
    assert "cells: the model leaves it at -1e-17 after a needle; it must be 0 or more" in message


def test_errors_of_a_configuration_are_checked_against_the_plugin(folder):
    done = call("check", "run.yaml", "--set", "parameters.bost=1", "--set", "parameters.growth=1 mm")
    assert "the model 'plugin_example' has no such parameter; did you mean 'boost'?" in done.stderr and "parameters.growth" in done.stderr


# ---- a plug-in that changed ---------------------------------------------------------------------------------------------------------


def test_a_changed_plugin_is_refused_unless_forced(folder, plugins):
    good("run", "run.yaml", "-o", "done.h5", "--quiet")
    assert call("run", "run.yaml", "-o", "run.h5", "--quiet", "--max-walltime", "1e-6 s").returncode == 75
    before, after = (hashlib.sha256((plugins / name).read_bytes()).hexdigest()[:12] for name in ("closure.so", "faster.so"))
    shutil.copy(plugins / "faster.so", "closure.so")
    for command, file in (("resume", "run.h5"), ("reproduce", "done.h5")):
        message = refused(2, command, file, "--model", "closure.so")
        assert before in message and after in message and "--force goes on all the same" in message, message
    forced = call("resume", "run.h5", "--model", "closure.so", "--force", "--quiet")
    assert forced.returncode == 0 and "warning" in forced.stderr
    with h5py.File("run.h5") as file:
        assert file["provenance/host"].attrs["resumed_1_plugin"].decode().startswith(after)
    differs = call("reproduce", "done.h5", "--model", "closure.so", "--force", "--quiet")
    assert differs.returncode == 1 and "run again by another build" in differs.stdout, differs.stdout
    compared = call("compare", "done.h5", "run.h5", "--model", "closure.so", "--by", "closure@2 days")
    assert compared.returncode == 0 and compared.stderr.count("was made with a plug-in of SHA-256") == 2, compared.stderr
    build(folder / "other.so", '-DNAME="another"')
    assert "holds the model 'another', done.h5 is of 'plugin_example'" in refused(2, "reproduce", "done.h5", "--model", "other.so")


def test_the_same_model_compiled_otherwise_agrees_by_numbers(folder):
    good("run", "run.yaml", "-o", "run.h5", "--quiet")
    build(folder / "closure.so", "-O1")
    done = call("reproduce", "run.h5", "--model", "closure.so", "--force", "--quiet")
    assert done.returncode == 0 and "another build" in done.stdout, done.stdout + done.stderr


def test_a_sweep_refuses_another_plugin_in_its_folder(folder, plugins):
    (folder / "sweep.yaml").write_text(SWEEP)
    good("sweep", "plan", "sweep.yaml", "-o", "sweep", "--quiet")
    shutil.copy(plugins / "faster.so", "sweep/base/plugin_example.so")
    assert "is not the plug-in that the sweep was planned with" in refused(2, "sweep", "run", "sweep", "--quiet")


# ---- files of strangers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["info", "run.h5"], ["compare", "run.h5", "run.h5", "--by", "closure"], ["reproduce", "run.h5"],
                                     ["resume", "run.h5"]])
def test_what_a_results_file_names_is_never_loaded(folder, command):
    good("run", "run.yaml", "-o", "run.h5", "--quiet")
    with h5py.File("run.h5", "a") as file:  # a stranger's: the path in every place where one could stand
        path = str(folder / "closure.so")
        provenance = file["provenance"]
        text = provenance["configuration_resolved"][()].decode()
        del provenance["configuration_resolved"]
        provenance["configuration_resolved"] = text.replace("model: plugin_example", f'model: "{path}"')
        provenance.attrs["model"] = path
        if command[0] != "compare":
            file.attrs["model"] = path
    assert is_loaded(folder)
    call(*command)
    assert not is_loaded(folder), "a results file made the program load code"
    with h5py.File("run.h5", "a") as file:
        del file["provenance"].attrs["plugin_sha256"]
    done = call(*command)
    assert not is_loaded(folder) and (command[0] == "info" or done.returncode in (2, 4)), done.stderr


@pytest.mark.parametrize("what, value", [("plugin_outcomes", "closure\n"), ("plugin_outcomes", "\t\t"), ("plugin_outcomes", 2000 * "a\t1\tb\n"),
                                         ("plugin_outcomes", None), ("plugin_sha256", None), ("model", "../../evil"), ("model", "dermis/x")])
def test_a_damaged_plan_is_refused_and_loads_nothing(folder, what, value):
    (folder / "sweep.yaml").write_text(SWEEP)
    good("sweep", "plan", "sweep.yaml", "-o", "sweep", "--quiet")
    is_loaded(folder)
    with h5py.File("sweep/manifest.h5", "a") as file:
        group = file["specification"]
        if what == "plugin_outcomes":
            del group[what]
        if value is not None and what == "plugin_outcomes":
            group[what] = value
        elif what == "plugin_sha256":
            del group.attrs[what]
        elif what == "model":
            file.attrs[what] = value
    for verb in ("status", "collect", "run"):
        message = refused(4, "sweep", verb, "sweep")
        assert message.startswith("needlework: error: sweep/manifest.h5: "), message
    assert not is_loaded(folder)


def test_a_model_is_not_asked_for_where_none_is_missing(folder, fast):
    good("run", fast, "-o", "dermis.h5", "--quiet", "--set", "run.duration=1 day")
    assert "is of the model 'dermis', which is none of a plug-in" in refused(2, "reproduce", "dermis.h5", "--model", "closure.so")
    assert not is_loaded(folder)
