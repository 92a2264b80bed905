"""What the targets are: classes or values, how they spread, and what a constant prediction would cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.losses import Loss
from glassnet.network import inputs
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property

TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Targets:
    """The targets of some samples."""

    loss: Loss  # as the user named it
    values: Array  # checked targets: (n, n_outputs) values, or (n, 1) classes or labels
    n_outputs: int  # of the network

    @cached_property
    def kind(self) -> str:
        """Return "classes", "several" (rows of 0 and 1), "values", "probabilities" (other rows) or "labels"."""
        if self.loss.targets == "labels":
            return "labels"
        if self.loss.takes_classes or self._one_hot:
            return "classes"
        if self._binary:
            return "several"
        return "values" if self.loss.domain != (0.0, 1.0) else "probabilities"

    @cached_property
    def _one_hot(self) -> bool:
        """Whether values are one-hot rows, or a column of 0 and 1, whatever the loss."""
        y = self.values
        return self._binary and (y.shape[1] == 1 or bool((y.sum(axis=1) == 1).all()))

    @cached_property
    def _binary(self) -> bool:
        return bool(((self.values == 0) | (self.values == 1)).all())

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """The class of each sample, (n,)."""
        return inputs.classes_of(self.values)

    @cached_property
    def n_classes(self) -> int:
        """How many classes there are to tell apart: one for each output, 2 for a single one."""
        return max(self.n_outputs, 2)

    @cached_property
    def matrix(self) -> Array:
        """Values, or one-hot rows: (n, n_outputs) float64."""
        if self.loss.takes_classes:
            return np.eye(self.n_outputs)[self.classes]
        return np.asarray(self.values, np.float64)

    @cached_property
    def columns(self) -> Array:
        """What a rule that compares rows compares: one-hot classes, (n, n_classes), or values."""
        return np.eye(self.n_classes)[self.classes] if self.kind == "classes" else self.matrix

    @cached_property
    def shares(self) -> Array:
        """The share of each class or label, (n_classes,)."""
        least = 0 if self.kind == "labels" else self.n_classes
        return np.bincount(self.classes, minlength=least) / len(self.classes)

    def as_columns(self, output: Array) -> Array:
        """Outputs beside :attr:`columns`: of each class its probability, or values."""
        values = np.asarray(self.loss.activation.value(output), np.float64)
        single = self.kind == "classes" and self.n_outputs == 1
        return np.hstack([1 - values, values]) if single else values

    def value(self, output: Array) -> float:
        """The loss of these outputs."""
        return self.loss.compare(self._compared, output, None)[0]

    @property
    def given(self) -> Array | None:
        """Targets as a user gives them: each once, however many outputs are compared with it; None where none are."""
        if not self.loss.takes_targets:
            return None
        if self.loss.members:
            return self.values[:: self.loss.rows_per_sample, 0]
        return self.values[:, : self.loss.n_targets(self.values.shape[1])]

    @cached_property
    def _compared(self) -> Array:
        """What the loss compares outputs with: :attr:`matrix`, smoothed as it says."""
        return self.loss.smoothed(self.matrix)

    @cached_property
    def chance(self) -> float:
        """The smallest loss that a prediction reaches which is the same for all samples."""
        rows = [self.loss.best_constant(self._compared)]
        if self.kind == "values":
            rows += list(np.quantile(self.matrix, np.linspace(0.05, 0.95, 19), axis=0))
        return min(self._costs(row) for row in rows)

    @cached_property
    def guess(self) -> float:
        """The loss of a network that knows nothing yet: all classes alike, or all values zero."""
        if self.kind == "classes":
            return self._costs(np.full(self.n_outputs, 1 / self.n_classes))
        if self.loss.domain == (0.0, 1.0):
            return self._costs(np.full(self.n_outputs, 0.5))
        return self.value(np.zeros(self.matrix.shape, self.matrix.dtype))

    @cached_property
    def floor(self) -> float:
        """The loss where every output is its target: 0 but for counts, soft or smoothed probabilities and the like."""
        if self.kind == "labels" or (self.kind == "classes" and self.loss.label_smoothing == 0):
            return 0.0
        cost = self._costs(self._compared)
        return min(cost, self.chance) if np.isfinite(cost) else 0.0

    def _costs(self, row: Array) -> float:
        """The loss of this prediction for all samples, or of one for each; infinite where it is no number."""
        output = self.loss.before_activation(row)
        if output is None:
            return np.inf
        with np.errstate(all="ignore"):
            cost = self.value(np.broadcast_to(output, self.matrix.shape).copy())
        return cost if np.isfinite(cost) else np.inf

    def score(self, output: Array) -> float:
        """How well outputs fit: 0 as well as the best constant, 1 perfectly.

        Of the accuracy for classes, of the nearest other output for labels, else R²; where the loss does not ask
        for means, or compares given pairs or triplets, of the loss itself.
        """
        if self.kind == "classes":
            return class_score(self.accuracy(output), float(self.shares.max()))
        if self.kind == "labels":
            if self.loss.members:
                return 1 - self.value(output) / max(self.chance, TINY)
            return class_score(_neighbours_alike(output, self.classes), float(self.shares.max()))
        if self.kind == "values" and not self.of_means:
            return 1 - (self.value(output) - self.floor) / max(self.chance - self.floor, TINY)
        return r2(self.matrix, self.loss.activation.value(output))

    def as_given(self, x: Array, input_shape: tuple[int, ...]) -> Array:
        """Samples beside these targets as a user gives them: members of pairs and triplets on an axis of their own."""
        members = [len(self.loss.members)] if self.loss.members else []
        return x.reshape(-1, *members, *input_shape)

    @property
    def of_means(self) -> bool:
        """Whether the loss asks for the middle of what may come, so that R² measures it; a quantile is none."""
        return self.loss.facts is not None and self.loss.facts.aims_at_middle

    def _above(self, output: Array) -> NDArray[np.int64]:
        threshold = 0.0 if self.loss.activation.outputs == "probabilities" else 0.5
        return (output > threshold).astype(np.int64)

    def accuracy(self, output: Array) -> float:
        """Share of samples whose class is predicted rightly."""
        return float((self._named(output) == self.classes).mean())

    def _named(self, output: Array) -> NDArray[np.int64]:
        """The class that each row of outputs names."""
        return output.argmax(axis=1) if self.n_outputs > 1 else self._above(output[:, 0])

    def recalls(self, output: Array) -> Array:
        """Of each class that is there, the share of its samples that are named rightly."""
        right = self._named(output) == self.classes
        return np.array([right[self.classes == present].mean() for present in np.unique(self.classes)])

    def f1(self, output: Array) -> Array:
        """F1 of each class that is there."""
        named, present = self._named(output), np.unique(self.classes)
        right = np.array([((named == c) & (self.classes == c)).sum() for c in present])
        return np.array(
            [
                2 * n / ((named == c).sum() + (self.classes == c).sum())
                for n, c in zip(right, present, strict=True)
            ]
        )

    def take(self, rows: NDArray[np.int64]) -> Targets:
        """Those of some samples."""
        return Targets(self.loss, self.values[rows], self.n_outputs)


def _neighbours_alike(output: Array, labels: NDArray[np.int64]) -> float:
    """The share of samples whose nearest other sample has the same label."""
    if len(output) < 2:
        return 0.0
    squares = np.square(output).sum(axis=1)
    distances = squares[:, None] + squares - 2 * output @ output.T
    np.fill_diagonal(distances, np.inf)
    return float((labels[distances.argmin(axis=1)] == labels).mean())


def class_score(accuracy: float, majority: float) -> float:
    """Accuracy on a scale where 0 is that of always naming the most frequent class."""
    return (accuracy - majority) / max(1 - majority, TINY)


def r2(y: Array, p: Array) -> float:
    """1 - sum (y - p)^2 / sum (y - mean y)^2 over all entries."""
    spread = float(np.square(y - y.mean(axis=0)).sum())
    return 1 - float(np.square(y - p).sum()) / max(spread, TINY)
