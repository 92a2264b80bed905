"""Does a narrower dtype still tell the values of a column apart?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError

Array = NDArray[Any]

# So many rows, drawn at random, show which columns are worth counting in full: where fewer than half of some thousand
# values stay different, two of these rows meet.
_DRAWN = 512


def must_stay_different(name: str, given: Array, converted: Array, labels: Sequence[Any] | None) -> None:
    """Raise `DataError` where fewer than half of a column's different values survive, or all become one."""
    if len(given) < 2 or not _narrows(given.dtype, converted.dtype):
        return
    before, after = given.reshape(len(given), -1), converted.reshape(len(given), -1)
    rows: Any = slice(None)
    if len(given) > _DRAWN:
        rows = np.random.default_rng(0).integers(len(given), size=_DRAWN)
    for column in _meeting(before[rows], after[rows]):
        n_before, n_after = (len(np.unique(part[:, column])) for part in (before, after))
        if 2 * n_after < n_before or n_after == 1 < n_before:
            raise DataError(_message(name, given, converted.dtype, column, labels, n_before, n_after))


def _narrows(given: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    """Whether `wanted` cannot hold every value of `given`; NumPy itself counts int64 to float64 as safe."""
    if given.kind in "iu":
        return given.itemsize * 8 > np.finfo(wanted).nmant + 1
    return given.kind == "f" and given.itemsize > wanted.itemsize


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
    given: Array,
    dtype: np.dtype[Any],
    column: int,
    labels: Sequence[Any] | None,
    before: int,
    after: int,
) -> str:
    where = "" if given.ndim == 1 else f" in column {column}"
    where += f" ({labels[column]!r})" if labels is not None and given.ndim == 2 else ""
    wider = "use a network of dtype='float64', or " if dtype == np.float32 else ""
    return (
        f"{name} holds {before:,} different values{where}, and {dtype} tells only {after:,} of them apart; {wider}"
        "subtract what they have in common and scale them first, as Standardizer does"
    )
