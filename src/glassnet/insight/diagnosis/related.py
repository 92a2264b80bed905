"""How much of the targets the samples tell, found without any network: nearest neighbours and a linear fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.targets import Targets, class_score, r2

Array = NDArray[Any]

# Rows looked at: the distances between all pairs take 8 bytes * MOST_ROWS^2 = 5 MB.
MOST_ROWS = 800
NEIGHBOURS = 5
PERMUTATIONS = 30


@dataclass(frozen=True, eq=False)
class Relation:
    """Two predictions that each leave out the sample they predict, on true and on shuffled targets.

    Attributes
    ----------
    x : ndarray, (n, n_features)
    targets : Targets
    """

    x: Array
    targets: Targets

    @cached_property
    def _rows(self) -> NDArray[np.int64]:
        random = np.random.default_rng(0)
        n = len(self.x)
        return random.permutation(n)[:MOST_ROWS]

    @cached_property
    def scaled(self) -> Array:
        """The rows looked at, each feature with mean 0 and deviation 1, constant ones left out."""
        x = self.x[self._rows].astype(np.float64)
        spread = x.std(axis=0)
        kept = spread > 1e-12 * (1 + np.abs(x).max(axis=0))
        return np.asarray((x[:, kept] - x[:, kept].mean(axis=0)) / spread[kept])

    @cached_property
    def y(self) -> Array:
        """Their targets, one-hot or values."""
        return self.targets.columns[self._rows]

    @cached_property
    def _smoothers(self) -> list[Array]:
        """Matrices that turn targets into predictions, with a diagonal of zeros."""
        return [self._neighbours(), self._ridge()]

    def _neighbours(self) -> Array:
        x, n = self.scaled, len(self.scaled)
        squares = np.square(x).sum(axis=1)
        distances = squares[:, None] + squares - 2 * x @ x.T
        np.fill_diagonal(distances, np.inf)
        k = min(NEIGHBOURS, n - 1)
        nearest = np.argpartition(distances, k - 1, axis=1)[:, :k]
        matrix = np.zeros((n, n))
        np.put_along_axis(matrix, nearest, 1 / k, axis=1)
        return matrix

    def _ridge(self) -> Array:
        x = np.column_stack([np.ones(len(self.scaled)), self.scaled])
        gram = x.T @ x + np.diag([1e-9, *[1.0] * (x.shape[1] - 1)])
        hat = x @ np.linalg.solve(gram, x.T)
        left = np.maximum(1 - np.diag(hat), 1e-6)
        np.fill_diagonal(hat, 0.0)
        return np.asarray(hat / left[:, None])

    def _score(self, y: Array, prediction: Array) -> float:
        if self.targets.kind != "classes":
            return r2(y, prediction)
        right = float((prediction.argmax(axis=1) == y.argmax(axis=1)).mean())
        return class_score(right, float(y.mean(axis=0).max()))

    @cached_property
    def score(self) -> float:
        """The better of the two, left out: 0 as good as a constant, 1 perfect."""
        return max(self._score(self.y, matrix @ self.y) for matrix in self._smoothers)

    @cached_property
    def deviations(self) -> tuple[float, float]:
        """How far R² lies above that of shuffled targets, in its standard deviations: of the two the least, the most.

        Far below 0 tells as much: of a chequered pattern, neighbours say the opposite.
        """
        random = np.random.default_rng(1)
        orders = [random.permutation(len(self.y)) for _ in range(PERMUTATIONS)]
        found = []
        for matrix in self._smoothers:
            shuffled = np.array([r2(y, matrix @ y) for y in (self.y[order] for order in orders)])
            found.append((r2(self.y, matrix @ self.y) - shuffled.mean()) / max(float(shuffled.std()), 1e-9))
        return float(min(found)), float(max(found))
