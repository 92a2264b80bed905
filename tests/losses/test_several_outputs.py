"""Losses that read several outputs for each target: a normal density, and quantiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import glassnet as gn
from glassnet import losses
from glassnet.errors import ArgumentError, ShapeError
from glassnet.losses import Loss

Array = NDArray[Any]
RANDOM = np.random.default_rng(0)
X = RANDOM.uniform(-2, 2, size=(400, 1))
DEVIATION = 0.1 + 0.2 * np.abs(X)
Y = np.sin(X) + DEVIATION * RANDOM.normal(size=X.shape)
SEVERAL: list[Loss] = [losses.GaussianNLL(), losses.Quantiles((0.1, 0.5, 0.9))]


def network(n_outputs: int, dtype: str = "float64") -> gn.Network:
    return gn.Network([gn.Dense(16, "tanh"), gn.Dense(n_outputs)], seed=0, dtype=dtype, input_shape=1)


def test_of_one_output_for_each_target_the_outputs_stand_in_blocks() -> None:
    """First one of every target, then another: columns 0 and 2 belong to target 0."""
    y, p = RANDOM.normal(size=(6, 2)), RANDOM.normal(size=(6, 4))
    for loss in (losses.GaussianNLL(), losses.Quantiles((0.2, 0.8))):
        single = [loss.value(y[:, j], p[:, [j, 2 + j]]) for j in (0, 1)]
        assert loss.value(y, p) == pytest.approx(np.mean(single), rel=1e-14)


def test_gaussian_nll_is_pytorchs() -> None:
    y, p = RANDOM.normal(size=(9, 1)), 3 * RANDOM.normal(size=(9, 2))
    theirs = torch.nn.GaussianNLLLoss()(
        torch.tensor(p[:, :1]), torch.tensor(y), torch.tensor(np.exp(p[:, 1:]) + 1e-6)
    )
    assert losses.GaussianNLL().value(y, p) == pytest.approx(theirs.item(), rel=1e-13)


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_one_quantile_of_several_is_the_quantile(level: float) -> None:
    y, p = RANDOM.normal(size=(9, 2)), RANDOM.normal(size=(9, 2))
    one, several = losses.Quantile(level), losses.Quantiles([level])
    assert several.value(y, p) == pytest.approx(one.value(y, p), rel=1e-14)
    np.testing.assert_allclose(several.gradient(y, p), one.gradient(y, p), rtol=1e-14)


def test_a_network_learns_mean_and_spread() -> None:
    net, loss = network(2), losses.GaussianNLL()
    net.fit(X, Y, loss=loss, optimizer=gn.Adam(0.02), epochs=150, batch_size=50, progress=False)
    output = net.predict(X)
    deviation = loss.standard_deviation(output)
    assert np.corrcoef(deviation[:, 0], DEVIATION[:, 0])[0, 1] > 0.9
    assert float((np.abs(Y - loss.centre(output)) < deviation).mean()) == pytest.approx(0.683, abs=0.06)
    found = net.evaluate(X, Y)
    assert found["mean_absolute_error"] == pytest.approx(float(np.abs(Y - output[:, :1]).mean()), rel=1e-9)
    assert not [f for f in gn.diagnose(net, X, Y).findings if f.severity == "error"]


def test_a_network_learns_an_interval_and_its_coverage_is_measured(tmp_path: Path) -> None:
    net, loss = network(3), losses.Quantiles((0.1, 0.5, 0.9))
    net.fit(
        X, Y, loss=loss, optimizer=gn.Adam(0.02), epochs=150, batch_size=50, progress=False,
        metrics=["coverage", gn.metrics.Pinball((0.1, 0.5, 0.9)), "mae"],
    )  # fmt: skip
    found = net.evaluate(X, Y, metrics=["coverage", gn.metrics.Pinball((0.1, 0.5, 0.9)), "mae"])
    assert found["coverage"] == pytest.approx(0.8, abs=0.04)
    assert found["pinball_0.1_0.5_0.9"] == pytest.approx(found["loss"], rel=1e-9)
    middle = net.predict(X)[:, 1:2]
    assert found["mean_absolute_error"] == pytest.approx(float(np.abs(Y - middle).mean()), rel=1e-9)
    net.save(tmp_path / "net.safetensors")
    assert gn.load(tmp_path / "net.safetensors").loss == loss
    assert not [f for f in gn.diagnose(net, X, Y).findings if f.severity == "error"]


def test_sorted_quantiles_do_not_cross_and_cost_no_sample_more() -> None:
    loss = losses.Quantiles((0.05, 0.3, 0.5, 0.9))
    y, p = RANDOM.normal(size=(300, 2)), RANDOM.normal(size=(300, 8))
    rising = loss.quantiles(p)
    assert (np.diff(rising.reshape(300, 4, 2), axis=1) >= 0).all()
    np.testing.assert_array_equal(np.sort(p[:, 1::2]), rising[:, 1::2])
    before, after = (
        np.array([loss.value(y[i : i + 1], outputs[i : i + 1]) for i in range(300)])
        for outputs in (p, rising)
    )
    assert (after <= before + 1e-15).all() and (after < before - 1e-3).sum() > 200
    np.testing.assert_array_equal(loss.centre(p), rising[:, 4:6])
    with pytest.raises(ShapeError, match=r"output must have shape \(n_samples, n_outputs\); got \(8,\)"):
        loss.quantiles(p[0])
    with pytest.raises(ShapeError, match=r"output must have shape \(n_samples, n_outputs\); got \(8,\)"):
        losses.GaussianNLL().standard_deviation(p[0])


@pytest.mark.parametrize("loss", SEVERAL, ids=lambda loss: loss.name)
def test_the_best_constant_is_best(loss: Loss) -> None:
    """A diagnosis measures by it what a network does that looks at nothing."""
    targets = loss.repeated(Y)
    best = loss.best_constant(targets)
    value = loss.value(Y, np.tile(best, (len(Y), 1)))
    for j in range(len(best)):
        for step in (-0.02, 0.02):
            other = best.copy()
            other[j] += step
            assert loss.value(Y, np.tile(other, (len(Y), 1))) >= value - 1e-12


@pytest.mark.parametrize("loss", SEVERAL, ids=lambda loss: loss.name)
def test_outputs_and_targets_that_do_not_fit_are_refused_with_what_would(loss: Loss) -> None:
    each = loss.outputs_per_target
    with pytest.raises(
        ShapeError, match=rf"{loss.name} reads {each} outputs for each target, and {each + 1} outp"
    ):
        network(each + 1).fit(X, Y, loss=loss, epochs=1, progress=False)
    with pytest.raises(
        ShapeError,
        match=rf"reads {each} of the network's {each} outputs for each target, so y must have shape \(n_samples, 1\)",
    ):
        network(each).fit(X, np.hstack([Y, Y]), loss=loss, epochs=1, progress=False)
    with pytest.raises(ShapeError, match=rf"y_true must have shape \(400, 1\); it has \(400, {each}\)"):
        loss.value(np.tile(Y, (1, each)), network(each).predict(X))


def test_means_and_variances_are_not_read_as_the_limits_of_an_interval() -> None:
    net = network(2)
    with pytest.raises(
        ArgumentError, match="not the limits of an interval; for these train with gn.losses.Quant"
    ):
        net.fit(X, Y, loss="gaussian_nll", metrics=["coverage"], epochs=1, progress=False)


@pytest.mark.parametrize(
    ("levels", "said"),
    [((0.9, 0.1), "must increase"), ((0.5, 0.5), "must increase"), ((0.0, 0.5), "must be a finite number and > 0"),
     ((), "must be a sequence of numbers"), (0.5, "must be a sequence of numbers"), ("0.5", "must be a sequence")],
)  # fmt: skip
def test_levels_that_are_none_are_refused(levels: Any, said: str) -> None:
    with pytest.raises(ArgumentError, match=f"levels of Quantiles {said}"):
        losses.Quantiles(levels)


@pytest.mark.parametrize("s", [-800.0, -80.0, 0.0, 80.0])
def test_variances_of_any_size_give_finite_numbers(s: float) -> None:
    loss, y, p = losses.GaussianNLL(), np.array([[1.0]]), np.array([[0.0, s]])
    assert np.isfinite(loss.value(y, p)) and np.isfinite(loss.gradient(y, p)).all()
    exact = loss.gradient(np.array([[0.0]]), p)
    assert np.isfinite(exact).all()


def test_weights_of_samples_count() -> None:
    weights = np.where(X[:, 0] > 0, 2.0, 0.0)
    for loss, n in zip(SEVERAL, (2, 3), strict=True):
        net, right = network(n), X[:, 0] > 0
        found = net.evaluate(X, Y, loss=loss, sample_weight=weights)["loss"]
        assert found == pytest.approx(loss.value(Y[right], net.predict(X[right])), rel=1e-12)


def test_an_error_of_the_wrong_sign_is_called_target_minus_prediction_only_where_it_is_that() -> None:
    y = (Y > 0) * 1.0
    for loss, last, difference in (
        ("mse", "linear", True), ("mse", "tanh", True), ("bce", "sigmoid", True), ("focal", "linear", False),
        ("sigmoid_cross_entropy", "linear", True), ("mae", "linear", False), ("poisson_log_rates", "linear", True),
        (losses.BinaryCrossEntropy(pos_weight=2.0), "sigmoid", False), ("squared_hinge", "linear", False),
    ):  # fmt: skip
        net = gn.Network([gn.Dense(3, "tanh"), gn.Dense(1, last)], seed=0, dtype="float64", input_shape=1)
        chosen = losses.get(loss)
        targets = 2 * y - 1 if chosen.only_targets else y
        net.backward(-chosen.gradient(targets, net.forward(X)))
        report = gn.check_backward(net, X, targets, net.gradients.copy(), loss=chosen)
        [slip] = [slip for slip in report.slips if slip.code == "error_sign_flipped"]
        assert ("target minus prediction" in slip.message) is difference, loss


@pytest.mark.parametrize(("loss", "n"), [(losses.GaussianNLL(), 4), (losses.Quantiles((0.1, 0.9)), 4)])
def test_batches_from_an_iterable_train_as_arrays_do(loss: Loss, n: int) -> None:
    two = np.hstack([Y, -Y])
    whole, parts = network(n), network(n)
    options: dict[str, Any] = {"loss": loss, "optimizer": gn.SGD(0.05), "epochs": 2, "progress": False}
    whole.fit(X, two, batch_size=100, shuffle=False, **options)
    parts.fit([(X[i : i + 100], two[i : i + 100]) for i in range(0, 400, 100)], **options)
    np.testing.assert_allclose(parts.parameters, whole.parameters, rtol=1e-12)
