"""Arrays of numbers: checked, and contiguous in one dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from glassnet.errors import DataError, ShapeError
from glassnet.layers import Layer
from glassnet.network.inputs.meaning import UNNAMED, Meaning, columns_of
from glassnet.network.inputs.precision import must_stay_different
from glassnet.support import checks
from glassnet.support.arrays import Array


def numeric(name: str, values: ArrayLike, dtype: DTypeLike) -> Array:
    """`values` as a C-contiguous, aligned array of `dtype`: numbers, all finite, at least one sample.

    Raises `DataError` for text, objects, dates, masked and empty data, for entries that are NaN or infinite, with
    the first one's place, and for a column whose values `dtype` does not tell apart.
    """
    array = checks.real(name, values)
    if array.ndim == 0:
        raise ShapeError(f"{name} must have one row per sample; got the single number {array}")
    if array.size == 0:
        raise DataError(f"{name} is empty (shape {array.shape}); at least one sample is needed")
    with np.errstate(over="ignore"):
        converted = np.require(array, dtype, ["C_CONTIGUOUS", "ALIGNED"])
    labels = columns_of(values) or None
    _must_be_finite(name, array, converted, labels)
    must_stay_different(name, array, converted, labels)
    return converted


def _must_be_finite(name: str, numbers: Array, converted: Array, labels: Sequence[Any] | None) -> None:
    if np.isfinite(converted).all():
        return
    place = tuple(int(axis[0]) for axis in np.nonzero(~np.isfinite(converted)))
    count = int((~np.isfinite(converted)).sum())
    where = f"row {place[0]}" + (f", column {', '.join(map(str, place[1:]))}" if len(place) > 1 else "")
    where += f" ({labels[place[1]]!r})" if labels is not None and len(place) == 2 else ""
    reason, cure = "not a finite number", "remove or fill"
    if np.isfinite(numbers[place]):
        reason, cure = f"too large for {converted.dtype}", "scale, or use a network of dtype float64, for"
    raise DataError(
        f"{name} holds {numbers[place]} at {where}, {reason} ({count} such in all); {cure} these entries"
    )


def features(
    name: str,
    values: ArrayLike,
    dtype: DTypeLike,
    input_shape: tuple[int, ...] | None,
    reader: object,
    meaning: Meaning = UNNAMED,
) -> Array:
    """Samples of `input_shape` (any, if None) as checked rows (n_samples, n_features).

    `reader` is the layer that reads them, for the message; columns of a table must be those that `meaning` knows.
    """
    meaning.check_features(name, values)
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
    if (
        isinstance(reader, Layer) and reader.reads_data
    ):  # as they were given: float32 rounds 1048575.01 to an integer
        reader.check_samples(name, checks.real(name, values).reshape(len(array), -1))
    return array.reshape(len(array), -1)


def _samples(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} features" if len(shape) == 1 else f"samples of shape {shape}"
