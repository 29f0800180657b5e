#!/usr/bin/python3
"""Puts the page together: every {{file}} of page.html becomes that file's text.  usage: assemble.py CORE.js OUTPUT.html"""
import os
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent


def inline(match):
    name = match[1]
    text = (pathlib.Path(sys.argv[1]) if name == "core.js" else here / name).read_text()
    return re.sub(r"</(script|style)", r"<\\/\1", text, flags=re.I).rstrip()  # nothing inside may end the element


page = re.sub(r"\{\{([\w.]+)\}\}", inline, (here / "page.html").read_text())
output = pathlib.Path(sys.argv[2])
output.parent.mkdir(parents=True, exist_ok=True)
partial = output.with_name(output.name + ".part")
partial.write_text(page)
os.replace(partial, output)
