"""Several reports as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from glassnet.checking.program.limits import Wish
from glassnet.checking.report import Report

SUBJECT = "check"


def with_unseen(report: Report, wish: Wish) -> Report:
    """The report, with what was not looked at because the time was up."""
    return replace(report, not_checked=(*report.not_checked, *wish.unseen))


def together(reports: Sequence[tuple[str, Report]]) -> Report:
    """One report: right where all are, with the name of each before what it says; the whole program has none."""
    wrong = any(report.ok is False for _, report in reports)
    ok = False if wrong else None if any(report.ok is None for _, report in reports) else True
    named = [(f"{name}: " if name else "", report) for name, report in reports]
    slips = [replace(slip, message=name + slip.message) for name, report in named for slip in report.slips]
    evidence = [replace(line, name=name + line.name) for name, report in named for line in report.evidence]
    right = [name for name, report in reports if name and report.ok]
    whole = [note for name, report in named if not name for note in report.notes]
    notes = [*whole, *([f"right: {', '.join(right)}"] if right else [])]
    notes += [name + note for name, report in named if name for note in report.notes]
    equals = tuple(code for _, report in reports for code in report.equals)
    missing = [name + what for name, report in named for what in report.not_checked]
    return Report(SUBJECT, ok, tuple(slips), tuple(evidence), tuple(notes), equals, tuple(missing))
