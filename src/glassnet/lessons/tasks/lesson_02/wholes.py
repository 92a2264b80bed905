"""Two layers as one, and a layer as an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.outputs import NoOutput
from glassnet.lessons.tasks.lesson_02.lesson import lesson


def _two_layers(random: Generator) -> Sequence[Case]:
    sizes = ((3, 5, 2), (2, 2, 2), (4, 1, 3), (4, 4, 4))
    return [
        (
            random.normal(size=(f, h)), random.normal(size=h), random.normal(size=(h, o)), random.normal(size=o),
        )
        for f, h, o in sizes
    ]  # fmt: skip


@lesson.function(
    "Two linear layers as one",
    _two_layers,
    hints=(
        "Write (X W1 + b1) W2 + b2 without brackets: which part has X in it, and which has not?",
        "The weights are W1 @ W2. The first bias goes through the second layer as well: b1 @ W2 + b2.",
    ),
)
def merged(W1, b1, W2, b2):
    """Weights and bias of the one layer that gives what both give in a row."""
    return W1 @ W2, b1 @ W2 + b2


merged.mistakes(
    (lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2 - b2), "the second bias is taken away; it is added"),
    (lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2 * b2), "the biases are multiplied; the second one is added"),
    (
        lambda W1, b1, W2, b2: {"weights": W1 @ W2, "bias": b1 @ W2 + b2},
        "this is a dictionary; give a pair: weights, bias",
    ),
    (lambda W1, b1, W2, b2: (W1 @ W2, b2), "the first bias is lost; it goes through the second layer, too"),
    (lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2), "the second bias is missing"),
    (
        lambda W1, b1, W2, b2: (W1 @ W2, b2 + b1.sum()),
        "the first bias is added up; it is multiplied by the second layer's weights",
    ),
    (
        lambda W1, b1, W2, b2: ((W1 @ W2).T, b1 @ W2 + b2),
        "the weights are turned: (features, outputs) is right",
    ),
    (lambda W1, b1, W2, b2: (b1 @ W2 + b2, W1 @ W2), "the bias comes first; give weights, then bias"),
    (lambda W1, b1, W2, b2: W1 @ W2, "these are the weights alone; give weights and bias"),
    (lambda W1, b1, W2, b2: (-(W1 @ W2), b1 @ W2 + b2), "the weights have the wrong sign"),
)


def _use(layer_class: Any, n_inputs: int, n_units: int, X: Any, weights: Any, bias: Any) -> Any:
    """What a layer is when it is new, and what it gives for weights and a bias that are put into it."""
    new = layer_class(n_inputs, n_units)
    for name in ("weights", "bias"):
        if not hasattr(new, name):
            raise NoOutput(f"a new layer has no {name}; __init__ is to make self.{name}")
    shapes = {f"shape of {name}": str(np.shape(getattr(new, name))) for name in ("weights", "bias")}
    facts = {**shapes, "bias": new.bias}
    differ = len(np.unique(new.weights)) > 1
    new.weights, new.bias = weights, bias
    return {**facts, "weights differ": differ, "output": new.forward(X)}


class DenseLayer:
    """Weights and a bias, and what they make of a batch."""

    def __init__(self, n_inputs, n_units):
        self.weights = 0.1 * np.random.default_rng().normal(size=(n_inputs, n_units))
        self.bias = np.zeros(n_units)

    def forward(self, X):
        """The pre-activations, a row for each sample."""
        return X @ self.weights + self.bias


dense_layer = lesson.function(
    "The layer as an object",
    lambda random: [
        (4, 3, random.normal(size=(5, 4)), random.normal(size=(4, 3)), random.normal(size=3)),
        (2, 7, random.normal(size=(1, 2)), random.normal(size=(2, 7)), random.normal(size=7)),
    ],
    points=2,
    ask=_use,
    hints=(
        "__init__ makes self.weights and self.bias; forward uses them and takes the batch alone.",
        "self.weights = 0.1 * np.random.randn(n_inputs, n_units), and self.bias = np.zeros(n_units).",
    ),
)(DenseLayer)


class _Turned(DenseLayer):
    def __init__(self, n_inputs, n_units):
        super().__init__(n_units, n_inputs)
        self.bias = np.zeros(n_units)


class _OfZeros(DenseLayer):
    def __init__(self, n_inputs, n_units):
        self.weights, self.bias = np.zeros((n_inputs, n_units)), np.zeros(n_units)


class _RandomBias(DenseLayer):
    def __init__(self, n_inputs, n_units):
        self.weights, self.bias = np.ones((n_inputs, n_units)) * np.arange(n_units), np.ones(n_units)


class _OneBias(DenseLayer):
    def __init__(self, n_inputs, n_units):
        super().__init__(n_inputs, n_units)
        self.bias = 0.0


class _BiasInATable(DenseLayer):
    def __init__(self, n_inputs, n_units):
        super().__init__(n_inputs, n_units)
        self.bias = np.zeros((1, n_units))


class _WithoutBias(DenseLayer):
    def forward(self, X):
        return X @ self.weights


class _BiasOfInputs(DenseLayer):
    def __init__(self, n_inputs, n_units):
        super().__init__(n_inputs, n_units)
        self.bias = np.zeros(n_inputs)


dense_layer.mistakes(
    (_Turned, "the weights are turned: their shape is (n_inputs, n_units)"),
    (
        _OfZeros,
        "all weights are alike at the start: in a network of such layers all neurons stay so; draw small random ones",
    ),
    (_RandomBias, "the bias does not start at 0"),
    (_OneBias, "there is one bias for the whole layer; each of its neurons has one of its own"),
    (
        _BiasInATable,
        "the bias is a table of one row, (1, n_units); a row of numbers is asked for, (n_units,)",
    ),
    (_WithoutBias, "forward does not add the bias"),
    (_BiasOfInputs, "the bias has one number for each input; it has one for each neuron, n_units"),
)
