"""The worked examples, performed as they stand on their pages: a model outside the tree against an installed prefix, and a model, a device and
an outcome in a copy of the tree."""
import os
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, PROGRAM, TOP, content
from literate import blocks, commands, differs

PAGES = ["models/adding-a-model.md", "models/adding-an-outcome.md", "configs/devices/adding-a-device.md"]


def shell(command, folder, environment):
    return subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)


def perform(page, folder, environment, where=None):
    """Writes the files of a page, applies its patches and runs its commands, in order.  `where`: of the blocks for a copy of the tree
    (True), of the others (False), of all (None)."""
    wrong, n = [], 0
    patches = [block for block in blocks(page) if block.language == "diff"]
    for block in blocks(page):
        for_tree = block.needs == "tree" or block in patches
        name = re.match(r"(?:#|//) ([\w./-]+\.\w+)\n", block.text)
        if where is not None and where != for_tree:
            continue
        if block.language == "diff":
            done = subprocess.run(["patch", "-p1", "--no-backup-if-mismatch"], cwd=folder, input=block.text, text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            assert done.returncode == 0, f"{page}:{block.line}: {done.stdout}"
        elif name:
            (folder / name[1]).write_text(block.text)
        for command, claimed in commands(block.text) if block.language == "console" else ():
            done = shell(command, folder, environment)
            said = done.stdout if done.returncode else differs(claimed, done.stdout) if claimed else None
            n += 1
            if said:
                wrong.append(f"{page.name}:{block.line}: $ {command}\nexit code {done.returncode}: {said}")
    assert not wrong, "\n\n".join(wrong)
    return n


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An installed prefix, the program on the PATH."""
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
    (prefix / "bin").mkdir(exist_ok=True)
    if not (prefix / "bin/needlework").exists():
        (prefix / "bin/needlework").symlink_to(PROGRAM)
    packages = next(prefix.rglob("needlework-model.pc")).parent
    return {**os.environ, "PATH": f"{prefix}/bin:{os.environ['PATH']}", "PKG_CONFIG_PATH": str(packages), "MPLBACKEND": "Agg", "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree with its build folder, moved: what was built stays built."""
    copy = tmp_path_factory.mktemp("copy") / "tree"
    shutil.copytree(TOP, copy, ignore=lambda folder, names: [name for name in names if folder == str(TOP) and name.startswith(
        ("build", ".", "results"))])
    wanted = ("CMakeFiles", "generated", "CMakeCache.txt", "Makefile", "cmake_install.cmake", "libneedlework.a")
    for name in wanted:
        at = TOP / "build" / name
        shutil.copytree(at, copy / "build" / name) if at.is_dir() else at.exists() and shutil.copy2(at, copy / "build" / name)
    for path in (copy / "build").rglob("*"):
        if path.is_file() and path.suffix not in (".o", ".a", ".bin"):
            text = path.read_bytes()
            if str(TOP).encode() in text:
                about = path.stat()
                path.write_bytes(text.replace(str(TOP).encode(), str(copy).encode()))
                os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    return copy


@pytest.fixture(scope="module")
def own(tmp_path_factory, installed):
    """The model of the page, outside the tree."""
    folder = tmp_path_factory.mktemp("own")
    assert perform(TOP / "models/adding-a-model.md", folder, installed, where=False) > 8
    return folder


def test_an_own_model_from_idea_to_picture(own):
    for picture in ("width.png", "closure.png"):
        assert (own / picture).stat().st_size > 10000, picture


def test_either_spelling_of_the_header_compiles(own, installed):
    text = (own / "closure.c").read_text()
    (own / "other.c").write_text(text.replace('"model.h"', "<needlework/model.h>"))
    done = shell("cc -O3 -shared -fPIC $(pkg-config --cflags needlework) other.c -o other.so && needlework models ./other.so", own, installed)
    assert done.returncode == 0 and done.stdout.startswith("closure:"), done.stdout


def test_cmake_builds_a_plugin(own, installed, tmp_path):
    shutil.copy(own / "closure.c", tmp_path)
    (tmp_path / "CMakeLists.txt").write_text("""cmake_minimum_required(VERSION 3.25)
project(own LANGUAGES C)
find_package(needlework REQUIRED)
add_library(closure MODULE closure.c)
target_link_libraries(closure PRIVATE needlework::model)
""")
    prefix = installed["PATH"].split("/bin:")[0]
    done = shell(f"cmake -S . -B b -DCMAKE_PREFIX_PATH={prefix} -DCMAKE_BUILD_TYPE=Release && cmake --build b --verbose && "
                 "needlework models b/libclosure.so", tmp_path, installed)
    assert done.returncode == 0 and "\nclosure: keratinocytes" in done.stdout and "-ffp-contract=off" in done.stdout, done.stdout


def test_the_own_model_in_the_tree_has_the_same_bits(own, tree):
    for name in ("closure.c", "closure.yaml"):
        shutil.copy(own / name, tree)
    perform(TOP / "models/adding-a-model.md", tree, {**os.environ, "OMP_WAIT_POLICY": "passive"}, where=True)
    assert content(tree / "in-tree.h5", without=("provenance", "/")) == content(own / "closure.h5", without=("provenance", "/"))


@pytest.mark.parametrize("page", PAGES[1:])
def test_the_page_holds_on_a_copy_of_the_tree(page, tree):
    assert perform(TOP / page, tree, {**os.environ, "OMP_WAIT_POLICY": "passive"}) > 3


def test_the_template_is_a_plugin_too(tmp_path, installed):
    text = (TOP / "models/template.c").read_text()
    (tmp_path / "mine.c").write_text(text.replace('"template"', '"mine"'))
    done = shell("cc -O3 -Wall -Wextra -pedantic -Werror -shared -fPIC $(pkg-config --cflags needlework-model) mine.c -o mine.so && "
                 "needlework models ./mine.so", tmp_path, installed)
    assert done.returncode == 0 and done.stdout.startswith("mine: the smallest legal model"), done.stdout
