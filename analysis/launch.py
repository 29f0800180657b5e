"""Starts a program of this folder for `needlework plot KIND`, or says in one sentence what Python lacks.

    python3 launch.py timeline.py timeline run.h5 -o run.png        # script, kind, arguments

Runs on any Python 3, so that an old one can say so; one that lacks something makes room for the python3 on the PATH."""

import argparse
import importlib
import importlib.util
import os
import shutil
import sys

OLDEST = (3, 9)
NEEDED = {"numpy": "numpy", "matplotlib": "matplotlib", "h5py": "h5py", "xarray": "xarray", "yaml": "yaml", "PIL": "pil"}  # Debian: python3-...


def lacking():
    """What is wrong with this Python, or None."""
    if sys.version_info < OLDEST:
        return "is too old: version %d.%d or later is needed" % OLDEST
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return "lacks %s; on Debian: apt install %s" % (", ".join(missing), " ".join("python3-" + NEEDED[name] for name in missing))
    return None


def other():
    """The python3 on the PATH, unless it is this one or this one was asked for."""
    found = None if os.environ.get("NEEDLEWORK_PYTHON") else shutil.which("python3")
    return found if found and os.path.realpath(found) != os.path.realpath(sys.executable) else None


def main(script, kind, words):
    wrong = lacking()
    if wrong:
        next_one = other()
        if next_one:
            os.environ["NEEDLEWORK_PYTHON"] = next_one
            os.execv(next_one, [next_one, "-B"] + sys.argv)
        sys.stderr.write("needlework: error: plot %s: %s %s; NEEDLEWORK_PYTHON names another Python\n" % (kind, sys.executable, wrong))
        return 4
    create = argparse.ArgumentParser.__init__

    def create_named(self, *values, **options):
        """Usage in the words that were typed."""
        options["prog"] = "needlework plot " + kind
        create(self, *values, **options)

    argparse.ArgumentParser.__init__ = create_named
    try:
        return importlib.import_module(os.path.splitext(script)[0]).main(words)
    except ModuleNotFoundError as error:
        sys.stderr.write("needlework: error: plot %s: %s lacks %s; on Debian: apt install python3-%s\n" % (kind, sys.executable, error.name, error.name))
        return 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
