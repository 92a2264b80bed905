"""Lesson 4: forward propagation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case, Lesson
from glassnet.lessons.outputs import Outputs
from glassnet.support.text import be

lesson = Lesson(4, "Forward propagation")


def _relu(z: Any) -> Any:
    return np.maximum(z, 0)


def _sigmoid(z: Any) -> Any:
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


def _cache(X: Any, W1: Any, b1: Any, W2: Any, b2: Any, hidden: Any = _relu, last: Any = _sigmoid) -> Any:
    Z1 = X @ W1 + b1
    Z2 = hidden(Z1) @ W2 + b2
    return {"Z1": Z1, "A1": hidden(Z1), "Z2": Z2, "A2": last(Z2)}


forward.mistakes(
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, hidden=lambda z: z),
        "the ReLU is missing: A1 is the same as Z1, so that both layers are worth one",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, last=lambda z: z),
        "the sigmoid is missing: A2 is the same as Z2, which is no probability",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, hidden=_sigmoid),
        "the hidden layer has a sigmoid; ReLU is asked for",
    ),
    (
        lambda X, W1, b1, W2, b2: _cache(X, W1, b1, W2, b2, last=_relu),
        "the last layer has a ReLU; a sigmoid is asked for",
    ),
    (
        lambda X, W1, b1, W2, b2: {
            **_cache(X, W1, b1, W2, b2), "Z2": (X @ W1 + b1) @ W2 + b2, "A2": _sigmoid((X @ W1 + b1) @ W2 + b2),
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
    (lambda x, W1, b1, W2, b2: _relu(np.array(x) @ W1) @ W2 + b2, "the first layer's biases are left out"),
    (lambda x, W1, b1, W2, b2: _relu(np.array(x) @ W1) @ W2, "the biases of both layers are left out"),
    (lambda x, W1, b1, W2, b2: _relu(np.array(x) @ W1 + b1) @ W2, "the second layer's biases are left out"),
    (
        lambda x, W1, b1, W2, b2: np.abs(np.array(x) @ W1 + b1) @ W2 + b2,
        "what is below 0 has only lost its sign; ReLU makes it 0",
    ),
    (
        lambda x, W1, b1, W2, b2: _relu(np.array(x) @ W1 + b1),
        "these are the hidden neurons; there is one more layer",
    ),
    (lambda x, W1, b1, W2, b2: np.array(x) @ W1 + b1, "these are the hidden neurons before their ReLU"),
    (
        lambda x, W1, b1, W2, b2: -(_relu(np.array(x) @ W1 + b1) @ W2 + b2),
        "the signs are the wrong way round",
    ),
)

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0.0, 1.0, 1.0, 0.0])


def _levels(random: Generator) -> Case:
    """Corners where an input that is on is no 1, but another number for each of the two."""
    return (CORNERS * random.uniform(0.3, 4, size=2).round(1),)


def _parts(answer: Any, corners: Any) -> Any:
    if len(answer) != 4:
        raise ValueError(f"four parts are asked for, (W1, b1, w2, b2); got {len(answer)}")
    W1, b1, w2, b2 = (np.asarray(part, dtype=float) for part in answer)
    if W1.shape != (2, 2):
        raise ValueError(f"W1 has shape {W1.shape}; two inputs and two hidden neurons make (2, 2)")
    if b1.shape != (2,) or w2.size != 2 or b2.size != 1:
        raise ValueError(
            f"b1, w2 and b2 hold 2, 2 and 1 numbers; yours hold {b1.size}, {w2.size} and {b2.size}"
        )
    return {"W1": W1, "b1": b1, "w2": w2.reshape(2), "b2": b2.reshape(())}


def _xor_or_why_not(outputs: Outputs, case: Case) -> str | None:
    (corners,) = case
    W1, b1, w2, b2 = (np.asarray(outputs[f"[{name!r}]"], dtype=float) for name in ("W1", "b1", "w2", "b2"))
    a = _relu(corners @ W1 + b1) @ w2 + b2
    both = f"({corners[3, 0]:g}, {corners[3, 1]:g})"
    if np.allclose(a, XOR, atol=1e-6):
        return None
    if np.allclose(a, a[0]):
        return f"it gives {a[0]:g} for all four: no hidden neuron tells them apart"
    if np.allclose(a, [0, 1, 1, 1]):
        return f'this one says "or": only {both} is wrong; the second neuron is to act there alone'
    if np.allclose(a, [0, 1, 1, 2]):
        return f"it counts the inputs: {both} gives 2; the second neuron is to take 2 away there, and nothing elsewhere"
    if np.allclose(a, 1 - XOR):
        return "every answer is the other way round: 1 minus this is XOR"
    if np.allclose(a - a[0], XOR):
        return f"every answer is {a[0]:g} too {'large' if a[0] > 0 else 'small'}: mend the last bias"
    wrong = np.flatnonzero(~np.isclose(a, XOR, atol=1e-6))
    x1, x2 = corners[wrong[0]]
    which = "" if len(wrong) == 1 else "the first "
    return f"{len(wrong)} of 4 {be(len(wrong))} wrong, {which}({x1:g}, {x2:g}): it gives {a[wrong[0]]:g}"


@lesson.value(
    "XOR by hand",
    _levels,
    of_text=(CORNERS,),
    points=2,
    hints=(
        "Let the first neuron count the ones. What must the second one know, and how much must it take away?",
        "The second neuron is relu(count - 1): it is 1 where both inputs are on, and 0 elsewhere.",
    ),
    ask=_parts,
    accepts=_xor_or_why_not,
)
def xor_by_hand(corners):
    """W1, b1, w2 and b2 of a 2 → 2 → 1 network that gives XOR: both hidden neurons count the inputs that are on."""
    x1, x2 = corners[3]
    return [[1 / x1, 1 / x1], [1 / x2, 1 / x2]], [0, -1], [1, -2], 0


def _stacks(random: Generator) -> Sequence[Case]:
    def stack(*sizes: int) -> Case:
        layers = [
            (
                random.normal(size=(f, u)),
                random.normal(size=u),
                (np.tanh, _relu, _sigmoid)[int(random.integers(3))],
            )
            for f, u in pairwise(sizes)
        ]
        return random.normal(size=(3, sizes[0])), layers

    return [stack(2, 3, 1), stack(4, 4, 4, 4), stack(3, 2), stack(2, 5, 5, 3, 2)]


@lesson.function(
    "Any number of layers",
    _stacks,
    hints=(
        "Go through the layers; what comes out of one goes into the next. Begin with A = X.",
        "In the loop: A = activation(A @ W + b). After it, A is what the last layer gives.",
    ),
)
def forward_through(X, layers):
    """What the last layer gives, for layers as (weights, bias, activation)."""
    A = X
    for W, b, activation in layers:
        A = activation(A @ W + b)
    return A


def _each_from_x(X: Any, layers: Any) -> Any:
    W, b, activation = layers[0]
    return activation(X @ W + b)


def _without_activations(X: Any, layers: Any) -> Any:
    for W, b, _ in layers:
        X = X @ W + b
    return X


def _without_biases(X: Any, layers: Any) -> Any:
    for W, _, activation in layers:
        X = activation(X @ W)
    return X


def _last_not_activated(X: Any, layers: Any) -> Any:
    return _without_activations(forward_through.solution(X, layers[:-1]), layers[-1:])


def _last_activation_alone(X: Any, layers: Any) -> Any:
    return layers[-1][2](_without_activations(X, layers))


def _one_activation(X: Any, layers: Any) -> Any:
    return forward_through.solution(X, [(W, b, layers[0][2]) for W, b, _ in layers])


def _twice(X: Any, layers: Any) -> Any:
    for W, b, activation in layers:
        X = activation(activation(X @ W + b))
    return X


forward_through.mistakes(
    (_each_from_x, "it ends after the first layer; a return inside the loop does that"),
    (_last_activation_alone, "only the last layer's activation is applied; each layer has one"),
    (_without_activations, "no activation is applied"),
    (_without_biases, "the biases are missing"),
    (_last_not_activated, "the last layer's activation is missing"),
    (lambda X, layers: forward_through.solution(X, layers[:-1]), "the last layer is left out"),
    (_one_activation, "all layers get the first one's activation; each has its own"),
    (_twice, "each activation is applied twice"),
)
