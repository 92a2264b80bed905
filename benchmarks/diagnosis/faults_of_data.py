"""Faults in the data and in what is asked of a network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import glassnet as gn
from benchmarks.diagnosis import learning, measures, problems, sensible
from benchmarks.diagnosis.planting import Fault, does_worse, stays_at_chance, with_dense
from benchmarks.diagnosis.problems import Array, Problem, Random
from benchmarks.diagnosis.sensible import log_uniform, pick
from benchmarks.diagnosis.trainings import Setup, Training


def _with_features(problem: Problem, factor: Array | float, shift: Array | float) -> Problem:
    return replace(problem, X=problem.X * factor + shift, X_held=problem.X_held * factor + shift)


def _large_features(random: Random) -> Setup:
    name = pick(random, (*problems.ALL, "wine", "breast_cancer"))
    setup = sensible.draw(random, (name,), extras=False)
    problem, n = setup.problem, setup.problem.X.shape[1]
    factor, shift, drawn = np.ones(n), np.zeros(n), random.uniform()
    if name in ("wine", "breast_cancer"):
        raw = problems.raw(name, random)[0]
        factor, shift = raw.std(axis=0), raw.mean(axis=0)
    elif drawn < 0.4:
        factor[:] = log_uniform(random, 100, 3000)
    elif drawn < 0.7:
        factor[int(random.integers(n))] = log_uniform(random, 300, 1e5)
    else:
        shift[:] = log_uniform(random, 50, 2000)
    return setup.spoiled(problem=_with_features(problem, factor, shift))


def _large_values(random: Random) -> Setup:
    setup = sensible.draw(random, problems.VALUES, extras=False)
    factor, shift = log_uniform(random, 30, 10_000), 0.0
    if random.uniform() < 0.4:
        factor, shift = 1.0, log_uniform(random, 100, 5000)
    problem = setup.problem
    return setup.spoiled(
        problem=replace(problem, y=problem.y * factor + shift, y_held=problem.y_held * factor + shift)
    )


def _unrelated(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, extras=False)
    problem = setup.problem
    if random.uniform() < 0.3:
        steps = int(random.integers(1, 4))
        y, y_held = np.roll(problem.y, steps, axis=0), np.roll(problem.y_held, steps, axis=0)
    else:
        y, y_held = random.permutation(problem.y), random.permutation(problem.y_held)
    return setup.spoiled(problem=replace(problem, y=y, y_held=y_held))


def _are_unrelated(training: Training) -> bool:
    return learning.learns(training.twin, 0.6) and measures.forest_score(training) < 0.05


_WRONG_ENDS = (
    # number of outputs (0: as many as classes), last activation, loss, what is wrong
    (0, "linear", "scce"),  # softmax missing
    (0, "linear", "cce"),
    (1, "linear", "bce"),  # sigmoid missing
    (0, "softmax", "softmax_cross_entropy"),  # softmax doubled
    (0, "softmax", "sparse_softmax_cross_entropy"),
    (1, "sigmoid", "sigmoid_cross_entropy"),  # sigmoid doubled
    (0, "sigmoid", "cce"),  # sigmoid in place of softmax
    (0, "relu", "scce"),  # ReLU in place of softmax
    (1, "tanh", "bce"),  # tanh in place of sigmoid
    (1, "sigmoid", "mse"),  # slope vanishes where the answer is wrong
    (0, "softmax", "mse"),
)


def _wrong_end(random: Random) -> Setup:
    if random.uniform() < 0.25:
        setup = sensible.draw(random, problems.VALUES, extras=False)
        wrong = pick(random, ("sigmoid", "relu", "softplus", "tanh"))
        return setup.spoiled(layers=with_dense(setup, lambda layer: replace(layer, activation=wrong), [-1]))
    n_outputs, activation, loss = pick(random, _WRONG_ENDS)
    names = ("moons", "circles", "breast_cancer", "xor_clouds") if n_outputs == 1 else problems.HELD_CLASSES
    setup = sensible.draw(random, names, extras=False)
    units = n_outputs or setup.problem.n_classes
    return setup.spoiled(loss=loss, layers=with_dense(setup, lambda layer: gn.Dense(units, activation), [-1]))


def _is_wrong(training: Training) -> bool:
    """Squared errors of probabilities can be learned from, so with them it must have gone wrong."""
    setup = training.setup
    may_work = setup.problem.has_classes and setup.loss == "mse"
    return measures.mismatched(setup) and (does_worse(training) or not may_work)


def _flat(random: Random) -> Setup:
    setup = sensible.draw(random, problems.CURVED, depths=(1, 2, 3, 4), extras=False)
    return setup.spoiled(
        layers=with_dense(
            setup, lambda layer: replace(layer, activation="linear"), range(len(setup.dense) - 1)
        )
    )


def _is_flat(training: Training) -> bool:
    return measures.is_affine(training) and does_worse(training)


def _sorted(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD_CLASSES, extras=False)
    problem = setup.problem
    order = np.argsort(problem.y, kind="stable")
    return setup.spoiled(
        problem=replace(problem, X=problem.X[order], y=problem.y[order]),
        shuffle=False,
        batch_size=int(pick(random, (8, 16, 32))),
    )


def _is_sorted(training: Training) -> bool:
    return measures.single_class_batches(training) > 0.5


def _leaking(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, extras=False)
    problem = setup.problem
    n = len(problem.X_held)
    places = random.permutation(n)[: int(np.ceil(random.uniform(0.1, 1.0) * n))]
    source = random.permutation(len(problem.X))[: len(places)]
    X_held, y_held = problem.X_held.copy(), problem.y_held.copy()
    X_held[places], y_held[places] = problem.X[source], problem.y[source]
    return setup.spoiled(problem=replace(problem, X_held=X_held, y_held=y_held))


def _leaks(training: Training) -> bool:
    return measures.repeated_rows(training) >= 0.1


def _few_and_noisy(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, depths=(1, 2, 3), extras=False)
    problem = setup.problem
    few = random.permutation(len(problem.X))[: int(random.integers(25, 80))]
    y = problem.y[few]
    if problem.has_classes:
        wrong = random.uniform(size=len(y)) < random.uniform(0.1, 0.3)
        y = np.where(wrong, (y + random.integers(1, problem.n_classes, size=len(y))) % problem.n_classes, y)
    else:
        y = y + random.normal(scale=random.uniform(0.3, 0.8), size=y.shape)
    wide = with_dense(setup, lambda layer: replace(layer, units=64), range(len(setup.dense) - 1))
    return setup.spoiled(
        problem=replace(problem, X=problem.X[few], y=y), layers=wide, batch_size=8, epochs=120
    )


def _overfits(training: Training) -> bool:
    losses = training.curve("validation_loss")
    return (
        learning.learns(training, 0.85)
        and learning.score(training, held=True) < learning.score(training) - 0.2
        and losses[-1] > 1.5 * min(losses)
    )


def _too_little(random: Random) -> Setup:
    setup = sensible.draw(random, (*problems.CURVED, "digits", "friedman"), depths=(1, 2), extras=False)
    if random.uniform() < 0.3:
        penalty = log_uniform(random, 0.1, 1.0)
        return setup.spoiled(layers=with_dense(setup, lambda layer: replace(layer, l2=penalty)))
    units = int(random.integers(1, 3))
    return setup.spoiled(layers=with_dense(setup, lambda layer: replace(layer, units=units), [0]))


def _underfits(training: Training) -> bool:
    losses = training.curve("loss")
    settled = losses[-1] > 0.9 * losses[-len(losses) // 4]
    return (
        settled
        and learning.learns(training.twin, 0.8)
        and learning.score(training) < 0.6
        and not measures.rate_too_low(training, None)
    )


def _uneven(random: Random) -> Setup:
    name = pick(random, ("moons", "blobs", "clouds", "breast_cancer", "xor_clouds", "circles", "digits"))
    setup = sensible.draw(random, (name,), extras=False)
    problem, rare = setup.problem, int(random.integers(setup.problem.n_classes))
    kept, held = (_thinned(random, y, rare) for y in (problem.y, problem.y_held))
    return setup.spoiled(
        problem=Problem(name, problem.X[kept], problem.y[kept], problem.X_held[held], problem.y_held[held])
    )


def _thinned(random: Random, y: Array, rare: int) -> Array:
    """Places of all samples, but of the rare class one for 12 to 50 of the most frequent, at least one."""
    places = random.permutation(np.flatnonzero(y == rare))
    left = max(1, int(np.bincount(y).max() / random.uniform(12, 50)))
    return np.sort(np.concatenate([np.flatnonzero(y != rare), places[:left]]))


def _is_uneven(training: Training) -> bool:
    return measures.rarest(training) <= 0.1


FAULTS = (
    Fault("unscaled_inputs", _large_features, does_worse),
    Fault("unscaled_targets", _large_values, stays_at_chance),
    Fault("labels_unrelated", _unrelated, _are_unrelated),
    Fault("output_loss_mismatch", _wrong_end, _is_wrong),
    Fault("missing_nonlinearity", _flat, _is_flat),
    Fault("sorted_not_shuffled", _sorted, _is_sorted),
    Fault("leakage", _leaking, _leaks),
    Fault("overfitting", _few_and_noisy, _overfits),
    Fault("underfitting", _too_little, _underfits, ("too_few_units",)),
    Fault("imbalance", _uneven, _is_uneven),
)
