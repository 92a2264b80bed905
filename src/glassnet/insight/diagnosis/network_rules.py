"""Rules about the network as it is written: its activations, its last layer and the loss."""

from __future__ import annotations

import numpy as np

from glassnet.activations import Activation, Linear, ReLU, Sigmoid, Softmax, Softplus, Tanh
from glassnet.insight.diagnosis.adapters import two_predictions
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.report import Finding
from glassnet.losses import Loss
from glassnet.plan import DENSE

_REFERENCE = "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.2.2"
_PROBABILITIES = ("binary_cross_entropy", "categorical_cross_entropy", "sparse_categorical_cross_entropy",
                  "kullback_leibler")  # fmt: skip
_OF_CLASSES = ("categorical_cross_entropy", "sparse_categorical_cross_entropy", "kullback_leibler")
_SQUARES = ("mean_squared_error", "mean_absolute_error", "huber")
OUTSIDE = 0.02
# Samples that are predicted twice.
FEW = 64


def missing_nonlinearity(case: Case) -> Finding | None:
    """Two linear layers in a row are one."""
    rows = case.network.plan().rows
    dense = -1
    between: list[Activation] = []
    for row in rows:
        if row.kind == DENSE:
            dense += 1
            if dense > 0 and all(isinstance(f, Linear) for f in between):
                return _linear_pair(case, dense - 1)
            between = []
        between.append(row.activation)
    return None


def dropout_at_prediction(case: Case) -> Finding | None:
    """A module in training mode, or an own network that always drops units, answers differently every time."""
    x = case.x[case.rows][:FEW].reshape(-1, *case.network.layout.input_shape)
    asked = two_predictions(case.model, x)
    if asked is None or np.array_equal(*asked):
        return None
    first, second = asked
    return Finding(
        "dropout_at_prediction",
        "warning",
        "the same samples, predicted twice, give different answers: dropout is active where it should be off",
        "call module.eval() before predicting; in a network of your own multiply by no mask outside training",
        None,
        {"largest difference": float(np.abs(first - second).max())},
        "Srivastava et al. 2014, Dropout, section 4",
    )


def _linear_pair(case: Case, layer: int) -> Finding:
    return Finding(
        "missing_nonlinearity",
        "warning",
        f"no activation stands between dense layers {layer} and {layer + 1}: x W1 W2 is x W, so two layers can do no "
        "more than one",
        f'give layer {layer} an activation, such as "relu" or "tanh"',
        layer,
        {"linear layer": layer, "dense layers": len(case.now.blocks)},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.1",
    )


def output_loss_mismatch(case: Case) -> Finding | None:
    """An activation of the last layer that does not go with the loss or with the targets."""
    outputs = _outputs(case)
    found = _twice(outputs) or _with_loss(case, outputs[-1]) or _with_targets(case, outputs[-1])
    if found is None:
        return None
    severity, cause, remedy = found
    last = type(outputs[-1]).__name__
    return Finding(
        "output_loss_mismatch", severity, cause, remedy, len(case.now.blocks) - 1,
        {"last activation": last, "loss": case.targets.loss.name}, _REFERENCE,
    )  # fmt: skip


Mismatch = tuple[str, str, str] | None


def _outputs(case: Case) -> list[Activation]:
    """The activations from the last dense layer on, linear ones left out where others follow."""
    rows = case.network.plan().rows
    last = max((i for i, row in enumerate(rows) if row.kind == DENSE), default=0)
    found = [row.activation for row in rows[last:]]
    return [f for f in found if not isinstance(f, Linear)] or [Linear()]


def _twice(outputs: list[Activation]) -> Mismatch:
    if len(outputs) < 2 or not isinstance(outputs[-1], Softmax | Sigmoid):
        return None
    first, last = (type(f).__name__.lower() for f in outputs[-2:])
    return (
        "error",
        f"{last} is applied to what {first} has already changed: its input is bounded, so outputs stay near the middle",
        f"keep one of the two, {last} after a linear layer",
    )


def _with_loss(case: Case, last: Activation) -> Mismatch:
    loss = case.targets.loss
    if not case.loss_chosen:
        return None
    if not isinstance(loss.activation, Linear):
        return _logits(loss, last)
    if loss.name in _OF_CLASSES and not isinstance(last, Softmax):
        return _needs(loss, last, "softmax", "whose rows sum to 1")
    if loss.name == "binary_cross_entropy" and isinstance(last, Softmax):
        return (
            "warning", "binary_cross_entropy takes every output for itself, but softmax ties them together",
            "use categorical_cross_entropy with softmax, or sigmoid for outputs that are independent",
        )  # fmt: skip
    if loss.name == "binary_cross_entropy" and not isinstance(last, Sigmoid):
        return _needs(loss, last, "sigmoid", "between 0 and 1")
    return None


def _logits(loss: Loss, last: Activation) -> Mismatch:
    if isinstance(last, Linear):
        return None
    inner, name = type(loss.activation).__name__.lower(), type(last).__name__.lower()
    return (
        "error",
        f"{loss.name} takes logits and applies {inner} itself; the last layer applies {name} before that",
        f"make the last layer linear, or take the loss of probabilities, {_plain(loss, inner)}",
    )


def _plain(loss: Loss, inner: str) -> str:
    return loss.name.replace(inner, "categorical" if inner == "softmax" else "binary")


def _needs(loss: Loss, last: Activation, wanted: str, which: str) -> Mismatch:
    name = type(last).__name__.lower()
    return (
        "error",
        f"{loss.name} takes probabilities, {which}; the last layer ends with {name}",
        f'end the network with "{wanted}"',
    )


def _with_targets(case: Case, last: Activation) -> Mismatch:
    loss, name = case.targets.loss, type(last).__name__.lower()
    if case.targets.kind == "classes":
        if loss.name in _SQUARES and isinstance(last, Softmax) and case.loss_chosen:
            return (
                "warning", f"{loss.name} after softmax has hardly any gradient where the network is sure and wrong",
                "use categorical_cross_entropy",
            )  # fmt: skip
        return None
    if case.targets.kind != "values":
        return None
    low, high = _range(last)
    y = case.targets.matrix
    outside = float(((y < low) | (y > high)).mean())
    if outside < OUTSIDE:
        return None
    return (
        "error",
        f"{name} gives outputs between {low:g} and {high:g}, and {outside:.0%} of the targets lie outside",
        "make the last layer linear, or scale the targets into that range",
    )


def _range(last: Activation) -> tuple[float, float]:
    if isinstance(last, Sigmoid | Softmax):
        return 0.0, 1.0
    if isinstance(last, Tanh):
        return -1.0, 1.0
    return (0.0, np.inf) if isinstance(last, ReLU | Softplus) else (-np.inf, np.inf)
