"""A scaling that was moved into a network: features and targets are of any size, and weights make up for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis.rules.scaling import makes_up_for_features, makes_up_for_targets
from tests.insight.diagnosis.cases import dense, finding
from tests.insight.diagnosis.conftest import CaseOf

SCCE = "sparse_categorical_cross_entropy"


def carried(epochs: int) -> tuple[gn.Network, Any, Any]:
    """Trained on standardised samples and values, and reading and giving them as they are."""
    X, y = gn.datasets.diabetes()
    X = 1000 * X + 300
    inputs, targets = gn.Standardizer().fit(X), gn.Standardizer().fit(y)
    net = gn.Network(dense([12, 1], "tanh", "linear"), seed=0)
    net.fit(inputs.transform(X), targets.transform(y), loss="mse", epochs=epochs, batch_size=32,
            optimizer=gn.Adam(0.01), engine="numpy", progress=False)  # fmt: skip
    return gn.recipes.scaling_inside(net, inputs, targets), X, y


@pytest.mark.parametrize("epochs", [1, 30])
def test_no_scale_is_blamed_that_weights_make_up_for(epochs: int) -> None:
    net, X, y = carried(epochs)
    report = gn.diagnose(net, X, y, loss="mse")
    for code, layer in (("unscaled_inputs", 0), ("unscaled_targets", 1)):
        found = finding(report, code)
        assert found.severity == "note" and found.remedy.startswith("none for this network; another training")
        assert found.cause.endswith(f"; the weights and biases of layer {layer} make up for that")


def test_what_is_made_up_for_explains_nothing_but_that_nothing_learns_anew_from_such_samples() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    inputs = gn.Standardizer().fit(1000 * X)
    net = gn.Network(dense([1, 2], "tanh", "softmax"), seed=0)
    net.fit(X, y, loss=SCCE, epochs=5, engine="numpy", progress=False)
    codes = gn.diagnose(gn.recipes.scaling_inside(net, inputs), 1000 * X, y, loss=SCCE).codes
    assert "underfitting" in codes and not {"too_few_units", "no_biases"} & set(codes)


def test_what_only_scales_is_no_layer_without_an_activation_and_no_gradient_that_explodes() -> None:
    """Values of 1000 through three layers; the first of them has no bias, so that a linear layer scales before it."""
    X, y = gn.datasets.diabetes()
    inputs, targets = gn.Standardizer().fit(1000 * X), gn.Standardizer().fit(100 * y)
    layers = [gn.Dense(12, "tanh", use_bias=False), gn.Dense(8, "tanh"), gn.Dense(1)]
    net = gn.Network(layers, seed=0)
    net.fit(inputs.transform(1000 * X), targets.transform(100 * y), loss="mse", epochs=5, batch_size=32,
            engine="numpy", progress=False)  # fmt: skip
    carrying = gn.recipes.scaling_inside(net, inputs, targets)
    assert len(carrying.layers) == 4
    codes = gn.diagnose(carrying, 1000 * X, 100 * y, loss="mse").codes
    assert codes[:2] == ("unscaled_inputs", "unscaled_targets")
    assert not {"missing_nonlinearity", "exploding_gradient", "vanishing_gradient"} & set(codes)


@pytest.mark.parametrize(("beside", "found"), [(0.0, False), (1e-9, True)])
def test_a_layer_that_only_scales_has_no_weight_beside_the_diagonal(beside: float, found: bool) -> None:
    X = np.random.default_rng(0).normal(size=(80, 3))
    scaling = np.diag([2.0, 3.0, 4.0]) + beside * (1 - np.eye(3))
    net = gn.adapt([(scaling, np.zeros(3)), (np.ones((3, 2)), np.zeros(2))], ["linear", "linear"])
    assert ("missing_nonlinearity" in gn.diagnose(net, X, X[:, :2], loss="mse").codes) == found
    assert "missing_nonlinearity" in gn.diagnose(net, X, X[:, :2], loss="mse", trained=False).codes


def test_weights_that_were_drawn_for_other_features_do_not_make_up_for_these() -> None:
    X, y = gn.datasets.wine()
    net = gn.Network(dense([16, 3], "tanh", "softmax"), seed=0, input_shape=13)
    net.fit(X, y, loss=SCCE, epochs=60, batch_size=32, engine="numpy", progress=False)
    trained = gn.adapt([(layer.weights, layer.bias) for layer in net.layers], ["tanh", "softmax"])
    assert finding(gn.diagnose(trained, X, y, loss=SCCE), "unscaled_inputs").remedy.startswith("standardise")


def first_of(case_of: CaseOf, X: Any, W: Any, b: Any = 0.0, **options: Any) -> Any:
    pairs = [(W, np.full(np.shape(W)[1], b)), (np.eye(np.shape(W)[1])[:, :2], np.zeros(2))]
    y = np.repeat([0, 1], len(X) // 2)
    return case_of(gn.adapt(pairs, ["tanh", "softmax"]), X, y, loss=SCCE, **options)


SIGNS = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, -1.0]] * 10)
# The least deviation with which weights of three features and two units are drawn: a root of 1 / (3 · 3).
USUAL = 1 / 3


@pytest.mark.parametrize(("sizes", "made_up"), [
    ((19.0, 19.0, 19.0), True), ((21.0, 19.0, 19.0), False), ((9.0, 0.31, 0.31), True), ((9.5, 0.31, 0.31), False),
])  # fmt: skip
def test_what_reaches_the_first_layer_has_the_limits_of_features(
    case_of: CaseOf, sizes: tuple[float, ...], made_up: bool
) -> None:
    """Features of 100, whose weights are so many hundredths of usual ones."""
    W = USUAL * np.array(sizes)[:, None] * [1.0, -1.0] / 100
    assert makes_up_for_features(first_of(case_of, 100 * SIGNS, W)) == made_up
    assert not makes_up_for_features(first_of(case_of, 100 * SIGNS, W, trained=False)), "its start is known"


@pytest.mark.parametrize(("left", "made_up"), [(0.49, True), (0.51, False)])
def test_biases_take_away_what_far_features_add(case_of: CaseOf, left: float, made_up: bool) -> None:
    case = first_of(case_of, SIGNS + 100, np.full((3, 2), USUAL), b=-(1 - left) * 300 * USUAL)
    assert makes_up_for_features(case) == made_up


@pytest.mark.parametrize(("spread", "off", "made_up"), [
    (4.9, 0.0, True), (5.1, 0.0, False), (4.9, 0.49, True), (4.9, 0.51, False),
])  # fmt: skip
def test_targets_spread_as_the_last_weights_do_and_lie_where_the_outputs_are(
    case_of: CaseOf, spread: float, off: float, made_up: bool
) -> None:
    """One weight of 100 beside a usual one of at most sqrt(2); outputs are 1000 more."""
    weight, X = 100.0, np.array([[1.0], [-1.0]] * 20)
    y = X * spread * weight / np.sqrt(2) + 1000
    net = gn.adapt([(np.array([[weight]]), np.array([1000 + off * y.std()]))], ["linear"])
    assert makes_up_for_targets(case_of(net, X, y, loss="mse"), 0) == made_up
    assert not makes_up_for_targets(case_of(net, X, y, loss="mse", trained=False), 0)
