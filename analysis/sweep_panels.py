"""The pictures of a sweep: each function fills a figure from a study and returns the sentence that describes it."""

import textwrap

import matplotlib
import numpy as np

import figure
import results
import study as studies
from figure import BLACK, BLUE, DASHDOT, DASHED, DOTTED, FAINT, GREEN, INK, LONG, ORANGE, PURPLE, RED, SKY, SOLID

STYLES = [(BLUE, SOLID, "o"), (RED, DASHED, "s"), (GREEN, DASHDOT, "^"), (PURPLE, LONG, "D"), (ORANGE, DOTTED, "v"), (BLACK, SOLID, "P"),
          (SKY, DASHED, "X")]
HEAD, FOOT = 0.62, 0.34  # inches kept free above and below the panels


def canvas(width, height, rows, columns, above=0.0, right=0.0, **options):
    """A figure whose axes [rows][columns] take `height`; with room for its head and foot, and for a legend `above` or to the `right` [inch]."""
    whole = height + HEAD + FOOT + above
    fig = figure.plt.figure(figsize=(width, whole), layout="constrained")
    fig.get_layout_engine().set(rect=(0, FOOT / whole, 1 - right / width, height / whole), w_pad=0.06, h_pad=0.06)
    return fig, fig.subplots(rows, columns, squeeze=False, **options)


def legend_above(fig, handles, labels, title=None):
    fig.legend(handles, labels, title=title, loc="upper right", ncols=len(labels), borderaxespad=0,
               bbox_to_anchor=(0.995, 1 - HEAD / fig.get_figheight()))


def listing(names):
    """a, b and c"""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def wrapped(text, width):
    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text


def means(values, levels):
    """Mean over the runs of every cell; NaN where there is none.  levels: [(level of every run, number of levels)]."""
    shape = [n for _, n in levels]
    at = np.ravel_multi_index([level for level, _ in levels], shape)
    known = np.isfinite(values)
    count = np.bincount(at[known], minlength=int(np.prod(shape)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (np.bincount(at[known], values[known], minlength=int(np.prod(shape))) / count).reshape(shape)


def digits(values):
    """Decimals with which the smallest step between values is seen, at most 4."""
    known = np.unique(values[np.isfinite(values)])
    span = np.ptp(known) if known.size > 1 else abs(known[0]) if known.size else 1
    return int(np.clip(2 - np.floor(np.log10(span)) if span > 0 else 1, 0, 4)) if span < 100 else 0


# ---- heat maps ----


def heat(study, outcomes, dimensions, width):
    """Two dimensions as a map, a third as panels side by side; means over whatever else varies."""
    if not study.is_grid() or len(dimensions) < 2:
        raise results.ResultsError(f"{study.table.path}: heat maps need a grid of two or more dimensions")
    across, up, aside = dimensions[0], dimensions[1], dimensions[2] if len(dimensions) > 2 else None
    panels = len(aside.ticks) if aside else 1
    if panels > 8:
        raise results.ResultsError(f"{study.table.path}: {aside.title} has {panels} levels, more than 8 panels side by side")
    rows, columns = (len(outcomes), panels) if aside else (1, len(outcomes))
    fig, axes = canvas(width, 0.4 + rows * max(1.9, min(3.4, 0.42 * len(up.ticks) + 1.1)), rows, columns, sharex=True, sharey=True)
    for n, outcome in enumerate(outcomes):
        levels = [(d.level, len(d.ticks)) for d in (aside, up, across) if d]
        cells = means(outcome.values, levels).reshape(panels, len(up.ticks), len(across.ticks))
        low, high = (np.nanmin(cells), np.nanmax(cells)) if np.isfinite(cells).any() else (0, 1)
        norm = matplotlib.colors.Normalize(low, high if high > low else low + 1)
        own = list(axes[n]) if aside else [axes[0][n]]
        for ax, cell in zip(own, cells):
            draw_cells(ax, cell, norm, digits(cells), room=8 if aside else 24 // columns)
        bar = fig.colorbar(matplotlib.cm.ScalarMappable(norm, "cividis"), ax=own, pad=0.01, aspect=14)
        bar.set_label(wrapped(outcome.label, 24))
        bar.outline.set_visible(False)
    label_cells(axes, across, up, aside)
    rest = [d.title for d in study.dimensions if d not in (across, up, aside) and len(d.ticks) > 1]
    return fig, f"{listing([o.name for o in outcomes])} over {across.title} and {up.title}" + (f", by {aside.title}" if aside else "") + (
        f"; means over {listing(rest)}" if rest else "")


def label_cells(axes, across, up, aside):
    for ax, tick in zip(axes[0], aside.ticks if aside else ()):
        ax.set_title(wrapped(f"{aside.title} {tick.replace(chr(10), ' · ')} {aside.factors[0].unit if len(aside.factors) == 1 else ''}", 28),
                     fontsize=9)
    for ax in axes[-1]:
        ax.set_xticks(range(len(across.ticks)), across.ticks)
        ax.set_xlabel(across.label)
    for ax in axes[:, 0]:
        ax.set_yticks(range(len(up.ticks)), [tick.replace("\n", " · ") for tick in up.ticks])
        ax.set_ylabel(up.label.replace("\n", " · "))


def draw_cells(ax, cell, norm, decimals, room):
    ax.imshow(cell, norm=norm, cmap="cividis", origin="lower", aspect="auto")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    for j, i in np.ndindex(cell.shape):
        value = cell[j, i]
        if not np.isfinite(value):
            ax.add_patch(matplotlib.patches.Rectangle((i - 0.5, j - 0.5), 1, 1, facecolor="white", edgecolor=FAINT, hatch="////", linewidth=0))
        elif cell.shape[1] <= room:
            ax.text(i, j, f"{value:.{decimals}f}", ha="center", va="center", fontsize=7.5, color="white" if norm(value) < 0.55 else INK)


# ---- lines ----


def lines(study, outcomes, dimensions, width):
    return grid_lines(study, outcomes, dimensions, width) if study.is_grid() else sampled_lines(study, outcomes, dimensions, width)


def grid_lines(study, outcomes, dimensions, width):
    """One dimension along x, another as lines; the band spans whatever else varies."""
    along = next((d for d in dimensions if d.numeric and len(d.ticks) > 1), dimensions[0])
    others = [d for d in dimensions if d is not along and 1 < len(d.ticks) <= len(STYLES)]
    split = others[0] if others else None
    columns = min(len(outcomes), 3)
    rows = -(-len(outcomes) // columns)
    fig, axes = canvas(width, 0.3 + rows * 2.9, rows, columns, right=1.45 if split else 0, sharex=True)
    x = along.positions()
    for ax, outcome in zip(axes.flat, outcomes):
        for s in range(len(split.ticks) if split else 1):
            colour, dashes, marker = STYLES[s]
            chosen = study.done & (split.level == s if split else True)
            groups = [outcome.values[chosen & (along.level == i)] for i in range(len(x))]
            groups = [group[np.isfinite(group)] for group in groups]
            middle, low, high = (np.array([f(g) if g.size else np.nan for g in groups]) for f in (np.mean, np.min, np.max))
            if np.nanmax(high - low, initial=0) > 0:
                ax.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
            ax.plot(x, middle, color=colour, linestyle=dashes, marker=marker, markersize=4, label=split.ticks[s].replace("\n", " · ") if split else None)
        ax.set_ylabel(wrapped(outcome.label, 36))
        if not along.numeric or len(along.factors) > 1:
            ax.set_xticks(x, along.ticks, fontsize=8)
    finish_lines(fig, axes, len(outcomes), along, split)
    rest = [d.title for d in study.dimensions if d not in (along, split) and len(d.ticks or [0]) > 1]
    return fig, f"{listing([o.name for o in outcomes])} against {along.title}" + (f", a line for each {split.title}" if split else "") + (
        f"; lines are means and bands the range over {listing(rest)}" if rest else "")


def finish_lines(fig, axes, n, along, split):
    for ax in axes.flat[n:]:
        ax.set_visible(False)
    for ax in axes.flat[max(0, n - axes.shape[1]) : n]:
        ax.tick_params(labelbottom=True)
        ax.set_xlabel(along.label)
    if split:
        handles, labels = axes.flat[0].get_legend_handles_labels()
        fig.legend(handles, labels, title=wrapped(split.label.replace("\n", " · "), 20), loc="upper right", handlelength=3,
                   bbox_to_anchor=(0.995, 1 - HEAD / fig.get_figheight()))


def sampled_lines(study, outcomes, dimensions, width, bins=8):
    """Every run as a dot over each factor; the line is the median and the band holds 80 % of the runs, in bins of equal numbers."""
    chosen = [d for d in dimensions if d.numeric][:5]
    if not chosen:
        raise results.ResultsError(f"{study.table.path}: no factor with numbers to draw along")
    fig, axes = canvas(width, 0.3 + len(outcomes) * 2.4, len(outcomes), len(chosen), sharey="row", sharex="col")
    for row, outcome in zip(axes, outcomes):
        for ax, dimension in zip(row, chosen):
            x, y = dimension.factors[0].values, outcome.values
            known = np.isfinite(y)
            x, y = x[known], y[known]
            ax.plot(x, y, ".", color=FAINT, markersize=2.5, alpha=0.35, rasterized=True)
            parts = [part for part in np.array_split(np.argsort(x, kind="stable"), min(bins, max(1, x.size // 5))) if part.size]
            at = [np.median(x[part]) for part in parts]
            low, middle, high = np.array([np.percentile(y[part], (10, 50, 90)) for part in parts]).T
            ax.fill_between(at, low, high, color=BLUE, alpha=0.18, linewidth=0)
            ax.plot(at, middle, color=BLUE)
        row[0].set_ylabel(wrapped(outcome.label, 30))
    for ax, dimension in zip(axes[-1], chosen):
        ax.set_xlabel(wrapped(dimension.label.replace("\n", " · "), 26))
    return fig, f"{listing([o.name for o in outcomes])} against each of {len(chosen)} factors: runs, their median and the middle 80 %"


# ---- tornado ----


def tornado(study, outcomes, dimensions, width, most=12):
    """What each factor does from its lowest to its highest values, means over everything else."""
    rows = min(most, len(dimensions))
    fig, axes = canvas(width, 0.8 + 0.44 * rows, 1, len(outcomes), above=0.28)
    for ax, outcome in zip(axes[0], outcomes):
        ends = np.array([ends_of(study, outcome.values, dimension) for dimension in dimensions])
        centre = np.nanmean(outcome.values)
        order = np.argsort(-np.nan_to_num(np.abs(ends[:, 1] - ends[:, 0])), kind="stable")[:rows]
        for y, i in enumerate(order):
            for end, colour, height in ((1, ORANGE, 0.62), (0, BLUE, 0.34)):
                ax.barh(y, ends[i, end] - centre, height, left=centre, color=colour, label=("lowest", "highest")[end] if y == 0 else None)
        ax.axvline(centre, color=INK, linewidth=0.8)
        ax.set_yticks(range(rows), [f"{wrapped(dimensions[i].factors[0].name, 26)}\n{range_of(dimensions[i])}" for i in order], linespacing=1.1)
        ax.set_ylim(rows - 0.4, -0.6)
        ax.margins(x=0.06)
        ax.locator_params(axis="x", nbins=3)
        ax.set_xlabel(wrapped(outcome.label, 40))
    handles, labels = axes[0][0].get_legend_handles_labels()
    legend_above(fig, handles[::-1], [f"factor at its {label}" for label in labels[::-1]])
    ends = "values" if study.is_grid() else "fifth of the values"
    return fig, f"mean {listing([o.name for o in outcomes])} at the lowest and at the highest {ends} of each factor"


def ends_of(study, values, dimension):
    """Mean outcome at the lowest and at the highest level; of a sample: in the lowest and the highest fifth."""
    if study.is_grid():
        low, high = dimension.level == 0, dimension.level == dimension.level.max()
    else:
        low, high = dimension.place <= 0.2, dimension.place >= 0.8
    known = np.isfinite(values)
    return [values[known & end].mean() if (known & end).any() else np.nan for end in (low, high)]


def range_of(dimension):
    factor = dimension.factors[0]
    if not dimension.numeric:
        return f"{dimension.ticks[0]} to {dimension.ticks[-1]}" if dimension.ticks else ""
    low, high = factor.values[np.argmin(dimension.place)], factor.values[np.argmax(dimension.place)]
    return f"{low:.3g} to {high:.3g} {factor.unit}".strip()


# ---- indices ----


def indices(study, outcomes, dimensions, width, most=15):
    """Sobol' indices as bars with their intervals; Morris' measures as bars and over each other."""
    rows = study.indices()
    draw = morris if study.design == "morris" else sobol
    names = {d.name: wrapped(d.title, 30) for d in study.dimensions}
    wanted = {d.name for d in dimensions}
    return draw({o: [row for row in rows if row["outcome"] == o.key and row["factor"] in wanted][:most] for o in outcomes}, names, width)


def bars(ax, rows, key, y, height, colour, label, scale=1):
    value, low, high = (scale * np.array([row[part] for row in rows]) for part in (key, f"{key}_low", f"{key}_high"))
    ax.barh(y, value, height, color=colour, label=label)
    ax.errorbar(value, y, xerr=np.maximum(0, [value - low, high - value]), fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)


def sobol(found, names, width):
    most = max(len(rows) for rows in found.values())
    fig, axes = canvas(width, 0.8 + 0.45 * most, 1, len(found), above=0.28)
    for ax, (outcome, rows) in zip(axes[0], found.items()):
        y = np.arange(len(rows))
        bars(ax, rows, "first", y - 0.19, 0.36, BLUE, "first: alone")
        bars(ax, rows, "total", y + 0.19, 0.36, ORANGE, "total: with its interactions")
        ax.set_yticks(y, [names[row["factor"]] for row in rows])
        ax.set_ylim(most - 0.4, -0.6)
        ax.axvline(0, color=INK, linewidth=0.8)
        ax.set_xlabel("share of the variance of\n" + wrapped(outcome.name, 36))
    legend_above(fig, *axes[0][0].get_legend_handles_labels())
    return fig, f"Sobol' indices with 95 % intervals of {listing([o.name for o in found])}: {sentence(found, names, 'total')}"


def sentence(found, names, key):
    scale = {o: 100 if o.unit == "%" and key == "mu_star" else 1 for o in found}
    return "; ".join(f"{o.name} depends most on {names[rows[0]['factor']]} ({scale[o] * rows[0][key]:.2g}{' %' if scale[o] > 1 else ''})"
                     for o, rows in found.items() if rows)


def morris(found, names, width, labelled=8):
    most = max(len(rows) for rows in found.values())
    fig, axes = canvas(width, len(found) * (0.8 + max(2.2, 0.22 * most)), len(found), 2, width_ratios=(3, 2))
    for (ax, cloud), (outcome, rows) in zip(axes, found.items()):
        scale = 100 if outcome.unit == "%" else 1
        y = np.arange(len(rows))
        bars(ax, rows, "mu_star", y, 0.62, BLUE, None, scale)
        ax.set_yticks(y, [f"{names[row['factor']]}  {i + 1}" for i, row in enumerate(rows)])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(left=0)
        ax.set_xlabel(f"μ*: mean size of the effect on\n{wrapped(outcome.label, 44)}")
        mu, sigma = (scale * np.nan_to_num([row[key] for row in rows]) for key in ("mu_star", "sigma"))
        top = 1.12 * max(mu.max(initial=0), sigma.max(initial=0)) or 1
        cloud.plot([0, top], [0, top], color=FAINT, linewidth=0.7, linestyle=DOTTED)
        cloud.plot(mu, sigma, "o", color=ORANGE, markeredgecolor=INK, markeredgewidth=0.5, markersize=5)
        named = []
        for i in range(min(labelled, len(rows))):
            if all(np.hypot(mu[i] - mu[j], sigma[i] - sigma[j]) > 0.075 * top for j in named):
                cloud.annotate(str(i + 1), (mu[i], sigma[i]), xytext=(4, 3), textcoords="offset points", fontsize=8)
                named.append(i)
        cloud.set(xlim=(0, top), ylim=(0, top), xlabel="μ*: influence", ylabel="σ: interaction or curvature")
    return fig, f"Morris screening of {listing([o.name for o in found])}: {sentence(found, names, 'mu_star')}"


# ---- Pareto front ----


def pareto(study, up, down, dimensions, width, named=8):
    """Every run by its cost and its gain, and the front that no run beats in both."""
    x, y = down.values, up.values
    best = np.array(figure.pareto(rounded(x), rounded(y)), int)  # what differs by the noise of the solver is equal
    if not best.size:
        raise results.ResultsError(f"{study.table.path}: no run has both {up.key} and {down.key}")
    fig, axes = canvas(width, 4.2, 1, 2, width_ratios=(3, 2))
    ax, key = axes[0]
    ax.plot(x, y, "o", color=FAINT, markersize=3.5, alpha=0.45, markeredgewidth=0, label="a run")
    ax.step(x[best], y[best], where="post", color=RED, linewidth=1.3)
    ax.plot(x[best], y[best], "o", color=RED, markersize=6, label="none is better in both")
    chosen = spread_out(best, x, y, named)
    ax.margins(0.08)
    for n, i in enumerate(chosen, start=1):
        ax.annotate(str(n), (x[i], y[i]), xytext=(-6, 5), textcoords="offset points", ha="right", fontsize=8.5, fontweight="bold")
    ax.set(xlabel=f"{wrapped(down.label, 50)}, less is better", ylabel=f"{wrapped(up.label, 36)}, more is better")
    ax.legend(loc="lower right")
    table_of_front(key, study, chosen, dimensions, x, y, up, down)
    return fig, (f"{up.name} against {down.name}: {best.size} of {int(np.isfinite(x * y).sum())} runs are on the front, "
                 f"from {y[best[0]]:.3g} {up.unit} at {x[best[0]]:.3g} {down.unit} to {y[best[-1]]:.3g} {up.unit} at {x[best[-1]]:.3g} {down.unit}")


def rounded(values):
    """To a thousandth of what they span."""
    step = 1e-3 * (np.nanmax(values) - np.nanmin(values)) or 1
    return np.round(values / step) * step


def spread_out(best, x, y, most):
    """Up to `most` points of the front, both ends among them, none close to the one before."""
    across, up = (np.ptp(v[best]) or 1 for v in (x, y))
    kept = [best[0]]
    for i in best[1:]:
        if np.hypot((x[i] - x[kept[-1]]) / across, (y[i] - y[kept[-1]]) / up) > 0.06:
            kept.append(i)
    kept = np.array(kept)
    return kept[np.unique(np.round(np.linspace(0, kept.size - 1, min(most, kept.size))).astype(int))]


def table_of_front(ax, study, chosen, dimensions, x, y, up, down):
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    factors = [factor for dimension in dimensions for factor in dimension.factors][:4]
    heads = ["", *(wrapped(q.label, 11) for q in (*factors, down, up))]
    rows = [[str(n), *(studies.shown(f.values[i], 3) for f in factors), f"{x[i]:.{digits(x)}f}", f"{y[i]:.{digits(y)}f}"]
            for n, i in enumerate(chosen, start=1)]
    tallest = max(head.count("\n") + 1 for head in heads)
    at = np.concatenate([[0.03], np.linspace(0.2, 0.97, len(heads) - 1)])
    for column, head in zip(at, heads):
        ax.text(column, 1, head, ha="center", va="top", fontsize=7.5, color=FAINT, transform=ax.transAxes, linespacing=1.15)
    for n, row in enumerate(rows):
        for column, cell in zip(at, row):
            ax.text(column, 0.95 - 0.045 * tallest - 0.075 * n, cell, ha="center", va="top", fontsize=8.5, transform=ax.transAxes,
                    fontweight="bold" if column == at[0] else "normal")
