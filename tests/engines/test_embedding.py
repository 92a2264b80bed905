"""An embedding turns integers of chosen columns into learned vectors; nothing else gets in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, GlassnetError, ShapeError

RANDOM = np.random.default_rng(0)
X = np.column_stack(
    [RANDOM.integers(3, size=20), RANDOM.normal(size=20), RANDOM.integers(5, size=20), RANDOM.normal(size=20)]
)
Y = RANDOM.normal(size=(20, 2))
PAIRS = {2: 5, 0: 3}


def network(dtype: str = "float64") -> gn.Network:
    return gn.Network([gn.Embedding(PAIRS, 3), gn.Dense(2, "tanh")], seed=0, dtype=dtype, input_shape=4)


def test_columns_pass_and_vectors_follow_in_the_order_asked_for() -> None:
    net = gn.Network([gn.Embedding(PAIRS, 3)], dtype="float64", input_shape=4)
    weights = net.layers[0].weights
    assert weights.shape == (8, 3)
    second, first = weights[X[:, 2].astype(int)], weights[5 + X[:, 0].astype(int)]
    expected = np.column_stack([X[:, 1], X[:, 3], second, first])
    np.testing.assert_array_equal(net.predict(X), expected)
    np.testing.assert_array_equal(net.compiled_predict()(X), expected)


def test_its_gradients_are_those_of_pytorch() -> None:
    net, loss = network(), gn.losses.get("mse")
    of_input = net.backward(loss.gradient(Y, net.forward(X)))
    flat, x = (torch.tensor(array, requires_grad=True) for array in (net.parameters, X))
    table, weights, bias = flat[:24].view(8, 3), flat[24:40].view(8, 2), flat[40:]
    embedded = [table[x[:, 2].long()], table[5 + x[:, 0].long()]]
    output = torch.tanh(torch.cat([x[:, [1, 3]], *embedded], dim=1) @ weights + bias)
    value = torch.nn.functional.mse_loss(output, torch.tensor(Y))
    of_flat, of_x = torch.autograd.grad(value, [flat, x])
    np.testing.assert_allclose(net.gradients, of_flat, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(of_input, of_x, rtol=1e-12, atol=1e-15)


def test_only_vectors_that_were_taken_move() -> None:
    net, taken = network(), X[X[:, 0] == 1]
    before = net.layers[0].weights.copy()
    net.fit(taken, Y[: len(taken)], loss="mse", optimizer="sgd", engine="numpy", progress=False)
    moved = (net.layers[0].weights != before).any(axis=1)
    assert moved.tolist() == [value in taken[:, 2] for value in range(5)] + [False, True, False]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(3, "3"), (-1, "-1"), (0.5, "0.5"), (2**24, "16777216"), (1e9, "1000000000"), (-0.25, "-0.25")],
)
@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
def test_what_is_no_category_is_refused_before_training(value: float, shown: str, engine: str) -> None:
    wrong = X.copy()
    wrong[7, 0] = value
    net = network()
    before = net.parameters.copy()
    with pytest.raises(
        DataError,
        match=rf"column 0 of X is embedded and takes integers from 0 to 2; it holds {shown} in row 7$",
    ):
        net.fit(wrong, Y, loss="mse", engine=engine, progress=False)
    np.testing.assert_array_equal(net.parameters, before)


CALLS: dict[str, Callable[[gn.Network, NDArray[Any]], Any]] = {
    "predict": lambda net, wrong: net.predict(wrong),
    "forward": lambda net, wrong: net.forward(wrong),
    "evaluate": lambda net, wrong: net.evaluate(wrong, Y, loss="mse"),
    "validation": lambda net, wrong: net.fit(
        X, Y, loss="mse", validation_data=(wrong, Y), engine="numpy", progress=False
    ),
    "batches": lambda net, wrong: net.fit([(X, Y), (wrong, Y)], loss="mse", engine="numpy", progress=False),
    "compiled prediction": lambda net, wrong: net.compiled_predict()(wrong),
    "compiled prediction of one": lambda net, wrong: net.compiled_predict()(wrong[7:8]),
}


@pytest.mark.parametrize("call", CALLS)
def test_it_is_refused_wherever_data_enter(call: str) -> None:
    wrong = X.copy()
    wrong[7, 2] = 5
    with pytest.raises(DataError, match="takes integers from 0 to 4"):
        CALLS[call](network(), wrong)


def test_a_network_of_unknown_shape_checks_its_first_data() -> None:
    net = gn.Network([gn.Embedding(PAIRS, 3), gn.Dense(2)])
    with pytest.raises(DataError, match="takes integers"):
        net.fit(X + 3, Y, loss="mse", engine="numpy", progress=False)
    net.fit(X, Y, loss="mse", engine="numpy", progress=False)


def test_it_is_a_value(tmp_path: Path) -> None:
    net = network()
    net.fit(X, Y, loss="mse", epochs=3, engine="numpy", progress=False)
    net.save(tmp_path / "model.safetensors")
    loaded = gn.load(tmp_path / "model.safetensors")
    assert loaded == net and repr(loaded) == repr(net)
    np.testing.assert_array_equal(loaded.predict(X), net.predict(X))
    assert eval(repr(net.layers[0]), vars(gn)) == net.layers[0] == gn.Embedding([(2, 5), (0, 3)], 3)
    assert net.summary().rows[1][1:] == ((8,), 24)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({}, 2), "categories of Embedding must be"),
        ((5, 2), "categories of Embedding must be"),
        (([3], 2), "categories of Embedding must be"),
        (([(1, 2, 3)], 2), "categories of Embedding must be"),
        (({-1: 3}, 2), "a column of Embedding must be"),
        (({0: 0}, 2), "categories of column 0 of Embedding must be"),
        (({0: 2**24 + 1}, 2), "categories of column 0 of Embedding must be"),
        (({0: 3}, 0), "dimension of Embedding must be"),
        (([(1, 2), (1, 3)], 2), "takes each column once"),
    ],
)
def test_what_it_cannot_be_made_of_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        gn.Embedding(*arguments)


def test_it_must_be_the_first_layer_and_find_its_columns() -> None:
    layer = gn.Embedding({0: 3}, 1)
    with pytest.raises(ShapeError, match="layer 1 of 2, Embedding.* must be the first layer"):
        gn.Network([gn.Dense(3), layer], input_shape=3)
    with pytest.raises(ArgumentError, match="layer 0 of Residual is Embedding.*, which must be the first"):
        gn.Residual([layer])
    with pytest.raises(ShapeError, match="embeds column 4; received samples of 4 columns"):
        gn.Network([gn.Embedding({4: 3}, 2)], input_shape=4)


REFUSED: dict[str, Callable[[gn.Network, Path], Any]] = {
    "scikit-learn": lambda net, path: net.to_sklearn(),
}


@pytest.mark.parametrize("where", REFUSED)
def test_what_does_not_know_it_says_so_by_name(where: str, tmp_path: Path) -> None:
    net = network()
    net.fit(X, Y, loss="mse", engine="numpy", progress=False)
    with pytest.raises(GlassnetError, match=r"layer 0, Embedding\("):
        REFUSED[where](net, tmp_path)


@pytest.mark.parametrize("value", [1048575.01, 16777217.0 / 16 + 0.01])
def test_a_number_that_float32_rounds_to_a_category_is_none(value: float) -> None:
    """float32 has steps of 1/16 there; what was given is looked at."""
    net = gn.Network([gn.Embedding({0: 1_048_576}, 1), gn.Dense(1)], seed=0)
    wrong = np.zeros((5, 1))
    wrong[3, 0] = value
    with pytest.raises(DataError, match=f"it holds {value} in row 3$"):
        net.fit(wrong, np.arange(5.0), loss="mse", progress=False)
    wrong[3, 0] = 1048575.0
    net.fit(wrong, np.arange(5.0), loss="mse", epochs=1, progress=False)


def test_the_batch_of_what_is_no_category_is_named_in_words() -> None:
    batches = [(np.zeros((4, 1)), np.arange(4.0)), (np.array([[0.0], [0.0], [0.5], [1.0]]), np.arange(4.0))]
    net = gn.Network([gn.Embedding({0: 2}, 1), gn.Dense(1)], seed=0)
    with pytest.raises(
        DataError,
        match=r"^column 0 of X of batch 1 is embedded and takes integers from 0 to 1; it holds 0.5 in row 2$",
    ):
        net.fit(batches, loss="mse", epochs=1, progress=False)
