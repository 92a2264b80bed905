"""Which rows to train on, which to watch meanwhile, and which to test on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError
from glassnet.support import checks

Rows = NDArray[np.int64]
_FEWEST_OF_A_CLASS = 3  # rows, from which on each part can have one
_SEED = 42  # so that the same rows are held back whatever the network's seed is


@dataclass(frozen=True, eq=False)
class Split:
    """Rows of each part, in the order of the table.

    Attributes
    ----------
    training, validation, test : int64 arrays
        The validation part is cut from what is not for the test.
    how : str
        In words.
    shares : (float, float)
        Of the test and the validation part, as asked for.
    """

    training: Rows
    validation: Rows
    test: Rows
    how: str
    shares: tuple[float, float] = (0.0, 0.0)

    @property
    def parts(self) -> dict[str, Rows]:
        """Those that are not empty, by their names."""
        named = {"training": self.training, "validation": self.validation, "test": self.test}
        return {name: rows for name, rows in named.items() if len(rows)}


def split(
    n_rows: int,
    test_share: float = 0.2,
    validation_share: float = 0.16,
    *,
    classes: NDArray[Any] | None = None,
    groups: NDArray[Any] | None = None,
    times: NDArray[Any] | None = None,
) -> Split:
    """Split rows by chance; with classes each part has its share of each, with groups and times none is torn.

    Parameters
    ----------
    test_share, validation_share : float
        Of all rows, >= 0, together below 1.
    classes : array (n_rows,), optional
        A class with fewer than 3 rows is trained on.
    groups : array (n_rows,), optional
        All rows of a group are in the same part.
    times : array (n_rows,), optional
        The latest rows are for the test, and the latest of the others for validation; rows of one time stay together.

    Raises
    ------
    ArgumentError, DataError
        If a share is out of range, or there are too few rows or groups or times.
    """
    test_share = checks.number("test_share", test_share, least=0.0, below=1.0)
    validation_share = checks.number("validation_share", validation_share, least=0.0, below=1.0 - test_share)
    n_test, n_watched = _count(n_rows, test_share), _count(n_rows, validation_share)
    if n_rows - n_test - n_watched < 1:
        raise DataError(
            f"{n_rows} rows cannot be split into {n_test} for the test, {n_watched} for validation, and others to "
            "train on"
        )
    if groups is not None:
        order, ends, how = _by_group(groups)
    elif times is not None:
        order, ends, how = _by_time(times)
    elif classes is not None:
        order, ends, how = _by_class(classes)
    else:
        order, ends, how = (
            np.random.default_rng(_SEED).permutation(n_rows),
            np.arange(n_rows + 1),
            "by chance",
        )
    first = _end(ends, n_test, n_rows) if n_test else 0
    second = max(_end(ends, first + n_watched, n_rows), first) if n_watched else first
    if second >= n_rows:
        raise DataError(
            f"{how}, {n_rows:,} rows leave none to train on beside {n_test:,} for the test and {n_watched:,} for "
            "validation: there are too few of each kind; hold nothing back, or give more rows"
        )
    test, watched, training = order[:first], order[first:second], order[second:]
    return Split(np.sort(training), np.sort(watched), np.sort(test), how, (test_share, validation_share))


def _count(n_rows: int, share: float) -> int:
    return int(np.ceil(share * n_rows - 1e-9))


def _end(ends: NDArray[np.int64], aim: int, n_rows: int) -> int:
    """The place nearest to the wanted one at which the order may be cut, the ends of the table excepted."""
    inside = ends[(ends > 0) & (ends < n_rows)]
    return int(inside[np.abs(inside - aim).argmin()]) if len(inside) else n_rows


def _by_group(groups: NDArray[Any]) -> tuple[Rows, Rows, str]:
    _, number = np.unique(groups.astype(str), return_inverse=True)
    n_groups = int(number.max()) + 1
    if n_groups < 3:
        raise DataError(f"a split by groups needs at least 3 of them; there are {n_groups}")
    drawn = np.random.default_rng(_SEED).permutation(n_groups)
    place = np.empty(n_groups, np.int64)
    place[drawn] = np.arange(n_groups)
    order = np.argsort(place[number], kind="stable")
    ends = np.cumsum(np.bincount(place[number]))
    return order, ends, f"by groups, of which there are {n_groups:,}"


def _by_time(times: NDArray[Any]) -> tuple[Rows, Rows, str]:
    """The latest first."""
    if times.dtype == object:
        example = next((one for one in times if one is not None), None)
        raise DataError(f"a split by time needs dates or numbers; the column holds text, such as {example!r}")
    missing = np.isnat(times) if times.dtype.kind == "M" else np.isnan(times)
    if missing.any():
        raise DataError(
            f"a split by time needs one in every row; {int(missing.sum()):,} are missing, the first in row "
            f"{int(missing.argmax()) + 1:,}"
        )
    different, number = np.unique(times, return_inverse=True)
    if len(different) < 3:
        raise DataError(f"a split by time needs at least 3 different times; there are {len(different)}")
    order = np.argsort(-number, kind="stable")
    ends = np.cumsum(np.bincount(number)[::-1])
    return (
        order,
        ends,
        "by time: the latest rows are for the test, and the latest of the others for validation",
    )


def _by_class(classes: NDArray[Any]) -> tuple[Rows, Rows, str]:
    """An order in which every stretch has its share of each class; classes with very few rows stand last."""
    _, number, counts = np.unique(classes, return_inverse=True, return_counts=True)
    random = np.random.default_rng(_SEED)
    shuffled = random.permutation(len(number))
    by_class = shuffled[np.argsort(number[shuffled], kind="stable")]
    starts = np.cumsum(counts) - counts
    rank = np.arange(len(number)) - starts[number[by_class]]
    key = (rank + random.random(len(counts))[number[by_class]]) / counts[number[by_class]]
    key[counts[number[by_class]] < _FEWEST_OF_A_CLASS] = np.inf
    order = by_class[np.argsort(key, kind="stable")]
    n_shared = int(np.isfinite(key).sum())
    return order, np.arange(n_shared + 1), "by chance, each class in its share"
