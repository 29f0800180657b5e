"""What the Markdown pages say exists: links and their anchors, file names, commands with their options, pictures; and every folder has its page."""
import fnmatch
import functools
import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest
import yaml
from conftest import TOP, call
from PIL import Image, ImageChops, ImageStat

sys.path.insert(0, str(TOP / "scripts"))
import gallery  # noqa: E402

TRACKED = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=TOP, check=True, capture_output=True,
                         text=True).stdout.rstrip("\0").split("\0")
TRACKED = [path for path in TRACKED if (TOP / path).exists()]
PAGES = [path for path in TRACKED if path.endswith(".md")]
NAMES = {part for path in TRACKED for part in [path, *map(str, pathlib.PurePath(path).parents)]}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
FILE = re.compile(r"[\w.*-]+(/[\w.*-]+)*(\.(md|yaml|csv|c|h|py|sh|sbatch|txt|js|css|html|expected|cff)|/)")
MADE = re.compile(r"results/|build|my-|run\.h5|.*[A-Z]{3,}|/")  # names of what a reader makes, and placeholders (DIR, FILE)
PROGRAMS = ("needlework", "build/needlework")


def prose(text):
    """The text without fenced and indented blocks."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    return re.sub(r"^    .*$", "", text, flags=re.M)


def commands(text):
    """Every line of a page that somebody could type: of blocks, and of code within sentences."""
    lines = []
    for language, block in re.findall(r"^```(\w*).*?\n(.*?)^```$", text, flags=re.S | re.M):
        block = re.sub(r"\\\n", " ", block)
        lines += [line[2:] for line in block.splitlines() if line.startswith("$ ")] if language == "console" else block.splitlines()
    lines += re.sub(r"\\\n", " ", "\n".join(re.findall(r"^    (.*)$", text, flags=re.M))).splitlines()
    lines += [code.replace("\n", " ") for code in re.findall(r"`([^`]+)`", prose(text))]
    known = re.compile(r"(build/)?needlework |scripts/\S+\.(sh|py)\b|analysis/\S+\.(sh|py)\b|/usr/bin/python3 \S+/")
    for line in lines:
        for part in re.split(r"\s[;&|]+\s|; (?=echo)", re.sub(r"(^|\s)#.*", "", line)):
            part = re.sub(r"^(\w+=\S*|time|sbatch|nice|/usr/bin/time -v|/usr/bin/python3|cd \S+|sudo)\s+", "", part.strip())
            if known.match(part):
                yield part


@functools.lru_cache(maxsize=None)
def says(program, command):
    """What a program says about its options."""
    if program in PROGRAMS:
        done = call(command, "--help")
        assert done.returncode == 0, f"needlework {command}: {done.stderr}"
        return done.stdout
    text = (TOP / program).read_text()
    if program.startswith("analysis/") and "argparse" in text:
        text += subprocess.run([str(TOP / program), "--help"], capture_output=True, text=True, check=True).stdout
    for other in re.findall(r"analysis/\w+\.py", text) if program.endswith(".sh") else []:
        text += says(other, "")  # options are handed on
    return text


def wrong_with(command):
    """What is wrong with a command as written, in sentences."""
    try:
        words = shlex.split(re.sub(r"[\[\]|<>()]|\.\.\.", " ", command), comments=True)
    except ValueError:
        return []  # half of a quoted text
    program, *rest = words
    if program in PROGRAMS:
        if not rest or rest[0] in ("--version", "--help", "help") or rest[0].isupper():
            return []
        sub = rest[0]
        if not re.fullmatch(r"[a-z]+", sub):
            return []
        if call(sub, "--help").returncode != 0:
            return [f"needlework {sub}: no such command"]
    elif not (TOP / program).is_file():
        return [f"{program}: no such file"]
    else:
        sub = ""
    text, found = says(program, sub), []
    if sub == "sweep" and len(rest) > 1 and rest[1] not in ("plan", "run", "submit", "status", "collect") and rest[1] != "--help":
        found.append(f"sweep {rest[1]}: no such command")
    for word in rest:
        option = word.split("=")[0]
        if re.fullmatch(r"--[a-z][a-z0-9-]*", option) and option != "--help" and not re.search(rf"{option}\b", text):
            found.append(f"{program} {sub}: no option {option}".replace("  ", " "))
        if word.startswith(("configs/", "tests/", "models/", "analysis/")) and not re.search("[A-Z]{3}", word) and not exists(word, "."):
            found.append(f"{word}: no such file")
    return found


def exists(name, folder):
    """Whether a name means a tracked file or folder: as seen from the page, from the top, or by the end of its path."""
    name = name.rstrip("/")
    for path in (os.path.normpath(os.path.join(folder, name)), name):
        if path in NAMES or ("*" in name and fnmatch.filter(NAMES, path)):
            return True
    return bool(fnmatch.filter(NAMES, f"*/{name}"))


def anchors(text):
    """What can follow # in a link to this page, as forges make it from headings."""
    found = []
    for heading in re.findall(r"^#+ +(.*?)\s*$", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M), flags=re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
    return found


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    wrong = []
    for _, _, target in LINK.findall((TOP / page).read_text()):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (TOP / page).parent / path if path else TOP / page
        if not there.exists() or os.path.relpath(there, TOP) not in NAMES:
            wrong.append(f"{target}: no such file")
        elif anchor and anchor not in anchors(there.read_text()):
            wrong.append(f"{target}: no such heading")
    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
def test_named_files_exist(page):
    folder, text = os.path.dirname(page), (TOP / page).read_text()
    named = {code for code in re.findall(r"`([^`\s]+)`", prose(text)) if FILE.fullmatch(code) and not MADE.match(code)}
    made = set(re.findall(r" -o (\S+)", text))  # by the commands of the page
    assert sorted(name for name in named - made if not exists(name, folder)) == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "configs/errors.md"])  # whose commands are wrong on purpose
def test_commands_and_options_exist(page):
    assert [f"{command}: {sentence}" for command in commands((TOP / page).read_text()) for sentence in wrong_with(command)] == []


@pytest.mark.parametrize("command, message", [
    ("build/needlework rum x.yaml", "rum: no such command"), ("needlework run x.yaml --treads 2", "needlework run: no option --treads"),
    ("scripts/swep.sh x", "scripts/swep.sh: no such file"), ("analysis/timeline.py x.h5 --dip 3", "no option --dip"),
    ("needlework run configs/quickstat.yaml", "configs/quickstat.yaml: no such file"), ("needlework sweep go DIR", "sweep go: no such command")])
def test_wrong_commands_are_seen(command, message):
    assert list(commands(f"    {command}\n")) == list(commands(f"Type `{command}` now.")) == [command]
    assert message in "\n".join(wrong_with(command))


def test_every_folder_is_explained():
    folders = {str(parent) for path in TRACKED for parent in pathlib.PurePath(path).parents if str(parent) not in (".", ".ci")}
    missing = []
    for folder in sorted(folders):
        above = TOP / os.path.dirname(folder) / "README.md"
        if f"{folder}/README.md" not in TRACKED and not (above.exists() and f"`{os.path.basename(folder)}/`" in above.read_text()):
            missing.append(folder)
    assert missing == []


@pytest.mark.parametrize("folder", ["analysis", "analysis/web", "configs", "configs/skins", "configs/devices", "configs/compare", "configs/sweeps",
                                    "configs/ensembles", "configs/calibration", "models", "scripts", "scripts/slurm", "tests/golden",
                                    "tests/clinical", "tests/published"])
def test_every_file_is_in_its_readme(folder):
    text = (TOP / folder / "README.md").read_text()
    names = {os.path.basename(word) for code in re.findall(r"`([^`]+)`|\]\(([^)\s]+)\)", text) for word in " ".join(code).split()}
    here = [path for path in TRACKED if os.path.dirname(path) == folder and not path.endswith(("README.md", ".png"))]
    stems = {os.path.splitext(name)[0] for name in names}
    assert [path for path in here if not any(fnmatch.fnmatch(os.path.basename(path), name) for name in names)
            and os.path.splitext(os.path.basename(path))[0] not in stems] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith("README.md") and page != "analysis/README.md"])
def test_a_readme_is_a_page_not_a_book(page):
    assert len((TOP / page).read_text().splitlines()) <= (160 if page == "README.md" else 90)


def test_pictures_are_small_described_and_shown():
    shown, wrong = set(), []
    for page in PAGES:
        for image, description, target in LINK.findall((TOP / page).read_text()):
            if image:
                path = os.path.relpath((TOP / page).parent / target, TOP)
                shown.add(path)
                if len(description) < 20:
                    wrong.append(f"{page}: {target} lacks a description")
    pictures = [path for path in TRACKED if path.endswith((".png", ".jpg"))]
    wrong += [f"{path} is larger than 200 kB" for path in pictures if (TOP / path).stat().st_size > 200_000]
    wrong += [f"{path} is shown nowhere" for path in pictures if path not in shown]
    assert wrong == [] and len(pictures) >= 12


def test_pictures_are_of_the_commands_beneath_them():
    made = gallery.pictures()
    tracked = {TOP / path for path in TRACKED if path.endswith(".png")}
    own = {path for path in tracked - set(made) if path.with_suffix(".md").exists()}  # of the page of its name, which a test performs
    assert set(made) == tracked - own and len(own) <= 1, "a picture without commands, or commands without a picture"
    for path, command in made.items():
        assert os.path.relpath(path, TOP) in command, f"the commands beneath {path.name} do not write it"
        with Image.open(path) as picture:
            assert picture.text.get("Command") == command, f"{path.name} was made by other commands; run scripts/gallery.py {path.stem}"
            assert min(picture.size) >= 300


def test_the_gallery_runs_commands_and_says_when_one_fails(tmp_path, monkeypatch, capsys):
    (tmp_path / "scripts").mkdir()
    page = tmp_path / "README.md"
    page.write_text("![one](one.png)\n\n    cp two.png one.png\n\n![bad](bad.png)\n\n    false\n    true\n\ntext\n\n![none](two.png)\n\nno commands\n")
    Image.new("RGB", (400, 300), (13, 250, 251)).save(tmp_path / "two.png")
    monkeypatch.setattr(gallery, "TOP", tmp_path)
    found = gallery.pictures(page)
    assert list(found.values()) == ["cp two.png one.png\n", "false\ntrue\n"]
    monkeypatch.setattr(gallery, "pictures", lambda: found)
    assert gallery.main(["one"]) == 0 and gallery.main(["bad"]) == 1 and gallery.main(["three"]) == 2
    assert "bad failed with exit code 1" in capsys.readouterr().err
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.text == {"Command": "cp two.png one.png\n"} and picture.getpixel((5, 5)) == (13, 250, 251)


def test_a_large_picture_is_made_smaller_and_looks_the_same(tmp_path):
    noise = Image.effect_noise((500, 500), 40)
    Image.merge("RGB", (noise, noise.rotate(90), Image.new("L", (500, 500), 200))).save(tmp_path / "a.png")
    size = (tmp_path / "a.png").stat().st_size
    with Image.open(tmp_path / "a.png") as before:
        before.load()
    gallery.reduce(tmp_path / "a.png", "make it")
    with Image.open(tmp_path / "a.png") as after:
        assert after.size == before.size and after.text["Command"] == "make it"
        assert (tmp_path / "a.png").stat().st_size < 0.6 * size
        assert ImageStat.Stat(ImageChops.difference(after.convert("RGB"), before)).mean[2] < 5


def test_versions_agree():
    version = call("--version").stdout.split()[1]
    cite = yaml.safe_load((TOP / "CITATION.cff").read_text())
    assert cite["version"] == version and f"## {version} " in (TOP / "CHANGELOG.md").read_text()
    assert {"cff-version", "message", "title", "authors", "license"} <= set(cite)
