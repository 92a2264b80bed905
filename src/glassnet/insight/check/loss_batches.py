"""Batches to check a loss on, and the losses that are known by their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from glassnet import losses
from glassnet.insight.check.rounding import Array

# Numbers of samples and outputs, so chosen that no factor made of them equals another.
SIZES = ((5, 3), (7, 4))
# The kinds of data a loss may want, by the losses that want them.
KINDS = {
    "mean_squared_error": "values", "mean_absolute_error": "values", "huber": "values", "quantile": "values",
    "poisson": "rates", "binary_cross_entropy": "binary", "categorical_cross_entropy": "one_hot",
    "kullback_leibler": "distributions", "sparse_categorical_cross_entropy": "classes",
    "sigmoid_cross_entropy": "binary_logits", "softmax_cross_entropy": "logits",
    "sparse_softmax_cross_entropy": "class_logits",
}  # fmt: skip


class Batch(NamedTuple):
    """Targets and predictions, m samples of k outputs."""

    y: Array
    p: Array
    m: int
    k: int

    @property
    def alone(self) -> bool:
        """Whether targets and predictions have one axis only."""
        return self.p.ndim == 1


def draw(kind: str, m: int, k: int, one_axis: bool) -> Batch:
    """A batch of a kind; with one axis for functions of plain lists."""
    random = np.random.default_rng(m)
    shape = (m,) if one_axis else (m, k)
    z, y = random.normal(size=shape), random.normal(size=shape)
    probabilities = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    classes = random.integers(0, k, m)
    one_hot = np.eye(k)[classes]
    other = np.abs(y) / np.abs(y).sum(axis=-1, keepdims=True)
    made: dict[str, tuple[Array, Array]] = {
        "values": (y, z),
        "rates": (np.round(np.abs(y) * 3), np.exp(z)),
        "binary": ((y > 0).astype(float), 1 / (1 + np.exp(-z))),
        "binary_logits": ((y > 0).astype(float), z),
        "one_hot": (one_hot, probabilities),
        "distributions": (other, probabilities),
        "logits": (one_hot, z),
        "classes": (classes, probabilities),
        "class_logits": (classes, z),
    }
    return Batch(*made[kind], m, 1 if one_axis else k)


def batches(kind: str) -> Iterator[tuple[Batch, Batch]]:
    """Two batches of different sizes, with two axes and, where the kind allows it, with one."""
    first, second = (draw(kind, m, k, one_axis=False) for m, k in SIZES)
    yield first, second
    if kind in ("values", "rates", "binary", "binary_logits"):
        first, second = (draw(kind, m, k, one_axis=True) for m, k in SIZES)
        yield first, second


def reference(name: str, batch: Batch) -> float:
    """The value that glassnet's loss of this name gives."""
    return losses.get(name).value(batch.y, batch.p)


class Factor(NamedTuple):
    """A factor made of the numbers of samples and outputs, and what it says."""

    codes: tuple[str, ...]
    of: Callable[[int, int], float]


def factors(basic: dict[str, Callable[[int, int], float]]) -> Iterator[Factor]:
    """No factor, each of the basic ones, and each two of them."""
    yield Factor((), lambda m, k: 1.0)
    names = list(basic)
    for name in names:
        yield Factor((name,), basic[name])
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            yield Factor((one, other), lambda m, k, a=one, b=other: basic[a](m, k) * basic[b](m, k))
