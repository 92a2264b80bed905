"""The cosine loss: directions of rows beside each other."""

from __future__ import annotations

import numpy as np
import pytest

import glassnet as gn
from glassnet import losses


def test_lengths_do_not_matter() -> None:
    random = np.random.default_rng(0)
    y, p = random.normal(size=(2, 5, 3))
    loss = losses.Cosine()
    value = loss.value(y, p)
    assert loss.value(7 * y, 0.1 * p) == pytest.approx(value, rel=1e-12)
    assert loss.value(y, y) == pytest.approx(0, abs=1e-15) and loss.value(y, -y) == pytest.approx(2)
    np.testing.assert_allclose((loss.gradient(y, p) * p).sum(axis=1), 0, atol=1e-15)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize("length", [0.0, 9e-9, 1.1e-8, 1.0])
def test_short_rows_are_compared_alike_by_all_engines(engine: str, length: float) -> None:
    """Below 1e-8 a length counts as that; a row of zeros costs 1."""
    X, y = np.eye(2), np.array([[3.0, 4.0], [0.0, 0.0]])
    net = gn.Network([gn.Dense(2, use_bias=False)], seed=0, dtype="float64", input_shape=2)
    net.layers[0].weights = length * np.array([[0.8, -0.6], [1.0, 0.0]])
    before = net.parameters.copy()
    loss = losses.Cosine()
    value, gradient = loss.value(y, net.predict(X)), loss.gradient(y, net.predict(X))
    history = net.fit(X, y, loss=loss, optimizer=gn.SGD(1e-9), epochs=1, progress=False, engine=engine)
    assert history["loss"][0] == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(before - net.parameters, 1e-9 * gradient.ravel(), rtol=1e-6, atol=1e-22)
    assert loss.value(np.zeros((1, 2)), np.ones((1, 2))) == 1


def test_a_network_learns_directions() -> None:
    angles = np.linspace(0, 3, 60)
    X, y = (
        angles[:, None],
        np.column_stack([np.cos(angles), np.sin(angles)]) * np.linspace(0.5, 3, 60)[:, None],
    )
    net = gn.Network([gn.Dense(12, "tanh"), gn.Dense(2)], seed=0)
    history = net.fit(X, y, loss="cosine", optimizer=gn.Adam(0.02), epochs=150, batch_size=20, progress=False)
    assert history["loss"][-1] < 0.01
    assert not [f for f in gn.diagnose(net, X, y, loss="cosine").findings if f.severity == "error"]
