"""The report on a layer that drops inputs at random: the error must pass where the inputs passed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.checking.finding.matching import fits
from glassnet.checking.layer.backward import Way, backward
from glassnet.checking.layer.running import LearnerLayer
from glassnet.checking.layer.setting import same
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.report import Report, Slip, side_by_side

SUBJECT = "check_layer"
FIX = "dX = dA * mask / (1 - rate)"


def random_report(learner: LearnerLayer, error: Array, way: Way) -> Report:
    """The report about a layer that draws numbers, such as dropout."""
    output = learner.forward(learner.X)
    if output.shape != learner.X.shape or not _is_mask(factor := output / learner.X):
        what = "all gradients: two forward passes give two outputs, and not by dropping inputs; fix its seed"
        return Report(SUBJECT, None, not_checked=(what,))
    pool = backward(learner, error, way).pool
    right = error * factor
    gradient = next((candidate.array for candidate in pool if fits(candidate.array, right)), None)
    if gradient is None:
        return Report(
            SUBJECT, None, not_checked=(f"dX: no array of its shape {right.shape} was returned or kept",)
        )
    if same(gradient, right):
        return Report(SUBJECT, True, notes=("the layer drops inputs at random",))
    line = side_by_side("dX", gradient, right)
    return Report(SUBJECT, False, _named(gradient, error, right, float(factor.max())), (line,))


def _is_mask(factor: Array) -> bool:
    """Whether every input was dropped or multiplied by one number."""
    return len(np.unique(np.round(factor, 9))) <= 2


def _named(gradient: Array, error: Array, right: Array, scale: float) -> tuple[Slip, ...]:
    passes = "The error passes where inputs were dropped."
    guesses: tuple[tuple[str, str, Callable[[], Array]], ...] = (
        ("dropout_mask_missing", passes, lambda: error), ("dropout_mask_missing", passes, lambda: error * scale),
        ("dropout_scale_missing", "The error is not divided by 1 - rate, as the inputs were.", lambda: right / scale),
        ("dropout_scale_twice", "The error is divided by 1 - rate twice.", lambda: right * scale),
    )  # fmt: skip
    return tuple(Slip(code, (), text, FIX) for code, text, value in guesses if same(gradient, value()))[:1]
