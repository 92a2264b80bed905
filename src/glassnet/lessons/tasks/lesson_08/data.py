"""Data: scaled, and as rows of one 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_08.lesson import lesson


def _parts(random: Generator) -> Sequence[Case]:
    return [
        (random.normal(3, 2, size=(20, 3)), random.normal(4, 1, size=(5, 3))),
        (random.normal(-1, 0.5, size=(9, 2)), random.normal(0, 0.5, size=(4, 2))),
    ]


@lesson.function(
    "Scaling without looking",
    _parts,
    hints=(
        "Which samples may you look at before the test: all, or those to train on?",
        "mean and std of X_train with axis=0; the very same two are used for X_test.",
    ),
)
def scaled(X_train, X_test):
    """Both parts, with mean 0 and standard deviation 1 in each feature of the training part."""
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - mean) / spread, (X_test - mean) / spread


def _by(X: Any, of: Any, axis: int | None = 0) -> Any:
    return (X - of.mean(axis=axis)) / of.std(axis=axis)


scaled.mistakes(
    (
        lambda a, b: tuple((X - a.min(axis=0)) / (a.max(axis=0) - a.min(axis=0)) for X in (a, b)),
        "this goes from 0 to 1; mean 0 and standard deviation 1 are asked for",
    ),
    (
        lambda a, b: tuple((X - a.mean(axis=0)) / a.std(axis=0, ddof=1) for X in (a, b)),
        "the spread is that of a sample (ddof=1, as pandas has it); np.std divides by n",
    ),
    (
        lambda a, b: tuple(
            (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True) for X in (a, b)
        ),
        "each row is scaled on its own; a feature is a column: axis=0",
    ),
    (
        lambda a, b: tuple((X - a.mean(axis=0)) * a.std(axis=0) for X in (a, b)),
        "it is multiplied by the standard deviation; divide",
    ),
    (
        lambda a, b: tuple(X - a.mean(axis=0) / a.std(axis=0) for X in (a, b)),
        "only the mean is divided by the spread: brackets around X - mean",
    ),
    (
        lambda a, b: tuple((X - np.median(a, axis=0)) / a.std(axis=0) for X in (a, b)),
        "the median is taken away; the mean is asked for",
    ),
    (
        lambda a, b: (_by(a, a, None), _by(b, b, None)),
        "each part has one mean and one spread of its own, for all features",
    ),
    (lambda a, b: (_by(a, a), b - a.mean(axis=0)), "the test part is not divided by the standard deviation"),
    (
        lambda a, b: (_by(b, a), _by(a, a)),
        "the test part comes first; give the training part, then the test part",
    ),
    (lambda a, b: np.concatenate([_by(a, a), _by(b, a)]), "both parts are put together; give two arrays"),
    (
        lambda a, b: (_by(a, a), _by(b, b)),
        "the test part is scaled by its own mean and spread; use those of the training part",
    ),
    (
        lambda a, b: (_by(a, np.concatenate([a, b])), _by(b, np.concatenate([a, b]))),
        "mean and spread are those of both parts: what is tested on has been looked at",
    ),
    (lambda a, b: (a - a.mean(axis=0), b - a.mean(axis=0)), "it is not divided by the standard deviation"),
    (lambda a, b: (a / a.std(axis=0), b / a.std(axis=0)), "the mean is not taken away"),
    (
        lambda a, b: ((a - a.mean(axis=0)) / a.var(axis=0), (b - a.mean(axis=0)) / a.var(axis=0)),
        "it divides by the variance; the standard deviation is its root",
    ),
    (
        lambda a, b: (_by(a, a, None), _by(b, a, None)),
        "there is one mean for all features; each has its own: axis=0",
    ),
    (lambda a, b: (_by(a, a), b), "the test part is not scaled: the network has learned on scaled numbers"),
    (lambda a, b: (_by(a, b), _by(b, b)), "mean and spread are those of the test part"),
)


def _classes(random: Generator) -> Sequence[Case]:
    return [(np.array([2, 0, 1]), 3), (random.integers(0, 5, size=8), 5), (np.array([0, 1, 0]), 4)]


@lesson.function(
    "One-hot rows",
    _classes,
    hints=(
        "Start with zeros of shape (samples, classes). Which place of each row becomes 1?",
        "rows[np.arange(len(y)), y] = 1, or simply np.eye(n_classes)[y].",
    ),
)
def one_hot(y, n_classes):
    """A row for each sample, with a 1 at its class."""
    rows = np.zeros((len(y), n_classes))
    rows[np.arange(len(y)), y] = 1
    return rows


def _all_columns(y: Any, k: int) -> Any:
    rows = np.zeros((len(y), k))
    rows[:, y] = 1
    return rows


one_hot.mistakes(
    (lambda y, k: y, "these are the class numbers themselves; each becomes a row"),
    (lambda y, k: np.zeros((len(y), k)), "there is no 1 in it"),
    (lambda y, k: np.ones((len(y), k)), "there are only ones; each row has one"),
    (lambda y, k: np.eye(k), "this is a row for each class; give one for each sample"),
    (lambda y, k: 2 * np.eye(k)[y] - 1, "elsewhere it is -1; it should be 0"),
    (lambda y, k: np.eye(k)[k - 1 - y], "the classes are counted from the last; 0 is the first column"),
    (lambda y, k: np.eye(k)[y].ravel(), "all rows are one long one; keep a row for each sample"),
    (lambda y, k: np.eye(k + 1)[y], "there is a column too many: classes go from 0 to n_classes - 1"),
    (lambda y, k: np.cumsum(np.eye(k)[y], axis=1), "behind the class all is 1, too; only its own place is"),
    (lambda y, k: np.eye(k)[y].T, "samples stand in columns; each is a row"),
    (
        lambda y, k: np.eye(y.max() + 1)[y],
        "the number of classes is taken from y; a class may have no sample here",
    ),
    (lambda y, k: np.eye(k)[y] * y[:, None], "the class number stands in the row; it should be a 1"),
    (lambda y, k: 1 - np.eye(k)[y], "ones and zeros are the wrong way round"),
    (
        _all_columns,
        "rows[:, y] = 1 fills whole columns; each row gets its own place: rows[np.arange(len(y)), y]",
    ),
    (lambda y, k: np.eye(k)[(y + 1) % k], "the 1 stands one place too far right: classes are counted from 0"),
    (lambda y, k: np.eye(k)[y - 1], "the 1 stands one place too far left: classes are counted from 0"),
)
