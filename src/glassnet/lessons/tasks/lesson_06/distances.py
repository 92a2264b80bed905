"""How far apart two gradients are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_06.lesson import lesson


def _two_gradients(random: Generator) -> Sequence[Case]:
    a = random.normal(size=(3, 4))
    return [(a, a + 1e-9), (a, 2 * a), (a, -a), (1e-8 * a, 1.1e-8 * a), (a, np.zeros_like(a))]


@lesson.function(
    "How far apart are two gradients",
    _two_gradients,
    hints=(
        "The largest difference alone says little: 1e-8 is much for gradients of that size.",
        "np.abs(a - b).max() divided by the larger one of np.abs(a).max() and np.abs(b).max().",
    ),
)
def relative_difference(a, b):
    """The largest difference as a share of the largest entry of both."""
    return np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max())


relative_difference.mistakes(
    (
        lambda a, b: np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)),
        "these are lengths, in which all entries count; take the largest difference, and the largest entry of both",
    ),
    (
        lambda a, b: np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b)),
        "these are lengths, in which all entries count; take the largest difference, and the largest entry of both",
    ),
    (
        lambda a, b: np.linalg.norm(a - b),
        "this is the length of the difference; a share of the largest entry is asked for",
    ),
    (
        lambda a, b: np.abs(a - b).max() / max(a.max(), b.max()),
        "the largest entry is taken with its sign: one far below 0 is large, too",
    ),
    (
        lambda a, b: np.abs(a - b).max() / min(np.abs(a).max(), np.abs(b).max()),
        "it is divided by the smaller one of both largest entries, which can be 0; divide by the larger one",
    ),
    (
        lambda a, b: np.abs(a - b).max() / np.abs(b).max(),
        "a can be the larger one, and b can be 0: divide by the larger of both",
    ),
    (
        lambda a, b: np.abs(a - b).max() / (max(np.abs(a).max(), np.abs(b).max()) + 1e-8),
        "a small number is added below: gradients of that size look closer than they are",
    ),
    (
        lambda a, b: np.abs(a - b) / max(np.abs(a).max(), np.abs(b).max()),
        "these are the shares entry by entry; the largest one is asked for",
    ),
    (
        lambda a, b: np.abs(a - b).max(),
        "this is the largest difference itself; compare it with how large the entries are",
    ),
    (
        lambda a, b: (a - b).max() / max(np.abs(a).max(), np.abs(b).max()),
        "differences need their absolute value",
    ),
    (
        lambda a, b: np.abs(a - b).max() / (np.abs(a).max() + np.abs(b).max()),
        "it is divided by the sum of both largest entries; divide by the larger one",
    ),
    (
        lambda a, b: np.abs(a - b).mean() / max(np.abs(a).max(), np.abs(b).max()),
        "the mean hides a single wrong entry",
    ),
    (
        lambda a, b: np.abs(a - b).max() / np.abs(a).max(),
        "b can be the larger one: divide by the larger of both",
    ),
    (
        lambda a, b: (np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))).max(),
        "each difference is divided by its own entry; divide the largest one by the largest entry of both",
    ),
    (
        lambda a, b: abs(np.abs(a).max() - np.abs(b).max()) / max(np.abs(a).max(), np.abs(b).max()),
        "it compares the largest entries; compare entry by entry",
    ),
)
