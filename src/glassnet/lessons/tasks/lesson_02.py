"""Lesson 2: many neurons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case, Lesson
from glassnet.lessons.outputs import NoOutput

lesson = Lesson(2, "Many neurons")


def _layers(random: Generator) -> Sequence[Case]:
    sizes = ((3, 4, 2), (1, 2, 5), (6, 3, 3), (4, 4, 4))
    return [
        (random.normal(size=(n, f)), random.normal(size=(f, u)), random.normal(size=u)) for n, f, u in sizes
    ]


@lesson.function(
    "A layer for a batch",
    _layers,
    hints=(
        "Look at the shapes: (samples, features) times (features, units) is (samples, units).",
        "X @ weights has a row for each sample; NumPy adds the bias to every row by itself.",
    ),
)
def layer(X, weights, bias):
    """The pre-activations of a layer: a row for each sample, a column for each neuron."""
    return X @ weights + bias


layer.mistakes(
    (lambda X, weights, bias: X @ weights, "the bias is missing"),
    (lambda X, weights, bias: X @ weights - bias, "the bias is taken away; it is added"),
    (
        lambda X, weights, bias: (X @ weights + bias).T,
        "samples stand in columns; give a row for each sample, as X has them",
    ),
    (
        lambda X, weights, bias: X @ weights + bias.sum(),
        "the sum of all biases is added to each neuron; each has a bias of its own",
    ),
    (
        lambda X, weights, bias: X[:1] @ weights + bias,
        "only the first sample is computed; there is one row for each sample",
    ),
    (
        lambda X, weights, bias: X @ weights + len(X) * bias,
        "the bias is added once for every sample of the batch; each row gets it once",
    ),
    (
        lambda X, weights, bias: (X @ weights + bias).sum(axis=1),
        "the neurons' outputs are added up; each neuron's output stands in a column of its own",
    ),
    (
        lambda X, weights, bias: X.mean(axis=0) @ weights + bias,
        "the samples are averaged first; each sample goes through the layer on its own",
    ),
)


def _sizes(random: Generator) -> Case:
    return tuple(int(n) for n in random.integers(3, 90, size=3))


@lesson.value(
    "How many numbers are learned",
    _sizes,
    hints=(
        "A layer of u neurons on f features has a table of weights, and one bias for each neuron.",
        "features * hidden + hidden for the first layer; the second one looks at the hidden neurons as its features.",
    ),
    tolerance=1e-9,
    of_text=(64, 32, 10),
)
def n_parameters(n_features, n_hidden, n_outputs):
    """Weights and biases of both layers together."""
    first = n_features * n_hidden + n_hidden
    second = n_hidden * n_outputs + n_outputs
    return first + second


n_parameters.mistakes(
    (lambda f, h, o: f * h + h * o, "these are the weights alone; each neuron has a bias, too"),
    (
        lambda f, h, o: f + f * h + h + h * o + o,
        "the features are counted as if they were neurons with biases; they are given, not learned",
    ),
    (
        lambda f, h, o: f * h * o + h + o,
        "the weights are multiplied across layers; each layer has a table of its own",
    ),
    (
        lambda f, h, o: f + h + o,
        "these are the neurons and features; a weight stands between each pair of neighbours",
    ),
    (lambda f, h, o: f * h + h * o + 2, "one bias for each layer is counted; there is one for each neuron"),
    (
        lambda f, h, o: f * h + h + f * o + o,
        "the second layer looks at the hidden neurons, not at the features",
    ),
    (lambda f, h, o: f * h + h + h * o, "the biases of the second layer are missing"),
    (lambda f, h, o: f * h + h * o + o, "the biases of the first layer are missing"),
    (lambda f, h, o: f * h + h, "the second layer is not counted"),
    (lambda f, h, o: h * o + o, "the first layer is not counted"),
)


def _columns(random: Generator) -> Sequence[Case]:
    sizes = ((3, 4, 2), (1, 2, 5), (6, 3, 3), (4, 4, 4))
    return [
        (random.normal(size=(u, f)), random.normal(size=u), random.normal(size=(f, n))) for n, f, u in sizes
    ]


@lesson.function(
    "From columns to rows",
    _columns,
    hints=(
        "Transposing turns one convention into the other: (W X)ᵀ is Xᵀ Wᵀ.",
        "X.T has a row for each sample, and W.T a column for each neuron; the bias needs no change.",
    ),
)
def in_rows(W, b, X):
    """The pre-activations with a row for each sample, of W (units, features), b (units,) and X (features, samples)."""
    return X.T @ W.T + b


in_rows.mistakes(
    (lambda W, b, X: W @ X + b[:, None], "samples still stand in columns; each should be a row"),
    (
        lambda W, b, X: (W @ X + b[:, None]).reshape(X.shape[1], W.shape[0]),
        "reshape keeps the order of the numbers and cuts them up anew; rows and columns change places with .T",
    ),
    (
        lambda W, b, X: X.reshape(X.shape[1], -1) @ W.T + b,
        "X.reshape(...) mixes the samples up; X.T makes rows of columns",
    ),
    (
        lambda W, b, X: X.T @ W.reshape(W.shape[1], -1) + b,
        "W.reshape(...) mixes the weights up; W.T turns the table",
    ),
    (lambda W, b, X: X.T @ W.T, "the bias is missing"),
    (
        lambda W, b, X: X.T @ W.T + X.shape[1] * b,
        "the bias is added once for each sample; each row gets it once",
    ),
    (
        lambda W, b, X: X.T @ W.T + b.sum(),
        "the sum of all biases is added to each neuron; each has one of its own",
    ),
)


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
    spread = float(np.std(new.weights))
    new.weights, new.bias = weights, bias
    return {**facts, "weights differ": spread > 0, "output": new.forward(X)}


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
        "all weights are 0 at the start: in a network of such layers all neurons stay alike; draw small random ones",
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
