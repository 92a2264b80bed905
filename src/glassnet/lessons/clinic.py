"""Twelve sick networks, each made ill by a real mistake: what lesson 13 shows, and what its exercises ask about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import glassnet as gn

CAUSES = {
    "symmetric_weights": "all weights of a layer began alike",
    "unscaled_inputs": "features of very different or large size",
    "learning_rate_too_high": "steps that are too long",
    "learning_rate_too_low": "steps that are too short",
    "dead_units": "ReLU units that are 0 for every sample",
    "vanishing_gradient": "a gradient that shrinks on its way back",
    "missing_nonlinearity": "layers without a bend between them",
    "overfitting": "samples learned by heart",
    "unscaled_targets": "values to predict that are far from 1",
    "labels_unrelated": "targets that have nothing to do with the samples",
    "leakage": "new samples that are none: they were trained on",
    "too_few_units": "too few hidden neurons for the task",
}


@dataclass(frozen=True)
class Patient:
    """A trained network, what it was trained on, and how its training went."""

    network: gn.Network
    X: Any
    y: Any
    history: gn.History
    validation: tuple[Any, Any] | None
    settings: dict[str, Any]


def _train(network: gn.Network, X: Any, y: Any, validation: Any = None, **options: Any) -> Patient:
    settings: dict[str, Any] = {
        "epochs": 60,
        "batch_size": 32,
        "seed": 0,
        "engine": "numpy",
        "progress": False,
    } | options
    history = network.fit(X, y, validation_data=validation, **settings)
    return Patient(network, X, y, history, validation, settings)


def _digits(share: float = 0.5) -> tuple[Any, Any]:
    X, _, y, _ = gn.datasets.digits().split(1 - share, seed=0)
    return X, y


def _moons(n: int = 300, noise: float = 0.15, seed: int = 0) -> tuple[Any, Any]:
    data = gn.datasets.moons(n, noise=noise, seed=seed)
    return data.X, data.y


def _classifier(*hidden: Any, n: int = 2) -> gn.Network:
    last = gn.Dense(1, "sigmoid") if n == 2 else gn.Dense(n, "softmax")
    return gn.Network([*hidden, last], seed=0)


def _symmetric_weights() -> Patient:
    alike = gn.initializers.Constant(0.5)
    network = gn.Network([gn.Dense(8, "tanh", alike), gn.Dense(1, "sigmoid", alike)])
    return _train(network, *_moons(), loss="bce", optimizer=gn.SGD(0.1))


def _unscaled_inputs() -> Patient:
    data = gn.datasets.wine()
    return _train(_classifier(gn.Dense(16, "tanh"), n=3), data.X, data.y, loss="scce", optimizer=gn.SGD(0.01))


def _learning_rate_too_high() -> Patient:
    return _train(
        _classifier(gn.Dense(32, "tanh"), n=10), *_digits(), loss="scce", optimizer=gn.SGD(15.0), epochs=20
    )


def _learning_rate_too_low() -> Patient:
    return _train(
        _classifier(gn.Dense(32, "relu"), n=10), *_digits(), loss="scce", optimizer=gn.SGD(1e-4), epochs=20
    )


def _dead_units() -> Patient:
    network = _classifier(gn.Dense(32, "relu", bias_initializer=gn.initializers.Constant(-4.0)), n=10)
    return _train(network, *_digits(), loss="scce", optimizer=gn.SGD(0.1), epochs=20)


def _vanishing_gradient() -> Patient:
    network = _classifier(*(gn.Dense(16, "sigmoid") for _ in range(8)))
    return _train(network, *_moons(), loss="bce", optimizer=gn.SGD(0.1))


def _missing_nonlinearity() -> Patient:
    data = gn.datasets.spiral()
    return _train(
        _classifier(gn.Dense(64), gn.Dense(64), n=3), data.X, data.y, loss="scce", optimizer=gn.Adam(0.01)
    )


def _overfitting() -> Patient:
    X, y = _moons(40, noise=0.45)
    network = _classifier(gn.Dense(128, "relu"), gn.Dense(128, "relu"))
    return _train(
        network,
        X,
        y,
        _moons(400, noise=0.45, seed=1),
        loss="bce",
        optimizer=gn.Adam(0.005),
        epochs=300,
        batch_size=8,
    )


def _unscaled_targets() -> Patient:
    data = gn.datasets.diabetes()
    X = gn.Standardizer().fit(data.X).transform(data.X)
    network = gn.Network([gn.Dense(16, "tanh"), gn.Dense(1)], seed=0)
    return _train(network, X, data.y, loss="mse", optimizer=gn.Adam(0.001))


def _labels_unrelated() -> Patient:
    X, y = _digits(0.3)
    return _train(
        _classifier(gn.Dense(32, "relu"), n=10), X, np.random.default_rng(0).permutation(y), loss="scce",
        optimizer=gn.Adam(0.001), epochs=15,
    )  # fmt: skip


def _leakage() -> Patient:
    X, y = _moons(300, noise=0.3)
    network = _classifier(gn.Dense(32, "relu"))
    return _train(network, X, y, (X[:100], y[:100]), loss="bce", optimizer=gn.Adam(0.01))


def _too_few_units() -> Patient:
    data = gn.datasets.spiral(noise=0.0)
    return _train(
        _classifier(gn.Dense(3, "tanh"), n=3),
        data.X,
        data.y,
        loss="scce",
        optimizer=gn.Adam(0.02),
        epochs=300,
    )


_MAKERS: dict[str, Callable[[], Patient]] = {
    maker.__name__.removeprefix("_"): maker
    for maker in (
        _symmetric_weights, _unscaled_inputs, _learning_rate_too_high, _learning_rate_too_low, _dead_units,
        _vanishing_gradient, _missing_nonlinearity, _overfitting, _unscaled_targets, _labels_unrelated, _leakage,
        _too_few_units,
    )
}  # fmt: skip


NUMBERS = (
    "dead_units", "overfitting", "learning_rate_too_high", "unscaled_inputs",
    "missing_nonlinearity", "labels_unrelated", "symmetric_weights", "learning_rate_too_low",
    "vanishing_gradient", "leakage", "too_few_units", "unscaled_targets",
)  # fmt: skip


@cache
def patient(number: int) -> Patient:
    """The patient of that number, from 1 to 12."""
    return _MAKERS[NUMBERS[number - 1]]()


def chart(number: int) -> str:
    """What is written on a patient's chart: data, layers, how it was trained, and how that went."""
    sick = patient(number)
    sizes = np.sqrt((np.asarray(sick.X, dtype=float) ** 2).mean(axis=0))
    y = np.asarray(sick.y).ravel()
    losses, how = sick.history["loss"], sick.settings
    rows = [
        f"patient {number}",
        f"  samples    {len(sick.X)} of {sick.X.shape[1]} features, of sizes {sizes.min():.2g} to {sizes.max():.2g}",
        f"  targets    {', '.join(f'{value:g}' for value in y[:8])}, …",
        f"  layers     {', '.join(map(repr, sick.network.layers))}",
        f"  training   {how['optimizer']!r}, batches of {how['batch_size']}, loss {how['loss']}",
        f"  loss       {losses[0]:.4g} after the first epoch, {losses[-1]:.4g} after the last of {len(losses)}",
    ]
    if sick.validation is not None:
        validation = sick.history["validation_loss"]
        rows.append(
            f"  new loss   {validation[0]:.4g} and {validation[-1]:.4g}, on {len(sick.validation[0])} new samples"
        )
    return "\n".join(rows)
