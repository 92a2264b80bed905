"""What targets and predictions say: checked arrays, and the classes that they name.

Targets (`y_true`) name classes as labels ``(n,)`` or ``(n, 1)``, or as rows ``(n, n_classes)``
that are one-hot or sum to 1. Predictions (`y_pred`) are scores of all classes ``(n, n_classes)``,
probabilities of class 1 as floats ``(n, 1)`` or ``(n,)``, or labels as integers ``(n, 1)`` or
``(n,)``. Both sides may name classes, as text.

Where a sample may be of several classes, or of none, targets are rows ``(n, n_classes)`` of 0 and 1, and
predictions probabilities of each class, or rows of 0 and 1 as integers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import DataError, ShapeError
from glassnet.metrics.arrays import beside, checked, matched
from glassnet.metrics.class_names import COUNTED, named
from glassnet.support import checks
from glassnet.support.calls import explained

# Counting per class takes memory for every class up to the largest label.
_MOST_CLASSES = 1_000_000
_ROUNDING = 1e-3
_NAMES = "; where integers are names of classes, give both sides as text: numpy.array(y_true).astype(str)"
_COUNT = (
    f"; where integers are names of classes, count them: {COUNTED.format('y_true')} (in sorted order, where every "
    "class occurs)"
)
_MULTI_LABEL = (
    ". For samples of several classes use accuracy, label_accuracy, precision, recall or f1 with probabilities of "
    "each class"
)


class LabelRows(NamedTuple):
    """For each sample, which classes it is of, and which are predicted: bool ``(n, n_classes)``."""

    true: NDArray[np.bool_]
    predicted: NDArray[np.bool_]


class Scores(NamedTuple):
    """For each sample and class, whether it is of that class, and its score: bool and float64 ``(n, n_classes)``."""

    true: NDArray[np.bool_]
    scores: NDArray[np.float64]


class Classes(NamedTuple):
    """True and predicted labels, each int64 of shape ``(n,)``, from 0 to ``n_classes - 1``.

    Where both sides name classes, `names` holds them in sorted order, and labels are their places.
    """

    true: NDArray[np.int64]
    predicted: NDArray[np.int64]
    n_classes: int
    names: tuple[Any, ...] = ()


def classes(y_true: ArrayLike, y_pred: ArrayLike) -> Classes:
    """The classes that targets and predictions name.

    The number of classes is the number of columns; a probability of class 1 means two; where both
    sides are labels it is the largest label plus one, and at least two.

    Raises `ShapeError` if the rows or the numbers of classes differ; `DataError` if something is empty, not finite,
    no class label, or a class beyond the columns.
    """
    by_name = named(y_true, y_pred)
    if by_name is not None:
        return Classes(by_name.true, by_name.predicted, len(by_name.names), by_name.names)
    true, predicted = matched(y_true, y_pred)
    true_labels, predicted_labels = _target_classes(true), predicted_classes(predicted)
    of_true = _columns(true)
    of_predicted = _columns(predicted) or (2 if predicted.dtype.kind == "f" else None)
    _check_same_classes(true, of_true, predicted, of_predicted)
    n_classes = of_true or of_predicted
    if n_classes is None:
        largest = max(int(true_labels.max()), int(predicted_labels.max()))
        return Classes(true_labels, predicted_labels, max(2, largest + 1))
    _check_range("y_true", true_labels, n_classes, f"y_pred of shape {predicted.shape}")
    _check_range("y_pred", predicted_labels, n_classes, f"y_true of shape {true.shape}")
    return Classes(true_labels, predicted_labels, n_classes)


@explained
def predicted_classes(y_pred: ArrayLike) -> NDArray[np.int64]:
    """The class that each row of a prediction names.

    The column with the largest score, the first of equal ones; for a single column of floats, 1
    where the probability is above 0.5, else 0; a single column of integers is taken as it is.

    Raises
    ------
    DataError
        If a probability is outside 0 to 1, or an integer is negative.
    """
    predicted = checked("y_pred", y_pred)
    if _columns(predicted):
        return np.asarray(predicted.argmax(axis=1), dtype=np.int64)
    if predicted.dtype.kind != "f":
        return _labels("y_pred", predicted)
    probability = predicted.reshape(-1)
    if probability.min() < 0.0 or probability.max() > 1.0:
        raise DataError(
            f"y_pred of shape {predicted.shape} must hold probabilities of class 1, from 0 to 1; "
            f"got values from {probability.min():g} to {probability.max():g}. "
            "End the network with a sigmoid, or give class labels as integers"
        )
    return (probability > 0.5).astype(np.int64)


def several_hot(y_true: ArrayLike) -> bool:
    """Whether targets are rows of 0 and 1 that cannot be one-hot: some sample is of several classes, or of none."""
    true = checks.array("y_true", y_true)
    if true.ndim != 2 or true.shape[1] < 2 or true.dtype.kind not in "biuf":
        return False
    return bool(((true == 0) | (true == 1)).all()) and bool((true.sum(axis=1) != 1).any())


def members(y_true: ArrayLike, y_pred: ArrayLike) -> Scores:
    """Which classes each sample is of, and the probability of each.

    Raises `ShapeError` if the shapes differ; `DataError` if something is empty, targets are not 0 and 1, or
    predictions not from 0 to 1.
    """
    true, predicted = beside(y_true, y_pred)
    if true.shape != predicted.shape:
        raise ShapeError(
            f"y_true and y_pred must both have a column for each class; got shapes {true.shape} and {predicted.shape}"
        )
    if not ((true == 0) | (true == 1)).all():
        raise DataError("y_true must hold rows of 0 and 1, where a sample may be of several classes")
    _check_probabilities(predicted)
    return Scores(true == 1, predicted)


def rows(y_true: ArrayLike, y_pred: ArrayLike) -> LabelRows:
    """Which classes each sample is of, and which are predicted: those of a probability above 0.5.

    Raises `ShapeError` or `DataError` as :func:`members`.
    """
    true, predicted = members(y_true, y_pred)
    return LabelRows(true, predicted > 0.5)


def scores(y_true: ArrayLike, y_pred: ArrayLike) -> Scores:
    """Of samples of one class each: which it is, and the score of each class.

    A single column of scores is that of class 1, and 1 minus it that of class 0.

    Raises `ShapeError` if the rows or the numbers of classes differ; `DataError` if something is empty, not finite,
    no class label, or a class beyond the columns.
    """
    true, predicted = matched(y_true, y_pred)
    labels, n_classes = _target_classes(true), _columns(predicted) or 2
    _check_same_classes(true, _columns(true), predicted, n_classes)
    _check_range("y_true", labels, n_classes, f"y_pred of shape {predicted.shape}")
    columns = predicted.reshape(len(predicted), -1).astype(np.float64)
    if columns.shape[1] == 1:
        columns = np.hstack([1.0 - columns, columns])
    return Scores(labels[:, np.newaxis] == np.arange(n_classes), columns)


def probabilities(y_true: ArrayLike, y_pred: ArrayLike) -> Scores:
    """Of samples of one class each: which it is, and the probability of each class.

    Raises `ShapeError` or `DataError` as :func:`scores`, and if a probability is outside 0 to 1, or those of a
    sample do not sum to 1.
    """
    checked = scores(y_true, y_pred)
    _check_probabilities(np.asarray(y_pred))
    sums = checked.scores.sum(axis=1)
    row = int(abs(sums - 1.0).argmax())
    if abs(sums[row] - 1.0) >= _ROUNDING:
        raise DataError(
            f"y_pred must hold probabilities of all classes, which sum to 1; row {row} sums to {sums[row]:g}. "
            "End the network with a softmax"
        )
    return checked


def _check_probabilities(predicted: NDArray[Any]) -> None:
    if predicted.min() < 0 or predicted.max() > 1:
        raise DataError(
            f"y_pred must hold the probability of each class, from 0 to 1; got values from {predicted.min():g} to "
            f"{predicted.max():g}. End the network with a sigmoid"
        )


def _check_same_classes(
    true: NDArray[Any], of_true: int | None, predicted: NDArray[Any], of_predicted: int | None
) -> None:
    if of_true and of_predicted and of_true != of_predicted:
        raise ShapeError(
            f"y_true has {of_true} classes (shape {true.shape}), "
            f"y_pred has {of_predicted} (shape {predicted.shape})"
        )


def _columns(array: NDArray[Any]) -> int | None:
    """How many classes the columns stand for, if they stand for classes."""
    return array.shape[1] if array.ndim == 2 and array.shape[1] > 1 else None


def _target_classes(true: NDArray[Any]) -> NDArray[np.int64]:
    if not _columns(true):
        return _labels("y_true", true)
    sums_to_one = (true.min(axis=1) >= 0) & (abs(true.sum(axis=1) - 1.0) < _ROUNDING)
    if not sums_to_one.all():
        row = int(np.argmin(sums_to_one))
        raise DataError(
            f"y_true of shape {true.shape} must hold one-hot rows, or rows >= 0 that sum to 1; "
            f"row {row} is {true[row].tolist()}{_MULTI_LABEL if several_hot(true) else ''}"
        )
    return np.asarray(true.argmax(axis=1), dtype=np.int64)


def _labels(argument: str, column: NDArray[Any]) -> NDArray[np.int64]:
    numbers = column.reshape(-1).astype(np.float64)
    wrong = (numbers < 0) | (numbers >= _MOST_CLASSES) | (numbers != np.floor(numbers))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"{argument} must hold class labels, integers from 0 to {_MOST_CLASSES - 1}; "
            f"got {numbers[row]:g} in row {row}{_NAMES if (numbers == np.floor(numbers)).all() else ''}"
        )
    return numbers.astype(np.int64)


def _check_range(argument: str, labels: NDArray[np.int64], n_classes: int, other: str) -> None:
    row = int(labels.argmax())
    if labels[row] >= n_classes:
        raise DataError(
            f"{argument} has class {labels[row]} in row {row}; {other} has only classes 0 to {n_classes - 1}"
            + (_COUNT if argument == "y_true" else "")
        )
