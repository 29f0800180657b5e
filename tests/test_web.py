"""The page in a real Chromium: it loads, computes what the program computes, and can be used with keys and on a phone.

Needs emscripten and chromium, which scripts/check.sh installs; skipped without them."""
import csv
import io
import pathlib
import re
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest

import browser
from conftest import TOP, call, run

sys.path.insert(0, str(TOP / "analysis"))
import phases  # noqa: E402
import results  # noqa: E402

pytestmark = pytest.mark.skipif(not (shutil.which("emcc") and browser.CHROMIUM), reason="emscripten or chromium is not installed")
ENDED = "sides().every(s => (state.labs[s].coming?.summary && state.labs[s].shown === state.labs[s].coming))"


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    path = tmp_path_factory.mktemp("web") / "needlework.html"
    done = subprocess.run([TOP / "analysis/web/build.sh", path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture(scope="module")
def shared(html):
    with browser.open(html, 1280, 900, prefers_reduced_motion="reduce") as page:
        page.wait(ENDED)
        yield page


@pytest.fixture
def page(shared):
    """The page as it was opened, at rest; no test leaves an error behind."""
    shared.size(1280, 900)
    shared.evaluate("$('compare').checked && $('compare').click(), play(false)")
    settle(shared, "change(fromDevice(device('roller_1.5')))")
    yield shared
    assert shared.errors == []


def settle(page, *actions):
    """Does what changes the settings, and waits for the run that follows to end."""
    page.evaluate("new Promise(done => setTimeout(done, 80))")  # an earlier change has been passed on
    before = page.evaluate("state.labs[state.edit]?.coming?.id ?? 0")
    for action in actions:
        action() if callable(action) else page.evaluate(f"({action}, 0)")
    page.evaluate("new Promise(done => setTimeout(done, 80))")
    page.wait(f"state.labs[state.edit]?.coming?.id > {before} && {ENDED}")


def slide(slider, value):
    """A slider as a hand moves it: its value and the event."""
    return f"($('{slider}').value = {value}, $('{slider}').dispatchEvent(new Event('input', {{bubbles: true}})))"


def columns(text):
    rows = list(csv.reader(io.StringIO(text)))
    return dict(zip(rows[0], np.array([[float(v) if v else np.nan for v in row] for row in rows[1:]]).T))


def native(page, tmp_path, side="A"):
    """The page's own files: the run of the program on its configuration, and its data."""
    (tmp_path / "page.yaml").write_text(page.download(f"#yaml-{side}", tmp_path))
    return run(tmp_path / "native.h5", tmp_path / "page.yaml"), columns(page.download(f"#csv-{side}", tmp_path))


def test_loads_alone_without_errors_and_ends(html):
    with browser.open(html, 1280, 900) as page:
        page.wait(ENDED)
        assert page.errors == [] and page.requests == []
        assert page.evaluate("run('A').summary.final_collagen_gain") == pytest.approx(0.10, abs=0.02)
        assert "365 days" in page.text("#status") and "+10" in page.text("#results")
        page.wait("state.day > 0.5")  # it plays by itself
        page.wait("$('play').getAttribute('aria-label') === 'Pause'")


def set_nothing(page):
    pass


def set_pen(page):
    settle(page, lambda: page.click("#preset-pen"), slide("sessions", 3), slide("interval", 4), slide("age", 70),
           lambda: page.click("#smoker"), "$('months').value = 24, $('months').onchange()")


def set_home(page):
    settle(page, lambda: page.click("#preset-roller_home"), slide("sessions", 6), slide("interval", 1), lambda: page.click("#atrophic_scar"))


def set_deep(page):
    settle(page, lambda: page.click("#preset-stamp"), slide("length", 2.35), slide("diameter", 0.31), slide("density", 75),
           lambda: page.click("#diabetes"))


def set_untreated(page):
    settle(page, slide("sessions", 0))


@pytest.mark.parametrize("settings", [set_nothing, set_pen, set_home, set_deep, set_untreated])
def test_curves_are_those_of_the_program(page, tmp_path, settings):
    settings(page)
    path, got = native(page, tmp_path)
    with h5py.File(path) as file:
        wanted = {name: node[()] for name, node in file.items() if isinstance(node, h5py.Dataset)}
        steps = len(file["steps/time"])
    assert set(got) == set(wanted) and len(got["time"]) == len(wanted["time"]) > 300
    for name, values in wanted.items():
        np.testing.assert_allclose(got[name], values, rtol=1e-6, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(got["collagen_gain"], wanted["collagen_gain"], rtol=0, atol=1e-6)
    assert page.evaluate("run('A').summary.steps") == steps


def test_settings_mean_the_same_to_the_program(page, tmp_path):
    """Units and defaults, for which page and program use different libraries: the resolved configuration, to the letter."""
    set_deep(page)
    (tmp_path / "page.yaml").write_text(page.download("#yaml-A", tmp_path))
    checked = call("check", tmp_path / "page.yaml").stdout
    assert page.evaluate("run('A').resolved") == "".join(re.findall(r"^[^#\n].*\n", checked, re.M))


def test_summary_is_that_of_the_program(page, tmp_path):
    settle(page, slide("sessions", 2))
    path, _ = native(page, tmp_path)
    summary = page.evaluate("run('A').summary")
    with h5py.File(path) as file:
        for name in ("collagen_onset", "peak_collagen_gain", "epidermal_closure_time", "barrier_recovery_time", "downtime", "sessions_performed"):
            assert summary[name] == pytest.approx(float(file.attrs[name]), abs=1e-6), name


def test_phases_are_those_of_the_figures(page, tmp_path):
    settle(page, slide("sessions", 2))
    (tmp_path / "page.yaml").write_text(page.download("#yaml-A", tmp_path))
    path = run(tmp_path / "native.h5", tmp_path / "page.yaml", output__timeseries="2 hours")  # as dense as the page sees a wound
    wanted = [phase.spans for phase in phases.of(results.read(path))]
    got = page.evaluate("spansOf(run('A'))")
    assert [len(spans) for spans in got] == [len(spans) for spans in wanted] and sum(map(len, wanted)) >= 5
    for ours, theirs in zip(got, wanted):
        np.testing.assert_allclose(ours, theirs, atol=1.0)  # a row of the page


def test_slider_moves_with_the_keyboard(page):
    before = page.evaluate("run('A').summary.final_collagen_gain")
    page.evaluate("$('length').focus()")
    settle(page, lambda: page.key("ArrowLeft", number=37))
    assert page.text("#length-value") == "1.45 mm" and "0.87 mm deep" in page.text("#channel")
    assert page.evaluate("run('A').summary.final_collagen_gain") < before
    assert page.evaluate("run('A').shape.channel_depth") == pytest.approx(0.87)


@pytest.mark.parametrize("outcome, signed", [("collagen_gain", True), ("epidermal_closure", False)])
def test_axis_of_a_gain_has_signs_and_that_of_a_share_has_none(page, outcome, signed):
    said = page.evaluate(f"""new Promise(done => {{
        const proper = CanvasRenderingContext2D.prototype.fillText, texts = [];
        CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {{ texts.push(text); proper.call(this, text, ...at); }};
        state.outcome = '{outcome}';
        draw();
        state.outcome = 'collagen_gain';
        CanvasRenderingContext2D.prototype.fillText = proper;
        done(texts);
    }})""")
    ticks = [text for text in said if text.endswith(" %")]
    assert len(ticks) > 2 and "0 %" in [re.sub(r"\.0+", "", tick) for tick in ticks], said
    assert any(tick.startswith("+") for tick in ticks) == signed, ticks


def test_plays_pauses_and_seeks(page):
    page.evaluate("seek(0); document.activeElement.blur()")
    page.key(" ", "Space", 32, " ")
    page.wait("state.playing && state.day > 0.2")
    page.click("#play")
    day = page.evaluate("state.day")
    assert page.evaluate("new Promise(done => setTimeout(() => done(state.day), 200))") == day and 0 < day < 365
    page.evaluate("$('time').focus()")
    page.key("End", number=35)
    page.wait("state.day >= end() - 1e-6")
    page.wait("$('clock').innerText.startsWith('Day 365')")
    page.evaluate("$('speed').value = 4; seek(end())")
    page.click("#play")  # from the end: begins anew
    page.wait("state.day < 300 && state.day > 1")


def pixel(page, x, depth):
    """Colour of the picture x mm from the axis and `depth` mm below the dermal-epidermal junction."""
    return page.evaluate(f"""new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {{
        const c = $('section-A'), stage = state.stages.A, scale = c.height / (0.1 + stage.shape.epidermis + stage.depth);
        done([...c.getContext('2d').getImageData(c.width / 2 + {x} * scale, (0.1 + stage.shape.epidermis + {depth}) * scale, 1, 1).data]);
    }})))""")


def test_cross_section_shows_the_wound_and_heals(page):
    page.evaluate("for (const l of LAYERS) if (l.name !== 'clot') state.shown[l.name] = false; seek(0)")
    fresh, beside, mouth = pixel(page, 0, 0.3), pixel(page, 0.3, 0.3), pixel(page, 0, -0.05)
    assert sum(fresh[:3]) < 0.5 * sum(beside[:3]), (fresh, beside)  # the clot
    page.evaluate("seek(3)")
    closed = pixel(page, 0, -0.05)
    assert mouth[2] > 225 > closed[2], (mouth, closed)  # air, then epidermis
    page.evaluate("seek(14)")
    early, far = pixel(page, 0, 0.3), pixel(page, 0.3, 0.3)
    page.evaluate("seek(365)")
    late = pixel(page, 0, 0.3)
    assert early[1] > late[1] > far[1] - 25, (early, late, far)  # pale with little collagen, then darker
    page.evaluate("for (const l of LAYERS) state.shown[l.name] = l.shown")


def test_contraindications_warn_as_the_program_does(page, tmp_path):
    page.evaluate("$('contra').open = true")
    settle(page, lambda: page.click("#keloid_history"))
    (tmp_path / "page.yaml").write_text(page.download("#yaml-A", tmp_path))
    refused = call("check", tmp_path / "page.yaml", "--set", "treatment.override_contraindications=false")
    reason = re.search(r"keloid_history is a contraindication: [^(]*", refused.stderr)[0].strip()
    assert refused.returncode == 2 and reason in page.text("#notices") and "refuses" in page.text("#notices")
    assert call("check", tmp_path / "page.yaml").returncode == 0 and "override_contraindications: true" in (tmp_path / "page.yaml").read_text()
    settle(page, lambda: page.click("#keloid_history"))
    assert page.text("#notices") == ""
    settle(page, slide("sessions", 2), slide("interval", 2))
    assert "under 6 weeks" in page.text("#notices")


def test_compares_two_settings(page, tmp_path):
    page.click("#compare")
    page.wait(ENDED)
    assert page.evaluate("state.edit") == "B" and page.evaluate("$('section-B').clientWidth") > 200
    settle(page, slide("density", 800))
    assert page.evaluate("state.settings.A.density") == 250 and page.text("#caption-B").endswith("800/cm²")
    path, got = native(page, tmp_path, "B")
    with h5py.File(path) as file:
        np.testing.assert_allclose(got["collagen_gain"], file["collagen_gain"][()], rtol=0, atol=1e-6)
    ours = page.evaluate("SIDES.map(s => run(s).summary.final_collagen_gain)")
    assert ours[0] != ours[1] and all(f"{100 * gain:+.1f} %" in page.text("#results") for gain in ours)
    settle(page, "$('months').value = 6, $('months').onchange()")  # both on one axis
    assert page.evaluate("SIDES.map(s => Math.round(run(s).shape.days))") == [183, 183]
    page.click("#edit-A")
    assert page.evaluate("state.edit") == "A" and page.evaluate("$('density').value") == "250"


@pytest.mark.parametrize("width, mobile", [(1280, False), (820, True), (390, True), (320, True)])
def test_fits_the_screen(page, width, mobile, tmp_path):
    page.evaluate("$('compare').checked || $('compare').click()")
    page.wait(ENDED)
    page.size(width, 844, mobile, 2)
    page.evaluate("new Promise(done => setTimeout(done, 200))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate("""[...document.querySelectorAll('main *, header *, footer *')].filter(e => { const b = e.getBoundingClientRect();
        return b.width && (b.right > innerWidth + 1 || b.left < -1); }).map(e => e.id || e.tagName)""")
    assert outside == []
    small = page.evaluate("""[...document.querySelectorAll('button, select, input[type=range]')].filter(e => e.offsetParent &&
        e.getBoundingClientRect().height < 24).map(e => e.id)""")
    assert small == []
    page.screenshot(tmp_path / "page.png", whole=True)
    assert (tmp_path / "page.png").stat().st_size > 50_000


def test_every_control_has_a_name(page):
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    controls = [n for n in nodes if n.get("role", {}).get("value") in ("button", "checkbox", "slider", "combobox", "radio", "img", "image")
                and not n.get("ignored")]
    assert len(controls) > 25
    assert [n["role"]["value"] for n in controls if not n.get("name", {}).get("value")] == []
    hidden = page.evaluate("getComputedStyle($('play')).outlineStyle")
    page.evaluate("$('play').focus()")
    page.key("Tab", number=9)  # keys show where they are
    assert hidden == "none" and page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_source_needs_no_network(html):
    text = html.read_text()
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//|@import|fetch\(\s*["']http""", text)
    assert pathlib.Path(html).stat().st_size < 600_000
