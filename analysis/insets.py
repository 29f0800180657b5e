"""A strip of small cross-sections above a time axis, each near its day and tied to it, with a key at its right."""

import numpy as np
from matplotlib.lines import Line2D

import figure
import section
from figure import FAINT

DAYS = (0, 3, 14, 42, 180, 365, 730)  # or the snapshots nearest to them, and the end


def strip(cut, end, width, pen):
    """Days of the cross-sections and the size of each [inches] in a strip of this width."""
    wanted = [day for day in DAYS if day < 0.9 * end] + [end]
    days = section.nearest(cut, wanted, lambda day: figure.place(day, end))
    left, right = cut.span
    aspect = (right - left) / (cut.wound + cut.sky)
    high = min(1.3 * pen.k, (width / len(days) - 0.14 * pen.k) / aspect)
    return days, high * aspect, high


def draw(fig, below, cut, size, box, end, pen):
    """Cross-sections above the axes `below`, each near its day and tied to it.  box: left, bottom, width, height [inches] of the strip."""
    (days, wide, high), (width, height) = size, fig.get_size_inches()
    left, bottom, room, _ = box
    centres = figure.spread([figure.place(day, end) for day in days], [wide / room] * len(days), 0.0, 1.0, 0.12 * pen.k / room)
    crowd = min(1.0, (high / pen.k / (cut.wound + cut.sky) / 1.1) ** 2)  # as many dots to the inch, however wide the skin
    for i, (day, centre) in enumerate(zip(days, centres)):
        x = left + centre * room
        ax = fig.add_axes([(x - wide / 2) / width, bottom / height, wide / width, high / height])
        state = cut.at(day)
        section.draw(ax, cut, state, section.LAYERS["collagen"], cut.wound, section.CELLS[1:], crowd, 3.2 * pen.k**2, pen.grey)
        ax.set_title(f"day {day:.3g}", fontsize=8.5 * pen.k, pad=2.5 * pen.k)
        ax.set_label(f"cross-section of day {day:.3g}")
        ax.set_xticks([])
        ax.set_yticks([tick for tick in (0, 0.5, 1, 2, 3) if tick <= cut.wound] if i == 0 else [])
        ax.tick_params(axis="y", labelsize=7 * pen.k, pad=1.5 * pen.k, length=2 * pen.k)
        for spine in ax.spines.values():
            spine.set_visible(True)
            spine.set_linewidth(0.5 * pen.k)
        if i == 0:
            ax.set_ylabel("depth (mm)", fontsize=8 * pen.k, labelpad=3 * pen.k)
            ax.yaxis.set_label_coords(left * (1 - 0.062 * room / left) / width, (bottom + high / 2) / height, transform=fig.transFigure)
        tie = ((left + figure.place(day, end) * room) / width, below.get_position().y1)
        fig.add_artist(Line2D([x / width, tie[0]], [bottom / height, tie[1]], color=FAINT, linewidth=0.6 * pen.k, alpha=0.6, zorder=0.5))


def key(fig, left, bottom, cut, pen):
    """What colours and dots of the cross-sections mean, in inches from the lower left corner of the strip."""
    width, height = fig.get_size_inches()
    layer, k = section.LAYERS["collagen"], pen.k
    fig.text(left / width, (bottom + 1.18 * k) / height, "Skin in cross-section", fontsize=9 * k, fontweight="bold", va="top")
    bar = fig.add_axes([left / width, (bottom + 0.90 * k) / height, 1.6 * k / width, 0.085 * k / height])
    norm = cut.norm(layer)
    colours = layer.colours(np.linspace(0, 1, 256))[None, :, :3]
    bar.imshow(np.repeat((colours @ [0.299, 0.587, 0.114])[..., None], 3, axis=2) if pen.grey else colours, aspect="auto", extent=(0, 1, 0, 1))
    bar.set_xticks(*section.key_ticks(norm), fontsize=7 * k)
    bar.tick_params(axis="x", length=2 * k, pad=1.5 * k)
    bar.set_yticks([])
    fig.text(left / width, (bottom + 0.70 * k) / height, "collagen, % of the skin before", fontsize=7.5 * k, va="top")
    marks = [(kind.label, kind.colour, "o") for kind in section.CELLS[1:]] + [("clot", section.CLOT, "s")]
    for i, (label, colour, marker) in enumerate(marks):
        if pen.grey:
            colour = section.grey_dot(section.CELLS[1 + i]) if i < 3 else "0.25"
        y = (bottom + 0.49 * k - 0.145 * k * i) / height
        fig.add_artist(Line2D([(left + 0.05 * k) / width], [y], marker=marker, markersize=4 * k, color=colour, linestyle="",
                              markeredgewidth=0.5 * k if pen.grey else 0, markeredgecolor="0.3"))
        fig.text((left + 0.14 * k) / width, y, label, fontsize=7.5 * k, va="center_baseline")
