"""What tests of figures share: calling a script, texts of a figure that overlap each other or leave the picture."""
import contextlib
import io
import types

from matplotlib import pyplot
from matplotlib.text import Text


def call(main, *words):
    """A script in this process, for speed; its code, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = leaving.code
    pyplot.close("all")
    return types.SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


def boxes(fig):
    """(text, extent in pixels) of every visible text that says something."""
    fig.canvas.draw()
    renderer = fig.canvas.get_renderer()
    found, away = [], set()  # ticks beyond the ends of an axis are there but never drawn
    for axis in [axis for axes in fig.axes for axis in (axes.xaxis, axes.yaxis)]:
        low, high = sorted(axis.get_view_interval())
        slack = 1e-6 * (high - low)
        shown = axis.axes.axison  # axes that are switched off keep their ticks, too
        away |= {label for tick in axis.get_major_ticks() if not shown or not low - slack <= tick.get_loc() <= high + slack
                 for label in (tick.label1, tick.label2)}
    for text in fig.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible() and str(artist.get_text()).strip()):
        axes = text.axes
        if text in away or (axes is not None and not axes.get_visible()):
            continue
        found.append((text.get_text(), Text.get_window_extent(text, renderer)))  # an annotation's own would count its arrow
    return found


def trouble(fig, slack=1.0):
    """Sentences about texts that overlap by more than `slack` pixels or stick out of the figure."""
    found, sentences = boxes(fig), []
    for i, (name, box) in enumerate(found):
        if box.x0 < -slack or box.y0 < -slack or box.x1 > fig.bbox.x1 + slack or box.y1 > fig.bbox.y1 + slack:
            sentences.append(f"'{name}' leaves the picture")
        for other, there in found[i + 1:]:
            if min(box.x1, there.x1) - max(box.x0, there.x0) > slack and min(box.y1, there.y1) - max(box.y0, there.y0) > slack:
                sentences.append(f"'{name}' overlaps '{other}'")
    return sentences
