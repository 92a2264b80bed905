"""Networks that were trained elsewhere: nothing is said of what nobody saw; and what only they can have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import glassnet as gn
from glassnet.errors import ArgumentError, ShapeError
from tests.insight.diagnosis.cases import blobs, dense, finding, fitted, sine

SCCE = "sparse_categorical_cross_entropy"
ABOUT_THE_START = ("before training", "first weights", "begin", "untrained", "learning rate", "steps are too")
OF_THE_START = {
    "scale_too_small", "scale_too_large", "initial_loss_not_chance", "learning_rate_too_low", "learning_rate_too_high",
    "clipped_too_much",
}  # fmt: skip


def by_torch(broadcast: bool, bias: bool = True) -> tuple[nn.Sequential, Any, Any]:
    """A regression trained by PyTorch, with targets (n,) or (n, 1)."""
    X, t = sine()
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(1, 16, bias=bias), nn.Tanh(), nn.Linear(16, 1, bias=bias))
    x = torch.tensor(X, dtype=torch.float32)
    y = torch.tensor(t[:, 0] + 2.0 if broadcast else t + 2.0, dtype=torch.float32)
    rule = torch.optim.Adam(module.parameters(), 0.01)
    for _ in range(600):
        rule.zero_grad()
        (module(x) - y).square().mean().backward()
        rule.step()
    return module, X, t + 2.0


def test_n_against_n_1_is_named() -> None:
    module, X, t = by_torch(broadcast=True)
    report = gn.diagnose(module, X, t, loss="mse")
    found = report.findings[0]
    assert (found.code, found.severity) == ("broadcast_targets", "error"), report
    assert found.evidence["R² of a linear fit behind the hidden layers"] > 0.5
    assert "broadcast_targets" not in gn.diagnose(*by_torch(broadcast=False), loss="mse").codes


def test_a_constant_that_nobody_learned_is_no_comparison_with_all() -> None:
    """Small weights and a bias of 0 give 0, or a probability of one half, whoever made them."""
    X, t = sine()
    pairs = [(np.array([[1.0, -1.5, 2.0]]), np.zeros(3)), (np.full((3, 1), 1e-3), np.zeros(1))]
    centred, above = t - t.mean(), (t > np.median(t)).astype(float)
    for end, y, loss in (("linear", centred, "mse"), ("sigmoid", above, "bce")):
        report = gn.diagnose(gn.adapt(pairs, ["tanh", end]), X, y, loss=loss)
        assert "broadcast_targets" not in report.codes


def test_probabilities_compared_with_all_are_named() -> None:
    X, t = sine()
    y = (t[:, 0] > np.median(t)).astype(float)
    net = gn.Network([gn.Dense(16, "tanh"), gn.Dense(1, "sigmoid")], seed=0, input_shape=1, dtype="float64")
    for _ in range(500):
        p = net.forward(X)
        slope = (p - y) / (p * (1 - p))  # (n, n), of binary cross-entropy
        net.backward(slope.mean(axis=1, keepdims=True) / len(X))
        net.step(gn.Adam(0.01))
    assert gn.diagnose(net, X, y, loss="bce").findings[0].code == "broadcast_targets"


def test_a_network_that_glassnet_fitted_cannot_have_compared_so() -> None:
    X, t = sine()
    net, history = fitted(dense([16, 1], "tanh", "linear"), X, t + 2, loss="mse", epochs=40,
                          optimizer=gn.SGD(0.05, weight_decay=1.0))  # fmt: skip
    assert "broadcast_targets" not in gn.diagnose(net, X, t + 2, history).codes


def test_missing_biases_are_named_where_they_matter() -> None:
    X, t = sine()
    far = X + 3.0
    net, history = fitted([gn.Dense(16, "relu", use_bias=False), gn.Dense(1, use_bias=False)], far, t, loss="mse",
                          epochs=300, optimizer=gn.Adam(0.01))  # fmt: skip
    assert "no_biases" in gn.diagnose(net, far, t, history).codes
    pairs = [(layer.weights.copy(), np.zeros(layer.weights.shape[1])) for layer in net.layers]
    found = finding(gn.diagnose(gn.adapt(pairs, ["relu", "linear"]), far, t, loss="mse"), "no_biases")
    assert found is not None and found.cause.startswith("all biases are 0")


def test_missing_biases_that_cost_nothing_are_no_fault() -> None:
    X, y = blobs()
    layers = [gn.Dense(16, "tanh", use_bias=False), gn.Dense(3, "softmax", use_bias=False)]
    net, history = fitted(layers, X, y, loss=SCCE, epochs=60, batch_size=32, optimizer=gn.Adam(0.01))
    assert gn.diagnose(net, X, y, history).ok


@pytest.mark.parametrize("size", [np.nan, 1e200])
def test_of_outputs_that_are_no_numbers_nothing_else_is_said(size: float) -> None:
    X, y = blobs()
    pairs = [(size * np.ones((2, 4)), np.zeros(4)), (size * np.ones((4, 3)), np.zeros(3))]
    assert gn.diagnose(gn.adapt(pairs, ["relu", "softmax"]), X, y).codes == ("not_finite",)


def test_of_targets_that_are_all_the_same_nothing_else_is_said() -> None:
    X, _ = blobs()
    pairs = [(np.ones((2, 4)), np.zeros(4)), (np.ones((4, 3)), np.zeros(3))]
    assert gn.diagnose(gn.adapt(pairs, ["relu", "softmax"]), X, np.zeros(300, int)).codes == (
        "constant_targets",
    )
    line = gn.adapt([(np.ones((2, 1)), np.zeros(1))], ["linear"])
    assert gn.diagnose(line, X, np.full(300, 2.0), loss="mse").codes == ("constant_targets",)


def failing() -> dict[str, tuple[list[Any], Any, Any, str]]:
    """Networks that did not learn, each for another reason: pairs (W, b), samples, targets, activation."""
    random = np.random.default_rng(0)
    X, y = blobs()

    def pairs(scale: float, bias: float = 0.0) -> list[Any]:
        return [
            (scale * random.normal(size=(2, 16)), np.full(16, bias)),
            (scale * random.normal(size=(16, 16)), np.zeros(16)),
            (scale * random.normal(size=(16, 3)), bias * random.normal(size=3)),
        ]

    return {
        "large": (pairs(20.0), X, y, "tanh"), "small": (pairs(1e-4), X, y, "tanh"),
        "sure": (pairs(1.0, 30.0), X, y, "tanh"), "dead": (pairs(1.0, -50.0), X, y, "relu"),
        "zero": (pairs(0.0), X, y, "relu"), "usual": (pairs(0.3), X, y, "sigmoid"),
    }  # fmt: skip


@pytest.mark.parametrize("name", failing())
@pytest.mark.parametrize("form", ["adapt", "torch", "file", "copied"])
def test_nothing_is_said_of_a_start_that_nobody_saw(name: str, form: str, tmp_path: Any) -> None:
    pairs, X, y, activation = failing()[name]
    net = gn.adapt(pairs, [activation, activation, "softmax"])
    model: Any = net
    if form == "torch":
        model = net.to_torch()
    elif form == "file":
        net.save(tmp_path / "net.safetensors")
        model = gn.load(tmp_path / "net.safetensors")
    elif form == "copied":
        layers = [gn.Dense(16, activation), gn.Dense(16, activation), gn.Dense(3, "softmax")]
        model = gn.Network(layers, seed=0, input_shape=2)
        model.parameters = net.parameters
    report = gn.diagnose(model, X, y, loss=SCCE, learning_rate=0.1)
    assert not OF_THE_START & set(report.codes)
    for found in report.findings:
        assert not any(words in found.cause for words in ABOUT_THE_START), found.cause
    assert any("how it began" in what for what in report.not_looked_at)
    assert any("the steps of its training" in what for what in report.not_looked_at)
    assert "not looked at: how it began" in str(report) and "not looked at" in report._repr_html_()


def test_a_start_is_spoken_of_where_the_user_says_that_it_is_one() -> None:
    pairs, X, y, activation = failing()["large"]
    names = [activation, activation, "softmax"]
    told = gn.diagnose(gn.adapt(pairs, names, trained=False), X, y, loss=SCCE)
    assert {"scale_too_large", "initial_loss_not_chance"} <= set(told.codes) and told.not_looked_at == ()
    assert told.codes == gn.diagnose(gn.adapt(pairs, names), X, y, loss=SCCE, trained=False).codes
    assert "scale_too_large" not in gn.diagnose(gn.adapt(pairs, names, trained=True), X, y, loss=SCCE).codes


def test_a_network_as_its_seed_draws_it_is_at_its_start() -> None:
    X, y = blobs()
    layers = dense([16, 3], "tanh", "softmax", gn.initializers.Normal(20.0))
    for seed in (3, np.random.RandomState(3), np.random.default_rng(3)):
        net = gn.Network(layers, seed=seed, input_shape=2)
        assert "scale_too_large" in gn.diagnose(net, X, y, loss=SCCE).codes
        net.parameters += 1e-3
        assert "scale_too_large" not in gn.diagnose(net, X, y, loss=SCCE).codes


def test_the_history_proves_which_weights_were_the_first() -> None:
    X, y = blobs()
    layers = dense([16, 3], "tanh", "softmax", gn.initializers.Normal(20.0))
    net, history = fitted(layers, X, y, watched=False, loss=SCCE, epochs=3)
    assert "scale_too_large" in gn.diagnose(net, X, y, history).codes
    assert "scale_too_large" not in gn.diagnose(net, X, y).codes
    other = gn.Network(layers, seed=0, input_shape=2)
    other.parameters = 0.01 * other.parameters
    changed = other.fit(X, y, loss=SCCE, epochs=3, engine="numpy", progress=False)
    assert "scale_too_large" not in gn.diagnose(other, X, y, changed).codes


def test_fit_of_a_network_from_elsewhere_begins_with_weights_that_were_trained() -> None:
    pairs, X, y, activation = failing()["large"]
    net = gn.adapt(pairs, [activation, activation, "softmax"])
    history = net.fit(
        X, y, loss=SCCE, epochs=3, engine="numpy", progress=False, callbacks=[gn.Diagnosis(warn=False)]
    )
    assert not {"scale_too_large", "initial_loss_not_chance"} & set(gn.diagnose(net, X, y, history).codes)


def test_a_training_elsewhere_is_repeated_where_it_is_given() -> None:
    X, y = blobs()
    start = gn.Network(dense([16, 3], "tanh", "softmax"), seed=5, input_shape=2, dtype="float64")
    net = start.copy()
    loss = gn.losses.get(SCCE)
    for _ in range(50):
        net.backward(loss.gradient(y, net.forward(X)))
        net.parameters -= 1e-4 * net.gradients
    given = {"start": start, "optimizer": gn.SGD(1e-4), "epochs": 50, "loss": SCCE}
    assert "learning_rate_too_low" in gn.diagnose(net, X, y, **given).codes
    given.pop("start")
    assert "learning_rate_too_low" not in gn.diagnose(net, X, y, **given).codes
    with pytest.raises(ShapeError, match="start must be the same network before training"):
        gn.diagnose(net, X, y, start=gn.Network(dense([4, 3], "tanh", "softmax"), input_shape=2), loss=SCCE)
    with pytest.raises(ArgumentError, match="trained=False cannot be said beside it"):
        gn.diagnose(net, X, y, start=start, trained=False, loss=SCCE)


def test_trained_false_is_refused_of_a_network_that_was_fitted() -> None:
    X, y = blobs()
    net, _ = fitted(dense([8, 3], "tanh", "softmax"), X, y, loss=SCCE, epochs=3)
    with pytest.raises(ArgumentError, match="has taken 3 steps of training"):
        gn.diagnose(net, X, y, trained=False)
