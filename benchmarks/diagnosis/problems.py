"""Problems to train on: bundled measurements, and points drawn from formulas. Each has a part that is held back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sklearn.datasets import make_classification, make_friedman1

from glassnet import datasets

Array = np.ndarray[Any, Any]
Random = np.random.Generator


@dataclass(frozen=True)
class Problem:
    """Samples to train on and samples held back; y holds classes (n,) or values (n, 1).

    ``best`` is the score that noise leaves to be reached on new samples, about.
    """

    name: str
    X: Array
    y: Array
    X_held: Array
    y_held: Array
    best: float = 1.0

    @property
    def has_classes(self) -> bool:
        """Whether y holds classes."""
        return self.y.ndim == 1

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return int(self.y.max()) + 1


@cache
def _bundled(name: str) -> tuple[Array, Array]:
    X, y = datasets.get(name)
    return X, y


def _measured(name: str) -> Callable[[Random], tuple[Array, Array]]:
    return lambda random: _bundled(name)


def _digits(random: Random) -> tuple[Array, Array]:
    X, y = _bundled("digits")
    some = random.permutation(len(X))[: int(random.integers(400, 800))]
    return X[some], y[some]


def _moons(random: Random) -> tuple[Array, Array]:
    X, y = datasets.moons(_size(random), float(random.uniform(0.05, 0.2)), seed=random)
    return X, y


def _circles(random: Random) -> tuple[Array, Array]:
    X, y = datasets.circles(_size(random), 0.08, factor=float(random.uniform(0.3, 0.6)), seed=random)
    return X, y


def _spiral(random: Random) -> tuple[Array, Array]:
    X, y = datasets.spiral(int(random.integers(80, 200)), int(random.integers(2, 5)), 0.1, seed=random)
    return 2 * X, y


def _blobs(random: Random) -> tuple[Array, Array]:
    X, y = datasets.blobs(_size(random), int(random.integers(2, 6)), 1.0, seed=random)
    return X / 5, y


def _clouds(random: Random) -> tuple[Array, Array]:
    n_features = int(random.integers(6, 25))
    X, y = make_classification(
        _size(random), n_features, n_informative=5, n_redundant=0, n_classes=int(random.integers(2, 4)),
        n_clusters_per_class=1, class_sep=float(random.uniform(1.2, 2)), flip_y=0.0,
        random_state=int(random.integers(2**31)),
    )  # fmt: skip
    return X, y


def _xor_clouds(random: Random) -> tuple[Array, Array]:
    corners = random.integers(0, 2, size=(_size(random), 2))
    X = 2.0 * corners - 1 + random.normal(scale=0.3, size=corners.shape)
    return X, corners[:, 0] ^ corners[:, 1]


def _xor(random: Random) -> tuple[Array, Array]:
    X, y = datasets.xor()
    return X, y.ravel().astype(int)


def _sine(random: Random) -> tuple[Array, Array]:
    X, y = datasets.sine(_size(random), float(random.uniform(0.02, 0.2)), seed=random)
    return X, y


def _friedman(random: Random) -> tuple[Array, Array]:
    X, y = make_friedman1(
        _size(random), int(random.integers(5, 12)), random_state=int(random.integers(2**31))
    )
    return X, y[:, None]


def _plane(random: Random) -> tuple[Array, Array]:
    X = random.normal(size=(_size(random), int(random.integers(2, 12))))
    y = X @ random.normal(size=(X.shape[1], 1))
    return X, y + 0.1 * y.std() * random.normal(size=y.shape)


def _waves(random: Random) -> tuple[Array, Array]:
    X = random.uniform(-2, 2, size=(_size(random), 2))
    y = np.sin(2 * X[:, :1]) * np.cos(X[:, 1:]) + 0.3 * X[:, :1]
    return X, y + 0.05 * random.normal(size=y.shape)


def _size(random: Random) -> int:
    return int(random.integers(150, 700))


_DRAWN = {
    "digits": _digits, "iris": _measured("iris"), "wine": _measured("wine"),
    "breast_cancer": _measured("breast_cancer"), "moons": _moons, "circles": _circles, "spiral": _spiral,
    "blobs": _blobs, "clouds": _clouds, "xor_clouds": _xor_clouds, "xor": _xor,
    "diabetes": _measured("diabetes"), "sine": _sine, "friedman": _friedman, "plane": _plane, "waves": _waves,
}  # fmt: skip
VALUES = ("diabetes", "sine", "friedman", "plane", "waves")
CLASSES = tuple(name for name in _DRAWN if name not in VALUES)
ALL = CLASSES + VALUES
HELD = tuple(name for name in ALL if name != "xor")
HELD_CLASSES = tuple(name for name in CLASSES if name != "xor")
CURVED = ("moons", "circles", "spiral", "xor_clouds", "xor", "waves", "sine")

# Features of these are near 0 and of size 1 as they come.
_SCALED = ("digits", "moons", "circles", "spiral", "blobs", "xor_clouds", "xor", "waves", "clouds", "plane")


def draw(name: str, random: Random) -> Problem:
    """The problem of this name, with features and values of mean 0 and standard deviation 1, or nearly."""
    X, y = raw(name, random)
    if name not in _SCALED:
        X = standardized(X)
    return held_back(name, X, y if y.ndim == 1 else standardized(y), random)


def raw(name: str, random: Random) -> tuple[Array, Array]:
    """Samples and targets in their own units and order."""
    return _DRAWN[name](random)


def standardized(columns: Array) -> Array:
    """Columns of mean 0 and standard deviation 1; those that never change become 0."""
    spread = columns.std(axis=0)
    return (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1)


def held_back(name: str, X: Array, y: Array, random: Random) -> Problem:
    """A quarter of the samples held back; of exclusive or, none can be."""
    if name == "xor":
        return Problem(name, X, y, X[:0], y[:0])
    order = random.permutation(len(X))
    held, kept = order[: len(X) // 4], order[len(X) // 4 :]
    return Problem(name, X[kept], y[kept], X[held], y[held])
