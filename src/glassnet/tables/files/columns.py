"""What stands in the columns of a table, and which of them are no features: identifiers, constants, empty ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glassnet.errors import DataError
from glassnet.support.text import in_one_line
from glassnet.tables.files.kinds import DATE, NUMBER, TEXT, Kind

if TYPE_CHECKING:
    import polars

_NAMES_OF_IDENTIFIERS = re.compile(
    r"(.*[_\s-])?(id|uid|uuid|guid|index|key|row|rownum|row_?number|serial)", re.I
)
_ID_IN_CAMELS = re.compile(r".*[a-z0-9]I[Dd]")
_FEWEST_ROWS = 20  # below which different texts in all rows say nothing
_OWN_TEXT = 0.5  # share of rows with a text of their own from which on a column holds no categories


@dataclass(frozen=True)
class Column:
    """What is known of one column.

    Attributes
    ----------
    name : str
    kind : {"number", "text", "date"}
    n_missing, n_distinct : int
        Distinct ones without those that are missing.
    shown : str
        Its range, or its most frequent categories.
    dropped : str
        Why it is no feature; "" where it is one.
    """

    name: str
    kind: str
    n_missing: int
    n_distinct: int
    shown: str
    dropped: str = ""


def columns(rows: polars.DataFrame, kinds: Sequence[Kind], kept: Collection[str] = ()) -> list[Column]:
    """What is known of each column; those that the user wants to keep are features whatever they hold."""
    found = []
    for kind in kinds:
        series = rows[kind.name]
        n_missing, n_distinct = series.null_count(), int(series.drop_nulls().n_unique())
        why = "" if kind.name in kept else _why_dropped(series, kind.kind, n_missing, n_distinct)
        found.append(Column(kind.name, kind.kind, n_missing, n_distinct, _shown(series, kind.kind), why))
    return found


def check_some(found: Sequence[Column], place: str) -> None:
    """Raise `DataError` where no column is a feature."""
    if all(column.dropped for column in found):
        why = "; ".join(f"{in_one_line(column.name)}: {column.dropped}" for column in found[:6])
        raise DataError(
            f"{place} has no column to learn from{f' ({why})' if why else ''}; --keep takes one in"
        )


def _why_dropped(series: polars.Series, kind: str, n_missing: int, n_distinct: int) -> str:
    n_rows = len(series)
    if n_distinct == 0:
        return "all missing"
    if n_distinct == 1 and n_missing == 0:
        return f"constant, {_one(series[0], kind)} in every row"
    known = n_rows - n_missing
    if known < _FEWEST_ROWS:
        return ""
    if kind == TEXT:
        if n_distinct == known:
            return "an identifier: another text in every row"
        share = n_distinct / known
        return f"{n_distinct:,} different texts in {known:,} rows" if share > _OWN_TEXT else ""
    if kind == NUMBER and n_distinct == known and n_missing == 0:
        return _number_of_rows(series)
    return ""


def _number_of_rows(series: polars.Series) -> str:
    """Why a column with another number in every row is an identifier, if it is one."""
    low, high = _ends(series)
    if low != int(low) or high != int(high) or not (series == series.floor()).all():
        return ""
    if high - low + 1 == len(series):
        return f"an identifier: it counts the rows, {low:.0f} to {high:.0f}"
    name = series.name
    if _NAMES_OF_IDENTIFIERS.fullmatch(name) or _ID_IN_CAMELS.fullmatch(name):
        return "an identifier: another whole number in every row, and its name says so"
    return ""


def _ends(series: polars.Series) -> tuple[Any, Any]:
    return series.min(), series.max()


def _shown(series: polars.Series, kind: str) -> str:
    known = series.drop_nulls()
    if len(known) == 0:
        return "–"
    if kind == TEXT:
        counts = known.value_counts(sort=True)
        names = [in_one_line(name)[:30] for name in counts[series.name].head(3)]
        return ", ".join(names) + (", …" if counts.height > 3 else "")
    low, high = _ends(known)
    return _one(low, kind) if low == high else f"{_one(low, kind)} to {_one(high, kind)}"


def _one(value: Any, kind: str) -> str:
    if kind == DATE:
        return str(value.date()) if value.time().isoformat() == "00:00:00" else str(value)
    return f"{value:.6g}" if kind == NUMBER else repr(in_one_line(value)[:30])
