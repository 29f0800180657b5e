"""The contract of the program's outside: commands, options, exit codes, messages, what is left on disk.  The real program is called."""
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

import pytest
from conftest import PROGRAM, TOP, call, content, run, sets

DAY = sets(run__duration="1 day")
HALF_DAY = sets(run__duration="12 hours")
EVERY = sorted((TOP / "configs").rglob("*.yaml"))
CONFIGS = [path for path in EVERY if re.search("^model:", path.read_text(), re.M)]
SPECS = [path for path in EVERY if re.search("^(base|observations):", path.read_text(), re.M) or path.name == "protocols.yaml"]
OVERLAYS = [path for path in EVERY if path not in CONFIGS + SPECS]


def refused(done, *messages, code=2):
    """The command failed with `code` and says each of `messages` (regular expressions) in an error line; stdout is empty."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.splitlines()
    assert all(line.startswith(("needlework: error: ", "needlework: warning: ")) for line in lines), done.stderr
    for message in messages:
        assert any(re.search(message, line) for line in lines if "error" in line), (message, done.stderr)
    assert done.stdout == ""


# ---- the command line -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"], ["--version"], ["run", "--help"], ["run", "-h"], ["help", "check"],
                                       ["check", "--help"], ["models", "--help"], ["devices", "--help"], ["info", "--help"]])
def test_help_and_version_go_to_stdout(arguments):
    done = call(*arguments)
    assert done.returncode == 0 and done.stdout.startswith("needlework ") and done.stderr == ""


def test_help_names_every_option_of_its_usage():
    for command in ("run", "check", "models", "devices", "info"):
        text = call(command, "--help").stdout
        usage, rest = text.split("\n", 1)
        for option in re.findall(r"--[a-z-]+", usage):
            assert option in rest, (command, option)


def test_no_command_shows_the_help_as_an_error():
    done = call()
    assert done.returncode == 2 and done.stdout == "" and "needlework run" in done.stderr


@pytest.mark.parametrize("arguments, message", [
    (["frobnicate"], "'frobnicate' is not a command; see needlework --help"),
    (["rnu"], "'rnu' is not a command; did you mean 'run'"),
    (["help", "nothing"], "'nothing' is not a command"),
    (["run"], "usage: needlework run CONFIG"),
    (["check"], "usage: needlework check CONFIG"),
    (["info"], "usage: needlework info FILE"),
    (["info", "a", "b"], "usage: needlework info FILE"),
    (["models", "a", "b"], "usage: needlework models"),
    (["models", "dermi"], "model: 'dermi' is unknown; did you mean 'dermis'"),
    (["models", "x"], "`needlework models` lists them"),
    (["devices", "rollr_1.5"], "device: 'rollr_1.5' is unknown; did you mean 'roller_1.5'"),
    (["models", "--format", "xml"], "--format: 'xml' is none of text, markdown, json"),
    (["devices", "--format"], "devices: '--format' lacks its value"),
    (["run", "c.yaml", "--wat"], "run: '--wat' is not an option of this command; see needlework run --help"),
    (["run", "c.yaml", "--ouput", "x"], "run: '--ouput' is not an option of this command; did you mean '--output'"),
    (["run", "c.yaml", "-z"], "run: '-z' is not an option"),
    (["run", "c.yaml", "--keys"], "run: '--keys' is not an option of this command"),
    (["check", "--quiet", "c.yaml"], "check: '--quiet' is not an option of this command"),
    (["run", "c.yaml", "-o"], "run: '-o' lacks its value"),
    (["run", "c.yaml", "--threads"], "run: '--threads' lacks its value"),
    (["run", "c.yaml", "--threads", "0"], "--threads: '0' is not a whole number from 1 to 1024"),
    (["run", "c.yaml", "--threads", "two"], "--threads: 'two' is not a whole number"),
    (["run", "c.yaml", "--threads", "1.5"], "--threads: '1.5' is not a whole number"),
    (["run", "c.yaml", "-o", ""], "--output: '' is not the name of a file"),
    (["run", "c.yaml", "-o", "folder/"], "--output: 'folder/' is not the name of a file"),
])
def test_a_wrong_command_line_is_refused_by_name(arguments, message, tmp_path):
    refused(call(*arguments, cwd=tmp_path), re.escape(message))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["models", "devices"])
def test_lists_in_text_markdown_and_json(command):
    everything = json.loads(call(command, "--format", "json").stdout)
    assert isinstance(everything, list) and len(everything) >= 6
    name = everything[0]["name"]
    assert json.loads(call(command, name, "--format", "json").stdout) == everything[0]
    assert name in call(command).stdout and name in call(command, name).stdout
    assert "|---|" in call(command, name, "--format", "markdown").stdout and name in call(command, "--format", "markdown").stdout


def test_every_file_of_a_model_is_in_the_registry():
    listed = [model["name"] for model in json.loads(call("models", "--format", "json").stdout)]
    assert listed == sorted(path.stem for path in (TOP / "models").glob("*.c") if path.stem != "registry")


def test_outcomes_are_listed_with_unit_meaning_and_place():
    models = json.loads(call("models", "--format", "json").stdout)
    listed = call("models", "--format", "outcomes").stdout
    assert "| `collagen_onset` | day | time from which on the collagen gain stays at or above 1 % |" in listed
    for model in models:
        one = call("models", model["name"], "--format", "outcomes").stdout
        assert (one in listed and f"`models/{model['name']}.c`" in one) if model["outcomes"] else "No outcomes" in one and one not in listed
        assert one.count("\n| `") == len(model["outcomes"])
        assert all(f"| `{outcome['name']}` | {outcome['unit']} | " in one for outcome in model["outcomes"])


def test_pages_of_tables_have_headings_to_link_to():
    keys, models = call("check", "--keys").stdout, call("models", "--format", "markdown").stdout
    assert re.findall("^## (.*)$", keys, flags=re.M) == [f"`{section}`" for section in
                                                       ("skin", "treatment", "domain", "run", "output", "checkpoint", "parameters", "devices")]
    names = [model["name"] for model in json.loads(call("models", "--format", "json").stdout)]
    assert re.findall("^## `(.*)`$", models, flags=re.M) == re.findall(r"^\| \[`(.*)`\]\(#\1\)", models, flags=re.M) == names
    assert call("devices", "--format", "markdown").stdout.count("\n| `pen`") == 2


def test_every_parameter_has_unit_range_and_source():
    model = json.loads(call("models", "dermis", "--format", "json").stdout)
    assert len(model["parameters"]) > 50
    for parameter in model["parameters"]:
        assert parameter["unit"] and parameter["source"] and parameter["meaning"], parameter
        assert parameter["low"] <= parameter["default"] <= parameter["high"], parameter


# ---- configurations -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_example_is_accepted_and_says_what_it_is_for(path):
    done = call("check", path)
    reference = path.parent.name == "calibration"  # where a hole goes through the whole depth on purpose
    assert done.returncode == 0 and (done.stderr == "" or reference), done.stderr
    assert path.read_text().startswith("# ")


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.name)
def test_every_overlay_fits_the_quickstart(path):
    assert call("check", TOP / "configs/quickstart.yaml", path).returncode == 0  # may warn: thin needles want finer cells than 20 um
    done = call("check", TOP / "configs/axisymmetric.yaml", path)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert path.read_text().startswith("# ")


def test_there_are_examples_and_overlays():
    assert len(CONFIGS) >= 11 and len(OVERLAYS) >= 8


def test_every_file_of_bad_configurations_is_refused(tmp_path):
    paths = sorted((TOP / "tests/bad_configs").glob("*.yaml"))
    assert len(paths) > 50
    for path in paths:
        done = call("run", path, "-o", tmp_path / "x.h5")
        refused(done, "needlework: error: .*" + re.escape(path.name))
    assert list(tmp_path.iterdir()) == []


def test_all_errors_are_reported_at_once_with_their_places(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("model: dermis\nskin: {age: 430 years}\ntreatment:\n  intervall: 6 weeks\n  density: 250\nrun: {duration: 3 mm}\n")
    refused(call("run", path, "--set", "domain.geometry=cube", cwd=tmp_path),
            r": error: \S*wrong\.yaml:2:13: skin\.age: 430 years is outside 18 to 100 years",
            r": error: \S*wrong\.yaml:4:3: treatment\.intervall: .*did you mean 'interval'\?",
            r": error: \S*wrong\.yaml:5:12: treatment\.density: ", r": error: \S*wrong\.yaml:6:17: run\.duration: ",
            r": error: --set:1:17: domain\.geometry: 'cube' is unknown")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("setting, message", [
    ("", "not of the form KEY=VALUE"), ("skin.age", "not of the form KEY=VALUE"), ("skin.age=46", "skin.age: '46' has no unit"),
    ("skin.age=46 mm", "skin.age: "), ("treatment.sessions=1.5", "treatment.sessions: '1.5' is not a whole number"),
    ("parameters.tgfb_los=1 /day", "did you mean 'tgfb_loss'"), ("skin.conditions=smoker", "skin.conditions: needs a list"),
    ("treatment.device=rollr_1.5", "did you mean 'roller_1.5'"), ("run.tolerance=1", "run.tolerance: 1 is outside"),
])
def test_wrong_settings_are_refused(fast, setting, message):
    refused(call("check", fast, "--set", setting), re.escape(message))


def test_a_missing_configuration_is_refused(tmp_path):
    refused(call("run", "nothing.yaml", cwd=tmp_path), "nothing.yaml: cannot be read: No such file")
    refused(call("run", tmp_path, cwd=tmp_path), "is a directory, not a configuration")
    assert list(tmp_path.iterdir()) == []


def test_overlays_and_set_win_in_order(fast, tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("skin: {age: 50 years, conditions: [smoker]}\n")
    second.write_text("skin: {age: 60 years}\n")
    assert "age: 60 years" in call("check", fast, first, second).stdout
    text = call("check", fast, second, first).stdout
    assert "age: 50 years" in text and "conditions: [smoker]" in text
    assert "age: 70 years" in call("check", fast, first, *sets(skin__age="65 years"), *sets(skin__age="70 years")).stdout


def test_odd_names_of_files_work(fast, tmp_path):
    for name, result in (("größe mit leer.yaml", "größe mit leer.h5"), ("noext", "noext.h5"), (".hidden", ".hidden.h5"), ("a.b.yml", "a.b.h5")):
        (tmp_path / name).write_text(fast.read_text())
        done = call("run", name, *HALF_DAY, cwd=tmp_path)
        assert done.returncode == 0 and (tmp_path / "results" / result).exists(), done.stderr


@pytest.mark.parametrize("settings", [
    {}, {"skin__conditions": "[smoker, diabetes]"}, {"skin__age": "73.3 years"}, {"treatment__device": "pen", "skin__site": "forehead"},
    {"domain__spacing": "[43.7 um, 39 um]", "domain__grading": 1.17}, {"treatment__needle": "{length: 1.1 mm}", "skin__collagen": 0.612},
    {"model": "fisher"}, {"devices": "{mine: {like: punch, diameter: 1 mm}}", "treatment__device": "mine"},
    {"domain__geometry": "patch", "domain__width": "0.7 mm", "domain__spacing": "50 um", "treatment__device": "stamp"},
], ids=str)
def test_the_resolved_configuration_gives_the_same_results(fast, tmp_path, settings):
    settings = {"run__duration": "9.123456789 days", "treatment__sessions": 2, "treatment__interval": "4.2 days"} | settings
    checked = call("check", fast, *sets(**settings))
    assert checked.returncode == 0, checked.stderr
    resolved = tmp_path / "resolved.yaml"
    resolved.write_text(checked.stdout)
    assert call("check", resolved).stdout == checked.stdout
    one, two = run(tmp_path / "1.h5", fast, **settings), run(tmp_path / "2.h5", resolved)
    apart = ("provenance/host", "provenance/configuration_given")
    assert content(one, apart) == content(two, apart)


def test_an_override_says_where_nothing_is_known():
    """What an overridden contraindication changes is modelled where there is evidence, and said to be unknown where there is none."""
    for condition, known in [("pregnancy", False), ("open_wound", False), ("skin_infection", False), ("isotretinoin", True),
                             ("keloid_history", True), ("poor_healing", True), ("radiation", True), ("wrinkle", True)]:
        done = call("check", TOP / "configs/axisymmetric.yaml",
                    *sets(skin__conditions=f"[{condition}]", treatment__override_contraindications="true"))
        assert done.returncode == 0
        assert (f"what {condition} changes is not known to the model dermis" in done.stderr) is not known, (condition, done.stderr)


# ---- output and streams ---------------------------------------------------------------------------------------------------------------


def test_an_existing_file_is_kept_without_force(fast, tmp_path):
    path = tmp_path / "x.h5"
    path.write_text("precious")
    done = call("run", fast, *DAY, "-o", path)
    assert done.returncode == 4 and "exists already; it is replaced only with --force" in done.stderr
    assert path.read_text() == "precious" and list(tmp_path.iterdir()) == [path]
    assert call("run", fast, *DAY, "-o", path, "--force").returncode == 0
    assert path.read_bytes()[1:4] == b"HDF" and list(tmp_path.iterdir()) == [path]


def test_results_never_replace_their_configuration(fast, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(fast.read_text())
    refused(call("run", path, *DAY, "-o", path, "--force"), "is what the results are made from")
    assert path.read_text() == fast.read_text()


@pytest.mark.parametrize("output", ["config/x.h5", "no/such/folder/x.h5", "/dev/full", "/dev/null", "."])
def test_what_cannot_be_written_ends_with_4(fast, tmp_path, output):
    (tmp_path / "config").write_text("a file, not a folder")
    refused(call("run", fast, *DAY, "-o", output, "--force", cwd=tmp_path), re.escape(output), code=4)
    assert [path.name for path in tmp_path.iterdir()] == ["config"]


def test_a_missing_folder_is_made(fast, tmp_path):
    assert call("run", fast, *DAY, "-o", "new/x.h5", cwd=tmp_path).returncode == 0 and (tmp_path / "new/x.h5").exists()


@pytest.mark.parametrize("arguments", [["models"], ["devices"], ["check", TOP / "configs/quickstart.yaml"], ["--help"], ["--version"]],
                         ids=lambda arguments: arguments[0])
def test_a_full_standard_output_ends_with_4(arguments):
    with open("/dev/full", "w") as full:
        done = call(*arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 4 and done.stderr == "needlework: error: standard output cannot be written\n"


@pytest.mark.parametrize("closed", [[2], [1], [1, 2], [0, 1, 2]], ids=str)
def test_closed_streams_never_end_up_in_the_results(fast, tmp_path, closed):
    """A file opened next would take their number, and messages would be written into it."""
    path = tmp_path / "x.h5"
    options = sets(domain__geometry="unit_cell", domain__spacing="15 um")
    with subprocess.Popen([PROGRAM, "run", str(fast), *options, "-o", str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, preexec_fn=lambda: [os.close(number) for number in closed]) as process:
        for _ in range(300):
            time.sleep(0.1)
            if path.exists():
                break
        folder = pathlib.Path(f"/proc/{process.pid}/fd")
        streams = [os.readlink(folder / str(number)) for number in range(3)]
        others = [os.readlink(link) for link in folder.iterdir() if int(link.name) > 2]
        process.kill()
    assert streams == ["/dev/null"] * 3 and any(re.fullmatch(re.escape(str(path)) + r"\.\w+-\d+\.partial", other) for other in others), others


def test_the_run_goes_on_when_the_reader_of_its_progress_leaves(fast, tmp_path):
    reader, writer = os.pipe()
    with subprocess.Popen([PROGRAM, "run", str(fast), "-o", str(tmp_path / "x.h5")], stdout=writer, stderr=writer) as process:
        os.close(writer)
        os.read(reader, 1)
        os.close(reader)
        assert process.wait() in (0, 4)
    assert "complete, 367 rows" in call("info", tmp_path / "x.h5").stdout


def test_progress_on_stderr_summary_on_stdout(fast, tmp_path):
    done = call("run", fast, "-o", tmp_path / "x.h5")
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert len(lines) == 10 and all(re.fullmatch(r"day \d+\.\d\d, step \S+ d, \d+0 %, .+ left", line) for line in lines), done.stderr
    assert done.stdout.startswith("dermis: 365.242 days, 1 of 1 session") and "mass balance     closes to " in done.stdout
    assert str(tmp_path / "x.h5") in done.stdout.splitlines()[-1] and "nan" not in done.stdout


def test_quiet_is_silent(fast, tmp_path):
    done = call("run", fast, *DAY, "-o", tmp_path / "x.h5", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_was_not_reached_is_said_in_words(fast, tmp_path):
    done = call("run", fast, *DAY, "-o", tmp_path / "x.h5")
    assert "nan" not in done.stdout and "barrier back not reached" in done.stdout and "1 days" not in done.stdout


# ---- limits ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{"domain__geometry": "unit_cell", "domain__spacing": "0.5 um"},
                                      {"domain__geometry": "patch", "domain__width": "50 mm", "domain__spacing": "0.5 um"}])
def test_a_grid_too_large_is_refused_with_the_memory_it_needs(fast, tmp_path, settings):
    refused(call("run", fast, *sets(**settings), "-o", tmp_path / "x.h5"),
            r"domain: \S+ cells x \d+ species need \S+ GB of memory, this machine has")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_ends_with_4_and_leaves_a_readable_file(fast, tmp_path):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))

    path = tmp_path / "x.h5"
    done = call("run", fast, *sets(run__duration="5 years", output__profiles="1 day"), "-o", path, "--quiet", preexec_fn=limit,
                restore_signals=False)
    refused(done, "x.h5: cannot write", code=4)
    info = call("info", path)
    assert info.returncode == 0 and re.search(r"state +incomplete, ", info.stdout)


def test_a_killed_run_leaves_what_it_had_at_its_latest_checkpoint(fast, tmp_path):
    path = tmp_path / "x.h5"
    options = sets(domain__geometry="unit_cell", domain__spacing="15 um", output__timeseries="1 hour", checkpoint__every="1 s")
    with subprocess.Popen([PROGRAM, "run", str(fast), *options, "-o", str(path), "--quiet"]) as process:
        for _ in range(600):
            time.sleep(0.1)
            if path.exists() and (match := re.search(r"incomplete, (\d+) rows", call("info", path).stdout)) and int(match[1]) > 5:
                break
        assert process.poll() is None, "finished before it could be killed"
        process.kill()
    info = call("info", path)
    assert info.returncode == 0 and int(re.search(r"state +incomplete, (\d+) rows", info.stdout)[1]) > 5
    assert re.fullmatch(r"x\.h5( x\.h5\.\w+-\d+(\.copy)?\.partial)+", " ".join(sorted(entry.name for entry in tmp_path.iterdir() if "checkpoint" not in entry.name)))
    assert call("resume", path, "--quiet", "--max-walltime", "1 ms").returncode == 75
    assert not list(tmp_path.glob("*.partial"))


# ---- info -----------------------------------------------------------------------------------------------------------------------------


def test_info_tells_origin_outcomes_ledger_and_solver(year):
    done = call("info", year)
    assert done.returncode == 0 and done.stderr == ""
    for text in ("complete, 367 rows to day 365.242", "made by         needlework", "collagen_onset", "collagen_gain", "ledger", "steps:",
                 "one channel"):
        assert text in done.stdout, text


def test_info_refuses_strangers(tmp_path):
    import h5py

    text, foreign = tmp_path / "text.h5", tmp_path / "foreign.h5"
    text.write_text("not HDF5")
    with h5py.File(foreign, "w") as file:
        file["time"] = [1.0, 2.0]
    for path in (text, foreign, tmp_path / "missing.h5", tmp_path):
        refused(call("info", path), re.escape(str(path)), code=4)


# ---- sessions and contraindications ------------------------------------------------------------------------------------------------


HASTE = {"treatment__sessions": 3, "treatment__interval": "1 day", "run__duration": "20 days"}


def performed(path):
    import h5py

    with h5py.File(path) as file:
        return file["sessions/scheduled"][:].tolist(), file["sessions/performed"][:].tolist(), int(file.attrs["sessions_performed"])


def test_sessions_on_open_skin_are_postponed(fast, tmp_path):
    scheduled, done, n = performed(run(tmp_path / "x.h5", fast, treatment__if_not_healed="postpone", **HASTE))
    assert scheduled == [0, 1, 2] and n == 3 and done[0] == 0 and all(b > a for a, b in zip(scheduled[1:], done[1:]))
    assert done == sorted(done)


def test_sessions_on_open_skin_are_skipped(fast, tmp_path):
    scheduled, done, n = performed(run(tmp_path / "x.h5", fast, treatment__if_not_healed="skip", **HASTE))
    assert scheduled == [0, 1, 2] and n == 2 and done[0] == 0 and done[1] != done[1] and done[2] == 2


def test_sessions_on_open_skin_fail_and_leave_nothing(fast, tmp_path):
    done = call("run", fast, *sets(treatment__if_not_healed="fail", **HASTE), "-o", tmp_path / "x.h5", "--quiet")
    refused(done, r"session 2 on day 1: the skin has not healed")
    assert list(tmp_path.iterdir()) == []


def test_sessions_on_open_skin_fail_and_leave_the_file_that_was_to_be_replaced(fast, tmp_path):
    older = run(tmp_path / "x.h5", fast, run__duration="1 day")
    content, wrong = older.read_bytes(), sets(treatment__if_not_healed="fail", **HASTE)
    refused(call("run", fast, *wrong, "-o", older, "--force", "--quiet"), "session 2 on day 1: the skin has not healed")
    assert older.read_bytes() == content and list(tmp_path.iterdir()) == [older]
    finer = [*wrong, *sets(domain__spacing="8 um", output__timeseries="1 hour")]
    assert call("run", fast, *finer, "-o", older, "--force", "--quiet", "--max-walltime", "0.01 s").returncode == 75
    assert older.read_bytes() != content
    refused(call("resume", older, "--quiet"), "session 2 on day 1: the skin has not healed")
    assert older.read_bytes() == content and list(tmp_path.iterdir()) == [older]
    assert call("run", fast, *sets(run__duration="2 days", treatment__if_not_healed="fail"), "-o", older, "--force", "--quiet").returncode == 0
    assert older.read_bytes() != content and list(tmp_path.iterdir()) == [older]


def test_a_short_interval_warns(fast):
    done = call("check", fast, *sets(treatment__sessions=2, treatment__interval="4 weeks"))
    assert done.returncode == 0 and re.search("warning: an interval of 28 days is under 6 weeks", done.stderr)
    assert call("check", fast, *sets(treatment__sessions=2, treatment__interval="6 weeks")).stderr == ""


@pytest.mark.parametrize("condition", ["isotretinoin", "radiation", "open_wound", "skin_infection", "pregnancy", "breast_feeding",
                                       "keloid_history", "poor_healing"])
def test_contraindications_are_refused_with_their_reason(fast, tmp_path, condition):
    refused(call("run", fast, *sets(skin__conditions=f"[{condition}]"), "-o", tmp_path / "x.h5"),
            rf"skin\.conditions: {condition} is a contraindication: \w.{{20}}")
    assert list(tmp_path.iterdir()) == []


def test_an_override_is_recorded(fast, tmp_path):
    path = run(tmp_path / "x.h5", fast, skin__conditions="[pregnancy, smoker, keloid_history]", run__duration="1 day",
               treatment__override_contraindications="true")
    assert re.search(r"overridden +pregnancy, keloid_history\n", call("info", path).stdout)
