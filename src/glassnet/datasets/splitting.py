"""Which samples to train on and which to test on: the rows that scikit-learn takes for the same seed."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError

Rows: TypeAlias = NDArray[np.int64]


def shuffled(n_samples: int, share: float, random: np.random.RandomState) -> tuple[Rows, Rows]:
    """Rows to train and to test on, drawn from all samples.

    Notes
    -----
    Source: `sklearn.model_selection.ShuffleSplit`.
    """
    n_test = _n_test(n_samples, share)
    order = random.permutation(n_samples)
    return order[n_test:], order[:n_test]


def stratified(labels: NDArray[Any], share: float, random: np.random.RandomState) -> tuple[Rows, Rows]:
    """Rows to train and to test on, of each class as nearly the same share as whole samples allow.

    Notes
    -----
    Source: `sklearn.model_selection.StratifiedShuffleSplit`.
    """
    n_test = _n_test(len(labels), share)
    n_train = len(labels) - n_test
    _, number, counts = np.unique(labels, return_inverse=True, return_counts=True, axis=0)
    _check_classes(counts, n_train, n_test)
    of_train = _shared_out(counts, n_train, random)
    of_test = _shared_out(counts - of_train, n_test, random)
    train: list[Rows] = []
    test: list[Rows] = []
    for label, (n_first, n_second) in enumerate(zip(of_train, of_test, strict=True)):
        rows = random.permutation(np.flatnonzero(number.reshape(-1) == label))
        train.append(rows[:n_first])
        test.append(rows[n_first : n_first + n_second])
    return random.permutation(np.concatenate(train)), random.permutation(np.concatenate(test))


def _n_test(n_samples: int, share: float) -> int:
    n_test = math.ceil(share * n_samples)
    if n_test >= n_samples:
        raise DataError(
            f"{n_samples} samples cannot be split with test_size={share:g}: {n_test} to test on leave none to train on"
        )
    return n_test


def _check_classes(counts: NDArray[np.int64], n_train: int, n_test: int) -> None:
    whole = f"{counts.sum()} samples of {len(counts)} classes cannot be split by class into {n_train} and {n_test}"
    if counts.min() < 2:
        raise DataError(f"{whole}: a class has one sample only, and each part needs one")
    if min(n_train, n_test) < len(counts):
        raise DataError(f"{whole}: each part needs at least one sample of each class")


def _shared_out(counts: NDArray[np.int64], n_drawn: int, random: np.random.RandomState) -> NDArray[np.int64]:
    """How many of each class to draw: in proportion, and what is left over to the largest remainders, ties by lot."""
    exact = counts / counts.sum() * n_drawn
    shared = np.floor(exact)
    remainders = exact - shared
    for remainder in np.unique(remainders)[::-1]:
        left = int(n_drawn - shared.sum())
        if left == 0:
            break
        equal = np.flatnonzero(remainders == remainder)
        shared[random.choice(equal, size=min(len(equal), left), replace=False)] += 1
    drawn: NDArray[np.int64] = shared.astype(np.int64)
    return drawn
