"""What wrong gradients of a layer are instead. Arrays with samples in rows, weights (n_inputs, n_units)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.checking.layer.learned import wrong_inputs, wrong_weights
from glassnet.checking.layer.setting import Guess, Setting, same
from glassnet.checking.network.slips.catalogue import CATALOGUE
from glassnet.checking.numerics.rounding import Array

DERIVATIVE = "The error passes the activation of the layer without its derivative."


def of_inputs(s: Setting, right: Array) -> Iterator[Guess]:
    """Mistakes in dX."""
    carried = "dX = W.T @ dZ" if s.columns else "dX = dZ @ W.T"
    if s.weights is not None and s.weights.ndim == 2:
        if s.weights.shape[0] == s.weights.shape[1]:
            yield Guess(
                "transposed_carry",
                "dX goes through W, not through its transpose.",
                carried,
                s.error @ s.weights,
            )
    if s.updated is not None and s.updated.shape == (s.x.shape[1], s.error.shape[1]):
        message = "The weights are updated before they carry the error back."
        yield Guess("weights_updated_first", message, f"{carried}  # before W changes", s.error @ s.updated.T)
    yield from wrong_inputs(s, right)
    yield from _of_sum(s, right)
    if s.bends and s.weights is not None and s.weights.shape == (s.x.shape[1], s.error.shape[1]):
        yield Guess("activation_derivative_missing", DERIVATIVE, "dZ = dA * f'(Z)", s.arrived @ s.weights.T)
    yield Guess("error_not_carried", "dX is the error that arrived.", carried, s.arrived)
    yield Guess("sign_flipped", "dX has the wrong sign.", carried, -right)
    yield Guess("batch_mean_twice", "dX is divided by the number of samples.", carried, right / len(s.x))


def _of_sum(s: Setting, right: Array) -> Iterator[Guess]:
    """Mistakes of a layer that adds its input to what it makes of it."""
    if not s.carries:
        return
    others = {
        "residual_skip_missing": right - s.arrived, "residual_skip_doubled": right + s.arrived,
        "residual_skip_sign_flipped": right - 2 * s.arrived, "residual_inside_missing": s.arrived,
    }  # fmt: skip
    for code, value in others.items():
        entry = CATALOGUE[code]
        yield Guess(code, entry.message.replace("the residual layer at {at}", "the layer"), entry.fix, value)


def of_weights(s: Setting, right: Array) -> Iterator[Guess]:
    """Mistakes in dW."""
    line, m = "dW = dZ @ X.T" if s.columns else "dW = X.T @ dZ", len(s.x)
    if right.size != s.x.shape[1] * s.error.shape[1]:
        line = "dW = the sum over the samples of dA times the slope of the output for W"
    yield from wrong_weights(s, right)
    yield Guess("transposed_weight_gradient", "dW is transposed.", line, right.T)
    if not same(right, s.x.T @ s.arrived):
        yield Guess("activation_derivative_missing", DERIVATIVE, "dZ = dA * f'(Z)", s.x.T @ s.arrived)
    yield Guess(
        "weight_gradient_averaged",
        f"dW is divided by the {m} samples; dZ has its 1/m already.",
        line,
        right / m,
    )
    if right.ndim == 2 and s.x.shape[1] == right.shape[0]:
        message = "dW is that of the last sample alone: assigned in a loop, not added up."
        yield Guess("weight_gradient_last_sample", message, line, np.outer(s.x[-1], s.error[-1]))
    yield Guess("weight_gradient_missing", "dW is zero.", line, 0 * right)
    yield Guess("sign_flipped", "dW has the wrong sign.", line, -right)


def of_bias(s: Setting, right: Array) -> Iterator[Guess]:
    """Mistakes in db."""
    line, m = "db = dZ.sum(axis=1, keepdims=True)" if s.columns else "db = dZ.sum(axis=0)", len(s.x)
    message = f"db is a mean over the {m} samples; dZ has its 1/m already."
    yield Guess("bias_gradient_averaged", message, line, right / m)
    if not same(right, s.arrived.sum(axis=0)):
        yield Guess("activation_derivative_missing", DERIVATIVE, "dZ = dA * f'(Z)", s.arrived.sum(axis=0))
    yield Guess("bias_gradient_wrong_axis", "db is summed over the wrong axis.", line, s.error.sum(axis=1))
    yield Guess("bias_gradient_wrong_axis", "db is summed over everything.", line, s.error.sum())
    message = "db is that of the last sample alone: assigned in a loop, not added up."
    yield Guess("bias_gradient_last_sample", message, line, s.error[-1])
    yield Guess(
        "bias_gradient_not_summed", "db is dZ itself; it must be summed over the samples.", line, s.error
    )
    yield Guess("bias_gradient_missing", "db is zero.", line, 0 * right)
    yield Guess("sign_flipped", "db has the wrong sign.", line, -right)
