"""Quantiles, what was missed in rows that were held back, and limits of what is predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.estimators.learning.rows import Rows
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.tables.target import Target


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


def misses(estimator: Any, held: Sequence[tuple[Network, Rows]]) -> Floats:
    """How far each prediction for a row that was held back lies from its value, (n_rows, n_values)."""
    distances = []
    for network, rows in held:
        model = estimator._model([network])
        predicted = np.asarray(model.predict(rows.table))
        distances.append(np.abs(rows.y - predicted).reshape(len(predicted), -1))
    return np.concatenate(distances)


def within(target: Target, y: Floats) -> Target:
    """The target with predictions held between the smallest and the largest of these values."""
    columns = y.reshape(len(y), -1)
    low, high = columns.min(axis=0), columns.max(axis=0)
    return replace(target, low=tuple(low.tolist()), high=tuple(high.tolist()))
