#!/usr/bin/python3
"""Makes a film of healing skin from one run: cross-sections with collagen, cells and signals, clock, progress bar, closing surface.

    build/needlework run configs/film.yaml -o results/film.h5       # a run with many snapshots
    analysis/animate.py results/film.h5 -o results/film.mp4         # or .gif
    analysis/animate.py results/film.h5 -o results/channels.mp4 --view 3d
    analysis/animate.py results/film.h5 -o day14.png --at 14        # one frame as a picture (.png, .svg, .pdf)

Between snapshots the film is interpolated, never across a session (see section.py). Films need ffmpeg; GIFs do not.
Exit codes: 0 done, 2 wrong arguments, 4 a file cannot be read or written.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time

import numpy as np
from PIL import Image

import figure
import results
import section
import timeline
from film import Film, told

FEW = 20  # snapshots below which most of a film is interpolated
KINDS = ("mp4", "gif")


class Progress:
    """A line on a terminal, otherwise one line every 10 %: frames done and the time left."""

    def __init__(self, total, quiet):
        self.total, self.quiet, self.start, self.told, self.last = total, quiet, time.monotonic(), 0, 0.0
        self.terminal = sys.stderr.isatty()

    def step(self, done):
        now, tenth = time.monotonic(), 10 * done // self.total
        if self.quiet or (now - self.last < 0.2 and done < self.total if self.terminal else tenth == self.told):
            return
        self.told, self.last = tenth, now
        left = (now - self.start) / done * (self.total - done)
        line = f"animate.py: {done} of {self.total} frames, {100 * done // self.total} %, about {left:.0f} s left"
        print(f"\r{line:<70}" if self.terminal else line, end="\n" if done == self.total or not self.terminal else "", file=sys.stderr, flush=True)


def shares(seconds, fps):
    """The share of the film at every frame: it rests for a moment on the wound and on the end."""
    rest, tail = max(1, round(0.6 * fps)), max(1, round(1.5 * fps))
    moving = max(2, round(seconds * fps) - rest - tail)
    return np.concatenate([np.zeros(rest), np.linspace(0, 1, moving), np.ones(tail)])


@contextlib.contextmanager
def whole(path, suffix):
    """A name to write to, moved to `path` only when all went well."""
    partial = f"{path}.part.{suffix}"
    try:
        yield partial
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def write_mp4(path, frames, size, fps, title, alt):
    """Pipes the frames through ffmpeg."""
    if shutil.which("ffmpeg") is None:
        raise OSError("ffmpeg is not installed; scripts/packages.txt names its package, and a .gif does without")
    with whole(path, "mp4") as partial, open(partial, "wb"):
        command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(fps),
                   "-i", "-", "-c:v", "libx264", "-preset", "medium", "-crf", "24", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-bitexact",
                   "-metadata", f"title={title}", "-metadata", f"comment={alt}", "-metadata", f"description={alt}", partial]
        encoder = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            for frame in frames:
                encoder.stdin.write(frame.tobytes())
            message = encoder.communicate()[1]
        except BrokenPipeError:
            message = encoder.stderr.read()
        except BaseException:
            encoder.kill()
            encoder.wait()
            raise
        if encoder.wait() != 0:
            words = message.decode("utf-8", "replace").strip().split("\n")
            raise OSError(f"ffmpeg failed: {words[-1]}")


def write_gif(path, frames, fps, alt):
    """One palette for all frames, taken from a few of them, with a clean white."""
    pictures = [Image.fromarray(frame) for frame in frames]
    sample = Image.fromarray(np.concatenate([np.asarray(pictures[i]) for i in np.linspace(0, len(pictures) - 1, 6).astype(int)]))
    colours = np.array(sample.quantize(256, method=Image.Quantize.MEDIANCUT).getpalette(), dtype=np.uint8).reshape(-1, 3)
    colours[(colours > 247).all(axis=1)] = 255
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours.tobytes())
    flat = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    with whole(path, "gif") as partial:
        flat[0].save(partial, save_all=True, append_images=flat[1:], duration=round(1000 / fps), loop=0, optimize=False, disposal=1,
                     comment=alt.encode("utf-8")[:250])


def layers_of(run, species):
    """What the panels show: collagen, cells and signals of the dermis, or the species asked for."""
    held = run.names["fields"]
    if species:
        for name in species:
            if name not in held:
                raise results.ResultsError(f"{run.path}: /fields/{name} is not in the file (it has {', '.join(held) or 'no snapshots'})")
    elif not any(name in held for name in section.COLLAGEN):
        species = held[:3]
    if not species:
        return list(section.LAYERS.values()), None
    colours = (section.SIGNAL, section.HEAT, section.GROWTH)
    return [section.Layer(name.replace("_", " "), (name,), "", colours[i % 3]) for i, name in enumerate(species)], list(species)


def prepare(given):
    """The film of the arguments and its description."""
    run = results.read(given.file)
    layers, species = layers_of(run, given.species)
    cut = section.read(run, species)
    if cut is None:
        reason = "a single point" if run.about.get("geometry") == "well_mixed" else "no snapshots of a cross-section"
        raise results.ResultsError(f"{run.path}: a film needs snapshots of a piece of skin, this run holds {reason}")
    solid, width = None, given.width
    if given.view == "3d":
        import volume
        solid = volume.read(run, cut)
        layers = [layer for layer in layers if layer.species == section.COLLAGEN or layer.cells]
    title = figure.clean(given.title or run.title) or "Healing after microneedling"
    note = f"{timeline.provenance(run)} · {cut.days.size} snapshots, interpolated between them" + \
        (" · dots: cells, as many as their density (times the factor)" if any(layer.cells for layer in layers) else "")
    film = Film(run, cut, layers, title, timeline.protocol(run), note, width, solid)
    alt = (f"Film of healing skin over {film.end:.0f} days: {'channels in three dimensions and ' if solid else ''}cross-sections with "
           f"{', '.join(layer.title for layer in layers)}; a bar at the foot shows the time, the phase of healing and the change of total collagen.")
    notes = run.notes + missing(cut, film.end)
    return film, title, alt, notes


def missing(cut, end):
    """What the snapshots cannot tell, one sentence each."""
    notes = []
    if cut.days.size < FEW:
        notes.append(f"the file has {cut.days.size} snapshots, so most of the film is interpolated; configs/film.yaml shows how to keep more "
                     "(output.snapshots)")
    unseen = [str(i) for i, day in enumerate(cut.sessions, start=1) if day < end and not np.any(np.abs(cut.days - day) < 0.05)]
    if unseen:
        notes.append(f"there is no snapshot on the day of session {', '.join(unseen)}: the film shows the wound as the next snapshot does")
    if cut.days[-1] < 0.98 * end:
        notes.append(f"the last snapshot is of {told(cut.days[-1])}, so the film stands still after it")
    return notes


def make(given):
    film, title, alt, notes = prepare(given)
    kind = os.path.splitext(given.output)[1][1:].lower()
    if given.at is not None:
        if not 0 <= given.at <= film.end:
            raise results.ResultsError(f"{given.file}: day {given.at:g} is outside the run, which ends at day {film.end:g}")
        still = film.still(film.clock.share(given.at))
        figure.save(still, given.output, title, f"{alt} This is the frame of {told(given.at)}.", film.fig.dpi)
        return notes
    times = shares(given.seconds, given.fps)
    progress = Progress(times.size, given.quiet)

    def frames():
        for i, share in enumerate(times, start=1):
            yield film.frame(share)
            progress.step(i)

    if kind == "gif":
        write_gif(given.output, list(frames()), given.fps, f"{title}. {alt}")
    else:
        write_mp4(given.output, frames(), film.fig.canvas.get_width_height(), given.fps, title, alt)
    return notes


def arguments(words):
    parser = figure.command_line("animate.py", "Make a film of healing skin from the snapshots of one run.")
    parser.add_argument("file", metavar="FILE", help="results of `needlework run`")
    parser.add_argument("-o", "--output", metavar="OUT", help="film to write, .mp4 or .gif, or with --at a .png, .svg or .pdf (default: FILE.mp4)")
    parser.add_argument("--view", choices=("section", "3d"), default="section", help="cross-sections, or the channels in space as well")
    parser.add_argument("--at", type=float, metavar="DAY", help="one frame as a picture instead of a film")
    parser.add_argument("--species", metavar="NAME[,NAME...]", type=lambda text: [name.strip() for name in text.split(",") if name.strip()],
                        help="show these species of the model, up to four")
    parser.add_argument("--seconds", type=float, default=20, help="length, 1 to 600 s (default: 20)")
    parser.add_argument("--fps", type=int, help="frames per second, 1 to 60 (default: 15, in space 10, GIF 8)")
    parser.add_argument("--width", type=int, help="320 to 3840 pixels, the height is 9/16 of it (default: 1280, GIF 800)")
    parser.add_argument("--title", help="heading (default: the title in the file)")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    given = parser.parse_args(words)
    if given.output is None:
        given.output = os.path.splitext(given.file)[0] + (".mp4" if given.at is None else f"-day-{given.at:g}.png")
    kind = os.path.splitext(given.output)[1][1:].lower()
    if given.at is None and kind not in KINDS:
        parser.error(f"{given.output}: a film must end in .mp4 or .gif (a single frame, with --at DAY, in .png, .svg or .pdf)")
    if given.at is not None:
        figure.check_ending(parser, given.output, "a frame")
    given.fps = given.fps or (8 if kind == "gif" else 10 if given.view == "3d" else 15)
    given.width = given.width or (800 if kind == "gif" else 1280)
    for name, value, low, high in (("--seconds", given.seconds, 1, 600), ("--fps", given.fps, 1, 60), ("--width", given.width, 320, 3840)):
        figure.check_range(parser, name, value, low, high)
    if given.species and len(given.species) > 4:
        parser.error(f"--species: {len(given.species)} species are too many to show, up to 4")
    if given.species and given.view == "3d":
        parser.error("--species: --view 3d shows collagen and cells, not species")
    given.width -= given.width % 32  # both sides even, as the encoder wants them
    return given


def main(words=None):
    given = arguments(words)
    try:
        notes = make(given)
    except results.ResultsError as error:
        return figure.complain("animate.py", error)
    except OSError as error:
        return figure.complain("animate.py", error, given.output)
    figure.say("animate.py", notes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
