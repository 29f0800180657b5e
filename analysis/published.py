#!/usr/bin/python3
"""Draws the library of published models on one page: the figure of each paper, from runs of configs/published/.

    scripts/published.sh                                        # runs all of them, then draws
    analysis/published.py results/published -o published.png    # from results/published/<configuration>.h5; missing runs leave a note

Dots are numbers that others report: an independent solution of the same equations, or the authors' own result.
Exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written.
"""

import argparse
import os
import sys

import numpy as np

import figure
import results
from figure import BLACK, BLUE, DASHDOT, DASHED, DOTTED, FAINT, GREEN, ORANGE, PURPLE, RED, SOLID, plt

WIDTH, HEIGHT = 12.0, 11.0  # inches
PERCENT = np.arange(10, 100, 10)
# Reference numbers of the models: see tests/test_published_pde.c.
SHERRATT_MURRAY = {"activator": [.973, .897, .794, .692, .589, .485, .379, .267, .147],
                   "inhibitor": [.961, .869, .761, .650, .539, .431, .327, .227, .129]}
SOHUTSKAY_HOURS, SOHUTSKAY_C = [48, 96, 144, 192, 240, 288, 324], [9.545, 9.068, 8.647, 8.276, 7.899, 7.490, 7.155]


class Library:
    """The runs of a folder, read when asked for."""

    def __init__(self, folder):
        self.folder, self.notes = folder, []

    def run(self, name):
        try:
            return results.read(os.path.join(self.folder, f"{name}.h5"))
        except results.ResultsError as error:
            self.notes.append(str(error))
            return None

    def mean(self, name, species):
        """(days, mean over the domain) of a species; empty when the run is not there."""
        run = self.run(name)
        if run is None or species not in run.means:
            return np.empty(0), np.empty(0)
        return run.means["time"].values, run.means[species].values

    def outcome(self, name, outcome):
        run = self.run(name)
        if run is None or outcome not in run.series:
            return np.empty(0), np.empty(0)
        return run.series["time"].values, run.series[outcome].values

    def centre(self, name, species):
        """(days, value in the first cell) from the snapshots."""
        run = self.run(name)
        if run is None:
            return np.empty(0), np.empty(0)
        try:
            field = run.field(species)
        except results.ResultsError as error:
            self.notes.append(str(error))
            return np.empty(0), np.empty(0)
        return field["time"].values, field.values[:, 0, 0, 0]


def panel(ax, title, x, y):
    ax.set_title(title, loc="left", fontsize=9)
    ax.set_xlabel(x)
    ax.set_ylabel(y)


def decades(ax, linear):
    """A logarithmic axis that is linear below `linear` and shows 0."""
    ax.set_yscale("symlog", linthresh=linear)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")


def line(ax, data, label, colour, dashes, factor=1.0):
    time, value = data
    if time.size:
        ax.plot(time, factor * value, color=colour, linestyle=dashes, label=label)


def dots(ax, x, y, colour):
    ax.plot(x, y, "o", color=colour, markersize=3.5, markerfacecolor="white", zorder=3)


def sherratt_murray(ax, library):
    panel(ax, "Sherratt & Murray 1990: the wound closes", "% of the time to heal", "wound radius / initial")
    for name, colour, dashes in (("activator", BLUE, SOLID), ("inhibitor", RED, DASHED)):
        time, open_fraction = library.outcome(f"sherratt_murray_1990_{name}", "open_fraction")
        if time.size and open_fraction[-1] <= 0:
            healed = time[np.argmax(open_fraction <= 0)]
            line(ax, (100 * time / healed, np.sqrt(open_fraction)), f"{name}: healed at {healed:.1f}", colour, dashes)
        dots(ax, PERCENT, SHERRATT_MURRAY[name], colour)
    ax.set_xlim(0, 100)


def waugh_sherratt_2006(ax, library):
    panel(ax, "Waugh & Sherratt 2006: normal and diabetic", "days", "macrophages / mm\u00b3")
    for name, dashes in (("normal", SOLID), ("diabetic", DASHED)):
        line(ax, library.mean(f"waugh_sherratt_2006_{name}", "phi_i"), f"inflammatory, {name}", RED, dashes)
        line(ax, library.mean(f"waugh_sherratt_2006_{name}", "phi_r"), f"repair, {name}", BLUE, dashes)
    ax.set_xlim(0, 100)


def waugh_sherratt_2007(ax, library):
    panel(ax, "Waugh & Sherratt 2007: engineered skin", "days", "collagen, \u00b5g / mm\u00b3")
    for name, label, colour, dashes in (("a", "normal", BLACK, SOLID), ("b", "diabetic", RED, DASHED),
                                        ("c", "diabetic, 5 doses", ORANGE, DASHDOT), ("d", "diabetic, 8 doses", GREEN, DOTTED)):
        line(ax, library.mean(f"waugh_sherratt_2007_{name}", "c"), label, colour, dashes)


def bianchi(ax, library):
    panel(ax, "Bianchi 2015: lymphatics grow back", "days", "cells / mm\u00b3")
    line(ax, library.mean("bianchi_2015", "m"), "macrophages", RED, SOLID)
    line(ax, library.mean("bianchi_2015", "l"), "lymphatic endothelium", BLUE, DASHED)
    line(ax, library.mean("bianchi_2015", "c"), "capillaries", GREEN, DASHDOT)
    decades(ax, 100)


def cooper(ax, library):
    panel(ax, "Cooper 2015: the inflammatory phase", "days", "relative")
    for species, label, colour, dashes in (("n", "neutrophils", RED, SOLID), ("m", "macrophages", BLUE, DASHED),
                                           ("pt", "debris / 10", FAINT, DOTTED)):
        line(ax, library.mean("cooper_2015", species), label, colour, dashes, 0.1 if species == "pt" else 1.0)


def reynolds(ax, library):
    panel(ax, "Reynolds 2006: acute inflammation", "hours", "relative")
    for species, label, colour, dashes in (("p", "pathogen", GREEN, DASHDOT), ("n", "phagocytes", RED, SOLID),
                                           ("d", "damage / 10", FAINT, DOTTED), ("c", "anti-inflammatory", BLUE, DASHED)):
        time, value = library.mean("reynolds_2006", species)
        line(ax, (24 * time, value), label, colour, dashes, 0.1 if species == "d" else 1.0)


def adler(ax, library):
    panel(ax, "Adler 2020: two days of injury heal, four scar", "days", "cells")
    for pulse, dashes in ((2, SOLID), (4, DASHED)):
        line(ax, library.mean(f"adler_2020_pulse{pulse}", "mf"), f"myofibroblasts, {pulse} days", PURPLE, dashes)
        line(ax, library.mean(f"adler_2020_pulse{pulse}", "m"), f"macrophages, {pulse} days", RED, dashes)
    decades(ax, 1)
    ax.set_xlim(0, 100)


def zlobina(ax, library):
    panel(ax, "Zlobina 2022: treated on days 2 to 4", "days", "mean over half a wound")
    for name, dashes in (("untreated", SOLID), ("treated", DASHED)):
        line(ax, library.mean(f"zlobina_2022_{name}", "m2"), f"repair macrophages, {name}", BLUE, dashes)
        line(ax, library.mean(f"zlobina_2022_{name}", "n"), f"new tissue, {name}", GREEN, dashes)
    ax.set_ylim(0, 1.65)


def sohutskay(ax, library):
    panel(ax, "Sohutskay 2021, rigid: centre of the wound", "hours", "cytokine 1e-5 g / mm\u00b3;  collagen \u00d7 10")
    time, cytokine = library.centre("sohutskay_2021", "c")
    line(ax, (24 * time, cytokine), "cytokine", ORANGE, SOLID, 1e5)
    time, collagen = library.centre("sohutskay_2021", "phi")
    line(ax, (24 * time, collagen), "collagen", BLUE, DASHED, 10)
    dots(ax, SOHUTSKAY_HOURS, SOHUTSKAY_C, ORANGE)
    ax.set_ylim(0, 11)


def koppenol_cells(ax, library):
    panel(ax, "Koppenol 2017, rigid: myofibroblasts", "days", "at the centre, / cm\u00b3")
    line(ax, library.centre("koppenol_2017_wound", "m"), "wound of 2 cm", RED, SOLID)
    line(ax, library.centre("koppenol_2017_channel", "m"), "channel of 0.2 mm", BLUE, DASHED)
    dots(ax, [5, 14, 30, 98.2], [1175, 3176, 5124, 7708], RED)


def koppenol_collagen(ax, library):
    panel(ax, "Koppenol 2017, rigid: a scar needs width", "days", "collagen at the centre / healthy")
    line(ax, library.centre("koppenol_2017_wound", "rho"), "wound of 2 cm", RED, SOLID, 1 / 0.1125)
    line(ax, library.centre("koppenol_2017_channel", "rho"), "channel of 0.2 mm", BLUE, DASHED, 1 / 0.1125)
    dots(ax, [5, 14, 21, 30, 114, 365], [.201, .549, .950, 1.58, 9.42, 1.447], RED)
    dots(ax, [14, 90, 365], [.233, .636, .989], BLUE)


def channel(ax, library):
    panel(ax, "The same needle channel in three models", "days", "collagen in the channel / healthy")
    for name, label, colour, dashes in (("dermis", "Needlework dermis", BLACK, SOLID), ("koppenol_2017", "Koppenol 2017", RED, DASHED),
                                        ("sohutskay_2021", "Sohutskay 2021", ORANGE, DASHDOT)):
        line(ax, library.outcome(f"channel_{name}", "collagen_core"), label, colour, dashes)
    ax.axhline(1, color=FAINT, linewidth=0.6)


PANELS = (sherratt_murray, waugh_sherratt_2006, waugh_sherratt_2007, bianchi, cooper, reynolds, adler, zlobina, sohutskay, koppenol_cells,
          koppenol_collagen, channel)


def draw(library):
    figure.style(8)
    fig, axes = plt.subplots(4, 3, figsize=(WIDTH, HEIGHT), layout="constrained")
    for ax, fill in zip(axes.flat, PANELS):
        fill(ax, library)
        if ax.lines:
            ax.legend(fontsize=7, loc="upper left" if fill is zlobina else "best")
    fig.suptitle("Published models of wound healing, run by Needlework (dots: reported by others)", fontsize=11)
    return fig


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", help="where the results of configs/published/ are")
    parser.add_argument("-o", "--output", default="published.png", help="the picture: .png, .svg or .pdf")
    parser.add_argument("--dpi", type=int, default=120)
    given = parser.parse_args(words)
    figure.check_ending(parser, given.output)
    library = Library(given.folder)
    try:
        fig = draw(library)
        figure.save(fig, given.output, "Published models of wound healing",
                    "Twelve panels: main figures of ten published models as computed, with numbers reported by others as dots, and one needle channel in "
                    "three models.",
                    given.dpi)
    except (results.ResultsError, OSError) as error:
        return figure.complain("published.py", error)
    figure.say("published.py", sorted(set(library.notes)))
    return 4 if len(set(library.notes)) and not any(ax.lines for ax in fig.axes) else 0


if __name__ == "__main__":
    sys.exit(main())
