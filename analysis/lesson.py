#!/usr/bin/python3
"""Makes a lesson of a run: one printable page of figure and questions (A4, PDF), and a second page with the answers.

    analysis/lesson.py -o lesson.pdf                            # about configs/quickstart.yaml
    analysis/lesson.py results/my-run.h5 -o lesson.pdf          # about the treatment of your own run
    analysis/lesson.py -o handout.pdf --no-answers

Every answer is computed: the program runs the treatment and its variations (half the needle, more sessions, ...) around one channel, which takes a
few seconds, and the answers are read off those runs.  More files are compared with the first in a question of their own.
Exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written or the program cannot run it.
"""

import argparse
import io
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import yaml
from matplotlib.backends.backend_pdf import PdfPages

import figure
import insets
import phases
import questions
import results
import section
import timeline
from figure import BLACK, BLUE, DASHDOT, DASHED, DOTTED, FAINT, GREEN, INK, LONG, ORANGE, PURPLE, RED, SOLID, plt

TOP = pathlib.Path(__file__).resolve().parent.parent
PAGE = 8.27, 11.69             # inches, A4
LEFT, WIDTH = 0.75, 6.77       # inches
RULE = 0.25                    # inches between lines to write on
LOOKS = ((BLACK, SOLID), (BLUE, DASHED), (RED, DASHDOT), (GREEN, LONG), (PURPLE, DOTTED), (ORANGE, SOLID))
SNAPSHOTS = "[0 days, 3 days, 14 days, 42 days, 180 days, 365 days]"


# ---- runs -------------------------------------------------------------------------------------------------------------------------

def needlework(program, *words):
    try:
        done = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    except OSError as error:
        raise results.ResultsError(f"{program}: cannot be run ({error.strerror}); scripts/quickstart.sh builds it") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.split("\n") if "error" in line] or [f"exit code {done.returncode}"]
        raise results.ResultsError(f"needlework {words[0]}: {figure.clean(lines[0]).removeprefix('needlework: error: ')}")
    return done.stdout


def configuration(program, folder, run):
    """A configuration file around one channel for the treatment of a run; configs/quickstart.yaml when there is none."""
    if run is None:
        settings = yaml.safe_load((TOP / "configs/quickstart.yaml").read_text())
        settings["domain"] = {"depth": settings.get("domain", {}).get("depth", "1.5 mm")}
    else:
        settings = {key: dict(value) if isinstance(value, dict) else value for key, value in run.settings.items()}
        sections = (settings.setdefault(name, {}) for name in ("run", "parameters"))
        if not all(isinstance(part, dict) for part in (settings.get("treatment"), settings.get("domain"), *sections)) \
                or "collagen_gain" not in run.series:
            raise results.ResultsError(f"{run.path}: a lesson needs a run of needles in skin, with its configuration and collagen_gain")
        chosen = settings.pop("parameters")
        settings["domain"] = {"depth": settings["domain"].get("depth", "1.5 mm")}
    settings["domain"] |= {"geometry": "axisymmetric", "spacing": "20 um"}
    settings.pop("checkpoint", None)
    settings["output"] = {"timeseries": "6 hours"}
    end = figure.quantity(settings.get("run", {}).get("duration"), results.DAYS) or results.YEAR
    settings["run"] = {"duration": f"{max(end, results.YEAR):.6g} days"}
    path = pathlib.Path(folder) / "lesson.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
    if run is not None:  # parameters of one's own are those that the skin and the model do not give
        given = yaml.safe_load(needlework(program, "check", path)).get("parameters") or {}
        own = {name: value for name, value in chosen.items() if given.get(name) != value}
        path.write_text(yaml.safe_dump(settings | ({"parameters": own} if own else {}), sort_keys=False, allow_unicode=True))
    return path, yaml.safe_load(needlework(program, "check", path))


def runs(given, folder):
    """{name: (Variant, results)} of the treatment and its variations, in order, the treatment first; and the files to compare, if any."""
    first = results.read(given.files[0]) if given.files else None
    path, settings = configuration(given.program, folder, first)
    wanted = [questions.Variant("base", "the treatment", {"output.snapshots": SNAPSHOTS})] + questions.variants(settings)
    found = {}
    for i, variant in enumerate(wanted, start=1):
        if not given.quiet:
            print(f"lesson.py: running {i} of {len(wanted)}: {variant.label}", file=sys.stderr, flush=True)
        words = [word for key, value in variant.changes.items() for word in ("--set", f"{key}={value}")]
        needlework(given.program, "run", path, *words, "-o", pathlib.Path(folder) / f"{variant.name}.h5", "--force", "--quiet")
        found[variant.name] = variant, results.read(pathlib.Path(folder) / f"{variant.name}.h5")
    others = [results.read(file) for file in given.files[1:]]
    for other in others:
        if "collagen_gain" not in other.series:
            raise results.ResultsError(f"{other.path}: a lesson compares collagen_gain, which is not in the file")
    return found, ([first] if others else []) + others


# ---- pages ------------------------------------------------------------------------------------------------------------------------

class Sheet:
    """An A4 page that is written from the top down, in inches."""

    def __init__(self, grey):
        self.fig = plt.figure(figsize=PAGE)
        self.y, self.grey = PAGE[1] - 0.62, grey

    def height(self, words, size, width):
        """Inches that a paragraph would take."""
        before = self.y
        text = self.text(words, size, LEFT, width, 0.0)
        taken, self.y = before - self.y, before
        text.remove()
        return taken

    def number(self, number):
        self.fig.text(LEFT / PAGE[0], self.y / PAGE[1], f"{number}", fontsize=10, fontweight="bold", va="top")

    def text(self, words, size=9.5, x=LEFT, width=WIDTH, gap=0.06, **style):
        """A paragraph, wrapped to the width as it is measured."""
        text = self.fig.text(x / PAGE[0], self.y / PAGE[1], "", fontsize=size, va="top", linespacing=1.25, **style)
        renderer, lines = self.fig.canvas.get_renderer(), []
        for word in words.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            text.set_text(longer)
            fits = plt.Text.get_window_extent(text, renderer).width <= width * self.fig.dpi
            lines = lines[:-1] + [longer] if lines and fits else lines + [word]
        text.set_text("\n".join(lines))
        self.y -= plt.Text.get_window_extent(text, renderer).height / self.fig.dpi + gap
        return text

    def axes(self, height, label, left=LEFT, width=WIDTH):
        self.y -= height
        return self.fig.add_axes([left / PAGE[0], self.y / PAGE[1], width / PAGE[0], height / PAGE[1]], label=label)

    def rules(self, count):
        """Lines to write on."""
        for _ in range(count):
            self.y -= RULE
            self.fig.add_artist(plt.Line2D([(LEFT + 0.27) / PAGE[0], (LEFT + WIDTH) / PAGE[0]], [self.y / PAGE[1]] * 2, color="#9a9a9a", linewidth=0.5))

    def foot(self, words):
        self.y = 0.55
        self.text(words, 7, color=FAINT)


def picture(sheet, run, grey):
    """Cross-sections, phases as lettered hills, and the curve of collagen."""
    pen, end, cut = timeline.Pen(grey, 0.82), float(run.series["time"][-1]), section.read(run)
    found = phases.of(run)
    left, room = LEFT + 0.42, WIDTH - 0.42 - 1.75
    size = insets.strip(cut, end, room, pen)
    sheet.y -= 0.30
    bottom = sheet.y - size[2]
    sheet.y = bottom - 0.28
    lanes = sheet.axes(0.92, "phases", left, room)
    sheet.y -= 0.1
    curve = sheet.axes(1.25, "collagen", left, room)
    for ax in (lanes, curve):
        figure.healing_axis(ax, end, 1.5)
    insets.draw(sheet.fig, lanes, cut, size, (left, bottom, room, size[2]), end, pen)
    insets.key(sheet.fig, left + room + 0.22, bottom + 0.1, cut, pen)
    timeline.draw_hills(lanes, found, end, pen, "ABCD")
    for start, stop, phase in phases.leading(found, end):
        curve.axvspan(start, stop, color=pen.tint(phase.tint), linewidth=0, zorder=0)
    curve.axhline(0, color=FAINT, linewidth=0.7)
    curve.plot(run.series["time"].values, 100 * run.series["collagen_gain"].values, color=INK, linewidth=2)
    curve.set_ylabel("change of\ncollagen (%)", fontsize=8)
    curve.set_xlabel("time since the first session (stretched towards the first days)", fontsize=8, labelpad=2)
    for ax in (lanes, curve):
        for day in run.performed:
            ax.axvline(day, color=INK, linewidth=0.8, alpha=0.55, zorder=1.5)
    for i, words in enumerate(("hills: the signal behind each", "phase of healing; dark: the", "phase is under way")):
        sheet.fig.text((left + room + 0.22) / PAGE[0], (bottom - 0.55 - 0.15 * i) / PAGE[1], words, fontsize=7, color=FAINT)
    sheet.y -= 0.62


def question_page(base, asked, grey):
    """The page for the class; room that is left becomes more lines to write on."""
    sheet = Sheet(grey)
    sheet.text("How does skin heal after microneedling?", 17, gap=0.08, fontweight="bold")
    sheet.text("name: ______________________________     class: ______________     date: ______________", 8.5, gap=0.12)
    sheet.text("Fine needles make channels in the skin. They close within days, but the skin goes on rebuilding itself for months. The figure is a computer "
               f"simulation of one treatment: {timeline.protocol(base)}.", 9.5, gap=0.0)
    picture(sheet, base, grey)
    needed = sum(sheet.height(question.ask, 9.2, WIDTH - 0.27) + RULE for question in asked)
    gap = float(np.clip((sheet.y - 0.75 - needed) / len(asked), 0.02, 0.13))
    spare = int((sheet.y - 0.75 - needed - gap * len(asked)) / RULE)
    order = sorted(range(len(asked)), key=lambda i: -asked[i].lines)
    lines = [1 + (spare // len(asked)) + (i in order[: spare % len(asked)]) if spare > 0 else 1 for i in range(len(asked))]
    for number, (question, count) in enumerate(zip(asked, lines), start=1):
        sheet.number(number)
        sheet.text(question.ask, 9.2, LEFT + 0.27, WIDTH - 0.27, 0.0)
        sheet.rules(min(count, 3))
        sheet.y -= gap
    sheet.foot("A simulation shows what a model says; it is not medical advice. Collagen: all of it in the upper 0.3 mm of the dermis, relative to the same "
               f"skin before treatment. {figure.clean(timeline.provenance(base))}")
    return sheet.fig


def answer_page(found, asked, answers, grey):
    sheet = Sheet(grey)
    sheet.text("Answers", 17, gap=0.08, fontweight="bold")
    sheet.text("Every number was read off runs of the same treatment with one thing changed.", 9.5, gap=0.15, color=FAINT)
    for number, (question, answer) in enumerate(zip(asked, answers), start=1):
        sheet.number(number)
        sheet.text(answer, 9.2, LEFT + 0.27, WIDTH - 0.27, 0.12)
    sheet.y -= 0.1
    end = min(float(run.series["time"][-1]) for _, run in found.values())
    ax = sheet.axes(2.4, "variations", LEFT + 0.42, 4.1)
    figure.healing_axis(ax, end, 1.5)
    ax.axhline(0, color=FAINT, linewidth=0.7)
    for (variant, run), (colour, dashes) in zip(found.values(), LOOKS):
        inside = run.series["time"].values <= end
        ax.plot(run.series["time"].values[inside], 100 * run.series["collagen_gain"].values[inside], linestyle=dashes,
                color=figure.grey(colour) if grey else colour, label=variant.label)
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=8)
    ax.set_ylabel("change of\ncollagen (%)", fontsize=8)
    ax.set_xlabel("time since the first session", fontsize=8, labelpad=2)
    ax.tick_params(labelsize=8)
    sheet.y -= 0.62
    columns = [LEFT, LEFT + 2.3, LEFT + 3.55, LEFT + 4.65, LEFT + 5.75]
    rows = [questions.HEADINGS] + [questions.row(variant, run) for variant, run in found.values()]
    for i, cells in enumerate(rows):
        for x, cell in zip(columns, cells):
            sheet.fig.text(x / PAGE[0], sheet.y / PAGE[1], cell, fontsize=8, va="top", linespacing=1.15, fontweight="normal" if i else "bold")
        sheet.y -= 0.36 if i == 0 else 0.19
    sheet.y -= 0.15
    base = found["base"][1]
    sheet.text("To run them yourself", 9.5, gap=0.06, fontweight="bold")
    sheet.text("One channel (domain.geometry=axisymmetric, 20 µm) and what is changed. " + ". ".join(
        f"{variant.label}: " + " ".join(f'--set {key}="{value}"' for key, value in variant.changes.items())
        for variant, _ in list(found.values())[1:]) + ".", 8, color=FAINT)
    sheet.foot(f"A simulation shows what a model says; it is not medical advice. {figure.clean(timeline.provenance(base))}")
    return sheet.fig


def write(path, pages, title, alt):
    """All pages as one PDF, or the first as a picture, whole or not at all, the same bytes every time."""
    if not str(path).lower().endswith(".pdf"):
        return figure.save(pages[0], str(path), title, alt, 100)
    buffer = io.BytesIO()
    with PdfPages(buffer, metadata={"Title": title, "Subject": alt, "Creator": "Needlework", "Producer": None, "CreationDate": None}) as pdf:
        for page in pages:
            pdf.savefig(page)
    figure.write(path, buffer.getvalue())


def make(given):
    figure.style(9)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.runs or temporary
        os.makedirs(folder, exist_ok=True)
        found, others = runs(given, folder)
        base = found["base"][1]
        if section.read(base) is None or not np.isfinite(base.series["collagen_gain"].values).all():
            raise results.ResultsError(f"{base.path}: there is nothing to draw a lesson from")
        asked = questions.of({name: run for name, (_, run) in found.items()}, others)
        answers = [question.answer for question in asked]
        pages = [question_page(base, asked, given.style == "grey")]
        if given.answers:
            pages.append(answer_page(found, asked, answers, given.style == "grey"))
    alt = f"Lesson: {timeline.protocol(base)}. Questions: " + " ".join(f"{i}. {question.ask}" for i, question in enumerate(asked, start=1))
    return pages, alt


def arguments(words):
    parser = argparse.ArgumentParser(prog="lesson.py", description="Make a printable lesson (A4, PDF) of a treatment: figure, questions, answers.",
                                     epilog="exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written, or a run failed")
    parser.add_argument("files", metavar="FILE", nargs="*", help="results: the first gives the treatment (default: configs/quickstart.yaml), \
more are compared with it, up to four in all")
    parser.add_argument("-o", "--output", metavar="OUT", default="lesson.pdf", help="PDF to write (default: lesson.pdf); as .png or .svg the first page only")
    parser.add_argument("--no-answers", dest="answers", action="store_false", help="leave the page of answers out")
    parser.add_argument("--style", choices=("color", "grey"), default="color", help="colour or grey (default: color)")
    parser.add_argument("--runs", metavar="DIR", help="keep the runs in this folder")
    parser.add_argument("--program", default=os.environ.get("NEEDLEWORK", str(TOP / "build/needlework")), help="needlework itself (default: the one\
 that calls, else build/needlework)")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    given = parser.parse_args(words)
    figure.check_ending(parser, given.output, "a lesson", ("pdf", "png", "svg"))
    if len(given.files) > 4:
        parser.error(f"{len(given.files)} files are too many to compare, up to 4")
    return given


def main(words=None):
    given = arguments(words)
    try:
        pages, alt = make(given)
    except results.ResultsError as error:
        return figure.complain("lesson.py", error)
    except OSError as error:
        return figure.complain("lesson.py", error, error.filename or given.runs)
    try:
        write(given.output, pages, "How does skin heal after microneedling?", alt)
    except OSError as error:
        return figure.complain("lesson.py", error, given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
