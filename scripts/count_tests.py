#!/usr/bin/python3
"""Counts test cases in the JUnit files of ctest (its programs print Criterion's synthesis) and pytest.

Prints what failed and, last, `N passed, N failed[, N skipped]`.  Exit code 1 when anything failed, a file is missing, or nothing ran.
What Criterion lets pass (a program that ran no case, a leak, an exit within a case) ctest reports: it counts as one more failure."""
import re
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

SYNTHESIS = re.compile(r"Synthesis: Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+) \| Crashing: (\d+)")
SKIP = re.compile(r"^\[SKIP\]", re.M)


def count_ctest(path):
    """passed, failed, skipped, what is wrong"""
    total, wrong = [0, 0, 0], []
    programs = xml.parse(path).getroot().findall("testcase")
    for program in programs:
        name = program.get("name")
        output = "".join(program.itertext())
        good = program.get("status") == "run"
        found = SYNTHESIS.findall(output)
        if found:
            tested, passing, failing, _ = map(int, found[-1])  # crashing cases are among the failing ones
            skipped = len(SKIP.findall(output))
        else:  # a plain program is one case
            tested, passing, failing, skipped = 1, int(good), int(not good), 0
        if tested + skipped == 0:
            good = False
        if failing:
            wrong.append(f"{name}: {failing} of {tested} cases failed")
        elif not good:
            failing = 1
            wrong.append(f"{name}: every case passed, yet the program failed (no case run, leak, early exit or time limit)")
        total = [a + b for a, b in zip(total, (passing, failing, skipped))]
    if not programs:
        wrong.append(f"{path}: no test program ran")
    return total, wrong


def count_pytest(path):
    total, wrong = [0, 0, 0], []
    cases = list(xml.parse(path).getroot().iter("testcase"))
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            total[1] += 1
            wrong.append(f"{case.get('classname')}: {case.get('name')}")
        elif case.find("skipped") is not None:
            total[2] += 1
        else:
            total[0] += 1
    if not cases:
        wrong.append(f"{path}: no Python test ran")
    return total, wrong


def count(ctest, pytest):
    """The closing lines and the exit code."""
    total, wrong = [0, 0, 0], []
    for path, counter in ((ctest, count_ctest), (pytest, count_pytest)):
        try:
            part, more = counter(path)
        except (OSError, xml.ParseError) as error:
            part, more = [0, 0, 0], [f"{path}: {error}"]
        if more and not part[1]:
            part[1] = 1  # a runner that ran nothing or died is a failure of its own
        total = [a + b for a, b in zip(total, part)]
        wrong += more
    passed, failed, skipped = total
    lines = [f"FAILED {line}" for line in wrong]
    lines.append(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return lines, int(failed > 0 or passed == 0)


def self_test():
    def ctest(*programs):
        rows = "".join(f'<testcase name="{n}" status="{s}"><system-out>{o}</system-out></testcase>' for n, s, o in programs)
        return f"<testsuite>{rows}</testsuite>"

    def line(t, p, f, c):
        return f"[====] Synthesis: Tested: {t} | Passing: {p} | Failing: {f} | Crashing: {c} "

    python = "<testsuites><testsuite><testcase/><testcase><skipped/></testcase></testsuite></testsuites>"
    bad_python = "<testsuites><testsuite><testcase/><testcase><failure/></testcase></testsuite></testsuites>"
    good = ("a", "run", line(3, 3, 0, 0))
    cases = [
        (ctest(good), python, "4 passed, 0 failed, 1 skipped", 0),
        (ctest(("a", "run", "[SKIP] a::b: why\n" + line(2, 2, 0, 0))), python, "3 passed, 0 failed, 2 skipped", 0),
        (ctest(good, ("b", "fail", line(5, 3, 2, 1))), python, "7 passed, 2 failed, 1 skipped", 1),
        (ctest(good, ("b", "fail", line(0, 0, 0, 0))), python, "4 passed, 1 failed, 1 skipped", 1),
        (ctest(good, ("b", "run", line(0, 0, 0, 0))), python, "4 passed, 1 failed, 1 skipped", 1),
        (ctest(good, ("leak", "fail", line(5, 5, 0, 0))), python, "9 passed, 1 failed, 1 skipped", 1),
        (ctest(good, ("plain", "run", "hello")), python, "5 passed, 0 failed, 1 skipped", 0),
        (ctest(good, ("late", "fail", "[RUN ]")), python, "4 passed, 1 failed, 1 skipped", 1),
        (ctest(), python, "1 passed, 1 failed, 1 skipped", 1),
        (None, python, "1 passed, 1 failed, 1 skipped", 1),
        (ctest(good), bad_python, "4 passed, 1 failed", 1),
        (ctest(good), "<testsuites/>", "3 passed, 1 failed", 1),
        (ctest(good), "<torn", "3 passed, 1 failed", 1),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for number, (c, p, closing, code) in enumerate(cases):
            paths = []
            for name, text in (("c.xml", c), ("p.xml", p)):
                paths.append(Path(folder, f"{number}{name}"))
                if text is not None:
                    paths[-1].write_text(text)
            lines, got = count(*paths)
            assert (lines[-1], got) == (closing, code), (number, lines, got)


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    closing, code = count(*sys.argv[1:])
    print("\n".join(closing))
    sys.exit(code)
