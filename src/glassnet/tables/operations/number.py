"""Numbers: filled where missing, scaled, clipped smoothly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from glassnet.support import checks
from glassnet.tables.columns import NUMBERS, Column, DateColumn, NumberColumn, TextColumn
from glassnet.tables.operations.base import Operation, first_present, registry, retyped
from glassnet.tables.operations.scaling import LIMIT, check_scaling, scaled

Array = NDArray[Any]

LARGEST = float(np.finfo(np.float32).max)
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


@registry.register("number")
@dataclass(frozen=True, repr=False)
class Number(Operation):
    """a = z / sqrt(1 + (z / limit)^2), z = (x - center) / scale; where x is missing, that of `fill`.

    Parameters
    ----------
    column : str
    center, scale : float
        In the unit of the column.
    limit : float or None
        Where smooth clipping ends, None for none.
    fill : float
        Stands for a missing number.
    indicator : bool
        Whether a second feature is 1 where the number is missing, else 0.
    precision : {"float32", "float64"}
        In which the column is read, everywhere, so that a runtime that is given float32 computes the same.
    """

    center: float = 0.0
    scale: float = 1.0
    limit: float | None = LIMIT
    fill: float = 0.0
    indicator: bool = False
    precision: str = "float32"
    reads: ClassVar[str] = NUMBERS

    def __post_init__(self) -> None:
        super().__post_init__()
        center, scale, limit = check_scaling(f"column {self.column!r}", self.center, self.scale, self.limit)
        for name, value in (
            ("center", center),
            ("scale", scale),
            ("limit", limit),
            ("fill", checks.number(f"fill of column {self.column!r}", self.fill)),
        ):
            object.__setattr__(self, name, value)
        checks.truth(f"indicator of column {self.column!r}", self.indicator)
        checks.choice(f"precision of column {self.column!r}", self.precision, ("float32", "float64"))

    @property
    def features(self) -> tuple[str, ...]:
        """The column, and whether it is missing."""
        return (self.column, f"{self.column} is missing") if self.indicator else (self.column,)

    def accepted(self, column: Column) -> Column:
        """Numbers, and text that holds nothing but numbers."""
        row = first_present(column)
        if isinstance(column, NumberColumn):
            return column
        if row is None:
            return NumberColumn(np.full(len(column), np.nan))
        if isinstance(column, DateColumn):
            raise retyped(self, column, row)
        for place in np.unique(column.codes[column.codes >= 0]):
            if not is_number(column.levels[place]):
                raise retyped(self, column, int(np.argmax(column.codes == place)))
        return numbers_of_text(column)

    def apply(self, column: Column, features: Array) -> None:
        """As the class says."""
        x = as_read(column.array, self.precision)
        missing = np.isnan(x)
        x[missing] = as_read(np.array([self.fill]), self.precision)[0]
        features[:, 0] = scaled(x, self.center, self.scale, self.limit)
        if self.indicator:
            features[:, 1] = missing


def as_read(x: Array, precision: str) -> NDArray[np.float64]:
    """A copy of x in float64, after it was in this precision; held within the range of float32."""
    held = np.clip(np.asarray(x, np.float64), -LARGEST, LARGEST)
    return held.astype(np.float32).astype(np.float64) if precision == "float32" else held


def is_number(text: str) -> bool:
    """Whether text is a number with a decimal point, or without one."""
    return _NUMBER.fullmatch(text) is not None


def numbers_of_text(column: TextColumn) -> NumberColumn:
    """The numbers that texts write; levels that write none, and do not occur, are NaN."""
    values = [float(level) if is_number(level) else np.nan for level in column.levels]
    return NumberColumn(np.array([*values, np.nan])[column.codes])
