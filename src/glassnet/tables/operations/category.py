"""Categories: a row of a small table for each level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property
from glassnet.tables.columns import TEXT, Column, StateColumn, TextColumn, as_text_column
from glassnet.tables.operations.base import Operation, first_present, registry, retyped
from glassnet.tables.operations.scaling import numbers
from glassnet.tables.program import Program

ONE_HOT, TWO, INDEX = "one_hot", "two", "index"


@registry.register("category")
@dataclass(frozen=True, repr=False)
class Category(Operation):
    """Text looked up among known levels; each *state* (a level, missing, other) has a row of features.

    States are counted from 0: the levels in their order, then missing and other where there are such. A level that is
    not known is `other`, or none of the states where there is no other; missing text likewise, where it was never
    missing before.

    Parameters
    ----------
    column : str
    levels : tuple of str
        Known texts, each once.
    encoding : {"one_hot", "two", "index"}
        "one_hot": a feature for each state, ``on`` in that state, else ``off``. "two": one feature for two states,
        ``off`` in the first, ``on`` in the second, and their mean in none. "index": one integer, 1 + the state,
        and 0 in none of them: for :class:`~glassnet.Embedding`.
    has_missing, has_other : bool
        Whether missing text is a state of its own, and whether rare levels were put together in one.
    off, on : tuple of float
        One number for each feature of "one_hot" and "two"; empty for 0 and 1, and for "two" -1 and 1.
    """

    levels: tuple[str, ...] = ()
    encoding: str = ONE_HOT
    has_missing: bool = False
    has_other: bool = False
    off: tuple[float, ...] = ()
    on: tuple[float, ...] = ()
    reads: ClassVar[str] = TEXT

    def __post_init__(self) -> None:
        super().__post_init__()
        what = f"column {self.column!r}"
        checks.choice(f"encoding of {what}", self.encoding, (ONE_HOT, TWO, INDEX))
        for name in ("has_missing", "has_other"):
            checks.truth(f"{name} of {what}", getattr(self, name))
        object.__setattr__(self, "levels", _levels(what, self.levels))
        if self.encoding == TWO and self.n_states != 2:
            raise ArgumentError(f"encoding 'two' of {what} needs two states; it has {self.n_states}")
        n_numbers = {ONE_HOT: self.n_states, TWO: 1, INDEX: 0}[self.encoding]
        for name, standard in (("off", -1.0 if self.encoding == TWO else 0.0), ("on", 1.0)):
            values = numbers(f"{name} of {what}", getattr(self, name)) or (standard,) * n_numbers
            if len(values) != n_numbers:
                raise ArgumentError(f"{name} of {what} must hold {n_numbers} numbers; it holds {len(values)}")
            object.__setattr__(self, name, values)

    @property
    def n_states(self) -> int:
        """Levels, missing and other, as far as they are there."""
        return len(self.levels) + self.has_missing + self.has_other

    @property
    def states(self) -> tuple[str, ...]:
        """What the states are called."""
        named = [f"{self.column}={level}" for level in self.levels]
        named += [f"{self.column} is missing"] * self.has_missing
        return (*named, *[f"{self.column} is another"] * self.has_other)

    @property
    def features(self) -> tuple[str, ...]:
        """A feature for each state, or one for all."""
        return self.states if self.encoding == ONE_HOT else (self.column,)

    @property
    def categories(self) -> int:
        """Integers of the encoding "index": none, and the states."""
        return self.n_states + 1 if self.encoding == INDEX else 0

    @cached_property
    def place(self) -> dict[str, int]:
        """The state of each level."""
        return {level: state for state, level in enumerate(self.levels)}

    @property
    def unknown(self) -> int:
        """The state of a level that is not known; `n_states` stands for none."""
        return self.n_states - 1 if self.has_other else self.n_states

    @property
    def missing(self) -> int:
        """The state of missing text."""
        return len(self.levels) if self.has_missing else self.unknown

    @cached_property
    def base(self) -> NDArray[np.float64]:
        """The features in none of the states, (n_features,)."""
        match self.encoding:
            case "one_hot":
                return np.array(self.off)
            case "two":
                return np.array([(self.off[0] + self.on[0]) / 2])
        return np.zeros(1)

    @cached_property
    def changes(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """For each state the one feature that is not as in `base`, and what it is."""
        n = self.n_states
        match self.encoding:
            case "one_hot":
                return np.arange(n), np.array(self.on)
            case "two":
                return np.zeros(2, np.int64), np.array([*self.off, *self.on])
        return np.zeros(n, np.int64), np.arange(1.0, n + 1)

    def accepted(self, column: Column) -> StateColumn:
        """The state of each row of text; of numbers and dates by how they are written, unless none of them is known."""
        row = first_present(column)
        text = as_text_column(column)
        if row is not None and not isinstance(column, TextColumn) and not set(text.levels) & set(self.levels):
            raise retyped(self, column, row)
        states = [self.place.get(level, self.unknown) for level in text.levels]
        return StateColumn(np.array([*states, self.missing], np.int32)[text.codes])

    def apply(self, column: StateColumn, features: Array) -> None:
        """As the class says."""
        features[...] = self.base
        places, values = self.changes
        rows = np.flatnonzero(column.states < self.n_states)
        states = column.states[rows]
        features[rows, places[states]] = values[states]

    def write(self, program: Program, place: int) -> str:
        """The state of each row, and whether it is that of each feature; or the number that goes with it."""
        states = program.states(self.column, place, self.levels, self.missing, self.unknown)
        _, values = self.changes
        if self.encoding == ONE_HOT:
            letters = {"on": values, "off": self.base, "k": np.arange(float(self.n_states))}
            return program.formula("one_hot", "on if abs(state - k) < 0.5 else off", state=states, **letters)
        return program.lookup(states, np.array([*values, *self.base])[:, None])


def _levels(what: str, levels: Any) -> tuple[str, ...]:
    if not isinstance(levels, (list, tuple)) or not all(isinstance(level, str) and level for level in levels):
        raise ArgumentError(f"levels of {what} must be a list of text; got {checks.shown(levels)}")
    if len(set(levels)) < len(levels):
        raise ArgumentError(f"levels of {what} must differ; got {checks.shown(levels)}")
    return tuple(levels)
