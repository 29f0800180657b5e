"""Heals a wound in memory from Python, with nothing to build: ctypes and numpy.   usage: healing.py [KEY=VALUE]...

The library is found where the system looks for libraries; NEEDLEWORK_LIBRARY names another place."""
import os
import sys
from ctypes import CDLL, POINTER, byref, c_char_p, c_double, c_int, c_size_t, c_void_p

import numpy as np

ONE_CHANNEL = b"model: dermis\ntreatment: {device: roller_1.5}\ndomain: {geometry: axisymmetric}\nrun: {duration: 12 weeks}\n"

library = CDLL(os.environ.get("NEEDLEWORK_LIBRARY", "libneedlework.so.0"))
library.needlework_create.argtypes = [c_char_p, POINTER(c_char_p), c_int, POINTER(c_void_p)]
library.needlework_destroy.argtypes = [POINTER(c_void_p)]
library.needlework_error.restype = c_char_p
library.needlework_advance.argtypes = [c_void_p, c_double]
library.needlework_end.argtypes, library.needlework_end.restype = [c_void_p], c_double
library.needlework_outcome.argtypes, library.needlework_outcome.restype = [c_void_p, c_char_p], c_double
library.needlework_field_find.argtypes = [c_void_p, c_char_p]
library.needlework_field.argtypes = [c_void_p, c_size_t, POINTER(c_size_t), POINTER(c_size_t)]
library.needlework_field.restype = POINTER(c_double)


def check(code):
    if code != 0:
        sys.exit(library.needlework_error().decode())


def field(run, name):
    """A view [z, y, x] of the solver's own memory, good until the run moves on."""
    shape = (c_size_t * 3)()
    values = library.needlework_field(run, library.needlework_field_find(run, name), shape, None)
    return np.ctypeslib.as_array(values, tuple(shape))


settings = [word.encode() for word in sys.argv[1:]] + [None]
run = c_void_p()
check(library.needlework_create(ONE_CHANNEL, (c_char_p * len(settings))(*settings), 1, byref(run)))
for day in np.arange(0.0, library.needlework_end(run) + 1e-9, 7.0):
    check(library.needlework_advance(run, day))
    peak = field(run, b"tgfb1").max()
    print(f"day {day:3g}   collagen gain {library.needlework_outcome(run, b'collagen_gain'):+.6f}   TGF-b1 at most {peak:.6g} ng/mL")
library.needlework_destroy(byref(run))
