"""What an exported file needs beside its own steps; this text is written into every such file."""

import base64
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def _constant(text: str, shape: tuple[int, ...], dtype: str) -> NDArray[np.float64]:
    """Numbers out of base64."""
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape).astype(np.float64)


def _table(table: Any) -> Any:
    """A list of dicts, one for each row, as a dict of columns; anything else as it is."""
    if isinstance(table, (list, tuple)) and table and isinstance(table[0], dict):
        return {name: [row.get(name) for row in table] for name in table[0]}
    return table


def _column(table: Any, name: str, place: int | None) -> list[Any]:
    """The entries of a column, by its name or, of a table without names, by its place."""
    if place is not None:
        return list(np.asarray(table)[:, place].tolist())
    try:
        column = table[name]
    except (KeyError, IndexError):
        raise KeyError(f"the table lacks column {name!r}") from None
    if isinstance(column, str) or np.ndim(column) == 0:
        return [column]
    return list(column.tolist() if hasattr(column, "tolist") else column)


def _is_missing(value: Any) -> bool:
    """None, NaN, NaT, pandas' NA, and empty text."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, float):
        return math.isnan(value)
    if isinstance(value, str):
        return value == ""
    return isinstance(value, np.datetime64) and bool(np.isnat(value))


def _text(value: Any) -> str:
    """What a category is called: a whole number without its point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _number(name: str, value: Any) -> float:
    """A number, NaN where it is missing."""
    if _is_missing(value):
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"column {name!r} must hold numbers; it holds {value!r}") from None
    if math.isinf(number):
        raise ValueError(f"column {name!r} holds {number}; replace infinite values")
    return number


def _numbers(table: Any, columns: dict[str, int | None], single: list[bool]) -> NDArray[np.float64]:
    """Columns of numbers side by side; `single` says which are read in float32."""
    in_order = [
        [_number(name, value) for value in _column(table, name, place)] for name, place in columns.items()
    ]
    largest = float(np.finfo(np.float32).max)
    x = np.clip(np.array(in_order, np.float64).T, -largest, largest)
    return np.asarray(np.where(single, x.astype(np.float32).astype(np.float64), x))


def _dates(table: Any, name: str, place: int | None, unit: Any) -> NDArray[np.float64]:
    """A column of dates as whole days or seconds since 1970; NaN where one is missing."""
    entries = ["NaT" if _is_missing(value) else _date(name, value) for value in _column(table, name, place)]
    dates = np.array(entries, "datetime64[us]")
    missing = np.isnat(dates)
    held = np.clip(dates, np.datetime64("0001-01-01"), np.datetime64("9999-12-31"))
    count = np.where(missing, np.datetime64(0, unit), held.astype(f"datetime64[{unit}]")).astype(np.int64)
    return np.asarray(np.where(missing, np.nan, count)[:, None])


def _date(name: str, value: Any) -> Any:
    """A date of Python, NumPy or pandas, or text such as 2026-11-30; in universal time where it has a zone."""
    if getattr(value, "tzinfo", None) is not None:
        value = (value - value.utcoffset()).replace(tzinfo=None)
    if hasattr(value, "isoformat"):
        value = value.isoformat()
    try:
        return np.datetime64(value.strip().replace(" ", "T") if isinstance(value, str) else value, "us")
    except (TypeError, ValueError):
        raise ValueError(f"column {name!r} must hold dates; it holds {value!r}") from None


def _states(
    table: Any, name: str, place: int | None, levels: list[str], missing: int, unknown: int
) -> NDArray[np.int64]:
    """The place of each entry of a column among levels."""
    known = {level: state for state, level in enumerate(levels)}
    entries = _column(table, name, place)
    places = [missing if _is_missing(value) else known.get(_text(value), unknown) for value in entries]
    return np.array(places, np.int64)[:, None]


def _rows(table: NDArray[np.float64], places: Any) -> NDArray[np.float64]:
    """The row of a table for each place."""
    return np.asarray(table[np.asarray(places)[:, 0].astype(np.int64)])


def _sigmoid(z: Any) -> Any:
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def _normal_share(z: Any) -> Any:
    """Share of a standard normal distribution below z."""
    return np.vectorize(lambda x: (1 + math.erf(x / math.sqrt(2))) / 2, otypes=[np.float64])(z)
