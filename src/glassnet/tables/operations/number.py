"""Numbers: filled where missing, scaled, clipped smoothly; and how far each lies into each of some pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.arrays import Array, Floats
from glassnet.tables.columns import NUMBERS, Column, DateColumn, NumberColumn, TextColumn
from glassnet.tables.operations.base import Operation, first_present, registry, retyped
from glassnet.tables.operations.scaling import (
    LEAST_SCALE,
    LIMIT,
    check_scaling,
    finite_or_none,
    numbers,
    scaled,
    write_scaled,
)
from glassnet.tables.program import Program

LARGEST = float(np.finfo(np.float32).max)
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


@registry.register("number")
@dataclass(frozen=True, repr=False)
class Number(Operation):
    """a = z / sqrt(1 + (z / limit)^2), z = (x - center) / scale; where x is missing, that of `fill`.

    With edges e, a feature p_k = 2 min(max((x - e_k) / (e_k+1 - e_k), 0), 1) - 1 follows for each piece between two
    of them: -1 for a number below it, 1 for one above it, and in between how far into it the number lies. What is
    linear in these bends at every edge (Gorishniy, Rubachev, Babenko 2022, On embeddings for numerical features in
    tabular deep learning, NeurIPS: piecewise linear encoding).

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
    edges : tuple of float
        None, or two or more that rise, in the unit of the column.
    """

    center: float = 0.0
    scale: float = 1.0
    limit: float | None = LIMIT
    fill: float = 0.0
    indicator: bool = False
    precision: str = "float32"
    edges: tuple[float, ...] = ()
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
        object.__setattr__(self, "edges", _edges(f"edges of column {self.column!r}", self.edges))

    @property
    def features(self) -> tuple[str, ...]:
        """The column, whether it is missing, and its pieces."""
        pieces = [f"{self.column} from {low!r} to {high!r}" for low, high in pairwise(self.edges)]
        return (self.column, *[f"{self.column} is missing"] * self.indicator, *pieces)

    @property
    def n_pieces(self) -> int:
        """How many lie between the edges."""
        return max(len(self.edges) - 1, 0)

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
        feature, missing, pieces = Numbers((self,)).made(column.array[:, None])
        features[...] = np.hstack([feature, missing, pieces])

    def write(self, program: Program, place: int) -> str:
        """As the class says, in a program."""
        return program.joined([value for value in Numbers((self,)).write(program, [place]) if value])


class Numbers:
    """Operations on numbers, all at once: columns side by side.

    Attributes
    ----------
    with_indicator : ndarray of int
        The places of those that have one.
    of_piece : ndarray of int
        For each piece of one of them its place.
    """

    def __init__(self, operations: Sequence[Number]) -> None:
        self.operations = tuple(operations)
        self.single = np.array([operation.precision == "float32" for operation in operations], np.bool_)
        self.center = np.array([operation.center for operation in operations])
        self.scale = np.array([operation.scale for operation in operations])
        self.limit = np.array([finite_or_none(operation.limit) for operation in operations])
        self.all_single = bool(self.single.all())
        self.fill = self._read(np.array([[operation.fill for operation in operations]]))[0]
        self.with_indicator = np.flatnonzero([operation.indicator for operation in operations])
        self.of_piece = np.repeat(np.arange(len(operations)), [each.n_pieces for each in operations])
        ends = [pair for operation in operations for pair in pairwise(operation.edges)]
        self.low, high = np.array(ends, np.float64).reshape(-1, 2).T
        self.width = high - self.low

    def made(self, x: Array) -> tuple[Array, NDArray[np.bool_], Array]:
        """Of columns (n_rows, n_columns) the scaled numbers, where those with an indicator are missing, pieces."""
        filled = self._read(x)
        missing = np.isnan(filled)
        if missing.any():
            filled = np.where(missing, self.fill, filled)
        values = scaled(filled, self.center, self.scale, self.limit)
        return values, missing.take(self.with_indicator, axis=1), self._pieces(filled)

    def _pieces(self, x: Floats) -> Floats:
        if not len(self.of_piece):
            return np.empty((len(x), 0))
        share = (x.take(self.of_piece, axis=1) - self.low) / self.width
        return 2 * np.minimum(np.maximum(share, 0), 1) - 1

    def _read(self, x: Array) -> NDArray[np.float64]:
        """In float64, after they were in the precision of each; held within the range of float32."""
        if x.dtype == np.float32:
            return x.astype(np.float64)
        held = np.minimum(np.maximum(x, -LARGEST), LARGEST)
        single = held.astype(np.float32).astype(np.float64)
        return single if self.all_single else np.where(self.single, single, held)

    def write(self, program: Program, places: Sequence[int]) -> tuple[str, str, str]:
        """The same as steps of a program; nothing where none has an indicator, or pieces."""
        columns = [
            (operation.column, place) for operation, place in zip(self.operations, places, strict=True)
        ]
        x, missing, pieces = program.numbers(columns, self.single.tolist()), "", ""
        if len(self.with_indicator):
            missing = program.columns(program.is_missing(x), self.with_indicator.tolist())
        filled = program.filled(x, self.fill)
        if len(self.of_piece):
            each = program.columns(filled, self.of_piece.tolist())
            text = "2 * max(min((x - low) / width, 1), 0) - 1"
            pieces = program.formula("pieces", text, x=each, low=self.low, width=self.width)
        return write_scaled(program, filled, self.center, self.scale, self.limit), missing, pieces


def _edges(what: str, values: Any) -> tuple[float, ...]:
    edges = numbers(what, values)
    if len(edges) == 1 or any(high - low < LEAST_SCALE for low, high in pairwise(edges)):
        raise ArgumentError(f"{what} must be none, or two or more that rise; got {checks.shown(values)}")
    return edges


def is_number(text: str) -> bool:
    """Whether text is a number with a decimal point, or without one."""
    return _NUMBER.fullmatch(text) is not None


def numbers_of_text(column: TextColumn) -> NumberColumn:
    """The numbers that texts write; levels that write none, and do not occur, are NaN."""
    values = [float(level) if is_number(level) else np.nan for level in column.levels]
    return NumberColumn(np.array([*values, np.nan])[column.codes])
