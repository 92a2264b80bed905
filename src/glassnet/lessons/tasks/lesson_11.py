"""Lesson 11: a real table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case, Lesson

lesson = Lesson(11, "A real table")


COLUMNS = {
    "number": "a running number",
    "size": "in square metres",
    "rooms": "how many",
    "town": "one of four districts",
    "built": "a year",
    "rent": "per month",
    "viewings": "how many came to see it, until it was let",
    "quick": "whether it was let within a week",
}


@lesson.value(
    "The column that knows too much",
    lambda random: (dict(sorted(COLUMNS.items(), key=lambda _: random.random())),),
    of_text=(COLUMNS,),
    hints=(
        "Imagine the day on which a new flat is offered. Which of these columns can you fill in?",
        "One is counted until the day on which the answer is known.",
    ),
)
def leak(columns):
    """The column that is known only when the answer is."""
    return "viewings"


def _names(name: str) -> Any:
    return lambda columns: name


leak.mistakes(
    (_names("rent"), "the rent stands in the offer: it is known before"),
    (_names("quick"), "this is the target itself; another column knows it too well"),
    (
        _names("number"),
        "a running number tells nothing of the answer; it is left out for that reason, not for this one",
    ),
    (_names("size"), "the size is known before"),
    (_names("town"), "the district is known before"),
    (_names("built"), "the year is known before, or missing, for old and new rows alike"),
    (_names("rooms"), "the number of rooms is known before"),
)


def _gaps(random: Generator) -> Sequence[Case]:
    cases = []
    for n, m in ((9, 5), (12, 4)):
        a, b = random.normal(5, 3, n), random.normal(8, 3, m)
        a[1::4], b[0] = np.nan, np.nan
        cases.append((a, b))
    return cases


@lesson.function(
    "Filling gaps",
    _gaps,
    hints=(
        "What may you know of the new rows when you decide what to fill in? np.nanmedian leaves gaps out.",
        "m = np.nanmedian(train); np.where(np.isnan(x), m, x) for both, and np.isnan(test) as 0 and 1.",
    ),
)
def fill(train, test):
    """Both columns filled with the training median, and where the test column had gaps."""
    median = np.nanmedian(train)
    return np.where(np.isnan(train), median, train), np.where(np.isnan(test), median, test), np.isnan(test)


def _filled(a: Any, b: Any, of_a: float, of_b: float, marks: Any = np.isnan) -> Any:
    return np.where(np.isnan(a), of_a, a), np.where(np.isnan(b), of_b, b), marks(b)


def _by_median(a: Any, b: Any, marks: Any = np.isnan) -> Any:
    median = float(np.nanmedian(a))
    return _filled(a, b, median, median, marks)


def _by_both(a: Any, b: Any) -> Any:
    median = float(np.nanmedian(np.concatenate([a, b])))
    return _filled(a, b, median, median)


fill.mistakes(
    (
        lambda a, b: _filled(a, b, float(np.nanmedian(a)), float(np.nanmedian(b))),
        "the test column is filled with its own median: a new row may come alone, and has none",
    ),
    (_by_both, "the median is that of both parts: the test has been looked at"),
    (
        lambda a, b: _filled(a, b, float(np.nanmean(a)), float(np.nanmean(a))),
        "this is the mean; one wild value moves it, not the median",
    ),
    (lambda a, b: _filled(a, b, 0.0, 0.0), "gaps become 0, which looks like a measured value"),
    (lambda a, b: _by_median(a, b, lambda x: ~np.isnan(x)), "the marks are 1 where a value is there"),
    (lambda a, b: _by_median(a, b, lambda _: np.isnan(a)), "the marks are those of the training column"),
    (lambda a, b: _by_median(a, b)[:2], "the marks are missing: that a value is missing can say something"),
)


def _categories(random: Generator) -> Sequence[Case]:
    return [
        (["b", "a", "b", "c"], ["c", "d", "a"]),
        ([str(v) for v in random.choice(["x", "y", "z"], 6)] + ["x", "y", "z"], ["z", "w", "x", "z"]),
    ]


@lesson.function(
    "Categories that nobody has seen",
    _categories,
    hints=(
        "The columns are decided by the training part alone. What should a new category have in all of them?",
        "[[float(v == c) for c in sorted(set(train))] for v in test]",
    ),
)
def encode(train, test):
    """A column for each category of train, in alphabetic order, a row for each value of test."""
    return [[float(value == category) for category in sorted(set(train))] for value in test]


def _rows(categories: Sequence[str], values: Sequence[str]) -> Any:
    return [[float(v == c) for c in categories] for v in values]


encode.mistakes(
    (
        lambda train, test: _rows(sorted(set(train) | set(test)), test),
        "a category of the test has a column of its own: the network has never seen it, and has no weights for it",
    ),
    (lambda train, test: _rows(sorted(set(test)), test), "the columns are those of the test's categories"),
    (
        lambda train, test: _rows(sorted(set(train)), [v for v in test if v in train]),
        "rows with a new category are left out; each row needs an answer",
    ),
    (
        lambda train, test: [[float(sorted(set(train)).index(v)) if v in train else -1.0] for v in test],
        "these are numbers of categories; a network would read an order into them",
    ),
    (
        lambda train, test: _rows(
            sorted(set(train)), [v if v in train else sorted(set(train))[0] for v in test]
        ),
        "a new category is taken for the first known one",
    ),
    (lambda train, test: _rows(sorted(set(train), reverse=True), test), "the columns are in the other order"),
    (
        lambda train, test: _rows(list(dict.fromkeys(train)), test),
        "the columns are in the order in which train has them; alphabetic order is asked for",
    ),
    (
        lambda train, test: _rows(sorted(set(train)), train),
        "these are the rows of train; those of test are asked for",
    ),
)


def _chances(random: Generator) -> Sequence[Case]:
    p = random.random(8)
    return [(np.array([0.9, 0.2, 0.6, 0.1]), np.array([1, 0, 0, 0])), (p, (random.random(8) < p).astype(int))]


@lesson.function(
    "The Brier score",
    _chances,
    hints=(
        "If it said 0.9 and it came true, how far off was it? And if it did not?",
        "((p - y) ** 2).mean()",
    ),
)
def brier(p, y):
    """The mean squared distance of probabilities from what happened."""
    return ((p - y) ** 2).mean()


brier.mistakes(
    (
        lambda p, y: np.abs(p - y).mean(),
        "this is the mean distance; it is squared, so that saying what one believes is best",
    ),
    (lambda p, y: ((p > 0.5) == y).mean(), "this is the accuracy; it does not see how sure a prediction was"),
    (lambda p, y: ((p - y) ** 2).sum(), "this is the sum; the mean is asked for"),
    (lambda p, y: np.sqrt(((p - y) ** 2).mean()), "this is the root of it"),
    (
        lambda p, y: p.mean() - y.mean(),
        "this compares means: a forecast can be right on average and wrong every day",
    ),
    (lambda p, y: (p.mean() - y.mean()) ** 2, "the mean comes last: square each distance first"),
    (lambda p, y: 1 - ((p - y) ** 2).mean(), "this is 1 minus it: 0 is the best score"),
    (lambda p, y: (((p > 0.5) - y) ** 2).mean(), "the probabilities have been rounded"),
)
