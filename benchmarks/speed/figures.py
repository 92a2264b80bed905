"""Numbers with their spread, and when they are no judgement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

# Rounds of one ratio that lie farther apart than by this factor are no judgement.
WIDEST = 1.5


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
    note : str
    """

    what: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def is_steady(self) -> bool:
        """Whether the rounds lie so near each other, within a factor of WIDEST, that the median says something."""
        return self.low is None or self.high is None or self.high <= WIDEST * self.low


def of(what: str, values: Sequence[float], unit: str = "", note: str = "") -> Figure:
    """The median of some runs and their spread."""
    return Figure(what, median(values), unit, min(values), max(values), note)


def ratio(what: str, above: Sequence[float], below: Sequence[float], note: str = "") -> Figure:
    """The ratio of two medians; its spread is that of the ratios of runs of the same round."""
    paired = [a / b for a, b in zip(above, below, strict=True)]
    return Figure(what, median(above) / median(below), "", min(paired), max(paired), note)


@dataclass(frozen=True)
class Setting:
    """How to measure: threads for each process, counted runs, and where to tell what is going on.

    `busy_before` is the share of all cores that others used just before.
    """

    threads: int
    repeats: int
    announce: Callable[[str], None]
    busy_before: float = 0.0
