#!/usr/bin/python3
"""Draws what a sweep taught, from its collected table alone.

    build/needlework sweep collect DIR && analysis/sweep.py DIR -o sweep.png

The figure follows from the design: heat maps of a grid of two or more dimensions, lines of one, indices of a Morris or Saltelli design,
runs with median and band of a sample.  --figure draws another one.
"""

import os
import sys

import figure
import results
import study as studies
import sweep_panels as panels

WIDTH = 10.0  # inches
FIGURES = {"heat": panels.heat, "lines": panels.lines, "tornado": panels.tornado, "indices": panels.indices, "pareto": None}


def suited(study):
    """The figure that a design is made for."""
    if study.design in ("morris", "saltelli"):
        return "indices"
    return "heat" if study.is_grid() and sum(len(d.ticks) > 1 for d in study.dimensions) > 1 else "lines"


def trade(study, up, down):
    """The outcomes to trade: as given, else the first gain against the first burden."""
    gains = [study.outcome(up)] if up else [o for o in study.outcomes if "gain" in o.key]
    burdens = [study.outcome(down)] if down else study.burdens()
    if not gains or not burdens:
        raise results.ResultsError(f"{study.table.path}: name what is to be large with --up and what small with --down "
                                   f"(it has {', '.join(o.key for o in study.outcomes)})")
    return gains[0], burdens[0]


def draw(study, kind=None, outcomes=None, factors=None, up=None, down=None, title=None, width=WIDTH):
    """The figure, its title and its description."""
    figure.style(9)
    kind = kind or suited(study)
    dimensions = [study.dimension(name) for name in factors] if factors else [
        d for d in study.dimensions if not study.is_grid() or len(d.ticks) > 1] or study.dimensions
    if kind == "pareto":
        fig, said = panels.pareto(study, *trade(study, up, down), dimensions, width)
    else:
        chosen = [study.outcome(name) for name in outcomes] if outcomes else study.outcomes[:3]
        fig, said = FIGURES[kind](study, chosen, dimensions, width)
    said = figure.clean(said)
    heading = figure.clean(title or study.table.about.get("title", "")) or "A sweep"
    top, inch = fig.get_figheight(), 1 / fig.get_figheight()
    figure.fit(fig.text(0.012, 1 - 0.09 * inch, heading, fontsize=13, fontweight="bold", va="top"))
    brief = said if len(said) < 150 else said.split(":")[0]
    figure.fit(fig.text(0.012, 1 - 0.36 * inch, brief[:1].upper() + brief[1:], fontsize=9, va="top", color=figure.FAINT))
    figure.fit(fig.text(0.012, 0.08 / top, figure.clean(study.origin()), fontsize=7.5, va="bottom", color=figure.FAINT))
    return fig, heading, f"{heading}. {said}. {figure.clean(study.origin())}."


def arguments(words):
    parser = figure.command_line("sweep.py", "Draw what a collected sweep taught.")
    parser.add_argument("sweep", metavar="DIR", help="folder of a sweep after `needlework sweep collect`, or its table")
    parser.add_argument("-o", "--output", metavar="OUT", help="picture to write: .png, .svg or .pdf (default: FIGURE.png in DIR)")
    parser.add_argument("--figure", choices=sorted(FIGURES), help="default: what the design is made for")
    parser.add_argument("--outcome", action="append", metavar="NAME", help="outcome to show; may be given again (default: the first three)")
    parser.add_argument("--factor", action="append", metavar="NAME", help="factor to show; may be given again: the first across, the second up or as \
lines, the third as panels (default: all, in the order of the sweep)")
    parser.add_argument("--up", metavar="NAME", help="pareto: outcome that should be large (default: the first gain)")
    parser.add_argument("--down", metavar="NAME", help="pareto: outcome that should be small (default: the first that the model says to be better when lower)")
    parser.add_argument("--title", help="heading (default: the title of the sweep)")
    parser.add_argument("--width", type=float, default=WIDTH, metavar="INCHES", help="6 to 40 inches (default: 10)")
    parser.add_argument("--dpi", type=float, default=110, help="dots per inch of a PNG, 30 to 1200 (default: 110)")
    given = parser.parse_args(words)
    if given.output:
        figure.check_ending(parser, given.output)
    figure.check_range(parser, "--width", given.width, 6, 40, " inches")
    figure.check_range(parser, "--dpi", given.dpi, 30, 1200)
    return given


def main(words=None):
    given = arguments(words)
    try:
        study = studies.Study(given.sweep)
        kind = given.figure or suited(study)
        fig, title, alt = draw(study, kind, given.outcome, given.factor, given.up, given.down, given.title, given.width)
    except results.ResultsError as error:
        return figure.complain("sweep.py", error)
    folder = given.sweep if os.path.isdir(given.sweep) else os.path.dirname(given.sweep)
    output = given.output or os.path.join(folder, f"{kind}.png")
    return figure.deliver("sweep.py", fig, output, title, alt, given.dpi)


if __name__ == "__main__":
    sys.exit(main())
