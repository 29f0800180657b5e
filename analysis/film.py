"""A film of healing skin, frame by frame: cross-sections, clock, and a progress bar that is the curve of collagen.

    film = Film(run, cut, layers)      # everything that stands still is drawn once
    film.frame(0.5)                    # RGB pixels of the frame half way through

The film's clock runs like the healing axis, log(1 + t / 4 days), and starts anew at every session: days pass slowly while much happens.
"""

import numpy as np

import figure
import phases
import section
from figure import FAINT, INK, STRETCH, plt

SIZE = 12.8, 7.2  # inches; 100 dots per inch make 1280 x 720


class Clock:
    """Days against the share of the film that has passed."""

    def __init__(self, end, sessions):
        self.starts = np.array(sorted({0.0, *(float(day) for day in sessions if 0 < day < end)}))
        stops = np.append(self.starts[1:], end)
        self.lengths = np.log1p((stops - self.starts) / STRETCH)
        self.edges = np.concatenate([[0.0], np.cumsum(self.lengths)]) / self.lengths.sum()
        self.end, self.total = end, self.lengths.sum()

    def day(self, share):
        i = int(np.clip(np.searchsorted(self.edges, share, side="right") - 1, 0, self.starts.size - 1))
        return float(min(self.starts[i] + STRETCH * np.expm1((share - self.edges[i]) * self.total), self.end))

    def share(self, day):
        i = int(np.clip(np.searchsorted(self.starts, day, side="right") - 1, 0, self.starts.size - 1))
        return float(self.edges[i] + np.log1p(max(min(day, self.end) - self.starts[i], 0) / STRETCH) / self.total)


def told(day):
    """The clock in words."""
    return f"{24 * day:.0f} h" if day < 1.99 else f"day {day:.0f}"


def boxes(count, aspect, area):
    """Places (left, bottom, width, height) [inches] of `count` pictures of an aspect (width / height) in an area, as large as fits."""
    left, bottom, width, height = area
    best = None
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        wide, high = width / columns - 0.42, height / rows - 0.92  # room for title, key and numbers
        high = min(high, wide / aspect)
        if best is None or high > best[0] * 1.02:
            best = high, columns, rows
    high, columns, rows = best
    step, rise = width / columns, min(height / rows, 0.92 + high)
    bottom += 0.6 * (height - rows * rise)
    height = rows * rise
    for i in range(count):
        column, row = i % columns, i // columns
        centre = left + (column + 0.5) * step
        yield centre - high * aspect / 2, bottom + height - row * rise - 0.3 - high, high * aspect, high


class Film:
    """A figure of which only what moves is drawn anew for every frame."""

    def __init__(self, run, cut, layers, title=None, subtitle="", note="", width=1280, solid=None):
        figure.style(11)
        self.run, self.cut, self.solid = run, cut, solid
        self.end = float(run.series["time"][-1]) if run.series.sizes else float(cut.days[-1])
        self.clock = Clock(self.end, run.performed)
        self.found = phases.of(run)
        self.fig = plt.figure(figsize=SIZE, dpi=width / SIZE[0])
        self.moving, self.views = [], []
        self.text(0.25, 6.98, title, 19, weight="bold", fit=0.78)
        self.text(0.25, 6.60, subtitle, 11.5, colour=FAINT, fit=0.78)
        self.text(0.25, 0.10, note, 8.5, colour=FAINT, va="bottom")
        self.hand = self.moves(self.text(12.55, 7.0, "", 27, weight="bold", ha="right"))
        self.phase = self.moves(self.text(12.55, 6.54, "", 13, ha="right"))
        area = (0.45, 1.42, 12.1, 4.85)
        if solid is not None:
            solid.place(self, (0.45, 1.55, 6.5, 4.6))
            area = (7.15, 1.42, 5.5, 4.95)
        self.sections(layers, area)
        self.progress()
        self.fig.canvas.draw()
        self.ground = self.fig.canvas.copy_from_bbox(self.fig.bbox)

    def text(self, x, y, words, size, colour=INK, weight="normal", ha="left", va="top", fit=None):
        text = self.fig.text(x / SIZE[0], y / SIZE[1], figure.clean(words or ""), fontsize=size, color=colour, fontweight=weight, ha=ha, va=va)
        if fit:
            width = plt.Text.get_window_extent(text, self.fig.canvas.get_renderer()).width
            text.set_fontsize(size * min(1.0, fit * self.fig.bbox.width / max(width, 1.0)))
        return text

    def moves(self, artist):
        artist.set_animated(True)
        self.moving.append(artist)
        return artist

    def axes(self, left, bottom, width, height, label=""):
        return self.fig.add_axes([left / SIZE[0], bottom / SIZE[1], width / SIZE[0], height / SIZE[1]], label=label)

    def sections(self, layers, area):
        """The cross-sections side by side, each with its key."""
        cut, depth = self.cut, self.cut.wound
        state, (low, high) = cut.at(0.0), cut.span
        top = cut.sky if "keratinocyte" in state else 0.0
        aspect = (high - low) / (depth + top)
        for i, (layer, (left, bottom, wide, tall)) in enumerate(zip(layers, boxes(len(layers), aspect, area))):
            ax = self.axes(left, bottom, wide, tall, layer.title)
            ax.set_title(layer.title, fontsize=13, fontweight="bold", pad=5)
            kinds = section.CELLS if layer.cells else ()
            crowd = min(1.0, (tall / (depth + top) / 3.2) ** 2)
            image, dots = section.draw(ax, cut, state, layer, depth, kinds, crowd, 13)
            ax.set_xticks([])
            ax.set_yticks([mark for mark in (0, 0.5, 1, 2, 3) if mark <= depth] if i == 0 else [])
            ax.tick_params(labelsize=9.5)
            if i == 0:
                ax.set_ylabel("depth (mm)", fontsize=10.5, labelpad=2)
            for line in [image, *dots, *ax.lines, *ax.spines.values()]:
                line.set_visible(True)
                self.moves(line)
            self.views.append((layer, image, dots, kinds, crowd, depth))
            self.key(layer, left, bottom, wide)

    def key(self, layer, left, bottom, wide):
        if layer.cells:
            columns = 2 if wide > 3.0 else 1
            for i, kind in enumerate(section.CELLS):
                x, y = left + (i % columns) * wide / columns, bottom - 0.13 - 0.165 * (i // columns)
                self.fig.add_artist(plt.Line2D([(x + 0.06) / SIZE[0]], [y / SIZE[1]], marker="o", markersize=6, color=kind.colour, linestyle="",
                                               markeredgewidth=0))
                self.text(x + 0.17, y, kind.label, 9.5, va="center_baseline")
            return
        length = min(wide, 2.6)
        bar = self.axes(left + (wide - length) / 2, bottom - 0.2, length, 0.1, f"key of {layer.title}")
        bar.imshow(layer.colours(np.linspace(0, 1, 256))[None], aspect="auto", extent=(0, 1, 0, 1))
        ticks, names = section.key_ticks(self.cut.norm(layer))
        bar.set_xticks(ticks, names, fontsize=9)
        bar.tick_params(axis="x", length=2, pad=1.5)
        bar.set_yticks([])
        self.text(left + wide / 2, bottom - 0.40, layer.unit, 9.5, ha="center")

    def progress(self):
        """The bar at the foot: phases as colours, sessions as triangles, total collagen as a curve that is drawn as time passes."""
        ax = self.bar = self.axes(0.75, 0.58, 11.2, 0.62, "progress")
        ax.set_xlim(0, 1)
        for start, stop, phase in phases.leading(self.found, self.end):
            ax.axvspan(self.clock.share(start), self.clock.share(stop), color=phase.tint, linewidth=0, zorder=0)
        for day in self.run.performed:
            if day <= self.end:
                ax.plot([self.clock.share(day)], [1.0], marker="v", markersize=8, color=INK, clip_on=False, transform=ax.get_xaxis_transform())
        ticks = []
        for day, label in [(day, "") for day in self.run.performed] + figure.TICKS + figure.SPARE:
            at = self.clock.share(day)
            if day <= self.end * 1.002 and all(abs(at - other) > 0.045 for other, _ in ticks):
                ticks.append((at, label or (f"day {day:.0f}" if day else "0")))
        ax.set_xticks(*zip(*sorted(ticks)), fontsize=9.5)
        ax.tick_params(axis="y", labelsize=9)
        ax.tick_params(axis="x", pad=2)
        if "collagen_gain" in self.run.series:
            time, gain = phases.opened(self.run.series["time"].values, 100 * self.run.series["collagen_gain"].values, self.run.performed)
            self.curve = np.array([self.clock.share(day) for day in time]), gain
            low, high = min(np.nanmin(gain), 0), max(np.nanmax(gain), 0.5)
            ax.set_ylim(low - 0.15 * (high - low), high + 0.25 * (high - low))
            ax.yaxis.set_major_locator(plt.MaxNLocator(3, steps=[1, 2, 5, 10]))
            ax.set_ylabel("collagen\nchange (%)", fontsize=9.5, labelpad=2)
            ax.axhline(0, color=FAINT, linewidth=0.7, zorder=1)
            ax.plot(*self.curve, color=FAINT, linewidth=1, alpha=0.45, zorder=2)
        else:
            self.curve = None
            ax.set_yticks([])
        self.line, = ax.plot([], [], color=INK, linewidth=2.6, zorder=3)
        self.moves(self.line)
        self.now, = ax.plot([0, 0], [0, 1], color=INK, linewidth=1.4, transform=ax.get_xaxis_transform(), zorder=4)
        self.moves(self.now)
        self.done, = ax.plot([0, 0], [0, 0], color=INK, linewidth=5, transform=ax.get_xaxis_transform(), solid_capstyle="butt", clip_on=False,
                             zorder=5)
        self.moves(self.done)
        self.value = self.moves(ax.text(1.008, 0.5, "", transform=ax.transAxes, fontsize=10.5, va="center", fontweight="bold"))

    def update(self, share):
        """Moves everything to this share of the film."""
        day = self.clock.day(share)
        state = self.cut.at(day)
        for layer, image, dots, kinds, crowd, depth in self.views:
            image.set_data(section.picture(self.cut, state, layer, depth)[0])
            for kind, scatter in zip(kinds, dots):
                scatter.set_offsets(section.dots(self.cut, state, kind, depth, crowd))
        if self.solid is not None:
            self.solid.update(day, share)
        self.hand.set_text(told(day))
        leading = next((phase for start, stop, phase in phases.leading(self.found, self.end) if start <= max(day, 0.01) <= stop), None)
        self.phase.set_text(leading.name if leading else "")
        self.phase.set_color(leading.colour if leading else INK)
        self.now.set_xdata([share, share])
        self.done.set_xdata([0, share])
        if self.curve is not None:
            x, gain = self.curve
            here = float(np.interp(share + 1e-6, x, gain))  # just after, when a session is due
            past = x < share
            self.line.set_data(np.append(x[past], share), np.append(gain[past], here))
            self.value.set_text(f"{round(here, 1) + 0.0:+.1f} %".replace("-", "−"))

    def frame(self, share):
        """RGB pixels (height, width, 3) of a frame."""
        self.update(share)
        canvas = self.fig.canvas
        canvas.restore_region(self.ground)
        for artist in self.moving:
            self.fig.draw_artist(artist)
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    def still(self, share):
        """The figure itself at this share of the film, to be saved as a picture."""
        self.update(share)
        for artist in self.moving:
            artist.set_animated(False)
        return self.fig
