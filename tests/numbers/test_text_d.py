"""Text D: from one neuron in plain Python to layers of neurons on the spiral, all through one Dense layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

import glassnet as gn
from glassnet import initializers
from glassnet.network.network import Network

Array = NDArray[Any]


def neurons(weights: ArrayLike, biases: ArrayLike) -> Network:
    """A linear layer from the text's weights, one row for each neuron."""
    rows = np.atleast_2d(np.asarray(weights, float))
    net = Network([gn.Dense(len(rows))], dtype="float64", input_shape=rows.shape[1])
    net.parameters = np.concatenate([rows.T.ravel(), np.ravel(biases)])
    return net


ONE = [
    ([1.2, 2.3, 3.1], [3.1, 2.1, 8.7], 3, 38.52),
    ([1, 2, 3, 2.5], [0.2, 0.8, -0.5, 1.0], 2, 4.8),
]


@pytest.mark.parametrize(("inputs", "weights", "bias", "printed"), ONE)
def test_one_neuron(inputs: list[float], weights: list[float], bias: float, printed: float) -> None:
    assert neurons(weights, bias).predict([inputs])[0, 0] == pytest.approx(printed, rel=1e-15)


INPUTS = np.array([[1.2, 2.3, 3.1, 4.2]])
WEIGHTS = np.array([[0.9, 0.1, -0.1, -0.3], [0.5, -0.91, 0.3, 0.2], [-0.1, 0.26, -0.26, -0.29]])
BIASES = [2, 3, 0.5]


def test_three_neurons_in_loops() -> None:
    output = neurons(WEIGHTS, BIASES).predict(INPUTS)
    np.testing.assert_allclose(output, [[1.74, 3.277, -1.046]], rtol=1e-15)


def test_written_out_by_hand_the_text_forgets_the_fourth_input() -> None:
    forgetful = neurons(WEIGHTS[:, :3], BIASES).predict(INPUTS[:, :3])
    np.testing.assert_allclose(forgetful, [[3.0, 2.437, 0.172]], rtol=1e-14)
    forgotten = INPUTS[:, 3] * WEIGHTS[:, 3]
    np.testing.assert_allclose(forgetful + forgotten, neurons(WEIGHTS, BIASES).predict(INPUTS), rtol=1e-14)


BATCH = np.array([[1, 2, 3, 2.5], [2, 5, -1, 2], [-1.5, 2.7, 3.3, -0.8]])
FIRST = neurons([[0.2, 0.8, -0.5, 1], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]], [2, 3, 0.5])
SECOND = neurons([[0.1, -0.14, 0.5], [-0.5, 0.12, -0.33], [-0.44, 0.73, -0.13]], [-1, 2, -0.5])


def test_a_batch_through_one_layer_and_then_a_second() -> None:
    output = FIRST.predict(BATCH)
    np.testing.assert_allclose(
        output, [[4.8, 1.21, 2.385], [8.9, -1.81, 0.2], [1.41, 1.051, 0.026]], rtol=1e-13
    )
    both = Network([gn.Dense(3), gn.Dense(3)], dtype="float64", input_shape=4)
    both.parameters = np.concatenate([FIRST.parameters, SECOND.parameters])
    printed = [[0.5031, -1.04185, -2.03875], [0.2434, -2.7332, -5.7633], [-0.99314, 1.41254, -0.35655]]
    np.testing.assert_allclose(both.predict(BATCH), printed, rtol=1e-13)


def drawn(units: list[int], scale: float, seed: np.random.RandomState, last: str = "linear") -> Network:
    normal = initializers.Normal(scale)
    hidden = [gn.Dense(n, "linear", normal) for n in units[:-1]]
    return Network([*hidden, gn.Dense(units[-1], last, normal)], seed=seed, dtype="float64")


def test_three_linear_layers_from_legacy_seed_0() -> None:
    net = drawn([5, 2, 1], 0.1, np.random.RandomState(0))
    net.build(4)
    assert np.round(net.predict(BATCH)[:, 0], 8).tolist() == [-0.00087785, 0.00167789, 0.00036128]
    first = BATCH @ net.layers[0].view("weights") + net.layers[0].view("bias")
    printed = [0.10758131, 1.03983522, 0.24462411, 0.31821498, 0.18851053]
    assert np.round(first[0], 8).tolist() == printed


def test_the_spiral_through_one_layer() -> None:
    """The text's 0.00317292 in row 2 is rounded twice: the number is 0.0031729149, to 8 decimals 0.00317291."""
    random = np.random.RandomState(0)
    X, _ = gn.datasets.spiral(100, 3, 0.2, seed=random)
    net = drawn([3], 0.1, random)
    net.build(2)
    output = net.predict(X)
    assert output.shape == (300, 3)
    assert (output[0] == 0).all()
    printed = [
        [-0.00104752, 0.00113954, -0.00047984],
        [-0.00274148, 0.00317291, -0.00086922],
        [-0.00421884, 0.00526663, -0.00055913],
        [-0.00577077, 0.00714014, -0.0008943],
    ]
    np.testing.assert_array_equal(np.round(output[1:5], 8), printed)
    assert round(output[2, 1], 10) == 0.0031729149


def test_an_untrained_softmax_does_not_prefer_any_class() -> None:
    random = np.random.RandomState(0)
    X, _ = gn.datasets.spiral(100, 3, 0.2, seed=random)
    net = Network(
        [gn.Dense(3, "relu", "legacy"), gn.Dense(3, "softmax", "legacy")], seed=random, dtype="float64"
    )
    net.build(2)
    output = net.predict(X)
    assert (np.round(output[:5], 4) == 0.3333).all()
    np.testing.assert_allclose(output, 1 / 3, atol=1e-4)
