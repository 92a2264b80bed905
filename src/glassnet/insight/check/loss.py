"""The check of a loss and its gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import losses
from glassnet.errors import ArgumentError
from glassnet.insight.check.calling import Callee
from glassnet.insight.check.gradient_slips import belongs_to, gradient_slips
from glassnet.insight.check.loss_batches import KINDS, ON_ONE_AXIS
from glassnet.insight.check.loss_shapes import broadcast, mind_shapes
from glassnet.insight.check.loss_value import Learner, recognise
from glassnet.insight.check.report import Report

SUBJECT = "check_loss"
PREDICTIONS = ("pred", "hat", "prob", "output", "logit", "yp", "a", "p", "z")
TARGETS = ("true", "target", "label", "actual", "expected", "y", "t")


def check_loss(
    value: Callable[..., Any],
    gradient: Callable[..., Any] | None = None,
    *,
    like: str | None = None,
    y_true: ArrayLike | None = None,
    y_pred: ArrayLike | None = None,
) -> Report:
    """Compare a loss with the one it should be, and its gradient with central differences of its own value.

    Both are called with (y_true, y_pred), or (y_pred, y_true) if their arguments have such names, on batches of two
    sizes, so that factors of the numbers of samples and outputs can be told apart.

    Parameters
    ----------
    value : callable
        ``value(y_true, y_pred)``, a number for the batch.
    gradient : callable, optional
        ``gradient(y_true, y_pred)``, of y_pred's shape.
    like : str, optional
        The loss that it should be, such as "mse"; without it the loss is recognised by its values, and a sum in the
        place of a mean is only noted.
    y_true, y_pred : array, optional
        Arrays of the shapes that your training has, to see whether they would be broadcast.

    Returns
    -------
    Report
        Codes of the value: value_sign_flipped, value_summed, value_summed_over_outputs, value_averaged_over_outputs,
        value_halved, value_doubled, value_not_reduced, other_logarithm, logarithm_of_zero, clipped_logarithm,
        broadcast_to_matrix. Of the gradient: sign_flipped, batch_mean_missing, batch_mean_twice, output_mean_missing,
        output_mean_twice, square_factor_missing, square_factor_twice, softmax_folded_in, softmax_not_folded_in,
        with_respect_to_target, gradient_of_another_loss, gradient_shape, clipped_logarithm.

    Raises
    ------
    ArgumentError, UnknownNameError
        If the functions cannot be called with targets and predictions, or no loss has that name.
    """
    name = None if like is None else _full_name(like)
    learner = Learner(_ordered("value", value), None if gradient is None else _ordered("gradient", gradient))
    with np.errstate(all="ignore"):
        found = recognise(learner, name)
        strictly = name is not None or belongs_to(learner, found)
        slips, evidence, notes = found.judged(strictly)
        if y_true is not None and y_pred is not None:
            slips += tuple(broadcast(learner, np.asarray(y_true), np.asarray(y_pred)))
        elif found.kind in ON_ONE_AXIS:
            notes += tuple(mind_shapes(learner))
        more, lines, remarks = gradient_slips(learner, found)
    slips, evidence, notes = slips + more, evidence + lines, notes + remarks
    return Report(SUBJECT, not slips and not evidence, slips, evidence, notes)


def _full_name(like: str) -> str:
    name = losses.get(like).name
    if name not in KINDS:
        raise ArgumentError(f"check_loss compares with the losses {', '.join(KINDS)}; got {like!r}")
    return name


def _ordered(name: str, function: Callable[..., Any]) -> Callee:
    """The function as one of (y_true, y_pred)."""
    callee = Callee(name, function)
    if _predictions_first(function):
        return Callee(name, lambda y, p: function(p, y))
    return callee


def _predictions_first(function: Callable[..., Any]) -> bool:
    try:
        names = [parameter.lower() for parameter in inspect.signature(function).parameters][:2]
    except (TypeError, ValueError):
        return False
    return len(names) == 2 and _is_prediction(names[0]) and not _is_prediction(names[1])


def _is_prediction(name: str) -> bool:
    if any(word in name for word in TARGETS[:5]):
        return False
    return any(word in name for word in PREDICTIONS[:6]) or name in PREDICTIONS[6:]
