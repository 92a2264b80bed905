"""Losses of numbers: distances, squares, and something between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_05.lesson import lesson


def _values(random: Generator) -> Sequence[Case]:
    pairs = [(np.array([1.0, 2.0, 3.0]), np.array([1.1, 2.3, 2.8]))]
    y, p = random.normal(size=(2, 9))
    return [*pairs, (y, p), (p, y), (y[:1], y[:1] - 2)]


@lesson.function(
    "Mean absolute error",
    _values,
    hints=(
        "How far off is each prediction? A distance is never negative.",
        "np.abs(p - y) gives the distances; their mean is the loss.",
    ),
)
def mean_absolute_error(y, p):
    """The mean distance of predictions from targets."""
    return np.abs(p - y).mean()


mean_absolute_error.mistakes(
    (lambda y, p: np.median(np.abs(p - y)), "this is the median of the distances; their mean is asked for"),
    (lambda y, p: np.abs(p - y).max(), "this is the largest distance; their mean is asked for"),
    (
        lambda y, p: np.abs((p - y) / y).mean(),
        "the distances are divided by the targets: this is the mean error in shares",
    ),
    (lambda y, p: np.abs(p - y).mean() / 2, "there is no half in it, as some have before the squared error"),
    (lambda y, p: np.abs(p + y).mean(), "prediction and target are added; their difference is the error"),
    (lambda y, p: ((p - y) ** 2).mean() / 2, "this is half of the mean squared error"),
    (lambda y, p: -np.abs(p - y).mean(), "a minus stands in front; a distance is never negative"),
    (
        lambda y, p: (p - y).mean(),
        "the absolute value is missing: errors up and down cancel, and a bad prediction can have loss 0",
    ),
    (
        lambda y, p: (y - p).mean(),
        "the absolute value is missing: errors of both signs cancel, and the loss can be negative",
    ),
    (
        lambda y, p: np.abs((p - y).mean()),
        "the absolute value comes too late: take it of each error, then the mean",
    ),
    (lambda y, p: np.abs(p - y).sum(), "this is the sum; the mean does not grow with the number of samples"),
    (lambda y, p: ((p - y) ** 2).mean(), "this is the mean squared error"),
    (lambda y, p: np.sqrt(((p - y) ** 2).mean()), "this is the root of the mean squared error"),
    (
        lambda y, p: (np.abs(p) - np.abs(y)).mean(),
        "the absolute value is taken of p and y; take it of their difference",
    ),
    (lambda y, p: np.abs(p - y), "these are the distances one by one; a loss is one number, their mean"),
)


def _far_off(random: Generator) -> Sequence[Case]:
    y = random.normal(size=8)
    errors = np.array([0.0, 0.3, -0.4, 0.9, 1.7, -3.5, 0.6, -1.2])
    return [(y, y + errors, 1.0), (y, y + errors, 0.5), (y, y - errors, 2.0)]


@lesson.function(
    "Huber loss",
    _far_off,
    hints=(
        "Two formulas: one for errors up to delta, the other beyond. np.where chooses for each number.",
        "0.5 * e**2 up to delta, delta * (|e| - 0.5 * delta) beyond, so that both meet at delta. Then the mean.",
    ),
)
def huber(y, p, delta):
    """Squares near 0, straight beyond delta."""
    e = np.abs(p - y)
    return np.where(e <= delta, 0.5 * e**2, delta * (e - 0.5 * delta)).mean()


def _each(y: Any, p: Any, delta: float) -> Any:
    e = np.abs(p - y)
    return np.where(e <= delta, 0.5 * e**2, delta * (e - 0.5 * delta))


huber.mistakes(
    (
        lambda y, p, d: np.where((p - y) ** 2 <= d, 0.5 * (p - y) ** 2, d * (np.abs(p - y) - 0.5 * d)).mean(),
        "it is the squared error that is compared with delta; compare the error itself, without its sign",
    ),
    (
        lambda y, p, d: np.where(np.abs(p - y) <= d, 0.5 * (p - y) ** 2, d * (np.abs(p - y) - d)).mean(),
        "delta is taken away whole in the straight part; half of it makes both parts meet at delta",
    ),
    (
        lambda y, p, d: np.where(np.abs(p - y) <= d, 0.5 * (p - y) ** 2, d * np.abs(p - y) - 0.5 * d).mean(),
        "half of delta is taken away, where half of delta² is to be: brackets, delta * (|e| - delta/2)",
    ),
    (
        lambda y, p, d: np.where(
            np.abs(p - y) <= d, 0.5 * (p - y) ** 2, d * np.abs(p - y) + 0.5 * d**2
        ).mean(),
        "delta²/2 is added in the straight part; it is taken away, so that both parts meet at delta",
    ),
    (
        lambda y, p, d: np.where(np.abs(p - y) <= d, 0.5 * (p - y) ** 2, d * (p - y - 0.5 * d)).mean(),
        "the straight part has the error with its sign: large negative ones give a negative loss; take |e|",
    ),
    (
        lambda y, p, d: np.where(
            np.abs(p - y) <= d, 0.5 * np.abs(p - y), d * (np.abs(p - y) - 0.5 * d)
        ).mean(),
        "small errors are not squared: 0.5 * e**2 up to delta",
    ),
    (
        lambda y, p, d: 2 * _each(y, p, d).mean(),
        "it is twice as large: half of the square, and delta times (|e| - delta/2)",
    ),
    (
        lambda y, p, d: _each(y, p, d).mean() / d,
        "it is divided by delta, as smooth L1 losses are; Huber's is not",
    ),
    (lambda y, p, d: np.abs(p - y).mean(), "this is the mean absolute error; small errors are squared here"),
    (
        lambda y, p, d: ((p - y) ** 2).mean(),
        "this is the mean squared error; large errors go on straight here",
    ),
    (
        lambda y, p, d: np.where(np.abs(p - y) <= d, 0.5 * (p - y) ** 2, 0).mean(),
        "large errors cost nothing; beyond delta the loss goes on straight",
    ),
    (
        lambda y, p, d: np.clip(p - y, -d, d).mean(),
        "this is the slope of the loss; the loss itself is asked for",
    ),
    (_each, "these are the losses of the samples; their mean is asked for"),
    (lambda y, p, d: _each(y, p, d).sum(), "this is the sum; the mean is asked for"),
    (lambda y, p, d: _each(y, p, 1.0).mean(), "delta is 1 always; use the one that is given"),
    (
        lambda y, p, d: (0.5 * (p - y) ** 2).mean(),
        "it is square everywhere; beyond delta it goes on straight",
    ),
    (
        lambda y, p, d: (d * (np.abs(p - y) - 0.5 * d)).mean(),
        "it is straight everywhere; up to delta it is square",
    ),
    (
        lambda y, p, d: np.where(np.abs(p - y) <= d, (p - y) ** 2, d * (np.abs(p - y) - 0.5 * d)).mean(),
        "the half of the square is missing, so that it jumps at delta",
    ),
    (
        lambda y, p, d: np.where(np.abs(p - y) <= d, 0.5 * (p - y) ** 2, np.abs(p - y) - 0.5 * d).mean(),
        "the straight part is not multiplied by delta, so that it jumps there (but for delta = 1)",
    ),
    (
        lambda y, p, d: np.where(np.abs(p - y) <= d, 0.5 * (p - y) ** 2, d * np.abs(p - y)).mean(),
        "delta²/2 is not taken away from the straight part, so that it jumps at delta",
    ),
    (
        lambda y, p, d: np.where(np.abs(p - y) > d, 0.5 * (p - y) ** 2, d * (np.abs(p - y) - 0.5 * d)).mean(),
        "the two sides are mixed up: small errors are squared, large ones straight",
    ),
    (
        lambda y, p, d: np.where(p - y <= d, 0.5 * (p - y) ** 2, d * (p - y - 0.5 * d)).mean(),
        "the error is compared with its sign: a large negative one counts as small; compare its absolute value",
    ),
)
