"""Batches to check a loss on, and factors made of their sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from math import prod
from typing import NamedTuple

import numpy as np

from glassnet import losses
from glassnet.checking.numerics.rounding import Array
from glassnet.losses import BinaryWeighted, Loss, RowLoss

# Numbers of samples and outputs, so chosen that no factor made of them equals another.
SIZES = ((5, 3), (7, 4))
MOST_FACTORS = 3  # half the square, and sums over samples and outputs
# The losses that are tried where none is asked for, and the kinds of data that they want.
KNOWN = [
    loss for loss in map(losses.get, losses.names()) if loss.facts is not None and not loss.facts.in_words
]
KINDS = {loss.name: loss.facts.data for loss in KNOWN if loss.facts is not None}
# Those of whole rows, distributions and given pairs, which are compared where they are asked for.
ASKED = {
    loss.name: "single_rows" if isinstance(loss, RowLoss) and not loss.members else loss.facts.data
    for loss in map(losses.get, losses.names())
    if loss.facts is not None and (loss.outputs_per_target > 1 or isinstance(loss, RowLoss))
}
WHOLE = set(ASKED.values())
CLASSES = {"classes", "class_logits"}
ON_ONE_AXIS = {"values", "rates", "binary", "binary_logits", "signs", "log_rates"}


BY_ROWS = {
    "one_hot", "classes", "distributions", "logits", "class_logits", "single_rows", "pairs", "signed_pairs", "triplets",
}  # fmt: skip


class LossBatch(NamedTuple):
    """Targets and predictions, m samples of k outputs; on one axis for functions of plain lists.

    Predictions of a pair or a triplet are (m, n_members, k), of a loss that reads several outputs (m, k · n_outputs).
    """

    y: Array
    p: Array
    m: int
    k: int

    @property
    def one_axis(self) -> bool:
        """Whether predictions have one axis only."""
        return self.p.ndim == 1


def kind_of(loss: Loss) -> str:
    """The kind of data that a loss takes."""
    return ASKED[loss.name] if loss.name in ASKED else KINDS[loss.name]


def value_of(loss: Loss, batch: LossBatch) -> float:
    """The loss of a batch."""
    return loss.value(batch.y if loss.takes_targets else None, batch.p)


def gradient_of(loss: Loss, batch: LossBatch) -> Array:
    """The gradient of the loss of a batch, in the shape of the predictions."""
    return loss.gradient(batch.y if loss.takes_targets else None, batch.p)


def draw_whole(loss: Loss, m: int, k: int) -> LossBatch:
    """A batch for a loss of whole rows."""
    if loss.facts is not None and ASKED[loss.name] == "single_rows":
        return draw(loss.facts.data, m, k, one_axis=False)
    random = np.random.default_rng(m)
    y, same = random.normal(size=(m, k)), np.arange(m) % 2
    if loss.members:
        low = loss.only_targets[0] if loss.takes_targets else 0.0
        scale = (0.4 if len(loss.members) == 2 else 1.0) * (
            getattr(loss, "margin", 0.0) or 1.0
        )  # on both sides of it
        return LossBatch(
            np.where(same, 1.0, low), scale * random.normal(size=(m, len(loss.members), k)), m, k
        )
    return LossBatch(y, random.normal(size=(m, k * loss.outputs_per_target)), m, k)


def draw(kind: str, m: int, k: int, one_axis: bool) -> LossBatch:
    """A batch of a kind."""
    random = np.random.default_rng(m)
    shape = (m,) if one_axis else (m, k)
    z, y = random.normal(size=shape), random.normal(size=shape)
    probabilities = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    classes = random.integers(0, k, m)
    pairs: dict[str, tuple[Array, Array]] = {
        "values": (y, 1.5 * z), "signs": (np.sign(y), 1.5 * z), "rates": (np.round(np.abs(y) * 3), np.exp(z)),
        "binary": ((y > 0).astype(float), 1 / (1 + np.exp(-z))), "binary_logits": ((y > 0).astype(float), z),
        "one_hot": (np.eye(k)[classes], probabilities), "logits": (np.eye(k)[classes], z),
        "distributions": (np.abs(y) / np.abs(y).sum(axis=-1, keepdims=True), probabilities),
        "classes": (classes, probabilities), "class_logits": (classes, z),
        "log_rates": (np.round(np.abs(y) * 3), z),
    }  # fmt: skip
    return LossBatch(*pairs[kind], m, 1 if one_axis else k)


class Layout(NamedTuple):
    """How samples and outputs lie in a learner's arrays."""

    name: str  # in words; empty for samples in rows
    outputs: int | None  # how many outputs there are; None for several
    # targets, predictions: the learner's arrays from those in rows
    targets: Callable[[Array], Array]
    predictions: Callable[[Array], Array]
    columns: bool = False  # whether samples stand in columns
    on_one_axis: bool = False  # whether predictions have no axis for the output
    of_classes: bool = False  # whether it is one for targets that are classes alone

    def arranged(self, batch: LossBatch) -> tuple[Array, Array]:
        """Targets and predictions as the learner's functions take them."""
        return self.targets(batch.y), self.predictions(batch.p)

    def back(self, result: Array, batch: LossBatch) -> Array:
        """What came back, in rows; a number where it is one number."""
        if result.size == 1 and batch.p.size > 1:
            return result.reshape(())
        if self.on_one_axis and result.shape == (batch.m,):
            return result.reshape(batch.m, 1)
        of_samples = self.columns and result.shape == (1, batch.m) and batch.k > 1
        if of_samples:
            return result.reshape(-1)
        return result.T if self.columns else result

    def example(self) -> LossBatch:
        """A small batch of values."""
        return draw("values", 5, self.outputs or 3, one_axis=False)


def _same(array: Array) -> Array:
    return array


def _transposed(array: Array) -> Array:
    return np.ascontiguousarray(array.T)


def _on_one_axis(array: Array) -> Array:
    return array.reshape(-1)


ROWS = Layout("", None, _same, _same)
LABELS = Layout("classes in a column (samples, 1)", None, lambda y: y.reshape(-1, 1), _same, of_classes=True)
COLUMNS = Layout("samples stand in columns", None, _transposed, _transposed, columns=True)
ONE_OUTPUT = (
    Layout("one output, in a row (1, samples)", 1, _transposed, _transposed, columns=True),
    Layout("one output, in a column (samples, 1)", 1, _same, _same),
    Layout("one output, targets (samples,) and predictions (samples, 1)", 1, _on_one_axis, _same),
    Layout("one output, on one axis (samples,)", 1, _on_one_axis, _on_one_axis, on_one_axis=True),
)


def batches_for(loss: Loss, layout: Layout) -> Iterator[tuple[LossBatch, LossBatch]]:
    """As :func:`batches`; of whole rows, in rows alone."""
    if loss.name not in ASKED:
        yield from batches(KINDS[loss.name], layout)
    elif layout is ROWS:
        first, second = (draw_whole(loss, m, k) for m, k in SIZES)
        yield first, second


def batches(kind: str, layout: Layout) -> Iterator[tuple[LossBatch, LossBatch]]:
    """Two batches of different sizes with two axes and, in rows where the kind allows it, with one."""
    if (layout.outputs is not None and kind not in ON_ONE_AXIS) or (
        layout.of_classes and kind not in CLASSES
    ):
        return
    for one_axis in (False, True) if kind in ON_ONE_AXIS and layout is ROWS else (False,):
        first, second = (draw(kind, m, layout.outputs or k, one_axis) for m, k in SIZES)
        yield first, second


def ends(kind: str, layout: Layout) -> tuple[LossBatch, LossBatch]:
    """A batch whose probabilities are 0 and 1 and exactly right, and one whose are exactly wrong."""
    shape = (2, 1) if layout.outputs == 1 else (1, 2)
    right = np.array([0.0, 1.0]).reshape(shape)
    y: Array = np.array([1]) if kind == "classes" else right
    return LossBatch(y, right, *shape), LossBatch(y, 1 - right, *shape)


def rows(batch: LossBatch) -> Array:
    """The targets in the shape of the predictions: classes as one-hot rows."""
    return batch.y if batch.y.shape == batch.p.shape else np.eye(batch.k)[batch.y.astype(int)]


def positive_weight(loss: Loss | None) -> float:
    """What targets 1 of a cross-entropy of yes and no weigh beside targets 0."""
    return loss.pos_weight if isinstance(loss, BinaryWeighted) else 1.0


def smoothed(loss: Loss | None, batch: LossBatch) -> LossBatch:
    """The batch with the targets that this loss compares with."""
    if loss is None or loss.label_smoothing == 0:
        return batch
    return batch._replace(y=loss.smoothed(rows(batch)))


Size = Callable[[int, int], float]


class Factor(NamedTuple):
    """A factor made of the numbers of samples and outputs, and what it says."""

    codes: tuple[str, ...]
    of: Size


def factors(basic: dict[str, Size]) -> Iterator[Factor]:
    """No factor, each of the basic ones, and each two and three of them."""
    for n in range(MOST_FACTORS + 1):
        for names in combinations(basic, n):
            yield Factor(names, _product([basic[name] for name in names]))


def _product(sizes: list[Size]) -> Size:
    return lambda m, k: prod(of(m, k) for of in sizes)


def value_factors(kind: str) -> dict[str, Size]:
    """What a value may be in parts of the loss: summed, or averaged over too much."""
    factors: dict[str, Size] = {
        "value_sign_flipped": lambda m, k: -1.0,
        "value_halved": lambda m, k: 0.5,
        "value_doubled": lambda m, k: 2.0,
    }
    if kind in BY_ROWS:
        factors |= {"value_summed": lambda m, k: m, "value_averaged_over_outputs": lambda m, k: 1 / k}
    else:
        factors |= {
            "value_summed": lambda m, k: m * k,
            "value_summed_over_outputs": lambda m, k: k,
            "value_summed_over_samples": lambda m, k: m,
        }
    if kind not in ("values", "rates", "signs", "log_rates", *WHOLE):
        factors["other_logarithm"] = lambda m, k: 1 / np.log(2)
    return factors
