"""What comes through many layers, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_03.lesson import lesson


def _depth(random: Generator) -> Case:
    return (int(random.integers(5, 60)),)


@lesson.value(
    "What is left behind many sigmoids",
    _depth,
    of_text=(10,),
    tolerance=1e-3,
    hints=(
        "Where is a sigmoid steepest, and how steep is it there?",
        "The slope at 0 is 0.5 · (1 − 0.5). Each layer multiplies by it once.",
    ),
)
def best_share(n_layers):
    """The largest factor that n sigmoids in a row can leave of a gradient, with weights of size 1."""
    return 0.25**n_layers


best_share.mistakes(
    (lambda n: 0.5**n, "0.5 is the sigmoid's value at 0; its slope there is 0.5 · (1 − 0.5)"),
    (lambda n: 0.25 * n, "the slopes are multiplied, one after another, not added"),
    (lambda n: 0.25, "this is what one layer leaves"),
    (lambda n: 100 * 0.25**n, "this is in percent; the share itself is asked for"),
    (lambda n: 1.0, "1 is the steepest slope of tanh; a sigmoid is never that steep"),
    (lambda n: 0.25 ** (n - 1), "one layer is missing"),
    (lambda n: 0.25 ** (n + 1), "one layer is counted too many"),
    (lambda n: 0.25 / n, "each layer multiplies by the slope once more: a power, not a quotient"),
)


def _hidden(random: Generator) -> Sequence[Case]:
    cases = []
    for n, units, dead in ((4, 4, 1), (8, 6, 3), (5, 3, 0), (3, 5, 5)):
        Z = random.normal(size=(n, units))
        Z[0] = np.abs(Z[0]) + 0.1  # alive on the first sample
        Z[:, :dead] = -np.abs(Z[:, :dead])
        cases.append((Z[:, random.permutation(units)],))
    Z = np.array([[0.0, 1.0, -1.0], [0.0, -1.0, -2.0], [0.0, -1.0, 3.0]])  # exactly 0 everywhere is dead, too
    return [*cases, (Z,)]


@lesson.function(
    "Count the dead neurons",
    _hidden,
    hints=(
        "A neuron is a column. It is dead when it is 0 behind ReLU for every sample: what does that say about z?",
        "(Z <= 0).all(axis=0) says it for each column; a sum of True and False counts.",
    ),
)
def dead_neurons(Z):
    """How many columns are at most 0 in every row, so that no gradient comes through."""
    return int((Z <= 0).all(axis=0).sum())


dead_neurons.mistakes(
    (lambda Z: int((Z <= 0).any(axis=1).sum()), "it counts samples with a 0 in them; a neuron is a column"),
    (
        lambda Z: int((Z.sum(axis=0) <= 0).sum()),
        "it looks at the sum of a column, in which large and small cancel; dead is at most 0 for every sample",
    ),
    (
        lambda Z: int((Z[0] <= 0).sum()),
        "it looks at the first sample alone; dead is 0 for every sample",
    ),
    (lambda Z: float((Z <= 0).mean()), "this is the share of zeros; the number of dead neurons is asked for"),
    (lambda Z: np.where((Z <= 0).all(axis=0))[0], "these are their places; how many there are is asked for"),
    (
        lambda Z: int((Z <= 0).all(axis=1).sum()),
        "it counts samples for which all neurons are 0; a neuron is a column",
    ),
    (
        lambda Z: int((Z <= 0).any(axis=0).sum()),
        "it counts neurons that are 0 for some sample; dead is 0 for all",
    ),
    (lambda Z: int((Z <= 0).sum()), "it counts single zeros, not neurons"),
    (
        lambda Z: int((Z < 0).all(axis=0).sum()),
        "a neuron whose z is exactly 0 gives 0 and has slope 0: it is dead, too",
    ),
    (
        lambda Z: int((Z == 0).all(axis=0).sum()),
        "Z is before the ReLU: what is below 0 there is 0 behind it, too",
    ),
    (lambda Z: int((Z > 0).any(axis=0).sum()), "these are the neurons that live"),
    (lambda Z: float((Z <= 0).all(axis=0).mean()), "this is their share; their number is asked for"),
    (lambda Z: (Z <= 0).all(axis=0), "this says for each neuron whether it is dead; count them"),
)
