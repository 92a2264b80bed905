"""Weights of samples and of classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from glassnet import checks
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.inputs.checked_targets import classes_of, names_classes
from glassnet.inputs.numbers import numeric
from glassnet.losses import Loss

Array = NDArray[Any]


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
