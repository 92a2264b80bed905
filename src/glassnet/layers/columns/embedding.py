"""Integers as learned vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from glassnet import initializers
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.initializers import Initializer
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Layer, Parameter, Shape, check_factors, one_axis, registry
from glassnet.layers.steps import Steps, V
from glassnet.support import checks
from glassnet.support.arrays import Array

# float32 tells integers apart up to here.
MOST_CATEGORIES = 2**24
N01 = initializers.Normal(1.0)


@registry.register("embedding")
@dataclass(repr=False)
class Embedding(Layer):
    """Chosen columns of integers become learned vectors; the other columns pass. It must be the first layer.

    The columns that pass come first, in their order, then the vectors in the order of `categories`. Guo, Berkhahn 2016.

    Parameters
    ----------
    categories : mapping or sequence of pairs
        ``{column: n}`` or ``[(column, n), ...]``: this column of the samples holds integers from 0 to n - 1.
    dimension : int
        Entries of each vector, >= 1.
    initializer : str or Initializer
        How the vectors begin; N(0, 1) by default, as in PyTorch.
    learning_rate_factor : float
        Multiplies every step of the vectors, >= 0; 0 freezes them.

    Notes
    -----
    Its weights, ``(n_1 + n_2 + ..., dimension)``, hold the vectors of the first column, then those of the next.
    """

    categories: Mapping[int, int] | Sequence[tuple[int, int]]
    dimension: int
    initializer: str | Initializer = N01
    learning_rate_factor: float = field(default=1.0, kw_only=True)
    in_place: ClassVar[bool] = False
    reads_data: ClassVar[bool] = True

    def __post_init__(self) -> None:
        pairs: Any = self.categories
        if isinstance(pairs, Mapping):
            pairs = list(pairs.items())
        if not isinstance(pairs, (list, tuple)) or not pairs or not all(map(_is_pair, pairs)):
            raise ArgumentError(
                "categories of Embedding must be {column: n_categories} or [(column, n_categories), ...], such as "
                f"{{0: 5}}; got {checks.shown(self.categories)}"
            )
        self.categories = tuple(
            (
                checks.integer("a column of Embedding", column, least=0),
                checks.integer(
                    f"categories of column {column} of Embedding", n, least=1, most=MOST_CATEGORIES
                ),
            )
            for column, n in pairs
        )
        columns = [column for column, _ in self.pairs]
        if len(set(columns)) < len(columns):
            raise ArgumentError(f"Embedding takes each column once; got columns {columns}")
        self.dimension = checks.integer("dimension of Embedding", self.dimension, least=1)
        self.initializer = initializers.get(self.initializer)
        check_factors(self, "learning_rate_factor")

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Columns, and how many categories each has."""
        return tuple(self.categories)  # type: ignore[arg-type]

    def passing(self, n_inputs: int) -> list[int]:
        """The columns that are handed on."""
        embedded = {column for column, _ in self.pairs}
        return [column for column in range(n_inputs) if column not in embedded]

    @property
    def offsets(self) -> list[int]:
        """The row of the weights where the vectors of each column begin."""
        counts = [n for _, n in self.pairs]
        return [sum(counts[:place]) for place in range(len(counts))]

    def output_shape(self, input_shape: Shape) -> Shape:
        """(columns that pass + columns embedded * dimension,)."""
        n = one_axis(input_shape)
        for column, _ in self.pairs:
            if column >= n:
                raise ShapeError(f"embeds column {column}; received samples of {n} columns, 0 to {n - 1}")
        return (n - len(self.pairs) + len(self.pairs) * self.dimension,)

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """The vectors of all columns."""
        n = sum(n for _, n in self.pairs)
        initializer = initializers.get(self.initializer)
        return [
            Parameter(
                "weights", (n, self.dimension), initializer, n, self.dimension, self.learning_rate_factor
            )
        ]

    def integers(self, input_shape: Shape) -> NDArray[np.int64]:
        """The dimension; then for each input column where it goes, the offset of its vectors or -1, its categories."""
        places = {column: place for place, (column, _) in enumerate(self.pairs)}
        passing = self.passing(one_axis(input_shape))
        table = [self.dimension]
        for column in range(one_axis(input_shape)):
            if column in places:
                place = places[column]
                start = len(passing) + place * self.dimension
                table += [start, self.offsets[place], self.pairs[place][1]]
            else:
                table += [passing.index(column), -1, 0]
        return np.array(table, np.int64)

    def check_samples(self, name: str, samples: Array) -> None:
        """Raise `DataError` where a column holds something else than its categories."""
        for column, n in self.pairs:
            values = samples[:, column]
            wrong = ~((values >= 0) & (values < n) & (values == np.floor(values)))
            if wrong.any():
                row = int(np.argmax(wrong))
                raise DataError(
                    f"column {column} of {name} is embedded and takes integers from 0 to {n - 1}; it holds "
                    f"{str(values[row]).removesuffix('.0')} in row {row}"
                )

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = the columns that pass, and behind them the vectors of the integers in the others."""
        passing, d = self.passing(x.shape[1]), self.dimension
        a[:, : len(passing)] = x[:, passing]
        for place, rows in enumerate(self._rows(x)):
            start = len(passing) + place * d
            a[:, start : start + d] = own.parameters[0][rows]

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dw of a vector = sum of dA where it was taken;  dX = dA in the columns that pass, else 0."""
        passing, d = self.passing(x.shape[1]), self.dimension
        own.gradients[0][...] = 0
        for place, rows in enumerate(self._rows(x)):
            start = len(passing) + place * d
            np.add.at(own.gradients[0], rows, error[:, start : start + d])
        d_x[...] = 0
        d_x[:, passing] = error[:, : len(passing)]

    def describe(self, steps: Steps[V], x: V, n_inputs: int) -> V:
        """The columns that pass, then the vector of each integer."""
        passing = self.passing(n_inputs)
        parts = [steps.columns(x, passing)] if passing else []
        for (column, n), offset in zip(self.pairs, self.offsets, strict=True):
            parts.append(steps.lookup(x, column, "weights", offset, offset + n))
        return steps.joined(parts)

    def _rows(self, x: Array) -> list[NDArray[np.int64]]:
        """Rows of the weights that the samples take, column by column."""
        return [
            x[:, column].astype(np.int64) + offset
            for (column, _), offset in zip(self.pairs, self.offsets, strict=True)
        ]


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, (list, tuple)) and len(entry) == 2
