"""Rows of a table: their weights, equal ones counted once, and the part that is held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError
from glassnet.estimators.learning.members import Part
from glassnet.support.arrays import Array, Floats
from glassnet.tables.reading.matrices import dense
from glassnet.tables.table import Table

Places = NDArray[np.int64]

# Looked at first: where these hold more different rows than are merged, all do.
_FIRST = 2
# Weights that are whole numbers are copies of a row, if they are no more than this together.
MOST_COPIES = 100_000


R = TypeVar("R", "Rows", Part)


@dataclass(frozen=True)
class Portion:
    """Some rows, or some of the copies of each."""

    places: Places
    shares: Floats | None = None  # of the weight of each of them; None is all of it

    def of(self, rows: R) -> R:
        """These rows, each with its share of the weight."""
        chosen = rows.take(self.places)
        if self.shares is None or chosen.weights is None:
            return chosen
        return chosen.weighing(chosen.weights * self.shares)

    def __len__(self) -> int:
        return len(self.places)


def portions(
    copies: Places, n_parts: int, groups: Places | None, random: np.random.Generator
) -> list[tuple[Portion, Portion]]:
    """For each of so many parts of rows the others and itself: to train on, and held back.

    Parts are as large as each other, and hold all groups in the same shares. Of a row that stands for several equal
    ones every part holds some: each of these is as good as any other row.
    """
    order = random.permutation(len(copies))
    if groups is not None:
        order = order[np.argsort(groups[order], kind="stable")]
    ends = np.cumsum(copies[order])
    starts = ends - copies[order]
    parts = []
    for part in range(n_parts):
        held = np.empty_like(copies)
        held[order] = (ends - 1 - part) // n_parts - (starts - 1 - part) // n_parts
        if 0 < held.sum() < copies.sum():
            parts.append((_portion(copies - held, copies), _portion(held, copies)))
    return parts


def _portion(count: Places, copies: Places) -> Portion:
    places = np.flatnonzero(count)
    all_of_each = bool((count[places] == copies[places]).all())
    return Portion(places, None if all_of_each else count[places] / copies[places])


@dataclass(frozen=True)
class Rows:
    """Rows to learn from."""

    table: Table
    y: Array  # (n,) or (n, k): targets as the user gave them
    weights: Floats | None = None  # (n,): their weights, > 0; None where none were given
    copies: Places | None = None  # (n,): how many equal rows each stands for, after they were merged

    def take(self, places: Places | NDArray[np.bool_]) -> Rows:
        """The rows at these places."""
        weights = None if self.weights is None else self.weights[places]
        return Rows(self.table.take(places), self.y[places], weights)

    def weighing(self, weights: Floats | None) -> Rows:
        """The same rows with these weights."""
        return Rows(self.table, self.y, weights)

    @property
    def counted(self) -> int:
        """How many rows there are, those that are merged too."""
        return self.table.n_rows if self.copies is None else int(self.copies.sum())

    @property
    def unmerged(self) -> Rows:
        """Every row as often as it stands there, without weights where these said so."""
        if self.copies is None or self.copies.max() == 1:
            return self
        places = np.repeat(np.arange(self.table.n_rows), self.copies)
        return Rows(self.table.take(places), self.y[places])

    @property
    def weighted(self) -> Floats:
        """Weights of all rows, 1 where none were given."""
        return np.ones(self.table.n_rows) if self.weights is None else self.weights

    def that_count(self) -> Rows:
        """Those whose weight is not 0: the others are as good as absent."""
        if self.weights is None or self.weights.all():
            return self
        return self.take(self.weights > 0)

    def merged(self, most: int) -> Rows:
        """Equal rows once, with the sum of their weights, in an order of their own, if there are at most so many.

        Training that sees all rows in every step is then the same, number for number, whether a row stands there three
        times or weighs three, and in whatever order the rows come. Batches of some of many rows are drawn from the rows
        as they are, where both are the same on average only.
        """
        n_rows, first = self.table.n_rows, _FIRST * most
        if n_rows > first and _n_different(self.table.take(slice(0, first)), self.y[:first]) > most:
            return self
        places, belongs = _different(self.table, self.y)
        if len(places) > most:
            return self
        weights = np.bincount(belongs, self.weighted, len(places)).astype(np.float64)
        return Rows(self.table.take(places), self.y[places], weights, _copies(weights))


def _copies(weights: Floats) -> Places:
    """The weights where all are whole numbers, and not too many; else every row is there once."""
    if weights.sum() <= MOST_COPIES and (weights == np.round(weights)).all():
        return weights.astype(np.int64)
    return np.ones(len(weights), np.int64)


def _different(table: Table, y: Array) -> tuple[Places, Places]:
    """The first of each group of equal rows, in the order of their values, and the group of every row."""
    targets = y if y.ndim == 2 else y[:, None]
    columns = [*(table.columns[name] for name in table.names), *targets.T]
    codes = np.stack([_codes(column) for column in columns], axis=1)
    _, places, belongs = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    return places, belongs.ravel()


def _n_different(table: Table, y: Array) -> int:
    """How many groups of equal rows there are; of a matrix of numbers at once."""
    if table.matrix is None or y.ndim != 1:
        return len(_different(table, y)[0])
    rows = np.column_stack([dense(table.matrix, slice(None)) + 0.0, _codes(y)])  # -0.0 is 0.0
    rows[np.isnan(rows)] = np.nan  # of all the NaNs there are one
    return len(np.unique(np.ascontiguousarray(rows).view(f"V{rows.itemsize * rows.shape[1]}")))


def _codes(column: Array) -> Places:
    """Numbers in the order of the values, equal for equal ones; missing entries are equal."""
    if column.dtype == object:
        column = np.array(["" if entry is None else f"={entry}" for entry in column.tolist()])
    return np.unique(column, return_inverse=True)[1].astype(np.int64)


def split(
    n_rows: int, share: float, groups: Places | None, random: np.random.Generator
) -> tuple[Places, Places]:
    """Places of the rows to train on and of those to hold back, drawn at random, each in order.

    `groups` are classes, which both parts hold in the same shares; a class of one row is trained on. Nothing is held
    back where that would leave no row to train on, or none to hold.
    """
    order = random.permutation(n_rows)
    if groups is not None:
        order = order[np.argsort(groups[order], kind="stable")]
        sizes = np.bincount(groups)
        order = order[sizes[groups[order]] > 1]
    n_held = min(round(share * n_rows), len(order) - 1, n_rows - 1)
    if n_held < 1:
        return np.arange(n_rows), np.empty(0, np.int64)
    held = np.zeros(n_rows, np.bool_)
    held[order[((np.arange(n_held) + 0.5) * len(order) / n_held).astype(np.int64)]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)


def checked_weights(sample_weight: Any, n_rows: int, name: str = "sample_weight") -> Floats | None:
    """Weights of the rows as a new array, none of them negative, not all 0.

    Raises `DataError` if they are others.
    """
    if sample_weight is None:
        return None
    weights = np.array(sample_weight, np.float64)
    if weights.shape != (n_rows,):
        raise DataError(
            f"{name} must hold one number for each of {n_rows} rows, shape ({n_rows},); it has shape {weights.shape}"
        )
    if not np.isfinite(weights).all() or (weights < 0).any():
        wrong = int(np.flatnonzero(~(weights >= 0) | np.isinf(weights))[0])
        raise DataError(f"{name} must be finite and >= 0; it holds {weights[wrong]:g} in row {wrong}")
    if not weights.any():
        raise DataError(f"{name} is zero for all rows, and a row of weight zero is left out: nothing is left")
    return weights
