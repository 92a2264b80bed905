"""A network forward, by code and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_04.lesson import lesson


def relu(z: Any) -> Any:
    """What is above 0."""
    return np.maximum(z, 0)


def sigmoid(z: Any) -> Any:
    """From 0 to 1."""
    return 1 / (1 + np.exp(-z))


def _networks(random: Generator) -> Sequence[Case]:
    sizes = ((4, 2, 4), (3, 5, 2), (1, 3, 3), (5, 4, 4))
    return [
        (
            random.normal(size=(n, f)), random.normal(size=(f, h)), random.normal(size=h),
            random.normal(size=(h, 1)), random.normal(size=1),
        )
        for n, f, h in sizes
    ]  # fmt: skip


@lesson.function(
    "Forward, with every number kept",
    _networks,
    points=2,
    hints=(
        "Four lines, each made from the one before: Z1 from X, A1 from Z1, Z2 from A1, A2 from Z2.",
        "Z1 = X @ W1 + b1, A1 = np.maximum(Z1, 0), Z2 = A1 @ W2 + b2, A2 = 1 / (1 + np.exp(-Z2)).",
    ),
)
def forward(X, W1, b1, W2, b2):
    """Every Z and A of a network with a ReLU and a sigmoid, by name."""
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def _cache(X: Any, W1: Any, b1: Any, W2: Any, b2: Any, hidden: Any = relu, last: Any = sigmoid) -> Any:
    Z1 = X @ W1 + b1
    Z2 = hidden(Z1) @ W2 + b2
    return {"Z1": Z1, "A1": hidden(Z1), "Z2": Z2, "A2": last(Z2)}


forward.mistakes(
    (
        lambda *case: {**_cache(*case), "A2": 1 / (1 + np.exp(_cache(*case)["Z2"]))},
        "the exponent of the sigmoid has the wrong sign: 1 / (1 + np.exp(-Z2))",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, last=np.tanh),
        "the last layer has a tanh; a sigmoid is asked for",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, last=lambda z: (z > 0) * 1.0),
        "A2 is 0 or 1; the sigmoid itself is asked for, not the decision",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, hidden=np.abs),
        "what is below 0 has only lost its sign in A1; ReLU makes it 0",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, last=lambda z: np.ones_like(z)),
        "a softmax over a single number is always 1; one output takes a sigmoid",
    ),
    (
        lambda *case: {name: value.T for name, value in _cache(*case).items()},
        "samples stand in columns; give a row for each sample, as X has them",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, hidden=lambda z: z),
        "the ReLU is missing: A1 is the same as Z1, so that both layers are worth one",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, last=lambda z: z),
        "the sigmoid is missing: A2 is the same as Z2, which is no probability",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, hidden=sigmoid),
        "the hidden layer has a sigmoid; ReLU is asked for",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, last=relu),
        "the last layer has a ReLU; a sigmoid is asked for",
    ),
    (
        lambda X, W1, b1, W2, b2: {
            **_cache(X, W1, b1, W2, b2), "Z2": (X @ W1 + b1) @ W2 + b2, "A2": sigmoid((X @ W1 + b1) @ W2 + b2),
        },
        "the second layer is given Z1; it looks at the outputs A1",
    ),
    (lambda X, W1, b1, W2, b2: _cache(X, W1, 0 * b1, W2, b2), "the first bias is missing"),
    (lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, 0 * b2), "the second bias is missing"),
    (lambda X, W1, b1, W2, b2: _cache(X, W1, 0 * b1, W2, 0 * b2), "both biases are missing"),
    (
        lambda *case: tuple(_cache(*case).values()),
        'these are arrays without names; give a dictionary with "Z1", "A1", "Z2", "A2"',
    ),
    (lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2)["A2"], "this is A2 alone; give all four by name"),
)  # fmt: skip


def _by_hand(random: Generator) -> Case:
    """A 3 → 5 → 2 network with whole numbers, some neurons below 0."""
    while True:
        x = random.integers(1, 4, size=3)
        W1, b1 = random.integers(-2, 3, size=(3, 5)), random.integers(-2, 3, size=5)
        W2, b2 = random.integers(-2, 3, size=(5, 2)), random.integers(-2, 3, size=2)
        z = x @ W1 + b1
        if 2 <= (z < 0).sum() <= 3 and np.any(z[z < 0] @ W2[z < 0] != 0) and b1.any() and b2.any():
            return x.tolist(), W1.tolist(), b1.tolist(), W2.tolist(), b2.tolist()


@lesson.value(
    "A network by hand",
    _by_hand,
    points=2,
    tolerance=1e-9,
    hints=(
        "Write the five z first, cross out those below 0, and only then go on to the second layer.",
        "z of the first hidden neuron is x · (first column of W1) + first number of b1.",
    ),
)
def by_hand(x, W1, b1, W2, b2):
    """What 3 → 5 ReLU → 2 gives for one sample."""
    hidden = np.maximum(np.array(x) @ W1 + b1, 0)
    return (hidden @ W2 + b2).tolist()


by_hand.mistakes(
    (
        lambda x, W1, b1, W2, b2: (np.array(x) @ W1 + b1) @ W2 + b2,
        "the ReLU is left out: what is below 0 becomes 0",
    ),
    (lambda x, W1, b1, W2, b2: relu(np.array(x) @ W1) @ W2 + b2, "the first layer's biases are left out"),
    (lambda x, W1, b1, W2, b2: relu(np.array(x) @ W1) @ W2, "the biases of both layers are left out"),
    (lambda x, W1, b1, W2, b2: relu(np.array(x) @ W1 + b1) @ W2, "the second layer's biases are left out"),
    (
        lambda x, W1, b1, W2, b2: np.abs(np.array(x) @ W1 + b1) @ W2 + b2,
        "what is below 0 has only lost its sign; ReLU makes it 0",
    ),
    (
        lambda x, W1, b1, W2, b2: relu(np.array(x) @ W1 + b1),
        "these are the hidden neurons; there is one more layer",
    ),
    (lambda x, W1, b1, W2, b2: np.array(x) @ W1 + b1, "these are the hidden neurons before their ReLU"),
    (
        lambda x, W1, b1, W2, b2: -(relu(np.array(x) @ W1 + b1) @ W2 + b2),
        "the signs are the wrong way round",
    ),
)
