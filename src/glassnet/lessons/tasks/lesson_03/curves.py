"""Functions of one number: sigmoid, leaky ReLU, and the slope of tanh."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_03.lesson import lesson


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
    (lambda z: np.exp(z) / (1 + np.exp(z)), "np.exp(z) is too large for a float where z is far above 0"),
    (lambda z: np.maximum(z, 0), "this is a ReLU; a sigmoid goes from 0 to 1"),
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
    (
        lambda z, slope: np.where(z > 0, z, z - slope),
        "the slope is taken away from z; below 0 z is multiplied by it",
    ),
    (
        lambda z, slope: np.where(z > 0, z, z + slope),
        "the slope is added to z; below 0 z is multiplied by it",
    ),
    (
        lambda z, slope: np.minimum(z, slope * z),
        "np.minimum takes the lower one of both: above 0 that is not z",
    ),
    (
        lambda z, slope: np.maximum(z, 0) + slope * z,
        "slope * z is added above 0, too; there it is z itself",
    ),
    (
        lambda z, slope: np.where(z > 0, z, slope * (np.exp(z) - 1)),
        "this is ELU, which bends below 0; a leaky ReLU is straight there: slope * z",
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
    (lambda z: (1 - np.tanh(z)) ** 2, "the bracket is squared; only tanh(z) is: 1 - a²"),
    (lambda z: 1 - np.tanh(z**2), "z is squared, where tanh(z) is to be: a = tanh(z) first, then 1 - a²"),
    (lambda z: 1 - 2 * np.tanh(z), "a is doubled, where it is to be squared: a**2, not a*2"),
    (
        lambda z: 1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z))),
        "this is the slope of the sigmoid; that of tanh is 1 - tanh²(z)",
    ),
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
