"""Back through the digits network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

import glassnet as gn
from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_06.lesson import lesson


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
    last: Any = None,
) -> Any:
    Z1, A1, A2 = _relu_softmax(X, W1, b1, W2, b2)
    A2 = A2 if last is None else last(A1 @ W2 + b2)
    dZ2 = scale * (A2 - Y) / len(X)
    dZ1 = (dZ2 @ (W2 if back is None else back).T) * ((Z1 > 0) if slope is None else slope(Z1))
    return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": A1.T @ dZ2, "db2": dZ2.sum(axis=0)}


def _mean_biases(*case: Any) -> Any:
    right, n = _gradients(*case), len(case[0])
    return {**right, "db1": right["db1"] / n, "db2": right["db2"] / n}


def _summed_error(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    right, (_, A1, _) = _gradients(X, Y, W1, b1, W2, b2), _relu_softmax(X, W1, b1, W2, b2)
    return {**right, "dW2": np.outer(A1.sum(axis=0), right["db2"])}


def _softmax_over(axis: int | None) -> Any:
    def softmax(Z: Any) -> Any:
        e = np.exp(Z - Z.max())
        return e / e.sum(axis=axis, keepdims=True)

    return softmax


def _with_softmax_slope(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    A2 = _relu_softmax(X, W1, b1, W2, b2)[2]
    return _gradients(X, Y + (A2 - Y) * (1 - A2 * (1 - A2)), W1, b1, W2, b2)


def _with_dead_ones(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    """As if no hidden neuron had a ReLU, on both ways."""
    A1 = X @ W1 + b1
    dZ2 = (_softmax_over(1)(A1 @ W2 + b2) - Y) / len(X)
    dZ1 = dZ2 @ W2.T
    return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": A1.T @ dZ2, "db2": dZ2.sum(axis=0)}


backward.mistakes(
    (
        lambda *case: _gradients(*case, last=lambda Z: Z),
        "the softmax is left out: A2 is softmax of Z2, not Z2 itself",
    ),
    (
        lambda *case: _gradients(*case, last=lambda Z: 1 / (1 + np.exp(-Z))),
        "the last layer has a sigmoid; a softmax is asked for, whose rows add up to 1",
    ),
    (
        lambda *case: _gradients(*case, last=lambda Z: np.maximum(Z, 0)),
        "the last layer has a ReLU; a softmax is asked for",
    ),
    (
        lambda *case: _gradients(*case, last=_softmax_over(0)),
        "the softmax goes down the columns; each row is a sample and adds up to 1: axis=1, keepdims=True",
    ),
    (
        lambda *case: _gradients(*case, last=_softmax_over(None)),
        "the softmax is over the whole batch; each row is a sample and adds up to 1: axis=1, keepdims=True",
    ),
    (
        _with_softmax_slope,
        "dZ2 is multiplied by A2 (1 - A2); with softmax and cross-entropy that cancels, and A2 - Y is left",
    ),
    (
        lambda *case: _gradients(*case, scale=2),
        "there is a 2, as of a square; cross-entropy has none: dZ2 is (A2 - Y) / n",
    ),
    (
        _with_dead_ones,
        "the ReLU is missing, forward and back: A1 is what is above 0 in Z1",
    ),
    (
        lambda X, Y, W1, b1, W2, b2: _gradients(X, Y, W1, 0 * b1, W2, 0 * b2),
        "forward goes without the biases: Z1 is X @ W1 + b1, Z2 is A1 @ W2 + b2",
    ),
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
