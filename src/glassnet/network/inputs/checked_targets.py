"""Targets: checked against the loss and the network's outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from glassnet.errors import DataError, ShapeError
from glassnet.losses import Loss
from glassnet.losses.targets import advice_for_rows, labels_of_groups
from glassnet.network.inputs.meaning import UNNAMED, Meaning
from glassnet.network.inputs.names import named_integers, numbered, text_of
from glassnet.network.inputs.numbers import numeric
from glassnet.support.arrays import Array


def targets(
    name: str,
    values: Any,
    loss: Loss,
    n_samples: int,
    n_outputs: int,
    dtype: DTypeLike,
    meaning: Meaning = UNNAMED,
) -> Array:
    """Targets as the engines take them: (n, n_outputs) values, or integer classes or labels (n, 1).

    Values of which several outputs are read each stand there as often. Of pairs and triplets `n_samples` counts their
    members, and each target stands once for each.

    Text names classes, in the order that `meaning` knows; so do integers that are among the names and count nothing.

    Raises `ShapeError` or `DataError` if they do not fit the samples, the outputs or the loss; the message says what
    would.
    """
    if n_outputs < loss.least_outputs:
        raise ShapeError(
            f"{loss.name} compares classes and needs one output for each; the network has one output. "
            "For two classes use Dense(1, 'sigmoid') with binary_cross_entropy, or Dense(2, 'softmax')"
        )
    if loss.members:
        labels = labels_of_groups(loss, name, values, n_samples // loss.rows_per_sample)
        return np.ascontiguousarray(labels, dtype)
    meaning.check_outputs(name, values, loss)
    text = text_of(name, values)
    if text is None:
        text = named_integers(name, values, loss, n_outputs, meaning.classes)
    if text is not None:
        values = numbered(name, text, loss, n_outputs, meaning.classes)
    array = numeric(name, values, dtype if loss.targets == "values" else np.float64)
    if len(array) != n_samples:
        of_what = name.removeprefix("y")
        raise ShapeError(
            f"X{of_what} has {n_samples} samples and {name} has {len(array)}; they must be equal"
        )
    if loss.targets == "values":
        return np.ascontiguousarray(loss.repeated(_values(name, array, loss, n_outputs)), dtype)
    return np.ascontiguousarray(_integers(name, array, loss, n_outputs), dtype)


def _values(name: str, array: Array, loss: Loss, n_outputs: int) -> Array:
    n_targets = loss.n_targets(n_outputs)
    if array.ndim == 1 and n_targets == 1:
        array = array[:, None]
    if loss.outputs_per_target > 1 and array.shape[1:] != (n_targets,):
        raise ShapeError(
            f"{loss.name} reads {loss.outputs_per_target} of the network's {n_outputs} outputs for each target, so "
            f"{name} must have shape (n_samples, {n_targets}); it has {array.shape}"
        )
    if array.ndim != 2 or array.shape[1] != n_targets:
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
            + (_other_names(name, array, 2) if (low, high) == (0.0, 1.0) and n_outputs == 1 else "")
        )
    loss.refuse_other_targets(name, array)
    return array


def _hint(array: Array, loss: Loss, n_outputs: int) -> str:
    whole = bool((array == np.trunc(array)).all())
    if loss.domain != (0.0, 1.0):
        if array.size == len(array) and n_outputs > 1 and whole:
            return (
                "; for integer classes use softmax with sparse_categorical_cross_entropy, or one_hot of them"
            )
        return ""
    if array.size == len(array) and n_outputs > 1:
        return f"; for integer classes use {loss.for_classes}, or one_hot of them"
    if array.ndim == 2 and n_outputs == 1:
        return "; for one-hot rows use Dense(n_classes, 'softmax') with categorical_cross_entropy"
    return ""


def _range(low: float, high: float) -> str:
    return f">= {low:g}" if high == np.inf else f"from {low:g} to {high:g}"


def _integers(name: str, array: Array, loss: Loss, n_outputs: int) -> Array:
    if array.size != len(array):
        raise ShapeError(
            f"{loss.name} takes one integer per sample, shape (n_samples,); {name} has shape {array.shape}. "
            f"For one-hot rows {advice_for_rows(loss, name)}"
        )
    column = array.reshape(-1, 1)
    wrong = column != np.trunc(column)
    if loss.takes_classes:
        wrong |= (column < 0) | (column >= n_outputs)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        integers = (
            f"integer classes 0 to {n_outputs - 1}, one per output" if loss.takes_classes else "integers"
        )
        raise DataError(
            f"{loss.name} takes {integers}; {name} holds {column[row, 0]:g} in row {row}"
            + (_other_names(name, column, n_outputs) if loss.takes_classes else "")
        )
    if loss.takes_classes:
        return column
    # Labels only say which samples belong together: small ones are exact in every dtype.
    return np.unique(column, return_inverse=True)[1].reshape(-1, 1)


def _other_names(name: str, column: Array, n_classes: int) -> str:
    """What to do with integers that name as many classes as there are, and do not count them from 0 on."""
    classes = np.unique(column)
    if len(classes) != n_classes or (classes != np.trunc(classes)).any():
        return ""
    names = [int(value) for value in classes]
    listed = names if len(names) <= 10 else f"numpy.unique({name}).tolist()"
    return (
        f"; count the classes from 0 on, numpy.unique({name}, return_inverse=True)[1], or name them in the order of "
        f"the outputs, net.metadata['class_names'] = {listed}"
    )


def more_than_one_class(name: str, y: Array, loss: Loss) -> None:
    """Raise `DataError` where several samples are all of one class, or of as many as there are: nothing to learn."""
    if loss.members:
        _more_than_one_kind_of_pair(name, y, loss)
        return
    if len(y) > 1 and names_classes(y, loss) and bool((y == y[0]).all()):
        raise DataError(
            f"{name} holds one class only ({y[0].tolist()} in all {len(y)} samples), so there is nothing to tell apart"
        )
    if loss.targets == "labels" and len(y) > 1 and len(np.unique(y)) == len(y):
        raise DataError(
            f"no two samples of {name} have the same label ({len(y)} labels in {len(y)} samples), and {loss.name} "
            "learns from samples that belong together"
        )


def _more_than_one_kind_of_pair(name: str, y: Array, loss: Loss) -> None:
    if loss.takes_targets and len(y) > loss.rows_per_sample and bool((y == y[0]).all()):
        raise DataError(
            f"{name} is {y[0, 0]:g} for every pair, and {loss.name} learns from pairs of both kinds: where all belong "
            "together, or none does, one place for all samples, or any places far apart, would do"
        )


def names_classes(y: Array, loss: Loss) -> bool:
    """Whether checked targets are classes: integers, a column of 0 and 1, or one-hot rows."""
    if loss.targets != "values":
        return True
    binary = loss.domain == (0.0, 1.0) and bool(((y == 0) | (y == 1)).all())
    return binary and (y.shape[1] == 1 or bool((y.sum(axis=1) == 1).all()))


def classes_of(y: Array) -> NDArray[np.int64]:
    """Integer classes (n,) of integer columns, 0/1 columns or one-hot rows."""
    return (y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0]).astype(np.int64)
