"""What a check says: whether all is right, the slips by name, and the numbers that show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rich.text import Text

# Three colours that also those tell apart who do not see red and green (Okabe and Ito 2008).
GOOD, BAD, OPEN = "#009E73", "#D55E00", "#0072B2"
TAKEN_OVER = "right only if the loss has taken the derivative over"
EQUALS = "the same numbers on this data, so that only another batch can tell"


@dataclass(frozen=True)
class Slip:
    """A mistake with a name.

    Attributes
    ----------
    code : str
        Its name in snake case, such as "activation_derivative_missing".
    layers : tuple of int
        The dense layers at which it stands, counted from 0; empty where there are none.
    message : str
        What is wrong, in words.
    fix : str
        The line as it should be.
    """

    code: str
    layers: tuple[int, ...]
    message: str
    fix: str


@dataclass(frozen=True)
class Evidence:
    """Two numbers side by side.

    Attributes
    ----------
    name : str
        The array or function, such as "dW1 (layer 0)".
    place : str
        Where the two are farthest apart, such as "[2, 1]" or "z = -0.5".
    yours, right : str
        The learner's number and the right one, in digits enough to tell them apart.
    with_slips : str
        What the slips that are named would give there; empty where none is.
    """

    name: str
    place: str
    yours: str
    right: str
    with_slips: str = ""


@dataclass(frozen=True, repr=False)
class Report:
    """The result of a check; printed as text, shown as a table in notebooks.

    A report counts as true where everything was looked at and is right: ``bool(report)`` is ``report.ok is True``.

    Attributes
    ----------
    subject : str
        What was checked.
    ok : bool or None
        Whether everything is right; None where nothing wrong was found, but something was not looked at.
    slips : tuple of Slip
        The mistakes that reproduce the learner's numbers; empty where all is right or no known slip fits.
    evidence : tuple of Evidence
        Where the numbers differ most, one line for each array that is wrong.
    notes : tuple of str
        What else can be said for certain: arrays that are right, conventions, constant ratios.
    equals : tuple of str
        Codes of other slips, joined by " and ", that would give the same numbers on this data.
    not_checked : tuple of str
        What the check could not look at, and why; a report with such a line is never right as a whole.
    """

    subject: str
    ok: bool | None
    slips: tuple[Slip, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
    equals: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.ok and self.not_checked:
            object.__setattr__(self, "ok", None)

    def __bool__(self) -> bool:
        return self.ok is True

    @property
    def verdict(self) -> str:
        """The result in one line."""
        if self.ok is None:
            return "nothing wrong in what was checked"
        if self.ok:
            return "right"
        if not self.slips:
            return "mismatch, no known slip"
        return "1 slip" if len(self.slips) == 1 else f"{len(self.slips)} slips"

    def __str__(self) -> str:
        lines = [f"{self.subject}: {self.verdict}"]
        for slip in self.slips:
            lines += [
                f"  {slip.code}{_at(slip.layers)}",
                f"    {slip.message}",
                f"    change to:  {slip.fix}",
            ]
        lines += [f"  {line}" for line in _table(self.evidence)]
        if self.equals:
            lines.append(f"  {EQUALS}: {'; '.join(self.equals)}")
        return "\n".join(lines + [f"  {line}" for line in self._remarks])

    @property
    def _remarks(self) -> list[str]:
        return [*self.notes, *(f"not checked: {what}" for what in self.not_checked)]

    @property
    def _colour(self) -> str:
        return OPEN if self.ok is None else GOOD if self.ok else BAD

    __repr__ = __str__

    def __rich__(self) -> Text:
        """The same for a Rich console: the verdict in colour, codes and lines to change set off."""
        from rich.text import Text

        text = Text(str(self))
        text.highlight_regex(rf"(?<=^{re.escape(self.subject)}: ).*", f"bold {self._colour}")
        for slip in self.slips:
            text.highlight_words([slip.code], "bold")
        text.highlight_regex(r"(?m)(?<=change to:  ).*", GOOD)
        return text

    def _repr_html_(self) -> str:
        head = f'<span style="color:{self._colour}">{self.verdict}</span>'
        parts = [f"<p><b>{escape(self.subject)}: {head}</b></p>"]
        parts += [
            f"<p><code>{slip.code}</code>{_at(slip.layers)}<br>{escape(slip.message)}<br>"
            f"change to: <code>{escape(slip.fix)}</code></p>"
            for slip in self.slips
        ]
        if self.evidence:
            first, *rows = _cells(self.evidence)
            parts.append(
                "<table>" + _row("th", first) + "".join(_row("td", row) for row in rows) + "</table>"
            )
        if self.equals:
            parts.append(f"<p>{EQUALS}: {escape('; '.join(self.equals))}</p>")
        return "\n".join(parts + [f"<p>{escape(line)}</p>" for line in self._remarks])


def _at(layers: tuple[int, ...]) -> str:
    if not layers:
        return ""
    return f", layer{'s' * (len(layers) > 1)} {', '.join(map(str, layers))}"


def _cells(evidence: tuple[Evidence, ...]) -> list[list[str]]:
    rows = [["", "farthest apart at", "yours", "right", "with the slip"]]
    rows += [[line.name, line.place, line.yours, line.right, line.with_slips] for line in evidence]
    return rows if any(line.with_slips for line in evidence) else [row[:-1] for row in rows]


def _table(evidence: tuple[Evidence, ...]) -> list[str]:
    if not evidence:
        return []
    rows = _cells(evidence)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _row(tag: str, cells: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def place_text(place: Sequence[Any]) -> str:
    """A place in an array: ``[2, 1]``."""
    return f"[{', '.join(str(int(i)) for i in place)}]"


def side_by_side(name: str, answer: NDArray[Any], right: NDArray[Any]) -> Evidence:
    """Two arrays where they are farthest apart, or their shapes where these differ by more than axes of length 1.

    What is right may hold NaN where it was not measured.
    """
    if squeezed(answer) != squeezed(right):
        return Evidence(name, "its shape", str(answer.shape), str(right.shape))
    answer, right = np.atleast_1d(answer.reshape(right.shape)), np.atleast_1d(right)
    distance = np.where(np.isfinite(right), np.abs(answer - right), -1.0)
    place = np.unravel_index(int(np.argmax(distance)), right.shape)
    return Evidence(name, place_text(place), *digits(float(answer[place]), float(right[place])))


def squeezed(array: NDArray[Any]) -> tuple[int, ...]:
    """The shape without axes of length 1."""
    return tuple(n for n in array.shape if n != 1)


def digits(yours: float, right: float, *more: float) -> list[str]:
    """These numbers with six digits, or as many more as it takes to tell the first two apart."""
    for precision in (6, 9, 12, 17):
        texts = [f"{value:.{precision}g}" for value in (yours, right, *more)]
        if texts[0] != texts[1]:
            break
    return texts
