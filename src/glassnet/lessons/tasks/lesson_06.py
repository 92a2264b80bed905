"""Lesson 6: backpropagation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

import glassnet as gn
from glassnet.lessons.exercise import Case, Lesson

lesson = Lesson(6, "Backpropagation")


def _cube(x: float) -> float:
    return x**3


def _functions(random: Generator) -> Sequence[Case]:
    return [
        (np.sin, 1.0),
        (np.exp, float(random.normal())),
        (_cube, 2.0),
        (np.tanh, float(random.normal())),
        (_cube, -40.0),
    ]


@lesson.function(
    "A slope by differences",
    _functions,
    tolerance=1e-8,
    hints=(
        "Go a small step to both sides: how much does f change in all, and how far apart are both points?",
        "(f(x + h) - f(x - h)) / (2 * h), with h around 1e-5.",
    ),
)
def numeric_slope(f, x):
    """The slope of f at x, by a central difference."""
    h = 1e-5 * max(1.0, abs(x))
    return (f(x + h) - f(x - h)) / (2 * h)


numeric_slope.mistakes(
    (lambda f, x: (f(x + 1e-5) - f(x - 1e-5)) / 1e-5, "both points are 2h apart: divide by 2h, not by h"),
    (lambda f, x: f(x + 1e-5) - f(x - 1e-5), "this is the difference; divide it by the distance of both points"),
    (lambda f, x: (f(x - 1e-5) - f(x + 1e-5)) / 2e-5, "the sides are mixed up: f(x + h) minus f(x - h)"),
    (lambda f, x: f(x) * 1.0, "this is the value of f"),
    (lambda f, x: (f(x + 1) - f(x - 1)) / 2, "a step of 1 is far too large: the function bends in between"),
    (lambda f, x: (f(x + 0.01) - f(x - 0.01)) / 0.02, "a step of 0.01 is too large for this accuracy; try 1e-5"),
    (lambda f, x: (f(x + 1e-3) - f(x - 1e-3)) / 2e-3, "a step of 0.001 is too large for this accuracy; try 1e-5"),
    (lambda f, x: (f(x + 1e-5) - f(x)) / 1e-5, "it steps to one side alone; step to both, which is more exact"),
    (lambda f, x: (f(x + 1e-5) - f(x)) / 2e-5, "from x to x + h it is h, not 2h; use both sides"),
)  # fmt: skip


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
    (
        lambda dA, Z: (Z > 0) * 1.0,
        "this is the slope alone; the gradient behind it belongs to it as a factor",
    ),
    (
        lambda dA, Z: dA @ (Z > 0).T,
        "this is a product of tables; the slope of each number belongs to that number: *",
    ),
)


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
    (lambda A, Y: 2 * (A - Y) / len(A) * A * (1 + A), "the sigmoid's slope is A (1 - A)"),
    (
        lambda A, Y: 2 * (A - Y) / len(A) * (1 - A**2),
        "1 - A² is the slope of tanh; that of a sigmoid is A (1 - A)",
    ),
)


def _relu_softmax(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> tuple[Any, Any, Any]:
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    e = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    return Z1, A1, e / e.sum(axis=1, keepdims=True)


def _digit_networks(random: Generator) -> Sequence[Case]:
    cases = []
    for n, f, h, k in ((5, 4, 3, 3), (6, 6, 4, 2), (4, 3, 3, 3)):
        Y = np.eye(k)[random.integers(0, k, size=n)]
        parameters = (
            random.normal(size=(f, h)),
            random.normal(size=h),
            random.normal(size=(h, k)),
            random.normal(size=k),
        )
        cases.append((random.normal(size=(n, f)), Y, *parameters))
    return cases


def _named_by_check(answer: Any, X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> str | None:
    """What check_backward says of a learner's gradients."""
    network = gn.Network(
        [gn.Dense(W1.shape[1], "relu"), gn.Dense(W2.shape[1], "softmax")],
        input_shape=W1.shape[0],
        dtype="float64",
    )
    network.parameters = np.concatenate([W1.ravel(), b1, W2.ravel(), b2])
    gradients = answer(X, Y, W1, b1, W2, b2)
    pairs = [(gradients["dW1"], gradients["db1"]), (gradients["dW2"], gradients["db2"])]
    report = gn.check_backward(network, X, Y, pairs, loss="cce")
    return "check_backward says: " + " ".join(slip.message for slip in report.slips) if report.slips else None


@lesson.function(
    "Backpropagation through the digits network",
    _digit_networks,
    points=4,
    hints=(
        "Forward first, keeping Z1, A1, A2. Then dZ2, dW2, db2, then dZ1, dW1, db1: each has the shape of its partner.",
        "dZ2 = (A2 - Y) / n, dW2 = A1.T @ dZ2, dZ1 = (dZ2 @ W2.T) * (Z1 > 0), dW1 = X.T @ dZ1; biases sum over axis 0.",
    ),
    explains=_named_by_check,
)  # fmt: skip
def backward(X, Y, W1, b1, W2, b2):
    """The gradients of the mean cross-entropy for ReLU and softmax, by name."""
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    e = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    A2 = e / e.sum(axis=1, keepdims=True)

    dZ2 = (A2 - Y) / len(X)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": A1.T @ dZ2, "db2": dZ2.sum(axis=0)}


def _gradients(
    X: Any,
    Y: Any,
    W1: Any,
    b1: Any,
    W2: Any,
    b2: Any,
    *,
    scale: float = 1.0,
    slope: Any = None,
    back: Any = None,
) -> Any:
    Z1, A1, A2 = _relu_softmax(X, W1, b1, W2, b2)
    dZ2 = scale * (A2 - Y) / len(X)
    dZ1 = (dZ2 @ (W2 if back is None else back).T) * ((Z1 > 0) if slope is None else slope(Z1))
    return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": A1.T @ dZ2, "db2": dZ2.sum(axis=0)}


def _mean_biases(*case: Any) -> Any:
    right, n = _gradients(*case), len(case[0])
    return {**right, "db1": right["db1"] / n, "db2": right["db2"] / n}


def _summed_error(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    right, (_, A1, _) = _gradients(X, Y, W1, b1, W2, b2), _relu_softmax(X, W1, b1, W2, b2)
    return {**right, "dW2": np.outer(A1.sum(axis=0), right["db2"])}


backward.mistakes(
    (
        lambda X, *rest: _gradients(X, *rest, scale=len(X)),
        "the mean is missing: divide by the number of samples, once",
    ),
    (lambda X, *rest: _gradients(X, *rest, scale=1 / len(X)), "it is divided by the number of samples twice"),
    (lambda *case: _gradients(*case, scale=-1), "all signs are wrong: dZ2 is A2 - Y, not Y - A2"),
    (
        lambda *case: _gradients(*case, slope=np.ones_like),
        "the slope of ReLU is missing in dZ1: times (Z1 > 0)",
    ),
    (
        lambda *case: _gradients(*case, slope=lambda z: np.maximum(z, 0)),
        "dZ1 is multiplied by A1; it is multiplied by the slope, which is 1 or 0",
    ),
    (_mean_biases, "the biases' gradients are means over the samples; the mean is in dZ2 already, so sum"),
    (
        _summed_error,
        "dW2 is made of sums over the samples; each sample's dZ2 belongs to its own A1: A1.T @ dZ2",
    ),
    (lambda *case: {**(g := _gradients(*case)), "dW1": g["dW1"].T}, "dW1 is turned: it is X.T @ dZ1"),
    (lambda *case: {**(g := _gradients(*case)), "dW2": g["dW2"].T}, "dW2 is turned: it is A1.T @ dZ2"),
    (
        lambda *case: tuple(_gradients(*case).values()),
        'these are arrays without names; give a dictionary with "dW1", "db1", "dW2", "db2"',
    ),
)


def _two_gradients(random: Generator) -> Sequence[Case]:
    a = random.normal(size=(3, 4))
    return [(a, a + 1e-9), (a, 2 * a), (a, -a), (1e-8 * a, 1.1e-8 * a), (a, np.zeros_like(a))]


@lesson.function(
    "How far apart are two gradients",
    _two_gradients,
    hints=(
        "The largest difference alone says little: 1e-8 is much for gradients of that size.",
        "np.abs(a - b).max() divided by the larger one of np.abs(a).max() and np.abs(b).max().",
    ),
)
def relative_difference(a, b):
    """The largest difference as a share of the largest entry of both."""
    return np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max())


relative_difference.mistakes(
    (
        lambda a, b: np.abs(a - b).max(),
        "this is the largest difference itself; compare it with how large the entries are",
    ),
    (
        lambda a, b: (a - b).max() / max(np.abs(a).max(), np.abs(b).max()),
        "differences need their absolute value",
    ),
    (
        lambda a, b: np.abs(a - b).max() / (np.abs(a).max() + np.abs(b).max()),
        "it is divided by the sum of both largest entries; divide by the larger one",
    ),
    (
        lambda a, b: np.abs(a - b).mean() / max(np.abs(a).max(), np.abs(b).max()),
        "the mean hides a single wrong entry",
    ),
    (
        lambda a, b: np.abs(a - b).max() / np.abs(a).max(),
        "b can be the larger one: divide by the larger of both",
    ),
    (
        lambda a, b: (np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))).max(),
        "each difference is divided by its own entry; divide the largest one by the largest entry of both",
    ),
    (
        lambda a, b: abs(np.abs(a).max() - np.abs(b).max()) / max(np.abs(a).max(), np.abs(b).max()),
        "it compares the largest entries; compare entry by entry",
    ),
)
