"""Numbers with their spread and what was promised of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """A measured number.

    Attributes
    ----------
    what : str
    value : float
        Median of the runs.
    unit : str
    low, high : float or None
        The least and the largest of the runs.
    at_most, at_least : float or None
        What is promised.
    note : str
    """

    what: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None where nothing is promised."""
        if self.at_most is None and self.at_least is None:
            return None
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


def of(what: str, values: Sequence[float], unit: str = "", **promise: float | str) -> Figure:
    """The median of some runs and their spread."""
    return Figure(what, median(values), unit, min(values), max(values), **promise)  # type: ignore[arg-type]


def ratio(what: str, above: Sequence[float], below: Sequence[float], **promise: float | str) -> Figure:
    """The ratio of two medians; its spread is that of the ratios of runs of the same round."""
    paired = [a / b for a, b in zip(above, below, strict=True)]
    return Figure(what, median(above) / median(below), "", min(paired), max(paired), **promise)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Setting:
    """How to measure: threads for each process, counted runs, and where to tell what is going on."""

    threads: int
    repeats: int
    announce: Callable[[str], None]
