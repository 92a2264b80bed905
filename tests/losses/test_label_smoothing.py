"""Label smoothing: a share of each target is spread evenly over all classes, as PyTorch defines it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

import glassnet as gn
from glassnet import losses
from glassnet.errors import ArgumentError
from glassnet.losses import Loss, SmoothedLoss
from tests.gradients.table import OUTPUTS

Array = NDArray[Any]
X = np.random.default_rng(0).normal(size=(30, 2))
CLASSES = np.arange(30) % 3
ROWS = np.eye(3)[CLASSES]
SMOOTHED = [loss for loss in map(losses.get, losses.names()) if isinstance(loss, SmoothedLoss)]


def network(loss: Loss, k: int = 3) -> gn.Network:
    last = OUTPUTS.get(type(loss), "linear")
    return gn.Network([gn.Dense(4, "tanh"), gn.Dense(k, last)], seed=0, dtype="float64", input_shape=2)


def targets(loss: Loss) -> Array:
    return CLASSES if loss.takes_classes else ROWS


@pytest.mark.parametrize("loss", SMOOTHED, ids=lambda loss: loss.name)
@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_a_smoothed_loss_is_the_plain_one_of_smoothed_targets(loss: SmoothedLoss, share: float) -> None:
    smooth = type(loss)(label_smoothing=share)
    plain = losses.get(loss.for_rows) if loss.for_rows else loss
    p, k = network(loss).predict(X), 3 if loss.rows_sum_to_one else 2
    expected = (1 - share) * ROWS + share / k
    assert smooth.value(targets(loss), p) == pytest.approx(plain.value(expected, p), rel=1e-14)
    np.testing.assert_allclose(
        smooth.gradient(targets(loss), p), plain.gradient(expected, p), rtol=1e-13, atol=1e-16
    )
    assert (smooth == loss) == (share == 0) == (repr(smooth) == repr(loss))
    assert eval(repr(smooth), {"losses": losses}) == smooth


def test_classes_and_rows_of_them_are_smoothed_as_pytorch_does() -> None:
    z = np.random.default_rng(1).normal(size=(30, 3)) * 50
    for targets in (CLASSES, ROWS):
        loss = losses.SoftmaxCrossEntropy if targets.ndim == 2 else losses.SparseSoftmaxCrossEntropy
        theirs = functional.cross_entropy(torch.tensor(z), torch.tensor(targets), label_smoothing=0.25)
        assert loss(label_smoothing=0.25).value(targets, z) == pytest.approx(theirs.item(), rel=1e-14)


def test_of_yes_and_no_a_half_of_the_share_goes_to_each() -> None:
    """0 and 1 become 0.05 and 0.95, whatever the number of outputs."""
    loss = losses.SigmoidCrossEntropy(label_smoothing=0.1)
    np.testing.assert_allclose(
        loss.gradient(np.array([[0.0], [1.0]]), np.zeros((2, 1)))[:, 0] * 2, [0.45, -0.45]
    )
    np.testing.assert_allclose(loss.gradient(np.zeros((1, 5)), np.zeros((1, 5))) * 5, 0.45)


@pytest.mark.parametrize("share", [-0.01, 1.01, np.nan, "0.1", True])
def test_a_share_outside_0_to_1_is_refused_by_the_name_of_the_loss(share: Any) -> None:
    for loss in SMOOTHED:
        with pytest.raises(ArgumentError, match=f"^label_smoothing of {type(loss).__name__} must be a"):
            type(loss)(label_smoothing=share)


@pytest.mark.parametrize("loss", SMOOTHED, ids=lambda loss: loss.name)
def test_all_that_is_measured_is_the_smoothed_loss(loss: SmoothedLoss, tmp_path: Path) -> None:
    smooth, y = type(loss)(label_smoothing=0.2), targets(loss)
    net = network(loss)
    before = smooth.value(y, net.predict(X))
    history = net.fit(
        X, y, loss=smooth, optimizer=gn.SGD(0.1), epochs=2, progress=False, batch_size=30,
        validation_data=(X, y),
    )  # fmt: skip
    after = smooth.value(y, net.predict(X))
    assert history["loss"][0] == pytest.approx(before, rel=1e-13)
    assert history["validation_loss"][1] == pytest.approx(after, rel=1e-13)
    assert net.evaluate(X, y)["loss"] == pytest.approx(after, rel=1e-13)
    net.save(tmp_path / "net.safetensors")
    assert gn.load(tmp_path / "net.safetensors").loss == smooth


def test_a_smoothed_loss_weighs_samples_as_the_plain_one_does() -> None:
    """Weights multiply what a whole sample costs, its smoothed share too."""
    weights, smooth = np.linspace(0.5, 1.5, 30), losses.SparseCategoricalCrossEntropy(label_smoothing=0.2)
    net = network(smooth)
    p = net.predict(X)
    expected = np.average(
        [smooth.value(CLASSES[i : i + 1], p[i : i + 1]) for i in range(30)], weights=weights
    )
    assert net.evaluate(X, CLASSES, loss=smooth, sample_weight=weights)["loss"] == pytest.approx(expected)


def test_logits_are_kept_from_growing() -> None:
    """The best answer to a smoothed target of 3 classes is no certainty: its log odds are log(1 + 3 (1 - s) / s)."""
    net = gn.Network([gn.Dense(3, "softmax")], seed=0, dtype="float64", input_shape=3)
    loss = losses.CategoricalCrossEntropy(label_smoothing=0.3)
    net.fit(np.eye(3), np.eye(3), loss=loss, optimizer=gn.SGD(2.0), epochs=400, progress=False)
    p = net.predict(np.eye(3))
    np.testing.assert_allclose(np.log(p[0, 0] / p[0, 1:]), np.log(1 + 3 * 0.7 / 0.3), rtol=1e-6)
    found = gn.diagnose(net, np.eye(3), np.eye(3), loss=loss)
    assert not [finding for finding in found.findings if finding.severity == "error"]


@pytest.mark.parametrize("loss", SMOOTHED, ids=lambda loss: loss.name)
def test_a_backward_pass_that_forgets_the_smoothing_is_named(loss: SmoothedLoss) -> None:
    smooth, y = type(loss)(label_smoothing=0.1), targets(loss)
    net = network(loss)
    net.backward(loss.gradient(y, net.forward(X)))
    report = gn.check_backward(net, X, y, net.gradients.copy(), loss=smooth)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("label_smoothing_missing", (1,))]
    share = "0.1 / 3" if loss.rows_sum_to_one else "0.1 / 2"
    assert f"(0.9 * Y + {share})" in report.slips[0].fix
    net.backward(smooth.gradient(y, net.forward(X)))
    assert gn.check_backward(net, X, y, net.gradients.copy(), loss=smooth).ok


def test_a_loss_of_ones_own_is_compared_with_the_arguments_of_the_one_that_it_should_be() -> None:
    smooth = losses.CategoricalCrossEntropy(label_smoothing=0.1)

    def value(y: Array, p: Array) -> float:
        y = 0.9 * y + 0.1 / y.shape[1]
        return float(-(y * np.log(np.maximum(p, 1e-300))).sum(axis=1).mean())

    def gradient(y: Array, p: Array) -> Array:
        return -(0.9 * y + 0.1 / y.shape[1]) / np.maximum(p, 1e-300) / len(y)

    assert gn.check_loss(value, gradient, like=smooth).ok
    forgetful = gn.check_loss(value, lambda y, p: -y / np.maximum(p, 1e-300) / len(y), like=smooth)
    assert [slip.code for slip in forgetful.slips] == ["label_smoothing_missing"]
    assert "other_loss" in [slip.code for slip in gn.check_loss(value, gradient, like="cce").slips]
    huber = losses.Huber(0.5)
    assert gn.check_loss(huber.value, huber.gradient, like=huber).ok
    assert not gn.check_loss(huber.value, huber.gradient, like="huber").ok


def test_what_is_said_of_log_0_is_what_is_there() -> None:
    def value(y: Array, p: Array) -> float:
        y = 0.9 * y + 0.1 / y.shape[1]
        return float(-(y * np.log(p)).sum(axis=1).mean())

    def gradient(y: Array, p: Array) -> Array:
        return -(0.9 * y + 0.1 / y.shape[1]) / p / len(y)

    report = gn.check_loss(value, gradient, like=losses.CategoricalCrossEntropy(label_smoothing=0.1))
    assert "the loss is inf: a target that is not 0 times log(0)" in str(report)
    assert "the gradient divides by 0:" in str(report)


def test_a_curve_is_that_of_the_smoothed_target() -> None:
    loss = losses.BinaryCrossEntropy(label_smoothing=0.2)
    line = gn.plots.loss(loss, target=1.0).lines[0]
    p, drawn = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    np.testing.assert_allclose(drawn, -0.9 * np.log(p) - 0.1 * np.log(1 - p), rtol=1e-12)
    with pytest.raises(
        ArgumentError, match="depends on the number of classes; draw it without label_smoothing"
    ):
        gn.plots.loss(losses.CategoricalCrossEntropy(label_smoothing=0.2))
