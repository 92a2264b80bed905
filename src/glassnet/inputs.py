"""The door: data are checked here, before any work is done, and leave as contiguous arrays of one dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.losses import Loss

Array = NDArray[Any]


def numeric(name: str, values: ArrayLike, dtype: DTypeLike) -> Array:
    """`values` as a C-contiguous array of `dtype`: numbers, all finite, at least one sample.

    Raises
    ------
    DataError
        For text, objects, empty data, and entries that are NaN or infinite, with the first one's place.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise DataError(
            f"{name} must hold numbers; its dtype is {array.dtype}. "
            "Encode text as numbers, and make rows equally long"
        )
    if array.ndim == 0:
        raise ShapeError(f"{name} must have one row per sample; got the single number {array!r}")
    if array.size == 0:
        raise DataError(f"{name} is empty (shape {array.shape}); at least one sample is needed")
    with np.errstate(over="ignore"):
        converted = np.ascontiguousarray(array, dtype)
    _must_be_finite(name, array, converted)
    return converted


def _must_be_finite(name: str, given: Array, converted: Array) -> None:
    if np.isfinite(converted).all():
        return
    place = tuple(int(axis[0]) for axis in np.nonzero(~np.isfinite(converted)))
    count = int((~np.isfinite(converted)).sum())
    where = f"row {place[0]}" + (f", column {', '.join(map(str, place[1:]))}" if len(place) > 1 else "")
    value = given[place]
    reason = f"too large for {converted.dtype}" if np.isfinite(value) else "not a finite number"
    raise DataError(
        f"{name} holds {value} at {where}, {reason} ({count} such in all); remove or fill these entries first"
    )


def features(
    name: str, values: ArrayLike, dtype: DTypeLike, input_shape: tuple[int, ...] | None, reader: str
) -> Array:
    """Samples of `input_shape` (any, if None) as checked rows (n_samples, n_features).

    `reader` names the layer that reads them, for the message.
    """
    array = numeric(name, values, dtype)
    if array.ndim == 1:
        raise ShapeError(
            f"{name} must have shape (n_samples, n_features); got {array.shape}. "
            f"One sample: {name}[None, :]; one feature: {name}[:, None]"
        )
    if input_shape is not None and array.shape[1:] != input_shape:
        raise ShapeError(
            f"{reader} was built for {_samples(input_shape)}; {name} has {_samples(array.shape[1:])} "
            f"(shape {array.shape})"
        )
    return array.reshape(len(array), -1)


def _samples(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} features" if len(shape) == 1 else f"samples of shape {shape}"


def targets(
    name: str, values: ArrayLike, loss: Loss, n_samples: int, n_outputs: int, dtype: DTypeLike
) -> Array:
    """Targets as the engines take them: (n, n_outputs) values, or integer classes or labels (n, 1).

    Raises
    ------
    ShapeError, DataError
        If they do not fit the samples, the outputs or the loss; the message says what would.
    """
    array = numeric(name, values, np.float64)
    if len(array) != n_samples:
        raise ShapeError(f"X has {n_samples} samples and {name} has {len(array)}; they must be equal")
    if loss.targets == "values":
        return np.ascontiguousarray(_values(name, array, loss, n_outputs), dtype)
    return np.ascontiguousarray(_integers(name, array, loss, n_outputs), dtype)


def _values(name: str, array: Array, loss: Loss, n_outputs: int) -> Array:
    if array.ndim == 1 and n_outputs == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != n_outputs:
        hint = ""
        if array.size == len(array) and n_outputs > 1 and loss.domain == (0.0, 1.0):
            hint = f"; for integer classes use the loss sparse_categorical_cross_entropy, or one_hot({name})"
        raise ShapeError(
            f"{loss.name} compares with the network's {n_outputs} outputs, so {name} must have shape "
            f"(n_samples, {n_outputs}); it has {array.shape}{hint}"
        )
    low, high = loss.domain
    if array.min() < low or array.max() > high:
        row, column = np.argwhere((array < low) | (array > high))[0]
        raise DataError(
            f"{loss.name} takes targets from {low:g} to {high:g}; "
            f"{name}[{row}, {column}] is {array[row, column]:g}"
        )
    return array


def _integers(name: str, array: Array, loss: Loss, n_outputs: int) -> Array:
    if array.ndim == 2 and array.shape[1] > 1:
        raise ShapeError(
            f"{loss.name} takes one integer per sample, shape (n_samples,); {name} has shape {array.shape}. "
            f"For one-hot rows use categorical_cross_entropy, or pass {name}.argmax(axis=1)"
        )
    column = array.reshape(-1, 1)
    wrong = column != np.trunc(column)
    if loss.takes_classes:
        wrong |= (column < 0) | (column >= n_outputs)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        wanted = f"integer classes 0 to {n_outputs - 1}, one per output" if loss.takes_classes else "integers"
        raise DataError(f"{loss.name} takes {wanted}; {name}[{row}] is {column[row, 0]:g}")
    return column


def more_than_one_class(name: str, y: Array, loss: Loss) -> None:
    """Raise `DataError` where there is only one class to learn."""
    if loss.targets != "values":
        alone = bool((y == y[0]).all())
    elif loss.domain == (0.0, 1.0) and (y.shape[1] == 1 or bool((y.sum(axis=1) == 1).all())):
        alone = len(y) > 1 and bool((y == y[0]).all())
    else:
        alone = False
    if alone:
        raise DataError(
            f"{name} holds one class only ({y[0].tolist()} in all {len(y)} samples), so there is nothing to tell apart"
        )


def shares(
    sample_weight: ArrayLike | None, class_weight: dict[int, float] | str | None, y: Array, dtype: DTypeLike
) -> Array:
    """Weights (n, 1) of the samples, of mean 1: sample weights times class weights.

    `class_weight` maps classes to weights, or is "balanced": inversely proportional to how often a class occurs.
    """
    weights = np.ones(len(y))
    if sample_weight is not None:
        given = numeric("sample_weight", sample_weight, np.float64)
        if given.shape != (len(y),):
            raise ShapeError(f"sample_weight must have shape ({len(y)},), one per sample; got {given.shape}")
        weights *= given
    if class_weight is not None:
        weights *= _class_weights(class_weight, classes_of(y))
    if weights.min() < 0 or weights.sum() == 0:
        raise DataError("weights must be >= 0 and not all 0")
    return np.ascontiguousarray((weights / weights.mean())[:, None], dtype)


def classes_of(y: Array) -> NDArray[np.int64]:
    """Integer classes (n,) of integer columns, 0/1 columns or one-hot rows."""
    return (y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0]).astype(np.int64)


def _class_weights(class_weight: dict[int, float] | str, classes: NDArray[np.int64]) -> Array:
    present, counts = np.unique(classes, return_counts=True)
    if class_weight == "balanced":
        return (len(classes) / (len(present) * counts))[np.searchsorted(present, classes)]
    if not isinstance(class_weight, dict):
        raise ArgumentError(
            f"class_weight must be a dict of class: weight, or 'balanced'; got {class_weight!r}"
        )
    unknown = sorted(set(class_weight) - set(present.tolist()))
    if unknown:
        raise DataError(
            f"class_weight names {unknown}, which y does not hold; its classes are {present.tolist()}"
        )
    return np.array([float(class_weight.get(int(c), 1.0)) for c in classes])
