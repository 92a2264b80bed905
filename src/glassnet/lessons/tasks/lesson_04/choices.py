"""Weights that one chooses, and any number of layers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.outputs import Outputs
from glassnet.lessons.tasks.lesson_04.lesson import lesson
from glassnet.lessons.tasks.lesson_04.networks import relu, sigmoid
from glassnet.support.text import be

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
    a = relu(corners @ W1 + b1) @ w2 + b2
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
                (np.tanh, relu, sigmoid)[int(random.integers(3))],
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
    (
        lambda X, layers: [forward_through.solution(X, layers[: i + 1]) for i in range(len(layers))],
        "these are the outputs of all layers; that of the last one is asked for",
    ),
    (
        lambda X, layers: forward_through.solution(X, [(W, -b, activation) for W, b, activation in layers]),
        "the biases are taken away; they are added",
    ),
    (
        lambda X, layers: forward_through.solution(X, [(W, b, relu) for W, b, _ in layers]),
        "each layer has a ReLU; each brings its own activation",
    ),
    (lambda X, layers: forward_through.solution(X[:1], layers), "only the first sample goes through"),
    (_each_from_x, "it ends after the first layer; a return inside the loop does that"),
    (_last_activation_alone, "only the last layer's activation is applied; each layer has one"),
    (_without_activations, "no activation is applied"),
    (_without_biases, "the biases are missing"),
    (_last_not_activated, "the last layer's activation is missing"),
    (lambda X, layers: forward_through.solution(X, layers[:-1]), "the last layer is left out"),
    (_one_activation, "all layers get the first one's activation; each has its own"),
    (_twice, "each activation is applied twice"),
)
