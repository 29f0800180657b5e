#!/usr/bin/python3
"""Makes the pictures of analysis/README.md by the commands that stand beneath each of them, so that a picture never lags behind its command.

Commands run from the top of the tree; a picture above 150 kB is made smaller by fewer shades, as few as it takes; each gets its commands as the text "Command" (what
`tests/test_documents.py` compares with the page).
usage: gallery.py [NAME...]        NAME: a picture without .png; without names all of them, ten minutes of CPU time"""
import os
import re
import subprocess
import sys
from pathlib import Path

from PIL import Image, PngImagePlugin

TOP = Path(__file__).resolve().parent.parent
PAGE = TOP / "analysis/README.md"
LARGEST = 150_000  # bytes, where 256 colours are enough for that
ENTRY = re.compile(r"!\[[^\]]+\]\(([^)]+\.png)\)\n\n((?:    .*\n)+)")


def pictures(page=PAGE):
    """{picture: commands} of every picture of the page, in its order."""
    found = ENTRY.findall(page.read_text())
    return {Path(os.path.normpath(page.parent / path)): "".join(line[4:] for line in block.splitlines(keepends=True)) for path, block in found}


def smaller(picture):
    """The picture, and ever smaller ones that look much the same."""
    yield picture
    for step in (4, 8):
        yield picture.point(lambda shade, step=step: min(255, (shade + step // 2) // step * step))
    yield picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def reduce(path, command):
    """Writes the picture again, not too large, with its own texts and the command that made it."""
    picture = Image.open(path)
    texts = PngImagePlugin.PngInfo()
    for name, text in (getattr(picture, "text", {}) | {"Command": command}).items():
        texts.add_itxt(name, text)
    partial = path.with_suffix(".part.png")
    for small in smaller(picture.convert("RGB")):
        small.save(partial, optimize=True, pnginfo=texts)
        if partial.stat().st_size <= LARGEST:
            break
    os.replace(partial, path)


def main(names):
    known = pictures()
    unknown = set(names) - {path.stem for path in known}
    if unknown:
        print(f"gallery.py: no picture of analysis/README.md is called {' or '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")} | {"MPLBACKEND": "Agg"}
    for path, command in known.items():
        if names and path.stem not in names:
            continue
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=TOP, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{done.stdout[-2000:]}{done.stderr[-2000:]}\ngallery.py: {path.stem} failed with exit code {done.returncode}", file=sys.stderr)
            return 1
        reduce(path, command)
        print(f"{path.relative_to(TOP)}  {path.stat().st_size // 1000} kB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
