"""A factor multiplies every step of some parameters, in every engine and by every optimizer; 0 freezes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet import optimizers
from glassnet.engines.torch import tensors
from glassnet.errors import ArgumentError
from glassnet.layers import Layer

X = np.random.default_rng(0).normal(size=(30, 4))
Y = np.random.default_rng(1).normal(size=(30, 2))
ENGINES = ["numpy", "compiled", "torch"]


def network(layer: Layer | None = None) -> gn.Network:
    first = gn.Dense(5, "tanh") if layer is None else layer
    return gn.Network([first, gn.Dense(2)], seed=0, dtype="float64", input_shape=4)


def fit(net: gn.Network, optimizer: Any, engine: str = "numpy", epochs: int = 3) -> gn.Network:
    batch_size = None if optimizer == "lbfgs" else 10
    net.fit(
        X,
        Y,
        loss="mse",
        optimizer=optimizer,
        epochs=epochs,
        batch_size=batch_size,
        engine=engine,
        progress=False,
    )
    return net


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", optimizers.names())
def test_nothing_moves_what_is_frozen(name: str, engine: str) -> None:
    frozen = network(gn.Dense(5, "tanh", learning_rate_factor=0))
    weights = frozen.layers[0].weights.copy()
    fit(frozen, name, engine)
    np.testing.assert_array_equal(frozen.layers[0].weights, weights)
    assert (frozen.layers[0].bias != 0).all() and (frozen.layers[1].bias != 0).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_decay_does_not_move_it_either(engine: str) -> None:
    frozen = network(gn.Dense(5, "tanh", learning_rate_factor=0, bias_learning_rate_factor=0))
    before = frozen.parameters[:25].copy()
    fit(frozen, gn.AdamW(0.1, weight_decay=0.5), engine)
    np.testing.assert_array_equal(frozen.parameters[:25], before)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("factor", [0.25, 3.0])
def test_a_step_is_multiplied(factor: float, engine: str) -> None:
    before = network().parameters.copy()
    plain, changed = network(), network(gn.Dense(5, "tanh", learning_rate_factor=factor))
    for net in (plain, changed):
        net.fit(X, Y, loss="mse", optimizer=gn.SGD(0.1), engine=engine, progress=False)
    np.testing.assert_allclose(
        changed.parameters[:20] - before[:20], factor * (plain.parameters[:20] - before[:20]), atol=1e-15
    )
    np.testing.assert_allclose(changed.parameters[20:], plain.parameters[20:], atol=1e-15)


def test_a_step_by_hand_is_multiplied() -> None:
    hand, engine = (
        network(gn.Dense(5, "tanh", learning_rate_factor=3, bias_learning_rate_factor=0)) for _ in "ab"
    )
    loss = gn.losses.get("mse")
    hand.backward(loss.gradient(Y, hand.forward(X)))
    hand.step(gn.SGD(0.1))
    engine.fit(X, Y, loss="mse", optimizer=gn.SGD(0.1), engine="numpy", progress=False)
    np.testing.assert_allclose(hand.parameters, engine.parameters, atol=1e-15)


def test_the_rule_on_a_device_takes_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for shares in (True, False):
        with monkeypatch.context() as patched:
            if not shares:
                patched.setattr(tensors, "shares_memory", lambda device: False)
            w, g = torch.arange(6, dtype=torch.float64), torch.ones(6, dtype=torch.float64)
            states = torch.zeros(2, 6, dtype=torch.float64)
            factors = np.array([0, 1, 2, 0.5, 0, 3])
            tensors.updater(gn.Adam(0.1), w, g, states, factors)(
                tuple(gn.Adam().table(np.array([0.1]), 1)[0])
            )
            found.append(w)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-14)
    np.testing.assert_allclose(found[0].numpy() - np.arange(6), -0.1 * factors, rtol=1e-6)


LEARNED: dict[str, Callable[..., Layer]] = {
    "Dense": lambda **factor: gn.Dense(4, "tanh", **factor),
    "BatchNorm": gn.BatchNorm,
    "LayerNorm": gn.LayerNorm,
    "RMSNorm": gn.RMSNorm,
    "Scale": gn.Scale,
    "PReLU": gn.PReLU,
    "Periodic": lambda **factor: gn.Periodic([0], **factor),
}


@pytest.mark.parametrize("name", LEARNED)
def test_every_learned_layer_takes_one(name: str) -> None:
    net = network(LEARNED[name](learning_rate_factor=0))
    before = net.layers[0].weights.copy()
    fit(net, gn.Adam(0.1))
    np.testing.assert_array_equal(net.layers[0].weights, before)
    assert (fit(network(LEARNED[name]()), gn.Adam(0.1)).layers[0].weights != before).any()


@pytest.mark.parametrize("name", ["Dense", "BatchNorm", "LayerNorm"])
def test_a_bias_has_its_own(name: str) -> None:
    net = fit(network(LEARNED[name](bias_learning_rate_factor=0)), gn.Adam(0.1))
    assert (net.layers[0].bias == 0).all()


def test_an_embedding_and_what_is_inside_of_a_residual_layer_can_be_frozen() -> None:
    samples = np.column_stack([np.arange(30) % 3, X])
    net = gn.Network(
        [
            gn.Embedding({0: 3}, 2, learning_rate_factor=0),
            gn.Residual([gn.Dense(6, "tanh", learning_rate_factor=0)]),
            gn.Dense(2),
        ],
        seed=0,
        input_shape=5,
    )
    table, inside = net.layers[0].weights.copy(), net.layers[1].layers[0].weights.copy()
    net.fit(samples, Y, loss="mse", epochs=2, engine="compiled", progress=False)
    np.testing.assert_array_equal(net.layers[0].weights, table)
    np.testing.assert_array_equal(net.layers[1].layers[0].weights, inside)


def test_where_all_are_1_there_are_none() -> None:
    assert network(gn.Dense(5, learning_rate_factor=1)).layout.learning_rate_factors("float32").size == 0
    factors = network(gn.Dense(5, bias_learning_rate_factor=0.5)).layout.learning_rate_factors("float32")
    assert factors.tolist() == [1.0] * 20 + [0.5] * 5 + [1.0] * 12


def test_a_file_keeps_them(tmp_path: Path) -> None:
    net = fit(
        network(gn.Dense(5, "tanh", learning_rate_factor=0, bias_learning_rate_factor=2)), gn.Adam(0.01)
    )
    net.save(tmp_path / "model.safetensors")
    loaded = gn.load(tmp_path / "model.safetensors")
    assert loaded == net
    np.testing.assert_array_equal(fit(loaded, gn.Adam(0.01)).parameters, fit(net, gn.Adam(0.01)).parameters)


@pytest.mark.parametrize("factor", [-1, np.nan, np.inf, "fast", None])
@pytest.mark.parametrize("name", LEARNED)
def test_what_is_no_factor_is_refused(name: str, factor: Any) -> None:
    with pytest.raises(ArgumentError, match=f"learning_rate_factor of {name} must be"):
        LEARNED[name](learning_rate_factor=factor)


def test_a_layer_without_a_bias_takes_no_factor_of_it() -> None:
    with pytest.raises(ArgumentError, match="bias_learning_rate_factor of Dense is of a bias"):
        gn.Dense(3, use_bias=False, bias_learning_rate_factor=0)


def test_what_would_tell_another_step_says_so() -> None:
    net = fit(network(gn.Dense(5, "tanh", learning_rate_factor=0.5)), gn.SGD(0.1))
    with pytest.raises(ArgumentError, match=r"layer 0, Dense\(.*\), takes 0.5 of them"):
        gn.trace(net, X, Y, loss="mse")
    with pytest.raises(ArgumentError, match=r"layer 0, Dense\(.*\), has a learning-rate factor"):
        gn.to_torch_source(net)
    assert "Z1" in gn.trace(net, X).arrays
