"""Lesson 10: scaling up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case, Lesson

lesson = Lesson(10, "Scaling up")


def _sizes(random: Generator) -> Sequence[Case]:
    return [
        ((64, 32, 10),),
        ((784, 512, 512, 10),),
        (tuple(int(n) for n in random.integers(2, 90, size=4)),),
        ((5, 3),),
    ]


@lesson.function(
    "How much work is a forward pass",
    _sizes,
    hints=(
        "Each weight is multiplied once for each sample. How many weights does a layer have?",
        "The sum of n_inputs * n_outputs over neighbouring sizes: zip(sizes, sizes[1:]).",
    ),
    tolerance=1e-12,
)
def multiplications(sizes):
    """How many products of a weight one sample takes, for a network of these sizes."""
    total = 0
    for i in range(len(sizes) - 1):
        total = total + sizes[i] * sizes[i + 1]
    return total


multiplications.mistakes(
    (lambda s: sum(a + b for a, b in pairwise(s)), "neighbours are added; a table of weights has a times b numbers"),
    (lambda s: sum(s[1:]), "these are the neurons; count the weights between them"),
    (lambda s: sum(a * b for a, b in pairwise(s[:-1])), "the last layer is not counted"),
    (lambda s: s[-2] * s[-1], "only the last layer is counted"),
    (lambda s: [a * b for a, b in pairwise(s)], "these are the products of each layer; all together are asked for"),
    (lambda s: sum(a * a for a in s), "each size is multiplied by itself; by that of the next layer"),
    (lambda s: sum(a * b + b for a, b in pairwise(s)), "biases are added, not multiplied"),
    (lambda s: int(np.prod(s)), "all sizes are multiplied; each layer has its own table, and their sizes add up"),
    (lambda s: sum(s), "these are the neurons; count the weights between them"),
    (lambda s: s[0] * s[1], "only the first layer is counted"),
    (lambda s: sum(a * b for a, b in pairwise(s[1:])), "the first layer is not counted"),
    (lambda s: s[0] * s[-1], "these would be the weights of a single layer from inputs to outputs"),
    (lambda s: 2 * sum(a * b for a, b in pairwise(s)), "additions are counted, too; products are asked for"),
)  # fmt: skip


def _blocks(random: Generator) -> Sequence[Case]:
    def block(n: int, f: int, h: int) -> Case:
        return (
            random.normal(size=(n, f)), random.normal(size=(f, h)), random.normal(size=h),
            random.normal(size=(h, f)), random.normal(size=f),
        )  # fmt: skip

    return [block(3, 4, 6), block(2, 3, 3), block(1, 5, 2)]


@lesson.function(
    "A residual block",
    _blocks,
    hints=(
        "Compute what the two layers give, and add what came in, at the very end.",
        "X + np.maximum(X @ W1 + b1, 0) @ W2 + b2",
    ),
)
def residual(X, W1, b1, W2, b2):
    """X plus what two layers with a ReLU between them make of X."""
    return X + np.maximum(X @ W1 + b1, 0) @ W2 + b2


residual.mistakes(
    (
        lambda X, W1, b1, W2, b2: X + np.tanh(X @ W1 + b1) @ W2 + b2,
        "a tanh stands between the layers; a ReLU is asked for",
    ),
    (
        lambda X, W1, b1, W2, b2: np.maximum(X, 0) + np.maximum(X @ W1 + b1, 0) @ W2 + b2,
        "what is added has gone through a ReLU; add X itself",
    ),
    (
        lambda X, W1, b1, W2, b2: X + np.maximum(np.maximum(X, 0) @ W1 + b1, 0) @ W2 + b2,
        "X goes through a ReLU before the first layer; the only one stands between both",
    ),
    (
        lambda X, W1, b1, W2, b2: (X + np.maximum(X @ W1 + b1, 0) @ W2 + b2) / 2,
        "the mean of both is taken; they are added",
    ),
    (lambda X, W1, b1, W2, b2: X + np.maximum(X @ W1, 0) @ W2, "both biases are missing"),
    (lambda X, W1, b1, W2, b2: X + np.maximum(X @ W1 + b1, 0) @ W2 - b2, "the second bias is taken away"),
    (
        lambda X, W1, b1, W2, b2: np.concatenate([X, np.maximum(X @ W1 + b1, 0) @ W2 + b2], axis=1),
        "both stand side by side; they are added",
    ),
    (lambda X, W1, b1, W2, b2: np.maximum(X @ W1 + b1, 0) @ W2 + b2, "the input is not added"),
    (lambda X, W1, b1, W2, b2: X + (X @ W1 + b1) @ W2 + b2, "the ReLU is missing"),
    (lambda X, W1, b1, W2, b2: X + np.maximum(X @ W1 + b1, 0) @ W2, "the second bias is missing"),
    (lambda X, W1, b1, W2, b2: X + np.maximum(X @ W1, 0) @ W2 + b2, "the first bias is missing"),
    (
        lambda X, W1, b1, W2, b2: np.maximum(X + np.maximum(X @ W1 + b1, 0) @ W2 + b2, 0),
        "a ReLU stands behind the sum; nothing may stand in the input's own way",
    ),
    (
        lambda X, W1, b1, W2, b2: X + np.maximum(np.maximum(X @ W1 + b1, 0) @ W2 + b2, 0),
        "a ReLU stands behind the second layer, too; it stands between the two alone",
    ),
    (lambda X, W1, b1, W2, b2: 2 * X + np.maximum(X @ W1 + b1, 0) @ W2 + b2, "the input is added twice"),
    (lambda X, W1, b1, W2, b2: X - (np.maximum(X @ W1 + b1, 0) @ W2 + b2), "the layers' part is taken away"),
    (
        lambda X, W1, b1, W2, b2: X * (np.maximum(X @ W1 + b1, 0) @ W2 + b2),
        "both are multiplied; they are added",
    ),
)


def _chain(random: Generator) -> Case:
    return int(random.integers(8, 30)), float(random.integers(2, 9)) / 20


@lesson.value(
    "What is left behind many residual blocks",
    _chain,
    of_text=(20, 0.1),
    tolerance=1e-3,
    hints=(
        "The slope of x + f(x) is 1 plus the slope of f.",
        "One block multiplies by 1 + s; n blocks multiply n times.",
    ),
)
def left_of_gradient(n_blocks, s):
    """The factor of a gradient behind n blocks x + f(x), where f has slope s."""
    return (1 + s) ** n_blocks


left_of_gradient.mistakes(
    (lambda n, s: s**n, "this is without the added input: its slope is 1, so that a block has 1 + s"),
    (lambda n, s: 1 + s * n, "slopes along a chain are multiplied, not added"),
    (lambda n, s: 1 + s**n, "each block has 1 + s; the product of these is asked for"),
    (lambda n, s: n * (1 + s), "slopes along a chain are multiplied, not added"),
    (lambda n, s: (1 + s) ** (n - 1), "one block is missing"),
    (lambda n, s: 1 + s, "this is one block"),
    (lambda n, s: (1 - s) ** n, "the slopes add: 1 + s"),
)


def _halves(random: Generator) -> Sequence[Case]:
    return [(random.normal(size=4), n1, random.normal(size=4), n2) for n1, n2 in ((16, 16), (30, 10), (1, 7))]


@lesson.function(
    "One gradient from two machines",
    _halves,
    hints=(
        "Each gradient is a mean over its own samples. What would the mean over all of them be?",
        "(n1 * g1 + n2 * g2) / (n1 + n2)",
    ),
)
def together(g1, n1, g2, n2):
    """The mean gradient over all samples, from two means over n1 and n2 samples."""
    return (n1 * g1 + n2 * g2) / (n1 + n2)


together.mistakes(
    (
        lambda g1, n1, g2, n2: (n1 * g1 + n2 * g2) / 2,
        "it is divided by 2, the machines; divide by the number of samples",
    ),
    (
        lambda g1, n1, g2, n2: (n1 * g1 + n2 * g2) / (n1 * n2),
        "the numbers of samples are multiplied below; add them",
    ),
    (
        lambda g1, n1, g2, n2: g1 / n1 + g2 / n2,
        "each gradient is a mean already: it has been divided by its number",
    ),
    (lambda g1, n1, g2, n2: g2, "the first machine's gradient is not used"),
    (
        lambda g1, n1, g2, n2: (n1 * g1 - n2 * g2) / (n1 + n2),
        "the second gradient is taken away; both are added",
    ),
    (lambda g1, n1, g2, n2: np.maximum(g1, g2), "it takes the larger one of each pair; both count"),
    (
        lambda g1, n1, g2, n2: np.concatenate([g1, g2]).mean(),
        "all entries are averaged; each entry has its own mean",
    ),
    (lambda g1, n1, g2, n2: (g1 + g2) / 2, "both count alike, though one has seen more samples"),
    (lambda g1, n1, g2, n2: g1 + g2, "this is the sum of two means; a mean over all samples is asked for"),
    (lambda g1, n1, g2, n2: n1 * g1 + n2 * g2, "this is the sum over all samples; divide by their number"),
    (
        lambda g1, n1, g2, n2: (g1 / n1 + g2 / n2) * (n1 + n2),
        "each gradient is a mean already; multiply by its number",
    ),
    (lambda g1, n1, g2, n2: (n2 * g1 + n1 * g2) / (n1 + n2), "the numbers are mixed up: g1 is of n1 samples"),
    (
        lambda g1, n1, g2, n2: (g1 + g2) / (n1 + n2),
        "each gradient is a mean already; multiply it by its number first",
    ),
    (lambda g1, n1, g2, n2: g1, "the second machine's gradient is not used"),
)


def _shares(random: Generator) -> Case:
    return float(random.integers(50, 97)) / 100, int(random.integers(2, 17))


@lesson.value(
    "How much faster with several",
    _shares,
    of_text=(0.9, 8),
    hints=(
        "Take the time on one as 1. Which part of it becomes shorter, and to what?",
        "What is left: 1 - share, plus share / n. The speed-up is 1 divided by that.",
    ),
)
def speed_up(share, n):
    """How many times as fast it is, where a share of the time can be divided among n."""
    return 1 / ((1 - share) + share / n)


speed_up.mistakes(
    (lambda p, n: n, "only a share of the work can be divided; the rest takes as long as before"),
    (lambda p, n: p * n, "the speed-up is 1 divided by the time that is left"),
    (lambda p, n: (1 - p) + p / n, "this is the time that is left; the speed-up is 1 divided by it"),
    (lambda p, n: 1 / (1 - p), "this would be with endlessly many"),
    (lambda p, n: 1 / (p + (1 - p) / n), "the shares are mixed up: it is the given share that is divided"),
    (
        lambda p, n: 1 + p * (n - 1),
        "this divides more work, it does not shorten the same work (Gustafson's law)",
    ),
    (lambda p, n: 1 / ((1 - p) + p * n), "the share is divided by n, not multiplied"),
)
