"""Small networks, trained and recorded once for all tests of pictures."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

import glassnet as gn


class Trained(NamedTuple):
    network: gn.Network
    X: Any
    y: Any
    recorder: gn.Recorder
    history: gn.History


def fitted(network: gn.Network, X: Any, y: Any, loss: str, epochs: int, **options: Any) -> Trained:
    recorder = gn.Recorder(X, y, every=max(epochs // 10, 1))
    history = network.fit(
        X, y, loss=loss, optimizer=gn.Adam(0.02), epochs=epochs, callbacks=[recorder], engine="numpy",
        progress=False, **options,
    )  # fmt: skip
    return Trained(network, X, y, recorder, history)


@cache
def spiral() -> Trained:
    """Two features, three classes."""
    X, y = gn.datasets.spiral(n_per_class=20)
    network = gn.Network([gn.Dense(8, "tanh"), gn.Dense(3, "softmax")], seed=0)
    return fitted(network, X, y, "sparse_categorical_cross_entropy", 60)


@cache
def iris() -> Trained:
    """Four features, three classes, a normalisation and dropout."""
    X, y = gn.datasets.iris()
    layers = [
        gn.Dense(6, "relu"),
        gn.BatchNorm(),
        gn.Dropout(0.2),
        gn.Dense(5, "tanh"),
        gn.Dense(3, "softmax"),
    ]
    return fitted(gn.Network(layers, seed=0), X, y, "sparse_categorical_cross_entropy", 20, batch_size=30)


@cache
def xor() -> Trained:
    """Two features, one probability."""
    X, y = gn.datasets.xor()
    network = gn.Network([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], seed=0)
    return fitted(network, X, y, "binary_cross_entropy", 100)


@cache
def plane() -> Trained:
    """Two features, one value."""
    X = np.random.default_rng(0).normal(size=(60, 2))
    network = gn.Network([gn.Dense(8, "tanh"), gn.Dense(1)], seed=0, dtype="float64")
    return fitted(network, X, X[:, :1] * X[:, 1:], "mse", 50)


@cache
def digits() -> Trained:
    """Images of 8 × 8, one epoch."""
    X, y = (part[:200] for part in gn.datasets.digits())
    network = gn.Network([gn.Dense(50, "relu"), gn.Dense(10, "softmax")], seed=0)
    return fitted(network, X, y, "sparse_categorical_cross_entropy", 1, batch_size=20)


@cache
def deep() -> Trained:
    """Ten layers, twenty classes."""
    X = np.random.default_rng(0).normal(size=(200, 2))
    y = np.arange(200) % 20
    network = gn.Network([gn.Dense(10, "sigmoid")] * 9 + [gn.Dense(20, "softmax")], seed=0)
    return fitted(network, X, y, "sparse_categorical_cross_entropy", 4)


@cache
def single() -> Trained:
    """One unit."""
    X, y = gn.datasets.xor()
    return fitted(gn.Network([gn.Dense(1, "sigmoid")], seed=0), X, y, "binary_cross_entropy", 3)


@cache
def triplet() -> Trained:
    """Three features, embeddings of three classes whose labels do not begin at 0."""
    random = np.random.default_rng(0)
    y = np.array([3, 5, 10])[np.arange(30) % 3]
    X = random.normal(size=(30, 3)) + y[:, None]
    network = gn.Network([gn.Dense(6, "tanh"), gn.Dense(3)], seed=0)
    return fitted(network, X, y, "triplet", 20)


@cache
def told(n_classes: int) -> tuple[Any, Any]:
    """Classes, and probabilities that tell them better than chance."""
    draw = np.random.default_rng(n_classes)
    y = draw.integers(0, n_classes, 300)
    scores = np.exp(draw.normal(size=(300, n_classes)) + 2 * np.eye(n_classes)[y])
    return y, scores / scores.sum(axis=1, keepdims=True)
