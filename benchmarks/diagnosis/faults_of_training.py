"""Faults in how the samples are counted, split and stepped over, and in programs that are not glassnet's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import glassnet as gn
from benchmarks.diagnosis import learning, problems, sensible
from benchmarks.diagnosis.planting import Fault, does_worse
from benchmarks.diagnosis.problems import Problem, Random
from benchmarks.diagnosis.sensible import log_uniform, pick
from benchmarks.diagnosis.trainings import Setup, Training


def _throttled(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, depths=(1, 2), extras=False)
    sgd = gn.SGD(log_uniform(random, 0.05, 0.2), momentum=pick(random, (0.0, 0.9)))
    setup = replace(setup, optimizer=sgd)
    limit = log_uniform(random, 1e-6, 1e-3)
    option = {"clip_norm": limit} if random.uniform() < 0.7 else {"clip_value": limit / 10}
    return setup.spoiled(optimizer=replace(sgd, **option))


def _weighed(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD_CLASSES, depths=(1, 2), extras=False)
    problem, factor = setup.problem, log_uniform(random, 3e3, 1e7)
    chosen = int(random.integers(problem.n_classes))
    if random.uniform() < 0.5:
        return setup.spoiled(options={"class_weight": {chosen: factor}})
    return setup.spoiled(options={"sample_weight": np.where(problem.y == chosen, factor, 1.0)})


def _does_far_worse(training: Training) -> bool:
    return does_worse(training) and learning.score(training) < learning.score(training.twin) - 0.3


def _lagging(random: Random) -> Setup:
    names = ("moons", "circles", "blobs", "clouds", "xor_clouds", "breast_cancer", "wine")
    setup = sensible.draw(random, names, depths=(1, 2), activations=("relu",), extras=False)
    problem, moved = setup.problem, float(random.uniform(3, 10))
    setup = replace(setup, problem=replace(problem, X=problem.X + moved, X_held=problem.X_held + moved))
    setup = replace(setup, batch_size=None, epochs=min(setup.epochs, 100))

    def layers(momentum: float) -> tuple[gn.layers.Layer, ...]:
        *hidden, last = setup.layers
        return (*(part for layer in hidden for part in _normalised(layer, momentum)), last)

    return replace(setup, layers=layers(0.1)).spoiled(layers=layers(log_uniform(random, 1e-5, 1e-3)))


def _normalised(layer: gn.layers.Layer, momentum: float) -> list[gn.layers.Layer]:
    if not isinstance(layer, gn.Dense):
        return [layer]
    return [gn.Dense(layer.units), gn.BatchNorm(momentum=momentum), gn.Activation(layer.activation)]


def _split_badly(random: Random) -> Setup:
    name = pick(random, ("digits", "iris", "wine", "blobs", "spiral", "sine", "friedman"))
    setup = sensible.draw(random, (name,), extras=False)
    problem = setup.problem
    if not problem.has_classes:  # sorted before the split
        X, y = (np.concatenate(pair) for pair in ((problem.X, problem.X_held), (problem.y, problem.y_held)))
        order = np.argsort(y[:, 0])
        X, y, n = X[order], y[order], len(problem.X)
        return setup.spoiled(problem=Problem(name, X[:n], y[:n], X[n:], y[n:]))
    lost = int(random.integers(problem.n_classes))
    if problem.n_classes > 2 and random.uniform() < 0.5:
        kept = problem.y != lost
        return setup.spoiled(problem=replace(problem, X=problem.X[kept], y=problem.y[kept]))
    kept = problem.y_held != lost
    return setup.spoiled(problem=replace(problem, X_held=problem.X_held[kept], y_held=problem.y_held[kept]))


def _is_split_badly(training: Training) -> bool:
    problem = training.setup.problem
    if not problem.has_classes:
        return abs(problem.y.mean() - problem.y_held.mean()) > 1.2 * problem.y.std()
    counts = (np.bincount(side, minlength=12) for side in (problem.y, problem.y_held))
    return any(bool(((a == 0) & (b >= 6)).any() or ((b == 0) & (a >= 18)).any()) for a, b in [tuple(counts)])


def _biasless(random: Random) -> Setup:
    setup = sensible.draw(
        random, (*problems.CURVED[:3], "waves", "sine", "friedman"), depths=(1, 2), extras=False
    )
    problem, moved = setup.problem, float(random.uniform(1, 3))
    shifted = replace(problem, X=problem.X + moved, X_held=problem.X_held + moved)
    setup = replace(setup, problem=shifted, optimizer=gn.Adam(log_uniform(random, 5e-3, 2e-2)))
    without = tuple(
        replace(layer, use_bias=False) if isinstance(layer, gn.Dense) else layer for layer in setup.layers
    )
    return setup.spoiled(layers=without)


def _lacks_biases(training: Training) -> bool:
    return learning.learns(training.twin, 0.8) and learning.score(training) < 0.5


def _broadcast(random: Random) -> Setup:
    setup = sensible.draw(random, ("sine", "waves", "friedman", "plane"), depths=(1, 2), extras=False)
    problem, moved = setup.problem, float(random.uniform(-3, 3))
    setup = replace(
        setup, loss="mse", optimizer=gn.Adam(log_uniform(random, 5e-3, 2e-2)), epochs=400, batch_size=None,
        problem=replace(problem, y=problem.y + moved, y_held=problem.y_held + moved),
    )  # fmt: skip
    return setup.spoiled(own_loop=True)


def _compared_with_all(training: Training) -> bool:
    return learning.learns(training.twin, 0.6) and abs(learning.score(training)) < 0.02


FAULTS = (
    Fault("clipped_too_much", _throttled, _does_far_worse),
    Fault("weighed_down", _weighed, _does_far_worse),
    Fault("statistics_lag", _lagging, does_worse),
    Fault("split_differs", _split_badly, _is_split_badly),
    Fault("no_biases", _biasless, _lacks_biases),
    Fault("broadcast_targets", _broadcast, _compared_with_all),
)
