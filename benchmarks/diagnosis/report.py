"""The figures as text: a table of codes, and what was missed or wrong."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.diagnosis.generation import HEALTHY
from benchmarks.diagnosis.scoring import (
    PRECISION,
    RECALL,
    Outcome,
    Row,
    healthy_severities,
    rows,
    total,
    unjudged,
)


def page(outcomes: Sequence[Outcome], command: str) -> str:
    """The result in Markdown."""
    table = rows(outcomes)
    n_healthy = sum(outcome.case.kind == HEALTHY for outcome in outcomes)
    severities = healthy_severities(outcomes)
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
            f"Required of every code: precision {PRECISION:.2f}, recall {RECALL:.2f}; of healthy trainings: no error.",
            "",
            "| code | planted | found | recall | first | trainings with this finding | of these right | precision | |",
            "|---|---|---|---|---|---|---|---|---|",
            *(_line(row) for row in (*table, total(table))),
            "",
            f"Worst finding of the healthy trainings: error {severities['error']}, warning {severities['warning']}, "
            f"note {severities['note']}, nothing {severities['nothing']}.",
            f"Findings without a measurement of the benchmark, not counted: {others}.",
            f"Processor time of a diagnosis: median {seconds[len(seconds) // 2]:.2f} s, longest {seconds[-1]:.2f} s.",
            "",
        ]
    )


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
        missed = case.kind != HEALTHY and not outcome.found
        alarmed = case.kind == HEALTHY and any(f.severity == "error" for f in outcome.findings)
        late = case.kind != HEALTHY and not outcome.first
        warned = case.kind == HEALTHY and any(f.severity == "warning" for f in outcome.findings)
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
