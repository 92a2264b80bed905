"""Quantiles, and intervals from what was missed in rows that were held back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.estimators.learning.rows import Rows
from glassnet.support import checks
from glassnet.tables.model import TableModel

Array = NDArray[Any]
Floats = NDArray[np.float64]


def check(quantiles: Any, loss: Any) -> None:
    """Raise `ArgumentError` where quantiles cannot be learned."""
    if quantiles is None:
        return
    levels = checks.sequence("quantiles", quantiles, "(0.1, 0.5, 0.9)")
    for level in levels:
        checks.number("quantiles", level, above=0, below=1)
    if not levels or any(low >= high for low, high in pairwise(levels)):
        raise ArgumentError(
            f"quantiles must be one or more numbers that rise, such as (0.1, 0.5, 0.9); got {levels}"
        )
    if loss is not None:
        raise ArgumentError(
            "quantiles have a loss of their own; leave loss out, or use loss=gn.losses.Quantile(0.9)"
        )


def refuse_without(quantiles: Any) -> None:
    """Raise `ArgumentError` where no quantiles were learned."""
    if quantiles is None:
        raise ArgumentError("this estimator learns no quantiles; make it with quantiles=(0.1, 0.5, 0.9)")


def misses(estimator: Any, held: Sequence[Rows]) -> Floats:
    """How far each prediction for a row that was held back lies from its value, sorted, (n_rows, n_values)."""
    found = []
    for rows, network in zip(held, estimator.networks_, strict=True):
        model = TableModel(estimator.preprocessing_, [network], estimator.target_)
        predicted = np.asarray(model.predict(rows.table))
        found.append(np.abs(rows.y - predicted).reshape(len(predicted), -1))
    return np.sort(np.concatenate(found), axis=0)


def conformal(predicted: Floats, sizes: Floats | None, coverage: float) -> Floats:
    """Predictions less and plus the ceil((n + 1) coverage)-th smallest of n misses."""
    n_rows = 0 if sizes is None else len(sizes)
    rank = math.ceil((n_rows + 1) * coverage - 1e-9)
    if sizes is None or rank > n_rows:
        least = math.ceil(coverage / (1 - coverage) - 1e-9)
        raise ArgumentError(
            f"an interval of coverage {coverage:g} needs at least {least} rows that no network was trained on, and "
            f"{n_rows} were held back; set validation_share, give X_val and y_val, or learn quantiles="
        )
    half = sizes[rank - 1] if predicted.ndim == 2 else sizes[rank - 1, 0]
    return np.stack([predicted - half, predicted + half], axis=-1)
