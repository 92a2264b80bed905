"""What targets 1 weigh beside targets 0: one argument of the binary cross-entropies, as PyTorch defines it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet import losses
from glassnet.errors import ArgumentError

Array = NDArray[Any]
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 2))
Y = (X[:, :1] + 0.8 * RANDOM.normal(size=(200, 1)) > 1.2) * 1.0  # one in six


def network(last: str = "sigmoid") -> gn.Network:
    return gn.Network([gn.Dense(4, "tanh"), gn.Dense(1, last)], seed=0, dtype="float64", input_shape=2)


@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_a_weight_of_three_counts_targets_one_thrice(weight: float) -> None:
    y, z = np.round(RANDOM.uniform(size=(9, 1))), 5 * RANDOM.normal(size=(9, 1))
    plain, loss = losses.SigmoidCrossEntropy(), losses.SigmoidCrossEntropy(pos_weight=weight)
    value, gradient = plain.compare(y, z, np.where(y[:, 0] == 1, weight, 1.0))
    assert loss.value(y, z) == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(loss.gradient(y, z), gradient, rtol=1e-12, atol=1e-16)
    assert (loss == plain) == (repr(loss) == repr(plain)) == (weight == 1)


def test_behind_a_sigmoid_it_is_computed_from_the_logits() -> None:
    loss = losses.BinaryCrossEntropy(pos_weight=5.0, label_smoothing=0.1)
    objective = network().plan(loss).objective
    assert objective == losses.SigmoidCrossEntropy(pos_weight=5.0, label_smoothing=0.1)
    z = np.linspace(-5, 5, 200)[:, None]
    assert objective.value(Y, z) == pytest.approx(loss.value(Y, 1 / (1 + np.exp(-z))), rel=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_it_is_finite_for_logits_of_any_size(dtype: str, weight: float) -> None:
    z, y = np.array([[-1e4], [1e4]], dtype), np.array([[1.0], [0.0]], dtype)
    loss = losses.SigmoidCrossEntropy(pos_weight=weight)
    assert loss.value(y, z) == pytest.approx((weight + 1) * 5e3, rel=1e-6)
    np.testing.assert_allclose(loss.gradient(y, z), [[-weight / 2], [0.5]], rtol=1e-6)
    assert loss.value(1 - y, z) == 0


@pytest.mark.parametrize("weight", [0.0, -1.0, np.inf])
@pytest.mark.parametrize("loss", [losses.BinaryCrossEntropy, losses.SigmoidCrossEntropy])
def test_a_weight_that_is_none_is_refused_by_the_name_of_the_loss(loss: Any, weight: float) -> None:
    with pytest.raises(
        ArgumentError, match=f"^pos_weight of {loss.__name__} must be a finite number and > 0; got"
    ):
        loss(pos_weight=weight)


def test_rare_classes_are_found_more_often_and_files_remember_the_weight(tmp_path: Path) -> None:
    found = {}
    for weight in (1.0, 6.0):
        net, loss = network(), losses.BinaryCrossEntropy(pos_weight=weight)
        net.fit(X, Y, loss=loss, optimizer=gn.Adam(0.02), epochs=60, progress=False)
        found[weight] = float(net.predict_classes(X)[Y[:, 0] == 1].mean())
        net.save(tmp_path / "net.safetensors")
        assert gn.load(tmp_path / "net.safetensors").loss == loss
    assert found[6.0] > found[1.0]


def test_the_best_guess_of_a_network_that_sees_nothing_follows_the_weight() -> None:
    """Of m ones, w m / (1 - m + w m): a diagnosis measures by that, and no constant does better."""
    loss, m = losses.BinaryCrossEntropy(pos_weight=6.0), float(Y.mean())
    best = float(loss.best_constant(Y)[0])
    costs = [loss.value(Y, np.full_like(Y, p)) for p in (best - 1e-3, best, best + 1e-3)]
    assert costs[1] == min(costs) and best > 2 * m


@pytest.mark.parametrize("last", ["sigmoid", "linear"])
def test_a_backward_pass_that_forgets_the_weight_is_named(last: str) -> None:
    kind = losses.BinaryCrossEntropy if last == "sigmoid" else losses.SigmoidCrossEntropy
    net, weighted, plain = network(last), kind(pos_weight=4.0), kind()
    net.backward(plain.gradient(Y, net.forward(X)))
    report = gn.check_backward(net, X, Y, net.gradients.copy(), loss=weighted)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("pos_weight_missing", (1,))]
    if last == "sigmoid":
        assert report.slips[0].fix == "dZ2 = ((1 - Y) * A2 - 4 * Y * (1 - A2)) / m"
    net.backward(weighted.gradient(Y, net.forward(X)))
    assert gn.check_backward(net, X, Y, net.gradients.copy(), loss=weighted).ok


def test_a_learners_weighted_loss_is_checked_with_its_weight() -> None:
    weighted = losses.BinaryCrossEntropy(pos_weight=4.0)

    def value(y: Array, p: Array) -> float:
        return float(-np.mean(4 * y * np.log(p + 1e-15) + (1 - y) * np.log(1 - p + 1e-15)))

    def gradient(y: Array, p: Array) -> Array:
        return ((1 - y) / (1 - p) - 4 * y / p) / y.size

    assert gn.check_loss(value, gradient, like=weighted).ok
    report = gn.check_loss(value, losses.BinaryCrossEntropy().gradient, like=weighted)
    assert [slip.code for slip in report.slips] == ["pos_weight_missing"]
    folded = gn.check_loss(value, lambda y, p: ((1 + 3 * y) * p - 4 * y) / y.size, like=weighted)
    assert [slip.code for slip in folded.slips] == ["softmax_folded_in"]


def test_a_trace_writes_the_weight_where_there_is_one() -> None:
    texts = [
        str(gn.trace(network(), X[:4], Y[:4], loss=losses.BinaryCrossEntropy(pos_weight=weight)))
        for weight in (1.0, 3.0)
    ]
    assert "L = (1/n) Σ (−Y·log(A2) − (1 − Y)·log(1 − A2))" in texts[0]
    assert "dZ2 = (A2 − Y)/n" in texts[0] and "dA2 = ((1 − Y)/(1 − A2) − Y/A2)/n" in texts[0]
    assert "L = (1/n) Σ (−w·Y·log(A2) − (1 − Y)·log(1 − A2))" in texts[1]
    assert "dZ2 = ((1 − Y)·A2 − w·Y·(1 − A2))/n" in texts[1]
    assert "dA2 = ((1 − Y)/(1 − A2) − w·Y/A2)/n" in texts[1]
