"""What differs between the rows that a model learned from and others: column by column, from a summary in its file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from glassnet.errors import ModelFileError
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained
from glassnet.support.text import in_one_line
from glassnet.tables.columns import Column, DateColumn, NumberColumn, TextColumn
from glassnet.tables.table import Table

_RANGES = 10
_MOST_LEVELS = 50
_LEAST_SHARE = 1e-4  # what an empty range counts as
# From here on the credit industry, where the index comes from, speaks of a shift; from 0.25 on of a large one.
# Siddiqi, Credit Risk Scorecards, 2006.
SHIFT = 0.1
_SURE = 3.09  # deviations of a normal distribution that chance exceeds once in a thousand
_DAY = 86_400e6  # microseconds


@dataclass(frozen=True)
class ColumnSummary:
    """Where the entries of a column lie, as plain data.

    Attributes
    ----------
    kind : {"numbers", "text", "dates"}
    edges : tuple of float
        Of numbers, and of dates in days since 1970: between the ranges, at the deciles.
    levels : tuple of str
        Of text: the most frequent ones.
    shares : tuple of float
        Of all rows, of each range or level, then of other levels, then of missing entries.
    low, high, mean : float
        Of numbers and dates; 0 for text.
    n_rows : int
    """

    kind: str
    edges: tuple[float, ...]
    levels: tuple[str, ...]
    shares: tuple[float, ...]
    low: float
    high: float
    mean: float
    n_rows: int

    def to_data(self) -> dict[str, Any]:
        """Plain data (JSON)."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_data(cls, data: Any) -> ColumnSummary:
        """What :meth:`to_data` wrote; anything else is a `ModelFileError`."""
        if not isinstance(data, Mapping) or set(data) != set(cls.__dataclass_fields__):
            raise ModelFileError("the file's summary of a column holds other facts than this version knows")
        lists = {name: data[name] for name in ("edges", "levels", "shares")}
        numbers = [
            *_listed(lists["edges"]),
            *_listed(lists["shares"]),
            *(data[one] for one in ("low", "high", "mean")),
        ]
        texts = [data["kind"], *_listed(lists["levels"])]
        if not all(isinstance(one, int | float) and math.isfinite(one) for one in numbers):
            raise ModelFileError("the file's summary of a column holds something else than numbers")
        if not all(isinstance(one, str) for one in texts) or not isinstance(data["n_rows"], int):
            raise ModelFileError("the file's summary of a column holds something else than text")
        summary = cls(**{**data, **{name: tuple(value) for name, value in lists.items()}})
        n_ranges = len(summary.levels) if summary.kind == "text" else len(summary.edges) + 1
        if len(summary.shares) != n_ranges + 2 or summary.n_rows < 1:
            raise ModelFileError("the file's summary of a column does not fit itself")
        return summary


def _listed(values: Any) -> list[Any]:
    return list(values) if isinstance(values, list) else [None]


@dataclass(frozen=True)
class Difference:
    """How a column differs between two tables.

    Attributes
    ----------
    column : str
    index : float
        The population stability index, Σ (q - p) ln(q / p) over ranges or levels of shares p and q.
    is_sure : bool
        Whether chance alone gives such a difference less than once in a thousand times.
    text : str
        What is different, in words.
    """

    column: str
    index: float
    is_sure: bool
    text: str

    @property
    def matters(self) -> bool:
        """Whether it is sure and more than small."""
        return self.is_sure and self.index >= SHIFT


def summaries(X: Any) -> dict[str, ColumnSummary]:
    """The summary of each column of a table."""
    table = Table.of(X)
    return {name: _summary(table.column(name)) for name in table.names}


@explained
def drift(before: Mapping[str, ColumnSummary], X: Any) -> list[Difference]:
    """How each column of X that has a summary differs from it, the most different first.

    Raises
    ------
    DataError
        If X is no table.
    """
    table = Table.of(X)
    differences = [
        _difference(name, summary, table.column(name))
        for name, summary in before.items()
        if name in table.names and table.n_rows
    ]
    return sorted(differences, key=lambda one: (-one.matters, -one.index))


def _summary(column: Column) -> ColumnSummary:
    n_rows = len(column)
    if isinstance(column, TextColumn):
        counts = column.counts()
        order = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
        levels = tuple(column.levels[place] for place in order if counts[place])
        return ColumnSummary("text", (), levels, _shares_of_text(column, levels), 0.0, 0.0, 0.0, n_rows)
    numbers = _numbers(column)
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return ColumnSummary(column.kind, (), (), (0.0, 0.0, 1.0), 0.0, 0.0, 0.0, n_rows)
    edges = tuple(np.unique(np.quantile(known, np.linspace(0, 1, _RANGES + 1)[1:-1])).tolist())
    low, high, mean = float(known.min()), float(known.max()), float(known.mean())
    return ColumnSummary(column.kind, edges, (), _shares_of_numbers(numbers, edges), low, high, mean, n_rows)


def _numbers(column: NumberColumn | DateColumn) -> Floats:
    if isinstance(column, NumberColumn):
        return column.array
    days = column.values.astype(np.int64) / _DAY
    return np.where(column.missing, np.nan, days)


def _shares_of_numbers(numbers: Floats, edges: tuple[float, ...]) -> tuple[float, ...]:
    missing = np.isnan(numbers)
    ranges = np.bincount(np.searchsorted(edges, numbers[~missing], side="right"), minlength=len(edges) + 1)
    return (*(ranges / len(numbers)).tolist(), 0.0, float(missing.mean()))


def _shares_of_text(column: TextColumn, levels: tuple[str, ...]) -> tuple[float, ...]:
    counts = dict(zip(column.levels, column.counts().tolist(), strict=True))
    known = [counts.get(level, 0) for level in levels]
    missing = int(column.missing.sum())
    others = len(column) - missing - sum(known)
    return tuple(n / len(column) for n in (*known, others, missing))


def _difference(name: str, before: ColumnSummary, column: Column) -> Difference:
    if (before.kind == "text") != isinstance(column, TextColumn):
        return Difference(name, math.inf, True, f"held {before.kind} and holds {column.kind}")
    if isinstance(column, TextColumn):
        now = np.array(_shares_of_text(column, before.levels))
        text = _text_of_levels(before, column, now)
    else:
        numbers = _numbers(column)
        now = np.array(_shares_of_numbers(numbers, before.edges))
        text = _text_of_numbers(before, column, numbers)
    then = np.array(before.shares)
    p, q = np.maximum(then, _LEAST_SHARE), np.maximum(now, _LEAST_SHARE)
    index = float(((q - p) * np.log(q / p)).sum())
    return Difference(name, index, _is_sure(then, now, before.n_rows, len(column)), text)


def _is_sure(then: Floats, now: Floats, n: int, m: int) -> bool:
    """The chi-squared test of two samples at a thousandth, by Wilson and Hilferty's normal approximation."""
    together = (n * then + m * now) / (n + m)
    there = together > 0
    degrees = int(there.sum()) - 1
    if degrees < 1:
        return False
    statistic = n * m / (n + m) * float(((then - now)[there] ** 2 / together[there]).sum())
    part = 2 / (9 * degrees)
    return bool((statistic / degrees) ** (1 / 3) > 1 - part + _SURE * math.sqrt(part))


def _text_of_numbers(before: ColumnSummary, column: NumberColumn | DateColumn, numbers: Floats) -> str:
    known = numbers[~np.isnan(numbers)]
    said = []
    if len(known):
        said.append(f"mean {_one(before.mean, column)} → {_one(float(known.mean()), column)}")
        for share, side, end in (
            (float((known > before.high).mean()), "above", before.high),
            (float((known < before.low).mean()), "below", before.low),
        ):
            if share > 0:
                said.append(f"{_percent(share)} {side} the training's {_one(end, column)}")
    return _with_missing(said, before, float(np.isnan(numbers).mean()))


def _text_of_levels(before: ColumnSummary, column: TextColumn, now: Floats) -> str:
    moved = sorted(range(len(before.levels)), key=lambda place: -abs(now[place] - before.shares[place]))
    said = [
        f"{in_one_line(before.levels[place])!r} {_percent(before.shares[place])} → {_percent(float(now[place]))}"
        for place in moved[:2]
    ]
    if before.shares[-2] == 0 and now[-2] > 0:
        counts = dict(zip(column.levels, column.counts().tolist(), strict=True))
        unseen = sorted(
            (level for level in counts if level not in before.levels), key=lambda one: -counts[one]
        )
        said.append(f"{_percent(float(now[-2]))} not there in training, such as {in_one_line(unseen[0])!r}")
    return _with_missing(said, before, float(now[-1]))


def _with_missing(said: list[str], before: ColumnSummary, now: float) -> str:
    if before.shares[-1] != now:
        said = [*said, f"missing {_percent(before.shares[-1])} → {_percent(now)}"]
    return "; ".join(said)


def _one(value: float, column: NumberColumn | DateColumn) -> str:
    if isinstance(column, DateColumn):
        return str(np.datetime64(int(value * _DAY), "us").astype("datetime64[D]"))
    return f"{value:.4g}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
