"""Data sets that a formula draws: no files, any number of samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.datasets.dataset import Dataset
from glassnet.datasets.randomness import Seed, legacy_source, random_source
from glassnet.support import checks
from glassnet.support.calls import explained

MOST = 10**8  # samples, or classes: more do not fit into memory
_PLANE = ("x1", "x2")


@explained
def xor() -> Dataset:
    """Exclusive or: the smallest problem that needs a hidden layer.

    Returns
    -------
    Dataset
        `X` of shape (4, 2), the rows 00, 01, 10, 11. `y` of shape (4, 1), float64, 0, 1, 1, 0:
        a column, so that binary cross-entropy on one sigmoid output takes it as it is.

    Notes
    -----
    Source: Minsky and Papert, *Perceptrons*, 1969.
    """
    return Dataset(
        X=np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
        y=np.array([[0.0], [1.0], [1.0], [0.0]]),
        feature_names=_PLANE,
        target_names=("equal", "different"),
        task="classification",
        name="xor",
        description="Two bits; do they differ?",
    )


@explained
def spiral(n_per_class: int = 100, n_classes: int = 3, noise: float = 0.2, *, seed: Seed = 0) -> Dataset:
    """Arms that wind around each other, one for each class.

    Arm c has radius r from 0 to 1 and angle t from 4c to 4c + 4, both in equal steps, with
    `noise` · N(0, 1) added to t; its points are (r sin 2.5t, r cos 2.5t).

    Parameters
    ----------
    n_per_class : int
        Points in each arm, at least 1.
    n_classes : int
        Number of arms, at least 1.
    noise : float
        Standard deviation of the angle t, at least 0.
    seed : int, Generator, RandomState or None
        `numpy.random.RandomState(0)` gives the points that course texts print for
        ``np.random.seed(0)``; an integer seeds a new `Generator`.

    Returns
    -------
    Dataset
        `X` of shape (n_classes · n_per_class, 2) in [-1, 1], arm after arm; `y` int64 labels.

    Raises
    ------
    ArgumentError
        If an argument is out of range.

    Notes
    -----
    Source: Karpathy, *CS231n: Convolutional Neural Networks for Visual Recognition*, 2015,
    "Putting it together: minimal neural network case study".
    """
    n_per_class = checks.integer("n_per_class", n_per_class, least=1, most=MOST)
    n_classes = checks.integer("n_classes", n_classes, least=1, most=MOST)
    noise = checks.number("noise", noise, least=0.0)
    source = random_source(seed)
    radius = np.linspace(0.0, 1.0, n_per_class)
    arms = []
    for arm in range(n_classes):
        angle = np.linspace(4.0 * arm, 4.0 * arm + 4.0, n_per_class)
        angle = 2.5 * (angle + noise * source.standard_normal(n_per_class))
        arms.append(np.column_stack((radius * np.sin(angle), radius * np.cos(angle))))
    labels = np.repeat(np.arange(n_classes, dtype=np.int64), n_per_class)
    return _plane("spiral", np.concatenate(arms), labels, "Points on spiral arms; which arm?")


@explained
def moons(n_samples: int = 200, noise: float = 0.1, *, seed: Seed = 0) -> Dataset:
    """Two half circles that reach into each other.

    Parameters
    ----------
    n_samples : int
        Number of points, at least 2, half of them in each class.
    noise : float
        Standard deviation of the N(0, 1) added to each coordinate, at least 0.
    seed : int, Generator, RandomState or None

    Returns
    -------
    Dataset
        `X` of shape (n_samples, 2), about [-1, 2] × [-0.5, 1]; `y` int64 labels 0 and 1.

    Raises
    ------
    ArgumentError
        If an argument is out of range.

    Notes
    -----
    Source: `sklearn.datasets.make_moons`, which gives the same points for the same integer seed.
    """
    n_samples = checks.integer("n_samples", n_samples, least=2, most=MOST)
    noise = checks.number("noise", noise, least=0.0)
    n_outer = n_samples // 2
    outer, inner = (np.linspace(0.0, np.pi, n) for n in (n_outer, n_samples - n_outer))
    rows = np.concatenate((_on_circle(outer), 1.0 - _on_circle(inner) - [0.0, 0.5]))
    X, y = _mixed(rows, [n_outer, n_samples - n_outer], noise, legacy_source(seed))
    return _plane("moons", X, y, "Points on two half circles; which one?")


@explained
def circles(n_samples: int = 200, noise: float = 0.05, *, factor: float = 0.5, seed: Seed = 0) -> Dataset:
    """A circle of radius 1 (class 0) around a smaller one (class 1).

    Parameters
    ----------
    n_samples : int
        Number of points, at least 2, half of them in each class.
    noise : float
        Standard deviation of the N(0, 1) added to each coordinate, at least 0.
    factor : float
        Radius of the inner circle, 0 <= factor < 1.
    seed : int, Generator, RandomState or None

    Returns
    -------
    Dataset
        `X` of shape (n_samples, 2), about [-1, 1]; `y` int64 labels 0 and 1.

    Raises
    ------
    ArgumentError
        If an argument is out of range.

    Notes
    -----
    Source: `sklearn.datasets.make_circles`, which gives the same points for the same integer seed.
    """
    n_samples = checks.integer("n_samples", n_samples, least=2, most=MOST)
    noise = checks.number("noise", noise, least=0.0)
    factor = checks.number("factor", factor, least=0.0, below=1.0)
    n_outer = n_samples // 2
    outer, inner = (np.linspace(0.0, 2 * np.pi, n, endpoint=False) for n in (n_outer, n_samples - n_outer))
    rows = np.concatenate((_on_circle(outer), _on_circle(inner) * factor))
    X, y = _mixed(rows, [n_outer, n_samples - n_outer], noise, legacy_source(seed))
    return _plane("circles", X, y, "Points on two circles, one inside the other; which one?")


@explained
def blobs(n_samples: int = 300, n_classes: int = 3, spread: float = 1.0, *, seed: Seed = 0) -> Dataset:
    """Round clouds of points in the plane, one for each class.

    Parameters
    ----------
    n_samples : int
        Number of points, shared out evenly; at least one for each class.
    n_classes : int
        Number of clouds, at least 1; their centres are uniform in [-10, 10]².
    spread : float
        Standard deviation of each cloud, at least 0.
    seed : int, Generator, RandomState or None

    Returns
    -------
    Dataset
        `X` of shape (n_samples, 2), about [-10, 10]; `y` int64 labels.

    Raises
    ------
    ArgumentError
        If an argument is out of range.

    Notes
    -----
    Source: `sklearn.datasets.make_blobs`, which gives the same points for the same integer seed.
    """
    n_classes = checks.integer("n_classes", n_classes, least=1, most=MOST)
    n_samples = checks.integer("n_samples", n_samples, least=n_classes, most=MOST)
    spread = checks.number("spread", spread, least=0.0)
    random = legacy_source(seed)
    centres = random.uniform(-10.0, 10.0, size=(n_classes, 2))
    counts = [n_samples // n_classes + (label < n_samples % n_classes) for label in range(n_classes)]
    clouds = [random.normal(centre, spread, size=(n, 2)) for centre, n in zip(centres, counts, strict=True)]
    X, y = _mixed(np.concatenate(clouds), counts, 0.0, random)
    return _plane("blobs", X, y, "Points in round clouds; which cloud?")


@explained
def sine(n_samples: int = 200, noise: float = 0.1, *, seed: Seed = 0) -> Dataset:
    """One period of y = sin x, in equal steps of x, with `noise` · N(0, 1) added to y.

    Parameters
    ----------
    n_samples : int
        Number of points, at least 1.
    noise : float
        Standard deviation of y, at least 0.
    seed : int, Generator, RandomState or None

    Returns
    -------
    Dataset
        `X` of shape (n_samples, 1), -π to π; `y` of shape (n_samples, 1), about [-1, 1].

    Raises
    ------
    ArgumentError
        If an argument is out of range.
    """
    n_samples = checks.integer("n_samples", n_samples, least=1, most=MOST)
    noise = checks.number("noise", noise, least=0.0)
    x = np.linspace(-np.pi, np.pi, n_samples)[:, np.newaxis]
    return Dataset(
        X=x,
        y=np.sin(x) + noise * random_source(seed).standard_normal((n_samples, 1)),
        feature_names=("x",),
        target_names=None,
        task="regression",
        name="sine",
        description="A noisy sine wave; how high is it at x?",
    )


def _on_circle(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack((np.cos(angles), np.sin(angles)))


def _mixed(
    rows: NDArray[np.float64], counts: list[int], noise: float, random: np.random.RandomState
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points class after class, in a random order, with noise · N(0, 1) added, and their labels."""
    order = random.permutation(len(rows))
    X, y = rows[order], np.repeat(np.arange(len(counts)), counts)[order]
    return (X + random.normal(scale=noise, size=X.shape) if noise > 0 else X), y


def _plane(name: str, X: NDArray[Any], y: NDArray[Any], description: str) -> Dataset:
    return Dataset(
        X=X.astype(np.float64),
        y=y.astype(np.int64),
        feature_names=_PLANE,
        target_names=tuple(str(label) for label in range(int(y.max()) + 1)),
        task="classification",
        name=name,
        description=description,
    )
