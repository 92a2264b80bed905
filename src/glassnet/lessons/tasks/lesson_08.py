"""Lesson 8: digits and spirals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case, Lesson
from glassnet.lessons.outputs import NoOutput, Outputs

lesson = Lesson(8, "Digits")


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


def _predictions(random: Generator) -> Sequence[Case]:
    return [
        (np.array([[0.1, 0.9], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]]), np.array([1, 0, 0, 1])),
        (random.dirichlet(np.ones(5), size=12), random.integers(0, 5, size=12)),
        (random.dirichlet(np.ones(3), size=7), random.integers(0, 3, size=7)),
    ]


@lesson.function(
    "Accuracy",
    _predictions,
    hints=(
        "The network's answer is the class with the largest probability in the row.",
        "P.argmax(axis=1) == y says for each sample whether it is right; the mean of True and False is their share.",
    ),
)
def accuracy(P, y):
    """The share of samples whose most probable class is the right one."""
    return (P.argmax(axis=1) == y).mean()


accuracy.mistakes(
    (lambda P, y: (P.argmax(axis=1) == y).sum(), "this is how many are right; the share is asked for"),
    (lambda P, y: (P.argmax(axis=1) != y).mean(), "this is the share that is wrong"),
    (lambda P, y: 100 * (P.argmax(axis=1) == y).mean(), "this is in percent; give a share from 0 to 1"),
    (
        lambda P, y: P[np.arange(len(y)), y].mean(),
        "this is the mean probability of the right class; count right answers",
    ),
    (
        lambda P, y: (P[np.arange(len(y)), y] > 0.5).mean(),
        "a class can be the most probable one with less than 0.5",
    ),
    (lambda P, y: (P.argmin(axis=1) == y).mean(), "it takes the least probable class"),
    (
        lambda P, y: P.argmax(axis=1) == y,
        "this says for each sample whether it is right; their share is asked for",
    ),
)


def _drawn(answer: Any, n_inputs: int, n_units: int) -> Any:
    drawn = answer(n_inputs, n_units, np.random.default_rng(0))
    if isinstance(drawn, tuple):
        raise NoOutput(f"it gives a tuple of {len(drawn)}; the table of weights alone is asked for")
    if drawn is None:
        raise NoOutput("it gives None; the table of weights is asked for")
    W = np.asarray(drawn, dtype=float)
    again = np.asarray(answer(n_inputs, n_units, np.random.default_rng(1)), dtype=float)
    return {
        "shape": W.shape,
        "weights": W.ravel(),
        "differ": float(W.shape != again.shape or (W != again).any()),
    }


def _uniform_or_why_not(outputs: Outputs, case: Case) -> str | None:
    n_inputs, n_units = case
    shape, W = (
        np.asarray(outputs["['shape']"]).astype(int).tolist(),
        np.asarray(outputs["['weights']"], dtype=float),
    )
    limit = 1 / np.sqrt(n_inputs)
    if shape == [n_units, n_inputs] != [n_inputs, n_units]:
        return f"the weights have shape {tuple(shape)}, units first; ({n_inputs}, {n_units}) is asked for"
    if shape != [n_inputs, n_units]:
        return f"the weights have shape {tuple(shape)}; ({n_inputs}, {n_units}) is asked for"
    if not float(np.asarray(outputs["['differ']"])):
        return "two generators give the same weights: draw them from the one that is handed in"
    largest, mean, spread = np.abs(W).max(), W.mean(), W.std()
    if W.min() >= 0:
        return f"none is negative: the smallest is {W.min():.3g}; go from -{limit:.3g} to {limit:.3g}"
    if abs(spread - limit) < 0.1 * limit and largest > 1.5 * limit:
        return f"these are normal numbers with standard deviation {limit:.3g}; a uniform draw ends at {limit:.3g}"
    if largest > limit:
        return (
            f"the largest is {largest:.3g}; for {n_inputs} inputs none is beyond 1/√{n_inputs} = {limit:.3g}"
        )
    if largest < 0.9 * limit:
        return (
            f"the largest is {largest:.3g}; for {n_inputs} inputs they go up to 1/√{n_inputs} = {limit:.3g}"
        )
    uniform = limit / np.sqrt(3)
    if abs(mean) > 0.2 * limit or abs(spread - uniform) > 0.15 * limit:
        return (
            f"their mean is {mean:.3g} and their spread {spread:.3g}; uniform ones have 0 and {uniform:.3g}"
        )
    return None


@lesson.function(
    "PyTorch's first weights",
    lambda random: [(64, 32), (100, 10), (int(random.integers(5, 15)), int(random.integers(150, 250)))],
    ask=_drawn,
    accepts=_uniform_or_why_not,
    hints=(
        "random.uniform(low, high, size=...) draws between two numbers. Which two?",
        "limit = 1 / np.sqrt(n_inputs), then random.uniform(-limit, limit, size=(n_inputs, n_units)).",
    ),
)
def first_weights(n_inputs, n_units, random):
    """Uniform numbers from -1/√n_inputs to 1/√n_inputs, (n_inputs, n_units)."""
    limit = 1 / np.sqrt(n_inputs)
    return random.uniform(-limit, limit, size=(n_inputs, n_units))


def _answers(random: Generator) -> Sequence[Case]:
    y = random.integers(0, 3, size=20)
    p = np.where(random.random(20) < 0.6, y, random.integers(0, 3, size=20))
    return [(np.array([0, 1, 2, 2, 1]), np.array([0, 2, 2, 1, 1]), 3), (y, p, 3), (y, p, 4)]


@lesson.function(
    "The confusion matrix",
    _answers,
    hints=(
        "A table of zeros, and one more at (truth, prediction) for each sample.",
        "for truth, predicted in zip(y, p): table[truth, predicted] += 1",
    ),
)
def confusion(y, p, n_classes):
    """How often each class (row) was predicted as each class (column)."""
    table = np.zeros((n_classes, n_classes), dtype=int)
    for truth, predicted in zip(y, p, strict=True):
        table[truth, predicted] += 1
    return table


def _count(y: Any, p: Any, k: int) -> Any:
    table = np.zeros((k, k))
    np.add.at(table, (y, p), 1)
    return table


def _assigned(y: Any, p: Any, k: int) -> Any:
    table = np.zeros((k, k))
    table[y, p] += 1
    return table


confusion.mistakes(
    (lambda y, p, k: _count(y, p, k).T, "rows are predictions; the truth belongs in the rows"),
    (
        _assigned,
        "table[y, p] += 1 counts each pair once, however often it comes; count in a loop, or with np.add.at",
    ),
    (lambda y, p, k: _count(y, p, k) / len(y), "these are shares of all samples; counts are asked for"),
    (
        lambda y, p, k: _count(y, p, k) / np.maximum(_count(y, p, k).sum(axis=1, keepdims=True), 1),
        "these are shares of each row; counts are asked for",
    ),
    (
        lambda y, p, k: np.diag(np.diag(_count(y, p, k))),
        "only right answers are counted; the others are what one looks for",
    ),
    (lambda y, p, k: _count(y, p, k) - np.diag(np.diag(_count(y, p, k))), "only wrong answers are counted"),
    (lambda y, p, k: _count(y, y, k), "the truth is compared with itself"),
)
