"""Classes: as numbers, with weights, and as decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError, DataError
from glassnet.support import checks
from glassnet.support.arrays import Array, Floats
from glassnet.tables.columns import as_text
from glassnet.tables.target import CLASSES, LABELS, Target

ClassWeight = Mapping[Any, float] | str | None

_DTYPES = {"i": "int64", "u": "int64", "f": "float64", "b": "bool"}
_LEAST = float(np.finfo(np.float64).tiny)


def target_of(classes: Array, y: Array) -> Target:
    """The target of these classes, or of the columns of y.

    Raises `DataError` if there is nothing to tell apart.
    """
    if y.ndim == 2:
        return Target(LABELS, names=tuple(f"label {place}" for place in range(y.shape[1])), is_column=False)
    if len(classes) < 2:
        raise DataError(
            f"y holds one class only ({classes.tolist()[0]!r}, in every row that has a weight), so there is nothing to "
            "tell apart; at least two classes are needed"
        )
    dtype = _DTYPES.get(classes.dtype.kind, "str")
    return Target(
        CLASSES, tuple(classes.tolist() if dtype != "str" else map(as_text, classes.tolist())), dtype
    )


def encoded(y: Array, classes: Array, target: Target) -> Array:
    """Classes counted from 0 on, (n_rows,), or rows of 0 and 1.

    Raises `DataError` for a class, or a number of labels, that is not known.
    """
    if target.task == LABELS:
        if y.ndim != 2 or y.shape[1] != len(classes):
            raise DataError(
                f"y must have shape (n_rows, {len(classes)}), as in the first fit; it has {y.shape}"
            )
        return y.astype(np.float64)
    if y.ndim != 1:
        raise DataError(f"y must hold one class for each row, as in the first fit; it has shape {y.shape}")
    places = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
    unknown = classes[places] != y
    if unknown.any():
        row = int(np.argmax(unknown))
        raise DataError(
            f"y holds the class {y.tolist()[row]!r} in row {row}, which is not among the classes "
            f"{classes.tolist()[:20]}; all classes must be known from the first fit on"
        )
    return places.astype(np.int64)


def check(class_weight: Any) -> None:
    """Raise `ArgumentError` where a weight of classes cannot be one."""
    if class_weight is None or (isinstance(class_weight, str) and class_weight == "balanced"):
        return
    if not isinstance(class_weight, Mapping):
        raise ArgumentError(
            f"class_weight must be a dict of class: weight, or 'balanced'; got {checks.shown(class_weight)}"
        )
    for name, weight in class_weight.items():
        checks.number(f"class_weight of class {name!r}", weight, least=0)


def row_weights(class_weight: ClassWeight, y: Array, classes: Array, weights: Floats | None) -> Floats | None:
    """Weights of rows times those of their classes, 1 for classes that are left out.

    "balanced": inversely proportional to the weight of all rows of a class. The weight of a row of several classes is
    the product of theirs; "balanced", of the weights of being of each class or not.
    """
    if class_weight is None:
        return weights
    own = np.ones(len(y)) if weights is None else weights
    if y.ndim == 1:
        return np.asarray(own * _of_column(class_weight, y, classes, own))
    if isinstance(class_weight, str):
        return np.asarray(
            own * np.prod([_of_column("balanced", column, np.arange(2), own) for column in y.T], axis=0)
        )
    _refuse_unknown(class_weight, classes)
    each = np.array([float(class_weight.get(name, 1.0)) for name in classes.tolist()])
    return np.asarray(own * np.where(y > 0, each, 1.0).prod(axis=1))


def _of_column(class_weight: Mapping[Any, float] | str, y: Array, classes: Array, weights: Floats) -> Floats:
    if isinstance(class_weight, str):
        present, places = np.unique(y, return_inverse=True)
        total = np.bincount(places, weights)
        return np.asarray((weights.sum() / (len(present) * total))[places])
    _refuse_unknown(class_weight, classes)
    each = np.array([float(class_weight.get(name, 1.0)) for name in classes.tolist()])
    return np.asarray(each[np.searchsorted(classes, y)])


def _refuse_unknown(class_weight: Mapping[Any, float], classes: Array) -> None:
    present = classes.tolist()
    unknown = [name for name in class_weight if name not in present]
    if unknown:
        raise DataError(
            f"class_weight names {unknown!r}, which y does not hold; its classes are {present[:20]}"
        )


def decision(probabilities: Floats, target: Target) -> Floats:
    """Log-odds of the second of two classes, or of labels; logarithms of the probabilities of more classes."""
    held = np.maximum(probabilities, _LEAST)
    if target.task == LABELS:
        return np.log(held) - np.log(np.maximum(1 - probabilities, _LEAST))
    if probabilities.shape[1] == 2:
        return np.asarray(np.log(held[:, 1]) - np.log(held[:, 0]))
    return np.log(held)
