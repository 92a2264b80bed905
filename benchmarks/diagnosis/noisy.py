"""Healthy trainings on noisy tables: faint relations, wrong labels, repeated and coarse measurements, heavy tails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

import glassnet as gn
from benchmarks.diagnosis import learning, problems
from benchmarks.diagnosis.problems import Array, Problem, Random, held_back, standardized
from benchmarks.diagnosis.sensible import log_uniform, pick
from benchmarks.diagnosis.trainings import Setup, Training


def draw(random: Random) -> Setup:
    """A small network, trained with care, on one of the tables."""
    problem = _scaled(pick(random, TABLES)(random), random)
    n_classes = problem.n_classes if problem.has_classes else 1
    loss, last = ("mse", gn.Dense(1)) if not problem.has_classes else ("scce", gn.Dense(n_classes, "softmax"))
    if n_classes == 2 and random.uniform() < 0.5:
        loss, last = "bce", gn.Dense(1, "sigmoid")
    hidden = [gn.Dense(int(pick(random, (4, 8, 16))), pick(random, ("relu", "tanh")))]
    if random.uniform() < 0.2:
        hidden.append(gn.Dense(8, hidden[0].activation))
    if random.uniform() < 0.4:
        hidden = [replace(layer, l2=log_uniform(random, 1e-4, 1e-2)) for layer in hidden]
    patience = 10 if random.uniform() < 0.4 else 0
    return Setup(
        problem, (*hidden, last), loss, gn.Adam(log_uniform(random, 2e-3, 1e-2)), int(random.integers(15, 60)),
        int(pick(random, (16, 32))), int(random.integers(2**31)), patience=patience,
    )  # fmt: skip


def is_healthy(training: Training) -> bool:
    """Whether it learned much of what the noise leaves to be learned, and learned little by heart."""
    if training.diverged:
        return False
    held, known = learning.score(training, held=True), learning.score(training)
    losses = training.curve("validation_loss")
    last = losses[-1] if not training.history.restored_epoch else min(losses)
    return (
        held > max(0.03, 0.5 * training.setup.problem.best)
        and known - held < 0.15
        and last < 1.1 * min(losses)
    )


def _scaled(problem: Problem, random: Random) -> Problem:
    """Features, and values to predict, of size 1."""
    middle, spread = problem.X.mean(axis=0), problem.X.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    return replace(problem, X=(problem.X - middle) / spread, X_held=(problem.X_held - middle) / spread)


def _of_values(name: str, X: Array, signal: Array, noise: Array, random: Random) -> Problem:
    """Values whose spread is in some part that of the signal."""
    share = log_uniform(random, 0.05, 0.5)
    y = np.sqrt(share) * standardized(signal[:, None]) + np.sqrt(1 - share) * standardized(noise[:, None])
    return replace(held_back(name, X, y, random), best=share)


def _of_classes(name: str, X: Array, signal: Array, random: Random) -> Problem:
    """Classes whose chances the signal moves."""
    steep = log_uniform(random, 0.5, 3)
    chances = 1 / (1 + np.exp(-steep * standardized(signal[:, None])[:, 0] - random.normal(scale=0.3)))
    y = (random.uniform(size=len(X)) < chances).astype(int)
    best = learning.above_constant((chances > 0.5) == y, y)
    return replace(held_back(name, X, y, random), best=float(best))


def _size(random: Random) -> int:
    return int(log_uniform(random, 140, 1500))


def _features(random: Random, n: int) -> Array:
    """Columns of several kinds: bells, long tails, counts, yes and no, a few that repeat others in part."""
    columns = [
        pick(random, (
            lambda: random.normal(size=n), lambda: random.lognormal(size=n), lambda: random.poisson(2, n),
            lambda: random.uniform(size=n) < 0.3, lambda: np.round(random.normal(size=n), 0),
        ))()
        for _ in range(int(random.integers(3, 20)))
    ]  # fmt: skip
    X = standardized(np.column_stack(columns).astype(float))
    return np.column_stack([X, X[:, :2] + 0.3 * random.normal(size=(n, 2))])


def _some(X: Array, random: Random) -> Array:
    """A sum of a few of the columns, some of them bent."""
    weights = random.normal(size=X.shape[1]) * (random.uniform(size=X.shape[1]) < 0.4)
    weights[int(random.integers(X.shape[1]))] = 1.5
    return np.asarray(X @ weights + 0.3 * np.square(X[:, 0]))


def _table(random: Random) -> Problem:
    X = _features(random, _size(random))
    n = len(X)
    noise = pick(random, (lambda: random.normal(size=n), lambda: random.standard_t(3, size=n)))()
    return _of_values("table", X, _some(X, random), noise, random)


def _table_of_classes(random: Random) -> Problem:
    X = _features(random, _size(random))
    return _of_classes("table", X, _some(X, random), random)


def _repeated(random: Random) -> Problem:
    """Each thing measured several times: the same features, or nearly, with other values."""
    times = int(random.integers(3, 10))
    X = np.repeat(_features(random, max(_size(random) // times, 40)), times, axis=0)
    X = X + pick(random, (0.0, 0.05)) * random.normal(size=X.shape)
    if random.uniform() < 0.5:
        return _of_classes("repeated", X, _some(X, random), random)
    return _of_values("repeated", X, _some(X, random), random.normal(size=len(X)), random)


def _coarse(random: Random) -> Problem:
    """Few different rows: two or three questions with a few answers each."""
    X = random.integers(1, 6, size=(_size(random), int(random.integers(2, 4)))).astype(float)
    if random.uniform() < 0.5:
        return _of_classes("coarse", X, _some(X, random), random)
    return _of_values("coarse", X, _some(X, random), random.normal(size=len(X)), random)


def _wrong_labels(random: Random) -> Problem:
    name = pick(random, ("iris", "wine", "breast_cancer", "blobs", "clouds"))
    problem = problems.draw(name, random)
    share, n = float(random.uniform(0.1, 0.35)), problem.n_classes

    def spoiled(y: Array) -> Array:
        wrong = random.uniform(size=len(y)) < share
        return np.where(wrong, (y + random.integers(1, n, size=len(y))) % n, y)

    return replace(
        problem, y=spoiled(problem.y), y_held=spoiled(problem.y_held), best=1 - share * n / (n - 1)
    )


def _diabetes(random: Random) -> Problem:
    return replace(problems.draw("diabetes", random), best=0.5)


TABLES: tuple[Callable[[Random], Problem], ...] = (
    _table, _table, _table_of_classes, _table_of_classes, _repeated, _coarse, _wrong_labels, _diabetes,
)  # fmt: skip
