"""Does a narrower dtype still tell the values of a column apart?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError
from glassnet.support.arrays import Array

# So many rows, drawn at random, show which columns are worth counting in full: where fewer than half of some thousand
# values stay different, two of these rows meet.
_DRAWN = 512


def must_stay_different(name: str, numbers: Array, converted: Array, labels: Sequence[Any] | None) -> None:
    """Raise `DataError` where fewer than half of a column's different values survive, or all become one."""
    if len(numbers) < 2 or not _narrows(numbers.dtype, converted.dtype):
        return
    before, after = numbers.reshape(len(numbers), -1), converted.reshape(len(numbers), -1)
    rows: Any = slice(None)
    if len(numbers) > _DRAWN:
        rows = np.random.default_rng(0).integers(len(numbers), size=_DRAWN)
    for column in _meeting(before[rows], after[rows]):
        n_before, n_after = (len(np.unique(part[:, column])) for part in (before, after))
        if 2 * n_after < n_before or n_after == 1 < n_before:
            raise DataError(_message(name, numbers, converted.dtype, column, labels, n_before, n_after))


def _narrows(of: np.dtype[Any], to: np.dtype[Any]) -> bool:
    """Whether `to` cannot hold every value of `of`; NumPy itself counts int64 to float64 as safe."""
    if of.kind in "iu":
        return of.itemsize * 8 > np.finfo(to).nmant + 1
    return of.kind == "f" and of.itemsize > to.itemsize


def _meeting(before: Array, after: Array) -> NDArray[np.int64]:
    """The columns in which different values of these rows become equal."""
    changed = np.arange(before.shape[1])
    if before.dtype.kind == "f":
        changed = np.flatnonzero((before != after).any(axis=0))
        before, after = before[:, changed], after[:, changed]
    return np.asarray(changed[_different(after) < _different(before)])


def _different(columns: Array) -> NDArray[np.int64]:
    """How many different values each column holds."""
    ordered = np.sort(columns, axis=0)
    return np.asarray((ordered[1:] != ordered[:-1]).sum(axis=0) + 1)


def _message(
    name: str,
    numbers: Array,
    dtype: np.dtype[Any],
    column: int,
    labels: Sequence[Any] | None,
    before: int,
    after: int,
) -> str:
    where = "" if numbers.ndim == 1 else f" in column {column}"
    where += f" ({labels[column]!r})" if labels is not None and numbers.ndim == 2 else ""
    wider = "use a network of dtype='float64', or " if dtype == np.float32 else ""
    return (
        f"{name} holds {before:,} different values{where}, and {dtype} tells only {after:,} of them apart; {wider}"
        "subtract what they have in common and scale them first, as Standardizer does"
    )
