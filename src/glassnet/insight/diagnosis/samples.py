"""What the samples are: scales of features, order, and rows that occur twice."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glassnet.layers import Embedding
from glassnet.network.network import Network
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property

# With more categories than these together, columns of them stay what they are.
MOST_CATEGORIES = 500


def categories(network: Network) -> dict[int, int]:
    """The columns of the samples that the network embeds, and how many categories each has."""
    first = network.layers[0]
    return dict(first.pairs) if isinstance(first, Embedding) else {}


def as_numbers(x: Array, categories: dict[int, int]) -> Array:
    """The samples with a column of zeros and ones for each category in the place of a column of them."""
    if not categories or sum(categories.values()) > MOST_CATEGORIES:
        return x
    others = np.delete(x, list(categories), axis=1)
    parts = [np.eye(n, dtype=x.dtype)[x[:, column].astype(np.int64)] for column, n in categories.items()]
    return np.hstack([others, *parts])


@dataclass(frozen=True, eq=False)
class Samples:
    """All samples, as rows."""

    x: Array  # (n_samples, n_features)
    categories: dict[int, int] = field(default_factory=dict)  # the columns that hold categories, and how many

    @cached_property
    def spread(self) -> Array:
        """Standard deviation of each feature, (n_features,)."""
        return np.asarray(self.x.std(axis=0, dtype=np.float64))

    @cached_property
    def size(self) -> Array:
        """Root mean square of each feature, (n_features,)."""
        return np.asarray(np.sqrt(np.square(self.x, dtype=np.float64).mean(axis=0)))

    @cached_property
    def varying(self) -> NDArray[np.bool_]:
        """Features that are not constant."""
        return np.asarray(self.spread > 1e-9 * (self.size + 1e-30))

    @cached_property
    def measured(self) -> NDArray[np.bool_]:
        """Features that are numbers, and not constant."""
        are_measured = self.varying.copy()
        are_measured[list(self.categories)] = False
        return are_measured

    def among(self, other: Array) -> NDArray[np.bool_]:
        """For each of `other`'s rows whether it is one of these, too."""
        mine = set(map(bytes, np.ascontiguousarray(self.x)))
        return np.array([bytes(row) in mine for row in np.ascontiguousarray(other)], bool)

    def shared_with(self, other: Array) -> float:
        """The share of `other`'s rows that are rows of these, too."""
        return float(self.among(other).mean())

    @cached_property
    def repeated(self) -> float:
        """The share of rows that another row repeats."""
        _, counts = np.unique(self.x, axis=0, return_counts=True)
        return float(counts[counts > 1].sum() / len(self.x))


def sortedness(columns: Array) -> float:
    """How far targets are in order: 1 if neighbours are alike, 0 as in a random order.

    1 - (mean squared difference of neighbours) / (that of any two rows): von Neumann's ratio, 1941.
    """
    spread = 2 * float(columns.var(axis=0).sum())
    if len(columns) < 3 or spread == 0:
        return 0.0
    return 1 - float(np.square(np.diff(columns, axis=0)).sum(axis=1).mean()) / spread


def mixture(columns: Array, batch_size: int) -> float:
    """The mean spread of targets within batches of consecutive rows, divided by the spread of all: 1 if well mixed."""
    spread = float(columns.var(axis=0).sum())
    if spread == 0:
        return 1.0
    starts = range(0, len(columns), batch_size)
    within = [float(columns[start : start + batch_size].var(axis=0).sum()) for start in starts]
    return float(np.mean(within)) / spread
