"""A column out of Python objects, one by one."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.tables.columns import DATE, Column, DateColumn, NumberColumn, TextColumn, as_text

_DATES = (datetime.date, np.datetime64)
# A time of day counts the seconds since midnight.
_DURATIONS = (datetime.timedelta, np.timedelta64, datetime.time)
# What pandas calls missing, by the names of its types, so that it need not be there.
_MISSING_TYPES = {"NAType", "NaTType"}


def is_missing(value: Any) -> bool:
    """Whether it stands for nothing: None, NaN, NaT, pandas' NA; and empty text, as files and ONNX have it."""
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return True
    if isinstance(value, str):
        return value == ""
    if isinstance(value, (float, np.floating)):
        return math.isnan(value)
    return isinstance(value, (np.datetime64, np.timedelta64)) and bool(np.isnat(value))


def of_objects(name: str, values: Array) -> Column:
    """The column of these objects (n,): numbers where all are, dates where all are, else text.

    Raises `DataError` for an object that is none of the three, naming its row.
    """
    entries = values.tolist()
    kinds = {kind for entry_type in set(map(type, entries)) for kind in _kinds(entry_type)}
    if kinds <= {"text", "nothing"} and kinds & {"text"}:
        return _texts(entries)
    present = [not is_missing(entry) for entry in entries]
    if "strange" in kinds:
        _refuse(name, entries)
    sorts = {
        kind for entry, there in zip(entries, present, strict=True) if there for kind in _kinds(type(entry))
    }
    if sorts <= {"number"}:
        return NumberColumn(_numbers(name, entries, present))
    if sorts <= {"date"}:
        return DateColumn(_dates(name, entries, present))
    if sorts <= {"duration"}:
        return NumberColumn(_seconds(entries, present))
    return _texts([as_text(entry) if there else None for entry, there in zip(entries, present, strict=True)])


def _kinds(kind: type) -> set[str]:
    """What objects of this type are."""
    if issubclass(kind, type(None)) or kind.__name__ in _MISSING_TYPES:
        return {"nothing"}
    if issubclass(kind, str):
        return {"text"}
    if issubclass(kind, _DURATIONS):
        return {"duration"}
    if issubclass(kind, _DATES):
        return {"date"}
    if issubclass(kind, (Real, np.bool_, Decimal, Fraction)):
        return {"number"}
    return {"strange"}


def _refuse(name: str, entries: list[Any]) -> None:
    for row, entry in enumerate(entries):
        if _kinds(type(entry)) == {"strange"}:
            raise DataError(
                f"column {name!r} must hold numbers, text or dates; row {row} holds {checks.shown(entry)}"
            )


def _texts(entries: list[str | None]) -> TextColumn:
    """Places of texts among the different ones, in the order of the alphabet."""
    levels = sorted({entry for entry in entries if entry})
    place: dict[str | None, int] = {level: index for index, level in enumerate(levels)}
    codes = np.fromiter((place.get(entry, -1) for entry in entries), np.int32, len(entries))
    return TextColumn(codes, tuple(map(str, levels)))


def _numbers(name: str, entries: list[Any], present: list[bool]) -> NDArray[np.float64]:
    values = np.full(len(entries), np.nan)
    for row, (entry, there) in enumerate(zip(entries, present, strict=True)):
        if there:
            try:
                values[row] = float(entry)
            except OverflowError:
                raise DataError(
                    f"column {name!r} holds a number too large for float64 in row {row}"
                ) from None
    return values


def _dates(name: str, entries: list[Any], present: list[bool]) -> NDArray[np.datetime64]:
    values = np.full(len(entries), "NaT", DATE)
    for row, (entry, there) in enumerate(zip(entries, present, strict=True)):
        if there:
            values[row] = _naive(entry)
    return values


def _naive(date: Any) -> Any:
    """A date without a time zone, in universal time where it had one."""
    if isinstance(date, datetime.datetime) and date.tzinfo is not None:
        return np.datetime64(date.astimezone(datetime.UTC).replace(tzinfo=None), "us")
    return np.datetime64(date, "us")


def _seconds(entries: list[Any], present: list[bool]) -> NDArray[np.float64]:
    return np.array(
        [_duration(entry) if there else np.nan for entry, there in zip(entries, present, strict=True)],
        np.float64,
    )


def _duration(entry: Any) -> float:
    if isinstance(entry, datetime.time):
        return entry.hour * 3600 + entry.minute * 60 + entry.second + entry.microsecond / 1e6
    return float(np.timedelta64(entry, "us") / np.timedelta64(1, "s"))
