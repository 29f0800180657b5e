"""The lesson: what is on its pages, that its answers are those of the runs, its PDF, its messages."""
import pathlib
import re
import sys
import types

import h5py
import numpy as np
import pytest
import yaml
from PIL import Image

import conftest
import pictures

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "analysis"))
import lesson  # noqa: E402
import questions  # noqa: E402
import results  # noqa: E402

PROGRAM = ["--program", conftest.PROGRAM]


def call(*words):
    return pictures.call(lesson.main, *words, *PROGRAM)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The lesson of the quickstart: its folder of runs, pages and the PDF."""
    folder = tmp_path_factory.mktemp("lesson")
    given = lesson.arguments([str(part) for part in ("-o", folder / "lesson.pdf", "--runs", folder / "runs", "--quiet", *PROGRAM)])
    (folder / "runs").mkdir()
    found = lesson.runs(given, folder / "runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lesson, "runs", lambda *_: found)
        pages, alt = lesson.make(given)
    lesson.write(given.output, pages, "A lesson", alt)
    return types.SimpleNamespace(folder=folder, pages=pages, alt=alt, found=found, pdf=(folder / "lesson.pdf").read_bytes())


def words(page):
    return " ".join(text.replace("\n", " ").replace("\u00a0", " ") for text, _ in pictures.boxes(page))


def gain(path):
    """Change of collagen after 365 days [%], read without the code under test."""
    with h5py.File(path) as file:
        return 100 * np.interp(365, file["time"][:], file["collagen_gain"][:]), {name: float(value) for name, value in file.attrs.items()
                                                                                if np.issubdtype(type(value), np.number)}


def signed(value):
    return f"{value:+.1f} %".replace("-", "−")


def test_pages_are_a4_with_embedded_fonts_and_a_description(made):
    assert [page.get_size_inches().tolist() for page in made.pages] == [[8.27, 11.69]] * 2
    assert made.pdf.count(b"/Type /Page ") == 2 and re.search(rb"/MediaBox \[ 0 0 595.44 841.68 \]", made.pdf)
    assert made.pdf.count(b"/FontFile2") == len(set(re.findall(rb"/BaseFont /(\S+)", made.pdf))) > 0 and b"/Type3" not in made.pdf
    assert b"/Title (A lesson)" in made.pdf and b"/Subject" in made.pdf and "Questions: 1. The hills A to D" in made.alt
    lesson.write(made.folder / "again.pdf", made.pages, "A lesson", made.alt)
    assert (made.folder / "again.pdf").read_bytes() == made.pdf


def test_page_of_questions_has_figure_questions_and_no_answers(made):
    page, said = made.pages[0], words(made.pages[0])
    labels = [ax.get_label() for ax in page.axes]
    assert sum(label.startswith("cross-section of day") for label in labels) == 6 and "phases" in labels and "collagen" in labels
    lanes = page.axes[labels.index("phases")]
    assert [label.get_text() for label in lanes.get_yticklabels()] == list("ABCD")
    for wanted in ("name:", "half as long", "Three sessions, six weeks apart", "Twice as many channels", "a person of 70 years", "not medical advice"):
        assert wanted in said, wanted
    for answer in ("haemostasis", "remodelling", "hours"):
        assert answer not in said, answer


def test_answers_are_those_of_the_runs(made):
    said, found = words(made.pages[1]), {path.stem: gain(path) for path in (made.folder / "runs").glob("*.h5")}
    assert set(found) == {"base", "half", "sessions", "double", "age"}
    base, summary = found["base"]
    assert f"From day {summary['collagen_onset']:.0f} on" in said and f"90 % of the largest gain is there on day {summary['collagen_time_to_90_percent']:.0f}" in said
    assert f"{24 * summary['epidermal_closure_time']:.0f} hours" in said
    assert f"{signed(found['half'][0])} instead of {signed(base)}" in said
    assert f"{signed(found['sessions'][0])} after 3 sessions, {signed(base)} after 1. That is {found['sessions'][0] / base:.1f} times" in said
    assert f"{signed(found['double'][0])} instead of {signed(base)}" in said and f"{signed(found['age'][0])} instead of {signed(base)}" in said
    for wanted in ("A: haemostasis (day 0 to", "B: inflammation", "C: proliferation", "D: remodelling", '--set treatment.needle.length="0.75 mm"'):
        assert wanted in said, wanted
    curves = next(ax for ax in made.pages[1].axes if ax.get_label() == "variations")
    assert [text.get_text() for text in curves.get_legend().get_texts()] == ["the treatment", "needle half as long", "three sessions",
                                                                            "twice the channels", "skin of 70 years"]
    assert {line.get_linestyle() for line in curves.lines} != {"-"}


def test_no_text_overlaps_or_is_clipped(made):
    for page in made.pages:
        assert pictures.trouble(page) == []


def test_lesson_is_about_the_treatment_of_the_file(tmp_path):
    own = conftest.run(tmp_path / "own.h5", conftest.TOP / "configs/slab.yaml", treatment__sessions=6, treatment__needle__length="1.2 mm",
                       domain__spacing="60 um", run__duration="20 days", skin__age="65 years", parameters__tgfb_loss="1.3 /day")
    given = lesson.arguments([str(part) for part in (own, own, "--runs", tmp_path / "runs", "--quiet", *PROGRAM)])
    pages, alt = lesson.make(given)
    settings = yaml.safe_load((tmp_path / "runs/lesson.yaml").read_text())
    assert settings["parameters"] == {"tgfb_loss": "1.3 1/day"} and settings["skin"]["age"] == "65 years"
    assert settings["domain"]["geometry"] == "axisymmetric" and "width" not in settings["domain"]
    assert results.read(tmp_path / "runs/half.h5").settings["treatment"]["needle"]["length"] == "0.6 mm"
    assert "One session instead of 6" in alt and "a person of 30 years" in alt and "Compare: P: a vertical cut" in alt
    assert "1.2 mm needles" in words(pages[0])
    for page in pages:
        assert pictures.trouble(page) == []
    lowest = min(line.get_ydata()[0] for line in pages[0].artists if str(line.get_color()) == "#9a9a9a") * lesson.PAGE[1]
    assert lowest > 0.55, "the last line to write on stands above the foot"
    lesson.plt.close("all")


def test_answers_can_be_left_out(tmp_path, made, monkeypatch):
    monkeypatch.setattr(lesson, "runs", lambda *_: made.found)
    assert call("--no-answers", "-o", tmp_path / "x.pdf", "--style", "grey").returncode == 0
    assert (tmp_path / "x.pdf").read_bytes().count(b"/Type /Page ") == 1


def test_what_never_comes_is_said_so():
    series = types.SimpleNamespace()
    run = types.SimpleNamespace(summary={"collagen_onset": np.nan, "epidermal_closure_time": np.nan}, series=series)
    assert questions._onset(run).answer.startswith("Never within this run") and "do not close" in questions._closing(run).answer


def bare(path):
    with h5py.File(path, "w") as file:
        file["time"], file["u"] = [0.0, 1.0], [0.0, 1.0]
    return path


def with_configuration(path, text):
    with h5py.File(bare(path), "a") as file:
        file["collagen_gain"] = [0.0, 0.1]
        file["provenance/configuration_resolved"] = np.bytes_(text)
    return path


@pytest.mark.parametrize("make, message", [
    (lambda p: p / "none.h5", "no such file"),
    (lambda p: p.joinpath("t.txt").write_text("hello") and p / "t.txt", "not an HDF5 file"),
    (lambda p: with_configuration(p / "c.h5", "treatment: {}\ndomain: {}\nrun: [12 months]\n"), "a lesson needs a run of needles in skin, with its \
configuration and collagen_gain"),
    (lambda p: with_configuration(p / "c.h5", "treatment: {}\ndomain: {}\nparameters: 3\n"), "a lesson needs a run of needles in skin, with its \
configuration and collagen_gain"),
    (lambda p: bare(p / "u.h5"), "a lesson needs a run of needles in skin, with its configuration and collagen_gain"),
])
def test_unusable_file_ends_with_one_sentence(tmp_path, make, message):
    path = make(tmp_path)
    done = call(path, "-o", tmp_path / "x.pdf", "--quiet")
    assert (done.returncode, done.stderr) == (4, f"lesson.py: error: {path}: {message}\n") and not (tmp_path / "x.pdf").exists()


def test_wrong_arguments_and_a_missing_program_are_told(tmp_path):
    done = call("-o", "x.doc")
    assert done.returncode == 2 and done.stderr.endswith("lesson.py: error: x.doc: a lesson must end in .pdf, .png or .svg\n")
    given = lesson.arguments(["-o", str(tmp_path / "x.pdf"), "--program", str(tmp_path / "none"), "--quiet"])
    with pytest.raises(results.ResultsError, match="cannot be run .No such file or directory.; scripts/quickstart.sh builds it"):
        lesson.make(given)


def test_the_first_page_as_a_picture(tmp_path, made):
    lesson.write(tmp_path / "page.png", made.pages, "A lesson", made.alt)
    with Image.open(tmp_path / "page.png") as picture:
        assert picture.size == (827, 1169) and picture.text["Description"] == made.alt
