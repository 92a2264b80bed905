"""Weighted sums: in plain Python, by hand, with arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_01.lesson import lesson

# The neuron and the three neurons with which a well-known text begins.
INPUTS, WEIGHTS, BIAS = [1.2, 2.3, 3.1], [3.1, 2.1, 8.7], 3.0
LAYER_INPUTS = [1.2, 2.3, 3.1, 4.2]
LAYER_WEIGHTS = [[0.9, 0.1, -0.1, -0.3], [0.5, -0.91, 0.3, 0.2], [-0.1, 0.26, -0.26, -0.29]]
LAYER_BIASES = [2.0, 3.0, 0.5]


def _numbers(random: Generator, *shape: int) -> Any:
    """Numbers with two digits, easy to copy; plain lists, as a learner has them."""
    return random.normal(scale=1.5, size=shape).round(2).tolist()


def _neurons(random: Generator) -> Sequence[Case]:
    others = [(_numbers(random, n), _numbers(random, n), round(random.normal(), 2)) for n in (1, 2, 4, 7)]
    return [(INPUTS, WEIGHTS, BIAS), *others]


@lesson.function(
    "A weighted sum in plain Python",
    _neurons,
    hints=(
        "Start with a total of 0, go through inputs and weights side by side, and add one product at a time.",
        "zip(inputs, weights) gives the pairs; the bias is added once, after the loop.",
    ),
)
def neuron(inputs, weights, bias):
    """The pre-activation of one neuron: sum of inputs times weights, plus the bias."""
    total = 0.0
    for x, w in zip(inputs, weights, strict=True):
        total = total + x * w
    return total + bias


neuron.mistakes(
    (
        lambda inputs, weights, bias: np.dot(inputs, weights) * bias,
        "the sum is multiplied by the bias; the bias is added",
    ),
    (
        lambda inputs, weights, bias: np.dot(inputs, np.add(weights, bias)),
        "the bias is added to every weight; it belongs to the sum once",
    ),
    (
        lambda inputs, weights, bias: np.sum(inputs) * weights[0] + bias,
        "every input is multiplied by the first weight; each has a weight of its own",
    ),
    (
        lambda inputs, weights, bias: np.divide(inputs, weights).sum() + bias,
        "inputs are divided by weights; multiply",
    ),
    (
        lambda inputs, weights, bias: np.dot(inputs, weights),
        "the bias is missing: the sum of products alone is 0 where all inputs are 0",
    ),
    (
        lambda inputs, weights, bias: np.dot(inputs, weights) + bias * len(inputs),
        "the bias is added once for every input; it belongs to the sum once",
    ),
    (lambda inputs, weights, bias: np.dot(inputs, weights) - bias, "the bias is taken away; it is added"),
    (
        lambda inputs, weights, bias: np.sum(inputs) + np.sum(weights) + bias,
        "inputs and weights are added, not multiplied: a weight says how much its input counts",
    ),
    (
        lambda inputs, weights, bias: np.dot(inputs[:-1], weights[:-1]) + bias,
        "the last input is left out: a loop over range(len(inputs) - 1) ends one too early",
    ),
    (
        lambda inputs, weights, bias: inputs[-1] * weights[-1] + bias,
        "only the last product is left: the total is overwritten in each turn of the loop, where it must grow",
    ),
    (
        lambda inputs, weights, bias: inputs[0] * weights[0] + bias,
        "it returns within the loop, after the first input",
    ),
    (
        lambda inputs, weights, bias: np.sum(inputs) * np.sum(weights) + bias,
        "it multiplies the sum of all inputs by the sum of all weights; each input has a weight of its own",
    ),
    (
        lambda inputs, weights, bias: np.multiply(inputs, weights) + bias,
        "these are the products one by one; a neuron gives one number, their sum",
    ),
)


def _layer_by_hand(random: Generator) -> Case:
    return _numbers(random, 4), _numbers(random, 3, 4), _numbers(random, 3)


@lesson.value(
    "The input that was forgotten",
    _layer_by_hand,
    hints=(
        "Compute the first neuron twice, once with all four inputs. How much is missing, and which product is that?",
        "Each neuron's line of code has three products, and there are four inputs: count them.",
    ),
    tolerance=1e-6,
    of_text=(LAYER_INPUTS, LAYER_WEIGHTS, LAYER_BIASES),
)
def forgotten(inputs, weights, biases):
    """What each of the three neurons gives when no input is left out."""
    return [
        sum(x * w for x, w in zip(inputs, row, strict=True)) + b
        for row, b in zip(weights, biases, strict=True)
    ]


def _first_alone(inputs: Any, weights: Any, biases: Any) -> Any:
    printed = np.array(weights)[:, :3] @ inputs[:3] + biases
    printed[0] += weights[0][3] * inputs[3]
    return printed


forgotten.mistakes(
    (
        lambda inputs, weights, biases: np.array(weights)[:, :3] @ inputs[:3] + biases,
        "this is what the text printed; one of the four inputs is left out in all three sums",
    ),
    (lambda inputs, weights, biases: np.array(weights) @ inputs, "the biases are missing"),
    (
        lambda inputs, weights, biases: np.array(weights)[:, 3] * inputs[3],
        "this is the forgotten product of each neuron alone; it is to be added to what was printed",
    ),
    (
        lambda inputs, weights, biases: (
            np.array(weights)[:, :3] @ inputs[:3] + np.array(weights)[:, 3] + biases
        ),
        "the fourth weight is added without its input",
    ),
    (
        lambda inputs, weights, biases: (
            np.array(weights)[:, :3] @ inputs[:3] - np.array(weights)[:, 3] * inputs[3] + biases
        ),
        "the fourth product has the wrong sign",
    ),
    (_first_alone, "only the first neuron is mended; the other two leave the fourth input out, too"),
)


def _batches(random: Generator) -> Sequence[Case]:
    sizes = ((4,), (3, 4), (5, 2), (1, 3))
    others = [(random.normal(size=s), random.normal(size=s[-1]), float(random.normal())) for s in sizes]
    return [(np.array(INPUTS), np.array(WEIGHTS), BIAS), *others]


@lesson.function(
    "A neuron for arrays",
    _batches,
    hints=(
        "The dot product is inputs @ weights; NumPy adds a single number to each number of an array.",
        "For a table of samples, table @ vector gives one dot product for each row; that needs no loop.",
    ),
)
def neuron_of_arrays(inputs, weights, bias):
    """The pre-activation of one neuron for one sample, or for each row of many."""
    return inputs @ weights + bias


neuron_of_arrays.mistakes(
    (
        lambda inputs, weights, bias: np.sum(inputs * weights),
        "the bias is missing, and all rows are added up into one number",
    ),
    (
        lambda inputs, weights, bias: inputs @ weights * bias,
        "it is multiplied by the bias; the bias is added",
    ),
    (lambda inputs, weights, bias: inputs @ weights - bias, "the bias is taken away; it is added"),
    (
        lambda inputs, weights, bias: np.mean(inputs * weights, axis=-1) + bias,
        "the products are averaged; a neuron adds them up",
    ),
    (
        lambda inputs, weights, bias: np.sum(inputs * weights, axis=0) + bias,
        "it adds up along axis 0, down the columns; each row is a sample: the last axis",
    ),
    (lambda inputs, weights, bias: inputs @ weights, "the bias is missing"),
    (
        lambda inputs, weights, bias: inputs * weights + bias,
        "* gives the products one by one; they are to be added up, for each row: that is what @ does",
    ),
    (
        lambda inputs, weights, bias: np.sum(inputs * weights) + bias,
        "all rows are added up into one number; each row is a sample and gets a number of its own",
    ),
    (
        lambda inputs, weights, bias: (inputs + bias) @ weights,
        "the bias is added to every input before the sum; it comes once, behind it",
    ),
    (
        lambda inputs, weights, bias: (inputs * weights + bias).sum(axis=-1),
        "the bias is added to every product, so that it counts once for each input",
    ),
    (
        lambda inputs, weights, bias: np.atleast_2d(inputs)[0] @ weights + bias,
        "only the first row is computed; each row is a sample and gets a number of its own",
    ),
)
