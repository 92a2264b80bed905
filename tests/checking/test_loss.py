"""check_loss: losses of every style pass; a wrong value or gradient is told what it is instead."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.checking import Report
from glassnet.errors import ArgumentError, UnknownNameError


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def mse(y: Any, p: Any) -> Any:
    return np.mean((y - p) ** 2)


def cce(y: Any, p: Any) -> Any:
    return -np.sum(y * np.log(p + 1e-12)) / len(y)


def bce(y: Any, p: Any) -> Any:
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def softmax_loss(y: Any, z: Any) -> Any:
    return cce(y, softmax(z))


def sparse_softmax_loss(y: Any, z: Any) -> Any:
    return -np.mean(np.log(softmax(z)[np.arange(len(y)), y]))


def codes(report: Report) -> list[str]:
    assert report.ok is (not report.slips and not report.evidence)
    return [slip.code for slip in report.slips]


def in_plain_lists(y: list[float], p: list[float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(y, p, strict=True)) / len(y)


RIGHT: dict[str, tuple[Any, Any, str]] = {
    "mse": (mse, lambda y, p: 2 * (p - y) / y.size, "mean squared error"),
    "mse, predictions first": (lambda y_pred, y: np.mean((y - y_pred) ** 2),
                               lambda y_pred, y: 2 * (y_pred - y) / y.size, "mean squared error"),
    "mse in plain lists": (in_plain_lists, lambda y, p: [2 * (b - a) / len(y) for a, b in zip(y, p, strict=True)],
                           "mean squared error"),
    "mse of tensors": (lambda y, p: torch.mean((y - p) ** 2), lambda y, p: 2 * (p - y) / y.numel(),
                       "mean squared error"),
    "mae": (lambda y, p: np.abs(y - p).mean(), lambda y, p: np.sign(p - y) / y.size, "mean absolute error"),
    "bce": (bce, lambda y, p: (p - y) / (p * (1 - p)) / y.size, "binary cross entropy"),
    "cce": (cce, lambda y, p: -y / (p + 1e-12) / len(y), "categorical cross entropy"),
    "softmax folded into both": (softmax_loss, lambda y, z: (softmax(z) - y) / len(y), "softmax cross entropy"),
    "classes": (sparse_softmax_loss, lambda y, z: (softmax(z) - np.eye(z.shape[1])[y]) / len(y),
                "sparse softmax cross entropy"),
    "value alone": (bce, None, "binary cross entropy"),
}  # fmt: skip


def test_a_wrong_sign_is_told_without_a_formula_of_another_loss() -> None:
    def hinge(y: Any, p: Any) -> Any:
        return np.mean(np.maximum(0, 1 - y * p))

    (slip,) = gn.check_loss(hinge, lambda y, p: np.where(y * p < 1, y, 0) / y.size).slips
    assert slip.code == "sign_flipped"
    assert slip.message == "The gradient has the wrong sign: it points to where the loss falls."


@pytest.mark.parametrize("name", RIGHT)
def test_right_losses_are_right_and_recognised(name: str) -> None:
    value, gradient, title = RIGHT[name]
    report = gn.check_loss(value, gradient)
    assert codes(report) == []
    assert report.notes[0] == f"the value is that of {title}"


@pytest.mark.parametrize("epsilon", [1e-15, 1e-12, 1e-9, 1e-8, 1e-7, 1e-5])
@pytest.mark.parametrize("exactly", [True, False], ids=["in the gradient too", "in the value alone"])
def test_a_small_epsilon_in_the_logarithm_is_no_fault(epsilon: float, exactly: bool) -> None:
    def guarded(y: Any, p: Any) -> Any:
        return -np.mean(np.sum(y * np.log(p + epsilon), axis=1))

    def guarded_binary(y: Any, p: Any) -> Any:
        return -np.mean(y * np.log(p + epsilon) + (1 - y) * np.log(1 - p + epsilon))

    e = epsilon if exactly else 0.0
    assert gn.check_loss(guarded, lambda y, p: -y / (p + e) / len(y)).ok
    assert gn.check_loss(guarded, lambda y, p: -y / (p + e) / len(y), like="cce").ok
    assert gn.check_loss(lambda y, z: guarded(y, softmax(z)), lambda y, z: (softmax(z) - y) / len(y)).ok
    for denominator in (lambda p: (p + e) * (1 - p + e), lambda p: p * (1 - p) + e):
        assert gn.check_loss(
            guarded_binary, lambda y, p, d=denominator: (p - y) / d(p) / y.size, like="bce"
        ).ok


@pytest.mark.parametrize("epsilon", [1e-3, 1e-2])
def test_an_epsilon_that_changes_the_numbers_is_named(epsilon: float) -> None:
    report = gn.check_loss(
        lambda y, p: -np.mean(np.sum(y * np.log(p + epsilon), axis=1)),
        lambda y, p: -y / (p + epsilon) / len(y),
    )
    assert codes(report) == ["clipped_logarithm"]
    assert f"the probability plus {epsilon:g}, which moves the loss from " in report.slips[0].message
    report = gn.check_loss(cce, lambda y, p: -y / (p + epsilon) / len(y))
    assert codes(report) == ["clipped_logarithm"]
    assert report.slips[0].message == f"The gradient divides by the probability plus {epsilon:g}."


def test_a_loss_that_is_not_a_number_for_a_perfect_prediction_is_named() -> None:
    report = gn.check_loss(lambda y, p: -np.sum(y * np.log(p)) / len(y))
    assert codes(report) == ["logarithm_of_zero"]
    report = gn.check_loss(lambda y, p: -np.mean(np.log(p[np.arange(len(y)), y])))
    assert report.ok
    assert (
        report.notes[1]
        == "a probability of 0 for what is true costs infinitely much: p = np.clip(p, 1e-15, 1) limits it"
    )


GRADIENTS: dict[str, tuple[Any, Any]] = {
    "sign_flipped": (mse, lambda y, p: 2 * (y - p) / y.size),
    "batch_mean_missing": (cce, lambda y, p: -y / p),
    "batch_mean_twice": (softmax_loss, lambda y, z: (softmax(z) - y) / len(y) ** 2),
    "output_mean_missing": (mse, lambda y, p: 2 * (p - y) / len(y)),
    "output_mean_twice": (mse, lambda y, p: 2 * (p - y) / y.size / y.shape[1]),
    "square_factor_missing": (mse, lambda y, p: (p - y) / y.size),
    "square_factor_twice": (mse, lambda y, p: 4 * (p - y) / y.size),
    "softmax_folded_in": (cce, lambda y, p: (p - y) / len(y)),
    "softmax_not_folded_in": (softmax_loss, lambda y, z: -y / softmax(z) / len(y)),
    "softmax_missing": (softmax_loss, lambda y, z: (z - y) / len(y)),
    "gradient_of_another_loss": (mse, lambda y, p: np.sign(p - y) / y.size),
    "gradient_shape": (mse, lambda y, p: np.mean(2 * (p - y))),
}


@pytest.mark.parametrize("code", GRADIENTS)
def test_a_wrong_gradient_is_named(code: str) -> None:
    assert codes(gn.check_loss(*GRADIENTS[code])) == [code]


def test_several_slips_of_a_gradient_are_all_named() -> None:
    report = gn.check_loss(cce, lambda y, p: (y - p) / len(y))
    assert codes(report) == ["softmax_folded_in", "sign_flipped"]
    report = gn.check_loss(cce, lambda y, p: y - p)
    assert codes(report) == ["softmax_folded_in", "sign_flipped", "batch_mean_missing"]
    report = gn.check_loss(mse, lambda y, p: (p - y) / len(y))
    assert codes(report) == ["output_mean_missing", "square_factor_missing"]


def test_the_gradient_with_respect_to_the_target_is_named() -> None:
    def quantile(y: Any, p: Any) -> Any:
        return np.mean((y - p) ** 2 * (1 + y**2))

    report = gn.check_loss(quantile, lambda y, p: (2 * (y - p) * (1 + y**2) + (y - p) ** 2 * 2 * y) / y.size)
    assert codes(report) == ["with_respect_to_target"]


VALUES: dict[str, tuple[Any, str]] = {
    "value_sign_flipped": (lambda y, p: -cce(y, p), "cce"),
    "value_summed": (lambda y, p: np.sum((y - p) ** 2), "mse"),
    "value_summed_over_outputs": (lambda y, p: np.mean(np.sum((y - p) ** 2, axis=1)), "mse"),
    "value_summed_over_samples": (lambda y, p: np.sum(np.mean((y - p) ** 2, axis=1)), "mse"),
    "value_averaged_over_outputs": (lambda y, p: -np.mean(y * np.log(p + 1e-12)), "cce"),
    "value_halved": (lambda y, p: np.mean((y - p) ** 2) / 2, "mse"),
    "value_doubled": (lambda y, p: 2 * np.mean((y - p) ** 2), "mse"),
    "other_logarithm": (lambda y, p: -np.sum(y * np.log2(p + 1e-12)) / len(y), "cce"),
    "other_loss": (lambda y, p: np.mean((y - p) ** 4), "mse"),
}


@pytest.mark.parametrize("code", VALUES)
def test_a_wrong_value_is_named(code: str) -> None:
    value, like = VALUES[code]
    assert codes(gn.check_loss(value, like=like)) == [code]


def test_a_sum_with_the_gradient_of_the_sum_is_a_convention_that_is_noted() -> None:
    report = gn.check_loss(lambda y, p: np.sum((y - p) ** 2) / 2, lambda y, p: p - y)
    assert report.ok
    assert any("summed over the batch" in note for note in report.notes)


def test_a_value_that_is_no_number_is_named() -> None:
    assert codes(gn.check_loss(lambda y, p: -y * np.log(p + 1e-12))) == ["value_not_reduced"]
    per_sample = gn.check_loss(lambda y, p: ((y - p) ** 2).mean(axis=1))
    assert (
        per_sample.ok and "value gives one number for each sample; their mean is the loss" in per_sample.notes
    )


def test_a_pair_of_functions_for_single_samples_is_right_and_noted() -> None:
    report = gn.check_loss(lambda y, p: (y - p) ** 2, lambda y, p: 2 * (p - y))
    assert report.ok
    assert (
        report.notes[-1]
        == "value and gradient are those of single samples: divide the gradient of a mean by m"
    )
    assert codes(gn.check_loss(lambda y, p: (y - p) ** 2, lambda y, p: 2 * (y - p))) == ["sign_flipped"]


def test_targets_on_one_axis_beside_predictions_in_a_column_are_named() -> None:
    y, p = np.array([0.0, 1.0, 1.0]), np.array([[0.2], [0.7], [0.9]])
    report = gn.check_loss(bce, y_true=y, y_pred=p)
    assert codes(report) == ["broadcast_to_matrix"]
    assert report.slips[0].fix == "y_true = y_true.reshape((3, 1))"
    assert "is broadcast to (3, 3)" in report.slips[0].message
    assert gn.check_loss(bce, y_true=y[:, None], y_pred=p).ok
    assert any("mind the shapes" in note for note in gn.check_loss(bce).notes)


def test_what_is_in_no_catalogue_has_evidence_and_no_name() -> None:
    report = gn.check_loss(mse, lambda y, p: 2 * (p - y) / y.size + 0.01 * p)
    assert report.verdict == "mismatch, no known slip" and codes(report) == []
    assert report.evidence[0].name == "gradient"


def test_an_unknown_loss_has_its_gradient_checked() -> None:
    report = gn.check_loss(lambda y, p: np.mean((p - y) ** 4), lambda y, p: 4 * (p - y) ** 3 / y.size)
    assert report.ok
    assert (
        report.notes[0] == "the value is that of no loss that glassnet knows; only the gradient was checked"
    )


def test_what_cannot_be_checked_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="'logg'"):
        gn.check_loss(mse, like="logg")
    with pytest.raises(ArgumentError, match="value could not be called with arrays of shape"):
        gn.check_loss(lambda y: 0.0)
    with pytest.raises(ArgumentError, match="value must give finite numbers for targets and predictions"):
        gn.check_loss(lambda y, p: math.nan)


@pytest.mark.parametrize("name", ["bce", "focal", "hinge", "poisson", "kl"])
def test_a_wrong_gradient_is_explained_though_the_loss_refuses_other_targets(name: str) -> None:
    loss = gn.losses.get(name)
    report = gn.check_loss(loss.value, lambda y, p: 2 * loss.gradient(y, p), like=name)
    assert not report.ok and report.slips
