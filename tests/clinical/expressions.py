"""Evaluates the expressions of configs/calibration/*.csv on a results file: a second implementation of sim/expression.c, for tests.

    collagen_gain@90 days        between rows linear        max(tgfb, 0 days, 7 days)    also min, time_of_max, time_of_min, integral
    first(tgfb < 1.1)            first time it holds        last(barrier_deficit > 0.5)  last time it holds, linear between rows
    rate(fibroblasts)            d ln / dt                  parameter(tgfb_loss)         as the run used it
    collagen_onset               a summary of the run       + - * / ( ) and numbers      element by element
    other:collagen_gain@90 days  read off the run of another protocol"""
import re

import h5py
import numpy as np
import yaml

DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "hour": 1 / 24, "hours": 1 / 24, "month": 365.2422 / 12, "months": 365.2422 / 12}
TOKEN = re.compile(r"\s*(\d+\.?\d*(?:e[+-]?\d+)?|\w+|[-+*/()@,<>:])")


class Run:
    """The series, the summary and the parameters of a results file."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.series = {name: node[()] for name, node in file.items() if isinstance(node, h5py.Dataset) and name != "time"}
            self.time = file["time"][()]
            self.summary = {name: float(value) for name, value in file.attrs.items() if np.isscalar(value) and not isinstance(value, (str, bytes))}
            text = file["provenance/configuration_resolved"][()]
            self.sessions = {name: node[()] for name, node in file["sessions"].items()}
            self.ledger = {name: {k: float(v[()]) for k, v in node.items()} for name, node in file["ledger"].items()}
        self.parameters = {name: float(str(value).split()[0]) for name, value in yaml.safe_load(text)["parameters"].items()}


def evaluate(expression, runs, protocol):
    """The number that an expression gives on runs[protocol]."""
    parser = Parser(expression, runs, protocol)
    value = parser.sum()
    assert parser.next is None and np.ndim(value) == 0, f"{expression}: not one number, or text left over"
    return float(value)


class Parser:
    def __init__(self, text, runs, protocol):
        self.runs, self.protocol, self.inside = runs, protocol, 0
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text), text
        self.tokens.reverse()

    @property
    def next(self):
        return self.tokens[-1] if self.tokens else None

    def take(self, *wanted):
        assert self.next is not None and (not wanted or self.next in wanted), f"{wanted} wanted, found {self.next}"
        return self.tokens.pop()

    @property
    def run(self):
        return self.runs[self.protocol]

    def sum(self):
        value = self.product()
        while self.next in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self):
        value = self.factor()
        while self.next in ("*", "/"):
            value = value * self.factor() if self.take() == "*" else value / self.factor()
        return value

    def days(self):
        value = self.sum()
        return value * DAYS[self.take(*DAYS)]

    def factor(self):
        if self.next == "-":
            self.take()
            return -self.factor()
        if self.next == "(":
            self.take()
            value = self.sum()
            self.take(")")
        elif self.next[0].isdigit():
            return float(self.take())
        else:
            name = self.take()
            if self.next == ":":
                assert not self.inside, "another run's series within a function of this run's time"
                self.take()
                usual, self.protocol = self.protocol, name
                value = self.factor()
                self.protocol = usual
                return value
            value = self.name(name)
        if self.next == "@":
            self.take()
            at = float(self.take())
            return np.interp(at * DAYS[self.take(*DAYS)], self.run.time, value, np.nan, np.nan)
        return value

    def name(self, name):
        if self.next != "(":
            return self.run.series[name] if name in self.run.series else self.run.summary[name]
        self.take("(")
        if name == "parameter":
            value = self.run.parameters[self.take()]
            self.take(")")
            return value
        self.inside += 1
        series = self.sum()
        if name in ("first", "last"):
            sign = 1 if self.take("<", ">") == ">" else -1
            series = sign * (series - self.sum())
        low, high = -np.inf, np.inf
        self.inside -= 1
        if self.next == ",":
            self.take()
            low = self.days()
            self.take(",")
            high = self.days()
        self.take(")")
        if name == "rate":
            return np.gradient(np.log(series), self.run.time)
        time = self.run.time
        rows = (time >= low) & (time <= high)
        return FUNCTIONS[name](time[rows], series[rows])


def first(time, over):
    """First time at which over > 0, by the line between rows."""
    holds = np.flatnonzero(over > 0)
    if not len(holds):
        return np.nan
    i = holds[0]
    return time[0] if i == 0 else np.interp(0, over[i - 1:i + 1], time[i - 1:i + 1])


FUNCTIONS = {
    "max": lambda t, y: y.max(),
    "min": lambda t, y: y.min(),
    "time_of_max": lambda t, y: t[y.argmax()],
    "time_of_min": lambda t, y: t[y.argmin()],
    "integral": lambda t, y: np.trapz(y, t),
    "first": first,
    "last": lambda t, over: first(t[::-1], over[::-1]),
}
