"""Back through one function: a ReLU, a sigmoid behind a loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_06.lesson import lesson


def _passes(random: Generator) -> Sequence[Case]:
    return [
        (random.normal(size=(4, 3)), random.normal(size=(4, 3))),
        (random.normal(size=(2, 5)), np.ones((2, 5))),
    ]


@lesson.function(
    "Back through a ReLU",
    _passes,
    hints=(
        "Each number of dA is multiplied by the slope of ReLU at the same place of Z.",
        "The slope is 1 where Z > 0 and else 0: dA * (Z > 0).",
    ),
)
def relu_backward(dA, Z):
    """The gradient before a ReLU, from the gradient behind it."""
    return dA * (Z > 0)


relu_backward.mistakes(
    (lambda dA, Z: dA, "the slope of ReLU is missing: where Z is below 0 nothing comes through"),
    (lambda dA, Z: np.maximum(dA, 0), "ReLU is applied to the gradient; what decides is Z"),
    (lambda dA, Z: dA * (Z < 0), "it lets through where Z is below 0; it is the other way round"),
    (lambda dA, Z: dA * np.maximum(Z, 0), "it multiplies by ReLU itself; multiply by its slope"),
    (lambda dA, Z: dA * Z, "it multiplies by Z; multiply by the slope, which is 1 or 0"),
    *(
        (
            lambda dA, Z, slope=slope: dA * np.where(Z > 0, 1, slope),
            "something comes through where Z is below 0: that is a LeakyReLU; the slope of ReLU is 0 there",
        )
        for slope in (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3)
    ),
    (
        lambda dA, Z: dA * np.sign(Z),
        "where Z is below 0 the gradient comes through with its sign turned, as by np.sign; there it is 0",
    ),
    (
        lambda dA, Z: np.maximum(dA * Z, 0),
        "ReLU is applied to dA * Z; multiply dA by the slope at Z, which is 1 or 0",
    ),
    (lambda dA, Z: np.where(Z > 0, dA, Z), "where Z is below 0 it gives Z; nothing comes through there: 0"),
    (lambda dA, Z: dA + (Z > 0), "the slope is added; the chain rule multiplies"),
    (
        lambda dA, Z: dA / (1 + np.exp(-Z)) * (1 - 1 / (1 + np.exp(-Z))),
        "this is the slope of a sigmoid; that of ReLU is 1 or 0",
    ),
    (
        lambda dA, Z: dA * (Z > 0) / len(dA),
        "it is divided by the number of samples; the mean is in dA already",
    ),
    (
        lambda dA, Z: (dA * (Z > 0)).sum(axis=0),
        "the samples are added up; each keeps a gradient of its own here, and only those of weights are sums",
    ),
    (
        lambda dA, Z: (Z > 0) * 1.0,
        "this is the slope alone; the gradient behind it belongs to it as a factor",
    ),
    (
        lambda dA, Z: dA @ (Z > 0).T,
        "this is a product of tables; the slope of each number belongs to that number: *",
    ),
)


def _slope_at(Z: Any) -> Any:
    a = 1 / (1 + np.exp(-Z))
    return a * (1 - a)


def _outputs(random: Generator) -> Sequence[Case]:
    a = 1 / (1 + np.exp(-random.normal(size=(5, 1))))
    return [(a, random.integers(0, 2, size=(5, 1)).astype(float)), (a[:2], np.array([[1.0], [0.0]]))]


@lesson.function(
    "The error at a sigmoid with squared error",
    _outputs,
    hints=(
        "Two factors by the chain rule: the slope of the loss with respect to A, and the slope of A with respect to Z.",
        "2 (A - Y) / n times A (1 - A). With cross-entropy the second factor would cancel; here it stays.",
    ),
)
def output_error(A, Y):
    """The gradient of the mean of (A - Y)² with respect to Z, where A = σ(Z)."""
    return 2 * (A - Y) / len(A) * A * (1 - A)


output_error.mistakes(
    (
        lambda A, Y: (A - Y) / len(A),
        "this is the error of cross-entropy; with squares the sigmoid's slope stays, and a 2",
    ),
    (lambda A, Y: 2 * (A - Y) / len(A), "the slope of the sigmoid, A (1 - A), is missing"),
    (lambda A, Y: (A - Y) / len(A) * A * (1 - A), "the 2 from the square is missing"),
    (lambda A, Y: 2 * (A - Y) * A * (1 - A), "the mean is missing: divide by the number of samples"),
    (lambda A, Y: 2 * (Y - A) / len(A) * A * (1 - A), "it has the wrong sign: prediction minus target"),
    (
        lambda A, Y: 2 * (A - Y) / len(A) * _slope_at(A),
        "the sigmoid is applied to A, which is its output already: its slope is A (1 - A)",
    ),
    (lambda A, Y: 2 * (A - Y) / len(A) * A, "the factor 1 - A of the sigmoid's slope A (1 - A) is missing"),
    (lambda A, Y: 2 * (A - Y) / len(A) * (1 - A), "the factor A of the sigmoid's slope A (1 - A) is missing"),
    (
        lambda A, Y: (A - Y) * A * (1 - A),
        "the 2 from the square is missing, and the mean: times 2, divided by n",
    ),
    (
        lambda A, Y: 2 * (Y - A) * A * (1 - A),
        "it has the wrong sign, and the mean is missing: prediction minus target, divided by n",
    ),
    (
        lambda A, Y: A - Y,
        "this is prediction minus target alone: the 2, the mean and the sigmoid's slope are missing",
    ),
    (
        lambda A, Y: (A - Y) ** 2 / len(A) * A * (1 - A),
        "the square is still there; its slope is 2 (A - Y)",
    ),
    (
        lambda A, Y: (2 * (A - Y) / len(A) * A * (1 - A)).sum(),
        "it is added up over the samples; each has an error of its own",
    ),
    (
        lambda A, Y: 2 * (A - Y).mean() * A * (1 - A),
        "the mean of A - Y is taken first; each sample has its own A - Y, and is divided by n",
    ),
    (
        lambda A, Y: A * (1 - A),
        "this is the sigmoid's slope alone; the slope of the loss belongs to it as a factor",
    ),
    (lambda A, Y: ((A - Y) ** 2).mean(), "this is the loss itself; its gradient is asked for"),
    (lambda A, Y: 2 * (A - Y) / len(A) / (A * (1 - A)), "it is divided by the sigmoid's slope; multiply"),
    (lambda A, Y: 2 * (A - Y) / len(A) * A * (1 + A), "the sigmoid's slope is A (1 - A)"),
    (
        lambda A, Y: 2 * (A - Y) / len(A) * (1 - A**2),
        "1 - A² is the slope of tanh; that of a sigmoid is A (1 - A)",
    ),
)
