"""Weights of samples and of classes: only their ratios matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.losses import Loss
from glassnet.network.inputs.checked_targets import classes_of, names_classes
from glassnet.network.inputs.meaning import UNNAMED, Meaning
from glassnet.network.inputs.names import are_names
from glassnet.network.inputs.numbers import numeric
from glassnet.support import checks
from glassnet.support.arrays import Array

ClassWeight = Mapping[Any, float] | str | None


def sample_weights(sample_weight: ArrayLike | None, n_samples: int, name: str = "sample_weight") -> Array:
    """Checked weights (n,) of the samples, float64 >= 0; all 1 where none are given."""
    if sample_weight is None:
        return np.ones(n_samples)
    weights = numeric(name, sample_weight, np.float64)
    if weights.shape != (n_samples,):
        raise ShapeError(
            f"{name} must have shape ({n_samples},), one weight per sample; it has shape {weights.shape}"
        )
    if weights.min() < 0:
        row = int(np.flatnonzero(weights < 0)[0])
        raise DataError(f"{name} must be >= 0; it holds {weights[row]:g} in row {row}")
    return weights


def relative(weights: Array, mean: float | None = None, purpose: str = "to train on") -> Array:
    """Weights of samples divided by their mean, or by that of all samples where these are a part of them."""
    with np.errstate(over="ignore"):
        mean = float(weights.mean()) if mean is None else mean
    if mean == 0:
        raise DataError(f"all weights of the samples {purpose} are 0, so there is nothing to learn from")
    if not np.isfinite(mean):
        raise DataError(
            "weights of samples are so large that their sum is infinite; only ratios matter: divide them"
        )
    return np.asarray(weights / mean)


def refuse_weights_of_pairs(loss: Loss, weights: object) -> None:
    """Raise `ArgumentError` for weights beside a loss that is a mean over pairs or triplets."""
    if loss.targets == "labels" and not loss.members and weights is not None:
        raise ArgumentError(
            f"{loss.name} is a mean over pairs or triplets, so it takes no weights of samples"
        )


def shares(
    weights: Array,
    class_weight: ClassWeight,
    y: Array,
    loss: Loss,
    dtype: DTypeLike,
    meaning: Meaning = UNNAMED,
    n_known: int = 0,
) -> Array:
    """Weights (n, 1) of the samples, of mean 1: sample weights times class weights.

    `class_weight` maps classes, or their names, to weights, or is "balanced": inversely proportional to how often a
    class occurs. The weight of a sample of several classes is the product of theirs; "balanced", it is the product
    over all classes of the weights of being of that class or not. A class must occur in y to be given a weight, unless
    it is one of the first `n_known`.
    """
    if class_weight is not None:
        with np.errstate(over="ignore"):  # too large a product is refused below
            weights = weights * _of_classes(class_weight, y, loss, meaning, n_known)
    return np.ascontiguousarray(relative(weights)[:, None], dtype)


def _of_classes(class_weight: ClassWeight, y: Array, loss: Loss, meaning: Meaning, n_known: int) -> Array:
    if loss.members:
        raise ArgumentError(f"class_weight needs classes, and {loss.name} is given none; use sample_weight")
    if not (meaning.multi_label or names_classes(y, loss)):
        raise ArgumentError(
            f"class_weight needs classes, and {loss.name} was given values that are none; use sample_weight"
        )
    if not isinstance(class_weight, Mapping) and not (
        isinstance(class_weight, str) and class_weight == "balanced"
    ):
        raise ArgumentError(
            f"class_weight must be a dict of class: weight, or 'balanced'; got {checks.shown(class_weight)}"
        )
    if meaning.multi_label:
        present = np.flatnonzero(y.any(axis=0))
        if not isinstance(class_weight, Mapping):
            return np.asarray(np.prod([_balanced(column.astype(np.int64)) for column in y.T], axis=0))
        by_class = _by_class(class_weight, np.union1d(present, np.arange(n_known)), meaning)
        return np.asarray(np.where(y > 0, by_class(np.arange(y.shape[1])), 1.0).prod(axis=1))
    classes = classes_of(y)
    if not isinstance(class_weight, Mapping):
        return _balanced(classes)
    return _by_class(class_weight, np.union1d(np.unique(classes), np.arange(n_known)), meaning)(classes)


def _balanced(classes: NDArray[np.int64]) -> Array:
    present, counts = np.unique(classes, return_counts=True)
    return np.asarray((len(classes) / (len(present) * counts))[np.searchsorted(present, classes)])


def _by_class(
    class_weight: Mapping[Any, float], present: NDArray[np.int64], meaning: Meaning
) -> Callable[[NDArray[np.int64]], Array]:
    """A function that gives the weights of classes, 1 where none is given."""
    numbers = {str(name): index for index, name in enumerate(meaning.classes)}
    whole = [int(key) for key in class_weight if isinstance(key, Integral) and not isinstance(key, bool)]
    by_name = are_names("class_weight", whole, meaning.classes, int(present.max()) + 1)
    weights = {
        numbers.get(str(name), name) if isinstance(name, str) or by_name else name: w
        for name, w in class_weight.items()
    }
    unknown = sorted(set(weights) - set(present.tolist()), key=repr)
    if unknown:
        called = [meaning.classes[c] for c in present] if meaning.classes else present.tolist()
        raise DataError(f"class_weight names {unknown}, which y does not hold; its classes are {called}")
    for name, weight in weights.items():
        checks.number(f"class_weight of class {name}", weight, least=0)
    return lambda classes: np.array([float(weights.get(c, 1.0)) for c in classes.tolist()])
