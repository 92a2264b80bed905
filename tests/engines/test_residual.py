"""A residual layer is its input and what its layers make of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, GlassnetError, NotBuiltError, ShapeError
from glassnet.layers import Layer

X = np.random.default_rng(0).normal(size=(9, 4))
Y = X[:, :2] ** 2


def network(*inside: Layer, dtype: str = "float64") -> gn.Network:
    return gn.Network([gn.Residual(list(inside)), gn.Dense(2)], seed=1, dtype=dtype, input_shape=4)


def test_the_output_is_the_input_and_what_the_layers_give() -> None:
    net = network(gn.Dense(6, "tanh"), gn.Dense(4))
    inner = gn.Network([gn.Dense(6, "tanh"), gn.Dense(4)], dtype="float64", input_shape=4)
    inner.parameters = net.parameters[: inner.parameters.size]
    last = net.layers[1]
    expected = (X + inner.predict(X)) @ last.weights + last.bias
    np.testing.assert_allclose(net.predict(X), expected, rtol=1e-13)
    np.testing.assert_allclose(net.forward(X), expected, rtol=1e-13)


def test_its_layers_hold_views_and_the_flat_vector_has_them_in_order() -> None:
    net = network(gn.Dense(6, "tanh"), gn.Residual([gn.Dense(6)]), gn.Dense(4))
    names = [slot.parameter.name for slot in net.layout.parameters]
    assert names[:6] == ["0.weights", "0.bias", "1.0.weights", "1.0.bias", "2.weights", "2.bias"]
    residual = net.layers[0]
    residual.layers[1].layers[0].weights[...] = 7
    assert (residual.view("1.0.weights") == 7).all() and (net.parameters == 7).sum() == 36
    net.layers[0].layers[2].bias = 3.0
    assert (net.parameters == 3).sum() == 4


def test_every_gradient_is_that_of_central_differences() -> None:
    net = network(
        gn.Dense(5, "tanh", l2=0.1), gn.LayerNorm(), gn.Residual([gn.Dense(5, "gelu")]), gn.Dense(4)
    )
    loss = gn.losses.get("mse")
    of_input = net.backward(loss.gradient(Y, net.forward(X)))
    found, parameters = net.gradients.copy(), net.parameters.copy()

    def value() -> float:
        return loss.value(Y, net.predict(X)) + net.penalty()

    for k in range(len(parameters)):
        ends = []
        for step in (1e-6, -1e-6):
            net.parameters = parameters
            net.parameters[k] += step
            ends.append(value())
        assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(found[k], rel=1e-5, abs=1e-8)
    net.parameters = parameters
    moved = X.copy()
    moved[2, 1] += 1e-6
    slope = (loss.value(Y, net.predict(moved)) - loss.value(Y, net.predict(X))) / 1e-6
    assert slope == pytest.approx(of_input[2, 1], rel=1e-4)


def test_penalties_inside_count() -> None:
    plain, penalised = network(gn.Dense(4)), network(gn.Dense(4, l2=2.0))
    assert plain.penalty() == 0
    assert penalised.penalty() == pytest.approx(np.square(penalised.layers[0].layers[0].weights).sum())


def test_it_is_a_value(tmp_path: Path) -> None:
    net = network(gn.Dense(6, "tanh"), gn.BatchNorm(), gn.Dropout(0.1), gn.Dense(4))
    net.fit(X, Y, loss="mse", epochs=3, batch_size=3, engine="numpy", progress=False)
    net.save(tmp_path / "model.safetensors")
    loaded = gn.load(tmp_path / "model.safetensors")
    assert loaded == net
    assert repr(loaded.layers[0]) == "Residual([Dense(6, 'tanh'), BatchNorm(), Dropout(0.1), Dense(4)])"
    np.testing.assert_array_equal(loaded.predict(X), net.predict(X))
    twin = copy.deepcopy(net)
    twin.layers[0].layers[0].weights[...] = 0
    assert not np.array_equal(twin.predict(X), net.predict(X))
    assert twin.layers[0].layers[0].weights is not net.layers[0].layers[0].weights
    assert "Residual([Dense(6, 'tanh')" in str(net.summary())
    assert net.summary().rows[1][2] == 4 * 6 + 6 + 12 + 6 * 4 + 4


def test_two_networks_do_not_share_what_is_inside() -> None:
    layer = gn.Residual([gn.Dense(4)])
    first, second = (gn.Network([layer], seed=seed, input_shape=4) for seed in (0, 1))
    assert not np.array_equal(first.layers[0].layers[0].weights, second.layers[0].layers[0].weights)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
def test_deep_networks_of_them_learn(engine: str) -> None:
    blocks: list[Layer] = [
        gn.Residual([gn.LayerNorm(), gn.Dense(16, "relu"), gn.Dense(8)]) for _ in range(20)
    ]
    net = gn.Network([gn.Dense(8), *blocks, gn.Dense(2)], seed=0)
    history = net.fit(X, Y, loss="mse", optimizer=gn.Adam(0.003), epochs=40, engine=engine, progress=False)
    assert history["loss"][-1] < 0.2 * history["loss"][0]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [gn.Dense(3)],
            r"layer 0 of 1, Residual\(\[Dense\(3\)\]\), adds its input .* shape \(4,\) and \(3,\)",
        ),
        ([gn.Residual([gn.Dense(3)]), gn.Dense(4)], r"has layer 0 inside, Residual.* \(4,\) and \(3,\)"),
    ],
)
def test_another_shape_than_the_inputs_is_refused(layers: list[Layer], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        gn.Network([gn.Residual(layers)], input_shape=4)


@pytest.mark.parametrize("layers", [[], "dense", None, [3], [gn.Dense]])
def test_what_is_no_list_of_layers_is_refused(layers: Any) -> None:
    with pytest.raises(ArgumentError, match="of Residual must be a"):
        gn.Residual(layers)


REFUSED: dict[str, Callable[[gn.Network, Path], Any]] = {
    "scikit-learn": lambda net, path: net.to_sklearn(),
    "a picture": lambda net, path: gn.plots.network_diagram(net),
}


@pytest.mark.parametrize("where", REFUSED)
def test_what_does_not_know_it_says_so_by_name(where: str, tmp_path: Path) -> None:
    net = network(gn.Dense(4, "tanh"))
    net.fit(X, Y, loss="mse", engine="numpy", progress=False)
    with pytest.raises(GlassnetError, match=r"layer 0, Residual\(\[Dense\(4, 'tanh'\)\]\)"):
        REFUSED[where](net, tmp_path)


def test_arrays_of_layers_deep_inside_do_not_exist_before_the_network_is_built() -> None:
    block = gn.Residual([gn.Residual([gn.Dense(4)]), gn.Dense(4)])
    with pytest.raises(NotBuiltError, match=r"^Dense\(4\) has no weights yet"):
        block.view("0.0.weights")
    for name in ("weights", "2.weights", "0.weights", "0.0.slopes"):
        with pytest.raises(AttributeError, match=r" has no (0\.|2\.)?(weights|slopes)$"):
            block.view(name)
