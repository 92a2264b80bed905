"""Lesson 3: activations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case, Lesson

lesson = Lesson(3, "Activations")


def _far(random: Generator) -> Sequence[Case]:
    return [
        (np.array([-2.0, 0.0, 0.5, 3.0]),),
        (random.normal(size=(3, 4)),),
        (np.array([-1000.0, -40.0, 40.0, 1000.0]),),
    ]


@lesson.function(
    "A sigmoid that never overflows",
    _far,
    points=2,
    hints=(
        "e⁻ᶻ is too large for a float where z is far below 0. Which of e⁻ᶻ and eᶻ is safe there?",
        "With e = np.exp(-np.abs(z)), which is never above 1: 1 / (1 + e) for z >= 0, and e / (1 + e) below.",
    ),
    tolerance=1e-12,
)
def sigmoid(z):
    """1 / (1 + e⁻ᶻ), written so that no number is too large."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


sigmoid.mistakes(
    (
        lambda z: 1 / (1 + np.exp(np.clip(z, -500, 500))),
        "the exponent has the wrong sign: this falls where z grows",
    ),
    (
        lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))),
        "this is right below 0 alone; above 0 it is 1 / (1 + e)",
    ),
    (lambda z: 1 / (1 + np.exp(-np.abs(z))), "this is right above 0 alone; below 0 it is e / (1 + e)"),
    (lambda z: np.tanh(z), "this is tanh, which goes from -1 to 1; a sigmoid goes from 0 to 1"),
    (lambda z: (np.tanh(z) + 1) / 2, "this sigmoid is twice as steep: (tanh(z/2) + 1)/2 is right, with z/2"),
    (lambda z: (z > 0).astype(float), "this is a step; a sigmoid rises smoothly, and is 0.5 at 0"),
)


def _around_zero(random: Generator) -> Sequence[Case]:
    z = random.normal(scale=2, size=(2, 5))
    return [(np.array([-2.0, -0.5, 0.5, 2.0]), 0.01), (z, 0.2), (z, 0.0), (z.ravel(), 1.5)]


@lesson.function(
    "LeakyReLU",
    _around_zero,
    hints=(
        "Above 0 it is z, elsewhere z times a small slope. np.where(condition, this, that) chooses for each number.",
        "np.where(z > 0, z, slope * z); where 0 itself goes makes no difference, since both sides are 0 there.",
    ),
)
def leaky_relu(z, slope):
    """z above 0, slope · z below."""
    return np.where(z > 0, z, slope * z)


leaky_relu.mistakes(
    (
        lambda z, slope: np.maximum(z, 0),
        "below 0 it gives 0: that is ReLU; a leaky one lets slope * z through",
    ),
    (lambda z, slope: slope * z, "the slope is applied everywhere; above 0 it is z itself"),
    (
        lambda z, slope: np.where(z > 0, slope * z, z),
        "the two sides are mixed up: the slope is for what is below 0",
    ),
    (
        lambda z, slope: np.where(z > 0, z, slope),
        "below 0 it gives the slope itself; it should give z times the slope",
    ),
    (
        lambda z, slope: np.where(z > 0, z, -slope * z),
        "below 0 it has the wrong sign, so that it bends upwards",
    ),
    (
        lambda z, slope: np.maximum(z, slope * z),
        "np.maximum(z, slope * z) is right for slopes up to 1 alone; a steeper one goes the wrong way",
    ),
    (
        lambda z, slope: np.where(z > 0, 1.0, slope),
        "this is the derivative; the function itself is asked for",
    ),
    (
        lambda z, slope: np.where(z > 0, z, z / slope if slope else z),
        "z is divided by the slope; it is multiplied",
    ),
    (lambda z, slope: np.where(z > 0, z, 0.01 * z), "the slope is 0.01 always; use the one that is given"),
)


def _points(random: Generator) -> Sequence[Case]:
    return [(np.array([-2.0, -0.1, 0.0, 1.0]),), (random.normal(size=(3, 2)),), (random.normal(size=7),)]


@lesson.function(
    "The derivative of tanh, from z",
    _points,
    hints=(
        "The rule is 1 - a², and a is tanh(z). What does the function get: z or a?",
        "Compute a = np.tanh(z) first, then 1 - a**2.",
    ),
)
def dtanh(z):
    """The slope of tanh at z: 1 - tanh²(z)."""
    return 1 - np.tanh(z) ** 2


dtanh.mistakes(
    (lambda z: 1 - z**2, "this takes z for the output: 1 - a² needs a = tanh(z), and what comes in is z"),
    (lambda z: 1 - np.tanh(z), "the square is missing: 1 - a²"),
    (lambda z: np.tanh(z) * (1 - np.tanh(z)), "a(1 - a) is the rule of the sigmoid; that of tanh is 1 - a²"),
    (
        lambda z: np.tanh(z) ** 2 - 1,
        "it has the wrong sign: tanh rises everywhere, so its slope is never negative",
    ),
    (lambda z: np.tanh(z), "this is tanh itself"),
    (lambda z: 1 + np.tanh(z) ** 2, "1 + a² is never below 1; the rule is 1 - a²"),
    (lambda z: 1 - np.tanh(np.tanh(z)) ** 2, "tanh is applied twice: the square is that of tanh(z)"),
)


def _rows(random: Generator) -> Sequence[Case]:
    large = random.normal(size=(3, 4)) + np.array([[1000.0], [0.0], [-1000.0]])
    return [(np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]),), (random.normal(size=(4, 3)),), (large,)]


@lesson.function(
    "Softmax for rows",
    _rows,
    points=2,
    hints=(
        "Subtracting one number from a whole row changes nothing: the factor cancels. Which number makes eᶻ safe?",
        "z - z.max(axis=1, keepdims=True), then np.exp, then divide by the sum with axis=1 and keepdims=True.",
    ),
    tolerance=1e-10,
)
def softmax(z):
    """Shares that add up to 1 in each row."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


softmax.mistakes(
    (
        lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
        "the whole batch adds up to 1; each row should: maximum and sum with axis=1, keepdims=True",
    ),
    (
        lambda z: np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z - z.max(axis=1, keepdims=True)).sum(),
        "the whole batch adds up to 1; each row should: sum with axis=1, keepdims=True",
    ),
    (
        lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
        "columns add up to 1; rows are the samples, so each row should: axis=1, keepdims=True",
    ),
    (
        lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
        "it does not divide by the sum, so that rows do not add up to 1",
    ),
    (lambda z: z / z.sum(axis=1, keepdims=True), "the exponential is missing: shares of z itself can be negative"),
    (
        lambda z: z - np.logaddexp.reduce(z, axis=1, keepdims=True),
        "this is the logarithm of softmax",
    ),
    (
        lambda z: (z == z.max(axis=1, keepdims=True)) / (z == z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True),
        "this is 1 for the largest number and 0 elsewhere; softmax gives each its share",
    ),
)  # fmt: skip


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
