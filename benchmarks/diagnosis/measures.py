"""For each code, a measurement of its own that says whether a finding of that code is true of a training.

None of them asks the diagnosis, and those that can, ask something else than it could: another training at another
learning rate, the same training without the fault, or a random forest on the same data. They decide whether a finding
that was not planted is a consequence or wrong, so each takes the word at the least that it claims.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.model_selection import cross_val_predict

import glassnet as gn
from benchmarks.diagnosis.fitting import at_chance, has_too_few_units
from benchmarks.diagnosis.learning import above_constant, chance, last_loss, learns, loss_of, score, undecided
from benchmarks.diagnosis.problems import Array
from benchmarks.diagnosis.signals import Signal, error_sizes, gradient_sizes, indistinct, signals
from benchmarks.diagnosis.trainings import Setup, Training, run
from glassnet.activations import ActivationFunction, Linear, Sigmoid, Softmax

Measure = Callable[[Training, int | None], bool]


# ---- what flows through it


def hidden(network: gn.Network, training: Training) -> list[Signal]:
    """Signals of the hidden dense layers."""
    return signals(network, training.setup.problem.X)[:-1]


def _of_layers(holds: Callable[[Signal], bool]) -> Measure:
    """Whether it holds for that hidden layer, or for one, at the beginning or at the end."""

    def measure(training: Training, layer: int | None) -> bool:
        return any(
            holds(signal)
            for network in (training.first, training.last)
            for place, signal in enumerate(hidden(network, training))
            if layer is None or layer == place
        )

    return measure


def _begins_with(holds: Callable[[float], bool]) -> Measure:
    """Whether it holds for the first gain of that layer, or of one."""

    def measure(training: Training, layer: int | None) -> bool:
        flow = signals(training.first, training.setup.problem.X)
        return any(holds(signal.gain) for place, signal in enumerate(flow) if layer is None or layer == place)

    return measure


def _collapsed(training: Training, layer: int | None) -> bool:
    problem = training.setup.problem
    return any(
        indistinct(signal.a, problem.y) > max(indistinct(problem.X, problem.y), 0.02)
        for network in (training.first, training.last)
        for place, signal in enumerate(hidden(network, training))
        if layer is None or layer == place
    )


def falling_off(training: Training, network: gn.Network) -> float:
    """The first dense layer's gradient divided by the largest."""
    return _first_beside_largest(gradient_sizes(network, *training.setup.data, training.setup.objective))


def _error_falling_off(training: Training, network: gn.Network) -> float:
    return _first_beside_largest(error_sizes(network, *training.setup.data, training.setup.objective))


def _first_beside_largest(sizes: Array) -> float:
    return float(sizes[0] / sizes.max()) if np.isfinite(sizes).all() and sizes.max() > 0 else 1.0


def with_usual_weights(setup: Setup) -> gn.Network:
    """The same layers with weights of the usual scale, and no bias."""
    layers = [
        replace(layer, initializer="glorot_uniform", bias_initializer="zeros")
        if isinstance(layer, gn.Dense)
        else layer
        for layer in setup.layers
    ]
    return gn.Network(layers, seed=setup.seed, input_shape=setup.problem.X.shape[1])


def _vanishes(training: Training, layer: int | None) -> bool:
    ends_at_zero = not signals(training.first, training.setup.problem.X)[-1].weights.any()
    networks = (training.last,) if ends_at_zero else (training.first, training.last)
    return any(
        falling_off(training, network) <= 1e-2 or _error_falling_off(training, network) <= 1e-3
        for network in networks
    )


def error_growth(training: Training, network: gn.Network) -> float:
    """The error at the first dense layer divided by that at the last."""
    sizes = error_sizes(network, *training.setup.data, training.setup.objective)
    return float(sizes[0] / sizes[-1]) if np.isfinite(sizes).all() and sizes[-1] > 0 else np.inf


def _explodes(training: Training, layer: int | None) -> bool:
    networks = (training.first, training.last)
    setup = training.setup
    largest = max(float(gradient_sizes(network, *setup.data, setup.objective).max()) for network in networks)
    return (
        training.diverged
        or not largest <= 100
        or max(error_growth(training, network) for network in networks) > 30
    )


# ---- data


def spreads(X: Array) -> Array:
    """Standard deviations of the features that vary."""
    found = X.std(axis=0)
    return found[found > 0]


def _inputs_off(training: Training, layer: int | None) -> bool:
    X = training.setup.problem.X
    found = spreads(X)
    return found.max() > 20 or found.max() < 0.02 or bool((np.abs(X.mean(axis=0)) > 20).any())


def _targets_off(training: Training, layer: int | None) -> bool:
    y = training.setup.problem.y
    return y.ndim == 2 and bool(y.std() > 10 or y.std() < 0.02 or abs(y.mean()) > 20)


def repeated_rows(training: Training) -> float:
    """Share of the samples held back that are among those trained on."""
    problem = training.setup.problem
    known = {row.tobytes() for row in problem.X}
    return float(np.mean([row.tobytes() in known for row in problem.X_held])) if len(problem.X_held) else 0.0


def forest_score(training: Training) -> float:
    """The :func:`score` of a random forest on the same samples, each predicted by trees that never saw it."""
    X, y = training.setup.problem.X, training.setup.problem.y
    kinds = RandomForestClassifier if y.ndim == 1 else RandomForestRegressor
    forest = kinds(40, min_samples_leaf=2, random_state=0)
    found = cross_val_predict(forest, X, y.ravel(), cv=min(4, len(y) // 2))
    if y.ndim == 1:
        return above_constant(found == y, y)
    return float(1 - np.mean((found - y[:, 0]) ** 2) / np.var(y))


def rarest(training: Training) -> float:
    """Samples of the rarest class for one of the most frequent."""
    y = training.setup.problem.y
    if y.ndim == 2:
        return 1.0
    counts = np.bincount(y)
    return float(counts.min() / counts.max())


def single_class_batches(training: Training) -> float:
    """Share of batches that hold one class only; 0 where samples are shuffled."""
    setup = training.setup
    if setup.shuffle or setup.batch_size is None or not setup.problem.has_classes:
        return 0.0
    y = setup.problem.y
    starts = range(0, len(y), setup.batch_size)
    return float(np.mean([np.ptp(y[start : start + setup.batch_size]) == 0 for start in starts]))


# ---- over time


def _rate_too_high(training: Training, layer: int | None) -> bool:
    return any(_does_better(training, factor) for factor in (0.1, 0.01, 0.001))


def rate_too_low(training: Training, layer: int | None) -> bool:
    """Whether a higher rate brings the loss far lower in as many epochs."""
    return any(_does_better(training, factor) for factor in (10, 100, 1000, 1e4, 1e5))


def _does_better(training: Training, factor: float) -> bool:
    return last_loss(training.at_rate(factor)) < 0.7 * last_loss(training)


def _first_loss_off(training: Training, layer: int | None) -> bool:
    return loss_of(training, training.first) > 1.5 * max(undecided(training.setup), chance(training.setup))


def _overfits(training: Training, layer: int | None) -> bool:
    losses = training.curve("validation_loss")
    worse_than_it_was = losses[-1] > 1.3 * max(min(losses), last_loss(training))
    return learns(training, 0.3) and (score(training, held=True) < score(training) - 0.1 or worse_than_it_was)


def _underfits(training: Training, layer: int | None) -> bool:
    few = len(training.setup.problem.X) < 20
    return score(training) < (0.6 if few else forest_score(training) - 0.1)


# ---- how it is built

_ENDS: dict[str, type[ActivationFunction] | tuple[()]] = {
    "binary_cross_entropy": Sigmoid, "categorical_cross_entropy": Softmax,
    "sparse_categorical_cross_entropy": Softmax, "sigmoid_cross_entropy": Linear,
    "softmax_cross_entropy": Linear, "sparse_softmax_cross_entropy": Linear, "mean_squared_error": (),
}  # fmt: skip


def mismatched(setup: Setup) -> bool:
    """Whether the last activation and the loss are none of the pairs that belong together."""
    end = gn.activations.get(setup.dense[-1].activation)
    return not isinstance(end, _ENDS[setup.objective.name] if setup.problem.has_classes else Linear)


def is_affine(training: Training) -> bool:
    """Whether what reaches the last activation is an affine function of the features though there are hidden layers."""
    X = training.setup.problem.X
    if len(training.setup.dense) < 2:
        return False
    network, random = with_usual_weights(training.setup), np.random.default_rng(0)
    one, other = (X[random.integers(len(X), size=50)] for _ in range(2))
    middle, *ends = (signals(network, x)[-1].z for x in ((one + other) / 2, one, other))
    return bool(np.allclose(middle, (ends[0] + ends[1]) / 2, rtol=1e-6, atol=1e-6 * np.abs(middle).max()))


def _other_is_better(training: Training, **changes: Any) -> bool:
    """Whether the same training with these changes scores clearly more."""
    return score(run(replace(training.setup, **changes))) > score(training) + 0.1


def _throttles(training: Training, layer: int | None) -> bool:
    free = replace(training.setup.optimizer, clip_norm=None, clip_value=None)
    return free != training.setup.optimizer and _other_is_better(training, optimizer=free)


def _lags(training: Training, layer: int | None) -> bool:
    """Whether running statistics taken anew from all samples make predictions clearly better."""
    copy = gn.Network(
        [replace(p, momentum=1.0) if isinstance(p, gn.BatchNorm) else p for p in training.setup.layers],
        dtype="float64", input_shape=training.setup.problem.X.shape[1], seed=0,
    )  # fmt: skip
    copy.parameters = training.last.parameters
    copy.forward(training.setup.problem.X)
    return score(replace(training, last=copy)) > score(training) + 0.1


def _split_differs(training: Training, layer: int | None) -> bool:
    """Whether a forest tells samples trained on from those held back, or a class is on one side only."""
    problem = training.setup.problem
    if problem.has_classes and set(problem.y.tolist()) != set(problem.y_held.tolist()):
        return True
    rows = [np.column_stack([X, y]) for X, y in ((problem.X, problem.y), (problem.X_held, problem.y_held))]
    side = np.repeat([0, 1], [len(part) for part in rows])
    found = cross_val_predict(RandomForestClassifier(40, random_state=0), np.concatenate(rows), side, cv=4)
    return above_constant(found == side, side) > 0.3


def _misses_biases(training: Training, layer: int | None) -> bool:
    layers = tuple(replace(p, use_bias=True) if isinstance(p, gn.Dense) else p for p in training.setup.layers)
    return layers != training.setup.layers and _other_is_better(training, layers=layers)


def holds_back(training: Training, layer: int | None) -> bool:
    """Whether steps of that layer, or of one, are shortened, and the loss falls far lower where none are."""
    setup, whole = training.setup, {"learning_rate_factor": 1.0, "bias_learning_rate_factor": 1.0}
    free = tuple(replace(p, **whole) if isinstance(p, gn.Dense) else p for p in setup.layers)  # type: ignore[arg-type]
    changed = [place for place, pair in enumerate(zip(setup.layers, free, strict=True)) if pair[0] != pair[1]]
    here = bool(changed) if layer is None else layer in changed
    return here and last_loss(run(replace(setup, layers=free))) < 0.7 * last_loss(training)


def _average_lags(training: Training, layer: int | None) -> bool:
    return bool(training.setup.averaged) and _other_is_better(training, averaged=0.0)


MEASURES: dict[str, Measure] = {
    "dead_units": _of_layers(lambda signal: bool(signal.never_active.any())),
    "collapsed_representation": _collapsed,
    "saturated_units": _of_layers(lambda signal: bool(signal.saturated.mean() > 0.4)),
    "vanishing_gradient": _vanishes,
    "exploding_gradient": _explodes,
    "symmetric_weights": _of_layers(lambda signal: signal.repeated > 0),
    "scale_too_small": _begins_with(lambda gain: gain < 0.1),
    "scale_too_large": _begins_with(lambda gain: gain > 4),
    "unscaled_inputs": _inputs_off,
    "unscaled_targets": _targets_off,
    "learning_rate_too_high": _rate_too_high,
    "learning_rate_too_low": rate_too_low,
    "initial_loss_not_chance": _first_loss_off,
    "labels_unrelated": lambda training, layer: forest_score(training) < 0.1,
    "output_loss_mismatch": lambda training, layer: mismatched(training.setup),
    "missing_nonlinearity": lambda training, layer: is_affine(training),
    "sorted_not_shuffled": lambda training, layer: single_class_batches(training) > 0.5,
    "leakage": lambda training, layer: repeated_rows(training) > 0,
    "overfitting": _overfits,
    "underfitting": _underfits,
    "imbalance": lambda training, layer: rarest(training) <= 0.2,
    "loss_at_chance": lambda training, layer: at_chance(training, 0.1),
    "clipped_too_much": _throttles,
    "weighed_down": lambda training, layer: (
        bool(training.setup.options) and _other_is_better(training, options={})
    ),
    "statistics_lag": _lags,
    "split_differs": _split_differs,
    "no_biases": _misses_biases,
    "broadcast_targets": lambda training, layer: training.setup.own_loop,
    "held_back": holds_back,
    "average_lags": _average_lags,
    "too_few_units": lambda training, layer: has_too_few_units(training, 0.95, 0.85),
}
