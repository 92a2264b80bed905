"""Text B: forward propagation by hand, in both conventions, and the losses of small examples.

The text writes arrays as (features, samples) and Z = W X + b; glassnet as (samples, features) and Z = X W + b.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

import glassnet as gn
from glassnet import activations, losses
from glassnet.network.network import Network

Array = NDArray[Any]

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
TARGETS = np.array([[0], [1], [1], [0]], float)
X_COLUMNS = np.array([[1, 2], [2, 3], [3, 4]], float)


def dense(W: Array, b: ArrayLike, activation: str = "linear") -> Network:
    """One layer with the text's W of shape (n_outputs, n_inputs) and b of shape (n_outputs,)."""
    n_outputs, n_inputs = W.shape
    net = Network([gn.Dense(n_outputs, activation)], dtype="float64", input_shape=n_inputs)
    net.parameters = np.concatenate([W.T.ravel(), np.ravel(b)])
    return net


def columns(W: Array, b: Array, X: Array, activation: str = "linear") -> Array:
    """The text's way: Z = W X + b, A = f(Z), one sample in each column."""
    return activations.get(activation).value(W @ X + b[:, None])


class Stream:
    """The text's numbers from one legacy seed: 0.1 randn, in its order."""

    def __init__(self) -> None:
        random = np.random.RandomState(42)
        self.w, self.b = 0.1 * random.randn(3), 0.1 * random.randn()
        self.W, self.b_layer = 0.1 * random.randn(4, 3), 0.1 * random.randn(4)
        self.W1, self.b1 = 0.1 * random.randn(4, 3), 0.1 * random.randn(4)
        self.W2, self.b2 = 0.1 * random.randn(2, 4), 0.1 * random.randn(2)


def test_one_perceptron() -> None:
    numbers = Stream()
    z = dense(numbers.w[None, :], numbers.b).predict([[1, 2, 3]])
    assert z.tolist() == [[0.36862810213789665]]


def test_one_neuron_with_relu() -> None:
    W = np.array([[0.5, -0.2, 0.1]])
    z, a = (dense(W, 0.3, name).predict([[1, 2, 3]]) for name in ("linear", "relu"))
    assert np.round([z, a], 4).ravel().tolist() == [0.7000, 0.7000]


def test_one_layer_and_both_conventions_agree() -> None:
    numbers = Stream()
    output = dense(numbers.W, numbers.b_layer, "relu").predict(X_COLUMNS.T)
    printed = [[0.302238, 0.41333025], [0.17704134, 0.26109338], [0, 0], [0, 0]]
    np.testing.assert_array_equal(np.round(output.T, 8), printed)
    other_way = columns(numbers.W, numbers.b_layer, X_COLUMNS, "relu")
    np.testing.assert_allclose(other_way, output.T, rtol=1e-15, atol=1e-16)


def test_a_network_of_two_layers_and_both_conventions_agree() -> None:
    numbers = Stream()
    first = dense(numbers.W1, numbers.b1, "relu")
    A1 = first.predict(X_COLUMNS.T)
    whole = Network([gn.Dense(4, "relu"), gn.Dense(2)], dtype="float64", input_shape=3)
    whole.parameters = np.concatenate([first.parameters, dense(numbers.W2, numbers.b2).parameters])
    A2 = whole.predict(X_COLUMNS.T)
    printed = [[0.12031836, 0.25105842], [0, 0], [0, 0], [0.28408839, 0.37997618]]
    np.testing.assert_array_equal(np.round(A1.T, 8), printed)
    printed = [[-0.13974659, -0.13512824], [-0.07165332, -0.06488582]]
    np.testing.assert_array_equal(np.round(A2.T, 8), printed)
    other_way = columns(numbers.W2, numbers.b2, columns(numbers.W1, numbers.b1, X_COLUMNS, "relu"))
    np.testing.assert_allclose(other_way, A2.T, rtol=1e-14)


CLASS_ROWS = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.8, 0.1, 0.1]]
LOSSES: list[tuple[str, ArrayLike, ArrayLike, float]] = [
    ("mean_squared_error", [1, 2, 3], [1.1, 2.3, 2.8], 0.0467),
    ("binary_cross_entropy", [1, 0, 1, 1, 0], [0.9, 0.1, 0.8, 0.7, 0.2], 0.2027),
    ("binary_cross_entropy", [1, 0, 1, 1, 0], [0.3, 0.6, 0.4, 0.2, 0.8], 1.2511),
    ("sparse_categorical_cross_entropy", [0, 1, 2, 0], CLASS_ROWS, 0.3284),
    ("categorical_cross_entropy", np.eye(3)[[0, 1, 2, 0]], CLASS_ROWS, 0.3284),
]


@pytest.mark.parametrize(("name", "y_true", "y_pred", "printed"), LOSSES)
def test_losses(name: str, y_true: ArrayLike, y_pred: ArrayLike, printed: float) -> None:
    assert round(losses.get(name).value(y_true, y_pred), 4) == printed


def test_xor_before_training() -> None:
    random = np.random.RandomState(42)
    W1, W2 = 0.5 * random.randn(4, 2), 0.5 * random.randn(1, 4)
    net = Network([gn.Dense(4, "relu"), gn.Dense(1, "sigmoid")], dtype="float64", input_shape=2)
    net.layers[0].view("weights")[...] = W1.T
    net.layers[1].view("weights")[...] = W2.T
    output = net.predict(XOR)
    assert np.round(output[:, 0], 8).tolist() == [0.5, 0.52927385, 0.46149694, 0.49478509]
    assert round(losses.BinaryCrossEntropy().value(TARGETS, output), 4) == 0.6964
    assert round(net.evaluate(XOR, TARGETS, loss="binary_cross_entropy")["loss"], 4) == 0.6964
