#!/usr/bin/python3
"""Draws the healing timeline of one run: phases of healing, collagen, elastin, cells and skin surface.

    analysis/timeline.py results/quickstart.h5 -o timeline.png
    analysis/timeline.py results/quickstart.h5 --ensemble results/members -o timeline.png     # with bands of uncertainty

Above stand cross-sections of the skin, where the run has space and kept snapshots. The phases are read off the run itself (see phases.py and
the footnote of the figure), the marks come from the file's own summary.
Exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written.
"""

import dataclasses
import os
import sys
import textwrap

import numpy as np

import ensemble
import figure
import insets
import phases
import results
import section
from figure import BLACK, BLUE, DASHDOT, DASHED, DOTTED, FAINT, GREEN, INK, LONG, ORANGE, PURPLE, RED, SOLID, plt

WIDTH = 10.0  # inches


@dataclasses.dataclass
class Line:
    label: str
    time: np.ndarray
    value: np.ndarray
    colour: str
    dashes: object
    weight: float = 1.6
    band: object = None  # ensemble.Band in the unit of the panel


@dataclasses.dataclass
class Panel:
    title: str
    unit: str
    height: float
    lines: list
    twin: list = dataclasses.field(default_factory=list)  # lines on an axis of their own, at the right
    floor: object = None                                  # lowest value of the axis; None = from the data


# ---- what the run says ------------------------------------------------------------------------------------------------------------

def panels(run, signals, spread=None):
    """The panels this file can fill.  spread: the Ensemble whose band goes behind the first line of every panel that has one."""
    series, sessions = run.series, run.performed
    time = series["time"].values

    def lines(*rows):
        found = []
        for name, label, colour, dashes, weight, change in rows:
            if name in series:
                value = change(series[name].values)
                moment, value = value if isinstance(value, tuple) else (time, value)
                found.append(Line(label, moment, value, colour, dashes, weight))
                if spread and name in spread.bands and moment is time and not any(line.band for line in found):
                    found[-1].band = spread.bands[name].through(change)
        return found

    def percent(value):
        return 100 * value

    def same(value):
        return value

    def after(name, text):
        days = run.summary.get(name, np.nan)
        return f"\n({text} after {duration(days)})" if np.isfinite(days) else ""

    def magnified(name):
        largest = np.nanmax(series[name].values) if name in series else 0
        return 10 if 0 < largest < 0.1 else 1

    times = magnified("myofibroblasts")
    collagen = Panel("Collagen", "change (%)", 2.4, lines(
        ("collagen_gain", "total", BLACK, SOLID, 2.4, percent),
        ("collagen_I_gain", "type I", BLUE, DASHED, 1.6, percent),
        ("collagen_III_gain", "type III", RED, DASHDOT, 1.6, percent),
        ("mature_collagen_gain", "mature, cross-linked", GREEN, LONG, 1.6, percent),
        ("new_collagen_fraction", "new, not yet linked\n(share of all, %)", PURPLE, DOTTED, 1.9, percent)))
    elastin = Panel("Elastin", "change (%)", 1.0, lines(("elastin_gain", "elastin fibres", BLUE, SOLID, 1.8, percent)),
                    lines(("tropoelastin_ratio", "tropoelastin, precursor\n(× normal, right axis)", RED, DASHED, 1.6, same)))
    cells = Panel("Cells", "1 = normal", 1.15, lines(
        ("fibroblasts", "fibroblasts, all", BLACK, SOLID, 1.9, same),
        ("activated_fibroblasts", "activated", GREEN, DASHED, 1.6, same),
        ("myofibroblasts", "myofibroblasts" + f" × {times}" * (times > 1), RED, DASHDOT, 1.6, lambda value: times * value)), floor=0)
    skin = Panel("Skin surface", "% of normal", 1.25, lines(
        ("epidermal_thickness", "epidermal thickness", BLUE, SOLID, 1.7, percent),
        ("epidermal_closure", "channels closed" + after("epidermal_closure_time", "95 %"), BLACK, DASHED, 1.6,
         lambda value: phases.opened(time, percent(value), sessions, 0.0)),
        ("barrier_deficit", "barrier" + after("barrier_recovery_time", "back"), ORANGE, DOTTED, 2.0,
         lambda value: phases.opened(time, 100 - percent(value), sessions, 0.0))), floor=0)
    found = [collagen, elastin, cells, skin]
    if signals:
        def of_peak(name):  # of this run, for its band too
            first = series[name].values[0] if name in series else 0.0
            peak = max(np.nanmax(series[name].values - first), 1e-30) if name in series else 1.0
            return lambda value: 100 * (value - first) / peak
        found.insert(3, Panel("Signals", "% of peak", 1.0, lines(
            ("erythema", "erythema", ORANGE, SOLID, 1.7, of_peak("erythema")), ("tgfb", "TGF-β", BLUE, DASHED, 1.6, of_peak("tgfb")),
            ("mmp", "MMP activity", RED, DASHDOT, 1.6, of_peak("mmp"))), floor=0))
    return [panel for panel in found if panel.lines or panel.twin]


def marks(run):
    """(day, gain in %, text) of the outcomes on the curve of total collagen."""
    if "collagen_gain" not in run.series:
        return []
    time, gain = run.series["time"].values, 100 * run.series["collagen_gain"].values
    found, summary = [], run.summary

    def add(day, text):
        if np.isfinite(day) and time[0] <= day <= time[-1]:
            found.append((day, float(np.interp(day, time, gain)), text))

    add(summary.get("collagen_onset", np.nan), "lasting gain ≥ 1 %\n{day}")
    if np.isfinite(summary.get("collagen_onset", np.nan)):
        add(summary.get("collagen_time_to_90_percent", np.nan), "90 % of peak\n{day}")
    peak = summary.get("peak_collagen_gain", np.nan)
    if np.isfinite(peak) and peak > 5e-4 and abs(np.nanmax(gain) - 100 * peak) < 5 * peak:  # the series reaches it, to 5 %
        at = int(np.nanargmax(gain))
        add(time[at], f"peak {100 * peak:+.1f} %\n{{day}}" if at < len(time) - 1 else f"{100 * peak:+.1f} %, rising\n{{day}}")
    return [(day, value, text.format(day=f"day {day:.0f}")) for day, value, text in found]


# ---- words ------------------------------------------------------------------------------------------------------------------------

def duration(days):
    return f"{24 * days:.0f} h" if days < 2 else f"{days:.2g} d" if days < 10 else f"{days:.0f} d"


def span_text(phase, end):
    """When a phase was under way, for the margin."""
    if not phase.spans:
        return "threshold not reached"
    if len(phase.spans) > 1 and phase.spans[-1][1] < end:
        return f"{len(phase.spans)} times, {duration(sum(b - a for a, b in phase.spans))} in all"
    start, stop = phase.spans[0] if len(phase.spans) == 1 else (phase.spans[0][0], end)
    start = "0" if start < 0.1 else f"{start:.1f}" if start < 2 else f"{start:.0f}"
    return f"from day {start}, still on" if stop >= end else f"day {start} to {stop:.1f}" if stop < 10 else f"day {start} to {stop:.0f}"


def protocol(run):
    """Device, depth, density, sessions and skin in one line, as far as the configuration tells."""
    treatment, skin = run.settings.get("treatment") or {}, run.settings.get("skin") or {}
    if not isinstance(treatment, dict) or not isinstance(skin, dict):
        return ""
    needle = treatment.get("needle") if isinstance(treatment.get("needle"), dict) else {}
    length = figure.quantity(needle.get("length"), figure.LENGTHS)
    density = figure.quantity(treatment.get("density"), figure.DENSITIES)
    interval = figure.quantity(treatment.get("interval"), results.DAYS)
    age = figure.quantity(skin.get("age"), figure.AGES)
    number, parts = run.performed.size, []
    if number and "device" in treatment:
        parts.append(str(treatment["device"]).replace("_", " "))
    if number and length is not None:
        reach = needle.get("reach")
        depth = f", channels {length * float(reach):.3g} mm deep" if isinstance(reach, (int, float)) and reach > 0 else ""
        parts.append(f"{length:g} mm needles{depth}")
    if number and density is not None:
        parts.append(f"{density:g} channels/cm²")
    if number:
        weeks = interval / 7 if interval else 0
        apart = f", {weeks:.0f} weeks apart" if abs(weeks - round(weeks)) < 0.01 else f", {interval:.3g} days apart"
        parts.append(f"{number} session{'s' * (number > 1)}{apart if number > 1 and interval else ''}")
    if "collagen_gain" in run.series and ("site" in skin or age is not None):
        parts.append(", ".join(str(part) for part in (skin.get("site"), f"{age:g} years" if age is not None else None) if part))
    return " · ".join(parts)


def provenance(run):
    origin = run.origin
    parts = [f"Needlework {origin['version']}".strip()]
    if origin["commit"]:
        parts.append(f"commit {origin['commit'].rstrip('+')[:10]}{'+' * origin['commit'].endswith('+')}")
    if origin["configuration"]:
        parts.append(f"configuration {origin['configuration'].split(':')[-1][:12]}")
    parts.append(run.ending)
    return " · ".join(parts)


def alt_text(run, found, end, days):
    """What the figure shows, in words."""
    sentences = [f"Healing timeline of one simulated treatment over {end:.0f} days"]
    if run.performed.size:
        sentences.append("sessions on " + ", ".join(f"day {day:.0f}" for day in run.performed))
    sentences += [f"{phase.name}: {span_text(phase, end)}" for phase in found]
    if len(days):
        sentences.append("cross-sections of the skin on day " + ", ".join(f"{day:.3g}" for day in days))
    sentences += ["total collagen, " + text.replace("\n", ": ") for _, _, text in marks(run)]
    if "collagen_gain" in run.series:
        sentences.append(f"change of total collagen at the end: {100 * float(run.series['collagen_gain'][-1]):+.1f} %")
    return ". ".join(sentences) + "."


# ---- the picture ------------------------------------------------------------------------------------------------------------------

class Pen:
    """Colours and sizes of this drawing: colour or grey, scaled with the width."""

    def __init__(self, grey, scale):
        self.grey, self.k = grey, scale

    def colour(self, name):
        return figure.grey(name) if self.grey else name

    def tint(self, name):
        if not self.grey:
            return name
        r, g, b = plt.matplotlib.colors.to_rgb(name)
        return str(round(0.299 * r + 0.587 * g + 0.114 * b, 3))


def caption(ax, phase, base, end, sessions, pen):
    """What skin does in this phase, written into the widest room beside its hill; nothing where there is none."""
    taken = sorted([(figure.place(a, end), figure.place(b, end)) for a, b in phase.spans] + [(figure.place(day, end),) * 2 for day in sessions])
    rooms, edge = [], 0.0
    for start, stop in taken + [(1.0, 1.0)]:
        rooms.append((start - edge, edge, start))
        edge = max(edge, stop)
    room, start, stop = max(rooms, default=(0, 0, 0))
    late = stop < 1  # the hill comes after: write towards it
    words = ax.text(stop - 0.012 if late else start + 0.012, (base + 0.36) / ax.get_ylim()[1], phase.deed, transform=ax.transAxes, va="center",
                    ha="right" if late else "left", fontsize=7.5 * pen.k, color=FAINT, fontstyle="italic", zorder=5)
    if figure.text_width(words, ax) > room - 0.024:
        words.remove()


def draw_hills(ax, found, end, pen, names=()):
    """One lane per phase: the signal behind it as a hill, dark where it counts as the phase.  names: instead of the phases' own."""
    rows = len(found)
    ax.set_ylim(0, max(rows, 1))
    labels = [name for name, _ in zip(names, found)] or [phase.name for phase in found]
    ax.set_yticks([rows - 1 - i + 0.36 for i in range(rows)], labels, fontsize=8.5 * pen.k)
    ax.tick_params(axis="both", length=0)
    ax.tick_params(axis="x", labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    for i, phase in enumerate(found):
        base = rows - 1 - i
        top = max(phase.threshold, np.nanmax(phase.signal))
        hill = base + 0.84 * np.clip(phase.signal / top, 0, 1)
        colour = pen.colour(phase.colour)
        ax.fill_between(phase.time, base, hill, color=colour, alpha=0.25, linewidth=0, zorder=2)
        for start, stop in phase.spans:
            inside = np.concatenate([[start], phase.time[(phase.time > start) & (phase.time < stop)], [stop]])
            ax.fill_between(inside, base, np.interp(inside, phase.time, hill), color=colour, alpha=0.9, linewidth=0, zorder=3)
        ax.axhline(base, color=FAINT, linewidth=0.6 * pen.k, zorder=4)


def draw_phases(ax, found, sessions, end, pen):
    """The hills of the phases, what skin does in each, and when."""
    draw_hills(ax, found, end, pen)
    for i, phase in enumerate(found):
        base = len(found) - 1 - i
        ax.text(1.044, base + 0.36, span_text(phase, end), transform=ax.get_yaxis_transform(), va="center", fontsize=8 * pen.k, color=INK)
        if phase.spans:
            caption(ax, phase, base, end, sessions, pen)


def draw_sessions(axes, run, end, pen):
    """A line through all panels and a numbered triangle on top; hollow at the planned time of one that never took place."""
    if "performed" not in run.sessions:
        return
    performed = run.sessions["performed"].values
    scheduled = run.sessions["scheduled"].values if "scheduled" in run.sessions else performed
    top = axes[0]
    shown = []  # (day, missed, wordings of the label, longest first)
    for i, (planned, given) in enumerate(zip(scheduled, performed), start=1):
        missed, day = not np.isfinite(given), given if np.isfinite(given) else planned
        if np.isfinite(day) and 0 <= day <= end:
            words = "not given" if missed else f"{duration(given - planned)} late" if given - planned > 0.5 else ""
            number = f"session {i}" if not shown else f"{i}"
            shown.append((day, missed, [f"{number}, {words}" if words else number, number, f"{i}", ""]))
    places = [figure.place(day, end) for day, _, _ in shown] + [1.2]
    for (day, missed, wordings), here, following in zip(shown, places, places[1:]):
        for ax in axes:
            ax.axvline(day, color=INK, linewidth=0.8 * pen.k, linestyle=":" if missed else "-", alpha=0.55, zorder=1.5)
        top.plot([day], [1.06], marker="v", markersize=6 * pen.k, color=INK, markerfacecolor="white" if missed else INK, clip_on=False,
                 markeredgewidth=pen.k, transform=top.get_xaxis_transform(), zorder=6)
        label = top.annotate("", (day, 1.06), xycoords=top.get_xaxis_transform(), xytext=(5 * pen.k, 0), textcoords="offset points",
                             va="center", fontsize=8 * pen.k)
        for words in wordings:
            label.set_text(words)
            if figure.text_width(label, top) < following - here - 0.02:
                break


def draw_panel(ax, panel, found, end, pen):
    """Lines over the tints of the leading phase, with the key at the right."""
    for start, stop, phase in phases.leading(found, end):
        ax.axvspan(start, stop, color=pen.tint(phase.tint), linewidth=0, zorder=0)
    ax.grid(axis="x", color="white", linewidth=0.9 * pen.k, zorder=0.5)
    ax.set_axisbelow(True)
    handles = []
    values = [line.value[np.isfinite(line.value)] for line in panel.lines]
    values += [edge[np.isfinite(edge)] for line in panel.lines if line.band for edge in (line.band.low, line.band.high)]
    flat = np.concatenate(values) if values else np.empty(0)
    if panel.unit.startswith("change"):
        ax.axhline(0, color=FAINT, linewidth=0.8 * pen.k, zorder=1.2)
    for line in panel.lines:
        for low, high in ([(line.band.low, line.band.high), *([line.band.inner] if line.band.inner else [])] if line.band else []):
            ax.fill_between(line.band.time, low, high, color=pen.colour(line.colour), alpha=0.16, linewidth=0, zorder=2)
        handles += ax.plot(line.time, line.value, color=pen.colour(line.colour), linestyle=line.dashes, linewidth=line.weight * pen.k,
                           label=line.label, zorder=3, clip_on=False)
    if flat.size:
        low, high = (panel.floor if panel.floor is not None else min(flat.min(), 0)), max(flat.max(), 0.01)
        ax.set_ylim(low - (0.08 * (high - low) if panel.floor is None else 0.0), high + 0.1 * (high - low))
    ax.set_ylabel(panel.unit, labelpad=3 * pen.k)
    ax.yaxis.set_label_coords(-0.062, 0.5)
    ax.yaxis.set_major_locator(plt.MaxNLocator(6 if panel.height > 2 else 3, steps=[1, 2, 5, 10], min_n_ticks=3))
    if panel.twin:
        twin = ax.twinx()
        for line in panel.twin:
            handles += twin.plot(line.time, line.value, color=pen.colour(line.colour), linestyle=line.dashes,
                                 linewidth=line.weight * pen.k, label=line.label, zorder=3, clip_on=False)
        twin.spines["right"].set_visible(True)
        twin.spines["right"].set_color(pen.colour(panel.twin[0].colour))
        twin.tick_params(axis="y", colors=pen.colour(panel.twin[0].colour), pad=2 * pen.k)
        twin.yaxis.set_major_locator(plt.MaxNLocator(3, steps=[1, 2, 5, 10], min_n_ticks=2))
        twin.set_ylim(min(0.9, *(np.nanmin(line.value) for line in panel.twin)), max(1.5, *(1.05 * np.nanmax(line.value) for line in panel.twin)))
    key = ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.036, 0.5), title=panel.title, alignment="left",
                    fontsize=8 * pen.k, title_fontproperties={"weight": "bold", "size": 9 * pen.k}, handlelength=2.9, labelspacing=0.45,
                    borderpad=0, handletextpad=0.6)
    key.set_zorder(5)


def draw_marks(ax, run, end, pen):
    """Points on the curve of total collagen, named above it."""
    found = marks(run)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.22 * (high - low))
    if not found:
        if "collagen_onset" in run.summary:
            ax.text(0.01, 0.95, "no lasting gain of 1 % or more", transform=ax.transAxes, va="top", fontsize=8 * pen.k)
        return
    box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "alpha": 0.55, "linewidth": 0}
    arrow = {"arrowstyle": "-", "color": FAINT, "linewidth": 0.8 * pen.k, "shrinkA": 1, "shrinkB": 3 * pen.k}
    labels = [ax.annotate(text, (day, gain), xytext=(0.5, 0.985), textcoords="axes fraction", ha="center", va="top", fontsize=8 * pen.k,
                          linespacing=1.15, zorder=7, bbox=box, arrowprops=arrow) for day, gain, text in found]
    centres = figure.spread([figure.place(day, end) for day, _, _ in found], [figure.text_width(label, ax) for label in labels], 0.0, 1.0,
                            0.015)
    for (day, gain, _), label, centre in zip(found, labels, centres):
        label.set_position((centre, 0.985))
        ax.plot([day], [gain], "o", color=INK, markersize=5.5 * pen.k, markerfacecolor="white", markeredgewidth=1.5 * pen.k, zorder=8,
                clip_on=False)


def footnotes(run, found, cut, spread):
    rules = "; ".join(f"{phase.name}: {phase.rule}" for phase in found)
    parts = [f"Phases are read off this run, hills show the signal behind each. {rules[:1].upper()}{rules[1:]}."] if found else []
    sentences = ["Dermis: mean of its upper 0.3 mm; changes are relative to the same skin before treatment.",
                 "The fraction of channels closed and the barrier count as 0 just after a session."]
    if cut:
        sentences.append("Cross-sections through a channel; that of a session's day is the state just after it; dots: density of cells in the model.")
    bands = [f"Bands: {figure.clean(spread.text)}."] if spread else []
    return parts + [" ".join(sentences)] + bands + [figure.clean(provenance(run))]


def section_of(run):
    """The cross-section of a run, or a note why there is none: the curves do not depend on it."""
    try:
        return section.read(run)
    except results.ResultsError as error:
        run.notes.append(f"no cross-sections: {error}")
        return None


def draw(run, title=None, width=WIDTH, grey=False, signals=False, sections=True, spread=None):
    """The figure and its description."""
    pen = Pen(grey, width / WIDTH)
    figure.style(9 * pen.k)
    end = float(run.series["time"][-1])
    if end <= 0:
        raise results.ResultsError(f"{run.path}: the run ends at day {end:g}, so there is nothing to show yet")
    found, shown, cut = phases.of(run), panels(run, signals, spread), section_of(run) if sections else None
    if not shown:
        raise results.ResultsError(f"{run.path}: none of the outcomes of a timeline is in the file (it has "
                                   f"{', '.join(sorted(run.series.data_vars)[:5])})")
    notes = [line for part in footnotes(run, found, cut, spread) for line in textwrap.wrap(part, 178, break_on_hyphens=False)]
    room, foot, head, body = 6.92 * pen.k, (0.62 + 0.137 * len(notes)) * pen.k, (0.72 if cut else 0.87) * pen.k, 5.07 * pen.k * (1.15 if signals else 1)
    strip = insets.strip(cut, end, room, pen) if cut else None
    high = max(strip[2], 1.2 * pen.k) + 0.62 * pen.k if cut else 0.0
    height = head + high + body + foot
    heights = [0.33 * max(len(found), 1)] + [panel.height for panel in shown]
    fig = plt.figure(figsize=(width, height))
    grid = fig.add_gridspec(len(heights), 1, height_ratios=heights, left=0.098, right=0.79, top=1 - (head + high) / height,
                            bottom=foot / height, hspace=0.16)
    axes = [fig.add_subplot(grid[i]) for i in range(len(heights))]
    for ax in axes:
        figure.healing_axis(ax, end)
    draw_phases(axes[0], found, run.performed, end, pen)
    for ax, panel in zip(axes[1:], shown):
        draw_panel(ax, panel, found, end, pen)
        ax.tick_params(labelbottom=ax is axes[-1])
        if panel.title == "Collagen":
            draw_marks(ax, run, end, pen)
    draw_sessions(axes, run, end, pen)
    if cut:
        bottom = height - head - high + 0.45 * pen.k
        insets.draw(fig, axes[0], cut, strip, (0.98 * pen.k, bottom + (high - 0.62 * pen.k - strip[2]) / 2, room, strip[2]), end, pen)
        insets.key(fig, 8.21 * pen.k, bottom, cut, pen)
    since = " since the first session" if run.performed[:1].sum() == 0 else ""
    axes[-1].set_xlabel(f"time{since} (scale stretched towards the first days)", labelpad=3 * pen.k)

    heading = figure.clean(title or run.title) or "Healing after microneedling"
    figure.fit(fig.text(0.012, 1 - 0.126 * pen.k / height, heading, fontsize=14 * pen.k, fontweight="bold", va="top"))
    figure.fit(fig.text(0.012, 1 - 0.406 * pen.k / height, figure.clean(protocol(run)), fontsize=9.5 * pen.k, va="top", color=FAINT))
    fig.text(0.012, 0.07 * pen.k / height, "\n".join(notes), fontsize=7 * pen.k, va="bottom", color=FAINT, linespacing=1.4)
    return fig, heading, alt_text(run, found, end, strip[0] if cut else ())


def arguments(words):
    parser = figure.command_line("timeline.py", "Draw the healing timeline of one run.")
    parser.add_argument("file", metavar="FILE", help="results of `needlework run`")
    parser.add_argument("-o", "--output", metavar="OUT", help="picture to write: .png, .svg or .pdf (default: FILE with -timeline.png)")
    parser.add_argument("--title", help="heading (default: the title in the file)")
    parser.add_argument("--width", type=float, default=WIDTH, metavar="INCHES", help="3 to 40 inches (default: 10)")
    parser.add_argument("--dpi", type=float, default=160, help="dots per inch of a PNG, 30 to 1200 (default: 160)")
    parser.add_argument("--style", choices=("color", "grey"), default="color", help="colour or grey (default: color)")
    parser.add_argument("--signals", action="store_true", help="add a panel with erythema, TGF-beta and MMP activity")
    parser.add_argument("--no-insets", dest="sections", action="store_false", help="leave the cross-sections out")
    parser.add_argument("--ensemble", nargs="+", metavar="PATH", help="bands of uncertainty from these results files, folders of them, a table of \
`needlework sweep collect --series`, or a CSV file with the columns time_days, outcome, low, median, high")
    given = parser.parse_args(words)
    if given.output is None:
        given.output = os.path.splitext(given.file)[0] + "-timeline.png"
    figure.check_ending(parser, given.output)
    figure.check_range(parser, "--width", given.width, 3, 40, " inches")
    figure.check_range(parser, "--dpi", given.dpi, 30, 1200)
    return given


def main(words=None):
    given = arguments(words)
    try:
        run = results.read(given.file)
        spread = ensemble.read(given.ensemble) if given.ensemble else None
        fig, title, alt = draw(run, given.title, given.width, given.style == "grey", given.signals, given.sections, spread)
    except results.ResultsError as error:
        return figure.complain("timeline.py", error)
    return figure.deliver("timeline.py", fig, given.output, title, alt, given.dpi, run.notes + (spread.notes if spread else []))


if __name__ == "__main__":
    sys.exit(main())
