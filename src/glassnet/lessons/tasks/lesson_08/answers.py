"""Answers counted, and the first weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.outputs import NoOutput, Outputs
from glassnet.lessons.tasks.lesson_08.lesson import lesson


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
    (
        lambda P, y: (P.argmax() == y).mean(),
        "argmax() looks at the whole table; take one answer of each row: axis=1",
    ),
    (
        lambda P, y: (P.argmax(axis=1) == y).sum() / P.size,
        "it is divided by all numbers of P; divide by the samples",
    ),
    (
        lambda P, y: float(np.all(P.argmax(axis=1) == y)),
        "this says whether all are right; their share is asked for",
    ),
    (
        lambda P, y: np.abs(P.argmax(axis=1) - y).mean(),
        "class numbers are subtracted; they are names: are they the same?",
    ),
    (lambda P, y: P.max(axis=1).mean(), "this is how sure it is on average, right or wrong"),
    (lambda P, y: -np.log(P[np.arange(len(y)), y]).mean(), "this is the cross-entropy; count right answers"),
    (lambda P, y: (P.argmax(axis=1) + 1 == y).mean(), "classes are counted from 0, as argmax does"),
    (
        lambda P, y: (np.eye(P.shape[1])[y] == (P > 0.5)).mean(),
        "it counts each number of P; a sample is right or wrong as a whole",
    ),
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
    n_same = W.size - np.unique(W).size
    if n_same > W.size // 100:
        return (
            f"{n_same} of {W.size} weights are the same as another one; draw each on its own, and clip none"
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
    (
        lambda y, p, k: np.diag(_count(y, p, k)),
        "these are the right answers of each class; the whole table is asked for",
    ),
    (
        lambda y, p, k: _count(y, p, k).sum(axis=1),
        "this is how often each class comes; the whole table is asked for",
    ),
    (lambda y, p, k: _count(p, p, k), "the predictions are compared with themselves"),
    (
        lambda y, p, k: _count(y, p, k)[: max(y.max(), p.max()) + 1, : max(y.max(), p.max()) + 1],
        "the number of classes is taken from the data; a class may not come at all: use n_classes",
    ),
    (lambda y, p, k: _count(y, p, k) + 1, "the counts begin with 1; begin with 0"),
    (
        lambda y, p, k: np.bincount(y * k + p, minlength=k * k),
        "the counts are in one row; they are right in a table (k, k)",
    ),
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
