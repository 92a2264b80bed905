"""Numbers: filled where missing, scaled, clipped smoothly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.tables.columns import NUMBERS, Column, DateColumn, NumberColumn, TextColumn
from glassnet.tables.operations.base import Operation, first_present, registry, retyped
from glassnet.tables.operations.scaling import LIMIT, check_scaling, finite_or_none, scaled, write_scaled
from glassnet.tables.program import Program

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

    def accepted(self, column: Column) -> NumberColumn:
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

    def apply(self, column: NumberColumn, features: Array) -> None:
        """As the class says."""
        together = Numbers((self,))
        feature, missing = together.made(column.array[:, None])
        features[:, :1] = feature
        features[:, 1:] = missing[:, together.with_indicator]

    def write(self, program: Program, place: int) -> str:
        """As the class says, in a program."""
        feature, missing = Numbers((self,)).write(program, [place])
        return program.joined([feature, *[missing] * self.indicator])


class Numbers:
    """Operations on numbers, all at once: columns side by side.

    Attributes
    ----------
    with_indicator : list of int
        The places of those that have one.
    """

    def __init__(self, operations: Sequence[Number]) -> None:
        self.operations = tuple(operations)
        self.single = np.array([operation.precision == "float32" for operation in operations], np.bool_)
        self.center = np.array([operation.center for operation in operations])
        self.scale = np.array([operation.scale for operation in operations])
        self.limit = np.array([finite_or_none(operation.limit) for operation in operations])
        self.all_single = bool(self.single.all())
        self.fill = self._read(np.array([[operation.fill for operation in operations]]))[0]
        self.with_indicator = [place for place, operation in enumerate(operations) if operation.indicator]

    def made(self, x: Array) -> tuple[Array, NDArray[np.bool_]]:
        """The scaled numbers of columns (n_rows, n_columns), and where they are missing."""
        numbers = self._read(x)
        missing = np.isnan(numbers)
        if missing.any():
            numbers = np.where(missing, self.fill, numbers)
        return scaled(numbers, self.center, self.scale, self.limit), missing

    def _read(self, x: Array) -> NDArray[np.float64]:
        """In float64, after they were in the precision of each; held within the range of float32."""
        if x.dtype == np.float32:
            return x.astype(np.float64)
        held = np.minimum(np.maximum(x, -LARGEST), LARGEST)
        single = held.astype(np.float32).astype(np.float64)
        return single if self.all_single else np.where(self.single, single, held)

    def write(self, program: Program, places: Sequence[int]) -> tuple[str, str]:
        """The same as steps of a program: the scaled numbers, and where they are missing."""
        columns = [
            (operation.column, place) for operation, place in zip(self.operations, places, strict=True)
        ]
        x = program.numbers(columns, self.single.tolist())
        missing = program.is_missing(x) if self.with_indicator else ""
        filled = program.filled(x, self.fill)
        return write_scaled(program, filled, self.center, self.scale, self.limit), missing


def is_number(text: str) -> bool:
    """Whether text is a number with a decimal point, or without one."""
    return _NUMBER.fullmatch(text) is not None


def numbers_of_text(column: TextColumn) -> NumberColumn:
    """The numbers that texts write; levels that write none, and do not occur, are NaN."""
    values = [float(level) if is_number(level) else np.nan for level in column.levels]
    return NumberColumn(np.array([*values, np.nan])[column.codes])
