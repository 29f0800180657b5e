"""Films of healing skin: clock, frames, files, messages.  Structure only: what the panels hold, how many frames, what is told."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest
from PIL import Image

import conftest
import pictures

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "analysis"))
import animate  # noqa: E402
import results  # noqa: E402
import section  # noqa: E402
import timeline  # noqa: E402
import volume  # noqa: E402
from film import Clock, Film, told  # noqa: E402

ROLLER = conftest.TOP / "configs/axisymmetric.yaml"


def call(*words):
    return pictures.call(animate.main, *words)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    """Runs of every kind of space, coarse: {name: path}."""
    folder = tmp_path_factory.mktemp("shapes")
    kinds = {"cylinder": {"domain__spacing": "40 um"},
             "six": {"domain__spacing": "40 um", "treatment__sessions": 6, "run__duration": "24 months"},
             "cell": {"domain__geometry": "unit_cell", "domain__spacing": "60 um", "run__duration": "30 days"},
             "slab": {"domain__geometry": "slab", "domain__width": "2 mm", "domain__spacing": "60 um", "run__duration": "30 days"},
             "patch": {"domain__geometry": "patch", "domain__width": "1 mm", "domain__spacing": "60 um", "run__duration": "10 days"},
             "well_mixed": {"domain__geometry": "well_mixed", "run__duration": "10 days"}}
    return {name: conftest.run(folder / f"{name}.h5", ROLLER, **values) for name, values in kinds.items()}


def film_of(path, **options):
    run = results.read(path)
    return Film(run, section.read(run), list(section.LAYERS.values()), run.title, timeline.protocol(run), **options)


def test_clock_slows_down_after_every_session_and_ends_at_the_end():
    clock = Clock(365.0, [0.0, 42.0])
    days = np.array([clock.day(share) for share in np.linspace(0, 1, 400)])
    assert days[0] == 0 and days[-1] == pytest.approx(365) and np.all(np.diff(days) > 0)
    assert [clock.share(clock.day(share)) for share in (0, 0.2, 0.45, 0.9, 1)] == pytest.approx([0, 0.2, 0.45, 0.9, 1])
    pace = np.diff(days)
    again = np.searchsorted(days, 42.5)
    assert pace[again] < 0.2 * pace[again - 12] and pace[again] == pytest.approx(pace[0], rel=0.3)
    assert [told(day) for day in (0, 0.5, 2, 364.6)] == ["0 h", "12 h", "day 2", "day 365"]


def test_film_has_its_panels_clock_and_progress_bar(shapes):
    film = film_of(shapes["cylinder"])
    labels = [ax.get_label() for ax in film.fig.axes]
    for wanted in ("Collagen", "Cells", "Inflammation", "Growth factor TGF-β1", "progress", "key of Collagen"):
        assert wanted in labels, labels
    cells = film.views[[layer.title for layer, *_ in film.views].index("Cells")]
    first, last = film.frame(0.0), film.frame(1.0)
    assert first.shape == (720, 1280, 3) and first.dtype == np.uint8
    film.update(0.0)
    assert film.hand.get_text() == "0 h" and film.phase.get_text() == "haemostasis"
    gain = 100 * float(film.run.series["collagen_gain"][1])  # the row at 0 is the one before the session
    assert film.value.get_text() == f"{gain:+.1f} %".replace("-", "−") and film.done.get_xdata() == [0, 0.0] and sum(len(dots.get_offsets()) for dots in cells[2][1:]) == 0
    mouth = film.views[0][1].get_array()
    row = mouth.shape[0] - np.sum(film.cut.z <= film.cut.wound) - 1  # the lowest of the epidermis
    assert mouth[row, mouth.shape[1] // 2].min() > 0.95 > 0.9 > mouth[row, 0].min()  # the surface is open above the channel
    film.update(1.0)
    healed = film.views[0][1].get_array()
    assert film.hand.get_text() == "day 365" and film.phase.get_text() == "remodelling" and film.line.get_xdata()[-1] == 1
    assert healed[row, healed.shape[1] // 2].min() < 0.9 and not np.array_equal(first, last)  # and closed


def test_no_text_overlaps_or_is_clipped_in_any_geometry(shapes):
    for name, path in shapes.items():
        if name == "well_mixed":
            continue
        run = results.read(path)
        cut = section.read(run)
        solid = volume.read(run, cut) if name == "patch" else None
        layers = list(section.LAYERS.values())[:2 if solid else 4]
        film = Film(run, cut, layers, run.title, timeline.protocol(run), solid=solid)
        assert pictures.trouble(film.still(0.7)) == [], name
        timeline.plt.close("all")


def test_gif_has_all_frames_and_says_what_it_shows(shapes, tmp_path):
    done = call(shapes["cylinder"], "-o", tmp_path / "a.gif", "--seconds", 4, "--fps", 4, "--width", 320)
    assert done.returncode == 0 and "of 16 frames, 100 %, about 0 s left" in done.stderr
    assert "note: the file has 5 snapshots, so most of the film is interpolated" in done.stderr
    with Image.open(tmp_path / "a.gif") as film:
        times = [film.seek(i) or film.info["duration"] for i in range(film.n_frames)]  # frames that rest are one long frame
        assert film.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
        assert sum(times) == 16 * 250 and len(times) >= 8 and film.size == (320, 180) and b"Film of healing skin over 365 days" in film.info["comment"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_mp4_has_all_frames_a_title_and_a_description(shapes, tmp_path):
    done = call(shapes["cylinder"], "-o", tmp_path / "a.mp4", "--seconds", 4, "--fps", 5, "--width", 640, "--title", "A film", "--quiet")
    assert done.returncode == 0 and "frames" not in done.stderr
    told = json.loads(subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", tmp_path / "a.mp4"],
                                     capture_output=True, check=True).stdout)
    stream = told["streams"][0]
    assert (stream["codec_name"], stream["width"], stream["height"], stream["nb_frames"], stream["pix_fmt"]) == ("h264", 640, 360, "20", "yuv420p")
    assert float(told["format"]["duration"]) == pytest.approx(4)
    assert told["format"]["tags"]["title"] == "A film" and "cross-sections with Collagen, Cells" in told["format"]["tags"]["description"]
    assert (tmp_path / "a.mp4").stat().st_size < 5e6


def test_frame_of_one_day_is_a_picture_with_a_description(shapes, tmp_path):
    assert call(shapes["cell"], "-o", tmp_path / "a.png", "--at", 7, "--view", "3d").returncode == 0
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (1280, 720) and "channels in three dimensions" in picture.text["Description"] and "frame of day 7" in picture.text["Description"]
    assert call(shapes["cell"], "-o", tmp_path / "a.svg", "--at", 7).returncode == 0
    assert "<!-- day 7 -->" in (tmp_path / "a.svg").read_text()


def test_block_shows_the_channel_and_its_healing(shapes):
    run = results.read(shapes["cylinder"])
    cut = section.read(run)
    solid = volume.read(run, cut)
    wound, healed = solid.render(0.0, 0.5), solid.render(365.0, 0.5)
    assert wound.shape == healed.shape and wound.min() >= 0 and wound.max() <= 1
    middle = wound.shape[1] // 2
    column = slice(int(0.45 * wound.shape[0]), int(0.55 * wound.shape[0]))
    assert wound[column, middle].mean() < 0.6 < healed[column, middle].mean()  # clot and missing collagen are opaque
    assert np.all(wound[-1, 0] == 1)  # outside the block: nothing
    assert len(list(solid.frame(0.5, wound.shape))) == 9


def test_species_of_any_model_can_be_shown(shapes, tmp_path):
    assert call(shapes["slab"], "-o", tmp_path / "a.svg", "--at", 3, "--species", "clot,hyaluronan").returncode == 0
    texts = re.findall(r"<!-- (.*?) -->", (tmp_path / "a.svg").read_text())
    assert "clot" in texts and "hyaluronan" in texts and "Cells" not in texts
    done = call(shapes["slab"], "-o", tmp_path / "b.png", "--at", 3, "--species", "nothing")
    assert done.returncode == 4 and "/fields/nothing is not in the file (it has clot, pdgf" in done.stderr


def test_sessions_without_a_snapshot_are_named(shapes, tmp_path):
    done = call(shapes["six"], "-o", tmp_path / "a.png", "--at", 100)
    assert "no snapshot on the day of session 2, 3, 4, 5, 6: the film shows the wound as the next snapshot does" in done.stderr
    assert "the last snapshot is of day 365, so the film stands still after it" in done.stderr


def other(path):
    with h5py.File(path, "w") as file:
        file["other"] = [1.0]
    return path


@pytest.mark.parametrize("make, words, message", [
    (lambda p, s: p / "none.h5", [], "no such file"),
    (lambda p, s: other(p / "o.h5"), [], "/time is missing, so this is not a results file of a run"),
    (lambda p, s: s["well_mixed"], [], "a film needs snapshots of a piece of skin, this run holds a single point"),
    (lambda p, s: s["slab"], ["--view", "3d"], "--view 3d needs a unit_cell, patch or axisymmetric run, this one is slab"),
    (lambda p, s: s["slab"], ["--at", "31"], "day 31 is outside the run, which ends at day 30"),
])
def test_unusable_file_ends_with_one_sentence(shapes, tmp_path, make, words, message):
    path = make(tmp_path, shapes)
    done = call(path, "-o", tmp_path / ("a.png" if "--at" in words else "a.gif"), *words)
    assert done.returncode == 4 and done.stderr == f"animate.py: error: {path}: {message}\n"
    assert not (tmp_path / "a.gif").exists()


@pytest.mark.parametrize("words, message", [
    (["-o", "a.png"], "a.png: a film must end in .mp4 or .gif (a single frame, with --at DAY, in .png, .svg or .pdf)"),
    (["-o", "a.mp4", "--at", "3"], "a.mp4: a frame must end in .png, .svg or .pdf"),
    (["--seconds", "0"], "--seconds: 0 is outside 1 to 600"),
    (["--width", "100000"], "--width: 100000 is outside 320 to 3840"),
    (["--species", "a,b,c,d,e"], "--species: 5 species are too many to show, up to 4"),
    (["--species", "clot", "--view", "3d"], "--species: --view 3d shows collagen and cells, not species"),
])
def test_wrong_arguments_end_with_2(words, message):
    done = call("run.h5", *words)
    assert done.returncode == 2 and done.stderr.endswith(f"animate.py: error: {message}\n")


def test_film_that_cannot_be_written_leaves_nothing(shapes, tmp_path, monkeypatch):
    done = call(shapes["slab"], "-o", tmp_path / "no" / "a.gif", "--seconds", 3, "--fps", 1, "--width", 320, "--quiet")
    assert done.returncode == 4 and done.stderr == f"animate.py: error: {tmp_path}/no/a.gif: cannot be written (No such file or directory)\n"
    monkeypatch.setenv("PATH", "")
    done = call(shapes["slab"], "-o", tmp_path / "a.mp4", "--seconds", 3, "--fps", 1, "--quiet")
    assert done.returncode == 4 and "ffmpeg is not installed; scripts/packages.txt names its package" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_program_runs_by_itself():
    done = subprocess.run([sys.executable, animate.__file__, "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "exit codes: 0 done, 2 wrong arguments, 4" in done.stdout
