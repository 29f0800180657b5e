"""What every figure of Needlework shares: colours, line styles, the healing time axis, a file that is the same every time, the command line.

Palette: Okabe and Ito (2008), distinguishable with any colour vision.  Every line also has its own dashes, so that grey prints read too.
"""

import argparse
import io
import os
import re
import sys
from xml.sax.saxutils import escape

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import results

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
INK, FAINT = "#222222", "#5c5c5c"
SOLID, DASHED, DASHDOT, DOTTED, LONG = "-", (0, (4.5, 1.6)), (0, (5, 1.4, 1.1, 1.4)), (0, (1.1, 1.3)), (0, (9, 2))
RUNS = [(BLUE, SOLID), (RED, DASHED), (GREEN, DASHDOT), (PURPLE, LONG), (ORANGE, DOTTED), (BLACK, (0, (3, 1, 1, 1, 1, 1))), (SKY, SOLID),
        ("#7F5539", DASHED)]  # of several runs in one picture

MONTH = results.YEAR / 12
TICKS = [(0, "0"), (1, "1 d"), (3, "3 d"), (7, "1 wk"), (14, "2 wk"), (42, "6 wk"), (3 * MONTH, "3 mo"), (6 * MONTH, "6 mo"),
         (12 * MONTH, "12 mo"), (24 * MONTH, "2 yr"), (60 * MONTH, "5 yr")]
SPARE = [(28, "4 wk"), (9 * MONTH, "9 mo"), (18 * MONTH, "18 mo"), (36 * MONTH, "3 yr"), (0.25, "6 h"), (5, "5 d"), (21, "3 wk")]

FORMATS = ("png", "svg", "pdf")


def style(size=9.0):
    """Sets fonts and weights; text stays text in PDF, becomes outlines in SVG (the same on every machine)."""
    plt.rcdefaults()
    plt.rcParams.update({
        "font.family": "DejaVu Sans", "font.size": size, "axes.labelsize": size, "xtick.labelsize": size, "ytick.labelsize": size - 1,
        "axes.linewidth": 0.7, "axes.edgecolor": FAINT, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
        "xtick.major.width": 0.7, "ytick.major.width": 0.7, "xtick.major.size": 3, "ytick.major.size": 3,
        "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.7, "lines.dash_capstyle": "butt",
        "lines.solid_capstyle": "round", "legend.frameon": False, "pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "needlework",
        "text.parse_math": False})


def grey(colour):
    """The grey of the same lightness, darkened where it would fade on paper."""
    r, g, b = matplotlib.colors.to_rgb(colour)
    return str(round(min(0.45, 0.299 * r + 0.587 * g + 0.114 * b), 3))


STRETCH = 4.0  # days up to which the time axis is nearly linear


def place(day, end):
    """Where a day lies on the healing axis, 0 to 1."""
    return float(np.log1p(max(day, 0.0) / STRETCH) / np.log1p(end / STRETCH))


def clean(text):
    """One printable line from whatever a file says."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


# Units a configuration may give a value in, in mm, per cm2 and years.
LENGTHS = {"mm": 1, "um": 1e-3, "cm": 10, "m": 1000}
DENSITIES = {"/cm2": 1, "/mm2": 100, "cm-2": 1, "mm-2": 100, "1/cm2": 1, "1/mm2": 100}
AGES = {"years": 1, "year": 1, "yr": 1}


def quantity(value, units):
    """A value such as "250 /cm2" in a unit of `units` (unit: factor); None when it is no such thing."""
    parts = str(value).split(None, 1)
    try:
        return float(parts[0]) * units[parts[1].replace("^", "").replace(" ", "")]
    except (IndexError, KeyError, ValueError):
        return None


def fit(text):
    """Shrinks a text of the figure until it ends within the figure."""
    figure = text.figure
    width = plt.Text.get_window_extent(text, figure.canvas.get_renderer()).width
    text.set_fontsize(text.get_fontsize() * min(1.0, 0.97 * figure.bbox.width / max(width, 1.0)))


def text_width(text, ax):
    """Width of a text in units of the width of the axes."""
    renderer = ax.figure.canvas.get_renderer()
    return plt.Text.get_window_extent(text, renderer).width / ax.get_window_extent(renderer).width


def healing_axis(ax, end, crowd=1.0):
    """Time from 0 to `end` days on a scale linear in the first days and logarithmic beyond: log(1 + t / STRETCH).

    crowd: room between the numbers, more on narrow axes."""
    ax.set_xscale("function", functions=(lambda t: np.sign(t) * np.log1p(np.abs(t) / STRETCH),
                                         lambda u: np.sign(u) * STRETCH * np.expm1(np.abs(u))))
    ax.set_xlim(0, end)
    taken = []
    for day, label in TICKS + SPARE:
        here, room = place(day, end), 0.045 if (day, label) in TICKS else 0.058
        if here <= 1.002 and all(abs(here - other) > crowd * room for other, _, _ in taken):
            taken.append((here, min(day, end), label))
    taken.sort()
    ax.set_xticks([day for _, day, _ in taken], [label for _, _, label in taken])
    ax.minorticks_off()


def thin_ticks(ax, gap=0.02):
    """Drops labels of the time axis where they would touch in a narrow panel; the first and the last stay."""
    shown = [(day, label.get_text(), text_width(label, ax)) for day, label in zip(ax.get_xticks(), ax.get_xticklabels())]
    end = ax.get_xlim()[1]
    kept, spare = [shown[0], shown[-1]] if len(shown) > 1 else shown, {label for _, label in SPARE}
    for day, text, width in sorted(shown[1:-1], key=lambda tick: tick[1] in spare):  # stable: from left to right, the spare ones last
        if all(abs(place(day, end) - place(other, end)) > (width + its) / 2 + gap for other, _, its in kept):
            kept.append((day, text, width))
    kept.sort()
    ax.set_xticks([day for day, _, _ in kept], [text for _, text, _ in kept])


def shorten(text, ax, width):
    """Cuts the middle out of a text until it is no wider than `width` of the axes: names often differ at their end."""
    whole = text.get_text()
    for keep in range(len(whole) - 1, 4, -1):
        if text_width(text, ax) <= width:
            break
        text.set_text(whole[:(keep + 1) // 2] + "…" + whole[len(whole) - keep // 2:])


def spread(centres, widths, low, high, gap):
    """Places labels of given widths near their centres within low..high, without overlap where there is room."""
    order = np.argsort(centres, kind="stable")
    places, widths = np.array(centres, dtype=float), np.array(widths)
    for _ in range(200):  # push neighbours apart until nobody overlaps
        places = np.clip(places, low + widths / 2, high - widths / 2)
        moved = 0.0
        for i, j in zip(order, order[1:]):
            overlap = (widths[i] + widths[j]) / 2 + gap - (places[j] - places[i])
            if overlap > 1e-9:
                places[i] -= overlap / 2
                places[j] += overlap / 2
                moved = max(moved, overlap)
        if moved == 0.0:
            break
    return places


def pareto(cost, worth):
    """Indices, in order of cost, of the points that no other point beats: none has a lower cost and no lower worth, or the reverse."""
    cost, worth = np.asarray(cost, dtype=float), np.asarray(worth, dtype=float)
    known = np.flatnonzero(np.isfinite(cost) & np.isfinite(worth))
    front, best = [], -np.inf
    for i in sorted(known, key=lambda i: (cost[i], -worth[i])):
        if worth[i] > best or (front and cost[i] == cost[front[-1]] and worth[i] == best):
            front.append(int(i))
            best = worth[i]
    return front


def save(fig, path, title, alt, dpi):
    """Writes the figure with its description, whole or not at all; the same bytes for the same figure."""
    kind = os.path.splitext(path)[1][1:].lower()
    metadata = {"png": {"Title": title, "Description": alt, "Software": None},
                "svg": {"Title": title, "Description": alt, "Date": None, "Creator": "Needlework"},
                "pdf": {"Title": title, "Subject": alt, "Creator": "Needlework", "Producer": None, "CreationDate": None}}[kind]
    buffer = io.BytesIO()
    fig.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
    content = buffer.getvalue()
    if kind == "svg":  # screen readers speak <title> and <desc>, which must be named by the root element
        text = content.decode("utf-8").replace("<svg ", '<svg role="img" aria-labelledby="title desc" ', 1)
        content = re.sub(r"<title>(.*?)</title>", lambda m: f'<title id="title">{m[1]}</title>\n <desc id="desc">{escape(alt)}</desc>', text,
                         count=1, flags=re.S).encode("utf-8")
    write(path, content)


def write(path, content):
    """Writes bytes to a file, whole or not at all."""
    partial = f"{path}.part"
    try:
        with open(partial, "wb") as file:
            file.write(content)
        os.replace(partial, path)
    except OSError:
        if os.path.exists(partial):
            os.remove(partial)
        raise


# ---- the command line ---------------------------------------------------------------------------------------------------------------

def command_line(program, description):
    return argparse.ArgumentParser(prog=program, description=description,
                                   epilog="exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written")


def listed(endings):
    """.png, .svg or .pdf"""
    words = [f".{ending}" for ending in endings]
    return " or ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])


def check_ending(parser, path, what="the picture", endings=FORMATS):
    if os.path.splitext(path)[1][1:].lower() not in endings:
        parser.error(f"{path}: {what} must end in {listed(endings)}")


def check_range(parser, option, value, low, high, unit=""):
    if not low <= value <= high:
        parser.error(f"{option}: {value:g}{unit} is outside {low} to {high}{unit}")


def complain(program, error, path=None):
    """Says what went wrong (with `path`: why it cannot be written); returns the exit code."""
    print(f"{program}: error: {f'{path}: cannot be written ({error.strerror or error})' if path else error}", file=sys.stderr)
    return 4


def deliver(program, fig, path, title, alt, dpi, notes=()):
    """Writes the figure and says the notes; returns the exit code."""
    try:
        save(fig, path, title, alt, dpi)
    except OSError as error:
        return complain(program, error, path)
    say(program, notes)
    return 0


def say(program, notes):
    for note in notes:
        print(f"{program}: note: {note}", file=sys.stderr)
