"""Several reports as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from glassnet.checking.report import Report

SUBJECT = "check"


def together(reports: Sequence[tuple[str, Report]]) -> Report:
    """One report: right where all are, with the name of each before what it says."""
    wrong = any(report.ok is False for _, report in reports)
    ok = False if wrong else None if any(report.ok is None for _, report in reports) else True
    slips = [
        replace(slip, message=f"{name}: {slip.message}") for name, report in reports for slip in report.slips
    ]
    evidence = [
        replace(line, name=f"{name}: {line.name}") for name, report in reports for line in report.evidence
    ]
    right = [name for name, report in reports if report.ok]
    notes = [f"right: {', '.join(right)}"] if right else []
    notes += [f"{name}: {note}" for name, report in reports for note in report.notes]
    missing = [f"{name}: {what}" for name, report in reports for what in report.not_checked]
    return Report(SUBJECT, ok, tuple(slips), tuple(evidence), tuple(notes), (), tuple(missing))
