"""Intervals around predictions: from quantiles, or from how far rows that were held back were missed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.tables.target import COUNTS, VALUES, Target


def checked_misses(misses: Any, target: Target) -> Floats:
    """Sizes of errors (n_rows, n_values), sorted along the rows.

    Raises `ArgumentError`, `ShapeError` or `DataError` if the target has no values, another number of them, or
    sizes are negative or not finite.
    """
    if target.task not in (VALUES, COUNTS):
        raise ArgumentError(f"misses are of values or counts, and the target is of {target.task}")
    sizes = np.asarray(checks.real("misses", misses), np.float64)
    sizes = sizes[:, None] if sizes.ndim == 1 else sizes
    if sizes.ndim != 2 or sizes.shape[1] != len(target.center):
        raise ShapeError(f"misses must have shape (n_rows, {len(target.center)}); got {sizes.shape}")
    if not np.isfinite(sizes).all() or (sizes < 0).any():
        raise DataError("misses must be sizes of errors, finite and >= 0")
    return np.sort(sizes, axis=0)


def half_width(target: Target, misses: Floats | None, coverage: float) -> Floats:
    """The ceil((n + 1) coverage)-th smallest of n misses, one for each value.

    Raises `ArgumentError` if there are none, or too few.
    """
    if target.task not in (VALUES, COUNTS):
        raise ArgumentError(f"a target of {target.task} has no intervals")
    n_rows = 0 if misses is None else len(misses)
    rank = math.ceil((n_rows + 1) * coverage - 1e-9)
    if misses is None or rank > n_rows:
        least = math.ceil(coverage / (1 - coverage) - 1e-9)
        raise ArgumentError(
            f"an interval of coverage {coverage:g} needs the misses of at least {least} rows that no network was "
            f"trained on; this model has those of {n_rows}"
        )
    return np.asarray(misses[rank - 1])


def level_at(target: Target, level_asked: float) -> int:
    """The place of a quantile among the levels of a target.

    Raises `ArgumentError` if it is not there.
    """
    for place, level in enumerate(target.levels):
        if abs(level - level_asked) < 1e-9:
            return place
    raise ArgumentError(
        f"this interval needs the quantile {level_asked:.6g}; the model knows "
        f"{', '.join(f'{level:g}' for level in target.levels)}"
    )
