"""What wrong gradients of a layer are instead. Arrays with samples in rows, weights (n_inputs, n_units)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from glassnet.checking.network.slips.carry_slips import norm_choices
from glassnet.checking.network.slips.learned_stages import Norm
from glassnet.checking.numerics.rounding import DOUBLE, Array
from glassnet.support import arrays

DERIVATIVE = "The error passes the activation of the layer without its derivative."


class Setting(NamedTuple):
    """One pass of a layer: input, error at the output and behind the activation, weights, and these after an update.

    `columns` says how the learner writes it, `bends` whether the weights' right gradient is that of another error than
    the one that arrived: an activation has changed it.
    """

    x: Array
    arrived: Array
    error: Array
    weights: Array | None
    updated: Array | None
    columns: bool
    bends: bool = True


class Guess(NamedTuple):
    """A mistake and the numbers that it would give."""

    code: str
    message: str
    fix: str
    value: Array


def same(given: Array, value: Array) -> bool:
    """Whether these are the same numbers, up to axes of length 1."""
    return arrays.same(given.squeeze(), value.squeeze())


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
    if s.weights is not None and s.weights.ndim == 1:
        yield from _of_norms(s)
    if s.bends and s.weights is not None and s.weights.shape == (s.x.shape[1], s.error.shape[1]):
        yield Guess("activation_derivative_missing", DERIVATIVE, "dZ = dA * f'(Z)", s.arrived @ s.weights.T)
    yield Guess("error_not_carried", "dX is the error that arrived.", carried, s.arrived)
    yield Guess("sign_flipped", "dX has the wrong sign.", carried, -right)
    yield Guess("batch_mean_twice", "dX is divided by the number of samples.", carried, right / len(s.x))


def of_weights(s: Setting, right: Array) -> Iterator[Guess]:
    """Mistakes in dW."""
    line, m = "dW = dZ @ X.T" if s.columns else "dW = X.T @ dZ", len(s.x)
    if right.size != s.x.shape[1] * s.error.shape[1]:
        line = "dW = the sum over the samples of dA times the slope of the output for W"
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


NORM_MESSAGES = {
    "mean_path_missing": "The error lacks the path through the mean.",
    "variance_path_missing": "The error lacks the path through the variance.",
    "statistics_constant": "Mean and variance are treated as constants; both depend on X.",
    "weights_missing": "The error is not multiplied by the norm's weights.",
}


def _of_norms(s: Setting) -> Iterator[Guess]:
    """Paths that the error behind a batch norm or a layer norm can lack."""
    if s.weights is None or s.weights.shape != (s.x.shape[1],):
        return
    for kind, axis in (("batch", 0), ("layer", 1)):
        weights = DOUBLE.given(s.weights)
        stage = Norm(0, "0", f"{kind} norm", weights, axis, 1e-5)
        stage.forward(DOUBLE.given(s.x))
        fix = f"dX = inverse * (g - g.mean({axis}) - s * (g * s).mean({axis}))  # g = dA * w, s standardised"
        for choice in norm_choices(stage, DOUBLE.given(s.error)):
            if len(choice.places) == 1:
                code = choice.places[0].code
                yield Guess(code, NORM_MESSAGES[code.partition("_norm_")[2]], fix, choice.value.value)
