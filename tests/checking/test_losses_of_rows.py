"""check_loss knows losses of whole rows, of distributions and of given pairs, and names slips in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet import losses
from glassnet.checking.loss.whole_rows import FORMS

Array = NDArray[Any]
Value = Callable[..., Any]


def length(x: Array) -> Array:
    return np.asarray(np.sqrt((x * x).sum(axis=1)))


def gaussian(sign: float = 1, half: float = 0.5, deviation: bool = False) -> Value:
    def value(y_true: Array, y_pred: Array) -> float:
        k = y_true.shape[1]
        mean, log_variance = y_pred[:, :k], y_pred[:, k:] * (2 if deviation else 1)
        return float(np.mean(half * sign * log_variance + 0.5 * (y_true - mean) ** 2 * np.exp(-log_variance)))

    return value


def pinball(swapped: bool = False) -> Value:
    def value(y_true: Array, y_pred: Array) -> float:
        total, k = 0.0, y_true.shape[1]
        for place, q in enumerate((0.1, 0.5, 0.9)):
            q = 1 - q if swapped else q
            error = y_true - y_pred[:, place * k : (place + 1) * k]
            total += np.where(error > 0, q * error, (q - 1) * error).sum()
        return total / y_pred.size

    return value


def cosine(y: Array, p: Array, lengths: bool = True) -> float:
    return float(np.mean(1 - (y * p).sum(axis=1) / ((length(y) * length(p)) if lengths else 1)))


def triplet(excess: Callable[[Array, Array], Array]) -> Value:
    def value(anchor: Array, positive: Array, negative: Array) -> float:
        return float(np.maximum(excess(length(anchor - positive), length(anchor - negative)), 0).mean())

    return value


def contrastive(y: Array, first: Array, second: Array, swapped: bool = False) -> float:
    d, same = length(first - second), 1 - y if swapped else y
    return float(np.mean(same * d**2 / 2 + (1 - same) * np.maximum(1 - d, 0) ** 2 / 2))


def embedding(x1: Array, x2: Array, target: Array, lengths: bool = True) -> float:
    cos = (x1 * x2).sum(axis=1) / ((length(x1) * length(x2)) if lengths else 1)
    return float(np.where(target == 1, 1 - cos, np.maximum(cos, 0)).mean())


NARROW = losses.GaussianNLL(1e-12)
RIGHT: list[tuple[Any, Value]] = [
    (NARROW, gaussian()), ("quantiles", pinball()), ("cosine", cosine), ("contrastive_pairs", contrastive),
    ("cosine_embedding", embedding),
]  # fmt: skip
WRONG: list[tuple[Any, Value, str]] = [
    (NARROW, gaussian(sign=-1), "log_term_sign_flipped"),
    (NARROW, gaussian(sign=0), "log_term_missing"),
    (NARROW, gaussian(half=1), "half_of_log_term_missing"),
    (NARROW, gaussian(deviation=True), "deviation_for_variance"),
    ("quantiles", pinball(swapped=True), "levels_swapped"),
    ("quantiles", lambda y_true, y_pred: np.abs(np.tile(y_true, 3) - y_pred).mean() / 2, "levels_missing"),
    ("cosine", lambda y, p: cosine(y, p, lengths=False), "lengths_missing"),
    ("contrastive_pairs", lambda y, a, b: contrastive(y, a, b, swapped=True), "kinds_of_pairs_swapped"),
    ("cosine_embedding", lambda x1, x2, target: embedding(x1, x2, target, lengths=False), "lengths_missing"),
    ("cosine_embedding", lambda x1, x2, target: embedding(x1, x2, -target), "kinds_of_pairs_swapped"),
]  # fmt: skip


@pytest.mark.parametrize(("like", "value"), RIGHT)
def test_a_value_that_is_right_is_called_right(like: Any, value: Value) -> None:
    report = gn.check_loss(value, like=like)
    assert report.ok and report.slips == ()


@pytest.mark.parametrize(("like", "value", "code"), WRONG)
def test_a_slip_of_the_value_has_its_name(like: Any, value: Value, code: str) -> None:
    report = gn.check_loss(value, like=like)
    assert [slip.code for slip in report.slips] == [code]


ALL = ["gaussian_nll", "quantiles", "cosine", "contrastive_pairs", "cosine_embedding", "triplet_margin"]


@pytest.mark.parametrize("name", ALL)
def test_each_wrong_form_is_named_as_value_and_as_gradient(name: str) -> None:
    """Of every form of the catalogue the value, then its gradient beside the right value."""
    from glassnet.checking.loss import whole_rows
    from glassnet.checking.loss.batches import LossBatch

    loss = losses.get(name)

    def batch(y: Any, p: Array) -> LossBatch:
        return LossBatch(y, p, len(p), y.shape[1] if np.ndim(y) == 2 else p.shape[-1])

    assert gn.check_loss(
        lambda y_true, y_pred: of(loss, y_true, y_pred)[0],
        lambda y_true, y_pred: of(loss, y_true, y_pred)[1],
        like=loss,
    ).ok
    for (code, form), (_, gradient) in zip(FORMS[name].items(), whole_rows.gradients(loss), strict=True):
        wrong = gn.check_loss(lambda y_true, y_pred, form=form: form(loss, batch(y_true, y_pred)), like=loss)
        assert code in [slip.code for slip in wrong.slips], code
        report = gn.check_loss(
            lambda y_true, y_pred: of(loss, y_true, y_pred)[0],
            lambda y_true, y_pred, gradient=gradient: gradient(batch(y_true, y_pred)),
            like=loss,
        )
        assert not report.ok and code in [slip.code for slip in report.slips], code


def of(loss: losses.Loss, y: Array, p: Array) -> tuple[float, Array]:
    given = y if loss.takes_targets else None
    return loss.value(given, p), loss.gradient(given, p)


def test_a_function_of_anchor_positive_and_negative_is_checked_with_its_gradients() -> None:
    """As the value is near PyTorch's to 1e-6, which it adds to differences."""

    def value(anchor: Array, positive: Array, negative: Array) -> float:
        near, far = length(anchor - positive + 1e-6), length(anchor - negative + 1e-6)
        return float(np.maximum(1 + near - far, 0).mean())

    def gradients(anchor: Array, positive: Array, negative: Array) -> tuple[Array, Array, Array]:
        to_positive, to_negative = anchor - positive + 1e-6, anchor - negative + 1e-6
        near, far = length(to_positive)[:, None], length(to_negative)[:, None]
        counts = (1 + near - far > 0) / len(anchor)
        pull, push = counts * to_positive / near, counts * to_negative / far
        return pull - push, -pull, push

    assert gn.check_loss(value, gradients, like="triplet_margin").ok
    flipped = gn.check_loss(
        value,
        lambda anchor, positive, negative: tuple(-part for part in gradients(anchor, positive, negative)),
        like="triplet_margin",
    )
    assert [slip.code for slip in flipped.slips] == ["sign_flipped"]
