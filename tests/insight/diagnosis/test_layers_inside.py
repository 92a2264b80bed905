"""Networks with residual layers and embeddings are diagnosed like others; categories are no measured numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet.insight.diagnosis.samples import as_numbers
from tests.insight.diagnosis.cases import blobs, finding

Array = NDArray[Any]


def residual() -> list[Any]:
    inside = [gn.LayerNorm(), gn.Dense(8, "relu"), gn.Dropout(0.1), gn.Dense(8)]
    return [
        gn.Dense(8, "relu"),
        gn.Residual(inside),
        gn.Residual([gn.Residual([gn.Dense(8, "tanh")])]),
        gn.Dense(1),
    ]


def embedding() -> list[Any]:
    return [gn.Embedding({1: 90}, 3), gn.Dense(12, "tanh"), gn.Dense(1)]


def data(n: int = 160) -> tuple[Array, Array]:
    """Two numbers and a category, of which every third one adds 1."""
    random = np.random.default_rng(0)
    category = random.integers(90, size=n)
    X = np.column_stack([random.normal(size=n), category, random.normal(size=n)])
    return X, np.sin(2 * X[:, :1]) + (category % 3 == 0)[:, None]


def codes(
    layers: list[Any], X: Array, y: Array, rate: float = 0.01, epochs: int = 60, **options: Any
) -> set[str]:
    net = gn.Network(layers, seed=0)
    watch = gn.Diagnosis(warn=False)
    net.fit(X, y, loss="mse", optimizer=gn.Adam(rate), epochs=epochs, batch_size=32, engine="numpy", progress=False,
            callbacks=[watch])  # fmt: skip
    return {finding.code for finding in gn.diagnose(net, X, y, watch.history, **options).findings}


def test_a_residual_network_that_learns_has_nothing_wrong() -> None:
    X, _ = data()
    assert codes(residual(), X[:, [0, 2]], np.sin(2 * X[:, :1])) <= {"initial_loss_not_chance"}


def test_slow_steps_are_named_in_a_residual_network() -> None:
    X, _ = data()
    found = codes(residual(), X[:, [0, 2]], np.sin(2 * X[:, :1]), rate=1e-6, epochs=20)
    assert "learning_rate_too_low" in found


def test_dead_units_are_named_by_their_dense_layer_inside_of_a_residual_one() -> None:
    X, _ = data()
    net = gn.Network(
        [gn.Dense(6, "tanh"), gn.Residual([gn.Dense(6, "relu"), gn.Dense(6)]), gn.Dense(1)],
        seed=0,
        input_shape=2,
    )
    net.layers[1].view("0.bias")[...] = -100.0
    found = gn.diagnose(net, X[:, [0, 2]], np.sin(2 * X[:, :1]), loss="mse", trained=False).findings
    assert [(finding.code, finding.layer) for finding in found if "dead" in finding.code] == [
        ("dead_units", 1)
    ]


def dead_inside_of_a_residual_one() -> tuple[gn.Network, Any, Any]:
    X, y = blobs(120)
    net = gn.Network([gn.Dense(6, "tanh"), gn.Residual([gn.Dense(6, "relu"), gn.Dense(6)]), gn.Dense(3, "softmax")],
                     seed=0, input_shape=2)  # fmt: skip
    net.layers[1].view("0.bias")[...] = -100.0
    return net, X, y


def test_what_a_residual_layer_carries_past_dead_units_tells_samples_apart_and_can_be_learned_from() -> None:
    net, X, y = dead_inside_of_a_residual_one()
    report = gn.diagnose(net, X, y, loss="scce", trained=True)
    assert "collapsed_representation" not in report.codes
    assert finding(report, "dead_units").severity == "warning"
    net.fit(X, y, loss="scce", optimizer=gn.Adam(0.02), epochs=60, engine="numpy", progress=False)
    assert finding(gn.diagnose(net, X, y), "dead_units").severity == "note", "it has learned past them"


@pytest.mark.parametrize("place", ["before", "in the way", "behind"])
def test_samples_that_are_the_same_on_every_way_are_told(place: str) -> None:
    """What is equal before a residual layer, or in its sum, is equal for all that follows."""
    X, y = blobs(120)
    dead = gn.Dense(6, "relu", bias_initializer=gn.initializers.Constant(-50.0))
    layers = {
        "before": [dead, gn.Residual([gn.Dense(6, "tanh")])],
        "in the way": [dead, gn.Residual([gn.LayerNorm(), gn.Dense(6, "tanh")])],
        "behind": [gn.Dense(6, "tanh"), gn.Residual([gn.Dense(6, "tanh")]), dead],
    }
    net = gn.Network([*layers[place], gn.Dense(3, "softmax")], seed=0, input_shape=2)
    found = finding(gn.diagnose(net, X, y, loss="scce", trained=True), "collapsed_representation")
    assert found is not None and found.layer == (2 if place == "behind" else 0)


@pytest.mark.parametrize("normalised", [True, False])
def test_weights_before_a_root_mean_square_have_no_size(normalised: bool) -> None:
    X, y = blobs(120)
    large = gn.Dense(12, initializer=gn.initializers.Normal(30.0))
    between = [gn.RMSNorm()] if normalised else []
    net = gn.Network([large, *between, gn.Activation("tanh"), gn.Dense(3, "softmax")], seed=0, input_shape=2)
    assert ("scale_too_large" in gn.diagnose(net, X, y, loss="scce").codes) != normalised


def test_categories_are_no_features_of_another_scale() -> None:
    X, y = data()
    assert "unscaled_inputs" not in codes(embedding(), X, y)
    assert "unscaled_inputs" in codes(embedding()[1:], X, y, epochs=5)


def test_slow_steps_are_named_in_a_network_with_an_embedding() -> None:
    X, y = data()
    assert "learning_rate_too_low" in codes(embedding(), X, y, rate=1e-6, epochs=20)


def test_what_samples_tell_is_asked_of_each_category() -> None:
    X, _ = data()
    numbers = as_numbers(X, {1: 90})
    assert numbers.shape == (160, 2 + 90)
    np.testing.assert_array_equal(numbers[:, 2:].argmax(axis=1), X[:, 1])
    np.testing.assert_array_equal(numbers[:, :2], X[:, [0, 2]])
    assert as_numbers(X, {}) is X and as_numbers(X, {1: 501}) is X


@pytest.mark.parametrize("layers", [
    [gn.Residual([gn.Dense(2, "tanh")]), gn.Dense(1)], [gn.Dense(2), gn.Residual([gn.Dense(2, "tanh"), gn.Dense(2)])],
])  # fmt: skip
def test_where_wider_copies_would_not_fit_nothing_is_tried_with_more_units(layers: list[Any]) -> None:
    X, y = data(60)
    last = y if layers[0] != gn.Dense(2) else np.hstack([y, y])
    codes(layers, X[:, [0, 2]], last, epochs=3)
