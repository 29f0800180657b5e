"""Cross-sections (x-z) of healing skin: what the snapshots of a run say on any day, and how it is drawn.

    cut = section.read(run)               # None when the run has no space or no snapshots
    state = cut.at(14.0)                  # arrays (z, x) of every species, and (x) of the surface, on day 14
    section.draw(ax, cut, state, section.LAYERS["collagen"])

Between two snapshots the state is interpolated linearly in log(1 + t / 4 days) counted from the last session, never across a session: the
wound of a session is there from its day on.  A snapshot at a session is the state just after it.
A quarter of a channel (unit_cell) and a radius (axisymmetric) are mirrored, so that the whole channel is seen.
Collagen is relative to the mean of the same skin before treatment.  Cells are dots, as many as the model's density says (times a factor that
the key names); where a dot may appear is drawn once with a fixed seed.
"""

import dataclasses

import matplotlib
import matplotlib.ticker
import numpy as np

import results
from figure import BLUE, GREEN, LENGTHS, ORANGE, RED, STRETCH, quantity

COLLAGEN = tuple(f"collagen_{kind}_{stage}" for kind in ("i", "iii") for stage in ("new", "incorporated", "mature"))
SURFACE = ("keratinocyte", "barrier", "epidermal_thickness")
# Lightness falls all the way, so that grey prints read: nothing there, half, normal, more than before.
TISSUE = matplotlib.colors.LinearSegmentedColormap.from_list("tissue", [(0, "#ffffff"), (0.5, "#e6bd9c"), (0.75, "#a5567a"), (1, "#4a155c")])
HEAT = matplotlib.colors.LinearSegmentedColormap.from_list("heat", ["#ffffff", "#fbd28a", ORANGE, "#a63c00", "#4d1500"])
SIGNAL = matplotlib.colors.LinearSegmentedColormap.from_list("signal", ["#ffffff", "#b5d9f0", "#56B4E9", BLUE, "#00233d"])
GROWTH = matplotlib.colors.LinearSegmentedColormap.from_list("growth", ["#ffffff", "#a6dcc8", GREEN, "#00563e", "#002018"])
CLOT, EPIDERMIS, HORN = (np.array(matplotlib.colors.to_rgb(name)) for name in ("#7d1d1d", "#d99a7c", "#5b3a29"))


@dataclasses.dataclass(frozen=True)
class Layer:
    """One way to look at the section: a sum of species as colours, or cells as dots."""
    title: str
    species: tuple
    unit: str
    colours: object = None
    cells: bool = False  # dots of CELLS on top


@dataclasses.dataclass(frozen=True)
class Cells:
    label: str
    species: tuple
    colour: str
    full: float  # density at which every possible dot is there
    dots: float  # possible dots per mm2
    size: float  # relative area of a dot


LAYERS = {
    "collagen": Layer("Collagen", COLLAGEN, "% of the skin before", TISSUE),
    "cells": Layer("Cells", (), "", cells=True),
    "inflammation": Layer("Inflammation", ("inflammation",), "signal, arbitrary unit", HEAT),
    "tgfb": Layer("Growth factor TGF-β1", ("tgfb1",), "ng/mL above normal", SIGNAL),
}
CELLS = (
    Cells("fibroblasts", ("fibroblast",), "#9a9a9a", 1.4, 500, 0.7),
    Cells("macrophages × 2", ("macrophage_m1", "macrophage_m2"), ORANGE, 0.7, 500, 1.2),
    Cells("activated fibroblasts × 5", ("activated_fibroblast",), GREEN, 0.28, 500, 1.0),
    Cells("myofibroblasts × 20", ("myofibroblast",), RED, 0.07, 500, 1.4),
)


class Section:
    """The cut through the skin: species as the file has them, pictures on even pixels, mirrored to whole channels."""

    def __init__(self, run, names, row, days):
        self.days, self.sessions = days, run.performed
        self.mirrored = run.about.get("geometry") in ("unit_cell", "axisymmetric")
        fields = run.cut([name for name in names if name not in SURFACE], row)
        surface = run.cut(SURFACE, row, "surface") if "surface" in names else {}
        if not all(np.isfinite(fields[axis].values).all() and np.all(np.diff(fields[axis].values) > 0) for axis in "zx"):
            raise results.ResultsError(f"{run.path}: /fields/z or /fields/x does not grow, so the file is damaged")
        z, x = edges(fields["z"].values), edges(fields["x"].values)
        self.width, self.depth = x[-1] - x[0], z[-1]
        self.origin = -self.width if self.mirrored else x[0]
        pixel = min(np.diff(z).min(), np.diff(x).min())
        columns = int(np.clip(round(2 * self.width / pixel), 8, 500))
        self.x = x[0] + (np.arange(columns) + 0.5) * self.width / columns
        rows = int(np.clip(round(2 * self.depth / pixel), 8, 500))
        self.z = (np.arange(rows) + 0.5) * self.depth / rows
        self.fields = {name: np.nan_to_num(fields[name].values) for name in fields.data_vars}
        self.cells = fields["x"].values, fields["z"].values
        times = surface["time"].values if len(surface) else np.empty(0)
        self.surface = {name: np.nan_to_num(surface[name].values) for name in surface} if np.array_equal(times, days) else {}
        self.before = before(run, self.fields)
        self.epidermis = epidermis(run)
        self.sky = 1.45 * self.epidermis if "keratinocyte" in self.surface else 0.0  # what is drawn above the dermis [mm]
        self.wound = wound(self)
        self.shown = {}

    @property
    def span(self):
        """Left and right end [mm]."""
        return self.origin, self.origin + self.width * (2 if self.mirrored else 1)

    def weights(self, day):
        """The two snapshots around a day and the weight of the second."""
        last = max((session for session in self.sessions if session <= day + 1e-6), default=0.0)
        following = min((session for session in self.sessions if session > day + 1e-6), default=np.inf)
        inside = np.flatnonzero((self.days >= last - 1e-6) & (self.days < following - 1e-6))
        if inside.size == 0:  # no snapshot between these two sessions: the nearest later one, else the last
            i = int(min(np.searchsorted(self.days, day), self.days.size - 1))
            return i, i, 0.0
        j = int(np.searchsorted(self.days[inside], day, side="right"))
        if j == 0 or j == inside.size:
            i = inside[0] if j == 0 else inside[-1]
            return i, i, 0.0
        i, j = inside[j - 1], inside[j]
        clock = np.log1p((np.array([self.days[i], day, self.days[j]]) - min(last, self.days[i])) / STRETCH)
        return i, j, float((clock[1] - clock[0]) / (clock[2] - clock[0]))

    def at(self, day):
        """Every species on this day: (z, x) in the cells of the file, of the surface (x)."""
        i, j, w = self.weights(day)
        return {name: (1 - w) * data[i] + w * data[j] for name, data in {**self.fields, **self.surface}.items()}

    def pixels(self, field):
        """A field (z, x) or a surface (x) on even pixels, mirrored where only a part is computed."""
        x, z = self.cells
        along = [np.interp(self.x, x, line) for line in np.atleast_2d(field)]
        image = np.array(along)
        if field.ndim == 2:
            image = np.array([np.interp(self.z, z, column) for column in image.T]).T
        if self.mirrored:
            image = np.concatenate([image[:, ::-1], image], axis=1)
        return image if field.ndim == 2 else image[0]

    def value(self, state, layer):
        """What a layer shows, on even pixels."""
        held = [state[name] for name in layer.species if name in state]
        total = self.pixels(np.sum(held, axis=0))
        return 100 * total / self.before if layer.species == COLLAGEN else total

    def norm(self, layer):
        """Colours of a layer, the same on every day."""
        if layer.title not in self.shown:
            held = [self.fields[name] for name in layer.species if name in self.fields]
            total = np.sum(held, axis=0)
            if layer.species == COLLAGEN:
                top = max(np.ceil(np.percentile(total, 99.9) / self.before * 20) / 20, 1.1)
                self.shown[layer.title] = matplotlib.colors.TwoSlopeNorm(100, 0, 100 * top)
            else:
                low = min(0.0, float(total.min()))
                self.shown[layer.title] = matplotlib.colors.PowerNorm(0.5 if low == 0 else 1, low, max(float(total.max()), low + 1e-3))
        return self.shown[layer.title]


def edges(centres):
    """Cell faces from cell centres; the first is at 0, where every axis starts."""
    faces = [0.0]
    for centre in centres:
        faces.append(2 * centre - faces[-1])
    if np.all(np.diff(faces) > 0):
        return np.array(faces)
    middle = (centres[1:] + centres[:-1]) / 2  # centres that are no midpoints
    return np.concatenate([[0.0], middle, [2 * centres[-1] - middle[-1]]])


def before(run, fields):
    """Mean total collagen before the first session."""
    held = [name for name in COLLAGEN if name in run.means]
    if len(held) == sum(name in fields for name in COLLAGEN) > 0:
        total = sum(float(run.means[name][0]) for name in held)
        if np.isfinite(total) and total > 0:
            return total
    present = [fields[name][0] for name in COLLAGEN if name in fields]
    return max(float(np.sum(present, axis=0).max()), 1e-9) if present else 1.0


def epidermis(run):
    """Thickness of the healthy epidermis [mm], as the configuration tells."""
    thickness = quantity(run.setting("skin", "epidermis"), LENGTHS)
    return float(np.clip(thickness, 0.02, 0.5)) if thickness else 0.06


def wound(cut):
    """Depth that is worth showing [mm]: the channels and a third more; everything when nothing tells."""
    if "clot" not in cut.fields:
        return cut.depth
    clot = cut.fields["clot"].max(axis=(0, 2))
    deep = cut.cells[1][clot > 0.3 * max(clot.max(), 1e-9)]
    return min(cut.depth, max(1.33 * deep.max(), 0.5)) if clot.max() > 0.01 else min(cut.depth, 1.0)


def read(run, names=None):
    """The section of a run through its channels, or None when it has no space or no snapshots.  names: species (default: of LAYERS, CELLS)."""
    (days, shape), held, geometry = run.snapshots(), run.names["fields"], run.about.get("geometry")
    if names is None:
        if not any(name in held for name in COLLAGEN):
            return None
        names = [*{name: 0 for layer in LAYERS.values() for name in layer.species},
                 *{name: 0 for kind in CELLS for name in kind.species}, "clot", "surface"]
    if days.size == 0 or not shape or not any(name in held for name in names) or geometry == "well_mixed" or min(shape[1], shape[3]) < 2:
        return None
    row = 0
    if geometry == "patch" and "keratinocyte" in run.names["surface"]:  # the row that meets most of the channels
        surface = run.surface("keratinocyte")
        if surface.size == 0:
            raise results.ResultsError(f"{run.path}: /surface/keratinocyte holds no number, so the file is damaged")
        row = int(np.argmin(surface.values.min(axis=0).sum(axis=1)))
    elif geometry not in ("unit_cell", "axisymmetric"):
        row = shape[2] // 2
    return Section(run, names, row, days)


def key_ticks(norm):
    """Places (0 to 1) and names of the numbers under a key of colours."""
    if isinstance(norm, matplotlib.colors.TwoSlopeNorm):
        values = [0, 50, 100, norm.vmax]
    else:
        values = []
        for value in sorted(matplotlib.ticker.MaxNLocator(8, steps=[1, 2, 5, 10]).tick_values(norm.vmin, norm.vmax), reverse=True):
            if norm.vmin <= value <= norm.vmax and all(norm(other) - norm(value) > 0.2 for other in values):
                values.append(value)
    return [float(norm(value)) for value in values], [f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}" for value in values]


def nearest(cut, wanted, axis):
    """The snapshots nearest to the wanted days on a scale `axis(day)`, each once, in order."""
    found = {int(np.argmin([abs(axis(day) - axis(other)) for other in cut.days])) for day in wanted}
    return [float(cut.days[i]) for i in sorted(found)]


# ---- drawing ----------------------------------------------------------------------------------------------------------------------

def mix(image, colour, share):
    return image + (np.asarray(colour, image.dtype) - image) * np.clip(share, 0, 1).astype(image.dtype)[..., None]


def picture(cut, state, layer, depth, grey=False):
    """(RGB image, extent) of the dermis down to `depth` under its epidermis."""
    rows = cut.z <= depth
    if layer.species:
        image = layer.colours(cut.norm(layer)(cut.value(state, layer)))[..., :3][rows]
    else:
        image = np.full((rows.sum(), cut.x.size * (2 if cut.mirrored else 1), 3), 0.975)
    if layer.species in (COLLAGEN, ()) and "clot" in state:
        image = mix(image, CLOT, 0.8 * cut.pixels(state["clot"])[rows])
    step = depth / rows.sum()
    skin = int(np.ceil(cut.sky / step))
    above = np.ones((skin, image.shape[1], 3))
    if skin and "keratinocyte" in state:
        cover, barrier = cut.pixels(state["keratinocyte"]), cut.pixels(state.get("barrier", state["keratinocyte"]))
        thick = cut.pixels(state["epidermal_thickness"]) * cut.epidermis if "epidermal_thickness" in state else np.full(cover.shape, cut.epidermis)
        height = (np.arange(skin)[::-1, None] + 0.5) * step  # above the dermis
        horn = 0.22 * cut.epidermis
        above = mix(above, EPIDERMIS, cover * np.clip((thick - height) / step + 0.5, 0, 1))
        above = mix(above, HORN, np.clip(barrier, 0, 1) ** 2 * np.clip(1 - np.abs(height - thick + horn / 2) / max(horn / 2, step / 2), 0, 1) ** 0.3)
    image = np.concatenate([above, image])
    if grey:
        image = np.repeat((image @ [0.299, 0.587, 0.114])[..., None], 3, axis=2)
    left, right = cut.span
    return np.clip(image, 0, 1), (left, right, depth, -skin * step)


def dots(cut, state, kind, depth, crowd=1.0):
    """Positions (n, 2) of the dots of a kind of cell."""
    held = [state[name] for name in kind.species if name in state]
    if not held:
        return np.empty((0, 2))
    left, right = cut.span
    random = np.random.default_rng(abs(sum(map(ord, kind.label))))
    number = int(min(kind.dots * crowd * (right - left) * cut.depth, 6000))
    x, z, share = random.uniform(left, right, number), random.uniform(0, cut.depth, number), random.uniform(0, 1, number)
    density = cut.pixels(np.sum(held, axis=0)) / kind.full
    i = np.clip((z / cut.depth * density.shape[0]).astype(int), 0, density.shape[0] - 1)
    j = np.clip(((x - left) / (right - left) * density.shape[1]).astype(int), 0, density.shape[1] - 1)
    there = (share < density[i, j]) & (z < depth)
    return np.stack([x[there], z[there]], axis=1)


def grey_dot(kind):
    """The lightness that stands for a kind of cell in grey prints."""
    return str(dict(zip(CELLS, (0.62, 0.98, 0.35, 0.0)))[kind])


def draw(ax, cut, state, layer, depth=None, kinds=(), crowd=1.0, size=6.0, grey=False):
    """Draws a layer with dots of `kinds` on top; returns the image and the scatters, for films."""
    depth = min(depth or cut.depth, cut.depth)
    image, extent = picture(cut, state, layer, depth, grey)
    shown = ax.imshow(image, extent=extent, aspect="equal", interpolation="bilinear", zorder=1)
    scatters = []
    for kind in kinds:
        at = dots(cut, state, kind, depth, crowd)
        scatters.append(ax.scatter(at[:, 0], at[:, 1], s=size * kind.size, color=[grey_dot(kind) if grey else kind.colour], linewidths=0, zorder=2))
    ax.axhline(0, color="#5c5c5c", linewidth=0.5, zorder=3)
    ax.set_xlim(extent[:2])
    ax.set_ylim(extent[2:])
    return shown, scatters
