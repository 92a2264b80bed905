"""Text that is something else: numbers, dates, numbers with decimal commas."""

from __future__ import annotations

import re

import numpy as np

from glassnet.errors import DataError
from glassnet.tables import notes
from glassnet.tables.columns import Column, NumberColumn, TextColumn
from glassnet.tables.notes import Note
from glassnet.tables.operations.date import dates_of_text, is_date
from glassnet.tables.operations.number import is_number, numbers_of_text

_COMMA = re.compile(r"\s*[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+\s*")
_LONG = re.compile(r"\s*\d{17,}\s*")
_WHOLE = re.compile(r"\s*[+-]?(\d{1,3}(\.\d{3})+|\d+)\s*")


def read_text(name: str, column: Column, decimal_comma: bool | None) -> tuple[Column, list[Note]]:
    """The column, as what its text is, and what is to be said about that.

    Raises `DataError` where numbers have decimal commas and nobody said whether to read them so.
    """
    if not isinstance(column, TextColumn) or column.declared:
        return column, []
    levels = [level for level, count in zip(column.levels, column.counts(), strict=True) if count]
    if not levels:
        return column, []
    if all(map(is_number, levels)) and not _are_long_names(levels):
        text = f"column {name!r} holds numbers as text, such as {levels[0]!r}: they are read as numbers"
        return numbers_of_text(column), [Note(name, notes.TEXT_AS_NUMBERS, text)]
    if all(map(is_date, levels)):
        text = f"column {name!r} holds dates as text, such as {levels[0]!r}: they are read as dates"
        return dates_of_text(column), [Note(name, notes.TEXT_AS_DATES, text)]
    if decimal_comma is not False and _have_commas(levels):
        example = next(level for level in levels if "," in level)
        if decimal_comma is None:
            raise DataError(
                f"column {name!r} holds numbers with decimal commas, such as {example!r}; read them as numbers by "
                "decimal_comma=True, or keep them as categories by decimal_comma=False"
            )
        text = f"column {name!r} holds numbers with decimal commas, such as {example!r}: they are read as numbers"
        return _with_commas(column), [Note(name, notes.DECIMAL_COMMA, text)]
    return column, []


def _are_long_names(levels: list[str]) -> bool:
    """Whether these are whole numbers of so many digits that different ones are the same number."""
    return all(_LONG.fullmatch(level) for level in levels) and len(set(map(float, levels))) < len(levels)


def _have_commas(levels: list[str]) -> bool:
    """Whether all are numbers, and some have a decimal comma."""
    return all(_COMMA.fullmatch(level) or _WHOLE.fullmatch(level) for level in levels) and any(
        "," in level for level in levels
    )


def _with_commas(column: TextColumn) -> NumberColumn:
    values = [
        float(level.replace(".", "").replace(",", "."))
        if _COMMA.fullmatch(level) or _WHOLE.fullmatch(level)
        else np.nan
        for level in column.levels
    ]
    return NumberColumn(np.array([*values, np.nan])[column.codes])
