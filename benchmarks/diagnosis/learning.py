"""How well a training learned: scores, losses, and what guessing would give."""

from __future__ import annotations

import numpy as np

import glassnet as gn
from benchmarks.diagnosis.problems import Array
from benchmarks.diagnosis.trainings import Setup, Training
from glassnet.activations import Linear
from glassnet.losses import Loss
from glassnet.losses.base import one_hot_rows


def outputs(training: Training, X: Array) -> Array:
    """Predictions, logits turned into probabilities."""
    with np.errstate(all="ignore"):
        loss = training.setup.objective
        return np.asarray(loss.activation.value(training.last.predict(X).astype(np.float64)))


def score(training: Training, held: bool = False) -> float:
    """0 for the best constant answer, 1 for all right: accuracy above the largest class's share, or R2.

    Of the samples held back, if there are any, or of those trained on.
    """
    problem = training.setup.problem
    X, y = (problem.X_held, problem.y_held) if held and len(problem.X_held) else (problem.X, problem.y)
    found = outputs(training, X)
    if not problem.has_classes:
        return float(1 - np.mean((found - y) ** 2) / np.var(y))
    return above_constant(classes_of(found) == y, y)


def classes_of(output: Array) -> Array:
    """The class of each row."""
    return (output[:, 0] > 0.5).astype(int) if output.shape[1] == 1 else output.argmax(axis=1)


def above_constant(right: Array, y: Array) -> float:
    """How much more often right than the most frequent class; 1 for always."""
    largest = np.bincount(y).max() / len(y)
    return float((right.mean() - largest) / max(1 - largest, 1e-9))


def chance(setup: Setup) -> float:
    """The loss of the best output that is the same for every sample."""
    y = setup.data[1]
    loss = setup.objective
    if not setup.problem.has_classes:
        middle = np.median(y) if setup.loss == "mae" else y.mean()
        return loss.value(y, np.full(y.shape, middle))
    shares = np.bincount(setup.problem.y, minlength=setup.n_outputs) / len(y)
    if setup.n_outputs == 1:
        shares = shares[1:]
    return loss.value(y, np.broadcast_to(_before(setup, shares), (len(y), setup.n_outputs)))


def undecided(setup: Setup) -> float:
    """The loss of a network that knows nothing yet: all classes alike, or values of 0."""
    X, y = setup.data
    n = setup.n_outputs
    if not setup.problem.has_classes:
        return setup.objective.value(y, np.zeros((len(X), n)))
    alike = np.full(n, 0.5 if n == 1 else 1 / n)
    return setup.objective.value(y, np.broadcast_to(_before(setup, alike), (len(X), n)))


def _before(setup: Setup, shares: Array) -> Array:
    """The output that stands for these probabilities."""
    if isinstance(setup.objective.activation, Linear):
        return shares
    shares = np.clip(shares, 1e-9, 1 - 1e-9)
    return np.log(shares / (1 - shares)) if setup.n_outputs == 1 else np.log(shares)


def compared(loss: Loss, y: Array, output: Array) -> tuple[float, Array]:
    """Value and gradient of the loss, also of outputs that it refuses by hand, such as probabilities above 1."""
    rows = one_hot_rows(loss, y, output) if loss.takes_classes else y.astype(output.dtype)
    return loss.compare(rows, output, None)


def loss_of(training: Training, network: gn.Network) -> float:
    """The loss of this network on all training samples."""
    X, y = training.setup.data
    with np.errstate(all="ignore"):
        value = compared(training.setup.objective, y, network.predict(X))[0]
    return value if np.isfinite(value) else np.inf


def last_loss(training: Training) -> float:
    """The loss at the end; infinite if training diverged."""
    return np.inf if training.diverged else loss_of(training, training.last)


def learns(training: Training, at_least: float) -> bool:
    """Whether the share of what there is to learn that it learned is this large."""
    return not training.diverged and score(training) >= at_least


def alike_are_near(training: Training) -> float:
    """Of an embedding: the share of samples whose nearest other one is of the same class."""
    problem = training.setup.problem
    places = training.last.predict(problem.X).astype(np.float64)
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return float(np.mean(problem.y[distances.argmin(axis=1)] == problem.y))
