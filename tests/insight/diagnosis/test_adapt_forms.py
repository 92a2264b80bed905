"""gn.adapt takes weights in the forms that learners keep them in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, ShapeError

random = np.random.default_rng(0)
W1, b1, W2, b2 = (random.normal(size=shape) for shape in ((3, 4), (4,), (4, 2), (2,)))
X = random.normal(size=(5, 3))
RIGHT = np.tanh(X @ W1 + b1) @ W2 + b2
NAMES = ["tanh", "linear"]


@pytest.mark.parametrize(
    "weights",
    [
        [(W1, b1), (W2, b2)],
        {"W1": W1, "b1": b1, "W2": W2, "b2": b2},
        {"b2": b2, "w2": W2, "b1": b1[None], "w1": W1, "A1": X},
        {"W_1": W1, "b_1": b1, "W_2": W2.tolist(), "b_2": b2.tolist()},
    ],
)
def test_pairs_and_dictionaries(weights: Any) -> None:
    np.testing.assert_allclose(gn.adapt(weights, NAMES).predict(X), RIGHT)


def test_a_dictionary_in_columns() -> None:
    net = gn.adapt(
        {"W1": W1.T, "b1": b1[:, None], "W2": W2.T, "b2": b2[:, None]}, NAMES, samples_in="columns"
    )
    np.testing.assert_allclose(net.predict(X), RIGHT)


@pytest.mark.parametrize("weights", [{"W1": W1, "W2": W2}, [(W1, None), (W2, None)]])
def test_networks_without_biases(weights: Any) -> None:
    net = gn.adapt(weights, NAMES)
    np.testing.assert_allclose(net.predict(X), np.tanh(X @ W1) @ W2)
    assert len(net.parameters) == W1.size + W2.size


def test_more_than_nine_layers_keep_their_order() -> None:
    weights = {f"W{i}": np.eye(2) * (i if i in (1, 10) else 1) for i in (10, 1, 2, 3, 4, 5, 6, 7, 8, 9)}
    net = gn.adapt(weights, ["linear"] * 10)
    assert net.layers[9].view("weights")[0, 0] == 10


@pytest.mark.parametrize("weights", [{"first": W1}, {"W1": W1, "b2": b2}, {}])
def test_a_dictionary_with_other_keys_is_refused(weights: Any) -> None:
    with pytest.raises(ArgumentError, match="adapt reads a dictionary with the keys W1, b1, W2, b2"):
        gn.adapt(weights, NAMES)


def test_arrays_that_do_not_fit_are_refused_by_their_layer() -> None:
    with pytest.raises(ShapeError, match=r"weights\[1\] must hold W"):
        gn.adapt({"W1": W1, "b1": b1, "W2": W2, "b2": b1}, NAMES)
