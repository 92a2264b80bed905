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
class ProgramStep:
    """What makes the value that is called `output`, (n_rows, width)."""

    output: str


@dataclass(frozen=True, eq=False)
class ReadNumbers(ProgramStep):
    """Columns of numbers, side by side: NaN where one is missing; held within float32, and rounded to it where said."""

    columns: tuple[str, ...]
    places: tuple[int, ...]  # of the columns in a table without names
    single: tuple[bool, ...]  # whether each is read in float32


@dataclass(frozen=True, eq=False)
class ReadDates(ProgramStep):
    """A column of dates, as whole days or seconds since 1970, held between the years 1 and 9999; NaN where missing."""

    column: str
    place: int
    unit: str


@dataclass(frozen=True, eq=False)
class ReadStates(ProgramStep):
    """A column of text, as places among levels; `missing` for None and empty text, `unknown` for another level."""

    column: str
    place: int
    levels: tuple[str, ...]
    missing: int
    unknown: int


@dataclass(frozen=True, eq=False)
class Lookup(ProgramStep):
    """The row of a table that a value (n_rows, 1) of whole numbers counts."""

    source: str
    table: Floats


@dataclass(frozen=True, eq=False)
class Filled(ProgramStep):
    """A value with others, one for each column, where it is NaN."""

    source: str
    fill: Floats


@dataclass(frozen=True, eq=False)
class IsMissing(ProgramStep):
    """1 where a value is NaN, else 0."""

    source: str


@dataclass(frozen=True, eq=False)
class Formula(ProgramStep):
    """A formula of :mod:`glassnet.support.expressions`; letters are values, numbers, or rows of numbers."""

    text: str
    letters: Mapping[str, Letter]


@dataclass(frozen=True, eq=False)
class Mean(ProgramStep):
    """The mean of each row, (n_rows, 1)."""

    source: str


@dataclass(frozen=True, eq=False)
class Product(ProgramStep):
    """The matrix product of a value with weights (width, new width); of equal parts of it, each with its own rows."""

    source: str
    weights: Floats
    parts: int = 1


@dataclass(frozen=True, eq=False)
class Shifted(ProgramStep):
    """A value minus the largest entry of each row."""

    source: str


@dataclass(frozen=True, eq=False)
class Columns(ProgramStep):
    """These columns of a value."""

    source: str
    places: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Joined(ProgramStep):
    """Values side by side."""

    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sorted(ProgramStep):
    """The entries of each row from the smallest to the largest."""

    source: str


@dataclass
class Program:
    """Steps in their order; each method adds one and names what it makes."""

    named: bool = True  # whether the columns of the table have names
    steps: list[ProgramStep] = field(default_factory=list)
    _taken: dict[str, int] = field(default_factory=dict)

    def _add(self, wish: str, kind: type[ProgramStep], *values: Any) -> str:
        """Add a step of this kind; the name of what it makes, the wish or, where a value has it, with a number."""
        count = self._taken[wish] = self._taken.get(wish, 0) + 1
        output = wish if count == 1 else f"{wish}_{count}"
        self.steps.append(kind(output, *values))
        return output

    def numbers(self, columns: Sequence[tuple[str, int]], single: Sequence[bool]) -> str:
        """Columns of numbers, each with its place."""
        names, places = zip(*columns, strict=True)
        return self._add("numbers", ReadNumbers, names, places, tuple(single))

    def dates(self, column: str, place: int, unit: str) -> str:
        """A column of dates."""
        return self._add("dates", ReadDates, column, place, unit)

    def states(self, column: str, place: int, levels: Sequence[str], missing: int, unknown: int) -> str:
        """A column of text."""
        return self._add("states", ReadStates, column, place, tuple(levels), missing, unknown)

    def lookup(self, source: str, table: Any) -> str:
        """Rows of a table."""
        return self._add("rows", Lookup, source, np.asarray(table, np.float64))

    def filled(self, source: str, fill: Any) -> str:
        """Without NaN, where others stand for it."""
        return self._add("filled", Filled, source, np.asarray(fill, np.float64))

    def is_missing(self, source: str) -> str:
        """Where there is NaN."""
        return self._add("missing", IsMissing, source)

    def formula(self, wish: str, text: str, **letters: Any) -> str:
        """A formula; arrays of numbers stand for one row."""
        values = {
            letter: value if isinstance(value, (str, float, int)) else np.asarray(value, np.float64)
            for letter, value in letters.items()
        }
        return self._add(wish, Formula, text, values)

    def mean(self, source: str) -> str:
        """The mean of each row."""
        return self._add("mean", Mean, source)

    def product(self, source: str, weights: Any, parts: int = 1) -> str:
        """A matrix product."""
        return self._add("z", Product, source, np.asarray(weights, np.float64), parts)

    def shifted(self, source: str) -> str:
        """Without the largest of each row."""
        return self._add("shifted", Shifted, source)

    def columns(self, source: str, places: Sequence[int]) -> str:
        """Some columns of a value."""
        return self._add("columns", Columns, source, tuple(places))

    def joined(self, sources: Sequence[str]) -> str:
        """Side by side; a single value stays what it is."""
        if len(sources) == 1:
            return sources[0]
        return self._add("joined", Joined, tuple(sources))

    def sorted(self, source: str) -> str:
        """Rising along each row."""
        return self._add("sorted", Sorted, source)
