"""Channels in three dimensions: a translucent block of skin, seen from the front and above, that turns slowly.

Drawn layer by layer from the top down (an orthographic view from above meets the layers of a block in this order), each layer turned about the
vertical axis, squeezed by the view's slope and shifted to its depth; colours are composited front to back.  What absorbs light: missing
collagen (its surface lit from the upper left), clot, collagen beyond normal as a haze, the inflammatory signal as a glow, and the epidermis on top.
"""

import matplotlib
import numpy as np
from scipy import ndimage

import results
import section
from figure import FAINT, ORANGE
from section import CLOT, COLLAGEN, EPIDERMIS, TISSUE

SLOPE = np.radians(24)    # of the view
TURN = np.radians([18, 58])  # from the beginning to the end of the film
ACROSS, DOWN = 170, 100   # points of the block along its longer side, and layers
PAINT = TISSUE(np.linspace(0, 1, 256))[:, :3].astype(np.float32)
GLOW = np.array(matplotlib.colors.to_rgb(ORANGE))
LIGHT = np.array([-0.45, 0.45, -0.77])  # towards the light: left, front, up


class Solid:
    """The block of skin; fields are on an even grid of whole channels."""

    def __init__(self, run, cut):
        self.cut, geometry = cut, run.about.get("geometry")
        held = run.names["fields"]
        parts = [run.field(name) for name in COLLAGEN if name in held]
        some = parts[0]
        self.fields = {"collagen": sum(part.values for part in parts) / cut.before}
        self.fields |= {name: run.field(name).values for name in ("clot", "inflammation") if name in held}
        self.depth = cut.wound
        left, right = cut.span
        self.side = right - left
        step = self.side / ACROSS
        self.points = left + (np.arange(ACROSS) + 0.5) * step
        self.layers = (np.arange(DOWN) + 0.5) * self.depth / DOWN
        self.at = self.places(some, geometry)
        surface = run.surface("keratinocyte") if "keratinocyte" in run.names["surface"] else None
        self.mouths = surface.values if surface is not None and np.array_equal(surface["time"], cut.days) else None
        self.norm = cut.norm(section.LAYERS["collagen"])

    def places(self, field, geometry):
        """For every point of the block (y, x) its place in the file's grid, and for every layer."""
        x, y = self.points[None, :], self.points[:, None]
        if geometry == "axisymmetric":
            radius = np.hypot(x, y)
            return self.index(field["z"].values, self.layers), np.zeros_like(radius), self.index(field["x"].values, radius)
        x, y = (np.abs(x), np.abs(y)) if geometry == "unit_cell" else (x, y)
        flat = np.ones((ACROSS, ACROSS))
        return self.index(field["z"].values, self.layers), self.index(field["y"].values, y) * flat, self.index(field["x"].values, x) * flat

    @staticmethod
    def index(centres, at):
        return np.interp(at, centres, np.arange(centres.size))

    def block(self, name, i, j, w, rows, columns):
        """A field of one moment at (layer, row, column) of the turned grid; nothing where the file does not hold it."""
        if name not in self.fields:
            return np.zeros((DOWN, *rows.shape), np.float32)
        values = (1 - w) * self.fields[name][i] + w * self.fields[name][j]
        shape = (DOWN, *rows.shape)
        return ndimage.map_coordinates(values, [np.broadcast_to(part, shape) for part in (self.at[0][:, None, None], rows, columns)], order=1,
                                       output=np.float32, mode="nearest")

    def render(self, day, angle):
        """RGB picture (height, width, 3) of the block on this day."""
        i, j, w = self.cut.weights(day)
        reach = np.sqrt(2) * self.side / 2
        step = self.side / ACROSS
        wide, tall = int(2 * reach / step), max(int(2 * reach * np.sin(SLOPE) / step), 4)
        u = (np.arange(wide) + 0.5) * step - reach
        v = (np.arange(tall) + 0.5) * step / np.sin(SLOPE) - reach  # from back to front
        u, v = u[None, :], v[:, None]
        centre = self.points.mean()
        x = centre + u * np.cos(angle) - v * np.sin(angle)
        y = centre + u * np.sin(angle) + v * np.cos(angle)
        inside = (np.abs(x - centre) < self.side / 2) & (np.abs(y - centre) < self.side / 2)
        place = [(part - self.points[0]) / step for part in (y, x)]
        rows, columns = (ndimage.map_coordinates(part, place, order=1, mode="nearest") for part in self.at[1:])
        collagen, clot, glow = (self.block(name, i, j, w, rows, columns) for name in ("collagen", "clot", "inflammation"))
        return self.composite(collagen, clot, glow, self.cover(i, j, w, rows, columns), inside, step)

    def cover(self, i, j, w, rows, columns):
        if self.mouths is None:
            return np.zeros(rows.shape)
        return ndimage.map_coordinates((1 - w) * self.mouths[i] + w * self.mouths[j], [rows, columns], order=1, mode="nearest")

    def composite(self, collagen, clot, glow, cover, inside, step):
        lack = np.clip(1 - collagen, 0, 1)
        rise = self.depth / DOWN
        slope = np.gradient(ndimage.gaussian_filter(np.maximum(lack, clot), 1.5), rise, step / np.sin(SLOPE), step)
        length = np.sqrt(sum(part**2 for part in slope)) + 1e-3
        lit = np.clip(-(LIGHT[0] * slope[2] + LIGHT[1] * slope[1] + LIGHT[2] * slope[0]) / length, 0, 1)
        shade = (0.55 + 0.55 * lit)[..., None]
        colour = PAINT[(np.asarray(self.norm(100 * collagen)).clip(0, 1) * 255).astype(np.uint8)]
        colour = section.mix(section.mix(colour, CLOT, clot), GLOW, np.where(lack < 0.05, np.sqrt(np.clip(glow / 0.4, 0, 1)), 0))
        dense = 1.8 * np.clip((lack - 0.04) / 0.5, 0, 1) ** 1.3 + 0.35 * np.clip(collagen - 1, 0, 0.3) + 0.10 * np.clip(glow / 0.3, 0, 1) + 0.015
        alpha = (1 - np.exp(-dense * rise / 0.02)) * inside
        colour = np.clip(colour * np.where(lack > 0.05, shade[..., 0], 1)[..., None], 0, 1)
        down = rise * np.cos(SLOPE) / step
        skin = int(round(self.cut.epidermis * np.cos(SLOPE) / step))
        height = int(np.ceil(DOWN * down)) + inside.shape[0] + skin + 1
        picture, clear = np.zeros((height, inside.shape[1], 3)), np.ones((height, inside.shape[1]))

        def add(row, paint, opaque):
            spot = slice(row, row + opaque.shape[0])
            picture[spot] += (clear[spot] * opaque)[..., None] * paint
            clear[spot] *= 1 - opaque

        for k in range(skin):  # the epidermis, thin enough to see through
            add(k, np.broadcast_to(EPIDERMIS * (0.72 if k else 1.06), (*cover.shape, 3)).clip(0, 1), cover * inside * (0.30 if k == 0 else 0.05))
        for k in range(DOWN):
            add(skin + int(k * down), colour[k], alpha[k])
        return np.clip(picture + clear[..., None], 0, 1)

    # ---- in a film ----

    def place(self, film, box):
        """Puts the picture and the edges of the block into a film.  box: left, bottom, width, height [inches]."""
        left, bottom, width, height = box
        first = self.render(0.0, TURN[0])
        ax = film.axes(left, bottom, width, height, "channels in three dimensions")
        ax.set_title("Channels in the skin", fontsize=13, fontweight="bold", pad=5)
        ax.set_axis_off()
        self.image = film.moves(ax.imshow(first, interpolation="bilinear", aspect="equal"))
        self.edges = [film.moves(ax.plot([], [], color=FAINT, linewidth=0.9, alpha=0.8)[0]) for _ in range(9)]
        self.scale = film.moves(ax.text(0, 0, f"{self.depth:.1f} mm deep", fontsize=10, ha="left", va="center", rotation=90))
        film.text(left + width / 2, bottom - 0.04, "brown: missing collagen · dark red: clot · orange: inflammation · purple: collagen gained", 9.5,
                  ha="center")

    def update(self, day, share):
        angle = TURN[0] + share * (TURN[1] - TURN[0])
        picture = self.render(day, angle)
        self.image.set_data(picture)
        for line, (x, y) in zip(self.edges, self.frame(angle, picture.shape)):
            line.set_data(x, y)
        corner = max(self.corners(angle, picture.shape), key=lambda at: at[0])
        self.scale.set_position((corner[0] + 6, corner[1] + 0.5 * self.fall))

    def corners(self, angle, shape):
        """The four upper corners of the dermis in pixels; `fall` is the height of the block in pixels."""
        step = self.side / ACROSS
        skin = int(round(self.cut.epidermis * np.cos(SLOPE) / step))
        self.fall = int(self.depth * np.cos(SLOPE) / step)
        half, found = self.side / 2, []
        for x, y in ((-half, -half), (half, -half), (half, half), (-half, half)):
            u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
            found.append((shape[1] / 2 + u / step - 0.5, skin + (v + np.sqrt(2) * half) * np.sin(SLOPE) / step - 0.5))
        return found

    def frame(self, angle, shape):
        """The nine edges of the block that are not hidden behind it."""
        top = self.corners(angle, shape)
        low = [(x, y + self.fall) for x, y in top]
        back = min(range(4), key=lambda i: top[i][1])
        for i in range(4):
            yield tuple(zip(top[i], top[(i + 1) % 4]))
        for i in range(4):
            if i != back:
                yield tuple(zip(top[i], low[i]))
                if (i + 1) % 4 != back:
                    yield tuple(zip(low[i], low[(i + 1) % 4]))


def read(run, cut):
    """The block of a run; raises ResultsError when the run has no third dimension or no collagen."""
    geometry = run.about.get("geometry")
    if geometry not in ("unit_cell", "axisymmetric", "patch"):
        raise results.ResultsError(f"{run.path}: --view 3d needs a unit_cell, patch or axisymmetric run, this one is {geometry or 'of unknown geometry'}")
    if not any(name in run.names["fields"] for name in COLLAGEN):
        raise results.ResultsError(f"{run.path}: --view 3d shows missing collagen, and there is none in the file")
    return Solid(run, cut)
