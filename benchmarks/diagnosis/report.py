"""The figures as text: a table of codes, and what was missed or wrong."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.diagnosis.elsewhere import Foreign
from benchmarks.diagnosis.generation import GOOD
from benchmarks.diagnosis.scoring import (
    FIRST,
    PRECISION,
    RECALL,
    Outcome,
    Row,
    rows,
    severities_of,
    total,
    unjudged,
)


def page(outcomes: Sequence[Outcome], foreign: Sequence[Foreign], command: str) -> str:
    """The result in Markdown."""
    table = rows(outcomes)
    n_healthy = sum(outcome.case.kind in GOOD for outcome in outcomes)
    seconds = sorted(outcome.seconds for outcome in outcomes)
    others = ", ".join(f"`{code}` {count}" for code, count in unjudged(outcomes).most_common()) or "none"
    return "\n".join(
        [
            "# The diagnosis on trainings whose fault is known",
            "",
            f"`{command}`: {len(outcomes) - n_healthy} trainings with a planted fault and {n_healthy} healthy ones. "
            "A finding is right if its fault was planted, or if a measurement by the benchmark itself confirms it "
            "in this training, at the layer it names (`benchmarks/diagnosis/measures.py`).",
            "",
            f"Required of every code: precision {PRECISION:.2f}, recall {RECALL:.2f}, first {FIRST:.2f}; of "
            "healthy trainings: no error, and warnings in at most 3 %. First: the report begins with what was planted.",
            "",
            "| code | planted | found | recall | first | trainings with this finding | of these right | precision | |",
            "|---|---|---|---|---|---|---|---|---|",
            *(_line(row) for row in (*table, total(table))),
            "",
            *_of_healthy(outcomes),
            *_of_foreign(foreign),
            f"Findings without a measurement of the benchmark, not counted: {others}.",
            f"Processor time of a diagnosis: median {seconds[len(seconds) // 2]:.2f} s, longest {seconds[-1]:.2f} s.",
            "",
        ]
    )


def _of_healthy(outcomes: Sequence[Outcome]) -> list[str]:
    lines = []
    for kind, what in zip(GOOD, ("", " of other kinds", " on noisy tables"), strict=True):
        worst = severities_of(outcomes, kind)
        lines.append(
            f"Worst finding of {worst.total()} healthy trainings{what}: error {worst['error']}, "
            f"warning {worst['warning']}, note {worst['note']}, nothing {worst['nothing']}."
        )
    return lines


def _of_foreign(foreign: Sequence[Foreign]) -> list[str]:
    seen = [one.found for one in foreign if one.found is not None]
    return [
        f"{len(foreign)} of these networks, with nothing known but their layers and numbers: "
        f"{sum(len(one.untrue) for one in foreign)} statements about a start or steps that nobody saw; of "
        f"{len(seen)} planted faults that numbers can show, {sum(seen)} found."
    ]


def _line(row: Row) -> str:
    return (
        f"| {row.code} | {row.planted} | {row.found} | {row.recall:.2f} | {row.leads:.2f} | {row.said} | {row.right} "
        f"| {row.precision:.2f} | {'' if row.reaches else 'below'} |"
    )


def mistakes(outcomes: Sequence[Outcome]) -> str:
    """One line for each fault that was missed, each wrong finding, and each error on a healthy training."""
    lines = []
    for outcome in outcomes:
        case = outcome.case
        said = ", ".join(
            f"{'' if f.right else '!' if f.right is False else '?'}{f.severity[0]}:{f.code}"
            f"{'' if f.layer is None else f'@{f.layer}'}"
            for f in outcome.findings
        )
        good = case.kind in GOOD
        missed = not good and not outcome.found
        alarmed = good and any(f.severity == "error" for f in outcome.findings)
        late = not good and not outcome.first
        warned = good and any(f.severity == "warning" for f in outcome.findings)
        if missed or alarmed or warned or late or any(f.right is False for f in outcome.findings):
            what = (
                "MISSED"
                if missed
                else "ALARM"
                if alarmed
                else "LATE"
                if late
                else "WARNED"
                if warned
                else "WRONG"
            )
            lines.append(f"{what:6} {case.kind} {case.number}: said [{said}] | {outcome.setup}")
    return "\n".join(lines)
