"""The page about runs: what it says, read in a browser without a network; that what strangers write stays text; that its parts work.

Needs chromium for the tests of the page itself; the others read the HTML."""
import html.parser
import json
import os
import re
import sys

import h5py
import numpy as np
import pytest

import browser
from conftest import TOP, run

sys.path.insert(0, str(TOP / "analysis"))
import report  # noqa: E402
import results  # noqa: E402

in_browser = pytest.mark.skipif(not browser.CHROMIUM, reason="chromium is not installed")
READY = "document.documentElement.dataset.ready === 'yes'"
HEAD = "({...document.documentElement.dataset})"


def write(files, output, *options):
    assert report.main([*map(str, files), "-o", str(output), *options]) == 0
    return output


class Text(html.parser.HTMLParser):
    """The words of a page, and its tags with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.words, self.tags, self.depth = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.depth += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.depth -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.depth:
            self.words.append(data)

    def __str__(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def one(box, tmp_path_factory):
    return write([box], tmp_path_factory.mktemp("one") / "one.html")


@pytest.fixture(scope="module")
def several(fast, tmp_path_factory):
    folder = tmp_path_factory.mktemp("several")
    few = dict(run__duration="60 days", output__profiles="20 days", output__snapshots="[0 days, 30 days]")
    files = [run(folder / "deep.h5", fast, **few), run(folder / "shallow.h5", fast, **few, treatment__needle__length="1 mm")]
    return files, write(files, folder / "several.html")


# ---- the page as text ----------------------------------------------------------------------------------------------------------------------


def test_page_tells_everything_about_a_run(box, one):
    page, found = Text(one.read_text()), results.read(box)
    words = str(page)
    gain = 100 * found.summary["final_collagen_gain"]
    assert report.number(gain, 3) + " % collagen gain at the end" in words
    for part in ("Timeline", "Cross-sections", "Depth", "Protocol", "Outcomes", "Mass balance and solver", "Provenance", "How to cite"):
        assert ("h2", {}) in page.tags and part in words
    for value in (found.provenance["configuration_sha256"], found.provenance["git_commit"], found.provenance["model_reference"],
                  "roller 1.5 · 1.5 mm needles, channels 0.9 mm deep · 250 channels/cm² · 2 sessions"):
        assert value in words
    assert f"{found.steps.sizes['step']} steps of" in words
    for name in found.series.data_vars:
        assert name in words
    for name in found.ledger["species"].values:
        assert str(name) in words
    assert "parameters: signal_diffusivity: 0.09526 mm2/day" in words  # the resolved configuration


def test_page_is_one_file(one):
    page = one.read_text()
    for tag, attributes in Text(page).tags:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        assert "href" not in attributes and attributes.get("src", "data:").startswith("data:")
    assert not re.search(r"@import|url\(", page) and len(page) < 1_500_000
    assert "default-src 'none'" in page


def test_pictures_have_descriptions(one):
    images = [attributes for tag, attributes in Text(one.read_text()).tags if tag == "img"]
    assert len(images) == 2 and all(len(image["alt"]) > 40 for image in images)
    assert images[0]["alt"].startswith("Cross-sections of the skin: Collagen, Cells, Inflammation") and "on day 0" in images[0]["alt"]
    assert images[1]["alt"].startswith("Depth profiles") and images[1]["alt"].endswith("on day 0, 7, 28, 30")
    charts = [attributes for tag, attributes in Text(one.read_text()).tags if attributes.get("class") == "chart"]
    assert len(charts) == 7 and all(chart["aria-label"] for chart in charts)


def chart_data(page):
    return json.loads(re.search(r'<script type=application/json id=data>(.*?)</script>', page, re.S)[1])


def test_charts_hold_the_rows_of_the_file(box, one):
    data, found = chart_data(one.read_text()), results.read(box)
    shown = data["runs"][0]
    assert shown["sessions"] == [0, 10]
    rows = [i for i, day in enumerate(shown["time"]) if day == int(day)]
    assert [shown["time"][i] for i in rows] == found.series["time"].values.tolist()
    for name in ("collagen_gain", "erythema", "epidermal_closure"):
        assert [shown["columns"][name][i] for i in rows] == pytest.approx(found.series[name].values.tolist(), rel=1e-5)
    extra = [i for i in range(len(shown["time"])) if i not in rows]  # just after each session the channels are open
    assert [shown["columns"]["epidermal_closure"][i] for i in extra] == [0, 0] and shown["columns"]["collagen_gain"][extra[0]] is None


def test_long_timelines_are_thinned_and_keep_the_days_after_a_session():
    time = np.arange(0, 730, 0.01)
    rows = report.kept_rows(time, np.array([0.0, 100.0]))
    assert rows.size <= report.ROWS + 1 and rows[0] == 0 and rows[-1] == time.size - 1
    for start in (0, 100):
        assert np.diff(time[rows][(time[rows] >= start) & (time[rows] <= start + 7)]).max() < 0.15
    assert np.diff(time[rows]).max() < 15
    assert report.kept_rows(time[:100], np.array([0.0])).size == 100


def test_incomplete_and_poor_files_still_make_a_page(box, tmp_path, capsys):
    path = tmp_path / "poor.h5"
    path.write_bytes(box.read_bytes())
    with h5py.File(path, "r+") as file:
        file.attrs["complete"] = 0
        for name in ("fields", "profiles", "ledger", "steps", "sessions", "surface", "means"):
            del file[name]
        del file["provenance"]
    words = str(Text(write([path], tmp_path / "poor.html").read_text()))
    for sentence in ("Incomplete run, ends at day 30.", "The file has no mass balance.", "The file has no record of the steps.",
                     "No session was planned.", "The file does not say where it comes from.", "/sessions is missing", "the file names no reference"):
        assert sentence in words
    assert "Cross-sections" not in words and "note: " in capsys.readouterr().err


def test_arrays_that_cannot_be_drawn_leave_the_rest(box, tmp_path):
    path = tmp_path / "torn.h5"
    path.write_bytes(box.read_bytes())
    with h5py.File(path, "r+") as file:
        for group in ("profiles", "fields"):
            short = file[group]["collagen_i_new"][:1]
            del file[group]["collagen_i_new"]
            file[group].create_dataset("collagen_i_new", data=short)
    words = str(Text(write([path], tmp_path / "torn.html").read_text()))
    assert "depth profiles cannot be drawn" in words and "cross-sections cannot be drawn" in words and "tgfb" in words


def test_damaged_files_make_a_page_or_one_sentence(box, tmp_path):
    whole, random = box.read_bytes(), np.random.default_rng(5)
    for _ in range(4):
        content = bytearray(whole)
        for at in random.integers(0, 60000, 20):
            content[at] = random.integers(256)
        (tmp_path / "bad.h5").write_bytes(content)
        assert report.main([str(tmp_path / "bad.h5"), "-o", str(tmp_path / "bad.html")]) in (0, 4)


def test_other_models_and_geometries_make_a_page(tmp_path):
    fisher = run(tmp_path / "fisher.h5", TOP / "configs/fisher.yaml")
    mixed = run(tmp_path / "mixed.h5", TOP / "configs/axisymmetric.yaml", domain__geometry="well_mixed", run__duration="10 days",
                output__snapshots="[0 days]")
    bare = run(tmp_path / "bare.h5", TOP / "configs/published/cooper_2015.yaml")  # a model without outcomes
    words = str(Text(write([bare], tmp_path / "bare.html").read_text()))
    assert "the means of its species stand for them" in words and str(results.read(bare).ledger.species.values[0]) in words
    words = str(Text(write([fisher, mixed], tmp_path / "both.html").read_text()))
    assert "The runs are of different models" in words and "Fisher 1937" in words and "coverage" in words


def poison(path):
    """Writes markup wherever a file can hold text; returns the marks that must never become elements."""
    attack = "</script><script>document.documentElement.dataset.hacked='{}'</script><img src=x onerror=\"document.documentElement.dataset.hacked='{}'\">"

    def put(node, name, where):
        if name in node.attrs:
            del node.attrs[name]
        node.attrs[name] = np.bytes_(attack.format(where, where))

    with h5py.File(path, "r+") as file:
        for name in ("title", "model", "geometry", "source"):
            put(file, name, name)
        for name in ("model_reference", "git_commit", "version", "compiler", "an \"odd' <name>"):
            put(file["provenance"], name, name)
        for name in ("configuration_given", "configuration_resolved"):
            text = file["provenance"][name][()].decode().replace("device: roller_1.5", "device: \"" + attack.format("device", "device").replace('"', "'") + "\"")
            del file["provenance"][name]
            file["provenance"].create_dataset(name, data=np.bytes_(text + "\n# " + attack.format(name, name)))
        put(file["collagen_gain"], "units", "units")
        put(file["collagen_gain"], "long_name", "long")
        put(file["fields/tgfb1"], "units", "fields")
        put(file["profiles/tgfb1"], "units", "profiles")
        del file["collagen_I_gain"]
        evil = file.create_dataset("<img src=x onerror=alert(1)>", data=np.linspace(0, 1, file["time"].shape[0]))
        put(evil, "units", "name")
        file["ledger"].move("clot", "<script>alert(2)<\\script>")
        put(file["ledger/tgfb1/stored"], "units", "ledger")
    return path


def test_what_strangers_write_stays_text(box, tmp_path):
    path = tmp_path / "<b onclick=alert(3)>.h5"
    path.write_bytes(box.read_bytes())
    page = write([poison(path), box], tmp_path / "evil.html", "--title", "</title><script>alert(4)</script>").read_text()
    tags = Text(page).tags
    assert [attributes.get("type", "") for tag, attributes in tags if tag == "script"] == ["application/json", "", ""]
    assert not [attributes for tag, attributes in tags if any(name.startswith("on") for name in attributes)]
    assert all(attributes["src"].startswith("data:image/") for tag, attributes in tags if tag == "img")
    assert page.count("&lt;script&gt;") > 10 and "&lt;b onclick=alert(3)&gt;" in page
    if browser.CHROMIUM:
        with browser.open(tmp_path / "evil.html") as shown:
            shown.wait(READY)
            head = shown.evaluate(HEAD)
            assert "hacked" not in head and "error" not in head


# ---- the page in a browser ---------------------------------------------------------------------------------------------------------------------


@in_browser
def test_browser_draws_every_chart_without_a_network(one):
    with browser.open(one) as page:
        page.wait(READY)
        head = page.evaluate(HEAD)
        assert head["charts"] == "7" and "error" not in head and page.errors == [] and page.requests == []
        assert page.evaluate("document.querySelectorAll('canvas').length") == 7
        assert page.evaluate("document.querySelectorAll('.u-legend').length") >= 7
        words = page.text("body")
    for label in ("type III", "tropoelastin", "myofibroblasts", "erythema (0 to 1)", "channels closed", "scar index", "collagen gain at the end"):
        assert label in words


@in_browser
def test_tabs_and_choices_work(several):
    """A visitor changes the outcome of all runs, opens the second run, switches the axis."""
    _, path = several
    with browser.open(path) as page:
        page.wait(READY)

        def charts(section):
            return page.evaluate(f"document.querySelectorAll('#{section} canvas').length")

        assert (charts("overview"), charts("run1")) == (1, 0)
        page.evaluate("""{ const all = document.getElementById("all"), data = JSON.parse(document.getElementById("data").textContent);
            all.value = String(data.outcomes.findIndex(o => o.name === "erythema")); all.dispatchEvent(new Event("change")); }""")
        legend = page.text("#overview .u-legend")
        assert "deep" in legend and "shallow" in legend
        page.click("nav button:nth-child(3)")
        assert page.evaluate("[...document.querySelectorAll('main > section')].map(s => +s.hidden)") == [1, 1, 0] and charts("run1") == 7
        page.click("#run1 input.stretch")
        assert charts("run1") == 7 and "error" not in page.evaluate(HEAD) and page.errors == []


@in_browser
def test_screenshot_shows_curves(one, tmp_path):
    from matplotlib.image import imread
    with browser.open(one, 1100, 900) as page:
        page.wait(READY)
        page.screenshot(tmp_path / "shot.png")
    picture = imread(tmp_path / "shot.png")[..., :3]
    assert picture.shape[:2] == (900, 1100)
    chart = picture[430:620, 110:1000]
    for colour in ((0, 0, 0), (0, 0.447, 0.698), (0.835, 0.369, 0)):  # total, type I, type III
        assert (np.abs(chart - colour).max(axis=2) < 0.12).any(axis=0).sum() > 150, colour


def test_several_runs_are_compared(several):
    files, page = several
    content = page.read_text()
    words, data = str(Text(content)), chart_data(content)
    assert "2 runs compared" in words and "Overview" in words and [one["label"] for one in data["runs"]] == ["deep", "shallow"]
    assert len({one["color"] for one in data["runs"]}) == 2
    gains = [100 * results.read(path).summary["final_collagen_gain"] for path in files]
    assert f"collagen gain at the end {report.number(gains[0])} {report.number(gains[1])} %" in words
    assert any("Comparison of 2 simulated treatments" in attributes.get("alt", "") for _, attributes in Text(content).tags)


# ---- the command --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words, message", [
    (["a.h5", "-o", "a.pdf"], "a.pdf: the page must end in .html"),
    (["a.h5"] * 9, "a page holds at most 8 runs, not 9"),
])
def test_wrong_arguments_end_with_2(words, message, capsys):
    with pytest.raises(SystemExit) as stop:
        report.main(words)
    assert stop.value.code == 2 and capsys.readouterr().err.endswith(f"report.py: error: {message}\n")


def test_files_that_cannot_be_used_end_with_4(box, tmp_path, capsys):
    (tmp_path / "cut.h5").write_bytes(box.read_bytes()[:9000])
    assert report.main([str(tmp_path / "cut.h5"), "-o", str(tmp_path / "x.html")]) == 4
    assert report.main([str(box), "-o", str(tmp_path / "no" / "x.html")]) == 4
    assert capsys.readouterr().err.count("report.py: error: ") == 2 and not os.path.exists(tmp_path / "x.html")


def test_help_says_what_it_does(capsys):
    with pytest.raises(SystemExit) as stop:
        report.main(["--help"])
    assert stop.value.code == 0 and "exit codes" in capsys.readouterr().out
