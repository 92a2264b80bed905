"""Text C in a learner's plain NumPy, for many networks at once: one more axis, the last, counts them.

Written without glassnet, so that it can be the referee of glassnet's figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Draw = Callable[[np.random.RandomState, int], tuple[Array, Array]]

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
Y = np.array([0, 1, 1, 0], float)


def small(random: np.random.RandomState, hidden: int) -> tuple[Array, Array]:
    """W1 and W2 ~ 0.01 N(0, 1)."""
    return 0.01 * random.randn(2, hidden), 0.01 * random.randn(hidden, 1)


def scaled(random: np.random.RandomState, hidden: int) -> tuple[Array, Array]:
    """W1 ~ N(0, 1), W2 ~ sqrt(2 / H) N(0, 1)."""
    return random.randn(2, hidden), np.sqrt(2 / hidden) * random.randn(hidden, 1)


@dataclass
class Networks:
    """2 -> H ReLU -> 1 sigmoid; parameters of shapes (2, H, n), (H, n), (H, n) and (n,)."""

    W1: Array
    b1: Array
    W2: Array
    b2: Array

    @classmethod
    def drawn(cls, draw: Draw, hidden: int, seeds: Sequence[int]) -> Networks:
        """One network for each legacy seed, biases 0."""
        drawn = [draw(np.random.RandomState(seed), hidden) for seed in seeds]
        W1 = np.stack([first for first, _ in drawn], axis=-1)
        W2 = np.stack([second[:, 0] for _, second in drawn], axis=-1)
        return cls(W1, np.zeros_like(W2), W2, np.zeros(len(seeds)))

    def forward(self) -> tuple[Array, Array, Array]:
        """Z1 (4, H, n), Z2 (4, n) and the outputs (4, n)."""
        Z1 = X[:, 0, None, None] * self.W1[0] + X[:, 1, None, None] * self.W1[1] + self.b1
        Z2 = (np.maximum(Z1, 0) * self.W2).sum(axis=1) + self.b2
        return Z1, Z2, 1 / (1 + np.exp(-Z2))

    def train(self, epochs: int, learning_rate: float = 0.1) -> Networks:
        """Full-batch gradient descent on the mean binary cross-entropy."""
        for _ in range(epochs):
            Z1, _, A2 = self.forward()
            dZ2 = (A2 - Y[:, None]) / 4
            dZ1 = dZ2[:, None] * self.W2 * (Z1 > 0)
            self.W2 -= learning_rate * (dZ2[:, None] * np.maximum(Z1, 0)).sum(axis=0)
            self.b2 -= learning_rate * dZ2.sum(axis=0)
            self.W1[0] -= learning_rate * (X[:, 0, None, None] * dZ1).sum(axis=0)
            self.W1[1] -= learning_rate * (X[:, 1, None, None] * dZ1).sum(axis=0)
            self.b1 -= learning_rate * dZ1.sum(axis=0)
        return self

    def loss(self) -> Array:
        """Mean binary cross-entropy of each network, (n,)."""
        _, Z2, _ = self.forward()
        entries = np.maximum(Z2, 0) - Y[:, None] * Z2 + np.log1p(np.exp(-np.abs(Z2)))
        return np.asarray(entries.mean(axis=0))

    def solved(self) -> NDArray[np.bool_]:
        """Whether all four outputs are on the right side of 0.5, (n,)."""
        solved: NDArray[np.bool_] = ((self.forward()[2] > 0.5) == (Y[:, None] > 0.5)).all(axis=0)
        return solved
