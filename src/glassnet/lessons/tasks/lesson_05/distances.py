"""Losses of distances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_05.lesson import lesson


def _triplets(random: Generator) -> Sequence[Case]:
    easy = np.array([0.0, 0.0]), np.array([0.1, 0.0]), np.array([3.0, 4.0]), 1.0
    return [easy, *((*random.normal(size=(3, 4)), m) for m in (0.2, 1.0, 3.0))]


@lesson.function(
    "Triplet loss",
    _triplets,
    hints=(
        "Two distances: from the anchor to the positive one, and from the anchor to the negative one.",
        "max(0, distance to positive - distance to negative + margin), with np.linalg.norm for a distance.",
    ),
)
def triplet(anchor, positive, negative, margin):
    """What is missing until the negative one is farther than the positive one by a margin."""
    near = np.linalg.norm(anchor - positive)
    far = np.linalg.norm(anchor - negative)
    return max(0.0, near - far + margin)


def _norm(x: Any) -> Any:
    return np.linalg.norm(x)


triplet.mistakes(
    (
        lambda a, p, n, m: min(0.0, _norm(a - p) - _norm(a - n) + m),
        "min keeps what is below 0; the loss is what is above",
    ),
    (
        lambda a, p, n, m: max(0.0, _norm(a - p) - _norm(a - n)) + m,
        "the margin is added behind max; it belongs inside, so that what is far enough apart has loss 0",
    ),
    (
        lambda a, p, n, m: abs(_norm(a - p) - _norm(a - n) + m),
        "the absolute value is taken; what is far enough apart, below 0, has loss 0",
    ),
    (
        lambda a, p, n, m: max(m, _norm(a - p) - _norm(a - n)),
        "the larger one of margin and difference is taken; the margin is added, and 0 is the least",
    ),
    (
        lambda a, p, n, m: max(0.0, _norm(a - p) + _norm(a - n) + m),
        "both distances are added; the negative one's is taken away",
    ),
    (lambda a, p, n, m: max(0.0, _norm(a - p) - _norm(a - n) + m) ** 2, "the loss is squared; it is not"),
    (
        lambda a, p, n, m: np.maximum(0, np.abs(a - p) - np.abs(a - n) + m),
        "these are distances in each coordinate; np.linalg.norm makes one number of them",
    ),
    (
        lambda a, p, n, m: max(0.0, ((a - p) ** 2).mean() - ((a - n) ** 2).mean() + m),
        "these are means of squares; a distance is the root of the sum of squares",
    ),
    (
        lambda a, p, n, m: _norm(a - p) - _norm(a - n) + m,
        "it goes below 0; what is far enough apart has loss 0",
    ),
    (lambda a, p, n, m: max(0.0, _norm(a - n) - _norm(a - p) + m), "positive and negative are mixed up"),
    (lambda a, p, n, m: max(0.0, _norm(a - p) - _norm(a - n)), "the margin is missing"),
    (lambda a, p, n, m: max(0.0, _norm(a - p) - _norm(a - n) - m), "the margin is taken away; it is added"),
    (
        lambda a, p, n, m: max(0.0, _norm(a - p) ** 2 - _norm(a - n) ** 2 + m),
        "these are squared distances; plain ones are asked for",
    ),
    (
        lambda a, p, n, m: max(0.0, _norm(a - p) - _norm(p - n) + m),
        "the negative one is measured from the positive one",
    ),
    (
        lambda a, p, n, m: max(0.0, np.abs(a - p).sum() - np.abs(a - n).sum() + m),
        "distances are Euclidean: np.linalg.norm",
    ),
)
