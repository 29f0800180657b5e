#!/usr/bin/python3
"""Writes one self-contained page about one run or several: outcomes, protocol, interactive timeline, depth, cross-sections, provenance.

    analysis/report.py results/quickstart.h5 -o report.html

The page needs no network: pictures, data, style and the charting library (uPlot, MIT, kept in page/) are inside it.  Whatever a file says is
shown as text: escaped, and no script but the page's own may run (Content-Security-Policy with their hashes).
Exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written.
"""

import base64
import hashlib
import html
import io
import json
import math
import os
import pathlib
import sys

import numpy as np

import compare
import figure
import results
import section
import timeline
from figure import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, RUNS, plt

PAGE = pathlib.Path(__file__).resolve().parent / "page"
MOST = compare.MOST  # runs on one page
ROWS = 1500       # of a timeline; longer ones are thinned
LONGEST = 200_000  # characters of a configuration
DASHES = {figure.SOLID: [], figure.DASHED: [8, 3], figure.DASHDOT: [8, 3, 2, 3], figure.DOTTED: [2, 3], figure.LONG: [16, 4]}

# Charts: title, unit, lines (outcome, label, colour, dashes, factor, offset).
GROUPS = [
    ("Collagen", "change (%)", [
        ("collagen_gain", "total", BLACK, figure.SOLID, 100, 0), ("collagen_I_gain", "type I", BLUE, figure.DASHED, 100, 0),
        ("collagen_III_gain", "type III", RED, figure.DASHDOT, 100, 0), ("mature_collagen_gain", "mature", GREEN, figure.LONG, 100, 0),
        ("new_collagen_fraction", "new (share of all)", PURPLE, figure.DOTTED, 100, 0)]),
    ("Elastin and hyaluronan", "1 = before", [
        ("elastin_gain", "elastin fibres", BLUE, figure.SOLID, 1, 1), ("tropoelastin_ratio", "tropoelastin", RED, figure.DASHED, 1, 0),
        ("hyaluronan", "hyaluronan", GREEN, figure.DASHDOT, 1, 0)]),
    ("Cells and vessels", "1 = normal", [
        ("fibroblasts", "fibroblasts, all", BLACK, figure.SOLID, 1, 0), ("activated_fibroblasts", "activated", GREEN, figure.DASHED, 1, 0),
        ("myofibroblasts", "myofibroblasts", RED, figure.DASHDOT, 1, 0), ("perfusion", "capillaries", BLUE, figure.LONG, 1, 0)]),
    ("Signals", "value", [
        ("tgfb", "TGF-β (1 = normal)", BLUE, figure.SOLID, 1, 0), ("inflammation", "inflammation", ORANGE, figure.DASHED, 1, 0),
        ("mmp", "MMP activity", RED, figure.DASHDOT, 1, 0), ("erythema", "erythema (0 to 1)", PURPLE, figure.DOTTED, 1, 0)]),
    ("Skin surface", "%", [
        ("epidermal_closure", "channels closed", BLACK, figure.SOLID, 100, 0), ("barrier_deficit", "barrier", ORANGE, figure.DOTTED, -100, 100),
        ("epidermal_thickness", "epidermal thickness", BLUE, figure.DASHED, 100, 0)]),
    ("Scar", "0 = none", [
        ("scar_index", "scar index", RED, figure.SOLID, 1, 0), ("scar_myofibroblasts", "of myofibroblasts", PURPLE, figure.DASHED, 1, 0),
        ("scar_collagen_III", "of type III", GREEN, figure.DASHDOT, 1, 0), ("scar_excess", "of excess", ORANGE, figure.DOTTED, 1, 0)]),
]
# The summary in words: name, label, unit, factor.
CARDS = [
    ("final_collagen_gain", "collagen gain at the end", "%", 100), ("peak_collagen_gain", "largest collagen gain", "%", 100),
    ("collagen_onset", "lasting gain of 1 % from", "day", 1), ("collagen_time_to_90_percent", "90 % of the peak on", "day", 1),
    ("epidermal_closure_time", "channels closed after", "days", 1), ("barrier_recovery_time", "barrier back after", "days", 1),
    ("downtime", "longest downtime", "days", 1), ("sessions_performed", "sessions given", "", 1)]
DAYS = (7, 28, 90, 180, 365, 730)


# ---- words of strangers ----------------------------------------------------------------------------------------------------------------

def text(value):
    """One line of text for the page, from anything."""
    return html.escape(figure.clean(value))


def block(value):
    """Several lines of text for the page; control characters go."""
    shown = str(value)[:LONGEST]
    cut = "\n[cut here]" if len(str(value)) > LONGEST else ""
    return html.escape("".join(c for c in shown if c == "\n" or c.isprintable()) + cut)


def data_block(data):
    """JSON that is harmless inside a script element."""
    return json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def number(value, places=4):
    """A number for people; – for none."""
    return f"{value:.{places}g}".replace("-", "−") if value is not None and np.isfinite(value) else "–"


def table(head, rows, kind=""):
    """A table of cells that are HTML already."""
    top = "".join(f"<th scope=col>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class=scroll><table class="{kind}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


# ---- data of the charts -------------------------------------------------------------------------------------------------------------------

def kept_rows(time, sessions):
    """Rows of a timeline that are shown: all, or so many that the first days after each session keep theirs."""
    if time.size <= ROWS:
        return np.arange(time.size)
    since = np.zeros(time.size)
    for start in [time[0], *sessions]:
        after = time >= start
        since[after] = time[after] - start
    density = np.concatenate([[0.0], np.cumsum(np.diff(time) / (1 + since[1:] / 4))])  # rows wanted grow with log(1 + t / 4 days) after a session
    wanted = np.linspace(0, density[-1], ROWS)
    return np.unique(np.clip(np.searchsorted(density, wanted), 0, time.size - 1))


def plain(values):
    """Numbers for JSON with as many digits as are seen."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in values]


def opened(time, columns, sessions):
    """Adds a row just after every session, at which the channels are open, because the row at a session is the one before it."""
    for session in sessions:
        at = int(np.searchsorted(time, session, side="right"))
        if 0 < at < time.size:
            time = np.insert(time, at, session + 1e-6)
            columns = {name: np.insert(values, at, {"epidermal_closure": 0.0, "barrier_deficit": 1.0}.get(name, np.nan))
                       for name, values in columns.items()}
    return time, columns


def chart_data(entries):
    groups = [{"title": title, "unit": unit, "series": [{"name": name, "label": label, "color": colour, "dash": DASHES[dashes], "factor": factor,
                                                         "offset": offset, "width": 2.4 if not i else 1.8}
                                                        for i, (name, label, colour, dashes, factor, offset) in enumerate(lines)]}
              for title, unit, lines in GROUPS]
    runs, outcomes = [], {}
    for entry in entries:
        series = entry.run.series
        rows = kept_rows(series["time"].values, entry.run.performed)
        time, columns = opened(series["time"].values[rows], {name: series[name].values[rows] for name in series.data_vars}, entry.run.performed)
        runs.append({"label": entry.label, "color": entry.colour, "dash": DASHES.get(entry.dashes, [6, 3, 2, 3]),
                     "time": [round(float(day), 6) for day in time], "sessions": plain(entry.run.performed),
                     "columns": {figure.clean(name): plain(values) for name, values in columns.items()}})
        for name in series.data_vars:
            unit = series[name].attrs.get("units", "1")
            outcomes.setdefault(figure.clean(name), {"name": figure.clean(name), "unit": "" if unit == "1" else figure.clean(unit),
                                                     "label": figure.clean(series[name].attrs.get("long_name", ""))})
    return {"runs": runs, "groups": groups, "outcomes": list(outcomes.values())}


# ---- pictures ----------------------------------------------------------------------------------------------------------------------------

def embedded(fig, alt, kind="png", dpi=110):
    """The figure as an <img>, and closed."""
    buffer = io.BytesIO()
    metadata = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}[kind]
    fig.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
    width, height = fig.get_size_inches() * 96
    plt.close(fig)
    mime = {"png": "image/png", "svg": "image/svg+xml"}[kind]
    return (f'<img width={width:.0f} height={height:.0f} alt="{text(alt)}" src="data:{mime};base64,{base64.b64encode(buffer.getvalue()).decode()}">')


def chosen_days(days, end):
    """Indices of the rows nearest to familiar days, and of the last."""
    wanted = [day for day in DAYS if day < 0.95 * end] + [end]
    return sorted({int(np.argmin(np.abs(np.log1p(days / 4) - np.log1p(day / 4)))) for day in wanted} - {0} or {len(days) - 1})


def profile_panels(run):
    """(title, unit, depth x time array) of what changes with depth; the first species of the file for a model without collagen."""
    held = run.names["profiles"]

    def total(*names):
        found = [run.profile(name) for name in names if name in held]
        return sum(found) if found else None

    collagen, fresh = total(*section.COLLAGEN), total("collagen_i_new", "collagen_iii_new")
    panels = []
    if collagen is not None and bool((collagen[0] > 0).all()):
        panels.append(("Collagen, all", "change (%)", 100 * (collagen / collagen[0] - 1)))
        if fresh is not None:
            panels.append(("Collagen, not yet linked", "% of all before", 100 * fresh / collagen[0]))
    cells, signal = total("fibroblast", "activated_fibroblast", "myofibroblast"), total("tgfb1")
    if cells is not None:
        panels.append(("Fibroblasts, all kinds", "1 = normal density", cells))
    if signal is not None:
        panels.append(("TGF-β1", f"above normal ({signal.attrs.get('units', 'ng/mL')})", signal))
    if not panels:
        panels = [(name.replace("_", " "), run.profile(name).attrs.get("units", ""), run.profile(name)) for name in held[:4]]
    return [panel for panel in panels if "z" in panel[2].coords and panel[2].sizes["z"] > 1 and panel[2].sizes["time"] > 1]


def profiles(run):
    """Depth profiles as an <img>; "" when the file has none."""
    panels = profile_panels(run)
    if not panels:
        return ""
    figure.style(9)
    fig, axes = plt.subplots(1, len(panels), figsize=(10.4, 3.5), sharey=True, squeeze=False)
    days = panels[0][2]["time"].values
    shown = chosen_days(days, days[-1])
    colours = plt.cm.viridis(np.linspace(0.88, 0.0, len(shown)))
    styles = [figure.DOTTED, figure.DASHED, figure.DASHDOT, figure.LONG, (0, (3, 1, 1, 1, 1, 1)), figure.SOLID, figure.SOLID]
    for ax, (title, unit, array) in zip(axes[0], panels):
        ax.plot(array[0], array["z"], color="#999999", linewidth=1.0, label=f"day {days[0]:.4g}")
        for i, colour, dashes in zip(shown, colours, styles[-len(shown):]):
            ax.plot(array[i], array["z"], color=colour, linestyle=dashes, label=f"day {days[i]:.4g}")
        ax.set_title(figure.clean(title), fontsize=9, loc="left")
        ax.set_xlabel(figure.clean(unit))
        ax.xaxis.set_major_locator(plt.MaxNLocator(4))
        ax.margins(y=0)
    axes[0][0].set_ylim(panels[0][2]["z"].values[-1], 0)
    axes[0][0].set_ylabel("depth in the dermis (mm)")
    fig.tight_layout(rect=(0, 0, 0.89, 1))
    fig.legend(*axes[0][0].get_legend_handles_labels(), loc="center right", fontsize=8, handlelength=2.6)
    alt = "Depth profiles, means over the width, of " + ", ".join(panel[0] for panel in panels) + " on day " + \
        ", ".join(f"{days[i]:.4g}" for i in [0, *shown])
    return embedded(fig, alt, "svg")


def sections(run):
    """Cross-sections of the snapshots as an <img>; "" when there are none."""
    cut = section.read(run)
    if cut is None:
        return ""
    figure.style(9)
    end = float(cut.days[-1])
    days = section.nearest(cut, [day for day in (0, 3, *DAYS) if day <= end] or [end], lambda day: figure.place(day, max(end, 1e-6)))[:7]
    left, right = cut.span
    depth = min(cut.depth, max(cut.wound, 0.5))
    rows = [layer for layer in section.LAYERS.values() if not layer.species or any(name in cut.fields for name in layer.species)]
    tall = (depth + 1.45 * cut.epidermis) / (right - left)
    wide = min(8.3 / len(days) - 0.12, 2.0 / tall, 2.4)
    wide, high = (wide, wide * tall) if wide * tall > 0.5 else (0.5 / tall, 0.5)
    width, height = 0.75 + len(days) * (wide + 0.12) + 1.65, 0.35 + len(rows) * (high + 0.28) + 0.4
    fig = plt.figure(figsize=(width, height))
    for r, layer in enumerate(rows):
        bottom = (height - 0.35 - (r + 1) * (high + 0.28) + 0.14) / height
        for c, day in enumerate(days):
            ax = fig.add_axes([(0.75 + c * (wide + 0.12)) / width, bottom, wide / width, high / height])
            kinds = section.CELLS if not layer.species else ()
            section.draw(ax, cut, cut.at(day), layer, depth, kinds, crowd=min(1.0, (wide / (right - left)) ** 2 / 4), size=3.0)
            ax.set_xticks([])
            ax.set_yticks([tick for tick in (0, 0.5, 1, 1.5, 2) if tick <= depth] if c == 0 else [])
            if r == 0:
                ax.set_title(f"day {day:.4g}", fontsize=9)
            if c == 0:
                ax.set_ylabel("depth (mm)", fontsize=8)
        side = (0.75 + len(days) * (wide + 0.12) + 0.05) / width
        fig.text(side, bottom + high / height, layer.title, fontsize=9, fontweight="bold", va="top")
        if layer.species:
            bar = fig.add_axes([side, bottom + (high - 0.42) / height, 1.2 / width, 0.09 / height])
            norm = cut.norm(layer)
            bar.imshow(layer.colours(np.linspace(0, 1, 200))[None, :, :3], aspect="auto", extent=(0, 1, 0, 1))
            bar.set_xticks([0, 1], [number(norm.vmin, 3), number(norm.vmax, 3)], fontsize=7)
            bar.set_yticks([])
            fig.text(side, bottom + (high - 0.68) / height, layer.unit, fontsize=7, va="top")
        else:
            for k, kind in enumerate(section.CELLS):
                fig.text(side, bottom + (high - 0.24 - 0.15 * k) / height, "●", fontsize=6, color=kind.colour, va="top")
                fig.text(side + 0.13 / width, bottom + (high - 0.22 - 0.15 * k) / height, kind.label, fontsize=6.5, va="top")
    mirrored = ", mirrored at the channel's axis" if cut.mirrored else ""
    fig.text(0.75 / width, 0.12 / height, f"{right - left:.2g} mm wide{mirrored}", fontsize=7.5)
    alt = "Cross-sections of the skin: " + ", ".join(layer.title for layer in rows) + " on day " + ", ".join(f"{day:.4g}" for day in days)
    return embedded(fig, alt, "png", 120)


# ---- parts of the page ----------------------------------------------------------------------------------------------------------------------

def cards(run):
    found = []
    for name, label, unit, factor in CARDS:
        if name in run.summary:
            value = factor * run.summary[name]
            shown = (f"day {number(value, 3)}" if unit == "day" else timeline.duration(value) if unit == "days" else
                     number(value, 3) + f" {unit}" * bool(unit)) if np.isfinite(value) else "not reached"
            found.append(f"<div class=card><b>{shown}</b><span>{label}</span></div>")
    return f"<div class=cards>{''.join(found)}</div>" if found else ""


def protocol(entry):
    run, given = entry.run, entry.dose
    parts = []
    if not run.sessions.sizes.get("session"):
        return "<p>No session was planned.</p>"
    if run.performed.size or "scheduled" in run.sessions:
        columns = [name for name in ("number", "scheduled", "performed", "closure") if name in run.sessions]
        heads = {"number": "session", "scheduled": "planned (day)", "performed": "given (day)", "closure": "channels closed before"}
        rows = [["never" if name == "performed" and not np.isfinite(value) else number(value) for name, value in zip(columns, row)]
                for row in zip(*(run.sessions[name].values[:100] for name in columns))]
        parts.append(table([heads[name] for name in columns], rows))
    if np.isfinite(given.channels):
        parts.append(f"<p>A session makes {number(given.channels)} channels per cm², each {number(given.depth, 3)} mm deep; their mouths are "
                     f"{number(given.area, 3)} mm² and their volume in the dermis {number(given.volume, 3)} mm³ per cm² (nominal geometry of "
                     "the device).</p>")
    return "".join(parts)


def outcome_table(run):
    """Every outcome on familiar days."""
    time = run.series["time"].values
    days = [day for day in (7, 42, 180, 365) if day < 0.98 * time[-1]] + [float(time[-1])]
    rows = []
    for name in run.series.data_vars:
        values = run.series[name].values
        attributes = run.series[name].attrs
        unit = attributes.get("units", "1")
        little = 1e-6 * np.nanmax(np.abs(values))
        shown = [float(np.interp(day, time, values)) for day in days]
        rows.append([f'<span title="{text(attributes.get("long_name", ""))}">{text(name)}</span>',
                     *("≈ 0" if 0 < abs(value) < little else number(value) for value in shown), "" if unit == "1" else text(unit)])
    return table(["outcome", *(f"day {number(day)}" for day in days), "unit"], rows)


def ledger(run):
    if not run.ledger.sizes.get("species"):
        return "<p>The file has no mass balance.</p>"
    rows = []
    for i, name in enumerate(run.ledger["species"].values[:200]):
        row = [float(run.ledger[column][i]) for column in results.LEDGER]
        rows.append([text(name), *(number(value, 3) for value in row), text(run.ledger["unit"].values[i])])
    return table(["species", *results.LEDGER, "unit"], rows) + "<p class=faint>initial + produced − lost + boundary + injury − stored = error</p>"


def solver(run):
    if "dt" not in run.steps or not run.steps.sizes.get("step"):
        return "<p>The file has no record of the steps.</p>"
    dt = run.steps["dt"].values
    solves = f", {run.steps['solves'].values.sum():.0f} implicit solves" if "solves" in run.steps else ""
    return f"<p>{dt.size} steps of {number(dt.min(), 3)} to {number(dt.max(), 3)} days (median {number(np.median(dt), 3)}){solves}.</p>"


def provenance(run):
    long = ("configuration_given", "configuration_resolved")
    rows = [[text(name.replace("_", " ")), text(value)] for name, value in run.provenance.items() if name not in long]
    parts = [table(["", ""], rows, "text") if rows else "<p>The file does not say where it comes from.</p>"]
    for name, title in zip(long, ("Configuration as given", "Configuration as resolved: every default, every parameter")):
        if run.provenance.get(name, "").strip():
            parts.append(f"<details><summary>{title}</summary><pre>{block(run.provenance[name])}</pre></details>")
    return "".join(parts)


def citations(run):
    reference, title = run.provenance.get("model_reference", "").strip(), run.provenance.get("model_title", "").strip()
    model = run.about.get("model", "")
    found = [f"<li>Model {text(model)}{': ' + text(title) if title else ''}. {text(reference)}</li>" if reference else
             f"<li>Model {text(model) or 'unknown'}: the file names no reference.</li>"]
    version = run.origin["version"]
    found.append(f"<li>Needlework{' ' + text(version) if version else ''}{', commit ' + text(run.origin['commit']) if run.origin['commit'] else ''}: "
                 "cite as CITATION.cff of the program says.</li>")
    return (f"<ul>{''.join(found)}</ul><p class=faint>Sources of every parameter: <code>needlework models {text(model)}</code>.</p>")


def charts(index, outcomes, run):
    """Placeholders that page.js fills."""
    shown = [(g, title) for g, (title, _, lines) in enumerate(GROUPS) if any(name in run.series for name, *_ in lines)]
    parts = ['<div class=tools><label><input type=checkbox class=stretch checked> stretch the first days</label>'
             "<span class=faint>drag to zoom, double-click for all; lines mark sessions</span></div>"]
    for g, title in shown:
        parts.append(f'<h3>{title}</h3><div class=chart role=img aria-label="{title} over time; the numbers are in the table of outcomes" '
                     f'data-run={index} data-group={g}></div>')
    return "".join(parts) + any_outcome(f"any{index}", outcomes, f"data-run={index}", "Any outcome")


def any_outcome(name, outcomes, attributes, title):
    choices = ""
    for i, outcome in enumerate(outcomes):
        selected, label = " selected" * (outcome["name"] == "collagen_gain"), f" – {text(outcome['label'])}" if outcome["label"] else ""
        choices += f"<option value={i}{selected}>{text(outcome['name'])}{label}</option>"
    return (f"<h3>{title}</h3><div class=tools><label>outcome <select id={name}>{choices}</select></label></div>"
            f'<div class=chart role=img aria-label="{title} over time" data-height=300 {attributes} data-select={name}></div>')


def attempt(what, drawing, run):
    """The drawing, or "" and a note when the file's arrays do not allow one: the rest of the page stays."""
    try:
        return drawing(run)
    except (results.ResultsError, *results.DAMAGE) as error:
        plt.close("all")
        run.notes.append(f"{what} cannot be drawn: {error}")
        return ""


def run_section(index, entry, outcomes):
    run = entry.run
    warn = "" if run.complete else f"<p class=warn>{text(run.ending[:1].upper() + run.ending[1:])}.</p>"
    depth, cut = attempt("depth profiles", profiles, run), attempt("cross-sections", sections, run)
    notes = "".join(f"<li>{text(note)}</li>" for note in run.notes if note != run.ending)
    treatment = timeline.protocol(run) if run.performed.size else "no session"
    parts = [f"<h1>{text(run.title or entry.label)}</h1><p class=faint>{text(treatment)}</p><p class=faint>{text(run.path)}</p>", warn, cards(run),
             "<h2>Timeline</h2>", charts(index, outcomes, run)]
    if cut:
        parts += ["<h2>Cross-sections</h2>", cut]
    if depth:
        parts += ["<h2>Depth</h2>", depth]
    parts += ["<h2>Protocol</h2>", protocol(entry), "<h2>Outcomes</h2>", outcome_table(run),
              "<h2>Mass balance and solver</h2>", solver(run), ledger(run), "<h2>Provenance</h2>", provenance(run), "<h2>How to cite</h2>", citations(run)]
    if notes:
        parts += [f"<h2>Notes</h2><ul>{notes}</ul>"]
    return f"<section id=run{index}>{''.join(parts)}</section>"


def entries_of(runs):
    """The runs as they were given, in the colours that the picture of the comparison has for them; whether there is such a picture."""
    names = compare.labels(runs)
    entries = [compare.Entry(run, label, compare.dose(run), i + 1, *RUNS[i]) for i, (run, label) in enumerate(zip(runs, names))]
    if len(runs) == 1 or len({run.about.get("model") for run in runs}) > 1 or not any("final_collagen_gain" in run.summary for run in runs):
        return entries, False
    ranked = {id(entry.run): entry for entry in compare.entries_of(runs, names, "final_collagen_gain")}
    return [ranked[id(run)] for run in runs], True


def overview(entries, outcomes, heading, drawn):
    """Several runs: side by side, and one chart for all."""
    parts = [f"<h1>{heading}</h1>"]
    if drawn:
        fig, _, alt, _ = compare.draw([entry.run for entry in entries], [entry.label for entry in entries], title=" ")
        parts.append(embedded(fig, alt))
    else:
        parts.append("<p class=warn>The runs are of different models, or have no outcome in common to be ranked by: they are only put side by "
                     "side.</p>")
    rows = []
    for name, label, unit, factor in CARDS:
        values = [factor * entry.run.summary.get(name, math.nan) for entry in entries]
        if any(np.isfinite(value) for value in values):
            rows.append([label, *(number(value) for value in values), unit])
    parts += ["<h2>Timelines</h2><div class=tools><label><input type=checkbox class=stretch checked> stretch the first days</label></div>",
              any_outcome("all", outcomes, "", "One outcome of all runs"), "<h2>Outcomes</h2>",
              table(["", *(text(entry.label) for entry in entries), "unit"], rows)]
    return f"<section id=overview>{''.join(parts)}</section>"


def page(runs, title=None):
    """The whole page."""
    entries, drawn = entries_of(runs)
    heading = text(title or (runs[0].title or "Healing after microneedling" if len(runs) == 1 else f"{len(runs)} runs compared"))
    data = chart_data(entries)
    outcomes = data["outcomes"]
    body = [run_section(i, entry, outcomes) for i, entry in enumerate(entries)]
    tabs = ""
    if len(entries) > 1:
        body.insert(0, overview(entries, outcomes, heading, drawn))
        names = [("overview", "Overview"), *((f"run{i}", entry.label) for i, entry in enumerate(entries))]
        tabs = "".join(f"<button role=tab aria-selected={'false' if i else 'true'} data-section={section_id}>{text(name)}</button>"
                       for i, (section_id, name) in enumerate(names))
        tabs = f"<nav role=tablist>{tabs}</nav>"
    scripts = [(PAGE / name).read_text() for name in ("uPlot.iife.min.js", "page.js")]
    style = (PAGE / "uPlot.min.css").read_text() + (PAGE / "page.css").read_text()
    hashes = " ".join("'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'" for script in scripts)
    return f"""<!DOCTYPE html>
<html lang=en><head><meta charset=utf-8>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {hashes}">
<meta name=viewport content="width=device-width, initial-scale=1"><title>{heading}</title><style>{style}</style></head>
<body>{tabs}<main>{"".join(body)}</main>
<script type=application/json id=data>{data_block(data)}</script>
<script>{scripts[0]}</script><script>{scripts[1]}</script>
</body></html>
"""


def arguments(words):
    parser = figure.command_line("report.py", "Write one self-contained page (HTML) about one run or several.")
    parser.add_argument("files", metavar="FILE", nargs="+", help="results of `needlework run`")
    parser.add_argument("-o", "--output", metavar="OUT", default="report.html", help="page to write, .html (default: report.html)")
    parser.add_argument("--title", help="title of the page (default: that of the run)")
    given = parser.parse_args(words)
    if len(given.files) > MOST:
        parser.error(f"a page holds at most {MOST} runs, not {len(given.files)}")
    if os.path.splitext(given.output)[1].lower() not in (".html", ".htm"):
        parser.error(f"{given.output}: the page must end in .html")
    return given


def main(words=None):
    given = arguments(words)
    try:
        runs = [results.read(path) for path in given.files]
        content = page(runs, given.title).encode("utf-8", "replace")
    except results.ResultsError as error:
        return figure.complain("report.py", error)
    try:
        figure.write(given.output, content)
    except OSError as error:
        return figure.complain("report.py", error, given.output)
    figure.say("report.py", [f"{run.path}: {note}" for run in runs for note in run.notes])
    return 0


if __name__ == "__main__":
    sys.exit(main())
