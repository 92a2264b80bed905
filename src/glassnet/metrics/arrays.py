"""Targets and predictions as checked arrays, row beside row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import DataError, ShapeError
from glassnet.metrics.class_names import is_text
from glassnet.support import checks


def of_one_shape(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both as arrays in which row stands beside row: a single column ``(n, 1)`` becomes ``(n,)``.

    So a function that subtracts or compares them never compares every target with every prediction.
    """
    true, predicted = checks.array("y_true", y_true), checks.array("y_pred", y_pred)
    beside = true.shape[:1] == predicted.shape[:1]
    return (_flat(true), _flat(predicted)) if beside else (true, predicted)


def _flat(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(-1) if array.ndim == 2 and array.shape[1] == 1 else array


def values(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Targets and predictions of a regression as two float64 arrays ``(n, n_outputs)``.

    Raises `ShapeError` if they differ in rows or outputs; ``(n,)`` and ``(n, 1)`` mean the same; `DataError` if
    something is empty or not finite.
    """
    true, predicted = beside(y_true, y_pred)
    if true.shape != predicted.shape:
        raise ShapeError(
            f"y_true and y_pred must have the same outputs; got shapes {true.shape} and {predicted.shape}"
        )
    return true, predicted


def beside(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both as float64 arrays of two axes with the same number of rows; the columns may differ."""
    true, predicted = (array.reshape(len(array), -1).astype(np.float64) for array in matched(y_true, y_pred))
    return true, predicted


def weights(sample_weight: ArrayLike | None, n_samples: int) -> NDArray[np.float64]:
    """One weight per sample, float64 of shape ``(n,)``; all 1 where none are given.

    Raises `ShapeError` if there is not exactly one weight per sample; `DataError` if a weight is negative or not
    finite, or all are 0.
    """
    if sample_weight is None:
        return np.ones(n_samples)
    weight = checked("sample_weight", sample_weight).astype(np.float64)
    if weight.shape != (n_samples,):
        raise ShapeError(
            f"sample_weight must have shape ({n_samples},), one weight per sample; got shape {weight.shape}"
        )
    if weight.min() < 0.0 or weight.max() == 0.0:
        raise DataError("sample_weight must be >= 0, and above 0 for at least one sample")
    return weight


def matched(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both as checked arrays with one or two axes and the same number of rows."""
    true, predicted = checked("y_true", y_true), checked("y_pred", y_pred)
    if len(true) != len(predicted):
        raise ShapeError(
            f"y_true and y_pred must have the same number of rows; "
            f"got shapes {true.shape} and {predicted.shape}"
        )
    return true, predicted


def checked(argument: str, value: ArrayLike) -> NDArray[Any]:
    """Finite numbers on one axis or two, at least one."""
    array = checks.array(argument, value)
    if array.ndim not in (1, 2):
        raise ShapeError(f"{argument} must have one or two axes; got shape {array.shape}")
    if array.size == 0:
        raise DataError(f"{argument} is empty (shape {array.shape}); at least one sample is needed")
    if array.dtype.kind not in "biuf":
        hint = (
            "; names of classes are taken by accuracy, balanced_accuracy, precision, recall, f1, f_beta and "
            "confusion_matrix"
        )
        raise DataError(
            f"{argument} must hold numbers; got dtype {array.dtype}{hint if is_text(array) else ''}"
        )
    if not np.isfinite(array).all():
        position = ", ".join(map(str, np.argwhere(~np.isfinite(array))[0]))
        raise DataError(f"{argument} must be finite; it is not at index ({position})")
    return array
