"""What stands in the columns of a table that was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glassnet.support.text import in_one_line
from glassnet.tables.columns import DATES, NUMBERS, TEXT
from glassnet.tables.files.kinds import Kind

if TYPE_CHECKING:
    import polars

_LONGEST = 30  # letters of a category


@dataclass(frozen=True)
class ColumnFacts:
    """What is known of one column.

    Attributes
    ----------
    name : str
    kind : {"numbers", "text", "dates"}
    missing : float
        Share of the rows.
    n_distinct : int
        Without those that are missing.
    shown : str
        Its range, or its most frequent categories.
    """

    name: str
    kind: str
    missing: float
    n_distinct: int
    shown: str


def facts_of(rows: polars.DataFrame, kinds: Sequence[Kind]) -> list[ColumnFacts]:
    """What is known of each column."""
    facts = []
    for kind in kinds:
        series = rows[kind.name]
        n_distinct = int(series.drop_nulls().n_unique())
        missing = series.null_count() / max(len(series), 1)
        facts.append(ColumnFacts(kind.name, kind.kind, missing, n_distinct, _shown(series, kind.kind)))
    return facts


def _shown(series: polars.Series, kind: str) -> str:
    known = series.drop_nulls()
    if len(known) == 0:
        return "–"
    if kind == TEXT:
        counts = known.value_counts(sort=True)
        names = [in_one_line(name)[:_LONGEST] for name in counts[series.name].head(3)]
        return ", ".join(names) + (", …" if counts.height > 3 else "")
    low, high = known.min(), known.max()
    return _one(low, kind) if low == high else f"{_one(low, kind)} to {_one(high, kind)}"


def _one(value: Any, kind: str) -> str:
    if kind == DATES:
        return str(value.date()) if value.time().isoformat() == "00:00:00" else str(value)
    return f"{value:.6g}" if kind == NUMBERS else repr(in_one_line(value)[:_LONGEST])
