"""The phases of healing, read off a run: when each was under way, and the signal that says so.

haemostasis    at least half of the largest clot is left                  /means/clot
inflammation   erythema > 0.1                                             erythema
proliferation  fibroblasts more than 10 % above normal                    fibroblasts
remodelling    mature collagen grows by more than 0.1 % a month           mature_collagen_gain

The thresholds are choices of this program, not of a paper; phases overlap, as they do in skin.
"""

import dataclasses

import numpy as np

from figure import BLUE, GREEN, MONTH, ORANGE, RED


@dataclasses.dataclass
class Phase:
    name: str
    colour: str
    tint: str         # background of the panels, lighter from phase to phase so that it reads in grey
    rule: str         # for the footnote
    deed: str         # what skin does in it, for the picture
    time: np.ndarray  # [d]
    signal: np.ndarray
    threshold: float
    spans: list       # (start, end) [d] where signal > threshold


def opened(time, value, sessions, just_after=None):
    """Adds a row just after every session, because the row at a session is the one before it: `just_after`, or the next row's value."""
    for session in sessions:
        if time[0] <= session < time[-1]:
            i = np.searchsorted(time, session, side="right")
            if i > 0 and time[i - 1] < session:  # no row at the session: hold the last one
                time, value = np.insert(time, i, session), np.insert(value, i, value[i - 1])
                i += 1
            time = np.insert(time, i, session + 1e-6)
            value = np.insert(value, i, value[i] if just_after is None else just_after)
    return time, value


def spans(time, signal, threshold):
    """Intervals in which the signal is above the threshold, their ends interpolated between rows."""
    above, found, start = signal > threshold, [], None
    for i in range(len(time)):
        crossing = time[i]
        if i and above[i] != above[i - 1] and signal[i] != signal[i - 1]:
            crossing = time[i - 1] + (time[i] - time[i - 1]) * (threshold - signal[i - 1]) / (signal[i] - signal[i - 1])
        if above[i] and start is None:
            start = crossing
        elif start is not None and not above[i]:
            found.append((float(start), float(crossing)))
            start = None
    return found + ([(float(start), float(time[-1]))] if start is not None else [])


def of(run):
    """The phases of healing that this run shows; one whose signal is missing from the file is left out."""
    found, series, sessions = [], run.series, run.performed

    def add(name, colour, tint, rule, deed, time, signal, threshold):
        since = sessions[0] if sessions.size else time[0]
        where = np.where(time >= since, signal, np.minimum(signal, threshold))
        found.append(Phase(name, colour, tint, rule, deed, time, signal, threshold, spans(time, where, threshold)))

    if "clot" in run.means:
        time, clot = opened(run.means["time"].values, run.means["clot"].values, sessions)
        add("haemostasis", RED, "#f3dccd", "at least half of the clot left", "a clot seals the channels", time, clot, 0.5 * max(clot.max(), 1e-9))
    if "erythema" in series:
        time, erythema = opened(series["time"].values, series["erythema"].values, sessions)
        add("inflammation", ORANGE, "#fbefd6", "erythema\u00a0>\u00a00.1", "white blood cells clear debris and call for repair", time, erythema, 0.1)
    if "fibroblasts" in series:
        add("proliferation", GREEN, "#e9f5ef", "fibroblasts >\u00a010\u00a0% above normal",
            "fibroblasts multiply and lay down new collagen", series["time"].values, series["fibroblasts"].values - 1, 0.1)
    distinct = np.concatenate([[True], np.diff(series["time"].values) > 0])
    if "mature_collagen_gain" in series and distinct.sum() > 1:
        time = series["time"].values
        rate = np.gradient(series["mature_collagen_gain"].values[distinct], time[distinct])
        add("remodelling", BLUE, "#f5f9fc", "mature collagen growing >\u00a00.1\u00a0% a month",
            "new collagen is linked into strong fibres", time[distinct], rate, 0.001 / MONTH)
    return found


def leading(found, end):
    """(start, end, phase) of the background: of the phases under way the one that comes first in healing."""
    edges = sorted({0.0, end, *(edge for phase in found for span in phase.spans for edge in span)})
    for start, stop in zip(edges, edges[1:]):
        for phase in found:
            if any(a <= (start + stop) / 2 <= b for a, b in phase.spans):
                yield start, stop, phase
                break
