"""The door: data are checked here, before any work is done, and leave as contiguous arrays of one dtype."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from glassnet import checks
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.losses import Loss

Array = NDArray[Any]


def numeric(name: str, values: ArrayLike, dtype: DTypeLike) -> Array:
    """`values` as a C-contiguous, aligned array of `dtype`: numbers, all finite, at least one sample.

    Raises
    ------
    DataError
        For text, objects, empty data, and entries that are NaN or infinite, with the first one's place.
    """
    array = _array(name, values)
    if array.dtype.kind not in "fiub":
        raise DataError(
            f"{name} must hold real numbers; its dtype is {array.dtype}; "
            f"{_ADVICE.get(array.dtype.kind, 'encode text as numbers, fill missing entries, and convert to float')}"
        )
    if array.ndim == 0:
        raise ShapeError(f"{name} must have one row per sample; got the single number {array}")
    if array.size == 0:
        raise DataError(f"{name} is empty (shape {array.shape}); at least one sample is needed")
    with np.errstate(over="ignore"):
        converted = np.require(array, dtype, ["C_CONTIGUOUS", "ALIGNED"])
    _must_be_finite(name, array, converted, getattr(values, "columns", None))
    return converted


_ADVICE = {
    "c": "give real and imaginary parts as features of their own",
    "M": "give times as numbers, such as days since a date",
    "m": "give durations as numbers, such as seconds",
}


def _array(name: str, values: ArrayLike | None) -> Array:
    if values is None:
        raise ArgumentError(f"{name} is missing; it must be an array of numbers with one row per sample")
    if hasattr(values, "toarray"):
        raise DataError(f"{name} is a sparse matrix ({type(values).__name__}); pass its .toarray()")
    if np.ma.is_masked(values):
        raise DataError(f"{name} has masked entries; fill or remove them first")
    try:
        return np.asarray(values)
    except ValueError:
        raise DataError(f"{name} must have rows of equal length that hold numbers; its rows differ") from None


def _must_be_finite(name: str, given: Array, converted: Array, labels: Sequence[Any] | None) -> None:
    if np.isfinite(converted).all():
        return
    place = tuple(int(axis[0]) for axis in np.nonzero(~np.isfinite(converted)))
    count = int((~np.isfinite(converted)).sum())
    where = f"row {place[0]}" + (f", column {', '.join(map(str, place[1:]))}" if len(place) > 1 else "")
    where += f" ({labels[place[1]]!r})" if labels is not None and len(place) == 2 else ""
    reason, cure = "not a finite number", "remove or fill"
    if np.isfinite(given[place]):
        reason, cure = f"too large for {converted.dtype}", "scale, or use a network of dtype float64, for"
    raise DataError(
        f"{name} holds {given[place]} at {where}, {reason} ({count} such in all); {cure} these entries"
    )


def features(
    name: str, values: ArrayLike, dtype: DTypeLike, input_shape: tuple[int, ...] | None, reader: object
) -> Array:
    """Samples of `input_shape` (any, if None) as checked rows (n_samples, n_features).

    `reader` is the layer that reads them, for the message.
    """
    array = numeric(name, values, dtype)
    if array.ndim == 1:
        raise ShapeError(
            f"{name} must have shape (n_samples, n_features); got {array.shape}. "
            "Reshape one sample to (1, n_features), one feature to (n_samples, 1)"
        )
    if input_shape is not None and array.shape[1:] != input_shape:
        both_flat = len(input_shape) == 1 == array.ndim - 1
        raise ShapeError(
            f"layer 0 ({reader!r}) was built for {_samples(input_shape)}; {name} has "
            f"{array.shape[1] if both_flat else _samples(array.shape[1:])} (shape {array.shape})"
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
    if n_outputs < loss.least_outputs:
        raise ShapeError(
            f"{loss.name} compares classes and needs one output for each; the network has one output. "
            "For two classes use Dense(1, 'sigmoid') with binary_cross_entropy, or Dense(2, 'softmax')"
        )
    array = numeric(name, values, dtype if loss.targets == "values" else np.float64)
    if len(array) != n_samples:
        of_what = name.removeprefix("y")
        raise ShapeError(
            f"X{of_what} has {n_samples} samples and {name} has {len(array)}; they must be equal"
        )
    if loss.targets == "values":
        return np.ascontiguousarray(_values(name, array, loss, n_outputs), dtype)
    return np.ascontiguousarray(_integers(name, array, loss, n_outputs), dtype)


def _values(name: str, array: Array, loss: Loss, n_outputs: int) -> Array:
    if array.ndim == 1 and n_outputs == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != n_outputs:
        raise ShapeError(
            f"{loss.name} compares with the network's {n_outputs} output{'s' * (n_outputs > 1)}, so {name} must "
            f"have shape (n_samples, {n_outputs}); it has {array.shape}{_hint(array, loss, n_outputs)}"
        )
    low, high = loss.domain
    if array.min() < low or array.max() > high:
        row, column = np.argwhere((array < low) | (array > high))[0]
        raise DataError(
            f"{loss.name} takes targets {_range(low, high)}; "
            f"{name} holds {array[row, column]:g} in row {row}, column {column}"
        )
    return array


def _hint(array: Array, loss: Loss, n_outputs: int) -> str:
    if loss.domain != (0.0, 1.0):
        return ""
    if array.size == len(array) and n_outputs > 1:
        return "; for integer classes use sparse_categorical_cross_entropy, or one_hot of them"
    if array.ndim == 2 and n_outputs == 1:
        return "; for one-hot rows use Dense(n_classes, 'softmax') with categorical_cross_entropy"
    return ""


def _range(low: float, high: float) -> str:
    return f">= {low:g}" if high == np.inf else f"from {low:g} to {high:g}"


def _integers(name: str, array: Array, loss: Loss, n_outputs: int) -> Array:
    if array.size != len(array):
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
        raise DataError(f"{loss.name} takes {wanted}; {name} holds {column[row, 0]:g} in row {row}")
    if loss.takes_classes:
        return column
    # Labels only say which samples belong together: small ones are exact in every dtype.
    return np.unique(column, return_inverse=True)[1].reshape(-1, 1)


def more_than_one_class(name: str, y: Array, loss: Loss) -> None:
    """Raise `DataError` where several samples are all of one class, so that there is nothing to learn."""
    if len(y) > 1 and names_classes(y, loss) and bool((y == y[0]).all()):
        raise DataError(
            f"{name} holds one class only ({y[0].tolist()} in all {len(y)} samples), so there is nothing to tell apart"
        )


def names_classes(y: Array, loss: Loss) -> bool:
    """Whether checked targets are classes: integers, a column of 0 and 1, or one-hot rows."""
    if loss.targets != "values":
        return True
    binary = loss.domain == (0.0, 1.0) and bool(((y == 0) | (y == 1)).all())
    return binary and (y.shape[1] == 1 or bool((y.sum(axis=1) == 1).all()))


def sample_weights(sample_weight: ArrayLike | None, n_samples: int) -> Array:
    """Checked weights (n,) of the samples, float64 >= 0; all 1 where none are given."""
    if sample_weight is None:
        return np.ones(n_samples)
    weights = numeric("sample_weight", sample_weight, np.float64)
    if weights.shape != (n_samples,):
        raise ShapeError(
            f"sample_weight must have shape ({n_samples},), one weight per sample; it has shape {weights.shape}"
        )
    if weights.min() < 0:
        row = int(np.flatnonzero(weights < 0)[0])
        raise DataError(f"sample_weight must be >= 0; it holds {weights[row]:g} in row {row}")
    return weights


def shares(
    weights: Array, class_weight: Mapping[Any, float] | str | None, y: Array, loss: Loss, dtype: DTypeLike
) -> Array:
    """Weights (n, 1) of the samples, of mean 1: sample weights times class weights.

    `class_weight` maps classes to weights, or is "balanced": inversely proportional to how often a class occurs.
    """
    if class_weight is not None:
        if not names_classes(y, loss):
            raise ArgumentError(
                f"class_weight needs classes, and {loss.name} was given values that are none; use sample_weight"
            )
        weights = weights * _class_weights(class_weight, classes_of(y))
    if weights.sum() == 0:
        raise DataError("all weights of the samples to train on are 0, so there is nothing to learn from")
    return np.ascontiguousarray((weights / weights.mean())[:, None], dtype)


def classes_of(y: Array) -> NDArray[np.int64]:
    """Integer classes (n,) of integer columns, 0/1 columns or one-hot rows."""
    return (y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0]).astype(np.int64)


def _class_weights(class_weight: Mapping[Any, float] | str, classes: NDArray[np.int64]) -> Array:
    present, counts = np.unique(classes, return_counts=True)
    if class_weight == "balanced":
        return (len(classes) / (len(present) * counts))[np.searchsorted(present, classes)]
    if not isinstance(class_weight, Mapping):
        raise ArgumentError(
            f"class_weight must be a dict of class: weight, or 'balanced'; got {class_weight!r}"
        )
    unknown = sorted(set(class_weight) - set(present.tolist()), key=repr)
    if unknown:
        raise DataError(
            f"class_weight names {unknown}, which y does not hold; its classes are {present.tolist()}"
        )
    for name, weight in class_weight.items():
        checks.number(f"class_weight of class {name}", weight, least=0)
    return np.array([float(class_weight.get(int(c), 1.0)) for c in classes])
