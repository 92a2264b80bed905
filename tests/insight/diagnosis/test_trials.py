"""Copies repeat the training: from the same first weights, in several orders, and what is quoted is the training's."""

from __future__ import annotations

import numpy as np
import pytest

import glassnet as gn
from tests.insight.diagnosis.cases import dense, finding, fitted, wine

SCCE = "sparse_categorical_cross_entropy"


@pytest.mark.parametrize("seed", [42, 7])
def test_the_same_training_always_gets_the_same_finding(seed: int) -> None:
    X, y = gn.datasets.xor()
    said = set()
    for _ in range(2):
        layers = [gn.Dense(4, "relu", "normal"), gn.Dense(1, "sigmoid", "normal")]
        net, history = fitted(layers, X, y, watched=False, seed=np.random.RandomState(seed), loss="bce",
                              optimizer=gn.SGD(0.1), epochs=4000)  # fmt: skip
        said |= {str(gn.diagnose(net, X, y, history)) for _ in range(2)}
    assert len(said) == 1
    assert "learning_rate_too_low" not in said.pop()


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("seed", range(4))
def test_a_rate_that_is_advised_helps(seed: int, batch_size: int | None) -> None:
    X, y = gn.datasets.xor()
    layers = [gn.Dense(2, "sigmoid"), gn.Dense(1, "sigmoid")]
    options = {"loss": "bce", "epochs": 600, "batch_size": batch_size}
    net, history = fitted(layers, X, y, seed=seed, optimizer=gn.SGD(0.05), **options)
    found = finding(gn.diagnose(net, X, y, history), "learning_rate_too_low")
    if found is not None:
        advised = float(found.remedy.split()[-1])
        for order in (11, 12):
            again = gn.Network(layers, seed=seed, input_shape=2)
            better = again.fit(
                X, y, optimizer=gn.SGD(advised), engine="numpy", progress=False, seed=order, **options
            )
            assert better["loss"][-1] < 0.7 * history["loss"][-1]


def test_the_loss_that_is_quoted_is_the_one_of_the_training() -> None:
    X, y = wine()
    net, history = fitted(
        dense([16, 3], "tanh", "softmax"), X, y, loss=SCCE, epochs=50, optimizer=gn.SGD(1e-5)
    )
    found = finding(gn.diagnose(net, X, y, history), "learning_rate_too_low")
    ended = float(np.mean(history["loss"][-5:]))
    assert f"the loss was {ended:.4g} in the last 5 of 50 epochs" in found.cause
    assert found.evidence["loss"] == pytest.approx(ended)
