"""A layer for a batch, and in both ways of writing it."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_02.lesson import lesson


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
    (
        lambda X, weights, bias: X @ (weights + bias),
        "the bias is added to the weights; it comes behind the product",
    ),
    (lambda X, weights, bias: X @ weights * bias, "it is multiplied by the bias; the bias is added"),
    (
        lambda X, weights, bias: X @ weights + bias[0],
        "the first bias is added to each neuron; each has one of its own",
    ),
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
    (lambda W, b, X: X.T @ W.T - b, "the bias is taken away; it is added"),
    (lambda W, b, X: X.T @ W.T + b[::-1], "the biases are in the other order"),
    (lambda W, b, X: X.T @ W.T + b.mean(), "the mean of all biases is added; each neuron has one of its own"),
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
