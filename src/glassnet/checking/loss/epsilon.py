"""Cross-entropies with a small number added to the probability, as many learners write them against log(0)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.checking.loss.batches import LossBatch, rows
from glassnet.checking.numerics.rounding import Array

EPSILONS = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
# The relative change up to which an added epsilon does no harm.
HARMLESS = 1e-4
CROSS_ENTROPIES = {
    "binary_cross_entropy", "categorical_cross_entropy", "sparse_categorical_cross_entropy", "softmax_cross_entropy",
    "sparse_softmax_cross_entropy", "sigmoid_cross_entropy",
}  # fmt: skip


def value_with(epsilon: float, kind: str, batch: LossBatch, weight: float = 1.0) -> float:
    """The cross-entropy of p + epsilon, a mean over samples or, of yes (of this weight) and no, over entries."""
    p, y = probabilities(kind, batch), rows(batch)
    if kind.startswith("binary"):
        return float(-np.mean(weight * y * np.log(p + epsilon) + (1 - y) * np.log(1 - p + epsilon)))
    return float(-np.sum(y * np.log(p + epsilon)) / batch.m)


def gradient_with(epsilon: float, kind: str, batch: LossBatch, weight: float = 1.0) -> Array:
    """The gradient of :func:`value_with` with respect to probabilities."""
    p, y = probabilities(kind, batch), rows(batch)
    if kind.startswith("binary"):
        return ((1 - y) / (1 - p + epsilon) - weight * y / (p + epsilon)) / p.size
    return -y / (p + epsilon) / batch.m


def gradients_with_each(
    kind: str, pair: tuple[LossBatch, LossBatch], weight: float
) -> Iterator[tuple[float, list[Array]]]:
    """Each epsilon, and the gradients of both batches with it, in every way to write them."""
    ways = (gradient_with, _product_of_two, _added_to_product) if kind == "binary" else (gradient_with,)
    for epsilon in EPSILONS:
        for way in ways:
            yield epsilon, [way(epsilon, kind, batch, weight) for batch in pair]


def folded_in(kind: str, batch: LossBatch, weight: float) -> Array:
    """p - y, of a weight w of yes (1 + (w - 1) y) p - w y, over all entries or the samples."""
    y, count = rows(batch), batch.p.size if kind.startswith("binary") else batch.m
    numerator: Array = (1 + (weight - 1) * y) * batch.p - weight * y
    return numerator / count


def _product_of_two(epsilon: float, kind: str, batch: LossBatch, weight: float) -> Array:
    """(p - y) / ((p + epsilon) (1 - p + epsilon))."""
    p = batch.p
    gradient: Array = folded_in(kind, batch, weight) / ((p + epsilon) * (1 - p + epsilon))
    return gradient


def _added_to_product(epsilon: float, kind: str, batch: LossBatch, weight: float) -> Array:
    """(p - y) / (p (1 - p) + epsilon)."""
    p = batch.p
    gradient: Array = folded_in(kind, batch, weight) / (p * (1 - p) + epsilon)
    return gradient


def probabilities(kind: str, batch: LossBatch) -> Array:
    """The predictions, behind softmax or sigmoid where they are logits."""
    if kind == "binary_logits":
        return 1 / (1 + np.exp(-batch.p))
    if kind in ("logits", "class_logits"):
        e = np.exp(batch.p)
        softmax: Array = e / e.sum(axis=1, keepdims=True)
        return softmax
    return batch.p
