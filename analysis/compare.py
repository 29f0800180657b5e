#!/usr/bin/python3
"""Draws 2 to 8 runs side by side: bars of outcomes, best run first, collagen over time and depth, and what the gain costs.

    analysis/compare.py results/compare/*.h5 -o compare.png

Values are read off the files (their summaries, or a series at its end); nothing is rescaled.  `needlework compare` prints the same as a table.
Exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written.
"""

import dataclasses
import math
import os
import sys
import textwrap

import numpy as np

import figure
import results
from figure import FAINT, INK, RED, RUNS, plt

WIDTH, LEAST, MOST = 11.0, 2, len(RUNS)
FONT = 9.0
COLLAGEN = "collagen_"


# ---- the dose of a treatment -------------------------------------------------------------------------------------------------------

@dataclasses.dataclass
class Dose:
    """What the needles did to one cm2 of skin in one session, by the nominal geometry of the device; NaN where the file does not say."""
    channels: float  # channels [/cm2]
    area: float      # their mouths, pi a^2 each [mm2/cm2]
    volume: float    # their part in the dermis, the tapering end included [mm3/cm2]
    depth: float     # depth of a channel below the skin surface [mm]
    sessions: int    # performed

    @property
    def damage(self):
        """Volume of all sessions [mm3/cm2]."""
        return self.volume * self.sessions


def channel_volume(radius, depth, taper, top):
    """Volume below depth `top` of a tapered cylinder a(z) = a min(1, (L - z) / (taper L)) [mm3]."""
    if top >= depth:
        return 0.0
    turn = max(depth * (1 - taper), top)  # straight above, cone below
    width = radius * min(1.0, (depth - turn) / (taper * depth)) if taper > 0 else 0.0
    return math.pi * (radius**2 * (turn - top) + width**2 * (depth - turn) / 3)


def dose(run):
    """The dose of a run, from its resolved configuration."""
    sessions = int(run.performed.size)
    device = run.setting("treatment", "device")
    if "confluent" in (device, run.setting("devices", device, "like")):  # the whole area, no channels
        return Dose(math.nan, math.nan, math.nan, math.nan, sessions)

    def quantity(units, *keys):
        value = run.setting(*keys)
        found = figure.quantity(value, units) if units else value if isinstance(value, (int, float)) else None
        return math.nan if found is None else float(found)

    length, diameter = (quantity(figure.LENGTHS, "treatment", "needle", name) for name in ("length", "diameter"))
    reach, recoil, taper = (quantity(None, "treatment", "needle", name) for name in ("reach", "recoil", "taper"))
    channels, top = quantity(figure.DENSITIES, "treatment", "density"), quantity(figure.LENGTHS, "skin", "epidermis")
    depth, radius = length * reach, diameter * recoil / 2
    known = np.isfinite([depth, radius, taper, top]).all()
    volume = channels * channel_volume(radius, depth, taper, top) if known else math.nan
    return Dose(channels, channels * math.pi * radius**2, volume, depth, sessions)


# ---- what the runs say --------------------------------------------------------------------------------------------------------------

class Unlike(Exception):
    """Runs that have nothing to be compared by; str() is one sentence."""


@dataclasses.dataclass
class Entry:
    """One run in the comparison."""
    run: object
    label: str
    dose: Dose
    number: int = 0       # place, 1 = best
    colour: str = INK
    dashes: object = "-"


@dataclasses.dataclass
class Column:
    """Bars: one number per run."""
    title: str
    unit: str
    value: object         # of an entry
    lower: bool           # whether the lower value is the better one


def outcome(entry, name):
    """A number of the summary, or a series at the end of the run; NaN when it is not there or was not reached."""
    run = entry.run
    if name == "damaged_volume":
        return entry.dose.damage
    if name == "downtime":
        name = "downtime_total" if "downtime_total" in run.summary else name
    if name in run.summary:
        return run.summary[name]
    return float(run.series[name][-1]) if name in run.series else math.nan


def lower_is_better(run, name):
    """As the results file says; the higher value of all else."""
    return name in run.about.get("lower_is_better", "").split() or name == "damaged_volume"


def ratio(above, below):
    return above / below if below and np.isfinite(below) else math.nan


def columns(entries, by):
    """The outcomes that are shown as bars; one that no run has is left out."""
    def of(name, factor=1.0):
        return lambda entry: factor * outcome(entry, name)

    found = [
        Column("Collagen gain\nat the end", "%", of("final_collagen_gain", 100), False),
        Column("Gain per\ndamaged volume", "% per mm³/cm²", lambda e: ratio(100 * outcome(e, "final_collagen_gain"), e.dose.damage), False),
        Column("Gain per day\nof downtime", "% per day", lambda e: ratio(100 * outcome(e, "final_collagen_gain"), outcome(e, "downtime")), False),
        Column("Lasting gain\n≥ 1 % from", "day", of("collagen_onset"), True),
        Column("Downtime, all\nsessions", "days", of("downtime"), True),
        Column("Scar index\nat the end", "0 = none", of("scar_index"), True),
    ]
    if by not in ("final_collagen_gain", "collagen_gain", "downtime", "collagen_onset", "scar_index"):
        gain = by.endswith("_gain")
        title = "\n".join(textwrap.wrap((by[:1].upper() + by[1:]).replace("_", " "), 16)[:2])
        found.insert(0, Column(title, "%" if gain else unit_of(entries, by), of(by, 100 if gain else 1), lower_is_better(entries[0].run, by)))
    return [column for column in found if any(np.isfinite(column.value(entry)) for entry in entries)]


def unit_of(entries, name):
    for entry in entries:
        if name in entry.run.series:
            unit = entry.run.series[name].attrs.get("units", "1")
            return "" if unit == "1" else unit
    return "day" if "time" in name or "onset" in name else "mm³/cm²" if name == "damaged_volume" else ""


def depth_profile(entry):
    """(depth [mm], change of total collagen [%]) at the end of the run, against the first profile; None when the file has none."""
    names = [name for name in entry.run.names["profiles"] if name.startswith(COLLAGEN)]
    if not names:
        return None
    try:
        total = sum(entry.run.profile(name) for name in names)
    except results.ResultsError as error:
        entry.run.notes.append(str(error))
        return None
    if total.sizes["time"] < 2 or "z" not in total.coords or not (total[0] > 0).all():
        return None
    return total["z"].values, 100 * (total[-1] / total[0] - 1).values


def labels(runs):
    """File names without what they share; with their folder where two are the same."""
    stems = [os.path.splitext(os.path.basename(run.path))[0] for run in runs]
    if len(set(stems)) < len(stems):
        stems = [os.path.join(os.path.basename(os.path.dirname(os.path.abspath(run.path))), stem) for run, stem in zip(runs, stems)]
    return [figure.clean(stem) for stem in stems]


def entries_of(runs, names, by):
    """The runs, best first by outcome `by`, with numbers and colours."""
    models = {run.about.get("model", "") for run in runs}
    if len(models) > 1:
        named = ", ".join(f"{run.path} ({run.about.get('model') or 'unknown'})" for run in runs)
        raise Unlike(f"runs of different models are not compared: {named}")
    found = [Entry(run, label, dose(run)) for run, label in zip(runs, names or labels(runs))]
    if not any(by in run.series or by in run.summary for run in runs) and by != "damaged_volume":
        raise Unlike(f"--by: {by} is in none of the files; they have {', '.join(sorted(runs[0].summary))} and "
                                   f"{', '.join(sorted(runs[0].series.data_vars))}")
    sign = 1 if lower_is_better(runs[0], by) else -1

    def place(entry):
        value = outcome(entry, by)
        return (not np.isfinite(value), sign * value if np.isfinite(value) else 0.0)

    found.sort(key=place)
    for i, entry in enumerate(found):
        entry.number, (entry.colour, entry.dashes) = i + 1, RUNS[i]
    return found


def remarks(entries):
    """What a reader must know before comparing."""
    ends = sorted({round(float(entry.run.series["time"][-1])) for entry in entries})
    found = []
    if len(ends) > 1:
        found.append(f"The runs end at different times (day {', '.join(map(str, ends))}): \"at the end\" is not the same day for all.")
    for entry in entries:
        if not entry.run.complete:
            found.append(f"{entry.label}: {entry.run.ending}.")
    skins = {str(entry.run.setting("skin")) for entry in entries}
    if len(skins) > 1:
        found.append("The runs differ in the skin, not only in the treatment.")
    return found


def describe(entry):
    """Treatment in one line."""
    given = entry.dose
    if not given.sessions:
        return "no session" + " · INCOMPLETE" * (not entry.run.complete)
    parts = [f"{given.channels:.3g} /cm²" if np.isfinite(given.channels) else "", f"{given.depth:.2g} mm deep" if np.isfinite(given.depth) else "",
             f"{given.sessions} session{'s' * (given.sessions != 1)}", "" if entry.run.complete else "INCOMPLETE"]
    return " · ".join(part for part in parts if part)


def digits(value, largest):
    """A number for the end of a bar: three digits of the largest one, four decimals at most."""
    if not np.isfinite(value):
        return "–"
    places = min(max(0, 2 - int(math.floor(math.log10(largest)))), 4) if largest > 0 else 0
    text = f"{value:.{places}f}"
    text = text if value == 0 or float(text) else f"{'<' if value > 0 else '>'} {math.copysign(10.0 ** -places, value):g}"
    return text.replace("-", "−")


# ---- the picture --------------------------------------------------------------------------------------------------------------------

def badge(ax, x, y, entry, transform, size=8.0):
    """The number of a run in a disc of its colour."""
    ax.text(x, y, str(entry.number), transform=transform, ha="center", va="center", fontsize=size, color="white", fontweight="bold", zorder=9,
            bbox={"boxstyle": "circle,pad=0.22", "facecolor": entry.colour, "edgecolor": "white", "linewidth": 0.6})


def draw_bars(fig, box, entries, shown):
    """One panel of bars per outcome, the runs named at the left."""
    left, bottom, width, height = box
    n, gap = len(entries), 0.012
    each = (width - gap * (len(shown) - 1)) / len(shown)
    for c, column in enumerate(shown):
        ax = fig.add_axes([left + c * (each + gap), bottom, each, height])
        values = [column.value(entry) for entry in entries]
        finite = [abs(value) for value in values if np.isfinite(value)]
        largest = max(finite, default=1.0) or 1.0
        best = (min if column.lower else max)((value for value in values if np.isfinite(value)), default=math.nan)
        lowest = min(0.0, *[value if np.isfinite(value) else 0.0 for value in values])
        for i, (entry, value) in enumerate(zip(entries, values)):
            if np.isfinite(value):
                ax.barh(n - 1 - i, value, height=0.56, color=entry.colour, alpha=0.9, zorder=2)
            ax.text((max(value, 0.0) if np.isfinite(value) else 0.0) + 0.03 * (largest - lowest), n - 1 - i, digits(value, largest), va="center", fontsize=8,
                    fontweight="bold" if value == best else "normal", zorder=3)
        ax.set_xlim(lowest, largest + 0.55 * (largest - lowest))  # room for the number
        ax.set_ylim(-0.6, n - 0.4)
        ax.set_title(column.title, fontsize=FONT, loc="left", pad=14, linespacing=1.1)
        unit = ax.text(0, 1.015, column.unit + " (lower is better)" * column.lower, transform=ax.transAxes, fontsize=7, color=FAINT, va="bottom")
        if figure.text_width(unit, ax) > 1:
            unit.set_text(column.unit)
        ax.axvline(0, color=FAINT, linewidth=0.7, zorder=1)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        ax.spines["left"].set_visible(False)
        ax.set_yticks([])
        ax.set_gid(f"bars {column.title}")
    return left


def draw_names(fig, box, entries):
    """Number, line style, name and treatment of every run, beside its bars."""
    ax = fig.add_axes(box)
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.6, len(entries) - 0.4)
    for i, entry in enumerate(entries):
        y = len(entries) - 1 - i
        badge(ax, 0.045, y, entry, ax.transData)
        ax.plot([0.095, 0.20], [y + 0.15, y + 0.15], color=entry.colour, linestyle=entry.dashes, linewidth=2.0)
        name = ax.text(0.225, y + 0.15, entry.label, va="center", fontsize=FONT, fontweight="bold")
        figure.shorten(name, ax, 0.76)
        ax.text(0.225, y - 0.21, describe(entry), va="center", fontsize=7, color=FAINT if entry.run.complete else RED)


def draw_time(ax, entries):
    end = max(float(entry.run.series["time"][-1]) for entry in entries)
    figure.healing_axis(ax, end)
    for entry in entries:
        if "collagen_gain" in entry.run.series:
            ax.plot(entry.run.series["time"], 100 * entry.run.series["collagen_gain"], color=entry.colour, linestyle=entry.dashes, label=entry.label)
    ax.axhline(0, color=FAINT, linewidth=0.7)
    ax.set_xlabel("time since the first session")
    ax.set_ylabel("change of collagen, upper 0.3 mm (%)")
    figure.thin_ticks(ax)


def draw_depth(ax, entries):
    """Change of collagen over depth; a tick at the left shows how deep the channels go."""
    deepest = 0.0
    for entry in entries:
        found = depth_profile(entry)
        if found is None:
            continue
        ax.plot(found[1], found[0], color=entry.colour, linestyle=entry.dashes, label=entry.label)
        deepest = max(deepest, found[0][-1])
    ax.set_ylim(deepest or 1.0, 0)
    ax.axvline(0, color=FAINT, linewidth=0.7)
    for entry in entries:
        top = figure.quantity(entry.run.setting("skin", "epidermis"), figure.LENGTHS) or 0.0
        if 0 < entry.dose.depth - top < deepest:
            ax.plot([0.0], [entry.dose.depth - top], marker=9, color=entry.colour, markersize=7, transform=ax.get_yaxis_transform(), clip_on=False,
                    zorder=6, gid=f"channel end {entry.label}")
    ax.set_xlabel("change of collagen at the end (%)")
    ax.set_ylabel("depth in the dermis (mm)")
    ax.set_title("▸ end of the channels", fontsize=7, color=FAINT, loc="right", pad=3)


def draw_trade(ax, entries, against, by):
    """What the gain costs: one point per run, and the front that no run beats."""
    factor = 100 if by.endswith("_gain") else 1
    cost, worth = [outcome(entry, against) for entry in entries], [factor * outcome(entry, by) for entry in entries]
    known = [i for i in range(len(entries)) if np.isfinite(cost[i]) and np.isfinite(worth[i])]
    sign = -1.0 if lower_is_better(entries[0].run, by) else 1.0
    front = figure.pareto(cost, sign * np.array(worth))
    if not known:
        ax.text(0.5, 0.5, "not in these files", transform=ax.transAxes, ha="center", color=FAINT)
        return front
    width = max(cost[i] for i in known) - min(cost[i] for i in known) or abs(cost[known[0]]) or 1.0
    height = max(worth[i] for i in known) - min(worth[i] for i in known) or abs(worth[known[0]]) or 1.0
    ax.set_xlim(min(cost[i] for i in known) - 0.14 * width, max(cost[i] for i in known) + 0.14 * width)
    ax.set_ylim(min(worth[i] for i in known) - 0.14 * height, max(worth[i] for i in known) + 0.14 * height)
    ax.step([cost[i] for i in front] + [ax.get_xlim()[1]], [worth[i] for i in front] + [worth[front[-1]]], where="post", color=FAINT, linewidth=1.0,
            linestyle=figure.DASHED, zorder=2, label="Pareto front")
    place_badges(ax, [(cost[i], worth[i], entries[i]) for i in known])
    names = {"downtime": "downtime, all sessions (days)", "scar_index": "scar index at the end", "damaged_volume": "damaged volume (mm³/cm²)"}
    ax.set_xlabel(names.get(against, against.replace("_", " ")) + (" – less is better" if len(names.get(against, against)) < 26 else ""))
    ax.set_ylabel("collagen gain at the end (%)" if by in ("final_collagen_gain", "collagen_gain") else by.replace("_", " ") + " (%)" * (factor == 100))
    ax.xaxis.set_major_locator(plt.MaxNLocator(5))
    return front


def place_badges(ax, points):
    """Points at their places; numbers beside them, moved apart until they do not overlap, with a line to their point."""
    ax.figure.canvas.get_renderer()
    size = 0.17 * ax.figure.dpi  # of a badge [pixels]
    at = np.array([ax.transData.transform((x, y)) for x, y, _ in points])
    box = ax.get_window_extent()
    outwards = at - at.mean(axis=0) + [0.0, 0.1 * size]
    places = at + 0.9 * size * outwards / np.hypot(*outwards.T)[:, None]
    for _ in range(300):
        moved = False
        for i in range(len(points)):
            for other in [*places[:i], *places[i + 1:], *at]:
                apart = places[i] - other
                near = size * (1.05 if other is not at[i] else 0.7) - np.hypot(*apart)
                if near > 0:
                    direction = apart / np.hypot(*apart) if np.hypot(*apart) > 1e-6 else np.array([math.cos(i), math.sin(i)])
                    places[i] += 0.5 * near * direction + 0.02 * size * np.array([math.cos(2.4 * i), math.sin(2.4 * i)])
                    moved = True
            places[i] = np.clip(places[i], [box.x0 + size / 2, box.y0 + size / 2], [box.x1 - size / 2, box.y1 - size / 2])
        if not moved:
            break
    for (x, y, entry), place in zip(points, places):
        ax.plot([x], [y], "o", color=entry.colour, markersize=5, zorder=5, label=entry.label, gid=f"point {entry.label}")
        here = ax.transData.inverted().transform(place)
        ax.plot([x, here[0]], [y, here[1]], color=entry.colour, linewidth=0.8, zorder=4)
        badge(ax, *here, entry, ax.transData, size=7.5)


def draw(runs, names=None, by="final_collagen_gain", against="downtime", title=None):
    """The figure, its title and its description."""
    figure.style(FONT)
    entries = entries_of(runs, names, by)
    shown = columns(entries, by)
    if not shown:
        raise results.ResultsError(f"{runs[0].path}: none of the outcomes of a comparison is in the files")
    notes = remarks(entries)
    text = [line for note in notes for line in textwrap.wrap(note, 190)] + textwrap.wrap(
        "Best first by " + by.replace("_", " ") + ", bold = best of a column; values are those of the files, none is rescaled. Damaged volume: \
channels per area × volume of a channel in the dermis × sessions, by the device's nominal geometry. Dashed in the last panel: Pareto front, the runs that \
no other run beats in both.", 190)
    n = len(entries)
    bars, lower, foot = 0.44 * n + 0.1, 3.1, 0.16 * len(text) + 0.2
    height = 0.45 + 0.55 + bars + 0.55 + lower + 0.55 + foot
    fig = plt.figure(figsize=(WIDTH, height))
    left = 2.72 / WIDTH
    bottom = (foot + 0.55 + lower + 0.55) / height
    draw_names(fig, [0.012, bottom, left - 0.025, bars / height], entries)
    draw_bars(fig, [left, bottom, 0.985 - left, bars / height], entries, shown)
    panel = [(foot + 0.55) / height, 0.255, lower / height]
    draw_time(fig.add_axes([0.06, *panel]), entries)
    draw_depth(fig.add_axes([0.39, *panel]), entries)
    front = draw_trade(fig.add_axes([0.725, *panel]), entries, against, by)
    heading = figure.clean(title) if title else f"{n} treatments compared"
    figure.fit(fig.text(0.012, 1 - 0.12 / height, heading, fontsize=14, fontweight="bold", va="top"))
    fig.text(0.012, 0.1 / height, "\n".join(text), fontsize=7, va="bottom", color=FAINT, linespacing=1.35)
    return fig, heading, alt_text(entries, shown, front, against, by, notes), notes


def alt_text(entries, shown, front, against, by, notes):
    """What the figure shows, in words."""
    sentences = [f"Comparison of {len(entries)} simulated treatments, best first by {by.replace('_', ' ')}"]
    for entry in entries:
        values = ", ".join(f"{' '.join(column.title.split()).lower()} {digits(column.value(entry), 1.0)} {column.unit}" for column in shown)
        sentences.append(f"{entry.number} {entry.label} ({describe(entry)}): {values}")
    sentences.append(f"Not beaten in both {by.replace('_', ' ')} and {against.replace('_', ' ')}: " + (", ".join(entries[i].label for i in front) or "none"))
    return ". ".join(sentences + [note.rstrip(".") for note in notes]) + "."


def arguments(words):
    parser = figure.command_line("compare.py", "Draw 2 to 8 runs side by side.")
    parser.add_argument("files", metavar="FILE", nargs="+", help="results of `needlework run`, of one model")
    parser.add_argument("-o", "--output", metavar="OUT", default="compare.png", help="picture to write: .png, .svg or .pdf (default: compare.png)")
    parser.add_argument("--by", default="final_collagen_gain", metavar="OUTCOME", help="best first by this outcome (default: final_collagen_gain)")
    parser.add_argument("--against", default="downtime", metavar="OUTCOME",
                        help="what it costs: downtime, scar_index, damaged_volume or any outcome (default: downtime)")
    parser.add_argument("--name", action="append", metavar="NAME", help="name of a run, once for each FILE (default: the file's name)")
    parser.add_argument("--title", help="heading")
    parser.add_argument("--dpi", type=float, default=160, help="dots per inch of a PNG, 30 to 1200 (default: 160)")
    given = parser.parse_args(words)
    if not LEAST <= len(given.files) <= MOST:
        parser.error(f"{LEAST} to {MOST} files are compared, not {len(given.files)}")
    if given.name and len(given.name) != len(given.files):
        parser.error(f"--name: {len(given.name)} names for {len(given.files)} files")
    figure.check_ending(parser, given.output)
    figure.check_range(parser, "--dpi", given.dpi, 30, 1200)
    return given


def main(words=None):
    given = arguments(words)
    try:
        runs = [results.read(path) for path in given.files]
        fig, title, alt, notes = draw(runs, given.name and [figure.clean(name) for name in given.name], given.by, given.against, given.title)
    except (results.ResultsError, Unlike) as error:
        code = figure.complain("compare.py", error)
        return 2 if isinstance(error, Unlike) else code
    return figure.deliver("compare.py", fig, given.output, title, alt, given.dpi, notes)


if __name__ == "__main__":
    sys.exit(main())
