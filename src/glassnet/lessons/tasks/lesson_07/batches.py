"""Batches, and a penalty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.outputs import Outputs
from glassnet.lessons.tasks.lesson_07.lesson import lesson
from glassnet.support.text import be


def _cut(answer: Any, n: int, size: int) -> Any:
    parts = [np.asarray(part, dtype=int).ravel() for part in answer(n, size, np.random.default_rng(0))]
    again = [np.asarray(part, dtype=int).ravel() for part in answer(n, size, np.random.default_rng(1))]
    return {"sizes": [len(p) for p in parts], "rows": np.concatenate(parts), "others": np.concatenate(again)}


def _batches_or_why_not(outputs: Outputs, case: Case) -> str | None:
    n, size = case
    sizes, rows, others = (
        np.atleast_1d(np.asarray(outputs[f"[{name!r}]"])) for name in ("sizes", "rows", "others")
    )
    expected = [size] * (n // size) + ([n % size] if n % size else [])
    if len(rows) < n and sorted(rows) == sorted(set(rows)):
        n_left = n - len(rows)
        return f"{n_left} of {n} samples {be(n_left)} in no batch: the last, smaller batch belongs to them"
    if len(set(rows)) < len(rows):
        n_again = len(rows) - len(set(rows))
        come = "1 sample comes" if n_again == 1 else f"{n_again} samples come"
        return f"{come} more than once in an epoch; each comes once"
    if sorted(rows) != list(range(n)):
        return f"the numbers of samples go from 0 to {n - 1}; yours from {rows.min():g} to {rows.max():g}"
    if sizes.tolist() != expected:
        return (
            f"batches of {size} are asked for, the last one smaller; yours have {sizes.astype(int).tolist()}"
        )
    if (rows == np.arange(n)).all():
        return "the samples come in the order of the data; shuffle them, with the generator"
    if n // size > 2 and all(set(batch) == set(range(i, i + size)) for i, batch in _whole(rows, size)):
        return "each batch is shuffled on its own, so that the same samples always meet; shuffle all before you cut"
    if (rows == others).all():
        return "another generator gives the same order; use the one that is handed in"
    return None


def _whole(rows: Any, size: int) -> list[tuple[int, Any]]:
    """Where each batch begins that is not smaller, and what it holds."""
    return [(i, rows[i : i + size].tolist()) for i in range(0, len(rows) - size + 1, size)]


@lesson.function(
    "Batches",
    lambda random: [(10, 4), (12, 3), (7, 7), (int(random.integers(20, 40)), int(random.integers(3, 9)))],
    ask=_cut,
    accepts=_batches_or_why_not,
    hints=(
        "random.permutation(n) is each number once, in a random order. Cut it up.",
        "[order[start : start + size] for start in range(0, n, size)]",
    ),
)
def batches(n, size, random):
    """The numbers of the samples in each batch of an epoch, shuffled."""
    order = random.permutation(n)
    return [order[start : start + size] for start in range(0, n, size)]


def _penalised(random: Generator) -> Sequence[Case]:
    return [(random.normal(size=(3, 2)), random.normal(size=(3, 2)), l2) for l2 in (0.1, 0.01, 1.0)]


@lesson.function(
    "The gradient with an L2 penalty",
    _penalised,
    hints=(
        "The penalty is l2/2 · Σw². What is the slope of w² ?",
        "gradient + l2 * w: the 2 from the square cancels the half.",
    ),
)
def with_penalty(gradient, w, l2):
    """The gradient of loss + l2/2 · Σw², from the gradient of the loss."""
    return gradient + l2 * w


with_penalty.mistakes(
    (
        lambda g, w, l2: g + l2 * np.abs(w),
        "|w| pulls weights below 0 the wrong way; the slope of w² has the sign of w",
    ),
    (lambda g, w, l2: g + l2 / 2 * w, "the half is still there; the 2 from the square cancels it"),
    (lambda g, w, l2: g + l2 * (w**2).sum(), "this adds the penalty itself to each slope"),
    (
        lambda g, w, l2: g + l2 * np.linalg.norm(w),
        "this adds the length of w to each slope; each weight has its own",
    ),
    (
        lambda g, w, l2: (1 - l2) * g + l2 * w,
        "the loss's gradient is made smaller; the penalty's is added to it whole",
    ),
    (lambda g, w, l2: g * (1 + l2 * w), "the gradient is multiplied; the penalty's slope is added"),
    (lambda g, w, l2: w - l2 * g, "this is a step of gradient descent; the gradient is asked for"),
    (lambda g, w, l2: g + w, "l2, how strong the penalty is, is not used"),
    (lambda g, w, l2: w + l2 * g, "gradient and weights are mixed up: l2 goes with w"),
    (lambda g, w, l2: g + 2 * l2 * w, "the penalty has a half in front, which cancels the 2 from the square"),
    (lambda g, w, l2: g + l2 * w**2, "this adds the penalty's terms; add its slope"),
    (lambda g, w, l2: g + l2 / 2 * w**2, "this adds the penalty's terms, l2/2 · w²; add its slope"),
    (lambda g, w, l2: g + l2 * np.sign(w), "this is the slope of an L1 penalty, Σ|w|"),
    (lambda g, w, l2: g - l2 * w, "the sign is wrong: large weights make the penalty larger"),
    (lambda g, w, l2: g + l2, "the penalty pulls each weight in proportion to its size: l2 * w"),
    (lambda g, w, l2: g + l2 / 2 * (w**2).sum(), "this adds the penalty itself to each slope"),
    (lambda g, w, l2: l2 * w, "this is the penalty's part alone; the loss's gradient belongs to it"),
)
