"""The questions of a lesson, what has to be run for them, and their answers, computed from those runs."""

import dataclasses
import textwrap

import numpy as np

import figure
import phases
import timeline

YEAR = 365.0


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    label: str     # for the key of the figure
    changes: dict  # of the configuration: key: value


@dataclasses.dataclass(frozen=True)
class Question:
    ask: str
    answer: str
    lines: int = 1  # to write on


def variants(settings):
    """The treatment with one thing changed: needle, sessions, density, age."""
    treatment, skin = settings["treatment"], settings.get("skin", {})
    length = figure.quantity(treatment["needle"]["length"], figure.LENGTHS)
    density = figure.quantity(treatment["density"], figure.DENSITIES)
    age = figure.quantity(skin.get("age", "45 years"), figure.AGES)
    sessions = int(treatment.get("sessions", 1))
    found = []
    if length and length >= 0.1:
        found.append(Variant("half", "needle half as long", {"treatment.needle.length": f"{length / 2:g} mm"}))
    if sessions == 1:
        found.append(Variant("sessions", "three sessions", {"treatment.sessions": 3, "treatment.interval": "6 weeks"}))
    elif sessions > 1:
        found.append(Variant("sessions", "one session", {"treatment.sessions": 1}))
    if density and density <= 5000:
        found.append(Variant("double", "twice the channels", {"treatment.density": f"{density / 50:g} /mm2"}))
    if age:
        other = 70 if age < 60 else 30
        found.append(Variant("age", f"skin of {other} years", {"skin.age": f"{other} years"}))
    return found


# ---- reading a run ----------------------------------------------------------------------------------------------------------------

def gain(run, day=YEAR):
    """Change of collagen [%] on a day, or at the end."""
    time = run.series["time"].values
    return 100 * float(np.interp(min(day, time[-1]), time, run.series["collagen_gain"].values))


def at(run, name, day):
    return float(np.interp(day, run.series["time"].values, run.series[name].values))


def lowest(run):
    """(day, change [%]) where collagen is lowest."""
    i = int(np.nanargmin(run.series["collagen_gain"].values))
    return float(run.series["time"][i]), 100 * float(run.series["collagen_gain"][i])


def percent(value):
    return f"{round(value, 1) + 0.0:+.1f}\u00a0%".replace("-", "−")


def days(value):
    return f"{24 * value:.0f} hours" if value < 2 else f"{value:.1f} days" if value < 10 else f"{value:.0f} days"


def summary(run, name):
    return run.summary.get(name, np.nan)


HEADINGS = ("", "first lasting\ngain of 1 %", "gain after\n12 months", "channels\nclosed after", "redness\nlasts")


def row(variant, run):
    """The table's line for a run."""
    onset, closed, red = (summary(run, name) for name in ("collagen_onset", "epidermal_closure_time", "downtime"))
    return (variant.label, f"day {onset:.0f}" if np.isfinite(onset) else "never", percent(gain(run)),
            days(closed) if np.isfinite(closed) else "not closed", days(red) if np.isfinite(red) else "–")


# ---- questions --------------------------------------------------------------------------------------------------------------------

def of(runs, others):
    """The questions that these runs can answer.  runs: {name of the variant: run}, "base" among them; others: files to compare."""
    base = runs["base"]
    found = [_phases(base), _closing(base), _dip(base), _onset(base)]
    found += [make(base, runs[name]) for name, make in (("half", _half), ("sessions", _sessions), ("double", _double), ("age", _age)) if name in runs]
    if len(others) > 1:
        found.append(_others(others))
    return found


def _phases(base):
    end = float(base.series["time"][-1])
    told = "; ".join(f"{letter}: {phase.name} ({timeline.span_text(phase, end)}), {phase.deed}" for letter, phase in zip("ABCD", phases.of(base)))
    return Question("The hills A to D are the phases of healing. Name them, and say what skin does in each.", f"{told}. The phases overlap.", 2)


def _closing(base):
    closed, back = summary(base, "epidermal_closure_time"), summary(base, "barrier_recovery_time")
    ask = "How long do the channels stay open? Why must a second treatment wait until they have closed?"
    if not np.isfinite(closed):
        return Question(ask, "In this run the channels do not close, so no second treatment could be given.")
    barrier = f", and the barrier against water and germs is back after {days(back)}" if np.isfinite(back) else ""
    return Question(ask, f"95 % of the openings are covered by new skin after {days(closed)}{barrier}. Until then germs can enter, and needles would injure "
                    "a wound that is still healing.")


def _dip(base):
    day, low = lowest(base)
    return Question("At first there is less collagen than before. Find the lowest point of the curve: when is it, how deep, and why does collagen fall?",
                    f"It is lowest on day {day:.0f}, at {percent(low)}. The needles destroy a little tissue at once; then enzymes (MMPs) clear damaged "
                    "fibres away before new ones are built.", 2)


def _onset(base):
    onset, most = summary(base, "collagen_onset"), summary(base, "collagen_time_to_90_percent")
    ask = "When is there, for good, at least 1 % more collagen than before the treatment? When would you look for the result?"
    if not np.isfinite(onset):
        return Question(ask, "Never within this run: the gain stays below 1 %.")
    late = f" 90 % of the largest gain is there on day {most:.0f} (month {most / figure.MONTH:.0f}): look then." if np.isfinite(most) else ""
    early = ""
    if "dermal_thickness_gain" in base.series:
        swollen, there = at(base, "dermal_thickness_gain", 14), at(base, "collagen_gain", 14)
        if swollen > 0.005 and there < 0.01:
            early = f" After two weeks the dermis is {100 * swollen:.0f}\u00a0% thicker with {percent(100 * there)} collagen: a photograph would show swelling."
    return Question(ask, f"From day {onset:.0f} on (week {onset / 7:.0f}).{late}{early}")


def _verdict(ratio):
    return "about the same" if abs(ratio - 1) < 0.03 else f"{ratio:.2f} times as much" if ratio > 1 else f"{100 * ratio:.0f}\u00a0% of it"


def _half(base, half):
    a, b = gain(base), gain(half)
    return Question("What if the needle were half as long? First guess the gain after 12 months, then reason: what does a needle do, and how deep?",
                    f"{percent(b)} instead of {percent(a)}" + (f", {_verdict(b / a)}, not half" if a > 0.5 and abs(b / a - 0.5) > 0.05 else "") +
                    ". Collagen is counted in the upper 0.3 mm: what a needle does below that depth matters less there, and signals spread by diffusion.")


def _sessions(base, other):
    a, b = gain(base), gain(other)
    n, m = base.performed.size, other.performed.size
    if m > n:
        per = f" That is {b / a:.1f} times the gain of one." if a > 0.5 else ""
        return Question("Three sessions, six weeks apart, instead of one: is the gain after 12 months three times as large?",
                        f"{percent(b)} after {m} sessions, {percent(a)} after {n}.{per} Each session starts the phases again, on skin that is still building.")
    per = f" The course gains {a / b:.1f} times as much." if b > 0.5 else ""
    return Question(f"One session instead of {n}: how much of the gain after 12 months would be left?",
                    f"{percent(b)} after one session, {percent(a)} after {n}.{per} Each session starts the phases again, on skin that is still building.")


def _double(base, double):
    a, b = gain(base), gain(double)
    red, more = summary(base, "downtime"), summary(double, "downtime")
    price = f" More is injured at once: collagen first falls by {-lowest(double)[1]:.1f}\u00a0% instead of {-lowest(base)[1]:.1f}\u00a0%"
    if np.isfinite(red) and np.isfinite(more):
        price += f", and redness lasts {days(more)}" + (f" instead of {days(red)}" if days(more) != days(red) else ", as long as before")
    price += "."
    return Question("Twice as many channels on the same skin: twice the gain? What would it cost the patient?",
                    f"{percent(b)} instead of {percent(a)}" + (f", {_verdict(b / a)}" if a > 0.5 else "") + f".{price}")


def _age(base, other):
    age = other.settings.get("skin", {}).get("age", "another age")
    a, b = gain(base), gain(other)
    shut, later = summary(base, "epidermal_closure_time"), summary(other, "epidermal_closure_time")
    slow = f" The channels close after {days(later)} instead of {days(shut)}." if np.isfinite(shut) and np.isfinite(later) else ""
    return Question(f"How would the skin of a person of {age} answer the same treatment?",
                    f"The gain after 12 months is {percent(b)} instead of {percent(a)}, relative to the collagen that this skin had before, which falls with "
                    f"age.{slow}")


def _others(files):
    names = [textwrap.shorten(figure.clean(run.title) or run.path, 44, placeholder=" …") for run in files]
    told = "; ".join(f"{letter} {percent(gain(run, 1e9))} on day {float(run.series['time'][-1]):.0f}" for letter, run in zip("PQRS", files))
    best = max(range(len(files)), key=lambda i: gain(files[i], 1e9))
    return Question("Compare: " + "; ".join(f"{letter}: {name}" for letter, name in zip("PQRS", names)) + ". Which gains most collagen by its end?",
                    f"{told}. {'PQRS'[best]} gains most.")
