"""A model written down step by step: what ONNX and the exported Python file are made of.

A program names values, each an array (n_rows, width) of float64, and the steps that make them, one after the other.
Every step is one of the classes here, and a writer knows what each of them is in its language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from glassnet.support.arrays import Floats

Letter: TypeAlias = "str | float | Floats"


@dataclass(frozen=True, eq=False)
class ReadNumbers:
    """Columns of numbers, side by side: NaN where one is missing; held within float32, and rounded to it where said."""

    output: str  # the value (n_rows, n_columns)
    columns: tuple[str, ...]
    places: tuple[int, ...]  # of the columns in a table without names
    single: tuple[bool, ...]  # whether each is read in float32


@dataclass(frozen=True, eq=False)
class ReadDates:
    """A column of dates, as whole days or seconds since 1970, held between the years 1 and 9999; NaN where missing."""

    output: str
    column: str
    place: int
    unit: str


@dataclass(frozen=True, eq=False)
class ReadStates:
    """A column of text, as places among levels; `missing` for None and empty text, `unknown` for another level."""

    output: str
    column: str
    place: int
    levels: tuple[str, ...]
    missing: int
    unknown: int


@dataclass(frozen=True, eq=False)
class Lookup:
    """The row of a table that a value (n_rows, 1) of whole numbers counts."""

    output: str
    source: str
    table: Floats


@dataclass(frozen=True, eq=False)
class Filled:
    """A value with others, one for each column, where it is NaN."""

    output: str
    source: str
    fill: Floats


@dataclass(frozen=True, eq=False)
class IsMissing:
    """1 where a value is NaN, else 0."""

    output: str
    source: str


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula of :mod:`glassnet.support.expressions`; letters are values, numbers, or rows of numbers."""

    output: str
    text: str
    letters: Mapping[str, Letter]


@dataclass(frozen=True, eq=False)
class Mean:
    """The mean of each row, (n_rows, 1)."""

    output: str
    source: str


@dataclass(frozen=True, eq=False)
class Product:
    """The matrix product of a value with weights (width, new width); of equal parts of it, each with its own rows."""

    output: str
    source: str
    weights: Floats
    parts: int = 1


@dataclass(frozen=True, eq=False)
class Shifted:
    """A value minus the largest entry of each row."""

    output: str
    source: str


@dataclass(frozen=True, eq=False)
class Columns:
    """These columns of a value."""

    output: str
    source: str
    places: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Joined:
    """Values side by side."""

    output: str
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sorted:
    """The entries of each row from the smallest to the largest."""

    output: str
    source: str


Step: TypeAlias = (
    ReadNumbers
    | ReadDates
    | ReadStates
    | Lookup
    | Filled
    | IsMissing
    | Formula
    | Mean
    | Product
    | Shifted
    | Columns
    | Joined
    | Sorted
)


@dataclass
class Program:
    """Steps in their order; each method adds one and names what it makes."""

    named: bool = True  # whether the columns of the table have names
    steps: list[Step] = field(default_factory=list)
    _taken: dict[str, int] = field(default_factory=dict)

    def name(self, wish: str) -> str:
        """A name that no value has yet."""
        count = self._taken[wish] = self._taken.get(wish, 0) + 1
        return wish if count == 1 else f"{wish}_{count}"

    def numbers(self, columns: Sequence[tuple[str, int]], single: Sequence[bool]) -> str:
        """Columns of numbers, each with its place."""
        output = self.name("numbers")
        names, places = zip(*columns, strict=True)
        self.steps.append(ReadNumbers(output, names, places, tuple(single)))
        return output

    def dates(self, column: str, place: int, unit: str) -> str:
        """A column of dates."""
        output = self.name("dates")
        self.steps.append(ReadDates(output, column, place, unit))
        return output

    def states(self, column: str, place: int, levels: Sequence[str], missing: int, unknown: int) -> str:
        """A column of text."""
        output = self.name("states")
        self.steps.append(ReadStates(output, column, place, tuple(levels), missing, unknown))
        return output

    def lookup(self, source: str, table: Any) -> str:
        """Rows of a table."""
        output = self.name("rows")
        self.steps.append(Lookup(output, source, np.asarray(table, np.float64)))
        return output

    def filled(self, source: str, fill: Any) -> str:
        """Without NaN, where others stand for it."""
        output = self.name("filled")
        self.steps.append(Filled(output, source, np.asarray(fill, np.float64)))
        return output

    def is_missing(self, source: str) -> str:
        """Where there is NaN."""
        output = self.name("missing")
        self.steps.append(IsMissing(output, source))
        return output

    def formula(self, wish: str, text: str, **letters: Any) -> str:
        """A formula; arrays of numbers stand for one row."""
        output = self.name(wish)
        values = {
            letter: value if isinstance(value, (str, float, int)) else np.asarray(value, np.float64)
            for letter, value in letters.items()
        }
        self.steps.append(Formula(output, text, values))
        return output

    def mean(self, source: str) -> str:
        """The mean of each row."""
        output = self.name("mean")
        self.steps.append(Mean(output, source))
        return output

    def product(self, source: str, weights: Any, parts: int = 1) -> str:
        """A matrix product."""
        output = self.name("z")
        self.steps.append(Product(output, source, np.asarray(weights, np.float64), parts))
        return output

    def shifted(self, source: str) -> str:
        """Without the largest of each row."""
        output = self.name("shifted")
        self.steps.append(Shifted(output, source))
        return output

    def columns(self, source: str, places: Sequence[int]) -> str:
        """Some columns of a value."""
        output = self.name("columns")
        self.steps.append(Columns(output, source, tuple(places)))
        return output

    def joined(self, sources: Sequence[str]) -> str:
        """Side by side; a single value stays what it is."""
        if len(sources) == 1:
            return sources[0]
        output = self.name("joined")
        self.steps.append(Joined(output, tuple(sources)))
        return output

    def sorted(self, source: str) -> str:
        """Rising along each row."""
        output = self.name("sorted")
        self.steps.append(Sorted(output, source))
        return output
