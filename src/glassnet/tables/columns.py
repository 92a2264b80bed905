"""A column of a table: numbers, text or dates, each with its own way to be missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.support.arrays import Array

Rows: TypeAlias = "slice | NDArray[np.int64] | NDArray[np.bool_]"

NUMBERS, TEXT, DATES = "numbers", "text", "dates"
DATE = np.dtype("datetime64[us]")


@dataclass(frozen=True, eq=False)
class NumberColumn:
    """Numbers (n,), float64 or float32; NaN is missing."""

    values: Array
    kind: ClassVar[str] = NUMBERS

    def __len__(self) -> int:
        return len(self.values)

    @property
    def array(self) -> NDArray[np.float64]:
        """The numbers as float64."""
        return np.asarray(self.values, np.float64)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is none."""
        return np.isnan(self.values)

    def take(self, rows: Rows) -> NumberColumn:
        """The column of these rows."""
        return NumberColumn(self.values[rows])


@dataclass(frozen=True, eq=False)
class TextColumn:
    """Text (n,) as the place of each entry in `levels`, the different texts; -1 is missing.

    `declared` says that whoever held the table called them categories, whatever they may look like.
    """

    codes: NDArray[np.int32]
    levels: tuple[str, ...]
    declared: bool = False
    kind: ClassVar[str] = TEXT

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def array(self) -> Array:
        """The texts, objects of `str` or None."""
        return np.array([*self.levels, None], object)[self.codes]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is none."""
        return np.asarray(self.codes < 0)

    def take(self, rows: Rows) -> TextColumn:
        """The column of these rows; its levels stay, also those that occur no more."""
        return TextColumn(self.codes[rows], self.levels, self.declared)

    def counts(self) -> NDArray[np.int64]:
        """How often each level occurs."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.levels))


@dataclass(frozen=True, eq=False)
class DateColumn:
    """Dates (n,), datetime64[us]; NaT is missing."""

    values: NDArray[np.datetime64]
    kind: ClassVar[str] = DATES

    def __len__(self) -> int:
        return len(self.values)

    @property
    def array(self) -> NDArray[np.datetime64]:
        """The dates as they are."""
        return self.values

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is none."""
        return np.isnat(self.values)

    def take(self, rows: Rows) -> DateColumn:
        """The column of these rows."""
        return DateColumn(self.values[rows])


@dataclass(frozen=True, eq=False)
class StateColumn:
    """Text looked up: the state of each entry (n,), as an operation on categories counts them."""

    states: NDArray[np.int32]
    kind: ClassVar[str] = TEXT

    def __len__(self) -> int:
        return len(self.states)

    def take(self, rows: Rows) -> StateColumn:
        """The column of these rows."""
        return StateColumn(self.states[rows])


Column: TypeAlias = NumberColumn | TextColumn | DateColumn
Accepted: TypeAlias = NumberColumn | StateColumn | DateColumn


def as_text(value: Any) -> str:
    """What a category is called: a whole number without its point, so that 1, 1.0 and "1" are the same."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, np.generic):
        value = value.item()
    return str(value)


def as_text_column(column: Column) -> TextColumn:
    """The same column as text: numbers and dates by how they are written."""
    if isinstance(column, TextColumn):
        return column
    missing = column.missing
    levels, places = np.unique(column.array[~missing], return_inverse=True)
    codes = np.full(len(column), -1, np.int32)
    codes[~missing] = places
    return TextColumn(codes, tuple(map(as_text, levels)))
