"""Generated tables: few rows to train on and many to test by, which nobody's figures were tuned on.

``moons-140`` is one of 140 rows. Another split is another table of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import datasets

from benchmarks.tables.sets import Split

Floats = NDArray[np.float64]
Drawn = tuple[Floats, NDArray[np.float64]]
TEST_ROWS = 3000
SIZES = (140, 400)


def gaussians(n_samples: int, random_state: int) -> Drawn:
    """Three classes of eight columns, each with a centre and a covariance of its own."""
    random = np.random.default_rng(random_state)
    classes = random.integers(0, 3, n_samples)
    centers, shapes = 1.3 * random.normal(size=(3, 8)), random.normal(size=(3, 8, 8)) / np.sqrt(8)
    spread = np.einsum("nij,nj->ni", shapes[classes], random.normal(size=(n_samples, 8)))
    return centers[classes] + spread + 0.3 * random.normal(size=(n_samples, 8)), classes


def circles(n_samples: int, random_state: int) -> Drawn:
    """Two circles, and two columns of noise beside them."""
    X, y = datasets.make_circles(n_samples, noise=0.12, factor=0.6, random_state=random_state)
    noise = np.random.default_rng(random_state).normal(size=(n_samples, 2))
    return np.column_stack([X, 0.7 * noise]), y


def heavy_tails(n_samples: int, random_state: int) -> Drawn:
    """Values of eight columns with Student's t of 1.5 degrees of freedom, three of which count."""
    random = np.random.default_rng(random_state)
    X = random.standard_t(1.5, size=(n_samples, 8))
    y = np.tanh(X[:, 0]) + np.log1p(np.abs(X[:, 1])) + 0.3 * X[:, 2].clip(-2, 2)
    return X, y + 0.3 * random.standard_t(3, size=n_samples)


_CLASSES: dict[str, Callable[..., Drawn]] = {
    "twenty": partial(datasets.make_classification, n_features=20, n_informative=5),
    "three": partial(
        datasets.make_classification, n_features=13, n_informative=8, n_redundant=2, n_classes=3, class_sep=1.8,
        flip_y=0, n_clusters_per_class=1,
    ),
    "redundant": partial(
        datasets.make_classification, n_features=30, n_informative=8, n_redundant=15, class_sep=1.3, flip_y=0.02,
        n_clusters_per_class=1,
    ),
    "flipped": partial(datasets.make_classification, n_features=12, n_informative=6, flip_y=0.25),
    "wide": partial(datasets.make_classification, n_features=100, n_informative=12),
    "blobs": partial(datasets.make_blobs, n_features=6, centers=4, cluster_std=5.0),
    "moons": partial(datasets.make_moons, noise=0.25),
    "circles": circles,
    "hastie": datasets.make_hastie_10_2,
    "quantiles": partial(datasets.make_gaussian_quantiles, n_features=5, n_classes=3),
    "gaussians": gaussians,
}  # fmt: skip
_VALUES: dict[str, Callable[..., Drawn]] = {
    "friedman1": partial(datasets.make_friedman1, noise=1.0),
    "friedman2": partial(datasets.make_friedman2, noise=100.0),
    "friedman3": partial(datasets.make_friedman3, noise=0.15),
    "linear": partial(datasets.make_regression, n_features=20, n_informative=8, noise=40.0),
    "sparse": partial(datasets.make_sparse_uncorrelated, n_features=10),
    "heavy_tails": heavy_tails,
}


@dataclass(frozen=True)
class GeneratedSet:
    """A kind of table, drawn anew for every split."""

    name: str
    draw: Callable[..., Drawn]
    n_rows: int
    is_of_classes: bool

    def split(self, seed: int) -> Split:
        """So many rows to train on, and 3 000 to test by."""
        X, y = self.draw(n_samples=self.n_rows + TEST_ROWS, random_state=seed)
        table, n = pd.DataFrame(X, columns=[f"x{place}" for place in range(X.shape[1])]), self.n_rows
        y = np.unique(y, return_inverse=True)[1] if self.is_of_classes else y
        return Split(table[:n], y[:n], table[n:].reset_index(drop=True), y[n:], self.is_of_classes)


GENERATED = {
    f"{name}-{n_rows}": GeneratedSet(f"{name}-{n_rows}", draw, n_rows, is_of_classes)
    for kinds, is_of_classes in ((_CLASSES, True), (_VALUES, False))
    for name, draw in kinds.items()
    for n_rows in SIZES
}
