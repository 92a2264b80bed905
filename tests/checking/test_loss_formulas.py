"""Every wrong formula of a loss and of its gradient is named, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import losses

Formula = Callable[[Any, Any], Any]


def log(p: Any) -> Any:
    return np.log(np.clip(p, 1e-15, 1))


def square(y: Any, p: Any) -> Any:
    return np.mean((y - p) ** 2)


def square_slope(y: Any, p: Any) -> Any:
    return 2 * (p - y) / y.size


def binary(y: Any, p: Any) -> Any:
    return -np.mean(y * log(p) + (1 - y) * log(1 - p))


def binary_slope(y: Any, p: Any) -> Any:
    return ((1 - y) / (1 - p) - y / p) / y.size


def rows(y: Any, p: Any) -> Any:
    return -np.sum(y * log(p)) / len(y)


def rows_slope(y: Any, p: Any) -> Any:
    return -y / p / len(y)


def logits(y: Any, z: Any) -> Any:
    return -np.sum(y * log(softmax(z))) / len(y)


def logits_slope(y: Any, z: Any) -> Any:
    return (softmax(z) - y) / len(y)


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


BOTH = "-(y * np.log(p) + (1 - y) * np.log(1 - p))"
SLOPE = "-y / p + (1 - y) / (1 - p)"
GRADIENTS: dict[str, tuple[Formula, Formula, str, str]] = {
    "factor of square": (square, lambda y, p: np.full_like(p, 2 / y.size), "factor_of_square_missing",
        "2 * (p - y) / y.size"),
    "sign": (square, lambda y, p: -square_slope(y, p), "sign_flipped", "-(...)"),
    "half": (square, lambda y, p: square_slope(y, p) / 2, "square_factor_missing", "2 * (...)"),
    "twice": (square, lambda y, p: square_slope(y, p) * 2, "square_factor_twice", "(...) / 2"),
    "mean": (square, lambda y, p: square_slope(y, p) * len(y), "batch_mean_missing", "(...) / m"),
    "mean twice": (square, lambda y, p: square_slope(y, p) / len(y), "batch_mean_twice", "(...) * m"),
    "outputs": (square, lambda y, p: square_slope(y, p) * y.shape[1], "output_mean_missing", "(...) / y.size"),
    "outputs twice": (square, lambda y, p: square_slope(y, p) / y.shape[1], "output_mean_twice", "(...) * k"),
    "absolute": (square, lambda y, p: np.sign(p - y) / y.size, "gradient_of_another_loss",
        "the derivative of your value"),
    "second sign": (binary, lambda y, p: (-y / p - (1 - y) / (1 - p)) / y.size, "second_term_sign_flipped", SLOPE),
    "second": (binary, lambda y, p: -y / p / y.size, "second_term_missing", SLOPE),
    "first": (binary, lambda y, p: (1 - y) / (1 - p) / y.size, "first_term_missing", SLOPE),
    "folded": (binary, lambda y, p: (p - y) / y.size, "softmax_folded_in", "(p - y) / (p * (1 - p)) / y.size"),
    "squares": (binary, square_slope, "gradient_of_another_loss", "the derivative of your value"),
    "folded rows": (rows, lambda y, p: (p - y) / len(y), "softmax_folded_in", "-y / p / m"),
    "not folded": (logits, lambda y, z: -y / softmax(z) / len(y), "softmax_not_folded_in", "(activation(z) - y) / m"),
    "no softmax": (logits, lambda y, z: (z - y) / len(y), "softmax_missing", "(activation(z) - y) / m"),
}  # fmt: skip


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_wrong_gradient_is_named_with_what_to_write(name: str) -> None:
    value, gradient, code, fix = GRADIENTS[name]
    report = gn.check_loss(value, gradient)
    assert report.ok is False
    assert [(slip.code, slip.fix) for slip in report.slips] == [(code, fix)], str(report)
    assert len(report.evidence) == 1


VALUES: dict[str, tuple[Formula, str, str, str]] = {
    "no square": (lambda y, p: np.mean(p - y), "mse", "square_missing", "np.mean((y - p)**2)"),
    "second sign": (
        lambda y, p: np.mean((1 - y) * log(1 - p) - y * log(p)), "bce", "second_term_sign_flipped", BOTH),
    "second": (lambda y, p: -np.mean(y * log(p)), "bce", "second_term_missing", BOTH),
    "first": (lambda y, p: -np.mean((1 - y) * log(1 - p)), "bce", "first_term_missing", BOTH),
    "sign": (lambda y, p: -binary(y, p), "bce", "value_sign_flipped", "-(...)"),
    "logarithm": (lambda y, p: binary(y, p) / np.log(2), "bce", "other_logarithm", "np.log(...)"),
    "half": (lambda y, p: square(y, p) / 2, "mse", "value_halved", "2 * (...)"),
    "twice": (lambda y, p: square(y, p) * 2, "mse", "value_doubled", "(...) / 2"),
    "sum": (lambda y, p: square(y, p) * y.size, "mse", "value_summed", "np.mean(...)"),
    "outputs": (lambda y, p: square(y, p) * y.shape[1], "mse", "value_summed_over_outputs", "np.mean(...)"),
    "samples": (lambda y, p: square(y, p) * len(y), "mse", "value_summed_over_samples", "(...) / m"),
    "rows": (lambda y, p: rows(y, p) * len(y), "cce", "value_summed", "np.mean(...)"),
    "classes": (
        lambda y, p: rows(y, p) / y.shape[1], "cce", "value_averaged_over_outputs", "np.mean(np.sum(..., axis=1))"),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_a_wrong_value_is_named_where_the_loss_was_asked_for(name: str) -> None:
    value, like, code, fix = VALUES[name]
    report = gn.check_loss(value, like=losses.get(like).name)
    assert report.ok is False
    assert [(slip.code, slip.fix) for slip in report.slips] == [(code, fix)], str(report)
    assert report.evidence[0].name == "value"


@pytest.mark.parametrize(("value", "gradient"), [(square, square_slope), (binary, binary_slope), (rows, rows_slope),
                                                 (logits, logits_slope)])  # fmt: skip
def test_what_is_right_is_told_by_its_name(value: Formula, gradient: Formula) -> None:
    report = gn.check_loss(value, gradient)
    names = {square: "mean squared error", binary: "binary cross entropy", rows: "categorical cross entropy",
             logits: "softmax cross entropy"}  # fmt: skip
    assert report.notes[0] == f"the value is that of {names[value]}"


WAYS: dict[str, Formula] = {
    "both": lambda y, p, e: ((1 - y) / (1 - p + e) - y / (p + e)) / y.size,
    "product of two": lambda y, p, e: (p - y) / ((p + e) * (1 - p + e)) / y.size,
    "added to the product": lambda y, p, e: (p - y) / (p * (1 - p) + e) / y.size,
}  # type: ignore[dict-item,misc]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("epsilon", "harms"), [(1e-8, False), (1e-7, False), (1e-6, False), (1e-3, True), (1e-2, True)]
)
def test_what_a_gradient_adds_to_a_probability_is_named_or_noted(
    way: str, epsilon: float, harms: bool
) -> None:
    gradient: Any = WAYS[way]
    report = gn.check_loss(binary, lambda y, p: gradient(y, p, epsilon))
    codes = [slip.code for slip in report.slips]
    assert ("clipped_logarithm" in codes) is harms, str(report)
    said = f"divides by the probability plus {epsilon:g}"
    assert (said in str(report)) or epsilon < 1e-6
