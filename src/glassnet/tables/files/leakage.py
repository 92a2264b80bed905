"""What makes a test too easy: columns that give the target away, and rows that stand in both parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars

    from glassnet.tables.files.splitting import Split

_MOST_ROWS = 50_000  # that are looked at
_FEWEST_ROWS = 40
GIVEN_AWAY = 0.99  # share of the errors that one column takes away, from which on it gives the target away
_NEARLY = 0.9  # and from which on it is worth a look
_KNOWN_BEFORE = 0.02  # share of errors below which a guess is as good


@dataclass(frozen=True)
class Suspect:
    """A column that tells the target alone, or nearly.

    Attributes
    ----------
    guess, told : float
        What a guess misses, and what the column misses alone: shares of wrong rows, or root mean squared errors.
    share : float
        Of the errors of a guess that the column takes away; of values, of the squared errors.
    """

    guess: float
    told: float
    share: float

    @property
    def gives_away(self) -> bool:
        """Whether next to nothing is left to learn."""
        return self.share >= GIVEN_AWAY


def suspects(columns: Mapping[str, NDArray[Any]], y: NDArray[Any], classifies: bool) -> dict[str, Suspect]:
    """Columns that take away nine tenths of the errors of a guess at the target, or more, those that do most first.

    Half of the rows say what goes with each value of a column (of numbers: with the nearest), or with each stretch of
    neighbouring values, and the other half whether that holds. A guess is the most frequent class, or the mean.
    """
    n_rows = len(y)
    if n_rows < _FEWEST_ROWS:
        return {}
    order = np.random.default_rng(0).permutation(n_rows)[:_MOST_ROWS]
    learning, judged = order[::2], order[1::2]
    if classifies:
        _, y = np.unique(y, return_inverse=True)
    judge = _classes_told if classifies else _values_told
    by_name = {}
    for name, column in columns.items():
        keys = _keys(column, learning)
        ways = [keys] if column.dtype == object else [keys, _coarse(keys, learning)]
        tried = [judge(each[learning], y[learning], each[judged], y[judged]) for each in ways]
        best = max(filter(None, tried), key=lambda one: one.share, default=None)
        if best is not None and best.share >= _NEARLY:
            by_name[name] = best
    return dict(sorted(by_name.items(), key=lambda one: -one[1].share))


def _keys(column: NDArray[Any], learning: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each value of a column; for numbers the place of the nearest one among the rows that tell."""
    if column.dtype == object:
        _, keys = np.unique(
            np.array(["" if one is None else str(one) for one in column]), return_inverse=True
        )
        return keys.astype(np.int64)
    numbers = (
        column.astype(np.float64) if column.dtype.kind != "M" else column.astype(np.int64).astype(np.float64)
    )
    missing = np.isnat(column) if column.dtype.kind == "M" else np.isnan(numbers)
    known = np.unique(numbers[learning][~missing[learning]])
    if not len(known):
        return np.zeros(len(column), np.int64)
    above = np.searchsorted(known, numbers).clip(0, len(known) - 1)
    below = (above - 1).clip(0)
    keys = np.where(numbers - known[below] < known[above] - numbers, below, above)
    return np.where(missing, len(known) + 1, keys).astype(np.int64)


def _coarse(keys: NDArray[np.int64], learning: NDArray[np.int64]) -> NDArray[np.int64]:
    """Neighbouring keys put together, so that noise is averaged: about the square root of the rows of them."""
    known, counts = np.unique(keys[learning], return_counts=True)
    size = np.sqrt(len(learning))
    group = ((np.cumsum(counts) - counts) / size).astype(np.int64)
    places = np.searchsorted(known, keys).clip(0, len(known) - 1)
    return np.asarray(np.where(known[places] == keys, group[places], group[-1] + 1))


def _classes_told(
    keys: NDArray[np.int64], y: NDArray[Any], judged: NDArray[np.int64], truth: NDArray[Any]
) -> Suspect | None:
    """The share of wrong guesses that the key makes right; None where a guess is hardly ever wrong."""
    most_frequent = np.bincount(y).argmax()
    wrong = float((truth != most_frequent).mean())
    if wrong < _KNOWN_BEFORE:
        return None
    counts = np.zeros((int(max(keys.max(), judged.max())) + 1, int(max(y.max(), truth.max())) + 1), np.int64)
    np.add.at(counts, (keys, y), 1)
    guesses = np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), most_frequent)
    left = float((guesses[judged] != truth).mean())
    return Suspect(wrong, left, 1 - left / wrong)


def _values_told(
    keys: NDArray[np.int64], y: NDArray[Any], judged: NDArray[np.int64], truth: NDArray[Any]
) -> Suspect | None:
    """The share of the squared error of the mean that the mean of each key takes away; None where there is none."""
    error = float(((truth - y.mean()) ** 2).mean())
    if error == 0:
        return None
    length = int(max(keys.max(), judged.max())) + 1
    n = np.bincount(keys, minlength=length)
    means = np.where(n > 0, np.bincount(keys, y, minlength=length) / np.maximum(n, 1), y.mean())
    left = float(((truth - means[judged]) ** 2).mean())
    return Suspect(error**0.5, left**0.5, 1 - left / error)


def rows_in_both(rows: polars.DataFrame, split: Split) -> int:
    """How many rows of the test part stand word for word, target included, in what was trained or watched on."""
    if not len(split.test):
        return 0
    hashes = rows.hash_rows(seed=0).to_numpy()
    others = np.concatenate([hashes[split.training], hashes[split.validation]])
    return int(np.isin(hashes[split.test], others).sum())
