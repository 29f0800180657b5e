"""The tutorials (analysis/tutorials/) and the page of error messages (configs/errors.md) do what they say: every file in them is written, every
command is run by the real program, and what it prints is what the page shows."""
import re
import shutil

import literate
import pytest
from conftest import TOP
from test_slurm import Cluster, cluster, missing  # noqa: F401  (a fixture)

TUTORIALS = sorted(path for path in (TOP / "analysis/tutorials").glob("*.md") if path.name != "README.md")
PAGES = [*TUTORIALS, TOP / "configs/errors.md"]
HAS = {"emcc"} if shutil.which("emcc") else set()


def test_the_run_of_the_front_page(tmp_path):
    text = (TOP / "README.md").read_text()
    files = [block for block in literate.blocks(TOP / "README.md") if block.text.startswith("# my-run.yaml\n")]
    commands = re.search(r"\n    build/needlework run my-run\.yaml.*?\n\n", text, flags=re.S)[0].split("\n    ")[1:]
    page = tmp_path / "page.md"
    page.write_text(f"```yaml\n{files[0].text}```\n\n```console\n" + "".join(f"$ {command.strip()}\n" for command in commands) + "```\n")
    (tmp_path / "top").mkdir()
    wrong, n = literate.run(page, literate.scratch(tmp_path / "top"))
    assert not wrong and n == 3, wrong
    assert all((tmp_path / "top/results" / name).stat().st_size > 1000 for name in ("my-run.h5", "my-run.png", "my-run.html"))


def test_there_is_one_for_each_user():
    assert [path.stem for path in TUTORIALS] == ["designer", "educator", "researcher"]
    readme = (TOP / "analysis/tutorials/README.md").read_text()
    assert all(f"({path.name})" in readme for path in TUTORIALS)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_page_does_what_it_says(page, tmp_path):
    wrong, n = literate.run(page, literate.scratch(tmp_path), HAS)
    assert not wrong, "\n\n".join(wrong)
    assert n >= 8
    named = re.findall(r"^Look at `([\w./-]+)`", page.read_text(), flags=re.M)  # what the reader is told to look at is there
    made = [name for name in named if "emcc" in HAS or not name.endswith("needlework.html")]
    assert all((tmp_path / name).stat().st_size > 1000 for name in made), named
    assert named or page.parent.name == "configs"


@pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed")
def test_blocks_for_a_cluster_run_on_one(cluster, tmp_path):  # noqa: F811
    page = TOP / "analysis/tutorials/researcher.md"
    only = tmp_path / "cluster.md"
    kept = [block for block in literate.blocks(page) if block.needs == "slurm" or block.language == "yaml"]
    assert any(block.needs for block in kept)
    only.write_text("\n\n".join(f"```{block.language} {block.needs}\n{block.text}```" for block in kept))
    (tmp_path / "top").mkdir()
    wrong, n = literate.run(only, literate.scratch(tmp_path / "top"), {"slurm"}, cluster.environment)
    assert not wrong and n >= 3, "\n\n".join(wrong)


@pytest.mark.parametrize("claimed, output, good", [
    (["a", "b"], "a\nb\n", True), (["a"], "a\nb\n", False), (["a", "b"], "a\n", False), (["a", "..."], "a\nb\nc\n", True),
    (["...", "c"], "a\nb\nc\n", True), (["x = 1...3"], "x = 1.23\n", True), (["x = 1...4"], "x = 1.23\n", False), (["a."], "ab\n", False), (["  a b", ""], "a   b\n", True)])
def test_claims_are_compared(claimed, output, good):
    assert (literate.differs(claimed, output) is None) == good


def test_a_wrong_page_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```yaml\n# a.yaml\nx: 1\n```\n\n```console\n$ cat a.yaml | tail -n 1\nx: 2\n$ false\n$ echo fine; false; echo \"exit code $?\"\n"
                    "fine\nexit code 1\n```\n\n```console slurm\n$ false\n```\n")
    (tmp_path / "top").mkdir()
    wrong, n = literate.run(page, literate.scratch(tmp_path / "top"))
    assert n == 3 and len(wrong) == 2 and "page.md:6: $ cat a.yaml" in wrong[0] and "'x: 2' is claimed" in wrong[0] and "exit code 1" in wrong[1]


def test_every_exit_code_is_among_the_error_messages():
    text = (TOP / "configs/errors.md").read_text()
    assert {"1", "2", "3", "4", "75"} <= set(re.findall(r"^exit code (\d+)$", text, flags=re.M))
    assert text.count("needlework: error:") >= 25


