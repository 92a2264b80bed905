"""Losses of answers: yes or no, one of several, and which loss for which task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_05.lesson import lesson


def _logits(random: Generator) -> Sequence[Case]:
    y = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    far = np.array([800.0, -800.0, -800.0, 30.0, 40.0])
    drawn = random.normal(scale=2, size=6), random.integers(0, 2, size=6).astype(float)
    return [(y, np.array([2.0, -1.0, 0.5, 0.0, 3.0])), (drawn[1], drawn[0]), (y, far)]


def _highest(answer: Any, y: Any, z: Any) -> str | None:
    """Whether a prediction that is wrong by far costs no more than one that is wrong by less."""
    cost = float(answer(np.array([1.0]), np.array([-800.0])))
    if not 0 < cost < 790:
        return None
    return (
        f"for target 1 and z = -800 it gives {cost:.4g}, where 800 is right: something like {np.exp(-cost):.1g} stands "
        "in for a probability that is smaller, clipped or added; compute the loss from z, then nothing needs it"
    )


@lesson.function(
    "Binary cross-entropy without log(0)",
    _logits,
    explains=_highest,
    points=2,
    tolerance=1e-9,
    hints=(
        "-log σ(z) is log(1 + e⁻ᶻ): the loss for target 1. For target 0 it is z larger. Which eᶻ is safe?",
        "log(1 + e⁻ᶻ) = max(-z, 0) + np.log1p(np.exp(-abs(z))). The loss: that, plus (1 - y) * z. Then the mean.",
    ),
)
def bce_of_logits(y, z):
    """The mean of -y log σ(z) - (1 - y) log(1 - σ(z)), computed from z."""
    of_target_1 = np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))
    return (of_target_1 + (1 - y) * z).mean()


def _parts(y: Any, z: Any) -> Any:
    return np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))


def _sigmoid(z: Any) -> Any:
    return 0.5 * (1 + np.tanh(z / 2))


bce_of_logits.mistakes(
    (
        lambda y, z: -(y * np.log(_sigmoid(z)) + (1 - y) * np.log(1 - _sigmoid(z))).mean(),
        "a number leaves what a float can hold: σ(z) becomes 0 or 1 for z far from 0, and log(0) is infinite",
    ),
    (
        lambda y, z: (np.log(1 + np.exp(-z)) + (1 - y) * z).mean(),
        "eᶻ or e⁻ᶻ is too large for a float where z is far from 0: take out max(-z, 0), and use np.exp(-abs(z))",
    ),
    (
        lambda y, z: (
            -(
                y * np.log(np.clip(z, 1e-7, 1 - 1e-7)) + (1 - y) * np.log(1 - np.clip(z, 1e-7, 1 - 1e-7))
            ).mean()
        ),
        "z is taken for a probability; it is what stands before the sigmoid",
    ),
    (
        lambda y, z: (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))).mean(),
        "every target is taken for 0; where it is 1 the loss is z smaller",
    ),
    (
        lambda y, z: (_parts(y, z) + (1 - y) * np.abs(z)).mean(),
        "|z| is added for targets 0; it is z, with its sign",
    ),
    (lambda y, z: ((y - _sigmoid(z)) ** 2).mean(), "this is the mean squared error of probabilities"),
    (lambda y, z: _parts(y, z).mean(), "every target is taken for 1; where it is 0 the loss is z larger"),
    (
        lambda y, z: (_parts(y, z) + y * z).mean(),
        "the targets are mixed up: it is (1 - y) * z that is added, not y * z",
    ),
    (lambda y, z: (_parts(y, z) - (1 - y) * z).mean(), "(1 - y) * z is added, not taken away"),
    (
        lambda y, z: -(_parts(y, z) + (1 - y) * z).mean(),
        "the minus in front of the logarithm is missing or doubled",
    ),
    (lambda y, z: (_parts(y, z) + (1 - y) * z).sum(), "this is the sum; the mean is asked for"),
    (lambda y, z: _parts(y, z) + (1 - y) * z, "these are the losses of the samples; their mean is asked for"),
    (
        lambda y, z: (_parts(y, z) + (1 - y) * z).mean() / np.log(2),
        "this is the loss in bits: the logarithm has base 2; the natural one is meant",
    ),
)


def _classes(random: Generator) -> Sequence[Case]:
    rows = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.8, 0.1, 0.1]])
    drawn = random.dirichlet(np.ones(4), size=6)
    return [
        (np.array([0, 1, 2, 0]), rows),
        (random.integers(0, 4, size=6), drawn),
        (np.array([1]), drawn[:1]),
    ]


@lesson.function(
    "Cross-entropy of classes",
    _classes,
    hints=(
        "Only one number of each row counts: the probability that was given to the right class.",
        "P[np.arange(len(y)), y] picks it from each row. Take -log, then the mean.",
    ),
)
def cross_entropy(y, P):
    """The mean of -log of what each row gave to its class."""
    return -np.log(P[np.arange(len(y)), y]).mean()


cross_entropy.mistakes(
    (
        lambda y, P: -np.log(P[np.arange(len(y)), y - 1]).mean(),
        "classes are counted from 0: it takes the column before the right one",
    ),
    (
        lambda y, P: -np.log10(P[np.arange(len(y)), y]).mean(),
        "the logarithm has base 10; the natural one is meant",
    ),
    (
        lambda y, P: -np.log(P[np.arange(len(y)), y]),
        "these are the losses of the samples; their mean is asked for",
    ),
    (
        lambda y, P: P[np.arange(len(y)), y].mean(),
        "this is the mean probability; the logarithm is missing, and the minus",
    ),
    (
        lambda y, P: -np.log(1 - P[np.arange(len(y)), y]).mean(),
        "it takes 1 minus the probability of the right class; take that probability itself",
    ),
    (
        lambda y, P: -(P[np.arange(len(y)), y] * np.log(P[np.arange(len(y)), y])).mean(),
        "the logarithm is multiplied by the probability; the target has weight 1",
    ),
    (
        lambda y, P: ((1 - P[np.arange(len(y)), y]) ** 2).mean(),
        "this is a squared error; the loss is -log of the right class's probability",
    ),
    (
        lambda y, P: -np.log(np.exp(P[np.arange(len(y)), y]) / np.exp(P).sum(axis=1)).mean(),
        "a softmax is taken of P, which holds probabilities already",
    ),
    (
        lambda y, P: np.log(P[np.arange(len(y)), y]).mean(),
        "the minus is missing: logarithms of probabilities are negative",
    ),
    (
        lambda y, P: -np.log(P[np.arange(len(y)), y]).sum(),
        "this is the sum over the samples; the mean is asked for",
    ),
    (
        lambda y, P: -np.log(P[np.arange(len(y)), y]).sum() / P.size,
        "it is divided by all numbers of P; the mean is over the samples: divide by their number",
    ),
    (
        lambda y, P: -np.log(P[:, y]).mean(),
        "P[:, y] takes whole columns; each row gives one number: P[i, y[i]]",
    ),
    (
        lambda y, P: -np.log2(P[np.arange(len(y)), y]).mean(),
        "the logarithm has base 2; the natural one is meant",
    ),
    (lambda y, P: 1 - P[np.arange(len(y)), y].mean(), "the logarithm is missing"),
    (
        lambda y, P: -np.log(P.max(axis=1)).mean(),
        "it takes the largest probability of each row, right or wrong",
    ),
    (
        lambda y, P: -(P * np.log(P)).sum(axis=1).mean(),
        "this is the entropy of the predictions; the targets y are not used",
    ),
    (lambda y, P: -np.log(P).mean(), "it takes all probabilities; only that of the right class counts"),
    (
        lambda y, P: -np.log(P[np.arange(len(y)), y].mean()),
        "the mean comes before the logarithm; take the logarithm first",
    ),
)

TASKS = {
    "the price of a house": "mse",
    "the price of a house, a few entries are wrong, and the loss is to have no kink": "huber",
    "is this message spam": "bce",
    "which of ten digits is this, targets are numbers 0 to 9": "scce",
    "which of ten digits is this, targets are rows of one 1 and nine 0": "cce",
    "how many cars pass in an hour": "poisson",
}


def _tasks(random: Generator) -> Case:
    names = list(TASKS)
    return ([names[i] for i in random.permutation(len(names))],)


@lesson.value(
    "Which loss for which task",
    _tasks,
    points=2,
    of_text=(list(TASKS),),
    hints=(
        "Sort the tasks first: which ask for a number, which for yes or no, which for one of several?",
        "Numbers: mse, huber (outliers), poisson (counts). Yes or no: bce. Several: cce (rows), scce (class numbers).",
    ),
)
def which_loss(tasks):
    """The short name of a loss for each task."""
    return tuple(TASKS[task] for task in tasks)


def _instead(wrong: dict[str, str]) -> Any:
    return lambda tasks: tuple(wrong.get(TASKS[task], TASKS[task]) for task in tasks)


which_loss.mistakes(
    (
        _instead({"bce": "mse"}),
        "mse for spam: it works badly behind a sigmoid, whose slope vanishes where it is most wrong",
    ),
    (
        _instead({"scce": "cce", "cce": "scce"}),
        "cce and scce are the wrong way round: scce takes class numbers",
    ),
    (_instead({"scce": "cce"}), "cce wants rows of 0 and 1; class numbers go with scce"),
    (_instead({"cce": "scce"}), "scce wants class numbers; rows of 0 and 1 go with cce"),
    (
        _instead({"huber": "mse"}),
        "mse for data with wrong entries: squared, one of them outweighs many good ones",
    ),
    (
        _instead({"huber": "mae"}),
        "mae bears wrong entries, too, but has a kink at 0; the loss without one is asked for",
    ),
    (
        _instead({"poisson": "mse"}),
        "mse for counts works, but a count has its own loss, which never predicts below 0",
    ),
    (_instead({"bce": "scce"}), "scce for yes or no would need two outputs; one output and bce say the same"),
    (
        _instead({"mse": "huber", "huber": "mse"}),
        "mse and huber are the wrong way round: outliers want huber",
    ),
)
