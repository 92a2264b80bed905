"""Classes by name, as text, on both sides of a metric."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import DataError, ShapeError
from glassnet.support import checks

COUNTED = "numpy.unique({}, return_inverse=True)[1]"


class Named(NamedTuple):
    """True and predicted places ``(n,)`` in `names`, which are in sorted order."""

    true: NDArray[np.int64]
    predicted: NDArray[np.int64]
    names: tuple[Any, ...]


def named(y_true: ArrayLike, y_pred: ArrayLike) -> Named | None:
    """The classes, where both sides name them; None where they are numbered, or shares.

    Raises `DataError` if one side holds text, and the other does not; `ShapeError` if there is not one name for
    each sample on both sides.
    """
    true, predicted = _plain(checks.array("y_true", y_true)), _plain(checks.array("y_pred", y_pred))
    texts = is_text(true), is_text(predicted)
    if not any(texts):
        return None
    if not all(texts):
        raise DataError(_mixed(true, predicted))
    for argument, array in (("y_true", true), ("y_pred", predicted)):
        if array.size != len(array):
            raise ShapeError(f"{argument} must hold one name for each sample; it has shape {array.shape}")
    if true.size != predicted.size or not true.size:
        raise ShapeError(
            f"y_true and y_pred must have the same number of rows, at least one; got {true.size} and {predicted.size}"
        )
    names, places = np.unique(np.concatenate([true.ravel(), predicted.ravel()]), return_inverse=True)
    return Named(places[: true.size], places[true.size :], tuple(names.tolist()))


def is_text(array: NDArray[Any]) -> bool:
    """Whether an array holds text."""
    return array.dtype.kind in "UST" or (
        array.dtype.kind == "O" and array.size > 0 and all(isinstance(entry, str) for entry in array.flat)
    )


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    """Text of every kind as NumPy's own, with one axis at least."""
    if is_text(array):
        array = (
            np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array.astype(np.str_)
        )
    return np.atleast_1d(array)


def _mixed(true: NDArray[Any], predicted: NDArray[Any]) -> str:
    text, other = ("y_true", "y_pred") if is_text(true) else ("y_pred", "y_true")
    shape = (predicted if other == "y_pred" else true).shape
    named_by = "net.predict_class_names(X)" if other == "y_pred" else "their names"
    return (
        f"{text} holds names of classes, and {other} numbers (shape {shape}), whose names are not known here; give "
        f"names on both sides, {named_by} for {other}, or numbers on both, {COUNTED.format(text)} for {text} (in "
        "sorted order, where every class occurs)"
    )
