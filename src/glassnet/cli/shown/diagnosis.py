"""A diagnosis as it is printed: for a person, or as data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from glassnet.cli.shown.printer import Printer
from glassnet.cli.shown.voices import in_command
from glassnet.insight.diagnosis import DiagnosisReport, Finding
from glassnet.support.text import enumerated

FOUND = 1
ALL = "all samples"  # what the only part is called where nobody knows of parts
_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def exit_code(diagnosis: DiagnosisReport) -> int:
    """1 if there is an error among the findings, otherwise 0."""
    return FOUND if any(finding.severity == "error" for finding in diagnosis.findings) else 0


def told(source: str, sizes: Mapping[str, int], diagnosis: DiagnosisReport, as_json: bool) -> None:
    """Print the diagnosis of so many samples of each part, for a person or for a program to read."""
    if as_json:
        print(json.dumps(plain(diagnosis), indent=2))
        return
    printer = Printer()
    counted = enumerated([f"{n:,} {name}" for name, n in sizes.items()])
    printer.line(f"{source}: {counted}{'' if ALL in sizes else ' samples'}", "bold")
    for finding in diagnosis.findings:
        printer.line("")
        printer.line(finding.title, _STYLES[finding.severity])
        for name, text in _facts(finding).items():
            printer.fact(f"  {name}", text)
    printer.line(f"\n{diagnosis.verdict}")
    for what in diagnosis.not_looked_at:
        printer.line(f"not looked at: {in_command(what)}")


def _facts(finding: Finding) -> dict[str, str]:
    facts = {
        "cause": finding.cause, "measured": finding.numbers,
        "remedy": in_command(finding.remedy), "read on": finding.reference,
    }  # fmt: skip
    return {name: text for name, text in facts.items() if text}


def plain(diagnosis: DiagnosisReport) -> dict[str, Any]:
    """The diagnosis as plain data, in which a number that is not finite is null."""
    return {
        "ok": diagnosis.ok,
        "not_looked_at": [in_command(what) for what in diagnosis.not_looked_at],
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "layer": finding.layer,
                "evidence": {name: _finite(value) for name, value in finding.evidence.items()},
                "cause": finding.cause,
                "remedy": in_command(finding.remedy),
                "reference": finding.reference,
            }
            for finding in diagnosis.findings
        ],
    }


def _finite(value: float | str) -> float | str | None:
    if isinstance(value, str):
        return value
    return float(value) if math.isfinite(value) else None
