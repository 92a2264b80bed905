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
        lambda a, b: _filled(a, b, float(np.median(a)), float(np.median(a))),
        "the gaps are still there: np.median of a column with gaps is one itself; np.nanmedian leaves them out",
    ),
    (
        lambda a, b: (a[~np.isnan(a)], b[~np.isnan(b)], np.isnan(b)),
        "rows with gaps are left out; each row needs an answer",
    ),
    (
        lambda a, b: _filled(a, b, float(np.nanmean(a)), float(np.nanmean(b))),
        "these are means, and the test column has its own; use the training column's median for both",
    ),
    (lambda a, b: _filled(a, b, -1.0, -1.0), "gaps become -1, which looks like a measured value"),
    (
        lambda a, b: _filled(a, b, float(np.nanmedian(a)), 0.0),
        "gaps of the test column become 0; fill them as those of train",
    ),
    (
        lambda a, b: _filled(a, b, float(np.nanmedian(b)), float(np.nanmedian(b))),
        "the median is that of the test column; it is for the training column to give",
    ),
    (
        lambda a, b: _by_median(a, b, lambda x: np.zeros(len(x))),
        "no gap is marked: nan == nan is False; np.isnan finds them",
    ),
    (
        lambda a, b: _by_median(a, b, lambda x: np.isnan(x).sum()),
        "this is how many gaps there are; mark where they are",
    ),
    (
        lambda a, b: (*_by_median(a, b)[1::-1], np.isnan(b)),
        "the test column comes first; give train, then test",
    ),
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
        lambda train, test: np.array(_rows(sorted(set(train)), test)).T,
        "categories stand in rows; give a row for each value",
    ),
    (
        lambda train, test: _rows(train, test),
        "there is a column for each row of train; one for each category: set(train)",
    ),
    (
        lambda train, test: [
            [*row, float(v not in train)]
            for row, v in zip(_rows(sorted(set(train)), test), test, strict=True)
        ],
        "there is a column for new categories; the network has no weights for it, since train has none",
    ),
    (
        lambda train, test: [
            [1 / len(set(train)) if v not in train else x for x in row]
            for row, v in zip(_rows(sorted(set(train)), test), test, strict=True)
        ],
        "a new category gets a share of each column; it is none of them: 0 in all",
    ),
    (
        lambda train, test: [
            [1.0 if v not in train else x for x in row]
            for row, v in zip(_rows(sorted(set(train)), test), test, strict=True)
        ],
        "a new category gets 1 in all columns; it is none of them: 0 in all",
    ),
    (lambda train, test: _rows(sorted(set(train))[1:], test), "the first category has no column"),
    (
        lambda train, test: [[1 - x for x in row] for row in _rows(sorted(set(train)), test)],
        "ones and zeros are the wrong way round",
    ),
    (
        lambda train, test: [sorted(set(train)).index(v) if v in train else -1 for v in test],
        "these are numbers of categories; a network would read an order into them",
    ),
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
    (lambda p, y: ((p - y) ** 2).mean() / 2, "there is no half in it"),
    (lambda p, y: (p - y) ** 2, "these are the squares one by one; their mean is asked for"),
    (
        lambda p, y: -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(),
        "this is the cross-entropy; the Brier score is a mean of squares",
    ),
    (lambda p, y: np.var(p - y), "this is the variance of the errors, without their mean"),
    (lambda p, y: (p**2 - y**2).mean(), "p and y are squared each; square their difference"),
    (lambda p, y: np.abs(p - y).mean() ** 2, "the mean is squared; square each distance first"),
    (lambda p, y: np.median((p - y) ** 2), "this is the median; the mean is asked for"),
    (lambda p, y: (p * (1 - p)).mean(), "what happened, y, is not used"),
    (
        lambda p, y: ((p[y == 1] - 1) ** 2).mean(),
        "only what came true is counted; 0.9 for what did not happen is bad, too",
    ),
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
