"""How much of the targets the samples tell, found without any network: nearest neighbours and a linear fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.targets import TINY, Targets, class_score, r2
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property

# Rows looked at: the distances between all pairs take 8 bytes * MOST_ROWS^2 = 5 MB.
MOST_ROWS = 800
NEIGHBOURS = 5
# The mean of many neighbours shows a faint relation that the noise of five of them hides.
MANY_NEIGHBOURS = 25
PERMUTATIONS = 400
# So far above a few shuffled targets no chance lifts a prediction.
FEW_PERMUTATIONS = 30
CLEAR = 8.0


@dataclass(frozen=True, eq=False)
class Sign:
    """A measure of how much the samples tell of the targets, and the same of shuffled targets."""

    name: str  # what predicts
    found: float
    shuffled: Array  # (n_permutations,)

    @property
    def gain(self) -> float:
        """What was found above the mean of shuffled targets."""
        return self.found - float(self.shuffled.mean())

    @property
    def deviation(self) -> float:
        """The standard deviation of shuffled targets."""
        return max(float(self.shuffled.std()), 1e-9)

    @property
    def deviations(self) -> float:
        """The gain in standard deviations of shuffled targets."""
        return self.gain / self.deviation

    @property
    def by_chance(self) -> float:
        """The share of shuffled targets that show as much, the true ones counted among them."""
        return float((self.shuffled >= self.found).sum() + 1) / (len(self.shuffled) + 1)


def _smooth(name: str, matrix: Array, y: Array, orders: NDArray[np.int64]) -> Sign:
    """R² of predictions that leave out the sample they predict."""
    spread = max(float(np.square(y - y.mean(axis=0)).sum()), TINY)
    every = np.moveaxis(y[np.vstack([np.arange(len(y)), orders])], 0, 1)  # (n, 1 + n_permutations, n_columns)
    errors = every - np.tensordot(matrix, every, axes=1)
    explained = 1 - np.square(errors).sum(axis=(0, 2)) / spread
    return Sign(name, float(explained[0]), explained[1:])


def foretold(name: str, y: Array, prediction: Array) -> Sign:
    """How predictions of new samples go with their targets."""
    random = np.random.default_rng(1)
    y, prediction = y - y.mean(axis=0), prediction - prediction.mean(axis=0)
    shuffled = [float((y[random.permutation(len(y))] * prediction).sum()) for _ in range(PERMUTATIONS)]
    return Sign(name, float((y * prediction).sum()), np.array(shuffled))


def ranks(columns: Array) -> Array:
    """The place of each entry in the order of its column; equal ones share the mean of theirs."""
    ranks_of = np.empty(columns.shape)
    for place, column in enumerate(columns.T):
        _, which, counts = np.unique(column, return_inverse=True, return_counts=True)
        ranks_of[:, place] = (np.cumsum(counts) - (counts + 1) / 2)[which.reshape(-1)]
    return ranks_of


def standardised(columns: Array) -> Array:
    """Columns of mean 0 and deviation 1; constant ones become 0."""
    spread = columns.std(axis=0)
    return np.asarray((columns - columns.mean(axis=0)) / np.where(spread > 0, spread, np.inf))


@dataclass(frozen=True, eq=False)
class Relation:
    """Two predictions that each leave out the sample they predict, on true and on shuffled targets."""

    x: Array  # (n, n_features)
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
        varies = spread > 1e-12 * (1 + np.abs(x).max(axis=0))
        return np.asarray((x[:, varies] - x[:, varies].mean(axis=0)) / spread[varies])

    @cached_property
    def y(self) -> Array:
        """Their targets, one-hot or values."""
        return self.targets.columns[self._rows]

    @cached_property
    def _smoothers(self) -> list[Array]:
        """Matrices that turn targets into predictions, with a diagonal of zeros."""
        return [self._neighbours(NEIGHBOURS), self._ridge()]

    def _neighbours(self, n_neighbours: int) -> Array:
        x, n = self.scaled, len(self.scaled)
        squares = np.square(x).sum(axis=1)
        distances = squares[:, None] + squares - 2 * x @ x.T
        np.fill_diagonal(distances, np.inf)
        k = min(n_neighbours, n - 1)
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
    def told(self) -> float:
        """The part of the targets' spread that the better of the two tells of samples left out; at least 0."""
        return max(0.0, *(r2(self.y, matrix @ self.y) for matrix in self._smoothers))

    @cached_property
    def is_clear(self) -> bool:
        """Whether neighbours or a linear fit do so much better than on shuffled targets that nothing else is asked."""
        orders = self._orders[:FEW_PERMUTATIONS]
        signs = (_smooth("", matrix, self.y, orders) for matrix in self._smoothers)
        return any(sign.deviations >= CLEAR for sign in signs)

    @cached_property
    def signs(self) -> tuple[Sign, ...]:
        """What neighbours, a linear fit and single features show, beside the same of shuffled targets."""
        return (
            _smooth("nearest neighbours", self._smoothers[0], self.y, self._orders),
            *self.smooth_signs,
            self._of_single_features(),
        )

    @cached_property
    def smooth_signs(self) -> tuple[Sign, Sign]:
        """Those that a smooth relation cannot hide from."""
        many, linear = self._neighbours(MANY_NEIGHBOURS), self._smoothers[1]
        return (
            _smooth("many neighbours", many, self.y, self._orders),
            _smooth("a linear fit", linear, self.y, self._orders),
        )

    @cached_property
    def _orders(self) -> NDArray[np.int64]:
        random = np.random.default_rng(1)
        return np.stack([random.permutation(len(self.y)) for _ in range(PERMUTATIONS)])

    def _of_single_features(self) -> Sign:
        """The largest squared correlation of ranks, of targets and of one feature or its distance from the middle."""
        x = ranks(self.scaled)
        features = standardised(np.hstack([x, np.abs(x - x.mean(axis=0))]))
        y = standardised(self.y if self.targets.kind == "classes" else ranks(self.y))

        def clearest(orders: NDArray[np.int64]) -> Array:
            products = np.tensordot(features, y[orders], axes=(0, 1)) / len(y)
            return np.asarray(np.square(products).sum(axis=2).max(axis=0))

        as_they_are = np.arange(len(y))[None]
        return Sign("the best single feature", float(clearest(as_they_are)[0]), clearest(self._orders))
