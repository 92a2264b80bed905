"""Targets as a loss compares them: classes as rows, labels as a column, and what to do with those that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from glassnet.errors import DataError, ShapeError
from glassnet.support import checks
from glassnet.support.arrays import Array

if TYPE_CHECKING:
    from glassnet.losses.base import Loss


def one_hot_rows(loss: Loss, y: Array, p: Array) -> Array:
    """Integer classes (n,) or (n, 1) as rows of zeros and a one, of the predictions' shape."""
    classes = label_column(loss, y, p)[:, 0]
    if classes.min() < 0 or classes.max() >= p.shape[1]:
        wrong = int(np.flatnonzero((classes < 0) | (classes >= p.shape[1]))[0])
        raise DataError(
            f"{loss.name} takes classes 0 to {p.shape[1] - 1}, as many as the predictions have columns; "
            f"y_true[{wrong}] is {int(classes[wrong])}"
        )
    encoded = np.zeros(p.shape, p.dtype)
    encoded[np.arange(len(p)), classes] = 1
    return encoded


def weighted_quantile(y: Array, level: float, weights: Array | None = None) -> float:
    """The first of the values (n,) up to which this share of the weights lies."""
    order = np.argsort(y)
    below = np.cumsum(np.ones(len(y)) if weights is None else weights[order])
    return float(y[order[np.searchsorted(below, level * below[-1])]])


def label_column(loss: Loss, y: Array, p: Array) -> Array:
    """Integer labels (n,) or (n, 1) as a column, for predictions of shape (n, anything)."""
    if p.ndim != 2:
        raise ShapeError(
            f"{loss.name} needs predictions of shape (n_samples, n_outputs); y_pred has shape {p.shape}"
        )
    if y.ndim == 2 and y.shape[1] > 1:
        raise ShapeError(
            f"{loss.name} takes one integer per sample, shape (n_samples,); y_true has shape {y.shape}; "
            f"for one-hot rows {advice_for_rows(loss, 'y_true')}"
        )
    if y.size != len(p):
        raise ShapeError(f"{loss.name} needs one target per prediction: y_true has {y.size}, y_pred {len(p)}")
    column = y.reshape(-1, 1)
    if not np.issubdtype(column.dtype, np.integer):
        if column.dtype.kind not in "fb" or not np.array_equal(column, np.trunc(column)):
            raise DataError(f"{loss.name} takes integers; y_true has dtype {y.dtype} and holds other values")
        column = column.astype(np.int64)
    return column


def labels_of_groups(loss: Loss, name: str, values: ArrayLike | None, n_samples: int) -> Array:
    """Targets (n_samples,) of pairs as a column, once for each member; zeros where there are none, as of triplets.

    Raises `ShapeError` or `DataError` if there is not one of the loss's numbers for each sample, or there are
    targets, and it takes none.
    """
    k, kind = loss.rows_per_sample, {2: "pair", 3: "triplet"}[loss.rows_per_sample]
    if not loss.takes_targets:
        if values is not None:
            raise DataError(
                f"{loss.name} compares {', '.join(loss.members)} and takes no targets; {name} must be None"
            )
        return np.zeros((k * n_samples, 1))
    allowed = " or ".join(f"{value:g}" for value in loss.only_targets)
    if values is None:
        raise DataError(f"{loss.name} takes {allowed} for each {kind}; {name} is missing")
    column = checks.real(name, values)
    if column.size != n_samples or len(column) != n_samples:
        raise ShapeError(
            f"{loss.name} takes {allowed} for each {kind}, shape ({n_samples},); {name} has shape {column.shape}"
        )
    loss.refuse_other_targets(name, column)
    return np.repeat(column.reshape(-1, 1), k, axis=0)


def advice_for_rows(loss: Loss, y: str) -> str:
    """What to do with one-hot rows where integers are wanted; `y` is what they are called."""
    argmax = f"pass {y}.argmax(axis=1)"
    return f"use {loss.for_rows}, or {argmax}" if loss.for_rows else argmax


def advice_for_shapes(loss: Loss, y: Array, p: Array) -> str:
    """What to do with targets y of another shape than the predictions p; empty where one cannot tell."""
    if y.size == p.size:
        return f"; reshape y_true to {p.shape}: broadcasting would compare every pair"
    if p.ndim == 2 and y.size == len(p) and p.shape[1] > 1:
        return f"; for integer classes use {loss.for_classes}, or one-hot rows"
    return ""
