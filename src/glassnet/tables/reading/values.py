"""A column out of an array, a list, or a column of pandas or Polars."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from glassnet.errors import DataError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.tables.columns import DATE, Column, DateColumn, NumberColumn, TextColumn, as_text
from glassnet.tables.reading.objects import of_objects


def column_of(name: str, values: Any) -> Column:
    """The column of these values (n,): durations become seconds, True and False 1 and 0, dates universal time.

    Raises `DataError` for values of another kind, infinite numbers, and more than one axis.
    """
    column = _column(name, values)
    if isinstance(column, NumberColumn):
        refuse_infinite(name, column.values)
    return column


def refuse_infinite(name: str, values: Array) -> None:
    """Raise `DataError` where a column of numbers holds one that is infinite, naming its row."""
    if np.isinf(values).any():
        row = int(np.argmax(np.isinf(values)))
        raise DataError(
            f"column {name!r} holds {values[row]} in row {row} ({int(np.isinf(values).sum())} such in all); "
            "replace infinite values, by NaN where they are unknown"
        )


def _column(name: str, values: Any) -> Column:
    if is_of(values, "polars"):
        return _of_polars(name, values)
    if is_of(values, "pandas"):
        return _of_pandas(name, values)
    return _of_array(name, checks.array(f"column {name!r}", values))


def is_of(thing: Any, package: str) -> bool:
    """Whether the class of an object, or one that it derives from, comes from this package."""
    kind: Any = type(thing)
    return package in _packages(kind)


@cache
def _packages(kind: type) -> frozenset[str]:
    return frozenset(base.__module__.partition(".")[0] for base in kind.__mro__)


def _of_array(name: str, values: Array) -> Column:
    if values.ndim != 1:
        raise DataError(
            f"column {name!r} must have one axis, an entry for each row; it has shape {values.shape}"
        )
    kind = values.dtype.kind
    if kind == "f":
        return NumberColumn(values if values.dtype == np.float32 else np.asarray(values, np.float64))
    if kind in "iub":
        return NumberColumn(values.astype(np.float64))
    if kind == "M":
        return DateColumn(values.astype(DATE))
    if kind == "m":
        missing = np.isnat(values)
        return NumberColumn(np.where(missing, np.nan, values / np.timedelta64(1, "s")))
    if kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    if kind in "USTO":
        return of_objects(name, values.astype(object))
    raise DataError(f"column {name!r} must hold numbers, text or dates; its dtype is {values.dtype}")


def _of_pandas(name: str, series: Any) -> Column:
    dtype = series.dtype
    if hasattr(dtype, "categories") and hasattr(series, "cat"):
        return _of_codes(series.cat.codes.to_numpy(), list(series.cat.categories), declared=True)
    if hasattr(dtype, "freq") and hasattr(series, "dt"):
        series = series.dt.to_timestamp()
    if getattr(dtype, "tz", None) is not None:
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    kind = getattr(dtype, "kind", "O")
    if kind in "iufb" and not isinstance(dtype, np.dtype):
        return NumberColumn(series.to_numpy(dtype=np.float64, na_value=np.nan))
    if kind == "O" and getattr(dtype, "name", "") in ("str", "string"):
        coded = series.astype("category")
        return _of_codes(coded.cat.codes.to_numpy(), list(coded.cat.categories))
    return _of_array(name, series.to_numpy())


def _of_polars(name: str, series: Any) -> Column:
    polars, dtype = sys.modules["polars"], series.dtype
    if dtype.is_numeric() or dtype == polars.Boolean:
        return NumberColumn(series.cast(polars.Float64).to_numpy())
    if dtype in (polars.Date, polars.Datetime):
        if getattr(dtype, "time_zone", None) is not None:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return DateColumn(series.cast(polars.Datetime("us")).to_numpy().astype(DATE))
    if dtype == polars.Duration:
        return NumberColumn(series.dt.total_microseconds().cast(polars.Float64).to_numpy() / 1e6)
    if dtype == polars.Null:
        return NumberColumn(np.full(len(series), np.nan))
    if dtype in (polars.String, polars.Categorical, polars.Enum):
        texts = series.cast(polars.String)
        levels = texts.drop_nulls().unique().sort().to_list()
        codes = texts.cast(polars.Enum(levels)).to_physical().cast(polars.Int32).fill_null(-1)
        return _of_codes(codes.to_numpy(), levels, declared=dtype != polars.String)
    return of_objects(name, as_objects(series.to_list()))


def as_objects(values: Sequence[Any]) -> Array:
    """An array of one axis that holds these, whatever they are."""
    array = np.empty(len(values), object)
    array[:] = values
    return array


def _of_codes(codes: Array, levels: list[Any], *, declared: bool = False) -> TextColumn:
    """From places among levels of any kind; the empty text is missing, and levels with equal names are one."""
    names = ["" if level == "" else as_text(level) for level in levels]
    distinct = sorted(set(names) - {""})
    place = {level: index for index, level in enumerate(distinct)}
    table = np.array([*(place.get(name, -1) for name in names), -1], np.int32)
    return TextColumn(table[codes], tuple(distinct), declared)
