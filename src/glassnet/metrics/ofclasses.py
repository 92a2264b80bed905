"""What metrics of classes share: samples of one class or of several, and averages over classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError, DataError
from glassnet.metrics import targets
from glassnet.metrics.base import Metric, Weight
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained

AVERAGES = ("auto", "micro", "macro", "weighted")

__all__ = ["Averaged", "OfClasses"]


@explained
@dataclass(frozen=True)
class OfClasses(Metric):
    """Base class: how well classes are predicted.

    Parameters
    ----------
    multi_label : bool, optional
        Whether a sample may be of several classes, or of none. Without it, targets tell: rows of 0 and 1 that are not
        all one-hot say yes. A network that was trained on such rows tells its metrics so.

    Raises
    ------
    DataError
        If samples may be of several classes, and the metric is of one.
    """

    multi_label: bool | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.multi_label is not None:
            checks.truth(f"multi_label of {type(self).__name__}", self.multi_label)

    def reads_rows(self, y_true: ArrayLike, y_pred: ArrayLike) -> bool:
        """Whether these are rows of 0 and 1, and predictions, of samples that may be of several classes."""
        are_several_hot = targets.several_hot(y_true) and np.shape(y_true) == np.shape(y_pred)
        return are_several_hot if self.multi_label is None else self.multi_label

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        score = self.of_several if self.reads_rows(y_true, y_pred) else self.of_one
        return score(y_true, y_pred, sample_weight)

    def of_one(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """The value for samples of one class each."""
        raise NotImplementedError(f"{type(self).__name__} has no formula")

    def of_several(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight) -> float:
        """The value for samples that may be of several classes, or of none."""
        raise DataError(f"{self.name} looks for the one class of each sample; these may be of several")


@explained
@dataclass(frozen=True)
class Averaged(OfClasses):
    """Base class: one score for each class, and an average of these scores.

    Parameters
    ----------
    average : {"auto", "micro", "macro", "weighted"}, default "auto"
        ``"macro"`` is the mean over the classes, ``"weighted"`` counts each by its share of the targets, ``"micro"``
        takes all entries of all classes together; ``"auto"`` is the score of class 1 where each sample is of one of
        two classes (scikit-learn's own default, which it calls ``"binary"``), and ``"macro"`` else.
    of_class : int, >= 0, optional
        The score of this class alone; where classes have names, of that place among the sorted names.

    Raises
    ------
    ArgumentError
        If `average` is none of these, `of_class` no class, or both are chosen.
    """

    average: str = "auto"
    of_class: int | None = field(default=None, kw_only=True)

    pattern: ClassVar[str] = r"{name}(_micro|_macro|_weighted|_of_class_\d+)?"

    def __post_init__(self) -> None:
        super().__post_init__()
        label = type(self).__name__
        if not isinstance(self.average, str) or self.average not in AVERAGES:
            raise ArgumentError(
                f"average of {label} must be one of 'auto', 'micro', 'macro', 'weighted'; "
                f"got {checks.shown(self.average)}"
            )
        if self.of_class is not None:
            object.__setattr__(
                self, "of_class", checks.integer(f"of_class of {label}", self.of_class, least=0)
            )
            if self.average != "auto":
                raise ArgumentError(
                    f"{label} takes average={self.average!r} or of_class={self.of_class}, not both"
                )

    @property
    def name(self) -> str:
        """The registered name, with the average or the class if one was chosen: ``f1``, ``f1_weighted``."""
        if self.of_class is not None:
            return f"{super().name}_of_class_{self.of_class}"
        return super().name if self.average == "auto" else f"{super().name}_{self.average}"

    def place(self, n_classes: int, binary: bool) -> int | None:
        """The one class that is scored, if it is one.

        Raises
        ------
        DataError
            If there are not so many classes.
        """
        if self.of_class is None:
            return 1 if binary and self.average == "auto" else None
        if self.of_class >= n_classes:
            raise DataError(
                f"{self.name} needs a class {self.of_class}; there are classes 0 to {n_classes - 1}"
            )
        return self.of_class


def averaged(scores: Floats, share: Floats, classes: NDArray[np.int64] | slice, average: str) -> float:
    """The mean of the chosen scores, or weighted by the shares of the classes."""
    if average != "weighted":
        return float(scores[classes].mean())
    return float(np.average(scores, weights=share)) if share.any() else 0.0
