"""What a diagnosis says: findings, causes first, each with its numbers, cause and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

SEVERITIES = ("error", "warning", "note")
_COLOURS = {"error": "#D55E00", "warning": "#E69F00", "note": "#0072B2"}
_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


@dataclass(frozen=True)
class Finding:
    """One reason why a network does not learn, or does not learn well.

    Attributes
    ----------
    code : str
        Its name in snake case, such as "dead_units"; ``docs/diagnosis.md`` explains every one.
    severity : {"error", "warning", "note"}
        Whether the network cannot learn like this, learns badly, or only might be better.
    cause, remedy : str
        What is wrong, and what to do about it.
    layer : int or None
        The dense layer concerned, counted from 0; None where it is no single one.
    evidence : mapping of str to number or str
        The measured numbers that the finding rests on.
    reference : str
        Where to read on.
    """

    code: str
    severity: str
    cause: str
    remedy: str
    layer: int | None = None
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    reference: str = ""

    @property
    def title(self) -> str:
        """Severity, code and layer in one line."""
        at = "" if self.layer is None else f", layer {self.layer}"
        return f"{self.severity}: {self.code}{at}"

    @property
    def numbers(self) -> str:
        """The evidence in one line."""
        return ", ".join(f"{name} {_shown(value)}" for name, value in self.evidence.items())


@dataclass(frozen=True, repr=False)
class DiagnosisReport:
    """The findings of a diagnosis; printed as text, shown as a list in notebooks.

    Attributes
    ----------
    findings : tuple of Finding
        Causes before what may follow from them, whatever their severity; notes last.
    not_looked_at : tuple of str
        What nothing is said about, since nobody saw it, and what would tell.
    """

    findings: tuple[Finding, ...] = ()
    not_looked_at: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no error and no warning; notes may be there."""
        return all(finding.severity == "note" for finding in self.findings)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings, each once, in their order."""
        return tuple(dict.fromkeys(finding.code for finding in self.findings))

    @property
    def verdict(self) -> str:
        """The result in one line."""
        counts = [
            f"{n} {severity}{'s' * (n > 1)}"
            for severity in SEVERITIES
            if (n := sum(finding.severity == severity for finding in self.findings))
        ]
        return ", ".join(counts) or "nothing found"

    def __str__(self) -> str:
        lines = [f"diagnosis: {self.verdict}"]
        for finding in self.findings:
            lines += [f"  {finding.title}", f"    {finding.cause}"]
            lines += [f"    measured: {finding.numbers}"] if finding.evidence else []
            lines += [f"    remedy: {finding.remedy}"]
            lines += [f"    read on: {finding.reference}"] if finding.reference else []
        lines += [f"  not looked at: {what}" for what in self.not_looked_at]
        return "\n".join(lines)

    __repr__ = __str__

    def __rich__(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        table = Table(
            "finding", "cause", "measured", "remedy", title=f"diagnosis: {self.verdict}", show_lines=True
        )
        if self.not_looked_at:
            table.caption = Text("\n".join(f"not looked at: {what}" for what in self.not_looked_at))
        for finding in self.findings:
            title = Text(finding.title, style=_STYLES[finding.severity])
            table.add_row(title, Text(finding.cause), Text(finding.numbers), Text(finding.remedy))
        return table

    def _repr_html_(self) -> str:
        parts = [f"<p><b>diagnosis: {self.verdict}</b></p>"]
        for finding in self.findings:
            parts.append(
                f'<p><b style="color:{_COLOURS[finding.severity]}">{escape(finding.title)}</b><br>'
                f"{escape(finding.cause)}<br>measured: <code>{escape(finding.numbers)}</code><br>"
                f"remedy: {escape(finding.remedy)}<br><small>{escape(finding.reference)}</small></p>"
            )
        parts += [f"<p>not looked at: {escape(what)}</p>" for what in self.not_looked_at]
        return "\n".join(parts)


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"
