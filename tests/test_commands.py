"""What is made from the tables of commands and options: the manual page, completion (in a real bash), figures and examples by name."""
import contextlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest
from conftest import PROGRAM, TOP, call, sets

COMMANDS = re.findall(r"^  needlework ([a-z]+) ", call("--help").stdout, re.M)
OPTIONS = {name: re.findall(r"^  (?:-\w, )?(--[a-z-]+)", call(name, "--help").stdout, re.M) for name in COMMANDS}


# ---- the manual page ------------------------------------------------------------------------------------------------------------------


def test_manual_shows_every_command_and_option_and_no_formatter_complains(tmp_path):
    page = call("manual").stdout
    (tmp_path / "needlework.1").write_text(page)
    shown = subprocess.run(["man", "-l", "--warnings", tmp_path / "needlework.1"], capture_output=True, text=True,
                           env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
    assert shown.returncode == 0 and shown.stderr == ""
    strict = subprocess.run(["groff", "-ww", "-mandoc", "-Tutf8", "-z"], input=page, capture_output=True, text=True)
    assert strict.returncode == 0 and strict.stderr == ""
    assert len(COMMANDS) >= 18 and OPTIONS["run"] == ["--output", "--set", "--threads", "--max-walltime", "--force", "--quiet"]
    parts = dict(re.findall(r"^   (\S+)\n(.*?)(?=^   \S|^\S)", shown.stdout, re.M | re.S))
    assert list(parts) == COMMANDS
    for name in COMMANDS:
        for option in OPTIONS[name]:
            assert re.search(rf"^ +(-\w, )?{option}\b", parts[name], re.M), (name, option)
        summary = re.search(rf"needlework {name} +(.*)", call("--help").stdout)[1]
        assert summary[0].upper() + " ".join(summary[1:].split()) + "." in " ".join(parts[name].split()), name
    assert re.search(r"EXIT STATUS\n +0 +done", shown.stdout) and "75" in shown.stdout


def test_manual_names_every_variable_that_the_program_reads():
    read = {name for path in (TOP / "sim").glob("*.c") for name in re.findall(r'getenv\("(\w+)"\)', path.read_text())}
    named = re.findall(r"^\.B (\w+)$", call("manual").stdout.split(".SH ENVIRONMENT")[1].split(".SH ")[0], re.M)
    assert set(named) == read and len(read) >= 5 and named == sorted(named)


# ---- completion -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with some files, the scripts of completion, and the program in bin/."""
    folder = tmp_path_factory.mktemp("shell")
    for name in ("mine.yaml", "notes.txt", "result.h5"):
        (folder / name).write_text("")
    for name in ("studies", "sensitivity"):  # the second is a command as well
        (folder / name).mkdir()
    (folder / "bin").mkdir()
    os.symlink(PROGRAM, folder / "bin/needlework")
    for shell, name in (("bash", "completion.bash"), ("zsh", "_needlework"), ("fish", "completion.fish")):
        (folder / name).write_text(call("completion", shell).stdout)
    return folder


@contextlib.contextmanager
def at_terminal(folder, words, begin):
    """An interactive shell after the line `begin`; yields completed(TEXT), which presses TAB and returns the words of the line."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(words[0], words, {"PATH": f"{folder}/bin:/usr/bin:/bin", "TERM": "dumb", "PS1": "$ ", "LC_ALL": "C.UTF-8"})

    def send(text, until):
        os.write(terminal, text.encode())
        seen, end = "", time.monotonic() + 20
        while not re.search(until, seen):
            assert select.select([terminal], [], [], max(0, end - time.monotonic()))[0], seen
            seen += os.read(terminal, 65536).decode(errors="replace")
        return seen

    send(f"{begin}; echo re''ady\n", "ready\r\n")

    def completed(text):
        # The line as completed becomes the arguments of printf; ^U would forget it.
        send(text + "\t", re.escape(text[-3:]))
        seen = send("\001printf '<%s>' \005; echo; echo e''nd\n", "\nend\r\n")
        return re.findall(r"<([^<>]*)>", seen.rsplit("\n<", 1)[-1].join(["<", ""]))

    try:
        yield completed
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


@pytest.fixture(scope="module")
def bash(place):
    begin = "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; bind 'set show-all-if-ambiguous on'; . ./completion.bash"
    with at_terminal(place, ["/bin/bash", "--norc", "--noprofile", "-i"], begin) as completed:
        yield completed


@pytest.fixture(scope="module")
def zsh(place):
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    with at_terminal(place, ["/bin/zsh", "-f", "-i"], f"bindkey -e; fpath=({place} $fpath); autoload -Uz compinit; compinit -u -D") as completed:
        yield completed


TYPED = [
    ("needlework sensi", ["sensitivity"]),
    ("needlework help quic", ["help", "quickstart"]),
    ("needlework run --max", ["run", "--max-walltime"]),
    ("needlework run m", ["run", "mine.yaml"]),
    ("needlework run -o n", ["run", "-o", "notes.txt"]),
    ("needlework run --output=n", ["run", "--output=notes.txt"]),
    ("needlework run --set treatment.dens", ["run", "--set", "treatment.density="]),
    ("needlework run --set treatment.device=stam", ["run", "--set", "treatment.device=stamp"]),
    ("needlework run --set model=gray", ["run", "--set", "model=gray_scott"]),
    ("needlework check --set skin.conditions=[smo", ["check", "--set", "skin.conditions=[smoker]"]),
    ("needlework check --set treatment.shift=tr", ["check", "--set", "treatment.shift=true"]),
    ("needlework check --set parameters.tgfb_los", ["check", "--set", "parameters.tgfb_loss="]),
    ("needlework models koppen", ["models", "koppenol_2017"]),
    ("needlework models --format v", ["models", "--format", "vary"]),
    ("needlework devices roller_h", ["devices", "roller_home"]),
    ("needlework compare --equal dep", ["compare", "--equal", "depth-volume"]),
    ("needlework sweep sub", ["sweep", "submit"]),
    ("needlework sweep collect stu", ["sweep", "collect", "studies/"]),
    ("needlework info r", ["info", "result.h5"]),
    ("needlework plot time", ["plot", "timeline"]),
    ("needlework plot film r", ["plot", "film", "result.h5"]),
    ("needlework plot timeline --ens", ["plot", "timeline", "--ensemble"]),
    ("needlework examples skins/photo", ["examples", "skins/photoaged"]),
    ("needlework completion b", ["completion", "bash"]),
]


@pytest.mark.parametrize("typed, words", TYPED)
def test_bash_completes(bash, typed, words):
    assert bash(typed) == ["needlework", *words]


# zsh takes an open [ for a pattern; neither asks for what follows the = of an option.
@pytest.mark.parametrize("typed, words", [(typed, words) for typed, words in TYPED if "=[" not in typed and "--output=" not in typed])
def test_zsh_completes(zsh, typed, words):
    assert zsh(typed) == ["needlework", *words]


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
@pytest.mark.parametrize("typed, words", [(typed, words) for typed, words in TYPED if "--output=" not in typed])
def test_fish_completes(place, typed, words):
    done = subprocess.run(["fish", "--no-config", "-c", f"source completion.fish; complete -C '{typed}'"], cwd=place, capture_output=True, text=True,
                          env={"PATH": f"{place}/bin:/usr/bin:/bin", "HOME": str(place), "LC_ALL": "C.UTF-8"})
    assert (done.stdout, done.stderr) == (words[-1] + "\n", "")


def test_bash_offers_every_command_option_model_device_and_key(tmp_path):
    script = call("completion", "bash").stdout
    assert subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True).stderr == ""

    def offered(*words):
        ask = script + f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}; _needlework; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        return subprocess.run(["bash", "-c", ask], capture_output=True, text=True, cwd=tmp_path).stdout.split("\n")[:-1]

    assert offered("needlework", "") == [*COMMANDS, "help", "--help", "--version"]
    for name in COMMANDS:
        assert set(offered("needlework", name, "-")) == {*OPTIONS[name], "--help"}, name
    assert offered("needlework", "models", "") == [model["name"] for model in json.loads(call("models", "--format", "json").stdout)]
    assert offered("needlework", "devices", "") == [device["name"] for device in json.loads(call("devices", "--format", "json").stdout)]
    keys = re.findall(r"^\| `([a-z_.]+)`", call("check", "--keys").stdout, re.M)
    keys = [key for key in keys if not key.startswith(("devices", "parameters"))]
    assert len(keys) > 30 and set(offered("needlework", "run", "--set", "")) == {key + "=" for key in keys} | {"parameters."}
    dermis = json.loads(call("models", "dermis", "--format", "json").stdout)
    assert set(offered("needlework", "run", "--set", "parameters.")) >= {f"parameters.{p['name']}=" for p in dermis["parameters"]}


def test_completion_of_another_shell_is_refused():
    done = call("completion", "tcsh")
    assert done.returncode == 2 and done.stderr == "needlework: error: completion: 'tcsh' is none of bash, zsh, fish\n"


# ---- figures --------------------------------------------------------------------------------------------------------------------------


def kinds():
    return dict(re.findall(r"^  ([a-z]+) +(\S.*)", call("plot", "--help").stdout, re.M))


def test_every_program_of_analysis_is_a_kind_of_plot():
    programs = {path.name for path in (TOP / "analysis").glob("*.py") if path.read_text().startswith("#!")} - {"dose_response.py"}
    source = (TOP / "sim/plot.c").read_text()
    assert programs == set(re.findall(r'"(\w+\.py)"', source)) and len(programs) == len(kinds())


def test_plot_draws_with_the_words_of_its_caller(year, tmp_path):
    done = call("plot", "timeline", year, "-o", tmp_path / "a.png", "--no-insets", "--dpi", "50")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "") and (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    done = call("plot", "film", "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: needlework plot film ")
    done = call("plot", "timeline", year, "--wat")
    assert done.returncode == 2 and done.stderr.endswith("needlework plot timeline: error: unrecognized arguments: --wat\n")
    assert call("plot", "timeline", tmp_path / "none.h5").returncode == 4


@pytest.mark.parametrize("words, message", [
    ([], "usage: needlework plot KIND FILE"),
    (["timelin"], "plot: 'timelin' is unknown; did you mean 'timeline'?"),
    (["--wat"], "plot: '--wat' is unknown; `needlework plot --help` lists what can be drawn"),
])
def test_plot_of_nothing_known_is_refused(words, message):
    done = call("plot", *words)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.startswith(f"needlework: error: {message}")


def test_plot_says_what_python_lacks(tmp_path):
    """A Python without packages (-I -S sees none of the distribution's), an old one, and none at all."""
    bare = tmp_path / "bare"
    bare.write_text('#!/bin/sh\nexec /usr/bin/python3 -I -S "$@"\n')
    bare.chmod(0o755)
    done = call("plot", "timeline", "x.h5", env=os.environ | {"NEEDLEWORK_PYTHON": str(bare)})
    assert done.returncode == 4 and re.fullmatch(
        r"needlework: error: plot timeline: \S+ lacks numpy, matplotlib, h5py, xarray, yaml, PIL; on Debian: apt install python3-numpy "
        r"python3-matplotlib python3-h5py python3-xarray python3-yaml python3-pil; NEEDLEWORK_PYTHON names another Python\n", done.stderr), done.stderr
    done = call("plot", "timeline", "x.h5", env=os.environ | {"NEEDLEWORK_PYTHON": "/none"})
    assert done.returncode == 4 and "/none cannot be started (No such file or directory); install python3" in done.stderr


# ---- examples -------------------------------------------------------------------------------------------------------------------------


def test_examples_are_the_files_of_configs_by_name():
    listed = call("examples").stdout.split("\n\n")[0].splitlines()
    names = {line.split()[0] for line in listed}
    assert names == {str(path.relative_to(TOP / "configs"))[:-5] for path in (TOP / "configs").rglob("*.yaml")}
    assert all(len(line.split()) > 3 for line in listed), "an example without a first line that says what it is"
    assert call("examples", "skins/aged").stdout == (TOP / "configs/skins/aged.yaml").read_text()
    for name, message in (("skins/agd", "did you mean 'skins/aged'?"), ("../README", "`needlework examples` lists them")):
        done = call("examples", name)
        assert done.returncode == 2 and done.stdout == "" and message in done.stderr


def test_quickstart_goes_from_nothing_to_a_figure_and_overwrites_nothing(tmp_path):
    short = sets(run__duration="2 days", domain__geometry="axisymmetric", output__snapshots="[0 days, 2 days]")
    done = call("quickstart", *short, "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["quickstart-timeline.png", "quickstart.h5", "quickstart.yaml"]
    assert (tmp_path / "quickstart.yaml").read_text() == (TOP / "configs/quickstart.yaml").read_text()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    done = call("quickstart", *short, cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("is already here; run `needlework quickstart` in another folder") == 3
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_quickstart_that_is_refused_leaves_nothing(tmp_path):
    done = call("quickstart", "--set", "run.duraton=1 day", cwd=tmp_path)
    assert done.returncode == 2 and "did you mean 'duration'" in done.stderr and not list(tmp_path.iterdir())


def test_a_program_alone_says_what_is_missing(tmp_path):
    (tmp_path / "bin").mkdir()
    alone = shutil.copy(PROGRAM, tmp_path / "bin/needlework")
    for words, message in ((["examples"], "the folder configs/ is not where it belongs"), (["quickstart"], "configs/quickstart.yaml is not where"),
                           (["plot", "timeline", "x"], "the folder analysis/ is not where it belongs")):
        done = subprocess.run([alone, *words], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 4 and message in done.stderr, done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["bin", "needlework"]
