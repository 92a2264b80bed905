"""Softmax, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_03.lesson import lesson


def _rows(random: Generator) -> Sequence[Case]:
    large = random.normal(size=(3, 4)) + np.array([[1000.0], [0.0], [-1000.0]])
    wide = np.array([[1500.0, 1499.0, -1500.0, 0.0]])
    return [(np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]),), (random.normal(size=(4, 3)),), (large,), (wide,)]


def _shares(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@lesson.function(
    "Softmax for rows",
    _rows,
    points=2,
    hints=(
        "Subtracting one number from a whole row changes nothing: the factor cancels. Which number makes eᶻ safe?",
        "z - z.max(axis=1, keepdims=True), then np.exp, then divide by the sum with axis=1 and keepdims=True.",
    ),
    tolerance=1e-10,
)
def softmax(z):
    """Shares that add up to 1 in each row."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


softmax.mistakes(
    (
        lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
        "the whole batch adds up to 1; each row should: maximum and sum with axis=1, keepdims=True",
    ),
    (
        lambda z: np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z - z.max(axis=1, keepdims=True)).sum(),
        "the whole batch adds up to 1; each row should: sum with axis=1, keepdims=True",
    ),
    (
        lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
        "columns add up to 1; rows are the samples, so each row should: axis=1, keepdims=True",
    ),
    (
        lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
        "it does not divide by the sum, so that rows do not add up to 1",
    ),
    (
        lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
        "np.exp(z) is too large for a float where z is: take the row's largest number away from each first",
    ),
    (
        lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=1, keepdims=True),
        "the largest number of the whole batch is taken away: in rows far below it all becomes 0; take each row's own",
    ),
    (
        lambda z: _shares(z - z.mean(axis=1, keepdims=True)),
        "the mean of the row is taken away: what lies far above it is too large all the same; take the largest away",
    ),
    (
        lambda z: _shares(z - z.min(axis=1, keepdims=True)),
        "the smallest number of the row is taken away: what is left is 0 or above, and can be too large for eᶻ",
    ),
    (
        lambda z: _shares(-(z - z.min(axis=1, keepdims=True))),
        "the exponent has the wrong sign: the largest number gets the smallest share",
    ),
    (
        lambda z: np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=0),
        "it is divided by the sums of the columns; each row should add up to 1: sum with axis=1, keepdims=True",
    ),
    (
        lambda z: np.exp(z - z.max(axis=1, keepdims=True))
        / np.exp(z - z.max(axis=1, keepdims=True)).mean(axis=1, keepdims=True),
        "it is divided by the mean of the row; shares come of dividing by the sum",
    ),
    (lambda z: np.abs(z) / np.abs(z).sum(axis=1, keepdims=True), "the exponential is missing: these are shares of |z|"),
    (lambda z: z / z.sum(axis=1, keepdims=True), "the exponential is missing: shares of z itself can be negative"),
    (
        lambda z: z - np.logaddexp.reduce(z, axis=1, keepdims=True),
        "this is the logarithm of softmax",
    ),
    (
        lambda z: (z == z.max(axis=1, keepdims=True)) / (z == z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True),
        "this is 1 for the largest number and 0 elsewhere; softmax gives each its share",
    ),
)  # fmt: skip
