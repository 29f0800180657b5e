#!/usr/bin/python3
"""How the year's collagen gain, scars and downtime answer to the dose: depth, density, width, sessions, interval.

usage: dose_response.py -o PICTURE [--table FILE.md] [--program build/needlework]
Every point is a run of configs/axisymmetric.yaml (cheek, 45 years, 1.5 mm roller, 250 channels/cm2, one channel) with one thing changed;
the picture has a description, the table the numbers.
Exit codes: 0 done, 2 wrong arguments, 4 a run failed or a file cannot be written."""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import figure
import results
from figure import BLUE, DASHDOT, DASHED, FAINT, GREEN, RED, SOLID, plt

TOP = pathlib.Path(__file__).resolve().parent.parent
AGES = [(25, BLUE, SOLID), (45, RED, DASHED), (70, GREEN, DASHDOT)]
LENGTHS = [0.25, 0.4, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0]                    # needle [mm]
DENSITIES = [31.25, 62.5, 125, 250, 375, 500, 700, 1000, 1500]                    # [/cm2]
DIAMETERS = [0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5]                           # needle [mm]
SESSIONS = [1, 2, 3, 4, 5, 6, 8]
INTERVALS = [0.5, 1, 2, 3, 4, 6, 8, 10, 12]                                       # [week]
HOLES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5]                       # cored hole [mm]
AFTER = 180                                                                       # [d] after the last session


def sessions(n, weeks):
    """Settings of n sessions, followed for half a year after the last, and for a year at least."""
    days = max(365, (n - 1) * weeks * 7 + AFTER)
    return {"treatment.sessions": n, "treatment.interval": f"{weeks * 7} days", "run.duration": f"{days} days"}


def reach(length):
    """Needles under 0.8 mm are pushed back by the skin: a roller's reach, as in the table of devices."""
    return 0.3 if length < 0.8 else 0.6


def plan():
    """(panel, age or None, x) -> configuration and settings."""
    runs = {}
    for age, _, _ in AGES:
        base = {"skin.age": f"{age} years"}
        for x in LENGTHS:
            runs["depth", age, x] = base | {"treatment.needle.length": f"{x} mm", "treatment.needle.reach": reach(x), "domain.depth": "2.2 mm"}
        for x in DENSITIES:
            runs["density", age, x] = base | {"treatment.density": f"{x} /cm2"}
    for x in DIAMETERS:
        runs["diameter", 45, x] = {"treatment.needle.diameter": f"{x} mm"}
    for x in SESSIONS:
        runs["sessions", 45, x] = sessions(x, 6)
    for x in INTERVALS:
        runs["interval", 45, x] = sessions(4, x)
    for x in HOLES:
        runs["hole", 25, x] = {"treatment.needle.diameter": f"{x} mm", "domain.width": "3.6 mm"}
    return runs


def carry_out(program, folder, key, settings):
    path = os.path.join(folder, "-".join(map(str, key)) + ".h5")
    config = TOP / ("configs/calibration/hole.yaml" if key[0] == "hole" else "configs/axisymmetric.yaml")
    words = [part for name, value in ({"output.snapshots": "[]"} | settings).items() for part in ("--set", f"{name}={value}")]
    done = subprocess.run([program, "run", str(config), *words, "-o", path, "--quiet", "--threads", "1"], capture_output=True, text=True)
    if done.returncode:
        raise results.ResultsError(f"{' '.join(map(str, key))}: {figure.clean(done.stderr)}")
    run = results.read(path)
    time, gain, scar = run.series["time"].values, run.series["collagen_gain"].values, run.series["scar_index"].values
    answer = {"gain": gain.max(), "after": np.interp(run.performed[-1] + AFTER, time, gain), "scar": np.interp(365, time, scar),
              "downtime": run.summary["downtime"]}
    os.remove(path)
    return answer


def panel(ax, title, xlabel, ylabel):
    ax.set_title(title, loc="left", fontsize=9, fontweight="bold")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.grid(axis="y", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)


def draw(answers, path):
    figure.style(8.5)
    fig, axes = plt.subplots(2, 3, figsize=(10.4, 5.9), layout="constrained")
    (depth, density, width), (count, interval, hole) = axes

    def of(name, age, what="gain", scale=100):
        return np.array([scale * answer[what] for key, answer in answers.items() if key[:2] == (name, age)])

    panel(depth, "Depth", "channel depth from the skin surface [mm]", "largest collagen gain [%]")
    reached = np.array([length * reach(length) for length in LENGTHS])
    for age, colour, dashes in AGES:
        order = np.argsort(reached)
        depth.plot(reached[order], of("depth", age)[order], color=colour, linestyle=dashes, marker="o", markersize=3, label=f"{age} years")
        density.plot(DENSITIES, of("density", age), color=colour, linestyle=dashes, marker="o", markersize=3)
    depth.axvspan(0.06, 0.09, color="#f0e6c8")
    depth.annotate("home\nrollers", (0.09, 0.5), xycoords=("data", "axes fraction"), xytext=(4, 0), textcoords="offset points", color=FAINT, fontsize=7.5)
    depth.legend(loc="lower right", title="age", fontsize=8, title_fontsize=8)
    panel(density, "Density", "channels per cm²", "largest collagen gain [%]")
    panel(width, "Width", "channel width [mm]", "largest collagen gain [%]")
    width.plot(0.5 * np.array(DIAMETERS), of("diameter", 45), color=RED, linestyle=DASHED, marker="o", markersize=3)
    panel(count, "Sessions, 6 weeks apart", "sessions", f"gain {AFTER} days after the last [%]")
    total = of("sessions", 45, "after")
    count.bar(SESSIONS, total, width=0.62, color="#f3b48f", edgecolor=RED, linewidth=0.8)
    for n, value in zip(SESSIONS, total):
        count.annotate(f"{value / n:.1f}", (n, value), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=7.5, color=FAINT)
    count.set_ylim(0, 1.16 * total.max())
    count.set_xticks(SESSIONS)
    count.annotate("above the bars: per session", (0.02, 0.93), xycoords="axes fraction", color=FAINT, fontsize=7.5)
    panel(interval, "Interval, 4 sessions", "weeks between sessions", f"gain {AFTER} days after the last [%]")
    interval.axvspan(2, 8, color="#eef3ee")
    interval.plot(INTERVALS, of("interval", 45, "after"), color=RED, linestyle=DASHED, marker="o", markersize=3)
    interval.set_ylim(0, None)
    interval.annotate("2 to 8 weeks", (5, 0.06), xycoords=("data", "axes fraction"), ha="center", color=FAINT, fontsize=7.5)
    panel(hole, "A cored hole, 25 years", "hole diameter [mm]", "scar index after a year")
    hole.plot(HOLES, of("hole", 25, "scar", 1), color=BLUE, marker="o", markersize=3)
    hole.set_ylim(0, None)
    hole.axvspan(0.8, max(HOLES), color="#f6e3da")
    hole.annotate("scars", (0.5 * (0.8 + max(HOLES)), 0.06), xycoords=("data", "axes fraction"), ha="center", color=FAINT, fontsize=7.5)
    for ax in (depth, density, width):
        ax.set_ylim(0, None)
    figure.save(fig, path, "Dose response of microneedling in the model",
                "Six panels: collagen gain rises with channel depth, density, width and number of sessions and levels off; it is nearly the "
                "same for intervals of 2 to 8 weeks; the scar index of a single hole rises with its diameter.", 110)


def table(answers):
    words = {"depth": "needle [mm]", "density": "channels/cm²", "diameter": "needle diameter [mm]", "sessions": "sessions, 6 weeks apart",
             "interval": "weeks between 4 sessions", "hole": "cored hole [mm]"}
    lines = ["| varied | value | age | largest gain % | gain 180 days after the last % | scar index after a year | downtime days |",
             "|---|---|---|---|---|---|---|"]
    for (name, age, x), answer in answers.items():
        lines.append(f"| {words[name]} | {x:g} | {age} | {100 * answer['gain']:.2f} | {100 * answer['after']:.2f} | {answer['scar']:.3f} "
                     f"| {answer['downtime']:.1f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", required=True, help="picture (png, svg, pdf)")
    parser.add_argument("--table", help="the numbers as Markdown")
    parser.add_argument("--program", default=str(TOP / "build/needlework"))
    options = parser.parse_args()
    figure.check_ending(parser, options.output)
    runs = plan()
    try:
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = dict(zip(runs, pool.map(lambda item: carry_out(options.program, folder, *item), runs.items())))
        draw(answers, options.output)
        if options.table:
            figure.write(options.table, table(answers).encode())
    except (results.ResultsError, OSError) as error:
        return figure.complain("dose_response.py", error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
